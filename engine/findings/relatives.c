/* What relatives have in common, and what it tells of numbers: records of one person whose name or birth date was typed otherwise, and
 * numbers that husband and wife, brothers and sisters have exchanged. See numbers.h.
 *
 *   rows ──home, telephone, parent, or given name and day; first digits of the number──names and births that a slip makes of each other──> a unit
 *   rows ──card; another number, or number; another card──────────────────────────────────────────────────────────────────────────────> a unit
 *   rows whose number contradicts them ──home, telephone, parent; the two years──> two whose numbers fit each other's records: exchanged
 *
 * A number issued anew begins as the old one: province, sex and year stay. Few rows contradict their number, so that two of them
 * that fit each other's need not have much in common: a parent's name, a commune.
 */
#include <stdio.h>

#include "base/hash.h"
#include "findings/numbers.h"

enum { RANDOM_DIGITS = 1000000 /* a number is province, century and sex, year; then six digits that say nothing */ };

uint64_t number_relative_value(const feature_layout *layout, int field, const uint8_t *features) {
  const feature_slot *slot = &layout->slots[field];
  if (slot->kind == SLOT_ID) return slot_u64(features, slot->offset);
  return group_text(layout, field, features);
}

/* How much two records share of what relatives share. A name is a namesake's as well. */
enum { SHARE_NAME = 1, SHARE_HOME };
static unsigned shared_of(const number_search *s, const finding_member *a, const finding_member *b, bool with_places) {
  const schema_findings *f = &s->in->schema->findings;
  unsigned shared = 0;
  for (size_t i = 0; i < f->relatives_count; i++) {
    const semantic_type type = s->in->schema->fields[f->relatives[i]].type;
    uint64_t value = number_relative_value(&s->in->table->layout, f->relatives[i], a->features);
    if (!value || value != number_relative_value(&s->in->table->layout, f->relatives[i], b->features)) continue;
    if (type != TYPE_PLACE || with_places) shared += type == TYPE_PERSON_NAME ? SHARE_NAME : SHARE_HOME;
  }
  return shared;
}

bool number_are_relatives(const number_search *s, const finding_member *a, const finding_member *b) {
  return shared_of(s, a, b, true) >= SHARE_HOME;
}

static finding_person person_of(const number_search *s, const finding_member *m) {
  return (finding_person){s->person, &s->in->table->layout, m->features};
}

/* ---- one person at home ------------------------------------------------------------------------------------------- */

/* The first CCCD of a row, 0: none. `contradicting`: that contradicts its sex or birth year. */
static uint64_t number_of(const number_search *s, const uint8_t *features, bool contradicting) {
  const feature_layout *layout = &s->in->table->layout;
  for (uint64_t fields = s->person->numbers | s->person->papers; fields; fields &= fields - 1) {
    uint64_t packed = group_number(layout, __builtin_ctzll(fields), features);
    if (!packed || number_class(packed) != CLASS_CCCD) continue;
    if (!contradicting || !group_number_fits(layout, s->person, packed, features)) return packed;
  }
  return 0;
}

/* A place that relatives share, of which two records say: */
typedef struct home_likeness {
  bool one_commune, one_house, other_commune, other_house;
} home_likeness;

static home_likeness compare_homes(const number_search *s, const finding_member *a, const finding_member *b) {
  const schema_findings *f = &s->in->schema->findings;
  home_likeness l = {0};
  for (size_t i = 0; i < f->relatives_count; i++) {
    const int field = f->relatives[i];
    if (s->in->schema->fields[field].type != TYPE_PLACE) continue;
    const likeness communes = finding_communes(s->out, s->in, field, a, b), houses = finding_houses(&s->in->table->layout, field, a->features, b->features);
    l.one_commune |= communes == LIKE_EQUAL || communes == LIKE_NEAR;
    l.one_house |= houses == LIKE_EQUAL && communes != LIKE_OTHER && communes != LIKE_UNKNOWN;
    l.other_commune |= communes == LIKE_OTHER;
    l.other_house |= houses == LIKE_OTHER;
  }
  return l;
}

