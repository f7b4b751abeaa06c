/* See likeness.h. */
#include "evaluate/likeness.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "feature/feature.h"
#include "normalise/person_name.h"

const char *likeness_name(likeness l) {
  static const char *const names[LIKE_COUNT] = {[LIKE_OTHER_GIVEN_NAME] = "other_given_name", [LIKE_NAMESAKES] = "namesakes",
                                                [LIKE_SAME_NAME] = "same_name", [LIKE_SIMILAR_NAME] = "similar_name",
                                                [LIKE_SAME_IDENTIFIER] = "same_identifier", [LIKE_OTHERWISE] = "other"};
  return names[l];
}

static int field_of_type(const schema *s, const char *name, semantic_type type) {
  int field = schema_find_field_as(s, name);
  return field >= 0 && s->fields[field].type == type ? field : -1;
}

void likeness_choose(likeness_fields *out, const schema *s) {
  *out = (likeness_fields){.schema = s,
                           .name = field_of_type(s, "full name", TYPE_PERSON_NAME),
                           .given = field_of_type(s, "given name", TYPE_PERSON_NAME),
                           .surname = field_of_type(s, "surname", TYPE_PERSON_NAME),
                           .birth = field_of_type(s, "birth date", TYPE_DATE)};
  if (out->name < 0) out->name = field_of_type(s, "họ tên", TYPE_PERSON_NAME);
  if (out->given < 0) out->given = field_of_type(s, "first name", TYPE_PERSON_NAME);
}

/* ---- one value ------------------------------------------------------------------------------ */

static uint64_t text_key(semantic_type type, const char *text, size_t length) {
  text_value value;
  switch (type) {
    case TYPE_PERSON_NAME: normalise_person_name(text, length, &value); break;
    case TYPE_PLACE: normalise_place(text, length, &value); break;
    case TYPE_CODE: normalise_code(text, length, &value); break;
    case TYPE_MAP_NUMBER: normalise_map_number(text, length, &value); break;
    case TYPE_ENTRY_NUMBER: normalise_entry_number(text, length, &value); break;
    default: normalise_text(text, length, &value); break;
  }
  return value.plain_hash;
}

static uint64_t date_key(const char *text, size_t length) {
  date_value date;
  normalise_date(text, length, &date);
  return (uint64_t)date.year << 16 | (uint64_t)date.month << 8 | date.day;
}

static uint64_t number_key(const char *text, size_t length) {
  double number = normalise_number(text, length);
  if (isnan(number)) return 0;
  return hash_bytes(&number, sizeof number) | 1;
}

/* Of the canonical form, unaccented; 0: missing. */
static uint64_t value_key(const schema *s, size_t field, const likeness_record *r) {
  const char *text = r->fields[field];
  size_t length = r->lengths[field];
  switch (s->fields[field].type) {
    case TYPE_DATE: return date_key(text, length);
    case TYPE_SEX: return normalise_sex(text, length);
    case TYPE_NUMBER: return number_key(text, length);
    case TYPE_PERSONAL_ID:
    case TYPE_INSURANCE:
    case TYPE_PHONE: return feature_identifier_key(s->fields[field].type, text, length);
    default: return text_key(s->fields[field].type, text, length);
  }
}

uint64_t likeness_differing(const schema *s, const likeness_record *a, const likeness_record *b) {
  uint64_t differing = 0;
  for (size_t f = 0; f < s->field_count; f++) {
    if ((int)f == s->id_field) continue;
    uint64_t left = value_key(s, f, a), right = value_key(s, f, b);
    if (left && right && left != right) differing |= 1ull << f;
  }
  return differing;
}

/* ---- names ---------------------------------------------------------------------------------- */

typedef struct name_keys {
  uint64_t whole, given; /* 0: missing */
} name_keys;

static uint64_t key_of(const likeness_fields *f, int field, const likeness_record *r) {
  return field < 0 ? 0 : value_key(f->schema, (size_t)field, r);
}

static uint64_t last_word_key(const char *text, size_t length) {
  name_parts parts;
  char plain[NAME_PIECE_MAX + 1];
  person_name_parts(text, length, &parts);
  size_t used = text_fold_plain(parts.given, strlen(parts.given), plain, sizeof plain);
  return used ? hash_bytes(plain, used) : 0;
}

static name_keys name_of(const likeness_fields *f, const likeness_record *r) {
  name_keys keys = {.whole = key_of(f, f->name, r)};
  if (keys.whole) {
    keys.given = last_word_key(r->fields[f->name], r->lengths[f->name]);
    return keys;
  }
  uint64_t surname = key_of(f, f->surname, r);
  keys.given = key_of(f, f->given, r);
  keys.whole = surname && keys.given ? hash_combine(surname, keys.given) : 0;
  return keys;
}

static bool has_same_identifier(const schema *s, const likeness_record *a, const likeness_record *b) {
  for (size_t f = 0; f < s->field_count; f++) {
    if (!s->fields[f].identifier) continue;
    uint64_t left = value_key(s, f, a);
    if (left && left == value_key(s, f, b)) return true;
  }
  return false;
}

likeness likeness_of(const likeness_fields *f, const likeness_record *a, const likeness_record *b) {
  name_keys left = name_of(f, a), right = name_of(f, b);
  if (!left.whole || !right.whole) return has_same_identifier(f->schema, a, b) ? LIKE_SAME_IDENTIFIER : LIKE_OTHERWISE;
  if (left.whole == right.whole) {
    uint64_t birth = key_of(f, f->birth, a);
    return birth && birth == key_of(f, f->birth, b) ? LIKE_NAMESAKES : LIKE_SAME_NAME;
  }
  return left.given && left.given == right.given ? LIKE_SIMILAR_NAME : LIKE_OTHER_GIVEN_NAME;
}
