/* See sample.h. In nearly every file nothing but UTF-8 is found, so that comes first and is cheap: fields that only
 * real UTF-8 can be are passed over, and when the others speak for no other charset, all together do not. (What is
 * passed over would add words that UTF-8 won or that nobody reads, and both only speak against the others.)
 */
#include "input/sample.h"

#include <string.h>

#include "input/charset_read.h"

enum {
  SAMPLE_PLACES = 32,
  SAMPLE_START_BYTES = 64 * 1024, /* at the first place */
  SAMPLE_PLACE_BYTES = 8 * 1024,  /* at each other one */
  SAMPLE_BYTES_MAX = SAMPLE_START_BYTES + SAMPLE_PLACES * SAMPLE_PLACE_BYTES
};

typedef struct sampler {
  const input *in;
  const window *window;
  size_t behind;         /* of the header, in the window */
  bool is_anywhere;      /* the file can be read at any place, else no further than the window */
  uint64_t total_bytes;  /* of rows that can be looked at */
  input_batch batch;     /* the sample */
  input_rows rows;
} sampler;

static void sampler_start(sampler *t, const input *in, const window *w, size_t behind) {
  const reader *r = &w->reader;
  *t = (sampler){.in = in, .window = w, .behind = behind};
  t->is_anywhere = reader_is_anywhere(r) && !w->ended;
  uint64_t start = w->offset + behind;
  t->total_bytes = t->is_anywhere ? r->size_bytes - start : window_bytes(w) - behind;
}

/* Up to `wanted` bytes, `place` bytes behind the header. */
static khop_status read_place(const sampler *t, uint64_t place, size_t wanted, char *text, size_t *out_bytes,
                              khop_error *err) {
  const window *w = t->window;
  if (t->is_anywhere) {
    return reader_read_at(&w->reader, w->offset + t->behind + place, text, wanted, out_bytes, err);
  }
  uint64_t left = t->total_bytes - place;
  *out_bytes = left < wanted ? (size_t)left : wanted;
  memcpy(text, window_text(w) + t->behind + place, *out_bytes);
  return KHOP_OK;
}

/* Adds the whole lines of a place to the sample. */
static khop_status add_place(sampler *t, uint64_t place, size_t wanted, khop_error *err) {
  char *text = t->batch.text + t->batch.bytes;
  size_t bytes;
  TRY(read_place(t, place, wanted, text, &bytes, err));
  bool is_end = place + bytes >= t->total_bytes && (t->is_anywhere || t->window->ended);
  const char *last = memrchr(text, '\n', bytes);
  size_t end = is_end ? bytes : last ? (size_t)(last - text) + 1 : 0;
  const char *first = place > 0 ? memchr(text, '\n', end) : NULL;
  size_t start = place == 0 ? 0 : first ? (size_t)(first - text) + 1 : end;
  memmove(text, text + start, end - start);
  t->batch.bytes += end - start;
  if (end > start && is_end && t->batch.text[t->batch.bytes - 1] != '\n') t->batch.text[t->batch.bytes++] = '\n';
  return KHOP_OK;
}

static khop_status take_sample(sampler *t, khop_error *err) {
  t->batch.text = mem_alloc(SAMPLE_BYTES_MAX + SAMPLE_PLACES + SCAN_PADDING, 1);
  if (!t->batch.text) return error_memory(err, SAMPLE_BYTES_MAX, "a sample");
  if (t->total_bytes <= SAMPLE_BYTES_MAX) return add_place(t, 0, (size_t)t->total_bytes, err);
  TRY(add_place(t, 0, SAMPLE_START_BYTES, err));
  /* The last place ends where the file ends: what was glued to it is the likeliest to differ. */
  uint64_t step = (t->total_bytes - SAMPLE_START_BYTES) / SAMPLE_PLACES;
  for (uint64_t i = 1; i <= SAMPLE_PLACES; i++) {
    uint64_t end = i == SAMPLE_PLACES ? t->total_bytes : SAMPLE_START_BYTES + i * step;
    TRY(add_place(t, end - SAMPLE_PLACE_BYTES, SAMPLE_PLACE_BYTES, err));
  }
  return KHOP_OK;
}

/* ---- evidence ------------------------------------------------------------------------------ */

static void add_field(const input *in, bool is_whole, charset_evidence *e, const input_field *field) {
  if (!is_whole && charset_is_plain_text(field->text, field->length)) return;
  charset_evidence_add(in->charsets, e, field->text, field->length);
}

/* `is_whole`: all fields, not only those that may be in another charset than UTF-8. */
static void add_evidence(const sampler *t, const input_rows *header, bool is_whole, source_charset *found) {
  size_t columns = header->column_count;
  found->evidence = (charset_evidence){0};
  memset(found->column_evidence, 0, columns * sizeof *found->column_evidence);
  for (size_t c = 0; c < columns; c++) add_field(t->in, is_whole, &found->evidence, &header->fields[c]);
  for (size_t i = 0; i < t->rows.row_count * columns; i++) {
    add_field(t->in, is_whole, &found->column_evidence[i % columns], &t->rows.fields[i]);
  }
  for (size_t c = 0; c < columns; c++) charset_evidence_merge(&found->evidence, &found->column_evidence[c]);
}

static void decide(source_charset *found, const charset_profile *forced, size_t columns) {
  if (forced) found->profile = *forced;
  else charset_profile_decide(&found->evidence, NULL, &found->profile);
  found->has_own_columns = false;
  for (size_t c = 0; c < columns; c++) {
    charset_profile_decide(&found->column_evidence[c], &found->profile, &found->columns[c]);
    found->has_own_columns |= source_charset_is_own(found, c);
  }
  found->is_plain = charset_profile_is_utf8(&found->profile) && !found->has_own_columns;
}

