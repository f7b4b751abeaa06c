/* See mangle.h. */
#include "mangle.h"

#include "facts.h"

static bool is_vowel(const gen_letter *letter) {
  return !letter->other && strchr("aeiouy", letter->base) != NULL;
}

/* A word of the name with its letters; words of one letter stay as they are. */
typedef struct edited {
  gen_word *word;
  size_t count;
  gen_letter letters[GEN_WORD_LETTERS_MAX + 1];
} edited;

static bool edit_any(edited *e, gen_name *name, gen_random *r) {
  e->word = &name->words[gen_below(r, name->count)];
  e->count = gen_letters_read(e->word, e->letters);
  return e->count > 1;
}

static bool edit_done(edited *e) {
  gen_word before = *e->word;
  gen_letters_write(e->letters, e->count, e->word);
  return before.length != e->word->length || memcmp(before.text, e->word->text, before.length) != 0;
}

bool gen_name_tone_error(gen_name *name, gen_random *r) {
  edited e;
  if (!edit_any(&e, name, r)) return false;
  gen_letter *vowel = NULL;
  for (size_t i = 0; i < e.count; i++) {
    if (!is_vowel(&e.letters[i])) continue;
    if (!vowel || e.letters[i].tone || (e.letters[i].mark && !vowel->tone)) vowel = &e.letters[i];
  }
  if (!vowel) return false;
  bool drop_mark = vowel->mark && gen_below(r, 4) == 0;
  if (drop_mark) {
    vowel->mark = GEN_PLAIN;
  } else if (vowel->tone && gen_below(r, 2)) {
    vowel->tone = 0;
  } else {
    vowel->tone = (uint8_t)((vowel->tone + 1 + gen_below(r, 5)) % 6);
  }
  return edit_done(&e);
}

bool gen_name_letter_error(gen_name *name, gen_random *r) {
  edited e;
  if (!edit_any(&e, name, r)) return false;
  size_t at = gen_below(r, (uint32_t)e.count);
  gen_letter fresh = {.base = (char)('a' + gen_below(r, 26)), .upper = e.letters[at].upper};
  switch (gen_below(r, 3)) {
    case 0:
      e.letters[at] = fresh;
      break;
    case 1:
      if (e.count < 3) return false;
      memmove(e.letters + at, e.letters + at + 1, (e.count - at - 1) * sizeof *e.letters);
      e.count--;
      e.letters[0].upper = true;
      break;
    default: /* a key pressed twice, or its neighbour with it */
      if (gen_below(r, 2)) fresh = e.letters[at];
      fresh.upper = false;
      memmove(e.letters + at + 2, e.letters + at + 1, (e.count - at - 1) * sizeof *e.letters);
      e.letters[at + 1] = fresh;
      e.count++;
  }
  return edit_done(&e);
}

bool gen_name_middle_error(gen_name *name, bool female, gen_random *r) {
  if (name->count > 2 && gen_below(r, 3)) {
    gen_name_remove(name, 1 + gen_below(r, name->count - 2));
    return true;
  }
  const char *word = female ? "Thị" : "Văn";
  if (name->count > 3 || name->count < 2 || gen_word_is(&name->words[1], word)) return false;
  gen_name_insert(name, 1, gen_word_of(word));
  return true;
}

bool gen_name_swap_error(gen_name *name, gen_random *r) {
  if (name->count < 3) return false;
  gen_word last = name->words[name->count - 1];
  if (gen_below(r, 3) == 0) { /* given name first */
    memmove(name->words + 1, name->words, (name->count - 1) * sizeof last);
    name->words[0] = last;
    return true;
  }
  name->words[name->count - 1] = name->words[name->count - 2];
  name->words[name->count - 2] = last;
  return true;
}

bool gen_name_abbreviate(gen_name *name, gen_random *r) {
  uint32_t at = gen_below(r, name->count - 1);
  gen_letter letters[GEN_WORD_LETTERS_MAX];
  size_t count = gen_letters_read(&name->words[at], letters);
  if (count < 2) return false;
  bool two = letters[0].base == 'n' || (letters[0].base == 't' && letters[1].base != 'h');
  letters[two ? 2 : 1] = (gen_letter){.other = '.'};
  gen_letters_write(letters, two ? 3 : 2, &name->words[at]);
  return true;
}

/* The keys of the telex method that follow a letter: aa, aw, dd; the tone's key ends the word. */
static char telex_mark(const gen_letter *letter) {
  if (letter->mark == GEN_CIRCUMFLEX || letter->mark == GEN_STROKE) return letter->base;
  return letter->mark ? 'w' : 0;
}

