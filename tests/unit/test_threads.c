/* Pool, thread, channel and turnstile. What they promise about order is checked with plain variables, so
 * that the thread sanitizer sees whether it holds. */
#include <sched.h>
#include <stdatomic.h>

#include "base/control.h"
#include "base/memory.h"
#include "base/thread.h"
#include "core_support.h"

enum { TASKS_MAX = 5000, THREADS_MAX = 8 };

static const unsigned thread_counts[] = {1, 2, 8};

static pool *pool_of(unsigned threads) {
  pool *p = NULL;
  khop_error err = {0};
  must(pool_create(&p, threads, &err), &err);
  return p;
}

/* ---- pool: tasks ------------------------------------------------------------------------------- */

typedef struct counting {
  unsigned runs[TASKS_MAX];        /* by task: each has its own */
  bool busy[THREADS_MAX];          /* by worker: it runs one task at a time */
  unsigned by_worker[THREADS_MAX];
  unsigned threads;
} counting;

static khop_status count_task(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)err;
  counting *c = context;
  if (worker >= c->threads || c->busy[worker]) return KHOP_BUG;
  c->busy[worker] = true;
  c->runs[task]++;
  c->by_worker[worker]++;
  c->busy[worker] = false;
  return KHOP_OK;
}

static void every_task_once(void **unused) {
  (void)unused;
  static const size_t task_counts[] = {0, 1, 2, 7, 8, 9, 1000, TASKS_MAX};
  static counting c;
  khop_error err = {0};
  for (size_t t = 0; t < COUNT_OF(thread_counts); t++) {
    pool *p = pool_of(thread_counts[t]);
    assert_int_equal(pool_threads(p), thread_counts[t]);
    for (size_t n = 0; n < COUNT_OF(task_counts) * 10; n++) { /* the pool is used again and again */
      size_t tasks = task_counts[n % COUNT_OF(task_counts)], sum = 0;
      c = (counting){.threads = thread_counts[t]};
      must(pool_run(p, tasks, count_task, &c, &err), &err);
      for (size_t i = 0; i < TASKS_MAX; i++) assert_int_equal(c.runs[i], i < tasks);
      for (size_t w = 0; w < THREADS_MAX; w++) sum += c.by_worker[w];
      assert_int_equal(sum, tasks);
    }
    pool_free(p);
  }
  pool_free(NULL);
  pool *p = pool_of(0);
  assert_int_equal(pool_threads(p), 1);
  pool_free(p);
}

/* ---- pool: failures ---------------------------------------------------------------------------- */

typedef struct failing {
  bool fails[200];
  atomic_uint runs[200];
} failing;

static khop_status maybe_fail(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker;
  failing *f = context;
  atomic_fetch_add(&f->runs[task], 1);
  return f->fails[task] ? error_set(err, KHOP_INPUT, "task %zu", task) : KHOP_OK;
}

/* All below the lowest failing task have run, so its error is known whatever the threads do. */
static void check_failure(pool *p, uint64_t *state) {
  static failing f;
  memset(&f, 0, sizeof f);
  size_t lowest = random_below(state, 200);
  for (size_t i = lowest; i < 200; i++) f.fails[i] = random_below(state, 3) == 0;
  f.fails[lowest] = true;
  khop_error err = {0};
  char expected[32];
  snprintf(expected, sizeof expected, "task %zu", lowest);
  assert_int_equal(pool_run(p, 200, maybe_fail, &f, &err), KHOP_INPUT);
  assert_int_equal(err.status, KHOP_INPUT);
  assert_string_equal(err.message, expected);
  for (size_t i = 0; i < 200; i++) {
    assert_true(f.runs[i] <= 1);
    if (i <= lowest) assert_int_equal(f.runs[i], 1);
    else if (pool_threads(p) == 1) assert_int_equal(f.runs[i], 0);
  }
}

static void lowest_failure_wins(void **unused) {
  (void)unused;
  uint64_t state = 5;
  for (size_t t = 0; t < COUNT_OF(thread_counts); t++) {
    pool *p = pool_of(thread_counts[t]);
    for (int round = 0; round < 200; round++) check_failure(p, &state);
    static failing none;
    khop_error err = {0};
    must(pool_run(p, 200, maybe_fail, &none, &err), &err); /* the failure is forgotten */
    static failing one = {.fails = {[3] = true}};
    assert_int_equal(pool_run(p, 200, maybe_fail, &one, NULL), KHOP_INPUT);
    pool_free(p);
  }
}

/* ---- pool: cancelling -------------------------------------------------------------------------- */

typedef struct cancelling {
  khop_control *control;
  size_t at;
  atomic_size_t runs;
} cancelling;

static khop_status cancel_at(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  cancelling *c = context;
  atomic_fetch_add(&c->runs, 1);
  if (task == c->at) khop_control_cancel(c->control);
  while (task > c->at && !control_cancelled(c->control)) sched_yield(); /* never past it all before it stops */
  return KHOP_OK;
}

