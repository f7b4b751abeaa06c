/* summary.json. Everything but "run" is the same bytes for the same input, config and seed: times, memory
 * and threads of this one run stand apart in "run". See results.h. */
#include <stdio.h>
#include <string.h>

#include "input/source_charset.h"
#include "output/summary.h"

static json_t *hex(uint64_t value) {
  char text[20];
  snprintf(text, sizeof text, "%016llx", (unsigned long long)value);
  return json_string(text);
}

static json_t *rejected_by_reason(const result *r) {
  json_t *object = json_object();
  for (size_t i = 0; i < r->records->reject_count; i++) {
    const char *code = reject_code(r->records->rejects[i].reason);
    json_t *count = json_object_get(object, code);
    json_object_set_new(object, code, json_integer(json_integer_value(count) + 1));
  }
  return object;
}

/* A repeated id is found last, when its row is among the records already. */
static void count_source(const records *r, size_t source, json_int_t *out_rows, json_int_t *out_rejected) {
  *out_rows = (json_int_t)(r->source_rows[source + 1] - r->source_rows[source]);
  *out_rejected = 0;
  for (size_t i = 0; i < r->reject_count; i++) {
    if (r->rejects[i].source != source) continue;
    ++*out_rejected;
    *out_rows += r->rejects[i].reason != REJECT_DUPLICATE_ID;
  }
}

/* A file's name is bytes; JSON wants UTF-8. */
static json_t *file_name(const char *name) {
  json_t *text = json_string(name);
  if (text) return text;
  char ascii[256];
  size_t length = 0;
  for (; name[length] && length < sizeof ascii - 1; length++) {
    ascii[length] = (unsigned char)name[length] < 0x80 ? name[length] : '?';
  }
  return json_stringn(ascii, length);
}

/* Commonest first. */
static json_t *charsets_found(const source_charset *found) {
  json_t *array = json_array();
  for (size_t i = 0; i < found->profile.count; i++) {
    json_array_append_new(array, json_string(charset_name(found->profile.charsets[i])));
  }
  return array;
}

static json_t *decoded_rows(const source_charset *found) {
  json_t *object = json_object();
  for (int c = 0; c < CHARSET_COUNT; c++) {
    uint64_t rows = atomic_load_explicit(&found->decoded_rows[c], memory_order_relaxed);
    if (rows > 0) json_object_set_new(object, charset_name((input_charset)c), json_integer((json_int_t)rows));
  }
  return object;
}

/* Fields whose dates were read month first. */
static json_t *month_first_fields(const result *r, size_t source) {
  json_t *array = json_array();
  for (size_t f = 0; f < r->schema->field_count; f++) {
    if (r->month_first[source] >> f & 1) json_array_append_new(array, json_string(r->schema->fields[f].name));
  }
  return array;
}

static json_t *sources(const result *r) {
  json_t *array = json_array();
  for (size_t s = 0; s < r->records->source_count; s++) {
    const input_source *source = input_source_at(r->input, s);
    json_int_t rows, rejected;
    count_source(r->records, s, &rows, &rejected);
    const source_charset *found = input_charset_of(r->input, s);
    json_array_append_new(array, json_pack("{s:o, s:s, s:o, s:b, s:o, s:o, s:I, s:I}", "name", file_name(source->name), "compression",
                                           source->compression, "charsets", charsets_found(found), "charset_forced",
                                           found->profile.is_forced, "decoded_rows", decoded_rows(found), "month_first",
                                           month_first_fields(r, s), "rows", rows,
                                           "rejected", rejected));
  }
  return array;
}

static json_t *rules(const result *r) {
  json_t *array = json_array();
  for (size_t i = 0; i < r->schema->rule_count; i++) {
    const rule_facts *f = &r->facts[i];
    json_array_append_new(array, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "rule", r->schema->rules[i].name,
                                           "rows", (json_int_t)f->rows, "blocks", (json_int_t)f->blocks,
                                           "pairs_compared", (json_int_t)f->pairs,
                                           "pairs_found_by_earlier_rules", (json_int_t)f->pairs_repeated,
                                           "blocks_split", (json_int_t)f->blocks_split, "pairs_parted_by_splitting", (json_int_t)f->pairs_split,
                                           "blocks_windowed", (json_int_t)f->blocks_windowed, "pairs_not_compared", (json_int_t)f->pairs_left_out));
  }
  return array;
}

