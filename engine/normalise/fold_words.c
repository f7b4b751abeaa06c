/* Which fold of whole words a level means. See fold.h. */
#include <stdatomic.h>

#include "normalise/fold_vector.h"

#define REPEAT_8(byte) byte, byte, byte, byte, byte, byte, byte, byte
#define REPEAT(byte) {REPEAT_8(byte), REPEAT_8(byte), REPEAT_8(byte), REPEAT_8(byte)}

const fold_constants fold_constant = {
    .blank = REPEAT(FOLD_BLANK), .lead_two = REPEAT(0xC3), .lead_two_span = REPEAT(0xC6 - 0xC3), .lead_three = REPEAT(0xE1),
    .leads_from = REPEAT(0xC0), .lead_from = REPEAT(0xB8), .lead_base = REPEAT(0x70), .letter_bits = REPEAT(31),
    .tone_bits = REPEAT(7), .high_bit = REPEAT(0x80), .letter_a = REPEAT('a'), .letter_span = REPEAT('z' - 'a'),
    .case_bit = REPEAT('a' - 'A'), .letter_q = REPEAT('q'), .letter_g = REPEAT('g')};

static const uint8_t *fold_none(const uint8_t *at, const uint8_t *end, const fold_rules *rules,
                                fold_run *run) {
  (void)end, (void)rules;
  run->count = run->tone_count = 0;
  return at;
}

fold_words *fold_words_for(cpu_level level) {
  if (level == CPU_SCALAR) return fold_none;
#if defined(__x86_64__)
  bool has_bytes = __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
  if (level == CPU_AVX512 && cpu_level_supported(level) && has_bytes) return fold_words_avx512;
#endif
  return NULL;
}

static const uint8_t *choose_and_fold(const uint8_t *at, const uint8_t *end, const fold_rules *rules,
                                      fold_run *run);

/* Any thread that finds it unchosen chooses the same. */
static _Atomic(fold_words *) chosen = choose_and_fold;

fold_words *fold_words_chosen(void) { return atomic_load_explicit(&chosen, memory_order_relaxed); }

/* A KHOP_CPU that means nothing is reported where a run begins; until then letters will do. */
static const uint8_t *choose_and_fold(const uint8_t *at, const uint8_t *end, const fold_rules *rules,
                                      fold_run *run) {
  cpu_level level = CPU_SCALAR;
  khop_error ignored;
  fold_words *words = cpu_level_choose(&level, &ignored) == KHOP_OK ? fold_words_for(level) : NULL;
  if (!words) words = fold_none;
  atomic_store_explicit(&chosen, words, memory_order_relaxed);
  return words(at, end, rules, run);
}
