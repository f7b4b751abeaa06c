/* khop: bulk record matching for Vietnamese registers.
 *
 * The only installed header. A program fills an options struct, calls one function a job, and
 * reads a result struct; there are no globals. All strings are UTF-8 and NUL-terminated. Option
 * structs borrow their pointers for the duration of the call. Every function that can fail
 * returns a khop_status and fills the caller's khop_error (which may be NULL); results are zeroed
 * first, so a failed call leaves nothing to free. Functions are safe to call from several threads
 * on distinct objects.
 */
#ifndef KHOP_H
#define KHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define KHOP_API __attribute__((visibility("default")))
#else
#define KHOP_API
#endif

/* ---- status ------------------------------------------------------------------------------- */

/* What went wrong, by who has to act. The values are the command's exit codes. */
typedef enum khop_status {
  KHOP_OK = 0,
  KHOP_USAGE = 1,       /* an option, a schema or a configuration that cannot be used */
  KHOP_INPUT = 2,       /* the input cannot be read, or more of it was rejected than allowed */
  KHOP_ENVIRONMENT = 3, /* disk, memory, permission */
  KHOP_INTERRUPTED = 4, /* cancelled by the caller; nothing of an earlier run is touched */
  KHOP_BUG = 70         /* khop broke its own promise */
} khop_status;

/* One failure: object, fact, number, as in "people.csv: row 1204: 7 fields, expected 9".
 * Never holds a field value. */
typedef struct khop_error {
  khop_status status;
  int error_number; /* errno of the system call that failed, ENOSPC: a full disk; 0: none did */
  char message[1024];
} khop_error;

/* "0.1.0" */
KHOP_API const char *khop_version(void);

/* Frees what khop_* functions hand out as "free with khop_free". NULL is fine. */
KHOP_API void khop_free(void *memory);

/* ---- control and progress ----------------------------------------------------------------- */

/* Lets another thread or a signal handler stop a job. */
typedef struct khop_control khop_control;
KHOP_API khop_control *khop_control_create(void); /* NULL: out of memory */
KHOP_API void khop_control_free(khop_control *control);
/* The job returns KHOP_INTERRUPTED in well under a second. Async-signal-safe. */
KHOP_API void khop_control_cancel(khop_control *control);

typedef struct khop_progress {
  const char *phase; /* "read", "train", "match", "cluster", "findings", "write": static */
  const char *unit;  /* "bytes", "rows", "rules", ...: static */
  uint64_t done, total; /* total 0: unknown */
  uint64_t rows;        /* records so far, while reading */
  double elapsed_s;     /* since the job began */
  double phase_elapsed_s;
  bool finished;        /* last report of the phase */
} khop_progress;

/* ---- options ------------------------------------------------------------------------------ */

typedef struct khop_map {
  const char *field, *column;
} khop_map;

/* Results beyond those that a job always writes, a bit each. KHOP_WRITE_DEFAULT: what the job writes when nothing is said.
 * A job that has no such result leaves its bit aside. */
enum {
  KHOP_WRITE_DEFAULT = 1 << 0,
  KHOP_WRITE_IDS = 1 << 1, /* ids.csv: findings about identifiers, entries and dates. Default of dedupe and link */
  KHOP_WRITE_GOLDEN = 1 << 2, /* golden.csv: one line an entity, of the values that survive. Needs the store */
  KHOP_WRITE_QUALITY = 1 << 3, /* quality.csv, quality_places.csv: which records are usable, and where. Needs the store */
  KHOP_WRITE_CONTRADICTIONS = 1 << 4, /* contradictions.csv of link: values of an entity that contradict each other, and who corrects. Needs
                                       * the store. Default of link where there is one */
  KHOP_WRITE_REPORT = 1 << 5 /* report.html: the result as a page for people. Default, where it is built in */
};

/* What khop_dedupe, khop_ids, khop_plan, khop_train and khop_inspect take. Start with khop_options_init. */
typedef struct khop_options {
  const char *const *inputs; /* paths; "-" is standard input; several files are one register */
  size_t input_count;
  const char *schema;        /* built-in name, path of a YAML file, or NULL: found by the columns */
  const char *output;        /* directory; created */
  const char *store;         /* directory of the store; NULL: OUTPUT/store */
  bool skip_store;
  unsigned write;            /* KHOP_WRITE_...; KHOP_WRITE_DEFAULT */
  const char *language;      /* "vi" or "en": of fixes and evidence in ids.csv, and report.html opens in it; NULL: "vi" */
  const char *previous;      /* an earlier result: what is fixed, new and open since is written to changes.csv; or NULL */
  const char *today;         /* "2025-07-31": the day that findings go by; NULL: of the run. The same bytes need the same day */
  bool force;                /* OUTPUT may hold an earlier run: its files are replaced when whole */
  const char *model;         /* model.json to use instead of training; NULL: train */
  const char *labels;        /* CSV: left_id, right_id, label (match, non_match, ...), to train from; or NULL */
  bool untrained;            /* use the schema's defaults */
  const khop_map *maps;      /* field=column */
  size_t map_count;
  const khop_map *frequencies; /* field=FILE: how common its values are elsewhere, a CSV of value and count or share;
                                * field.given, field.surname: their last, first words */
  size_t frequencies_count;
  char delimiter;            /* 0: found */
  const char *charset;       /* "utf-8", "tcvn3", "vni", "viscii", "windows-1258", "tcvn3-mojibake", "vni-mojibake";
                              * NULL or "auto": found in each file. Outputs and the store are UTF-8 */
  bool qualify_ids;          /* record ids are FILE:ID, for registers that number each file from 1 */
  unsigned threads;          /* 0: all processors of the process */
  uint64_t memory_bytes;     /* budget; 0: four fifths of what is available */
  unsigned wait_seconds;     /* khop_index_*: for another that writes the store */
  uint64_t seed;
  double max_rejected;       /* share of rows, 0.01 */
  double match_threshold, review_threshold; /* match probabilities; 0: the schema's */
  double target_precision, target_recall; /* chooses the match threshold so that this is expected; 0: not */
  bool best_f1;              /* or that of the best expected F1 */
  const char *linkage;       /* "single", "complete" or "average": how clusters are made; NULL: the schema's */
  const char *decisions;     /* CSV: left_id, right_id, decision (must_link, cannot_link; match, non_match, review); or NULL */
  size_t block_rows_max;     /* larger blocks are split; 0: what the schema says, or 300 */
  void (*progress)(void *context, const khop_progress *progress); /* one call at a time, about 10 a second */
  void *progress_context;
  khop_control *control;     /* NULL: cannot be stopped */
  bool resume;               /* khop_dedupe, khop_link, khop_ids: go on with what an unfinished run of the same inputs and options left in
                              * OUTPUT. KHOP_USAGE when those are not the same */
  double checkpoint_every_s; /* after so many seconds, at the end of a stage or a blocking rule, what was done is kept for that; 0: at
                              * every one; khop_options_init: 30 */
  void (*notice)(void *context, const char *text); /* what its user should know of such things, a line; NULL: nobody asks */
  void *notice_context;
} khop_options;

