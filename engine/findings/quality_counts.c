/* Counting verdicts by reason and by place. See quality.h. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "findings/quality.h"

static bool is_commune_of_today(const address_book *book, uint16_t unit) {
  const address_unit *u = address_unit_at(book, unit);
  return u->level == ADDRESS_LEVEL_COMMUNE && u->era == ADDRESS_ERA_NEW;
}

void quality_settle(const address_book *book, address_value *place) {
  bool is_one = place->status == ADDRESS_AMBIGUOUS && !(place->doubts & ADDRESS_ERAS_MIXED) && is_commune_of_today(book, place->units[0]);
  if (!is_one || (place->count > 1 && is_commune_of_today(book, place->units[1]))) return; /* those of today come first */
  place->status = ADDRESS_COMMUNE;
  place->count = 1;
  place->new_commune = place->units[0];
  place->district = ADDRESS_NO_UNIT;
  place->new_province = address_unit_at(book, place->units[0])->province;
}

void quality_units(const address_book *book, const address_value *place, uint16_t out_units[ADDRESS_LEVEL_COMMUNE + 1]) {
  const address_unit *found = place->count == 1 ? address_unit_at(book, place->units[0]) : NULL;
  bool is_commune = found && found->level == ADDRESS_LEVEL_COMMUNE;
  out_units[ADDRESS_NO_LEVEL] = ADDRESS_NO_UNIT;
  out_units[ADDRESS_LEVEL_PROVINCE] = place->new_province;
  out_units[ADDRESS_LEVEL_DISTRICT] = place->district;
  out_units[ADDRESS_LEVEL_COMMUNE] = place->new_commune ? place->new_commune : is_commune ? place->units[0] : ADDRESS_NO_UNIT;
}

/* ---- a table of places: open addressing, never more than half full ------------------------------------ */

static bool is_free(const quality_place *p) { return !(p->groups[0] | p->groups[1] | p->groups[2]); }

static uint64_t key_of(const quality_place *p) { return (uint64_t)p->in << 32 | (uint64_t)p->level << 16 | p->unit; }

static quality_place *slot_of(quality_place *places, size_t capacity, const quality_place *wanted) {
  const uint64_t key = key_of(wanted);
  size_t at = (size_t)hash_bytes(&key, sizeof key) & (capacity - 1);
  while (!is_free(&places[at]) && key_of(&places[at]) != key) at = (at + 1) & (capacity - 1);
  return &places[at];
}

static khop_status make_room(quality_counts *c, khop_error *err) {
  const size_t capacity = c->capacity ? 2 * c->capacity : 1024;
  if (2 * c->place_count < c->capacity) return KHOP_OK;
  quality_place *places = mem_alloc(capacity, sizeof *places);
  if (!places) return error_memory(err, capacity * sizeof *places, "quality by place");
  for (size_t i = 0; i < c->capacity; i++) {
    if (!is_free(&c->places[i])) *slot_of(places, capacity, &c->places[i]) = c->places[i];
  }
  mem_free(c->places);
  c->places = places;
  c->capacity = capacity;
  return KHOP_OK;
}

khop_status quality_counts_add_place(quality_counts *c, const quality_place *more, khop_error *err) {
  TRY(make_room(c, err));
  quality_place *place = slot_of(c->places, c->capacity, more);
  if (is_free(place)) {
    *place = *more;
    c->place_count++;
    return KHOP_OK;
  }
  for (int g = 0; g < QUALITY_GROUPS; g++) place->groups[g] += more->groups[g];
  return KHOP_OK;
}

/* ---- counting --------------------------------------------------------------------------------------------- */

khop_status quality_count(quality_counts *c, const quality_verdict *verdict, uint32_t in, const uint16_t units[ADDRESS_LEVEL_COMMUNE + 1],
                          khop_error *err) {
  c->groups[verdict->group]++;
  for (int d = 0; d < QUALITY_DIMENSIONS; d++) c->fails[d] += verdict->fails[d];
  for (size_t i = 0; i < verdict->reason_count; i++) c->reasons[verdict->reasons[i]]++;
  for (uint8_t level = ADDRESS_NO_LEVEL; level <= ADDRESS_LEVEL_COMMUNE; level++) {
    quality_place place = {.in = in, .level = level, .unit = units[level]};
    place.groups[verdict->group] = 1;
    TRY(quality_counts_add_place(c, &place, err));
  }
  return KHOP_OK;
}

khop_status quality_counts_add(quality_counts *into, const quality_counts *from, khop_error *err) {
  for (int g = 0; g < QUALITY_GROUPS; g++) into->groups[g] += from->groups[g];
  for (int d = 0; d < QUALITY_DIMENSIONS; d++) into->fails[d] += from->fails[d];
  for (size_t i = 0; i < QUALITY_REASONS; i++) into->reasons[i] += from->reasons[i];
  for (size_t i = 0; i < from->capacity; i++) {
    if (!is_free(&from->places[i])) TRY(quality_counts_add_place(into, &from->places[i], err));
  }
  return KHOP_OK;
}

static int by_level(const void *a, const void *b) {
  const quality_place *x = a, *y = b;
  if (x->level != y->level) return x->level < y->level ? -1 : 1;
  if (x->in != y->in) return x->in < y->in ? -1 : 1;
  return x->unit < y->unit ? -1 : x->unit > y->unit;
}

void quality_counts_end(quality_counts *c) {
  size_t kept = 0;
  for (size_t i = 0; i < c->capacity; i++) {
    if (!is_free(&c->places[i])) c->places[kept++] = c->places[i];
  }
  if (kept) qsort(c->places, kept, sizeof *c->places, by_level);
}

size_t quality_reasons_sorted(const quality_counts *c, size_t out_reasons[QUALITY_REASONS]) {
  size_t count = 0;
  for (size_t reason = 0; reason < QUALITY_REASONS; reason++) {
    if (!c->reasons[reason]) continue;
    size_t at = count++;
    for (; at > 0 && c->reasons[out_reasons[at - 1]] < c->reasons[reason]; at--) out_reasons[at] = out_reasons[at - 1];
    out_reasons[at] = reason;
  }
  return count;
}

void quality_counts_free(quality_counts *c) {
  mem_free(c->places);
  c->places = NULL;
  c->place_count = c->capacity = 0;
}
