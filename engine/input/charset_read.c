/* Word by word: an accented word is decoded in every charset asked about, and judged as a syllable. */
#include "input/charset_read.h"

#include "input/charset_tables.h"
#include "input/utf8.h"

typedef struct raw_word {
  const char *text;
  size_t length;
} raw_word;

/* The next accented word in text[*at..length); *at moves behind it. Length 0: none is left. */
static raw_word next_word(const char *text, size_t length, size_t *at) {
  const uint8_t *bytes = (const uint8_t *)text;
  while (*at < length) {
    bool is_accented = false;
    size_t start = *at;
    for (; *at < length && charset_is_word_byte(bytes[*at]); ++*at) is_accented |= charset_is_accent_byte(bytes[*at]);
    if (is_accented) return (raw_word){text + start, *at - start};
    *at += *at < length;
  }
  return (raw_word){0};
}

/* "m²", a dash, a sign alone: in UTF-8 they say nothing. "v¨n" has letters beside its sign and may be TCVN3. */
static bool is_sign_alone(const charsets *c, raw_word word) {
  for (size_t i = 0; i < word.length; i++) {
    if ((unsigned)(((uint8_t)word.text[i] | 0x20) - 'a') < 26) return false;
  }
  char decoded[3 * CHARSET_WORD_BYTES_MAX + 8];
  size_t written;
  return charset_decode(c, CHARSET_UTF8, word.text, word.length, decoded, sizeof decoded, &written) &&
         syllable_judge(&c->syllables, decoded, written) == SYLLABLE_SIGNS;
}

static bool is_read_as(const charsets *c, input_charset charset, raw_word word, bool *out_is_syllable) {
  char decoded[3 * CHARSET_WORD_BYTES_MAX + 8]; /* charset_decoded_bytes_max */
  size_t written;
  *out_is_syllable = false;
  if (word.length > CHARSET_WORD_BYTES_MAX) {
    return charset == CHARSET_UTF8 && utf8_find_bad(word.text, 0, word.length) == word.length;
  }
  if (!charset_decode(c, charset, word.text, word.length, decoded, sizeof decoded, &written)) return false;
  syllable_verdict verdict = syllable_judge(&c->syllables, decoded, written);
  bool may_be_sign = charset != CHARSET_UTF8 && !charset_is_mojibake(charset);
  *out_is_syllable = verdict == SYLLABLE_YES || (may_be_sign && verdict == SYLLABLE_SIGNS);
  return true;
}

static void read_word(const charsets *c, unsigned mask, raw_word word, charset_reading *reading) {
  if (word.length <= CHARSET_WORD_BYTES_MAX && is_sign_alone(c, word)) return;
  reading->words++;
  for (unsigned charset = CHARSET_UTF8; charset < CHARSET_COUNT; charset++) {
    if (!(mask >> charset & 1)) continue;
    bool is_syllable;
    if (!is_read_as(c, (input_charset)charset, word, &is_syllable)) reading->undecodable[charset]++;
    reading->syllables[charset] += is_syllable;
  }
}

void charset_read(const charsets *c, unsigned mask, const char *text, size_t length, charset_reading *reading) {
  size_t at = 0;
  for (raw_word word; (word = next_word(text, length, &at)).length > 0;) read_word(c, mask, word, reading);
}

unsigned charset_reading_best(const charset_reading *reading, unsigned mask) {
  uint32_t most = (reading->words + 1) / 2;
  unsigned best = 0;
  for (unsigned charset = CHARSET_UTF8; charset < CHARSET_COUNT; charset++) {
    if (!(mask >> charset & 1) || reading->undecodable[charset] > 0) continue;
    if (reading->syllables[charset] > most) best = 0;
    if (reading->syllables[charset] >= most) best |= 1u << charset;
    if (reading->syllables[charset] > most) most = reading->syllables[charset];
  }
  return best;
}
