/* model.json: what is written loads back; every fault is named, and leaves the model as it was. */
#include <math.h>

#include "core_support.h"
#include "model/model.h"

static const char yaml[] =
    "schema: people\nfields:\n  name: {type: person_name}\n  born: {type: date}\nblocking:\n  - [name]\ncomparisons:\n"
    "  - name: name\n    levels:\n      - {when: name exact, m: 0.7, u: 0.001}\n"
    "      - {when: name similar 0.8, m: 0.2, u: 0.02}\n      - {else: true, m: 0.1, u: 0.9}\n"
    "  - name: born\n    levels:\n      - {when: born exact, m: 0.8, u: 0.001}\n"
    "      - {when: born same_year, name: \"cùng năm\", weight: -2.5}\n      - {else: true, m: 0.2, u: 0.98}\n";

static bool near(double a, double b) { return fabs(a - b) <= 1e-11 * fmax(fabs(a), fabs(b)); }

static void assert_same_model(const model *a, const model *b) {
  assert_true(near(a->prior, b->prior) && near(a->pairs_per_record, b->pairs_per_record));
  assert_true(near(a->match_threshold, b->match_threshold) && near(a->review_threshold, b->review_threshold));
  assert_int_equal(a->comparison_count, b->comparison_count);
  for (size_t c = 0; c < a->comparison_count; c++) {
    assert_int_equal(a->comparisons[c].level_count, b->comparisons[c].level_count);
    for (size_t l = 1; l < a->comparisons[c].level_count; l++) {
      const level_model *x = &a->comparisons[c].levels[l], *y = &b->comparisons[c].levels[l];
      assert_int_equal(x->fixed, y->fixed);
      assert_true(fabs(x->weight - y->weight) < 1e-9);
      assert_true(x->fixed || (near(x->m, y->m) && near(x->u, y->u)));
    }
  }
}

static model random_model(const schema *s, uint64_t *state) {
  model m;
  model_from_schema(&m, s, 5000);
  for (size_t c = 0; c < m.comparison_count; c++) {
    for (size_t l = 1; l < m.comparisons[c].level_count; l++) {
      level_model *level = &m.comparisons[c].levels[l];
      if (level->fixed) level->weight = (double)random_below(state, 20000) / 100 - 100;
      else level->m = exp2(-(double)random_below(state, 40000) / 1000), level->u = exp2(-(double)random_below(state, 40000) / 1000);
    }
  }
  m.pairs_per_record = (double)random_below(state, 1000000) / 2;
  m.prior = exp2(-1 - (double)random_below(state, 30000) / 1000);
  m.match_threshold = (double)random_below(state, 1001) / 1000;
  m.review_threshold = m.match_threshold * 0.37;
  m.trained = true;
  m.em_iterations = 17;
  m.em_converged = true;
  m.random_pairs = 123456789012;
  m.training_pairs = 987654321098;
  model_set_weights(&m);
  return m;
}

static char *json_of(const model *m, const schema *s) {
  static char *text; /* static: optimised, gcc takes what is returned for the local's address */
  khop_error err = {0};
  must(model_to_json(m, s, &text, &err), &err);
  assert_non_null(text);
  return text;
}

static void round_trip(void **unused) {
  (void)unused;
  schema *s = schema_of(yaml);
  khop_error err = {0};
  uint64_t state = 1;
  for (size_t round = 0; round < 50; round++) {
    model m = random_model(s, &state), loaded;
    char *text = json_of(&m, s);
    text_file file = text_file_make(text);
    model_from_schema(&loaded, s, 77);
    must(model_load(&loaded, s, file.path, &err), &err);
    assert_same_model(&m, &loaded);
    assert_true(loaded.trained);
    char *again = json_of(&m, s);
    assert_string_equal(again, text); /* the same model is the same bytes */
    assert_non_null(strstr(text, "cùng năm"));
    assert_non_null(strstr(text, "123456789012"));
    text_file_remove(&file);
    mem_free(text);
    mem_free(again);
  }
  schema_free(s);
}

/* Who loads the model comes to the same numbers, to the bit, once they are as written. */
static void as_written(void **unused) {
  (void)unused;
  schema *s = schema_of(yaml);
  khop_error err = {0};
  uint64_t state = 2;
  size_t changed = 0;
  for (size_t round = 0; round < 50; round++) {
    model m = random_model(s, &state), loaded;
    double prior = m.prior;
    model_as_written(&m);
    changed += m.prior != prior;
    assert_true(near(m.prior, prior));
    char *text = json_of(&m, s);
    text_file file = text_file_make(text);
    model_from_schema(&loaded, s, 77);
    must(model_load(&loaded, s, file.path, &err), &err);
    assert_true(loaded.prior == m.prior && loaded.match_threshold == m.match_threshold && loaded.review_threshold == m.review_threshold);
    for (size_t c = 0; c < m.comparison_count; c++) {
      for (size_t l = 1; l < m.comparisons[c].level_count; l++) {
        assert_true(loaded.comparisons[c].levels[l].weight == m.comparisons[c].levels[l].weight);
      }
    }
    text_file_remove(&file);
    mem_free(text);
  }
  assert_true(changed > 0);
  schema_free(s);
}

