/* Nanoseconds a value for the folds and the hot normalisers, on names of 20 bytes on average.
 *
 *     cc -O3 -std=c17 -D_GNU_SOURCE -Iengine -Iengine/include bench/micro/bench_fold.c libkhop.a -lutf8proc
 *
 * The best of several rounds, one thread. Names repeat (64 of them), so branches predict better than
 * on a register; read the figures as ratios. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "normalise/normalise.h"

enum { ROUNDS = 7, CALLS = 400000, VALUES_MAX = 64 };

typedef struct values {
  const char *text[VALUES_MAX];
  size_t length[VALUES_MAX];
  size_t count;
} values;

typedef uint64_t work(const char *text, size_t length);

static uint64_t fold_plain(const char *text, size_t length) {
  char out[TEXT_CANONICAL_MAX];
  return text_fold_plain(text, length, out, sizeof out) + (uint8_t)out[0];
}

static uint64_t fold_toned(const char *text, size_t length) {
  char out[TEXT_CANONICAL_MAX];
  return text_fold_toned(text, length, out, sizeof out) + (uint8_t)out[0];
}

static uint64_t person_name(const char *text, size_t length) {
  text_value value;
  normalise_person_name(text, length, &value);
  return value.toned_hash + value.letters[3];
}

static uint64_t place(const char *text, size_t length) {
  text_value value;
  normalise_place(text, length, &value);
  return value.toned_hash + value.letters[3];
}

static uint64_t date(const char *text, size_t length) {
  date_value value;
  normalise_date(text, length, &value);
  return value.year + value.day;
}

static uint64_t personal_id(const char *text, size_t length) {
  id_value value;
  normalise_personal_id(text, length, &value);
  return value.number;
}

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void measure(const char *name, work *function, const values *v) {
  double best = 1e18;
  volatile uint64_t sink = 0;
  for (int round = 0; round < ROUNDS; round++) {
    uint64_t sum = 0;
    double start = now_ns();
    for (size_t i = 0; i < CALLS; i++) sum += function(v->text[i % v->count], v->length[i % v->count]);
    double each = (now_ns() - start) / CALLS;
    sink = sink + sum;
    if (each < best) best = each;
  }
  size_t bytes = 0;
  for (size_t i = 0; i < v->count; i++) bytes += v->length[i];
  printf("%-24s %6.1f ns   (%.1f bytes a value)\n", name, best, (double)bytes / (double)v->count);
}

static values values_of(const char *const *texts, size_t count) {
  values v = {.count = count};
  for (size_t i = 0; i < count; i++) {
    v.text[i] = texts[i];
    v.length[i] = strlen(texts[i]);
  }
  return v;
}

#define VALUES_OF(texts) values_of(texts, sizeof(texts) / sizeof(texts)[0])

int main(void) {
  static const char *const names[] = {
      "Nguyễn Thị Hồng Nhung", "Trần Văn Đức",      "Lê Quốc Khánh",     "Phạm Thị Thu Hương", "Hoàng Minh Tuấn",
      "Huỳnh Ngọc Trinh",      "Võ Thị Mỹ Duyên",   "Đặng Hữu Phước",    "Bùi Xuân Trường",    "Đỗ Thị Lệ Quyên",
      "Hồ Bảo Ngọc",           "Ngô Gia Bảo",       "Dương Quỳnh Như",   "Lý Thị Ánh Tuyết",   "Vũ Đình Nghĩa",
      "Phan Thị Mỹ Hạnh",      "NGUYỄN VĂN HÒA",    "TRẦN THỊ THUỶ",     "Nguyen Van An",      "LE THI HONG GAM"};
  static const char *const places[] = {"Phường 1, Quận 3, TP. Hồ Chí Minh", "12/5 Đường Lê Lợi, P. Bến Nghé, Q.1, TP.HCM",
                                       "Thôn 3, xã Hòa Bình, huyện Krông Bông, tỉnh Đắk Lắk", "xã Tân Kiên",
                                       "Thị trấn Núi Đối, Kiến Thuỵ, Hải Phòng"};
  static const char *const dates[] = {"03/12/1985", "31/12/2001", "1985-03-12", "01/01/1960", "29/02/2000"};
  static const char *const ids[] = {"079085012345", "001085001234", "024567890", "79085012345"};

  values name_values = VALUES_OF(names), place_values = VALUES_OF(places);
  values date_values = VALUES_OF(dates), id_values = VALUES_OF(ids);
  measure("text_fold_plain", fold_plain, &name_values);
  measure("text_fold_toned", fold_toned, &name_values);
  measure("normalise_person_name", person_name, &name_values);
  measure("normalise_place", place, &place_values);
  measure("normalise_date", date, &date_values);
  measure("normalise_personal_id", personal_id, &id_values);
  return 0;
}
