/* Every commune of both maps, written in six styles, is found again. What a text can mean is worked out here
 * from the table alone: the communes whose text is the same, and for a new one also the old ones that were
 * written so without their district. Where that is one, the reader must say so (at least 99.5 of 100) and
 * never another; where it is several, it must not choose. */
#include <ctype.h>

#include "base/hash.h"
#include "normalise/address.h"
#include "normalise_golden.h"

enum { TEXT_MAX = 512 };

typedef enum style { FULL, SHORT, PLAIN, UPPER, OLD_TONES, NEW_TONES, STYLES } style;
static const char *const style_names[STYLES] = {"full",       "abbreviated",   "unaccented",
                                                "upper case", "old placement", "new placement"};

static address_book *book;

static const char *short_kind(uint16_t kind) {
  static const char *const words[] = {"T. ", "TP. ", "Q.", "H. ", "TX ", "P.", "X. ", "TT. ", "ĐK "};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (kind == 1u << i) return words[i];
  }
  return "";
}

/* Moves the tone of oa, oe, uy at the end of a word to the other vowel. */
static void move_tones(char *text, bool to_old) {
  static const char *const pairs[][2] = {{"òa", "oà"}, {"óa", "oá"}, {"ỏa", "oả"}, {"õa", "oã"},
                                         {"ọa", "oạ"}, {"òe", "oè"}, {"óe", "oé"}, {"ỏe", "oẻ"},
                                         {"õe", "oẽ"}, {"ọe", "oẹ"}, {"ùy", "uỳ"}, {"úy", "uý"},
                                         {"ủy", "uỷ"}, {"ũy", "uỹ"}, {"ụy", "uỵ"}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    const char *from = pairs[i][to_old], *to = pairs[i][!to_old];
    for (char *at = strstr(text, from); at; at = strstr(at + 1, from)) {
      size_t length = strlen(from), longer = strlen(to);
      bool whole = !isalpha((unsigned char)at[length]) && !(at[length] & 0x80);
      bool after_q = at > text && (at[-1] | 32) == 'q';
      if (!whole || after_q) continue;
      memmove(at + longer, at + length, strlen(at + length) + 1);
      memcpy(at, to, longer);
    }
  }
}

static void to_upper(char *text) {
  char out[TEXT_MAX];
  size_t written = 0;
  for (const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text; *at != 0;) {
    utf8proc_int32_t point;
    at += utf8proc_iterate(at, -1, &point);
    written += (size_t)utf8proc_encode_char(utf8proc_toupper(point), (utf8proc_uint8_t *)out + written);
  }
  memcpy(text, out, written);
  text[written] = 0;
}

static size_t put_unit(char *text, uint16_t unit, style how) {
  const address_unit *u = address_unit_at(book, unit);
  const char *separator = how == SHORT ? "" : " ";
  const char *kind = how == SHORT ? short_kind(u->kind) : address_kind_name(u->kind);
  return (size_t)snprintf(text, TEXT_MAX, "%s%s%.*s", kind, separator, u->name_bytes, u->name);
}

/* Hyphens between names are written or left out. */
static void drop_hyphens(char *text) {
  for (char *at = strstr(text, " - "); at; at = strstr(at, " - ")) memmove(at, at + 2, strlen(at + 2) + 1);
}

/* With the district or without it. */
static void write_text(char *text, uint16_t commune, style how, bool with_district) {
  const address_unit *u = address_unit_at(book, commune);
  size_t length = 0;
  uint16_t units[] = {u->code != 0 ? commune : ADDRESS_NO_UNIT, with_district ? u->district : ADDRESS_NO_UNIT,
                      u->province};
  for (size_t i = 0; i < 3; i++) {
    if (units[i] == ADDRESS_NO_UNIT) continue;
    if (length > 0) memcpy(text + length, ", ", 2), length += 2;
    length += put_unit(text + length, units[i], how);
  }
  char folded[TEXT_MAX];
  if (how == PLAIN) {
    size_t plain = text_fold_plain(text, length, folded, TEXT_MAX - 1);
    for (size_t i = 0; i < plain; i++) text[i] = i % 3 ? (char)tolower((unsigned char)folded[i]) : folded[i];
    text[plain] = 0;
  }
  if (how == UPPER) to_upper(text);
  if (how == OLD_TONES || how == NEW_TONES) move_tones(text, how == OLD_TONES);
}

/* ---- what a text can mean ------------------------------------------------------------------- */

typedef struct meaning {
  uint64_t hash; /* of the folded text */
  uint16_t unit;
} meaning;

static meaning *meanings;
static size_t meaning_count;

static uint64_t hash_of(const char *text) {
  char joined[TEXT_MAX], folded[TEXT_MAX];
  memcpy(joined, text, strlen(text) + 1);
  drop_hyphens(joined);
  size_t length = text_fold_toned(joined, strlen(joined), folded, sizeof folded);
  return hash_bytes(folded, length);
}

