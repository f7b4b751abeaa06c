/* See name_read.h. */
#include "normalise/name_read.h"

#include <string.h>

enum { OPENS = '(', CLOSES = ')', COMMA = ',', TYPED_MAX = 2 * FOLD_SPAN_BYTES };

/* The fold with brackets and commas kept as ( ) and , of their own. */
static fold_rules structure_rules(void) {
  fold_rules rules = fold_name_rules;
  static const char opening[] = "([{", closing[] = ")]}";
  for (const char *c = opening; *c; c++) fold_rules_set(&rules, (unsigned char)*c, OPENS, OPENS);
  for (const char *c = closing; *c; c++) fold_rules_set(&rules, (unsigned char)*c, CLOSES, CLOSES);
  fold_rules_set(&rules, ',', COMMA, COMMA);
  return rules;
}

static bool is_sign(uint8_t code) { return code == OPENS || code == CLOSES || code == COMMA; }
static bool parts_words(uint8_t code) { return code == FOLD_BLANK || is_sign(code); }

static size_t word_end(const fold_run *run, size_t at) {
  while (at < run->count && !parts_words(run->codes[at])) at++;
  return at;
}

/* ---- telex -------------------------------------------------------------------------------- */

static const char plain_vowels[12] = "AAAEEIOOOUUY";

/* A repaired word has fewer letters than its keys. */
static void replace_word(fold_run *run, size_t at, size_t end, const uint8_t *codes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint8_t code = run->codes[at + i] = codes[i];
    bool is_vowel = fold_is_vowel(code);
    if (is_vowel) run->plain[at + i] = (uint8_t)plain_vowels[(code - FOLD_VOWEL) >> 3];
    else run->plain[at + i] = code == FOLD_D ? 'D' : (uint8_t)(code - 'a' + 'A');
  }
  memmove(run->codes + at + count, run->codes + end, run->count - end);
  memmove(run->plain + at + count, run->plain + end, run->count - end);
  run->count -= end - at - count;
}

/* Repairs the words with at least this verdict. `first` is the weakest verdict that the first word needs. Returns
 * the highest verdict of those left. */
static typing_verdict repair_words(fold_run *run, size_t start, typing_verdict least, typing_verdict first, bool *changed) {
  typing_verdict left = TYPING_NONE;
  for (size_t at = start; at < run->count;) {
    uint8_t codes[SYLLABLE_LETTERS_MAX];
    size_t end = word_end(run, at), count;
    typing_verdict verdict = typing_telex(run->codes + at, end - at, codes, &count);
    typing_verdict needed = at == start && first > least ? first : least;
    if (verdict != TYPING_NONE && verdict >= needed) {
      replace_word(run, at, end, codes, count);
      *changed = true;
      end = at + count;
    } else if (verdict > left) {
      left = verdict;
    }
    at = end + 1;
  }
  return left;
}

/* What the surname says of the other words: "Nguyễn Vawn Mais" is telex, "Tor" beside Đinh hardly. Lee before Văn or
 * Thị is Lê. */
static bool repair_with_context(fold_run *run, size_t start, bool sure) {
  name_word words[NAME_WORDS_MAX];
  bool changed = false;
  size_t count = name_words(run, start, words);
  if (count < 2) {
    if (sure) repair_words(run, start, TYPING_WEAK, TYPING_WEAK, &changed);
    return changed;
  }
  bool vietnamese = name_word_is(run, words[1], "văn") || name_word_is(run, words[1], "thị");
  typing_verdict first = sure ? TYPING_WEAK : vietnamese ? TYPING_LIKELY : TYPING_SURE;
  if (sure || name_is_kinh_surname(run, words[0])) repair_words(run, start, TYPING_WEAK, first, &changed);
  else if (vietnamese || name_is_shared_surname(run, words[0])) repair_words(run, start, TYPING_LIKELY, first, &changed);
  return changed;
}

