/* Texts met before, of one thread. See feature.h.
 *
 *     hashes     whole communes, wards, peoples, short codes: their two hashes       0.1 MB
 *     values     the same where letters are wanted: all that they came to           0.5 MB
 *     pieces     of addresses: before and behind the first comma                  0.9 MB
 *     syllables  of names                                                           0.2 MB
 *     addresses  whole ones and tails (address_memory.c), where a schema asks         1 MB
 *
 * The first three are tables of 64-bit hashes:
 *
 *     sets of two:   | first: met again since it came | second: came last |
 *     of four:       | .. each met again since the one to its right came or was .. | came last |
 *
 * What is new takes the last place only, so that villages, many of which never come again, do not push the
 * communes out. They are more than the second-level cache holds, so what a column of records wants is asked for in
 * advance. */
#include <string.h>

#include "base/hash.h"
#include "feature/text_memory.h"
#include "normalise/syllable.h"

enum {
  hash_sets = 2048,
  hash_places = 4, /* a cache line */
  value_sets = 4096,
  tail_sets = 2048,
  head_sets = 1024,
  short_code_max = 8 /* bytes; longer codes are serial numbers that never come again */
};

typedef struct hashes_slot {
  uint64_t hash; /* 0: free */
  text_hashes value;
} hashes_slot;

typedef struct value_slot {
  uint64_t hash; /* 0: free */
  text_value value;
} value_slot;

typedef struct piece_slot {
  uint64_t hash; /* 0: free */
  place_piece piece;
} piece_slot;

struct text_memory {
  syllable_memory syllables; /* first, where its sets are cache lines */
  hashes_slot hashes[hash_sets][hash_places];
  address_memory *addresses; /* NULL when the schema reads none */
  value_slot values[value_sets][2];
  piece_slot tails[tail_sets][2], heads[head_sets][2];
};

text_memory *text_memory_create(bool reads_addresses) {
  text_memory *memory = mem_alloc(1, sizeof(text_memory));
  if (!memory || !reads_addresses) return memory;
  memory->addresses = address_memory_create();
  if (memory->addresses) return memory;
  mem_free(memory);
  return NULL;
}

void text_memory_free(text_memory *memory) {
  if (memory) address_memory_free(memory->addresses);
  mem_free(memory);
}

/* ---- pieces of addresses ------------------------------------------------------------------------ */

/* An address cut in two, and where its pieces are kept. */
typedef struct cut_address {
  place_cut cut;
  uint64_t head_hash, tail_hash;
  bool is_cut; /* false: not of two pieces */
} cut_address;

static piece_slot *piece_set(text_memory *memory, place_start start, uint64_t hash) {
  size_t place = hash >> 20;
  return start == PLACE_BEHIND_COMMA ? memory->tails[place % tail_sets] : memory->heads[place % head_sets];
}

static uint64_t piece_hash(place_start start, const char *text, size_t length) {
  return (hash_bytes(text, length) + start * 0x9e3779b97f4a7c15u) | 1;
}

static void cut_text(const char *text, size_t length, cut_address *out) {
  out->is_cut = normalise_place_cut(text, length, &out->cut);
  if (!out->is_cut) return;
  const place_cut *cut = &out->cut;
  out->tail_hash = piece_hash(PLACE_BEHIND_COMMA, text + cut->comma + 1, length - cut->comma - 1);
  out->head_hash = piece_hash(cut->head_start, text + cut->head, cut->comma - cut->head);
}

/* NULL when the piece cannot be remembered. */
static const place_piece *recall_piece(text_memory *memory, place_start start, uint64_t hash, const char *text, size_t length) {
  piece_slot *set = piece_set(memory, start, hash);
  if (set[0].hash == hash) return &set[0].piece;
  if (set[1].hash == hash) {
    piece_slot again = set[1];
    set[1] = set[0];
    set[0] = again;
    return &set[0].piece;
  }
  set[1].hash = 0;
  if (!normalise_place_piece(start, text, length, &set[1].piece)) return NULL;
  set[1].hash = hash;
  return &set[1].piece;
}

/* False when it is not of two pieces. */
static bool read_pieces(text_memory *memory, const char *text, size_t length, const cut_address *address, text_value *out) {
  const place_cut *cut = &address->cut;
  if (!address->is_cut) return false;
  const place_piece *tail = recall_piece(memory, PLACE_BEHIND_COMMA, address->tail_hash, text + cut->comma + 1, length - cut->comma - 1);
  if (!tail) return false;
  const place_piece *head = recall_piece(memory, cut->head_start, address->head_hash, text + cut->head, cut->comma - cut->head);
  if (head) normalise_place_join(text, cut, head, tail, out);
  return head != NULL;
}

static void read_address(text_memory *memory, const char *text, size_t length, const cut_address *address, text_value *out) {
  if (!read_pieces(memory, text, length, address, out)) normalise_place(text, length, out);
}

/* ---- whole values ------------------------------------------------------------------------------- */

static void read_text(text_memory *memory, semantic_type type, const char *text, size_t length, text_value *out) {
  if (type == TYPE_CODE) {
    normalise_code(text, length, out);
  } else if (type == TYPE_MAP_NUMBER) {
    normalise_map_number(text, length, out);
  } else if (type != TYPE_PLACE) {
    normalise_text(text, length, out);
  } else {
    cut_address address;
    cut_text(text, length, &address);
    read_address(memory, text, length, &address, out);
  }
}

/* A text of two types has two. */
static uint64_t value_hash(semantic_type type, const char *text, size_t length) {
  return (hash_bytes(text, length) + type * 0x9e3779b97f4a7c15u) | 1;
}

