/* Feature rows: what is written into them comes out again, and only what is wanted is there. */
#include <math.h>

#include "core_support.h"

static const char yaml_all[] =
    "schema: t\n"
    "fields:\n"
    "  name: {type: person_name}\n"
    "  note: {type: text}\n"
    "  place: {type: place}\n"
    "  code: {type: code, identifier: true}\n"
    "  born: {type: date}\n"
    "  sex: {type: sex}\n"
    "  cccd: {type: personal_id, identifier: true}\n"
    "  card: {type: insurance, identifier: true}\n"
    "  phone: {type: phone, identifier: true}\n"
    "  area: {type: number}\n"
    "  unused: {type: text}\n"
    "blocking:\n"
    "  - [name.given, born.year]\n"
    "  - [place.sorted]\n"
    "comparisons:\n"
    "  - name: name\n"
    "    levels:\n"
    "      - {when: name similar 0.9, m: 0.5, u: 0.1, term_frequency: name}\n"
    "      - {when: note similar 0.9, m: 0.5, u: 0.1, term_frequency: note}\n"
    "      - {when: place edits 2, m: 0.5, u: 0.1}\n"
    "      - {when: code exact, m: 0.5, u: 0.1, term_frequency: code}\n"
    "      - {when: sex exact, m: 0.5, u: 0.1, term_frequency: sex}\n"
    "      - {when: area within 0.1, m: 0.5, u: 0.1, term_frequency: cccd}\n"
    "      - {when: born exact, m: 0.5, u: 0.1, term_frequency: born}\n"
    "      - {else: true, m: 0.5, u: 0.9}\n";

enum { NAME, NOTE, PLACE, CODE, BORN, SEX, CCCD, CARD, PHONE, AREA, UNUSED, FIELDS };

static const uint8_t *row_of(const test_table *t, size_t row) { return feature_row(&t->table, row); }
static const feature_slot *slot_of(const test_table *t, size_t field) { return &t->table.layout.slots[field]; }

/* ---- layout ------------------------------------------------------------------------------------ */

static size_t slot_size(const feature_slot *slot) {
  switch (slot->kind) {
    case SLOT_TEXT: return slot->letters ? 8 + PACKED_LETTERS_BYTES : 8;
    case SLOT_ID: return 8;
    case SLOT_DATE:
    case SLOT_QUANTITY: return 4;
    case SLOT_SEX: return 1;
    default: return 0;
  }
}

static void take(uint8_t *taken, size_t stride, size_t offset, size_t size) {
  assert_true(offset + size <= stride);
  for (size_t i = offset; i < offset + size; i++) assert_int_equal(taken[i]++, 0);
}

static void slots_do_not_overlap(void **unused) {
  (void)unused;
  test_table t = table_open(yaml_all);
  const feature_layout *layout = &t.table.layout;
  uint8_t taken[1024] = {0};
  assert_true(layout->stride % 8 == 0 && layout->stride <= sizeof taken);
  take(taken, layout->stride, layout->stride - 1, 1); /* the flags */
  for (size_t i = 0; i < layout->part_count; i++) take(taken, layout->stride, layout->parts[i].offset, 4);
  for (size_t f = 0; f < FIELDS; f++) {
    const feature_slot *slot = slot_of(&t, f);
    take(taken, layout->stride, slot->offset, slot_size(slot));
    if (slot->kind == SLOT_ID) assert_int_equal(slot->offset % 8, 0);
    assert_false(slot->address); /* no test here asks for that */
    if (slot->kind != SLOT_NONE && slot->frequency_offset != FEATURE_NONE)
      take(taken, layout->stride, (size_t)slot->frequency_offset, 1);
  }
  table_close(&t);
}

static void only_what_is_used_has_a_place(void **unused) {
  (void)unused;
  test_table t = table_open(yaml_all);
  static const slot_kind kinds[FIELDS] = {SLOT_TEXT, SLOT_TEXT, SLOT_TEXT, SLOT_TEXT,     SLOT_DATE, SLOT_SEX,
                                          SLOT_ID,   SLOT_ID,   SLOT_ID,   SLOT_QUANTITY, SLOT_NONE};
  for (size_t f = 0; f < FIELDS; f++) assert_int_equal(slot_of(&t, f)->kind, kinds[f]);
  assert_true(slot_of(&t, NAME)->letters && slot_of(&t, PLACE)->letters);
  assert_false(slot_of(&t, CODE)->letters);
  static const size_t counted[] = {NAME, NOTE, CODE, BORN, SEX, CCCD};
  size_t with_frequency = 0;
  for (size_t f = 0; f < FIELDS; f++) with_frequency += slot_of(&t, f)->frequency_offset != FEATURE_NONE && kinds[f];
  assert_int_equal(with_frequency, COUNT_OF(counted));
  for (size_t i = 0; i < COUNT_OF(counted); i++) assert_true(slot_of(&t, counted[i])->frequency_offset > 0);
  table_close(&t);
}

/* ---- letters ----------------------------------------------------------------------------------- */

