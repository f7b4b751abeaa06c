/* EM on histograms that are known exactly, its edges, and a whole training on a small register. */
#include <math.h>

#include "core_support.h"
#include "model/em.h"
#include "model/train.h"

enum { COMPARISONS = 4, LEVELS = 4, PATTERNS = 256 }; /* three levels and the missing one: 4^4 patterns */

/* ---- a made-up world -------------------------------------------------------------------------------------- */

/* By comparison: level 0 is missing. Levels are independent given match or not. */
static double pairs_among(uint64_t rows) { return registers_pairs(&(table_registers){0}, &rows); }

static const double true_m[COMPARISONS][LEVELS] = {
    {0.1, 0.75, 0.10, 0.05}, {0.0, 0.85, 0.10, 0.05}, {0.2, 0.60, 0.15, 0.05}, {0.05, 0.80, 0.05, 0.10}};
static const double true_u[COMPARISONS][LEVELS] = {
    {0.1, 0.001, 0.009, 0.89}, {0.0, 0.01, 0.05, 0.94}, {0.2, 0.002, 0.018, 0.78}, {0.05, 0.02, 0.03, 0.90}};

static double present_share(const double *shares, size_t level) { return shares[level] / (1 - shares[0]); }

/* The right u and the schema's guess of m. */
static model starting_model(void) {
  model m = {.comparison_count = COMPARISONS, .prior = 1e-5, .match_threshold = 0.9, .review_threshold = 0.5};
  for (size_t c = 0; c < COMPARISONS; c++) {
    m.comparisons[c].level_count = LEVELS;
    m.comparisons[c].levels[LEVEL_MISSING] = (level_model){.m = 1, .u = 1, .fixed = true};
    for (size_t l = 1; l < LEVELS; l++) {
      static const double guess[] = {0, 0.5, 0.3, 0.2};
      m.comparisons[c].levels[l] = (level_model){.m = guess[l], .u = present_share(true_u[c], l)};
    }
  }
  model_set_weights(&m);
  return m;
}

static double pattern_share(const double shares[COMPARISONS][LEVELS], size_t pattern) {
  double share = 1;
  for (size_t c = 0; c < COMPARISONS; c++) share *= shares[c][pattern >> (2 * c) & 3];
  return share;
}

/* All pairs of `rows` records, as many of each pattern as are expected, divided by `scale`. */
static em_session world_session(uint64_t rows, double prior, double scale) {
  em_session session = {.patterns = mem_alloc(PATTERNS, sizeof(pattern_count))};
  double pairs = (double)rows * ((double)rows - 1) / 2;
  for (size_t p = 0; p < PATTERNS; p++) {
    double share = prior * pattern_share(true_m, p) + (1 - prior) * pattern_share(true_u, p);
    uint64_t pattern = 0, count = (uint64_t)llround(pairs * share / scale);
    for (size_t c = 0; c < COMPARISONS; c++) pattern |= (uint64_t)(p >> (2 * c) & 3) << (PATTERN_LEVEL_BITS * c);
    if (count) session.patterns[session.pattern_count++] = (pattern_count){.pattern = pattern, .count = count};
  }
  for (size_t c = 0; c < COMPARISONS; c++) session.teaches[c] = true;
  return session;
}

static void run_em(model *m, const em_session *sessions, size_t count, double scale, double all_pairs) {
  const em_input in = {.sessions = sessions, .session_count = count, .scale = scale, .all_pairs = all_pairs};
  khop_error err = {0};
  must(em_run(m, &in, &err), &err);
}

static void check_recovered(const model *m, double prior) {
  assert_true(m->em_converged && m->em_iterations > 1);
  assert_true(fabs(m->prior / prior - 1) < 0.03);
  for (size_t c = 0; c < COMPARISONS; c++) {
    double sum = 0;
    for (size_t l = 1; l < LEVELS; l++) {
      const level_model *level = &m->comparisons[c].levels[l];
      assert_true(fabs(level->m - present_share(true_m[c], l)) < 0.02);
      assert_true(fabs(level->u - present_share(true_u[c], l)) < 1e-12);
      assert_true(fabs(level->weight - log2(level->m / level->u)) < 1e-9);
      sum += level->m;
    }
    assert_true(fabs(sum - 1) < 1e-9);
  }
}

