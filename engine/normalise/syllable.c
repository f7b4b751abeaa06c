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
  *out = (syllable){key, {closed_word(run.codes, run.count), closed_word(run.plain, run.count)}, run.count + 1};
  return true;
}

/* What a syllable folds to, which stays until the next call; NULL when it cannot be kept. Of two that fall on one place the
 * first has it, as a rule the more usual one. Where it is not, the other is found often here, and takes the place. */
static const syllable *find(syllable_memory *memory, const char *text, size_t bytes) {
  enum { FOUND_OFTEN = 16 };
  if (bytes > SYLLABLE_BYTES_MAX) return NULL;
  bool is_long = bytes > SYLLABLE_WORD_BYTES;
  uint64_t key = syllable_key(text, is_long ? SYLLABLE_WORD_BYTES : bytes);
  uint64_t end = is_long ? syllable_word(text + bytes - SYLLABLE_WORD_BYTES) : 0;
  syllable *place = is_long ? NULL : syllable_place(memory, key, bytes);
  if (place && place->key == key) return place;
  if (place == memory->places) place = NULL; /* stays as it is */

  uint64_t hash = (key ^ end * 0x9e3779b97f4a7c15u) * SYLLABLE_HASH;
  other_syllable *set = memory->others[hash >> (64 - SYLLABLE_OTHER_SET_BITS)];
  for (unsigned i = 0; i < 2; i++) {
    if (set[i].folded.key != key || set[i].end != end || set[i].bytes != bytes) continue;
    if (place && ++memory->found_beside % FOUND_OFTEN == 0) *place = set[i].folded;
    return &set[i].folded;
  }
  syllable learned;
  if (!learn(text, bytes, key, &learned)) return NULL;
  if (place && place->key == 0) {
    *place = learned;
    return place;
  }
  other_syllable *other = &set[memory->next_victim ^= 1];
  *other = (other_syllable){end, bytes, learned};
  return &other->folded;
}

void syllables_walk_on(syllable_memory *memory, const name_text *name, uint64_t blanks, size_t start, size_t count,
                       syllable_letters *out) {
  out->count = SYLLABLES_UNKNOWN;
  while (start < name->length) {
    size_t end = (size_t)__builtin_ctzll(blanks);
    const syllable *s = find(memory, name->text + start, end - start);
    if (!s) return;
    syllable_write(s, count, out);
    count += s->count;
    start = end + 1;
    blanks &= blanks - 1;
  }
  syllables_end(count, out);
}

/* ---- the portable way ---------------------------------------------------------------------- */

/* A bit for each blank of eight bytes. One that stands behind a blank without being one may have a bit too, if it is
 * '!', which is a blank to names. */
static inline uint64_t blank_bits(const char *text) {
  const uint64_t ones = 0x0101010101010101u;
  uint64_t x = syllable_word(text) ^ ones * FOLD_BLANK;
  return ((x - ones) & ~x & ones << 7) * 0x0002040810204081u >> 56;
}

static uint64_t blanks_of_short(const char *text) {
  return blank_bits(text) | blank_bits(text + 8) << 8 | blank_bits(text + 16) << 16 | blank_bits(text + 24) << 24;
}

void syllables_walk_alone(syllable_memory *memory, const name_text *name, syllable_letters *out) {
  uint64_t blanks = 0;
  out->count = SYLLABLES_UNKNOWN;
  if (name->length > SYLLABLE_TEXT_MAX) return;
  for (size_t at = 0; at < name->length; at += SYLLABLE_WORD_BYTES) blanks |= blank_bits(name->text + at) << at;
  syllables_walk_on(memory, name, blanks | ~0ull << name->length, 0, 0, out);
}

static void fold_portable(syllable_memory *memory, const name_text *names, size_t count, syllable_letters *out) {
  syllables_walk_all(memory, names, count, out, blanks_of_short);
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
