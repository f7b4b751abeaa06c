/* See contradictions.h. A record on its way: head | id, as a CSV field | length and text of each marked field | up to 7 bytes of nothing. */
#include "run/contradictions.h"

#include <string.h>

#include "findings/contradiction.h"
#include "run/contradictions_scan.h"
#include "run/golden.h"

enum { unit_bytes = 8, parts_max = 64, part_records = 1 << 15, task_marks = 256 };

typedef struct record_head {
  uint32_t bytes; /* of all of it: a multiple of 8 */
  uint32_t mark, row, source, id_bytes;
  uint16_t birth_year; /* what else the record says of its person; 0: unknown */
  uint16_t sex;        /* sex_value */
} record_head;

typedef struct ledger_worker {
  field_reader *reader;
  contradiction_counts counts;
  contradiction_value values[CONTRADICTION_VALUES_MAX];
  contradiction_judgement judged[CONTRADICTION_VALUES_MAX];
} ledger_worker;

typedef struct ledger {
  const run *run;
  const clusters *entities;
  contradiction_marks marks;
  const address_book *book;
  ledger_worker *workers;
  uint32_t *trusts; /* by source */
  uint64_t numbers; /* fields that are judged by sex and birth date of their record: a bit each */
  spill_file *file;
  spill_stream parts[parts_max];
  uint64_t part_records[parts_max];
  size_t part_count, part_marks; /* so many marks a part */
  char *bytes;  /* of the loaded part */
  size_t bytes_capacity;
  sort_item *items, *scratch; /* key: mark; row; extra: where its bytes begin, in units of 8 bytes */
  size_t item_count, item_capacity;
  pass_text *texts; /* by task of the part */
  size_t first_mark, last_mark;
} ledger;

/* ---- gathering ------------------------------------------------------------------------------------------ */

static bool month_first(const run *r, uint32_t source, size_t field) { return r->month_first[source] >> field & 1; }

/* The person that a record is about: what a number of twelve digits has to agree with. */
static void read_person(const ledger *l, ledger_worker *w, const store_record *record, record_head *head) {
  const schema *s = l->run->schema;
  const schema_person *person = &s->findings.people[0];
  if (s->findings.people_count == 0) return;
  if (person->sex >= 0) head->sex = (uint16_t)normalise_sex(record->fields[person->sex], record->lengths[person->sex]);
  if (person->birth < 0) return;
  field_value birth;
  size_t field = (size_t)person->birth;
  field_read(w->reader, field, record->fields[field], record->lengths[field], month_first(l->run, record->source, field), &birth);
  if (birth.is_valid) head->birth_year = (uint16_t)(birth.day / 10000);
}

static khop_status pack(const ledger *l, ledger_worker *w, const store_record *record, size_t mark, pass_text *out, khop_error *err) {
  static const char padding[unit_bytes];
  const contradiction_mark *m = &l->marks.items[mark];
  size_t start = out->used;
  record_head head = {.mark = (uint32_t)mark, .row = record->row, .source = record->source};
  if (m->fields & l->numbers) read_person(l, w, record, &head);
  TRY(pass_text_add(out, &head, sizeof head, err));
  TRY(store_pass_id(l->run, record, out, err));
  head.id_bytes = (uint32_t)(out->used - start - sizeof head);
  for (size_t f = 0; f < record->field_count; f++) {
    if (!(m->fields >> f & 1)) continue;
    TRY(pass_text_add(out, &record->lengths[f], sizeof record->lengths[f], err));
    if (record->lengths[f]) TRY(pass_text_add(out, record->fields[f], record->lengths[f], err));
  }
  TRY(pass_text_add(out, padding, (unit_bytes - (out->used - start) % unit_bytes) % unit_bytes, err));
  head.bytes = (uint32_t)(out->used - start);
  memcpy(out->bytes + start, &head, sizeof head);
  return KHOP_OK;
}

static khop_status pack_rows(void *context, unsigned worker, store_view *rows, uint32_t first, uint32_t last, pass_text *out,
                             khop_error *err) {
  const ledger *l = context;
  for (uint32_t row = first; row < last; row++) {
    uint32_t entity = l->entities->of_row[row];
    size_t mark = entity == CLUSTER_NONE ? l->marks.count : contradictions_find(&l->marks, entity);
    store_record record;
    if (mark == l->marks.count) continue;
    TRY(store_read_record(rows, row, &record, err));
    TRY(pack(l, &l->workers[worker], &record, mark, out, err));
  }
  return KHOP_OK;
}

