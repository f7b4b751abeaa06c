/* Any bytes as a schema file: a schema or a fault with a message, never a crash, a leak or a hang.
 * Built with -fsanitize=fuzzer (KHOP_FUZZ); tests/unit/test_schema_corpus.c replays the corpus. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "schema/schema.h"
#include "schema/schema_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > SCHEMA_FILE_BYTES_MAX) return 0;
  schema *s;
  khop_error err = {0};
  khop_status status = schema_parse(&s, "fuzz.yaml", (const char *)data, size, &err);
  if ((status == KHOP_OK) != (s != NULL)) abort();
  if (status != KHOP_OK && (status != KHOP_USAGE || !err.message[0])) abort();
  schema_free(s);
  return 0;
}
