/* See field_value.h. */
#include "findings/field_value.h"

#include <math.h>
#include <string.h>
#include <utf8proc.h>

#include "base/hash.h"
#include "base/memory.h"
#include "normalise/identifier.h"
#include "normalise/name_memory.h"

struct field_reader {
  field_reader_options options;
  name_memory *names;
  address_memory *addresses; /* NULL without a book */
};

khop_status field_reader_create(field_reader **out_reader, const field_reader_options *options, khop_error *err) {
  field_reader *reader = *out_reader = mem_alloc(1, sizeof *reader);
  if (!reader) return error_memory(err, sizeof *reader, "values");
  reader->options = *options;
  reader->names = name_memory_create();
  if (options->book) reader->addresses = address_memory_create();
  if (reader->names && (!options->book || reader->addresses)) return KHOP_OK;
  field_reader_free(reader);
  *out_reader = NULL;
  return error_memory(err, sizeof *reader, "values");
}

void field_reader_free(field_reader *reader) {
  if (!reader) return;
  name_memory_free(reader->names);
  address_memory_free(reader->addresses);
  mem_free(reader);
}

static bool is_blank(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (text[i] != ' ' && text[i] != '\t') return false;
  }
  return true;
}

static void set_key(const field_reader *reader, field_value *out, const void *bytes, size_t length) {
  if (!reader->options.wants_keys) return;
  out->key = hash_bytes(bytes, length);
  if (!out->key) out->key = 1;
}

/* ---- names ---------------------------------------------------------------------------------- */

static const uint32_t name_faults = NAME_NEWBORN | NAME_IMPOSSIBLE_SYLLABLE | NAME_OTHER_SCRIPT | NAME_DAMAGED;
static const uint32_t name_gaps = NAME_ABBREVIATED | NAME_NO_GIVEN;
/* A title is part of how a land register calls an owner. */
static const uint32_t name_repairs = NAME_TELEX | NAME_VNI | NAME_VIQR | NAME_NOTE_DROPPED | NAME_DIGITS_DROPPED;

static uint8_t name_completeness(uint32_t findings, size_t words) {
  const size_t whole = 64, accented = 32, words_max = 15;
  return (uint8_t)((findings & (name_faults | name_gaps) ? 0 : whole) + (findings & NAME_UNACCENTED ? 0 : accented) +
                   (words < words_max ? words : words_max));
}

static void read_name(field_reader *reader, field_value *out) {
  name_usual usual;
  if (name_memory_read(reader->names, out->text, out->length, &usual)) {
    out->findings = usual.is_unaccented ? NAME_UNACCENTED : 0;
    out->is_present = out->is_valid = true;
    out->completeness = name_completeness(out->findings, usual.words);
    set_key(reader, out, usual.canonical, usual.canonical_bytes);
    return;
  }
  name_parts name;
  person_name_parts(out->text, out->length, &name);
  out->findings = name.findings;
  out->repairs = name.repairs;
  out->is_present = name.canonical[0] != '\0';
  out->is_valid = out->is_present && !(name.findings & name_faults);
  out->is_repaired = (name.repairs & name_repairs) != 0;
  out->completeness = name_completeness(name.findings, name.words);
  set_key(reader, out, name.canonical, strlen(name.canonical));
}

/* ---- dates ---------------------------------------------------------------------------------- */

/* 1 January is often a year alone, and the first of a month the month. */
static uint8_t date_completeness(const date_parts *date) {
  switch (date->precision) {
    case DATE_DAY: return date->findings & DATE_MAYBE_YEAR_ONLY ? 3 : date->findings & DATE_MAYBE_DAY_UNKNOWN ? 5 : 6;
    case DATE_MONTH: return 4;
    case DATE_YEAR: return 2;
    default: return 1;
  }
}

static date_options options_of_date(const field_reader *reader, size_t field, bool month_first) {
  uint16_t year = (uint16_t)reader->options.schema->fields[field].reference_year;
  return (date_options){.order = month_first ? DATE_ORDER_MDY : DATE_ORDER_DMY, .reference_year = year, .short_year_last = year};
}

static void read_date(const field_reader *reader, size_t field, bool month_first, field_value *out) {
  const date_options options = options_of_date(reader, field, month_first);
  date_parts date;
  date_read(out->text, out->length, &options, &date);
  out->findings = date.findings;
  out->is_present = date.present;
  out->is_valid = date.present && !(date.findings & (DATE_ERRORS | DATE_PLACEHOLDER));
  out->completeness = date_completeness(&date);
  if (out->is_valid && date.year) out->day = date.year * 10000u + date.month * 100u + date.day;
  if (out->is_valid) set_key(reader, out, date.canonical, strlen(date.canonical));
  else set_key(reader, out, out->text, out->length);
}

