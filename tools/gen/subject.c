/* See subject.h. */
#include "subject.h"

static const gen_rates all_rates[] = {
    {.name = "judge",
     .copy_errors = {150, 400, 290, 100, 40, 20},
     .base_errors = 250,
     .weights = {[GEN_ERROR_TONE] = 130, [GEN_ERROR_LETTER] = 90, [GEN_ERROR_MIDDLE] = 70,
                 [GEN_ERROR_SWAP] = 10, [GEN_ERROR_ABBREVIATE] = 20, [GEN_ERROR_TELEX] = 12,
                 [GEN_ERROR_STRIP] = 15, [GEN_ERROR_DOUBLET] = 12, [GEN_ERROR_I_FOR_Y] = 25,
                 [GEN_ERROR_DATE_DIGIT] = 100, [GEN_ERROR_DATE_SWAP] = 35, [GEN_ERROR_YEAR_ONLY] = 30,
                 [GEN_ERROR_FIRST_JANUARY] = 20, [GEN_ERROR_ID_DIGIT] = 30,
                 [GEN_ERROR_ID_TRANSPOSE] = 15, [GEN_ERROR_SEX] = 12, [GEN_ERROR_MOTHER_NAME] = 90,
                 [GEN_ERROR_FATHER_NAME] = 80, [GEN_ERROR_MOTHER_MISSING] = 25,
                 [GEN_ERROR_FATHER_MISSING] = 40, [GEN_ERROR_PARENT_YEAR] = 60,
                 [GEN_ERROR_PARENT_ID] = 40, [GEN_ERROR_MOVED] = 110},
     .upper = 110, .decomposed = 4, .late_tone = 300,
     .date_forms = {870, 50, 25, 15, 30, 10}},
    {.name = "tune",
     .copy_errors = {230, 430, 220, 70, 35, 15},
     .base_errors = 400,
     .weights = {[GEN_ERROR_TONE] = 90, [GEN_ERROR_LETTER] = 140, [GEN_ERROR_MIDDLE] = 100,
                 [GEN_ERROR_SWAP] = 20, [GEN_ERROR_ABBREVIATE] = 10, [GEN_ERROR_TELEX] = 20,
                 [GEN_ERROR_STRIP] = 40, [GEN_ERROR_DOUBLET] = 6, [GEN_ERROR_I_FOR_Y] = 15,
                 [GEN_ERROR_DATE_DIGIT] = 70, [GEN_ERROR_DATE_SWAP] = 60, [GEN_ERROR_YEAR_ONLY] = 15,
                 [GEN_ERROR_FIRST_JANUARY] = 40, [GEN_ERROR_ID_DIGIT] = 20,
                 [GEN_ERROR_ID_TRANSPOSE] = 30, [GEN_ERROR_SEX] = 20, [GEN_ERROR_MOTHER_NAME] = 60,
                 [GEN_ERROR_FATHER_NAME] = 110, [GEN_ERROR_MOTHER_MISSING] = 50,
                 [GEN_ERROR_FATHER_MISSING] = 30, [GEN_ERROR_PARENT_YEAR] = 40,
                 [GEN_ERROR_PARENT_ID] = 70, [GEN_ERROR_MOVED] = 80},
     .upper = 220, .decomposed = 8, .late_tone = 480,
     .date_forms = {760, 90, 50, 20, 70, 10}},
};

const gen_rates *gen_rates_find(const char *name) {
  if (!name) return &all_rates[0];
  for (size_t i = 0; i < sizeof all_rates / sizeof *all_rates; i++) {
    if (strcmp(all_rates[i].name, name) == 0) return &all_rates[i];
  }
  return NULL;
}

void gen_subject_of(const gen_person *person, gen_subject *out_subject) {
  gen_subject *s = out_subject;
  s->name = person->name;
  s->female = person->core.female;
  s->sex_missing = false;
  s->birth = person->core.birth;
  s->id[0] = s->mother_id[0] = s->father_id[0] = 0;
  s->id_fixed = s->parents = false;
  s->mother = person->mother;
  s->father = person->father;
  s->mother_missing = false;
  s->father_missing = !person->father_known;
  s->mother_birth = gen_date_of(person->mother_birth);
  s->father_birth = gen_date_of(person->father_birth);
  s->residence = gen_address_of(person->core.family.key, person->core.residence);
}

static bool name_error(gen_name *name, bool female, gen_error kind, gen_random *r) {
  switch (kind) {
    case GEN_ERROR_TONE:
      return gen_name_tone_error(name, r);
    case GEN_ERROR_LETTER:
      return gen_name_letter_error(name, r);
    case GEN_ERROR_MIDDLE:
      return gen_name_middle_error(name, female, r);
    case GEN_ERROR_SWAP:
      return gen_name_swap_error(name, r);
    case GEN_ERROR_ABBREVIATE:
      return gen_name_abbreviate(name, r);
    case GEN_ERROR_TELEX:
      return gen_name_telex_residue(name, r);
    case GEN_ERROR_STRIP:
      return gen_name_strip(name);
    case GEN_ERROR_DOUBLET:
      return gen_name_doublet(name, r);
    default:
      return gen_name_i_for_y(name);
  }
}

