/* From evidence to the charsets that a file or column holds. */
#include <string.h>

#include "input/charset_read.h"
#include "input/charset_tables.h"

enum {
  SURE_FIELDS_MIN = 3,    /* long values that read whole in one charset alone leave no doubt */
  FIRST_WORDS_MIN = 5,    /* one or two words are no evidence: 0xff alone is a letter in VISCII */
  MINOR_WORDS_MIN = 10,   /* of a charset beside a commoner one, without such values */
  MINOR_PER_MILLE = 10,
  THIN_WORDS = 200        /* under so many words a column may also hold what its file holds */
};

/* Well-formed UTF-8 and other bytes are never taken for each other, but within each misspelt values read better in
 * the wrong charset now and then. */
static bool is_utf8_text(input_charset charset) { return charset == CHARSET_UTF8 || charset_is_mojibake(charset); }

static uint64_t most_sure_fields_beside(const charset_evidence *e, input_charset charset) {
  uint64_t most = 0;
  for (size_t i = CHARSET_TCVN3; i < CHARSET_COUNT; i++) {
    if (charset_is_mojibake((input_charset)i) == charset_is_mojibake(charset) && e->fields_sure[i] > most) {
      most = e->fields_sure[i];
    }
  }
  return most;
}

/* `told`: words of all charsets that tell. Values that nobody reads speak against a charset that won few: among
 * thousands of French words some are Vietnamese by chance. */
static bool is_there(const charset_evidence *e, input_charset charset, bool is_first, uint64_t told) {
  uint64_t won = e->words_won[charset], sure = e->fields_sure[charset];
  uint64_t unread = is_utf8_text(charset) ? e->words_unread_utf8 : e->words_unread_bytes;
  if (won == 0) return false;
  uint64_t sure_beside = charset == CHARSET_UTF8 ? 0 : most_sure_fields_beside(e, charset);
  if (sure >= SURE_FIELDS_MIN && sure * 1000 >= sure_beside * MINOR_PER_MILLE) return true;
  if (is_first && charset == CHARSET_UTF8) return true;
  if (is_first) return won > unread && (won >= FIRST_WORDS_MIN || sure > 0);
  return won >= MINOR_WORDS_MIN && won * 1000 >= told * MINOR_PER_MILLE && won > 4 * unread;
}

static void add(charset_profile *profile, input_charset charset, double share) {
  profile->charsets[profile->count] = charset;
  profile->share[profile->count++] = share;
}

/* Charsets by the words they won, the most first; equal ones in the order of their numbers. */
static void rank(const charset_evidence *e, input_charset order[CHARSET_COUNT - 1]) {
  for (size_t i = 0; i < CHARSET_COUNT - 1; i++) {
    input_charset charset = (input_charset)(i + 1);
    size_t at = i;
    for (; at > 0 && e->words_won[order[at - 1]] < e->words_won[charset]; at--) order[at] = order[at - 1];
    order[at] = charset;
  }
}

static void share_out(const charset_evidence *e, charset_profile *profile) {
  uint64_t told = 0;
  for (size_t i = 0; i < profile->count; i++) told += e->words_won[profile->charsets[i]];
  for (size_t i = 0; i < profile->count; i++) {
    profile->share[i] = (double)e->words_won[profile->charsets[i]] / (double)told;
  }
}

void charset_profile_decide(const charset_evidence *e, const charset_profile *fallback, charset_profile *out) {
  *out = (charset_profile){0};
  if (fallback && fallback->is_forced) {
    *out = *fallback;
    return;
  }
  input_charset order[CHARSET_COUNT - 1];
  uint64_t told = 0;
  rank(e, order);
  for (size_t i = 0; i < CHARSET_COUNT - 1; i++) told += e->words_won[order[i]];
  for (size_t i = 0; i < CHARSET_COUNT - 1; i++) {
    if (is_there(e, order[i], out->count == 0, told)) add(out, order[i], 0);
  }
  share_out(e, out);
  if (out->count == 0 && !fallback) add(out, CHARSET_UTF8, 1);
  if (out->count == 0) *out = *fallback;
  if (!fallback || told >= THIN_WORDS) return;
  for (size_t i = 0; i < fallback->count; i++) {
    if (!charset_profile_has(out, fallback->charsets[i])) add(out, fallback->charsets[i], 0);
  }
}

void charset_profile_force(input_charset charset, charset_profile *out) {
  *out = (charset_profile){.count = 1, .is_forced = true};
  out->charsets[0] = charset;
  out->share[0] = 1;
}
