/* Identifiers: the golden tables of identifier_read and of the hot functions, what must hold of both together,
 * and single slips. */
#include "base/hash.h"
#include "normalise/identifier.h"
#include "normalise_golden.h"

typedef void reader(const char *text, size_t length, id_value *out);

static id_value value_of(reader *read, const char *text) {
  char *copy = golden_exact(text, strlen(text));
  id_value value;
  memset(&value, 0xA5, sizeof value);
  read(copy, strlen(text), &value);
  free(copy);
  return value;
}

static identifier_parts parts_of(identifier_type type, const char *text, const identifier_context *context) {
  char *copy = golden_exact(text, strlen(text));
  identifier_parts parts;
  memset(&parts, 0xA5, sizeof parts);
  identifier_read(type, copy, strlen(text), context, &parts);
  free(copy);
  return parts;
}

/* ---- the hot functions -------------------------------------------------------------------- */

static void check_value(char **cells) {
  static const char *const kinds[] = {"missing", "cccd", "cmnd", "passport", "insurance", "other"};
  bool phone = strcmp(cells[0], "phone") == 0;
  reader *read = phone                            ? normalise_phone
                 : strcmp(cells[0], "bhyt") == 0 ? normalise_insurance_number
                                                  : normalise_personal_id;
  id_value value = value_of(read, cells[1]);
  char text[96];
  snprintf(text, sizeof text, "%s%s%s%s%s", phone && value.kind == ID_OTHER ? "phone" : kinds[value.kind],
           value.canonical[0] != 0 ? " " : "", value.canonical, value.kind != ID_MISSING && !value.valid ? " invalid" : "",
           value.repaired ? " repaired" : "");
  assert_string_equal(text, cells[2]);
  if (strlen(value.canonical) == sizeof value.canonical - 1) return;

  id_value again = value_of(read, value.canonical);
  assert_int_equal(again.kind, value.kind);
  assert_int_equal(again.number, value.number);
  assert_int_equal(again.digits, value.digits);
  /* A card with an impossible benefit digit still has a person's number. */
  if (value.valid || value.kind != ID_INSURANCE) assert_int_equal(again.valid, value.valid);
  assert_string_equal(again.canonical, value.canonical);
  assert_false(again.repaired);
}

static void test_golden_of_values(void **state) {
  (void)state;
  assert_true(golden_each("golden/feature_identifiers.tsv", 3, check_value) >= 120);
}

static void test_numbers(void **state) {
  (void)state;
  id_value value = value_of(normalise_personal_id, "079085012345");
  assert_true(value.number == 79085012345u && value.digits == 12);
  value = value_of(normalise_personal_id, "C1234567");
  assert_true(value.number == 3 * 10000000u + 1234567 && value.digits == 7);
  value = value_of(normalise_insurance_number, "GD4790123456780");
  assert_true(value.number == 123456780u && value.digits == 10);
  value = value_of(normalise_phone, "0912345678");
  assert_true(value.number == 912345678u && value.digits == 10);
  value = value_of(normalise_personal_id, "AB123");
  id_value other = value_of(normalise_personal_id, "AB124");
  assert_true(value.number != other.number && value.number >> 48 == 0 && value.digits == 0);
}

/* The 63 provinces are known and no other below 100. */
static void test_provinces(void **state) {
  (void)state;
  int known = 0;
  for (int code = 0; code < 1000; code++) {
    char text[32];
    snprintf(text, sizeof text, "%03d085012345", code);
    id_value value = value_of(normalise_personal_id, text);
    identifier_parts parts = parts_of(IDENTIFIER_PERSONAL_ID, text, NULL);
    assert_int_equal(value.kind, ID_CCCD);
    assert_int_equal(parts.cccd.province, code);
    assert_int_equal((parts.findings & IDENTIFIER_UNKNOWN_PROVINCE) != 0, !value.valid);
    assert_int_equal((parts.findings & IDENTIFIER_BORN_ABROAD) != 0, code >= 100);
    if (code < 100) known += value.valid;
    if (code >= 100) assert_true(value.valid);
  }
  assert_int_equal(known, 63);
}

