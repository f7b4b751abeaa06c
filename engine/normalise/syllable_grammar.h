/* Is a word a possible Vietnamese syllable? The spelling is regular enough for a list of 25 onsets and some 170
 * rhymes to say so: onset, rhyme, at most one tone, and only two tones before a final c, ch, p, t.
 *
 *     ng | uyê4 n   Nguyễn     onset ng, rhyme uyên, one tone
 *     ng | uyê  n x            no such rhyme: keys of a typing method that stayed in the text (typing.h)
 *
 * Words are letter codes of normalise/fold.h. */
#ifndef KHOP_NORMALISE_SYLLABLE_GRAMMAR_H
#define KHOP_NORMALISE_SYLLABLE_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYLLABLE_SLOTS = 512, SYLLABLE_LETTERS_MAX = 8 };

/* Onsets and rhymes without tones, up to four codes in one number; open addressing. The first begin with a consonant,
 * the others with a vowel, so they share a table. The plain one has them without accents. */
extern const uint32_t syllable_parts[SYLLABLE_SLOTS];
extern const uint32_t syllable_plain_parts[SYLLABLE_SLOTS];

/* With its accents. A word without a vowel is none. */
bool syllable_is_possible(const uint8_t *codes, size_t count);
/* Would it be with the right accents? Those it has do not matter: "duc", "tuân", "Nguyen". */
bool syllable_is_possible_plain(const uint8_t *codes, size_t count);

#endif
