/* Walking all rules of random schemas over random tables, against every pair of rows.
 *
 * For each pair the test knows from the keys alone which rules bring it together and, from the split keys at
 * the end, in which rules its rows were still together after splitting. Across two registers, pairs within one do
 * not exist.
 */
#include "compare/comparer.h"
#include "walk_support.h"

enum { ROWS_MAX = 400 };

/* ---- random schemas and tables ---------------------------------------------------------------------- */

static const char *const rule_pool[] = {"[id]",       "[name]",  "[born]",           "[name.given, born.year]", "[code]",
                                        "[id.tail2]", "[sex, born.month_day]", "[name.sorted]", "[born.year_month]",
                                        "[code, name.initials]", "[id, born]"};
static const char *const split_pool[] = {"born.year", "name.given", "code", "sex", "id"};

static const char *const names[] = {"Le An", "An Le", "Tran Binh", "Nguyen Van An", "Nguyen An", "Ho Hoa", "Y Moan",
                                    "Nguyen Hoa", "Tran Hoa", "Le Thi Hoa"};
static const char *const dates[] = {"1990", "2/1990", "3/2/1990", "4/2/1990", "3/4/1991", "3/2/1991", "01/01/1992"};
static const char *const ids[] = {"079301012345", "079301012346", "079201999945", "001200000011", "001200000111",
                                  "B1234567", "012345679", "012345670", "x/12", "079301012399", "079301012301"};
