/* Names of persons: read to canonical letters (name_read.h), then to a value or to text. */
#include <string.h>

#include "normalise/name_read.h"
#include "normalise/syllable.h"

static void write_value(fold_run *run, text_value *out) {
  if (run->has_other) text_value_set(run->codes, run->plain, run->count, true, out);
  else text_value_set_name(run->codes, run->plain, run->count, out);
}

/* A text longer than any name, folded as it is. */
static void write_long(const char *text, size_t length, text_sink *sink) {
  fold_cursor cursor = fold_begin(text, length);
  while (cursor.next < cursor.end) {
    fold_run run;
    fold_next(&cursor, &fold_name_rules, &run);
    if (run.count > 0 && run.blank_before) text_sink_blank(sink);
    text_sink_add(sink, run.codes, run.plain, run.count);
  }
}

void person_name_write(const char *text, size_t length, text_sink *sink) {
  fold_run run;
  name_notes notes;
  if (length > FOLD_SPAN_BYTES) {
    write_long(text, length, sink);
    return;
  }
  name_read(text, length, &run, &notes);
  text_sink_add(sink, run.codes, run.plain, run.count);
}

void normalise_person_name(const char *text, size_t length, text_value *out) {
  fold_run run;
  name_notes notes;
  text_sink sink;
  if (length == 0) {
    memset(out, 0, sizeof *out);
  } else if (length <= FOLD_SPAN_BYTES) {
    name_read(text, length, &run, &notes);
    write_value(&run, out);
  } else {
    text_sink_begin(&sink, NULL, 0);
    write_long(text, length, &sink);
    text_sink_end(&sink, out);
  }
}

/* `folds`: into `run`, by syllables. */
static inline void settle(bool folds, const char *text, size_t length, fold_run *run, text_value *out) {
  if (!folds) {
    normalise_person_name(text, length, out);
    return;
  }
  name_settle(run, NULL);
  write_value(run, out);
}

void normalise_person_name_with(syllable_memory *memory, const char *text, size_t length, text_value *out) {
  fold_run run;
  settle(syllables_fold(memory, text, length, &run), text, length, &run, out);
}

void normalise_person_names_with(syllable_memory *memory, const char *const text[2], const size_t length[2], text_value out[2]) {
  fold_run run[2];
  bool folds[2];
  syllables_fold_two(memory, text, length, run, folds);
  for (unsigned i = 0; i < 2; i++) settle(folds[i], text[i], length[i], &run[i], &out[i]);
}
