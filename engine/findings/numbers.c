/* Several numbers of one person, and numbers that two people have exchanged. One person is a cluster of matched records (an entity
 * of linked registers), and, without clusters too, the records with one name and one birth date.
 *
 *   rows ──> least and greatest number of each cluster ──those that differ──> members ──> a unit: one person's records
 *   rows ──name, birth date; another number──────────────────────────────────────────────> a unit
 *   rows ──home or telephone, first digits of the number (relatives.c); another number────> a unit
 *   units of two numbers ──sorted by the two──> the same two in two units: exchanged. Else near, or several.
 *
 * What relatives exchanged where nobody else knows the numbers is found by what the digits say (relatives.c). See search.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "feature/row_file.h"
#include "findings/numbers.h"

int number_class(uint64_t packed) {
  return feature_id_kind(packed) == ID_CCCD ? CLASS_CCCD : feature_id_kind(packed) == ID_INSURANCE ? CLASS_SOCIAL : -1;
}

/* ---- the numbers of a group of rows ------------------------------------------------------------------ */

typedef struct held_number {
  uint64_t packed;
  size_t members;
  uint8_t holds[GROUP_ROWS_MAX]; /* by member */
} held_number;

typedef struct number_list {
  held_number items[numbers_max];
  size_t count;
} number_list;

static void list_add(number_list *list, uint64_t packed, size_t member) {
  size_t i = 0;
  while (i < list->count && list->items[i].packed != packed) i++;
  if (i == numbers_max) return;
  if (i == list->count) list->items[list->count++] = (held_number){.packed = packed};
  list->items[i].members += !list->items[i].holds[member];
  list->items[i].holds[member] = 1;
}

/* Of one class, in the order of the members. */
static void list_numbers(const number_search *s, const finding_member *members, size_t count, int class, number_list *out) {
  out->count = 0;
  for (size_t i = 0; i < count; i++) {
    for (uint64_t fields = s->person->numbers | s->person->papers; fields; fields &= fields - 1) {
      uint64_t packed = group_number(&s->in->table->layout, __builtin_ctzll(fields), members[i].features);
      if (packed && number_class(packed) == class) list_add(out, packed, i);
    }
  }
}

static void say_numbers(const number_search *s, char texts[2][FINDING_ID_TEXT_BYTES], size_t first, size_t second, char *out, size_t capacity) {
  if (s->out->language == FINDING_VIETNAMESE) snprintf(out, capacity, "%s ở %zu bản ghi và %s ở %zu bản ghi", texts[0], first, texts[1], second);
  else snprintf(out, capacity, "%s in %zu and %s in %zu record%s", texts[0], first, texts[1], second, second == 1 ? "" : "s");
}

static khop_status report_two(number_search *s, finding_kind kind, const held_number *a, const held_number *b,
                              const finding_member *members, size_t count, khop_error *err) {
  uint8_t of[GROUP_ROWS_MAX];
  char texts[2][FINDING_ID_TEXT_BYTES], evidence[128];
  for (size_t i = 0; i < count; i++) of[i] = a->holds[i] || b->holds[i];
  finding_id_text(a->packed, texts[0]);
  finding_id_text(b->packed, texts[1]);
  say_numbers(s, texts, a->members, b->members, evidence, sizeof evidence);
  return group_report(s->out, kind, finding_id_type(a->packed), texts[1], evidence, members, count, of, 1, err);
}

/* Numbers a digit apart are one that was typed wrong, and so are two slips of one; those that are left are several. Two
 * social-insurance numbers are to be merged, however near. */
static khop_status report_numbers(number_search *s, const number_list *list, finding_kind several, const finding_member *members,
                                  size_t count, khop_error *err) {
  size_t last = 0, of[numbers_max]; /* the first of the numbers that each hangs together with */
  for (size_t i = 0; i < list->count; i++) {
    of[i] = i;
    for (size_t j = 0; several == FINDING_ID_MULTIPLE && j < i; j++) {
      if (of[i] == of[j] || group_numbers_alike(list->items[i].packed, list->items[j].packed) != LIKE_NEAR) continue;
      TRY(report_two(s, FINDING_ID_NEAR, &list->items[j], &list->items[i], members, count, err));
      const size_t low = of[i] < of[j] ? of[i] : of[j], high = of[i] < of[j] ? of[j] : of[i];
      for (size_t k = 0; k <= i; k++) of[k] = of[k] == high ? low : of[k];
    }
  }
  for (size_t i = 1; i < list->count; i++) {
    if (of[i] != i) continue;
    TRY(report_two(s, several, &list->items[last], &list->items[i], members, count, err));
    last = i;
  }
  return KHOP_OK;
}

