/* See line_sort.h. A line in memory and in the file: its length as u32, its bytes. */
#include "base/line_sort.h"

#include <stdlib.h>
#include <string.h>

enum { READ_BYTES = 1 << 18 };
_Static_assert((int)READ_BYTES > (int)LINE_SORT_LINE_MAX, "a line fits the buffer");

/* A sorted part: in the file, read through a buffer of its own. */
typedef struct line_part {
  spill_stream stream;
  uint64_t at;      /* of the stream: behind what is in the buffer */
  char *buffer;
  size_t used, next; /* bytes in it; where the next line is */
  const char *line;  /* the first one that was not taken; NULL: none is left */
  uint32_t length;
} line_part;

struct line_sorter {
  char *directory;
  spill_file *file;
  char *bytes; /* of the part that is filled */
  size_t used, part_bytes;
  const char **lines; /* in it */
  size_t line_count, line_capacity, line_next;
  line_part *parts;
  size_t part_count, part_capacity;
  line_part **heap; /* of parts that have a line, the least on top */
  size_t heap_count;
  bool pops; /* the top's line is with the caller */
};

khop_status line_sorter_create(line_sorter **out_sorter, const char *directory, size_t part_bytes, khop_error *err) {
  line_sorter *s = *out_sorter = mem_alloc(1, sizeof *s);
  if (!s) return error_memory(err, sizeof *s, "sorting");
  s->part_bytes = part_bytes;
  s->directory = mem_copy_text(directory, strlen(directory));
  s->bytes = mem_alloc(part_bytes, 1);
  if (s->directory && s->bytes) return KHOP_OK;
  line_sorter_free(s);
  *out_sorter = NULL;
  return error_memory(err, part_bytes, "sorting");
}

void line_sorter_free(line_sorter *s) {
  if (!s) return;
  for (size_t p = 0; p < s->part_count; p++) {
    mem_free(s->parts[p].buffer);
    spill_discard(s->file, &s->parts[p].stream);
  }
  spill_close(s->file);
  mem_free(s->directory);
  mem_free(s->bytes);
  mem_free(s->lines);
  mem_free(s->parts);
  mem_free(s->heap);
  mem_free(s);
}

/* ---- order -------------------------------------------------------------------------------------------- */

static uint32_t length_of(const char *line) {
  uint32_t length;
  memcpy(&length, line - sizeof length, sizeof length);
  return length;
}

static int order(const char *a, uint32_t a_length, const char *b, uint32_t b_length) {
  int by_bytes = memcmp(a, b, a_length < b_length ? a_length : b_length);
  return by_bytes ? by_bytes : (a_length > b_length) - (a_length < b_length);
}

static int by_bytes(const void *a, const void *b) {
  const char *const *x = a, *const *y = b;
  return order(*x, length_of(*x), *y, length_of(*y));
}

static void sort_part(line_sorter *s) {
  if (s->line_count) qsort(s->lines, s->line_count, sizeof *s->lines, by_bytes);
}

/* ---- filling -------------------------------------------------------------------------------------------- */

static khop_status write_part(line_sorter *s, khop_error *err) {
  if (!s->file) TRY(spill_open(&s->file, s->directory, err));
  TRY(array_reserve(&s->parts, &s->part_capacity, s->part_count + 1, sizeof *s->parts, "sorting", err));
  line_part *part = &s->parts[s->part_count++];
  *part = (line_part){0};
  sort_part(s);
  for (size_t i = 0; i < s->line_count; i++) {
    const char *from = s->lines[i] - sizeof(uint32_t);
    TRY(spill_write(s->file, &part->stream, from, sizeof(uint32_t) + length_of(s->lines[i]), err));
  }
  s->line_count = s->used = 0;
  return spill_end(s->file, &part->stream, err);
}

