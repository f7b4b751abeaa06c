/* Every fault of a schema file names its line, its column and the fact. Each case changes one
 * piece of a sound file; tests/data/schemas/bad_*.yaml hold what needs a file of its own. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "schema/schema.h"
#include "schema/schema_parse.h"

static const char sound[] =
    /*  1 */ "schema: t\n"
    /*  2 */ "id: ma\n"
    /*  3 */ "fields:\n"
    /*  4 */ "  ma: {type: code}\n"
    /*  5 */ "  ten: {type: person_name, aliases: [họ tên]}\n"
    /*  6 */ "  sinh: {type: date}\n"
    /*  7 */ "  so: {type: personal_id, identifier: true}\n"
    /*  8 */ "  rong: {type: number}\n"
    /*  9 */ "blocking:\n"
    /* 10 */ "  - [so]\n"
    /* 11 */ "  - [ten, sinh.year]\n"
    /* 12 */ "split_by: [sinh.year]\n"
    /* 13 */ "comparisons:\n"
    /* 14 */ "  - name: ten\n"
    /* 15 */ "    levels:\n"
    /* 16 */ "      - {when: ten exact, m: 0.7, u: 0.001}\n"
    /* 17 */ "      - {else: true, m: 0.3, u: 0.9}\n"
    /* 18 */ "expected_duplicates: 0.08\n"
    /* 19 */ "thresholds: {match: 0.9, review: 0.5}\n";

typedef struct fault_case {
  const char *piece, *replacement, *message;
} fault_case;

#define LONG_TEXT                                                                                  \
  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeaaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeee" \
  "eeeeaaaaaaaaaabbbbbbbbbbcccccccccc"
#define TEST_WORDS                                                                                 \
  "exact, plain, reordered, dropped, given, surname, initials, similar, edits, given_edits, " \
  "surname_edits, given_common, contained, contained_edits, phonetic, regional, tokens, qgrams, overlap, swapped, same_year, same_month_day, compatible, within, apart, years, tail, head, valid, missing, missing_both, same_place, possible_place, " \
  "other_place, same_district, same_province, same_house"
#define EXACT "when: ten exact"
#define CLUSTERS "expected_duplicates: 0.08\n" /* whose line they take */

