/* Addresses as values. The canonical form is what stands before the place, then the place in full as the tables have
 * it, folded like any text:
 *
 *     12/5 Lê Lợi, P. Bến Nghé, Q.1, TPHCM  ->  12/5 lê lợi, phường bến nghé, quận 1, thành phố hồ chí minh
 *     |---------|  |----- unit 8873 -----|
 *
 * A unit's name in full, and that of each level of it, is made once for all threads. Where the text fits several
 * units that are not one of today, the canonical form is the folded text itself: nothing is guessed.
 */
#include <stdio.h>

#include "base/memory.h"
#include "normalise/value_types.h"

enum { PLACE_MAX = 160, CODE_DIGITS_MAX = 5, LEVELS = ADDRESS_LEVEL_COMMUNE + 1 };

typedef struct unit_texts {
  const char *title, *place; /* "Quận 1"; "quận 1, thành phố hồ chí minh" */
  uint8_t title_bytes, place_bytes, code_bytes;
  char code[CODE_DIGITS_MAX];
} unit_texts;

struct value_addresses {
  address_book *book;
  unit_texts *units; /* by unit */
  char *letters;
  size_t used, capacity;
};

/* ---- texts of units ------------------------------------------------------------------------ */

static const unsigned code_digits[LEVELS] = {0, 2, 3, 5};

/* The unit as an address without a street. */
static size_t write_place(const address_book *book, uint16_t unit, char *out) {
  static const uint8_t statuses[LEVELS] = {[ADDRESS_LEVEL_PROVINCE] = ADDRESS_PROVINCE,
                                           [ADDRESS_LEVEL_DISTRICT] = ADDRESS_DISTRICT,
                                           [ADDRESS_LEVEL_COMMUNE] = ADDRESS_COMMUNE};
  const address_value value = {.status = statuses[address_unit_at(book, unit)->level], .count = 1, .units = {unit}};
  char place[PLACE_MAX];
  return text_fold_toned(place, address_write(book, "", 0, &value, place, sizeof place), out, PLACE_MAX);
}

static void fill_unit(value_addresses *a, uint16_t unit) {
  const address_unit *u = address_unit_at(a->book, unit);
  unit_texts *texts = &a->units[unit];
  char *out = a->letters + a->used;
  const char *kind = address_kind_name(u->kind);
  size_t title = (size_t)snprintf(out, PLACE_MAX, "%s %.*s", kind, (int)u->name_bytes, u->name);
  texts->title = out;
  texts->title_bytes = (uint8_t)title;
  texts->place = out + title;
  texts->place_bytes = (uint8_t)write_place(a->book, unit, out + title);
  a->used += title + texts->place_bytes;
  unsigned code = u->code, digits = code ? code_digits[u->level] : 0;
  texts->code_bytes = (uint8_t)digits;
  for (; digits > 0; code /= 10) texts->code[--digits] = (char)('0' + code % 10);
}

khop_status value_addresses_create(value_addresses **out_addresses, khop_error *err) {
  value_addresses *a = *out_addresses = mem_alloc(1, sizeof *a);
  if (!a) return error_memory(err, sizeof *a, "addresses");
  khop_status status;
  TRY_CLEANUP(address_book_create(&a->book, err));
  size_t units = address_unit_count(a->book) + 1, bytes = units * 2 * PLACE_MAX;
  a->units = mem_alloc(units, sizeof *a->units);
  a->letters = mem_alloc(bytes, 1);
  if (!a->units || !a->letters) {
    status = error_memory(err, bytes, "names of places");
    goto cleanup;
  }
  for (size_t unit = 1; unit < units; unit++) fill_unit(a, (uint16_t)unit);
cleanup:
  if (status != KHOP_OK) {
    value_addresses_free(a);
    *out_addresses = NULL;
  }
  return status;
}

void value_addresses_free(value_addresses *a) {
  if (!a) return;
  address_book_free(a->book);
  mem_free(a->units);
  mem_free(a->letters);
  mem_free(a);
}

/* ---- parts --------------------------------------------------------------------------------- */

static void add_unit(const value_addresses *a, uint16_t unit, const char *code_name, const char *title_name,
                     value_result *out) {
  if (unit == ADDRESS_NO_UNIT) return;
  const unit_texts *texts = &a->units[unit];
  value_part_at(out, code_name, texts->code, texts->code_bytes);
  value_part_at(out, title_name, texts->title, texts->title_bytes);
}

/* The one unit that was found, and those above it. */
static void add_found(const value_addresses *a, uint16_t unit, value_result *out) {
  const address_unit *u = address_unit_at(a->book, unit);
  value_part_word(out, "era", u->era == ADDRESS_ERA_OLD ? "old" : "new");
  if (u->level == ADDRESS_LEVEL_COMMUNE) add_unit(a, unit, "commune", "commune_name", out);
  bool has_district = u->level != ADDRESS_LEVEL_PROVINCE && u->era == ADDRESS_ERA_OLD;
  if (has_district) add_unit(a, u->district, "district", "district_name", out);
  add_unit(a, u->level == ADDRESS_LEVEL_PROVINCE ? unit : u->province, "province", "province_name", out);
}

