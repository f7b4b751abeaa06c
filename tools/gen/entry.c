/* See entry.h. */
#include "entry.h"

#include <stdlib.h>

enum { tag_copy = 601, year_first = 1930, years = 97, book_entries = 200 };

/* Copy 2 is always a registration done over: a third row of one entry would be rare. */
static bool is_again(const gen_core *core, uint32_t copy, uint32_t percent) {
  return copy == 2 || (copy == 1 && gen_hash(core->key, tag_copy) % 100 < percent);
}

gen_entry gen_entry_again(const gen_world *world, const gen_core *core, uint32_t copy, gen_entry first, uint32_t percent) {
  gen_entry e = first;
  e.again = is_again(core, copy, percent);
  if (!e.again) return e;
  gen_random r = {gen_hash(core->key, tag_copy + copy)};
  const int32_t from = gen_day_of((gen_date){2000, 1, 1}), to = gen_day_of((gen_date){2025, 6, 1});
  int32_t after = first.day + 200 > from ? first.day + 200 : from;
  if (after > to - 30) after = to - 30;
  e.day = after + (int32_t)gen_below(&r, (uint32_t)(to - after));
  uint32_t where = gen_below(&r, 100);
  const gen_district *district = &gen_districts[gen_communes[first.commune].district];
  if (where < 45) e.commune = (uint16_t)(district->commune_first + gen_below(&r, district->commune_count));
  if (where >= 80) e.commune = (uint16_t)gen_pick(&world->commune, gen_next(&r));
  return e;
}

static uint32_t number_next(uint32_t *next, gen_entry e) {
  return ++next[(size_t)e.commune * years + (size_t)(gen_date_of(e.day).year - year_first)];
}

khop_status gen_entry_numbers(gen_job *job, gen_entry_find *find, khop_error *err) {
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
    numbers[ticket.row] = (uint16_t)number_next(next, find(&job->world, &core, 0));
  }
  for (uint64_t i = 0; i < job->plan.entities; i++) {
    for (uint32_t copy = 1; copy < 3 && gen_plan_find(&job->plan, i, copy, &ticket); copy++) {
      gen_core_find(&job->world, i, &core);
      gen_entry e = find(&job->world, &core, copy);
      if (e.again) numbers[ticket.row] = (uint16_t)number_next(next, e);
    }
  }
  free(next);
  return KHOP_OK;
}

/* One entry of a group has the number of another; of couples, of whom there are few, seven more where more faults are asked for. */
static bool is_repeated(const gen_job *job, uint32_t slot, uint32_t *out_owner) {
  enum { MORE_FIRST = 100, MORE_LAST = 113 };
  const bool more = job->extra_faults && job->schema == &gen_schema_civil_marriage && slot >= MORE_FIRST && slot <= MORE_LAST && slot % 2;
  *out_owner = more ? slot - 1 : GEN_SLOT_ENTRY_OWNER;
  return more || slot == GEN_SLOT_ENTRY_REPEATED;
}

gen_paper gen_paper_of(const gen_job *job, gen_entry_find *find, const gen_ticket *ticket, const gen_core *core, gen_ticket *owner) {
  const uint16_t *numbers = job->prepared;
  gen_paper p = {.entry = find(&job->world, core, ticket->copy), .number = numbers[ticket->row]};
  if (ticket->copy == 1 && !p.entry.again && gen_plan_find(&job->plan, ticket->entity, 0, owner)) {
    p.number = numbers[owner->row];
    p.twice = true;
  }
  uint64_t other;
  uint32_t owner_slot;
  if (is_repeated(job, ticket->slot, &owner_slot) && gen_plan_neighbour(&job->plan, ticket->entity, owner_slot, &other) &&
      gen_plan_find(&job->plan, other, 0, owner)) {
    gen_core theirs;
    gen_core_find(&job->world, other, &theirs);
    gen_entry entry = find(&job->world, &theirs, 0);
    p.entry.commune = entry.commune;
    p.entry.day = entry.day;
    p.number = numbers[owner->row];
    p.repeated = true;
  }
  p.day_written = p.entry.day;
  return p;
}

void gen_put_number_and_book(gen_text *t, const gen_paper *p) {
  unsigned year = gen_date_of(p->entry.day).year;
  gen_put_number(t, p->number, 1);
  if (p->number_with_year) {
    gen_put(t, '/');
    gen_put_number(t, year, 4);
  }
  gen_put(t, ',');
  gen_put_number(t, 1 + (p->number - 1) / book_entries, 2);
  gen_put(t, '/');
  gen_put_number(t, year, 4);
}

void gen_put_page(gen_text *t, const gen_paper *p, gen_random *r) {
  uint32_t page = gen_below(r, 100);
  if (page < 60) gen_put_number(t, 1 + (p->number - 1) % book_entries / 2, page < 30 ? 2 : 1);
}

void gen_put_day_and_office(gen_text *t, const gen_paper *p, const gen_style *style) {
  gen_put_date(t, gen_date_of(p->day_written), style->date);
  gen_put_text(t, ",\"UBND ");
  gen_put_commune(t, p->entry.commune, p->style);
  gen_put(t, '"');
}

void gen_paper_report(gen_job *job, const gen_paper *p, const gen_ticket *owner, const gen_ticket *ticket, const char *written) {
  if (!p->twice && !p->repeated) return;
  char number[32] = "";
  const char *comma = memchr(written, ',', sizeof number - 1);
  if (comma) memcpy(number, written, (size_t)(comma - written));
  gen_fault_add(job, p->twice ? GEN_ENTRY_TWICE : GEN_ENTRY_NUMBER_REPEATED, owner, ticket, number);
}
