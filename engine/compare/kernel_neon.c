/* The string kernels for NEON (arm64): 16 candidates at a time, as four vectors of 32-bit lanes.
 * A letter's positions come from one byte table look-up for each of their four bytes. Repeats
 * kernel_scalar.c.
 */
#include <arm_neon.h>

#include "compare/kernel_parts.h"

enum { LANES = 16, PARTS = 4 };

/* 16 lanes: candidates 0-3, 4-7, 8-11, 12-15 of the group. */
typedef struct lanes {
  uint32x4_t part[PARTS];
} lanes;

/* Byte k of positions[c], for all 32 letters c, is planes[k]. */
typedef struct lookup {
  uint8x16x2_t planes[4];
} lookup;

static inline lookup lookup_build(const kernel_query *query) {
  uint32_t positions[LETTER_CODES];
  lookup table;
  positions_build(query, positions);
  uint8x16x4_t low = vld4q_u8((const uint8_t *)positions);
  uint8x16x4_t high = vld4q_u8((const uint8_t *)(positions + LANES));
  for (unsigned k = 0; k < 4; k++) table.planes[k] = (uint8x16x2_t){{low.val[k], high.val[k]}};
  return table;
}

/* Lane i gets bytes b0[i] (lowest), b1[i], b2[i], b3[i]. */
static inline lanes interleave(uint8x16_t b0, uint8x16_t b1, uint8x16_t b2, uint8x16_t b3) {
  uint16x8_t low_first = vreinterpretq_u16_u8(vzip1q_u8(b0, b1)),
             low_last = vreinterpretq_u16_u8(vzip2q_u8(b0, b1));
  uint16x8_t high_first = vreinterpretq_u16_u8(vzip1q_u8(b2, b3)),
             high_last = vreinterpretq_u16_u8(vzip2q_u8(b2, b3));
  return (lanes){{vreinterpretq_u32_u16(vzip1q_u16(low_first, high_first)),
                  vreinterpretq_u32_u16(vzip2q_u16(low_first, high_first)),
                  vreinterpretq_u32_u16(vzip1q_u16(low_last, high_last)),
                  vreinterpretq_u32_u16(vzip2q_u16(low_last, high_last))}};
}

static inline lanes widen(uint8x16_t bytes) {
  uint8x16_t zero = vdupq_n_u8(0);
  return interleave(bytes, zero, zero, zero);
}

static inline void store_bytes(uint8_t *out, const lanes *values) {
  uint16x8_t first = vcombine_u16(vmovn_u32(values->part[0]), vmovn_u32(values->part[1]));
  uint16x8_t last = vcombine_u16(vmovn_u32(values->part[2]), vmovn_u32(values->part[3]));
  vst1q_u8(out, vcombine_u8(vmovn_u16(first), vmovn_u16(last)));
}

static inline lanes letter_positions(const lookup *table, const kernel_texts *texts, size_t at, unsigned j) {
  uint8x16_t letters = vld1q_u8(texts->letters + j * texts->stride + at);
  return interleave(vqtbl2q_u8(table->planes[0], letters), vqtbl2q_u8(table->planes[1], letters),
                    vqtbl2q_u8(table->planes[2], letters), vqtbl2q_u8(table->planes[3], letters));
}

static inline uint32x4_t lowest_bit(uint32x4_t x) {
  return vandq_u32(x, vreinterpretq_u32_s32(vnegq_s32(vreinterpretq_s32_u32(x))));
}

static inline uint32x4_t count_bits(uint32x4_t x) {
  return vpaddlq_u16(vpaddlq_u8(vcntq_u8(vreinterpretq_u8_u32(x))));
}

/* Is any candidate of the group not skipped? */
static inline bool group_wanted(const uint8_t *skip, size_t at) {
  return !skip || vminvq_u8(vld1q_u8(skip + at)) == 0;
}

/* ---- Jaro-Winkler -------------------------------------------------------------------------- */

/* What the first pass over the letters leaves for the second. */
typedef struct matching {
  lanes positions[TEXT_LETTERS_MAX]; /* of each candidate letter in the query */
  lanes matched[TEXT_LETTERS_MAX];   /* all ones in lanes whose letter j found a partner */
  lanes query_matched;
} matching;

static inline void match_letters(const lookup *table, const kernel_texts *texts, size_t at, unsigned letters,
                                 const lanes *longer, matching *m) {
  const uint32x4_t one = vdupq_n_u32(1);
  lanes reach, window;
  for (unsigned k = 0; k < PARTS; k++) {
    reach.part[k] = vqsubq_u32(vshrq_n_u32(longer->part[k], 1), one);
    window.part[k] = vsubq_u32(vshlq_u32(vdupq_n_u32(2), vreinterpretq_s32_u32(reach.part[k])), one);
    m->query_matched.part[k] = vdupq_n_u32(0);
  }
  for (unsigned j = 0; j < letters; j++) {
    lanes positions = letter_positions(table, texts, at, j);
    m->positions[j] = positions;
    for (unsigned k = 0; k < PARTS; k++) {
      uint32x4_t open = vbicq_u32(window.part[k], m->query_matched.part[k]);
      uint32x4_t candidates = vandq_u32(positions.part[k], open);
      m->query_matched.part[k] = vorrq_u32(m->query_matched.part[k], lowest_bit(candidates));
      m->matched[j].part[k] = vtstq_u32(candidates, candidates);
      /* A comparison is -1 where true: subtracting it sets the freed bit while the window grows. */
      uint32x4_t growing = vcgtq_u32(reach.part[k], vdupq_n_u32(j));
      window.part[k] = vsubq_u32(vshlq_n_u32(window.part[k], 1), growing);
    }
  }
}

