/* Places and addresses as ordered tokens. Administrative words say what kind of place follows and are
 * written in full, short, or not at all, so they are dropped; but a number means nothing without its
 * kind, so there they stay, under one label: Phường 1, P.01, F1 and Phường I are all "p1".
 *
 *     12/5 Đường Lê Lợi, P.1, Q3, TP HCM   ->   12 5 lê lợi p1 q3 hồ chí minh
 *
 * Unaccented text is ambiguous (phuong is phường and Phương), so there a word counts in fewer places:
 * see place_recognition. It is a heuristic, and the comparison of places allows for it.
 */
#include <string.h>

#include "normalise/fold.h"
#include "normalise/place_words.h"

enum { TOKENS_MAX = FOLD_CODES_MAX / 2 + 1, TONE_MASK = 7, LABEL_MAX = 16 };

typedef struct token {
  uint16_t start, length;
  uint16_t letters;  /* leading letters: 1 of "P01", 0 of "12A" */
  bool begins_part;  /* parts are parted by commas and brackets */
  bool ends_part;
  bool dot_behind;
} token;

typedef struct place_reader {
  const fold_run *run;
  size_t count;
  size_t next;
  place_kind kind;     /* of the word dropped just before, PLACE_NONE */
  bool begins_text;    /* token 0 is the first of the whole text */
  bool segment_begins; /* no name token since the part began or the last administrative word */
  bool after_number;
  bool plain_copies;   /* text_sink_copy may be used for all of the span */
  token tokens[TOKENS_MAX];
} place_reader;

static bool is_digit(uint8_t code) { return code >= '0' && code <= '9'; }

/* What a code is to read_tokens, by one look-up a letter. */
enum { CLASS_INSIDE = 0, CLASS_LETTER = 1, CLASS_SEPARATOR = 2 };
static const uint8_t code_classes[256] = {
    [FOLD_BLANK] = CLASS_SEPARATOR, ['.'] = CLASS_SEPARATOR, [','] = CLASS_SEPARATOR,
    ['a' ... 'z'] = CLASS_LETTER,   [FOLD_VOWEL ... 255] = CLASS_LETTER};

/* The span has a blank behind (fold_place_tones), which ends its last token. */
static void read_tokens(place_reader *r, bool part_begins) {
  const uint8_t *codes = r->run->codes;
  size_t end = r->run->count, at = 0;
  token *t = r->tokens;
  while (at < end) {
    if (code_classes[codes[at]] == CLASS_SEPARATOR) {
      if (codes[at] == ',') {
        part_begins = true;
        if (t > r->tokens) t[-1].ends_part = true;
      }
      at++;
      continue;
    }
    size_t start = at;
    while (code_classes[codes[at]] == CLASS_LETTER) at++;
    size_t letters = at - start;
    while (code_classes[codes[at]] != CLASS_SEPARATOR) at++;
    *t++ = (token){.start = (uint16_t)start,
                   .length = (uint16_t)(at - start),
                   .letters = (uint16_t)letters,
                   .begins_part = part_begins,
                   .dot_behind = codes[at] == '.'};
    part_begins = false;
  }
  if (t > r->tokens) t[-1].ends_part = true;
  r->count = (size_t)(t - r->tokens);
}

/* ---- words -------------------------------------------------------------------------------- */

/* Letters of a token with nothing or a number behind them. */
static bool has_number_joined(const place_reader *r, const token *t) {
  return t->letters > 0 && t->letters < t->length && is_digit(r->run->codes[t->start + t->letters]);
}

/* Do the tokens from `at` read as `written` (words parted by one blank)? All in one part; the last
 * may have a number joined when `joined`. */
static bool reads_as(const place_reader *r, size_t at, const char *written, size_t words, bool joined) {
  for (size_t w = 0; w < words; w++, at++) {
    if (at >= r->count) return false;
    const token *t = &r->tokens[at];
    bool last = w + 1 == words;
    size_t length = last && joined && has_number_joined(r, t) ? t->letters : t->length;
    for (size_t i = 0; i < length; i++, written++) {
      if (*written == 0 || *written != (char)r->run->plain[t->start + i]) return false;
    }
    if (*written != (last ? 0 : ' ') || (!last && t->ends_part)) return false;
    written++;
  }
  return true;
}

