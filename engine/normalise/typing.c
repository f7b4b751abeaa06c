/* Telex in a word of letters. See typing.h. */
#include <string.h>

#include "normalise/typing_word.h"

/* Words whose keys would make a syllable, but which are names elsewhere. */
static const char foreign[] =
    " MAX HANS LUIS LOIS REX LUX DAWN GUS LES TOR LIZ LUZ PAZ DIAZ RUIZ NUR RAJ TAJ HAJ SAIF NAIF RAIF ROSS RAZ NAZ "
    "MOON SOO WOO YOON DOW CHOW LOW LARS MARS NOOR DEEN SEEN TESS BOSS LAW HAW ";

static bool is_foreign(const uint8_t *codes, size_t count) {
  char needle[8] = " ";
  if (count + 3 > sizeof needle) return false;
  for (size_t i = 0; i < count; i++) {
    static const char bare[12] = "AAAEEIOOOUUY";
    bool is_vowel = fold_is_vowel(codes[i]);
    needle[i + 1] = is_vowel ? bare[(codes[i] - FOLD_VOWEL) >> 3] : (char)(codes[i] - 'a' + 'A');
  }
  needle[count + 1] = ' ';
  return memmem(foreign, sizeof foreign - 1, needle, count + 2) != NULL;
}

/* What the keys of one word were. */
typedef struct telex_keys {
  uint8_t tone_key;   /* 0: none */
  bool stroke;        /* dd */
  bool double_vowel;  /* aa ee oo */
  bool double_inside; /* the same beside another vowel: Nguyeen, Tuaan, Hieeu */
  bool breve_or_horn; /* aw ow */
  bool u_horn;        /* uw, which no other language writes */
  bool accent;        /* an accent beside the keys: Nguyênx */
} telex_keys;

/* 0 for letters that are no tone's key; z is tone 8, none. */
static unsigned telex_tone(uint8_t code) {
  switch (code) {
  case 'f': return 1;
  case 's': return 2;
  case 'r': return 3;
  case 'x': return 4;
  case 'j': return 5;
  case 'z': return 8;
  default: return 0;
  }
}

/* Takes codes[at] as the mark of the letter before; false when it is none. */
static bool take_mark(typed_word *word, const uint8_t *codes, size_t at, telex_keys *keys) {
  uint8_t *last = &word->codes[word->count - 1], code = codes[at];
  if (code == 'd' && word->count == 1 && *last == 'd') {
    *last = FOLD_D;
    return keys->stroke = true;
  }
  if (at == 0 || codes[at - 1] != *last) return false; /* a mark is on it */
  bool doubled = code == *last && typed_marked(*last, TYPED_CIRCUMFLEX) != 0;
  uint8_t marked = doubled ? typed_marked(*last, TYPED_CIRCUMFLEX) : 0;
  if (code == 'w') {
    marked = typed_marked(*last, TYPED_HORN);
    if (!marked) marked = typed_marked(*last, TYPED_BREVE);
  }
  if (!marked) return false;
  bool behind_q = word->count > 2 && word->codes[word->count - 3] == 'q';
  keys->double_vowel |= doubled;
  keys->double_inside |= doubled && word->count > 1 && fold_is_vowel(word->codes[word->count - 2]) && !behind_q;
  keys->u_horn |= *last == TYPED_U;
  keys->breve_or_horn |= !doubled;
  *last = marked;
  return true;
}

/* A tone's key ends the word, or stands behind the vowels: Trafn. Not Mary, Rosa. */
static bool is_tone_place(const uint8_t *codes, size_t count, size_t at) {
  for (size_t i = at + 1; i < count; i++) {
    if (fold_is_vowel(codes[i])) return false;
  }
  return at + 1 == count || fold_is_vowel(codes[at - 1]) || codes[at - 1] == 'w';
}

/* All letters of a word, keys or not. False when it is longer than one or has two tones. */
static bool read_word(const uint8_t *codes, size_t count, typed_word *word, telex_keys *keys) {
  bool seen_vowel = false;
  for (size_t i = 0; i < count; i++) {
    uint8_t code = codes[i];
    unsigned tone = seen_vowel ? telex_tone(code) : 0;
    if (tone != 0 && is_tone_place(codes, count, i)) {
      if (!typed_set_tone(word, tone & 7)) return false;
      keys->tone_key = code;
      continue;
    }
    if (word->count > 0 && take_mark(word, codes, i, keys)) continue;
    bool is_vowel = fold_is_vowel(code);
    seen_vowel |= is_vowel;
    keys->accent |= is_vowel && (code & 7) == 0 && code != TYPED_A && code != TYPED_E && code != TYPED_O &&
                    code != TYPED_U && code != FOLD_VOWEL + 5 * 8 && code != FOLD_VOWEL + 11 * 8;
    word->codes[word->count++] = code;
  }
  return true;
}

static typing_verdict judge(const telex_keys *k) {
  bool marked = k->double_vowel || k->breve_or_horn || k->accent;
  if (k->stroke || k->u_horn || k->double_inside) return TYPING_SURE;
  switch (k->tone_key) {
  case 'f':
  case 'j':
    return TYPING_SURE;
  case 'x':
    return marked ? TYPING_SURE : TYPING_LIKELY;
  case 0:
    return TYPING_LIKELY;
  default:
    return marked && k->tone_key != 'z' ? TYPING_LIKELY : TYPING_WEAK;
  }
}

static bool is_possible_as_written(const uint8_t *codes, size_t count) {
  return syllable_is_possible(codes, count) || syllable_is_possible_plain(codes, count);
}

/* Has the word a letter that can be a key at all? */
static bool may_be_telex(const uint8_t *codes, size_t count) {
  if (count < 2 || count > TYPING_KEYS_MAX) return false;
  if (codes[0] == 'd' && codes[1] == 'd') return true;
  bool seen_vowel = fold_is_vowel(codes[0]);
  for (size_t i = 1; i < count; i++) {
    if (fold_is_vowel(codes[i])) seen_vowel = true;
    else if (seen_vowel && (codes[i] == 'w' || telex_tone(codes[i]) != 0)) return true;
    if (codes[i] == codes[i - 1] && (codes[i] == TYPED_A || codes[i] == TYPED_E || codes[i] == TYPED_O)) return true;
  }
  return false;
}

typing_verdict typing_telex(const uint8_t *codes, size_t count, uint8_t out[SYLLABLE_LETTERS_MAX], size_t *out_count) {
  typed_word word = {0};
  telex_keys keys = {0};
  *out_count = 0;
  if (!may_be_telex(codes, count) || is_possible_as_written(codes, count) || is_foreign(codes, count)) return TYPING_NONE;
  if (!read_word(codes, count, &word, &keys) || word.count == count) return TYPING_NONE;
  if (!typed_finish(&word, out, out_count)) return TYPING_NONE;
  bool highland = out[0] == 'p' && out[1] != 'h'; /* no Kinh name begins so: Pur, Pơr */
  if (highland) *out_count = 0;
  return highland ? TYPING_NONE : judge(&keys);
}