static khop_status take_rows(void *context, const pass_text *text, khop_error *err) {
  ledger *l = context;
  for (size_t at = 0; at < text->used;) {
    record_head head;
    memcpy(&head, text->bytes + at, sizeof head);
    size_t part = head.mark / l->part_marks;
    TRY(spill_write(l->file, &l->parts[part], text->bytes + at, head.bytes, err));
    l->part_records[part]++;
    at += head.bytes;
  }
  return KHOP_OK;
}

static khop_status gather(ledger *l, store_pass *p, khop_error *err) {
  uint64_t marked = 0;
  for (size_t i = 0; i < l->marks.count; i++) marked += l->marks.items[i].records;
  l->part_count = (size_t)(marked / part_records + 1);
  if (l->part_count > parts_max) l->part_count = parts_max;
  l->part_marks = l->marks.count / l->part_count + 1;
  if (!l->marks.count) return KHOP_OK;
  TRY(spill_open(&l->file, p->run->options.output, err));
  TRY(store_pass_run(p, 0, (uint32_t)l->entities->row_count, pack_rows, take_rows, l, err));
  for (size_t i = 0; i < l->part_count; i++) TRY(spill_end(l->file, &l->parts[i], err));
  return KHOP_OK;
}

/* ---- a part in memory ------------------------------------------------------------------------------------- */

static khop_status reserve_items(ledger *l, size_t count, khop_error *err) {
  if (count <= l->item_capacity) return KHOP_OK;
  mem_free(l->items);
  mem_free(l->scratch);
  l->item_capacity = 0;
  l->items = mem_alloc(count, sizeof *l->items);
  l->scratch = mem_alloc(count, sizeof *l->scratch);
  if (!l->items || !l->scratch) return error_memory(err, count * sizeof *l->items, "contradictions");
  l->item_capacity = count;
  return KHOP_OK;
}

static khop_status load(ledger *l, size_t part, khop_error *err) {
  const size_t bytes = (size_t)l->parts[part].bytes;
  l->item_count = 0;
  l->first_mark = part * l->part_marks < l->marks.count ? part * l->part_marks : l->marks.count;
  l->last_mark = l->first_mark + l->part_marks < l->marks.count ? l->first_mark + l->part_marks : l->marks.count;
  if (bytes == 0) return KHOP_OK;
  TRY(array_reserve(&l->bytes, &l->bytes_capacity, bytes, 1, "contradictions", err));
  TRY(reserve_items(l, (size_t)l->part_records[part], err));
  TRY(spill_read(l->file, &l->parts[part], 0, l->bytes, bytes, err));
  spill_discard(l->file, &l->parts[part]);
  for (size_t at = 0; at < bytes;) {
    record_head head;
    memcpy(&head, l->bytes + at, sizeof head);
    l->scratch[l->item_count++] = (sort_item){.key = head.mark, .row = head.row, .extra = (uint32_t)(at / unit_bytes)};
    at += head.bytes;
  }
  sort_items_alone(l->items, l->scratch, l->item_count);
  return KHOP_OK;
}

/* ---- lines -------------------------------------------------------------------------------------------------- */

/* A record of a mark, and where its next marked field begins. */
typedef struct gathered_record {
  record_head head;
  const char *id, *next;
} gathered_record;

static gathered_record record_at(const ledger *l, size_t item) {
  gathered_record record;
  const char *from = l->bytes + (size_t)l->items[item].extra * unit_bytes;
  memcpy(&record.head, from, sizeof record.head);
  record.id = from + sizeof record.head;
  record.next = record.id + record.head.id_bytes;
  return record;
}

static void read_value(const ledger *l, ledger_worker *w, size_t field, gathered_record *record, contradiction_value *out) {
  const run *r = l->run;
  uint32_t length;
  memcpy(&length, record->next, sizeof length);
  const char *text = record->next + sizeof length;
  record->next = text + length;
  const identifier_context person = {.sex = (sex_value)record->head.sex, .birth_year = record->head.birth_year};
  contradiction_read(w->reader, r->schema, l->book, field, text, length, month_first(r, record->head.source, field),
                     l->numbers >> field & 1 ? &person : NULL, out);
  uint32_t trust = l->trusts[record->head.source];
  out->side = run_side_of_source(r, record->head.source);
  out->trust = trust < r->schema->authority_count ? trust : UINT32_MAX;
}

