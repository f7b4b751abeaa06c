/* Posting chunks: (key, row) pairs in a page, about 6.4 bytes each for 48-bit keys of any number of
 * rows, within a few hundredths of what random keys and rows can be told in.
 *
 *   header | key bits k u8 | row bits w u8 | marks c u8 | c marks | postings, bit after bit, low bits first
 *
 *   same key as before:  1                     | difference of the rows, w bits
 *   another key:         0, q times 0, 1       | d mod 2^k, k bits | row, w bits
 *                        d = difference of the keys - 1, q = d / 2^k (Golomb and Rice's code)
 *   where q is too large: 25 times 0, 1        | difference of the keys, 64 bits | row, w bits
 *
 *   mark i:  key u64 | row u32 | bits so far u16   of posting 64 * (i + 1) - 1 and up to its end
 *
 * The first posting is the chunk's key itself, coded as the same key with difference 0. Widths per
 * chunk fit both hashes (k of 20-40) and cluster numbers (k = 0); a row that needs more than w
 * bits begins the next chunk. Marks spare who looks for a key the postings before it; tables that are walked have none.
 * Chunks of version 1 (CODEC_RAW) have neither marks nor their count.
 */
#include "index/chunk.h"

enum {
  old_bits_start = VALUE_HEADER_BYTES + 2,
  marks_start = VALUE_HEADER_BYTES + 3,
  mark_bytes = 14,
  mark_postings = 64, /* from one to the next */
  marks_max = 12,     /* beyond them postings are read one by one: there are so many only where they are short */
  room_bits = (PAGE_VALUE_BYTES - marks_start) * 8,
  chunk_postings_max = room_bits / 2, /* a bit, and a bit of row, at least */
  escape_zeros = 25,
  key_bits_max = 48,
  width_sample = 512
};

_Static_assert((int)chunk_postings_max <= (int)STORE_CHUNK_POSTINGS_MAX, "a chunk ends for want of room");

typedef struct widths {
  unsigned key_bits, row_bits;
} widths;

static unsigned bit_length(uint64_t number) { return number ? 64 - (unsigned)__builtin_clzll(number) : 0; }

/* k is the length of the mean difference, less one: between its two best values for random keys. */
static widths choose_widths(const store_posting *postings, size_t count) {
  if (count > width_sample) count = width_sample;
  uint32_t row_bits = postings[0].row;
  uint64_t steps = 0;
  for (size_t i = 1; i < count; i++) {
    row_bits |= postings[i].row;
    steps += postings[i].key != postings[i - 1].key;
  }
  uint64_t mean = steps ? (postings[count - 1].key - postings[0].key) / steps : 0;
  widths chosen = {.key_bits = mean ? bit_length(mean) - 1 : 0, .row_bits = row_bits ? bit_length(row_bits) : 1};
  if (chosen.key_bits > key_bits_max) chosen.key_bits = key_bits_max;
  return chosen;
}

static void put_escape(bit_writer *b, uint64_t key_difference, uint32_t row, unsigned row_bits) {
  bits_put(b, UINT64_C(1) << escape_zeros, escape_zeros + 1);
  bits_put(b, key_difference & UINT32_MAX, 32);
  bits_put(b, key_difference >> 32, 32);
  bits_put(b, row, row_bits);
}

/* False, and nothing written, when there is no room. */
static inline bool put_posting(bit_writer *b, size_t room, widths w, uint64_t key_difference, uint32_t row) {
  if (key_difference == 0) {
    if (1 + w.row_bits > room) return false;
    bits_put(b, 1 | (uint64_t)row << 1, 1 + w.row_bits);
    return true;
  }
  uint64_t quotient = (key_difference - 1) >> w.key_bits;
  if (quotient + 1 >= escape_zeros) {
    if (escape_zeros + 1 + 64 + w.row_bits > room) return false;
    put_escape(b, key_difference, row, w.row_bits);
    return true;
  }
  uint64_t low = (key_difference - 1) & ((UINT64_C(1) << w.key_bits) - 1);
  unsigned prefix_bits = (unsigned)quotient + 2, bits = prefix_bits + w.key_bits + w.row_bits;
  if (bits > room) return false;
  if (bits <= BITS_WIDTH_MAX) {
    low |= (uint64_t)row << w.key_bits;
    bits_put(b, (low << 1 | 1) << (prefix_bits - 1), bits);
  } else {
    bits_put(b, UINT64_C(1) << (prefix_bits - 1), prefix_bits);
    bits_put(b, low, w.key_bits);
    bits_put(b, row, w.row_bits);
  }
  return true;
}

