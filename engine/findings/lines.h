/* Lines of ids.csv about one record each, as they are kept until they are written. See findings.c. */
#ifndef KHOP_FINDINGS_LINES_H
#define KHOP_FINDINGS_LINES_H

#include "findings/findings.h"

typedef struct line_head {
  uint32_t row;    /* of the batch; in the file, of the register */
  uint32_t length; /* of the text that follows */
  uint8_t kind, severity;
} line_head;

/* Appends a finding of one record: found->rows[0] is its row in the batch; its fix is said. */
khop_status finding_line(finding_batch *b, const finding *found, const char *id, size_t id_length, khop_error *err);

#endif