static void random_text(uint64_t *state, char *text, size_t length) {
  static const char symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcxyz 0123456789&";
  for (size_t i = 0; i < length; i++) text[i] = symbols[random_below(state, sizeof symbols - 1)];
  text[length] = 0;
}

static void letters_come_back(void **unused) {
  (void)unused;
  test_table t = table_open(yaml_all);
  uint64_t state = 1;
  for (size_t i = 0; i < 3000; i++) {
    char text[64];
    random_text(&state, text, i % 50);
    const char *values[FIELDS] = {[NOTE] = text};
    t.table.count = 0;
    table_add(&t, values);
    text_value expected;
    normalise_text(text, strlen(text), &expected);
    uint8_t letters[TEXT_LETTERS_MAX];
    assert_int_equal(feature_letters(row_of(&t, 0), slot_of(&t, NOTE), letters), expected.length);
    assert_memory_equal(letters, expected.letters, expected.length);
    for (size_t j = expected.length; j < TEXT_LETTERS_MAX; j++) assert_int_equal(letters[j], 0);
    assert_int_equal(slot_u32(row_of(&t, 0), slot_of(&t, NOTE)->offset), expected.toned_hash);
    assert_int_equal(slot_u32(row_of(&t, 0), slot_of(&t, NOTE)->offset + 4), expected.plain_hash);
    assert_int_equal(feature_missing(slot_of(&t, NOTE), row_of(&t, 0)), expected.toned_hash == 0);
  }
  table_close(&t);
}

/* Past 32 letters the hashes still tell texts apart. */
static void long_texts(void **unused) {
  (void)unused;
  test_table t = table_open(yaml_all);
  const char *first[FIELDS] = {[NOTE] = "abcdefghij abcdefghij abcdefghij and one end"};
  const char *second[FIELDS] = {[NOTE] = "abcdefghij abcdefghij abcdefghij and other end"};
  table_add(&t, first);
  table_add(&t, second);
  uint8_t x[TEXT_LETTERS_MAX], y[TEXT_LETTERS_MAX];
  assert_int_equal(feature_letters(row_of(&t, 0), slot_of(&t, NOTE), x), TEXT_LETTERS_MAX);
  assert_int_equal(feature_letters(row_of(&t, 1), slot_of(&t, NOTE), y), TEXT_LETTERS_MAX);
  assert_memory_equal(x, y, 32);
  size_t hashes = slot_of(&t, NOTE)->offset;
  assert_true(slot_u32(row_of(&t, 0), hashes) != slot_u32(row_of(&t, 1), hashes));
  table_close(&t);
}

/* ---- words ------------------------------------------------------------------------------------- */

static unsigned letters_of(const char *text, uint8_t letters[TEXT_LETTERS_MAX]) {
  text_value value;
  normalise_text(text, strlen(text), &value);
  memcpy(letters, value.letters, sizeof value.letters);
  return value.length;
}

static void words_of(const char *text, unsigned count, const word_span *expected) {
  uint8_t letters[TEXT_LETTERS_MAX];
  word_span words[FEATURE_WORDS_MAX];
  unsigned length = letters_of(text, letters);
  assert_int_equal(feature_words(letters, length, words), count);
  for (unsigned i = 0; i < count; i++) {
    assert_int_equal(words[i].start, expected[i].start);
    assert_int_equal(words[i].end, expected[i].end);
  }
}

static void words_are_parted(void **unused) {
  (void)unused;
  words_of("", 0, NULL);
  words_of("An", 1, (word_span[]){{0, 2}});
  words_of("Le Thi An", 3, (word_span[]){{0, 2}, {3, 6}, {7, 9}});
  words_of("a b c d e f g h", 8, (word_span[]){{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}, {10, 11}, {12, 13}, {14, 15}});
  words_of("a b c d e f g hi jk l", 8,
           (word_span[]){{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}, {10, 11}, {12, 13}, {14, 21}});
  words_of("abcdefghijklmnopqrstuvwxyzabcdefghijkl", 1, (word_span[]){{0, 32}});
}

static void word_hashes(void **unused) {
  (void)unused;
  enum { words = 1500 };
  static uint32_t hashes[words];
  uint64_t state = 9;
  for (size_t i = 0; i < words; i++) {
    uint8_t letters[TEXT_LETTERS_MAX] = {0}, elsewhere[TEXT_LETTERS_MAX] = {0};
    uint8_t length = (uint8_t)(4 + random_below(&state, 16)), shift = (uint8_t)random_below(&state, 12);
    for (size_t j = 0; j < length; j++) elsewhere[shift + j] = letters[j] = (uint8_t)(1 + random_below(&state, 26));
    hashes[i] = feature_word_hash(letters, (word_span){0, length});
    assert_true(hashes[i] != 0);
    assert_int_equal(feature_word_hash(elsewhere, (word_span){shift, (uint8_t)(shift + length)}), hashes[i]);
    for (size_t j = 0; j < i; j++) assert_true(hashes[i] != hashes[j]);
    uint8_t place = (uint8_t)random_below(&state, length);
    letters[place] = (uint8_t)(letters[place] % 26 + 1);
    assert_true(feature_word_hash(letters, (word_span){0, length}) != hashes[i]);
  }
}

