/* Where text comes from: gzip, zstd, pipes, standard input; rows without end; batches parsed on several
 * threads. All must yield what the plain file yields. */
#include "test_input_support.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <zlib.h>
#include <zstd.h>

#include "base/thread.h"

/* A register with quotes, line feeds inside them, Vietnamese text and a few bad rows. */
static byte_string make_register(size_t rows) {
  byte_string text = {0};
  uint64_t seed = 5;
  bytes_text(&text, "id,name,note\n");
  for (size_t i = 0; i < rows; i++) {
    char row[160];
    uint64_t r = random_next(&seed);
    const char *note = r % 50 == 0 ? "bad,row" : r % 3 == 0 ? "\"l\xc3\xbd do,\n\"\"x\"\"\"" : "";
    snprintf(row, sizeof row, "%zu,Nguy\xe1\xbb\x85n V\xc4\x83n %llu,%s%s", i, (unsigned long long)(r % 100000), note,
             r % 5 ? "\n" : "\r\n");
    bytes_text(&text, row);
  }
  return text;
}

static byte_string gzip_bytes(const char *text, size_t length) {
  byte_string out = {0};
  size_t bound = length + length / 100 + 1024;
  char *buffer = mem_alloc(bound, 1);
  z_stream stream = {.next_in = (unsigned char *)(uintptr_t)text, .avail_in = (uInt)length,
                     .next_out = (unsigned char *)buffer, .avail_out = (uInt)bound};
  assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes_add(&out, buffer, bound - stream.avail_out);
  deflateEnd(&stream);
  mem_free(buffer);
  return out;
}

static byte_string zstd_bytes(const char *text, size_t length) {
  byte_string out = {0};
  size_t bound = ZSTD_compressBound(length);
  char *buffer = mem_alloc(bound, 1);
  ZSTD_CCtx *context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  size_t size = ZSTD_compress2(context, buffer, bound, text, length);
  assert_false(ZSTD_isError(size));
  ZSTD_freeCCtx(context);
  bytes_add(&out, buffer, size);
  mem_free(buffer);
  return out;
}

typedef byte_string compressor(const char *text, size_t length);
static compressor *const compressors[] = {gzip_bytes, zstd_bytes};
static const char *const names[] = {"gzip", "zstd"};

static void assert_same(const outcome *a, const outcome *b) {
  assert_int_equal(a->rows.length, b->rows.length);
  assert_memory_equal(shown(&a->rows), shown(&b->rows), a->rows.length);
  assert_int_equal(a->rejects.length, b->rejects.length);
  assert_memory_equal(shown(&a->rejects), shown(&b->rejects), a->rejects.length);
}

static void compressed_equals_plain(void **state) {
  (void)state;
  byte_string text = make_register(20000);
  outcome plain = outcome_of_text(text.data, text.length, (input_options){0});
  assert_true(plain.rejects.length > 1000);
  for (size_t c = 0; c < 2; c++) {
    byte_string packed = compressors[c](text.data, text.length);
    outcome whole = outcome_of_text(packed.data, packed.length, (input_options){0});
    assert_same(&plain, &whole);
    outcome_free(&whole);
    whole = outcome_of_text(packed.data, packed.length, (input_options){.row_bytes_max = 500, .batch_bytes = 77});
    assert_same(&plain, &whole);
    outcome_free(&whole);
    bytes_free(&packed);
    /* Two members, cut inside a row. */
    packed = compressors[c](text.data, 100001);
    byte_string second = compressors[c](text.data + 100001, text.length - 100001);
    bytes_add(&packed, second.data, second.length);
    whole = outcome_of_text(packed.data, packed.length, (input_options){0});
    assert_same(&plain, &whole);
    outcome_free(&whole);
    bytes_free(&packed);
    bytes_free(&second);
  }
  outcome_free(&plain);
  bytes_free(&text);
}