/* ---- units ------------------------------------------------------------------------------------------------ */

static khop_status unit_add(number_search *s, const number_list *list, const finding_member *members, size_t count, bool is_certain,
                            khop_error *err) {
  size_t low = list->items[1].packed < list->items[0].packed;
  unit u = {.low = list->items[low].packed, .high = list->items[!low].packed, .rows_at = s->row_count, .is_certain = is_certain};
  TRY(array_reserve(&s->rows, &s->row_capacity, s->row_count + 2 * count, sizeof *s->rows, "findings", err));
  TRY(array_reserve(&s->units, &s->unit_capacity, s->unit_count + 1, sizeof *s->units, "findings", err));
  for (size_t number = 0; number < 2; number++) {
    const held_number *held = &list->items[number ? !low : low];
    for (size_t i = 0; i < count; i++) {
      if (!held->holds[i]) continue;
      s->rows[s->row_count++] = members[i].row;
      *(number ? &u.high_count : &u.low_count) += 1;
    }
  }
  s->units[s->unit_count++] = u;
  return KHOP_OK;
}

/* Each number fits whoever holds it and nobody who holds the other, and names or birthdays differ: brothers that were matched, and no
 * number is wrong. Nor is it where a birth date was corrected and the number with it, which is one person all the same. */
static bool are_two_people(const number_search *s, const number_list *list, const finding_member *members, size_t count) {
  const feature_layout *layout = &s->in->table->layout;
  const finding_member *holders[2] = {NULL, NULL};
  for (size_t i = 0; i < count; i++) {
    for (size_t number = 0; number < 2; number++) {
      if (!list->items[number].holds[i]) continue;
      holders[number] = &members[i];
      if (!group_number_fits(layout, s->person, list->items[number].packed, members[i].features)) return false;
      if (group_number_fits(layout, s->person, list->items[!number].packed, members[i].features)) return false;
    }
  }
  const finding_person a = {s->person, layout, holders[0]->features}, b = {s->person, layout, holders[1]->features};
  return !(finding_names_equal(&a, &b) && finding_births_slip(&a, &b));
}

static const finding_member *first_holder(const held_number *held, const finding_member *members) {
  size_t i = 0;
  while (!held->holds[i]) i++;
  return &members[i];
}

/* Matched, though no slip makes one name of the other: sisters, with a number each. On one day twins were born, too. */
static bool have_other_names(const number_search *s, const number_list *list, const finding_member *members) {
  const feature_layout *layout = &s->in->table->layout;
  const finding_person a = {s->person, layout, first_holder(&list->items[0], members)->features};
  const finding_person b = {s->person, layout, first_holder(&list->items[1], members)->features};
  likeness names = finding_names(&a, &b);
  return names == LIKE_OTHER || (names == LIKE_NEAR && finding_births(&a, &b) == LIKE_EQUAL && number_other_given(s, &a, &b));
}

/* One number is a man's, the other a woman's; or both were born on one day and have quite other names, which people have, and the numbers
 * are not a slip apart: brothers and sisters, of whom the register tells no more. */
static bool are_twins(const number_search *s, const number_list *list, const finding_member *members) {
  const feature_layout *layout = &s->in->table->layout;
  const uint64_t number = list->items[0].packed, other = list->items[1].packed;
  if (group_number_female(number) != group_number_female(other)) return have_other_names(s, list, members);
  const finding_person a = {s->person, layout, first_holder(&list->items[0], members)->features};
  const finding_person b = {s->person, layout, first_holder(&list->items[1], members)->features};
  if (group_numbers_alike(number, other) == LIKE_NEAR || finding_births(&a, &b) != LIKE_EQUAL) return false;
  return finding_names(&a, &b) == LIKE_OTHER && finding_given_possible(&a) && finding_given_possible(&b);
}

