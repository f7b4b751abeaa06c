/* Texts met before, of one thread, in memories small enough to stay in the second-level cache. See feature.h.
 *
 *     values     whole communes, wards, peoples, short codes: what they came to     0.5 MB
 *     pieces     of addresses: before and behind the first comma                  0.9 MB
 *     syllables  of names                                                           0.1 MB
 *     addresses  whole ones and tails (address_memory.c), where a schema asks         1 MB
 *
 * The first two are tables of 64-bit hashes:
 *
 *     sets of two:   | first: met again since it came | second: came last |
 *
 * What is new takes the second place only, so that villages, many of which never come again, do not push the
 * communes out. */
#include <string.h>

#include "base/hash.h"
#include "feature/text_memory.h"
#include "normalise/syllable.h"

enum {
  value_sets = 4096,
  tail_sets = 2048,
  head_sets = 1024,
  short_code_max = 8 /* bytes; longer codes are serial numbers that never come again */
};

typedef struct value_slot {
  uint64_t hash; /* 0: free */
  text_value value;
} value_slot;

typedef struct piece_slot {
  uint64_t hash; /* 0: free */
  place_piece piece;
} piece_slot;

struct text_memory {
  address_memory *addresses; /* NULL when the schema reads none */
  syllable_memory syllables;
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

/* NULL when the piece cannot be remembered. */
static const place_piece *recall_piece(text_memory *memory, place_start start, const char *text, size_t length) {
  uint64_t hash = (hash_bytes(text, length) + start * 0x9e3779b97f4a7c15u) | 1;
  size_t place = hash >> 20;
  piece_slot *set = start == PLACE_BEHIND_COMMA ? memory->tails[place % tail_sets] : memory->heads[place % head_sets];
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
static bool read_pieces(text_memory *memory, const char *text, size_t length, text_value *out) {
  place_cut cut;
  if (!normalise_place_cut(text, length, &cut)) return false;
  const place_piece *tail = recall_piece(memory, PLACE_BEHIND_COMMA, text + cut.comma + 1, length - cut.comma - 1);
  if (!tail) return false;
  const place_piece *head = recall_piece(memory, cut.head_start, text + cut.head, cut.comma - cut.head);
  if (head) normalise_place_join(text, &cut, head, tail, out);
  return head != NULL;
}

/* ---- whole values ------------------------------------------------------------------------------- */

static void read_text(text_memory *memory, semantic_type type, const char *text, size_t length, text_value *out) {
  if (type == TYPE_CODE) normalise_code(text, length, out);
  else if (type != TYPE_PLACE) normalise_text(text, length, out);
  else if (!read_pieces(memory, text, length, out)) normalise_place(text, length, out);
}

static const text_value *recall_value(text_memory *memory, semantic_type type, const char *text, size_t length) {
  uint64_t hash = (hash_bytes(text, length) + type * 0x9e3779b97f4a7c15u) | 1; /* a text of two types has two */
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

const text_value *text_recall(text_memory *memory, semantic_type type, const char *text, size_t length,
                              text_value *room) {
  if (type == TYPE_PERSON_NAME) { /* most are new, but their syllables are not */
    normalise_person_name_with(&memory->syllables, text, length, room);
    return room;
  }
  if (type == TYPE_ENTRY_NUMBER) {
    length = normalise_entry_number_cut(text, length);
    type = TYPE_CODE;
  }
  if (length > 0 && comes_again(type, text, length)) return recall_value(memory, type, text, length);
  if (length > 0) read_text(memory, type, text, length, room);
  else memset(room, 0, sizeof *room);
  return room;
}

void text_recall_place(text_memory *memory, const char *text, size_t length, text_value *out) {
  const text_value *value = text_recall(memory, TYPE_PLACE, text, length, out);
  if (value != out) *out = *value;
}

void text_recall_address(text_memory *memory, const address_book *book, const char *text, size_t length, address_value *out) {
  if (memory && memory->addresses) address_recall(memory->addresses, book, ADDRESS_ERA_ANY, text, length, out);
  else address_read(book, ADDRESS_ERA_ANY, text, length, out);
}
