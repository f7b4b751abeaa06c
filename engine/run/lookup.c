/* Finding records in a store by an identifier as a person writes it: normalised, hashed, looked up in the
 * table of every identifier field, and compared with what the record holds. */
#include <stdio.h>
#include <string.h>

#include "feature/feature.h"
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

typedef struct lookup {
  khop_store *store;
  size_t field;
  semantic_type type;
  uint64_t key;
} lookup;

static khop_status holds_identifier(const lookup *l, uint32_t row, bool *out_holds, khop_error *err) {
  khop_store_record *record = NULL;
  TRY(khop_store_get(l->store, row, &record, err));
  *out_holds = feature_identifier_key(l->type, record->fields[l->field], record->lengths[l->field]) == l->key;
  khop_free(record);
  return KHOP_OK;
}

static bool already_found(const uint32_t *rows, size_t count, uint32_t row) {
  for (size_t i = 0; i < count; i++) {
    if (rows[i] == row) return true;
  }
  return false;
}

static khop_status search_table(const lookup *l, uint32_t table, uint32_t *rows, size_t capacity, size_t *inout_count, khop_error *err) {
  size_t found = 0;
  TRY(khop_store_find_key(l->store, table, l->key, NULL, 0, &found, err));
  uint32_t *candidates = mem_alloc(found, sizeof *candidates);
  if (!candidates) return error_memory(err, found * sizeof *candidates, "identifier look-up");
  khop_status status = khop_store_find_key(l->store, table, l->key, candidates, found, &found, err);
  for (size_t i = 0; status == KHOP_OK && i < found; i++) {
    bool holds = false;
    size_t stored = *inout_count < capacity ? *inout_count : capacity;
    status = holds_identifier(l, candidates[i], &holds, err);
    if (!holds || already_found(rows, stored, candidates[i])) continue;
    if (*inout_count < capacity) rows[*inout_count] = candidates[i];
    ++*inout_count;
  }
  mem_free(candidates);
  return status;
}

khop_status khop_store_find_identifier(khop_store *from, const char *identifier, uint32_t *rows, size_t capacity,
                                       size_t *out_count, khop_error *err) {
  *out_count = 0;
  for (uint32_t table = STORE_TABLE_IDENTIFIER; table < STORE_TABLE_RULES; table++) {
    char name[32], field[128], type[32];
    snprintf(name, sizeof name, "identifier:%u", table);
    const char *fact = khop_store_meta(from, name);
    if (!fact) break;
    lookup l = {.store = from, .field = khop_store_field_count(from)};
    if (sscanf(fact, "%127s %31s", field, type) != 2 || type_of_field(type, &l.type) != KHOP_OK) {
      return error_set(err, KHOP_INPUT, "store: fact %s is damaged", name);
    }
    for (size_t f = 0; f < khop_store_field_count(from); f++) {
      if (strcmp(khop_store_field_name(from, f), field) == 0) l.field = f;
    }
    if (l.field == khop_store_field_count(from)) return error_set(err, KHOP_INPUT, "store: fact %s is damaged", name);
    l.key = feature_identifier_key(l.type, identifier, strlen(identifier));
    if (l.key) TRY(search_table(&l, table, rows, capacity, out_count, err));
  }
  return KHOP_OK;
}
