/* See family.h. */
#include "family.h"

/* What a hash is for; the values only have to differ. */
enum { tag_block = 11, tag_birth, tag_place, tag_father, tag_mother, tag_child, tag_brothers, tag_close };

enum { hcmc_share = 60, hanoi_share = 8 }; /* of 100 people */

static uint16_t commune_weight(const gen_commune *commune, const uint32_t counts[3]) {
  unsigned code = gen_provinces[gen_districts[commune->district].province].code;
  if (code == 79) return (uint16_t)(60000u * hcmc_share / 100 / counts[0]);
  if (code == 1) return (uint16_t)(60000u * hanoi_share / 100 / counts[1]);
  return (uint16_t)(60000u * (100 - hcmc_share - hanoi_share) / 100 / counts[2]);
}

static void communes_init(gen_picker *picker) {
  uint32_t counts[3] = {0};
  uint16_t weights[GEN_PICKER_MAX];
  for (size_t i = 0; i < gen_commune_count; i++) {
    unsigned code = gen_provinces[gen_districts[gen_communes[i].district].province].code;
    counts[code == 79 ? 0 : code == 1 ? 1 : 2]++;
  }
  for (size_t i = 0; i < gen_commune_count; i++) weights[i] = commune_weight(&gen_communes[i], counts);
  gen_picker_init(picker, weights, gen_commune_count, sizeof *weights);
}

static void words_init(gen_word *words, const gen_name_fact *facts, size_t count) {
  for (size_t i = 0; i < count; i++) words[i] = gen_word_of(facts[i].text);
}

void gen_world_init(gen_world *world, uint64_t seed, uint64_t people) {
  const size_t stride = sizeof(gen_name_fact);
  *world = (gen_world){.seed = gen_mix(seed + 0x6b686f70), .people = people};
  gen_picker_init(&world->surname, &gen_surnames->male, gen_surname_count, stride);
  gen_picker_init(&world->middle_men, &gen_middles->male, gen_middle_count, stride);
  gen_picker_init(&world->middle_women, &gen_middles->female, gen_middle_count, stride);
  gen_picker_init(&world->given_men, &gen_givens->male, gen_given_count, stride);
  gen_picker_init(&world->given_women, &gen_givens->female, gen_given_count, stride);
  words_init(world->surname_words, gen_surnames, gen_surname_count);
  words_init(world->middle_words, gen_middles, gen_middle_count);
  words_init(world->given_words, gen_givens, gen_given_count);
  communes_init(&world->commune);
}

/* Year of the last child. */
static int last_year(uint32_t draw) {
  static const uint16_t from[] = {1950, 1965, 1980, 1995, 2010}, share[] = {90, 270, 660, 1110, 1500};
  uint32_t span = 0;
  while (draw >= share[span]) span++;
  return from[span] + (int)(draw % 15);
}

/* Shape of the next family, of at most `room` people; returns its size. */
static uint32_t shape(gen_family *family, gen_random *r, uint32_t room, int *out_last_year) {
  static const uint8_t share[] = {35, 75, 92, 100};
  uint64_t bits = gen_next(r);
  uint32_t draw = gen_slice(&bits, 100), children = 1, inside = gen_slice(&bits, 100);
  while (draw >= share[children - 1]) children++;
  *out_last_year = last_year(gen_slice(&bits, 1500));
  family->father_unknown = gen_slice(&bits, 100) < 3;
  family->father_inside = inside < 40 && !family->father_unknown && *out_last_year >= 1985;
  family->mother_inside = inside >= 8 && inside < 40 && *out_last_year >= 1985;
  if (children > room) children = room;
  if (children + family->father_inside > room) family->father_inside = false;
  if (children + family->father_inside + family->mother_inside > room) family->mother_inside = false;
  family->children = children;
  return children + family->father_inside + family->mother_inside;
}

/* Nobody in the register is older than 1930. */
static int32_t clamp_adult(int32_t day, gen_random *r) {
  const int32_t first = -14610; /* 1930-01-01 */
  return day < first ? first + (int32_t)gen_below(r, 365) : day;
}

