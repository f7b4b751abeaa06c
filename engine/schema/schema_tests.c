/* See schema_tests.h. */
#include "schema/schema_tests.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "schema/wording.h"

#define TYPE_BIT(type) (1u << (type))

enum {
  types_words = TYPE_BIT(TYPE_TEXT) | TYPE_BIT(TYPE_PERSON_NAME) | TYPE_BIT(TYPE_PLACE),
  types_letters = types_words | TYPE_BIT(TYPE_CODE) | TYPE_BIT(TYPE_ENTRY_NUMBER) | TYPE_BIT(TYPE_MAP_NUMBER),
  types_identifier = TYPE_BIT(TYPE_PERSONAL_ID) | TYPE_BIT(TYPE_INSURANCE) | TYPE_BIT(TYPE_PHONE),
  types_form = TYPE_BIT(TYPE_PERSONAL_ID) | TYPE_BIT(TYPE_INSURANCE),
  types_date = TYPE_BIT(TYPE_DATE),
  types_place = TYPE_BIT(TYPE_PLACE),
  types_all = TYPE_BIT(TYPE_COUNT) - 1,
  test_words_max = 5 /* not FIELD TEST NUMBER, and one too many */
};

/* A word of either language: what it stands for, which types it fits, which number follows. */
typedef struct vocabulary {
  const char *word;
  unsigned types;
  bool takes_number;
  number_range range;
} vocabulary;

static const number_range range_share = {.low = 0, .high = 1, .low_open = true};
static const number_range range_days = {.low = 0, .high = 36525, .whole = true};

static const vocabulary test_vocabulary[TEST_COUNT] = {
    [TEST_EXACT] = {"exact", types_all, false, {0}},
    [TEST_PLAIN] = {"plain", types_letters, false, {0}},
    [TEST_REORDERED] = {"reordered", types_words, false, {0}},
    [TEST_DROPPED] = {"dropped", types_words, false, {0}},
    [TEST_GIVEN] = {"given", types_words, false, {0}},
    [TEST_SURNAME] = {"surname", types_words, false, {0}},
    [TEST_INITIALS] = {"initials", types_words, false, {0}},
    [TEST_SIMILAR] = {"similar", types_letters, true, {.low = 0, .high = 1, .low_open = true}},
    [TEST_EDITS] = {"edits",
                    types_letters | types_identifier | types_date,
                    true,
                    {.low = 1, .high = 8, .whole = true}},
    [TEST_GIVEN_EDITS] = {"given_edits", types_words, true, {.low = 1, .high = 8, .whole = true}},
    [TEST_SURNAME_EDITS] = {"surname_edits", types_words, true, {.low = 1, .high = 8, .whole = true}},
    [TEST_PHONETIC] = {"phonetic", types_words, false, {0}},
    [TEST_REGIONAL] = {"regional", types_words, false, {0}},
    [TEST_TOKENS] = {"tokens", types_letters, true, {.low = 0, .high = 1, .low_open = true}},
    [TEST_QGRAMS] = {"qgrams", types_letters, true, {.low = 0, .high = 1, .low_open = true}},
    [TEST_OVERLAP] = {"overlap", types_letters, true, {.low = 0, .high = 1, .low_open = true}},
    [TEST_GIVEN_COMMON] = {"given_common", types_words, false, {0}},
    [TEST_CONTAINED] = {"contained", types_words, true, {.low = 0, .high = 7, .whole = true}},
    [TEST_CONTAINED_EDITS] = {"contained_edits", types_words, true, {.low = 0, .high = 7, .whole = true}},
    [TEST_SWAPPED] = {"swapped", types_date, false, {0}},
    [TEST_SAME_YEAR] = {"same_year", types_date, false, {0}},
    [TEST_SAME_MONTH_DAY] = {"same_month_day", types_date, false, {0}},
    [TEST_COMPATIBLE] = {"compatible", types_date, false, {0}},
    [TEST_WITHIN] = {"within", types_date | TYPE_BIT(TYPE_NUMBER), true, {0}}, /* range by type */
    [TEST_APART] = {"apart", TYPE_BIT(TYPE_NUMBER), true, {.low = 0, .high = 1e9}},
    [TEST_YEARS] = {"years", types_date, true, {.low = 0, .high = 50, .whole = true}},
    [TEST_TAIL] = {"tail", types_identifier, true, {.low = 1, .high = 12, .whole = true}},
    [TEST_HEAD] = {"head", types_identifier, true, {.low = 1, .high = 12, .whole = true}},
    [TEST_VALID] = {"valid", types_form, false, {0}},
    [TEST_MISSING] = {"missing", types_all, false, {0}},
    [TEST_MISSING_BOTH] = {"missing_both", types_all, false, {0}},
    [TEST_SAME_PLACE] = {"same_place", types_place, false, {0}},
    [TEST_POSSIBLE_PLACE] = {"possible_place", types_place, false, {0}},
    [TEST_OTHER_PLACE] = {"other_place", types_place, false, {0}},
    [TEST_SAME_DISTRICT] = {"same_district", types_place, false, {0}},
    [TEST_SAME_PROVINCE] = {"same_province", types_place, false, {0}},
    [TEST_SAME_HOUSE] = {"same_house", types_place, false, {0}},
};

