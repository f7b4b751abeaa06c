/* See syllable.h. */
#include "normalise/syllable_walk.h"

#include "normalise/name_read.h"

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

/* What a syllable folds to; false when it cannot be kept. */
static bool learn(const char *text, size_t bytes, uint64_t key, syllable *out) {
  if (has_signs(text, bytes)) return false;
  fold_cursor cursor = fold_begin(text, bytes);
  fold_run run;
  fold_next(&cursor, &fold_name_rules, &run);
  bool fits = !run.has_other && name_repair_alone(&run) && run.count > 0 && run.count <= SYLLABLE_CODES_MAX;
  if (!fits) return false;
  *out = (syllable){key, closed_word(run.codes, run.count), closed_word(run.plain, run.count), run.count + 1};
  return true;
}

static const syllable *learn_short(syllable_memory *memory, const char *text, size_t bytes, uint64_t key) {
  syllable learned, *set = syllable_set(memory, key);
  if (!learn(text, bytes, key, &learned)) return NULL;
  syllable *place = set + (set == memory->sets[0] ? 0 : memory->next_victim);
  memory->next_victim ^= 1;
  *place = learned;
  return place;
}

static const syllable *find_long(syllable_memory *memory, const char *text, size_t bytes) {
  if (bytes > SYLLABLE_BYTES_MAX) return NULL;
  uint64_t low = syllable_word(text), high = syllable_word(text + bytes - SYLLABLE_WORD_BYTES);
  uint64_t hash = (low ^ high * 0x9e3779b97f4a7c15u) * SYLLABLE_HASH;
  long_syllable *set = memory->long_sets[hash >> (64 - SYLLABLE_LONG_SET_BITS)];
  for (unsigned i = 0; i < 2; i++) {
    if (set[i].high == high && set[i].folded.key == low && set[i].bytes == bytes) return &set[i].folded;
  }
  long_syllable learned = {.high = high, .bytes = bytes}, *place = set + memory->next_victim;
  if (!learn(text, bytes, low, &learned.folded)) return NULL;
  memory->next_victim ^= 1;
  *place = learned;
  return &place->folded;
}

static const syllable *find(syllable_memory *memory, const char *text, size_t bytes) {
  if (bytes > SYLLABLE_WORD_BYTES) return find_long(memory, text, bytes);
  uint64_t key = 0;
  memcpy(&key, text, bytes);
  const syllable *set = syllable_set(memory, key);
  for (unsigned i = 2; i-- > 0;) {
    if (set[i].key == key) return &set[i];
  }
  return learn_short(memory, text, bytes, key);
}

bool syllables_walk_on(syllable_memory *memory, const char *text, size_t length, syllables_place at, fold_run *run) {
  while (at.start < length) {
    size_t end = (size_t)__builtin_ctzll(at.blanks);
    const syllable *s = find(memory, text + at.start, end - at.start);
    if (!s) return false;
    memcpy(run->codes + at.count, &s->codes, 8);
    memcpy(run->plain + at.count, &s->plain, 8);
    at.count += s->count;
    at.start = end + 1;
    at.blanks &= at.blanks - 1;
  }
  return syllables_end(run, at.count);
}

/* ---- the portable way ---------------------------------------------------------------------- */

/* A bit for each blank of eight bytes. One that stands behind a blank without being one may have a bit too, if it is
 * '!', which is a blank to names. */
static inline uint64_t blank_bits(const char *text) {
  const uint64_t ones = 0x0101010101010101u;
  uint64_t x = syllable_word(text) ^ ones * FOLD_BLANK;
  return ((x - ones) & ~x & ones << 7) * 0x0002040810204081u >> 56;
}

static bool fold_portable(syllable_memory *memory, const char *text, size_t length, fold_run *run) {
  uint64_t blanks = blank_bits(text) | blank_bits(text + 8) << 8 | blank_bits(text + 16) << 16 | blank_bits(text + 24) << 24;
  for (size_t at = 32; at < length; at += SYLLABLE_WORD_BYTES) blanks |= blank_bits(text + at) << at;
  return syllables_walk(memory, text, length, blanks, run);
}

syllables_folder *syllables_folder_for(cpu_level level) {
#if defined(__x86_64__)
  if (level == CPU_AVX2 || level == CPU_AVX512) return cpu_level_supported(level) ? syllables_fold_avx2 : NULL;
#endif
  return cpu_level_supported(level) ? fold_portable : NULL;
}

bool syllables_fold(syllable_memory *memory, const char *text, size_t length, fold_run *run) {
  if (length > SYLLABLE_TEXT_MAX) return false;
  if (!memory->fold) {
    cpu_level level = CPU_SCALAR; /* a KHOP_CPU that means nothing is reported where a run begins */
    khop_error ignored;
    memory->fold = cpu_level_choose(&level, &ignored) == KHOP_OK ? syllables_folder_for(level) : fold_portable;
  }
  return memory->fold(memory, text, length, run);
}
