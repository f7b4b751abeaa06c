/* See arguments.h. */
#include "cli/arguments.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"

enum { FIELD_BYTES = 96 }; /* of a field's name before '=', with its NUL */

/* ---- finding options ---------------------------------------------------------------------------- */

static const option_spec *find_option(const command_spec *command, const char *name, size_t length) {
  for (const option_spec *const *group = command->option_groups; *group; group++) {
    for (const option_spec *option = *group; option->name; option++) {
      if (strlen(option->name) == length && strncmp(option->name, name, length) == 0) return option;
      if (option->letter && strlen(option->letter) == length && strncmp(option->letter, name, length) == 0) return option;
    }
  }
  return NULL;
}

static size_t common_prefix(const char *a, const char *b) {
  size_t i = 0;
  while (a[i] && a[i] == b[i]) i++;
  return i;
}

static const char *nearest_option(const command_spec *command, const char *name) {
  const char *best = NULL;
  size_t best_length = 3; /* "--" and a letter in common at least */
  for (const option_spec *const *group = command->option_groups; *group; group++) {
    for (const option_spec *option = *group; option->name; option++) {
      size_t length = common_prefix(option->name, name);
      if (length < best_length) continue;
      best_length = length + 1;
      best = option->name;
    }
  }
  return best;
}

static khop_status unknown_option(const command_spec *command, const char *word, khop_error *err) {
  const char *near = nearest_option(command, word);
  int length = (int)strcspn(word, "="); /* what stands behind it may be a value */
  if (length > 60) length = 60;
  if (near) return report_usage(err, "%.*s: unknown option of khop %s; did you mean %s?", length, word, command->name, near);
  return report_usage(err, "%.*s: unknown option of khop %s; see khop help %s", length, word, command->name, command->name);
}

static bool may_repeat(const option_spec *option) {
  static const char *const names[] = {"--map", "--left-map", "--right-map", "--left", "--right", "--also", "--truth", "--frequencies"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(option->name, names[i]) == 0) return true;
  }
  return false;
}

static khop_status add_value(arguments *a, const option_spec *option, const char *value, khop_error *err) {
  if (!may_repeat(option) && arguments_text(a, option->name)) return report_usage(err, "%s: given twice", option->name);
  if (a->value_count == VALUES_MAX) return report_usage(err, "%s: more than %d options", option->name, VALUES_MAX);
  a->values[a->value_count].option = option;
  a->values[a->value_count++].value = value;
  return KHOP_OK;
}

static khop_status take_option(arguments *a, char **words, int count, int *position, khop_error *err) {
  const char *word = words[*position], *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
  size_t length = equals ? (size_t)(equals - word) : strlen(word);
  const option_spec *option = find_option(a->command, word, length);
  if (!option) return unknown_option(a->command, word, err);
  if (!option->argument) {
    if (equals) return report_usage(err, "%s: takes no value", option->name);
    return add_value(a, option, "", err);
  }
  if (equals) return add_value(a, option, equals + 1, err);
  if (*position + 1 >= count) return report_usage(err, "%s: %s is missing", option->name, option->argument);
  return add_value(a, option, words[++*position], err);
}

khop_status arguments_parse(arguments *a, const command_spec *command, int count, char **words, khop_error *err) {
  memset(a, 0, sizeof *a);
  a->command = command;
  bool only_operands = false;
  for (int i = 0; i < count; i++) {
    const char *word = words[i];
    bool option = !only_operands && word[0] == '-' && word[1] != '\0';
    if (option && strcmp(word, "--") == 0) {
      only_operands = true;
    } else if (option) {
      khop_status status = take_option(a, words, count, &i, err);
      if (status != KHOP_OK) return status;
    } else if (a->operand_count == OPERANDS_MAX) {
      return report_usage(err, "more than %d operands", OPERANDS_MAX);
    } else {
      a->operands[a->operand_count++] = word;
    }
  }
  if (arguments_has(a, "--help")) return KHOP_OK;
  if (a->operand_count < command->operands_min) return report_usage(err, "khop %s: %s is missing", command->name, command->operands);
  if (a->operand_count > command->operands_max) {
    return report_usage(err, "khop %s: %zu operands, expected %s", command->name, a->operand_count, command->operands);
  }
  return KHOP_OK;
}

const char *arguments_nth(const arguments *a, const char *name, size_t n) {
  for (size_t i = 0; i < a->value_count; i++) {
    if (strcmp(a->values[i].option->name, name) == 0 && n-- == 0) return a->values[i].value;
  }
  return NULL;
}

