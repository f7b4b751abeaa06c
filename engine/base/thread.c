/* See thread.h. */
#include "base/thread.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/control.h"
#include "base/memory.h"

/* ---- pool ---------------------------------------------------------------------------------- */

struct pool {
  unsigned threads;
  pthread_t *helpers; /* threads - 1 of them */
  unsigned started;
  pthread_mutex_t lock;
  pthread_cond_t work_ready, work_done;
  uint64_t round;       /* counts pool_run calls; helpers wait for it to change */
  unsigned running;     /* helpers still in the current round */
  unsigned next_worker; /* hands worker numbers to helpers */
  bool stopping;
  const khop_control *control;
  pool_task *task;
  void *context;
  size_t task_count;
  atomic_size_t next_task;
  atomic_bool failed; /* pairs with the relaxed read in work(): only a hint to stop early */
  size_t failed_task;
  khop_error failure;
};

static void record_failure(pool *p, size_t task, const khop_error *error) {
  pthread_mutex_lock(&p->lock);
  if (!atomic_load(&p->failed) || task < p->failed_task) {
    p->failed_task = task;
    p->failure = *error;
  }
  atomic_store(&p->failed, true);
  pthread_mutex_unlock(&p->lock);
}

static void work(pool *p, unsigned worker) {
  while (!atomic_load_explicit(&p->failed, memory_order_relaxed)) {
    size_t task = atomic_fetch_add(&p->next_task, 1);
    if (task >= p->task_count) return;
    khop_error error = {0};
    khop_status status = control_check(p->control, &error);
    if (status == KHOP_OK) status = p->task(p->context, task, worker, &error);
    if (status != KHOP_OK) {
      error.status = status;
      record_failure(p, task, &error);
    }
  }
}

static void *helper_main(void *argument) {
  pool *p = argument;
  pthread_mutex_lock(&p->lock);
  unsigned worker = ++p->next_worker; /* worker 0 is the caller of pool_run */
  uint64_t seen = 0;
  for (;;) {
    while (!p->stopping && p->round == seen) pthread_cond_wait(&p->work_ready, &p->lock);
    if (p->stopping) break;
    seen = p->round;
    pthread_mutex_unlock(&p->lock);
    work(p, worker);
    pthread_mutex_lock(&p->lock);
    if (--p->running == 0) pthread_cond_signal(&p->work_done);
  }
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

khop_status pool_create(pool **out_pool, unsigned threads, khop_error *err) {
  *out_pool = NULL;
  if (threads == 0) threads = 1;
  pool *p = mem_alloc(1, sizeof *p);
  pthread_t *helpers = mem_alloc(threads, sizeof *helpers);
  if (!p || !helpers) {
    mem_free(p);
    mem_free(helpers);
    return error_memory(err, sizeof *p + threads * sizeof *helpers, "thread pool");
  }
  p->threads = threads;
  p->helpers = helpers;
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->work_ready, NULL);
  pthread_cond_init(&p->work_done, NULL);
  for (unsigned i = 0; i + 1 < threads; i++) {
    if (pthread_create(&p->helpers[i], NULL, helper_main, p) != 0) {
      unsigned started = p->started;
      pool_free(p);
      return error_set(err, KHOP_ENVIRONMENT, "cannot start thread %u of %u", started + 2, threads);
    }
    p->started++;
  }
  *out_pool = p;
  return KHOP_OK;
}

void pool_free(pool *p) {
  if (!p) return;
  pthread_mutex_lock(&p->lock);
  p->stopping = true;
  pthread_cond_broadcast(&p->work_ready);
  pthread_mutex_unlock(&p->lock);
  for (unsigned i = 0; i < p->started; i++) pthread_join(p->helpers[i], NULL);
  pthread_cond_destroy(&p->work_done);
  pthread_cond_destroy(&p->work_ready);
  pthread_mutex_destroy(&p->lock);
  mem_free(p->helpers);
  mem_free(p);
}

unsigned pool_threads(const pool *p) { return p->threads; }

void pool_watch(pool *p, const khop_control *control) { p->control = control; }

khop_status pool_run(pool *p, size_t task_count, pool_task *task, void *context, khop_error *err) {
  pthread_mutex_lock(&p->lock);
  p->task = task;
  p->context = context;
  p->task_count = task_count;
  p->failed_task = 0;
  atomic_store(&p->next_task, 0);
  atomic_store(&p->failed, false);
  p->running = p->started;
  p->round++;
  pthread_cond_broadcast(&p->work_ready);
  pthread_mutex_unlock(&p->lock);
  work(p, 0);
  pthread_mutex_lock(&p->lock);
  while (p->running) pthread_cond_wait(&p->work_done, &p->lock);
  pthread_mutex_unlock(&p->lock);
  if (!atomic_load(&p->failed)) return KHOP_OK;
  if (err) *err = p->failure;
  return p->failure.status;
}

/* ---- thread -------------------------------------------------------------------------------- */

