/* See arena.h. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { block_bytes = 16 << 10, piece_align = 16 };

struct arena_block {
  arena_block *before;
  size_t used, bytes;
  _Alignas(piece_align) char memory[];
};

static arena_block *add_block(arena *a, size_t bytes) {
  size_t room = bytes > block_bytes ? bytes : block_bytes;
  arena_block *block = mem_alloc(1, sizeof *block + room);
  if (!block) return NULL;
  *block = (arena_block){.before = a->last, .bytes = room};
  a->last = block;
  return block;
}

void *arena_alloc(arena *a, size_t count, size_t size) {
  size_t bytes;
  bool fits = !__builtin_mul_overflow(count, size, &bytes) && bytes < SIZE_MAX / 2;
  bytes = fits ? (bytes + piece_align - 1) / piece_align * piece_align : 0;
  arena_block *block = a->last;
  if (fits && (!block || block->bytes - block->used < bytes)) block = add_block(a, bytes);
  if (!fits || !block) {
    a->failed = true;
    return NULL;
  }
  void *piece = block->memory + block->used;
  block->used += bytes;
  return piece;
}

const char *arena_text(arena *a, const char *text, size_t length) {
  char *copy = arena_alloc(a, length + 1, 1);
  if (!copy) return "";
  if (length) memcpy(copy, text, length);
  return copy;
}

const char *arena_format(arena *a, const char *format, ...) {
  va_list list, again;
  va_start(list, format);
  va_copy(again, list);
  int length = vsnprintf(NULL, 0, format, list);
  char *text = length >= 0 ? arena_alloc(a, (size_t)length + 1, 1) : NULL;
  if (text) vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  va_end(list);
  return text ? text : "";
}

khop_status arena_check(const arena *a, khop_error *err) {
  return a->failed ? error_memory(err, block_bytes, "results") : KHOP_OK;
}

void arena_free(arena *a) {
  while (a->last) {
    arena_block *before = a->last->before;
    mem_free(a->last);
    a->last = before;
  }
  a->failed = false;
}
