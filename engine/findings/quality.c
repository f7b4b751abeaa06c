/* See quality.h. */
#include "findings/quality.h"

#include <stdio.h>
#include <string.h>

#include "normalise/identifier.h"
#include "normalise/person_name.h"

const char *quality_group_name(quality_group group) {
  static const char *const names[QUALITY_GROUPS] = {[QUALITY_USABLE] = "usable", [QUALITY_NEEDS_CORRECTION] = "needs_correction",
                                                    [QUALITY_UNUSABLE] = "unusable"};
  return names[group];
}

const char *quality_dimension_name(quality_dimension dimension) {
  static const char *const names[QUALITY_DIMENSIONS] = {[QUALITY_CORRECT] = "correct", [QUALITY_COMPLETE] = "complete",
                                                        [QUALITY_CLEAN] = "clean", [QUALITY_CURRENT] = "current"};
  return names[dimension];
}

/* ---- words ------------------------------------------------------------------------------------------ */

/* Of a field: the bits of findings, then those of repairs, then these. */
enum {
  WORD_REPAIRS = 32,
  WORD_OWN = 48,
  WORD_MISSING = WORD_OWN,
  WORD_INCOMPLETE,
  WORD_INVALID,
  WORD_PLACE_UNKNOWN,
  WORD_PLACE_AMBIGUOUS,
  WORD_NO_COMMUNE,
  WORD_MISSPELT_COMMUNE,
  WORD_FORMER_NAME,
  WORD_MAPS_MIXED,
  WORD_COMMUNE_SPLIT,
  WORD_OLD_NUMBER,
  WORD_EXPIRED,
  WORD_END
};
_Static_assert((int)WORD_END <= (int)QUALITY_WORDS, "all words have their number");
/* Of the record: the kinds of findings, then these. */
enum { WORD_DUPLICATE = FINDING_KINDS, WORD_NO_IDENTITY };
_Static_assert((int)WORD_NO_IDENTITY < (int)QUALITY_WORDS, "all words have their number");

void quality_reason_code(const schema *s, size_t reason, char out[QUALITY_CODE_BYTES]) {
  static const char *const own[] = {"missing", "incomplete", "invalid", "place_unknown", "place_ambiguous", "no_commune",
                                    "misspelt_commune", "former_name", "maps_mixed", "commune_split", "old_number", "expired"};
  const size_t field = reason / QUALITY_WORDS, word = reason % QUALITY_WORDS;
  if (field == SCHEMA_FIELDS_MAX) {
    const char *code = word == WORD_DUPLICATE ? "duplicate" : word == WORD_NO_IDENTITY ? "no_identity" : finding_code((finding_kind)word);
    snprintf(out, QUALITY_CODE_BYTES, "%s", code);
    return;
  }
  semantic_type type = s->fields[field].type;
  const char *code = word >= WORD_OWN       ? own[word - WORD_OWN]
                     : word >= WORD_REPAIRS ? field_repair_name(type, 1u << (word - WORD_REPAIRS))
                                            : field_finding_name(type, 1u << word);
  snprintf(out, QUALITY_CODE_BYTES, "%s:%s", s->fields[field].name, code);
}

/* ---- what counts against what --------------------------------------------------------------------------- */

/* Findings and repairs of a type, as bits, by the dimension in which they fail. All others are no reason: a first of
 * January, a title before a name, blanks in a telephone number. */
typedef struct type_rules {
  uint32_t findings[QUALITY_DIMENSIONS];
  uint32_t repairs; /* not clean */
} type_rules;

static const uint32_t number_errors = IDENTIFIER_ERRORS & ~(uint32_t)(IDENTIFIER_PLACEHOLDER | IDENTIFIER_SEQUENTIAL);
static const uint32_t number_repairs = IDENTIFIER_LOST_ZERO | IDENTIFIER_LETTERS_AS_DIGITS | IDENTIFIER_PUNCTUATION | IDENTIFIER_FRACTION |
                                       IDENTIFIER_WIDE_CHARACTERS | IDENTIFIER_WORDS_DROPPED;

