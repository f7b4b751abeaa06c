/* The fold: UTF-8 of any normal form to one byte a letter, which all text types share.
 *
 * A run holds two parallel arrays, the code of each letter (with tone) and its unaccented upper-case
 * ASCII, so that tokens can be cut from both with one index:
 *
 *     text    N   g   u   y   ễ           V   ă   n
 *     codes   n   g   U0  Y0  Ê4   ' '    v   Ă0  n
 *     plain   N   G   U   Y   E    ' '    V   A   N
 *
 *     code 0x00-0x7F  ASCII in lower case, but for the vowels
 *          0x80-0xDF  vowel: 0x80 + letter * 8 + tone, letters in the order a ă â e ê i o ô ơ u ư y
 *          0xE0       đ
 *          0xE2-0xE3  any other character: bit 20 of its code point; its plain letter, or '?'
 *          0xF0-0xFF  four bits of that character, the high ones first; five follow; plain is 0
 *
 * Codes are hashed and stored, so they never change. The usual letters go through three tables of
 * 0.8 KB; all else through utf8proc (fold_slow.c), with the same result whatever way it came.
 */
#ifndef KHOP_NORMALISE_FOLD_H
#define KHOP_NORMALISE_FOLD_H

#include "base/cpu.h"
#include "normalise/normalise.h"

enum {
  FOLD_SPAN_BYTES = 256,  /* text is folded in spans of this many bytes, parted at a blank */
  FOLD_SLOW_MAX = 1600,   /* codes of a span of damaged bytes, six each, and some room */
  FOLD_CODES_MAX = FOLD_SLOW_MAX + FOLD_SPAN_BYTES,
  FOLD_TONES_MAX = 256,   /* tones that the slow path notes in a span; the fast one adds one a letter */
  FOLD_OTHER_CODES = 6,   /* codes of a character outside the tables */
  FOLD_BLANK = 0x20,
  FOLD_VOWEL = 0x80,
  FOLD_VOWELS_END = 0xE0,
  FOLD_D = 0xE0,
  FOLD_OTHER = 0xE2,
  FOLD_OTHER_BITS = 0xF0
};

/* What ASCII becomes: code | plain << 8, 0 to drop it; and the codes alone. */
typedef struct fold_rules {
  uint16_t ascii[128];
  uint8_t codes[128];
  bool punctuation_is_blank; /* other scripts' punctuation and symbols */
} fold_rules;

/* Other rules for one character: both tables say the same. */
static inline void fold_rules_set(fold_rules *rules, unsigned char ascii, uint8_t code, uint8_t plain) {
  rules->ascii[ascii] = (uint16_t)(code | plain << 8);
  rules->codes[ascii] = code;
}

extern const fold_rules fold_keep_rules;  /* punctuation stays */
extern const fold_rules fold_text_rules;  /* punctuation is a blank */
extern const fold_rules fold_name_rules;  /* and digits go, apostrophes and hyphens join */
extern const fold_rules fold_place_rules; /* '.' stays, ',' stands for ; ( ) [ ] | too, apostrophes join */
extern const fold_rules fold_code_rules;  /* blanks and quotes go, punctuation stays */

extern const uint16_t fold_two_bytes[256];   /* U+00C0..U+01BF: code | plain << 8, 0 for fold_slow */
extern const uint16_t fold_three_bytes[128]; /* U+1E80..U+1EFF */
extern const uint16_t fold_code_points[128]; /* code - 0x80 to its lower-case letter */

typedef struct fold_run {
  size_t count;
  size_t tone_count; /* of the tones that are still to be placed */
  bool has_other;    /* some plain bytes are 0 */
  bool blank_before; /* a blank stands between the span before and this one */
  _Alignas(64) uint8_t codes[FOLD_CODES_MAX + TEXT_LETTERS_MAX];
  _Alignas(64) uint8_t plain[FOLD_CODES_MAX + TEXT_LETTERS_MAX];
  uint16_t tones[FOLD_TONES_MAX + FOLD_SPAN_BYTES]; /* where a tone was seen */
} fold_run;

/* Text still to be folded. */
typedef struct fold_cursor {
  const uint8_t *next, *end;
  bool blank_behind; /* the last span ended in a blank */
} fold_cursor;

static inline fold_cursor fold_begin(const char *text, size_t length) {
  const uint8_t *start = (const uint8_t *)text;
  return (fold_cursor){start, start + length, false};
}

/* Folds the next span into `run`: runs of blanks are one, none leads or trails, tones are placed.
 * Nearly every text is one span; a longer one is parted at a blank within 256 bytes, or
 * between any two characters when it has none. */
void fold_next(fold_cursor *cursor, const fold_rules *rules, fold_run *run);

/* The same, but tones stay where they are: for those who want `plain` alone. */
void fold_next_letters(fold_cursor *cursor, const fold_rules *rules, fold_run *run);

/* Moves each tone to its place in the modern spelling (hòa to hoà): tone.c. */
void fold_place_tones(fold_run *run);

/* Folds words into a run, which it empties first, as the fold by letters does, but that it notes no tone which it
 * finds in its place. Stops at the end or behind a blank, where what follows is not for it, and returns where. At
 * most FOLD_SPAN_BYTES. */
