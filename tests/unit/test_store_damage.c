/* A damaged store is named as such and never crashes its reader: every kind of byte flipped,
 * the file cut at many lengths, other files in its place, other versions. */
#include "test_store_fixture.h"

#include "index/format.h"

enum { rows = 600, page_bytes = 4096 };

/* Opens, verifies and reads a little of everything. Returns true when any of it reported a fault;
 * a fault is always the input's. */
static bool read_reports_fault(fixture *f) {
  store *s = NULL;
  store_view *v = NULL;
  store_record record;
  const uint32_t *found;
  size_t count;
  uint32_t cluster;
  static store_stats stats;
  khop_status status = store_open(&s, f->store, &f->err);
  if (status != KHOP_OK) {
    assert_null(s);
    assert_true(status == KHOP_INPUT || status == KHOP_USAGE || status == KHOP_ENVIRONMENT);
    return true;
  }
  bool fault = store_verify(s, &f->err) != KHOP_OK;
  if (fault) assert_int_equal(f->err.status, KHOP_INPUT);
  (void)store_read_stats(s, &stats, &f->err);
  assert_ok(store_view_begin(&v, s, &f->err));
  for (uint32_t row = 0; row < rows; row += 37) {
    if (store_read_record(v, row, &record, &f->err) == KHOP_OK) {
      for (size_t field = 0; field < record.field_count; field++) {
        if (record.lengths[field]) (void)hash_bytes(record.fields[field], record.lengths[field]);
      }
    }
    (void)store_pick_record(v, (row * 7 + 1) % rows, &record, &f->err);
    (void)store_read_cluster(v, row, &cluster, &f->err);
    (void)store_read_postings(v, STORE_TABLE_RULES, row, &found, &count, &f->err);
  }
  (void)store_read_postings(v, STORE_TABLE_RULES, UINT64_C(0x7f0000000000), &found, &count, &f->err);
  store_view_end(v);
  store_close(s);
  return fault;
}

static void flip(int fd, long offset, uint8_t bits) {
  uint8_t byte;
  assert_int_equal(pread(fd, &byte, 1, offset), 1);
  byte ^= bits;
  assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
}

/* Bytes 0-63 of each page hold LMDB's own numbers: all of them; of the rest, a spread. */
static void any_flipped_byte_is_survived(void **state) {
  fixture *f = *state;
  fixture_build(f, rows);
  int fd = open(f->data, O_RDWR);
  long size = lseek(fd, 0, SEEK_END), tried = 0;
  uint64_t random = 6;
  for (long offset = 0; offset < size; offset++) {
    long in_page = offset % page_bytes;
    bool structure = in_page < (offset < 2 * page_bytes ? 160 : 32);
    if (!structure && random_next(&random) % 61 != 0) continue;
    uint8_t bits = (uint8_t)(1u << random_next(&random) % 8);
    for (int all = 0; all < 2; all++) {
      flip(fd, offset, all ? 0xff : bits);
      (void)read_reports_fault(f);
      flip(fd, offset, all ? 0xff : bits);
    }
    tried++;
  }
  assert_false(read_reports_fault(f)); /* as it was */
  assert_true(tried > 500);
  close(fd);
}

/* A store whose tables are several levels deep: small slices make small chunks. */
static void build_deep(fixture *f) {
  store_writer *w = fixture_writer(f, 0);
  fixture_write_rows(f, w, rows, 4096);
  size_t count;
  store_posting *postings = fixture_make_postings(rows, 3, &count);
  for (size_t i = 0; i < count; i += 20) {
    assert_ok(store_writer_postings(w, STORE_TABLE_RULES, postings + i, count - i < 20 ? count - i : 20, &f->err));
  }
  assert_ok(store_writer_finish(w, true, &f->err));
  store_writer_free(w);
  free(postings);
}

/* Leaf and branch pages hold the offsets and page numbers that LMDB follows: every byte of the
 * branch pages, and of one leaf in eight, is changed. */
