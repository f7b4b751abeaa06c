/* The words in which people judge a pair, in English or Vietnamese, in any case, with or without accents; '-', '_' and blanks
 * are alike:
 *
 *     match       match, yes, true, 1, same, duplicate, link, trùng, khớp, đúng, có, cùng người, ...
 *     non-match   non-match, no, false, 0, different, không, không trùng, không khớp, khác, sai, ...
 *     possible    possible, review, maybe, unsure, unknown, có thể, nghi ngờ, không rõ, chưa rõ, chưa chắc, ...
 */
#ifndef KHOP_NORMALISE_LABEL_WORD_H
#define KHOP_NORMALISE_LABEL_WORD_H

#include <stdbool.h>
#include <stddef.h>

typedef enum pair_label { LABEL_MATCH, LABEL_NON_MATCH, LABEL_POSSIBLE } pair_label;

/* false when the word is none of them. */
bool label_parse(const char *text, size_t length, pair_label *out_label);

#endif