static const fault_case cases[] = {
    /* the head */
    {"id: ma", "feilds: ma",
     "2:1: unknown key 'feilds'; known: schema, title, id, fields, blocking, split_by, block_rows, comparisons, clusters, "
     "expected_duplicates, thresholds, golden, quality, links, joint, findings, contradictions"},
    {"id: ma", "schema: u", "2:1: key 'schema' appears twice"},
    {"schema: t\n", "", "1:1: schema: no key 'schema'"},
    {"schema: t", "schema: [t]", "1:9: schema: a list stands where a text should"},
    {"schema: t", "schema: {t: u}", "1:9: schema: a mapping stands where a text should"},
    {"schema: t", "schema:", "1:8: schema: empty"},
    {"schema: t", "schema: \"a\\0b\"", "1:9: schema: holds a control character"},
    {"schema: t", "schema: " LONG_TEXT, "1:9: schema: 130 bytes, at most 128"},
    {"id: ma", "id: mã", "2:5: id: unknown field 'mã'; fields: ma, ten, sinh, so, rong"},
    {"id: ma", "? [a]\n: b", "2:3: key: a list stands where a text should"},
    {"id: ma", "\"" LONG_TEXT "\": x", "2:1: key: 130 bytes, at most 128"},
    {"id: ma", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeee: x",
     "2:1: unknown key 'aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd...'; known: schema, title, id, fields, "
     "blocking, split_by, block_rows, comparisons, clusters, expected_duplicates, thresholds, golden, quality, links, joint, findings, contradictions"},

    /* golden records */
    {CLUSTERS, "golden: x\n", "18:9: golden: a text stands where a mapping should"},
    {CLUSTERS, "golden: {rules: x}\n", "18:10: unknown key 'rules'; known: authority, date, fields"},
    {CLUSTERS, "golden: {date: ten}\n", "18:16: date: field 'ten' is a person_name, not a date"},
    {CLUSTERS, "golden: {date: ngay}\n", "18:16: date: unknown field 'ngay'; fields: ma, ten, sinh, so, rong"},
    {CLUSTERS, "golden: {fields: {te: majority}}\n", "18:19: golden: unknown field 'te'; fields: ma, ten, sinh, so, rong"},
    {CLUSTERS, "golden: {fields: {ten: newest}}\n",
     "18:24: rule: 'newest' is none of most_complete, majority, authority, most_recent"},
    {CLUSTERS, "golden: {fields: {ten: [majority, majority]}}\n", "18:35: rule: 'majority' twice"},
    {CLUSTERS, "golden: {fields: {ten: most_recent}}\n",
     "18:24: most_recent: by which date? `date` names a field of type date, here or for all of `golden`"},
    {CLUSTERS, "golden: {fields: {ten: authority}}\n", "18:24: authority: `golden` has no `authority`, the registers in order"},
    {CLUSTERS, "golden: {authority: [a, b, a]}\n", "18:28: authority: 'a' twice"},
    {CLUSTERS, "golden: {authority: []}\n", "18:21: authority: empty"},
    {CLUSTERS, "golden: {fields: {ten: {rule: majority, write: upper}}}\n",
     "18:48: write: 'upper' is neither original nor canonical"},
    {CLUSTERS, "golden: {fields: {ten: {rule: most_recent, date: so}}}\n", "18:50: date: field 'so' is a personal_id, not a date"},

    /* quality */
    {CLUSTERS, "quality: {needs: [ten]}\n", "18:11: unknown key 'needs'; known: required, identity, place"},
    {CLUSTERS, "quality: {required: [tem]}\n", "18:22: required: unknown field 'tem'; fields: ma, ten, sinh, so, rong"},
    {CLUSTERS, "quality: {identity: [so, [ten, tem]]}\n", "18:32: identity: unknown field 'tem'; fields: ma, ten, sinh, so, rong"},
    {CLUSTERS, "quality: {place: ten}\n", "18:18: place: field 'ten' is a person_name, not a place"},

    /* fields */
    {"type: code", "type: cod",
     "4:14: unknown type 'cod'; types: text, person_name, place, code, entry_number, map_number, date, sex, personal_id, "
     "insurance, phone, number"},
    {"type: code", "kind: code", "4:8: unknown key 'kind'; known: type, aliases, identifier, reference_year, frequencies"},
    {"{type: code}", "{aliases: [x]}", "4:7: field: no key 'type'"},
    {"{type: code}", "code", "4:7: field: a text stands where a mapping should"},
    {"  ma: {type", "  not: {type", "4:3: field name 'not' is not letters, digits, '_' and '-'"},
    {"  ma: {type", "  m.a: {type", "4:3: field name 'm.a' is not letters, digits, '_' and '-'"},
    {"  ma: {type", "  m a: {type", "4:3: field name 'm a' is not letters, digits, '_' and '-'"},
    {"  ma: {type", "  ten: {type", "5:3: key 'ten' appears twice"},
    {"[họ tên]", "họ tên", "5:37: aliases: a text stands where a list should"},
    {"[họ tên]", "[]", "5:37: aliases: empty"},
    {"[họ tên]", "[họ tên, sinh]", "5:46: alias 'sinh' already belongs to field 'sinh'"},
    {"[họ tên]", "[x, x]", "5:41: alias 'x' already belongs to field 'ten'"},
    {"[họ tên]", "[x, [y]]", "5:41: alias: a list stands where a text should"},
    {"identifier: true", "identifier: maybe", "7:39: identifier: 'maybe' is neither true nor false"},
    {"type: date}", "type: date, frequencies: [x.csv]}", "6:35: frequencies: a list stands where a text should"},
    {"type: date}", "type: date, frequencies: {x: x.csv}}", "6:36: unknown key 'x'; known: whole, given, surname"},
    {"type: date}", "type: date, frequencies: {whole: x.csv, surname: x.csv}}",
     "6:59: frequencies: surname does not fit 'sinh', which is a date"},
    {"type: date}", "type: date, identifier: true}", "6:34: a date cannot be an identifier"},

    /* blocking */
    {"[so]", "[sô]", "10:6: key part: unknown field 'sô'; fields: ma, ten, sinh, so, rong"},
    {"[so]", "[so.tali6]",
     "10:6: unknown key part 'tali6'; parts: plain, toned, given, surname, without_given, "
     "without_surname, initials, sorted, prefix, phonetic, year, year_month, month_day, year_day, any_order, tail, head, commune, house"},
    {"[so]", "[so.]",
     "10:6: unknown key part ''; parts: plain, toned, given, surname, without_given, "
     "without_surname, initials, sorted, prefix, phonetic, year, year_month, month_day, year_day, any_order, tail, head, commune, house"},
    {"[so]", "[ten.commune]", "10:6: commune does not fit 'ten', which is a person_name"},
    {"[so]", "[so.year]", "10:6: year does not fit 'so', which is a personal_id"},
    {"[so]", "[so.tail]", "10:6: tail needs a number behind it, as in tail6"},
    {"[so]", "[so.tail13]", "10:6: tail: 13 is not a whole number from 1 to 12"},
    {"[so]", "[ten.prefix0]", "10:6: prefix: 0 is not a whole number from 1 to 32"},
    {"[so]", "[ten.given2]", "10:6: given takes no number"},
    {"[so]", "[ma.given]", "10:6: given does not fit 'ma', which is a code"},
    {"[so]", "so", "10:5: blocking rule: a text stands where a list should"},
    {"[so]", "[so, so]", "10:10: blocking rule: the same part twice"},
    {"[so]", "[so, ma, ten, rong, sinh, sinh.year, ten.given]", "10:5: blocking rule: 7, at most 6"},
    {"[so]", "[ten, sinh.year]", "11:5: blocking rule 'ten+sinh.year' appears twice"},
    {"[so]", "{name: a}", "10:5: blocking rule: no key 'parts'"},
    {"split_by: [sinh.year]", "split_by: []", "12:11: split_by: empty"},
    {"split_by: [sinh.year]", "block_rows: 1", "12:13: block_rows: 1 is not a whole number from 2 to 512"},
    {"split_by: [sinh.year]", "block_rows: 2.5", "12:13: block_rows: 2.5 is not a whole number from 2 to 512"},
    {"split_by: [sinh.year]", "split_by: [{a: b}]",
     "12:12: key part: a mapping stands where a text should"},

    {"sinh: {type: date}", "sinh: {type: date, reference_year: 24}", "6:38: reference_year: 24 is not a whole number from 1850 to 2100"},
    {"ten: {type: person_name,", "ten: {type: person_name, reference_year: 2024,", "5:44: reference_year: is of dates, and this is a person_name"},

    /* comparisons */
    {"name: ten", "name: tên",
     "14:11: a comparison without `fields` is named after one: unknown field 'tên'; fields: ma, ten, "
     "sinh, so, rong"},
    {"  - name: ten\n", "  - name: ten\n    fields: [ten, sin]\n",
     "15:19: fields: unknown field 'sin'; fields: ma, ten, sinh, so, rong"},
    {"  - name: ten\n", "  - name: ten\n    fields: [ten, ten]\n", "15:19: fields: 'ten' appears twice"},
    {"  - name: ten\n", "  - name: ten\n    missing: both\n",
     "15:14: missing: 'both' is neither any, all nor never"},
    {"  - name: ten\n", "  - {name: sinh, levels: []}\n  - name: ten\n", "14:26: levels: empty"},
    {"  - name: ten\n", "  - name: ten\n    level: x\n",
     "15:5: unknown key 'level'; known: name, fields, missing, levels"},
    {"  - name: ten\n",
     "  - {name: ten, levels: [{when: ten exact, weight: 1}, {else: true, weight: 0}]}\n  - name: ten\n",
     "15:5: comparison 'ten' appears twice"},
    {"      - {when: ten exact, m: 0.7, u: 0.001}\n", "", "16:9: no level before else"},
    {"      - {else: true, m: 0.3, u: 0.9}\n", "", "16:9: the last level is not else"},
    {EXACT, "else: true", "16:9: else is not the last level"},
    {"      - {else", "      - {when: ten  exact, m: .1, u: .1}\n      - {else",
     "17:9: level 'ten exact' appears twice"},

    /* levels */
    {"m: 0.7", "m: 1.5", "16:30: m: 1.5 is not between 0 and 1"},
    {"m: 0.7", "m: 1", "16:30: m: 1 is not between 0 and 1"},
    {"m: 0.7", "m: 0", "16:30: m: 0 is not between 0 and 1"},
    {"m: 0.7", "m: \"0,7\"", "16:30: m: '0,7' is not a number"},
    {"m: 0.7", "m: nan", "16:30: m: 'nan' is not a number"},
    {"m: 0.7", "m: 0x1p-1", "16:30: m: '0x1p-1' is not a number"},
    {"m: 0.7", "m: 1e", "16:30: m: '1e' is not a number"},
    {"m: 0.7", "m: 1e999", "16:30: m: 1e999 is not between 0 and 1"},
    {"u: 0.001", "u: -0.1", "16:38: u: -0.1 is not between 0 and 1"},
    {"m: 0.7, ", "", "16:9: a level needs m and u, or weight, or match_share"},
    {"m: 0.7, ", "weight: 3, ", "16:9: a level has m and u, or weight, or match_share, and not two of them"},
    {"m: 0.7, u: 0.001", "weight: 3, match_share: 0.1", "16:9: a level has m and u, or weight, or match_share, and not two of them"},
    {"m: 0.7, u: 0.001", "match_share: 1", "16:40: match_share: 1 is not between 0 and 1"},
    {"m: 0.7, ", "covers: [ten], m: 0.7, ", "16:9: covers: needs a match_share"},
    {"m: 0.7, u: 0.001", "match_share: 0.1, covers: [tan]", "16:54: covers: no comparison 'tan'"},
    {"m: 0.7, u: 0.001", "match_share: 0.1, covers: [ten]", "16:54: covers: a level does not cover its own comparison"},
    {"m: 0.7, u: 0.001", "weight: 101", "16:35: weight: 101 is not between -100 and 100"},
    {EXACT ", ", "", "16:9: a level needs one of when, any and else; it has 0"},
    {EXACT, EXACT ", any: [ten plain]", "16:9: a level needs one of when, any and else; it has 2"},
    {"else: true", "else: false", "17:16: else: only true has a meaning"},
    {EXACT, "when: []", "16:16: tests: empty"},
    {EXACT, "when: {ten: exact}", "16:17: unknown key 'ten'; known: all, any, not"},
    {EXACT, "when: {all: [ten exact], any: [so exact]}", "16:16: a condition needs one of all, any and not; it has 2"},
    {EXACT, "when: [[[[[[[ten exact]]]]]]]", "16:23: conditions stand more than 6 deep in one another"},
    {EXACT, "when: [{any: [ten exact, so exact, ma exact, rong exact]}, {any: [sinh exact, ten plain, ma plain, ten given]}]",
     "16:16: a condition multiplies out to more than 12 alternatives"},
    {EXACT, "any: ten exact", "16:15: any: a text stands where a list should"},
    {EXACT, "any: [ten exact, so exact, ma exact, rong exact, sinh exact, ten plain, ma plain, a, b, c, d, e, f]",
     "16:15: any: 13, at most 12"},
    {EXACT, "when: [so exact, so exact, so exact, so exact, so exact, so exact, so exact, so exact, so exact]",
     "16:16: tests: 9, at most 8"},
    {"u: 0.001}", "u: 0.001, term_frequency: tem}",
     "16:61: term_frequency: unknown field 'tem'; fields: ma, ten, sinh, so, rong"},
    {"u: 0.001}", "u: 0.001, term_frequency: ten.sorted}", "16:61: term_frequency: unknown part 'sorted'; parts: given, surname"},
    {"u: 0.001}", "u: 0.001, term_frequency: ten.}", "16:61: term_frequency: unknown part ''; parts: given, surname"},
    {"u: 0.001}", "u: 0.001, term_frequency: sinh.given}", "16:61: term_frequency: given does not fit 'sinh', which is a date"},
    {"u: 0.001}", "u: 0.001, term_frequency: [ten, so]}", "16:61: term_frequency: a list stands where a text should"},
    {"m: 0.7, u: 0.001}", "weight: 1, term_frequency: ten}",
     "16:54: term_frequency: needs a test, and m and u"},
    {"u: 0.9}", "u: 0.9, term_frequency: ten}", "17:54: term_frequency: needs a test, and m and u"},

    /* tests */
    {EXACT, "when: ten", "16:16: test 'ten' is not [not] FIELD TEST [NUMBER]"},
    {EXACT, "when: not ten", "16:16: test 'not ten' is not [not] FIELD TEST [NUMBER]"},
    {EXACT, "when: \" \"", "16:16: test ' ' is not [not] FIELD TEST [NUMBER]"},
    {EXACT, "when: not ten similar 0.9 or so on",
     "16:16: test 'not ten similar 0.9 or so on' is not [not] FIELD TEST [NUMBER]"},
    {EXACT, "when: tem exact", "16:16: test: unknown field 'tem'; fields: ma, ten, sinh, so, rong"},
    {EXACT, "when: ten/tem exact", "16:16: test: unknown field 'tem'; fields: ma, ten, sinh, so, rong"},
    {EXACT, "when: ten/ exact", "16:16: test: unknown field ''; fields: ma, ten, sinh, so, rong"},
    {EXACT, "when: ten/sinh exact", "16:16: test: a person_name cannot be compared with a date"},
    {EXACT, "when: ten exactly", "16:16: unknown test 'exactly'; tests: " TEST_WORDS},
    {EXACT, "when: ten swapped", "16:16: swapped does not fit 'ten', which is a person_name"},
    {EXACT, "when: ten same_place", "16:16: same_place does not fit 'ten', which is a person_name"},
    {EXACT, "when: so similar 0.9", "16:16: similar does not fit 'so', which is a personal_id"},
    {EXACT, "when: rong edits 1", "16:16: edits does not fit 'rong', which is a number"},
    {EXACT, "when: ten exact 1", "16:16: exact takes no number"},
    {EXACT, "when: ten similar", "16:16: similar needs a number"},
    {EXACT, "when: ten similar much", "16:16: similar: 'much' is not a number"},
    {EXACT, "when: ten similar 92", "16:16: similar: 92 is not between 0 and 1"},
    {EXACT, "when: ten edits 1.5", "16:16: edits: 1.5 is not a whole number from 1 to 8"},
    {EXACT, "when: sinh within 0.5", "16:16: within: 0.5 is not a whole number from 0 to 36525"},
    {EXACT, "when: rong within 5", "16:16: within: 5 is not between 0 and 1"},
    {EXACT, "when: so tail 13", "16:16: tail: 13 is not a whole number from 1 to 12"},

    /* thresholds and prior */
    {"expected_duplicates: 0.08", "expected_duplicates: 0",
     "18:22: expected_duplicates: 0 is not between 0 and 1000"},
    {"review: 0.5", "review: 0.95", "19:34: review: above match"},
    {", review: 0.5", "", "19:13: thresholds: no key 'review'"},
    /* findings */
    {CLUSTERS, "findings: {peple: []}\n", "18:12: unknown key 'peple'; known: people, relatives, living, issued, death, card, certificate, parcel, entry"},
    {CLUSTERS, "findings: {people: [{birth: sinh}]}\n", "18:21: person: no key 'name'"},
    {CLUSTERS, "findings: {people: [{name: sinh}]}\n", "18:28: name: 'sinh' is a date; here stands a field of type person_name"},
    {CLUSTERS, "findings: {people: [{name: ten, numbers: [ma]}]}\n", "18:43: numbers: 'ma' is a code; here stands a field of type personal_id, insurance"},
    {CLUSTERS, "findings: {people: [{name: ten, numbers: [so], papers: [so]}]}\n", "18:57: papers: 'so' is somebody's number already"},
    {CLUSTERS, "findings: {people: [{name: ten, sex: man}]}\n", "18:38: sex: unknown field 'man'; fields: ma, ten, sinh, so, rong"},
    {CLUSTERS, "findings: {people: [{name: ten, parent: true}]}\n", "18:21: people: the first one is whom the record is about, and no parent"},
    {CLUSTERS, "findings: {card: {from: sinh}}\n", "18:18: card: no key 'until'"},
    {CLUSTERS, "findings: {issued: so}\n", "18:20: issued: 'so' is a personal_id; here stands a field of type date"},
    {CLUSTERS, "findings: {living: yes sir}\n", "18:20: living: 'yes sir' is neither true nor false"},
    {CLUSTERS, "findings: {entry: {place: ma, book: ma, number: sinh}}\n",
     "18:49: number: 'sinh' is a date; here stands a field of type text, place, code, entry_number, map_number"},

    {"thresholds: {match: 0.9, review: 0.5}", "links: twice",
     "19:8: links: unknown 'twice'; one of many-to-many, one-to-one, one-to-many, many-to-one"},
    {"thresholds: {match: 0.9, review: 0.5}", "joint: maybe", "19:8: joint: 'maybe' is neither true nor false"},
    {"match: 0.9", "match: 90%", "19:21: match: '90%' is not a number"},

    /* clusters */
    {CLUSTERS, "clusters: {linkage: nearest}\n", "18:21: linkage: 'nearest' is none of single, complete and average"},
    {CLUSTERS, "clusters: {link: single}\n", "18:12: unknown key 'link'; known: linkage, conflicts"},
    {CLUSTERS, "clusters: {conflicts: []}\n", "18:23: conflicts: empty"},
    {CLUSTERS, "clusters: {conflicts: [{name: a}]}\n", "18:24: a conflict needs one of when, any, and comparison with level"},
    {CLUSTERS, "clusters: {conflicts: [{level: ten exact}]}\n", "18:24: a conflict needs one of when, any, and comparison with level"},
    {CLUSTERS, "clusters: {conflicts: [{when: so valid, comparison: ten, level: ten exact}]}\n",
     "18:24: a conflict needs one of when, any, and comparison with level"},
    {CLUSTERS, "clusters: {conflicts: [{comparison: tem, level: a}]}\n", "18:37: unknown comparison 'tem'; comparisons: ten"},
    {CLUSTERS, "clusters: {conflicts: [{comparison: ten, level: twin}]}\n", "18:49: unknown level 'twin'; levels: ten exact, else"},
    {CLUSTERS, "clusters: {conflicts: [{when: sinh valid}]}\n", "18:31: valid does not fit 'sinh', which is a date"},
    {CLUSTERS, "clusters: {conflicts: [{when: so valid, always: so}]}\n", "18:49: always: 'so' is neither true nor false"},
    {CLUSTERS, "clusters: {conflicts: [{when: so valid}, {when: so  valid}]}\n", "18:42: conflict 'so valid' appears twice"},

    /* not YAML, or hostile */
    {"fields:\n", "fields: [\n", "5:3: while parsing a flow sequence: did not find expected ',' or ']'"},
    {"fields:\n", "fields:\n\t", "4:1: while scanning for the next token: found character that cannot start any token"},
    {"  ma: {type: code}", "  ma: {type: \"code}",
     "20:1: while scanning a quoted scalar: found unexpected end of stream"},
    {"id: ma", "id: *ma", "2:5: found undefined alias"},
    {"id: ma", "id: m\x01", "2:6: control characters are not allowed"},
    {"id: ma", "id: h\xe1", "2:7: invalid trailing UTF-8 octet"},
    {"id: ma", "id: ma\n---\nid: ma", "3:1: a second document: a schema is one"},
    {"id: ma", "id: [[[[[[[[[[[[[[[[ma]]]]]]]]]]]]]]]]", "2:20: nested more than 16 levels deep"},
    {"{type: code}", "&a {type: *a}", "4:7: type: a mapping stands where a text should"},
    {EXACT, "when: &a [*a]", "16:16: conditions stand more than 6 deep in one another"},
};