static void any_flipped_tree_byte_is_survived(void **state) {
  fixture *f = *state;
  build_deep(f);
  int fd = open(f->data, O_RDWR);
  long size = lseek(fd, 0, SEEK_END), branches = 0, leaves = 0;
  for (long page = 2; page < size / page_bytes; page++) {
    uint8_t bytes[page_bytes];
    uint16_t flags, lower, upper;
    assert_int_equal(pread(fd, bytes, page_bytes, page * page_bytes), page_bytes);
    memcpy(&flags, bytes + 10, sizeof flags);
    memcpy(&lower, bytes + 12, sizeof lower);
    memcpy(&upper, bytes + 14, sizeof upper);
    if (flags != 1 && flags != 2) continue;
    if (flags == 1 ? false : leaves++ % 8 != 0) continue;
    branches += flags == 1;
    for (long i = 0; i < page_bytes; i++) {
      if (i >= lower && (i < upper || (flags == 2 && i % 7))) continue;
      uint8_t bits = i % 2 ? 0x81 : 0x12;
      flip(fd, page * page_bytes + i, bits);
      (void)read_reports_fault(f);
      flip(fd, page * page_bytes + i, bits);
    }
  }
  assert_true(branches > 0 && leaves > 8);
  assert_false(read_reports_fault(f));
  close(fd);
}

/* Values over half a page stand on pages of their own, from byte 16 on: verify sees any change. */
static void verify_sees_every_flipped_value_byte(void **state) {
  fixture *f = *state;
  fixture_build(f, rows);
  int fd = open(f->data, O_RDWR);
  long size = lseek(fd, 0, SEEK_END), tried = 0;
  for (long page = 2; page < size / page_bytes;) {
    uint8_t header[16];
    uint16_t flags;
    uint32_t run = 1;
    assert_int_equal(pread(fd, header, sizeof header, page * page_bytes), sizeof header);
    memcpy(&flags, header + 10, sizeof flags);
    if (flags == 4) {
      memcpy(&run, header + 12, sizeof run);
      for (long offset = 16; offset < 1900; offset += offset < 48 ? 1 : 41) {
        flip(fd, page * page_bytes + offset, (uint8_t)(1u << offset % 8));
        if (!read_reports_fault(f)) fail_msg("page %ld: flip at %ld unseen", page, offset);
        flip(fd, page * page_bytes + offset, (uint8_t)(1u << offset % 8));
        tried++;
      }
    }
    page += run;
  }
  assert_true(tried > 300);
  close(fd);
}

static void the_fault_names_its_place(void **state) {
  fixture *f = *state;
  fixture_build(f, rows);
  static uint8_t bytes[1 << 20];
  int fd = open(f->data, O_RDWR);
  ssize_t size = read(fd, bytes, sizeof bytes);
  char note[fixture_text_max];
  uint32_t length = fixture_text(500, 3, note); /* a long text of any bytes: much of it stands there as it is */
  uint8_t *found = NULL;
  for (uint32_t at = 0; at + 8 <= length && !found; at++) found = memmem(bytes, (size_t)size, note + at, 8);
  assert_non_null(found);
  flip(fd, found - bytes, 1);
  close(fd);
  store *s;
  store_view *v;
  store_record record;
  assert_ok(store_open(&s, f->store, &f->err));
  assert_fails(store_verify(s, &f->err), KHOP_INPUT, "records chunk at row ");
  assert_non_null(strstr(f->err.message, "checksum does not match"));
  assert_non_null(strstr(f->err.message, f->store));
  assert_ok(store_view_begin(&v, s, &f->err));
  assert_fails(store_read_record(v, 500, &record, &f->err), KHOP_INPUT, "records chunk at row ");
  store_view_end(v);
  store_close(s);
}

/* Fails, unless only pages were cut off that no tree uses (LMDB may leave a few at the end). */
static void check_cut(fixture *f, bool *out_whole) {
  store *s;
  khop_status status = store_open(&s, f->store, &f->err);
  *out_whole = status == KHOP_OK;
  if (*out_whole) {
    assert_ok(store_verify(s, &f->err));
    store_close(s);
    return;
  }
  assert_int_equal(status, KHOP_INPUT);
  assert_true(strstr(f->err.message, "cut short") || strstr(f->err.message, "not a khop store"));
}

