/* Which key parts a register offers. See suggest.h. */
#include "run/suggest.h"

typedef struct offer {
  semantic_type type;
  key_part_kind kind;
  unsigned argument;
} offer;

/* The best first: a layout holds FEATURE_PARTS_MAX parts of texts. */
static const offer offers[] = {
    {TYPE_TEXT, PART_WHOLE, 0},
    {TYPE_PERSON_NAME, PART_WHOLE, 0},
    {TYPE_PLACE, PART_WHOLE, 0},
    {TYPE_CODE, PART_WHOLE, 0},
    {TYPE_ENTRY_NUMBER, PART_WHOLE, 0},
    {TYPE_MAP_NUMBER, PART_WHOLE, 0},
    {TYPE_DATE, PART_WHOLE, 0},
    {TYPE_SEX, PART_WHOLE, 0},
    {TYPE_PERSONAL_ID, PART_WHOLE, 0},
    {TYPE_INSURANCE, PART_WHOLE, 0},
    {TYPE_PHONE, PART_WHOLE, 0},
    {TYPE_NUMBER, PART_WHOLE, 0},
    {TYPE_PERSON_NAME, PART_GIVEN, 0},
    {TYPE_PERSON_NAME, PART_SORTED, 0},
    {TYPE_PERSON_NAME, PART_WITHOUT_GIVEN, 0},
    {TYPE_PERSON_NAME, PART_WITHOUT_SURNAME, 0},
    {TYPE_PERSON_NAME, PART_SURNAME, 0},
    {TYPE_PERSON_NAME, PART_INITIALS, 0},
    {TYPE_DATE, PART_ANY_ORDER, 0},
    {TYPE_DATE, PART_YEAR_MONTH, 0},
    {TYPE_DATE, PART_YEAR_DAY, 0},
    {TYPE_DATE, PART_MONTH_DAY, 0},
    {TYPE_DATE, PART_YEAR, 0},
    {TYPE_PERSONAL_ID, PART_HEAD, 9},
    {TYPE_PERSONAL_ID, PART_HEAD, 6},
    {TYPE_PERSONAL_ID, PART_TAIL, 6},
    {TYPE_INSURANCE, PART_HEAD, 6},
    {TYPE_INSURANCE, PART_TAIL, 6},
    {TYPE_PHONE, PART_HEAD, 6},
    {TYPE_PHONE, PART_TAIL, 6},
    {TYPE_PLACE, PART_PREFIX, 8},
    {TYPE_PLACE, PART_PREFIX, 14},
    {TYPE_PLACE, PART_COMMUNE, 0},
    {TYPE_PLACE, PART_HOUSE, 0},
    {TYPE_PERSON_NAME, PART_PHONETIC, 0},
};

static bool has_column(const run *r, size_t field) {
  for (size_t s = 0; s < input_source_count(r->input); s++) {
    if (r->columns[s * r->schema->field_count + field] != COLUMN_NONE) return true;
  }
  return false;
}

/* To read a place as an address costs more than any rule: only where the schema does so anyway. */
static bool is_offered(const offer *o, const feature_slot *slot) {
  return (o->kind != PART_COMMUNE && o->kind != PART_HOUSE) || slot->address;
}

static void list_parts(const run *r, const feature_layout *layout, part_list *out) {
  out->count = 0;
  for (size_t i = 0; i < sizeof offers / sizeof *offers; i++) {
    for (size_t f = 0; f < r->schema->field_count; f++) {
      if (r->schema->fields[f].type != offers[i].type || (int)f == r->schema->id_field || !has_column(r, f)) continue;
      if (!is_offered(&offers[i], &layout->slots[f]) || out->count == SUGGEST_PARTS_MAX) continue;
      out->parts[out->count++] = (schema_key_part){.field = f, .kind = offers[i].kind, .argument = offers[i].argument};
    }
  }
}

khop_status suggest_layout(run *r, khop_error *err) {
  feature_layout asked; /* without further parts: which places are addresses */
  part_list list;
  TRY(feature_layout_make(&asked, r->schema, err));
  list_parts(r, &asked, &list);
  feature_layout_free(&asked);
  return feature_layout_make_with(&r->table.layout, r->schema, list.parts, list.count, err);
}

void suggest_parts_list(const run *r, part_list *out) {
  size_t kept = 0;
  list_parts(r, &r->table.layout, out);
  for (size_t i = 0; i < out->count; i++) {
    if (!feature_part_find(&r->table.layout, &out->parts[i], &out->places[kept])) continue;
    out->parts[kept++] = out->parts[i];
  }
  out->count = kept;
}

bool suggest_implies(const schema_key_part *fine, const schema_key_part *coarse) {
  if (fine->field != coarse->field || (fine->kind == coarse->kind && fine->argument <= coarse->argument)) return false;
  if (fine->kind == PART_WHOLE || fine->kind == coarse->kind) return true;
  switch (coarse->kind) {
    case PART_YEAR: return fine->kind == PART_ANY_ORDER || fine->kind == PART_YEAR_MONTH || fine->kind == PART_YEAR_DAY;
    case PART_SURNAME: return fine->kind == PART_WITHOUT_GIVEN;
    case PART_GIVEN: return fine->kind == PART_WITHOUT_SURNAME;
    default: return false;
  }
}

bool suggest_fits_beside(const schema_key_part *a, const schema_key_part *b) {
  if (a->field != b->field) return true;
  return (a->kind == PART_GIVEN && b->kind == PART_SURNAME) || (a->kind == PART_SURNAME && b->kind == PART_GIVEN);
}

schema_rule suggest_rule_of(const part_list *parts, const trial_rule *trial) {
  schema_rule rule = {.part_count = trial->part_count};
  for (size_t p = 0; p < trial->part_count; p++) rule.parts[p] = parts->parts[trial->parts[p]];
  return rule;
}
