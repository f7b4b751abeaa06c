/* How names stand in messages: clipped, harmless to a terminal, in lists that fit.
 *
 * Schema words and column names may be shown, because they are no personal data; but a file can
 * hold anything where a name should be, so what is shown is bounded.
 */
#ifndef KHOP_SCHEMA_WORDING_H
#define KHOP_SCHEMA_WORDING_H

#include <stdbool.h>
#include <stddef.h>

enum { WORDING_CLIP_LETTERS = 40, WORDING_LIST_BYTES = 560 };

/* Returned by value, so that `wording_show(...).text` can stand among the arguments of a message. */
typedef struct wording_clipped {
  char text[WORDING_CLIP_LETTERS * 4 + 4];
} wording_clipped;

/* At most 40 letters, then "..."; control characters become '?'. */
wording_clipped wording_clip(const char *text, size_t length);
wording_clipped wording_show(const char *text);

/* "a, b, c", ending in ", ..." when the rest did not fit. Starts zeroed but for `limit`: bytes of
 * text, where a message holds two lists; 0 is all there are. */
typedef struct wording_list {
  char text[WORDING_LIST_BYTES];
  size_t limit;
  size_t used;
  bool full;
} wording_list;

void wording_list_add(wording_list *list, const char *name);

#endif
