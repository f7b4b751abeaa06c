/* A name as words, a word as Vietnamese letters: (base letter, mark, tone, case). The letters are
 * what a typist gets wrong, so errors work on them and the bytes are made afterwards. */
#ifndef KHOP_GEN_NAME_H
#define KHOP_GEN_NAME_H

#include "random.h"
#include "writer.h"

typedef struct gen_word {
  uint8_t length;
  char text[31]; /* NFC, no NUL */
} gen_word;

/* Surname, middle words, given name. */
enum { GEN_NAME_WORDS_MAX = 6 };
typedef struct gen_name {
  uint32_t count;
  gen_word words[GEN_NAME_WORDS_MAX];
} gen_name;

typedef enum gen_mark { GEN_PLAIN, GEN_CIRCUMFLEX, GEN_BREVE, GEN_HORN, GEN_STROKE } gen_mark;

typedef struct gen_letter {
  uint32_t other; /* a code point that is no Vietnamese letter, else 0 */
  char base;      /* a-z */
  uint8_t mark;   /* gen_mark */
  uint8_t tone;   /* 0 none, 1 acute, 2 grave, 3 hook, 4 tilde, 5 dot */
  bool upper;
} gen_letter;

enum { GEN_WORD_LETTERS_MAX = 31 };
size_t gen_letters_read(const gen_word *word, gen_letter *out_letters);
/* What does not fit is cut. */
void gen_letters_write(const gen_letter *letters, size_t count, gen_word *out_word);

gen_word gen_word_of(const char *text);
bool gen_word_is(const gen_word *word, const char *text);
void gen_name_add(gen_name *name, gen_word word);
/* No effect on a full name. */
void gen_name_insert(gen_name *name, uint32_t at, gen_word word);
void gen_name_remove(gen_name *name, uint32_t at);

/* How one row writes its names: a habit of the clerk or the software, not an error. */
typedef struct gen_name_style {
  bool upper;       /* NGUYỄN VĂN A */
  bool decomposed;  /* NFD */
  bool late_tone;   /* hoà, thuỷ for hòa, thủy */
} gen_name_style;

void gen_put_name(gen_text *t, const gen_name *name, gen_name_style style);

#endif
