/* A run: what all jobs share, from options to the table of features.
 *
 *   run_open     checks options, opens the input, loads the schema, maps columns
 *   run_read     reads, normalises and stores every record (read.c)
 *   run_write_identifiers   the store's identifier tables (identifiers.c)
 *   run_train    model from file, from EM, or the schema's own (train in model/)
 *   run_match    rule by rule: sort, walk, compare, keep (match.c)
 *   run_open_store, run_write_outputs ...   what is around it (results.c)
 *   run_close    frees everything, removes what was not finished
 *
 * dedupe.c, plan.c and inspect.c put these together.
 */
#ifndef KHOP_RUN_RUN_H
#define KHOP_RUN_RUN_H

#include "base/control.h"
#include "base/piece.h"
#include "block/partition.h"
#include "block/walk.h"
#include "cluster/clusters.h"
#include "findings/findings.h"
#include "findings/places.h"
#include "findings/causes.h"
#include "index/store.h"
#include "input/input.h"
#include "model/errors.h"
#include "model/score.h"
#include "output/outputs.h"
#include "output/results.h"
#include "run/progress.h"
#include "run/store_trial.h"

typedef struct checkpoint checkpoint; /* checkpoint.h */

#define RUN_BEST_PROBABILITY 0.001 /* a pair that is less probable is nobody's candidate */

/* Memory that a budget allows every run, and each thread for reading. */
enum { RUN_FIXED_BYTES = 48 << 20, RUN_SLOT_BYTES = 24 << 20 };

typedef struct run {
  khop_options options; /* defaults filled in */
  cpu_level level;
  pool *workers;
  progress progress;

  schema *schema;
  bool schema_detected;
  const khop_link_options *link; /* NULL: one register */
  schema *side_schemas[KHOP_REGISTERS_MAX]; /* of linked registers, where they differ from `schema`: what names their columns */
  char side_names[KHOP_REGISTERS_MAX][KHOP_REGISTER_NAME_BYTES];
  size_t first_source[KHOP_REGISTERS_MAX + 1]; /* of each linked register, then the number of sources */
  input *input;
  int *columns; /* source x field: column or COLUMN_NONE */
  uint64_t *month_first; /* per source: a bit for each date field that is written month first */
  int id_fields[KHOP_REGISTERS_MAX]; /* by register; -1: records are named FILE:LINE */

  feature_table table;
  records records;
  findings findings;   /* where ids.csv is wanted: run_finds */
  finding_rules finding_rules;
  address_book *book;           /* where findings are counted by place and rows need none; else NULL */
  place_counts places;        /* after run_find */
  uint64_t rows;      /* read, rejected ones included */
  uint64_t live_rows; /* indexed */
  uint64_t register_rows[KHOP_REGISTERS_MAX]; /* of them, of each linked register */
  best_pair *best;       /* of each row of linked registers */
  uint64_t input_hash; /* over all batches, in order */

  store_writer *store; /* NULL when skipped */
  store_trial *trial;  /* instead of it, of a plan: what it would cost */
  char *store_path;
  uint64_t packed_rows, packed_bytes; /* of the records that went to it */

  compare_plan plan;
  conflict_plan *conflicts; /* the same with what the schema forbids within a cluster */
  walk_options walk;
  model model;
  region items, scratch; /* sort buffers, one item a row */
  key_set split_keys, window_keys;
  frequency_list frequencies[FREQUENCY_LISTS]; /* where there is a store */
  key_group keys; /* of training and matching */
  rule_facts facts[SCHEMA_RULES_MAX];
  frequency_reference references[SCHEMA_TERMS_MAX]; /* of terms that have a table (frequency_tables.c) */
  double agreement[SCHEMA_TERMS_MAX]; /* of feature_frequencies */
  level_counts reasons;  /* compared pairs by reason */
  error_counts *errors;  /* of the compared pairs */
  int witness;           /* the comparison that they were checked by, -1: none */
  unsigned match_bin;    /* of the weights in `errors`, from which on a pair is a match */
  bool target_reached;

  checkpoint *checkpoint; /* NULL: of a job that leaves none */
  bool resumed;           /* reading was taken from an unfinished run */
  size_t resumed_rules;   /* likewise blocking rules, and the pairs that they compare */
  uint64_t resumed_pairs;
  bool leaves_store;      /* unfinished, for another run to go on from */

  spill_file *spill; /* NULL: all is in memory. Else rows and ids are there, and there are no sort buffers (spill.h) */
  partition_facts spilled;
  bool needs_memory;         /* nothing may go to a file */
  bool has_output_directory; /* options.output is one */
  bool only_finds;           /* RUN_FINDS */
  unsigned planned;          /* of a plan: what the run would write, KHOP_WRITE_...; options.write is 0 then */
  bool counts_findings;      /* rows hold what findings want, memory is counted for them: run_finds, or a plan of such a run */
} run;