static inline uint32x4_t count_misplaced(const matching *m, unsigned k, unsigned letters) {
  uint32x4_t left = m->query_matched.part[k], misplaced = vdupq_n_u32(0);
  for (unsigned j = 0; j < letters; j++) {
    uint32x4_t matched = m->matched[j].part[k];
    uint32x4_t next = vandq_u32(matched, lowest_bit(left));
    uint32x4_t in_place = vtstq_u32(m->positions[j].part[k], next);
    misplaced = vsubq_u32(misplaced, vbicq_u32(matched, in_place));
    left = veorq_u32(left, next);
  }
  return misplaced;
}

static inline lanes common_prefix(const uint8_t *prefix, const kernel_texts *texts, size_t at) {
  uint8x16_t count = vdupq_n_u8(0), equal = vdupq_n_u8(255);
  for (unsigned j = 0; j < PREFIX_LETTERS_MAX; j++) {
    uint8x16_t letters = vld1q_u8(texts->letters + j * texts->stride + at);
    equal = vandq_u8(equal, vceqq_u8(letters, vdupq_n_u8(prefix[j])));
    count = vsubq_u8(count, equal);
  }
  return widen(count);
}

/* kernel_scalar.c: similarity(), the same operations in the same order. No matches: 0. */
static inline uint32x4_t similarity(float32x4_t query_length, float32x4_t text_length, float32x4_t matches,
                                    float32x4_t transpositions, float32x4_t prefix) {
  uint32x4_t any = vcgtq_f32(matches, vdupq_n_f32(0.0f));
  float32x4_t sum = vaddq_f32(vdivq_f32(matches, query_length), vdivq_f32(matches, text_length));
  sum = vaddq_f32(sum, vdivq_f32(vsubq_f32(matches, transpositions), matches));
  sum = vdivq_f32(sum, vdupq_n_f32(3.0f));
  float32x4_t jaro = vreinterpretq_f32_u32(vandq_u32(any, vreinterpretq_u32_f32(sum)));
  float32x4_t bonus =
      vmulq_f32(vmulq_f32(prefix, vdupq_n_f32(PREFIX_WEIGHT)), vsubq_f32(vdupq_n_f32(1.0f), jaro));
  uint32x4_t close = vcgtq_f32(jaro, vdupq_n_f32(PREFIX_THRESHOLD));
  jaro = vaddq_f32(jaro, vreinterpretq_f32_u32(vandq_u32(close, vreinterpretq_u32_f32(bonus))));
  return vcvtq_u32_f32(vmulq_f32(jaro, vdupq_n_f32((float)KERNEL_SIMILARITY_ONE)));
}

static inline void jaro_winkler_group(const lookup *table, const uint8_t *prefix, unsigned query_length,
                                      const kernel_texts *texts, size_t at, uint8_t *out) {
  uint8x16_t lengths = vld1q_u8(texts->lengths + at);
  unsigned letters = vmaxvq_u8(lengths);
  lanes longer = widen(vmaxq_u8(lengths, vdupq_n_u8((uint8_t)query_length)));
  lanes text_lengths = widen(lengths), prefixes = common_prefix(prefix, texts, at), result;
  matching m;
  match_letters(table, texts, at, letters, &longer, &m);
  for (unsigned k = 0; k < PARTS; k++) {
    uint32x4_t transpositions = vshrq_n_u32(count_misplaced(&m, k, letters), 1);
    result.part[k] = similarity(vdupq_n_f32((float)query_length), vcvtq_f32_u32(text_lengths.part[k]),
                                vcvtq_f32_u32(count_bits(m.query_matched.part[k])),
                                vcvtq_f32_u32(transpositions), vcvtq_f32_u32(prefixes.part[k]));
  }
  store_bytes(out + at, &result);
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
    if (group_wanted(skip, at)) jaro_winkler_group(&table, prefix, query->length, texts, at, out);
  }
}

/* ---- optimal string alignment -------------------------------------------------------------- */

/* The state of kernel_scalar.c: osa_one(), for four lanes. */
typedef struct osa_column {
  uint32x4_t vp, vn, d0, matches_before;
} osa_column;

