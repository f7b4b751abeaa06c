/* Numbers by their decimal digits, four bits each, the last digit lowest: what identifiers and dates are
 * compared as. */
#ifndef KHOP_COMPARE_DIGITS_H
#define KHOP_COMPARE_DIGITS_H

#include <stdint.h>

/* The last `digits` digits of a number, and above them the rest of it as it is (a passport's letter); with 16
 * digits or more there is no room for a rest. */
uint64_t decimal_digits(uint64_t number, unsigned digits);

/* Edits between digit strings of one length: replaced digits, neighbours swapped as one. Identifiers
 * have a fixed length, so nothing shifts. */
uint8_t digit_edits(uint64_t x, uint64_t y);

#endif