typedef const uint8_t *fold_words(const uint8_t *at, const uint8_t *end, const fold_rules *rules, fold_run *run);

/* The one of a level: fold_words.c. For scalar, which is the specification, one that leaves all to the fold by letters;
 * NULL when a level, or this machine, has none. */
fold_words *fold_words_for(cpu_level level);
/* The one of the level that the machine or KHOP_CPU chooses, never NULL. */
fold_words *fold_words_chosen(void);
/* fold_next with the words of a level. */
void fold_next_with(fold_words *words, fold_cursor *cursor, const fold_rules *rules, fold_run *run);

/* Takes one character (with the marks behind it) that the tables do not know: fold_slow.c.
 * Returns where the text goes on. */
const uint8_t *fold_slow(const uint8_t *at, const uint8_t *end, const fold_rules *rules, fold_run *run);

/* Adds one Vietnamese combining mark to the last letter; false when they do not combine. */
bool fold_combine(fold_run *run, uint32_t mark);

static inline bool fold_is_vowel(uint8_t code) { return code >= FOLD_VOWEL && code < FOLD_VOWELS_END; }
static inline bool fold_is_letter(uint8_t code) {
  return code >= FOLD_VOWEL || (code >= 'a' && code <= 'z');
}

/* NFC text of codes, cut at a whole character within `capacity`, which sets *cut. Returns the length. */
size_t fold_text(const uint8_t *codes, size_t count, char *out, size_t capacity, bool *cut);

/* ---- placeholder.c ------------------------------------------------------------------------ */

/* At the first letter & 31 a bit for each second letter (& 31) that a placeholder has behind it. Few names begin
 * like that, so the list of phrases is for them alone. */
extern const uint32_t fold_placeholder_letters[32];
bool fold_is_placeholder_phrase(const uint8_t *plain, size_t count);

/* Does the unaccented text stand for "nothing known" (KHONG RO, NULL, N A)? */
static inline bool fold_is_placeholder(const uint8_t *plain, size_t count) {
  return count > 2 && fold_placeholder_letters[plain[0] & 31] >> (plain[1] & 31) & 1 &&
         fold_is_placeholder_phrase(plain, count);
}

/* ---- text_sink.c: codes to a text_value --------------------------------------------------- */

/* Collects canonical codes piece by piece; hashes run over blocks, so any length is covered. */
typedef struct text_sink {
  text_value value;
  uint64_t toned_seed, plain_seed; /* hash of the blocks before */
  size_t toned_used, plain_used;
  char *text; /* NULL, or where the canonical text goes */
  size_t text_length, text_capacity;
  bool text_cut;
  uint8_t toned[FOLD_CODES_MAX];
  uint8_t plain[FOLD_CODES_MAX + TEXT_LETTERS_MAX];
} text_sink;

void text_sink_begin(text_sink *sink, char *text, size_t capacity);
/* Adds codes with their plain letters; text_sink_blank first where something came before. */
void text_sink_add(text_sink *sink, const uint8_t *codes, const uint8_t *plain, size_t count);
void text_sink_blank(text_sink *sink);
static inline bool text_sink_is_empty(const text_sink *sink) {
  return sink->toned_used == 0 && sink->toned_seed == 0;
}
/* text_sink_add for many short pieces, in moves of 16 bytes. The caller knows that it wants no text, that no
 * letter of `plain` is 0, that both blocks have room for 16 codes more than it will add, and that 15
 * bytes more than `count` may be read. */
static inline void text_sink_copy(text_sink *sink, const uint8_t *codes, const uint8_t *plain, size_t count) {
  uint8_t *toned_out = sink->toned + sink->toned_used, *plain_out = sink->plain + sink->plain_used;
  for (size_t i = 0; i < count; i += 16) {
    __builtin_memcpy(toned_out + i, codes + i, 16);
    __builtin_memcpy(plain_out + i, plain + i, 16);
  }
  sink->toned_used += count;
  sink->plain_used += count;
}
/* text_sink_blank likewise. */
static inline void text_sink_copy_blank(text_sink *sink) {
  if (text_sink_is_empty(sink)) return;
  sink->toned[sink->toned_used++] = FOLD_BLANK;
  sink->plain[sink->plain_used++] = ' ';
}
void text_sink_end(text_sink *sink, text_value *out);
/* begin, add and end in one, without copying. `plain` has TEXT_LETTERS_MAX bytes of room behind. */
void text_value_set(const uint8_t *codes, uint8_t *plain, size_t count, bool has_other, text_value *out);
/* The same for plain letters that are capitals and blanks, as fold_name_rules make them but for other scripts. */
void text_value_set_name(const uint8_t *codes, uint8_t *plain, size_t count, text_value *out);
/* The same for codes that are their own plain letters: digits and punctuation. */
void text_value_set_plain(uint8_t *plain, size_t count, text_value *out);

/* The canonical form of each text type, piece by piece. */
void person_name_write(const char *text, size_t length, text_sink *sink);
void place_write(const char *text, size_t length, text_sink *sink);
void code_write(const char *text, size_t length, bool is_map_number, text_sink *sink);

/* Adds all tokens of one folded span of a place; false when there are none. */
bool place_read_span(place_start start, const fold_run *run, text_sink *sink);

#endif
