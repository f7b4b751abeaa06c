/* input_next: whole rows leave the window and become a batch.
 *
 *   window   [ row row row row ro|w too long ........ | row ... ]
 *   batch    [ row row row row ]   dropped             next batch
 *
 * Text in a batch is what stands in the file from first_byte on, without gaps, so that lines and
 * offsets follow from places in it. Of a bad row only the first line is lost: most such rows are a
 * quote that was not meant as one and swallowed the rows behind it. The line stays in the text, and
 * the batch's rejects tell the splitter to pass over it; when it is too long for that it is dropped,
 * and ends the batch.
 */
#include <assert.h>
#include <string.h>

#include "input/internal.h"

static khop_status batch_reserve(input_batch *batch, size_t bytes, khop_error *err) {
  if (batch->capacity >= bytes) return KHOP_OK;
  char *text = mem_resize(batch->text, bytes + SCAN_PADDING, 1);
  if (!text) return error_memory(err, bytes, "a batch");
  batch->text = text;
  batch->capacity = bytes;
  return KHOP_OK;
}

/* The usual way to move text: the batch, which is empty, and the window change their memory, and what the
 * batch does not take is copied back. */
static khop_status batch_swap(input *in, input_batch *batch, size_t bytes, uint64_t lines, khop_error *err) {
  window *w = &in->window;
  size_t left = window_bytes(w) - bytes;
  TRY(batch_reserve(batch, w->capacity, err));
  memcpy(batch->text, w->buffer + bytes, left + SCAN_PADDING);
  memset(w->buffer + bytes, 0, SCAN_PADDING);
  window_take(w, bytes, lines);
  window_exchange(w, &batch->text, &batch->capacity, left);
  batch->bytes = bytes;
  return KHOP_OK;
}

/* Moves `bytes` bytes with `lines` line feeds from the window to the batch. */
static khop_status batch_append(input *in, input_batch *batch, size_t bytes, uint64_t lines, khop_error *err) {
  bool is_most = bytes > window_bytes(&in->window) / 2;
  if (batch->bytes == 0 && in->window.start == 0 && is_most) return batch_swap(in, batch, bytes, lines, err);
  size_t room = in->batch_bytes > batch->bytes + bytes ? in->batch_bytes : batch->bytes + bytes;
  TRY(batch_reserve(batch, room, err));
  if (bytes > 0) memcpy(batch->text + batch->bytes, window_text(&in->window), bytes);
  batch->bytes += bytes;
  memset(batch->text + batch->bytes, 0, SCAN_PADDING);
  window_take(&in->window, bytes, lines);
  return KHOP_OK;
}

static khop_status batch_reject(input *in, input_batch *batch, input_reason reason, khop_error *err) {
  TRY(array_reserve(&batch->rejects, &batch->reject_capacity, batch->reject_count + 1, sizeof *batch->rejects,
                    "rejected rows", err));
  batch->rejects[batch->reject_count++] = (input_reject){
      .line = in->window.line,
      .byte_offset = in->window.offset,
      .reason = reason,
  };
  return KHOP_OK;
}

static input_reason reason_of(rows_stop stop) {
  if (stop == ROWS_QUOTE_STRAY) return INPUT_QUOTE_STRAY;
  return stop == ROWS_TOO_LONG ? INPUT_ROW_TOO_LONG : INPUT_QUOTE_OPEN;
}

/* The row at the window's start is bad: its first line is lost, no more. *out_has_gap: the line was
 * dropped, so the batch must end here. */
static khop_status take_bad_row(input *in, input_batch *batch, rows_stop stop, bool *out_has_gap,
                                khop_error *err) {
  window *w = &in->window;
  TRY(batch_reject(in, batch, reason_of(stop), err));
  size_t bytes = window_bytes(w);
  if (bytes > in->row_bytes_max + 1) bytes = in->row_bytes_max + 1;
  const char *line_feed = memchr(window_text(w), '\n', bytes);
  *out_has_gap = !line_feed;
  if (!line_feed) return window_drop_line(w, err);
  return batch_append(in, batch, (size_t)(line_feed - window_text(w)) + 1, 1, err);
}