const char *arguments_text(const arguments *a, const char *name) { return arguments_nth(a, name, 0); }

bool arguments_has(const arguments *a, const char *name) { return arguments_text(a, name) != NULL; }

/* ---- numbers -------------------------------------------------------------------------------------- */

static bool parse_number(const char *text, uint64_t *out, const char **out_rest) {
  if (text[0] < '0' || text[0] > '9') return false;
  char *end;
  errno = 0;
  *out = strtoull(text, &end, 10);
  *out_rest = end;
  return errno == 0;
}

khop_status arguments_count(const arguments *a, const char *name, uint64_t least, uint64_t most, uint64_t *inout, khop_error *err) {
  const char *text = arguments_text(a, name), *rest;
  uint64_t number;
  if (!text) return KHOP_OK;
  if (!parse_number(text, &number, &rest) || *rest || number < least || number > most) {
    return report_usage(err, "%s: %.40s is not a number between %llu and %llu", name, text, (unsigned long long)least,
                        (unsigned long long)most);
  }
  *inout = number;
  return KHOP_OK;
}

khop_status arguments_share(const arguments *a, const char *name, double *inout, khop_error *err) {
  const char *text = arguments_text(a, name);
  if (!text) return KHOP_OK;
  char *end;
  double share = strtod(text, &end);
  bool number = end != text;
  while (*end == ' ') end++;
  if (*end == '%') {
    share /= 100;
    end++;
  }
  if (!number || *end || !(share >= 0 && share <= 1)) {
    return report_usage(err, "%s: %.40s is not a share between 0 and 1 (or 0%% and 100%%)", name, text);
  }
  *inout = share;
  return KHOP_OK;
}

khop_status arguments_size(const arguments *a, const char *name, uint64_t *inout, khop_error *err) {
  const char *text = arguments_text(a, name), *rest;
  uint64_t number;
  if (!text) return KHOP_OK;
  unsigned shift = 0;
  bool valid = parse_number(text, &number, &rest);
  if (valid && *rest) {
    const char *units = "KMGT", *unit = strchr(units, *rest >= 'a' ? *rest - 32 : *rest);
    valid = unit != NULL;
    if (valid) shift = 10 * (unsigned)(unit - units + 1);
    if (valid) valid = !rest[1] || strcmp(rest + 1, "iB") == 0 || strcmp(rest + 1, "B") == 0;
  }
  if (!valid || number == 0 || number > UINT64_MAX >> shift) return report_usage(err, "%s: %.40s is not a size such as 512M or 4G", name, text);
  *inout = number << shift;
  return KHOP_OK;
}

/* ---- the shared groups ------------------------------------------------------------------------------ */

const option_spec options_model[] = {
    {"--model", NULL, "FILE", "use this model.json instead of training"},
    {"--untrained", NULL, NULL, "use the schema's default probabilities"},
    {"--match", NULL, "P", "match probability from which a pair is a match; default: the schema's"},
    {"--review", NULL, "P", "match probability from which a pair is kept for review; default: the schema's"},
    {NULL, NULL, NULL, NULL}};

const option_spec options_target[] = {
    {"--precision", NULL, "P", "sets the match threshold so that this share of the matches is expected to be right"},
    {"--recall", NULL, "P", "sets it so that this share of all matching pairs is expected to be found"},
    {"--best-f1", NULL, NULL, "sets it where the expected F1 is best"},
    {NULL, NULL, NULL, NULL}};

const option_spec options_schema[] = {
    {"--schema", NULL, "NAME|FILE", "a built-in schema (civil-birth, cccd, bhyt, parcel, person and others) or a YAML file; default: found by the columns"},
    {"--map", NULL, "FIELD=COLUMN", "which column holds a field, where the aliases do not find it; FIELD= alone: none does; may be repeated"},
    {NULL, NULL, NULL, NULL}};

const option_spec options_input[] = {
    {"--frequencies", NULL, "FIELD=FILE", "how common the field's values are elsewhere, such as names in the whole city: a CSV of value and count, or value and share; FIELD.given and FIELD.surname: its last or first words; may be repeated"},
    {"--delimiter", NULL, "CHAR", "',', ';', '|' or tab; default: found in each file"},
    {"--charset", NULL, "NAME", "auto, utf-8, tcvn3 (abc), vni, viscii, windows-1258, tcvn3-mojibake or vni-mojibake, for all files; default auto: found in each file"},
    {"--max-rejected", NULL, "SHARE", "rows that may be rejected before the run fails, as 0.01 or 1%; default 1%"},
    {"--qualify-ids", NULL, NULL, "record ids are FILE:ID, for registers that number each file from 1"},
    {NULL, NULL, NULL, NULL}};

