/* Which column holds which field, and which built-in schema a file looks like.
 *
 * A column fits a field in one of six ways, the better ones first: its name, its folded name, an
 * alias, a folded alias, another wording of either (column_words.h), a wording behind which brackets say how it is filled in. The ways are tried in turn over all fields, so a column
 * that is one field's name is never taken as another's alias.
 */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "normalise/normalise.h"
#include "schema/builtin.h"
#include "schema/column_words.h"
#include "schema/schema.h"
#include "schema/schema_parse.h"
#include "schema/wording.h"

typedef enum fit { FIT_NAME, FIT_FOLDED_NAME, FIT_ALIAS, FIT_FOLDED_ALIAS, FIT_WORDING, FIT_REMARKED, FIT_COUNT } fit;

enum { folded_bytes_max = 512 };
enum { column_unread = COLUMN_NONE - 1 }; /* while columns are matched: no column is to be found for the field */

/* The text without case, accents and the signs `left_out`; 0 when nothing is left or the text is longer than any name. */
static size_t fold_name(const char *text, const char *left_out, char folded[folded_bytes_max]) {
  size_t length = text_fold_plain(text, strlen(text), folded, folded_bytes_max), kept = 0;
  if (length >= folded_bytes_max) return 0;
  for (size_t i = 0; i < length; i++) {
    if (!strchr(left_out, folded[i])) folded[kept++] = folded[i];
  }
  return kept;
}

/* Without the signs that stand between words. 64 bits stand for the text itself; 0 for none. */
static uint64_t folded_hash(const char *text) {
  char folded[folded_bytes_max];
  size_t length = fold_name(text, " _-.", folded);
  return length ? hash_bytes(folded, length) : 0;
}

/* Without any signs, each phrase in one wording; 0 for none. `without_remarks`: and without the brackets that say how the
 * column is filled in; 0 where there are none. */
static uint64_t wording_hash(const char *text, bool without_remarks) {
  static const char signs[] = " _-.,;:/\\()[]*+&'\"";
  char folded[folded_bytes_max], words[folded_bytes_max];
  size_t length = fold_name(text, without_remarks ? "" : signs, folded), kept = 0;
  if (without_remarks) {
    size_t left = column_words_without_remarks(folded, length, words);
    if (left == length) return 0;
    for (size_t i = 0; i < left; i++) {
      if (!strchr(signs, words[i])) folded[kept++] = words[i];
    }
    length = kept;
  }
  length = column_words_rewrite(folded, length, words, sizeof words);
  return length ? hash_bytes(words, length) : 0;
}

int schema_find_field_as(const schema *s, const char *name) {
  int found = schema_find_field(s, name);
  uint64_t folded = folded_hash(name);
  for (size_t f = 0; f < s->field_count && found < 0 && folded; f++) {
    if (folded_hash(s->fields[f].name) == folded) found = (int)f;
  }
  for (size_t f = 0; f < s->field_count && found < 0 && folded; f++) {
    for (size_t a = 0; a < s->fields[f].alias_count && found < 0; a++) {
      if (folded_hash(s->fields[f].aliases[a]) == folded) found = (int)f;
    }
  }
  return found;
}

/* ---- one assignment ----------------------------------------------------------------------- */

typedef struct matcher {
  const schema *s;
  const char *const *columns;
  size_t column_count;
  const char *source_name;
  uint64_t *folded, *wordings, *remarked; /* of each column */
  bool *taken;
  int *out_columns;
} matcher;

static khop_status matcher_init(matcher *m, khop_error *err) {
  size_t bytes = sizeof *m->folded + sizeof *m->wordings + sizeof *m->remarked + sizeof *m->taken;
  m->folded = mem_alloc(m->column_count, bytes);
  if (!m->folded) return error_memory(err, m->column_count * bytes, "matching columns");
  m->wordings = m->folded + m->column_count;
  m->remarked = m->wordings + m->column_count;
  m->taken = (bool *)(m->remarked + m->column_count);
  for (size_t c = 0; c < m->column_count; c++) {
    m->folded[c] = folded_hash(m->columns[c]);
    m->wordings[c] = wording_hash(m->columns[c], false);
    m->remarked[c] = wording_hash(m->columns[c], true);
  }
  for (size_t f = 0; f < m->s->field_count; f++) m->out_columns[f] = COLUMN_NONE;
  return KHOP_OK;
}

