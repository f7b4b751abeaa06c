/* khop_store_*: what tools see of a store. */
#include "test_store_fixture.h"

enum { rows = 1000 };

/* Record ids as each kind of register has them; cluster 0 holds rows 0, 5 and 7, the rest are single. */
static void build(fixture *f, const char *id_field, bool qualified) {
  static store_posting ids[rows];
  static uint32_t clusters[rows];
  char text[fixture_text_max], id[fixture_text_max + 32];
  store_writer *w = fixture_writer(f, 0);
  fixture_write_rows(f, w, rows, 300);
  for (uint32_t row = 0; row < rows; row++) {
    (void)fixture_text(row, 0, text);
    if (!id_field) snprintf(id, sizeof id, "a.csv:%llu", (unsigned long long)fixture_line(row));
    else snprintf(id, sizeof id, "%s%s", qualified ? "a.csv:" : "", text);
    /* Row 999 pretends to be row 3 by hash: only the record itself can tell. */
    if (row == 999) snprintf(id, sizeof id, "%s", !id_field ? "a.csv:8" : qualified ? "a.csv:ID3" : "ID3");
    ids[row] = (store_posting){.key = store_record_id_key(id, strlen(id)), .row = row};
    clusters[row] = row == 0 || row == 5 || row == 7 ? 0 : row;
  }
  uint32_t next = 1; /* numbered in the order of first rows */
  for (uint32_t row = 1; row < rows; row++) clusters[row] = clusters[row] ? next++ : 0;
  qsort(ids, rows, sizeof *ids, fixture_compare_postings);
  const store_posting identifiers[] = {{.key = 79, .row = 4}};
  const store_posting members[] = {{.key = 0, .row = 0}, {.key = 0, .row = 5}, {.key = 0, .row = 7}};
  assert_ok(store_writer_postings(w, STORE_TABLE_RECORD_ID, ids, rows, &f->err));
  assert_ok(store_writer_postings(w, STORE_TABLE_IDENTIFIER, identifiers, 1, &f->err));
  assert_ok(store_writer_postings(w, STORE_TABLE_CLUSTER, members, 3, &f->err));
  assert_ok(store_writer_clusters(w, clusters, rows, &f->err));
  if (id_field) assert_ok(store_writer_meta(w, STORE_META_ID_FIELD, id_field, &f->err));
  if (qualified) assert_ok(store_writer_meta(w, STORE_META_ID_QUALIFIED, "1", &f->err));
  assert_ok(store_writer_meta(w, "source:0", "a.csv", &f->err));
  assert_ok(store_writer_finish(w, true, &f->err));
  store_writer_free(w);
}

static void check_id(fixture *f, khop_store *s, const char *id, size_t expected_count, uint32_t expected) {
  uint32_t found[4] = {0};
  size_t count;
  assert_ok(khop_store_find_id(s, id, found, 4, &count, &f->err));
  assert_int_equal(count, expected_count);
  if (count) assert_int_equal(found[0], expected);
}

typedef struct seen {
  uint32_t rows[8], which[8];
  size_t count, stop_at;
} seen;

static khop_status see(void *context, size_t which, const khop_store_record *record, khop_error *err) {
  seen *s = context;
  char text[fixture_text_max];
  assert_int_equal(record->lengths[0], fixture_text(record->row, 0, text));
  assert_memory_equal(record->fields[0], text, record->lengths[0]);
  s->rows[s->count] = record->row;
  s->which[s->count++] = (uint32_t)which;
  return s->count == s->stop_at ? error_set(err, KHOP_INPUT, "seen enough") : KHOP_OK;
}

/* By row, each for whom it was asked; one whose hash lies is not visited. */
static void many_are_found(void **state) {
  fixture *f = *state;
  khop_store *s;
  static const char *const texts[] = {" ID998\t", "ID1000", "ID3", "", "ID3", "ID0x"};
  static const uint32_t rows_expected[] = {3, 3, 998}, which_expected[] = {2, 4, 0};
  khop_asked asked[6];
  for (size_t i = 0; i < 6; i++) asked[i] = (khop_asked){texts[i], strlen(texts[i])};
  asked[5].length = 3; /* ID0: not to the NUL */
  build(f, "0", false);
  assert_ok(khop_store_open(&s, f->store, &f->err));
  seen found = {0};
  assert_ok(khop_store_get_many(s, false, asked, 5, see, &found, &f->err));
  assert_int_equal(found.count, 3);
  assert_memory_equal(found.rows, rows_expected, sizeof rows_expected);
  assert_memory_equal(found.which, which_expected, sizeof which_expected);
  found = (seen){.stop_at = 1};
  assert_fails(khop_store_get_many(s, false, asked, 6, see, &found, &f->err), KHOP_INPUT, "seen enough");
  assert_int_equal(found.rows[0], 0);
  assert_int_equal(found.which[0], 5);
  assert_ok(khop_store_get_many(s, false, NULL, 0, see, &found, &f->err));
  assert_int_equal(found.count, 1);
  khop_store_close(s);
}

static void ids_are_found(void **state) {
  fixture *f = *state;
  khop_store *s;
  build(f, "0", false);
  assert_ok(khop_store_open(&s, f->store, &f->err));
  check_id(f, s, "ID3", 1, 3);
  check_id(f, s, " ID998\t", 1, 998);
  check_id(f, s, "ID1000", 0, 0);
  check_id(f, s, "", 0, 0);
  khop_store_close(s);
  build(f, NULL, false);
  assert_ok(khop_store_open(&s, f->store, &f->err));
  check_id(f, s, "a.csv:8", 1, 3);
  check_id(f, s, "b.csv:8", 0, 0);
  check_id(f, s, "a.csv:8.0", 0, 0);
  khop_store_close(s);
  build(f, "0", true);
  assert_ok(khop_store_open(&s, f->store, &f->err));
  check_id(f, s, "a.csv:ID3", 1, 3);
  check_id(f, s, "ID3", 0, 0);
  khop_store_close(s);
}

