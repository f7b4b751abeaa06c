/* UTF-8 to NFC. Nearly all text is composed already and is only copied; a letter with marks behind it, and what
 * lies outside the Latin blocks, goes through utf8proc in short runs that begin with a letter. */
#include <string.h>
#include <utf8proc.h>

#include "input/charset_tables.h"
#include "input/utf8.h"

enum {
  RUN_POINTS = 48,     /* a run ends at the first letter behind so many characters */
  RUN_POINTS_MAX = 96, /* so many marks on one letter are no text */
  RUN_DECOMPOSED_MAX = 4 * RUN_POINTS_MAX /* the longest canonical decomposition has four characters */
};

static size_t point_bytes(uint8_t lead) { return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4; }

/* ASCII, U+00A0 to U+02FF, U+1E80 to U+1EFF: NFC keeps them, and none joins the letter before. */
static bool is_stable(const uint8_t *at) {
  if (*at < 0xcc) return true;
  return *at == 0xe1 && at[1] >= 0xba && at[1] <= 0xbb;
}

static bool joins_letter_before(utf8proc_int32_t point) {
  if (point >= 0x1160 && point <= 0x11ff) return true; /* Hangul vowels and finals */
  utf8proc_category_t category = utf8proc_category(point);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
}

/* The end of the run at text[start]: before the next stable character behind its first, or a letter when it has
 * got long. 0: too long without one. */
static size_t run_end(const uint8_t *text, size_t start, size_t length) {
  size_t at = start + point_bytes(text[start]);
  for (size_t points = 1; at < length && !is_stable(text + at); points++) {
    utf8proc_int32_t point;
    if (points >= RUN_POINTS) {
      if (utf8proc_iterate(text + at, (utf8proc_ssize_t)(length - at), &point) <= 0) return 0;
      if (!joins_letter_before(point)) return at;
      if (points >= RUN_POINTS_MAX) return 0;
    }
    at += point_bytes(text[at]);
  }
  return at;
}

static size_t compose(const uint8_t *run, size_t bytes, char *out) {
  utf8proc_int32_t points[RUN_DECOMPOSED_MAX];
  utf8proc_option_t options = (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  utf8proc_ssize_t count = utf8proc_decompose(run, (utf8proc_ssize_t)bytes, points, RUN_DECOMPOSED_MAX, options);
  if (count <= 0 || count > RUN_DECOMPOSED_MAX) return 0;
  count = utf8proc_normalize_utf32(points, count, options);
  size_t written = 0;
  for (utf8proc_ssize_t i = 0; i < count; i++) {
    written += (size_t)utf8proc_encode_char(points[i], (utf8proc_uint8_t *)out + written);
  }
  return written;
}

bool charset_decode_utf8(const char *text, size_t length, char *out, size_t *out_written) {
  const uint8_t *bytes = (const uint8_t *)text;
  size_t copied = 0, written = 0, letter = 0; /* letter: where the last character began */
  *out_written = 0;
  if (utf8_find_bad(text, 0, length) < length) return false;
  for (size_t at = 0; at < length;) {
    if (is_stable(bytes + at)) {
      letter = at;
      at += point_bytes(bytes[at]);
      continue;
    }
    memcpy(out + written, text + copied, letter - copied);
    written += letter - copied;
    at = run_end(bytes, letter, length);
    size_t composed = at > 0 ? compose(bytes + letter, at - letter, out + written) : 0;
    if (composed == 0) return false;
    written += composed;
    copied = letter = at;
  }
  memcpy(out + written, text + copied, length - copied);
  *out_written = written + length - copied;
  return true;
}