static type_rules rules_of(semantic_type type) {
  switch (type) {
    case TYPE_PERSON_NAME:
      return (type_rules){.findings = {[QUALITY_CORRECT] = NAME_IMPOSSIBLE_SYLLABLE | NAME_OTHER_SCRIPT | NAME_DAMAGED,
                                       [QUALITY_COMPLETE] = NAME_NEWBORN | NAME_ABBREVIATED | NAME_NO_GIVEN,
                                       [QUALITY_CLEAN] = NAME_UNACCENTED | NAME_REORDERED},
                          .repairs = NAME_TELEX | NAME_VNI | NAME_VIQR | NAME_NOTE_DROPPED | NAME_DIGITS_DROPPED};
    case TYPE_DATE:
      return (type_rules){.findings = {[QUALITY_CORRECT] = DATE_ERRORS | DATE_PLACEHOLDER, [QUALITY_COMPLETE] = DATE_APPROXIMATE,
                                       [QUALITY_CLEAN] = DATE_MONTH_FIRST | DATE_DAY_FIRST | DATE_DAY_DROPPED | DATE_SHORT_YEAR_READ |
                                                         DATE_SERIAL}};
    case TYPE_PERSONAL_ID: case TYPE_INSURANCE:
      return (type_rules){.findings = {[QUALITY_CORRECT] = number_errors, [QUALITY_CLEAN] = IDENTIFIER_SEVERAL_VALUES},
                          .repairs = number_repairs};
    case TYPE_PHONE:
      return (type_rules){.findings = {[QUALITY_CORRECT] = number_errors | IDENTIFIER_UNKNOWN_PREFIX,
                                       [QUALITY_CLEAN] = IDENTIFIER_SEVERAL_VALUES, [QUALITY_CURRENT] = IDENTIFIER_OLD_NUMBER},
                          .repairs = number_repairs & ~(uint32_t)IDENTIFIER_PUNCTUATION};
    default: return (type_rules){.findings = {[QUALITY_CORRECT] = FIELD_UNREADABLE}};
  }
}

/* Where a finding counts. Those of single numbers that the field's own words tell count there. */
static int dimension_of(finding_kind kind) {
  switch (kind) {
    case FINDING_ID_FORMAT: case FINDING_ID_PROVINCE: case FINDING_ID_LOST_ZERO: case FINDING_ID_OLD_NUMBER: case FINDING_ID_PLACEHOLDER:
    case FINDING_ID_SEQUENTIAL: case FINDING_CARD_EXPIRED: return -1;
    case FINDING_ENTRY_TWICE: return QUALITY_CLEAN;
    case FINDING_PARCEL_RENUMBERED: case FINDING_PLAUSIBLE_ALIVE_AFTER_DEATH: case FINDING_PLAUSIBLE_AGE_OVER_120:
    case FINDING_PLAUSIBLE_FUTURE_DATE: return QUALITY_CURRENT;
    default: return QUALITY_CORRECT;
  }
}

static uint64_t identity_fields(const schema *s) {
  uint64_t fields = 0;
  for (size_t i = 0; i < s->identity_count; i++) {
    for (size_t f = 0; f < s->identities[i].field_count; f++) fields |= UINT64_C(1) << s->identities[i].fields[f];
  }
  return fields;
}

uint64_t quality_places(const schema *s) { return s->place_field < 0 ? 0 : UINT64_C(1) << s->place_field; }

/* Free texts and codes say nothing but that they are there. */
uint64_t quality_fields(const schema *s) {
  uint64_t fields = identity_fields(s) | quality_places(s);
  for (size_t f = 0; f < s->field_count; f++) {
    semantic_type type = s->fields[f].type;
    bool is_free = type == TYPE_TEXT || type == TYPE_CODE || type == TYPE_ENTRY_NUMBER || type == TYPE_MAP_NUMBER || type == TYPE_PLACE;
    if (s->required[f] || !is_free) fields |= UINT64_C(1) << f;
  }
  return fields;
}

/* ---- one record ------------------------------------------------------------------------------------------- */

static void fail(quality_verdict *out, quality_dimension dimension, size_t field, size_t word) {
  out->fails[dimension] = true;
  if (out->reason_count < QUALITY_REASONS_MAX) out->reasons[out->reason_count++] = (uint16_t)(field * QUALITY_WORDS + word);
}

/* "không có" is an honest way to leave a field empty; 000000000000 is not. */
static bool has_digits(const field_value *value) {
  size_t digits = 0;
  for (size_t i = 0; i < value->length; i++) digits += value->text[i] >= '0' && value->text[i] <= '9';
  return digits > 4;
}

static void judge_bits(quality_verdict *out, size_t field, const type_rules *rules, const field_value *value) {
  for (int d = 0; d < QUALITY_DIMENSIONS; d++) {
    for (uint32_t left = value->findings & rules->findings[d]; left; left &= left - 1) {
      fail(out, (quality_dimension)d, field, (size_t)__builtin_ctz(left));
    }
  }
  for (uint32_t left = value->repairs & rules->repairs; left; left &= left - 1) {
    fail(out, QUALITY_CLEAN, field, WORD_REPAIRS + (size_t)__builtin_ctz(left));
  }
}

static bool is_a_number(semantic_type type) { return type == TYPE_PERSONAL_ID || type == TYPE_INSURANCE || type == TYPE_PHONE; }

/* Nothing, or nothing that says something. */
static void judge_absent(const schema *s, size_t field, const field_value *value, quality_verdict *out) {
  static const uint32_t fakes = IDENTIFIER_PLACEHOLDER | IDENTIFIER_SEQUENTIAL;
  static const type_rules fake_rules = {.findings = {[QUALITY_CORRECT] = fakes | FIELD_UNREADABLE}};
  if (s->required[field]) fail(out, QUALITY_COMPLETE, field, WORD_MISSING);
  bool is_fake = is_a_number(s->fields[field].type) ? has_digits(value) : value->findings == FIELD_UNREADABLE;
  if (is_fake) judge_bits(out, field, &fake_rules, value);
}

