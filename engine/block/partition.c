/* See partition.h. */
#include "block/partition.h"

#include <string.h>

#include "feature/row_file.h"

enum { key_bits = 48, bucket_bits = 10, bucket_count = 1 << bucket_bits, group_rules_max = 16 };
/* A row beside its bytes: number, two sort items, key. */
enum { row_beside_bytes = sizeof(uint32_t) + SPILL_ITEM_BYTES + sizeof(keyed_row) };

typedef struct rule_parts {
  size_t rule;
  spill_sorter sorter;
  uint64_t rows;                   /* with a key */
  region partners;                 /* a bit a row: some other row has its key */
  uint64_t buckets[bucket_count];  /* rows that travel, by the top bits of the key */
  uint16_t part_of[bucket_count];
  spill_stream *parts;
  uint64_t *part_rows;
  size_t part_count;
} rule_parts;

typedef struct partition_job {
  const partition_input *in;
  uint64_t threshold;
  bool is_sample; /* some of the blocks, and nothing is known of partners */
  size_t first_rule, rule_count; /* of the group */
  rule_parts *rules;
  keyed_row *keys;  /* worker x rule x ROW_CHUNK */
  size_t *counts;   /* worker x rule */
  partition_facts facts;
} partition_job;

static const feature_table *table_of(const partition_job *job) { return job->in->walk->table; }
static size_t bucket_of(uint64_t key) { return (size_t)(key >> (key_bits - bucket_bits)); }

uint64_t partition_pass_bytes(size_t stride, size_t rules, unsigned threads) {
  size_t group = rules < group_rules_max ? rules : group_rules_max;
  return (uint64_t)threads * ROW_CHUNK * (stride + group * sizeof(keyed_row));
}

/* ---- keys of a chunk ------------------------------------------------------------------------------ */

static keyed_row *keys_of(const partition_job *job, unsigned worker, size_t r) {
  return job->keys + (worker * job->rule_count + r) * ROW_CHUNK;
}

static size_t *counts_of(const partition_job *job, unsigned worker) { return job->counts + worker * job->rule_count; }

static khop_status make_keys(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)err;
  const partition_job *job = context;
  keyed_row *lists[group_rules_max];
  for (size_t r = 0; r < job->rule_count; r++) lists[r] = keys_of(job, worker, r);
  block_keys(part, job->in->walk->schema, job->first_rule, job->rule_count, job->threshold, 0, part->count, lists, counts_of(job, worker));
  return KHOP_OK;
}

/* ---- pass 1: who has a partner -------------------------------------------------------------------- */

static khop_status add_keys(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  const partition_job *job = context;
  sort_item items[256];
  for (size_t r = 0; r < job->rule_count; r++) {
    const keyed_row *keys = keys_of(job, worker, r);
    size_t count = counts_of(job, worker)[r], used = 0;
    for (size_t i = 0; i < count; i++) {
      items[used++] = (sort_item){.key = keyed_row_key(keys[i]), .row = feature_row_number(part, keyed_row_place(keys[i]))};
      if (used < sizeof items / sizeof *items && i + 1 < count) continue;
      TRY(spill_sorter_add(&job->rules[r].sorter, items, used, err));
      used = 0;
    }
  }
  return KHOP_OK;
}

static khop_status count_keys(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)part, (void)err;
  const partition_job *job = context;
  for (size_t r = 0; r < job->rule_count; r++) {
    const keyed_row *keys = keys_of(job, worker, r);
    size_t count = counts_of(job, worker)[r];
    job->rules[r].rows += count;
    for (size_t i = 0; i < count; i++) job->rules[r].buckets[bucket_of(keyed_row_key(keys[i]))]++;
  }
  return KHOP_OK;
}

/* Of rows that ascend: the first and the last are of two registers where any two are. */
static bool has_pair(const walk_options *o, const sort_item *items, size_t count) {
  return count > 1 && registers_pair(&o->registers, items[0].row, items[count - 1].row);
}

typedef struct marking {
  const partition_job *job;
  rule_parts *rule;
} marking;

static khop_status mark_partners(void *context, const sort_item *items, size_t count, khop_error *err) {
  const marking *m = context;
  const partition_input *in = m->job->in;
  uint8_t *bits = m->rule->partners.data;
  m->rule->rows += count;
  for (size_t start = 0, end; start < count; start = end) {
    for (end = start + 1; end < count && items[end].key == items[start].key;) end++;
    if (!has_pair(in->walk, items + start, end - start)) continue;
    m->rule->buckets[bucket_of(items[start].key)] += end - start;
    for (size_t i = start; i < end; i++) bits[items[i].row / 8] = (uint8_t)(bits[items[i].row / 8] | 1u << items[i].row % 8);
  }
  return in->keys && count ? in->keys(in->context, m->rule->rule, items, count, err) : KHOP_OK;
}

