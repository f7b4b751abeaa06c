/* What is kept of findings until they are written. See findings.h.
 *
 *   batch, lines:  | line_head | "severity,type,identifier,ID,fix,evidence\n" | line_head | ...
 *   groups:        | rows (u32 each) | type \0 identifier \0 fix \0 evidence \0 |
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "findings/lines.h"

/* ---- a batch ------------------------------------------------------------------------------------ */

void finding_batch_free(finding_batch *b) {
  mem_free(b->bytes);
  mem_free(b->units);
  *b = (finding_batch){0};
}

khop_status finding_line(finding_batch *b, const finding *found, const char *id, size_t id_length, khop_error *err) {
  const char *fix = found->fix, *severity = finding_severity_name(found->severity);
  const char *parts[] = {severity, found->type, found->identifier, id, fix, found->evidence};
  const size_t lengths[] = {strlen(severity), strlen(found->type), strlen(found->identifier), id_length, strlen(fix), strlen(found->evidence)};
  size_t most = sizeof(line_head);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) most += 2 * lengths[i] + 3; /* every byte a quote */
  TRY(array_reserve(&b->bytes, &b->capacity, b->used + most, 1, "findings", err));
  char *start = b->bytes + b->used, *out = start + sizeof(line_head);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    out += csv_field(out, parts[i], lengths[i]);
    *out++ = i + 1 < sizeof parts / sizeof *parts ? ',' : '\n';
  }
  const line_head head = {.row = found->rows[0], .length = (uint32_t)(out - start - (ptrdiff_t)sizeof(line_head)), .kind = (uint8_t)found->kind,
                          .severity = (uint8_t)found->severity};
  memcpy(start, &head, sizeof head);
  b->used = (size_t)(out - b->bytes);
  return KHOP_OK;
}

/* ---- all of a run -------------------------------------------------------------------------------- */

khop_status findings_init(findings *f, const char *directory, finding_language language, khop_error *err) {
  *f = (findings){.language = language};
  f->directory = mem_copy_text(directory, strlen(directory));
  return f->directory ? KHOP_OK : error_memory(err, strlen(directory), "path");
}

void findings_expect_units(findings *f) { f->has_units = true; }

void findings_free(findings *f) {
  for (size_t kind = 0; f->file && kind < FINDING_KINDS; kind++) spill_discard(f->file, &f->lines[kind]);
  spill_close(f->file);
  region_unmap(&f->masks_memory);
  region_unmap(&f->units_memory);
  mem_free(f->directory);
  mem_free(f->groups);
  mem_free(f->bytes);
  *f = (findings){0};
}

static khop_status reserve_masks(findings *f, size_t rows, khop_error *err) {
  const size_t first_capacity = 1 << 16;
  if (rows <= f->row_capacity) return KHOP_OK;
  size_t capacity = f->row_capacity > first_capacity ? f->row_capacity : first_capacity;
  while (capacity < rows) capacity += capacity / 2;
  TRY(region_resize(&f->masks_memory, capacity * sizeof *f->masks, "findings", err));
  f->masks = f->masks_memory.data;
  if (f->has_units) TRY(region_resize(&f->units_memory, capacity * sizeof *f->units, "places", err));
  f->units = f->units_memory.data;
  f->row_capacity = capacity;
  return KHOP_OK;
}

khop_status findings_append(findings *f, const finding_batch *b, size_t rows, khop_error *err) {
  TRY(reserve_masks(f, f->row_count + rows, err));
  if (f->has_units && rows) memcpy(f->units + f->row_count, b->units, rows * sizeof *f->units);
  if (b->used && !f->file) TRY(spill_open(&f->file, f->directory, err));
  for (size_t at = 0; at < b->used;) {
    line_head head;
    memcpy(&head, b->bytes + at, sizeof head);
    head.row += (uint32_t)f->row_count;
    TRY(spill_write(f->file, &f->lines[head.kind], &head, sizeof head, err));
    TRY(spill_write(f->file, &f->lines[head.kind], b->bytes + at + sizeof head, head.length, err));
    f->masks[head.row] |= finding_bit((finding_kind)head.kind);
    f->counts[head.kind][head.severity]++;
    at += sizeof head + head.length;
  }
  f->row_count += rows;
  return KHOP_OK;
}

