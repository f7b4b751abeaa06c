/* Words for rows that cannot be read. Never a value: the texts go to logs and to rejected.csv. */
#include <stdio.h>

#include "input/charset.h"

void input_reject_describe(const input_reject *reject, char *text, size_t text_bytes) {
  const char *words = "cannot be read";
  switch (reject->reason) {
    case INPUT_FIELD_COUNT:
      snprintf(text, text_bytes, "%u field%s, expected %u", reject->found, reject->found == 1 ? "" : "s",
               reject->expected);
      return;
    case INPUT_ROW_TOO_LONG: words = "row too long"; break;
    case INPUT_NUL_BYTE: words = "NUL byte"; break;
    case INPUT_NOT_UTF8: words = "not UTF-8"; break;
    case INPUT_QUOTE_OPEN: words = "quote never closed"; break;
    case INPUT_QUOTE_STRAY: words = "text after a closing quote"; break;
    case INPUT_UNDECODABLE:
      if (reject->expected == CHARSET_AUTO || reject->expected >= CHARSET_COUNT) {
        words = "in none of the charsets that the file holds";
        break;
      }
      snprintf(text, text_bytes, "not %s", charset_name((input_charset)reject->expected));
      return;
  }
  snprintf(text, text_bytes, "%s", words);
}

const char *input_reason_code(input_reason reason) {
  switch (reason) {
    case INPUT_FIELD_COUNT: return "field_count";
    case INPUT_ROW_TOO_LONG: return "row_too_long";
    case INPUT_NUL_BYTE: return "nul_byte";
    case INPUT_NOT_UTF8: return "not_utf8";
    case INPUT_QUOTE_OPEN: return "quote_open";
    case INPUT_QUOTE_STRAY: return "quote_stray";
    case INPUT_UNDECODABLE: return "undecodable";
  }
  return "unknown";
}
