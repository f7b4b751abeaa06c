/* See value_lines.h. */
#include "run/value_lines.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum { READ_BYTES = 256 << 10, WRITE_BYTES = 1 << 20, CONTROL_EVERY_MS = 100 };

khop_status value_lines_open(value_lines *l, int input_descriptor, int output_descriptor, const khop_control *control, khop_error *err) {
  *l = (value_lines){.input = input_descriptor, .output = output_descriptor, .control = control};
  struct stat about = {0};
  fstat(output_descriptor, &about);
  l->output_may_wait = S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode) || isatty(output_descriptor);
  l->pending = mem_alloc(VALUE_BATCH_BYTES_MAX, 1);
  if (!l->pending) return error_memory(err, VALUE_BATCH_BYTES_MAX, "lines");
  TRY(turnstile_create(&l->reading, err));
  return turnstile_create(&l->writing, err);
}

void value_lines_close(value_lines *l) {
  turnstile_free(l->reading);
  turnstile_free(l->writing);
  mem_free(l->pending);
}

void value_lines_break(value_lines *l) {
  turnstile_break(l->reading);
  turnstile_break(l->writing);
}

/* Waits for a descriptor. A signal ends poll(2) only in the thread that it reaches, so the control is looked at by
 * the clock. */
static khop_status wait_for(const value_lines *l, int descriptor, short events, khop_error *err) {
  struct pollfd wanted = {.fd = descriptor, .events = events};
  int ready;
  do {
    TRY(control_check(l->control, err));
    ready = poll(&wanted, 1, CONTROL_EVERY_MS);
  } while (ready == 0 || (ready < 0 && errno == EINTR));
  return KHOP_OK; /* what else is wrong, the call that follows says */
}

/* One read(2) of at most `bytes`; none and l->at_end at the end. */
static khop_status read_some(value_lines *l, char *to, size_t bytes, size_t *out_read, khop_error *err) {
  ssize_t count;
  *out_read = 0;
  do {
    TRY(wait_for(l, l->input, POLLIN, err));
    count = read(l->input, to, bytes);
  } while (count < 0 && (errno == EINTR || errno == EAGAIN));
  if (count < 0) return error_system(err, errno, "standard input");
  l->at_end = count == 0;
  *out_read = (size_t)count;
  return KHOP_OK;
}

khop_status value_lines_sample(value_lines *l, khop_error *err) {
  while (!l->at_end && l->pending_bytes < VALUE_LINE_BYTES_MAX) {
    size_t count;
    TRY(read_some(l, l->pending + l->pending_bytes, VALUE_LINE_BYTES_MAX - l->pending_bytes, &count, err));
    l->pending_bytes += count;
  }
  return KHOP_OK;
}

/* Skips what is left of a line that is too long; what stands behind its end is pending. */
static khop_status skip_line(value_lines *l, khop_error *err) {
  l->pending_bytes = 0;
  while (!l->at_end) {
    size_t count;
    TRY(read_some(l, l->pending, READ_BYTES, &count, err));
    const char *end = memchr(l->pending, '\n', count);
    if (!end) continue;
    l->pending_bytes = count - (size_t)(end + 1 - l->pending);
    memmove(l->pending, end + 1, l->pending_bytes);
    break;
  }
  return KHOP_OK;
}

/* Fills the batch with pending bytes and more, until a line ends in it. */
static khop_status fill(value_lines *l, value_batch *batch, khop_error *err) {
  memcpy(batch->text, l->pending, l->pending_bytes);
  batch->bytes = l->pending_bytes;
  l->pending_bytes = 0;
  const char *end = memrchr(batch->text, '\n', batch->bytes);
  while (!end && !l->at_end) {
    size_t count;
    /* A value of the most bytes may be followed by CR. */
    if (batch->bytes > VALUE_LINE_BYTES_MAX + 1) {
      batch->then_long = true;
      batch->bytes = 0;
      return skip_line(l, err);
    }
    TRY(read_some(l, batch->text + batch->bytes, READ_BYTES, &count, err));
    end = memrchr(batch->text + batch->bytes, '\n', count);
    batch->bytes += count;
  }
  if (l->at_end) return KHOP_OK;
  size_t whole = (size_t)(end + 1 - batch->text);
  l->pending_bytes = batch->bytes - whole;
  memcpy(l->pending, batch->text + whole, l->pending_bytes);
  batch->bytes = whole;
  return KHOP_OK;
}

khop_status value_lines_take(value_lines *l, uint64_t turn, value_batch *batch, bool *out_more, khop_error *err) {
  *out_more = false;
  if (!turnstile_enter(l->reading, turn)) return KHOP_OK; /* broken: whoever broke it says why */
  batch->then_long = false;
  khop_status status = fill(l, batch, err);
  batch->number = turn;
  *out_more = status == KHOP_OK && (batch->bytes > 0 || batch->then_long);
  turnstile_leave(l->reading);
  return status;
}

khop_status value_lines_write(value_lines *l, const char *text, size_t bytes, khop_error *err) {
  /* A pipe that poll(2) calls ready has room for so much at least; more might wait, deaf to the control. */
  size_t most = l->output_may_wait ? PIPE_BUF : WRITE_BYTES;
  while (bytes > 0) {
    TRY(wait_for(l, l->output, POLLOUT, err));
    ssize_t count = write(l->output, text, bytes < most ? bytes : most);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) return error_system(err, errno, "standard output");
    text += count;
    bytes -= (size_t)count;
  }
  return KHOP_OK;
}

khop_status value_lines_put(value_lines *l, const value_batch *batch, const char *text, size_t bytes, khop_error *err) {
  if (!turnstile_enter(l->writing, batch->number)) return KHOP_OK;
  khop_status status = value_lines_write(l, text, bytes, err);
  turnstile_leave(l->writing);
  return status;
}
