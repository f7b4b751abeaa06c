/* Names of persons: the golden table, idempotence, what must and must not be equal. */
#include "base/hash.h"
#include "normalise/name_memory.h"
#include "normalise/person_name.h"
#include "normalise_golden.h"

enum { GENERATED = 40000, NAME_BYTES_MAX = 200 };

static text_value value_of(const char *text) {
  char *copy = golden_exact(text, strlen(text));
  text_value value;
  memset(&value, 0xA5, sizeof value);
  normalise_person_name(copy, strlen(text), &value);
  free(copy);
  return value;
}

static void append_names(char *out, uint32_t bits, const char *(*name)(uint32_t)) {
  for (uint32_t bit = 1; bit != 0; bit <<= 1) {
    if (!(bits & bit)) continue;
    if (out[0] != 0) strcat(out, ",");
    strcat(out, name(bit));
  }
}

/* input, canonical, unaccented, surname, given, initials, phonetic key, repairs, findings */
static void check_case(char **cells) {
  char canonical[GOLDEN_LINE_MAX], words[GOLDEN_LINE_MAX] = "";
  name_parts parts;
  size_t length = normalise_canonical(TEXT_PERSON_NAME, cells[0], strlen(cells[0]), canonical, sizeof canonical - 1);
  canonical[length] = 0;
  assert_string_equal(canonical, cells[1]);
  person_name_parts(cells[0], strlen(cells[0]), &parts);
  assert_string_equal(parts.canonical, cells[1]);
  assert_string_equal(parts.plain, cells[2]);
  assert_string_equal(parts.surname, cells[3]);
  assert_string_equal(parts.given, cells[4]);
  assert_string_equal(parts.initials, cells[5]);
  assert_string_equal(parts.phonetic, cells[6]);
  append_names(words, parts.repairs, name_repair_name);
  assert_string_equal(words, cells[7]);
  words[0] = 0;
  append_names(words, parts.findings, name_finding_name);
  assert_string_equal(words, cells[8]);
  text_value value = value_of(cells[0]), again = value_of(canonical);
  golden_values_equal(&value, &again);
  golden_letters_match(&value, cells[1]);
}

static void test_golden(void **state) {
  (void)state;
  assert_true(golden_each("golden/names.tsv", 9, check_case) >= 400);
}

static name_parts parts_of(const char *text) {
  name_parts parts;
  person_name_parts(text, strlen(text), &parts);
  return parts;
}

static void test_parts(void **state) {
  (void)state;
  name_parts p = parts_of("Ông Nguyeenx Vawn Minh An (tức Tý)");
  assert_string_equal(p.surname, "nguyễn");
  assert_string_equal(p.middle, "văn minh");
  assert_string_equal(p.given, "an");
  assert_string_equal(p.note, "tức tý");
  assert_int_equal(p.words, 4);
  assert_int_equal(p.repairs, NAME_TELEX | NAME_TITLE_DROPPED | NAME_NOTE_DROPPED);
  value_part list[VALUE_PARTS_MAX];
  assert_int_equal(name_part_list(&p, list), 7); /* no mother */
  assert_string_equal(list[0].name, "surname");
  assert_string_equal(list[0].text, "nguyễn");
  p = parts_of("CRS Nguyễn Thị A");
  assert_string_equal(p.mother, "nguyễn thị a");
  assert_string_equal(p.given, "");
  assert_int_equal(name_part_list(&p, list), 4); /* initials, phonetic, plain, mother */
}

/* The mother is not her newborn. */
static void test_newborn_is_not_the_mother(void **state) {
  (void)state;
  text_value mother = value_of("Nguyễn Thị Hoa"), child = value_of("Con bà Nguyễn Thị Hoa"), other = value_of("CRS Nguyễn Thị Hoa");
  assert_int_not_equal(mother.toned_hash, child.toned_hash);
  assert_int_not_equal(mother.plain_hash, child.plain_hash);
  assert_int_equal(child.toned_hash, other.toned_hash);
}

static void test_tones_tell_names_apart(void **state) {
  (void)state;
  text_value a = value_of("Nguyễn Văn Hòa"), b = value_of("Nguyễn Văn Hoà"), c = value_of("Nguyễn Văn Hoa");
  assert_int_equal(a.toned_hash, b.toned_hash);
  assert_int_not_equal(a.toned_hash, c.toned_hash);
  assert_int_equal(a.plain_hash, c.plain_hash);
  assert_memory_equal(a.letters, c.letters, sizeof a.letters);
  text_value vy = value_of("Vy"), vi = value_of("Vi");
  assert_int_not_equal(vy.toned_hash, vi.toned_hash);
  assert_int_not_equal(vy.plain_hash, vi.plain_hash);
  text_value d = value_of("Đỗ"), plain_d = value_of("Dỗ");
  assert_int_not_equal(d.toned_hash, plain_d.toned_hash);
  assert_int_equal(d.plain_hash, plain_d.plain_hash);
}

