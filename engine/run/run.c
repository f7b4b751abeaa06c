/* Opening and closing a run. See run.h. */
#include "run/run.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "feature/feature.h"
#include "model/train.h"
#include "run/changes.h"
#include "run/checkpoint.h"
#include "run/date_orders.h"
#include "run/golden.h"
#include "run/quality.h"
#include "run/spill.h"
#include "run/suggest.h"

enum { block_rows_default = 300, window_rows = 100, batch_bytes = 1 << 20 };
_Static_assert((int)SCHEMA_BLOCK_ROWS_MAX == (int)BATCH_ROWS, "a block is a batch at most");

void khop_options_init(khop_options *options) { *options = (khop_options){.max_rejected = 0.01, .write = KHOP_WRITE_DEFAULT, .checkpoint_every_s = 30}; }

void khop_link_options_init(khop_link_options *options) {
  *options = (khop_link_options){.kind = KHOP_LINK_BY_SCHEMA};
  khop_options_init(&options->all);
}

static khop_status check_targets(const khop_options *o, khop_error *err) {
  if (!(o->target_precision >= 0 && o->target_precision < 1)) return error_set(err, KHOP_USAGE, "--precision: %g is not a share below 1", o->target_precision);
  if (!(o->target_recall >= 0 && o->target_recall < 1)) return error_set(err, KHOP_USAGE, "--recall: %g is not a share below 1", o->target_recall);
  int targets = (o->target_precision > 0) + (o->target_recall > 0) + o->best_f1 + (o->match_threshold > 0);
  if (targets > 1) return error_set(err, KHOP_USAGE, "--match, --precision, --recall and --best-f1 each set the match threshold: only one of them");
  return KHOP_OK;
}

static khop_status check_options(run *r, bool writes, khop_error *err) {
  khop_options *o = &r->options;
  if (writes && !o->output) return error_set(err, KHOP_USAGE, "no output directory: say -o OUT");
  if (!(o->max_rejected >= 0 && o->max_rejected <= 1)) return error_set(err, KHOP_USAGE, "--max-rejected: %g is not between 0 and 1", o->max_rejected);
  if (!(o->match_threshold >= 0 && o->match_threshold < 1)) return error_set(err, KHOP_USAGE, "--match: %g is not a probability below 1", o->match_threshold);
  if (!(o->review_threshold >= 0 && o->review_threshold < 1)) return error_set(err, KHOP_USAGE, "--review: %g is not a probability below 1", o->review_threshold);
  TRY(check_targets(o, err));
  if (o->match_threshold > 0 && o->review_threshold > o->match_threshold) {
    return error_set(err, KHOP_USAGE, "--review: %g is above --match %g", o->review_threshold, o->match_threshold);
  }
  if (o->labels && (o->model || o->untrained)) return error_set(err, KHOP_USAGE, "--labels: there is nothing to train with %s", o->model ? "--model" : "--untrained");
  if (o->model && o->untrained) return error_set(err, KHOP_USAGE, "--model and --untrained: one of them at most");
  if (o->block_rows_max > BATCH_ROWS) return error_set(err, KHOP_USAGE, "--block-rows: %zu, at most %d", o->block_rows_max, BATCH_ROWS);
  if (o->block_rows_max == 1) return error_set(err, KHOP_USAGE, "--block-rows: 1, at least 2");
  if (o->threads > 1024) return error_set(err, KHOP_USAGE, "--threads: %u, at most 1024", o->threads);
  if (o->linkage && linkage_find(o->linkage) == LINKAGE_COUNT) {
    return error_set(err, KHOP_USAGE, "--linkage: %.40s is none of single, complete and average", o->linkage);
  }
  if (!o->threads) o->threads = cpu_count();
  if (!o->memory_bytes) o->memory_bytes = memory_available_bytes() / 5 * 4;
  return KHOP_OK;
}

