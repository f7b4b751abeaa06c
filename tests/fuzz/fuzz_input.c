/* libFuzzer target for engine/input. The first byte chooses the delimiter and the sizes, the rest is
 * the file, compressed or not. Whatever it holds: nothing is read or written out of bounds, and rows
 * and rejects come in the order of the file, each with fields inside its batch or decoded beside it; cutting the file into
 * other batches changes none of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "input/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "broken: %s\n", what);
  abort();
}

/* What a run yields, as one number: hash of all lines, offsets, fields and rejects in their order. */
typedef struct digest {
  khop_status status;
  uint64_t rows, rejects;
  uint64_t last_row, last_reject; /* byte offsets */
} digest;

static void add_batch(digest *d, const input_batch *batch, const input_rows *rows) {
  for (size_t i = 0; i < rows->row_count; i++) {
    require(rows->offsets[i] > d->last_row, "rows in order");
    d->last_row = rows->offsets[i];
    d->rows = hash_combine(d->rows, hash_combine(rows->lines[i], rows->offsets[i]));
    for (size_t j = 0; j < rows->column_count; j++) {
      const input_field *field = &rows->fields[i * rows->column_count + j];
      bool is_inside = field->text >= batch->text && field->text + field->length <= batch->text + batch->bytes;
      require(is_inside || rows->decoded_bytes >= field->length, "fields inside the batch, or decoded");
      d->rows = hash_combine(d->rows, hash_bytes(field->text, field->length));
    }
  }
  for (size_t i = 0; i < rows->reject_count; i++) {
    const input_reject *r = &rows->rejects[i];
    require(r->byte_offset > d->last_reject, "rejects in order");
    d->last_reject = r->byte_offset;
    d->rejects = hash_combine(d->rejects, hash_combine(r->line, r->byte_offset) + r->reason + r->found);
  }
}

static digest run(const char *path, char delimiter, size_t row_bytes_max, size_t batch_bytes) {
  digest d = {0};
  khop_error err = {0};
  input_options options = {.paths = &path, .path_count = 1, .delimiter = delimiter,
                           .row_bytes_max = row_bytes_max, .batch_bytes = batch_bytes};
  input *in;
  d.status = input_open(&in, &options, &err);
  if (d.status != KHOP_OK) {
    require(err.message[0] != 0, "a failure says why");
    return d;
  }
  input_batch batch = {0};
  input_rows rows = {0};
  for (bool more = true; more && d.status == KHOP_OK;) {
    d.status = input_next(in, &batch, &more, &err);
    if (d.status == KHOP_OK && more) d.status = input_parse(in, &batch, &rows, &err);
    if (d.status == KHOP_OK && more) add_batch(&d, &batch, &rows);
  }
  input_batch_free(&batch);
  input_rows_free(&rows);
  input_close(in);
  return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char delimiters[] = {0, ',', ';', '\t', '|', 0, 0, 0};
  static const size_t row_sizes[] = {1 << 16, 16, 64, 300};
  static const size_t batch_sizes[] = {1, 7, 64, 1000};
  if (size == 0) return 0;
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)(size - 1)) abort();
  char path[32];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  char delimiter = delimiters[data[0] & 7];
  size_t row_bytes_max = row_sizes[data[0] >> 3 & 3];
  digest large = run(path, delimiter, row_bytes_max, 1 << 16);
  digest small = run(path, delimiter, row_bytes_max, batch_sizes[data[0] >> 5 & 3]);
  close(fd);
  require(large.status == small.status, "same status at any batch size");
  if (large.status != KHOP_OK) return 0;
  require(large.rows == small.rows, "same rows at any batch size");
  require(large.rejects == small.rejects, "same rejects at any batch size");
  return 0;
}
