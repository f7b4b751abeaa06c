/* An arena: small pieces of memory that go all at once.
 *
 *   block 16 KiB: | piece | piece | free ... |  ->  block before it  ->  ...
 *
 * For results made of many small parts (strings, short arrays), where freeing each would be a list of its own.
 * Not for rows or pairs: those have buffers.
 */
#ifndef KHOP_BASE_ARENA_H
#define KHOP_BASE_ARENA_H

#include "base/status.h"

typedef struct arena_block arena_block;

/* Starts zeroed. */
typedef struct arena {
  arena_block *last;
  bool failed; /* some piece was not to be had: ask once, at the end */
} arena;

/* count * size zeroed bytes, aligned for anything; NULL and `failed` when there is no memory. */
void *arena_alloc(arena *a, size_t count, size_t size);
/* A copy with a NUL behind it; "" when there is no memory. */
const char *arena_text(arena *a, const char *text, size_t length);
const char *arena_format(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* KHOP_ENVIRONMENT when a piece was not to be had. */
khop_status arena_check(const arena *a, khop_error *err);
/* Frees all pieces; the arena may be used again. */
void arena_free(arena *a);

#endif
