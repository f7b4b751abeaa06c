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
                                      "KHONGCO", "KHONGRO", "KHONGSO", "CHUACO", "CHUARO", "CHUACAP"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (strlen(words[i]) == run->count && memcmp(words[i], run->plain, run->count) == 0) return true;
  }
  return false;
}

void code_write(const char *text, size_t length, text_sink *sink) {
  fold_cursor cursor = fold_begin(text, length);
  bool after_digit = false;
  while (cursor.next < cursor.end) {
    fold_run run;
    bool first = cursor.next == (const uint8_t *)text;
    fold_next(&cursor, &fold_code_rules, &run);
    bool only = first && cursor.next == cursor.end;
    if (only && (is_punctuation_only(&run) || is_placeholder(&run))) return;
    drop_leading_zeros(&run, &after_digit);
    text_sink_add(sink, run.codes, run.plain, run.count);
  }
}

void normalise_code(const char *text, size_t length, text_value *out) {
  text_sink sink;
  text_sink_begin(&sink, NULL, 0);
  code_write(text, length, &sink);
  text_sink_end(&sink, out);
}
