/* Memory, error texts, the stop signal, the instruction set: what every stage stands on. */
#include <errno.h>
#include <stdatomic.h>

#include "base/control.h"
#include "base/cpu.h"
#include "base/memory.h"
#include "core_support.h"

/* Requests that cannot be met are to come back as NULL, also from a sanitizer's allocator. */
#define SANITIZER_HOOK __attribute__((visibility("default"), used))
const char *__asan_default_options(void);
const char *__tsan_default_options(void);
SANITIZER_HOOK const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }
SANITIZER_HOOK const char *__tsan_default_options(void) { return "allocator_may_return_null=1"; }

/* ---- allocation ------------------------------------------------------------------------------ */

static bool all_zero(const void *memory, size_t bytes) {
  const uint8_t *byte = memory;
  for (size_t i = 0; i < bytes; i++) {
    if (byte[i]) return false;
  }
  return true;
}

static void allocation(void **unused) {
  (void)unused;
  uint64_t *numbers = mem_alloc(1000, sizeof *numbers);
  assert_non_null(numbers);
  assert_true(all_zero(numbers, 1000 * sizeof *numbers));
  numbers[999] = 7;
  assert_null(mem_resize(numbers, SIZE_MAX / 4, sizeof *numbers));
  assert_null(mem_resize(numbers, SIZE_MAX / 8 + 2, sizeof *numbers)); /* wraps around to 8 bytes */
  assert_int_equal(numbers[999], 7);
  numbers = mem_resize(numbers, 5000, sizeof *numbers);
  assert_non_null(numbers);
  assert_int_equal(numbers[999], 7);
  mem_free(numbers);
  assert_null(mem_alloc(SIZE_MAX / 8 + 2, 8));
  void *nothing = mem_alloc(0, 0);
  assert_non_null(nothing);
  mem_free(nothing);
  mem_free(NULL);
}

static void text_copies(void **unused) {
  (void)unused;
  char *copy = mem_copy_text("a\0b", 3);
  assert_memory_equal(copy, "a\0b\0", 4);
  mem_free(copy);
  copy = mem_copy_text(NULL, 0);
  assert_string_equal(copy, "");
  mem_free(copy);
}

static void array_growth(void **unused) {
  (void)unused;
  khop_error err = {0};
  uint32_t *array = NULL;
  size_t capacity = 0;
  must(array_reserve(&array, &capacity, 0, sizeof *array, "test", &err), &err);
  assert_int_equal(capacity, 0);
  for (size_t i = 0; i < 1000; i++) {
    size_t before = capacity;
    must(array_reserve(&array, &capacity, i + 1, sizeof *array, "test", &err), &err);
    assert_true(capacity >= i + 1 && (capacity == before || capacity == 64 || capacity == before * 2));
    array[i] = (uint32_t)i;
  }
  uint32_t *kept = array;
  for (size_t i = 0; i < 1000; i++) assert_int_equal(array[i], i);
  assert_int_equal(array_reserve(&array, &capacity, SIZE_MAX, sizeof *array, "test", &err), KHOP_ENVIRONMENT);
  assert_int_equal(array_reserve(&array, &capacity, SIZE_MAX / 3, sizeof *array, "test", &err), KHOP_ENVIRONMENT);
  assert_non_null(strstr(err.message, "out of memory"));
  assert_ptr_equal(array, kept);
  assert_int_equal(capacity, 1024);
  assert_int_equal(array[999], 999);
  mem_free(array);
}

/* ---- regions --------------------------------------------------------------------------------- */

static void regions(void **unused) {
  (void)unused;
  khop_error err = {0};
  region r;
  must(region_map(&r, 100000, "test", &err), &err);
  assert_true(all_zero(r.data, r.bytes));
  memset(r.data, 0x5A, 100000);
  must(region_resize(&r, 5000000, "test", &err), &err);
  assert_int_equal(r.bytes, 5000000);
  for (size_t i = 0; i < 100000; i++) assert_int_equal(((uint8_t *)r.data)[i], 0x5A);
  assert_true(all_zero((uint8_t *)r.data + 100000, 4900000));
  const region before = r;
  assert_int_equal(region_resize(&r, (size_t)1 << 60, "feature rows", &err), KHOP_ENVIRONMENT);
  assert_non_null(strstr(err.message, "feature rows"));
  assert_memory_equal(&r, &before, sizeof r);
  must(region_resize(&r, 50, "test", &err), &err);
  assert_int_equal(((uint8_t *)r.data)[49], 0x5A);
  must(region_resize(&r, 0, "test", &err), &err);
  assert_null(r.data);
  must(region_resize(&r, 4096, "test", &err), &err);
  assert_true(all_zero(r.data, 4096));
  region_unmap(&r);
  region_unmap(&r);
  assert_int_equal(region_map(&r, (size_t)1 << 60, "test", &err), KHOP_ENVIRONMENT);
  assert_true(r.data == NULL && r.bytes == 0);
  must(region_map(&r, 0, "test", &err), &err);
  region_unmap(&r);
}

static void memory_figures(void **unused) {
  (void)unused;
  uint64_t peak = memory_peak_bytes();
  assert_true(peak > 100000);
  assert_true(memory_available_bytes() > 1000000);
  khop_error err = {0};
  region r;
  const size_t bytes = (size_t)64 << 20;
  must(region_map(&r, bytes, "test", &err), &err);
  memset(r.data, 1, bytes);
  assert_true(memory_peak_bytes() >= bytes);
  region_unmap(&r);
  assert_true(memory_peak_bytes() >= bytes); /* of the past too */
}

/* ---- errors ---------------------------------------------------------------------------------- */

