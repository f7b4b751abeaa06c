/* See changes.h. A line to sort: record id, kind, identifier type, identifier, each ended by NUL, then the group's digit, if any. */
#include "run/changes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/line_sort.h"
#include "model/table_walk.h"

enum { PARTS = 4 }; /* of a line's key */
static const char ids_name[] = "ids.csv", quality_name[] = "quality.csv", summary_name[] = "summary.json", group_kind[] = "group";

/* ---- can they be compared? ------------------------------------------------------------------------------ */

/* Which lists both results have. */
static bool compares_findings(const run *r) { return (r->options.write & KHOP_WRITE_IDS) != 0 && path_exists(r->options.previous, ids_name); }
static bool compares_groups(const run *r) {
  return (r->options.write & KHOP_WRITE_QUALITY) != 0 && path_exists(r->options.previous, quality_name);
}

/* What a job finds another may not: its findings are compared with those of the same job alone. */
static const char *job_of(const json_t *root) {
  return json_object_get(root, "links") ? "link" : json_object_get(root, "pairs") ? "dedupe" : "ids";
}

static khop_status check_summary(const run *r, const char *job, const char *path, khop_error *err) {
  json_t *root;
  khop_status status = json_read(&root, path, err);
  if (status != KHOP_OK && status != KHOP_USAGE) return status;
  const char *name = json_string_value(json_object_get(root, "schema"));
  if (!name || !json_object_get(root, "khop")) {
    status = error_set(err, KHOP_USAGE, "--previous: %s is no result of khop: it has no %s", r->options.previous, summary_name);
  } else if (strcmp(name, r->schema->name) != 0) {
    status = error_set(err, KHOP_USAGE, "--previous: %s is of schema %.60s, this run of %s", r->options.previous, name, r->schema->name);
  } else if (strcmp(job_of(root), job) != 0) {
    status = error_set(err, KHOP_USAGE, "--previous: %s is a result of khop %s, this is khop %s", r->options.previous, job_of(root), job);
  }
  json_decref(root);
  return status;
}

khop_status changes_check(const run *r, const char *job, khop_error *err) {
  const char *previous = r->options.previous;
  if (!previous) return KHOP_OK;
  if (!(r->options.write & (KHOP_WRITE_IDS | KHOP_WRITE_QUALITY))) {
    return error_set(err, KHOP_USAGE, "--previous: compares ids.csv and quality.csv: say --write ids, quality or both");
  }
  if (access(previous, R_OK) != 0) return error_set(err, KHOP_USAGE, "--previous: %s: %s", previous, strerror(errno));
  char *path = path_join(previous, summary_name);
  if (!path) return error_memory(err, strlen(previous), "path");
  khop_status status = check_summary(r, job, path, err);
  mem_free(path);
  TRY(status);
  if (compares_findings(r) || compares_groups(r)) return KHOP_OK;
  return error_set(err, KHOP_USAGE, "--previous: %s has none of the lists that this run writes (%s%s)", previous,
                   r->options.write & KHOP_WRITE_IDS ? "ids.csv " : "", r->options.write & KHOP_WRITE_QUALITY ? "quality.csv" : "");
}

/* ---- lists to lines ----------------------------------------------------------------------------------------- */

typedef struct list_reader {
  const run *run;
  line_sorter *lines;
  size_t columns[PARTS]; /* of ids.csv: record_ids, finding, identifier_type, identifier; of quality.csv: record_id, group */
  char *line;
  size_t capacity;
} list_reader;

static khop_status add_line(list_reader *reader, const input_field parts[PARTS], char group, khop_error *err) {
  size_t length = 0, used = 0;
  for (size_t p = 0; p < PARTS; p++) length += parts[p].length + 1;
  TRY(array_reserve(&reader->line, &reader->capacity, length + 1, 1, "changes", err));
  for (size_t p = 0; p < PARTS; p++) {
    if (parts[p].length) memcpy(reader->line + used, parts[p].text, parts[p].length);
    used += parts[p].length;
    reader->line[used++] = '\0';
  }
  if (group) reader->line[used++] = group;
  return line_sorter_add(reader->lines, reader->line, used, err);
}

