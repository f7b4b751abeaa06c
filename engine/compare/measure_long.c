/* Measures of texts as wholes: how many words, or pairs of neighbouring letters, two texts share. Results are shares in
 * steps of 1 / KERNEL_SIMILARITY_ONE, rounded down; integers alone, so that no machine differs. */
#include "compare/measure_parts.h"

static unsigned words_shared(const uint32_t *x, unsigned x_count, const uint32_t *y, unsigned y_count) {
  unsigned shared = 0;
  for (unsigned i = 0, j = 0; i < x_count && j < y_count;) {
    shared += x[i] == y[j];
    uint32_t word = x[i];
    i += word <= y[j];
    j += y[j] <= word;
  }
  return shared;
}

static unsigned grams_shared(const uint64_t *x, const uint64_t *y) {
  unsigned shared = 0;
  for (unsigned i = 0; i < GRAM_WORDS; i++) shared += (unsigned)__builtin_popcountll(x[i] & y[i]);
  return shared;
}

static uint8_t share_of(unsigned part, unsigned whole) {
  return whole ? (uint8_t)(part * KERNEL_SIMILARITY_ONE / whole) : 0;
}

static uint8_t token_share(const measure *m, const sides *s, size_t l, size_t r) {
  view_need_tokens(s->left, l);
  view_need_tokens(s->right, r);
  unsigned x = s->left->token_counts[l], y = s->right->token_counts[r];
  unsigned shared = words_shared(s->left->tokens[l], x, s->right->tokens[r], y);
  return m->kind == TEST_TOKENS ? share_of(2 * shared, x + y) : share_of(shared, x < y ? x : y);
}

static uint8_t gram_share(const sides *s, size_t l, size_t r) {
  view_need_grams(s->left, l);
  view_need_grams(s->right, r);
  return share_of(2 * grams_shared(s->left->grams[l], s->right->grams[r]), s->left->gram_counts[l] + s->right->gram_counts[r]);
}

void long_measure(const measure *m, const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    if (!s->left->toned[l] || !s->right->toned[r]) out[p] = MEASURE_NONE;
    else if (s->left->plain[l] == s->right->plain[r]) out[p] = KERNEL_SIMILARITY_ONE;
    else out[p] = m->kind == TEST_QGRAMS ? gram_share(s, l, r) : token_share(m, s, l, r);
  }
}