static void compression_is_told_and_headers_are_checked(void **state) {
  (void)state;
  for (size_t c = 0; c < 2; c++) {
    byte_string packed = compressors[c]("a,b\n1,2\n", 8);
    memory_file file = memory_file_make(packed.data, packed.length);
    const char *path = file.path;
    input *in;
    khop_error err = {0};
    assert_int_equal(input_open(&in, &(input_options){.paths = &path, .path_count = 1}, &err), KHOP_OK);
    assert_string_equal(input_source_at(in, 0)->compression, names[c]);
    assert_int_equal(input_source_at(in, 0)->size_bytes, packed.length);
    input_close(in);
    memory_file_close(&file);
    bytes_free(&packed);
    packed = compressors[c]("a,b\n\n", 5);
    file = memory_file_make(packed.data, packed.length);
    path = file.path;
    assert_int_equal(input_open(&in, &(input_options){.paths = &path, .path_count = 1}, &err), KHOP_INPUT);
    assert_non_null(strstr(err.message, ": header only, no rows"));
    memory_file_close(&file);
    bytes_free(&packed);
  }
}

/* Every way to cut a small file, and every byte of it broken: a failure with a place, or (a damaged
 * byte in the name or time of a gzip header) the right text; never wrong text. */
static void damage_is_found(void **state) {
  (void)state;
  byte_string text = make_register(40);
  outcome plain = outcome_of_text(text.data, text.length, (input_options){0});
  for (size_t c = 0; c < 2; c++) {
    byte_string packed = compressors[c](text.data, text.length);
    for (size_t i = 4; i < 2 * packed.length; i++) {
      bool is_cut = i < packed.length;
      size_t broken = i - packed.length;
      if (!is_cut && broken < 4) continue;
      if (!is_cut) packed.data[broken] = (char)(packed.data[broken] ^ 0x10);
      memory_file file = memory_file_make(packed.data, is_cut ? i : packed.length);
      const char *path = file.path;
      outcome o;
      khop_error err = {0};
      khop_status status = outcome_of(&o, &(input_options){.paths = &path, .path_count = 1}, &err);
      if (is_cut || status != KHOP_OK) {
        assert_int_equal(status, KHOP_INPUT);
        assert_non_null(strstr(err.message, is_cut ? "truncated" : "at byte"));
        assert_non_null(strstr(err.message, names[c]));
      } else {
        assert_same(&plain, &o);
      }
      outcome_free(&o);
      memory_file_close(&file);
      if (!is_cut) packed.data[broken] = (char)(packed.data[broken] ^ 0x10);
    }
    bytes_free(&packed);
  }
  outcome_free(&plain);
  bytes_free(&text);
}

/* ---- pipes --------------------------------------------------------------------------------- */

typedef struct feeder {
  int fd;
  const char *text;
  size_t length, step;
  uint64_t filler_bytes; /* of 'x' that follow the text */
  const char *tail;
} feeder;

static void put_all(int fd, const char *text, size_t length) {
  while (length > 0) {
    ssize_t put = write(fd, text, length);
    if (put <= 0) return;
    text += put;
    length -= (size_t)put;
  }
}

static khop_status feed(void *context, khop_error *err) {
  (void)err;
  const feeder *f = context;
  static char filler[1 << 16];
  memset(filler, 'x', sizeof filler);
  for (size_t i = 0; i < f->length; i += f->step) put_all(f->fd, f->text + i, f->length - i < f->step ? f->length - i : f->step);
  for (uint64_t i = 0; i < f->filler_bytes; i += sizeof filler) put_all(f->fd, filler, sizeof filler);
  if (f->tail) put_all(f->fd, f->tail, strlen(f->tail));
  close(f->fd);
  return KHOP_OK;
}

/* Reads "-" while a thread writes to the pipe behind it. */
static outcome outcome_of_stdin(feeder *f, input_options options) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  int saved = dup(STDIN_FILENO);
  dup2(ends[0], STDIN_FILENO);
  close(ends[0]);
  f->fd = ends[1];
  thread *writer;
  khop_error err = {0};
  assert_int_equal(thread_start(&writer, feed, f, &err), KHOP_OK);
  const char *path = "-";
  options.paths = &path;
  options.path_count = 1;
  outcome o;
  if (outcome_of(&o, &options, &err) != KHOP_OK) fail_msg("%s", err.message);
  assert_int_equal(thread_join(writer, &err), KHOP_OK);
  dup2(saved, STDIN_FILENO);
  close(saved);
  return o;
}