/* Codes of units, parted by '|'; "+" behind when there are more. */
static void add_codes(const value_addresses *a, const char *name, const uint16_t *units, size_t count, bool with_era,
                      bool more, value_result *out) {
  size_t bytes, used = 0;
  char *room = value_room(out, &bytes);
  for (size_t i = 0; i < count && bytes - used > 2 * CODE_DIGITS_MAX; i++) {
    const unit_texts *texts = &a->units[units[i]];
    if (used > 0) room[used++] = '|';
    if (with_era) {
      memcpy(room + used, address_unit_at(a->book, units[i])->era == ADDRESS_ERA_OLD ? "old:" : "new:", 4);
      used += 4;
    }
    memcpy(room + used, texts->code, texts->code_bytes);
    used += texts->code_bytes;
  }
  if (more) room[used++] = '+';
  value_text codes = value_take(out, used);
  value_part_at(out, name, codes.text, codes.length);
}

/* The map of today, as far as the text tells. */
static void add_today(const value_addresses *a, const address_value *value, value_result *out) {
  add_unit(a, value->new_commune, "new_commune", "new_commune_name", out);
  const address_unit *u = value->count == 1 ? address_unit_at(a->book, value->units[0]) : NULL;
  bool was_split = u && u->era == ADDRESS_ERA_OLD && u->level == ADDRESS_LEVEL_COMMUNE && u->other_count > 1;
  if (was_split) {
    add_codes(a, "new_communes", u->others, u->other_count, false, false, out);
    value_find(out, "commune_split");
  }
  add_unit(a, value->new_province, "new_province", "new_province_name", out);
}

static void add_common(const value_addresses *a, const address_value *value, value_result *out) {
  add_codes(a, "candidates", value->units, value->count, true, value->more, out);
  add_unit(a, value->district, "district", "district_name", out);
  add_unit(a, value->province, "province", "province_name", out);
}

/* ---- the value ----------------------------------------------------------------------------- */

static void add_doubts(const address_value *value, bool rewritten, value_result *out) {
  static const struct {
    address_doubt doubt;
    const char *word;
    bool is_repair;
  } doubts[] = {{ADDRESS_ACCENTS_DIFFER, "accents", true},
                {ADDRESS_KIND_DIFFERS, "kind_of_place", true},
                {ADDRESS_MISSPELT, "misspelt_commune", true},
                {ADDRESS_FORMER_NAME, "former_name", false},
                {ADDRESS_FORMER_ABOVE, "former_district", false},
                {ADDRESS_ERAS_MIXED, "eras_mixed", false}};
  for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; i++) {
    if (!(value->doubts & doubts[i].doubt)) continue;
    if (doubts[i].is_repair && rewritten) value_repair(out, doubts[i].word);
    else value_find(out, doubts[i].word);
  }
}

/* The street folded, and the place in full behind it. */
static void set_canonical(const value_addresses *a, uint16_t unit, const char *text, size_t street_bytes,
                          value_result *out) {
  const unit_texts *texts = &a->units[unit];
  size_t bytes;
  char *room = value_room(out, &bytes);
  size_t used = text_fold_toned(text, street_bytes, room, bytes - PLACE_MAX - 2);
  if (used > 0) {
    memcpy(room + used, ", ", 2);
    used += 2;
  }
  memcpy(room + used, texts->place, texts->place_bytes);
  out->canonical = value_take(out, used + texts->place_bytes);
}

/* The unit that stands for the value: of several that are one commune of today, that. */
static uint16_t unit_of(const address_value *value) {
  if (value->status == ADDRESS_PROVINCE || value->count == 1) return value->units[0];
  return value->status == ADDRESS_COMMUNE ? value->new_commune : ADDRESS_NO_UNIT;
}

static const char *certainty_of(const address_value *value) {
  if (value->status == ADDRESS_UNKNOWN) return "unknown";
  if (value->status == ADDRESS_AMBIGUOUS) return "ambiguous";
  return value->doubts ? "likely" : "certain";
}

void value_read_address(const value_context *context, const char *text, size_t length, value_result *out) {
  static const char *const levels[] = {
      [ADDRESS_UNKNOWN] = "none",     [ADDRESS_PROVINCE] = "province", [ADDRESS_DISTRICT] = "district",
      [ADDRESS_COMMUNE] = "commune", [ADDRESS_AMBIGUOUS] = "none"};
  const value_addresses *a = context->addresses;
  address_value value;
  address_recall(context->memory->addresses, a->book, ADDRESS_ERA_ANY, text, length, &value);
  if (value.status == ADDRESS_MISSING) {
    value_find_nothing(out, text, length);
    return;
  }
  size_t bytes;
  char *room = value_room(out, &bytes);
  uint16_t unit = value.count > 0 ? unit_of(&value) : ADDRESS_NO_UNIT;
  if (unit != ADDRESS_NO_UNIT) set_canonical(a, unit, text, value.head_bytes, out);
  else out->canonical = value_take(out, text_fold_toned(text, length, room, bytes));
  value_part_word(out, "certainty", certainty_of(&value));
  value_part_word(out, "level", levels[value.status]);
  value_part_at(out, "street", text, value.head_bytes);
  if (value.count == 1) add_found(a, value.units[0], out);
  else if (value.count > 1) add_common(a, &value, out);
  add_today(a, &value, out);
  add_doubts(&value, unit != ADDRESS_NO_UNIT, out);
  if (value.status == ADDRESS_UNKNOWN) value_find(out, "unknown_place");
  if (value.status == ADDRESS_AMBIGUOUS) value_find(out, "ambiguous");
}
