/* What records of one person show where nothing was matched (khop ids): by keys alone, without a fuzzy pass. See numbers.h.
 *
 *   rows ──half of the number, the given name or the birth date; another number──> numbers a digit or two neighbours apart, of one name
 *   rows ──head of the number, name, day or month of birth; another number───────> numbers of one person at one home, a date typed wrong
 *   rows ──another paper; another number─────────────────────────────────────────> numbers of one person
 *   rows ──given name and birth date, or home and one of the two; another card───> cards of one person at one home
 *
 * Two numbers that are near have a half in common: the head or the tail, and, of the six digits behind the head, the first three, the last
 * three, or where two neighbours across their middle were exchanged the first and the last two. Matched records are seen as clusters.
 */
#include "base/hash.h"
#include "findings/numbers.h"

static finding_person person_of(const number_search *s, const uint8_t *features) { return (finding_person){s->person, &s->in->table->layout, features}; }

static bool has_day(uint32_t birth) { return feature_date_day(birth) && !feature_date_span(birth); }

/* ---- numbers -------------------------------------------------------------------------------------------------- */

/* A CMND, say; 0: none. */
static uint64_t paper_of(const number_search *s, const uint8_t *features) {
  for (uint64_t fields = s->person->numbers | s->person->papers; fields; fields &= fields - 1) {
    const uint64_t packed = group_number(&s->in->table->layout, __builtin_ctzll(fields), features);
    if (packed && number_class(packed) < 0) return packed;
  }
  return 0;
}

static size_t number_keys(const void *context, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX]) {
  enum { TAIL, FIRST, LAST, AROUND, FIRST_OF_DAY, LAST_OF_DAY, DAY, MONTH, PAPER };
  const number_search *s = context;
  const uint64_t packed = number_first(s, features), number = feature_id_number(packed), tag = hash_mix(packed);
  if (!packed) return 0;
  const finding_person person = person_of(s, features);
  const uint64_t head = number / 1000000, tail = number % 1000000, paper = paper_of(s, features);
  const uint64_t first = head * 1000 + tail / 1000, last = head * 1000 + tail % 1000, around = head * 10000 + tail / 10000 * 100 + tail % 100;
  const uint32_t birth = group_date(&s->in->table->layout, s->person->birth, features);
  uint32_t others;
  const uint64_t given = finding_given_and_before(&person, &others);
  const struct {
    uint64_t what, number, with;
  } all[] = {{TAIL, tail, given},
             {FIRST, first, given},
             {LAST, last, given},
             {AROUND, around, given},
             {FIRST_OF_DAY, first, has_day(birth) ? birth : 0},
             {LAST_OF_DAY, last, has_day(birth) ? birth : 0},
             {DAY, head << 5 | feature_date_day(birth), given && has_day(birth) ? given << 32 | others : 0},
             {MONTH, head << 5 | feature_date_month(birth), given && has_day(birth) ? given << 32 | others : 0},
             {PAPER, 0, paper}};
  size_t count = 0;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (all[i].with) keys[count++] = finding_key(hash_combine(all[i].number << 4 | all[i].what, all[i].with), tag);
  }
  return count;
}

/* Nobody else with nearly that number has nearly that name: twins have names of their own. */
static bool is_near(const number_search *s, const finding_person *a, const finding_person *b) {
  if (finding_names(a, b) == LIKE_OTHER || number_other_given(s, a, b)) return false;
  return finding_births(a, b) != LIKE_OTHER || finding_births_slip(a, b) || finding_days_alike(a, b);
}

static bool is_one_with_numbers(const void *context, const finding_member *a, const finding_member *b) {
  const number_search *s = context;
  const uint64_t number = number_first(s, a->features), other = number_first(s, b->features), paper = paper_of(s, a->features);
  const finding_person x = person_of(s, a->features), y = person_of(s, b->features);
  if (number == other || (paper && paper == paper_of(s, b->features))) return finding_same_person(&x, &y);
  if (group_numbers_alike(number, other) == LIKE_NEAR) return is_near(s, &x, &y);
  return feature_id_number(number) / 1000000 == feature_id_number(other) / 1000000 && number_are_one_at_home(s, a, b);
}

static bool numbers_concern(const void *context, const finding_member *members, size_t count) {
  uint8_t of[GROUP_ROWS_MAX];
  return count <= GROUP_ROWS_MAX && group_parts(members, count, is_one_with_numbers, context, of) < count;
}

static khop_status number_group(void *context, const finding_member *members, size_t count, khop_error *err) {
  return count > GROUP_ROWS_MAX ? KHOP_OK : number_look_at_parts(context, members, count, is_one_with_numbers, err);
}

/* ---- cards ------------------------------------------------------------------------------------------------ */

static size_t card_keys(const void *context, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX]) {
  const number_search *s = context;
  const schema_findings *f = &s->in->schema->findings;
  const feature_layout *layout = &s->in->table->layout;
  const uint64_t card = number_card(s, features), tag = hash_mix(card);
  const uint32_t birth = group_date(layout, s->person->birth, features);
  const finding_person person = person_of(s, features);
  size_t count = 0;
  if (!card || !birth) return 0;
  const uint32_t given = finding_given(&person);
  if (given && has_day(birth)) keys[count++] = finding_key(hash_combine(given, birth), tag);
  for (size_t i = 0; i < f->relatives_count && count + 2 <= FINDING_KEYS_MAX; i++) {
    const uint64_t value = number_relative_value(layout, f->relatives[i], features), home = hash_combine(i + 1, value);
    if (value && has_day(birth)) keys[count++] = finding_key(hash_combine(home, birth), tag);
    if (value && given) keys[count++] = finding_key(hash_combine(home, given), tag);
  }
  return count;
}

/* Of two who have personal IDs that are not near nothing is told: those are two. */
static bool is_one_with_cards(const void *context, const finding_member *a, const finding_member *b) {
  const number_search *s = context;
  if (group_numbers_alike(number_first(s, a->features), number_first(s, b->features)) == LIKE_OTHER) return false;
  return number_card(s, a->features) == number_card(s, b->features) || number_are_one_at_home(s, a, b);
}

static bool cards_concern(const void *context, const finding_member *members, size_t count) {
  uint8_t of[GROUP_ROWS_MAX];
  return count <= GROUP_ROWS_MAX && group_parts(members, count, is_one_with_cards, context, of) < count;
}

static khop_status card_group(void *context, const finding_member *members, size_t count, khop_error *err) {
  return count > GROUP_ROWS_MAX ? KHOP_OK : number_look_at_parts(context, members, count, is_one_with_cards, err);
}

void number_find_unmatched(number_search *s, search_list *list) {
  const finding_search numbers = {.keys = number_keys, .concerns = numbers_concern, .group = number_group, .context = s};
  const finding_search cards = {.keys = card_keys, .concerns = cards_concern, .group = card_group, .context = s};
  bool has_cards = false;
  for (uint64_t fields = s->person->numbers | s->person->papers; fields; fields &= fields - 1) {
    has_cards |= s->in->schema->fields[__builtin_ctzll(fields)].type == TYPE_INSURANCE;
  }
  search_list_add(list, &numbers);
  if (has_cards) search_list_add(list, &cards);
}