static khop_status choose_schema(run *r, khop_error *err) {
  if (r->options.schema) return schema_load(&r->schema, r->options.schema, err);
  const input_source *first = input_source_at(r->input, 0);
  const char *name = NULL;
  TRY(schema_detect(first->columns, first->column_count, &name, err));
  if (!name) return error_set(err, KHOP_USAGE, "%s: the columns fit no built-in schema: say --schema", first->name);
  r->schema_detected = true;
  return schema_load(&r->schema, name, err);
}

static khop_status map_columns(run *r, khop_error *err) {
  size_t sources = input_source_count(r->input), fields = r->schema->field_count;
  r->columns = mem_alloc(sources * fields, sizeof *r->columns);
  column_override *overrides = mem_alloc(r->options.map_count, sizeof *overrides);
  khop_status status = KHOP_OK;
  if (!r->columns || !overrides) {
    status = error_memory(err, sources * fields * sizeof *r->columns, "column map");
    goto cleanup;
  }
  for (size_t i = 0; i < r->options.map_count; i++) {
    overrides[i] = (column_override){.field = r->options.maps[i].field, .column = r->options.maps[i].column};
  }
  int id_field = r->schema->id_field;
  for (size_t s = 0; s < sources; s++) {
    const input_source *source = input_source_at(r->input, s);
    int *columns = r->columns + s * fields;
    TRY_CLEANUP(columns_match(r->schema, source->columns, source->column_count, source->name, overrides,
                              r->options.map_count, columns, err));
    if (id_field >= 0 && columns[id_field] == COLUMN_NONE) id_field = -1;
  }
  r->id_fields[0] = id_field;
cleanup:
  mem_free(overrides);
  return status;
}

static bool has_columns(const run *r, const schema_rule *rule, size_t source) {
  const int *columns = r->columns + source * r->schema->field_count;
  for (size_t p = 0; p < rule->part_count; p++) {
    if (columns[rule->parts[p].field] == COLUMN_NONE) return false;
  }
  return true;
}

static unsigned purposes_of(const run *r) {
  unsigned purposes = (r->only_finds ? 0 : FEATURE_FOR_MATCHING) | (r->counts_findings ? FEATURE_FOR_FINDINGS : 0);
  return purposes | ((r->options.write | r->planned) & KHOP_WRITE_CONTRADICTIONS ? FEATURE_FOR_CONTRADICTIONS : 0);
}

static khop_status make_layout(run *r, khop_error *err) {
  field_registers registers = {0};
  if (r->link) run_field_registers(r, &registers);
  return feature_layout_make_for(&r->table.layout, r->schema, purposes_of(r), &registers, err);
}

/* Is there a rule that has all of its columns in this register and, of several, in another one? */
static bool has_rule(const run *r, size_t side) {
  for (size_t i = 0; i < r->schema->rule_count; i++) {
    const schema_rule *rule = &r->schema->rules[i];
    if (!has_columns(r, rule, r->first_source[side])) continue;
    if (!r->link) return true;
    for (size_t other = 0; other < run_side_count(r); other++) {
      if (other != side && has_columns(r, rule, r->first_source[other])) return true;
    }
  }
  return false;
}

static khop_status require_rules(const run *r, khop_error *err) {
  if (r->schema->rule_count) return KHOP_OK;
  return error_set(err, KHOP_USAGE, "schema %s has no blocking rules: khop train --suggest-rules looks for some", r->schema->name);
}

/* At least one blocking rule must find all of its columns, or nothing would ever be compared. */
static khop_status check_rules(const run *r, khop_error *err) {
  size_t side = 0;
  TRY(require_rules(r, err));
  while (side < run_side_count(r) && has_rule(r, side)) side++;
  if (side == run_side_count(r)) return KHOP_OK;
  return error_set(err, KHOP_USAGE, "%s: no blocking rule of schema %s has all of its columns%s: map them with --%smap field=column",
                   input_source_at(r->input, r->first_source[side])->name, r->schema->name, r->link ? " here and in another register" : "",
                   r->link ? "left-" : "");
}

