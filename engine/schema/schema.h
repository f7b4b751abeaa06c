/* Schemas: what a register is, as data. A built-in or a user's YAML file becomes this struct.
 *
 *   schema: civil-birth
 *   title: Sổ đăng ký khai sinh
 *   id: ma_ho_so                        # the field that names a record; may be left out
 *   fields:
 *     ma_ho_so: {type: code, aliases: [mã hồ sơ, record id]}
 *     ho_ten:   {type: person_name, aliases: [họ và tên, full name]}
 *     so_dinh_danh: {type: personal_id, identifier: true}
 *     ngay_sinh: {type: date, reference_year: 2024}   # reads "35 tuổi" and 12/03/85; may be left out
 *     noi_sinh: {type: place, frequencies: places.csv}   # value,count or value,share; beside this file
 *     cha_ho_ten: {type: person_name, frequencies: {surname: surnames.csv}}   # whole, given (last word), surname (first word)
 *   blocking:                           # in order; a pair belongs to the first rule that finds it
 *     - [so_dinh_danh]
 *     - [ho_ten.plain, ngay_sinh]       # .plain may be left out
 *     - {name: same year, parts: [ho_ten.sorted, ngay_sinh.year]}
 *   split_by: [ngay_sinh.year, ho_ten.given]   # how an oversized block is split, in order
 *   block_rows: 12                      # of more rows a block is oversized; without it what the program says
 *   comparisons:
 *     - name: ho_ten                    # null check on the field of that name, or on `fields`
 *       levels:                         # the first level that holds; the last is `else`
 *         - {when: ho_ten exact, m: 0.7, u: 0.00003, term_frequency: ho_ten}
 *         - name: twin                  # relatives: see below
 *           when: [ho_ten given_common, me_ho_ten plain, ngay_sinh exact]
 *           match_share: 0.02
 *           covers: [ngay_sinh, parents]
 *         - {when: [ho_ten similar 0.92, ho_ten given], m: 0.2, u: 0.001, term_frequency: ho_ten.given}
 *         - {else: true, m: 0.02, u: 0.99}
 *     - name: gioi_tinh                 # no levels: those of defaults.yaml for the field's type;
 *     - name: cha_ho_ten                # `default` as the last level puts them behind others
 *       levels: [{when: not cha_ho_ten surname, weight: -3}, default]
 *     - name: parents
 *       fields: [me_ho_ten, cha_ho_ten]
 *       missing: all                    # missing only when every field is (default: any); never: the levels say
 *       levels:
 *         - {any: [[me_ho_ten plain, cha_ho_ten plain], me_so_giay_to exact], m: 0.8, u: 0.00001}
 *         - {else: true, m: 0.05, u: 0.99}
 *   clusters:                           # may be left out
 *     linkage: average                  # single (when left out), complete or average; see cluster/linkage.h
 *     conflicts:                        # what two records of one cluster must not be to each other,
 *       - {name: another number, when: [so_dinh_danh valid, not so_dinh_danh edits 2]}   # unless they match
 *       - {comparison: ho_ten, level: twin, always: true}                                # even if they match
 *   findings:                           # what fields mean to each other; may be left out
 *     people:                           # the first one is whom the record is about
 *       - {name: ho_ten, sex: gioi_tinh, birth: ngay_sinh, numbers: [so_dinh_danh]}
 *       - {name: me_ho_ten, sex: female, birth: me_nam_sinh, papers: [me_so_giay_to], parent: true}
 *     relatives: [me_ho_ten, noi_cu_tru]   # what brothers, sisters, husband and wife have in common
 *     living: true                      # a record says that its person lives
 *     issued: ngay_dang_ky              # and `death`: dates
 *     card: {from: han_the_tu, until: han_the_den}
 *     certificate: {serial: so_phat_hanh, owner: chu_su_dung}
 *     parcel: {place: ma_xa, sheet: so_to, number: so_thua, old_sheet: so_to_cu, old_number: so_thua_cu, owner: chu_su_dung}
 *     entry: {place: noi_dang_ky, book: quyen_so, number: so, date: ngay_dang_ky}
 *   expected_duplicates: 0.08           # matching pairs per record, before training (prior)
 *   thresholds: {match: 0.9, review: 0.5}      # match probabilities
 *   golden:                             # which value survives of several; may be left out (schema_golden.c)
 *     authority: [cccd, civil-birth]    # registers, the most trusted first: schemas of linked ones, or names of files
 *     date: ngay_cap                    # how recent a record is
 *     fields:
 *       noi_cu_tru: [most_recent, most_complete]
 *       so_dinh_danh: {rule: authority, write: canonical}
 *   quality:                            # what a usable record has; may be left out
 *     required: [ho_ten, ngay_sinh, gioi_tinh]
 *     identity: [so_dinh_danh, [ho_ten, ngay_sinh]]   # a record without any of them is unusable
 *     place: noi_cu_tru                 # where it is counted
 *   contradictions:                     # between linked registers; may be left out (schema_contradictions.c)
 *     agency: police                    # who keeps such a register and corrects it
 *     leave_out: [dien_thoai]           # fields that may differ
 *   links: one-to-one                   # of linked registers; or one-to-many, many-to-one, many-to-many (default)
 *   joint: true                         # links registers of other schemas: an alias is the name of a field of theirs
 *
 * A test is "[not] FIELD[/OTHER] TEST [NUMBER]". FIELD/OTHER compares FIELD of one record with
 * OTHER of the other one, or the other way round; FIELD><OTHER holds when both ways do. On a missing
 * value every test is false, and so is its negation. Tests are joined by lists (all of), any, all and
 * not in any nesting: {when: [a exact, {any: [b exact, {not: c exact}]}]} (schema_conditions.h).
 * docs/schema.md is the reference for users.
 *
 * A level may say `conflict: true`: a linked pair at it is one person or parcel whose records contradict each other.
 *
 * A field name is letters, digits, '_' and '-'. `fields` and `comparisons` are needed, for a run `blocking` too;
 * without expected_duplicates it is 0.05, without thresholds they are 0.9 and 0.5, without `title`
 * it is the name. A level has m and u, or weight, or match_share; only m and u take a term_frequency, and `else` takes none.
 *
 * What relatives share is no proof, however rare it is among strangers: their parents, home and birthday come
 * together. A level with `match_share` names such pairs and says which share of them matches after all (before
 * training); `covers` names the comparisons whose evidence its tests include already: they weigh nothing there.
 */
