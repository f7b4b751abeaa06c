/* See syllable.h. */
#include <string.h>

#include "normalise/name_read.h"
#include "normalise/syllable.h"

static const uint64_t ones = 0x0101010101010101u, blanks = FOLD_BLANK * 0x0101010101010101u;

static uint64_t load(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

/* Eight bytes from `at` on, at most `length`; blanks stand behind the end. */
static uint64_t word_at(const char *text, size_t at, size_t length) {
  size_t left = length - at;
  if (left >= 8) return load(text + at);
  uint64_t word = 0;
  if (left == 0) return blanks;
  if (length >= 8) word = load(text + length - 8) >> 8 * (8 - left);
  else memcpy(&word, text + at, left);
  return word | blanks << 8 * left;
}

/* The lowest bit of the first blank's byte, 0 when there is none. */
static uint64_t first_blank(uint64_t word) {
  uint64_t x = word ^ blanks, zeros = (x - ones) & ~x & ones << 7; /* its lowest bit is exact */
  return (zeros & -zeros) >> 7;
}

typedef struct syllable_key {
  uint64_t low, high; /* low 0: none, or one longer than a key */
  size_t bytes;
} syllable_key;

static size_t bytes_before(uint64_t blank) { return (size_t)__builtin_ctzll(blank) / 8; }

/* The syllable that begins at `at`. Without a blank, blank - 1 is all bits. */
static syllable_key read_key(const char *text, size_t at, size_t length) {
  uint64_t low = word_at(text, at, length), blank = first_blank(low);
  if (blank) return (syllable_key){low & (blank - 1), 0, bytes_before(blank)};
  uint64_t high = word_at(text, at + 8, length);
  blank = first_blank(high);
  if (!blank) return (syllable_key){0, 0, SYLLABLE_KEY_MAX + 1};
  return (syllable_key){low, high & (blank - 1), 8 + bytes_before(blank)};
}

/* Letters with a blank behind, in one word. */
static uint64_t closed_word(const uint8_t *letters, size_t count) {
  uint64_t word = 0;
  memcpy(&word, letters, count);
  return word | (uint64_t)FOLD_BLANK << 8 * count;
}

/* Digits and signs that name_read looks at, or characters that may fold to them (full-width brackets). */
static bool has_signs(const char *text, size_t length) {
  static const uint8_t is_sign[256] = {
      ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1,
      ['('] = 1, [')'] = 1, ['['] = 1, [']'] = 1, ['{'] = 1, ['}'] = 1, [','] = 1, ['^'] = 1, ['+'] = 1,
      [0xD8] = 1, [0xE2] = 2, [0xE3] = 1, [0xEF] = 1, [0xF0] = 1};
  unsigned kinds = 0;
  for (size_t i = 0; i < length; i++) kinds |= is_sign[(uint8_t)text[i]];
  if (kinds != 2) return kinds != 0;
  for (size_t i = 0; i < length; i++) { /* quotes and dashes are no signs */
    if (is_sign[(uint8_t)text[i]] == 2 && (i + 1 == length || (uint8_t)text[i + 1] != 0x80)) return true;
  }
  return false;
}

/* A new syllable, NULL when it cannot be kept. */
static const syllable *learn(syllable_memory *memory, syllable *set, syllable_key key, const char *text) {
  if (has_signs(text, key.bytes)) return NULL;
  fold_cursor cursor = fold_begin(text, key.bytes);
  fold_run run;
  fold_next(&cursor, &fold_name_rules, &run);
  bool fits = !run.has_other && name_repair_alone(&run) && run.count > 0 && run.count <= SYLLABLE_CODES_MAX;
  if (!fits) return NULL;
  syllable *place = set + memory->next_victim;
  memory->next_victim ^= 1;
  *place = (syllable){.low = key.low,
                      .high = key.high,
                      .codes = closed_word(run.codes, run.count),
                      .plain = closed_word(run.plain, run.count)};
  return place;
}

static bool has_key(const syllable *s, syllable_key key) { return ((s->low ^ key.low) | (s->high ^ key.high)) == 0; }

static const syllable *recall(syllable_memory *memory, syllable_key key, const char *text) {
  uint64_t hash = (key.low ^ key.high * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
  syllable *set = memory->sets[(hash >> 32) % SYLLABLE_SETS];
  const syllable *s = set + has_key(set + 1, key); /* no branch on which of the two it is */
  return has_key(s, key) ? s : learn(memory, set, key, text);
}

bool syllables_fold(syllable_memory *memory, const char *text, size_t length, fold_run *run) {
  size_t count = 0;
  if (length > SYLLABLE_TEXT_MAX) return false;
  for (size_t at = 0, bytes; at < length; at += bytes + 1) {
    syllable_key key = read_key(text, at, length);
    bytes = key.bytes;
    if (key.low == 0 && bytes == 0) continue; /* a blank behind another */
    const syllable *s = key.low ? recall(memory, key, text + at) : NULL;
    if (!s) return false;
    memcpy(run->codes + count, &s->codes, 8);
    memcpy(run->plain + count, &s->plain, 8);
    count += 8 - (size_t)__builtin_clzll(s->codes) / 8;
  }
  run->count = count ? count - 1 : 0; /* without the last blank */
  run->tone_count = 0;
  run->has_other = run->blank_before = false;
  return true;
}