KHOP_API void khop_options_init(khop_options *options);

/* ---- dedupe ------------------------------------------------------------------------------- */

typedef struct khop_phase_time {
  const char *phase;
  double seconds;
} khop_phase_time;

/* How the model of a run came about. */
typedef struct khop_training {
  char state[24];      /* "converged", "iteration limit" (EM was stopped before), "too few matches" (the schema's defaults
                        * count for more), "defaults" (nothing learned), "loaded" */
  unsigned iterations; /* of EM */
  double change, matches; /* of the last one; expected among the sampled candidates */
  uint64_t random_pairs, candidate_pairs;
  size_t constrained_levels; /* held in order: model.json names them */
  size_t correlated;   /* pairs of comparisons that tell the same thing twice: model.json names them */
  char correlated_names[2][128]; /* the two that do so most; "": none do */
  double correlated_bits; /* by which their weights together say too much */
} khop_training;

/* An estimate and its 95 % interval. */
typedef struct khop_range {
  double estimate, low, high;
} khop_range;

/* How many errors a run expects to have made, without knowing the truth. Pairs that have identifiers on both sides tell what
 * the other evidence is worth; without them the interval says how little is known. Pairs are those of pairs.csv, before
 * clusters or links are made of them. */
typedef struct khop_expected {
  khop_range wrong;     /* pairs among the matches that do not match */
  khop_range missed;    /* matching pairs that are not among them, whether compared or not */
  double precision, recall; /* from the estimates */
  double checked_pairs; /* that the estimate rests on */
  char checked_by[128]; /* the comparison of identifiers; "": the schema has none */
  bool target_reached;  /* what target_precision or target_recall asked for; else the nearest threshold was taken */
} khop_expected;

/* Findings of one kind, by severity: lines of ids.csv. */
enum { KHOP_FINDING_KINDS_MAX = 32 };
typedef struct khop_finding_count {
  const char *code; /* "id_shared": static */
  uint64_t errors, warnings, infos;
} khop_finding_count;

/* How many records are usable as they are, need correction or verification, or are unusable; and why. */
typedef struct khop_usability {
  uint64_t usable, needs_correction, unusable;
  struct {
    char code[192]; /* "FIELD:WORD", or the code of a finding */
    uint64_t records;
  } reasons[8];     /* the commonest ones, most records first */
  size_t reason_count;
} khop_usability;

/* What became of an earlier result, record by record. */
typedef struct khop_change_count {
  char code[64]; /* of a finding */
  uint64_t fixed, appeared, open;
} khop_change_count;
typedef struct khop_changes {
  bool compared_findings, compared_groups; /* what both results list */
  uint64_t fixed, appeared, open;          /* records that had, have, or had and have a finding, each as often as it has some */
  size_t kind_count;
  khop_change_count kinds[64];             /* by code */
  uint64_t records_new, records_gone;
  uint64_t moves[3][3];                    /* records of both, from usable, needs_correction, unusable to the same */
} khop_changes;

typedef struct khop_summary {
  uint64_t rows, rejected, indexed;
  uint64_t pairs_compared, pairs_match, pairs_review, pairs_left_out;
  uint64_t clusters, clustered_records; /* of two records or more; records in them */
  uint64_t largest_cluster, clusters_parted, matches_parted; /* taken apart by a check; matching pairs that were */
  khop_expected expected;
  unsigned written;  /* KHOP_WRITE_... of the results beyond the basic ones */
  khop_changes changes;     /* where options.previous was given */
  khop_usability usability; /* where quality was asked for */
  double seconds;
  char finished[32]; /* "2026-11-27T17:05:00+07:00" */
  uint64_t peak_memory_bytes;
  unsigned threads;
  char schema[64];
  char simd[16];
  khop_phase_time phases[16];
  size_t phase_count;
  khop_training training;
  size_t finding_count;     /* kinds that there are findings of; 0 also where none were looked for */
  khop_finding_count findings[KHOP_FINDING_KINDS_MAX];
  uint64_t finding_records; /* that a finding names */
  uint64_t spilled_bytes; /* written to temporary files because the memory budget asked for it; 0: all was in memory */
  uint64_t spilled_disk_bytes, spilled_parts; /* the most that they took on disk; parts of blocking rules that were read back */
  bool resumed;            /* rows were taken from an unfinished run */
  uint64_t resumed_rules, resumed_pairs; /* and so many blocking rules, with the pairs that those compare */
  uint64_t checkpoints, checkpoint_bytes; /* written, for a run that would go on from this one */
} khop_summary;

/* Finds the records that mean the same entity inside the inputs and writes OUTPUT: pairs.csv,
 * clusters.csv, splits.csv, rejected.csv, summary.json, model.json, store/, and the results that options.write names. Files of an earlier run stay until the new ones
 * are whole. */
KHOP_API khop_status khop_dedupe(const khop_options *options, khop_summary *out_summary, khop_error *err);

