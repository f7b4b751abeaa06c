/* The facts that the synthetic registers are made of: names and their frequencies, places, streets,
 * ethnic groups, hospitals. Constant tables in tables_*.c; each says where it comes from. */
#ifndef KHOP_GEN_FACTS_H
#define KHOP_GEN_FACTS_H

#include <stddef.h>
#include <stdint.h>

/* One syllable of a name, and how often it was counted among men and among women. */
typedef struct gen_name_fact {
  char text[16];
  uint16_t male, female;
} gen_name_fact;

extern const gen_name_fact gen_surnames[], gen_middles[], gen_givens[];
extern const size_t gen_surname_count, gen_middle_count, gen_given_count;

typedef enum gen_place_kind {
  GEN_CITY,     /* Thành phố */
  GEN_PROVINCE, /* Tỉnh */
  GEN_URBAN,    /* Quận */
  GEN_RURAL,    /* Huyện */
  GEN_TOWN,     /* Thị xã */
  GEN_WARD,     /* Phường */
  GEN_COMMUNE,  /* Xã */
  GEN_TOWNSHIP, /* Thị trấn */
  GEN_ISLAND    /* Đặc khu */
} gen_place_kind;

typedef struct gen_province {
  uint16_t code;
  uint16_t kind;
  const char *name;
  uint16_t new_kind;
  const char *new_name;
} gen_province;

typedef struct gen_district {
  uint16_t province; /* row of gen_provinces */
  uint16_t kind;
  const char *name;
  uint16_t commune_first, commune_count;
} gen_district;

typedef struct gen_commune {
  uint32_t code;
  uint16_t district; /* row of gen_districts */
  uint16_t kind;
  const char *name;
  uint16_t new_kind;
  const char *new_name;
} gen_commune;

extern const gen_province gen_provinces[];
extern const gen_district gen_districts[];
extern const gen_commune gen_communes[];
extern const size_t gen_province_count, gen_district_count, gen_commune_count;

extern const char *const gen_streets[], *const gen_hamlets[], *const gen_hospitals[];
extern const size_t gen_street_count, gen_hamlet_count, gen_hospital_count;

/* Other spelling: NULL when there is none. */
typedef struct gen_ethnic_group {
  const char *name, *other_spelling;
} gen_ethnic_group;

extern const gen_ethnic_group gen_ethnic_groups[]; /* in the order of the list of 1979 */
extern const size_t gen_ethnic_group_count;
enum { GEN_ETHNIC_KINH = 0, GEN_ETHNIC_HOA = 3, GEN_ETHNIC_KHMER = 4, GEN_ETHNIC_EDE = 11 };

/* Given names and clans of Ê-đê people, who write no Vietnamese surname. */
extern const char *const gen_ede_men[], *const gen_ede_women[], *const gen_ede_clans[];
extern const size_t gen_ede_men_count, gen_ede_women_count, gen_ede_clan_count;

/* Forms of one word that differ by region, or are two words; weak evidence. */
typedef struct gen_doublet {
  const char *north, *south;
} gen_doublet;

extern const gen_doublet gen_doublets[];
extern const size_t gen_doublet_count;

extern const char *const gen_land_uses[];
extern const size_t gen_land_use_count;

#endif