khop_status findings_add(findings *f, const finding *found, khop_error *err) {
  const char *fix = found->fix ? found->fix : finding_kind_fix(found->kind, f->language);
  const char *texts[] = {found->type, found->identifier, fix, found->evidence};
  size_t bytes = found->row_count * sizeof *found->rows;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) bytes += strlen(texts[i]) + 1;
  bytes = (bytes + sizeof *found->rows - 1) / sizeof *found->rows * sizeof *found->rows; /* the next one's rows are aligned */
  TRY(array_reserve(&f->bytes, &f->bytes_capacity, f->bytes_used + bytes, 1, "findings", err));
  TRY(array_reserve(&f->groups, &f->group_capacity, f->group_count + 1, sizeof *f->groups, "findings", err));
  finding_group *group = &f->groups[f->group_count++];
  *group = (finding_group){.kind = found->kind, .severity = found->severity, .first_row = found->rows[0],
                           .last_row = found->rows[found->row_count - 1], .row_count = (uint32_t)found->row_count, .offset = f->bytes_used};
  char *out = f->bytes + f->bytes_used;
  memcpy(out, found->rows, found->row_count * sizeof *found->rows);
  out += found->row_count * sizeof *found->rows;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    memcpy(out, texts[i], strlen(texts[i]) + 1);
    out += strlen(texts[i]) + 1;
  }
  group->hash = hash_bytes(f->bytes + f->bytes_used, (size_t)(out - f->bytes) - f->bytes_used);
  f->bytes_used += bytes;
  for (size_t i = 0; i < found->row_count; i++) f->masks[found->rows[i]] |= finding_bit(found->kind);
  f->counts[found->kind][found->severity]++;
  return KHOP_OK;
}

/* ---- from run to run ------------------------------------------------------------------------------- */

enum { copied_bytes = 1 << 16 };

khop_status findings_put(findings *f, piece_writer *to, khop_error *err) {
  char *bytes = mem_alloc(copied_bytes, 1);
  khop_status status = bytes ? KHOP_OK : error_memory(err, copied_bytes, "findings");
  piece_put(to, f->counts, sizeof f->counts);
  piece_put(to, f->masks, f->row_count * sizeof *f->masks);
  if (f->has_units) piece_put(to, f->units, f->row_count * sizeof *f->units);
  for (size_t kind = 0; status == KHOP_OK && kind < FINDING_KINDS; kind++) {
    spill_stream *lines = &f->lines[kind];
    if (f->file) status = spill_end(f->file, lines, err);
    piece_number(to, lines->bytes);
    for (uint64_t at = 0, part; status == KHOP_OK && at < lines->bytes; at += part) {
      part = lines->bytes - at < copied_bytes ? lines->bytes - at : copied_bytes;
      status = spill_read(f->file, lines, at, bytes, part, err);
      piece_put(to, bytes, part);
    }
  }
  mem_free(bytes);
  return status;
}

static khop_status take_lines(findings *f, size_t kind, char *bytes, piece_reader *from, khop_error *err) {
  size_t left, part;
  TRY(piece_take_count(from, SIZE_MAX, &left, err));
  if (left && !f->file) TRY(spill_open(&f->file, f->directory, err));
  for (; left; left -= part) {
    part = left < copied_bytes ? left : copied_bytes;
    TRY(piece_take(from, bytes, part, err));
    TRY(spill_write(f->file, &f->lines[kind], bytes, part, err));
  }
  return KHOP_OK;
}

khop_status findings_take(findings *f, size_t rows, piece_reader *from, khop_error *err) {
  TRY(reserve_masks(f, rows, err));
  f->row_count = rows;
  TRY(piece_take(from, f->counts, sizeof f->counts, err));
  TRY(piece_take(from, f->masks, rows * sizeof *f->masks, err));
  if (f->has_units) TRY(piece_take(from, f->units, rows * sizeof *f->units, err));
  char *bytes = mem_alloc(copied_bytes, 1);
  khop_status status = bytes ? KHOP_OK : error_memory(err, copied_bytes, "findings");
  for (size_t kind = 0; status == KHOP_OK && kind < FINDING_KINDS; kind++) status = take_lines(f, kind, bytes, from, err);
  mem_free(bytes);
  return status;
}

/* ---- the end --------------------------------------------------------------------------------------- */

