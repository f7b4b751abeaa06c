/* The store gives back what was put in: records, postings and clusters against plain arrays. */
#include "test_store_fixture.h"

#include "base/thread.h"

static store *open_store(fixture *f, store_view **out_view) {
  store *s;
  assert_ok(store_open(&s, f->store, &f->err));
  assert_ok(store_view_begin(out_view, s, &f->err));
  return s;
}

static void close_store(store *s, store_view *v) {
  store_view_end(v);
  store_close(s);
}

static void check_all_records(fixture *f, uint64_t rows) {
  store_view *v;
  store *s = open_store(f, &v);
  store_record record;
  assert_int_equal(store_row_count(s), rows);
  for (uint64_t row = 0; row < rows; row++) {
    assert_ok(store_read_record(v, (uint32_t)row, &record, &f->err));
    fixture_check_record(&record, row);
  }
  uint64_t state = 11;
  for (int i = 0; i < 500 && rows; i++) {
    uint32_t row = (uint32_t)(random_next(&state) % rows);
    char text[fixture_text_max];
    store_text field;
    assert_ok(store_pick_field(v, row, 2, &field, &f->err));
    assert_int_equal(field.length, fixture_text(row, 2, text));
    assert_memory_equal(field.text, text, field.length);
    assert_ok(i % 3 ? store_pick_record(v, row, &record, &f->err) : store_read_record(v, row, &record, &f->err));
    fixture_check_record(&record, row);
  }
  assert_fails(store_pick_record(v, (uint32_t)rows, &record, &f->err), KHOP_USAGE, "row ");
  store_text none;
  assert_fails(store_pick_field(v, (uint32_t)rows, 2, &none, &f->err), KHOP_USAGE, "row ");
  assert_fails(store_read_record(v, (uint32_t)rows, &record, &f->err), KHOP_USAGE, "row ");
  assert_null(record.fields);
  assert_ok(store_verify(s, &f->err));
  close_store(s, v);
}

static void records_come_back(void **state) {
  fixture *f = *state;
  static const uint64_t row_counts[] = {0, 1, 2, 4095, 4096, 4097, 9000};
  for (size_t i = 0; i < sizeof row_counts / sizeof *row_counts; i++) {
    store_writer *w = fixture_writer(f, 0);
    fixture_write_rows(f, w, row_counts[i], i % 2 ? 4096 : 1000);
    assert_ok(store_writer_finish(w, true, &f->err));
    store_writer_free(w);
    check_all_records(f, row_counts[i]);
  }
}

/* A map of 64 KiB and a commit every 64 KiB: the map grows many times on the way. */
static void small_commits_and_a_growing_map(void **state) {
  fixture *f = *state;
  store_writer *w = fixture_writer(f, 1 << 16);
  fixture_write_rows(f, w, 60000, 500);
  assert_ok(store_writer_finish(w, false, &f->err));
  store_writer_free(w);
  check_all_records(f, 60000);
}

