/* Codes that are text: parcels, sheets, register entries, certificates. Never read as numbers: leading
 * zeros go a run of digits at a time, the rest stays. */
#include <string.h>

#include "normalise/fold.h"

static bool is_digit(uint8_t code) { return code >= '0' && code <= '9'; }

static bool is_punctuation_only(const fold_run *run) {
  for (size_t i = 0; i < run->count; i++) {
    if (fold_is_letter(run->codes[i]) || is_digit(run->codes[i])) return false;
  }
  return true;
}

/* "DC012" to "DC12" in place; a run of zeros keeps its last. *after_digit carries over spans. */
static void drop_leading_zeros(fold_run *run, bool *after_digit) {
  size_t kept = 0;
  for (size_t i = 0; i < run->count; i++) {
    uint8_t code = run->codes[i];
    bool digit_next = i + 1 < run->count && is_digit(run->codes[i + 1]);
    if (code == '0' && !*after_digit && digit_next) continue;
    *after_digit = is_digit(code);
    run->codes[kept] = code;
    run->plain[kept++] = run->plain[i];
  }
  run->count = kept;
}

/* On the folded form, where blanks are gone. A code that is a word alone ("X", "NA") is one. */
static bool is_placeholder(const fold_run *run) {
  static const char *const words[] = {"NULL",    "(NULL)",  "NONE",    "NAN",    "N/A",    "#N/A",
                                      "KHONGCO", "KHONGRO", "KHONGSO", "CHUACO", "CHUARO", "CHUACAP",
                                      "KHONG",   "KO",      "KOCO",    "CHUA"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (strlen(words[i]) == run->count && memcmp(words[i], run->plain, run->count) == 0) return true;
  }
  return false;
}

/* "DC012", "TOBANDOSO12", "THUA:12": what stands before the digits of a number on a map. 0: nothing of it. */
static size_t map_words(const fold_run *run) {
  static const char *const words[] = {"DC", "SO", "TO", "TOSO", "TBD", "TOBD", "TOBANDO", "TOBANDOSO", "THUA", "THUASO", "THUADAT", "THUADATSO"};
  size_t letters = 0;
  while (letters < run->count && run->plain[letters] >= 'A' && run->plain[letters] <= 'Z') letters++;
  size_t at = letters;
  while (at < run->count && (run->plain[at] == '.' || run->plain[at] == ':' || run->plain[at] == '-')) at++;
  if (at == run->count || !is_digit(run->codes[at])) return 0;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (strlen(words[i]) == letters && memcmp(words[i], run->plain, letters) == 0) return at;
  }
  return 0;
}

static void drop_front(fold_run *run, size_t count) {
  run->count -= count;
  memmove(run->codes, run->codes + count, run->count);
  memmove(run->plain, run->plain + count, run->count);
}

void code_write(const char *text, size_t length, bool is_map_number, text_sink *sink) {
  fold_cursor cursor = fold_begin(text, length);
  bool after_digit = false;
  while (cursor.next < cursor.end) {
    fold_run run;
    bool first = cursor.next == (const uint8_t *)text;
    fold_next(&cursor, &fold_code_rules, &run);
    bool only = first && cursor.next == cursor.end;
    if (only && (is_punctuation_only(&run) || is_placeholder(&run))) return;
    if (first && is_map_number) drop_front(&run, map_words(&run));
    drop_leading_zeros(&run, &after_digit);
    text_sink_add(sink, run.codes, run.plain, run.count);
  }
}

enum { SHORT_MAX = 16, BLANK_PAIR = FOLD_BLANK | ' ' << 8 };

/* A short code of ASCII with a digit, as nearly all are: it cannot be a placeholder. False leaves *out alone. */
static bool read_short(const char *text, size_t length, text_value *out) {
  uint8_t codes[SHORT_MAX], plain[SHORT_MAX + TEXT_LETTERS_MAX];
  size_t count = 0;
  unsigned has_digit = 0, after_digit = 0, zero_leads = 0, differ = 0;
  if (length > SHORT_MAX) return false;
  for (size_t i = 0; i < length; i++) {
    uint8_t byte = (uint8_t)text[i];
    if (byte >= 0x80 || fold_code_rules.ascii[byte] <= BLANK_PAIR) return false;
    uint16_t pair = fold_code_rules.ascii[byte];
    unsigned code = pair & 0xff, digit = code - '0' < 10;
    unsigned dropped = zero_leads & digit; /* the zero before, which leads a run of digits */
    count -= dropped;
    codes[count] = (uint8_t)code;
    plain[count++] = (uint8_t)(pair >> 8);
    zero_leads = (code == '0') & (dropped | !after_digit);
    after_digit = digit;
    has_digit |= digit;
    differ |= code ^ pair >> 8;
  }
  if (!has_digit) return false;
  if (differ) text_value_set(codes, plain, count, false, out);
  else text_value_set_plain(plain, count, out);
  return true;
}

static void read_code(const char *text, size_t length, bool is_map_number, text_value *out) {
  text_sink sink;
  text_sink_begin(&sink, NULL, 0);
  code_write(text, length, is_map_number, &sink);
  text_sink_end(&sink, out);
}

void normalise_code(const char *text, size_t length, text_value *out) {
  if (!read_short(text, length, out)) read_code(text, length, false, out);
}

void normalise_map_number(const char *text, size_t length, text_value *out) {
  bool has_digit_first = length > 0 && is_digit((uint8_t)text[0]);
  if (!has_digit_first || !read_short(text, length, out)) read_code(text, length, true, out);
}
