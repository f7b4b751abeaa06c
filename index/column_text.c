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
/* Of one value: tokens that a word has (14 bits each), that are looked at; bytes that a piece is moved with. */
enum { WORD_TOKENS = 4, WINDOW_TOKENS = 24, PIECE_MOVE = 32 };
_Static_assert((int)PIECE_MOVE <= (int)STORE_TEXT_SLACK_BYTES, "behind the last text there is room");

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

/* So many tokens from the first one on are followed by a window of them; 0 where numbers that are no pieces would be looked for
 * beyond the column. */
static uint16_t count_windows(const text_column *t) {
  const size_t bits = t->token_bytes * (size_t)8, needed = (size_t)WINDOW_TOKENS * t->width + 64;
  const size_t known = (size_t)(t->tokens + t->token_bytes - t->ends);
  return t->width && bits > needed && known > ((size_t)1 << t->width) / 8 ? (uint16_t)((bits - needed) / t->width) : 0;
}

const char *column_text_open(text_column *t, size_t rows, column_bytes from) {
  const size_t size = (size_t)(from.end - from.bytes);
  if (size < HEADER_BYTES) return "column cut off";
  const uint32_t token_count = load_u32(from.bytes + 4);
  *t = (text_column){.kind = COLUMN_TEXT, .cut = from.bytes[1], .length_bytes = from.bytes[12], .piece_count = load_u16(from.bytes + 2),
                     .token_count = (uint16_t)token_count, .text_bytes = load_u32(from.bytes + 8)};
  if (t->piece_count == 0 || t->piece_count > COLUMN_PIECES_MAX) return "pieces out of range";
  if (token_count > COLUMN_TOKENS_MAX || (!t->cut && token_count != rows)) return "tokens out of range";
  if (t->length_bytes != 1 && t->length_bytes != sizeof(uint32_t)) return "lengths of an unknown kind";
  const size_t pieces = grouped(t->piece_count);
  t->width = (uint8_t)bits_width(t->piece_count);
  t->token_bytes = (token_count * t->width + 7) / 8;
  t->groups = from.bytes + HEADER_BYTES;
  t->ends = t->groups + pieces / GROUP * group_bytes(t->length_bytes);
  t->starts = t->ends + (t->cut ? pieces / 8 : 0);
  t->texts = t->starts + (t->cut ? start_bytes(rows) : 0);
  size_t before = (size_t)(t->texts - from.bytes);
  if (before > size || t->text_bytes > size - before) return "lengths exceed the text";
  t->tokens = t->texts + t->text_bytes;
  if (t->token_bytes != size - before - t->text_bytes) return "tokens cut off";
  t->window_count = count_windows(t);
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

/* Where a piece begins among the texts, and its length; for lengths of a byte. Which of its group it is cannot be foreseen: lengths before
 * it are summed without a branch. */
static inline size_t place_of_short(const uint8_t *groups, size_t piece, uint32_t *out_length) {
  static const uint8_t kept[2 * GROUP] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  const uint8_t *group = groups + piece / GROUP * group_bytes(1), *lengths = group + sizeof(uint32_t);
  const size_t before = piece % GROUP;
  const uint64_t even = 0x00ff00ff00ff00ff;
  const uint64_t low = load_u64(lengths) & load_u64(kept + GROUP - before), high = load_u64(lengths + 8) & load_u64(kept + GROUP + 8 - before);
  const uint64_t sums = (low & even) + (low >> 8 & even) + (high & even) + (high >> 8 & even);
  *out_length = lengths[before];
  return load_u32(group) + (sums * 0x0001000100010001 >> 48);
}

static size_t place_of_long(const text_column *t, size_t piece, uint32_t *out_length) {
  const uint8_t *group = group_of(t, piece), *lengths = group + sizeof(uint32_t);
  size_t place = load_u32(group);
  for (size_t i = 0; i < piece % GROUP; i++) place += load_u32(lengths + i * sizeof(uint32_t));
  *out_length = (uint32_t)length_at(t, piece);
  return place;
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

void column_texts_ask(const open_column *columns, size_t count, size_t wanted) {
  enum { line = 64, ends_most = 4 * line };
  for (size_t i = 0; i < count; i++) {
    const text_column *t = &columns[i].text;
    if (!t->cut) {
      __builtin_prefetch(t->tokens + wanted * t->width / 8);
      continue;
    }
    __builtin_prefetch(t->starts + wanted / START_ROWS * sizeof(uint16_t));
    const size_t ends_bytes = (size_t)(t->starts - t->ends);
    for (size_t at = 0; at < ends_bytes && at < ends_most; at += line) __builtin_prefetch(t->ends + at);
  }
}

void column_texts_near(const open_column *columns, size_t count, size_t wanted) {
  enum { usual_bytes = 15 }; /* the tokens of START_ROWS values */
  for (size_t i = 0; i < count; i++) {
    const text_column *t = &columns[i].text;
    if (!t->cut) continue;
    const uint8_t *tokens = t->tokens + load_u16(t->starts + wanted / START_ROWS * sizeof(uint16_t)) * (size_t)t->width / 8;
    __builtin_prefetch(tokens);
    __builtin_prefetch(tokens + usual_bytes);
  }
}

static inline bool has_room(column_pieces *to, size_t count) {
  return to->capacity - to->count >= count || array_reserve(&to->items, &to->capacity, to->count + count, sizeof *to->items, "", NULL) == KHOP_OK;
}

static inline void put_piece(column_pieces *to, size_t at, const text_column *of, size_t number) {
  column_piece *piece = &to->items[at];
  piece->of = of;
  piece->number = (uint32_t)number;
}

/* A value near the end of the tokens, or of many pieces. */
static const char *find_slowly(const text_column *t, size_t wanted, column_pieces *to) {
  size_t next = wanted, left = 0;
  if (t->cut) {
    next = load_u16(t->starts + wanted / START_ROWS * sizeof(uint16_t));
    left = wanted % START_ROWS;
  }
  for (; left && next < t->token_count; next++) {
    const size_t number = token_at(t, next);
    left -= number < t->piece_count && ends_value(t, number);
  }
  for (;; next++) {
    if (next >= t->token_count) return "value without its last piece";
    const size_t number = token_at(t, next);
    if (number >= t->piece_count) return "piece out of range";
    if (!has_room(to, WINDOW_TOKENS)) return column_memory;
    put_piece(to, to->count++, t, number);
    if (ends_value(t, number)) return NULL;
  }
}

/* How many values have which pieces cannot be foreseen, so there are few branches: of some tokens, a word at a time, a mask of those
 * that begin a value tells which are wanted. */
static const char *find_cut(const text_column *t, size_t wanted, column_pieces *to) {
  const size_t start = load_u16(t->starts + wanted / START_ROWS * sizeof(uint16_t)), left = wanted % START_ROWS;
  if (start >= t->window_count) return find_slowly(t, wanted, to);
  const unsigned width = t->width;
  const uint64_t mask = (UINT64_C(1) << width) - 1;
  uint32_t numbers[WINDOW_TOKENS + WORD_TOKENS], ends = 0; /* bit i: token i is the last of its value */
  size_t position = start * width, seen = 0;
  do {
    uint64_t word = load_u64(t->tokens + position / 8) >> (position % 8);
    for (size_t last = seen + WORD_TOKENS; seen < last; seen++, word >>= width) {
      const uint32_t number = (uint32_t)(word & mask);
      numbers[seen] = number;
      ends |= (t->ends[number / 8] >> (number % 8) & 1u) << seen;
    }
    position += (size_t)WORD_TOKENS * width;
  } while ((size_t)__builtin_popcount(ends) <= left && seen < WINDOW_TOKENS);
  if ((size_t)__builtin_popcount(ends) <= left) return find_slowly(t, wanted, to);
  uint32_t firsts = ends << 1 | 1;
  firsts = left > 0 ? firsts & (firsts - 1) : firsts;
  firsts = left > 1 ? firsts & (firsts - 1) : firsts;
  firsts = left > 2 ? firsts & (firsts - 1) : firsts;
  const size_t first = (size_t)__builtin_ctz(firsts), end = (size_t)__builtin_ctz(firsts & (firsts - 1));
  for (size_t i = 0; i < WORD_TOKENS; i++) put_piece(to, to->count + i, t, numbers[first + i]); /* of most values that is all */
  for (size_t i = WORD_TOKENS; first + i < end; i++) put_piece(to, to->count + i, t, numbers[first + i]);
  to->count += end - first;
  return NULL;
}

const char *column_texts_find(const open_column *columns, size_t count, size_t wanted, column_value *values, column_pieces *to) {
  const char *fact = NULL;
  to->count = 0;
  for (size_t i = 0; i < count && !fact; i++) {
    const text_column *t = &columns[i].text;
    if (!has_room(to, WINDOW_TOKENS + WORD_TOKENS)) return column_memory;
    values[i].first_piece = to->count;
    if (t->cut) fact = find_cut(t, wanted, to);
    else put_piece(to, to->count++, t, token_at(t, wanted));
  }
  if (fact) return fact;
  bool is_wrong = false;
  for (size_t i = 0; i < to->count; i++) {
    const column_piece *piece = &to->items[i];
    const uint8_t *group = group_of(piece->of, piece->number);
    is_wrong |= piece->number >= piece->of->piece_count;
    __builtin_prefetch(group);
    __builtin_prefetch(group + group_bytes(1) - 1);
  }
  return is_wrong ? "piece out of range" : NULL;
}

const char *column_texts_locate(column_pieces *pieces) {
  bool is_wrong = false;
  for (size_t i = 0; i < pieces->count; i++) {
    column_piece *piece = &pieces->items[i];
    const text_column *t = piece->of;
    uint32_t length;
    const size_t place = t->length_bytes == 1 ? place_of_short(t->groups, piece->number, &length) : place_of_long(t, piece->number, &length);
    piece->text = t->texts + place;
    piece->length = length;
    is_wrong |= place + length > t->text_bytes;
    __builtin_prefetch(piece->text);
    __builtin_prefetch(piece->text + length);
  }
  return is_wrong ? "lengths exceed the text" : NULL;
}

const char *column_texts_write(const open_column *columns, size_t count, const column_value *values, column_pieces *pieces, column_target *to) {
  for (size_t i = 0; i < pieces->count; i++) {
    column_piece *piece = &pieces->items[i];
    const size_t length = piece->length;
    if (length > to->room) return "texts exceed their stated size";
    if (piece->of->token_bytes >= PIECE_MOVE) { /* behind the texts there are so many bytes, and behind the room the slack */
      memcpy(to->text, piece->text, PIECE_MOVE);
      if (length > PIECE_MOVE) memcpy(to->text + PIECE_MOVE, piece->text + PIECE_MOVE, length - PIECE_MOVE);
    } else if (length) {
      memcpy(to->text, piece->text, length);
    }
    piece->at = to->text;
    to->text += length;
    to->room -= length;
  }
  for (size_t i = 0; i < count; i++) {
    const char *text = pieces->items[values[i].first_piece].at;
    const char *end = i + 1 < count ? pieces->items[values[i + 1].first_piece].at : to->text;
    to->fields[columns[i].text.field] = text;
    to->lengths[columns[i].text.field] = (uint32_t)(end - text);
  }
  return NULL;
}
