/* Entries of civil-status books: place, book and number name one entry, and an entry is one person's. Two records of it are the
 * same entry typed twice, or of two people, one of whom has the number of the other. See search.h. */
#include <stdio.h>

#include "base/hash.h"
#include "findings/groups.h"

typedef struct entry_search {
  findings *out;
  const finding_input *in;
} entry_search;

static uint64_t entry_hash(const finding_input *in, const uint8_t *features) {
  const feature_layout *layout = &in->table->layout;
  const schema_findings *f = &in->schema->findings;
  uint32_t place = group_text(layout, f->entry.place, features);
  uint32_t book = group_text(layout, f->entry.book, features), number = group_text(layout, f->entry.number, features);
  return place && book && number ? hash_combine((uint64_t)place << 32 | book, number) : 0;
}

static size_t keys_of_row(const void *context, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX]) {
  const entry_search *s = context;
  uint64_t hash = entry_hash(s->in, features);
  keys[0] = finding_key(hash, 0);
  return hash != 0;
}

/* What was matched is one, unless names and births say otherwise: one number of a book is what matched brothers and sisters. An
 * entry of two people (a marriage) is the same when either is. Of one number who died on one day and has one given name is one. */
static bool is_same(const void *context, const finding_member *a, const finding_member *b) {
  const finding_input *in = context;
  const schema_findings *f = &in->schema->findings;
  bool is_matched = in->clusters && in->clusters->of_row[a->row] == in->clusters->of_row[b->row];
  for (size_t p = 0; p < f->people_count; p++) {
    if (f->people[p].is_parent) continue;
    const finding_person x = {&f->people[p], &in->table->layout, a->features}, y = {&f->people[p], &in->table->layout, b->features};
    likeness names = finding_names(&x, &y);
    if (names != LIKE_UNKNOWN && finding_same_person(&x, &y)) return true;
    if (finding_births(&x, &y) == LIKE_EQUAL && finding_same_holder(&x, &y)) return true; /* those of a book are of one year anyway */
    const uint32_t death = group_date(&in->table->layout, f->death, a->features), given = finding_given(&x);
    if (death && death == group_date(&in->table->layout, f->death, b->features) && given && given == finding_given(&y)) return true;
    is_matched &= names != LIKE_OTHER || finding_births(&x, &y) != LIKE_OTHER;
  }
  return is_matched;
}

/* An entry in each of several registers was not typed twice. */
static bool across_registers(const finding_input *in, const finding_member *members, size_t count, const uint8_t *of, size_t part) {
  size_t rows[KHOP_REGISTERS_MAX] = {0};
  for (size_t i = 0; i < count; i++) {
    if (of[i] == part && ++rows[group_register(in, members[i].row)] > 1) return false;
  }
  return true;
}

static khop_status look_at_group(void *context, const finding_member *members, size_t count, khop_error *err) {
  const entry_search *s = context;
  uint8_t of[GROUP_ROWS_MAX];
  size_t rows[GROUP_ROWS_MAX] = {0};
  char evidence[96];
  for (size_t i = 1; i < count; i++) { /* a hash of 40 bits says nothing certain */
    if (entry_hash(s->in, members[i].features) != entry_hash(s->in, members[0].features)) return KHOP_OK;
  }
  if (count > GROUP_ROWS_MAX) return KHOP_OK;
  size_t people = group_parts(members, count, is_same, s->in, of);
  for (size_t i = 0; i < count; i++) rows[of[i]]++;
  for (size_t p = 0; p < people; p++) {
    if (rows[p] < 2 || across_registers(s->in, members, count, of, p)) continue;
    snprintf(evidence, sizeof evidence, FINDING_SAID(s->out->language, "cùng một việc hộ tịch trong %zu bản ghi", "the same entry in %zu records"), rows[p]);
    TRY(group_report(s->out, FINDING_ENTRY_TWICE, "civil_entry", "", evidence, members, count, of, p, err));
  }
  if (people < 2) return KHOP_OK;
  snprintf(evidence, sizeof evidence, FINDING_SAID(s->out->language, "một số trong quyển cho %zu người", "one number of a book for %zu people"), people);
  return group_report(s->out, FINDING_ENTRY_NUMBER_REPEATED, "civil_entry", "", evidence, members, count, NULL, 0, err);
}

khop_status find_entries(findings *out, const finding_input *in, search_list *list, khop_error *err) {
  if (in->schema->findings.entry.number < 0) return KHOP_OK;
  entry_search *s = search_list_own(list, sizeof *s, NULL);
  if (!s) return error_memory(err, sizeof *s, "findings");
  *s = (entry_search){.out = out, .in = in};
  const finding_search search = {.keys = keys_of_row, .equal_tags_too = true, .group = look_at_group, .context = s};
  search_list_add(list, &search);
  return KHOP_OK;
}
