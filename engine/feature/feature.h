/* Features: a record as one fixed-width row, the only form in which millions of them are held.
 *
 *   +--------+---------------------------+-----------------------+-------+
 *   | ids    | texts                     | dates, quantities     | bytes |
 *   | u64 .. | u32 toned, u32 plain,     | parts for keys        | flags |
 *   |        | (5-bit letters, 20 bytes) | u32 ..                | sex.. |
 *   |        | (place u64) (house u32)   |                       |       |
 *   +--------+---------------------------+-----------------------+-------+
 *
 * Only fields that a comparison, a blocking rule or a finding uses have a slot (of linked registers: can use), a text keeps its letters only
 * when some test looks at them, and a place is read as an address only when a test or a key part asks for that. A birth register takes about 150 bytes a row. Rows carry all that comparing needs, so
 * they can be sorted, spilled and moved; raw text stays in the store.
 */
#ifndef KHOP_FEATURE_FEATURE_H
#define KHOP_FEATURE_FEATURE_H

#include "base/memory.h"
#include "base/sort.h"
#include "input/input.h"
#include "normalise/address.h"
#include "normalise/normalise.h"
#include "schema/schema.h"

enum { FEATURE_NONE = -1, ROW_DEAD = 1, PACKED_LETTERS_BYTES = 20, FEATURE_WORDS_MAX = 8, FEATURE_PARTS_MAX = 48 };
enum { LONG_SYMBOLS_MAX = 96, LONG_TEXT_BYTES = LONG_SYMBOLS_MAX / 4 * 3, LONG_BLANK = 37 /* the last symbol */ };

typedef enum slot_kind {
  SLOT_NONE = 0,
  SLOT_TEXT,     /* toned hash, plain hash (u32 each, 0: missing), letters when `letters` */
  SLOT_ID,       /* u64: kind (4 bits), digits (5 bits), number; 0: missing */
  SLOT_DATE,     /* u32: span << 21 | year << 9 | month << 5 | day; 0: missing. span: years that it can be behind `year` (an age, a decade) */
  SLOT_QUANTITY, /* float; NaN: missing */
  SLOT_SEX,      /* u8: sex_value */
  SLOT_WORD      /* u32 hash of a word of a text, 0: missing; no field's slot, but a term's (feature_term) */
} slot_kind;

typedef struct feature_slot {
  slot_kind kind;
  uint32_t offset;
  bool letters;
  bool words; /* some test looks at single words */
  bool sounds;         /* some test compares how it sounds */
  int32_t long_offset; /* LONG_TEXT_BYTES of the text as a whole (long_text.c); FEATURE_NONE without */
  bool address;        /* read as one: some test or key part asks for its parts */
  int32_t place_offset; /* address_place (8 bytes); FEATURE_NONE without */
  int32_t house_offset; /* u32 hash of what stands in front of the commune, 0: nothing; FEATURE_NONE without */
  int32_t frequency_offset; /* u8 code of how often the value occurs; FEATURE_NONE without */
  int32_t common_offset;    /* u8, of texts: 1 when the last word is a common one; FEATURE_NONE without */
  uint32_t given_offset;    /* with a common_offset: u32 hash of the last word, as PART_GIVEN */
} feature_slot;

/* A part of a text that some blocking key wants (its last word, its sounds): a u32 hash, 0: missing. */
typedef struct feature_part {
  schema_key_part part;
  uint32_t offset;
} feature_part;

/* Where the value of a key part stands in a row, ready to be read; PART_COMPUTED: made from the slot; PART_NONE: of a rule
 * that no pair of rows can meet in, missing in all of them. */
typedef enum part_read { PART_COMPUTED = 0, PART_U32, PART_U64, PART_DATE, PART_NONE } part_read;
typedef struct part_place {
  uint32_t offset;
  part_read read;
} part_place;

/* Which of the linked registers, a bit each, have each field. `count` 0: rows are of one register, or it is not known. */
typedef struct field_registers {
  size_t count;
  uint8_t of[SCHEMA_FIELDS_MAX];
  unsigned within; /* a bit for each whose own pairs are compared as well */
} field_registers;
_Static_assert(KHOP_REGISTERS_MAX <= 8, "a bit of a byte each");

