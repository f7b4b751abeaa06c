/* What khop_inspect says of the values of one column: typed findings, repairs, the order of dates. Counts only. */
#ifndef KHOP_RUN_INSPECT_VALUES_H
#define KHOP_RUN_INSPECT_VALUES_H

#include "khop.h"
#include "normalise/date.h"
#include "normalise/identifier.h"
#include "schema/schema.h"

typedef struct value_facts {
  uint64_t findings[32], repairs[32]; /* by bit */
  uint64_t repaired;
  date_order_evidence order;
} value_facts;

/* Types without findings of their own are passed over. `context`: what the row says of the owner of an identifier. */
void value_facts_count(value_facts *facts, semantic_type type, const identifier_context *context, const char *text,
                       size_t length);
/* Into the column's findings, repairs and order: commonest first. */
void value_facts_report(const value_facts *facts, semantic_type type, khop_inspect_column *out);

#endif
