/* How clusters are made: linkage, and what two records of one must not be to each other. See schema.h. */
#include <string.h>

#include "base/memory.h"
#include "schema/schema_conditions.h"
#include "schema/schema_parse.h"
#include "schema/wording.h"

static const char *const linkage_names[LINKAGE_COUNT] = {
    [LINKAGE_SINGLE] = "single", [LINKAGE_COMPLETE] = "complete", [LINKAGE_AVERAGE] = "average"};

const char *linkage_name(linkage_kind kind) { return linkage_names[kind]; }

linkage_kind linkage_find(const char *name) {
  int kind = 0;
  while (kind < LINKAGE_COUNT && strcmp(linkage_names[kind], name) != 0) kind++;
  return (linkage_kind)kind;
}

/* Index of the name; `count` and a list of all names when it is none. */
static size_t find_comparison(const schema *s, const char *name, wording_list *list) {
  size_t i = 0;
  for (; i < s->comparison_count && strcmp(s->comparisons[i].name, name) != 0; i++) wording_list_add(list, s->comparisons[i].name);
  return i;
}

static size_t find_level(const schema_comparison *comparison, const char *name, wording_list *list) {
  size_t i = 0;
  for (; i < comparison->level_count && strcmp(comparison->levels[i].name, name) != 0; i++) {
    wording_list_add(list, comparison->levels[i].name);
  }
  return i;
}

/* A level that the schema has already; it names the conflict. */
static khop_status level_refer(const schema_document *d, const schema *s, const yaml_node_t *comparison, const yaml_node_t *level,
                               schema_conflict *out, khop_error *err) {
  wording_list comparisons = {0}, levels = {0};
  const char *name;
  TRY(node_text(d, comparison, "comparison", &name, err));
  out->comparison = find_comparison(s, name, &comparisons);
  if (out->comparison == s->comparison_count) {
    return document_fault(err, d, comparison, "unknown comparison '%s'; comparisons: %s", wording_show(name).text, comparisons.text);
  }
  TRY(node_text(d, level, "level", &name, err));
  out->level = find_level(&s->comparisons[out->comparison], name, &levels);
  if (out->level == s->comparisons[out->comparison].level_count) {
    return document_fault(err, d, level, "unknown level '%s'; levels: %s", wording_show(name).text, levels.text);
  }
  return node_text_copy(d, level, "level", &out->test.name, err);
}

static khop_status tests_parse(const schema_document *d, const schema *s, const yaml_node_t *when, const yaml_node_t *any, schema_level *out,
                               khop_error *err) {
  condition_name name = {.used = 0};
  TRY(condition_parse(d, s, when ? when : any, !when, out, &name, err));
  out->name = mem_copy_text(name.text, name.used);
  return out->name ? KHOP_OK : error_memory(err, name.used + 1, "a schema");
}

enum { CONFLICT_NAME, CONFLICT_WHEN, CONFLICT_ANY, CONFLICT_COMPARISON, CONFLICT_LEVEL, CONFLICT_ALWAYS, CONFLICT_KEYS };

static khop_status conflict_parse(const schema_document *d, const schema *s, const yaml_node_t *node, schema_conflict *out, khop_error *err) {
  static const document_key keys[CONFLICT_KEYS] = {
      [CONFLICT_NAME] = {"name", false},  [CONFLICT_WHEN] = {"when", false},   [CONFLICT_ANY] = {"any", false},
      [CONFLICT_COMPARISON] = {"comparison", false}, [CONFLICT_LEVEL] = {"level", false}, [CONFLICT_ALWAYS] = {"always", false}};
  yaml_node_t *values[CONFLICT_KEYS];
  TRY(node_keys(d, node, "conflict", keys, CONFLICT_KEYS, values, err));
  const yaml_node_t *comparison = values[CONFLICT_COMPARISON], *level = values[CONFLICT_LEVEL];
  int given = !!values[CONFLICT_WHEN] + !!values[CONFLICT_ANY] + (comparison && level);
  if (given != 1 || !comparison != !level) {
    return document_fault(err, d, node, "a conflict needs one of when, any, and comparison with level");
  }
  if (values[CONFLICT_ALWAYS]) TRY(node_flag(d, values[CONFLICT_ALWAYS], "always", &out->always, err));
  if (level) TRY(level_refer(d, s, comparison, level, out, err));
  else TRY(tests_parse(d, s, values[CONFLICT_WHEN], values[CONFLICT_ANY], &out->test, err));
  if (!values[CONFLICT_NAME]) return KHOP_OK;
  mem_free(out->test.name);
  return node_text_copy(d, values[CONFLICT_NAME], "name", &out->test.name, err);
}

static khop_status conflicts_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  size_t count;
  TRY(node_list(d, node, "conflicts", SCHEMA_CONFLICTS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node_list_item(d, node, i);
    schema_conflict *conflict = &s->conflicts[s->conflict_count++];
    TRY(conflict_parse(d, s, item, conflict, err));
    for (size_t j = 0; j < i; j++) {
      if (strcmp(s->conflicts[j].test.name, conflict->test.name) == 0) {
        return document_fault(err, d, item, "conflict '%s' appears twice", wording_show(conflict->test.name).text);
      }
    }
  }
  return KHOP_OK;
}

khop_status clusters_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  enum { KEY_LINKAGE, KEY_CONFLICTS, KEYS };
  static const document_key keys[KEYS] = {{"linkage", false}, {"conflicts", false}};
  yaml_node_t *values[KEYS];
  TRY(node_keys(d, node, "clusters", keys, KEYS, values, err));
  if (values[KEY_LINKAGE]) {
    const char *name;
    TRY(node_text(d, values[KEY_LINKAGE], "linkage", &name, err));
    s->linkage = linkage_find(name);
    if (s->linkage == LINKAGE_COUNT) {
      return document_fault(err, d, values[KEY_LINKAGE], "linkage: '%s' is none of single, complete and average", wording_show(name).text);
    }
  }
  return values[KEY_CONFLICTS] ? conflicts_parse(d, s, values[KEY_CONFLICTS], err) : KHOP_OK;
}
