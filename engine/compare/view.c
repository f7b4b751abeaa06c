/* See view.h. */
#include "compare/view.h"

#include <string.h>

enum { view_alignment = 64 };

/* ---- memory: one block, carved twice (once to size it) -------------------------------------- */

typedef struct carver {
  uint8_t *base; /* NULL while sizing */
  size_t used;
} carver;

static void *carve(carver *c, size_t bytes) {
  void *place = c->base ? c->base + c->used : NULL;
  c->used += (bytes + view_alignment - 1) / view_alignment * view_alignment;
  return place;
}

static void carve_text(carver *c, view_column *column, const feature_slot *slot) {
  column->toned = carve(c, BATCH_ROWS * 4);
  column->plain = carve(c, BATCH_ROWS * 4);
  if (!slot->letters) return;
  column->letters = carve(c, (size_t)BATCH_ROWS * TEXT_LETTERS_MAX);
  column->straight = carve(c, (size_t)BATCH_ROWS * TEXT_LETTERS_MAX);
  column->lengths = carve(c, BATCH_ROWS);
  column->words = carve(c, BATCH_ROWS * sizeof *column->words);
  column->word_hashes = carve(c, BATCH_ROWS * sizeof *column->word_hashes);
  column->word_counts = carve(c, BATCH_ROWS);
  column->signatures = carve(c, BATCH_ROWS * 4);
  column->first = carve(c, BATCH_ROWS * 4);
  column->last = carve(c, BATCH_ROWS * 4);
  column->sum = carve(c, BATCH_ROWS * 4);
}

static void carve_column(carver *c, view_column *column, const feature_slot *slot) {
  switch (slot->kind) {
    case SLOT_TEXT: carve_text(c, column, slot); break;
    case SLOT_ID:
      column->digits = carve(c, BATCH_ROWS * 8);
      column->kinds = carve(c, BATCH_ROWS);
      break;
    case SLOT_DATE:
      column->digits = carve(c, BATCH_ROWS * 8);
      column->dates = carve(c, BATCH_ROWS * 4);
      column->days = carve(c, BATCH_ROWS * 4);
      break;
    case SLOT_QUANTITY: column->quantities = carve(c, BATCH_ROWS * 4); break;
    case SLOT_SEX: column->bytes = carve(c, BATCH_ROWS); break;
    default: break;
  }
  if (slot->frequency_offset != FEATURE_NONE) column->frequencies = carve(c, BATCH_ROWS);
}

static size_t carve_all(view *v, void *base) {
  carver c = {.base = base};
  for (size_t f = 0; f < v->layout.field_count; f++) {
    if (v->layout.slots[f].kind != SLOT_NONE) carve_column(&c, &v->columns[f], &v->layout.slots[f]);
  }
  return c.used;
}

khop_status view_create(view *v, const feature_layout *layout, khop_error *err) {
  *v = (view){.layout = *layout};
  size_t bytes = carve_all(v, NULL) + view_alignment;
  v->memory = mem_alloc(bytes, 1);
  if (!v->memory) return error_memory(err, bytes, "comparison columns");
  uintptr_t start = ((uintptr_t)v->memory + view_alignment - 1) & ~(uintptr_t)(view_alignment - 1);
  carve_all(v, (uint8_t *)v->memory + (start - (uintptr_t)v->memory));
  return KHOP_OK;
}

void view_free(view *v) {
  mem_free(v->memory);
  v->memory = NULL;
}

/* ---- loading -------------------------------------------------------------------------------- */

/* What is above the digits stays as it is. */
static uint64_t decimal_digits(uint64_t number, unsigned digits) {
  uint64_t coded = 0;
  for (unsigned i = 0; i < digits; i++) {
    coded |= number % 10 << (4 * i);
    number /= 10;
  }
  return digits < 16 ? coded | number << (4 * digits) : coded;
}

/* Days by Hinnant's civil calendar algorithm (howardhinnant.github.io/date_algorithms.html). */
static int32_t civil_days(uint32_t date) {
  int year = (int)feature_date_year(date), month = (int)feature_date_month(date), day = (int)feature_date_day(date);
  year -= month <= 2;
  int era = year / 400, year_of_era = year - era * 400;
  int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
}

