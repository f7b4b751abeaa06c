/* A store is whole or absent: second writers, replacing, killing, full disks. */
#include "test_store_fixture.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

static uint64_t stored_rows(fixture *f) {
  store *s;
  assert_ok(store_open(&s, f->store, &f->err));
  assert_ok(store_verify(s, &f->err));
  uint64_t rows = store_row_count(s);
  store_close(s);
  return rows;
}

static store_writer_options options_of_tests(void) {
  return (store_writer_options){.schema = "test", .field_names = fixture_names, .field_count = fixture_fields};
}

static void files_are_private(void **state) {
  fixture *f = *state;
  mode_t before = umask(0);
  fixture_build(f, 100);
  umask(before);
  struct stat info;
  assert_int_equal(stat(f->data, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0600);
  assert_int_equal(stat(f->store, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0700);
  assert_false(fixture_exists(f->temporary));
}

static void one_writer_at_a_time(void **state) {
  fixture *f = *state;
  store_writer *first = fixture_writer(f, 0), *second;
  store_writer_options options = options_of_tests();
  assert_fails(store_writer_create(&second, f->store, &options, &f->err), KHOP_ENVIRONMENT, "another khop is writing");
  assert_null(second);
  fixture_write_rows(f, first, 100, 50); /* not disturbed */
  assert_ok(store_writer_finish(first, false, &f->err));
  assert_ok(store_writer_create(&second, f->store, &options, &f->err)); /* finished: free again */
  store_writer_free(first);
  assert_true(fixture_exists(f->temporary)); /* the second's, not the first's to remove */
  store_writer_free(second);
  assert_false(fixture_exists(f->temporary));
  assert_int_equal(stored_rows(f), 100);
}

static void an_abandoned_writer_leaves_nothing(void **state) {
  fixture *f = *state;
  store_writer *w = fixture_writer(f, 1 << 16);
  fixture_write_rows(f, w, 5000, 500);
  assert_true(fixture_exists(f->temporary));
  store_writer_free(w);
  assert_false(fixture_exists(f->temporary));
  assert_false(fixture_exists(f->store));
  store_writer_free(NULL);
}

static void existing_stores_are_replaced_only_when_asked(void **state) {
  fixture *f = *state;
  fixture_build(f, 100);
  store_writer *w = fixture_writer(f, 0);
  fixture_write_rows(f, w, 200, 200);
  assert_fails(store_writer_finish(w, false, &f->err), KHOP_USAGE, "exists already");
  store_writer_free(w);
  assert_false(fixture_exists(f->temporary));
  assert_int_equal(stored_rows(f), 100);
  mkdir(f->old, 0700); /* left over from a crash */
  fixture_build(f, 300);
  assert_int_equal(stored_rows(f), 300);
  assert_false(fixture_exists(f->old));
}

/* The moment between the two renames: DIR is missing, DIR.old is whole. */
static void an_interrupted_replacement_is_recoverable(void **state) {
  fixture *f = *state;
  store *s;
  fixture_build(f, 100);
  assert_int_equal(rename(f->store, f->old), 0);
  assert_fails(store_open(&s, f->store, &f->err), KHOP_USAGE, "S.old is there");
  assert_int_equal(rename(f->old, f->store), 0);
  assert_int_equal(stored_rows(f), 100);
  assert_int_equal(rename(f->store, f->old), 0);
  fixture_build(f, 200); /* or a new run settles it */
  assert_int_equal(stored_rows(f), 200);
  assert_false(fixture_exists(f->old));
}

static void other_peoples_files_are_left_alone(void **state) {
  fixture *f = *state;
  char other[128];
  mkdir(f->store, 0700);
  snprintf(other, sizeof other, "%s/other.txt", f->store);
  close(open(other, O_CREAT | O_WRONLY, 0600));
  store_writer *w = fixture_writer(f, 0);
  assert_fails(store_writer_finish(w, true, &f->err), KHOP_USAGE, "files that are not a khop store's");
  store_writer_free(w);
  assert_true(fixture_exists(other));
  mkdir(f->temporary, 0700);
  snprintf(other, sizeof other, "%s/other.txt", f->temporary);
  close(open(other, O_CREAT | O_WRONLY, 0600));
  store_writer_options options = options_of_tests();
  assert_fails(store_writer_create(&w, f->store, &options, &f->err), KHOP_USAGE, "S.tmp: holds files");
  assert_true(fixture_exists(other));
  assert_fails(store_writer_create(&w, "/", &options, &f->err), KHOP_USAGE, "not a name for a store");
  assert_fails(store_writer_create(&w, "a/..", &options, &f->err), KHOP_USAGE, "not a name for a store");
  assert_fails(store_writer_create(&w, "", &options, &f->err), KHOP_USAGE, "not a name for a store");
}

/* ---- processes that die --------------------------------------------------------------------- */

/* Writes until killed, saying so after each batch. */
static void write_forever(fixture *f, int report) {
  store_writer *w = fixture_writer(f, 1 << 16);
  store_batch *b;
  if (store_batch_create(&b, fixture_fields, &f->err) != KHOP_OK) _exit(1);
  for (uint64_t row = 0;; row += 500) {
    fixture_add_rows(f, b, row, 500);
    if (store_batch_finish(b, &f->err) != KHOP_OK || store_writer_append(w, b, &f->err) != KHOP_OK) _exit(1);
    store_batch_reset(b);
    if (write(report, "x", 1) != 1) _exit(1);
  }
}

static void kill_a_writer(fixture *f, int batches) {
  int ends[2];
  char byte;
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    write_forever(f, ends[1]);
  }
  close(ends[1]);
  for (int i = 0; i < batches; i++) assert_int_equal(read(ends[0], &byte, 1), 1);
  assert_int_equal(kill(child, SIGKILL), 0);
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status));
  close(ends[0]);
}

