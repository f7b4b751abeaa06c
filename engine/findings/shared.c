/* id_shared: one number on several people. Who holds a number is a person of a record, so that a mother with her children's
 * entries is one, and a child that was given its mother's number is found. See search.h. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "findings/search.h"

enum { people_max = 16 }; /* that are told apart; more are "at least 16" */

typedef struct shared_search {
  findings *out;
  const finding_input *in;
  uint32_t *rows;
  size_t rows_capacity;
} shared_search;

static uint64_t packed_number(const feature_layout *layout, size_t field, const uint8_t *features) {
  const feature_slot *slot = &layout->slots[field];
  uint64_t packed = slot->kind == SLOT_ID ? slot_u64(features, slot->offset) : 0;
  return feature_id_kind(packed) == ID_OTHER ? 0 : packed; /* what cannot be read identifies nobody */
}

/* Name and year of birth; 0: no name, and nobody to tell from others. */
static uint64_t person_hash(const feature_layout *layout, const schema_person *p, const uint8_t *features) {
  const feature_slot *name = p->name < 0 ? NULL : &layout->slots[p->name], *birth = p->birth < 0 ? NULL : &layout->slots[p->birth];
  if (!name || feature_missing(name, features)) return 0;
  uint64_t year = birth && birth->kind == SLOT_DATE ? feature_date_year(slot_u32(features, birth->offset)) : 0;
  return hash_combine(slot_u32(features, name->offset + 4), year);
}

typedef struct held_number {
  size_t role, field;
  uint64_t number;
} held_number;

/* Each number of each person, with the person's tag; `out` (may be NULL): whose each one is. */
static size_t list_numbers(const finding_input *in, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX], held_number *out) {
  const schema_findings *f = &in->schema->findings;
  size_t count = 0;
  for (size_t p = 0; p < f->people_count; p++) {
    uint64_t fields = f->people[p].numbers | f->people[p].papers, person = 0;
    for (; fields && count < FINDING_KEYS_MAX; fields &= fields - 1) {
      size_t field = (size_t)__builtin_ctzll(fields);
      uint64_t packed = packed_number(&in->table->layout, field, features);
      if (!packed) continue;
      if (!person) person = person_hash(&in->table->layout, &f->people[p], features);
      if (!person) break;
      if (out) out[count] = (held_number){.role = p, .field = field, .number = packed};
      keys[count++] = finding_key(hash_mix(packed), person);
    }
  }
  return count;
}

static size_t keys_of_row(const void *context, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX]) {
  const shared_search *s = context;
  return list_numbers(s->in, features, keys, NULL);
}

/* ---- a group of one number --------------------------------------------------------------------------- */

typedef struct holder {
  finding_person person;
  held_number held;
  uint32_t row;
} holder;

static holder holder_of(const finding_input *in, const finding_member *m) {
  uint64_t keys[FINDING_KEYS_MAX];
  held_number held[FINDING_KEYS_MAX];
  size_t count = list_numbers(in, m->features, keys, held), i = 0;
  while (i + 1 < count && keys[i] != m->key) i++;
  return (holder){.person = {.roles = &in->schema->findings.people[held[i].role], .layout = &in->table->layout, .features = m->features},
                  .held = held[i], .row = m->row};
}

/* The different numbers of a person, as the record has them. */
static size_t numbers_of(const finding_person *p, uint64_t out[FINDING_KEYS_MAX]) {
  size_t count = 0;
  for (uint64_t fields = p->roles->numbers | p->roles->papers; fields && count < FINDING_KEYS_MAX; fields &= fields - 1) {
    uint64_t packed = packed_number(p->layout, (size_t)__builtin_ctzll(fields), p->features);
    bool is_new = packed != 0;
    for (size_t i = 0; i < count; i++) is_new &= out[i] != packed;
    if (is_new) out[count++] = packed;
  }
  return count;
}

/* Personal ID and insurance number both: nobody types two numbers of another person by mistake. */
static bool share_two_numbers(const finding_person *a, const finding_person *b) {
  uint64_t x[FINDING_KEYS_MAX], y[FINDING_KEYS_MAX];
  size_t x_count = numbers_of(a, x), y_count = numbers_of(b, y), shared = 0;
  for (size_t i = 0; i < x_count; i++) {
    for (size_t j = 0; j < y_count; j++) shared += x[i] == y[j];
  }
  return shared > 1;
}

