/* Blocking keys: which values agree under a part, what is missing, and what splitting makes of a key. */
#include "block/key_group.h"
#include "core_support.h"

/* ---- the set of split keys ------------------------------------------------------------------------ */

static void key_set_holds_what_was_added(void **unused) {
  (void)unused;
  khop_error err = {0};
  key_set set = {0};
  uint64_t state = 1;
  assert_false(key_set_has(&set, 1));
  for (uint64_t i = 0; i < 20000; i++) must(key_set_add(&set, 1 + random_next(&state) % 30000, &err), &err);
  static bool expected[30001];
  state = 1;
  size_t count = 0;
  for (uint64_t i = 0; i < 20000; i++) expected[1 + random_next(&state) % 30000] = true;
  for (uint64_t key = 1; key <= 30000; key++) {
    assert_int_equal(key_set_has(&set, key), expected[key]);
    count += expected[key];
  }
  assert_int_equal(set.count, count);
  assert_false(key_set_has(&set, UINT64_MAX));
  key_set_free(&set);
  assert_false(key_set_has(&set, 5));
  key_set_free(&set);
}

/* ---- parts ------------------------------------------------------------------------------------------ */

typedef struct part_case {
  const char *type, *part;
  const char *value, *same, *other; /* NULL: none to try */
} part_case;

static const part_case part_cases[] = {
    {"person_name", "f", "Nguyễn Văn An", "nguyen van an", "Nguyễn Văn Anh"},
    {"person_name", "f.plain", "Nguyễn Văn Hòa", "NGUYEN VAN HOA", "Nguyễn Văn"},
    {"person_name", "f.toned", "Nguyễn Văn Hòa", "nguyễn văn hoà", "Nguyễn Văn Hoa"},
    {"person_name", "f.given", "Nguyễn Văn An", "Lê An", "An Nguyễn"},
    {"person_name", "f.given", "An", "Trần Thị Thu An", "Trần"},
    {"person_name", "f.surname", "Nguyễn Văn An", "Nguyen Binh", "Văn Nguyễn An"},
    {"person_name", "f.without_given", "Nguyễn Văn An", "Nguyen Van Binh", "Nguyễn Vân Anh An"},
    {"person_name", "f.without_given", "Lê An", "Lê Bình", "Lê Văn An"},
    {"person_name", "f.without_surname", "Nguyễn Văn An", "Nguyên Van An", "Nguyễn Van Anh"},
    {"person_name", "f.without_surname", "Lê An", "Nguyễn An", "Lê Văn An"},
    {"person_name", "f.initials", "Nguyễn Văn An", "Ngô Vũ Anh", "Nguyễn An Văn"},
    {"person_name", "f.initials", "Nguyễn Văn An", "N V A", "Nguyễn Văn Thị An"},
    {"person_name", "f.sorted", "Nguyễn Văn An", "An Văn Nguyễn", "Nguyễn Văn Văn"},
    {"person_name", "f.sorted", "An An Lê", "Lê An An", "An Lê Lê"},
    {"person_name", "f.prefix4", "Nguyễn Văn An", "Nguyệt", "Ngu"},
    {"person_name", "f.prefix4", "Ngu", "Ngủ", "Nguyễn"},
    {"person_name", "f.phonetic", "Lý", "Lí", "Lê"},
    {"person_name", "f.phonetic", "Yến", "Iến", "Yên Bái"},
    {"person_name", "f.phonetic", "Ý", "Í", "Ê"},
    {"person_name", "f.phonetic", "Mỹ Quý", "Mĩ Quí", "Mỹ Qúa"},
    {"person_name", "f.phonetic", "Sỹ", "Xĩ", "Thỹ Ba"},
    {"person_name", "f.phonetic", "Giang", "Dang", "Gang"},
    {"person_name", "f.phonetic", "Giang", "Rang", "Gang"},
    {"person_name", "f.phonetic", "Gìn", "Dìn", "Gan"},
    {"person_name", "f.phonetic", "Giếng", "Diến", "Dến"},
    {"person_name", "f.phonetic", "Giẻ", "Dẻ", "Giả"},
    {"person_name", "f.phonetic", "Loan", "Noan", "Toan"},
    {"person_name", "f.phonetic", "Lan", "Lang", "Lam"},
    {"person_name", "f.phonetic", "Phát", "Phác", "Pháp"},
    {"person_name", "f.phonetic", "Trinh", "Chinh", "Tinh"},
    {"person_name", "f.phonetic", "Nguyễn Xuân Nam", "Nguyễn Suân Lam", "Nguyễn Xuân Năm Ba"},
    {"person_name", "f.phonetic", "Rung", "Dun", "Bun"},
    {"text", "f.given", "xe máy cũ", "nhà cũ", "cũ nhà"},
    {"place", "f.sorted", "Tân Phú, Đồng Nai", "Đồng Nai, Tân Phú", "Tân Phú"},
    {"place", "f.commune", "5 Lê Lợi, P. Bến Nghé, Q.1, TP.HCM", "Phường Sài Gòn, TP Hồ Chí Minh", "P.1, Q.3, TP.HCM"},
    {"place", "f.commune", "P.1, Q.3, TP.HCM", "Phường Bàn Cờ, TP.HCM", "P. Đa Kao, Q.1, TP.HCM"},
    {"place", "f.commune", "P. Đa Kao, Q.1, TP.HCM", "phuong da kao quan 1 tphcm", "Phường Sài Gòn, TP.HCM"}, /* was split */
    {"place", "f.house", "12/5 Lê Lợi, P.1, Q.3, TP.HCM", "Số 12/5 đường Lê Lợi, Phường Sài Gòn, TP.HCM", "12/6 Lê Lợi, P.1, Q.3, TP.HCM"},
    {"code", "f", "DC 012", "dc12", "12"},
    {"code", "f.prefix2", "AB123", "ABX", "A123"},
    {"date", "f", "3/4/1990", "03-04-1990", "4/3/1990"},
    {"date", "f.year", "3/4/1990", "1990", "3/4/1991"},
    {"date", "f.year_month", "3/4/1990", "4/1990", "3/5/1990"},
    {"date", "f.month_day", "3/4/1990", "3/4/2001", "4/3/1990"},
    {"date", "f.year_day", "3/4/1990", "3/5/1990", "4/4/1990"},
    {"date", "f.any_order", "3/4/1990", "4/3/1990", "4/4/1990"},
    {"date", "f.any_order", "3/12/1990", "12/3/1990", "3/12/1991"},
    {"date", "f.any_order", "31/12/1990", "1990-12-31", "31/11/1990"},
    {"personal_id", "f", "079301012345", "79301012345", "079301012346"},
    {"personal_id", "f.tail6", "079301012345", "001200012345", "079301012346"},
    {"personal_id", "f.tail6", "079301000045", "001200000045", "079301100045"},
    {"personal_id", "f.head6", "079301012345", "079301999999", "079302012345"},
    {"personal_id", "f.head12", "079301012345", "079301012345", "079301012346"},
    {"insurance", "f.tail4", "TE1797912345678", "7900005678", "TE1797912345679"},
    {"phone", "f.tail9", "0912345678", "+84912345678", "0912345679"},
    {"sex", "f", "Nam", "male", "Nữ"},
    {"number", "f", "120", "120.2", "121"},
};

