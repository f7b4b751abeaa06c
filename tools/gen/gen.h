/* Synthetic registers with known truth and planted faults.
 *
 * gen_run writes three files into a directory, each under a temporary name until it is whole:
 *
 *   SCHEMA.csv   the register, in the canonical columns of the schema
 *   truth.csv    record_id,entity_id: which rows mean the same person (P...), couple (C...) or parcel (T...)
 *   faults.csv   finding,record_ids,identifier: what was planted, record ids joined by ";"
 *
 * Seeded: the same schema, people, seed and profile give the same bytes. Person i of a seed is the
 * same person, with the same entity id, in all registers of people and as an owner in parcel.
 * Memory: 4 bytes a person, and 2 a row of a civil-status register or 4 a parcel.
 */
#ifndef KHOP_GEN_H
#define KHOP_GEN_H

#include "khop.h"

typedef struct gen_options {
  const char *schema;    /* any built-in one */
  uint64_t people;       /* 1 .. GEN_PEOPLE_MAX */
  uint64_t seed;
  const char *directory; /* made if missing */
  const char *profile;   /* "judge" (also NULL) or "tune": two error models */
  unsigned threads;      /* no effect on the bytes; rows are made on the calling thread */
} gen_options;

typedef struct gen_result {
  uint64_t rows, people; /* people: entities that have a row; for parcel, parcels */
  uint64_t duplicate_rows, faults;
} gen_result;

/* Numbers of nine digits are dealt to people without collision up to here. */
#define GEN_PEOPLE_MAX UINT64_C(400000000)

/* KHOP_USAGE for an unknown schema or profile and for people out of range; KHOP_ENVIRONMENT for
 * memory and disk. A failed run leaves no new file. */
khop_status gen_run(const gen_options *options, gen_result *out_result, khop_error *err);

#endif