static const text_value *recall_value(text_memory *memory, semantic_type type, const char *text, size_t length) {
  uint64_t hash = value_hash(type, text, length);
  value_slot *set = memory->values[(hash >> 20) % value_sets];
  if (set[0].hash == hash) return &set[0].value;
  if (set[1].hash == hash) {
    value_slot again = set[1];
    set[1] = set[0];
    set[0] = again;
    return &set[0].value;
  }
  set[1].hash = hash;
  read_text(memory, type, text, length, &set[1].value);
  return &set[1].value;
}

/* Does a value of this kind come again? */
static bool comes_again(semantic_type type, const char *text, size_t length) {
  if (type == TYPE_PLACE) return text[0] < '0' || text[0] > '9'; /* else it is a house */
  return type != TYPE_CODE || length <= short_code_max;
}

/* Most are new, but their syllables are not. */
void text_recall_names(text_memory *memory, const name_text *names, size_t count, text_value *out) {
  normalise_person_names_with(&memory->syllables, names, count, out);
}

const text_value *text_recall(text_memory *memory, semantic_type type, const char *text, size_t length,
                              text_value *room) {
  if (type == TYPE_ENTRY_NUMBER) {
    length = normalise_entry_number_cut(text, length);
    type = TYPE_CODE;
  }
  if (length > 0 && comes_again(type, text, length)) return recall_value(memory, type, text, length);
  if (length > 0) read_text(memory, type, text, length, room);
  else memset(room, 0, sizeof *room);
  return room;
}

/* ---- hashes alone, of a column ------------------------------------------------------------------ */

/* What is to be looked up for a field. */
typedef struct wanted {
  uint64_t hash; /* of the whole; 0: it is not kept */
  size_t length; /* of the text that counts; 0: missing */
  cut_address address; /* of a house */
} wanted;

static hashes_slot *hash_set(text_memory *memory, uint64_t hash) { return memory->hashes[(hash >> 20) % hash_sets]; }

/* The hash, the count and most codes; unaccented letters follow. */
static void fetch_piece(const piece_slot *set) {
  __builtin_prefetch(set);
  __builtin_prefetch((const char *)set + 64);
  __builtin_prefetch((const char *)set + 128);
}

/* A house, whose address is no place that comes again: a number in front, or "Số" and a number. */
static bool is_house(const char *text, size_t length, cut_address *out) {
  bool has_digit = text[0] >= '0' && text[0] <= '9', may_have_word = (text[0] | 0x20) == 's' && text[1] == '\xE1';
  out->is_cut = false;
  if (has_digit || may_have_word) cut_text(text, length, out);
  return has_digit || (out->is_cut && out->cut.number_end > 0);
}

static void want(text_memory *memory, semantic_type type, const char *text, size_t length, wanted *out) {
  out->hash = 0;
  out->length = length;
  if (length == 0) return;
  if (type == TYPE_PLACE ? !is_house(text, length, &out->address) : comes_again(type, text, length)) {
    out->hash = value_hash(type, text, length);
    __builtin_prefetch(hash_set(memory, out->hash));
  } else if (type == TYPE_PLACE && out->address.is_cut) {
    fetch_piece(piece_set(memory, PLACE_BEHIND_COMMA, out->address.tail_hash));
    fetch_piece(piece_set(memory, out->address.cut.head_start, out->address.head_hash));
  }
}

static text_hashes hashes_of(const text_value *value) { return (text_hashes){value->toned_hash, value->plain_hash}; }

static text_hashes recall_hashes(text_memory *memory, semantic_type type, const char *text, const wanted *w) {
  hashes_slot *set = hash_set(memory, w->hash);
  for (unsigned i = 0; i < hash_places; i++) {
    if (set[i].hash != w->hash) continue;
    hashes_slot again = set[i];
    if (i > 0) {
      set[i] = set[i - 1];
      set[i - 1] = again;
    }
    return again.value;
  }
  text_value value;
  read_text(memory, type, text, w->length, &value);
  set[hash_places - 1] = (hashes_slot){.hash = w->hash, .value = hashes_of(&value)};
  return hashes_of(&value);
}

static text_hashes find_hashes(text_memory *memory, semantic_type type, const char *text, const wanted *w) {
  text_value value;
  if (w->length == 0) return (text_hashes){0};
  if (w->hash) return recall_hashes(memory, type, text, w);
  if (type == TYPE_PLACE) read_address(memory, text, w->length, &w->address, &value);
  else read_text(memory, type, text, w->length, &value);
  return hashes_of(&value);
}

void text_recall_hashes(text_memory *memory, semantic_type type, const input_field *fields, size_t field_stride, size_t count,
                        text_hashes out[TEXT_RECALL_MAX]) {
  wanted all[TEXT_RECALL_MAX];
  semantic_type read_as = type == TYPE_ENTRY_NUMBER ? TYPE_CODE : type;
  for (size_t i = 0; i < count; i++) {
    const input_field *field = fields + i * field_stride;
    bool is_entry = type == TYPE_ENTRY_NUMBER && field->length > 0;
    want(memory, read_as, field->text, is_entry ? normalise_entry_number_cut(field->text, field->length) : field->length, &all[i]);
  }
  for (size_t i = 0; i < count; i++) out[i] = find_hashes(memory, read_as, fields[i * field_stride].text, &all[i]);
}

/* ---- for others --------------------------------------------------------------------------------- */

void text_recall_place(text_memory *memory, const char *text, size_t length, text_value *out) {
  const text_value *value = text_recall(memory, TYPE_PLACE, text, length, out);
  if (value != out) *out = *value;
}

void text_recall_address(text_memory *memory, const address_book *book, const char *text, size_t length, address_value *out) {
  if (memory && memory->addresses) address_recall(memory->addresses, book, ADDRESS_ERA_ANY, text, length, out);
  else address_read(book, ADDRESS_ERA_ANY, text, length, out);
}