static test_table one_field(const char *type, const char *part) {
  char yaml[1024];
  snprintf(yaml, sizeof yaml,
           "schema: t\nfields:\n  f: {type: %s}\n  g: {type: code}\nblocking:\n  - [%s]\n  - [%s, g]\n"
           "split_by: [%s]\ncomparisons:\n  - name: g\n    levels:\n"
           "      - {when: g exact, m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n",
           type, part, part, part);
  return table_open(yaml);
}

static size_t add_value(test_table *t, const char *value) {
  const char *values[] = {value, "x"};
  table_add(t, values);
  return t->table.count - 1;
}

static uint64_t key_of(const test_table *t, size_t rule, size_t row) {
  return block_key(&t->table.layout, &t->schema->rules[rule], rule, feature_row(&t->table, row));
}

static uint64_t split_of(const test_table *t, uint64_t key, size_t row) {
  return block_key_split(&t->table.layout, t->schema, 0, key, feature_row(&t->table, row));
}

/* The same relations hold for the part in a key, beside another part, and for splitting. */
static void check_part(const part_case *c) {
  test_table t = one_field(c->type, c->part);
  size_t value = add_value(&t, c->value), same = add_value(&t, c->same), other = add_value(&t, c->other);
  size_t missing = add_value(&t, NULL), again = add_value(&t, "");
  for (size_t rule = 0; rule < 2; rule++) {
    uint64_t key = key_of(&t, rule, value);
    if (key == 0 || key >> 48 || key_of(&t, rule, same) != key) fail_msg("%s %s: %s", c->type, c->part, c->value);
    if (key_of(&t, rule, other) == key) fail_msg("%s %s: %s", c->type, c->part, c->other);
    assert_true(key_of(&t, rule, missing) == 0 && key_of(&t, rule, again) == 0);
  }
  assert_true(key_of(&t, 0, value) != key_of(&t, 1, value));
  uint64_t split = split_of(&t, 77, value);
  assert_true(split != 0 && split >> 48 == 0);
  assert_true(split_of(&t, 77, same) == split && split_of(&t, 78, value) != split);
  assert_true(split_of(&t, 77, other) != split && split_of(&t, 77, missing) != split);
  assert_true(split_of(&t, 77, missing) == split_of(&t, 77, again));
  table_close(&t);
}