static void a_killed_writer_leaves_the_old_store_or_none(void **state) {
  fixture *f = *state;
  store *s;
  static const int batches[] = {1, 3, 20};
  for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
    kill_a_writer(f, batches[i]);
    assert_fails(store_open(&s, f->store, &f->err), KHOP_USAGE, "no such store");
    /* What it left is not taken for a store, even under the right name. */
    assert_int_equal(rename(f->temporary, f->store), 0);
    assert_fails(store_open(&s, f->store, &f->err), KHOP_INPUT, "not a finished khop store");
    fixture_remove(f->store);
  }
  fixture_build(f, 100);
  kill_a_writer(f, 10);
  assert_int_equal(stored_rows(f), 100);
  assert_true(fixture_exists(f->temporary));
  fixture_build(f, 150); /* the next writer clears it away */
  assert_int_equal(stored_rows(f), 150);
}

/* ---- a full disk ---------------------------------------------------------------------------- */

/* A file-size limit fails writes as a full disk does, at every size: in the first pages, in a
 * commit in the middle, in the last one. */
static void a_full_disk_is_said_and_leaves_nothing(void **state) {
  fixture *f = *state;
  fixture_build(f, 100);
  struct rlimit before, limited;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  unsigned failures = 0, successes = 0;
  for (rlim_t limit = 1000; limit < 900000; limit += 35000 + limit / 7) {
    limited = before;
    limited.rlim_cur = limit;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limited), 0);
    store_writer *w = NULL;
    store_batch *b;
    store_writer_options options = options_of_tests();
    options.commit_bytes = 1 << 16;
    assert_ok(store_batch_create(&b, fixture_fields, &f->err));
    khop_status status = store_writer_create(&w, f->store, &options, &f->err);
    for (uint64_t row = 0; row < 5000 && status == KHOP_OK; row += 500) {
      fixture_add_rows(f, b, row, 500);
      assert_ok(store_batch_finish(b, &f->err));
      status = store_writer_append(w, b, &f->err);
      store_batch_reset(b);
    }
    if (status == KHOP_OK) status = store_writer_finish(w, true, &f->err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    store_writer_free(w);
    store_batch_free(b);
    assert_false(fixture_exists(f->temporary));
    if (status == KHOP_OK) {
      successes++;
      assert_int_equal(stored_rows(f), 5000);
      continue;
    }
    failures++;
    assert_int_equal(status, KHOP_ENVIRONMENT);
    assert_true(strstr(f->err.message, "file size limit") || strstr(f->err.message, "disk full"));
    assert_int_equal(stored_rows(f), 100);
  }
  signal(SIGXFSZ, handler);
  assert_true(failures > 5);
  assert_true(successes > 0);
}