/* ---- other slots ------------------------------------------------------------------------------- */

static float quantity_at(const test_table *t, size_t row) {
  float value;
  memcpy(&value, row_of(t, row) + slot_of(t, AREA)->offset, sizeof value);
  return value;
}

static void values_come_back(void **unused) {
  (void)unused;
  test_table t = table_open(yaml_all);
  const char *values[FIELDS] = {[BORN] = "7/12/1990", [SEX] = "Nữ",           [CCCD] = "079301012345",
                                [CARD] = "TE1797912345678", [PHONE] = "0912 345 678", [AREA] = "120,5"};
  const char *partial[FIELDS] = {[BORN] = "12/1990", [CCCD] = "B1234567", [AREA] = "0"};
  table_add(&t, values);
  table_add(&t, partial);
  const uint8_t *row = row_of(&t, 0);
  uint32_t date = slot_u32(row, slot_of(&t, BORN)->offset);
  assert_true(feature_date_year(date) == 1990 && feature_date_month(date) == 12 && feature_date_day(date) == 7);
  assert_int_equal(row[slot_of(&t, SEX)->offset], SEX_FEMALE);
  uint64_t cccd = slot_u64(row, slot_of(&t, CCCD)->offset), card = slot_u64(row, slot_of(&t, CARD)->offset);
  assert_true(feature_id_kind(cccd) == ID_CCCD && feature_id_digits(cccd) == 12);
  assert_int_equal(feature_id_number(cccd), 79301012345);
  assert_true(feature_id_kind(card) == ID_INSURANCE && feature_id_digits(card) == 10);
  assert_int_equal(feature_id_number(card), 7912345678);
  assert_int_equal(feature_id_number(slot_u64(row, slot_of(&t, PHONE)->offset)), 912345678);
  assert_true(fabsf(quantity_at(&t, 0) - 120.5f) < 1e-5f);
  date = slot_u32(row_of(&t, 1), slot_of(&t, BORN)->offset);
  assert_true(feature_date_year(date) == 1990 && feature_date_month(date) == 12 && feature_date_day(date) == 0);
  uint64_t passport = slot_u64(row_of(&t, 1), slot_of(&t, CCCD)->offset);
  assert_true(feature_id_kind(passport) == ID_PASSPORT);
  assert_int_equal(feature_id_number(passport), 21234567);
  assert_true(fabsf(quantity_at(&t, 1)) < 1e-9f);
  assert_false(feature_missing(slot_of(&t, AREA), row_of(&t, 1)));
  table_close(&t);
}

static void missing_values(void **unused) {
  (void)unused;
  test_table t = table_open(yaml_all);
  const char *absent[FIELDS] = {0}, *empty[FIELDS], *nonsense[FIELDS] = {0};
  for (size_t f = 0; f < FIELDS; f++) empty[f] = "";
  nonsense[BORN] = "31/02/1990";
  nonsense[SEX] = "?";
  nonsense[AREA] = "wide";
  nonsense[CCCD] = "000000000000";
  nonsense[NAME] = "không rõ";
  table_add(&t, absent);
  table_add(&t, empty);
  table_add(&t, nonsense);
  for (size_t row = 0; row < 3; row++) {
    for (size_t f = 0; f < FIELDS; f++) assert_true(feature_missing(slot_of(&t, f), row_of(&t, row)));
  }
  assert_memory_equal(row_of(&t, 0), row_of(&t, 1), t.table.layout.stride);
  const char *present[FIELDS] = {"An", "x", "Huế", "1", "1990", "Nam", "x-1", "GD4797912345678", "0912345678", "1", "x"};
  table_add(&t, present);
  for (size_t f = 0; f < UNUSED; f++) assert_false(feature_missing(slot_of(&t, f), row_of(&t, 3)));
  table_close(&t);
}

static void killed_rows(void **unused) {
  (void)unused;
  test_table t = table_open(yaml_all);
  const char *values[FIELDS] = {[NAME] = "An", [SEX] = "Nam"};
  for (size_t i = 0; i < 5; i++) table_add(&t, values);
  feature_row_kill(&t.table, 2);
  feature_row_kill(&t.table, 2);
  for (size_t i = 0; i < 5; i++) {
    assert_int_equal(feature_row_dead(&t.table.layout, row_of(&t, i)), i == 2);
    assert_memory_equal(row_of(&t, i), row_of(&t, 0), t.table.layout.stride - 1);
  }
  table_close(&t);
}

/* ---- places met before -------------------------------------------------------------------------- */

/* Few places, then ever new ones, then few again: the rows are those of a plain encoding. */
static void remembered_places(void **unused) {
  (void)unused;
  test_table t = table_open(yaml_all);
  const feature_layout *layout = &t.table.layout;
  text_memory *memory = text_memory_create(false);
  uint8_t plain[512], with[512];
  assert_true(layout->stride <= sizeof plain);
  uint64_t state = 4;
  for (size_t i = 0; i < 60000; i++) {
    char text[64];
    size_t number = i < 30000 ? random_below(&state, 9000) : i < 50000 ? i : random_below(&state, 3);
    snprintf(text, sizeof text, number % 7 ? "P. %zu, Quận %zu" : "xã Tân Phú %zu", number % 97, number / 97);
    if (i % 100 == 0) text[0] = 0;
    input_field fields[SCHEMA_FIELDS_MAX] = {0};
    fields[PLACE] = (input_field){.text = text, .length = (uint32_t)strlen(text)};
    feature_encode(layout, t.schema, fields, plain);
    feature_encode_rows(layout, t.schema, memory, fields, 1, with);
    assert_memory_equal(plain, with, layout->stride);
  }
  text_memory_free(memory);
  text_memory_free(NULL);
  table_close(&t);
}

