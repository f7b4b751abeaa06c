/* Dates in words: "ngày 3 tháng 12 năm 1985" becomes "3 / 12 / 1985", which the layouts read. */
#include "normalise/date_words.h"

#include <string.h>

typedef enum word_meaning {
  WORD_NONE,
  WORD_FILLER,
  WORD_SLASH, /* tháng, năm: a part of the date begins */
  WORD_APPROXIMATE,
  WORD_DECADE,
  WORD_AGE,
  WORD_T,      /* 35T is an age, T12 a month */
  WORD_UNKNOWN /* xx/12/1985 */
} word_meaning;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

static word_meaning meaning_of(const char *word, size_t length) {
  static const struct {
    const char *word;
    word_meaning meaning;
  } words[] = {{"NGAY", WORD_FILLER},       {"SINH", WORD_FILLER},   {"SN", WORD_FILLER},    {"NS", WORD_FILLER},
               {"NIEN", WORD_FILLER},       {"KY", WORD_FILLER},     {"KI", WORD_FILLER},    {"THANG", WORD_SLASH},
               {"NAM", WORD_SLASH},         {"KHOANG", WORD_APPROXIMATE}, {"CHUNG", WORD_APPROXIMATE},
               {"UOC", WORD_APPROXIMATE},   {"THAP", WORD_DECADE},   {"NHUNG", WORD_DECADE}, {"TUOI", WORD_AGE},
               {"T", WORD_T},               {"X", WORD_UNKNOWN},     {"XX", WORD_UNKNOWN}};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (strlen(words[i].word) == length && memcmp(words[i].word, word, length) == 0) return words[i].meaning;
  }
  return WORD_NONE;
}

/* 1 to 12 for JAN or JANUARY and so on, as databases write them; 0 for another word. */
static unsigned month_of(const char *word, size_t length) {
  static const char *const months[] = {"JANUARY", "FEBRUARY", "MARCH",     "APRIL",   "MAY",      "JUNE",
                                       "JULY",    "AUGUST",   "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"};
  for (unsigned i = 0; i < 12; i++) {
    bool fits = length == 3 || length == strlen(months[i]);
    if (fits && memcmp(months[i], word, length) == 0) return i + 1;
  }
  return 0;
}

static void put(date_words *out, char c) {
  if (out->length < sizeof out->text) out->text[out->length++] = c;
}

/* One slash for "03/ tháng 12", none where nothing stands before. */
static void put_slash(date_words *out) {
  size_t at = out->length;
  while (at > 0 && out->text[at - 1] == ' ') at--;
  if (at > 0 && out->text[at - 1] != '/') put(out, '/');
}

static void put_month(date_words *out, unsigned month) {
  out->month_leads = out->length == 0;
  out->month_named = true;
  put(out, (char)('0' + month / 10));
  put(out, (char)('0' + month % 10));
}

/* Before the first number it is as if nothing stood there; between two it is a month that is not known. */
static bool put_unknown(date_words *out, char mark_behind) {
  if (out->length == 0) return true;
  if (strchr("/-.", out->text[out->length - 1]) == NULL || strchr("/-.", mark_behind) == NULL) return false;
  put(out, '0');
  put(out, '0');
  return mark_behind != 0;
}

/* A word at text[at]. False when dates have none such. */
static bool read_word(const char *text, size_t length, size_t at, size_t end, date_words *out) {
  unsigned month = month_of(text + at, end - at);
  if (month > 0) {
    put_month(out, month);
    return true;
  }
  switch (meaning_of(text + at, end - at)) {
  case WORD_NONE:
    return false;
  case WORD_SLASH:
    out->age_in_months = text[at] == 'T';
    out->month_named |= text[at] == 'T';
    put_slash(out);
    return true;
  case WORD_APPROXIMATE:
    out->approximate = true;
    return true;
  case WORD_DECADE:
    out->decade = true;
    return true;
  case WORD_AGE:
    out->age = true;
    return true;
  case WORD_T:
    if (end == length && out->length > 0) out->age = true;
    else put_slash(out);
    return true;
  case WORD_UNKNOWN:
    return put_unknown(out, end < length ? text[end] : '\0');
  default:
    put(out, ' ');
    return true;
  }
}

/* Digits, and the decade's mark behind: 196X, 196_, 196?, 1960S. Returns the end. */
static size_t read_number(const char *text, size_t length, size_t at, date_words *out) {
  size_t start = at;
  while (at < length && is_digit(text[at])) put(out, text[at++]);
  if (at == length || (at + 1 < length && (is_letter(text[at + 1]) || is_digit(text[at + 1])))) return at;
  char mark = text[at];
  bool unknown_digit = at - start == 3 && (mark == 'X' || mark == '_' || mark == '?');
  if (!unknown_digit && !(at - start == 4 && mark == 'S')) return at;
  if (unknown_digit) put(out, '0');
  out->decade = true;
  return at + 1;
}

/* A mark between numbers; before the first one it stands for what is unknown: ../../1985. */
static bool read_mark(char mark, bool after_digit, date_words *out) {
  switch (mark) {
  case '/':
  case '.':
  case '-':
  case ' ':
    if (out->length > 0) put(out, mark);
    return true;
  case '_':
  case '?':
    return out->length == 0;
  case '~':
    out->approximate = true;
    return out->length == 0;
  case ':':
    put(out, after_digit ? ':' : ' ');
    return true;
  case ',':
  case '(':
  case ')':
    put(out, ' ');
    return true;
  default:
    return false;
  }
}

bool date_words_read(const char *text, size_t length, date_words *out) {
  memset(out, 0, sizeof *out);
  if (length > 0 && (text[0] == '/' || text[0] == '-')) return false;
  for (size_t at = 0; at < length;) {
    if (is_digit(text[at])) {
      at = read_number(text, length, at, out);
    } else if (is_letter(text[at])) {
      size_t end = at;
      while (end < length && is_letter(text[end])) end++;
      if (!read_word(text, length, at, end, out)) return false;
      at = end;
    } else {
      if (!read_mark(text[at], at > 0 && is_digit(text[at - 1]), out)) return false;
      at++;
    }
  }
  size_t blanks = 0;
  while (blanks < out->length && out->text[blanks] == ' ') blanks++;
  out->length -= blanks;
  memmove(out->text, out->text + blanks, out->length);
  /* "18 tháng tuổi" has a slash behind its number. */
  while (out->length > 0 && (out->text[out->length - 1] == ' ' || (out->age && out->text[out->length - 1] == '/'))) {
    out->length--;
  }
  return out->length > 0;
}