/* Written with the accents of the word in full (or a word that has none). */
static bool is_exact(const place_reader *r, size_t at, const place_word *word) {
  const char *codes = word->codes;
  for (size_t w = 0; w < word->word_count; w++, at++) {
    size_t length = w == 0 ? word->first_length : strcspn(codes, " ");
    if (memcmp(codes, r->run->codes + r->tokens[at].start, length) != 0) return false;
    codes += length + 1;
  }
  return true;
}

static bool is_unaccented(const place_reader *r, size_t at, size_t words) {
  enum { UNMARKED = 1 << 0 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 9 | 1 << 11 }; /* a e i o u y */
  for (size_t w = 0; w < words; w++) {
    const token *t = &r->tokens[at + w];
    for (size_t i = t->start; i < (size_t)t->start + t->letters; i++) {
      uint8_t code = r->run->codes[i];
      if (code < FOLD_VOWEL) continue;
      if (!fold_is_vowel(code) || (code & TONE_MASK) != 0) return false;
      if (!(UNMARKED >> ((code - FOLD_VOWEL) >> 3) & 1)) return false;
    }
  }
  return true;
}

/* ---- numbers ------------------------------------------------------------------------------ */

/* I to XXXIX, 0 if it is none. */
static unsigned roman_number(const uint8_t *plain, size_t length) {
  unsigned total = 0, before = 0;
  for (size_t i = length; i-- > 0;) {
    unsigned value = plain[i] == 'I' ? 1 : plain[i] == 'V' ? 5 : plain[i] == 'X' ? 10 : 0;
    if (value == 0 || length > 6) return 0;
    if (value < before) {
      total -= value;
    } else {
      total += value;
      before = value;
    }
  }
  return total < 40 ? total : 0;
}

static bool takes_roman(place_kind kind) {
  return kind == PLACE_WARD || kind == PLACE_DISTRICT || kind == PLACE_QUARTER || kind == PLACE_BLOCK;
}

static bool is_number(const place_reader *r, size_t at, place_kind kind) {
  if (at >= r->count) return false;
  const token *t = &r->tokens[at];
  if (is_digit(r->run->codes[t->start])) return true;
  return takes_roman(kind) && is_unaccented(r, at, 1) && roman_number(r->run->plain + t->start, t->length) > 0;
}