#ifndef KHOP_SCHEMA_SCHEMA_H
#define KHOP_SCHEMA_SCHEMA_H

#include "base/status.h"

enum {
  SCHEMA_FILE_BYTES_MAX = 1 << 20,
  SCHEMA_NAME_BYTES_MAX = 128, /* of any one text in a schema: names, aliases, title */
  SCHEMA_FIELDS_MAX = 64,
  SCHEMA_ALIASES_MAX = 64,     /* per field */
  SCHEMA_RULES_MAX = 44, /* a table of the store for each: index/store.h */
  SCHEMA_KEY_PARTS_MAX = 6,
  SCHEMA_BLOCK_ROWS_MAX = 512,
  SCHEMA_COMPARISONS_MAX = 15, /* a pattern holds them in 60 bits */
  SCHEMA_LEVELS_MAX = 15,     /* + the missing level = 16, what kernels look up at once */
  SCHEMA_TESTS_MAX = 8,       /* per clause */
  SCHEMA_CLAUSES_MAX = 12,    /* per level, multiplied out */
  SCHEMA_CONFLICTS_MAX = SCHEMA_LEVELS_MAX,
  SCHEMA_REGISTERS_MAX = 64,  /* of an order of authority */
  SCHEMA_IDENTITIES_MAX = 8
};

typedef enum semantic_type {
  TYPE_TEXT = 0,      /* free text */
  TYPE_PERSON_NAME,
  TYPE_PLACE,
  TYPE_CODE,          /* a number or key that is text */
  TYPE_ENTRY_NUMBER,  /* a code without the year behind it: the number of a register entry */
  TYPE_MAP_NUMBER,    /* a code without the words before its digits: the number of a map sheet or a parcel */
  TYPE_DATE,          /* full or partial */
  TYPE_SEX,
  TYPE_PERSONAL_ID,
  TYPE_INSURANCE,
  TYPE_PHONE,
  TYPE_NUMBER,
  TYPE_COUNT
} semantic_type;
/* YAML names: text person_name place code entry_number map_number date sex personal_id insurance phone number */
const char *semantic_type_name(semantic_type type);

/* What term frequencies are of: a field's values, or a word of its texts. A term is a part of a field as one number; that of
 * whole values is the field's own. */
