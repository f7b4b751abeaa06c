/* See address.h: one address to a value, and where its head ends. */
#include "normalise/address.h"

#include <string.h>

#include "normalise/address_search.h"

/* ---- the head ------------------------------------------------------------------------------- */

/* What a byte is to the words of the fold: U+00A0 and U+FF0C are all that usual text has besides ASCII. */
typedef enum byte_class { BYTE_LETTER, BYTE_SEPARATOR, BYTE_DROPPED } byte_class;

static byte_class class_at(const char *text, size_t length, size_t at, size_t *out_bytes) {
  uint8_t byte = (uint8_t)text[at];
  *out_bytes = 1;
  if (byte < 0x80) {
    uint8_t code = (uint8_t)fold_place_rules.ascii[byte];
    if (fold_place_rules.ascii[byte] == 0) return BYTE_DROPPED;
    return code == FOLD_BLANK || code == ',' || code == '.' ? BYTE_SEPARATOR : BYTE_LETTER;
  }
  bool no_break_space = byte == 0xC2 && length - at >= 2 && memcmp(text + at, "\xC2\xA0", 2) == 0;
  bool wide_comma = byte == 0xEF && length - at >= 3 && memcmp(text + at, "\xEF\xBC\x8C", 3) == 0;
  *out_bytes = no_break_space ? 2 : wide_comma ? 3 : 1;
  return no_break_space || wide_comma ? BYTE_SEPARATOR : BYTE_LETTER;
}

/* Counts words as the fold does, in usual text; *out_offset is where word number `ordinal` begins. */
static size_t count_words(const char *text, size_t length, size_t ordinal, size_t *out_offset) {
  size_t words = 0;
  bool inside = false;
  *out_offset = length;
  for (size_t at = 0, bytes; at < length; at += bytes) {
    byte_class class = class_at(text, length, at, &bytes);
    if (class == BYTE_LETTER && !inside && words++ == ordinal) *out_offset = at;
    if (class != BYTE_DROPPED) inside = class == BYTE_LETTER;
  }
  return words;
}

/* Where word `ordinal` of `words` begins. Text with unusual blanks is folded again and again from further
 * left until the words behind are as many as they should be. */
static size_t word_offset(const char *text, size_t length, size_t ordinal, size_t words) {
  size_t offset;
  if (ordinal == 0) return 0;
  if (count_words(text, length, ordinal, &offset) == words) return offset;
  offset = length;
  for (size_t start = length; start-- > 0;) {
    address_text rest;
    if (((uint8_t)text[start] & 0xC0) == 0x80) continue;
    address_text_read(NULL, text + start, length - start, &rest);
    if (rest.ordinals > words - ordinal) return offset;
    offset = start;
  }
  return 0;
}

/* Without the blanks and marks at its end. */
static size_t trimmed(const char *text, size_t length) {
  while (length > 0) {
    uint8_t byte = (uint8_t)text[length - 1];
    bool is_mark =
        byte < 0x80 && !(byte >= '0' && byte <= '9') && !((byte | 32) >= 'a' && (byte | 32) <= 'z');
    if (is_mark) length--;
    else if (length >= 2 && memcmp(text + length - 2, "\xC2\xA0", 2) == 0) length -= 2;
    else break;
  }
  return length;
}

/* ---- from candidates to a value ------------------------------------------------------------- */

/* What units have in common, as far as it can be said of each. */
typedef struct ground {
  uint16_t district, province, new_commune, new_province;
} ground;

static ground ground_of(const address_book *book, const address_unit *unit) {
  if (unit->era == ADDRESS_ERA_OLD) {
    bool whole = unit->level == ADDRESS_LEVEL_COMMUNE && unit->other_count == 1;
    return (ground){unit->district, unit->province, whole ? unit->others[0] : ADDRESS_NO_UNIT,
                    book->units[unit->province].others[0]};
  }
  ground g = {.new_province = unit->province};
  for (size_t i = 0; i < unit->other_count; i++) {
    const address_unit *old = &book->units[unit->others[i]];
    g.district = i == 0 || g.district == old->district ? old->district : ADDRESS_NO_UNIT;
    g.province = i == 0 || g.province == old->province ? old->province : ADDRESS_NO_UNIT;
  }
  if (unit->level == ADDRESS_LEVEL_COMMUNE) g.new_commune = (uint16_t)(unit - book->units);
  return g;
}

