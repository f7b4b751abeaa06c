/* See name.h. */
#include "name.h"

/* Lower-case vowels by mark (row) and tone (column), and the letter each row is written with. */
static const uint16_t vowels[12][6] = {
    {0x61, 0xe1, 0xe0, 0x1ea3, 0xe3, 0x1ea1},        {0x103, 0x1eaf, 0x1eb1, 0x1eb3, 0x1eb5, 0x1eb7},
    {0xe2, 0x1ea5, 0x1ea7, 0x1ea9, 0x1eab, 0x1ead},  {0x65, 0xe9, 0xe8, 0x1ebb, 0x1ebd, 0x1eb9},
    {0xea, 0x1ebf, 0x1ec1, 0x1ec3, 0x1ec5, 0x1ec7},  {0x69, 0xed, 0xec, 0x1ec9, 0x129, 0x1ecb},
    {0x6f, 0xf3, 0xf2, 0x1ecf, 0xf5, 0x1ecd},        {0xf4, 0x1ed1, 0x1ed3, 0x1ed5, 0x1ed7, 0x1ed9},
    {0x1a1, 0x1edb, 0x1edd, 0x1edf, 0x1ee1, 0x1ee3}, {0x75, 0xfa, 0xf9, 0x1ee7, 0x169, 0x1ee5},
    {0x1b0, 0x1ee9, 0x1eeb, 0x1eed, 0x1eef, 0x1ef1}, {0x79, 0xfd, 0x1ef3, 0x1ef7, 0x1ef9, 0x1ef5},
};
static const char vowel_base[] = "aaaeeiooouuy";
static const uint8_t vowel_mark[] = {0, 2, 1, 0, 1, 0, 0, 1, 3, 0, 3, 0};
enum { d_stroke = 0x111 };

static bool is_upper(uint32_t code) {
  if (code < 0x80) return code >= 'A' && code <= 'Z';
  if (code < 0x100) return code >= 0xc0 && code < 0xdf;
  if (code == 0x1af) return true;
  return code == 0x1a0 || code == 0x102 || code == 0x110 || code == 0x128 || code == 0x168 ||
         (code >= 0x1ea0 && code % 2 == 0);
}

static uint32_t to_lower(uint32_t code) { return code < 0x100 ? code + 0x20 : code + 1; }
static uint32_t to_upper(uint32_t code) { return code < 0x100 ? code - 0x20 : code - 1; }

static gen_letter letter_of(uint32_t code) {
  gen_letter letter = {.upper = is_upper(code)};
  uint32_t lower = letter.upper ? to_lower(code) : code;
  if (lower >= 'a' && lower <= 'z') {
    letter.base = (char)lower;
    return letter;
  }
  if (lower == d_stroke) {
    letter.base = 'd';
    letter.mark = GEN_STROKE;
    return letter;
  }
  for (size_t row = 0; row < 12; row++) {
    for (uint8_t tone = 0; tone < 6; tone++) {
      if (vowels[row][tone] != lower) continue;
      letter.base = vowel_base[row];
      letter.mark = vowel_mark[row];
      letter.tone = tone;
      return letter;
    }
  }
  letter.other = code;
  return letter;
}

static uint32_t code_of(gen_letter letter) {
  if (letter.other) return letter.other;
  uint32_t lower = (uint32_t)letter.base;
  if (letter.mark == GEN_STROKE) lower = d_stroke;
  if (letter.tone || (letter.mark && letter.mark != GEN_STROKE)) {
    for (size_t row = 0; row < 12; row++) {
      if (vowel_base[row] == letter.base && vowel_mark[row] == letter.mark) lower = vowels[row][letter.tone];
    }
  }
  return letter.upper ? to_upper(lower) : lower;
}

/* Names use code points up to U+1EF9 only: one to three bytes. */
static size_t encode(uint32_t code, char *out) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (char)(0xc0 | code >> 6);
    out[1] = (char)(0x80 | (code & 63));
    return 2;
  }
  out[0] = (char)(0xe0 | code >> 12);
  out[1] = (char)(0x80 | (code >> 6 & 63));
  out[2] = (char)(0x80 | (code & 63));
  return 3;
}

size_t gen_letters_read(const gen_word *word, gen_letter *out_letters) {
  size_t count = 0;
  for (size_t i = 0; i < word->length;) {
    const unsigned char *byte = (const unsigned char *)word->text + i;
    uint32_t code = byte[0];
    size_t length = code < 0x80 ? 1 : code < 0xe0 ? 2 : 3;
    if (i + length > word->length) break;
    if (length == 2) code = (code & 31) << 6 | (byte[1] & 63u);
    if (length == 3) code = (code & 15) << 12 | (byte[1] & 63u) << 6 | (byte[2] & 63u);
    out_letters[count++] = letter_of(code);
    i += length;
  }
  return count;
}

