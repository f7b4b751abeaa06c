/* Parcel codes of 2026: a GeoHash of twelve characters, five bits each, which halve longitude and latitude in
 * turn. Vietnam lies in cells w3, w6, w7, w9, wd, we, wk and ws. Base 32 without a, i, l and o (G. Niemeyer,
 * geohash.org, 2008). */
#include <string.h>

#include "normalise/identifier_read.h"

enum { LENGTH = 12 };

static const char alphabet[] = "0123456789bcdefghjkmnpqrstuvwxyz";

static void decode(const char *text, geohash_parts *out) {
  double low[2] = {-180, -90}, high[2] = {180, 90}; /* longitude, latitude */
  unsigned axis = 0;
  for (size_t i = 0; i < LENGTH; i++) {
    unsigned code = (unsigned)(strchr(alphabet, text[i]) - alphabet);
    for (int bit = 4; bit >= 0; bit--, axis ^= 1) {
      double middle = (low[axis] + high[axis]) / 2;
      if (code >> bit & 1) low[axis] = middle;
      else high[axis] = middle;
    }
  }
  out->longitude = (low[0] + high[0]) / 2;
  out->latitude = (low[1] + high[1]) / 2;
}

/* Lower case; o, i and l are not of the alphabet, so that they can only be slips. False: another character. */
static bool read_characters(const id_text *id, char *out, bool *slip) {
  for (size_t i = 0; i < LENGTH; i++) {
    char c = id->text[i];
    if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    *slip |= c == 'o' || c == 'i' || c == 'l';
    if (c == 'o') c = '0';
    if (c == 'i' || c == 'l') c = '1';
    if (strchr(alphabet, c) == NULL) return false;
    out[i] = c;
  }
  out[LENGTH] = 0;
  return true;
}

void geohash_take_apart(const char *text, size_t length, const identifier_context *context, identifier_parts *out) {
  (void)context;
  identifier_source source;
  if (!identifier_source_read(text, length, &source, out)) return;
  char code[LENGTH + 1];
  bool slip = false;
  out->repairs = source.repairs;
  if (source.id.length != LENGTH || !read_characters(&source.id, code, &slip)) {
    identifier_set_other(out, source.id.text);
    return;
  }
  if (slip) out->repairs |= IDENTIFIER_LETTERS_AS_DIGITS;
  out->kind = IDENTIFIER_IS_GEOHASH;
  identifier_set_canonical(out, code);
  decode(code, &out->geohash);
  if (code[0] != 'w' || strchr("3679deks", code[1]) == NULL) out->findings |= IDENTIFIER_OUTSIDE_VIETNAM;
}
