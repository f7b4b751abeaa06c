/* Reading: input to features, ids and stored records, overlapped.
 *
 *   reader ──slots──> workers (parse, normalise, pack) ──turnstile──> append rows ──slots──> store writer
 *      ^                                                                                   │
 *      └──────────────────────────────── free slots ───────────────────────────────────────┘
 *
 * A slot is a batch of text on its way round, with everything that its stages need; their number
 * bounds the memory. The turnstile lets batches through in file order, so row numbers never depend
 * on the threads.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "feature/row_file.h"
#include "run/date_orders.h"
#include "run/run.h"
#include "run/spill.h"

typedef struct slot {
  uint64_t ticket; /* place in the file order */
  input_batch batch;
  input_rows rows;
  size_t accepted;         /* rows with features */
  uint8_t *features;
  size_t feature_capacity; /* rows */
  char *ids;
  size_t ids_used, ids_capacity;
  uint32_t *id_lengths;
  size_t id_capacity;
  record_origin *origins;
  size_t origin_capacity;
  rejected_row *rejects;
  size_t reject_count, reject_capacity;
  store_batch *packed; /* NULL without a store */
  bool is_packed;      /* this time: of a plan not all are */
  double pack_seconds; /* that it took, of a plan */
  store_batch *packer; /* of the worker that has the slot */
  place_reader *places; /* likewise; NULL: findings are not counted by place */
  finding_batch findings;
  uint64_t text_hash;
  const char *source_name;
  size_t source_name_length;
} slot;

typedef struct read_job {
  run *run;
  channel *free_slots, *to_parse, *to_store;
  turnstile *order;
  slot *slots;
  size_t slot_count;
  text_memory **memories; /* per worker */
  store_batch **packers;  /* likewise; with a store */
  place_reader **places;  /* likewise; where findings are counted by place */
  atomic_bool over_budget; /* set in the turnstile; read there, and before it to save work */
  uint64_t rows_beyond;    /* since then; in the turnstile */
} read_job;

/* ---- parsing and normalising ------------------------------------------------------------------- */

static khop_status keep_reject(slot *s, rejected_row row, khop_error *err) {
  TRY(array_reserve(&s->rejects, &s->reject_capacity, s->reject_count + 1, sizeof row, "rejected rows", err));
  s->rejects[s->reject_count++] = row;
  return KHOP_OK;
}

static khop_status keep_input_rejects(slot *s, khop_error *err) {
  for (size_t i = 0; i < s->rows.reject_count; i++) {
    const input_reject *from = &s->rows.rejects[i];
    rejected_row row = {.source = (uint32_t)s->batch.source, .reason = from->reason, .line = from->line,
                        .byte_offset = from->byte_offset, .found = from->found, .expected = from->expected};
    TRY(keep_reject(s, row, err));
  }
  return KHOP_OK;
}

enum { line_digits_max = 20 };

/* Ids that are made up or qualified have the source's name in front. */
static int id_field_of(const run *r, const slot *s) { return r->id_fields[run_side_of_source(r, s->batch.source)]; }
static bool has_qualified_ids(const run *r, const slot *s) { return r->options.qualify_ids || id_field_of(r, s) < 0; }

/* Room for all rows of a batch. Their ids are parts of its text, or of what was decoded, or lines. */
static khop_status reserve_rows(const run *r, slot *s, khop_error *err) {
  size_t rows = s->rows.row_count;
  size_t added = has_qualified_ids(r, s) ? s->source_name_length + 1 + line_digits_max : 0;
  TRY(array_reserve(&s->ids, &s->ids_capacity, s->batch.bytes + s->rows.decoded_bytes + rows * added, 1, "record ids", err));
  TRY(array_reserve(&s->features, &s->feature_capacity, rows, r->table.layout.stride, "feature rows", err));
  TRY(array_reserve(&s->id_lengths, &s->id_capacity, rows, sizeof *s->id_lengths, "record ids", err));
  return array_reserve(&s->origins, &s->origin_capacity, rows, sizeof *s->origins, "record origins", err);
}

/* FEBRL and its kin put a blank behind the comma: it is no part of a value. Most values have none at
 * either end, and no loop. */
