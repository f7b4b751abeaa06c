/* See group_values.h. */
#include "evaluate/group_values.h"

#include <stdio.h>
#include <string.h>

#include "normalise/address.h"
#include "normalise/person_name.h"

/* ---- names ---------------------------------------------------------------------------------- */

static const struct {
  const char *name;
  group_part part;
  semantic_type type;
  const char *fields[8]; /* in order; names or aliases */
} usual[] = {
    {"sex", GROUP_VALUE, TYPE_SEX, {"sex"}},
    {"birth_year", GROUP_YEAR, TYPE_DATE, {"birth date", "owner birth year"}},
    {"birth_decade", GROUP_DECADE, TYPE_DATE, {"birth date", "owner birth year"}},
    {"ethnicity", GROUP_VALUE, TYPE_TEXT, {"ethnicity"}},
    {"province", GROUP_PROVINCE, TYPE_PLACE, {"province", "residence", "address", "parcel address", "home town", "registration place", "birth place"}}};

static const struct {
  const char *name;
  group_part part;
  semantic_type type;
} parts[] = {{"year", GROUP_YEAR, TYPE_DATE},          {"decade", GROUP_DECADE, TYPE_DATE},
             {"province", GROUP_PROVINCE, TYPE_PLACE}, {"surname", GROUP_SURNAME, TYPE_PERSON_NAME},
             {"given", GROUP_GIVEN, TYPE_PERSON_NAME}};

static bool has_values(stored *s, size_t field) {
  enum { sample_rows = 1024 };
  uint64_t rows = store_row_count(s->store);
  store_record record;
  for (uint32_t row = 0; row < rows && row < sample_rows; row++) {
    if (store_read_record(s->view, row, &record, NULL) == KHOP_OK && record.lengths[field]) return true;
  }
  return false;
}

static bool choose_usual(group_values *g, stored *s, const char *name) {
  bool found = false;
  for (size_t u = 0; u < sizeof usual / sizeof *usual; u++) {
    if (strcmp(usual[u].name, name) != 0) continue;
    for (size_t i = 0; i < 8 && usual[u].fields[i]; i++) {
      int field = schema_find_field_as(s->schema, usual[u].fields[i]);
      if (field < 0 || s->schema->fields[field].type != usual[u].type) continue;
      bool is_filled = has_values(s, (size_t)field);
      if (found && !is_filled) continue;
      g->field = (size_t)field;
      g->part = usual[u].part;
      found = true;
      if (is_filled) return true;
    }
  }
  return found;
}

static bool choose_part(group_values *g, stored *s, const char *name) {
  const char *dot = strrchr(name, '.');
  char field_name[SCHEMA_NAME_BYTES_MAX + 1];
  if (!dot || (size_t)(dot - name) >= sizeof field_name) return false;
  snprintf(field_name, sizeof field_name, "%.*s", (int)(dot - name), name);
  int field = schema_find_field_as(s->schema, field_name);
  for (size_t p = 0; p < sizeof parts / sizeof *parts && field >= 0; p++) {
    if (strcmp(parts[p].name, dot + 1) != 0 || s->schema->fields[field].type != parts[p].type) continue;
    g->field = (size_t)field;
    g->part = parts[p].part;
    return true;
  }
  return false;
}

static khop_status unknown_name(const stored *s, const char *name, khop_error *err) {
  char list[768];
  size_t used = 0;
  list[0] = '\0';
  for (size_t f = 0; f < s->schema->field_count && used < sizeof list; f++) {
    used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", f ? ", " : "", s->schema->fields[f].name);
  }
  return error_set(err, KHOP_USAGE, "--by: schema %s has no '%.60s'; sex, birth_decade, birth_year, province, ethnicity, source, or a field (.year, "
                   ".decade, .province, .surname, .given): %s", s->schema->name, name, list);
}

