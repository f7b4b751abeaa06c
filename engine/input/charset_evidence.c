/* Evidence: sums of readings, and the sentence that tells a user what they say. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "input/charset_read.h"

static bool is_one_bit(unsigned mask) { return mask != 0 && (mask & (mask - 1)) == 0; }

void charset_evidence_add(const charsets *c, charset_evidence *e, const char *text, size_t length) {
  charset_reading reading = {0};
  e->fields++;
  /* "Nữ" in UTF-8 is a syllable with a sign in Windows-1258, which nobody writes. */
  unsigned mask = charset_is_plain_text(text, length) ? 1u << CHARSET_UTF8 : CHARSET_MASK_ALL;
  charset_read(c, mask, text, length, &reading);
  if (reading.words == 0) return;
  e->accented_fields++;
  e->words += reading.words;
  for (size_t i = CHARSET_UTF8; i < CHARSET_COUNT; i++) {
    e->syllables[i] += reading.syllables[i];
    e->undecodable[i] += reading.undecodable[i];
  }
  unsigned best = charset_reading_best(&reading, mask);
  if (is_one_bit(best)) {
    unsigned winner = (unsigned)__builtin_ctz(best);
    e->fields_won[winner]++;
    e->words_won[winner] += reading.words;
    e->fields_sure[winner] += reading.words >= CHARSET_SURE_WORDS && reading.syllables[winner] == reading.words;
  } else if (best != 0) {
    e->words_alike += reading.words;
  } else if (reading.undecodable[CHARSET_UTF8] == 0) {
    e->words_unread_utf8 += reading.words;
  } else {
    e->words_unread_bytes += reading.words;
  }
}

void charset_evidence_merge(charset_evidence *into, const charset_evidence *from) {
  into->fields += from->fields;
  into->accented_fields += from->accented_fields;
  into->words += from->words;
  for (size_t i = 0; i < CHARSET_COUNT; i++) {
    into->syllables[i] += from->syllables[i];
    into->undecodable[i] += from->undecodable[i];
    into->fields_won[i] += from->fields_won[i];
    into->words_won[i] += from->words_won[i];
    into->fields_sure[i] += from->fields_sure[i];
  }
  into->words_alike += from->words_alike;
  into->words_unread_utf8 += from->words_unread_utf8;
  into->words_unread_bytes += from->words_unread_bytes;
}

/* ---- in words ------------------------------------------------------------------------------ */

typedef struct sentence {
  char *text;
  size_t capacity, used;
} sentence;

__attribute__((format(printf, 2, 3))) static void say(sentence *s, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(s->text + s->used, s->capacity - s->used, format, arguments);
  va_end(arguments);
  size_t room = s->capacity - s->used - 1;
  s->used += length < 0 ? 0 : (size_t)length < room ? (size_t)length : room;
}

/* 1204 as "1,204". */
static void say_number(sentence *s, uint64_t number) {
  if (number >= 1000) {
    say_number(s, number / 1000);
    say(s, ",%03u", (unsigned)(number % 1000));
  } else {
    say(s, "%u", (unsigned)number);
  }
}

static double percent(uint64_t part, uint64_t whole) { return whole > 0 ? 100.0 * (double)part / (double)whole : 0; }

/* The charset outside the profile that comes nearest; CHARSET_AUTO when none reads a word. */
static input_charset runner_up(const charset_evidence *e, const charset_profile *profile) {
  input_charset best = CHARSET_AUTO;
  uint64_t most = 0;
  for (size_t i = CHARSET_UTF8; i < CHARSET_COUNT; i++) {
    if (charset_profile_has(profile, (input_charset)i) || e->syllables[i] <= most) continue;
    best = (input_charset)i;
    most = e->syllables[i];
  }
  return best;
}

void charset_describe(const charset_evidence *e, const charset_profile *profile, char *text, size_t text_bytes) {
  if (text_bytes == 0) return;
  sentence s = {.text = text, .capacity = text_bytes};
  text[0] = 0;
  for (size_t i = 0; i < profile->count; i++) {
    say(&s, "%s%s", i > 0 ? ", " : "", charset_name(profile->charsets[i]));
    if (profile->count > 1) say(&s, " %.1f %%", 100 * profile->share[i]);
  }
  if (profile->is_forced) say(&s, " (forced)");
  if (e->words == 0) {
    say(&s, "; no accented words");
    return;
  }
  say(&s, "; ");
  say_number(&s, e->words);
  say(&s, " accented words: ");
  for (size_t i = 0; i < profile->count; i++) {
    say(&s, "%s%.1f %%%s as %s", i > 0 ? ", " : "", percent(e->syllables[profile->charsets[i]], e->words),
        i > 0 ? "" : " read as Vietnamese syllables", charset_name(profile->charsets[i]));
  }
  input_charset next = runner_up(e, profile);
  if (next != CHARSET_AUTO) say(&s, ", %.1f %% as %s", percent(e->syllables[next], e->words), charset_name(next));
  uint64_t unread = e->words_unread_bytes + e->words_unread_utf8;
  if (unread > 0) say(&s, ", %.1f %% in values that no charset reads", percent(unread, e->words));
}