static void recovers_the_truth(void **unused) {
  (void)unused;
  static const struct {
    uint64_t rows;
    double prior, scale;
  } worlds[] = {{3000, 1e-3, 1}, {20000, 1e-4, 1}, {20000, 1e-4, 4}, {5000, 0.05, 1}};
  for (size_t i = 0; i < COUNT_OF(worlds); i++) {
    model m = starting_model();
    em_session session = world_session(worlds[i].rows, worlds[i].prior, worlds[i].scale);
    run_em(&m, &session, 1, worlds[i].scale, pairs_among(worlds[i].rows));
    check_recovered(&m, worlds[i].prior);
    mem_free(session.patterns);
  }
}

/* A pair that an earlier rule found is one pair, not two. */
static void found_before_counts_once(void **unused) {
  (void)unused;
  model m = starting_model();
  em_session sessions[2] = {world_session(5000, 1e-3, 1), world_session(5000, 1e-3, 1)};
  for (size_t p = 0; p < sessions[1].pattern_count; p++) sessions[1].patterns[p].pattern |= PATTERN_FOUND_BEFORE;
  run_em(&m, sessions, 2, 1, pairs_among(5000));
  check_recovered(&m, 1e-3);
  mem_free(sessions[0].patterns);
  mem_free(sessions[1].patterns);
}

/* Who is not taught keeps the defaults; the others learn all the same. */
static void untaught_comparisons_keep_the_defaults(void **unused) {
  (void)unused;
  model m = starting_model();
  em_session session = world_session(5000, 1e-3, 1);
  session.teaches[2] = false;
  run_em(&m, &session, 1, 1, pairs_among(5000));
  assert_true(fabs(m.comparisons[2].levels[1].m - 0.5) < 1e-9 && fabs(m.comparisons[2].levels[3].m - 0.2) < 1e-9);
  assert_true(fabs(m.comparisons[1].levels[1].m - present_share(true_m[1], 1)) < 0.03);
  mem_free(session.patterns);
}

static void fixed_and_rare_levels(void **unused) {
  (void)unused;
  model m = starting_model();
  m.comparisons[0].levels[1] = (level_model){.m = (double)NAN, .u = (double)NAN, .weight = 9.5, .fixed = true};
  m.comparisons[3].levels[1].u = 1e-9; /* far below what the candidates show */
  m.comparisons[3].levels[1].u_source = U_CANDIDATES;
  m.comparisons[3].levels[2].u_source = U_CANDIDATES; /* and one whose default is above */
  m.comparisons[3].levels[2].u = 0.2;
  em_session session = world_session(5000, 1e-3, 1);
  run_em(&m, &session, 1, 1, pairs_among(5000));
  assert_true(fabs(m.comparisons[0].levels[1].weight - 9.5) < 1e-12);
  assert_true(fabs(m.comparisons[0].levels[2].m + m.comparisons[0].levels[3].m - 1) < 1e-9);
  assert_true(m.comparisons[3].levels[1].u > 0.01 && m.comparisons[3].levels[1].u < 0.03);
  assert_true(fabs(m.comparisons[3].levels[2].u - 0.2) < 1e-12);
  mem_free(session.patterns);
}