khop_status group_values_choose(group_values *g, stored *s, const char *name, khop_error *err) {
  *g = (group_values){0};
  int field = schema_find_field(s->schema, name);
  if (field < 0 && choose_usual(g, s, name)) {
    g->type = s->schema->fields[g->field].type;
    return KHOP_OK;
  }
  if (field < 0 && strcmp(name, "source") == 0) {
    g->part = GROUP_SOURCE;
    return KHOP_OK;
  }
  if (field < 0) field = schema_find_field_as(s->schema, name);
  if (field >= 0) {
    g->field = (size_t)field;
    g->part = s->schema->fields[field].type == TYPE_DATE ? GROUP_YEAR : GROUP_VALUE;
  } else if (!choose_part(g, s, name)) {
    return unknown_name(s, name, err);
  }
  g->type = s->schema->fields[g->field].type;
  return KHOP_OK;
}

/* ---- values --------------------------------------------------------------------------------- */

typedef struct group_text {
  char text[TEXT_CANONICAL_MAX + 1];
  size_t length; /* 0: missing */
} group_text;

static void set_text(group_text *out, const char *text) {
  out->length = (size_t)snprintf(out->text, sizeof out->text, "%s", text);
  if (out->length >= sizeof out->text) out->length = sizeof out->text - 1;
}

/* Present, but not of its type. */
static void set_unclear(group_text *out) { set_text(out, "(unclear)"); }

static void read_date(const char *text, size_t length, group_part part, group_text *out) {
  date_value date;
  char shown[24];
  normalise_date(text, length, &date);
  if (!date.year && !date.present) return;
  if (!date.year) {
    set_unclear(out);
    return;
  }
  unsigned decade = date.year / 10u * 10u;
  if (part == GROUP_YEAR) snprintf(shown, sizeof shown, "%u", date.year);
  else snprintf(shown, sizeof shown, "%u-%u", decade, decade + 9);
  set_text(out, shown);
}

static void read_province(address_memory *memory, const address_book *book, const char *text, size_t length, group_text *out) {
  address_value value;
  address_recall(memory, book, ADDRESS_ERA_ANY, text, length, &value);
  if (value.status == ADDRESS_MISSING) return;
  if (value.new_province == ADDRESS_NO_UNIT) {
    set_unclear(out);
    return;
  }
  const address_unit *unit = address_unit_at(book, value.new_province);
  out->length = unit->name_bytes;
  memcpy(out->text, unit->name, unit->name_bytes);
}

static void read_name(const char *text, size_t length, group_part part, group_text *out) {
  name_parts name;
  person_name_parts(text, length, &name);
  if (!name.canonical[0]) return;
  const char *piece = part == GROUP_SURNAME ? name.surname : name.given;
  if (piece[0]) set_text(out, piece);
  else set_unclear(out);
}

static void read_sex(const char *text, size_t length, group_text *out) {
  static const char *const words[] = {[SEX_MALE] = "male", [SEX_FEMALE] = "female", [SEX_OTHER] = "other"};
  sex_value sex = normalise_sex(text, length);
  if (sex != SEX_MISSING) set_text(out, words[sex]);
  else if (length) set_unclear(out);
}

/* Identifiers and quantities as they stand: who asks for them wants to see a few values. */
static void read_value(semantic_type type, const char *text, size_t length, group_text *out) {
  static const int kinds[TYPE_COUNT] = {[TYPE_TEXT] = TEXT_FREE, [TYPE_PERSON_NAME] = TEXT_PERSON_NAME, [TYPE_PLACE] = TEXT_PLACE,
                                        [TYPE_CODE] = TEXT_CODE, [TYPE_ENTRY_NUMBER] = TEXT_CODE, [TYPE_MAP_NUMBER] = TEXT_MAP_NUMBER};
  bool has_canonical = type == TYPE_TEXT || type == TYPE_PERSON_NAME || type == TYPE_PLACE || type == TYPE_CODE || type == TYPE_ENTRY_NUMBER ||
                       type == TYPE_MAP_NUMBER;
  if (type == TYPE_SEX) {
    read_sex(text, length, out);
  } else if (has_canonical) {
    out->length = normalise_canonical((text_type)kinds[type], text, length, out->text, sizeof out->text - 1);
  } else {
    out->length = length < sizeof out->text ? length : sizeof out->text - 1;
    memcpy(out->text, text, out->length);
  }
}

