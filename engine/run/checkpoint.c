/* The life of a checkpoint: found, judged, written, swept. See checkpoint.h. */
#include "run/checkpoint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "run/spill.h"

enum { manifest_bytes_max = 1 << 20, text_bytes = 256 };
static const char title[] = "khop unfinished run 1\n", manifest_name[] = "manifest", rows_name[] = "rows", log_name[] = "store.log";

/* What a manifest says beside the identity. */
typedef struct manifest {
  uint64_t content_hash;
  piece_seal rows, match; /* bytes 0: there is none */
  unsigned match_number;  /* of its name */
  size_t rules_done, rule_count;
  char time[32];
} manifest;

struct checkpoint {
  const char *output;
  char *directory, *log_path;
  char *identity, *stamps; /* of this run */
  manifest on_disk;        /* sound as far as is known; of this run, or the one that it goes on from */
  bool has_manifest;
  bool resumes;    /* on_disk is to be taken from */
  bool must_compare; /* but the inputs do not look as they did: their content must tell */
  bool is_off;     /* it could not be written: no further try */
  double last_s;   /* the clock when one was written, or the run began */
  store_mark read_mark;
  bool has_state;
  match_state taken; /* not yet fetched by checkpoint_take_match */
  unsigned written;
  uint64_t written_bytes;
  /* being made durable by a thread of its own */
  thread *settling;
  atomic_bool settled; /* set by that thread as the last thing; read by the run's */
  const store_writer *store;
  piece_writer rows, match;
  manifest next;
};

/* ---- small things ---------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void tell(const run *r, const char *format, ...) {
  char text[text_bytes + 512];
  va_list args;
  if (!r->options.notice) return;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  r->options.notice(r->options.notice_context, text);
}

static void match_name(unsigned number, char name[CHECKPOINT_NAME_BYTES]) { snprintf(name, CHECKPOINT_NAME_BYTES, "match.%u", number); }

static bool is_own(const char *name) {
  if (name[0] == '.') name++; /* .NAME.tmp */
  return strncmp(name, "match.", 6) == 0 || strncmp(name, manifest_name, sizeof manifest_name - 1) == 0 ||
         strncmp(name, rows_name, sizeof rows_name - 1) == 0 || strncmp(name, log_name, sizeof log_name - 1) == 0;
}

static void remove_one(const char *directory, const char *name) {
  char *path = path_join(directory, name);
  if (path) unlink(path);
  mem_free(path);
}

/* The manifest goes first, for without it the others are nothing; when all is well it goes last: a run that is killed in
 * here can be told from one that is done. */
static void sweep(const char *directory, bool is_done) {
  struct dirent *entry;
  if (!is_done) remove_one(directory, manifest_name);
  DIR *entries = opendir(directory);
  while (entries && (entry = readdir(entries))) {
    if (is_own(entry->d_name) && strcmp(entry->d_name, manifest_name) != 0) remove_one(directory, entry->d_name);
  }
  if (entries) closedir(entries);
  remove_one(directory, manifest_name);
  rmdir(directory);
}

/* "reading and 3 of 44 blocking rules are done" */
static const char *progress_text(const manifest *m, char text[text_bytes]) {
  if (!m->match.bytes) snprintf(text, text_bytes, "reading is done");
  else if (!m->rules_done) snprintf(text, text_bytes, "reading and training are done");
  else snprintf(text, text_bytes, "reading, training and %zu of %zu blocking rules are done", m->rules_done, m->rule_count);
  return text;
}

/* ---- the manifest ------------------------------------------------------------------------------------------ */

static khop_status write_manifest(const checkpoint *c, khop_error *err) {
  char text[text_bytes * 2];
  piece_writer to;
  const manifest *m = &c->next;
  TRY(piece_create(&to, c->directory, manifest_name, err));
  piece_put(&to, title, strlen(title));
  piece_put(&to, c->identity, strlen(c->identity));
  snprintf(text, sizeof text, "\ncontent %016" PRIx64 "\nrows %" PRIu64 " %016" PRIx64 "\nmatch %" PRIu64 " %016" PRIx64 " %u %zu %zu\ntime %s\n", m->content_hash,
           m->rows.bytes, m->rows.hash, m->match.bytes, m->match.hash, m->match_number, m->rules_done, m->rule_count, m->time);
  piece_put(&to, text, strlen(text));
  piece_put(&to, c->stamps, strlen(c->stamps));
  snprintf(text, sizeof text, "checksum %016" PRIx64 "\n", piece_end(&to).hash);
  piece_put(&to, text, strlen(text));
  return piece_commit(&to, err);
}