/* A digit more or less, or a letter in any place, is never taken for the number itself. */
static void test_slips_are_not_the_number(void **state) {
  (void)state;
  const char *number = "079185012345";
  uint64_t expected = 79185012345u;
  for (size_t at = 0; at < 12; at++) {
    char text[16];
    memcpy(text, number, 13);
    text[at] = 'A';
    id_value value = value_of(normalise_personal_id, text);
    assert_true(value.kind == ID_OTHER && !value.valid);
    for (char digit = '0'; digit <= '9'; digit++) {
      text[at] = digit;
      value = value_of(normalise_personal_id, text);
      assert_int_equal(value.number == expected, digit == number[at]);
    }
  }
}

/* Every number of 9, 10 or 12 digits that repeats or counts is missing; with one digit changed it is not. */
static void test_made_up_numbers(void **state) {
  (void)state;
  static const size_t lengths[] = {9, 10, 12};
  static reader *const readers[] = {normalise_personal_id, normalise_insurance_number, normalise_personal_id};
  static const identifier_type types[] = {IDENTIFIER_PERSONAL_ID, IDENTIFIER_INSURANCE_NUMBER, IDENTIFIER_PERSONAL_ID};
  for (size_t l = 0; l < 3; l++) {
    for (int first = 0; first < 10; first++) {
      for (int step = -1; step <= 1; step++) {
        char text[16] = "";
        for (size_t i = 0; i < lengths[l]; i++) text[i] = (char)('0' + (first + step * (int)i + 20) % 10);
        assert_int_equal(value_of(readers[l], text).kind, ID_MISSING);
        identifier_parts parts = parts_of(types[l], text, NULL);
        assert_int_equal(parts.kind, IDENTIFIER_IS_MISSING);
        assert_int_equal(parts.findings, step == 0 ? IDENTIFIER_PLACEHOLDER : IDENTIFIER_SEQUENTIAL);
        for (size_t at = 0; at < lengths[l]; at++) {
          char kept = text[at];
          text[at] = (char)('0' + (text[at] - '0' + 5) % 10);
          assert_int_not_equal(value_of(readers[l], text).kind, ID_MISSING);
          text[at] = kept;
        }
      }
    }
  }
}

/* ---- taken apart -------------------------------------------------------------------------- */

/* "male", "female", "born=1985", "now=2025" */
static identifier_context context_of(char *words) {
  identifier_context context = {.sex = SEX_MISSING};
  for (char *word; (word = strsep(&words, " ")) != NULL;) {
    if (strcmp(word, "male") == 0) context.sex = SEX_MALE;
    else if (strcmp(word, "female") == 0) context.sex = SEX_FEMALE;
    else if (strncmp(word, "born=", 5) == 0) context.birth_year = (uint16_t)strtoul(word + 5, NULL, 10);
    else if (strncmp(word, "now=", 4) == 0) context.reference_year = (uint16_t)strtoul(word + 4, NULL, 10);
    else assert_string_equal(word, "-");
  }
  return context;
}

static void add_word(char *text, size_t capacity, const char *word) {
  size_t used = strlen(text);
  snprintf(text + used, capacity - used, "%s%s", used > 0 ? " " : "", word);
}

typedef struct description {
  char parts[256], repairs[256], findings[256];
} description;

static description describe(const identifier_parts *p) {
  description d = {.parts = ""};
  value_part parts[VALUE_PARTS_MAX];
  size_t count = identifier_part_list(p, parts);
  assert_true(count <= VALUE_PARTS_MAX);
  add_word(d.parts, sizeof d.parts, identifier_kind_name(p->kind));
  for (size_t i = 0; i < count; i++) {
    char word[128];
    snprintf(word, sizeof word, "%s=%s", parts[i].name, parts[i].text);
    add_word(d.parts, sizeof d.parts, word);
  }
  for (uint32_t rest = p->repairs; rest > 0; rest &= rest - 1) {
    add_word(d.repairs, sizeof d.repairs, identifier_repair_name(rest & -rest));
  }
  for (uint32_t rest = p->findings; rest > 0; rest &= rest - 1) {
    add_word(d.findings, sizeof d.findings, identifier_finding_name(rest & -rest));
  }
  return d;
}

