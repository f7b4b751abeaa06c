/* Which slots a schema needs, and the table of rows. See feature.h. */
#include <math.h>
#include <string.h>

#include "feature/row_file.h"

static bool test_needs_letters(test_kind kind) {
  switch (kind) {
    case TEST_EXACT:
    case TEST_PLAIN:
    case TEST_MISSING:
    case TEST_MISSING_BOTH:
    case TEST_TOKENS:
    case TEST_QGRAMS:
    case TEST_OVERLAP:
    case TEST_SAME_PLACE:
    case TEST_POSSIBLE_PLACE:
    case TEST_OTHER_PLACE:
    case TEST_SAME_DISTRICT:
    case TEST_SAME_PROVINCE:
    case TEST_SAME_HOUSE: return false;
    default: return true;
  }
}

static bool test_needs_all_of_it(test_kind kind) { return kind >= TEST_TOKENS && kind <= TEST_OVERLAP; }

static bool test_needs_place(test_kind kind) { return kind >= TEST_SAME_PLACE && kind <= TEST_SAME_PROVINCE; }

static bool test_needs_words(test_kind kind) {
  switch (kind) {
    case TEST_REORDERED:
    case TEST_DROPPED:
    case TEST_GIVEN:
    case TEST_SURNAME:
    case TEST_INITIALS:
    case TEST_REGIONAL:
    case TEST_GIVEN_EDITS:
    case TEST_SURNAME_EDITS:
    case TEST_GIVEN_COMMON:
    case TEST_CONTAINED:
    case TEST_CONTAINED_EDITS: return true;
    default: return false;
  }
}

/* ---- what is used ------------------------------------------------------------------------------------ */

bool feature_fields_meet(const field_registers *registers, size_t field, size_t other) {
  if (!registers->count) return true;
  unsigned x = registers->of[field], y = registers->of[other], both = x | y;
  return (x & y & registers->within) != 0 || (x && y && (both & (both - 1)) != 0);
}

static bool is_somewhere(const field_registers *registers, size_t field) { return !registers->count || registers->of[field]; }

/* Can two rows have one key? */
static bool rule_meets(const field_registers *registers, const schema_rule *rule) {
  unsigned all = UINT8_MAX;
  for (size_t p = 0; p < rule->part_count; p++) all &= registers->of[rule->parts[p].field];
  return !registers->count || (all & registers->within) != 0 || (all & (all - 1)) != 0;
}

typedef struct field_use {
  bool used, letters, words, whole, sounds, common, place, commune, house;
  bool counted[TERM_PARTS];
} field_use;

static void use_part(field_use *uses, const schema_key_part *part) {
  field_use *use = &uses[part->field];
  use->used = true;
  use->commune |= part->kind == PART_COMMUNE;
  use->house |= part->kind == PART_HOUSE;
}

static void use_test(field_use *use, test_kind kind) {
  use->used = true;
  use->letters |= test_needs_letters(kind);
  use->words |= test_needs_words(kind);
  use->whole |= test_needs_all_of_it(kind);
  use->sounds |= kind == TEST_PHONETIC;
  use->common |= kind == TEST_GIVEN_COMMON;
  use->place |= test_needs_place(kind);
  use->house |= kind == TEST_SAME_HOUSE;
}

static void use_tests(field_use *uses, const field_registers *registers, const schema_clause *clauses, size_t clause_count) {
  for (size_t c = 0; c < clause_count; c++) {
    for (size_t t = 0; t < clauses[c].test_count; t++) {
      const schema_test *test = &clauses[c].tests[t];
      if (test->kind != TEST_MISSING_BOTH && !feature_fields_meet(registers, test->field, test->other_field)) continue;
      use_test(&uses[test->field], test->kind);
      use_test(&uses[test->other_field], test->kind);
    }
  }
}

