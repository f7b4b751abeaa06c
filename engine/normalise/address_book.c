/* Reads the built-in table of units into an address_book. The table is text, as a person reviews it
 * (tools/admin_units says its form), and is read once at start: 14,000 lines take some 3 ms. */
#include "normalise/address_book.h"

#include <string.h>

#include "base/memory.h"

enum { COLUMNS = 6 };

/* A name as it is met, before the names of one key are put together. */
typedef struct name_record {
  address_posting posting;
  uint32_t name;
} name_record;

typedef struct book_reader {
  address_book *book;
  uint16_t province, district; /* units that the lines belong to */
  size_t line;
  size_t unit_capacity, name_capacity, key_capacity, record_capacity;
  name_record *records;
  size_t record_count;
} book_reader;

typedef struct cell {
  const char *text;
  size_t length;
} cell;

static khop_status table_error(const book_reader *r, const char *fact, khop_error *err) {
  return error_set(err, KHOP_BUG, "admin_units.tsv: line %zu: %s", r->line, fact);
}

/* ---- kinds ---------------------------------------------------------------------------------- */

static const struct {
  const char *code, *name;
} kinds[] = {{"T", "Tỉnh"},   {"TP", "Thành phố"}, {"Q", "Quận"},      {"H", "Huyện"},   {"TX", "Thị xã"},
             {"P", "Phường"}, {"X", "Xã"},         {"TT", "Thị trấn"}, {"DK", "Đặc khu"}};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

const char *address_kind_name(uint16_t kind) {
  for (size_t i = 0; i < KINDS; i++) {
    if (kind == 1u << i) return kinds[i].name;
  }
  return "";
}

/* 0 when it is none. */
static uint16_t kind_of(cell c) {
  for (size_t i = 0; i < KINDS; i++) {
    if (strlen(kinds[i].code) == c.length && memcmp(kinds[i].code, c.text, c.length) == 0)
      return (uint16_t)(1u << i);
  }
  return 0;
}

/* ---- names ---------------------------------------------------------------------------------- */

const address_name *address_name_find(const address_book *book, const uint8_t *letters, size_t length,
                                      uint64_t hash) {
  for (size_t slot = address_slot(hash, ADDRESS_SLOT_BITS); book->slots[slot] != 0;
       slot = (slot + 1) % ADDRESS_SLOTS) {
    const address_name *name = &book->names[book->slots[slot]];
    if (name->key_length == length && memcmp(book->keys + name->key, letters, length) == 0) return name;
  }
  return NULL;
}

static bool all_digits(const uint8_t *letters, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (letters[i] < '0' || letters[i] > '9') return false;
  }
  return true;
}

static khop_status new_name(book_reader *r, const address_text *text, size_t length, uint64_t hash,
                            uint32_t *out_name, khop_error *err) {
  address_book *book = r->book;
  if (book->name_count >= ADDRESS_SLOTS / 4 * 3) return table_error(r, "too many names", err);
  TRY(array_reserve(&book->names, &r->name_capacity, book->name_count + 1, sizeof *book->names,
                    "address names", err));
  TRY(array_reserve(&book->keys, &r->key_capacity, book->key_bytes + length, 1, "address names", err));
  address_name *name = &book->names[book->name_count];
  *name = (address_name){.key = (uint32_t)book->key_bytes,
                         .key_length = (uint8_t)length,
                         .is_number = all_digits(text->letters, length)};
  memcpy(book->keys + book->key_bytes, text->letters, length);
  book->key_bytes += length;
  size_t slot = address_slot(hash, ADDRESS_SLOT_BITS);
  while (book->slots[slot] != 0) slot = (slot + 1) % ADDRESS_SLOTS;
  book->slots[slot] = (uint16_t)book->name_count;
  *out_name = (uint32_t)book->name_count++;
  return KHOP_OK;
}

