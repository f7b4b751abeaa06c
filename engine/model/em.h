/* Expectation maximisation on pattern histograms (Winkler 1988; Enamorado et al. 2019).
 *
 * m and the prior are learned together. u is each level's share of random pairs, less the expected matches
 * among them, of which a small register has many. Levels that random pairs hardly ever reach
 * are still met among candidates, by siblings who share their parents or by shared numbers: the
 * candidates that are no matches bound their u from below. There is one session a
 * blocking rule. The match probability of a pattern comes from all comparisons, but what a
 * comparison learns comes only from the rules that do not look at its fields, because inside a
 * rule's blocks those agree by construction. The schema's defaults stand in as pseudo-counts, so
 * that few matches cannot run away with the model, and levels keep their order (constrain.h).
 */
#ifndef KHOP_MODEL_EM_H
#define KHOP_MODEL_EM_H

#include "model/model.h"
#include "model/training_labels.h"

enum { EM_DEFAULT_MATCHES = 60 }; /* pseudo-matches behind the schema's m */

typedef struct em_session {
  pattern_count *patterns; /* ascending; those of earlier rules marked PATTERN_FOUND_BEFORE */
  size_t pattern_count;
  bool teaches[SCHEMA_COMPARISONS_MAX]; /* comparisons that learn from this session */
} em_session;

typedef struct em_input {
  const em_session *sessions;
  size_t session_count;
  double scale; /* pairs that each pattern of a session stands for */
  const pattern_count *random; /* of random pairs; without any, u stays but for U_CANDIDATES */
  size_t random_count;
  const label_pattern *labels; /* ascending, each pattern once */
  size_t label_count;
  double all_pairs; /* that there are */
} em_input;

/* Improves m, u and the prior in place; says in `m` how many iterations it took, whether it converged, and how many
 * matches it expects. */
khop_status em_run(model *m, const em_input *in, khop_error *err);

/* What its levels weigh together. */
double pattern_weight(const model *m, uint64_t pattern);
/* What the model, with the labels' word, makes of a pattern. `log_odds`: of the prior. */
double em_match_probability(const model *m, const em_input *in, uint64_t pattern, double log_odds);

#endif