static void large_records(void **state) {
  fixture *f = *state;
  static const uint32_t sizes[] = {0, 1, 524287, 524288, 524289, 300000, STORE_RECORD_BYTES_MAX};
  enum { size_count = sizeof sizes / sizeof *sizes };
  char *text = malloc((size_t)STORE_RECORD_BYTES_MAX + 1 + STORE_TEXT_SLACK_BYTES);
  uint64_t random = 5;
  for (size_t i = 0; i < (size_t)STORE_RECORD_BYTES_MAX + 1; i += 8) {
    uint64_t word = random_next(&random);
    memcpy(text + i, &word, i + 8 <= (size_t)STORE_RECORD_BYTES_MAX + 1 ? 8 : 1);
  }
  store_writer *w = fixture_writer(f, 1 << 16);
  store_batch *b;
  assert_ok(store_batch_create(&b, fixture_fields, &f->err));
  for (size_t i = 0; i < size_count; i++) {
    const store_text record[fixture_fields] = {[3] = {text, sizes[i]}};
    assert_ok(store_batch_add(b, 1, &(uint64_t){i}, record, 1, &f->err));
  }
  const store_text records[2 * fixture_fields] = {[3] = {text, 5}, [fixture_fields] = {text, 1}, [fixture_fields + 3] = {text, STORE_RECORD_BYTES_MAX}};
  assert_fails(store_batch_add(b, 1, (const uint64_t[]){98, 99}, records, 2, &f->err), KHOP_INPUT, "line 99: record of 16777217 bytes");
  assert_int_equal(store_batch_rows(b), size_count + 1);
  assert_ok(store_batch_finish(b, &f->err));
  assert_ok(store_writer_append(w, b, &f->err));
  assert_ok(store_writer_finish(w, false, &f->err));
  store_writer_free(w);
  store_batch_free(b);
  store_view *v;
  store *s = open_store(f, &v);
  for (uint32_t i = 0; i < size_count; i++) {
    store_record record;
    assert_ok(store_read_record(v, i, &record, &f->err));
    assert_int_equal(record.lengths[3], sizes[i]);
    if (sizes[i]) assert_memory_equal(record.fields[3], text, sizes[i]);
  }
  close_store(s, v);
  free(text);
}

/* The rows of one key by the plain array. */
static size_t expected_rows(const store_posting *postings, size_t count, uint64_t key, uint32_t *out) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    if (postings[i].key == key) out[found++] = postings[i].row;
  }
  return found;
}

static void check_key(fixture *f, store_view *v, uint32_t table, const store_posting *postings, size_t count, uint64_t key) {
  static uint32_t expected[fixture_postings];
  size_t expected_count = expected_rows(postings, count, key, expected), found_count;
  const uint32_t *found;
  if (key % 3) store_ask_postings(v, table, key % 3 == 1 ? key : key + 1); /* what was expected changes no answer */
  assert_ok(store_read_postings(v, table, key, &found, &found_count, &f->err));
  assert_int_equal(found_count, expected_count);
  if (found_count) assert_memory_equal(found, expected, found_count * sizeof *found);
}

static void postings_come_back(void **state) {
  fixture *f = *state;
  enum { rows = 200000, table_count = 3 };
  static uint32_t expected[fixture_postings];
  static const uint32_t tables[table_count] = {STORE_TABLE_RECORD_ID, STORE_TABLE_RULES, UINT32_MAX};
  store_posting *postings[table_count];
  size_t counts[table_count];
  store_writer *w = fixture_writer(f, 1 << 16);
  fixture_write_rows(f, w, rows, 8192);
  for (int t = 0; t < table_count; t++) {
    postings[t] = fixture_make_postings(rows, (uint64_t)t + 1, &counts[t]);
    size_t half = t == 1 ? counts[t] / 2 : t == 2 ? 1 : 0; /* one slice, two halves, 1 and the rest */
    assert_ok(store_writer_postings(w, tables[t], postings[t], half, &f->err));
    /* The second slice repeats the end of the first: dropped. */
    size_t from = half ? half - 1 : 0;
    assert_ok(store_writer_postings(w, tables[t], postings[t] + from, counts[t] - from, &f->err));
  }
  assert_ok(store_writer_finish(w, false, &f->err));
  store_writer_free(w);
  store_view *v;
  store *s = open_store(f, &v);
  assert_ok(store_verify(s, &f->err));
  uint64_t random = 3;
  for (int t = 0; t < table_count; t++) {
    check_key(f, v, tables[t], postings[t], counts[t], UINT64_C(0x7f0000000000)); /* a run over many chunks */
    check_key(f, v, tables[t], postings[t], counts[t], 0);
    check_key(f, v, tables[t], postings[t], counts[t], UINT64_MAX);
    check_key(f, v, tables[t], postings[t], counts[t], UINT64_MAX - 1);
    for (int i = 0; i < 700; i++) {
      uint64_t key = postings[t][random_next(&random) % counts[t]].key;
      check_key(f, v, tables[t], postings[t], counts[t], key);
      check_key(f, v, tables[t], postings[t], counts[t], key + 1);
    }
    /* Ascending, by many steps or few, go on from where the last one stopped. */
    for (size_t step = 1; step < 3000; step = 3 * step + 1) {
      for (size_t i = 0; i < counts[t]; i += 1 + (size_t)(random_next(&random) % step)) {
        check_key(f, v, tables[t], postings[t], counts[t], postings[t][i].key);
        if (i % 3 == 0) check_key(f, v, tables[t], postings[t], counts[t], postings[t][i].key + 1);
        i += expected_rows(postings[t], counts[t], postings[t][i].key, expected);
      }
    }
    free(postings[t]);
  }
  check_key(f, v, 2, NULL, 0, 0);                  /* no such table, between two */
  check_key(f, v, UINT32_MAX - 1, NULL, 0, 77);
  check_key(f, v, 0, NULL, 0, UINT64_MAX);
  close_store(s, v);
}