static int by_hash(const void *a, const void *b) {
  const meaning *x = a, *y = b;
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  return (int)x->unit - (int)y->unit;
}

static void collect(style how) {
  meaning_count = 0;
  for (uint16_t i = 1; i <= address_unit_count(book); i++) {
    char text[TEXT_MAX];
    const address_unit *u = address_unit_at(book, i);
    if (u->level != ADDRESS_LEVEL_COMMUNE) continue;
    for (int with_district = 0; with_district <= (u->era == ADDRESS_ERA_OLD && u->code != 0);
         with_district++) {
      write_text(text, i, how, with_district || u->code == 0);
      meanings[meaning_count++] = (meaning){hash_of(text), i};
    }
  }
  qsort(meanings, meaning_count, sizeof *meanings, by_hash);
}

/* The units that the text can mean: *out_first, and how many. */
static size_t meanings_of(const char *text, const meaning **out_first) {
  uint64_t hash = hash_of(text);
  size_t low = 0, high = meaning_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (meanings[middle].hash < hash) low = middle + 1;
    else high = middle;
  }
  *out_first = meanings + low;
  size_t count = 0;
  while (low + count < meaning_count && meanings[low + count].hash == hash) count++;
  return count;
}

/* The one commune of today that a unit is, 0 if it was split. */
static uint16_t today_of(uint16_t unit) {
  const address_unit *u = address_unit_at(book, unit);
  if (u->era == ADDRESS_ERA_NEW) return unit;
  return u->other_count == 1 ? u->others[0] : ADDRESS_NO_UNIT;
}

static bool is_one(const meaning *first, size_t count) {
  for (size_t i = 1; i < count; i++) {
    if (today_of(first[i].unit) == ADDRESS_NO_UNIT || today_of(first[i].unit) != today_of(first[0].unit))
      return false;
  }
  return true;
}

/* ---- the test ------------------------------------------------------------------------------- */

typedef struct tally {
  size_t clear, right, ambiguous, said_so, wrong, unresolved;
} tally;

static bool has_unit(const address_value *value, uint16_t unit) {
  for (size_t i = 0; i < value->count; i++) {
    if (value->units[i] == unit) return true;
  }
  return false;
}

static void check_commune(uint16_t unit, style how, tally *t) {
  char text[TEXT_MAX];
  address_value value;
  const meaning *first;
  write_text(text, unit, how, true);
  size_t count = meanings_of(text, &first);
  assert_true(count >= 1);
  address_read(book, ADDRESS_ERA_ANY, text, strlen(text), &value);
  assert_int_equal(value.head_bytes, 0);
  bool clear = is_one(first, count);
  t->clear += clear;
  t->ambiguous += !clear;
  if (value.status == ADDRESS_COMMUNE) {
    bool right = has_unit(&value, unit) && (value.count == 1 || value.new_commune == today_of(unit));
    t->right += clear && right;
    t->wrong += !right || !clear;
    if (!right || !clear) printf("wrong: %s\n", text);
  } else if (value.status == ADDRESS_AMBIGUOUS) {
    bool says = value.more || has_unit(&value, unit);
    t->said_so += !clear && says;
    t->wrong += !says;
    t->unresolved += clear;
    if (clear) printf("ambiguous: %s\n", text);
  } else {
    t->unresolved++;
    printf("unresolved: %s\n", text);
  }
}

static void check_style(style how, address_era era) {
  tally t = {0};
  collect(how);
  for (uint16_t i = 1; i <= address_unit_count(book); i++) {
    const address_unit *u = address_unit_at(book, i);
    if (u->level == ADDRESS_LEVEL_COMMUNE && u->era == era) check_commune(i, how, &t);
  }
  printf("%s communes, %s: %zu clear, %zu right, %zu ambiguous, %zu said so, %zu wrong, %zu not resolved\n",
         era == ADDRESS_ERA_OLD ? "old" : "new", style_names[how], t.clear, t.right, t.ambiguous, t.said_so,
         t.wrong, t.unresolved);
  assert_int_equal(t.wrong, 0);
  assert_true(t.right * 1000 >= t.clear * 995);
  assert_int_equal(t.said_so, t.ambiguous);
}

static void every_commune_in_every_style(void **state) {
  (void)state;
  for (style how = FULL; how < STYLES; how++) {
    check_style(how, ADDRESS_ERA_OLD);
    check_style(how, ADDRESS_ERA_NEW);
  }
}

/* ---- levels left out, commas left out, a house in front ------------------------------------- */

typedef struct form {
  const char *name, *head, *separator;
  bool district, province;
  unsigned found_permille_min; /* resolved to one commune */
  unsigned bare;               /* levels without their kinds: the province; the district too */
} form;

