/* Registers of people that differ in their columns only: health books, vaccination, residence, payments,
 * judicial records, referrals, any people. Each is a list of columns and how often each is filled in. */
#include "job.h"

enum { tag_health = 801, tag_account, tag_household, tag_birth_place };

typedef void put_column(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person,
                        const gen_subject *s, const gen_style *style);

typedef struct column {
  put_column *put; /* NULL ends the list */
  uint32_t percent;
} column;

typedef struct people_schema {
  gen_schema base; /* first, so that a job's schema leads here */
  column columns[12];
} people_schema;

/* ---- columns ------------------------------------------------------------------------------ */

#define UNUSED (void)job, (void)ticket, (void)person, (void)s, (void)style

static void put_name(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                     const gen_style *style) {
  UNUSED;
  gen_put_name(t, &s->name, style->name);
}

static void put_birth(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                      const gen_style *style) {
  UNUSED;
  gen_put_date(t, s->birth, style->date);
}

static void put_sex(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                    const gen_style *style) {
  UNUSED;
  gen_put_sex(t, s, style);
}

static void put_id(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                   const gen_style *style) {
  UNUSED;
  gen_put_text(t, s->id);
}

static void put_mother(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                       const gen_style *style) {
  UNUSED;
  if (!s->mother_missing) gen_put_name(t, &s->mother, style->name);
}

static void put_father(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                       const gen_style *style) {
  UNUSED;
  if (!s->father_missing) gen_put_name(t, &s->father, style->name);
}

static void put_address(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                        const gen_style *style) {
  UNUSED;
  gen_put_address(t, &s->residence, style->address);
}

static void put_birth_place(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                            const gen_style *style) {
  UNUSED;
  uint64_t key = gen_hash(person->core.key, tag_birth_place);
  gen_put(t, '"');
  if (key % 100 < 30) gen_put_text(t, gen_provinces[gen_districts[gen_communes[person->core.registered].district].province].name);
  else gen_put_commune(t, person->core.registered, style->address);
  gen_put(t, '"');
}

static void put_phone(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                      const gen_style *style) {
  UNUSED;
  char phone[GEN_ID_BYTES];
  gen_phone(&person->core, phone);
  gen_put_text(t, phone);
}

/* Copies in two slots of a group have a second number, where more faults are asked for. */
static bool second_social(const gen_job *job, const gen_ticket *ticket) {
  return job->extra_faults && ticket->copy == 1 && ticket->slot > GEN_SLOT_NEAR && ticket->slot <= GEN_SLOT_NEAR + 2;
}

static void put_social(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                       const gen_style *style) {
  UNUSED;
  char social[GEN_ID_BYTES];
  gen_social_number(&person->core, second_social(job, ticket), social);
  gen_put_text(t, social);
}

/* The first five characters change when a card is renewed. */
static void put_card(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                     const gen_style *style) {
  static const char *const groups[] = {"DN4", "GD4", "HT3", "HN2", "DK2", "CC1", "HX4", "CN3"};
  const gen_core *core = &person->core;
  bool renewed = ticket->copy && gen_hash(core->key, ticket->copy) % 3 == 0;
  gen_put_text(t, core->birth.year > 2018 ? "TE1" : core->birth.year > 2006 ? "HS4" : groups[(core->key + renewed) % 8]);
  gen_put_number(t, gen_provinces[gen_districts[gen_communes[core->residence].district].province].code, 2);
  put_social(t, job, ticket, person, s, style);
}

/* Every other copy came with a second book. */
static void put_health_id(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                          const gen_style *style) {
  UNUSED;
  uint64_t key = gen_hash(person->core.key, tag_health);
  uint64_t issue = ticket->copy && key % 2 ? ticket->copy : 0;
  gen_put_text(t, "YT");
  gen_put_number(t, person->core.index + issue * GEN_PEOPLE_MAX, 10);
}

static const gen_name *head_of(const gen_family *family) { return family->father_unknown ? &family->mother : &family->father; }

/* A copy in the register of residence lives with another family. */
static bool stays_elsewhere(const gen_ticket *ticket, const gen_core *core) {
  return ticket->copy && gen_hash(core->key, tag_household) % 100 < 40;
}

static void put_household(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                          const gen_style *style) {
  UNUSED;
  const gen_core *core = &person->core;
  bool elsewhere = stays_elsewhere(ticket, core);
  uint64_t other = gen_hash(core->key, tag_household + 1) % job->world.people;
  gen_put_number(t, gen_provinces[gen_districts[gen_communes[core->residence].district].province].code, 2);
  gen_put_number(t, elsewhere ? other : core->family.first, 9);
}

