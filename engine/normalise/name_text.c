/* The stable words of names, and their parts as a list. See person_name.h. */
#include "normalise/person_name.h"

static const char *word_of(const char *const *words, size_t count, uint32_t bit) {
  for (size_t i = 0; i < count; i++) {
    if (bit == 1u << i) return words[i];
  }
  return "";
}

const char *name_finding_name(uint32_t finding) {
  static const char *const words[NAME_FINDINGS] = {
      "placeholder", "newborn_of_mother", "abbreviated",    "reordered",     "given_first",
      "no_surname",  "no_given",          "compound_surname", "minority_form", "foreign",
      "order_unknown", "impossible_syllable", "unaccented", "other_script",  "damaged"};
  return word_of(words, NAME_FINDINGS, finding);
}

const char *name_repair_name(uint32_t repair) {
  static const char *const words[NAME_REPAIRS] = {"telex",         "vni",          "viqr",
                                                  "title_dropped", "note_dropped", "digits_dropped"};
  return word_of(words, NAME_REPAIRS, repair);
}

size_t name_part_list(const name_parts *name, value_part parts[VALUE_PARTS_MAX]) {
  const struct {
    const char *name, *text;
  } all[VALUE_PARTS_MAX] = {{"surname", name->surname},   {"middle", name->middle},     {"given", name->given},
                            {"initials", name->initials}, {"phonetic", name->phonetic}, {"plain", name->plain},
                            {"mother", name->mother},     {"note", name->note}};
  size_t count = 0;
  for (size_t i = 0; i < VALUE_PARTS_MAX; i++) {
    if (all[i].text[0] == 0) continue;
    value_part_set(&parts[count++], all[i].name, all[i].text);
  }
  return count;
}
