/* See view.h. */
#include "compare/view.h"

#include <string.h>

#include "compare/digits.h"
#include "compare/filter.h"

/* Filters read some values behind the last row's. */
enum { view_alignment = 64, view_beyond = FILTER_STEP * sizeof(uint64_t) };

/* ---- memory: one block, carved twice (once to size it) -------------------------------------- */

typedef struct carver {
  uint8_t *base; /* NULL while sizing */
  size_t used;
} carver;

static void *carve(carver *c, size_t bytes) {
  void *place = c->base ? c->base + c->used : NULL;
  c->used += (bytes + view_beyond + view_alignment - 1) / view_alignment * view_alignment;
  return place;
}

static void carve_long(carver *c, view_column *column) {
  column->long_states = carve(c, BATCH_ROWS);
  column->tokens = carve(c, BATCH_ROWS * sizeof *column->tokens);
  column->grams = carve(c, BATCH_ROWS * sizeof *column->grams);
  column->token_counts = carve(c, BATCH_ROWS);
  column->gram_counts = carve(c, BATCH_ROWS);
}

static void carve_text(carver *c, view_column *column, const feature_slot *slot) {
  column->toned = carve(c, BATCH_ROWS * 4);
  column->plain = carve(c, BATCH_ROWS * 4);
  if (slot->sounds) column->sounds = carve(c, BATCH_ROWS * 4);
  if (slot->long_offset != FEATURE_NONE) carve_long(c, column);
  if (slot->common_offset != FEATURE_NONE) {
    column->given_common = carve(c, BATCH_ROWS);
    column->given = carve(c, BATCH_ROWS * 4);
  }
  if (!slot->letters) return;
  column->straight = carve(c, (size_t)BATCH_ROWS * TEXT_LETTERS_MAX);
  column->states = carve(c, BATCH_ROWS);
  column->lengths = carve(c, BATCH_ROWS);
  column->words = carve(c, BATCH_ROWS * sizeof *column->words);
  column->word_letters = carve(c, BATCH_ROWS * sizeof *column->word_letters);
  column->word_signatures = carve(c, BATCH_ROWS * sizeof *column->word_signatures);
  column->word_hashes = carve(c, BATCH_ROWS * sizeof *column->word_hashes);
  column->word_counts = carve(c, BATCH_ROWS);
  column->signatures = carve(c, BATCH_ROWS * 4);
  column->first = carve(c, BATCH_ROWS * 4);
  column->last = carve(c, BATCH_ROWS * 4);
  column->sum = carve(c, BATCH_ROWS * 4);
  column->twice = carve(c, BATCH_ROWS * 4);
  column->counted = carve(c, BATCH_ROWS);
  column->fronts = carve(c, BATCH_ROWS * 4);
  column->word_totals = carve(c, BATCH_ROWS * 4);
  column->initials = carve(c, BATCH_ROWS * 4);
  column->word_sets = carve(c, (size_t)BATCH_ROWS * FEATURE_WORDS_MAX * 4);
  column->last_sets = carve(c, BATCH_ROWS * 4);
  column->first_lengths = carve(c, BATCH_ROWS);
  column->last_lengths = carve(c, BATCH_ROWS);
}

static void carve_column(carver *c, view *v, size_t field) {
  view_column *column = &v->columns[field];
  const feature_slot *slot = &v->layout.slots[field];
  column->slot = *slot;
  column->rows = v->rows;
  switch (slot->kind) {
    case SLOT_TEXT: carve_text(c, column, slot); break;
    case SLOT_ID:
      column->ids = carve(c, BATCH_ROWS * 8);
      column->digits = carve(c, BATCH_ROWS * 8);
      break;
    case SLOT_DATE:
      column->dates = carve(c, BATCH_ROWS * 4);
      column->digits = carve(c, BATCH_ROWS * 8);
      break;
    case SLOT_QUANTITY: column->quantities = carve(c, BATCH_ROWS * 4); break;
    case SLOT_SEX: column->bytes = carve(c, BATCH_ROWS); break;
    default: break;
  }
  for (term_part part = TERM_WHOLE; part < TERM_PARTS; part++) {
    const feature_slot *term = feature_term(&v->layout, schema_term(field, part));
    if (!feature_is_counted(term)) continue;
    column->code_offsets[part] = (size_t)term->frequency_offset;
    column->frequencies[part] = carve(c, BATCH_ROWS);
  }
}

