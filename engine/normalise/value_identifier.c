/* Identifiers as values: the first of a cell with its parts, the others by their canonical forms. */
#include "normalise/value_types.h"

/* "others": canonical forms of the values behind the first, parted by '|'. */
static void add_others(const value_context *context, const char *text, size_t length, value_result *out) {
  identifier_type type = (identifier_type)context->argument;
  identifier_cell cell = identifier_cell_begin(type, text, length);
  identifier_text value;
  identifier_parts other;
  size_t bytes, used = 0;
  char *room = value_room(out, &bytes);
  bool is_first = true;
  for (; identifier_cell_next(&cell, &value); is_first = false) {
    if (is_first) continue;
    identifier_read(type, value.text, value.length, &context->identifiers, &other);
    size_t count = strlen(other.canonical);
    if (count == 0 || count + 1 > bytes - used) continue;
    if (used > 0) room[used++] = '|';
    memcpy(room + used, other.canonical, count);
    used += count;
  }
  value_text others = value_take(out, used);
  value_part_at(out, "others", others.text, others.length);
}

void value_read_identifier(const value_context *context, const char *text, size_t length, value_result *out) {
  identifier_parts identifier;
  value_part parts[VALUE_PARTS_MAX];
  identifier_read((identifier_type)context->argument, text, length, &context->identifiers, &identifier);
  out->canonical = value_copy(out, identifier.canonical, strlen(identifier.canonical));
  if (identifier.kind != IDENTIFIER_IS_MISSING) value_part_word(out, "kind", identifier_kind_name(identifier.kind));
  value_parts_copy(out, parts, identifier_part_list(&identifier, parts));
  if (identifier.findings & IDENTIFIER_SEVERAL_VALUES) add_others(context, text, length, out);
  for (uint32_t left = identifier.repairs; left != 0; left &= left - 1) value_repair(out, identifier_repair_name(left & -left));
  for (uint32_t left = identifier.findings; left != 0; left &= left - 1) {
    value_find(out, identifier_finding_name(left & -left));
  }
  if (identifier.kind == IDENTIFIER_IS_MISSING && identifier.findings == 0) value_find_nothing(out, text, length);
}