typedef enum term_part { TERM_WHOLE = 0, TERM_GIVEN /* last word */, TERM_SURNAME /* first word */, TERM_PARTS } term_part;
enum { SCHEMA_TERMS_MAX = TERM_PARTS * SCHEMA_FIELDS_MAX };
static inline size_t schema_term(size_t field, term_part part) { return (size_t)part * SCHEMA_FIELDS_MAX + field; }
static inline size_t schema_term_field(size_t term) { return term % SCHEMA_FIELDS_MAX; }
static inline term_part schema_term_part(size_t term) { return (term_part)(term / SCHEMA_FIELDS_MAX); }

typedef struct schema_field {
  char *name;
  semantic_type type;
  char **aliases;
  size_t alias_count;
  char *frequencies[TERM_PARTS]; /* paths of tables of term frequencies, as written; NULL: none */
  bool identifier; /* gets postings in the store: personal_id, insurance, phone or code */
  unsigned reference_year; /* date: the year in which ages were written down, and the last one that two digits mean; 0: unknown */
} schema_field;

/* What of a field goes into a blocking key. Words (given, surname, without_given, without_surname, initials, sorted,
 * phonetic, toned) are of text, person_name and place; prefixN (1..32) of those and code; tailN and headN (1..12) of
 * personal_id, insurance and phone; commune and house of place.
 *
 * Values that differ in one place agree on all parts but one: a name spoilt in one word has the same first and last
 * word, or the same without_given, or the same without_surname; a date with one wrong part the same year_month,
 * year_day or month_day; a number with one wrong digit the same head or tail half. A rule for each of these parts is a
 * deletion neighbourhood in which a row still has one key a rule. */
typedef enum key_part_kind {
  PART_WHOLE = 0, /* no suffix: unaccented text, whole number, whole date (missing unless complete) */
  PART_TONED,     /* .toned: text with tones */
  PART_GIVEN,     /* .given: last word */
  PART_SURNAME,   /* .surname: first word */
  PART_WITHOUT_GIVEN,   /* .without_given: all words but the last; missing for a single word */
  PART_WITHOUT_SURNAME, /* .without_surname: all words but the first; missing for a single word */
  PART_INITIALS,  /* .initials */
  PART_SORTED,    /* .sorted: the words in any order */
  PART_PREFIX,    /* .prefixN: first N letters */
  PART_PHONETIC,  /* .phonetic: regional spellings alike */
  PART_YEAR,      /* .year of a date */
  PART_YEAR_MONTH,/* .year_month */
  PART_MONTH_DAY, /* .month_day */
  PART_YEAR_DAY,  /* .year_day */
  PART_ANY_ORDER, /* .any_order: the whole date, day and month in either order */
  PART_TAIL,      /* .tailN: last N digits of an identifier */
  PART_HEAD,      /* .headN: first N digits */
  PART_COMMUNE,   /* .commune: as an address; equal before and after July 2025 unless the old one was split, and
                   * missing where it is not known for certain */
  PART_HOUSE      /* .house: what stands in front of the commune, unaccented: house and street, or hamlet */
} key_part_kind;

typedef struct schema_key_part {
  size_t field;
  key_part_kind kind;
  unsigned argument; /* N, else 0 */
} schema_key_part;

typedef struct schema_rule {
  char *name; /* "ho_ten+ngay_sinh.year": the parts joined, or `name` of the YAML */
  schema_key_part parts[SCHEMA_KEY_PARTS_MAX];
  size_t part_count;
} schema_rule;

/* Which test a level applies, and to which types. Texts are text, person_name and place, and for
 * plain, similar and edits also code; identifiers are personal_id, insurance and phone. FIELD and
 * OTHER are both texts, or both personal_id or insurance, or of one type. */
