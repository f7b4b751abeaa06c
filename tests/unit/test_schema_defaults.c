/* Comparisons without levels, or with `default` behind their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "schema/schema.h"
#include "schema/schema_parse.h"

static khop_status parse(schema **out_schema, const char *type, const char *comparison, khop_error *err) {
  char text[2048];
  int length = snprintf(text, sizeof text, "schema: s\nfields:\n  f-1: {type: %s}\nblocking:\n  - [f-1]\ncomparisons:\n  - %s\n",
                        type, comparison);
  return schema_parse(out_schema, "s.yaml", text, (size_t)length, err);
}

static void every_type_has_levels(void **unused) {
  (void)unused;
  for (int t = 0; t < TYPE_COUNT; t++) {
    schema *s;
    khop_error err = {0};
    if (parse(&s, semantic_type_name((semantic_type)t), "name: f-1", &err) != KHOP_OK) fail_msg("%s", err.message);
    const schema_comparison *c = &s->comparisons[0];
    assert_true(c->level_count >= 2);
    assert_string_equal(c->levels[0].name, "f-1 exact");
    assert_string_equal(c->levels[c->level_count - 1].name, "else");
    double m = 0;
    for (size_t l = 0; l < c->level_count; l++) m += c->levels[l].m;
    assert_true(m > 0.999 && m < 1.001);
    schema_free(s);
  }
}

static void default_follows_own_levels(void **unused) {
  (void)unused;
  schema *alone, *s;
  khop_error err = {0};
  assert_int_equal(parse(&alone, "person_name", "name: f-1", &err), KHOP_OK);
  const char *comparison = "{name: f-1, levels: [{name: far, when: not f-1 similar 0.5, weight: -9}, default]}";
  if (parse(&s, "person_name", comparison, &err) != KHOP_OK) fail_msg("%s", err.message);
  assert_int_equal(s->comparisons[0].level_count, alone->comparisons[0].level_count + 1);
  assert_string_equal(s->comparisons[0].levels[0].name, "far");
  assert_string_equal(s->comparisons[0].levels[1].name, "f-1 exact");
  assert_int_equal(s->comparisons[0].levels[1].term, 0);
  schema_free(alone);
  schema_free(s);
}

static void faults_are_told(void **unused) {
  (void)unused;
  static const struct {
    const char *type, *comparison, *message;
  } cases[] = {
      {"sex", "{name: f-1, levels: [default, {else: true, m: 0.5, u: 0.5}]}", "s.yaml:7:26: level: a text stands where a mapping should"},
      {"sex", "{name: f-1, levels: [{when: f-1 exact, m: 0.9, u: 0.5}, default]}",
       "s.yaml:7:61: level 'f-1 exact' appears twice"},
      {"person_name",
       "{name: f-1, levels: [{name: a, when: f-1 edits 1, weight: 1}, {name: b, when: f-1 edits 2, weight: 1}, "
       "{name: c, when: f-1 edits 3, weight: 1}, {name: d, when: f-1 edits 4, weight: 1}, "
       "{name: e, when: f-1 edits 5, weight: 1}, {name: f, when: f-1 edits 6, weight: 1}, "
       "{name: g, when: f-1 edits 7, weight: 1}, {name: h, when: f-1 edits 8, weight: 1}, default]}",
       "levels: 8 and 9 default ones, at most 15"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    schema *s;
    khop_error err = {0};
    assert_int_equal(parse(&s, cases[i].type, cases[i].comparison, &err), KHOP_USAGE);
    assert_null(s);
    if (!strstr(err.message, cases[i].message)) fail_msg("%s\n is not\n%s", err.message, cases[i].message);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_type_has_levels),
      cmocka_unit_test(default_follows_own_levels),
      cmocka_unit_test(faults_are_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