static void cancel_stops(void **unused) {
  (void)unused;
  for (size_t t = 0; t < COUNT_OF(thread_counts); t++) {
    pool *p = pool_of(thread_counts[t]);
    khop_error err = {0};
    cancelling c = {.control = khop_control_create(), .at = 10};
    pool_watch(p, c.control);
    assert_int_equal(pool_run(p, 1000000, cancel_at, &c, &err), KHOP_INTERRUPTED);
    assert_int_equal(err.status, KHOP_INTERRUPTED);
    assert_true(c.runs >= 11 && c.runs < 1000000);
    if (thread_counts[t] == 1) assert_int_equal(c.runs, 11);
    atomic_store(&c.runs, 0);
    assert_int_equal(pool_run(p, 100, cancel_at, &c, &err), KHOP_INTERRUPTED);
    assert_int_equal(c.runs, 0);
    pool_watch(p, NULL);
    must(pool_run(p, 5, cancel_at, &c, &err), &err);
    assert_int_equal(c.runs, 5);
    pool_free(p);
    khop_control_free(c.control);
  }
}

/* ---- thread ------------------------------------------------------------------------------------ */

static khop_status set_or_fail(void *context, khop_error *err) {
  int *number = context;
  if (*number < 0) return error_set(err, KHOP_INPUT, "number %d", *number);
  *number += 1;
  return KHOP_OK;
}

static void thread_results(void **unused) {
  (void)unused;
  khop_error err = {0};
  thread *t;
  int number = 41;
  must(thread_start(&t, set_or_fail, &number, &err), &err);
  must(thread_join(t, &err), &err);
  assert_int_equal(number, 42);
  number = -3;
  must(thread_start(&t, set_or_fail, &number, &err), &err);
  assert_int_equal(thread_join(t, &err), KHOP_INPUT);
  assert_string_equal(err.message, "number -3");
  must(thread_start(&t, set_or_fail, &number, &err), &err);
  assert_int_equal(thread_join(t, NULL), KHOP_INPUT);
  must(thread_join(NULL, &err), &err);
}

/* ---- channel ----------------------------------------------------------------------------------- */

enum { PRODUCERS = 3, CONSUMERS = 3, ITEMS = 3000 };

typedef struct item {
  unsigned producer, number, seen; /* plain: the channel is what orders sender and receiver */
} item;

typedef struct lane {
  channel *c;
  unsigned producer;
  item *items;
  size_t received;
  unsigned next[PRODUCERS];
  bool in_order;
} lane;

static khop_status produce(void *context, khop_error *err) {
  lane *l = context;
  for (unsigned i = 0; i < ITEMS; i++) {
    l->items[i] = (item){.producer = l->producer, .number = i};
    if (!channel_send(l->c, &l->items[i])) return error_set(err, KHOP_BUG, "closed");
  }
  return KHOP_OK;
}

static khop_status consume(void *context, khop_error *err) {
  (void)err;
  lane *l = context;
  l->in_order = true;
  for (void *received; channel_receive(l->c, &received); l->received++) {
    item *it = received;
    it->seen++;
    l->in_order &= it->number >= l->next[it->producer];
    l->next[it->producer] = it->number + 1;
  }
  return KHOP_OK;
}

static void run_channel(size_t capacity) {
  khop_error err = {0};
  channel *c;
  must(channel_create(&c, capacity, &err), &err);
  static item items[PRODUCERS][ITEMS];
  lane senders[PRODUCERS] = {0}, receivers[CONSUMERS] = {0};
  thread *sending[PRODUCERS], *receiving[CONSUMERS];
  for (unsigned i = 0; i < CONSUMERS; i++) {
    receivers[i] = (lane){.c = c};
    must(thread_start(&receiving[i], consume, &receivers[i], &err), &err);
  }
  for (unsigned i = 0; i < PRODUCERS; i++) {
    senders[i] = (lane){.c = c, .producer = i, .items = items[i]};
    must(thread_start(&sending[i], produce, &senders[i], &err), &err);
  }
  for (unsigned i = 0; i < PRODUCERS; i++) must(thread_join(sending[i], &err), &err);
  channel_close(c);
  channel_close(c);
  size_t received = 0;
  for (unsigned i = 0; i < CONSUMERS; i++) {
    must(thread_join(receiving[i], &err), &err);
    assert_true(receivers[i].in_order);
    received += receivers[i].received;
  }
  assert_int_equal(received, PRODUCERS * ITEMS);
  for (unsigned p = 0; p < PRODUCERS; p++) {
    for (unsigned i = 0; i < ITEMS; i++) assert_int_equal(items[p][i].seen, 1);
  }
  channel_free(c);
}