static const char *reason_name(const schema *s, size_t field, const contradiction_judgement *j) {
  static const char *const names[] = {[REASON_NONE] = "undecided", [REASON_VALIDITY] = "others_invalid", [REASON_MAJORITY] = "majority",
                                      [REASON_AUTHORITY] = "authority"};
  if (j->reason != REASON_VALIDITY || j->verdict != VERDICT_WRONG) return names[j->reason];
  const char *fault = j->finding ? field_finding_name(s->fields[field].type, j->finding) : NULL;
  return fault ? fault : "invalid";
}

static const char *agency_of(const run *r, size_t side) {
  const schema *own = r->side_schemas[side] ? r->side_schemas[side] : r->schema;
  return own->agency ? own->agency : r->side_names[side];
}

static khop_status add_text(pass_text *out, const char *text, khop_error *err) {
  TRY(pass_text_field(out, text, strlen(text), err));
  return pass_text_add(out, ",", 1, err);
}

static khop_status write_line(const ledger *l, uint32_t entity, size_t field, const gathered_record *record, const contradiction_value *value,
                              const contradiction_judgement *judged, pass_text *out, khop_error *err) {
  static const char *const verdicts[] = {[VERDICT_NONE] = "", [VERDICT_RIGHT] = "yes", [VERDICT_WRONG] = "no", [VERDICT_OPEN] = "unknown"};
  const run *r = l->run;
  TRY(pass_text_number(out, entity + 1u, err));
  TRY(pass_text_add(out, ",", 1, err));
  TRY(add_text(out, r->schema->fields[field].name, err));
  TRY(add_text(out, r->side_names[value->side], err));
  TRY(pass_text_add(out, record->id, record->head.id_bytes, err));
  TRY(pass_text_add(out, ",", 1, err));
  TRY(pass_text_field(out, value->value.text, value->value.length, err));
  TRY(pass_text_add(out, ",", 1, err));
  TRY(add_text(out, verdicts[judged->verdict], err));
  TRY(add_text(out, reason_name(r->schema, field, judged), err));
  if (judged->verdict != VERDICT_RIGHT) {
    const char *agency = agency_of(r, value->side);
    TRY(pass_text_field(out, agency, strlen(agency), err));
  }
  return pass_text_add(out, "\n", 1, err);
}

static khop_status write_field(const ledger *l, ledger_worker *w, const contradiction_mark *mark, size_t field, gathered_record *members,
                               size_t count, bool *out_found, pass_text *out, khop_error *err) {
  for (size_t i = 0; i < count; i++) read_value(l, w, field, &members[i], &w->values[i]);
  if (!contradiction_judge(l->run->schema, l->book, field, w->values, count, w->judged)) return KHOP_OK;
  *out_found = true;
  w->counts.fields++;
  for (size_t i = 0; i < count; i++) {
    size_t side = w->values[i].side;
    if (w->judged[i].verdict == VERDICT_NONE) continue;
    w->counts.to_correct[side][field] += w->judged[i].verdict == VERDICT_WRONG;
    w->counts.to_verify[side][field] += w->judged[i].verdict == VERDICT_OPEN;
    TRY(write_line(l, mark->entity, field, &members[i], &w->values[i], &w->judged[i], out, err));
  }
  return KHOP_OK;
}

static khop_status write_mark(const ledger *l, ledger_worker *w, size_t mark, size_t item, pass_text *out, khop_error *err) {
  gathered_record members[CONTRADICTION_VALUES_MAX];
  const contradiction_mark *m = &l->marks.items[mark];
  bool found = false;
  for (size_t i = 0; i < m->records; i++) members[i] = record_at(l, item + i);
  for (size_t f = 0; f < l->run->schema->field_count; f++) {
    if (m->fields >> f & 1) TRY(write_field(l, w, m, f, members, m->records, &found, out, err));
  }
  w->counts.entities += found;
  return KHOP_OK;
}

static khop_status write_marks(void *context, size_t task, unsigned worker, khop_error *err) {
  const ledger *l = context;
  size_t first = l->first_mark + task * task_marks, last = first + task_marks < l->last_mark ? first + task_marks : l->last_mark;
  size_t item = sorted_items_below(l->items, l->item_count, first);
  for (size_t mark = first; mark < last; mark++) {
    TRY(write_mark(l, &l->workers[worker], mark, item, &l->texts[task], err));
    while (item < l->item_count && l->items[item].key == mark) item++;
  }
  return KHOP_OK;
}

