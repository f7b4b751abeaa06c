/* Names of persons as values. The canonical form keeps the order as written, which is surname, middle, given:
 *
 *     "Bà Nguyễn Thị Thu Trang"  ->  nguyễn thị thu trang
 *         surname nguyễn, middle thị thu, given trang, initials NTTT, phonetic NGUIEN TI TU CAN
 */
#include "normalise/fold.h"
#include "normalise/value_types.h"

enum { NAME_WORDS_MAX = 16 };

typedef struct word {
  size_t start, end;
} word;

/* Words are parted by single blanks. Returns how many, at most NAME_WORDS_MAX: the last one then has the rest. */
static size_t find_words(value_text text, word *words) {
  size_t count = 0;
  for (size_t at = 0; at < text.length; at++) {
    size_t start = at;
    while (at < text.length && (text.text[at] != ' ' || count + 1 == NAME_WORDS_MAX)) at++;
    words[count++] = (word){start, at};
  }
  return count;
}

static void add_words(value_result *out, const word *words, size_t count) {
  const char *name = out->canonical.text;
  if (count > 1) value_part_at(out, "surname", name + words[0].start, words[0].end - words[0].start);
  if (count > 2) value_part_at(out, "middle", name + words[1].start, words[count - 2].end - words[1].start);
  value_part_at(out, "given", name + words[count - 1].start, words[count - 1].end - words[count - 1].start);
}

/* One word of unaccented capitals as the blocking part .phonetic of feature/parts.c hears it: y is i, x is s, tr is
 * ch, r and gi are d, l is n, ng at the end is n, t at the end is c; no h but a first one. */
static size_t hear_word(const char *plain, size_t length, char *out) {
  size_t end = length, at = 0, used = 0;
  bool has_r = length > 1 && plain[1] == 'R';
  bool is_gi = length > 2 && plain[0] == 'G' && plain[1] == 'I';
  char first = plain[at++];
  if (first == 'X') first = 'S';
  else if (first == 'T' && has_r) first = 'C';
  else if (first == 'R' || is_gi) first = 'D';
  else if (first == 'L') first = 'N';
  if (length > 2 && plain[length - 1] == 'G' && plain[length - 2] == 'N') end--;
  out[used++] = first;
  at += has_r || is_gi;
  for (; at < end; at++) {
    out[used] = plain[at] == 'Y' ? 'I' : plain[at];
    used += plain[at] != 'H';
  }
  if (end > 1 && plain[end - 1] == 'T') out[used - 1] = 'C';
  return used;
}

/* "Ng.", "T.", "Th.": no syllable is without a vowel. */
static void find_abbreviation(value_text plain, const word *words, size_t count, value_result *out) {
  const uint32_t vowels = 1u << ('A' & 31) | 1u << ('E' & 31) | 1u << ('I' & 31) | 1u << ('O' & 31) |
                          1u << ('U' & 31) | 1u << ('Y' & 31);
  for (size_t i = 0; i < count; i++) {
    uint32_t seen = 0;
    for (size_t at = words[i].start; at < words[i].end; at++) {
      char letter = plain.text[at];
      seen |= letter >= 'A' && letter <= 'Z' ? 1u << (letter & 31) : vowels; /* another script has its own rules */
    }
    if (seen & vowels) continue;
    value_find(out, "abbreviated");
    return;
  }
}

static void add_sounds(value_text plain, value_result *out) {
  word words[NAME_WORDS_MAX];
  size_t count = find_words(plain, words), used = 0, bytes;
  value_part_at(out, "plain", plain.text, plain.length);
  find_abbreviation(plain, words, count, out);
  char *room = value_room(out, &bytes);
  for (size_t i = 0; i < count; i++) room[i] = plain.text[words[i].start];
  value_text initials = value_take(out, count);
  value_part_at(out, "initials", initials.text, initials.length);
  room = value_room(out, &bytes);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) room[used++] = ' ';
    used += hear_word(plain.text + words[i].start, words[i].end - words[i].start, room + used);
  }
  value_text sounds = value_take(out, used);
  value_part_at(out, "phonetic", sounds.text, sounds.length);
}

/* What the sink has of it, as it has of any name of usual length. */
static value_text plain_of(const text_sink *sink, value_result *out) {
  if (sink->plain_seed == 0) return value_copy(out, (const char *)sink->plain, sink->plain_used);
  size_t bytes;
  char *room = value_room(out, &bytes);
  return value_take(out, text_fold_plain(out->canonical.text, out->canonical.length, room, bytes / 2));
}

void value_read_name(const value_context *context, const char *text, size_t length, value_result *out) {
  (void)context;
  size_t bytes;
  text_sink sink;
  char *room = value_room(out, &bytes);
  text_sink_begin(&sink, room, bytes / 3);
  person_name_write(text, length, &sink);
  out->canonical = value_take(out, sink.text_length);
  if (out->canonical.length == 0) {
    value_find_nothing(out, text, length);
    return;
  }
  word words[NAME_WORDS_MAX];
  size_t count = find_words(out->canonical, words);
  add_words(out, words, count);
  add_sounds(plain_of(&sink, out), out);
  if (count == 1) value_find(out, "one_word");
}
