/* See groups.h. */
#include "findings/groups.h"

#include "compare/digits.h"
#include "compare/values.h"

/* ---- values of a row -------------------------------------------------------------------------------- */

static const feature_slot *slot_of(const feature_layout *layout, int field, slot_kind kind) {
  return field >= 0 && layout->slots[field].kind == kind ? &layout->slots[field] : NULL;
}

uint64_t group_number(const feature_layout *layout, int field, const uint8_t *features) {
  const feature_slot *slot = slot_of(layout, field, SLOT_ID);
  uint64_t packed = slot ? slot_u64(features, slot->offset) : 0;
  return feature_id_kind(packed) == ID_OTHER ? 0 : packed;
}

uint32_t group_text(const feature_layout *layout, int field, const uint8_t *features) {
  const feature_slot *slot = slot_of(layout, field, SLOT_TEXT);
  return slot ? slot_u32(features, slot->offset + sizeof(uint32_t)) : 0;
}

uint64_t group_text_whole(const feature_layout *layout, int field, const uint8_t *features) {
  const feature_slot *slot = slot_of(layout, field, SLOT_TEXT);
  return slot ? slot_u64(features, slot->offset) : 0;
}

uint32_t group_date(const feature_layout *layout, int field, const uint8_t *features) {
  const feature_slot *slot = slot_of(layout, field, SLOT_DATE);
  return slot ? slot_u32(features, slot->offset) : 0;
}

/* ---- numbers ------------------------------------------------------------------------------------------ */

likeness group_numbers_alike(uint64_t a, uint64_t b) {
  unsigned digits = feature_id_digits(a);
  if (!a || !b || !ids_comparable(a, b)) return LIKE_UNKNOWN;
  if (a == b) return LIKE_EQUAL;
  if (digits != feature_id_digits(b)) return LIKE_OTHER;
  uint64_t x = decimal_digits(feature_id_number(a), digits), y = decimal_digits(feature_id_number(b), digits);
  return digit_edits(x, y) <= 1 ? LIKE_NEAR : LIKE_OTHER;
}

unsigned group_number_year(uint64_t packed) {
  uint64_t number = feature_id_number(packed);
  return 1900 + (unsigned)(number / 100000000 % 10) / 2 * 100 + (unsigned)(number / 1000000 % 100);
}

bool group_number_female(uint64_t packed) { return feature_id_number(packed) / 100000000 % 2 == 1; }

bool group_number_fits(const feature_layout *layout, const schema_person *person, uint64_t packed, const uint8_t *features) {
  bool is_female = group_number_female(packed);
  uint32_t birth = group_date(layout, person->birth, features);
  if (birth && !feature_date_span(birth) && feature_date_year(birth) != group_number_year(packed)) return false;
  sex_value sex = person->is_male ? SEX_MALE : person->is_female ? SEX_FEMALE : SEX_MISSING;
  if (person->sex >= 0 && layout->slots[person->sex].kind == SLOT_SEX) sex = (sex_value)features[layout->slots[person->sex].offset];
  return (sex != SEX_MALE && sex != SEX_FEMALE) || (sex == SEX_FEMALE) == is_female;
}

/* ---- groups -------------------------------------------------------------------------------------------- */

size_t group_parts(const finding_member *members, size_t count, group_same *same, const void *context, uint8_t of[GROUP_ROWS_MAX]) {
  size_t first[GROUP_ROWS_MAX], parts = 0;
  for (size_t i = 0; i < count; i++) {
    size_t part = 0;
    while (part < parts && !same(context, &members[first[part]], &members[i])) part++;
    if (part == parts) first[parts++] = i;
    of[i] = (uint8_t)part;
  }
  return parts;
}

khop_status group_report(findings *out, finding_kind kind, const char *type, const char *identifier, const char *evidence,
                         const finding_member *members, size_t count, const uint8_t *of, size_t part, khop_error *err) {
  finding_member chosen[GROUP_ROWS_MAX];
  uint32_t rows[GROUP_ROWS_MAX];
  size_t chosen_count = 0;
  for (size_t i = 0; i < count; i++) {
    if (!of || of[i] == part) chosen[chosen_count++] = members[i];
  }
  const finding found = {.kind = kind, .severity = finding_kind_severity(kind), .type = type, .identifier = identifier,
                         .evidence = evidence, .rows = rows, .row_count = finding_member_rows(chosen, chosen_count, rows)};
  return findings_add(out, &found, err);
}
