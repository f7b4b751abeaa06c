/* The store: records and postings appended a second, bytes a record, reads a second.
 *
 *   bench_store DIRECTORY [ROWS] [TABLES]
 *
 * Rows look like civil-birth CSV of about 330 bytes: names, dates and places from small sets,
 * identifiers at random. Packing is timed apart from appending, as workers pack in parallel and
 * one thread appends. DIRECTORY is replaced.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "index/store.h"

enum { field_count = 14, batch_rows = 8192, text_max = 96 };

static const char *const field_names[field_count] = {"ma_ho_so", "so", "ngay_dang_ky", "noi_dang_ky", "ho_ten",
                                                     "gioi_tinh", "ngay_sinh", "noi_sinh", "so_dinh_danh", "me_ho_ten",
                                                     "me_so_giay_to", "cha_ho_ten", "cha_so_giay_to", "noi_cu_tru"};
static const char *const surnames[] = {"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Võ", "Đặng", "Bùi"};
static const char *const middles[] = {"Thị", "Văn", "Minh", "Ngọc", "Thanh", "Hữu", "Đức", "Quốc", "Thu", "Kim", "Gia"};
static const char *const givens[] = {"Anh", "Bình", "Châu", "Dũng", "Giang", "Hà", "Hạnh", "Hiếu", "Hòa", "Hùng",
                                     "Khánh", "Lan", "Linh", "Long", "Mai", "Nga", "Phúc", "Quân", "Sơn", "Thảo"};

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void require(khop_status status, const khop_error *err) {
  if (status == KHOP_OK) return;
  fprintf(stderr, "bench_store: %s\n", err->message);
  exit(status);
}

#define PICK(set) set[random_next(state) % (sizeof(set) / sizeof *(set))]

static void make_name(char *out, uint64_t *state) {
  const char *surname = PICK(surnames), *middle = PICK(middles), *given = PICK(givens);
  snprintf(out, text_max, "%s %s %s", surname, middle, given);
}

static void make_date(char *out, uint64_t *state) {
  unsigned day = (unsigned)(random_next(state) % 28) + 1, month = (unsigned)(random_next(state) % 12) + 1;
  snprintf(out, text_max, "%02u/%02u/%u", day, month, 1950 + (unsigned)(random_next(state) % 75));
}

static void make_record(char texts[field_count][text_max + STORE_TEXT_SLACK_BYTES], uint64_t row, uint64_t *state) {
  unsigned ward = (unsigned)(random_next(state) % 300);
  const char *ward_name = givens[ward % 20];
  snprintf(texts[0], text_max, "HS2024%08llu", (unsigned long long)row);
  snprintf(texts[1], text_max, "%u/%u", (unsigned)(random_next(state) % 900) + 1, 1990 + ward % 30);
  make_date(texts[2], state);
  snprintf(texts[3], text_max, "UBND Phường %s, Quận %u, Thành phố Hồ Chí Minh", ward_name, ward / 20);
  make_name(texts[4], state);
  snprintf(texts[5], text_max, "%s", random_next(state) & 1 ? "Nam" : "Nữ");
  make_date(texts[6], state);
  snprintf(texts[7], text_max, "Bệnh viện %s, Thành phố Hồ Chí Minh", PICK(surnames));
  snprintf(texts[8], text_max, "079%09llu", (unsigned long long)(random_next(state) % 1000000000));
  make_name(texts[9], state);
  snprintf(texts[10], text_max, "%012llu", (unsigned long long)(random_next(state) % 1000000000000));
  make_name(texts[11], state);
  snprintf(texts[12], text_max, "%012llu", (unsigned long long)(random_next(state) % 1000000000000));
  snprintf(texts[13], text_max, "%u/%u Đường %s %s, Phường %s, Quận %u, Thành phố Hồ Chí Minh",
           (unsigned)(random_next(state) % 999), (unsigned)(random_next(state) % 50), PICK(surnames), PICK(givens),
           ward_name, ward / 20);
}

typedef struct totals {
  double pack_seconds, append_seconds;
  uint64_t text_bytes;
} totals;

static void append_batch(store_writer *w, store_batch *b, uint64_t first, size_t count, uint64_t *state, totals *t) {
  static char texts[batch_rows][field_count][text_max + STORE_TEXT_SLACK_BYTES];
  khop_error err;
  for (size_t i = 0; i < count; i++) make_record(texts[i], first + i, state);
  double start = seconds_now();
  for (size_t i = 0; i < count; i++) {
    store_text fields[field_count];
    for (size_t field = 0; field < field_count; field++) {
      fields[field] = (store_text){.text = texts[i][field], .length = (uint32_t)strlen(texts[i][field])};
      t->text_bytes += fields[field].length + 1;
    }
    require(store_batch_add(b, 0, &(uint64_t){first + i + 2}, fields, 1, &err), &err);
  }
  require(store_batch_finish(b, &err), &err);
  double packed = seconds_now();
  require(store_writer_append(w, b, &err), &err);
  t->pack_seconds += packed - start;
  t->append_seconds += seconds_now() - packed;
  store_batch_reset(b);
}

/* Sorted keys without a sort: each key is the one before plus a random step, spread over 48 bits;
 * two rows a key on average, as blocking keys have. */
