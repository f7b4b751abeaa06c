/* Codes that are text: parcels, sheets, register entries, certificates. Never read as numbers: leading
 * zeros go a run of digits at a time, the rest stays. */
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

/* Codes nearly always have a digit; words such as "không có" never. */
static bool is_placeholder(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (text[i] >= '0' && text[i] <= '9') return false;
  }
  fold_cursor cursor = fold_begin(text, length);
  fold_run run;
  fold_next(&cursor, &fold_text_rules, &run);
  return cursor.next == cursor.end && fold_is_placeholder(run.plain, run.count);
}

void code_write(const char *text, size_t length, text_sink *sink) {
  if (is_placeholder(text, length)) return;
  fold_cursor cursor = fold_begin(text, length);
  bool after_digit = false;
  while (cursor.next < cursor.end) {
    fold_run run;
    bool first = cursor.next == (const uint8_t *)text;
    fold_next(&cursor, &fold_code_rules, &run);
    if (first && cursor.next == cursor.end && is_punctuation_only(&run)) return;
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