/* The whole file, NUL behind it, for mem_free; NULL: there is none, or it is no manifest of this version, or damaged. */
static char *read_manifest(const char *directory, bool *out_exists) {
  char *path = path_join(directory, manifest_name), *text = mem_alloc(manifest_bytes_max, 1);
  FILE *file = path ? fopen(path, "rbe") : NULL;
  size_t used = file && text ? fread(text, 1, manifest_bytes_max - 1, file) : 0;
  const size_t last_bytes = strlen("checksum 0123456789abcdef\n");
  *out_exists = file != NULL;
  if (file) fclose(file);
  mem_free(path);
  if (used > last_bytes + strlen(title) && strlen(text) == used && strncmp(text, title, strlen(title)) == 0) {
    char last[text_bytes];
    snprintf(last, sizeof last, "checksum %016" PRIx64 "\n", hash_bytes(text, used - last_bytes));
    if (strcmp(text + used - last_bytes, last) == 0) {
      text[used - last_bytes] = '\0';
      return text;
    }
  }
  mem_free(text);
  return NULL;
}

/* Parts the text: title, identity, what is said beside it, stamps. */
static bool parse_manifest(char *text, const char **out_identity, manifest *out, const char **out_stamps) {
  char *facts = strstr(text, "\n\ncontent "), *stamps;
  if (!facts) return false;
  *out_identity = text + strlen(title);
  facts[1] = '\0';
  if (sscanf(facts + 2, "content %" SCNx64 "\nrows %" SCNu64 " %" SCNx64 "\nmatch %" SCNu64 " %" SCNx64 " %u %zu %zu\ntime %31s\n", &out->content_hash,
             &out->rows.bytes, &out->rows.hash, &out->match.bytes, &out->match.hash, &out->match_number, &out->rules_done, &out->rule_count,
             out->time) != 9) {
    return false;
  }
  stamps = strstr(facts + 2, "\ntime ");
  *out_stamps = stamps ? strchr(stamps + 1, '\n') + 1 : NULL;
  return *out_stamps != NULL;
}

uint32_t checkpoint_today(const char *output) {
  bool exists;
  manifest m = {0};
  unsigned long today = 0;
  const char *identity, *stamps, line[] = "\n--today\t", *found;
  char *directory = path_join(output, CHECKPOINT_DIRECTORY), *text = directory ? read_manifest(directory, &exists) : NULL;
  if (text && parse_manifest(text, &identity, &m, &stamps) && (found = strstr(identity, line))) today = strtoul(found + strlen(line), NULL, 10);
  mem_free(directory);
  mem_free(text);
  return (uint32_t)today;
}

/* ---- whose work it is ----------------------------------------------------------------------------------------- */

/* The first line in which two identities differ says in what. */
static khop_status refuse_other(const char *now, const char *then, khop_error *err) {
  while (*now && *then) {
    size_t now_length = strcspn(now, "\n"), then_length = strcspn(then, "\n");
    if (now_length != then_length || memcmp(now, then, now_length) != 0) break;
    now += now_length + 1;
    then += then_length + 1;
  }
  size_t now_name = strcspn(now, "\t\n"), then_name = strcspn(then, "\t\n"), length = now_name;
  bool is_same_name = now_name == then_name && memcmp(now, then, now_name) == 0;
  if (!is_same_name && (!now_name || strncmp(then, "--", 2) == 0)) now = then, length = then_name;
  return error_set(err, KHOP_USAGE, "%.*s: not as in the unfinished run; --resume wants the same inputs, options and program, and without it khop starts anew",
                   (int)(length < 200 ? length : 200), now);
}

/* Are the pieces whole? Those that are not are forgotten. */
static void judge_pieces(run *r, checkpoint *c) {
  char name[CHECKPOINT_NAME_BYTES];
  khop_error why;
  piece_reader reader;
  manifest *m = &c->on_disk;
  if (piece_open(&reader, c->directory, rows_name, m->rows, &why) != KHOP_OK) {
    tell(r, "%s; starting from the beginning", why.message);
    c->resumes = c->has_manifest = false;
    c->on_disk = (manifest){0};
    sweep(c->directory, false);
    return;
  }
  piece_close(&reader);
  if (!m->match.bytes) return;
  match_name(m->match_number, name);
  if (piece_open(&reader, c->directory, name, m->match, &why) == KHOP_OK) {
    piece_close(&reader);
    return;
  }
  tell(r, "%s; going on from the end of reading", why.message);
  m->match = (piece_seal){0};
  m->rules_done = 0;
}

