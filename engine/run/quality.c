/* See quality.h. */
#include "run/quality.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

khop_status quality_check(const run *r, khop_error *err) {
  if (!r->options.skip_store) return KHOP_OK;
  return error_set(err, KHOP_USAGE, "--write quality: values come from the store: leave out --no-store");
}

/* ---- which records have a duplicate in their own register -------------------------------------------------- */

typedef struct duplicates {
  const clusters *clusters;
  uint8_t *bits; /* by row, of linked registers; NULL: a cluster of two or more says it */
} duplicates;

static bool is_duplicate(const duplicates *d, size_t row) {
  return d->bits ? d->bits[row / 8] >> row % 8 & 1 : d->clusters->sizes[d->clusters->of_row[row]] > 1;
}

static void mark(duplicates *d, size_t row) { d->bits[row / 8] |= (uint8_t)(1 << row % 8); }

/* An entity's last record in this register so far, by entity. */
static void mark_register(duplicates *d, uint32_t *last, size_t first_row, size_t last_row) {
  const clusters *c = d->clusters;
  for (size_t i = 0; i < c->cluster_count; i++) last[i] = CLUSTER_NONE;
  for (size_t row = first_row; row < last_row; row++) {
    uint32_t cluster = c->of_row[row];
    if (cluster == CLUSTER_NONE) continue;
    if (last[cluster] != CLUSTER_NONE) {
      mark(d, last[cluster]);
      mark(d, row);
    }
    last[cluster] = (uint32_t)row;
  }
}

static khop_status find_duplicates(duplicates *d, const run *r, const clusters *c, khop_error *err) {
  const records *all = &r->records;
  *d = (duplicates){.clusters = c};
  if (!r->link) return KHOP_OK;
  uint32_t *last = mem_alloc(c->cluster_count, sizeof *last);
  d->bits = mem_alloc(c->row_count / 8 + 1, 1);
  if (!last || !d->bits) {
    mem_free(last);
    return error_memory(err, c->cluster_count * sizeof *last, "quality");
  }
  for (size_t first = 0, next; first < all->source_count; first = next) {
    for (next = first; next < all->source_count && run_side_of_source(r, next) == run_side_of_source(r, first);) next++;
    mark_register(d, last, all->source_rows[first], all->source_rows[next]);
  }
  mem_free(last);
  return KHOP_OK;
}

/* Of linked registers each, else each file. */
static uint32_t register_of_source(const run *r, size_t source) { return (uint32_t)(r->link ? run_side_of_source(r, source) : source); }

/* ---- the records ----------------------------------------------------------------------------------------------- */

typedef struct quality_worker {
  field_reader *reader;
  field_value *values;
  quality_counts counts;
} quality_worker;

typedef struct quality_job {
  const run *run;
  const clusters *clusters;
  duplicates duplicates;
  quality_worker *workers;
  quality_result *out;
  uint64_t fields;   /* that are read */
  uint64_t *columns; /* by source: a bit for each field that has a column */
  uint32_t today;
  outfile *file;
} quality_job;

static khop_status write_reasons(const schema *s, const quality_verdict *verdict, pass_text *out, khop_error *err) {
  char code[QUALITY_CODE_BYTES];
  for (size_t i = 0; i < verdict->reason_count; i++) {
    if (i) TRY(pass_text_add(out, ";", 1, err));
    quality_reason_code(s, verdict->reasons[i], code);
    TRY(pass_text_add(out, code, strlen(code), err));
  }
  return KHOP_OK;
}

static khop_status write_unit(const address_book *book, const uint16_t units[ADDRESS_LEVEL_COMMUNE + 1], pass_text *out, khop_error *err) {
  uint16_t unit = units[ADDRESS_LEVEL_COMMUNE] ? units[ADDRESS_LEVEL_COMMUNE]
                  : units[ADDRESS_LEVEL_DISTRICT] ? units[ADDRESS_LEVEL_DISTRICT] : units[ADDRESS_LEVEL_PROVINCE];
  char name[UNIT_NAME_BYTES], code[UNIT_CODE_BYTES];
  if (unit == ADDRESS_NO_UNIT) return pass_text_add(out, ",", 1, err);
  unit_show(book, unit, name, code);
  TRY(pass_text_add(out, code, strlen(code), err));
  return pass_text_add(out, address_unit_at(book, unit)->era == ADDRESS_ERA_OLD ? ",old" : ",new", 4, err);
}

