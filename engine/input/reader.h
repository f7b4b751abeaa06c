/* A stream of bytes from a file or from standard input, decompressed on the way.
 *
 *   file ── read(2) ──> raw buffer ── gzip, zstd ──> the caller's buffer
 *                 └──────────── plain ────────────>
 *
 * Never mapped: mapped pages of the file count against a memory budget, and a file that shrinks
 * under a mapping ends the process.
 */
#ifndef KHOP_INPUT_READER_H
#define KHOP_INPUT_READER_H

#include <sys/types.h>
#include <time.h>

#include "base/control.h"
#include "base/memory.h"
#include "base/status.h"

typedef struct reader reader;

/* One compression: its name, how its files begin, and how to undo it. */
typedef struct reader_codec {
  const char *name;
  bool (*recognise)(const unsigned char *start, size_t bytes);
  khop_status (*open)(reader *r, khop_error *err);
  /* Up to `capacity` bytes of text; 0 at the end. */
  khop_status (*read)(reader *r, char *text, size_t capacity, size_t *out_bytes, khop_error *err);
  void (*close)(reader *r);
} reader_codec;

extern const reader_codec reader_codec_gzip, reader_codec_zstd;
/* No compression: text of two bytes a character, which leaves as UTF-8. */
extern const reader_codec reader_codec_utf16;

/* Tells whether a path still names the same file with the same content. */
typedef struct reader_identity {
  dev_t device;
  ino_t inode;
  off_t size_bytes;
  struct timespec modified;
} reader_identity;

struct reader {
  const char *label; /* for messages: the path, or "stdin"; borrowed */
  int fd;
  const khop_control *control; /* may be NULL; borrowed */
  bool is_regular;     /* an ordinary file, which can be opened again */
  uint64_t size_bytes; /* of an ordinary file, else 0 */
  reader_identity identity;
  const reader_codec *codec;
  unsigned char *raw; /* bytes of the file; raw_start..raw_end are not used yet */
  size_t raw_start, raw_end;
  bool raw_ended;
  uint64_t raw_offset; /* of raw_start in the file: progress, and the place of damage */
  void *state;         /* the codec's */
  bool in_frame;       /* the codec is inside a compressed member, whose end is still to come */
};

/* `path` "-" is standard input, which stays open when the reader closes. The path is borrowed. A pipe
 * may keep this and every read waiting; once `control` is cancelled they end with KHOP_INTERRUPTED. */
khop_status reader_open(reader *r, const char *path, const khop_control *control, khop_error *err);
/* Fills `text` as far as the stream goes: fewer than `capacity` bytes only at its end. */
khop_status reader_read(reader *r, char *text, size_t capacity, size_t *out_bytes, khop_error *err);
/* An ordinary file without compression? Then reader_read_at reads up to `capacity` bytes at any place of it, and the
 * stream stays where it is. */
bool reader_is_anywhere(const reader *r);
khop_status reader_read_at(const reader *r, uint64_t offset, char *text, size_t capacity, size_t *out_bytes,
                           khop_error *err);
/* Safe on a zeroed reader with fd -1, and twice. */
void reader_close(reader *r);

/* For codecs: more raw bytes, when there are none; raw_ended tells the end of the file. */
khop_status reader_fill_raw(reader *r, khop_error *err);
/* For codecs: `bytes` raw bytes are used. */
void reader_use_raw(reader *r, size_t bytes);
/* For codecs: the file ends too early, or does not follow its format. */
khop_status reader_truncated(const reader *r, khop_error *err);
khop_status reader_corrupt(const reader *r, khop_error *err);

#endif
