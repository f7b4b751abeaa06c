/* The readings of an address. From its end leftwards: a province or none, a district or none, a commune or
 * none, side by side, each under the one before.
 *
 *     Xã Tân Hưng , Châu Thành , Tiền Giang
 *                                |--------|   provinces of that name, each era
 *                   |---------|               districts of that name in one of those
 *     |---------|                             communes of that name in one of those
 *
 * The reading that reaches furthest left counts, and among those the cheapest: what departs from the table
 * costs. A unit without its kind is a name like any other, so it must stand where a name of a unit would: not
 * behind a house number or "đường". */
#include "normalise/address_search.h"

#include <string.h>

enum { MATCHES_MAX = ADDRESS_NAME_TOKENS_MAX * 3, SCOPE_MAX = 24, LISTS_MAX = 24 };

enum {
  PROVINCE_KINDS = ADDRESS_PROVINCE_KIND | ADDRESS_CITY,
  DISTRICT_KINDS = ADDRESS_CITY | ADDRESS_URBAN_DISTRICT | ADDRESS_RURAL_DISTRICT | ADDRESS_TOWN,
  COMMUNE_KINDS = ADDRESS_WARD | ADDRESS_RURAL_COMMUNE | ADDRESS_TOWNSHIP | ADDRESS_SPECIAL_ZONE
};

enum {
  COST_ACCENTS_LEFT_OUT = 1,
  COST_DISTRICT_ALONE = 2, /* a district without its kind, under no province */
  COST_ACCENTS_DIFFER = 3,
  COST_KIND_DIFFERS = 3,
  COST_FORMER = 5,
  COST_ERAS_MIXED = 5,
  COST_COMMUNE_ALONE = 5, /* a commune without its kind, under nothing */
  COST_OTHER_ERA = 20
};

typedef enum boundary {
  BOUNDARY_INSIDE, /* behind another name, without a comma */
  BOUNDARY_BEGINS, /* a part begins, or something whole stands before: "KP3" */
  BOUNDARY_STREET  /* behind a house number, "đường", "thôn" */
} boundary;

typedef struct match {
  const address_name *name;
  uint64_t accents;
  uint16_t kinds; /* of the words before the name, 0 if there are none */
  uint8_t start;
  uint8_t boundary;
  bool is_accented;
} match;

typedef struct match_list {
  int count;
  uint16_t kinds_behind; /* of an English kind behind the name */
  match items[MATCHES_MAX];
} match_list;

/* Units that the rest must lie in. */
typedef struct scope {
  bool present;
  uint8_t count;
  uint16_t units[SCOPE_MAX];
  uint8_t costs[SCOPE_MAX], doubts[SCOPE_MAX];
} scope;

typedef struct searcher {
  const address_book *book;
  const address_text *text;
  address_era era;
  address_found *found;
  uint8_t list_count;
  uint8_t
      list_of[ADDRESS_TOKENS_MAX]; /* 1 + where the matches that end at a token are; 0: not looked for yet */
  match_list lists[LISTS_MAX];
} searcher;

/* ---- words before a name -------------------------------------------------------------------- */

static const address_token *token_at(const searcher *s, size_t at) { return &s->text->tokens[at]; }

static bool same_part(const searcher *s, size_t at) {
  return at > 0 && token_at(s, at - 1)->part == token_at(s, at)->part;
}

