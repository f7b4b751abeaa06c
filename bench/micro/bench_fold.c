/* Nanoseconds a value for the folds and the hot normalisers, on names of 20 bytes on average and on addresses, with
 * utf8proc and ICU beside them.
 *
 * The best of many short rounds, one thread. Names and houses are put together at random from syllables, streets and
 * wards, thousands of each, and a round takes each of them once, so that branches predict no better than on a register. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <utf8proc.h>

#include "base/hash.h"
#include "feature/feature.h"
#include "micro/icu.h"
#include "normalise/fold.h"
#include "normalise/syllable.h"

enum { ROUNDS = 100, VALUES_MAX = 1 << 14, VALUE_BYTES = 128 };

typedef struct values {
  name_text all[VALUES_MAX];
  size_t count;
} values;

typedef uint64_t work(const char *text, size_t length);
typedef uint64_t work_of_some(const name_text *names, size_t count);

static uint64_t fold_plain(const char *text, size_t length) {
  char out[TEXT_CANONICAL_MAX];
  return text_fold_plain(text, length, out, sizeof out) + (uint8_t)out[0];
}

static uint64_t fold_toned(const char *text, size_t length) {
  char out[TEXT_CANONICAL_MAX];
  return text_fold_toned(text, length, out, sizeof out) + (uint8_t)out[0];
}

static uint64_t fold_whole(const char *text, size_t length) {
  fold_run run;
  fold_cursor cursor = fold_begin(text, length);
  fold_next(&cursor, &fold_name_rules, &run);
  return run.count + run.codes[3];
}

static uint64_t fold_by_letters(const char *text, size_t length) {
  fold_run run;
  fold_cursor cursor = fold_begin(text, length);
  fold_next_with(fold_words_for(CPU_SCALAR), &cursor, &fold_name_rules, &run);
  return run.count + run.codes[3];
}

/* The least that a fold by table can do: ASCII capitals, of text that is known to be in the tables. */
static uint64_t plain_table(const char *text, size_t length) {
  static uint8_t out[VALUE_BYTES];
  const uint8_t *at = (const uint8_t *)text, *end = at + length;
  size_t count = 0;
  while (at < end) {
    if (*at < 0x80) {
      out[count++] = (uint8_t)(fold_keep_rules.ascii[*at++] >> 8);
    } else if (*at <= 0xC6) {
      out[count++] = (uint8_t)(fold_two_bytes[(at[0] - 0xC3u) << 6 | (at[1] & 0x3Fu)] >> 8);
      at += 2;
    } else {
      out[count++] = (uint8_t)(fold_three_bytes[(at[1] & 1u) << 6 | (at[2] & 0x3Fu)] >> 8);
      at += 3;
    }
  }
  return count + out[3];
}

/* The same work as far as utf8proc does it: NFKC with case folded, into a buffer of ours. */
static uint64_t utf8proc_fold(const char *text, size_t length) {
  utf8proc_int32_t points[VALUE_BYTES * 4];
  utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
  utf8proc_ssize_t count =
      utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, points, VALUE_BYTES * 4, options);
  return (uint64_t)utf8proc_reencode(points, count, options) + (uint64_t)points[0];
}

static syllable_memory syllables;

/* Some names a call, as rows are encoded. */
static uint64_t fold_by_syllables(const name_text *names, size_t count) {
  syllable_letters out[NAMES_MAX];
  uint64_t sum = 0;
  syllables_fold(&syllables, names, count, out);
  for (size_t i = 0; i < count; i++) sum += out[i].count + out[i].codes[3];
  return sum;
}

static uint64_t person_names_with(const name_text *names, size_t count) {
  text_value out[NAMES_MAX];
  uint64_t sum = 0;
  normalise_person_names_with(&syllables, names, count, out);
  for (size_t i = 0; i < count; i++) sum += out[i].toned_hash + out[i].letters[3];
  return sum;
}

static text_memory *places;

