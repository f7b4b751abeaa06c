/* khop: bulk record matching for Vietnamese registers.
 *
 * The only installed header. A program fills an options struct, calls one function a job, and
 * reads a result struct; there are no globals. All strings are UTF-8 and NUL-terminated. Option
 * structs borrow their pointers for the duration of the call. Every function that can fail
 * returns a khop_status and fills the caller's khop_error (which may be NULL); results are zeroed
 * first, so a failed call leaves nothing to free. Functions are safe to call from several threads
 * on distinct objects.
 */
#ifndef KHOP_H
#define KHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define KHOP_API __attribute__((visibility("default")))
#else
#define KHOP_API
#endif

/* ---- status ------------------------------------------------------------------------------- */

/* What went wrong, by who has to act. The values are the command's exit codes. */
typedef enum khop_status {
  KHOP_OK = 0,
  KHOP_USAGE = 1,       /* an option, a schema or a configuration that cannot be used */
  KHOP_INPUT = 2,       /* the input cannot be read, or more of it was rejected than allowed */
  KHOP_ENVIRONMENT = 3, /* disk, memory, permission */
  KHOP_INTERRUPTED = 4, /* cancelled by the caller; nothing of an earlier run is touched */
  KHOP_BUG = 70         /* khop broke its own promise */
} khop_status;

/* One failure: object, fact, number, as in "people.csv: row 1204: 7 fields, expected 9".
 * Never holds a field value. */
typedef struct khop_error {
  khop_status status;
  char message[1024];
} khop_error;

/* "0.1.0" */
KHOP_API const char *khop_version(void);

#ifdef __cplusplus
}
#endif
#endif
