/* Values to slots, and letters back from them. See feature.h. */
#include <string.h>

#include "base/hash.h"
#include "feature/parts.h"
#include "feature/text_memory.h"
#include "normalise/date.h"

/* Eight bytes of 5 bits each to 40 bits, by pairs, fours and eights. */
static uint64_t close_letters(uint64_t letters) {
  uint64_t quarters = (letters & 0x001f001f001f001fu) | (letters & 0x1f001f001f001f00u) >> 3;
  uint64_t halves = (quarters & 0x000003ff000003ffu) | (quarters & 0x03ff000003ff0000u) >> 6;
  return (halves & 0xfffffu) | (halves & 0xfffff00000000u) >> 12;
}

/* Four groups of eight letters make the 20 bytes. */
static void pack_letters(const uint8_t letters[TEXT_LETTERS_MAX], uint8_t *out) {
  uint64_t groups[4];
  memcpy(groups, letters, sizeof groups);
  for (size_t i = 0; i < 4; i++) groups[i] = close_letters(groups[i]);
  groups[0] |= groups[1] << 40;
  groups[1] = groups[1] >> 24 | groups[2] << 16 | groups[3] << 56;
  groups[2] = groups[3] >> 8;
  memcpy(out, groups, PACKED_LETTERS_BYTES);
}

/* Spreads 40 bits to eight bytes of 5 bits each, without a loop over letters. */
static uint64_t spread_letters(uint64_t bits) {
  uint64_t halves = (bits & 0xfffffu) | (bits & 0xfffff00000u) << 12;
  uint64_t quarters = (halves & 0x000003ff000003ffu) | (halves & 0x000ffc00000ffc00u) << 6;
  return (quarters & 0x001f001f001f001fu) | (quarters & 0x03e003e003e003e0u) << 3;
}

unsigned feature_letters(const uint8_t *row, const feature_slot *slot, uint8_t letters[TEXT_LETTERS_MAX]) {
  const uint8_t *packed = row + slot->offset + 8;
  unsigned length = 0;
  for (unsigned group = 0; group < 4; group++) {
    uint64_t bits = 0;
    memcpy(&bits, packed + group * 5, 5);
    uint64_t spread = spread_letters(bits);
    memcpy(letters + group * 8, &spread, 8);
    if (spread) length = group * 8 + 8 - (unsigned)__builtin_clzll(spread) / 8;
  }
  return length;
}

void feature_encode_text(const text_value *value, const feature_slot *slot, uint8_t *row) {
  memcpy(row + slot->offset, &value->toned_hash, 4);
  memcpy(row + slot->offset + 4, &value->plain_hash, 4);
  if (slot->letters) pack_letters(value->letters, row + slot->offset + 8);
}

static uint64_t pack_id(const id_value *value) {
  if (value->kind == ID_MISSING) return 0;
  return (uint64_t)value->kind << 60 | (uint64_t)(value->digits & 31) << 55 |
         (value->number & ((1ull << 55) - 1));
}

static void normalise_any_id(semantic_type type, const char *text, size_t length, id_value *value) {
  if (type == TYPE_INSURANCE) normalise_insurance_number(text, length, value);
  else if (type == TYPE_PHONE) normalise_phone(text, length, value);
  else normalise_personal_id(text, length, value);
}

void feature_normalise_text(semantic_type type, const char *text, size_t length, text_value *value) {
  switch (type) {
    case TYPE_PERSON_NAME: normalise_person_name(text, length, value); break;
    case TYPE_PLACE: normalise_place(text, length, value); break;
    case TYPE_CODE: normalise_code(text, length, value); break;
    case TYPE_MAP_NUMBER: normalise_map_number(text, length, value); break;
    case TYPE_ENTRY_NUMBER: normalise_entry_number(text, length, value); break;
    default: normalise_text(text, length, value); break;
  }
}

static uint64_t identifier_key_of(uint64_t kind, uint64_t value) {
  uint64_t key = hash_combine(kind, value) >> 16;
  return key ? key : 1;
}

uint64_t feature_row_identifier_key(const feature_slot *slot, const uint8_t *row) {
  const uint64_t text_kind = 16; /* behind all id kinds */
  if (feature_missing(slot, row)) return 0;
  if (slot->kind == SLOT_TEXT) return identifier_key_of(text_kind, slot_u64(row, slot->offset));
  return identifier_key_of((uint64_t)feature_id_kind(slot_u64(row, slot->offset)),
                           feature_id_number(slot_u64(row, slot->offset)));
}

/* What is written in another way than most dates: in words, as an age, a decade, a year of two digits. */
static uint32_t read_rare_date(const char *text, size_t length, unsigned reference_year) {
  const date_options options = {.reference_year = (uint16_t)reference_year, .short_year_last = (uint16_t)reference_year};
  date_parts date;
  date_read(text, length, &options, &date);
  if (date.findings & DATE_ERRORS || date.year_first == 0) return 0;
  uint32_t packed = (uint32_t)date.year_first << 9;
  if (date.year_first < date.year_last) return packed | (uint32_t)(date.year_last - date.year_first) << 21;
  return packed | (uint32_t)date.month << 5 | date.day;
}

static void encode_date(const char *text, size_t length, unsigned reference_year, const feature_slot *slot, uint8_t *row) {
  date_value date;
  normalise_date(text, length, &date);
  uint32_t packed = date.valid ? (uint32_t)date.year << 9 | (uint32_t)date.month << 5 | date.day : 0;
  if (!date.valid && date.present) packed = read_rare_date(text, length, reference_year);
  memcpy(row + slot->offset, &packed, 4);
}

void feature_encode_value(const schema_field *field, const feature_slot *slot, const char *text, size_t length, uint8_t *row) {
  switch (slot->kind) {
    case SLOT_TEXT: {
      text_value value;
      feature_normalise_text(field->type, text, length, &value);
      feature_encode_text(&value, slot, row);
      break;
    }
    case SLOT_ID: {
      id_value id;
      normalise_any_id(field->type, text, length, &id);
      uint64_t packed = pack_id(&id);
      memcpy(row + slot->offset, &packed, 8);
      break;
    }
    case SLOT_DATE: encode_date(text, length, field->reference_year, slot, row); break;
    case SLOT_QUANTITY: {
      float value = (float)normalise_number(text, length);
      memcpy(row + slot->offset, &value, 4);
      break;
    }
    case SLOT_SEX: row[slot->offset] = (uint8_t)normalise_sex(text, length); break;
    default: break;
  }
}

uint64_t feature_identifier_key(semantic_type type, const char *text, size_t length) {
  bool is_id = type == TYPE_PERSONAL_ID || type == TYPE_INSURANCE || type == TYPE_PHONE;
  const feature_slot slot = {.kind = is_id ? SLOT_ID : SLOT_TEXT, .frequency_offset = FEATURE_NONE};
  uint8_t row[8] = {0};
  const schema_field field = {.type = type};
  feature_encode_value(&field, &slot, text, length, row);
  return feature_row_identifier_key(&slot, row);
}
