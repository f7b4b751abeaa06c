/* Random batches against a slow comparison, pair by pair and test by test, from the normalised values; at
 * every instruction set, with rows loaded in one go or in parts. */
#include <math.h>

#include "base/cpu.h"
#include "compare/comparer.h"
#include "core_support.h"

enum { NAME, ALIAS, NOTE, CODE, BORN, ISSUED, ID, CARD, PHONE, SEX, AREA, FIELDS, ROWS = BATCH_ROWS };

#define YAML_FIELDS                                                                                          \
  "schema: t\nfields:\n  name: {type: person_name}\n  alias: {type: person_name}\n  note: {type: text}\n"        \
  "  code: {type: code}\n  born: {type: date}\n  issued: {type: date}\n  id: {type: personal_id}\n"              \
  "  card: {type: insurance}\n  phone: {type: phone}\n  sex: {type: sex}\n  area: {type: number}\n"             \
  "blocking:\n  - [name]\ncomparisons:\n"

static const char yaml[] =
    YAML_FIELDS
    "  - name: name\n    levels:\n"
    "      - {when: name exact, m: 0.5, u: 0.1}\n      - {when: name plain, m: 0.5, u: 0.1}\n"
    "      - {when: name reordered, m: 0.5, u: 0.1}\n      - {when: name dropped, m: 0.5, u: 0.1}\n"
    "      - {when: name initials, m: 0.5, u: 0.1}\n      - {when: name edits 2, m: 0.5, u: 0.1}\n"
    "      - {when: name similar 0.9, m: 0.5, u: 0.1}\n      - {when: name given, m: 0.5, u: 0.1}\n"
    "      - {when: name given_edits 1, m: 0.5, u: 0.1}\n      - {when: [name surname, not name given], m: 0.5, u: 0.1}\n"
    "      - {else: true, m: 0.5, u: 0.9}\n"
    "  - name: crossed\n    fields: [name, alias]\n    missing: all\n    levels:\n"
    "      - {when: name/alias plain, m: 0.5, u: 0.1}\n      - {when: name/alias given, m: 0.5, u: 0.1}\n"
    "      - {when: name/note similar 0.8, m: 0.5, u: 0.1}\n      - {when: alias/note edits 3, m: 0.5, u: 0.1}\n"
    "      - {when: not name/alias surname, m: 0.5, u: 0.1}\n      - {when: name/alias missing, m: 0.5, u: 0.1}\n"
    "      - {else: true, m: 0.5, u: 0.9}\n"
    "  - name: born\n    levels:\n"
    "      - {when: born exact, m: 0.5, u: 0.1}\n      - {when: born swapped, m: 0.5, u: 0.1}\n"
    "      - {when: born edits 1, m: 0.5, u: 0.1}\n      - {when: born compatible, m: 0.5, u: 0.1}\n"
    "      - {when: [born within 400, born same_month_day], m: 0.5, u: 0.1}\n"
    "      - {when: born within 31, m: 0.5, u: 0.1}\n      - {when: born edits 2, m: 0.5, u: 0.1}\n"
    "      - {any: [born same_year, born/issued exact], m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n"
    "  - name: papers\n    fields: [id, card, phone]\n    missing: all\n    levels:\n"
    "      - {any: [id exact, [card exact, phone exact]], m: 0.5, u: 0.1}\n"
    "      - {any: [id/card exact, [id edits 2, not phone exact]], m: 0.5, u: 0.1}\n"
    "      - {any: [id tail 6, card edits 1, phone edits 1], m: 0.5, u: 0.1}\n"
    "      - {when: [phone tail 4, not id missing], m: 0.5, u: 0.1}\n"
    "      - {when: [not id exact, not card exact], m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n"
    "  - name: rest\n    fields: [sex, area, code]\n    missing: any\n    levels:\n"
    "      - {when: [sex exact, area exact, code exact], m: 0.5, u: 0.1}\n"
    "      - {when: [not sex exact, area within 0.1], m: 0.5, u: 0.1}\n      - {when: area within 0.05, m: 0.5, u: 0.1}\n"
    "      - {when: code edits 1, m: 0.5, u: 0.1}\n      - {when: code similar 0.7, m: 0.5, u: 0.1}\n"
    "      - {else: true, m: 0.5, u: 0.9}\n";

