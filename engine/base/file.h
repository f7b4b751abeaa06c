/* Output files that are whole or absent.
 *
 * An outfile writes to DIR/.NAME.tmp through a large buffer; outfile_commit flushes, syncs and
 * renames it to DIR/NAME. Until then DIR/NAME is what it was. Files are created 0600.
 *
 *     outfile f;
 *     TRY(outfile_open(&f, "out", "pairs.csv", err));
 *     outfile_write(&f, text, length);        // errors are kept until commit
 *     TRY(outfile_commit(&f, err));           // or outfile_abandon(&f)
 */
#ifndef KHOP_BASE_FILE_H
#define KHOP_BASE_FILE_H

#include "base/status.h"

typedef struct outfile {
  int fd;
  int error_number; /* first failure, reported by commit */
  char *buffer;
  size_t used;
  uint64_t written_bytes; /* flushed and buffered */
  uint64_t behind_bytes;  /* of them at the last file_write_behind */
  char *directory, *temporary_path, *final_path;
} outfile;

khop_status outfile_open(outfile *f, const char *directory, const char *name, khop_error *err);
void outfile_write(outfile *f, const void *bytes, size_t length);
void outfile_text(outfile *f, const char *text);
void outfile_format(outfile *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One CSV field, quoted when it holds a comma, quote, CR or LF, or starts or ends with a blank. */
void outfile_csv_field(outfile *f, const char *text, size_t length);
/* The same to memory, which has room for 2 * length + 2 bytes. Returns how many. */
size_t csv_field(char *out, const char *text, size_t length);
/* Unsigned decimal, without printf. */
void outfile_number(outfile *f, uint64_t number);
khop_status outfile_commit(outfile *f, khop_error *err);
/* Removes the temporary file; safe after a failed open, after commit, and twice. */
void outfile_abandon(outfile *f);

/* Creates the directory and its parents, 0700. Existing ones are fine. */
khop_status directory_create(const char *path, khop_error *err);
/* FROM becomes TO beside it, and is so on the disk; or stays FROM. A file or an empty directory of that name is replaced, another directory is
 * refused: KHOP_USAGE. */
khop_status rename_durably(const char *from, const char *to, khop_error *err);
/* *out_empty: no entry but "." and ".."; a missing directory is empty. */
khop_status directory_is_empty(const char *path, bool *out_empty, khop_error *err);
/* The names in it are on the disk when this returns, where the file system can promise that. */
void directory_sync(const char *path);
/* DIR/NAME in a fresh string (mem_free), NULL when out of memory. */
char *path_join(const char *directory, const char *name);
/* What its regular files take on the disk; 0 for a directory that is not there. */
uint64_t directory_disk_bytes(const char *path);
/* Where the failure is a full disk (else, and without an error, nothing happens): the message gets what is free now on the file
 * system of `directory`, and what is missing for `needed_bytes`, at least 1 MiB. In place of what it said of that before: who
 * knows more says it later, when what was written is removed. */
void error_disk_need(khop_error *err, const char *directory, uint64_t needed_bytes);
/* Is DIR/NAME there? Asks for no memory, so that the answer is never one of a want of it. */
bool path_exists(const char *directory, const char *name);
/* For a file that grows, of which so many bytes are written: lets the system begin to write them out, without waiting, and take back the
 * pages of all but the last 256 MiB. They hold what comes next then, where fresh ones would have to be cleared, on a virtual machine by its
 * host as well, which costs ten times what copying into them does. */
void file_write_behind(int fd, uint64_t written_bytes);
/* Bytes that an ordinary user may still write on the file system of `path`. */
khop_status disk_free_bytes(const char *path, uint64_t *out_bytes, khop_error *err);

#endif
