/* The land register: parcels of holdings, a holding being one to four parcels of one owner in one
 * commune, sometimes on one certificate. Owners are people of the seed.
 *
 *     parcels 0 .. 7 | 8 .. 15 | ...      a block of 8 is cut into holdings
 *             [h][h h][h h h h][h]
 *
 * Copies of a parcel are: measured again; under new numbers after a merger, with the old ones
 * beside; or with somebody else as its owner.
 */
#include <stdlib.h>

#include "job.h"

enum { block_parcels = 8, sheets = 40, sheet_parcels = 500, sheet_cell = sheets * sheet_parcels };
enum { tag_block = 801, tag_owner, tag_parcel, tag_certificate, tag_other_owner };
enum { slot_owners = 0, slot_renumbered_last = 2, slot_certificate_owner = 40, slot_certificate = 41 };

typedef struct parcel {
  uint64_t entity, key, holding; /* holding: its first parcel */
  uint16_t commune;
  bool one_certificate; /* for the whole holding */
} parcel;

static parcel parcel_of(const gen_job *job, uint64_t entity) {
  uint64_t seed = job->world.seed + tag_block, block = entity / block_parcels;
  uint32_t slot = (uint32_t)(entity % block_parcels), at = 0, size = 0;
  gen_random r = {gen_hash(seed, block)};
  for (;;) {
    uint32_t draw = gen_below(&r, 100);
    size = draw < 62 ? 1 : draw < 84 ? 2 : draw < 94 ? 3 : 4;
    if (slot < at + size) break;
    at += size;
  }
  parcel p = {.entity = entity, .holding = block * block_parcels + at};
  uint64_t key = gen_hash(seed + tag_parcel, p.holding);
  p.key = gen_hash(key, entity);
  p.commune = (uint16_t)gen_pick(&job->world.commune, key);
  p.one_certificate = gen_mix(key) % 100 < 35;
  return p;
}

/* A grown-up person; `other` is somebody else. */
static uint64_t owner_of(const gen_job *job, const parcel *p, bool other) {
  uint64_t key = gen_hash(job->world.seed + (other ? tag_other_owner : tag_owner), other ? p->entity : p->holding);
  uint64_t index = key % job->world.people;
  for (int attempt = 0; attempt < 16; attempt++) {
    gen_core core;
    gen_core_find(&job->world, index, &core);
    if (core.birth.year <= 2003) break;
    key = gen_mix(key + 1);
    index = key % job->world.people;
  }
  return index;
}

/* Rank of each parcel in its commune. */
static khop_status ranks_create(gen_job *job, khop_error *err) {
  uint32_t *next = calloc(gen_commune_count, sizeof *next);
  uint32_t *ranks = calloc(job->plan.entities, sizeof *ranks);
  job->prepared = ranks;
  if (!next || !ranks) {
    free(next);
    return gen_fail(err, KHOP_ENVIRONMENT, "numbers of %llu parcels: out of memory",
                    (unsigned long long)job->plan.entities);
  }
  for (uint64_t i = 0; i < job->plan.entities; i++) ranks[i] = next[parcel_of(job, i).commune]++;
  free(next);
  return KHOP_OK;
}

typedef struct numbers {
  uint64_t sheet, parcel;
} numbers;

/* Scattered over 40 sheets of 500; the next 40 sheets follow when they are full. */
static numbers numbers_of(const gen_job *job, const parcel *p) {
  const uint32_t *ranks = job->prepared;
  uint64_t rank = ranks[p->entity], cell = rank / sheet_cell;
  uint64_t within = (rank % sheet_cell * 7919 + p->commune * 131u) % sheet_cell;
  return (numbers){1 + cell * sheets + within / sheet_parcels, 1 + within % sheet_parcels};
}

/* After a merger: sheets that no first numbering has reached, one place an entity. */
static numbers numbers_new(const parcel *p) {
  return (numbers){100000 + p->entity % 400, 1 + p->entity / 400};
}

/* Two letters and 6 digits, or 8 since 2024-08. */
static void certificate_of(const parcel *p, char out[GEN_ID_BYTES]) {
  uint64_t index = p->one_certificate ? p->holding : p->entity;
  bool recent = gen_hash(index, tag_certificate) % 100 < 6;
  size_t width = recent ? 8 : 6;
  uint64_t range = recent ? 67600000000u : 676000000u;
  uint64_t number = (index % range * 387420489u + 104729) % range;
  for (size_t i = 2 + width; i-- > 2; number /= 10) out[i] = (char)('0' + number % 10);
  out[0] = (char)('A' + number % 26);
  out[1] = (char)('A' + number / 26);
  out[2 + width] = 0;
}

