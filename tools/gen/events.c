/* Registers of what happens to people: marriages, deaths, recognitions of a parent or child. All are books
 * of entries (entry.h). */
#include "entry.h"

enum { tag_wedding = 851, tag_death, tag_recognition };

static int32_t last_day(void) { return gen_day_of((gen_date){2025, 5, 31}); }

static int32_t not_after(int32_t day, int32_t last) { return day < last ? day : last; }

static void put_head(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_paper *p, const gen_style *style) {
  gen_put_record_id(t, job, ticket->position);
  gen_put(t, ',');
  gen_put_number_and_book(t, p);
  gen_put(t, ',');
  gen_put_day_and_office(t, p, style);
}

/* What the rows of deaths and recognitions start with. */
typedef struct event_row {
  gen_random r;
  gen_person person;
  gen_subject subject;
  gen_paper paper;
  gen_date issued;
  gen_ticket owner; /* of the entry, when it is another record's */
  gen_style style;
} event_row;

static void event_begin(gen_job *job, const gen_ticket *ticket, gen_entry_find *find, bool parents, event_row *e) {
  e->r = gen_row_random(job, ticket);
  gen_person_find(&job->world, ticket->entity, &e->person);
  gen_subject_of(&e->person, &e->subject);
  e->subject.parents = parents;
  e->paper = gen_paper_of(job, find, ticket, &e->person.core, &e->owner);
  e->issued = gen_date_of(e->paper.day_written);
  if (job->schema->id_share) gen_id_show(job, ticket, &e->person.core, &e->subject);
  gen_subject_damage(&e->subject, job->rates, &job->errors, ticket->copy > 0, &e->r);
  gen_plausible_plant(job, ticket, &e->subject, parents ? &e->issued : NULL);
  e->paper.day_written = gen_day_of(e->issued);
  e->style = gen_style_pick(job->rates, &e->r, 5);
  e->paper.style = gen_address_style_pick(&e->r, 0);
  e->paper.number_with_year = gen_below(&e->r, 100) < 70;
}

/* The number as it stands behind the record id. */
static const char *number_in(const char *row) { return strchr(row, ',') + 1; }

/* ---- marriages ---------------------------------------------------------------------------- */

/* Entity e is the couple of the family that opens block e of the world. Some of them have married before:
 * the same man or woman with two others is two entities. */
enum {
  slot_second_wife = 44,
  slot_second_husband = 46, /* up to 47 */
  slot_before = 4,          /* so many slots on stands the first marriage */
  entities_percent_couples = 6
};
_Static_assert(entities_percent_couples * GEN_FAMILY_BLOCK < 100, "each couple has a block of its own");

static gen_entry wedding_entry(const gen_world *world, const gen_core *core, uint32_t copy) {
  gen_family family;
  gen_family_find(world, core->index * GEN_FAMILY_BLOCK, &family);
  gen_random r = {gen_hash(family.key, tag_wedding)};
  const int32_t first = gen_day_of((gen_date){1935, 1, 1});
  int32_t day = family.births[0] - 300 - (int32_t)gen_below(&r, 1200);
  return gen_entry_again(world, core, copy, (gen_entry){family.registered, day < first ? first : day, false}, 30);
}

static khop_status wedding_prepare(gen_job *job, khop_error *err) { return gen_entry_numbers(job, wedding_entry, err); }

static void spouse_of(const gen_job *job, uint64_t couple, bool husband, bool old_number, gen_subject *s) {
  gen_person child;
  gen_person_find(&job->world, couple * GEN_FAMILY_BLOCK, &child);
  gen_family *family = &child.core.family;
  gen_subject_of(&child, s);
  s->name = husband ? family->father : family->mother;
  s->female = !husband;
  s->birth = gen_date_of(husband ? family->father_birth : family->mother_birth);
  child.core.role = GEN_CHILD;
  gen_parent_id(&job->world, &child, husband, old_number, s->id);
}

/* Whose husband or wife the row names: the couple's own, or that of the marriage before. */
static uint64_t couple_of(const gen_job *job, const gen_ticket *ticket, bool husband) {
  uint32_t first = husband ? slot_second_wife : slot_second_husband;
  uint64_t before;
  bool again = ticket->slot >= first && ticket->slot < first + 2;
  return again && gen_plan_neighbour(&job->plan, ticket->entity, ticket->slot + slot_before, &before) ? before : ticket->entity;
}