static void check_record_id(fixture *f, const char *id_field, bool qualified, const char *expected) {
  khop_store *s;
  khop_store_record *record;
  build(f, id_field, qualified);
  assert_ok(khop_store_open(&s, f->store, &f->err));
  assert_ok(khop_store_get(s, 3, &record, &f->err));
  char *id = khop_store_record_id(s, record);
  assert_string_equal(id, expected);
  khop_free(id);
  khop_free(record);
  khop_store_close(s);
}

static void ids_are_told(void **state) {
  fixture *f = *state;
  check_record_id(f, "0", false, "ID3");
  check_record_id(f, "0", true, "a.csv:ID3");
  check_record_id(f, NULL, false, "a.csv:8");
}

/* A store from before explaining opens as ever, and says what it lacks. */
static void old_stores_are_not_explained(void **state) {
  fixture *f = *state;
  khop_explainer *e;
  build(f, "0", false);
  const khop_explain_options options = {.output = f->root, .store = f->store};
  assert_fails(khop_explainer_open(&e, &options, &f->err), KHOP_INPUT, "an earlier khop made it");
  assert_null(e);
}

static void records_are_whole(void **state) {
  fixture *f = *state;
  khop_store *s;
  khop_store_record *record;
  build(f, "0", false);
  assert_ok(khop_store_open(&s, f->store, &f->err));
  assert_int_equal(khop_store_row_count(s), rows);
  assert_int_equal(khop_store_field_count(s), fixture_fields);
  assert_string_equal(khop_store_field_name(s, 1), "ho_ten");
  assert_string_equal(khop_store_schema(s), "test");
  assert_string_equal(khop_store_meta(s, "source:0"), "a.csv");
  for (uint32_t row = 0; row < rows; row++) {
    assert_ok(khop_store_get(s, row, &record, &f->err));
    assert_int_equal(record->row, row);
    assert_int_equal(record->line, fixture_line(row));
    assert_string_equal(record->source, "a.csv");
    for (size_t field = 0; field < record->field_count; field++) {
      char text[fixture_text_max];
      uint32_t length = fixture_text(row, field, text);
      assert_int_equal(record->lengths[field], length);
      if (length) assert_memory_equal(record->fields[field], text, length);
      assert_int_equal(record->fields[field][length], '\0');
    }
    mem_free(record);
  }
  assert_fails(khop_store_get(s, rows, &record, &f->err), KHOP_USAGE, "row 1000 of 1000");
  assert_null(record);
  khop_store_close(s);
}

static void clusters_and_identifiers(void **state) {
  fixture *f = *state;
  khop_store *s;
  uint32_t found[8];
  size_t count;
  build(f, "0", false);
  assert_ok(khop_store_open(&s, f->store, &f->err));
  assert_ok(khop_store_cluster_rows(s, 0, found, 8, &count, &f->err));
  assert_int_equal(count, 3);
  assert_int_equal(found[1], 5);
  assert_int_equal(found[2], 7);
  found[1] = 99;
  assert_ok(khop_store_cluster_rows(s, 0, found, 1, &count, &f->err)); /* all are counted, one is written */
  assert_int_equal(count, 3);
  assert_int_equal(found[1], 99);
  assert_ok(khop_store_cluster_rows(s, 0, NULL, 0, &count, &f->err));
  assert_int_equal(count, 3);
  assert_ok(khop_store_cluster_rows(s, 5, found, 8, &count, &f->err)); /* of one row: 0 5 7 are taken */
  assert_int_equal(count, 1);
  assert_int_equal(found[0], 6);
  assert_ok(khop_store_cluster_rows(s, rows, found, 8, &count, &f->err));
  assert_int_equal(count, 0);
  assert_ok(khop_store_find_key(s, STORE_TABLE_IDENTIFIER, 79, found, 8, &count, &f->err));
  assert_int_equal(count, 1);
  assert_int_equal(found[0], 4);
  assert_ok(khop_store_find_key(s, STORE_TABLE_IDENTIFIER, 80, found, 8, &count, &f->err));
  assert_int_equal(count, 0);
  khop_store_close(s);
}

static void stats_and_verify(void **state) {
  fixture *f = *state;
  khop_store *s;
  static khop_store_stats stats;
  build(f, "0", false);
  assert_ok(khop_store_open(&s, f->store, &f->err));
  assert_ok(khop_store_verify(s, &f->err));
  assert_ok(khop_store_read_stats(s, &stats, &f->err));
  assert_int_equal(stats.rows, rows);
  assert_int_equal(stats.clusters, rows - 2);
  assert_int_equal(stats.table_count, 3);
  assert_int_equal(stats.tables[0].postings, rows);
  assert_int_equal((uint64_t)(stats.bytes_per_record * rows + 0.5), stats.bytes);
  khop_store_close(s);
  khop_store_close(NULL);
  assert_fails(khop_store_open(&s, "/nonexistent/store", &f->err), KHOP_USAGE, "no such store");
  assert_null(s);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(ids_are_found), TEST(many_are_found), TEST(ids_are_told), TEST(old_stores_are_not_explained),
      TEST(records_are_whole),
      TEST(clusters_and_identifiers),
      TEST(stats_and_verify),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
