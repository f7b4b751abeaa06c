/* Charsets of Vietnamese registers: which one a text is in, on what evidence, and its text as UTF-8.
 *
 * Registers of the time before Unicode come as bytes of TCVN3, VNI, VISCII or Windows-1258, and as mojibake:
 * such bytes once taken for Latin-1 and saved as UTF-8 ("Nguyeãn Vaên Ñöùc" is VNI, "nguyÔn v¨n ®øc"
 * TCVN3). One file may hold several, when the registers of two offices were joined: by columns or by rows.
 *
 *   sample ─> charset_evidence_add ─> charset_profile_decide ─> the charsets that are there, commonest first
 *   rows   ─> charset_judge ─> one charset a field, or undecodable ─> charset_decode ─> UTF-8 in NFC
 *
 * What tells them apart is Vietnamese itself: a word read in the wrong charset is hardly ever a possible
 * syllable (charset_syllable.h). Only words with a byte beyond ASCII are evidence; ASCII is the same in all.
 *
 * All these charsets are supersets of ASCII in which no byte of a letter is a delimiter, quote, CR or LF, so
 * rows are split first and fields decoded afterwards.
 */
#ifndef KHOP_INPUT_CHARSET_H
#define KHOP_INPUT_CHARSET_H

#include "base/status.h"
#include "input/input.h"

typedef enum input_charset {
  CHARSET_AUTO = 0, /* not known yet, or none fits */
  CHARSET_UTF8,
  CHARSET_TCVN3,
  CHARSET_VNI,
  CHARSET_VISCII,
  CHARSET_WINDOWS1258,
  CHARSET_TCVN3_MOJIBAKE, /* TCVN3 bytes read as Latin-1 or Windows-1252 and saved as UTF-8 */
  CHARSET_VNI_MOJIBAKE
} input_charset;

enum { CHARSET_COUNT = CHARSET_VNI_MOJIBAKE + 1 };

/* "auto", "utf-8", "tcvn3", "vni", "viscii", "windows-1258", "tcvn3-mojibake", "vni-mojibake". */
const char *charset_name(input_charset charset);
/* The charset of a name as a user types it: without regard to case, '-' and '_'; "abc" is TCVN3 and "cp1258"
 * Windows-1258. An unknown name is KHOP_USAGE, with the known ones in the message. */
khop_status charset_from_name(const char *name, input_charset *out_charset, khop_error *err);

/* ---- decoding ------------------------------------------------------------------------------ */

/* The decoding tables; made once, then read by any number of threads. */
typedef struct charsets charsets;

khop_status charsets_create(charsets **out_charsets, khop_error *err);
void charsets_free(charsets *c);
/* KHOP_ENVIRONMENT when this machine's iconv lacks the charset; such a charset is never detected. */
khop_status charset_require(const charsets *c, input_charset charset, khop_error *err);

/* Room that charset_decode wants for `length` bytes. */
static inline size_t charset_decoded_bytes_max(size_t length) { return 3 * length + 8; }

/* Writes `length` bytes of `charset` as UTF-8 in NFC; `capacity` is at least charset_decoded_bytes_max and the
 * buffers do not overlap. False, with nothing in *out_written, on a NUL and on bytes that are not of that
 * charset: a tone without its vowel, a position without a letter, damaged UTF-8.
 *
 * TCVN3 has capitals of ă â đ ê ô ơ ư alone; the other 60 come from all-capital fonts over small letters
 * ("NGUYÔN"), and are put back where the word is written in capitals. */
bool charset_decode(const charsets *c, input_charset charset, const char *bytes, size_t length, char *out,
                    size_t capacity, size_t *out_written);

/* ---- evidence ------------------------------------------------------------------------------ */

/* What was seen in a sample. Counts, so that those of columns add up to those of a file. A word is a run of
 * ASCII letters and bytes beyond ASCII, accented when it has one of the latter. */
