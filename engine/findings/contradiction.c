/* See contradiction.h. */
#include "findings/contradiction.h"

#include <string.h>

#include "normalise/person_name.h"

/* ---- by feature rows -------------------------------------------------------------------------------- */

static bool dates_agree(uint32_t x, uint32_t y) {
  if (feature_date_span(x) || feature_date_span(y)) return false; /* the texts will tell */
  unsigned mx = feature_date_month(x), my = feature_date_month(y), dx = feature_date_day(x), dy = feature_date_day(y);
  return feature_date_year(x) == feature_date_year(y) && (!mx || !my || mx == my) && (!dx || !dy || dx == dy);
}

static bool slots_may_differ(const feature_layout *layout, semantic_type type, const feature_slot *slot, const uint8_t *x, const uint8_t *y) {
  if (type == TYPE_PLACE) {
    if (slot->place_offset == FEATURE_NONE) return false;
    address_match match = address_same(layout->book, slot_place(x, (size_t)slot->place_offset), slot_place(y, (size_t)slot->place_offset));
    return match.relation == ADDRESS_RELATION_DIFFERENT;
  }
  switch (slot->kind) {
    case SLOT_TEXT: return slot_u32(x, slot->offset) != slot_u32(y, slot->offset); /* with tones */
    case SLOT_ID: return slot_u64(x, slot->offset) != slot_u64(y, slot->offset);
    case SLOT_DATE: return !dates_agree(slot_u32(x, slot->offset), slot_u32(y, slot->offset));
    case SLOT_SEX: return x[slot->offset] != y[slot->offset];
    case SLOT_QUANTITY: return memcmp(x + slot->offset, y + slot->offset, sizeof(float)) != 0;
    default: return false;
  }
}

/* Agreeing is not transitive (a year agrees with two days of it), so of more than a few rows a difference in any form counts. */
static bool field_may_differ(const feature_layout *layout, semantic_type type, const feature_slot *slot, const uint8_t *const *rows, size_t count) {
  enum { all_pairs_max = 8 };
  for (size_t i = 0; i < count; i++) {
    if (feature_missing(slot, rows[i])) continue;
    size_t last = count <= all_pairs_max ? count : i + all_pairs_max < count ? i + all_pairs_max : count;
    for (size_t j = i + 1; j < last; j++) {
      if (!feature_missing(slot, rows[j]) && slots_may_differ(layout, type, slot, rows[i], rows[j])) return true;
    }
  }
  return false;
}

uint64_t contradictions_may_be(const feature_layout *layout, const schema *s, const uint8_t *const *rows, size_t count) {
  uint64_t fields = 0;
  for (size_t f = 0; f < layout->field_count; f++) {
    const feature_slot *slot = &layout->slots[f];
    if (slot->kind == SLOT_NONE || (int)f == s->id_field || (s->may_differ >> f & 1)) continue;
    if (field_may_differ(layout, s->fields[f].type, slot, rows, count)) fields |= 1ull << f;
  }
  return fields;
}

/* ---- by texts --------------------------------------------------------------------------------------- */

static bool is_identifier(semantic_type type) { return type == TYPE_PERSONAL_ID || type == TYPE_INSURANCE || type == TYPE_PHONE; }

static identifier_type identifier_of(semantic_type type) {
  return type == TYPE_PERSONAL_ID ? IDENTIFIER_PERSONAL_ID : type == TYPE_INSURANCE ? IDENTIFIER_INSURANCE_NUMBER : IDENTIFIER_PHONE;
}

void contradiction_read(field_reader *reader, const schema *s, const address_book *book, size_t field, const char *text, size_t length,
                        bool month_first, const identifier_context *context, contradiction_value *out) {
  semantic_type type = s->fields[field].type;
  text_value words;
  *out = (contradiction_value){.trust = UINT32_MAX};
  field_read(reader, field, text, length, month_first, &out->value);
  if (!out->value.is_present) return;
  if (is_identifier(type)) {
    identifier_read(identifier_of(type), text, length, context, &out->identifier);
    out->value.findings = out->identifier.findings;
    out->value.is_valid &= !(out->identifier.findings & IDENTIFIER_ERRORS);
  }
  if (type == TYPE_PLACE && book) out->place = address_place_of(book, &out->value.place);
  if (type != TYPE_PERSON_NAME && type != TYPE_TEXT) return;
  if (type == TYPE_PERSON_NAME) normalise_person_name(text, length, &words);
  else normalise_text(text, length, &words);
  for (size_t i = 0; i < length; i++) out->is_accented |= (unsigned char)text[i] >= 0x80;
  out->toned = words.toned_hash;
  out->plain = words.plain_hash;
}

