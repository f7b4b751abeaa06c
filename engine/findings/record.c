/* Findings that one record shows by itself. See findings.h. */
#include <stdio.h>
#include <string.h>

#include "findings/lines.h"
#include "normalise/identifier.h"

/* ---- numbers ---------------------------------------------------------------------------------------- */

/* What identifier_read says, and what it means here. */
typedef struct read_finding {
  uint32_t findings, repairs; /* any of them */
  finding_kind kind;
  const char *evidence;
} read_finding;

static const read_finding of_numbers[] = {
    {IDENTIFIER_FORMAT, 0, FINDING_ID_FORMAT, "no form of an identity number"},
    {IDENTIFIER_SCIENTIFIC, 0, FINDING_ID_FORMAT, "scientific notation: the last digits are lost"},
    {0, IDENTIFIER_LETTERS_AS_DIGITS, FINDING_ID_FORMAT, "a letter for a digit"},
    {0, IDENTIFIER_LOST_ZERO, FINDING_ID_LOST_ZERO, "a leading zero is missing"},
    {IDENTIFIER_SEQUENTIAL, 0, FINDING_ID_SEQUENTIAL, "the digits count up or down"},
    {IDENTIFIER_UNKNOWN_PROVINCE, 0, FINDING_ID_PROVINCE, "no province has this code"}};

static bool says_something(const char *text, size_t length) {
  size_t digits = 0;
  for (size_t i = 0; i < length; i++) digits += text[i] >= '0' && text[i] <= '9';
  return digits > 4; /* "không có" and 0 are honest ways to leave a field empty */
}

/* Nearly all numbers are twelve or nine digits that are right, and their slot says so. */
static bool is_usual(const input_field *field, uint64_t packed) {
  if (field->length != feature_id_digits(packed)) return false;
  return feature_id_kind(packed) == ID_CMND || (feature_id_kind(packed) == ID_CCCD && normalise_cccd_valid(feature_id_number(packed)));
}

static khop_status check_number(const finding_rules *rules, size_t f, const input_field *field, finding_batch *out, const char *id,
                                size_t id_length, uint32_t row, khop_error *err) {
  enum { shown_max = 64 };
  identifier_parts parts;
  char text[shown_max + 1], evidence[256];
  identifier_read(IDENTIFIER_PERSONAL_ID, field->text, field->length, NULL, &parts);
  size_t shown = field->length < shown_max ? field->length : shown_max;
  memcpy(text, field->text, shown);
  text[shown] = 0;
  for (size_t i = 0; i < sizeof of_numbers / sizeof *of_numbers; i++) {
    const read_finding *known = &of_numbers[i];
    if (!(parts.findings & known->findings) && !(parts.repairs & known->repairs)) continue;
    if (!says_something(field->text, field->length)) continue;
    snprintf(evidence, sizeof evidence, "%s: %s", rules->schema->fields[f].name, known->evidence);
    const finding found = {.kind = known->kind, .severity = finding_kind_severity(known->kind), .type = "personal_id", .identifier = text,
                           .evidence = evidence, .rows = &row, .row_count = 1};
    TRY(finding_line(out, &found, id, id_length, err));
  }
  return KHOP_OK;
}

khop_status finding_record(const finding_rules *rules, const input_field *fields, const uint8_t *features, const char *id,
                           size_t id_length, uint32_t row, finding_batch *out, khop_error *err) {
  for (size_t f = 0; f < rules->schema->field_count; f++) {
    const feature_slot *slot = &rules->layout->slots[f];
    if (rules->schema->fields[f].type != TYPE_PERSONAL_ID || slot->kind != SLOT_ID || fields[f].length == 0) continue;
    if (is_usual(&fields[f], slot_u64(features, slot->offset))) continue;
    TRY(check_number(rules, f, &fields[f], out, id, id_length, row, err));
  }
  return KHOP_OK;
}