/* `sound` with the first `piece` replaced; freed by the caller. */
static char *change(const fault_case *c) {
  const char *at = strstr(sound, c->piece);
  if (!at) fail_msg("no '%s' in the sound file", c->piece);
  size_t before = (size_t)(at - sound);
  char *text = calloc(1, sizeof sound + strlen(c->replacement));
  memcpy(text, sound, before);
  strcpy(text + before, c->replacement);
  strcat(text, at + strlen(c->piece));
  return text;
}

/* All of a table is looked at before the test fails. */
static size_t mismatches;

static void check_message(const char *got, const char *want) {
  if (strcmp(got, want) == 0) return;
  print_error("got  %s\nwant %s\n", got, want);
  mismatches++;
}

static void check_fault(const char *text, size_t length, const char *message) {
  schema *s = (schema *)&s;
  khop_error err = {0};
  assert_int_equal(schema_parse(&s, "my.yaml", text, length, &err), KHOP_USAGE);
  assert_null(s);
  check_message(err.message, message);
  assert_int_equal(err.status, KHOP_USAGE);
}

static void test_sound(void **state) {
  (void)state;
  schema *s;
  khop_error err = {0};
  if (schema_parse(&s, "t", sound, sizeof sound - 1, &err) != KHOP_OK) fail_msg("%s", err.message);
  schema_free(s);
}