khop_status line_sorter_add(line_sorter *s, const char *line, size_t length, khop_error *err) {
  const uint32_t head = (uint32_t)length;
  if (length > LINE_SORT_LINE_MAX) return error_set(err, KHOP_INPUT, "a line of %zu bytes, at most %d", length, LINE_SORT_LINE_MAX);
  if (s->used + sizeof head + length > s->part_bytes) TRY(write_part(s, err));
  TRY(array_reserve(&s->lines, &s->line_capacity, s->line_count + 1, sizeof *s->lines, "sorting", err));
  memcpy(s->bytes + s->used, &head, sizeof head);
  s->used += sizeof head;
  s->lines[s->line_count++] = s->bytes + s->used;
  memcpy(s->bytes + s->used, line, length);
  s->used += length;
  return KHOP_OK;
}

/* ---- merging ---------------------------------------------------------------------------------------------- */

/* Moves what is left of the buffer to its front and fills it up. */
static khop_status refill(line_sorter *s, line_part *part, khop_error *err) {
  size_t left = part->used - part->next;
  memmove(part->buffer, part->buffer + part->next, left);
  uint64_t rest = part->stream.bytes - part->at;
  size_t more = rest < READ_BYTES - left ? (size_t)rest : READ_BYTES - left;
  TRY(spill_read(s->file, &part->stream, part->at, part->buffer + left, more, err));
  part->at += more;
  part->used = left + more;
  part->next = 0;
  return KHOP_OK;
}

static khop_status load_line(line_sorter *s, line_part *part, khop_error *err) {
  bool is_short = part->used - part->next < sizeof part->length;
  if (!is_short) {
    memcpy(&part->length, part->buffer + part->next, sizeof part->length);
    is_short = part->used - part->next - sizeof part->length < part->length;
  }
  if (is_short) TRY(refill(s, part, err));
  part->line = NULL;
  if (part->used == part->next) return KHOP_OK;
  memcpy(&part->length, part->buffer + part->next, sizeof part->length);
  part->line = part->buffer + part->next + sizeof part->length;
  part->next += sizeof part->length + part->length;
  return KHOP_OK;
}

static bool is_before(const line_part *a, const line_part *b) { return order(a->line, a->length, b->line, b->length) < 0; }

static void sink(line_sorter *s, size_t at) {
  for (size_t child; (child = 2 * at + 1) < s->heap_count; at = child) {
    if (child + 1 < s->heap_count && is_before(s->heap[child + 1], s->heap[child])) child++;
    if (!is_before(s->heap[child], s->heap[at])) return;
    line_part *part = s->heap[at];
    s->heap[at] = s->heap[child];
    s->heap[child] = part;
  }
}

khop_status line_sorter_end(line_sorter *s, khop_error *err) {
  if (s->part_count == 0) {
    sort_part(s);
    return KHOP_OK;
  }
  TRY(write_part(s, err));
  mem_free(s->bytes);
  s->bytes = NULL;
  s->heap = mem_alloc(s->part_count, sizeof *s->heap);
  if (!s->heap) return error_memory(err, s->part_count * sizeof *s->heap, "sorting");
  for (size_t p = 0; p < s->part_count; p++) {
    line_part *part = &s->parts[p];
    part->buffer = mem_alloc(READ_BYTES, 1);
    if (!part->buffer) return error_memory(err, READ_BYTES, "sorting");
    TRY(load_line(s, part, err));
    if (part->line) s->heap[s->heap_count++] = part;
  }
  for (size_t i = s->heap_count / 2; i-- > 0;) sink(s, i);
  return KHOP_OK;
}

khop_status line_sorter_next(line_sorter *s, const char **out_line, size_t *out_length, khop_error *err) {
  *out_line = NULL;
  *out_length = 0;
  if (s->part_count == 0) {
    if (s->line_next == s->line_count) return KHOP_OK;
    *out_line = s->lines[s->line_next++];
    *out_length = length_of(*out_line);
    return KHOP_OK;
  }
  if (s->pops) {
    TRY(load_line(s, s->heap[0], err));
    if (!s->heap[0]->line) s->heap[0] = s->heap[--s->heap_count];
    sink(s, 0);
  }
  s->pops = s->heap_count > 0;
  if (!s->pops) return KHOP_OK;
  *out_line = s->heap[0]->line;
  *out_length = s->heap[0]->length;
  return KHOP_OK;
}