/* ---- columns ------------------------------------------------------------------------------ */

static void put_numbers(gen_text *t, numbers n, uint32_t form) {
  if (form < 6) gen_put_text(t, "DC ");
  gen_put_number(t, n.sheet, form >= 88 ? 3 : 1);
  gen_put(t, ',');
  gen_put_number(t, n.parcel, form >= 94 ? 4 : 1);
}

/* 12 characters of GeoHash that begin as in Vietnam. */
static void put_geohash(gen_text *t, uint64_t key) {
  static const char digits[] = "0123456789bcdefghjkmnpqrstuvwxyz", second[] = "3679deks";
  gen_put(t, 'w');
  gen_put(t, second[key & 7]);
  for (unsigned i = 0; i < 10; i++) gen_put(t, digits[key >> (3 + 5 * i) & 31]);
}

static void put_owner(gen_text *t, const gen_subject *s, const gen_style *style, gen_random *r) {
  static const char *const titles[2][3] = {{"Ông ", "Hộ ông ", "ông "}, {"Bà ", "Hộ bà ", "bà "}};
  if (gen_below(r, 100) < 22) gen_put_text(t, titles[s->female][gen_below(r, 3)]);
  gen_put_name(t, &s->name, style->name);
  gen_put(t, ',');
  gen_put_text(t, s->id);
  gen_put(t, ',');
  if (gen_below(r, 100) < 82) gen_put_number(t, s->birth.year, 4);
}

static void put_area(gen_text *t, uint64_t key, bool again, gen_random *r) {
  uint64_t tenths = 300 + key % 4000;
  if (key >> 40 & 1) tenths = tenths * 5 + key % 7;
  if (again) tenths = tenths * (985 + gen_below(r, 31)) / 1000;
  gen_put_number(t, tenths / 10, 1);
  if (tenths % 10) {
    gen_put(t, '.');
    gen_put_number(t, tenths % 10, 1);
  }
}

static void put_certificate(gen_text *t, const char *certificate, const parcel *p, bool shown, gen_random *r) {
  bool space = gen_below(r, 100) < 30;
  gen_put(t, ',');
  if (shown) {
    gen_put_bytes(t, certificate, 2);
    if (space) gen_put(t, ' ');
    gen_put_text(t, certificate + 2);
  }
  gen_put(t, ',');
  if (shown && gen_below(r, 100) < 75) {
    gen_put_text(t, p->key >> 20 & 1 ? "CH" : "CS");
    gen_put_number(t, gen_hash(p->one_certificate ? p->holding : p->entity, 9) % 90000 + 1, 5);
  }
}

/* ---- row ---------------------------------------------------------------------------------- */

/* Who the row says owns the parcel. */
static void owner_subject(const gen_job *job, const gen_ticket *ticket, const parcel *p, gen_subject *s, gen_random *r) {
  gen_person person;
  bool other = ticket->copy && ticket->slot == slot_owners;
  gen_person_find(&job->world, owner_of(job, p, other), &person);
  gen_subject_of(&person, s);
  uint32_t draw = gen_below(r, 100);
  if (draw < 40) gen_old_id(&person.core, 0, s->id);
  if (draw >= 40 && draw < 80) gen_personal_id(&job->world, &person.core, 0, s->id);
  gen_subject_damage(s, job->rates, &job->errors, ticket->copy > 0, r);
}

/* The certificate, which in one slot is that of another holding. */
static bool certificate_show(gen_job *job, const gen_ticket *ticket, const parcel *p, char out[GEN_ID_BYTES],
                             gen_random *r) {
  uint64_t other;
  gen_ticket first;
  certificate_of(p, out);
  if (ticket->slot == slot_certificate_owner) return true;
  if (ticket->slot != slot_certificate) return gen_below(r, 100) < 80;
  if (!gen_plan_neighbour(&job->plan, ticket->entity, slot_certificate_owner, &other)) return true;
  parcel theirs = parcel_of(job, other);
  if (owner_of(job, &theirs, false) == owner_of(job, p, false)) return true;
  certificate_of(&theirs, out);
  if (gen_plan_find(&job->plan, other, 0, &first)) gen_fault_add(job, GEN_CERTIFICATE_OWNERS, &first, ticket, out);
  return true;
}