const option_spec options_run[] = {
    {"--threads", NULL, "N", "worker threads; default: all processors. The result does not depend on it"},
    {"--memory", NULL, "SIZE", "memory budget such as 2G: what does not fit goes to temporary files; default: 80% of what is free"},
    {"--block-rows", NULL, "N", "blocks of more rows are split by further fields (2 to 512); default: what the schema says, or 300"},
    {"--seed", NULL, "N", "seed of sampling; default 0"},
    {"--progress", NULL, "auto|bar|json|none", "a bar on a terminal, JSON lines on standard error, or nothing; default auto"},
    {NULL, NULL, NULL, NULL}};

const option_spec options_write[] = {
    {"--write", NULL, "LIST", "results beside the basic ones, parted by commas: ids (findings about numbers, entries and dates), golden (one record an entity, of the values that survive), quality (which records are usable, and where), contradictions (of linked registers: who corrects what), report (report.html, for people); or all, or none; default: ids,report, and of link contradictions"},
    {"--lang", NULL, "vi|en", "language of suggested_fix and evidence in ids.csv, and that report.html opens in (the page has both); default vi"},
    {NULL, NULL, NULL, NULL}};

const option_spec options_today[] = {
    {"--today", NULL, "DATE", "the day that findings go by, as 2025-07-31: what is past, still to come, over age; default: the day of the run"},
    {"--previous", NULL, "OUT", "result of an earlier run: what is fixed since, new and still open goes to changes.csv"},
    {NULL, NULL, NULL, NULL}};

const option_spec options_resume[] = {
    {"--resume", NULL, NULL, "go on with what an interrupted run of the same inputs and options left in OUT; the result is the same bytes. Where nothing was left it starts at the beginning"},
    {"--checkpoint-every", NULL, "SECONDS", "how often, at the end of a stage or a blocking rule, what is done is kept for --resume; 0: at every one; default 30"},
    {NULL, NULL, NULL, NULL}};

const option_spec options_help[] = {{"--help", "-h", NULL, "show this help"}, {NULL, NULL, NULL, NULL}};

/* FIELD=REST: the field to `out_field`, the rest is what follows in `text`. */
static khop_status split_field(const char *option, const char *text, const char *form, char out_field[FIELD_BYTES], const char **out_rest,
                               khop_error *err) {
  const char *equals = strchr(text, '=');
  size_t length = equals ? (size_t)(equals - text) : 0;
  if (!equals || length == 0 || length >= FIELD_BYTES) return report_usage(err, "%s: %.60s is not %s", option, text, form);
  memcpy(out_field, text, length);
  out_field[length] = '\0';
  *out_rest = equals + 1;
  return KHOP_OK;
}

khop_status arguments_maps(const arguments *a, const char *name, khop_map *maps, size_t *out_count, khop_error *err) {
  static char fields[VALUES_MAX][FIELD_BYTES]; /* of all options together */
  static size_t used;
  const char *text;
  for (size_t i = 0; (text = arguments_nth(a, name, i)) && used < VALUES_MAX; i++) {
    const bool is_file = strcmp(name, "--frequencies") == 0;
    const char *form = is_file ? "FIELD=FILE.csv" : "FIELD=COLUMN";
    khop_status status = split_field(name, text, form, fields[used], &maps[i].column, err);
    if (status == KHOP_OK && is_file && !maps[i].column[0]) status = report_usage(err, "%s: %.60s is not %s", name, text, form);
    if (status != KHOP_OK) return status;
    maps[i].field = fields[used++];
    *out_count = i + 1;
  }
  return KHOP_OK;
}

static khop_status read_delimiter(const arguments *a, khop_options *out, khop_error *err) {
  const char *text = arguments_text(a, "--delimiter");
  if (!text) return KHOP_OK;
  if (strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0) text = "\t";
  if (strlen(text) != 1 || !strchr(",;|\t", text[0])) return report_usage(err, "--delimiter: %.20s is not ',', ';', '|' or tab", text);
  out->delimiter = text[0];
  return KHOP_OK;
}

/* khop_options take 0 for "the schema's": who writes 0 means something else. */
static khop_status read_threshold(const arguments *a, const char *name, double *inout, khop_error *err) {
  khop_status status = arguments_share(a, name, inout, err);
  if (status != KHOP_OK || !arguments_has(a, name) || (*inout > 0 && *inout < 1)) return status;
  return report_usage(err, "%s: %.40s is not a probability above 0 and below 1", name, arguments_text(a, name));
}

