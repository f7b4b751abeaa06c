/* A store's directory: DIR.tmp while it is written, DIR when whole, DIR.old for the moment of a
 * replacement. In DIR.tmp kept.mdb is what a killed writer had written, while another takes it over (writer_log.c).
 * Only data.mdb, kept.mdb and lock.mdb are ever removed; a directory that holds anything else
 * is not a store and is left alone. */
#ifndef KHOP_INDEX_DIRECTORY_H
#define KHOP_INDEX_DIRECTORY_H

#include "base/status.h"

#define STORE_KEPT_FILE "kept.mdb"

typedef struct store_directory {
  char *final_path, *temporary_path, *old_path;
  int lock_fd; /* on DIR.tmp: one writer at a time */
} store_directory;

/* DIR without trailing slashes and its two companions. */
khop_status store_directory_name(store_directory *d, const char *directory, khop_error *err);
/* Makes DIR.tmp, locked, and empty but, with `keeps`, for a killed writer's file: it is kept.mdb from now on. */
khop_status store_directory_begin(store_directory *d, bool keeps, khop_error *err);
/* Syncs and renames DIR.tmp to DIR. */
khop_status store_directory_publish(store_directory *d, bool replace, khop_error *err);
/* Removes DIR.tmp if it was begun and not published. */
void store_directory_abandon(store_directory *d);
/* Lets it go as it stands, for another writer to take over. */
void store_directory_leave(store_directory *d);
void store_directory_free(store_directory *d);

#endif