static bool repair_telex(fold_run *run, size_t start, name_notes *notes) {
  bool changed = false;
  typing_verdict left = repair_words(run, start, TYPING_SURE, TYPING_SURE, &changed);
  notes->telex |= changed;
  while (left != TYPING_NONE && repair_with_context(run, start, notes->telex)) {
    bool again = false;
    notes->telex = changed = true;
    left = repair_words(run, start, TYPING_SURE, TYPING_SURE, &again);
  }
  return changed;
}

static bool is_alias_word(const uint8_t *codes, size_t count) { /* tức */
  return count == 3 && codes[0] == 't' && codes[1] == FOLD_VOWEL + 10 * 8 + 2 && codes[2] == 'c';
}

/* Has the run a letter that telex or "tức" is known by? Looks at less than typing_telex, and says yes more often. */
static bool may_need_repair(const fold_run *run) {
  enum { U_HORN_ACUTE = FOLD_VOWEL + 10 * 8 + 2 };
  static const uint8_t tells[256] = {['f'] = 1, ['j'] = 1, ['w'] = 1, ['z'] = 1, ['s'] = 1, ['x'] = 1,
                                     ['r'] = 1, [U_HORN_ACUTE] = 1};
  const uint8_t *codes = run->codes;
  if (run->count < 2) return false;
  unsigned found = codes[0] == codes[1] || (fold_is_vowel(codes[0]) && tells[codes[1]]); /* not Trần */
  for (size_t i = 2; i < run->count; i++) found |= (unsigned)tells[codes[i]] | (codes[i] == codes[i - 1]);
  return found != 0 || codes[1] == U_HORN_ACUTE;
}

bool name_repair_alone(fold_run *run) {
  bool changed = false;
  if (!may_need_repair(run)) return true;
  if (repair_words(run, 0, TYPING_SURE, TYPING_SURE, &changed) != TYPING_NONE) return false;
  for (size_t at = 0; at < run->count;) {
    size_t end = word_end(run, at);
    if (is_alias_word(run->codes + at, end - at)) return false;
    at = end + 1;
  }
  return true;
}

/* ---- brackets and commas ------------------------------------------------------------------ */

static void put_note(name_notes *notes, const uint8_t *codes, size_t count) {
  while (count > 0 && parts_words(codes[0])) {
    codes++;
    count--;
  }
  while (count > 0 && parts_words(codes[count - 1])) count--;
  if (notes->note_count > 0 || count == 0) return;
  notes->note_count = count < NAME_NOTE_MAX ? count : NAME_NOTE_MAX;
  memcpy(notes->note, codes, notes->note_count);
}

static void cut_out(fold_run *run, size_t at, size_t end) {
  memmove(run->codes + at, run->codes + end, run->count - end);
  memmove(run->plain + at, run->plain + end, run->count - end);
  run->count -= end - at;
}

/* Is there a name before this place? Not a title alone, nor one that ends in Văn or Thị. */
static bool is_name_before(fold_run *run, size_t at) {
  name_word words[NAME_WORDS_MAX];
  size_t whole = run->count, titles = 0;
  run->count = at;
  size_t count = name_words(run, 0, words);
  run->count = whole;
  while (titles < count && (name_word_is_plain(run, words[titles], "ONG") || name_word_is_plain(run, words[titles], "BA") ||
                            name_word_is_plain(run, words[titles], "CON"))) {
    titles++;
  }
  if (count < titles + 2) return false;
  return !name_word_is_plain(run, words[count - 1], "VAN") && !name_word_is_plain(run, words[count - 1], "THI");
}

/* What stands in brackets behind a name is no part of it; any other bracket parts words like a blank. */
static void settle_brackets(fold_run *run, name_notes *notes) {
  for (size_t at = 0; at < run->count; at++) {
    if (run->codes[at] == CLOSES) run->codes[at] = run->plain[at] = FOLD_BLANK;
    if (run->codes[at] != OPENS) continue;
    size_t end = at + 1;
    while (end < run->count && run->codes[end] != CLOSES) end++;
    run->codes[at] = run->plain[at] = FOLD_BLANK;
    if (!is_name_before(run, at)) continue;
    put_note(notes, run->codes + at + 1, end - at - 1);
    cut_out(run, at + 1, end < run->count ? end + 1 : end);
  }
}

