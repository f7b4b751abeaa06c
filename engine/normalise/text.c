/* Folded text as bytes, free text as a text_value, and the canonical form of each text type. */
#include <string.h>

#include "normalise/fold.h"

size_t text_fold_plain(const char *text, size_t length, char *out, size_t capacity) {
  fold_cursor cursor = fold_begin(text, length);
  size_t written = 0;
  while (cursor.next < cursor.end && written < capacity) {
    fold_run run;
    fold_next_letters(&cursor, &fold_keep_rules, &run);
    if (written > 0 && run.count > 0 && run.blank_before) out[written++] = ' ';
    size_t room = capacity - written;
    if (!run.has_other) {
      size_t kept = run.count < room ? run.count : room;
      memcpy(out + written, run.plain, kept);
      written += kept;
      continue;
    }
    for (size_t i = 0; i < run.count && written < capacity; i++) {
      if (run.plain[i] != 0) out[written++] = (char)run.plain[i];
    }
  }
  while (written > 0 && out[written - 1] == ' ') written--;
  return written;
}

size_t text_fold_toned(const char *text, size_t length, char *out, size_t capacity) {
  fold_cursor cursor = fold_begin(text, length);
  size_t written = 0;
  bool cut = false;
  while (cursor.next < cursor.end && written < capacity && !cut) {
    fold_run run;
    fold_next(&cursor, &fold_keep_rules, &run);
    if (written > 0 && run.count > 0 && run.blank_before) out[written++] = ' ';
    written += fold_text(run.codes, run.count, out + written, capacity - written, &cut);
  }
  while (written > 0 && out[written - 1] == ' ') written--;
  return written;
}

/* Spans behind the first: `run` holds what was folded so far. */
static void free_text_rest(fold_cursor cursor, fold_run *run, text_sink *sink) {
  text_sink_add(sink, run->codes, run->plain, run->count);
  while (cursor.next < cursor.end) {
    fold_next(&cursor, &fold_text_rules, run);
    if (run->count > 0 && run->blank_before) text_sink_blank(sink);
    text_sink_add(sink, run->codes, run->plain, run->count);
  }
}

static void free_text_write(const char *text, size_t length, text_sink *sink) {
  fold_cursor cursor = fold_begin(text, length);
  fold_run run;
  fold_next(&cursor, &fold_text_rules, &run);
  if (cursor.next == cursor.end && fold_is_placeholder(run.plain, run.count)) return;
  free_text_rest(cursor, &run, sink);
}

void normalise_text(const char *text, size_t length, text_value *out) {
  fold_cursor cursor = fold_begin(text, length);
  fold_run run;
  fold_next(&cursor, &fold_text_rules, &run);
  if (cursor.next == cursor.end) {
    if (fold_is_placeholder(run.plain, run.count)) run.count = 0;
    text_value_set(run.codes, run.plain, run.count, run.has_other, out);
    return;
  }
  text_sink sink;
  text_sink_begin(&sink, NULL, 0);
  free_text_rest(cursor, &run, &sink);
  text_sink_end(&sink, out);
}

size_t normalise_canonical(text_type type, const char *text, size_t length, char *out, size_t capacity) {
  text_sink sink;
  text_sink_begin(&sink, out, capacity);
  switch (type) {
  case TEXT_FREE:
    free_text_write(text, length, &sink);
    break;
  case TEXT_PERSON_NAME:
    person_name_write(text, length, &sink);
    break;
  case TEXT_PLACE:
    place_write(text, length, &sink);
    break;
  case TEXT_CODE:
  case TEXT_MAP_NUMBER:
    code_write(text, length, type == TEXT_MAP_NUMBER, &sink);
    break;
  }
  return sink.text_length;
}
