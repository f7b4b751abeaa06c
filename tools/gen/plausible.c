/* Dates that cannot be: planted in the rows that nothing else is wrong with, and told by what the rows then say, as slips of
 * the pen make such dates, too. Only with options.faults. */
#include "job.h"

enum { tag_plausible = 951, over_age_last = 1905 /* born before 1906: over 120 in 2026 */, future_first = 2027 };
enum { birth_days_within = 270, oldest_years = 120, MORE_OF_COUPLES = 5 /* who are few */ };

typedef enum fault_wanted { WANT_OLD, WANT_FUTURE, WANT_PARENT, WANT_ISSUED, WANTS } fault_wanted;

static void year_put(gen_date *date, uint64_t year) {
  date->year = (uint16_t)year;
  if (date->month == 2 && date->day == 29) date->day = 28;
}

static void plant_parent(gen_subject *s, uint64_t key) {
  gen_date *parent = key % 2 || s->father_missing ? &s->mother_birth : &s->father_birth;
  if (key % 4 < 2) parent->year = (uint16_t)(s->birth.year - 1 - key / 4 % 9);
  else parent->year = (uint16_t)(s->birth.year - 64 - key / 4 % 20);
}

void gen_plausible_plant(const gen_job *job, const gen_ticket *ticket, gen_subject *s, gen_date *issued) {
  if (!job->extra_faults || !gen_slot_is_free(job, ticket->slot)) return;
  uint64_t key = gen_hash(job->world.seed + tag_plausible, ticket->entity);
  const uint64_t each = (uint64_t)job->extra_faults * (job->schema == &gen_schema_civil_marriage ? MORE_OF_COUPLES : 1), draw = key % 10000;
  if (draw >= each * WANTS) return;
  key = gen_mix(key);
  switch ((fault_wanted)(draw / each)) {
    case WANT_OLD:
      year_put(&s->birth, 1850 + key % 50);
      break;
    case WANT_FUTURE: /* an entry's own day, where there is one: a birth behind it would be a fault besides */
      year_put(issued && s->parents ? issued : &s->birth, 2040 + key % 50);
      break;
    case WANT_PARENT:
      if (s->parents && job->schema == &gen_schema_civil_birth) plant_parent(s, key);
      break;
    default:
      if (issued) year_put(issued, s->birth.year - 1 - key % 20);
  }
}

/* By the year alone where one of them says no more. */
static bool is_before(gen_date day, gen_date other) {
  if (!day.month || !other.month) return day.year < other.year;
  return gen_day_of(day) < gen_day_of(other);
}

static bool parent_age_odd(gen_date child, gen_date parent, bool missing) {
  int age = child.year - parent.year;
  return !missing && child.year && parent.year && (age < 12 || age > 60);
}

/* The child before this one, of the same mother. */
static void report_births_close(gen_job *job, const gen_ticket *ticket, const gen_core *core) {
  gen_ticket elder;
  const gen_family *family = &core->family;
  if (core->role != GEN_CHILD || !core->child || family->twin[core->child] || ticket->copy) return;
  uint32_t before = core->child - 1;
  if (family->births[core->child] - family->births[before] > birth_days_within) return;
  if (gen_plan_find(&job->plan, family->first + before, 0, &elder)) {
    gen_fault_add(job, GEN_PLAUSIBLE_BIRTHS_CLOSE, &elder, ticket, "");
  }
}

void gen_plausible_report(gen_job *job, const gen_ticket *ticket, const gen_core *core, const gen_subject *s, const gen_date *issued,
                          const gen_date *death) {
  if (!job->extra_faults) return;
  if (s->birth.year <= (death ? death->year - oldest_years - 1 : over_age_last)) gen_fault_add(job, GEN_PLAUSIBLE_AGE_OVER_120, ticket, NULL, "");
  if (s->birth.year >= future_first || (issued && issued->year >= future_first)) {
    gen_fault_add(job, GEN_PLAUSIBLE_FUTURE_DATE, ticket, NULL, "");
  }
  if (issued && is_before(*issued, s->birth)) gen_fault_add(job, GEN_PLAUSIBLE_ISSUED_BEFORE_BIRTH, ticket, NULL, "");
  if (job->schema != &gen_schema_civil_birth) return;
  if (parent_age_odd(s->birth, s->mother_birth, s->mother_missing) || parent_age_odd(s->birth, s->father_birth, s->father_missing)) {
    gen_fault_add(job, GEN_PLAUSIBLE_PARENT_AGE, ticket, NULL, "");
  }
  report_births_close(job, ticket, core);
}
