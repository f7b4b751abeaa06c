/* One run of the generator: the world, the plan, the open files, and what a schema has to supply. */
#ifndef KHOP_GEN_JOB_H
#define KHOP_GEN_JOB_H

#include "gen.h"
#include "plan.h"
#include "subject.h"

/* Kinds of planted faults, by the code in faults.csv. Records of a fault, and its identifier:
 *   id_shared       two people, one number              id_multiple   one person, two valid numbers
 *   id_near         one person, one digit apart         id_format     wrong length or a letter
 *   id_province     no such province                    id_sex        digit against the sex written
 *   id_year         digits against the year written     id_lost_zero  11 digits
 *   id_old_number   9 digits where 12 belong            id_placeholder  000000000000 and the like
 *   id_sequential   a rising or falling run of digits   id_swapped    two people with each other's
 *   card_multiple   one person, two social numbers      card_expired  the card's last day is past
 *   certificate_owners  one serial, two owners          parcel_owners one parcel key, two owners
 *   parcel_renumbered   a parcel under its old and its new numbers
 *   entry_twice     one entry typed twice               entry_number_repeated  two people's entries
 * And with options.faults, by what the rows say (plausible.c):
 *   plausible_parent_age            under 12 or over 60         plausible_births_close  two children within nine months
 *   plausible_issued_before_birth   a card, an entry            plausible_age_over_120  born before 1906
 *   plausible_future_date           of birth, of an entry
 */
typedef enum gen_fault {
  GEN_ID_SHARED,
  GEN_ID_MULTIPLE,
  GEN_ID_NEAR,
  GEN_ID_FORMAT,
  GEN_ID_PROVINCE,
  GEN_ID_SEX,
  GEN_ID_YEAR,
  GEN_ID_LOST_ZERO,
  GEN_ID_OLD_NUMBER,
  GEN_ID_PLACEHOLDER,
  GEN_ID_SEQUENTIAL,
  GEN_ID_SWAPPED,
  GEN_CARD_MULTIPLE,
  GEN_CARD_EXPIRED,
  GEN_CERTIFICATE_OWNERS,
  GEN_PARCEL_OWNERS,
  GEN_PARCEL_RENUMBERED,
  GEN_ENTRY_TWICE,
  GEN_ENTRY_NUMBER_REPEATED,
  GEN_PLAUSIBLE_PARENT_AGE,
  GEN_PLAUSIBLE_BIRTHS_CLOSE,
  GEN_PLAUSIBLE_ISSUED_BEFORE_BIRTH,
  GEN_PLAUSIBLE_AGE_OVER_120,
  GEN_PLAUSIBLE_FUTURE_DATE
} gen_fault;

/* Slots of a group (plan.h) with a fate of their own; those of copies differ by schema. */
enum {
  GEN_SLOT_MULTIPLE = 2, /* copies with a re-issued personal ID */
  GEN_SLOT_NEAR = 3,     /* copies with a digit wrong in it */
  GEN_SLOT_SHARED_OWNER = 24,
  GEN_SLOT_SHARED,
  GEN_SLOT_FORMAT,
  GEN_SLOT_PROVINCE,
  GEN_SLOT_SEX,
  GEN_SLOT_YEAR,
  GEN_SLOT_LOST_ZERO,
  GEN_SLOT_OLD_NUMBER,
  GEN_SLOT_PLACEHOLDER,
  GEN_SLOT_SEQUENTIAL,
  GEN_SLOT_SWAP_FIRST,
  GEN_SLOT_SWAP_SECOND,
  GEN_SLOT_ENTRY_OWNER, /* 36 */
  GEN_SLOT_ENTRY_REPEATED,
  GEN_SLOT_EXPIRED,
  GEN_SLOT_OTHER /* parcels: 40.. */
};

typedef struct gen_job gen_job;

typedef struct gen_schema {
  const char *name, *header;
  const char *record_prefix;
  unsigned record_width;
  char entity_prefix;
  uint32_t entities_percent; /* of the people */
  uint32_t covered, seconds, thirds;
  uint64_t tag; /* tells the schemas' draws apart */
  /* of 10,000 rows of this person, how many carry the personal ID; NULL: no such column */
  uint32_t (*id_share)(const gen_core *core, uint32_t copy);
  khop_status (*prepare)(gen_job *job, khop_error *err); /* NULL: nothing to prepare */
  void (*row)(gen_job *job, const gen_ticket *ticket, gen_text *t);
} gen_schema;

extern const gen_schema gen_schema_civil_birth, gen_schema_civil_marriage, gen_schema_civil_death, gen_schema_civil_recognition,
    gen_schema_cccd, gen_schema_bhyt, gen_schema_parcel;
extern const gen_schema *const gen_people_schemas[]; /* people.c; ends with NULL */

struct gen_job {
  gen_world world;
  gen_plan plan;
  gen_picker errors;
  const gen_rates *rates;
  const gen_schema *schema;
  void *prepared; /* the schema's own table, freed with the job */
  uint32_t extra_faults; /* options.faults */
  bool disagrees;        /* a register of van-ninh: nothing is wrong with it but what disagree.c plants */
  gen_writer rows, truth, faults;
  gen_result result;
};

/* The draws of one row. */
gen_random gen_row_random(const gen_job *job, const gen_ticket *ticket);
void gen_put_record_id(gen_text *t, const gen_job *job, uint64_t position);
/* `other` may be NULL. */
void gen_fault_add(gen_job *job, gen_fault fault, const gen_ticket *record, const gen_ticket *other,
                   const char *identifier);

/* Writes the personal ID that this row shows into subject->id, before the errors. */
void gen_id_show(gen_job *job, const gen_ticket *ticket, const gen_core *core, gen_subject *subject);
/* After the errors: reports the faults that the row's ID has, planted or by accident. */
void gen_id_report(gen_job *job, const gen_ticket *ticket, const gen_core *core, const gen_subject *subject);
/* With options.faults, of a couple's row: have both a number of twelve digits, of which something is to be wrong? That, and its report. */
bool gen_couple_numbered(const gen_job *job, uint32_t slot);
void gen_couple_spoil(gen_job *job, const gen_ticket *ticket, const gen_core *core, gen_subject *subject);
/* No fault is planted in this row, and it is its entity's only one. */
bool gen_slot_is_free(const gen_job *job, uint32_t slot);

/* What a row says about when its paper was issued: a card's first day, an entry's date; NULL where there is none. `death`: of the dead. */
void gen_plausible_plant(const gen_job *job, const gen_ticket *ticket, gen_subject *subject, gen_date *issued);
void gen_plausible_report(gen_job *job, const gen_ticket *ticket, const gen_core *core, const gen_subject *s, const gen_date *issued,
                          const gen_date *death);

/* van-ninh: what a card says otherwise than the citizen's record, if this is one of those cards; and the cause of it. */
void gen_disagree(gen_job *job, const gen_ticket *ticket, const gen_person *person, gen_subject *subject);
khop_status gen_disagreeing_run(const gen_options *options, gen_result *out_result, khop_error *err);
/* One register; options->schema does not count. */
khop_status gen_run_schema(const gen_options *options, const gen_schema *schema, bool disagrees, gen_result *out_result, khop_error *err);

#endif
