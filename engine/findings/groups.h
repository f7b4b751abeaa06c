/* What finders of groups have in common: numbers of a row, rows that are one person's, one line for many of them. */
#ifndef KHOP_FINDINGS_GROUPS_H
#define KHOP_FINDINGS_GROUPS_H

#include "findings/search.h"

/* A group that more rows share says nothing about them: "01" as a number, a place as a book. */
enum { GROUP_ROWS_MAX = 200 };

/* The packed number of a field, 0: missing, no such field, or no number that can be read. */
uint64_t group_number(const feature_layout *layout, int field, const uint8_t *features);
/* The plain hash of a text, both hashes of it; 0: missing, no such field. */
uint32_t group_text(const feature_layout *layout, int field, const uint8_t *features);
uint64_t group_text_whole(const feature_layout *layout, int field, const uint8_t *features);
/* A date, 0: missing, no such field. */
uint32_t group_date(const feature_layout *layout, int field, const uint8_t *features);

/* Which of linked registers a row is of; 0 where there is one. */
static inline size_t group_register(const finding_input *in, uint32_t row) {
  return registers_linked(in->registers) ? register_of(in->registers, row) : 0;
}

/* Numbers of one kind and length; near: a digit, or two neighbours in the other order. LIKE_UNKNOWN: a missing one, or two kinds. */
likeness group_numbers_alike(uint64_t a, uint64_t b);
/* The year of birth that a CCCD says. */
unsigned group_number_year(uint64_t packed);
bool group_number_female(uint64_t packed);
/* Does a CCCD fit what its row says of sex and birth year? What the row does not say fits. */
bool group_number_fits(const feature_layout *layout, const schema_person *person, uint64_t packed, const uint8_t *features);

/* Members told apart: of[i] is the number of member i's part, from 0 in the order of first members; how many parts there are.
 * Each is compared with the first of every part. */
typedef bool group_same(const void *context, const finding_member *a, const finding_member *b);
size_t group_parts(const finding_member *members, size_t count, group_same *same, const void *context, uint8_t of[GROUP_ROWS_MAX]);

/* One finding about the members, whose number `of` is `part`; all with `of` NULL. Severity and fix are the kind's. */
khop_status group_report(findings *out, finding_kind kind, const char *type, const char *identifier, const char *evidence,
                         const finding_member *members, size_t count, const uint8_t *of, size_t part, khop_error *err);

#endif