/* Two in three random pairs that agree on everything are matches: what is left is the u of the made-up world. */
static void matches_among_random_pairs(void **unused) {
  (void)unused;
  enum { rows = 200 };
  const double prior = 0.01, all_pairs = rows * (rows - 1) / 2.0;
  model m = starting_model();
  em_session session = world_session(rows, prior, 1.0 / 500); /* many of each pattern, so that counts are not rounded away */
  for (size_t c = 0; c < COMPARISONS; c++) {
    for (size_t l = 1; l < LEVELS; l++) {
      level_model *level = &m.comparisons[c].levels[l];
      level->u_source = U_RANDOM_PAIRS;
      level->u = (1 - prior) * present_share(true_u[c], l) + prior * present_share(true_m[c], l);
    }
  }
  model_set_weights(&m);
  assert_true(m.comparisons[0].levels[1].u > 5 * present_share(true_u[0], 1));
  const em_input in = {.sessions = &session, .session_count = 1, .scale = 1.0 / 500, .all_pairs = all_pairs,
                       .random = session.patterns, .random_count = session.pattern_count};
  khop_error err = {0};
  must(em_run(&m, &in, &err), &err);
  assert_true(m.em_converged && fabs(m.prior / prior - 1) < 0.03);
  for (size_t c = 0; c < COMPARISONS; c++) {
    for (size_t l = 1; l < LEVELS; l++) {
      double u = present_share(true_u[c], l);
      assert_true(fabs(m.comparisons[c].levels[l].u / u - 1) < 0.1);
      assert_true(fabs(m.comparisons[c].levels[l].m - present_share(true_m[c], l)) < 0.02);
    }
  }
  mem_free(session.patterns);
}

/* Half of the pairs said to match differ in one comparison: the order of the levels stands all the same. */
static void levels_stay_in_order(void **unused) {
  (void)unused;
  model m = starting_model();
  for (size_t c = 0; c < COMPARISONS; c++) m.comparisons[c].levels[2].ordered = m.comparisons[c].levels[3].ordered = true;
  m.comparisons[1].levels[2].u = 1e-4;
  m.comparisons[1].levels[1].u = 1e-2;
  pattern_count agree[] = {{0x1111, 200}, {0x1121, 200}, {0x3333, 499600}};
  em_session session = {.patterns = agree, .pattern_count = 3, .teaches = {true, true, true, true}};
  run_em(&m, &session, 1, 1, 500000);
  for (size_t c = 0; c < COMPARISONS; c++) {
    for (size_t l = 2; l < LEVELS; l++) assert_true(m.comparisons[c].levels[l].weight <= m.comparisons[c].levels[l - 1].weight + 1e-9);
  }
  assert_true(m.comparisons[1].levels[1].constrained && m.comparisons[1].levels[2].constrained);
  assert_false(m.comparisons[0].levels[1].constrained || m.comparisons[0].levels[2].constrained);
}

/* Relatives are a level of their own, and what it covers has no level for them: the share of matches among them comes from
 * the rest, and what is covered learns nothing from them. */
static void match_shares(void **unused) {
  (void)unused;
  enum { relatives = 10000, level_of_relatives = LEVELS };
  static const double shares[] = {0.02, 0.3, 0.9};
  for (size_t i = 0; i < COUNT_OF(shares); i++) {
    model m = starting_model();
    m.comparisons[0].level_count = level_of_relatives + 1;
    m.comparisons[0].levels[level_of_relatives] =
        (level_model){.m = (double)NAN, .u = (double)NAN, .share = 0.5, .fixed = true};
    model_set_weights(&m);
    em_session session = world_session(5000, 1e-3, 1);
    assert_non_null(session.patterns = mem_resize(session.patterns, PATTERNS + LEVELS, sizeof(pattern_count)));
    for (size_t level = 1; level < LEVELS; level++) {
      double share = shares[i] * true_m[1][level] + (1 - shares[i]) * true_u[1][level];
      session.patterns[session.pattern_count++] =
          (pattern_count){.pattern = level << 4 | level_of_relatives, .count = (uint64_t)llround(relatives * share)};
    }
    run_em(&m, &session, 1, 1, pairs_among(5000));
    const level_model *level = &m.comparisons[0].levels[level_of_relatives];
    assert_true(fabs(level->share - shares[i]) < 0.03);
    assert_true(fabs(level->weight + probability_to_weight(m.prior) - probability_to_weight(level->share)) < 1e-9);
    for (size_t c = 2; c < COMPARISONS; c++) assert_true(fabs(m.comparisons[c].levels[1].m - present_share(true_m[c], 1)) < 0.05);
    mem_free(session.patterns);
  }
}

