/* Parts of texts that blocking keys are made of, hashed once when a record is encoded. See feature.h. */
#include <string.h>

#include "base/hash.h"
#include "feature/parts.h"
#include "normalise/phonetic.h"

static uint64_t hash_letters(const uint8_t letters[TEXT_LETTERS_MAX], unsigned length) {
  uint64_t words[TEXT_LETTERS_MAX / 8] = {0}, hash = length;
  memcpy(words, letters, length);
  for (unsigned i = 0; i * 8 < length; i++) hash = hash_combine(hash, words[i]);
  return length ? hash | 1 : 0;
}

/* A text and its words, found once for all parts. */
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
  if (kind == PART_GIVEN) return feature_word_hash(text->letters, text->words[text->count - 1]);
  if (kind == PART_SURNAME) return feature_word_hash(text->letters, text->words[0]);
  uint64_t hash = text->count;
  for (unsigned w = 0; w < text->count; w++) {
    if (kind == PART_SORTED) hash += hash_mix(feature_word_hash(text->letters, text->words[w]));
    else hash = hash * 32 + text->letters[text->words[w].start];
  }
  return hash | 1ull << 63;
}

static uint32_t part_hash(key_part_kind kind, unsigned argument, const text_words *text) {
  uint64_t hash;
  if (kind == PART_PREFIX) hash = hash_letters(text->letters, text->length < argument ? text->length : argument);
  else if (kind == PART_PHONETIC) hash = phonetic_hash(text);
  else if (kind == PART_WITHOUT_GIVEN || kind == PART_WITHOUT_SURNAME) hash = remaining_hash(kind, text);
  else hash = words_hash(kind, text);
  if (!hash) return 0;
  uint32_t folded = (uint32_t)(hash_mix(hash) >> 32);
  return folded ? folded : 1;
}

static void find_words(text_words *out, const uint8_t *letters, unsigned length) {
  out->letters = letters;
  out->length = length;
  out->count = feature_words(letters, length, out->words);
}

uint32_t feature_part_hash(key_part_kind kind, unsigned argument, const uint8_t letters[TEXT_LETTERS_MAX], unsigned length) {
  text_words text;
  find_words(&text, letters, length);
  return part_hash(kind, argument, &text);
}

void feature_encode_parts(const feature_layout *layout, size_t field, const text_value *value, uint8_t *row) {
  text_words text;
  if (value->length == 0) return; /* the row is zero, which says missing */
  find_words(&text, value->letters, value->length);
  for (size_t i = 0; i < layout->part_count; i++) {
    const schema_key_part *part = &layout->parts[i].part;
    if (part->field != field || part->kind == PART_COMMUNE) continue; /* communes: encode_address.c */
    uint32_t hash = part_hash(part->kind, part->argument, &text);
    memcpy(row + layout->parts[i].offset, &hash, 4);
  }
}
