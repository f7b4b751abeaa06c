/* What the store's tests share: a directory of their own, and a made-up register whose every field
 * is computed from its row, so that the expected content needs no storing. */
#ifndef KHOP_TEST_STORE_FIXTURE_H
#define KHOP_TEST_STORE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "index/store.h"

enum { fixture_fields = 5, fixture_text_max = 300, fixture_postings = 20000, fixture_batch_rows = 8192 };

static const char *const fixture_names[fixture_fields] = {"id", "ho_ten", "ngay_sinh", "ghi_chu", "rỗng"};

typedef struct fixture {
  char root[64], store[80], temporary[80], old[80], data[96];
  khop_error err;
} fixture;

#define assert_ok(call)                                       \
  do {                                                        \
    khop_status ok_status = (call);                           \
    if (ok_status != KHOP_OK) print_error("%s\n", f->err.message); \
    assert_int_equal(ok_status, KHOP_OK);                     \
  } while (0)

#define assert_fails(call, expected_status, text)                                                \
  do {                                                                                           \
    f->err = (khop_error){0};                                                                    \
    assert_int_equal((call), (expected_status));                                                 \
    assert_int_equal(f->err.status, (expected_status));                                          \
    if (!strstr(f->err.message, text)) fail_msg("'%s' lacks '%s'", f->err.message, text);        \
  } while (0)

static inline void fixture_remove(const char *directory) {
  static const char *const names[] = {"data.mdb", "lock.mdb", "other.txt"};
  char path[160];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", directory, names[i]);
    unlink(path);
  }
  rmdir(directory);
}

static inline int fixture_set_up(void **state) {
  fixture *f = calloc(1, sizeof *f);
  snprintf(f->root, sizeof f->root, "/tmp/khop-store-XXXXXX");
  if (!mkdtemp(f->root)) return 1;
  snprintf(f->store, sizeof f->store, "%s/S", f->root);
  snprintf(f->temporary, sizeof f->temporary, "%s/S.tmp", f->root);
  snprintf(f->old, sizeof f->old, "%s/S.old", f->root);
  snprintf(f->data, sizeof f->data, "%s/S/data.mdb", f->root);
  *state = f;
  return 0;
}

static inline int fixture_tear_down(void **state) {
  fixture *f = *state;
  fixture_remove(f->store);
  fixture_remove(f->temporary);
  fixture_remove(f->old);
  int failed = rmdir(f->root); /* anything left over is a fault */
  free(f);
  return failed;
}

static inline bool fixture_exists(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0;
}

/* ---- the register -------------------------------------------------------------------------- */

static inline uint32_t fixture_source(uint64_t row) { return (uint32_t)(row / 1000); }
static inline uint64_t fixture_line(uint64_t row) { return row % 1000 * 2 + 2 + (row % 777 == 0 ? UINT64_C(1) << 40 : 0); }

/* Any bytes, any length up to fixture_text_max; field 0 is a unique id, the last is always empty. */
static inline uint32_t fixture_text(uint64_t row, size_t field, char *out) {
  if (field == 0) return (uint32_t)snprintf(out, fixture_text_max, "ID%llu", (unsigned long long)row);
  if (field == fixture_fields - 1) return 0;
  uint64_t state = row * fixture_fields + field;
  uint32_t length = (uint32_t)(random_next(&state) % (field == 3 && row % 50 == 0 ? fixture_text_max : 24));
  for (uint32_t i = 0; i < length; i++) out[i] = (char)(random_next(&state) % (field == 3 ? 256 : 5) + (field == 3 ? 0 : 'a'));
  return length;
}

/* At most fixture_batch_rows; finish the batch before the next call. */
static inline void fixture_add_rows(fixture *f, store_batch *b, uint64_t first, uint64_t count) {
  /* A batch does not copy its texts. */
  static char texts[fixture_batch_rows][fixture_fields][fixture_text_max + STORE_TEXT_SLACK_BYTES];
  store_text fields[fixture_batch_rows][fixture_fields];
  uint64_t lines[fixture_batch_rows], end = first + count;
  assert_in_range(count, 1, fixture_batch_rows);
  for (uint64_t row = first, next; row < end; row = next) { /* the records of one source together */
    for (next = row; next < end && fixture_source(next) == fixture_source(row); next++) {
      for (size_t field = 0; field < fixture_fields; field++) {
        char *text = texts[next - first][field];
        fields[next - row][field].length = fixture_text(next, field, text);
        fields[next - row][field].text = fields[next - row][field].length ? text : NULL;
      }
      lines[next - row] = fixture_line(next);
    }
    assert_ok(store_batch_add(b, fixture_source(row), lines, fields[0], next - row, &f->err));
  }
}

