/* Findings: what is wrong, or may be, with a register's identifiers, entries and dates, and what to do about it.
 *
 *   kinds.c     the kinds: code, severity, what is suggested
 *   record.c    those that one record shows by itself, while it is read: text and feature row side by side
 *   shared.c    one number on several people; other groups of records stand in files of their own
 *   findings.c  what is kept until the result is written (output/ids.c: ids.csv)
 *
 *   batches of rows ──finding_batch──turnstile──> lines by kind, in a file without a name ─┐
 *   rows and clusters ──finders──findings_add──> groups of records, in memory ─────────────┴─> ids.csv
 *
 * A finding is one line. That of a record is kept as the line itself, so that whatever a register is full of takes no memory;
 * those of groups as rows and texts. Beside them a row has a bit for each kind that names it, for those who count by
 * record (data quality, the report). What is found does not depend on threads, batches, or where the rows are.
 */
#ifndef KHOP_FINDINGS_FINDINGS_H
#define KHOP_FINDINGS_FINDINGS_H

#include "base/piece.h"
#include "base/spill.h"
#include "cluster/clusters.h"
#include "feature/feature.h"
#include "feature/records.h"

/* In the order of ids.csv. */
typedef enum finding_kind {
  FINDING_ID_SHARED,     /* one number on several people */
  FINDING_ID_MULTIPLE,   /* several numbers of one person: re-issued, or one is wrong */
  FINDING_ID_NEAR,       /* the same, and they differ by one digit or two neighbours */
  FINDING_ID_FORMAT,     /* not a number of its kind, or read only after letters were taken for digits */
  FINDING_ID_PROVINCE,   /* no such province; 100 and over was born abroad, which is only told */
  FINDING_ID_SEX,        /* the number says another sex than the record */
  FINDING_ID_YEAR,       /* or another year or century of birth */
  FINDING_ID_LOST_ZERO,  /* a spreadsheet took the leading zero */
  FINDING_ID_OLD_NUMBER, /* a CMND where a CCCD is due */
  FINDING_ID_PLACEHOLDER,
  FINDING_ID_SEQUENTIAL, /* digits that count up or down */
  FINDING_ID_SWAPPED,    /* two people with each other's number */
  FINDING_CARD_MULTIPLE, /* several social-insurance numbers of one person */
  FINDING_CARD_EXPIRED,
  FINDING_CERTIFICATE_OWNERS, /* one serial, several owners */
  FINDING_PARCEL_OWNERS,      /* one parcel, several owners or certificates */
  FINDING_PARCEL_RENUMBERED,  /* one parcel under its old numbers and its new ones */
  FINDING_ENTRY_TWICE,        /* one register entry, typed twice */
  FINDING_ENTRY_NUMBER_REPEATED, /* one number of a book, on entries of several people */
  FINDING_PLAUSIBLE_ALIVE_AFTER_DEATH, /* a living record of a person whose death is registered */
  FINDING_PLAUSIBLE_PARENT_AGE,        /* under 12 or over 60 at the child's birth */
  FINDING_PLAUSIBLE_BIRTHS_CLOSE,      /* of one mother, within nine months, and no twins */
  FINDING_PLAUSIBLE_ISSUED_BEFORE_BIRTH,
  FINDING_PLAUSIBLE_AGE_OVER_120,
  FINDING_PLAUSIBLE_FUTURE_DATE,
  FINDING_KINDS
} finding_kind;
_Static_assert(FINDING_KINDS <= 32, "a mask has a bit for each");

typedef enum finding_severity { FINDING_INFO, FINDING_WARNING, FINDING_ERROR } finding_severity;

/* Of texts for people: suggested_fix and evidence. Codes, columns and names of fields are the same in both. */
typedef enum finding_language { FINDING_VIETNAMESE, FINDING_ENGLISH, FINDING_LANGUAGES } finding_language;
/* One of two literals, so that formats are checked: no function. */
#define FINDING_SAID(language, vietnamese, english) ((language) == FINDING_ENGLISH ? (english) : (vietnamese))

static inline uint32_t finding_bit(finding_kind kind) { return 1u << kind; }
/* "id_shared": static, as in ids.csv and summary.json. */
const char *finding_code(finding_kind kind);
/* "error", "warning", "info" */
const char *finding_severity_name(finding_severity severity);
finding_severity finding_kind_severity(finding_kind kind);
/* What is to be done, where the finding itself does not say it better. */
const char *finding_kind_fix(finding_kind kind, finding_language language);

/* ---- one finding ------------------------------------------------------------------------------ */

/* Of a group of records; all borrowed. Texts are UTF-8 and may be values of the register: they go to results alone. */
typedef struct finding {
  finding_kind kind;
  finding_severity severity;
  const char *type;       /* of the identifier: "cccd", "certificate_serial", ...; "" when it is about none */
  const char *identifier; /* canonical; "" likewise */
  const char *fix;        /* NULL: finding_kind_fix */
  const char *evidence;   /* "field so_dinh_danh; 2 people" */
  const uint32_t *rows;   /* ascending, each once, at least 1 */
  size_t row_count;
} finding;

