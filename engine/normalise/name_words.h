/* Words that names are made of, and what they tell: surnames, titles, clans. Words of a fold_run. */
#ifndef KHOP_NORMALISE_NAME_WORDS_H
#define KHOP_NORMALISE_NAME_WORDS_H

#include "normalise/fold.h"

typedef struct name_word {
  uint16_t start, end;
} name_word;

enum { NAME_WORDS_MAX = 16, NAME_WORD_TEXT_MAX = 40 };

/* The words of codes parted by blanks; what is behind the last possible one belongs to it. Returns their number. */
size_t name_words(const fold_run *run, size_t start, name_word words[NAME_WORDS_MAX]);

static inline size_t name_word_length(name_word w) { return (size_t)(w.end - w.start); }

/* With accents; `text` is in lower case, its tone in the modern place. */
bool name_word_is(const fold_run *run, name_word w, const char *text);
/* Without accents; `plain` is in capitals. */
bool name_word_is_plain(const fold_run *run, name_word w, const char *plain);

bool name_has_accent(const fold_run *run, name_word w);

/* One of the 200 surnames that nearly everybody bears, with accents or without. Văn and Thị are none. */
bool name_is_surname(const fold_run *run, name_word w);
/* A surname that is nobody's given name. */
bool name_is_only_surname(const fold_run *run, name_word w);
/* A surname of Kinh people that few of a minority bear, and no foreigner: beside it telex residue is likely. */
bool name_is_kinh_surname(const fold_run *run, name_word w);
/* The same, but many of a minority bear it too. */
bool name_is_shared_surname(const fold_run *run, name_word w);
/* How many words a compound surname at words[0] has, 0: it is none, or the name would be over with it. */
size_t name_compound_surname(const fold_run *run, const name_word *words, size_t count);
/* May one begin with this word? */
bool name_begins_compound(const fold_run *run, name_word w);
/* How many words of a clan of the Central Highlands begin at words[0] (Niê, Rơ Châm). */
size_t name_clan(const fold_run *run, const name_word *words, size_t count);
/* Given names that foreigners often bear: they tell which end the surname is at. */
bool name_is_foreign_given(const fold_run *run, name_word w);

#endif
