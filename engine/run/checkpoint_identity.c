/* What an unfinished run must have in common with the one that goes on from it. See checkpoint.h. */
#include <errno.h>
#include <inttypes.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "run/checkpoint.h"

typedef struct text_list {
  char *text;
  size_t used, capacity;
  khop_status status;
  khop_error *err;
} text_list;

/* A line; control characters of names are not its end. */
__attribute__((format(printf, 2, 3))) static void add(text_list *t, const char *format, ...) {
  char line[1200];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(line, sizeof line - 1, format, args);
  va_end(args);
  if (t->status != KHOP_OK || length < 0) return;
  size_t used = strlen(line);
  for (size_t i = 0; i < used; i++) {
    if ((unsigned char)line[i] < 0x20 && line[i] != '\t') line[i] = '?';
  }
  line[used++] = '\n';
  t->status = array_reserve(&t->text, &t->capacity, t->used + used + 1, 1, "checkpoint", t->err);
  if (t->status != KHOP_OK) return;
  memcpy(t->text + t->used, line, used);
  t->used += used;
  t->text[t->used] = '\0';
}

static void add_text(text_list *t, const char *name, const char *value) {
  if (value) add(t, "%s\t%.1000s %016" PRIx64, name, value, hash_bytes(value, strlen(value)));
}

/* A file that the result depends on, by name and content. */
static void add_file(text_list *t, const char *name, const char *path) {
  if (!path) return;
  uint8_t bytes[1 << 12];
  uint64_t hash = 0;
  size_t count;
  FILE *file = fopen(path, "rbe");
  while (file && (count = fread(bytes, 1, sizeof bytes, file)) > 0) hash = hash_combine(hash, hash_bytes(bytes, count));
  if (file) fclose(file);
  add(t, "%s\t%.1000s %016" PRIx64, name, path, hash);
}

static void add_maps(text_list *t, const char *name, const khop_map *maps, size_t count) {
  for (size_t i = 0; i < count; i++) add(t, "%s\t%.200s=%.800s", name, maps[i].field, maps[i].column);
}

/* ---- the program ------------------------------------------------------------------------------------ */

/* The linker's hash over all of the program or library that this function is in: another build has another layout of rows. */
static int find_build(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size;
  const uintptr_t here = (uintptr_t)(void *)&khop_version;
  bool is_ours = false;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    uintptr_t start = object->dlpi_addr + part->p_vaddr;
    is_ours |= part->p_type == PT_LOAD && here >= start && here - start < part->p_memsz;
  }
  for (int i = 0; is_ours && i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    const uint8_t *note = (const uint8_t *)(object->dlpi_addr + part->p_vaddr); /* NOLINT: an address that the loader names */
    if (part->p_type == PT_NOTE) *(uint64_t *)context = hash_combine(*(uint64_t *)context, hash_bytes(note, part->p_memsz));
  }
  return is_ours;
}

static void add_program(text_list *t) {
  uint64_t build = 0;
  dl_iterate_phdr(find_build, &build);
  add(t, "khop\t%s, build %016" PRIx64 ", %zu %zu %zu", khop_version(), build, sizeof(model), sizeof(error_counts), sizeof(rule_facts));
}

/* ---- options ---------------------------------------------------------------------------------------- */

static void add_thresholds(text_list *t, const khop_options *o) {
  add(t, "--match\t%.17g", o->match_threshold);
  add(t, "--review\t%.17g", o->review_threshold);
  add(t, "--precision\t%.17g", o->target_precision);
  add(t, "--recall\t%.17g", o->target_recall);
  add(t, "--best-f1\t%d", o->best_f1);
  add(t, "--untrained\t%d", o->untrained);
  add(t, "--block-rows\t%zu", o->block_rows_max);
  add(t, "--seed\t%" PRIu64, o->seed);
  add(t, "--max-rejected\t%.17g", o->max_rejected);
  add(t, "--qualify-ids\t%d", o->qualify_ids);
  add(t, "--delimiter\t%d", o->delimiter);
}

