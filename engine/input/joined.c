/* See joined.h: the values. */
#include "input/internal.h"

#include <string.h>

#include "input/scan.h"

/* Memory that is used again from batch to batch. */
typedef struct joined_texts {
  input_field *fields; /* the rows as they were widened last: changes place with input_rows.fields */
  size_t field_capacity;
  char *text;
  size_t used, text_capacity;
} joined_texts;

/* A sign that says yes: a cross, a figure, a year; not 0. */
static bool is_crossed(input_field field) { return field.length > 0 && !(field.length == 1 && field.text[0] == '0'); }

static const char woman[SCAN_PADDING + sizeof "Nữ"] = "Nữ", man[SCAN_PADDING + sizeof "Nam"] = "Nam", neither[SCAN_PADDING + 1] = "";

static input_field text_of(const char *said) { return (input_field){.text = said, .length = (uint32_t)strlen(said)}; }

static input_field turned(input_field sex) {
  if (sex.length != 1 || (sex.text[0] != '0' && sex.text[0] != '1')) return sex;
  return text_of(sex.text[0] == '0' ? man : woman);
}

static input_field crossed(const join *j, const input_field *row) {
  bool is_woman = is_crossed(field_trimmed(row[j->parts[0]]));
  bool is_man = j->part_count > 1 ? is_crossed(field_trimmed(row[j->parts[1]])) : !is_woman;
  return text_of(is_woman == is_man ? neither : is_woman ? woman : man);
}

/* Does the first part of a place name the last one, the province? Then it is the whole address. */
static bool is_whole_place(const join *j, const input_field *row) {
  input_field first = field_trimmed(row[j->parts[0]]), last = field_trimmed(row[j->parts[j->part_count - 1]]);
  return last.length > 0 && memmem(first.text, first.length, last.text, last.length) != NULL;
}

static void add_bytes(joined_texts *t, const char *text, size_t length) {
  memcpy(t->text + t->used, text, length);
  t->used += length;
}

static input_field joined_value(const join *j, const input_field *row, joined_texts *t) {
  if (j->kind == JOIN_CROSS) return crossed(j, row);
  if (j->kind == JOIN_TURNED) return turned(field_trimmed(row[j->parts[0]]));
  size_t start = t->used;
  for (size_t p = 0; p < j->part_count; p++) {
    input_field part = field_trimmed(row[j->parts[p]]);
    if (part.length == 0) continue;
    if (j->kind == JOIN_FIRST || (p == 0 && j->kind == JOIN_PLACE && is_whole_place(j, row))) return part;
    if (t->used > start && j->kind == JOIN_PLACE) add_bytes(t, ", ", 2);
    else if (t->used > start) add_bytes(t, j->kind == JOIN_DATE ? "/" : " ", 1);
    add_bytes(t, part.text, part.length);
  }
  return (input_field){.text = t->text + start, .length = (uint32_t)(t->used - start)};
}

/* At most so many bytes are joined in all. */
static size_t joined_bytes(const joined_columns *joined, const input_rows *rows) {
  size_t bytes = 0;
  for (size_t i = 0; i < joined->count; i++) {
    const join *j = &joined->joins[i];
    for (size_t row = 0; j->kind != JOIN_CROSS && row < rows->row_count; row++) {
      const input_field *fields = rows->fields + row * rows->column_count;
      for (size_t p = 0; p < j->part_count; p++) bytes += fields[j->parts[p]].length + 2;
    }
  }
  return bytes;
}

khop_status joined_rows(const joined_columns *joined, input_rows *rows, khop_error *err) {
  if (joined->count == 0) return KHOP_OK;
  if (!rows->joined) rows->joined = mem_alloc(1, sizeof *rows->joined);
  joined_texts *t = rows->joined;
  if (!t) return error_memory(err, sizeof *t, "joined columns");
  const size_t own = rows->column_count, wide = own + joined->count;
  t->used = 0;
  TRY(array_reserve(&t->text, &t->text_capacity, joined_bytes(joined, rows) + SCAN_PADDING, 1, "joined columns", err));
  TRY(array_reserve(&t->fields, &t->field_capacity, rows->row_count * wide, sizeof *t->fields, "joined columns", err));
  for (size_t row = 0; row < rows->row_count; row++) {
    const input_field *from = rows->fields + row * own;
    input_field *to = t->fields + row * wide;
    memcpy(to, from, own * sizeof *to);
    for (size_t i = 0; i < joined->count; i++) to[own + i] = joined_value(&joined->joins[i], from, t);
  }
  memset(t->text + t->used, 0, SCAN_PADDING);
  input_field *fields = rows->fields;
  size_t capacity = rows->field_capacity;
  rows->fields = t->fields;
  rows->field_capacity = t->field_capacity;
  t->fields = fields;
  t->field_capacity = capacity;
  rows->column_count = wide;
  return KHOP_OK;
}

void joined_texts_free(struct joined_texts *t) {
  if (!t) return;
  mem_free(t->fields);
  mem_free(t->text);
  mem_free(t);
}