static void test_other_scripts_differ(void **state) {
  (void)state;
  text_value a = value_of("李明"), b = value_of("李红");
  assert_int_equal(a.length, 2);
  assert_int_equal(a.letters[0], LETTER_OTHER);
  assert_int_equal(a.plain_hash, b.plain_hash);
  assert_int_not_equal(a.toned_hash, b.toned_hash);
}

/* Names of 0 to 70 letters: 32 are compared, all are hashed. */
static void test_length_bounds(void **state) {
  (void)state;
  char name[71];
  for (size_t i = 0; i < 70; i++) name[i] = (char)('a' + i % 26);
  text_value before = {0};
  for (size_t length = 1; length <= 70; length++) {
    text_value value;
    normalise_person_name(name, length, &value);
    assert_int_equal(value.length, length < 32 ? length : 32);
    assert_int_not_equal(value.plain_hash, before.plain_hash);
    assert_int_not_equal(value.toned_hash, before.toned_hash);
    before = value;
  }
}

static const char *const pieces[] = {
    "Nguyễn", "nguyen", "Nguyeenx", "Lee", "Lê", "Thị", "Thij", "Thi5", "Văn", "Vawn", "Va8n", "Va(n", "Nguye6n4",
    "Nguye^~n", "Hoa", "Hoaf", "Mais", "Hans", "Max", "Đinh", "Tor", "Y", "H'Nhi", "Niê", "Rơ", "Châm", "Ông", "Bà", "Anh",
    "Chị", "Cháu", "Bé", "gái", "Con", "của", "CRS", "CTC", "Mr", "tức", "Tuwcs", "Tôn", "Nữ", "(", ")", ",", ", ", "-", ".",
    "1", "Hà", "An", "sinh", "năm", "không rõ", "x", "oong", "Oong", "\u00A0", "\uFF08", "\u0301", "\xE1", "\u674E", "uw", "ow", "aa"};

/* What was read once reads as itself, and its parts say so. */
static void test_idempotent(void **state) {
  (void)state;
  uint64_t random = 7;
  size_t repaired = 0;
  for (size_t i = 0; i < GENERATED; i++) {
    char text[NAME_BYTES_MAX] = "", canonical[GOLDEN_LINE_MAX], again[GOLDEN_LINE_MAX];
    size_t count = 1 + (random_next(&random) >> 33) % 8;
    for (size_t k = 0; k < count; k++) {
      strcat(text, pieces[(random_next(&random) >> 33) % (sizeof pieces / sizeof pieces[0])]);
      if ((random_next(&random) >> 33) % 8) strcat(text, " ");
    }
    size_t length = normalise_canonical(TEXT_PERSON_NAME, text, strlen(text), canonical, sizeof canonical - 1);
    canonical[length] = 0;
    size_t second = normalise_canonical(TEXT_PERSON_NAME, canonical, length, again, sizeof again - 1);
    again[second] = 0;
    if (strcmp(canonical, again) != 0) fail_msg("%s: %s, then %s", text, canonical, again);
    name_parts parts = parts_of(text), parts_again = parts_of(canonical);
    if (length <= TEXT_CANONICAL_MAX) assert_string_equal(parts.canonical, canonical);
    assert_int_equal(parts_again.repairs, 0);
    assert_int_equal(parts.findings & NAME_NEWBORN, parts_again.findings & NAME_NEWBORN);
    repaired += parts.repairs != 0;
  }
  assert_true(repaired > GENERATED / 4);
}

/* ---- names from words met before ----------------------------------------------------------- */

static name_memory *memory;
static size_t usual_names;