static bool days_agree(uint32_t x, uint32_t y) {
  enum { year = 10000, month = 100 };
  if (x == 0 || y == 0) return true; /* not known well enough to say */
  uint32_t mx = x / month % month, my = y / month % month, dx = x % month, dy = y % month;
  return x / year == y / year && (!mx || !my || mx == my) && (!dx || !dy || dx == dy);
}

static bool names_agree(const contradiction_value *a, const contradiction_value *b) {
  if (a->plain == b->plain) return a->toned == b->toned || !a->is_accented || !b->is_accented;
  return ((a->value.findings | b->value.findings) & NAME_ABBREVIATED) != 0;
}

/* The person's ten digits, which a card ends with: what stands in front of them changes with the group that pays. */
static const char *insurance_digits(const identifier_parts *id) {
  return id->kind == IDENTIFIER_IS_CARD ? id->card.number : id->kind == IDENTIFIER_IS_SOCIAL_NUMBER ? id->canonical : NULL;
}

static bool insurance_agree(const identifier_parts *a, const identifier_parts *b) {
  const char *a_digits = insurance_digits(a), *b_digits = insurance_digits(b);
  return a_digits && b_digits && strcmp(a_digits, b_digits) == 0;
}

static bool identifiers_agree(semantic_type type, const identifier_parts *a, const identifier_parts *b) {
  if (type == TYPE_INSURANCE) return insurance_agree(a, b);
  bool a_old = a->kind == IDENTIFIER_IS_CMND, b_old = b->kind == IDENTIFIER_IS_CMND;
  return type == TYPE_PERSONAL_ID && a_old != b_old; /* two numbers of one person, each of its time */
}

static bool contradict(const schema *s, const address_book *book, size_t field, const contradiction_value *a, const contradiction_value *b) {
  semantic_type type = s->fields[field].type;
  if (!a->value.is_present || !b->value.is_present || a->value.key == b->value.key) return false;
  switch (type) {
    case TYPE_PERSON_NAME: case TYPE_TEXT: return !names_agree(a, b);
    case TYPE_DATE: return !a->value.is_valid || !b->value.is_valid || !days_agree(a->value.day, b->value.day);
    case TYPE_PERSONAL_ID: case TYPE_INSURANCE: case TYPE_PHONE: return !identifiers_agree(type, &a->identifier, &b->identifier);
    case TYPE_PLACE: return book && address_same(book, a->place, b->place).relation == ADDRESS_RELATION_DIFFERENT;
    default: return true;
  }
}

/* ---- who is right ------------------------------------------------------------------------------------- */

typedef struct judging {
  const schema *schema;
  const address_book *book;
  size_t field, count;
  const contradiction_value *values;
  contradiction_judgement *out;
} judging;

static bool against(const judging *j, size_t a, size_t b) { return contradict(j->schema, j->book, j->field, &j->values[a], &j->values[b]); }

/* Values that contradict another one. */
static size_t find_contradicting(const judging *j, bool *involved) {
  size_t found = 0;
  for (size_t a = 0; a < j->count; a++) {
    involved[a] = false;
    for (size_t b = 0; b < j->count && !involved[a]; b++) involved[a] = a != b && against(j, a, b);
    found += involved[a];
  }
  return found;
}

/* Registers that say the same as value `a`, or do not contradict it. */
static unsigned support_of(const judging *j, const bool *open, size_t a) {
  unsigned registers = 0;
  for (size_t b = 0; b < j->count; b++) {
    if (open[b] && (a == b || !against(j, a, b))) registers |= 1u << j->values[b].side;
  }
  return (unsigned)__builtin_popcount(registers);
}

