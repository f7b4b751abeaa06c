/* khop_normalise: lines in, lines out. Each thread takes a batch of lines (value_lines.h), makes UTF-8 of each
 * (value_charset.h), reads it (normalise/value.h), and writes it down (value_write.h). */
#include <stdatomic.h>
#include <string.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "run/value_charset.h"
#include "run/value_lines.h"
#include "run/value_write.h"

enum { THREADS_MAX = 1024, YEAR_MIN = 1850, YEAR_MAX = 2100 };

typedef struct job {
  const khop_normalise_options *options;
  value_lines lines;
  value_charset charset;
  value_reader *reader;
  atomic_uint_fast64_t next_turn; /* relaxed: only its being unique counts, the turnstiles order the rest */
} job;

typedef struct worker {
  value_batch batch;
  value_memory *memory;
  value_output output;
  char *decoded, *room;
  size_t decoded_bytes, room_bytes;
} worker;

void khop_normalise_options_init(khop_normalise_options *options) { *options = (khop_normalise_options){0}; }

const char *khop_normalise_type(size_t index) { return value_type_name(index); }

static khop_status write_line(const job *j, worker *w, value_text value, const value_result *result, khop_error *err) {
  return (j->options->json ? value_write_json : value_write_tsv)(&w->output, value, result, err);
}

/* A line that cannot be read: why, and no more. */
static khop_status write_refused(const job *j, worker *w, value_text value, const char *why, bool is_damaged,
                                 khop_error *err) {
  value_result result = {.finding_count = 1, .findings = {why, "damaged"}};
  result.finding_count += is_damaged;
  return write_line(j, w, value, &result, err);
}

static khop_status make_line(const job *j, worker *w, const char *text, size_t length, khop_error *err) {
  if (length > VALUE_LINE_BYTES_MAX) return write_refused(j, w, (value_text){text, 0}, "too_long", false, err);
  TRY(array_reserve(&w->decoded, &w->decoded_bytes, value_line_bytes_max(length), 1, "a line", err));
  value_line line;
  value_charset_read(&j->charset, text, length, w->decoded, &line);
  if (line.is_undecodable) return write_refused(j, w, line.value, "undecodable", line.is_damaged, err);
  TRY(array_reserve(&w->room, &w->room_bytes, value_room_bytes(line.value.length), 1, "a value", err));
  value_result result;
  value_read(j->reader, w->memory, line.value.text, line.value.length, w->room, w->room_bytes, &result);
  if (line.is_decoded) result.repaired[result.repaired_count++] = "charset";
  if (line.is_damaged) result.findings[result.finding_count++] = "damaged";
  return write_line(j, w, line.value, &result, err);
}

/* The byte order mark that some programs begin a file with. */
static size_t mark_bytes(const value_batch *batch) {
  return batch->number == 0 && batch->bytes >= 3 && memcmp(batch->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static khop_status make_batch(const job *j, worker *w, khop_error *err) {
  const value_batch *batch = &w->batch;
  w->output.used = 0;
  for (size_t at = mark_bytes(batch); at < batch->bytes;) {
    const char *text = batch->text + at, *end = memchr(text, '\n', batch->bytes - at);
    size_t whole = end ? (size_t)(end - text) : batch->bytes - at, length = whole;
    if (length > 0 && text[length - 1] == '\r') length--;
    TRY(make_line(j, w, text, length, err));
    at += whole + 1;
  }
  return batch->then_long ? write_refused(j, w, (value_text){batch->text, 0}, "too_long", false, err) : KHOP_OK;
}

static khop_status run_worker(job *j, worker *w, khop_error *err) {
  for (bool more = true; more;) {
    uint64_t turn = atomic_fetch_add_explicit(&j->next_turn, 1, memory_order_relaxed);
    TRY(value_lines_take(&j->lines, turn, &w->batch, &more, err));
    if (!more) break;
    TRY(make_batch(j, w, err));
    TRY(value_lines_put(&j->lines, &w->batch, w->output.text, w->output.used, err));
  }
  return KHOP_OK;
}

static khop_status worker_task(void *context, size_t task, unsigned number, khop_error *err) {
  job *j = context;
  worker w = {0};
  (void)task;
  (void)number;
  khop_status status;
  size_t batch_bytes = 0;
  TRY_CLEANUP(array_reserve(&w.batch.text, &batch_bytes, VALUE_BATCH_BYTES_MAX, 1, "lines", err));
  TRY_CLEANUP(value_memory_create(&w.memory, j->reader, err));
  TRY_CLEANUP(run_worker(j, &w, err));
cleanup:
  if (status != KHOP_OK) value_lines_break(&j->lines);
  mem_free(w.batch.text);
  mem_free(w.decoded);
  mem_free(w.room);
  mem_free(w.output.text);
  value_memory_free(w.memory);
  return status;
}

static khop_status open_reader(job *j, khop_error *err) {
  static const char *const orders[] = {
      [DATE_ORDER_UNKNOWN] = "", [DATE_ORDER_DMY] = "dmy", [DATE_ORDER_MDY] = "mdy"};
  const khop_normalise_options *o = j->options;
  value_options options = {.reference_year = (uint16_t)o->reference_year};
  bool order_known = !o->order;
  for (date_order i = DATE_ORDER_DMY; i <= DATE_ORDER_MDY && !order_known; i++) {
    order_known = strcmp(o->order, orders[i]) == 0;
    options.order = i;
  }
  if (!o->type) return error_set(err, KHOP_USAGE, "no type of values");
  if (!order_known) return error_set(err, KHOP_USAGE, "--order: %.20s is not dmy or mdy", o->order);
  if (o->reference_year && (o->reference_year < YEAR_MIN || o->reference_year > YEAR_MAX)) {
    return error_set(err, KHOP_USAGE, "--reference-year: %u is not between %d and %d", o->reference_year, YEAR_MIN, YEAR_MAX);
  }
  if (o->threads > THREADS_MAX) return error_set(err, KHOP_USAGE, "--threads: %u, at most %d", o->threads, THREADS_MAX);
  return value_reader_create(&j->reader, o->type, &options, err);
}

/* The name is looked at before anything is read. */
static khop_status open_charset(job *j, khop_error *err) {
  input_charset charset = CHARSET_UTF8;
  if (j->options->charset) TRY(charset_from_name(j->options->charset, &charset, err));
  if (charset == CHARSET_AUTO) TRY(value_lines_sample(&j->lines, err));
  return value_charset_open(&j->charset, j->options->charset, j->lines.pending, j->lines.pending_bytes, err);
}

khop_status khop_normalise(const khop_normalise_options *options, int input_descriptor, int output_descriptor, khop_error *err) {
  job j = {.options = options};
  unsigned threads = options->threads ? options->threads : cpu_count();
  pool *workers = NULL;
  khop_status status;
  TRY_CLEANUP(open_reader(&j, err));
  TRY_CLEANUP(value_lines_open(&j.lines, input_descriptor, output_descriptor, options->control, err));
  TRY_CLEANUP(open_charset(&j, err));
  TRY_CLEANUP(pool_create(&workers, threads, err));
  if (!options->json) TRY_CLEANUP(value_lines_write(&j.lines, value_tsv_header, strlen(value_tsv_header), err));
  TRY_CLEANUP(pool_run(workers, threads, worker_task, &j, err));
cleanup:
  pool_free(workers);
  value_charset_close(&j.charset);
  value_lines_close(&j.lines);
  value_reader_free(j.reader);
  return status;
}