/* A kind that ends at token `last`: its bits, and where it begins; 0 if there is none. */
static uint16_t kinds_ending_at(const searcher *s, size_t last, size_t *out_start) {
  static const struct {
    uint8_t first, second;
    uint16_t kinds;
  } pairs[] = {{ADDRESS_WORD_THANH, ADDRESS_WORD_PHO, ADDRESS_CITY},
               {ADDRESS_WORD_THI, ADDRESS_WORD_XA, ADDRESS_TOWN},
               {ADDRESS_WORD_THI, ADDRESS_WORD_TRAN, ADDRESS_TOWNSHIP},
               {ADDRESS_WORD_DAC, ADDRESS_WORD_KHU, ADDRESS_SPECIAL_ZONE},
               {ADDRESS_WORD_T, ADDRESS_WORD_P, ADDRESS_CITY},
               {ADDRESS_WORD_T, ADDRESS_WORD_X, ADDRESS_TOWN},
               {ADDRESS_WORD_T, ADDRESS_WORD_T, ADDRESS_TOWNSHIP}};
  const address_token *t = token_at(s, last);
  *out_start = last;
  if (t->word != ADDRESS_WORD_OTHER && same_part(s, last)) {
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
      if (pairs[i].second != t->word || pairs[i].first != t[-1].word) continue;
      *out_start = last - 1;
      return pairs[i].kinds;
    }
  }
  return t->role == ADDRESS_ROLE_KIND ? t->kinds : 0;
}

/* What stands before token `at`, which begins a name without its kind or the word of a kind. */
static boundary boundary_before(const searcher *s, size_t at) {
  if (!same_part(s, at)) return BOUNDARY_BEGINS;
  const address_token *before = token_at(s, at - 1);
  if (before->role == ADDRESS_ROLE_HAMLET || before->role == ADDRESS_ROLE_STREET) return BOUNDARY_STREET;
  if (!before->is_number && before->roman == 0) return BOUNDARY_INSIDE;
  if (!same_part(s, at - 1)) return before->is_number ? BOUNDARY_STREET : BOUNDARY_INSIDE;
  const address_token *label = before - 1;
  if (label->role == ADDRESS_ROLE_KIND || label->role == ADDRESS_ROLE_HAMLET) return BOUNDARY_BEGINS;
  if (label->role == ADDRESS_ROLE_STREET && label->word == ADDRESS_WORD_PHO && at >= 3 &&
      (before[-2].word == ADDRESS_WORD_KHU || before[-2].word == ADDRESS_WORD_DAN))
    return BOUNDARY_BEGINS;
  return before->is_number ? BOUNDARY_STREET : BOUNDARY_INSIDE;
}

/* ---- names ---------------------------------------------------------------------------------- */

static void add_match(searcher *s, match_list *list, const address_name *name, size_t first, size_t last,
                      uint64_t accents) {
  size_t start = first;
  uint16_t kinds = list->kinds_behind;
  if (kinds == 0 && same_part(s, first)) kinds = kinds_ending_at(s, first - 1, &start);
  if (kinds == 0) start = first;
  if ((kinds == 0 && name->is_number) || list->count + 2 > MATCHES_MAX) return;
  bool accented = false;
  for (size_t i = first; i <= last; i++) accented |= token_at(s, i)->is_accented;
  match m = {.name = name,
             .accents = accents,
             .kinds = kinds,
             .start = (uint8_t)start,
             .boundary = (uint8_t)boundary_before(s, start),
             .is_accented = accented};
  list->items[list->count++] = m;
  if (start == first || name->is_number) return;
  /* The word may be the end of another name: "Xã Bạch Xa Tuyên Quang". */
  m.kinds = 0;
  m.start = (uint8_t)first;
  m.boundary = BOUNDARY_STREET;
  list->items[list->count++] = m;
}

/* The name with its last token, a roman number, in digits: "Mỹ Đình II". */
static void add_roman_match(searcher *s, match_list *list, size_t first, size_t last) {
  uint8_t letters[ADDRESS_KEY_MAX + 2];
  const address_token *from = token_at(s, first), *number = token_at(s, last);
  size_t length = (size_t)(number->start - from->start);
  if (length > ADDRESS_KEY_MAX) return;
  memcpy(letters, s->text->letters + from->start, length);
  uint64_t hash = number->hash_before - from->hash_before * address_hash_powers[length];
  uint64_t accents = number->accents_before - from->accents_before * address_hash_powers[length];
  uint8_t digits[2] = {(uint8_t)('0' + number->roman / 10), (uint8_t)('0' + number->roman % 10)};
  for (size_t i = digits[0] == '0'; i < 2; i++) {
    letters[length++] = digits[i];
    hash = address_hash_add(hash, digits[i]);
    accents = address_hash_add(accents, digits[i]);
  }
  const address_name *name = address_name_find(s->book, letters, length, hash);
  if (name) add_match(s, list, name, first, last, accents);
}

