/* khop index create|add|delete|decide|undo|match|compact|history: a store that lives. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

/* ---- what they share -------------------------------------------------------------------------------- */

static void print_input(const khop_index_summary *s) {
  printf("rows           %s read, %s rejected\n", show_count(s->rows), show_count(s->rejected));
}

static void print_change(const khop_index_summary *s) {
  printf("pairs          %s compared, %s links", show_count(s->pairs_compared), show_count(s->links));
  if (s->links_dropped) printf(", %s links dropped as their blocks were split", show_count(s->links_dropped));
  printf("\nentities       %s new, %s records joined others, %s merged, %s split\n", show_count(s->created), show_count(s->joined),
         show_count(s->merged), show_count(s->split));
}

static void print_end(const khop_index_summary *s) {
  printf("store          run %u, %s records\n", s->run, show_count(s->records));
  printf("time           %s, %s at most\n", show_seconds(s->seconds), show_bytes(s->peak_memory_bytes));
}

typedef khop_status job(const arguments *a, khop_options *options, khop_index_summary *summary, khop_error *err);

/* The files stand behind the store. */
static khop_status run_job(const arguments *a, job *work, khop_index_summary *summary, khop_error *err) {
  khop_options options;
  khop_map maps[VALUES_MAX];
  khop_status status = report_begin(a, &options, maps, err);
  if (status != KHOP_OK) return status;
  uint64_t wait_seconds = 0;
  status = arguments_count(a, "--wait", 0, INT32_MAX, &wait_seconds, err);
  options.wait_seconds = (unsigned)wait_seconds;
  options.inputs = a->operands + 1;
  options.input_count = a->operand_count - 1;
  if (status == KHOP_OK) status = work(a, &options, summary, err);
  report_end(&options);
  return status;
}

/* ---- create ------------------------------------------------------------------------------------------- */

static const option_spec create_options[] = {
    {"--from", NULL, "OUT", "the result of khop dedupe whose records, entities, model and term frequencies it starts with"},
    {"--empty", NULL, NULL, "take the model and the term frequencies, but no records"},
    {"--threads", NULL, "N", "worker threads; default: all processors"},
    {NULL, NULL, NULL, NULL}};

static const option_spec create_schema_options[] = {
    {"--schema", NULL, "NAME|FILE", "without a result: a built-in schema or a YAML file, for a store without records"},
    {"--model", NULL, "FILE", "with the weights of this model.json; default: the schema's own"},
    {"--records", NULL, "N", "how many records the store will hold: what the chance that two match at all goes by; default: those of the model's register, or 1,000,000"},
    {"--frequencies", NULL, "FIELD=FILE", "how common the field's values are, as for khop dedupe; without, agreement weighs what it weighs on average; may be repeated"},
    {"--match", NULL, "P", "match probability from which a pair is a match; default: the model's or schema's"},
    {"--review", NULL, "P", "match probability from which a pair is kept for review; default: the model's or schema's"},
    {"--linkage", NULL, "single|complete|average", "what holds an entity together: its best pairs, all pairs, or their mean; default: the schema's"},
    {"--block-rows", NULL, "N", "blocks of more rows are split by further fields (2 to 512); default: what the schema says, or 300"},
    {"--qualify-ids", NULL, NULL, "record ids are FILE:ID, for registers that number each file from 1"},
    {NULL, NULL, NULL, NULL}};

/* A result has all of that. */
static khop_status check_create(const arguments *a, khop_error *err) {
  bool has_schema = arguments_has(a, "--schema");
  if (!has_schema && !arguments_has(a, "--from")) return report_usage(err, "khop index create: say --schema NAME, or --from OUT with the result of khop dedupe");
  if (has_schema && arguments_has(a, "--empty")) return report_usage(err, "--empty goes with --from: a store of a schema has no records");
  for (const option_spec *option = create_schema_options; !has_schema && option->name; option++) {
    if (arguments_has(a, option->name)) return report_usage(err, "%s goes with --schema: the result of --from has its own", option->name);
  }
  return KHOP_OK;
}

