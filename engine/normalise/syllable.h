/* Syllables met before: a few thousand of them make all names, so a name is folded by three or four look-ups
 * instead of letter by letter, whose lengths of one to three bytes no branch predictor foresees.
 *
 *     text    N g u y ễ n | V ă n | A n        parted at its blanks, ASCII 0x20
 *     key     the bytes of a syllable, at most 15, padded with zeros: two words, low and high
 *     codes   n g U Y Ê4 n ' '                 with the blank behind, padded with zeros: one word
 *     plain   N G U Y E  N ' '
 *
 * The fold looks at nothing beyond a blank, so the folded syllables joined are the folded text. A syllable with sure
 * residue of telex is kept as repaired. What has more than seven codes, a character outside the fold's tables, a
 * digit, bracket or comma, or less sure residue, whose meaning the other words decide, is not kept, and a text with
 * such a syllable is read the usual way (name_read.h). Keys are compared whole: what a memory holds never changes a
 * result.
 *
 * 64 KB, of which a register of Vietnamese names uses some 30. One a thread. */
#ifndef KHOP_NORMALISE_SYLLABLE_H
#define KHOP_NORMALISE_SYLLABLE_H

#include "normalise/fold.h"

enum { SYLLABLE_SETS = 1024, SYLLABLE_KEY_MAX = 15, SYLLABLE_CODES_MAX = 7, SYLLABLE_TEXT_MAX = 64 };

typedef struct syllable {
  uint64_t low, high; /* its bytes; 0: free */
  uint64_t codes, plain;
} syllable;

/* All zero at first. */
struct syllable_memory {
  syllable sets[SYLLABLE_SETS][2];
  unsigned next_victim; /* the place of a set that the next new syllable takes */
};

/* The letters of a name before name_settle. False when name_read is to be asked. */
bool syllables_fold(syllable_memory *memory, const char *text, size_t length, fold_run *run);

#endif
