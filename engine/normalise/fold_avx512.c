/* The fold of 32 bytes at a time, with the byte permutations of AVX-512 VBMI and VBMI2 (Intel from Ice Lake
 * on, AMD from Zen 4 on): a name is one block, and no branch depends on its letters.
 *
 * All look-ups are made at every byte, each taken for the last byte of its letter; what they give at first
 * and middle bytes means nothing and is left out when the codes are moved together:
 *
 *     bytes     N   g   u   y   E1  BB  85  n
 *     codes     n   g   U0  Y0  .   .   Ê4  n
 *     kept      1   1   1   1   0   0   1   1
 *
 * A block that holds anything but ASCII and the letters of the tables is left to the fold by letters, as is a
 * word longer than a block. What holds for a byte of the block is a bit of a uint64_t: 32 bits are spare, so
 * that shifting up loses nothing. */
#include <immintrin.h>

#include "normalise/fold_vector.h"

/* The level stands for less than these two. */
#define WITH_VBMI __attribute__((target("avx512vbmi,avx512vbmi2")))

enum { BLOCK_BYTES = 32 };

#define CONSTANT(name) _mm256_load_si256((const __m256i *)fold_constant.name)
#define MASK_EQUAL(bytes, name) mask_of(_mm256_cmpeq_epi8(bytes, CONSTANT(name)))
static inline uint64_t mask_of(__m256i bytes) { return (uint32_t)_mm256_movemask_epi8(bytes); }
static inline uint64_t wide(__mmask32 mask) { return _cvtmask32_u32(mask); }
static inline __m256i is_beyond_ascii(__m256i bytes) {
  return _mm256_cmpgt_epi8(_mm256_setzero_si256(), bytes);
}
/* Each bit from `a` where `choice` has it set, else from `b`. */
static inline __m256i choose(__m256i choice, __m256i a, __m256i b) {
  return _mm256_ternarylogic_epi32(choice, a, b, 0xCA);
}
static inline __m256i load_table(const uint8_t *table) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
}
/* Sixteen bytes looked up by the low four bits, 0 where bit 7 is set. */
static inline __m256i look_up(const uint8_t *table, __m256i index) {
  return _mm256_shuffle_epi8(load_table(table), index);
}
/* 64 bytes looked up by the low six bits. */
WITH_VBMI static inline __m256i look_up_64(const uint8_t *table, __m256i index) {
  __m256i low = _mm256_loadu_si256((const __m256i *)table),
          high = _mm256_loadu_si256((const __m256i *)(table + 32));
  return _mm256_permutex2var_epi8(low, index, high);
}
/* 128 bytes looked up by the low seven bits. */
WITH_VBMI static inline __m256i look_up_128(const uint8_t *table, __m256i index) {
  __m512i low = _mm512_loadu_si512(table), high = _mm512_loadu_si512(table + 64);
  return _mm512_castsi512_si256(_mm512_permutex2var_epi8(low, _mm512_castsi256_si512(index), high));
}

/* Bytes that end letters of the tables; `row` is the bit of each byte's row. False when other bytes are
 * about. */
WITH_VBMI static inline bool letter_ends(__m256i bytes, __m256i row, uint64_t beyond_ascii,
                                         uint64_t *out_ends) {
  uint64_t leads_two = wide(_mm256_cmple_epu8_mask(_mm256_sub_epi8(bytes, CONSTANT(lead_two)), CONSTANT(lead_two_span)));
  uint64_t leads_three = MASK_EQUAL(bytes, lead_three), middle = leads_three << 1;
  __mmask32 follows = _mm256_cmplt_epi8_mask(bytes, CONSTANT(leads_from));
  uint64_t letter = wide(_mm256_mask_test_epi8_mask(follows, look_up_64(fold_letter_rows, bytes), row));
  uint64_t ends = leads_two << 1 | leads_three << 2;
  *out_ends = ends;
  return ((ends & ~letter) | (leads_two & middle) |
          (beyond_ascii ^ (leads_two | leads_three | middle | ends))) == 0;
}

/* The codes of all letters of a block, moved together, 0 behind them; and how many. False when the tables
 * have not all. */
WITH_VBMI static inline bool block_codes(const uint8_t *at, size_t count_bytes, const fold_rules *rules,
                                         __m256i *out_codes, size_t *out_count) {
  uint64_t present = _bzhi_u64(~0ull, (unsigned)count_bytes);
  __m256i bytes = _mm256_maskz_loadu_epi8((__mmask32)present, at);
  __m256i before = _mm256_alignr_epi8(bytes, _mm256_permute2x128_si256(bytes, bytes, 0x08), 15);
  /* 0x70 to 0x7F where the byte before is B8 to C7, from 0x80 on elsewhere */
  __m256i lead = _mm256_adds_epu8(_mm256_sub_epi8(before, CONSTANT(lead_from)), CONSTANT(lead_base));
  uint64_t ends, beyond_ascii = mask_of(bytes);
  if (!letter_ends(bytes, look_up(fold_lead_row, lead), beyond_ascii, &ends)) return false;
  __m256i is_c3 = _mm256_cmpeq_epi8(before, CONSTANT(lead_two));
  __m256i index = _mm256_and_si256(choose(is_c3, bytes, _mm256_srli_epi16(bytes, 1)), CONSTANT(letter_bits));
  __m256i letters = look_up_128(fold_letter_codes, _mm256_add_epi8(index, look_up(fold_lead_offset, lead)));
  __m256i ascii = look_up_128(rules->codes, bytes);
  __m256i codes = choose(is_beyond_ascii(bytes), letters, ascii);
  uint64_t kept = (present & ~beyond_ascii) | ends;
  *out_codes = _mm256_maskz_compress_epi8((__mmask32)kept, codes);
  *out_count = (size_t)__builtin_popcountll(kept);
  return true;
}