static khop_status run_create(const arguments *a, khop_error *err) {
  khop_index_create_options create = {.from = arguments_text(a, "--from"), .empty = arguments_has(a, "--empty")};
  khop_options options;
  khop_map maps[VALUES_MAX];
  khop_status status = check_create(a, err);
  if (status == KHOP_OK) status = arguments_count(a, "--records", 2, UINT32_MAX, &create.records, err);
  if (status == KHOP_OK) status = report_begin(a, &options, maps, err);
  if (status != KHOP_OK) return status;
  create.threads = options.threads;
  create.control = options.control;
  create.schema_options = &options;
  status = khop_index_create(a->operands[0], &create, err);
  report_end(&options);
  if (status != KHOP_OK) return status;
  if (create.from) printf("store          %s, from %s%s\n", a->operands[0], create.from, create.empty ? ", without its records" : "");
  else printf("store          %s, of schema %s, without records\n", a->operands[0], options.schema);
  return status;
}

const command_spec command_index_create = {
    .name = "index create",
    .operands = "STORE --from OUT | --schema NAME [--model FILE]",
    .summary = "makes a store that lives, from the result of a dedupe run or without records",
    .details = "The model, the thresholds and the term frequencies are frozen in the store, so that a pair weighs the same whenever its records come.",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){create_options, create_schema_options, options_help, NULL},
    .run = run_create};

/* ---- add ------------------------------------------------------------------------------------------------- */

static const option_spec living_run_options[] = {
    {"--threads", NULL, "N", "worker threads; default: all processors. The result does not depend on it"},
    {"--memory", NULL, "SIZE", "memory budget such as 2G; default: 80% of what is free"},
    {"--progress", NULL, "auto|bar|json|none", "a bar on a terminal, JSON lines on standard error, or nothing; default auto"},
    {NULL, NULL, NULL, NULL}};

static const option_spec living_write_options[] = {
    {"--wait", NULL, "SECONDS", "how long to wait for another khop that writes this store; default 0: it is told at once"},
    {NULL, NULL, NULL, NULL}};

static const option_spec living_input_options[] = {
    {"--map", NULL, "FIELD=COLUMN", "which column holds a field, where the aliases do not find it; FIELD= alone: none does; may be repeated"},
    {"--delimiter", NULL, "CHAR", "',', ';', '|' or tab; default: found in each file"},
    {"--charset", NULL, "NAME", "auto, utf-8, tcvn3 (abc), vni, viscii, windows-1258, tcvn3-mojibake or vni-mojibake, for all files; default auto: found in each file"},
    {"--max-rejected", NULL, "SHARE", "rows that may be rejected before the run fails, as 0.01 or 1%; default 1%"},
    {NULL, NULL, NULL, NULL}};

static khop_status do_add(const arguments *a, khop_options *options, khop_index_summary *summary, khop_error *err) {
  return khop_index_add(a->operands[0], options, summary, err);
}

static khop_status run_add(const arguments *a, khop_error *err) {
  khop_index_summary s;
  khop_status status = run_job(a, do_add, &s, err);
  if (status == KHOP_INTERRUPTED) {
    size_t used = strlen(err->message);
    snprintf(err->message + used, sizeof err->message - used, "; the same command with --resume adds what the store does not have yet");
  }
  if (status != KHOP_OK) return status;
  print_input(&s);
  printf("records        %s new, %s changed, %s as they were\n", show_count(s.added), show_count(s.updated), show_count(s.unchanged));
  print_change(&s);
  print_end(&s);
  return status;
}

static const option_spec add_options[] = {
    {"--resume", NULL, NULL, "after an interruption: the batch, which is stored whole or not at all, begins again; what the store has already is left alone, so the entities are those of an undisturbed add"},
    {NULL, NULL, NULL, NULL}};

