/* khop index stats|get|verify. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"

enum { rows_shown_max = 1000 };

/* ---- stats ---------------------------------------------------------------------------------------- */

static khop_status run_stats(const arguments *a, khop_error *err) {
  khop_store *store = NULL;
  khop_store_stats stats;
  khop_status status = khop_store_open(&store, a->operands[0], err);
  if (status == KHOP_OK) status = khop_store_read_stats(store, &stats, err);
  if (status == KHOP_OK) {
    printf("schema         %s\n", khop_store_schema(store));
    printf("records        %s in %s clusters\n", show_count(stats.rows), show_count(stats.clusters));
    if (khop_store_living(store)) {
      printf("living         %s runs in %s segments, %s rows of records that were deleted or replaced\n", show_count(stats.runs),
             show_count(stats.segments), show_count(stats.dead_rows));
    }
    printf("file           %s, %.0f bytes a record\n", show_bytes(stats.bytes), stats.bytes_per_record);
    printf("records take   %s, clusters %s\n", show_bytes(stats.record_bytes), show_bytes(stats.cluster_bytes));
    printf("readers        %u other processes\n", stats.readers);
    if (stats.held_by) {
      printf("held           %s of files that were compacted or replaced, by %u processes that still read them\n", show_bytes(stats.held_bytes),
             stats.held_by);
    }
    printf("\n%-8s %14s %12s\n", "table", "postings", "bytes");
    for (size_t i = 0; i < stats.table_count; i++) {
      printf("%-8u %14s %12s\n", stats.tables[i].table, show_count(stats.tables[i].postings), show_bytes(stats.tables[i].bytes));
    }
  }
  khop_store_close(store);
  return status;
}

const command_spec command_index_stats = {
    .name = "index stats",
    .operands = "STORE",
    .summary = "sizes and counts of a record store",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){options_help, NULL},
    .run = run_stats};

/* ---- verify ---------------------------------------------------------------------------------------- */

static khop_status run_verify(const arguments *a, khop_error *err) {
  khop_store *store = NULL;
  khop_status status = khop_store_open(&store, a->operands[0], err);
  if (status == KHOP_OK) status = khop_store_verify(store, err);
  if (status == KHOP_OK) printf("whole          %s records checked\n", show_count(khop_store_row_count(store)));
  khop_store_close(store);
  return status;
}

const command_spec command_index_verify = {
    .name = "index verify",
    .operands = "STORE",
    .summary = "reads a whole record store and checks it",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){options_help, NULL},
    .run = run_verify};

/* ---- get -------------------------------------------------------------------------------------------- */

static khop_status print_record(khop_store *store, uint32_t row, khop_error *err) {
  khop_store_record *record = NULL;
  khop_status status = khop_store_get(store, row, &record, err);
  if (status != KHOP_OK) return status;
  printf("%s:%llu", record->source, (unsigned long long)record->line);
  if (record->cluster != KHOP_CLUSTER_NONE) printf("  cluster %u", record->cluster + 1);
  printf("\n");
  for (size_t f = 0; f < record->field_count; f++) {
    if (record->lengths[f]) printf("  %-18s %s\n", khop_store_field_name(store, f), record->fields[f]);
  }
  khop_free(record);
  return KHOP_OK;
}

static khop_status print_records(khop_store *store, const uint32_t *rows, size_t count, khop_error *err) {
  size_t shown = count < rows_shown_max ? count : rows_shown_max;
  for (size_t i = 0; i < shown; i++) {
    khop_status status = print_record(store, rows[i], err);
    if (status != KHOP_OK) return status;
  }
  if (shown < count) printf("(%s more)\n", show_count(count - shown));
  return KHOP_OK;
}

/* With --cluster, the whole cluster of the first record found. */
static khop_status widen_to_cluster(khop_store *store, uint32_t *rows, size_t *count, khop_error *err) {
  khop_store_record *record = NULL;
  khop_status status = khop_store_get(store, rows[0], &record, err);
  if (status != KHOP_OK) return status;
  uint32_t cluster = record->cluster;
  khop_free(record);
  if (cluster == KHOP_CLUSTER_NONE) return KHOP_OK;
  return khop_store_cluster_rows(store, cluster, rows, rows_shown_max, count, err);
}

