/* The loops of filter_loops.h for AVX-512. */
#define FILTER_CHOOSE filter_choose_avx512
#include "compare/filter_loops.h"
