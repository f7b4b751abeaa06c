/* khop_index_get: many ids or identifiers in, the records that have them out. See khop.h.
 *
 *   a batch of lines ──khop_store_get_many──> records, by row ──> CSV lines ──> in the order of the lines
 *
 * Batches go to the threads, and out in their order (value_lines.h).
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/file.h"
#include "base/memory.h"
#include "index/store_handle.h"
#include "run/store_pass.h"
#include "run/value_lines.h"

enum { THREADS_MAX = 1024 };

/* The line that was made of a record. */
typedef struct answer {
  uint32_t row, asked;
  size_t start, end; /* in worker.lines */
} answer;

typedef struct job {
  const khop_get_options *options;
  khop_store *store;
  value_lines lines;
  atomic_uint_fast64_t next_turn; /* relaxed: only its being unique counts, the turnstiles order the rest */
  atomic_uint_fast64_t asked, missing, records; /* relaxed: sums, read behind the last thread's end */
} job;

typedef struct worker {
  job *job;
  khop_store *store;
  value_batch batch;
  khop_asked *asked; /* a line each */
  answer *answers;
  size_t asked_count, asked_capacity, answer_count, answer_capacity;
  pass_text lines, output;
} worker;

/* ---- lines ------------------------------------------------------------------------------------------ */

static khop_status take_line(worker *w, const char *text, size_t length, khop_error *err) {
  TRY(array_reserve(&w->asked, &w->asked_capacity, w->asked_count + 1, sizeof *w->asked, "look-ups", err));
  w->asked[w->asked_count++] = (khop_asked){text, length};
  return KHOP_OK;
}

static khop_status take_lines(worker *w, khop_error *err) {
  const value_batch *batch = &w->batch;
  const bool has_mark = batch->number == 0 && batch->bytes >= 3 && memcmp(batch->text, "\xEF\xBB\xBF", 3) == 0;
  w->asked_count = w->answer_count = w->lines.used = w->output.used = 0;
  for (size_t at = has_mark ? 3 : 0; at < batch->bytes;) {
    const char *text = batch->text + at, *end = memchr(text, '\n', batch->bytes - at);
    size_t whole = end ? (size_t)(end - text) : batch->bytes - at, length = whole;
    if (length > 0 && text[length - 1] == '\r') length--;
    TRY(take_line(w, text, length, err));
    at += whole + 1;
  }
  return batch->then_long ? take_line(w, batch->text, 0, err) : KHOP_OK; /* no record has such an id */
}

/* ---- records to lines ------------------------------------------------------------------------------- */

