/* The population register: one row a person, few copies, numbers almost always there. */
#include "job.h"

static uint32_t id_share(const gen_core *core, uint32_t copy) {
  (void)core;
  return copy ? 9700 : 9930;
}

static void put_other_name(gen_text *t, const gen_subject *s, const gen_style *style, gen_random *r) {
  if (gen_below(r, 1000) >= 15) return;
  gen_name other = s->name; /* the given name alone, as people are called */
  other.words[0] = other.words[other.count - 1];
  other.count = 1;
  gen_put_name(t, &other, style->name);
}

static void put_row(gen_text *t, const gen_core *core, const gen_subject *s, const char *old_id, const char *phone,
                    const gen_style *style, gen_random *r) {
  const gen_ethnic_group *group = &gen_ethnic_groups[core->family.ethnic_group];
  bool other = group->other_spelling && core->family.ethnic_group != GEN_ETHNIC_KINH && gen_below(r, 100) < 20;
  gen_put_text(t, s->id);
  gen_put(t, ',');
  gen_put_text(t, old_id);
  gen_put(t, ',');
  gen_put_name(t, &s->name, style->name);
  gen_put(t, ',');
  put_other_name(t, s, style, r);
  gen_put(t, ',');
  gen_put_sex(t, s, style);
  gen_put(t, ',');
  gen_put_date(t, s->birth, style->date);
  gen_put_text(t, ",\"");
  gen_put_commune(t, core->origin, style->address);
  gen_put_text(t, "\",");
  gen_put_address(t, &s->residence, style->address);
  gen_put(t, ',');
  gen_put_text(t, other ? group->other_spelling : group->name);
  gen_put(t, ',');
  gen_put_text(t, phone);
}

static void cccd_row(gen_job *job, const gen_ticket *ticket, gen_text *t) {
  gen_person person;
  gen_subject subject;
  gen_random r = gen_row_random(job, ticket);
  gen_person_find(&job->world, ticket->entity, &person);
  gen_subject_of(&person, &subject);
  char old_id[GEN_ID_BYTES] = "", phone[GEN_ID_BYTES] = "";
  const gen_core *core = &person.core;
  if (core->birth.year < 2003 && gen_below(&r, 100) < 62) gen_old_id(core, ticket->copy && gen_below(&r, 100) < 20, old_id);
  if (gen_below(&r, 100) < 68) gen_phone(core, phone);
  gen_id_show(job, ticket, core, &subject);
  if (!job->disagrees) gen_subject_damage(&subject, job->rates, &job->errors, ticket->copy > 0, &r);
  gen_plausible_plant(job, ticket, &subject, NULL);
  gen_style style = gen_style_pick(job->rates, &r, 18);
  gen_put_record_id(t, job, ticket->position);
  gen_put(t, ',');
  put_row(t, core, &subject, old_id, phone, &style, &r);
  gen_id_report(job, ticket, core, &subject);
  gen_plausible_report(job, ticket, core, &subject, NULL, NULL);
}

const gen_schema gen_schema_cccd = {
    .name = "cccd",
    .header = "ma_dan_cu,so_cccd,so_cmnd,ho_ten,ten_goi_khac,gioi_tinh,ngay_sinh,que_quan,noi_thuong_tru,dan_toc,"
              "dien_thoai",
    .record_prefix = "DC",
    .record_width = 8,
    .entity_prefix = 'P',
    .entities_percent = 100,
    .covered = GEN_GROUP,
    .seconds = 5,
    .tag = 2,
    .id_share = id_share,
    .row = cccd_row,
};