/* All pairs of one table walk past every way of coding a step. */
static void posting_widths(void **state) {
  fixture *f = *state;
  enum { rows = 100000, count = 4000 };
  store_posting *postings = calloc(count, sizeof *postings);
  uint64_t key = 0, random = 1;
  for (size_t i = 0; i < count; i++) {
    uint64_t r = random_next(&random);
    unsigned bits = (unsigned)(i / 80) % 52; /* steps grow up to 52 bits */
    key += i % 3 == 0 ? 1 + (r & ((UINT64_C(1) << bits) - 1)) : 0;
    uint32_t before = i % 3 ? postings[i - 1].row + 1 : (uint32_t)((r >> 32) & 0xff);
    postings[i] = (store_posting){.key = key, .row = before + (uint32_t)(r % (i % 2 ? 100 : 40000))};
  }
  store_writer *w = fixture_writer(f, 0);
  fixture_write_rows(f, w, rows, 8192);
  assert_ok(store_writer_postings(w, 5, postings, count, &f->err));
  assert_ok(store_writer_finish(w, false, &f->err));
  store_writer_free(w);
  store_view *v;
  store *s = open_store(f, &v);
  assert_ok(store_verify(s, &f->err));
  for (size_t i = 0; i < count; i++) check_key(f, v, 5, postings, count, postings[i].key);
  close_store(s, v);
  free(postings);
}

static void clusters_come_back(void **state) {
  fixture *f = *state;
  enum { rows = 30000 };
  for (int shuffled = 0; shuffled < 2; shuffled++) {
    uint32_t count;
    uint32_t *clusters = fixture_clusters(rows, &count);
    uint64_t random = 4;
    for (uint32_t i = rows - 1; i > 0 && shuffled; i--) {
      uint32_t other = (uint32_t)(random_next(&random) % i), kept = clusters[i];
      clusters[i] = clusters[other];
      clusters[other] = kept;
    }
    store_writer *w = fixture_writer(f, 0);
    fixture_write_rows(f, w, rows, 8192);
    assert_ok(store_writer_clusters(w, clusters, rows, &f->err));
    assert_ok(store_writer_finish(w, true, &f->err));
    store_writer_free(w);
    store_view *v;
    store *s = open_store(f, &v);
    assert_int_equal(store_cluster_count(s), count);
    for (int i = 0; i < 2 * rows; i++) {
      uint32_t row = i < rows ? (uint32_t)i : (uint32_t)(random_next(&random) % rows), cluster;
      assert_ok(store_read_cluster(v, row, &cluster, &f->err));
      assert_int_equal(cluster, clusters[row]);
      if (i > rows + 2000) break;
    }
    assert_ok(store_verify(s, &f->err));
    close_store(s, v);
    free(clusters);
  }
}