/* Findings about numbers, entries and dates without matching: OUTPUT/ids.csv, rejected.csv and summary.json. The summary has rows,
 * findings, time and memory. */
KHOP_API khop_status khop_ids(const khop_options *options, khop_summary *out_summary, khop_error *err);

/* Estimates a model and writes it to `model_path`; matches nothing. */
KHOP_API khop_status khop_train(const khop_options *options, const char *model_path, khop_training *out_training, khop_error *err);

/* ---- link --------------------------------------------------------------------------------- */

typedef enum khop_link_kind { /* between two registers; ONE_TO_MANY: a record of the first of them may have many of the second, but not
                               * the other way round */
  KHOP_LINK_BY_SCHEMA = 0, KHOP_LINK_ONE_TO_ONE, KHOP_LINK_ONE_TO_MANY, KHOP_LINK_MANY_TO_ONE, KHOP_LINK_MANY_TO_MANY
} khop_link_kind;

enum { KHOP_REGISTERS_MAX = 8, KHOP_REGISTER_NAME_BYTES = 96 };

typedef struct khop_link_register {
  size_t input_count;   /* so many of the inputs, at least 1 */
  const char *schema;   /* its own; NULL: found by its columns */
  const khop_map *maps; /* fields of that schema */
  size_t map_count;
  bool dedupe;          /* its duplicates are found in the same pass, and are linked as one record */
} khop_link_register;

/* Two registers or more. Without `all.schema` each has a schema of its own, named or found by its columns: when they are
 * one, it is used as it is; different ones meet in a built-in joint schema, through the fields that they have in common. */
typedef struct khop_link_options {
  khop_options all;  /* inputs: those of the first register, then those of the second, ...; no maps */
  khop_link_register registers[KHOP_REGISTERS_MAX];
  size_t register_count;
  khop_link_kind kind;
} khop_link_options;
KHOP_API void khop_link_options_init(khop_link_options *options);

typedef struct khop_link_side {
  char name[KHOP_REGISTER_NAME_BYTES]; /* in lists: the schema's, with the register's number behind it where several have it ("cccd", "bhyt-3") */
  char schema[64];
  uint64_t rows, rejected, indexed;
  uint64_t linked, in_review, unlinked; /* indexed records: with a link; else with a pair for review; else */
  bool deduplicated;
  uint64_t duplicates; /* records that are a further one of their entity in this register */
} khop_link_side;

/* Of contradictions.csv: values that an agency is to correct, and those that it is to look at. */
typedef struct khop_agency_load {
  char agency[KHOP_REGISTER_NAME_BYTES];
  uint64_t to_correct, to_verify;
} khop_agency_load;

/* Links whose records contradict each other in just this: "name", "birth_date;id_near". */
enum { KHOP_LINK_CAUSES_MAX = 24 };
typedef struct khop_link_cause {
  char cause[128]; /* name, birth_date, birth_year_only, sex, id_near, id_multiple, id_old_number, id_shared, id_swapped, joined by ';';
                    * the last one may be "others" */
  uint64_t links;
} khop_link_cause;

typedef struct khop_link_summary {
  khop_summary run; /* pairs_match counts the links, conflicts among them; clusters: entities of all registers */
  khop_link_side sides[KHOP_REGISTERS_MAX];
  size_t side_count;
  khop_link_kind kind;
  uint64_t conflicts, ties;   /* links: whose records contradict each other; that another of equal weight could replace */
  uint64_t pairs_given_up;    /* matching pairs that the kind of link excludes */
  uint64_t greedy_components; /* too large for the best assignment: taken by descending weight */
  bool has_contradictions;    /* contradictions.csv was written */
  uint64_t contradicting;     /* entities with a contradiction */
  khop_agency_load agencies[KHOP_REGISTERS_MAX]; /* in the order of their registers */
  size_t agency_count;
  uint64_t disagreeing;       /* links whose two records say different things of the person, sorted by what; with KHOP_WRITE_IDS */
  size_t cause_count;
  khop_link_cause causes[KHOP_LINK_CAUSES_MAX]; /* by links, falling */
} khop_link_summary;

/* Finds the records of the registers that mean the same entity and writes OUTPUT: links.csv, unlinked.csv, entities.csv (of
 * three registers or more, or where one is deduplicated), rejected.csv, summary.json, model.json, store/ (of all), and the results that
 * options.write names. Only pairs of two registers are compared, and those within one that is to be deduplicated. */
KHOP_API khop_status khop_link(const khop_link_options *options, khop_link_summary *out_summary, khop_error *err);

/* ---- blocking rules -------------------------------------------------------------------------- */

typedef struct khop_suggestion {
  char schema[64];
  uint64_t rows, rejected, indexed, pairs_budget, pairs; /* pairs: that the rules suggested make */
  size_t rule_count, rules_tried;
  double expected_matches, matches_seen; /* that the rules suggested find; that any rule tried would find */
  char *yaml; /* the rules as a schema's `blocking`, their figures beside; free with khop_free */
} khop_suggestion;

/* Searches for the blocking rules that find most matches with at most `pairs_budget` pairs (0: two a record). The schema's
 * own rules, if it has any, teach the first model and are among those tried. Nothing is written. KHOP_INPUT when the register
 * shows no matching pairs to choose by. */
KHOP_API khop_status khop_suggest_rules(const khop_options *options, uint64_t pairs_budget, khop_suggestion *out_suggestion,
                                        khop_error *err);

/* ---- plan --------------------------------------------------------------------------------- */

enum { KHOP_PLAN_BLOCKS = 10, KHOP_RULES_MAX = 44 };

typedef struct khop_plan_rule {
  char name[160];
  uint64_t rows, blocks;
  uint64_t pairs;          /* that this rule is the first to find */
  uint64_t pairs_repeated; /* found by an earlier rule too */
  uint64_t pairs_split, pairs_left_out;
  double expected_matches; /* of `pairs`, those that would match */
  double expected_alone;   /* of these, those that no other rule finds: what a run without the rule would miss */
  double seconds;          /* that the rule costs here: its keys, its walk, comparing `pairs` */
} khop_plan_rule;

