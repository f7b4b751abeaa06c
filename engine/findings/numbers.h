/* What the parts of find_numbers share: units, which are one person's records (numbers.c), what relatives have in common
 * (relatives.c), and what is looked for where nothing was matched (unmatched.c). */
#ifndef KHOP_FINDINGS_NUMBERS_H
#define KHOP_FINDINGS_NUMBERS_H

#include <stdatomic.h>

#include "findings/groups.h"

enum { CLASS_CCCD, CLASS_SOCIAL, CLASSES };
enum { numbers_max = 16 /* of a unit */, GIVEN_BUCKETS = 1 << 16 };

typedef struct number_range { /* of the numbers of a cluster, by class; low 0: none */
  uint64_t low[CLASSES], high[CLASSES];
  unsigned registers; /* a bit for each that has a record in it */
} number_range;

/* One person's records with two numbers. Rows stand in search.rows: those with `low`, then those with `high`. */
typedef struct unit {
  uint64_t low, high;
  size_t rows_at;
  uint16_t low_count, high_count;
  bool is_certain; /* of a cluster, or the records share a home, a telephone, parents; else by name and birth date alone */
  bool exchanged;
} unit;

typedef struct number_search {
  findings *out;
  const finding_input *in;
  const schema_person *person;
  uint32_t *place_of; /* by cluster: its place among those of two rows or more, CLUSTER_NONE for others */
  number_range *ranges;
  unit *units;
  size_t unit_count, unit_capacity;
  uint32_t *rows;
  size_t row_count, row_capacity;
  unsigned living, deaths; /* a bit for each linked register of the living, and of deaths */
  _Atomic uint32_t *given; /* how often given names were met, by hash & (GIVEN_BUCKETS - 1); all alike often more than they occur */
} number_search;

/* CLASS_CCCD, CLASS_SOCIAL; -1: neither. */
int number_class(uint64_t packed);
/* Records of one person: keeps a unit of them where they have two numbers. */
khop_status number_look_at_person(number_search *s, const finding_member *members, size_t count, bool is_certain, khop_error *err);
/* Were all of them matched? Then they are seen as a cluster. */
bool number_are_matched(const number_search *s, const finding_member *members, size_t count);

/* The first CCCD of a row, and its social-insurance number; 0: none. */
uint64_t number_first(const number_search *s, const uint8_t *features);
uint64_t number_card(const number_search *s, const uint8_t *features);
/* Of a field that relatives share: a hash of its text, or its packed number; 0: missing. */
uint64_t number_relative_value(const feature_layout *layout, int field, const uint8_t *features);

/* One person by names, births and home? Asked of two who have much in common: the head of a number, a given name and a birth date. */
bool number_are_one_at_home(const number_search *s, const finding_member *a, const finding_member *b);
/* A group (at most GROUP_ROWS_MAX) told apart into people, and a look at each. */
khop_status number_look_at_parts(number_search *s, const finding_member *members, size_t count, group_same *is_same, khop_error *err);

/* Do two records share what relatives share? A name in common is a namesake's as well; a home, a telephone is not. */
bool number_are_relatives(const number_search *s, const finding_member *a, const finding_member *b);
/* The same, or numbers that begin alike and a commune in common. */
bool number_are_neighbours(const number_search *s, const finding_member *a, const finding_member *b);
/* Given names that are two: as twins have. Not, when one of them is rare beside the other, and a slip of it. */
bool number_other_given(const number_search *s, const finding_person *a, const finding_person *b);
/* Searches that begin with what relatives share. Units of records whose name or birth date was typed otherwise, before the units'
 * end; and numbers that two relatives have exchanged. */
void number_find_homes(number_search *s, search_list *list);
void number_find_exchanges(number_search *s, search_list *list);
/* Searches for numbers that are near and for several cards, where nothing was matched. */
void number_find_unmatched(number_search *s, search_list *list);

#endif