/* Runs `work` over all rows and hands the keys of the job's rules to `take`. */
static khop_status pass_keys(partition_job *job, row_work *work, row_work *take, khop_error *err) {
  const row_pass pass = {.table = table_of(job), .work = work, .take = take, .context = job};
  const size_t lists = pool_threads(job->in->workers) * job->rule_count;
  job->keys = mem_alloc(lists * ROW_CHUNK, sizeof *job->keys);
  job->counts = mem_alloc(lists, sizeof *job->counts);
  khop_status status = job->keys && job->counts ? row_pass_run(&pass, job->in->workers, err)
                                                : error_memory(err, lists * ROW_CHUNK * sizeof *job->keys, "blocking keys");
  mem_free(job->keys);
  mem_free(job->counts);
  job->keys = NULL;
  job->counts = NULL;
  return status;
}

static khop_status find_partners(partition_job *job, khop_error *err) {
  for (size_t r = 0; r < job->rule_count && !job->is_sample; r++) {
    spill_sorter_open(&job->rules[r].sorter, job->in->file, key_bits, table_of(job)->count, job->in->bytes / 4);
  }
  TRY(pass_keys(job, make_keys, job->is_sample ? count_keys : add_keys, err));
  for (size_t r = 0; r < job->rule_count && !job->is_sample; r++) {
    marking m = {.job = job, .rule = &job->rules[r]};
    TRY(region_map(&m.rule->partners, table_of(job)->count / 8 + 1, "blocking keys", err));
    TRY(spill_sorter_each(&m.rule->sorter, job->in->workers, mark_partners, &m, err));
  }
  return KHOP_OK;
}

/* ---- pass 2: rows to parts ------------------------------------------------------------------------- */

static uint64_t bytes_of_rows(const partition_job *job, uint64_t rows) { return rows * (table_of(job)->layout.stride + row_beside_bytes); }

static khop_status refuse_bucket(const partition_job *job, uint64_t rows, uint64_t bytes_max, khop_error *err) {
  const uint64_t mebibyte = 1 << 20;
  return error_set(err, KHOP_ENVIRONMENT, "--memory is too little: %llu records of one block or a few need %llu MiB more",
                   (unsigned long long)rows, (unsigned long long)((bytes_of_rows(job, rows) - bytes_max) / mebibyte) + 1);
}

/* Parts of neighbouring buckets, about as large as the memory allows. */
static khop_status cut_parts(const partition_job *job, rule_parts *rule, khop_error *err) {
  const uint64_t bytes_aimed = job->in->bytes / 2, bytes_max = job->in->bytes / 4 * 3;
  uint64_t rows = 0;
  size_t part = 0;
  for (size_t b = 0; b < bucket_count; b++) {
    if (bytes_of_rows(job, rule->buckets[b]) > bytes_max) return refuse_bucket(job, rule->buckets[b], bytes_max, err);
    if (rows && bytes_of_rows(job, rows + rule->buckets[b]) > bytes_aimed) {
      part++;
      rows = 0;
    }
    rows += rule->buckets[b];
    rule->part_of[b] = (uint16_t)part;
  }
  rule->part_count = part + 1;
  rule->parts = mem_alloc(rule->part_count, sizeof *rule->parts);
  rule->part_rows = mem_alloc(rule->part_count, sizeof *rule->part_rows);
  if (!rule->parts || !rule->part_rows) return error_memory(err, rule->part_count * sizeof *rule->parts, "blocks");
  return KHOP_OK;
}

static khop_status make_partner_keys(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  const partition_job *job = context;
  TRY(make_keys(context, worker, part, err));
  for (size_t r = 0; r < job->rule_count && !job->is_sample; r++) {
    const uint8_t *bits = job->rules[r].partners.data;
    keyed_row *keys = keys_of(job, worker, r);
    size_t *count = &counts_of(job, worker)[r], kept = 0;
    for (size_t i = 0; i < *count; i++) {
      uint32_t row = feature_row_number(part, keyed_row_place(keys[i]));
      keys[kept] = keys[i];
      kept += bits[row / 8] >> row % 8 & 1;
    }
    *count = kept;
  }
  return KHOP_OK;
}

static khop_status send_rows(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  partition_job *job = context;
  const size_t stride = part->layout.stride;
  for (size_t r = 0; r < job->rule_count; r++) {
    rule_parts *rule = &job->rules[r];
    const keyed_row *keys = keys_of(job, worker, r);
    for (size_t i = 0, count = counts_of(job, worker)[r]; i < count; i++) {
      size_t to = rule->part_of[bucket_of(keyed_row_key(keys[i]))], place = keyed_row_place(keys[i]);
      uint32_t number = feature_row_number(part, place);
      TRY(spill_write(job->in->file, &rule->parts[to], &number, sizeof number, err));
      TRY(spill_write(job->in->file, &rule->parts[to], feature_row(part, place), stride, err));
      rule->part_rows[to]++;
    }
  }
  return KHOP_OK;
}