/* ---- edges -------------------------------------------------------------------------------------------------- */

static void check_finite(const model *m) {
  assert_true(m->prior > 0 && m->prior <= 0.5);
  for (size_t c = 0; c < m->comparison_count; c++) {
    for (size_t l = 1; l < m->comparisons[c].level_count; l++) {
      const level_model *level = &m->comparisons[c].levels[l];
      assert_true(isfinite(level->weight) && level->m > 0 && level->m <= 1 && level->u > 0 && level->u < 1);
    }
  }
}

static void no_pairs(void **unused) {
  (void)unused;
  static const uint64_t rows[] = {0, 1, 2, 1000};
  for (size_t i = 0; i < COUNT_OF(rows); i++) {
    model m = starting_model();
    em_session session = {.teaches = {true, true, true, true}};
    run_em(&m, &session, i % 2, 1, pairs_among(rows[i]));
    check_finite(&m);
    assert_true(m.em_converged && m.prior < 1e-6);
    for (size_t c = 0; c < COMPARISONS; c++) assert_true(fabs(m.comparisons[c].levels[1].m - 0.5) < 1e-9);
  }
}

static void only_matches(void **unused) {
  (void)unused;
  model m = starting_model();
  pattern_count all_agree = {.pattern = 0x1111, .count = 499500};
  em_session session = {.patterns = &all_agree, .pattern_count = 1, .teaches = {true, true, true, true}};
  run_em(&m, &session, 1, 1, pairs_among(1000));
  check_finite(&m);
  assert_true(m.prior > 0.49);
  for (size_t c = 0; c < COMPARISONS; c++) assert_true(m.comparisons[c].levels[1].m > 0.999);
}

static void everything_missing(void **unused) {
  (void)unused;
  model m = starting_model();
  pattern_count missing = {.pattern = 0, .count = 1000};
  em_session session = {.patterns = &missing, .pattern_count = 1, .teaches = {true, true, true, true}};
  run_em(&m, &session, 1, 1, pairs_among(1000));
  check_finite(&m);
  for (size_t c = 0; c < COMPARISONS; c++) assert_true(fabs(m.comparisons[c].levels[2].m - 0.3) < 1e-9);
}

/* Few matches do not run away with the model: the defaults weigh as much as some dozens of pairs. */
static void few_matches_move_m_a_little(void **unused) {
  (void)unused;
  model m = starting_model();
  pattern_count few[] = {{0x2222, 3}, {0x3333, 499497}};
  em_session session = {.patterns = few, .pattern_count = 2, .teaches = {true, true, true, true}};
  run_em(&m, &session, 1, 1, pairs_among(1000));
  check_finite(&m);
  assert_true(m.comparisons[0].levels[2].m < 0.4 && m.comparisons[0].levels[1].m > 0.4);
}

/* ---- training -------------------------------------------------------------------------------------------------- */

static const char yaml_people[] =
    "schema: t\nfields:\n  name: {type: code}\n  born: {type: date}\n  town: {type: code}\n  sex: {type: sex}\n"
    "blocking:\n  - [name]\n  - [born]\n  - [town, born.year]\ncomparisons:\n"
    "  - name: name\n    levels:\n      - {when: name exact, m: 0.7, u: 0.001, term_frequency: name}\n"
    "      - {else: true, m: 0.3, u: 0.99}\n"
    "  - name: born\n    levels:\n      - {when: born exact, m: 0.7, u: 0.001}\n"
    "      - {when: born same_year, m: 0.1, u: 0.01}\n      - {else: true, m: 0.2, u: 0.98}\n"
    "  - name: town\n    levels:\n      - {when: town exact, m: 0.7, u: 0.1}\n      - {else: true, m: 0.3, u: 0.9}\n"
    "  - name: sex\n    levels:\n      - {when: sex exact, m: 0.9, u: 0.5}\n      - {else: true, m: 0.1, u: 0.5}\n";

