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
#include "index/column.h"

enum { piece_none = COLUMN_PIECES_MAX, block_bytes = 64 };

static bool same_piece(const column_piece *a, const column_piece *b) {
  if ((a->first ^ b->first) | (a->last ^ b->last) | (a->length ^ b->length)) return false;
  return a->length <= 16 || memcmp(a->text + 8, b->text + 8, a->length - 16) == 0;
}

/* Its number in the dictionary, where it is put when new; piece_none when that is full. */
static inline uint32_t piece_number(column_packer *p, const char *text, uint32_t length) {
  size_t first_bytes = length < 8 ? length : 8;
  size_t last_bytes = length - first_bytes < 8 ? length - first_bytes : 8;
  const char *last = length > 16 ? text + length - 8 : text + 8;
  column_piece piece = {.first = load_low(text, first_bytes), .last = load_low(last, last_bytes), .text = text,
                        .length = length};
  /* A product's high bits depend on all of its factor's: they are the slot. */
  uint64_t hash = (piece.first ^ piece.last * 0x9e3779b97f4a7c15u ^ length) * 0xbf58476d1ce4e5b9u;
  size_t slot = hash >> 32 & (COLUMN_SLOTS - 1);
  for (; p->slots[slot]; slot = (slot + 1) & (COLUMN_SLOTS - 1)) {
    uint32_t number = p->slots[slot] - 1u;
    if (same_piece(&p->pieces[number], &piece)) return number;
  }
  if (p->piece_count == COLUMN_PIECES_MAX) return piece_none;
  p->pieces[p->piece_count] = piece;
  p->slots[slot] = (uint16_t)(p->piece_count + 1);
  return p->piece_count++;
}

/* Bit i: byte i of the text, of `length` up to 64, is the cut. */
static inline uint64_t cut_places(const char *text, size_t length, uint64_t cut_in_each_byte) {
  const uint64_t low7 = 0x7f7f7f7f7f7f7f7f;
  uint64_t places = 0;
  for (size_t at = 0; at < length; at += 8) {
    uint64_t word;
    memcpy(&word, text + at, sizeof word);
    word ^= cut_in_each_byte;
    uint64_t is_cut = ~(((word & low7) + low7) | word | low7); /* the top bit of each byte that is 0 */
    places |= (is_cut >> 7) * 0x0102040810204080 >> 56 << at;
  }
  return length < block_bytes ? places & ((UINT64_C(1) << length) - 1) : places;
}

static void forget_pieces(column_packer *p) {
  memset(p->slots, 0, sizeof p->slots);
  p->piece_count = 0;
}

/* Returns how many tokens there are; 0 when pieces or tokens are too many. */
static size_t cut_values(column_packer *p, const column_cell *cells, size_t rows, uint8_t cut) {
  const uint64_t cut_in_each_byte = 0x0101010101010101 * cut;
  size_t count = 0;
  uint32_t number = 0;
  for (size_t row = 0; row < rows; row++) {
    const char *text = cells[row].text;
    uint32_t length = cells[row].length, start = 0;
    for (uint32_t base = 0; base < length; base += block_bytes) {
      uint32_t block = length - base < block_bytes ? length - base : block_bytes;
      if (count + block_bytes >= COLUMN_TOKENS_MAX) return 0;
      for (uint64_t places = cut_places(text + base, block, cut_in_each_byte); places; places &= places - 1) {
        uint32_t end = base + (uint32_t)__builtin_ctzll(places) + 1;
        number = piece_number(p, text + start, end - start);
        if (number == piece_none) return 0;
        p->tokens[count++] = (uint16_t)number;
        start = end;
      }
    }
    number = piece_number(p, text + start, length - start);
    if (number == piece_none || count == COLUMN_TOKENS_MAX) return 0;
    p->tokens[count++] = (uint16_t)number;
  }
  return count;
}

static size_t take_whole_values(column_packer *p, const column_cell *cells, size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    p->tokens[row] = (uint16_t)piece_number(p, cells[row].text, cells[row].length);
  }
  return rows;
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

static uint8_t *put_pieces(const column_packer *p, uint8_t *out) {
  out += varint_put(out, p->piece_count);
  for (uint32_t i = 0; i < p->piece_count; i++) out += varint_put(out, p->pieces[i].length);
  for (uint32_t i = 0; i < p->piece_count; i++) {
    const char *text = p->pieces[i].text;
    size_t length = p->pieces[i].length;
    /* Most are short: moves of 16 bytes, the last of which goes beyond the text. */
    if (length > block_bytes) memcpy(out, text, length);
    else for (size_t at = 0; at < length; at += 16) memcpy(out + at, text + at, 16);
    out += length;
  }
  return out;
}

uint8_t *column_text_pack(column_packer *p, uint8_t *out, const column_cell *cells, size_t rows) {
  uint8_t cut = choose_cut(cells, rows);
  forget_pieces(p);
  size_t token_count = cut ? cut_values(p, cells, rows, cut) : 0;
  if (token_count == 0) {
    if (cut) forget_pieces(p);
    cut = 0;
    token_count = take_whole_values(p, cells, rows);
  }
  *out++ = COLUMN_TEXT;
  *out++ = cut;
  out = put_pieces(p, out);
  out += varint_put(out, token_count);
  unsigned width = bits_width(p->piece_count);
  bit_writer bits = {.at = out};
  for (size_t i = 0; i < token_count; i++) bits_put(&bits, p->tokens[i], width);
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

const char *column_text_unpack(column_unpacker *u, column_target *to, const uint8_t **cursor, const uint8_t *end) {
  if (*cursor == end) return "column cut off";
  token_reader tokens = {.cut = *(*cursor)++};
  const char *fact = find_pieces(u, &tokens.piece_count, cursor, end);
  if (fact) return fact;
  uint64_t count;
  if (!varint_get(cursor, end, &count) || count > COLUMN_TOKENS_MAX) return "tokens out of range";
  tokens.count = count;
  tokens.width = bits_width(tokens.piece_count);
  tokens.size_bytes = (count * tokens.width + 7) / 8;
  if (tokens.size_bytes > (size_t)(end - *cursor)) return "tokens cut off";
  tokens.bytes = *cursor;
  *cursor += tokens.size_bytes;
  for (size_t row = 0; row < to->rows; row++) {
    const char *start = to->text;
    fact = join_pieces(u, to, &tokens);
    if (fact) return fact;
    to->fields[row * to->stride] = start;
    to->lengths[row * to->stride] = (uint32_t)(to->text - start);
  }
  return tokens.next == tokens.count ? NULL : "more pieces than values";
}