/* ---- places read as addresses --------------------------------------------------------------------- */

static const char *const yaml_addresses =
    "schema: t\nfields:\n  a: {type: place}\n  b: {type: place}\n  c: {type: place}\nblocking:\n  - [b.commune]\n  - [c.house, b]\n"
    "comparisons:\n  - name: a\n    levels:\n      - {when: [a exact, a same_place], m: 0.5, u: 0.1}\n"
    "      - {else: true, m: 0.5, u: 0.9}\n";

/* Each field keeps what is asked of it, and only schemas that ask have a book. */
static void addresses_keep_what_is_asked(void **unused) {
  (void)unused;
  test_table without = table_open(yaml_all), t = table_open(yaml_addresses);
  const feature_slot *a = slot_of(&t, 0), *b = slot_of(&t, 1), *c = slot_of(&t, 2);
  assert_null(without.table.layout.book);
  assert_non_null(t.table.layout.book);
  assert_true(a->address && a->place_offset != FEATURE_NONE && a->house_offset == FEATURE_NONE && !a->letters);
  assert_true(b->address && b->place_offset == FEATURE_NONE && b->house_offset == FEATURE_NONE);
  assert_true(c->address && c->place_offset == FEATURE_NONE && c->house_offset != FEATURE_NONE);
  assert_int_equal(t.table.layout.part_count, 1);
  uint8_t taken[64] = {0};
  assert_true(t.table.layout.stride <= sizeof taken);
  take(taken, t.table.layout.stride, t.table.layout.stride - 1, 1);
  for (size_t f = 0; f < 3; f++) take(taken, t.table.layout.stride, slot_of(&t, f)->offset, 8);
  take(taken, t.table.layout.stride, (size_t)a->place_offset, sizeof(address_place));
  take(taken, t.table.layout.stride, (size_t)c->house_offset, 4);
  take(taken, t.table.layout.stride, t.table.layout.parts[0].offset, 4);
  table_close(&without);
  table_close(&t);
}

/* Rows do not depend on what a memory holds. */
static void remembered_addresses(void **unused) {
  (void)unused;
  static const char *const texts[] = {"12 Lê Lợi, P. Bến Nghé, Q.1, TP.HCM", "Phường Sài Gòn, TP.HCM", "P.1, Q.3, TP.HCM",
                                      "Thôn 3, Xã Tân Phú", "", "không rõ", "Hà Nội", "Số 9 đường Lê Lợi, P. Đa Kao, Q.1, TP.HCM"};
  test_table t = table_open(yaml_addresses);
  const feature_layout *layout = &t.table.layout;
  text_memory *memory = text_memory_create(true);
  uint8_t plain[64], with[64];
  uint64_t state = 9;
  for (size_t i = 0; i < 3000; i++) {
    input_field fields[SCHEMA_FIELDS_MAX] = {0};
    for (size_t f = 0; f < 3; f++) {
      const char *text = texts[random_below(&state, COUNT_OF(texts))];
      fields[f] = (input_field){.text = text, .length = (uint32_t)strlen(text)};
    }
    feature_encode(layout, t.schema, fields, plain);
    feature_encode_rows(layout, t.schema, memory, fields, 1, with);
    assert_memory_equal(plain, with, layout->stride);
  }
  text_memory_free(memory);
  table_close(&t);
}

/* ---- identifiers --------------------------------------------------------------------------------- */

/* The key of `text` alone, which must be that of the same text in a row. */
static uint64_t identifier_key(test_table *t, size_t field, const char *text) {
  const char *values[FIELDS] = {[0] = NULL};
  values[field] = text;
  t->table.count = 0;
  table_add(t, values);
  uint64_t key = feature_identifier_key(t->schema->fields[field].type, text, strlen(text));
  assert_true(feature_row_identifier_key(slot_of(t, field), row_of(t, 0)) == key);
  assert_true(key >> 48 == 0);
  return key;
}

