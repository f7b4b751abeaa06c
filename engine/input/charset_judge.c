/* Which charset is this row in? First what needs no reading: ASCII, and letters that only real UTF-8 can spell;
 * then the rest of the row as one text in the charsets of the profile; then each field by itself. */
#include <string.h>

#include "input/charset_read.h"
#include "input/charset_tables.h"
#include "input/utf8.h"
#include "input/word.h"

enum {
  DOMINANT_PERCENT = 90, /* a charset with so much of a file may have words that are no syllables */
  DOMINANT_UNREAD_MAX = 4,
  SETTLING_RATIO = 20,   /* of two that read a text alike, the first is taken when it is so much commoner */
  COMPARED_BYTES_MAX = 256,
  MARKS_MAX = 32         /* on one letter: more are no text, and charset_decode may refuse them */
};

static bool has_byte_beyond_ascii(const char *text, size_t length) {
  uint64_t seen = 0;
  size_t i = 0;
  for (; length - i >= 8; i += 8) seen |= load_word(text + i);
  for (; i < length; i++) seen |= (uint64_t)((uint8_t)text[i] & 0x80);
  return (seen & 0x8080808080808080u) != 0;
}

static bool has_accent_byte(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (charset_is_accent_byte((uint8_t)text[i])) return true;
  }
  return false;
}

/* Ă ă Đ đ Ơ ơ Ư ư: of two bytes, and not in Windows-1252. */
static bool is_beyond_latin1(uint8_t lead, uint8_t second) {
  if (lead == 0xc4) return (second & 0xfe) == 0x82 || (second & 0xfe) == 0x90;
  return lead == 0xc6 && ((second & 0xfe) == 0xa0 || second == 0xaf || second == 0xb0);
}

/* Is the text well-formed UTF-8 of Latin letters and signs, and has it a Vietnamese letter that neither Latin-1
 * nor Windows-1252 has? Then it is no mojibake, and bytes of another charset that read so spell no words. */
static bool is_surely_utf8(const char *text, size_t length) {
  const uint8_t *bytes = (const uint8_t *)text;
  size_t marks = 0;
  bool is_sure = false;
  if (utf8_find_bad(text, 0, length) < length) return false;
  for (size_t i = 0; i < length;) {
    uint8_t lead = bytes[i], second = lead < 0x80 ? 0 : bytes[i + 1];
    marks = lead == 0xcc ? marks + 1 : 0;
    if (marks > MARKS_MAX) return false;
    if (lead < 0x80) {
      i++;
    } else if (lead == 0xe1 && (second & 0xfe) == 0xba) {
      is_sure |= second == 0xbb || bytes[i + 2] >= 0xa0;
      i += 3;
    } else if (lead == 0xe2 && second <= 0x84) {
      i += 3;
    } else if (lead <= 0xc6 || (lead == 0xcc && second <= 0xa3)) {
      is_sure |= lead == 0xcc || is_beyond_latin1(lead, second);
      i += 2;
    } else {
      return false;
    }
  }
  return is_sure;
}

bool charset_is_plain_text(const char *text, size_t length) {
  return !has_accent_byte(text, length) || is_surely_utf8(text, length);
}

/* The charsets to read a text in: those of the profile, and UTF-8. */
static unsigned mask_of(const charset_profile *profile) {
  unsigned mask = 1u << CHARSET_UTF8;
  for (size_t i = 0; i < profile->count; i++) mask |= 1u << profile->charsets[i];
  return mask;
}

/* ---- one reading, one charset -------------------------------------------------------------- */

static bool holds_utf8(const charset_profile *profile) { return charset_profile_has(profile, CHARSET_UTF8); }

/* The charsets that may win by their words. UTF-8 is one also where the sample had none, but not against mojibake,
 * which is UTF-8 too and now and then spells syllables ("Lông" is Lơng in VNI). */
static unsigned candidates_of(const charset_profile *profile) {
  bool may_add_utf8 = holds_utf8(profile) || !charset_is_mojibake(profile->charsets[0]);
  return may_add_utf8 ? mask_of(profile) : mask_of(profile) & ~(1u << CHARSET_UTF8);
}