/* "Nguyễn Văn An tức Tý" */
static bool settle_alias(fold_run *run, name_notes *notes) {
  for (size_t at = 0, words = 0; at < run->count;) {
    size_t end = word_end(run, at);
    if (words >= 2 && end < run->count && is_alias_word(run->codes + at, end - at) && is_name_before(run, at)) {
      put_note(notes, run->codes + at, run->count - at);
      run->count = at;
      return true;
    }
    words += end > at;
    at = end + 1;
  }
  return false;
}

static void close_blanks(fold_run *run) {
  size_t kept = 0;
  for (size_t i = 0; i < run->count; i++) {
    if (run->codes[i] == FOLD_BLANK && (kept == 0 || run->codes[kept - 1] == FOLD_BLANK)) continue;
    run->codes[kept] = run->codes[i];
    run->plain[kept++] = run->plain[i];
  }
  while (kept > 0 && run->codes[kept - 1] == FOLD_BLANK) kept--;
  run->count = kept;
}

/* Is words[0..first) the given name before a comma, and what follows it the surname? */
static bool is_given_first(const fold_run *run, const name_word *words, size_t count, size_t first) {
  if (first > 2 || first >= count || !name_is_surname(run, words[first])) return false;
  bool open = name_word_is_plain(run, words[count - 1], "THI") || name_word_is_plain(run, words[count - 1], "VAN");
  if (count - first == 1) return !name_is_surname(run, words[0]) && name_is_only_surname(run, words[first]);
  return open || !name_is_surname(run, words[0]);
}

/* "An, Nguyễn Văn": the comma says that the order is turned. */
static void settle_commas(fold_run *run, name_notes *notes) {
  size_t commas = 0, first = 0;
  name_word words[NAME_WORDS_MAX];
  size_t comma = 0;
  for (size_t i = 0; i < run->count; i++) {
    if (run->codes[i] != COMMA) continue;
    run->codes[i] = run->plain[i] = FOLD_BLANK;
    comma = i;
    commas++;
  }
  if (commas != 1) {
    close_blanks(run);
    return;
  }
  size_t whole = run->count;
  run->count = comma;
  first = name_words(run, 0, words);
  run->count = whole;
  close_blanks(run);
  size_t count = name_words(run, 0, words);
  if (first == 0 || first >= count || run->has_other) return;
  if (first > 1 && name_word_is_plain(run, words[first], "SINH")) { /* "..., sinh năm 1980" */
    put_note(notes, run->codes + words[first].start, run->count - words[first].start);
    run->count = (size_t)words[first].start - 1;
    return;
  }
  notes->comma_words = first;
  if (!is_given_first(run, words, count, first)) return;
  name_rotate(run, words[first].start);
  notes->reordered = true;
  notes->comma_words = 0;
}

/* ---- the whole ---------------------------------------------------------------------------- */

void name_read(const char *text, size_t length, fold_run *run, name_notes *notes) {
  char typed[TYPED_MAX];
  size_t typed_length;
  memset(notes, 0, sizeof *notes);
  if (typing_has_keys(text, length)) {
    notes->method = typing_keys(text, length, typed, FOLD_SPAN_BYTES, &typed_length);
    if (notes->method != TYPING_NO_METHOD) {
      text = typed;
      length = typed_length;
    }
  }
  fold_rules rules = structure_rules();
  fold_cursor cursor = fold_begin(text, length);
  fold_next(&cursor, &rules, run);
  repair_telex(run, 0, notes);
  settle_brackets(run, notes);
  settle_alias(run, notes);
  settle_commas(run, notes);
  for (;;) {
    name_settle(run, notes);
    bool again = settle_alias(run, notes);
    close_blanks(run);
    again |= repair_telex(run, 0, notes);
    if (run->count == 0 || !again) break;
  }
}
