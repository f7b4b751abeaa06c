/* Groups of records that share a key, after all rows are read: where findings of more than one record begin.
 *
 *   pass 1   rows --keys--> buckets of each search: met once, met again        2 bits a bucket, 8 or more buckets a row
 *   pass 2   rows --keys--> those whose bucket was met again --> group << 24 | tag, row
 *   each search   --sort--> groups of two keys or more --concerns, on all threads--> some of them
 *                                                      --handler, in the order of keys--> findings_add
 *
 * Registers repeat few of these keys, so that most rows are done with when their buckets are. All searches share the two
 * passes. A key is a hash of what is shared (40 bits: the handler compares the values themselves) and a tag, a hash of what
 * would make it harmless (the person's name): where all tags of a group agree it is left out before a row is looked at. Rows in
 * memory are read where they are; of those in a file only the groups' are fetched, part by part, and keys that are too many
 * for the memory are sorted there (search_spilled.c). When this stops being right: keys that most rows share with another.
 */
#ifndef KHOP_FINDINGS_SEARCH_H
#define KHOP_FINDINGS_SEARCH_H

#include "base/control.h"
#include "block/registers.h"
#include "findings/findings.h"

/* What finders of groups look at; all borrowed. */
typedef struct finding_input {
  const schema *schema;
  const feature_table *table; /* in memory or in a file */
  const clusters *clusters;   /* NULL: nothing was matched (khop ids); of linked registers its entities */
  const table_registers *registers;
  const schema *sides[KHOP_REGISTERS_MAX]; /* what each of linked registers is */
  uint32_t today;             /* as feature dates: year << 9 | month << 5 | day */
  pool *workers;
  spill_file *spill;          /* where rows in a file are sorted */
  uint64_t spill_bytes;       /* memory for that */
  const address_book *places; /* of the units that rows have (findings.units); NULL: they have none */
  const khop_control *control;
} finding_input;

enum { FINDING_TAG_BITS = 24, FINDING_KEYS_MAX = 16 };
/* Never 0. */
static inline uint64_t finding_key(uint64_t hash, uint64_t tag_hash) {
  return (hash | 1) << FINDING_TAG_BITS | (tag_hash & ((1u << FINDING_TAG_BITS) - 1));
}
static inline uint64_t finding_key_group(uint64_t key) { return key >> FINDING_TAG_BITS; }

typedef struct finding_member {
  uint64_t key;
  uint32_t row;
  const uint8_t *features;
} finding_member;

typedef struct finding_search {
  /* The keys of one live row; how many. Called twice for each row, from several threads. */
  size_t (*keys)(const void *context, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX]);
  bool equal_tags_too; /* also groups whose tags all agree */
  /* May the handler find something in the group? Called from several threads before any group is handed out, and what is known by
   * then decides: true rather than false. NULL: always. */
  bool (*concerns)(const void *context, const finding_member *members, size_t count);
  /* A group of two members or more, ascending by tag, then row; a row may stand there more than once. */
  khop_status (*group)(void *context, const finding_member *members, size_t count, khop_error *err);
  /* After the last group; NULL: nothing is left to do. */
  khop_status (*end)(void *context, khop_error *err);
  void *context;
} finding_search;

/* Searches that are run together, one behind the other, and what they work on. */
enum { SEARCHES_MAX = 12 };
typedef struct search_list {
  finding_search items[SEARCHES_MAX];
  size_t count;
  struct {
    void *context;
    void (*free)(void *context);
  } owned[SEARCHES_MAX];
  size_t owned_count;
} search_list;

/* `size` zeroed bytes that live as long as the list; `release` (may be NULL) frees what they point to. NULL: out of memory. */
void *search_list_own(search_list *list, size_t size, void (*release)(void *context));
void search_list_add(search_list *list, const finding_search *s);
void search_list_free(search_list *list);
khop_status search_list_run(const search_list *list, const finding_input *in, khop_error *err);
/* The same of keys and rows that are known, in the order of rows; sorts them. Without `keys`. */
khop_status finding_search_items(const finding_search *s, const finding_input *in, sort_item *items, size_t count, khop_error *err);

/* The rows of a group, ascending, each once: to `rows`, which has room for all. */
size_t finding_member_rows(const finding_member *members, size_t count, uint32_t *rows);

