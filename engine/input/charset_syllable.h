/* Do decoded words read as Vietnamese? Every accented one is judged by the grammar of syllables
 * (normalise/syllable_grammar.h). */
#ifndef KHOP_INPUT_CHARSET_SYLLABLE_H
#define KHOP_INPUT_CHARSET_SYLLABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum syllable_verdict {
  SYLLABLE_NO,
  SYLLABLE_YES,    /* every run of letters that has an accent or a foreign letter is a possible syllable */
  SYLLABLE_SIGNS   /* nothing but signs and ASCII letters */
} syllable_verdict;

/* `text` is UTF-8 in NFC. */
syllable_verdict syllable_judge(const char *text, size_t length);

#endif