static const char *const codes[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"};
static const char *const sexes[] = {"Nam", "Nu"};

/* `rules` and `splits` different ones, in random order, by drawing until there are enough. */
static void random_schema_text(uint64_t *state, size_t rules, size_t splits, char *yaml) {
  size_t used = (size_t)sprintf(yaml, "schema: t\nfields:\n  name: {type: person_name}\n  born: {type: date}\n"
                                      "  id: {type: personal_id}\n  code: {type: code}\n  sex: {type: sex}\nblocking:\n");
  bool taken[COUNT_OF(rule_pool)] = {false}, split_taken[COUNT_OF(split_pool)] = {false};
  for (size_t left = rules; left;) {
    size_t i = random_below(state, COUNT_OF(rule_pool));
    if (taken[i]) continue;
    taken[i] = true;
    left--;
    used += (size_t)sprintf(yaml + used, "  - %s\n", rule_pool[i]);
  }
  if (splits) used += (size_t)sprintf(yaml + used, "split_by: [");
  for (size_t left = splits; left;) {
    size_t i = random_below(state, COUNT_OF(split_pool));
    if (split_taken[i]) continue;
    split_taken[i] = true;
    left--;
    used += (size_t)sprintf(yaml + used, "%s%s", split_pool[i], left ? ", " : "]\n");
  }
  sprintf(yaml + used, "comparisons:\n  - name: name\n    levels:\n      - {when: name exact, m: 0.5, u: 0.1}\n"
                       "      - {else: true, m: 0.5, u: 0.9}\n");
}

static test_table random_table(uint64_t *state, size_t rows, size_t rules, size_t splits) {
  static char yaml[4096];
  random_schema_text(state, rules, splits, yaml);
  test_table t = table_open(yaml);
  unsigned missing = (unsigned)random_below(state, 40);
  for (size_t i = 0; i < rows; i++) {
    const char *values[] = {random_value(state, names, COUNT_OF(names), missing),
                            random_value(state, dates, COUNT_OF(dates), missing),
                            random_value(state, ids, COUNT_OF(ids), missing),
                            random_value(state, codes, COUNT_OF(codes), missing),
                            random_value(state, sexes, COUNT_OF(sexes), missing)};
    table_add(&t, values);
    if (random_below(state, 20) == 0) feature_row_kill(&t.table, i);
  }
  return t;
}

/* ---- what it should hand out ---------------------------------------------------------------------------- */

typedef struct row_keys {
  uint64_t first[SCHEMA_RULES_MAX], last[SCHEMA_RULES_MAX]; /* before and after splitting; 0 for dead rows */
} row_keys;

static row_keys *keys_of(const test_table *t, const key_set *split_keys) {
  row_keys *keys = mem_alloc(t->table.count, sizeof *keys);
  for (size_t i = 0; i < t->table.count; i++) {
    const uint8_t *row = feature_row(&t->table, i);
    if (feature_row_dead(&t->table.layout, row)) continue;
    for (size_t r = 0; r < t->schema->rule_count; r++) {
      keys[i].first[r] = block_key(&t->table.layout, &t->schema->rules[r], r, row);
      keys[i].last[r] = block_key_effective(&t->table.layout, t->schema, r, split_keys, row);
    }
  }
  return keys;
}

static bool agree(uint64_t x, uint64_t y) { return x && x == y; }

/* How often the pair was handed out, and by which rule first; a matrix of bytes. */
typedef struct handed {
  uint8_t times[ROWS_MAX][ROWS_MAX], rule[ROWS_MAX][ROWS_MAX];
} handed;

static handed *handed_of(const walk_log *log) {
  handed *h = mem_alloc(1, sizeof *h);
  for (size_t i = 0; i < log->count; i++) {
    const seen_pair *p = &log->pairs[i];
    if (h->times[p->left][p->right]++ == 0) h->rule[p->left][p->right] = (uint8_t)p->rule;
  }
  return h;
}

typedef struct expected_facts {
  uint64_t rows, blocks, rows_paired, together, repeated, handed, split, left_out_only_here, largest;
} expected_facts;

/* Rows i < j can be a candidate pair: by the definition, not by registers.h. */
static bool may_pair(const table_registers *r, size_t i, size_t j) {
  size_t a = 0, b = 0;
  for (size_t n = 1; n < r->count; n++) a += i >= r->first[n], b += j >= r->first[n];
  return i < j && (r->count < 2 || a != b || (r->within >> a & 1));
}

static void count_blocks(const test_table *t, const table_registers *registers, const row_keys *keys, size_t r, expected_facts *e) {
  for (size_t i = 0; i < t->table.count; i++) {
    size_t before = 0, size = 0, pairs = 0;
    e->rows += keys[i].first[r] != 0;
    for (size_t j = 0; j < t->table.count; j++) {
      if (!agree(keys[i].first[r], keys[j].first[r])) continue;
      before += j < i;
      size++;
      for (size_t k = 0; k < t->table.count && before == 0; k++) pairs += agree(keys[i].first[r], keys[k].first[r]) && may_pair(registers, j, k);
    }
    e->blocks += before == 0 && pairs;
    e->rows_paired += before == 0 && pairs ? size : 0;
    if (before == 0 && pairs && size > e->largest) e->largest = size;
  }
}

/* One pair of rows under rule r. */
static void count_pair(const row_keys *x, const row_keys *y, size_t r, unsigned times, unsigned by, expected_facts *e) {
  if (!agree(x->first[r], y->first[r])) return;
  e->together++;
  if (!agree(x->last[r], y->last[r])) {
    e->split++;
    return;
  }
  bool earlier = false;
  for (size_t q = 0; q < r; q++) earlier |= agree(x->last[q], y->last[q]);
  e->repeated += earlier;
  if (!earlier && times) assert_int_equal(by, r); /* it belongs to the first rule that finds it */
  e->handed += !earlier && times;
  e->left_out_only_here += !earlier && !times;
}

static expected_facts expect_rule(const test_table *t, const table_registers *registers, const row_keys *keys, const handed *h, size_t r) {
  expected_facts e = {0};
  count_blocks(t, registers, keys, r, &e);
  for (size_t i = 0; i < t->table.count; i++) {
    for (size_t j = i + 1; j < t->table.count; j++) {
      if (may_pair(registers, i, j)) count_pair(&keys[i], &keys[j], r, h->times[i][j], h->rule[i][j], &e);
    }
  }
  return e;
}

static void check_rule(const rule_facts *f, const expected_facts *e) {
  assert_int_equal(f->rows, e->rows);
  assert_int_equal(f->blocks, e->blocks);
  assert_int_equal(f->rows_paired, e->rows_paired);
  assert_int_equal(f->pairs, e->handed);
  assert_int_equal(f->pairs_split, e->split);
  assert_true(f->pairs_repeated <= e->repeated);
  assert_true(f->pairs_left_out >= e->left_out_only_here);
  assert_int_equal(f->pairs + f->pairs_repeated + f->pairs_split + f->pairs_left_out, e->together);
  if (f->blocks_windowed == 0) assert_int_equal(f->pairs_left_out, 0);
  if (f->blocks_split == 0) assert_int_equal(f->pairs_split, 0);
  assert_int_equal(f->largest_count, f->blocks < LARGEST_BLOCKS ? f->blocks : LARGEST_BLOCKS);
  for (size_t i = 1; i < f->largest_count; i++) assert_true(f->largest[i - 1].rows >= f->largest[i].rows);
  if (f->largest_count) assert_int_equal(f->largest[0].rows, e->largest);
}

/* Nothing but pairs that some rule brings together, each once. */
static void check_pairs(const test_table *t, const table_registers *registers, const row_keys *keys, const handed *h) {
  for (size_t i = 0; i < t->table.count; i++) {
    for (size_t j = 0; j < t->table.count; j++) {
      bool found = false;
      for (size_t r = 0; r < t->schema->rule_count; r++) found |= may_pair(registers, i, j) && agree(keys[i].last[r], keys[j].last[r]);
      assert_true(h->times[i][j] <= found);
    }
  }
}

static void check_against_all_pairs(const test_table *t, const table_registers *registers, const walked *w) {
  row_keys *keys = keys_of(t, &w->split_keys);
  handed *h = handed_of(&w->log);
  check_pairs(t, registers, keys, h);
  uint64_t total = 0;
  for (size_t r = 0; r < t->schema->rule_count; r++) {
    expected_facts e = expect_rule(t, registers, keys, h, r);
    check_rule(&w->facts[r], &e);
    total += w->facts[r].pairs;
  }
  assert_int_equal(total, w->log.count);
  mem_free(keys);
  mem_free(h);
}

/* ---- tests ------------------------------------------------------------------------------------------------ */

static void assert_same_walk(const walked *a, const walked *b) {
  assert_int_equal(a->log.count, b->log.count);
  assert_memory_equal(a->log.pairs, b->log.pairs, a->log.count * sizeof(seen_pair));
  assert_memory_equal(a->facts, b->facts, sizeof a->facts);
}

static void check_walk(uint64_t *state, size_t rows, table_registers registers, size_t block_rows_max, size_t window) {
  test_table t = random_table(state, rows, 1 + random_below(state, 7), random_below(state, 4));
  const walk_options options = {.schema = t.schema, .table = &t.table, .block_rows_max = block_rows_max, .window = window,
                                .registers = registers};
  static walked one, more;
  walk_all(&one, &options, false, 1);
  check_against_all_pairs(&t, &registers, &one);
  key_group group = {0};
  walk_options sharing = options;
  sharing.keys = &group;
  for (unsigned threads = 2; threads <= 8; threads += 6) {
    walk_all(&more, threads == 2 ? &options : &sharing, false, threads);
    assert_same_walk(&one, &more);
    walked_free(&more);
  }
  key_group_free(&group);
  walked_free(&one);
  table_close(&t);
}

/* No block is too large: every pair that agrees on some rule is handed out. */
static void all_pairs_that_agree(void **unused) {
  (void)unused;
  uint64_t state = 1;
  static const size_t sizes[] = {0, 1, 2, 3, 20, 150, ROWS_MAX};
  for (size_t i = 0; i < 28; i++) {
    test_table t = random_table(&state, sizes[i % COUNT_OF(sizes)], 1 + random_below(&state, 7), 2);
    const walk_options options = {.schema = t.schema, .table = &t.table, .block_rows_max = BATCH_ROWS, .window = 100};
    static walked w;
    walk_all(&w, &options, false, 1);
    check_against_all_pairs(&t, &(table_registers){0}, &w);
    assert_int_equal(w.split_keys.count + w.window_keys.count, 0);
    for (size_t r = 0; r < t.schema->rule_count; r++) {
      assert_int_equal(w.facts[r].pairs_split + w.facts[r].pairs_left_out + w.facts[r].blocks_windowed, 0);
    }
    walked_free(&w);
    table_close(&t);
  }
}

static void oversized_blocks(void **unused) {
  (void)unused;
  uint64_t state = 2;
  static const size_t limits[] = {2, 3, 5, 10, 40};
  for (size_t i = 0; i < 30; i++) {
    check_walk(&state, 100 + random_below(&state, ROWS_MAX - 100), (table_registers){0}, limits[i % COUNT_OF(limits)], 1 + random_below(&state, 30));
  }
}

/* A window that is wider than the block reaches every pair of it. */
static void wide_windows(void **unused) {
  (void)unused;
  uint64_t state = 3;
  for (size_t i = 0; i < 10; i++) check_walk(&state, 250, (table_registers){0}, 2 + random_below(&state, 8), 100 + random_below(&state, 100));
  test_table t = random_table(&state, ROWS_MAX, 4, 0);
  const walk_options options = {.schema = t.schema, .table = &t.table, .block_rows_max = 10, .window = ROWS_MAX};
  static walked w;
  walk_all(&w, &options, false, 2);
  for (size_t r = 0; r < 4; r++) assert_int_equal(w.facts[r].pairs_left_out, 0);
  check_against_all_pairs(&t, &(table_registers){0}, &w);
  walked_free(&w);
  table_close(&t);
}

/* The left register in front, of any share of the rows. */
static void pairs_across_registers(void **unused) {
  (void)unused;
  uint64_t state = 5;
  static const size_t limits[] = {2, 3, 5, 10, 40, BATCH_ROWS};
  for (size_t i = 0; i < 48; i++) {
    size_t rows = 2 + random_below(&state, ROWS_MAX - 2);
    const table_registers two = {.count = 2, .first = {0, (uint32_t)(1 + random_below(&state, rows - 1)), (uint32_t)rows}};
    check_walk(&state, rows, two, limits[i % COUNT_OF(limits)], 30);
  }
}

/* Three to eight registers, some of them empty in small tables, some deduplicated. */
static void pairs_across_many_registers(void **unused) {
  (void)unused;
  uint64_t state = 6;
  static const size_t limits[] = {2, 3, 5, 10, 40, BATCH_ROWS};
  for (size_t i = 0; i < 48; i++) {
    size_t rows = 2 + random_below(&state, ROWS_MAX - 2);
    table_registers many = {.count = i % 4 == 0 ? 2 : 3 + random_below(&state, KHOP_REGISTERS_MAX - 2), .within = (unsigned)random_below(&state, 256)};
    for (size_t n = 1; n < many.count; n++) many.first[n] = many.first[n - 1] + (uint32_t)random_below(&state, 1 + 2 * rows / many.count);
    for (size_t n = 1; n < many.count; n++) many.first[n] = many.first[n] < rows ? many.first[n] : (uint32_t)rows;
    many.first[many.count] = (uint32_t)rows;
    check_walk(&state, rows, many, limits[i % COUNT_OF(limits)], 30);
  }
}

static const char yaml_names[] =
    "schema: t\nfields:\n  name: {type: code}\n  code: {type: code}\nblocking:\n  - [name]\n  - [code]\n"
    "comparisons:\n  - name: name\n    levels:\n      - {when: name exact, m: 0.5, u: 0.1}\n"
    "      - {else: true, m: 0.5, u: 0.9}\n";

/* A block longer than a batch, walked in overlapping pieces. */
static void check_long_window(size_t rows, size_t window) {
  test_table t = table_open(yaml_names);
  const char *values[] = {"1", NULL};
  for (size_t r = 0; r < rows; r++) table_add(&t, values);
  const walk_options options = {.schema = t.schema, .table = &t.table, .block_rows_max = 300, .window = window};
  static walked w;
  walk_all(&w, &options, false, 1);
  uint8_t *times = mem_alloc(rows * rows, 1);
  for (size_t p = 0; p < w.log.count; p++) {
    const seen_pair *pair = &w.log.pairs[p];
    assert_true(pair->right - pair->left <= window);
    assert_int_equal(times[pair->left * rows + pair->right]++, 0);
  }
  size_t expected = window * (window - 1) / 2 + (rows - window) * window;
  assert_int_equal(w.log.count, expected);
  assert_int_equal(w.facts[0].pairs_left_out, (uint64_t)rows * (rows - 1) / 2 - expected);
  assert_int_equal(w.facts[0].largest[0].pairs_left_out, w.facts[0].pairs_left_out);
  assert_int_equal(w.facts[0].blocks_windowed, 1);
  assert_int_equal(w.window_keys.count, 1);
  assert_true(key_set_has(&w.window_keys, block_key(&t.table.layout, &t.schema->rules[0], 0, feature_row(&t.table, 0))));
  mem_free(times);
  walked_free(&w);
  table_close(&t);
}

static void long_windows(void **unused) {
  (void)unused;
  static const size_t windows[] = {1, 100, BATCH_ROWS - 1};
  for (size_t i = 0; i < COUNT_OF(windows); i++) {
    check_long_window(BATCH_ROWS, windows[i]);
    check_long_window(BATCH_ROWS + 1, windows[i]);
    check_long_window(2 * BATCH_ROWS - 100, windows[i]);
    check_long_window(3 * BATCH_ROWS + 77, windows[i]);
  }
}

/* One block of `left` by `right` rows, which no part splits. */
static void check_rectangle(size_t left, size_t right, bool is_whole) {
  test_table t = table_open(yaml_names);
  const char *values[] = {"1", NULL};
  for (size_t r = 0; r < left + right; r++) table_add(&t, values);
  const walk_options options = {.schema = t.schema, .table = &t.table, .block_rows_max = 300, .window = 100,
                                .registers = {.count = 2, .first = {0, (uint32_t)left, (uint32_t)(left + right)}}};
  static walked w;
  walk_all(&w, &options, false, 1);
  uint8_t *times = mem_alloc(left * right, 1);
  for (size_t p = 0; p < w.log.count; p++) {
    const seen_pair *pair = &w.log.pairs[p];
    assert_true(pair->left < left && pair->right >= left);
    assert_int_equal(times[pair->left * right + pair->right - left]++, 0);
  }
  assert_int_equal(w.log.count + w.facts[0].pairs_left_out, left * right);
  assert_int_equal(w.facts[0].blocks_windowed, !is_whole);
  assert_int_equal(w.facts[0].pairs_left_out == 0, is_whole);
  for (size_t row = 0; row < left + right; row++) { /* every row meets someone */
    size_t met = 0;
    for (size_t other = 0; other < (row < left ? right : left); other++) {
      met += row < left ? times[row * right + other] : times[other * right + row - left];
    }
    assert_true(met > 0);
  }
  mem_free(times);
  walked_free(&w);
  table_close(&t);
}

static void rectangles(void **unused) {
  (void)unused;
  check_rectangle(1, 1, true);
  check_rectangle(300, 1, true);
  check_rectangle(1, 5000, true);      /* many rows, few pairs */
  check_rectangle(2000, 20, true);
  check_rectangle(149, 300, true);     /* 44,700 pairs of at most 44,850 */
  check_rectangle(600, 500, false);
  check_rectangle(1500, 400, false);
  check_rectangle(257, 1024, false);
  check_rectangle(3, 20000, false);
  check_rectangle(20000, 4, false);
}

/* ---- pairs of earlier rules kept ---------------------------------------------------------------------------- */

static void kept_pairs_are_marked(void **unused) {
  (void)unused;
  uint64_t state = 6;
  for (size_t round = 0; round < 12; round++) {
    test_table t = random_table(&state, 200, 5, 1);
    const walk_options options = {.schema = t.schema, .table = &t.table, .block_rows_max = BATCH_ROWS, .window = 100};
    static walked kept, plain;
    walk_all(&plain, &options, false, 1);
    walk_all(&kept, &options, true, round % 2 ? 8 : 1);
    assert_memory_equal(kept.facts, plain.facts, sizeof kept.facts);
    assert_int_equal(kept.split_keys.count, 0);
    row_keys *keys = keys_of(&t, &kept.split_keys);
    size_t firsts = 0, expected = 0;
    for (size_t i = 0; i < kept.log.count; i++) {
      const seen_pair *p = &kept.log.pairs[i];
      bool earlier = false;
      for (size_t r = 0; r < p->rule; r++) earlier |= agree(keys[p->left].first[r], keys[p->right].first[r]);
      assert_true(agree(keys[p->left].first[p->rule], keys[p->right].first[p->rule]));
      assert_int_equal(p->found_before, earlier);
      firsts += !earlier;
    }
    for (size_t r = 0; r < 5; r++) expected += kept.facts[r].pairs + kept.facts[r].pairs_repeated;
    assert_int_equal(kept.log.count, expected);
    assert_int_equal(firsts, plain.log.count);
    mem_free(keys);
    walked_free(&kept);
    walked_free(&plain);
    table_close(&t);
  }
}

/* ---- a sample of large blocks ------------------------------------------------------------------------------- */

typedef struct sampled {
  uint64_t pairs, weight; /* those seen, and what they stand for together */
  bool is_whole;          /* every pair stands for as many as its block's size says */
  size_t block_rows;
} sampled;

static khop_status add_sampled(void *context, size_t task, unsigned worker, const candidate_batch *batch, khop_error *err) {
  (void)task, (void)worker, (void)err;
  sampled *s = context;
  for (size_t p = 0; p < batch->pairs.count; p++) s->weight += batch->stands_for[p];
  for (size_t p = 0; p < batch->pairs.count; p++) {
    unsigned expected = 1;
    while ((double)(s->block_rows - 1) / 2 > 4.0 * expected) expected *= 2;
    s->is_whole &= batch->stands_for[p] == expected;
  }
  s->pairs += batch->pairs.count;
  return KHOP_OK;
}

/* Blocks of one size, of rows that stand side by side. */
static sampled walk_sampled(size_t blocks, size_t block_rows) {
  khop_error err = {0};
  test_table t = table_open(yaml_names);
  for (size_t i = 0; i < blocks * block_rows; i++) {
    char code[32];
    snprintf(code, sizeof code, "%zu", i / block_rows + 1);
    const char *values[] = {code, NULL};
    table_add(&t, values);
  }
  const walk_options options = {.schema = t.schema, .table = &t.table, .block_rows_max = 300, .window = 100};
  key_set split_keys = {0};
  sort_item *items = mem_alloc(t.table.count, sizeof *items), *scratch = mem_alloc(t.table.count, sizeof *scratch);
  pool *p;
  must(pool_create(&p, 1, &err), &err);
  rule_walk walk = {.options = &options, .split_keys = &split_keys, .pairs_a_row = 4, .items = items, .scratch = scratch};
  sampled s = {.is_whole = true, .block_rows = block_rows};
  rule_facts facts;
  must(rule_walk_sort(&walk, 1, p, &err), &err);
  must(rule_walk_pairs(&walk, true, add_sampled, &s, p, &facts, &err), &err);
  pool_free(p);
  key_set_free(&split_keys);
  mem_free(items);
  mem_free(scratch);
  table_close(&t);
  return s;
}

static void large_blocks_are_sampled(void **unused) {
  (void)unused;
  const size_t sizes[] = {2, 9, 10, 17, 18, 60};
  for (size_t i = 0; i < COUNT_OF(sizes); i++) {
    size_t blocks = 6000 / sizes[i] * 10, all = blocks * sizes[i] * (sizes[i] - 1) / 2;
    sampled s = walk_sampled(blocks, sizes[i]);
    assert_true(s.is_whole);
    assert_int_equal(s.pairs % (sizes[i] * (sizes[i] - 1) / 2), 0); /* each block whole or not at all */
    if (sizes[i] <= 9) assert_int_equal(s.pairs, all);
    else assert_true(s.pairs < all * 3 / 4);
    assert_true(s.weight > all / 10 * 7 && s.weight < all / 10 * 13);
  }
}

/* ---- many tasks ------------------------------------------------------------------------------------------------ */

static test_table big_table(size_t rows) {
  test_table t = table_open(yaml_names);
  uint64_t state = 7;
  for (size_t i = 0; i < rows; i++) {
    char name[16], code[16];
    snprintf(name, sizeof name, "%u", (unsigned)random_below(&state, rows / 2));
    snprintf(code, sizeof code, "%u", (unsigned)(i < 40000 ? random_below(&state, rows) : random_below(&state, 4000)));
    const char *values[] = {random_below(&state, 10) ? name : NULL, code};
    table_add(&t, values);
  }
  return t;
}

static int by_key(const void *a, const void *b) {
  const sort_item *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static int by_pair(const void *a, const void *b) {
  const seen_pair *x = a, *y = b;
  if (x->left != y->left) return x->left < y->left ? -1 : 1;
  if (x->right != y->right) return x->right < y->right ? -1 : 1;
  return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* All pairs of all rules by sorting the keys; then the first rule of each pair stays. */
static size_t pairs_by_sorting(const test_table *t, seen_pair *out) {
  size_t count = 0, kept = 0, rows = t->table.count;
  sort_item *items = mem_alloc(rows, sizeof *items);
  for (size_t r = 0; r < t->schema->rule_count; r++) {
    for (size_t i = 0; i < rows; i++) {
      items[i] = (sort_item){.key = block_key(&t->table.layout, &t->schema->rules[r], r, feature_row(&t->table, i)),
                             .row = (uint32_t)i};
    }
    qsort(items, rows, sizeof *items, by_key);
    for (size_t i = 0; i < rows; i++) {
      for (size_t j = i + 1; j < rows && agree(items[i].key, items[j].key); j++) {
        assert_true(count < SEEN_MAX);
        out[count++] = (seen_pair){.left = items[i].row, .right = items[j].row, .rule = (uint16_t)r};
      }
    }
  }
  qsort(out, count, sizeof *out, by_pair);
  for (size_t i = 0; i < count; i++) {
    if (!i || out[i].left != out[i - 1].left || out[i].right != out[i - 1].right) out[kept++] = out[i];
  }
  mem_free(items);
  return kept;
}

static void many_tasks(void **unused) {
  (void)unused;
  test_table t = big_table(90000);
  const walk_options options = {.schema = t.schema, .table = &t.table, .block_rows_max = BATCH_ROWS, .window = 100};
  seen_pair *expected = mem_alloc(SEEN_MAX, sizeof *expected);
  size_t count = 0;
  static walked one, more;
  walk_all(&one, &options, false, 1);
  for (unsigned threads = 2; threads <= 8; threads += 6) {
    walk_all(&more, &options, false, threads);
    assert_same_walk(&one, &more);
    walked_free(&more);
  }
  count = pairs_by_sorting(&t, expected);
  assert_int_equal(one.log.count, count);
  qsort(one.log.pairs, count, sizeof *expected, by_pair);
  assert_memory_equal(one.log.pairs, expected, count * sizeof *expected);
  mem_free(expected);
  walked_free(&one);
  table_close(&t);
}

/* ---- samples ----------------------------------------------------------------------------------------------------- */

static size_t sorted_keys(const test_table *t, double share, pool *p, key_group *keys, sort_item *items) {
  khop_error err = {0};
  const walk_options options = {.schema = t->schema, .table = &t->table, .block_rows_max = 300, .window = 100, .keys = keys};
  key_set none = {0};
  sort_item *scratch = mem_alloc(t->table.count, sizeof *scratch);
  rule_walk walk = {.options = &options, .split_keys = &none, .items = items, .scratch = scratch};
  must(rule_walk_sort(&walk, share, p, &err), &err);
  mem_free(scratch);
  return walk.item_count;
}

/* Whole blocks, about the share asked for, and a larger share holds a smaller one. */
static void samples_are_of_whole_blocks(void **unused) {
  (void)unused;
  enum { rows = 70000 };
  khop_error err = {0};
  test_table t = big_table(rows);
  pool *p;
  must(pool_create(&p, 2, &err), &err);
  sort_item *all = mem_alloc(rows, sizeof *all), *some = mem_alloc(rows, sizeof *some);
  key_group group = {0}; /* asked for another share each time */
  size_t all_count = sorted_keys(&t, 1, p, NULL, all), last = 0;
  bool *had = mem_alloc(rows, sizeof *had);
  static const double shares[] = {0.01, 0.3, 0.7, 1};
  for (size_t s = 0; s < COUNT_OF(shares); s++) {
    size_t count = sorted_keys(&t, shares[s], p, &group, some), at = 0;
    assert_true((double)count > (double)all_count * (shares[s] - 0.02) - 200 && count >= last);
    assert_true((double)count < (double)all_count * (shares[s] + 0.02) + 200);
    for (size_t i = 0; i < all_count; i++) {
      bool here = at < count && some[at].key == all[i].key && some[at].row == all[i].row;
      if (i && all[i].key == all[i - 1].key) assert_int_equal(here, had[all[i - 1].row]);
      assert_true(here >= had[all[i].row]);
      had[all[i].row] = here;
      at += here;
    }
    assert_int_equal(at, count);
    last = count;
  }
  key_group_free(&group);
  mem_free(had);
  mem_free(some);
  mem_free(all);
  pool_free(p);
  table_close(&t);
}

/* ---- failures ------------------------------------------------------------------------------------------------------ */

static khop_status refuse(void *context, size_t task, unsigned worker, const candidate_batch *b, khop_error *err) {
  (void)context, (void)task, (void)worker, (void)b;
  return error_set(err, KHOP_INPUT, "refused");
}

static void consumer_failures_come_back(void **unused) {
  (void)unused;
  khop_error err = {0};
  test_table t = big_table(3000);
  const walk_options options = {.schema = t.schema, .table = &t.table, .block_rows_max = 5, .window = 3};
  sort_item *items = mem_alloc(3000, sizeof *items), *scratch = mem_alloc(3000, sizeof *scratch);
  key_set split_keys = {0};
  for (unsigned threads = 1; threads <= 8; threads *= 2) {
    pool *p;
    must(pool_create(&p, threads, &err), &err);
    rule_walk walk = {.options = &options, .rule = 1, .split_keys = &split_keys, .items = items, .scratch = scratch};
    rule_facts facts;
    must(rule_walk_sort(&walk, 1, p, &err), &err);
    assert_int_equal(rule_walk_pairs(&walk, false, refuse, NULL, p, &facts, &err), KHOP_INPUT);
    assert_string_equal(err.message, "refused");
    pool_free(p);
  }
  key_set_free(&split_keys);
  mem_free(items);
  mem_free(scratch);
  table_close(&t);
}

typedef struct counting {
  const feature_table *table;
  comparer comparer;
  uint64_t pairs;
} counting;

static khop_status compare_and_count(void *context, size_t task, unsigned worker, const candidate_batch *batch, khop_error *err) {
  (void)task, (void)worker, (void)err;
  counting *c = context;
  view_load(&c->comparer.columns, c->table, batch->rows, batch->loaded, batch->row_count);
  comparer_run(&c->comparer, &batch->pairs);
  c->pairs += batch->pairs.count;
  return KHOP_OK;
}

/* Keys, sorting, walking and comparing of so many rows; their pairs and allocations. */
static void count_allocations(size_t rows, uint64_t *out_pairs, uint64_t *out_allocations) {
  khop_error err = {0};
  test_table t = big_table(rows);
  static compare_plan plan;
  counting c = {.table = &t.table};
  must(compare_plan_make(&plan, t.schema, &err), &err);
  must(comparer_create(&c.comparer, &plan, &t.table.layout, CPU_SCALAR, &err), &err);
  const walk_options options = {.schema = t.schema, .table = &t.table, .block_rows_max = 300, .window = 100};
  key_set split_keys = {0};
  sort_item *items = mem_alloc(rows, sizeof *items), *scratch = mem_alloc(rows, sizeof *scratch);
  pool *p;
  must(pool_create(&p, 1, &err), &err);
  uint64_t before = memory_allocations();
  rule_walk walk = {.options = &options, .split_keys = &split_keys, .items = items, .scratch = scratch};
  rule_facts facts;
  must(rule_walk_sort(&walk, 1, p, &err), &err);
  must(rule_walk_pairs(&walk, false, compare_and_count, &c, p, &facts, &err), &err);
  *out_allocations = memory_allocations() - before;
  *out_pairs = c.pairs;
  pool_free(p);
  comparer_free(&c.comparer);
  key_set_free(&split_keys);
  mem_free(items);
  mem_free(scratch);
  table_close(&t);
}

static void nothing_is_allocated_per_row_or_pair(void **unused) {
  (void)unused;
  uint64_t few_pairs, many_pairs, few, many;
  count_allocations(20000, &few_pairs, &few);
  count_allocations(80000, &many_pairs, &many);
  assert_true(few_pairs > 5000 && many_pairs > 3 * few_pairs);
  assert_int_equal(many, few);
#ifndef NDEBUG
  assert_true(few > 0);
#endif
}

static void facts_add_up(void **unused) {
  (void)unused;
  rule_facts sum = {0};
  for (uint32_t i = 0; i < 40; i++) {
    rule_facts part = {.rows = 1, .blocks = 2, .rows_paired = 9, .pairs = 3, .pairs_repeated = 4, .blocks_split = 5, .pairs_split = 6,
                       .blocks_windowed = 7, .pairs_left_out = 8, .largest_count = 1};
    part.largest[0] = (block_fact){.rows = i * 7 % 40, .first_row = i};
    rule_facts_add(&sum, &part);
  }
  assert_true(sum.rows == 40 && sum.blocks == 80 && sum.rows_paired == 360 && sum.pairs == 120 && sum.pairs_repeated == 160);
  assert_true(sum.blocks_split == 200 && sum.pairs_split == 240 && sum.blocks_windowed == 280);
  assert_true(sum.pairs_left_out == 320 && sum.largest_count == LARGEST_BLOCKS);
  for (uint64_t i = 0; i < LARGEST_BLOCKS; i++) assert_int_equal(sum.largest[i].rows, 39 - i);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_pairs_that_agree),        cmocka_unit_test(oversized_blocks),
      cmocka_unit_test(large_blocks_are_sampled),
      cmocka_unit_test(wide_windows),                cmocka_unit_test(long_windows),
      cmocka_unit_test(pairs_across_registers), cmocka_unit_test(pairs_across_many_registers),      cmocka_unit_test(rectangles),
      cmocka_unit_test(kept_pairs_are_marked),       cmocka_unit_test(many_tasks),
      cmocka_unit_test(samples_are_of_whole_blocks), cmocka_unit_test(consumer_failures_come_back),
      cmocka_unit_test(nothing_is_allocated_per_row_or_pair), cmocka_unit_test(facts_add_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
