/* A view: up to BATCH_ROWS feature rows taken apart into columns, so that a measure is one loop.
 * Texts are transposed for the string kernels, and their words are hashed once. Gathering a row
 * costs about as much as comparing ten pairs, so only rows that have a pair to compare are loaded.
 */
#ifndef KHOP_COMPARE_VIEW_H
#define KHOP_COMPARE_VIEW_H

#include "block/candidates.h"
#include "compare/kernel.h"
#include "feature/feature.h"

enum { VIEW_ID_DIGITS = 15 }; /* kind of an ID_OTHER that is digits, a telephone, and no hash */

/* One field's values; only the arrays of its slot kind are there. */
typedef struct view_column {
  /* texts */
  uint32_t *toned, *plain;          /* hashes; 0: missing */
  uint8_t *straight, *lengths;      /* BATCH_ROWS x TEXT_LETTERS_MAX */
  uint8_t *letters;                 /* the same transposed, as far as view_transpose was asked */
  size_t transposed;                /* rows */
  uint32_t *signatures;             /* which letters occur: a bit each */
  word_span (*words)[FEATURE_WORDS_MAX];
  uint32_t (*word_hashes)[FEATURE_WORDS_MAX];
  uint8_t *word_counts;
  uint32_t *first, *last, *sum;     /* word hashes: first, last, all added up */
  /* identifiers and dates */
  uint64_t *digits;                 /* binary-coded decimal; dates as ddmmyyyy; 0: incomplete date;
                                     * a passport's letter stands above its digits */
  uint8_t *kinds;                   /* id_kind or VIEW_ID_DIGITS; 0: missing */
  uint32_t *dates;                  /* packed as in the row */
  int32_t *days;                    /* days since 1 January 1 (proleptic), for complete dates */
  /* the rest */
  float *quantities;
  uint8_t *bytes;                   /* sex */
  uint8_t *frequencies;
} view_column;

typedef struct view {
  feature_layout layout;
  size_t row_count;
  view_column columns[SCHEMA_FIELDS_MAX];
  void *memory;
} view;

khop_status view_create(view *v, const feature_layout *layout, khop_error *err);
void view_free(view *v);
/* Takes table row rows[i] as view row i, for from <= i < count <= BATCH_ROWS; those below `from` are
 * there from an earlier call. */
void view_load(view *v, const feature_table *table, const uint32_t *rows, size_t from, size_t count);

/* The letters of a text column transposed for all loaded rows, for kernels on many candidates at
 * once; small blocks never need it. */
const uint8_t *view_transpose(view *v, size_t field);

#endif
