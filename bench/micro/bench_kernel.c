/* Nanoseconds a pair of the string kernels, by instruction set and block size.
 *
 *     bench_kernel [SECONDS_PER_FIGURE]
 *     bench_kernel pairs    left,right,jaro_winkler,osa of some blocks, for bench/peers/kernel_rapidfuzz.py
 *
 * Every row of a block is the query once, against all rows of it: the table of letter positions is
 * built once a row, as in a run, so small blocks show what a query costs. Names are composed like
 * Vietnamese ones (mean about 16 letters), a fifth of them with one edit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "compare/kernel.h"

enum { ROWS = 8192, BLOCK_MAX = 256, PEER_BLOCKS = 32, PEER_ROWS = 64 };

static const char *const surnames[] = {"NGUYEN", "NGUYEN", "NGUYEN", "TRAN", "LE",   "PHAM", "HOANG",
                                       "HUYNH",  "PHAN",   "VU",     "VO",   "DANG", "BUI",  "DO"};
static const char *const middles[] = {"THI",  "VAN",  "HUU",  "DUC",  "THANH",
                                      "MINH", "QUOC", "XUAN", "NGOC", "THUY"};
static const char *const givens[] = {"ANH",  "HUONG", "NHUNG", "TUAN",  "HUNG",  "DUNG",
                                     "LINH", "TRANG", "HOA",   "LAN",   "MAI",   "NAM",
                                     "THAO", "YEN",   "KHANH", "NGHIA", "TUYET", "PHUC"};

#define PICK(list, state) ((list)[random_next(state) % (sizeof(list) / sizeof *(list))])

typedef struct block {
  _Alignas(64) uint8_t letters[TEXT_LETTERS_MAX][BLOCK_MAX];
  _Alignas(64) uint8_t lengths[BLOCK_MAX];
  uint8_t rows[BLOCK_MAX][TEXT_LETTERS_MAX];
} block;

static uint8_t name_make(uint64_t *state, uint8_t letters[TEXT_LETTERS_MAX]) {
  char text[64];
  const char *extra = random_next(state) % 3 == 0 ? PICK(middles, state) : "";
  int length = snprintf(text, sizeof text, "%s %s %s%s%s", PICK(surnames, state), PICK(middles, state), extra,
                        *extra ? " " : "", PICK(givens, state));
  memset(letters, 0, TEXT_LETTERS_MAX);
  for (int i = 0; i < length && i < TEXT_LETTERS_MAX; i++) {
    letters[i] = (uint8_t)(text[i] == ' ' ? LETTER_SPACE : text[i] - 'A' + LETTER_A);
  }
  if (random_next(state) % 5 == 0) letters[random_next(state) % (unsigned)length] = LETTER_A;
  return (uint8_t)length;
}

static void block_fill(block *b, size_t count, uint64_t *state) {
  memset(b, 0, sizeof *b);
  for (size_t i = 0; i < count; i++) {
    b->lengths[i] = name_make(state, b->rows[i]);
    for (unsigned j = 0; j < TEXT_LETTERS_MAX; j++) b->letters[j][i] = b->rows[i][j];
  }
}

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* All blocks once; returns a sum that keeps the work from being optimised away. */
static unsigned blocks_compare(kernel_strings *compare, const block *blocks, size_t block_count,
                               size_t size) {
  static _Alignas(64) uint8_t out[BLOCK_MAX];
  unsigned sum = 0;
  for (size_t k = 0; k < block_count; k++) {
    const block *b = &blocks[k];
    kernel_texts texts = {b->letters[0], b->lengths, BLOCK_MAX};
    for (size_t i = 0; i < size; i++) {
      kernel_query query = {b->rows[i], b->lengths[i]};
      compare(&query, &texts, 0, size, NULL, out);
      sum += out[0];
    }
  }
  return sum;
}

static double nanoseconds_a_pair(kernel_strings *compare, const block *blocks, size_t size, double seconds) {
  size_t block_count = ROWS / BLOCK_MAX;
  double best = 1e9;
  volatile unsigned sink = 0;
  for (double end = seconds_now() + seconds; seconds_now() < end;) {
    double start = seconds_now();
    for (size_t repeat = 0; repeat < BLOCK_MAX / size; repeat++) {
      sink = blocks_compare(compare, blocks, block_count, size);
    }
    double spent = (seconds_now() - start) * 1e9 / (double)(block_count * size * BLOCK_MAX);
    if (spent < best) best = spent;
  }
  (void)sink;
  return best;
}

static void letters_print(const uint8_t *letters, size_t length) {
  for (size_t i = 0; i < length; i++) putchar(letters[i] == LETTER_SPACE ? ' ' : 'A' + letters[i] - LETTER_A);
  putchar(',');
}

/* Every row of the first PEER_ROWS of a block against each of them, left by left. */
static void pairs_print(const block *b, const kernels *table) {
  kernel_texts texts = {b->letters[0], b->lengths, BLOCK_MAX};
  for (size_t i = 0; i < PEER_ROWS; i++) {
    uint8_t similarity[BLOCK_MAX], distance[BLOCK_MAX];
    kernel_query query = {b->rows[i], b->lengths[i]};
    table->jaro_winkler(&query, &texts, 0, PEER_ROWS, NULL, similarity);
    table->osa(&query, &texts, 0, PEER_ROWS, NULL, distance);
    for (size_t j = 0; j < PEER_ROWS; j++) {
      letters_print(b->rows[i], b->lengths[i]);
      letters_print(b->rows[j], b->lengths[j]);
      printf("%d,%d\n", similarity[j], distance[j]);
    }
  }
}

static void figures_print(const block *blocks, double seconds) {
  printf("level,measure,block_rows,ns_per_pair\n");
  for (cpu_level level = CPU_SCALAR; level <= CPU_NEON; level++) {
    if (!cpu_level_supported(level)) continue;
    const kernels *table = kernels_for(level);
    for (size_t size = 4; size <= BLOCK_MAX; size *= 4) {
      printf("%s,jaro_winkler,%zu,%.2f\n", cpu_level_name(level), size,
             nanoseconds_a_pair(table->jaro_winkler, blocks, size, seconds));
      printf("%s,osa,%zu,%.2f\n", cpu_level_name(level), size,
             nanoseconds_a_pair(table->osa, blocks, size, seconds));
    }
  }
}

int main(int argc, char **argv) {
  bool pairs = argc > 1 && strcmp(argv[1], "pairs") == 0;
  block *blocks = aligned_alloc(64, sizeof *blocks * (ROWS / BLOCK_MAX));
  if (!blocks) return KHOP_ENVIRONMENT;
  uint64_t state = 42;
  for (size_t k = 0; k < ROWS / BLOCK_MAX; k++) block_fill(&blocks[k], BLOCK_MAX, &state);
  if (pairs) {
    printf("left,right,jaro_winkler,osa\n");
    for (size_t k = 0; k < PEER_BLOCKS; k++) pairs_print(&blocks[k], kernels_for(CPU_SCALAR));
  } else {
    figures_print(blocks, argc > 1 ? strtod(argv[1], NULL) : 0.2);
  }
  free(blocks);
  return 0;
}