static double append_table(store_writer *w, uint32_t table, store_posting *postings, uint64_t rows, uint64_t *state) {
  khop_error err;
  uint64_t key = 0, step = (UINT64_C(1) << STORE_KEY_BITS) / rows;
  double seconds = 0;
  enum { slice = 1 << 16 };
  uint32_t row = 0;
  for (uint64_t done = 0; done < rows;) {
    size_t count = 0;
    for (; count < slice && done < rows; count++, done++) {
      uint64_t random = random_next(state);
      bool next_key = done == 0 || random & 1 || row + 1 >= rows;
      if (next_key) key += 1 + (random >> 8) % (4 * step);
      row = next_key ? (uint32_t)((random >> 20) % rows) : row + 1 + (uint32_t)((random >> 20) % (rows - row - 1));
      postings[count] = (store_posting){.key = key, .row = row};
    }
    double start = seconds_now();
    require(store_writer_postings(w, table, postings, count, &err), &err);
    seconds += seconds_now() - start;
  }
  return seconds;
}

static void bench_reads(const char *directory, uint64_t rows) {
  khop_error err;
  store *s;
  store_view *v;
  store_record record;
  enum { reads = 20000 };
  uint64_t state = 9;
  double start = seconds_now();
  require(store_open(&s, directory, &err), &err);
  double opened = seconds_now();
  require(store_view_begin(&v, s, &err), &err);
  for (unsigned i = 0; i < reads; i++) {
    require(store_pick_record(v, (uint32_t)(random_next(&state) % rows), &record, &err), &err);
  }
  double random_done = seconds_now();
  for (uint32_t row = 0; row < rows; row++) require(store_read_record(v, row, &record, &err), &err);
  double scanned = seconds_now();
  const uint32_t *found;
  size_t count;
  for (unsigned i = 0; i < reads; i++) {
    uint64_t key = random_next(&state) >> (64 - STORE_KEY_BITS);
    require(store_read_postings(v, STORE_TABLE_RULES, key, &found, &count, &err), &err);
  }
  double looked_up = seconds_now();
  store_view_end(v);
  require(store_verify(s, &err), &err);
  double verified = seconds_now();
  printf("open %.1f ms, random record %.1f us, sequential %.2f M/s, key look-up %.1f us, verify %.2f s\n",
         (opened - start) * 1e3, (random_done - opened) / reads * 1e6, (double)rows / (scanned - random_done) / 1e6,
         (looked_up - scanned) / reads * 1e6, verified - looked_up);
  store_close(s);
}

static void report(const char *directory, const totals *t, uint64_t rows, double posting_seconds, double total) {
  khop_error err;
  store *s;
  static store_stats stats;
  require(store_open(&s, directory, &err), &err);
  require(store_read_stats(s, &stats, &err), &err);
  store_close(s);
  uint64_t postings = 0, posting_bytes = 0;
  for (size_t i = 0; i < stats.table_count; i++) {
    postings += stats.tables[i].postings;
    posting_bytes += stats.tables[i].bytes;
  }
  double n = (double)rows;
  printf("%llu rows of %.0f bytes, %zu tables\n", (unsigned long long)rows, (double)t->text_bytes / n, stats.table_count);
  printf("pack %.2f M records/s (any thread), append %.2f M/s, postings %.1f M/s, all %.2f s\n",
         n / t->pack_seconds / 1e6, n / t->append_seconds / 1e6, (double)postings / posting_seconds / 1e6, total);
  printf("bytes a record: file %.1f, used %.1f, records %.1f, clusters %.2f; bytes a posting %.2f\n",
         (double)stats.file_bytes / n, (double)stats.used_bytes / n, (double)stats.record_bytes / n,
         (double)stats.cluster_bytes / n, (double)posting_bytes / (double)postings);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: bench_store DIRECTORY [ROWS] [TABLES]\n");
    return KHOP_USAGE;
  }
  uint64_t rows = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000, state = 1;
  uint32_t tables = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 10;
  if (rows < 2) return KHOP_USAGE;
  khop_error err;
  totals t = {0};
  store_writer *w;
  store_batch *b;
  store_writer_options options = {.schema = "civil-birth", .field_names = field_names, .field_count = field_count};
  store_posting *postings = mem_alloc(1 << 16, sizeof *postings);
  uint32_t *clusters = mem_alloc(rows, sizeof *clusters);
  if (!postings || !clusters) return KHOP_ENVIRONMENT;
  require(store_writer_create(&w, argv[1], &options, &err), &err);
  require(store_batch_create(&b, field_count, &err), &err);
  for (uint64_t row = 0; row < rows; row += batch_rows) {
    append_batch(w, b, row, rows - row < batch_rows ? (size_t)(rows - row) : batch_rows, &state, &t);
  }
  double start = seconds_now(), posting_seconds = 0;
  for (uint32_t table = 0; table < tables; table++) {
    posting_seconds += append_table(w, STORE_TABLE_RULES + table, postings, rows, &state);
  }
  for (uint64_t row = 0, next = 0; row < rows; row++) {
    clusters[row] = row && random_next(&state) % 10 == 0 ? (uint32_t)(random_next(&state) % next) : (uint32_t)next++;
  }
  require(store_writer_clusters(w, clusters, rows, &err), &err);
  require(store_writer_finish(w, true, &err), &err);
  report(argv[1], &t, rows, posting_seconds, t.pack_seconds + t.append_seconds + seconds_now() - start);
  bench_reads(argv[1], rows);
  store_writer_free(w);
  store_batch_free(b);
  mem_free(postings);
  mem_free(clusters);
  return KHOP_OK;
}
