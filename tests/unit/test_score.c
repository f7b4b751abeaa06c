/* Scores against sums of logarithms in double precision, term frequencies included; thresholds. */
#include <math.h>

#include "base/cpu.h"
#include "core_support.h"
#include "model/score.h"

enum { NAME, TOWN, BORN, SEX, FIELDS, ROWS = BATCH_ROWS };

static const char yaml[] =
    "schema: t\nfields:\n  name: {type: person_name}\n  town: {type: code}\n  born: {type: date}\n  sex: {type: sex}\n"
    "blocking:\n  - [name]\ncomparisons:\n"
    "  - name: name\n    levels:\n      - {when: name exact, m: 0.7, u: 0.001, term_frequency: name}\n"
    "      - {when: name given, m: 0.1, u: 0.01, term_frequency: name}\n"
    "      - {when: name similar 0.8, m: 0.1, u: 0.02, term_frequency: name.surname}\n"
    "      - {when: [name surname, town exact], match_share: 0.3, covers: [town, born]}\n      - {else: true, m: 0.1, u: 0.9}\n"
    "  - name: town\n    levels:\n      - {when: town exact, m: 0.7, u: 0.1, term_frequency: town}\n"
    "      - {else: true, m: 0.3, u: 0.9}\n"
    "  - name: born\n    levels:\n      - {when: born exact, m: 0.8, u: 0.001}\n"
    "      - {when: born same_year, weight: -2.5}\n      - {else: true, m: 0.2, u: 0.98}\n"
    "  - name: sex\n    levels:\n      - {when: sex exact, m: 0.9, u: 0.5}\n      - {else: true, m: 0.1, u: 0.5}\n";

static const char *const names[] = {"Le An", "Tran An", "Le Thi Hoa", "Le Thi Hoe", "Nguyen Van Binh", "Y Moan"};
static const char *const towns[] = {"1", "2", "3", "4"};
static const char *const dates[] = {"1/2/1990", "3/2/1990", "1/2/1991"};
static const char *const sexes[] = {"Nam", "Nu"};

/* The first value of a list is far more common than the others. */
static const char *skewed(uint64_t *state, const char *const *values, size_t count) {
  return random_below(state, 3) ? values[0] : random_value(state, values, count, 20);
}

static test_table random_records(uint64_t *state) {
  test_table t = table_open(yaml);
  for (size_t i = 0; i < ROWS; i++) {
    const char *values[FIELDS] = {skewed(state, names, COUNT_OF(names)), skewed(state, towns, COUNT_OF(towns)),
                                  random_value(state, dates, COUNT_OF(dates), 10),
                                  random_value(state, sexes, COUNT_OF(sexes), 10)};
    table_add(&t, values);
  }
  khop_error err = {0};
  pool *p;
  double agreement[SCHEMA_TERMS_MAX];
  must(pool_create(&p, 1, &err), &err);
  must(feature_frequencies(&t.table, p, NULL, agreement, NULL, &err), &err);
  pool_free(p);
  return t;
}

static double random_share(uint64_t *state) { return exp2(-12.0 * (double)random_below(state, 1000) / 1000) * 0.99; }

static model random_model(const schema *s, uint64_t *state) {
  model m;
  model_from_schema(&m, s, 1000);
  for (size_t c = 0; c < m.comparison_count; c++) {
    for (size_t l = 1; l < m.comparisons[c].level_count; l++) {
      m.comparisons[c].levels[l].m = random_share(state);
      m.comparisons[c].levels[l].u = random_share(state);
    }
  }
  m.prior = random_share(state) / 2;
  m.word_agreement[schema_term(NAME, TERM_SURNAME)] = random_share(state);
  m.match_threshold = 0.2 + 0.7 * (double)random_below(state, 100) / 100;
  m.review_threshold = m.match_threshold / 2;
  model_set_weights(&m);
  return m;
}

/* ---- the reference ------------------------------------------------------------------------------------------ */

/* Levels that speak of how common a value is share out the chance of agreeing on it; what the value's share is less or
 * more than that chance counts the other way. Of a word the chance is the model's. */