static khop_status find_columns(void *context, const input_source *source, const char *const names[PARTS], khop_error *err) {
  list_reader *reader = context;
  for (size_t p = 0; p < PARTS && names[p]; p++) TRY(table_column(source, names[p], &reader->columns[p], err));
  return KHOP_OK;
}

static khop_status findings_header(void *context, const input_source *source, khop_error *err) {
  static const char *const names[PARTS] = {"record_ids", "finding", "identifier_type", "identifier"};
  return find_columns(context, source, names, err);
}

static khop_status finding_row(void *context, const table_row *row, khop_error *err) {
  list_reader *reader = context;
  input_field parts[PARTS];
  for (size_t p = 0; p < PARTS; p++) parts[p] = row->fields[reader->columns[p]];
  TRY(control_check(reader->run->options.control, err));
  for (input_field ids = parts[0]; ids.length;) {
    const char *end = memchr(ids.text, ';', ids.length);
    uint32_t length = end ? (uint32_t)(end - ids.text) : ids.length, step = length + (end != NULL);
    parts[0] = (input_field){.text = ids.text, .length = length};
    if (length) TRY(add_line(reader, parts, '\0', err));
    ids.text += step;
    ids.length -= step;
  }
  return KHOP_OK;
}

static khop_status groups_header(void *context, const input_source *source, khop_error *err) {
  static const char *const names[PARTS] = {"record_id", "group"};
  return find_columns(context, source, names, err);
}

static khop_status group_row(void *context, const table_row *row, khop_error *err) {
  list_reader *reader = context;
  const input_field *group = &row->fields[reader->columns[1]];
  const input_field parts[PARTS] = {row->fields[reader->columns[0]], {.text = group_kind, .length = sizeof group_kind - 1}, {0}, {0}};
  TRY(control_check(reader->run->options.control, err));
  for (int g = 0; g < QUALITY_GROUPS; g++) {
    const char *name = quality_group_name((quality_group)g);
    if (group->length == strlen(name) && memcmp(group->text, name, group->length) == 0) return add_line(reader, parts, (char)('0' + g), err);
  }
  return error_set(err, KHOP_INPUT, "%s: line %llu: the group is none that khop knows", row->source, (unsigned long long)row->line);
}

static khop_status read_list(list_reader *reader, const char *directory, const char *name, table_header *header, table_row_handler *handler,
                             khop_error *err) {
  char *path = path_join(directory, name);
  if (!path) return error_memory(err, strlen(directory), "path");
  khop_status status = table_is_header_only(path) ? KHOP_OK : table_walk(path, header, handler, reader, err);
  mem_free(path);
  return status;
}

static khop_status read_result(const run *r, const char *directory, line_sorter **out_lines, khop_error *err) {
  TRY(line_sorter_create(out_lines, r->options.output, LINE_SORT_BYTES, err));
  list_reader reader = {.run = r, .lines = *out_lines};
  khop_status status = KHOP_OK;
  if (compares_findings(r)) TRY_CLEANUP(read_list(&reader, directory, ids_name, findings_header, finding_row, err));
  if (compares_groups(r)) TRY_CLEANUP(read_list(&reader, directory, quality_name, groups_header, group_row, err));
  TRY_CLEANUP(line_sorter_end(*out_lines, err));
cleanup:
  mem_free(reader.line);
  return status;
}

/* ---- merging --------------------------------------------------------------------------------------------------- */

typedef struct change_line { /* one side's next line */
  const char *text; /* NULL: none is left */
  size_t length, key_length;
} change_line;

static khop_status next_line(line_sorter *lines, change_line *out, khop_error *err) {
  TRY(line_sorter_next(lines, &out->text, &out->length, err));
  out->key_length = out->length;
  if (out->text && out->text[out->length - 1] != '\0') out->key_length--;
  return KHOP_OK;
}

static int order_of(const change_line *a, const change_line *b) {
  if (!a->text || !b->text) return a->text ? -1 : b->text ? 1 : 0;
  int order = memcmp(a->text, b->text, a->key_length < b->key_length ? a->key_length : b->key_length);
  return order ? order : (a->key_length > b->key_length) - (a->key_length < b->key_length);
}

