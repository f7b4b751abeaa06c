/* The string kernels for AVX2: 8 candidates at a time, one 32-bit lane each. A letter's positions
 * come from four permutes and three blends. Repeats kernel_scalar.c.
 */
#include <immintrin.h>

#include "compare/kernel_parts.h"

enum { LANES = 8 };

/* Eight bytes from `bytes`, widened. */
static inline __m256i widen(const uint8_t *bytes) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)bytes));
}

/* Candidates at..at+7: letters of position j. */
static inline __m256i letters_at(const kernel_texts *texts, size_t at, unsigned j) {
  return widen(texts->letters + j * texts->stride + at);
}

typedef struct lookup {
  __m256i part[LETTER_CODES / LANES];
} lookup;

static inline lookup lookup_build(const kernel_query *query) {
  uint32_t positions[LETTER_CODES];
  lookup table;
  positions_build(query, positions);
  for (unsigned i = 0; i < LETTER_CODES / LANES; i++) {
    table.part[i] = _mm256_loadu_si256((const __m256i *)(positions + i * LANES));
  }
  return table;
}

/* `yes` where bit `bit` of the index is set, `no` elsewhere: a blend looks at a lane's top bit. */
static inline __m256i choose(__m256i no, __m256i yes, __m256i index, int bit) {
  __m256 top = _mm256_castsi256_ps(_mm256_slli_epi32(index, 31 - bit));
  return _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(no), _mm256_castsi256_ps(yes), top));
}

static inline __m256i letter_positions(const lookup *table, __m256i letters) {
  __m256i part[LETTER_CODES / LANES];
  for (unsigned i = 0; i < LETTER_CODES / LANES; i++) {
    part[i] = _mm256_permutevar8x32_epi32(table->part[i], letters);
  }
  return choose(choose(part[0], part[1], letters, 3), choose(part[2], part[3], letters, 3), letters, 4);
}

static inline __m256i lowest_bit(__m256i x) {
  return _mm256_and_si256(x, _mm256_sub_epi32(_mm256_setzero_si256(), x));
}

/* Bits set in each lane, by nibbles. */
static inline __m256i count_bits(__m256i x) {
  const __m256i nibble_bits =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m256i nibble = _mm256_set1_epi8(15);
  __m256i low = _mm256_shuffle_epi8(nibble_bits, _mm256_and_si256(x, nibble));
  __m256i high = _mm256_shuffle_epi8(nibble_bits, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
  __m256i pairs = _mm256_maddubs_epi16(_mm256_add_epi8(low, high), _mm256_set1_epi8(1));
  return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/* The longest of 8 lengths: the smallest complement. */
static inline unsigned longest_of(const uint8_t *lengths) {
  __m128i words = _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)lengths));
  __m128i complement = _mm_xor_si128(words, _mm_set1_epi16(255));
  return 255u - (unsigned)_mm_cvtsi128_si32(_mm_minpos_epu16(complement)) % 256u;
}

/* Is any candidate of the group in range and not skipped? */
static inline bool group_wanted(const uint8_t *skip, size_t at, size_t from, size_t to) {
  if (!skip) return true;
  __m128i skipped = _mm_loadl_epi64((const __m128i *)(skip + at));
  uint32_t lanes = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(skipped, _mm_setzero_si128())) & 0xff;
  if (from > at) lanes &= UINT32_MAX << (from - at);
  if (to - at < LANES) lanes &= bits_below((unsigned)(to - at));
  return lanes != 0;
}

/* Eight lanes below 256 become eight bytes. */
static inline void store_bytes(uint8_t *out, __m256i lanes) {
  __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  _mm_storel_epi64((__m128i *)out, _mm_packus_epi16(words, words));
}

/* ---- Jaro-Winkler -------------------------------------------------------------------------- */

/* What the first pass over the letters leaves for the second. */
typedef struct matching {
  __m256i positions[TEXT_LETTERS_MAX]; /* of each candidate letter in the query */
  __m256i unmatched[TEXT_LETTERS_MAX]; /* all ones in lanes whose letter j found no partner */
  __m256i query_matched;
} matching;

static inline void match_letters(const lookup *table, const kernel_texts *texts, size_t at, unsigned letters,
                                 __m256i longer, matching *m) {
  const __m256i zero = _mm256_setzero_si256(), one = _mm256_set1_epi32(1);
  __m256i reach = _mm256_max_epi32(_mm256_sub_epi32(_mm256_srli_epi32(longer, 1), one), zero);
  __m256i window = _mm256_sub_epi32(_mm256_sllv_epi32(_mm256_set1_epi32(2), reach), one);
  __m256i query_matched = zero;
  for (unsigned j = 0; j < letters; j++) {
    __m256i positions = letter_positions(table, letters_at(texts, at, j));
    __m256i candidates = _mm256_andnot_si256(query_matched, _mm256_and_si256(positions, window));
    query_matched = _mm256_or_si256(query_matched, lowest_bit(candidates));
    m->positions[j] = positions;
    m->unmatched[j] = _mm256_cmpeq_epi32(candidates, zero);
    /* A comparison is -1 where true: subtracting it sets the freed bit while the window grows. */
    __m256i growing = _mm256_cmpgt_epi32(reach, _mm256_set1_epi32((int)j));
    window = _mm256_sub_epi32(_mm256_add_epi32(window, window), growing);
  }
  m->query_matched = query_matched;
}