static void assert_fixed_point(identifier_type type, const identifier_parts *p, const identifier_context *context) {
  identifier_parts again = parts_of(type, p->canonical, context);
  if (strcmp(again.canonical, p->canonical) != 0) {
    print_message("%s: [%s] reads as [%s]\n", identifier_type_name(type), p->canonical, again.canonical);
  }
  assert_string_equal(again.canonical, p->canonical);
  assert_int_equal(again.kind, p->kind);
  assert_int_equal(again.repairs, 0);
  if (p->kind == IDENTIFIER_IS_MISSING || p->kind == IDENTIFIER_IS_OTHER) return;
  assert_int_equal(again.findings, p->findings & ~(uint32_t)IDENTIFIER_SEVERAL_VALUES);
  value_part parts[2][VALUE_PARTS_MAX];
  size_t count = identifier_part_list(p, parts[0]);
  assert_int_equal(identifier_part_list(&again, parts[1]), count);
  for (size_t i = 0; i < count; i++) assert_string_equal(parts[0][i].text, parts[1][i].text);
}

/* The first value is what the feature row holds. */
static void assert_agrees(identifier_type type, const char *text, const identifier_parts *p) {
  if (type == IDENTIFIER_PERSONAL_ID) {
    id_value value = value_of(normalise_personal_id, text);
    if (p->findings & IDENTIFIER_SEVERAL_VALUES) return; /* fewer marks part them there */
    static const identifier_kind kinds[] = {IDENTIFIER_IS_MISSING, IDENTIFIER_IS_CCCD, IDENTIFIER_IS_CMND, IDENTIFIER_IS_PASSPORT};
    assert_int_equal(p->kind, value.kind == ID_OTHER ? IDENTIFIER_IS_OTHER : kinds[value.kind]);
    if (value.kind != ID_OTHER) assert_string_equal(p->canonical, value.canonical);
  } else if (type == IDENTIFIER_INSURANCE_NUMBER) {
    id_value value = value_of(normalise_insurance_number, text);
    if (p->findings & IDENTIFIER_SEVERAL_VALUES) return;
    assert_int_equal(p->kind == IDENTIFIER_IS_MISSING, value.kind == ID_MISSING);
    bool number = p->kind == IDENTIFIER_IS_CARD || p->kind == IDENTIFIER_IS_SOCIAL_NUMBER;
    assert_int_equal(number, value.kind == ID_INSURANCE);
    if (number) assert_string_equal(p->card.number, value.canonical);
  } else if (type == IDENTIFIER_PHONE) {
    id_value value = value_of(normalise_phone, text);
    if (p->findings & IDENTIFIER_SEVERAL_VALUES) return;
    assert_int_equal(p->kind == IDENTIFIER_IS_PHONE, value.valid && !(p->findings & IDENTIFIER_SCIENTIFIC));
    if (p->kind == IDENTIFIER_IS_PHONE) assert_string_equal(p->canonical, value.canonical);
  }
}

static void check_case(char **cells) {
  identifier_type type;
  assert_true(identifier_type_named(cells[0], &type));
  identifier_context context = context_of(cells[1]);
  identifier_parts p = parts_of(type, cells[2], &context);
  description d = describe(&p);
  if (strcmp(cells[3], p.canonical) || strcmp(cells[4], d.parts) || strcmp(cells[5], d.repairs) || strcmp(cells[6], d.findings)) {
    print_message("[%s] is now %s | %s | %s | %s\n", cells[2], p.canonical, d.parts, d.repairs, d.findings);
  }
  assert_string_equal(p.canonical, cells[3]);
  assert_string_equal(d.parts, cells[4]);
  assert_string_equal(d.repairs, cells[5]);
  assert_string_equal(d.findings, cells[6]);
  assert_fixed_point(type, &p, &context);
  assert_agrees(type, cells[2], &p);
}

static void test_golden(void **state) {
  (void)state;
  assert_true(golden_each("golden/identifiers.tsv", 7, check_case) >= 200);
}

