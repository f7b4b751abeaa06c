/* Numbers that count from row to row, as a spreadsheet fills a column that somebody drags down: 079085000123, ..124, ..125, ..126.
 *
 *   rows of a chunk ──side by side──> steps: (row before, row, field, +1 or -1)      few or none
 *   chunks ──in order──> steps that follow each other: a run, and a finding when it is long enough
 *
 * Only personal IDs: social-insurance numbers of a household are issued one behind the other. Brothers and sisters may have
 * got two or three neighbouring numbers, too. See search.h.
 */
#include <stdio.h>
#include <string.h>

#include "feature/row_file.h"
#include "findings/groups.h"

enum { LEAST_ROWS = 4, FIELDS_MAX = 8 };

typedef struct step {
  uint64_t number; /* of the row before */
  uint32_t before, row;
  int8_t field, by; /* field: its place in run_search.fields */
} step;

/* What one worker found in its chunk, and the numbers at the chunk's ends, 0: none. */
typedef struct chunk_steps {
  step *items;
  size_t count, capacity;
  bool is_empty; /* of live rows */
  uint32_t first_row, last_row;
  uint64_t first[FIELDS_MAX], last[FIELDS_MAX];
} chunk_steps;

typedef struct open_run {
  uint32_t *rows;
  size_t count, capacity;
  uint64_t first; /* number */
  int by;
} open_run;

typedef struct run_search {
  findings *out;
  const finding_input *in;
  size_t fields[FIELDS_MAX], field_count;
  chunk_steps *chunks; /* by worker */
  open_run runs[FIELDS_MAX];
  bool is_started;
  uint32_t last_row;
  uint64_t last[FIELDS_MAX];
} run_search;

static int step_between(const run_search *s, uint32_t before, uint64_t a, uint32_t row, uint64_t b) {
  if (!a || !b || (b - a != 1 && a - b != 1) || group_register(s->in, before) != group_register(s->in, row)) return 0;
  if (feature_id_kind(a) != feature_id_kind(b) || feature_id_digits(a) != feature_id_digits(b)) return 0;
  return b > a ? 1 : -1;
}

static uint64_t number_at(const feature_table *part, size_t field, const uint8_t *features) {
  uint64_t packed = slot_u64(features, part->layout.slots[field].offset);
  return feature_id_kind(packed) == ID_CCCD || feature_id_kind(packed) == ID_CMND ? packed : 0;
}

static khop_status find_steps(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  const run_search *s = context;
  chunk_steps *c = &s->chunks[worker];
  c->count = 0;
  c->is_empty = true;
  for (size_t i = 0; i < part->count; i++) {
    const uint8_t *features = feature_row(part, i);
    const uint32_t row = feature_row_number(part, i);
    if (feature_row_dead(&part->layout, features)) continue;
    for (size_t f = 0; f < s->field_count; f++) {
      uint64_t number = number_at(part, s->fields[f], features);
      int by = c->is_empty ? 0 : step_between(s, c->last_row, c->last[f], row, number);
      if (c->is_empty) c->first[f] = number;
      const step found = {.number = c->last[f], .before = c->last_row, .row = row, .field = (int8_t)f, .by = (int8_t)by};
      c->last[f] = number;
      if (!by) continue;
      TRY(array_reserve(&c->items, &c->capacity, c->count + 1, sizeof *c->items, "findings", err));
      c->items[c->count++] = found;
    }
    if (c->is_empty) c->first_row = row;
    c->last_row = row;
    c->is_empty = false;
  }
  return KHOP_OK;
}

/* Long runs are told in several lines. */
static khop_status end_run(run_search *s, size_t f, khop_error *err) {
  open_run *r = &s->runs[f];
  khop_status status = KHOP_OK;
  for (size_t from = 0, count; status == KHOP_OK && r->count >= LEAST_ROWS && from < r->count; from += count) {
    char evidence[128], first[FINDING_ID_TEXT_BYTES];
    finding_id_text(r->first, first);
    count = r->count - from < GROUP_ROWS_MAX + LEAST_ROWS ? r->count - from : GROUP_ROWS_MAX;
    const finding_language language = s->out->language;
    snprintf(evidence, sizeof evidence,
             FINDING_SAID(language, "%s: các số %s dần từng đơn vị qua các bản ghi liên tiếp, %zu số", "%s: the numbers count %s from record to record, %zu of them"),
             s->in->schema->fields[s->fields[f]].name, r->by > 0 ? FINDING_SAID(language, "tăng", "up") : FINDING_SAID(language, "giảm", "down"), r->count);
    const finding found = {.kind = FINDING_ID_SEQUENTIAL, .severity = finding_kind_severity(FINDING_ID_SEQUENTIAL), .type = finding_id_type(r->first), .identifier = first,
                           .evidence = evidence, .rows = r->rows + from, .row_count = count};
    status = findings_add(s->out, &found, err);
  }
  r->count = 0;
  return status;
}

static khop_status take_step(run_search *s, const step *at, khop_error *err) {
  open_run *r = &s->runs[at->field];
  bool goes_on = r->count && r->rows[r->count - 1] == at->before && r->by == at->by;
  if (!goes_on) TRY(end_run(s, (size_t)at->field, err));
  TRY(array_reserve(&r->rows, &r->capacity, r->count + 2, sizeof *r->rows, "findings", err));
  if (!goes_on) r->first = at->number;
  if (!goes_on) r->rows[r->count++] = at->before;
  r->rows[r->count++] = at->row;
  r->by = at->by;
  return KHOP_OK;
}

static khop_status take_steps(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)part;
  run_search *s = context;
  const chunk_steps *c = &s->chunks[worker];
  if (c->is_empty) return KHOP_OK;
  for (size_t f = 0; s->is_started && f < s->field_count; f++) {
    int by = step_between(s, s->last_row, s->last[f], c->first_row, c->first[f]);
    const step across = {.number = s->last[f], .before = s->last_row, .row = c->first_row, .field = (int8_t)f, .by = (int8_t)by};
    if (by) TRY(take_step(s, &across, err));
  }
  for (size_t i = 0; i < c->count; i++) TRY(take_step(s, &c->items[i], err));
  s->is_started = true;
  s->last_row = c->last_row;
  memcpy(s->last, c->last, sizeof s->last);
  return KHOP_OK;
}

static void release(run_search *s) {
  for (size_t f = 0; f < s->field_count; f++) mem_free(s->runs[f].rows);
  for (unsigned w = 0; s->chunks && w < pool_threads(s->in->workers); w++) mem_free(s->chunks[w].items);
  mem_free(s->chunks);
}

khop_status find_runs(findings *out, const finding_input *in, khop_error *err) {
  run_search s = {.out = out, .in = in};
  for (size_t f = 0; f < in->schema->field_count && s.field_count < FIELDS_MAX; f++) {
    if (in->schema->fields[f].type == TYPE_PERSONAL_ID && in->table->layout.slots[f].kind == SLOT_ID) s.fields[s.field_count++] = f;
  }
  if (!s.field_count) return KHOP_OK;
  s.chunks = mem_alloc(pool_threads(in->workers), sizeof *s.chunks);
  if (!s.chunks) return error_memory(err, pool_threads(in->workers) * sizeof *s.chunks, "findings");
  const row_pass pass = {.table = in->table, .work = find_steps, .take = take_steps, .context = &s};
  khop_status status = row_pass_run(&pass, in->workers, err);
  for (size_t f = 0; status == KHOP_OK && f < s.field_count; f++) status = end_run(&s, f, err);
  release(&s);
  return status;
}
