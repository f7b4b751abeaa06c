/* What a run keeps beside its features: record ids and rejects, and the progress it reports. */
#include <stdatomic.h>

#include "base/thread.h"
#include "core_support.h"
#include "feature/records.h"
#include "run/progress.h"

/* ---- records ------------------------------------------------------------------------------------------------- */

static void id_of(size_t row, char text[64], size_t *length) {
  *length = hash_mix(row) % 40;
  for (size_t i = 0; i < *length; i++) text[i] = (char)('a' + (row + i) % 26);
}

static void ids_come_back(void **unused) {
  (void)unused;
  enum { rows = 200000, batch_max = 3000 };
  khop_error err = {0};
  records r;
  uint64_t state = 1;
  char id[64];
  size_t length;
  must(records_init(&r, 1, &err), &err);
  static char ids[batch_max * sizeof id];
  static uint32_t lengths[batch_max];
  static record_origin origins[batch_max];
  for (size_t row = 0; row < rows;) {
    size_t batch = random_below(&state, batch_max + 1), used = 0;
    if (batch > rows - row) batch = rows - row;
    must(records_reserve(&r, batch, batch * 40, &err), &err);
    for (size_t i = 0; i < batch; i++, row++) {
      id_of(row, ids + used, &length);
      used += lengths[i] = (uint32_t)length;
      origins[i] = (record_origin){.byte_offset = row * 100, .line = (uint32_t)row + 2};
    }
    must(records_append(&r, batch, ids, lengths, origins, &err), &err);
  }
  assert_int_equal(r.count, rows);
  for (size_t row = 0; row < rows; row++) {
    size_t found;
    const char *text = record_id(&r, row, &found);
    id_of(row, id, &length);
    assert_int_equal(found, length);
    assert_memory_equal(text, id, length);
    const record_origin *origin = (const record_origin *)r.origins.data + row;
    assert_true(origin->byte_offset == row * 100 && origin->line == row + 2 && origin->source == 0);
  }
  records_free(&r);
  records_free(&r);
}

/* Sources without rows anywhere among those that have some. */
static void sources_know_their_rows(void **unused) {
  (void)unused;
  static const size_t sizes[] = {0, 3, 0, 0, 1, 5, 0};
  khop_error err = {0};
  records r;
  must(records_init(&r, COUNT_OF(sizes), &err), &err);
  for (uint32_t s = 0; s < COUNT_OF(sizes); s++) {
    for (size_t i = 0; i < sizes[s]; i++) {
      must(records_reserve(&r, 1, 1, &err), &err);
      must(records_append(&r, 1, "x", (uint32_t[]){1}, &(record_origin){.source = s}, &err), &err);
    }
  }
  size_t row = 0;
  for (size_t s = 0; s < COUNT_OF(sizes); s++) {
    assert_int_equal(r.source_rows[s], row);
    row += sizes[s];
  }
  assert_int_equal(r.source_rows[COUNT_OF(sizes)], row);
  records_free(&r);
}

static void rejects_are_sorted(void **unused) {
  (void)unused;
  khop_error err = {0};
  records r;
  uint64_t state = 2;
  must(records_init(&r, 3, &err), &err);
  records_sort_rejects(&r);
  for (size_t i = 0; i < 5000; i++) {
    rejected_row row = {.source = (uint32_t)random_below(&state, 3), .line = random_below(&state, 500), .byte_offset = i,
                        .reason = REJECT_NO_ID};
    must(records_reject(&r, row, &err), &err);
  }
  records_sort_rejects(&r);
  assert_int_equal(r.reject_count, 5000);
  bool seen[5000] = {false};
  for (size_t i = 0; i < 5000; i++) {
    const rejected_row *y = &r.rejects[i], *x = i ? y - 1 : NULL;
    assert_false(seen[y->byte_offset]);
    seen[y->byte_offset] = true;
    if (!x) continue;
    assert_true(x->source < y->source || (x->source == y->source &&
                (x->line < y->line || (x->line == y->line && x->byte_offset < y->byte_offset))));
  }
  records_free(&r);
}

static void reasons_have_words(void **unused) {
  (void)unused;
  char text[128];
  assert_string_equal(reject_code(REJECT_NO_ID), "no_record_id");
  assert_string_equal(reject_code(REJECT_DUPLICATE_ID), "duplicate_record_id");
  assert_string_equal(reject_code(INPUT_FIELD_COUNT), input_reason_code(INPUT_FIELD_COUNT));
  rejected_row row = {.reason = REJECT_DUPLICATE_ID, .found = 12};
  reject_describe(&row, text, sizeof text);
  assert_string_equal(text, "record id of line 12 again");
  row.reason = REJECT_NO_ID;
  reject_describe(&row, text, sizeof text);
  assert_string_equal(text, "no record id");
  row = (rejected_row){.reason = INPUT_FIELD_COUNT, .found = 7, .expected = 9};
  reject_describe(&row, text, sizeof text);
  assert_string_equal(text, "7 fields, expected 9");
  reject_describe(&row, text, 5);
  assert_string_equal(text, "7 fi");
}

