/* How two records are alike that are not the same: what a person would say of a wrong pair at first sight. From the
 * values themselves, and by the names that fields go by, so that it holds for any schema of people.
 */
#ifndef KHOP_EVALUATE_LIKENESS_H
#define KHOP_EVALUATE_LIKENESS_H

#include "schema/schema.h"

typedef enum likeness {
  LIKE_OTHER_GIVEN_NAME, /* given names differ */
  LIKE_NAMESAKES,        /* same name and date of birth */
  LIKE_SAME_NAME,        /* same name, another date of birth or none */
  LIKE_SIMILAR_NAME,     /* same given name, another name */
  LIKE_SAME_IDENTIFIER,  /* no names to compare; some identifier is the same */
  LIKE_OTHERWISE,
  LIKE_COUNT
} likeness;

/* "other_given_name" */
const char *likeness_name(likeness l);

/* Fields by what they are; -1 where the schema has none. */
typedef struct likeness_fields {
  const schema *schema;
  int name, given, surname, birth;
} likeness_fields;

void likeness_choose(likeness_fields *out, const schema *s);

/* Values of all fields, as they stand in a record. */
typedef struct likeness_record {
  const char *const *fields;
  const uint32_t *lengths;
} likeness_record;

likeness likeness_of(const likeness_fields *f, const likeness_record *a, const likeness_record *b);
/* A bit for each field that both have and that says something else, unaccented. */
uint64_t likeness_differing(const schema *s, const likeness_record *a, const likeness_record *b);

#endif
