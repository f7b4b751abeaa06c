/* The scalar kernels of scan.h, eight bytes at a time, and the cursor. */
#include "input/odd_latin.h"
#include "input/scan.h"

#include "base/hash.h"
#include "input/scan_masks.h"
#include "input/utf8.h"
#include "input/word.h"

extern const scan_kernels scan_kernels_avx2, scan_kernels_avx512;

static const uint64_t ones = 0x0101010101010101u;
static const uint64_t low_seven = 0x7f7f7f7f7f7f7f7fu;

/* 0x80 in exactly the bytes of `word` that equal the byte repeated in `pattern`. No carry leaves
 * a byte, so unlike the shorter trick this has no false hits behind a true one. */
static inline uint64_t equal_bytes(uint64_t word, uint64_t pattern) {
  uint64_t x = word ^ pattern;
  return ~(((x & low_seven) + low_seven) | x | low_seven);
}

/* The eight marks side by side, the first byte's lowest: byte i's, in bit 8i after the shift, meets the
 * multiplier's bit 56 - 7i in bit 56 + i, and no two products meet elsewhere. */
static inline uint64_t gather_marks(uint64_t marks) { return (marks >> 7) * 0x0102040810204080u >> 56; }

static inline quote_masks masks_of(const char *text, char delimiter) {
  quote_masks masks = {0};
  for (unsigned i = 0; i < 64; i += 8) {
    uint64_t word = load_word(text + i);
    masks.delimiters |= gather_marks(equal_bytes(word, ones * (unsigned char)delimiter)) << i;
    masks.quotes |= gather_marks(equal_bytes(word, ones * '"')) << i;
    masks.line_feeds |= gather_marks(equal_bytes(word, ones * '\n')) << i;
  }
  return masks;
}

SCAN_KERNELS_OVER(masks_of)

uint64_t quote_odd_but_returns(const char *text, uint64_t odd) {
  for (uint64_t left = odd; left; left &= left - 1) {
    int i = __builtin_ctzll(left);
    if (text[i] == '\r' && text[i + 1] == '\n') odd &= ~((uint64_t)1 << i);
  }
  return odd;
}

static size_t count_scalar(const char *text, size_t bytes, char wanted) {
  uint64_t pattern = ones * (unsigned char)wanted;
  size_t count = 0;
  for (size_t i = 0; i < bytes; i += 8) {
    uint64_t marks = equal_bytes(load_word(text + i), pattern);
    if (bytes - i < 8) marks &= ~(uint64_t)0 >> (64 - 8 * (bytes - i));
    count += (size_t)__builtin_popcountll(marks);
  }
  return count;
}

static uint64_t hash_scalar(const void *bytes, size_t length) { return hash_bytes(bytes, length); }

static const scan_kernels kernels_scalar = {.find = find,
                                            .field_ends = field_ends,
                                            .count = count_scalar,
                                            .find_bad = utf8_find_bad,
                                            .find_odd_latin = odd_latin_find,
                                            .hash = hash_scalar};

const scan_kernels *scan_kernels_for(cpu_level level) {
#if defined(__x86_64__)
  if (level == CPU_AVX2) return &scan_kernels_avx2;
  if (level == CPU_AVX512) return &scan_kernels_avx512;
#endif
  (void)level;
  return &kernels_scalar;
}

void scan_cursor_start(scan_cursor *cursor, const scan_kernels *kernels, const char *text,
                       size_t bytes, char delimiter) {
  cursor->kernels = kernels;
  cursor->text = text;
  cursor->bytes = bytes;
  cursor->block = cursor->next_block = 0;
  cursor->index = cursor->count = 0;
  cursor->delimiter = delimiter;
}

void scan_cursor_skip_to(scan_cursor *cursor, size_t place) {
  if (place >= cursor->next_block) {
    cursor->block = cursor->next_block = place;
    cursor->index = cursor->count = 0;
  }
  while (cursor->index < cursor->count && cursor->block + cursor->positions[cursor->index] < place) cursor->index++;
}

bool scan_cursor_refill(scan_cursor *cursor) {
  cursor->index = cursor->count = 0;
  while (cursor->count == 0) {
    if (cursor->next_block >= cursor->bytes) return false;
    size_t left = cursor->bytes - cursor->next_block;
    size_t taken = left < SCAN_BLOCK_BYTES ? left : SCAN_BLOCK_BYTES;
    cursor->block = cursor->next_block;
    cursor->next_block += taken;
    cursor->count = cursor->kernels->find(cursor->text + cursor->block, taken, cursor->delimiter,
                                          cursor->positions);
  }
  return true;
}
