/* See date_orders.h. */
#include "run/date_orders.h"

#include <string.h>

khop_status date_orders_find(const input *in, const schema *s, const int *columns, uint64_t **out_month_first, khop_error *err) {
  size_t sources = input_source_count(in);
  uint64_t *masks = *out_month_first = mem_alloc(sources, sizeof *masks);
  if (!masks) return error_memory(err, sources * sizeof *masks, "order of dates");
  for (size_t source = 0; source < sources; source++) {
    const date_order_evidence *evidence = input_source_at(in, source)->date_orders;
    for (size_t f = 0; f < s->field_count; f++) {
      int column = columns[source * s->field_count + f];
      if (column == COLUMN_NONE || s->fields[f].type != TYPE_DATE) continue;
      if (date_order_infer(&evidence[column]) == DATE_ORDER_MDY) masks[source] |= 1ull << f;
    }
  }
  return KHOP_OK;
}

const input_field *day_first(uint64_t month_first, const schema *s, const input_field *fields, day_first_fields *room) {
  memcpy(room->fields, fields, s->field_count * sizeof *fields);
  for (; month_first; month_first &= month_first - 1) {
    size_t f = (size_t)__builtin_ctzll(month_first);
    uint16_t year = (uint16_t)s->fields[f].reference_year;
    const date_options options = {.order = DATE_ORDER_MDY, .reference_year = year, .short_year_last = year};
    date_parts date;
    date_read(fields[f].text ? fields[f].text : "", fields[f].length, &options, &date);
    if (date.precision == DATE_NONE || date.findings & DATE_ERRORS) continue;
    memcpy(room->texts[f], date.canonical, sizeof date.canonical);
    room->fields[f].text = room->texts[f];
    room->fields[f].length = (uint32_t)strlen(room->texts[f]);
  }
  return room->fields;
}

uint64_t date_fields_named(const schema *s, const char *names) {
  uint64_t mask = 0;
  for (const char *name = names; name && *name;) {
    size_t length = strcspn(name, " ");
    for (size_t f = 0; f < s->field_count; f++) {
      bool same = strlen(s->fields[f].name) == length && memcmp(s->fields[f].name, name, length) == 0;
      if (same) mask |= 1ull << f;
    }
    name += length + (name[length] == ' ');
  }
  return mask;
}