/* ---- progress --------------------------------------------------------------------------------------------------- */

typedef struct reports {
  atomic_int inside;
  bool overlapped;
  size_t count, finished;
  khop_progress last;
  char phases[256];
} reports;

/* Calls never overlap, so plain variables will do. */
static void note_report(void *context, const khop_progress *now) {
  reports *r = context;
  r->overlapped |= atomic_fetch_add(&r->inside, 1) != 0;
  r->count++;
  r->last = *now;
  if (now->finished) {
    r->finished++;
    strcat(strcat(r->phases, now->phase), " ");
  }
  atomic_fetch_sub(&r->inside, 1);
}

static void phases_are_reported(void **unused) {
  (void)unused;
  static reports r;
  memset(&r, 0, sizeof r);
  khop_options options;
  khop_options_init(&options);
  options.progress = note_report;
  options.progress_context = &r;
  progress p;
  progress_start(&p, &options);
  progress_add(&p, 1, 1); /* before any phase: nothing to tell */
  assert_int_equal(r.count, 0);
  progress_phase(&p, "read", "bytes", 100);
  progress_add(&p, 30, 3);
  assert_int_equal(r.count, 1); /* the first step of a phase is told at once */
  assert_string_equal(r.last.phase, "read");
  assert_string_equal(r.last.unit, "bytes");
  assert_true(r.last.done == 30 && r.last.total == 100 && !r.last.finished);
  for (int i = 0; i < 1000; i++) progress_add(&p, 0, 0);
  assert_true(r.count < 500);
  progress_phase(&p, "match", "rules", 0);
  assert_int_equal(r.finished, 1);
  assert_true(r.last.finished && r.last.done == 100 && r.last.rows >= 3);
  progress_set(&p, 7);
  assert_true(r.last.done == 7 && !r.last.finished);
  progress_finish(&p);
  progress_finish(&p);
  assert_string_equal(r.phases, "read match ");
  assert_int_equal(r.last.done, 7);
  assert_int_equal(p.phase_count, 2);
  assert_string_equal(p.phases[1].phase, "match");
  assert_true(p.phases[0].seconds >= 0 && r.last.elapsed_s >= r.last.phase_elapsed_s);
}

static khop_status add_some(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)task, (void)worker, (void)err;
  progress_add(context, 2, 1);
  return KHOP_OK;
}

static void any_thread_may_add(void **unused) {
  (void)unused;
  static reports r;
  memset(&r, 0, sizeof r);
  khop_error err = {0};
  khop_options options;
  khop_options_init(&options);
  options.progress = note_report;
  options.progress_context = &r;
  pool *workers;
  progress p;
  must(pool_create(&workers, 8, &err), &err);
  progress_start(&p, &options);
  for (size_t phase = 1; phase <= 3; phase++) {
    progress_phase(&p, "read", "rows", 0);
    must(pool_run(workers, 20000, add_some, &p, &err), &err);
    assert_int_equal(atomic_load(&p.done), 40000);
    assert_int_equal(atomic_load(&p.rows), 20000 * phase);
  }
  progress_finish(&p);
  assert_false(r.overlapped);
  assert_true(r.finished == 3 && r.last.done == 40000 && r.last.rows == 60000);
  pool_free(workers);
}

static void silence_and_many_phases(void **unused) {
  (void)unused;
  khop_options options;
  khop_options_init(&options);
  options.progress = NULL;
  progress p;
  progress_start(&p, &options);
  for (size_t i = 0; i < PROGRESS_PHASES_MAX + 5; i++) {
    progress_phase(&p, "read", "rows", 1);
    progress_add(&p, 1, 1);
  }
  progress_finish(&p);
  assert_int_equal(p.phase_count, PROGRESS_PHASES_MAX);
  assert_true(progress_elapsed_s(&p) >= 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ids_come_back),           cmocka_unit_test(sources_know_their_rows),
      cmocka_unit_test(rejects_are_sorted),      cmocka_unit_test(reasons_have_words), cmocka_unit_test(phases_are_reported),
      cmocka_unit_test(any_thread_may_add),      cmocka_unit_test(silence_and_many_phases),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
