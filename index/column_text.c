/* A column of texts: a dictionary of pieces, and for each value the numbers of its pieces.
 *
 *   kind u8 | cut u8 | m u16 | t u32 | bytes of the texts u32 | bytes of a length u8 | 0 (3)
 *   M / 16 groups         place u32, where piece 16 * i begins among the texts; 16 lengths of 1 byte, or of 4 where a
 *                         piece has more than 255. M is m rounded up to 16
 *   M bits                of a cut column: bit i, piece i is the last of its value
 *   n / 4 starts u16      of a cut column: the first token of value 4 * i
 *   m texts
 *   t tokens, bits
 *
 * With a cut byte values are cut behind each: "Nguyễn |Văn |An" at blanks, an address at commas. A
 * piece that ends in the cut byte is followed by another of the same value, any other is the last;
 * so a value needs neither a count nor an end mark, and one that ends in the cut byte has an empty
 * piece behind it. Without a cut (0) each value is one piece. Tokens have the least width that holds
 * all numbers.
 *
 * A value is reached through the start before it, the bits that tell where values end, and for each of its pieces a sum of
 * at most 15 lengths.
 *
 * A chunk of 4,096 civil-birth rows has some 1,000 different words in a column of names, 5,000
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
  p->block.starts = p->starts;
  for (size_t row = 0; row < rows;) {
    p->block.count = 0;
    p->block.before = count;
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

enum { HEADER_BYTES = 16, GROUP = 16 /* pieces from one known place to the next */, START_ROWS = 4 };

static size_t grouped(size_t count) { return (count + GROUP - 1) / GROUP * GROUP; }

static size_t group_bytes(size_t length_bytes) { return sizeof(uint32_t) + GROUP * length_bytes; }

/* Groups of lengths; *out_text_bytes and *out_length_bytes as the header has them. */
static uint8_t *put_lengths(const column_dictionary *d, uint8_t *out, uint32_t *out_text_bytes, uint8_t *out_length_bytes) {
  uint32_t bits = 0, place = 0;
  for (size_t i = 1; i <= d->count; i++) bits |= d->pieces[i].length;
  const size_t each = bits > UINT8_MAX ? sizeof(uint32_t) : 1;
  for (size_t first = 0; first < d->count; first += GROUP, out += group_bytes(each)) {
    const size_t count = d->count - first < GROUP ? d->count - first : GROUP;
    uint8_t *lengths = out + sizeof place;
    store_u32(out, place);
    memset(lengths, 0, GROUP * each);
    for (size_t i = 0; i < count; i++) {
      const uint32_t length = d->pieces[first + i + 1].length;
      if (each == 1) lengths[i] = (uint8_t)length;
      else store_u32(lengths + i * each, length);
      place += length;
    }
  }
  *out_text_bytes = place;
  *out_length_bytes = (uint8_t)each;
  return out;
}

static uint8_t *put_ends(const column_dictionary *d, uint8_t cut, uint8_t *out) {
  for (size_t i = 0; i < d->count; i += 8) {
    uint8_t ends = 0;
    for (size_t bit = 0; bit < 8 && i + bit < d->count; bit++) {
      const column_cell piece = d->pieces[i + bit + 1];
      bool goes_on = piece.length && (uint8_t)piece.text[piece.length - 1] == cut;
      ends |= (uint8_t)(!goes_on << bit);
    }
    out[i / 8] = ends;
  }
  const size_t bytes = (d->count + 7) / 8, all = grouped(d->count) / 8;
  memset(out + bytes, 0, all - bytes);
  return out + all;
}

static uint8_t *put_starts(const uint16_t *starts, size_t rows, uint8_t *out) {
  for (size_t row = 0; row < rows; row += START_ROWS, out += sizeof *starts) store_u16(out, starts[row]);
  return out;
}

static size_t start_bytes(size_t rows) { return (rows + START_ROWS - 1) / START_ROWS * sizeof(uint16_t); }

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
  uint8_t *header = out, length_bytes;
  uint32_t text_bytes;
  out = put_lengths(d, out + HEADER_BYTES, &text_bytes, &length_bytes);
  if (cut) out = put_starts(p->starts, rows, put_ends(d, cut, out));
  out = put_texts(d, out);
  memset(header, 0, HEADER_BYTES);
  header[0] = COLUMN_TEXT;
  header[1] = cut;
  store_u16(header + 2, (uint16_t)d->count);
  store_u32(header + 4, (uint32_t)token_count);
  store_u32(header + 8, text_bytes);
  header[12] = length_bytes;
  bit_writer bits = {.at = out};
  bits_put_all(&bits, p->tokens, token_count, bits_width(d->count));
  return bits_end(&bits);
}

/* ---- unpacking ------------------------------------------------------------------------------ */