static json_t *largest_blocks(const result *r) {
  rule_facts all = {0};
  for (size_t i = 0; i < r->schema->rule_count; i++) rule_facts_add(&all, &r->facts[i]);
  json_t *array = json_array();
  for (size_t i = 0; i < all.largest_count; i++) {
    const block_fact *b = &all.largest[i];
    size_t length;
    const char *id = record_id(r->records, b->first_row, &length);
    json_array_append_new(array, json_pack("{s:s, s:I, s:s%, s:b, s:I}", "rule", r->schema->rules[b->rule].name, "rows",
                                           (json_int_t)b->rows, "first_record_id", id, length, "split",
                                           b->rows > r->block_rows_max, "pairs_not_compared", (json_int_t)b->pairs_left_out));
  }
  return array;
}

static json_t *run_facts(const khop_summary *s) {
  json_t *phases = json_object();
  for (size_t i = 0; i < s->phase_count; i++) json_object_set_new(phases, s->phases[i].phase, json_real(s->phases[i].seconds));
  json_t *spilled = json_pack("{s:I, s:I, s:I}", "bytes", (json_int_t)s->spilled_bytes, "disk_bytes", (json_int_t)s->spilled_disk_bytes,
                              "parts", (json_int_t)s->spilled_parts);
  json_t *run = json_pack("{s:s, s:f, s:o, s:I, s:o, s:i, s:s}", "finished", s->finished, "seconds", s->seconds, "phase_seconds", phases, "peak_memory_bytes",
                   (json_int_t)s->peak_memory_bytes, "spilled", spilled, "threads", (int)s->threads, "simd", s->simd);
  if (s->checkpoints) {
    json_object_set_new(run, "checkpoints", json_pack("{s:I, s:I}", "written", (json_int_t)s->checkpoints, "bytes", (json_int_t)s->checkpoint_bytes));
  }
  if (s->resumed) {
    json_object_set_new(run, "resumed", json_pack("{s:b, s:I, s:I}", "rows", 1, "blocking_rules", (json_int_t)s->resumed_rules, "pairs", (json_int_t)s->resumed_pairs));
  }
  return run;
}

static json_t *correlated_facts(const result *r) {
  json_t *array = json_array();
  for (size_t i = 0; i < r->model->correlated_count; i++) {
    const correlated_pair *pair = &r->model->correlated[i];
    json_array_append_new(array, json_pack("{s:[s,s], s:f}", "comparisons", r->schema->comparisons[pair->first].name,
                                           r->schema->comparisons[pair->second].name, "overstated_bits", pair->overstated_bits));
  }
  return array;
}

static json_t *model_facts(const result *r) {
  const model *m = r->model;
  json_t *constrained = json_array();
  for (size_t c = 0; c < m->comparison_count; c++) {
    for (size_t l = 1; l < m->comparisons[c].level_count; l++) {
      if (!m->comparisons[c].levels[l].constrained) continue;
      json_array_append_new(constrained, json_pack("{s:s, s:s}", "comparison", r->schema->comparisons[c].name, "level",
                                                   r->schema->comparisons[c].levels[l - 1].name));
    }
  }
  return json_pack("{s:b, s:s, s:b, s:i, s:f, s:f, s:I, s:I, s:f, s:f, s:f, s:o, s:o}", "trained", m->trained, "training",
                   training_state_name(m->state), "em_converged", m->em_converged, "em_iterations", (int)m->em_iterations, "em_change",
                   m->em_change, "training_matches", m->training_matches, "random_pairs", (json_int_t)m->random_pairs,
                   "training_pairs", (json_int_t)m->training_pairs, "prior", m->prior, "match_threshold", m->match_threshold,
                   "review_threshold", m->review_threshold, "constrained_levels", constrained, "correlated", correlated_facts(r));
}

static json_t *side_facts(const khop_link_side *side) {
  json_t *facts = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "schema", side->schema, "rows", (json_int_t)side->rows, "rejected",
                   (json_int_t)side->rejected, "indexed", (json_int_t)side->indexed, "linked", (json_int_t)side->linked, "for_review",
                   (json_int_t)side->in_review, "unlinked", (json_int_t)side->unlinked);
  if (side->deduplicated) json_object_set_new(facts, "duplicates", json_integer((json_int_t)side->duplicates));
  return facts;
}