static void identifier_keys(void **unused) {
  (void)unused;
  static const struct {
    size_t field;
    const char *text, *same, *other;
  } cases[] = {
      {CCCD, "079301012345", "79301012345", "079301012346"}, {CCCD, "012345670", " 12345670 ", "012345671"},
      {CCCD, "B1234567", "b 1234567", "C1234567"},           {CCCD, "K12/99-A", "k12/99-a", "K12/99-B"},
      {CARD, "TE1797912345678", "7912345678", "7912345679"}, {CARD, "079301012345", "79301012345", "079301012346"},
      {PHONE, "0912345678", "+84 912 345 678", "0912345679"}, {CODE, "DC 012", "dc12", "12"},
  };
  test_table t = table_open(yaml_all);
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    uint64_t key = identifier_key(&t, cases[i].field, cases[i].text);
    assert_true(key != 0);
    assert_true(identifier_key(&t, cases[i].field, cases[i].same) == key);
    assert_true(identifier_key(&t, cases[i].field, cases[i].other) != key);
  }
  static const size_t fields[] = {CCCD, CARD, PHONE, CODE};
  for (size_t f = 0; f < COUNT_OF(fields); f++) assert_true(identifier_key(&t, fields[f], "") == 0);
  /* a CCCD on a card is the CCCD of the register */
  assert_true(identifier_key(&t, CARD, "079301012345") == identifier_key(&t, CCCD, "079301012345"));
  table_close(&t);
}

static void random_identifiers(void **unused) {
  (void)unused;
  test_table t = table_open(yaml_all);
  static const size_t fields[] = {CCCD, CARD, PHONE, CODE};
  uint64_t state = 8;
  for (size_t i = 0; i < 4000; i++) {
    char text[32];
    random_text(&state, text, 1 + random_below(&state, 20));
    if (i % 2) snprintf(text, sizeof text, "%0*llu", 8 + (int)(i % 9), (unsigned long long)(random_next(&state) % 100000000));
    identifier_key(&t, fields[i / 2 % 4], text);
  }
  table_close(&t);
}

/* ---- term frequencies ----------------------------------------------------------------------------- */

/* A guess at the rows, too small, right or none, only saves the table from moving. */
static void tables_grow_past_the_guess(void **unused) {
  (void)unused;
  static const size_t guesses[] = {0, 1, 2, 1000, 200000};
  for (size_t g = 0; g < sizeof guesses / sizeof *guesses; g++) {
    khop_error err = {0};
    feature_table t = {.layout = {.stride = 8}};
    feature_table_expect(&t, guesses[g]);
    assert_int_equal(t.capacity, guesses[g]);
    for (size_t rows = 1; rows < 300000; rows *= 3) {
      must(feature_table_reserve(&t, rows, &err), &err);
      assert_true(t.capacity >= rows && t.memory.bytes >= rows * t.layout.stride);
      memset((char *)t.memory.data + (rows - 1) * t.layout.stride, 1, t.layout.stride);
    }
    assert_int_equal(((char *)t.memory.data)[0], 1);
    feature_table_free(&t);
  }
}

static void frequency_codes(void **unused) {
  (void)unused;
  static const struct {
    uint64_t count;
    unsigned code;
  } cases[] = {{0, 0}, {1, 0}, {2, 8}, {3, 13}, {4, 16}, {1000, 80}, {1ull << 31, 248}, {UINT64_MAX, FREQUENCY_UNKNOWN - 1}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) assert_int_equal(frequency_code(cases[i].count), cases[i].code);
  for (uint64_t count = 1; count < 1ull << 31; count += 1 + count / 7) {
    double ratio = frequency_count(frequency_code(count)) / (double)count;
    assert_true(ratio > 0.957 && ratio < 1.045); /* half a step: 2^(1/16) */
    assert_true(frequency_code(count) <= frequency_code(count + 1));
  }
}

static const char *const names[] = {"Le An", "Tran Binh", "Nguyen Hoa", "Nguyen Hoa", "Nguyen Hoa", "Ho Chi", "Y Moan"};
static const char *const notes[] = {"a", "b", "c"};
static const char *const dates[] = {"1990", "02/1990", "3/4/1991", "5/4/1991"};
static const char *const sexes[] = {"Nam", "Nu"};
static const char *const ids[] = {"079301012345", "079301012346", "012345679", "B1234567"};

static test_table frequency_table_make(size_t rows) {
  test_table t = table_open(yaml_all);
  uint64_t state = rows;
  for (size_t i = 0; i < rows; i++) {
    const char *values[FIELDS] = {[NAME] = random_value(&state, names, COUNT_OF(names), 20),
                                  [NOTE] = random_value(&state, notes, COUNT_OF(notes), 90),
                                  [BORN] = random_value(&state, dates, COUNT_OF(dates), 10),
                                  [SEX] = random_value(&state, sexes, COUNT_OF(sexes), 30),
                                  [CCCD] = random_value(&state, ids, COUNT_OF(ids), 50)};
    table_add(&t, values);
    if (random_below(&state, 10) == 0) feature_row_kill(&t.table, i);
  }
  return t;
}

/* The value as bytes: slots of these fields hold it whole, and the values have no tones. */
static bool same_value(const test_table *t, size_t field, size_t a, size_t b) {
  const feature_slot *slot = slot_of(t, field);
  size_t bytes = slot->kind == SLOT_TEXT ? 8 : slot_size(slot);
  return memcmp(row_of(t, a) + slot->offset, row_of(t, b) + slot->offset, bytes) == 0;
}

