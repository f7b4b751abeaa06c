/* Quantities, by the rule in normalise.h. Digits are gathered as an integer and scaled once, so the
 * result is the nearest double for up to 15 digits, in any locale. */
#include <math.h>

#include "normalise/normalise.h"

enum { DIGITS_MAX = 18, ASCII_MAX = 64 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The digits and marks of a number: "1.234,5". */
typedef struct number_shape {
  const char *start, *end;
  size_t points, commas;
  const char *last_mark; /* NULL without one */
} number_shape;

/* A mark belongs to the number when a digit stands behind it; a blank when three do, and no fourth. */
static bool is_mark(const char *at, const char *end) {
  if (*at == '.' || *at == ',') return at + 1 < end && is_digit(at[1]);
  if (*at != ' ' || end - at < 4) return false;
  bool three = is_digit(at[1]) && is_digit(at[2]) && is_digit(at[3]);
  return three && (end - at == 4 || !is_digit(at[4]));
}

static void read_shape(const char *at, const char *end, number_shape *s) {
  *s = (number_shape){.start = at};
  for (; at < end && (is_digit(*at) || is_mark(at, end)); at++) {
    s->points += *at == '.';
    s->commas += *at == ',';
    if (*at == '.' || *at == ',') s->last_mark = at;
  }
  s->end = at;
}

/* Where the decimal mark is; s->end when the number is whole. NULL when the marks make no sense. */
static const char *decimal_mark(const number_shape *s) {
  const char *mark = s->last_mark;
  if (mark == NULL) return s->end;
  size_t same = *mark == '.' ? s->points : s->commas;
  size_t other = *mark == '.' ? s->commas : s->points;
  if (same > 1) return other == 0 ? s->end : NULL;
  if (other > 0 || *mark == ',') return mark;
  size_t before = (size_t)(mark - s->start), behind = (size_t)(s->end - mark) - 1;
  bool thousands = behind == 3 && before >= 1 && before <= 3 && *s->start != '0';
  return thousands ? s->end : mark;
}

/* Groups before the decimal mark: one to three digits, then three each. */
static bool groups_are_whole(const char *at, const char *end) {
  const char *group = at;
  bool grouped = false;
  for (; at <= end; at++) {
    if (at < end && is_digit(*at)) continue;
    size_t digits = (size_t)(at - group);
    if (grouped ? digits != 3 : (at < end && (digits == 0 || digits > 3))) return false;
    grouped = true;
    group = at + 1;
  }
  return true;
}

/* What may stand behind: nothing, or a unit (m2, ha) that is no exponent. */
static bool is_unit(const char *at, const char *end) {
  while (at < end && *at == ' ') at++;
  if (at == end) return true;
  bool letter = (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z');
  bool exponent = (*at == 'E' || *at == 'e') && at + 1 < end && (is_digit(at[1]) || at[1] == '+' || at[1] == '-');
  return letter && !exponent;
}

static double read_digits(const char *at, const char *mark, const char *end) {
  static const double powers[DIGITS_MAX + 1] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                                1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  uint64_t mantissa = 0;
  size_t used = 0, decimals = 0;
  for (; at < end; at++) {
    if (!is_digit(*at)) continue;
    if (used == DIGITS_MAX && at < mark) return (double)NAN;
    if (used == DIGITS_MAX) break;
    used += mantissa > 0 || *at != '0';
    mantissa = mantissa * 10 + (uint64_t)(*at - '0');
    decimals += at > mark;
    if (decimals == DIGITS_MAX) break;
  }
  return (double)mantissa / powers[decimals];
}

static double read_number(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\'' || *at == '\t')) at++;
  bool negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) at++;
  number_shape s;
  read_shape(at, end, &s);
  if (s.start == s.end) return (double)NAN;
  const char *mark = decimal_mark(&s);
  while (end > s.end && (end[-1] == ' ' || end[-1] == '\t')) end--;
  if (mark == NULL || !groups_are_whole(s.start, mark) || !is_unit(s.end, end)) return (double)NAN;
  double number = read_digits(s.start, mark, s.end);
  return negative ? -number : number;
}

double normalise_number(const char *text, size_t length) {
  char ascii[ASCII_MAX];
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)text[i] < 0x80) continue;
    length = text_fold_plain(text, length, ascii, sizeof ascii);
    return read_number(ascii, ascii + length);
  }
  return read_number(text, text + length);
}
