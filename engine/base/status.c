/* Error texts. */
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *khop_version(void) { return KHOP_VERSION; }

khop_status error_set(khop_error *err, khop_status status, const char *format, ...) {
  if (err) {
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    err->status = status;
    err->error_number = 0;
  }
  return status;
}

static khop_status describe(khop_error *err, int error_number, const char *object) {
  switch (error_number) {
    case ENOENT: return error_set(err, KHOP_USAGE, "%s: no such file or directory", object);
    case EISDIR: return error_set(err, KHOP_USAGE, "%s: is a directory", object);
    case ENOTDIR: return error_set(err, KHOP_USAGE, "%s: not a directory", object);
    case ENOSPC: return error_set(err, KHOP_ENVIRONMENT, "%s: disk full", object);
    case EDQUOT: return error_set(err, KHOP_ENVIRONMENT, "%s: disk quota exceeded", object);
    case EFBIG: return error_set(err, KHOP_ENVIRONMENT, "%s: file size limit reached", object);
    case ENOMEM: return error_set(err, KHOP_ENVIRONMENT, "%s: out of memory", object);
    default: break;
  }
  char text[128];
  const char *reason = strerror_r(error_number, text, sizeof text);
  return error_set(err, KHOP_ENVIRONMENT, "%s: %s", object, reason);
}

khop_status error_system(khop_error *err, int error_number, const char *object) {
  khop_status status = describe(err, error_number, object);
  if (err) err->error_number = error_number;
  return status;
}

khop_status error_memory(khop_error *err, size_t bytes, const char *purpose) {
  return error_set(err, KHOP_ENVIRONMENT, "out of memory: %zu bytes for %s", bytes, purpose);
}