static void load_words(view_column *column, size_t i, const uint8_t *letters, unsigned length) {
  word_span *words = column->words[i];
  uint32_t *hashes = column->word_hashes[i];
  unsigned count = feature_words(letters, length, words);
  uint32_t sum = 0;
  for (unsigned w = 0; w < count; w++) sum += hashes[w] = feature_word_hash(letters, words[w]);
  column->word_counts[i] = (uint8_t)count;
  column->sum[i] = sum;
  column->first[i] = count ? hashes[0] : 0;
  column->last[i] = count ? hashes[count - 1] : 0;
}

static void load_text(view_column *column, const feature_slot *slot, const uint8_t *row, size_t i) {
  column->toned[i] = slot_u32(row, slot->offset);
  column->plain[i] = slot_u32(row, slot->offset + 4);
  if (!slot->letters) return;
  uint8_t *straight = column->straight + i * TEXT_LETTERS_MAX;
  unsigned length = feature_letters(row, slot, straight);
  column->lengths[i] = (uint8_t)length;
  uint32_t signature = 0;
  for (unsigned j = 0; j < length; j++) signature |= 1u << straight[j];
  column->signatures[i] = signature;
  if (slot->words) load_words(column, i, straight, length);
}

static void load_id(view_column *column, const feature_slot *slot, const uint8_t *row, size_t i) {
  uint64_t id = slot_u64(row, slot->offset);
  id_kind kind = feature_id_kind(id);
  uint64_t number = feature_id_number(id);
  unsigned digits = feature_id_digits(id);
  column->kinds[i] = (uint8_t)(kind == ID_OTHER && digits ? VIEW_ID_DIGITS : kind);
  column->digits[i] = digits ? decimal_digits(number, digits > 16 ? 16 : digits) : number;
}

static void load_date(view_column *column, const feature_slot *slot, const uint8_t *row, size_t i) {
  uint32_t date = slot_u32(row, slot->offset);
  bool complete = feature_date_month(date) && feature_date_day(date);
  uint64_t written = feature_date_day(date) * 1000000ull + feature_date_month(date) * 10000ull + feature_date_year(date);
  column->dates[i] = date;
  column->digits[i] = complete ? decimal_digits(written, 8) : 0;
  column->days[i] = complete ? civil_days(date) : 0;
}

static void load_cell(view_column *column, const feature_slot *slot, const uint8_t *row, size_t i) {
  switch (slot->kind) {
    case SLOT_TEXT: load_text(column, slot, row, i); break;
    case SLOT_ID: load_id(column, slot, row, i); break;
    case SLOT_DATE: load_date(column, slot, row, i); break;
    case SLOT_QUANTITY: memcpy(&column->quantities[i], row + slot->offset, 4); break;
    case SLOT_SEX: column->bytes[i] = row[slot->offset]; break;
    default: return;
  }
  if (slot->frequency_offset != FEATURE_NONE) column->frequencies[i] = row[slot->frequency_offset];
}

/* Lanes behind the last row hold nothing, so that kernels may run over whole groups. */
const uint8_t *view_transpose(view *v, size_t field) {
  view_column *column = &v->columns[field];
  size_t from = column->transposed, to = v->row_count;
  if (from == to) return column->letters;
  size_t padded = (to + KERNEL_LANES - 1) / KERNEL_LANES * KERNEL_LANES;
  for (size_t i = from; i < to; i++) {
    const uint8_t *straight = column->straight + i * TEXT_LETTERS_MAX;
    for (unsigned j = 0; j < TEXT_LETTERS_MAX; j++) column->letters[j * BATCH_ROWS + i] = straight[j];
  }
  memset(column->lengths + to, 0, padded - to);
  for (unsigned j = 0; j < TEXT_LETTERS_MAX; j++) memset(column->letters + j * BATCH_ROWS + to, 0, padded - to);
  column->transposed = to;
  return column->letters;
}

void view_load(view *v, const feature_table *table, const uint32_t *rows, size_t from, size_t count) {
  enum { ahead = 8 };
  v->row_count = count;
  for (size_t i = from; i < count; i++) {
    if (i + ahead < count) {
      const uint8_t *next = feature_row(table, rows[i + ahead]);
      for (size_t byte = 0; byte < v->layout.stride; byte += 64) __builtin_prefetch(next + byte);
    }
    const uint8_t *row = feature_row(table, rows[i]);
    for (size_t f = 0; f < v->layout.field_count; f++) load_cell(&v->columns[f], &v->layout.slots[f], row, i);
  }
  for (size_t f = 0; f < v->layout.field_count; f++) {
    if (v->columns[f].transposed > from) v->columns[f].transposed = from;
  }
}