static void put_head(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                     const gen_style *style) {
  UNUSED;
  const gen_core *core = &person->core;
  if (!stays_elsewhere(ticket, core)) {
    gen_put_name(t, head_of(&core->family), style->name);
    return;
  }
  gen_person other;
  gen_person_find(&job->world, gen_hash(core->key, tag_household + 1) % job->world.people, &other);
  gen_put_name(t, head_of(&other.core.family), style->name);
}

static void put_relation(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                         const gen_style *style) {
  UNUSED;
  const gen_core *core = &person->core;
  bool is_head = core->role == GEN_FATHER || (core->role == GEN_MOTHER && core->family.father_unknown);
  if (stays_elsewhere(ticket, core)) gen_put_text(t, "Người ở nhờ");
  else gen_put_text(t, is_head ? "Chủ hộ" : core->role == GEN_MOTHER ? "Vợ" : "Con");
}

/* A tenth of the families has one account. */
static uint64_t account_key(const gen_ticket *ticket, const gen_core *core) {
  bool shared = gen_hash(core->family.key, tag_account) % 10 == 0;
  uint64_t other = ticket->copy && gen_hash(core->key, tag_account + 1) % 10 < 3;
  return gen_hash(shared ? core->family.key : core->key, tag_account + 2 + other);
}

static void put_account(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                        const gen_style *style) {
  UNUSED;
  gen_put_number(t, account_key(ticket, &person->core) % 10000000000000u, 13);
}

static void put_bank(gen_text *t, const gen_job *job, const gen_ticket *ticket, const gen_person *person, const gen_subject *s,
                     const gen_style *style) {
  UNUSED;
  static const char *const banks[] = {"Vietcombank", "Agribank", "VietinBank", "BIDV", "Sacombank", "ACB", "Techcombank", "MB"};
  gen_put_text(t, banks[(account_key(ticket, &person->core) >> 48) % 8]);
}

/* ---- row ---------------------------------------------------------------------------------- */

static const people_schema *people_of(const gen_job *job) { return (const people_schema *)(const void *)job->schema; }

/* Whether the first row has a card, too, only its draws tell: that of a row without one is reported all the same. */
static void report_second_social(gen_job *job, const gen_ticket *ticket, const gen_core *core) {
  char social[GEN_ID_BYTES];
  gen_ticket first;
  if (!second_social(job, ticket) || !gen_plan_find(&job->plan, ticket->entity, 0, &first)) return;
  gen_social_number(core, 1, social);
  gen_fault_add(job, GEN_CARD_MULTIPLE, &first, ticket, social);
}

static void people_row(gen_job *job, const gen_ticket *ticket, gen_text *t) {
  gen_person person;
  gen_subject subject;
  gen_random r = gen_row_random(job, ticket);
  gen_person_find(&job->world, ticket->entity, &person);
  gen_subject_of(&person, &subject);
  subject.parents = true;
  gen_id_show(job, ticket, &person.core, &subject);
  gen_subject_damage(&subject, job->rates, &job->errors, ticket->copy > 0, &r);
  gen_plausible_plant(job, ticket, &subject, NULL);
  gen_style style = gen_style_pick(job->rates, &r, 15);
  gen_put_record_id(t, job, ticket->position);
  bool has_sex = false, has_social = false;
  for (const column *c = people_of(job)->columns; c->put; c++) {
    gen_put(t, ',');
    bool is_filled = gen_below(&r, 100) < c->percent;
    if (is_filled) c->put(t, job, ticket, &person, &subject, &style);
    has_sex |= is_filled && c->put == put_sex;
    has_social |= is_filled && (c->put == put_social || c->put == put_card);
  }
  subject.sex_missing |= !has_sex; /* nothing that a number could contradict */
  gen_id_report(job, ticket, &person.core, &subject);
  if (has_social) report_second_social(job, ticket, &person.core);
  gen_plausible_report(job, ticket, &person.core, &subject, NULL, NULL);
}

static uint32_t most(const gen_core *core, uint32_t copy) { return copy ? 7500 : core->birth.year > 2011 ? 6500 : 8800; }
static uint32_t some(const gen_core *core, uint32_t copy) { return copy ? 4500 : core->birth.year > 2011 ? 3500 : 6500; }