const char *column_text_open(text_column *t, size_t rows, column_bytes from) {
  const size_t size = (size_t)(from.end - from.bytes);
  if (size < HEADER_BYTES) return "column cut off";
  *t = (text_column){.kind = COLUMN_TEXT, .cut = from.bytes[1], .length_bytes = from.bytes[12], .piece_count = load_u16(from.bytes + 2),
                     .token_count = load_u32(from.bytes + 4), .text_bytes = load_u32(from.bytes + 8)};
  if (t->piece_count == 0 || t->piece_count > COLUMN_PIECES_MAX) return "pieces out of range";
  if (t->token_count > COLUMN_TOKENS_MAX || (!t->cut && t->token_count != rows)) return "tokens out of range";
  if (t->length_bytes != 1 && t->length_bytes != sizeof(uint32_t)) return "lengths of an unknown kind";
  const size_t pieces = grouped(t->piece_count);
  t->width = (uint8_t)bits_width(t->piece_count);
  t->token_bytes = (t->token_count * t->width + 7) / 8;
  t->groups = from.bytes + HEADER_BYTES;
  t->ends = t->groups + pieces / GROUP * group_bytes(t->length_bytes);
  t->starts = t->ends + (t->cut ? pieces / 8 : 0);
  t->texts = t->starts + (t->cut ? start_bytes(rows) : 0);
  size_t before = (size_t)(t->texts - from.bytes);
  if (before > size || t->text_bytes > size - before) return "lengths exceed the text";
  t->tokens = t->texts + t->text_bytes;
  if (t->token_bytes != size - before - t->text_bytes) return "tokens cut off";
  return NULL;
}

static inline size_t token_at(const text_column *t, size_t at) {
  return bits_get(t->tokens, t->token_bytes, at * t->width, t->width);
}

static inline bool ends_value(const text_column *t, size_t piece) { return !t->cut || (t->ends[piece / 8] >> (piece % 8) & 1); }

static inline const uint8_t *group_of(const text_column *t, size_t piece) { return t->groups + piece / GROUP * group_bytes(t->length_bytes); }

static inline size_t length_at(const text_column *t, size_t piece) {
  const uint8_t *lengths = group_of(t, piece) + sizeof(uint32_t);
  return t->length_bytes == 1 ? lengths[piece % GROUP] : load_u32(lengths + piece % GROUP * sizeof(uint32_t));
}

/* Where a piece begins among the texts. Which of its group it is cannot be foreseen: lengths before it are summed without a branch. */
static inline size_t place_of(const text_column *t, size_t piece) {
  static const uint8_t kept[2 * GROUP] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  const uint8_t *group = group_of(t, piece), *lengths = group + sizeof(uint32_t);
  size_t place = load_u32(group), before = piece % GROUP;
  if (t->length_bytes != 1) {
    for (size_t i = 0; i < before; i++) place += load_u32(lengths + i * sizeof(uint32_t));
    return place;
  }
  const uint64_t even = 0x00ff00ff00ff00ff;
  const uint64_t low = load_u64(lengths) & load_u64(kept + GROUP - before), high = load_u64(lengths + 8) & load_u64(kept + GROUP + 8 - before);
  const uint64_t sums = (low & even) + (low >> 8 & even) + (high & even) + (high >> 8 & even);
  return place + (sums * 0x0001000100010001 >> 48);
}

/* Appends a piece. Most are short: a move or two, when there is room for more than the piece on both sides. */
static inline const char *append_piece(column_target *to, const uint8_t *text, size_t length, const uint8_t *end) {
  if (length > to->room) return "texts exceed their stated size";
  if (length <= 32 && to->room >= 32 && end - text >= 32) {
    memcpy(to->text, text, 16);
    if (length > 16) memcpy(to->text + 16, text + 16, 16);
  } else if (length) {
    memcpy(to->text, text, length);
  }
  to->text += length;
  to->room -= length;
  return NULL;
}

static const char *find_pieces(column_unpacker *u, const text_column *t) {
  size_t place = 0;
  for (size_t i = 0; i < t->piece_count; i++) {
    size_t length = length_at(t, i);
    if (i % GROUP == 0 && place != load_u32(group_of(t, i))) return "pieces where they do not belong";
    if (length > t->text_bytes - place) return "lengths exceed the text";
    u->pieces[i].text = t->texts + place;
    u->pieces[i].length = length;
    place += length;
  }
  return place == t->text_bytes ? NULL : "texts longer than their lengths";
}

/* Appends the pieces of one value; *next is its first token. */
static const char *join_pieces(const column_unpacker *u, const text_column *t, column_target *to, size_t *next, const uint8_t *end) {
  for (;;) {
    if (*next == t->token_count) return "value without its last piece";
    size_t number = token_at(t, (*next)++);
    if (number >= t->piece_count) return "piece out of range";
    const char *fact = append_piece(to, u->pieces[number].text, u->pieces[number].length, end);
    if (fact || ends_value(t, number)) return fact;
  }
}