typedef enum run_kind {
  RUN_READS,
  RUN_PLANS,   /* likewise, and tells what a run that writes would take */
  RUN_WRITES,  /* has an output directory */
  RUN_FINDS,   /* likewise, and matches nothing: rows hold what findings want */
  RUN_INSPECTS, /* wants to know why a charset was found */
  RUN_SUGGESTS  /* looks for blocking rules: need have none */
} run_kind;

/* Everything up to the first row. On failure run_close is still to be called. */
khop_status run_open(run *r, const khop_options *options, run_kind kind, khop_error *err);
/* The same by a schema that is already there; the run takes it. */
khop_status run_open_known(run *r, const khop_options *options, schema *known, run_kind kind, khop_error *err);
/* A run over no records, as far as its model: what a living store is made of that begins empty. Of the options schema, model,
 * frequencies, thresholds, linkage, block_rows_max and qualify_ids count; without a model its schema's own weights do. `record_count`: how
 * many the prior is for; 0: as many as the model's, or 1,000,000. */
khop_status run_open_empty(run *r, const khop_options *options, uint64_t record_count, khop_error *err);
khop_status run_open_link(run *r, const khop_link_options *options, run_kind kind, khop_error *err);
/* Of linked registers (sides.c): which inputs are whose; their schemas; columns as run_open makes them. */
khop_status run_place_registers(run *r, khop_error *err);
khop_status run_choose_sides(run *r, khop_error *err);
khop_status run_map_sides(run *r, khop_error *err);
/* Which registers have a column for each field, once columns are there, and whose duplicates are looked for. */
void run_field_registers(const run *r, field_registers *out);
/* Which column of a source holds which field of its register's own schema `s`; `out_columns`: one a field. */
khop_status run_match_source(const run *r, const schema *s, size_t source, int *out_columns, khop_error *err);
/* A notice for each register some of whose columns no field is read from (columns_told.c). */
khop_status run_tell_columns(const run *r, khop_error *err);
static inline size_t run_side_count(const run *r) { return r->link ? r->link->register_count : 1; }
/* Entities are listed: of more than two registers, and where records of one are one of them. */
static inline bool run_has_entities(const run *r) {
  bool has = run_side_count(r) > 2;
  for (size_t side = 0; r->link && side < run_side_count(r); side++) has |= r->link->registers[side].dedupe;
  return has;
}
static inline size_t run_side_of_source(const run *r, size_t source) {
  size_t side = 0;
  while (side + 1 < run_side_count(r) && source >= r->first_source[side + 1]) side++;
  return side;
}
/* Is the report wanted? */
static inline bool run_reports(const run *r) { return (r->options.write & KHOP_WRITE_REPORT) != 0; }
/* Are findings wanted? */
/* The book of places that findings are counted by; NULL: the schema knows none, or nothing is looked for. */
const address_book *run_places(const run *r);
static inline bool run_finds(const run *r) { return (r->options.write & (KHOP_WRITE_IDS | KHOP_WRITE_QUALITY)) != 0; }
/* All rows into r->table and r->records; records into the store when there is one. Fails with
 * KHOP_INPUT when more rows are rejected than allowed (rejects are complete then). */
khop_status run_read(run *r, khop_error *err);
/* The same of what an unfinished run read: `take` appends it to r->table and r->records. */
typedef khop_status run_row_taker(run *r, piece_reader *from, khop_error *err);
khop_status run_take_rows(run *r, run_row_taker *take, piece_reader *from, khop_error *err);
/* Rejects records that have the id of an earlier one; the ids go to the store (record_ids.c). */
khop_status run_check_ids(run *r, khop_error *err);
/* The identifier tables of the store. */
khop_status run_write_identifiers(run *r, khop_error *err);
/* After matching: what the store needs so that a pair can be explained from it (store_facts.c). Tables before facts. */
khop_status run_write_store_tables(run *r, khop_error *err);
/* The matching pairs of one register: what its store needs to go on as a living one. Behind the tables. */
khop_status run_write_store_links(run *r, const kept_pairs *pairs, int32_t match, khop_error *err);
khop_status run_write_store_linkage(run *r, khop_error *err);
khop_status run_write_store_decisions(run *r, const decisions *decided, khop_error *err);
khop_status run_write_store_facts(run *r, khop_error *err);
/* The tables of term frequencies that the options and the schema name (frequency_tables.c). Faults name file and line. */
khop_status run_read_frequencies(run *r, khop_error *err);
/* Term frequencies and the model. */
khop_status run_train(run *r, khop_error *err);
void run_training_facts(const run *r, khop_training *out);
void run_close(run *r);