static bool date_error(gen_date *birth, gen_error kind, gen_random *r) {
  if (!birth->month) return false;
  if (kind == GEN_ERROR_DATE_DIGIT) return gen_date_digit_error(birth, r);
  if (kind == GEN_ERROR_DATE_SWAP) return gen_date_swap_error(birth);
  bool first = birth->day == 1 && birth->month == 1;
  if (kind == GEN_ERROR_YEAR_ONLY) {
    birth->day = birth->month = 0;
  } else {
    birth->day = birth->month = 1;
  }
  return kind == GEN_ERROR_YEAR_ONLY || !first;
}

/* In the six free digits: what a wrong digit does to province, sex and year is planted apart. */
static bool id_error(gen_subject *s, gen_error kind, gen_random *r) {
  if (s->id_fixed || strlen(s->id) != 12) return false;
  if (kind == GEN_ERROR_ID_DIGIT) return gen_digit_error(s->id, 6, 12, r);
  return gen_digit_transpose(s->id, 6, 12, r);
}

static bool parent_id_error(gen_subject *s, gen_random *r) {
  char *id = gen_below(r, 2) ? s->mother_id : s->father_id;
  if (!id[0]) return false;
  if (gen_below(r, 3) == 0) {
    id[0] = 0;
    return true;
  }
  return gen_digit_error(id, 1, strlen(id), r);
}

static bool parent_error(gen_subject *s, gen_error kind, gen_random *r) {
  if (!s->parents) return false;
  bool mother = kind == GEN_ERROR_MOTHER_NAME || kind == GEN_ERROR_MOTHER_MISSING;
  bool *missing = mother ? &s->mother_missing : &s->father_missing;
  if (kind == GEN_ERROR_PARENT_ID) return parent_id_error(s, r);
  if (kind == GEN_ERROR_PARENT_YEAR) {
    gen_date *date = gen_below(r, 2) ? &s->mother_birth : &s->father_birth;
    date->year = (uint16_t)(date->year + gen_below(r, 5) - 2);
    return true;
  }
  if (*missing) return false;
  if (kind == GEN_ERROR_MOTHER_MISSING || kind == GEN_ERROR_FATHER_MISSING) {
    *missing = true;
    return true;
  }
  gen_error how = (gen_error)gen_below(r, GEN_ERROR_I_FOR_Y + 1);
  if (how == GEN_ERROR_SWAP || how == GEN_ERROR_TELEX) how = GEN_ERROR_TONE;
  return name_error(mother ? &s->mother : &s->father, mother, how, r);
}

static bool subject_error(gen_subject *s, gen_error kind, gen_random *r) {
  if (kind <= GEN_ERROR_I_FOR_Y) return name_error(&s->name, s->female, kind, r);
  if (kind <= GEN_ERROR_FIRST_JANUARY) return date_error(&s->birth, kind, r);
  if (kind <= GEN_ERROR_ID_TRANSPOSE) return id_error(s, kind, r);
  if (kind == GEN_ERROR_SEX) {
    if (gen_below(r, 3)) {
      s->female = !s->female;
    } else {
      s->sex_missing = true;
    }
    return true;
  }
  if (kind != GEN_ERROR_MOVED) return parent_error(s, kind, r);
  uint64_t draw = gen_next(r);
  uint16_t commune = s->residence.commune;
  if (draw & 1) commune = (uint16_t)gen_below(r, (uint32_t)gen_commune_count);
  s->residence = gen_address_of(draw, commune);
  return true;
}

void gen_subject_damage(gen_subject *subject, const gen_rates *rates, const gen_picker *errors, bool copy,
                        gen_random *r) {
  uint32_t count = 0;
  if (copy) {
    uint32_t draw = gen_below(r, 1000), below = rates->copy_errors[0];
    while (draw >= below && count < 5) below += rates->copy_errors[++count];
  } else {
    count = gen_chance(r, rates->base_errors);
  }
  for (uint32_t i = 0; i < count; i++) {
    for (int attempt = 0; attempt < 8; attempt++) {
      if (subject_error(subject, (gen_error)gen_pick(errors, gen_next(r)), r)) break;
    }
  }
}

/* ---- habits ------------------------------------------------------------------------------- */

gen_style gen_style_pick(const gen_rates *rates, gen_random *r, uint32_t new_address_share) {
  gen_style style = {.name = {.upper = gen_below(r, 1000) < rates->upper,
                              .decomposed = gen_below(r, 1000) < rates->decomposed,
                              .late_tone = gen_below(r, 1000) < rates->late_tone}};
  uint32_t draw = gen_below(r, 1000), form = 0, below = rates->date_forms[0];
  while (draw >= below && form + 1 < GEN_DATE_FORMS) below += rates->date_forms[++form];
  style.date = (gen_date_form)form;
  draw = gen_below(r, 100);
  style.sex = draw < 88 ? 0 : draw < 92 ? 1 : 2;
  style.address = gen_address_style_pick(r, new_address_share);
  return style;
}

void gen_put_sex(gen_text *t, const gen_subject *subject, const gen_style *style) {
  static const char *const forms[3][2] = {{"Nam", "Nữ"}, {"nam", "nữ"}, {"1", "2"}};
  if (!subject->sex_missing) gen_put_text(t, forms[style->sex][subject->female]);
}