struct thread {
  pthread_t handle;
  thread_main *main_function;
  void *context;
  khop_status status;
  khop_error error;
};

static void *thread_entry(void *argument) {
  thread *t = argument;
  t->status = t->main_function(t->context, &t->error);
  return NULL;
}

khop_status thread_start(thread **out_thread, thread_main *main_function, void *context, khop_error *err) {
  *out_thread = NULL;
  thread *t = mem_alloc(1, sizeof *t);
  if (!t) return error_memory(err, sizeof *t, "thread");
  t->main_function = main_function;
  t->context = context;
  if (pthread_create(&t->handle, NULL, thread_entry, t) != 0) {
    mem_free(t);
    return error_set(err, KHOP_ENVIRONMENT, "cannot start a thread");
  }
  *out_thread = t;
  return KHOP_OK;
}

khop_status thread_join(thread *t, khop_error *err) {
  if (!t) return KHOP_OK;
  pthread_join(t->handle, NULL);
  khop_status status = t->status;
  if (status != KHOP_OK && err) *err = t->error;
  mem_free(t);
  return status;
}

/* ---- channel ------------------------------------------------------------------------------- */

struct channel {
  pthread_mutex_t lock;
  pthread_cond_t not_empty, not_full;
  void **items;
  size_t capacity, count, first;
  bool closed;
};

khop_status channel_create(channel **out_channel, size_t capacity, khop_error *err) {
  *out_channel = NULL;
  channel *c = mem_alloc(1, sizeof *c);
  void **items = mem_alloc(capacity, sizeof *items);
  if (!c || !items) {
    mem_free(c);
    mem_free(items);
    return error_memory(err, capacity * sizeof *items, "channel");
  }
  c->items = items;
  c->capacity = capacity;
  pthread_mutex_init(&c->lock, NULL);
  pthread_cond_init(&c->not_empty, NULL);
  pthread_cond_init(&c->not_full, NULL);
  *out_channel = c;
  return KHOP_OK;
}

void channel_free(channel *c) {
  if (!c) return;
  pthread_cond_destroy(&c->not_full);
  pthread_cond_destroy(&c->not_empty);
  pthread_mutex_destroy(&c->lock);
  mem_free(c->items);
  mem_free(c);
}

bool channel_send(channel *c, void *item) {
  pthread_mutex_lock(&c->lock);
  while (c->count == c->capacity && !c->closed) pthread_cond_wait(&c->not_full, &c->lock);
  bool open = !c->closed;
  if (open) {
    c->items[(c->first + c->count++) % c->capacity] = item;
    pthread_cond_signal(&c->not_empty);
  }
  pthread_mutex_unlock(&c->lock);
  return open;
}

bool channel_receive(channel *c, void **out_item) {
  *out_item = NULL;
  pthread_mutex_lock(&c->lock);
  while (c->count == 0 && !c->closed) pthread_cond_wait(&c->not_empty, &c->lock);
  bool found = c->count > 0;
  if (found) {
    *out_item = c->items[c->first];
    c->first = (c->first + 1) % c->capacity;
    c->count--;
    pthread_cond_signal(&c->not_full);
  }
  pthread_mutex_unlock(&c->lock);
  return found;
}

void channel_close(channel *c) {
  pthread_mutex_lock(&c->lock);
  c->closed = true;
  pthread_cond_broadcast(&c->not_empty);
  pthread_cond_broadcast(&c->not_full);
  pthread_mutex_unlock(&c->lock);
}

/* ---- turnstile ----------------------------------------------------------------------------- */

struct turnstile {
  pthread_mutex_t lock;
  pthread_cond_t moved;
  uint64_t next;
  bool broken;
};

khop_status turnstile_create(turnstile **out_turnstile, khop_error *err) {
  *out_turnstile = NULL;
  turnstile *t = mem_alloc(1, sizeof *t);
  if (!t) return error_memory(err, sizeof *t, "turnstile");
  pthread_mutex_init(&t->lock, NULL);
  pthread_cond_init(&t->moved, NULL);
  *out_turnstile = t;
  return KHOP_OK;
}

void turnstile_free(turnstile *t) {
  if (!t) return;
  pthread_cond_destroy(&t->moved);
  pthread_mutex_destroy(&t->lock);
  mem_free(t);
}

bool turnstile_enter(turnstile *t, uint64_t ticket) {
  pthread_mutex_lock(&t->lock);
  while (t->next != ticket && !t->broken) pthread_cond_wait(&t->moved, &t->lock);
  bool ours = !t->broken;
  pthread_mutex_unlock(&t->lock);
  return ours;
}

void turnstile_leave(turnstile *t) {
  pthread_mutex_lock(&t->lock);
  t->next++;
  pthread_cond_broadcast(&t->moved);
  pthread_mutex_unlock(&t->lock);
}

void turnstile_break(turnstile *t) {
  pthread_mutex_lock(&t->lock);
  t->broken = true;
  pthread_cond_broadcast(&t->moved);
  pthread_mutex_unlock(&t->lock);
}