/* Names whose last token is `last`. */
static const match_list *matches_at(searcher *s, size_t last) {
  static const match_list no_matches = {.count = 0};
  if (s->list_of[last] != 0) return &s->lists[s->list_of[last] - 1];
  if (s->list_count == LISTS_MAX) return &no_matches;
  match_list *list = &s->lists[s->list_count++];
  s->list_of[last] = s->list_count;
  const address_token *end = token_at(s, last);
  bool behind = end->word == ADDRESS_WORD_BEHIND && same_part(s, last);
  list->count = 0;
  list->kinds_behind = behind ? end->kinds : 0;
  if (behind) end = token_at(s, --last);
  for (size_t first = last + 1; first-- > 0 && last - first < ADDRESS_NAME_TOKENS_MAX;) {
    const address_token *t = token_at(s, first);
    size_t length = (size_t)(end->end - t->start);
    if (t->part != end->part || length > ADDRESS_KEY_MAX) break;
    uint64_t hash = address_run_hash(s->text, first, last);
    const address_name *name = address_name_find(s->book, s->text->letters + t->start, length, hash);
    if (name) add_match(s, list, name, first, last, address_run_accents(s->text, first, last));
    if (end->roman != 0) add_roman_match(s, list, first, last);
  }
  return list;
}

/* ---- costs ---------------------------------------------------------------------------------- */

/* Does the posting fit what is written at `level`? Adds to cost and doubts. */
static bool fits(const searcher *s, const match *m, const address_posting *p, uint8_t *cost,
                 uint8_t *doubts) {
  if (m->kinds != 0 && (m->kinds & p->kind) == 0) {
    if (m->name->is_number) return false;
    *cost += COST_KIND_DIFFERS;
    *doubts |= ADDRESS_KIND_DIFFERS;
  }
  if (p->former) {
    *cost += COST_FORMER;
    *doubts |= ADDRESS_FORMER_NAME;
  }
  if (p->accents == 0 || p->accents == m->accents) return true;
  if (m->is_accented) {
    *cost += COST_ACCENTS_DIFFER;
    *doubts |= ADDRESS_ACCENTS_DIFFER;
  } else if (s->text->is_accented) {
    *cost += COST_ACCENTS_LEFT_OUT;
    *doubts |= ADDRESS_ACCENTS_DIFFER;
  }
  return true;
}

static bool is_usable(const match *m, address_level level, uint16_t level_kinds) {
  return m->name->levels >> level & 1 && (m->kinds == 0 || (m->kinds & level_kinds) != 0);
}

/* ---- candidates ----------------------------------------------------------------------------- */

static void add_candidate(searcher *s, uint16_t unit, size_t start, unsigned cost, unsigned doubts) {
  address_found *found = s->found;
  const address_unit *u = &s->book->units[unit];
  if (s->era != ADDRESS_ERA_ANY && u->era != s->era) {
    cost += COST_OTHER_ERA;
    doubts |= ADDRESS_ERA_NOT_ASKED;
  }
  if (u->level != ADDRESS_LEVEL_COMMUNE && start < found->upper_start) found->upper_start = (uint8_t)start;
  bool worse = start > found->start || (start == found->start && cost > found->cost);
  if (found->count > 0 && worse) return;
  if (found->count == 0 || start < found->start || cost < found->cost) {
    found->count = 0;
    found->more = false;
    found->start = (uint8_t)start;
    found->cost = (uint16_t)cost;
  }
  if (address_is_in(found->units, found->count, unit)) return;
  if (found->count == ADDRESS_FOUND_MAX) {
    found->more = true;
    return;
  }
  found->units[found->count] = unit;
  found->doubts[found->count++] = (uint8_t)doubts;
}

