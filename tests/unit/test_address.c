/* Addresses: the golden table, the memory against reading afresh, noise, and places compared across July
 * 2025. */
#include "base/hash.h"
#include "normalise/address.h"
#include "normalise_golden.h"

enum { TEXT_MAX = 1024, GENERATED = 20000 };

static address_book *book;

/* ---- the golden table ----------------------------------------------------------------------- */

static size_t put_code(char *out, size_t room, uint16_t unit) {
  static const int digits[] = {
      [ADDRESS_LEVEL_PROVINCE] = 2, [ADDRESS_LEVEL_DISTRICT] = 3, [ADDRESS_LEVEL_COMMUNE] = 5};
  const address_unit *u = address_unit_at(book, unit);
  if (u->code == 0) return (size_t)snprintf(out, room, "-");
  return (size_t)snprintf(out, room, "%0*d", digits[u->level], u->code);
}

static void describe(const address_value *value, char *out, size_t room) {
  static const char *const statuses[] = {"missing",  "unknown", "province",
                                         "district", "commune", "ambiguous"};
  static const char *const levels[] = {"", "province-", "district-", ""};
  static const char *const doubts[] = {" accents", " kind",          " former",     " former-above",
                                       " eras",    " era-not-asked", " end-skipped",  " misspelt"};
  size_t at = (size_t)snprintf(out, room, "%s", statuses[value->status]);
  if (value->count == 0) return;
  for (size_t i = 0; i < value->count; i++) {
    const address_unit *u = address_unit_at(book, value->units[i]);
    at += (size_t)snprintf(out + at, room - at, " %s:%s", u->era == ADDRESS_ERA_OLD ? "old" : "new",
                           levels[u->level]);
    at += put_code(out + at, room - at, value->units[i]);
  }
  at += (size_t)snprintf(out + at, room - at, "%s = ", value->more ? " more" : "");
  uint16_t ground[] = {value->district, value->province, value->new_commune, value->new_province};
  for (size_t i = 0; i < 4; i++) {
    at += put_code(out + at, room - at, ground[i]);
    at += (size_t)snprintf(out + at, room - at, "%s", i == 0 || i == 2 ? "/" : i == 1 ? " -> " : "");
  }
  if (value->doubts != 0) at += (size_t)snprintf(out + at, room - at, " ~");
  for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; i++) {
    if (value->doubts >> i & 1) at += (size_t)snprintf(out + at, room - at, "%s", doubts[i]);
  }
}

static void read_exact(address_era era, const char *text, size_t length, address_value *out) {
  char *copy = golden_exact(text, length);
  memset(out, 0xA5, sizeof *out);
  address_read(book, era, copy, length, out);
  free(copy);
}

static size_t golden_failures;

static void check_golden(char **cells) {
  char found[TEXT_MAX];
  address_value value;
  read_exact(ADDRESS_ERA_ANY, cells[0], strlen(cells[0]), &value);
  describe(&value, found, sizeof found);
  bool head_right = value.head_bytes == strlen(cells[1]) && memcmp(cells[0], cells[1], value.head_bytes) == 0;
  if (strcmp(found, cells[2]) == 0 && head_right) return;
  golden_failures++;
  printf("%s\n  expected %s [%s]\n  found    %s [%.*s]\n", cells[0], cells[2], cells[1], found,
         (int)value.head_bytes, cells[0]);
}

static void golden_addresses(void **state) {
  (void)state;
  assert_true(golden_each("golden/addresses.tsv", 3, check_golden) >= 300);
  assert_int_equal(golden_failures, 0);
}

/* The same in NFD. */
static void check_decomposed(char **cells) {
  char *decomposed = (char *)utf8proc_NFD((const utf8proc_uint8_t *)cells[0]);
  assert_non_null(decomposed);
  address_value value, same;
  read_exact(ADDRESS_ERA_ANY, cells[0], strlen(cells[0]), &value);
  read_exact(ADDRESS_ERA_ANY, decomposed, strlen(decomposed), &same);
  value.head_bytes = same.head_bytes = 0;
  assert_memory_equal(&value, &same, sizeof value);
  free(decomposed);
}

static void golden_addresses_decomposed(void **state) {
  (void)state;
  golden_each("golden/addresses.tsv", 3, check_decomposed);
}

/* ---- written out ---------------------------------------------------------------------------- */

static void assert_written(const char *text, const char *expected) {
  char written[TEXT_MAX];
  address_value value;
  read_exact(ADDRESS_ERA_ANY, text, strlen(text), &value);
  written[address_write(book, text, strlen(text), &value, written, sizeof written - 1)] = 0;
  assert_string_equal(written, expected);
}