static void test_faults(void **state) {
  (void)state;
  assert_true(sizeof cases / sizeof *cases >= 40);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char message[1024], *text = change(&cases[i]);
    snprintf(message, sizeof message, "my.yaml:%s", cases[i].message);
    check_fault(text, strlen(text), message);
    free(text);
  }
  assert_int_equal(mismatches, 0);
}

/* ---- too many of anything ----------------------------------------------------------------- */

/* Appends `pattern` with each '@' replaced by the number. */
static char *append_numbered(char *end, const char *pattern, int number) {
  for (; *pattern; pattern++) {
    if (*pattern == '@') end += sprintf(end, "%d", number);
    else *end++ = *pattern;
  }
  return end;
}

/* `sound` with `count` numbered copies of `pattern` in place of `piece`. */
static void check_many(const char *piece, const char *open, const char *pattern, int count,
                       const char *close, const char *message) {
  char *many = calloc(1, 1 << 20);
  strcpy(many, open);
  char *end = many + strlen(many);
  for (int i = 0; i < count; i++) end = append_numbered(end, pattern, i);
  strcpy(end, close);
  fault_case c = {piece, many, message};
  char *text = change(&c);
  if (message) {
    check_fault(text, strlen(text), message);
  } else {
    schema *s;
    khop_error err = {0};
    if (schema_parse(&s, "my.yaml", text, strlen(text), &err) != KHOP_OK) fail_msg("%s", err.message);
    schema_free(s);
  }
  free(text);
  free(many);
}

