/* Two births of one mother within nine months, by the children's entries. Twins are born together, and one child's entry made twice
 * with a slip in its date is no second child. See search.h.
 *
 * A mother is known by her number, or by her name, her husband's and two things more: in a city two couples have the same two
 * names. Where no father is named, her birth year and the place of the entry stand for him.
 */
#include <stdio.h>

#include "base/hash.h"
#include "compare/values.h"
#include "findings/groups.h"

enum { days_apart_least = 3 /* twins born about midnight, and a day's slip */, days_apart_most = 270 };

typedef struct birth_search {
  findings *out;
  const finding_input *in;
  const schema_person *child, *mother, *father; /* father may be NULL */
} birth_search;

/* Of the first number or paper that there is. */
static uint64_t number_of(const birth_search *s, const schema_person *p, const uint8_t *features) {
  uint64_t packed = 0;
  for (uint64_t fields = p->numbers | p->papers; fields && !packed; fields &= fields - 1) {
    packed = group_number(&s->in->table->layout, __builtin_ctzll(fields), features);
  }
  return packed;
}

static uint32_t birth_day(const birth_search *s, const uint8_t *features) {
  uint32_t date = group_date(&s->in->table->layout, s->child->birth, features);
  return date && !feature_date_span(date) && !date_vague(date) ? date : 0;
}

/* Days since 0000-03-01 (Hinnant's civil calendar): positive, and fewer than a tag has room for. */
static int32_t day_number(uint32_t date) {
  int32_t month = (int32_t)feature_date_month(date), year = (int32_t)feature_date_year(date) - (month <= 2);
  int32_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + (int32_t)feature_date_day(date) - 1;
  return year * 365 + year / 4 - year / 100 + year / 400 + of_year;
}

static size_t keys_of_row(const void *context, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX]) {
  const birth_search *s = context;
  const feature_layout *layout = &s->in->table->layout;
  const schema_findings *f = &s->in->schema->findings;
  uint32_t child = birth_day(s, features), name = group_text(layout, s->mother->name, features);
  uint64_t number = number_of(s, s->mother, features), tag = (uint64_t)day_number(child);
  size_t count = 0;
  if (!child) return 0;
  if (number) keys[count++] = finding_key(hash_mix(number), tag);
  if (!name) return count;
  uint32_t husband = s->father ? group_text(layout, s->father->name, features) : 0;
  if (husband) {
    keys[count++] = finding_key(hash_mix((uint64_t)name << 32 | husband), tag);
    return count;
  }
  uint32_t year = feature_date_year(group_date(layout, s->mother->birth, features)), place = group_text(layout, f->entry.place, features);
  if (year && place) keys[count++] = finding_key(hash_combine((uint64_t)name << 32 | year, place), tag);
  return count;
}

/* ---- pairs of a group ------------------------------------------------------------------------------- */

typedef struct two_people {
  likeness names, numbers;
} two_people;

static two_people compare(const birth_search *s, const schema_person *p, const finding_member *a, const finding_member *b) {
  const finding_person x = {p, &s->in->table->layout, a->features}, y = {p, &s->in->table->layout, b->features};
  return (two_people){.names = finding_names(&x, &y),
                      .numbers = group_numbers_alike(number_of(s, p, a->features), number_of(s, p, b->features))};
}

static bool alike(likeness l) { return l == LIKE_EQUAL || l == LIKE_NEAR; }

static unsigned year_of(const birth_search *s, const schema_person *p, const finding_member *m) {
  return feature_date_year(group_date(&s->in->table->layout, p->birth, m->features));
}

/* What both records say alike of a parent beside the name; numbers count twice, another birth year counts against. */
static int evidence_of(const birth_search *s, const schema_person *p, const finding_member *a, const finding_member *b) {
  likeness numbers = group_numbers_alike(number_of(s, p, a->features), number_of(s, p, b->features));
  unsigned x = year_of(s, p, a), y = year_of(s, p, b);
  return (alike(numbers) ? 2 : 0) + (x && y ? (x == y ? 1 : -1) : 0);
}

static int evidence_of_places(const birth_search *s, const finding_member *a, const finding_member *b) {
  const schema_findings *f = &s->in->schema->findings;
  const feature_layout *layout = &s->in->table->layout;
  int fields[SCHEMA_RELATIVES_MAX + 1] = {f->entry.place}, evidence = 0;
  size_t count = 1;
  for (size_t i = 0; i < f->relatives_count; i++) {
    if (s->in->schema->fields[f->relatives[i]].type == TYPE_PLACE) fields[count++] = f->relatives[i];
  }
  for (size_t i = 0; i < count; i++) {
    uint32_t value = group_text(layout, fields[i], a->features);
    bool is_same = value && value == group_text(layout, fields[i], b->features);
    evidence += is_same || (i && finding_places(layout, fields[i], a->features, b->features) == LIKE_EQUAL);
  }
  return evidence;
}