/* Rows from the window's start that fit in the batch; at least one, or the verdict on it, when the
 * batch is still empty. */
static khop_status find_rows(input *in, input_batch *batch, rows_found *out_found, khop_error *err) {
  window *w = &in->window;
  rows_rules rules = {
      .kernels = in->kernels,
      .delimiter = in->sources[in->current].shown.delimiter,
      .row_bytes_max = in->row_bytes_max,
  };
  size_t room = in->batch_bytes - batch->bytes;
  size_t bytes = window_bytes(w) < room ? window_bytes(w) : room;
  TRY(rows_find(&rules, window_text(w), bytes, w->ended && bytes == window_bytes(w), batch->bytes, &batch->fields,
                out_found, err));
  if (out_found->bytes > 0 || out_found->stop != ROWS_MORE || batch->bytes > 0) return KHOP_OK;
  /* The first row is longer than the batch, or than what is left in the window. */
  TRY(window_fill(w, input_window_bytes(in), err));
  bytes = window_bytes(w) < in->row_bytes_max + 1 ? window_bytes(w) : in->row_bytes_max + 1;
  return rows_find(&rules, window_text(w), bytes, w->ended && bytes == window_bytes(w), batch->bytes, &batch->fields,
                   out_found, err);
}

/* One batch of the current source; empty at its end. */
static khop_status fill_batch(input *in, input_batch *batch, khop_error *err) {
  window *w = &in->window;
  TRY(window_fill(w, in->batch_bytes, err));
  batch->source = in->current;
  batch->first_line = w->line;
  batch->first_byte = w->offset;
  bool has_gap = false;
  while (window_bytes(w) > 0 && batch->bytes < in->batch_bytes && !has_gap) {
    rows_found found;
    TRY(find_rows(in, batch, &found, err));
    TRY(batch_append(in, batch, found.bytes, found.lines, err));
    if (found.stop != ROWS_MORE) {
      TRY(take_bad_row(in, batch, found.stop, &has_gap, err));
    } else {
      break;
    }
  }
  /* An empty batch means the end of the source: rows left behind would be lost in silence. */
  assert(batch->bytes > 0 || batch->reject_count > 0 || (w->ended && window_bytes(w) == 0));
  atomic_store_explicit(&in->done_bytes, in->finished_bytes + w->reader.raw_offset, memory_order_relaxed);
  return KHOP_OK;
}

static khop_status next_batch(input *in, input_batch *batch, khop_error *err) {
  while (in->current < in->source_count) {
    if (!in->is_window_open) {
      in->is_window_open = true;
      TRY(source_resume(in, &in->sources[in->current], &in->window, err));
    }
    TRY(fill_batch(in, batch, err));
    if (batch->bytes > 0 || batch->reject_count > 0) return KHOP_OK;
    in->finished_bytes += in->window.reader.raw_offset;
    window_close(&in->window);
    in->is_window_open = false;
    in->current++;
  }
  return KHOP_OK;
}

static void batch_clear(input_batch *batch) {
  batch->bytes = batch->reject_count = 0;
  batch->fields.end_count = batch->fields.walked_count = 0;
}

khop_status input_next(input *in, input_batch *batch, bool *out_more, khop_error *err) {
  *out_more = false;
  batch_clear(batch);
  khop_status status = next_batch(in, batch, err);
  if (status != KHOP_OK) {
    batch_clear(batch);
    return status;
  }
  *out_more = batch->bytes > 0 || batch->reject_count > 0;
  return KHOP_OK;
}

void input_batch_free(input_batch *batch) {
  mem_free(batch->text);
  mem_free(batch->rejects);
  mem_free(batch->fields.ends);
  mem_free(batch->fields.walked);
  *batch = (input_batch){0};
}
