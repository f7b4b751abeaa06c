/* ids.csv: findings, by kind and first record. See results.h. */
#include <string.h>

#include "base/memory.h"
#include "output/results.h"

static void write_text(outfile *f, const char *text) { outfile_csv_field(f, text, strlen(text)); }

typedef struct joined {
  char *text;
  size_t used, capacity;
} joined;

/* One field: ids parted by ';'. */
static khop_status write_ids_of(outfile *f, const records *r, const finding *found, joined *j, khop_error *err) {
  j->used = 0;
  for (size_t i = 0; i < found->row_count; i++) {
    size_t length;
    const char *id = record_id(r, found->rows[i], &length);
    TRY(array_reserve(&j->text, &j->capacity, j->used + length + 1, 1, "record ids", err));
    if (i) j->text[j->used++] = ';';
    memcpy(j->text + j->used, id, length);
    j->used += length;
  }
  outfile_csv_field(f, j->text, j->used);
  return KHOP_OK;
}

static khop_status write_group(outfile *f, const records *r, const finding *found, joined *j, khop_error *err) {
  outfile_text(f, finding_code(found->kind));
  outfile_write(f, ",", 1);
  outfile_text(f, finding_severity_name(found->severity));
  outfile_write(f, ",", 1);
  write_text(f, found->type);
  outfile_write(f, ",", 1);
  write_text(f, found->identifier);
  outfile_write(f, ",", 1);
  TRY(write_ids_of(f, r, found, j, err));
  outfile_write(f, ",", 1);
  write_text(f, found->fix);
  outfile_write(f, ",", 1);
  write_text(f, found->evidence);
  outfile_write(f, "\n", 1);
  return KHOP_OK;
}

/* Both in the order of their first rows. */
static khop_status write_kind(outfile *f, const result *r, finding_kind kind, joined *j, khop_error *err) {
  khop_status status = KHOP_OK;
  finding_cursor cursor = {.all = r->findings, .kind = kind};
  finding_text line;
  bool more;
  size_t first, last = findings_groups(r->findings, kind, &first);
  last += first;
  while ((status = finding_cursor_next(&cursor, &line, &more, err)) == KHOP_OK && (more || first < last)) {
    for (; status == KHOP_OK && first < last && (!more || r->findings->groups[first].first_row <= line.row); first++) {
      const finding found = findings_group(r->findings, first);
      status = write_group(f, r->records, &found, j, err);
    }
    if (status != KHOP_OK) break;
    if (!more || feature_table_dead(r->table, line.row)) continue;
    outfile_text(f, finding_code(kind));
    outfile_write(f, ",", 1);
    outfile_write(f, line.text, line.length);
  }
  finding_cursor_free(&cursor);
  return status;
}

khop_status write_ids(outfile *f, const result *r, khop_error *err) {
  khop_status status = KHOP_OK;
  joined j = {0};
  outfile_text(f, "finding,severity,identifier_type,identifier,record_ids,suggested_fix,evidence\n");
  for (size_t kind = 0; status == KHOP_OK && kind < FINDING_KINDS; kind++) status = write_kind(f, r, (finding_kind)kind, &j, err);
  mem_free(j.text);
  return status;
}