static inline size_t bits_used(const bit_writer *b, const uint8_t *bytes) { return (size_t)(b->at - bytes) * 8 + b->used; }

/* A chunk on its way. */
typedef struct posting_writer {
  const store_posting *postings;
  size_t count, taken;
  uint32_t kept;
  widths widths;
  bit_writer bits;
  size_t room; /* in bits */
  size_t mark_count, next_mark; /* when so many are kept; SIZE_MAX: never */
  uint8_t marks[marks_max * mark_bytes];
} posting_writer;

/* Whether a key is another one cannot be foreseen, so both kinds of posting are put by the same code. Stops at what is
 * rare (a repeat, an escape, many bits, a row too wide) and where room may be lacking. */
static void put_usual(posting_writer *p, const uint8_t *room_end) {
  const unsigned key_bits = p->widths.key_bits, row_bits = p->widths.row_bits;
  const uint64_t low_mask = (UINT64_C(1) << key_bits) - 1, row_most = (UINT64_C(1) << row_bits) - 1;
  bit_writer b = p->bits;
  size_t i = p->taken, end = p->count;
  if (p->next_mark - p->kept < end - i) end = i + (p->next_mark - p->kept);
  for (; i < end && b.at < room_end; i++) {
    const store_posting *here = &p->postings[i], *before = here - 1;
    const uint64_t difference = here->key - before->key, is_other = difference != 0, when_other = 0 - is_other;
    const uint64_t row = here->row - (before->row & ~when_other), low = difference - is_other;
    const uint64_t zeros = ((low >> key_bits) + 1) & when_other, low_bits = key_bits & when_other;
    const uint64_t bits = zeros + 1 + low_bits + row_bits;
    const bool is_repeat = (difference | row) == 0;
    if (is_repeat | (zeros >= escape_zeros) | (bits > BITS_WIDTH_MAX) | (row > row_most)) break;
    bits_put(&b, (((low & low_mask) | row << low_bits) << 1 | 1) << zeros, (unsigned)bits);
  }
  p->kept += (uint32_t)(i - p->taken);
  p->taken = i;
  p->bits = b;
}

/* The next posting, whatever it is; false when there is no room for it. */
static bool put_next(posting_writer *p, const uint8_t *bytes) {
  const store_posting *here = &p->postings[p->taken], *before = p->taken ? here - 1 : here;
  uint64_t difference = here->key - before->key;
  uint32_t row = difference ? here->row : here->row - before->row;
  bool is_repeat = p->taken && !difference && !row;
  if (!is_repeat) {
    if ((uint64_t)row >> p->widths.row_bits) return false;
    if (!put_posting(&p->bits, p->room - bits_used(&p->bits, bytes), p->widths, difference, row)) return false;
    p->kept++;
  }
  p->taken++;
  return true;
}

/* Tells where the writer stands. */
static void put_mark(posting_writer *p, const uint8_t *bytes) {
  const store_posting *last = &p->postings[p->taken - 1];
  uint8_t *out = p->marks + p->mark_count++ * mark_bytes;
  memcpy(out, &last->key, sizeof last->key);
  store_u32(out + 8, last->row);
  store_u16(out + 12, (uint16_t)bits_used(&p->bits, bytes));
  p->next_mark = p->mark_count < marks_max ? p->next_mark + mark_postings : SIZE_MAX;
}

bool posting_table_is_marked(uint32_t table) {
  return table <= STORE_TABLE_CLUSTER || table >= STORE_TABLE_LINK;
}

