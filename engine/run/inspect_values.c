/* See inspect_values.h. */
#include "run/inspect_values.h"

#include <stdio.h>
#include <string.h>

/* What a column of dates cannot help: each value alone says so of itself. */
enum { dates_untold = DATE_AMBIGUOUS_ORDER | DATE_MONTH_FIRST | DATE_DAY_FIRST };

static bool identifier_type_of(semantic_type type, identifier_type *out) {
  switch (type) {
    case TYPE_PERSONAL_ID: *out = IDENTIFIER_PERSONAL_ID; return true;
    case TYPE_INSURANCE: *out = IDENTIFIER_INSURANCE_NUMBER; return true;
    case TYPE_PHONE: *out = IDENTIFIER_PHONE; return true;
    default: return false;
  }
}

static void count_bits(uint64_t counts[32], uint32_t bits) {
  for (; bits; bits &= bits - 1) counts[__builtin_ctz(bits)]++;
}

void value_facts_count(value_facts *facts, semantic_type type, const identifier_context *context, const char *text,
                       size_t length) {
  identifier_type kind;
  if (type == TYPE_DATE) {
    date_parts date;
    date_read(text, length, NULL, &date);
    count_bits(facts->findings, date.findings & ~(uint32_t)dates_untold);
    date_order_count(&facts->order, text, length);
  } else if (identifier_type_of(type, &kind)) {
    identifier_parts identifier;
    identifier_read(kind, text, length, context, &identifier);
    count_bits(facts->findings, identifier.findings);
    count_bits(facts->repairs, identifier.repairs);
    facts->repaired += identifier.repairs != 0;
  }
}

static const char *finding_name(semantic_type type, unsigned bit) {
  return type == TYPE_DATE ? date_finding_name(1u << bit) : identifier_finding_name(1u << bit);
}

static const char *repair_name(semantic_type type, unsigned bit) {
  (void)type;
  return identifier_repair_name(1u << bit);
}

/* The commonest ones; of equal counts the lower bit. */
static size_t report_counts(const uint64_t counts[32], semantic_type type, const char *(*name)(semantic_type, unsigned),
                            khop_inspect_count *out, size_t max) {
  size_t count = 0;
  for (uint32_t taken = 0; count < max; count++) {
    unsigned best = 32;
    for (unsigned bit = 0; bit < 32; bit++) {
      bool is_free = !(taken >> bit & 1);
      if (counts[bit] && is_free && (best == 32 || counts[bit] > counts[best])) best = bit;
    }
    if (best == 32) break;
    taken |= 1u << best;
    snprintf(out[count].name, sizeof out[count].name, "%s", name(type, best));
    out[count].count = counts[best];
  }
  return count;
}

void value_facts_report(const value_facts *facts, semantic_type type, khop_inspect_column *out) {
  static const char *const orders[] = {[DATE_ORDER_UNKNOWN] = "", [DATE_ORDER_DMY] = "dmy", [DATE_ORDER_MDY] = "mdy"};
  const size_t max = sizeof out->findings / sizeof *out->findings;
  out->finding_count = report_counts(facts->findings, type, finding_name, out->findings, max);
  out->repair_count = report_counts(facts->repairs, type, repair_name, out->repairs, max);
  out->repaired = facts->repaired;
  snprintf(out->date_order, sizeof out->date_order, "%s", orders[date_order_infer(&facts->order)]);
  out->day_first = facts->order.day_first;
  out->month_first = facts->order.month_first;
  out->order_ambiguous = facts->order.ambiguous;
}
