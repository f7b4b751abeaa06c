/* Places compared across the two maps.
 *
 *     old A ──────────── new X          A and X are one place
 *     old B ─┬────────── new X          B and X may be: one part of two
 *            └────────── new Y
 *
 * Candidates of a place, and parts of a split commune, are taken as equally likely: the table knows grounds,
 * not how many people live there. A former name is some part of its unit, so it counts half. */
#include <string.h>

#include "normalise/address_book.h"

enum { PERMILLE = 1000, PLACE_UNITS = 3 };

static size_t unit_count(address_place place) {
  size_t count = 0;
  while (count < PLACE_UNITS && place.units[count] != ADDRESS_NO_UNIT) count++;
  return count;
}

/* All candidates, if they are few and of one level. */
static bool take_candidates(const address_book *book, const address_value *value, address_place *out) {
  if (value->count == 0 || value->count > PLACE_UNITS || value->more) return false;
  uint8_t level = book->units[value->units[0]].level;
  for (size_t i = 0; i < value->count; i++) {
    if (book->units[value->units[i]].level != level) return false;
    out->units[i] = value->units[i];
  }
  out->level = level;
  return true;
}

address_place address_place_of(const address_book *book, const address_value *value) {
  address_place place = {.former = (value->doubts & (ADDRESS_FORMER_NAME | ADDRESS_MISSPELT)) != 0}, none = place;
  if (take_candidates(book, value, &place)) return place;
  place = none;
  uint16_t common = value->new_commune ? value->new_commune
                    : value->district  ? value->district
                                       : value->province;
  if (common == ADDRESS_NO_UNIT) common = value->new_province;
  place.units[0] = common;
  place.level = book->units[common].level;
  return place;
}

/* ---- communes ------------------------------------------------------------------------------- */

/* How much of two communes is the same ground, by parts. */
static unsigned pair_permille(const address_book *book, uint16_t a, uint16_t b) {
  const address_unit *x = &book->units[a], *y = &book->units[b];
  if (x->era == y->era) return a == b ? PERMILLE : 0;
  const address_unit *old = x->era == ADDRESS_ERA_OLD ? x : y;
  uint16_t today = x->era == ADDRESS_ERA_OLD ? b : a;
  return address_is_in(old->others, old->other_count, today) ? PERMILLE / old->other_count : 0;
}

static unsigned share_of(const address_book *book, address_place a, address_place b) {
  size_t count_a = unit_count(a), count_b = unit_count(b);
  unsigned total = 0;
  for (size_t i = 0; i < count_a; i++) {
    for (size_t k = 0; k < count_b; k++) total += pair_permille(book, a.units[i], b.units[k]);
  }
  return total / (unsigned)(count_a * count_b);
}

/* ---- districts and provinces ---------------------------------------------------------------- */

/* Do two units lie in one district, and in one province? `certain` asks for all of their ground, else some of
 * it is enough. Where one of them is of today's map, provinces are compared as today's. */
static bool shares_district(const address_book *book, const address_unit *x, const address_unit *y,
                            bool certain) {
  if (x->era == ADDRESS_ERA_NEW) {
    bool any = false, all = x->level == ADDRESS_LEVEL_COMMUNE;
    for (size_t i = 0; all && i < x->other_count; i++) {
      bool one = shares_district(book, &book->units[x->others[i]], y, certain);
      any |= one;
      if (certain) all = one;
    }
    return certain ? all : any;
  }
  if (y->era == ADDRESS_ERA_NEW) return shares_district(book, y, x, certain);
  return x->district != ADDRESS_NO_UNIT && x->district == y->district;
}

static bool shares_province(const address_book *book, const address_unit *x, const address_unit *y) {
  bool both_old = x->era == ADDRESS_ERA_OLD && y->era == ADDRESS_ERA_OLD;
  if (both_old) return x->province == y->province;
  uint16_t a = x->era == ADDRESS_ERA_OLD ? book->units[x->province].others[0] : x->province;
  uint16_t b = y->era == ADDRESS_ERA_OLD ? book->units[y->province].others[0] : y->province;
  return a == b;
}

/* Could they be one place, as far as the coarser of them tells? */
static bool is_compatible(const address_book *book, const address_unit *x, const address_unit *y) {
  if (!shares_province(book, x, y)) return false;
  if (x->level == ADDRESS_LEVEL_PROVINCE || y->level == ADDRESS_LEVEL_PROVINCE) return true;
  return shares_district(book, x, y, false);
}

typedef struct sharing {
  bool any_compatible, all_district, all_province;
} sharing;

static sharing sharing_of(const address_book *book, address_place a, address_place b) {
  sharing s = {false, true, true};
  for (size_t i = 0; i < unit_count(a); i++) {
    for (size_t k = 0; k < unit_count(b); k++) {
      const address_unit *x = &book->units[a.units[i]], *y = &book->units[b.units[k]];
      s.any_compatible |= is_compatible(book, x, y);
      s.all_district &= shares_district(book, x, y, true);
      s.all_province &= shares_province(book, x, y);
    }
  }
  return s;
}

address_match address_same(const address_book *book, address_place a, address_place b) {
  address_match match = {ADDRESS_RELATION_UNKNOWN, ADDRESS_NO_LEVEL, 0};
  if (a.level == ADDRESS_NO_LEVEL || b.level == ADDRESS_NO_LEVEL) return match;
  sharing s = sharing_of(book, a, b);
  match.shared = s.all_district   ? ADDRESS_LEVEL_DISTRICT
                 : s.all_province ? ADDRESS_LEVEL_PROVINCE
                                  : ADDRESS_NO_LEVEL;
  if (a.level != ADDRESS_LEVEL_COMMUNE || b.level != ADDRESS_LEVEL_COMMUNE) {
    if (!s.any_compatible) match.relation = ADDRESS_RELATION_DIFFERENT;
    return match;
  }
  match.share_permille = (uint16_t)(share_of(book, a, b) / (a.former | b.former ? 2 : 1));
  match.relation = match.share_permille == PERMILLE ? ADDRESS_RELATION_SAME
                   : match.share_permille > 0       ? ADDRESS_RELATION_POSSIBLE
                                                    : ADDRESS_RELATION_DIFFERENT;
  if (match.relation == ADDRESS_RELATION_SAME) match.shared = ADDRESS_LEVEL_COMMUNE;
  return match;
}

/* ---- the key -------------------------------------------------------------------------------- */

uint32_t address_key(const address_book *book, address_place place) {
  enum { TODAY = 1 << 16, SPLIT = 2 << 16 };
  if (place.level != ADDRESS_LEVEL_COMMUNE) return 0;
  uint16_t today = ADDRESS_NO_UNIT;
  size_t count = unit_count(place);
  for (size_t i = 0; i < count; i++) {
    const address_unit *unit = &book->units[place.units[i]];
    bool split = unit->era == ADDRESS_ERA_OLD && unit->other_count > 1;
    if (split) return count == 1 ? SPLIT | (uint32_t)unit->code : 0;
    uint16_t one = unit->era == ADDRESS_ERA_OLD ? unit->others[0] : place.units[i];
    if (i > 0 && one != today) return 0;
    today = one;
  }
  return TODAY | (uint32_t)book->units[today].code;
}
