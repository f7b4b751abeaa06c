/* The Fellegi-Sunter model: m and u per comparison level, a prior, thresholds.
 *
 * The match weight of a pair is  log2(prior odds) + sum over comparisons of log2(m / u), plus the term-frequency
 * part of levels that have one (Fellegi & Sunter 1969; Winkler 2000 for frequencies). Missing values weigh
 * nothing. A level with a match share stands for what its tests look at as a whole, as relatives do: its weight is that of
 * the share against the prior, and the comparisons that it covers weigh nothing beside it. In the compare loop weights
 * are fixed-point numbers, so that their sum does not depend on the order of addition.
 */
#ifndef KHOP_MODEL_MODEL_H
#define KHOP_MODEL_MODEL_H

#include "compare/plan.h"

enum {
  MODEL_LEVELS = SCHEMA_LEVELS_MAX + 1, /* LEVEL_MISSING first */
  MODEL_CORRELATED_MAX = SCHEMA_COMPARISONS_MAX * (SCHEMA_COMPARISONS_MAX - 1) / 2,
  MODEL_CORRECTIONS_MAX = 64,
  WEIGHT_UNIT = 4096                    /* fixed-point steps per bit of evidence */
};

/* Where a level's u comes from. */
typedef enum u_source {
  U_SCHEMA = 0,   /* the default; a model file's */
  U_RANDOM_PAIRS, /* its share of random pairs, less the matches among them */
  U_FREQUENCIES,  /* too rare for random pairs, but how common its values are is known */
  U_CANDIDATES    /* too rare for random pairs: the default, or more where EM sees more among candidates */
} u_source;

typedef struct level_model {
  double m, u;
  double weight;   /* log2(m / u), or the schema's fixed weight, or that of `share` */
  double share;    /* of the pairs at this level that match, all else unknown; 0: m and u, or a fixed weight, say it */
  bool fixed;      /* it has no m and u */
  bool ordered;    /* by the schema's defaults it weighs no more than the trained level before it, and so it must
                    * after training */
  bool constrained; /* training gave it another weight than the counts, for the sake of order or bounds (constrain.h) */
  u_source u_source;
} level_model;

typedef struct comparison_model {
  level_model levels[MODEL_LEVELS];
  size_t level_count; /* with LEVEL_MISSING */
  size_t rules_learned_from; /* blocking rules that m was learned from */
  bool learned_from_own; /* those look at its fields, because every rule does */
} comparison_model;

/* How the model came about. */
typedef enum training_state {
  TRAINING_NONE = 0,   /* the schema's defaults: asked for, or fewer rows than training takes */
  TRAINING_LOADED,     /* from a file */
  TRAINING_CONVERGED,
  TRAINING_LIMIT,      /* EM was stopped before it had converged */
  TRAINING_FEW_MATCHES /* converged, but with fewer expected matches than the defaults count for */
} training_state;
/* "defaults", "loaded", "converged", "iteration limit", "too few matches" */
const char *training_state_name(training_state state);

/* Two comparisons that are no two pieces of evidence (correlation.h). */
typedef struct correlated_pair {
  size_t first, second;             /* comparisons */
  size_t first_level, second_level; /* where their weights together say most too much */
  double overstated_bits;           /* there */
  double given_match_bits, given_non_match_bits; /* a pair: what one level tells of the other */
} correlated_pair;

/* What a pair's weight is corrected by where two comparisons say the same thing twice, each at one of its levels. */
typedef struct level_correction {
  size_t first, second;             /* comparisons, ascending */
  size_t first_level, second_level;
  double bits;                      /* added: below 0 where both speak for a match, above it where both speak against one */
} level_correction;

typedef struct model {
  comparison_model comparisons[SCHEMA_COMPARISONS_MAX];
  size_t comparison_count;
  double prior; /* probability that two random records match */
  double pairs_per_record; /* of the register that the prior is for; 0: not known */
  bool frequency_tables[SCHEMA_TERMS_MAX]; /* terms whose frequencies are a table's (FREQUENCY_REFERENCE_RECORDS), not the
                                            * register's own */
  double word_agreement[SCHEMA_TERMS_MAX]; /* of terms that are words: the chance that two records agree on it; 0: not known */
  double match_threshold, review_threshold; /* match probabilities */
  bool trained;
  /* how the training went */
  training_state state;
  unsigned em_iterations;
  bool em_converged;
  double em_change; /* of the last iteration: the largest change of an m, a u or (as a share) the prior */
  double training_matches; /* expected among the sampled pairs, each pair once */
  uint64_t random_pairs, training_pairs;
  uint64_t label_matches, label_others; /* pairs that people judged */
  double label_shift; /* bits by which they moved the prior */
  correlated_pair correlated[MODEL_CORRELATED_MAX]; /* the strongest first */
  size_t correlated_count;
  level_correction corrections[MODEL_CORRECTIONS_MAX]; /* of the strongest pair of comparisons first */
  size_t correction_count;
} model;

/* The schema's defaults, prior for `rows` records. */
void model_from_schema(model *m, const schema *s, uint64_t rows);
/* Kept within what a prior can be. */
void model_set_prior(model *m, double prior);
/* As many matches per record in a register that has more or fewer pairs per record: the prior of a pair follows. */
void model_set_pairs(model *m, double pairs_per_record);
/* weight = log2(m / u), or what makes prior and share one, for all levels whose weight the schema does not state. */
void model_set_weights(model *m);

double weight_to_probability(double weight);
double probability_to_weight(double probability);

/* ---- model.json (model_json.c) ------------------------------------------------------------- */

/* The model as JSON text with the schema's names; freed with mem_free. */
khop_status model_to_json(const model *m, const schema *s, char **out_text, khop_error *err);
/* Numbers become those that model.json says, so that who loads it comes to the very same weights. */
void model_as_written(model *m);
/* Faults name the file and the fact: not JSON, another schema, a comparison or level that the
 * schema does not have, numbers out of range. */
khop_status model_load(model *m, const schema *s, const char *path, khop_error *err);

#endif
