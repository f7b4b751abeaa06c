/* JSON whole or not at all.
 *
 * Where jansson gets no memory it says NULL in place of a value, and objects and arrays leave such a value out: a member would
 * be missing in silence. So failures are counted, and what was built while one happened is not used.
 *
 *     json_watch();
 *     json_t *root = ...;                               // many calls, none of them asked how it went
 *     char *text = json_text(root, JSON_INDENT(2));     // NULL: out of memory, then or since json_watch
 *
 * It counts by the thread. jansson's functions for memory are exchanged once, in the whole process, for ones that call those before.
 */
#ifndef KHOP_BASE_JSON_H
#define KHOP_BASE_JSON_H

#include <jansson.h>

#include "base/status.h"

void json_watch(void);
/* The object as text, its members in their order; free() it. Takes `root`. */
char *json_text(json_t *root, size_t flags);
/* A file; json_decref it. Faults name its line and column. */
khop_status json_read(json_t **out_root, const char *path, khop_error *err);

#endif
