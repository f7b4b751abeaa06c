/* The string kernels for AVX-512 (F, BW, DQ, VL): 16 candidates at a time, one 32-bit lane each.
 * A letter's positions come from one permute over two registers. Repeats kernel_scalar.c.
 */
#include <immintrin.h>

#include "compare/kernel_parts.h"

enum { LANES = 16 };

/* Candidates at..at+15: letters of position j, widened. */
static inline __m512i letters_at(const kernel_texts *texts, size_t at, unsigned j) {
  const uint8_t *row = texts->letters + j * texts->stride + at;
  return _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)row));
}

typedef struct lookup {
  __m512i low, high;
} lookup;

static inline lookup lookup_build(const kernel_query *query) {
  uint32_t positions[LETTER_CODES];
  positions_build(query, positions);
  return (lookup){_mm512_loadu_si512(positions), _mm512_loadu_si512(positions + LANES)};
}

static inline __m512i letter_positions(lookup table, __m512i letters) {
  return _mm512_permutex2var_epi32(table.low, letters, table.high);
}

static inline __m512i lowest_bit(__m512i x) {
  return _mm512_and_si512(x, _mm512_sub_epi32(_mm512_setzero_si512(), x));
}

/* Bits set in each lane; by nibbles, because VPOPCNTDQ is not part of the level. */
static inline __m512i count_bits(__m512i x) {
  const __m512i nibble_bits =
      _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m512i nibble = _mm512_set1_epi8(15);
  __m512i low = _mm512_shuffle_epi8(nibble_bits, _mm512_and_si512(x, nibble));
  __m512i high = _mm512_shuffle_epi8(nibble_bits, _mm512_and_si512(_mm512_srli_epi16(x, 4), nibble));
  __m512i pairs = _mm512_maddubs_epi16(_mm512_add_epi8(low, high), _mm512_set1_epi8(1));
  return _mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
}

/* The longest of 16 lengths: the smallest complement, two bytes folded into one word. */
static inline unsigned longest_of(__m128i lengths) {
  __m128i complement = _mm_xor_si128(lengths, _mm_set1_epi8(-1));
  __m128i words = _mm_min_epu8(complement, _mm_srli_epi16(complement, 8));
  return 255u - (unsigned)_mm_cvtsi128_si32(_mm_minpos_epu16(words)) % 256u;
}

/* Is any candidate of the group in range and not skipped? */
static inline bool group_wanted(const uint8_t *skip, size_t at, size_t from, size_t to) {
  if (!skip) return true;
  __m128i skipped = _mm_loadu_si128((const __m128i *)(skip + at));
  uint32_t lanes = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(skipped, _mm_setzero_si128()));
  if (from > at) lanes &= UINT32_MAX << (from - at);
  if (to - at < LANES) lanes &= bits_below((unsigned)(to - at));
  return lanes != 0;
}

/* ---- Jaro-Winkler -------------------------------------------------------------------------- */

/* What the first pass over the letters leaves for the second. */
typedef struct matching {
  __m512i positions[TEXT_LETTERS_MAX]; /* of each candidate letter in the query */
  __mmask16 matched[TEXT_LETTERS_MAX]; /* lanes whose letter j found a partner */
  __m512i query_matched;
} matching;

static inline void match_letters(lookup table, const kernel_texts *texts, size_t at, unsigned letters,
                                 __m512i longer, matching *m) {
  const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi32(1);
  __m512i reach = _mm512_max_epi32(_mm512_sub_epi32(_mm512_srli_epi32(longer, 1), one), zero);
  __m512i window = _mm512_sub_epi32(_mm512_sllv_epi32(_mm512_set1_epi32(2), reach), one);
  __m512i query_matched = zero;
  for (unsigned j = 0; j < letters; j++) {
    __m512i positions = letter_positions(table, letters_at(texts, at, j));
    __m512i candidates = _mm512_andnot_si512(query_matched, _mm512_and_si512(positions, window));
    query_matched = _mm512_or_si512(query_matched, lowest_bit(candidates));
    m->positions[j] = positions;
    m->matched[j] = _mm512_test_epi32_mask(candidates, candidates);
    __mmask16 growing = _mm512_cmpgt_epi32_mask(reach, _mm512_set1_epi32((int)j));
    window = _mm512_add_epi32(window, window);
    window = _mm512_mask_or_epi32(window, growing, window, one);
  }
  m->query_matched = query_matched;
}