static double frequency_part(const test_table *t, const model *m, size_t c, int term, const uint8_t *left, const uint8_t *right,
                             double rows) {
  const schema_comparison *declared = &t->schema->comparisons[c];
  size_t at = (size_t)feature_term(&t->table.layout, (size_t)term)->frequency_offset;
  double count = frequency_count(left[at] > right[at] ? left[at] : right[at]), chance = 0;
  if (left[at] == FREQUENCY_UNKNOWN || right[at] == FREQUENCY_UNKNOWN) return 0;
  for (size_t l = 0; l < declared->level_count; l++) {
    if (declared->levels[l].term == term) chance += m->comparisons[c].levels[l + 1].u;
  }
  if (term >= SCHEMA_FIELDS_MAX) chance = m->word_agreement[term];
  chance = fmin(chance, 1);
  return log2(chance / fmin(fmax(count - 1, 1) / (rows + 1 / chance), 1));
}

typedef struct reference {
  double without, with; /* term frequencies */
} reference;

static reference reference_of(const test_table *t, const model *m, const comparer *c, const pair_list *pairs, size_t p,
                              double rows) {
  reference sum = {.without = log2(m->prior / (1 - m->prior))};
  const uint8_t *left = feature_row(&t->table, pairs->left[p]), *right = feature_row(&t->table, pairs->right[p]);
  double frequencies = 0;
  for (size_t i = 0; i < m->comparison_count; i++) {
    unsigned l = c->levels[i][p];
    if (l == LEVEL_MISSING) continue;
    const level_model *level = &m->comparisons[i].levels[l];
    const schema_level *declared = &t->schema->comparisons[i].levels[l - 1];
    if (declared->match_share > 0) sum.without += log2(level->share / (1 - level->share)) - log2(m->prior / (1 - m->prior));
    else sum.without += isnan(declared->weight) ? log2(level->m / level->u) : declared->weight;
    if (declared->term < 0) continue;
    frequencies += frequency_part(t, m, i, declared->term, left, right, rows);
  }
  sum.with = sum.without + frequencies;
  return sum;
}

static void random_pairs(uint64_t *state, size_t count, pair_list *pairs) {
  pairs->count = 0;
  for (size_t left = 0; left + 1 < ROWS && pairs->count < count; left++) {
    for (size_t n = 0; n < 5 && pairs->count < count; n++) {
      pairs->left[pairs->count] = (uint16_t)left;
      pairs->right[pairs->count++] = (uint16_t)(left + 1 + random_below(state, ROWS - left - 1));
    }
  }
}

/* Every pair that can reach review has its exact weight; the others stay below. */
static size_t check_weights(const test_table *t, const model *m, const score_tables *tables, const comparer *c,
                            const pair_list *pairs, const int32_t *weights) {
  const double tolerance = (double)(m->comparison_count + 3) / WEIGHT_UNIT;
  size_t reaching = 0;
  for (size_t p = 0; p < pairs->count; p++) {
    reference expected = reference_of(t, m, c, pairs, p, ROWS);
    double found = (double)weights[p] / WEIGHT_UNIT, review = (double)tables->review / WEIGHT_UNIT;
    if (expected.with >= review - tolerance) {
      assert_true(fabs(found - expected.with) < tolerance);
      reaching++;
    } else {
      assert_true(found < review + tolerance);
      assert_true(fabs(found - expected.with) < tolerance || fabs(found - expected.without) < tolerance);
    }
  }
  return reaching;
}

/* The parts of a pair add up to the weight that it was given: with term frequencies, or without where it is hopeless. */
static void check_parts(const score_tables *tables, const comparer *c, const pair_list *pairs, const int32_t *weights) {
  for (size_t p = 0; p < pairs->count; p++) {
    score_part parts[SCHEMA_COMPARISONS_MAX];
    int32_t sum = score_explain(tables, c, pairs, p, parts), with = tables->prior, without = tables->prior;
    for (size_t i = 0; i < tables->comparison_count; i++) {
      assert_int_equal(parts[i].level, c->levels[i][p]);
      assert_true(parts[i].frequency == 0 || (parts[i].table && parts[i].table->level == parts[i].level));
      without += parts[i].weight;
      with += parts[i].weight + parts[i].frequency;
    }
    assert_int_equal(sum, with);
    assert_true(weights[p] == with || (weights[p] == without && with < tables->review));
  }
}

