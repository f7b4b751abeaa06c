/* What khop evaluate prints. */
#ifndef KHOP_TOOLS_EVALUATE_PRINT_H
#define KHOP_TOOLS_EVALUATE_PRINT_H

#include "commands.h"

void evaluate_print_text(const khop_evaluation *e);
/* One line. */
void evaluate_print_json(const khop_evaluation *e);

void evaluate_print_links(const khop_link_quality *q, bool json);
void evaluate_print_entities(const khop_entity_quality *q, bool json);

#endif
