/* Parts of texts that blocking keys are made of, hashed once when a record is encoded. See feature.h. */
#include <string.h>

#include "base/hash.h"
#include "feature/parts.h"
#include "normalise/phonetic.h"

/* ---- words -------------------------------------------------------------------------------------- */

/* A bit for each blank among eight letters. Letters are below 32, so no byte borrows from the next. */
static uint64_t blanks_of(const uint8_t *letters) {
  const uint64_t blanks = LETTER_SPACE * 0x0101010101010101u, high = 0x8080808080808080u;
  uint64_t x;
  memcpy(&x, letters, 8);
  uint64_t zero_bytes = (high - (x ^ blanks)) & high;
  return (zero_bytes >> 7) * 0x0102040810204080u >> 56;
}

/* And among the first `length` of TEXT_LETTERS_MAX. */
static uint64_t blanks_in(const uint8_t *letters, unsigned length) {
  uint64_t blanks = blanks_of(letters) | blanks_of(letters + 8) << 8 | blanks_of(letters + 16) << 16 | blanks_of(letters + 24) << 24;
  return blanks & ((1ull << length) - 1);
}

unsigned feature_words(const uint8_t *letters, unsigned length, word_span words[FEATURE_WORDS_MAX]) {
  uint64_t blanks = blanks_in(letters, length) | 1ull << length; /* the end counts as one */
  unsigned count = 0, start = 0;
  for (; blanks; blanks &= blanks - 1) {
    unsigned end = (unsigned)__builtin_ctzll(blanks);
    if (count == FEATURE_WORDS_MAX - 1) end = length;
    if (end > start) words[count++] = (word_span){.start = (uint8_t)start, .end = (uint8_t)end};
    if (end == length) break;
    start = end + 1;
  }
  return count;
}

/* Eight letters are read at once, because a copy of a length not known is a call; the last ones are shifted down. */
uint32_t feature_word_hash(const uint8_t *letters, word_span word) {
  uint64_t hash = 0;
  for (unsigned i = word.start; i < word.end; i += 8) {
    unsigned from = i < TEXT_LETTERS_MAX - 8 ? i : TEXT_LETTERS_MAX - 8, bytes = word.end - i < 8u ? word.end - i : 8u;
    uint64_t piece;
    memcpy(&piece, letters + from, 8);
    hash = hash_mix(hash + (piece >> 8 * (i - from) & ~0ull >> (64 - 8 * bytes)));
  }
  uint32_t folded = (uint32_t)(hash >> 32);
  return folded ? folded : 1;
}

/* ---- parts -------------------------------------------------------------------------------------- */

static uint64_t hash_letters(const uint8_t letters[TEXT_LETTERS_MAX], unsigned length) {
  uint64_t words[TEXT_LETTERS_MAX / 8] = {0}, hash = length;
  memcpy(words, letters, length);
  for (unsigned i = 0; i * 8 < length; i++) hash = hash_combine(hash, words[i]);
  return length ? hash | 1 : 0;
}

/* A text and its words. */
typedef struct text_words {
  const uint8_t *letters;
  unsigned length, count;
  word_span words[FEATURE_WORDS_MAX];
} text_words;

static uint64_t phonetic_hash(const text_words *text) {
  uint8_t out[TEXT_LETTERS_MAX] = {0};
  unsigned used = 0;
  for (unsigned w = 0; w < text->count && used < text->length; w++) {
    used = phonetic_word(text->letters, text->words[w].start, text->words[w].end, out, used);
  }
  return hash_letters(out, used);
}

/* All words but the first, or but the last, as they stand: their hash has the length in it. */
static uint64_t remaining_hash(key_part_kind kind, const text_words *text) {
  if (text->count < 2) return 0;
  uint8_t letters[TEXT_LETTERS_MAX] = {0};
  unsigned start = kind == PART_WITHOUT_SURNAME ? text->words[1].start : text->words[0].start;
  unsigned end = kind == PART_WITHOUT_SURNAME ? text->words[text->count - 1].end : text->words[text->count - 2].end;
  memcpy(letters, text->letters + start, end - start);
  return hash_letters(letters, end - start);
}

/* The first or last word of most texts: fewer blanks than words are told apart, and one at neither end. Its hash without
 * finding the others; false when the words are to be found. */
static bool end_word_hash(key_part_kind kind, const uint8_t *letters, unsigned length, uint64_t *out_hash) {
  uint64_t blanks = blanks_in(letters, length);
  bool is_usual = length > 0 && !(blanks & (1 | 1ull << (length - 1))) && __builtin_popcountll(blanks) < FEATURE_WORDS_MAX;
  if (!is_usual) return false;
  word_span word = {.start = 0, .end = (uint8_t)length};
  if (kind == PART_SURNAME) word.end = (uint8_t)__builtin_ctzll(blanks | 1ull << length);
  else word.start = (uint8_t)(blanks ? 64 - __builtin_clzll(blanks) : 0);
  *out_hash = feature_word_hash(letters, word);
  return true;
}

static uint64_t words_hash(key_part_kind kind, const text_words *text) {
  if (text->count == 0) return 0;
  if (kind == PART_GIVEN) return feature_word_hash(text->letters, text->words[text->count - 1]);
  if (kind == PART_SURNAME) return feature_word_hash(text->letters, text->words[0]);
  uint64_t hash = text->count;
  for (unsigned w = 0; w < text->count; w++) {
    if (kind == PART_SORTED) hash += hash_mix(feature_word_hash(text->letters, text->words[w]));
    else hash = hash * 32 + text->letters[text->words[w].start];
  }
  return hash | 1ull << 63;
}

static uint32_t folded_hash(uint64_t hash) {
  if (!hash) return 0;
  uint32_t folded = (uint32_t)(hash_mix(hash) >> 32);
  return folded ? folded : 1;
}

static uint64_t long_hash(key_part_kind kind, const uint8_t *letters, unsigned length) {
  text_words text = {.letters = letters, .length = length};
  text.count = feature_words(letters, length, text.words);
  if (kind == PART_PHONETIC) return phonetic_hash(&text);
  if (kind == PART_WITHOUT_GIVEN || kind == PART_WITHOUT_SURNAME) return remaining_hash(kind, &text);
  return words_hash(kind, &text);
}

uint32_t feature_part_hash(key_part_kind kind, unsigned argument, const uint8_t letters[TEXT_LETTERS_MAX], unsigned length) {
  uint64_t hash;
  if (kind == PART_PREFIX) hash = hash_letters(letters, length < argument ? length : argument);
  else if ((kind != PART_GIVEN && kind != PART_SURNAME) || !end_word_hash(kind, letters, length, &hash)) hash = long_hash(kind, letters, length);
  return folded_hash(hash);
}

size_t feature_parts_of(const feature_layout *layout, size_t field, const feature_part *parts[FEATURE_PARTS_MAX]) {
  size_t count = 0;
  for (size_t i = 0; i < layout->part_count; i++) {
    const schema_key_part *part = &layout->parts[i].part;
    if (part->field == field && part->kind != PART_COMMUNE) parts[count++] = &layout->parts[i]; /* communes: encode_address.c */
  }
  return count;
}

void feature_encode_parts(const feature_part *const *parts, size_t count, const text_value *value, uint8_t *row) {
  if (value->length == 0) return; /* the row is zero, which says missing */
  for (size_t i = 0; i < count; i++) {
    uint32_t hash = feature_part_hash(parts[i]->part.kind, parts[i]->part.argument, value->letters, value->length);
    memcpy(row + parts[i]->offset, &hash, 4);
  }
}