static void check_field_frequencies(const test_table *t, size_t field, double agreement) {
  size_t present = 0;
  double squares = 0;
  for (size_t a = 0; a < t->table.count; a++) {
    size_t count = 0;
    bool counts = !feature_row_dead(&t->table.layout, row_of(t, a)) && !feature_missing(slot_of(t, field), row_of(t, a));
    for (size_t b = 0; counts && b < t->table.count; b++) {
      count += !feature_row_dead(&t->table.layout, row_of(t, b)) && same_value(t, field, a, b);
    }
    bool dead = feature_row_dead(&t->table.layout, row_of(t, a));
    assert_int_equal(row_of(t, a)[slot_of(t, field)->frequency_offset], counts || dead ? frequency_code(count) : FREQUENCY_UNKNOWN);
    present += counts;
    squares += (double)count;
  }
  double expected = present > 1 ? (squares - (double)present) / (double)present / (double)(present - 1) : 0;
  assert_true(fabs(agreement - expected) < 1e-9);
}

static void frequencies_equal_counts(void **unused) {
  (void)unused;
  static const size_t sizes[] = {0, 1, 2, 50, 700}, counted[] = {NAME, NOTE, CODE, BORN, SEX, CCCD};
  static const unsigned threads[] = {1, 2, 8};
  khop_error err = {0};
  for (size_t s = 0; s < COUNT_OF(sizes) * COUNT_OF(threads); s++) {
    test_table t = frequency_table_make(sizes[s / COUNT_OF(threads)]);
    pool *p;
    double agreement[SCHEMA_TERMS_MAX];
    must(pool_create(&p, threads[s % COUNT_OF(threads)], &err), &err);
    must(feature_frequencies(&t.table, p, NULL, agreement, NULL, &err), &err);
    for (size_t f = 0; f < COUNT_OF(counted); f++) check_field_frequencies(&t, counted[f], agreement[counted[f]]);
    assert_true(fabs(agreement[PLACE]) < 1e-12);
    pool_free(p);
    table_close(&t);
  }
}

/* Where values are counted elsewhere, that is what counts: listed values, and those that the list does not have. */
static void frequencies_of_a_reference(void **unused) {
  (void)unused;
  khop_error err = {0};
  test_table t = frequency_table_make(300);
  const feature_slot *slot = slot_of(&t, NAME);
  frequency_reference references[SCHEMA_TERMS_MAX] = {0};
  sort_item listed = {.row = 1u << 20};
  size_t first = 0;
  while (feature_row_dead(&t.table.layout, row_of(&t, first)) || feature_missing(slot, row_of(&t, first))) first++;
  listed.key = feature_frequency_key(slot, row_of(&t, first));
  references[NAME] = (frequency_reference){.items = &listed, .count = 1, .unlisted = 32, .agreement = 0.25};
  pool *p;
  double agreement[SCHEMA_TERMS_MAX];
  frequency_list lists[FREQUENCY_LISTS];
  must(pool_create(&p, 2, &err), &err);
  must(feature_frequencies(&t.table, p, references, agreement, lists, &err), &err);
  assert_true(fabs(agreement[NAME] - 0.25) < 1e-12 && agreement[BORN] < 1);
  size_t other = 0;
  for (size_t row = 0; row < t.table.count; row++) {
    if (feature_row_dead(&t.table.layout, row_of(&t, row)) || feature_missing(slot, row_of(&t, row))) continue;
    bool is_listed = feature_frequency_key(slot, row_of(&t, row)) == listed.key;
    other += !is_listed;
    assert_int_equal(row_of(&t, row)[slot->frequency_offset], is_listed ? 8 * 20 : 8 * 5);
  }
  assert_true(other > 0);
  for (size_t i = 0; i < lists[NAME].count; i++) {
    assert_int_equal(lists[NAME].items[i].row, lists[NAME].items[i].key == listed.key ? (1u << 20) - 1 : 31);
  }
  check_field_frequencies(&t, BORN, agreement[BORN]);
  for (size_t f = 0; f < FREQUENCY_LISTS; f++) mem_free(lists[f].items);
  pool_free(p);
  table_close(&t);
}

/* Rows for several chunks and a sort in partitions: some hundred common names, many seen twice or three times. */
static test_table many_rows(size_t rows) {
  enum { few = 700, rare_names = 50021 };
  khop_error err = {0};
  test_table t = frequency_table_make(few);
  size_t stride = t.table.layout.stride;
  must(feature_table_reserve(&t.table, rows, &err), &err);
  for (size_t i = few; i < rows; i++) {
    uint8_t *row = (uint8_t *)t.table.memory.data + i * stride;
    memcpy(row, row_of(&t, i % few), stride);
    if (i % 3) memcpy(row + slot_of(&t, NAME)->offset, (const uint32_t[]){1, (uint32_t)(i % rare_names + 1)}, 8);
  }
  t.table.count = rows;
  return t;
}

static bool name_counts(const test_table *t, size_t row) {
  return !feature_row_dead(&t->table.layout, row_of(t, row)) && !feature_missing(slot_of(t, NAME), row_of(t, row));
}

