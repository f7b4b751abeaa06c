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

/* The first bytes of a word, at most eight. */
static inline uint64_t syllable_key(const char *text, size_t bytes) {
#if defined(__BMI2__)
  return __builtin_ia32_bzhi_di(syllable_word(text), 8 * bytes);
#else
  static const uint64_t masks[SYLLABLE_WORD_BYTES + 1] = {
      0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF, ~0ull};
  return syllable_word(text) & masks[bytes];
#endif
}

/* The first place for no bytes. The hash is cut to an offset, which takes a step less than an index; the CRC of x86-64-v2
 * starts from a length that is at hand. */
static inline syllable *syllable_place(syllable_memory *memory, uint64_t key, size_t bytes) {
  enum { OFFSETS = sizeof memory->places - sizeof memory->places[0], OFFSET_BITS = SYLLABLE_PLACE_BITS + 5 };
  _Static_assert(sizeof memory->places == 1 << OFFSET_BITS, "a place is of 32 bytes");
#if defined(__SSE4_2__)
  uint64_t hash = __builtin_ia32_crc32di(bytes, key);
#else
  (void)bytes;
  uint64_t hash = key * SYLLABLE_HASH >> (64 - OFFSET_BITS);
#endif
  return (syllable *)((char *)memory->places + (hash & OFFSETS));
}

/* Writes what a syllable folds to behind `count` letters. One load and two stores take less time than two of each; of any
 * other load than LDDQU GCC makes two. */
static inline void syllable_write(const syllable *s, size_t count, fold_run *run) {
#if defined(__SSE3__)
  typedef uint64_t words __attribute__((vector_size(16)));
  words letters = (words)__builtin_ia32_lddqu((const char *)s->letters);
#else
  const uint64_t *letters = s->letters;
#endif
  uint64_t codes = letters[0], plain = letters[1];
  memcpy(run->codes + count, &codes, sizeof codes);
  memcpy(run->plain + count, &plain, sizeof plain);
}

/* Goes on at the syllable at `start`, which is long, unknown or not in its place, to the end. False when one cannot be kept.
 * run->count letters are written, `blanks` is what is left of them. */
bool syllables_walk_on(syllable_memory *memory, const char *text, size_t length, uint64_t blanks, size_t start,
                       fold_run *run);

/* The letters are written; ends the run without the last blank. */
static inline bool syllables_end(fold_run *run, size_t count) {
  run->count = count - (count > 0);
  run->tone_count = 0;
  run->has_other = run->blank_before = false;
  return true;
}

/* `blanks` has a bit for each blank of the text, what stands for bytes behind it does not count. Four syllables a step,
 * whether there are so many or not, because how many a name has no branch predictor foresees: what is behind the end
 * are empty ones, whose key is 0, and they are found in the first place. */
static inline bool syllables_walk(syllable_memory *memory, const char *text, size_t length, uint64_t blanks,
                                  fold_run *run) {
  size_t start = 0, count = 0;
  blanks |= ~0ull << length;
  do {
#pragma GCC unroll 4
    for (unsigned i = 0; i < SYLLABLE_STEP; i++) {
      size_t end = (size_t)__builtin_ctzll(blanks), bytes = end - start;
      if (bytes > SYLLABLE_WORD_BYTES) goto rest;
      uint64_t key = syllable_key(text + start, bytes);
      const syllable *s = syllable_place(memory, key, bytes);
      if (s->key != key) goto rest;
      syllable_write(s, count, run);
      count += s->count;
      start = end + 1;
      blanks &= blanks - 1;
    }
  } while (start < length);
  return syllables_end(run, count);
rest:
  run->count = count;
  return syllables_walk_on(memory, text, length, blanks, start, run);
}

#endif