typedef struct charset_evidence {
  uint64_t fields, accented_fields;
  uint64_t words;                      /* accented ones */
  uint64_t syllables[CHARSET_COUNT];   /* of them read as Vietnamese in that charset */
  uint64_t undecodable[CHARSET_COUNT]; /* of them, or the field around them, are no text of that charset */
  /* Fields, and their words, that one charset reads better than all others, and at least by half. */
  uint64_t fields_won[CHARSET_COUNT], words_won[CHARSET_COUNT];
  uint64_t fields_sure[CHARSET_COUNT]; /* of these the ones with three accented words and more, all syllables */
  uint64_t words_alike;                /* of fields that several charsets read equally well */
  /* Of fields that no charset reads: well-formed UTF-8 (other languages), and other bytes. */
  uint64_t words_unread_utf8, words_unread_bytes;
} charset_evidence;

/* Adds one field. A few thousand fields of a column are plenty, but take them from all over the file: what was glued
 * to its end is not at its beginning. */
void charset_evidence_add(const charsets *c, charset_evidence *e, const char *text, size_t length);
void charset_evidence_merge(charset_evidence *into, const charset_evidence *from);

/* The charsets that a file or column holds. */
typedef struct charset_profile {
  input_charset charsets[CHARSET_COUNT]; /* commonest first; charsets[0] is UTF-8 where nothing speaks against it */
  double share[CHARSET_COUNT];           /* of the words that tell, by place */
  size_t count;                          /* at least 1 */
  bool is_forced;
} charset_profile;

/* Fields in words that no charset reads do not add a charset: charset_judge refuses them one by one. A column
 * with too little evidence of its own takes the profile of its file, `fallback` (NULL: none, UTF-8). */
void charset_profile_decide(const charset_evidence *e, const charset_profile *fallback, charset_profile *out);
/* Nothing but UTF-8: no field needs judging or decoding, validation is all. */
static inline bool charset_profile_is_utf8(const charset_profile *profile) {
  return profile->count == 1 && profile->charsets[0] == CHARSET_UTF8;
}
static inline bool charset_profile_has(const charset_profile *profile, input_charset charset) {
  for (size_t i = 0; i < profile->count; i++) {
    if (profile->charsets[i] == charset) return true;
  }
  return false;
}
/* --charset NAME: this one (not CHARSET_AUTO), whatever the text looks like. */
void charset_profile_force(input_charset charset, charset_profile *out);

/* "vni; 1,204 accented words: 98.2 % read as Vietnamese syllables as vni, 1.0 % as tcvn3"; a mixture begins with the
 * share of each charset. Cut to fit; NUL-terminated. */
void charset_describe(const charset_evidence *e, const charset_profile *profile, char *text, size_t text_bytes);

/* ---- field by field ------------------------------------------------------------------------ */

typedef enum charset_kind {
  CHARSET_KIND_ASCII,   /* nothing to decode */
  CHARSET_KIND_UTF8,    /* nothing to decode either, except for NFC */
  CHARSET_KIND_LEGACY,
  CHARSET_KIND_MOJIBAKE,
  CHARSET_KIND_UNDECODABLE /* no charset of the profile fits, or several that differ fit as well */
} charset_kind;

typedef struct charset_judgement {
  charset_kind kind;
  input_charset charset; /* CHARSET_UTF8 for ASCII, CHARSET_AUTO when undecodable */
} charset_judgement;

/* Judges the fields of one row together, because a row comes from one office; where no charset fits them all,
 * each by itself. Text that only real UTF-8 can be is taken as such whatever the profile says, unless forced.
 * A field that is not undecodable can be decoded. */
void charset_judge(const charsets *c, const charset_profile *profile, const input_field *fields, size_t count,
                   charset_judgement *out);

/* Judges fields of well-formed UTF-8 where nothing was known of mojibake: those are CHARSET_KIND_MOJIBAKE of which three
 * words say it, all in one charset. False when there are none. Only rows with a letter of odd_latin.h need it. */
bool charset_judge_mojibake(const charsets *c, const input_field *fields, size_t count, charset_judgement *out);

#endif