/* An earlier run's manifest, sound. */
static khop_status judge(run *r, checkpoint *c, char *text, khop_error *err) {
  const char *identity, *stamps;
  char done[text_bytes];
  if (!parse_manifest(text, &identity, &c->on_disk, &stamps)) {
    tell(r, "%s/%s: cannot be understood; starting from the beginning", c->directory, manifest_name);
    c->on_disk = (manifest){0};
    sweep(c->directory, false);
    return KHOP_OK;
  }
  if (!r->options.resume) {
    tell(r, "%s: an unfinished run of %s is given up (%s); --resume would have gone on from there", r->options.output, c->on_disk.time,
         progress_text(&c->on_disk, done));
    c->on_disk = (manifest){0};
    sweep(c->directory, false);
    return KHOP_OK;
  }
  c->has_manifest = true; /* from here on a refusal leaves it as it is */
  if (strcmp(identity, c->identity) != 0) return refuse_other(c->identity, identity, err);
  c->resumes = true;
  judge_pieces(r, c);
  if (!c->resumes) return KHOP_OK;
  c->must_compare = strcmp(stamps, c->stamps) != 0 || strstr(stamps, "none");
  tell(r, "going on with the unfinished run of %s: %s", c->on_disk.time, progress_text(&c->on_disk, done));
  return KHOP_OK;
}

khop_status checkpoint_begin(run *r, const char *command, khop_error *err) {
  bool exists;
  checkpoint *c = r->checkpoint = mem_alloc(1, sizeof *c);
  if (!c) return error_memory(err, sizeof *c, "checkpoint");
  c->last_s = clock_seconds();
  c->output = r->options.output;
  c->directory = path_join(r->options.output, CHECKPOINT_DIRECTORY);
  c->log_path = c->directory ? path_join(c->directory, log_name) : NULL;
  if (!c->log_path) return error_memory(err, strlen(r->options.output), "path");
  TRY(checkpoint_identity(r, command, &c->identity, err));
  TRY(checkpoint_stamps(r, &c->stamps, err));
  char *text = read_manifest(c->directory, &exists);
  khop_status status = KHOP_OK;
  if (text) {
    status = judge(r, c, text, err);
  } else {
    if (exists) tell(r, "%s/%s: damaged; starting from the beginning", c->directory, manifest_name);
    else if (r->options.resume) tell(r, "%s: there is no unfinished run that had come far enough; starting from the beginning", r->options.output);
    sweep(c->directory, false);
  }
  mem_free(text);
  TRY(status);
  if (directory_create(c->directory, NULL) != KHOP_OK) c->is_off = true;
  return KHOP_OK;
}

const char *checkpoint_store_log(const run *r, bool *out_takes_over) {
  const checkpoint *c = r->checkpoint;
  *out_takes_over = c && c->resumes;
  return c && !c->is_off ? c->log_path : NULL;
}

/* ---- taking ------------------------------------------------------------------------------------------------------ */

/* The store as it stood at the mark. What cannot be taken over is given up with all the rest. */
static khop_status take_store(run *r, const store_mark *mark, bool *out_taken, khop_error *err) {
  khop_error why;
  checkpoint *c = r->checkpoint;
  *out_taken = true;
  if (!r->store) return KHOP_OK;
  khop_status status = store_writer_replay(r->store, mark, &why);
  if (status == KHOP_OK) return KHOP_OK;
  if (err) *err = why;
  if (status != KHOP_INPUT) return status;
  *out_taken = false;
  tell(r, "%s; starting from the beginning", why.message);
  store_writer_free(r->store);
  mem_free(r->store_path);
  r->store = NULL;
  r->store_path = NULL;
  c->resumes = c->has_manifest = false;
  c->on_disk = (manifest){0};
  sweep(c->directory, false);
  if (directory_create(c->directory, NULL) != KHOP_OK) c->is_off = true;
  return run_open_store(r, err);
}

static khop_status take_match(run *r, checkpoint *c, piece_reader *from, khop_error *err) {
  TRY(checkpoint_take_state(r, &c->taken, from, err));
  c->has_state = true;
  r->resumed_rules = c->taken.rules_done;
  for (size_t i = 0; i < r->schema->rule_count; i++) r->resumed_pairs += r->facts[i].pairs;
  return KHOP_OK;
}

/* After the store: an input can be read once, and without the store it must be. */
static khop_status compare_inputs(run *r, uint64_t content_hash, khop_error *err) {
  tell(r, "the inputs are read again, to see that they are what they were");
  progress_phase(&r->progress, "read", "bytes", input_bytes_total(r->input));
  return checkpoint_check_content(r, content_hash, err);
}