static void add_to_scope(scope *sc, uint16_t unit, uint8_t cost, uint8_t doubts) {
  if (sc->count == SCOPE_MAX) return;
  sc->units[sc->count] = unit;
  sc->costs[sc->count] = cost;
  sc->doubts[sc->count++] = doubts;
}

/* Where `unit` is in the scope, -1 if it is not. */
static int place_in_scope(const scope *sc, uint16_t unit) {
  for (int i = 0; i < sc->count; i++) {
    if (sc->units[i] == unit) return i;
  }
  return -1;
}

/* Where in the provinces a district or commune lies, -1 if in none. An old one lies in the province that its
 * own became too, a new one also in those that some of it came from. */
static int province_of(const searcher *s, const scope *provinces, const address_unit *unit, bool *out_mixed) {
  int at = place_in_scope(provinces, unit->province);
  *out_mixed = at < 0;
  if (at >= 0) return at;
  if (unit->era == ADDRESS_ERA_OLD)
    return place_in_scope(provinces, s->book->units[unit->province].others[0]);
  for (size_t i = 0; i < unit->other_count && at < 0; i++)
    at = place_in_scope(provinces, s->book->units[unit->others[i]].province);
  return at;
}

/* ---- communes ------------------------------------------------------------------------------- */

/* Where in the districts a commune lies, -1 if in none. A new commune lies where some of it came from. */
static int district_of(const searcher *s, const scope *districts, const address_unit *commune,
                       bool *out_mixed) {
  *out_mixed = commune->era == ADDRESS_ERA_NEW;
  if (!*out_mixed) return place_in_scope(districts, commune->district);
  for (size_t i = 0; i < commune->other_count; i++) {
    int at = place_in_scope(districts, s->book->units[commune->others[i]].district);
    if (at >= 0) return at;
  }
  return -1;
}

static void try_commune(searcher *s, const match *m, const address_posting *p, const scope *provinces,
                        const scope *districts) {
  const address_unit *commune = &s->book->units[p->unit];
  uint8_t cost = 0, doubts = 0;
  bool mixed = false;
  int at = 0;
  const scope *within = districts->present ? districts : provinces;
  if (!fits(s, m, p, &cost, &doubts)) return;
  if (districts->present) {
    at = district_of(s, districts, commune, &mixed);
  } else if (provinces->present) {
    at = province_of(s, provinces, commune, &mixed);
    if (m->is_accented && doubts & ADDRESS_ACCENTS_DIFFER) return;
  } else if (cost > COST_ACCENTS_LEFT_OUT) {
    return;
  }
  if (at < 0) return;
  if (within->present) {
    bool former_above = within->doubts[at] & ADDRESS_FORMER_NAME;
    cost = (uint8_t)(cost + within->costs[at]);
    doubts |=
        (uint8_t)(within->doubts[at] & ~ADDRESS_FORMER_NAME) | (former_above ? ADDRESS_FORMER_ABOVE : 0);
  }
  if (mixed) {
    cost += COST_ERAS_MIXED;
    doubts |= ADDRESS_ERAS_MIXED;
  }
  if (m->kinds == 0 && !within->present) cost += COST_COMMUNE_ALONE;
  add_candidate(s, p->unit, m->start, cost, doubts);
}

/* A name without its kind is taken for a commune where a part begins. Behind other words it is, if commas are
 * not used at all and something follows that it lies in. */