/* "cccd", "cmnd", "passport", "social_number", "phone", "other": by the kind of a packed identifier (SLOT_ID). */
const char *finding_id_type(uint64_t packed);
enum { FINDING_ID_TEXT_BYTES = 32 };
/* The canonical text of a packed identifier; that of one kept as a hash is "". */
void finding_id_text(uint64_t packed, char out[FINDING_ID_TEXT_BYTES]);

/* ---- all of a run ------------------------------------------------------------------------------- */

/* A group as it is kept: its rows, then its texts, at an offset of findings.bytes. */
typedef struct finding_group {
  finding_kind kind;
  finding_severity severity;
  uint32_t first_row, last_row, row_count;
  uint64_t hash; /* of all of it: breaks ties */
  size_t offset;
} finding_group;

enum { FINDING_UNIT_DEAD = UINT16_MAX };
typedef struct findings {
  region masks_memory;
  uint32_t *masks;   /* by row: finding_bit of each kind that names it; from findings_end on none of a dead row */
  region units_memory;
  uint16_t *units;   /* by row: where it is (places.h); NULL: of no schema with a place. From findings_end on FINDING_UNIT_DEAD of a dead row */
  size_t row_count, row_capacity;
  uint64_t counts[FINDING_KINDS][FINDING_ERROR + 1]; /* lines by severity; until findings_end those of dead rows count too */
  spill_file *file;               /* NULL: no line of a single record yet */
  spill_stream lines[FINDING_KINDS];
  char *directory;                /* of the file */
  bool has_units;
  finding_language language;      /* of fixes that findings leave to their kinds, and of what finders of groups say */
  finding_group *groups;          /* in the order of findings_add */
  size_t group_count, group_capacity;
  char *bytes;                    /* of the groups: rows and texts */
  size_t bytes_used, bytes_capacity;
} findings;

/* `directory`: where a temporary file may be, which is made when something is found. */
khop_status findings_init(findings *f, const char *directory, finding_language language, khop_error *err);
/* Before the first row: batches will have units. */
void findings_expect_units(findings *f);
void findings_free(findings *f);
/* A finding of a group, or of one record that is found late. Copies all. One thread at a time. */
khop_status findings_add(findings *f, const finding *found, khop_error *err);

/* What was found while rows were read, to go on from in another run; and back, into findings that are empty, of so many
 * rows. Neither is for findings of groups. */
khop_status findings_put(findings *f, piece_writer *to, khop_error *err);
khop_status findings_take(findings *f, size_t rows, piece_reader *from, khop_error *err);

/* ---- while rows are read ---------------------------------------------------------------------------- */

/* What was found in a batch of rows; zeroed at first, memory is kept from batch to batch. */
typedef struct finding_batch {
  char *bytes;
  size_t used, capacity;
  uint16_t *units; /* of its rows; NULL: none are known */
  size_t units_capacity;
} finding_batch;
void finding_batch_free(finding_batch *b);

/* A field that holds numbers. */
typedef struct finding_number {
  size_t field;
  const schema_person *person; /* whose; NULL: nobody says */
  bool is_due;                 /* of twelve digits: a CMND is an old number */
  bool is_insurance;
} finding_number;
/* What record.c looks at; borrows the schema and the layout. `today`: as feature dates. */
typedef struct finding_rules {
  const schema *schema;
  const feature_layout *layout;
  uint32_t today;
  finding_language language;
  finding_number numbers[SCHEMA_FIELDS_MAX];
  size_t number_count;
} finding_rules;
void finding_rules_make(finding_rules *rules, const schema *s, const feature_layout *layout, uint32_t today, finding_language language);

/* Findings of one record, `row` of the batch: its fields as read, its feature row, its id. */
khop_status finding_record(const finding_rules *rules, const input_field *fields, const uint8_t *features, const char *id,
                           size_t id_length, uint32_t row, finding_batch *out, khop_error *err);
/* The batch's rows follow those that there are. One thread at a time, in the order of the rows. */
khop_status findings_append(findings *f, const finding_batch *b, size_t rows, khop_error *err);

/* ---- written ------------------------------------------------------------------------------------------ */

/* No more findings: groups in order, what was found of dead rows of `table` gone (groups name none), counts and masks final. */
khop_status findings_end(findings *f, const feature_table *table, khop_error *err);
/* The lines of one kind about a record each, in the order of the rows. Starts with `all` and `kind` set, the rest zeroed. */
typedef struct finding_cursor {
  const findings *all;
  finding_kind kind;
  uint64_t at;           /* in the stream: the next line */
  uint64_t start;        /* what is loaded of it */
  size_t loaded, capacity;
  char *bytes;
} finding_cursor;
typedef struct finding_text {
  uint32_t row; /* may be a dead one */
  finding_severity severity;
  const char *text; /* what follows "KIND," in ids.csv, with the line's end; valid until the next call */
  size_t length;
} finding_text;
/* *out_more false: there is none. */
khop_status finding_cursor_next(finding_cursor *c, finding_text *out, bool *out_more, khop_error *err);
void finding_cursor_free(finding_cursor *c);
/* The groups of one kind, by first row: from f->groups[*out_first] on, how many. */
size_t findings_groups(const findings *f, finding_kind kind, size_t *out_first);
/* One of them; valid while nothing is added. */
finding findings_group(const findings *f, size_t group);

#endif
