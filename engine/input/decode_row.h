/* The fields of a row to UTF-8, where they are not in it yet.
 *
 *   fields ─> own columns by their profile ─> the rest of the row by the file's ─> legacy text decoded, beside the batch
 *
 * In a file that is UTF-8 by its sample, a row that is no UTF-8 may come from another office all the same. It
 * is decoded when every one of its accented fields is in one legacy charset, and in no other; damaged UTF-8 is not
 * taken for another charset, as other fields of its row are sound. Mojibake is looked for in every row that has letters
 * of it, where the sample had none.
 */
#ifndef KHOP_INPUT_DECODE_ROW_H
#define KHOP_INPUT_DECODE_ROW_H

#include "input/source_charset.h"

typedef struct row_decoder {
  const charsets *tables;
  const source_charset *found;
} row_decoder;

/* Decoded fields of a batch, and what is needed to make them: memory that is used again for the next one. */
typedef struct row_texts {
  struct text_chunk {
    char *text;
    size_t bytes;
  } *chunks;
  size_t chunk_count, chunk_capacity;
  size_t chunk, used; /* the place of the next field */
  charset_judgement *judgements; /* of one row */
  input_field *shared;
  size_t judgement_capacity, shared_capacity;
  uint64_t rows[CHARSET_COUNT]; /* with text in that charset */
} row_texts;

void row_texts_clear(row_texts *texts);
void row_texts_free(row_texts *texts);

/* Decodes `fields`, a row without NUL bytes, in place; their texts then live in `texts`, and *out_bytes is their
 * length. *out_is_readable false: in no charset that it may be in, and the fields are of no use. `is_header`: the
 * names of the columns, which say nothing of the columns' charsets. */
khop_status decode_row(const row_decoder *decoder, bool is_header, input_field *fields, size_t count, row_texts *texts,
                       size_t *out_bytes, bool *out_is_readable, khop_error *err);

/* The same for mojibake alone, in a row that is well-formed UTF-8: fields that three words say it of, all of them in one
 * charset, are decoded; the others stay. *out_bytes is 0 when there are none. */
khop_status decode_mojibake(const row_decoder *decoder, input_field *fields, size_t count, row_texts *texts,
                            size_t *out_bytes, khop_error *err);

#endif