static inline __m256i count_misplaced(const matching *m, unsigned letters) {
  __m256i left = m->query_matched, misplaced = _mm256_setzero_si256();
  for (unsigned j = 0; j < letters; j++) {
    __m256i next = _mm256_andnot_si256(m->unmatched[j], lowest_bit(left));
    __m256i apart = _mm256_cmpeq_epi32(_mm256_and_si256(m->positions[j], next), _mm256_setzero_si256());
    misplaced = _mm256_sub_epi32(misplaced, _mm256_andnot_si256(m->unmatched[j], apart));
    left = _mm256_xor_si256(left, next);
  }
  return misplaced;
}

static inline __m256i common_prefix(const uint8_t *prefix, const kernel_texts *texts, size_t at) {
  __m128i count = _mm_setzero_si128(), equal = _mm_set1_epi8(-1);
  for (unsigned j = 0; j < PREFIX_LETTERS_MAX; j++) {
    __m128i letters = _mm_loadl_epi64((const __m128i *)(texts->letters + j * texts->stride + at));
    equal = _mm_and_si128(equal, _mm_cmpeq_epi8(letters, _mm_set1_epi8((char)prefix[j])));
    count = _mm_sub_epi8(count, equal);
  }
  return _mm256_cvtepu8_epi32(count);
}

/* kernel_scalar.c: similarity(), the same operations in the same order. No matches: 0. */
static inline __m256i similarity(__m256 query_length, __m256 text_length, __m256 matches,
                                 __m256 transpositions, __m256 prefix) {
  const __m256 one = _mm256_set1_ps(1.0f);
  __m256 any = _mm256_cmp_ps(matches, _mm256_setzero_ps(), _CMP_GT_OQ);
  __m256 sum = _mm256_add_ps(_mm256_div_ps(matches, query_length), _mm256_div_ps(matches, text_length));
  sum = _mm256_add_ps(sum, _mm256_div_ps(_mm256_sub_ps(matches, transpositions), matches));
  __m256 jaro = _mm256_and_ps(any, _mm256_div_ps(sum, _mm256_set1_ps(3.0f)));
  __m256 bonus =
      _mm256_mul_ps(_mm256_mul_ps(prefix, _mm256_set1_ps(PREFIX_WEIGHT)), _mm256_sub_ps(one, jaro));
  __m256 close = _mm256_cmp_ps(jaro, _mm256_set1_ps(PREFIX_THRESHOLD), _CMP_GT_OQ);
  jaro = _mm256_add_ps(jaro, _mm256_and_ps(close, bonus));
  return _mm256_cvttps_epi32(_mm256_mul_ps(jaro, _mm256_set1_ps((float)KERNEL_SIMILARITY_ONE)));
}

static inline __m256i jaro_winkler_group(const lookup *table, const uint8_t *prefix, unsigned query_length,
                                         const kernel_texts *texts, size_t at) {
  unsigned letters = longest_of(texts->lengths + at);
  __m256i query_lengths = _mm256_set1_epi32((int)query_length);
  __m256i text_lengths = widen(texts->lengths + at);
  matching m;
  match_letters(table, texts, at, letters, _mm256_max_epi32(query_lengths, text_lengths), &m);
  __m256i transpositions = _mm256_srli_epi32(count_misplaced(&m, letters), 1);
  return similarity(_mm256_cvtepi32_ps(query_lengths), _mm256_cvtepi32_ps(text_lengths),
                    _mm256_cvtepi32_ps(count_bits(m.query_matched)), _mm256_cvtepi32_ps(transpositions),
                    _mm256_cvtepi32_ps(common_prefix(prefix, texts, at)));
}

static void jaro_winkler(const kernel_query *query, const kernel_texts *texts, size_t from, size_t to,
                         const uint8_t *skip, uint8_t *out) {
  if (query->length == 0 || from >= to) {
    jaro_winkler_empty(from, to, out);
    return;
  }
  lookup table = lookup_build(query);
  uint8_t prefix[PREFIX_LETTERS_MAX];
  prefix_build(query, prefix);
  for (size_t at = from / LANES * LANES; at < to; at += LANES) {
    if (!group_wanted(skip, at, from, to)) continue;
    store_bytes(out + at, jaro_winkler_group(&table, prefix, query->length, texts, at));
  }
}

