/* UTF-8 validation by a shift automaton: a row of the table holds, for one byte value, the next
 * state of every state, six bits each, and the state is itself the shift that selects it. A step is
 * one load (independent of the state) and one shift, about 2 GB/s on Vietnamese text; branches on
 * sequence lengths would mispredict on it. The idea is Per Vognsen's ("Shift-based DFAs", 2020).
 *
 *   OK    between characters            A1, A2, A3   that many bytes 80..BF to come
 *   E0    after E0: A0..BF, then A1     ED           after ED: 80..9F, then A1
 *   F0    after F0: 90..BF, then A2     F4           after F4: 80..8F, then A2
 */
#include "input/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { BAD = 0, OK = 6, A1 = 12, A2 = 18, A3 = 24, E0 = 30, ED = 36, F0 = 42, F4 = 48, STATE_MASK = 63 };

/* From state `from` to state `to`. What is not said goes to BAD, which is 0. */
#define STEP(from, to) ((uint64_t)(to) << (from))

static const uint64_t steps[256] = {
    [0x01 ... 0x7f] = STEP(OK, OK),
    [0x80 ... 0x8f] = STEP(A1, OK) | STEP(A2, A1) | STEP(A3, A2) | STEP(ED, A1) | STEP(F4, A2),
    [0x90 ... 0x9f] = STEP(A1, OK) | STEP(A2, A1) | STEP(A3, A2) | STEP(ED, A1) | STEP(F0, A2),
    [0xa0 ... 0xbf] = STEP(A1, OK) | STEP(A2, A1) | STEP(A3, A2) | STEP(E0, A1) | STEP(F0, A2),
    [0xc2 ... 0xdf] = STEP(OK, A1),
    [0xe0] = STEP(OK, E0),
    [0xe1 ... 0xec] = STEP(OK, A2),
    [0xed] = STEP(OK, ED),
    [0xee ... 0xef] = STEP(OK, A2),
    [0xf0] = STEP(OK, F0),
    [0xf1 ... 0xf3] = STEP(OK, A3),
    [0xf4] = STEP(OK, F4),
};

/* Bytes looked at together. Vietnamese text has a letter beyond ASCII in nearly every 32 bytes, codes
 * and dates in none: the branch predicts well on both, which it does not on 8 bytes. */
enum { STRIDE = 32 };

/* Only bytes 01..7F? A byte of 80 or more has its top bit set; of the others only 0 borrows. */
static inline bool is_plain(const char *text) {
  const uint64_t tops = 0x8080808080808080u, ones = 0x0101010101010101u;
  uint64_t marks = 0;
  for (size_t i = 0; i < STRIDE; i += 8) {
    uint64_t word;
    memcpy(&word, text + i, sizeof word);
    marks |= word | (word - ones);
  }
  return (marks & tops) == 0;
}

size_t utf8_find_bad(const char *text, size_t from, size_t bytes) {
  uint64_t state = OK;
  size_t i = from;
  while (bytes - i >= STRIDE) {
    if ((state & STATE_MASK) == OK && is_plain(text + i)) {
      i += STRIDE;
      continue;
    }
    uint64_t before = state;
    for (size_t j = 0; j < STRIDE; j++) state = steps[(unsigned char)text[i + j]] >> (state & STATE_MASK);
    if ((state & STATE_MASK) == BAD) {
      state = before;
      break;
    }
    i += STRIDE;
  }
  for (; i < bytes; i++) {
    state = steps[(unsigned char)text[i]] >> (state & STATE_MASK);
    if ((state & STATE_MASK) == BAD) return i;
  }
  return (state & STATE_MASK) == OK || from >= bytes ? bytes : bytes - 1;
}