static void addresses_written_out(void **state) {
  (void)state;
  assert_written("12/5 lê lợi,p bến nghé, q1 hcm",
                 "12/5 lê lợi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh");
  assert_written("P.01 Gò Vấp", "Phường 1, Quận Gò Vấp, Thành phố Hồ Chí Minh");
  assert_written("P. Tân Định, TP.HCM", "Phường Tân Định, Thành phố Hồ Chí Minh");
  assert_written("H. Côn Đảo, BRVT", "Huyện Côn Đảo, Tỉnh Bà Rịa - Vũng Tàu");
  assert_written("ấp 3, h chau thanh, tay ninh", "ấp 3, Huyện Châu Thành, Tỉnh Tây Ninh");
  assert_written("bình dương", "Tỉnh Bình Dương");
  assert_written("Châu Thành, ", "Châu Thành");
  assert_written("12 Lê Lợi", "12 Lê Lợi");
  assert_written("không rõ", "");
  address_value value;
  char cut[16];
  read_exact(ADDRESS_ERA_ANY, "q1", 2, &value);
  assert_int_equal(address_write(book, "q1", 2, &value, cut, 4),
                   2); /* of "Quận", whose third letter has three bytes */
  assert_memory_equal(cut, "Qu", 2);
}

/* Written out and read again it is the same, and written out again too. */
static void check_rewritten(char **cells) {
  char once[TEXT_MAX], twice[TEXT_MAX];
  address_value value, again;
  read_exact(ADDRESS_ERA_ANY, cells[0], strlen(cells[0]), &value);
  size_t length = address_write(book, cells[0], strlen(cells[0]), &value, once, sizeof once);
  read_exact(ADDRESS_ERA_ANY, once, length, &again);
  size_t second = address_write(book, once, length, &again, twice, sizeof twice);
  assert_int_equal(length, second);
  assert_memory_equal(once, twice, length);
  assert_int_equal(value.status, again.status);
  if (value.count == 1) assert_memory_equal(value.units, again.units, sizeof value.units);
  assert_int_equal(value.new_commune, again.new_commune);
}

static void golden_addresses_rewritten(void **state) {
  (void)state;
  golden_each("golden/addresses.tsv", 3, check_rewritten);
}

/* ---- the memory ----------------------------------------------------------------------------- */

static const char *const pieces[] = {",",
                                     ", ",
                                     " ",
                                     ".",
                                     "-",
                                     "(",
                                     ")",
                                     "P.",
                                     "P",
                                     "Q",
                                     "Q.",
                                     "F",
                                     "TP.",
                                     "TP ",
                                     "tx ",
                                     "TT.",
                                     "Phường ",
                                     "phuong ",
                                     "Quận ",
                                     "Thành phố ",
                                     "Tỉnh ",
                                     "Xã ",
                                     " xã ",
                                     "X.",
                                     "H.",
                                     "Huyện ",
                                     "Thị trấn ",
                                     "thị xã ",
                                     "Tổ ",
                                     "KP",
                                     "Ấp ",
                                     "Thôn ",
                                     "số ",
                                     "đường ",
                                     "Việt Nam",
                                     "VN",
                                     "HCM",
                                     "TPHCM",
                                     "Hồ Chí Minh",
                                     "Hà Nội",
                                     "Bình Dương",
                                     "Dĩ An",
                                     "Lê Lợi",
                                     "Bến Nghé",
                                     "Châu Thành",
                                     "Tiền Giang",
                                     "Tân Hưng",
                                     "Mỹ Tho",
                                     "1",
                                     "01",
                                     "12/5",
                                     "IV",
                                     "X",
                                     "cũ",
                                     "\xCC\x81",
                                     "\xC2\xA0",
                                     "\xE1",
                                     "\xE2\x80\x8B",
                                     "\xEF\xBC\x8C",
                                     "\xEF\xB7\xBA",
                                     "\xE4\xB8\xAD"};

static uint32_t below(uint64_t *random, uint32_t limit) {
  return (uint32_t)(random_next(random) >> 33) % limit;
}

static size_t write_address(uint64_t *random, char *out) {
  size_t length = 0, count = below(random, below(random, 10) ? 14 : 60);
  for (size_t i = 0; i < count; i++) {
    const char *piece = below(random, 4) ? pieces[below(random, sizeof pieces / sizeof pieces[0])] : ", ";
    memcpy(out + length, piece, strlen(piece));
    length += strlen(piece);
  }
  if (below(random, 5) == 0 && length > 0) out[below(random, (uint32_t)length)] = (char)random_next(random);
  return length;
}

