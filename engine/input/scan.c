/* The scalar kernels of scan.h, eight bytes at a time, and the cursor. */
#include "input/scan.h"

#include <string.h>

#include "input/utf8.h"
#include "input/word.h"

extern const scan_kernels scan_kernels_avx2;

static const uint64_t ones = 0x0101010101010101u;
static const uint64_t low_seven = 0x7f7f7f7f7f7f7f7fu;

/* 0x80 in exactly the bytes of `word` that equal the byte repeated in `pattern`. No carry leaves
 * a byte, so unlike the shorter trick this has no false hits behind a true one. */
static inline uint64_t equal_bytes(uint64_t word, uint64_t pattern) {
  uint64_t x = word ^ pattern;
  return ~(((x & low_seven) + low_seven) | x | low_seven);
}

/* Keeps the marks of the first `bytes` (1..8) bytes. */
static inline uint64_t first_bytes(uint64_t marks, size_t bytes) {
  return marks & (~(uint64_t)0 >> (64 - 8 * bytes));
}

static size_t find_scalar(const char *text, size_t bytes, const char wanted[3], uint32_t *positions) {
  uint64_t a = ones * (unsigned char)wanted[0];
  uint64_t b = ones * (unsigned char)wanted[1];
  uint64_t c = ones * (unsigned char)wanted[2];
  size_t count = 0;
  for (size_t i = 0; i < bytes; i += 8) {
    uint64_t word = load_word(text + i);
    uint64_t marks = equal_bytes(word, a) | equal_bytes(word, b) | equal_bytes(word, c);
    if (bytes - i < 8) marks = first_bytes(marks, bytes - i);
    while (marks) {
      positions[count++] = (uint32_t)(i + (size_t)(__builtin_ctzll(marks) >> 3));
      marks &= marks - 1;
    }
  }
  return count;
}

static size_t count_scalar(const char *text, size_t bytes, char wanted) {
  uint64_t pattern = ones * (unsigned char)wanted;
  size_t count = 0;
  for (size_t i = 0; i < bytes; i += 8) {
    uint64_t marks = equal_bytes(load_word(text + i), pattern);
    if (bytes - i < 8) marks = first_bytes(marks, bytes - i);
    count += (size_t)__builtin_popcountll(marks);
  }
  return count;
}

static const scan_kernels kernels_scalar = {
    .find = find_scalar, .count = count_scalar, .find_bad = utf8_find_bad};

#if defined(__x86_64__)
static const scan_kernels *const kernels_wide = &scan_kernels_avx2;
#else
static const scan_kernels *const kernels_wide = &kernels_scalar;
#endif

/* AVX-512 gains nothing here: the walk over the positions is what costs. */
const scan_kernels *scan_kernels_for(cpu_level level) {
  return level == CPU_AVX2 || level == CPU_AVX512 ? kernels_wide : &kernels_scalar;
}

void scan_cursor_start(scan_cursor *cursor, const scan_kernels *kernels, const char *text,
                       size_t bytes, char delimiter) {
  cursor->kernels = kernels;
  cursor->text = text;
  cursor->bytes = bytes;
  cursor->block = cursor->next_block = 0;
  cursor->index = cursor->count = 0;
  cursor->wanted[0] = delimiter;
  cursor->wanted[1] = '"';
  cursor->wanted[2] = '\n';
}

bool scan_cursor_refill(scan_cursor *cursor) {
  cursor->index = cursor->count = 0;
  while (cursor->count == 0) {
    if (cursor->next_block >= cursor->bytes) return false;
    size_t left = cursor->bytes - cursor->next_block;
    size_t taken = left < SCAN_BLOCK_BYTES ? left : SCAN_BLOCK_BYTES;
    cursor->block = cursor->next_block;
    cursor->next_block += taken;
    cursor->count = cursor->kernels->find(cursor->text + cursor->block, taken, cursor->wanted,
                                          cursor->positions);
  }
  return true;
}
