/* Threads, and the four ways in which they meet. pthread's header stays in thread.c.
 *
 *   pool       a parallel loop: tasks 0..n-1 are taken in order by idle workers
 *   thread     one helper with a job of its own (a reader, the store's writer)
 *   channel    a bounded first-in first-out queue of pointers between threads
 *   turnstile  lets batches that were worked on in any order pass one by one, in order
 *
 * Output never depends on which worker took a task: tasks write to their own places, or pass the
 * turnstile.
 */
#ifndef KHOP_BASE_THREAD_H
#define KHOP_BASE_THREAD_H

#include "base/status.h"

/* ---- pool --------------------------------------------------------------------------------- */

typedef struct pool pool;

/* Does task `task` as worker `worker` (0..threads-1; a worker runs one task at a time). */
typedef khop_status pool_task(void *context, size_t task, unsigned worker, khop_error *err);

/* A pool of `threads` workers (at least 1), the calling thread of pool_run being one of them. */
khop_status pool_create(pool **out_pool, unsigned threads, khop_error *err);
void pool_free(pool *p);
unsigned pool_threads(const pool *p);
/* pool_run starts no task once `control` is cancelled, and returns KHOP_INTERRUPTED. NULL: none. */
void pool_watch(pool *p, const khop_control *control);

/* Runs all tasks and waits. After a failure no further task starts; the failure of the lowest
 * task number is returned. One call at a time a pool. */
khop_status pool_run(pool *p, size_t task_count, pool_task *task, void *context, khop_error *err);

/* ---- thread ------------------------------------------------------------------------------- */

typedef struct thread thread;
typedef khop_status thread_main(void *context, khop_error *err);

khop_status thread_start(thread **out_thread, thread_main *main_function, void *context, khop_error *err);
/* Waits for the end and returns what the thread returned; frees it. NULL is KHOP_OK. */
khop_status thread_join(thread *t, khop_error *err);

/* ---- channel ------------------------------------------------------------------------------ */

typedef struct channel channel;

khop_status channel_create(channel **out_channel, size_t capacity, khop_error *err);
void channel_free(channel *c);
/* Waits for room. false when the channel was closed: the item stays with the caller. */
bool channel_send(channel *c, void *item);
/* Waits for an item. false when the channel is closed and empty. */
bool channel_receive(channel *c, void **out_item);
/* No more sends; receivers drain what is left. May be called more than once. */
void channel_close(channel *c);

/* ---- turnstile ---------------------------------------------------------------------------- */

typedef struct turnstile turnstile;

khop_status turnstile_create(turnstile **out_turnstile, khop_error *err);
void turnstile_free(turnstile *t);
/* Waits until tickets 0..ticket-1 have left. false when broken: do not enter. */
bool turnstile_enter(turnstile *t, uint64_t ticket);
/* Lets ticket+1 in. */
void turnstile_leave(turnstile *t);
/* Something failed: wakes everybody, all further enters return false. */
void turnstile_break(turnstile *t);

#endif
