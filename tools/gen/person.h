/* A person: place in the family, dates, places, numbers. The truth, before any register wrote it
 * down. gen_core_find is cheap and has no names; gen_person_find adds the rest. */
#ifndef KHOP_GEN_PERSON_H
#define KHOP_GEN_PERSON_H

#include "family.h"

typedef enum gen_role { GEN_CHILD, GEN_FATHER, GEN_MOTHER } gen_role;

typedef struct gen_core {
  uint64_t index, key;
  gen_family family; /* names only after gen_person_find */
  gen_role role;
  uint32_t child; /* place among the children */
  bool female;
  int32_t birth_day, register_day;
  uint16_t registered, origin, residence; /* communes */
  gen_date birth;
} gen_core;

typedef struct gen_person {
  gen_core core;
  gen_name name, mother, father;
  bool father_known;
  int32_t mother_birth, father_birth;
} gen_person;

void gen_core_find(const gen_world *world, uint64_t index, gen_core *out_core);
/* From one person to the next, at a fraction of the cost. */
void gen_core_next(const gen_world *world, gen_core *core);
void gen_person_find(const gen_world *world, uint64_t index, gen_person *out_person);

/* Gives every person of the world a serial number for the personal ID, in order of index: the
 * number does not depend on how many people follow. Allocates world->serials. */
khop_status gen_serials_create(gen_world *world, khop_error *err);
void gen_serials_free(gen_world *world);

enum { GEN_ID_BYTES = 24 };
/* 12 digits and a NUL. `issue` 0 is the valid number; 1.. are numbers the person was also given. */
void gen_personal_id(const gen_world *world, const gen_core *core, unsigned issue, char out[GEN_ID_BYTES]);
/* 9 digits: the older number, unique to the person; `issue` as above. */
void gen_old_id(const gen_core *core, unsigned issue, char out[GEN_ID_BYTES]);
/* 10 digits of social insurance, unique to (person, issue). */
void gen_social_number(const gen_core *core, unsigned issue, char out[GEN_ID_BYTES]);
void gen_phone(const gen_core *core, char out[GEN_ID_BYTES]);

/* The number of a parent: the personal ID or the older one. */
void gen_parent_id(const gen_world *world, const gen_person *person, bool father, bool old,
                   char out[GEN_ID_BYTES]);

#endif
