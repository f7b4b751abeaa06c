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
static bool learn(const char *text, size_t bytes, syllable *out) {
  if (has_signs(text, bytes)) return false;
  fold_cursor cursor = fold_begin(text, bytes);
  fold_run run;
  fold_next(&cursor, &fold_name_rules, &run);
  bool fits = !run.has_other && name_repair_alone(&run) && run.count > 0 && run.count <= SYLLABLE_CODES_MAX;
  if (!fits) return false;
  *out = (syllable){closed_word(run.codes, run.count), closed_word(run.plain, run.count), run.count + 1};
  return true;
}

/* The first of a set stays: usual syllables come first, and rare ones that come once do not push them out. */
static void keep(syllable_memory *memory, syllable_set *set, uint64_t key, const syllable *learned) {
  unsigned way = set != memory->sets && set->key[0] != 0;
  set->key[way] = key;
  set->codes[way] = learned->codes;
  set->plain[way] = learned->plain;
  set->count[way] = learned->count;
}

static bool find_long(syllable_memory *memory, const char *text, size_t bytes, syllable *out) {
  if (bytes > SYLLABLE_BYTES_MAX) return false;
  uint64_t low = syllable_word(text), high = syllable_word(text + bytes - SYLLABLE_WORD_BYTES);
  uint64_t hash = (low ^ high * 0x9e3779b97f4a7c15u) * SYLLABLE_HASH;
  long_syllable *set = memory->long_sets[hash >> (64 - SYLLABLE_LONG_SET_BITS)];
  for (unsigned i = 0; i < 2; i++) {
    if (set[i].high != high || set[i].low != low || set[i].bytes != bytes) continue;
    *out = set[i].folded;
    return true;
  }
  if (!learn(text, bytes, out)) return false;
  set[memory->next_victim] = (long_syllable){low, high, bytes, *out};
  memory->next_victim ^= 1;
  return true;
}

static bool find(syllable_memory *memory, const char *text, size_t bytes, syllable *out) {
  if (bytes > SYLLABLE_WORD_BYTES) return find_long(memory, text, bytes, out);
  uint64_t key = 0;
  memcpy(&key, text, bytes);
  syllable_set *set = syllable_set_of(memory, key, bytes);
  for (unsigned i = 2; i-- > 0;) {
    if (set->key[i] != key) continue;
    *out = (syllable){set->codes[i], set->plain[i], set->count[i]};
    return true;
  }
  if (!learn(text, bytes, out)) return false;
  keep(memory, set, key, out);
  return true;
}

bool syllables_walk_on(syllable_memory *memory, const char *text, size_t length, uint64_t blanks, size_t start,
                       fold_run *run) {
  size_t count = run->count;
  while (start < length) {
    size_t end = (size_t)__builtin_ctzll(blanks);
    syllable s;
    if (!find(memory, text + start, end - start, &s)) return false;
    memcpy(run->codes + count, &s.codes, 8);
    memcpy(run->plain + count, &s.plain, 8);
    count += s.count;
    start = end + 1;
    blanks &= blanks - 1;
  }
  return syllables_end(run, count);
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

syllables_folder *syllables_folder_chosen(void) {
  cpu_level level = CPU_SCALAR; /* a KHOP_CPU that means nothing is reported where a run begins */
  khop_error ignored;
  return cpu_level_choose(&level, &ignored) == KHOP_OK ? syllables_folder_for(level) : fold_portable;
}
