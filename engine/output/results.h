/* The files of a result directory. Each writer fills an open outfile; dedupe.c commits them together. */
#ifndef KHOP_OUTPUT_RESULTS_H
#define KHOP_OUTPUT_RESULTS_H

#include "base/file.h"
#include "block/walk.h"
#include "cluster/largest.h"
#include "feature/records.h"
#include "findings/quality.h"
#include "findings/findings.h"
#include "findings/places.h"
#include "model/errors.h"
#include "model/score.h"

/* What became of a record of linked registers. */
typedef enum link_fate {
  FATE_REJECTED = 0,   /* its id was there before */
  FATE_LINKED,         /* stands in links.csv as match or conflict, */
  FATE_REVIEW,         /* or only for review */
  FATE_NO_KEY,         /* no blocking rule has a key of it: name, numbers or dates are missing */
  FATE_NO_CANDIDATE,   /* nothing that was compared is at all like it */
  FATE_BELOW_REVIEW,   /* its best candidate is not probable enough */
  FATE_CANDIDATE_TAKEN /* its candidates have links with others */
} link_fate;

typedef struct link_result {
  const table_registers *registers;
  const char (*names)[KHOP_REGISTER_NAME_BYTES]; /* of the registers */
  const clusters *units;   /* duplicates within registers; NULL: none were looked for */
  const uint8_t *states; /* assign_state of each of result.pairs */
  const uint8_t *fates;  /* link_fate of each row */
  const best_pair *best; /* of each row */
  const uint16_t *causes; /* of each of result.pairs: findings/causes.h; NULL: not looked for */
} link_result;

/* What `--write quality` found. */
typedef struct quality_result {
  quality_counts counts; /* ended; places of each register, */
  quality_counts all;    /* and those of all together, as of register 0: only its places are filled */
  address_book *book;
  size_t register_count; /* linked registers, or files */
  const char **registers; /* their names, and */
  uint64_t *columns;      /* a bit for each field that one has a column for */
} quality_result;

/* Values of linked entities that contradict each other. */
typedef struct contradiction_counts {
  uint64_t entities, fields; /* entities with one; fields of entities */
  uint64_t to_correct[KHOP_REGISTERS_MAX][SCHEMA_FIELDS_MAX]; /* values of a register that are likely wrong */
  uint64_t to_verify[KHOP_REGISTERS_MAX][SCHEMA_FIELDS_MAX];  /* where nothing tells which one is */
  const char *agencies[KHOP_REGISTERS_MAX];                   /* who keeps the register */
} contradiction_counts;

/* What a run found; all borrowed. `pairs`, `clusters` and `model` may be NULL where a writer does not need them; without
 * clusters the summary is one of findings alone. */
typedef struct result {
  const schema *schema;
  const input *input;
  const records *records;
  const model *model;
  const rule_facts *facts; /* a rule each */
  const level_counts *reasons;
  const kept_pairs *pairs;
  int32_t match_weight;    /* from here on a pair is a match */
  const error_counts *errors; /* compared pairs by weight; NULL: nothing was compared */
  unsigned match_bin;      /* of these, from which on a pair is a match */
  const clusters *clusters;
  const largest_clusters *largest; /* of `clusters`; NULL: nobody asks */
  const link_result *links; /* NULL: one register */
  const decisions *decisions; /* NULL: none were given */
  const quality_result *quality; /* NULL: not asked for */
  contradiction_counts *contradictions; /* filled in when they are written; NULL: they are not wanted */
  const findings *findings;   /* ended; NULL: not looked for */
  const place_counts *places; /* of findings */
  const feature_table *table; /* whose rows may be dead */
  size_t block_rows_max;
  uint64_t seed, input_hash;
  uint32_t today;          /* as feature dates */
  const uint64_t *month_first; /* of each source, the date fields that were read month first, a bit each */
} result;

/* record_id,... of record `row`, quoted where needed. */
void write_record_id(outfile *f, const records *r, size_t row);
/* The same where rows ascend, of all records. */
void write_next_id(outfile *f, record_cursor *ids, size_t row);

/* pairs.csv: left_id,right_id,match_probability,match_weight,blocking_rule,decision */
void write_pairs(outfile *f, const result *r);
/* clusters.csv: record_id,cluster_id,cluster_size,source,cluster_confidence. Every indexed record has a line; of linked
 * registers those of the ones that were deduplicated, each register's clusters apart. */
void write_clusters(outfile *f, const result *r);
/* splits.csv: left_id,right_id,match_probability,match_weight,cause,rule,against_left_id,against_right_id. A line for each
 * pair that matches and is not in one cluster. */
void write_splits(outfile *f, const result *r);
/* links.csv: left_id,right_id,match_probability,category,match_weight,blocking_rule,detail,cause; of more than two registers
 * left_register and right_register behind the ids. Category is match, conflict or review; detail names the comparisons that
 * contradict, and "tie". Of two units (cluster/choose.h) their heaviest pair has the line. */
void write_links(outfile *f, const result *r);
/* unlinked.csv: side,record_id,reason,best_candidate_id,best_match_probability; of more than two registers the column register instead of
 * side, and best_candidate_register. With links.csv, and of duplicates entities.csv, it has every record. */
void write_unlinked(outfile *f, const result *r);
/* entities.csv: entity_id,register,record_id,source,confidence. Every indexed record has a line. */
void write_entities(outfile *f, const result *r);
/* rejected.csv: source,line,byte_offset,reason,detail. Never a value. */
void write_rejected(outfile *f, const result *r);
/* ids.csv: finding,severity,identifier_type,identifier,record_ids,suggested_fix,evidence. Ids are parted by ';'. */
khop_status write_ids(outfile *f, const result *r, khop_error *err);
/* quality_places.csv: level,code,map,name,register,records,usable,needs_correction,unusable,usable_share,rank. By level, register
 * and rank; `register` is empty where all are counted together. */
khop_status write_quality_places(outfile *f, const result *r, khop_error *err);
/* "Phường Sài Gòn, Thành phố Hồ Chí Minh", "26740" of a unit; both empty of ADDRESS_NO_UNIT. */
enum { UNIT_NAME_BYTES = 192, UNIT_CODE_BYTES = 8 };
void unit_show(const address_book *book, uint16_t unit, char name[UNIT_NAME_BYTES], char code[UNIT_CODE_BYTES]);
/* Records of a place in all groups. */
uint64_t quality_place_records(const quality_place *place);
/* ",1\n", or the confidence of the cluster with six digits. */
void write_confidence(outfile *f, const clusters *c, uint32_t cluster);
/* A probability with six digits, a weight with three. */
void write_probability(outfile *f, int32_t weight);
void write_weight(outfile *f, int32_t weight);
/* summary.json. KHOP_ENVIRONMENT when out of memory. `links`: of linked registers, or NULL. */
khop_status write_summary(outfile *f, const result *r, const khop_summary *summary, const khop_link_summary *links, khop_error *err);
/* report.html: summary.json and some more, as a page for people. `language`: it opens in, "vi" or "en". */
khop_status write_report(outfile *f, const result *r, const char *language, const khop_summary *summary, const khop_link_summary *links,
                         khop_error *err);
/* Was the page built in? */
bool report_available(void);

#endif