/* Whoever has the one personal ID has the one card, whoever has the other the other: two people, whom a name and a day made one. */
static bool differ_in_both(const number_list *ids, const number_list *cards, size_t count) {
  bool crossed = false, straight = false;
  if (ids->count != 2 || cards->count != 2 || group_numbers_alike(ids->items[0].packed, ids->items[1].packed) == LIKE_NEAR) return false;
  for (size_t i = 0; i < count; i++) {
    for (size_t number = 0; number < 2; number++) {
      if (!ids->items[number].holds[i]) continue;
      straight |= cards->items[number].holds[i];
      crossed |= cards->items[!number].holds[i];
    }
  }
  return straight != crossed;
}

khop_status number_look_at_person(number_search *s, const finding_member *members, size_t count, bool is_certain, khop_error *err) {
  number_list *ids = mem_alloc(2, sizeof *ids), *cards;
  if (!ids) return error_memory(err, 2 * sizeof *ids, "findings");
  khop_status status = KHOP_OK;
  cards = ids + 1;
  list_numbers(s, members, count, CLASS_CCCD, ids);
  list_numbers(s, members, count, CLASS_SOCIAL, cards);
  if (differ_in_both(ids, cards, count)) goto cleanup;
  const bool one_card = cards->count == 1 && cards->items[0].members == count;
  if (ids->count == 2 && !one_card && are_twins(s, ids, members)) goto cleanup;
  if (ids->count == 2 && !are_two_people(s, ids, members, count)) TRY_CLEANUP(unit_add(s, ids, members, count, is_certain, err));
  if (ids->count > 2 && is_certain) TRY_CLEANUP(report_numbers(s, ids, FINDING_ID_MULTIPLE, members, count, err));
  if (!is_certain || (cards->count == 2 && have_other_names(s, cards, members))) goto cleanup;
  TRY_CLEANUP(report_numbers(s, cards, FINDING_CARD_MULTIPLE, members, count, err));
cleanup:
  mem_free(ids);
  return status;
}

/* ---- clusters --------------------------------------------------------------------------------------------- */

static khop_status take_ranges(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)worker, (void)err;
  number_search *s = context;
  for (size_t i = 0; i < part->count; i++) {
    uint32_t row = feature_row_number(part, i), cluster = s->in->clusters->of_row[row];
    if (cluster == CLUSTER_NONE || s->place_of[cluster] == CLUSTER_NONE) continue;
    number_range *range = &s->ranges[s->place_of[cluster]];
    range->registers |= 1u << group_register(s->in, row);
    for (uint64_t fields = s->person->numbers | s->person->papers; fields; fields &= fields - 1) {
      uint64_t packed = group_number(&part->layout, __builtin_ctzll(fields), feature_row(part, i));
      int class = packed ? number_class(packed) : -1;
      if (class < 0) continue;
      if (!range->low[class] || packed < range->low[class]) range->low[class] = packed;
      if (packed > range->high[class]) range->high[class] = packed;
    }
  }
  return KHOP_OK;
}

static bool is_wanted(const number_search *s, const number_range *r) {
  bool differs = r->low[CLASS_CCCD] != r->high[CLASS_CCCD] || r->low[CLASS_SOCIAL] != r->high[CLASS_SOCIAL];
  return differs || ((r->registers & s->deaths) && (r->registers & s->living));
}

/* Clusters of two rows or more, and which of them a look at all rows finds worth another. */
static khop_status find_ranges(number_search *s, khop_error *err) {
  const clusters *c = s->in->clusters;
  size_t several = 0;
  s->place_of = mem_alloc(c->cluster_count, sizeof *s->place_of);
  if (!s->place_of) return error_memory(err, c->cluster_count * sizeof *s->place_of, "findings");
  for (size_t i = 0; i < c->cluster_count; i++) s->place_of[i] = c->sizes[i] > 1 ? (uint32_t)several++ : CLUSTER_NONE;
  s->ranges = mem_alloc(several, sizeof *s->ranges);
  if (!s->ranges) return error_memory(err, several * sizeof *s->ranges, "findings");
  const row_pass pass = {.table = s->in->table, .take = take_ranges, .context = s};
  return row_pass_run(&pass, s->in->workers, err);
}