/* ---- faults ------------------------------------------------------------------------------------------------ */

/* `text` with the first `from` behind `after` made `to`. */
static char *replaced(const char *text, const char *after, const char *from, const char *to) {
  const char *place = strstr(text, after);
  assert_non_null(place);
  place = strstr(place, from);
  assert_non_null(place);
  size_t before = (size_t)(place - text), length = strlen(text) + strlen(to) + 1;
  char *result = mem_alloc(length, 1);
  snprintf(result, length, "%.*s%s%s", (int)before, text, to, place + strlen(from));
  return result;
}

static void expect_fault(const schema *s, const char *text, const char *message) {
  khop_error err = {0};
  model m, before;
  memset(&m, 0, sizeof m);
  model_from_schema(&m, s, 500);
  memcpy(&before, &m, sizeof m);
  text_file file = text_file_make(text);
  khop_status status = model_load(&m, s, file.path, &err);
  if (status != KHOP_USAGE || !strstr(err.message, message)) print_error("%d: %s\nexpected: %s\n", (int)status, err.message, message);
  assert_int_equal(status, KHOP_USAGE);
  assert_non_null(strstr(err.message, message));
  assert_non_null(strstr(err.message, file.path));
  assert_memory_equal(&m, &before, sizeof m);
  text_file_remove(&file);
}

typedef struct fault {
  const char *after, *from, *to, *message;
} fault;

static const fault faults[] = {
    {"{", "khop-model-1", "khop-model-2", "not a khop model"},
    {"{", "\"format\": \"khop-model-1\"", "\"format\": 1", "not a khop model"},
    {"{", "\"format\"", "\"form\"", "not a khop model"},
    {"{", "\"people\"", "\"parcels\"", "a model for schema parcels, not for people"},
    {"{", "\"schema\"", "\"shema\"", "a model for schema ?, not for people"},
    {"{", "\"prior\"", "\"prio\"", "model: no number 'prior'"},
    {"{", "\"prior\": ", "\"prior\": 2, \"x\": ", "model: prior is 2, not between"},
    {"{", "\"prior\": ", "\"prior\": 0, \"x\": ", "model: prior is 0, not between"},
    {"{", "\"prior\": ", "\"prior\": \"0.1\", \"x\": ", "model: no number 'prior'"},
    {"{", "\"match_threshold\": ", "\"match_threshold\": 1.5, \"x\": ", "match_threshold is 1.5"},
    {"{", "\"review_threshold\": ", "\"review_threshold\": -1, \"x\": ", "review_threshold is -1"},
    {"{", "\"comparisons\": [", "\"comparisons\": [], \"x\": [", "0 comparisons, schema people has 2"},
    {"{", "\"comparisons\": [", "\"comparisons\": [{}, ", "3 comparisons, schema people has 2"},
    {"{", "\"comparisons\": [", "\"comparisons\": 7, \"x\": [", "0 comparisons, schema people has 2"},
    {"comparisons", "\"comparison\": \"born\"", "\"comparison\": \"sex\"", "comparison born is missing"},
    {"comparisons", "\"levels\": [", "\"levels\": [{}, ", "comparison name: 4 levels, the schema has 3"},
    {"comparisons", "\"levels\"", "\"leves\"", "comparison name: 0 levels, the schema has 3"},
    {"comparisons", "\"name similar 0.8\"", "\"name similar 0.9\"", "comparison name, level 'name similar 0.8' is missing"},
    {"comparisons", "\"m\": ", "\"m\": 1.5, \"x\": ", "comparison name, level 'name exact': m is 1.5"},
    {"comparisons", "\"m\": ", "\"m\": 0, \"x\": ", "comparison name, level 'name exact': m is 0"},
    {"comparisons", "\"m\": ", "\"m\": null, \"x\": ", "comparison name, level 'name exact': no number 'm'"},
    {"comparisons", "\"u\": ", "\"u\": -0.5, \"x\": ", "comparison name, level 'name exact': u is -0.5"},
    {"comparisons", "\"u\"", "\"w\"", "comparison name, level 'name exact': no number 'u'"},
    {"cùng năm", "\"weight\": ", "\"weight\": 2000, \"x\": ", "comparison born, level 'cùng năm': weight is 2000"},
    {"cùng năm", "\"weight\"", "\"w\"", "comparison born, level 'cùng năm': no number 'weight'"},
    {"{", "\"format\"", "format", ":2:"},
    {"comparisons", "]", "", "not JSON"},
};

