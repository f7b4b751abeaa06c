/* See decode_row.h. */
#include "input/decode_row.h"

#include <string.h>

#include "input/charset_read.h"
#include "input/scan.h"

enum {
  CHUNK_BYTES = 128 * 1024,
  LONE_SYLLABLES_MIN = CHARSET_SURE_WORDS /* of a row whose charset the sample did not have */
};

void row_texts_clear(row_texts *texts) {
  texts->chunk = texts->used = 0;
  memset(texts->rows, 0, sizeof texts->rows);
}

void row_texts_free(row_texts *texts) {
  for (size_t i = 0; i < texts->chunk_count; i++) mem_free(texts->chunks[i].text);
  mem_free(texts->chunks);
  mem_free(texts->judgements);
  mem_free(texts->shared);
  *texts = (row_texts){0};
}

/* Makes the chunk at texts->chunk one of `bytes` bytes; it is unused so far. */
static khop_status make_chunk(row_texts *texts, size_t bytes, khop_error *err) {
  TRY(array_reserve(&texts->chunks, &texts->chunk_capacity, texts->chunk + 1, sizeof *texts->chunks, "decoded text",
                    err));
  if (texts->chunk == texts->chunk_count) texts->chunks[texts->chunk_count++] = (struct text_chunk){0};
  struct text_chunk *chunk = &texts->chunks[texts->chunk];
  mem_free(chunk->text);
  *chunk = (struct text_chunk){0};
  chunk->text = mem_alloc(bytes + SCAN_PADDING, 1);
  if (!chunk->text) return error_memory(err, bytes, "decoded text");
  chunk->bytes = bytes;
  return KHOP_OK;
}

/* Room for `bytes` bytes in one piece. */
static khop_status reserve_text(row_texts *texts, size_t bytes, char **out_text, khop_error *err) {
  if (texts->chunk < texts->chunk_count && texts->chunks[texts->chunk].bytes - texts->used < bytes) {
    texts->chunk += texts->used > 0;
    texts->used = 0;
  }
  if (texts->chunk == texts->chunk_count || texts->chunks[texts->chunk].bytes < bytes) {
    TRY(make_chunk(texts, bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES, err));
  }
  *out_text = texts->chunks[texts->chunk].text + texts->used;
  return KHOP_OK;
}

/* ---- judging ------------------------------------------------------------------------------- */

/* All legacy charsets alike, so that none is preferred where several fit. */
static const charset_profile any_legacy = {
    .charsets = {CHARSET_UTF8, CHARSET_TCVN3, CHARSET_VNI, CHARSET_VISCII, CHARSET_WINDOWS1258},
    .share = {0.2, 0.2, 0.2, 0.2, 0.2},
    .count = 5,
};

/* Columns that have a charset of their own first; the others as a row without them. `own`: room for a judgement
 * a column. */
static void judge_columns(const row_decoder *d, const input_field *fields, size_t count, input_field *shared,
                          charset_judgement *own, charset_judgement *out) {
  const source_charset *found = d->found;
  for (size_t c = 0; c < count; c++) {
    shared[c] = fields[c];
    own[c].kind = CHARSET_KIND_UNDECODABLE;
    if (!source_charset_is_own(found, c)) continue;
    charset_judge(d->tables, &found->columns[c], &fields[c], 1, &own[c]);
    if (own[c].kind != CHARSET_KIND_UNDECODABLE) shared[c].length = 0;
  }
  charset_judge(d->tables, &found->profile, shared, count, out);
  for (size_t c = 0; c < count; c++) {
    if (own[c].kind != CHARSET_KIND_UNDECODABLE) out[c] = own[c];
  }
}

static khop_status reserve_judgements(row_texts *texts, size_t count, khop_error *err) {
  return array_reserve(&texts->judgements, &texts->judgement_capacity, 2 * count, sizeof *texts->judgements, "charsets",
                       err);
}

static khop_status judge_row(const row_decoder *d, bool is_header, const input_field *fields, size_t count,
                             row_texts *texts, khop_error *err) {
  const source_charset *found = d->found;
  TRY(reserve_judgements(texts, count, err));
  TRY(array_reserve(&texts->shared, &texts->shared_capacity, count, sizeof *texts->shared, "charsets", err));
  charset_judgement *out = texts->judgements;
  if (found->is_plain) charset_judge(d->tables, &any_legacy, fields, count, out);
  else if (found->has_own_columns && !is_header) judge_columns(d, fields, count, texts->shared, out + count, out);
  else charset_judge(d->tables, &found->profile, fields, count, out);
  return KHOP_OK;
}