/* What the slow comparison does not know, as single tests and both ways round. */
static const char yaml_words[] =
    YAML_FIELDS
    "  - name: name\n    levels:\n"
    "      - {any: [name contained 0, name contained 2, name contained_edits 0, name contained_edits 3], m: 0.5, u: 0.1}\n"
    "      - {any: [name given_common, name surname_edits 1, name given_edits 3, name edits 8, name similar 0.6], m: 0.5, u: 0.1}\n"
    "      - {any: [name/alias contained 1, name/alias contained_edits 1, name/alias dropped, name/alias reordered], m: 0.5, u: 0.1}\n"
    "      - {any: [note similar 0.8, note edits 1, note missing, code edits 8, code exact], m: 0.5, u: 0.1}\n"
    "      - {any: [born/issued swapped, born/issued compatible, born/issued same_year, issued edits 1], m: 0.5, u: 0.1}\n"
    "      - {any: [born years 12, born/issued years 1, born edits 8, born/issued edits 2], m: 0.5, u: 0.1}\n"
    "      - {any: [id edits 1, card edits 3, phone edits 2, phone exact, id/card edits 1], m: 0.5, u: 0.1}\n"
    "      - {else: true, m: 0.5, u: 0.9}\n";

/* ---- random records ------------------------------------------------------------------------------------ */

static const char *const names[] = {
    "Nguyễn Văn An",     "Nguyễn Văn Ân",  "Nguyen Van An", "Nguyễn An",       "An Nguyễn Văn",  "Ng. V. An",
    "Nguyễn Văn Anh",    "Lê Thị Hoa",     "Lê Hoa",        "Lê Thị Hòa",      "Trần Thị Hoa",   "Hoa",
    "Lê Thị Bích Ngọc",  "Lê Bích Ngọc",   "Lê Ngọc",       "Nguyễn Vănn An",  "Trần Quốc Tuấn", "Trần Quốc Toản", "Quốc Trần Toản",
    "Công Tằng Tôn Nữ Thị Ngọc Minh Châu", "Công Tằng Tôn Nữ Thị Ngọc Minh Trâu", "A B C D E F G H I K", "Y Moan"};
static const char *const notes[] = {"nguyen van an", "nguyen van anh", "le hoa", "so nha 12", "so nha 13",
                                    "một dòng ghi chú rất dài về hồ sơ này một", "một dòng ghi chú rất dài về hồ sơ này hai"};
static const char *const codes[] = {"1", "01", "12", "DC 12", "DC 13", "AB1234", "AB1243", "ABCD12345"};
static const char *const dates[] = {"3/4/1990", "4/3/1990", "3/4/1991", "13/4/1990", "1990",     "4/1990",    "01/01/1990",
                                    "3/5/1990", "31/12/1989", "30/4/1990", "3/4/1989", "29/2/2000", "1/3/2000", "3/4/1091"};
static const char *const ids[] = {"079301012345", "079301012346", "079301012354", "179301112345", "001200012345",
                                  "012345670",    "012345671",    "B1234567",     "C1234567",     "GIAY/12", "GIAY/13"};
static const char *const cards[] = {"TE1797912345678", "GD4797912345678", "7912345679", "079301012345", "079301012346", "DN4013100456789",
                                    "0215567890"};
static const char *const phones[] = {"0912345678", "+84912345678", "0912345679", "0912345687", "02838123456", "0988775678"};
static const char *const sexes[] = {"Nam", "Nữ", "Khác"};
static const char *const areas[] = {"100", "95", "90", "94,9", "100,5", "0", "1000"};

static test_table random_records(const char *schema_yaml, uint64_t *state) {
  test_table t = table_open(schema_yaml);
  for (size_t i = 0; i < ROWS; i++) {
    const char *values[FIELDS] = {
        [NAME] = random_value(state, names, COUNT_OF(names), 10),   [ALIAS] = random_value(state, names, COUNT_OF(names), 40),
        [NOTE] = random_value(state, notes, COUNT_OF(notes), 30),   [CODE] = random_value(state, codes, COUNT_OF(codes), 10),
        [BORN] = random_value(state, dates, COUNT_OF(dates), 10),   [ISSUED] = random_value(state, dates, COUNT_OF(dates), 50),
        [ID] = random_value(state, ids, COUNT_OF(ids), 30),         [CARD] = random_value(state, cards, COUNT_OF(cards), 40),
        [PHONE] = random_value(state, phones, COUNT_OF(phones), 40), [SEX] = random_value(state, sexes, COUNT_OF(sexes), 10),
        [AREA] = random_value(state, areas, COUNT_OF(areas), 10)};
    table_add(&t, values);
  }
  return t;
}

/* In the order that candidates.h asks for: the pairs of one left row together. */
static void random_pairs(uint64_t *state, size_t rows, size_t count, pair_list *pairs) {
  pairs->count = 0;
  for (size_t left = 0; left + 1 < rows && pairs->count < count; left++) {
    size_t most = 2 * (count / rows) + 2;
    for (size_t right = left + 1; right < rows && most && pairs->count < count; right += 1 + random_below(state, 9), most--) {
      pairs->left[pairs->count] = (uint16_t)left;
      pairs->right[pairs->count++] = (uint16_t)right;
    }
  }
}