static void scores_equal_the_reference(void **unused) {
  (void)unused;
  uint64_t state = 1;
  khop_error err = {0};
  test_table t = random_records(&state);
  static compare_plan plan;
  static score_tables tables;
  static pair_list pairs;
  int32_t weights[BATCH_PAIRS], again[BATCH_PAIRS];
  size_t reaching = 0, all = 0;
  must(compare_plan_make(&plan, t.schema, &err), &err);
  for (size_t round = 0; round < 40; round++) {
    model m = random_model(t.schema, &state);
    score_tables_make(&tables, &m, t.schema, &t.table.layout, ROWS);
    random_pairs(&state, round % 4 ? random_below(&state, 100) : BATCH_PAIRS, &pairs);
    for (cpu_level level = CPU_SCALAR; level <= CPU_NEON; level++) {
      if (!cpu_level_supported(level)) continue;
      comparer c;
      uint32_t rows[ROWS];
      for (uint32_t i = 0; i < ROWS; i++) rows[i] = i;
      must(comparer_create(&c, &plan, &t.table.layout, level, &err), &err);
      view_load(&c.columns, &t.table, rows, 0, ROWS);
      comparer_run(&c, &pairs);
      score_pairs(&tables, &c, &pairs, level == CPU_SCALAR ? weights : again);
      if (level != CPU_SCALAR) assert_memory_equal(again, weights, pairs.count * sizeof *weights);
      else reaching += check_weights(&t, &m, &tables, &c, &pairs, weights);
      check_parts(&tables, &c, &pairs, weights);
      comparer_free(&c);
    }
    all += pairs.count;
  }
  assert_true(reaching > all / 20 && reaching < all - all / 20); /* both kinds of pairs were there */
  table_close(&t);
}

/* ---- thresholds and weights ------------------------------------------------------------------------------------ */

static void thresholds(void **unused) {
  (void)unused;
  test_table t = table_open(yaml);
  static score_tables tables;
  model m;
  model_from_schema(&m, t.schema, 1000);
  m.match_threshold = 0.9;
  m.review_threshold = 0.5;
  score_tables_make(&tables, &m, t.schema, &t.table.layout, 1000);
  assert_int_equal(tables.match, lround(log2(9) * WEIGHT_UNIT));
  assert_int_equal(tables.review, 0);
  m.review_threshold = 0.95; /* nothing is for review */
  score_tables_make(&tables, &m, t.schema, &t.table.layout, 1000);
  assert_int_equal(tables.review, tables.match);
  m.match_threshold = 1;
  m.review_threshold = 0;
  score_tables_make(&tables, &m, t.schema, &t.table.layout, 1000);
  assert_true(tables.match >= 900 * WEIGHT_UNIT && tables.review <= -900 * WEIGHT_UNIT);
  table_close(&t);
}

static void probabilities(void **unused) {
  (void)unused;
  assert_true(fabs(weight_to_probability(0) - 0.5) < 1e-15);
  assert_true(fabs(weight_to_probability(log2(9)) - 0.9) < 1e-12);
  assert_true(fabs(probability_to_weight(0.9) - log2(9)) < 1e-12);
  for (double weight = -45; weight <= 45; weight += 0.37) {
    assert_true(weight_to_probability(weight) < weight_to_probability(weight + 0.37));
    assert_true(fabs(weight_to_probability(weight) + weight_to_probability(-weight) - 1) < 1e-12);
    if (fabs(weight) < 30) assert_true(fabs(probability_to_weight(weight_to_probability(weight)) - weight) < 1e-5);
  }
  assert_true(weight_to_probability(-3000) >= 0 && weight_to_probability(-3000) < 1e-300);
  assert_true(weight_to_probability(3000) > 0.999 && weight_to_probability(3000) <= 1);
  assert_true(probability_to_weight(0) < -500 && probability_to_weight(1) > 500);
}

static void defaults_of_a_schema(void **unused) {
  (void)unused;
  schema *s = schema_of(yaml);
  model m;
  model_from_schema(&m, s, 1001);
  assert_int_equal(m.comparison_count, 4);
  assert_int_equal(m.comparisons[0].level_count, 6);
  const level_model *relatives = &m.comparisons[0].levels[4];
  assert_true(relatives->fixed && fabs(relatives->share - 0.3) < 1e-15);
  assert_true(fabs(relatives->weight + probability_to_weight(m.prior) - log2(0.3 / 0.7)) < 1e-9);
  assert_true(fabs(m.prior - s->expected_duplicates * 2 / 1000) < 1e-15);
  assert_true(fabs(m.comparisons[0].levels[1].weight - log2(700)) < 1e-12);
  assert_true(fabs(m.comparisons[0].levels[LEVEL_MISSING].weight) < 1e-15);
  assert_true(m.comparisons[2].levels[2].fixed && fabs(m.comparisons[2].levels[2].weight + 2.5) < 1e-15);
  assert_true(fabs(m.match_threshold - 0.9) < 1e-15 && fabs(m.review_threshold - 0.5) < 1e-15);
  assert_false(m.trained);
  static const uint64_t few[] = {0, 1, 2};
  for (size_t i = 0; i < COUNT_OF(few); i++) {
    model_from_schema(&m, s, few[i]);
    assert_true(m.prior > 0 && m.prior <= 0.5);
  }
  model_from_schema(&m, s, UINT64_MAX);
  assert_true(m.prior > 0 && m.prior < 1e-9);
  schema_free(s);
}