/* Of a row in a file of UTF-8: is all of it in one legacy charset, with words enough to say so? */
static bool is_one_legacy(const charsets *tables, const input_field *fields, const charset_judgement *judgements,
                          size_t count) {
  unsigned seen = 0;
  charset_reading reading = {0};
  for (size_t c = 0; c < count; c++) {
    if (judgements[c].kind != CHARSET_KIND_ASCII) seen |= 1u << judgements[c].charset;
  }
  if (seen == 0 || (seen & (seen - 1)) != 0 || (seen & (1u << CHARSET_UTF8 | 1u << CHARSET_AUTO)) != 0) return false;
  for (size_t c = 0; c < count; c++) charset_read(tables, seen, fields[c].text, fields[c].length, &reading);
  return reading.syllables[__builtin_ctz(seen)] >= LONE_SYLLABLES_MIN;
}

/* UTF-8 and legacy bytes in one row: columns of two charsets, or damaged UTF-8 that spells a word by chance. Only in a
 * column that is mostly in the legacy charset are its bytes believed. */
static bool is_believed_mixture(const source_charset *found, const charset_judgement *judgements, size_t count) {
  bool has_utf8 = false, has_doubtful = false;
  for (size_t c = 0; c < count; c++) {
    has_utf8 |= judgements[c].kind == CHARSET_KIND_UTF8;
    has_doubtful |= judgements[c].kind == CHARSET_KIND_LEGACY && found->columns[c].charsets[0] != judgements[c].charset;
  }
  return !has_utf8 || !has_doubtful;
}

static bool is_readable_row(const row_decoder *d, bool is_header, const input_field *fields,
                            const charset_judgement *judgements, size_t count) {
  const source_charset *found = d->found;
  if (found->is_plain) return is_one_legacy(d->tables, fields, judgements, count);
  for (size_t c = 0; c < count; c++) {
    if (judgements[c].kind == CHARSET_KIND_UNDECODABLE) return false;
  }
  return is_header || found->profile.is_forced || is_believed_mixture(found, judgements, count);
}

/* ---- decoding ------------------------------------------------------------------------------ */

static khop_status decode_field(const row_decoder *d, input_charset charset, input_field *field, row_texts *texts,
                                bool *out_is_readable, khop_error *err) {
  size_t room = charset_decoded_bytes_max(field->length), written;
  char *text;
  TRY(reserve_text(texts, room, &text, err));
  *out_is_readable = charset_decode(d->tables, charset, field->text, field->length, text, room, &written) &&
                     written <= UINT32_MAX;
  if (!*out_is_readable) return KHOP_OK;
  texts->used += written;
  *field = (input_field){.text = text, .length = (uint32_t)written};
  return KHOP_OK;
}

/* Those that were judged to be in another charset than UTF-8. */
static khop_status decode_fields(const row_decoder *decoder, input_field *fields, size_t count, row_texts *texts,
                                 size_t *out_bytes, bool *out_is_readable, khop_error *err) {
  unsigned seen = 0;
  *out_is_readable = true;
  for (size_t c = 0; c < count && *out_is_readable; c++) {
    charset_judgement judgement = texts->judgements[c];
    if (judgement.kind != CHARSET_KIND_LEGACY && judgement.kind != CHARSET_KIND_MOJIBAKE) continue;
    seen |= 1u << judgement.charset;
    TRY(decode_field(decoder, judgement.charset, &fields[c], texts, out_is_readable, err));
    *out_bytes += fields[c].length;
  }
  for (unsigned charset = 0; charset < CHARSET_COUNT && *out_is_readable; charset++) {
    texts->rows[charset] += seen >> charset & 1;
  }
  return KHOP_OK;
}

khop_status decode_row(const row_decoder *decoder, bool is_header, input_field *fields, size_t count, row_texts *texts,
                       size_t *out_bytes, bool *out_is_readable, khop_error *err) {
  *out_bytes = 0;
  *out_is_readable = false;
  TRY(judge_row(decoder, is_header, fields, count, texts, err));
  if (!is_readable_row(decoder, is_header, fields, texts->judgements, count)) return KHOP_OK;
  return decode_fields(decoder, fields, count, texts, out_bytes, out_is_readable, err);
}

khop_status decode_mojibake(const row_decoder *decoder, input_field *fields, size_t count, row_texts *texts,
                            size_t *out_bytes, khop_error *err) {
  bool is_readable;
  *out_bytes = 0;
  TRY(reserve_judgements(texts, count, err));
  if (!charset_judge_mojibake(decoder->tables, fields, count, texts->judgements)) return KHOP_OK;
  /* What was judged to be of a charset decodes in it. */
  return decode_fields(decoder, fields, count, texts, out_bytes, &is_readable, err);
}