/* `book` belongs to the layout that feature_layout_make made; copies of it borrow. */
typedef struct feature_layout {
  feature_slot slots[SCHEMA_FIELDS_MAX];
  size_t field_count;
  feature_slot words[TERM_PARTS - 1][SCHEMA_FIELDS_MAX]; /* SLOT_WORD: last and first words that are counted; see feature_term */
  feature_part parts[FEATURE_PARTS_MAX];
  size_t part_count;
  part_place rule_parts[SCHEMA_RULES_MAX][SCHEMA_KEY_PARTS_MAX];
  part_place split_parts[SCHEMA_KEY_PARTS_MAX];
  size_t stride; /* bytes a row, a multiple of 8; the flags are its last byte */
  bool reads_addresses;
  field_registers registers;
  address_book *book; /* NULL when no field is read as an address */
} feature_layout;

/* Where the term's values stand, and the code of how often each occurs. */
static inline const feature_slot *feature_term(const feature_layout *layout, size_t term) {
  const size_t field = schema_term_field(term), part = (size_t)schema_term_part(term);
  return part == TERM_WHOLE ? &layout->slots[field] : &layout->words[part - 1][field];
}
static inline bool feature_has_common(const feature_slot *slot) { return slot->kind == SLOT_TEXT && slot->common_offset != FEATURE_NONE; }
static inline bool feature_is_counted(const feature_slot *term) { return term->kind != SLOT_NONE && term->frequency_offset != FEATURE_NONE; }

/* Rows in memory; or, where they do not fit, in a file (row_file.h), and `memory` is empty. */
typedef struct feature_table {
  feature_layout layout;
  region memory;
  size_t count, capacity;
  struct row_file *file;       /* NULL: in memory */
  const uint32_t *row_numbers; /* of a part of a register, ascending: its rows' numbers there; NULL: `first_number` and up */
  uint32_t first_number;
} feature_table;

/* KHOP_USAGE when the rules use more than FEATURE_PARTS_MAX different parts of texts. */
khop_status feature_layout_make(feature_layout *layout, const schema *s, khop_error *err);
/* The same of fields that the purposes use: rules and comparisons, as above; the schema's `findings`; telling where records of an entity
 * contradict each other, in any of those fields. Of linked registers (NULL: of one) what no pair of compared rows has on both sides
 * is not kept for matching, and what no register has is not kept at all. */
enum { FEATURE_FOR_MATCHING = 1, FEATURE_FOR_FINDINGS = 2, FEATURE_FOR_CONTRADICTIONS = 4 };
khop_status feature_layout_make_for(feature_layout *layout, const schema *s, unsigned purposes, const field_registers *registers,
                                    khop_error *err);
/* Can the one row of a compared pair have the one field, and the other the other? */
bool feature_fields_meet(const field_registers *registers, size_t field, size_t other);
/* The same, with room in the rows for key parts that no rule of the schema has yet. Those of texts that do not fit
 * FEATURE_PARTS_MAX are left out: feature_part_find tells. */
khop_status feature_layout_make_with(feature_layout *layout, const schema *s, const schema_key_part *parts, size_t part_count,
                                     khop_error *err);
void feature_layout_free(feature_layout *layout);
/* Where a key part stands in a row; false when the layout was made without it. */
bool feature_part_find(const feature_layout *layout, const schema_key_part *part, part_place *out_place);
/* The hash of a part that looks at letters (not PART_WHOLE, PART_TONED); 0 when there is none. */
uint32_t feature_part_hash(key_part_kind kind, unsigned argument, const uint8_t letters[TEXT_LETTERS_MAX], unsigned length);

/* One record's fields, by schema field (text NULL: the register has no such column), to `row`
 * (layout->stride bytes). */
void feature_encode(const feature_layout *layout, const schema *s, const input_field *fields, uint8_t *row);

/* Texts repeat: a register names its few thousand communes over and over, its names are made of a few thousand
 * syllables. A text_memory keeps what the last ones came to, by a 64-bit hash of the bytes; one a thread. */
typedef struct text_memory text_memory;
/* `reads_addresses`: the layout has a book; 1 MB more. NULL: out of memory. */
text_memory *text_memory_create(bool reads_addresses);
void text_memory_free(text_memory *memory);
/* normalise_place, remembered. */
void text_recall_place(text_memory *memory, const char *text, size_t length, text_value *out);
/* feature_encode of `count` records, s->field_count fields each, to as many rows, faster; `memory` may be NULL. 64
 * bytes behind each field may be read. */