static void faults_are_named(void **unused) {
  (void)unused;
  schema *s = schema_of(yaml);
  model m;
  model_from_schema(&m, s, 500);
  char *good = json_of(&m, s);
  for (size_t i = 0; i < COUNT_OF(faults); i++) {
    char *bad = replaced(good, faults[i].after, faults[i].from, faults[i].to);
    expect_fault(s, bad, faults[i].message);
    mem_free(bad);
  }
  expect_fault(s, "", "not JSON");
  expect_fault(s, "[]", "not a khop model");
  expect_fault(s, "{}", "not a khop model");
  mem_free(good);
  schema_free(s);
}

static void missing_files(void **unused) {
  (void)unused;
  schema *s = schema_of(yaml);
  khop_error err = {0};
  model m;
  model_from_schema(&m, s, 500);
  assert_int_equal(model_load(&m, s, "/tmp/khop-no-such-model.json", &err), KHOP_USAGE);
  assert_string_equal(err.message, "/tmp/khop-no-such-model.json: no such file or directory");
  assert_int_equal(model_load(&m, s, "/tmp", &err), KHOP_USAGE);
  assert_non_null(strstr(err.message, "/tmp"));
  schema_free(s);
}

/* Any cut of a good file is refused, but for what only lacks the last line end. */
static void cut_files(void **unused) {
  (void)unused;
  schema *s = schema_of(yaml);
  model m;
  model_from_schema(&m, s, 500);
  char *text = json_of(&m, s);
  size_t end = (size_t)(strrchr(text, '}') - text);
  for (size_t length = 0; length <= end; length += 13) {
    char kept = text[length];
    text[length] = 0;
    expect_fault(s, text, "not JSON");
    text[length] = kept;
  }
  mem_free(text);
  schema_free(s);
}

/* Twice the records have half the prior, and as many matches per record; what has no scale stays. */
static void prior_of_another_size(void **unused) {
  (void)unused;
  schema *s = schema_of(yaml);
  model m;
  model_from_schema(&m, s, 1000);
  double prior = m.prior;
  model_set_pairs(&m, 499.5);
  assert_true(near(m.prior, prior));
  model_set_pairs(&m, 499.5);
  assert_true(near(m.prior, prior));
  model_set_pairs(&m, 999);
  assert_true(near(m.prior, prior / 2) && near(m.pairs_per_record, 999));
  schema_free(s);
}

static void frequency_tables_are_remembered(void **unused) {
  (void)unused;
  static const char with_frequencies[] =
      "schema: people\nfields:\n  name: {type: person_name}\n  town: {type: place}\nblocking:\n  - [name]\ncomparisons:\n"
      "  - name: name\n    levels:\n      - {when: name exact, m: 0.7, u: 0.001, term_frequency: name}\n"
      "      - {when: town exact, m: 0.2, u: 0.02, term_frequency: town}\n"
      "      - {when: name surname, m: 0.05, u: 0.05, term_frequency: name.surname}\n      - {else: true, m: 0.05, u: 0.9}\n";
  schema *s = schema_of(with_frequencies);
  khop_error err = {0};
  model m, loaded;
  model_from_schema(&m, s, 1000);
  const size_t surname = schema_term(0, TERM_SURNAME);
  m.frequency_tables[1] = m.frequency_tables[surname] = true;
  m.word_agreement[surname] = 0.125;
  char *text = json_of(&m, s);
  text_file file = text_file_make(text);
  model_from_schema(&loaded, s, 1000);
  must(model_load(&loaded, s, file.path, &err), &err);
  assert_false(loaded.frequency_tables[0]);
  assert_true(loaded.frequency_tables[1] && loaded.frequency_tables[surname]);
  assert_true(near(loaded.word_agreement[surname], 0.125));
  text_file_remove(&file);
  char *bad = replaced(text, "term_frequencies", "\"town\"", "\"twon\"");
  expect_fault(s, bad, "term_frequencies: entry 2");
  mem_free(bad);
  bad = replaced(text, "term_frequencies", "name.surname", "name.first");
  expect_fault(s, bad, "term_frequencies: entry 3");
  mem_free(bad);
  bad = replaced(text, "name.surname", "0.125", "1.25");
  expect_fault(s, bad, "name.surname: agreement");
  mem_free(bad);
  mem_free(text);
  schema_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(round_trip), cmocka_unit_test(as_written),
      cmocka_unit_test(prior_of_another_size),
      cmocka_unit_test(frequency_tables_are_remembered),
      cmocka_unit_test(faults_are_named),
      cmocka_unit_test(missing_files),
      cmocka_unit_test(cut_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