static void standard_input_equals_a_file(void **state) {
  (void)state;
  byte_string text = make_register(3000);
  byte_string packed = gzip_bytes(text.data, text.length);
  outcome plain = outcome_of_text(text.data, text.length, (input_options){0});
  static const size_t steps[] = {1, 4093, 1 << 20};
  for (size_t i = 0; i < 3; i++) {
    outcome o = outcome_of_stdin(&(feeder){.text = text.data, .length = text.length, .step = steps[i]},
                                 (input_options){.batch_bytes = i == 1 ? 1000 : 0});
    assert_same(&plain, &o);
    outcome_free(&o);
    o = outcome_of_stdin(&(feeder){.text = packed.data, .length = packed.length, .step = steps[i]}, (input_options){0});
    assert_same(&plain, &o);
    outcome_free(&o);
  }
  outcome_free(&plain);
  bytes_free(&text);
  bytes_free(&packed);
}

/* Far more bytes without a row end than memory that may be used for them. */
static void rows_without_end_take_constant_memory(void **state) {
  (void)state;
  static const struct { const char *head, *rejects; } cases[] = {
      {"a,b\n1,2\n", "0 3 8 row_too_long 0/0"},
      {"a,b\n1,2\n\"", "0 3 8 quote_open 0/0"},
  };
  uint64_t before = memory_peak_bytes();
  for (size_t i = 0; i < 2; i++) {
    feeder f = {.text = cases[i].head, .length = strlen(cases[i].head), .step = 100,
                .filler_bytes = (uint64_t)256 << 20, .tail = "\n3,4\n"};
    outcome o = outcome_of_stdin(&f, (input_options){0});
    char rows[96];
    snprintf(rows, sizeof rows, "0 2 4 [1][2]\n0 4 %zu [3][4]", f.length + ((size_t)256 << 20) + 1);
    assert_string_equal(shown(&o.rows), rows);
    assert_string_equal(shown(&o.rejects), cases[i].rejects);
    outcome_free(&o);
  }
  assert_true(memory_peak_bytes() - before < (uint64_t)64 << 20);
}

/* ---- threads ------------------------------------------------------------------------------- */

enum { batches_max = 512 };

typedef struct job {
  const input *in;
  input_batch batches[batches_max];
  input_rows rows[batches_max];
} job;

static khop_status parse_one(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker;
  job *j = context;
  return input_parse(j->in, &j->batches[task], &j->rows[task], err);
}

static void batches_parse_on_any_thread(void **state) {
  (void)state;
  byte_string text = make_register(20000);
  outcome plain = outcome_of_text(text.data, text.length, (input_options){0});
  memory_file file = memory_file_make(text.data, text.length);
  const char *path = file.path;
  input *in;
  khop_error err = {0};
  input_options options = {.paths = &path, .path_count = 1, .batch_bytes = 4000};
  assert_int_equal(input_open(&in, &options, &err), KHOP_OK);
  static job j;
  j.in = in;
  size_t count = 0;
  for (bool more = true; more; count += more) {
    assert_true(count < batches_max);
    assert_int_equal(input_next(in, &j.batches[count], &more, &err), KHOP_OK);
  }
  pool *workers;
  assert_int_equal(pool_create(&workers, 4, &err), KHOP_OK);
  assert_int_equal(pool_run(workers, count, parse_one, &j, &err), KHOP_OK);
  pool_free(workers);
  outcome o = {0};
  for (size_t i = 0; i < count; i++) outcome_add_rows(&o, 0, &j.rows[i]);
  assert_same(&plain, &o);
  for (size_t i = 0; i < batches_max; i++) {
    input_rows_free(&j.rows[i]);
    input_batch_free(&j.batches[i]);
  }
  input_close(in);
  outcome_free(&o);
  outcome_free(&plain);
  memory_file_close(&file);
  bytes_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(compressed_equals_plain),
      cmocka_unit_test(compression_is_told_and_headers_are_checked),
      cmocka_unit_test(damage_is_found),
      cmocka_unit_test(standard_input_equals_a_file),
      cmocka_unit_test(rows_without_end_take_constant_memory),
      cmocka_unit_test(batches_parse_on_any_thread),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