void feature_encode_rows(const feature_layout *layout, const schema *s, text_memory *memory, const input_field *fields,
                         size_t count, uint8_t *rows);

/* The store's key of an identifier, 48 bits, 0 when missing: of a value as written, and of the
 * value in a row. Both give the same key. */
uint64_t feature_identifier_key(semantic_type type, const char *text, size_t length);
uint64_t feature_row_identifier_key(const feature_slot *slot, const uint8_t *row);

/* Address space for so many rows, so that the table need not move while it grows. A guess: failure
 * is not one. */
void feature_table_expect(feature_table *t, size_t rows);
khop_status feature_table_reserve(feature_table *t, size_t rows, khop_error *err);
void feature_table_free(feature_table *t); /* and its layout */

static inline const uint8_t *feature_row(const feature_table *t, size_t row) {
  return (const uint8_t *)t->memory.data + row * t->layout.stride;
}
/* Rows stand across cache lines: the last byte's line may be one more. Fetching what is not there is harmless.
 * Always inline: gcc takes away calls of a function that does nothing but fetch. */
static inline __attribute__((always_inline)) void feature_row_fetch(const uint8_t *row, size_t stride) {
  for (size_t byte = 0; byte < stride; byte += 64) __builtin_prefetch(row + byte);
  __builtin_prefetch(row + stride - 1);
}
/* What number a row has in the register that the table is, or is a part of. */
static inline uint32_t feature_row_number(const feature_table *t, size_t row) {
  return t->row_numbers ? t->row_numbers[row] : t->first_number + (uint32_t)row;
}
static inline bool feature_row_dead(const feature_layout *layout, const uint8_t *row) {
  return row[layout->stride - 1] & ROW_DEAD;
}
void feature_row_kill(feature_table *t, size_t row);
/* feature_row_dead, wherever the rows are. */
bool feature_table_dead(const feature_table *t, size_t row);

/* ---- reading slots ------------------------------------------------------------------------ */

static inline uint32_t slot_u32(const uint8_t *row, size_t offset) {
  uint32_t value;
  __builtin_memcpy(&value, row + offset, sizeof value);
  return value;
}
static inline uint64_t slot_u64(const uint8_t *row, size_t offset) {
  uint64_t value;
  __builtin_memcpy(&value, row + offset, sizeof value);
  return value;
}

static inline address_place slot_place(const uint8_t *row, size_t offset) {
  address_place value;
  __builtin_memcpy(&value, row + offset, sizeof value);
  return value;
}

static inline id_kind feature_id_kind(uint64_t id) { return (id_kind)(id >> 60); }
static inline unsigned feature_id_digits(uint64_t id) { return (unsigned)(id >> 55) & 31; }
static inline uint64_t feature_id_number(uint64_t id) { return id & ((1ull << 55) - 1); }

static inline unsigned feature_date_year(uint32_t date) { return date >> 9 & 4095; }
static inline unsigned feature_date_span(uint32_t date) { return date >> 21; }
static inline unsigned feature_date_month(uint32_t date) { return date >> 5 & 15; }
static inline unsigned feature_date_day(uint32_t date) { return date & 31; }

/* The letters of a text slot, unpacked and zero-padded. Returns the length. */
unsigned feature_letters(const uint8_t *row, const feature_slot *slot, uint8_t letters[TEXT_LETTERS_MAX]);

/* The symbols of a text kept as a whole: 1..26 letters, 27..36 digits, LONG_BLANK between words, zero-padded. Returns the
 * length. */
unsigned feature_long_symbols(const feature_slot *slot, const uint8_t *row, uint8_t symbols[LONG_SYMBOLS_MAX]);

/* Up to eight letters of TEXT_LETTERS_MAX, at least one, as one number, zero-padded. They are read at once, because a copy of a
 * length not known is a call; the last ones are shifted down. */
static inline uint64_t feature_eight_letters(const uint8_t *letters, unsigned start, unsigned count) {
  unsigned from = start < TEXT_LETTERS_MAX - 8 ? start : TEXT_LETTERS_MAX - 8;
  return slot_u64(letters, from) >> 8 * (start - from) & ~0ull >> (64 - 8 * count);
}

/* The words of folded text (TEXT_LETTERS_MAX letters, zero-padded): where they start and end. At most
 * FEATURE_WORDS_MAX; the last one takes the rest. Returns their number. */
