/* See golden.h. An entity is made where its first record stands; its other records must be there by then:
 *
 *   rows in order ──all but the first of an entity──> parts on disk, by entity      (run/golden_members.c)
 *   part by part: its records in memory;  rows in order ──first of an entity──> its line
 *
 * So the store is read twice from front to end, never at random, and one part is in memory at a time.
 */
#include "run/golden.h"

#include <stdio.h>
#include <string.h>

#include "run/golden_members.h"
#include "schema/wording.h"

/* ---- authority --------------------------------------------------------------------------------------- */

/* "cccd" of "cccd.csv.gz". */
static bool is_file_named(const char *file, const char *name) {
  size_t length = strlen(name);
  return strncmp(file, name, length) == 0 && (file[length] == '\0' || file[length] == '.');
}

uint32_t golden_trust(const run *r, size_t source) {
  const size_t in = run_side_of_source(r, source);
  const schema *side = r->side_schemas[in];
  const char *file = input_source_at(r->input, source)->name, *slash = strrchr(file, '/');
  uint32_t place = 0;
  for (; place < r->schema->authority_count; place++) {
    const char *name = r->schema->authority[place];
    if (strcmp(name, side ? side->name : r->schema->name) == 0 || (r->link && strcmp(name, r->side_names[in]) == 0) ||
        is_file_named(slash ? slash + 1 : file, name)) break;
  }
  return place;
}

static const char *field_by_authority(const schema *s) {
  for (size_t f = 0; f < s->field_count; f++) {
    for (size_t i = 0; i < s->survivors[f].rule_count; i++) {
      if (s->survivors[f].rules[i] == GOLDEN_AUTHORITY) return s->fields[f].name;
    }
  }
  return NULL;
}

khop_status golden_check(const run *r, khop_error *err) {
  const char *field = field_by_authority(r->schema);
  wording_list registers = {.limit = 200}, order = {.limit = 200};
  if (r->options.skip_store) return error_set(err, KHOP_USAGE, "--write golden: values come from the store: leave out --no-store");
  for (size_t s = 0; s < input_source_count(r->input); s++) {
    if (!field || golden_trust(r, s) < r->schema->authority_count) return KHOP_OK;
    wording_list_add(&registers, input_source_at(r->input, s)->name);
  }
  for (size_t a = 0; a < r->schema->authority_count; a++) wording_list_add(&order, r->schema->authority[a]);
  return error_set(err, KHOP_USAGE, "schema %s: field %s goes by authority, but none of %s is a register of this run: %s", r->schema->name,
                   field, order.text, registers.text);
}

/* ---- one entity ------------------------------------------------------------------------------------------ */

/* A worker's. */
typedef struct golden_worker {
  field_reader *whole, *alone; /* of entities of several records, and of one: nothing to choose there */
  store_record *members;
  field_value *values;
  survivor_candidate *candidates;
  survivor_count *room;
  uint32_t *days, *best, *given; /* by member: of its date; by field: who survives; by member: how many values it gives */
  const char **fields;           /* of the members that were not first */
  size_t capacity, member_count;
  int days_of;                   /* the date field that `days` are of; -1: none */
  pass_text written;             /* values that survive, end to end */
  uint32_t written_lengths[SCHEMA_FIELDS_MAX];
} golden_worker;

typedef struct golden_job {
  store_pass *pass;
  const run *run;
  const clusters *clusters;
  golden_members members;
  golden_worker *workers;
  uint32_t *trusts; /* by source */
  address_book *book;
  outfile *file;
} golden_job;

static bool month_first(const run *r, const store_record *record, size_t field) { return r->month_first[record->source] >> field & 1; }

static void read_value(const golden_job *job, field_reader *reader, const store_record *record, size_t field, field_value *out) {
  field_read(reader, field, record->fields[field], record->lengths[field], month_first(job->run, record, field), out);
}

static bool grow(void *array_pointer, size_t count, size_t size) {
  void **array = array_pointer, *grown = mem_resize(*array, count, size);
  if (grown) *array = grown;
  return grown != NULL;
}

static khop_status worker_reserve(golden_worker *w, size_t count, size_t fields, khop_error *err) {
  const size_t room = 2 * count;
  if (count <= w->capacity) return KHOP_OK;
  if (!grow(&w->members, room, sizeof *w->members) || !grow(&w->values, room, sizeof *w->values) ||
      !grow(&w->candidates, room, sizeof *w->candidates) || !grow(&w->room, room, sizeof *w->room) ||
      !grow(&w->days, room, sizeof *w->days) || !grow(&w->given, room, sizeof *w->given) ||
      !grow(&w->fields, room * fields, sizeof *w->fields)) {
    return error_memory(err, room * sizeof *w->values, "golden records");
  }
  w->capacity = room;
  return KHOP_OK;
}

