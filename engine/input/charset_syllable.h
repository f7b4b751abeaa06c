/* Is a word a possible Vietnamese syllable? The spelling is regular enough for a list of 28 initials and some
 * 170 rhymes to say so: onset, rhyme, at most one tone, and only two tones before a final c, ch, p, t. */
#ifndef KHOP_INPUT_CHARSET_SYLLABLE_H
#define KHOP_INPUT_CHARSET_SYLLABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYLLABLE_SLOTS = 1024 };

/* Initials and rhymes by their letter codes (fold.h), up to four in one number; open addressing. The first begin
 * with a consonant, the others with a vowel, so they share the table. */
typedef struct syllable_table {
  uint32_t parts[SYLLABLE_SLOTS];
} syllable_table;

void syllable_table_fill(syllable_table *table);

typedef enum syllable_verdict {
  SYLLABLE_NO,
  SYLLABLE_YES,    /* every run of letters that has an accent or a foreign letter is a possible syllable */
  SYLLABLE_SIGNS   /* nothing but signs and ASCII letters */
} syllable_verdict;

/* `text` is UTF-8 in NFC. */
syllable_verdict syllable_judge(const syllable_table *table, const char *text, size_t length);

#endif