/* What the memory says of a name, if it says anything, is what person_name_parts says. */
static void check_usual(const char *text, size_t length) {
  name_usual usual;
  char *exact = golden_exact(text, length);
  name_parts parts;
  person_name_parts(exact, length, &parts);
  bool is_usual = false; /* a word is new once */
  for (size_t i = 0; i <= NAME_USUAL_WORDS_MAX && !is_usual; i++) is_usual = name_memory_read(memory, exact, length, &usual);
  free(exact);
  if (!is_usual) return;
  usual_names++;
  assert_int_equal(parts.findings, usual.is_unaccented ? NAME_UNACCENTED : 0);
  assert_int_equal(parts.repairs, 0);
  assert_int_equal(parts.words, usual.words);
  assert_int_equal(strlen(parts.canonical), usual.canonical_bytes);
  assert_memory_equal(parts.canonical, usual.canonical, usual.canonical_bytes);
  assert_int_equal(strlen(parts.plain), usual.plain_bytes);
  assert_memory_equal(parts.plain, usual.plain, usual.plain_bytes);
  assert_int_equal(strlen(parts.phonetic), usual.phonetic_bytes);
  assert_memory_equal(parts.phonetic, usual.phonetic, usual.phonetic_bytes);
  assert_int_equal(strlen(parts.initials), usual.words);
  assert_memory_equal(parts.initials, usual.initials, usual.words);
  assert_int_equal(strlen(parts.surname), usual.surname_bytes);
  assert_memory_equal(parts.surname, usual.canonical, usual.surname_bytes);
  assert_string_equal(parts.given, parts.canonical + usual.given_start);
  size_t middle = usual.given_start - usual.surname_bytes - 1;
  assert_int_equal(strlen(parts.middle), middle ? middle - 1 : 0);
  assert_memory_equal(parts.middle, usual.canonical + usual.surname_bytes + 1, middle ? middle - 1 : 0);
  assert_string_equal(parts.mother, "");
  assert_string_equal(parts.note, "");
}

static void check_usual_cells(char **cells) { check_usual(cells[0], strlen(cells[0])); }

static void test_usual_names(void **state) {
  (void)state;
  static const char *const more[] = {"Phước", "Phúc", "Bửu", "Nguyễn", "Trần", "Thị", "thi", "văn", "VAN", "Tức", "Hưng", "Âu",
                                     "Dương", "Gia", "Bảo", "Lê", "Lý", "Ng", "Tr", "Ê", "Út", "Hơ", "K", "Nia", "Mlô", "Đông", "null",
                                     "Na", "Khong", "Ro", "Mạnh", "Oanh", "oo", "Quyeen", "qúy", "Hòa", "Võ", "Danh", "Vô", "Mai"};
  enum { PIECES = sizeof pieces / sizeof pieces[0], ALL = PIECES + sizeof more / sizeof more[0] };
  uint64_t random = 17;
  memory = name_memory_create();
  assert_non_null(memory);
  usual_names = 0;
  for (int round = 0; round < 2; round++) golden_each("golden/names.tsv", 9, check_usual_cells);
  assert_true(usual_names > 60);
  for (size_t i = 0; i < GENERATED; i++) {
    char text[512] = "";
    size_t count = 1 + (random_next(&random) >> 33) % 6;
    for (size_t k = 0; k < count; k++) {
      size_t at = (random_next(&random) >> 33) % (3 * ALL);
      strcat(text, at < PIECES ? pieces[at] : more[(at - PIECES) % (ALL - PIECES)]);
      if (k + 1 < count || i % 16 == 0) strcat(text, i % 32 ? " " : "  ");
    }
    check_usual(text, strlen(text) + i % 3 % 2); /* and with a NUL that is part of it */
  }
  assert_true(usual_names > GENERATED / 50);
  for (size_t i = 0; i < GENERATED; i++) { /* more words than there are places, which push each other out */
    static const char *const heads[] = {"b", "c", "ch", "d", "g", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "q", "s", "t", "th", "tr", "v"};
    static const char *const tails[] = {"an", "a", "am", "ang", "anh", "ao", "at", "em", "en", "inh", "o", "oan", "on", "ong", "u", "ung"};
    char text[512] = "Lê";
    for (size_t k = 0; k < 4; k++) {
      uint64_t draw = random_next(&random) >> 20;
      char word[12];
      snprintf(word, sizeof word, " %s%s", heads[draw % 19], tails[draw / 32 % 16]);
      for (size_t at = 1; word[at] != 0; at++) word[at] = (char)(word[at] ^ (draw >> (10 + at) & 1) << 5); /* either case */
      strcat(text, word);
    }
    check_usual(text, strlen(text));
  }
  name_memory_free(memory);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),
      cmocka_unit_test(test_parts),
      cmocka_unit_test(test_newborn_is_not_the_mother),
      cmocka_unit_test(test_tones_tell_names_apart),
      cmocka_unit_test(test_other_scripts_differ),
      cmocka_unit_test(test_length_bounds),
      cmocka_unit_test(test_idempotent),
      cmocka_unit_test(test_usual_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