/* Sort buffers, once the number of rows is known. */
khop_status run_sort_buffers(run *r, khop_error *err);

/* Runs all rules; fills r->facts; writes the keys to the store. kept->items with mem_free. */
khop_status run_match(run *r, const score_tables *tables, kept_pairs *kept, khop_error *err);

/* Thresholds by intent (expected.c). Before matching: lets pairs pass that the chosen threshold may want. */
void run_widen_review(const run *r, score_tables *t);
/* After it: sets the match threshold that the options ask for, in `t` and the model, and drops pairs below review. */
void run_choose_threshold(run *r, score_tables *t, kept_pairs *kept);
void run_expect(const run *r, khop_expected *out);

/* The store to be written, unless it is skipped. */
khop_status run_open_store(run *r, khop_error *err);
/* run_read and run_write_identifiers; a run that fails for its input leaves the list of rejected rows. */
khop_status run_read_and_store(run *r, khop_error *err);
/* Rows by cluster, for clusters of two or more, into the sort buffer; the store wants them. Nothing without sort buffers:
 * then they are sorted when they are written. */
khop_status run_sort_members(run *r, const clusters *c, size_t *out_count, khop_error *err);
/* Findings of several records; then all of them are complete. `c` may be NULL (find.c). */
khop_status run_find(run *r, const clusters *c, khop_error *err);
/* After it, of linked registers: why the pairs that are links do not agree. Nothing where nothing was to be found. */
khop_status run_find_causes(run *r, const kept_pairs *pairs, bool (*is_link)(const void *context, size_t pair), const void *context,
                            link_causes *out, khop_link_summary *summary, khop_error *err);
/* What every result has; pairs, clusters and links are the caller's to add. */
result run_result(const run *r);
/* Rows, compared pairs, findings, and clusters (NULL: none were made). */
void run_summarise(const run *r, const clusters *c, khop_summary *out);
/* summary.json, and report.html where it is wanted. Ends the last phase: time and memory go into `summary`. `links` may be NULL. */
khop_status run_write_summary(run *r, outputs *o, const result *found, khop_summary *summary, const khop_link_summary *links, khop_error *err);
/* All wanted files and the store, which take their names together; the time goes into `summary`. `member_count` of
 * run_sort_members; `links` may be NULL. */
khop_status run_write_outputs(run *r, outputs *o, const result *found, size_t member_count, khop_summary *summary,
                              const khop_link_summary *links, khop_error *err);

/* changes.csv, when the lists that it compares are written (changes.h). */
khop_status run_write_changes(const run *r, outputs *o, khop_summary *summary, khop_error *err);

/* After a failure: what the whole result takes on the disk, at least, for error_disk_need; 0 where no disk is full (disk.c). */
uint64_t run_disk_need(const run *r, const outputs *o, const khop_error *err);
/* The end of a job that writes, however it went: what was not published goes, or is kept for another run; the failure says what was
 * missing, and what is kept. Closes both. */
void run_end(run *r, outputs *o, khop_status status, khop_error *err);
/* How many rows there will be: while it reads as many as the bytes to come make it. What the records of all will take in the
 * store, by those that went there; what so many rules' keys of so many rows will, at least. */
double run_rows_expected(const run *r);
double run_records_disk(const run *r);
double run_keys_disk(double rows, size_t rule_count);

/* Memory that a run over so many rows needs, in bytes, when all is in memory. */
uint64_t run_memory_needed(const run *r, uint64_t rows);
/* What such a run, with so many kept pairs, will really take when all is in memory. */
uint64_t run_memory_expected(const run *r, uint64_t rows, uint64_t pairs);
/* So many pairs that earlier rules find are remembered (block/pair_memory.h). */
uint64_t run_known_pairs(const run *r, uint64_t rows);
/* And that so many kept pairs need beside it, until they are written. */
uint64_t run_pairs_memory(uint64_t pairs);
/* "--memory: 512 MiB is too little: 12800000 rows need 1400 MiB" */
khop_status run_refuse_budget(const run *r, uint64_t count, const char *what, uint64_t needed_bytes, khop_error *err);

#endif