static void read_days(const golden_job *job, golden_worker *w, int date_field) {
  if (w->days_of == date_field) return;
  for (size_t m = 0; m < w->member_count; m++) {
    field_value date = {0};
    if (date_field >= 0) read_value(job, w->alone, &w->members[m], (size_t)date_field, &date);
    w->days[m] = date.day;
  }
  w->days_of = date_field;
}

/* A number that was repaired survives repaired, and so does a name that was typed in telex; what has no form keeps its own. */
static bool is_written_canonical(const schema *s, size_t field, const field_value *value) {
  return value->is_valid && (s->survivors[field].is_canonical || value->is_repaired);
}

static khop_status keep_value(const golden_job *job, golden_worker *w, const field_reader *reader, size_t field, const field_value *value,
                              const store_record *record, khop_error *err) {
  const schema *s = job->run->schema;
  size_t before = w->written.used;
  if (is_written_canonical(s, field, value)) {
    char canonical[1024];
    size_t length = field_canonical(reader, field, value, month_first(job->run, record, field), canonical, sizeof canonical);
    TRY(pass_text_add(&w->written, length ? canonical : value->text, length ? length : value->length, err));
  } else {
    TRY(pass_text_add(&w->written, value->text, value->length, err));
  }
  w->written_lengths[field] = (uint32_t)(w->written.used - before);
  return KHOP_OK;
}

static khop_status choose_value(const golden_job *job, golden_worker *w, size_t field, khop_error *err) {
  const schema_survivor *rules = &job->run->schema->survivors[field];
  field_reader *reader = w->member_count > 1 || rules->is_canonical ? w->whole : w->alone;
  if (w->member_count > 1) read_days(job, w, rules->date_field);
  for (size_t m = 0; m < w->member_count; m++) {
    read_value(job, reader, &w->members[m], field, &w->values[m]);
    w->candidates[m] = (survivor_candidate){.value = &w->values[m], .trust = job->trusts[w->members[m].source], .day = w->days[m]};
  }
  uint32_t best = survivor_choose(rules, w->candidates, (uint32_t)w->member_count, w->room);
  w->best[field] = best;
  w->written_lengths[field] = 0;
  if (best == SURVIVOR_NONE) return KHOP_OK;
  w->given[best]++;
  return keep_value(job, w, reader, field, &w->values[best], &w->members[best], err);
}

static bool is_shown(const schema *s, size_t field) { return (int)field != s->id_field; }

static khop_status write_fields(const golden_job *job, const golden_worker *w, uint32_t main_member, pass_text *out, khop_error *err) {
  const schema *s = job->run->schema;
  size_t at = 0;
  for (size_t f = 0; f < s->field_count; f++) {
    if (!is_shown(s, f)) continue;
    TRY(pass_text_add(out, ",", 1, err));
    TRY(pass_text_field(out, w->written.bytes + at, w->written_lengths[f], err));
    at += w->written_lengths[f];
  }
  for (size_t f = 0; f < s->field_count; f++) {
    if (!is_shown(s, f)) continue;
    TRY(pass_text_add(out, ",", 1, err));
    if (w->best[f] != SURVIVOR_NONE && w->best[f] != main_member) TRY(store_pass_id(job->run, &w->members[w->best[f]], out, err));
  }
  return pass_text_add(out, "\n", 1, err);
}

static khop_status write_entity(const golden_job *job, golden_worker *w, uint32_t cluster, pass_text *out, khop_error *err) {
  const schema *s = job->run->schema;
  uint32_t main_member = 0;
  w->days_of = -2; /* of no entity yet */
  w->written.used = 0;
  memset(w->given, 0, w->member_count * sizeof *w->given);
  for (size_t f = 0; f < s->field_count; f++) {
    if (is_shown(s, f)) TRY(choose_value(job, w, f, err));
  }
  for (uint32_t m = 1; m < w->member_count; m++) {
    if (w->given[m] > w->given[main_member]) main_member = m;
  }
  TRY(pass_text_number(out, cluster + 1u, err));
  TRY(pass_text_add(out, ",", 1, err));
  TRY(pass_text_number(out, w->member_count, err));
  TRY(pass_text_add(out, ",", 1, err));
  TRY(store_pass_id(job->run, &w->members[main_member], out, err));
  return write_fields(job, w, main_member, out, err);
}

