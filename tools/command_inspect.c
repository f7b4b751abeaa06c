/* khop inspect. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const char *show_delimiter(char delimiter) {
  static char text[4];
  if (delimiter == '\t') return "tab";
  if (!delimiter) return "none";
  text[0] = delimiter;
  return text;
}

/* In so many columns of a terminal: letters with their marks (U+0300 to 036F) take one each; what is longer is cut. */
static void print_name(const char *text) {
  enum { width = 18 };
  int columns = 0;
  size_t bytes = 0;
  while (text[bytes]) {
    const unsigned char *at = (const unsigned char *)text + bytes;
    bool is_mark = at[0] == 0xCC || (at[0] == 0xCD && at[1] < 0xB0);
    if (!is_mark && columns == width) break;
    columns += !is_mark;
    for (bytes++; ((unsigned char)text[bytes] & 0xC0) == 0x80;) bytes++;
  }
  printf("%.*s%*s ", (int)bytes, text, width - columns, "");
}

static void print_column(const khop_inspect_column *c) {
  uint64_t all = c->present + c->missing;
  double share = all ? 100.0 * (double)c->present / (double)all : 0;
  print_name(c->name);
  printf("%-16s %-16s %6.1f %% %10s %10s ", c->field[0] ? c->field : "-", c->field[0] ? c->type : "-", share,
         show_count(c->invalid), show_count(c->distinct));
  for (size_t i = 0; i < c->format_count && i < 3; i++) {
    printf("%s%s %.0f%%", i ? ", " : " ", c->formats[i].pattern, c->present ? 100.0 * (double)c->formats[i].count / (double)c->present : 0);
  }
  printf("\n");
}

static void print_counts(const char *label, const khop_inspect_count *counts, size_t count) {
  printf("%s", label);
  for (size_t i = 0; i < count; i++) printf("%s%s %s", i ? ", " : "", counts[i].name, show_count(counts[i].count));
}

/* "so_dinh_danh  sequential 405, format 10; repaired 12: lost_zero 12" */
static void print_findings(const khop_inspect_column *c) {
  print_name(c->name);
  const char *between = "";
  if (c->date_order[0] || c->order_ambiguous) {
    printf("%s: %s dates with the day first, %s with the month first, %s ambiguous", c->date_order[0] ? c->date_order : "order unknown",
           show_count(c->day_first), show_count(c->month_first), show_count(c->order_ambiguous));
    between = "; ";
  }
  if (c->finding_count) print_counts(between, c->findings, c->finding_count), between = "; ";
  if (c->repaired) {
    printf("%srepaired %s", between, show_count(c->repaired));
    print_counts(": ", c->repairs, c->repair_count);
  }
  printf("\n");
}

static bool has_findings(const khop_inspect_column *c) {
  return c->finding_count || c->repaired || c->date_order[0] || c->order_ambiguous;
}

/* "charset        vni; ...", then columns that differ, and further files with their names. */
static void print_charsets(const khop_inspection *found) {
  for (size_t i = 0; i < found->charset_count; i++) {
    const khop_inspect_charset *c = &found->charsets[i];
    bool is_other = strcmp(c->source, found->source) != 0;
    printf("%-14s ", i == 0 ? "charset" : "");
    if (c->column[0]) printf("column %s: ", c->column);
    else if (is_other) printf("%s: ", c->source);
    printf("%s\n", c->evidence);
  }
  if (found->decoded_rows) printf("%-14s %s rows\n", "decoded", show_count(found->decoded_rows));
}

static khop_status run_inspect(const arguments *a, khop_error *err) {
  khop_inspection found;
  khop_options options;
  khop_map maps[VALUES_MAX];
  khop_status status = report_begin(a, &options, maps, err);
  if (status != KHOP_OK) return status;
  status = khop_inspect(&options, &found, err);
  report_end(&options);
  if (status != KHOP_OK) return status;
  printf("file           %s, delimiter %s, compression %s%s\n", found.source, show_delimiter(found.delimiter), found.compression,
         found.had_bom ? ", byte order mark" : "");
  print_charsets(&found);
  printf("rows           %s, rejected %s\n", show_count(found.rows), show_count(found.rejected));
  printf("schema         %s%s\n\n", found.schema, found.schema_detected ? " (found by the columns)" : "");
  printf("%-18s %-16s %-16s %8s %10s %10s  %s\n", "column", "field", "type", "filled", "invalid", "distinct", "commonest formats");
  for (size_t i = 0; i < found.column_count; i++) print_column(&found.columns[i]);
  bool is_first = true;
  for (size_t i = 0; i < found.column_count; i++) {
    if (!has_findings(&found.columns[i])) continue;
    if (is_first) printf("\n%-18s %s\n", "column", "findings");
    print_findings(&found.columns[i]);
    is_first = false;
  }
  if (found.unmapped_field_count) {
    printf("\nfields of the schema without a column:");
    for (size_t i = 0; i < found.unmapped_field_count; i++) printf(" %s", found.unmapped_fields[i]);
    printf("\n");
  }
  khop_free(found.columns);
  khop_free(found.charsets);
  return KHOP_OK;
}

const command_spec command_inspect = {
    .name = "inspect",
    .operands = "REGISTER.csv [MORE.csv...]",
    .summary = "shows columns, completeness, formats and the schema that fits; matches nothing",
    .details = "Formats show shapes only: 9 is a digit, A a capital, a a small letter. No value is printed.",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .option_groups = (const option_spec *const[]){options_schema, options_input, options_run, options_help, NULL},
    .run = run_inspect};