/* Runs as of wide blocks: a left row with neighbouring right rows, some missing between them. */
static void block_pairs(uint64_t *state, size_t rows, size_t count, size_t run_most, pair_list *pairs) {
  pairs->count = 0;
  for (size_t left = 0; left + 1 < rows && pairs->count < count; left++) {
    size_t right = left + 1 + random_below(state, rows - left - 1);
    for (size_t runs = 1 + random_below(state, 2); runs > 0; runs--, right += 2) {
      size_t end = right + 1 + random_below(state, run_most);
      for (; right < rows && right < end && pairs->count < count; right++) {
        pairs->left[pairs->count] = (uint16_t)left;
        pairs->right[pairs->count++] = (uint16_t)right;
      }
    }
  }
}

/* ---- the slow comparison: 1 holds, 0 does not, -1 missing -------------------------------------------------- */

typedef struct text_side {
  uint32_t toned, plain;
  uint8_t letters[TEXT_LETTERS_MAX];
  unsigned length, word_count;
  word_span words[FEATURE_WORDS_MAX];
} text_side;

static text_side text_of(const test_table *t, size_t field, const uint8_t *row) {
  const feature_slot *slot = &t->table.layout.slots[field];
  text_side side = {.toned = slot_u32(row, slot->offset), .plain = slot_u32(row, slot->offset + 4)};
  if (slot->letters) side.length = feature_letters(row, slot, side.letters);
  side.word_count = feature_words(side.letters, side.length, side.words);
  return side;
}

static bool word_equal(const text_side *x, size_t i, const text_side *y, size_t j) {
  size_t length = (size_t)(x->words[i].end - x->words[i].start);
  return length == (size_t)(y->words[j].end - y->words[j].start) &&
         memcmp(x->letters + x->words[i].start, y->letters + y->words[j].start, length) == 0;
}

static bool same_words(const text_side *x, const text_side *y) {
  bool used[FEATURE_WORDS_MAX] = {false};
  if (x->word_count != y->word_count) return false;
  for (size_t i = 0; i < x->word_count; i++) {
    size_t j = 0;
    while (j < y->word_count && (used[j] || !word_equal(x, i, y, j))) j++;
    if (j == y->word_count) return false;
    used[j] = true;
  }
  return true;
}

static bool middle_word_more(const text_side *x, const text_side *y) {
  if (x->word_count != y->word_count + 1 || y->word_count < 2) return false;
  for (size_t skip = 1; skip + 1 < x->word_count; skip++) {
    bool same = true;
    for (size_t j = 0; j < y->word_count; j++) same &= word_equal(x, j < skip ? j : j + 1, y, j);
    if (same) return true;
  }
  return false;
}

/* A word short for another has one letter, or no vowel: T., Ng. */
static bool is_short(const uint8_t *word, size_t length) {
  for (size_t i = 0; i < length && length > 1; i++) {
    if (strchr("AEIOUY", word[i] - LETTER_A + 'A')) return false;
  }
  return true;
}

static bool initials_fit(const text_side *x, const text_side *y) {
  if (x->word_count != y->word_count) return false;
  for (size_t i = 0; i < x->word_count; i++) {
    size_t a = (size_t)(x->words[i].end - x->words[i].start), b = (size_t)(y->words[i].end - y->words[i].start);
    const uint8_t *one = x->letters + x->words[i].start, *other = y->letters + y->words[i].start;
    if (memcmp(one, other, a < b ? a : b)) return false;
    if (a != b && !is_short(one, a < b ? a : b)) return false;
  }
  return true;
}

/* The scalar kernels are the specification; test_kernel.c holds them against textbook loops. */
static unsigned kernel_of(bool similar, const uint8_t *x, size_t x_length, const uint8_t *y, size_t y_length) {
  uint8_t query_letters[TEXT_LETTERS_MAX] = {0}, letters[TEXT_LETTERS_MAX][KERNEL_LANES] = {0}, lengths[KERNEL_LANES] = {0};
  uint8_t out[KERNEL_LANES] = {0};
  memcpy(query_letters, x, x_length);
  for (size_t j = 0; j < y_length; j++) letters[j][0] = y[j];
  lengths[0] = (uint8_t)y_length;
  const kernel_query query = {.letters = query_letters, .length = (uint8_t)x_length};
  const kernel_texts texts = {.letters = letters[0], .lengths = lengths, .stride = KERNEL_LANES};
  const kernels *scalar = kernels_for(CPU_SCALAR);
  (similar ? scalar->jaro_winkler : scalar->osa)(&query, &texts, 0, 1, NULL, out);
  return out[0];
}

static unsigned given_edits(const text_side *x, const text_side *y) {
  word_span a = x->words[x->word_count - 1], b = y->words[y->word_count - 1];
  return kernel_of(false, x->letters + a.start, (size_t)(a.end - a.start), y->letters + b.start, (size_t)(b.end - b.start));
}

