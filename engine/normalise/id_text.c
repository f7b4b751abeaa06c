#include "normalise/id_text.h"

#include <string.h>

#include "base/hash.h"

/* Eight digits that count up from another digit may well be a CMND without its zero. */
enum { RUN_FROM_START_MIN = 8, RUN_MIN = 9 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

static bool is_dropped(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '.' || c == '-' || c == '\'' || c == '"' || c == '`' ||
         c == '(' || c == ')' || c == '_';
}

/* The list entry to read: [*start, *end). */
static void first_entry(const char *text, size_t length, const char **start, const char **end) {
  const char *stop = text + length;
  while (text < stop && (*text == ';' || *text == ' ')) text++;
  const char *semicolon = text < stop ? memchr(text, ';', (size_t)(stop - text)) : NULL;
  *start = text;
  *end = semicolon != NULL ? semicolon : stop;
}

/* Digits, one dot, zeros: what a spreadsheet makes of a number. The end without the fraction. */
static const char *without_fraction(const char *start, const char *end, bool *dropped) {
  const char *at = end;
  while (at > start && at[-1] == '0') at--;
  *dropped = false;
  if (at == end || end - at > 2 || at - start < 2 || at[-1] != '.') return end;
  for (const char *c = start; c < at - 1; c++) {
    if (!is_digit(*c)) return end;
  }
  *dropped = true;
  return at - 1;
}

/* Nothing but digits, as most are. */
static bool read_digits(const char *text, size_t length, id_text *out) {
  if (length == 0 || length > ID_TEXT_MAX) return false;
  for (size_t i = 0; i < length; i++) {
    if (!is_digit(text[i])) return false;
  }
  memcpy(out->text, text, length);
  out->text[length] = 0;
  out->length = length;
  out->only_digits = true;
  out->fraction_dropped = false;
  return true;
}

void id_text_read(const char *text, size_t length, id_text *out) {
  if (read_digits(text, length, out)) return;
  /* Folded before it is parted: full-width and Greek semicolons become ';' too. */
  char ascii[4 * ID_TEXT_MAX];
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)text[i] < 0x80) continue;
    length = text_fold_plain(text, length, ascii, sizeof ascii);
    text = ascii;
    break;
  }
  const char *start, *end;
  first_entry(text, length, &start, &end);
  while (end > start && end[-1] == ' ') end--;
  end = without_fraction(start, end, &out->fraction_dropped);
  out->length = 0;
  out->only_digits = true;
  for (const char *c = start; c < end && out->length < ID_TEXT_MAX; c++) {
    if (is_dropped(*c) || *c == 0) continue;
    char upper = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
    out->only_digits &= is_digit(upper);
    out->text[out->length++] = upper;
  }
  out->only_digits &= out->length > 0;
  out->text[out->length] = 0;
}

id_pattern id_digits_pattern(const char *digits, size_t count) {
  unsigned step = (unsigned)(digits[count > 1] - digits[0] + 10) % 10; /* from each digit to the next, modulo 10 */
  for (size_t i = 2; i < count; i++) {
    if ((unsigned)(digits[i] - digits[i - 1] + 10) % 10 != step) return ID_PATTERN_NONE;
  }
  if (step == 0) return ID_PATTERN_REPEATED;
  bool from_start = step == 1 && (digits[0] == '0' || digits[0] == '1');
  size_t run_min = from_start ? RUN_FROM_START_MIN : RUN_MIN;
  return (step == 1 || step == 9) && count >= run_min ? ID_PATTERN_RUN : ID_PATTERN_NONE;
}

bool id_digits_made_up(const char *digits, size_t count) {
  return id_digits_pattern(digits, count) != ID_PATTERN_NONE;
}

bool id_text_is_placeholder(const id_text *id) {
  static const char *const words[] = {"KHONGCO", "KHONGRO", "KHONG", "CHUACO", "CHUARO",  "CHUACAP", "CHUA", "KO",
                                      "KOCO",    "N/A",     "NA",    "#N/A",   "NULL",    "NONE",    "NIL",  "NAN",
                                      "X",       "XX",      "XXX",   "CHUACONHAT", "UNKNOWN", "TRONG"};
  if (id->length == 0) return true;
  if (id->only_digits) return id_digits_made_up(id->text, id->length);
  bool counts = false;
  for (size_t i = 0; i < id->length; i++) counts |= is_digit(id->text[i]) || is_letter(id->text[i]) || id->text[i] == '?';
  if (!counts) return true;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (strcmp(id->text, words[i]) == 0) return true;
  }
  return false;
}

bool id_text_digits(id_text *id, size_t from, bool *changed) {
  enum { SLIPS_MAX = 2 };
  size_t slips = 0;
  for (size_t i = from; i < id->length; i++) {
    char c = id->text[i];
    if (is_digit(c)) continue;
    if (c != 'O' && c != 'I' && c != 'L') return false;
    slips++;
  }
  if (slips > SLIPS_MAX) return false;
  for (size_t i = from; i < id->length && slips > 0; i++) {
    char *c = &id->text[i];
    if (!is_digit(*c)) *c = *c == 'O' ? '0' : '1';
  }
  if (slips > 0) *changed = true;
  return id->length > from;
}

void id_text_pad(id_text *id, size_t zeros) {
  memmove(id->text + zeros, id->text, id->length + 1);
  memset(id->text, '0', zeros);
  id->length += zeros;
}

void id_set_digits(id_value *out, id_kind kind, const char *text, size_t count) {
  uint64_t number = 0;
  for (size_t i = 0; i < count; i++) number = number * 10 + (uint64_t)(text[i] - '0');
  out->kind = kind;
  out->number = number;
  out->digits = (uint8_t)count;
  memcpy(out->canonical, text, count);
  out->canonical[count] = 0;
}

void id_set_other(id_value *out, const id_text *id) {
  size_t kept = id->length < sizeof out->canonical - 1 ? id->length : sizeof out->canonical - 1;
  out->kind = ID_OTHER;
  out->number = hash_bytes(id->text, id->length) & 0xFFFFFFFFFFFFu;
  memcpy(out->canonical, id->text, kept);
  out->canonical[kept] = 0;
}

const bool province_codes[100] = {
    [1] = true,  [2] = true,  [4] = true,  [6] = true,  [8] = true,  [10] = true, [11] = true, [12] = true,
    [14] = true, [15] = true, [17] = true, [19] = true, [20] = true, [22] = true, [24] = true, [25] = true,
    [26] = true, [27] = true, [30] = true, [31] = true, [33] = true, [34] = true, [35] = true, [36] = true,
    [37] = true, [38] = true, [40] = true, [42] = true, [44] = true, [45] = true, [46] = true, [48] = true,
    [49] = true, [51] = true, [52] = true, [54] = true, [56] = true, [58] = true, [60] = true, [62] = true,
    [64] = true, [66] = true, [67] = true, [68] = true, [70] = true, [72] = true, [74] = true, [75] = true,
    [77] = true, [79] = true, [80] = true, [82] = true, [83] = true, [84] = true, [86] = true, [87] = true,
    [89] = true, [91] = true, [92] = true, [93] = true, [94] = true, [95] = true, [96] = true};