static void collect_comparison(field_use *uses, const field_registers *registers, const schema_comparison *comparison) {
  for (size_t f = 0; f < comparison->field_count; f++) {
    size_t field = comparison->fields[f];
    uses[field].used |= feature_fields_meet(registers, field, field);
  }
  for (size_t l = 0; l < comparison->level_count; l++) {
    const schema_level *level = &comparison->levels[l];
    use_tests(uses, registers, level->clauses, level->clause_count);
    if (level->term < 0) continue;
    field_use *use = &uses[schema_term_field((size_t)level->term)];
    use->used = true;
    use->counted[schema_term_part((size_t)level->term)] = true;
  }
}

/* A block is parted by what one of its registers has alone, too. */
static void collect_uses(field_use *uses, const field_registers *registers, const schema *s) {
  for (size_t f = 0; f < s->field_count; f++) uses[f].used |= s->fields[f].identifier;
  for (size_t r = 0; r < s->rule_count; r++) {
    if (!rule_meets(registers, &s->rules[r])) continue;
    for (size_t p = 0; p < s->rules[r].part_count; p++) use_part(uses, &s->rules[r].parts[p]);
  }
  for (size_t p = 0; p < s->split_count; p++) use_part(uses, &s->split_by[p]);
  for (size_t c = 0; c < s->comparison_count; c++) collect_comparison(uses, registers, &s->comparisons[c]);
  for (size_t c = 0; c < s->conflict_count; c++) {
    use_tests(uses, registers, s->conflicts[c].test.clauses, s->conflicts[c].test.clause_count);
  }
}

static void use_field(field_use *uses, int field, bool letters) {
  if (field < 0) return;
  uses[field].used = true;
  uses[field].letters |= letters;
  uses[field].words |= letters;
}

/* People are told apart by letters and words of their names. */
static void collect_findings(field_use *uses, const schema *s) {
  const schema_findings *f = &s->findings;
  const int plain[] = {f->issued, f->death, f->card.from, f->card.until, f->certificate.serial, f->certificate.owner_number,
                       f->parcel.place, f->parcel.sheet, f->parcel.number, f->parcel.old_sheet, f->parcel.old_number,
                       f->parcel.owner_number, f->parcel.certificate, f->entry.place, f->entry.book, f->entry.number, f->entry.date};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) use_field(uses, plain[i], false);
  for (size_t p = 0; p < f->people_count; p++) {
    use_field(uses, f->people[p].name, true);
    use_field(uses, f->people[p].birth, false);
    use_field(uses, f->people[p].sex, false);
  }
  bool names_parents = false; /* else homes are told by the words of addresses */
  for (size_t i = 0; i < f->relatives_count; i++) names_parents |= s->fields[f->relatives[i]].type == TYPE_PERSON_NAME;
  for (size_t i = 0; i < f->relatives_count; i++) {
    use_field(uses, f->relatives[i], !names_parents && s->fields[f->relatives[i]].type == TYPE_PLACE);
  }
  use_field(uses, f->certificate.owner, true);
  use_field(uses, f->parcel.owner, true);
  for (size_t i = 0; i < s->field_count; i++) uses[i].used |= s->fields[i].type == TYPE_PERSONAL_ID || s->fields[i].type == TYPE_INSURANCE;
}

/* Of fields that matching or findings would use in any register: values as a whole, places as what they are. Matching takes parts of texts,
 * and letters, from those that are compared alone. */
static void collect_contradictions(field_use *uses, const schema *s) {
  static const field_registers one = {0};
  field_use all[SCHEMA_FIELDS_MAX] = {0};
  collect_uses(all, &one, s);
  collect_findings(all, s);
  for (size_t f = 0; f < s->field_count; f++) {
    uses[f].used |= all[f].used;
    uses[f].place |= all[f].place;
  }
}

static void collect(field_use *uses, const feature_layout *layout, const schema *s, unsigned purposes) {
  if (purposes & FEATURE_FOR_MATCHING) collect_uses(uses, &layout->registers, s);
  if (purposes & FEATURE_FOR_FINDINGS) collect_findings(uses, s);
  if (purposes & FEATURE_FOR_CONTRADICTIONS) collect_contradictions(uses, s);
  for (size_t f = 0; f < s->field_count; f++) {
    if (!is_somewhere(&layout->registers, f)) uses[f] = (field_use){0};
  }
}

