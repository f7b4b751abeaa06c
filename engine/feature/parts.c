/* Parts of texts that blocking keys are made of, hashed once when a record is encoded. See feature.h. */
#include <string.h>

#include "base/hash.h"
#include "feature/parts.h"
#include "normalise/phonetic.h"

/* ---- words -------------------------------------------------------------------------------------- */

/* Sixteen letters at a time; a comparison of vectors gives -1 where it holds. */
typedef uint8_t letter_vector __attribute__((vector_size(16)));

/* A bit for each blank among sixteen letters: each half's bits are summed up in its top byte. */
static inline uint64_t blanks_of(const uint8_t *letters) {
  const letter_vector bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint64_t ones = 0x0101010101010101u;
  letter_vector sixteen;
  uint64_t halves[2];
  memcpy(&sixteen, letters, sizeof sixteen);
  sixteen = (letter_vector)(sixteen == LETTER_SPACE) & bits;
  memcpy(halves, &sixteen, sizeof halves);
  return halves[0] * ones >> 56 | (halves[1] * ones >> 56) << 8;
}

/* And among the first `length` of TEXT_LETTERS_MAX. */
static inline uint64_t blanks_in(const uint8_t *letters, unsigned length) {
  return (blanks_of(letters) | blanks_of(letters + 16) << 16) & ((1ull << length) - 1);
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

static inline uint32_t word_hash(const uint8_t *letters, word_span word) {
  uint64_t hash = 0;
  unsigned i = word.start;
  for (; word.end - i > 8u; i += 8) hash = hash_mix(hash + feature_eight_letters(letters, i, 8));
  if (i < word.end) hash = hash_mix(hash + feature_eight_letters(letters, i, word.end - i));
  uint32_t folded = (uint32_t)(hash >> 32);
  return folded ? folded : 1;
}

uint32_t feature_word_hash(const uint8_t *letters, word_span word) { return word_hash(letters, word); }

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

static uint64_t words_hash(key_part_kind kind, const text_words *text) {
  if (text->count == 0) return 0;
  if (kind == PART_GIVEN) return word_hash(text->letters, text->words[text->count - 1]);
  if (kind == PART_SURNAME) return word_hash(text->letters, text->words[0]);
  uint64_t hash = text->count;
  for (unsigned w = 0; w < text->count; w++) {
    if (kind == PART_SORTED) hash += hash_mix(word_hash(text->letters, text->words[w]));
    else hash = hash * 32 + text->letters[text->words[w].start];
  }
  return hash | 1ull << 63;
}

static inline uint32_t folded_hash(uint64_t hash) {
  if (!hash) return 0;
  uint32_t folded = (uint32_t)(hash_mix(hash) >> 32);
  return folded ? folded : 1;
}

uint32_t feature_part_hash(key_part_kind kind, unsigned argument, const uint8_t letters[TEXT_LETTERS_MAX], unsigned length) {
  text_words text = {.letters = letters, .length = length};
  if (kind == PART_PREFIX) return folded_hash(hash_letters(letters, length < argument ? length : argument));
  text.count = feature_words(letters, length, text.words);
  if (kind == PART_PHONETIC) return folded_hash(phonetic_hash(&text));
  if (kind == PART_WITHOUT_GIVEN || kind == PART_WITHOUT_SURNAME) return folded_hash(remaining_hash(kind, &text));
  return folded_hash(words_hash(kind, &text));
}

/* Are first and last word what stands before the first blank and behind the last? Not where a blank is at an end, or where
 * words are more than are told apart. */
static bool has_plain_ends(uint64_t blanks, unsigned length) {
  return !(blanks & (1 | 1ull << (length - 1))) && __builtin_popcountll(blanks) < FEATURE_WORDS_MAX;
}

/* The last word, or the first one, of a text with such ends. */
static inline word_span end_word(key_part_kind kind, uint64_t blanks, unsigned length) {
  if (kind == PART_SURNAME) return (word_span){0, (uint8_t)__builtin_ctzll(blanks | 1ull << length)};
  return (word_span){(uint8_t)(blanks ? 64 - __builtin_clzll(blanks) : 0), (uint8_t)length};
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
  const uint8_t *letters = value->letters;
  unsigned length = value->length;
  if (length == 0 || count == 0) return; /* the row is zero, which says missing */
  uint64_t blanks = blanks_in(letters, length);
  bool is_plain = has_plain_ends(blanks, length);
  for (size_t i = 0; i < count; i++) {
    key_part_kind kind = parts[i]->part.kind;
    bool is_end = is_plain && (kind == PART_GIVEN || kind == PART_SURNAME);
    uint32_t hash = is_end ? folded_hash(word_hash(letters, end_word(kind, blanks, length)))
                           : feature_part_hash(kind, parts[i]->part.argument, letters, length);
    memcpy(row + parts[i]->offset, &hash, 4);
  }
}
