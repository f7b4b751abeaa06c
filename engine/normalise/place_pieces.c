/* Places in pieces that are read, and remembered, apart: see normalise.h.
 *
 *     12/5 | Đường Lê Lợi | Phường Bến Nghé, Quận 1, TP.HCM   ->   12 5 | lê lợi | bến nghé q1 hồ chí minh
 *
 * The reader of places (place.c) starts afresh behind each comma, and behind a house number it knows nothing but
 * that a number stood there, so a text of one span may be cut in both places. */
#include <string.h>

#include "normalise/fold.h"

enum { NUMBER_MAX = 16 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The length of "Số " with a digit behind, 0 if none. The reader drops it. */
static size_t house_word(const char *text, size_t length) {
  enum { word_length = 5 };
  bool is_word = length > word_length && (text[0] | 0x20) == 's' && memcmp(text + 1, "\xE1\xBB", 2) == 0 &&
                 (text[3] | 1) == '\x91' && text[4] == ' ';
  return is_word && is_digit(text[word_length]) ? word_length : 0;
}

/* A number counts when it ends in a digit, and a blank and more stand behind it. */
static void cut_number(const char *text, place_cut *cut) {
  size_t start = house_word(text, cut->comma), end = start;
  bool has_slash = false;
  if (!is_digit(text[start])) return;
  for (; is_digit(text[end]) || text[end] == '/'; end++) has_slash |= text[end] == '/';
  if (text[end - 1] == '/' || text[end] != ' ' || end + 1 == cut->comma || end - start > NUMBER_MAX) return;
  cut->number = start;
  cut->number_end = end;
  cut->head = end + 1;
  /* Of "Số 12/5" the reader takes 12 for the number and 5 for a name. */
  cut->head_start = start && !has_slash ? PLACE_BEHIND_HOUSE : PLACE_BEHIND_NUMBER;
}

bool normalise_place_cut(const char *text, size_t length, place_cut *out) {
  const char *comma = length && length <= FOLD_SPAN_BYTES ? memchr(text, ',', length) : NULL;
  *out = (place_cut){.comma = comma ? (size_t)(comma - text) : length};
  if (comma) cut_number(text, out);
  return comma != NULL;
}

/* False when the piece does not tell what the whole would give: one without a token (it decides nothing, so
 * the piece behind is the beginning), or one of many expanded characters, which the fold of the whole may cut. */
static bool piece_write(place_start start, const char *text, size_t length, text_sink *sink) {
  const size_t codes_max = (FOLD_SLOW_MAX - NUMBER_MAX) / 2 - FOLD_OTHER_CODES;
  fold_cursor cursor = fold_begin(text, length);
  fold_run run;
  if (length == 0 || length > FOLD_SPAN_BYTES) return false;
  fold_next(&cursor, &fold_place_rules, &run);
  return run.count < codes_max && place_read_span(start, &run, sink);
}

bool normalise_place_piece(place_start start, const char *text, size_t length, place_piece *out) {
  text_sink sink;
  text_sink_begin(&sink, NULL, 0);
  bool fits = piece_write(start, text, length, &sink) && sink.toned_used <= PLACE_PIECE_MAX &&
              sink.toned_used == sink.plain_used;
  if (!fits) return false;
  out->count = (uint8_t)sink.toned_used;
  memcpy(out->codes, sink.toned, sink.toned_used);
  memcpy(out->plain, sink.plain, sink.plain_used);
  return true;
}

/* ---- joined ------------------------------------------------------------------------------------- */

enum { JOINED_MAX = NUMBER_MAX + 1 + PLACE_PIECE_MAX + 1 + PLACE_PIECE_MAX };

typedef struct joined {
  size_t count;
  uint8_t codes[JOINED_MAX + TEXT_LETTERS_MAX], plain[JOINED_MAX + TEXT_LETTERS_MAX];
} joined;

/* "012/05" to "12 5": codes that are their own plain letters. */
static void add_number(joined *j, const char *number, size_t length) {
  bool number_begins = true;
  for (size_t i = 0; i < length; i++) {
    if (number[i] == '/') {
      if (!number_begins) j->codes[j->count++] = FOLD_BLANK;
      number_begins = true;
    } else if (number[i] != '0' || !number_begins || i + 1 == length || number[i + 1] == '/') {
      j->codes[j->count++] = (uint8_t)number[i];
      number_begins = false;
    }
  }
  memcpy(j->plain, j->codes, NUMBER_MAX);
}

static void add_piece(joined *j, const place_piece *piece) {
  enum { block = 32 };
  _Static_assert(PLACE_PIECE_MAX % block == 0, "whole blocks may be copied");
  if (piece->count == 0) return;
  j->codes[j->count] = j->plain[j->count] = FOLD_BLANK;
  j->count += j->count > 0;
  for (size_t i = 0; i < piece->count; i += block) {
    memcpy(j->codes + j->count + i, piece->codes + i, block);
    memcpy(j->plain + j->count + i, piece->plain + i, block);
  }
  j->count += piece->count;
}

void normalise_place_join(const char *text, const place_cut *cut, const place_piece *head, const place_piece *tail,
                          text_value *out) {
  joined j;
  j.count = 0;
  if (cut->number_end) add_number(&j, text + cut->number, cut->number_end - cut->number);
  add_piece(&j, head);
  add_piece(&j, tail);
  text_value_set(j.codes, j.plain, j.count, false, out);
}