/* ---- slots ------------------------------------------------------------------------------------------- */

static slot_kind slot_kind_of(semantic_type type) {
  switch (type) {
    case TYPE_DATE: return SLOT_DATE;
    case TYPE_SEX: return SLOT_SEX;
    case TYPE_NUMBER: return SLOT_QUANTITY;
    case TYPE_PERSONAL_ID:
    case TYPE_INSURANCE:
    case TYPE_PHONE: return SLOT_ID;
    default: return SLOT_TEXT;
  }
}

static size_t slot_bytes(const feature_slot *slot) {
  switch (slot->kind) {
    case SLOT_TEXT: return slot->letters ? 8 + PACKED_LETTERS_BYTES : 8;
    case SLOT_ID: return 8;
    case SLOT_DATE:
    case SLOT_QUANTITY: return 4;
    case SLOT_SEX: return 1;
    default: return 0;
  }
}

/* Wide slots first, so that each is aligned: ids (8), then multiples of 4, then bytes. */
static unsigned slot_order(slot_kind kind) {
  return kind == SLOT_ID ? 0 : kind == SLOT_SEX ? 2 : 1;
}

static bool same_part(const schema_key_part *a, const schema_key_part *b) {
  return a->field == b->field && a->kind == b->kind && a->argument == b->argument;
}

/* A part that has a hash of its own. */
static bool find_hash(const feature_layout *layout, const schema_key_part *part, part_place *out) {
  for (size_t i = 0; i < layout->part_count; i++) {
    if (!same_part(&layout->parts[i].part, part)) continue;
    *out = (part_place){.offset = layout->parts[i].offset, .read = PART_U32};
    return true;
  }
  return false;
}

bool feature_part_find(const feature_layout *layout, const schema_key_part *part, part_place *out) {
  const feature_slot *slot = &layout->slots[part->field];
  *out = (part_place){.offset = slot->offset, .read = PART_COMPUTED};
  if (slot->kind == SLOT_NONE) return false;
  if (slot->kind == SLOT_ID && part->kind == PART_WHOLE) out->read = PART_U64;
  if (slot->kind == SLOT_DATE) out->read = PART_DATE;
  if (slot->kind != SLOT_TEXT) return true;
  out->read = PART_U32;
  if (part->kind == PART_TONED) return true;
  if (part->kind == PART_HOUSE) {
    out->offset = (uint32_t)slot->house_offset;
    return slot->house_offset != FEATURE_NONE;
  }
  if (part->kind != PART_WHOLE) return find_hash(layout, part, out);
  out->offset += (uint32_t)sizeof(uint32_t); /* behind the toned hash */
  return true;
}

/* Finds the part, or adds its hash. What has no slot yet is a byte, whose place comes last and is looked up for each key. */
static khop_status place_part(feature_layout *layout, const schema_key_part *part, size_t *next, part_place *out, khop_error *err) {
  if (feature_part_find(layout, part, out) || layout->slots[part->field].kind == SLOT_NONE) return KHOP_OK;
  if (layout->part_count == FEATURE_PARTS_MAX) {
    return error_set(err, KHOP_USAGE, "blocking rules and term frequencies use more than %d different parts of texts", FEATURE_PARTS_MAX);
  }
  *out = (part_place){.offset = (uint32_t)*next, .read = PART_U32};
  layout->parts[layout->part_count++] = (feature_part){.part = *part, .offset = out->offset};
  *next += sizeof(uint32_t);
  return KHOP_OK;
}

static khop_status place_parts(feature_layout *layout, const schema *s, size_t *next, khop_error *err) {
  for (size_t r = 0; r < s->rule_count; r++) {
    bool meets = rule_meets(&layout->registers, &s->rules[r]);
    for (size_t p = 0; p < s->rules[r].part_count; p++) {
      layout->rule_parts[r][p].read = PART_NONE;
      if (meets) TRY(place_part(layout, &s->rules[r].parts[p], next, &layout->rule_parts[r][p], err));
    }
  }
  for (size_t p = 0; p < s->split_count; p++) TRY(place_part(layout, &s->split_by[p], next, &layout->split_parts[p], err));
  return KHOP_OK;
}