static void wedding_row(gen_job *job, const gen_ticket *ticket, gen_text *t) {
  gen_subject spouses[2]; /* husband, wife */
  gen_ticket owner;
  gen_core core;
  gen_random r = gen_row_random(job, ticket);
  gen_core_find(&job->world, ticket->entity, &core);
  gen_paper p = gen_paper_of(job, wedding_entry, ticket, &core, &owner);
  bool old_number = gen_date_of(p.entry.day).year < 2016;
  for (int wife = 0; wife < 2; wife++) {
    const bool numbered = gen_couple_numbered(job, ticket->slot);
    spouse_of(job, couple_of(job, ticket, !wife), !wife, old_number && !numbered, &spouses[wife]);
    if (gen_below(&r, 100) < (old_number ? 40 : 8) && !numbered) spouses[wife].id[0] = 0;
    spouses[wife].id_fixed = numbered;
    gen_subject_damage(&spouses[wife], job->rates, &job->errors, ticket->copy > 0 && gen_below(&r, 100) < 70, &r);
  }
  gen_style style = gen_style_pick(job->rates, &r, 5);
  p.style = gen_address_style_pick(&r, 0);
  p.number_with_year = gen_below(&r, 100) < 70;
  char *row = t->at;
  gen_date issued = gen_date_of(p.day_written);
  for (int wife = 0; wife < 2; wife++) gen_couple_spoil(job, ticket, &core, &spouses[wife]);
  gen_plausible_plant(job, ticket, &spouses[0], &issued);
  p.day_written = gen_day_of(issued);
  put_head(t, job, ticket, &p, &style);
  for (int wife = 0; wife < 2; wife++) {
    gen_put(t, ',');
    gen_put_name(t, &spouses[wife].name, style.name);
    gen_put(t, ',');
    gen_put_date(t, spouses[wife].birth, style.date);
    gen_put(t, ',');
    gen_put_text(t, spouses[wife].id);
  }
  for (int wife = 0; wife < 2; wife++) {
    gen_put(t, ',');
    if (gen_below(&r, 100) < 90) gen_put_address(t, &spouses[wife].residence, style.address);
  }
  gen_plausible_report(job, ticket, &core, &spouses[0], &issued, NULL);
  gen_paper_report(job, &p, &owner, ticket, number_in(row));
}

const gen_schema gen_schema_civil_marriage = {
    .name = "civil-marriage",
    .header = "ma_ho_so,so,quyen_so,ngay_dang_ky,noi_dang_ky,chong_ho_ten,chong_ngay_sinh,chong_so_giay_to,vo_ho_ten,"
              "vo_ngay_sinh,vo_so_giay_to,chong_noi_cu_tru,vo_noi_cu_tru",
    .record_prefix = "KH",
    .record_width = 8,
    .entity_prefix = 'C',
    .entities_percent = entities_percent_couples,
    .covered = GEN_GROUP,
    .seconds = 10,
    .thirds = 1,
    .tag = 11,
    .prepare = wedding_prepare,
    .row = wedding_row,
};

/* ---- deaths ------------------------------------------------------------------------------- */

static int32_t death_day(const gen_core *core) {
  gen_random r = {gen_hash(core->key, tag_death)};
  uint32_t age = gen_below(&r, 95), other = gen_below(&r, 95); /* the older of two draws: most die old */
  int32_t day = core->birth_day + (int32_t)((age > other ? age : other) * 365 + gen_below(&r, 365));
  return not_after(day, last_day() - 40 - (int32_t)gen_below(&r, 3650));
}

static gen_entry death_entry(const gen_world *world, const gen_core *core, uint32_t copy) {
  gen_random r = {gen_hash(core->key, tag_death + 16)};
  int32_t day = death_day(core) + 1 + (int32_t)gen_below(&r, 30);
  return gen_entry_again(world, core, copy, (gen_entry){core->residence, day, false}, 30);
}

static khop_status death_prepare(gen_job *job, khop_error *err) { return gen_entry_numbers(job, death_entry, err); }

static uint32_t death_id_share(const gen_core *core, uint32_t copy) {
  return gen_date_of(death_day(core)).year < 2016 ? 2500 : copy ? 6000 : 8000;
}

