/* See value_write.h. Room is made once a line, for the worst that escaping may do; then nothing is checked. */
#include "run/value_write.h"

#include <string.h>

#include "base/memory.h"

enum {
  ESCAPED_MAX = 6,   /* bytes of one byte */
  AROUND_TEXT = 64,  /* a name, quotes and marks around a text, or a word */
  AROUND_LINE = 256,
  WORD = 8
};

const char value_tsv_header[] = "value\tcanonical\tparts\trepaired\tfindings\n";

static khop_status make_room(value_output *o, value_text value, const value_result *r, khop_error *err) {
  size_t bytes = value.length + r->canonical.length;
  for (size_t i = 0; i < r->part_count; i++) bytes += r->parts[i].value.length;
  size_t texts = r->part_count + r->repaired_count + r->finding_count;
  size_t needed = o->used + bytes * ESCAPED_MAX + texts * AROUND_TEXT + AROUND_LINE;
  return array_reserve(&o->text, &o->capacity, needed, 1, "output", err);
}

static inline char *put_plain(char *out, const char *text, size_t length) {
  memcpy(out, text, length);
  return out + length;
}

/* ---- escaping ------------------------------------------------------------------------------ */

static const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;

/* Bytes of a word that are `byte`, or below 0x20: their top bits; others may be set only above a true one. */
static inline uint64_t is_byte(uint64_t word, unsigned byte) {
  uint64_t differ = word ^ ones * byte;
  return (differ - ones) & ~differ & tops;
}
static inline uint64_t is_control(uint64_t word) { return (word - ones * 0x20) & ~word & tops; }

typedef char *put_escaped(char *out, unsigned char byte);

/* Eight bytes at a time, the last ones filled up with blanks, as long as none is to be escaped; `first` and `second`
 * are, beside controls. Up to seven bytes are written behind. */
static inline char *put_text(char *out, value_text text, unsigned first, unsigned second, put_escaped *escape) {
  for (size_t at = 0; at < text.length; at += WORD) {
    size_t piece = text.length - at < WORD ? text.length - at : WORD;
    uint64_t word = ones * ' ';
    if (piece == WORD) memcpy(&word, text.text + at, WORD);
    else memcpy(&word, text.text + at, piece);
    memcpy(out, &word, WORD);
    if ((is_byte(word, first) | is_byte(word, second) | is_control(word)) == 0) {
      out += piece;
      continue;
    }
    for (size_t i = 0; i < piece; i++) {
      unsigned char byte = (unsigned char)text.text[at + i];
      if (byte < 0x20 || byte == first || byte == second) out = escape(out, byte);
      else *out++ = (char)byte;
    }
  }
  return out;
}

static char *put_hex(char *out, unsigned char byte) {
  static const char digits[] = "0123456789abcdef";
  *out++ = digits[byte >> 4];
  *out++ = digits[byte & 15];
  return out;
}

static char *escape_json(char *out, unsigned char byte) {
  *out++ = '\\';
  if (byte >= 0x20) {
    *out++ = (char)byte;
    return out;
  }
  return put_hex(put_plain(out, "u00", 3), byte);
}

static char *escape_tsv(char *out, unsigned char byte) {
  const char *letter = byte == '\t' ? "t" : byte == '\n' ? "n" : byte == '\r' ? "r" : byte == '\\' ? "\\" : NULL;
  *out++ = '\\';
  if (letter) {
    *out++ = *letter;
    return out;
  }
  *out++ = 'x';
  return put_hex(out, byte);
}

static char *put_json_text(char *out, value_text text) {
  *out++ = '"';
  out = put_text(out, text, '"', '\\', escape_json);
  *out++ = '"';
  return out;
}

static char *put_cell(char *out, value_text text) { return put_text(out, text, '\\', '\\', escape_tsv); }

/* ---- lines --------------------------------------------------------------------------------- */

static char *put_json_words(char *out, const char *const *words, size_t count) {
  *out++ = '[';
  for (size_t i = 0; i < count; i++) {
    if (i > 0) *out++ = ',';
    *out++ = '"';
    out = put_plain(out, words[i], strlen(words[i]));
    *out++ = '"';
  }
  *out++ = ']';
  return out;
}

#define PUT_LITERAL(out, text) put_plain(out, text, sizeof(text) - 1)

khop_status value_write_json(value_output *o, value_text value, const value_result *r, khop_error *err) {
  TRY(make_room(o, value, r, err));
  char *out = o->text + o->used;
  out = put_json_text(PUT_LITERAL(out, "{\"value\":"), value);
  out = put_json_text(PUT_LITERAL(out, ",\"canonical\":"), r->canonical);
  out = PUT_LITERAL(out, ",\"parts\":{");
  for (size_t i = 0; i < r->part_count; i++) {
    if (i > 0) *out++ = ',';
    *out++ = '"';
    out = put_plain(out, r->parts[i].name.text, r->parts[i].name.length);
    out = put_json_text(PUT_LITERAL(out, "\":"), r->parts[i].value);
  }
  out = put_json_words(PUT_LITERAL(out, "},\"repaired\":"), r->repaired, r->repaired_count);
  out = put_json_words(PUT_LITERAL(out, ",\"findings\":"), r->findings, r->finding_count);
  out = PUT_LITERAL(out, "}\n");
  o->used = (size_t)(out - o->text);
  return KHOP_OK;
}

static char *put_words(char *out, const char *const *words, size_t count) {
  *out++ = '\t';
  for (size_t i = 0; i < count; i++) {
    if (i > 0) *out++ = ';';
    out = put_plain(out, words[i], strlen(words[i]));
  }
  return out;
}

khop_status value_write_tsv(value_output *o, value_text value, const value_result *r, khop_error *err) {
  TRY(make_room(o, value, r, err));
  char *out = put_cell(o->text + o->used, value);
  *out++ = '\t';
  out = put_cell(out, r->canonical);
  *out++ = '\t';
  for (size_t i = 0; i < r->part_count; i++) {
    if (i > 0) *out++ = ';';
    out = put_plain(out, r->parts[i].name.text, r->parts[i].name.length);
    *out++ = '=';
    out = put_text(out, r->parts[i].value, '\\', ';', escape_tsv);
  }
  out = put_words(out, r->repaired, r->repaired_count);
  out = put_words(out, r->findings, r->finding_count);
  *out++ = '\n';
  o->used = (size_t)(out - o->text);
  return KHOP_OK;
}
