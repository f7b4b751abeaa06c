/* See posting_slices.h. */
#include "run/posting_slices.h"

#include <string.h>

#include "base/memory.h"

_Static_assert(sizeof(sort_item) == sizeof(store_posting), "sorted keys are postings");

/* `waiting` has room for what may be left, and for so much behind it that all of that is written. */
enum { followers_max = 2 * STORE_CHUNK_POSTINGS_MAX, room = STORE_CHUNK_POSTINGS_MAX + followers_max };

/* What waits goes in front of the first postings of the slice; *out_used are taken from those. */
static khop_status write_waiting(posting_slices *s, const store_posting *postings, size_t count, size_t *out_used, khop_error *err) {
  size_t before = s->count, followers = count < followers_max ? count : followers_max, taken;
  memcpy(s->waiting + before, postings, followers * sizeof *postings);
  TRY(store_writer_postings_begun(s->store, s->table, s->waiting, before + followers, &taken, err));
  if (taken >= before) { /* the rest is still in the slice */
    s->count = 0;
    *out_used = taken - before;
    return KHOP_OK;
  }
  s->count = before + followers - taken; /* the whole slice */
  memmove(s->waiting, s->waiting + taken, s->count * sizeof *s->waiting);
  *out_used = followers;
  return KHOP_OK;
}

khop_status posting_slices_add(posting_slices *s, uint32_t table, const sort_item *items, size_t count, khop_error *err) {
  const store_posting *postings = (const store_posting *)items;
  size_t used = 0, taken;
  if (!s->store || !count) return KHOP_OK;
  if (!s->waiting && !(s->waiting = mem_alloc(room, sizeof *s->waiting))) return error_memory(err, room * sizeof *s->waiting, "store");
  s->table = table;
  if (s->count) TRY(write_waiting(s, postings, count, &used, err));
  TRY(store_writer_postings_begun(s->store, table, postings + used, count - used, &taken, err));
  used += taken;
  if (used == count) return KHOP_OK;
  memcpy(s->waiting + s->count, postings + used, (count - used) * sizeof *postings);
  s->count += count - used;
  return KHOP_OK;
}

khop_status posting_slices_end(posting_slices *s, khop_error *err) {
  size_t count = s->count;
  s->count = 0;
  return s->store && count ? store_writer_postings(s->store, s->table, s->waiting, count, err) : KHOP_OK;
}

void posting_slices_free(posting_slices *s) { mem_free(s->waiting); }
