/* Wrong and missed pairs explained: what kind each is, what it weighs, what found it. See khop_evaluate in khop.h. */
#ifndef KHOP_RUN_EVALUATE_ERRORS_H
#define KHOP_RUN_EVALUATE_ERRORS_H

#include "evaluate/error_list.h"

enum { EVALUATE_ERRORS_MAX = 50000 }; /* of wrong pairs, and of missed ones, that are listed: a millisecond each */

/* Writes options->errors, and counts kinds into `out`. `rows` is the row of each record in the store. */
khop_status evaluate_errors(const error_list *errors, const evaluate_data *data, const uint32_t *rows,
                            const khop_evaluate_options *options, khop_evaluation *out, khop_error *err);

#endif