static bool may_be_commune(const searcher *s, const match *m, bool within) {
  if (!is_usable(m, ADDRESS_LEVEL_COMMUNE, COMMUNE_KINDS)) return false;
  if (m->kinds != 0) return true;
  return m->boundary == BOUNDARY_BEGINS || (m->boundary == BOUNDARY_INSIDE && within && !s->text->has_commas);
}

static void search_communes(searcher *s, size_t end, const scope *provinces, const scope *districts,
                            bool labelled_only) {
  if (end == 0) return;
  const match_list *list = matches_at(s, end - 1);
  for (int i = 0; i < list->count; i++) {
    const match *m = &list->items[i];
    if (!may_be_commune(s, m, provinces->present || districts->present)) continue;
    if (labelled_only && m->kinds == 0) continue;
    const address_posting *p = s->book->postings + m->name->first_posting;
    for (size_t k = 0; k < m->name->posting_count; k++) {
      if (p[k].level == ADDRESS_LEVEL_COMMUNE) try_commune(s, m, &p[k], provinces, districts);
    }
  }
}

/* ---- districts ------------------------------------------------------------------------------ */

/* Fills the scope of districts that `m` may mean. */
static void districts_of(searcher *s, const match *m, const scope *provinces, scope *out) {
  const address_posting *p = s->book->postings + m->name->first_posting;
  out->present = true;
  out->count = 0;
  for (size_t k = 0; k < m->name->posting_count; k++) {
    uint8_t cost = 0, doubts = 0;
    bool mixed = false;
    if (p[k].level != ADDRESS_LEVEL_DISTRICT || !fits(s, m, &p[k], &cost, &doubts)) continue;
    if (provinces->present) {
      int at = province_of(s, provinces, &s->book->units[p[k].unit], &mixed);
      if (at < 0) continue;
      cost = (uint8_t)(cost + provinces->costs[at]);
      doubts |= provinces->doubts[at];
    } else if (doubts & ADDRESS_ACCENTS_DIFFER && m->is_accented) {
      continue;
    }
    if (mixed) {
      cost += COST_ERAS_MIXED;
      doubts |= ADDRESS_ERAS_MIXED;
    }
    if (m->kinds == 0 && !provinces->present) cost += COST_DISTRICT_ALONE;
    add_to_scope(out, p[k].unit, cost, doubts);
  }
}

/* `labelled_only`: what was found so far counts only if a unit with its kind stands before it. */
static void search_districts(searcher *s, size_t end, const scope *provinces, bool labelled_only) {
  scope none = {.present = false};
  search_communes(s, end, provinces, &none, labelled_only);
  if (end == 0) return;
  const match_list *list = matches_at(s, end - 1);
  for (int i = 0; i < list->count; i++) {
    const match *m = &list->items[i];
    if (!is_usable(m, ADDRESS_LEVEL_DISTRICT, DISTRICT_KINDS)) continue;
    /* Inside other words and under no province, or behind a word that may be the end of a name ("Tuy Phong"),
     * it is a district only if a commune of it stands right before. */
    bool inside = m->boundary == BOUNDARY_INSIDE && !provinces->present;
    bool unsure = m->kinds == 0 && (inside || labelled_only || m->boundary == BOUNDARY_STREET);
    scope districts;
    districts_of(s, m, provinces, &districts);
    if (districts.count == 0) continue;
    for (size_t k = 0; k < districts.count && !unsure; k++)
      add_candidate(s, districts.units[k], m->start, districts.costs[k], districts.doubts[k]);
    search_communes(s, m->start, provinces, &districts, unsure);
  }
}

/* ---- provinces ------------------------------------------------------------------------------ */

