/* Comparisons that tell the same thing twice: two identifiers of one card, a name and its initials, a column and its copy.
 *
 * The weights of a pair are added up as if, for matches and for other pairs alike, one comparison said nothing of another.
 * For every two of them the pattern histograms that training has tell how far that is true: how many bits the sum of two
 * levels' weights lies beyond the weight of the two together,
 *
 *   log2 P(a,b|U) / (P(a|U) P(b|U))  -  log2 P(a,b|M) / (P(a|M) P(b|M))      (M matches, U other pairs)
 *
 * where both speak for a match, and the reverse where both speak against one. U is seen in random pairs, as far as a model
 * trained without the weaker of the two says that they do not match; M in candidates, as far as they are expected to match,
 * from rules that teach both comparisons (em.h). A comparison that a level of another covers has no level for such pairs,
 * so they stay out.
 */
#ifndef KHOP_MODEL_CORRELATION_H
#define KHOP_MODEL_CORRELATION_H

#include "model/em.h"

/* A pair of comparisons is reported when at some pair of levels, met by a hundredth of the matches at least, three
 * standard errors below the estimate are still so many bits. */
#define CORRELATION_BITS_MIN 2.0

/* Fills m->correlated, the strongest first, and m->corrections. EM made `m` of `start` and `in`.
 *
 * Corrected are the pairs of comparisons of a spanning forest, the strongest first (Chow & Liu: a tree is what pairs can tell):
 * of three copies two pairs are, and one weight is left. Two levels together never weigh less than the stronger one alone. */
khop_status correlation_find(model *m, const model *start, const em_input *in, khop_error *err);

#endif
