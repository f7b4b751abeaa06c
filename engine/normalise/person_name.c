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

/* A name that may have a title, or another order. */
static void settle_and_write(const syllable_letters *letters, text_value *out) {
  fold_run run;
  run.count = letters->count;
  run.has_other = false;
  memcpy(run.codes, letters->codes, sizeof letters->codes);
  memcpy(run.plain, letters->plain, sizeof letters->codes);
  name_settle_rest(&run, NULL);
  write_value(&run, out);
}

void normalise_person_names_with(syllable_memory *memory, const name_text *names, size_t count, text_value *out) {
  syllable_letters all[NAMES_MAX];
  syllables_fold(memory, names, count, all);
  for (size_t i = 0; i < count; i++) {
    syllable_letters *l = &all[i];
    if (l->count == SYLLABLES_UNKNOWN) normalise_person_name(names[i].text, names[i].length, &out[i]);
    else if (name_is_settled(l->codes, l->plain, l->count)) text_value_set_name(l->codes, l->plain, l->count, &out[i]);
    else settle_and_write(l, &out[i]);
  }
}