static khop_status find_charsets(const sampler *t, source_file *s, const input_rows *header, khop_error *err) {
  const input *in = t->in;
  source_charset *found = &s->charset;
  size_t columns = header->column_count;
  found->columns = mem_alloc(columns + JOINS_MAX, sizeof *found->columns);
  found->column_evidence = mem_alloc(columns + JOINS_MAX, sizeof *found->column_evidence);
  if (!found->columns || !found->column_evidence) {
    return error_memory(err, columns * sizeof *found->column_evidence, "charsets of columns");
  }
  const charset_profile *forced = in->forced.is_forced ? &in->forced : NULL;
  add_evidence(t, header, in->wants_evidence, found);
  decide(found, forced, columns);
  if (found->is_plain || in->wants_evidence) return KHOP_OK;
  add_evidence(t, header, true, found);
  decide(found, forced, columns);
  return KHOP_OK;
}

static khop_status look_for_charsets(const sampler *t, source_file *s, const input_rows *header, khop_error *err) {
  source_charset *found = &s->charset;
  if (t->in->forced.is_forced && !t->in->wants_evidence) {
    found->profile = t->in->forced;
    found->is_plain = charset_profile_is_utf8(&t->in->forced);
    return KHOP_OK;
  }
  khop_status status = find_charsets(t, s, header, err);
  if (found->is_plain && !t->in->wants_evidence) source_charset_free(found);
  return status;
}

/* Digits stand alike in all charsets. */
static khop_status look_for_dates(const sampler *t, source_file *s, size_t columns, khop_error *err) {
  s->date_orders = mem_alloc(columns + JOINS_MAX, sizeof *s->date_orders);
  if (!s->date_orders) return error_memory(err, columns * sizeof *s->date_orders, "dates of columns");
  s->shown.date_orders = s->date_orders;
  for (size_t i = 0; i < t->rows.row_count * columns; i++) {
    date_order_count(&s->date_orders[i % columns], t->rows.fields[i].text, t->rows.fields[i].length);
  }
  return KHOP_OK;
}

/* Twelve digits: a number whose fourth digit is even for men, odd for women. */
static bool is_personal_number(const input_field *field) {
  if (field->length != 12) return false;
  for (size_t i = 0; i < 12; i++) {
    if (field->text[i] < '0' || field->text[i] > '9') return false;
  }
  return true;
}

/* The column of 0 and 1 that says 0 where the numbers of people say man, in nine rows of ten; most registers that know 0 mean
 * women. -1: none. */
static int find_turned_sex(const input_rows *rows, size_t columns) {
  enum { rows_enough = 20 };
  size_t numbers = 0, most = 0;
  for (size_t c = 0; c < columns; c++) {
    size_t count = 0;
    for (size_t row = 0; row < rows->row_count; row++) count += is_personal_number(&rows->fields[row * columns + c]);
    if (count > most) most = count, numbers = c;
  }
  for (size_t c = 0; c < columns && most >= rows_enough; c++) {
    size_t said = 0, turned = 0;
    for (size_t row = 0; row < rows->row_count; row++) {
      const input_field *number = &rows->fields[row * columns + numbers], *sex = &rows->fields[row * columns + c];
      if (sex->length == 0) continue;
      bool is_bit = sex->length == 1 && (sex->text[0] == '0' || sex->text[0] == '1');
      if (!is_bit) {
        said = 0;
        break;
      }
      if (!is_personal_number(number)) continue;
      said++;
      turned += (number->text[3] - '0') % 2 == sex->text[0] - '0';
    }
    if (said >= rows_enough && turned * 10 >= said * 9) return (int)c;
  }
  return -1;
}

khop_status sample_source(const input *in, source_file *s, const window *w, size_t behind, const input_rows *header,
                          khop_error *err) {
  khop_status status = KHOP_OK;
  size_t columns = header->column_count;
  sampler t;
  sampler_start(&t, in, w, behind);
  TRY_CLEANUP(take_sample(&t, err));
  TRY_CLEANUP(split_batch(in->kernels, s->shown.delimiter, columns, NULL, &t.batch, &t.rows, err));
  TRY_CLEANUP(look_for_charsets(&t, s, header, err));
  TRY_CLEANUP(look_for_dates(&t, s, columns, err));
  s->turned_sex = find_turned_sex(&t.rows, columns);
cleanup:
  input_batch_free(&t.batch);
  input_rows_free(&t.rows);
  return status;
}

/* ---- what was found ------------------------------------------------------------------------ */

static unsigned mask_of(const charset_profile *profile) {
  unsigned mask = 0;
  for (size_t i = 0; i < profile->count; i++) mask |= 1u << profile->charsets[i];
  return mask;
}

const source_charset *input_charset_of(const input *in, size_t source) { return &in->sources[source].charset; }

void input_charset_count(input *in, size_t source, const uint64_t rows[CHARSET_COUNT]) {
  for (size_t c = 0; c < CHARSET_COUNT; c++) atomic_store_explicit(&in->sources[source].charset.decoded_rows[c], rows[c], memory_order_relaxed);
}

bool source_charset_is_own(const source_charset *found, size_t column) {
  const unsigned utf8 = 1u << CHARSET_UTF8;
  return (mask_of(&found->profile) & utf8) != 0 && (mask_of(&found->columns[column]) & utf8) == 0;
}

bool source_charset_differs(const source_charset *found, size_t column) {
  return mask_of(&found->columns[column]) != mask_of(&found->profile);
}

void source_charset_free(source_charset *found) {
  mem_free(found->columns);
  mem_free(found->column_evidence);
  found->columns = NULL;
  found->column_evidence = NULL;
}
