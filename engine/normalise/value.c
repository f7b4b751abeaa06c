/* The table of types, and what a reader is made of. See value.h. */
#include "normalise/value.h"

#include "base/memory.h"
#include "normalise/value_types.h"

typedef struct value_type {
  const char *name;
  value_type_reader *read;
  int argument;
} value_type;

static const value_type types[] = {{"text", value_read_text, TEXT_FREE},
                                   {"person_name", value_read_name, 0},
                                   {"place", value_read_text, TEXT_PLACE},
                                   {"address", value_read_address, 0},
                                   {"code", value_read_text, TEXT_CODE},
                                   {"map_number", value_read_text, TEXT_MAP_NUMBER},
                                   {"entry_number", value_read_entry_number, 0},
                                   {"civil_entry", value_read_identifier, IDENTIFIER_CIVIL_ENTRY},
                                   {"date", value_read_date, 0},
                                   {"sex", value_read_sex, 0},
                                   {"number", value_read_number, 0},
                                   {"personal_id", value_read_identifier, IDENTIFIER_PERSONAL_ID},
                                   {"cmnd", value_read_identifier, IDENTIFIER_CMND},
                                   {"passport", value_read_identifier, IDENTIFIER_PASSPORT},
                                   {"insurance", value_read_identifier, IDENTIFIER_INSURANCE_NUMBER},
                                   {"phone", value_read_identifier, IDENTIFIER_PHONE},
                                   {"bank_account", value_read_identifier, IDENTIFIER_BANK_ACCOUNT},
                                   {"certificate_serial", value_read_identifier, IDENTIFIER_CERTIFICATE_SERIAL},
                                   {"parcel_key", value_read_identifier, IDENTIFIER_PARCEL_KEY},
                                   {"geohash", value_read_identifier, IDENTIFIER_GEOHASH}};
enum { TYPES = sizeof types / sizeof types[0], TYPE_LIST_BYTES = 512 };

struct value_reader {
  const value_type *type;
  value_context context; /* without a memory */
  value_addresses *addresses;
};

const char *value_type_name(size_t index) { return index < TYPES ? types[index].name : NULL; }

static khop_status unknown_type(const char *name, khop_error *err) {
  char list[TYPE_LIST_BYTES] = "";
  size_t used = 0;
  for (size_t i = 0; i < TYPES; i++) {
    size_t length = strlen(types[i].name);
    if (used + length + 3 > sizeof list) break;
    if (i > 0) {
      memcpy(list + used, ", ", 2);
      used += 2;
    }
    memcpy(list + used, types[i].name, length + 1);
    used += length;
  }
  return error_set(err, KHOP_USAGE, "%.40s: unknown type; known are %s", name, list);
}

khop_status value_reader_create(value_reader **out_reader, const char *type, const value_options *options,
                                khop_error *err) {
  *out_reader = NULL;
  const value_type *found = NULL;
  for (size_t i = 0; i < TYPES && !found; i++) {
    if (strcmp(types[i].name, type) == 0) found = &types[i];
  }
  if (!found) return unknown_type(type, err);
  if (options->order != DATE_ORDER_UNKNOWN && found->read != value_read_date) {
    return error_set(err, KHOP_USAGE, "--order: goes with type date, not with %s", found->name);
  }
  value_reader *reader = mem_alloc(1, sizeof *reader);
  if (!reader) return error_memory(err, sizeof *reader, "reader of values");
  uint16_t year = options->reference_year;
  reader->type = found;
  reader->context = (value_context){.dates = {options->order, year, year},
                                    .identifiers = {.reference_year = year},
                                    .argument = found->argument};
  khop_status status = found->read == value_read_address ? value_addresses_create(&reader->addresses, err) : KHOP_OK;
  if (status != KHOP_OK) {
    value_reader_free(reader);
    return status;
  }
  reader->context.addresses = reader->addresses;
  *out_reader = reader;
  return KHOP_OK;
}

void value_reader_free(value_reader *reader) {
  if (!reader) return;
  value_addresses_free(reader->addresses);
  mem_free(reader);
}

khop_status value_memory_create(value_memory **out_memory, const value_reader *reader, khop_error *err) {
  value_memory *memory = *out_memory = mem_alloc(1, sizeof *memory);
  if (!memory) return error_memory(err, sizeof *memory, "memory of values");
  bool has_names = reader->type->read == value_read_name;
  if (reader->addresses) memory->addresses = address_memory_create();
  if (has_names) memory->names = name_memory_create();
  if ((!reader->addresses || memory->addresses) && (!has_names || memory->names)) return KHOP_OK;
  value_memory_free(memory);
  *out_memory = NULL;
  return error_memory(err, 0, "memory of values");
}

void value_memory_free(value_memory *memory) {
  if (!memory) return;
  address_memory_free(memory->addresses);
  name_memory_free(memory->names);
  mem_free(memory);
}

void value_read(const value_reader *reader, value_memory *memory, const char *text, size_t length, char *room,
                size_t room_bytes, value_result *out) {
  value_context context = reader->context;
  context.memory = memory;
  out->canonical = (value_text){room, 0};
  out->part_count = out->repaired_count = out->finding_count = 0;
  out->room = room;
  out->room_used = 0;
  out->room_bytes = room_bytes;
  reader->type->read(&context, text, length, out);
}