#define ELSE "      - {else: true, m: 0.3, u: 0.9}\n"
#define LEVEL "      - {when: ten similar 0.9@, m: .1, u: .1}\n"
#define COMPARISON                                                                                 \
  "  - {name: c@, fields: [ten], levels: [{when: ten exact, weight: 1}, {else: true, weight: 0}]}\n"

static void test_limits(void **state) {
  (void)state;
  check_many("  ma: {", "", "  f@: {type: date}\n", 59, "  ma: {", NULL);
  check_many("  ma: {", "", "  f@: {type: date}\n", 60, "  ma: {", "my.yaml:4:3: fields: 65, at most 64");
  check_many("[họ tên]", "[a", ", b@", 63, "]", NULL);
  check_many("[họ tên]", "[a", ", b@", 64, "]", "my.yaml:5:37: aliases: 65, at most 64");
  check_many("  - [so]\n", "", "  - {name: r@, parts: [so]}\n", 31, "", NULL);
  check_many("  - [so]\n", "", "  - {name: r@, parts: [so]}\n", SCHEMA_RULES_MAX, "", "my.yaml:10:3: blocking: 45, at most 44");
  check_many(ELSE, "", LEVEL, 13, ELSE, NULL);
  check_many(ELSE, "", LEVEL, 14, ELSE,
             "my.yaml:16:7: levels: 16, at most 15");
  check_many("  - name: ten", "", COMPARISON, 14, "  - name: ten", NULL);
  check_many("  - name: ten", "", COMPARISON, 15, "  - name: ten", "my.yaml:14:3: comparisons: 16, at most 15");
  check_many("[họ tên]", "[a", ", &y@ b@", 63, "]", NULL);
  check_many("[họ tên]", "[a", ", &y@ b", 65, "]", "my.yaml:5:543: more than 64 anchors");
  assert_int_equal(mismatches, 0);
}