static void put_death(gen_text *t, const gen_core *core, bool copy, const gen_style *style, gen_random *r) {
  int32_t day = death_day(core);
  if (copy && gen_below(r, 100) < 12) day += 1 + (int32_t)gen_below(r, 2);
  gen_put(t, ',');
  gen_put_date(t, gen_date_of(day), style->date);
  gen_put_text(t, ",\"");
  uint64_t key = gen_hash(core->key, tag_death + 17);
  if (key % 100 < 35) gen_put_text(t, gen_hospitals[key / 100 % gen_hospital_count]);
  else gen_put_commune(t, core->residence, style->address);
  gen_put(t, '"');
}

static void death_row(gen_job *job, const gen_ticket *ticket, gen_text *t) {
  event_row e;
  event_begin(job, ticket, death_entry, false, &e);
  const gen_subject *s = &e.subject;
  char *row = t->at;
  put_head(t, job, ticket, &e.paper, &e.style);
  gen_put(t, ',');
  gen_put_name(t, &s->name, e.style.name);
  gen_put(t, ',');
  gen_put_sex(t, s, &e.style);
  gen_put(t, ',');
  gen_put_date(t, s->birth, e.style.date);
  gen_put(t, ',');
  gen_put_text(t, s->id);
  put_death(t, &e.person.core, ticket->copy > 0, &e.style, &e.r);
  gen_put(t, ',');
  if (gen_below(&e.r, 100) < 94) gen_put_address(t, &s->residence, e.style.address);
  gen_id_report(job, ticket, &e.person.core, s);
  const gen_date death = gen_date_of(death_day(&e.person.core));
  gen_plausible_report(job, ticket, &e.person.core, s, &e.issued, &death);
  gen_paper_report(job, &e.paper, &e.owner, ticket, number_in(row));
}

const gen_schema gen_schema_civil_death = {
    .name = "civil-death",
    .header = "ma_ho_so,so,quyen_so,ngay_dang_ky,noi_dang_ky,ho_ten,gioi_tinh,ngay_sinh,so_dinh_danh,ngay_chet,noi_chet,noi_cu_tru",
    .record_prefix = "KT",
    .record_width = 8,
    .entity_prefix = 'P',
    .entities_percent = 100,
    .covered = 200,
    .seconds = 10,
    .tag = 12,
    .id_share = death_id_share,
    .prepare = death_prepare,
    .row = death_row,
};

/* ---- recognitions ------------------------------------------------------------------------- */

static gen_entry recognition_entry(const gen_world *world, const gen_core *core, uint32_t copy) {
  /* brothers and sisters are often recognised on one day: the draws are the family's */
  gen_random r = {gen_hash(core->family.key, tag_recognition)};
  int32_t day = not_after(core->register_day + 30 + (int32_t)gen_below(&r, 3000), last_day());
  return gen_entry_again(world, core, copy, (gen_entry){core->residence, day, false}, 30);
}

static khop_status recognition_prepare(gen_job *job, khop_error *err) { return gen_entry_numbers(job, recognition_entry, err); }

static void recognition_row(gen_job *job, const gen_ticket *ticket, gen_text *t) {
  event_row e;
  event_begin(job, ticket, recognition_entry, true, &e);
  const gen_subject *s = &e.subject;
  bool father = e.person.father_known && gen_hash(e.person.core.family.key, tag_recognition + 1) % 100 < 70;
  char *row = t->at;
  put_head(t, job, ticket, &e.paper, &e.style);
  gen_put(t, ',');
  gen_put_name(t, father ? &s->father : &s->mother, e.style.name);
  gen_put(t, ',');
  if (gen_below(&e.r, 100) < 92) gen_put_date(t, father ? s->father_birth : s->mother_birth, e.style.date);
  gen_put(t, ',');
  gen_put_name(t, &s->name, e.style.name);
  gen_put(t, ',');
  gen_put_date(t, s->birth, e.style.date);
  gen_plausible_report(job, ticket, &e.person.core, s, &e.issued, NULL);
  gen_paper_report(job, &e.paper, &e.owner, ticket, number_in(row));
}

const gen_schema gen_schema_civil_recognition = {
    .name = "civil-recognition",
    .header = "ma_ho_so,so,quyen_so,ngay_dang_ky,noi_dang_ky,cha_me_ho_ten,cha_me_ngay_sinh,con_ho_ten,con_ngay_sinh",
    .record_prefix = "NC",
    .record_width = 8,
    .entity_prefix = 'P',
    .entities_percent = 100,
    .covered = 128,
    .seconds = 8,
    .tag = 13,
    .prepare = recognition_prepare,
    .row = recognition_row,
};
