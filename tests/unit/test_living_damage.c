/* A damaged living store: bits flipped in every kind of place, files cut at many lengths. Whatever is read is what was stored, or a
 * fault is told; a bit that lies where LMDB's trees, or a value, or a name stand is found by verify; where verify finds none the answers
 * are those of the whole store. KHOP_TEST_SCALE=small takes fewer; DAMAGE_ALL=1 flips each byte. */
#include <dirent.h>

#include "test_store_fixture.h"

enum { page_bytes = 4096, files_max = 8, file_max = 1 << 20, entities = 6 };

static const char schema[] = "schema: members\nid: id\nfields:\n  id: {type: code}\n  full_name: {type: person_name}\n"
    "  birth_date: {type: date}\n  phone: {type: phone, identifier: true}\nblocking:\n  - [phone]\n  - [full_name, birth_date.year]\n"
    "comparisons:\n  - name: full_name\n    levels:\n      - {when: full_name exact, m: 0.8, u: 0.0001, term_frequency: full_name}\n"
    "      - {else: true, m: 0.2, u: 0.9999}\n  - name: phone\n    levels:\n      - {when: phone exact, m: 0.7, u: 0.00001}\n"
    "      - {else: true, m: 0.3, u: 0.99999}\nexpected_duplicates: 0.1\nthresholds: {match: 0.9, review: 0.5}\n";
static const char first[] = "id,full_name,birth_date,phone\nA1,Nguyễn Văn An,01/02/1990,0903111222\nB1,Trần Thị Bình,03/04/1985,0911000999\n"
    "C1,Lê Quốc Cường,05/06/1977,0933444555\nD1,Phạm Dũng,07/08/1966,0977000111\n";
static const char second[] = "id,full_name,birth_date,phone\nA2,Nguyễn Văn An,01/02/1990,0903111222\nB1,Trần Thị Bình,03/04/1985,0911000998\n";
static const char decisions[] = "left_id,right_id,decision,reason\nA1,C1,must_link,seen\nA1,B1,cannot_link,no\n";
static const char *const ids[] = {"A1", "A2", "B1", "C1", "D1", "Z9"};
static const char *const numbers[] = {"0903111222", "0911000998", "0911000999"};
enum { id_count = sizeof ids / sizeof *ids, number_count = sizeof numbers / sizeof *numbers };

typedef struct damage {
  fixture base;
  char living[80], result[80], matched[80], visitors[96];
  char names[files_max][160]; /* the stores' data files */
  size_t file_count;
  char *answers[id_count + number_count + entities], *files[3]; /* links.csv, entities.csv before and after the visitors were added */
} damage;