static void meta_comes_back(void **state) {
  fixture *f = *state;
  store_writer *w = fixture_writer(f, 0);
  char *long_text = calloc(1, 100001);
  memset(long_text, 'x', 100000);
  assert_ok(store_writer_meta(w, "first", "old", &f->err));
  assert_ok(store_writer_meta(w, "zz", long_text, &f->err));
  assert_ok(store_writer_meta(w, "first", "nhất", &f->err));
  assert_ok(store_writer_meta(w, "empty", "", &f->err));
  assert_fails(store_writer_meta(w, "_own", "x", &f->err), KHOP_BUG, "_own");
  assert_ok(store_writer_finish(w, false, &f->err));
  store_writer_free(w);
  store_view *v;
  store *s = open_store(f, &v);
  assert_string_equal(store_meta(s, "first"), "nhất");
  assert_string_equal(store_meta(s, "empty"), "");
  assert_string_equal(store_meta(s, "zz"), long_text);
  assert_null(store_meta(s, "absent"));
  assert_string_equal(store_schema(s), "test");
  assert_int_equal(store_field_count(s), fixture_fields);
  for (size_t i = 0; i < fixture_fields; i++) assert_string_equal(store_field_name(s, i), fixture_names[i]);
  assert_null(store_field_name(s, fixture_fields));
  uint32_t cluster;
  assert_fails(store_read_cluster(v, 0, &cluster, &f->err), KHOP_USAGE, "row 0 of 0");
  close_store(s, v);
  free(long_text);
}

static void stats_add_up(void **state) {
  fixture *f = *state;
  fixture_build(f, 20000);
  store_view *v;
  store *s = open_store(f, &v);
  size_t count;
  free(fixture_make_postings(20000, 3, &count));
  static store_stats stats;
  assert_ok(store_read_stats(s, &stats, &f->err));
  struct stat info;
  assert_int_equal(stat(f->data, &info), 0);
  assert_int_equal(stats.rows, 20000);
  assert_int_equal(stats.file_bytes, info.st_size);
  assert_int_equal(stats.table_count, 1);
  assert_int_equal(stats.tables[0].table, STORE_TABLE_RULES);
  assert_int_equal(stats.tables[0].postings, count);
  assert_int_equal(stats.readers, 0); /* v and the statistics' own do not count */
  assert_true(stats.record_chunks >= 20000 / 4096);
  uint64_t value_bytes = stats.record_bytes + stats.cluster_bytes + stats.tables[0].bytes;
  assert_in_range(stats.used_bytes, value_bytes, stats.file_bytes);
  assert_true(stats.tables[0].bytes < 8 * stats.tables[0].postings);
  close_store(s, v);
}

static void postings_of_hashes_are_small(void **state) {
  fixture *f = *state;
  enum { count = 200000 };
  store_posting *postings = calloc(count, sizeof *postings);
  uint64_t random = 8;
  for (size_t i = 0; i < count; i++) {
    postings[i] = (store_posting){.key = random_next(&random) >> 16, .row = (uint32_t)(random_next(&random) % 1000)};
  }
  qsort(postings, count, sizeof *postings, fixture_compare_postings);
  store_writer *w = fixture_writer(f, 0);
  fixture_write_rows(f, w, 1000, 1000);
  assert_ok(store_writer_postings(w, STORE_TABLE_RULES, postings, count, &f->err));
  assert_ok(store_writer_postings(w, STORE_TABLE_FREQUENCY, postings, count, &f->err));
  assert_ok(store_writer_finish(w, false, &f->err));
  store_writer_free(w);
  store_view *v;
  store *s = open_store(f, &v);
  static store_stats stats;
  assert_ok(store_read_stats(s, &stats, &f->err));
  /* Differences of 2^30 and rows of 1,000 hold 42 bits of information; the marks of a table that is looked up in are 14 bytes of 64. */
  assert_in_range(stats.tables[0].bytes, 44 * count / 8, 46 * count / 8);
  assert_in_range(stats.tables[1].bytes, 42 * count / 8, 44 * count / 8);
  close_store(s, v);
  free(postings);
}

