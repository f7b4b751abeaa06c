/* Land: one certificate with several owners, one parcel with several owners or certificates, a parcel under its old numbers and its
 * new ones. A certificate may list several parcels of one owner, and an owner is written in many ways: his number, or name
 * and birth year, tell who is the same. See search.h.
 *
 *   key of a parcel      place, sheet, number                  (tag 0)
 *   and of its past      place, old sheet, old number          (tag 1)    in one group with the records that still say so
 */
#include <stdio.h>

#include "base/hash.h"
#include "findings/groups.h"

enum { TAG_NOW, TAG_BEFORE };

typedef struct owner_search {
  findings *out;
  const finding_input *in;
  schema_person owner; /* by his name and birth */
  int owner_number;
} owner_search;

static void owner_fields(owner_search *s, int name, int number) {
  const schema_findings *f = &s->in->schema->findings;
  s->owner = (schema_person){.name = name, .birth = -1, .sex = -1};
  s->owner_number = number;
  for (size_t p = 0; p < f->people_count; p++) {
    if (f->people[p].name == name) s->owner.birth = f->people[p].birth;
  }
}

static likeness owners_alike(const owner_search *s, const finding_member *a, const finding_member *b) {
  const feature_layout *layout = &s->in->table->layout;
  const finding_person x = {&s->owner, layout, a->features}, y = {&s->owner, layout, b->features};
  uint64_t number = group_number(layout, s->owner_number, a->features), other = group_number(layout, s->owner_number, b->features);
  likeness numbers = group_numbers_alike(number, other);
  if (numbers == LIKE_EQUAL || numbers == LIKE_NEAR) return LIKE_EQUAL;
  if (finding_names(&x, &y) == LIKE_UNKNOWN) return numbers == LIKE_OTHER ? LIKE_OTHER : LIKE_UNKNOWN;
  return finding_same_holder(&x, &y) ? LIKE_EQUAL : LIKE_OTHER;
}

static bool same_owner(const void *context, const finding_member *a, const finding_member *b) {
  return owners_alike(context, a, b) != LIKE_OTHER;
}

static khop_status report_owners(owner_search *s, finding_kind kind, const char *type, const finding_member *members, size_t count,
                                 bool *out_found, khop_error *err) {
  uint8_t of[GROUP_ROWS_MAX];
  char evidence[96];
  size_t owners = group_parts(members, count, same_owner, s, of);
  *out_found = owners > 1;
  if (owners < 2) return KHOP_OK;
  snprintf(evidence, sizeof evidence, FINDING_SAID(s->out->language, "%zu chủ trong %zu bản ghi", "%zu owners in %zu records"), owners, count);
  return group_report(s->out, kind, type, "", evidence, members, count, NULL, 0, err);
}

/* ---- certificates ------------------------------------------------------------------------------------- */

static uint64_t serial_of(const finding_input *in, const uint8_t *features) {
  return group_text_whole(&in->table->layout, in->schema->findings.certificate.serial, features);
}

static size_t certificate_keys(const void *context, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX]) {
  const owner_search *s = context;
  uint64_t serial = serial_of(s->in, features);
  keys[0] = finding_key(hash_mix(serial), group_text(&s->in->table->layout, s->owner.name, features));
  return serial != 0;
}

static khop_status certificate_group(void *context, const finding_member *members, size_t count, khop_error *err) {
  owner_search *s = context;
  bool found;
  if (count > GROUP_ROWS_MAX) return KHOP_OK;
  for (size_t i = 1; i < count; i++) {
    if (serial_of(s->in, members[i].features) != serial_of(s->in, members[0].features)) return KHOP_OK;
  }
  return report_owners(s, FINDING_CERTIFICATE_OWNERS, "certificate_serial", members, count, &found, err);
}

/* ---- parcels ------------------------------------------------------------------------------------------ */

static uint64_t parcel_hash(const owner_search *s, const uint8_t *features, int tag) {
  const schema_findings *f = &s->in->schema->findings;
  const feature_layout *layout = &s->in->table->layout;
  uint32_t place = group_text(layout, f->parcel.place, features);
  uint32_t sheet = group_text(layout, tag == TAG_NOW ? f->parcel.sheet : f->parcel.old_sheet, features);
  uint32_t number = group_text(layout, tag == TAG_NOW ? f->parcel.number : f->parcel.old_number, features);
  return place && sheet && number ? hash_combine((uint64_t)place << 32 | sheet, number) : 0;
}