static void assert_recalled(address_memory *memory, address_era era, const char *text, size_t length) {
  char *copy = golden_exact(text, length);
  address_value fresh, recalled;
  memset(&recalled, 0xA5, sizeof recalled);
  read_exact(era, text, length, &fresh);
  address_recall(memory, book, era, copy, length, &recalled);
  assert_memory_equal(&fresh, &recalled, sizeof fresh);
  free(copy);
}

static address_memory *golden_memory;
static void recall_golden(char **cells) {
  for (int times = 0; times < 2; times++)
    assert_recalled(golden_memory, ADDRESS_ERA_ANY, cells[0], strlen(cells[0]));
}

static void recalling_is_reading(void **state) {
  (void)state;
  golden_memory = address_memory_create();
  assert_non_null(golden_memory);
  golden_each("golden/addresses.tsv", 3, recall_golden);
  uint64_t random = 1;
  for (size_t i = 0; i < GENERATED; i++) {
    char text[TEXT_MAX];
    uint64_t seed = below(&random, 4) ? below(&random, 200) : below(&random, 1u << 16);
    address_era era = (address_era)below(&random, 3);
    assert_recalled(golden_memory, era, text, write_address(&seed, text));
  }
  address_memory_free(golden_memory);
}

/* More tails than there is room for, so that they meet in one set and push each other out. */
static void memory_overflows(void **state) {
  (void)state;
  address_memory *memory = address_memory_create();
  assert_non_null(memory);
  uint64_t random = 2;
  for (size_t i = 0; i < 3 * GENERATED; i++) {
    char text[128];
    const char *separator = i % 3 ? ", " : " ";
    int length =
        snprintf(text, sizeof text, "%u Lê Lợi%sPhường %u, KP %u, Quận %u, TP.HCM", below(&random, 100),
                 separator, below(&random, 30), below(&random, 50), below(&random, 14));
    assert_recalled(memory, ADDRESS_ERA_ANY, text, (size_t)length);
  }
  address_memory_free(memory);
}

/* Texts of one and two letters, whose hashes are nearest to each other. */
static void short_texts_recalled(void **state) {
  (void)state;
  address_memory *memory = address_memory_create();
  assert_non_null(memory);
  for (unsigned i = 0; i < 1u << 14; i++) {
    char text[2] = {(char)(i & 127), (char)(i >> 7)};
    for (unsigned era = 0; era < 3; era++) {
      assert_recalled(memory, (address_era)era, text, 2);
      assert_recalled(memory, (address_era)era, text, 1);
    }
  }
  address_memory_free(memory);
}

/* ---- noise ---------------------------------------------------------------------------------- */

static void check_sane(const address_value *value, size_t length) {
  assert_true(value->status <= ADDRESS_AMBIGUOUS && value->count <= ADDRESS_CANDIDATES_MAX);
  assert_true(value->head_bytes <= length);
  assert_int_equal(value->count > 0, value->status >= ADDRESS_PROVINCE);
  for (size_t i = 0; i < ADDRESS_CANDIDATES_MAX; i++) {
    assert_int_equal(value->units[i] != ADDRESS_NO_UNIT, i < value->count);
    if (i > 0 && i < value->count) assert_true(value->units[i - 1] < value->units[i]);
  }
}

static void any_text_gives_a_value(void **state) {
  (void)state;
  uint64_t random = 3;
  for (size_t i = 0; i < GENERATED; i++) {
    char text[TEXT_MAX];
    address_value value;
    size_t length = write_address(&random, text);
    read_exact(ADDRESS_ERA_ANY, text, length, &value);
    check_sane(&value, length);
    length = below(&random, below(&random, 8) ? 24 : 600);
    for (size_t k = 0; k < length; k++) text[k] = (char)(below(&random, 8) ? random_next(&random) : ',');
    read_exact(ADDRESS_ERA_ANY, text, length, &value);
    check_sane(&value, length);
  }
}

/* A house of many words, and a text longer than what is read. */
static void long_heads(void **state) {
  (void)state;
  char text[TEXT_MAX * 2] = "";
  size_t length = 0;
  for (int i = 0; i < 60; i++) length += (size_t)snprintf(text + length, sizeof text - length, "ngõ %d ", i);
  size_t head = length - 1;
  length += (size_t)snprintf(text + length, sizeof text - length, "Phường Bến Nghé Quận 1 TP.HCM");
  address_value value;
  read_exact(ADDRESS_ERA_ANY, text, length, &value);
  assert_int_equal(value.status, ADDRESS_COMMUNE);
  assert_int_equal(value.head_bytes, head);
  text[head] = ',';
  read_exact(ADDRESS_ERA_ANY, text, length, &value);
  assert_int_equal(value.status, ADDRESS_COMMUNE);
  assert_int_equal(value.head_bytes, head);
}

