/* A view: up to BATCH_ROWS feature rows taken apart into columns, so that a measure is one loop.
 * What is a copy (hashes, identifiers, dates) is there for every row; what has to be worked out (a
 * text's letters, then its words) is made when a measure first asks for it, because most pairs are
 * decided without.
 */
#ifndef KHOP_COMPARE_VIEW_H
#define KHOP_COMPARE_VIEW_H

#include "block/candidates.h"
#include "compare/kernel.h"
#include "feature/feature.h"

/* How much of a text has been worked out. */
typedef enum text_state { TEXT_PACKED = 0, TEXT_LETTERS, TEXT_WORDS, TEXT_HASHES } text_state;

/* What has been made of a text as a whole, a bit each. */
enum { LONG_HAS_TOKENS = 1, LONG_HAS_GRAMS = 2, LONG_WORDS_MAX = 32, GRAM_WORDS = (LONG_BLANK * LONG_BLANK + 63) / 64 };

/* What filters need of whole columns: a bit each for view_prepare. */
enum { VIEW_LETTERS = 1, VIEW_WORDS = 2, VIEW_GIVEN = 4, VIEW_DIGITS = 8, VIEW_PARTS = 4 };

/* One field's values; only the arrays of its slot kind are there. */
typedef struct view_column {
  feature_slot slot;
  const uint8_t *const *rows;       /* of the view */
  /* texts */
  uint32_t *toned, *plain;          /* hashes; 0: missing */
  uint8_t *states;                  /* text_state */
  /* from TEXT_LETTERS on: */
  uint8_t *straight, *lengths;      /* BATCH_ROWS x TEXT_LETTERS_MAX */
  uint32_t *signatures;             /* which letters occur: a bit each */
  /* from TEXT_WORDS on: */
  word_span (*words)[FEATURE_WORDS_MAX];
  uint64_t (*word_letters)[FEATURE_WORDS_MAX];   /* the first eight of each word, zero-padded */
  uint32_t (*word_signatures)[FEATURE_WORDS_MAX]; /* of all letters of each word */
  uint8_t *word_counts;
  /* from TEXT_HASHES on: */
  uint32_t (*word_hashes)[FEATURE_WORDS_MAX];
  uint32_t *first, *last, *sum;     /* word hashes: first, last, all added up */
  /* what filters read of all rows, once view_prepare was asked for it: */
  uint32_t *twice;                  /* the letters that occur twice or more; with `signatures` */
  uint8_t *counted;                 /* how many letters those two count: the bits of both */
  uint32_t *fronts;                 /* the first four letters */
  uint32_t *word_totals;            /* word_counts */
  uint32_t *initials;               /* which letters begin a word */
  uint32_t *word_sets;              /* word_signatures transposed: FEATURE_WORDS_MAX x BATCH_ROWS, 0 behind the last word */
  uint32_t *last_sets;              /* of the last word */
  uint8_t *first_lengths, *last_lengths; /* of those words */
  unsigned words_most;              /* no row has more words */
  uint32_t *given;                  /* the hash of the last word that given_common speaks of */
  uint16_t prepared[VIEW_PARTS];    /* so many rows, from the first on */
  /* of texts compared as wholes, when asked for: */
  uint8_t *long_states;
  uint32_t (*tokens)[LONG_WORDS_MAX]; /* hashes of the words, sorted, each once */
  uint64_t (*grams)[GRAM_WORDS];    /* which pairs of neighbouring letters occur: a bit each */
  uint8_t *token_counts, *gram_counts;
  uint32_t *sounds;                 /* hash; 0: not made yet */
  /* the rest, as in the row */
  uint64_t *ids;
  uint32_t *dates;
  uint64_t *digits;                 /* of ids and dates, see view_digits; 0: not made yet */
  float *quantities;
  uint8_t *bytes;                   /* sex */
  uint8_t *given_common;            /* texts: 1 when the last word is a common one */
  uint8_t *frequencies[TERM_PARTS]; /* codes of how often the value and its words occur, ... */
  size_t code_offsets[TERM_PARTS];  /* ... from there in the row */
} view_column;

typedef struct view {
  feature_layout layout;
  size_t row_count;
  const uint8_t **rows;             /* in the table */
  view_column columns[SCHEMA_FIELDS_MAX];
  void *memory;
} view;

khop_status view_create(view *v, const feature_layout *layout, khop_error *err);
void view_free(view *v);
/* Takes table row rows[i] as view row i, for from <= i < count <= BATCH_ROWS; those below `from` are
 * there from an earlier call. The table must stay where it is as long as the view is asked. */
void view_load(view *v, const feature_table *table, const uint32_t *rows, size_t from, size_t count);

/* The rows loaded so far have no value in this field, until they are loaded again. */
void view_hide(view *v, size_t field);

/* view_prepare.c: makes parts (VIEW_LETTERS ...) of a column for all loaded rows; at once, because filters ask no row twice. */
void view_prepare(view *v, size_t field, unsigned parts);

/* The next state of row i, whatever there is of it. */
void view_unpack_letters(const view_column *column, size_t i);
void view_split_words(const view_column *column, size_t i);
void view_hash_words(const view_column *column, size_t i);

static inline void view_need_letters(const view_column *column, size_t i) {
  if (column->states[i] < TEXT_LETTERS) view_unpack_letters(column, i);
}
static inline void view_need_words(const view_column *column, size_t i) {
  if (column->states[i] < TEXT_WORDS) view_split_words(column, i);
}
static inline void view_need_hashes(const view_column *column, size_t i) {
  if (column->states[i] < TEXT_HASHES) view_hash_words(column, i);
}

/* view_long.c: the words of row i, and its pairs of letters. */
void view_make_tokens(const view_column *column, size_t i);
void view_make_grams(const view_column *column, size_t i);
static inline void view_need_tokens(const view_column *column, size_t i) {
  if (!(column->long_states[i] & LONG_HAS_TOKENS)) view_make_tokens(column, i);
}
static inline void view_need_grams(const view_column *column, size_t i) {
  if (!(column->long_states[i] & LONG_HAS_GRAMS)) view_make_grams(column, i);
}

/* How the text of row i sounds, as a hash; 0 when it has no letters. */
uint32_t view_make_sound(const view_column *column, size_t i);
static inline uint32_t view_sound(const view_column *column, size_t i) {
  return column->sounds[i] ? column->sounds[i] : view_make_sound(column, i);
}

/* The decimal digits (digits.h) of the identifier of row i, or of its date as it is written, ddmmyyyy. */
uint64_t view_make_digits(const view_column *column, size_t i);
static inline uint64_t view_digits(const view_column *column, size_t i) {
  return column->digits[i] ? column->digits[i] : view_make_digits(column, i);
}

/* Some texts of a column, transposed for kernels on many candidates at once. */
typedef struct gathered_texts {
  uint8_t letters[TEXT_LETTERS_MAX * KERNEL_LANES], lengths[KERNEL_LANES];
} gathered_texts;

/* The texts of `count` <= KERNEL_LANES rows, whose letters are there, to lanes 0, 1, ...; what else of these a kernel may read
 * holds the last of them. */
void view_gather(const view_column *column, const uint16_t *rows, size_t count, gathered_texts *out);

#endif