typedef struct khop_plan_block {
  char rule[160];
  uint64_t rows, pairs_left_out;
  char record_id[96]; /* one record of the block */
} khop_plan_block;

typedef struct khop_plan_result {
  char schema[64];
  uint64_t rows, rejected, indexed;
  size_t rule_count;
  khop_plan_rule rules[KHOP_RULES_MAX];
  uint64_t pairs;
  size_t block_count;
  khop_plan_block blocks[KHOP_PLAN_BLOCKS];
  uint64_t memory_bytes;             /* that a run with these options will take, at least what this process did */
  uint64_t disk_bytes;               /* of its results and its store */
  uint64_t spill_bytes;              /* and of temporary files; 0: all stays in memory */
  double seconds;                    /* that a run will take here, from a calibration */
  double pairs_per_second;           /* the calibration */
  double expected_matches, expected_reviews; /* pairs */
  uint64_t memory_most_bytes;        /* of --memory, with which all stays in memory */
  uint64_t memory_least_bytes;       /* of --memory, with which a run works, */
  uint64_t spill_least_bytes;        /* and of temporary files that it writes then; 0: it does not work with less */
} khop_plan_result;

/* Reads and blocks, but compares only a sample (all pairs of a register of up to 131,072 rows, so that expected matches are
 * those of the run) and writes nothing. */
KHOP_API khop_status khop_plan(const khop_options *options, khop_plan_result *out_plan, khop_error *err);
/* The same for what khop_link would do. */
KHOP_API khop_status khop_plan_link(const khop_link_options *options, khop_plan_result *out_plan, khop_error *err);

/* ---- inspect ------------------------------------------------------------------------------ */

typedef struct khop_inspect_count {
  char name[32]; /* a stable word: "sequential", "lost_zero" */
  uint64_t count;
} khop_inspect_count;

typedef struct khop_inspect_column {
  char name[128];
  char field[64];     /* "" when the schema has no use for it */
  char type[32];
  uint64_t present, missing, invalid; /* of the rows looked at; invalid: present, but not of its type */
  uint64_t distinct;  /* estimate */
  size_t format_count;
  struct {
    char pattern[64]; /* shape of the values: 9 a digit, A a capital, a a letter; no value is shown */
    uint64_t count;
  } formats[5];
  size_t finding_count, repair_count; /* of dates, personal ids, insurance numbers, telephones; commonest first */
  khop_inspect_count findings[6], repairs[6];
  uint64_t repaired;   /* values that were used after a repair */
  char date_order[4];  /* "dmy" or "mdy"; "" when the values do not tell */
  uint64_t day_first, month_first, order_ambiguous; /* dates such as 31/12/1985, 12/31/1985, 03/12/1985 */
} khop_inspect_column;

/* What a file or a column is written in. */
typedef struct khop_inspect_charset {
  char source[256];
  char column[128];   /* "": the whole file; otherwise a column that differs from its file */
  char evidence[512]; /* "vni; 1,204 accented words: 98.2 % read as Vietnamese syllables as vni, ..." */
} khop_inspect_charset;

typedef struct khop_inspection {
  char schema[64];
  bool schema_detected;
  char source[256], compression[16];
  char delimiter;
  bool had_bom;
  uint64_t rows, rejected;
  size_t column_count;
  khop_inspect_column *columns; /* free with khop_free */
  size_t charset_count;
  khop_inspect_charset *charsets; /* free with khop_free: of each source, followed by its columns that differ */
  uint64_t decoded_rows;          /* with text in another charset than UTF-8 */
  size_t unmapped_field_count;
  char unmapped_fields[64][64]; /* fields of the schema without a column */
} khop_inspection;

/* Looks at every row of the inputs; matches and writes nothing. */
KHOP_API khop_status khop_inspect(const khop_options *options, khop_inspection *out, khop_error *err);

/* ---- evaluate ----------------------------------------------------------------------------- */

/* What khop_evaluate takes: `output` and one of `truth` and `labels`; all else may be NULL or 0. */
typedef struct khop_evaluate_options {
  const char *output; /* directory of a result */
  const char *truth;  /* CSV: record_id,entity_id or left_id,right_id */
  const char *labels; /* CSV: left_id,right_id,label (match, non-match, possible; trùng, ...), maybe reviewer and weight */
  const char *curve;  /* CSV to write: precision, recall and F1 at every match weight; with labels at the thresholds */
  const char *errors; /* CSV to write: wrong and missed pairs, at most 50,000 of each; needs the store */
  const char *store;  /* NULL: OUTPUT/store */
  const char *const *by; /* groupings: a field; FIELD.year, .decade, .province, .surname, .given; or sex, birth_year,
                          * birth_decade, province, ethnicity, source. Needs the store */
  size_t by_count;
} khop_evaluate_options;

typedef struct khop_quality {
  uint64_t records, truth_records, common_records, missing_records; /* missing: named by the truth, not in the result */
  uint64_t true_positives, false_positives, false_negatives; /* cluster-implied pairs */
  double precision, recall, f1;
  double pair_precision, pair_recall, pair_f1; /* pairs.csv with decision match */
  double best_f1, best_threshold;              /* over all match weights in pairs.csv */
  double exact_clusters;                       /* share of true entities found exactly */
} khop_quality;

/* A share with its 95 % interval; NaN when nothing tells. */
typedef struct khop_estimate {
  double value, low, high;
} khop_estimate;

typedef struct khop_label_quality {
  uint64_t rows, pairs, unknown_rows; /* unknown: of a record that the result does not have; left out */
  uint64_t matches, non_matches, possible, disputed; /* pairs, by vote of reviewers; a tie is possible */
  uint64_t match_pairs, match_labelled;     /* pairs.csv with decision match; with a label that decides */
  uint64_t chained_pairs, chained_labelled; /* in one cluster only through other records */
  khop_estimate match_precision, cluster_precision; /* stratified by match weight */
  khop_estimate match_recall, cluster_recall;       /* of the pairs labelled match: others are not in it */
} khop_label_quality;

