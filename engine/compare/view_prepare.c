/* Whole columns for filters: see view.h. */
#include <string.h>

#include "compare/view.h"

static void prepare_letters(const view_column *column, size_t i) {
  view_need_letters(column, i);
  const uint8_t *letters = column->straight + i * TEXT_LETTERS_MAX;
  uint32_t once = 0, twice = 0;
  for (unsigned j = 0; j < column->lengths[i]; j++) {
    uint32_t letter = 1u << letters[j];
    twice |= once & letter;
    once |= letter;
  }
  column->twice[i] = twice;
  column->counted[i] = (uint8_t)(__builtin_popcount(once) + __builtin_popcount(twice));
  memcpy(&column->fronts[i], letters, sizeof *column->fronts);
}

static uint8_t word_length(const view_column *column, size_t i, unsigned w) { return (uint8_t)(column->words[i][w].end - column->words[i][w].start); }

static void prepare_words(view_column *column, size_t i) {
  view_need_hashes(column, i);
  unsigned count = column->word_counts[i], last = count ? count - 1 : 0;
  uint32_t initials = 0;
  for (unsigned w = 0; w < FEATURE_WORDS_MAX; w++) {
    initials |= w < count ? 1u << (column->word_letters[i][w] & 31) : 0;
    column->word_sets[w * BATCH_ROWS + i] = w < count ? column->word_signatures[i][w] : 0;
  }
  column->word_totals[i] = count;
  column->initials[i] = initials;
  column->last_sets[i] = column->word_sets[last * BATCH_ROWS + i];
  column->first_lengths[i] = count ? word_length(column, i, 0) : 0;
  column->last_lengths[i] = count ? word_length(column, i, last) : 0;
  if (count > column->words_most) column->words_most = count;
}

static void prepare_part(view_column *column, unsigned part, size_t from, size_t to) {
  if (part == VIEW_WORDS && from == 0) column->words_most = 0;
  for (size_t i = from; i < to; i++) {
    switch (part) {
      case VIEW_LETTERS: prepare_letters(column, i); break;
      case VIEW_WORDS: prepare_words(column, i); break;
      case VIEW_GIVEN: column->given[i] = slot_u32(column->rows[i], column->slot.given_offset); break;
      default: view_digits(column, i); break;
    }
  }
}

void view_prepare(view *v, size_t field, unsigned parts) {
  view_column *column = &v->columns[field];
  for (unsigned i = 0; i < VIEW_PARTS; i++) {
    if (!(parts >> i & 1) || column->prepared[i] >= v->row_count) continue;
    prepare_part(column, 1u << i, column->prepared[i], v->row_count);
    column->prepared[i] = (uint16_t)v->row_count;
  }
}