static khop_status check_report(khop_options *o, khop_error *err) {
  if (!o->language) o->language = "vi";
  if (strcmp(o->language, "vi") != 0 && strcmp(o->language, "en") != 0) {
    return error_set(err, KHOP_USAGE, "--lang: %.40s is neither vi nor en", o->language);
  }
  if (o->write & KHOP_WRITE_REPORT && !report_available()) {
    return error_set(err, KHOP_USAGE, "--write: report.html is not in this build of khop (KHOP_REPORT=OFF)");
  }
  return KHOP_OK;
}

/* What --today says, else what is in *out, else the day of the run: as feature dates. */
static khop_status choose_today(const khop_options *o, uint32_t *out, khop_error *err) {
  if (!o->today && *out) return KHOP_OK; /* of the run that this one goes on from */
  if (!o->today) {
    struct tm day;
    const time_t now = time(NULL);
    localtime_r(&now, &day);
    *out = (uint32_t)(day.tm_year + 1900) << 9 | (uint32_t)(day.tm_mon + 1) << 5 | (uint32_t)day.tm_mday;
    return KHOP_OK;
  }
  date_value date;
  normalise_date(o->today, strlen(o->today), &date);
  if (!date.valid || !date.day) return error_set(err, KHOP_USAGE, "--today: %.40s is not a day such as 2025-07-31", o->today);
  *out = (uint32_t)date.year << 9 | (uint32_t)date.month << 5 | date.day;
  return KHOP_OK;
}

/* After check_report. */
static finding_language language_of(const khop_options *o) { return strcmp(o->language, "en") == 0 ? FINDING_ENGLISH : FINDING_VIETNAMESE; }

/* What a job writes, and what its rows are made for. */
static khop_status choose_results(run *r, run_kind kind, khop_error *err) {
  unsigned *write = &r->options.write;
  TRY(check_report(&r->options, err));
  if (*write & KHOP_WRITE_DEFAULT) {
    *write |= KHOP_WRITE_IDS | (report_available() ? KHOP_WRITE_REPORT : 0) | (r->options.skip_store ? 0 : KHOP_WRITE_CONTRADICTIONS);
  }
  if (kind == RUN_FINDS) *write = KHOP_WRITE_IDS | (*write & KHOP_WRITE_REPORT);
  if (!r->link) *write &= ~(unsigned)KHOP_WRITE_CONTRADICTIONS;
  if (kind == RUN_PLANS) r->planned = *write;
  if (kind != RUN_FINDS && kind != RUN_WRITES) *write = 0;
  if ((*write | r->planned) & KHOP_WRITE_CONTRADICTIONS && r->options.skip_store) {
    return error_set(err, KHOP_USAGE, "--write contradictions: values come from the store: leave out --no-store");
  }
  return run_finds(r) ? findings_init(&r->findings, r->options.output, language_of(&r->options), err) : KHOP_OK;
}

static khop_status plan_comparisons(run *r, khop_error *err) {
  TRY(compare_plan_make(&r->plan, r->schema, err));
  TRY(conflict_plan_create(&r->conflicts, r->schema, err));
  return run_read_frequencies(r, err);
}

static void plan_walk(run *r) {
  if (!r->options.block_rows_max) r->options.block_rows_max = r->schema->block_rows ? r->schema->block_rows : block_rows_default;
  r->walk = (walk_options){.schema = r->schema, .table = &r->table, .block_rows_max = r->options.block_rows_max, .window = window_rows,
                           .keys = &r->keys};
}

const address_book *run_places(const run *r) {
  if (!run_finds(r) || r->schema->place_field < 0) return NULL;
  return r->book ? r->book : r->table.layout.book;
}

static khop_status open_places(run *r, khop_error *err) {
  if (!run_finds(r) || r->schema->place_field < 0) return KHOP_OK;
  findings_expect_units(&r->findings);
  return r->table.layout.book ? KHOP_OK : address_book_create(&r->book, err);
}

