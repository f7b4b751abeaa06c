/* The register of births: entries of books, their re-registrations, and district copies typed from
 * the commune's book.
 *
 * The first row of a person is the commune's entry. A copy is either the same entry typed again
 * (same place, book and number) or a registration done over: later, under another number, often
 * elsewhere. Entry numbers run through each commune and year.
 */
#include <stdlib.h>

#include "job.h"

enum { tag_copy = 601, year_first = 1930, years = 97, book_entries = 200 };

typedef struct entry {
  uint16_t commune;
  int32_t day;
  bool again; /* loai_dang_ky 2 */
} entry;

static uint32_t id_share(const gen_core *core, uint32_t copy) {
  int year = gen_date_of(core->register_day).year;
  if (year >= 2016) return 9500;
  return copy ? 5500 : 4600 + (year > 2000 ? 800u : 0);
}

/* Copy 2 is always a registration done over: a third row of one entry would be rare. */
static bool is_again(const gen_core *core, uint32_t copy) {
  return copy == 2 || (copy == 1 && gen_hash(core->key, tag_copy) % 100 < 55);
}

static entry entry_of(const gen_world *world, const gen_core *core, uint32_t copy) {
  entry e = {core->registered, core->register_day, is_again(core, copy)};
  if (!e.again) return e;
  gen_random r = {gen_hash(core->key, tag_copy + copy)};
  const int32_t from = gen_day_of((gen_date){2000, 1, 1}), to = gen_day_of((gen_date){2025, 6, 1});
  int32_t after = core->register_day + 200 > from ? core->register_day + 200 : from;
  if (after > to - 30) after = to - 30;
  e.day = after + (int32_t)gen_below(&r, (uint32_t)(to - after));
  uint32_t where = gen_below(&r, 100);
  const gen_district *district = &gen_districts[gen_communes[core->registered].district];
  if (where < 45) e.commune = (uint16_t)(district->commune_first + gen_below(&r, district->commune_count));
  if (where >= 80) e.commune = (uint16_t)gen_pick(&world->commune, gen_next(&r));
  return e;
}

static uint32_t number_next(uint32_t *next, entry e) {
  return ++next[(size_t)e.commune * years + (size_t)(gen_date_of(e.day).year - year_first)];
}

/* Numbers of all rows: first rows in order of people, so that twins get successive ones. */
static khop_status numbers_create(gen_job *job, khop_error *err) {
  uint32_t *next = calloc(gen_commune_count * years, sizeof *next);
  uint16_t *numbers = calloc(job->plan.rows, sizeof *numbers);
  job->prepared = numbers;
  if (!next || !numbers) {
    free(next);
    return gen_fail(err, KHOP_ENVIRONMENT, "entry numbers of %llu rows: out of memory",
                    (unsigned long long)job->plan.rows);
  }
  gen_core core;
  gen_ticket ticket;
  gen_core_find(&job->world, 0, &core);
  for (uint64_t i = 0; i < job->plan.entities; i++, gen_core_next(&job->world, &core)) {
    if (!gen_plan_find(&job->plan, i, 0, &ticket)) continue;
    numbers[ticket.row] = (uint16_t)number_next(next, entry_of(&job->world, &core, 0));
  }
  for (uint64_t i = 0; i < job->plan.entities; i++) {
    for (uint32_t copy = 1; copy < 3 && gen_plan_find(&job->plan, i, copy, &ticket); copy++) {
      gen_core_find(&job->world, i, &core);
      entry e = entry_of(&job->world, &core, copy);
      if (e.again) numbers[ticket.row] = (uint16_t)number_next(next, e);
    }
  }
  free(next);
  return KHOP_OK;
}

/* ---- columns ------------------------------------------------------------------------------ */

typedef struct paper {
  entry entry;
  uint32_t number;
  bool number_with_year, twice, repeated;
  gen_address_style style;
} paper;

