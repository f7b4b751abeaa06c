/* What does not fit memory, against what does: streams in one file, sorting part by part, and blocking of rows in a file
 * against the same walk in memory, between two registers too. */
#include "base/spill_sort.h"
#include "block/partition.h"
#include "feature/row_file.h"
#include "walk_support.h"

static spill_file *open_file(void) {
  khop_error err = {0};
  spill_file *file = NULL;
  must(spill_open(&file, "/tmp", &err), &err);
  return file;
}

/* ---- streams ------------------------------------------------------------------------------------------- */

static uint8_t byte_of(size_t stream, uint64_t at) { return (uint8_t)hash_mix(stream << 40 ^ at); }

static void write_some(spill_file *file, spill_stream *s, size_t stream, size_t length) {
  static uint8_t bytes[3 * SPILL_EXTENT_BYTES];
  khop_error err = {0};
  for (size_t i = 0; i < length; i++) bytes[i] = byte_of(stream, s->bytes + i);
  must(spill_write(file, s, bytes, length, &err), &err);
}

static void check_range(const spill_file *file, const spill_stream *s, size_t stream, uint64_t from, size_t length) {
  static uint8_t bytes[3 * SPILL_EXTENT_BYTES];
  khop_error err = {0};
  must(spill_read(file, s, from, bytes, length, &err), &err);
  for (size_t i = 0; i < length; i++) assert_int_equal(bytes[i], byte_of(stream, from + i));
}

/* Written in pieces of any length, ended in between, read anywhere; what was discarded is written again. */
static void streams_come_back(void **unused) {
  (void)unused;
  enum { streams = 5, rounds = 60 };
  khop_error err = {0};
  uint64_t state = 3, disk = 0;
  spill_file *file = open_file();
  spill_stream s[streams] = {{0}};
  for (unsigned turn = 0; turn < 2; turn++) {
    for (size_t round = 0; round < rounds; round++) {
      size_t stream = random_below(&state, streams);
      write_some(file, &s[stream], stream, random_below(&state, round % 7 ? 5000 : 3 * SPILL_EXTENT_BYTES));
      if (round % 11 == 0) must(spill_end(file, &s[stream], &err), &err);
    }
    for (size_t stream = 0; stream < streams; stream++) {
      must(spill_end(file, &s[stream], &err), &err);
      for (size_t i = 0; i < 20 && s[stream].bytes; i++) {
        uint64_t from = random_next(&state) % s[stream].bytes, left = s[stream].bytes - from;
        check_range(file, &s[stream], stream, from, (size_t)(left < 2 * SPILL_EXTENT_BYTES ? left : 2 * SPILL_EXTENT_BYTES));
      }
      spill_discard(file, &s[stream]);
      assert_int_equal(s[stream].bytes, 0);
    }
    if (turn == 0) disk = spill_disk_bytes(file);
  }
  assert_true(disk > 0 && spill_disk_bytes(file) < disk + disk / 2);
  assert_true(spill_written_bytes(file) > disk);
  spill_close(file);
}

static void no_such_directory(void **unused) {
  (void)unused;
  khop_error err = {0};
  spill_file *file = NULL;
  assert_int_not_equal(spill_open(&file, "/tmp/khop-no-such-directory", &err), KHOP_OK);
  assert_null(file);
  assert_non_null(strstr(err.message, "khop-no-such-directory"));
}

/* ---- sorting ------------------------------------------------------------------------------------------- */

typedef struct sorted_list {
  sort_item *items;
  size_t count, calls;
} sorted_list;

static khop_status append_sorted(void *context, const sort_item *items, size_t count, khop_error *err) {
  (void)err;
  sorted_list *list = context;
  if (count) memcpy(list->items + list->count, items, count * sizeof *items);
  list->count += count;
  list->calls++;
  return KHOP_OK;
}

static void sorts_as_in_memory(void **unused) {
  (void)unused;
  enum { rows = 100000 };
  khop_error err = {0};
  pool *p;
  must(pool_create(&p, 2, &err), &err);
  spill_file *file = open_file();
  sort_item *items = mem_alloc(rows, sizeof *items), *scratch = mem_alloc(rows, sizeof *scratch);
  for (uint64_t bytes = 1 << 16; bytes <= 1 << 23; bytes <<= 7) {
    sorted_list found = {.items = mem_alloc(rows, sizeof *items)};
    spill_sorter *sorter = mem_alloc(1, sizeof *sorter);
    for (uint32_t row = 0; row < rows; row++) items[row] = (sort_item){.key = hash_mix(row % 30000) >> 16, .row = row};
    spill_sorter_open(sorter, file, 48, rows, bytes);
    must(spill_sorter_add(sorter, items, rows, &err), &err);
    assert_int_equal(spill_sorter_count(sorter), rows);
    must(spill_sorter_each(sorter, p, append_sorted, &found, &err), &err);
    must(sort_items(items, scratch, rows, p, &err), &err);
    assert_int_equal(found.count, rows);
    assert_int_equal(found.calls, spill_sorter_parts(rows, bytes));
    assert_memory_equal(found.items, items, rows * sizeof *items);
    spill_sorter_close(sorter);
    mem_free(sorter);
    mem_free(found.items);
  }
  mem_free(items);
  mem_free(scratch);
  spill_close(file);
  pool_free(p);
}