static void search_province(searcher *s, const match *m) {
  scope provinces = {.present = true};
  bool unsure =
      m->kinds == 0 && m->boundary == BOUNDARY_STREET; /* "đường Hà Nội", but "H. Vụ Bản Nam Định" */
  const address_posting *p = s->book->postings + m->name->first_posting;
  for (size_t k = 0; k < m->name->posting_count; k++) {
    uint8_t cost = 0, doubts = 0;
    if (p[k].level != ADDRESS_LEVEL_PROVINCE || !fits(s, m, &p[k], &cost, &doubts)) continue;
    add_to_scope(&provinces, p[k].unit, cost, doubts);
    if (!unsure) add_candidate(s, p[k].unit, m->start, cost, doubts);
  }
  if (provinces.count > 0) search_districts(s, m->start, &provinces, unsure);
}

/* ---- misspelt communes ---------------------------------------------------------------------- */

enum {
  MISSPELT_UNDER_DISTRICT_MIN = 6, /* letters of a name that one edit leaves recognisable among some twenty */
  MISSPELT_UNDER_PROVINCE_MIN = 8  /* and among some two hundred */
};

/* One letter more, less or other, or two neighbours exchanged; not none. */
static bool is_one_edit(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length) {
  size_t front = 0, back = 0, shorter = a_length < b_length ? a_length : b_length;
  size_t longer = a_length + b_length - shorter;
  if (longer - shorter > 1) return false;
  while (front < shorter && a[front] == b[front]) front++;
  while (back < shorter - front && a[a_length - 1 - back] == b[b_length - 1 - back]) back++;
  size_t left = longer - front - back;
  if (left == 2 && a_length == b_length) return a[front] == b[front + 1] && a[front + 1] == b[front];
  return left == 1;
}

/* A name that stands where a commune should, behind the word for one. */
typedef struct misspelt_name {
  const uint8_t *letters;
  size_t length, start; /* the first token, of the word */
  uint16_t kinds;
} misspelt_name;

/* What stands right before token `end`; false when it is no name, or the name of some commune: then it is not
 * misspelt, and the place is one that the table does not know. */
static bool find_misspelt(const searcher *s, size_t end, misspelt_name *out) {
  for (size_t first = end; first-- > 0 && end - first <= ADDRESS_NAME_TOKENS_MAX && same_part(s, first);) {
    const address_token *t = token_at(s, first), *last = token_at(s, end - 1);
    if (t->is_number || t->part != last->part) return false;
    out->kinds = kinds_ending_at(s, first - 1, &out->start);
    if (out->kinds == 0) continue;
    out->letters = s->text->letters + t->start;
    out->length = (size_t)(last->end - t->start);
    if ((out->kinds & COMMUNE_KINDS) == 0 || out->length > ADDRESS_KEY_MAX) return false;
    const address_name *known =
        address_name_find(s->book, out->letters, out->length, address_run_hash(s->text, first, end - 1));
    return !known || (known->levels >> ADDRESS_LEVEL_COMMUNE & 1) == 0;
  }
  return false;
}

/* The communes of a unit, which stand behind it in the table, that the name is one edit from. */
static void add_misspelt(const address_book *book, const misspelt_name *name, uint16_t above, unsigned doubts,
                         address_found *out) {
  bool is_district = book->units[above].level == ADDRESS_LEVEL_DISTRICT;
  if (name->length < (is_district ? MISSPELT_UNDER_DISTRICT_MIN : MISSPELT_UNDER_PROVINCE_MIN)) return;
  if (doubts & ADDRESS_FORMER_NAME) doubts = (doubts & ~(unsigned)ADDRESS_FORMER_NAME) | ADDRESS_FORMER_ABOVE;
  for (size_t i = above + 1u; i < book->unit_count; i++) {
    const address_unit *u = &book->units[i];
    if ((is_district ? u->district : u->province) != above) break;
    if (u->level != ADDRESS_LEVEL_COMMUNE || (u->kind & name->kinds) == 0) continue;
    const address_name *own = &book->names[book->unit_names[i]];
    if (!is_one_edit(name->letters, name->length, book->keys + own->key, own->key_length)) continue;
    if (out->count == ADDRESS_FOUND_MAX) {
      out->more = true;
      return;
    }
    out->units[out->count] = (uint16_t)i;
    out->doubts[out->count++] = (uint8_t)(doubts | ADDRESS_MISSPELT);
  }
}