/* ---- identifiers ----------------------------------------------------------------------------- */

static identifier_type identifier_of(semantic_type type) {
  return type == TYPE_PERSONAL_ID ? IDENTIFIER_PERSONAL_ID : type == TYPE_INSURANCE ? IDENTIFIER_INSURANCE_NUMBER : IDENTIFIER_PHONE;
}

/* Today's form before yesterday's, a whole card before its number. */
static uint8_t identifier_completeness(const identifier_parts *id) {
  if (id->findings & (IDENTIFIER_OLD_NUMBER | IDENTIFIER_UNKNOWN_PREFIX)) return 1;
  switch (id->kind) {
    case IDENTIFIER_IS_CCCD: case IDENTIFIER_IS_CARD: case IDENTIFIER_IS_PHONE: return 3;
    case IDENTIFIER_IS_SOCIAL_NUMBER: case IDENTIFIER_IS_PASSPORT: return 2;
    default: return 0;
  }
}

static void read_identifier(const field_reader *reader, semantic_type type, field_value *out) {
  identifier_parts id;
  identifier_read(identifier_of(type), out->text, out->length, NULL, &id);
  out->findings = id.findings;
  out->repairs = id.repairs;
  out->is_present = id.kind != IDENTIFIER_IS_MISSING;
  out->is_valid = out->is_present && !(id.findings & IDENTIFIER_ERRORS) && id.kind != IDENTIFIER_IS_OTHER;
  out->is_repaired = id.repairs != 0;
  out->completeness = identifier_completeness(&id);
  set_key(reader, out, id.canonical, strlen(id.canonical));
}

/* ---- places and other texts ------------------------------------------------------------------- */

static uint8_t place_completeness(const address_value *place) {
  static const uint8_t known[] = {[ADDRESS_MISSING] = 0, [ADDRESS_UNKNOWN] = 0, [ADDRESS_PROVINCE] = 40, [ADDRESS_DISTRICT] = 80,
                                  [ADDRESS_AMBIGUOUS] = 120, [ADDRESS_COMMUNE] = 160};
  const int house = 4, of_today = 2, undoubted = 1;
  return (uint8_t)(known[place->status] + (place->head_bytes ? house : 0) + (place->new_commune ? of_today : 0) +
                   (place->doubts & ~(unsigned)ADDRESS_ACCENTS_DIFFER ? 0 : undoubted));
}

static void read_text(const field_reader *reader, semantic_type type, field_value *out) {
  text_value value;
  if (type == TYPE_CODE) normalise_code(out->text, out->length, &value);
  else if (type == TYPE_MAP_NUMBER) normalise_map_number(out->text, out->length, &value);
  else if (type == TYPE_ENTRY_NUMBER) normalise_entry_number(out->text, out->length, &value);
  else if (type == TYPE_PLACE) normalise_place(out->text, out->length, &value);
  else normalise_text(out->text, out->length, &value);
  out->is_present = out->is_valid = value.length > 0;
  out->completeness = type == TYPE_TEXT ? value.length : 1;
  const uint32_t hashes[2] = {value.toned_hash, value.plain_hash};
  set_key(reader, out, hashes, sizeof hashes);
}

static void read_place(field_reader *reader, size_t field, field_value *out) {
  bool as_address = reader->options.book && reader->options.places >> field & 1;
  if (as_address) address_recall(reader->addresses, reader->options.book, ADDRESS_ERA_ANY, out->text, out->length, &out->place);
  if (reader->options.wants_keys) read_text(reader, TYPE_PLACE, out);
  else if (!as_address) read_text(reader, TYPE_TEXT, out); /* is it there? */
  else out->is_present = out->is_valid = out->place.status != ADDRESS_MISSING;
  if (as_address) out->completeness = place_completeness(&out->place);
}

/* Of words that are none, placeholders aside, something is wrong. */
static void read_words(const field_reader *reader, bool is_known, const void *key, size_t key_bytes, field_value *out) {
  text_value words;
  out->is_present = out->is_valid = is_known;
  out->completeness = out->length > 1 ? 2 : 1; /* "Nam" before "1" */
  set_key(reader, out, key, key_bytes);
  if (is_known) return;
  normalise_text(out->text, out->length, &words);
  if (words.length) out->findings = FIELD_UNREADABLE;
}

static void read_sex(const field_reader *reader, field_value *out) {
  sex_value sex = normalise_sex(out->text, out->length);
  read_words(reader, sex != SEX_MISSING, &sex, sizeof sex, out);
}

static void read_number(const field_reader *reader, field_value *out) {
  double number = normalise_number(out->text, out->length);
  read_words(reader, !isnan(number), &number, sizeof number, out);
}

