/* The kernels with AVX2: 64 bytes at a time for cuts, a value or both ends of a piece for the rest. See
 * column_kernels.h. */
#include <immintrin.h>

#include "index/column_kernels.h"

enum { STEP = 64, AT_ONCE = 4 /* pieces that are listed without asking whether there are so many */ };
_Static_assert((int)STORE_TEXT_SLACK_BYTES >= (int)STEP, "whole steps are read");
_Static_assert((int)PIECE_SLACK >= (int)AT_ONCE, "pieces are listed together");

/* ---- pieces --------------------------------------------------------------------------------- */

static inline uint64_t cut_places(const char *text, __m256i cut) {
  __m256i low = _mm256_loadu_si256((const __m256i *)text), high = _mm256_loadu_si256((const __m256i *)(text + 32));
  uint32_t low_places = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, cut));
  uint32_t high_places = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, cut));
  return (uint64_t)high_places << 32 | low_places;
}

/* Lists the pieces that end behind the places of text; returns where the last of them ends. Their number is
 * hard to foresee: the first few are listed whether they are there or not. */
static inline const char *list_pieces(piece_block *b, const char *text, uint64_t places, const char *start) {
  const size_t found = (size_t)_mm_popcnt_u64(places);
  const char *last = found ? text + STEP - _lzcnt_u64(places) : start;
  column_cell *out = b->pieces + b->count;
  b->count += found;
  for (size_t i = 0; i < AT_ONCE || places; i++, places = _blsr_u64(places)) {
    const char *end = text + _tzcnt_u64(places) + 1;
    out[i].text = start;
    out[i].length = (uint32_t)(end - start);
    start = end;
  }
  return last;
}

static size_t cut_avx2(piece_block *b, const column_cell *cells, size_t row, size_t rows, uint8_t cut) {
  const __m256i cuts = _mm256_set1_epi8((char)cut);
  for (; row < rows && b->count + COLUMN_CUT_BYTES_MAX < PIECE_BLOCK; row++) {
    column_prefetch(cells, row, rows);
    b->starts[row] = (uint16_t)(b->before + b->count);
    const char *text = cells[row].text, *start = text, *end = text + cells[row].length;
    if (cells[row].length > COLUMN_CUT_BYTES_MAX) {
      block_add_whole(b, cells[row], cut);
      continue;
    }
    for (; end - text > STEP; text += STEP) start = list_pieces(b, text, cut_places(text, cuts), start);
    start = list_pieces(b, text, _bzhi_u64(cut_places(text, cuts), (uint32_t)(end - text)), start);
    b->pieces[b->count++] = (column_cell){.text = start, .length = (uint32_t)(end - start)};
  }
  return row;
}

static const int8_t kept_bytes[32] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};

static inline __m128i load_16(const void *bytes) { return _mm_loadu_si128(bytes); }
static inline __m256i load_32(const void *bytes) { return _mm256_loadu_si256(bytes); }

static inline __m256i head_of(const char *text, size_t length) {
  size_t behind = length > 16 ? length - 16 : 0;
  __m256i ends = _mm256_inserti128_si256(_mm256_castsi128_si256(load_16(text)), load_16(text + behind), 1);
  return _mm256_and_si256(ends, _mm256_broadcastsi128_si256(load_16(kept_bytes + 16 - (length - behind))));
}

static inline size_t slot_of(__m256i head, uint32_t length) {
  __m128i last = _mm_mullo_epi16(_mm256_extracti128_si256(head, 1), _mm_set1_epi64x(0x68b5a94dc3f117e3));
  __m128i both = _mm_add_epi64(_mm256_castsi256_si128(head), last);
  uint64_t hash = _mm_crc32_u64(length, (uint64_t)_mm_cvtsi128_si64(both));
  return _mm_crc32_u64(hash, (uint64_t)_mm_extract_epi64(both, 1)) & (COLUMN_SLOTS - 1);
}