static void cut_at_any_length(void **state) {
  fixture *f = *state;
  fixture_build(f, rows);
  struct stat info;
  assert_int_equal(stat(f->data, &info), 0);
  static uint8_t bytes[1 << 20];
  int fd = open(f->data, O_RDWR);
  assert_true(info.st_size < (off_t)sizeof bytes);
  assert_int_equal(read(fd, bytes, sizeof bytes), info.st_size);
  uint64_t random = 9;
  for (off_t length = 0; length < info.st_size; length += 1 + (off_t)(random_next(&random) % 1500)) {
    assert_int_equal(ftruncate(fd, length), 0);
    bool whole;
    check_cut(f, &whole);
    if (whole) assert_true(length > info.st_size - 4 * page_bytes);
    assert_int_equal(pwrite(fd, bytes, (size_t)info.st_size, 0), info.st_size);
  }
  assert_false(read_reports_fault(f));
  close(fd);
}

static void write_file(const char *path, const void *bytes, size_t size) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  assert_int_equal(write(fd, bytes, size), size);
  close(fd);
}

static void what_is_not_a_store(void **state) {
  fixture *f = *state;
  store *s;
  char zeros[3 * page_bytes] = {0};
  assert_fails(store_open(&s, f->store, &f->err), KHOP_USAGE, "no such store");
  write_file(f->store, "x", 1);
  assert_fails(store_open(&s, f->store, &f->err), KHOP_USAGE, "not a khop store");
  unlink(f->store);
  mkdir(f->store, 0700);
  assert_fails(store_open(&s, f->store, &f->err), KHOP_USAGE, "not a khop store");
  write_file(f->data, "id,name\n", 8);
  assert_fails(store_open(&s, f->store, &f->err), KHOP_INPUT, "not a khop store");
  write_file(f->data, zeros, sizeof zeros);
  assert_fails(store_open(&s, f->store, &f->err), KHOP_INPUT, "not a khop store");
  unlink(f->data);
  mkdir(f->data, 0700);
  assert_fails(store_open(&s, f->store, &f->err), KHOP_INPUT, "not a khop store");
  rmdir(f->data);
  char slashed[96];
  rmdir(f->store);
  mkdir(f->old, 0700);
  snprintf(slashed, sizeof slashed, "%s//", f->store);
  assert_fails(store_open(&s, slashed, &f->err), KHOP_USAGE, "S.old is there");
}

/* Rewrites the version in every copy of its value that LMDB left in the file. */
static void change_version(fixture *f, char version) {
  static uint8_t bytes[1 << 20];
  int fd = open(f->data, O_RDWR), changed = 0;
  ssize_t size = read(fd, bytes, sizeof bytes);
  const char name[] = "_format";
  enum { name_size = sizeof name - 1, value_size = VALUE_HEADER_BYTES + 1 };
  for (ssize_t i = 0; i + name_size + value_size <= size; i++) {
    uint8_t *value = bytes + i + name_size;
    if (memcmp(bytes + i, name, name_size) != 0 || !value_is_sound(value, value_size, name, name_size)) continue;
    value[VALUE_HEADER_BYTES] = (uint8_t)version;
    value_seal_body(value, value_size, VALUE_META, CODEC_RAW, 1);
    value_seal_key(value, name, name_size);
    changed++;
  }
  assert_true(changed > 0);
  assert_int_equal(pwrite(fd, bytes, (size_t)size, 0), size);
  close(fd);
}

static void other_versions(void **state) {
  fixture *f = *state;
  store *s;
  fixture_build(f, rows);
  change_version(f, '3');
  assert_fails(store_open(&s, f->store, &f->err), KHOP_INPUT, "a newer khop: store format 3, this one reads 1 to 2");
  change_version(f, '0');
  assert_fails(store_open(&s, f->store, &f->err), KHOP_INPUT, "an older khop");
  change_version(f, '2');
  assert_ok(store_open(&s, f->store, &f->err));
  store_close(s);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(any_flipped_byte_is_survived), TEST(any_flipped_tree_byte_is_survived),
      TEST(verify_sees_every_flipped_value_byte), TEST(the_fault_names_its_place),
      TEST(cut_at_any_length), TEST(what_is_not_a_store),
      TEST(other_versions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