/* Pairs of pairs.csv from a match probability up. Recall is of all true pairs, or of the pairs labelled match. */
typedef struct khop_threshold {
  double probability, weight, recall, f1;
  double precision, precision_low, precision_high; /* of a truth all three are the same */
  uint64_t pairs;
} khop_threshold;

/* Records of one value, and the pairs that have one of them at least. */
typedef struct khop_group {
  char *value; /* canonical; NULL: missing */
  uint64_t records, true_pairs, true_positives, false_positives, false_negatives; /* cluster-implied; or those labelled */
  double precision, recall, f1;
} khop_group;

typedef struct khop_grouping {
  char *name;         /* as asked for */
  khop_group *groups; /* most records first; years and decades in order */
  size_t group_count;
} khop_grouping;

/* Wrong pairs: relatives (a level of fixed weight says twins, siblings ...), other_given_name, namesakes (same name and
 * birth date), same_name, similar_name, same_identifier, other; chained: in one cluster only through other records.
 * Missed pairs: no_rule (no blocking rule finds them), large_block (one does, in a block that was split),
 * below_review, below_match (of the thresholds), parted (a match, but in two clusters). */
typedef struct khop_error_kind {
  const char *name; /* static */
  bool is_missed;
  uint64_t pairs;
} khop_error_kind;

enum { KHOP_THRESHOLDS_MAX = 14, KHOP_ERROR_KINDS_MAX = 16 };

typedef struct khop_evaluation {
  bool from_labels, has_errors; /* labels instead of quality; options.errors was written */
  khop_quality quality;
  khop_label_quality labels;
  size_t threshold_count, grouping_count, error_kind_count;
  khop_threshold thresholds[KHOP_THRESHOLDS_MAX]; /* falling */
  khop_grouping *groupings;
  khop_error_kind error_kinds[KHOP_ERROR_KINDS_MAX]; /* of the listed pairs */
  uint64_t errors_listed, errors_wrong, errors_missed;
} khop_evaluation;

/* Quality of the result in a directory, against a truth or labels, from what the directory holds. */
KHOP_API khop_status khop_evaluate(const khop_evaluate_options *options, khop_evaluation *out_evaluation, khop_error *err);
KHOP_API void khop_evaluation_free(khop_evaluation *evaluation); /* what it points to */

/* Of the links between two registers: rows of links.csv that are match or conflict. */
typedef struct khop_link_quality {
  uint64_t left_records, right_records; /* of the result */
  uint64_t missing_pairs; /* true pairs with a record that the result does not have: in no count below */
  uint64_t true_positives, false_positives, false_negatives; /* pairs of a left and a right record */
  double precision, recall, f1;
  uint64_t conflict_true, conflict_false, review_true, review_false; /* links with a conflict; for review: no links */
} khop_link_quality;

/* Of khop_link's result in `output`, against files of record_id,entity_id for the left register and the right one (NULL: the
 * left one's tells of both), or one of left_id,right_id. */
KHOP_API khop_status khop_evaluate_links(const char *output, const char *left_truth, const char *right_truth,
                                         khop_link_quality *out_quality, khop_error *err);

typedef struct khop_pair_quality {
  uint64_t true_positives, false_positives, false_negatives;
  double precision, recall, f1;
} khop_pair_quality;

/* Pairs of a record of register `left` and one of register `right`. */
typedef struct khop_register_pair {
  size_t left, right;
  khop_pair_quality quality;
} khop_register_pair;

/* Of three linked registers or more: pairs of records of two registers that are in one entity. */
typedef struct khop_entity_quality {
  size_t register_count, pair_count;
  struct {
    char name[KHOP_REGISTER_NAME_BYTES];
    uint64_t records;
  } registers[KHOP_REGISTERS_MAX];
  uint64_t missing_pairs; /* true pairs with a record that the result does not have: in no count below */
  khop_pair_quality whole;
  khop_register_pair pairs[KHOP_REGISTERS_MAX * (KHOP_REGISTERS_MAX - 1) / 2]; /* each two registers */
} khop_entity_quality;

/* Of khop_link's result in `output`, against files of record_id,entity_id: one for each register, in their order, or one for all. */
KHOP_API khop_status khop_evaluate_entities(const char *output, const char *const *truths, size_t truth_count,
                                            khop_entity_quality *out_quality, khop_error *err);
/* Is it a result of khop_link of three registers or more? */
KHOP_API bool khop_is_entity_result(const char *output);
KHOP_API bool khop_is_link_result(const char *output); /* did khop_link write it? */

/* ---- normalise ---------------------------------------------------------------------------- */

/* What khop_normalise takes. Start with khop_normalise_options_init; only `type` is needed. */
typedef struct khop_normalise_options {
  const char *type;        /* "person_name", "address", "date", ...: khop_normalise_type lists them */
  const char *charset;     /* of the input, as --charset; NULL: utf-8 */
  bool json;               /* JSON lines instead of TSV */
  const char *order;       /* of dates: "dmy", "mdy"; NULL: not known */
  unsigned reference_year; /* in which the values were written; 0: not known */
  unsigned threads;        /* 0: all processors of the process */
  khop_control *control;   /* NULL: cannot be stopped */
} khop_normalise_options;

KHOP_API void khop_normalise_options_init(khop_normalise_options *options);
/* The name of a type, static; NULL behind the last. */
KHOP_API const char *khop_normalise_type(size_t index);

/* Reads values from descriptor `input`, one a line (LF or CRLF; the last may lack it), and writes for each one line to
 * descriptor `output`, in order: value, canonical form, parts, what was repaired, findings. The same input gives the
 * same bytes on any number of threads. A value is never an error: one that cannot be read has findings ("format",
 * "damaged" with U+FFFD for what was no UTF-8, "undecodable" in the charset, "too_long" over 1 MiB).
 *
 * TSV begins with a header line; parts are name=value, and like repairs and findings parted by ';'. In JSON all parts are strings.
 * Both descriptors stay open. KHOP_USAGE: an option; KHOP_ENVIRONMENT: a descriptor that cannot be read or written
 * (SIGPIPE is the caller's to ignore); KHOP_INTERRUPTED: the output then ends behind a whole line or within one. */