/* ---- a mebibyte of trouble ---------------------------------------------------------------- */

/* Shapes that cost libyaml 0.2.5 minutes, or the stack of a recursive reader. */
static void test_hostile(void **state) {
  (void)state;
  static const struct {
    const char *unit, *message;
  } hostile[] = {
      {"[", "b:1:17: nested more than 16 levels deep"},
      {"{", "b:1:17: nested more than 16 levels deep"},
      {"- ", "b:1:33: nested more than 16 levels deep"},
      {"? ", "b:1:33: nested more than 16 levels deep"},
      {"{a: ", "b:1:65: nested more than 16 levels deep"},
      {"[[],", "b:1:62: nested more than 16 levels deep"},
      {"[\n", "b:17:1: nested more than 16 levels deep"},
      {"%TAG !a! b\n", "b: %TAG directives are not supported"},
      {"\n", "b: empty: no schema in it"},
      {"#", "b: empty: no schema in it"},
      {"- a\n", "b:1:1: schema: a list stands where a mapping should"},
      {"a", "b:1:1: schema: a text stands where a mapping should"},
      {"- &a b\n", "b:65:3: more than 64 anchors"},
      {"a: b\n", "b:1:1: unknown key 'a'; known: schema, title, id, fields, blocking, split_by, block_rows, "
                 "comparisons, clusters, expected_duplicates, thresholds, golden, quality, links, joint, findings, contradictions"},
  };
  size_t length = SCHEMA_FILE_BYTES_MAX;
  char *text = malloc(length);
  for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
    size_t unit = strlen(hostile[i].unit);
    for (size_t b = 0; b < length; b++) text[b] = hostile[i].unit[b % unit];
    schema *s;
    khop_error err = {0};
    assert_int_equal(schema_parse(&s, "b", text, length / unit * unit, &err), KHOP_USAGE);
    check_message(err.message, hostile[i].message);
  }
  free(text);
  assert_int_equal(mismatches, 0);
}