/* The index of look_up for the tables of vowels: 0 comes out for ASCII. */
static inline __m256i vowel_index(__m256i codes) {
  return _mm256_ternarylogic_epi32(CONSTANT(high_bit), codes, _mm256_srli_epi16(codes, 3), 0x3A);
}

/* Tones that tone.c might have to move. Left out are
 *     the tone of a vowel alone, of a marked one that is the last in its group or has one unmarked vowel
 * behind it, of two vowels that are not marked the last before a consonant, and at the end of a word the
 * right one, but for the first behind q and g. */
WITH_VBMI static inline uint64_t tones_to_place(__m256i codes, __m256i index, uint64_t letter) {
  __m256i class = look_up(fold_vowel_class, index);
  __m256i next = _mm256_alignr_epi8(_mm256_permute2x128_si256(index, index, 0x81), index, 1);
  uint64_t like_oa = wide(_mm256_test_epi8_mask(class, look_up(fold_vowel_second, next)));
  uint64_t vowel = mask_of(class), marked = mask_of(_mm256_slli_epi16(class, 1));
  uint64_t toned = wide(_mm256_test_epi8_mask(codes, CONSTANT(tone_bits))) & vowel;
  __m256i glides =
      _mm256_or_si256(_mm256_cmpeq_epi8(codes, CONSTANT(letter_q)), _mm256_cmpeq_epi8(codes, CONSTANT(letter_g)));

  uint64_t before = vowel << 1, after = vowel >> 1;
  uint64_t marked_two = marked | marked << 1; /* this one or the one before */
  uint64_t wrong_last = before << 1 | marked_two | ~(letter >> 1 | like_oa << 1);
  uint64_t wrong_first = letter >> 2 | marked_two >> 1 | like_oa | mask_of(glides) << 1;
  uint64_t wrong_marked = after & (marked >> 1 | vowel >> 2);
  uint64_t wrong = (before & (after | wrong_last)) | (after & wrong_first);
  return toned & wrong & (wrong_marked | ~marked);
}

/* Takes dropped characters out, and blanks behind a blank. What was blank before the first letter is told. */
WITH_VBMI static inline __m256i squeeze(__m256i codes, size_t *count, uint64_t dropped, uint64_t blank_behind, bool *out_blank_first) {
  codes = _mm256_maskz_compress_epi8((__mmask32)~dropped, codes);
  uint64_t blanks = MASK_EQUAL(codes, blank), doubled = blanks & (blanks << 1 | blank_behind);
  *count -= (size_t)__builtin_popcountll(dropped) + (size_t)__builtin_popcountll(doubled);
  *out_blank_first = blanks & 1;
  return _mm256_maskz_compress_epi8((__mmask32)~doubled, codes);
}

/* Writes codes and plain letters behind `count` others, notes tones. */
WITH_VBMI static inline void append(__m256i codes, size_t count, fold_run *run) {
  __m256i index = vowel_index(codes);
  __mmask32 is_small = _mm256_cmple_epu8_mask(_mm256_sub_epi8(codes, CONSTANT(letter_a)), CONSTANT(letter_span));
  __mmask32 beyond_ascii = _mm256_movepi8_mask(codes);
  __m256i plain = _mm256_mask_sub_epi8(codes, is_small, codes, CONSTANT(case_bit));
  plain = _mm256_mask_shuffle_epi8(plain, beyond_ascii, load_table(fold_vowel_plain), index);
  _mm256_storeu_si256((__m256i *)(run->codes + count), codes);
  _mm256_storeu_si256((__m256i *)(run->plain + count), plain);
  uint64_t tones = tones_to_place(codes, index, wide(is_small | beyond_ascii));
  for (; tones; tones &= tones - 1) {
    run->tones[run->tone_count++] = (uint16_t)(count + (size_t)__builtin_ctzll(tones));
  }
}

/* How many bytes make the next block: the rest, or words with the blank behind; 0 when there is none. */
static inline size_t block_bytes(const uint8_t *at, size_t left, const fold_rules *rules) {
  if (left <= BLOCK_BYTES) return left;
  uint64_t blanks = MASK_EQUAL(_mm256_loadu_si256((const __m256i *)at), blank);
  bool parts = blanks != 0 && rules->codes[' '] == FOLD_BLANK;
  return parts ? 64 - (size_t)__builtin_clzll(blanks) : 0;
}

WITH_VBMI const uint8_t *fold_words_avx512(const uint8_t *at, const uint8_t *end, const fold_rules *rules,
                                           fold_run *run) {
  uint64_t blank_behind = 1; /* or nothing */
  size_t count = 0, added;
  run->tone_count = 0;
  while (at < end) {
    size_t bytes = block_bytes(at, (size_t)(end - at), rules);
    __m256i codes;
    if (bytes == 0 || !block_codes(at, bytes, rules, &codes, &added)) break;
    at += bytes;
    uint64_t blanks = MASK_EQUAL(codes, blank), zeros = mask_of(_mm256_cmpeq_epi8(codes, _mm256_setzero_si256()));
    zeros &= _bzhi_u64(~0ull, (unsigned)added);
    if ((blanks & (blanks << 1 | blank_behind)) | zeros) {
      bool blank_first;
      codes = squeeze(codes, &added, zeros, blank_behind, &blank_first);
      run->blank_before |= count == 0 && blank_first;
      if (added == 0) continue;
      blanks = MASK_EQUAL(codes, blank);
    }
    blank_behind = blanks >> (added - 1);
    append(codes, count, run);
    count += added;
  }
  run->count = count;
  return at;
}