/* Sex, century and year of every digit against a record that says otherwise. */
static void test_cccd_against_record(void **state) {
  (void)state;
  for (unsigned digit = 0; digit < 10; digit++) {
    for (unsigned year = 0; year < 100; year += 7) {
      char text[16];
      snprintf(text, sizeof text, "079%u%02u012355", digit, year);
      unsigned born = 1900 + digit / 2 * 100 + year;
      sex_value sex = digit % 2 ? SEX_FEMALE : SEX_MALE;
      identifier_context same = {.sex = sex, .birth_year = (uint16_t)born};
      uint32_t century = digit > 3 ? IDENTIFIER_CENTURY_IMPLAUSIBLE : 0;
      identifier_parts p = parts_of(IDENTIFIER_PERSONAL_ID, text, &same);
      assert_int_equal(p.findings, century);
      assert_int_equal(p.cccd.birth_year, digit > 3 ? 0 : born);
      identifier_context sexes = {.sex = sex == SEX_MALE ? SEX_FEMALE : SEX_MALE};
      assert_int_equal(parts_of(IDENTIFIER_PERSONAL_ID, text, &sexes).findings, century | IDENTIFIER_SEX_MISMATCH);
      if (digit > 3) continue;
      identifier_context years = {.birth_year = (uint16_t)(born + 1)}, centuries = {.birth_year = (uint16_t)(born + 100)};
      assert_int_equal(parts_of(IDENTIFIER_PERSONAL_ID, text, &years).findings, IDENTIFIER_YEAR_MISMATCH);
      assert_int_equal(parts_of(IDENTIFIER_PERSONAL_ID, text, &centuries).findings, IDENTIFIER_CENTURY_MISMATCH);
      identifier_context now = {.reference_year = 2025};
      assert_int_equal(parts_of(IDENTIFIER_PERSONAL_ID, text, &now).findings, born > 2025 ? IDENTIFIER_CENTURY_IMPLAUSIBLE : 0);
    }
  }
}

/* Encoded by halving, a point of Vietnam lies within half a cell of what is decoded. */
static void test_geohash_round_trip(void **state) {
  (void)state;
  static const char alphabet[] = "0123456789bcdefghjkmnpqrstuvwxyz";
  uint64_t seed = 5;
  for (int round = 0; round < 20000; round++) {
    double at[2] = {102.2 + 7.2 * (double)(random_next(&seed) % 100000) / 1e5, 8.4 + 14.9 * (double)(random_next(&seed) % 100000) / 1e5};
    double low[2] = {-180, -90}, high[2] = {180, 90};
    char code[13] = "";
    for (int bit = 0, value = 0; bit < 60; bit++) {
      int axis = bit % 2;
      double middle = (low[axis] + high[axis]) / 2;
      bool upper = at[axis] >= middle;
      if (upper) low[axis] = middle;
      else high[axis] = middle;
      value = (value << 1 | upper) & 31;
      if (bit % 5 == 4) code[bit / 5] = alphabet[value];
    }
    identifier_parts p = parts_of(IDENTIFIER_GEOHASH, code, NULL);
    assert_int_equal(p.kind, IDENTIFIER_IS_GEOHASH);
    assert_string_equal(p.canonical, code);
    assert_int_equal(p.findings, 0);
    assert_true(p.geohash.longitude >= low[0] && p.geohash.longitude <= high[0]);
    assert_true(p.geohash.latitude >= low[1] && p.geohash.latitude <= high[1]);
  }
}

static void test_columns_of_their_own(void **state) {
  (void)state;
#define TEXT(s) ((identifier_text){s, sizeof(s) - 1})
  identifier_parts p;
  parcel_key_read(TEXT("26734"), TEXT("DC 012"), TEXT("0345"), &p);
  assert_string_equal(p.canonical, "26734|DC12|345");
  assert_int_equal(p.findings, 0);
  parcel_key_read(TEXT("1"), TEXT("12"), TEXT("345/1"), &p);
  assert_string_equal(p.canonical, "00001|12|345/1");
  assert_int_equal(p.repairs, IDENTIFIER_LOST_ZERO);
  parcel_key_read(TEXT(""), TEXT("12"), TEXT("345"), &p);
  assert_int_equal(p.findings, IDENTIFIER_NO_COMMUNE);
  parcel_key_read(TEXT("26734"), TEXT(""), TEXT("345"), &p);
  assert_true(p.kind == IDENTIFIER_IS_OTHER && p.findings == IDENTIFIER_FORMAT);
  parcel_key_read(TEXT(""), TEXT(" "), TEXT(""), &p);
  assert_true(p.kind == IDENTIFIER_IS_MISSING && p.findings == 0);
  civil_entry_read(TEXT("123"), TEXT("01/2019"), &p);
  assert_string_equal(p.canonical, "123/2019, quyển 1/2019");
  assert_int_equal(p.entry.year, 2019);
  civil_entry_read(TEXT("123/2018"), TEXT("01/2019"), &p);
  assert_int_equal(p.findings, IDENTIFIER_BOOK_YEAR_MISMATCH);
  civil_entry_read(TEXT(""), TEXT("01/2019"), &p);
  assert_int_equal(p.kind, IDENTIFIER_IS_MISSING);
#undef TEXT
}