/* Any piece of a sound file is a sound file or a fault, never a crash. */
static void test_cut_anywhere(void **state) {
  (void)state;
  for (size_t length = 0; length < sizeof sound; length++) {
    schema *s;
    khop_error err = {0};
    khop_status status = schema_parse(&s, "t", sound, length, &err);
    assert_true(status == KHOP_OK || status == KHOP_USAGE);
    assert_int_equal(status == KHOP_OK, s != NULL);
    schema_free(s);
  }
}

/* ---- files -------------------------------------------------------------------------------- */

/* bad_*.yaml begin with "# expect: LINE:COLUMN: message". */
static void test_bad_files(void **state) {
  (void)state;
  size_t checked = 0;
  DIR *directory = opendir("data/schemas");
  assert_non_null(directory);
  for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
    if (strncmp(entry->d_name, "bad_", 4) != 0) continue;
    char path[300], line[512], message[1024];
    snprintf(path, sizeof path, "data/schemas/%s", entry->d_name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    line[strcspn(line, "\r\n")] = '\0';
    char *expect = strstr(line, "# expect: ");
    assert_non_null(expect);
    snprintf(message, sizeof message, "%s:%s", path, expect + strlen("# expect: "));
    schema *s;
    khop_error err = {0};
    assert_int_equal(schema_load(&s, path, &err), KHOP_USAGE);
    check_message(err.message, message);
    checked++;
  }
  closedir(directory);
  assert_true(checked >= 4);
  assert_int_equal(mismatches, 0);
}

static int reset(void **state) {
  (void)state;
  mismatches = 0;
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_sound, reset),       cmocka_unit_test_setup(test_faults, reset),
      cmocka_unit_test_setup(test_limits, reset),      cmocka_unit_test_setup(test_hostile, reset),
      cmocka_unit_test_setup(test_cut_anywhere, reset), cmocka_unit_test_setup(test_bad_files, reset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