const char *column_text_unpack(column_unpacker *u, column_target *to, column_bytes from) {
  text_column t;
  const char *fact = column_text_open(&t, to->rows, from);
  if (!fact) fact = find_pieces(u, &t);
  size_t next = 0;
  for (size_t row = 0; row < to->rows && !fact; row++) {
    const char *start = to->text;
    if (t.cut && row % START_ROWS == 0 && next != load_u16(t.starts + row / START_ROWS * sizeof(uint16_t))) return "start of another value";
    fact = join_pieces(u, &t, to, &next, from.end);
    to->fields[row * to->stride] = start;
    to->lengths[row * to->stride] = (uint32_t)(to->text - start);
  }
  return fact || next == t.token_count ? fact : "more pieces than values";
}

/* ---- one value, in the steps of column.h -------------------------------------------------------- */

/* The first token of a value; the token count when there is none. */
static size_t first_token(const text_column *t, size_t wanted) {
  if (!t->cut) return wanted;
  size_t next = load_u16(t->starts + wanted / START_ROWS * sizeof(uint16_t));
  for (size_t left = wanted % START_ROWS; left && next < t->token_count; next++) {
    size_t number = token_at(t, next);
    left -= number < t->piece_count && ends_value(t, number);
  }
  return next < t->token_count ? next : t->token_count;
}

void column_text_ask(const text_column *t, size_t wanted) {
  enum { line = 64, ends_most = 4 * line };
  if (!t->cut) {
    __builtin_prefetch(t->tokens + wanted * t->width / 8);
    return;
  }
  __builtin_prefetch(t->starts + wanted / START_ROWS * sizeof(uint16_t));
  const size_t ends_bytes = (size_t)(t->starts - t->ends);
  for (size_t at = 0; at < ends_bytes && at < ends_most; at += line) __builtin_prefetch(t->ends + at);
}

void column_text_near(const text_column *t, size_t wanted) {
  enum { usual_bytes = 15 }; /* the tokens of START_ROWS values */
  if (!t->cut) return;
  const uint8_t *tokens = t->tokens + load_u16(t->starts + wanted / START_ROWS * sizeof(uint16_t)) * (size_t)t->width / 8;
  __builtin_prefetch(tokens);
  __builtin_prefetch(tokens + usual_bytes);
}

const char *column_text_find(const text_column *t, size_t wanted, column_value *out) {
  size_t next = first_token(t, wanted);
  out->piece_count = 0;
  for (out->is_whole = false; !out->is_whole && out->piece_count < COLUMN_VALUE_PIECES; next++) {
    if (next >= t->token_count) return "value without its last piece";
    const size_t number = token_at(t, next);
    if (number >= t->piece_count) return "piece out of range";
    out->pieces[out->piece_count++].number = (uint32_t)number;
    out->is_whole = ends_value(t, number);
    const uint8_t *group = group_of(t, number);
    __builtin_prefetch(group);
    __builtin_prefetch(group + group_bytes(1) - 1);
  }
  out->next = next;
  return NULL;
}

static inline const char *locate(const text_column *t, column_piece *piece) {
  const size_t place = place_of(t, piece->number), length = length_at(t, piece->number);
  piece->text = t->texts + place;
  piece->length = (uint32_t)length;
  return place > t->text_bytes || length > t->text_bytes - place ? "lengths exceed the text" : NULL;
}

const char *column_text_locate(const text_column *t, column_value *value) {
  for (size_t i = 0; i < value->piece_count; i++) {
    const char *fact = locate(t, &value->pieces[i]);
    if (fact) return fact;
    __builtin_prefetch(value->pieces[i].text);
    __builtin_prefetch(value->pieces[i].text + value->pieces[i].length);
  }
  return NULL;
}

const char *column_text_write(const text_column *t, const column_value *value, column_target *to) {
  const uint8_t *end = t->tokens + t->token_bytes;
  const char *fact = NULL, *start = to->text;
  for (size_t i = 0; i < value->piece_count && !fact; i++) fact = append_piece(to, value->pieces[i].text, value->pieces[i].length, end);
  bool is_whole = value->is_whole;
  for (size_t next = value->next; !is_whole && !fact; next++) {
    if (next >= t->token_count) return "value without its last piece";
    column_piece piece = {.number = (uint32_t)token_at(t, next)};
    if (piece.number >= t->piece_count) return "piece out of range";
    fact = locate(t, &piece);
    if (!fact) fact = append_piece(to, piece.text, piece.length, end);
    is_whole = ends_value(t, piece.number);
  }
  to->fields[0] = start;
  to->lengths[0] = (uint32_t)(to->text - start);
  return fact;
}