typedef struct person {
  char name[16], born[16], town[16];
  const char *sex;
} person;

static person random_person(uint64_t *state) {
  person p = {.sex = random_below(state, 2) ? "Nam" : "Nu"};
  sprintf(p.name, "%u", (unsigned)random_below(state, 1500));
  sprintf(p.born, "%u/%u/%u", 1 + (unsigned)random_below(state, 28), 1 + (unsigned)random_below(state, 12),
          1950 + (unsigned)random_below(state, 60));
  sprintf(p.town, "%u", (unsigned)random_below(state, 20));
  return p;
}

/* Every tenth record again, one time in ten with another name, town or date. */
static void register_fill(test_table *t, size_t people) {
  uint64_t state = 77;
  for (size_t i = 0; i < people; i++) {
    person p = random_person(&state), other = random_person(&state);
    const char *values[] = {p.name, p.born, p.town, p.sex};
    table_add(t, values);
    if (i % 10) continue;
    const char *again[] = {random_below(&state, 10) ? p.name : other.name, random_below(&state, 10) ? p.born : other.born,
                           random_below(&state, 10) ? p.town : other.town, p.sex};
    table_add(t, again);
  }
}

static test_table register_make(size_t people) {
  test_table t = table_open(yaml_people);
  register_fill(&t, people);
  return t;
}

static model trained_model(test_table *t, unsigned threads, uint64_t seed) {
  khop_error err = {0};
  pool *p;
  static compare_plan plan;
  size_t rows = t->table.count;
  double agreement[SCHEMA_TERMS_MAX];
  must(pool_create(&p, threads, &err), &err);
  must(compare_plan_make(&plan, t->schema, &err), &err);
  must(feature_frequencies(&t->table, p, NULL, agreement, NULL, &err), &err);
  const walk_options walk = {.schema = t->schema, .table = &t->table, .block_rows_max = 300, .window = 100};
  const train_input in = {.walk = &walk, .plan = &plan, .level = CPU_SCALAR, .workers = p, .seed = seed,
                          .items = mem_alloc(rows, sizeof(sort_item)), .scratch = mem_alloc(rows, sizeof(sort_item)),
                          .agreement = agreement, .live_rows = rows, .all_pairs = pairs_among(rows)};
  model m;
  model_from_schema(&m, t->schema, rows);
  must(model_train(&m, &in, &err), &err);
  mem_free(in.items);
  mem_free(in.scratch);
  pool_free(p);
  return m;
}

static void training_finds_the_duplicates(void **unused) {
  (void)unused;
  enum { people = 6000 };
  test_table t = register_make(people);
  model m = trained_model(&t, 1, 1);
  double pairs = (double)t.table.count * ((double)t.table.count - 1) / 2;
  assert_true(m.trained && m.random_pairs > 0 && m.training_pairs > 0);
  assert_int_equal(m.state, TRAINING_CONVERGED);
  assert_true(m.training_matches > 450 && m.training_matches < 750);
  check_finite(&m);
  assert_true(m.prior * pairs > 450 && m.prior * pairs < 750); /* 600 there are */
  for (size_t c = 0; c < 3; c++) assert_true(m.comparisons[c].levels[1].m > 0.8 && m.comparisons[c].levels[1].m < 0.97);
  assert_true(fabs(m.comparisons[2].levels[1].u - 1 / 20.0) < 0.01);
  assert_true(fabs(m.comparisons[3].levels[1].u - 0.5) < 0.02);
  assert_true(m.comparisons[0].levels[1].u > 1 / 3000.0 && m.comparisons[0].levels[1].u < 1 / 750.0);
  table_close(&t);
}

