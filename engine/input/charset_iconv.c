/* TCVN3, VISCII and Windows-1258 out of iconv: every byte, and every byte with a tone behind it, is put through
 * it once. The decoders of Windows-1258 and TCVN5712-1 keep the last letter until they are flushed with a NULL
 * input, as a tone may follow; what is not flushed is lost.
 */
#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "input/charset_tables.h"

enum { POINTS_MAX = 8 };

/* The code points of a short text; 0 of them when iconv refuses it. */
static size_t decode(iconv_t from, const uint8_t *bytes, size_t length, uint32_t points[POINTS_MAX]) {
  char copy[4], *in = copy, *out = (char *)points;
  size_t in_left = length, out_left = POINTS_MAX * sizeof *points;
  memcpy(copy, bytes, length);
  iconv(from, NULL, NULL, NULL, NULL);
  bool is_whole = iconv(from, &in, &in_left, &out, &out_left) != (size_t)-1 && in_left == 0;
  is_whole &= iconv(from, NULL, NULL, &out, &out_left) != (size_t)-1;
  return is_whole ? POINTS_MAX - out_left / sizeof *points : 0;
}

/* C1 controls are no text: iconv lets them through where a charset leaves a place free. */
static uint32_t entry_of(const uint32_t *points, size_t count) {
  if (count != 1 || points[0] == 0 || points[0] > 0xffff || (points[0] >= 0x80 && points[0] < 0xa0)) return 0;
  return charset_entry(points[0]);
}

static bool is_tone(uint32_t point) { return point >= 0x300 && point < 0x370; }

static void fill_single(iconv_t from, charset_table *table, uint8_t marks[CHARSET_MARKS_MAX + 1]) {
  uint8_t mark_count = 0;
  for (unsigned byte = 1; byte < 256; byte++) {
    uint32_t points[POINTS_MAX];
    uint8_t text = (uint8_t)byte;
    size_t count = decode(from, &text, 1, points);
    if (count == 1 && is_tone(points[0]) && mark_count < CHARSET_MARKS_MAX) {
      table->has_marks = true;
      table->mark_of[byte] = ++mark_count;
      marks[mark_count] = text;
    } else {
      table->letters[0][byte] = entry_of(points, count);
    }
  }
}

static void fill_pairs(iconv_t from, charset_table *table, const uint8_t marks[CHARSET_MARKS_MAX + 1]) {
  for (unsigned mark = 1; mark <= CHARSET_MARKS_MAX && marks[mark] != 0; mark++) {
    for (unsigned byte = 'A'; byte < 256; byte++) {
      uint32_t points[POINTS_MAX];
      uint8_t text[2] = {(uint8_t)byte, marks[mark]};
      if (table->letters[0][byte] == 0) continue;
      table->letters[mark][byte] = entry_of(points, decode(from, text, sizeof text, points));
    }
  }
}

static void fill(charset_table *table, const char *iconv_name) {
  iconv_t from = iconv_open(__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? "UCS-4BE" : "UCS-4LE", iconv_name);
  if (from == (iconv_t)-1) return;
  uint8_t marks[CHARSET_MARKS_MAX + 1] = {0};
  fill_single(from, table, marks);
  fill_pairs(from, table, marks);
  table->is_known = true;
  iconv_close(from);
}

uint32_t charset_windows1252_sign(unsigned byte) {
  static const uint16_t from_80[32] = {[0x05] = 0x2026, [0x11] = 0x2018, [0x12] = 0x2019, [0x13] = 0x201c,
                                       [0x14] = 0x201d, [0x15] = 0x2022, [0x16] = 0x2013, [0x17] = 0x2014};
  return byte >= 0x80 && byte < 0xa0 ? from_80[byte - 0x80] : 0;
}

static uint32_t point_of(uint32_t entry) {
  uint32_t lead = entry & 0xff, second = entry >> 8 & 0x3f, third = entry >> 16 & 0x3f;
  if (entry >> 24 == 1) return lead;
  return entry >> 24 == 2 ? (lead & 0x1f) << 6 | second : (lead & 0xf) << 12 | second << 6 | third;
}

/* Of a small Vietnamese letter: 0x20 apart in Latin-1, elsewhere the code point before. */
static uint32_t upper_of(uint32_t point) { return point < 0x100 ? point - 0x20 : point - 1; }

static bool is_small_letter(uint32_t point) {
  if (point < 0x100) return point >= 0xe0 && point <= 0xfd;
  if (point >= 0x1ea0 && point <= 0x1ef9) return point % 2 == 1;
  return point == 0x103 || point == 0x111 || point == 0x129 || point == 0x169 || point == 0x1a1 || point == 0x1b0;
}

/* The entry of a byte in ABC fonts: of TCVN 5712 the small letters and, in A1 to A7, Ă Â Ê Ô Ơ Ư Đ. Nothing types
 * the other capitals and the combining tones that the standard has; and as bytes that are no letters they
 * tell TCVN3 from the others. */
static uint32_t abc_entry(const charset_table *table, unsigned byte) {
  if (byte < 0x80) return charset_entry(byte);
  uint32_t entry = table->letters[0][byte], sign = charset_windows1252_sign(byte);
  if (byte >= 0xa0 && (byte <= 0xa7 || is_small_letter(point_of(entry)))) return entry;
  return sign != 0 ? charset_entry(sign) : 0;
}

static void restrict_to_abc(charsets *c) {
  charset_table *table = &c->tcvn3, *capitals = &c->tcvn3_capitals;
  for (unsigned byte = 1; byte < 256; byte++) capitals->letters[0][byte] = abc_entry(table, byte);
  capitals->is_known = true;
  *table = *capitals;
  for (unsigned byte = 0xa8; byte < 256; byte++) {
    uint32_t entry = table->letters[0][byte];
    if (entry != 0) capitals->letters[0][byte] = charset_entry(upper_of(point_of(entry)));
  }
}

void charset_fill_iconv(charsets *c) {
  fill(&c->tcvn3, "TCVN5712-1");
  fill(&c->viscii, "VISCII");
  fill(&c->windows1258, "WINDOWS-1258");
  if (c->tcvn3.is_known) restrict_to_abc(c);
}