static void add_links(json_t *root, const khop_link_summary *s) {
  static const char *const kinds[] = {[KHOP_LINK_ONE_TO_ONE] = "one-to-one", [KHOP_LINK_ONE_TO_MANY] = "one-to-many",
                                      [KHOP_LINK_MANY_TO_ONE] = "many-to-one", [KHOP_LINK_MANY_TO_MANY] = "many-to-many"};
  if (s->side_count == 2) {
    json_object_set_new(root, "left", side_facts(&s->sides[0]));
    json_object_set_new(root, "right", side_facts(&s->sides[1]));
  } else {
    json_t *registers = json_array();
    for (size_t i = 0; i < s->side_count; i++) {
      json_t *facts = side_facts(&s->sides[i]);
      json_object_set_new(facts, "register", json_string(s->sides[i].name));
      json_array_append_new(registers, facts);
    }
    json_object_set_new(root, "registers", registers);
  }
  json_object_set_new(root, "links",
                      json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "kind", kinds[s->kind], "links", (json_int_t)s->run.pairs_match,
                                "conflicts", (json_int_t)s->conflicts, "for_review", (json_int_t)s->run.pairs_review, "ties",
                                (json_int_t)s->ties, "matching_pairs_given_up", (json_int_t)s->pairs_given_up,
                                "components_not_assigned_exactly", (json_int_t)s->greedy_components));
}

/* Adds to the counts under a name. */
static void add_load(json_t *object, const char *name, uint64_t to_correct, uint64_t to_verify) {
  json_t *load = json_object_get(object, name);
  if (!load) {
    json_object_set_new(object, name, json_pack("{s:I, s:I}", "to_correct", (json_int_t)0, "to_verify", (json_int_t)0));
    load = json_object_get(object, name);
  }
  json_object_set_new(load, "to_correct", json_integer(json_integer_value(json_object_get(load, "to_correct")) + (json_int_t)to_correct));
  json_object_set_new(load, "to_verify", json_integer(json_integer_value(json_object_get(load, "to_verify")) + (json_int_t)to_verify));
}

/* Values of linked entities that contradict each other, by who corrects them, and by field. */
static json_t *contradictions(const result *r) {
  const contradiction_counts *c = r->contradictions;
  json_t *by_agency = json_object(), *by_field = json_object();
  for (size_t side = 0; side < r->links->registers->count; side++) {
    for (size_t f = 0; f < r->schema->field_count; f++) {
      add_load(by_agency, c->agencies[side], c->to_correct[side][f], c->to_verify[side][f]);
      if (c->to_correct[side][f] + c->to_verify[side][f]) add_load(by_field, r->schema->fields[f].name, c->to_correct[side][f], c->to_verify[side][f]);
    }
  }
  return json_pack("{s:I, s:I, s:o, s:o}", "entities", (json_int_t)c->entities, "fields_of_entities", (json_int_t)c->fields, "by_agency", by_agency,
                   "by_field", by_field);
}

/* Links whose records do not agree, by what they differ in. */
static void add_causes(json_t *root, const khop_link_summary *s) {
  json_t *causes = json_array();
  for (size_t i = 0; i < s->cause_count; i++) {
    json_array_append_new(causes, json_pack("{s:s, s:I}", "cause", s->causes[i].cause, "links", (json_int_t)s->causes[i].links));
  }
  json_object_set_new(root, "disagreements", json_pack("{s:I, s:o}", "links", (json_int_t)s->disagreeing, "by_cause", causes));
}

/* Why matching pairs are not in one cluster: how many by each cause. */
static json_t *parted_matches(const result *r) {
  const cluster_facts *facts = &r->clusters->facts;
  json_t *conflicts = json_object();
  for (size_t c = 0; c < r->schema->conflict_count; c++) {
    json_object_set_new(conflicts, r->schema->conflicts[c].test.name, json_integer((json_int_t)facts->cuts_by_conflict[c]));
  }
  return json_pack("{s:I, s:o, s:I}", "cannot_link", (json_int_t)facts->cuts_by_cause[CUT_BY_DECISION], "conflicts", conflicts, "linkage",
                   (json_int_t)facts->cuts_by_cause[CUT_BY_LINKAGE]);
}

/* Too large for all pairs to be compared. */
static json_t *unchecked_components(const result *r) {
  const cluster_facts *facts = &r->clusters->facts;
  json_t *largest = json_array();
  for (size_t i = 0; i < facts->largest_count; i++) {
    size_t length;
    const char *id = record_id(r->records, facts->largest[i].first_row, &length);
    json_array_append_new(largest, json_pack("{s:s%, s:I}", "first_record_id", id, length, "records", (json_int_t)facts->largest[i].rows));
  }
  return json_pack("{s:I, s:I, s:o}", "components", (json_int_t)facts->large, "records", (json_int_t)facts->large_records, "largest", largest);
}