enum { part_kinds = PART_HOUSE + 1 };

static const vocabulary part_vocabulary[part_kinds] = {
    [PART_WHOLE] = {"plain", types_letters, false, {0}}, /* also what no suffix means */
    [PART_TONED] = {"toned", types_words, false, {0}},
    [PART_GIVEN] = {"given", types_words, false, {0}},
    [PART_SURNAME] = {"surname", types_words, false, {0}},
    [PART_WITHOUT_GIVEN] = {"without_given", types_words, false, {0}},
    [PART_WITHOUT_SURNAME] = {"without_surname", types_words, false, {0}},
    [PART_INITIALS] = {"initials", types_words, false, {0}},
    [PART_SORTED] = {"sorted", types_words, false, {0}},
    [PART_PREFIX] = {"prefix", types_letters, true, {.low = 1, .high = 32, .whole = true}},
    [PART_PHONETIC] = {"phonetic", types_words, false, {0}},
    [PART_YEAR] = {"year", types_date, false, {0}},
    [PART_YEAR_MONTH] = {"year_month", types_date, false, {0}},
    [PART_MONTH_DAY] = {"month_day", types_date, false, {0}},
    [PART_YEAR_DAY] = {"year_day", types_date, false, {0}},
    [PART_ANY_ORDER] = {"any_order", types_date, false, {0}},
    [PART_TAIL] = {"tail", types_identifier, true, {.low = 1, .high = 12, .whole = true}},
    [PART_HEAD] = {"head", types_identifier, true, {.low = 1, .high = 12, .whole = true}},
    [PART_COMMUNE] = {"commune", types_place, false, {0}},
    [PART_HOUSE] = {"house", types_place, false, {0}},
};

/* Index of `word`; count when it is none. */
static size_t vocabulary_find(const vocabulary *words, size_t count, const char *word) {
  size_t i = 0;
  while (i < count && strcmp(words[i].word, word) != 0) i++;
  return i;
}

static wording_list vocabulary_list(const vocabulary *words, size_t count) {
  wording_list list = {0};
  for (size_t i = 0; i < count; i++) wording_list_add(&list, words[i].word);
  return list;
}

khop_status field_resolve(const schema_document *d, const schema *s, const yaml_node_t *node,
                          const char *what, const char *name, size_t *out_field, khop_error *err) {
  *out_field = 0;
  int found = schema_find_field(s, name);
  if (found >= 0) {
    *out_field = (size_t)found;
    return KHOP_OK;
  }
  wording_list list = {0};
  for (size_t i = 0; i < s->field_count; i++) wording_list_add(&list, s->fields[i].name);
  return document_fault(err, d, node, "%s: unknown field '%s'; fields: %s", what, wording_show(name).text,
                        list.text);
}

