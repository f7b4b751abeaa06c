/* The loops of filter_loops.h for AVX2. */
#define FILTER_CHOOSE filter_choose_avx2
#include "compare/filter_loops.h"
