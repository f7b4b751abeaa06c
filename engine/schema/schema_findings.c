/* What the fields of a record mean to each other: whose a number is, what an entry, a card, a parcel is made of. See schema.h. */
#include <string.h>

#include "base/memory.h"
#include "schema/schema_parse.h"
#include "schema/schema_tests.h"
#include "schema/wording.h"

enum { TEXTS = 1 << TYPE_TEXT | 1 << TYPE_CODE | 1 << TYPE_PLACE | 1 << TYPE_ENTRY_NUMBER | 1 << TYPE_MAP_NUMBER };
enum { NUMBERS = 1 << TYPE_PERSONAL_ID | 1 << TYPE_INSURANCE };

void schema_findings_init(schema_findings *f) {
  *f = (schema_findings){.issued = -1, .death = -1, .card = {-1, -1}, .certificate = {-1, -1, -1},
                         .parcel = {-1, -1, -1, -1, -1, -1, -1, -1}, .entry = {-1, -1, -1, -1}};
  for (size_t p = 0; p < SCHEMA_PEOPLE_MAX; p++) f->people[p] = (schema_person){.name = -1, .birth = -1, .sex = -1};
}

/* ---- fields by their keys ------------------------------------------------------------------------- */

static khop_status type_check(const schema_document *d, const schema *s, const yaml_node_t *node, const char *what, size_t field,
                              unsigned types, khop_error *err) {
  if (types >> s->fields[field].type & 1) return KHOP_OK;
  wording_list list = {0};
  for (int type = 0; type < TYPE_COUNT; type++) {
    if (types >> type & 1) wording_list_add(&list, semantic_type_name((semantic_type)type));
  }
  return document_fault(err, d, node, "%s: '%s' is a %s; here stands a field of type %s", what, wording_show(s->fields[field].name).text,
                        semantic_type_name(s->fields[field].type), list.text);
}

static khop_status field_parse(const schema_document *d, const schema *s, const yaml_node_t *node, const char *what, unsigned types,
                               int *out_field, khop_error *err) {
  const char *name;
  size_t field;
  if (!node) return KHOP_OK;
  TRY(node_text(d, node, what, &name, err));
  TRY(field_resolve(d, s, node, what, name, &field, err));
  *out_field = (int)field;
  return type_check(d, s, node, what, field, types, err);
}

/* A mapping of keys to fields. */
typedef struct field_key {
  document_key key;
  unsigned types; /* a bit each */
  int *field;
} field_key;

static khop_status fields_by_key(const schema_document *d, const schema *s, const yaml_node_t *node, const char *what, const field_key *keys,
                                 size_t count, khop_error *err) {
  enum { KEYS_MAX = 8 };
  document_key known[KEYS_MAX] = {0};
  yaml_node_t *values[KEYS_MAX];
  if (!node) return KHOP_OK;
  for (size_t k = 0; k < count; k++) known[k] = keys[k].key;
  TRY(node_keys(d, node, what, known, count, values, err));
  for (size_t k = 0; k < count; k++) TRY(field_parse(d, s, values[k], keys[k].key.name, keys[k].types, keys[k].field, err));
  return KHOP_OK;
}

/* ---- people ------------------------------------------------------------------------------------------ */

