/* The register of births: entries of books, their re-registrations, and district copies typed from
 * the commune's book.
 *
 * The first row of a person is the commune's entry. A copy is either the same entry typed again
 * (same place, book and number) or a registration done over: later, under another number, often
 * elsewhere. Entry numbers run through each commune and year.
 */
#include "entry.h"

static uint32_t id_share(const gen_core *core, uint32_t copy) {
  int year = gen_date_of(core->register_day).year;
  if (year >= 2016) return 9500;
  return copy ? 5500 : 4600 + (year > 2000 ? 800u : 0);
}

static gen_entry entry_of(const gen_world *world, const gen_core *core, uint32_t copy) {
  const gen_entry first = {core->registered, core->register_day, false};
  return gen_entry_again(world, core, copy, first, 55);
}

static khop_status prepare(gen_job *job, khop_error *err) { return gen_entry_numbers(job, entry_of, err); }

/* ---- columns ------------------------------------------------------------------------------ */

static void put_entry(gen_text *t, const gen_paper *p, const gen_style *style, gen_random *r) {
  gen_put_number_and_book(t, p);
  gen_put(t, ',');
  gen_put_page(t, p, r);
  gen_put(t, ',');
  gen_put_day_and_office(t, p, style);
  gen_put_text(t, p->entry.again ? ",2," : ",1,");
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

static void put_row(gen_text *t, const gen_person *person, const gen_subject *s, const gen_paper *p,
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
  gen_paper p = gen_paper_of(job, entry_of, ticket, &person.core, &owner);
  int year = gen_date_of(p.entry.day).year;
  subject.parents = true;
  parent_ids(job, &person, year, &r, &subject);
  gen_id_show(job, ticket, &person.core, &subject);
  gen_subject_damage(&subject, job->rates, &job->errors, ticket->copy > 0, &r);
  /* a newborn written under the mother's name; more often where the entry was later done over */
  if (gen_below(&r, 10000) < 12) subject.name = person.mother;
  gen_date issued = gen_date_of(p.entry.day);
  gen_plausible_plant(job, ticket, &subject, &issued);
  p.day_written = gen_day_of(issued);
  gen_style style = gen_style_pick(job->rates, &r, 0);
  p.style = gen_address_style_pick(&r, 0);
  p.number_with_year = gen_below(&r, 100) < 78;
  gen_put_record_id(t, job, ticket->position);
  gen_put(t, ',');
  char *entry_start = t->at;
  put_row(t, &person, &subject, &p, &style, &r);
  gen_id_report(job, ticket, &person.core, &subject);
  gen_paper_report(job, &p, &owner, ticket, entry_start);
  gen_plausible_report(job, ticket, &person.core, &subject, &issued, NULL);
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
    .prepare = prepare,
    .row = birth_row,
};
