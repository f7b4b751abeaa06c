/* Why two linked records do not agree: what the one says of the person and the other contradicts.
 *
 *   row  --> fact  | name 20 bits | birth date 21 | number 19 | its kind 2 | sex 2 |     8 bytes a row, hashes where values do not fit
 *   link --> the causes in which its two facts differ, a bit each; of numbers, what findings say of the two records
 *
 * A cause is told only where both records say something. A hash of 19 or 20 bits hides one difference in half a million.
 */
#ifndef KHOP_FINDINGS_CAUSES_H
#define KHOP_FINDINGS_CAUSES_H

#include "findings/search.h"
#include "model/score.h"

typedef enum link_cause {
  CAUSE_NAME,            /* another name, be it in a tone */
  CAUSE_BIRTH_DATE,      /* another one */
  CAUSE_BIRTH_YEAR_ONLY, /* one record says only the year, or the first of January of it */
  CAUSE_SEX,
  CAUSE_ID_NEAR,         /* the numbers are a digit apart */
  CAUSE_ID_MULTIPLE,     /* they are two numbers */
  CAUSE_ID_OLD_NUMBER,   /* nine digits against twelve */
  CAUSE_ID_SHARED,       /* one of them is somebody else's, too */
  CAUSE_ID_SWAPPED,      /* two people have each other's */
  LINK_CAUSES
} link_cause;

typedef struct link_causes {
  uint16_t *of_pair; /* a bit for each cause; 0 of pairs that are no link */
  uint64_t links[1 << LINK_CAUSES]; /* by these bits */
} link_causes;

/* Of the pairs for which is_link says so; after all findings are known. */
khop_status link_causes_find(link_causes *out, const finding_input *in, const findings *known, const kept_pairs *pairs,
                             bool (*is_link)(const void *context, size_t pair), const void *context, khop_error *err);
void link_causes_free(link_causes *c);
/* "name;birth_date" */
enum { LINK_CAUSES_TEXT_BYTES = 128 };
void link_causes_text(unsigned causes, char out[LINK_CAUSES_TEXT_BYTES]);

#endif
