/* Finding records in a store by an identifier as a person writes it: normalised, hashed, looked up in the
 * table of every identifier field, and compared with what the record holds. */
#include <stdio.h>
#include <string.h>

#include "feature/feature.h"
#include "index/store_handle.h"
#include "run/run.h"

static khop_status type_of_field(const char *name, semantic_type *out_type) {
  for (semantic_type type = 0; type < TYPE_COUNT; type++) {
    if (strcmp(semantic_type_name(type), name) == 0) {
      *out_type = type;
      return KHOP_OK;
    }
  }
  return KHOP_INPUT;
}

/* Which field each table is of, and what kind of identifier it has. */
khop_status store_identifiers_read(khop_store *from, store_identifiers *known, khop_error *err) {
  enum { tables = sizeof known->items / sizeof *known->items };
  for (known->count = 0; known->count < tables; known->count++) {
    char name[32], field[128], type[32];
    semantic_type of;
    snprintf(name, sizeof name, "identifier:%zu", STORE_TABLE_IDENTIFIER + known->count);
    const char *fact = khop_store_meta(from, name);
    if (!fact) break;
    bool is_read = sscanf(fact, "%127s %31s", field, type) == 2 && type_of_field(type, &of) == KHOP_OK;
    size_t f = 0;
    while (is_read && f < khop_store_field_count(from) && strcmp(khop_store_field_name(from, f), field) != 0) f++;
    if (!is_read || f == khop_store_field_count(from)) return error_set(err, KHOP_INPUT, "store: fact %s is damaged", name);
    known->items[known->count] = (struct store_identifier){.field = f, .type = (int)of};
  }
  known->is_known = true;
  return KHOP_OK;
}

typedef struct lookup {
  khop_store *store;
  size_t field;
  semantic_type type;
  uint64_t key;
  uint32_t *rows; /* found */
  size_t capacity, count;
} lookup;

static bool already_found(const lookup *l, uint32_t row) {
  const size_t stored = l->count < l->capacity ? l->count : l->capacity;
  for (size_t i = 0; i < stored; i++) {
    if (l->rows[i] == row) return true;
  }
  return false;
}

static khop_status take_candidates(lookup *l, const uint32_t *candidates, size_t count, khop_error *err) {
  for (size_t i = 0; i < count; i++) {
    store_text value;
    TRY(store_handle_field(l->store, candidates[i], l->field, count > 1, &value, err));
    bool holds = feature_identifier_key(l->type, value.text, value.length) == l->key;
    if (!holds || already_found(l, candidates[i])) continue;
    if (l->count < l->capacity) l->rows[l->count] = candidates[i];
    l->count++;
  }
  return KHOP_OK;
}

static khop_status search_table(lookup *l, uint32_t table, khop_error *err) {
  enum { few = 64 };
  uint32_t first[few];
  size_t found;
  TRY(khop_store_find_key(l->store, table, l->key, first, few, &found, err));
  if (found <= few) return take_candidates(l, first, found, err);
  uint32_t *candidates = mem_alloc(found, sizeof *candidates);
  if (!candidates) return error_memory(err, found * sizeof *candidates, "identifier look-up");
  khop_status status = khop_store_find_key(l->store, table, l->key, candidates, found, &found, err);
  if (status == KHOP_OK) status = take_candidates(l, candidates, found, err);
  mem_free(candidates);
  return status;
}

khop_status khop_store_find_identifier(khop_store *from, const char *identifier, uint32_t *rows, size_t capacity,
                                       size_t *out_count, khop_error *err) {
  store_identifiers *known = store_handle_identifiers(from);
  lookup l = {.store = from, .rows = rows, .capacity = capacity};
  uint64_t keys[sizeof known->items / sizeof *known->items];
  const size_t length = strlen(identifier);
  *out_count = 0;
  if (!known->is_known) TRY(store_identifiers_read(from, known, err));
  for (size_t i = 0; i < known->count; i++) { /* all are asked for before the first is read: the memory looks for them together */
    const bool is_same = i > 0 && known->items[i].type == known->items[i - 1].type;
    keys[i] = is_same ? keys[i - 1] : feature_identifier_key((semantic_type)known->items[i].type, identifier, length);
    if (keys[i]) store_handle_ask(from, (uint32_t)(STORE_TABLE_IDENTIFIER + i), keys[i]);
  }
  for (size_t i = 0; i < known->count; i++) {
    l.field = known->items[i].field;
    l.type = (semantic_type)known->items[i].type;
    l.key = keys[i];
    if (l.key) TRY(search_table(&l, (uint32_t)(STORE_TABLE_IDENTIFIER + i), err));
  }
  *out_count = l.count;
  return KHOP_OK;
}
