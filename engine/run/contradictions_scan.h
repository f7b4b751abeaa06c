/* Which entities may contradict themselves, and in which fields, by feature rows alone. See contradictions.h. */
#ifndef KHOP_RUN_CONTRADICTIONS_SCAN_H
#define KHOP_RUN_CONTRADICTIONS_SCAN_H

#include "run/run.h"

typedef struct contradiction_mark {
  uint32_t entity, records;
  uint64_t fields; /* a bit each */
} contradiction_mark;

typedef struct contradiction_marks {
  contradiction_mark *items; /* by entity */
  size_t count, capacity;
  uint8_t *entities; /* a bit for each that is marked */
} contradiction_marks;

khop_status contradictions_scan(run *r, const clusters *entities, size_t member_count, contradiction_marks *out, khop_error *err);
/* The place of an entity's mark; count: it has none. */
size_t contradictions_find(const contradiction_marks *m, uint32_t entity);
void contradictions_free(contradiction_marks *m);

#endif
