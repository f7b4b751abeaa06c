/* See row_file.h. */
#include "feature/row_file.h"

#include <stdlib.h>
#include <string.h>

enum { columns_max = SCHEMA_TERMS_MAX + SCHEMA_FIELDS_MAX };

struct row_file {
  spill_file *file;
  spill_stream rows;
  region dead; /* bits, once all rows are there */
  struct {
    uint32_t offset;
    region codes;
  } columns[columns_max];
  size_t column_count;
};

/* ---- writing ------------------------------------------------------------------------------------ */

khop_status feature_table_spill(feature_table *t, spill_file *file, khop_error *err) {
  row_file *f = mem_alloc(1, sizeof *f);
  if (!f) return error_memory(err, sizeof *f, "feature rows");
  f->file = file;
  t->file = f;
  TRY(spill_write(file, &f->rows, t->memory.data, t->count * t->layout.stride, err));
  region_unmap(&t->memory);
  t->capacity = 0;
  return KHOP_OK;
}

khop_status feature_table_append(feature_table *t, const uint8_t *rows, size_t count, khop_error *err) {
  size_t bytes = count * t->layout.stride;
  if (t->file) {
    TRY(spill_write(t->file->file, &t->file->rows, rows, bytes, err));
  } else {
    TRY(feature_table_reserve(t, t->count + count, err));
    if (count) memcpy((uint8_t *)t->memory.data + t->count * t->layout.stride, rows, bytes);
  }
  t->count += count;
  return KHOP_OK;
}

khop_status feature_table_end(feature_table *t, khop_error *err) {
  if (!t->file) return KHOP_OK;
  TRY(spill_end(t->file->file, &t->file->rows, err));
  return region_map(&t->file->dead, t->count / 8 + 1, "feature rows", err);
}

void row_file_free(row_file *f) {
  if (!f) return;
  spill_discard(f->file, &f->rows);
  region_unmap(&f->dead);
  for (size_t c = 0; c < f->column_count; c++) region_unmap(&f->columns[c].codes);
  mem_free(f);
}

spill_file *row_file_spill(const row_file *f) { return f->file; }

bool row_file_dead(const row_file *f, size_t row) { return ((const uint8_t *)f->dead.data)[row / 8] >> row % 8 & 1; }

void row_file_kill(row_file *f, size_t row) {
  uint8_t *bits = f->dead.data;
  bits[row / 8] = (uint8_t)(bits[row / 8] | 1u << row % 8);
}

khop_status row_file_column(row_file *f, uint32_t offset, uint8_t **out_codes, khop_error *err) {
  region *codes = &f->columns[f->column_count].codes;
  *out_codes = NULL;
  TRY(region_map(codes, f->dead.bytes * 8, "term frequencies", err));
  f->columns[f->column_count++].offset = offset;
  *out_codes = codes->data;
  return KHOP_OK;
}

/* ---- reading ------------------------------------------------------------------------------------ */

/* What is known beside the file. */
static void fill_in(const row_file *f, size_t stride, uint8_t *row, size_t number) {
  if (row_file_dead(f, number)) row[stride - 1] |= ROW_DEAD;
  for (size_t c = 0; c < f->column_count; c++) row[f->columns[c].offset] = ((const uint8_t *)f->columns[c].codes.data)[number];
}

static khop_status reserve(region *r, size_t bytes, khop_error *err) {
  if (r->bytes >= bytes) return KHOP_OK;
  region_unmap(r);
  return region_map(r, bytes, "feature rows", err);
}

khop_status row_part_load(row_part *p, const feature_table *t, size_t first, size_t last, khop_error *err) {
  const size_t stride = t->layout.stride, count = last - first;
  p->table = (feature_table){.layout = t->layout, .count = count, .first_number = (uint32_t)first};
  if (!t->file) {
    p->table.memory = (region){.data = (uint8_t *)t->memory.data + first * stride, .bytes = count * stride};
    return KHOP_OK;
  }
  TRY(reserve(&p->rows, ROW_CHUNK * stride, err));
  uint8_t *rows = p->rows.data;
  TRY(spill_read(t->file->file, &t->file->rows, first * stride, rows, count * stride, err));
  for (size_t i = 0; i < count; i++) fill_in(t->file, stride, rows + i * stride, first + i);
  p->table.memory = p->rows;
  return KHOP_OK;
}