typedef enum test_kind {
  TEST_EXACT = 0,  /* all: canonical forms equal */
  TEST_PLAIN,      /* texts: equal unaccented */
  TEST_REORDERED,  /* texts: the same words in another order */
  TEST_DROPPED,    /* texts: first and last word equal, one middle word more or less */
  TEST_GIVEN,      /* texts: last word equal */
  TEST_SURNAME,    /* texts: first word equal */
  TEST_INITIALS,   /* texts: as many words, each equal or one short for the other: its first letter or
                    * consonants (T., Ng.) */
  TEST_SIMILAR,    /* texts: Jaro-Winkler >= NUMBER (0..1) */
  TEST_EDITS,      /* texts, identifiers, dates (as ddmmyyyy): at most NUMBER (1..8) edits */
  TEST_GIVEN_EDITS, /* texts: last words at most NUMBER (1..8) edits apart */
  TEST_SURNAME_EDITS, /* texts: the same of first words */
  TEST_GIVEN_COMMON, /* texts: last words differ, and both are last words that the register knows well (at least one
                      * record in 5,000, and three): An and Anh are two names, Anh and Amh one */
  TEST_CONTAINED,  /* texts: each word of the shorter one is a word of the other, in any order, or abbreviated to letters
                    * that are no word (T., Ng.); the longer one has at most NUMBER (0..7) words more */
  TEST_CONTAINED_EDITS, /* texts: the same, and words may be one edit apart, or one the other's first letters */
  TEST_PHONETIC,   /* texts: the same sounds: s and x, ch and tr, n and ng at the end (normalise/phonetic.h) */
  TEST_REGIONAL,   /* texts: the same words unaccented, but for regional forms of one name: Hoàng and Huỳnh */
  /* texts and code, of the first 96 letters and digits, unaccented; as sets: twice what both have / what each has */
  TEST_TOKENS,     /* words in common >= NUMBER (0..1) */
  TEST_QGRAMS,     /* two-letter sequences in common >= NUMBER (0..1), a blank counts as a letter */
  TEST_OVERLAP,    /* words in common / words of the one that has fewer >= NUMBER: 1 when one contains the other */
  TEST_SWAPPED,    /* date: day and month swapped */
  TEST_SAME_YEAR,  /* date */
  TEST_SAME_MONTH_DAY, /* date: month and day equal */
  TEST_COMPATIBLE, /* date: one is less precise, what both know agrees */
  TEST_WITHIN,     /* date: at most NUMBER days; number: difference at most NUMBER of the larger (0..1) */
  TEST_APART,      /* number: difference at most NUMBER */
  TEST_YEARS,      /* date: years at most NUMBER (0..50) apart, whatever is known of month and day */
  TEST_TAIL,       /* identifier: last NUMBER (1..12) digits equal */
  TEST_HEAD,       /* identifier: first NUMBER (1..12) digits equal, of numbers of one length */
  TEST_VALID,      /* personal_id, insurance: both are of a known form, and of a known province where it tells one */
  TEST_MISSING,    /* all: missing on either side; this test and the next one are true on missing values */
  TEST_MISSING_BOTH, /* all: missing on both sides */
  /* places, read as addresses of either map; false, negated or not, where a side does not tell: */
  TEST_SAME_PLACE, /* one commune */
  TEST_POSSIBLE_PLACE, /* or maybe one: the old commune was split, the name is a former one or that of several */
  TEST_OTHER_PLACE,    /* two communes; or two provinces, or two districts, whichever is known */
  TEST_SAME_DISTRICT,  /* certainly; what is not known is not shared */
  TEST_SAME_PROVINCE,  /* the same of provinces; one old and one new: as they are today */
  TEST_SAME_HOUSE,     /* what stands in front of the commune is equal unaccented */
  TEST_COUNT
} test_kind;

typedef struct schema_test {
  test_kind kind;
  bool negated;
  size_t field, other_field; /* equal unless written FIELD/OTHER or FIELD><OTHER */
  double argument;
  bool crosswise; /* written FIELD><OTHER */
} schema_test;

typedef struct schema_clause { /* all of */
  schema_test tests[SCHEMA_TESTS_MAX];
  size_t test_count;
} schema_clause;

typedef struct schema_level {
  char *name; /* given, or made from the tests ("ho_ten similar 0.92") */
  schema_clause clauses[SCHEMA_CLAUSES_MAX]; /* any of; none for `else` */
  size_t clause_count;
  double m, u;         /* defaults; NaN when `weight` is given */
  double weight;       /* log2, fixed, never trained; NaN when not given */
  double match_share;  /* of the pairs at this level, how many match, before training; 0 when not given */
  uint32_t covers;     /* with match_share: a bit for each comparison that weighs nothing for pairs at this level */
  int term;            /* whose frequencies weigh; -1: none */
  bool is_conflict;    /* a linked pair at this level contradicts itself */
} schema_level;