static void parts(void **unused) {
  (void)unused;
  for (size_t i = 0; i < COUNT_OF(part_cases); i++) check_part(&part_cases[i]);
}

/* A commune that is not known has no key, nor has an address without a house. */
static void places_not_known_have_no_key(void **unused) {
  (void)unused;
  static const char *const vague[] = {"TP.HCM", "Quận 1, TP.HCM", "Xã Tân Phú", "thôn vô danh"};
  test_table communes = one_field("place", "f.commune"), houses = one_field("place", "f.house");
  for (size_t i = 0; i < COUNT_OF(vague); i++) assert_true(key_of(&communes, 0, add_value(&communes, vague[i])) == 0);
  assert_true(key_of(&houses, 0, add_value(&houses, "P.1, Q.3, TP.HCM")) == 0);
  table_close(&communes);
  table_close(&houses);
}

/* A value that is there, but too little of it. */
static void half_missing_parts(void **unused) {
  (void)unused;
  static const part_case cases[] = {
      {"date", "f", "1990", NULL, NULL},          {"date", "f", "4/1990", NULL, NULL},
      {"date", "f.year_day", "4/1990", NULL, NULL}, {"date", "f.any_order", "4/1990", NULL, NULL},
      {"person_name", "f.without_given", "An", NULL, NULL}, {"person_name", "f.without_surname", "An", NULL, NULL},
      {"date", "f.month_day", "4/1990", NULL, NULL}, {"date", "f.year_month", "1990", NULL, NULL},
      {"personal_id", "f.tail10", "012345670", NULL, NULL}, {"personal_id", "f.head10", "012345670", NULL, NULL},
      {"personal_id", "f.tail6", "GIAY/99", NULL, NULL},    {"person_name", "f.given", "không rõ", NULL, NULL},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    test_table t = one_field(cases[i].type, cases[i].part);
    size_t row = add_value(&t, cases[i].value);
    if (key_of(&t, 0, row) || key_of(&t, 1, row)) fail_msg("%s %s", cases[i].type, cases[i].part);
    table_close(&t);
  }
}

/* Two rules of the same parts never share a key: a key names its rule. */
static void rules_have_keys_of_their_own(void **unused) {
  (void)unused;
  test_table t = one_field("code", "f");
  uint64_t state = 3;
  for (size_t i = 0; i < 500; i++) {
    char value[16];
    snprintf(value, sizeof value, "%u", (unsigned)random_below(&state, 1000000));
    const uint8_t *row = feature_row(&t.table, add_value(&t, value));
    assert_true(block_key(&t.table.layout, &t.schema->rules[0], 0, row) !=
                block_key(&t.table.layout, &t.schema->rules[0], 1, row));
  }
  table_close(&t);
}

/* ---- effective keys --------------------------------------------------------------------------------- */

static const char yaml_split[] =
    "schema: t\nfields:\n  f: {type: code}\n  g: {type: code}\n  h: {type: code}\n"
    "blocking:\n  - [f]\nsplit_by: [g, h]\ncomparisons:\n  - name: g\n    levels:\n"
    "      - {when: g exact, m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n";