static bool is_dominant(const charset_profile *profile) { return profile->share[0] * 100 >= DOMINANT_PERCENT; }

/* No charset reads half of the words: foreign names, places of the highlands, or rubbish. The charset of nearly all
 * of the file may have a few such words, if they decode; well-formed UTF-8 stands as it is, where it is not
 * known to be mojibake. */
static input_charset choose_unread(const charset_profile *profile, const charset_reading *reading) {
  input_charset main = profile->charsets[0];
  bool is_utf8 = reading->undecodable[CHARSET_UTF8] == 0;
  bool may_be_main = is_dominant(profile) && reading->undecodable[main] == 0;
  if (is_utf8 && (holds_utf8(profile) || !may_be_main)) return CHARSET_UTF8;
  uint32_t unread = reading->words - reading->syllables[main];
  bool may_be_foreign = reading->strange[main] == 0 && unread <= DOMINANT_UNREAD_MAX;
  return may_be_main && may_be_foreign ? main : CHARSET_AUTO;
}

/* Several charsets read the text equally well. What is UTF-8 in a file of UTF-8 stands as it is; otherwise
 * only a charset far commoner than the next settles it. */
static input_charset choose_alike(const charset_profile *profile, unsigned best, bool is_beside_utf8) {
  if (is_beside_utf8 && (best >> CHARSET_UTF8 & 1)) return CHARSET_UTF8;
  input_charset first = CHARSET_AUTO;
  double first_share = 0;
  for (size_t i = 0; i < profile->count; i++) {
    input_charset charset = profile->charsets[i];
    if (!(best >> charset & 1)) continue;
    if (first == CHARSET_AUTO) {
      if (charset == CHARSET_UTF8) return CHARSET_UTF8;
      first = charset;
      first_share = profile->share[i];
    } else {
      return first_share >= SETTLING_RATIO * profile->share[i] ? first : CHARSET_AUTO;
    }
  }
  return first;
}

/* CHARSET_AUTO when the reading settles nothing. *out_best: the charsets that read it best, none or several. */
static input_charset choose(const charset_profile *profile, const charset_reading *reading, bool is_beside_utf8,
                            unsigned *out_best) {
  unsigned best = *out_best = charset_reading_best(reading, candidates_of(profile));
  if (profile->is_forced) return reading->undecodable[profile->charsets[0]] == 0 ? profile->charsets[0] : CHARSET_AUTO;
  if (reading->words == 0 || best == 0) return CHARSET_AUTO;
  if ((best & (best - 1)) == 0) return (input_charset)__builtin_ctz(best);
  return choose_alike(profile, best, is_beside_utf8);
}

/* ---- fields -------------------------------------------------------------------------------- */

static charset_judgement judgement_of(input_charset charset) {
  charset_kind kind = CHARSET_KIND_LEGACY;
  if (charset == CHARSET_AUTO) kind = CHARSET_KIND_UNDECODABLE;
  if (charset == CHARSET_UTF8) kind = CHARSET_KIND_UTF8;
  if (charset_is_mojibake(charset)) kind = CHARSET_KIND_MOJIBAKE;
  return (charset_judgement){.kind = kind, .charset = charset};
}

/* Do all charsets of `best` make the same text of it ("Lý" in Latin-1 and in TCVN3)? */
static bool is_same_text(const charsets *c, unsigned best, const input_field *field) {
  char texts[2][3 * COMPARED_BYTES_MAX + 8];
  size_t lengths[2], count = 0;
  if (field->length > COMPARED_BYTES_MAX) return false;
  for (unsigned charset = CHARSET_UTF8; charset < CHARSET_COUNT; charset++) {
    if (!(best >> charset & 1)) continue;
    size_t at = count++ > 0;
    if (!charset_decode(c, (input_charset)charset, field->text, field->length, texts[at], sizeof texts[at],
                        &lengths[at])) {
      return false;
    }
    if (at > 0 && (lengths[0] != lengths[1] || memcmp(texts[0], texts[1], lengths[0]) != 0)) return false;
  }
  return count > 1;
}