typedef struct schema_comparison {
  char *name;
  size_t fields[SCHEMA_FIELDS_MAX];
  size_t field_count;
  bool missing_all;   /* missing when all fields are missing; else when any is */
  bool missing_never; /* no level is skipped: the levels say what a missing value means */
  schema_level levels[SCHEMA_LEVELS_MAX]; /* the last one is `else` */
  size_t level_count;
} schema_comparison;

/* How many records of one register may be linked to one of the other. */
typedef enum link_kind { LINK_MANY_TO_MANY = 0, LINK_ONE_TO_ONE, LINK_ONE_TO_MANY, LINK_MANY_TO_ONE, LINK_KINDS } link_kind;
const char *link_kind_name(link_kind kind);

/* How the evidence between two groups of records is summed up when clusters are made: by their best pair, their
 * worst, or the mean of all pairs. */
typedef enum linkage_kind { LINKAGE_SINGLE = 0, LINKAGE_COMPLETE, LINKAGE_AVERAGE, LINKAGE_COUNT } linkage_kind;
/* "single", "complete", "average" */
const char *linkage_name(linkage_kind kind);
/* LINKAGE_COUNT: no such name. */
linkage_kind linkage_find(const char *name);

/* Two records of which this holds are not of one entity, whatever connects them. Where their own pair is a match
 * all the same, the evidence for it has outweighed this already, and only `always` parts them. */
typedef struct schema_conflict {
  schema_level test; /* its name and clauses; without clauses it is the level below */
  size_t comparison, level;
  bool always;
} schema_conflict;

/* Somebody whom a record tells of; the first is the one that it is about. */
enum { SCHEMA_PEOPLE_MAX = 4, SCHEMA_RELATIVES_MAX = 4 };
typedef struct schema_person {
  int name, birth, sex;    /* fields; -1: none */
  bool is_male, is_female; /* known without a field */
  bool is_parent;          /* of the first one */
  uint64_t numbers;        /* a bit for each field that holds a number of this person, where one of twelve digits is due, */
  uint64_t papers;         /* or any paper will do; insurance numbers among either */
} schema_person;

/* What fields mean to each other (`findings`), for those who look for what is wrong (findings/findings.h). -1: no such field. */
typedef struct schema_findings {
  schema_person people[SCHEMA_PEOPLE_MAX];
  size_t people_count;
  int relatives[SCHEMA_RELATIVES_MAX]; /* fields that relatives have in common */
  size_t relatives_count;
  uint64_t numbered; /* all numbers and papers of all of them */
  bool is_living;    /* a record says that its person lives */
  int issued;        /* the day on which the paper was issued, or the event registered */
  int death;
  struct {
    int from, until;
  } card;
  struct {
    int serial, owner, owner_number;
  } certificate;
  struct {
    int place, sheet, number, old_sheet, old_number, owner, owner_number, certificate;
  } parcel;
  struct {
    int place, book, number, date;
  } entry;
} schema_findings;

/* Which of several values of one field survives: of those that the rules before it leave. */
typedef enum golden_rule {
  GOLDEN_MOST_COMPLETE, /* what says most: a day before a year, a full name before initials, a commune before a province */
  GOLDEN_MAJORITY,      /* what most records say */
  GOLDEN_AUTHORITY,     /* what the most trusted register says */
  GOLDEN_MOST_RECENT,   /* what the record with the latest date says */
  GOLDEN_RULES
} golden_rule;
const char *golden_rule_name(golden_rule rule);

typedef struct schema_survivor {
  golden_rule rules[GOLDEN_RULES]; /* in order, none twice */
  size_t rule_count;
  int date_field;     /* for GOLDEN_MOST_RECENT; -1: none */
  bool is_canonical;  /* written in its canonical form, not as it stands in the register */
} schema_survivor;

/* One way to tell whose record it is: all of these fields, present and valid. */
typedef struct schema_identity {
  size_t fields[SCHEMA_KEY_PARTS_MAX];
  size_t field_count;
} schema_identity;