static void channel_hands_over_in_order(void **unused) {
  (void)unused;
  run_channel(1);
  run_channel(2);
  run_channel(64);
}

static void channel_close_drains(void **unused) {
  (void)unused;
  khop_error err = {0};
  channel *c;
  int values[3];
  void *received = values;
  must(channel_create(&c, 3, &err), &err);
  for (size_t turn = 0; turn < 5; turn++) { /* around the ring */
    assert_true(channel_send(c, &values[0]) && channel_send(c, &values[1]));
    assert_true(channel_receive(c, &received) && received == &values[0]);
    assert_true(channel_receive(c, &received) && received == &values[1]);
  }
  for (size_t i = 0; i < 3; i++) assert_true(channel_send(c, &values[i]));
  channel_close(c);
  assert_false(channel_send(c, &values[0]));
  for (size_t i = 0; i < 3; i++) {
    assert_true(channel_receive(c, &received));
    assert_ptr_equal(received, &values[i]);
  }
  assert_false(channel_receive(c, &received));
  assert_null(received);
  channel_free(c);
  channel_free(NULL);
}

static khop_status send_until_closed(void *context, khop_error *err) {
  (void)err;
  static int value;
  while (channel_send(context, &value)) {
  }
  return KHOP_OK;
}

static khop_status receive_until_closed(void *context, khop_error *err) {
  (void)err;
  void *received;
  while (channel_receive(context, &received)) {
  }
  return KHOP_OK;
}

/* Senders that wait for room, receivers that wait for items: closing lets all of them go. */
static void close_wakes_waiters(void **unused) {
  (void)unused;
  khop_error err = {0};
  thread_main *const waiters[] = {send_until_closed, receive_until_closed};
  for (size_t w = 0; w < COUNT_OF(waiters); w++) {
    channel *c;
    thread *threads[4];
    must(channel_create(&c, 2, &err), &err);
    for (size_t i = 0; i < 4; i++) must(thread_start(&threads[i], waiters[w], c, &err), &err);
    usleep(2000);
    channel_close(c);
    for (size_t i = 0; i < 4; i++) must(thread_join(threads[i], &err), &err);
    channel_free(c);
  }
}

/* ---- turnstile --------------------------------------------------------------------------------- */

typedef struct passing {
  turnstile *gate;
  uint64_t passed[TASKS_MAX]; /* plain: only one is inside */
  size_t count;
  atomic_size_t handed;
  size_t break_at;
  atomic_size_t refused;
} passing;

static khop_status pass(void *context, khop_error *err) {
  (void)err;
  passing *p = context;
  for (size_t ticket; (ticket = atomic_fetch_add(&p->handed, 1)) < TASKS_MAX;) {
    if (!turnstile_enter(p->gate, ticket)) {
      atomic_fetch_add(&p->refused, 1);
      continue;
    }
    p->passed[p->count++] = ticket;
    if (ticket == p->break_at) turnstile_break(p->gate);
    else turnstile_leave(p->gate);
  }
  return KHOP_OK;
}

static void run_turnstile(passing *p, size_t threads) {
  khop_error err = {0};
  thread *running[THREADS_MAX];
  must(turnstile_create(&p->gate, &err), &err);
  for (size_t i = 0; i < threads; i++) must(thread_start(&running[i], pass, p, &err), &err);
  for (size_t i = 0; i < threads; i++) must(thread_join(running[i], &err), &err);
  turnstile_free(p->gate);
  for (size_t i = 0; i < p->count; i++) assert_int_equal(p->passed[i], i);
}

static void turnstile_keeps_order(void **unused) {
  (void)unused;
  static passing p;
  for (size_t t = 0; t < COUNT_OF(thread_counts); t++) {
    memset(&p, 0, sizeof p);
    p.break_at = SIZE_MAX;
    run_turnstile(&p, thread_counts[t]);
    assert_int_equal(p.count, TASKS_MAX);
    assert_int_equal(p.refused, 0);
  }
}

static void turnstile_break_refuses_the_rest(void **unused) {
  (void)unused;
  static passing p;
  for (size_t t = 0; t < COUNT_OF(thread_counts); t++) {
    memset(&p, 0, sizeof p);
    p.break_at = 700;
    run_turnstile(&p, thread_counts[t]);
    assert_int_equal(p.count, 701);
    assert_int_equal(p.refused, TASKS_MAX - 701);
  }
  turnstile_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_task_once),
      cmocka_unit_test(lowest_failure_wins),
      cmocka_unit_test(cancel_stops),
      cmocka_unit_test(thread_results),
      cmocka_unit_test(channel_hands_over_in_order),
      cmocka_unit_test(channel_close_drains),
      cmocka_unit_test(close_wakes_waiters),
      cmocka_unit_test(turnstile_keeps_order),
      cmocka_unit_test(turnstile_break_refuses_the_rest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