/* What needs no reading; CHARSET_KIND_UNDECODABLE otherwise. */
static charset_judgement judge_quickly(const charset_profile *profile, unsigned mask, const input_field *field) {
  bool is_ascii = !has_byte_beyond_ascii(field->text, field->length);
  if (is_ascii && (mask >> CHARSET_VISCII & 1)) is_ascii = !has_accent_byte(field->text, field->length);
  if (is_ascii) return (charset_judgement){CHARSET_KIND_ASCII, CHARSET_UTF8};
  if (!profile->is_forced && is_surely_utf8(field->text, field->length)) return judgement_of(CHARSET_UTF8);
  return judgement_of(CHARSET_AUTO);
}

/* One field of a row that no charset fits as a whole: what its own words settle. */
static charset_judgement judge_by_words(const charsets *c, const charset_profile *profile, const input_field *field,
                                        bool is_beside_utf8) {
  charset_reading reading = {0};
  unsigned best;
  charset_read(c, mask_of(profile), field->text, field->length, &reading);
  input_charset charset = choose(profile, &reading, is_beside_utf8, &best);
  if (charset == CHARSET_AUTO && is_same_text(c, best, field)) charset = (input_charset)__builtin_ctz(best);
  return judgement_of(charset);
}

/* One field whose own words settle nothing. `row`: the charset of the row's other fields, CHARSET_AUTO when they
 * differ or there are none. */
static charset_judgement judge_by_row(const charsets *c, const charset_profile *profile, const input_field *field,
                                      input_charset row) {
  charset_reading reading = {0};
  charset_read(c, mask_of(profile), field->text, field->length, &reading);
  bool is_unread = charset_reading_best(&reading, candidates_of(profile)) == 0;
  if (profile->is_forced || (reading.words > 0 && !is_unread)) return judgement_of(CHARSET_AUTO);
  bool is_of_row = row != CHARSET_AUTO && reading.undecodable[row] == 0;
  if (is_of_row && (row == CHARSET_UTF8 || reading.strange[row] == 0)) return judgement_of(row);
  return judgement_of(choose_unread(profile, &reading));
}

static bool is_open(const charset_judgement *judgement) { return judgement->kind == CHARSET_KIND_UNDECODABLE; }

/* The fields that are still open, each by its words. Returns the charset that those have which got one. */
static input_charset judge_each(const charsets *c, const charset_profile *profile, const input_field *fields,
                                size_t count, bool is_beside_utf8, charset_judgement *out) {
  unsigned seen = 0;
  for (size_t i = 0; i < count; i++) {
    if (!is_open(&out[i])) continue;
    out[i] = judge_by_words(c, profile, &fields[i], is_beside_utf8);
    if (!is_open(&out[i])) seen |= 1u << out[i].charset;
  }
  return seen != 0 && (seen & (seen - 1)) == 0 ? (input_charset)__builtin_ctz(seen) : CHARSET_AUTO;
}

void charset_judge(const charsets *c, const charset_profile *profile, const input_field *fields, size_t count,
                   charset_judgement *out) {
  unsigned mask = mask_of(profile), best;
  charset_reading row = {0};
  size_t open = 0;
  bool is_beside_utf8 = false;
  for (size_t i = 0; i < count; i++) {
    out[i] = judge_quickly(profile, mask, &fields[i]);
    is_beside_utf8 |= out[i].kind == CHARSET_KIND_UTF8;
    if (!is_open(&out[i])) continue;
    charset_read(c, mask, fields[i].text, fields[i].length, &row);
    open++;
  }
  if (open == 0) return;
  input_charset common = choose(profile, &row, is_beside_utf8, &best);
  if (common != CHARSET_AUTO) {
    for (size_t i = 0; i < count; i++) {
      if (is_open(&out[i])) out[i] = judgement_of(common);
    }
    return;
  }
  common = judge_each(c, profile, fields, count, is_beside_utf8, out);
  if (common == CHARSET_AUTO && is_beside_utf8) common = CHARSET_UTF8;
  for (size_t i = 0; i < count; i++) {
    if (is_open(&out[i])) out[i] = judge_by_row(c, profile, &fields[i], common);
  }
}
