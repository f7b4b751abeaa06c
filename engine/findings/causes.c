/* See causes.h. */
#include "findings/causes.h"

#include <string.h>

#include "base/hash.h"
#include "compare/values.h"
#include "feature/row_file.h"
#include "findings/groups.h"

enum { name_bits = 20, birth_bits = 21, number_bits = 19, kind_bits = 2, sex_bits = 2 };
_Static_assert(name_bits + birth_bits + number_bits + kind_bits + sex_bits == 64, "a fact is one number");

static const char *cause_name(link_cause cause) {
  static const char *const names[LINK_CAUSES] = {
      [CAUSE_NAME] = "name", [CAUSE_BIRTH_DATE] = "birth_date", [CAUSE_BIRTH_YEAR_ONLY] = "birth_year_only", [CAUSE_SEX] = "sex",
      [CAUSE_ID_NEAR] = "id_near", [CAUSE_ID_MULTIPLE] = "id_multiple", [CAUSE_ID_OLD_NUMBER] = "id_old_number",
      [CAUSE_ID_SHARED] = "id_shared", [CAUSE_ID_SWAPPED] = "id_swapped"};
  return names[cause];
}

void link_causes_text(unsigned causes, char out[LINK_CAUSES_TEXT_BYTES]) {
  size_t used = 0;
  for (unsigned c = 0; c < LINK_CAUSES; c++) {
    if (!(causes >> c & 1)) continue;
    const char *name = cause_name((link_cause)c);
    if (used) out[used++] = ';';
    memcpy(out + used, name, strlen(name));
    used += strlen(name);
  }
  out[used] = 0;
}

/* ---- facts of rows ----------------------------------------------------------------------------------- */

typedef struct causes_job {
  const finding_input *in;
  const findings *known;
  const kept_pairs *pairs;
  bool (*is_link)(const void *context, size_t pair);
  const void *context;
  uint64_t *facts; /* by row */
  uint16_t *of_pair;
} causes_job;

typedef struct row_fact {
  uint32_t name, birth, number, kind, sex; /* 0: missing */
} row_fact;

/* A value never hashes to 0. */
static uint32_t few_bits(uint64_t value, unsigned bits) {
  return value ? (uint32_t)(hash_mix(value) % ((1ull << bits) - 1)) + 1 : 0;
}

static uint64_t fact_pack(const row_fact *f) {
  uint64_t packed = f->name;
  packed = packed << birth_bits | f->birth;
  packed = packed << number_bits | f->number;
  packed = packed << kind_bits | f->kind;
  return packed << sex_bits | f->sex;
}

static row_fact fact_read(uint64_t packed) {
  row_fact f = {.sex = (uint32_t)packed & ((1u << sex_bits) - 1)};
  packed >>= sex_bits;
  f.kind = (uint32_t)packed & ((1u << kind_bits) - 1);
  packed >>= kind_bits;
  f.number = (uint32_t)packed & ((1u << number_bits) - 1);
  packed >>= number_bits;
  f.birth = (uint32_t)packed & ((1u << birth_bits) - 1);
  f.name = (uint32_t)(packed >> birth_bits);
  return f;
}

/* The person's own number: of twelve digits where there is one, else of nine. */
static uint64_t own_number(const finding_input *in, const schema_person *person, const uint8_t *features) {
  uint64_t found = 0;
  for (uint64_t fields = person->numbers | person->papers; fields; fields &= fields - 1) {
    size_t field = (size_t)__builtin_ctzll(fields);
    uint64_t packed = in->schema->fields[field].type == TYPE_PERSONAL_ID ? group_number(&in->table->layout, (int)field, features) : 0;
    if (feature_id_kind(packed) == ID_CCCD) return packed;
    if (feature_id_kind(packed) == ID_CMND && !found) found = packed;
  }
  return found;
}

static uint64_t fact_of(const finding_input *in, const uint8_t *features) {
  const schema_person *person = &in->schema->findings.people[0];
  const feature_layout *layout = &in->table->layout;
  uint32_t birth = group_date(layout, person->birth, features);
  uint64_t number = own_number(in, person, features);
  row_fact f = {.name = few_bits(group_text_whole(layout, person->name, features), name_bits),
                .birth = feature_date_span(birth) ? 0 : birth,
                .number = few_bits(number, number_bits),
                .kind = (uint32_t)feature_id_kind(number)};
  if (person->sex >= 0 && layout->slots[person->sex].kind == SLOT_SEX) f.sex = features[layout->slots[person->sex].offset];
  return fact_pack(&f);
}