static void check_name_frequency(const test_table *t, size_t row) {
  const feature_slot *slot = slot_of(t, NAME);
  size_t count = 0;
  for (size_t k = 0; k < t->table.count; k++) {
    count += name_counts(t, k) && slot_u32(row_of(t, k), slot->offset + 4) == slot_u32(row_of(t, row), slot->offset + 4);
  }
  if (name_counts(t, row)) assert_int_equal(row_of(t, row)[slot->frequency_offset], frequency_code(count));
}

/* A row's code is that of the list's count; what is not listed occurs once. */
static void check_list(const test_table *t, const frequency_list *list) {
  const feature_slot *slot = slot_of(t, NAME);
  for (size_t i = 0; i < list->count; i++) {
    assert_true(list->items[i].row >= 1);
    assert_true(i == 0 || list->items[i].key > list->items[i - 1].key);
  }
  for (size_t row = 0; row < t->table.count; row += 97) {
    if (!name_counts(t, row)) continue;
    uint64_t key = feature_frequency_key(slot, row_of(t, row)), count = 1;
    for (size_t i = 0; i < list->count; i++) {
      if (list->items[i].key == key) count += list->items[i].row;
    }
    assert_int_equal(row_of(t, row)[slot->frequency_offset], frequency_code(count));
  }
}

/* The same codes and the very same sums on any number of threads. */
static void frequencies_of_many_rows(void **unused) {
  (void)unused;
  enum { runs = 3, rows = 140000 };
  static const unsigned threads[runs] = {1, 2, 8};
  khop_error err = {0};
  test_table tables[runs];
  double sums[runs][SCHEMA_TERMS_MAX];
  frequency_list lists[runs][FREQUENCY_LISTS];
  for (size_t n = 0; n < runs; n++) {
    pool *p;
    tables[n] = many_rows(rows);
    must(pool_create(&p, threads[n], &err), &err);
    must(feature_frequencies(&tables[n].table, p, NULL, sums[n], lists[n], &err), &err);
    pool_free(p);
    assert_memory_equal(tables[n].table.memory.data, tables[0].table.memory.data, rows * tables[0].table.layout.stride);
    assert_memory_equal(sums[n], sums[0], tables[0].table.layout.field_count * sizeof **sums);
    assert_int_equal(lists[n][NAME].count, lists[0][NAME].count);
    assert_memory_equal(lists[n][NAME].items, lists[0][NAME].items, lists[0][NAME].count * sizeof(sort_item));
  }
  for (size_t row = 0; row < rows; row += 9973) check_name_frequency(&tables[0], row);
  check_list(&tables[0], &lists[0][NAME]);
  for (size_t n = 0; n < runs; n++) {
    for (size_t f = 0; f < tables[n].table.layout.field_count; f++) mem_free(lists[n][f].items);
    table_close(&tables[n]);
  }
}

/* ---- words -------------------------------------------------------------------------------------- */

static const char yaml_words[] =
    "schema: t\nfields:\n  name: {type: person_name}\n  town: {type: place}\nblocking:\n  - [name.given]\ncomparisons:\n"
    "  - name: name\n    levels:\n      - {when: name given, m: 0.1, u: 0.1, term_frequency: name.given}\n"
    "      - {when: name surname, m: 0.1, u: 0.1, term_frequency: name.surname}\n      - {else: true, m: 0.8, u: 0.8}\n"
    "  - name: town\n    levels:\n      - {when: town exact, m: 0.1, u: 0.1, term_frequency: town.surname}\n"
    "      - {else: true, m: 0.9, u: 0.9}\n";

/* A hash that a rule keeps as well is kept once, and a code each stands by itself. */
static void words_have_their_places(void **unused) {
  (void)unused;
  enum { counted = 3 };
  static const size_t terms[counted] = {TERM_GIVEN * SCHEMA_FIELDS_MAX, TERM_SURNAME * SCHEMA_FIELDS_MAX, TERM_SURNAME * SCHEMA_FIELDS_MAX + 1};
  test_table t = table_open(yaml_words);
  const feature_layout *layout = &t.table.layout;
  uint8_t taken[1024] = {0};
  size_t found = 0;
  assert_int_equal(layout->part_count, counted);
  take(taken, layout->stride, layout->stride - 1, 1);
  for (size_t f = 0; f < 2; f++) take(taken, layout->stride, slot_of(&t, f)->offset, slot_size(slot_of(&t, f)));
  for (size_t i = 0; i < counted; i++) {
    const feature_slot *slot = feature_term(layout, terms[i]);
    assert_int_equal(slot->kind, SLOT_WORD);
    take(taken, layout->stride, slot->offset, 4);
    take(taken, layout->stride, (size_t)slot->frequency_offset, 1);
  }
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) found += feature_is_counted(feature_term(layout, term));
  assert_int_equal(found, counted);
  table_close(&t);
}