size_t posting_chunk_encode(uint8_t out[PAGE_VALUE_BYTES], const store_posting *postings, size_t count, bool is_marked,
                            size_t *out_size, uint32_t *out_kept) {
  uint8_t bytes[room_bits / 8 + 8]; /* numbers are stored as 8 bytes */
  posting_writer p = {.postings = postings, .count = count, .widths = choose_widths(postings, count), .bits = {.at = bytes}};
  p.room = room_bits - (is_marked ? sizeof p.marks * 8 : 0);
  p.next_mark = is_marked ? mark_postings : SIZE_MAX;
  while (p.taken < count && put_next(&p, bytes)) {
    put_usual(&p, bytes + p.room / 8 - sizeof(uint64_t));
    if (p.kept == p.next_mark) put_mark(&p, bytes);
  }
  out[VALUE_HEADER_BYTES] = (uint8_t)p.widths.key_bits;
  out[VALUE_HEADER_BYTES + 1] = (uint8_t)p.widths.row_bits;
  out[VALUE_HEADER_BYTES + 2] = (uint8_t)p.mark_count;
  memcpy(out + marks_start, p.marks, p.mark_count * mark_bytes);
  size_t before = marks_start + p.mark_count * mark_bytes, size_bytes = (size_t)(bits_end(&p.bits) - bytes);
  memcpy(out + before, bytes, size_bytes);
  *out_size = before + size_bytes;
  *out_kept = p.kept;
  value_seal_body(out, *out_size, VALUE_POSTINGS, CODEC_DIRECT, p.kept);
  return p.taken;
}

const char *posting_reader_open(posting_reader *r, const uint8_t *chunk_key, const uint8_t *value, size_t size) {
  return posting_reader_open_at(r, posting_key_first(chunk_key), row_key_get(chunk_key + 12), value, size);
}

const char *posting_reader_open_at(posting_reader *r, uint64_t first_key, uint32_t first_row, const uint8_t *value, size_t size) {
  *r = (posting_reader){.key = first_key, .row = first_row};
  value_header header;
  memcpy(&header, value, sizeof header);
  const bool is_old = header.codec == CODEC_RAW;
  if (!is_old && header.codec != CODEC_DIRECT) return "unknown codec";
  if (header.count == 0 || header.count > chunk_postings_max) return "posting count out of range";
  size_t before = is_old ? old_bits_start : marks_start;
  if (size < before || size > PAGE_VALUE_BYTES) return "size out of range";
  r->key_bits = value[VALUE_HEADER_BYTES];
  r->row_bits = value[VALUE_HEADER_BYTES + 1];
  if (r->key_bits > key_bits_max) return "key width out of range";
  if (r->row_bits < 1 || r->row_bits > 32) return "row width out of range";
  r->marks = value + before;
  r->mark_count = is_old ? 0 : value[VALUE_HEADER_BYTES + 2];
  before += r->mark_count * mark_bytes;
  if (before > size || (uint64_t)r->mark_count * mark_postings > header.count) return "marks out of range";
  r->count = header.count;
  r->bytes = value + before;
  r->size_bytes = size - before;
  return NULL;
}

void posting_reader_skip(posting_reader *r, uint64_t wanted) {
  const uint8_t *mark = r->marks;
  uint32_t i = 0;
  for (; i < r->mark_count && load_u64(mark) < wanted; i++) mark += mark_bytes;
  if (i == 0) return;
  mark -= mark_bytes;
  r->key = load_u64(mark);
  r->row = load_u32(mark + 8);
  r->position = load_u16(mark + 12);
  r->index = i * mark_postings;
}

bool posting_reader_agrees(const posting_reader *r) {
  if (r->index % mark_postings || r->index / mark_postings > r->mark_count || r->index == 0) return true;
  const uint8_t *mark = r->marks + (r->index / mark_postings - 1) * mark_bytes;
  return load_u64(mark) == r->key && load_u32(mark + 8) == r->row && load_u16(mark + 12) == r->position;
}

static inline uint64_t peek_bits(const posting_reader *r, unsigned bits) {
  return bits_get(r->bytes, r->size_bytes, r->position, bits);
}

static inline uint64_t take_bits(posting_reader *r, unsigned bits) {
  uint64_t number = peek_bits(r, bits);
  r->position += bits;
  return number;
}