/* Damaged bytes take six codes each; what stands behind them is read all the same. */
static void damaged_head(void **state) {
  (void)state;
  char text[256];
  memset(text, 0xCB, 150);
  size_t length = 150 + (size_t)snprintf(text + 150, sizeof text - 150, ", Phường Bến Nghé, Quận 1");
  address_value value;
  read_exact(ADDRESS_ERA_ANY, text, length, &value);
  assert_int_equal(value.status, ADDRESS_COMMUNE);
  assert_int_equal(value.head_bytes, 150);
  text[150] = ' ';
  read_exact(ADDRESS_ERA_ANY, text, length, &value);
  assert_int_equal(value.status, ADDRESS_COMMUNE);
  assert_int_equal(value.head_bytes, 150);
}

/* ---- comparing ------------------------------------------------------------------------------ */

static address_place place_of(const char *text) {
  address_value value;
  read_exact(ADDRESS_ERA_ANY, text, strlen(text), &value);
  return address_place_of(book, &value);
}

static void assert_match(const char *a, const char *b, int relation, int shared, int permille) {
  address_match match = address_same(book, place_of(a), place_of(b));
  address_match back = address_same(book, place_of(b), place_of(a));
  assert_memory_equal(&match, &back, sizeof match);
  if (match.relation != relation || match.shared != shared || match.share_permille != permille)
    printf("%s / %s: relation %d, shared %d, %d\n", a, b, match.relation, match.shared, match.share_permille);
  assert_int_equal(match.relation, relation);
  assert_int_equal(match.shared, shared);
  assert_int_equal(match.share_permille, permille);
}

static void places_compare(void **state) {
  (void)state;
  enum { UNKNOWN = ADDRESS_RELATION_UNKNOWN, DIFFERENT = ADDRESS_RELATION_DIFFERENT };
  enum { POSSIBLE = ADDRESS_RELATION_POSSIBLE, SAME = ADDRESS_RELATION_SAME };
  enum { NONE = ADDRESS_NO_LEVEL, PROVINCE = ADDRESS_LEVEL_PROVINCE };
  enum { DISTRICT = ADDRESS_LEVEL_DISTRICT, COMMUNE = ADDRESS_LEVEL_COMMUNE };
  static const char ben_nghe[] = "P. Bến Nghé, Q.1, TP.HCM", sai_gon[] = "Phường Sài Gòn, TP.HCM";
  static const char da_kao[] = "P. Đa Kao, Q.1, TP.HCM", phuc_xa[] = "Phúc Xá, Ba Đình, Hà Nội";
  assert_match(ben_nghe, "12 Lê Lợi Bến Nghé Quận 1 HCM", SAME, COMMUNE, 1000);
  assert_match(ben_nghe, sai_gon, SAME, COMMUNE, 1000);                     /* before and after */
  assert_match(da_kao, sai_gon, POSSIBLE, DISTRICT, 500);                   /* split in two */
  assert_match(da_kao, "Phường Tân Định, TP.HCM", POSSIBLE, DISTRICT, 250); /* and an old Tân Định exists */
  assert_match(da_kao, ben_nghe, DIFFERENT, DISTRICT, 0);
  assert_match(da_kao, phuc_xa, DIFFERENT, NONE, 0);
  assert_match(ben_nghe, "Phường Dĩ An, TP.HCM", DIFFERENT, PROVINCE, 0); /* one province today */
  assert_match(ben_nghe, "P. Bình An, Dĩ An, Bình Dương", DIFFERENT, NONE, 0);
  assert_match(ben_nghe, "Quận 1, TP.HCM", UNKNOWN, DISTRICT, 0);
  assert_match(sai_gon, "Quận 1, TP.HCM", UNKNOWN, DISTRICT, 0);
  assert_match(ben_nghe, "Quận 3, TP.HCM", DIFFERENT, PROVINCE, 0);
  assert_match(sai_gon, "Quận 3, TP.HCM", DIFFERENT, PROVINCE, 0);
  assert_match(ben_nghe, "TP.HCM", UNKNOWN, PROVINCE, 0);
  assert_match("P. Bình An, Dĩ An, Bình Dương", "TP.HCM", UNKNOWN, NONE, 0);
  assert_match("Bình Dương", "Bà Rịa - Vũng Tàu", DIFFERENT, NONE, 0);
  assert_match(ben_nghe, "không rõ", UNKNOWN, NONE, 0);
  assert_match(ben_nghe, "12 Lê Lợi", UNKNOWN, NONE, 0);
  /* Ngọc Hà of today holds part of the old one; the text does not tell which is meant. */
  assert_match("Phường Ngọc Hà, Hà Nội", "P. Ngọc Hà, Q. Ba Đình, Hà Nội", POSSIBLE, PROVINCE, 750);
  assert_match("P.5, Q.10, TP.HCM", "P.8, Q.10, TP.HCM", POSSIBLE, DISTRICT, 500); /* by a former name */
}