static inline input_field trimmed(input_field field) {
  if (field.length == 0 || (field.text[0] != ' ' && field.text[field.length - 1] != ' ')) return field;
  while (field.length && field.text[0] == ' ') field.text++, field.length--;
  while (field.length && field.text[field.length - 1] == ' ') field.length--;
  return field;
}

/* The id: the id column's value, or LINE; with FILE: in front where ids are qualified or made up.
 * False when the record has none. */
static bool append_id(const run *r, slot *s, const input_field *fields, uint64_t line) {
  char *start = s->ids + s->ids_used, *out = start;
  int id_field = id_field_of(r, s);
  if (id_field >= 0 && fields[id_field].length == 0) return false;
  if (has_qualified_ids(r, s)) {
    memcpy(out, s->source_name, s->source_name_length);
    out += s->source_name_length;
    *out++ = ':';
  }
  if (id_field >= 0) {
    memcpy(out, fields[id_field].text, fields[id_field].length);
    out += fields[id_field].length;
  } else {
    char number[line_digits_max + 1];
    size_t digits = (size_t)snprintf(number, sizeof number, "%llu", (unsigned long long)line);
    memcpy(out, number, digits);
    out += digits;
  }
  s->ids_used += (size_t)(out - start);
  s->id_lengths[s->accepted] = (uint32_t)(out - start);
  return true;
}

/* A row's fields as the schema has them; its id and origin go to the slot. *out_taken false: it has no id. */
static khop_status take_row(const run *r, slot *s, size_t row, input_field *fields, bool *out_taken, khop_error *err) {
  const size_t field_count = r->schema->field_count;
  const int *columns = r->columns + s->batch.source * field_count;
  const input_field *cells = s->rows.fields + row * s->rows.column_count;
  for (size_t f = 0; f < field_count; f++) {
    fields[f] = columns[f] == COLUMN_NONE ? (input_field){0} : trimmed(cells[columns[f]]);
  }
  record_origin origin = {.byte_offset = s->rows.offsets[row], .line = (uint32_t)s->rows.lines[row], .source = (uint32_t)s->batch.source};
  *out_taken = append_id(r, s, fields, origin.line);
  if (!*out_taken) {
    rejected_row reject = {.source = origin.source, .reason = REJECT_NO_ID, .line = origin.line, .byte_offset = origin.byte_offset};
    return keep_reject(s, reject, err);
  }
  s->origins[s->accepted++] = origin;
  return KHOP_OK;
}

enum { some_rows = 64 }; /* that are encoded and packed together: enough to hide one's cache misses behind another's */

_Static_assert(sizeof(input_field) == sizeof(store_text) && offsetof(input_field, length) == offsetof(store_text, length),
               "fields are stored texts");

/* The last `count` rows that were taken, into the worker's batch. */
static khop_status pack_rows(const run *r, slot *s, const input_field *fields, size_t count, khop_error *err) {
  if (!s->is_packed) return KHOP_OK;
  const double start = r->trial ? clock_seconds() : 0;
  uint64_t lines[some_rows];
  for (size_t i = 0; i < count; i++) lines[i] = s->origins[s->accepted - count + i].line;
  TRY(store_batch_add(s->packer, (uint32_t)s->batch.source, lines, (const store_text *)fields, count, err));
  if (r->trial) s->pack_seconds += clock_seconds() - start;
  return KHOP_OK;
}

/* Features of the last `count` rows that were taken. */
static void encode_rows(const run *r, slot *s, text_memory *memory, const input_field *fields, size_t count) {
  const feature_layout *layout = &r->table.layout;
  uint8_t *features = s->features + (s->accepted - count) * layout->stride;
  uint64_t month_first = r->month_first[s->batch.source];
  if (!month_first) {
    feature_encode_rows(layout, r->schema, memory, fields, count, features);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    day_first_fields turned;
    const input_field *row = day_first(month_first, r->schema, fields + i * r->schema->field_count, &turned);
    feature_encode_rows(layout, r->schema, memory, row, 1, features + i * layout->stride);
  }
}

