/* Texts kept as wholes: their symbols come back from a row, and the shares that two of them have equal those that are
 * counted here by looking at every word and every pair of letters. */
#include "base/cpu.h"
#include "compare/comparer.h"
#include "core_support.h"

enum { texts = 60, text_bytes = 160 };

static const char schema_text[] =
    "schema: t\nfields:\n  f: {type: text}\nblocking:\n  - [f]\ncomparisons:\n  - name: f\n    levels:\n"
    "      - {when: [f tokens 1, not f missing], m: 0.5, u: 0.1}\n      - {when: f qgrams 1, m: 0.5, u: 0.1}\n"
    "      - {when: f overlap 1, m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n";

/* Few letters, so that texts share some; as long as 140, so that the end is cut off. */
static void random_text(uint64_t *state, char *out) {
  static const char letters[] = "abcde1 f2 ";
  size_t length = 1 + random_below(state, 140);
  out[0] = letters[random_below(state, 6)];
  for (size_t i = 1; i < length; i++) out[i] = letters[random_below(state, sizeof letters - 1)];
  out[length] = '\0';
}

/* As it is kept: single blanks, 96 letters, none at the end. */
static void kept_text(const char *text, char *out) {
  size_t used = 0;
  for (; *text && used < LONG_SYMBOLS_MAX; text++) {
    if (*text == ' ' && (used == 0 || out[used - 1] == ' ')) continue;
    out[used++] = *text;
  }
  while (used > 0 && out[used - 1] == ' ') used--;
  out[used] = '\0';
}

typedef struct pieces {
  char list[256][LONG_SYMBOLS_MAX + 1];
  size_t count;
} pieces;

static void pieces_add(pieces *p, const char *piece, size_t length) {
  char copy[LONG_SYMBOLS_MAX + 1];
  memcpy(copy, piece, length);
  copy[length] = '\0';
  for (size_t i = 0; i < p->count; i++) {
    if (strcmp(p->list[i], copy) == 0) return;
  }
  memcpy(p->list[p->count++], copy, length + 1);
}

static void words_of(const char *text, pieces *out) {
  size_t words = 0;
  out->count = 0;
  while (*text && words++ < LONG_WORDS_MAX) {
    size_t length = strcspn(text, " ");
    pieces_add(out, text, length);
    text += length + (text[length] == ' ');
  }
}

static void grams_of(const char *text, pieces *out) {
  char padded[LONG_SYMBOLS_MAX + 3];
  int length = snprintf(padded, sizeof padded, " %s ", text);
  out->count = 0;
  for (int i = 0; i + 1 < length; i++) pieces_add(out, padded + i, 2);
}

static size_t shared_of(const pieces *x, const pieces *y) {
  size_t shared = 0;
  for (size_t i = 0; i < x->count; i++) {
    for (size_t j = 0; j < y->count; j++) shared += strcmp(x->list[i], y->list[j]) == 0;
  }
  return shared;
}

static void expected_shares(const char *a, const char *b, size_t out[3]) {
  static pieces x, y;
  words_of(a, &x);
  words_of(b, &y);
  out[0] = shared_of(&x, &y) * 2 * KERNEL_SIMILARITY_ONE / (x.count + y.count);
  out[2] = shared_of(&x, &y) * KERNEL_SIMILARITY_ONE / (x.count < y.count ? x.count : y.count);
  grams_of(a, &x);
  grams_of(b, &y);
  out[1] = shared_of(&x, &y) * 2 * KERNEL_SIMILARITY_ONE / (x.count + y.count);
}

static const measure *measure_of(const compare_plan *plan, test_kind kind) {
  for (size_t m = 0; m < plan->measure_count; m++) {
    if (plan->measures[m].kind == kind) return &plan->measures[m];
  }
  fail_msg("no measure of kind %d", (int)kind);
  return NULL;
}

static char kept[texts][LONG_SYMBOLS_MAX + 1];

static test_table table_of_texts(void) {
  test_table t = table_open(schema_text);
  uint64_t state = 7;
  for (size_t i = 0; i < texts; i++) {
    char text[text_bytes];
    random_text(&state, text);
    kept_text(text, kept[i]);
    const char *values[] = {text};
    table_add(&t, values);
  }
  return t;
}

static void symbols_come_back(void **unused) {
  (void)unused;
  test_table t = table_of_texts();
  for (size_t i = 0; i < texts; i++) {
    uint8_t symbols[LONG_SYMBOLS_MAX];
    char text[LONG_SYMBOLS_MAX + 1];
    unsigned length = feature_long_symbols(&t.table.layout.slots[0], feature_row(&t.table, i), symbols);
    for (unsigned j = 0; j < length; j++) {
      text[j] = (char)(symbols[j] == LONG_BLANK ? ' ' : symbols[j] <= 26 ? 'a' + symbols[j] - 1 : '0' + symbols[j] - 27);
    }
    text[length] = '\0';
    assert_string_equal(text, kept[i]);
  }
  table_close(&t);
}

static void shares_are_counted(void **unused) {
  (void)unused;
  static const test_kind kinds[] = {TEST_TOKENS, TEST_QGRAMS, TEST_OVERLAP};
  test_table t = table_of_texts();
  static compare_plan plan;
  static pair_list pairs;
  comparer c;
  khop_error err = {0};
  uint32_t rows[texts];
  for (uint32_t i = 0; i < texts; i++) rows[i] = i;
  for (size_t i = 0; i < texts; i++) {
    for (size_t j = 0; j < i; j++) {
      pairs.left[pairs.count] = (uint16_t)i;
      pairs.right[pairs.count++] = (uint16_t)j;
    }
  }
  must(compare_plan_make(&plan, t.schema, &err), &err);
  must(comparer_create(&c, &plan, &t.table.layout, CPU_SCALAR, &err), &err);
  view_load(&c.columns, &t.table, rows, 0, texts);
  for (size_t k = 0; k < COUNT_OF(kinds); k++) {
    static uint8_t found[BATCH_PAIRS];
    measure_pairs(&c, measure_of(&plan, kinds[k]), &pairs, false, found);
    for (size_t p = 0; p < pairs.count; p++) {
      size_t expected[3];
      expected_shares(kept[pairs.left[p]], kept[pairs.right[p]], expected);
      if (found[p] != expected[k]) print_error("'%s' | '%s'\n", kept[pairs.left[p]], kept[pairs.right[p]]);
      assert_int_equal(found[p], expected[k]);
    }
  }
  comparer_free(&c);
  table_close(&t);
}

/* A schema without such tests has no bytes for them in its rows. */
static void costs_nothing_unused(void **unused) {
  (void)unused;
  test_table with = table_open(schema_text);
  test_table without = table_open("schema: t\nfields:\n  f: {type: text}\nblocking:\n  - [f]\ncomparisons:\n  - name: f\n"
                                  "    levels:\n      - {when: f exact, m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n");
  assert_int_equal(with.table.layout.stride, without.table.layout.stride + LONG_TEXT_BYTES);
  assert_int_equal(without.table.layout.slots[0].long_offset, FEATURE_NONE);
  table_close(&with);
  table_close(&without);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(symbols_come_back),
      cmocka_unit_test(shares_are_counted),
      cmocka_unit_test(costs_nothing_unused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
