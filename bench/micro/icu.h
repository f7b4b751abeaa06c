/* ICU beside the fold: icu.c where its headers are installed, icu_absent.c where not. */
#ifndef KHOP_BENCH_ICU_H
#define KHOP_BENCH_ICU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False when ICU is not there. */
bool icu_begin(void);
/* UTF-8 to UTF-16, as ICU needs it, and NFKC with case folded; no letter loses its marks. */
uint64_t icu_fold(const char *text, size_t length);

#endif