/* Where the record is counted: is it one commune of today? */
static void judge_place(size_t field, const address_value *place, quality_verdict *out) {
  const unsigned former = ADDRESS_FORMER_NAME | ADDRESS_FORMER_ABOVE;
  bool is_commune = place->status == ADDRESS_COMMUNE;
  if (place->status == ADDRESS_UNKNOWN) fail(out, QUALITY_COMPLETE, field, WORD_PLACE_UNKNOWN);
  if (place->status == ADDRESS_AMBIGUOUS) fail(out, QUALITY_COMPLETE, field, WORD_PLACE_AMBIGUOUS);
  if (place->status == ADDRESS_PROVINCE || place->status == ADDRESS_DISTRICT) fail(out, QUALITY_COMPLETE, field, WORD_NO_COMMUNE);
  if (place->doubts & ADDRESS_MISSPELT) fail(out, QUALITY_CLEAN, field, WORD_MISSPELT_COMMUNE);
  if (place->doubts & former) fail(out, QUALITY_CURRENT, field, WORD_FORMER_NAME);
  if (place->doubts & ADDRESS_ERAS_MIXED) fail(out, QUALITY_CURRENT, field, WORD_MAPS_MIXED);
  if (is_commune && place->new_commune == ADDRESS_NO_UNIT) fail(out, QUALITY_CURRENT, field, WORD_COMMUNE_SPLIT);
}

static void judge_value(const schema *s, size_t field, const field_value *value, uint32_t today, quality_verdict *out) {
  const semantic_type type = s->fields[field].type;
  const type_rules rules = rules_of(type);
  const size_t before = out->reason_count;
  if (!value->is_present) {
    judge_absent(s, field, value, out);
    return;
  }
  judge_bits(out, field, &rules, value);
  if (!value->is_valid && out->reason_count == before) fail(out, QUALITY_CORRECT, field, WORD_INVALID);
  bool is_partial = type == TYPE_DATE && value->is_valid && value->day % 100 == 0;
  if (is_partial && s->required[field]) fail(out, QUALITY_COMPLETE, field, WORD_INCOMPLETE);
  if (type == TYPE_PERSONAL_ID && s->findings.people[0].numbers >> field & 1 && value->findings & IDENTIFIER_OLD_NUMBER) {
    fail(out, QUALITY_CURRENT, field, WORD_OLD_NUMBER);
  }
  if ((int)field == s->findings.card.until && value->day && value->day < today) fail(out, QUALITY_CURRENT, field, WORD_EXPIRED);
  if ((int)field == s->place_field) judge_place(field, &value->place, out);
}

/* A name with a slip of the pen still says who is meant. */
static bool tells(const schema *s, size_t field, const field_value *value) {
  const uint32_t slips = NAME_IMPOSSIBLE_SYLLABLE, faults = NAME_NEWBORN | NAME_OTHER_SCRIPT | NAME_DAMAGED;
  if (!value->is_present || value->is_valid) return value->is_present;
  return s->fields[field].type == TYPE_PERSON_NAME && value->findings & slips && !(value->findings & faults);
}

static bool is_identified(const schema *s, const field_value *values) {
  for (size_t i = 0; i < s->identity_count; i++) {
    const schema_identity *identity = &s->identities[i];
    size_t f = 0;
    while (f < identity->field_count && tells(s, identity->fields[f], &values[identity->fields[f]])) f++;
    if (f == identity->field_count) return true;
  }
  return s->identity_count == 0;
}

void quality_judge(const schema *s, const quality_record *record, quality_verdict *out) {
  *out = (quality_verdict){.group = QUALITY_USABLE};
  for (uint64_t left = quality_fields(s) & record->columns; left; left &= left - 1) {
    size_t field = (size_t)__builtin_ctzll(left);
    judge_value(s, field, &record->values[field], record->today, out);
  }
  for (uint32_t left = record->findings; left; left &= left - 1) {
    finding_kind kind = (finding_kind)__builtin_ctz(left);
    if (dimension_of(kind) >= 0) fail(out, (quality_dimension)dimension_of(kind), SCHEMA_FIELDS_MAX, kind);
  }
  if (record->is_duplicate) fail(out, QUALITY_CLEAN, SCHEMA_FIELDS_MAX, WORD_DUPLICATE);
  bool is_somebody = is_identified(s, record->values);
  if (!is_somebody) fail(out, QUALITY_COMPLETE, SCHEMA_FIELDS_MAX, WORD_NO_IDENTITY);
  if (out->reason_count) out->group = is_somebody ? QUALITY_NEEDS_CORRECTION : QUALITY_UNUSABLE;
}