static size_t parcel_keys(const void *context, const uint8_t *features, uint64_t keys[FINDING_KEYS_MAX]) {
  const owner_search *s = context;
  size_t count = 0;
  for (int tag = TAG_NOW; tag <= TAG_BEFORE; tag++) {
    uint64_t hash = parcel_hash(s, features, tag);
    if (hash) keys[count++] = finding_key(hash, (uint64_t)tag);
  }
  return count;
}

static bool same_certificate(const void *context, const finding_member *a, const finding_member *b) {
  const owner_search *s = context;
  int field = s->in->schema->findings.parcel.certificate;
  uint64_t x = group_text_whole(&s->in->table->layout, field, a->features), y = group_text_whole(&s->in->table->layout, field, b->features);
  return !x || !y || x == y;
}

static khop_status report_parcel(owner_search *s, const finding_member *members, size_t count, khop_error *err) {
  uint8_t of[GROUP_ROWS_MAX];
  char evidence[96];
  bool found;
  if (count < 2) return KHOP_OK;
  TRY(report_owners(s, FINDING_PARCEL_OWNERS, "parcel_key", members, count, &found, err));
  size_t certificates = found ? 0 : group_parts(members, count, same_certificate, s, of);
  if (certificates < 2) return KHOP_OK;
  snprintf(evidence, sizeof evidence, FINDING_SAID(s->out->language, "%zu giấy chứng nhận trong %zu bản ghi", "%zu certificates in %zu records"), certificates, count);
  return group_report(s->out, FINDING_PARCEL_OWNERS, "parcel_key", "", evidence, members, count, NULL, 0, err);
}

/* Numbers are dealt anew, and another parcel may have what were this one's: its owner or certificate must be the same. */
static bool is_renumbered(const owner_search *s, const finding_member *now, const finding_member *before) {
  const feature_layout *layout = &s->in->table->layout;
  int field = s->in->schema->findings.parcel.certificate;
  uint64_t certificate = group_text_whole(layout, field, now->features);
  if (now->row == before->row) return false;
  const finding_person x = {&s->owner, layout, now->features}, y = {&s->owner, layout, before->features};
  bool is_named = finding_names(&x, &y) == LIKE_UNKNOWN || finding_names_slip(&x, &y); /* not Phương, and Phương Tuyên */
  return (is_named && owners_alike(s, now, before) == LIKE_EQUAL) || (certificate && certificate == group_text_whole(layout, field, before->features));
}

static khop_status parcel_group(void *context, const finding_member *members, size_t count, khop_error *err) {
  owner_search *s = context;
  size_t now = 0;
  uint64_t hash = 0;
  if (count > GROUP_ROWS_MAX) return KHOP_OK;
  while (now < count && (members[now].key & 1) == TAG_NOW) now++;
  for (size_t i = 0; i < count; i++) {
    uint64_t h = parcel_hash(s, members[i].features, i < now ? TAG_NOW : TAG_BEFORE);
    if (i && h != hash) return KHOP_OK;
    hash = h;
  }
  TRY(report_parcel(s, members, now, err));
  for (size_t before = now; before < count; before++) {
    for (size_t i = 0; i < now; i++) {
      if (!is_renumbered(s, &members[i], &members[before])) continue;
      const finding_member both[2] = {members[i], members[before]};
      const char *evidence = FINDING_SAID(s->out->language, "số cũ của bản ghi này là số hiện nay của bản ghi kia",
                                          "the old numbers of one record are the numbers of another");
      TRY(group_report(s->out, FINDING_PARCEL_RENUMBERED, "parcel_key", "", evidence, both, 2, NULL, 0, err));
    }
  }
  return KHOP_OK;
}

static khop_status add_search(search_list *list, const owner_search *like, const finding_search *search, khop_error *err) {
  owner_search *kept = search_list_own(list, sizeof *kept, NULL);
  if (!kept) return error_memory(err, sizeof *kept, "findings");
  *kept = *like;
  finding_search with_context = *search;
  with_context.context = kept;
  search_list_add(list, &with_context);
  return KHOP_OK;
}

khop_status find_owners(findings *out, const finding_input *in, search_list *list, khop_error *err) {
  static const finding_search certificates = {.keys = certificate_keys, .group = certificate_group};
  static const finding_search parcels = {.keys = parcel_keys, .equal_tags_too = true, .group = parcel_group};
  const schema_findings *f = &in->schema->findings;
  owner_search s = {.out = out, .in = in};
  if (f->certificate.serial >= 0) {
    owner_fields(&s, f->certificate.owner, f->certificate.owner_number);
    TRY(add_search(list, &s, &certificates, err));
  }
  if (f->parcel.number < 0) return KHOP_OK;
  owner_fields(&s, f->parcel.owner, f->parcel.owner_number);
  return add_search(list, &s, &parcels, err);
}