/* Where the number of the word that ends before `at` is, past "số"; r->count if it has none. */
static size_t number_behind(const place_reader *r, size_t at, place_kind kind) {
  bool same_part = at > 0 && !r->tokens[at - 1].ends_part;
  if (!same_part) return r->count;
  if (is_number(r, at, kind)) return at;
  bool so = reads_as(r, at, "SO", 1, false) && !r->tokens[at].ends_part;
  return so && is_number(r, at + 1, PLACE_NONE) ? at + 1 : r->count;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* Adds a piece; it and what lies behind it are of the run or of a buffer of LABEL_MAX bytes. */
static void put(const place_reader *r, text_sink *sink, const uint8_t *codes, const uint8_t *plain, size_t count) {
  if (r->plain_copies) text_sink_copy(sink, codes, plain, count);
  else text_sink_add(sink, codes, plain, count);
}

static void put_blank(const place_reader *r, text_sink *sink) {
  if (r->plain_copies) text_sink_copy_blank(sink);
  else text_sink_blank(sink);
}

static void write_label(const place_reader *r, const char *label, unsigned roman, text_sink *sink) {
  uint8_t codes[LABEL_MAX], plain[LABEL_MAX];
  size_t count = 0;
  for (; *label != 0; label++) {
    uint16_t pair = fold_keep_rules.ascii[(uint8_t)*label];
    codes[count] = (uint8_t)pair;
    plain[count++] = (uint8_t)(pair >> 8);
  }
  if (roman >= 10) codes[count] = plain[count] = (uint8_t)('0' + roman / 10), count++;
  if (roman > 0) codes[count] = plain[count] = (uint8_t)('0' + roman % 10), count++;
  put(r, sink, codes, plain, count);
}

/* run->codes[start..end) without its leading zeros. */
static void write_digits(const place_reader *r, size_t start, size_t end, text_sink *sink) {
  while (start + 1 < end && r->run->codes[start] == '0' && is_digit(r->run->codes[start + 1])) start++;
  put(r, sink, r->run->codes + start, r->run->plain + start, end - start);
}

static void write_number(const place_reader *r, size_t at, place_kind kind, text_sink *sink) {
  static const char *const labels[PLACE_KINDS] = {
      [PLACE_NONE] = "",          [PLACE_WARD] = "p",           [PLACE_DISTRICT] = "q",
      [PLACE_COMMUNE] = "x",      [PLACE_COUNTY] = "h",         [PLACE_PROVINCE] = "t",
      [PLACE_CITY] = "tp",        [PLACE_TOWN] = "tx",          [PLACE_TOWNSHIP] = "tt",
      [PLACE_QUARTER] = "kp",     [PLACE_GROUP] = "to",         [PLACE_AREA] = "kv",
      [PLACE_HAMLET] = "ap",      [PLACE_VILLAGE] = "thon",     [PLACE_SMALL_HAMLET] = "xom",
      [PLACE_BLOCK] = "khom",     [PLACE_STREET] = "duong",     [PLACE_LANE] = "hem",
      [PLACE_ALLEY] = "ngach",    [PLACE_NATIONAL_ROAD] = "ql", [PLACE_PROVINCIAL_ROAD] = "tl",
      [PLACE_HOUSE] = ""};
  const token *t = &r->tokens[at];
  size_t start = t->start, end = start + t->length;
  put_blank(r, sink);
  unsigned roman = is_digit(r->run->codes[start]) || has_number_joined(r, t)
                       ? 0
                       : roman_number(r->run->plain + start, t->length);
  write_label(r, labels[kind], roman, sink);
  if (roman > 0) return;
  if (has_number_joined(r, t)) start += t->letters;
  write_digits(r, start, end, sink);
}

/* ---- reading ------------------------------------------------------------------------------ */

/* Is the word at r->next administrative here? *out_number is its number's token, r->count if none. */
static bool is_recognised(const place_reader *r, const place_word *word, size_t *out_number) {
  const token *t = &r->tokens[r->next], *last = t + word->word_count - 1;
  size_t behind = r->next + word->word_count;
  bool exact = is_exact(r, r->next, word);
  if (!exact && !is_unaccented(r, r->next, word->word_count)) return false;
  *out_number = has_number_joined(r, last) ? behind - 1 : number_behind(r, behind, (place_kind)word->kind);
  if (*out_number < r->count) return true;
  if (last->ends_part || r->kind != PLACE_NONE) return false;
  bool starts = t->begins_part || r->after_number;
  switch ((place_recognition)word->recognition) {
  case PLACE_IS_STRONG:
    return exact || word->word_count > 1 || starts;
  case PLACE_IS_WEAK:
    return starts;
  case PLACE_IS_EXACT:
    return exact && starts;
  case PLACE_IS_SHORT:
    return starts || t->dot_behind;
  case PLACE_IS_NUMBER:
    break;
  }
  return false;
}

/* A road named by a number is "Đường số 5" or ends its part; "đường 3/2" and "đường 30 tháng 4" are
 * names that begin with one. */
static bool number_is_name(const place_reader *r, const place_word *word, size_t number) {
  if (word->kind != PLACE_STREET || has_number_joined(r, &r->tokens[number])) return false;
  return number == r->next + word->word_count && !r->tokens[number].ends_part;
}

/* Can an administrative word or an alias begin here? Nearly all words of names end with this question. */
static bool may_be_word(const place_reader *r) {
  const token *t = &r->tokens[r->next];
  const uint8_t *plain = r->run->plain + t->start;
  uint8_t letter = (uint8_t)(plain[0] - 'A');
  if (letter >= 26 || t->letters > PLACE_FIRST_WORD_MAX) return false;
  return place_first_words[letter * 32 + (plain[1] & 31)] >> t->letters & 1;
}

static bool read_word(place_reader *r, text_sink *sink) {
  uint8_t first = r->run->plain[r->tokens[r->next].start];
  const place_word *word = place_words + place_words_from[first - 'A'];
  const place_word *end = place_words + place_words_from[first - 'A' + 1];
  const token *t = &r->tokens[r->next];
  for (; word < end; word++) {
    size_t number = r->count;
    if (word->first_length != t->letters) continue;
    if (t->letters > 1 && word->plain[1] != (char)r->run->plain[t->start + 1]) continue;
    if (!reads_as(r, r->next, word->plain, word->word_count, true) || !is_recognised(r, word, &number)) continue;
    r->segment_begins = true;
    if (number < r->count && !number_is_name(r, word, number)) {
      write_number(r, number, (place_kind)word->kind, sink);
      r->next = number + 1;
      r->kind = PLACE_NONE;
      r->after_number = true;
    } else {
      r->next += word->word_count;
      r->kind = (place_kind)word->kind;
      r->after_number = false;
    }
    return true;
  }
  return false;
}

/* A city or province under another name, when it is all that is left of its part. */
static bool read_alias(place_reader *r, text_sink *sink) {
  bool fits = r->kind == PLACE_NONE || r->kind == PLACE_CITY || r->kind == PLACE_PROVINCE;
  if (!fits || !r->segment_begins) return false;
  uint8_t first = r->run->plain[r->tokens[r->next].start];
  const place_alias *alias = place_aliases + place_aliases_from[first - 'A'];
  const place_alias *end = place_aliases + place_aliases_from[first - 'A' + 1];
  for (; alias < end; alias++) {
    size_t last = r->next + alias->word_count - 1;
    if (alias->first_length != r->tokens[r->next].letters) continue;
    if (last >= r->count || !r->tokens[last].ends_part) continue;
    if (!reads_as(r, r->next, alias->written, alias->word_count, false)) continue;
    if (alias->length == 0 && r->next == 0 && r->begins_text) return false;
    if (alias->length > 0) put_blank(r, sink);
    put(r, sink, (const uint8_t *)alias->codes, (const uint8_t *)alias->plain, alias->length);
    r->next = last + 1;
    r->kind = PLACE_NONE;
    r->after_number = false;
    return true;
  }
  return false;
}

static void read_name(place_reader *r, text_sink *sink) {
  const token *t = &r->tokens[r->next++];
  put_blank(r, sink);
  write_digits(r, t->start, (size_t)t->start + t->length, sink);
  r->kind = PLACE_NONE;
  r->segment_begins = false;
  r->after_number = is_digit(r->run->codes[t->start]);
}

/* No token adds more than eight codes a code of the span, and 16: "D5" is "duong5", "SG" hồ chí minh. */
static bool copies_are_plain(const fold_run *run, const text_sink *sink) {
  size_t used = sink->toned_used > sink->plain_used ? sink->toned_used : sink->plain_used;
  return sink->text == NULL && !run->has_other && used + run->count * 8 + 64 <= FOLD_CODES_MAX;
}

bool place_read_span(place_start start, const fold_run *run, text_sink *sink) {
  place_reader r;
  r.run = run;
  r.begins_text = start == PLACE_BEGINS_TEXT;
  r.next = 0;
  r.kind = PLACE_NONE;
  r.segment_begins = start == PLACE_BEHIND_HOUSE;
  r.after_number = start == PLACE_BEHIND_NUMBER || start == PLACE_BEHIND_HOUSE;
  r.plain_copies = copies_are_plain(run, sink);
  read_tokens(&r, !r.after_number);
  while (r.next < r.count) {
    if (r.tokens[r.next].begins_part) {
      r.kind = PLACE_NONE;
      r.segment_begins = true;
      r.after_number = false;
    }
    bool taken = may_be_word(&r) && (read_word(&r, sink) || read_alias(&r, sink));
    if (!taken) read_name(&r, sink);
  }
  return r.count > 0;
}

void place_write(const char *text, size_t length, text_sink *sink) {
  fold_cursor cursor = fold_begin(text, length);
  while (cursor.next < cursor.end) {
    fold_run run;
    bool first = cursor.next == (const uint8_t *)text;
    fold_next(&cursor, &fold_place_rules, &run);
    if (first && cursor.next == cursor.end && fold_is_placeholder(run.plain, run.count)) return;
    place_read_span(PLACE_BEGINS_TEXT, &run, sink);
  }
}

void normalise_place(const char *text, size_t length, text_value *out) {
  text_sink sink;
  text_sink_begin(&sink, NULL, 0);
  place_write(text, length, &sink);
  text_sink_end(&sink, out);
}
