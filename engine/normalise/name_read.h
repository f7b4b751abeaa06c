/* One name from its bytes to canonical letters, with notes of what was found and done on the way.
 *
 *     text ─typing_keys─> text ─fold─> codes with ( ) , ─typing_telex─> words ─brackets, comma─> ─titles, order─> name
 *
 * The hot way (syllable.h) folds syllables from memory and skips all but the last step: what any other step may
 * change is never remembered, so such names come here. */
#ifndef KHOP_NORMALISE_NAME_READ_H
#define KHOP_NORMALISE_NAME_READ_H

#include "normalise/name_words.h"
#include "normalise/typing.h"

enum { NAME_NOTE_MAX = 48, NAME_SETTLED_MIN = 8 };

typedef struct name_notes {
  bool telex, title, reordered, newborn, missing;
  typing_method method;
  size_t comma_words; /* words before the only comma, 0: there is none */
  size_t note_count;  /* codes of what stood in brackets or behind "tức" */
  uint8_t note[NAME_NOTE_MAX];
} name_notes;

/* Repairs telex words that need no look at others, in place. False when a word of the run has to be judged with the
 * others, or says how the name is built: "tức". */
bool name_repair_alone(fold_run *run);

/* Puts words[..at) of the run behind the rest; run->codes[at - 1] is a blank. */
void name_rotate(fold_run *run, size_t at);

/* At the first letter & 31 a bit for each second letter (& 31) of a title, a newborn, a placeholder or "x". */
extern const uint32_t name_front_letters[32];
/* May a name whose first word begins so have anything of this? Hoàng has not: of HO the word alone is a title. */
static inline bool name_front_may_go(uint8_t first, uint8_t second, bool is_whole_word) {
  return name_front_letters[first & 31] >> (second & 31) & 1 && (is_whole_word || first != 'H');
}

static inline uint32_t name_four_letters(const uint8_t *letters) {
  uint32_t four;
  __builtin_memcpy(&four, letters, 4);
  return four;
}

/* Ends in "Thị" or "Văn", which only a name does that is cut off or turned. */
static inline bool name_ends_in_middle_word(const uint8_t *codes, size_t count) {
  static const uint8_t van[4] = {FOLD_BLANK, 'v', FOLD_VOWEL + 8, 'n'};
  static const uint8_t thi[4] = {FOLD_BLANK, 't', 'h', FOLD_VOWEL + 5 * 8 + 5};
  if (count < 8) return false;
  uint32_t last = name_four_letters(codes + count - 4);
  return last == name_four_letters(thi) || last == name_four_letters(van);
}

void name_settle_rest(fold_run *run, name_notes *notes);

/* Nearly all names begin with two letters that no title, placeholder or newborn begins with and end in neither Thị nor Văn,
 * and are done after two looks. */
static inline bool name_is_settled(const uint8_t *codes, const uint8_t *plain, size_t count) {
  return count >= NAME_SETTLED_MIN && !name_front_may_go(plain[0], plain[1], plain[2] == ' ') && !name_ends_in_middle_word(codes, count);
}

/* Titles, placeholders, newborns, order: the last step, in place; nothing is left of a missing name. `notes` may be
 * NULL. */
static inline void name_settle(fold_run *run, name_notes *notes) {
  if (!name_is_settled(run->codes, run->plain, run->count)) name_settle_rest(run, notes);
}

/* All steps. At most FOLD_SPAN_BYTES of text. */
void name_read(const char *text, size_t length, fold_run *run, name_notes *notes);

#endif