/* One commune, or several that are all the same one of today. */
static bool is_one_commune(const address_book *book, const address_found *found) {
  uint16_t first = ADDRESS_NO_UNIT;
  for (size_t i = 0; i < found->count && found->count > 1; i++) {
    const address_unit *u = &book->units[found->units[i]];
    uint16_t today = u->era == ADDRESS_ERA_NEW ? found->units[i] : u->other_count == 1 ? u->others[0] : ADDRESS_NO_UNIT;
    if (today == ADDRESS_NO_UNIT || (i > 0 && today != first)) return false;
    first = today;
  }
  return found->count > 0 && !found->more;
}

/* Only a district or province was found: the commune before it may be written with a typing error. It is taken if
 * there is one that it can be. */
static void search_misspelt(const searcher *s) {
  address_found *found = s->found, communes = {.count = 0};
  misspelt_name name;
  if (found->count == 0 || found->more || found->start == 0 || !find_misspelt(s, found->start, &name)) return;
  for (size_t i = 0; i < found->count; i++) {
    bool is_commune = s->book->units[found->units[i]].level == ADDRESS_LEVEL_COMMUNE; /* "Củ Chi" is one too */
    if (!is_commune) add_misspelt(s->book, &name, found->units[i], found->doubts[i], &communes);
  }
  if (!is_one_commune(s->book, &communes)) return;
  communes.start = (uint8_t)name.start;
  communes.upper_start = found->upper_start;
  communes.cost = found->cost;
  *found = communes;
}

/* The end of the last part that says a place: without the country and a postal code. */
static size_t end_of_places(const address_text *text) {
  size_t end = text->count;
  while (end > 1) {
    const address_token *t = &text->tokens[end - 1];
    bool country = t->word == ADDRESS_WORD_VIETNAM;
    bool country_in_two = t->word == ADDRESS_WORD_NAM && t[-1].word == ADDRESS_WORD_VIET && end > 2;
    bool postal = t->is_number && t->end - t->start >= 5;
    if (!country && !country_in_two && !postal) break;
    end -= country_in_two ? 2 : 1;
  }
  return end;
}

static void search_from(searcher *s, size_t end) {
  scope none = {.present = false};
  search_districts(s, end, &none, false);
  const match_list *list = matches_at(s, end - 1);
  for (int i = 0; i < list->count; i++) {
    const match *m = &list->items[i];
    if (is_usable(m, ADDRESS_LEVEL_PROVINCE, PROVINCE_KINDS)) search_province(s, m);
  }
}

static void clear(address_found *found) {
  *found = (address_found){.start = UINT8_MAX, .upper_start = UINT8_MAX};
}

/* A last part that says no place (a telephone, "gần chợ") is passed over if a commune stands before it. */
static void search_before_last_part(searcher *s, size_t end) {
  address_found *found = s->found;
  while (end > 1 && same_part(s, end - 1)) end--;
  if (end <= 1) return;
  search_from(s, end - 1);
  for (size_t i = 0; i < found->count; i++) {
    if (s->book->units[found->units[i]].level != ADDRESS_LEVEL_COMMUNE || found->cost >= COST_COMMUNE_ALONE) {
      clear(found);
      return;
    }
    found->doubts[i] |= ADDRESS_END_SKIPPED;
  }
}

void address_search(const address_book *book, address_era era, const address_text *text, address_found *out) {
  clear(out);
  if (text->count == 0) return;
  searcher s;
  s.book = book;
  s.text = text;
  s.era = era;
  s.found = out;
  s.list_count = 0;
  memset(s.list_of, 0, text->count);
  size_t end = end_of_places(text);
  search_from(&s, end);
  if (out->count == 0) search_before_last_part(&s, end);
  search_misspelt(&s);
}