static khop_status make_parts(partition_job *job, khop_error *err) {
  for (size_t r = 0; r < job->rule_count; r++) TRY(cut_parts(job, &job->rules[r], err));
  TRY(pass_keys(job, make_partner_keys, send_rows, err));
  for (size_t r = 0; r < job->rule_count; r++) {
    region_unmap(&job->rules[r].partners);
    for (size_t p = 0; p < job->rules[r].part_count; p++) TRY(spill_end(job->in->file, &job->rules[r].parts[p], err));
  }
  return KHOP_OK;
}

/* ---- a part in memory ------------------------------------------------------------------------------ */

typedef struct loading {
  const partition_input *in;
  const spill_stream *stream;
  size_t count, stride;
  uint8_t *rows;
  uint32_t *numbers;
} loading;

enum { load_rows = 1 << 12 };

static khop_status load_piece(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker;
  const loading *l = context;
  const size_t sent = sizeof(uint32_t) + l->stride, first = task * load_rows, count = l->count - first < load_rows ? l->count - first : load_rows;
  uint8_t *piece = mem_alloc(count, sent);
  if (!piece) return error_memory(err, count * sent, "blocks");
  khop_status status = spill_read(l->in->file, l->stream, first * sent, piece, count * sent, err);
  for (size_t i = 0; status == KHOP_OK && i < count; i++) {
    memcpy(&l->numbers[first + i], piece + i * sent, sizeof(uint32_t));
    memcpy(l->rows + (first + i) * l->stride, piece + i * sent + sizeof(uint32_t), l->stride);
  }
  mem_free(piece);
  return status;
}

typedef struct part_memory {
  region rows, numbers, items, scratch;
} part_memory;

static void free_part(part_memory *m) {
  region_unmap(&m->rows);
  region_unmap(&m->numbers);
  region_unmap(&m->items);
  region_unmap(&m->scratch);
}

static khop_status walk_part(partition_job *job, rule_parts *rule, size_t p, part_memory *m, khop_error *err) {
  const partition_input *in = job->in;
  size_t count = rule->part_rows[p], stride = table_of(job)->layout.stride;
  if (!count) return KHOP_OK;
  TRY(region_map(&m->rows, count * stride, "blocks", err));
  TRY(region_map(&m->numbers, count * sizeof(uint32_t), "blocks", err));
  TRY(region_map(&m->items, count * sizeof(sort_item), "sort buffers", err));
  TRY(region_map(&m->scratch, count * sizeof(sort_item), "sort buffers", err));
  loading l = {.in = in, .stream = &rule->parts[p], .count = count, .stride = stride, .rows = m->rows.data, .numbers = m->numbers.data};
  TRY(pool_run(in->workers, (count + load_rows - 1) / load_rows, load_piece, &l, err));
  spill_discard(in->file, &rule->parts[p]);
  job->facts.parts++;
  job->facts.rows += count;
  const feature_table table = {.layout = table_of(job)->layout, .memory = m->rows, .count = count, .row_numbers = m->numbers.data};
  walk_options options = *in->walk;
  options.table = &table;
  options.keys = NULL;
  options.registers = registers_of_part(&options.registers, m->numbers.data, count);
  if (!registers_pair(&options.registers, 0, (uint32_t)count - 1)) return KHOP_OK; /* all of one register */
  rule_walk walk = {.options = &options, .rule = rule->rule, .items = m->items.data, .scratch = m->scratch.data};
  TRY(rule_walk_sort(&walk, 1, in->workers, err));
  return in->part(in->context, &walk, err);
}

static khop_status walk_parts(partition_job *job, khop_error *err) {
  const partition_input *in = job->in;
  for (size_t r = 0; r < job->rule_count; r++) {
    rule_parts *rule = &job->rules[r];
    for (size_t p = 0; p < rule->part_count; p++) {
      part_memory m = {0};
      khop_status status = walk_part(job, rule, p, &m, err);
      free_part(&m);
      TRY(status);
    }
    if (in->end) TRY(in->end(in->context, rule->rule, rule->rows, err));
  }
  return KHOP_OK;
}

/* ---- groups of rules ------------------------------------------------------------------------------- */