/* Backwards from the last child, so that no birth falls behind the end of the register. */
static void births(gen_family *family, int year, uint32_t close_births) {
  gen_random r = {gen_hash(family->key, tag_birth)};
  int32_t day = gen_day_of((gen_date){(uint16_t)year, 1, 1}) + (int32_t)gen_below(&r, 365);
  for (uint32_t k = family->children; k-- > 0;) {
    uint64_t bits = gen_next(&r);
    family->births[k] = day;
    family->female[k] = gen_slice(&bits, 1000) < 473;
    /* only second and fourth children are drawn: 1.1 % of all births bring twins */
    family->twin[k] = (k & 1) && gen_slice(&bits, 1000) < 30;
    if (!family->twin[k]) day -= 420 + (int32_t)gen_slice(&bits, 1500);
    uint64_t close = gen_hash(family->key, tag_close + 16 * k);
    if (k && !family->twin[k] && close % 10000 < close_births) day = family->births[k] - 60 - (int32_t)(close / 10000 % 180);
  }
  for (uint32_t k = 1; k < family->children; k++) {
    if (family->twin[k] && gen_below(&r, 100) < 60) family->female[k] = family->female[k - 1];
  }
  int32_t age = 19 * 365 + (int32_t)gen_below(&r, 14 * 365);
  family->mother_birth = clamp_adult(family->births[0] - age, &r);
  family->father_birth = clamp_adult(family->mother_birth - (int32_t)gen_below(&r, 3650) + 730, &r);
}

static uint16_t ethnic_group(gen_random *r) {
  uint32_t draw = gen_below(r, 1000);
  if (draw < 880) return GEN_ETHNIC_KINH;
  if (draw < 910) return GEN_ETHNIC_HOA;
  if (draw < 930) return GEN_ETHNIC_KHMER;
  if (draw < 934) return GEN_ETHNIC_EDE;
  return (uint16_t)(1 + gen_below(r, (uint32_t)gen_ethnic_group_count - 1));
}

static void places(const gen_world *world, gen_family *family) {
  gen_random r = {gen_hash(family->key, tag_place)};
  const uint32_t communes = (uint32_t)gen_commune_count;
  uint64_t draw = gen_next(&r), bits = gen_next(&r), from = gen_next(&r);
  family->registered = (uint16_t)gen_pick(&world->commune, draw);
  family->residence = family->registered;
  family->father_origin = family->mother_origin = family->registered;
  if (gen_slice(&bits, 100) < 30) family->residence = (uint16_t)gen_pick(&world->commune, gen_next(&r));
  if (gen_slice(&bits, 100) >= 45) family->father_origin = (uint16_t)gen_slice(&from, communes);
  if (gen_slice(&bits, 100) >= 45) family->mother_origin = (uint16_t)gen_slice(&from, communes);
  family->ethnic_group = ethnic_group(&r);
}

void gen_family_find(const gen_world *world, uint64_t index, gen_family *out_family) {
  gen_family *family = out_family;
  uint64_t block = index / GEN_FAMILY_BLOCK;
  uint32_t slot = (uint32_t)(index % GEN_FAMILY_BLOCK), at = 0, size = 0;
  int year = 0;
  gen_random r = {gen_hash(world->seed + tag_block, block)};
  for (;;) {
    size = shape(family, &r, GEN_FAMILY_BLOCK - at, &year);
    if (slot < at + size) break;
    at += size;
  }
  family->first = block * GEN_FAMILY_BLOCK + at;
  family->key = gen_hash(world->seed, family->first);
  births(family, year, world->close_births);
  places(world, family);
}

/* ---- names -------------------------------------------------------------------------------- */

/* Thị marks women and Văn men, less in each generation; per 100. */
static uint32_t marker_share(bool female, int year) {
  if (female) return year < 1975 ? 88 : year < 1990 ? 75 : year < 2000 ? 55 : year < 2010 ? 35 : 18;
  return year < 1970 ? 45 : year < 1985 ? 35 : year < 2000 ? 18 : 6;
}

static void add_middles(const gen_world *world, gen_random *r, bool female, int year, gen_name *name) {
  const gen_picker *picker = female ? &world->middle_women : &world->middle_men;
  uint32_t draw = gen_below(r, 100);
  bool marked = gen_below(r, 100) < marker_share(female, year);
  if (!marked && draw < 3) return;
  if (marked) gen_name_add(name, gen_word_of(female ? "Thị" : "Văn"));
  uint32_t second = marked ? (female ? 34 : 6) : (year < 1990 ? 8 : 24);
  if (!marked) gen_name_add(name, world->middle_words[gen_pick(picker, gen_next(r))]);
  if (draw >= 100 - second) gen_name_add(name, world->middle_words[gen_pick(picker, gen_next(r))]);
}

static uint32_t pick_given(const gen_world *world, gen_random *r, bool female) {
  return gen_pick(female ? &world->given_women : &world->given_men, gen_next(r));
}

