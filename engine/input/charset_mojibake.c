/* Mojibake back to bytes: each character is the byte that Latin-1 or Windows-1252 has it for. */
#include <string.h>

#include "input/charset_tables.h"

enum { PIECE_BYTES = 256 };

/* U+0152 to U+2122, where Windows-1252 has 0x80 to 0x9f; in order of the code points. */
static const uint16_t signs[27][2] = {
    {0x0152, 0x8c}, {0x0153, 0x9c}, {0x0160, 0x8a}, {0x0161, 0x9a}, {0x0178, 0x9f}, {0x017d, 0x8e}, {0x017e, 0x9e},
    {0x0192, 0x83}, {0x02c6, 0x88}, {0x02dc, 0x98}, {0x2013, 0x96}, {0x2014, 0x97}, {0x2018, 0x91}, {0x2019, 0x92},
    {0x201a, 0x82}, {0x201c, 0x93}, {0x201d, 0x94}, {0x201e, 0x84}, {0x2020, 0x86}, {0x2021, 0x87}, {0x2022, 0x95},
    {0x2026, 0x85}, {0x2030, 0x89}, {0x2039, 0x8b}, {0x203a, 0x9b}, {0x20ac, 0x80}, {0x2122, 0x99}};

static unsigned sign_byte(uint32_t point) {
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    if (signs[i][0] == point) return signs[i][1];
  }
  return 0;
}

/* The byte of the character at text[*at], which moves on; 0 when it has none or is damaged. */
static unsigned next_byte(const uint8_t *text, size_t length, size_t *at) {
  const uint8_t *c = text + *at;
  size_t left = length - *at;
  if (c[0] < 0x80) {
    ++*at;
    return c[0];
  }
  if (left < 2 || (c[1] & 0xc0) != 0x80 || c[0] < 0xc2) return 0;
  if (c[0] < 0xe0) {
    *at += 2;
    uint32_t point = (c[0] & 0x1fu) << 6 | (c[1] & 0x3fu);
    return point < 0x100 ? point : sign_byte(point);
  }
  if (left < 3 || c[0] != 0xe2 || (c[2] & 0xc0) != 0x80) return 0;
  *at += 3;
  return sign_byte(0x2000u | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu));
}

/* Bytes of the characters from text[*at] on, at most `room`, into `bytes`; *at moves behind them. Returns how many, 0
 * at a character that is no byte. */
static size_t take_any(const uint8_t *text, size_t length, size_t *at, uint8_t *bytes, size_t room) {
  size_t count = 0;
  while (*at < length && count < room) {
    unsigned byte = next_byte(text, length, at);
    if (byte == 0) return 0;
    bytes[count++] = (uint8_t)byte;
  }
  return count;
}

/* The same where all is ASCII or U+0080 to U+00FF, as nearly all is: every byte of the text is a step, and tails give
 * nothing, so that no step waits for the length of the one before. */
static size_t take_bytes(const uint8_t *text, size_t length, size_t *at, uint8_t *bytes, size_t room) {
  size_t i = *at, count = 0;
  unsigned odd = 0, wants_tail = 0;
  for (; i < length && count < room; i++) {
    unsigned byte = text[i], tail = i + 1 < length ? text[i + 1] : 0;
    unsigned is_tail = (byte & 0xc0) == 0x80, is_lead = byte >= 0xc0;
    unsigned of_two = 0u - is_lead; /* a mask, or compilers branch on it */
    bytes[count] = (uint8_t)(((byte << 6 | (tail & 0x3f)) & of_two) | (byte & ~of_two));
    count += !is_tail;
    odd |= (is_tail ^ wants_tail) | (((byte ^ 0xc2) & 0xfe) & of_two) | (byte == 0);
    wants_tail = is_lead;
  }
  if (i < length && wants_tail) {
    odd |= (text[i++] & 0xc0) != 0x80;
    wants_tail = 0;
  }
  if (odd != 0 || wants_tail) return take_any(text, length, at, bytes, room);
  *at = i;
  return count;
}

/* TCVN3 of a whole text, for the words of capitals; its bytes go where they cannot run into the text: `length`
 * bytes at most, behind the 2 * length that they decode to. */
static bool decode_tcvn3(const charsets *c, const uint8_t *text, size_t length, char *out, size_t *out_written) {
  uint8_t *bytes = (uint8_t *)out + charset_decoded_bytes_max(length) - length;
  size_t at = 0, count = take_bytes(text, length, &at, bytes, length);
  return (count > 0 || length == 0) && charset_decode_tcvn3(c, bytes, count, out, out_written);
}

static bool decode_pieces(const charset_table *table, const uint8_t *text, size_t length, char *out,
                          size_t *out_written) {
  uint8_t bytes[PIECE_BYTES + 1];
  size_t written = 0, count = 0;
  for (size_t at = 0; at < length || count > 0;) {
    if (at < length) {
      size_t taken = take_bytes(text, length, &at, bytes + count, sizeof bytes - count);
      if (taken == 0) return false;
      count += taken;
    }
    size_t whole = count > PIECE_BYTES ? PIECE_BYTES : count, decoded;
    size_t piece = charset_table_decode(table, bytes, whole, count > whole ? bytes[whole] : 0, out + written, &decoded);
    if (piece == 0) return false;
    written += piece;
    memmove(bytes, bytes + decoded, count - decoded);
    count -= decoded;
  }
  *out_written = written;
  return true;
}

bool charset_decode_mojibake(const charsets *c, input_charset charset, const char *text, size_t length, char *out,
                             size_t *out_written) {
  *out_written = 0;
  const uint8_t *bytes = (const uint8_t *)text;
  if (charset == CHARSET_TCVN3) return decode_tcvn3(c, bytes, length, out, out_written);
  return decode_pieces(&c->vni, bytes, length, out, out_written);
}