static khop_status write_verdict(const quality_job *job, const store_record *record, const quality_verdict *verdict, const uint16_t *units,
                                 pass_text *out, khop_error *err) {
  const char *in = job->out->registers[register_of_source(job->run, record->source)], *group = quality_group_name(verdict->group);
  TRY(store_pass_id(job->run, record, out, err));
  TRY(pass_text_add(out, ",", 1, err));
  TRY(pass_text_field(out, in, strlen(in), err));
  TRY(pass_text_add(out, ",", 1, err));
  TRY(pass_text_add(out, group, strlen(group), err));
  TRY(pass_text_add(out, ",", 1, err));
  TRY(write_reasons(job->run->schema, verdict, out, err));
  for (int d = 0; d < QUALITY_DIMENSIONS; d++) TRY(pass_text_add(out, verdict->fails[d] ? ",0" : ",1", 2, err));
  TRY(pass_text_add(out, ",", 1, err));
  TRY(write_unit(job->out->book, units, out, err));
  return pass_text_add(out, "\n", 1, err);
}

static khop_status judge_record(const quality_job *job, quality_worker *w, const store_record *record, pass_text *out, khop_error *err) {
  const run *r = job->run;
  const schema *s = r->schema;
  static const address_value nowhere = {0};
  quality_verdict verdict;
  uint16_t units[ADDRESS_LEVEL_COMMUNE + 1];
  for (uint64_t left = job->fields; left; left &= left - 1) {
    size_t f = (size_t)__builtin_ctzll(left);
    field_read(w->reader, f, record->fields[f], record->lengths[f], r->month_first[record->source] >> f & 1, &w->values[f]);
  }
  if (s->place_field >= 0) quality_settle(job->out->book, &w->values[s->place_field].place);
  const quality_record all = {.values = w->values, .columns = job->columns[record->source], .findings = r->findings.masks[record->row],
                              .is_duplicate = is_duplicate(&job->duplicates, record->row), .today = job->today};
  quality_judge(s, &all, &verdict);
  quality_units(job->out->book, s->place_field < 0 ? &nowhere : &w->values[s->place_field].place, units);
  TRY(quality_count(&w->counts, &verdict, register_of_source(r, record->source), units, err));
  return write_verdict(job, record, &verdict, units, out, err);
}

static khop_status judge_rows(void *context, unsigned worker, store_view *rows, uint32_t first, uint32_t last, pass_text *out,
                              khop_error *err) {
  quality_job *job = context;
  for (uint32_t row = first; row < last; row++) {
    store_record record;
    if (job->clusters->of_row[row] == CLUSTER_NONE) continue;
    TRY(store_read_record(rows, row, &record, err));
    TRY(judge_record(job, &job->workers[worker], &record, out, err));
  }
  return KHOP_OK;
}

static khop_status take_lines(void *context, const pass_text *text, khop_error *err) {
  (void)err;
  const quality_job *job = context;
  outfile_write(job->file, text->bytes, text->used);
  return KHOP_OK;
}

/* ---- what is counted ------------------------------------------------------------------------------------------------ */

static khop_status count_all(quality_job *job, khop_error *err) {
  quality_result *out = job->out;
  for (unsigned w = 0; w < pool_threads(job->run->workers); w++) TRY(quality_counts_add(&out->counts, &job->workers[w].counts, err));
  quality_counts_end(&out->counts);
  for (size_t i = 0; i < out->counts.place_count; i++) {
    quality_place place = out->counts.places[i];
    place.in = 0;
    TRY(quality_counts_add_place(&out->all, &place, err));
  }
  quality_counts_end(&out->all);
  return KHOP_OK;
}

