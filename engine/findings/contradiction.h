/* Contradictions: values of one field, from records of one entity, that cannot all be right, and which one likely is.
 *
 *   rows of an entity ──contradictions_may_be──> fields to look at ──texts──> contradiction_values ──judge──> right, wrong, open
 *
 * What is written otherwise but says the same is none: tones in another place, a date in another form or less precise, a name
 * without accents or with initials, the old commune for the new one, a number of nine digits before one of twelve, an
 * insurance card for its own number. Of places the commune (or what is known above it) counts, not house and street.
 *
 * Who is right: valid values before invalid ones; then what records of more registers say than any value that contradicts it
 * (majority); then the register that stands first in the order of authority. Where none of that tells, it is open.
 */
#ifndef KHOP_FINDINGS_CONTRADICTION_H
#define KHOP_FINDINGS_CONTRADICTION_H

#include "feature/feature.h"
#include "findings/field_value.h"
#include "normalise/identifier.h"

/* The fields, a bit each, that a contradiction may be in: rows that say so may still agree by their texts, the others do agree. */
uint64_t contradictions_may_be(const feature_layout *layout, const schema *s, const uint8_t *const *rows, size_t count);

typedef struct contradiction_value {
  field_value value;
  identifier_parts identifier; /* of identifiers, judged by sex and birth year of its record */
  address_place place;         /* of places */
  uint32_t toned, plain;       /* of texts and names: equal with accents, without */
  bool is_accented;
  uint32_t trust;              /* place of its register in the order of authority; UINT32_MAX: not in it */
  size_t side;                 /* its register */
} contradiction_value;

/* `context`: what else the record says of its person; NULL: nothing. */
void contradiction_read(field_reader *reader, const schema *s, const address_book *book, size_t field, const char *text, size_t length,
                        bool month_first, const identifier_context *context, contradiction_value *out);

typedef enum contradiction_verdict { VERDICT_NONE, /* no value, or none that contradicts another */ VERDICT_RIGHT, VERDICT_WRONG, VERDICT_OPEN } contradiction_verdict;
typedef enum contradiction_reason { REASON_NONE, REASON_VALIDITY, REASON_MAJORITY, REASON_AUTHORITY } contradiction_reason;

typedef struct contradiction_judgement {
  contradiction_verdict verdict;
  contradiction_reason reason;
  uint32_t finding; /* what makes the value invalid: for field_finding_name; 0: nothing */
} contradiction_judgement;

enum { CONTRADICTION_VALUES_MAX = 64 }; /* of one entity and field that are judged */

/* False: nothing contradicts; all verdicts are VERDICT_NONE then. */
bool contradiction_judge(const schema *s, const address_book *book, size_t field, const contradiction_value *values, size_t count,
                         contradiction_judgement *out);

#endif