/* The entry that this row claims; `owner` gets the other record when it is somebody else's. */
static paper paper_of(const gen_job *job, const gen_ticket *ticket, const gen_core *core, gen_ticket *owner) {
  const uint16_t *numbers = job->prepared;
  paper p = {.entry = entry_of(&job->world, core, ticket->copy), .number = numbers[ticket->row]};
  if (ticket->copy == 1 && !p.entry.again && gen_plan_find(&job->plan, ticket->entity, 0, owner)) {
    p.number = numbers[owner->row];
    p.twice = true;
  }
  uint64_t other;
  if (ticket->slot == GEN_SLOT_ENTRY_REPEATED &&
      gen_plan_neighbour(&job->plan, ticket->entity, GEN_SLOT_ENTRY_OWNER, &other) &&
      gen_plan_find(&job->plan, other, 0, owner)) {
    gen_core theirs;
    gen_core_find(&job->world, other, &theirs);
    p.entry.commune = theirs.registered;
    p.entry.day = theirs.register_day;
    p.number = numbers[owner->row];
    p.repeated = true;
  }
  return p;
}

static void put_entry(gen_text *t, const paper *p, const gen_style *style, gen_random *r) {
  unsigned year = gen_date_of(p->entry.day).year;
  uint32_t page = gen_below(r, 100);
  gen_put_number(t, p->number, 1);
  if (p->number_with_year) {
    gen_put(t, '/');
    gen_put_number(t, year, 4);
  }
  gen_put(t, ',');
  gen_put_number(t, 1 + (p->number - 1) / book_entries, 2);
  gen_put(t, '/');
  gen_put_number(t, year, 4);
  gen_put(t, ',');
  if (page < 60) gen_put_number(t, 1 + (p->number - 1) % book_entries / 2, page < 30 ? 2 : 1);
  gen_put(t, ',');
  gen_put_date(t, gen_date_of(p->entry.day), style->date);
  gen_put_text(t, ",\"UBND ");
  gen_put_commune(t, p->entry.commune, p->style);
  gen_put_text(t, p->entry.again ? "\",2," : "\",1,");
}

static void put_birth_place(gen_text *t, const gen_core *core, gen_random *r, gen_address_style style) {
  uint64_t key = gen_hash(core->key, 77);
  gen_put(t, '"');
  if (gen_below(r, 100) < 6) {
    gen_put(t, '"');
    return;
  }
  if (key % 100 < 55) {
    gen_put_text(t, gen_hospitals[key / 100 % gen_hospital_count]);
    if (gen_below(r, 100) < 60) {
      gen_put_text(t, ", ");
      gen_put_text(t, gen_provinces[gen_districts[gen_communes[core->registered].district].province].name);
    }
  } else {
    gen_put_commune(t, core->registered, style);
  }
  gen_put(t, '"');
}

static void put_origin(gen_text *t, const gen_core *core, gen_random *r, gen_address_style style) {
  uint32_t draw = gen_below(r, 100);
  gen_put(t, '"');
  if (draw < 24) {
    gen_put_text(t, gen_provinces[gen_districts[gen_communes[core->origin].district].province].name);
  } else if (draw >= 28) {
    gen_put_commune(t, core->origin, style);
  }
  gen_put(t, '"');
}

static void put_people(gen_text *t, const gen_core *core, uint32_t draw) {
  const gen_ethnic_group *group = &gen_ethnic_groups[core->family.ethnic_group];
  bool other = group->other_spelling && core->family.ethnic_group != GEN_ETHNIC_KINH && draw % 100 < 30;
  if (draw % 1000 >= 985) {
    gen_put_text(t, ",");
    return;
  }
  gen_put_text(t, other ? group->other_spelling : group->name);
  gen_put_text(t, draw % 100 < 96 ? ",Việt Nam" : ",");
}

static void put_parent(gen_text *t, const gen_name *name, bool missing, gen_date birth, const char *id,
                       const gen_style *style, uint32_t draw) {
  gen_put(t, ',');
  if (!missing) gen_put_name(t, name, style->name);
  gen_put(t, ',');
  if (draw % 100 >= 84) {
    if (!missing && draw % 100 < 94) gen_put_date(t, birth, style->date);
  } else if (!missing) {
    gen_put_number(t, birth.year, 4);
  }
  gen_put(t, ',');
  if (!missing) gen_put_text(t, id);
}

/* ---- row ---------------------------------------------------------------------------------- */