static void summarise(const quality_job *job, khop_usability *out) {
  const quality_counts *c = &job->out->counts;
  size_t reasons[QUALITY_REASONS], count = quality_reasons_sorted(c, reasons);
  out->usable = c->groups[QUALITY_USABLE];
  out->needs_correction = c->groups[QUALITY_NEEDS_CORRECTION];
  out->unusable = c->groups[QUALITY_UNUSABLE];
  const size_t shown = sizeof out->reasons / sizeof *out->reasons;
  for (out->reason_count = 0; out->reason_count < shown && out->reason_count < count; out->reason_count++) {
    quality_reason_code(job->run->schema, reasons[out->reason_count], out->reasons[out->reason_count].code);
    out->reasons[out->reason_count].records = c->reasons[reasons[out->reason_count]];
  }
}

/* ---- all together --------------------------------------------------------------------------------------------------- */

static khop_status find_columns(quality_job *job, khop_error *err) {
  const run *r = job->run;
  const size_t fields = r->schema->field_count, sources = input_source_count(r->input);
  quality_result *out = job->out;
  out->register_count = r->link ? run_side_count(r) : sources;
  out->registers = mem_alloc(out->register_count, sizeof *out->registers);
  out->columns = mem_alloc(out->register_count, sizeof *out->columns);
  job->columns = mem_alloc(sources, sizeof *job->columns);
  if (!out->registers || !out->columns || !job->columns) return error_memory(err, sources * sizeof *job->columns, "quality");
  for (size_t s = 0; s < sources; s++) {
    const uint32_t in = register_of_source(r, s);
    for (size_t f = 0; f < fields; f++) job->columns[s] |= (uint64_t)(r->columns[s * fields + f] != COLUMN_NONE) << f;
    out->columns[in] |= job->columns[s];
    out->registers[in] = r->link ? r->side_names[in] : input_source_at(r->input, s)->name;
  }
  return KHOP_OK;
}

static khop_status job_open(quality_job *job, khop_error *err) {
  const run *r = job->run;
  const uint32_t today = r->finding_rules.today;
  job->fields = quality_fields(r->schema);
  job->today = feature_date_year(today) * 10000 + feature_date_month(today) * 100 + feature_date_day(today);
  TRY(address_book_create(&job->out->book, err));
  TRY(find_duplicates(&job->duplicates, r, job->clusters, err));
  TRY(find_columns(job, err));
  job->workers = mem_alloc(pool_threads(r->workers), sizeof *job->workers);
  if (!job->workers) return error_memory(err, pool_threads(r->workers) * sizeof *job->workers, "quality");
  const field_reader_options options = {.schema = r->schema, .book = job->out->book, .places = quality_places(r->schema)};
  for (unsigned w = 0; w < pool_threads(r->workers); w++) {
    TRY(field_reader_create(&job->workers[w].reader, &options, err));
    job->workers[w].values = mem_alloc(r->schema->field_count, sizeof *job->workers[w].values);
    if (!job->workers[w].values) return error_memory(err, r->schema->field_count * sizeof *job->workers[w].values, "quality");
  }
  return KHOP_OK;
}

static void job_close(quality_job *job) {
  for (unsigned w = 0; job->workers && w < pool_threads(job->run->workers); w++) {
    field_reader_free(job->workers[w].reader);
    mem_free(job->workers[w].values);
    quality_counts_free(&job->workers[w].counts);
  }
  mem_free(job->workers);
  mem_free(job->columns);
  mem_free(job->duplicates.bits);
}

khop_status write_quality(store_pass *p, const clusters *c, outfile *f, quality_result *out, khop_usability *summary, khop_error *err) {
  quality_job job = {.run = p->run, .clusters = c, .out = out, .file = f};
  khop_status status;
  progress_phase(&p->run->progress, "quality", "rows", c->row_count);
  TRY_CLEANUP(job_open(&job, err));
  outfile_text(f, "record_id,register,group,reasons,correct,complete,clean,current,place,map\n");
  TRY_CLEANUP(store_pass_run(p, 0, (uint32_t)c->row_count, judge_rows, take_lines, &job, err));
  TRY_CLEANUP(count_all(&job, err));
  summarise(&job, summary);
cleanup:
  job_close(&job);
  return status;
}

void quality_result_free(quality_result *q) {
  quality_counts_free(&q->counts);
  quality_counts_free(&q->all);
  address_book_free(q->book);
  mem_free(q->registers);
  mem_free(q->columns);
}
