/* Two registers that do not agree: citizens as the police have them, and insurance cards, 8,900 of 122,214 of which say
 * otherwise. What a district finds before its records go into the national app.
 *
 *     rows of bhyt   ....x........x...x....      x: disagrees, by its place in the file, which is drawn
 *     causes         name, birth_date, ...       by turns of a hundred, so that their shares are exact
 */
#include <stdio.h>

#include "job.h"

enum { tag_disagree = 961, disagreeing = 8900, with_number_percent = 95, covered_of_group = 236 };

typedef enum cause {
  CAUSE_NAME,       /* a slip in the name */
  CAUSE_BIRTH_DATE, /* a digit, or day for month */
  CAUSE_BIRTH_YEAR, /* only the year, or the first of January */
  CAUSE_SEX,
  CAUSE_ID_NEAR,  /* a digit of the number, or two in the other order */
  CAUSE_ID_OTHER, /* another number: one of the two was issued anew */
  CAUSE_ID_OLD,   /* the number of nine digits */
  CAUSE_ID_SHARED, /* that of another card's holder */
  CAUSE_SEVERAL,  /* name and birth date */
  CAUSES
} cause;

static const char *const names[CAUSES] = {[CAUSE_NAME] = "name", [CAUSE_BIRTH_DATE] = "birth_date", [CAUSE_BIRTH_YEAR] = "birth_year_only",
                                          [CAUSE_SEX] = "sex", [CAUSE_ID_NEAR] = "id_near", [CAUSE_ID_OTHER] = "id_other",
                                          [CAUSE_ID_OLD] = "id_old_number", [CAUSE_ID_SHARED] = "id_shared",
                                          [CAUSE_SEVERAL] = "name_and_birth_date"};
static const uint8_t shares[CAUSES] = {32, 22, 8, 6, 9, 7, 6, 5, 5};

/* Which one of the disagreeing cards a row is. */
static bool disagreement_of(const gen_job *job, const gen_ticket *ticket, uint64_t *out_turn) {
  uint64_t wanted = job->world.people * disagreeing / GEN_VAN_NINH_PEOPLE, rows = job->plan.rows;
  if (wanted > rows) wanted = rows;
  *out_turn = ticket->position * wanted / rows;
  return *out_turn != (ticket->position + 1) * wanted / rows;
}

static cause cause_of(uint64_t turn) {
  uint32_t at = (uint32_t)(turn * 61 % 100), c = 0; /* every hundred in an order that mixes */
  while (at >= shares[c]) at -= shares[c++];
  return (cause)c;
}

static void name_slip(const gen_person *person, gen_subject *s, gen_random *r) {
  for (bool done = false; !done;) {
    uint32_t draw = gen_below(r, 100);
    if (draw < 45) done = gen_name_tone_error(&s->name, r);
    else if (draw < 75) done = gen_name_letter_error(&s->name, r);
    else done = gen_name_middle_error(&s->name, person->core.female, r);
  }
}

/* Of some dates, and of a year alone, no digit can be misread: the year is one off. */
static void date_slip(gen_subject *s, gen_random *r) {
  for (int attempt = 0; attempt < 32; attempt++) {
    if (gen_below(r, 100) < 25 ? gen_date_swap_error(&s->birth) : gen_date_digit_error(&s->birth, r)) return;
  }
  s->birth.year--;
}

static void number_of_another(const gen_job *job, const gen_ticket *ticket, gen_subject *s) {
  uint64_t other;
  gen_core theirs;
  for (uint32_t slot = (ticket->slot + 1) % job->schema->covered;; slot = (slot + 1) % job->schema->covered) {
    if (!gen_plan_neighbour(&job->plan, ticket->entity, slot, &other)) continue;
    gen_core_find(&job->world, other, &theirs);
    gen_personal_id(&job->world, &theirs, 0, s->id);
    return;
  }
}

static void cause_plant(const gen_job *job, const gen_ticket *ticket, const gen_person *person, cause c, gen_subject *s, gen_random *r) {
  if (c == CAUSE_NAME || c == CAUSE_SEVERAL) name_slip(person, s, r);
  if (c == CAUSE_BIRTH_DATE || c == CAUSE_SEVERAL) date_slip(s, r);
  if (c == CAUSE_BIRTH_YEAR) s->birth.month = s->birth.day = 0;
  if (c == CAUSE_SEX) s->female = !s->female;
  if (c == CAUSE_ID_NEAR) {
    while (!(gen_below(r, 3) ? gen_digit_error(s->id, 6, 12, r) : gen_digit_transpose(s->id, 6, 12, r))) {}
  }
  if (c == CAUSE_ID_OTHER) gen_personal_id(&job->world, &person->core, 1, s->id);
  if (c == CAUSE_ID_OLD) gen_old_id(&person->core, 0, s->id);
  if (c == CAUSE_ID_SHARED) number_of_another(job, ticket, s);
}

void gen_disagree(gen_job *job, const gen_ticket *ticket, const gen_person *person, gen_subject *s) {
  gen_random r = {gen_hash(job->world.seed + tag_disagree, ticket->entity)};
  uint64_t turn;
  gen_personal_id(&job->world, &person->core, 0, s->id);
  if (!disagreement_of(job, ticket, &turn)) {
    if (gen_below(&r, 100) >= with_number_percent) s->id[0] = 0;
    return;
  }
  cause c = cause_of(turn);
  cause_plant(job, ticket, person, c, s, &r);
  gen_text t = gen_writer_room(&job->faults);
  gen_put_record_id(&t, job, ticket->position);
  gen_put(&t, ',');
  gen_put_text(&t, names[c]);
  gen_put(&t, '\n');
  gen_writer_take(&job->faults, t);
  job->result.faults++;
}

khop_status gen_disagreeing_run(const gen_options *options, gen_result *out_result, khop_error *err) {
  gen_schema sides[] = {gen_schema_cccd, gen_schema_bhyt};
  char directory[3900];
  if (!options->directory) return gen_fail(err, KHOP_USAGE, "gen: no output directory");
  sides[1].covered = covered_of_group;
  for (size_t i = 0; i < 2; i++) {
    gen_result one;
    gen_options side = *options;
    side.directory = directory;
    sides[i].seconds = 0;
    if ((size_t)snprintf(directory, sizeof directory, "%s/%s", options->directory, sides[i].name) >= sizeof directory) {
      return gen_fail(err, KHOP_USAGE, "gen: the path of the output directory is too long");
    }
    khop_status status = gen_run_schema(&side, &sides[i], true, &one, err);
    if (status != KHOP_OK) return status;
    out_result->rows += one.rows;
    out_result->people += i ? 0 : one.people;
    out_result->faults += one.faults;
  }
  return KHOP_OK;
}
