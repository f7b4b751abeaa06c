/* How failure travels: a khop_status by return, one message in the caller's khop_error.
 *
 * error_* fill the error and return its status, so a failure is one line:
 *     return error_set(err, KHOP_INPUT, "%s: empty file", path);
 * Messages name the object, the fact and the number, and never a field value.
 */
#ifndef KHOP_BASE_STATUS_H
#define KHOP_BASE_STATUS_H

#include "khop.h"

/* Leaves the function when the call failed. Where something must be released first, use
 * TRY_CLEANUP, which sets `status` and jumps to the function's one `cleanup:` label. */
#define TRY(call)                                                                                  \
  do {                                                                                             \
    khop_status try_status = (call);                                                               \
    if (try_status != KHOP_OK) return try_status;                                                  \
  } while (0)

#define TRY_CLEANUP(call)                                                                          \
  do {                                                                                             \
    status = (call);                                                                               \
    if (status != KHOP_OK) goto cleanup;                                                           \
  } while (0)

/* Fills *err (unless NULL) and returns `status`. A message that does not fit is cut. */
khop_status error_set(khop_error *err, khop_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A failed system call on `object`: "OBJECT: disk full", "OBJECT: permission denied". Missing
 * files and directories in the way are KHOP_USAGE; the rest is KHOP_ENVIRONMENT. error_disk_need (file.h) says how full. */
khop_status error_system(khop_error *err, int error_number, const char *object);

/* Out of memory while asking for `bytes` for `purpose`. */
khop_status error_memory(khop_error *err, size_t bytes, const char *purpose);

#endif