/* Findings of the same rows, where they are wanted. */
static khop_status find_in_rows(const run *r, slot *s, const input_field *fields, size_t count, size_t ids_from, khop_error *err) {
  const feature_layout *layout = &r->table.layout;
  if (s->places) TRY(array_reserve(&s->findings.units, &s->findings.units_capacity, s->accepted, sizeof *s->findings.units, "places", err));
  for (size_t i = s->accepted - count; i < s->accepted; i++, fields += r->schema->field_count) {
    if (s->places) s->findings.units[i] = place_reader_unit(s->places, fields, s->features + i * layout->stride);
    TRY(finding_record(&r->finding_rules, fields, s->features + i * layout->stride, s->ids + ids_from, s->id_lengths[i], (uint32_t)i, &s->findings, err));
    ids_from += s->id_lengths[i];
  }
  return KHOP_OK;
}

/* The last `count` rows that were taken: their ids begin at `ids_from`. */
static khop_status finish_rows(const run *r, slot *s, text_memory *memory, const input_field *fields, size_t count, size_t ids_from,
                               khop_error *err) {
  if (count == 0) return KHOP_OK;
  TRY(pack_rows(r, s, fields, count, err));
  encode_rows(r, s, memory, fields, count);
  return run_finds(r) ? find_in_rows(r, s, fields, count, ids_from, err) : KHOP_OK;
}

static khop_status take_rows(const run *r, slot *s, text_memory *memory, khop_error *err) {
  input_field fields[some_rows * SCHEMA_FIELDS_MAX];
  size_t count = 0, ids_from = 0;
  for (size_t row = 0; row < s->rows.row_count; row++) {
    bool is_taken;
    TRY(take_row(r, s, row, fields + count * r->schema->field_count, &is_taken, err));
    count += is_taken;
    if (count < some_rows) continue;
    TRY(finish_rows(r, s, memory, fields, count, ids_from, err));
    count = 0;
    ids_from = s->ids_used;
  }
  return finish_rows(r, s, memory, fields, count, ids_from, err);
}

static khop_status prepare_slot(const run *r, slot *s, text_memory *memory, khop_error *err) {
  s->accepted = s->ids_used = s->reject_count = s->findings.used = 0;
  s->is_packed = s->packed && (!r->trial || store_trial_wants(s->ticket));
  s->pack_seconds = 0;
  s->text_hash = input_batch_hash(r->input, &s->batch);
  s->source_name = input_source_at(r->input, s->batch.source)->name;
  s->source_name_length = strlen(s->source_name);
  TRY(input_parse(r->input, &s->batch, &s->rows, err));
  TRY(keep_input_rejects(s, err));
  TRY(reserve_rows(r, s, err));
  TRY(take_rows(r, s, memory, err));
  if (!s->is_packed) return KHOP_OK;
  const double start = r->trial ? clock_seconds() : 0;
  TRY(store_batch_finish(s->packer, err));
  TRY(store_batch_exchange(s->packer, s->packed, err));
  if (r->trial) s->pack_seconds += clock_seconds() - start;
  return KHOP_OK;
}

/* ---- appending, in order ------------------------------------------------------------------------ */

static khop_status append_slot(run *r, slot *s, khop_error *err) {
  TRY(records_reserve(&r->records, s->accepted, s->ids_used, err));
  TRY(feature_table_append(&r->table, s->features, s->accepted, err));
  TRY(records_append(&r->records, s->accepted, s->ids, s->id_lengths, s->origins, err));
  if (run_finds(r)) TRY(findings_append(&r->findings, &s->findings, s->accepted, err));
  for (size_t i = 0; i < s->reject_count; i++) TRY(records_reject(&r->records, s->rejects[i], err));
  r->rows += s->accepted + s->reject_count;
  r->input_hash = hash_combine(r->input_hash, s->text_hash);
  progress_add(&r->progress, 0, s->accepted);
  progress_set(&r->progress, input_bytes_done(r->input));
  return KHOP_OK;
}

/* Rows that do not fit go to a file. Over the least budget of that they are only counted, so that the refusal can name
 * what would do. */