static void training_is_the_same_on_any_threads(void **unused) {
  (void)unused;
  test_table t = register_make(3000);
  model one = trained_model(&t, 1, 5);
  for (unsigned threads = 2; threads <= 8; threads += 6) {
    model more = trained_model(&t, threads, 5);
    assert_memory_equal(&more.prior, &one.prior, sizeof one.prior);
    assert_int_equal(more.em_iterations, one.em_iterations);
    for (size_t c = 0; c < one.comparison_count; c++) {
      for (size_t l = 1; l < one.comparisons[c].level_count; l++) {
        const level_model *x = &one.comparisons[c].levels[l], *y = &more.comparisons[c].levels[l];
        assert_memory_equal(&x->m, &y->m, sizeof x->m);
        assert_memory_equal(&x->u, &y->u, sizeof x->u);
        assert_memory_equal(&x->weight, &y->weight, sizeof x->weight);
      }
    }
  }
  table_close(&t);
}

static void small_registers_teach_nothing(void **unused) {
  (void)unused;
  test_table t = register_make(80);
  assert_true(t.table.count < 100);
  model m = trained_model(&t, 2, 1), defaults;
  model_from_schema(&defaults, t.schema, t.table.count);
  assert_false(m.trained);
  assert_int_equal(m.state, TRAINING_NONE);
  assert_memory_equal(&m.prior, &defaults.prior, sizeof m.prior);
  assert_memory_equal(&m.comparisons[1].levels[1].m, &defaults.comparisons[1].levels[1].m, sizeof(double));
  table_close(&t);
}

/* How common names are says how often two agree on one, but not how often a level is reached that asks for more than a word. */
static void frequencies_of_words_are_no_u(void **unused) {
  (void)unused;
  static const char yaml[] =
      "schema: t\nfields:\n  name: {type: text}\n  born: {type: date}\n  town: {type: code}\n  sex: {type: sex}\n"
      "blocking:\n  - [name]\n  - [born]\ncomparisons:\n"
      "  - name: name\n    levels:\n      - {when: [name exact, born exact], m: 0.5, u: 0.0001, term_frequency: name}\n"
      "      - {when: [name given, born exact], m: 0.2, u: 0.0001, term_frequency: name.given}\n      - {else: true, m: 0.3, u: 0.99}\n";
  test_table t = table_open(yaml);
  register_fill(&t, 2000);
  model m = trained_model(&t, 1, 1);
  assert_int_equal(m.comparisons[0].levels[1].u_source, U_FREQUENCIES);
  assert_int_equal(m.comparisons[0].levels[2].u_source, U_CANDIDATES);
  table_close(&t);
}

/* Days of birth agree too seldom for random pairs to tell how seldom: how common they are says it, of the level that asks for nothing
 * else in full, however many levels speak of the field. */
static void frequencies_of_values_are_the_u_of_agreement(void **unused) {
  (void)unused;
  static const char yaml[] =
      "schema: t\nfields:\n  name: {type: text}\n  born: {type: date}\n  town: {type: code}\n  sex: {type: sex}\n"
      "blocking:\n  - [name]\ncomparisons:\n"
      "  - name: born\n    levels:\n      - {when: born exact, m: 0.5, u: 0.00002, term_frequency: born}\n"
      "      - {when: born edits 1, m: 0.2, u: 0.0003, term_frequency: born}\n      - {else: true, m: 0.3, u: 0.99}\n";
  test_table t = table_open(yaml);
  enum { days = 28 * 12 * 100, people = 6000 };
  uint64_t state = 1;
  for (size_t i = 0; i < people; i++) {
    char name[16], born[16];
    sprintf(name, "%u", (unsigned)i / 2); /* everybody is there twice, and half of them with one day */
    uint64_t fixed = i / 2 * 7919, day = (i % 2 && random_below(&state, 2) ? random_below(&state, days) : fixed) % days;
    sprintf(born, "%u/%u/%u", 1 + (unsigned)(day % 28), 1 + (unsigned)(day / 28 % 12), 1900 + (unsigned)(day / (28 * 12)));
    const char *values[] = {name, born, "1", "Nam"};
    table_add(&t, values);
  }
  model m = trained_model(&t, 1, 1);
  assert_int_equal(m.comparisons[0].levels[1].u_source, U_FREQUENCIES);
  assert_true(m.comparisons[0].levels[1].u > 0.3 / days && m.comparisons[0].levels[1].u < 4.0 / days);
  table_close(&t);
}