/* What was matched is one person, and has one mother; but the shared number may be what matched them, and names and births say otherwise. */
static bool is_same(const finding_input *in, const holder *a, const holder *b) {
  const clusters *c = in->clusters;
  const bool matched = c && a->held.role == b->held.role && c->of_row[a->row] == c->of_row[b->row];
  if (matched && a->held.role) return true;
  if (matched && (finding_names(&a->person, &b->person) != LIKE_OTHER || finding_births(&a->person, &b->person) != LIKE_OTHER)) return true;
  return finding_same_holder(&a->person, &b->person) || share_two_numbers(&a->person, &b->person);
}

/* "so_dinh_danh, me_so_giay_to": where the people hold it, as much as there is room for. */
static size_t list_fields(const schema *s, const holder *people, size_t count, char *out, size_t capacity) {
  uint64_t fields = 0;
  size_t used = 0;
  for (size_t p = 0; p < count; p++) fields |= 1ull << people[p].held.field;
  for (; fields; fields &= fields - 1) {
    const char *name = s->fields[__builtin_ctzll(fields)].name;
    if (used + strlen(name) + 3 > capacity) break;
    used += (size_t)snprintf(out + used, capacity - used, "%s%s", used ? ", " : "", name);
  }
  return used;
}

static khop_status report(shared_search *s, const holder *people, size_t people_count, const finding_member *members, size_t count,
                          khop_error *err) {
  const uint64_t packed = people[0].held.number;
  char number[FINDING_ID_TEXT_BYTES], evidence[512];
  TRY(array_reserve(&s->rows, &s->rows_capacity, count, sizeof *s->rows, "findings", err));
  size_t rows = finding_member_rows(members, count, s->rows);
  size_t used = list_fields(s->in->schema, people, people_count, evidence, sizeof evidence / 2);
  finding_id_text(packed, number);
  if (s->out->language == FINDING_VIETNAMESE) {
    snprintf(evidence + used, sizeof evidence - used, ": %s%zu người trong %zu bản ghi", people_count == people_max ? "ít nhất " : "", people_count, rows);
  } else {
    snprintf(evidence + used, sizeof evidence - used, ": %s%zu people in %zu record%s", people_count == people_max ? "at least " : "", people_count, rows,
             rows == 1 ? "" : "s");
  }
  const finding found = {.kind = FINDING_ID_SHARED, .severity = finding_kind_severity(FINDING_ID_SHARED), .type = finding_id_type(packed),
                         .identifier = number, .evidence = evidence, .rows = s->rows, .row_count = rows};
  return findings_add(s->out, &found, err);
}

/* Who has another's number because the two were exchanged, which is told as that. */
static bool is_exchanged(const shared_search *s, const holder *h) {
  return h->held.role == 0 && (s->out->masks[h->row] & finding_bit(FINDING_ID_SWAPPED));
}

/* Each member is one of the people met so far, or the next one. */
static size_t tell_people(const shared_search *s, const finding_member *members, size_t count, holder people[people_max]) {
  size_t people_count = 0;
  for (size_t i = 0; i < count && people_count < people_max; i++) {
    if (i && members[i].key == members[i - 1].key) continue; /* the same name and year */
    const holder h = holder_of(s->in, &members[i]);
    if (is_exchanged(s, &h)) continue;
    size_t p = 0;
    while (p < people_count && !is_same(s->in, &people[p], &h)) p++;
    if (p == people_count) people[people_count++] = h;
  }
  return people_count;
}

static bool concerns(const void *context, const finding_member *members, size_t count) {
  holder people[people_max];
  return tell_people(context, members, count, people) > 1;
}

static khop_status look_at_group(void *context, const finding_member *members, size_t count, khop_error *err) {
  shared_search *s = context;
  holder people[people_max];
  size_t people_count = tell_people(s, members, count, people);
  return people_count > 1 ? report(s, people, people_count, members, count, err) : KHOP_OK;
}

static void release(void *context) {
  shared_search *s = context;
  mem_free(s->rows);
}

khop_status find_shared(findings *out, const finding_input *in, search_list *list, khop_error *err) {
  if (!in->schema->findings.numbered) return KHOP_OK;
  shared_search *s = search_list_own(list, sizeof *s, release);
  if (!s) return error_memory(err, sizeof *s, "findings");
  *s = (shared_search){.out = out, .in = in};
  const finding_search search = {.keys = keys_of_row, .concerns = concerns, .group = look_at_group, .context = s};
  search_list_add(list, &search);
  return KHOP_OK;
}