static void ede_name(gen_random *r, bool female, gen_name *name) {
  gen_word first = gen_word_of("Y");
  if (female) {
    const char *given = gen_ede_women[gen_below(r, (uint32_t)gen_ede_women_count)];
    first = gen_word_of("H'");
    memcpy(first.text + 2, given, strlen(given));
    first.length = (uint8_t)(2 + strlen(given));
  }
  gen_name_add(name, first);
  if (!female) gen_name_add(name, gen_word_of(gen_ede_men[gen_below(r, (uint32_t)gen_ede_men_count)]));
  gen_name_add(name, gen_word_of(gen_ede_clans[gen_below(r, (uint32_t)gen_ede_clan_count)]));
}

void gen_adult_name(const gen_world *world, uint64_t key, bool female, int year, const gen_word *surname,
                    gen_name *out_name, uint32_t *out_given) {
  gen_random r = {key};
  uint64_t draw = gen_next(&r);
  out_name->count = 0;
  gen_name_add(out_name, surname ? *surname : world->surname_words[gen_pick(&world->surname, draw)]);
  add_middles(world, &r, female, year, out_name);
  *out_given = pick_given(world, &r, female);
  gen_name_add(out_name, world->given_words[*out_given]);
}

void gen_family_names(const gen_world *world, gen_family *family) {
  uint32_t mother_given;
  if (family->ethnic_group == GEN_ETHNIC_EDE) {
    gen_random r = {gen_hash(family->key, tag_father)};
    family->father.count = family->mother.count = 0;
    family->father_given = 0;
    ede_name(&r, false, &family->father);
    ede_name(&r, true, &family->mother);
    return;
  }
  gen_adult_name(world, gen_hash(family->key, tag_father), false, gen_date_of(family->father_birth).year, NULL,
                 &family->father, &family->father_given);
  gen_adult_name(world, gen_hash(family->key, tag_mother), true, gen_date_of(family->mother_birth).year, NULL,
                 &family->mother, &mother_given);
}

/* Another given name with the same first letter, as twins and sons often get; where it has no other (Yến, Oanh) just another: no two
 * children of a family are called the same. */
static uint32_t similar_given(uint32_t given, bool female) {
  uint32_t any = given;
  for (uint32_t step = 1; step < gen_given_count; step++) {
    uint32_t other = (uint32_t)((given + step) % gen_given_count);
    uint16_t count = female ? gen_givens[other].female : gen_givens[other].male;
    if (count > 2 && gen_givens[other].text[0] == gen_givens[given].text[0]) return other;
    if (count > 2 && any == given) any = other;
  }
  return any;
}

/* Sisters and brothers share out the given names by rank, so that no two get the same. */
static uint32_t child_given(const gen_world *world, const gen_family *family, uint32_t child, gen_random *r) {
  uint32_t given = 0;
  for (int attempt = 0; attempt < 16; attempt++) {
    given = pick_given(world, r, family->female[child]);
    if ((given + family->key) % GEN_CHILDREN_MAX == child) break;
  }
  return given;
}

void gen_child_name(const gen_world *world, const gen_family *family, uint32_t child, gen_name *out_name) {
  bool female = family->female[child], twin = family->twin[child];
  gen_random r = {gen_hash(family->key, tag_child + 16 * (twin ? child - 1 : child))};
  gen_random shared = {gen_hash(family->key, tag_brothers + 16 * female)};
  bool same_middle = gen_below(&shared, 100) < 25, near_father = gen_below(&shared, 1000) < 20;
  out_name->count = 0;
  if (family->ethnic_group == GEN_ETHNIC_EDE) {
    r.state += 7 * child;
    ede_name(&r, female, out_name);
    return;
  }
  uint32_t given = child_given(world, family, twin ? child - 1 : child, &r);
  if (twin) given = similar_given(given, female);
  gen_name_add(out_name, family->father_unknown ? family->mother.words[0] : family->father.words[0]);
  if (near_father && child == 0 && !female && !family->father_unknown && family->father.count > 2) {
    bool same_given = gen_below(&r, 2);
    if (same_given) add_middles(world, &r, female, 2000, out_name);
    for (uint32_t i = 1; !same_given && i + 1 < family->father.count; i++) {
      gen_name_add(out_name, family->father.words[i]);
    }
    given = same_given ? family->father_given : similar_given(family->father_given, female);
  } else {
    add_middles(world, same_middle || twin ? &shared : &r, female, gen_date_of(family->births[child]).year, out_name);
  }
  gen_name_add(out_name, world->given_words[given]);
}