static json_t *clusters_found(const result *r, const khop_summary *s) {
  const cluster_facts *facts = &r->clusters->facts;
  json_t *object = json_pack("{s:I, s:I, s:I}", "of_two_or_more", (json_int_t)s->clusters, "records_in_them",
                             (json_int_t)s->clustered_records, "largest", (json_int_t)s->largest_cluster);
  if (r->links) return object; /* what links connect is not checked */
  json_t *check = json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "linkage", linkage_name(r->clusters->linkage), "components",
                            (json_int_t)facts->components, "components_checked", (json_int_t)facts->checked, "components_parted",
                            (json_int_t)facts->parted, "pairs_scored", (json_int_t)facts->pairs_scored, "matches_parted", parted_matches(r),
                            "unchecked", unchecked_components(r));
  json_object_update(object, check);
  json_decref(check);
  return object;
}

static json_t *decisions_taken(const decisions *d) {
  json_t *lines = json_array();
  for (size_t i = 0; i < d->unknown && i < DECISION_LINES_NAMED; i++) json_array_append_new(lines, json_integer((json_int_t)d->unknown_lines[i]));
  return json_pack("{s:I, s:I, s:I, s:I, s:o}", "must_link", (json_int_t)d->must_links, "cannot_link", (json_int_t)d->cannot_links, "undecided",
                   (json_int_t)d->undecided, "of_unknown_records", (json_int_t)d->unknown, "lines_of_unknown_records", lines);
}

static json_t *range(const khop_range *r) { return json_pack("{s:f, s:f, s:f}", "estimate", r->estimate, "low", r->low, "high", r->high); }

static json_t *expected_errors(const khop_expected *e) {
  return json_pack("{s:o, s:o, s:f, s:f, s:s, s:f, s:b}", "wrong_matches", range(&e->wrong), "missed_matches", range(&e->missed), "precision",
                   e->precision, "recall", e->recall, "checked_by", e->checked_by, "checked_pairs", e->checked_pairs, "target_reached",
                   e->target_reached);
}

/* How many compared pairs are of relatives, or of what else the schema weighs by itself. */
static json_t *reasons(const result *r) {
  json_t *array = json_array();
  for (size_t c = 0; c < r->schema->comparison_count; c++) {
    const schema_comparison *comparison = &r->schema->comparisons[c];
    for (size_t l = 0; l < comparison->level_count; l++) {
      uint64_t pairs = r->reasons->pairs[c][l + 1];
      const level_model *level = &r->model->comparisons[c].levels[l + 1];
      if (pairs == 0) continue;
      json_t *reason = json_pack("{s:s, s:s, s:I}", "reason", comparison->levels[l].name, "comparison", comparison->name, "pairs", (json_int_t)pairs);
      json_object_set_new(reason, level->share > 0 ? "match_share" : "weight", json_real(level->share > 0 ? level->share : level->weight));
      json_array_append_new(array, reason);
    }
  }
  return array;
}

/* ---- quality -------------------------------------------------------------------------------------- */

static void add_groups(json_t *object, const uint64_t groups[QUALITY_GROUPS]) {
  for (int g = 0; g < QUALITY_GROUPS; g++) {
    json_object_set_new(object, quality_group_name((quality_group)g), json_integer((json_int_t)groups[g]));
  }
}

static json_t *quality_reasons(const result *r) {
  const quality_counts *c = &r->quality->counts;
  size_t reasons[QUALITY_REASONS], count = quality_reasons_sorted(c, reasons);
  json_t *object = json_object();
  for (size_t i = 0; i < count; i++) {
    char code[QUALITY_CODE_BYTES];
    quality_reason_code(r->schema, reasons[i], code);
    json_object_set_new(object, code, json_integer((json_int_t)c->reasons[reasons[i]]));
  }
  return object;
}

/* Fields that are looked at, but not of this register: it has no column for them. */
static json_t *unasked_fields(const result *r, size_t in) {
  json_t *array = json_array();
  for (uint64_t left = quality_fields(r->schema) & ~r->quality->columns[in]; left; left &= left - 1) {
    json_array_append_new(array, json_string(r->schema->fields[__builtin_ctzll(left)].name));
  }
  return array;
}

