/* Output files that are whole or absent, and the text of a row straight into their buffer.
 *
 * A writer fills DIR/.NAME.tmp (mode 0600) and commit renames it to DIR/NAME. A row takes room,
 * writes through a gen_text, and gives back where it ended:
 *
 *     gen_text t = gen_writer_room(&w);         // GEN_ROW_BYTES_MAX bytes at least
 *     gen_put_text(&t, "KS00000001");
 *     gen_writer_take(&w, t);
 */
#ifndef KHOP_GEN_WRITER_H
#define KHOP_GEN_WRITER_H

#include <string.h>

#include "khop.h"

enum { GEN_ROW_BYTES_MAX = 8192 };

typedef struct gen_writer {
  int fd;           /* -1 when closed */
  int error_number; /* first failure, reported by commit */
  char *buffer;
  size_t used;
  char temporary_path[4096], final_path[4096];
} gen_writer;

typedef struct gen_text {
  char *at;
} gen_text;

/* Fills *err (unless NULL) and returns `status`. */
khop_status gen_fail(khop_error *err, khop_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Creates the directory and its parents, 0700. */
khop_status gen_directory_create(const char *path, khop_error *err);

khop_status gen_writer_open(gen_writer *w, const char *directory, const char *name, khop_error *err);
/* Writes the rest, syncs and renames. Reports what went wrong since open. */
khop_status gen_writer_commit(gen_writer *w, khop_error *err);
/* Drops the temporary file; safe on a zeroed, a committed and an abandoned writer. */
void gen_writer_abandon(gen_writer *w);

gen_text gen_writer_room(gen_writer *w);
static inline void gen_writer_take(gen_writer *w, gen_text t) { w->used = (size_t)(t.at - w->buffer); }

static inline void gen_put(gen_text *t, char c) { *t->at++ = c; }

static inline void gen_put_bytes(gen_text *t, const char *bytes, size_t length) {
  memcpy(t->at, bytes, length);
  t->at += length;
}

static inline void gen_put_text(gen_text *t, const char *text) { gen_put_bytes(t, text, strlen(text)); }

/* Decimal, with leading zeros up to `width`. */
static inline void gen_put_number(gen_text *t, uint64_t number, unsigned width) {
  char digits[24];
  size_t start = sizeof digits;
  do {
    digits[--start] = (char)('0' + number % 10);
    number /= 10;
  } while (number || sizeof digits - start < width);
  gen_put_bytes(t, digits + start, sizeof digits - start);
}

#endif