static size_t carve_all(view *v, void *base) {
  carver c = {.base = base};
  v->rows = carve(&c, BATCH_ROWS * sizeof *v->rows);
  for (size_t f = 0; f < v->layout.field_count; f++) {
    if (v->layout.slots[f].kind != SLOT_NONE) carve_column(&c, v, f);
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

/* ---- texts ---------------------------------------------------------------------------------- */

/* Spreads 40 bits to eight bytes of 5 bits each, without a loop over letters; higher bits are no matter. */
static uint64_t spread_letters(uint64_t bits) {
  uint64_t halves = (bits & 0xfffffu) | (bits & 0xfffff00000u) << 12;
  uint64_t quarters = (halves & 0x000003ff000003ffu) | (halves & 0x000ffc00000ffc00u) << 6;
  return (quarters & 0x001f001f001f001fu) | (quarters & 0x03e003e003e003e0u) << 3;
}

/* feature_letters from loads of whole words: pieces put together in memory wait for one another. */
static unsigned unpack(const uint8_t *packed, uint8_t letters[TEXT_LETTERS_MAX]) {
  const uint64_t groups[4] = {slot_u64(packed, 0), slot_u64(packed, 5), slot_u64(packed, 10), slot_u64(packed, 12) >> 24};
  unsigned length = 0;
  for (unsigned group = 0; group < 4; group++) {
    uint64_t spread = spread_letters(groups[group]);
    memcpy(letters + group * 8, &spread, 8);
    if (spread) length = group * 8 + 8 - (unsigned)__builtin_clzll(spread) / 8;
  }
  return length;
}

void view_unpack_letters(const view_column *column, size_t i) {
  uint8_t *straight = column->straight + i * TEXT_LETTERS_MAX;
  unsigned length = unpack(column->rows[i] + column->slot.offset + 8, straight);
  uint32_t signature = 0;
  for (unsigned j = 0; j < length; j += 8) {
    for (unsigned k = 0; k < 8; k++) signature |= 1u << straight[j + k];
  }
  column->lengths[i] = (uint8_t)length;
  column->signatures[i] = signature & ~1u; /* 0 is what texts are padded with */
  column->states[i] = TEXT_LETTERS;
}

static uint64_t letters_from(const uint8_t *text, unsigned start, unsigned end) {
  return feature_eight_letters(text, start, end - start < 8 ? end - start : 8);
}

/* Hardly a word has more than eight letters: one round, without branches. */
static uint32_t word_signature(const uint8_t *text, word_span word) {
  uint32_t signature = 0;
  for (unsigned start = word.start; start < word.end; start += 8) {
    uint64_t letters = letters_from(text, start, word.end);
    for (unsigned i = 0; i < 64; i += 8) signature |= 1u << (letters >> i & 31);
  }
  return signature & ~1u;
}

void view_split_words(const view_column *column, size_t i) {
  view_need_letters(column, i);
  const uint8_t *letters = column->straight + i * TEXT_LETTERS_MAX;
  word_span *words = column->words[i];
  unsigned count = feature_words(letters, column->lengths[i], words);
  for (unsigned w = 0; w < count; w++) {
    column->word_letters[i][w] = letters_from(letters, words[w].start, words[w].end);
    column->word_signatures[i][w] = word_signature(letters, words[w]);
  }
  column->word_counts[i] = (uint8_t)count;
  column->states[i] = TEXT_WORDS;
}

void view_hash_words(const view_column *column, size_t i) {
  view_need_words(column, i);
  const uint8_t *letters = column->straight + i * TEXT_LETTERS_MAX;
  const word_span *words = column->words[i];
  uint32_t *hashes = column->word_hashes[i], sum = 0;
  unsigned count = column->word_counts[i];
  for (unsigned w = 0; w < count; w++) sum += hashes[w] = feature_word_hash(letters, words[w]);
  column->sum[i] = sum;
  column->first[i] = count ? hashes[0] : 0;
  column->last[i] = count ? hashes[count - 1] : 0;
  column->states[i] = TEXT_HASHES;
}

uint32_t view_make_sound(const view_column *column, size_t i) {
  view_need_letters(column, i);
  column->sounds[i] = feature_part_hash(PART_PHONETIC, 0, column->straight + i * TEXT_LETTERS_MAX, column->lengths[i]);
  return column->sounds[i];
}

enum { gather_step = 16 }; /* lanes, and letters, that are transposed together */
typedef uint8_t sixteen __attribute__((vector_size(gather_step)));

static sixteen interleave_low(sixteen x, sixteen y) {
  return __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

static sixteen interleave_high(sixteen x, sixteen y) {
  return __builtin_shufflevector(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/* Each round brings bytes half as far apart together. */
static void transpose(sixteen texts[gather_step]) {
  for (unsigned round = 0; round < 4; round++) {
    sixteen next[gather_step];
    for (unsigned i = 0; i < gather_step / 2; i++) {
      next[2 * i] = interleave_low(texts[i], texts[i + gather_step / 2]);
      next[2 * i + 1] = interleave_high(texts[i], texts[i + gather_step / 2]);
    }
    memcpy(texts, next, sizeof next);
  }
}

void view_gather(const view_column *column, const uint16_t *rows, size_t count, gathered_texts *out) {
  for (size_t at = 0; at < count; at += gather_step) {
    size_t row[gather_step];
    for (size_t i = 0; i < gather_step; i++) {
      row[i] = rows[at + i < count ? at + i : count - 1];
      out->lengths[at + i] = column->lengths[row[i]];
    }
    for (size_t from = 0; from < TEXT_LETTERS_MAX; from += gather_step) {
      sixteen texts[gather_step];
      for (size_t i = 0; i < gather_step; i++) memcpy(&texts[i], column->straight + row[i] * TEXT_LETTERS_MAX + from, sizeof *texts);
      transpose(texts);
      for (size_t j = 0; j < gather_step; j++) memcpy(out->letters + (from + j) * KERNEL_LANES + at, &texts[j], sizeof *texts);
    }
  }
}

/* ---- digits --------------------------------------------------------------------------------- */

static uint64_t id_decimal(uint64_t id) {
  unsigned digits = feature_id_digits(id);
  return digits ? decimal_digits(feature_id_number(id), digits) : feature_id_number(id);
}

static uint64_t date_decimal(uint32_t date) {
  return decimal_digits(feature_date_day(date) * 1000000ull + feature_date_month(date) * 10000ull + feature_date_year(date), 8);
}

uint64_t view_make_digits(const view_column *column, size_t i) {
  column->digits[i] = column->slot.kind == SLOT_ID ? id_decimal(column->ids[i]) : date_decimal(column->dates[i]);
  return column->digits[i];
}

/* ---- loading: field by field, each a loop of copies ------------------------------------------ */

static void load_u32(const uint8_t *const *rows, size_t offset, size_t from, size_t to, uint32_t *out) {
  for (size_t i = from; i < to; i++) out[i] = slot_u32(rows[i], offset);
}

static void load_u64(const uint8_t *const *rows, size_t offset, size_t from, size_t to, uint64_t *out) {
  for (size_t i = from; i < to; i++) out[i] = slot_u64(rows[i], offset);
}

static void load_u8(const uint8_t *const *rows, size_t offset, size_t from, size_t to, uint8_t *out) {
  for (size_t i = from; i < to; i++) out[i] = rows[i][offset];
}

static void load_quantities(const uint8_t *const *rows, size_t offset, size_t from, size_t to, float *out) {
  for (size_t i = from; i < to; i++) memcpy(&out[i], rows[i] + offset, sizeof *out);
}

static void load_texts(view_column *column, size_t from, size_t to) {
  load_u32(column->rows, column->slot.offset, from, to, column->toned);
  load_u32(column->rows, column->slot.offset + 4, from, to, column->plain);
  if (column->slot.sounds) memset(column->sounds + from, 0, (to - from) * sizeof *column->sounds);
  if (column->slot.long_offset != FEATURE_NONE) memset(column->long_states + from, 0, to - from);
  if (!column->slot.letters) return;
  memset(column->states + from, TEXT_PACKED, to - from);
}

static void load_column(view_column *column, size_t from, size_t to) {
  const feature_slot *slot = &column->slot;
  for (size_t part = 0; part < VIEW_PARTS; part++) {
    if (column->prepared[part] > from) column->prepared[part] = (uint16_t)from;
  }
  switch (slot->kind) {
    case SLOT_TEXT: load_texts(column, from, to); break;
    case SLOT_ID:
      load_u64(column->rows, slot->offset, from, to, column->ids);
      memset(column->digits + from, 0, (to - from) * sizeof *column->digits);
      break;
    case SLOT_DATE:
      load_u32(column->rows, slot->offset, from, to, column->dates);
      memset(column->digits + from, 0, (to - from) * sizeof *column->digits);
      break;
    case SLOT_QUANTITY: load_quantities(column->rows, slot->offset, from, to, column->quantities); break;
    case SLOT_SEX: load_u8(column->rows, slot->offset, from, to, column->bytes); break;
    default: return;
  }
  for (size_t part = 0; part < TERM_PARTS; part++) {
    if (column->frequencies[part]) load_u8(column->rows, column->code_offsets[part], from, to, column->frequencies[part]);
  }
  if (column->given_common) load_u8(column->rows, (size_t)slot->common_offset, from, to, column->given_common);
}

void view_load(view *v, const feature_table *table, const uint32_t *rows, size_t from, size_t count) {
  v->row_count = count;
  for (size_t i = from; i < count; i++) {
    v->rows[i] = feature_row(table, rows[i]);
    for (size_t byte = 0; byte < v->layout.stride; byte += 64) __builtin_prefetch(v->rows[i] + byte);
  }
  for (size_t f = 0; f < v->layout.field_count; f++) load_column(&v->columns[f], from, count);
}

void view_hide(view *v, size_t field) {
  view_column *column = &v->columns[field];
  memset(column->prepared, 0, sizeof column->prepared);
  switch (column->slot.kind) {
    case SLOT_TEXT:
      memset(column->toned, 0, v->row_count * sizeof *column->toned);
      memset(column->plain, 0, v->row_count * sizeof *column->plain);
      break;
    case SLOT_ID:
      memset(column->ids, 0, v->row_count * sizeof *column->ids);
      memset(column->digits, 0, v->row_count * sizeof *column->digits);
      break;
    default: break; /* identifiers have no other slots */
  }
}
