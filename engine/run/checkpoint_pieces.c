/* The pieces of a checkpoint: a run's state after reading, and after some blocking rules. See checkpoint.h.
 *
 *   rows    counts | sources, rejects | chunks of rows: features, lengths of ids, ids | findings
 *   match   rules done | model, counts | sets of split keys | kept pairs | best candidates
 *
 * Rows are the same wherever they are, in memory or in a file: what was written by a run with much memory is read by one
 * with little.
 */
#include <string.h>

#include "feature/row_file.h"
#include "input/source_charset.h"
#include "run/checkpoint.h"
#include "run/spill.h"

/* ---- rows: writing ---------------------------------------------------------------------------------- */

static void put_facts(const run *r, piece_writer *to) {
  const records *rec = &r->records;
  piece_number(to, r->table.count);
  piece_number(to, r->table.layout.stride);
  piece_number(to, r->rows);
  piece_number(to, r->live_rows);
  piece_number(to, r->input_hash);
  piece_number(to, rec->reject_count);
  piece_put(to, rec->rejects, rec->reject_count * sizeof *rec->rejects);
  piece_number(to, rec->source_count);
  piece_put(to, rec->source_rows, (rec->source_count + 1) * sizeof *rec->source_rows);
  for (size_t s = 0; s < rec->source_count; s++) {
    const source_charset *found = input_charset_of(r->input, s);
    for (size_t c = 0; c < CHARSET_COUNT; c++) piece_number(to, atomic_load_explicit(&found->decoded_rows[c], memory_order_relaxed));
  }
}

typedef struct id_chunk {
  uint32_t lengths[ROW_CHUNK];
  char *bytes;
  size_t capacity;
} id_chunk;

static khop_status put_ids(record_cursor *cursor, id_chunk *ids, size_t first, size_t count, piece_writer *to, khop_error *err) {
  uint64_t used = 0;
  for (size_t i = 0; i < count; i++) {
    size_t length;
    const char *id = record_cursor_id(cursor, first + i, &length, err);
    if (!id) return KHOP_ENVIRONMENT;
    TRY(array_reserve(&ids->bytes, &ids->capacity, used + length, 1, "record ids", err));
    memcpy(ids->bytes + used, id, length);
    ids->lengths[i] = (uint32_t)length;
    used += length;
  }
  piece_number(to, used);
  piece_put(to, ids->lengths, count * sizeof *ids->lengths);
  piece_put(to, ids->bytes, used);
  return KHOP_OK;
}

khop_status checkpoint_put_rows(run *r, piece_writer *to, khop_error *err) {
  khop_status status = KHOP_OK;
  record_cursor cursor = {.all = &r->records};
  row_part part = {0};
  id_chunk *ids = mem_alloc(1, sizeof *ids);
  if (!ids) return error_memory(err, sizeof *ids, "record ids");
  put_facts(r, to);
  for (size_t first = 0, count; first < r->table.count; first += count) {
    count = r->table.count - first < ROW_CHUNK ? r->table.count - first : ROW_CHUNK;
    TRY_CLEANUP(control_check(r->options.control, err));
    TRY_CLEANUP(row_part_load(&part, &r->table, first, first + count, err));
    piece_put(to, part.table.memory.data, count * r->table.layout.stride);
    TRY_CLEANUP(put_ids(&cursor, ids, first, count, to, err));
  }
  if (run_finds(r)) TRY_CLEANUP(findings_put(&r->findings, to, err));
cleanup:
  record_cursor_free(&cursor);
  row_part_free(&part);
  mem_free(ids->bytes);
  mem_free(ids);
  return status;
}

/* ---- rows: reading ----------------------------------------------------------------------------------- */

static khop_status wrong(khop_error *err) { return error_set(err, KHOP_BUG, "checkpoint: whole, and yet not this run's"); }