/* Of records that were matched only names and births that both differ make two people. */
static bool same_person(const void *context, const finding_member *a, const finding_member *b) {
  const number_search *s = context;
  const finding_person x = {s->person, &s->in->table->layout, a->features}, y = {s->person, &s->in->table->layout, b->features};
  return finding_names(&x, &y) != LIKE_OTHER || finding_births(&x, &y) == LIKE_EQUAL;
}

/* A cluster of one register is one entity, and of people one person. */
static bool always_same(const void *context, const finding_member *a, const finding_member *b) {
  (void)context, (void)a, (void)b;
  return true;
}

static khop_status report_dead(number_search *s, const finding_member *members, size_t count, khop_error *err) {
  unsigned registers = 0;
  for (size_t i = 0; i < count; i++) registers |= 1u << group_register(s->in, members[i].row);
  if (!(registers & s->deaths) || !(registers & s->living)) return KHOP_OK;
  const char *evidence = FINDING_SAID(s->out->language, "một nguồn ghi đã khai tử, nguồn kia ghi còn sống", "one register has the death, the other a living person");
  return group_report(s->out, FINDING_PLAUSIBLE_ALIVE_AFTER_DEATH, "", "", evidence, members, count, NULL, 0, err);
}

/* Linked records may hang together by a number that two people have, and those of a parcel by the parcel: they are told apart first. */
static khop_status cluster_group(void *context, const finding_member *members, size_t count, khop_error *err) {
  number_search *s = context;
  uint8_t of[GROUP_ROWS_MAX];
  finding_member one[GROUP_ROWS_MAX];
  if (count > GROUP_ROWS_MAX) return KHOP_OK;
  TRY(report_dead(s, members, count, err));
  bool one_person = !registers_linked(s->in->registers) && s->in->schema->findings.parcel.number < 0;
  size_t people = group_parts(members, count, one_person ? always_same : same_person, s, of);
  for (size_t p = 0; p < people; p++) {
    size_t rows = 0;
    for (size_t i = 0; i < count; i++) {
      if (of[i] == p) one[rows++] = members[i];
    }
    TRY(number_look_at_person(s, one, rows, true, err));
  }
  return KHOP_OK;
}

static khop_status look_at_clusters(number_search *s, khop_error *err) {
  const clusters *c = s->in->clusters;
  sort_item *items = NULL;
  size_t count = 0, capacity = 0;
  TRY(find_ranges(s, err));
  khop_status status = KHOP_OK;
  for (size_t row = 0; row < c->row_count; row++) {
    uint32_t cluster = c->of_row[row], place = cluster == CLUSTER_NONE ? CLUSTER_NONE : s->place_of[cluster];
    if (place == CLUSTER_NONE || !is_wanted(s, &s->ranges[place])) continue;
    TRY_CLEANUP(array_reserve(&items, &capacity, count + 1, sizeof *items, "findings", err));
    items[count++] = (sort_item){.key = (uint64_t)cluster << FINDING_TAG_BITS, .row = (uint32_t)row};
  }
  const finding_search search = {.equal_tags_too = true, .group = cluster_group, .context = s};
  TRY_CLEANUP(finding_search_items(&search, s->in, items, count, err));
cleanup:
  mem_free(items);
  return status;
}

/* ---- one name and one birth date ---------------------------------------------------------------------------- */

static uint64_t name_hash(const number_search *s, const uint8_t *features) {
  const feature_layout *layout = &s->in->table->layout;
  uint32_t name = group_text(layout, s->person->name, features), birth = group_date(layout, s->person->birth, features);
  return name && feature_date_day(birth) && !feature_date_span(birth) ? hash_mix((uint64_t)name << 32 | birth) : 0;
}

static size_t name_keys(const void *context, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX]) {
  const number_search *s = context;
  uint64_t hash = name_hash(s, features), number = 0;
  for (uint64_t fields = s->person->numbers | s->person->papers; hash && fields && !number; fields &= fields - 1) {
    uint64_t packed = group_number(&s->in->table->layout, __builtin_ctzll(fields), features);
    if (packed && number_class(packed) == CLASS_CCCD) number = packed;
  }
  if (number) keys[0] = finding_key(hash, hash_mix(number));
  return number != 0;
}

/* Records of one name and birth date that were not matched: one person all the same where they share a home, a telephone, or commune
 * and head of the number. */