static khop_status open_all(run *r, run_kind kind, khop_error *err) {
  const khop_options *options = &r->options;
  r->has_output_directory = kind == RUN_WRITES || kind == RUN_FINDS;
  r->only_finds = kind == RUN_FINDS;
  if (options->input_count == 0) return error_set(err, KHOP_USAGE, "no input file");
  TRY(check_options(r, r->has_output_directory, err));
  TRY(cpu_level_choose(&r->level, err));
  r->needs_memory = kind == RUN_SUGGESTS;
  TRY(choose_results(r, kind, err));
  r->counts_findings = run_finds(r) || (r->planned & (KHOP_WRITE_IDS | KHOP_WRITE_QUALITY));
  progress_start(&r->progress, &r->options);
  const input_options in = {.paths = options->inputs, .path_count = options->input_count, .delimiter = options->delimiter, .batch_bytes = batch_bytes,
                            .charset = options->charset, .wants_evidence = kind == RUN_INSPECTS, .control = options->control};
  if (!r->schema && options->schema) TRY(schema_load(&r->schema, options->schema, err));
  TRY(input_open(&r->input, &in, err));
  if (!r->schema || r->link) TRY(r->link ? run_choose_sides(r, err) : choose_schema(r, err));
  TRY(r->link ? run_map_sides(r, err) : map_columns(r, err));
  if (r->options.write & KHOP_WRITE_GOLDEN) TRY(golden_check(r, err));
  if (r->options.write & KHOP_WRITE_QUALITY) TRY(quality_check(r, err));
  if (kind == RUN_WRITES || kind == RUN_FINDS) TRY(changes_check(r, kind == RUN_FINDS ? "ids" : r->link ? "link" : "dedupe", err));
  TRY(date_orders_find(r->input, r->schema, r->columns, &r->month_first, err));
  if (kind != RUN_SUGGESTS && kind != RUN_FINDS && kind != RUN_INSPECTS) TRY(check_rules(r, err));
  TRY(kind == RUN_SUGGESTS ? suggest_layout(r, err) : make_layout(r, err));
  uint32_t today = options->resume && r->has_output_directory ? checkpoint_today(options->output) : 0;
  r->options.force |= today != 0;
  TRY(choose_today(options, &today, err));
  finding_rules_make(&r->finding_rules, r->schema, &r->table.layout, today, language_of(&r->options));
  TRY(open_places(r, err));
  if (kind != RUN_FINDS) TRY(plan_comparisons(r, err));
  TRY(records_init(&r->records, input_source_count(r->input), err));
  TRY(pool_create(&r->workers, r->options.threads, err));
  pool_watch(r->workers, r->options.control);
  plan_walk(r);
  return KHOP_OK;
}

khop_status run_open(run *r, const khop_options *options, run_kind kind, khop_error *err) {
  memset(r, 0, sizeof *r);
  r->options = *options;
  TRY(open_all(r, kind, err));
  return kind == RUN_INSPECTS ? KHOP_OK : run_tell_columns(r, err); /* inspect has a line a column */
}

khop_status run_open_known(run *r, const khop_options *options, schema *known, run_kind kind, khop_error *err) {
  memset(r, 0, sizeof *r);
  r->options = *options;
  r->schema = known;
  return open_all(r, kind, err);
}

khop_status run_open_link(run *r, const khop_link_options *options, run_kind kind, khop_error *err) {
  memset(r, 0, sizeof *r);
  r->options = options->all;
  r->link = options;
  TRY(run_place_registers(r, err));
  TRY(open_all(r, kind, err));
  return run_tell_columns(r, err);
}

khop_status run_sort_buffers(run *r, khop_error *err) {
  TRY(region_map(&r->items, r->table.count * sizeof(sort_item), "sort buffers", err));
  return region_map(&r->scratch, r->table.count * sizeof(sort_item), "sort buffers", err);
}