/* ---- all of them -------------------------------------------------------------------------------------------- */

static khop_status make_entities(void *context, unsigned worker, store_view *rows, uint32_t first, uint32_t last, pass_text *out,
                                 khop_error *err) {
  golden_job *job = context;
  golden_worker *w = &job->workers[worker];
  const clusters *c = job->clusters;
  const size_t fields = job->run->schema->field_count;
  uint32_t next = golden_members_before(&job->members, first);
  for (uint32_t row = first; row < last; row++) {
    uint32_t cluster = c->of_row[row];
    if (cluster != next) continue;
    next++;
    w->member_count = c->sizes[cluster];
    TRY(worker_reserve(w, w->member_count, fields, err));
    TRY(store_read_record(rows, row, &w->members[0], err));
    TRY(golden_members_read(&job->members, cluster, fields, w->members + 1, w->fields, w->member_count - 1, err));
    TRY(write_entity(job, w, cluster, out, err));
  }
  return KHOP_OK;
}

static khop_status take_lines(void *context, const pass_text *text, khop_error *err) {
  (void)err;
  const golden_job *job = context;
  outfile_write(job->file, text->bytes, text->used);
  return KHOP_OK;
}

static void write_header(const schema *s, outfile *f) {
  static const char *const ends[] = {"", "_from"};
  outfile_text(f, "entity_id,records,record_id");
  for (size_t end = 0; end < 2; end++) {
    for (size_t i = 0; i < s->field_count; i++) {
      if (is_shown(s, i)) outfile_format(f, ",%s%s", s->fields[i].name, ends[end]);
    }
  }
  outfile_text(f, "\n");
}

static khop_status job_open(golden_job *job, khop_error *err) {
  const run *r = job->run;
  const size_t sources = input_source_count(r->input);
  field_reader_options options = {.schema = r->schema};
  TRY(address_book_create(&job->book, err));
  job->workers = mem_alloc(pool_threads(r->workers), sizeof *job->workers);
  job->trusts = mem_alloc(sources, sizeof *job->trusts);
  if (!job->workers || !job->trusts) return error_memory(err, sources * sizeof *job->trusts, "golden records");
  for (size_t s = 0; s < sources; s++) job->trusts[s] = golden_trust(r, s);
  for (unsigned w = 0; w < pool_threads(r->workers); w++) {
    options = (field_reader_options){.schema = r->schema};
    TRY(field_reader_create(&job->workers[w].alone, &options, err));
    options = (field_reader_options){.schema = r->schema, .book = job->book, .places = ~(uint64_t)0, .wants_keys = true};
    TRY(field_reader_create(&job->workers[w].whole, &options, err));
    job->workers[w].best = mem_alloc(r->schema->field_count, sizeof *job->workers[w].best);
    if (!job->workers[w].best) return error_memory(err, sizeof *job->workers, "golden records");
  }
  return KHOP_OK;
}

static void job_close(golden_job *job) {
  for (unsigned i = 0; job->workers && i < pool_threads(job->run->workers); i++) {
    golden_worker *w = &job->workers[i];
    field_reader_free(w->whole);
    field_reader_free(w->alone);
    void *arrays[] = {w->members, w->values, w->candidates, w->room, w->days, w->best, w->given, w->fields, w->written.bytes};
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++) mem_free(arrays[a]);
  }
  golden_members_close(&job->members);
  mem_free(job->workers);
  mem_free(job->trusts);
  address_book_free(job->book);
}

khop_status write_golden(store_pass *p, const clusters *c, outfile *f, khop_error *err) {
  golden_job job = {.pass = p, .run = p->run, .clusters = c, .file = f};
  khop_status status;
  progress_phase(&p->run->progress, "golden", "rows", 2 * c->row_count); /* read twice */
  TRY_CLEANUP(job_open(&job, err));
  TRY_CLEANUP(golden_members_gather(&job.members, p, c, err));
  write_header(p->run->schema, f);
  for (size_t part = 0; part < job.members.part_count; part++) {
    uint32_t first, last;
    TRY_CLEANUP(golden_members_load(&job.members, part, &first, &last, err));
    TRY_CLEANUP(store_pass_run(p, first, last, make_entities, take_lines, &job, err));
  }
cleanup:
  job_close(&job);
  return status;
}