static int text_test(const schema_test *test, const text_side *x, const text_side *y) {
  if (!x->toned || !y->toned) return -1;
  bool equal = x->plain == y->plain;
  switch (test->kind) {
    case TEST_EXACT: return x->toned == y->toned;
    case TEST_PLAIN: return equal;
    case TEST_REORDERED: return same_words(x, y);
    case TEST_DROPPED: return middle_word_more(x, y) || middle_word_more(y, x);
    case TEST_GIVEN: return word_equal(x, x->word_count - 1, y, y->word_count - 1);
    case TEST_SURNAME: return word_equal(x, 0, y, 0);
    case TEST_INITIALS: return initials_fit(x, y);
    case TEST_GIVEN_EDITS: return given_edits(x, y) <= test->argument;
    case TEST_SIMILAR:
      return equal || kernel_of(true, x->letters, x->length, y->letters, y->length) >= test->argument * KERNEL_SIMILARITY_ONE;
    default: return equal || kernel_of(false, x->letters, x->length, y->letters, y->length) <= test->argument;
  }
}

/* Edits of two digit strings of one length: each place replaced or swapped with the next. */
static unsigned string_edits(const char *x, const char *y) {
  unsigned edits = 0;
  for (size_t i = 0; x[i]; i++) {
    if (x[i] == y[i]) continue;
    edits++;
    if (x[i + 1] && x[i] != x[i + 1] && x[i] == y[i + 1] && x[i + 1] == y[i]) i++;
  }
  return edits;
}

static void id_string(uint64_t id, char text[64]) {
  unsigned digits = feature_id_digits(id);
  uint64_t number = feature_id_number(id), power = 1;
  for (unsigned i = 0; i < digits; i++) power *= 10;
  sprintf(text, "%c%0*llu", (char)('@' + number / power), (int)digits, (unsigned long long)(number % power));
}

static int id_test(const schema_test *test, uint64_t x, uint64_t y) {
  if (!x || !y || feature_id_kind(x) != feature_id_kind(y)) return -1;
  bool text = feature_id_kind(x) == ID_OTHER && feature_id_digits(x) == 0;
  if (test->kind == TEST_EXACT || text) return x == y;
  if (feature_id_digits(x) != feature_id_digits(y)) return -2; /* telephones of two lengths: left open */
  char a[64], b[64];
  id_string(x, a);
  id_string(y, b);
  if (test->kind == TEST_EDITS) return string_edits(a, b) <= test->argument;
  size_t tail = (size_t)test->argument, length = strlen(a) - 1;
  if (tail > length) tail = length + 1;
  return strcmp(a + strlen(a) - tail, b + strlen(b) - tail) == 0;
}

static int days_of(unsigned year, unsigned month, unsigned day) {
  static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  int past = (int)year - 1;
  return past * 365 + past / 4 - past / 100 + past / 400 + before[month - 1] + (leap && month > 2) + (int)day;
}

static bool vague(unsigned month, unsigned day) { return !month || !day || (month == 1 && day == 1); }

static int date_test(const schema_test *test, uint32_t x, uint32_t y) {
  unsigned xy = x >> 9, xm = x >> 5 & 15, xd = x & 31, yy = y >> 9, ym = y >> 5 & 15, yd = y & 31;
  bool whole = xm && xd && ym && yd;
  char a[64], b[64];
  if (!x || !y) return -1;
  switch (test->kind) {
    case TEST_EXACT: return whole && x == y;
    case TEST_SWAPPED: return whole && x != y && xy == yy && xm == yd && xd == ym;
    case TEST_SAME_YEAR: return xy == yy;
    case TEST_SAME_MONTH_DAY: return whole && xm == ym && xd == yd;
    case TEST_COMPATIBLE: {
      if (xy != yy || (!vague(xm, xd) && !vague(ym, yd))) return 0;
      bool new_year = (xm == 1 && xd == 1) || (ym == 1 && yd == 1);
      return new_year || ((!xm || !ym || xm == ym) && (!xd || !yd || xd == yd));
    }
    case TEST_WITHIN: return whole ? abs(days_of(xy, xm, xd) - days_of(yy, ym, yd)) <= test->argument : -1;
    default:
      if (!whole) return -1;
      sprintf(a, "%02u%02u%04u", xd, xm, xy);
      sprintf(b, "%02u%02u%04u", yd, ym, yy);
      return string_edits(a, b) <= test->argument;
  }
}

static int quantity_test(const schema_test *test, float x, float y) {
  if (isnan(x) || isnan(y)) return -1;
  if (test->kind == TEST_EXACT) return !(x < y) && !(x > y);
  double larger = fmax(fabs((double)x), fabs((double)y));
  return fabs((double)x - (double)y) <= test->argument * larger * (1 + 1e-5);
}

static float float_at(const uint8_t *row, size_t offset) {
  float value;
  memcpy(&value, row + offset, sizeof value);
  return value;
}