typedef struct schema {
  char *name, *title;
  bool is_joint; /* for links between different schemas: its aliases are names of their fields */
  link_kind links;
  int id_field; /* -1: records are named file:line */
  schema_field fields[SCHEMA_FIELDS_MAX];
  size_t field_count;
  schema_rule rules[SCHEMA_RULES_MAX];
  size_t rule_count;
  schema_key_part split_by[SCHEMA_KEY_PARTS_MAX];
  size_t split_count;
  size_t block_rows; /* a block of more is split; 0: not said */
  schema_comparison comparisons[SCHEMA_COMPARISONS_MAX];
  size_t comparison_count;
  linkage_kind linkage;
  schema_conflict conflicts[SCHEMA_CONFLICTS_MAX];
  size_t conflict_count;
  schema_findings findings;
  double expected_duplicates;
  double match_threshold, review_threshold;
  schema_survivor survivors[SCHEMA_FIELDS_MAX]; /* of each field; what `golden` leaves out is that of its type */
  char *authority[SCHEMA_REGISTERS_MAX];        /* registers, the most trusted first */
  size_t authority_count;
  bool required[SCHEMA_FIELDS_MAX];             /* without it a record is not complete */
  schema_identity identities[SCHEMA_IDENTITIES_MAX];
  size_t identity_count;
  int place_field;                              /* where it is counted; -1: none */
  char *agency;                                 /* who keeps such a register and corrects it; NULL: not said */
  uint64_t may_differ;                          /* a bit for each field that registers may differ in without a contradiction */
  char *text;    /* the YAML that it was read from */
  uint64_t hash; /* of the text */
} schema;

/* `name` is a built-in's name, or a path (it holds '/' or ends in .yaml or .yml). Every fault of
 * the file is KHOP_USAGE with "FILE:LINE:COLUMN: ..." : unknown key, wrong type, unknown field,
 * type, test or part, a test that does not fit the field's type, m or u outside (0,1), no level, no
 * `else` at the end, too many of anything. An unknown name lists the built-ins. */
khop_status schema_load(schema **out_schema, const char *name, khop_error *err);
void schema_free(schema *s);
/* Field index by name; -1 when there is none. */
int schema_find_field(const schema *s, const char *name);
/* The same by name or alias, as people write it: without regard to case, accents and the signs between words. */
int schema_find_field_as(const schema *s, const char *name);

/* "ho_ten.given", as a rule writes it. */
enum { SCHEMA_PART_NAME_BYTES = SCHEMA_NAME_BYTES_MAX + 32 };
void schema_key_part_name(const schema *s, const schema_key_part *part, char out[SCHEMA_PART_NAME_BYTES]);
/* "ho_ten", "ho_ten.given", as a level writes it. */
void schema_term_name(const schema *s, size_t term, char out[SCHEMA_PART_NAME_BYTES]);
/* A term by that name; -1 when there is none. */
int schema_find_term(const schema *s, const char *name);
/* Does a level weigh the term's frequencies? */
bool schema_weighs_term(const schema *s, size_t term);

/* ---- columns ------------------------------------------------------------------------------ */

enum { COLUMN_NONE = -1 };

/* "field=column" from the command line; an empty column: none is to be found for the field. */
typedef struct column_override {
  const char *field, *column;
} column_override;

/* out_columns[field] = index of the column that holds it, or COLUMN_NONE. Names and aliases match
 * without case, accents, blanks, underscores, hyphens and dots; a field's own name goes before its aliases, and
 * an exact match before a folded one; then comes another wording of either (column_words.h), last one with a remark in brackets. Faults (KHOP_USAGE): an override with an unknown field or
 * column; two columns that fit one field equally well (both named); no field found at all (lists
 * the columns that were there and what the schema looks for). */
khop_status columns_match(const schema *s, const char *const *columns, size_t column_count,
                          const char *source_name, const column_override *overrides,
                          size_t override_count, int *out_columns, khop_error *err);

/* Which built-in schema fits these columns best: the one with the most fields found, weighed by
 * their share and by the columns that it reads (the first by name of equals); *out_name is static. For
 * `khop inspect` and --schema auto. NULL when none has two. */
khop_status schema_detect(const char *const *columns, size_t column_count, const char **out_name,
                          khop_error *err);

/* The names of a register's fields, those that it has. */
typedef struct field_names {
  const char *names[SCHEMA_FIELDS_MAX];
  size_t count;
} field_names;
/* The built-in joint schema with the most fields that two registers or more have, found among the names of their fields (the
 * first by name of equals); NULL when there is none of which each register shares two fields with others. */
khop_status schema_detect_joint(const field_names *const *registers, size_t count, const char **out_name, khop_error *err);

#endif