/* The heaviest model that a schema can state: sums stay inside an int32. */
static void extreme_weights_do_not_overflow(void **unused) {
  (void)unused;
  static char text[8192];
  for (int sign = -1; sign <= 1; sign += 2) {
    size_t used = (size_t)sprintf(text, "schema: t\nfields:\n  f: {type: code}\nblocking:\n  - [f]\ncomparisons:\n");
    for (int c = 0; c < SCHEMA_COMPARISONS_MAX; c++) {
      used += (size_t)sprintf(text + used, "  - name: c%d\n    fields: [f]\n    levels:\n      - {when: f exact, weight: %d}\n"
                                           "      - {else: true, weight: %d}\n", c, sign * 100, -sign * 100);
    }
    test_table t = table_open(text);
    khop_error err = {0};
    static compare_plan plan;
    static score_tables tables;
    static pair_list pairs = {.count = 1, .left = {0}, .right = {1}};
    int32_t weights[BATCH_PAIRS];
    const char *values[] = {"1"};
    const uint32_t rows[] = {0, 1};
    table_add(&t, values);
    table_add(&t, values);
    model m;
    comparer c;
    model_from_schema(&m, t.schema, 3);
    must(compare_plan_make(&plan, t.schema, &err), &err);
    must(comparer_create(&c, &plan, &t.table.layout, CPU_SCALAR, &err), &err);
    score_tables_make(&tables, &m, t.schema, &t.table.layout, 3);
    view_load(&c.columns, &t.table, rows, 0, 2);
    comparer_run(&c, &pairs);
    score_pairs(&tables, &c, &pairs, weights);
    int64_t expected = (int64_t)sign * SCHEMA_COMPARISONS_MAX * 100 * WEIGHT_UNIT + tables.prior;
    assert_int_equal(weights[0], expected);
    comparer_free(&c);
    table_close(&t);
  }
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

static const char yaml_words[] =
    "schema: t\nfields:\n  name: {type: person_name}\n  town: {type: code}\nblocking:\n  - [name]\ncomparisons:\n"
    "  - name: name\n    missing: never\n    levels:\n"
    "      - {any: [name given, town exact], m: 0.5, u: 0.01, term_frequency: name.given}\n      - {else: true, m: 0.5, u: 0.9}\n";

/* A word that more records hold weighs less, by the chance that two agree on it; the commoner of two words counts, and
 * with a missing one nothing is known. */
static void words_weigh_as_they_are_rare(void **unused) {
  (void)unused;
  static const char *const people[][2] = {{"Le An", "1"}, {"Tran An", "2"}, {"Ho An", "3"}, {"Le An", "4"}, {"Le Bao", "5"}, {"Ho Bao", "6"}, {"Le Chi", "1"}, {"", "1"}};
  static const struct {
    uint16_t left, right;
    double count; /* 0: nothing is known */
  } cases[] = {{0, 1, 4}, {2, 3, 4}, {4, 5, 2}, {0, 6, 4}, {6, 7, 0}, {0, 7, 0}};
  static compare_plan plan;
  static score_tables tables;
  static pair_list pairs;
  const double rows = 8, chance = 1.0 / 3; /* 7 of 21 pairs have one given name */
  khop_error err = {0};
  test_table t = table_open(yaml_words);
  uint32_t order[COUNT_OF(people)];
  for (uint32_t i = 0; i < COUNT_OF(people); i++) table_add(&t, people[order[i] = i]);
  double agreement[SCHEMA_TERMS_MAX];
  pool *p;
  must(pool_create(&p, 1, &err), &err);
  must(feature_frequencies(&t.table, p, NULL, agreement, NULL, &err), &err);
  model m;
  model_from_schema(&m, t.schema, (uint64_t)rows);
  m.word_agreement[schema_term(NAME, TERM_GIVEN)] = agreement[schema_term(NAME, TERM_GIVEN)];
  must(compare_plan_make(&plan, t.schema, &err), &err);
  score_tables_make(&tables, &m, t.schema, &t.table.layout, (uint64_t)rows);
  comparer c;
  must(comparer_create(&c, &plan, &t.table.layout, CPU_SCALAR, &err), &err);
  view_load(&c.columns, &t.table, order, 0, COUNT_OF(people));
  for (pairs.count = 0; pairs.count < COUNT_OF(cases); pairs.count++) {
    pairs.left[pairs.count] = cases[pairs.count].left;
    pairs.right[pairs.count] = cases[pairs.count].right;
  }
  comparer_run(&c, &pairs);
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    score_part parts[SCHEMA_COMPARISONS_MAX];
    score_explain(&tables, &c, &pairs, i, parts);
    assert_int_equal(parts[0].level, 1);
    double expected = cases[i].count > 0 ? log2(chance / ((cases[i].count - 1) / (rows + 1 / chance))) : 0;
    assert_true(fabs((double)parts[0].frequency / WEIGHT_UNIT - expected) < 1.0 / WEIGHT_UNIT);
  }
  comparer_free(&c);
  pool_free(p);
  table_close(&t);
}

