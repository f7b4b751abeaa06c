/* Where a schema comes from: the built-in ones, or a file. See schema.h. */
#include "schema/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "schema/builtin.h"
#include "schema/schema_parse.h"
#include "schema/wording.h"

const char *semantic_type_name(semantic_type type) {
  static const char *const names[TYPE_COUNT] = {
      [TYPE_TEXT] = "text",           [TYPE_PERSON_NAME] = "person_name",
      [TYPE_PLACE] = "place",         [TYPE_CODE] = "code",
      [TYPE_ENTRY_NUMBER] = "entry_number", [TYPE_MAP_NUMBER] = "map_number",
      [TYPE_DATE] = "date",           [TYPE_SEX] = "sex",
      [TYPE_PERSONAL_ID] = "personal_id", [TYPE_INSURANCE] = "insurance",
      [TYPE_PHONE] = "phone",         [TYPE_NUMBER] = "number"};
  return (unsigned)type < TYPE_COUNT ? names[type] : "unknown";
}

const char *link_kind_name(link_kind kind) {
  static const char *const names[LINK_KINDS] = {[LINK_MANY_TO_MANY] = "many-to-many", [LINK_ONE_TO_ONE] = "one-to-one",
                                                [LINK_ONE_TO_MANY] = "one-to-many", [LINK_MANY_TO_ONE] = "many-to-one"};
  return (unsigned)kind < LINK_KINDS ? names[kind] : "unknown";
}

int schema_find_field(const schema *s, const char *name) {
  for (size_t i = 0; i < s->field_count; i++) {
    if (strcmp(s->fields[i].name, name) == 0) return (int)i;
  }
  return -1;
}

/* Counts are raised before a part is filled, so a half-made schema frees as well. */
void schema_free(schema *s) {
  if (!s) return;
  for (size_t f = 0; f < s->field_count; f++) {
    schema_field *field = &s->fields[f];
    for (size_t a = 0; a < field->alias_count; a++) mem_free(field->aliases[a]);
    mem_free(field->aliases);
    mem_free(field->name);
    for (size_t p = 0; p < TERM_PARTS; p++) mem_free(field->frequencies[p]);
  }
  for (size_t r = 0; r < s->rule_count; r++) mem_free(s->rules[r].name);
  for (size_t c = 0; c < s->comparison_count; c++) {
    schema_comparison *comparison = &s->comparisons[c];
    for (size_t l = 0; l < comparison->level_count; l++) mem_free(comparison->levels[l].name);
    mem_free(comparison->name);
  }
  for (size_t c = 0; c < s->conflict_count; c++) mem_free(s->conflicts[c].test.name);
  for (size_t a = 0; a < s->authority_count; a++) mem_free(s->authority[a]);
  mem_free(s->agency);
  mem_free(s->name);
  mem_free(s->title);
  mem_free(s->text);
  mem_free(s);
}

/* ---- files -------------------------------------------------------------------------------- */

/* Reads to the end, or to one byte past the limit; a pipe or a device has no size to ask for. */
static khop_status read_limited(int fd, const char *path, char *buffer, size_t *out_length,
                                khop_error *err) {
  size_t length = 0;
  while (length <= SCHEMA_FILE_BYTES_MAX) {
    ssize_t got = read(fd, buffer + length, SCHEMA_FILE_BYTES_MAX + 1 - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error_system(err, errno, path);
    if (got == 0) break;
    length += (size_t)got;
  }
  *out_length = length;
  if (length <= SCHEMA_FILE_BYTES_MAX) return KHOP_OK;
  return error_set(err, KHOP_USAGE, "%s: larger than %d bytes, the limit of a schema", path,
                   SCHEMA_FILE_BYTES_MAX);
}

static khop_status load_file(schema **out_schema, const char *path, khop_error *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return error_system(err, errno, path);
  khop_status status = KHOP_OK;
  size_t length = 0;
  char *buffer = mem_alloc(SCHEMA_FILE_BYTES_MAX + 1, 1);
  if (!buffer) {
    status = error_memory(err, SCHEMA_FILE_BYTES_MAX + 1, "reading a schema");
    goto cleanup;
  }
  TRY_CLEANUP(read_limited(fd, path, buffer, &length, err));
  TRY_CLEANUP(schema_parse(out_schema, path, buffer, length, err));

cleanup:
  mem_free(buffer);
  close(fd);
  return status;
}

/* ---- names -------------------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), end_length = strlen(end);
  return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static khop_status load_builtin(schema **out_schema, const char *name, khop_error *err) {
  wording_list list = {0};
  for (const schema_builtin *b = schema_builtins; b->name; b++) {
    if (strcmp(b->name, name) == 0) {
      char source[80];
      snprintf(source, sizeof source, "built-in schema %s", b->name);
      return schema_parse(out_schema, source, b->yaml, strlen(b->yaml), err);
    }
    wording_list_add(&list, b->name);
  }
  return error_set(err, KHOP_USAGE,
                   "no schema '%s'; built in: %s; a file's name holds '/' or ends in .yaml or .yml",
                   wording_show(name).text, list.text);
}

khop_status schema_load(schema **out_schema, const char *name, khop_error *err) {
  *out_schema = NULL;
  if (strchr(name, '/') || ends_with(name, ".yaml") || ends_with(name, ".yml")) {
    return load_file(out_schema, name, err);
  }
  return load_builtin(out_schema, name, err);
}