static void error_texts(void **unused) {
  (void)unused;
  khop_error err;
  assert_int_equal(error_set(&err, KHOP_INPUT, "%s: row %d", "people.csv", 12), KHOP_INPUT);
  assert_int_equal(err.status, KHOP_INPUT);
  assert_string_equal(err.message, "people.csv: row 12");
  assert_int_equal(error_set(NULL, KHOP_BUG, "lost"), KHOP_BUG);
  assert_int_equal(error_set(&err, KHOP_USAGE, "%2000d", 1), KHOP_USAGE);
  assert_int_equal(strlen(err.message), sizeof err.message - 1);
  assert_int_equal(error_memory(&err, 4096, "keys"), KHOP_ENVIRONMENT);
  assert_string_equal(err.message, "out of memory: 4096 bytes for keys");
}

static void system_errors(void **unused) {
  (void)unused;
  static const struct {
    int number;
    khop_status status;
    const char *message;
  } cases[] = {{ENOENT, KHOP_USAGE, "x: no such file or directory"},
               {EISDIR, KHOP_USAGE, "x: is a directory"},
               {ENOTDIR, KHOP_USAGE, "x: not a directory"},
               {ENOSPC, KHOP_ENVIRONMENT, "x: disk full"},
               {EDQUOT, KHOP_ENVIRONMENT, "x: disk quota exceeded"},
               {EFBIG, KHOP_ENVIRONMENT, "x: file size limit reached"},
               {ENOMEM, KHOP_ENVIRONMENT, "x: out of memory"},
               {EACCES, KHOP_ENVIRONMENT, "x: Permission denied"},
               {EIO, KHOP_ENVIRONMENT, "x: Input/output error"}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    khop_error err;
    assert_int_equal(error_system(&err, cases[i].number, "x"), cases[i].status);
    assert_int_equal(err.status, cases[i].status);
    assert_string_equal(err.message, cases[i].message);
  }
  khop_error err;
  assert_int_equal(error_system(&err, 123456, "x"), KHOP_ENVIRONMENT);
  assert_true(strlen(err.message) > 3);
}

/* ---- control --------------------------------------------------------------------------------- */

static void stop_signal(void **unused) {
  (void)unused;
  khop_error err = {0};
  assert_false(control_cancelled(NULL));
  must(control_check(NULL, &err), &err);
  khop_control *control = khop_control_create();
  assert_true(atomic_is_lock_free(&control->cancelled)); /* what makes it safe in a signal handler */
  must(control_check(control, &err), &err);
  khop_control_cancel(control);
  khop_control_cancel(control);
  assert_true(control_cancelled(control));
  assert_int_equal(control_check(control, &err), KHOP_INTERRUPTED);
  assert_int_equal(err.status, KHOP_INTERRUPTED);
  khop_control_free(control);
  khop_control_free(NULL);
}

/* ---- instruction sets ------------------------------------------------------------------------ */

static void cpu_levels(void **unused) {
  (void)unused;
  khop_error err = {0};
  const char *given = getenv("KHOP_CPU");
  char *saved = given ? mem_copy_text(given, strlen(given)) : NULL;
  cpu_level level;
  assert_true(cpu_level_supported(CPU_SCALAR));
  for (cpu_level l = CPU_SCALAR; l <= CPU_NEON; l++) {
    setenv("KHOP_CPU", cpu_level_name(l), 1);
    khop_status status = cpu_level_choose(&level, &err);
    assert_int_equal(status, cpu_level_supported(l) ? KHOP_OK : KHOP_USAGE);
    assert_int_equal(level, status == KHOP_OK ? l : CPU_SCALAR);
  }
  setenv("KHOP_CPU", "sse9", 1);
  assert_int_equal(cpu_level_choose(&level, &err), KHOP_USAGE);
  assert_non_null(strstr(err.message, "avx512"));
  cpu_level best[2];
  setenv("KHOP_CPU", "", 1);
  must(cpu_level_choose(&best[0], &err), &err);
  unsetenv("KHOP_CPU");
  must(cpu_level_choose(&best[1], &err), &err);
  assert_int_equal(best[0], best[1]);
  assert_true(cpu_level_supported(best[0]));
  for (cpu_level l = CPU_SCALAR; l <= CPU_NEON; l++) assert_true(!cpu_level_supported(l) || l <= best[0]);
  assert_true(cpu_count() >= 1);
  if (saved) setenv("KHOP_CPU", saved, 1);
  mem_free(saved);
}

/* ---- hashes ---------------------------------------------------------------------------------- */

/* They are in stores on disk: these values may never change. */
static void hash_values(void **unused) {
  (void)unused;
  assert_true(hash_bytes("", 0) == 0x2d06800538d394c2u);
  assert_true(hash_bytes("khop", 4) == hash_bytes_seeded("khop", 4, 0));
  assert_true(hash_bytes("khop", 4) != hash_bytes_seeded("khop", 4, 1));
  assert_true(hash_mix(0) == 0);
  uint64_t state = 0; /* splitmix64's published first outputs for seed 0 */
  assert_true(random_next(&state) == 0xe220a8397b1dcdafu);
  assert_true(random_next(&state) == 0x6e789e6aa1b965f4u);
  assert_true(hash_combine(1, 2) != hash_combine(2, 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(allocation),     cmocka_unit_test(text_copies),   cmocka_unit_test(array_growth),
      cmocka_unit_test(regions),       cmocka_unit_test(memory_figures),
      cmocka_unit_test(error_texts),    cmocka_unit_test(system_errors), cmocka_unit_test(stop_signal),
      cmocka_unit_test(cpu_levels),     cmocka_unit_test(hash_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
