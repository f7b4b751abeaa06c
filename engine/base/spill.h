/* Bytes that do not fit the memory: one unlinked file, cut into extents that many streams share.
 *
 *   stream A --buffer--> [0]   [2]   [3]            file  [ A | B | A | A | B | .. ]
 *   stream B --buffer-->    [1]         [4]
 *
 * Each stream is written from its front to its end, through a buffer of one extent, and read anywhere. One file for all
 * of them: it has no name, so that nothing is left of it however the process ends, and extents of streams that
 * are no longer wanted are written again. One thread writes or discards at a time; any number reads what
 * spill_end has finished.
 */
#ifndef KHOP_BASE_SPILL_H
#define KHOP_BASE_SPILL_H

#include "base/memory.h"

enum { SPILL_EXTENT_BYTES = 1 << 17 };

typedef struct spill_file spill_file;

typedef struct spill_stream { /* starts zeroed */
  uint8_t *buffer;   /* one extent; NULL: nothing waits */
  size_t used;       /* bytes that wait in it */
  uint64_t bytes;    /* of the stream, those in the buffer included */
  uint32_t *extents; /* where they are in the file */
  size_t extent_count, extent_capacity;
} spill_stream;

/* A file without a name in `directory` (0600). Fails when it cannot be made there. */
khop_status spill_open(spill_file **out_file, const char *directory, khop_error *err);
/* Closes it, and its space is free. NULL is fine. */
void spill_close(spill_file *f);
/* What is expected to be written in all: a full disk is told with that number. */
void spill_expect(spill_file *f, uint64_t bytes);
uint64_t spill_written_bytes(const spill_file *f);
/* The most that it has taken on disk. */
uint64_t spill_disk_bytes(const spill_file *f);
/* Bytes that may still be written: those of discarded streams, and what the disk has free; UINT64_MAX where that is not known. */
uint64_t spill_room_bytes(const spill_file *f);

/* A full disk is KHOP_ENVIRONMENT "DIRECTORY: disk full: ...". */
khop_status spill_write(spill_file *f, spill_stream *s, const void *bytes, size_t length, khop_error *err);
/* Writes what waits and frees the buffer; the stream may be written further. */
khop_status spill_end(spill_file *f, spill_stream *s, khop_error *err);
/* Bytes offset <= i < offset + length of an ended stream. */
khop_status spill_read(const spill_file *f, const spill_stream *s, uint64_t offset, void *bytes, size_t length, khop_error *err);
/* Frees the stream, and its extents for others. A stream that was never written is fine. */
void spill_discard(spill_file *f, spill_stream *s);

#endif