typedef struct word_span {
  uint8_t start, end;
} word_span;
unsigned feature_words(const uint8_t *letters, unsigned length, word_span words[FEATURE_WORDS_MAX]);
/* Never 0. */
uint32_t feature_word_hash(const uint8_t *letters, word_span word);

/* Is the value of this field missing in this row? */
bool feature_missing(const feature_slot *slot, const uint8_t *row);

/* ---- frequency.c: term frequencies -------------------------------------------------------- */

/* The values of a term that are counted more than once, or by a reference, ascending by key (feature_frequency_key): row is
 * the count less one, extra 0. The list behind those of the terms has the common last words of all fields, ascending by
 * feature_common_key; row 0. items with mem_free. */
enum { FREQUENCY_COMMON = SCHEMA_TERMS_MAX, FREQUENCY_LISTS };
typedef struct frequency_list {
  sort_item *items;
  size_t count;
} frequency_list;

/* How often values of a term occur elsewhere, in the city that a small register is part of: of so many records. */
enum { FREQUENCY_REFERENCE_RECORDS = 1 << 30 };
typedef struct frequency_reference {
  sort_item *items;   /* ascending by feature_frequency_key; row: records that hold the value, at least 1 */
  size_t count;
  uint32_t unlisted;  /* records that hold a value not listed, or fewer where the rows say so */
  double agreement;   /* the chance that two records agree */
} frequency_reference;

/* Counts how often each value of the terms that are counted occurs among the live rows and
 * writes frequency_code(count) into the rows, FREQUENCY_UNKNOWN where there is none; the count is the reference's where
 * references[term] has items (NULL: none has). Likewise last words, where a test asks for common ones: those that
 * at least one value in 5,000, and three, end with; where the last words have a reference, its share of 5,000 alone counts. out_agreement[term]: the chance that two different random
 * rows with a value agree on it. out_lists[term], NULL when not wanted: the values. */
khop_status feature_frequencies(feature_table *t, pool *workers, const frequency_reference *references,
                                double out_agreement[SCHEMA_TERMS_MAX], frequency_list out_lists[FREQUENCY_LISTS],
                                khop_error *err);
/* The same of a table whose rows are in a file (frequency_spilled.c): the codes become columns of it. Memory: `bytes`. */
khop_status feature_frequencies_spilled(feature_table *t, pool *workers, uint64_t bytes, const frequency_reference *references,
                                        double out_agreement[SCHEMA_TERMS_MAX], frequency_list out_lists[FREQUENCY_LISTS],
                                        khop_error *err);
/* How often a value counts that `rows` of `value_rows` rows hold: as often, or what the reference (NULL: none) says. */
uint32_t feature_frequency_counted(const frequency_reference *reference, size_t value_rows, uint64_t key, size_t rows);
/* The chance that two different ones of so many rows agree on the value, from the sum of the squared shares; of the reference,
 * where there is one. */
double feature_frequency_agreement(const frequency_reference *reference, double squares, size_t value_rows);
/* Common words of several fields, in the order of their keys. */
void feature_common_sort(frequency_list *common);
/* From so many rows on a last word is a common one. */
size_t feature_common_least(size_t value_rows);
/* What says which last words of a field are common; NULL: the rows do. */
const frequency_reference *feature_common_reference(const frequency_reference *references, size_t field);
/* Is a last word that so many rows have a common one? `common_least` counts without a reference. */
bool feature_is_common(const frequency_reference *reference, size_t common_least, uint64_t key, size_t rows);
/* Adds all common words that the reference lists, in the order of feature_common_sort. */
khop_status feature_common_listed(const frequency_reference *reference, size_t field, frequency_list *inout, khop_error *err);
/* What values are counted by: a key each, the same for the same canonical form. */
uint64_t feature_frequency_key(const feature_slot *slot, const uint8_t *row);
/* Of the last word of a field with a common_offset; 0 when it is missing. */
uint64_t feature_common_key(const feature_layout *layout, size_t field, const uint8_t *row);

/* 8 * log2(count), rounded; 0 for counts of 0 and 1. Those of no register and no reference, from 2^31.8 on, are as that. */
enum { FREQUENCY_UNKNOWN = 255 /* of a value that is missing */ };
uint8_t frequency_code(uint64_t count);
double frequency_count(uint8_t code);

#endif
