/* Output files: whole or absent, whatever goes wrong on the way; and directories. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/file.h"
#include "core_support.h"

enum { CONTENT_MAX = 4 << 20 };

/* ---- a directory of its own per test ---------------------------------------------------------- */

static char directory[64];

static int directory_setup(void **unused) {
  (void)unused;
  strcpy(directory, "/tmp/khop-test-XXXXXX");
  return mkdtemp(directory) ? 0 : -1;
}

static int directory_teardown(void **unused) {
  (void)unused;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", directory);
  return system(command);
}

static const char *inside(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  return path;
}

static size_t entry_count(void) {
  size_t count = 0;
  DIR *dir = opendir(directory);
  assert_non_null(dir);
  for (struct dirent *entry; (entry = readdir(dir));) count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
  closedir(dir);
  return count;
}

static void write_file(const char *name, const char *text) {
  FILE *file = fopen(inside(name), "w");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

static void check_content(const char *name, const void *expected, size_t length) {
  char *content = malloc(CONTENT_MAX);
  FILE *file = fopen(inside(name), "r");
  assert_non_null(file);
  assert_int_equal(fread(content, 1, CONTENT_MAX, file), length);
  fclose(file);
  assert_memory_equal(content, expected, length);
  free(content);
}

static void check_text(const char *name, const char *expected) { check_content(name, expected, strlen(expected)); }

static unsigned mode_of(const char *name) {
  struct stat info;
  assert_int_equal(stat(inside(name), &info), 0);
  return info.st_mode & 0777;
}

static outfile opened(const char *name) {
  outfile f;
  khop_error err = {0};
  must(outfile_open(&f, directory, name, &err), &err);
  return f;
}

/* ---- whole or absent --------------------------------------------------------------------------- */

static void commit_replaces(void **unused) {
  (void)unused;
  mode_t mask = umask(0);
  khop_error err = {0};
  write_file("a.csv", "old");
  outfile f = opened("a.csv");
  outfile_text(&f, "new");
  check_text("a.csv", "old");
  assert_int_equal(mode_of(".a.csv.tmp"), 0600);
  must(outfile_commit(&f, &err), &err);
  umask(mask);
  check_text("a.csv", "new");
  assert_int_equal(mode_of("a.csv"), 0600);
  assert_int_equal(entry_count(), 1);
  outfile_abandon(&f);
  check_text("a.csv", "new");
}

static void abandon_leaves_nothing(void **unused) {
  (void)unused;
  write_file("a.csv", "old");
  outfile f = opened("a.csv");
  outfile_text(&f, "new");
  outfile_abandon(&f);
  outfile_abandon(&f);
  check_text("a.csv", "old");
  assert_int_equal(entry_count(), 1);
}

/* What a killed run left behind is overwritten, not appended to. */
static void stale_temporary(void **unused) {
  (void)unused;
  khop_error err = {0};
  write_file(".a.csv.tmp", "left behind by a run that was killed");
  outfile f = opened("a.csv");
  outfile_text(&f, "new");
  must(outfile_commit(&f, &err), &err);
  check_text("a.csv", "new");
  assert_int_equal(entry_count(), 1);
}

static void open_fails(void **unused) {
  (void)unused;
  khop_error err = {0};
  outfile f;
  assert_int_equal(outfile_open(&f, inside("missing"), "a.csv", &err), KHOP_USAGE);
  assert_non_null(strstr(err.message, "no such file or directory"));
  outfile_abandon(&f);
  write_file("file", "");
  assert_int_equal(outfile_open(&f, inside("file"), "a.csv", &err), KHOP_USAGE);
  outfile_abandon(&f);
  assert_int_equal(entry_count(), 1);
}

/* ---- failing writes ----------------------------------------------------------------------------- */

static void expect_failure(outfile *f, const char *reason) {
  khop_error err = {0};
  assert_int_equal(outfile_commit(f, &err), KHOP_ENVIRONMENT);
  assert_non_null(strstr(err.message, "a.csv: "));
  assert_non_null(strstr(err.message, reason));
  outfile_abandon(f);
  check_text("a.csv", "old");
  assert_int_equal(entry_count(), 1);
}

static void write_block(outfile *f, size_t times) {
  static char block[100000];
  memset(block, 'x', sizeof block);
  for (size_t i = 0; i < times; i++) outfile_write(f, block, sizeof block);
}

/* The limit hits in the buffer's last flush, in an earlier one, or in a write past the buffer. */
static void file_size_limit(void **unused) {
  (void)unused;
  static const size_t limits[] = {0, 1, 50000, (1 << 20) + 1, 2400000};
  struct sigaction ignore = {.sa_handler = SIG_IGN}, saved;
  struct rlimit before;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  sigaction(SIGXFSZ, &ignore, &saved);
  write_file("a.csv", "old");
  for (size_t i = 0; i < COUNT_OF(limits); i++) {
    outfile f = opened("a.csv");
    struct rlimit low = {.rlim_cur = limits[i], .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    write_block(&f, 25);
    khop_error err = {0};
    khop_status status = outfile_commit(&f, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, KHOP_ENVIRONMENT);
    assert_non_null(strstr(err.message, "a.csv: file size limit reached"));
    check_text("a.csv", "old");
    assert_int_equal(entry_count(), 1);
  }
  sigaction(SIGXFSZ, &saved, NULL);
}

/* A full disk, by the device that is always full. */
static outfile opened_on_full_disk(void) {
  outfile f = opened("a.csv");
  int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  assert_true(full >= 0);
  assert_true(dup2(full, f.fd) == f.fd);
  close(full);
  return f;
}

static void disk_full(void **unused) {
  (void)unused;
  write_file("a.csv", "old");
  static const size_t blocks[] = {1, 11, 40};
  for (size_t i = 0; i < COUNT_OF(blocks); i++) {
    outfile f = opened_on_full_disk();
    write_block(&f, blocks[i]);
    expect_failure(&f, "disk full");
  }
  outfile f = opened_on_full_disk();
  write_block(&f, 40);
  outfile_abandon(&f);
  assert_int_equal(entry_count(), 1);
}

static void first_failure_is_reported(void **unused) {
  (void)unused;
  write_file("a.csv", "old");
  outfile f = opened_on_full_disk();
  write_block(&f, 40);
  outfile_format(&f, "%2000d", 1);
  expect_failure(&f, "disk full");
}

static void directory_in_the_way(void **unused) {
  (void)unused;
  khop_error err = {0};
  assert_int_equal(mkdir(inside("a.csv"), 0700), 0);
  outfile f = opened("a.csv");
  outfile_text(&f, "new");
  assert_int_equal(outfile_commit(&f, &err), KHOP_USAGE);
  assert_non_null(strstr(err.message, "a.csv: is a directory"));
  assert_int_equal(entry_count(), 1);
}

/* ---- content -------------------------------------------------------------------------------------- */

static void any_sizes(void **unused) {
  (void)unused;
  uint64_t state = 3;
  khop_error err = {0};
  uint8_t *bytes = malloc(CONTENT_MAX);
  for (size_t i = 0; i < CONTENT_MAX; i++) bytes[i] = (uint8_t)random_next(&state);
  static const size_t steps[] = {1, 7, 4096, 300000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 1500000};
  outfile f = opened("a.bin");
  size_t done = 0;
  for (size_t turn = 0; turn < 200; turn++) {
    size_t step = steps[random_below(&state, turn % 8 ? 4 : COUNT_OF(steps))];
    if (step > CONTENT_MAX - 1 - done) break;
    outfile_write(&f, bytes + done, step);
    done += step;
    assert_int_equal(f.written_bytes, done);
  }
  assert_true(done > 2 << 20);
  must(outfile_commit(&f, &err), &err);
  check_content("a.bin", bytes, done);
  free(bytes);
}

static void csv_fields(void **unused) {
  (void)unused;
  static const struct {
    const char *field, *written;
  } cases[] = {
      {"", ""},           {"plain", "plain"},         {"Nguyễn Văn A", "Nguyễn Văn A"},
      {"a,b", "\"a,b\""}, {",", "\",\""},             {"\"", "\"\"\"\""},
      {"a\nb", "\"a\nb\""}, {"a\r", "\"a\r\""},       {"say \"hi\", now", "\"say \"\"hi\"\", now\""},
      {" a", "\" a\""},   {"a ", "\"a \""},           {" ", "\" \""},
      {"\"\"", "\"\"\"\"\"\""}, {"a\"", "\"a\"\"\""}, {"a;b", "a;b"},
  };
  khop_error err = {0};
  char expected[1024] = "";
  outfile f = opened("a.csv");
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    outfile_csv_field(&f, cases[i].field, strlen(cases[i].field));
    outfile_text(&f, "|");
    strcat(strcat(expected, cases[i].written), "|");
  }
  must(outfile_commit(&f, &err), &err);
  check_text("a.csv", expected);
}

static void numbers(void **unused) {
  (void)unused;
  khop_error err = {0};
  char expected[2048] = "";
  outfile f = opened("a.csv");
  uint64_t number = 1;
  for (int i = 0; i < 20; i++, number *= 10) {
    const uint64_t around[] = {number - 1, number, number + 1};
    for (size_t k = 0; k < 3; k++) {
      outfile_number(&f, around[k]);
      outfile_text(&f, " ");
      sprintf(expected + strlen(expected), "%llu ", (unsigned long long)around[k]);
    }
  }
  outfile_number(&f, UINT64_MAX);
  strcat(expected, "18446744073709551615");
  must(outfile_commit(&f, &err), &err);
  check_text("a.csv", expected);
}

static void formats(void **unused) {
  (void)unused;
  khop_error err = {0};
  outfile f = opened("a.csv");
  outfile_format(&f, "%s=%d;", "x", -4);
  outfile_format(&f, "%1023d", 7);
  must(outfile_commit(&f, &err), &err);
  char expected[1100];
  snprintf(expected, sizeof expected, "x=-4;%1023d", 7);
  check_text("a.csv", expected);
  f = opened("a.csv");
  outfile_format(&f, "%1024d", 7); /* is not cut in silence */
  assert_int_equal(outfile_commit(&f, &err), KHOP_ENVIRONMENT);
  check_text("a.csv", expected);
}

/* ---- directories ---------------------------------------------------------------------------------- */

static void directories_are_created(void **unused) {
  (void)unused;
  static const char *const paths[] = {"a/b/c", "a/b/c", "d/", "e//f", "a"};
  khop_error err = {0};
  for (size_t i = 0; i < COUNT_OF(paths); i++) must(directory_create(inside(paths[i]), &err), &err);
  assert_int_equal(mode_of("a/b/c"), 0700);
  assert_int_equal(mode_of("e/f"), 0700);
  must(directory_create(".", &err), &err);
  must(directory_create("/", &err), &err);
  write_file("file", "");
  assert_int_equal(directory_create(inside("file"), &err), KHOP_USAGE);
  assert_int_equal(directory_create(inside("file/below"), &err), KHOP_USAGE);
  assert_non_null(strstr(err.message, "not a directory"));
  assert_int_equal(directory_create("", &err), KHOP_USAGE);
}

static void emptiness(void **unused) {
  (void)unused;
  khop_error err = {0};
  bool empty = false;
  must(directory_is_empty(directory, &empty, &err), &err);
  assert_true(empty);
  must(directory_is_empty(inside("missing"), &empty, &err), &err);
  assert_true(empty);
  write_file(".hidden", "");
  must(directory_is_empty(directory, &empty, &err), &err);
  assert_false(empty);
  assert_int_equal(directory_is_empty(inside(".hidden"), &empty, &err), KHOP_USAGE);
}

static void free_space(void **unused) {
  (void)unused;
  khop_error err = {0};
  uint64_t bytes = 0;
  must(disk_free_bytes(directory, &bytes, &err), &err);
  assert_true(bytes > 0);
  assert_int_equal(disk_free_bytes(inside("missing"), &bytes, &err), KHOP_USAGE);
  assert_int_equal(bytes, 0);
  char *path = path_join("a/b", "c.csv");
  assert_string_equal(path, "a/b/c.csv");
  khop_free(path);
}

#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, directory_setup, directory_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_DIRECTORY(commit_replaces), IN_DIRECTORY(abandon_leaves_nothing),    IN_DIRECTORY(stale_temporary),
      IN_DIRECTORY(open_fails),      IN_DIRECTORY(file_size_limit),           IN_DIRECTORY(disk_full),
      IN_DIRECTORY(any_sizes),       IN_DIRECTORY(first_failure_is_reported), IN_DIRECTORY(directory_in_the_way),
      IN_DIRECTORY(csv_fields),      IN_DIRECTORY(numbers),                   IN_DIRECTORY(formats),
      IN_DIRECTORY(emptiness),       IN_DIRECTORY(directories_are_created),   IN_DIRECTORY(free_space),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
