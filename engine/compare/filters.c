/* Which filters a level means, and what they need. See filter.h. */
#include "compare/filter.h"

static filter_chooser *const choosers[] = {
    [CPU_SCALAR] = filter_choose_scalar,
#if defined(__x86_64__)
    [CPU_AVX2] = filter_choose_avx2,
    [CPU_AVX512] = filter_choose_avx512,
#elif defined(__aarch64__)
    [CPU_NEON] = filter_choose_neon,
#endif
};

filter_chooser *filters_for(cpu_level level) {
  size_t index = (size_t)level;
  if (index >= sizeof choosers / sizeof *choosers || !choosers[index]) return filter_choose_scalar;
  return choosers[index];
}

static unsigned text_parts(test_kind kind) {
  switch (kind) {
    case TEST_EDITS:
    case TEST_SIMILAR: return VIEW_LETTERS;
    case TEST_SURNAME:
    case TEST_GIVEN:
    case TEST_DROPPED:
    case TEST_REORDERED:
    case TEST_GIVEN_EDITS:
    case TEST_SURNAME_EDITS:
    case TEST_CONTAINED:
    case TEST_CONTAINED_EDITS: return VIEW_WORDS;
    case TEST_GIVEN_COMMON: return VIEW_GIVEN;
    default: return 0;
  }
}

unsigned filter_parts(const measure *m, slot_kind kind) {
  if (kind == SLOT_TEXT) return text_parts(m->kind);
  return m->kind == TEST_EDITS && (kind == SLOT_ID || kind == SLOT_DATE) ? VIEW_DIGITS : 0;
}