/* ---- optimal string alignment -------------------------------------------------------------- */

/* kernel_scalar.c: osa_one(). A lane's column stands still once its text has ended. */
static inline __m256i osa_group(const lookup *table, unsigned query_length, const kernel_texts *texts,
                                size_t at) {
  const __m256i zero = _mm256_setzero_si256(), one = _mm256_set1_epi32(1), ones = _mm256_set1_epi32(-1);
  unsigned letters = longest_of(texts->lengths + at);
  __m256i text_lengths = widen(texts->lengths + at);
  __m256i vp = ones, vn = zero, d0 = zero, matches_before = zero;
  for (unsigned j = 0; j < letters; j++) {
    __m256i live = _mm256_cmpgt_epi32(text_lengths, _mm256_set1_epi32((int)j));
    __m256i matches = letter_positions(table, letters_at(texts, at, j));
    __m256i swapped =
        _mm256_and_si256(_mm256_slli_epi32(_mm256_andnot_si256(d0, matches), 1), matches_before);
    __m256i carried = _mm256_xor_si256(_mm256_add_epi32(_mm256_and_si256(matches, vp), vp), vp);
    d0 = _mm256_or_si256(_mm256_or_si256(carried, matches), _mm256_or_si256(vn, swapped));
    __m256i hp = _mm256_or_si256(vn, _mm256_andnot_si256(_mm256_or_si256(d0, vp), ones));
    __m256i hn = _mm256_and_si256(d0, vp);
    hp = _mm256_or_si256(_mm256_add_epi32(hp, hp), one);
    hn = _mm256_add_epi32(hn, hn);
    __m256i vp_after = _mm256_or_si256(hn, _mm256_andnot_si256(_mm256_or_si256(d0, hp), ones));
    vp = _mm256_blendv_epi8(vp, vp_after, live);
    vn = _mm256_blendv_epi8(vn, _mm256_and_si256(hp, d0), live);
    matches_before = matches;
  }
  __m256i rows = _mm256_set1_epi32((int)bits_below(query_length));
  __m256i distance = _mm256_add_epi32(text_lengths, count_bits(_mm256_and_si256(vp, rows)));
  return _mm256_sub_epi32(distance, count_bits(_mm256_and_si256(vn, rows)));
}

static void osa(const kernel_query *query, const kernel_texts *texts, size_t from, size_t to,
                const uint8_t *skip, uint8_t *out) {
  if (query->length == 0 || from >= to) {
    osa_empty(texts, from, to, out);
    return;
  }
  lookup table = lookup_build(query);
  for (size_t at = from / LANES * LANES; at < to; at += LANES) {
    if (!group_wanted(skip, at, from, to)) continue;
    store_bytes(out + at, osa_group(&table, query->length, texts, at));
  }
}

/* ---- weights ------------------------------------------------------------------------------- */

static void add_weights(const uint8_t *levels, const int32_t *table, size_t count, int32_t *out) {
  __m256i low = _mm256_loadu_si256((const __m256i *)table);
  __m256i high = _mm256_loadu_si256((const __m256i *)(table + LANES));
  for (size_t i = 0; i < count; i += LANES) {
    __m256i level = widen(levels + i);
    __m256i weight =
        choose(_mm256_permutevar8x32_epi32(low, level), _mm256_permutevar8x32_epi32(high, level), level, 3);
    __m256i *sums = (__m256i *)(out + i);
    _mm256_storeu_si256(sums, _mm256_add_epi32(_mm256_loadu_si256(sums), weight));
  }
}

/* ---- tests ---------------------------------------------------------------------------------- */

/* Which of 32 values fail; a value less `low` is beyond the span on either side. */
static inline uint32_t failing(const uint8_t *values, __m256i low, __m256i span, __m256i negated) {
  __m256i value = _mm256_loadu_si256((const __m256i *)values), above = _mm256_sub_epi8(value, low);
  __m256i inside = _mm256_cmpeq_epi8(_mm256_min_epu8(above, span), above);
  __m256i holds = _mm256_xor_si256(inside, negated), missing = _mm256_cmpeq_epi8(value, _mm256_set1_epi8((char)KERNEL_NO_VALUE));
  return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(missing, _mm256_xor_si256(holds, _mm256_set1_epi8(-1))));
}

static void test_values(const uint8_t *values, byte_test test, size_t words, uint64_t *mask) {
  __m256i low = _mm256_set1_epi8((char)test.low), span = _mm256_set1_epi8((char)(test.high - test.low));
  __m256i negated = _mm256_set1_epi8((char)-test.negated);
  for (size_t w = 0; w < words; w++, values += 64) {
    if (!mask[w]) continue;
    mask[w] &= ~(failing(values, low, span, negated) | (uint64_t)failing(values + 32, low, span, negated) << 32);
  }
}

const kernels kernels_avx2 = {jaro_winkler, osa, add_weights, test_values};