static void caller_mistakes_are_named(void **state) {
  fixture *f = *state;
  store_writer *w = fixture_writer(f, 0);
  fixture_write_rows(f, w, 10, 10);
  const store_posting unordered[] = {{.key = 5, .row = 1}, {.key = 4, .row = 2}};
  const store_posting ordered[] = {{.key = 5, .row = 1}, {.key = 5, .row = 2}};
  assert_fails(store_writer_postings(w, 4, unordered, 2, &f->err), KHOP_BUG, "out of order");
  assert_ok(store_writer_postings(w, 4, ordered, 2, &f->err));
  assert_fails(store_writer_postings(w, 4, ordered, 1, &f->err), KHOP_BUG, "out of order");
  assert_fails(store_writer_postings(w, 3, ordered, 1, &f->err), KHOP_BUG, "table 3 after table 4");
  uint32_t clusters[10] = {0};
  assert_fails(store_writer_clusters(w, clusters, 9, &f->err), KHOP_BUG, "clusters of 9 rows");
  store_batch *b, *wider;
  assert_ok(store_batch_create(&b, fixture_fields, &f->err));
  assert_ok(store_batch_create(&wider, fixture_fields + 1, &f->err));
  assert_fails(store_batch_exchange(b, wider, &f->err), KHOP_BUG, "batches of 5 and 6 fields");
  fixture_add_rows(f, b, 10, 1);
  assert_fails(store_batch_exchange(b, b, &f->err), KHOP_BUG, "1 and 1 rows unfinished");
  assert_fails(store_writer_append(w, b, &f->err), KHOP_BUG, "1 rows unfinished");
  assert_fails(store_writer_append(w, wider, &f->err), KHOP_BUG, "batch of 6 fields");
  store_batch_free(b);
  store_batch_free(wider);
  store_writer_free(w);
}

/* ---- threads ------------------------------------------------------------------------------- */

typedef struct readers {
  store *store;
  const uint32_t *clusters;
} readers;

static khop_status read_some(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker;
  readers *r = context;
  store_view *v;
  TRY(store_view_begin(&v, r->store, err));
  khop_status status = KHOP_OK;
  uint64_t state = task;
  for (int i = 0; i < 300 && status == KHOP_OK; i++) {
    uint32_t row = (uint32_t)(random_next(&state) % 20000), cluster, length;
    char text[fixture_text_max];
    store_record record;
    const uint32_t *rows;
    size_t count;
    status = i % 2 ? store_read_record(v, row, &record, err) : store_pick_record(v, row, &record, err);
    length = fixture_text(row, 2, text);
    if (status == KHOP_OK && (record.lengths[2] != length || memcmp(record.fields[2], text, length) != 0)) {
      status = error_set(err, KHOP_BUG, "row %u differs", row);
    }
    if (status == KHOP_OK) status = store_read_cluster(v, row, &cluster, err);
    if (status == KHOP_OK && cluster != r->clusters[row]) status = error_set(err, KHOP_BUG, "cluster differs");
    if (status == KHOP_OK) status = store_read_postings(v, i % 2 ? STORE_TABLE_RULES : STORE_TABLE_RECORD_ID, row, &rows, &count, err);
  }
  store_view_end(v);
  return status;
}

static void several_threads_read(void **state) {
  fixture *f = *state;
  fixture_build(f, 20000);
  store *s;
  pool *p;
  uint32_t cluster_count;
  uint32_t *clusters = fixture_clusters(20000, &cluster_count);
  assert_ok(store_open(&s, f->store, &f->err));
  assert_ok(pool_create(&p, 4, &f->err));
  readers r = {.store = s, .clusters = clusters};
  assert_ok(pool_run(p, 40, read_some, &r, &f->err));
  pool_free(p);
  store_close(s);
  free(clusters);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(records_come_back),    TEST(small_commits_and_a_growing_map),
      TEST(large_records),        TEST(postings_come_back),
      TEST(posting_widths),       TEST(clusters_come_back),
      TEST(meta_comes_back),      TEST(stats_add_up),
      TEST(caller_mistakes_are_named), TEST(postings_of_hashes_are_small),
      TEST(several_threads_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