const command_spec command_index_add = {
    .name = "index add",
    .operands = "STORE FILE.csv [MORE.csv...]",
    .summary = "matches records against all that is stored and among themselves, and stores them",
    .details = "A record whose id the store has is compared with what is stored: the same content is left alone, another one replaces it and is matched again. What is told when the command ends well is on the disk; whatever stops it before leaves the store as it was.",
    .operands_min = 2,
    .operands_max = OPERANDS_MAX,
    .option_groups = (const option_spec *const[]){add_options, living_input_options, living_write_options, living_run_options, options_help, NULL},
    .run = run_add};

/* ---- delete ------------------------------------------------------------------------------------------------ */

static khop_status do_delete(const arguments *a, khop_options *options, khop_index_summary *summary, khop_error *err) {
  return khop_index_delete(a->operands[0], arguments_text(a, "--ids"), options, summary, err);
}

static khop_status run_delete(const arguments *a, khop_error *err) {
  khop_index_summary s;
  if (!arguments_has(a, "--ids")) return report_usage(err, "khop index delete: say --ids FILE");
  khop_status status = run_job(a, do_delete, &s, err);
  if (status != KHOP_OK) return status;
  printf("records        %s deleted, %s ids that the store does not have\n", show_count(s.deleted), show_count(s.unknown));
  print_change(&s);
  print_end(&s);
  return status;
}

static const option_spec delete_options[] = {{"--ids", NULL, "FILE", "record ids, one a line"}, {NULL, NULL, NULL, NULL}};

const command_spec command_index_delete = {
    .name = "index delete",
    .operands = "STORE --ids FILE",
    .summary = "deletes records, and looks again at the entities that they were part of",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){delete_options, living_write_options, living_run_options, options_help, NULL},
    .run = run_delete};

/* ---- decide, undo -------------------------------------------------------------------------------------------- */

static khop_status do_decide(const arguments *a, khop_options *options, khop_index_summary *summary, khop_error *err) {
  return khop_index_decide(a->operands[0], arguments_text(a, "--decisions"), arguments_text(a, "--author"), options, summary, err);
}

static khop_status do_undo(const arguments *a, khop_options *options, khop_index_summary *summary, khop_error *err) {
  return khop_index_undo(a->operands[0], a->operands[1], arguments_text(a, "--author"), options, summary, err);
}

static khop_status print_decided(const arguments *a, job *work, khop_error *err) {
  khop_index_summary s;
  khop_status status = run_job(a, work, &s, err);
  if (status != KHOP_OK) return status;
  if (s.unknown) printf("unknown        %s decisions name a record that the store does not have\n", show_count(s.unknown));
  print_change(&s);
  print_end(&s);
  return status;
}

static khop_status run_decide(const arguments *a, khop_error *err) {
  if (!arguments_has(a, "--decisions")) return report_usage(err, "khop index decide: say --decisions FILE");
  return print_decided(a, do_decide, err);
}

static khop_status run_undo(const arguments *a, khop_error *err) { return print_decided(a, do_undo, err); }

static const option_spec author_options[] = {{"--author", NULL, "NAME", "who decides: it stands in the journal"}, {NULL, NULL, NULL, NULL}};
static const option_spec decide_options[] = {
    {"--decisions", NULL, "FILE", "what people decided about pairs: a CSV with left_id, right_id and decision (must_link, cannot_link; or match, non_match, review), and perhaps reason"},
    {NULL, NULL, NULL, NULL}};

const command_spec command_index_decide = {
    .name = "index decide",
    .operands = "STORE --decisions FILE --author NAME",
    .summary = "says of pairs of records that they are, or cannot be, one: for all later runs",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){decide_options, author_options, living_write_options, living_run_options, options_help, NULL},
    .run = run_decide};

const command_spec command_index_undo = {
    .name = "index undo",
    .operands = "STORE EVENT --author NAME",
    .summary = "takes back a merge or a join of the journal: its two records cannot be one from now on",
    .operands_min = 2,
    .operands_max = 2,
    .option_groups = (const option_spec *const[]){author_options, living_write_options, living_run_options, options_help, NULL},
    .run = run_undo};

/* ---- match ------------------------------------------------------------------------------------------------------- */

