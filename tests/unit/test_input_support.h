/* For the tests of engine/input: files made of bytes, and a run's outcome written down as text so that
 * two runs compare as bytes. */
#ifndef TEST_INPUT_SUPPORT_H
#define TEST_INPUT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "input/input.h"

/* A growing string of bytes. */
typedef struct byte_string {
  char *data;
  size_t length, capacity;
} byte_string;

static inline void bytes_add(byte_string *b, const void *data, size_t length) {
  khop_error err;
  assert_int_equal(array_reserve(&b->data, &b->capacity, b->length + length + 1, 1, "test", &err), KHOP_OK);
  if (length > 0) memcpy(b->data + b->length, data, length);
  b->length += length;
  b->data[b->length] = 0;
}

static inline void bytes_text(byte_string *b, const char *text) { bytes_add(b, text, strlen(text)); }

static inline void bytes_free(byte_string *b) {
  mem_free(b->data);
  *b = (byte_string){0};
}

/* A file without a name on disk; `path` opens it, as often as wanted. */
typedef struct memory_file {
  int fd;
  char path[32];
} memory_file;

static inline memory_file memory_file_make(const void *data, size_t length) {
  memory_file file = {.fd = memfd_create("input", MFD_CLOEXEC)};
  assert_true(file.fd >= 0);
  size_t done = 0;
  while (done < length) {
    ssize_t put = write(file.fd, (const char *)data + done, length - done);
    assert_true(put > 0);
    done += (size_t)put;
  }
  snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
  return file;
}

static inline void memory_file_close(memory_file *file) { close(file->fd); }

/* What a run yields: "source line offset [field][field]" and "source line offset reason found/expected". */
typedef struct outcome {
  byte_string rows, rejects;
} outcome;

static inline void outcome_free(outcome *o) {
  bytes_free(&o->rows);
  bytes_free(&o->rejects);
}

static inline void outcome_row(outcome *o, size_t source, uint64_t line, uint64_t offset) {
  char text[96];
  snprintf(text, sizeof text, "%s%zu %" PRIu64 " %" PRIu64 " ", o->rows.length ? "\n" : "", source, line, offset);
  bytes_text(&o->rows, text);
}

static inline void outcome_field(outcome *o, const char *text, size_t length) {
  bytes_text(&o->rows, "[");
  bytes_add(&o->rows, text, length);
  bytes_text(&o->rows, "]");
}

static inline void outcome_reject(outcome *o, size_t source, const input_reject *r) {
  char text[128];
  snprintf(text, sizeof text, "%s%zu %" PRIu64 " %" PRIu64 " %s %u/%u", o->rejects.length ? "\n" : "", source,
           r->line, r->byte_offset, input_reason_code(r->reason), r->found, r->expected);
  bytes_text(&o->rejects, text);
}

static inline void outcome_add_rows(outcome *o, size_t source, const input_rows *rows) {
  for (size_t i = 0; i < rows->row_count; i++) {
    outcome_row(o, source, rows->lines[i], rows->offsets[i]);
    for (size_t j = 0; j < rows->column_count; j++) {
      const input_field *field = &rows->fields[i * rows->column_count + j];
      outcome_field(o, field->text, field->length);
    }
  }
  for (size_t i = 0; i < rows->reject_count; i++) outcome_reject(o, source, &rows->rejects[i]);
}

/* Reads everything behind `in`. */
static inline khop_status outcome_read(outcome *o, input *in, khop_error *err) {
  input_batch batch = {0};
  input_rows rows = {0};
  bool more = true;
  khop_status status = KHOP_OK;
  while (status == KHOP_OK && more) {
    status = input_next(in, &batch, &more, err);
    if (status != KHOP_OK || !more) break;
    status = input_parse(in, &batch, &rows, err);
    if (status == KHOP_OK) outcome_add_rows(o, batch.source, &rows);
  }
  input_batch_free(&batch);
  input_rows_free(&rows);
  return status;
}

static inline khop_status outcome_of(outcome *o, const input_options *options, khop_error *err) {
  *o = (outcome){0};
  input *in;
  TRY(input_open(&in, options, err));
  khop_status status = outcome_read(o, in, err);
  input_close(in);
  return status;
}

/* The outcome of one file of these bytes, which must open and read. */
static inline outcome outcome_of_text(const char *text, size_t length, input_options options) {
  memory_file file = memory_file_make(text, length);
  const char *path = file.path;
  options.paths = &path;
  options.path_count = 1;
  outcome o;
  khop_error err = {0};
  if (outcome_of(&o, &options, &err) != KHOP_OK) fail_msg("%s", err.message);
  memory_file_close(&file);
  return o;
}

static inline const char *shown(const byte_string *b) { return b->data ? b->data : ""; }

#endif