/* Behind the text, what is kept of it as an address. */
static void place_address(feature_layout *layout, feature_slot *slot, const field_use *use, size_t *offset) {
  slot->address = use->place || use->commune || use->house;
  layout->reads_addresses |= slot->address;
  if (use->place) {
    slot->place_offset = (int32_t)*offset;
    *offset += sizeof(address_place);
  }
  if (use->house) {
    slot->house_offset = (int32_t)*offset;
    *offset += sizeof(uint32_t);
  }
}

static void add_slots(feature_layout *layout, const schema *s, const field_use *uses, unsigned order, size_t *offset) {
  for (size_t f = 0; f < s->field_count; f++) {
    slot_kind kind = slot_kind_of(s->fields[f].type);
    if (!uses[f].used || slot_order(kind) != order) continue;
    layout->slots[f] = (feature_slot){.kind = kind,
                                      .offset = (uint32_t)*offset,
                                      .letters = kind == SLOT_TEXT && uses[f].letters,
                                      .words = kind == SLOT_TEXT && uses[f].words,
                                      .sounds = kind == SLOT_TEXT && uses[f].sounds,
                                      .long_offset = FEATURE_NONE,
                                      .place_offset = FEATURE_NONE,
                                      .house_offset = FEATURE_NONE,
                                      .frequency_offset = FEATURE_NONE,
                                      .common_offset = FEATURE_NONE};
    *offset += slot_bytes(&layout->slots[f]);
    if (kind == SLOT_TEXT && uses[f].whole) {
      layout->slots[f].long_offset = (int32_t)*offset;
      *offset += LONG_TEXT_BYTES;
    }
    place_address(layout, &layout->slots[f], &uses[f], offset);
  }
}

static khop_status place_word(feature_layout *layout, size_t field, key_part_kind kind, size_t *next, uint32_t *out_offset, khop_error *err) {
  const schema_key_part word = {.field = field, .kind = kind};
  part_place place;
  TRY(place_part(layout, &word, next, &place, err));
  *out_offset = place.offset;
  return KHOP_OK;
}

/* Words that are counted are parts like those of keys. */
static khop_status place_words(feature_layout *layout, const field_use *uses, size_t *next, khop_error *err) {
  static const key_part_kind kinds[TERM_PARTS - 1] = {[TERM_GIVEN - 1] = PART_GIVEN, [TERM_SURNAME - 1] = PART_SURNAME};
  for (size_t f = 0; f < layout->field_count; f++) {
    if (uses[f].common) TRY(place_word(layout, f, PART_GIVEN, next, &layout->slots[f].given_offset, err));
    for (size_t w = 0; w < TERM_PARTS - 1; w++) {
      feature_slot *slot = &layout->words[w][f];
      if (!uses[f].counted[w + 1]) continue;
      *slot = (feature_slot){.kind = SLOT_WORD, .frequency_offset = FEATURE_NONE, .common_offset = FEATURE_NONE};
      TRY(place_word(layout, f, kinds[w], next, &slot->offset, err));
    }
  }
  return KHOP_OK;
}

/* A byte each, behind all else. */
static void place_codes(feature_layout *layout, const field_use *uses, size_t *offset) {
  for (size_t f = 0; f < layout->field_count; f++) {
    if (uses[f].counted[TERM_WHOLE]) layout->slots[f].frequency_offset = (int32_t)(*offset)++;
    for (size_t w = 0; w < TERM_PARTS - 1; w++) {
      if (uses[f].counted[w + 1]) layout->words[w][f].frequency_offset = (int32_t)(*offset)++;
    }
    if (uses[f].common) layout->slots[f].common_offset = (int32_t)(*offset)++;
  }
}