KHOP_API khop_status khop_normalise(const khop_normalise_options *options, int input, int output, khop_error *err);

/* ---- store ---- */

/* A finished store, read-only. One thread at a time a khop_store (khop_store_share: one for each thread); a process opens
 * a directory once at a time and does not fork while it is open. Each piece of it is checked when it is first read. */
typedef struct khop_store khop_store;

#define KHOP_CLUSTER_NONE UINT32_MAX
enum { KHOP_STORE_TABLES_MAX = 128 };

/* Missing or not a store: KHOP_USAGE. Unfinished, damaged or of a newer format: KHOP_INPUT. */
KHOP_API khop_status khop_store_open(khop_store **out_store, const char *directory, khop_error *err);
KHOP_API void khop_store_close(khop_store *store); /* NULL is fine */
/* The same store for another thread; to be closed before `of`. */
KHOP_API khop_status khop_store_share(khop_store **out_store, khop_store *of, khop_error *err);
/* A directory that khop_index_create made: rows of all runs, dead ones too; a cluster is an entity, its number cluster + 1. */
KHOP_API bool khop_store_living(const khop_store *store);
KHOP_API uint64_t khop_store_row_count(const khop_store *store);
KHOP_API size_t khop_store_field_count(const khop_store *store);
/* Borrowed until close; NULL beyond the last field, and for a fact the store does not have. */
KHOP_API const char *khop_store_field_name(const khop_store *store, size_t field);
KHOP_API const char *khop_store_schema(const khop_store *store);
KHOP_API const char *khop_store_meta(const khop_store *store, const char *name);

typedef struct khop_store_table {
  uint32_t table; /* 1 record ids, 2 to 15 identifier fields, 16 to 47 blocking rules, 60 clusters, 61 oversized
                   * blocks, 64 and up term frequencies of fields, 128 and up of last words, 192 and up of first words */
  uint64_t postings, bytes;
} khop_store_table;

typedef struct khop_store_stats {
  uint64_t rows, clusters;
  uint64_t bytes, used_bytes; /* of the file; of its pages in use */
  double bytes_per_record;
  uint64_t record_bytes, cluster_bytes;
  unsigned readers; /* other processes that read it now */
  /* Files that were compacted away or replaced, and processes (those that we may look at) that still read them: until these end the
   * disk does not get the bytes back. */
  uint64_t held_bytes;
  unsigned held_by;
  uint64_t segments, runs, dead_rows; /* of a living store; clusters: entities that there have ever been */
  size_t table_count;
  khop_store_table tables[KHOP_STORE_TABLES_MAX];
} khop_store_stats;

KHOP_API khop_status khop_store_read_stats(khop_store *store, khop_store_stats *out_stats, khop_error *err);
/* Reads everything; the first fault is the error, with its place. */
KHOP_API khop_status khop_store_verify(khop_store *store, khop_error *err);

typedef struct khop_store_record {
  uint32_t row;
  uint32_t cluster;   /* KHOP_CLUSTER_NONE when it has none */
  uint32_t source_number; /* of the inputs, from 0 */
  const char *source; /* its name; "" when the store does not name it */
  uint64_t line;
  size_t field_count;
  const char *const *fields;
  const uint32_t *lengths; /* fields may hold NUL */
} khop_store_record;

/* Without memory of its own: borrowed until the store's next call, and fields do not end in NUL. */
KHOP_API khop_status khop_store_read(khop_store *store, uint32_t row, khop_store_record *out, khop_error *err);
/* One block of memory with all it points to, fields end in NUL: free with khop_free. */
KHOP_API khop_status khop_store_get(khop_store *store, uint32_t row, khop_store_record **out_record, khop_error *err);

/* The id of a record of this store, as the results name it: free with khop_free. NULL: out of memory. */
KHOP_API char *khop_store_record_id(const khop_store *store, const khop_store_record *record);

/* Rows, ascending: at most `capacity` are written to `rows` (NULL with 0), *out_count is how many
 * there are. None is KHOP_OK. */
/* Records with exactly this id (blanks at either end do not count). */
KHOP_API khop_status khop_store_find_id(khop_store *store, const char *id, uint32_t *rows, size_t capacity,
                                        size_t *out_count, khop_error *err);
/* Records that hold this identifier in any identifier field, written as people write it. */
KHOP_API khop_status khop_store_find_identifier(khop_store *store, const char *identifier, uint32_t *rows,
                                                size_t capacity, size_t *out_count, khop_error *err);
/* Rows under a key of a table: hashes, so compare what the records hold. */
KHOP_API khop_status khop_store_find_key(khop_store *store, uint32_t table, uint64_t key, uint32_t *rows,
                                         size_t capacity, size_t *out_count, khop_error *err);

/* An id as the results name it, or an identifier as people write it. */
typedef struct khop_asked {
  const char *text; /* need not end in NUL */
  size_t length;    /* bytes */
} khop_asked;
/* Is given a record that answers asked[which], borrowed until it returns; it asks the store nothing. Other than KHOP_OK ends the look-ups with it. */
typedef khop_status khop_store_visit(void *context, size_t which, const khop_store_record *record, khop_error *err);
/* Many look-ups in one call: by record id as khop_store_find_id, or by identifier as khop_store_find_identifier, and the records read. Visits are
 * in the order of the rows, whatever was asked first; what no record answers has none. What lies together is read together, once for all that
 * are asked. It takes about 60 bytes of memory for each. */
KHOP_API khop_status khop_store_get_many(khop_store *store, bool by_identifier, const khop_asked *asked, size_t count, khop_store_visit *visit,
                                         void *context, khop_error *err);

/* What khop_index_get takes. */
typedef struct khop_get_options {
  bool by_identifier; /* lines are identifiers as people write them; otherwise record ids */
  unsigned threads;   /* 0: all processors of the process */
  khop_control *control; /* NULL: cannot be stopped */
} khop_get_options;