/* One commune, of the home or of the office, where relatives go, too; where it is not known, addresses with most words in common, or of
 * people of one surname some. */
static bool may_share_home(const number_search *s, const finding_member *a, const finding_member *b) {
  const schema_findings *f = &s->in->schema->findings;
  const finding_person x = person_of(s, a), y = person_of(s, b);
  const home_likeness homes = compare_homes(s, a, b);
  if (homes.one_commune || finding_counted_communes(s->out, s->in, a, b) == LIKE_EQUAL) return true;
  for (size_t i = 0; i < f->relatives_count && !homes.other_commune; i++) {
    if (s->in->schema->fields[f->relatives[i]].type != TYPE_PLACE) continue;
    likeness places = finding_places(&s->in->table->layout, f->relatives[i], a->features, b->features);
    if (places == LIKE_EQUAL || (places == LIKE_NEAR && finding_surname(&x) == finding_surname(&y))) return true;
  }
  return false;
}

static bool begin_alike(uint64_t number, uint64_t other) { return feature_id_number(number) / RANDOM_DIGITS == feature_id_number(other) / RANDOM_DIGITS; }

uint64_t number_first(const number_search *s, const uint8_t *features) { return number_of(s, features, false); }

bool number_are_neighbours(const number_search *s, const finding_member *a, const finding_member *b) {
  if (number_are_relatives(s, a, b)) return true;
  return begin_alike(number_of(s, a->features, false), number_of(s, b->features, false)) && may_share_home(s, a, b);
}

/* Day and month in either order, and the given name: with the year that the number says most of what tells a person. 0: not known. */
static uint64_t given_and_day(const number_search *s, const uint8_t *features, uint32_t given) {
  const uint32_t birth = group_date(&s->in->table->layout, s->person->birth, features);
  const unsigned day = feature_date_day(birth), month = feature_date_month(birth);
  if (!given || !day || feature_date_span(birth)) return 0;
  return hash_combine(given, day < month ? day << 4 | month : month << 4 | day);
}

/* ---- given names ---------------------------------------------------------------------------------------------------------- */

enum { ALL_COUNTED = 200000, COUNTED_OF = 4 /* given names of so many rows are all counted, of more every fourth */, COUNTED_TIMES = 2 };
enum { GIVEN_FEW = 2 * COUNTED_TIMES };

static bool is_counted(const number_search *s, uint64_t tag) { return s->in->table->count < ALL_COUNTED || tag % COUNTED_OF == 0; }

/* At most so many were counted: keys are asked for twice. */
static uint64_t counted_rows(const number_search *s) {
  const uint64_t rows = s->in->table->count * (uint64_t)COUNTED_TIMES;
  return s->in->table->count < ALL_COUNTED ? rows : rows / COUNTED_OF;
}

/* Asked for the keys of each row, equally often of all. */
static void count_given(const number_search *s, uint32_t given) {
  atomic_fetch_add_explicit(&s->given[given & (GIVEN_BUCKETS - 1)], 1, memory_order_relaxed);
}

/* Hoa and Toa: one is met so much more often that the other is a slip of it. Minh and Bình are two, and so are Anh and An: twins, of whom
 * there are more than slips that make a name which one in 10,000 has. */
static bool is_rare_beside(const number_search *s, const finding_person *a, const finding_person *b) {
  enum { TIMES_AS_OFTEN = 8, HAS_ONE_IN = 10000 };
  uint64_t x = atomic_load_explicit(&s->given[finding_given(a) & (GIVEN_BUCKETS - 1)], memory_order_relaxed);
  uint64_t y = atomic_load_explicit(&s->given[finding_given(b) & (GIVEN_BUCKETS - 1)], memory_order_relaxed);
  const uint64_t rarer = x < y ? x : y, other = x < y ? y : x;
  return other >= (rarer ? rarer : 1) * TIMES_AS_OFTEN && rarer <= counted_rows(s) / HAS_ONE_IN + GIVEN_FEW;
}