static int one_way(const test_table *t, const schema_test *test, size_t f, size_t g, const uint8_t *left, const uint8_t *right) {
  const feature_slot *x = &t->table.layout.slots[f], *y = &t->table.layout.slots[g];
  if (test->kind == TEST_MISSING) {
    bool other_kind = x->kind == SLOT_ID && feature_id_kind(slot_u64(left, x->offset)) != feature_id_kind(slot_u64(right, y->offset));
    return feature_missing(x, left) || feature_missing(y, right) || other_kind;
  }
  switch (x->kind) {
    case SLOT_TEXT: {
      const text_side a = text_of(t, f, left), b = text_of(t, g, right);
      return text_test(test, &a, &b);
    }
    case SLOT_ID: return id_test(test, slot_u64(left, x->offset), slot_u64(right, y->offset));
    case SLOT_DATE: return date_test(test, slot_u32(left, x->offset), slot_u32(right, y->offset));
    case SLOT_SEX: return !left[x->offset] || !right[y->offset] ? -1 : left[x->offset] == right[y->offset];
    default: return quantity_test(test, float_at(left, x->offset), float_at(right, y->offset));
  }
}

/* Missing counts as false, also when negated; `missing` itself holds when no way round is there. */
static bool holds(const test_table *t, const schema_test *test, const uint8_t *left, const uint8_t *right, bool *open) {
  int forth = one_way(t, test, test->field, test->other_field, left, right);
  int back = one_way(t, test, test->other_field, test->field, left, right);
  *open |= forth == -2 || back == -2;
  if (test->kind == TEST_MISSING) return (forth && back) != test->negated;
  int best = forth > back ? forth : back;
  return best >= 0 && (best == 1) != test->negated;
}

static bool level_holds(const test_table *t, const schema_level *level, const uint8_t *left, const uint8_t *right, bool *open) {
  for (size_t c = 0; c < level->clause_count; c++) {
    bool all = true;
    for (size_t i = 0; i < level->clauses[c].test_count; i++) all &= holds(t, &level->clauses[c].tests[i], left, right, open);
    if (all) return true;
  }
  return level->clause_count == 0;
}

static unsigned slow_level(const test_table *t, const schema_comparison *c, const uint8_t *left, const uint8_t *right, bool *open) {
  size_t missing = 0;
  for (size_t f = 0; f < c->field_count; f++) {
    const schema_test test = {.kind = TEST_MISSING, .field = c->fields[f], .other_field = c->fields[f]};
    missing += holds(t, &test, left, right, open);
  }
  if (c->missing_all ? missing == c->field_count : missing > 0) return LEVEL_MISSING;
  for (size_t l = 0; l < c->level_count; l++) {
    if (level_holds(t, &c->levels[l], left, right, open)) return (unsigned)l + 1;
  }
  return 99;
}

/* ---- tests ---------------------------------------------------------------------------------------------------- */

typedef struct bench {
  test_table t;
  compare_plan plan;
  pair_list pairs;
  uint32_t rows[ROWS];
} bench;

static bench *bench_of(const char *schema_yaml, uint64_t seed) {
  bench *b = mem_alloc(1, sizeof *b);
  khop_error err = {0};
  uint64_t state = seed;
  b->t = random_records(schema_yaml, &state);
  must(compare_plan_make(&b->plan, b->t.schema, &err), &err);
  for (uint32_t i = 0; i < ROWS; i++) b->rows[i] = (i * 77 + 5) % ROWS; /* a permutation: table order is no matter */
  return b;
}

static bench *bench_make(uint64_t seed) { return bench_of(yaml, seed); }

static void bench_free(bench *b) {
  table_close(&b->t);
  mem_free(b);
}

static comparer comparer_of(const bench *b, cpu_level level) {
  comparer c;
  khop_error err = {0};
  must(comparer_create(&c, &b->plan, &b->t.table.layout, level, &err), &err);
  return c;
}

/* `seen` counts the levels met, so that a test that no pair reaches is noticed. */
static void check_levels(const bench *b, const comparer *c, unsigned seen[SCHEMA_COMPARISONS_MAX][SCHEMA_LEVELS_MAX + 1]) {
  for (size_t i = 0; i < b->plan.comparison_count; i++) {
    for (size_t p = 0; p < b->pairs.count; p++) {
      const uint8_t *left = feature_row(&b->t.table, b->rows[b->pairs.left[p]]);
      const uint8_t *right = feature_row(&b->t.table, b->rows[b->pairs.right[p]]);
      bool open = false;
      unsigned expected = slow_level(&b->t, &b->t.schema->comparisons[i], left, right, &open);
      if (open) continue;
      if (c->levels[i][p] != expected) print_error("comparison %zu, rows %u and %u\n", i, b->rows[b->pairs.left[p]], b->rows[b->pairs.right[p]]);
      assert_int_equal(c->levels[i][p], expected);
      seen[i][expected]++;
    }
    for (size_t p = b->pairs.count; p % KERNEL_LANES; p++) assert_int_equal(c->levels[i][p], 0);
  }
}

