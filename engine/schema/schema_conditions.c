/* See schema_conditions.h. */
#include "schema/schema_conditions.h"

#include <string.h>

enum { depth_max = 6 };

typedef enum joining { JOIN_NONE, JOIN_ALL, JOIN_ANY } joining; /* what holds the outermost tests together */

typedef struct condition {
  schema_clause clauses[SCHEMA_CLAUSES_MAX];
  size_t clause_count;
} condition;

typedef struct reading {
  const schema_document *document;
  const schema *schema;
  condition_name *name;
} reading;

void condition_name_add(condition_name *name, const char *word) {
  size_t length = strlen(word);
  if (name->used + length >= sizeof name->text) return; /* the fault of too many tests comes first */
  memcpy(name->text + name->used, word, length + 1);
  name->used += length;
}

/* ---- joining ------------------------------------------------------------------------------ */

static khop_status add_clause(const reading *r, const yaml_node_t *node, condition *into, const schema_clause *clause,
                              khop_error *err) {
  if (into->clause_count == SCHEMA_CLAUSES_MAX) {
    return document_fault(err, r->document, node, "a condition multiplies out to more than %d alternatives", SCHEMA_CLAUSES_MAX);
  }
  into->clauses[into->clause_count++] = *clause;
  return KHOP_OK;
}

static khop_status join_any(const reading *r, const yaml_node_t *node, condition *into, const condition *other, khop_error *err) {
  for (size_t c = 0; c < other->clause_count; c++) TRY(add_clause(r, node, into, &other->clauses[c], err));
  return KHOP_OK;
}

static bool same_test(const schema_test *a, const schema_test *b) {
  return a->kind == b->kind && a->negated == b->negated && a->crosswise == b->crosswise && a->field == b->field &&
         a->other_field == b->other_field && a->argument >= b->argument && a->argument <= b->argument;
}

static bool has_test(const schema_clause *clause, const schema_test *test) {
  for (size_t t = 0; t < clause->test_count; t++) {
    if (same_test(&clause->tests[t], test)) return true;
  }
  return false;
}

static khop_status add_tests(const reading *r, const yaml_node_t *node, schema_clause *into, const schema_clause *other,
                             khop_error *err) {
  for (size_t t = 0; t < other->test_count; t++) {
    if (has_test(into, &other->tests[t])) continue;
    if (into->test_count == SCHEMA_TESTS_MAX) {
      return document_fault(err, r->document, node, "tests: more than %d must hold at once", SCHEMA_TESTS_MAX);
    }
    into->tests[into->test_count++] = other->tests[t];
  }
  return KHOP_OK;
}

/* Each clause of the one with each of the other. */
static khop_status join_all(const reading *r, const yaml_node_t *node, condition *into, const condition *other, khop_error *err) {
  const condition before = *into;
  into->clause_count = 0;
  for (size_t a = 0; a < before.clause_count; a++) {
    for (size_t b = 0; b < other->clause_count; b++) {
      schema_clause clause = before.clauses[a];
      TRY(add_tests(r, node, &clause, &other->clauses[b], err));
      TRY(add_clause(r, node, into, &clause, err));
    }
  }
  return KHOP_OK;
}

/* ---- reading ------------------------------------------------------------------------------ */

static khop_status read_condition(const reading *r, const yaml_node_t *node, bool negated, joining around, unsigned depth,
                                  condition *out, khop_error *err);

static khop_status read_test(const reading *r, const yaml_node_t *node, bool negated, condition *out, khop_error *err) {
  char text[TEST_NAME_BYTES];
  schema_clause *clause = &out->clauses[0];
  TRY(test_parse(r->document, r->schema, node, &clause->tests[0], text, err));
  clause->tests[0].negated ^= negated;
  clause->test_count = 1;
  out->clause_count = 1;
  condition_name_add(r->name, text);
  return KHOP_OK;
}

/* Of a negated list the negated items, joined the other way. */
static khop_status read_list(const reading *r, const yaml_node_t *node, joining how, bool negated, joining around, unsigned depth,
                             condition *out, khop_error *err) {
  bool alternatives = (how == JOIN_ANY) != negated;
  bool brackets = how == JOIN_ANY && around == JOIN_ALL;
  size_t count;
  TRY(node_list(r->document, node, how == JOIN_ANY ? "any" : "tests", how == JOIN_ANY ? SCHEMA_CLAUSES_MAX : SCHEMA_TESTS_MAX, &count, err));
  if (count == 1) how = around;
  if (brackets && count > 1) condition_name_add(r->name, "(");
  for (size_t i = 0; i < count; i++) {
    condition item = {.clause_count = 0};
    if (i) condition_name_add(r->name, how == JOIN_ANY ? " or " : " and ");
    TRY(read_condition(r, node_list_item(r->document, node, i), negated, how, depth + 1, &item, err));
    if (i == 0) *out = item;
    else if (alternatives) TRY(join_any(r, node, out, &item, err));
    else TRY(join_all(r, node, out, &item, err));
  }
  if (brackets && count > 1) condition_name_add(r->name, ")");
  return KHOP_OK;
}

static khop_status read_mapping(const reading *r, const yaml_node_t *node, bool negated, joining around, unsigned depth,
                                condition *out, khop_error *err) {
  enum { KEY_ALL, KEY_ANY, KEY_NOT, KEYS };
  static const document_key keys[KEYS] = {{"all", false}, {"any", false}, {"not", false}};
  yaml_node_t *values[KEYS];
  TRY(node_keys(r->document, node, "condition", keys, KEYS, values, err));
  int given = !!values[KEY_ALL] + !!values[KEY_ANY] + !!values[KEY_NOT];
  if (given != 1) {
    return document_fault(err, r->document, node, "a condition needs one of all, any and not; it has %d", given);
  }
  if (values[KEY_ALL]) return read_list(r, values[KEY_ALL], JOIN_ALL, negated, around, depth, out, err);
  if (values[KEY_ANY]) return read_list(r, values[KEY_ANY], JOIN_ANY, negated, around, depth, out, err);
  condition_name_add(r->name, "not (");
  TRY(read_condition(r, values[KEY_NOT], !negated, JOIN_NONE, depth + 1, out, err));
  condition_name_add(r->name, ")");
  return KHOP_OK;
}

static khop_status read_condition(const reading *r, const yaml_node_t *node, bool negated, joining around, unsigned depth,
                                  condition *out, khop_error *err) {
  if (depth > depth_max) return document_fault(err, r->document, node, "conditions stand more than %d deep in one another", depth_max);
  switch (node->type) {
    case YAML_SEQUENCE_NODE: return read_list(r, node, JOIN_ALL, negated, around, depth, out, err);
    case YAML_MAPPING_NODE: return read_mapping(r, node, negated, around, depth, out, err);
    default: return read_test(r, node, negated, out, err);
  }
}

khop_status condition_parse(const schema_document *d, const schema *s, const yaml_node_t *node, bool any, schema_level *level,
                            condition_name *name, khop_error *err) {
  const reading r = {.document = d, .schema = s, .name = name};
  condition whole = {.clause_count = 0};
  if (any) TRY(read_list(&r, node, JOIN_ANY, false, JOIN_NONE, 0, &whole, err));
  else TRY(read_condition(&r, node, false, JOIN_NONE, 0, &whole, err));
  memcpy(level->clauses, whole.clauses, whole.clause_count * sizeof *whole.clauses);
  level->clause_count = whole.clause_count;
  return KHOP_OK;
}