static khop_status type_check(const schema_document *d, const schema *s, const yaml_node_t *node,
                              const vocabulary *word, size_t field, khop_error *err) {
  const schema_field *f = &s->fields[field];
  if (word->types & TYPE_BIT(f->type)) return KHOP_OK;
  return document_fault(err, d, node, "%s does not fit '%s', which is a %s", word->word,
                        wording_show(f->name).text, semantic_type_name(f->type));
}

/* ---- tests -------------------------------------------------------------------------------- */

typedef struct test_text {
  char text[TEST_NAME_BYTES]; /* words with a NUL behind each */
  const char *words[test_words_max];
  size_t word_count;
} test_text;

/* Cuts at blanks; words past test_words_max are dropped, since one too many is a fault already. */
static void test_split(test_text *t, const char *text) {
  memset(t, 0, sizeof *t);
  memcpy(t->text, text, strlen(text));
  char *rest = NULL;
  for (char *word = strtok_r(t->text, " ", &rest); word && t->word_count < test_words_max;
       word = strtok_r(NULL, " ", &rest)) {
    t->words[t->word_count++] = word;
  }
}

static void test_name(const test_text *t, char *out_name) {
  size_t used = 0;
  for (size_t i = 0; i < t->word_count; i++) {
    size_t length = strlen(t->words[i]);
    if (i) out_name[used++] = ' ';
    memcpy(out_name + used, t->words[i], length);
    used += length;
  }
  out_name[used] = '\0';
}

/* Can values of the one type be compared with values of the other? */
static bool types_comparable(semantic_type a, semantic_type b) {
  if (a == b) return true;
  unsigned both = TYPE_BIT(a) | TYPE_BIT(b);
  unsigned cards = TYPE_BIT(TYPE_PERSONAL_ID) | TYPE_BIT(TYPE_INSURANCE);
  return (both & ~(unsigned)types_words) == 0 || (both & ~cards) == 0;
}

/* FIELD, FIELD/OTHER or FIELD><OTHER. */
static khop_status test_fields(const schema_document *d, const schema *s, const yaml_node_t *node,
                               const char *word, schema_test *test, khop_error *err) {
  char first[TEST_NAME_BYTES];
  const char *across = strstr(word, "><"), *other = across ? across : strchr(word, '/');
  size_t length = other ? (size_t)(other - word) : strlen(word);
  memcpy(first, word, length);
  first[length] = '\0';
  TRY(field_resolve(d, s, node, "test", first, &test->field, err));
  test->other_field = test->field;
  if (!other) return KHOP_OK;
  test->crosswise = across != NULL;
  TRY(field_resolve(d, s, node, "test", other + (across ? 2 : 1), &test->other_field, err));
  semantic_type a = s->fields[test->field].type, b = s->fields[test->other_field].type;
  if (types_comparable(a, b)) return KHOP_OK;
  return document_fault(err, d, node, "test: a %s cannot be compared with a %s",
                        semantic_type_name(a), semantic_type_name(b));
}

/* The number behind the test word, or its absence. */
static khop_status test_number(const schema_document *d, const schema *s, const yaml_node_t *node,
                               const char *number, schema_test *test, khop_error *err) {
  const vocabulary *word = &test_vocabulary[test->kind];
  if (!word->takes_number) {
    return number ? document_fault(err, d, node, "%s takes no number", word->word) : KHOP_OK;
  }
  if (!number) return document_fault(err, d, node, "%s needs a number", word->word);
  number_range range = word->range;
  if (test->kind == TEST_WITHIN) {
    range = s->fields[test->field].type == TYPE_DATE ? range_days : range_share;
  }
  return word_number(d, node, number, word->word, range, &test->argument, err);
}

