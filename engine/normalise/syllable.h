/* Syllables met before: a few thousand of them make all names, so a name is folded by three or four look-ups
 * instead of letter by letter, whose lengths of one to three bytes no branch predictor foresees.
 *
 *     text    N g u y ễ n | V ă n | A n        parted at its blanks, ASCII 0x20
 *     key     the bytes of a syllable, padded with zeros: one word; of 9 to 16 bytes the first and the last eight
 *     codes   n g U Y Ê4 n ' '                 with the blank behind, padded with zeros: one word
 *     plain   N G U Y E  N ' '
 *
 * The fold looks at nothing beyond a blank, so the folded syllables joined are the folded text. A syllable with sure
 * residue of telex is kept as repaired. What has more than seven codes, a character outside the fold's tables, a
 * digit, bracket or comma, or less sure residue, whose meaning the other words decide, is not kept, and a text with
 * such a syllable is read the usual way (name_read.h). Keys are compared whole: what a memory holds never changes a
 * result. A key ends in zeros only where the text has NULs, which are blanks to names, or ends.
 *
 * A syllable of at most eight bytes has one place, so that the walk compares one key and has no way to choose. One whose
 * place another has stands among the long ones, and is found in more steps: 1 of 100 in a register.
 *
 * 304 KB, of which a register of Vietnamese names uses a third, of these a few lines most of the time. One a thread. */
#ifndef KHOP_NORMALISE_SYLLABLE_H
#define KHOP_NORMALISE_SYLLABLE_H

#include "normalise/fold.h"

enum {
  SYLLABLE_PLACE_BITS = 13,
  SYLLABLE_OTHER_SET_BITS = 9,
  SYLLABLE_BYTES_MAX = 16,
  SYLLABLE_CODES_MAX = 7,
  SYLLABLE_TEXT_MAX = 56,
  SYLLABLES_UNKNOWN = 255
};

/* Half a cache line. All zero: one of no bytes, or a free place. */
typedef struct syllable {
  uint64_t key, letters[2], count; /* the codes and the plain letters, side by side */
} syllable;

/* Long, or another has its place. */
typedef struct other_syllable {
  uint64_t end, bytes; /* `end`: the last eight bytes of a long one, else 0; bytes 0: free */
  syllable folded;
} other_syllable;

/* A name before name_settle. A blank may stand behind it, and room is for the last words that are written and for
 * text_value_set_name. */
typedef struct syllable_letters {
  _Alignas(64) uint8_t codes[SYLLABLE_TEXT_MAX + 8];
  uint8_t plain[SYLLABLE_TEXT_MAX + 8 + TEXT_LETTERS_MAX];
  size_t count; /* SYLLABLES_UNKNOWN: name_read is to be asked */
} syllable_letters;

typedef void syllables_folder(syllable_memory *memory, const name_text *names, size_t count, syllable_letters *out);

/* All zero at first. */
struct syllable_memory {
  syllable places[1 << SYLLABLE_PLACE_BITS]; /* the first is of no bytes */
  other_syllable others[1 << SYLLABLE_OTHER_SET_BITS][2];
  syllables_folder *fold; /* of the level that is chosen */
  unsigned next_victim;   /* of a set, the one that goes */
  unsigned found_beside;  /* how often a short one was found among the others */
};

/* Of the level that the machine or KHOP_CPU chooses. */
syllables_folder *syllables_folder_chosen(void);

/* The letters of `count` names. NAME_READABLE bytes behind each may be read. */
static inline void syllables_fold(syllable_memory *memory, const name_text *names, size_t count, syllable_letters *out) {
  if (!memory->fold) memory->fold = syllables_folder_chosen();
  memory->fold(memory, names, count, out);
}

/* The way of a level; NULL when this machine lacks it. */
syllables_folder *syllables_folder_for(cpu_level level);
syllables_folder syllables_fold_avx2; /* only where syllables_folder_for gives it */

#endif
