/* A living store that begins without records: the frame and the model of a run that there never was. See create.c. */
#include "base/file.h"
#include "live/jobs.h"
#include "run/run.h"
#include "run/spill.h"

static khop_status write_model(const run *r, const char *directory, khop_error *err) {
  char *text = NULL;
  outfile f = {.fd = -1};
  TRY(model_to_json(&r->model, r->schema, &text, err));
  khop_status status = outfile_open(&f, directory, SEGMENTS_MODEL, err);
  if (status == KHOP_OK) {
    outfile_text(&f, text);
    status = outfile_commit(&f, err);
  }
  mem_free(text);
  return status;
}

/* Tables of identifiers have their numbers from the schema, whatever records come. */
static khop_status write_identifier_facts(run *r, khop_error *err) {
  uint32_t table = STORE_TABLE_IDENTIFIER;
  for (size_t f = 0; f < r->schema->field_count && table < STORE_TABLE_RULES; f++) {
    if (r->schema->fields[f].identifier) TRY(run_write_identifier_fact(r, table++, &r->schema->fields[f], err));
  }
  return KHOP_OK;
}

static khop_status write_facts(run *r, khop_error *err) {
  TRY(run_write_store_tables(r, err));
  TRY(run_write_store_facts(r, err));
  TRY(run_write_store_linkage(r, err));
  return write_identifier_facts(r, err);
}

static khop_status write_frame(run *r, const char *directory, khop_error *err) {
  char *path = path_join(directory, SEGMENTS_FRAME);
  if (!path) return error_memory(err, strlen(directory), "path");
  const char *names[SCHEMA_FIELDS_MAX];
  for (size_t f = 0; f < r->schema->field_count; f++) names[f] = r->schema->fields[f].name;
  const store_writer_options options = {.schema = r->schema->name, .field_names = names, .field_count = r->schema->field_count};
  khop_status status = store_writer_create(&r->store, path, &options, err);
  if (status == KHOP_OK) status = write_facts(r, err);
  if (status == KHOP_OK) status = store_writer_finish(r->store, false, err);
  mem_free(path);
  return status; /* run_close frees the writer */
}

khop_status live_create_empty(const char *directory, const khop_options *options, uint64_t record_count, khop_error *err) {
  run r;
  khop_status status = run_open_empty(&r, options, record_count, err); /* before anything is on the disk */
  if (status == KHOP_OK) status = directory_create(directory, err);
  if (status == KHOP_OK) status = write_model(&r, directory, err);
  if (status == KHOP_OK) status = write_frame(&r, directory, err);
  run_close(&r);
  return status;
}