static void equals_the_slow_comparison(void **unused) {
  (void)unused;
  unsigned seen[SCHEMA_COMPARISONS_MAX][SCHEMA_LEVELS_MAX + 1] = {0};
  for (uint64_t seed = 1; seed <= 6; seed++) {
    bench *b = bench_make(seed);
    uint64_t state = seed * 1000;
    random_pairs(&state, ROWS, BATCH_PAIRS, &b->pairs);
    assert_int_equal(b->pairs.count, BATCH_PAIRS);
    comparer c = comparer_of(b, CPU_SCALAR);
    view_load(&c.columns, &b->t.table, b->rows, 0, ROWS);
    comparer_run(&c, &b->pairs);
    check_levels(b, &c, seen);
    comparer_free(&c);
    bench_free(b);
  }
  schema *s = schema_of(yaml);
  for (size_t i = 0; i < s->comparison_count; i++) {
    for (size_t l = 0; l <= s->comparisons[i].level_count; l++) {
      if (seen[i][l] == 0) print_error("comparison %zu never came to level %zu\n", i, l);
      assert_true(seen[i][l] > 0);
    }
  }
  schema_free(s);
}

static void every_instruction_set(void **unused) {
  (void)unused;
  static const size_t counts[] = {0, 1, 2, 15, 63, 64, 65, 500, BATCH_PAIRS};
  bench *b = bench_make(11);
  uint64_t state = 12;
  for (size_t n = 0; n < COUNT_OF(counts); n++) {
    random_pairs(&state, ROWS, counts[n], &b->pairs);
    comparer scalar = comparer_of(b, CPU_SCALAR);
    view_load(&scalar.columns, &b->t.table, b->rows, 0, ROWS);
    comparer_run(&scalar, &b->pairs);
    for (cpu_level level = CPU_AVX2; level <= CPU_NEON; level++) {
      if (!cpu_level_supported(level)) continue;
      comparer c = comparer_of(b, level);
      view_load(&c.columns, &b->t.table, b->rows, 0, ROWS);
      comparer_run(&c, &b->pairs);
      for (size_t i = 0; i < b->plan.comparison_count; i++) {
        assert_memory_equal(c.levels[i], scalar.levels[i], (counts[n] + KERNEL_LANES - 1) / KERNEL_LANES * KERNEL_LANES);
      }
      comparer_free(&c);
    }
    comparer_free(&scalar);
  }
  bench_free(b);
}

static void wide_blocks_equal_the_slow_comparison(void **unused) {
  (void)unused;
  unsigned seen[SCHEMA_COMPARISONS_MAX][SCHEMA_LEVELS_MAX + 1] = {0};
  for (cpu_level level = CPU_SCALAR; level <= CPU_NEON; level++) {
    if (!cpu_level_supported(level)) continue;
    for (uint64_t seed = 31; seed <= 36; seed++) {
      bench *b = bench_make(seed);
      uint64_t state = seed;
      comparer c = comparer_of(b, level);
      view_load(&c.columns, &b->t.table, b->rows, 0, ROWS / 2);
      for (size_t loaded = ROWS / 2; loaded <= ROWS; loaded += ROWS / 2) {
        view_load(&c.columns, &b->t.table, b->rows, loaded - ROWS / 2, loaded);
        block_pairs(&state, loaded, 1 + random_below(&state, BATCH_PAIRS), 1 + random_below(&state, 90), &b->pairs);
        comparer_run(&c, &b->pairs);
        check_levels(b, &c, seen);
      }
      comparer_free(&c);
      bench_free(b);
    }
  }
}

/* Beyond what any test asks for, a filter need not say how far. */
static bool serves_as_well(const measure *m, uint8_t said, uint8_t exact) {
  if (said == exact || said == MEASURE_UNKNOWN) return true;
  if (m->kind == TEST_SIMILAR) return said == 0 && exact != MEASURE_NONE && exact < m->argument;
  return test_is_distance(m->kind) && said == MEASURE_FAR && exact != MEASURE_NONE && exact > m->argument;
}