/* "ids,report" */
static khop_status read_write(const arguments *a, khop_options *out, khop_error *err) {
  static const struct {
    const char *name;
    unsigned bits;
  } results[] = {{"none", 0}, {"all", ~0u & ~(unsigned)KHOP_WRITE_DEFAULT}, {"ids", KHOP_WRITE_IDS}, {"golden", KHOP_WRITE_GOLDEN},
                 {"quality", KHOP_WRITE_QUALITY}, {"contradictions", KHOP_WRITE_CONTRADICTIONS}, {"report", KHOP_WRITE_REPORT}};
  enum { RESULTS = sizeof results / sizeof *results };
  const char *text = arguments_text(a, "--write");
  if (!text) return KHOP_OK;
  out->write = 0;
  while (true) {
    size_t length = strcspn(text, ","), i = 0;
    while (i < RESULTS && (strlen(results[i].name) != length || strncmp(results[i].name, text, length) != 0)) i++;
    if (i == RESULTS) return report_usage(err, "--write: %.*s is none of ids, golden, quality, contradictions, report, all and none", (int)(length < 40 ? length : 40), text);
    out->write |= results[i].bits;
    if (!text[length]) return KHOP_OK;
    text += length + 1;
  }
}

#define TRY_ARGUMENT(call)                                                                         \
  do {                                                                                             \
    khop_status argument_status = (call);                                                          \
    if (argument_status != KHOP_OK) return argument_status;                                        \
  } while (0)

khop_status arguments_to_options(const arguments *a, khop_options *out, khop_map *maps, khop_error *err) {
  khop_options_init(out);
  uint64_t threads = 0, block_rows = 0;
  out->inputs = a->operands;
  out->input_count = a->operand_count;
  out->schema = arguments_text(a, "--schema");
  out->output = arguments_text(a, "--output");
  out->charset = arguments_text(a, "--charset");
  out->store = arguments_text(a, "--store");
  out->skip_store = arguments_has(a, "--no-store");
  out->today = arguments_text(a, "--today");
  out->previous = arguments_text(a, "--previous");
  out->force = arguments_has(a, "--force");
  out->model = arguments_text(a, "--model");
  out->labels = arguments_text(a, "--labels");
  out->untrained = arguments_has(a, "--untrained");
  out->linkage = arguments_text(a, "--linkage");
  out->decisions = arguments_text(a, "--decisions");
  out->qualify_ids = arguments_has(a, "--qualify-ids");
  out->maps = maps;
  TRY_ARGUMENT(arguments_maps(a, "--map", maps, &out->map_count, err));
  static khop_map frequencies[VALUES_MAX];
  out->frequencies = frequencies;
  TRY_ARGUMENT(arguments_maps(a, "--frequencies", frequencies, &out->frequencies_count, err));
  TRY_ARGUMENT(read_delimiter(a, out, err));
  TRY_ARGUMENT(read_write(a, out, err));
  out->language = arguments_text(a, "--lang");
  TRY_ARGUMENT(arguments_count(a, "--threads", 1, 1024, &threads, err));
  TRY_ARGUMENT(arguments_count(a, "--block-rows", 2, 512, &block_rows, err));
  TRY_ARGUMENT(arguments_count(a, "--seed", 0, INT64_MAX, &out->seed, err));
  TRY_ARGUMENT(arguments_size(a, "--memory", &out->memory_bytes, err));
  TRY_ARGUMENT(arguments_share(a, "--max-rejected", &out->max_rejected, err));
  TRY_ARGUMENT(read_threshold(a, "--match", &out->match_threshold, err));
  TRY_ARGUMENT(read_threshold(a, "--review", &out->review_threshold, err));
  TRY_ARGUMENT(read_threshold(a, "--precision", &out->target_precision, err));
  TRY_ARGUMENT(read_threshold(a, "--recall", &out->target_recall, err));
  out->best_f1 = arguments_has(a, "--best-f1");
  out->resume = arguments_has(a, "--resume");
  uint64_t every = (uint64_t)out->checkpoint_every_s;
  TRY_ARGUMENT(arguments_count(a, "--checkpoint-every", 0, 1000000, &every, err));
  out->checkpoint_every_s = (double)every;
  out->threads = (unsigned)threads;
  out->block_rows_max = block_rows;
  return KHOP_OK;
}