static void keep_common(uint16_t *common, uint16_t value, bool is_first) {
  *common = is_first || *common == value ? value : ADDRESS_NO_UNIT;
}

static void fill_ground(const address_book *book, const address_found *found, address_value *out) {
  for (size_t i = 0; i < found->count && !found->more; i++) {
    ground g = ground_of(book, &book->units[found->units[i]]);
    keep_common(&out->district, g.district, i == 0);
    keep_common(&out->province, g.province, i == 0);
    keep_common(&out->new_commune, g.new_commune, i == 0);
    keep_common(&out->new_province, g.new_province, i == 0);
  }
}

/* An island district had no commune: it is one itself. */
static uint16_t island_of(const address_book *book, uint16_t unit) {
  bool has_next = unit + 1u < book->unit_count && book->units[unit].level == ADDRESS_LEVEL_DISTRICT;
  const address_unit *next = &book->units[has_next ? unit + 1 : unit];
  return has_next && next->level == ADDRESS_LEVEL_COMMUNE && next->code == 0 ? (uint16_t)(unit + 1) : unit;
}

static address_status status_of(const address_book *book, const address_found *found,
                                const address_value *value) {
  size_t levels[ADDRESS_LEVEL_COMMUNE + 1] = {0};
  for (size_t i = 0; i < found->count; i++) levels[book->units[found->units[i]].level]++;
  if (levels[ADDRESS_LEVEL_PROVINCE] == found->count) return ADDRESS_PROVINCE;
  if (levels[ADDRESS_LEVEL_DISTRICT] == found->count)
    return found->count == 1 ? ADDRESS_DISTRICT : ADDRESS_AMBIGUOUS;
  if (levels[ADDRESS_LEVEL_COMMUNE] < found->count) return ADDRESS_AMBIGUOUS;
  return found->count == 1 || value->new_commune != ADDRESS_NO_UNIT ? ADDRESS_COMMUNE : ADDRESS_AMBIGUOUS;
}

static void sort_candidates(address_found *found) {
  for (size_t i = 1; i < found->count; i++) {
    for (size_t k = i; k > 0 && found->units[k - 1] > found->units[k]; k--) {
      uint16_t unit = found->units[k];
      found->units[k] = found->units[k - 1];
      found->units[k - 1] = unit;
    }
  }
}