static bool is_one_name(const number_search *s, const finding_person *a, const finding_person *b) {
  return finding_names_slip(a, b) || (finding_given_slip(a, b) && is_rare_beside(s, a, b));
}

bool number_other_given(const number_search *s, const finding_person *a, const finding_person *b) {
  return !finding_given_within(a, b) && !is_one_name(s, a, b);
}

/* ---- keys ------------------------------------------------------------------------------------------------------------------ */

uint64_t number_card(const number_search *s, const uint8_t *features) {
  for (uint64_t fields = s->person->numbers | s->person->papers; fields; fields &= fields - 1) {
    uint64_t packed = group_number(&s->in->table->layout, __builtin_ctzll(fields), features);
    if (packed && number_class(packed) == CLASS_SOCIAL) return packed;
  }
  return 0;
}

/* What two records of one person share, beside the first digits of the number: a home or a telephone; two names. Where there are no two
 * names: one and the very day of birth or the given name, for a city has many mothers of one name; or given name and day, the home
 * being written otherwise; or the other names and the birth date. And a card, with whatever number. */
static size_t home_keys(const void *context, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX]) {
  const number_search *s = context;
  const schema_findings *f = &s->in->schema->findings;
  const feature_layout *layout = &s->in->table->layout;
  const uint64_t number = number_of(s, features, false), issued = feature_id_number(number) / RANDOM_DIGITS, tag = hash_mix(number);
  const uint32_t birth = group_date(layout, s->person->birth, features);
  uint64_t before = 0;
  size_t count = 0, names = 0;
  if (!number) return 0;
  for (size_t i = 0; i < f->relatives_count && count + 7 <= FINDING_KEYS_MAX; i++) {
    uint64_t value = number_relative_value(layout, f->relatives[i], features), shared = hash_combine(hash_combine(i + 1, value), issued);
    if (!value) continue;
    bool is_name = s->in->schema->fields[f->relatives[i]].type == TYPE_PERSON_NAME;
    if (!is_name) keys[count++] = finding_key(shared, tag);
    if (is_name && birth) keys[count++] = finding_key(hash_combine(shared, birth), tag);
    if (is_name && before) keys[count++] = finding_key(hash_combine(shared, before), tag);
    names += is_name;
    if (is_name) before = shared;
  }
  const uint64_t card = number_card(s, features);
  if (card) keys[count++] = finding_key(hash_mix(card), tag);
  if (card) keys[count++] = finding_key(hash_mix(number), hash_mix(card));
  const bool counted = is_counted(s, tag);
  if (names > 1 && !counted) return count;
  const finding_person person = {s->person, layout, features};
  uint32_t others = 0;
  const uint32_t given = names > 1 ? finding_given(&person) : finding_given_and_before(&person, &others);
  const uint64_t whose = given_and_day(s, features, given);
  if (given && counted) count_given(s, given);
  if (names > 1) return count;
  if (whose) keys[count++] = finding_key(hash_combine(whose, issued), tag);
  if (whose) keys[count++] = finding_key(hash_combine(hash_combine(others, birth), issued), tag);
  if (given && before) keys[count++] = finding_key(hash_combine(before, given), tag);
  return count;
}

static bool is_year_alone(const number_search *s, const finding_member *m) {
  const uint32_t birth = group_date(&s->in->table->layout, s->person->birth, m->features);
  return !feature_date_day(birth) || (feature_date_day(birth) == 1 && feature_date_month(birth) == 1);
}

/* Whose numbers begin alike were born in one year. On one day twins were, too, so that the given name must be one; of other days
 * are slips, and in one household nobody else of nearly that name was born in that year. */
