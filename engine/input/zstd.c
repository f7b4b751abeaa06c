/* zstd: frames one behind the other are one text; skippable frames are skipped by the library. */
#include <zstd.h>

#include "input/reader.h"

static bool zstd_recognise(const unsigned char *start, size_t bytes) {
  if (bytes < 4) return false;
  bool is_frame = start[0] == 0x28 && start[1] == 0xb5 && start[2] == 0x2f && start[3] == 0xfd;
  bool is_skippable = (start[0] & 0xf0) == 0x50 && start[1] == 0x2a && start[2] == 0x4d && start[3] == 0x18;
  return is_frame || is_skippable;
}

static khop_status zstd_open(reader *r, khop_error *err) {
  r->state = ZSTD_createDStream();
  return r->state ? KHOP_OK : error_memory(err, 1 << 17, "zstd input");
}

static khop_status zstd_read(reader *r, char *text, size_t capacity, size_t *out_bytes, khop_error *err) {
  ZSTD_outBuffer out = {.dst = text, .size = capacity};
  *out_bytes = 0;
  while (out.pos == 0) {
    TRY(reader_fill_raw(r, err));
    /* At the end of the file the decoder may still hold text that did not fit before. */
    if (r->raw_ended && !r->in_frame) return KHOP_OK;
    bool was_ended = r->raw_ended;
    ZSTD_inBuffer in = {.src = r->raw + r->raw_start, .size = r->raw_end - r->raw_start};
    size_t hint = ZSTD_decompressStream(r->state, &out, &in);
    reader_use_raw(r, in.pos);
    if (ZSTD_isError(hint)) return reader_corrupt(r, err);
    r->in_frame = hint != 0;
    if (was_ended && out.pos == 0 && r->in_frame) return reader_truncated(r, err);
  }
  *out_bytes = out.pos;
  return KHOP_OK;
}

static void zstd_close(reader *r) {
  ZSTD_freeDStream(r->state);
  r->state = NULL;
}

const reader_codec reader_codec_zstd = {
    .name = "zstd",
    .recognise = zstd_recognise,
    .open = zstd_open,
    .read = zstd_read,
    .close = zstd_close,
};
