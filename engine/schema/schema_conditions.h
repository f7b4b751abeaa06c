/* The condition of a level: tests joined by all, any and not, in any nesting.
 *
 *   condition = TEST | [condition, ...] | {all: [condition, ...]} | {any: [condition, ...]} | {not: condition}
 *
 * A list is `all`. What is compared are clauses, of which any must hold with all its tests (the disjunctive normal form), so
 * a condition is multiplied out, `not` going down to the tests: [{any: [a, b]}, {not: [c, d]}] is
 * "a and not c, or a and not d, or b and not c, or b and not d". */
#ifndef KHOP_SCHEMA_SCHEMA_CONDITIONS_H
#define KHOP_SCHEMA_SCHEMA_CONDITIONS_H

#include "schema/schema.h"
#include "schema/schema_document.h"
#include "schema/schema_tests.h"

/* A level's tests with the words between them, "a and (b or c)". */
typedef struct condition_name {
  char text[SCHEMA_CLAUSES_MAX * SCHEMA_TESTS_MAX * (TEST_NAME_BYTES + 8)];
  size_t used;
} condition_name;

void condition_name_add(condition_name *name, const char *word);

/* `any`: a list at the top is of alternatives. Fills the level's clauses and adds to `name`. Faults: more than
 * SCHEMA_CLAUSES_MAX clauses or SCHEMA_TESTS_MAX tests in one. */
khop_status condition_parse(const schema_document *d, const schema *s, const yaml_node_t *node, bool any, schema_level *level,
                            condition_name *name, khop_error *err);

#endif
