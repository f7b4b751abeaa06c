/* See person.h. */
#include "person.h"

#include <stdlib.h>

enum { tag_core = 31, tag_grandfather, tag_grandmother, tag_outsider, tag_issue, tag_phone };
enum {
  register_day_last = 20178, /* 2025-03-31 */
  year_first = 1920,
  years = 110,
  serials_own = 700000,  /* serials below belong to people of the register */
  serials_all = 1000000, /* the rest to parents who are only mentioned, and to re-issued numbers */
};

static uint16_t province_of(uint16_t commune) { return gen_districts[gen_communes[commune].district].province; }

static void role_find(gen_core *core) {
  gen_family *family = &core->family;
  uint32_t place = (uint32_t)(core->index - family->first);
  core->role = GEN_CHILD;
  core->child = place;
  core->female = place < family->children && family->female[place];
  core->registered = family->registered;
  core->origin = family->father_unknown ? family->mother_origin : family->father_origin;
  if (place < family->children) {
    core->birth_day = family->births[place];
    return;
  }
  bool father = place == family->children && family->father_inside;
  core->role = father ? GEN_FATHER : GEN_MOTHER;
  core->female = !father;
  core->birth_day = father ? family->father_birth : family->mother_birth;
  core->origin = core->registered = father ? family->father_origin : family->mother_origin;
}

/* The person `core->index` of the family that core holds. */
static void core_finish(const gen_world *world, gen_core *core) {
  core->key = gen_hash(world->seed + tag_core, core->index);
  role_find(core);
  core->birth = gen_date_of(core->birth_day);
  core->residence = core->family.residence;
  /* twins are registered together: their draws come from the elder */
  bool twin = core->role == GEN_CHILD && core->family.twin[core->child];
  gen_random r = {twin ? gen_hash(world->seed + tag_core, core->index - 1) : core->key};
  int32_t delay = 1 + (int32_t)gen_below(&r, 55);
  if (gen_below(&r, 100) < 10) delay += 60 + (int32_t)gen_below(&r, 12 * 365);
  core->register_day = core->birth_day + delay;
  if (core->register_day > register_day_last) core->register_day = register_day_last - (int32_t)gen_below(&r, 60);
}

void gen_core_find(const gen_world *world, uint64_t index, gen_core *out_core) {
  out_core->index = index;
  gen_family_find(world, index, &out_core->family);
  core_finish(world, out_core);
}

void gen_core_next(const gen_world *world, gen_core *core) {
  const gen_family *family = &core->family;
  core->index++;
  if (core->index >= family->first + family->children + family->father_inside + family->mother_inside) {
    gen_family_find(world, core->index, &core->family);
  }
  core_finish(world, core);
}

static void child_names(const gen_world *world, gen_person *person) {
  const gen_family *family = &person->core.family;
  gen_child_name(world, family, person->core.child, &person->name);
  person->mother = family->mother;
  person->father = family->father;
  person->father_known = !family->father_unknown;
  person->mother_birth = family->mother_birth;
  person->father_birth = family->father_birth;
}

/* A father or mother who is in the register has parents too: names and years only. */
static void parent_names(const gen_world *world, gen_person *person) {
  gen_core *core = &person->core;
  gen_random r = {core->key + tag_grandfather};
  uint32_t given;
  person->name = core->role == GEN_FATHER ? core->family.father : core->family.mother;
  person->mother_birth = core->birth_day - 19 * 365 - (int32_t)gen_below(&r, 16 * 365);
  person->father_birth = person->mother_birth + 365 - (int32_t)gen_below(&r, 8 * 365);
  person->father_known = gen_below(&r, 100) < 97;
  gen_adult_name(world, gen_hash(core->key, tag_grandfather), false, 1940, &person->name.words[0],
                 &person->father, &given);
  gen_adult_name(world, gen_hash(core->key, tag_grandmother), true, 1940, NULL, &person->mother, &given);
}

void gen_person_find(const gen_world *world, uint64_t index, gen_person *out_person) {
  gen_core_find(world, index, &out_person->core);
  gen_family_names(world, &out_person->core.family);
  if (out_person->core.role == GEN_CHILD) {
    child_names(world, out_person);
  } else {
    parent_names(world, out_person);
  }
}

/* ---- numbers ------------------------------------------------------------------------------ */

static uint32_t cell_of(const gen_core *core) {
  uint32_t year = (uint32_t)(core->birth.year - year_first);
  return (province_of(core->registered) * 2u + core->female) * years + year;
}

