/* Texts, codes and register entries as values: the canonical form, and its letters without accents. */
#include "normalise/value_types.h"

static void set_text(text_type type, const char *text, size_t length, value_result *out) {
  size_t bytes;
  char *room = value_room(out, &bytes);
  out->canonical = value_take(out, normalise_canonical(type, text, length, room, bytes / 2));
  if (out->canonical.length == 0) {
    value_find_nothing(out, text, length);
    return;
  }
  room = value_room(out, &bytes);
  value_text plain = value_take(out, text_fold_plain(out->canonical.text, out->canonical.length, room, bytes));
  value_part_at(out, "plain", plain.text, plain.length);
}

void value_read_text(const value_context *context, const char *text, size_t length, value_result *out) {
  set_text((text_type)context->argument, text, length, out);
}

/* The year behind its number, which is no part of the canonical form, is one of the value. */
void value_read_entry_number(const value_context *context, const char *text, size_t length, value_result *out) {
  enum { YEAR_DIGITS = 4 };
  (void)context;
  size_t cut = normalise_entry_number_cut(text, length);
  set_text(TEXT_CODE, text, cut, out);
  if (out->canonical.length > 0 && cut + 1 + YEAR_DIGITS <= length && text[cut] == '/') {
    value_part_at(out, "year", text + cut + 1, YEAR_DIGITS);
  }
}
