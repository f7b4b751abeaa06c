/* The fold by letters: one pass and one table look-up a letter. Whatever the tables do not know goes to fold_slow, one
 * character at a time, so the two paths cannot disagree on the rest of a text. This is what a fold is; fold_words takes the
 * usual words out of its hands where the machine can do many bytes at a time. */
#include <string.h>

#include "normalise/fold.h"

enum { BLANK_PAIR = FOLD_BLANK | ' ' << 8, TONE_MASK = 7 };

/* U+0300-033F to what it does to a vowel: a tone, or from | to letter numbers of a quality. */
bool fold_combine(fold_run *run, uint32_t mark) {
  static const uint8_t tone_of[0x24] = {[0x00] = 1, [0x01] = 2, [0x09] = 3, [0x03] = 4, [0x23] = 5};
  enum { CIRCUMFLEX = 0x302, BREVE = 0x306, HORN = 0x31B };
  static const uint8_t circumflex[12] = {[0] = 2, [3] = 4, [6] = 7};
  static const uint8_t horn[12] = {[6] = 8, [9] = 10};

  if (run->count == 0) return false;
  uint8_t *code = &run->codes[run->count - 1];
  if (!fold_is_vowel(*code)) return false;
  unsigned letter = (*code - FOLD_VOWEL) >> 3, tone = *code & TONE_MASK, quality = 0;
  if (mark == CIRCUMFLEX) quality = circumflex[letter];
  if (mark == BREVE) quality = letter == 0;
  if (mark == HORN) quality = horn[letter];
  if (quality != 0) {
    *code = (uint8_t)(FOLD_VOWEL + quality * 8 + tone);
    return true;
  }
  unsigned added = mark >= 0x300 && mark < 0x324 ? tone_of[mark - 0x300] : 0;
  if (added == 0 || tone != 0) return false;
  *code = (uint8_t)(*code | added);
  if (run->tone_count < FOLD_TONES_MAX) run->tones[run->tone_count++] = (uint16_t)(run->count - 1);
  return true;
}

static inline bool is_continuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

/* The table entry of the letter at `at` of two or three bytes, and its length; 0 if none. */
static inline uint16_t letter_at(const uint8_t *at, const uint8_t *end, size_t *out_bytes) {
  size_t left = (size_t)(end - at);
  if (at[0] >= 0xC3 && at[0] <= 0xC6 && left >= 2 && is_continuation(at[1])) {
    *out_bytes = 2;
    return fold_two_bytes[(at[0] - 0xC3u) << 6 | (at[1] & 0x3Fu)];
  }
  if (at[0] == 0xE1 && left >= 3 && (at[1] & 0xFE) == 0xBA && is_continuation(at[2])) {
    *out_bytes = 3;
    return fold_three_bytes[(at[1] & 1u) << 6 | (at[2] & 0x3Fu)];
  }
  return 0;
}

/* What the tables do not know. A combining mark right behind a letter that takes it is common (NFD),
 * U+0300-033F is CC 80 - CC BF; the rest is slow. */
static const uint8_t *fold_rest(const uint8_t *at, const uint8_t *end, const fold_rules *rules, fold_run *run) {
  bool mark = at[0] == 0xCC && end - at >= 2 && is_continuation(at[1]);
  if (mark && fold_combine(run, 0x300u + (at[1] & 0x3Fu))) return at + 2;
  return fold_slow(at, end, rules, run);
}

/* The counts are kept out of *run, because bytes written to its arrays could alias them and would
 * make each letter wait for the one before. They need no check here: a letter takes a byte at least, and
 * fold_slow and fold_combine leave room for a span of letters. */
static void fold_letters(const uint8_t *at, const uint8_t *end, const fold_rules *rules, fold_run *run) {
  uint8_t *codes = run->codes, *plain = run->plain;
  size_t count = run->count, tone_count = run->tone_count;
  while (at < end) {
    size_t bytes = 0;
    uint16_t pair;
    if (*at < 0x80) {
      pair = rules->ascii[*at++];
      /* Dropped characters and blanks are the two lowest pairs. */
      if (pair <= BLANK_PAIR && (pair == 0 || count == 0 || codes[count - 1] == FOLD_BLANK)) {
        run->blank_before |= pair != 0 && count == 0;
        continue;
      }
      codes[count] = (uint8_t)pair;
      plain[count++] = (uint8_t)(pair >> 8);
    } else if ((pair = letter_at(at, end, &bytes)) != 0) {
      at += bytes;
      run->tones[tone_count] = (uint16_t)count;
      tone_count += (pair & TONE_MASK) != 0;
      codes[count] = (uint8_t)pair;
      plain[count++] = (uint8_t)(pair >> 8);
    } else {
      run->count = count;
      run->tone_count = tone_count;
      at = fold_rest(at, end, rules, run);
      count = run->count;
      tone_count = run->tone_count;
    }
  }
  run->count = count;
  run->tone_count = tone_count;
}

/* Where the span that starts at `start` ends: at the end of the text, at its last blank (behind a comma
 * if there is one, where the parts of an address end), or between two characters of a very long word. */
static const uint8_t *span_end(const uint8_t *start, const uint8_t *end) {
  if (end - start <= FOLD_SPAN_BYTES) return end;
  const uint8_t *at = start + FOLD_SPAN_BYTES;
  const uint8_t *last_blank = NULL;
  for (const uint8_t *blank = at; blank > start; blank--) {
    if (*blank != ' ') continue;
    if (blank[-1] == ',') return blank;
    if (last_blank == NULL) last_blank = blank;
  }
  if (last_blank != NULL) return last_blank;
  while (at > start + FOLD_SPAN_BYTES - 4 && is_continuation(*at)) at--;
  return at;
}

/* The letters of the next span, with a blank behind them. */
static inline void next_letters(fold_words *words, fold_cursor *cursor, const fold_rules *rules, fold_run *run) {
  run->has_other = false;
  run->blank_before = cursor->blank_behind;
  const uint8_t *end = span_end(cursor->next, cursor->end), *at = words(cursor->next, end, rules, run);
  if (at < end) fold_letters(at, end, rules, run);
  cursor->next = end;
  size_t count = run->count;
  cursor->blank_behind = count > 0 ? run->codes[count - 1] == FOLD_BLANK : run->blank_before;
  run->count = count - (count > 0 && cursor->blank_behind);
  run->codes[run->count] = FOLD_BLANK;
  run->plain[run->count] = ' ';
}

void fold_next_letters(fold_cursor *cursor, const fold_rules *rules, fold_run *run) {
  next_letters(fold_words_chosen(), cursor, rules, run);
}

void fold_next_with(fold_words *words, fold_cursor *cursor, const fold_rules *rules, fold_run *run) {
  next_letters(words, cursor, rules, run);
  if (run->tone_count > 0) fold_place_tones(run);
}

void fold_next(fold_cursor *cursor, const fold_rules *rules, fold_run *run) {
  next_letters(fold_words_chosen(), cursor, rules, run);
  if (run->tone_count > 0) fold_place_tones(run);
}