static const char *path_of(const damage *d, const char *name) {
  static char paths[8][160];
  static unsigned turn;
  char *path = paths[turn++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", d->base.root, name);
  return path;
}

static const char *put(const damage *d, const char *name, const char *text) {
  const char *path = path_of(d, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
  return path;
}

static char *text_of(const char *path) {
  char *text = NULL;
  size_t room = 0;
  FILE *file = fopen(path, "r");
  if (!file) return NULL;
  if (getdelim(&text, &room, '\0', file) < 0) {
    free(text);
    text = NULL;
  }
  fclose(file);
  return text;
}

/* ---- what a store answers ---------------------------------------------------------------------------- */

static khop_status print_rows(khop_store *s, const uint32_t *rows, size_t count, FILE *out, khop_error *err) {
  for (size_t i = 0; i < count; i++) {
    khop_store_record *record;
    khop_status status = khop_store_get(s, rows[i], &record, err);
    if (status != KHOP_OK) return status;
    fprintf(out, "%u %u %s:%llu", record->row, record->cluster, record->source, (unsigned long long)record->line);
    for (size_t f = 0; f < record->field_count; f++) fprintf(out, "|%.*s", (int)record->lengths[f], record->fields[f]);
    fputc('\n', out);
    khop_free(record);
  }
  return KHOP_OK;
}

/* All about one id, one number or one entity; free it. */
static khop_status ask(const damage *d, khop_store *s, size_t question, char **out, khop_error *err) {
  uint32_t rows[16];
  size_t count = 0, length = 0;
  khop_status status;
  *out = NULL;
  if (question >= id_count + number_count) return khop_index_history(d->living, (uint32_t)(question - id_count - number_count) + 1, out, err);
  if (question < id_count) status = khop_store_find_id(s, ids[question], rows, 16, &count, err);
  else status = khop_store_find_identifier(s, numbers[question - id_count], rows, 16, &count, err);
  if (status != KHOP_OK) return status;
  FILE *text = open_memstream(out, &length);
  fprintf(text, "%zu rows\n", count);
  status = print_rows(s, rows, count, text, err);
  for (size_t i = 0; i < count && status == KHOP_OK && question < id_count; i++) {
    uint32_t members[16];
    size_t member_count;
    khop_store_record *record;
    status = khop_store_get(s, rows[i], &record, err);
    if (status != KHOP_OK) break;
    if (record->cluster != KHOP_CLUSTER_NONE) {
      status = khop_store_cluster_rows(s, record->cluster, members, 16, &member_count, err);
      if (status == KHOP_OK) status = print_rows(s, members, member_count, text, err);
    }
    khop_free(record);
  }
  fclose(text);
  return status;
}

static bool same(const char *left, const char *right) { return left && right ? strcmp(left, right) == 0 : left == right; }

/* Who visitors are, the entities, and the entities with the visitors among them, who are then taken out. */
static khop_status answer_in_files(const damage *d, char *out[3], khop_error *err) {
  const char *inputs[] = {d->visitors};
  khop_options options;
  khop_index_summary summary;
  out[0] = out[1] = out[2] = NULL;
  khop_options_init(&options);
  options.inputs = inputs;
  options.input_count = 1;
  options.output = d->matched;
  options.threads = 1;
  options.force = true;
  khop_status status = khop_index_match(d->living, &options, &summary, err);
  if (status == KHOP_OK) out[0] = text_of(path_of(d, "matched/links.csv"));
  if (status == KHOP_OK) status = khop_index_export(d->living, &options, &summary, err);
  if (status == KHOP_OK) out[1] = text_of(path_of(d, "matched/entities.csv"));
  if (status == KHOP_OK) status = khop_index_add(d->living, &options, &summary, err);
  if (status == KHOP_OK) status = khop_index_export(d->living, &options, &summary, err);
  if (status == KHOP_OK) out[2] = text_of(path_of(d, "matched/entities.csv"));
  fixture_remove(path_of(d, "living/00000006-00000006"));
  return status;
}

/* ---- making one ------------------------------------------------------------------------------------------ */

static void take_file(damage *d, const char *name) {
  assert_true(d->file_count < files_max);
  snprintf(d->names[d->file_count++], sizeof d->names[0], "%s/%s/data.mdb", d->living, name);
}

static int set_up(void **state) {
  damage *d = calloc(1, sizeof *d);
  *state = d;
  fixture *f = &d->base;
  snprintf(f->root, sizeof f->root, "%s", access("/dev/shm", W_OK) == 0 ? "/dev/shm/khop-store-XXXXXX" : "/tmp/khop-store-XXXXXX");
  if (!mkdtemp(f->root)) return 1;
  snprintf(d->living, sizeof d->living, "%s/living", f->root);
  snprintf(d->result, sizeof d->result, "%s/result", f->root);
  snprintf(d->matched, sizeof d->matched, "%s/matched", f->root);
  snprintf(d->visitors, sizeof d->visitors, "%s", put(d, "visitors.csv", "id,full_name,birth_date,phone\nV1,Nguyễn Văn An,01/02/1990,0903111222\n"));
  const char *inputs[] = {put(d, "first.csv", first)}, *more[] = {put(d, "second.csv", second)};
  khop_options options;
  khop_summary found;
  khop_index_summary summary;
  khop_options_init(&options);
  options.inputs = inputs;
  options.input_count = 1;
  options.schema = put(d, "members.yaml", schema);
  options.output = d->result;
  options.untrained = true;
  options.threads = 1;
  assert_ok(khop_dedupe(&options, &found, &f->err));
  assert_ok(khop_index_create(d->living, &(khop_index_create_options){.from = d->result, .threads = 1}, &f->err));
  options.inputs = more;
  assert_ok(khop_index_add(d->living, &options, &summary, &f->err));
  assert_ok(khop_index_decide(d->living, put(d, "decisions.csv", decisions), "Lan", &options, &summary, &f->err));
  assert_ok(khop_index_delete(d->living, put(d, "ids.txt", "D1\n"), &options, &summary, &f->err));
  for (const char *const *name = (const char *const[]){"frame", "00000001-00000001", "00000002-00000002", "00000003-00000003", "00000004-00000004",
                                                       "00000005-00000005", NULL}; *name; name++) {
    take_file(d, *name);
  }
  khop_store *s;
  assert_ok(khop_store_open(&s, d->living, &f->err));
  for (size_t q = 0; q < id_count + number_count + entities; q++) {
    khop_status status = ask(d, s, q, &d->answers[q], &f->err);
    if (q < id_count + number_count) assert_ok(status);
  }
  khop_store_close(s);
  assert_ok(answer_in_files(d, d->files, &f->err));
  assert_non_null(strstr(d->files[0], "V1,"));
  assert_non_null(strstr(d->files[2], "V1,"));
  return 0;
}

static int tear_down(void **state) {
  damage *d = *state;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", d->base.root);
  int failed = system(command);
  for (size_t q = 0; q < id_count + number_count + entities; q++) khop_free(d->answers[q]);
  for (size_t i = 0; i < 3; i++) free(d->files[i]);
  free(d);
  return failed;
}

/* ---- where something stands ------------------------------------------------------------------------------------ */

typedef struct map {
  uint8_t bytes[file_max], used[file_max];
  size_t size;
} map;

static uint64_t number_at(const map *m, size_t at, size_t width) {
  uint64_t number = 0;
  memcpy(&number, m->bytes + at, width);
  return number;
}

static void use(map *m, size_t at, size_t count) { memset(m->used + at, 1, count); }

/* LMDB's page of nodes, and what hangs on it (lmdb_page.c draws it). Not used: the header's pad and where its free space
 * ends, and the key of a branch's first node. */
static void use_page(map *m, uint64_t page, bool of_trees) {
  size_t at = page * page_bytes, flags = number_at(m, at + 10, 2), lower = number_at(m, at + 12, 2);
  use(m, at, 8);
  use(m, at + 10, 4);
  use(m, at + 16, lower - 16);
  for (size_t i = 0; i < (lower - 16) / 2; i++) {
    size_t node = at + number_at(m, at + 16 + 2 * i, 2), key = number_at(m, node + 6, 2), data = number_at(m, node, 4);
    use(m, node, 8 + (flags == 1 && i == 0 ? 0 : key));
    if (flags == 1) {
      use_page(m, data | number_at(m, node + 4, 2) << 32, of_trees);
    } else if (of_trees) {
      uint64_t root = number_at(m, node + 8 + key + 40, 8);
      use(m, node + 8 + key + 4, 4);
      use(m, node + 8 + key + 40, 8);
      if (root != UINT64_MAX) use_page(m, root, false);
    } else if (number_at(m, node + 4, 2) == 1) {
      uint64_t big = number_at(m, node + 8 + key, 8);
      use(m, node + 8 + key, 8);
      use(m, big * page_bytes + 16, data);
    } else {
      use(m, node + 8 + key, data);
    }
  }
}

static void map_file(map *m, const char *path) {
  int fd = open(path, O_RDONLY);
  memset(m, 0, sizeof *m);
  m->size = (size_t)read(fd, m->bytes, file_max);
  close(fd);
  assert_true(m->size > 2 * page_bytes && m->size < file_max);
  size_t newer = number_at(m, page_bytes + 16 + 128, 8) > number_at(m, 16 + 128, 8) ? page_bytes : 0;
  use_page(m, number_at(m, newer + 16 + 24 + 48 + 40, 8), true);
}

/* ---- flips ---------------------------------------------------------------------------------------------------------- */

typedef struct tally {
  size_t used, unused, found, files_asked;
} tally;

/* Every answer is the right one, or a fault of the input; true when all were given. */
static bool answers_hold(damage *d, bool with_files, const char *where) {
  fixture *f = &d->base;
  khop_store *s;
  bool all = true;
  if (khop_store_open(&s, d->living, &f->err) != KHOP_OK) {
    assert_true(f->err.status == KHOP_INPUT || f->err.status == KHOP_USAGE || f->err.status == KHOP_ENVIRONMENT);
    return false;
  }
  khop_store_stats stats;
  if (khop_store_read_stats(s, &stats, &f->err) != KHOP_OK) all = false;
  for (size_t q = 0; q < id_count + number_count + entities; q++) {
    char *answer;
    khop_status status = ask(d, s, q, &answer, &f->err);
    if (status == KHOP_OK && !same(answer, d->answers[q])) {
      fail_msg("%s: question %zu is answered\n%s\nnot\n%s", where, q, answer ? answer : "", d->answers[q] ? d->answers[q] : "");
    }
    all &= status == KHOP_OK || !d->answers[q];
    khop_free(answer);
  }
  khop_store_close(s);
  if (with_files) {
    char *files[3];
    all &= answer_in_files(d, files, &f->err) == KHOP_OK;
    for (size_t i = 0; i < 3; i++) {
      if (files[i] && !same(files[i], d->files[i])) fail_msg("%s: another file:\n%s\nnot\n%s", where, files[i], d->files[i]);
      free(files[i]);
    }
  }
  return all;
}

static bool verify_finds(damage *d) {
  fixture *f = &d->base;
  khop_store *s;
  f->err = (khop_error){0};
  khop_status status = khop_store_open(&s, d->living, &f->err);
  if (status == KHOP_OK) {
    status = khop_store_verify(s, &f->err);
    khop_store_close(s);
  }
  if (status == KHOP_OK) return false;
  assert_true(status == KHOP_INPUT || status == KHOP_USAGE || status == KHOP_ENVIRONMENT);
  if (!strstr(f->err.message, d->living)) fail_msg("the fault has no place: %s", f->err.message);
  return true;
}

static void flip(int fd, size_t offset, uint8_t bits) {
  uint8_t byte;
  assert_int_equal(pread(fd, &byte, 1, (off_t)offset), 1);
  byte ^= bits;
  assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
}

/* From one byte to the next: where something stands, and between. */
static size_t stride(bool used) {
  const char *scale = getenv("KHOP_TEST_SCALE");
  if (getenv("DAMAGE_ALL")) return 1;
  return scale && strcmp(scale, "small") == 0 ? (used ? 37 : 1999) : (used ? 5 : 251);
}

static void flip_file(damage *d, size_t file, tally *t) {
  static map m;
  map_file(&m, d->names[file]);
  int fd = open(d->names[file], O_RDWR);
  size_t seen[2] = {0};
  for (size_t at = 0; at < m.size; at++) {
    char where[256];
    if (seen[m.used[at]]++ % stride(m.used[at])) continue;
    uint8_t bits = (uint8_t)(1u << (at / 3 + file) % 8);
    snprintf(where, sizeof where, "%s: byte %zu of page %zu, bit %02x", d->names[file], at % page_bytes, at / page_bytes, bits);
    flip(fd, at, bits);
    bool is_found = verify_finds(d), with_files = (t->used + t->unused) % 8 == 0, all = answers_hold(d, with_files, where);
    flip(fd, at, bits);
    if (!is_found && m.used[at]) fail_msg("%s: in use, and verify finds nothing", where);
    if (!is_found && !all) fail_msg("%s: verify finds nothing, and something cannot be read: %s", where, d->base.err.message);
    t->used += m.used[at];
    t->unused += !m.used[at];
    t->found += is_found;
    t->files_asked += with_files;
  }
  close(fd);
}

static void any_flipped_bit_is_found_or_means_nothing(void **state) {
  damage *d = *state;
  tally t = {0};
  for (size_t file = 0; file < d->file_count; file++) flip_file(d, file, &t);
  assert_false(verify_finds(d));
  assert_true(answers_hold(d, true, "as it was"));
  print_message("%zu bits flipped where something stands, %zu elsewhere: verify found %zu; %zu times matched, exported and added to\n", t.used, t.unused, t.found, t.files_asked);
  assert_true(t.used > 100 && t.found >= t.used);
}

static void a_file_cut_at_any_length_is_found(void **state) {
  damage *d = *state;
  static map m;
  size_t cuts = 0;
  for (size_t file = 0; file < d->file_count; file++) {
    map_file(&m, d->names[file]);
    int fd = open(d->names[file], O_RDWR);
    size_t end = m.size;
    while (!m.used[end - 1]) end--; /* LMDB may leave pages that no tree uses at the end */
    for (size_t length = 0; length < end; length += 4 * stride(false)) {
      assert_int_equal(ftruncate(fd, (off_t)length), 0);
      if (!verify_finds(d)) fail_msg("%s: cut at %zu of %zu, and verify finds nothing", d->names[file], length, m.size);
      answers_hold(d, false, "cut");
      assert_int_equal(pwrite(fd, m.bytes, m.size, 0), m.size);
      cuts++;
    }
    close(fd);
  }
  assert_false(verify_finds(d));
  print_message("%zu cuts\n", cuts);
}

static void the_model_is_checked(void **state) {
  damage *d = *state;
  const char *path = path_of(d, "living/model.json");
  char *text = text_of(path);
  size_t length = strlen(text);
  int fd = open(path, O_RDWR);
  for (size_t at = 0; at < length; at += stride(false) / 50 + 1) {
    flip(fd, at, 1);
    char *files[3];
    khop_status status = answer_in_files(d, files, &d->base.err);
    assert_true(status == KHOP_OK || status == KHOP_INPUT || status == KHOP_USAGE);
    for (size_t i = 0; i < 3; i++) free(files[i]);
    flip(fd, at, 1);
  }
  free(text);
  close(fd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(any_flipped_bit_is_found_or_means_nothing, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_file_cut_at_any_length_is_found, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_model_is_checked, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
