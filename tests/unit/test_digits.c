/* Packed decimal digits against one digit after the other, and their edits against strings. */
#include "base/hash.h"
#include "compare/digits.h"
#include "core_support.h"

static uint64_t slow_digits(uint64_t number, unsigned digits) {
  uint64_t packed = 0;
  for (unsigned i = 0; i < digits; i++) {
    packed |= number % 10 << (4 * i);
    number /= 10;
  }
  return digits < 16 ? packed | number << (4 * digits) : packed;
}

static void check(uint64_t number, unsigned digits) {
  if (decimal_digits(number, digits) != slow_digits(number, digits)) print_error("%llu, %u digits\n", (unsigned long long)number, digits);
  assert_int_equal(decimal_digits(number, digits), slow_digits(number, digits));
}

static void every_count_of_digits(void **unused) {
  (void)unused;
  for (unsigned digits = 1; digits <= 16; digits++) {
    uint64_t power = 1, state = digits;
    for (unsigned i = 0; i <= 16; i++, power *= 10) {
      check(power - 1, digits);
      check(power, digits);
      check(power + 1, digits);
    }
    for (size_t i = 0; i < 20000; i++) check(random_next(&state) >> (9 + i % 55), digits);
  }
  assert_int_equal(decimal_digits(79301012345u, 12), 0x079301012345u);
  assert_int_equal(decimal_digits(12345678901234567u, 17), 0x2345678901234567u); /* 16 are kept */
}

/* All four-digit halves, which is where the products could be off by one. */
static void every_half(void **unused) {
  (void)unused;
  for (uint64_t half = 0; half < 10000; half++) {
    check(half, 8);
    check(half * 10000 + 9999 - half, 8);
    check(half * 1000000000000u + half, 16);
  }
}

static void edits(void **unused) {
  (void)unused;
  assert_int_equal(digit_edits(0x1234, 0x1234), 0);
  assert_int_equal(digit_edits(0x1234, 0x1235), 1);
  assert_int_equal(digit_edits(0x1234, 0x1243), 1);
  assert_int_equal(digit_edits(0x1234, 0x2143), 2);
  assert_int_equal(digit_edits(0x12120, 0x21210), 2); /* a digit moves once */
  assert_int_equal(digit_edits(0x1234, 0x2314), 3);
  assert_int_equal(digit_edits(0x1234, 0x4321), 3);   /* the middle swapped, the ends replaced */
  assert_int_equal(digit_edits(0, 0x9999999999999999u), 16);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_count_of_digits), cmocka_unit_test(every_half), cmocka_unit_test(edits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
