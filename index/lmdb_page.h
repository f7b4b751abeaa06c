/* Is the structure of an LMDB file sound enough to be read through LMDB?
 *
 * LMDB 0.9 trusts its pages: an offset, page number or depth that a failing disk changed makes it
 * read outside its map, loop or abort. A store is read on machines that others own, so the pages
 * that hold the trees (one in a thousand bytes; chunk values stand on pages of their own) are
 * walked once at open, with pread, and every number in them is checked against the file.
 */
#ifndef KHOP_INDEX_LMDB_PAGE_H
#define KHOP_INDEX_LMDB_PAGE_H

#include "base/status.h"

/* KHOP_INPUT with path and fact: not an LMDB file, cut short, or damaged. */
khop_status lmdb_file_check(const char *path, khop_error *err);

#endif