static void effective_keys_follow_the_splits(void **unused) {
  (void)unused;
  khop_error err = {0};
  test_table t = table_open(yaml_split);
  const char *present[] = {"1", "2", "3"}, *absent[] = {"", "2", "3"};
  table_add(&t, present);
  table_add(&t, absent);
  const feature_layout *layout = &t.table.layout;
  const uint8_t *row = feature_row(&t.table, 0);
  uint64_t key = key_of(&t, 0, 0), once = block_key_split(layout, t.schema, 0, key, row);
  uint64_t twice = block_key_split(layout, t.schema, 1, once, row);
  assert_true(key != once && once != twice && key != twice);
  key_set split = {0};
  assert_true(block_key_effective(layout, t.schema, 0, &split, row) == key);
  must(key_set_add(&split, once, &err), &err);
  assert_true(block_key_effective(layout, t.schema, 0, &split, row) == key);
  must(key_set_add(&split, key, &err), &err);
  assert_true(block_key_effective(layout, t.schema, 0, &split, row) == twice);
  must(key_set_add(&split, twice, &err), &err); /* nothing is left to split by */
  assert_true(block_key_effective(layout, t.schema, 0, &split, row) == twice);
  assert_true(block_key_effective(layout, t.schema, 0, &split, feature_row(&t.table, 1)) == 0);
  key_set_free(&split);
  table_close(&t);
}

/* ---- keys of many rows ------------------------------------------------------------------------------ */

static const char yaml_many[] =
    "schema: t\nfields:\n  name: {type: person_name}\n  born: {type: date}\n  id: {type: personal_id}\n  sex: {type: sex}\n"
    "  size: {type: number}\nblocking:\n  - [id]\n  - [name, born]\n  - [name.given, born.year]\n  - [sex, born.month_day]\n"
    "  - [size, sex]\n  - [id.tail2]\n  - [name.initials, born.year_month, sex]\n  - [born]\n  - [name.toned]\n  - [size]\n"
    "comparisons:\n  - name: name\n    levels:\n      - {when: name exact, m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n";

static test_table many_rows(size_t rows) {
  static const char *const names[] = {"Le An", "Tran Binh", "Nguyễn Văn An", "Y Moan"};
  static const char *const dates[] = {"1990", "2/1990", "3/2/1990", "4/2/1991"};
  static const char *const ids[] = {"079301012345", "001200000011", "B1234567", "012345679"};
  static const char *const sexes[] = {"Nam", "Nữ"}, *const sizes[] = {"0", "12", "-3"};
  test_table t = table_open(yaml_many);
  uint64_t state = 11;
  for (size_t i = 0; i < rows; i++) {
    const char *values[] = {random_value(&state, names, COUNT_OF(names), 20), random_value(&state, dates, COUNT_OF(dates), 20),
                            random_value(&state, ids, COUNT_OF(ids), 50), random_value(&state, sexes, COUNT_OF(sexes), 10),
                            random_value(&state, sizes, COUNT_OF(sizes), 10)};
    table_add(&t, values);
    if (random_below(&state, 9) == 0) feature_row_kill(&t.table, i);
  }
  return t;
}

enum { MANY_ROWS = 300 };

/* Rules first..first + rules together find for rows from..to what block_key says of each row. */
static void check_range(const test_table *t, size_t first, size_t rules, size_t from, size_t to) {
  static keyed_row lists[SCHEMA_RULES_MAX][MANY_ROWS];
  keyed_row *out[SCHEMA_RULES_MAX] = {NULL};
  size_t counts[SCHEMA_RULES_MAX] = {0};
  for (size_t r = 0; r < rules; r++) out[r] = lists[r];
  block_keys(&t->table, t->schema, first, rules, UINT64_MAX, from, to, out, counts);
  for (size_t r = 0; r < rules; r++) {
    size_t at = 0;
    for (size_t row = from; row < to; row++) {
      uint64_t key = key_of(t, first + r, row);
      if (!key || feature_row_dead(&t->table.layout, feature_row(&t->table, row))) continue;
      assert_true(at < counts[r] && keyed_row_key(lists[r][at]) == key && keyed_row_place(lists[r][at]) == row);
      at++;
    }
    assert_int_equal(at, counts[r]);
  }
}

static void keys_of_ranges(void **unused) {
  (void)unused;
  static const size_t bounds[] = {0, 1, 63, 64, 65, 127, 128, 129, 200, MANY_ROWS};
  test_table t = many_rows(MANY_ROWS);
  for (size_t from = 0; from < COUNT_OF(bounds); from++) {
    for (size_t to = from; to < COUNT_OF(bounds); to++) {
      check_range(&t, 0, t.schema->rule_count, bounds[from], bounds[to]);
      check_range(&t, from, 1, bounds[from], bounds[to]);
    }
  }
  table_close(&t);
}