static void add_options(text_list *t, const run *r) {
  const khop_options *o = &r->options;
  add_thresholds(t, o);
  add_text(t, "--charset", o->charset);
  add_text(t, "--linkage", o->linkage);
  add_text(t, "--lang", o->language);
  add_text(t, "--previous", o->previous);
  add_text(t, "--store", o->store);
  add(t, "--no-store\t%d", o->skip_store);
  add(t, "--write\t%u", o->write);
  add(t, "--today\t%" PRIu32, r->finding_rules.today);
  add_file(t, "--model", o->model);
  add_file(t, "--labels", o->labels);
  add_file(t, "--decisions", o->decisions);
  add_maps(t, "--map", o->maps, o->map_count);
  for (size_t i = 0; i < o->frequencies_count; i++) {
    add_text(t, "--frequencies", o->frequencies[i].field);
    add_file(t, "--frequencies", o->frequencies[i].column);
  }
}

static void add_link(text_list *t, const khop_link_options *link) {
  add(t, "kind of link\t%d", (int)link->kind);
  for (size_t i = 0; i < link->register_count; i++) {
    const khop_link_register *side = &link->registers[i];
    add(t, "register\t%zu files, dedupe %d", side->input_count, side->dedupe);
    add_maps(t, "--map of a register", side->maps, side->map_count);
  }
}

/* ---- inputs ------------------------------------------------------------------------------------------- */

static void add_inputs(text_list *t, const run *r) {
  struct stat info;
  for (size_t i = 0; i < r->options.input_count; i++) {
    const char *path = r->options.inputs[i];
    bool is_file = stat(path, &info) == 0 && S_ISREG(info.st_mode);
    add(t, "%.900s\t%016" PRIx64 " %lld bytes", path, hash_bytes(path, strlen(path)), is_file ? (long long)info.st_size : -1);
  }
}

khop_status checkpoint_stamps(const run *r, char **out_text, khop_error *err) {
  text_list t = {.err = err};
  struct stat info;
  *out_text = NULL;
  for (size_t i = 0; i < r->options.input_count; i++) {
    if (stat(r->options.inputs[i], &info) != 0 || !S_ISREG(info.st_mode)) {
      add(&t, "stamp none"); /* a pipe: its content alone can tell */
      continue;
    }
    add(&t, "stamp %lld %lld.%09ld %lld.%09ld %llu", (long long)info.st_size, (long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
        (long long)info.st_ctim.tv_sec, info.st_ctim.tv_nsec, (unsigned long long)info.st_ino);
  }
  *out_text = t.text;
  return t.status;
}

khop_status checkpoint_check_content(run *r, uint64_t hash, khop_error *err) {
  input_batch batch = {0};
  bool more = true;
  uint64_t found = 0;
  khop_status status = KHOP_OK;
  while (status == KHOP_OK && more) {
    status = control_check(r->options.control, err);
    if (status == KHOP_OK) status = input_next(r->input, &batch, &more, err);
    if (status == KHOP_OK && more) found = hash_combine(found, input_batch_hash(r->input, &batch));
    progress_set(&r->progress, input_bytes_done(r->input));
  }
  input_batch_free(&batch);
  TRY(status);
  if (found == hash) return KHOP_OK;
  return error_set(err, KHOP_USAGE, "%s%s: changed since the unfinished run read it; without --resume khop starts anew", r->options.inputs[0],
                   r->options.input_count > 1 ? " or another of the inputs" : "");
}

khop_status checkpoint_identity(const run *r, const char *command, char **out_text, khop_error *err) {
  text_list t = {.err = err};
  *out_text = NULL;
  add(&t, "khop %s\tunfinished", command);
  add_program(&t);
  add_inputs(&t, r);
  add(&t, "--schema\t%s %016" PRIx64, r->schema->name, hash_bytes(r->schema->text, strlen(r->schema->text)));
  for (size_t side = 0; side < KHOP_REGISTERS_MAX; side++) {
    const schema *own = r->side_schemas[side];
    if (own) add(&t, "--schemas\t%s %016" PRIx64, own->name, hash_bytes(own->text, strlen(own->text)));
  }
  add_options(&t, r);
  if (r->link) add_link(&t, r->link);
  *out_text = t.text;
  if (t.status != KHOP_OK) {
    mem_free(t.text);
    *out_text = NULL;
  }
  return t.status;
}