static khop_status do_match(const arguments *a, khop_options *options, khop_index_summary *summary, khop_error *err) {
  return khop_index_match(a->operands[0], options, summary, err);
}

static khop_status run_match(const arguments *a, khop_error *err) {
  khop_index_summary s;
  khop_status status = run_job(a, do_match, &s, err);
  if (status != KHOP_OK) return status;
  print_input(&s);
  printf("pairs          %s compared\nrecords        %s linked, %s not\n", show_count(s.pairs_compared), show_count(s.linked), show_count(s.unlinked));
  print_end(&s);
  printf("results        %s: links.csv, unlinked.csv\n", arguments_text(a, "--output"));
  return status;
}

static const option_spec match_options[] = {
    {"--output", "-o", "OUT", "directory for links.csv and unlinked.csv; created when missing"},
    {"--force", NULL, NULL, "OUT may hold an earlier result: it is replaced when the new one is whole"},
    {NULL, NULL, NULL, NULL}};

const command_spec command_index_match = {
    .name = "index match",
    .operands = "STORE FILE.csv [MORE.csv...] -o OUT",
    .summary = "links records to the entities of a store, and stores nothing",
    .operands_min = 2,
    .operands_max = OPERANDS_MAX,
    .option_groups = (const option_spec *const[]){match_options, living_input_options, living_run_options, options_help, NULL},
    .run = run_match};

/* ---- history --------------------------------------------------------------------------------------------------------- */

static khop_status run_history(const arguments *a, khop_error *err) {
  char *end, *lines = NULL;
  unsigned long entity = strtoul(a->operands[1], &end, 10);
  if (*end || entity == 0 || entity > UINT32_MAX) return report_usage(err, "khop index history: %.40s is no number of an entity", a->operands[1]);
  khop_status status = khop_index_history(a->operands[0], (uint32_t)entity, &lines, err);
  if (status != KHOP_OK) return status;
  printf("event\ttime\tkind\tentity\tother\tleft_id\tright_id\tweight\trule\tnote\n%s", lines ? lines : "");
  khop_free(lines);
  return status;
}

const command_spec command_index_history = {
    .name = "index history",
    .operands = "STORE ENTITY",
    .summary = "tells what became of an entity: joins, merges, splits, decisions, with their evidence",
    .operands_min = 2,
    .operands_max = 2,
    .option_groups = (const option_spec *const[]){options_help, NULL},
    .run = run_history};

/* ---- export, compact --------------------------------------------------------------------------------------------------- */

static khop_status do_export(const arguments *a, khop_options *options, khop_index_summary *summary, khop_error *err) {
  return khop_index_export(a->operands[0], options, summary, err);
}

static khop_status run_export(const arguments *a, khop_error *err) {
  khop_index_summary s;
  khop_status status = run_job(a, do_export, &s, err);
  if (status != KHOP_OK) return status;
  print_end(&s);
  printf("results        %s: entities.csv\n", arguments_text(a, "--output"));
  return status;
}

static const option_spec export_options[] = {
    {"--output", "-o", "OUT", "directory for entities.csv, which is replaced; created when missing"}, {NULL, NULL, NULL, NULL}};

const command_spec command_index_export = {
    .name = "index export",
    .operands = "STORE -o OUT",
    .summary = "lists every record of a store that lives with its entity",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){export_options, living_run_options, options_help, NULL},
    .run = run_export};

static khop_status do_compact(const arguments *a, khop_options *options, khop_index_summary *summary, khop_error *err) {
  return khop_index_compact(a->operands[0], options, summary, err);
}

static khop_status run_compact(const arguments *a, khop_error *err) {
  khop_index_summary s;
  khop_status status = run_job(a, do_compact, &s, err);
  if (status != KHOP_OK) return status;
  printf("records        %s dead ones dropped\n", show_count(s.deleted));
  print_end(&s);
  return status;
}

const command_spec command_index_compact = {
    .name = "index compact",
    .operands = "STORE",
    .summary = "makes one segment of all, and drops what was deleted or replaced",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){living_write_options, living_run_options, options_help, NULL},
    .run = run_compact};