khop_status gen_serials_create(gen_world *world, khop_error *err) {
  uint32_t *next = calloc(gen_province_count * 2 * years, sizeof *next);
  world->serials = calloc(world->people ? world->people : 1, sizeof *world->serials);
  if (!next || !world->serials) {
    free(next);
    gen_serials_free(world);
    return gen_fail(err, KHOP_ENVIRONMENT, "personal IDs of %llu people: out of memory",
                    (unsigned long long)world->people);
  }
  gen_core core;
  gen_core_find(world, 0, &core);
  for (uint64_t i = 0; i < world->people; i++, gen_core_next(world, &core)) {
    world->serials[i] = next[cell_of(&core)]++;
  }
  free(next);
  return KHOP_OK;
}

void gen_serials_free(gen_world *world) {
  free(world->serials);
  world->serials = NULL;
}

static void digits(char *out, uint64_t number, size_t width) {
  for (size_t i = width; i-- > 0; number /= 10) out[i] = (char)('0' + number % 10);
}

/* PPP G YY NNNNNN. The serial is scattered within its cell, so that neighbours do not follow. */
static void id_write(char *out, uint16_t province, bool female, unsigned year, uint32_t serial) {
  if (year < 1900) year = 1900;
  uint64_t cell = gen_hash(province * 2u + female, year);
  digits(out, gen_provinces[province].code, 3);
  out[3] = (char)('0' + (year / 100 - 19) * 2 + female);
  digits(out + 4, year % 100, 2);
  digits(out + 6, (serial * (uint64_t)387461 + cell % serials_all) % serials_all, 6);
  out[12] = 0;
}

static uint32_t serial_other(uint64_t key) {
  return serials_own + (uint32_t)(gen_hash(key, tag_issue) % (serials_all - serials_own));
}

void gen_personal_id(const gen_world *world, const gen_core *core, unsigned issue, char out[GEN_ID_BYTES]) {
  uint32_t serial = issue ? serial_other(core->key + issue) : world->serials[core->index];
  id_write(out, province_of(core->registered), core->female, core->birth.year, serial);
}

/* Numbers of people, of parents outside and of second issues come from different ranges; the
 * multiplications are one-to-one on their range. */
static void scattered(char *out, uint64_t number, uint64_t range, size_t width) {
  digits(out, (number % range * 387420489u + 104729) % range, width);
  out[width] = 0;
}

void gen_old_id(const gen_core *core, unsigned issue, char out[GEN_ID_BYTES]) {
  scattered(out, core->index + 450000000u * issue, 1000000000u, 9);
}

void gen_social_number(const gen_core *core, unsigned issue, char out[GEN_ID_BYTES]) {
  scattered(out, core->index + 5000000000u * issue, 10000000000u, 10);
}

void gen_phone(const gen_core *core, char out[GEN_ID_BYTES]) {
  static const char prefixes[][4] = {"090", "091", "098", "097", "038", "033", "070", "077", "083", "056"};
  /* a small child has the telephone of the family */
  uint64_t key = core->birth.year > 2010 ? core->family.key : core->key;
  uint64_t draw = gen_hash(key, tag_phone);
  memcpy(out, prefixes[draw % 10], 3);
  digits(out + 3, draw / 10 % 10000000, 7);
  out[10] = 0;
}

void gen_parent_id(const gen_world *world, const gen_person *person, bool father, bool old,
                   char out[GEN_ID_BYTES]) {
  const gen_core *core = &person->core;
  const gen_family *family = &core->family;
  uint64_t inside = family->first + family->children + (!father && family->father_inside);
  bool member = core->role == GEN_CHILD && (father ? family->father_inside : family->mother_inside);
  if (member && inside < world->people) {
    gen_core parent = {.index = inside, .family = *family};
    core_finish(world, &parent);
    if (old) {
      gen_old_id(&parent, 0, out);
    } else {
      gen_personal_id(world, &parent, 0, out);
    }
    return;
  }
  uint64_t key = gen_hash(core->role == GEN_CHILD ? family->key : core->key, tag_outsider + father);
  if (old) {
    scattered(out, 900000000u + key % 100000000u, 1000000000u, 9);
    return;
  }
  uint16_t commune = father ? family->father_origin : family->mother_origin;
  unsigned year = gen_date_of(father ? person->father_birth : person->mother_birth).year;
  id_write(out, province_of(commune), !father, year, serial_other(key));
}
