/* The register of health-insurance cards: seven people of eight hold one, 3 % hold two. A second
 * card is a renewal (other first five characters, same ten digits) or, for 0.6 % of the holders, a
 * card under a second social-insurance number. */
#include "job.h"

enum { tag_card = 701, age_year = 2025 };

static uint32_t id_share(const gen_core *core, uint32_t copy) {
  (void)core;
  (void)copy;
  return 6450;
}

/* Slot 0 of every group and slot 1 of every other. */
static bool second_number(const gen_ticket *ticket) {
  return ticket->slot == 0 || (ticket->slot == 1 && ticket->entity / GEN_GROUP % 2);
}

/* Letters of the holder's group and the benefit digit, by age. */
static const char *card_group(unsigned born, uint64_t draw) {
  static const char *const working[] = {"DN4", "DN4", "DN4", "GD4", "GD4", "GD4", "HC4", "HX4",
                                        "CH4", "HN2", "CN3", "DT2", "DK2", "BT2", "CC1", "XN4"};
  unsigned age = age_year - born;
  if (age <= 6) return "TE1";
  if (age <= 18) return "HS4";
  if (age <= 22 && draw % 2) return "SV4";
  if (age >= 60 && draw % 3) return "HT3";
  return working[draw / 4 % 16];
}

/* The card's number in one of its four written forms. */
static void put_card(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_core *core,
                     const char *social, gen_random *r) {
  uint32_t form = gen_below(r, 100);
  unsigned province = gen_provinces[gen_districts[gen_communes[core->residence].district].province].code;
  bool special = ticket->slot < GEN_SLOT_OTHER;
  if (form < 6 && !special) {
    gen_put_text(t, social);
    return;
  }
  if (form < 10 && !special) {
    char id[GEN_ID_BYTES];
    gen_personal_id(&job->world, core, 0, id);
    gen_put_text(t, id);
    return;
  }
  if (ticket->copy) province = gen_provinces[gen_below(r, (uint32_t)gen_province_count)].code;
  gen_put_text(t, card_group(core->birth.year, gen_hash(core->key + tag_card, ticket->copy)));
  gen_put_number(t, province, 2);
  gen_put_text(t, social);
  if (form >= 95) {
    gen_put_number(t, province, 2);
    gen_put_number(t, 1 + gen_below(r, 200), 3);
  }
}

/* *issued: the year is given or 0; gets the first day. */
static void put_period(gen_job *job, const gen_ticket *ticket, gen_text *t, const gen_style *style, gen_random *r,
                       const char *social, gen_date *issued) {
  bool expired = ticket->slot == GEN_SLOT_EXPIRED && !job->disagrees;
  gen_date from = {(uint16_t)(2023 + gen_below(r, 3)), (uint8_t)(1 + gen_below(r, 12)), 1};
  gen_date to = {(uint16_t)(2029 + gen_below(r, 6)), 12, 31};
  if (expired) {
    to.year = (uint16_t)(2016 + gen_below(r, 7));
    from.year = (uint16_t)(to.year - 1);
    gen_fault_add(job, GEN_CARD_EXPIRED, ticket, NULL, social);
  }
  if (issued->year) from.year = issued->year;
  *issued = from;
  gen_put(t, ',');
  gen_put_date(t, from, style->date);
  gen_put(t, ',');
  gen_put_date(t, to, style->date);
}

static void report_second_number(gen_job *job, const gen_ticket *ticket, const char *social) {
  gen_ticket first;
  if (ticket->copy != 1 || !second_number(ticket)) return;
  if (gen_plan_find(&job->plan, ticket->entity, 0, &first)) {
    gen_fault_add(job, GEN_CARD_MULTIPLE, &first, ticket, social);
  }
}

static void put_row(gen_job *job, const gen_ticket *ticket, gen_text *t, const gen_core *core, const gen_subject *s,
                    const gen_style *style, gen_random *r, gen_date *issued) {
  char social[GEN_ID_BYTES], phone[GEN_ID_BYTES];
  unsigned province = gen_provinces[gen_districts[gen_communes[core->residence].district].province].code;
  gen_social_number(core, ticket->copy == 1 && second_number(ticket), social);
  gen_phone(core, phone);
  put_card(t, job, ticket, core, social, r);
  gen_put(t, ',');
  if (gen_below(r, 100) < 80) gen_put_text(t, social);
  gen_put(t, ',');
  gen_put_name(t, &s->name, style->name);
  gen_put(t, ',');
  gen_put_date(t, s->birth, style->date);
  gen_put(t, ',');
  gen_put_sex(t, s, style);
  gen_put(t, ',');
  gen_put_address(t, &s->residence, style->address);
  gen_put(t, ',');
  gen_put_text(t, s->id);
  gen_put(t, ',');
  if (gen_below(r, 100) < 55) gen_put_text(t, phone);
  gen_put(t, ',');
  gen_put_number(t, province, 2);
  gen_put_number(t, 1 + gen_below(r, 200), 3);
  put_period(job, ticket, t, style, r, social, issued);
  report_second_number(job, ticket, social);
}

/* Cards are typed by other offices: more of them differ from the citizen's record. */
static void differ(const gen_job *job, const gen_ticket *ticket, const gen_person *person, gen_subject *s, gen_random *r) {
  bool careless = ticket->copy || gen_below(r, 100) < 15;
  gen_subject_damage(s, job->rates, &job->errors, careless, r);
  if (person->core.birth.year >= 2022 && gen_below(r, 100) < 6) s->name = person->mother;
}

static void bhyt_row(gen_job *job, const gen_ticket *ticket, gen_text *t) {
  gen_person person;
  gen_subject subject;
  gen_random r = gen_row_random(job, ticket);
  gen_person_find(&job->world, ticket->entity, &person);
  gen_subject_of(&person, &subject);
  gen_id_show(job, ticket, &person.core, &subject);
  if (job->disagrees) gen_disagree(job, ticket, &person, &subject);
  else differ(job, ticket, &person, &subject, &r);
  gen_date issued = {0};
  gen_plausible_plant(job, ticket, &subject, &issued);
  gen_style style = gen_style_pick(job->rates, &r, 12);
  gen_put_record_id(t, job, ticket->position);
  gen_put(t, ',');
  put_row(job, ticket, t, &person.core, &subject, &style, &r, &issued);
  gen_id_report(job, ticket, &person.core, &subject);
  gen_plausible_report(job, ticket, &person.core, &subject, &issued, NULL);
}

const gen_schema gen_schema_bhyt = {
    .name = "bhyt",
    .header = "stt,ma_the,ma_so_bhxh,ho_ten,ngay_sinh,gioi_tinh,dia_chi,so_dinh_danh,dien_thoai,ma_dkbd,han_the_tu,"
              "han_the_den",
    .record_prefix = "BH",
    .record_width = 8,
    .entity_prefix = 'P',
    .entities_percent = 100,
    .covered = 225,
    .seconds = 7,
    .tag = 3,
    .id_share = id_share,
    .row = bhyt_row,
};