khop_status checkpoint_restore(run *r, bool *out_taken, khop_error *err) {
  checkpoint *c = r->checkpoint;
  char name[CHECKPOINT_NAME_BYTES];
  piece_reader rows = {.fd = -1}, match = {.fd = -1};
  store_mark mark;
  khop_status status = KHOP_OK;
  *out_taken = false;
  if (!c || !c->resumes) return KHOP_OK;
  if (c->is_off) return error_set(err, KHOP_ENVIRONMENT, "%s: cannot be written", c->directory);
  const manifest m = c->on_disk;
  TRY_CLEANUP(piece_open(&rows, c->directory, rows_name, m.rows, err));
  TRY_CLEANUP(piece_take(&rows, &c->read_mark, sizeof c->read_mark, err));
  mark = c->read_mark;
  match_name(m.match_number, name);
  if (m.match.bytes) {
    TRY_CLEANUP(piece_open(&match, c->directory, name, m.match, err));
    TRY_CLEANUP(piece_take(&match, &mark, sizeof mark, err));
  }
  TRY_CLEANUP(take_store(r, &mark, out_taken, err));
  if (!*out_taken) goto cleanup;
  if (c->must_compare) TRY_CLEANUP(compare_inputs(r, m.content_hash, err));
  TRY_CLEANUP(run_take_rows(r, checkpoint_take_rows, &rows, err));
  r->resumed = true;
  if (m.match.bytes) TRY_CLEANUP(take_match(r, c, &match, err));
cleanup:
  piece_close(&rows);
  piece_close(&match);
  if (status == KHOP_INPUT) status = error_set(err, KHOP_ENVIRONMENT, "%s: changed while it was read", c->directory);
  return status;
}

bool checkpoint_take_match(run *r, match_state *out) {
  checkpoint *c = r->checkpoint;
  if (!c || !c->has_state) return false;
  *out = c->taken;
  c->taken = (match_state){0};
  c->has_state = false;
  return true;
}

bool checkpoint_has_model(const run *r) { return r->checkpoint && r->checkpoint->has_state; }

/* ---- writing ------------------------------------------------------------------------------------------------------ */

/* Everything that the manifest names is on the disk before the manifest is; what it no longer names goes after. */
static khop_status settle(void *context, khop_error *err) {
  checkpoint *c = context;
  khop_status status = KHOP_OK;
  if (c->store) TRY_CLEANUP(store_writer_sync(c->store, err));
  directory_sync(c->output); /* where our directory, and most often the store's, has its name */
  if (c->rows.hash) TRY_CLEANUP(piece_commit(&c->rows, err));
  if (c->match.hash) TRY_CLEANUP(piece_commit(&c->match, err));
  TRY_CLEANUP(write_manifest(c, err));
cleanup:
  atomic_store(&c->settled, true);
  return status;
}

static void give_up(run *r, checkpoint *c, const char *why) {
  piece_abandon(&c->rows);
  piece_abandon(&c->match);
  if (!c->is_off) tell(r, "no checkpoints from here on: %s", why);
  c->is_off = true;
}

static void end_settling(run *r, checkpoint *c) {
  khop_error why;
  char name[CHECKPOINT_NAME_BYTES];
  if (!c->settling) return;
  khop_status status = thread_join(c->settling, &why);
  c->settling = NULL;
  if (status != KHOP_OK) {
    give_up(r, c, why.message);
    return;
  }
  if (c->on_disk.match.bytes && c->on_disk.match_number != c->next.match_number) {
    match_name(c->on_disk.match_number, name);
    remove_one(c->directory, name);
  }
  c->on_disk = c->next;
  c->has_manifest = true;
}

static bool is_time(const run *r) {
  const double every = r->options.checkpoint_every_s;
  return every <= 0 || clock_seconds() - r->checkpoint->last_s >= every;
}

bool checkpoint_is_due(const run *r) {
  const checkpoint *c = r->checkpoint;
  if (!c || c->is_off || (r->store && !c->read_mark.log_bytes)) return false;
  bool is_busy = c->settling && r->options.checkpoint_every_s > 0 && !atomic_load(&c->settled);
  return !is_busy && is_time(r);
}

static khop_status write_rows(run *r, checkpoint *c, khop_error *err) {
  if (c->next.rows.bytes) return KHOP_OK;
  TRY(piece_create(&c->rows, c->directory, rows_name, err));
  piece_put(&c->rows, &c->read_mark, sizeof c->read_mark);
  TRY(checkpoint_put_rows(r, &c->rows, err));
  c->next.rows = piece_end(&c->rows);
  c->written_bytes += c->next.rows.bytes;
  return KHOP_OK;
}