typedef struct khop_get_summary {
  uint64_t asked, missing, records; /* lines; those that no record answers; records that were written */
} khop_get_summary;

/* Many look-ups in a store, that of a run or a living one. Reads ids from descriptor `input`, one a line (LF or CRLF; the last may lack it),
 * and writes CSV to descriptor `output`: asked, record_id, cluster_id, source, line and the fields of the schema. Answers stand
 * in the order of the lines, those of one line by row; a line that no record answers stands there with nothing behind it. The same bytes on
 * any number of threads. Both descriptors stay open. Errors are those of khop_store_open and khop_normalise. */
KHOP_API khop_status khop_index_get(const char *directory, const khop_get_options *options, int input, int output,
                                    khop_get_summary *out_summary, khop_error *err);
/* A cluster of one row takes a scan, of two or more a look-up. */
KHOP_API khop_status khop_store_cluster_rows(khop_store *store, uint32_t cluster, uint32_t *rows, size_t capacity,
                                             size_t *out_count, khop_error *err);

/* ---- living store ------------------------------------------------------------------------------ */

/* A register that is matched every night: a directory that khop_index_create makes, from the result of khop_dedupe or from a
 * schema and perhaps a model, and that every change makes larger. Model, thresholds and term frequencies are frozen in it, so that a pair weighs
 * the same whenever its records come. khop_store_* reads it, also while it is written; one writer at a time: another waits for
 * options->wait_seconds, then it is KHOP_ENVIRONMENT. A change is durable when its call returns KHOP_OK, and otherwise never was. */
typedef struct khop_index_create_options {
  const char *from;  /* directory of a result of khop_dedupe, with its store */
  bool empty;        /* take its model and frequencies, but none of its records */
  /* Instead of `from`: a store without records. Of these schema, model (NULL: the schema's own weights), frequencies, match_threshold,
   * review_threshold, linkage, block_rows_max and qualify_ids count, as for khop_dedupe. Where no frequencies are given
   * agreement weighs what it weighs on average. */
  const khop_options *schema_options;
  uint64_t records;  /* beside them: how many the store will hold, for the prior of a pair; 0: as many as the model's register, or 1,000,000 */
  unsigned threads;  /* 0: all */
  khop_control *control;
} khop_index_create_options;

/* KHOP_USAGE when `directory` exists. The store shares the file of its first records with the result, where it can. */
KHOP_API khop_status khop_index_create(const char *directory, const khop_index_create_options *options, khop_error *err);

typedef struct khop_index_summary {
  uint32_t run;                      /* number of this change; that of the last one where nothing changed */
  uint64_t rows, rejected;           /* that came */
  uint64_t added, updated, unchanged; /* new ids; ids with another content; the same content: nothing done */
  uint64_t deleted, unknown;         /* rows that died, replaced ones too; ids or decisions that name no record */
  uint64_t pairs_compared, links, links_dropped; /* dropped: no rule finds them since their block was split */
  uint64_t joined, merged, split, created; /* records that joined others, entities */
  uint64_t records;                  /* in the store now */
  uint64_t linked, unlinked;         /* khop_index_match */
  double seconds;
  uint64_t peak_memory_bytes;
} khop_index_summary;

/* Matches the records of options->inputs against all that is stored and among themselves, and stores them. An id that the
 * store has with another content replaces that record. Of the options inputs, maps, delimiter, charset, max_rejected, threads,
 * memory_bytes, wait_seconds, progress and control count. */
KHOP_API khop_status khop_index_add(const char *directory, const khop_options *options, khop_index_summary *out_summary, khop_error *err);
/* `ids`: a file with a record id a line. What the records held together is looked at again. */
KHOP_API khop_status khop_index_delete(const char *directory, const char *ids, const khop_options *options, khop_index_summary *out_summary,
                                       khop_error *err);
/* What people decided about pairs, as khop_options.decisions, with a column `reason` if there is one. It stands through all
 * later runs, also when a record is replaced, until another decision on the pair. Contradictions are KHOP_INPUT. */
KHOP_API khop_status khop_index_decide(const char *directory, const char *decisions, const char *author, const khop_options *options,
                                       khop_index_summary *out_summary, khop_error *err);
/* `event`: the number of a line of the journal that names two records ("7.3", a merge or a join): they cannot be one. */
KHOP_API khop_status khop_index_undo(const char *directory, const char *event, const char *author, const khop_options *options,
                                     khop_index_summary *out_summary, khop_error *err);
/* Links of records that are not stored to entities: options->output/links.csv and unlinked.csv. */
KHOP_API khop_status khop_index_match(const char *directory, const khop_options *options, khop_index_summary *out_summary, khop_error *err);
/* options->output/entities.csv: record_id, entity, entity_size, source, line of every record, in the order in which they came. */
KHOP_API khop_status khop_index_export(const char *directory, const khop_options *options, khop_index_summary *out_summary, khop_error *err);
/* One segment instead of many, without dead rows. */
KHOP_API khop_status khop_index_compact(const char *directory, const khop_options *options, khop_index_summary *out_summary, khop_error *err);
/* The journal's lines about an entity, and about those that became part of it, oldest first: free with khop_free. NULL in
 * *out_lines: nothing ever happened to it. Fields, parted by tabs: event, time, kind (joined, merged, split, ended, must_link,
 * cannot_link), entity, other entity, record id, record id, weight, rule, note. */
KHOP_API khop_status khop_index_history(const char *directory, uint32_t entity, char **out_lines, khop_error *err);

/* ---- explain ------------------------------------------------------------------------------ */

/* Why a pair of records is, or is not, a match, and what the best candidates of a record are: from a result
 * directory alone (its store, model.json and summary.json). Weights are those of the run, to the bit. */
typedef struct khop_explainer khop_explainer;

typedef struct khop_explain_options {
  const char *output; /* directory of the result */
  const char *store;  /* NULL: OUTPUT/store */
  bool show_values;   /* otherwise masked: a name is N***** V**, a number 999999, a date 99/99/9999 */
} khop_explain_options;