/* `decided` counts the pairs that each filter settles. */
static void check_filters(const bench *b, cpu_level level, uint64_t seed, unsigned decided[MEASURES_MAX]) {
  static uint8_t said[BATCH_PAIRS + FILTER_STEP], exact[BATCH_PAIRS];
  static pair_list pairs;
  comparer c = comparer_of(b, level);
  view_load(&c.columns, &b->t.table, b->rows, 0, ROWS);
  do block_pairs(&seed, ROWS, BATCH_PAIRS, 20 + random_below(&seed, 90), &pairs);
  while (pairs.count < BATCH_PAIRS / 2);
  comparer_run(&c, &pairs);
  assert_true(c.run_count > 0);
  for (size_t m = 0; m < b->plan.measure_count; m++) {
    const measure *asked = &b->plan.measures[m];
    if (!c.filters[m]) continue;
    measure_filter(&c, m, &pairs, said);
    measure_pairs(&c, asked, &pairs, false, exact);
    for (size_t p = 0; p < pairs.count; p++) {
      if (!serves_as_well(asked, said[p], exact[p])) print_error("measure %zu of kind %d: %u instead of %u\n", m, (int)asked->kind, said[p], exact[p]);
      assert_true(serves_as_well(asked, said[p], exact[p]));
      decided[m] += said[p] != MEASURE_UNKNOWN && said[p] != MEASURE_NONE;
    }
  }
  comparer_free(&c);
}

/* Filters against the measures, which are their specification, and each has something to say. */
static void filters_say_what_measures_say(void **unused) {
  (void)unused;
  static const char *const schemas[] = {yaml, yaml_words};
  for (size_t s = 0; s < COUNT_OF(schemas); s++) {
    for (cpu_level level = CPU_SCALAR; level <= CPU_NEON; level++) {
      if (!cpu_level_supported(level)) continue;
      unsigned decided[MEASURES_MAX] = {0}, filters = 0;
      for (uint64_t seed = 41; seed <= 46; seed++) {
        bench *b = bench_of(schemas[s], seed);
        check_filters(b, level, seed, decided);
        bench_free(b);
      }
      for (size_t m = 0; m < MEASURES_MAX; m++) filters += decided[m] > 0;
      assert_true(filters > 20);
    }
  }
}

/* One comparer for batch after batch, of any size, their rows in two or three loads. */
static void rows_loaded_in_parts(void **unused) {
  (void)unused;
  bench *b = bench_make(21);
  uint64_t state = 22;
  cpu_level level = CPU_SCALAR;
  khop_error err = {0};
  must(cpu_level_choose(&level, &err), &err);
  comparer c = comparer_of(b, level);
  unsigned seen[SCHEMA_COMPARISONS_MAX][SCHEMA_LEVELS_MAX + 1] = {0};
  for (size_t round = 0; round < 60; round++) {
    size_t rows = 2 + random_below(&state, round % 4 ? 60 : ROWS - 2), loaded = 0;
    for (size_t i = rows - 1; i > 0; i--) {
      size_t j = random_below(&state, i + 1);
      uint32_t kept = b->rows[i];
      b->rows[i] = b->rows[j];
      b->rows[j] = kept;
    }
    while (loaded < rows) {
      size_t next = loaded + 1 + random_below(&state, rows - loaded);
      view_load(&c.columns, &b->t.table, b->rows, loaded, next);
      loaded = next;
      random_pairs(&state, loaded, 1 + random_below(&state, 300), &b->pairs);
      comparer_run(&c, &b->pairs);
      check_levels(b, &c, seen);
    }
  }
  comparer_free(&c);
  bench_free(b);
}

/* Rows in any order, also one more often; the lanes behind them hold the last one up to a multiple of 16. */
static void check_gathered(const view_column *column, size_t count, uint64_t *state) {
  uint16_t rows[KERNEL_LANES];
  gathered_texts gathered;
  for (size_t i = 0; i < count; i++) rows[i] = (uint16_t)random_below(state, ROWS);
  view_gather(column, rows, count, &gathered);
  for (size_t lane = 0; lane < (count + 15) / 16 * 16; lane++) {
    size_t row = rows[lane < count ? lane : count - 1];
    assert_int_equal(gathered.lengths[lane], column->lengths[row]);
    for (size_t j = 0; j < TEXT_LETTERS_MAX; j++) assert_int_equal(gathered.letters[j * KERNEL_LANES + lane], column->straight[row * TEXT_LETTERS_MAX + j]);
  }
}

/* What the view unpacks for itself is what feature_letters says, and gathered texts hold those letters. */
static void letters_of_the_view(void **unused) {
  (void)unused;
  static const size_t fields[] = {NAME, NOTE, CODE};
  uint64_t state = 77;
  bench *b = bench_make(31);
  comparer c = comparer_of(b, CPU_SCALAR);
  view_load(&c.columns, &b->t.table, b->rows, 0, ROWS);
  for (size_t n = 0; n < COUNT_OF(fields); n++) {
    const view_column *column = &c.columns.columns[fields[n]];
    for (size_t i = 0; i < ROWS; i++) {
      uint8_t letters[TEXT_LETTERS_MAX];
      unsigned length = feature_letters(feature_row(&b->t.table, b->rows[i]), &b->t.table.layout.slots[fields[n]], letters);
      uint32_t signature = 0;
      for (unsigned j = 0; j < length; j++) signature |= 1u << letters[j];
      view_need_letters(column, i);
      assert_int_equal(column->lengths[i], length);
      assert_int_equal(column->signatures[i], signature);
      assert_memory_equal(column->straight + i * TEXT_LETTERS_MAX, letters, TEXT_LETTERS_MAX);
    }
    for (size_t count = 1; count <= KERNEL_LANES; count++) check_gathered(column, count, &state);
  }
  comparer_free(&c);
  bench_free(b);
}

