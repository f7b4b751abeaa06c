/* Keys of a typing method that stayed in the text, because the keyboard driver slept: telex (Nguyeenx), VNI
 * (Nguye6n4), VIQR (Nguye^~n).
 *
 * Telex writes with letters, so a word may also be foreign (Hans, Lee) or of a minority (Tor). A word is repaired
 * only when it is no syllable as written and the keys make exactly one of it, and the verdict says how much that
 * proves; what is not sure is left to the other words of the name (name_read.c). VNI and VIQR write with digits and
 * signs, which no name has.
 *
 *     telex   s f r x j   aa ee oo aw ow uw dd   z: no tone
 *     VNI     1 2 3 4 5   6 circumflex, 7 horn, 8 breve, 9 stroke
 *     VIQR    ' ` ? ~ .   ^ circumflex, + * horn, ( breve, dd
 */
#ifndef KHOP_NORMALISE_TYPING_H
#define KHOP_NORMALISE_TYPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "normalise/syllable_grammar.h"

enum { TYPING_KEYS_MAX = 12 }; /* letters of a word as typed; a longer one is none */

typedef enum typing_verdict {
  TYPING_NONE,
  TYPING_WEAK,   /* a final s, r, z: Mais; may be foreign or of a minority */
  TYPING_LIKELY, /* Vawn, Lee */
  TYPING_SURE    /* Nguyeenx, Thij, Dduwcs */
} typing_verdict;

/* One word of letter codes (fold.h). With any verdict but TYPING_NONE, `out` has the syllable, its tone in place. */
typing_verdict typing_telex(const uint8_t *codes, size_t count, uint8_t out[SYLLABLE_LETTERS_MAX], size_t *out_count);

typedef enum typing_method { TYPING_NO_METHOD, TYPING_VNI, TYPING_VIQR } typing_method;

/* Has the text a digit or sign of VNI or VIQR? Most names have none. */
bool typing_has_keys(const char *text, size_t length);
/* Writes the text with all such syllables repaired and says by which method; with TYPING_NO_METHOD nothing was
 * written: no key, a key that makes no syllable, or so few that they may be footnotes (An1). */
typing_method typing_keys(const char *text, size_t length, char *out, size_t capacity, size_t *out_length);

#endif