/* Whether a piece is new is hard to foresee: it is written in either case, and counts or not. */
static void number_avx2(column_packer *p, uint16_t *tokens) {
  column_dictionary *d = &p->dictionary;
  const column_cell *piece = p->block.pieces;
  size_t next = d->count + 1;
  for (const uint16_t *end = tokens + p->block.count; tokens < end; tokens++, piece++) {
    const __m256i head = head_of(piece->text, piece->length);
    size_t slot = slot_of(head, piece->length), known = d->slots[slot];
    __m256i differ = _mm256_xor_si256(head, load_32(&d->heads[known]));
    int is_same = _mm256_testz_si256(differ, differ) & (d->pieces[known].length == piece->length);
    if ((known != 0) & ((is_same ^ 1) | (piece->length > PIECE_HEAD_BYTES))) {
      piece_head found;
      _mm256_storeu_si256((__m256i *)&found, head);
      slot = dictionary_find(d, slot, &found, *piece);
      known = d->slots[slot];
    }
    const size_t is_new = known == 0, when_new = 0 - is_new;
    _mm256_storeu_si256((__m256i *)&d->heads[next], head);
    d->pieces[next].text = piece->text;
    d->pieces[next].length = piece->length;
    d->slots[COLUMN_SLOTS ^ ((COLUMN_SLOTS ^ slot) & when_new)] = (uint16_t)next;
    *tokens = (uint16_t)((known | (next & when_new)) - 1);
    next += is_new;
  }
  d->count = next - 1;
}

/* ---- digits --------------------------------------------------------------------------------- */

/* Sixteen decimal digits, the highest first: pairs, fours, eights. */
static inline uint64_t decimal_number(__m128i digits) {
  __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(0x010a));
  __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00010064));
  __m128i eights = _mm_madd_epi16(_mm_packus_epi32(fours, fours), _mm_set1_epi32(0x00012710));
  uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
  return (both & UINT32_MAX) * 100000000 + (both >> 32);
}

/* Its last digit moved to the end, 0 in all other places. */
static inline __m128i digits_at_end(__m128i digits, __m128i is_digit) {
  static const uint8_t places[32] = {128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
                                     0,   1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11,  12,  13,  14,  15};
  size_t end = 32 - _lzcnt_u32((uint32_t)_mm_movemask_epi8(is_digit));
  return _mm_shuffle_epi8(_mm_and_si128(digits, is_digit), load_16(places + end));
}

static inline uint8_t *guess_of(shape_table *t, __m128i shape, uint64_t length) {
  uint64_t hash = _mm_crc32_u64(length, (uint64_t)_mm_cvtsi128_si64(shape));
  return &t->guesses[_mm_crc32_u64(hash, (uint64_t)_mm_extract_epi64(shape, 1)) % SHAPE_GUESSES];
}

static bool digits_avx2(column_packer *p, const column_cell *cells, size_t rows) {
  const __m128i zeros = _mm_set1_epi8('0');
  shape_table *t = &p->shape_table;
  for (size_t row = 0; row < rows; row++) {
    column_prefetch(cells, row, rows);
    const size_t length = cells[row].length;
    if (length > COLUMN_DIGITS_BYTES_MAX) return false;
    __m128i text = _mm_and_si128(load_16(cells[row].text), load_16(kept_bytes + 16 - length));
    __m128i digits = _mm_sub_epi8(text, zeros);
    __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    __m128i shape = _mm_blendv_epi8(text, zeros, is_digit);
    uint8_t *guess = guess_of(t, shape, length);
    __m128i differ = _mm_xor_si128(shape, load_16(&t->texts[*guess]));
    if (!(_mm_testz_si128(differ, differ) & (t->lengths[*guess] == length))) {
      digit_shape found;
      _mm_storeu_si128((__m128i *)&found, shape);
      size_t number = shape_find(t, &found, length);
      if (number == COLUMN_SHAPES_MAX) return false;
      *guess = (uint8_t)number;
    }
    p->shapes[row] = *guess;
    p->numbers[row] = decimal_number(digits_at_end(digits, is_digit));
  }
  return true;
}

const column_kernels column_kernels_avx2 = {cut_avx2, number_avx2, digits_avx2};
