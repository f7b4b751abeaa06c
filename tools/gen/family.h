/* Families: the people of a seed, dealt into blocks of 16 that are cut into families.
 *
 *     index   0 ........................ 15 | 16 ...
 *             [c c F M][c][c c c][c c M][..]   c child, F father, M mother
 *
 * Anything about person i follows from (seed, i) alone: which block, which family, which place in
 * it. So a family needs no memory, and is the same in every schema, at any number of people. The
 * parents of a family may be people of the register themselves, or only names in their children's
 * records.
 */
#ifndef KHOP_GEN_FAMILY_H
#define KHOP_GEN_FAMILY_H

#include "date.h"
#include "facts.h"
#include "name.h"

enum { GEN_CHILDREN_MAX = 4, GEN_FAMILY_BLOCK = 16 };

typedef struct gen_world {
  uint64_t seed, people;
  uint32_t close_births; /* of 10,000 children who are not the first, so many came within nine months of the one before */
  uint32_t *serials; /* of each person, unique among one province, sex and year of birth */
  gen_picker surname, middle_men, middle_women, given_men, given_women, commune;
  gen_word surname_words[GEN_PICKER_MAX], middle_words[GEN_PICKER_MAX], given_words[GEN_PICKER_MAX];
} gen_world;

typedef struct gen_family {
  uint64_t first, key; /* index of the first member; hash of the family */
  uint32_t children;
  bool father_inside, mother_inside; /* members of the register, behind the children */
  bool father_unknown;
  bool female[GEN_CHILDREN_MAX], twin[GEN_CHILDREN_MAX]; /* twin: of the child before */
  int32_t births[GEN_CHILDREN_MAX], father_birth, mother_birth; /* days */
  uint16_t registered, residence, father_origin, mother_origin; /* communes */
  uint16_t ethnic_group;
  uint32_t father_given; /* row of gen_givens */
  gen_name father, mother;
} gen_family;

/* Pickers and word tables; serials stay NULL. */
void gen_world_init(gen_world *world, uint64_t seed, uint64_t people);
/* The family of person `index`, all but the names. */
void gen_family_find(const gen_world *world, uint64_t index, gen_family *out_family);
void gen_family_names(const gen_world *world, gen_family *family);
/* A parent's name in a family of which nothing else is told. */
void gen_adult_name(const gen_world *world, uint64_t key, bool female, int year, const gen_word *surname,
                    gen_name *out_name, uint32_t *out_given);
void gen_child_name(const gen_world *world, const gen_family *family, uint32_t child, gen_name *out_name);

#endif