_Static_assert(KEY_GROUP_RULES * sizeof(keyed_row) >= sizeof(record_origin), "keys need more than origins");

/* A mask and a place. Buckets and the keys that were met again (findings/search.h) stand in the place of blocking keys, which are gone by then;
 * of registers with many numbers, where more keys may be, room is kept as if all of them were sorted. */
static uint64_t finding_bytes(const run *r, uint64_t keys_bytes) {
  uint64_t sorted = r->finding_rules.number_count * 2 * sizeof(sort_item), place = keys_bytes + 2 * sizeof(sort_item);
  if (!r->counts_findings) return 0;
  return sizeof(uint32_t) + sizeof(uint16_t) + (sorted > place ? sorted - place : 0);
}

/* A tenth or so of the records of one register are in a pair, of linked registers most are: half as many pairs, and room beside them. */
uint64_t run_known_pairs(const run *r, uint64_t rows) { return r->link ? rows : rows / 4; }

uint64_t run_memory_needed(const run *r, uint64_t rows) {
  const uint64_t id_bytes = 16, growth_numerator = 5, growth_denominator = 4;
  uint64_t table = rows * r->table.layout.stride * growth_numerator / growth_denominator;
  const uint64_t keys_bytes = KEY_GROUP_RULES * sizeof(keyed_row); /* where the origins were: they are gone by then */
  const uint64_t best_bytes = r->link ? sizeof(best_pair) : 0;
  uint64_t beside = rows * (best_bytes + finding_bytes(r, keys_bytes) + id_bytes + sizeof(uint64_t) + keys_bytes + 2 * sizeof(sort_item) + 3 * sizeof(uint32_t));
  return RUN_FIXED_BYTES + table + beside + 2 * sizeof(uint64_t) * run_known_pairs(r, rows) + (uint64_t)r->options.threads * RUN_SLOT_BYTES;
}

/* A pair with room to grow, and its copy while sorting. */
uint64_t run_pairs_memory(uint64_t pairs) { return pairs * 2 * sizeof(sort_item); }

/* The budget counts memory for growth, a full copy while sorting and every buffer at its largest; little of that is touched. */
uint64_t run_memory_expected(const run *r, uint64_t rows, uint64_t pairs) {
  const uint64_t fixed = 16 << 20, bytes_per_thread = 3 << 20, stride = r->table.layout.stride, finding_row = r->counts_findings ? 34 : 0 /* measured */;
  const uint64_t budgeted = rows ? (run_memory_needed(r, rows) - run_memory_needed(r, 0)) / rows : 0;
  const uint64_t untouched = stride / 4 + sizeof(sort_item) + 3 * sizeof(uint32_t);
  return fixed + r->options.threads * bytes_per_thread + rows * (budgeted - untouched + finding_row) + run_pairs_memory(pairs);
}

khop_status run_refuse_budget(const run *r, uint64_t count, const char *what, uint64_t needed_bytes, khop_error *err) {
  const uint64_t budget = r->options.memory_bytes, mebibyte = 1 << 20;
  bool is_small = budget < mebibyte;
  return error_set(err, KHOP_ENVIRONMENT, "--memory: %llu %s is too little: %llu %s need %llu MiB",
                   (unsigned long long)(is_small ? budget : budget / mebibyte), is_small ? "bytes" : "MiB",
                   (unsigned long long)count, what, (unsigned long long)(needed_bytes / mebibyte) + 1);
}

static double all_pairs(const run *r) { return registers_pairs(&r->walk.registers, r->link ? r->register_rows : &r->live_rows); }

static double pairs_per_record(const run *r) { return r->live_rows > 1 ? all_pairs(r) / (double)r->live_rows : 0; }

