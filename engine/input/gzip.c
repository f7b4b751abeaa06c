/* gzip through zlib: members one behind the other are one text, as gzip itself has it. */
#include <string.h>
#include <zlib.h>

#include "input/reader.h"

enum { window_bits_gzip = 15 + 16 };

static bool gzip_recognise(const unsigned char *start, size_t bytes) {
  return bytes >= 2 && start[0] == 0x1f && start[1] == 0x8b;
}

static khop_status gzip_open(reader *r, khop_error *err) {
  z_stream *stream = mem_alloc(1, sizeof *stream);
  if (!stream) return error_memory(err, sizeof *stream, "gzip input");
  if (inflateInit2(stream, window_bits_gzip) != Z_OK) {
    mem_free(stream);
    return error_memory(err, 1 << 15, "gzip input");
  }
  r->state = stream;
  r->in_frame = true;
  return KHOP_OK;
}

/* Between members: another one, or zeros that fill the last block of a tape, or the end. */
static khop_status next_member(reader *r, bool *out_ended, khop_error *err) {
  *out_ended = false;
  for (;;) {
    TRY(reader_fill_raw(r, err));
    if (r->raw_ended) {
      *out_ended = true;
      return KHOP_OK;
    }
    if (r->raw[r->raw_start] == 0x1f) break;
    if (r->raw[r->raw_start] != 0) return reader_corrupt(r, err);
    reader_use_raw(r, 1);
  }
  inflateReset(r->state);
  r->in_frame = true;
  return KHOP_OK;
}

/* One call of zlib on what there is. */
static khop_status inflate_some(reader *r, char *text, size_t capacity, size_t *out_bytes, khop_error *err) {
  z_stream *stream = r->state;
  size_t available = r->raw_end - r->raw_start;
  stream->next_in = r->raw + r->raw_start;
  stream->avail_in = (uInt)available;
  stream->next_out = (unsigned char *)text;
  stream->avail_out = (uInt)capacity;
  int result = inflate(stream, Z_NO_FLUSH);
  reader_use_raw(r, available - stream->avail_in);
  *out_bytes = capacity - stream->avail_out;
  if (result == Z_STREAM_END) r->in_frame = false;
  if (result == Z_MEM_ERROR) return error_memory(err, 1 << 15, "gzip input");
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return reader_corrupt(r, err);
  return KHOP_OK;
}

static khop_status gzip_read(reader *r, char *text, size_t capacity, size_t *out_bytes, khop_error *err) {
  enum { capacity_max = 1 << 30 }; /* zlib counts in unsigned int */
  if (capacity > capacity_max) capacity = capacity_max;
  *out_bytes = 0;
  while (*out_bytes == 0) {
    if (!r->in_frame) {
      bool ended;
      TRY(next_member(r, &ended, err));
      if (ended) return KHOP_OK;
    }
    TRY(reader_fill_raw(r, err));
    if (r->raw_ended) return reader_truncated(r, err);
    TRY(inflate_some(r, text, capacity, out_bytes, err));
  }
  return KHOP_OK;
}

static void gzip_close(reader *r) {
  if (r->state) inflateEnd(r->state);
  mem_free(r->state);
  r->state = NULL;
}

const reader_codec reader_codec_gzip = {
    .name = "gzip",
    .recognise = gzip_recognise,
    .open = gzip_open,
    .read = gzip_read,
    .close = gzip_close,
};
