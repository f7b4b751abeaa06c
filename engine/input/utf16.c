/* UTF-16, as Excel's "Unicode text" and old editors save it: a byte order mark tells it, UTF-8 without a mark leaves.
 * What is half a pair of surrogates becomes U+FFFD, as everywhere. */
#include <utf8proc.h>

#include "input/reader.h"

typedef struct utf16 {
  bool is_big;              /* the high byte of a unit comes first */
  uint32_t high;            /* the first half of a pair whose second is still to come; 0: none */
  unsigned char bytes[8];   /* UTF-8 that is made and not handed out: given..made */
  unsigned made, given;
} utf16;

enum { replacement = 0xfffd };

static bool utf16_recognise(const unsigned char *start, size_t bytes) {
  if (bytes < 2) return false;
  if (start[0] == 0xfe && start[1] == 0xff) return true;
  bool is_utf32 = bytes >= 4 && start[2] == 0 && start[3] == 0;
  return start[0] == 0xff && start[1] == 0xfe && !is_utf32;
}

static khop_status utf16_open(reader *r, khop_error *err) {
  utf16 *u = mem_alloc(1, sizeof *u);
  if (!u) return error_memory(err, sizeof *u, "UTF-16 input");
  u->is_big = r->raw[r->raw_start] == 0xfe;
  reader_use_raw(r, 2);
  r->state = u;
  return KHOP_OK;
}

static void add_character(utf16 *u, uint32_t c) { u->made += (unsigned)utf8proc_encode_char((utf8proc_int32_t)c, u->bytes + u->made); }

/* One unit more; at the end of the text what is left of a pair. */
static void add_unit(utf16 *u, uint32_t unit) {
  bool is_low = unit >= 0xdc00 && unit < 0xe000, is_high = unit >= 0xd800 && unit < 0xdc00;
  uint32_t high = u->high;
  u->made = u->given = u->high = 0;
  if (high && is_low) {
    add_character(u, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
    return;
  }
  if (high) add_character(u, replacement);
  if (is_high) u->high = unit;
  else add_character(u, is_low ? replacement : unit);
}

static khop_status next_unit(reader *r, uint32_t *out_unit, bool *out_ended, khop_error *err) {
  const utf16 *u = r->state;
  unsigned char bytes[2];
  *out_ended = false;
  for (int i = 0; i < 2; i++) {
    TRY(reader_fill_raw(r, err));
    if (r->raw_ended && i > 0) return error_set(err, KHOP_INPUT, "%s: truncated UTF-16 text: half a character at its end", r->label);
    if (r->raw_ended) {
      *out_ended = true;
      return KHOP_OK;
    }
    bytes[i] = r->raw[r->raw_start];
    reader_use_raw(r, 1);
  }
  *out_unit = (uint32_t)bytes[u->is_big ? 0 : 1] << 8 | bytes[u->is_big ? 1 : 0];
  return KHOP_OK;
}

static khop_status utf16_read(reader *r, char *text, size_t capacity, size_t *out_bytes, khop_error *err) {
  utf16 *u = r->state;
  *out_bytes = 0;
  while (*out_bytes < capacity) {
    if (u->given < u->made) {
      text[(*out_bytes)++] = (char)u->bytes[u->given++];
      continue;
    }
    uint32_t unit = 0;
    bool ended;
    TRY(next_unit(r, &unit, &ended, err));
    if (!ended) {
      add_unit(u, unit);
      continue;
    }
    if (!u->high) return KHOP_OK;
    u->high = u->made = u->given = 0;
    add_character(u, replacement);
  }
  return KHOP_OK;
}

static void utf16_close(reader *r) {
  mem_free(r->state);
  r->state = NULL;
}

const reader_codec reader_codec_utf16 = {
    .name = "none",
    .recognise = utf16_recognise,
    .open = utf16_open,
    .read = utf16_read,
    .close = utf16_close,
};