static bool is_one_person(const number_search *s, const finding_member *members, size_t count) {
  for (size_t i = 1; i < count; i++) {
    if (!number_are_neighbours(s, &members[0], &members[i])) return false;
  }
  return true;
}

bool number_are_matched(const number_search *s, const finding_member *members, size_t count) {
  const clusters *c = s->in->clusters;
  for (size_t i = 1; i < count; i++) {
    if (!c || c->of_row[members[i].row] != c->of_row[members[0].row]) return false;
  }
  return true;
}

static khop_status name_group(void *context, const finding_member *members, size_t count, khop_error *err) {
  number_search *s = context;
  if (count > GROUP_ROWS_MAX) return KHOP_OK;
  for (size_t i = 1; i < count; i++) {
    if (name_hash(s, members[i].features) != name_hash(s, members[0].features)) return KHOP_OK;
  }
  if (number_are_matched(s, members, count)) return KHOP_OK; /* seen as a cluster */
  return number_look_at_person(s, members, count, is_one_person(s, members, count), err);
}

/* ---- exchanged ------------------------------------------------------------------------------------------------ */

static int by_numbers(const void *a, const void *b) {
  const unit *x = a, *y = b;
  if (x->low != y->low) return x->low < y->low ? -1 : 1;
  if (x->high != y->high) return x->high < y->high ? -1 : 1;
  if (x->is_certain != y->is_certain) return x->is_certain ? -1 : 1;
  return x->rows_at < y->rows_at ? -1 : x->rows_at > y->rows_at;
}

static bool share_rows(const number_search *s, const unit *a, const unit *b) {
  for (size_t i = 0; i < (size_t)a->low_count + a->high_count; i++) {
    for (size_t j = 0; j < (size_t)b->low_count + b->high_count; j++) {
      if (s->rows[a->rows_at + i] == s->rows[b->rows_at + j]) return true;
    }
  }
  return false;
}

static khop_status report_exchanged(number_search *s, unit *a, unit *b, khop_error *err) {
  size_t a_count = (size_t)a->low_count + a->high_count, b_count = (size_t)b->low_count + b->high_count;
  finding_member members[GROUP_ROWS_MAX];
  char texts[2][FINDING_ID_TEXT_BYTES], evidence[128];
  if (a_count + b_count > GROUP_ROWS_MAX) return KHOP_OK;
  for (size_t i = 0; i < a_count; i++) members[i].row = s->rows[a->rows_at + i];
  for (size_t i = 0; i < b_count; i++) members[a_count + i].row = s->rows[b->rows_at + i];
  finding_id_text(a->low, texts[0]);
  finding_id_text(a->high, texts[1]);
  snprintf(evidence, sizeof evidence,
           FINDING_SAID(s->out->language, "hai người có số %s ở một số bản ghi và %s ở các bản ghi khác", "two people have %s in some records and %s in others"),
           texts[0], texts[1]);
  a->exchanged = b->exchanged = true;
  return group_report(s->out, FINDING_ID_SWAPPED, finding_id_type(a->low), texts[1], evidence, members, a_count + b_count, NULL, 0, err);
}

/* The same two numbers in two units that have no row in common. */
static khop_status find_exchanged(number_search *s, khop_error *err) {
  if (s->unit_count) qsort(s->units, s->unit_count, sizeof *s->units, by_numbers);
  for (size_t from = 0, to; from < s->unit_count; from = to) {
    to = from + 1;
    while (to < s->unit_count && s->units[to].low == s->units[from].low && s->units[to].high == s->units[from].high) to++;
    for (size_t i = from; i < to && to - from <= numbers_max; i++) {
      for (size_t j = i + 1; j < to; j++) {
        if (s->units[i].exchanged || s->units[j].exchanged || share_rows(s, &s->units[i], &s->units[j])) continue;
        TRY(report_exchanged(s, &s->units[i], &s->units[j], err));
      }
    }
  }
  return KHOP_OK;
}

