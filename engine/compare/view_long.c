/* Texts as wholes, as sets: their words, and their pairs of neighbouring letters. See view.h.
 *
 * A pair of 37 symbols is one of 1369, so a set of them is 22 words of bits, and what two sets share is a count of bits:
 * about 25 instructions of the baseline's popcnt, which no vector unit without a popcount of its own beats by much. */
#include <string.h>

#include "base/hash.h"
#include "compare/view.h"

static void sort_words(uint32_t *words, unsigned count) {
  for (unsigned i = 1; i < count; i++) {
    uint32_t word = words[i];
    unsigned j = i;
    for (; j > 0 && words[j - 1] > word; j--) words[j] = words[j - 1];
    words[j] = word;
  }
}

/* Sorted, each once. */
static unsigned word_set(const uint8_t *symbols, unsigned length, uint32_t *words) {
  unsigned count = 0, distinct = 0;
  for (unsigned start = 0, end; start < length && count < LONG_WORDS_MAX; start = end + 1) {
    for (end = start; end < length && symbols[end] != LONG_BLANK; end++) continue;
    if (end > start) words[count++] = (uint32_t)hash_bytes(symbols + start, end - start);
  }
  sort_words(words, count);
  for (unsigned i = 0; i < count; i++) {
    if (distinct == 0 || words[distinct - 1] != words[i]) words[distinct++] = words[i];
  }
  return distinct;
}

static unsigned gram_set(const uint8_t *symbols, unsigned length, uint64_t *grams) {
  unsigned before = LONG_BLANK, count = 0;
  memset(grams, 0, GRAM_WORDS * sizeof *grams);
  for (unsigned i = 0; length > 0 && i <= length; i++) { /* a blank stands at either end */
    unsigned symbol = i < length ? symbols[i] : LONG_BLANK, gram = (before - 1) * LONG_BLANK + symbol - 1;
    grams[gram / 64] |= 1ull << gram % 64;
    before = symbol;
  }
  for (unsigned i = 0; i < GRAM_WORDS; i++) count += (unsigned)__builtin_popcountll(grams[i]);
  return count;
}

void view_make_tokens(const view_column *column, size_t i) {
  uint8_t symbols[LONG_SYMBOLS_MAX];
  unsigned length = feature_long_symbols(&column->slot, column->rows[i], symbols);
  column->token_counts[i] = (uint8_t)word_set(symbols, length, column->tokens[i]);
  column->long_states[i] |= LONG_HAS_TOKENS;
}

void view_make_grams(const view_column *column, size_t i) {
  uint8_t symbols[LONG_SYMBOLS_MAX];
  unsigned length = feature_long_symbols(&column->slot, column->rows[i], symbols);
  column->gram_counts[i] = (uint8_t)gram_set(symbols, length, column->grams[i]);
  column->long_states[i] |= LONG_HAS_GRAMS;
}
