/* A file that says when it is damaged: what a run writes for the one that goes on from it.
 *
 *   piece_writer w;                                   piece_reader r;
 *   TRY(piece_create(&w, "dir", "rows", err));        TRY(piece_open(&r, "dir", "rows", seal, err));  // all of it is checked
 *   piece_number(&w, count);                          TRY(piece_take_number(&r, &count, err));
 *   piece_put(&w, items, count * sizeof *items);      TRY(piece_take(&r, items, count * sizeof *items, err));
 *   piece_seal seal = piece_end(&w);                  piece_close(&r);
 *   TRY(piece_commit(&w, err));
 *
 * Numbers are those of the machine. Whoever keeps the seal elsewhere knows the piece again.
 */
#ifndef KHOP_BASE_PIECE_H
#define KHOP_BASE_PIECE_H

#include "base/file.h"

typedef struct piece_seal {
  uint64_t bytes, hash;
} piece_seal;

typedef struct piece_writer {
  outfile file;
  void *hash;
} piece_writer;

khop_status piece_create(piece_writer *w, const char *directory, const char *name, khop_error *err);
/* Failures are kept until piece_commit. */
void piece_put(piece_writer *w, const void *bytes, size_t length);
void piece_number(piece_writer *w, uint64_t number);
/* Nothing follows. */
piece_seal piece_end(piece_writer *w);
/* Flushes, syncs, and gives the piece its name; any thread. */
khop_status piece_commit(piece_writer *w, khop_error *err);
/* Removes what was not committed; safe twice, and of a writer that is all zero. */
void piece_abandon(piece_writer *w);

typedef struct piece_reader {
  int fd;
  char *path;
  uint8_t *buffer;
  size_t at, filled;   /* in the buffer */
  uint64_t left;       /* bytes of the piece behind it */
} piece_reader;

/* KHOP_INPUT: it is missing, shorter, longer or not what it was. */
khop_status piece_open(piece_reader *r, const char *directory, const char *name, piece_seal seal, khop_error *err);
/* KHOP_INPUT when there are not so many bytes. */
khop_status piece_take(piece_reader *r, void *bytes, size_t length, khop_error *err);
khop_status piece_take_number(piece_reader *r, uint64_t *out_number, khop_error *err);
/* A number that `most` bounds. */
khop_status piece_take_count(piece_reader *r, uint64_t most, size_t *out_count, khop_error *err);
/* Safe twice, and of a reader that is all zero but for an fd of -1. */
void piece_close(piece_reader *r);

#endif
