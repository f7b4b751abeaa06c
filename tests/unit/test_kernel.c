/* The string kernels: scalar against textbook loops, every instruction set against scalar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "compare/kernel.h"

enum { STRIDE = 3 * KERNEL_LANES, UNTOUCHED = 0xA5 };

typedef struct text {
  uint8_t letters[TEXT_LETTERS_MAX];
  uint8_t length;
} text;

typedef struct block {
  text texts[STRIDE];
  _Alignas(64) uint8_t letters[TEXT_LETTERS_MAX][STRIDE];
  _Alignas(64) uint8_t lengths[STRIDE];
  kernel_texts view;
} block;

/* ---- textbook measures --------------------------------------------------------------------- */

static float textbook_jaro(const text *a, const text *b) {
  bool a_used[TEXT_LETTERS_MAX] = {false}, b_used[TEXT_LETTERS_MAX] = {false};
  int longer = a->length > b->length ? a->length : b->length, reach = longer / 2 - 1, matches = 0;
  if (reach < 0) reach = 0;
  for (int j = 0; j < b->length; j++) {
    for (int i = 0; i < a->length; i++) {
      if (a_used[i] || i < j - reach || i > j + reach || a->letters[i] != b->letters[j]) continue;
      a_used[i] = b_used[j] = true;
      matches++;
      break;
    }
  }
  if (matches == 0) return 0.0f;
  int misplaced = 0;
  for (int i = 0, j = 0; i < a->length; i++) {
    if (!a_used[i]) continue;
    while (!b_used[j]) j++;
    misplaced += a->letters[i] != b->letters[j++];
  }
  float m = (float)matches;
  return (m / (float)a->length + m / (float)b->length + (m - (float)(misplaced / 2)) / m) / 3.0f;
}

static uint8_t textbook_jaro_winkler(const text *a, const text *b) {
  float jaro = textbook_jaro(a, b);
  int prefix = 0;
  while (prefix < 4 && prefix < a->length && prefix < b->length && a->letters[prefix] == b->letters[prefix])
    prefix++;
  if (jaro > 0.7f) jaro += (float)prefix * 0.1f * (1.0f - jaro);
  return (uint8_t)(jaro * 250.0f);
}

static int least(int a, int b) { return a < b ? a : b; }