static const char *part_of(const change_line *line, size_t part) {
  const char *text = line->text;
  while (part-- > 0) text += strlen(text) + 1;
  return text;
}

static void write_field(outfile *f, const char *text, char end) {
  outfile_csv_field(f, text, strlen(text));
  outfile_write(f, &end, 1);
}

static void write_change(outfile *f, const change_line *line, const char *status, const char *from, const char *to) {
  write_field(f, part_of(line, 0), ',');
  write_field(f, part_of(line, 1), ',');
  write_field(f, status, ',');
  write_field(f, from, ',');
  write_field(f, to, ',');
  write_field(f, part_of(line, 2), ',');
  write_field(f, part_of(line, 3), '\n');
}

static khop_change_count *count_of(khop_changes *out, const char *code) {
  for (size_t i = 0; i < out->kind_count; i++) {
    if (strcmp(out->kinds[i].code, code) == 0) return &out->kinds[i];
  }
  const size_t last = sizeof out->kinds / sizeof *out->kinds - 1;
  size_t at = out->kind_count <= last ? out->kind_count++ : last; /* codes of another version, all together */
  snprintf(out->kinds[at].code, sizeof out->kinds[at].code, "%s", code);
  return &out->kinds[at];
}

/* `before` and `now` are lines of one key, or one of them is NULL. */
static void take_group(outfile *f, const change_line *before, const change_line *now, khop_changes *out) {
  int from = before ? before->text[before->length - 1] - '0' : -1, to = now ? now->text[now->length - 1] - '0' : -1;
  const char *was = before ? quality_group_name((quality_group)from) : "", *is = now ? quality_group_name((quality_group)to) : "";
  if (before && now) out->moves[from][to]++;
  else if (now) out->records_new++;
  else out->records_gone++;
  if (from != to) write_change(f, now ? now : before, before && now ? "changed" : now ? "new" : "gone", was, is);
}

static void take_finding(outfile *f, const change_line *before, const change_line *now, khop_changes *out) {
  const change_line *line = now ? now : before;
  khop_change_count *count = count_of(out, part_of(line, 1));
  if (before && now) count->open++, out->open++;
  else if (now) count->appeared++, out->appeared++;
  else count->fixed++, out->fixed++;
  write_change(f, line, before && now ? "open" : now ? "new" : "fixed", "", "");
}

static khop_status merge(const run *r, line_sorter *before, line_sorter *now, outfile *f, khop_changes *out, khop_error *err) {
  change_line left, right;
  TRY(next_line(before, &left, err));
  TRY(next_line(now, &right, err));
  for (uint64_t steps = 0; left.text || right.text; steps++) {
    int order = order_of(&left, &right);
    const change_line *a = order <= 0 ? &left : NULL, *b = order >= 0 ? &right : NULL;
    bool is_group = strcmp(part_of(a ? a : b, 1), group_kind) == 0;
    if (is_group) take_group(f, a, b, out);
    else take_finding(f, a, b, out);
    if (a) TRY(next_line(before, &left, err));
    if (b) TRY(next_line(now, &right, err));
    if (steps % 4096 == 0) TRY(control_check(r->options.control, err));
  }
  return KHOP_OK;
}

static int by_code(const void *a, const void *b) {
  const khop_change_count *x = a, *y = b;
  return strcmp(x->code, y->code);
}

khop_status write_changes(const run *r, const char *staging, outfile *f, khop_changes *out, khop_error *err) {
  line_sorter *before = NULL, *now = NULL;
  khop_status status;
  *out = (khop_changes){.compared_findings = compares_findings(r), .compared_groups = compares_groups(r)};
  TRY_CLEANUP(read_result(r, r->options.previous, &before, err));
  TRY_CLEANUP(read_result(r, staging, &now, err));
  outfile_text(f, "record_id,kind,status,from,to,identifier_type,identifier\n");
  TRY_CLEANUP(merge(r, before, now, f, out, err));
  qsort(out->kinds, out->kind_count, sizeof *out->kinds, by_code);
cleanup:
  line_sorter_free(before);
  line_sorter_free(now);
  return status;
}