static const char yaml_covers[] =
    "schema: t\nfields:\n  name: {type: person_name}\n  born: {type: date}\n  sex: {type: sex}\nblocking:\n  - [name]\ncomparisons:\n"
    "  - name: born\n    levels:\n      - {when: born exact, m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n"
    "  - name: name\n    levels:\n      - {name: sister, when: [not name given, name surname], match_share: 0.1, covers: [born, sex]}\n"
    "      - {else: true, m: 0.5, u: 0.9}\n"
    "  - name: sex\n    levels:\n      - {when: sex exact, m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n";

/* What a level covers, in front of it or behind, has no level; for other pairs of the batch it has. */
static void covered_comparisons_have_no_level(void **unused) {
  (void)unused;
  static const char *const people[][3] = {{"Lê Hoa", "1/2/1990", "Nữ"}, {"Lê Mai", "1/2/1990", "Nữ"}, {"Lê Hoa", "2/2/1990", "Nam"}, {"", "1/2/1990", "Nữ"}};
  static const uint8_t expected[][5] = {{0, 1, 0, 1, 0}, {0, 2, 2, 2, 2}, {0, 3, 1, 0, 1}, {1, 2, 0, 1, 0}}; /* left, right, born, name, sex */
  khop_error err = {0};
  test_table t = table_open(yaml_covers);
  for (size_t i = 0; i < COUNT_OF(people); i++) table_add(&t, people[i]);
  static compare_plan plan;
  comparer c;
  uint32_t rows[COUNT_OF(people)] = {0, 1, 2, 3};
  static pair_list pairs;
  must(compare_plan_make(&plan, t.schema, &err), &err);
  must(comparer_create(&c, &plan, &t.table.layout, CPU_SCALAR, &err), &err);
  view_load(&c.columns, &t.table, rows, 0, COUNT_OF(people));
  for (size_t round = 0; round < 2; round++) { /* nothing stays of the batch before */
    pairs.count = COUNT_OF(expected);
    for (size_t p = 0; p < pairs.count; p++) {
      size_t at = round ? pairs.count - 1 - p : p;
      pairs.left[p] = expected[at][0];
      pairs.right[p] = expected[at][1];
    }
    comparer_run(&c, &pairs);
    for (size_t p = 0; p < pairs.count; p++) {
      size_t at = round ? pairs.count - 1 - p : p;
      for (size_t i = 0; i < 3; i++) assert_int_equal(c.levels[i][p], expected[at][2 + i]);
      for (size_t i = 0; i < 3; i++) assert_int_equal(comparer_covers(&c, i, p), expected[at][3] == 1 && i != 1);
    }
  }
  comparer_free(&c);
  table_close(&t);
}

/* More different tests than there is room for are refused, not forgotten. */
static void too_many_measures(void **unused) {
  (void)unused;
  static char text[16384];
  size_t used = (size_t)sprintf(text, "schema: t\nfields:\n");
  for (int f = 0; f < 30; f++) used += (size_t)sprintf(text + used, "  f%d: {type: text}\n", f);
  used += (size_t)sprintf(text + used, "blocking:\n  - [f0]\ncomparisons:\n");
  for (int c = 0; c < 10; c++) {
    used += (size_t)sprintf(text + used, "  - name: c%d\n    fields: [f%d]\n    levels:\n", c, c);
    for (int l = 0; l < 10; l++) used += (size_t)sprintf(text + used, "      - {when: f%d/f%d edits 1, m: 0.5, u: 0.1}\n", c, 10 + l);
    used += (size_t)sprintf(text + used, "      - {else: true, m: 0.5, u: 0.9}\n");
  }
  schema *s = schema_of(text);
  static compare_plan plan;
  khop_error err = {0};
  assert_int_equal(compare_plan_make(&plan, s, &err), KHOP_USAGE);
  assert_non_null(strstr(err.message, "96"));
  schema_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equals_the_slow_comparison),
      cmocka_unit_test(every_instruction_set),
      cmocka_unit_test(wide_blocks_equal_the_slow_comparison), cmocka_unit_test(filters_say_what_measures_say),
      cmocka_unit_test(rows_loaded_in_parts),
      cmocka_unit_test(letters_of_the_view), cmocka_unit_test(covered_comparisons_have_no_level), cmocka_unit_test(too_many_measures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
