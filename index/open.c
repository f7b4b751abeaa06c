/* Opening a store: is it whole, is it ours, what does its meta say. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "index/lmdb_page.h"
#include "index/store_internal.h"

static const uint8_t value_kinds[DB_COUNT] = {VALUE_META, VALUE_RECORDS, VALUE_POSTINGS, VALUE_CLUSTERS};

khop_status chunk_fault(const store *s, int database, const MDB_val *key, const char *fact, khop_error *err) {
  if (fact == column_memory) return error_set(err, KHOP_ENVIRONMENT, "%s: out of memory for a chunk of records", s->directory);
  char place[96] = "with a key of the wrong size";
  if (database == DB_POSTINGS && key->mv_size == POSTING_KEY_BYTES) {
    const uint8_t *bytes = key->mv_data;
    snprintf(place, sizeof place, "at table %u, key %016llx, row %u", row_key_get(bytes),
             (unsigned long long)posting_key_first(bytes), row_key_get(bytes + 12));
  } else if (database != DB_META && key->mv_size == ROW_KEY_BYTES) {
    snprintf(place, sizeof place, "at row %u", row_key_get(key->mv_data));
  } else if (database == DB_META) {
    snprintf(place, sizeof place, "with a name of %zu bytes", key->mv_size);
  }
  return error_set(err, KHOP_INPUT, "%s: damaged: %s chunk %s: %s", s->directory, lmdb_db_names[database], place,
                   fact);
}

khop_status chunk_check(const store *s, int database, const MDB_val *key, const MDB_val *value, khop_error *err) {
  static const size_t key_sizes[DB_COUNT] = {0, ROW_KEY_BYTES, POSTING_KEY_BYTES, ROW_KEY_BYTES};
  if (database != DB_META && key->mv_size != key_sizes[database]) {
    return chunk_fault(s, database, key, "unreadable", err);
  }
  if (!value_is_sound(value->mv_data, value->mv_size, key->mv_data, key->mv_size)) {
    return chunk_fault(s, database, key, "checksum does not match the content", err);
  }
  if (((const uint8_t *)value->mv_data)[8] != value_kinds[database]) {
    return chunk_fault(s, database, key, "of another kind", err);
  }
  return KHOP_OK;
}

khop_status chunk_check_once(store *s, int database, const MDB_val *key, const MDB_val *value, khop_error *err) {
  if (chunk_is_checked(s, value->mv_data)) return KHOP_OK;
  TRY(chunk_check(s, database, key, value, err));
  uint64_t bit;
  _Atomic uint64_t *word = chunk_checked_bit(s, value->mv_data, &bit);
  if (word) atomic_fetch_or_explicit(word, bit, memory_order_relaxed);
  return KHOP_OK;
}

static khop_status make_checked(store *s, khop_error *err) {
  uint64_t pages = 64;
  while (pages < (s->file_bytes >> MAP_PAGE_BITS) + 2) pages *= 2;
  s->checked_mask = pages - 1;
  s->checked = mem_alloc(pages / 64, sizeof *s->checked);
  return s->checked ? KHOP_OK : error_memory(err, pages / 8, "the pages of the store");
}

/* ---- meta ---------------------------------------------------------------------------------- */

static khop_status keep_meta(store *s, const MDB_val *key, const MDB_val *value, khop_error *err) {
  static const char journal[] = STORE_META_JOURNAL;
  if (key->mv_size == sizeof journal - 1 && memcmp(key->mv_data, journal, key->mv_size) == 0) return KHOP_OK;
  TRY(chunk_check(s, DB_META, key, value, err));
  TRY(array_reserve(&s->meta, &s->meta_capacity, s->meta_count + 1, sizeof *s->meta, "store meta", err));
  meta_entry *entry = &s->meta[s->meta_count++];
  entry->name = mem_copy_text(key->mv_data, key->mv_size);
  entry->value = mem_copy_text((const char *)value->mv_data + VALUE_HEADER_BYTES, value->mv_size - VALUE_HEADER_BYTES);
  return entry->name && entry->value ? KHOP_OK : error_memory(err, value->mv_size, "store meta");
}

