/* Names of persons as values. See person_name.h. */
#include "normalise/person_name.h"
#include "normalise/value_types.h"

static void add_part(value_result *out, const char *name, const char *text) {
  value_text copy = value_copy(out, text, strlen(text));
  value_part_at(out, name, copy.text, copy.length);
}

/* Surname, middle and given name are pieces of the canonical form. */
static void write_usual(const name_usual *name, value_result *out) {
  out->canonical = value_copy(out, name->canonical, name->canonical_bytes);
  value_text plain = value_copy(out, name->plain, name->plain_bytes);
  value_text initials = value_copy(out, name->initials, name->words);
  value_text phonetic = value_copy(out, name->phonetic, name->phonetic_bytes);
  const char *canonical = out->canonical.text;
  value_part_at(out, "surname", canonical, name->surname_bytes);
  size_t middle = name->surname_bytes + 1, has_middle = name->given_start > middle;
  value_part_at(out, "middle", canonical + middle, has_middle ? name->given_start - 1 - middle : 0);
  value_part_at(out, "given", canonical + name->given_start, name->canonical_bytes - name->given_start);
  value_part_at(out, "plain", plain.text, plain.length);
  value_part_at(out, "initials", initials.text, initials.length);
  value_part_at(out, "phonetic", phonetic.text, phonetic.length);
  if (name->is_unaccented) value_find(out, name_finding_name(NAME_UNACCENTED));
}

void value_read_name(const value_context *context, const char *text, size_t length, value_result *out) {
  name_usual usual;
  if (name_memory_read(context->memory->names, text, length, &usual)) {
    write_usual(&usual, out);
    return;
  }
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
