/* What one row says about a person: starts as the truth, then goes through the error channel.
 *
 * The channel has two sets of rates. "judge" is what results are measured with; "tune" makes other
 * mistakes at other rates, so that settings learnt on it are not fitted to the judge. */
#ifndef KHOP_GEN_SUBJECT_H
#define KHOP_GEN_SUBJECT_H

#include "address.h"
#include "mangle.h"
#include "person.h"

typedef enum gen_error {
  GEN_ERROR_TONE,
  GEN_ERROR_LETTER,
  GEN_ERROR_MIDDLE,
  GEN_ERROR_SWAP,
  GEN_ERROR_ABBREVIATE,
  GEN_ERROR_TELEX,
  GEN_ERROR_STRIP,
  GEN_ERROR_DOUBLET,
  GEN_ERROR_I_FOR_Y,
  GEN_ERROR_DATE_DIGIT,
  GEN_ERROR_DATE_SWAP,
  GEN_ERROR_YEAR_ONLY,
  GEN_ERROR_FIRST_JANUARY,
  GEN_ERROR_ID_DIGIT,
  GEN_ERROR_ID_TRANSPOSE,
  GEN_ERROR_SEX,
  GEN_ERROR_MOTHER_NAME,
  GEN_ERROR_FATHER_NAME,
  GEN_ERROR_MOTHER_MISSING,
  GEN_ERROR_FATHER_MISSING,
  GEN_ERROR_PARENT_YEAR,
  GEN_ERROR_PARENT_ID,
  GEN_ERROR_MOVED,
  GEN_ERRORS
} gen_error;

typedef struct gen_rates {
  const char *name;
  uint16_t copy_errors[6];     /* of 1,000 copies, how many get 0, 1, .. 5 errors */
  uint16_t base_errors;        /* of 10,000 first rows, how many get one */
  uint16_t weights[GEN_ERRORS]; /* of each kind */
  uint16_t upper, decomposed, late_tone; /* habits, of 1,000 rows */
  uint16_t date_forms[GEN_DATE_FORMS];   /* of 1,000 rows */
} gen_rates;

/* NULL for an unknown name; a NULL name is "judge". */
const gen_rates *gen_rates_find(const char *name);

typedef struct gen_subject {
  gen_name name;
  bool female, sex_missing;
  gen_date birth;
  char id[GEN_ID_BYTES]; /* empty: not written */
  bool id_fixed;         /* a planted fault: the channel leaves it alone */
  bool parents;          /* the register has the fields below */
  gen_name mother, father;
  bool mother_missing, father_missing;
  gen_date mother_birth, father_birth;
  char mother_id[GEN_ID_BYTES], father_id[GEN_ID_BYTES];
  gen_address residence;
} gen_subject;

/* Everything but the numbers, as the truth has it. */
void gen_subject_of(const gen_person *person, gen_subject *out_subject);
/* The errors of a first row (copy false) or of a copy. */
void gen_subject_damage(gen_subject *subject, const gen_rates *rates, const gen_picker *errors, bool copy,
                        gen_random *r);

/* How the row is written. */
typedef struct gen_style {
  gen_name_style name;
  gen_date_form date;
  uint32_t sex; /* 0 Nam/Nữ, 1 nam/nữ, 2 codes 1/2 */
  gen_address_style address;
} gen_style;

gen_style gen_style_pick(const gen_rates *rates, gen_random *r, uint32_t new_address_share);
void gen_put_sex(gen_text *t, const gen_subject *subject, const gen_style *style);

#endif
