/* khop normalise. */
#include <string.h>
#include <unistd.h>

#include "commands.h"

static const option_spec normalise_options[] = {
    {"--charset", NULL, "NAME", "auto, utf-8, tcvn3 (abc), vni, viscii, windows-1258, tcvn3-mojibake or vni-mojibake; default utf-8"},
    {"--format", NULL, "tsv|json", "tab-separated values with a header line, or a JSON object a line; default tsv"},
    {"--reference-year", NULL, "Y", "the year of writing: dates ages, reads years of two digits up to it, and finds births behind it"},
    {"--order", NULL, "dmy|mdy", "order of day and month in dates; default: day first, and what may be either is a finding"},
    {"--threads", NULL, "N", "worker threads; default: all processors. The result does not depend on it"},
    {NULL, NULL, NULL, NULL}};

static khop_status read_options(const arguments *a, khop_normalise_options *out, khop_error *err) {
  uint64_t threads = 0, year = 0;
  const char *format = arguments_text(a, "--format");
  khop_normalise_options_init(out);
  out->type = a->operands[0];
  out->charset = arguments_text(a, "--charset");
  out->order = arguments_text(a, "--order");
  out->json = format && strcmp(format, "json") == 0;
  if (format && !out->json && strcmp(format, "tsv") != 0) return report_usage(err, "--format: %.20s is not tsv or json", format);
  khop_status status = arguments_count(a, "--threads", 1, 1024, &threads, err);
  if (status == KHOP_OK) status = arguments_count(a, "--reference-year", 1850, 2100, &year, err);
  out->threads = (unsigned)threads;
  out->reference_year = (unsigned)year;
  return status;
}

static khop_status run_normalise(const arguments *a, khop_error *err) {
  khop_normalise_options options;
  khop_options signals; /* for its control */
  khop_options_init(&signals);
  khop_status status = read_options(a, &options, err);
  if (status == KHOP_OK) status = report_start(a, &signals, err);
  if (status != KHOP_OK) return status;
  options.control = signals.control;
  status = khop_normalise(&options, STDIN_FILENO, STDOUT_FILENO, err);
  report_end(&signals);
  return status;
}

const command_spec command_normalise = {
    .name = "normalise",
    .operands = "TYPE",
    .summary = "reads values from standard input, one a line: canonical form, parts, repairs, findings",
    .details =
        "TYPE is text, person_name, place, address, code, entry_number, map_number, civil_entry, date, sex, number, personal_id, cmnd,\n"
        "passport, insurance, phone, bank_account, certificate_serial, parcel_key or geohash.\n"
        "\n"
        "Each line gives one line, in order. TSV columns are value, canonical, parts, repaired, findings; parts are name=value\n"
        "and stand, like repairs and findings, between ';'. Escapes in TSV: \\t \\n \\r \\\\, \\xHH for other control characters,\n"
        "and \\x3b for ';' in parts. JSON is {\"value\":\"\",\"canonical\":\"\",\"parts\":{},\"repaired\":[],\"findings\":[]}.\n"
        "\n"
        "An empty canonical form says that the value is missing or not understood; the findings say which. Bytes that are no\n"
        "UTF-8 become U+FFFD and the finding damaged; a line over 1 MiB is too_long, and its value is left out. With --charset\n"
        "auto the first MiB of the input tells the charsets, and a line that none of them fits is undecodable.",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){normalise_options, options_help, NULL},
    .run = run_normalise};