static khop_status make_layout(feature_layout *layout, const schema *s, unsigned purposes, const field_registers *registers,
                               const schema_key_part *parts, size_t part_count, khop_error *err) {
  *layout = (feature_layout){.field_count = s->field_count};
  field_use uses[SCHEMA_FIELDS_MAX] = {0};
  if (registers) layout->registers = *registers;
  collect(uses, layout, s, purposes);
  for (size_t p = 0; p < part_count; p++) use_part(uses, &parts[p]);
  size_t offset = 0;
  add_slots(layout, s, uses, 0, &offset);
  add_slots(layout, s, uses, 1, &offset);
  if (purposes & FEATURE_FOR_MATCHING) TRY(place_parts(layout, s, &offset, err));
  TRY(place_words(layout, uses, &offset, err));
  for (size_t p = 0; p < part_count && layout->part_count < FEATURE_PARTS_MAX; p++) {
    part_place place;
    TRY(place_part(layout, &parts[p], &offset, &place, err));
  }
  add_slots(layout, s, uses, 2, &offset);
  place_codes(layout, uses, &offset);
  layout->stride = (offset + 1 + 7) / 8 * 8;
  return layout->reads_addresses ? address_book_create(&layout->book, err) : KHOP_OK;
}

khop_status feature_layout_make(feature_layout *layout, const schema *s, khop_error *err) {
  return make_layout(layout, s, FEATURE_FOR_MATCHING, NULL, NULL, 0, err);
}

khop_status feature_layout_make_for(feature_layout *layout, const schema *s, unsigned purposes, const field_registers *registers,
                                    khop_error *err) {
  return make_layout(layout, s, purposes, registers, NULL, 0, err);
}

khop_status feature_layout_make_with(feature_layout *layout, const schema *s, const schema_key_part *parts, size_t part_count,
                                     khop_error *err) {
  return make_layout(layout, s, FEATURE_FOR_MATCHING, NULL, parts, part_count, err);
}

void feature_layout_free(feature_layout *layout) {
  address_book_free(layout->book);
  layout->book = NULL;
}

enum { table_first_capacity = 1 << 16 };

void feature_table_expect(feature_table *t, size_t rows) {
  if (t->capacity || region_map(&t->memory, rows * t->layout.stride, "feature rows", NULL) != KHOP_OK) return;
  t->capacity = rows;
}

khop_status feature_table_reserve(feature_table *t, size_t rows, khop_error *err) {
  if (rows <= t->capacity) return KHOP_OK;
  size_t capacity = t->capacity > table_first_capacity ? t->capacity : table_first_capacity;
  while (capacity < rows) capacity += capacity / 2;
  TRY(region_resize(&t->memory, capacity * t->layout.stride, "feature rows", err));
  t->capacity = capacity;
  return KHOP_OK;
}

void feature_table_free(feature_table *t) {
  region_unmap(&t->memory);
  row_file_free(t->file);
  t->file = NULL;
  feature_layout_free(&t->layout);
  t->count = t->capacity = 0;
}

bool feature_table_dead(const feature_table *t, size_t row) {
  return t->file ? row_file_dead(t->file, row) : feature_row_dead(&t->layout, feature_row(t, row));
}

void feature_row_kill(feature_table *t, size_t row) {
  if (t->file) {
    row_file_kill(t->file, row);
    return;
  }
  uint8_t *bytes = (uint8_t *)t->memory.data + row * t->layout.stride;
  bytes[t->layout.stride - 1] |= ROW_DEAD;
}

bool feature_missing(const feature_slot *slot, const uint8_t *row) {
  switch (slot->kind) {
    case SLOT_TEXT: return slot_u32(row, slot->offset) == 0;
    case SLOT_WORD:
    case SLOT_DATE: return slot_u32(row, slot->offset) == 0;
    case SLOT_ID: return slot_u64(row, slot->offset) == 0;
    case SLOT_SEX: return row[slot->offset] == SEX_MISSING;
    case SLOT_QUANTITY: {
      float value;
      memcpy(&value, row + slot->offset, sizeof value);
      return isnan(value);
    }
    default: return true;
  }
}