static khop_status take_facts(run *r, size_t *out_count, piece_reader *from, khop_error *err) {
  records *rec = &r->records;
  size_t stride, sources;
  TRY(piece_take_count(from, STORE_ROWS_MAX, out_count, err));
  TRY(piece_take_count(from, SIZE_MAX, &stride, err));
  TRY(piece_take_number(from, &r->rows, err));
  TRY(piece_take_number(from, &r->live_rows, err));
  TRY(piece_take_number(from, &r->input_hash, err));
  TRY(piece_take_count(from, SIZE_MAX / sizeof *rec->rejects, &rec->reject_count, err));
  TRY(array_reserve(&rec->rejects, &rec->reject_capacity, rec->reject_count, sizeof *rec->rejects, "rejected rows", err));
  TRY(piece_take(from, rec->rejects, rec->reject_count * sizeof *rec->rejects, err));
  TRY(piece_take_count(from, SIZE_MAX, &sources, err));
  if (stride != r->table.layout.stride || sources != rec->source_count) return wrong(err);
  TRY(piece_take(from, rec->source_rows, (sources + 1) * sizeof *rec->source_rows, err));
  for (size_t s = 0; s < sources; s++) {
    uint64_t decoded[CHARSET_COUNT];
    TRY(piece_take(from, decoded, sizeof decoded, err));
    input_charset_count(r->input, s, decoded);
  }
  return KHOP_OK;
}

typedef struct row_taking {
  uint8_t *rows;
  record_origin *origins; /* of nobody: they were needed while ids were checked */
  id_chunk *ids;
  uint32_t *dead; /* rows */
  size_t dead_count, dead_capacity;
} row_taking;

static void free_taking(row_taking *t) {
  if (t->ids) mem_free(t->ids->bytes);
  mem_free(t->ids);
  mem_free(t->rows);
  mem_free(t->origins);
  mem_free(t->dead);
}

/* In a file what is dead is known beside the rows. */
static khop_status note_dead(run *r, row_taking *t, size_t count, khop_error *err) {
  const size_t stride = r->table.layout.stride;
  for (size_t i = 0; i < count; i++) {
    if (!feature_row_dead(&r->table.layout, t->rows + i * stride)) continue;
    TRY(array_reserve(&t->dead, &t->dead_capacity, t->dead_count + 1, sizeof *t->dead, "rejected rows", err));
    t->dead[t->dead_count++] = (uint32_t)(r->table.count + i);
  }
  return KHOP_OK;
}

static khop_status take_chunk(run *r, row_taking *t, size_t count, piece_reader *from, khop_error *err) {
  size_t id_bytes;
  TRY(control_check(r->options.control, err));
  TRY(piece_take(from, t->rows, count * r->table.layout.stride, err));
  TRY(piece_take_count(from, SIZE_MAX / 2, &id_bytes, err));
  TRY(array_reserve(&t->ids->bytes, &t->ids->capacity, id_bytes, 1, "record ids", err));
  TRY(piece_take(from, t->ids->lengths, count * sizeof *t->ids->lengths, err));
  TRY(piece_take(from, t->ids->bytes, id_bytes, err));
  if (!r->spill && run_memory_needed(r, r->table.count + count) > r->options.memory_bytes) TRY(run_start_spill(r, err));
  TRY(note_dead(r, t, count, err));
  TRY(records_reserve(&r->records, count, id_bytes, err));
  TRY(feature_table_append(&r->table, t->rows, count, err));
  TRY(records_append(&r->records, count, t->ids->bytes, t->ids->lengths, t->origins, err));
  progress_add(&r->progress, 0, count);
  return KHOP_OK;
}

static khop_status take_chunks(run *r, size_t rows, piece_reader *from, khop_error *err) {
  khop_status status = KHOP_OK;
  const size_t stride = r->table.layout.stride;
  row_taking t = {.rows = mem_alloc(ROW_CHUNK, stride), .origins = mem_alloc(ROW_CHUNK, sizeof *t.origins), .ids = mem_alloc(1, sizeof *t.ids)};
  if (!t.rows || !t.origins || !t.ids) {
    status = error_memory(err, ROW_CHUNK * stride, "feature rows");
    goto cleanup;
  }
  for (size_t first = 0; first < rows; first += ROW_CHUNK) {
    TRY_CLEANUP(take_chunk(r, &t, rows - first < ROW_CHUNK ? rows - first : ROW_CHUNK, from, err));
  }
  if (r->spill) TRY_CLEANUP(run_end_spill(r, err));
  for (size_t i = 0; i < t.dead_count; i++) feature_row_kill(&r->table, t.dead[i]);
  records_drop_origins(&r->records);
cleanup:
  free_taking(&t);
  return status;
}