/* ---- finders ------------------------------------------------------------------------------------ */

/* Adds the searches that the schema has fields for. */
typedef khop_status finder(findings *out, const finding_input *in, search_list *list, khop_error *err);
finder find_shared;  /* id_shared */
finder find_entries; /* entry_twice, entry_number_repeated */
finder find_owners;  /* certificate_owners, parcel_owners, parcel_renumbered */
finder find_births;  /* plausible_births_close */
/* id_sequential: numbers that count from row to row. At once: it needs no keys. */
khop_status find_runs(findings *out, const finding_input *in, khop_error *err);
finder find_numbers; /* id_multiple, id_near, card_multiple, id_swapped, plausible_alive_after_death */

/* ---- people.c: is it the same person? ------------------------------------------------------------ */

/* One person of a record, as its row tells of it. */
typedef struct finding_person {
  const schema_person *roles;
  const feature_layout *layout;
  const uint8_t *features;
} finding_person;

typedef enum likeness { LIKE_UNKNOWN, LIKE_EQUAL, LIKE_NEAR, LIKE_OTHER } likeness;
/* Names: near by two letters, a word more or less, another middle name, words abbreviated or in another order. */
likeness finding_names(const finding_person *a, const finding_person *b);
bool finding_names_equal(const finding_person *a, const finding_person *b); /* with tones; a missing one equals none */
/* Names that one name becomes by slips, and brothers and sisters do not share: words left out, abbreviated, in another order or a
 * letter apart, but for last words that are two names: Yến and Yên, not Hoa and Toa; Mai and Yai, which is no word. Văn or Thị in
 * the place of another middle name is a slip, and so is a name that ends with one of them. */
bool finding_names_slip(const finding_person *a, const finding_person *b);
/* Names whose last words are one edit apart, and the rest of which is one name's. */
bool finding_given_slip(const finding_person *a, const finding_person *b);
bool finding_given_within(const finding_person *a, const finding_person *b); /* the last word of one is a word of the other */
bool finding_given_possible(const finding_person *p); /* a Vietnamese syllable: somebody may be called so */
uint32_t finding_surname(const finding_person *p); /* first word, a hash; 0: missing, or one word alone */
uint32_t finding_given(const finding_person *p);   /* last word, likewise */
/* The last word; *out_before: those before it without Văn and Thị, a hash. Both 0: missing, or one word alone. */
uint32_t finding_given_and_before(const finding_person *p, uint32_t *out_before);
/* Birth dates: near by two digits, in one year, on one day of the year, or equal in what both know. */
likeness finding_births(const finding_person *a, const finding_person *b);
/* Equal, or one digit or two neighbours apart, day for month, or a year alone that is the other's. */
bool finding_births_slip(const finding_person *a, const finding_person *b);
/* One day of the year, or day and month in the other order; both known. */
bool finding_days_alike(const finding_person *a, const finding_person *b);
/* Of two who share a number: one person, written differently? A twin, who differs in the given name, is another. */
bool finding_same_person(const finding_person *a, const finding_person *b);
/* The same of two who have one number, one certificate or one parcel, which few strangers of one given name and year have: with less of
 * the name in common, or with another year near by. */
bool finding_same_holder(const finding_person *a, const finding_person *b);

/* ---- homes.c: is it the same place? ---------------------------------------------------------------- */

/* Two places of a field as they are written: equal when most words of the shorter one are the other's, too, or most
 * of those that tell where it is; near: three words. */
likeness finding_places(const feature_layout *layout, int field, const uint8_t *a, const uint8_t *b);
/* House number and street, where both places begin with a number: equal or other; else unknown. Digits are known in part. */
likeness finding_houses(const feature_layout *layout, int field, const uint8_t *a, const uint8_t *b);
/* Their communes, before and after July 2025: equal; near: of one that was split, or by a former name. Of rows that hold no place of
 * the field the commune that the record is counted in, where the field is the one that tells it. */
likeness finding_communes(const findings *f, const finding_input *in, int field, const finding_member *a, const finding_member *b);
/* The commune that findings count a record in, likewise: of its home, or of the office. */
likeness finding_counted_communes(const findings *f, const finding_input *in, const finding_member *a, const finding_member *b);

#endif