bool number_are_one_at_home(const number_search *s, const finding_member *a, const finding_member *b) {
  const finding_person x = person_of(s, a), y = person_of(s, b);
  const likeness births = finding_births(&x, &y);
  const bool slip = finding_births_slip(&x, &y) || (births != LIKE_UNKNOWN && finding_days_alike(&x, &y));
  if (births == LIKE_UNKNOWN || (births == LIKE_OTHER && !slip)) return false;
  unsigned shared = shared_of(s, a, b, true);
  if (!slip) return (shared_of(s, a, b, false) >= SHARE_HOME || compare_homes(s, a, b).one_house) && finding_names_slip(&x, &y);
  if (births == LIKE_EQUAL) return (shared || may_share_home(s, a, b)) && is_one_name(s, &x, &y);
  if (shared >= SHARE_HOME && !is_year_alone(s, a) && !is_year_alone(s, b)) return finding_names(&x, &y) != LIKE_OTHER;
  return (shared || may_share_home(s, a, b)) && is_one_name(s, &x, &y);
}

/* With one card, or one personal ID and several cards: what is typed of one person. Else at home. */
static bool is_one(const void *context, const finding_member *a, const finding_member *b) {
  const number_search *s = context;
  const finding_person x = person_of(s, a), y = person_of(s, b);
  const uint64_t card = number_card(s, a->features), number = number_of(s, a->features, false), other = number_of(s, b->features, false);
  if (number == other || (card && card == number_card(s, b->features))) return finding_same_holder(&x, &y);
  return begin_alike(number, other) && number_are_one_at_home(s, a, b);
}

static bool home_concerns(const void *context, const finding_member *members, size_t count) {
  uint8_t of[GROUP_ROWS_MAX];
  return count <= GROUP_ROWS_MAX && group_parts(members, count, is_one, context, of) < count;
}

khop_status number_look_at_parts(number_search *s, const finding_member *members, size_t count, group_same *is_same, khop_error *err) {
  uint8_t of[GROUP_ROWS_MAX];
  finding_member one[GROUP_ROWS_MAX];
  size_t people = group_parts(members, count, is_same, s, of);
  for (size_t p = 0; p < people; p++) {
    size_t rows = 0;
    for (size_t i = 0; i < count; i++) {
      if (of[i] == p) one[rows++] = members[i];
    }
    if (rows < 2 || number_are_matched(s, one, rows)) continue;
    TRY(number_look_at_person(s, one, rows, true, err));
  }
  return KHOP_OK;
}

static khop_status home_group(void *context, const finding_member *members, size_t count, khop_error *err) {
  return count > GROUP_ROWS_MAX ? KHOP_OK : number_look_at_parts(context, members, count, is_one, err);
}

/* ---- numbers exchanged --------------------------------------------------------------------------------------------- */

enum { EXCHANGE_YEARS = 32 /* a key other than those of relatives' fields, which count from 1 */ };

/* Both years, in either order: a row's own and the one that its number says are the other's. 0: not known, or one year: of two born
 * in one year each number that says the wrong sex fits the other. */
static uint64_t two_years(const number_search *s, const uint8_t *features, uint64_t number) {
  uint32_t birth = group_date(&s->in->table->layout, s->person->birth, features);
  unsigned own = birth && !feature_date_span(birth) ? feature_date_year(birth) : 0, said = group_number_year(number);
  if (!own || own == said) return 0;
  return own < said ? (uint64_t)own << 12 | said : (uint64_t)said << 12 | own;
}

static size_t exchange_keys(const void *context, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX]) {
  const number_search *s = context;
  const schema_findings *f = &s->in->schema->findings;
  uint64_t number = number_of(s, features, true), tag = hash_mix(number), years = number ? two_years(s, features, number) : 0;
  size_t count = 0;
  for (size_t i = 0; number && i < f->relatives_count; i++) {
    uint64_t value = number_relative_value(&s->in->table->layout, f->relatives[i], features);
    if (value) keys[count++] = finding_key(hash_combine(i + 1, value), tag);
  }
  if (years) keys[count++] = finding_key(hash_combine(EXCHANGE_YEARS, years), tag);
  return count;
}

/* Brothers may have like names: Mẫn and Hân. */
static bool are_two(const number_search *s, const finding_member *a, const finding_member *b) {
  const finding_person x = person_of(s, a), y = person_of(s, b);
  return !(finding_names_slip(&x, &y) && finding_births_slip(&x, &y));
}

