/* Names of persons as values. The canonical form keeps the order as written, which is surname, middle, given:
 *
 *     "Bà Nguyễn Thị Thu Trang"  ->  nguyễn thị thu trang
 *         surname nguyễn, middle thị thu, given trang, initials NTTT, phonetic NGUIEN TI TU CAN
 */
#include "normalise/fold.h"
#include "normalise/value_types.h"

/* Words are parted by single blanks. */
static void add_words(value_result *out) {
  const char *name = out->canonical.text, *end = name + out->canonical.length;
  const char *first = memchr(name, ' ', out->canonical.length);
  if (!first) {
    value_part_at(out, "given", name, out->canonical.length);
    value_find(out, "one_word");
    return;
  }
  const char *last = memrchr(name, ' ', out->canonical.length);
  value_part_at(out, "surname", name, (size_t)(first - name));
  if (first < last) value_part_at(out, "middle", first + 1, (size_t)(last - first) - 1);
  value_part_at(out, "given", last + 1, (size_t)(end - last) - 1);
}

/* ---- letters ------------------------------------------------------------------------------- */

/* What a name's unaccented capitals say. All three texts are of at most as many letters. */
typedef struct name_letters {
  char *initials, *sounds;
  size_t initial_count, sound_count;
  bool abbreviated; /* "Ng.", "T.", "Th.": no syllable is without a vowel */
} name_letters;

static bool is_vowel(char letter) {
  const uint32_t vowels = 1u << ('A' & 31) | 1u << ('E' & 31) | 1u << ('I' & 31) | 1u << ('O' & 31) |
                          1u << ('U' & 31) | 1u << ('Y' & 31);
  bool other_script = letter < 'A' || letter > 'Z'; /* which has its own rules */
  return other_script | (vowels >> (letter & 31) & 1);
}

/* The first letter of a word as it is heard: x is s, tr is ch, r and gi are d, l is n. */
static char hear_first(char letter, char next, bool is_long) {
  bool is_ch = (letter == 'T') & (next == 'R'), is_d = (letter == 'R') | ((letter == 'G') & (next == 'I') & is_long);
  letter = letter == 'X' ? 'S' : letter == 'L' ? 'N' : letter;
  return is_ch ? 'C' : is_d ? 'D' : letter;
}

/* One pass without a branch on the letters, which nobody can foresee. `plain` has two blanks behind its end. The sounds
 * are those of the blocking part .phonetic (feature/parts.c): behind the first letter of a word y is i, ng at its end
 * is n, t at its end is c, and no h is heard. */
static void read_letters(const char *plain, size_t length, name_letters *out) {
  char before = ' ', before_that = ' ';
  bool has_vowel = false;
  for (size_t at = 0; at < length; at++) {
    char letter = plain[at], next = plain[at + 1];
    bool is_blank = letter == ' ', is_first = before == ' ';
    bool is_second = (before != ' ') & (before_that == ' '), is_last = next == ' ';
    bool is_long = (next != ' ') & (plain[at + 2] != ' '), is_final_t = (letter == 'T') & is_last;
    char sound = letter == 'Y' ? 'I' : is_final_t ? 'C' : letter;
    bool silent = (letter == 'H') | (is_second & (letter == 'R')) |
                  (is_second & (before == 'G') & (letter == 'I') & (next != ' ')) |
                  ((before_that != ' ') & (before == 'N') & (letter == 'G') & is_last);
    out->sounds[out->sound_count] = is_first ? hear_first(letter, next, is_long) : sound;
    out->sound_count += is_first | !silent;
    out->initials[out->initial_count] = letter;
    out->initial_count += is_first;
    out->abbreviated |= is_blank & !has_vowel;
    has_vowel = (letter != ' ') & (has_vowel | is_vowel(letter));
    before_that = before;
    before = letter;
  }
  out->abbreviated |= !has_vowel;
}

/* The name without accents, with two blanks behind that are not of it: from the sink, which has it for any name of usual
 * length. */
static value_text plain_of(const text_sink *sink, value_result *out) {
  value_text plain;
  if (sink->plain_seed == 0) {
    plain = value_copy(out, (const char *)sink->plain, sink->plain_used);
  } else {
    size_t bytes;
    char *room = value_room(out, &bytes);
    plain = value_take(out, text_fold_plain(out->canonical.text, out->canonical.length, room, bytes / 4));
  }
  value_copy(out, "  ", 2);
  return plain;
}

static void add_letters(value_text plain, value_result *out) {
  size_t bytes;
  char *room = value_room(out, &bytes);
  name_letters letters = {.initials = room, .sounds = room + plain.length};
  read_letters(plain.text, plain.length, &letters);
  value_take(out, 2 * plain.length);
  value_part_at(out, "plain", plain.text, plain.length);
  value_part_at(out, "initials", letters.initials, letters.initial_count);
  value_part_at(out, "phonetic", letters.sounds, letters.sound_count);
  if (letters.abbreviated) value_find(out, "abbreviated");
}

void value_read_name(const value_context *context, const char *text, size_t length, value_result *out) {
  (void)context;
  size_t bytes;
  text_sink sink;
  char *room = value_room(out, &bytes);
  text_sink_begin(&sink, room, bytes / 4);
  person_name_write(text, length, &sink);
  out->canonical = value_take(out, sink.text_length);
  if (out->canonical.length == 0) {
    value_find_nothing(out, text, length);
    return;
  }
  add_words(out);
  add_letters(plain_of(&sink, out), out);
}
