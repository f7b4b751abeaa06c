/* The string kernels in plain C: the specification that every instruction set must equal, byte for
 * byte, and the fallback where there is none.
 *
 * Bit-parallel all the same: a word holds one bit for each letter of the query.
 */
#include "compare/kernel_parts.h"

/* One candidate: its letters lie `stride` bytes apart. */
typedef struct column {
  const uint8_t *letters;
  size_t stride;
  unsigned length;
} column;

static inline column column_at(const kernel_texts *texts, size_t i) {
  return (column){texts->letters + i, texts->stride, texts->lengths[i]};
}

static inline uint32_t letter_positions(const uint32_t *positions, column text, unsigned j) {
  return positions[text.letters[j * text.stride] % LETTER_CODES];
}

/* The order of these operations is the specification: SIMD repeats them one by one. */
static inline uint8_t similarity(float query_length, float text_length, float matches, float transpositions,
                                 float prefix) {
  float jaro = (matches / query_length + matches / text_length + (matches - transpositions) / matches) / 3.0f;
  if (jaro > PREFIX_THRESHOLD) jaro = jaro + prefix * PREFIX_WEIGHT * (1.0f - jaro);
  return (uint8_t)(int)(jaro * (float)KERNEL_SIMILARITY_ONE);
}

static inline unsigned common_prefix(const uint8_t *prefix, column text) {
  unsigned count = 0;
  while (count < PREFIX_LETTERS_MAX && text.letters[count * text.stride] == prefix[count]) count++;
  return count;
}

/* Matched letters, taken in order on both sides, that differ. `query_matched` has as many bits as
 * `text_matched`. */
static inline unsigned count_misplaced(const uint32_t *positions, column text, uint32_t query_matched,
                                       uint32_t text_matched) {
  unsigned misplaced = 0;
  for (; text_matched; text_matched &= text_matched - 1) {
    uint32_t next = query_matched & -query_matched;
    unsigned j = (unsigned)__builtin_ctz(text_matched);
    misplaced += !(letter_positions(positions, text, j) & next);
    query_matched ^= next;
  }
  return misplaced;
}

static uint8_t jaro_winkler_one(const uint32_t *positions, const uint8_t *prefix, unsigned query_length,
                                column text) {
  unsigned longer = query_length > text.length ? query_length : text.length;
  unsigned reach = longer / 2 > 1 ? longer / 2 - 1 : 0;
  uint32_t window = bits_below(reach + 1);
  uint32_t query_matched = 0, text_matched = 0;
  for (unsigned j = 0; j < text.length; j++) {
    uint32_t candidates = letter_positions(positions, text, j) & window & ~query_matched;
    query_matched |= candidates & -candidates;
    text_matched |= (uint32_t)(candidates != 0) << j;
    window = window << 1 | (j < reach);
  }
  if (!query_matched) return 0;
  unsigned misplaced = count_misplaced(positions, text, query_matched, text_matched);
  return similarity((float)query_length, (float)text.length, (float)__builtin_popcount(query_matched),
                    (float)(misplaced / 2), (float)common_prefix(prefix, text));
}

static void jaro_winkler(const kernel_query *query, const kernel_texts *texts, size_t from, size_t to,
                         const uint8_t *skip, uint8_t *out) {
  uint32_t positions[LETTER_CODES];
  uint8_t prefix[PREFIX_LETTERS_MAX];
  positions_build(query, positions);
  prefix_build(query, prefix);
  for (size_t i = from; i < to; i++) {
    if (skip && skip[i]) continue;
    out[i] = jaro_winkler_one(positions, prefix, query->length, column_at(texts, i));
  }
}

/* Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances" (2003), with
 * its names: vp and vn hold the vertical steps +1 and -1 of a column of the distance matrix, hp and
 * hn the horizontal ones, d0 the zero diagonals. The distance is the sum down the last column. */
static uint8_t osa_one(const uint32_t *positions, unsigned query_length, column text) {
  uint32_t vp = UINT32_MAX, vn = 0, d0 = 0, matches_before = 0;
  for (unsigned j = 0; j < text.length; j++) {
    uint32_t matches = letter_positions(positions, text, j);
    uint32_t swapped = (~d0 & matches) << 1 & matches_before;
    d0 = (((matches & vp) + vp) ^ vp) | matches | vn | swapped;
    uint32_t hp = (vn | ~(d0 | vp)) << 1 | 1;
    uint32_t hn = (d0 & vp) << 1;
    vp = hn | ~(d0 | hp);
    vn = hp & d0;
    matches_before = matches;
  }
  uint32_t rows = bits_below(query_length);
  return (uint8_t)((int)text.length + __builtin_popcount(vp & rows) - __builtin_popcount(vn & rows));
}

static void osa(const kernel_query *query, const kernel_texts *texts, size_t from, size_t to,
                const uint8_t *skip, uint8_t *out) {
  uint32_t positions[LETTER_CODES];
  positions_build(query, positions);
  for (size_t i = from; i < to; i++) {
    if (skip && skip[i]) continue;
    out[i] = osa_one(positions, query->length, column_at(texts, i));
  }
}

static void add_weights(const uint8_t *levels, const int32_t *table, size_t count, int32_t *out) {
  for (size_t i = 0; i < count; i++) out[i] += table[levels[i] % KERNEL_LEVELS_MAX];
}

static void test_values(const uint8_t *values, byte_test test, size_t words, uint64_t *mask) {
  for (size_t w = 0; w < words; w++) {
    uint64_t holds = 0;
    for (unsigned i = 0; mask[w] && i < 64; i++) {
      uint8_t value = values[w * 64 + i];
      bool inside = value >= test.low && value <= test.high;
      holds |= (uint64_t)(inside != test.negated && value != KERNEL_NO_VALUE) << i;
    }
    mask[w] &= holds;
  }
}

const kernels kernels_scalar = {jaro_winkler, osa, add_weights, test_values};