/* A threshold takes whole values of the first part, the same ones whatever rows and rules are asked for together. */
static void keys_below_a_threshold(void **unused) {
  (void)unused;
  test_table t = many_rows(MANY_ROWS);
  keyed_row all[MANY_ROWS], single[1], *all_out[] = {all}, *single_out[] = {single};
  for (size_t r = 0; r < t.schema->rule_count; r++) {
    for (uint64_t share = 0; share < 4; share++) {
      uint64_t threshold = share << 62;
      size_t count, here, at = 0;
      block_keys(&t.table, t.schema, r, 1, threshold, 0, MANY_ROWS, all_out, &count);
      for (size_t row = 0; row < MANY_ROWS; row++) {
        block_keys(&t.table, t.schema, r, 1, threshold, row, row + 1, single_out, &here);
        if (here) assert_true(at < count && all[at++] == single[0]);
      }
      assert_int_equal(at, count);
      if (share == 0) assert_int_equal(count, 0);
    }
  }
  table_close(&t);
}

static size_t rows_with_key(const test_table *t, size_t rule) {
  size_t count = 0;
  for (size_t row = 0; row < t->table.count; row++) {
    count += key_of(t, rule, row) && !feature_row_dead(&t->table.layout, feature_row(&t->table, row));
  }
  return count;
}

/* Rules asked for in any order, with another threshold in between, and rows of more than one chunk. */
static void groups_give_each_rule_its_keys(void **unused) {
  (void)unused;
  enum { rows = KEYED_ROWS_MAX + 1000 };
  khop_error err = {0};
  test_table t = many_rows(rows);
  sort_item *items = mem_alloc(rows, sizeof *items), *scratch = mem_alloc(rows, sizeof *scratch);
  pool *p;
  must(pool_create(&p, 3, &err), &err);
  key_group group = {0};
  static const size_t order[] = {0, 1, 2, 3, 4, 9, 8, 5, 7, 6, 0};
  for (size_t i = 0; i < COUNT_OF(order); i++) {
    size_t count = 0;
    if (i == 2) must(key_group_sort(&group, &t.table, t.schema, order[i], KEY_GROUP_RULES, 1, p, items, scratch, &count, &err), &err);
    must(key_group_sort(&group, &t.table, t.schema, order[i], i % 3 ? KEY_GROUP_RULES : 2, UINT64_MAX, p, items, scratch, &count, &err), &err);
    assert_int_equal(count, rows_with_key(&t, order[i]));
    for (size_t at = 0; at < count; at++) {
      assert_true(items[at].key == key_of(&t, order[i], items[at].row));
      assert_false(feature_row_dead(&t.table.layout, feature_row(&t.table, items[at].row)));
      if (!at) continue;
      assert_true(items[at - 1].key < items[at].key || (items[at - 1].key == items[at].key && items[at - 1].row < items[at].row));
    }
  }
  mem_free(scratch);
  key_group_free(&group);
  pool_free(p);
  mem_free(items);
  table_close(&t);
}

/* ---- limits ------------------------------------------------------------------------------------------- */

static void too_many_parts(void **unused) {
  (void)unused;
  static char yaml[8192];
  size_t used = (size_t)sprintf(yaml, "schema: t\nfields:\n  f: {type: text}\n  g: {type: text}\nblocking:\n");
  for (unsigned i = 1; i <= 32; i++) used += (size_t)sprintf(yaml + used, "  - [f.prefix%u, g.prefix%u]\n", i, i);
  sprintf(yaml + used, "comparisons:\n  - name: g\n    levels:\n      - {when: g exact, m: 0.5, u: 0.1}\n"
                       "      - {else: true, m: 0.5, u: 0.9}\n");
  schema *s = schema_of(yaml);
  feature_layout layout;
  khop_error err = {0};
  assert_int_equal(feature_layout_make(&layout, s, &err), KHOP_USAGE);
  assert_non_null(strstr(err.message, "48"));
  schema_free(s);
}