static khop_status take_slot(read_job *job, slot *s, bool is_parsed_only, khop_error *err) {
  run *r = job->run;
  uint64_t rows = is_parsed_only ? s->rows.row_count : s->accepted;
  if (run_memory_least(r, r->table.count + rows) > r->options.memory_bytes) atomic_store(&job->over_budget, true);
  if (!atomic_load(&job->over_budget)) {
    if (!r->spill && run_memory_needed(r, r->table.count + rows) > r->options.memory_bytes) TRY(run_start_spill(r, err));
    return append_slot(r, s, err);
  }
  job->rows_beyond += rows;
  progress_set(&r->progress, input_bytes_done(r->input));
  return KHOP_OK;
}

/* ---- the threads --------------------------------------------------------------------------------- */

/* Something failed: everybody wakes and leaves. */
static void stop_all(read_job *job) {
  channel_close(job->free_slots);
  channel_close(job->to_parse);
  channel_close(job->to_store);
  turnstile_break(job->order);
}

static khop_status read_batches(read_job *job, khop_error *err) {
  uint64_t ticket = 0;
  void *item;
  while (channel_receive(job->free_slots, &item)) {
    slot *s = item;
    bool more = false;
    TRY(control_check(job->run->options.control, err));
    TRY(input_next(job->run->input, &s->batch, &more, err));
    if (!more) break;
    s->ticket = ticket++;
    if (!channel_send(job->to_parse, s)) break;
  }
  return KHOP_OK;
}

static khop_status reader_main(void *context, khop_error *err) {
  read_job *job = context;
  khop_status status = read_batches(job, err);
  if (status != KHOP_OK) stop_all(job);
  channel_close(job->to_parse);
  return status;
}

static khop_status store_batches(read_job *job, khop_error *err) {
  void *item;
  while (channel_receive(job->to_store, &item)) {
    slot *s = item;
    if (s->is_packed) {
      job->run->packed_rows += store_batch_rows(s->packed);
      job->run->packed_bytes += store_batch_bytes(s->packed);
      if (job->run->trial) store_trial_take(job->run->trial, s->packed, s->pack_seconds);
      else if (!atomic_load(&job->over_budget)) TRY(store_writer_append(job->run->store, s->packed, err));
      store_batch_reset(s->packed);
    }
    channel_send(job->free_slots, s); /* closed only after a failure */
  }
  return KHOP_OK;
}

static khop_status storer_main(void *context, khop_error *err) {
  read_job *job = context;
  khop_status status = store_batches(job, err);
  if (status != KHOP_OK) stop_all(job);
  return status;
}

static khop_status work_on_batches(read_job *job, unsigned worker, khop_error *err) {
  void *item;
  while (channel_receive(job->to_parse, &item)) {
    slot *s = item;
    s->packer = job->packers[worker];
    s->places = job->places[worker];
    bool is_parsed_only = atomic_load(&job->over_budget);
    if (is_parsed_only) TRY(input_parse(job->run->input, &s->batch, &s->rows, err));
    else TRY(prepare_slot(job->run, s, job->memories[worker], err));
    if (!turnstile_enter(job->order, s->ticket)) break;
    TRY(take_slot(job, s, is_parsed_only, err));
    if (!channel_send(job->to_store, s)) break;
    turnstile_leave(job->order);
  }
  return KHOP_OK;
}

static khop_status worker_task(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)task;
  read_job *job = context;
  khop_status status = work_on_batches(job, worker, err);
  if (status != KHOP_OK) stop_all(job);
  return status;
}

/* What each worker keeps from batch to batch. */
static khop_status make_memories(read_job *job, khop_error *err) {
  const unsigned threads = pool_threads(job->run->workers);
  job->memories = mem_alloc(threads, sizeof *job->memories);
  job->packers = mem_alloc(threads, sizeof *job->packers);
  job->places = mem_alloc(threads, sizeof *job->places);
  if (!job->memories || !job->packers || !job->places) return error_memory(err, threads * sizeof *job->memories, "reading");
  for (unsigned t = 0; t < threads; t++) {
    job->memories[t] = text_memory_create(job->run->table.layout.reads_addresses);
    if (job->run->store || job->run->trial) TRY(store_batch_create(&job->packers[t], job->run->schema->field_count, err));
    const address_book *book = run_places(job->run);
    if (book) TRY(place_reader_create(&job->places[t], &job->run->table.layout, book, (size_t)job->run->schema->place_field, err));
  }
  return KHOP_OK;
}