/* By kind and first row; then by all that is said, so that nothing depends on the order in which they were found. */
static int by_kind_and_rows(const void *a, const void *b) {
  const finding_group *x = a, *y = b;
  if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
  if (x->first_row != y->first_row) return x->first_row < y->first_row ? -1 : 1;
  if (x->last_row != y->last_row) return x->last_row < y->last_row ? -1 : 1;
  if (x->row_count != y->row_count) return x->row_count < y->row_count ? -1 : 1;
  return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* Rows whose id was there before are no part of the register. */
static khop_status forget_dead_lines(findings *f, const feature_table *table, khop_error *err) {
  khop_status status = KHOP_OK;
  for (size_t kind = 0; status == KHOP_OK && kind < FINDING_KINDS; kind++) {
    finding_cursor cursor = {.all = f, .kind = (finding_kind)kind};
    finding_text line;
    bool more = true;
    while ((status = finding_cursor_next(&cursor, &line, &more, err)) == KHOP_OK && more) {
      f->counts[kind][line.severity] -= feature_table_dead(table, line.row);
    }
    finding_cursor_free(&cursor);
  }
  for (size_t row = 0; row < f->row_count; row++) {
    if (!feature_table_dead(table, row)) continue;
    f->masks[row] = 0;
    if (f->has_units) f->units[row] = FINDING_UNIT_DEAD;
  }
  return status;
}

/* A home and a card may lead to the same records: what is said of them twice, word for word, is told once. The groups are sorted. */
static void forget_repeated(findings *f) {
  size_t kept = 0;
  for (size_t g = 0; g < f->group_count; g++) {
    const finding_group group = f->groups[g];
    if (kept && by_kind_and_rows(&f->groups[kept - 1], &group) == 0) f->counts[group.kind][group.severity]--;
    else f->groups[kept++] = group;
  }
  f->group_count = kept;
}

khop_status findings_end(findings *f, const feature_table *table, khop_error *err) {
  bool some_are_dead = false;
  for (size_t row = 0; row < f->row_count && !some_are_dead; row++) some_are_dead = feature_table_dead(table, row);
  for (size_t kind = 0; f->file && kind < FINDING_KINDS; kind++) TRY(spill_end(f->file, &f->lines[kind], err));
  if (some_are_dead) TRY(forget_dead_lines(f, table, err));
  if (f->group_count) qsort(f->groups, f->group_count, sizeof *f->groups, by_kind_and_rows);
  forget_repeated(f);
  return KHOP_OK;
}

/* ---- reading them ---------------------------------------------------------------------------------------- */

/* The next `length` bytes of the stream. */
static khop_status load(finding_cursor *c, size_t length, khop_error *err) {
  const size_t window = 1 << 17;
  const spill_stream *lines = &c->all->lines[c->kind];
  if (c->at >= c->start && c->at + length <= c->start + c->loaded) return KHOP_OK;
  TRY(array_reserve(&c->bytes, &c->capacity, length > window ? length : window, 1, "findings", err));
  c->start = c->at;
  c->loaded = lines->bytes - c->at < c->capacity ? (size_t)(lines->bytes - c->at) : c->capacity;
  return spill_read(c->all->file, lines, c->start, c->bytes, c->loaded, err);
}

khop_status finding_cursor_next(finding_cursor *c, finding_text *out, bool *out_more, khop_error *err) {
  line_head head;
  *out_more = c->at < c->all->lines[c->kind].bytes;
  if (!*out_more) return KHOP_OK;
  TRY(load(c, sizeof head, err));
  memcpy(&head, c->bytes + (c->at - c->start), sizeof head);
  TRY(load(c, sizeof head + head.length, err));
  *out = (finding_text){.row = head.row, .severity = (finding_severity)head.severity,
                        .text = c->bytes + (c->at - c->start) + sizeof head, .length = head.length};
  c->at += sizeof head + head.length;
  return KHOP_OK;
}

void finding_cursor_free(finding_cursor *c) { mem_free(c->bytes); }

static size_t groups_below(const findings *f, int kind) {
  size_t low = 0, high = f->group_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if ((int)f->groups[middle].kind < kind) low = middle + 1;
    else high = middle;
  }
  return low;
}

size_t findings_groups(const findings *f, finding_kind kind, size_t *out_first) {
  *out_first = groups_below(f, (int)kind);
  return groups_below(f, (int)kind + 1) - *out_first;
}

finding findings_group(const findings *f, size_t group) {
  const finding_group *g = &f->groups[group];
  const char *texts[4], *at = f->bytes + g->offset + g->row_count * sizeof(uint32_t);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    texts[i] = at;
    at += strlen(at) + 1;
  }
  return (finding){.kind = g->kind, .severity = g->severity, .type = texts[0], .identifier = texts[1], .fix = texts[2], .evidence = texts[3],
                   .rows = (const uint32_t *)(const void *)(f->bytes + g->offset), .row_count = g->row_count};
}