static khop_status load_meta(store *s, MDB_txn *txn, khop_error *err) {
  MDB_cursor *cursor;
  int rc = mdb_cursor_open(txn, s->databases[DB_META], &cursor);
  if (rc != 0) return lmdb_error(err, rc, s->directory);
  khop_status status = KHOP_OK;
  MDB_val key, value;
  while (status == KHOP_OK && (rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
    status = keep_meta(s, &key, &value, err);
  }
  mdb_cursor_close(cursor);
  return status != KHOP_OK || rc == MDB_NOTFOUND ? status : lmdb_error(err, rc, s->directory);
}

const char *store_meta(const store *s, const char *name) {
  for (size_t i = 0; i < s->meta_count; i++) {
    if (strcmp(s->meta[i].name, name) == 0) return s->meta[i].value;
  }
  return NULL;
}

static khop_status meta_number(const store *s, const char *name, uint64_t max, uint64_t *out, khop_error *err) {
  const char *text = store_meta(s, name);
  if (!text) return error_set(err, KHOP_INPUT, "%s: damaged: meta lacks %s", s->directory, name);
  *out = strtoull(text, NULL, 10);
  if (*out > max) return error_set(err, KHOP_INPUT, "%s: damaged: meta %s out of range", s->directory, name);
  return KHOP_OK;
}

static khop_status read_field_names(store *s, khop_error *err) {
  uint64_t field_count;
  TRY(meta_number(s, "_fields", STORE_FIELDS_MAX, &field_count, err));
  s->field_names = mem_alloc((size_t)field_count, sizeof *s->field_names);
  if (!s->field_names) return error_memory(err, (size_t)field_count * sizeof *s->field_names, "field names");
  s->field_count = (size_t)field_count;
  for (size_t field = 0; field < s->field_count; field++) {
    char name[32];
    snprintf(name, sizeof name, "_field:%04zu", field);
    s->field_names[field] = store_meta(s, name);
    if (!s->field_names[field]) return error_set(err, KHOP_INPUT, "%s: damaged: meta lacks %s", s->directory, name);
  }
  return KHOP_OK;
}

static khop_status read_tables(store *s, khop_error *err) {
  static const char prefix[] = "_table:";
  for (size_t i = 0; i < s->meta_count; i++) {
    if (strncmp(s->meta[i].name, prefix, sizeof prefix - 1) != 0) continue;
    if (s->table_count == STORE_TABLES_MAX) {
      return error_set(err, KHOP_INPUT, "%s: damaged: more than %d tables", s->directory, STORE_TABLES_MAX);
    }
    s->tables[s->table_count].table = (uint32_t)strtoul(s->meta[i].name + sizeof prefix - 1, NULL, 10);
    s->tables[s->table_count++].postings = strtoull(s->meta[i].value, NULL, 10);
  }
  return KHOP_OK;
}

static khop_status unfinished(const store *s, khop_error *err) {
  return error_set(err, KHOP_INPUT, "%s: not a finished khop store", s->directory);
}

static khop_status read_meta(store *s, khop_error *err) {
  uint64_t format;
  if (!store_meta(s, "_format")) return unfinished(s, err);
  TRY(meta_number(s, "_format", UINT64_MAX, &format, err));
  if (format < STORE_FORMAT_OLDEST || format > STORE_FORMAT_VERSION) {
    return error_set(err, KHOP_INPUT, "%s: written by %s khop: store format %llu, this one reads %d to %d", s->directory,
                     format > STORE_FORMAT_VERSION ? "a newer" : "an older", (unsigned long long)format, STORE_FORMAT_OLDEST,
                     STORE_FORMAT_VERSION);
  }
  TRY(meta_number(s, "_rows", STORE_ROWS_MAX, &s->rows, err));
  TRY(meta_number(s, "_clusters", STORE_ROWS_MAX, &s->clusters, err));
  TRY(read_field_names(s, err));
  return read_tables(s, err);
}

/* ---- life cycle ---------------------------------------------------------------------------- */

static khop_status open_databases(store *s, khop_error *err) {
  MDB_txn *txn;
  int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);
  if (rc != 0) return lmdb_error(err, rc, s->directory);
  khop_status status = KHOP_OK;
  for (int database = 0; database < DB_COUNT && status == KHOP_OK; database++) {
    rc = mdb_dbi_open(txn, lmdb_db_names[database], 0, &s->databases[database]);
    if (rc == MDB_NOTFOUND) status = unfinished(s, err);
    else if (rc != 0) status = lmdb_error(err, rc, s->directory);
  }
  if (status == KHOP_OK) status = load_meta(s, txn, err);
  if (status != KHOP_OK) {
    mdb_txn_abort(txn);
    return status;
  }
  rc = mdb_txn_commit(txn); /* keeps the database handles */
  return rc == 0 ? KHOP_OK : lmdb_error(err, rc, s->directory);
}