/* Wards named I to VII are looked for as numbers, as they are written either way. */
static cell number_of_roman(const address_text *text, uint16_t kind, cell written) {
  static const char *const digits[] = {"", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  bool is_roman =
      kind == ADDRESS_WARD && text->count == 1 && text->tokens[0].roman > 0 && text->tokens[0].roman < 10;
  return is_roman ? (cell){digits[text->tokens[0].roman], 1} : written;
}

static khop_status add_name(book_reader *r, cell written, address_posting posting, khop_error *err) {
  address_book *book = r->book;
  address_text text;
  if (written.length > FOLD_SPAN_BYTES) return table_error(r, "name too long", err);
  address_text_read(NULL, written.text, written.length, &text);
  cell number = number_of_roman(&text, posting.kind, written);
  if (number.text != written.text) address_text_read(NULL, number.text, number.length, &text);
  if (text.count == 0) return table_error(r, "no name", err);
  size_t length = text.tokens[text.count - 1].end;
  if (length > ADDRESS_KEY_MAX || text.count > ADDRESS_NAME_TOKENS_MAX)
    return table_error(r, "name too long", err);
  uint64_t hash = address_run_hash(&text, 0, text.count - 1);
  const address_name *found = address_name_find(book, text.letters, length, hash);
  uint32_t name = (uint32_t)(found ? found - book->names : 0);
  if (!found) TRY(new_name(r, &text, length, hash, &name, err));
  if (posting.accents != 0) posting.accents = address_run_accents(&text, 0, text.count - 1);
  TRY(array_reserve(&r->records, &r->record_capacity, r->record_count + 1, sizeof *r->records,
                    "address names", err));
  r->records[r->record_count++] = (name_record){posting, name};
  book->names[name].posting_count++;
  book->names[name].levels |= (uint8_t)(1u << posting.level);
  if (book->unit_names[posting.unit] == 0) book->unit_names[posting.unit] = (uint16_t)name; /* the first is its own */
  return KHOP_OK;
}

/* "P:benthanh,TX:dian,:hcm": former units with their kind, other spellings without. */
static khop_status add_other_names(book_reader *r, cell names, uint16_t unit, khop_error *err) {
  const address_unit *u = &r->book->units[unit];
  const char *at = names.text, *end = names.text + names.length;
  while (at < end) {
    const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end;
    const char *colon = memchr(at, ':', (size_t)(stop - at));
    if (!colon) return table_error(r, "a former name without its kind", err);
    bool former = colon > at; /* another spelling goes with any kind */
    uint16_t kind = former ? kind_of((cell){at, (size_t)(colon - at)}) : UINT16_MAX;
    if (kind == 0) return table_error(r, "unknown kind", err);
    address_posting posting = {.unit = unit, .kind = kind, .level = u->level, .former = former};
    TRY(add_name(r, (cell){colon + 1, (size_t)(stop - colon - 1)}, posting, err));
    at = stop + 1;
  }
  return KHOP_OK;
}

/* Postings of a name side by side, in the order of units. */
static khop_status gather_postings(book_reader *r, khop_error *err) {
  address_book *book = r->book;
  book->postings = mem_alloc(r->record_count, sizeof *book->postings);
  if (!book->postings) return error_memory(err, r->record_count * sizeof *book->postings, "address names");
  book->posting_count = r->record_count;
  uint32_t next = 0;
  for (size_t i = 1; i < book->name_count; i++) {
    book->names[i].first_posting = next;
    next += book->names[i].posting_count;
    book->names[i].posting_count = 0;
  }
  for (size_t i = 0; i < r->record_count; i++) {
    address_name *name = &book->names[r->records[i].name];
    book->postings[name->first_posting + name->posting_count++] = r->records[i].posting;
  }
  return KHOP_OK;
}

/* ---- units ---------------------------------------------------------------------------------- */

/* The number of a code, or -1. */
static long code_of(cell c) {
  long code = 0;
  for (size_t i = 0; i < c.length; i++) {
    if (c.text[i] < '0' || c.text[i] > '9') return -1;
    code = code * 10 + (c.text[i] - '0');
  }
  return c.length > 0 && c.length <= 5 && code < ADDRESS_CODES ? code : -1;
}

static uint16_t *code_slot(address_book *book, address_era era, address_level level, uint32_t code) {
  bool is_new = era == ADDRESS_ERA_NEW;
  if (level == ADDRESS_LEVEL_COMMUNE) return code < ADDRESS_CODES ? &book->by_code[is_new][code] : NULL;
  if (code >= 1000) return NULL;
  return &book->by_short_code[level == ADDRESS_LEVEL_DISTRICT ? 2 : is_new][code];
}

static khop_status add_successors(book_reader *r, cell codes, address_unit *unit, khop_error *err) {
  address_book *book = r->book;
  unit->others = book->others + book->other_count;
  const char *at = codes.text, *end = codes.text + codes.length;
  while (at < end) {
    const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end;
    long code = code_of((cell){at, (size_t)(stop - at)});
    uint16_t other = code < 0 ? 0 : book->by_code[1][code];
    if (other == 0) return table_error(r, "unknown new commune", err);
    if (book->other_count >= ADDRESS_OTHERS_MAX / 3) return table_error(r, "too many successors", err);
    book->others[book->other_count++] = other;
    unit->other_count++;
    at = stop + 1;
  }
  return unit->other_count > 0 ? KHOP_OK : table_error(r, "no successor", err);
}

static const struct {
  char letter;
  uint8_t level, era;
} line_forms[] = {{'N', ADDRESS_LEVEL_PROVINCE, ADDRESS_ERA_NEW},
                  {'n', ADDRESS_LEVEL_COMMUNE, ADDRESS_ERA_NEW},
                  {'O', ADDRESS_LEVEL_PROVINCE, ADDRESS_ERA_OLD},
                  {'d', ADDRESS_LEVEL_DISTRICT, ADDRESS_ERA_OLD},
                  {'c', ADDRESS_LEVEL_COMMUNE, ADDRESS_ERA_OLD}};

static khop_status place_unit(book_reader *r, address_unit *unit, uint16_t number, khop_error *err) {
  if (unit->level == ADDRESS_LEVEL_PROVINCE) r->province = number, r->district = 0;
  if (unit->level == ADDRESS_LEVEL_DISTRICT) r->district = number;
  unit->province = r->province;
  unit->district = unit->era == ADDRESS_ERA_OLD ? r->district : ADDRESS_NO_UNIT;
  bool old_commune = unit->level == ADDRESS_LEVEL_COMMUNE && unit->era == ADDRESS_ERA_OLD;
  bool belongs = unit->province != 0 && (!old_commune || unit->district != 0);
  return belongs ? KHOP_OK : table_error(r, "a unit before the one it lies in", err);
}

static khop_status read_unit(book_reader *r, const cell *cells, khop_error *err) {
  address_book *book = r->book;
  size_t form = 0;
  while (form < sizeof line_forms / sizeof line_forms[0] && line_forms[form].letter != cells[0].text[0])
    form++;
  if (form == sizeof line_forms / sizeof line_forms[0]) return table_error(r, "unknown form", err);
  if (book->unit_count >= ADDRESS_UNITS) return table_error(r, "too many units", err);
  TRY(array_reserve(&book->units, &r->unit_capacity, book->unit_count + 1, sizeof *book->units,
                    "address units", err));
  uint16_t number = (uint16_t)book->unit_count++;
  address_unit *unit = &book->units[number];
  bool no_code = cells[1].length == 1 && cells[1].text[0] == '-';
  long code = no_code ? 0 : code_of(cells[1]);
  *unit = (address_unit){.name = cells[3].text,
                         .name_bytes = (uint8_t)cells[3].length,
                         .level = line_forms[form].level,
                         .era = line_forms[form].era,
                         .kind = kind_of(cells[2]),
                         .code = (uint16_t)code};
  if (code < 0 || unit->kind == 0 || cells[3].length > UINT8_MAX)
    return table_error(r, "code, kind or name", err);
  TRY(place_unit(r, unit, number, err));
  uint16_t *slot = code_slot(book, (address_era)unit->era, (address_level)unit->level, (uint32_t)code);
  if (!slot || (*slot != 0 && !no_code)) return table_error(r, "code", err);
  if (!no_code) *slot = number;
  bool old_commune = cells[0].text[0] == 'c';
  if (old_commune) TRY(add_successors(r, cells[4], unit, err));
  if (no_code) return KHOP_OK; /* found through its district */
  TRY(add_name(r, cells[3], (address_posting){1, number, unit->kind, unit->level, false}, err));
  return add_other_names(r, cells[old_commune ? 5 : 4], number, err);
}

/* What a new unit was made of, and the provinces that an old one went to. */
static void link_eras(address_book *book) {
  for (size_t i = 1; i < book->unit_count; i++) {
    const address_unit *old = &book->units[i];
    if (old->era != ADDRESS_ERA_OLD || old->level != ADDRESS_LEVEL_COMMUNE) continue;
    for (size_t k = 0; k < old->other_count; k++) book->units[old->others[k]].other_count++;
    address_unit *province = &book->units[old->province];
    if (province->other_count > 0) continue;
    uint16_t *to = &book->others[book->other_count++];
    *to = book->units[old->others[0]].province;
    province->others = to;
    province->other_count = 1;
    book->units[*to].other_count++;
  }
  for (size_t i = 1; i < book->unit_count; i++) {
    address_unit *unit = &book->units[i];
    if (unit->era != ADDRESS_ERA_NEW) continue;
    unit->others = book->others + book->other_count;
    book->other_count += unit->other_count;
    unit->other_count = 0;
  }
  for (size_t i = 1; i < book->unit_count; i++) {
    const address_unit *old = &book->units[i];
    if (old->era != ADDRESS_ERA_OLD || old->level == ADDRESS_LEVEL_DISTRICT) continue;
    for (size_t k = 0; k < old->other_count; k++) {
      address_unit *unit = &book->units[old->others[k]];
      book->others[(size_t)(unit->others - book->others) + unit->other_count++] = (uint16_t)i;
    }
  }
}

static khop_status read_table(book_reader *r, khop_error *err) {
  /* Not strchr a line: a sanitizer then measures the whole rest of the table for each. */
  const char *table_end = address_units_text + strlen(address_units_text);
  for (const char *line = address_units_text; line < table_end;) {
    const char *end = memchr(line, '\n', (size_t)(table_end - line));
    r->line++;
    if (!end) return table_error(r, "does not end", err);
    if (*line != '#') {
      cell cells[COLUMNS];
      const char *at = line;
      for (size_t i = 0; i < COLUMNS; i++) {
        const char *tab = memchr(at, '\t', (size_t)(end - at)), *stop = tab ? tab : end;
        cells[i] = (cell){at, (size_t)(stop - at)};
        at = tab ? tab + 1 : end; /* columns left out are empty */
      }
      TRY(read_unit(r, cells, err));
    }
    line = end + 1;
  }
  return KHOP_OK;
}

khop_status address_book_create(address_book **out_book, khop_error *err) {
  *out_book = NULL;
  khop_status status = KHOP_OK;
  book_reader r = {.book = mem_alloc(1, sizeof(address_book))};
  if (!r.book) return error_memory(err, sizeof(address_book), "address book");
  address_words_fill(&r.book->words);
  TRY_CLEANUP(
      array_reserve(&r.book->units, &r.unit_capacity, 1, sizeof *r.book->units, "address units", err));
  TRY_CLEANUP(
      array_reserve(&r.book->names, &r.name_capacity, 1, sizeof *r.book->names, "address names", err));
  r.book->units[0] = (address_unit){.name = ""};
  r.book->names[0] = (address_name){0};
  r.book->unit_count = r.book->name_count = 1;
  TRY_CLEANUP(read_table(&r, err));
  TRY_CLEANUP(gather_postings(&r, err));
  link_eras(r.book);
  *out_book = r.book;
  r.book = NULL;
cleanup:
  mem_free(r.records);
  address_book_free(r.book);
  return status;
}

void address_book_free(address_book *book) {
  if (!book) return;
  mem_free(book->units);
  mem_free(book->names);
  mem_free(book->postings);
  mem_free(book->keys);
  mem_free(book);
}

/* ---- asking --------------------------------------------------------------------------------- */

size_t address_book_bytes(const address_book *book) {
  return sizeof *book + book->unit_count * sizeof *book->units + book->name_count * sizeof *book->names +
         book->posting_count * sizeof *book->postings + book->key_bytes;
}

size_t address_unit_count(const address_book *book) { return book->unit_count - 1; }

const address_unit *address_unit_at(const address_book *book, uint16_t unit) {
  return &book->units[unit < book->unit_count ? unit : ADDRESS_NO_UNIT];
}

uint16_t address_unit_by_code(const address_book *book, address_era era, address_level level, uint32_t code) {
  bool is_new = era == ADDRESS_ERA_NEW;
  if (level == ADDRESS_LEVEL_COMMUNE) return code < ADDRESS_CODES ? book->by_code[is_new][code] : 0;
  bool known = code < 1000 && level != ADDRESS_NO_LEVEL && !(is_new && level == ADDRESS_LEVEL_DISTRICT);
  return known ? book->by_short_code[level == ADDRESS_LEVEL_DISTRICT ? 2 : is_new][code] : 0;
}
