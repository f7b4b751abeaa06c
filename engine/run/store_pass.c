/* See store_pass.h. */
#include "run/store_pass.h"

#include <stdio.h>
#include <string.h>

enum { tasks_a_worker = 4 };

/* ---- texts ------------------------------------------------------------------------------------------ */

static khop_status reserve(pass_text *t, size_t length, khop_error *err) {
  return array_reserve(&t->bytes, &t->capacity, t->used + length, 1, "lines of a result", err);
}

khop_status pass_text_add(pass_text *t, const void *bytes, size_t length, khop_error *err) {
  TRY(reserve(t, length, err));
  memcpy(t->bytes + t->used, bytes, length);
  t->used += length;
  return KHOP_OK;
}

khop_status pass_text_field(pass_text *t, const char *text, size_t length, khop_error *err) {
  TRY(reserve(t, 2 * length + 2, err));
  t->used += csv_field(t->bytes + t->used, text, length);
  return KHOP_OK;
}

khop_status pass_text_number(pass_text *t, uint64_t number, khop_error *err) {
  char digits[24];
  size_t start = sizeof digits;
  do digits[--start] = (char)('0' + number % 10);
  while (number /= 10);
  return pass_text_add(t, digits + start, sizeof digits - start, err);
}

/* ---- the pass ---------------------------------------------------------------------------------------- */

khop_status store_pass_open(store_pass *p, run *r, khop_error *err) {
  unsigned threads = pool_threads(r->workers);
  p->run = r;
  p->text_count = (size_t)threads * tasks_a_worker;
  p->views = mem_alloc(threads, sizeof *p->views);
  p->texts = mem_alloc(p->text_count, sizeof *p->texts);
  if (!p->views || !p->texts) return error_memory(err, p->text_count * sizeof *p->texts, "the store");
  TRY(store_writer_open_sealed(r->store, &p->store, err));
  for (unsigned w = 0; w < threads; w++) {
    TRY(store_view_begin(&p->views[w], p->store, err));
    store_view_read_once(p->views[w]);
  }
  return KHOP_OK;
}

void store_pass_close(store_pass *p) {
  for (unsigned w = 0; p->views && w < pool_threads(p->run->workers); w++) store_view_end(p->views[w]);
  for (size_t i = 0; p->texts && i < p->text_count; i++) mem_free(p->texts[i].bytes);
  store_close(p->store);
  mem_free(p->views);
  mem_free(p->texts);
  *p = (store_pass){0};
}

typedef struct pass_job {
  store_pass *pass;
  store_pass_work *work;
  void *context;
  size_t first_task; /* of this round; a task's rows begin at a multiple of STORE_TASK_ROWS */
  uint32_t first, last;
} pass_job;

static khop_status do_task(void *context, size_t task, unsigned worker, khop_error *err) {
  const pass_job *job = context;
  uint64_t first = (job->first_task + task) * STORE_TASK_ROWS, last = first + STORE_TASK_ROWS;
  if (first < job->first) first = job->first;
  if (last > job->last) last = job->last;
  pass_text *out = &job->pass->texts[task];
  out->used = 0;
  return job->work(job->context, worker, job->pass->views[worker], (uint32_t)first, (uint32_t)last, out, err);
}

/* Rows that stand before a task. */
static uint64_t rows_of(const pass_job *job, size_t task) {
  const uint64_t row = (uint64_t)task * STORE_TASK_ROWS;
  return row < job->first ? 0 : (row < job->last ? row : job->last) - job->first;
}

khop_status store_pass_run(store_pass *p, uint32_t first, uint32_t last, store_pass_work *work, store_pass_take *take, void *context,
                           khop_error *err) {
  pass_job job = {.pass = p, .work = work, .context = context, .first_task = first / STORE_TASK_ROWS, .first = first, .last = last};
  const size_t end = ((size_t)last + STORE_TASK_ROWS - 1) / STORE_TASK_ROWS;
  for (size_t round; first < last && job.first_task < end; job.first_task += round) {
    round = end - job.first_task < p->text_count ? end - job.first_task : p->text_count;
    TRY(pool_run(p->run->workers, round, do_task, &job, err));
    for (size_t i = 0; i < round; i++) TRY(take(context, &p->texts[i], err));
    progress_add(&p->run->progress, rows_of(&job, job.first_task + round) - rows_of(&job, job.first_task), 0);
    TRY(control_check(p->run->options.control, err));
  }
  return KHOP_OK;
}

/* ---- ids ----------------------------------------------------------------------------------------------- */

khop_status store_pass_id(const run *r, const store_record *record, pass_text *out, khop_error *err) {
  int field = r->id_fields[run_side_of_source(r, record->source)];
  bool has_source = r->options.qualify_ids || field < 0;
  char line[24];
  int digits = snprintf(line, sizeof line, "%llu", (unsigned long long)record->line);
  const char *own = field < 0 ? line : record->fields[field];
  size_t length = field < 0 ? (size_t)digits : record->lengths[field];
  if (!has_source) return pass_text_field(out, own, length, err);
  const char *source = input_source_at(r->input, record->source)->name;
  size_t source_length = strlen(source), total = source_length + 1 + length;
  TRY(reserve(out, 3 * total + 2, err)); /* the id as it is behind the room of its field */
  char *whole = out->bytes + out->used + 2 * total + 2;
  memcpy(whole, source, source_length);
  whole[source_length] = ':';
  memcpy(whole + source_length + 1, own, length);
  return pass_text_field(out, whole, total, err);
}