/* A wording of the field's name or of an alias: the first free column that has one. */
static size_t fitting_wording(const matcher *m, const uint64_t *wordings, const schema_field *field, size_t out_columns[2]) {
  for (size_t i = 0; i <= field->alias_count; i++) {
    uint64_t wording = wording_hash(i ? field->aliases[i - 1] : field->name, false);
    for (size_t c = 0; c < m->column_count; c++) {
      if (m->taken[c] || !wording || wordings[c] != wording) continue;
      out_columns[0] = c;
      return 1;
    }
  }
  return 0;
}

static bool text_fits(const matcher *m, const char *text, uint64_t folded, size_t column) {
  return folded ? m->folded[column] == folded : strcmp(m->columns[column], text) == 0;
}

/* The free columns that fit `field` this way: the first two of them. */
static size_t fitting_columns(const matcher *m, const schema_field *field, fit way,
                              size_t out_columns[2]) {
  size_t found = 0;
  if (way >= FIT_WORDING) return fitting_wording(m, way == FIT_WORDING ? m->wordings : m->remarked, field, out_columns);
  bool by_alias = way == FIT_ALIAS || way == FIT_FOLDED_ALIAS;
  bool by_fold = way == FIT_FOLDED_NAME || way == FIT_FOLDED_ALIAS;
  for (size_t i = 0; i < (by_alias ? field->alias_count : 1); i++) {
    const char *text = by_alias ? field->aliases[i] : field->name;
    uint64_t folded = by_fold ? folded_hash(text) : 0;
    if (by_fold && !folded) continue;
    for (size_t c = 0; c < m->column_count && found < 2; c++) {
      if (m->taken[c] || (found == 1 && out_columns[0] == c)) continue;
      if (text_fits(m, text, folded, c)) out_columns[found++] = c;
    }
  }
  return found;
}

static khop_status two_columns(const matcher *m, size_t field, const size_t columns[2],
                               khop_error *err) {
  return error_set(err, KHOP_USAGE, "%s: columns '%s' and '%s' both fit field '%s'; name one of them",
                   m->source_name, wording_show(m->columns[columns[0]]).text,
                   wording_show(m->columns[columns[1]]).text,
                   wording_show(m->s->fields[field].name).text);
}

/* Another field without a column that the same column fits the same way. */
static khop_status two_fields_check(const matcher *m, size_t field, size_t column, fit way,
                                    khop_error *err) {
  for (size_t other = field + 1; other < m->s->field_count; other++) {
    size_t columns[2];
    if (m->out_columns[other] != COLUMN_NONE) continue;
    size_t found = fitting_columns(m, &m->s->fields[other], way, columns);
    for (size_t i = 0; i < found; i++) {
      if (columns[i] != column) continue;
      return error_set(err, KHOP_USAGE,
                       "%s: column '%s' fits both field '%s' and field '%s'; name one of them",
                       m->source_name, wording_show(m->columns[column]).text,
                       wording_show(m->s->fields[field].name).text,
                       wording_show(m->s->fields[other].name).text);
    }
  }
  return KHOP_OK;
}

/* Gives every field its best column. With `strict` a tie is a fault, but among wordings, where the first alias wins. */
static khop_status matcher_assign(matcher *m, bool strict, khop_error *err) {
  for (int way = 0; way < FIT_COUNT; way++) {
    for (size_t f = 0; f < m->s->field_count; f++) {
      size_t columns[2];
      if (m->out_columns[f] != COLUMN_NONE) continue;
      size_t found = fitting_columns(m, &m->s->fields[f], (fit)way, columns);
      if (found == 0) continue;
      if (strict && found > 1) return two_columns(m, f, columns, err);
      if (strict && way < FIT_WORDING) TRY(two_fields_check(m, f, columns[0], (fit)way, err));
      m->out_columns[f] = (int)columns[0];
      m->taken[columns[0]] = true;
    }
  }
  return KHOP_OK;
}

/* ---- overrides ---------------------------------------------------------------------------- */

static khop_status unknown_column(const matcher *m, const char *column, khop_error *err) {
  wording_list list = {0};
  for (size_t c = 0; c < m->column_count; c++) wording_list_add(&list, m->columns[c]);
  return error_set(err, KHOP_USAGE, "%s: no column '%s'; columns: %s", m->source_name,
                   wording_show(column).text, list.text);
}