/* One key in all rows cannot be parted: told, with how much is wanting. */
static void one_key_is_refused(void **unused) {
  (void)unused;
  enum { rows = 50000 };
  khop_error err = {0};
  pool *p;
  must(pool_create(&p, 1, &err), &err);
  spill_file *file = open_file();
  spill_sorter *sorter = mem_alloc(1, sizeof *sorter);
  spill_sorter_open(sorter, file, 48, rows, 1 << 18);
  for (uint32_t row = 0; row < rows; row++) {
    const sort_item item = {.key = 77, .row = row};
    must(spill_sorter_add(sorter, &item, 1, &err), &err);
  }
  assert_int_equal(spill_sorter_each(sorter, p, append_sorted, NULL, &err), KHOP_ENVIRONMENT);
  assert_non_null(strstr(err.message, "50000 records of like keys need 2 MiB more"));
  spill_sorter_close(sorter);
  mem_free(sorter);
  spill_close(file);
  pool_free(p);
}

/* ---- blocking ------------------------------------------------------------------------------------------ */

enum { table_rows = 40000 };

static const char yaml[] = "schema: t\nfields:\n  a: {type: code}\n  b: {type: code}\n  c: {type: code}\nblocking:\n  - [a, b]\n  - [b]\n  - [a]\n  - [a, c]\n"
                           "split_by: [c]\ncomparisons:\n  - name: a\n    levels:\n      - {when: a exact, m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n";

static test_table make_table(void) {
  test_table t = table_open(yaml);
  uint64_t state = 5;
  for (size_t i = 0; i < table_rows; i++) {
    char a[16], b[16], c[16];
    snprintf(a, sizeof a, "%zu", random_below(&state, i % 50 ? 9000 : 7));
    snprintf(b, sizeof b, "%zu", random_below(&state, 15000));
    snprintf(c, sizeof c, "%zu", random_below(&state, i % 50 ? 90 : 2));
    table_add(&t, (const char *[]){a, random_below(&state, 3) ? b : "", c});
  }
  for (size_t row = 0; row < table_rows; row += 97) feature_row_kill(&t.table, row);
  return t;
}

typedef struct part_walk {
  walked found;
  pool *workers;
  uint64_t parts;
} part_walk;

static khop_status walk_part(void *context, rule_walk *walk, khop_error *err) {
  part_walk *w = context;
  rule_facts facts;
  size_t before = w->found.log.count;
  walk->split_keys = &w->found.split_keys;
  walk->window_keys = &w->found.window_keys;
  w->found.log.rule = walk->rule;
  w->found.log.tasks = rule_walk_tasks(walk);
  memset(w->found.log.last_row_count, 0, sizeof w->found.log.last_row_count);
  TRY(rule_walk_pairs(walk, false, log_batch, &w->found.log, w->workers, &facts, err));
  gather_tasks(&w->found.log);
  for (size_t i = before; i < w->found.log.count; i++) { /* to the register's numbers */
    seen_pair *pair = &w->found.log.pairs[i];
    pair->left = feature_row_number(walk->options->table, pair->left);
    pair->right = feature_row_number(walk->options->table, pair->right);
  }
  rule_facts_add(&w->found.facts[walk->rule], &facts);
  w->parts++;
  return KHOP_OK;
}

static khop_status end_rule(void *context, size_t rule, uint64_t rows, khop_error *err) {
  (void)err;
  part_walk *w = context;
  w->found.facts[rule].rows = rows;
  return KHOP_OK;
}