/* Rows can hold parts that no rule has yet, so that rules made of them can be tried. */
static void parts_beside_the_rules(void **unused) {
  (void)unused;
  schema *s = schema_of("schema: t\nfields:\n  f: {type: person_name}\n  g: {type: date}\n  h: {type: code}\nblocking:\n  - [f.given]\n"
                        "comparisons:\n  - name: f\n    levels:\n      - {when: f exact, m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n");
  const schema_key_part asked[] = {{0, PART_SORTED, 0}, {1, PART_YEAR, 0}}, absent[] = {{0, PART_INITIALS, 0}, {2, PART_WHOLE, 0}};
  test_table t = {.schema = s};
  part_place place;
  khop_error err = {0};
  must(feature_layout_make_with(&t.table.layout, s, asked, COUNT_OF(asked), &err), &err);
  const char *same[] = {"Nguyễn Văn An", "3/4/1990", "x"}, *turned[] = {"An Nguyễn Văn", "5/6/1990", "x"};
  table_add(&t, same);
  table_add(&t, turned);
  for (size_t i = 0; i < COUNT_OF(asked); i++) {
    assert_true(feature_part_find(&t.table.layout, &asked[i], &place));
    uint64_t value = block_part_value(&t.table.layout, &asked[i], place, feature_row(&t.table, 0));
    assert_true(value != 0 && value == block_part_value(&t.table.layout, &asked[i], place, feature_row(&t.table, 1)));
  }
  for (size_t i = 0; i < COUNT_OF(absent); i++) assert_false(feature_part_find(&t.table.layout, &absent[i], &place));
  table_close(&t);
}

/* Rows of linked registers hold of a field that one of them has what a contradiction among its own records is told by, and of one that
 * none has nothing; rules that no two compared rows can meet in have no keys, and the others the same as ever. */
static void rules_of_linked_registers(void **unused) {
  (void)unused;
  schema *s = schema_of("schema: t\nfields:\n  both: {type: person_name}\n  left: {type: person_name}\n  none: {type: person_name}\n"
                        "blocking:\n  - [both.given]\n  - [both.given, left.surname]\n  - [none]\ncomparisons:\n  - name: both\n"
                        "    levels:\n      - {any: [both edits 1, left edits 1, none edits 1], m: 0.5, u: 0.1}\n      - {else: true, m: 0.5, u: 0.9}\n");
  const field_registers linked = {.count = 2, .of = {3, 1, 0}}, within = {.count = 2, .of = {3, 1, 0}, .within = 1};
  const field_registers *const registers[] = {NULL, &linked, &within};
  const char *fields[] = {"Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường"};
  const unsigned keys[] = {7, 1, 3}; /* a bit for each rule */
  const bool left_letters[] = {true, false, true};
  khop_error err = {0};
  for (size_t i = 0; i < COUNT_OF(registers); i++) {
    test_table t = {.schema = s};
    const feature_layout *layout = &t.table.layout;
    must(feature_layout_make_for(&t.table.layout, s, FEATURE_FOR_MATCHING | FEATURE_FOR_CONTRADICTIONS, registers[i], &err), &err);
    table_add(&t, fields);
    for (size_t r = 0; r < s->rule_count; r++) {
      keyed_row key, *out = &key;
      size_t count;
      block_keys(&t.table, s, r, 1, UINT64_MAX, 0, 1, &out, &count);
      assert_int_equal(count, keys[i] >> r & 1);
      assert_int_equal(block_key(layout, &s->rules[r], r, feature_row(&t.table, 0)) != 0, count);
    }
    assert_true(layout->slots[0].letters);
    assert_int_equal(layout->slots[1].kind, SLOT_TEXT);
    assert_int_equal(layout->slots[1].letters, left_letters[i]);
    assert_int_equal(layout->slots[2].kind, i == 0 ? SLOT_TEXT : SLOT_NONE);
    assert_int_equal(feature_fields_meet(&layout->registers, 0, 1), true);
    assert_int_equal(feature_fields_meet(&layout->registers, 1, 1), left_letters[i]);
    feature_table_free(&t.table);
  }
  schema_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rules_of_linked_registers),
      cmocka_unit_test(parts_beside_the_rules),
      cmocka_unit_test(key_set_holds_what_was_added),
      cmocka_unit_test(parts),
      cmocka_unit_test(places_not_known_have_no_key),
      cmocka_unit_test(half_missing_parts),
      cmocka_unit_test(rules_have_keys_of_their_own),
      cmocka_unit_test(effective_keys_follow_the_splits),
      cmocka_unit_test(keys_of_ranges),
      cmocka_unit_test(keys_below_a_threshold),
      cmocka_unit_test(groups_give_each_rule_its_keys),
      cmocka_unit_test(too_many_parts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