void field_read(field_reader *reader, size_t field, const char *text, size_t length, bool month_first, field_value *out) {
  semantic_type type = reader->options.schema->fields[field].type;
  *out = (field_value){.text = text, .length = (uint32_t)length};
  if (is_blank(text, length)) return;
  switch (type) {
    case TYPE_PERSON_NAME: read_name(reader, out); break;
    case TYPE_DATE: read_date(reader, field, month_first, out); break;
    case TYPE_PERSONAL_ID: case TYPE_INSURANCE: case TYPE_PHONE: read_identifier(reader, type, out); break;
    case TYPE_PLACE: read_place(reader, field, out); break;
    case TYPE_SEX: read_sex(reader, out); break;
    case TYPE_NUMBER: read_number(reader, out); break;
    default: read_text(reader, type, out); break;
  }
}

/* ---- canonical --------------------------------------------------------------------------------- */

/* Nothing that is cut may stand for a value. */
static size_t copy_out(const char *text, size_t length, char *out, size_t capacity) {
  if (length > capacity) return 0;
  memcpy(out, text, length);
  return length;
}

/* The first letter of each word a capital, as names are written. */
static size_t write_name(const field_value *value, char *out, size_t capacity) {
  name_parts name;
  person_name_parts(value->text, value->length, &name);
  size_t used = 0;
  bool begins = true;
  const utf8proc_uint8_t *next = (const utf8proc_uint8_t *)name.canonical;
  while (*next && used + 4 <= capacity) {
    utf8proc_int32_t letter;
    utf8proc_ssize_t length = utf8proc_iterate(next, -1, &letter);
    if (length <= 0) break;
    next += length;
    used += (size_t)utf8proc_encode_char(begins ? utf8proc_toupper(letter) : letter, (utf8proc_uint8_t *)out + used);
    begins = letter == ' ' || letter == '-';
  }
  return used;
}

static size_t write_date(const field_reader *reader, size_t field, const field_value *value, bool month_first, char *out, size_t capacity) {
  const date_options options = options_of_date(reader, field, month_first);
  date_parts date;
  date_read(value->text, value->length, &options, &date);
  return copy_out(date.canonical, strlen(date.canonical), out, capacity);
}

static size_t write_identifier(semantic_type type, const field_value *value, char *out, size_t capacity) {
  identifier_parts id;
  identifier_read(identifier_of(type), value->text, value->length, NULL, &id);
  return copy_out(id.canonical, strlen(id.canonical), out, capacity);
}

static size_t write_sex(const field_value *value, char *out, size_t capacity) {
  static const char *const words[] = {[SEX_MISSING] = "", [SEX_MALE] = "Nam", [SEX_FEMALE] = "Nữ", [SEX_OTHER] = "Khác"};
  const char *word = words[normalise_sex(value->text, value->length)];
  return copy_out(word, strlen(word), out, capacity);
}

size_t field_canonical(const field_reader *reader, size_t field, const field_value *value, bool month_first, char *out, size_t capacity) {
  semantic_type type = reader->options.schema->fields[field].type;
  size_t length = 0;
  switch (type) {
    case TYPE_PERSON_NAME: length = write_name(value, out, capacity); break;
    case TYPE_DATE: length = write_date(reader, field, value, month_first, out, capacity); break;
    case TYPE_PERSONAL_ID: case TYPE_INSURANCE: case TYPE_PHONE: length = write_identifier(type, value, out, capacity); break;
    case TYPE_SEX: length = write_sex(value, out, capacity); break;
    case TYPE_MAP_NUMBER: length = normalise_canonical(TEXT_MAP_NUMBER, value->text, value->length, out, capacity); break;
    case TYPE_CODE: case TYPE_ENTRY_NUMBER: length = normalise_canonical(TEXT_CODE, value->text, value->length, out, capacity); break;
    case TYPE_PLACE:
      if (value->place.count) length = address_write(reader->options.book, value->text, value->length, &value->place, out, capacity);
      break;
    default: break;
  }
  return length ? length : copy_out(value->text, value->length, out, capacity);
}

/* ---- words -------------------------------------------------------------------------------------- */

const char *field_finding_name(semantic_type type, uint32_t finding) {
  if (finding == FIELD_UNREADABLE) return "unreadable";
  switch (type) {
    case TYPE_PERSON_NAME: return name_finding_name(finding);
    case TYPE_DATE: return date_finding_name(finding);
    default: return identifier_finding_name(finding);
  }
}

const char *field_repair_name(semantic_type type, uint32_t repair) {
  return type == TYPE_PERSON_NAME ? name_repair_name(repair) : identifier_repair_name(repair);
}