/* ---- records -------------------------------------------------------------------------------- */

typedef struct value_walk {
  group_values *groupings;
  size_t count;
  stored *stored;
  address_book *book; /* NULL where no province is asked for */
  address_memory *memory;
} value_walk;

static khop_status group_of_text(group_values *g, const group_text *value, uint32_t *out_group, khop_error *err) {
  size_t before = g->values.count;
  TRY(id_set_add(&g->values, value->text, value->length, out_group, err));
  if (g->values.count == before) return KHOP_OK;
  TRY(array_reserve(&g->texts, &g->text_capacity, (size_t)*out_group + 1, sizeof *g->texts, "groups", err));
  g->texts[g->text_count] = value->length ? mem_copy_text(value->text, value->length) : NULL;
  if (value->length && !g->texts[g->text_count]) return error_memory(err, value->length, "groups");
  g->text_count++;
  return KHOP_OK;
}

static khop_status read_group(const value_walk *w, group_values *g, const char *text, size_t length, uint32_t *out_group, khop_error *err) {
  uint32_t written;
  size_t before = g->written.count;
  TRY(id_set_add(&g->written, text, length, &written, err));
  TRY(array_reserve(&g->known, &g->known_capacity, g->written.count, sizeof *g->known, "groups", err));
  if (g->written.count == before) {
    *out_group = g->known[written];
    return KHOP_OK;
  }
  group_text value;
  value.length = 0;
  if (g->part == GROUP_YEAR || g->part == GROUP_DECADE) read_date(text, length, g->part, &value);
  else if (g->part == GROUP_PROVINCE) read_province(w->memory, w->book, text, length, &value);
  else if (g->part == GROUP_VALUE) read_value(g->type, text, length, &value);
  else if (g->part == GROUP_SOURCE) read_value(TYPE_NUMBER, text, length, &value);
  else read_name(text, length, g->part, &value);
  TRY(group_of_text(g, &value, out_group, err));
  g->known[written] = *out_group;
  return KHOP_OK;
}

static khop_status visit_record(void *context, uint32_t number, const store_record *record, khop_error *err) {
  const value_walk *w = context;
  for (size_t i = 0; i < w->count; i++) {
    group_values *g = &w->groupings[i];
    const char *text;
    size_t length;
    if (g->part == GROUP_SOURCE) {
      text = stored_source(w->stored, record->source);
      length = strlen(text);
    } else {
      text = record->fields[g->field];
      length = record->lengths[g->field];
    }
    TRY(read_group(w, g, text, length, &g->of_record[number], err));
  }
  return KHOP_OK;
}

khop_status group_values_read(group_values *groupings, size_t count, stored *s, const evaluate_data *data, khop_error *err) {
  value_walk w = {.groupings = groupings, .count = count, .stored = s};
  khop_status status = KHOP_OK;
  for (size_t i = 0; i < count; i++) {
    groupings[i].of_record = mem_alloc(data->result_count, sizeof *groupings[i].of_record);
    if (!groupings[i].of_record) {
      status = error_memory(err, data->result_count * sizeof *groupings[i].of_record, "groups");
      goto cleanup;
    }
    if (groupings[i].part == GROUP_PROVINCE && !w.book) {
      TRY_CLEANUP(address_book_create(&w.book, err));
      w.memory = address_memory_create();
      if (!w.memory) {
        status = error_memory(err, sizeof w, "addresses");
        goto cleanup;
      }
    }
  }
  TRY_CLEANUP(stored_walk(s, data, visit_record, &w, err));

cleanup:
  if (w.memory) address_memory_free(w.memory);
  if (w.book) address_book_free(w.book);
  return status;
}

void group_values_free(group_values *g) {
  for (size_t i = 0; i < g->text_count; i++) mem_free(g->texts[i]);
  mem_free(g->texts);
  mem_free(g->of_record);
  mem_free(g->known);
  id_set_free(&g->values);
  id_set_free(&g->written);
  *g = (group_values){0};
}