static inline __m512i count_misplaced(const matching *m, unsigned letters) {
  const __m512i one = _mm512_set1_epi32(1);
  __m512i left = m->query_matched, misplaced = _mm512_setzero_si512();
  for (unsigned j = 0; j < letters; j++) {
    __m512i next = _mm512_maskz_mov_epi32(m->matched[j], lowest_bit(left));
    __mmask16 differs = _mm512_mask_testn_epi32_mask(m->matched[j], m->positions[j], next);
    misplaced = _mm512_mask_add_epi32(misplaced, differs, misplaced, one);
    left = _mm512_xor_si512(left, next);
  }
  return misplaced;
}

static inline __m512i common_prefix(const uint8_t *prefix, const kernel_texts *texts, size_t at) {
  __m128i count = _mm_setzero_si128(), equal = _mm_set1_epi8(-1);
  for (unsigned j = 0; j < PREFIX_LETTERS_MAX; j++) {
    __m128i letters = _mm_loadu_si128((const __m128i *)(texts->letters + j * texts->stride + at));
    equal = _mm_and_si128(equal, _mm_cmpeq_epi8(letters, _mm_set1_epi8((char)prefix[j])));
    count = _mm_sub_epi8(count, equal);
  }
  return _mm512_cvtepu8_epi32(count);
}

/* kernel_scalar.c: similarity(), the same operations in the same order. No matches: 0. */
static inline __m512i similarity(__m512 query_length, __m512 text_length, __m512 matches,
                                 __m512 transpositions, __m512 prefix) {
  const __m512 one = _mm512_set1_ps(1.0f);
  __mmask16 any = _mm512_cmp_ps_mask(matches, _mm512_setzero_ps(), _CMP_GT_OQ);
  __m512 sum = _mm512_add_ps(_mm512_div_ps(matches, query_length), _mm512_div_ps(matches, text_length));
  sum = _mm512_add_ps(sum, _mm512_div_ps(_mm512_sub_ps(matches, transpositions), matches));
  __m512 jaro = _mm512_maskz_div_ps(any, sum, _mm512_set1_ps(3.0f));
  __m512 bonus =
      _mm512_mul_ps(_mm512_mul_ps(prefix, _mm512_set1_ps(PREFIX_WEIGHT)), _mm512_sub_ps(one, jaro));
  __mmask16 close = _mm512_cmp_ps_mask(jaro, _mm512_set1_ps(PREFIX_THRESHOLD), _CMP_GT_OQ);
  jaro = _mm512_mask_add_ps(jaro, close, jaro, bonus);
  return _mm512_cvttps_epi32(_mm512_mul_ps(jaro, _mm512_set1_ps((float)KERNEL_SIMILARITY_ONE)));
}

static inline __m128i jaro_winkler_group(lookup table, const uint8_t *prefix, unsigned query_length,
                                         const kernel_texts *texts, size_t at) {
  __m128i lengths = _mm_loadu_si128((const __m128i *)(texts->lengths + at));
  unsigned letters = longest_of(lengths);
  __m512i query_lengths = _mm512_set1_epi32((int)query_length);
  __m512i text_lengths = _mm512_cvtepu8_epi32(lengths);
  matching m;
  match_letters(table, texts, at, letters, _mm512_max_epi32(query_lengths, text_lengths), &m);
  __m512i transpositions = _mm512_srli_epi32(count_misplaced(&m, letters), 1);
  __m512i result =
      similarity(_mm512_cvtepi32_ps(query_lengths), _mm512_cvtepi32_ps(text_lengths),
                 _mm512_cvtepi32_ps(count_bits(m.query_matched)), _mm512_cvtepi32_ps(transpositions),
                 _mm512_cvtepi32_ps(common_prefix(prefix, texts, at)));
  return _mm512_cvtepi32_epi8(result);
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
    __m128i result = jaro_winkler_group(table, prefix, query->length, texts, at);
    _mm_storeu_si128((__m128i *)(out + at), result);
  }
}