/* The difference of the keys, 0 for the same. */
static inline uint64_t take_key_difference(posting_reader *r) {
  uint64_t prefix = peek_bits(r, BITS_WIDTH_MAX) | UINT64_C(1) << escape_zeros;
  unsigned zeros = (unsigned)__builtin_ctzll(prefix);
  r->position += zeros + 1;
  if (zeros == 0) return 0;
  if (zeros < escape_zeros) return ((uint64_t)(zeros - 1) << r->key_bits | take_bits(r, r->key_bits)) + 1;
  uint64_t low = take_bits(r, 32);
  return low | take_bits(r, 32) << 32;
}

/* Rows are not read: that of a posting counts from the one before only under one key, and lower keys are not asked for. */
void posting_reader_pass(posting_reader *r, uint64_t wanted) {
  const unsigned key_bits = r->key_bits, row_bits = r->row_bits;
  const uint64_t low_mask = (UINT64_C(1) << key_bits) - 1;
  const size_t last = r->size_bytes < sizeof(uint64_t) ? 0 : r->size_bytes - sizeof(uint64_t) + 1;
  size_t position = r->position;
  uint64_t key = r->key;
  uint32_t index = r->index;
  while (index < r->count && position / 8 < last) {
    const uint64_t word = load_u64(r->bytes + position / 8) >> (position % 8);
    unsigned zeros = (unsigned)__builtin_ctzll(word | UINT64_C(1) << escape_zeros), bits = zeros + 1 + (zeros ? key_bits : 0);
    uint64_t difference = zeros ? ((uint64_t)(zeros - 1) << key_bits | (word >> zeros >> 1 & low_mask)) + 1 : 0;
    if (zeros == escape_zeros || bits > BITS_WIDTH_MAX || difference >= wanted - key) break;
    key += difference;
    position += bits + row_bits;
    index++;
  }
  r->key = key;
  r->position = position;
  r->index = index;
}

bool posting_reader_next(posting_reader *r, const char **fact) {
  if (r->index == r->count) {
    if ((r->position + 7) / 8 != r->size_bytes) *fact = "longer than its postings";
    return false;
  }
  uint64_t key_difference = take_key_difference(r);
  uint32_t row = (uint32_t)take_bits(r, r->row_bits);
  if (r->position > r->size_bytes * 8) {
    *fact = "shorter than its postings";
    return false;
  }
  if (__builtin_add_overflow(r->key, key_difference, &r->key)) {
    *fact = "key out of range";
    return false;
  }
  r->row = key_difference ? row : r->row + row;
  r->index++;
  return true;
}

/* ---- steps ----------------------------------------------------------------------------------- */

enum { step_position_bits = 16 };
_Static_assert(room_bits < 1 << step_position_bits, "a step tells any place of a chunk");

posting_steps *posting_steps_make(const posting_reader *start) {
  const char *fact = NULL;
  posting_reader r = *start;
  posting_steps *s = mem_alloc(1, sizeof *s + r.count / POSTING_STEP * sizeof *s->steps);
  while (s && posting_reader_next(&r, &fact)) {
    if ((r.key - start->key) >> (64 - step_position_bits)) fact = "keys too far apart for a step";
    if (fact) break;
    if (r.index % POSTING_STEP == 0) s->steps[s->count++] = (r.key - start->key) << step_position_bits | r.position;
  }
  if (!fact) return s;
  mem_free(s);
  return NULL;
}

void posting_steps_skip(const posting_steps *steps, posting_reader *r, uint64_t wanted, double share) {
  if (steps->count == 0 || wanted <= r->key) return;
  const uint64_t most = UINT64_MAX >> step_position_bits, distance = wanted - r->key;
  const uint64_t limit = (distance < most ? distance : most) << step_position_bits; /* steps below it are of lower keys */
  size_t at = (size_t)(share * (double)steps->count); /* steps from here on */
  while (at > 0 && steps->steps[at - 1] >= limit) at--;
  while (at < steps->count && steps->steps[at] < limit) at++;
  if (at == 0) return;
  r->key += steps->steps[at - 1] >> step_position_bits;
  r->position = steps->steps[at - 1] & ((1u << step_position_bits) - 1);
  r->index = (uint32_t)at * POSTING_STEP;
}