/* The column of that very name, else the only one of that folded name. */
static khop_status find_column(const matcher *m, const char *name, size_t *out_column,
                               khop_error *err) {
  uint64_t folded = folded_hash(name);
  size_t found = 0;
  char part[folded_bytes_max]; /* as input/joined.h shows it */
  snprintf(part, sizeof part, "%s (part)", name);
  for (size_t c = 0; c < m->column_count; c++) {
    if (strcmp(m->columns[c], name) == 0 || strcmp(m->columns[c], part) == 0) {
      *out_column = c;
      return KHOP_OK;
    }
  }
  for (size_t c = 0; c < m->column_count && folded; c++) {
    if (m->folded[c] != folded) continue;
    if (found++) {
      return error_set(err, KHOP_USAGE, "%s: columns '%s' and '%s' both fit '%s'", m->source_name,
                       wording_show(m->columns[*out_column]).text,
                       wording_show(m->columns[c]).text, wording_show(name).text);
    }
    *out_column = c;
  }
  return found ? KHOP_OK : unknown_column(m, name, err);
}

static khop_status override_apply(matcher *m, const column_override *override, khop_error *err) {
  int field = schema_find_field(m->s, override->field);
  if (field < 0) {
    wording_list list = {0};
    for (size_t f = 0; f < m->s->field_count; f++) wording_list_add(&list, m->s->fields[f].name);
    return error_set(err, KHOP_USAGE, "schema %s: unknown field '%s'; fields: %s",
                     wording_show(m->s->name).text, wording_show(override->field).text, list.text);
  }
  if (m->out_columns[field] != COLUMN_NONE) {
    return error_set(err, KHOP_USAGE, "field '%s': two columns were named for it",
                     wording_show(override->field).text);
  }
  size_t column = 0;
  if (!override->column[0]) {
    m->out_columns[field] = column_unread;
    return KHOP_OK;
  }
  TRY(find_column(m, override->column, &column, err));
  m->out_columns[field] = (int)column;
  m->taken[column] = true;
  return KHOP_OK;
}

/* ---- public ------------------------------------------------------------------------------- */

static size_t found_fields(const schema *s, const int *columns) {
  size_t found = 0;
  for (size_t f = 0; f < s->field_count; f++) found += columns[f] != COLUMN_NONE;
  return found;
}

static khop_status nothing_found(const matcher *m, khop_error *err) {
  wording_list columns = {.limit = 360}, fields = {.limit = 360};
  for (size_t c = 0; c < m->column_count; c++) wording_list_add(&columns, m->columns[c]);
  for (size_t f = 0; f < m->s->field_count; f++) wording_list_add(&fields, m->s->fields[f].name);
  return error_set(err, KHOP_USAGE,
                   "%s: no column fits schema %s; columns: %s; the schema looks for: %s",
                   m->source_name, wording_show(m->s->name).text, columns.text, fields.text);
}

khop_status columns_match(const schema *s, const char *const *columns, size_t column_count,
                          const char *source_name, const column_override *overrides,
                          size_t override_count, int *out_columns, khop_error *err) {
  matcher m = {.s = s,
               .columns = columns,
               .column_count = column_count,
               .source_name = source_name,
               .out_columns = out_columns};
  khop_status status = KHOP_OK;
  TRY_CLEANUP(matcher_init(&m, err));
  for (size_t i = 0; i < override_count; i++) TRY_CLEANUP(override_apply(&m, &overrides[i], err));
  TRY_CLEANUP(matcher_assign(&m, true, err));
  for (size_t f = 0; f < s->field_count; f++) {
    if (out_columns[f] == column_unread) out_columns[f] = COLUMN_NONE;
  }
  if (found_fields(s, out_columns) == 0) status = nothing_found(&m, err);

cleanup:
  mem_free(m.folded);
  return status;
}

/* Fields whose column has their very name. */
static size_t named_fields(const matcher *m) {
  size_t named = 0;
  for (size_t f = 0; f < m->s->field_count; f++) {
    int column = m->out_columns[f];
    named += column != COLUMN_NONE && m->folded[column] == folded_hash(m->s->fields[f].name);
  }
  return named;
}

/* Assigns the names of columns to the fields of `s`, ties to the first. */
static khop_status assign_loosely(const schema *s, const char *const *columns, size_t column_count, int *out_columns, khop_error *err) {
  matcher m = {.s = s, .columns = columns, .column_count = column_count, .out_columns = out_columns};
  khop_status status = matcher_init(&m, err);
  if (status == KHOP_OK) status = matcher_assign(&m, false, err);
  mem_free(m.folded);
  return status;
}

/* What a built-in schema makes of some columns. */
typedef struct schema_fit {
  uint64_t found;    /* fields that they hold. A field found by name counts twice: aliases overlap between schemas, names hardly do */
  uint64_t read;     /* columns that hold one */
  uint64_t fields;   /* of the schema */
  bool is_nameless;  /* it knows names, and no column holds one */
  bool is_blind;     /* most of its blocking rules lack a column: it would look for few pairs */
} schema_fit;