/* Older entries name a parent's old number or none; later ones the personal ID. */
static void parent_ids(const gen_job *job, const gen_person *person, int year, gen_random *r, gen_subject *s) {
  for (int father = 0; father < 2; father++) {
    uint32_t draw = gen_below(r, 100);
    char *id = father ? s->father_id : s->mother_id;
    bool old = year < 2016 ? draw < 97 : draw < 25;
    if (gen_below(r, 100) < (year < 1990 ? 65u : year < 2016 ? 40u : 10u)) continue;
    if (father && !person->father_known) continue;
    gen_parent_id(&job->world, person, father, old, id);
  }
}

static void put_row(gen_text *t, const gen_person *person, const gen_subject *s, const paper *p,
                    const gen_style *style, gen_random *r) {
  const gen_core *core = &person->core;
  put_entry(t, p, style, r);
  gen_put_name(t, &s->name, style->name);
  gen_put(t, ',');
  gen_put_sex(t, s, style);
  gen_put(t, ',');
  gen_put_date(t, s->birth, style->date);
  gen_put(t, ',');
  put_birth_place(t, core, r, p->style);
  gen_put(t, ',');
  put_origin(t, core, r, style->address);
  gen_put(t, ',');
  put_people(t, core, gen_below(r, 100000));
  gen_put(t, ',');
  gen_put_text(t, s->id);
  put_parent(t, &s->mother, s->mother_missing, s->mother_birth, s->mother_id, style, gen_below(r, 1000));
  put_parent(t, &s->father, s->father_missing, s->father_birth, s->father_id, style, gen_below(r, 1000));
  gen_put(t, ',');
  if (gen_below(r, 100) < 96) gen_put_address(t, &s->residence, style->address);
}

static void birth_row(gen_job *job, const gen_ticket *ticket, gen_text *t) {
  gen_person person;
  gen_subject subject;
  gen_ticket owner;
  gen_random r = gen_row_random(job, ticket);
  gen_person_find(&job->world, ticket->entity, &person);
  gen_subject_of(&person, &subject);
  paper p = paper_of(job, ticket, &person.core, &owner);
  int year = gen_date_of(p.entry.day).year;
  subject.parents = true;
  parent_ids(job, &person, year, &r, &subject);
  gen_id_show(job, ticket, &person.core, &subject);
  gen_subject_damage(&subject, job->rates, &job->errors, ticket->copy > 0, &r);
  /* a newborn written under the mother's name; more often where the entry was later done over */
  if (gen_below(&r, 10000) < 12) subject.name = person.mother;
  gen_style style = gen_style_pick(job->rates, &r, 0);
  p.style = gen_address_style_pick(&r, 0);
  p.number_with_year = gen_below(&r, 100) < 78;
  gen_put_record_id(t, job, ticket->position);
  gen_put(t, ',');
  char *entry_start = t->at;
  put_row(t, &person, &subject, &p, &style, &r);
  gen_id_report(job, ticket, &person.core, &subject);
  if (!p.twice && !p.repeated) return;
  char number[32] = "";
  const char *comma = memchr(entry_start, ',', sizeof number - 1);
  if (comma) memcpy(number, entry_start, (size_t)(comma - entry_start));
  gen_fault_add(job, p.twice ? GEN_ENTRY_TWICE : GEN_ENTRY_NUMBER_REPEATED, &owner, ticket, number);
}

const gen_schema gen_schema_civil_birth = {
    .name = "civil-birth",
    .header = "ma_ho_so,so,quyen_so,trang_so,ngay_dang_ky,noi_dang_ky,loai_dang_ky,ho_ten,gioi_tinh,ngay_sinh,"
              "noi_sinh,que_quan,dan_toc,quoc_tich,so_dinh_danh,me_ho_ten,me_nam_sinh,me_so_giay_to,cha_ho_ten,"
              "cha_nam_sinh,cha_so_giay_to,noi_cu_tru",
    .record_prefix = "KS",
    .record_width = 8,
    .entity_prefix = 'P',
    .entities_percent = 100,
    .covered = GEN_GROUP,
    .seconds = 20,
    .thirds = 2,
    .tag = 1,
    .id_share = id_share,
    .prepare = numbers_create,
    .row = birth_row,
};
