/* See wording.h. */
#include "schema/wording.h"

#include <string.h>

static bool is_continuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

wording_clipped wording_clip(const char *text, size_t length) {
  wording_clipped clipped = {{0}};
  size_t used = 0, letters = 0, at = 0;
  while (at < length && letters < WORDING_CLIP_LETTERS) {
    size_t end = at + 1;
    while (end < length && end - at < 4 && is_continuation((unsigned char)text[end])) end++;
    unsigned char first = (unsigned char)text[at];
    if (first < 0x20 || first == 0x7f) {
      clipped.text[used++] = '?';
    } else {
      memcpy(clipped.text + used, text + at, end - at);
      used += end - at;
    }
    letters++;
    at = end;
  }
  if (at < length) memcpy(clipped.text + used, "...", 3);
  return clipped;
}

wording_clipped wording_show(const char *text) { return wording_clip(text, strlen(text)); }

void wording_list_add(wording_list *list, const char *name) {
  static const char separator[] = ", ", more[] = ", ...";
  if (list->full) return;
  wording_clipped clipped = wording_show(name);
  size_t length = strlen(clipped.text);
  size_t limit = list->limit ? list->limit : sizeof list->text;
  if (list->used + sizeof separator + length + sizeof more > limit) {
    memcpy(list->text + list->used, more, sizeof more);
    list->full = true;
    return;
  }
  if (list->used) {
    memcpy(list->text + list->used, separator, sizeof separator);
    list->used += sizeof separator - 1;
  }
  memcpy(list->text + list->used, clipped.text, length + 1);
  list->used += length;
}