bool gen_name_telex_residue(gen_name *name, gen_random *r) {
  edited e;
  if (!edit_any(&e, name, r)) return false;
  gen_letter out[GEN_WORD_LETTERS_MAX];
  size_t count = 0;
  uint8_t tone = 0;
  for (size_t i = 0; i < e.count && count + 3 < GEN_WORD_LETTERS_MAX; i++) {
    char key = telex_mark(&e.letters[i]);
    if (e.letters[i].tone) tone = e.letters[i].tone;
    out[count] = e.letters[i];
    out[count].tone = 0;
    out[count++].mark = GEN_PLAIN;
    if (key) out[count++] = (gen_letter){.base = key};
  }
  if (tone) out[count++] = (gen_letter){.base = " sfrxj"[tone]};
  if (count == e.count) return false;
  gen_letters_write(out, count, e.word);
  return true;
}

bool gen_name_strip(gen_name *name) {
  bool changed = false;
  for (uint32_t w = 0; w < name->count; w++) {
    gen_letter letters[GEN_WORD_LETTERS_MAX];
    size_t count = gen_letters_read(&name->words[w], letters);
    for (size_t i = 0; i < count; i++) {
      changed |= letters[i].mark || letters[i].tone;
      letters[i].mark = GEN_PLAIN;
      letters[i].tone = 0;
    }
    gen_letters_write(letters, count, &name->words[w]);
  }
  return changed;
}

bool gen_name_doublet(gen_name *name, gen_random *r) {
  uint32_t start = gen_below(r, name->count);
  for (uint32_t step = 0; step < name->count; step++) {
    gen_word *word = &name->words[(start + step) % name->count];
    for (size_t i = 0; i < gen_doublet_count; i++) {
      bool north = gen_word_is(word, gen_doublets[i].north);
      if (!north && !gen_word_is(word, gen_doublets[i].south)) continue;
      *word = gen_word_of(north ? gen_doublets[i].south : gen_doublets[i].north);
      return true;
    }
  }
  return false;
}

/* Only a syllable's single vowel is free to be i or y: Lý, Mỹ, Vy; Thủy is not. */
bool gen_name_i_for_y(gen_name *name) {
  for (uint32_t w = name->count; w-- > 0;) {
    gen_letter letters[GEN_WORD_LETTERS_MAX];
    size_t count = gen_letters_read(&name->words[w], letters);
    if (count < 2 || count > 3 || is_vowel(&letters[count - 2])) continue;
    gen_letter *last = &letters[count - 1];
    if (last->other || (last->base != 'y' && last->base != 'i')) continue;
    last->base = last->base == 'y' ? 'i' : 'y';
    gen_letters_write(letters, count, &name->words[w]);
    return true;
  }
  return false;
}

/* What a scanner, or a tired reader of old handwriting, takes a digit for. */
static char digit_misread(char digit, gen_random *r) {
  static const char *const seen_as[] = {"68", "7", "7", "8", "9", "6", "08", "1", "036", "4"};
  const char *others = seen_as[digit - '0'];
  return others[gen_below(r, (uint32_t)strlen(others))];
}

bool gen_date_digit_error(gen_date *date, gen_random *r) {
  if (!date->month) return false;
  for (int attempt = 0; attempt < 8; attempt++) {
    char digits[8];
    unsigned number = date->day * 1000000u + date->month * 10000u + date->year;
    for (size_t i = 8; i-- > 0; number /= 10) digits[i] = (char)('0' + number % 10);
    static const uint8_t places[] = {0, 1, 2, 3, 6, 7}; /* the century is never misread */
    size_t at = places[gen_below(r, 6)];
    digits[at] = digit_misread(digits[at], r);
    gen_date wrong = {.day = (uint8_t)((digits[0] - '0') * 10 + digits[1] - '0'),
                      .month = (uint8_t)((digits[2] - '0') * 10 + digits[3] - '0'),
                      .year = (uint16_t)(date->year / 100 * 100 + (digits[6] - '0') * 10 + digits[7] - '0')};
    if (!gen_date_valid(wrong) || wrong.year > 2025) continue;
    *date = wrong;
    return true;
  }
  return false;
}

bool gen_date_swap_error(gen_date *date) {
  if (!date->month || date->day > 12 || date->day == date->month) return false;
  uint8_t day = date->day;
  date->day = date->month;
  date->month = day;
  return true;
}

bool gen_digit_error(char *digits, size_t from, size_t length, gen_random *r) {
  if (from >= length) return false;
  size_t at = from + gen_below(r, (uint32_t)(length - from));
  if (digits[at] < '0' || digits[at] > '9') return false;
  char typed = (char)('0' + (digits[at] - '0' + 1 + (int)gen_below(r, 9)) % 10);
  digits[at] = gen_below(r, 2) ? digit_misread(digits[at], r) : typed;
  return true;
}

bool gen_digit_transpose(char *digits, size_t from, size_t length, gen_random *r) {
  if (from + 1 >= length) return false;
  size_t at = from + gen_below(r, (uint32_t)(length - from - 1));
  if (digits[at] == digits[at + 1]) return false;
  char digit = digits[at];
  digits[at] = digits[at + 1];
  digits[at + 1] = digit;
  return true;
}
