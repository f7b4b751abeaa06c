/* The loop over the syllables of names, which each instruction set compiles for itself. See syllable.h. */
#ifndef KHOP_NORMALISE_SYLLABLE_WALK_H
#define KHOP_NORMALISE_SYLLABLE_WALK_H

#include <string.h>

#include "normalise/syllable.h"

enum { SYLLABLE_WORD_BYTES = 8, SYLLABLE_STEP = 4, SYLLABLES_SHORT = 32 };

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
static inline void syllable_write(const syllable *s, size_t count, syllable_letters *out) {
#if defined(__SSE3__)
  typedef uint64_t words __attribute__((vector_size(16)));
  words letters = (words)__builtin_ia32_lddqu((const char *)s->letters);
#else
  const uint64_t *letters = s->letters;
#endif
  uint64_t codes = letters[0], plain = letters[1];
  memcpy(out->codes + count, &codes, sizeof codes);
  memcpy(out->plain + count, &plain, sizeof plain);
}

/* A name of which `count` letters are written and the syllable at `start` is next. */
typedef struct syllable_walk {
  const char *text;
  uint64_t blanks; /* a bit for each that is left, and for all bytes behind the name */
  size_t start, count;
} syllable_walk;

/* One syllable, or the empty one that is behind the end, whose key is 0 and which is found in the first place. False, and
 * nothing is done, when it is long, unknown or not in its place. */
static inline bool syllables_take(syllable_memory *memory, syllable_walk *w, syllable_letters *out) {
  size_t end = (size_t)__builtin_ctzll(w->blanks), bytes = end - w->start;
  if (bytes > SYLLABLE_WORD_BYTES) return false;
  uint64_t key = syllable_key(w->text + w->start, bytes);
  const syllable *s = syllable_place(memory, key, bytes);
  if (s->key != key) return false;
  syllable_write(s, w->count, out);
  w->count += s->count;
  w->start = end + 1;
  w->blanks &= w->blanks - 1;
  return true;
}

/* The letters are written, the last blank is none. */
static inline void syllables_end(size_t count, syllable_letters *out) { out->count = count - (count > 0); }

/* Goes on to the end, whatever the syllables are. */
void syllables_walk_on(syllable_memory *memory, const name_text *name, uint64_t blanks, size_t start, size_t count,
                       syllable_letters *out);
/* A name of any length from its beginning. */
void syllables_walk_alone(syllable_memory *memory, const name_text *name, syllable_letters *out);

/* A bit for each blank of SYLLABLES_SHORT bytes; what it gives for those behind a name does not count. */
typedef uint64_t syllables_blanks(const char *text);

/* Two names in turns: what is looked up for one does not wait for the other. Four syllables of each, whether there are so
 * many or not, because how many a name has no branch predictor foresees. What is left, each goes on alone. */
static inline __attribute__((always_inline)) void syllables_walk_all(syllable_memory *memory, const name_text *names, size_t count,
                                                                     syllable_letters *out, syllables_blanks *blanks) {
  for (; count >= 2; count -= 2, names += 2, out += 2) {
    if ((names[0].length | names[1].length) >= SYLLABLES_SHORT) {
      syllables_walk_alone(memory, &names[0], &out[0]);
      syllables_walk_alone(memory, &names[1], &out[1]);
      continue;
    }
    syllable_walk a = {names[0].text, blanks(names[0].text) | ~0ull << names[0].length, 0, 0};
    syllable_walk b = {names[1].text, blanks(names[1].text) | ~0ull << names[1].length, 0, 0};
#pragma GCC unroll 4
    for (unsigned k = 0; k < SYLLABLE_STEP; k++) {
      if (!syllables_take(memory, &a, &out[0]) || !syllables_take(memory, &b, &out[1])) goto alone;
    }
    if (a.start < names[0].length || b.start < names[1].length) goto alone;
    syllables_end(a.count, &out[0]);
    syllables_end(b.count, &out[1]);
    continue;
  alone:
    syllables_walk_on(memory, &names[0], a.blanks, a.start, a.count, &out[0]);
    syllables_walk_on(memory, &names[1], b.blanks, b.start, b.count, &out[1]);
  }
  if (count > 0) syllables_walk_alone(memory, names, out);
}

#endif
