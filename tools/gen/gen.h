/* Synthetic registers with known truth and planted faults.
 *
 * gen_run writes three files into a directory, each under a temporary name until it is whole:
 *
 *   SCHEMA.csv   the register, in the canonical columns of the schema
 *   truth.csv    record_id,entity_id: which rows mean the same person (P...), couple (C...) or parcel (T...)
 *   faults.csv   finding,record_ids,identifier: what was planted, record ids joined by ";"
 *
 * With `faults` dates are planted that cannot be (gen/plausible.c), children are born too soon after another, and numbers are
 * swapped within families instead of between strangers. The usual faults are one in 256 entities of each kind. People stay who
 * they are, but for those of civil-birth, whose families are others where births are too close.
 *
 * "van-ninh" is no schema but two registers that do not agree, DIR/cccd and DIR/bhyt: 122,214 citizens, cards of eleven in
 * twelve, 8,900 of which contradict the citizen's record (gen/disagree.c). causes.csv stands there instead of faults.csv:
 * record_id,cause of each of those cards.
 *
 * Seeded: the same schema, people, seed and profile give the same bytes. Person i of a seed is the
 * same person, with the same entity id, in all registers of people and as an owner in parcel.
 * Memory: 4 bytes a person, and 2 a row of a civil-status register or 4 a parcel.
 */
#ifndef KHOP_GEN_H
#define KHOP_GEN_H

#include "khop.h"

typedef struct gen_options {
  const char *schema;    /* any built-in one, or GEN_VAN_NINH */
  uint64_t people;       /* 1 .. GEN_PEOPLE_MAX */
  uint64_t seed;
  const char *directory; /* made if missing */
  const char *profile;   /* "judge" (also NULL) or "tune": two error models */
  unsigned faults;       /* of 10,000 rows, so many have each of the faults below besides; 0: none of them, and the usual bytes */
  unsigned threads;      /* no effect on the bytes; rows are made on the calling thread */
} gen_options;

typedef struct gen_result {
  uint64_t rows, people; /* people: entities that have a row; for parcel, parcels */
  uint64_t duplicate_rows, faults;
} gen_result;

#define GEN_VAN_NINH "van-ninh"
enum { GEN_VAN_NINH_PEOPLE = 122214, GEN_FAULTS_MAX = 1000 };

/* Numbers of nine digits are dealt to people without collision up to here. */
#define GEN_PEOPLE_MAX UINT64_C(400000000)

/* KHOP_USAGE for an unknown schema or profile and for people out of range; KHOP_ENVIRONMENT for
 * memory and disk. A failed run leaves no new file. */
khop_status gen_run(const gen_options *options, gen_result *out_result, khop_error *err);

#endif