/* One letter further; lanes that are not `live` have ended, and stand still. */
static inline void osa_step(osa_column *c, uint32x4_t matches, uint32x4_t live) {
  uint32x4_t swapped = vandq_u32(vshlq_n_u32(vbicq_u32(matches, c->d0), 1), c->matches_before);
  uint32x4_t carried = veorq_u32(vaddq_u32(vandq_u32(matches, c->vp), c->vp), c->vp);
  c->d0 = vorrq_u32(vorrq_u32(carried, matches), vorrq_u32(c->vn, swapped));
  uint32x4_t hp = vorrq_u32(c->vn, vmvnq_u32(vorrq_u32(c->d0, c->vp)));
  uint32x4_t hn = vshlq_n_u32(vandq_u32(c->d0, c->vp), 1);
  hp = vorrq_u32(vshlq_n_u32(hp, 1), vdupq_n_u32(1));
  c->vp = vbslq_u32(live, vorrq_u32(hn, vmvnq_u32(vorrq_u32(c->d0, hp))), c->vp);
  c->vn = vbslq_u32(live, vandq_u32(hp, c->d0), c->vn);
  c->matches_before = matches;
}

static inline void osa_group(const lookup *table, unsigned query_length, const kernel_texts *texts, size_t at,
                             uint8_t *out) {
  uint8x16_t lengths = vld1q_u8(texts->lengths + at);
  unsigned letters = vmaxvq_u8(lengths);
  lanes text_lengths = widen(lengths), distance;
  uint32x4_t zero = vdupq_n_u32(0), rows = vdupq_n_u32(bits_below(query_length));
  osa_column column[PARTS];
  for (unsigned k = 0; k < PARTS; k++) column[k] = (osa_column){vdupq_n_u32(UINT32_MAX), zero, zero, zero};
  for (unsigned j = 0; j < letters; j++) {
    lanes matches = letter_positions(table, texts, at, j);
    for (unsigned k = 0; k < PARTS; k++) {
      osa_step(&column[k], matches.part[k], vcgtq_u32(text_lengths.part[k], vdupq_n_u32(j)));
    }
  }
  for (unsigned k = 0; k < PARTS; k++) {
    uint32x4_t up = count_bits(vandq_u32(column[k].vp, rows)),
               down = count_bits(vandq_u32(column[k].vn, rows));
    distance.part[k] = vsubq_u32(vaddq_u32(text_lengths.part[k], up), down);
  }
  store_bytes(out + at, &distance);
}

static void osa(const kernel_query *query, const kernel_texts *texts, size_t from, size_t to,
                const uint8_t *skip, uint8_t *out) {
  if (query->length == 0 || from >= to) {
    osa_empty(texts, from, to, out);
    return;
  }
  lookup table = lookup_build(query);
  for (size_t at = from / LANES * LANES; at < to; at += LANES) {
    if (group_wanted(skip, at)) osa_group(&table, query->length, texts, at, out);
  }
}

/* ---- weights ------------------------------------------------------------------------------- */

static void add_weights(const uint8_t *levels, const int32_t *table, size_t count, int32_t *out) {
  uint8x16x4_t planes = vld4q_u8((const uint8_t *)table);
  for (size_t i = 0; i < count; i += LANES) {
    uint8x16_t level = vld1q_u8(levels + i);
    lanes weights = interleave(vqtbl1q_u8(planes.val[0], level), vqtbl1q_u8(planes.val[1], level),
                               vqtbl1q_u8(planes.val[2], level), vqtbl1q_u8(planes.val[3], level));
    for (unsigned k = 0; k < PARTS; k++) {
      int32_t *sums = out + i + 4 * k;
      vst1q_s32(sums, vaddq_s32(vld1q_s32(sums), vreinterpretq_s32_u32(weights.part[k])));
    }
  }
}

/* ---- tests ---------------------------------------------------------------------------------- */

/* All ones in the bytes that hold, less all but the bit of their place in a group of eight. */
static inline uint8x16_t holding(const uint8_t *values, uint8x16_t low, uint8x16_t span, uint8x16_t negated) {
  static const uint8_t places[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t value = vld1q_u8(values), inside = vcleq_u8(vsubq_u8(value, low), span);
  uint8x16_t missing = vceqq_u8(value, vdupq_n_u8(KERNEL_NO_VALUE));
  return vandq_u8(vbicq_u8(veorq_u8(inside, negated), missing), vld1q_u8(places));
}

static void test_values(const uint8_t *values, byte_test test, size_t words, uint64_t *mask) {
  uint8x16_t low = vdupq_n_u8(test.low), span = vdupq_n_u8((uint8_t)(test.high - test.low)), negated = vdupq_n_u8(test.negated ? 255 : 0);
  for (size_t w = 0; w < words; w++, values += 64) {
    if (!mask[w]) continue;
    uint8x16_t first = vpaddq_u8(holding(values, low, span, negated), holding(values + 16, low, span, negated));
    uint8x16_t last = vpaddq_u8(holding(values + 32, low, span, negated), holding(values + 48, low, span, negated));
    uint8x16_t bits = vpaddq_u8(first, last);
    mask[w] &= vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(bits, bits)), 0);
  }
}

const kernels kernels_neon = {jaro_winkler, osa, add_weights, test_values};
