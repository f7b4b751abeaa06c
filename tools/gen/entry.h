/* Entries of civil-status books: commune, book, number, day. Numbers run through each commune and year.
 *
 * A register says where and when a row was entered; whether a copy is the same entry typed again or a
 * registration done over decides its number. A row may also be planted with the number of another. */
#ifndef KHOP_GEN_ENTRY_H
#define KHOP_GEN_ENTRY_H

#include "job.h"

typedef struct gen_entry {
  uint16_t commune;
  int32_t day;
  bool again; /* another registration than the first row's: a number of its own */
} gen_entry;

typedef gen_entry gen_entry_find(const gen_world *world, const gen_core *core, uint32_t copy);

/* A registration done over, later and often elsewhere: of the share `percent` of first copies and of all
 * second ones. */
gen_entry gen_entry_again(const gen_world *world, const gen_core *core, uint32_t copy, gen_entry first, uint32_t percent);

/* Numbers of all rows into job->prepared: first rows in order of people, so that twins get successive ones. */
khop_status gen_entry_numbers(gen_job *job, gen_entry_find *find, khop_error *err);

typedef struct gen_paper {
  gen_entry entry;
  uint32_t number;
  int32_t day_written; /* of the entry, unless it was planted wrong */
  bool number_with_year, twice, repeated;
  gen_address_style style;
} gen_paper;

/* The entry that this row claims; *owner gets the other record when it is somebody else's. */
gen_paper gen_paper_of(const gen_job *job, gen_entry_find *find, const gen_ticket *ticket, const gen_core *core, gen_ticket *owner);
/* Number, book: "55/2015,01/2015". */
void gen_put_number_and_book(gen_text *t, const gen_paper *p);
/* Page, as about half of the rows give it. */
void gen_put_page(gen_text *t, const gen_paper *p, gen_random *r);
/* Day and office: ",27/11/2015,"UBND ..."" without the comma in front. */
void gen_put_day_and_office(gen_text *t, const gen_paper *p, const gen_style *style);
/* entry_twice and entry_number_repeated, by the paper; `written` is the row's number as it stands. */
void gen_paper_report(gen_job *job, const gen_paper *p, const gen_ticket *owner, const gen_ticket *ticket, const char *written);

#endif