static void nothing_follows_a_failure(void **state) {
  fixture *f = *state;
  struct rlimit before, limited;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  limited = before;
  limited.rlim_cur = 200000;
  store_writer *w = fixture_writer(f, 1 << 16);
  store_batch *b;
  assert_ok(store_batch_create(&b, fixture_fields, &f->err));
  fixture_add_rows(f, b, 0, 1000);
  assert_ok(store_batch_finish(b, &f->err));
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limited), 0);
  khop_status status = KHOP_OK;
  for (int i = 0; i < 50 && status == KHOP_OK; i++) status = store_writer_append(w, b, &f->err);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, handler);
  assert_int_equal(status, KHOP_ENVIRONMENT);
  assert_fails(store_writer_append(w, b, &f->err), KHOP_BUG, "after a failure");
  assert_fails(store_writer_meta(w, "a", "b", &f->err), KHOP_BUG, "after a failure");
  assert_fails(store_writer_finish(w, true, &f->err), KHOP_BUG, "after a failure");
  assert_false(fixture_exists(f->store));
  store_writer_free(w);
  store_batch_free(b);
}

enum { child_cannot_mount = 77, child_wrong = 1 };

static bool write_text(const char *path, const char *text) {
  int fd = open(path, O_WRONLY);
  if (fd < 0) return false;
  bool written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  close(fd);
  return written;
}

/* A file system of 2 MiB at `path` that only this process sees: as root, else as root of a user
 * namespace of its own, where the machine allows that. */
static bool mount_small_file_system(const char *path) {
  if (unshare(CLONE_NEWNS) != 0) {
    char users[64], groups[64];
    snprintf(users, sizeof users, "0 %u 1", (unsigned)geteuid());
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getegid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    if (!write_text("/proc/self/setgroups", "deny") || !write_text("/proc/self/uid_map", users) ||
        !write_text("/proc/self/gid_map", groups)) {
      return false;
    }
  }
  return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mount("none", path, "tmpfs", 0, "size=2m") == 0;
}

/* The exit status of a process of its own. */
static int fill_small_file_system(fixture *f) {
  if (!mount_small_file_system(f->root)) return child_cannot_mount;
  store_writer *w = NULL;
  store_batch *b = NULL;
  store_writer_options options = options_of_tests();
  options.commit_bytes = 1 << 18;
  khop_status status = store_writer_create(&w, f->store, &options, &f->err);
  if (status == KHOP_OK) status = store_batch_create(&b, fixture_fields, &f->err);
  for (int i = 0; i < 100 && status == KHOP_OK; i++) {
    fixture_add_rows(f, b, 0, 500);
    status = store_batch_finish(b, &f->err);
    if (status == KHOP_OK) status = store_writer_append(w, b, &f->err);
    store_batch_reset(b);
  }
  store_batch_free(b);
  store_writer_free(w);
  if (status == KHOP_ENVIRONMENT && strstr(f->err.message, "disk full") && !fixture_exists(f->temporary)) return 0;
  print_error("%d: %s\n", status, f->err.message);
  return child_wrong;
}

static void a_full_file_system_is_called_disk_full(void **state) {
  fixture *f = *state;
  pid_t child = fork();
  if (child == 0) _exit(fill_small_file_system(f));
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) == child_cannot_mount) skip();
  assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(files_are_private),
      TEST(one_writer_at_a_time),
      TEST(an_abandoned_writer_leaves_nothing),
      TEST(existing_stores_are_replaced_only_when_asked),
      TEST(an_interrupted_replacement_is_recoverable),
      TEST(other_peoples_files_are_left_alone),
      TEST(a_killed_writer_leaves_the_old_store_or_none),
      TEST(a_full_disk_is_said_and_leaves_nothing),
      TEST(nothing_follows_a_failure),
      TEST(a_full_file_system_is_called_disk_full),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