static bool is_contested(const judging *j, const bool *open, size_t a) {
  for (size_t b = 0; open[a] && b < j->count; b++) {
    if (open[b] && against(j, a, b)) return true;
  }
  return false;
}

/* How much speaks for each value: more is better. */
typedef struct merits {
  unsigned of[CONTRADICTION_VALUES_MAX];
} merits;

/* A contested value that is ahead of all open ones that contradict it; count: none. */
static size_t find_ahead(const judging *j, const bool *open, const merits *m) {
  for (size_t a = 0; a < j->count; a++) {
    bool ahead = is_contested(j, open, a);
    for (size_t b = 0; ahead && b < j->count; b++) ahead = !open[b] || !against(j, a, b) || m->of[a] > m->of[b];
    if (ahead) return a;
  }
  return j->count;
}

static size_t find_right(const judging *j, const bool *open, contradiction_reason *out_reason) {
  merits support = {0}, trust = {0};
  for (size_t a = 0; a < j->count; a++) {
    support.of[a] = open[a] ? support_of(j, open, a) : 0;
    trust.of[a] = UINT32_MAX - j->values[a].trust;
  }
  size_t right = find_ahead(j, open, &support);
  *out_reason = right < j->count ? REASON_MAJORITY : REASON_AUTHORITY;
  return right < j->count ? right : find_ahead(j, open, &trust);
}

static uint32_t fault_of(const judging *j, size_t a) {
  const field_value *v = &j->values[a].value;
  uint32_t errors = v->findings;
  if (is_identifier(j->schema->fields[j->field].type)) errors &= IDENTIFIER_ERRORS;
  return errors & (0u - errors);
}

/* Of the open values; where none of them is contested they stand against invalid ones alone. */
static void decide(const judging *j, const bool *open) {
  contradiction_reason reason = REASON_VALIDITY;
  size_t right = j->count;
  bool any_contested = false;
  for (size_t a = 0; a < j->count && !any_contested; a++) any_contested = is_contested(j, open, a);
  if (any_contested) right = find_right(j, open, &reason);
  for (size_t a = 0; a < j->count; a++) {
    if (!open[a]) continue;
    bool is_known = !any_contested || right < j->count;
    bool is_wrong = any_contested && is_known && a != right && against(j, a, right);
    j->out[a].verdict = !is_known ? VERDICT_OPEN : is_wrong ? VERDICT_WRONG : VERDICT_RIGHT;
    j->out[a].reason = is_known ? reason : REASON_NONE;
  }
}

/* Valid, or the same as a valid one: a number that does not fit its record's birth date is right where another record's date fits it. */
static bool is_confirmed(const judging *j, size_t a) {
  for (size_t b = 0; b < j->count; b++) {
    if (j->values[b].value.is_present && j->values[b].value.is_valid && j->values[b].value.key == j->values[a].value.key) return true;
  }
  return false;
}

bool contradiction_judge(const schema *s, const address_book *book, size_t field, const contradiction_value *values, size_t count,
                         contradiction_judgement *out) {
  const judging j = {.schema = s, .book = book, .field = field, .values = values, .count = count, .out = out};
  bool involved[CONTRADICTION_VALUES_MAX], open[CONTRADICTION_VALUES_MAX], any_valid = false;
  for (size_t a = 0; a < count; a++) out[a] = (contradiction_judgement){0};
  if (find_contradicting(&j, involved) == 0) return false;
  for (size_t a = 0; a < count; a++) any_valid |= values[a].value.is_present && values[a].value.is_valid;
  for (size_t a = 0; a < count; a++) {
    bool is_present = values[a].value.is_present, is_invalid = is_present && involved[a] && any_valid && !is_confirmed(&j, a);
    open[a] = is_present && !is_invalid;
    if (is_invalid) out[a] = (contradiction_judgement){.verdict = VERDICT_WRONG, .reason = REASON_VALIDITY, .finding = fault_of(&j, a)};
  }
  decide(&j, open);
  return true;
}
