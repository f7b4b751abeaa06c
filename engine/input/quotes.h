/* Quotes without branches, for 64 bytes of text at a time: bit i of a mask stands for byte i.
 *
 *   text         a , " b , c " , d \n
 *   quotes           1       1
 *   inside           1 1 1 1              parity: from an opening quote to before its closing one
 *   ends           1           1   1      delimiters and line feeds that are not inside
 *
 * Parity is right as long as each opening quote is the first byte of its field and behind each closing
 * one the field ends, or a second quote makes them a doubled one. Where a quote stands otherwise
 * ("5" pipe", blanks around a quoted field), `odd` has a bit, and what lies behind has no meaning: such
 * rows are for a walk byte by byte. CR before LF behind a closing quote is usual.
 *
 * After Langdale and Lemire, "Parsing gigabytes of JSON per second", VLDB Journal 28, 2019, section 3.1.
 */
#ifndef KHOP_INPUT_QUOTES_H
#define KHOP_INPUT_QUOTES_H

#include <stdint.h>

/* Where some bytes are among 64. */
typedef struct quote_masks {
  uint64_t delimiters, quotes, line_feeds;
} quote_masks;

/* What the byte before says about the next one, as bits 0 but for `inside`. */
typedef struct quote_walk {
  uint64_t inside;  /* all bits set inside quotes, else 0 */
  uint64_t is_mark; /* it is a delimiter, a quote, a line feed, or there is none: a quote may open here */
  uint64_t closes;  /* it is a closing quote */
} quote_walk;

static const quote_walk quote_walk_start = {.is_mark = 1};

typedef struct quote_view {
  uint64_t inside, ends;
  uint64_t doubled; /* the second of two quotes inside quotes */
  uint64_t odd;
} quote_view;

/* Bit i: the parity of bits 0 to i. */
static inline uint64_t quote_parity(uint64_t bits) {
  for (unsigned step = 1; step < 64; step *= 2) bits ^= bits << step;
  return bits;
}

/* scan.c: `odd` without the CRs before LFs. text[64] must be readable. */
uint64_t quote_odd_but_returns(const char *text, uint64_t odd);

/* The next 64 bytes; moves the walk behind them. */
static inline quote_view quote_walk_on(quote_walk *walk, const char *text, const quote_masks *masks) {
  quote_view view;
  uint64_t field_ends = masks->delimiters | masks->line_feeds, marks = field_ends | masks->quotes;
  view.inside = quote_parity(masks->quotes) ^ walk->inside;
  view.ends = field_ends & ~view.inside;
  uint64_t opening = masks->quotes & view.inside, closing = masks->quotes & ~view.inside;
  uint64_t behind_mark = marks << 1 | walk->is_mark, behind_closing = closing << 1 | walk->closes;
  view.doubled = opening & behind_closing;
  view.odd = (opening & ~behind_mark) | (behind_closing & ~marks);
  if (view.odd) view.odd = quote_odd_but_returns(text, view.odd);
  walk->inside = 0 - (view.inside >> 63);
  walk->is_mark = marks >> 63;
  walk->closes = closing >> 63;
  return view;
}

#endif