static khop_status write_match(run *r, checkpoint *c, const match_state *state, const store_mark *mark, khop_error *err) {
  char name[CHECKPOINT_NAME_BYTES];
  if (!state) return KHOP_OK;
  match_name(++c->next.match_number, name);
  TRY(piece_create(&c->match, c->directory, name, err));
  piece_put(&c->match, mark, sizeof *mark);
  checkpoint_put_match(r, state, &c->match);
  c->next.match = piece_end(&c->match);
  c->next.rules_done = state->rules_done;
  c->written_bytes += c->next.match.bytes;
  return KHOP_OK;
}

static khop_status begin_settling(run *r, const match_state *state, const store_mark *mark, khop_error *err) {
  checkpoint *c = r->checkpoint;
  khop_status status = KHOP_OK;
  time_t now = time(NULL);
  struct tm here;
  c->next = c->on_disk;
  c->next.content_hash = r->input_hash;
  c->next.rule_count = r->schema->rule_count;
  c->store = r->store;
  snprintf(c->next.time, sizeof c->next.time, "unknown");
  if (localtime_r(&now, &here)) strftime(c->next.time, sizeof c->next.time, "%Y-%m-%dT%H:%M:%S", &here);
  TRY_CLEANUP(write_rows(r, c, err));
  TRY_CLEANUP(write_match(r, c, state, mark, err));
  atomic_store(&c->settled, false);
  TRY_CLEANUP(thread_start(&c->settling, settle, c, err));
  c->written++;
  return KHOP_OK;
cleanup:
  piece_abandon(&c->rows);
  piece_abandon(&c->match);
  return status;
}

/* Only a signal stops the run here. */
static khop_status write_checkpoint(run *r, const match_state *state, const store_mark *mark, khop_error *err) {
  khop_error why;
  checkpoint *c = r->checkpoint;
  end_settling(r, c);
  if (c->is_off) return KHOP_OK;
  khop_status status = begin_settling(r, state, mark, &why);
  c->last_s = clock_seconds();
  if (status == KHOP_INTERRUPTED) return error_set(err, status, "%s", why.message);
  if (status != KHOP_OK) give_up(r, c, why.message);
  return KHOP_OK;
}

khop_status checkpoint_rows(run *r, khop_error *err) {
  checkpoint *c = r->checkpoint;
  if (!c) return KHOP_OK;
  if (r->store) TRY(store_writer_mark(r->store, &c->read_mark, err));
  if (r->store && !c->read_mark.log_bytes && is_time(r)) give_up(r, c, "the log of the store could not be written");
  return checkpoint_is_due(r) ? write_checkpoint(r, NULL, NULL, err) : KHOP_OK;
}

khop_status checkpoint_match(run *r, const match_state *state, const store_mark *mark, khop_error *err) {
  store_mark here = {0};
  if (!mark && r->store) TRY(store_writer_mark(r->store, &here, err));
  if (!mark) mark = &here;
  if (r->store && !mark->log_bytes) return KHOP_OK;
  return write_checkpoint(r, state, mark, err);
}

void checkpoint_summarise(const run *r, khop_summary *out) {
  out->resumed = r->resumed;
  out->resumed_rules = r->resumed_rules;
  out->resumed_pairs = r->resumed_pairs;
  if (!r->checkpoint) return;
  out->checkpoints = r->checkpoint->written;
  out->checkpoint_bytes = r->checkpoint->written_bytes;
}

/* ---- the end -------------------------------------------------------------------------------------------------------- */

void checkpoint_end(run *r, khop_status status, char out_offer[CHECKPOINT_OFFER_BYTES]) {
  checkpoint *c = r->checkpoint;
  char done[text_bytes];
  out_offer[0] = '\0';
  if (!c) return;
  end_settling(r, c);
  if (status == KHOP_OK || !c->has_manifest) {
    if (c->directory) sweep(c->directory, status == KHOP_OK);
  } else {
    r->leaves_store = true;
    if (status != KHOP_USAGE) {
      snprintf(out_offer, CHECKPOINT_OFFER_BYTES, "; %s: the same command with --resume goes on from there", progress_text(&c->on_disk, done));
    }
  }
  mem_free(c->taken.kept.items);
  mem_free(c->directory);
  mem_free(c->log_path);
  mem_free(c->identity);
  mem_free(c->stamps);
  mem_free(c);
  r->checkpoint = NULL;
}