static khop_status make_slots(read_job *job, khop_error *err) {
  job->slot_count = pool_threads(job->run->workers) * 2 + 2;
  job->slots = mem_alloc(job->slot_count, sizeof *job->slots);
  if (!job->slots) return error_memory(err, job->slot_count * sizeof *job->slots, "reading");
  TRY(channel_create(&job->free_slots, job->slot_count, err));
  TRY(channel_create(&job->to_parse, job->slot_count, err));
  TRY(channel_create(&job->to_store, job->slot_count, err));
  TRY(turnstile_create(&job->order, err));
  TRY(make_memories(job, err));
  for (size_t i = 0; i < job->slot_count; i++) {
    if (job->run->store || job->run->trial) TRY(store_batch_create(&job->slots[i].packed, job->run->schema->field_count, err));
    channel_send(job->free_slots, &job->slots[i]);
  }
  return KHOP_OK;
}

static void free_slots(read_job *job) {
  for (size_t i = 0; job->slots && i < job->slot_count; i++) {
    slot *s = &job->slots[i];
    input_batch_free(&s->batch);
    input_rows_free(&s->rows);
    mem_free(s->features);
    mem_free(s->ids);
    mem_free(s->id_lengths);
    mem_free(s->origins);
    mem_free(s->rejects);
    store_batch_free(s->packed);
    finding_batch_free(&s->findings);
  }
  for (unsigned t = 0; t < pool_threads(job->run->workers); t++) {
    if (job->memories) text_memory_free(job->memories[t]);
    if (job->packers) store_batch_free(job->packers[t]);
    if (job->places) place_reader_free(job->places[t]);
  }
  mem_free(job->memories);
  mem_free(job->packers);
  mem_free(job->places);
  mem_free(job->slots);
  channel_free(job->free_slots);
  channel_free(job->to_parse);
  channel_free(job->to_store);
  turnstile_free(job->order);
}

/* Of several failures the first by stage is told; an interrupt goes before all. */
static khop_status first_failure(const khop_status statuses[3], const khop_error errors[3], khop_error *err) {
  for (int pass = 0; pass < 2; pass++) {
    for (int i = 0; i < 3; i++) {
      if (statuses[i] == KHOP_OK || (pass == 0 && statuses[i] != KHOP_INTERRUPTED)) continue;
      if (err) *err = errors[i];
      return statuses[i];
    }
  }
  return KHOP_OK;
}

static khop_status read_all(run *r, khop_error *err) {
  read_job job = {.run = r};
  khop_status statuses[3] = {0};
  khop_error errors[3] = {0};
  thread *reader = NULL, *storer = NULL;
  khop_status status = KHOP_OK;
  TRY_CLEANUP(make_slots(&job, err));
  TRY_CLEANUP(thread_start(&reader, reader_main, &job, err));
  status = thread_start(&storer, storer_main, &job, err);
  if (status == KHOP_OK) statuses[1] = pool_run(r->workers, pool_threads(r->workers), worker_task, &job, &errors[1]);
  if (status != KHOP_OK || statuses[1] != KHOP_OK) stop_all(&job);
  channel_close(job.to_store);
  statuses[0] = thread_join(reader, &errors[0]);
  statuses[2] = thread_join(storer, &errors[2]);
  if (status == KHOP_OK) status = first_failure(statuses, errors, err);
  uint64_t rows = r->table.count + job.rows_beyond;
  if (status == KHOP_OK && job.rows_beyond) status = run_refuse_budget(r, rows, "rows", run_memory_least(r, rows), err);
cleanup:
  free_slots(&job);
  return status;
}

/* ---- how much was rejected ---------------------------------------------------------------------- */