/* A model of another register: there may be as many duplicates per record in this one, but not per pair. */
static khop_status load_model(run *r, khop_error *err) {
  model here = {.pairs_per_record = pairs_per_record(r)};
  TRY(model_load(&r->model, r->schema, r->options.model, err));
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) {
    char name[SCHEMA_PART_NAME_BYTES];
    if (!r->model.frequency_tables[term] || r->references[term].count) continue;
    schema_term_name(r->schema, term, name);
    return error_set(err, KHOP_USAGE, "%s: field %s was judged by a table of frequencies: say --frequencies %s=FILE", r->options.model, name, name);
  }
  model_as_written(&here);
  model_set_pairs(&r->model, here.pairs_per_record);
  return KHOP_OK;
}

/* Labels of pairs that are not in the register are a mistake: the file is of another one, or ids were cut. */
static khop_status read_labels(run *r, training_label **out_labels, size_t *out_count, khop_error *err) {
  decisions d;
  *out_count = 0;
  *out_labels = NULL;
  if (!r->options.labels) return KHOP_OK;
  TRY(decisions_read(&d, r->options.labels, &r->records, &r->table, err));
  training_label *labels = mem_alloc(d.count, sizeof *labels);
  khop_status status = labels ? KHOP_OK : error_memory(err, d.count * sizeof *labels, "labels");
  if (status == KHOP_OK && d.unknown) {
    status = error_set(err, KHOP_INPUT, "%s: line %llu: a record that the register does not have; %llu such lines", r->options.labels,
                       (unsigned long long)d.unknown_lines[0], (unsigned long long)d.unknown);
  }
  for (size_t i = 0; status == KHOP_OK && i < d.count; i++) {
    labels[i] = (training_label){.left = d.items[i].left, .right = d.items[i].right, .is_match = d.items[i].is_must};
  }
  *out_count = status == KHOP_OK ? d.count : 0;
  *out_labels = labels;
  decisions_free(&d);
  return status;
}

static khop_status train(run *r, khop_error *err) {
  train_input in = {.walk = &r->walk, .plan = &r->plan, .level = r->level, .workers = r->workers, .items = r->items.data,
                    .scratch = r->scratch.data, .seed = r->options.seed, .agreement = r->agreement, .live_rows = r->live_rows,
                    .all_pairs = all_pairs(r), .spill_bytes = r->spill ? run_spill_bytes(r) : 0};
  training_label *labels;
  khop_status status = read_labels(r, &labels, &in.label_count, err);
  in.labels = labels;
  if (status == KHOP_OK) status = model_train(&r->model, &in, err);
  mem_free(labels);
  return status;
}

/* A model from a file says how often words agree in the register that it was trained on, where it weighs them. */
static void keep_frequencies(run *r) {
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) {
    double *agreement = &r->model.word_agreement[term];
    r->model.frequency_tables[term] = r->references[term].count > 0;
    if (schema_term_part(term) != TERM_WHOLE && *agreement <= 0) *agreement = r->agreement[term];
  }
}

/* Once r->agreement is known. */
static khop_status make_model(run *r, khop_error *err) {
  model_from_schema(&r->model, r->schema, r->live_rows);
  if (r->link) model_set_prior(&r->model, r->schema->expected_duplicates * (double)r->live_rows / all_pairs(r));
  if (r->options.model) {
    TRY(load_model(r, err));
  } else if (!r->options.untrained) {
    TRY(train(r, err));
  }
  if (r->options.match_threshold > 0) r->model.match_threshold = r->options.match_threshold;
  if (r->options.review_threshold > 0) r->model.review_threshold = r->options.review_threshold;
  /* One of them was given: the other must not stand between it and its pairs. */
  if (r->model.review_threshold > r->model.match_threshold) r->model.review_threshold = r->model.match_threshold;
  keep_frequencies(r);
  r->model.pairs_per_record = pairs_per_record(r);
  model_as_written(&r->model);
  return KHOP_OK;
}