static json_t *quality_registers(const result *r) {
  const quality_counts *c = &r->quality->counts;
  json_t *array = json_array();
  for (size_t i = 0; i < c->place_count && c->places[i].level == ADDRESS_NO_LEVEL; i++) {
    const uint32_t in = c->places[i].in;
    json_t *item = json_pack("{s:o}", "register", file_name(r->quality->registers[in]));
    add_groups(item, c->places[i].groups);
    json_object_set_new(item, "fields_without_column", unasked_fields(r, in));
    json_array_append_new(array, item);
  }
  return array;
}

static json_t *quality_found(const result *r) {
  json_t *groups = json_object(), *fails = json_object();
  add_groups(groups, r->quality->counts.groups);
  for (int d = 0; d < QUALITY_DIMENSIONS; d++) {
    json_object_set_new(fails, quality_dimension_name((quality_dimension)d), json_integer((json_int_t)r->quality->counts.fails[d]));
  }
  return json_pack("{s:o, s:o, s:o, s:o}", "groups", groups, "fails", fails, "reasons", quality_reasons(r), "registers",
                   quality_registers(r));
}

/* Provinces of today; quality_places.csv has the rest. */
static json_t *quality_provinces(const result *r) {
  const quality_counts *c = &r->quality->all;
  json_t *array = json_array();
  for (size_t i = 0; i < c->place_count; i++) {
    char name[UNIT_NAME_BYTES], code[UNIT_CODE_BYTES];
    if (c->places[i].level != ADDRESS_LEVEL_PROVINCE) continue;
    unit_show(r->quality->book, c->places[i].unit, name, code);
    json_t *item = json_pack("{s:s, s:s, s:I}", "code", code, "name", name, "records", (json_int_t)quality_place_records(&c->places[i]));
    add_groups(item, c->places[i].groups);
    json_array_append_new(array, item);
  }
  return array;
}

/* ---- changes ---------------------------------------------------------------------------------------- */

static json_t *group_moves(const khop_changes *c) {
  json_t *array = json_array();
  for (int from = 0; from < QUALITY_GROUPS; from++) {
    for (int to = 0; to < QUALITY_GROUPS; to++) {
      if (!c->moves[from][to]) continue;
      json_array_append_new(array, json_pack("{s:s, s:s, s:I}", "from", quality_group_name((quality_group)from), "to",
                                             quality_group_name((quality_group)to), "records", (json_int_t)c->moves[from][to]));
    }
  }
  return array;
}

static json_t *changes_found(const khop_changes *c) {
  json_t *root = json_object(), *kinds = json_object();
  for (size_t i = 0; i < c->kind_count; i++) {
    const khop_change_count *k = &c->kinds[i];
    json_object_set_new(kinds, k->code, json_pack("{s:I, s:I, s:I}", "fixed", (json_int_t)k->fixed, "new", (json_int_t)k->appeared, "open",
                                                  (json_int_t)k->open));
  }
  json_t *found = json_pack("{s:I, s:I, s:I, s:o}", "fixed", (json_int_t)c->fixed, "new", (json_int_t)c->appeared, "open",
                               (json_int_t)c->open, "kinds", kinds);
  if (c->compared_findings) json_object_set(root, "findings", found);
  json_decref(found);
  if (!c->compared_groups) return root;
  json_object_set_new(root, "groups", json_pack("{s:I, s:I, s:o}", "records_new", (json_int_t)c->records_new, "records_gone",
                                                (json_int_t)c->records_gone, "moves", group_moves(c)));
  return root;
}

static json_t *kinds_of_place(const finding_place *place) {
  json_t *kinds = json_object();
  for (int kind = 0; kind < FINDING_KINDS; kind++) {
    if (place->kinds[kind]) json_object_set_new(kinds, finding_code((finding_kind)kind), json_integer(place->kinds[kind]));
  }
  return kinds;
}

/* Of many districts and communes those with most records that have findings; how many there are is told. */
static json_t *places_of_level(const place_counts *p, address_level level) {
  enum { PLACES_LISTED = 100 };
  json_t *listed = json_array();
  for (size_t i = 0; i < p->counts[level] && i < PLACES_LISTED; i++) {
    const finding_place *place = &p->items[level][i];
    const bool is_known = place->unit != ADDRESS_NO_UNIT;
    char name[UNIT_NAME_BYTES], code[UNIT_CODE_BYTES];
    unit_show(p->book, place->unit, name, code);
    json_array_append_new(listed, json_pack("{s:s, s:s, s:s, s:I, s:I, s:o}", "code", code, "map",
                                            !is_known ? "" : address_unit_at(p->book, place->unit)->era == ADDRESS_ERA_OLD ? "old" : "new", "name", name,
                                            "records", (json_int_t)place->records, "with_findings", (json_int_t)place->found, "kinds",
                                            kinds_of_place(place)));
  }
  return json_pack("{s:I, s:o}", "with_findings", (json_int_t)p->counts[level], "listed", listed);
}

