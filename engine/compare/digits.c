/* See digits.h. */
#include "compare/digits.h"

enum { eight_digits = 100000000 };

/* Eight digits at once: two numbers of four digits side by side, then four of two, then each of those as two
 * digits. A quotient comes from a product that is exact for numbers of so few digits. */
static uint64_t pack_eight(uint64_t number) {
  uint64_t x = number % 10000 | number / 10000 << 32;
  uint64_t hundreds = (x * 10486 >> 20) & 0x7f0000007fu;
  x += hundreds * (65536 - 100);
  uint64_t tens = (x * 103 >> 10) & 0x000f000f000f000fu;
  x += tens * 6;
  x = (x | x >> 8) & 0x0000ffff0000ffffu;
  return (x | x >> 16) & 0xffffffffu;
}

uint64_t decimal_digits(uint64_t number, unsigned digits) {
  static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
                                    100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
                                    10000000000000000};
  if (digits > 16) digits = 16;
  uint64_t power = powers[digits], rest = 0;
  if (number >= power) {
    rest = number / power;
    number %= power;
  }
  uint64_t high = number / eight_digits;
  uint64_t packed = pack_eight(number - high * eight_digits);
  if (high) packed |= pack_eight(high) << 32;
  return digits < 16 ? packed | rest << (4 * digits) : packed;
}

static uint64_t digits_differing(uint64_t x, uint64_t y) {
  uint64_t differing = x ^ y;
  differing |= differing >> 1;
  return (differing | differing >> 2) & 0x1111111111111111u;
}

uint8_t digit_edits(uint64_t x, uint64_t y) {
  uint64_t places = digits_differing(x, y);
  unsigned count = (unsigned)__builtin_popcountll(places);
  if (count < 2) return (uint8_t)count;
  uint64_t swapped = places & places >> 4 & ~digits_differing(x, y >> 4) & ~digits_differing(x >> 4, y);
  while (swapped) {
    uint64_t lowest = swapped & -swapped;
    swapped &= ~(lowest | lowest << 4); /* a digit moves once */
    count--;
  }
  return (uint8_t)count;
}
