/* Names of persons: the fold with rules of its own (digits go, apostrophes and hyphens join, other
 * punctuation parts), then titles off the front, and placeholders out. */
#include <string.h>

#include "normalise/syllable.h"

/* Surnames that a title may stand before, of the 60 or so that nearly everybody bears. Ông is a
 * surname too (Ông Ích Khiêm), so a title counts only before one of these. Văn and Thị are left out. */
static const char surnames[] =
    " NGUYEN TRAN LE PHAM HUYNH HOANG PHAN VU VO DANG BUI DO HO NGO DUONG LY DINH TRUONG LAM HA CAO DOAN LUONG "
    "TRINH DAO MAI TA TO CHAU THAI QUACH TANG LA TRIEU CHU TONG KIEU LUU VUONG LAI NGHIEM PHUNG DAM THACH SON DANH "
    "KIM NONG HUA TU QUAN VIEN NGUY BACH LU BE MAC HAU TIEU UONG KHUAT THAN DIEP UNG CHUNG NG ";

/* " TOKEN " is in the list. */
static bool is_surname(const uint8_t *plain, size_t count) {
  char needle[12] = " ";
  if (count == 0 || count + 3 > sizeof needle) return false;
  memcpy(needle + 1, plain, count);
  needle[count + 1] = ' ';
  return memmem(surnames, sizeof surnames - 1, needle, count + 2) != NULL;
}

static size_t token_length(const fold_run *run, size_t at) {
  size_t end = at;
  while (end < run->count && run->codes[end] != FOLD_BLANK) end++;
  return end - at;
}

/* Ông, Bà, and both without accents. Codes: o, ô and ba, bà. */
static bool is_title(const fold_run *run, size_t at, size_t length) {
  enum { CODE_A = 0x80, CODE_A_GRAVE = 0x81, CODE_O = 0xB0, CODE_O_CIRCUMFLEX = 0xB8 };
  const uint8_t *codes = run->codes + at;
  if (length == 2) return codes[0] == 'b' && (codes[1] == CODE_A || codes[1] == CODE_A_GRAVE);
  return length == 3 && (codes[0] == CODE_O || codes[0] == CODE_O_CIRCUMFLEX) && codes[1] == 'n' && codes[2] == 'g';
}

/* Where the name begins behind its titles ("Ông/Bà Nguyễn ..." has two). */
static size_t titles_end(const fold_run *run) {
  size_t at = 0;
  for (;;) {
    size_t length = token_length(run, at);
    if (!is_title(run, at, length) || at + length >= run->count) break;
    at += length + 1;
  }
  return at > 0 && is_surname(run->plain + at, token_length(run, at)) ? at : 0;
}

static bool is_missing(const fold_run *run) {
  size_t i = 0;
  while (i < run->count && (run->codes[i] == 'x' || run->codes[i] == FOLD_BLANK)) i++;
  return i == run->count || fold_is_placeholder(run->plain, run->count);
}

/* Where the name begins in the first span of its text, behind all of it when missing. Nearly all names begin with
 * two letters that no title, placeholder or "x" begins with. A blank stands behind the span. */
static size_t name_start(const fold_run *run, bool whole_text) {
  static const uint32_t second_letters[32] = {['B' & 31] = 1u << ('A' & 31),
                                              ['O' & 31] = 1u << ('N' & 31),
                                              ['X' & 31] = 1u << ('X' & 31) | 1u << (' ' & 31)};
  if (run->count == 0) return 0;
  unsigned first = run->plain[0] & 31, second = run->plain[1] & 31;
  if (!((second_letters[first] | fold_placeholder_letters[first]) >> second & 1)) return 0;
  return whole_text && is_missing(run) ? run->count : titles_end(run);
}

static void write_value(fold_run *run, text_value *out) {
  size_t start = name_start(run, true);
  if (run->has_other) text_value_set(run->codes + start, run->plain + start, run->count - start, true, out);
  else text_value_set_name(run->codes + start, run->plain + start, run->count - start, out);
}

static void write_spans(fold_cursor cursor, fold_run *run, size_t start, text_sink *sink) {
  text_sink_add(sink, run->codes + start, run->plain + start, run->count - start);
  while (cursor.next < cursor.end) {
    fold_next(&cursor, &fold_name_rules, run);
    if (run->count > 0 && run->blank_before) text_sink_blank(sink);
    text_sink_add(sink, run->codes, run->plain, run->count);
  }
}

void person_name_write(const char *text, size_t length, text_sink *sink) {
  fold_cursor cursor = fold_begin(text, length);
  fold_run run;
  fold_next(&cursor, &fold_name_rules, &run);
  write_spans(cursor, &run, name_start(&run, cursor.next == cursor.end), sink);
}

void normalise_person_name(const char *text, size_t length, text_value *out) {
  if (length == 0) {
    memset(out, 0, sizeof *out);
    return;
  }
  fold_cursor cursor = fold_begin(text, length);
  fold_run run;
  fold_next(&cursor, &fold_name_rules, &run);
  if (cursor.next == cursor.end) {
    write_value(&run, out);
    return;
  }
  text_sink sink;
  text_sink_begin(&sink, NULL, 0);
  write_spans(cursor, &run, name_start(&run, false), &sink);
  text_sink_end(&sink, out);
}

void normalise_person_name_with(syllable_memory *memory, const char *text, size_t length, text_value *out) {
  fold_run run;
  if (syllables_fold(memory, text, length, &run)) write_value(&run, out);
  else normalise_person_name(text, length, out);
}
