/* What the measures share. Included by measure*.c alone. */
#ifndef KHOP_COMPARE_MEASURE_PARTS_H
#define KHOP_COMPARE_MEASURE_PARTS_H

#include "compare/comparer.h"

/* One side's column for the left rows, the other's for the right rows. */
typedef struct sides {
  const view_column *left, *right;
  const pair_list *pairs;
  bool open; /* a filter says so of each pair: it need not be asked for again what columns alone tell */
} sides;

/* Results are written through restrict pointers: a byte may alias anything, and the columns' addresses would
 * be loaded again for every pair. */
#define EACH_PAIR(s, l, r)                                                                         \
  for (size_t p = 0, l, r; p < (s)->pairs->count && ((l = (s)->pairs->left[p]), (r = (s)->pairs->right[p]), true); p++)

/* measure_text.c: a measure of two text columns, one way round. */
void text_measure(const comparer *c, const measure *m, const sides *s, uint8_t *out);

/* measure_name.c: phonetic, regional. measure_long.c: texts as wholes. */
void name_measure(const measure *m, const sides *s, uint8_t *out);
void long_measure(const measure *m, const sides *s, uint8_t *out);

/* measure_words.c: single words of texts. */
void word_edits_measure(const measure *m, const sides *s, uint8_t *out);
void given_common_measure(const sides *s, uint8_t *out);
void initials_measure(const sides *s, uint8_t *out);
void contained_measure(const measure *m, const sides *s, uint8_t *out);

/* measure_place.c: texts read as addresses. */
void place_measure(const address_book *book, const measure *m, const sides *s, uint8_t *out);
void house_measure(const sides *s, uint8_t *out);

#endif
