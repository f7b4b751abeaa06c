/* Drives a run: options, files, one row after another in the order of the file. */
#include "gen.h"

#include <stdio.h>
#include <stdlib.h>

#include "job.h"

static const gen_schema *const own_schemas[] = {&gen_schema_civil_birth, &gen_schema_civil_marriage, &gen_schema_civil_death,
                                                &gen_schema_civil_recognition, &gen_schema_cccd, &gen_schema_bhyt,
                                                &gen_schema_parcel, NULL};
static const gen_schema *const *const schemas[] = {own_schemas, gen_people_schemas};

static const char *const fault_names[] = {
    [GEN_ID_SHARED] = "id_shared",
    [GEN_ID_MULTIPLE] = "id_multiple",
    [GEN_ID_NEAR] = "id_near",
    [GEN_ID_FORMAT] = "id_format",
    [GEN_ID_PROVINCE] = "id_province",
    [GEN_ID_SEX] = "id_sex",
    [GEN_ID_YEAR] = "id_year",
    [GEN_ID_LOST_ZERO] = "id_lost_zero",
    [GEN_ID_OLD_NUMBER] = "id_old_number",
    [GEN_ID_PLACEHOLDER] = "id_placeholder",
    [GEN_ID_SEQUENTIAL] = "id_sequential",
    [GEN_ID_SWAPPED] = "id_swapped",
    [GEN_CARD_MULTIPLE] = "card_multiple",
    [GEN_CARD_EXPIRED] = "card_expired",
    [GEN_CERTIFICATE_OWNERS] = "certificate_owners",
    [GEN_PARCEL_OWNERS] = "parcel_owners",
    [GEN_PARCEL_RENUMBERED] = "parcel_renumbered",
    [GEN_ENTRY_TWICE] = "entry_twice",
    [GEN_ENTRY_NUMBER_REPEATED] = "entry_number_repeated",
    [GEN_PLAUSIBLE_PARENT_AGE] = "plausible_parent_age",
    [GEN_PLAUSIBLE_BIRTHS_CLOSE] = "plausible_births_close",
    [GEN_PLAUSIBLE_ISSUED_BEFORE_BIRTH] = "plausible_issued_before_birth",
    [GEN_PLAUSIBLE_AGE_OVER_120] = "plausible_age_over_120",
    [GEN_PLAUSIBLE_FUTURE_DATE] = "plausible_future_date",
};

gen_random gen_row_random(const gen_job *job, const gen_ticket *ticket) {
  uint64_t profile = (uint64_t)(unsigned char)job->rates->name[0];
  return (gen_random){gen_hash(gen_hash(job->world.seed + job->schema->tag + profile, ticket->entity), ticket->copy)};
}

void gen_put_record_id(gen_text *t, const gen_job *job, uint64_t position) {
  gen_put_text(t, job->schema->record_prefix);
  gen_put_number(t, position + 1, job->schema->record_width);
}

void gen_fault_add(gen_job *job, gen_fault fault, const gen_ticket *record, const gen_ticket *other,
                   const char *identifier) {
  gen_text t = gen_writer_room(&job->faults);
  gen_put_text(&t, fault_names[fault]);
  gen_put(&t, ',');
  gen_put_record_id(&t, job, record->position);
  if (other) {
    gen_put(&t, ';');
    gen_put_record_id(&t, job, other->position);
  }
  gen_put(&t, ',');
  gen_put_text(&t, identifier);
  gen_put(&t, '\n');
  gen_writer_take(&job->faults, t);
  job->result.faults++;
}

static void put_truth(gen_job *job, const gen_ticket *ticket) {
  gen_text t = gen_writer_room(&job->truth);
  gen_put_record_id(&t, job, ticket->position);
  gen_put(&t, ',');
  gen_put(&t, job->schema->entity_prefix);
  gen_put_number(&t, ticket->entity, 9);
  gen_put(&t, '\n');
  gen_writer_take(&job->truth, t);
}

static void put_header(gen_writer *w, const char *header) {
  gen_text t = gen_writer_room(w);
  gen_put_text(&t, header);
  gen_put(&t, '\n');
  gen_writer_take(w, t);
}

static khop_status rows_write(gen_job *job, khop_error *err) {
  put_header(&job->rows, job->schema->header);
  put_header(&job->truth, "record_id,entity_id");
  put_header(&job->faults, job->disagrees ? "record_id,cause" : "finding,record_ids,identifier");
  for (uint64_t position = 0; position < job->plan.rows; position++) {
    gen_ticket ticket = gen_plan_at(&job->plan, position);
    gen_text t = gen_writer_room(&job->rows);
    job->schema->row(job, &ticket, &t);
    gen_put(&t, '\n');
    gen_writer_take(&job->rows, t);
    put_truth(job, &ticket);
    job->result.people += ticket.copy == 0;
    job->result.duplicate_rows += ticket.copy != 0;
    /* a full disk is noticed now, not an hour later */
    if (job->rows.error_number || job->truth.error_number) break;
  }
  job->result.rows = job->result.people + job->result.duplicate_rows;
  khop_status status = gen_writer_commit(&job->rows, err);
  if (status == KHOP_OK) status = gen_writer_commit(&job->truth, err);
  if (status == KHOP_OK) status = gen_writer_commit(&job->faults, err);
  return status;
}