static khop_status facts_of_part(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)worker, (void)err;
  const causes_job *job = context;
  for (size_t row = 0; row < part->count; row++) job->facts[feature_row_number(part, row)] = fact_of(job->in, feature_row(part, row));
  return KHOP_OK;
}

/* ---- causes of links ------------------------------------------------------------------------------------ */

static unsigned birth_cause(uint32_t a, uint32_t b) {
  if (!a || !b || a == b) return 0;
  bool vague = (date_vague(a) || date_vague(b)) && feature_date_year(a) == feature_date_year(b);
  return 1u << (vague ? CAUSE_BIRTH_YEAR_ONLY : CAUSE_BIRTH_DATE);
}

/* What was found of both says most, then what was found of either. */
static unsigned number_cause(const findings *known, uint32_t a, uint32_t b) {
  uint32_t both = known->masks[a] & known->masks[b], either = known->masks[a] | known->masks[b];
  if (either & finding_bit(FINDING_ID_SWAPPED)) return 1u << CAUSE_ID_SWAPPED;
  if (either & finding_bit(FINDING_ID_SHARED)) return 1u << CAUSE_ID_SHARED;
  return 1u << (both & finding_bit(FINDING_ID_NEAR) ? CAUSE_ID_NEAR : CAUSE_ID_MULTIPLE);
}

static uint16_t causes_of(const causes_job *job, uint32_t left, uint32_t right) {
  row_fact a = fact_read(job->facts[left]), b = fact_read(job->facts[right]);
  unsigned causes = birth_cause(a.birth, b.birth);
  if (a.name && b.name && a.name != b.name) causes |= 1u << CAUSE_NAME;
  if ((a.sex | b.sex) == (SEX_MALE | SEX_FEMALE) && a.sex && b.sex && a.sex != b.sex) causes |= 1u << CAUSE_SEX;
  if (a.number && b.number && a.kind != b.kind) causes |= 1u << CAUSE_ID_OLD_NUMBER;
  else if (a.number && b.number && a.number != b.number) causes |= number_cause(job->known, left, right);
  return (uint16_t)causes;
}

enum { slice_pairs = 1 << 16 };

static khop_status causes_of_slice(void *context, size_t slice, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const causes_job *job = context;
  size_t first = slice * slice_pairs, last = first + slice_pairs < job->pairs->count ? first + slice_pairs : job->pairs->count;
  for (size_t p = first; p < last; p++) {
    if (!job->is_link(job->context, p)) continue;
    job->of_pair[p] = causes_of(job, kept_left(&job->pairs->items[p]), kept_right(&job->pairs->items[p]));
  }
  return KHOP_OK;
}

khop_status link_causes_find(link_causes *out, const finding_input *in, const findings *known, const kept_pairs *pairs,
                             bool (*is_link)(const void *context, size_t pair), const void *context, khop_error *err) {
  causes_job job = {.in = in, .known = known, .pairs = pairs, .is_link = is_link, .context = context};
  khop_status status = KHOP_OK;
  region facts = {0};
  const row_pass pass = {.table = in->table, .work = facts_of_part, .context = &job};
  *out = (link_causes){.of_pair = mem_alloc(pairs->count, sizeof *out->of_pair)};
  if (!out->of_pair) return error_memory(err, pairs->count * sizeof *out->of_pair, "causes");
  job.of_pair = out->of_pair;
  if (!in->schema->findings.people_count || !in->table->count) return KHOP_OK;
  TRY_CLEANUP(region_map(&facts, in->table->count * sizeof *job.facts, "causes", err));
  job.facts = facts.data;
  TRY_CLEANUP(row_pass_run(&pass, in->workers, err));
  TRY_CLEANUP(pool_run(in->workers, (pairs->count + slice_pairs - 1) / slice_pairs, causes_of_slice, &job, err));
  for (size_t p = 0; p < pairs->count; p++) out->links[out->of_pair[p]] += is_link(context, p);
cleanup:
  region_unmap(&facts);
  return status;
}

void link_causes_free(link_causes *c) {
  mem_free(c->of_pair);
  c->of_pair = NULL;
}
