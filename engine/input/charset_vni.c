/* VNI (VNI-Windows, the double-byte fonts): written from the encoding's table, since iconv does not have it.
 *
 * A letter is a Latin letter and perhaps one mark behind it, which holds quality and tone together; twelve
 * letters are bytes of their own. ơ and ư take the marks of tones as o and u do. A mark has a small and a
 * capital form, and follows its letter's case where it was typed with one keyboard; "Aù" with a small mark on a
 * capital is common too, so the letter's case decides. No file is known with the mark before the letter.
 *
 *   tones                  grave  acute  hook  tilde  dot
 *   on a plain letter        ø      ù      û     õ     ï
 *   with circumflex   â      à      á      å     ã     ä
 *   with breve        ê      è      é      ú     ü     ë
 */
#include "input/charset_tables.h"

enum { SMALL = 0x20, QUALITIES = 3 };

/* Marks of each quality: without tone, then grave, acute, hook, tilde, dot. 0: none. */
static const uint8_t marks[QUALITIES][6] = {
    {0, 0xf8, 0xf9, 0xfb, 0xf5, 0xef},
    {0xe2, 0xe0, 0xe1, 0xe5, 0xe3, 0xe4},
    {0xea, 0xe8, 0xe9, 0xfa, 0xfc, 0xeb},
};

/* What a letter becomes with the mark marks[quality][tone]; 0: they do not go together. A row a quality, no
 * row for a quality that the letter does not take. */
typedef struct vni_letter {
  uint8_t small, capital; /* bytes of the letter itself */
  uint16_t with[QUALITIES][6]; /* small letters */
} vni_letter;

static const vni_letter letters[] = {
    {'a', 'A', {{0, 0xe0, 0xe1, 0x1ea3, 0xe3, 0x1ea1},
                {0xe2, 0x1ea7, 0x1ea5, 0x1ea9, 0x1eab, 0x1ead},
                {0x103, 0x1eb1, 0x1eaf, 0x1eb3, 0x1eb5, 0x1eb7}}},
    {'e', 'E', {{0, 0xe8, 0xe9, 0x1ebb, 0x1ebd, 0x1eb9}, {0xea, 0x1ec1, 0x1ebf, 0x1ec3, 0x1ec5, 0x1ec7}, {0}}},
    {'o', 'O', {{0, 0xf2, 0xf3, 0x1ecf, 0xf5, 0x1ecd}, {0xf4, 0x1ed3, 0x1ed1, 0x1ed5, 0x1ed7, 0x1ed9}, {0}}},
    {'u', 'U', {{0, 0xf9, 0xfa, 0x1ee7, 0x169, 0x1ee5}, {0}, {0}}},
    {'y', 'Y', {{0, 0x1ef3, 0xfd, 0x1ef7, 0x1ef9, 0x1ef5}, {0}, {0}}},
    {0xf4, 0xd4, {{0, 0x1edd, 0x1edb, 0x1edf, 0x1ee1, 0x1ee3}, {0}, {0}}}, /* ơ */
    {0xf6, 0xd6, {{0, 0x1eeb, 0x1ee9, 0x1eed, 0x1eef, 0x1ef1}, {0}, {0}}}, /* ư */
};

/* Bytes that are small letters alone; their capitals lie 0x20 below. */
static const struct {
  uint8_t byte;
  uint16_t small;
} singles[] = {{0xf4, 0x1a1}, {0xf6, 0x1b0}, {0xed, 0xed}, {0xec, 0xec}, {0xe6, 0x1ec9},
               {0xf3, 0x129}, {0xf2, 0x1ecb}, {0xee, 0x1ef5}, {0xf1, 0x111}};

/* Signs of Latin-1 that VNI fonts show as they are. */
static const uint8_t signs[] = {0xa0, 0xa7, 0xab, 0xb0, 0xb2, 0xb3, 0xb7, 0xbb};

static uint32_t capital_of(uint32_t small) { return small < 0x100 ? small - 0x20 : small - 1; }

static void fill_singles(charset_table *table) {
  for (unsigned byte = 1; byte < 0x80; byte++) table->letters[0][byte] = charset_entry(byte);
  for (unsigned byte = 0x80; byte < 0xa0; byte++) {
    uint32_t sign = charset_windows1252_sign(byte);
    table->letters[0][byte] = sign != 0 ? charset_entry(sign) : 0;
  }
  for (size_t i = 0; i < sizeof signs; i++) table->letters[0][signs[i]] = charset_entry(signs[i]);
  for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) {
    table->letters[0][singles[i].byte] = charset_entry(singles[i].small);
    table->letters[0][singles[i].byte - SMALL] = charset_entry(capital_of(singles[i].small));
  }
}

static void fill_mark(charset_table *table, uint8_t index, size_t quality, size_t tone) {
  for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
    uint32_t point = letters[i].with[quality][tone];
    if (point == 0) continue;
    table->letters[index][letters[i].small] = charset_entry(point);
    table->letters[index][letters[i].capital] = charset_entry(capital_of(point));
  }
}

void charset_fill_vni(charset_table *table) {
  uint8_t index = 0;
  fill_singles(table);
  for (size_t quality = 0; quality < QUALITIES; quality++) {
    for (size_t tone = 0; tone < 6; tone++) {
      uint8_t mark = marks[quality][tone];
      if (mark == 0) continue;
      table->mark_of[mark] = table->mark_of[mark - SMALL] = ++index;
      fill_mark(table, index, quality, tone);
    }
  }
  table->is_known = table->has_marks = true;
}