static bool same_mother(const birth_search *s, const finding_member *a, const finding_member *b) {
  two_people mother = compare(s, s->mother, a, b), father = s->father ? compare(s, s->father, a, b) : (two_people){0};
  if (mother.names == LIKE_OTHER || father.names == LIKE_OTHER) return false;
  if (mother.numbers == LIKE_OTHER || father.numbers == LIKE_OTHER) return false;
  int evidence = evidence_of(s, s->mother, a, b) + evidence_of_places(s, a, b) + (s->father ? evidence_of(s, s->father, a, b) : 0);
  return evidence >= 2 && alike(mother.names);
}

static bool same_child(const birth_search *s, const finding_member *a, const finding_member *b) {
  const clusters *c = s->in->clusters;
  if (c && c->of_row[a->row] == c->of_row[b->row]) return true;
  const finding_person x = {s->child, &s->in->table->layout, a->features}, y = {s->child, &s->in->table->layout, b->features};
  two_people child = compare(s, s->child, a, b);
  if (alike(child.numbers) || finding_names_equal(&x, &y)) return true;
  return child.names != LIKE_OTHER && finding_births_slip(&x, &y); /* not Phương and Phượng, half a year apart */
}

/* The child's day is the tag: most brothers and sisters are told apart before their rows are looked at. Ascending. */
static bool are_close(const birth_search *s, const finding_member *a, const finding_member *b, int32_t *out_days) {
  const uint64_t tag = (1u << FINDING_TAG_BITS) - 1;
  *out_days = (int32_t)(b->key & tag) - (int32_t)(a->key & tag);
  return *out_days >= days_apart_least && *out_days <= days_apart_most && !same_child(s, a, b) && same_mother(s, a, b);
}

/* A pair with several keys is told under the first that the two share. */
static bool under_earlier_key(const birth_search *s, const finding_member *a, const finding_member *b) {
  uint64_t x[FINDING_KEYS_MAX], y[FINDING_KEYS_MAX];
  size_t x_count = keys_of_row(s, a->features, x), y_count = keys_of_row(s, b->features, y);
  for (size_t i = 0; i < x_count && finding_key_group(x[i]) != finding_key_group(a->key); i++) {
    for (size_t j = 0; j < y_count; j++) {
      if (finding_key_group(x[i]) == finding_key_group(y[j])) return true;
    }
  }
  return false;
}

static bool concerns(const void *context, const finding_member *members, size_t count) {
  int32_t days;
  for (size_t i = 0; i < count && count <= GROUP_ROWS_MAX; i++) {
    for (size_t j = i + 1; j < count; j++) {
      if (are_close(context, &members[i], &members[j], &days)) return true;
    }
  }
  return false;
}

static khop_status look_at_group(void *context, const finding_member *members, size_t count, khop_error *err) {
  birth_search *s = context;
  char evidence[96];
  int32_t days;
  if (count > GROUP_ROWS_MAX) return KHOP_OK;
  for (size_t i = 0; i < count; i++) {
    for (size_t j = i + 1; j < count; j++) {
      if (!are_close(s, &members[i], &members[j], &days) || under_earlier_key(s, &members[i], &members[j])) continue;
      const finding_member both[2] = {members[i], members[j]};
      snprintf(evidence, sizeof evidence, FINDING_SAID(s->out->language, "hai con của một mẹ, sinh cách nhau %d ngày", "two children of one mother, %d days apart"),
               (int)days);
      TRY(group_report(s->out, FINDING_PLAUSIBLE_BIRTHS_CLOSE, "", "", evidence, both, 2, NULL, 0, err));
    }
  }
  return KHOP_OK;
}

khop_status find_births(findings *out, const finding_input *in, search_list *list, khop_error *err) {
  const schema_findings *f = &in->schema->findings;
  birth_search s = {.out = out, .in = in, .child = &f->people[0]};
  for (size_t p = 1; p < f->people_count; p++) {
    if (f->people[p].is_parent && f->people[p].is_female) s.mother = &f->people[p];
    if (f->people[p].is_parent && f->people[p].is_male) s.father = &f->people[p];
  }
  if (!s.mother || s.child->birth < 0) return KHOP_OK;
  birth_search *kept = search_list_own(list, sizeof *kept, NULL);
  if (!kept) return error_memory(err, sizeof *kept, "findings");
  *kept = s;
  const finding_search search = {.keys = keys_of_row, .concerns = concerns, .group = look_at_group, .context = kept};
  search_list_add(list, &search);
  return KHOP_OK;
}
