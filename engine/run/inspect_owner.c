/* See inspect_owner.h. */
#include "run/inspect_owner.h"

#include <string.h>

#include "normalise/date.h"

/* Words before the names of what belongs to a relative of the person. */
static const struct {
  const char *prefix;
  sex_value sex;
} relatives[] = {{"me_", SEX_FEMALE}, {"vo_", SEX_FEMALE}, {"cha_me_", SEX_MISSING}, {"cha_", SEX_MALE},
                 {"chong_", SEX_MALE}, {"con_", SEX_MISSING}};

static int field_named(const schema *s, semantic_type type, const char *prefix, const char *rest) {
  size_t length = strlen(prefix);
  for (size_t i = 0; i < s->field_count; i++) {
    const char *name = s->fields[i].name;
    bool is_it = s->fields[i].type == type && strncmp(name, prefix, length) == 0 && strcmp(name + length, rest) == 0;
    if (is_it) return (int)i;
  }
  return -1;
}

static int first_of(int a, int b) { return a >= 0 ? a : b; }

id_owner id_owner_of(const schema *s, size_t field) {
  id_owner owner = {.known = SEX_MISSING};
  const char *prefix = "";
  for (size_t i = 0; i < sizeof relatives / sizeof *relatives && !*prefix; i++) {
    size_t length = strlen(relatives[i].prefix);
    if (strncmp(s->fields[field].name, relatives[i].prefix, length) != 0) continue;
    prefix = relatives[i].prefix;
    owner.known = relatives[i].sex;
  }
  owner.birth = first_of(field_named(s, TYPE_DATE, prefix, "ngay_sinh"), field_named(s, TYPE_DATE, prefix, "nam_sinh"));
  owner.sex = field_named(s, TYPE_SEX, prefix, "gioi_tinh");
  if (*prefix) return owner;
  owner.birth = first_of(owner.birth, field_named(s, TYPE_DATE, "", "birth_date"));
  owner.sex = first_of(owner.sex, field_named(s, TYPE_SEX, "", "sex"));
  return owner;
}

static const input_field *cell_of(int field, const input_field *row, const int *columns) {
  return field >= 0 && columns[field] >= 0 ? &row[columns[field]] : NULL;
}

identifier_context id_owner_context(const id_owner *owner, const input_field *row, const int *columns) {
  identifier_context context = {.sex = owner->known};
  const input_field *sex = cell_of(owner->sex, row, columns), *birth = cell_of(owner->birth, row, columns);
  if (sex) context.sex = normalise_sex(sex->text, sex->length);
  if (birth) {
    date_parts date;
    date_read(birth->text, birth->length, NULL, &date);
    bool is_year = date.precision == DATE_DAY || date.precision == DATE_MONTH || date.precision == DATE_YEAR;
    if (is_year) context.birth_year = date.year;
  }
  return context;
}