static khop_status write_part(ledger *l, size_t part, outfile *f, khop_error *err) {
  khop_status status = KHOP_OK;
  TRY(load(l, part, err));
  size_t tasks = (l->last_mark - l->first_mark + task_marks - 1) / task_marks;
  l->texts = mem_alloc(tasks, sizeof *l->texts);
  if (!l->texts) return error_memory(err, tasks * sizeof *l->texts, "contradictions");
  TRY_CLEANUP(pool_run(l->run->workers, tasks, write_marks, l, err));
  for (size_t t = 0; t < tasks; t++) outfile_write(f, l->texts[t].bytes, l->texts[t].used);
cleanup:
  for (size_t t = 0; t < tasks; t++) mem_free(l->texts[t].bytes);
  mem_free(l->texts);
  return status;
}

/* ---- all ---------------------------------------------------------------------------------------------------- */

static khop_status open_ledger(ledger *l, khop_error *err) {
  const run *r = l->run;
  const size_t sources = input_source_count(r->input);
  l->book = r->table.layout.book;
  if (r->schema->findings.people_count) l->numbers = r->schema->findings.people[0].numbers;
  for (size_t f = 0; f < r->schema->field_count; f++) {
    if (r->schema->fields[f].type != TYPE_PERSONAL_ID) l->numbers &= ~(1ull << f);
  }
  l->workers = mem_alloc(pool_threads(r->workers), sizeof *l->workers);
  l->trusts = mem_alloc(sources, sizeof *l->trusts);
  if (!l->workers || !l->trusts) return error_memory(err, sources * sizeof *l->trusts, "contradictions");
  for (size_t s = 0; s < sources; s++) l->trusts[s] = golden_trust(r, s);
  const field_reader_options options = {.schema = r->schema, .book = l->book, .places = l->book ? ~(uint64_t)0 : 0, .wants_keys = true};
  for (unsigned w = 0; w < pool_threads(r->workers); w++) TRY(field_reader_create(&l->workers[w].reader, &options, err));
  return KHOP_OK;
}

static void close_ledger(ledger *l) {
  for (unsigned w = 0; l->workers && w < pool_threads(l->run->workers); w++) field_reader_free(l->workers[w].reader);
  for (size_t i = 0; l->file && i < l->part_count; i++) spill_discard(l->file, &l->parts[i]);
  spill_close(l->file);
  contradictions_free(&l->marks);
  mem_free(l->workers);
  mem_free(l->trusts);
  mem_free(l->bytes);
  mem_free(l->items);
  mem_free(l->scratch);
}

static void sum_counts(const ledger *l, contradiction_counts *out) {
  const run *r = l->run;
  for (unsigned w = 0; w < pool_threads(r->workers); w++) {
    const contradiction_counts *part = &l->workers[w].counts;
    out->entities += part->entities;
    out->fields += part->fields;
    for (size_t side = 0; side < run_side_count(r); side++) {
      for (size_t f = 0; f < r->schema->field_count; f++) {
        out->to_correct[side][f] += part->to_correct[side][f];
        out->to_verify[side][f] += part->to_verify[side][f];
      }
    }
  }
  for (size_t side = 0; side < run_side_count(r); side++) out->agencies[side] = agency_of(r, side);
}

khop_status write_contradictions(store_pass *p, const clusters *entities, size_t member_count, contradiction_counts *counts, outfile *f,
                                 khop_error *err) {
  khop_status status = KHOP_OK;
  ledger *l = mem_alloc(1, sizeof *l);
  if (!l) return error_memory(err, sizeof *l, "contradictions");
  *l = (ledger){.run = p->run, .entities = entities};
  TRY_CLEANUP(open_ledger(l, err));
  TRY_CLEANUP(contradictions_scan(p->run, entities, member_count, &l->marks, err));
  TRY_CLEANUP(gather(l, p, err));
  outfile_text(f, "entity_id,field,register,record_id,value,likely_right,reason,agency\n");
  for (size_t part = 0; part < l->part_count; part++) {
    TRY_CLEANUP(write_part(l, part, f, err));
    TRY_CLEANUP(control_check(p->run->options.control, err));
  }
  sum_counts(l, counts);
cleanup:
  close_ledger(l);
  mem_free(l);
  return status;
}