/* ---- optimal string alignment -------------------------------------------------------------- */

/* kernel_scalar.c: osa_one(). A lane's column stands still once its text has ended. */
static inline __m128i osa_group(lookup table, unsigned query_length, const kernel_texts *texts, size_t at) {
  const __m512i zero = _mm512_setzero_si512(), one = _mm512_set1_epi32(1), ones = _mm512_set1_epi32(-1);
  __m128i lengths = _mm_loadu_si128((const __m128i *)(texts->lengths + at));
  unsigned letters = longest_of(lengths);
  __m512i text_lengths = _mm512_cvtepu8_epi32(lengths);
  __m512i vp = ones, vn = zero, d0 = zero, matches_before = zero;
  for (unsigned j = 0; j < letters; j++) {
    __mmask16 live = _mm512_cmpgt_epi32_mask(text_lengths, _mm512_set1_epi32((int)j));
    __m512i matches = letter_positions(table, letters_at(texts, at, j));
    __m512i swapped =
        _mm512_and_si512(_mm512_slli_epi32(_mm512_andnot_si512(d0, matches), 1), matches_before);
    __m512i carried = _mm512_xor_si512(_mm512_add_epi32(_mm512_and_si512(matches, vp), vp), vp);
    d0 = _mm512_or_si512(_mm512_or_si512(carried, matches), _mm512_or_si512(vn, swapped));
    __m512i hp = _mm512_or_si512(vn, _mm512_andnot_si512(_mm512_or_si512(d0, vp), ones));
    __m512i hn = _mm512_and_si512(d0, vp);
    hp = _mm512_or_si512(_mm512_add_epi32(hp, hp), one);
    hn = _mm512_add_epi32(hn, hn);
    vp = _mm512_mask_or_epi32(vp, live, hn, _mm512_andnot_si512(_mm512_or_si512(d0, hp), ones));
    vn = _mm512_mask_and_epi32(vn, live, hp, d0);
    matches_before = matches;
  }
  __m512i rows = _mm512_set1_epi32((int)bits_below(query_length));
  __m512i distance = _mm512_add_epi32(text_lengths, count_bits(_mm512_and_si512(vp, rows)));
  distance = _mm512_sub_epi32(distance, count_bits(_mm512_and_si512(vn, rows)));
  return _mm512_cvtepi32_epi8(distance);
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
    _mm_storeu_si128((__m128i *)(out + at), osa_group(table, query->length, texts, at));
  }
}

/* ---- weights ------------------------------------------------------------------------------- */

static void add_weights(const uint8_t *levels, const int32_t *table, size_t count, int32_t *out) {
  __m512i weights = _mm512_loadu_si512(table);
  for (size_t i = 0; i < count; i += LANES) {
    __m512i level = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(levels + i)));
    __m512i sum = _mm512_add_epi32(_mm512_loadu_si512(out + i), _mm512_permutexvar_epi32(level, weights));
    _mm512_storeu_si512(out + i, sum);
  }
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void test_values(const uint8_t *values, byte_test test, size_t words, uint64_t *mask) {
  __m512i low = _mm512_set1_epi8((char)test.low), span = _mm512_set1_epi8((char)(test.high - test.low));
  for (size_t w = 0; w < words; w++) {
    if (!mask[w]) continue;
    __m512i value = _mm512_loadu_si512(values + w * 64);
    uint64_t inside = _mm512_cmple_epu8_mask(_mm512_sub_epi8(value, low), span);
    uint64_t there = _mm512_cmpneq_epi8_mask(value, _mm512_set1_epi8((char)KERNEL_NO_VALUE));
    mask[w] &= there & (test.negated ? ~inside : inside);
  }
}

const kernels kernels_avx512 = {jaro_winkler, osa, add_weights, test_values};