/* Rows that stand near each other are read at once. */
khop_status row_part_gather(row_part *p, const feature_table *t, const uint32_t *numbers, size_t count, khop_error *err) {
  enum { near_rows = 256 };
  const size_t stride = t->layout.stride;
  khop_status status = KHOP_OK;
  TRY(reserve(&p->rows, count * stride, err));
  TRY(reserve(&p->numbers, count * sizeof *numbers, err));
  p->table = (feature_table){.layout = t->layout, .count = count, .memory = p->rows, .row_numbers = p->numbers.data};
  if (!count) return KHOP_OK;
  memcpy(p->numbers.data, numbers, count * sizeof *numbers);
  uint8_t *span = mem_alloc(near_rows, stride), *rows = p->rows.data;
  if (!span) return error_memory(err, near_rows * stride, "feature rows");
  for (size_t i = 0, first, last; i < count;) {
    first = numbers[i];
    last = first + near_rows < t->count ? first + near_rows : t->count;
    size_t end = i;
    while (end < count && numbers[end] < last) end++;
    last = numbers[end - 1] + 1;
    TRY_CLEANUP(spill_read(t->file->file, &t->file->rows, first * stride, span, (last - first) * stride, err));
    for (; i < end; i++) {
      memcpy(rows + i * stride, span + (numbers[i] - first) * stride, stride);
      fill_in(t->file, stride, rows + i * stride, numbers[i]);
    }
  }
cleanup:
  mem_free(span);
  return status;
}

static int by_number(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

size_t row_numbers_sort(uint32_t *numbers, size_t count) {
  size_t kept = 0;
  if (count) qsort(numbers, count, sizeof *numbers, by_number);
  for (size_t i = 0; i < count; i++) {
    if (!kept || numbers[kept - 1] != numbers[i]) numbers[kept++] = numbers[i];
  }
  return kept;
}

uint32_t row_part_find(const row_part *p, uint32_t number) {
  return (uint32_t)sorted_below(p->table.row_numbers, p->table.count, number);
}

void row_part_free(row_part *p) {
  region_unmap(&p->rows);
  region_unmap(&p->numbers);
  *p = (row_part){0};
}

/* ---- a pass ------------------------------------------------------------------------------------- */

typedef struct pass_job {
  const row_pass *pass;
  row_part *parts; /* per worker */
  turnstile *order;
} pass_job;

static khop_status do_chunk(const pass_job *job, size_t chunk, unsigned worker, khop_error *err) {
  const row_pass *pass = job->pass;
  row_part *part = &job->parts[worker];
  size_t first = chunk * ROW_CHUNK, left = pass->table->count - first;
  TRY(row_part_load(part, pass->table, first, first + (left < ROW_CHUNK ? left : ROW_CHUNK), err));
  if (pass->work) TRY(pass->work(pass->context, worker, &part->table, err));
  if (!turnstile_enter(job->order, chunk)) return KHOP_OK; /* another chunk failed, and says so */
  if (pass->take) TRY(pass->take(pass->context, worker, &part->table, err));
  turnstile_leave(job->order);
  return KHOP_OK;
}

static khop_status pass_task(void *context, size_t task, unsigned worker, khop_error *err) {
  const pass_job *job = context;
  khop_status status = do_chunk(job, task, worker, err);
  if (status != KHOP_OK) turnstile_break(job->order);
  return status;
}

khop_status row_pass_run(const row_pass *pass, pool *workers, khop_error *err) {
  khop_status status = KHOP_OK;
  unsigned threads = pool_threads(workers);
  pass_job job = {.pass = pass, .parts = mem_alloc(threads, sizeof(row_part))};
  if (!job.parts) return error_memory(err, threads * sizeof(row_part), "feature rows");
  TRY_CLEANUP(turnstile_create(&job.order, err));
  TRY_CLEANUP(pool_run(workers, (pass->table->count + ROW_CHUNK - 1) / ROW_CHUNK, pass_task, &job, err));
cleanup:
  turnstile_free(job.order);
  for (unsigned t = 0; t < threads; t++) row_part_free(&job.parts[t]);
  mem_free(job.parts);
  return status;
}
