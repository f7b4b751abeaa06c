/* What measures and filters ask of single values. No branches: half of all identifiers are missing, at random, and loops over
 * columns shall become vectors. */
#ifndef KHOP_COMPARE_VALUES_H
#define KHOP_COMPARE_VALUES_H

#include "feature/feature.h"

/* An ID_OTHER without digits is a hash. */
static inline bool id_is_hash(uint64_t id) {
  bool other = feature_id_kind(id) == ID_OTHER, digitless = feature_id_digits(id) == 0;
  return other & digitless;
}

/* Numbers of different kinds (CMND against CCCD) say nothing about each other, nor do a hash and a number. */
static inline bool ids_comparable(uint64_t x, uint64_t y) {
  bool there = feature_id_kind(x) != ID_MISSING, same_kind = feature_id_kind(x) == feature_id_kind(y);
  bool same_form = id_is_hash(x) == id_is_hash(y);
  return there & same_kind & same_form;
}

/* Unequal as they stand, they may still have the digits in common that are compared. */
static inline bool ids_open(uint64_t x, uint64_t y) {
  enum { digits_whole = 14 }; /* so many are told apart whatever stands above them */
  bool differ = x != y, lengths_differ = feature_id_digits(x) != feature_id_digits(y), is_long = feature_id_digits(x) > digits_whole;
  return differ & (lengths_differ | is_long);
}

static inline bool date_complete(uint32_t date) {
  bool month = feature_date_month(date) != 0, day = feature_date_day(date) != 0;
  return month & day;
}

/* 1 January often stands for "year only". */
static inline bool date_vague(uint32_t date) {
  bool partial = !date_complete(date), first_of_year = (date & 511) == (1 << 5 | 1);
  return partial | first_of_year;
}

#endif