static void check_walk(test_table *t, const walked *expected, table_registers registers, uint64_t bytes, unsigned threads) {
  khop_error err = {0};
  part_walk w = {.found = {.log = {.pairs = mem_alloc(SEEN_MAX, sizeof(seen_pair)), .threads = threads}}};
  partition_facts facts;
  must(pool_create(&w.workers, threads, &err), &err);
  const walk_options options = {.schema = t->schema, .table = &t->table, .block_rows_max = 30, .window = 5, .registers = registers};
  const partition_input in = {.walk = &options, .file = row_file_spill(t->table.file), .workers = w.workers, .bytes = bytes, .share = 1,
                              .part = walk_part, .end = end_rule, .context = &w};
  must(partition_rules(&in, &facts, &err), &err);
  assert_int_equal(facts.parts >= w.parts, true);
  assert_true(bytes > 1 << 20 || w.parts > 2 * t->schema->rule_count);
  assert_int_equal(w.found.log.count, expected->log.count);
  assert_memory_equal(w.found.log.pairs, expected->log.pairs, expected->log.count * sizeof(seen_pair));
  for (size_t r = 0; r < t->schema->rule_count; r++) assert_memory_equal(&w.found.facts[r], &expected->facts[r], sizeof(rule_facts));
  assert_int_equal(w.found.split_keys.count, expected->split_keys.count);
  assert_int_equal(w.found.window_keys.count, expected->window_keys.count);
  walked_free(&w.found);
  pool_free(w.workers);
}

/* The same pairs in the same order, the same facts, at any memory and number of threads. */
static void parts_walk_as_the_whole(void **unused) {
  (void)unused;
  enum { ways = 4 };
  static walked expected[ways];
  khop_error err = {0};
  test_table t = make_table();
  const table_registers sides[ways] = {{0},
                                       {.count = 2, .first = {0, table_rows / 3, table_rows}},
                                       {.count = 2, .first = {0, table_rows / 3, table_rows}, .within = 2},
                                       {.count = 3, .first = {0, table_rows / 3, table_rows / 2, table_rows}, .within = 1}};
  for (size_t s = 0; s < ways; s++) {
    const walk_options options = {.schema = t.schema, .table = &t.table, .block_rows_max = 30, .window = 5, .registers = sides[s]};
    walk_all(&expected[s], &options, false, 2);
    assert_true(expected[s].log.count > 10000 && expected[s].split_keys.count > 5 && expected[s].window_keys.count > 0);
  }
  spill_file *file = open_file();
  must(feature_table_spill(&t.table, file, &err), &err);
  must(feature_table_end(&t.table, &err), &err);
  for (size_t s = 0; s < ways; s++) {
    check_walk(&t, &expected[s], sides[s], 1 << 20, 1);
    check_walk(&t, &expected[s], sides[s], 3 << 20, 3);
    check_walk(&t, &expected[s], sides[s], 1 << 30, 2);
    walked_free(&expected[s]);
  }
  table_close(&t);
  spill_close(file);
}

/* Some rows, ascending: with what is known of them beside the file. */
static void rows_are_gathered(void **unused) {
  (void)unused;
  khop_error err = {0};
  test_table t = make_table(), same = make_table();
  spill_file *file = open_file();
  row_part part = {0};
  uint8_t *codes;
  uint32_t numbers[3000];
  uint64_t state = 9;
  const uint32_t offset = t.table.layout.slots[2].offset;
  must(feature_table_spill(&t.table, file, &err), &err);
  must(feature_table_end(&t.table, &err), &err);
  must(row_file_column(t.table.file, offset, &codes, &err), &err);
  for (size_t row = 0; row < table_rows; row++) codes[row] = (uint8_t)(row % 251);
  feature_row_kill(&t.table, 7);
  for (size_t i = 0; i < COUNT_OF(numbers); i++) numbers[i] = (uint32_t)random_below(&state, table_rows);
  numbers[0] = 7;
  size_t count = row_numbers_sort(numbers, COUNT_OF(numbers));
  must(row_part_gather(&part, &t.table, numbers, count, &err), &err);
  assert_int_equal(part.table.count, count);
  for (size_t i = 0; i < count; i++) {
    uint8_t expected[512];
    size_t stride = same.table.layout.stride;
    memcpy(expected, feature_row(&same.table, numbers[i]), stride);
    expected[offset] = (uint8_t)(numbers[i] % 251);
    if (numbers[i] == 7) expected[stride - 1] |= ROW_DEAD;
    assert_true(i == 0 || numbers[i - 1] < numbers[i]);
    assert_int_equal(row_part_find(&part, numbers[i]), i);
    assert_memory_equal(feature_row(&part.table, i), expected, stride);
  }
  row_part_free(&part);
  table_close(&t);
  table_close(&same);
  spill_close(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(streams_come_back),  cmocka_unit_test(no_such_directory),      cmocka_unit_test(sorts_as_in_memory),
      cmocka_unit_test(one_key_is_refused), cmocka_unit_test(parts_walk_as_the_whole), cmocka_unit_test(rows_are_gathered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