static khop_status find_records(const arguments *a, khop_store *store, uint32_t *rows, size_t *count, khop_error *err) {
  const char *id = arguments_text(a, "--id"), *identifier = arguments_text(a, "--identifier");
  if (id) return khop_store_find_id(store, id, rows, rows_shown_max, count, err);
  return khop_store_find_identifier(store, identifier, rows, rows_shown_max, count, err);
}

/* Many of them: from a file or standard input to standard output. */
static khop_status get_many(const arguments *a, khop_error *err) {
  khop_get_options options = {.by_identifier = arguments_has(a, "--identifiers")};
  khop_get_summary summary = {0};
  khop_options signals; /* for its control */
  uint64_t threads = 0;
  const char *path = arguments_text(a, options.by_identifier ? "--identifiers" : "--ids");
  khop_options_init(&signals);
  khop_status status = arguments_count(a, "--threads", 1, 1024, &threads, err);
  if (status != KHOP_OK) return status;
  if (arguments_has(a, "--cluster")) return report_usage(err, "khop index get: --cluster goes with --id or --identifier");
  options.threads = (unsigned)threads;
  int input = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  if (input < 0) return report_usage(err, "%s: %s", path, strerror(errno));
  status = report_start(a, &signals, err);
  options.control = signals.control;
  if (status == KHOP_OK) status = khop_index_get(a->operands[0], &options, input, STDOUT_FILENO, &summary, err);
  report_end(&signals);
  if (input != STDIN_FILENO) close(input);
  if (status == KHOP_OK && summary.missing) {
    fprintf(stderr, "khop index get: %s of %s lines name no record of the store\n", show_count(summary.missing), show_count(summary.asked));
  }
  return status;
}

static khop_status run_get(const arguments *a, khop_error *err) {
  static uint32_t rows[rows_shown_max];
  size_t count = 0;
  khop_store *store = NULL;
  const bool many = arguments_has(a, "--ids") || arguments_has(a, "--identifiers");
  if (arguments_has(a, "--id") + arguments_has(a, "--identifier") + arguments_has(a, "--ids") + arguments_has(a, "--identifiers") != 1) {
    return report_usage(err, "khop index get: say one of --id RECORD_ID, --identifier NUMBER, --ids FILE and --identifiers FILE");
  }
  if (many) return get_many(a, err);
  khop_status status = khop_store_open(&store, a->operands[0], err);
  if (status == KHOP_OK) status = find_records(a, store, rows, &count, err);
  if (status == KHOP_OK && count == 0) status = report_usage(err, "%s: no such record", a->operands[0]);
  if (status == KHOP_OK && arguments_has(a, "--cluster")) status = widen_to_cluster(store, rows, &count, err);
  if (status == KHOP_OK) status = print_records(store, rows, count, err);
  khop_store_close(store);
  return status;
}

static const option_spec get_options[] = {
    {"--id", NULL, "RECORD_ID", "the record with this id"},
    {"--identifier", NULL, "NUMBER", "all records that hold this identifier (CCCD, CMND, insurance number, ...), as it is usually written"},
    {"--ids", NULL, "FILE", "all records with these ids, one a line; -: standard input. Writes CSV, in the order of the lines"},
    {"--identifiers", NULL, "FILE", "all records that hold these identifiers, likewise"},
    {"--cluster", NULL, NULL, "all records of the cluster of what was found"},
    {"--threads", NULL, "N", "worker threads of --ids and --identifiers; default: all processors. The result does not depend on it"},
    {NULL, NULL, NULL, NULL}};

const command_spec command_index_get = {
    .name = "index get",
    .operands = "STORE --id ID | --identifier NUMBER | --ids FILE | --identifiers FILE",
    .summary = "prints records of a store: by id, by identifier, or a whole cluster; many as CSV",
    .details = "The CSV of --ids and --identifiers has the columns asked, record_id, cluster_id, source, line and those of the schema. A line that no record answers stands in it with nothing behind `asked`, and how many there are is told on standard error.",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){get_options, options_help, NULL},
    .run = run_get};