/* ---- namesakes ------------------------------------------------------------------------------------------------ */

/* What two birth registrations weigh that share a name of this share, a birth date and the sex, and nothing else, in a
 * register of the size of Ho Chi Minh City's. */
static double namesakes_probability(double share) {
  static compare_plan plan;
  static score_tables tables;
  khop_error err = {0};
  test_table t = {0};
  must(schema_load(&t.schema, "civil-birth", &err), &err);
  must(feature_layout_make(&t.table.layout, t.schema, &err), &err);
  size_t name = (size_t)schema_find_field(t.schema, "ho_ten"), born = (size_t)schema_find_field(t.schema, "ngay_sinh"),
         sex = (size_t)schema_find_field(t.schema, "gioi_tinh"), columns = t.schema->field_count;
  const char *values[SCHEMA_FIELDS_MAX] = {0};
  for (size_t f = 0; f < columns; f++) values[f] = "";
  values[name] = "Nguyễn Thị Hoa", values[born] = "12/03/1985", values[sex] = "Nữ";
  table_add(&t, values);
  table_add(&t, values);
  frequency_reference references[SCHEMA_TERMS_MAX] = {0};
  sort_item listed = {.key = feature_frequency_key(&t.table.layout.slots[name], feature_row(&t.table, 0)),
                      .row = (uint32_t)fmax(share * FREQUENCY_REFERENCE_RECORDS, 1)};
  references[name] = (frequency_reference){.items = &listed, .count = 1, .unlisted = 1, .agreement = 1e-4};
  pool *p;
  double agreement[SCHEMA_TERMS_MAX];
  must(pool_create(&p, 1, &err), &err);
  must(feature_frequencies(&t.table, p, references, agreement, NULL, &err), &err);
  model m;
  model_from_schema(&m, t.schema, 12800000);
  m.frequency_tables[name] = true;
  must(compare_plan_make(&plan, t.schema, &err), &err);
  score_tables_make(&tables, &m, t.schema, &t.table.layout, 2);
  comparer c;
  must(comparer_create(&c, &plan, &t.table.layout, CPU_SCALAR, &err), &err);
  view_load(&c.columns, &t.table, (const uint32_t[]){0, 1}, 0, 2);
  pair_list pair = {.count = 1, .left = {0}, .right = {1}};
  int32_t weights[BATCH_PAIRS];
  comparer_run(&c, &pair);
  tables.review = -1000 * WEIGHT_UNIT; /* the whole weight of any pair */
  score_pairs(&tables, &c, &pair, weights);
  comparer_free(&c);
  pool_free(p);
  table_close(&t);
  return weight_to_probability((double)weights[0] / WEIGHT_UNIT);
}

/* Among 12.8 million a name that 8 in 10,000 bear has some thousand bearers, and many of them one birthday. */
static void a_namesake_is_judged_as_what_it_is(void **unused) {
  (void)unused;
  double common = namesakes_probability(8e-4), rare = namesakes_probability(1e-7);
  assert_true(common < 0.5); /* not even for review */
  assert_true(rare > 0.99);
  assert_true(namesakes_probability(1e-5) > common && namesakes_probability(1e-5) < rare);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scores_equal_the_reference),
      cmocka_unit_test(words_weigh_as_they_are_rare),
      cmocka_unit_test(a_namesake_is_judged_as_what_it_is), cmocka_unit_test(thresholds),
      cmocka_unit_test(probabilities),              cmocka_unit_test(defaults_of_a_schema),
      cmocka_unit_test(extreme_weights_do_not_overflow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