static const people_schema health_book = {
    .base = {.name = "health-book",
             .header = "ma_ho_so,ma_dinh_danh_y_te,ho_ten,ngay_sinh,gioi_tinh,so_dinh_danh,ma_the_bhyt,dia_chi,dien_thoai,ho_ten_bo,"
                       "ho_ten_me",
             .record_prefix = "SK", .record_width = 8, .entity_prefix = 'P', .entities_percent = 100,
             .covered = GEN_GROUP, .seconds = 12, .thirds = 2, .tag = 5, .id_share = most, .row = people_row},
    .columns = {{put_health_id, 60}, {put_name, 100}, {put_birth, 100}, {put_sex, 99}, {put_id, 100}, {put_card, 75},
                {put_address, 93}, {put_phone, 65}, {put_father, 35}, {put_mother, 40}}};

static const people_schema vaccination = {
    .base = {.name = "vaccination",
             .header = "ma_doi_tuong,ho_ten,ngay_sinh,gioi_tinh,so_dinh_danh,ho_ten_me,dien_thoai,dia_chi",
             .record_prefix = "TC", .record_width = 8, .entity_prefix = 'P', .entities_percent = 100,
             .covered = GEN_GROUP, .seconds = 15, .thirds = 2, .tag = 6, .id_share = some, .row = people_row},
    .columns = {{put_name, 100}, {put_birth, 100}, {put_sex, 99}, {put_id, 100}, {put_mother, 70}, {put_phone, 80}, {put_address, 95}}};

static const people_schema residence = {
    .base = {.name = "residence",
             .header = "stt,ma_ho,so_dinh_danh,ho_ten,ngay_sinh,gioi_tinh,chu_ho,quan_he,noi_thuong_tru",
             .record_prefix = "CT", .record_width = 8, .entity_prefix = 'P', .entities_percent = 100,
             .covered = GEN_GROUP, .seconds = 9, .tag = 7, .id_share = most, .row = people_row},
    .columns = {{put_household, 99}, {put_id, 100}, {put_name, 100}, {put_birth, 100}, {put_sex, 100}, {put_head, 97},
                {put_relation, 95}, {put_address, 98}}};

static const people_schema social_payment = {
    .base = {.name = "social-payment",
             .header = "ma_doi_tuong,ho_ten,ngay_sinh,so_dinh_danh,ma_so_bhxh,so_tai_khoan,ngan_hang,dia_chi",
             .record_prefix = "AS", .record_width = 8, .entity_prefix = 'P', .entities_percent = 100,
             .covered = 200, .seconds = 10, .tag = 8, .id_share = most, .row = people_row},
    .columns = {{put_name, 100}, {put_birth, 100}, {put_id, 100}, {put_social, 70}, {put_account, 75}, {put_bank, 75}, {put_address, 95}}};

static const people_schema judicial = {
    .base = {.name = "judicial",
             .header = "ma_ho_so,ho_ten,ngay_sinh,gioi_tinh,so_dinh_danh,noi_sinh,cha_ho_ten,me_ho_ten",
             .record_prefix = "LL", .record_width = 8, .entity_prefix = 'P', .entities_percent = 100,
             .covered = 180, .seconds = 14, .thirds = 1, .tag = 9, .id_share = most, .row = people_row},
    .columns = {{put_name, 100}, {put_birth, 100}, {put_sex, 100}, {put_id, 100}, {put_birth_place, 92}, {put_father, 95}, {put_mother, 97}}};

static const people_schema referral = {
    .base = {.name = "referral",
             .header = "so_giay,ma_the_bhyt,so_dinh_danh,ho_ten,ngay_sinh,gioi_tinh,dia_chi",
             .record_prefix = "GT", .record_width = 8, .entity_prefix = 'P', .entities_percent = 100,
             .covered = 200, .seconds = 60, .thirds = 15, .tag = 10, .id_share = most, .row = people_row},
    .columns = {{put_card, 85}, {put_id, 100}, {put_name, 100}, {put_birth, 100}, {put_sex, 99}, {put_address, 92}}};

static const people_schema any_people = {
    .base = {.name = "person",
             .header = "id,full_name,birth_date,sex,national_id,phone,address",
             .record_prefix = "NG", .record_width = 8, .entity_prefix = 'P', .entities_percent = 100,
             .covered = GEN_GROUP, .seconds = 13, .thirds = 2, .tag = 14, .id_share = some, .row = people_row},
    .columns = {{put_name, 100}, {put_birth, 98}, {put_sex, 97}, {put_id, 100}, {put_phone, 75}, {put_address, 90}}};

const gen_schema *const gen_people_schemas[] = {&health_book.base, &vaccination.base, &residence.base,  &social_payment.base,
                                                &judicial.base,    &referral.base,    &any_people.base, NULL};