/* Of two who have a commune in common: brothers and sisters have one surname, husband and wife are a man and a woman, a mother is older. */
static bool may_be_family(const number_search *s, const finding_member *a, const finding_member *b) {
  enum { LEAST_BETWEEN = 14 };
  const finding_person x = person_of(s, a), y = person_of(s, b);
  const uint64_t number = number_of(s, a->features, true), other = number_of(s, b->features, true);
  const unsigned year = group_number_year(number), other_year = group_number_year(other), between = year > other_year ? year - other_year : other_year - year;
  return finding_surname(&x) == finding_surname(&y) || group_number_female(number) != group_number_female(other) || between >= LEAST_BETWEEN;
}

static bool have_exchanged(const number_search *s, const finding_member *a, const finding_member *b, uint64_t numbers[2]) {
  const feature_layout *layout = &s->in->table->layout;
  bool across = group_register(s->in, a->row) != group_register(s->in, b->row);
  bool known = (s->out->masks[a->row] & s->out->masks[b->row]) & finding_bit(FINDING_ID_SWAPPED);
  if (across || known) return false;
  numbers[0] = number_of(s, a->features, true);
  numbers[1] = number_of(s, b->features, true);
  if (numbers[0] == numbers[1] || !group_number_fits(layout, s->person, numbers[0], b->features) ||
      !group_number_fits(layout, s->person, numbers[1], a->features) || !are_two(s, a, b)) return false;
  const home_likeness homes = compare_homes(s, a, b);
  if (shared_of(s, a, b, false) >= SHARE_HOME) return true;
  if (number_are_relatives(s, a, b)) return homes.one_house || may_be_family(s, a, b); /* else in one ward are many */
  if (!two_years(s, a->features, numbers[0])) return false;
  if (shared_of(s, a, b, true)) return true;
  return !homes.other_commune && !homes.other_house && may_share_home(s, a, b) && may_be_family(s, a, b);
}

static bool exchange_concerns(const void *context, const finding_member *members, size_t count) {
  uint64_t numbers[2];
  for (size_t i = 0; i < count && count <= GROUP_ROWS_MAX; i++) {
    for (size_t j = i + 1; j < count; j++) {
      if (have_exchanged(context, &members[i], &members[j], numbers)) return true;
    }
  }
  return false;
}

static khop_status exchange_group(void *context, const finding_member *members, size_t count, khop_error *err) {
  number_search *s = context;
  uint64_t numbers[2];
  char texts[2][FINDING_ID_TEXT_BYTES], evidence[160];
  if (count > GROUP_ROWS_MAX) return KHOP_OK;
  for (size_t i = 0; i < count; i++) {
    for (size_t j = i + 1; j < count; j++) {
      if (!have_exchanged(s, &members[i], &members[j], numbers)) continue;
      const finding_member both[2] = {members[i], members[j]};
      finding_id_text(numbers[0], texts[0]);
      finding_id_text(numbers[1], texts[1]);
      snprintf(evidence, sizeof evidence,
               FINDING_SAID(s->out->language, "%s và %s trái với bản ghi của mình, khớp với bản ghi của nhau", "%s and %s contradict their records, and fit each other's"),
               texts[0], texts[1]);
      TRY(group_report(s->out, FINDING_ID_SWAPPED, finding_id_type(numbers[0]), texts[1], evidence, both, 2, NULL, 0, err));
    }
  }
  return KHOP_OK;
}

void number_find_homes(number_search *s, search_list *list) {
  const finding_search homes = {.keys = home_keys, .concerns = home_concerns, .group = home_group, .context = s};
  search_list_add(list, &homes);
}

void number_find_exchanges(number_search *s, search_list *list) {
  const finding_search exchanges = {.keys = exchange_keys, .concerns = exchange_concerns, .group = exchange_group, .context = s};
  search_list_add(list, &exchanges);
}