/* ---- lists -------------------------------------------------------------------------------- */

static void assert_cell(identifier_type type, const char *text, const char *expected) {
  char *copy = golden_exact(text, strlen(text)), values[256] = "";
  identifier_cell cell = identifier_cell_begin(type, copy, strlen(text));
  for (identifier_text value; identifier_cell_next(&cell, &value);) {
    size_t used = strlen(values);
    snprintf(values + used, sizeof values - used, "[%.*s]", (int)value.length, value.text);
  }
  free(copy);
  assert_string_equal(values, expected);
}

static void test_cells(void **state) {
  (void)state;
  assert_cell(IDENTIFIER_PERSONAL_ID, "", "");
  assert_cell(IDENTIFIER_PERSONAL_ID, " ; ;", "");
  assert_cell(IDENTIFIER_PERSONAL_ID, "079085012345", "[079085012345]");
  assert_cell(IDENTIFIER_PERSONAL_ID, "079085012345;024567890", "[079085012345][024567890]");
  assert_cell(IDENTIFIER_PERSONAL_ID, ";079085012345 ; ;024567890;", "[079085012345][024567890]");
  assert_cell(IDENTIFIER_PERSONAL_ID, "079085012345；024567890", "[079085012345][024567890]");
  assert_cell(IDENTIFIER_PERSONAL_ID, "079085012345, 024567890", "[079085012345][024567890]");
  assert_cell(IDENTIFIER_PERSONAL_ID, "079085012345/024567890", "[079085012345][024567890]");
  assert_cell(IDENTIFIER_PERSONAL_ID, "079085012345 và 024567890", "[079085012345][024567890]");
  assert_cell(IDENTIFIER_PERSONAL_ID, "079085012345|024567890\n381234567", "[079085012345][024567890][381234567]");
  assert_cell(IDENTIFIER_PERSONAL_ID, "n/a", "[n/a]");
  assert_cell(IDENTIFIER_PERSONAL_ID, "079,085,012,345", "[079,085,012,345]");
  assert_cell(IDENTIFIER_PHONE, "0912345678/79", "[0912345678/79]");
  assert_cell(IDENTIFIER_PHONE, "０９１２３４５６７８／０９８７６５４３２０", "[０９１２３４５６７８][０９８７６５４３２０]");
  assert_cell(IDENTIFIER_CIVIL_ENTRY, "12345/201900", "[12345/201900]");
  assert_cell(IDENTIFIER_CIVIL_ENTRY, "123/2019; 124/2019", "[123/2019][124/2019]");
  assert_cell(IDENTIFIER_PARCEL_KEY, "26734|12|34567", "[26734|12|34567]");
}

/* ---- any text ----------------------------------------------------------------------------- */

static void test_any_text(void **state) {
  (void)state;
  static const char *const pieces[] = {"079", "085", "012345", "0", "1", "O", "l", "GD4", "79", "AB", "Đ", "B1234567", " ",
                                       "-", ".", "/", ";", ",", "|", "+84", "số", "quyển", "tờ ", "thửa ", "wecp", "E+11",
                                       "2019", "'", ".0", "91234", "\xC2\xA0", "\xFF", "và ", "(", "9704", "VCB", "w3gv", "；", "½"};
  uint64_t seed = 3;
  for (int round = 0; round < 300000; round++) {
    char text[160] = "";
    for (uint64_t k = random_next(&seed) % 7; k > 0; k--) {
      const char *piece = pieces[random_next(&seed) % (sizeof pieces / sizeof pieces[0])];
      snprintf(text + strlen(text), sizeof text - strlen(text), "%s", piece);
    }
    identifier_type type = (identifier_type)((unsigned)round % IDENTIFIER_TYPES);
    identifier_context context = {.sex = SEX_MALE, .birth_year = 1985, .reference_year = 2025};
    identifier_parts p = parts_of(type, text, &context);
    assert_fixed_point(type, &p, &context);
    assert_agrees(type, text, &p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),
      cmocka_unit_test(test_golden_of_values),
      cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_provinces),
      cmocka_unit_test(test_slips_are_not_the_number),
      cmocka_unit_test(test_made_up_numbers),
      cmocka_unit_test(test_cccd_against_record),
      cmocka_unit_test(test_geohash_round_trip),
      cmocka_unit_test(test_columns_of_their_own),
      cmocka_unit_test(test_cells),
      cmocka_unit_test(test_any_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