static json_t *places_found(const place_counts *p) {
  return json_pack("{s:o, s:o, s:o}", "provinces", places_of_level(p, ADDRESS_LEVEL_PROVINCE), "districts", places_of_level(p, ADDRESS_LEVEL_DISTRICT),
                   "communes", places_of_level(p, ADDRESS_LEVEL_COMMUNE));
}

/* They depend on the day, too. */
static json_t *findings_found(const result *r, const khop_summary *s) {
  char today[16];
  json_t *kinds = json_object();
  snprintf(today, sizeof today, "%04u-%02u-%02u", feature_date_year(r->today), feature_date_month(r->today), feature_date_day(r->today));
  for (size_t i = 0; i < s->finding_count; i++) {
    const khop_finding_count *f = &s->findings[i];
    json_object_set_new(kinds, f->code, json_pack("{s:I, s:I, s:I}", "errors", (json_int_t)f->errors, "warnings", (json_int_t)f->warnings,
                                                  "infos", (json_int_t)f->infos));
  }
  json_t *root = json_pack("{s:s, s:I, s:o}", "today", today, "records", (json_int_t)s->finding_records, "kinds", kinds);
  if (r->places->book) json_object_set_new(root, "places", places_found(r->places));
  return root;
}

static json_t *build_frame(const result *r, const khop_summary *s) {
  json_t *root = json_pack("{s:s, s:s, s:o, s:o, s:o}", "khop", khop_version(), "schema", r->schema->name, "schema_hash",
                           hex(r->schema->hash), "input_hash", hex(r->input_hash), "sources", sources(r));
  json_t *counts = json_pack("{s:I, s:I, s:I, s:o}", "rows", (json_int_t)s->rows, "rejected", (json_int_t)s->rejected, "indexed",
                             (json_int_t)s->indexed, "rejected_by_reason", rejected_by_reason(r));
  json_object_set_new(root, "input", counts);
  if (r->findings) json_object_set_new(root, "findings", findings_found(r, s));
  if (s->changes.compared_findings || s->changes.compared_groups) json_object_set_new(root, "changes", changes_found(&s->changes));
  return root;
}

json_t *summary_build(const result *r, const khop_summary *s, const khop_link_summary *links) {
  json_t *root = build_frame(r, s);
  if (!r->clusters) {
    json_object_set_new(root, "run", run_facts(s));
    return root;
  }
  json_t *pairs = json_pack("{s:I, s:I, s:I, s:I}", "compared", (json_int_t)s->pairs_compared, "match",
                            (json_int_t)s->pairs_match, "review", (json_int_t)s->pairs_review, "not_compared",
                            (json_int_t)s->pairs_left_out);
  json_object_set_new(root, "pairs", pairs);
  json_object_set_new(root, "expected", expected_errors(&s->expected));
  if (links) add_links(root, links);
  if (r->contradictions) json_object_set_new(root, "contradictions", contradictions(r));
  if (links && r->findings) add_causes(root, links);
  json_object_set_new(root, "clusters", clusters_found(r, s));
  if (r->decisions) json_object_set_new(root, "decisions", decisions_taken(r->decisions));
  if (r->quality) {
    json_object_set_new(root, "quality", quality_found(r));
    json_object_set_new(root, "quality_places", quality_provinces(r));
  }
  json_object_set_new(root, "blocking_rules", rules(r));
  json_object_set_new(root, "reasons", reasons(r));
  json_object_set_new(root, "largest_blocks", largest_blocks(r));
  json_object_set_new(root, "model", model_facts(r));
  json_object_set_new(root, "seed", json_integer((json_int_t)r->seed));
  json_object_set_new(root, "run", run_facts(s));
  return root;
}

char *summary_text(json_t *root, size_t more_flags) {
  return json_text(root, more_flags | JSON_REAL_PRECISION(9));
}

khop_status write_summary(outfile *f, const result *r, const khop_summary *summary, const khop_link_summary *links, khop_error *err) {
  json_watch();
  char *text = summary_text(summary_build(r, summary, links), JSON_INDENT(2));
  if (!text) return error_set(err, KHOP_ENVIRONMENT, "summary.json: out of memory");
  outfile_text(f, text);
  outfile_text(f, "\n");
  free(text);
  return KHOP_OK;
}