/* Missing or not a result: KHOP_USAGE. Of another run, of another khop, or too old to explain: KHOP_INPUT. */
KHOP_API khop_status khop_explainer_open(khop_explainer **out_explainer, const khop_explain_options *options, khop_error *err);
KHOP_API void khop_explainer_close(khop_explainer *explainer); /* NULL is fine */

typedef enum khop_decision { KHOP_NO_MATCH = 0, KHOP_REVIEW, KHOP_MATCH } khop_decision;
/* Unknown: a block too large to be walked again, of which the run compared neighbours alone. */
typedef enum khop_compared { KHOP_COMPARED_NO = 0, KHOP_COMPARED_YES, KHOP_COMPARED_UNKNOWN } khop_compared;

typedef struct khop_explain_value {
  const char *field, *left, *right; /* "" where missing */
} khop_explain_value;

typedef struct khop_explain_comparison {
  const char *name, *level; /* level "missing": weighs nothing */
  bool fixed;               /* the schema states the weight */
  double m, u;              /* NaN where there are none: missing, fixed */
  double weight, frequency_weight; /* log2(m / u), or the fixed weight; on top of it, for how common a value is */
  const char *frequency_field; /* whose value that is, or "FIELD.given", "FIELD.surname"; NULL: none */
  uint64_t frequency;       /* records that hold it; 0: a table says how common it is */
  double correction;        /* on top of both, for what `corrects` has said already: a comparison that tells the same thing; NULL: none */
  const char *corrects;
  size_t value_count;
  const khop_explain_value *values; /* of the fields that the comparison looks at */
  double match_share; /* of all pairs at such a level, how many match; 0: the level has none */
  bool covered;       /* by such a level of another comparison: weighs nothing */
} khop_explain_comparison;

typedef enum khop_rule_outcome {
  KHOP_RULE_FINDS = 0, KHOP_RULE_MISSING, KHOP_RULE_DIFFERS, /* the key: agrees, is missing on a side, differs */
  KHOP_RULE_SPLIT,   /* the block was too large, and was split between the two */
  KHOP_RULE_WINDOW,  /* the block was too large, and the two stand too far apart in it */
  KHOP_RULE_UNKNOWN  /* the same, and how far apart they stand would take too long to find out */
} khop_rule_outcome;

typedef struct khop_explain_rule {
  const char *name;
  khop_rule_outcome outcome;
  bool owns;          /* the first rule under which the two keys agree: the one that compared the pair, or left it out */
  const char *detail; /* "ngay_sinh differs", "ho_ten.given missing on the left" */
  uint64_t left_rows, right_rows; /* records in the block of each; 0 without a key */
} khop_explain_rule;

typedef struct khop_explain_record {
  const char *id, *source;
  uint64_t line, cluster; /* cluster as in clusters.csv; 0: none, the record was rejected */
  uint32_t row;
} khop_explain_record;

typedef struct khop_explain_step { /* a match on the way from one record of a cluster to another: to that of `id` */
  const char *id;
  double weight;
} khop_explain_step;

typedef struct khop_pair_explanation {
  khop_explain_record left, right; /* left stands earlier in the register, as in pairs.csv */
  size_t comparison_count, rule_count;
  const khop_explain_comparison *comparisons;
  const khop_explain_rule *rules;
  double prior, weight, probability; /* weight: prior and all comparisons, as pairs.csv says it */
  double match_weight, review_weight; /* thresholds */
  khop_decision decision;  /* by the weight alone */
  const char *reason;      /* the level of fixed weight (twin, sibling) that speaks most for the decision; NULL: none */
  khop_compared compared;
  bool same_cluster;
  const char *kept_apart;  /* what parted a match ("conflict: another telephone"), as in splits.csv; NULL: nothing */
  uint64_t cluster_size;   /* of the left record's */
  size_t step_count;       /* where they share a cluster and are no compared match: the shortest chain of matches that
                            * connects them; 0 otherwise, and in clusters of more than 64 */
  const khop_explain_step *steps;
} khop_pair_explanation;

/* Borrowed until the explainer is asked again or closed. Unknown ids: KHOP_USAGE. */
KHOP_API khop_status khop_explain_pair(khop_explainer *explainer, const char *id, const char *other_id,
                                       const khop_pair_explanation **out_pair, khop_error *err);

typedef struct khop_explain_candidate {
  khop_explain_record record;
  double weight, probability;
  khop_decision decision;
  khop_compared compared;
  bool same_cluster;
  const char *rule, *reason; /* the rule that owns the pair, or NULL; as in khop_pair_explanation */
  const char *why;           /* one line */
} khop_explain_candidate;

typedef struct khop_candidates_explanation {
  khop_explain_record record;
  uint64_t cluster_size;
  uint64_t sharing, looked_at; /* records that share a blocking key; of huge blocks only the nearest were looked at */
  double match_weight, review_weight;
  size_t candidate_count;
  const khop_explain_candidate *candidates; /* by weight, best first */
} khop_candidates_explanation;

/* The best `top` candidates (at most 1,000) of a record. Borrowed likewise. */
KHOP_API khop_status khop_explain_candidates(khop_explainer *explainer, const char *id, size_t top,
                                             const khop_candidates_explanation **out_candidates, khop_error *err);

typedef enum khop_explain_format { KHOP_EXPLAIN_TEXT = 0, KHOP_EXPLAIN_JSON, KHOP_EXPLAIN_SVG } khop_explain_format;

/* As text for a terminal, one JSON object, or a chart of the weights (SVG, pairs only: KHOP_USAGE for candidates).
 * Free with khop_free. */
KHOP_API khop_status khop_explain_write_pair(const khop_pair_explanation *pair, khop_explain_format format, char **out_text,
                                             khop_error *err);
KHOP_API khop_status khop_explain_write_candidates(const khop_candidates_explanation *candidates, khop_explain_format format,
                                                   char **out_text, khop_error *err);

#ifdef __cplusplus
}
#endif
#endif