khop_status test_parse(const schema_document *d, const schema *s, const yaml_node_t *node,
                       schema_test *out_test, char *out_name, khop_error *err) {
  *out_test = (schema_test){0};
  const char *text;
  TRY(node_text(d, node, "test", &text, err));
  test_text t;
  test_split(&t, text);
  test_name(&t, out_name);
  const char **words = t.words;
  size_t count = t.word_count;
  if (count > 0 && strcmp(words[0], "not") == 0) {
    out_test->negated = true;
    words++;
    count--;
  }
  if (count < 2 || count > 3) {
    return document_fault(err, d, node, "test '%s' is not [not] FIELD TEST [NUMBER]",
                          wording_show(text).text);
  }
  TRY(test_fields(d, s, node, words[0], out_test, err));
  size_t kind = vocabulary_find(test_vocabulary, TEST_COUNT, words[1]);
  if (kind == TEST_COUNT) {
    return document_fault(err, d, node, "unknown test '%s'; tests: %s", wording_show(words[1]).text,
                          vocabulary_list(test_vocabulary, TEST_COUNT).text);
  }
  out_test->kind = (test_kind)kind;
  TRY(type_check(d, s, node, &test_vocabulary[kind], out_test->field, err));
  TRY(type_check(d, s, node, &test_vocabulary[kind], out_test->other_field, err));
  return test_number(d, s, node, count == 3 ? words[2] : NULL, out_test, err);
}

/* ---- key parts ---------------------------------------------------------------------------- */

/* `suffix` is letters, then perhaps digits. */
static khop_status part_suffix(const schema_document *d, const schema *s, const yaml_node_t *node,
                               const char *suffix, schema_key_part *part, khop_error *err) {
  char word[TEST_NAME_BYTES] = {0};
  size_t length = strlen(suffix);
  while (length > 0 && isdigit((unsigned char)suffix[length - 1])) length--;
  memcpy(word, suffix, length);
  const char *digits = suffix + length;
  size_t kind = vocabulary_find(part_vocabulary, part_kinds, word);
  if (kind == part_kinds) {
    return document_fault(err, d, node, "unknown key part '%s'; parts: %s", wording_show(suffix).text,
                          vocabulary_list(part_vocabulary, part_kinds).text);
  }
  part->kind = (key_part_kind)kind;
  const vocabulary *known = &part_vocabulary[kind];
  TRY(type_check(d, s, node, known, part->field, err));
  if (known->takes_number && *digits) {
    double number;
    TRY(word_number(d, node, digits, known->word, known->range, &number, err));
    part->argument = (unsigned)number;
    return KHOP_OK;
  }
  if (known->takes_number) {
    return document_fault(err, d, node, "%s needs a number behind it, as in %s6", known->word,
                          known->word);
  }
  return *digits ? document_fault(err, d, node, "%s takes no number", known->word) : KHOP_OK;
}

khop_status key_part_parse(const schema_document *d, const schema *s, const yaml_node_t *node,
                           schema_key_part *out_part, khop_error *err) {
  *out_part = (schema_key_part){0};
  const char *text;
  TRY(node_text(d, node, "key part", &text, err));
  char field[TEST_NAME_BYTES] = {0};
  const char *dot = strchr(text, '.');
  memcpy(field, text, dot ? (size_t)(dot - text) : strlen(text));
  TRY(field_resolve(d, s, node, "key part", field, &out_part->field, err));
  return dot ? part_suffix(d, s, node, dot + 1, out_part, err) : KHOP_OK;
}

void schema_key_part_name(const schema *s, const schema_key_part *part, char out[SCHEMA_PART_NAME_BYTES]) {
  const char *field = s->fields[part->field].name, *word = part_vocabulary[part->kind].word;
  if (part->kind == PART_WHOLE) snprintf(out, SCHEMA_PART_NAME_BYTES, "%s", field);
  else if (part->argument) snprintf(out, SCHEMA_PART_NAME_BYTES, "%s.%s%u", field, word, part->argument);
  else snprintf(out, SCHEMA_PART_NAME_BYTES, "%s.%s", field, word);
}
