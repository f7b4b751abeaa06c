/* A column of texts: a dictionary of pieces, and for each value the numbers of its pieces.
 *
 *   kind | cut u8 | m varint | m lengths, varints | m texts | t varint | t tokens, bits
 *
 * With a cut byte values are cut behind each: "Nguyễn |Văn |An" at blanks, an address at commas. A
 * piece that ends in the cut byte is followed by another of the same value, any other is the last;
 * so a value needs neither a count nor an end mark, and one that ends in the cut byte has an empty
 * piece behind it. Without a cut (0) each value is one piece. Tokens have the least width that holds
 * all numbers.
 *
 * A chunk of 1,024 civil-birth rows has some 600 different words in a column of names, 1,700
 * pieces in one of addresses. Addresses cut at blanks would be a third smaller and cost twice.
 */
#include "index/column_kernels.h"

static bool same_piece(const column_dictionary *d, size_t place, const piece_head *head, column_cell piece) {
  const uint64_t *x = d->heads[place].words, *y = head->words;
  if ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | (d->pieces[place].length ^ piece.length)) return false;
  return piece.length <= PIECE_HEAD_BYTES ||
         memcmp(d->pieces[place].text + 16, piece.text + 16, piece.length - PIECE_HEAD_BYTES) == 0;
}

size_t dictionary_find(const column_dictionary *d, size_t slot, const piece_head *head, column_cell piece) {
  while (d->slots[slot] && !same_piece(d, d->slots[slot], head, piece)) slot = (slot + 1) & (COLUMN_SLOTS - 1);
  return slot;
}

/* Returns how many tokens there are; 0 when pieces or tokens are too many. */
static size_t cut_values(column_packer *p, const column_cell *cells, size_t rows, uint8_t cut) {
  size_t count = 0;
  for (size_t row = 0; row < rows;) {
    p->block.count = 0;
    row = p->kernels->cut(&p->block, cells, row, rows, cut);
    if (count + p->block.count > COLUMN_TOKENS_MAX) return 0;
    p->kernels->number(p, p->tokens + count);
    if (p->dictionary.count > COLUMN_PIECES_MAX) return 0;
    count += p->block.count;
  }
  return count;
}

static size_t take_whole_values(column_packer *p, const column_cell *cells, size_t rows) {
  for (size_t row = 0; row < rows; row += p->block.count) {
    p->block.count = rows - row < PIECE_BLOCK ? rows - row : PIECE_BLOCK;
    memcpy(p->block.pieces, cells + row, p->block.count * sizeof *cells);
    p->kernels->number(p, p->tokens + row);
  }
  return rows;
}

static void forget_pieces(column_dictionary *d) {
  memset(d->slots, 0, sizeof d->slots);
  d->count = 0;
}

/* Commas where addresses are, blanks where names are. */
static uint8_t choose_cut(const column_cell *cells, size_t rows) {
  size_t seen = 0, with_comma = 0, with_blank = 0;
  for (size_t row = 0; row < rows && seen < COLUMN_SAMPLE; row++) {
    if (cells[row].length == 0) continue;
    seen++;
    with_comma += memchr(cells[row].text, ',', cells[row].length) != NULL;
    with_blank += memchr(cells[row].text, ' ', cells[row].length) != NULL;
  }
  if (with_comma * 4 > seen) return ',';
  return with_blank * 2 > seen ? ' ' : 0;
}

static uint8_t *put_lengths(const column_dictionary *d, uint8_t *out) {
  uint32_t bits = 0;
  for (size_t i = 1; i <= d->count; i++) bits |= d->pieces[i].length;
  if (bits >= 0x80) {
    for (size_t i = 1; i <= d->count; i++) out += varint_put(out, d->pieces[i].length);
    return out;
  }
  for (size_t i = 1; i <= d->count; i++) *out++ = (uint8_t)d->pieces[i].length;
  return out;
}

/* A piece that its head holds is written from there; what that writes behind a short one is overwritten. */
static uint8_t *put_texts(const column_dictionary *d, uint8_t *out) {
  for (size_t i = 1; i <= d->count; i++) {
    const column_cell piece = d->pieces[i];
    const uint64_t *words = d->heads[i].words;
    if (piece.length > PIECE_HEAD_BYTES) memcpy(out, piece.text, piece.length);
    memcpy(out, words, 16);
    memcpy(out + (piece.length > 16 ? piece.length - 16 : 0), words + 2, 16);
    out += piece.length;
  }
  return out;
}

uint8_t *column_text_pack(column_packer *p, uint8_t *out, const column_cell *cells, size_t rows) {
  column_dictionary *d = &p->dictionary;
  uint8_t cut = choose_cut(cells, rows);
  forget_pieces(d);
  size_t token_count = cut ? cut_values(p, cells, rows, cut) : 0;
  if (token_count == 0) {
    if (cut) forget_pieces(d);
    cut = 0;
    token_count = take_whole_values(p, cells, rows);
  }
  *out++ = COLUMN_TEXT;
  *out++ = cut;
  out += varint_put(out, d->count);
  out = put_texts(d, put_lengths(d, out));
  out += varint_put(out, token_count);
  bit_writer bits = {.at = out};
  bits_put_all(&bits, p->tokens, token_count, bits_width(d->count));
  return bits_end(&bits);
}

/* ---- unpacking ------------------------------------------------------------------------------ */