/* A parcel of two owners: so is the certificate, where both of its rows name it. */
static void report_certificate(gen_job *job, const gen_ticket *first, const gen_ticket *ticket, const parcel *p) {
  char certificate[GEN_ID_BYTES];
  gen_random r = gen_row_random(job, first);
  gen_subject owner;
  owner_subject(job, first, p, &owner, &r);
  if (certificate_show(job, first, p, certificate, &r)) gen_fault_add(job, GEN_CERTIFICATE_OWNERS, first, ticket, certificate);
}

static void report_copy(gen_job *job, const gen_ticket *ticket, const parcel *p, bool renumbered, bool certified) {
  char key[80];
  gen_text t = {key};
  numbers n = numbers_of(job, p);
  gen_ticket first;
  bool owners = ticket->copy && ticket->slot == slot_owners;
  if (!renumbered && !owners) return;
  gen_put_number(&t, gen_communes[p->commune].code, 5);
  gen_put(&t, '/');
  gen_put_number(&t, n.sheet, 1);
  gen_put(&t, '/');
  gen_put_number(&t, n.parcel, 1);
  gen_put(&t, 0);
  if (!gen_plan_find(&job->plan, ticket->entity, 0, &first)) return;
  gen_fault_add(job, owners ? GEN_PARCEL_OWNERS : GEN_PARCEL_RENUMBERED, &first, ticket, key);
  if (owners && certified) report_certificate(job, &first, ticket, p);
}

static void parcel_row(gen_job *job, const gen_ticket *ticket, gen_text *t) {
  gen_random r = gen_row_random(job, ticket);
  parcel p = parcel_of(job, ticket->entity);
  numbers n = numbers_of(job, &p), old = {0};
  bool renumbered = ticket->copy && ticket->slot > slot_owners && ticket->slot <= slot_renumbered_last;
  gen_subject owner;
  char certificate[GEN_ID_BYTES];
  owner_subject(job, ticket, &p, &owner, &r);
  bool certified = certificate_show(job, ticket, &p, certificate, &r);
  gen_style style = gen_style_pick(job->rates, &r, 8);
  if (renumbered) {
    old = n;
    n = numbers_new(&p);
  } else if (p.key % 100 < 20) { /* an older map, told by the row or not */
    old = (numbers){1 + (p.key >> 8) % 30, 1 + (p.key >> 16) % 900};
  }
  gen_address place = gen_address_of(p.key, p.commune);
  gen_put_record_id(t, job, ticket->position);
  gen_put(t, ',');
  gen_put_number(t, gen_communes[p.commune].code, 5);
  gen_put(t, ',');
  put_numbers(t, n, gen_below(&r, 100));
  gen_put(t, ',');
  put_area(t, p.key, ticket->copy > 0, &r);
  gen_put(t, ',');
  gen_put_text(t, gen_land_uses[(p.key >> 32) % gen_land_use_count]);
  gen_put(t, ',');
  gen_put_address(t, &place, style.address);
  gen_put(t, ',');
  put_owner(t, &owner, &style, &r);
  put_certificate(t, certificate, &p, certified, &r);
  gen_put(t, ',');
  if (old.sheet) {
    put_numbers(t, old, 50);
  } else {
    gen_put(t, ',');
  }
  gen_put(t, ',');
  if (gen_below(&r, 100) < 60) put_geohash(t, p.key);
  report_copy(job, ticket, &p, renumbered, certified);
}

const gen_schema gen_schema_parcel = {
    .name = "parcel",
    .header = "ma_ho_so,ma_xa,so_to,so_thua,dien_tich,loai_dat,dia_chi_thua,chu_su_dung,so_giay_to,nam_sinh,"
              "so_phat_hanh,so_vao_so,so_to_cu,so_thua_cu,ma_dinh_danh_thua",
    .record_prefix = "TD",
    .record_width = 8,
    .entity_prefix = 'T',
    .entities_percent = 60,
    .covered = GEN_GROUP,
    .seconds = 13,
    .tag = 4,
    .prepare = ranks_create,
    .row = parcel_row,
};