khop_status run_train(run *r, khop_error *err) {
  progress_phase(&r->progress, "train", "rules", 0);
  frequency_list *lists = r->store ? r->frequencies : NULL;
  TRY(r->spill ? feature_frequencies_spilled(&r->table, r->workers, run_spill_bytes(r) / 2, r->references, r->agreement, lists, err)
               : feature_frequencies(&r->table, r->workers, r->references, r->agreement, lists, err));
  return checkpoint_has_model(r) ? KHOP_OK : make_model(r, err);
}

/* ---- without records ------------------------------------------------------------------------------------------ */

static khop_status list_common_words(run *r, khop_error *err) {
  for (size_t f = 0; f < r->table.layout.field_count; f++) {
    const frequency_reference *of_words = feature_common_reference(r->references, f);
    bool is_asked = of_words && feature_has_common(&r->table.layout.slots[f]);
    if (is_asked) TRY(feature_common_listed(of_words, f, &r->frequencies[FREQUENCY_COMMON], err));
  }
  return KHOP_OK;
}

khop_status run_open_empty(run *r, const khop_options *options, uint64_t record_count, khop_error *err) {
  enum { records_usual = 1000000 };
  memset(r, 0, sizeof *r);
  r->options = *options;
  r->options.untrained = !options->model;
  TRY(check_options(r, false, err));
  TRY(schema_load(&r->schema, options->schema, err));
  TRY(require_rules(r, err));
  r->id_fields[0] = r->schema->id_field;
  TRY(feature_layout_make(&r->table.layout, r->schema, err));
  TRY(plan_comparisons(r, err));
  plan_walk(r);
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) r->agreement[term] = r->references[term].agreement;
  TRY(list_common_words(r, err));
  r->live_rows = record_count || options->model ? record_count : records_usual;
  TRY(make_model(r, err));
  r->live_rows = 0;
  return KHOP_OK;
}

void run_training_facts(const run *r, khop_training *out) {
  const model *m = &r->model;
  *out = (khop_training){.iterations = m->em_iterations, .change = m->em_change, .matches = m->training_matches,
                         .random_pairs = m->random_pairs, .candidate_pairs = m->training_pairs};
  snprintf(out->state, sizeof out->state, "%s", training_state_name(m->state));
  for (size_t c = 0; c < m->comparison_count; c++) {
    for (size_t l = 1; l < m->comparisons[c].level_count; l++) out->constrained_levels += m->comparisons[c].levels[l].constrained;
  }
  out->correlated = m->correlated_count;
  if (!m->correlated_count) return;
  const correlated_pair *most = &m->correlated[0];
  out->correlated_bits = most->overstated_bits;
  snprintf(out->correlated_names[0], sizeof out->correlated_names[0], "%s", r->schema->comparisons[most->first].name);
  snprintf(out->correlated_names[1], sizeof out->correlated_names[1], "%s", r->schema->comparisons[most->second].name);
}

void run_close(run *r) {
  if (r->leaves_store) store_writer_leave(r->store);
  else store_writer_free(r->store);
  mem_free(r->store_path);
  mem_free(r->conflicts);
  findings_free(&r->findings);
  place_counts_free(&r->places);
  address_book_free(r->book);
  feature_table_free(&r->table);
  records_free(&r->records);
  spill_close(r->spill);
  region_unmap(&r->items);
  region_unmap(&r->scratch);
  key_set_free(&r->split_keys);
  key_set_free(&r->window_keys);
  mem_free(r->errors);
  for (size_t i = 0; i < FREQUENCY_LISTS; i++) mem_free(r->frequencies[i].items);
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) mem_free(r->references[term].items);
  key_group_free(&r->keys);
  pool_free(r->workers);
  mem_free(r->columns);
  mem_free(r->month_first);
  mem_free(r->best);
  for (size_t side = 0; side < KHOP_REGISTERS_MAX; side++) schema_free(r->side_schemas[side]);
  schema_free(r->schema);
  input_close(r->input);
  memset(r, 0, sizeof *r);
}
