/* Usual names taken apart from words met before: a surname and one to seven Vietnamese syllables behind it, as nearly all
 * names of a register are. What person_name_parts would say of such a name follows from its words one by one:
 *
 *     Nguyễn            Văn        An          words between single blanks, at most 16 bytes
 *     surname           middle     given
 *     NGUYEN  NGUIEN    VAN  VAN   AN  AN      unaccented, and as they sound
 *
 * A word is kept with what person_name_parts says of it alone. It is usual when that is nothing but letters, when no
 * typing residue may be in it. All other names, and those whose first word may begin another form (clans, compound
 * surnames, titles), are left to person_name_parts. What a memory holds never changes a result. */
#ifndef KHOP_NORMALISE_NAME_MEMORY_H
#define KHOP_NORMALISE_NAME_MEMORY_H

#include "normalise/person_name.h"

enum { NAME_MEMORY_TEXT_MAX = 56, NAME_USUAL_ROOM = 96, NAME_USUAL_WORDS_MAX = 8 };

/* A name of `words` words. Texts are not NUL-terminated. */
typedef struct name_usual {
  size_t words;
  size_t canonical_bytes, plain_bytes, phonetic_bytes;
  size_t surname_bytes, given_start; /* of canonical; what stands between is the middle */
  bool is_unaccented;
  char canonical[NAME_USUAL_ROOM], plain[NAME_USUAL_ROOM], phonetic[NAME_USUAL_ROOM], initials[NAME_USUAL_WORDS_MAX];
} name_usual;

/* 200 KB; one a thread. All zero at first. */
typedef struct name_memory name_memory;
name_memory *name_memory_create(void); /* NULL: out of memory */
void name_memory_free(name_memory *memory);

/* False when the name is not of that kind; *out is then of no use. */
bool name_memory_read(name_memory *memory, const char *text, size_t length, name_usual *out);

#endif
