/* Decoding tables of the legacy charsets, all of one shape, so that one loop reads them all.
 *
 *   bytes      N   g   u   y   e   ã   n          VNI: ã is a mark, "circumflex and tilde on the letter before"
 *   marks      0   0   0   0   0   7   0          mark_of[byte]
 *   letters[marks of the next][byte]:  N g u y ễ(2 bytes taken) n
 *
 * letters[0] is a byte by itself. An entry is the UTF-8 of one letter, first byte lowest, and its length in the
 * top byte; 0: no letter. VISCII and TCVN3 have no marks, Windows-1258 five, VNI seventeen.
 */
#ifndef KHOP_INPUT_CHARSET_TABLES_H
#define KHOP_INPUT_CHARSET_TABLES_H

#include "input/charset.h"

enum { CHARSET_MARKS_MAX = 17 };

typedef struct charset_table {
  bool is_known; /* false: iconv lacks it */
  bool has_marks;
  uint8_t mark_of[256];
  uint32_t letters[CHARSET_MARKS_MAX + 1][256];
} charset_table;

struct charsets {
  charset_table tcvn3, vni, viscii, windows1258;
  charset_table tcvn3_capitals; /* TCVN3 in a word of capitals: small accented letters raised */
};

/* The table entry of a code point below U+10000. */
static inline uint32_t charset_entry(uint32_t point) {
  if (point < 0x80) return 1u << 24 | point;
  if (point < 0x800) return 2u << 24 | (0x80u | (point & 0x3f)) << 8 | 0xc0u | point >> 6;
  return 3u << 24 | (0x80u | (point & 0x3f)) << 16 | (0x80u | (point >> 6 & 0x3f)) << 8 | 0xe0u | point >> 12;
}

/* What fonts of Latin letters kept at its place in Windows-1252: quotes, dashes, signs. 0 for other bytes. */
uint32_t charset_windows1252_sign(unsigned byte);

/* charset_iconv.c. Charsets that iconv lacks stay unknown. */
void charset_fill_iconv(charsets *c);
/* charset_vni.c */
void charset_fill_vni(charset_table *table);

/* charset_decode.c. Decodes `count` bytes, one at least, with a look at `behind`, the byte behind them (0: none).
 * *out_taken is `count`, or one more when `behind` is a mark on the last letter. Returns the bytes written,
 * at most 3 a byte and up to 3 more of rubbish behind; 0 when something is no letter. */
size_t charset_table_decode(const charset_table *table, const uint8_t *bytes, size_t count, unsigned behind,
                            char *out, size_t *out_taken);
/* A whole text through a table; false on what is no letter. */
bool charset_decode_whole(const charset_table *table, const uint8_t *bytes, size_t length, char *out,
                          size_t *out_written);
/* The same for TCVN3, with the capitals put back. */
bool charset_decode_tcvn3(const charsets *c, const uint8_t *bytes, size_t length, char *out, size_t *out_written);
/* charset_utf8.c: UTF-8 to NFC. */
bool charset_decode_utf8(const char *text, size_t length, char *out, size_t *out_written);
/* charset_mojibake.c. `charset` is CHARSET_TCVN3 or CHARSET_VNI. */
bool charset_decode_mojibake(const charsets *c, input_charset charset, const char *text, size_t length, char *out,
                             size_t *out_written);

static inline bool charset_is_mojibake(input_charset charset) { return charset >= CHARSET_TCVN3_MOJIBAKE; }

/* Bytes beyond ASCII, and the control codes that are capitals in VISCII: they make a word accented. */
static inline bool charset_is_accent_byte(uint8_t byte) {
  const uint32_t viscii_capitals = 1u << 0x02 | 1u << 0x05 | 1u << 0x06 | 1u << 0x14 | 1u << 0x19 | 1u << 0x1e;
  return byte >= 0x80 || (byte < 0x20 && (viscii_capitals >> byte & 1));
}

static inline bool charset_is_word_byte(uint8_t byte) {
  return charset_is_accent_byte(byte) || (unsigned)((byte | 0x20) - 'a') < 26;
}

#endif