/* What helps where ids repeat that the schema takes for the records' own: a running number of each page, or of each file. */
static void advise_ids(const run *r, const rejected_row *first, char *out, size_t capacity) {
  const size_t side = run_side_of_source(r, first->source);
  const schema *own = r->side_schemas[side] ? r->side_schemas[side] : r->schema;
  const int field = r->id_fields[side], column = field < 0 ? COLUMN_NONE : r->columns[first->source * r->schema->field_count + (size_t)field];
  out[0] = '\0';
  if (first->reason != REJECT_DUPLICATE_ID || column == COLUMN_NONE || own->id_field < 0) return;
  const char *field_name = own->fields[own->id_field].name;
  snprintf(out, capacity, "; ids are read from column %s: --map %s=COLUMN reads them from another, --map %s= names records by their lines, --qualify-ids tells files apart that each count from 1",
           input_source_at(r->input, first->source)->columns[column], field_name, field_name);
}

/* Of sources first <= s < last: a register. */
static khop_status check_rejected(const run *r, size_t first_source, size_t last_source, khop_error *err) {
  const records *rec = &r->records;
  const rejected_row *first = NULL;
  uint64_t rejected = 0, rows = rec->source_rows[last_source] - rec->source_rows[first_source];
  for (size_t i = 0; i < rec->reject_count; i++) {
    const rejected_row *row = &rec->rejects[i];
    if (row->source < first_source || row->source >= last_source) continue;
    rejected++;
    rows += row->reason != REJECT_DUPLICATE_ID; /* that one is among the records already */
    if (!first) first = row;
  }
  if (rows == 0) return error_set(err, KHOP_INPUT, "%s: no rows", r->options.inputs[first_source]);
  if (rejected < rows && (double)rejected <= r->options.max_rejected * (double)rows) return KHOP_OK;
  char reason[128], advice[512];
  reject_describe(first, reason, sizeof reason);
  advise_ids(r, first, advice, sizeof advice);
  return error_set(err, KHOP_INPUT, "%s: %llu of %llu rows rejected (%.1f %%), allowed %.1f %%; the first: line %llu: %s%s",
                   input_source_at(r->input, first->source)->name, (unsigned long long)rejected, (unsigned long long)rows,
                   100.0 * (double)rejected / (double)rows, 100 * r->options.max_rejected,
                   (unsigned long long)first->line, reason, advice);
}

static khop_status check_all_rejected(run *r, khop_error *err) {
  const table_registers *registers = &r->walk.registers;
  if (!r->link) return check_rejected(r, 0, r->records.source_count, err);
  for (size_t side = 0; side < registers->count; side++) {
    TRY(check_rejected(r, r->first_source[side], r->first_source[side + 1], err));
    r->register_rows[side] = registers->first[side + 1] - registers->first[side];
  }
  for (size_t i = 0; i < r->records.reject_count; i++) {
    const rejected_row *row = &r->records.rejects[i];
    r->register_rows[run_side_of_source(r, row->source)] -= row->reason == REJECT_DUPLICATE_ID;
  }
  return KHOP_OK;
}

static void place_rows(run *r) {
  table_registers *registers = &r->walk.registers;
  registers->count = run_side_count(r);
  for (size_t side = 0; side <= registers->count; side++) registers->first[side] = (uint32_t)r->records.source_rows[r->first_source[side]];
  for (size_t side = 0; side < registers->count; side++) registers->within |= (unsigned)r->link->registers[side].dedupe << side;
}

khop_status run_take_rows(run *r, run_row_taker *take, piece_reader *from, khop_error *err) {
  progress_phase(&r->progress, "read", "rows", 0);
  TRY(take(r, from, err));
  if (r->link) place_rows(r);
  if (r->table.count && !r->spill) TRY(run_sort_buffers(r, err));
  return check_all_rejected(r, err);
}

khop_status run_read(run *r, khop_error *err) {
  const uint64_t row_bytes_least = 64; /* shorter rows only mean that the table moves */
  progress_phase(&r->progress, "read", "bytes", input_bytes_total(r->input));
  feature_table_expect(&r->table, input_bytes_total(r->input) / row_bytes_least);
  TRY(read_all(r, err));
  if (r->spill) TRY(run_end_spill(r, err));
  r->live_rows = r->table.count;
  if (r->link) place_rows(r);
  progress_phase(&r->progress, "index", "rows", r->table.count);
  if (r->table.count) {
    if (!r->spill) TRY(run_sort_buffers(r, err));
    TRY(run_check_ids(r, err));
  }
  records_sort_rejects(&r->records);
  return check_all_rejected(r, err);
}