static void write_form(char *text, uint16_t commune, const form *f, style how) {
  const address_unit *u = address_unit_at(book, commune);
  size_t length = (size_t)snprintf(text, TEXT_MAX, "%s", f->head);
  length += put_unit(text + length, commune, how);
  uint16_t units[] = {f->district ? u->district : ADDRESS_NO_UNIT,
                      f->province ? u->province : ADDRESS_NO_UNIT};
  for (size_t i = 0; i < 2; i++) {
    if (units[i] == ADDRESS_NO_UNIT) continue;
    length += (size_t)snprintf(text + length, TEXT_MAX - length, "%s", f->separator);
    const address_unit *above = address_unit_at(book, units[i]);
    bool bare = f->bare + i >= 2 && !isdigit((unsigned char)above->name[0]);
    if (bare)
      length += (size_t)snprintf(text + length, TEXT_MAX - length, "%.*s", above->name_bytes, above->name);
    else length += put_unit(text + length, units[i], how);
  }
}

/* The commune is found, or is among what was found, or nothing at all was: never another. */
static void check_form(const form *f, style how, address_era era) {
  size_t count = 0, found = 0, ambiguous = 0, wrong = 0, heads = 0;
  for (uint16_t i = 1; i <= address_unit_count(book); i++) {
    char text[TEXT_MAX];
    address_value value;
    const address_unit *u = address_unit_at(book, i);
    if (u->level != ADDRESS_LEVEL_COMMUNE || u->era != era || u->code == 0) continue;
    write_form(text, i, f, how);
    address_read(book, ADDRESS_ERA_ANY, text, strlen(text), &value);
    bool right =
        has_unit(&value, i) || (value.new_commune != 0 && value.new_commune == today_of(i)) || value.more;
    count++;
    found += right && value.status == ADDRESS_COMMUNE;
    ambiguous += right && value.status == ADDRESS_AMBIGUOUS;
    if (!right && value.status >= ADDRESS_COMMUNE) wrong++, printf("wrong: %s\n", text);
    heads += strlen(f->head) == 0 ? value.head_bytes == 0 : value.head_bytes > 0;
  }
  printf("%s communes, %s, %s: %zu of %zu found, %zu ambiguous, %zu wrong, %zu heads\n",
         era == ADDRESS_ERA_OLD ? "old" : "new", f->name, style_names[how], found, count, ambiguous, wrong,
         heads);
  assert_int_equal(wrong, 0);
  assert_true(found * 1000 >= count * f->found_permille_min);
}

static void levels_and_commas_left_out(void **state) {
  (void)state;
  static const form forms[] = {{"a house in front", "12/3A đường số 5, ", ", ", true, true, 950, 0},
                               {"a hamlet in front", "Tổ 4, thôn 3, ", ", ", true, true, 950, 0},
                               {"no commas", "", " ", true, true, 950, 0},
                               {"no commas behind a street", "Số 7 Lê Lợi ", " ", true, true, 950, 0},
                               {"no kind of the province", "", ", ", true, true, 950, 1},
                               {"no kind of district and province", "", ", ", true, true, 950, 2},
                               {"no commas, no kind of the province", "", " ", true, true, 950, 1},
                               {"no commas, no kinds", "12 Lê Lợi ", " ", true, true, 950, 2},
                               {"no district", "", ", ", false, true, 0, 0},
                               {"no province", "", ", ", true, false, 0, 0},
                               {"alone", "", ", ", false, false, 0, 0}};
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    for (style how = FULL; how <= SHORT; how++) {
      check_form(&forms[i], how, ADDRESS_ERA_OLD);
      check_form(&forms[i], how, ADDRESS_ERA_NEW);
    }
  }
}

/* ---- typing errors --------------------------------------------------------------------------- */

/* A letter of the name left out, doubled, replaced, or exchanged with the next; false when the name is too short. */
static bool misspell(const address_unit *u, uint64_t random, char out[TEXT_MAX]) {
  size_t length = text_fold_plain(u->name, u->name_bytes, out, TEXT_MAX - 1), at = 1 + random / 8 % length;
  if (length < 8 || at + 2 > length || out[at] == ' ' || out[at + 1] == ' ' || memchr(out, '1', length)) return false;
  char letter = out[at];
  out[length] = 0;
  if (random % 4 == 0) memmove(out + at, out + at + 1, length - at);
  else if (random % 4 == 1) memmove(out + at + 1, out + at, length - at + 1);
  else if (random % 4 == 2) out[at] = letter == 'X' ? 'K' : 'X';
  else out[at] = out[at + 1], out[at + 1] = letter;
  return random % 4 != 3 || out[at] != letter;
}

/* Each commune with a typing error, in its district and province or (new ones) its province: it is found, or only what
 * it lies in is; another one never, unless the error made its very name. */