static khop_status files_open(gen_job *job, const char *directory, khop_error *err) {
  char name[64];
  snprintf(name, sizeof name, "%s.csv", job->schema->name);
  khop_status status = gen_directory_create(directory, err);
  if (status == KHOP_OK) status = gen_writer_open(&job->rows, directory, name, err);
  if (status == KHOP_OK) status = gen_writer_open(&job->truth, directory, "truth.csv", err);
  if (status == KHOP_OK) status = gen_writer_open(&job->faults, directory, job->disagrees ? "causes.csv" : "faults.csv", err);
  return status;
}

/* Among all schemas; a message with the names of all when there is none. */
static khop_status schema_find(const char *name, const gen_schema **out_schema, khop_error *err) {
  char names[256] = "";
  size_t used = 0;
  *out_schema = NULL;
  for (size_t g = 0; g < sizeof schemas / sizeof *schemas; g++) {
    for (const gen_schema *const *s = schemas[g]; *s; s++) {
      if (name && strcmp((*s)->name, name) == 0) *out_schema = *s;
      if (used < sizeof names) used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", (*s)->name);
    }
  }
  if (*out_schema) return KHOP_OK;
  return gen_fail(err, KHOP_USAGE, "gen: no schema '%.64s'; %s", name ? name : "", names);
}

static khop_status job_init(gen_job *job, const gen_options *options, khop_error *err) {
  job->rates = gen_rates_find(options->profile);
  if (!job->rates) return gen_fail(err, KHOP_USAGE, "gen: no such profile; judge, tune");
  if (!options->directory) return gen_fail(err, KHOP_USAGE, "gen: no output directory");
  if (options->faults > GEN_FAULTS_MAX) {
    return gen_fail(err, KHOP_USAGE, "gen: %u faults of each kind in 10,000 rows, at most %u", options->faults, (unsigned)GEN_FAULTS_MAX);
  }
  if (options->people == 0 || options->people > GEN_PEOPLE_MAX) {
    return gen_fail(err, KHOP_USAGE, "gen: %llu people, expected 1 to %llu", (unsigned long long)options->people,
                    (unsigned long long)GEN_PEOPLE_MAX);
  }
  const gen_schema *schema = job->schema;
  uint64_t entities = (options->people * schema->entities_percent + 99) / 100;
  gen_world_init(&job->world, options->seed, options->people);
  job->extra_faults = options->faults;
  if (schema == &gen_schema_civil_birth) job->world.close_births = options->faults * 2;
  gen_plan_init(&job->plan, gen_hash(job->world.seed, schema->tag), entities, schema->covered, schema->seconds,
                schema->thirds);
  gen_picker_init(&job->errors, job->rates->weights, GEN_ERRORS, sizeof *job->rates->weights);
  khop_status status = gen_serials_create(&job->world, err);
  if (status == KHOP_OK && schema->prepare) status = schema->prepare(job, err);
  return status;
}

khop_status gen_run(const gen_options *options, gen_result *out_result, khop_error *err) {
  const gen_schema *schema;
  *out_result = (gen_result){0};
  if (options->schema && strcmp(options->schema, GEN_VAN_NINH) == 0) return gen_disagreeing_run(options, out_result, err);
  khop_status status = schema_find(options->schema, &schema, err);
  return status == KHOP_OK ? gen_run_schema(options, schema, false, out_result, err) : status;
}

khop_status gen_run_schema(const gen_options *options, const gen_schema *schema, bool disagrees, gen_result *out_result, khop_error *err) {
  *out_result = (gen_result){0};
  gen_job *job = calloc(1, sizeof *job);
  if (!job) return gen_fail(err, KHOP_ENVIRONMENT, "gen: out of memory");
  job->schema = schema;
  job->disagrees = disagrees;
  khop_status status = job_init(job, options, err);
  if (status == KHOP_OK) status = files_open(job, options->directory, err);
  if (status == KHOP_OK) status = rows_write(job, err);
  if (status == KHOP_OK) *out_result = job->result;
  gen_writer_abandon(&job->rows);
  gen_writer_abandon(&job->truth);
  gen_writer_abandon(&job->faults);
  gen_serials_free(&job->world);
  free(job->prepared);
  free(job);
  return status;
}
