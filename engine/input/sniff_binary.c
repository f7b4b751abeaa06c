/* Refusing files that are no text, with a word on what to do: a workbook given for a CSV file is
 * the most common mistake there is. */
#include "input/sniff.h"

#include <string.h>

typedef struct magic {
  size_t offset, length;
  const char *bytes;
  const char *advice;
} magic;

#define MAGIC(offset, bytes, advice) {offset, sizeof(bytes) - 1, bytes, advice}

/* The longer one first where one is the start of another. */
static const magic magics[] = {
    MAGIC(0, "\xff\xfe\0\0", "UTF-32 text: save it as UTF-8"),
    MAGIC(0, "\xff\xfe", "is UTF-16 text inside compressed data: decompress it first, or save it as UTF-8"),
    MAGIC(0, "\xfe\xff", "is UTF-16 text inside compressed data: decompress it first, or save it as UTF-8"),
    MAGIC(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "looks like an old Excel workbook: save it as CSV"),
    MAGIC(0, "%PDF-", "is a PDF document"),
    MAGIC(0, "\x7f" "ELF", "is a program (ELF)"),
    MAGIC(0, "PAR1", "is a Parquet file: export it as CSV"),
    MAGIC(0, "ARROW1", "is an Arrow file: export it as CSV"),
    MAGIC(0, "SQLite format 3\0", "is an SQLite database: export the table as CSV"),
    MAGIC(0, "BZh", "is bzip2 data: decompress it first, or use gzip or zstd"),
    MAGIC(0, "\xfd" "7zXZ\0", "is xz data: decompress it first, or use gzip or zstd"),
    MAGIC(0, "7z\xbc\xaf\x27\x1c", "is a 7z archive: unpack it first"),
    MAGIC(0, "Rar!\x1a\x07", "is a RAR archive: unpack it first"),
    MAGIC(0, "\x1f\x8b", "is compressed twice: decompress it once"),
    MAGIC(0, "\x28\xb5\x2f\xfd", "is compressed twice: decompress it once"),
    MAGIC(0, "\x89PNG\r\n", "is a picture (PNG)"),
    MAGIC(0, "\xff\xd8\xff", "is a picture (JPEG)"),
    MAGIC(257, "ustar", "is a tar archive: unpack it first"),
};

static const char *zip_advice(const char *text, size_t bytes) {
  static const char workbook[] = "xl/", content_types[] = "[Content_Types].xml";
  static const char open_document[] = "opendocument.spreadsheet";
  if (memmem(text, bytes, workbook, sizeof workbook - 1) ||
      memmem(text, bytes, content_types, sizeof content_types - 1)) {
    return "looks like an Excel workbook: save it as CSV";
  }
  if (memmem(text, bytes, open_document, sizeof open_document - 1)) {
    return "looks like an OpenDocument spreadsheet: save it as CSV";
  }
  return "is a zip archive: unpack it first";
}

enum { binary_share = 64 }; /* text has fewer than one NUL in so many bytes */

khop_status sniff_binary(const char *label, const char *text, size_t bytes, khop_error *err) {
  if (bytes > SNIFF_BINARY_BYTES) bytes = SNIFF_BINARY_BYTES;
  for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
    const magic *m = &magics[i];
    if (bytes < m->offset + m->length || memcmp(text + m->offset, m->bytes, m->length) != 0) continue;
    return error_set(err, KHOP_INPUT, "%s: %s", label, m->advice);
  }
  if (bytes >= 4 && memcmp(text, "PK\x03\x04", 4) == 0) {
    return error_set(err, KHOP_INPUT, "%s: %s", label, zip_advice(text, bytes));
  }
  size_t nuls = 0, first = 0;
  for (size_t i = bytes; i-- > 0;) {
    if (text[i] == 0) nuls++, first = i;
  }
  const char *header_end = bytes > 0 ? memchr(text, '\n', bytes) : NULL;
  bool in_header = nuls > 0 && (!header_end || text + first < header_end);
  /* A stray one spoils a row, not the register. */
  if (!in_header && nuls * binary_share <= bytes) return KHOP_OK;
  return error_set(err, KHOP_INPUT, "%s: binary content: NUL byte at byte %zu", label, first);
}