static int by_asked(const void *a, const void *b) {
  const answer *x = a, *y = b;
  if (x->asked != y->asked) return x->asked < y->asked ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static khop_status write_record(worker *w, const khop_store_record *record, khop_error *err) {
  pass_text *out = &w->lines;
  char id[STORE_HANDLE_ID_BYTES];
  size_t length = store_handle_record_id(w->store, record, id, sizeof id);
  TRY(pass_text_field(out, id, length, err));
  TRY(pass_text_add(out, ",", 1, err));
  if (record->cluster != KHOP_CLUSTER_NONE) TRY(pass_text_number(out, (uint64_t)record->cluster + 1, err));
  TRY(pass_text_add(out, ",", 1, err));
  TRY(pass_text_field(out, record->source, strlen(record->source), err));
  TRY(pass_text_add(out, ",", 1, err));
  TRY(pass_text_number(out, record->line, err));
  for (size_t field = 0; field < record->field_count; field++) {
    TRY(pass_text_add(out, ",", 1, err));
    if (record->lengths[field]) TRY(pass_text_field(out, record->fields[field], record->lengths[field], err));
  }
  return pass_text_add(out, "\n", 1, err);
}

static khop_status take_record(void *context, size_t which, const khop_store_record *record, khop_error *err) {
  worker *w = context;
  const size_t start = w->lines.used;
  TRY(array_reserve(&w->answers, &w->answer_capacity, w->answer_count + 1, sizeof *w->answers, "answers", err));
  TRY(write_record(w, record, err));
  w->answers[w->answer_count++] = (answer){.row = record->row, .asked = (uint32_t)which, .start = start, .end = w->lines.used};
  return KHOP_OK;
}

static khop_status write_missing(worker *w, size_t asked, khop_error *err) {
  TRY(pass_text_field(&w->output, w->asked[asked].text, w->asked[asked].length, err));
  for (size_t i = 0; i < khop_store_field_count(w->store) + 4; i++) TRY(pass_text_add(&w->output, ",", 1, err));
  return pass_text_add(&w->output, "\n", 1, err);
}

/* In the order of the lines. */
static khop_status put_in_order(worker *w, khop_error *err) {
  uint64_t missing = 0;
  size_t next = 0;
  for (size_t asked = 0; asked < w->asked_count; asked++) {
    const size_t first = next;
    for (; next < w->answer_count && w->answers[next].asked == asked; next++) {
      const answer *a = &w->answers[next];
      TRY(pass_text_field(&w->output, w->asked[asked].text, w->asked[asked].length, err));
      TRY(pass_text_add(&w->output, ",", 1, err));
      TRY(pass_text_add(&w->output, w->lines.bytes + a->start, a->end - a->start, err));
    }
    if (next == first) TRY(write_missing(w, asked, err));
    missing += next == first;
  }
  atomic_fetch_add_explicit(&w->job->records, w->answer_count, memory_order_relaxed);
  atomic_fetch_add_explicit(&w->job->missing, missing, memory_order_relaxed);
  atomic_fetch_add_explicit(&w->job->asked, w->asked_count, memory_order_relaxed);
  return KHOP_OK;
}

/* ---- threads ---------------------------------------------------------------------------------------- */

static khop_status answer_batch(worker *w, khop_error *err) {
  TRY(take_lines(w, err));
  TRY(khop_store_get_many(w->store, w->job->options->by_identifier, w->asked, w->asked_count, take_record, w, err));
  if (w->answer_count) qsort(w->answers, w->answer_count, sizeof *w->answers, by_asked);
  return put_in_order(w, err);
}

static khop_status run_worker(worker *w, khop_error *err) {
  job *j = w->job;
  for (bool more = true; more;) {
    uint64_t turn = atomic_fetch_add_explicit(&j->next_turn, 1, memory_order_relaxed);
    TRY(value_lines_take(&j->lines, turn, &w->batch, &more, err));
    if (!more) break;
    TRY(answer_batch(w, err));
    TRY(value_lines_put(&j->lines, &w->batch, w->output.bytes, w->output.used, err));
  }
  return KHOP_OK;
}

static khop_status worker_task(void *context, size_t task, unsigned number, khop_error *err) {
  job *j = context;
  worker w = {.job = j};
  size_t batch_bytes = 0;
  khop_status status;
  (void)task, (void)number;
  TRY_CLEANUP(array_reserve(&w.batch.text, &batch_bytes, VALUE_BATCH_BYTES_MAX, 1, "lines", err));
  TRY_CLEANUP(khop_store_share(&w.store, j->store, err));
  TRY_CLEANUP(run_worker(&w, err));
cleanup:
  if (status != KHOP_OK) value_lines_break(&j->lines);
  khop_store_close(w.store);
  mem_free(w.batch.text);
  mem_free(w.asked);
  mem_free(w.answers);
  mem_free(w.lines.bytes);
  mem_free(w.output.bytes);
  return status;
}

static khop_status write_header(job *j, khop_error *err) {
  static const char first[] = "asked,record_id,cluster_id,source,line";
  pass_text out = {0};
  khop_status status;
  TRY_CLEANUP(pass_text_add(&out, first, sizeof first - 1, err));
  for (size_t field = 0; field < khop_store_field_count(j->store); field++) {
    const char *name = khop_store_field_name(j->store, field);
    TRY_CLEANUP(pass_text_add(&out, ",", 1, err));
    TRY_CLEANUP(pass_text_field(&out, name, strlen(name), err));
  }
  TRY_CLEANUP(pass_text_add(&out, "\n", 1, err));
  status = value_lines_write(&j->lines, out.bytes, out.used, err);
cleanup:
  mem_free(out.bytes);
  return status;
}

khop_status khop_index_get(const char *directory, const khop_get_options *options, int input_descriptor, int output_descriptor, khop_get_summary *out_summary,
                           khop_error *err) {
  *out_summary = (khop_get_summary){0};
  job j = {.options = options};
  const unsigned threads = options->threads ? options->threads : cpu_count();
  pool *workers = NULL;
  khop_status status;
  if (threads > THREADS_MAX) return error_set(err, KHOP_USAGE, "--threads: %u, at most %d", threads, THREADS_MAX);
  TRY_CLEANUP(khop_store_open(&j.store, directory, err));
  TRY_CLEANUP(value_lines_open(&j.lines, input_descriptor, output_descriptor, options->control, err));
  TRY_CLEANUP(pool_create(&workers, threads, err));
  TRY_CLEANUP(write_header(&j, err));
  TRY_CLEANUP(pool_run(workers, threads, worker_task, &j, err));
  *out_summary = (khop_get_summary){.asked = j.asked, .missing = j.missing, .records = j.records};
cleanup:
  pool_free(workers);
  value_lines_close(&j.lines);
  khop_store_close(j.store);
  return status;
}