/* A comparison learns nothing from a rule that fixes a field its levels look at, be it among its own fields or not;
 * a level of a fixed weight may look at anything. */
static void rules_that_fix_a_level_teach_it_nothing(void **unused) {
  (void)unused;
  static const char yaml[] =
      "schema: t\nfields:\n  name: {type: code}\n  born: {type: date}\n  town: {type: code}\n  sex: {type: sex}\n"
      "blocking:\n  - [name]\n  - [born.year, town]\n  - [name, sex]\ncomparisons:\n"
      "  - name: name\n    levels:\n      - {when: [not name exact, town exact], name: kin, weight: -5}\n"
      "      - {when: name exact, m: 0.7, u: 0.001}\n      - {else: true, m: 0.3, u: 0.99}\n"
      "  - name: born\n    levels:\n      - {when: born exact, m: 0.7, u: 0.001}\n"
      "      - {when: [born same_year, name exact], m: 0.1, u: 0.01}\n      - {else: true, m: 0.2, u: 0.98}\n"
      "  - name: town\n    levels:\n      - {when: town exact, m: 0.7, u: 0.1}\n      - {else: true, m: 0.3, u: 0.9}\n"
      "  - name: sex\n    levels:\n      - {when: sex exact, m: 0.9, u: 0.5}\n      - {else: true, m: 0.1, u: 0.5}\n";
  test_table t = table_open(yaml);
  register_fill(&t, 2000);
  model m = trained_model(&t, 1, 1);
  static const size_t expected[] = {1, 0, 2, 2}; /* name: [born.year, town]; born: none; town and sex: those without it */
  for (size_t c = 0; c < COUNT_OF(expected); c++) {
    assert_int_equal(m.comparisons[c].rules_learned_from, expected[c]);
    assert_int_equal(m.comparisons[c].learned_from_own, expected[c] == 0);
  }
  table_close(&t);
}

/* So few rows that many of their random pairs are the duplicates themselves. */
static void duplicates_are_not_chance(void **unused) {
  (void)unused;
  test_table t = register_make(300);
  model m = trained_model(&t, 1, 1);
  assert_true(m.random_pairs < 3 * t.table.count * t.table.count);
  assert_true(m.comparisons[0].levels[1].u < 1.5 / 1500); /* 30 duplicates in 54 thousand pairs are as many again */
  assert_int_equal(m.state, TRAINING_FEW_MATCHES);
  table_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(recovers_the_truth),
      cmocka_unit_test(found_before_counts_once),
      cmocka_unit_test(untaught_comparisons_keep_the_defaults),
      cmocka_unit_test(fixed_and_rare_levels), cmocka_unit_test(match_shares),
      cmocka_unit_test(matches_among_random_pairs),
      cmocka_unit_test(levels_stay_in_order),
      cmocka_unit_test(no_pairs),
      cmocka_unit_test(only_matches),
      cmocka_unit_test(everything_missing),
      cmocka_unit_test(few_matches_move_m_a_little),
      cmocka_unit_test(training_finds_the_duplicates),
      cmocka_unit_test(training_is_the_same_on_any_threads),
      cmocka_unit_test(small_registers_teach_nothing),
      cmocka_unit_test(frequencies_of_words_are_no_u), cmocka_unit_test(frequencies_of_values_are_the_u_of_agreement), cmocka_unit_test(rules_that_fix_a_level_teach_it_nothing),
      cmocka_unit_test(duplicates_are_not_chance),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
