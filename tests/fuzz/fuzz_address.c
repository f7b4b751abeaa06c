/* Any bytes through the address reader. The first byte picks the map that is asked for, a zero byte parts two
 * addresses: no crash, values within bounds, a memory that changes nothing, and a comparison that goes both
 * ways. */
#include <stdlib.h>
#include <string.h>

#include "normalise/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static address_book *book;
static address_memory *memory;

static void check_value(const address_value *value, size_t length) {
  require(value->status <= ADDRESS_AMBIGUOUS && value->count <= ADDRESS_CANDIDATES_MAX);
  require((value->count > 0) == (value->status >= ADDRESS_PROVINCE) && value->head_bytes <= length);
  for (size_t i = 0; i < value->count; i++) {
    require(value->units[i] != ADDRESS_NO_UNIT && value->units[i] <= address_unit_count(book));
    require(i == 0 || value->units[i - 1] < value->units[i]);
  }
}

/* Other scripts may grow in the fold, until it cuts their end. */
static bool is_ascii(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (text[i] & 0x80) return false;
  }
  return true;
}

static address_place check_text(address_era era, const char *text, size_t length) {
  address_value fresh, recalled, again;
  address_read(book, era, text, length, &fresh);
  check_value(&fresh, length);
  for (int times = 0; times < 2; times++) {
    address_recall(memory, book, era, text, length, &recalled);
    require(memcmp(&fresh, &recalled, sizeof fresh) == 0);
  }
  char written[8192];
  size_t length_written = address_write(book, text, length, &fresh, written, sizeof written);
  address_read(book, era, written, length_written, &again);
  check_value(&again, length_written);
  require(fresh.status != ADDRESS_COMMUNE || again.status >= ADDRESS_COMMUNE || !is_ascii(text, length));
  /* What is left over is an address like any other. */
  address_read(book, era, text, fresh.head_bytes, &again);
  check_value(&again, fresh.head_bytes);
  return address_place_of(book, &fresh);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0 || size > 4096) return 0;
  khop_error err;
  if (!book)
    require(address_book_create(&book, &err) == KHOP_OK && (memory = address_memory_create()) != NULL);
  const char *text = (const char *)data + 1;
  const char *parting = memchr(text, 0, size - 1);
  size_t first = parting ? (size_t)(parting - text) : size - 1, second = parting ? size - 2 - first : 0;
  address_era era = (address_era)(data[0] % 3);
  address_place a = check_text(era, text, first), b = check_text(era, text + size - 1 - second, second);
  address_match match = address_same(book, a, b), back = address_same(book, b, a);
  require(memcmp(&match, &back, sizeof match) == 0 && match.share_permille <= 1000);
  (void)address_key(book, a);
  if (a.level == ADDRESS_LEVEL_COMMUNE && a.units[1] == ADDRESS_NO_UNIT && !a.former)
    require(address_same(book, a, a).relation == ADDRESS_RELATION_SAME);
  return 0;
}