/* How often each first and last word of a name occurs, whatever stands between, with tones or without; in numbers alone there is none. */
static void words_are_counted(void **unused) {
  (void)unused;
  static const struct {
    const char *name, *town;
    size_t given, surname, town_first;
  } people[] = {{"Lê Văn An", "Huế", 3, 4, 2}, {"Trần Ân", "Đà Nẵng", 3, 1, 1}, {"An", "Hue", 3, 1, 2},         {"Lê An Bình", "", 1, 4, 0},
                {"Lê Anh", NULL, 1, 4, 0},     {"", "Vinh", 0, 0, 1},           {"le thi hoa", "Hà Nội", 1, 4, 1}, {"123", "", 0, 0, 0}};
  khop_error err = {0};
  test_table t = table_open(yaml_words);
  for (size_t i = 0; i < COUNT_OF(people); i++) table_add(&t, (const char *const[]){people[i].name, people[i].town});
  table_add(&t, (const char *const[]){"Lê Hoa", "Vinh"});
  feature_row_kill(&t.table, COUNT_OF(people));
  const size_t given = schema_term(0, TERM_GIVEN), surname = schema_term(0, TERM_SURNAME), town = schema_term(1, TERM_SURNAME);
  pool *p;
  double agreement[SCHEMA_TERMS_MAX];
  frequency_list lists[FREQUENCY_LISTS];
  must(pool_create(&p, 2, &err), &err);
  must(feature_frequencies(&t.table, p, NULL, agreement, lists, &err), &err);
  for (size_t i = 0; i < COUNT_OF(people); i++) {
    const size_t counts[] = {people[i].given, people[i].surname, people[i].town_first}, terms[] = {given, surname, town};
    for (size_t k = 0; k < COUNT_OF(terms); k++) {
      const feature_slot *slot = feature_term(&t.table.layout, terms[k]);
      assert_int_equal(row_of(&t, i)[slot->frequency_offset], counts[k] ? frequency_code(counts[k]) : FREQUENCY_UNKNOWN);
    }
  }
  assert_true(fabs(agreement[given] - 6.0 / 30) < 1e-12 && fabs(agreement[surname] - 12.0 / 30) < 1e-12);
  assert_true(lists[given].count == 1 && lists[given].items[0].row == 2);
  assert_true(lists[given].items[0].key == feature_frequency_key(feature_term(&t.table.layout, given), row_of(&t, 2)));
  assert_int_equal(lists[0].count, 0);
  for (size_t f = 0; f < FREQUENCY_LISTS; f++) mem_free(lists[f].items);
  pool_free(p);
  table_close(&t);
}

/* ---- common last words ------------------------------------------------------------------------- */

static const char yaml_common[] =
    "schema: t\nfields:\n  name: {type: person_name}\nblocking:\n  - [name]\ncomparisons:\n"
    "  - name: name\n    levels:\n      - {when: name given_common, m: 0.1, u: 0.1}\n      - {else: true, m: 0.9, u: 0.9}\n";

/* Three records of one last word make it common; two do not, nor dead ones, nor what a word stands in front. */
static void common_last_words(void **unused) {
  (void)unused;
  static const struct {
    const char *name;
    bool common;
  } people[] = {{"Lê Văn An", true},   {"Trần An", true}, {"An", true},     {"Lê Thị Anh", false}, {"Trần Anh", false},
                {"An Bình", false},    {"", false},       {"Anh Tú", false}, {"Lê Ân", true},       {"Lê Bình", false}};
  khop_error err = {0};
  test_table t = table_open(yaml_common);
  for (size_t i = 0; i < COUNT_OF(people); i++) table_add(&t, &people[i].name);
  const char *dead = "Đỗ Bình";
  table_add(&t, &dead);
  feature_row_kill(&t.table, COUNT_OF(people));
  pool *p;
  double agreement[SCHEMA_TERMS_MAX];
  frequency_list lists[FREQUENCY_LISTS];
  must(pool_create(&p, 2, &err), &err);
  must(feature_frequencies(&t.table, p, NULL, agreement, lists, &err), &err);
  const frequency_list *common = &lists[FREQUENCY_COMMON];
  assert_int_equal(common->count, 1);
  for (size_t i = 0; i < COUNT_OF(people); i++) {
    assert_int_equal(row_of(&t, i)[slot_of(&t, 0)->common_offset], people[i].common);
    assert_int_equal(feature_common_key(&t.table.layout, 0, row_of(&t, i)) == common->items[0].key, people[i].common);
  }
  mem_free(common->items);
  pool_free(p);
  table_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(slots_do_not_overlap), cmocka_unit_test(only_what_is_used_has_a_place),
      cmocka_unit_test(letters_come_back),    cmocka_unit_test(long_texts),
      cmocka_unit_test(words_are_parted),     cmocka_unit_test(word_hashes),
      cmocka_unit_test(values_come_back),     cmocka_unit_test(missing_values),
      cmocka_unit_test(killed_rows),          cmocka_unit_test(remembered_places),
      cmocka_unit_test(addresses_keep_what_is_asked), cmocka_unit_test(remembered_addresses),
      cmocka_unit_test(identifier_keys),      cmocka_unit_test(random_identifiers),
      cmocka_unit_test(tables_grow_past_the_guess),
      cmocka_unit_test(frequency_codes),      cmocka_unit_test(frequencies_equal_counts),
      cmocka_unit_test(frequencies_of_a_reference),
      cmocka_unit_test(frequencies_of_many_rows), cmocka_unit_test(common_last_words),
      cmocka_unit_test(words_have_their_places), cmocka_unit_test(words_are_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