static inline store_writer *fixture_writer(fixture *f, uint64_t commit_bytes) {
  store_writer *w;
  store_writer_options options = {.schema = "test",
                                  .field_names = fixture_names,
                                  .field_count = fixture_fields,
                                  .commit_bytes = commit_bytes,
                                  .map_bytes = 1 << 16};
  assert_ok(store_writer_create(&w, f->store, &options, &f->err));
  return w;
}

/* All rows, in batches of `batch_rows`. */
static inline void fixture_write_rows(fixture *f, store_writer *w, uint64_t rows, uint64_t batch_rows) {
  store_batch *b, *done;
  assert_ok(store_batch_create(&b, fixture_fields, &f->err));
  assert_ok(store_batch_create(&done, fixture_fields, &f->err));
  for (uint64_t row = 0; row < rows; row += batch_rows) {
    uint64_t count = rows - row < batch_rows ? rows - row : batch_rows;
    fixture_add_rows(f, b, row, count);
    assert_int_equal(store_batch_rows(b), count);
    assert_ok(store_batch_finish(b, &f->err));
    assert_ok(store_batch_exchange(b, done, &f->err));
    assert_int_equal(store_batch_rows(b), 0);
    assert_ok(store_writer_append(w, done, &f->err));
    assert_int_equal(store_writer_rows(w), row + count);
    store_batch_reset(done);
  }
  store_batch_free(b);
  store_batch_free(done);
}

static inline void fixture_check_record(const store_record *record, uint64_t row) {
  char text[fixture_text_max];
  assert_int_equal(record->row, row);
  assert_int_equal(record->source, fixture_source(row));
  assert_int_equal(record->line, fixture_line(row));
  assert_int_equal(record->field_count, fixture_fields);
  for (size_t field = 0; field < fixture_fields; field++) {
    uint32_t length = fixture_text(row, field, text);
    assert_int_equal(record->lengths[field], length);
    if (length) assert_memory_equal(record->fields[field], text, length);
  }
}

/* Clusters in order of first rows; every 10th row joins an earlier cluster, every 97th has none. */
static inline uint32_t *fixture_clusters(uint64_t rows, uint32_t *out_count) {
  uint32_t *clusters = calloc(rows + 1, sizeof *clusters), next = 0;
  uint64_t state = 7;
  for (uint64_t row = 0; row < rows; row++) {
    if (row % 97 == 96) clusters[row] = STORE_ROW_NONE;
    else if (row % 10 == 9) clusters[row] = (uint32_t)(random_next(&state) % next);
    else clusters[row] = next++;
  }
  *out_count = next;
  return clusters;
}

static inline int fixture_compare_postings(const void *left, const void *right) {
  const store_posting *a = left, *b = right;
  if (a->key != b->key) return a->key < b->key ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

/* Sorted pairs without repeats: 48-bit keys, one key with a quarter of all rows, both extremes. */
static inline store_posting *fixture_make_postings(uint64_t rows, uint64_t seed, size_t *out_count) {
  store_posting *postings = calloc(fixture_postings, sizeof *postings);
  for (size_t i = 0; i < fixture_postings; i++) {
    uint64_t random = random_next(&seed);
    postings[i].row = (uint32_t)(random_next(&seed) % rows);
    postings[i].key = i % 4 == 0 ? UINT64_C(0x7f0000000000) : random % 3 == 0 ? random % 1000 : random >> 16;
    if (i % 1000 == 1) postings[i].key = 0;
    if (i % 1000 == 2) postings[i].key = UINT64_MAX - random % 2;
  }
  qsort(postings, fixture_postings, sizeof *postings, fixture_compare_postings);
  size_t kept = 1;
  for (size_t i = 1; i < fixture_postings; i++) {
    if (fixture_compare_postings(&postings[i], &postings[kept - 1]) != 0) postings[kept++] = postings[i];
  }
  *out_count = kept;
  return postings;
}

/* A finished store of `rows` rows with clusters and one rule table. */
static inline void fixture_build(fixture *f, uint64_t rows) {
  store_writer *w = fixture_writer(f, 0);
  fixture_write_rows(f, w, rows, 4096);
  size_t count;
  uint32_t cluster_count;
  store_posting *postings = fixture_make_postings(rows, 3, &count);
  uint32_t *clusters = fixture_clusters(rows, &cluster_count);
  assert_ok(store_writer_postings(w, STORE_TABLE_RULES, postings, count, &f->err));
  assert_ok(store_writer_clusters(w, clusters, rows, &f->err));
  assert_ok(store_writer_meta(w, "run", "a fact", &f->err));
  assert_ok(store_writer_finish(w, true, &f->err));
  store_writer_free(w);
  free(postings);
  free(clusters);
}

#endif
