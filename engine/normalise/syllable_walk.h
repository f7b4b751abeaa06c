/* The loop over the syllables of a text, which each instruction set compiles for itself. See syllable.h. */
#ifndef KHOP_NORMALISE_SYLLABLE_WALK_H
#define KHOP_NORMALISE_SYLLABLE_WALK_H

#include <string.h>

#include "normalise/syllable.h"

enum { SYLLABLE_WORD_BYTES = 8, SYLLABLE_STEP = 4 };

#define SYLLABLE_HASH 0xbf58476d1ce4e5b9u

static inline uint64_t syllable_word(const char *text) {
  uint64_t word;
  memcpy(&word, text, sizeof word);
  return word;
}

static inline syllable *syllable_set(syllable_memory *memory, uint64_t key) {
  return memory->sets[key * SYLLABLE_HASH >> (64 - SYLLABLE_SET_BITS)];
}

/* How far a walk has come: what is left of the blanks, where the next syllable starts, codes so far. */
typedef struct syllables_place {
  uint64_t blanks;
  size_t start, count;
} syllables_place;

/* Goes on where a syllable is long or unknown, to the end. False when one cannot be kept. */
bool syllables_walk_on(syllable_memory *memory, const char *text, size_t length, syllables_place at, fold_run *run);

/* The letters are written; ends the run without the last blank. */
static inline bool syllables_end(fold_run *run, size_t count) {
  run->count = count ? count - 1 : 0;
  run->tone_count = 0;
  run->has_other = run->blank_before = false;
  return true;
}

/* `blanks` has a bit for each blank of the text, what stands for bytes behind it does not count. Four syllables a step,
 * whether there are so many or not, because how many a name has no branch predictor foresees: what is behind the end
 * are empty ones, whose key is 0, and they are found where nothing is kept. */
static inline bool syllables_walk(syllable_memory *memory, const char *text, size_t length, uint64_t blanks,
                                  fold_run *run) {
  static const uint64_t masks[SYLLABLE_WORD_BYTES + 1] = {
      0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF, ~0ull};
  uint8_t *codes = run->codes, *plain = run->plain;
  syllables_place at = {blanks | ~0ull << length, 0, 0};
  while (at.start < length) {
#pragma GCC unroll 4
    for (unsigned i = 0; i < SYLLABLE_STEP; i++) {
      size_t end = (size_t)__builtin_ctzll(at.blanks), bytes = end - at.start;
      if (bytes > SYLLABLE_WORD_BYTES) return syllables_walk_on(memory, text, length, at, run);
      uint64_t key = syllable_word(text + at.start) & masks[bytes];
      const syllable *s = syllable_set(memory, key);
      s += s[1].key == key; /* no branch on which of the two has it */
      if (s->key != key) return syllables_walk_on(memory, text, length, at, run);
      memcpy(codes + at.count, &s->codes, 8);
      memcpy(plain + at.count, &s->plain, 8);
      at.count += s->count;
      at.start = end + 1;
      at.blanks &= at.blanks - 1;
    }
  }
  return syllables_end(run, at.count);
}

#endif
