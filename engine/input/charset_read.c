/* Word by word: an accented word is decoded in every charset asked about, and judged as a syllable. */
#include "input/charset_read.h"

#include "input/charset_syllable.h"
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

static bool has_ascii_letter(raw_word word) {
  for (size_t i = 0; i < word.length; i++) {
    if ((unsigned)(((uint8_t)word.text[i] | 0x20) - 'a') < 26) return true;
  }
  return false;
}

/* A dash or a degree sign in UTF-8 says nothing; "v¨n", with letters beside its sign, may be TCVN3. */
static bool is_sign_alone(const charsets *c, raw_word word) {
  char decoded[3 * CHARSET_WORD_BYTES_MAX + 8];
  size_t written;
  return !has_ascii_letter(word) &&
         charset_decode(c, CHARSET_UTF8, word.text, word.length, decoded, sizeof decoded, &written) &&
         syllable_judge(decoded, written) == SYLLABLE_SIGNS;
}

typedef enum word_verdict { WORD_UNDECODABLE, WORD_STRANGE, WORD_FOREIGN, WORD_SYLLABLE } word_verdict;

/* "Niê" or "Müller" against "Ö¿Ãs": letters of other alphabets count as accents. */
static bool has_more_accents_than_letters(const char *text, size_t length) {
  size_t letters = 0, accents = 0;
  for (size_t i = 0; i < length; i++) {
    uint8_t byte = (uint8_t)text[i];
    if (byte < 0x80) letters++;
    else accents += byte >= 0xc0;
  }
  return accents > letters;
}

static word_verdict read_word_as(const charsets *c, input_charset charset, raw_word word) {
  char decoded[3 * CHARSET_WORD_BYTES_MAX + 8]; /* charset_decoded_bytes_max */
  size_t written;
  if (word.length > CHARSET_WORD_BYTES_MAX) {
    bool is_utf8 = charset == CHARSET_UTF8 && utf8_find_bad(word.text, 0, word.length) == word.length;
    return is_utf8 ? WORD_STRANGE : WORD_UNDECODABLE;
  }
  if (!charset_decode(c, charset, word.text, word.length, decoded, sizeof decoded, &written)) return WORD_UNDECODABLE;
  syllable_verdict verdict = syllable_judge(decoded, written);
  if (verdict == SYLLABLE_YES || (verdict == SYLLABLE_SIGNS && !has_ascii_letter(word))) return WORD_SYLLABLE;
  return has_more_accents_than_letters(decoded, written) ? WORD_STRANGE : WORD_FOREIGN;
}

static void read_word(const charsets *c, unsigned mask, bool is_utf8, raw_word word, charset_reading *reading) {
  bool tells = !is_utf8 || word.length > CHARSET_WORD_BYTES_MAX || !is_sign_alone(c, word);
  reading->words += tells;
  for (unsigned charset = CHARSET_UTF8; charset < CHARSET_COUNT; charset++) {
    if (!(mask >> charset & 1)) continue;
    word_verdict verdict = read_word_as(c, (input_charset)charset, word);
    reading->undecodable[charset] += verdict == WORD_UNDECODABLE;
    reading->strange[charset] += verdict == WORD_STRANGE;
    reading->syllables[charset] += tells && verdict == WORD_SYLLABLE;
  }
}

void charset_read(const charsets *c, unsigned mask, const char *text, size_t length, charset_reading *reading) {
  const unsigned utf8_texts = 1u << CHARSET_UTF8 | 1u << CHARSET_TCVN3_MOJIBAKE | 1u << CHARSET_VNI_MOJIBAKE;
  uint32_t words = reading->words;
  size_t at = 0;
  bool is_utf8 = utf8_find_bad(text, 0, length) == length;
  unsigned tried = is_utf8 ? mask : mask & ~utf8_texts;
  for (raw_word word; (word = next_word(text, length, &at)).length > 0;) read_word(c, tried, is_utf8, word, reading);
  for (unsigned charset = CHARSET_UTF8; charset < CHARSET_COUNT; charset++) {
    if ((mask & ~tried) >> charset & 1) reading->undecodable[charset] += reading->words - words;
  }
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
