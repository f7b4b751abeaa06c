/* See places.h. */
#include "findings/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "findings/quality.h"

/* ---- reading ------------------------------------------------------------------------------------------- */

enum { TEXTS_KNOWN = 1 << 14 }; /* a city has some hundred offices, the country ten thousand, written in several ways */

typedef struct known_text {
  uint64_t hash; /* 0: free */
  uint16_t unit;
} known_text;

struct place_reader {
  const address_book *book;
  size_t field;
  int32_t place_offset; /* in rows; FEATURE_NONE: they hold none */
  address_memory *memory;
  known_text *known;    /* TEXTS_KNOWN, by hash; what comes later takes the place */
};

khop_status place_reader_create(place_reader **out_reader, const feature_layout *layout, const address_book *book, size_t field, khop_error *err) {
  *out_reader = NULL;
  place_reader *r = mem_alloc(1, sizeof *r);
  if (!r) return error_memory(err, sizeof *r, "places");
  const feature_slot *slot = &layout->slots[field];
  *r = (place_reader){.book = book, .field = field, .place_offset = slot->kind == SLOT_TEXT ? slot->place_offset : FEATURE_NONE};
  *out_reader = r;
  if (r->place_offset != FEATURE_NONE) return KHOP_OK;
  r->memory = address_memory_create();
  r->known = mem_alloc(TEXTS_KNOWN, sizeof *r->known);
  if (r->memory && r->known) return KHOP_OK;
  place_reader_free(r);
  *out_reader = NULL;
  return error_memory(err, TEXTS_KNOWN * sizeof *r->known, "places");
}

void place_reader_free(place_reader *reader) {
  if (!reader) return;
  address_memory_free(reader->memory);
  mem_free(reader->known);
  mem_free(reader);
}

/* Today's unit of the same ground, where one unit alone is: else the unit itself. */
static uint16_t today_of(const address_book *book, uint16_t unit) {
  const address_unit *u = address_unit_at(book, unit);
  return u->era == ADDRESS_ERA_OLD && u->other_count == 1 ? u->others[0] : unit;
}

static bool is_commune_of_today(const address_book *book, uint16_t unit) {
  const address_unit *u = unit ? address_unit_at(book, unit) : NULL;
  return u && u->level == ADDRESS_LEVEL_COMMUNE && u->era == ADDRESS_ERA_NEW;
}

/* What two units have in common: the commune of today, the district, or else the province. */
static uint16_t common_of(const address_book *book, uint16_t a, uint16_t b) {
  const address_unit *x = address_unit_at(book, a), *y = address_unit_at(book, b);
  if (today_of(book, a) == today_of(book, b)) return today_of(book, a);
  if (x->district && x->district == y->district) return x->district;
  return x->province == y->province ? x->province : ADDRESS_NO_UNIT;
}

static uint16_t unit_of_place(const address_book *book, address_place place) {
  uint16_t unit = place.units[0];
  if (is_commune_of_today(book, unit) && !is_commune_of_today(book, place.units[1])) return unit; /* as quality_settle says */
  for (size_t i = 1; i < sizeof place.units / sizeof *place.units && place.units[i] && unit; i++) unit = common_of(book, unit, place.units[i]);
  return unit;
}

uint16_t place_reader_unit(place_reader *reader, const input_field *fields, const uint8_t *features) {
  const input_field *text = &fields[reader->field];
  if (reader->place_offset != FEATURE_NONE) return unit_of_place(reader->book, slot_place(features, (size_t)reader->place_offset));
  if (!text->length) return ADDRESS_NO_UNIT;
  uint64_t hash = hash_bytes(text->text, text->length) | 1;
  known_text *known = &reader->known[(hash >> 20) % TEXTS_KNOWN];
  if (known->hash == hash) return known->unit;
  address_value value;
  address_recall(reader->memory, reader->book, ADDRESS_ERA_ANY, text->text, text->length, &value);
  quality_settle(reader->book, &value);
  *known = (known_text){.hash = hash, .unit = unit_of_place(reader->book, address_place_of(reader->book, &value))};
  return known->unit;
}

