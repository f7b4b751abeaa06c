/* The loops of filter_loops.h for NEON, which the baseline of arm64 has. */
#define FILTER_CHOOSE filter_choose_neon
#include "compare/filter_loops.h"
