/* Parts of texts that blocking keys are made of, hashed once when a record is encoded. See feature.h. */
#include <string.h>

#include "base/hash.h"
#include "feature/feature.h"

static uint64_t hash_letters(const uint8_t letters[TEXT_LETTERS_MAX], unsigned length) {
  uint64_t words[TEXT_LETTERS_MAX / 8] = {0}, hash = length;
  memcpy(words, letters, length);
  for (unsigned i = 0; i * 8 < length; i++) hash = hash_combine(hash, words[i]);
  return length ? hash | 1 : 0;
}

/* Regional spellings alike, letter by letter: y=i, x=s, initial gi/d/r, n/l, final n/ng, t/c.
 * Words lose what people mishear; the hash is of what stays. */
static uint64_t phonetic_hash(const uint8_t *letters, unsigned length) {
  enum { letter_c = 3, letter_d = 4, letter_g = 7, letter_h = 8, letter_i = 9, letter_l = 12, letter_n = 14,
         letter_r = 18, letter_s = 19, letter_t = 20, letter_x = 24, letter_y = 25 };
  word_span words[FEATURE_WORDS_MAX];
  unsigned word_count = feature_words(letters, length, words);
  uint8_t out[TEXT_LETTERS_MAX] = {0};
  unsigned used = 0;
  for (unsigned w = 0; w < word_count && used < length; w++) {
    unsigned start = words[w].start, end = words[w].end;
    bool has_h = start + 1 < end && letters[start + 1] == letter_h;
    bool has_i = start + 2 < end && letters[start] == letter_g && letters[start + 1] == letter_i;
    uint8_t first = letters[start];
    if (first == letter_x) first = letter_s;
    else if (first == letter_t && start + 1 < end && letters[start + 1] == letter_r) first = letter_c;
    else if (first == letter_r || has_i) first = letter_d;
    else if (first == letter_l) first = letter_n;
    if (end - start > 2 && letters[end - 1] == letter_g && letters[end - 2] == letter_n) end--;
    out[used++] = first;
    start += 1u + (has_h ? 1u : 0u) + (has_i ? 1u : 0u);
    for (unsigned i = start; i < end; i++) {
      uint8_t letter = letters[i];
      if (letter == letter_y) letter = letter_i;
      if (i + 1 == end && letter == letter_t) letter = letter_c;
      if (letter != letter_h && !(i == words[w].start + 1u && letter == letter_r)) out[used++] = letter;
    }
    if (used) out[used - 1] |= 0x80; /* where a word ends */
  }
  return hash_letters(out, used);
}

static uint64_t words_hash(key_part_kind kind, const uint8_t *letters, unsigned length) {
  word_span words[FEATURE_WORDS_MAX];
  unsigned count = feature_words(letters, length, words);
  if (count == 0) return 0;
  if (kind == PART_GIVEN) return feature_word_hash(letters, words[count - 1]);
  if (kind == PART_SURNAME) return feature_word_hash(letters, words[0]);
  uint64_t hash = count;
  for (unsigned w = 0; w < count; w++) {
    if (kind == PART_SORTED) hash += hash_mix(feature_word_hash(letters, words[w]));
    else hash = hash * 32 + letters[words[w].start];
  }
  return hash | 1ull << 63;
}

uint32_t feature_part_hash(key_part_kind kind, unsigned argument, const uint8_t letters[TEXT_LETTERS_MAX], unsigned length) {
  uint64_t hash;
  if (kind == PART_PREFIX) hash = hash_letters(letters, length < argument ? length : argument);
  else if (kind == PART_PHONETIC) hash = phonetic_hash(letters, length);
  else hash = words_hash(kind, letters, length);
  if (!hash) return 0;
  uint32_t folded = (uint32_t)(hash_mix(hash) >> 32);
  return folded ? folded : 1;
}