khop_status checkpoint_take_rows(run *r, piece_reader *from, khop_error *err) {
  size_t count;
  TRY(take_facts(r, &count, from, err));
  uint64_t *source_rows = mem_alloc(r->records.source_count + 1, sizeof *source_rows);
  if (!source_rows) return error_memory(err, r->records.source_count * sizeof *source_rows, "sources");
  const size_t bytes = (r->records.source_count + 1) * sizeof *source_rows;
  memcpy(source_rows, r->records.source_rows, bytes);
  uint64_t least = run_memory_least(r, count);
  khop_status status = least > r->options.memory_bytes ? run_refuse_budget(r, count, "rows", least, err) : take_chunks(r, count, from, err);
  memcpy(r->records.source_rows, source_rows, bytes); /* records_append does not know the sources */
  mem_free(source_rows);
  TRY(status);
  return run_finds(r) ? findings_take(&r->findings, count, from, err) : KHOP_OK;
}

/* ---- match -------------------------------------------------------------------------------------------- */

static void put_keys(const key_set *set, piece_writer *to) {
  piece_number(to, set->capacity);
  piece_number(to, set->count);
  piece_put(to, set->slots, set->capacity * sizeof *set->slots);
}

static khop_status take_keys(key_set *set, piece_reader *from, khop_error *err) {
  size_t capacity, count;
  TRY(piece_take_count(from, SIZE_MAX / sizeof *set->slots, &capacity, err));
  TRY(piece_take_count(from, capacity, &count, err));
  if (!capacity) return KHOP_OK;
  set->slots = mem_alloc(capacity, sizeof *set->slots);
  if (!set->slots) return error_memory(err, capacity * sizeof *set->slots, "split keys");
  set->capacity = capacity;
  set->count = count;
  return piece_take(from, set->slots, capacity * sizeof *set->slots, err);
}

void checkpoint_put_match(const run *r, const match_state *state, piece_writer *to) {
  piece_number(to, state->rules_done);
  piece_put(to, &r->model, sizeof r->model);
  piece_put(to, r->facts, sizeof r->facts);
  piece_put(to, &state->reasons, sizeof state->reasons);
  piece_put(to, &state->errors, sizeof state->errors);
  put_keys(&r->split_keys, to);
  put_keys(&r->window_keys, to);
  piece_number(to, state->kept.count);
  piece_put(to, state->kept.items, state->kept.count * sizeof *state->kept.items);
  size_t best = r->best ? r->table.count : 0;
  piece_number(to, best);
  piece_put(to, r->best, best * sizeof *r->best);
}

khop_status checkpoint_take_state(run *r, match_state *state, piece_reader *from, khop_error *err) {
  size_t count;
  kept_pairs *kept = &state->kept;
  TRY(piece_take_count(from, r->schema->rule_count, &state->rules_done, err));
  TRY(piece_take(from, &r->model, sizeof r->model, err));
  TRY(piece_take(from, r->facts, sizeof r->facts, err));
  TRY(piece_take(from, &state->reasons, sizeof state->reasons, err));
  TRY(piece_take(from, &state->errors, sizeof state->errors, err));
  TRY(take_keys(&r->split_keys, from, err));
  TRY(take_keys(&r->window_keys, from, err));
  TRY(piece_take_count(from, SIZE_MAX / sizeof *kept->items, &count, err));
  TRY(array_reserve(&kept->items, &kept->capacity, count, sizeof *kept->items, "matching pairs", err));
  TRY(piece_take(from, kept->items, count * sizeof *kept->items, err));
  kept->count = count;
  TRY(piece_take_count(from, r->table.count, &count, err));
  if (!count) return KHOP_OK;
  if (count != r->table.count) return wrong(err);
  r->best = mem_alloc(count, sizeof *r->best);
  if (!r->best) return error_memory(err, count * sizeof *r->best, "best candidates");
  return piece_take(from, r->best, count * sizeof *r->best, err);
}
