/* The loops of filter_loops.h for the baseline of the machine. */
#define FILTER_CHOOSE filter_choose_scalar
#include "compare/filter_loops.h"
