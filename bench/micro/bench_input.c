/* How fast input_next and input_parse are, in GB of decompressed text a second of processor time on one thread.
 *
 *     bench_input [FILE]     without a file: three generated registers of 22 columns
 *
 * Generated registers live in memory files, so the disk is not measured; read(2) is. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "input/input.h"

enum { generated_bytes = 256 << 20, columns = 22, runs = 3 };

/* Processor time: another program on the machine is not our slowness. */
static double now_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct rates {
  double next_s, parse_s;
  uint64_t bytes, rows, rejects;
} rates;

static khop_status measure(const char *path, rates *out, khop_error *err) {
  *out = (rates){0};
  input_options options = {.paths = &path, .path_count = 1};
  input *in;
  TRY(input_open(&in, &options, err));
  input_batch batch = {0};
  input_rows rows = {0};
  khop_status status = KHOP_OK;
  for (;;) {
    bool more;
    double start = now_s();
    TRY_CLEANUP(input_next(in, &batch, &more, err));
    double found = now_s();
    if (!more) break;
    TRY_CLEANUP(input_parse(in, &batch, &rows, err));
    out->next_s += found - start;
    out->parse_s += now_s() - found;
    out->bytes += batch.bytes;
    out->rows += rows.row_count;
    out->rejects += rows.reject_count;
  }
cleanup:
  input_batch_free(&batch);
  input_rows_free(&rows);
  input_close(in);
  return status;
}

/* The best of a few runs: the machine may be shared. */
static int report(const char *title, const char *path) {
  rates best = {0};
  for (int i = 0; i < runs; i++) {
    rates r;
    khop_error err;
    if (measure(path, &r, &err) != KHOP_OK) {
      fprintf(stderr, "%s\n", err.message);
      return 1;
    }
    if (i == 0 || r.next_s < best.next_s) best.next_s = r.next_s;
    if (i == 0 || r.parse_s < best.parse_s) best.parse_s = r.parse_s;
    best.bytes = r.bytes, best.rows = r.rows, best.rejects = r.rejects;
  }
  double gb = 1e-9 * (double)best.bytes;
  printf("%-12s %8.2f MB %9llu rows %llu rejected   next %6.2f GB/s   parse %6.2f GB/s\n", title, gb * 1e3,
         (unsigned long long)best.rows, (unsigned long long)best.rejects, gb / best.next_s, gb / best.parse_s);
  return 0;
}

typedef enum kind { PLAIN, QUOTED, VIETNAMESE } kind;

static size_t add_value(char *to, kind k, uint64_t *seed) {
  static const char *const syllables[] = {"Nguy\xe1\xbb\x85n", "Th\xe1\xbb\x8b", "V\xc4\x83n", "\xc4\x90\xe1\xbb\xa9" "c", "Tr\xe1\xba\xa7n", "H\xc6\xb0\xe1\xbb\x9bng"};
  uint64_t random = random_next(seed);
  if (k == VIETNAMESE) return (size_t)sprintf(to, "%s %s", syllables[random % 6], syllables[(random >> 8) % 6]);
  int digits = (int)(6 + random % 10);
  return (size_t)sprintf(to, k == QUOTED ? "\"%0*llu\"" : "%0*llu", digits,
                         (unsigned long long)(random >> 8) % 1000000);
}

static int generate(kind k) {
  int fd = memfd_create("bench", 0);
  char *text = malloc((size_t)generated_bytes + 4096);
  if (fd < 0 || !text) return -1;
  uint64_t seed = 7;
  size_t used = 0;
  for (int c = 0; c < columns; c++) used += (size_t)sprintf(text + used, "column_%d%c", c, c + 1 < columns ? ',' : '\n');
  while (used < generated_bytes) {
    for (int c = 0; c < columns; c++) {
      used += add_value(text + used, k, &seed);
      text[used++] = c + 1 < columns ? ',' : '\n';
    }
  }
  for (size_t done = 0; done < used;) {
    ssize_t put = write(fd, text + done, used - done);
    if (put <= 0) return -1;
    done += (size_t)put;
  }
  free(text);
  return fd;
}

int main(int argc, char **argv) {
  if (argc > 1) return report("file", argv[1]);
  static const char *const titles[] = {"plain", "quoted", "vietnamese"};
  for (kind k = PLAIN; k <= VIETNAMESE; k++) {
    int fd = generate(k);
    if (fd < 0) return 3;
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (report(titles[k], path) != 0) return 2;
    close(fd);
  }
  return 0;
}
