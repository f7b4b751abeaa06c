/* Mojibake where it is not expected: a row of an office that came late into the file. See charset.h. */
#include "input/charset_read.h"
#include "input/charset_tables.h"

static const charset_profile any_mojibake = {
    .charsets = {CHARSET_UTF8, CHARSET_TCVN3_MOJIBAKE, CHARSET_VNI_MOJIBAKE},
    .share = {0.4, 0.3, 0.3},
    .count = 3,
};

static bool is_in(const charset_judgement *judgement, unsigned charset) {
  return judgement->kind == CHARSET_KIND_MOJIBAKE && judgement->charset == charset;
}

/* The charsets that enough words of their fields are in, as a mask. */
static unsigned sure_charsets(const charsets *tables, const input_field *fields, const charset_judgement *judgements,
                              size_t count) {
  unsigned sure = 0;
  for (unsigned charset = CHARSET_TCVN3_MOJIBAKE; charset < CHARSET_COUNT; charset++) {
    charset_reading reading = {0};
    for (size_t i = 0; i < count; i++) {
      if (!is_in(&judgements[i], charset)) continue;
      charset_read(tables, 1u << charset, fields[i].text, fields[i].length, &reading);
    }
    if (reading.syllables[charset] >= CHARSET_SURE_WORDS) sure |= 1u << charset;
  }
  return sure;
}

bool charset_judge_mojibake(const charsets *c, const input_field *fields, size_t count, charset_judgement *out) {
  charset_judge(c, &any_mojibake, fields, count, out);
  unsigned sure = sure_charsets(c, fields, out, count);
  bool is_one = sure != 0 && (sure & (sure - 1)) == 0;
  for (size_t i = 0; i < count; i++) {
    bool stays = !is_one || out[i].kind != CHARSET_KIND_MOJIBAKE || !(sure >> out[i].charset & 1);
    if (stays) out[i] = (charset_judgement){CHARSET_KIND_UTF8, CHARSET_UTF8};
  }
  return is_one;
}
