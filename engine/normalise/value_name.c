/* Names of persons as values. See person_name.h. */
#include "normalise/person_name.h"
#include "normalise/value_types.h"

static void add_part(value_result *out, const char *name, const char *text) {
  value_text copy = value_copy(out, text, strlen(text));
  value_part_at(out, name, copy.text, copy.length);
}

void value_read_name(const value_context *context, const char *text, size_t length, value_result *out) {
  (void)context;
  name_parts name;
  person_name_parts(text, length, &name);
  out->canonical = value_copy(out, name.canonical, strlen(name.canonical));
  add_part(out, "surname", name.surname);
  add_part(out, "middle", name.middle);
  add_part(out, "given", name.given);
  add_part(out, "plain", name.plain);
  add_part(out, "initials", name.initials);
  add_part(out, "phonetic", name.phonetic);
  add_part(out, "mother", name.mother);
  add_part(out, "note", name.note);
  for (uint32_t left = name.repairs; left != 0; left &= left - 1) value_repair(out, name_repair_name(left & -left));
  for (uint32_t left = name.findings; left != 0; left &= left - 1) value_find(out, name_finding_name(left & -left));
  if (out->canonical.length == 0 && name.findings == 0) value_find_nothing(out, text, length);
}