static const char *find_pieces(column_unpacker *u, size_t *out_count, const uint8_t **cursor, const uint8_t *end) {
  uint64_t count, length;
  if (!varint_get(cursor, end, &count) || count == 0 || count > COLUMN_PIECES_MAX) return "pieces out of range";
  for (size_t i = 0; i < count; i++) {
    if (!varint_get(cursor, end, &length) || length > STORE_RECORD_BYTES_MAX) return "length out of range";
    u->pieces[i].length = length;
  }
  for (size_t i = 0; i < count; i++) {
    if (u->pieces[i].length > (size_t)(end - *cursor)) return "lengths exceed the text";
    u->pieces[i].text = *cursor;
    *cursor += u->pieces[i].length;
  }
  *out_count = count;
  return NULL;
}

typedef struct token_reader {
  const uint8_t *bytes;
  size_t size_bytes;
  size_t next, count, piece_count;
  unsigned width;
  uint8_t cut;
} token_reader;

/* Appends the pieces of one value. */
static const char *join_pieces(const column_unpacker *u, column_target *to, token_reader *tokens) {
  for (;;) {
    if (tokens->next == tokens->count) return "value without its last piece";
    size_t number = bits_get(tokens->bytes, tokens->size_bytes, tokens->next++ * tokens->width, tokens->width);
    if (number >= tokens->piece_count) return "piece out of range";
    const uint8_t *text = u->pieces[number].text;
    size_t length = u->pieces[number].length;
    if (length > to->room) return "texts exceed their stated size";
    /* Most are short: one move, when there is room for more than the piece on both sides. */
    if (length <= 16 && to->room >= 16 && tokens->bytes - text >= 16) memcpy(to->text, text, 16);
    else if (length) memcpy(to->text, text, length);
    to->text += length;
    to->room -= length;
    if (!tokens->cut || length == 0 || text[length - 1] != tokens->cut) return NULL;
  }
}

static const char *open_tokens(column_unpacker *u, token_reader *tokens, const uint8_t **cursor, const uint8_t *end) {
  if (*cursor == end) return "column cut off";
  *tokens = (token_reader){.cut = *(*cursor)++};
  const char *fact = find_pieces(u, &tokens->piece_count, cursor, end);
  if (fact) return fact;
  uint64_t count;
  if (!varint_get(cursor, end, &count) || count > COLUMN_TOKENS_MAX) return "tokens out of range";
  tokens->count = count;
  tokens->width = bits_width(tokens->piece_count);
  tokens->size_bytes = (count * tokens->width + 7) / 8;
  if (tokens->size_bytes > (size_t)(end - *cursor)) return "tokens cut off";
  tokens->bytes = *cursor;
  *cursor += tokens->size_bytes;
  return NULL;
}

const char *column_text_unpack(column_unpacker *u, column_target *to, const uint8_t **cursor, const uint8_t *end) {
  token_reader tokens;
  const char *fact = open_tokens(u, &tokens, cursor, end);
  if (fact) return fact;
  for (size_t row = 0; row < to->rows; row++) {
    const char *start = to->text;
    fact = join_pieces(u, to, &tokens);
    if (fact) return fact;
    to->fields[row * to->stride] = start;
    to->lengths[row * to->stride] = (uint32_t)(to->text - start);
  }
  return tokens.next == tokens.count ? NULL : "more pieces than values";
}

static size_t token_at(const token_reader *tokens, size_t at) {
  return bits_get(tokens->bytes, tokens->size_bytes, at * tokens->width, tokens->width);
}

/* The first `wanted` values are passed over: each ends in a piece that ends in no cut byte. From the nearer end: seen from
 * behind, the value before the wanted one is the (rows - wanted + 1)th. */
static const char *skip_values(const column_unpacker *u, token_reader *tokens, size_t rows, size_t wanted) {
  if (!tokens->cut) {
    tokens->next = wanted;
    return NULL;
  }
  uint8_t ends[1 << 12] = {0}; /* a piece out of range is one that does not end, and join_pieces tells */
  _Static_assert(sizeof ends >= COLUMN_PIECES_MAX, "all pieces");
  for (size_t i = 0; i < tokens->piece_count; i++) {
    ends[i] = !u->pieces[i].length || u->pieces[i].text[u->pieces[i].length - 1] != tokens->cut;
  }
  if (wanted <= rows / 2) {
    for (size_t passed = 0; passed < wanted; tokens->next++) {
      if (tokens->next == tokens->count) return "value without its last piece";
      passed += ends[token_at(tokens, tokens->next)];
    }
    return NULL;
  }
  tokens->next = tokens->count;
  for (size_t left = rows - wanted + 1; left;) {
    if (tokens->next == 0) return "value without its last piece";
    left -= ends[token_at(tokens, --tokens->next)];
  }
  tokens->next++;
  return NULL;
}

const char *column_text_pick(column_unpacker *u, size_t rows, size_t wanted, column_target *to, const uint8_t **cursor, const uint8_t *end) {
  token_reader tokens;
  const char *fact = open_tokens(u, &tokens, cursor, end);
  if (!fact) fact = skip_values(u, &tokens, rows, wanted);
  const char *start = to->text;
  if (!fact) fact = join_pieces(u, to, &tokens);
  to->fields[0] = start;
  to->lengths[0] = (uint32_t)(to->text - start);
  return fact;
}