static uint64_t place_remembered(const char *text, size_t length) {
  text_value value;
  text_recall_place(places, text, length, &value);
  return value.toned_hash + value.letters[3];
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

static uint64_t do_all(work *function, work_of_some *of_some, const values *v) {
  uint64_t sum = 0;
  for (size_t i = 0; function && i < v->count; i++) sum += function(v->all[i].text, v->all[i].length);
  for (size_t i = 0; of_some && i < v->count; i += NAMES_MAX) {
    sum += of_some(v->all + i, v->count - i < NAMES_MAX ? v->count - i : NAMES_MAX);
  }
  return sum;
}

/* The fewest nanoseconds a value of all rounds; a short list is gone through many times a round. */
static double best_of(work *function, work_of_some *of_some, const values *v) {
  double best = 1e18;
  volatile uint64_t sink = 0;
  size_t repeats = VALUES_MAX / v->count;
  for (int round = 0; round < ROUNDS; round++) {
    uint64_t sum = 0;
    double start = now_ns();
    for (size_t k = 0; k < repeats; k++) sum += do_all(function, of_some, v);
    double each = (now_ns() - start) / (double)(repeats * v->count);
    sink = sink + sum;
    if (each < best) best = each;
  }
  return best;
}

static void print(const char *name, double best, const values *v) {
  size_t bytes = 0;
  for (size_t i = 0; i < v->count; i++) bytes += v->all[i].length;
  printf("%-24s %6.1f ns   (%.1f bytes a value)\n", name, best, (double)bytes / (double)v->count);
}

static void measure(const char *name, work *function, const values *v) { print(name, best_of(function, NULL, v), v); }
static void measure_some(const char *name, work_of_some *of_some, const values *v) { print(name, best_of(NULL, of_some, v), v); }

#define COUNT_OF(list) (sizeof(list) / sizeof(list)[0])
#define PICK(list) (list)[random_next(&seed) % COUNT_OF(list)]

static uint64_t seed = 1;

/* `text` is copied behind the one before, as values of a register lie. */
static void add(values *v, const char *text) {
  static char texts[3 * VALUES_MAX * VALUE_BYTES];
  static size_t used;
  size_t length = strlen(text);
  v->all[v->count++] = (name_text){memcpy(texts + used, text, length), length};
  used += length + 1;
}

static const values *values_of(const char *const *texts, size_t count) {
  static values v;
  v.count = 0;
  for (size_t i = 0; i < count; i++) add(&v, texts[i]);
  return &v;
}

/* So few that their every letter is foreseen. */
static const values *first_of(const values *all, size_t count) {
  static values v;
  v = *all;
  v.count = count;
  return &v;
}

static const values *make_names(void) {
  static const char *const surnames[] = {"Nguyễn", "Trần", "Lê",   "Phạm", "Huỳnh", "Hoàng", "Võ",
                                         "Đặng",   "Bùi",  "Đỗ",   "Hồ",   "Ngô",   "Dương", "Lý"};
  static const char *const middles[] = {"Thị", "Văn", "Hồng", "Quốc", "Ngọc", "Minh", "Hữu", "Xuân", "Gia", "Thị Mỹ", "Đình"};
  static const char *const givens[] = {"Nhung", "Đức",   "Khánh", "Hương", "Tuấn", "Trinh", "Duyên", "Phước", "Trường",
                                       "Quyên", "Ngọc",  "Bảo",   "Như",   "Tuyết", "Nghĩa", "Hạnh",  "Hòa",   "Thuỷ",
                                       "An",    "Gấm",   "Ánh",   "Quỳnh", "Vy",    "Phúc",  "Thảo",  "Giang", "Lộc"};
  char text[VALUE_BYTES];
  static values v;
  for (size_t i = 0; i < VALUES_MAX; i++) {
    const char *second = random_next(&seed) % 2 ? PICK(givens) : "";
    snprintf(text, VALUE_BYTES, "%s %s %s%s%s", PICK(surnames), PICK(middles), second, *second ? " " : "", PICK(givens));
    add(&v, text);
  }
  return &v;
}

static const values *of_length(const values *all, size_t length) {
  static values v;
  v.count = 0;
  for (size_t i = 0; i < all->count; i++) {
    if (all->all[i].length == length) v.all[v.count++] = all->all[i];
  }
  return &v;
}

static const values *make_houses(void) {
  static const char *const streets[] = {"Lê Lợi",        "Trần Hưng Đạo", "Nguyễn Huệ",    "Hai Bà Trưng", "Võ Thị Sáu",
                                        "Điện Biên Phủ", "Lý Tự Trọng",   "Phan Đăng Lưu", "Hoàng Diệu",   "Cách Mạng Tháng 8"};
  static const char *const forms[][2] = {{"Phường ", ", Quận "}, {"P.", ", Q."}, {"phường ", ", quận "}};
  char text[VALUE_BYTES];
  static values v;
  for (size_t i = 0; i < VALUES_MAX; i++) {
    const char *const *form = PICK(forms);
    unsigned house = (unsigned)(random_next(&seed) % 800), lane = (unsigned)(random_next(&seed) % 90);
    unsigned ward = (unsigned)(random_next(&seed) % 20 + 1), district = (unsigned)(random_next(&seed) % 12 + 1);
    char number[24];
    if (lane < 40) snprintf(number, sizeof number, "%u/%u", house, lane);
    else snprintf(number, sizeof number, "%u", house);
    snprintf(text, VALUE_BYTES, "%s %s, %s%u%s%u, TP.HCM", number, PICK(streets), form[0], ward, form[1], district);
    add(&v, text);
  }
  return &v;
}

int main(void) {
  static const char *const mixed[] = {"Phường 1, Quận 3, TP. Hồ Chí Minh", "12/5 Đường Lê Lợi, P. Bến Nghé, Q.1, TP.HCM",
                                      "Thôn 3, xã Hòa Bình, huyện Krông Bông, tỉnh Đắk Lắk", "xã Tân Kiên",
                                      "Thị trấn Núi Đối, Kiến Thuỵ, Hải Phòng"};
  static const char *const dates[] = {"03/12/1985", "31/12/2001", "1985-03-12", "01/01/1960", "29/02/2000"};
  static const char *const ids[] = {"079085012345", "001085001234", "024567890", "79085012345"};

  places = text_memory_create(false);
  if (!places) return 1;
  const values *names = make_names(), *houses = make_houses();
  measure("text_fold_plain", fold_plain, names);
  measure("text_fold_toned", fold_toned, names);
  measure("fold", fold_whole, names);
  measure("fold, of 20 bytes", fold_whole, of_length(names, 20));
  measure_some("by syllables, of 20 bytes", fold_by_syllables, of_length(names, 20));
  measure("fold, by letters", fold_by_letters, names);
  measure_some("fold, by syllables", fold_by_syllables, names);
  measure_some("by syllables, 16 names", fold_by_syllables, first_of(names, 16));
  measure("plain table", plain_table, names);
  measure("plain table, 16 names", plain_table, first_of(names, 16));
  measure("utf8proc", utf8proc_fold, names);
  if (icu_begin()) measure("ICU", icu_fold, names);
  else printf("%-24s skipped: built without libicu-dev\n", "ICU");
  measure("person name", person_name, names);
  measure_some("person name, remembered", person_names_with, names);
  measure("house", place, houses);
  measure("house, remembered", place_remembered, houses);
  measure("place", place, values_of(mixed, COUNT_OF(mixed)));
  measure("place, remembered", place_remembered, values_of(mixed, COUNT_OF(mixed)));
  measure("date", date, values_of(dates, COUNT_OF(dates)));
  measure("personal id", personal_id, values_of(ids, COUNT_OF(ids)));
  text_memory_free(places);
  return 0;
}
