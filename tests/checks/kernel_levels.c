/* Compares the kernels of every instruction set of this machine with scalar, without cmocka, and
 * prints a checksum of the scalar results. check_neon.sh builds it for arm64 and for this machine:
 * both must agree with themselves and with each other. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "compare/kernel.h"

enum { STRIDE = 2 * KERNEL_LANES, ROUNDS = 1500 };

static _Alignas(64) uint8_t letters[TEXT_LETTERS_MAX][STRIDE], lengths[STRIDE];

/* Few letters and every length: many repeats, many transpositions. Some are edits of the query. */
static void texts_fill(uint64_t *state, const uint8_t *query, unsigned query_length, unsigned alphabet) {
  memset(letters, 0, sizeof letters);
  for (size_t i = 0; i < STRIDE; i++) {
    bool related = random_next(state) % 2;
    lengths[i] = (uint8_t)(related ? query_length : random_next(state) % (TEXT_LETTERS_MAX + 1));
    for (unsigned j = 0; j < lengths[i]; j++) {
      letters[j][i] =
          related && random_next(state) % 8 ? query[j] : (uint8_t)(1 + random_next(state) % alphabet);
    }
  }
}

static size_t differences(const uint8_t *a, const uint8_t *b, size_t size) {
  size_t count = 0;
  for (size_t i = 0; i < size; i++) count += a[i] != b[i];
  return count;
}

static size_t weights_compare(const kernels *table, const uint8_t *bytes, uint64_t *state) {
  int32_t weights[KERNEL_LEVELS_MAX], expected[STRIDE], got[STRIDE];
  uint8_t levels[STRIDE];
  for (size_t i = 0; i < KERNEL_LEVELS_MAX; i++)
    weights[i] = (int32_t)(random_next(state) % 2000001) - 1000000;
  for (size_t i = 0; i < STRIDE; i++) {
    levels[i] = bytes[i] % KERNEL_LEVELS_MAX;
    expected[i] = got[i] = (int32_t)i - 60;
  }
  kernels_for(CPU_SCALAR)->add_weights(levels, weights, STRIDE, expected);
  table->add_weights(levels, weights, STRIDE, got);
  return memcmp(expected, got, sizeof got) != 0;
}

static size_t tests_compare(const kernels *table, const uint8_t *bytes, uint64_t *state) {
  enum { WORDS = STRIDE / 64 };
  uint64_t expected[WORDS], got[WORDS];
  byte_test test = {.low = (uint8_t)(random_next(state) % 255), .negated = random_next(state) % 2};
  test.high = (uint8_t)(test.low + random_next(state) % (255u - test.low));
  for (size_t w = 0; w < WORDS; w++) expected[w] = got[w] = random_next(state);
  kernels_for(CPU_SCALAR)->test_values(bytes, test, WORDS, expected);
  table->test_values(bytes, test, WORDS, got);
  return memcmp(expected, got, sizeof got) != 0;
}

static size_t level_compare(cpu_level level, uint64_t *checksum) {
  const kernels *scalar = kernels_for(CPU_SCALAR), *table = kernels_for(level);
  uint64_t state = 2026;
  size_t bad = 0;
  for (unsigned round = 0; round < ROUNDS; round++) {
    uint8_t text[TEXT_LETTERS_MAX] = {0}, expected[STRIDE], got[STRIDE];
    kernel_query query = {text, (uint8_t)(round % (TEXT_LETTERS_MAX + 1))};
    unsigned alphabet = 1 + (unsigned)(random_next(&state) % 31);
    for (unsigned i = 0; i < query.length; i++) text[i] = (uint8_t)(1 + random_next(&state) % alphabet);
    texts_fill(&state, text, query.length, alphabet);
    kernel_texts texts = {letters[0], lengths, STRIDE};
    scalar->jaro_winkler(&query, &texts, 0, STRIDE, NULL, expected);
    table->jaro_winkler(&query, &texts, 0, STRIDE, NULL, got);
    bad += differences(expected, got, STRIDE) + weights_compare(table, expected, &state) + tests_compare(table, expected, &state);
    *checksum = hash_combine(*checksum, hash_bytes(expected, STRIDE));
    scalar->osa(&query, &texts, 0, STRIDE, NULL, expected);
    table->osa(&query, &texts, 0, STRIDE, NULL, got);
    bad += differences(expected, got, STRIDE);
    *checksum = hash_combine(*checksum, hash_bytes(expected, STRIDE));
  }
  return bad;
}

int main(void) {
  uint64_t checksum = 0;
  size_t bad = 0, levels = 0;
  for (cpu_level level = CPU_AVX2; level <= CPU_NEON; level++) {
    if (!cpu_level_supported(level) || kernels_for(level) == kernels_for(CPU_SCALAR)) continue;
    size_t level_bad = level_compare(level, &checksum);
    fprintf(stderr, "%s: %zu differences from scalar\n", cpu_level_name(level), level_bad);
    bad += level_bad;
    levels++;
  }
  checksum = 0;
  bad += level_compare(CPU_SCALAR, &checksum);
  printf("%016llx\n", (unsigned long long)checksum);
  return bad || !levels;
}