static void misspelt_communes(void **state) {
  (void)state;
  uint64_t seed = 7;
  size_t count = 0, found = 0, wrong = 0, other_name = 0;
  for (uint16_t i = 1; i <= address_unit_count(book); i++) {
    const address_unit *u = address_unit_at(book, i);
    char name[TEXT_MAX], text[TEXT_MAX], above[2][TEXT_MAX] = {""};
    address_value value;
    if (u->level != ADDRESS_LEVEL_COMMUNE || u->code == 0 || !misspell(u, random_next(&seed) >> 8, name)) continue;
    if (u->era == ADDRESS_ERA_OLD) put_unit(above[0], u->district, FULL);
    put_unit(above[1], u->province, FULL);
    int length = snprintf(text, sizeof text, "12 Lê Lợi, %s %.200s, %.100s%s%.100s", address_kind_name(u->kind), name,
                          above[0], *above[0] ? ", " : "", above[1]);
    address_read(book, ADDRESS_ERA_ANY, text, (size_t)length, &value);
    bool right = has_unit(&value, i) || (value.new_commune != 0 && value.new_commune == today_of(i));
    count++;
    if (value.status != ADDRESS_COMMUNE) continue;
    found += right;
    other_name += !right;
    if (!right && value.doubts & ADDRESS_MISSPELT) wrong++, printf("wrong: %s\n", text);
  }
  printf("misspelt communes: %zu of %zu found, %zu wrong, %zu in the name of another\n", found, count, wrong, other_name);
  assert_int_equal(wrong, 0);
  assert_true(other_name * 1000 < count * 3);
  assert_true(found * 100 > count * 75);
}

/* The counts of docs/data.md: the table is whole. */
static void the_table_is_whole(void **state) {
  (void)state;
  size_t communes[3] = {0}, provinces[3] = {0}, districts = 0, islands = 0, split = 0, pairs = 0;
  for (uint16_t i = 1; i <= address_unit_count(book); i++) {
    const address_unit *u = address_unit_at(book, i);
    provinces[u->era] += u->level == ADDRESS_LEVEL_PROVINCE;
    districts += u->level == ADDRESS_LEVEL_DISTRICT;
    if (u->level != ADDRESS_LEVEL_COMMUNE) continue;
    assert_true(u->other_count > 0);
    communes[u->era] += u->code != 0;
    islands += u->code == 0;
    split += u->era == ADDRESS_ERA_OLD && u->other_count > 1;
    pairs += u->era == ADDRESS_ERA_OLD ? u->other_count : 0;
    if (u->code != 0)
      assert_int_equal(address_unit_by_code(book, (address_era)u->era, ADDRESS_LEVEL_COMMUNE, u->code), i);
  }
  assert_int_equal(communes[ADDRESS_ERA_OLD], 10035);
  assert_int_equal(communes[ADDRESS_ERA_NEW], 3321);
  assert_int_equal(provinces[ADDRESS_ERA_OLD], 63);
  assert_int_equal(provinces[ADDRESS_ERA_NEW], 34);
  assert_int_equal(districts, 696);
  assert_int_equal(islands, 5);
  assert_int_equal(split, 471);
  assert_int_equal(pairs, 10602);
}

/* Every part of every commune, both ways: the same place when whole, possible with its share when split. */
static void every_commune_across_july_2025(void **state) {
  (void)state;
  for (uint16_t i = 1; i <= address_unit_count(book); i++) {
    const address_unit *u = address_unit_at(book, i);
    if (u->level != ADDRESS_LEVEL_COMMUNE || u->era != ADDRESS_ERA_OLD) continue;
    address_place before = {.units = {i}, .level = ADDRESS_LEVEL_COMMUNE};
    for (size_t k = 0; k < u->other_count; k++) {
      address_place after = {.units = {u->others[k]}, .level = ADDRESS_LEVEL_COMMUNE};
      address_match match = address_same(book, before, after), back = address_same(book, after, before);
      assert_memory_equal(&match, &back, sizeof match);
      assert_int_equal(match.share_permille, 1000 / u->other_count);
      assert_int_equal(match.relation,
                       u->other_count == 1 ? ADDRESS_RELATION_SAME : ADDRESS_RELATION_POSSIBLE);
      assert_int_equal(address_key(book, before) == address_key(book, after), u->other_count == 1);
    }
  }
}

int main(void) {
  khop_error err;
  assert_int_equal(address_book_create(&book, &err), KHOP_OK);
  meanings = malloc(2 * address_unit_count(book) * sizeof *meanings);
  assert_non_null(meanings);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_table_is_whole),
      cmocka_unit_test(every_commune_in_every_style),
      cmocka_unit_test(levels_and_commas_left_out),
      cmocka_unit_test(misspelt_communes),
      cmocka_unit_test(every_commune_across_july_2025),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  free(meanings);
  address_book_free(book);
  return failed;
}