static uint8_t textbook_osa(const text *a, const text *b) {
  int d[TEXT_LETTERS_MAX + 1][TEXT_LETTERS_MAX + 1];
  for (int i = 0; i <= a->length; i++) d[i][0] = i;
  for (int j = 0; j <= b->length; j++) d[0][j] = j;
  for (int i = 1; i <= a->length; i++) {
    for (int j = 1; j <= b->length; j++) {
      int replaced = d[i - 1][j - 1] + (a->letters[i - 1] != b->letters[j - 1]);
      d[i][j] = least(replaced, least(d[i - 1][j], d[i][j - 1]) + 1);
      bool swapped =
          i > 1 && j > 1 && a->letters[i - 1] == b->letters[j - 2] && a->letters[i - 2] == b->letters[j - 1];
      if (swapped) d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return (uint8_t)d[a->length][b->length];
}

/* ---- texts --------------------------------------------------------------------------------- */

static text text_of(const char *letters) {
  text t = {.length = (uint8_t)strlen(letters)};
  for (unsigned i = 0; i < t.length; i++) t.letters[i] = (uint8_t)(letters[i] - 'A' + LETTER_A);
  return t;
}

static text text_random(uint64_t *state, unsigned length, unsigned alphabet) {
  text t = {.length = (uint8_t)length};
  for (unsigned i = 0; i < length; i++) t.letters[i] = (uint8_t)(1 + random_next(state) % alphabet);
  return t;
}

/* One edit, where the length allows it. */
static void text_edit(text *t, uint64_t *state, unsigned alphabet) {
  if (t->length == 0) return;
  unsigned place = (unsigned)(random_next(state) % t->length);
  uint8_t letter = (uint8_t)(1 + random_next(state) % alphabet);
  switch (random_next(state) % 4) {
  case 0: t->letters[place] = letter; break;
  case 1:
    memmove(t->letters + place, t->letters + place + 1, t->length - place - 1u);
    t->letters[--t->length] = 0;
    break;
  case 2:
    if (t->length == TEXT_LETTERS_MAX) break;
    memmove(t->letters + place + 1, t->letters + place, t->length++ - place);
    t->letters[place] = letter;
    break;
  default:
    if (place == 0) break;
    letter = t->letters[place];
    t->letters[place] = t->letters[place - 1];
    t->letters[place - 1] = letter;
  }
}

static void block_transpose(block *b) {
  memset(b->letters, 0, sizeof b->letters);
  for (size_t i = 0; i < STRIDE; i++) {
    b->lengths[i] = b->texts[i].length;
    for (unsigned j = 0; j < TEXT_LETTERS_MAX; j++) b->letters[j][i] = b->texts[i].letters[j];
  }
  b->view = (kernel_texts){b->letters[0], b->lengths, STRIDE};
}

/* Copies, near copies and strangers of `query`; the last `padding` lanes are empty. */
static void block_random(block *b, const text *query, uint64_t *state, unsigned alphabet, size_t padding) {
  memset(b->texts, 0, sizeof b->texts);
  for (size_t i = 0; i + padding < STRIDE; i++) {
    text *t = &b->texts[i];
    if (random_next(state) % 2) {
      *t = text_random(state, (unsigned)(random_next(state) % (TEXT_LETTERS_MAX + 1)), alphabet);
    } else {
      *t = *query;
      for (uint64_t edits = random_next(state) % 5; edits > 0; edits--) text_edit(t, state, alphabet);
    }
  }
  block_transpose(b);
}

/* ---- tests --------------------------------------------------------------------------------- */

static kernel_query query_of(const text *t) { return (kernel_query){t->letters, t->length}; }

static uint8_t compare_one(kernel_strings *compare, text a, text b) {
  block one = {.texts = {b}};
  uint8_t out[STRIDE];
  block_transpose(&one);
  kernel_query query = query_of(&a);
  compare(&query, &one.view, 0, 1, NULL, out);
  return out[0];
}

static void known_values(void **unused) {
  (void)unused;
  for (cpu_level level = CPU_SCALAR; level <= CPU_NEON; level++) {
    if (!cpu_level_supported(level)) continue;
    const kernels *k = kernels_for(level);
    text empty = text_of(""), martha = text_of("MARTHA");
    assert_int_equal(compare_one(k->jaro_winkler, martha, text_of("MARHTA")), 240);             /* .9611 */
    assert_int_equal(compare_one(k->jaro_winkler, text_of("DIXON"), text_of("DICKSONX")), 203); /* .8133 */
    assert_int_equal(compare_one(k->jaro_winkler, text_of("DWAYNE"), text_of("DUANE")), 210);   /* .8400 */
    assert_int_equal(compare_one(k->jaro_winkler, martha, martha), KERNEL_SIMILARITY_ONE);
    assert_int_equal(compare_one(k->jaro_winkler, text_of("A"), text_of("A")), KERNEL_SIMILARITY_ONE);
    assert_int_equal(compare_one(k->jaro_winkler, text_of("ABC"), text_of("XYZ")), 0);
    assert_int_equal(compare_one(k->jaro_winkler, martha, empty), 0);
    assert_int_equal(compare_one(k->jaro_winkler, empty, martha), 0);
    assert_int_equal(compare_one(k->jaro_winkler, empty, empty), 0);
    assert_int_equal(compare_one(k->osa, martha, text_of("MARHTA")), 1);
    assert_int_equal(compare_one(k->osa, text_of("CA"), text_of("ABC")), 3); /* unrestricted: 2 */
    assert_int_equal(compare_one(k->osa, text_of("KITTEN"), text_of("SITTING")), 3);
    assert_int_equal(compare_one(k->osa, martha, empty), 6);
    assert_int_equal(compare_one(k->osa, empty, martha), 6);
    assert_int_equal(compare_one(k->osa, empty, empty), 0);
  }
}

/* Scalar against the textbook; symmetric; 192 pairs for each pair of a length and an alphabet. */
static void scalar_equals_textbook(void **unused) {
  (void)unused;
  static block b;
  static const unsigned alphabets[] = {1, 2, 3, 5, 31};
  const kernels *k = kernels_for(CPU_SCALAR);
  uint64_t state = 1;
  uint8_t similarity[STRIDE], distance[STRIDE];
  for (unsigned round = 0; round < 5 * (TEXT_LETTERS_MAX + 1) * 3; round++) {
    unsigned alphabet = alphabets[round % 5], length = round / 5 % (TEXT_LETTERS_MAX + 1);
    text query = text_random(&state, length, alphabet);
    block_random(&b, &query, &state, alphabet, 0);
    kernel_query q = query_of(&query);
    k->jaro_winkler(&q, &b.view, 0, STRIDE, NULL, similarity);
    k->osa(&q, &b.view, 0, STRIDE, NULL, distance);
    for (size_t i = 0; i < STRIDE; i++) {
      assert_int_equal(similarity[i], textbook_jaro_winkler(&query, &b.texts[i]));
      assert_int_equal(similarity[i], textbook_jaro_winkler(&b.texts[i], &query));
      assert_int_equal(similarity[i], compare_one(k->jaro_winkler, b.texts[i], query));
      assert_int_equal(distance[i], textbook_osa(&query, &b.texts[i]));
      assert_int_equal(distance[i], compare_one(k->osa, b.texts[i], query));
    }
  }
}

typedef struct range {
  size_t from, to;
} range;

static range range_random(uint64_t *state) {
  size_t a = random_next(state) % (STRIDE + 1), b = random_next(state) % (STRIDE + 1);
  return a < b ? (range){a, b} : (range){b, a};
}

/* Unaligned ranges, lanes skipped alone and in runs, groups outside the range left alone. */
static void check_level(kernel_strings *scalar, kernel_strings *level, const block *b, const text *query,
                        uint64_t *state) {
  uint8_t expected[STRIDE], got[STRIDE], skip[STRIDE];
  kernel_query q = query_of(query);
  range r = range_random(state), run = range_random(state);
  for (size_t i = 0; i < STRIDE; i++) skip[i] = (i >= run.from && i < run.to) || random_next(state) % 8 == 0;
  const uint8_t *skipped = random_next(state) % 2 ? skip : NULL;
  memset(expected, UNTOUCHED, sizeof expected);
  memset(got, UNTOUCHED, sizeof got);
  scalar(&q, &b->view, r.from, r.to, skipped, expected);
  level(&q, &b->view, r.from, r.to, skipped, got);
  for (size_t i = 0; i < STRIDE; i++) {
    bool inside = i >= r.from && i < r.to;
    bool group_inside = r.from < r.to && i / 16 >= r.from / 16 && i / 16 <= (r.to - 1) / 16;
    if (inside && !(skipped && skip[i])) assert_int_equal(got[i], expected[i]);
    if (!inside || (skipped && skip[i])) assert_int_equal(expected[i], UNTOUCHED);
    if (!group_inside) assert_int_equal(got[i], UNTOUCHED);
  }
}

static void levels_equal_scalar(void **unused) {
  (void)unused;
  static block b;
  const kernels *scalar = kernels_for(CPU_SCALAR);
  for (cpu_level level = CPU_SCALAR; level <= CPU_NEON; level++) {
    if (!cpu_level_supported(level)) continue;
    const kernels *k = kernels_for(level);
    uint64_t state = 7;
    for (unsigned round = 0; round < 4 * (TEXT_LETTERS_MAX + 1) * 31; round++) {
      unsigned alphabet = 1 + round % 31, length = round / 31 % (TEXT_LETTERS_MAX + 1);
      text query = text_random(&state, length, alphabet);
      block_random(&b, &query, &state, alphabet, random_next(&state) % STRIDE);
      check_level(scalar->jaro_winkler, k->jaro_winkler, &b, &query, &state);
      check_level(scalar->osa, k->osa, &b, &query, &state);
    }
  }
}

/* A group whose lanes are all skipped is passed over, whatever lies in the group outside. */
static void skipped_groups_stay(void **unused) {
  (void)unused;
  static block b;
  uint64_t state = 11;
  text query = text_random(&state, 12, 5);
  block_random(&b, &query, &state, 5, 0);
  kernel_query q = query_of(&query);
  for (cpu_level level = CPU_SCALAR; level <= CPU_NEON; level++) {
    if (!cpu_level_supported(level)) continue;
    const kernels *k = kernels_for(level);
    uint8_t skip[STRIDE] = {0}, out[STRIDE];
    memset(skip + 16, 1, 32);
    memset(out, UNTOUCHED, sizeof out);
    k->jaro_winkler(&q, &b.view, 3, 50, skip, out);
    k->osa(&q, &b.view, 3, 50, skip, out);
    for (size_t i = 16; i < 48; i++) assert_int_equal(out[i], UNTOUCHED);
    assert_int_equal(out[15], textbook_osa(&query, &b.texts[15]));
    assert_int_equal(out[48], textbook_osa(&query, &b.texts[48]));
  }
}

static void weights_add_up(void **unused) {
  (void)unused;
  enum { ROOM = 80 };
  int32_t table[KERNEL_LEVELS_MAX];
  for (int i = 0; i < KERNEL_LEVELS_MAX; i++) table[i] = i % 2 ? -i * 100003 : i * 1000003;
  for (cpu_level level = CPU_SCALAR; level <= CPU_NEON; level++) {
    if (!cpu_level_supported(level)) continue;
    for (size_t count = 0; count <= ROOM - KERNEL_WEIGHTS_STEP; count++) {
      uint8_t levels[ROOM];
      int32_t sums[ROOM];
      for (size_t i = 0; i < ROOM; i++) {
        levels[i] = (uint8_t)((i * 7 + count) % KERNEL_LEVELS_MAX);
        sums[i] = (int32_t)i - 40;
      }
      kernels_for(level)->add_weights(levels, table, count, sums);
      for (size_t i = 0; i < count; i++) assert_int_equal(sums[i], (int32_t)i - 40 + table[levels[i]]);
      size_t step_end = (count + KERNEL_WEIGHTS_STEP - 1) / KERNEL_WEIGHTS_STEP * KERNEL_WEIGHTS_STEP;
      for (size_t i = step_end; i < ROOM; i++) assert_int_equal(sums[i], (int32_t)i - 40);
    }
  }
}

static bool test_holds(byte_test test, uint8_t value) {
  if (value == KERNEL_NO_VALUE) return false;
  bool inside = value >= test.low && value <= test.high;
  return test.negated ? !inside : inside;
}

/* Every value, low and high ends of the range, masks full and sparse; words behind the last one stay. */
static void tests_of_values(void **unused) {
  (void)unused;
  enum { WORDS = 5, ROUNDS = 3000 };
  static const uint8_t ends[] = {0, 1, 127, 128, 252, 253, 254};
  uint64_t state = 3;
  for (unsigned round = 0; round < ROUNDS; round++) {
    uint8_t values[64 * WORDS];
    uint64_t before[WORDS], mask[WORDS];
    byte_test test = {.low = (uint8_t)(random_next(&state) % 255), .negated = random_next(&state) % 2};
    if (round % 2) test.low = ends[random_next(&state) % sizeof ends];
    test.high = (uint8_t)(test.low + random_next(&state) % (255u - test.low));
    for (size_t i = 0; i < sizeof values; i++) values[i] = (uint8_t)(round % 3 ? random_next(&state) : 250 + random_next(&state) % 6);
    for (size_t w = 0; w < WORDS; w++) before[w] = random_next(&state) % 4 ? random_next(&state) : random_next(&state) % 2 ? UINT64_MAX : 0;
    size_t words = random_next(&state) % (WORDS + 1);
    for (cpu_level level = CPU_SCALAR; level <= CPU_NEON; level++) {
      if (!cpu_level_supported(level)) continue;
      memcpy(mask, before, sizeof mask);
      kernels_for(level)->test_values(values, test, words, mask);
      for (size_t i = 0; i < sizeof values; i++) {
        bool was = before[i / 64] >> i % 64 & 1, is = mask[i / 64] >> i % 64 & 1;
        assert_int_equal(is, was && (i / 64 >= words || test_holds(test, values[i])));
      }
    }
  }
}

static void unknown_level_is_scalar(void **unused) {
  (void)unused;
  assert_ptr_equal(kernels_for((cpu_level)99), kernels_for(CPU_SCALAR));
#if defined(__x86_64__)
  assert_ptr_equal(kernels_for(CPU_NEON), kernels_for(CPU_SCALAR));
  assert_ptr_not_equal(kernels_for(CPU_AVX2), kernels_for(CPU_SCALAR));
  assert_ptr_not_equal(kernels_for(CPU_AVX512), kernels_for(CPU_AVX2));
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_values),        cmocka_unit_test(scalar_equals_textbook),
      cmocka_unit_test(levels_equal_scalar), cmocka_unit_test(skipped_groups_stay),
      cmocka_unit_test(weights_add_up),      cmocka_unit_test(unknown_level_is_scalar),
      cmocka_unit_test(tests_of_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
