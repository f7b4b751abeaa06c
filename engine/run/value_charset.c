/* See value_charset.h. */
#include "run/value_charset.h"

#include <string.h>

#include "input/odd_latin.h"
#include "input/utf8.h"

/* Line by line; the last one may be cut. */
static void look_at(value_charset *c, const char *sample, size_t bytes) {
  charset_evidence evidence = {0};
  for (size_t at = 0; at < bytes;) {
    const char *end = memchr(sample + at, '\n', bytes - at);
    size_t length = end ? (size_t)(end - sample) - at : bytes - at;
    charset_evidence_add(c->tables, &evidence, sample + at, length);
    at += length + 1;
  }
  charset_profile_decide(&evidence, NULL, &c->profile);
}

khop_status value_charset_open(value_charset *c, const char *name, const char *sample, size_t sample_bytes,
                               khop_error *err) {
  *c = (value_charset){.tables = NULL};
  input_charset charset = CHARSET_UTF8;
  if (name) TRY(charset_from_name(name, &charset, err));
  if (charset == CHARSET_UTF8) return KHOP_OK;
  TRY(charsets_create(&c->tables, err));
  if (charset == CHARSET_AUTO) {
    look_at(c, sample, sample_bytes);
    return KHOP_OK;
  }
  charset_profile_force(charset, &c->profile);
  return charset_require(c->tables, charset, err);
}

void value_charset_close(value_charset *c) { charsets_free(c->tables); }

/* U+FFFD for each byte that belongs to no character; a NUL is a character like any other here. */
static value_text mend(const char *text, size_t length, char *out, bool *out_damaged) {
  size_t written = 0;
  *out_damaged = false;
  for (size_t at = 0; at < length;) {
    unsigned char lead = (unsigned char)text[at];
    size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    bool fits = bytes == 1 || (bytes <= length - at && utf8_find_bad(text + at, 0, bytes) == bytes);
    memcpy(out + written, fits ? text + at : "\xEF\xBF\xBD", fits ? bytes : 3);
    written += fits ? bytes : 3;
    at += fits ? bytes : 1;
    *out_damaged |= !fits;
  }
  return (value_text){out, written};
}

/* False when it is to be taken as it stands. */
static bool decode(const value_charset *c, const char *text, size_t length, char *room, value_line *out) {
  charset_judgement judged;
  input_field field = {.text = text, .length = (uint32_t)length}; /* at most a megabyte */
  charset_judge(c->tables, &c->profile, &field, 1, &judged);
  if (judged.kind == CHARSET_KIND_UTF8 && !c->profile.is_forced && odd_latin_find(text, 0, length) < length) {
    charset_judge_mojibake(c->tables, &field, 1, &judged);
  }
  out->is_undecodable = judged.kind == CHARSET_KIND_UNDECODABLE;
  if (judged.kind != CHARSET_KIND_LEGACY && judged.kind != CHARSET_KIND_MOJIBAKE) return false;
  size_t written;
  out->is_decoded = charset_decode(c->tables, judged.charset, text, length, room, value_line_bytes_max(length), &written);
  out->is_undecodable = !out->is_decoded;
  if (out->is_decoded) out->value = (value_text){room, written};
  return out->is_decoded;
}

void value_charset_read(const value_charset *c, const char *text, size_t length, char *room, value_line *out) {
  *out = (value_line){.value = {text, length}};
  if (c->tables && decode(c, text, length, room, out)) return;
  if (utf8_find_bad(text, 0, length) < length) out->value = mend(text, length, room, &out->is_damaged);
}