static bool is_nameless(const schema *s, const int *columns) {
  bool knows = false, has = false;
  for (size_t f = 0; f < s->field_count; f++) {
    if (s->fields[f].type != TYPE_PERSON_NAME) continue;
    knows = true;
    has |= columns[f] != COLUMN_NONE;
  }
  return knows && !has;
}

enum { blind_rules = 3 };

/* Few of the rules have all of their columns, and less than a third. */
static bool is_blind(const schema *s, const int *columns) {
  size_t usable = 0;
  for (size_t r = 0; r < s->rule_count; r++) {
    const schema_rule *rule = &s->rules[r];
    bool has_all = true;
    for (size_t p = 0; p < rule->part_count; p++) has_all = has_all && columns[rule->parts[p].field] != COLUMN_NONE;
    usable += has_all;
  }
  return usable <= blind_rules && usable * 3 < s->rule_count;
}

static khop_status fit_schema(const schema_builtin *b, const char *const *columns, size_t column_count, schema_fit *out, khop_error *err) {
  int assigned[SCHEMA_FIELDS_MAX];
  schema *s;
  TRY(schema_load(&s, b->name, err));
  matcher m = {.s = s, .columns = columns, .column_count = column_count, .out_columns = assigned};
  khop_status status = KHOP_OK;
  TRY_CLEANUP(matcher_init(&m, err));
  TRY_CLEANUP(matcher_assign(&m, false, err));
  size_t found = s->is_joint ? 0 : found_fields(s, assigned);
  *out = (schema_fit){.found = found < 2 ? 0 : found + named_fields(&m), .read = found, .fields = s->field_count, .is_nameless = is_nameless(s, assigned), .is_blind = is_blind(s, assigned)};

cleanup:
  mem_free(m.folded);
  schema_free(s);
  return status;
}

/* The share of its fields alone would prefer a short schema inside a long one; and columns that a schema does not read speak against it
 * as much: a register of births has nearly all columns of deaths, and the parents besides. */
static double score_of(const schema_fit *f) {
  double found = (double)f->found, read = (double)f->read;
  double nameless = f->is_nameless ? 1.0 / 8 : 1; /* given name and surname in two columns are read by `person` alone */
  double blind = f->is_blind ? 1.0 / 4 : 1; /* a list of voters has no numbers, by which a population register is searched */
  return blind * nameless * found * found * found * read * read / (double)f->fields;
}

khop_status schema_detect(const char *const *columns, size_t column_count, const char **out_name,
                          khop_error *err) {
  *out_name = NULL;
  double best = 0;
  for (const schema_builtin *b = schema_builtins; b->name; b++) {
    schema_fit here;
    TRY(fit_schema(b, columns, column_count, &here, err));
    if (score_of(&here) <= best) continue;
    best = score_of(&here);
    *out_name = b->name;
  }
  return KHOP_OK;
}

/* Fields that two registers or more have; 0 when one of them shares less than two. */
static khop_status count_shared(const schema *s, const field_names *const *registers, size_t count, size_t *out_shared, khop_error *err) {
  int columns[KHOP_REGISTERS_MAX][SCHEMA_FIELDS_MAX];
  size_t shared_by[KHOP_REGISTERS_MAX] = {0}, shared = 0;
  for (size_t r = 0; r < count; r++) TRY(assign_loosely(s, registers[r]->names, registers[r]->count, columns[r], err));
  for (size_t f = 0; f < s->field_count; f++) {
    size_t holders = 0;
    for (size_t r = 0; r < count; r++) holders += columns[r][f] != COLUMN_NONE;
    shared += holders > 1;
    for (size_t r = 0; r < count && holders > 1; r++) shared_by[r] += columns[r][f] != COLUMN_NONE;
  }
  *out_shared = shared;
  for (size_t r = 0; r < count; r++) {
    if (shared_by[r] < 2) *out_shared = 0;
  }
  return KHOP_OK;
}

khop_status schema_detect_joint(const field_names *const *registers, size_t count, const char **out_name, khop_error *err) {
  *out_name = NULL;
  size_t best = 0;
  for (const schema_builtin *b = schema_builtins; b->name; b++) {
    schema *s;
    size_t shared = 0;
    TRY(schema_load(&s, b->name, err));
    khop_status status = s->is_joint ? count_shared(s, registers, count, &shared, err) : KHOP_OK;
    schema_free(s);
    TRY(status);
    if (shared <= best) continue;
    best = shared;
    *out_name = b->name;
  }
  return KHOP_OK;
}