static void value_of(const address_book *book, address_found *found, address_value *out) {
  out->status = ADDRESS_UNKNOWN;
  if (found->count == 0) return;
  for (size_t i = 0; i < found->count; i++) {
    out->doubts |= found->doubts[i];
    found->units[i] = island_of(book, found->units[i]);
  }
  sort_candidates(found);
  fill_ground(book, found, out);
  out->status = (uint8_t)status_of(book, found, out);
  out->more = found->more || found->count > ADDRESS_CANDIDATES_MAX;
  out->count = found->count < ADDRESS_CANDIDATES_MAX ? found->count : ADDRESS_CANDIDATES_MAX;
  memcpy(out->units, found->units, out->count * sizeof *out->units);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Reads the last bytes of a text, from a blank or comma on when it is long. */
static size_t span_start(const char *text, size_t length) {
  if (length <= FOLD_SPAN_BYTES) return 0;
  size_t start = length - FOLD_SPAN_BYTES;
  while (start < length && text[start] != ' ' && text[start] != ',') start++;
  return start;
}

static void read_span(const address_book *book, address_era era, const char *text, size_t length,
                      address_found *found, address_value *out) {
  address_text tokens;
  memset(out, 0, sizeof *out);
  size_t start = span_start(text, length);
  address_text_read(&book->words, text + start, length - start, &tokens);
  found->count = 0;
  if (start == 0 && (tokens.is_placeholder || tokens.ordinals == 0)) return;
  address_search(book, era, &tokens, found);
  value_of(book, found, out);
  size_t head = length;
  if (found->count > 0)
    head = start +
           word_offset(text + start, length - start, tokens.tokens[found->start].ordinal, tokens.ordinals);
  out->head_bytes = (uint32_t)trimmed(text, head);
}

void address_read_whole(const address_book *book, address_era era, const char *text, size_t length,
                        address_value *out) {
  address_found found;
  read_span(book, era, text, length, &found, out);
}

/* ---- tails ---------------------------------------------------------------------------------- */

unsigned address_read_tail(const address_book *book, address_era era, const char *text, size_t length,
                           address_value *out) {
  address_found found;
  read_span(book, era, text, length, &found, out);
  if (found.count == 0 || found.upper_start == 0 || (out->doubts & ADDRESS_MISSPELT)) return 0;
  for (size_t i = 0; i < found.count; i++) {
    if (book->units[found.units[i]].level != ADDRESS_LEVEL_COMMUNE) return 0;
  }
  bool begins = found.start == 0 && out->doubts == 0;
  return ADDRESS_DECIDES_BEHIND_COMMA | (begins ? ADDRESS_DECIDES_AT_WORD : 0);
}

size_t address_tail_behind_comma(const char *text, size_t length) {
  const char *comma = length > 0 ? memchr(text, ',', length) : NULL;
  return comma ? (size_t)(comma - text) + 1 : 0;
}

/* As usually written; what is not here is read as a whole, with the same result. */
static bool is_commune_word(const char *text, size_t length) {
  static const char *const words[] = {"P.",      "p.",        "F.",        "X.",       "x.",      "TT.",
                                      "TT ",     "xã ",       "Xã ",       "XÃ ",      "xa ",     "Xa ",
                                      "XA ",     "phường ",   "Phường ",   "PHƯỜNG ",  "phuong ", "Phuong ",
                                      "PHUONG ", "thị trấn ", "Thị trấn ", "Thị Trấn "};
  bool numbered =
      length > 1 && (text[0] == 'P' || text[0] == 'F' || text[0] == 'p') && text[1] >= '0' && text[1] <= '9';
  for (size_t i = 0; i < sizeof words / sizeof words[0] && !numbered; i++) {
    size_t bytes = strlen(words[i]);
    if (bytes <= length && words[i][0] == text[0] && memcmp(words[i], text, bytes) == 0) return true;
  }
  return numbered;
}

/* "thị xã" and "T. X.", of which the second word alone would mean something else. */
static bool ends_half_word(const char *text, size_t length) {
  static const char *const words[] = {"thị", "Thị", "THỊ", "thi", "Thi", "THI", "T.", "t.", "T", "t"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    size_t bytes = strlen(words[i]);
    bool ends = bytes <= length && memcmp(text + length - bytes, words[i], bytes) == 0;
    if (ends && (bytes == length || text[length - bytes - 1] == ' ')) return true;
  }
  return false;
}

size_t address_tail_at_word(const char *text, size_t length) {
  const char *comma = length > 0 ? memchr(text, ',', length) : NULL, *stop = comma ? comma : text + length;
  if (is_commune_word(text, (size_t)(stop - text))) return 0; /* no house or street: "Phường Phường Đúc" */
  for (const char *at = text; at < stop; at++) {
    at = memchr(at, ' ', (size_t)(stop - at));
    if (!at) break;
    if (at + 1 == stop || !is_commune_word(at + 1, (size_t)(stop - at) - 1)) continue;
    if (!ends_half_word(text, (size_t)(at - text))) return (size_t)(at - text) + 1;
  }
  return 0;
}

void address_join_head(const char *text, size_t tail, address_value *value) {
  if (value->head_bytes > 0) value->head_bytes += (uint32_t)tail;
  else value->head_bytes = (uint32_t)trimmed(text, tail);
}

/* address_recall takes the same steps. */
void address_read(const address_book *book, address_era era, const char *text, size_t length,
                  address_value *out) {
  size_t tail = address_tail_behind_comma(text, length);
  if (tail && address_read_tail(book, era, text + tail, length - tail, out) & ADDRESS_DECIDES_BEHIND_COMMA) {
    address_join_head(text, tail, out);
    return;
  }
  tail = address_tail_at_word(text, length);
  if (tail && address_read_tail(book, era, text + tail, length - tail, out) & ADDRESS_DECIDES_AT_WORD) {
    address_join_head(text, tail, out);
    return;
  }
  address_read_whole(book, era, text, length, out);
}