/* A unit by name and birth date alone says something only when the numbers are near: namesakes were born on one day, too. */
static khop_status report_unit(number_search *s, const unit *u, khop_error *err) {
  bool near = group_numbers_alike(u->low, u->high) == LIKE_NEAR;
  size_t count = (size_t)u->low_count + u->high_count;
  finding_member members[GROUP_ROWS_MAX];
  char texts[2][FINDING_ID_TEXT_BYTES], evidence[128];
  if (u->exchanged || count > GROUP_ROWS_MAX || !(u->is_certain || near)) return KHOP_OK;
  for (size_t i = 0; i < count; i++) members[i].row = s->rows[u->rows_at + i];
  finding_id_text(u->low, texts[0]);
  finding_id_text(u->high, texts[1]);
  say_numbers(s, texts, u->low_count, u->high_count, evidence, sizeof evidence);
  return group_report(s->out, near ? FINDING_ID_NEAR : FINDING_ID_MULTIPLE, finding_id_type(u->low), texts[1], evidence, members, count,
                      NULL, 0, err);
}

/* ---- all ---------------------------------------------------------------------------------------------------------- */

static bool has_rows_of(const number_search *s, const unit *u, const unit *other) {
  const size_t count = (size_t)u->low_count + u->high_count, other_count = (size_t)other->low_count + other->high_count;
  size_t found = 0;
  for (size_t i = 0; i < other_count; i++) {
    size_t j = 0;
    while (j < count && s->rows[u->rows_at + j] != s->rows[other->rows_at + i]) j++;
    found += j < count;
  }
  return found == other_count;
}

/* Of one person's records under several keys the unit with all of them is told. Units of the same two numbers stand together. */
static bool is_within_another(const number_search *s, size_t number) {
  const unit *u = &s->units[number];
  for (size_t step = 0; step < 2; step++) {
    for (size_t i = number; step ? i-- > 0 : ++i < s->unit_count;) {
      const unit *other = &s->units[i];
      if (other->low != u->low || other->high != u->high) break;
      if ((u->is_certain && !other->is_certain) || !has_rows_of(s, other, u)) continue;
      bool is_same = other->is_certain == u->is_certain && has_rows_of(s, u, other);
      if (!is_same || i < number) return true;
    }
  }
  return false;
}

/* All units are known, but for those of clusters: which given names are common is known only by now. */
static khop_status end_of_units(void *context, khop_error *err) {
  number_search *s = context;
  if (s->in->clusters) TRY(look_at_clusters(s, err));
  TRY(find_exchanged(s, err));
  for (size_t u = 0; u < s->unit_count; u++) {
    if (!is_within_another(s, u)) TRY(report_unit(s, &s->units[u], err));
  }
  return KHOP_OK;
}

static void release(void *context) {
  number_search *s = context;
  mem_free(s->place_of);
  mem_free(s->ranges);
  mem_free(s->units);
  mem_free(s->rows);
}

/* Of one person of each record: of a marriage husband and wife have numbers of their own. */
static khop_status find_numbers_of(findings *out, const finding_input *in, search_list *list, const schema_person *person, khop_error *err) {
  number_search *s = search_list_own(list, sizeof *s, release);
  if (!s) return error_memory(err, sizeof *s, "findings");
  *s = (number_search){.out = out, .in = in, .person = person};
  const bool is_first = person == &in->schema->findings.people[0];
  for (size_t side = 0; is_first && side < in->registers->count && in->sides[side]; side++) {
    if (in->sides[side]->findings.death >= 0) s->deaths |= 1u << side;
    else if (in->sides[side]->findings.is_living) s->living |= 1u << side;
  }
  const bool numbered = person->numbers | person->papers;
  if (!numbered) return in->clusters && s->deaths && s->living ? look_at_clusters(s, err) : KHOP_OK;
  s->given = search_list_own(list, GIVEN_BUCKETS * sizeof *s->given, NULL);
  if (!s->given) return error_memory(err, GIVEN_BUCKETS * sizeof *s->given, "findings");
  number_find_homes(s, list);
  if (!in->clusters) number_find_unmatched(s, list);
  const finding_search names = {.keys = name_keys, .group = name_group, .end = end_of_units, .context = s};
  search_list_add(list, &names);
  if (in->schema->findings.relatives_count) number_find_exchanges(s, list);
  return KHOP_OK;
}

khop_status find_numbers(findings *out, const finding_input *in, search_list *list, khop_error *err) {
  const schema_findings *f = &in->schema->findings;
  for (size_t p = 0; p < f->people_count; p++) {
    if (p == 0 || !f->people[p].is_parent) TRY(find_numbers_of(out, in, list, &f->people[p], err));
  }
  return KHOP_OK;
}