static uint32_t key_of(const char *text) { return address_key(book, place_of(text)); }

static void keys_cross_july_2025(void **state) {
  (void)state;
  assert_int_equal(key_of("P. Bến Nghé, Q.1, TP.HCM"), 1 << 16 | 26740);
  assert_int_equal(key_of("Phường Sài Gòn, TP.HCM"), 1 << 16 | 26740);
  assert_int_equal(key_of("P. Đa Kao, Q.1, TP.HCM"), 2 << 16 | 26737);
  assert_int_equal(key_of("Phường Tân Định, TP.HCM"), 1 << 16 | 26737); /* of either map */
  assert_int_equal(key_of("Huyện Côn Đảo, Bà Rịa - Vũng Tàu"), key_of("Đặc khu Côn Đảo, TP.HCM"));
  assert_int_equal(key_of("Phường Ngọc Hà, Hà Nội"), 0);
  assert_int_equal(key_of("Quận 1, TP.HCM"), 0);
}

/* ---- the map that the caller knows ---------------------------------------------------------- */

static void assert_era(address_era era, const char *text, const char *expected) {
  char found[TEXT_MAX];
  address_value value;
  read_exact(era, text, strlen(text), &value);
  describe(&value, found, sizeof found);
  assert_string_equal(found, expected);
}

static void the_era_decides(void **state) {
  (void)state;
  static const char text[] = "Phường Ngọc Hà, Hà Nội";
  assert_era(ADDRESS_ERA_ANY, text, "ambiguous new:00008 old:00016 = -/01 -> -/01");
  assert_era(ADDRESS_ERA_OLD, text, "commune old:00016 = 001/01 -> -/01");
  assert_era(ADDRESS_ERA_NEW, text, "commune new:00008 = -/01 -> 00008/01");
  /* What the text says weighs more. */
  assert_era(ADDRESS_ERA_NEW, "P. Bến Nghé, Q.1", "commune old:26740 = 760/79 -> 26740/79 ~ era-not-asked");
}

static void units_by_code(void **state) {
  (void)state;
  uint16_t before = address_unit_by_code(book, ADDRESS_ERA_OLD, ADDRESS_LEVEL_COMMUNE, 26740);
  uint16_t after = address_unit_by_code(book, ADDRESS_ERA_NEW, ADDRESS_LEVEL_COMMUNE, 26740);
  assert_int_not_equal(before, after); /* one code, two communes */
  assert_memory_equal(address_unit_at(book, before)->name, "Bến Nghé", strlen("Bến Nghé"));
  assert_memory_equal(address_unit_at(book, after)->name, "Sài Gòn", strlen("Sài Gòn"));
  assert_int_equal(address_unit_by_code(book, ADDRESS_ERA_NEW, ADDRESS_LEVEL_DISTRICT, 760), ADDRESS_NO_UNIT);
  assert_int_equal(address_unit_by_code(book, ADDRESS_ERA_OLD, ADDRESS_LEVEL_COMMUNE, 99999999),
                   ADDRESS_NO_UNIT);
  assert_int_equal(address_unit_by_code(book, ADDRESS_ERA_OLD, ADDRESS_LEVEL_PROVINCE, 1000),
                   ADDRESS_NO_UNIT);
}

int main(void) {
  khop_error err;
  assert_int_equal(address_book_create(&book, &err), KHOP_OK);
  assert_true(address_book_bytes(book) < 6u << 20);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(golden_addresses),
      cmocka_unit_test(golden_addresses_decomposed),
      cmocka_unit_test(addresses_written_out),
      cmocka_unit_test(golden_addresses_rewritten),
      cmocka_unit_test(recalling_is_reading),
      cmocka_unit_test(memory_overflows),
      cmocka_unit_test(short_texts_recalled),
      cmocka_unit_test(any_text_gives_a_value),
      cmocka_unit_test(long_heads),
      cmocka_unit_test(damaged_head),
      cmocka_unit_test(places_compare),
      cmocka_unit_test(keys_cross_july_2025),
      cmocka_unit_test(the_era_decides),
      cmocka_unit_test(units_by_code),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  address_book_free(book);
  return failed;
}
