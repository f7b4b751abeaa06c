/* What goes wrong when a value is typed, scanned or remembered: one error a call. Each says whether
 * it changed anything, so that the caller can draw another kind. */
#ifndef KHOP_GEN_MANGLE_H
#define KHOP_GEN_MANGLE_H

#include "date.h"
#include "name.h"

bool gen_name_tone_error(gen_name *name, gen_random *r);   /* missing, extra or wrong tone */
bool gen_name_letter_error(gen_name *name, gen_random *r); /* one letter changed, lost, added */
bool gen_name_middle_error(gen_name *name, bool female, gen_random *r); /* middle word lost or gained */
bool gen_name_swap_error(gen_name *name, gen_random *r);   /* two words in the other order */
bool gen_name_abbreviate(gen_name *name, gen_random *r);   /* Ng. V. T. */
bool gen_name_telex_residue(gen_name *name, gen_random *r); /* Nguyeenx, tieengs */
bool gen_name_strip(gen_name *name);                       /* Nguyen Van A */
bool gen_name_doublet(gen_name *name, gen_random *r);      /* Hoàng for Huỳnh */
bool gen_name_i_for_y(gen_name *name);                     /* Lý, Lí */

bool gen_date_digit_error(gen_date *date, gen_random *r);  /* 1/7, 0/6/8, 3/8; still a date */
bool gen_date_swap_error(gen_date *date);                  /* day for month */

/* On digits at `from` .. `length`-1. */
bool gen_digit_error(char *digits, size_t from, size_t length, gen_random *r);
bool gen_digit_transpose(char *digits, size_t from, size_t length, gen_random *r);

#endif