/* ---- counting ------------------------------------------------------------------------------------------- */

/* ADDRESS_NO_UNIT where the unit is of a level above. */
static uint16_t at_level(const address_book *book, uint16_t unit, address_level level) {
  if (unit == ADDRESS_NO_UNIT) return ADDRESS_NO_UNIT;
  const address_unit *u = address_unit_at(book, unit);
  switch (level) {
    case ADDRESS_LEVEL_PROVINCE: return u->province ? today_of(book, u->province) : ADDRESS_NO_UNIT;
    case ADDRESS_LEVEL_DISTRICT: return u->district;
    case ADDRESS_LEVEL_COMMUNE: return u->level == ADDRESS_LEVEL_COMMUNE ? today_of(book, unit) : ADDRESS_NO_UNIT;
    default: return ADDRESS_NO_UNIT;
  }
}

static void count_rows(finding_place *by_unit, const findings *f) {
  for (size_t row = 0; row < f->row_count; row++) {
    if (f->units[row] == FINDING_UNIT_DEAD) continue;
    finding_place *place = &by_unit[f->units[row]];
    place->records++;
    place->found += f->masks[row] != 0;
    for (uint32_t mask = f->masks[row]; mask; mask &= mask - 1) place->kinds[__builtin_ctz(mask)]++;
  }
}

static int most_found_first(const void *a, const void *b) {
  const finding_place *x = a, *y = b;
  if (x->found != y->found) return x->found > y->found ? -1 : 1;
  return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static void add_up(finding_place *into, const finding_place *from) {
  into->records += from->records;
  into->found += from->found;
  for (size_t kind = 0; kind < FINDING_KINDS; kind++) into->kinds[kind] += from->kinds[kind];
}

/* `by_unit` and `sums`: of each unit, `units` of them. */
static khop_status sum_level(place_counts *out, address_level level, const finding_place *by_unit, finding_place *sums, size_t units, khop_error *err) {
  size_t count = 0;
  memset(sums, 0, units * sizeof *sums);
  for (size_t unit = 0; unit < units; unit++) add_up(&sums[at_level(out->book, (uint16_t)unit, level)], &by_unit[unit]);
  for (size_t unit = 0; unit < units; unit++) {
    sums[unit].unit = (uint16_t)unit;
    if (sums[unit].found) sums[count++] = sums[unit];
  }
  if (!count) return KHOP_OK;
  out->items[level] = mem_alloc(count, sizeof *sums);
  if (!out->items[level]) return error_memory(err, count * sizeof *sums, "findings by place");
  memcpy(out->items[level], sums, count * sizeof *sums);
  out->counts[level] = count;
  qsort(out->items[level], count, sizeof *sums, most_found_first);
  return KHOP_OK;
}

khop_status place_counts_make(place_counts *out, const findings *f, const address_book *book, khop_error *err) {
  *out = (place_counts){.book = book};
  if (!book) return KHOP_OK;
  const size_t units = address_unit_count(book) + 1;
  finding_place *by_unit = mem_alloc(2 * units, sizeof *by_unit);
  if (!by_unit) return error_memory(err, 2 * units * sizeof *by_unit, "findings by place");
  khop_status status = KHOP_OK;
  count_rows(by_unit, f);
  for (int level = ADDRESS_LEVEL_PROVINCE; status == KHOP_OK && level <= ADDRESS_LEVEL_COMMUNE; level++) {
    status = sum_level(out, (address_level)level, by_unit, by_unit + units, units, err);
  }
  mem_free(by_unit);
  return status;
}

void place_counts_free(place_counts *p) {
  for (int level = 0; level <= ADDRESS_LEVEL_COMMUNE; level++) mem_free(p->items[level]);
  *p = (place_counts){0};
}