/* Their write buffers and bits take a quarter of the memory at most; and their keys half of what the disk has left. */
static size_t rules_at_once(const feature_table *table, uint64_t bytes, uint64_t room) {
  const uint64_t rows = table->count;
  uint64_t parts = spill_sorter_parts(rows, bytes / 4), parts_of_rows = rows * (table->layout.stride + row_beside_bytes) / (bytes / 2 + 1) + 1;
  if (parts_of_rows > parts) parts = parts_of_rows;
  uint64_t rules = bytes / 4 / (parts * SPILL_EXTENT_BYTES + rows / 8 + sizeof(rule_parts));
  uint64_t of_disk = room / 2 / (rows * SPILL_ITEM_DISK_BYTES + 1);
  if (of_disk < rules) rules = of_disk;
  return rules < 1 ? 1 : rules > group_rules_max ? group_rules_max : (size_t)rules;
}

static uint64_t parted_bytes(const feature_table *table, uint64_t rows) { return rows * (sizeof(uint32_t) + table->layout.stride); }

/* Of what the disk has left rows take so much, for the result has to have room beside them. */
static uint64_t room_of_rows(uint64_t room) { return room / 4 * 3; }

uint64_t partition_disk_bytes(const walk_options *walk, uint64_t bytes, uint64_t room, const rule_facts *facts) {
  const feature_table *table = walk->table;
  const size_t rules = walk->schema->rule_count, at_once = rules_at_once(table, bytes, room);
  const uint64_t sorter_parts = spill_sorter_parts(table->count, bytes / 4);
  uint64_t most = 0;
  for (size_t first = 0; first < rules; first += at_once) {
    uint64_t keys = 0, rows = 0;
    for (size_t r = first; r < rules && r < first + at_once; r++) {
      uint64_t parts = facts[r].rows_paired * (table->layout.stride + row_beside_bytes) / (bytes / 2 + 1) + 1;
      uint64_t of_rule = parted_bytes(table, facts[r].rows_paired) + parts * SPILL_EXTENT_BYTES / 2; /* the last extent of each is half empty */
      rows = rows && rows + of_rule > room_of_rows(room) ? of_rule : rows + of_rule;
      keys += facts[r].rows * SPILL_ITEM_DISK_BYTES + sorter_parts * SPILL_EXTENT_BYTES / 2;
      if (rows > most) most = rows;
    }
    if (keys > most) most = keys;
  }
  return most;
}

/* How many of the rules from `first` on have their rows on disk at once. Fewer cost more passes over the rows. */
static size_t rules_on_disk(const partition_job *job, size_t first) {
  const uint64_t room = room_of_rows(spill_room_bytes(job->in->file));
  uint64_t bytes = 0;
  size_t end = first;
  for (; end < job->rule_count; end++) {
    uint64_t rows = 0;
    for (size_t b = 0; b < bucket_count; b++) rows += job->rules[end].buckets[b];
    bytes += parted_bytes(table_of(job), rows);
    if (end > first && bytes > room) break;
  }
  return end - first;
}

static void free_rules(partition_job *job) {
  for (size_t r = 0; job->rules && r < job->rule_count; r++) {
    rule_parts *rule = &job->rules[r];
    spill_sorter_close(&rule->sorter);
    region_unmap(&rule->partners);
    for (size_t p = 0; rule->parts && p < rule->part_count; p++) spill_discard(job->in->file, &rule->parts[p]);
    mem_free(rule->parts);
    mem_free(rule->part_rows);
  }
  mem_free(job->rules);
}

static khop_status do_group(partition_job *job, khop_error *err) {
  khop_status status = KHOP_OK;
  job->rules = mem_alloc(job->rule_count, sizeof *job->rules);
  if (!job->rules) return error_memory(err, job->rule_count * sizeof *job->rules, "blocking keys");
  for (size_t r = 0; r < job->rule_count; r++) job->rules[r].rule = job->first_rule + r;
  TRY_CLEANUP(find_partners(job, err));
  for (size_t done = 0, count; done < job->rule_count; done += count) {
    partition_job some = *job;
    some.first_rule += done;
    some.rules += done;
    some.rule_count = count = rules_on_disk(job, done);
    TRY_CLEANUP(make_parts(&some, err));
    TRY_CLEANUP(walk_parts(&some, err));
    job->facts = some.facts;
  }
cleanup:
  free_rules(job);
  return status;
}

khop_status partition_rules(const partition_input *in, partition_facts *out_facts, khop_error *err) {
  const size_t rules = in->walk->schema->rule_count;
  partition_job job = {.in = in, .is_sample = in->share < 1,
                       .threshold = in->share < 1 ? (uint64_t)(in->share * 0x1p64) : UINT64_MAX};
  khop_status status = KHOP_OK;
  for (job.first_rule = in->first_rule; status == KHOP_OK && job.first_rule < rules; job.first_rule += job.rule_count) {
    const size_t at_once = rules_at_once(in->walk->table, in->bytes, spill_room_bytes(in->file));
    job.rule_count = rules - job.first_rule < at_once ? rules - job.first_rule : at_once;
    job.rules = NULL;
    status = do_group(&job, err);
  }
  *out_facts = job.facts;
  return status;
}