void gen_letters_write(const gen_letter *letters, size_t count, gen_word *out_word) {
  size_t length = 0;
  for (size_t i = 0; i < count && length + 3 <= sizeof out_word->text; i++) {
    length += encode(code_of(letters[i]), out_word->text + length);
  }
  out_word->length = (uint8_t)length;
}

gen_word gen_word_of(const char *text) {
  gen_word word = {.length = (uint8_t)strnlen(text, sizeof word.text)};
  memcpy(word.text, text, word.length);
  return word;
}

bool gen_word_is(const gen_word *word, const char *text) {
  return strlen(text) == word->length && memcmp(word->text, text, word->length) == 0;
}

void gen_name_add(gen_name *name, gen_word word) {
  if (name->count < GEN_NAME_WORDS_MAX) name->words[name->count++] = word;
}

void gen_name_insert(gen_name *name, uint32_t at, gen_word word) {
  if (name->count >= GEN_NAME_WORDS_MAX || at > name->count) return;
  memmove(name->words + at + 1, name->words + at, (name->count - at) * sizeof word);
  name->words[at] = word;
  name->count++;
}

void gen_name_remove(gen_name *name, uint32_t at) {
  if (name->count < 2 || at >= name->count) return;
  memmove(name->words + at, name->words + at + 1, (name->count - at - 1) * sizeof *name->words);
  name->count--;
}

/* hòa -> hoà, khỏe -> khoẻ, thủy -> thuỷ; not after q, where u is no vowel. */
static void tone_move(gen_letter *letters, size_t count) {
  if (count < 2) return;
  gen_letter *first = &letters[count - 2], *last = &letters[count - 1];
  bool pair = (first->base == 'o' && (last->base == 'a' || last->base == 'e')) ||
              (first->base == 'u' && last->base == 'y');
  if (!pair || first->mark || last->mark || !first->tone) return;
  if (count > 2 && letters[count - 3].base == 'q') return;
  last->tone = first->tone;
  first->tone = 0;
}

static void put_decomposed(gen_text *t, gen_letter letter) {
  static const uint16_t marks[] = {0, 0x302, 0x306, 0x31b, 0};
  static const uint16_t tones[] = {0, 0x301, 0x300, 0x309, 0x303, 0x323};
  gen_letter plain = letter;
  plain.tone = 0;
  if (marks[letter.mark]) plain.mark = GEN_PLAIN;
  t->at += encode(code_of(plain), t->at);
  /* canonical order: the dot (class 220) before circumflex and breve, the horn (216) first */
  bool dot_first = letter.tone == 5 && letter.mark != GEN_HORN;
  if (dot_first) t->at += encode(tones[5], t->at);
  if (marks[letter.mark]) t->at += encode(marks[letter.mark], t->at);
  if (letter.tone && !dot_first) t->at += encode(tones[letter.tone], t->at);
}

static void put_word_styled(gen_text *t, const gen_word *word, gen_name_style style) {
  gen_letter letters[GEN_WORD_LETTERS_MAX];
  size_t count = gen_letters_read(word, letters);
  if (style.late_tone) tone_move(letters, count);
  for (size_t i = 0; i < count; i++) {
    if (style.upper) letters[i].upper = !letters[i].other;
    if (style.decomposed && !letters[i].other) {
      put_decomposed(t, letters[i]);
    } else {
      t->at += encode(code_of(letters[i]), t->at);
    }
  }
}

/* Only a word that ends in a toned letter and a, e or y can have its tone moved. */
static bool may_move_tone(const gen_word *word) {
  if (word->length < 3) return false;
  char last = word->text[word->length - 1];
  return (last == 'a' || last == 'e' || last == 'y') && (word->text[word->length - 2] & 0x80);
}

void gen_put_name(gen_text *t, const gen_name *name, gen_name_style style) {
  for (uint32_t i = 0; i < name->count; i++) {
    const gen_word *word = &name->words[i];
    if (i) gen_put(t, ' ');
    if (style.upper || style.decomposed || (style.late_tone && may_move_tone(word))) {
      put_word_styled(t, word, style);
    } else {
      gen_put_bytes(t, word->text, word->length);
    }
  }
}
