/* The words of identifier.h for users: types, kinds, findings, repairs, parts. */
#include <stdio.h>
#include <string.h>

#include "normalise/identifier.h"

static const char *const type_names[IDENTIFIER_TYPES] = {
    "personal_id", "cmnd",        "passport", "insurance_number", "certificate_serial",
    "parcel_key",  "civil_entry", "geohash",  "phone",            "bank_account"};

const char *identifier_type_name(identifier_type type) {
  return (unsigned)type < IDENTIFIER_TYPES ? type_names[type] : "unknown";
}

bool identifier_type_named(const char *name, identifier_type *out_type) {
  *out_type = IDENTIFIER_PERSONAL_ID;
  for (unsigned i = 0; i < IDENTIFIER_TYPES; i++) {
    if (strcmp(type_names[i], name) != 0) continue;
    *out_type = (identifier_type)i;
    return true;
  }
  return false;
}

const char *identifier_kind_name(identifier_kind kind) {
  static const char *const names[] = {"missing",     "cccd",   "cmnd",  "passport", "social_number", "card",
                                      "certificate", "parcel", "entry", "geohash",  "phone",         "bank_account",
                                      "other"};
  return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "unknown";
}

static const char *name_of_bit(uint32_t bit, const char *const *names, unsigned count) {
  unsigned index = bit ? (unsigned)__builtin_ctz(bit) : count;
  return index < count ? names[index] : "unknown";
}

const char *identifier_finding_name(uint32_t finding) {
  static const char *const names[IDENTIFIER_FINDINGS] = {
      "format",           "scientific_notation", "placeholder",     "sequential",       "unknown_province",
      "century_implausible", "sex_mismatch",     "year_mismatch",   "century_mismatch", "benefit_digit",
      "outside_vietnam",  "born_abroad",         "unknown_group",   "unknown_issuer",   "old_number",
      "other_kind",       "several_values",      "unknown_prefix",  "payment_card",     "foreign_passport",
      "no_commune",       "no_year",             "short_year",      "book_year_mismatch"};
  return name_of_bit(finding, names, IDENTIFIER_FINDINGS);
}

const char *identifier_repair_name(uint32_t repair) {
  static const char *const names[IDENTIFIER_REPAIRS] = {"lost_zero",       "letters_as_digits", "punctuation", "fraction",
                                                        "wide_characters", "country_code",      "words_dropped"};
  return name_of_bit(repair, names, IDENTIFIER_REPAIRS);
}

/* ---- parts -------------------------------------------------------------------------------- */

typedef struct part_list {
  value_part *parts;
  size_t count;
} part_list;

static void add(part_list *list, const char *name, const char *text) {
  if (text[0] != 0) value_part_set(&list->parts[list->count++], name, text);
}

static void add_number(part_list *list, const char *name, unsigned number, unsigned digits) {
  value_part_set_number(&list->parts[list->count++], name, number, digits);
}

static void add_degrees(part_list *list, const char *name, double degrees) {
  char text[24];
  snprintf(text, sizeof text, "%.6f", degrees);
  add(list, name, text);
}

static void add_cccd(part_list *list, const cccd_parts *cccd) {
  add_number(list, "province", cccd->province, 3);
  add(list, "sex", cccd->sex == SEX_MALE ? "male" : "female");
  if (cccd->birth_year) add_number(list, "birth_year", cccd->birth_year, 4);
  add(list, "serial", cccd->serial);
}

static void add_card(part_list *list, const card_parts *card) {
  add(list, "group", card->group);
  if (card->group[0]) add_number(list, "benefit", card->benefit, 1);
  add(list, "province", card->province);
  add(list, "number", card->number);
  add(list, "hospital", card->hospital);
}

static void add_entry(part_list *list, const entry_parts *entry) {
  add(list, "number", entry->number);
  if (entry->year) add_number(list, "year", entry->year, 4);
  add(list, "book", entry->book);
}

static void add_phone(part_list *list, const phone_parts *phone) {
  static const char *const lines[] = {"unknown", "mobile", "old_mobile", "landline"};
  add(list, "line", lines[phone->line]);
  add(list, "current", phone->current);
}

size_t identifier_part_list(const identifier_parts *p, value_part parts[VALUE_PARTS_MAX]) {
  part_list list = {.parts = parts};
  char letter[2] = {p->kind == IDENTIFIER_IS_PASSPORT ? p->passport.letter : '\0', 0};
  switch (p->kind) {
  case IDENTIFIER_IS_CCCD: add_cccd(&list, &p->cccd); break;
  case IDENTIFIER_IS_SOCIAL_NUMBER:
  case IDENTIFIER_IS_CARD: add_card(&list, &p->card); break;
  case IDENTIFIER_IS_ENTRY: add_entry(&list, &p->entry); break;
  case IDENTIFIER_IS_PHONE: add_phone(&list, &p->phone); break;
  case IDENTIFIER_IS_PASSPORT:
    add(&list, "letter", letter);
    add(&list, "digits", p->passport.digits);
    break;
  case IDENTIFIER_IS_CERTIFICATE:
    add(&list, "letters", p->certificate.letters);
    add(&list, "digits", p->certificate.digits);
    add(&list, "form", p->certificate.old_form ? "old" : "new");
    break;
  case IDENTIFIER_IS_PARCEL:
    add(&list, "commune", p->parcel.commune);
    add(&list, "sheet", p->parcel.sheet);
    add(&list, "number", p->parcel.number);
    break;
  case IDENTIFIER_IS_GEOHASH:
    add_degrees(&list, "latitude", p->geohash.latitude);
    add_degrees(&list, "longitude", p->geohash.longitude);
    break;
  default: break;
  }
  return list.count;
}