static khop_status numbers_parse(const schema_document *d, const schema *s, const yaml_node_t *node, const char *what, uint64_t *out_fields,
                                 khop_error *err) {
  size_t count;
  if (!node) return KHOP_OK;
  TRY(node_list(d, node, what, SCHEMA_FIELDS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    int field = -1;
    const yaml_node_t *item = node_list_item(d, node, i);
    TRY(field_parse(d, s, item, what, NUMBERS, &field, err));
    if (s->findings.numbered >> field & 1) {
      return document_fault(err, d, item, "%s: '%s' is somebody's number already", what, wording_show(s->fields[field].name).text);
    }
    *out_fields |= 1ull << field;
  }
  return KHOP_OK;
}

static khop_status sex_parse(const schema_document *d, const schema *s, const yaml_node_t *node, schema_person *out, khop_error *err) {
  const char *text;
  if (!node) return KHOP_OK;
  TRY(node_text(d, node, "sex", &text, err));
  out->is_male = strcmp(text, "male") == 0;
  out->is_female = strcmp(text, "female") == 0;
  return out->is_male || out->is_female ? KHOP_OK : field_parse(d, s, node, "sex", 1 << TYPE_SEX, &out->sex, err);
}

static khop_status person_parse(const schema_document *d, schema *s, const yaml_node_t *node, schema_person *out, khop_error *err) {
  enum { KEY_NAME, KEY_BIRTH, KEY_SEX, KEY_NUMBERS, KEY_PAPERS, KEY_PARENT, KEYS };
  static const document_key keys[KEYS] = {{"name", true}, {"birth", false}, {"sex", false}, {"numbers", false}, {"papers", false}, {"parent", false}};
  yaml_node_t *values[KEYS];
  TRY(node_keys(d, node, "person", keys, KEYS, values, err));
  TRY(field_parse(d, s, values[KEY_NAME], "name", 1 << TYPE_PERSON_NAME, &out->name, err));
  TRY(field_parse(d, s, values[KEY_BIRTH], "birth", 1 << TYPE_DATE, &out->birth, err));
  TRY(sex_parse(d, s, values[KEY_SEX], out, err));
  TRY(numbers_parse(d, s, values[KEY_NUMBERS], "numbers", &out->numbers, err));
  s->findings.numbered |= out->numbers;
  TRY(numbers_parse(d, s, values[KEY_PAPERS], "papers", &out->papers, err));
  s->findings.numbered |= out->papers;
  return values[KEY_PARENT] ? node_flag(d, values[KEY_PARENT], "parent", &out->is_parent, err) : KHOP_OK;
}

static khop_status people_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  size_t count;
  if (!node) return KHOP_OK;
  TRY(node_list(d, node, "people", SCHEMA_PEOPLE_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node_list_item(d, node, i);
    schema_person *person = &s->findings.people[s->findings.people_count++];
    TRY(person_parse(d, s, item, person, err));
    if (i == 0 && person->is_parent) return document_fault(err, d, item, "people: the first one is whom the record is about, and no parent");
  }
  return KHOP_OK;
}

static khop_status relatives_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  schema_findings *f = &s->findings;
  const unsigned types = TEXTS | 1 << TYPE_PERSON_NAME | 1 << TYPE_PHONE;
  size_t count;
  if (!node) return KHOP_OK;
  TRY(node_list(d, node, "relatives", SCHEMA_RELATIVES_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    TRY(field_parse(d, s, node_list_item(d, node, i), "relatives", types, &f->relatives[f->relatives_count], err));
    f->relatives_count++;
  }
  return KHOP_OK;
}

/* ---- the section --------------------------------------------------------------------------------------- */

khop_status findings_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  enum { KEY_PEOPLE, KEY_RELATIVES, KEY_LIVING, KEY_ISSUED, KEY_DEATH, KEY_CARD, KEY_CERTIFICATE, KEY_PARCEL, KEY_ENTRY, KEYS };
  static const document_key keys[KEYS] = {{"people", false}, {"relatives", false}, {"living", false}, {"issued", false}, {"death", false},
                                          {"card", false}, {"certificate", false}, {"parcel", false}, {"entry", false}};
  enum { DATE = 1 << TYPE_DATE, NAME = 1 << TYPE_PERSON_NAME, ID = 1 << TYPE_PERSONAL_ID };
  schema_findings *f = &s->findings;
  yaml_node_t *values[KEYS];
  const field_key card[] = {{{"from", false}, DATE, &f->card.from}, {{"until", true}, DATE, &f->card.until}};
  const field_key certificate[] = {{{"serial", true}, TEXTS, &f->certificate.serial}, {{"owner", true}, NAME, &f->certificate.owner},
                                   {{"owner_number", false}, ID, &f->certificate.owner_number}};
  const field_key parcel[] = {{{"place", true}, TEXTS, &f->parcel.place}, {{"sheet", true}, TEXTS, &f->parcel.sheet},
                              {{"number", true}, TEXTS, &f->parcel.number}, {{"old_sheet", false}, TEXTS, &f->parcel.old_sheet},
                              {{"old_number", false}, TEXTS, &f->parcel.old_number}, {{"owner", true}, NAME, &f->parcel.owner},
                              {{"owner_number", false}, ID, &f->parcel.owner_number}, {{"certificate", false}, TEXTS, &f->parcel.certificate}};
  const field_key entry[] = {{{"place", true}, TEXTS, &f->entry.place}, {{"book", true}, TEXTS, &f->entry.book},
                             {{"number", true}, TEXTS, &f->entry.number}, {{"date", false}, DATE, &f->entry.date}};
  TRY(node_keys(d, node, "findings", keys, KEYS, values, err));
  TRY(people_parse(d, s, values[KEY_PEOPLE], err));
  TRY(relatives_parse(d, s, values[KEY_RELATIVES], err));
  if (values[KEY_LIVING]) TRY(node_flag(d, values[KEY_LIVING], "living", &f->is_living, err));
  TRY(field_parse(d, s, values[KEY_ISSUED], "issued", DATE, &f->issued, err));
  TRY(field_parse(d, s, values[KEY_DEATH], "death", DATE, &f->death, err));
  TRY(fields_by_key(d, s, values[KEY_CARD], "card", card, sizeof card / sizeof *card, err));
  TRY(fields_by_key(d, s, values[KEY_CERTIFICATE], "certificate", certificate, sizeof certificate / sizeof *certificate, err));
  TRY(fields_by_key(d, s, values[KEY_PARCEL], "parcel", parcel, sizeof parcel / sizeof *parcel, err));
  return fields_by_key(d, s, values[KEY_ENTRY], "entry", entry, sizeof entry / sizeof *entry, err);
}

/* ---- without a section ----------------------------------------------------------------------------------- */

static int only_field(const schema *s, semantic_type type) {
  int found = -1;
  for (size_t f = 0; f < s->field_count; f++) {
    if (s->fields[f].type != type) continue;
    if (found >= 0) return -1;
    found = (int)f;
  }
  return found;
}

/* Of several dates, the birth is the one whose name, or an alias, says so. */
static int birth_field(const schema *s) {
  static const char *const names[] = {"birth_date", "ngay_sinh", "dob", "nam_sinh", "birth_year"};
  for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
    int field = schema_find_field_as(s, names[n]);
    if (field >= 0 && s->fields[field].type == TYPE_DATE) return field;
  }
  return -1;
}

void findings_guess(schema *s) {
  schema_findings *f = &s->findings;
  schema_person *person = &f->people[0];
  *person = (schema_person){.name = only_field(s, TYPE_PERSON_NAME), .birth = -1, .sex = only_field(s, TYPE_SEX)};
  f->people_count = 1;
  for (size_t i = 0; i < s->field_count; i++) {
    if (NUMBERS >> s->fields[i].type & 1) person->papers |= 1ull << i;
  }
  f->numbered = person->papers;
  if (person->name >= 0) person->birth = birth_field(s);
  else person->sex = -1; /* of several people, nobody says whose */
}
