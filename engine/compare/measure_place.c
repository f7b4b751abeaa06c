/* Measures of places read as addresses. Few pairs come here (their texts are equal, or something else decides),
 * so rows are read where they stand and no column is made of them. */
#include "compare/measure_parts.h"

static bool is_one_commune(address_place place) {
  return place.level == ADDRESS_LEVEL_COMMUNE && place.units[1] == ADDRESS_NO_UNIT && !place.former;
}

/* address_same, and sooner for the places that most pairs have: one commune, the same on both sides. */
static address_match match_places(const address_book *book, address_place x, address_place y) {
  if (is_one_commune(x) && is_one_commune(y) && x.units[0] == y.units[0]) {
    return (address_match){ADDRESS_RELATION_SAME, ADDRESS_LEVEL_COMMUNE, 1000};
  }
  return address_same(book, x, y);
}

void place_measure(const address_book *book, const measure *m, const sides *s, uint8_t *restrict out) {
  size_t left = (size_t)s->left->slot.place_offset, right = (size_t)s->right->slot.place_offset;
  EACH_PAIR(s, l, r) {
    address_place x = slot_place(s->left->rows[l], left), y = slot_place(s->right->rows[r], right);
    bool missing = x.level == ADDRESS_NO_LEVEL || y.level == ADDRESS_NO_LEVEL;
    if (missing) {
      out[p] = MEASURE_NONE;
      continue;
    }
    address_match match = match_places(book, x, y);
    if (m->kind == TEST_SAME_DISTRICT) out[p] = match.shared;
    else out[p] = match.relation == ADDRESS_RELATION_UNKNOWN ? MEASURE_NONE : match.relation;
  }
}

void house_measure(const sides *s, uint8_t *restrict out) {
  size_t left = (size_t)s->left->slot.house_offset, right = (size_t)s->right->slot.house_offset;
  EACH_PAIR(s, l, r) {
    uint32_t x = slot_u32(s->left->rows[l], left), y = slot_u32(s->right->rows[r], right);
    out[p] = (uint8_t)(x == 0 || y == 0 ? MEASURE_NONE : x == y);
  }
}