/* DIR is missing: perhaps a replacement stopped between its two renames. */
static khop_status missing(const char *directory, khop_error *err) {
  struct stat info;
  size_t length = strlen(directory);
  while (length > 1 && directory[length - 1] == '/') length--;
  char *old_path = mem_alloc(length + sizeof ".old", 1);
  if (!old_path) return error_memory(err, length, "path");
  memcpy(old_path, directory, length);
  memcpy(old_path + length, ".old", sizeof ".old");
  bool old_exists = stat(old_path, &info) == 0;
  mem_free(old_path);
  if (!old_exists) return error_set(err, KHOP_USAGE, "%s: no such store", directory);
  return error_set(err, KHOP_USAGE,
                   "%s: no such store, but %.*s.old is there: replacing it was interrupted; rename it to get it back",
                   directory, (int)length, directory);
}

static khop_status check_file(store *s, khop_error *err) {
  struct stat info;
  if (stat(s->directory, &info) != 0) {
    return errno == ENOENT ? missing(s->directory, err) : error_system(err, errno, s->directory);
  }
  if (!S_ISDIR(info.st_mode)) return error_set(err, KHOP_USAGE, "%s: not a khop store", s->directory);
  char *path = path_join(s->directory, "data.mdb");
  if (!path) return error_memory(err, strlen(s->directory), "path");
  khop_status status;
  if (stat(path, &info) == 0) {
    s->file_bytes = (uint64_t)info.st_size;
    status = lmdb_file_check(path, err);
  } else if (errno == ENOENT) {
    status = error_set(err, KHOP_USAGE, "%s: not a khop store", s->directory);
  } else {
    status = error_system(err, errno, path);
  }
  mem_free(path);
  return status;
}

khop_status store_open(store **out_store, const char *directory, khop_error *err) {
  *out_store = NULL;
  store *s = mem_alloc(1, sizeof *s);
  if (!s) return error_memory(err, sizeof *s, "store");
  khop_status status = KHOP_OK;
  s->directory = mem_copy_text(directory, strlen(directory));
  if (!s->directory) status = error_memory(err, strlen(directory), "path");
  if (status == KHOP_OK) status = check_file(s, err);
  if (status == KHOP_OK) status = make_checked(s, err);
  if (status == KHOP_OK) status = lmdb_env_open_reader(&s->env, directory, s->file_bytes, err);
  if (status == KHOP_OK) status = open_databases(s, err);
  if (status == KHOP_OK) status = read_meta(s, err);
  if (status == KHOP_OK) *out_store = s;
  else store_close(s);
  return status;
}

void store_close(store *s) {
  if (!s) return;
  mdb_env_close(s->env);
  for (size_t i = 0; i < CHUNK_LISTS; i++) chunk_list_free(atomic_load_explicit(&s->lists[i], memory_order_relaxed));
  for (size_t i = 0; i < s->meta_count; i++) {
    mem_free(s->meta[i].name);
    mem_free(s->meta[i].value);
  }
  mem_free(s->meta);
  mem_free(s->checked);
  mem_free(s->field_names);
  mem_free(s->directory);
  mem_free(s);
}

const char *store_path(const store *s) { return s->directory; }
uint64_t store_row_count(const store *s) { return s->rows; }
uint64_t store_cluster_count(const store *s) { return s->clusters; }
size_t store_field_count(const store *s) { return s->field_count; }
const char *store_schema(const store *s) { return store_meta(s, "_schema"); }
const char *store_field_name(const store *s, size_t field) {
  return field < s->field_count ? s->field_names[field] : NULL;
}

uint64_t store_table_postings(const store *s, uint32_t table) {
  for (size_t i = 0; i < s->table_count; i++) {
    if (s->tables[i].table == table) return s->tables[i].postings;
  }
  return 0;
}
