/* An address as one canonical text. */
#include <string.h>

#include "normalise/address_book.h"

typedef struct writer {
  char *out;
  size_t length, capacity;
} writer;

static void put(writer *w, const char *text, size_t length) {
  size_t room = w->capacity - w->length, taken = length < room ? length : room;
  while (taken < length && taken > 0 && ((uint8_t)text[taken] & 0xC0) == 0x80) taken--;
  memcpy(w->out + w->length, text, taken);
  w->length += taken;
  if (taken < length) w->capacity = w->length; /* nothing behind what was cut */
}

static void put_unit(writer *w, const address_unit *unit) {
  const char *kind = address_kind_name(unit->kind);
  if (w->length > 0) put(w, ", ", 2);
  put(w, kind, strlen(kind));
  put(w, " ", 1);
  put(w, unit->name, unit->name_bytes);
}

/* The unit that stands for the value: of several that are one commune of today, that. */
static uint16_t unit_of(const address_value *value) {
  if (value->status == ADDRESS_PROVINCE) return value->units[0];
  if (value->status != ADDRESS_DISTRICT && value->status != ADDRESS_COMMUNE) return ADDRESS_NO_UNIT;
  return value->count == 1 ? value->units[0] : value->new_commune;
}

static size_t trimmed_end(const char *text, size_t length) {
  while (length > 0 && memchr(" ,;.\t\r\n", text[length - 1], 7) != NULL) length--;
  return length;
}

size_t address_write(const address_book *book, const char *text, size_t length, const address_value *value,
                     char *out, size_t capacity) {
  writer w = {out, 0, capacity};
  const address_unit *unit = &book->units[unit_of(value)];
  if (unit->level == ADDRESS_NO_LEVEL) {
    put(&w, text, value->status == ADDRESS_MISSING ? 0 : trimmed_end(text, length));
    return w.length;
  }
  put(&w, text, value->head_bytes);
  if (unit->level == ADDRESS_LEVEL_COMMUNE && unit->code != 0) put_unit(&w, unit);
  if (unit->district != ADDRESS_NO_UNIT) put_unit(&w, &book->units[unit->district]);
  put_unit(&w, &book->units[unit->province]);
  return w.length;
}
