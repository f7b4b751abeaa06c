/* Names folded syllable by syllable are the names folded letter by letter: golden names, names put together from all
 * that matters to the fold, noise, and every length around the words of eight bytes they are read in. */
#include "base/hash.h"
#include "normalise/name_read.h"
#include "normalise/syllable.h"
#include "normalise_golden.h"

enum { GENERATED = 60000, TEXT_MAX = 256 };

static const char *const pieces[] = {
    " ", " ", " ", " ", "  ", "Nguyễn", "NGUYỄN", "nguyen", "Thị", "Văn", "A", "ê", "Ông", "Bà", "BA", "Ong", "x", "X",
    "Trường", "TRƯỜNG", "ảảả", "ảảảả", "Nghiêng", "Nghiêngg", "Krajan", "Bartholomew", "H'", "'", "-", ".", "!", "!!", "N.V.", "1", "123", "\t",
    "Hòa", "Hoà", "thúy", "quý", "qúy", "gìa", "e\u0302\u0303", "\u0301", "\u0323", "o\u031B", "u\u031B\u0309",
    "\u200B", "\uFEFF", "\u00A0", "\u3000", "\uFF2E\uFF27", "\uFDFA", "\uFB01", "\u4E2D", "\u0153", "\xE1", "\xC3",
    "\xE1\xBA", "\xF0\x9F\x98", "\xFF", "không rõ", "null", "N/A",
    "Nguyeenx", "NGUYEENX", "Vawn", "Thij", "Hoaf", "Lee", "Mais", "Hans", "Dduwcs", "tức", "Tuwcs", "(Tý)", "(", ")", ",", "\uFF08",
    "\u207D", "Nguye6n4", "Thi5", "Nguye^~n", "Va(n", "Con", "bà", "CRS", "Cháu", "Bé", "gái", "Chị", "Anh", "Mr", "thị", "văn"};

static cpu_level level; /* all tests are run at each */

static syllable_memory *memory_create(void) {
  syllable_memory *memory = calloc(1, sizeof *memory);
  assert_non_null(memory);
  memory->fold = syllables_folder_for(level);
  return memory;
}

/* With blanks and letters behind that are not the name's. */
static char *readable(const char *text, size_t length) {
  char *copy = malloc(length + NAME_READABLE);
  assert_non_null(copy);
  memcpy(copy, text, length);
  for (size_t i = 0; i < NAME_READABLE; i++) copy[length + i] = "n a!"[i % 4];
  return copy;
}

static uint32_t below(uint64_t *random, uint32_t limit) { return (uint32_t)(random_next(random) >> 33) % limit; }

/* The letters of a name are those of any text. */
static void check_letters(fold_run *run) {
  text_value as_text, as_name;
  if (run->has_other) return;
  text_value_set(run->codes, run->plain, run->count, false, &as_text);
  text_value_set_name(run->codes, run->plain, run->count, &as_name);
  golden_values_equal(&as_name, &as_text);
}

static bool fold_alone(syllable_memory *memory, const char *text, size_t length, fold_run *run) {
  syllable_letters letters;
  const name_text name = {text, length};
  syllables_fold(memory, &name, 1, &letters);
  if (letters.count == SYLLABLES_UNKNOWN) return false;
  memset(run, 0, sizeof *run);
  run->count = letters.count;
  memcpy(run->codes, letters.codes, letters.count);
  memcpy(run->plain, letters.plain, letters.count);
  return true;
}

/* The first and the second of two, and alone: a name is the same. Beside it stands the one that was checked before. */
static void check_turns(syllable_memory *memory, const char *text, size_t length, const text_value *plain) {
  enum { TURNS = 5 };
  static char before_text[TEXT_MAX + NAME_READABLE];
  static size_t before_length;
  const name_text name = {text, length}, before = {before_text, before_length}, names[TURNS] = {name, before, before, name, name};
  syllable_letters letters[TURNS];
  text_value values[TURNS];
  memset(values, 0xA5, sizeof values);
  syllables_fold(memory, names, TURNS, letters);
  bool is_plain = !memchr(text, 0, length) && !memchr(text, '!', length); /* which may be taken for blanks, or not */
  for (size_t i = 3; i < TURNS && is_plain; i++) assert_int_equal(letters[i].count, letters[0].count);
  normalise_person_names_with(memory, names, TURNS, values);
  golden_values_equal(&values[0], plain);
  golden_values_equal(&values[3], plain);
  golden_values_equal(&values[4], plain);
  golden_values_equal(&values[1], &values[2]);
  assert_true(length <= TEXT_MAX);
  memcpy(before_text, text, before_length = length);
}

/* Returns whether the memory could fold it. */
static bool check(syllable_memory *memory, const char *text, size_t length) {
  static fold_run whole, joined;
  char *exact = golden_exact(text, length), *with_more = readable(text, length);
  name_notes notes;
  if (length <= FOLD_SPAN_BYTES) name_read(exact, length, &whole, &notes);
  bool folds = fold_alone(memory, with_more, length, &joined);
  if (folds) {
    name_settle(&joined, NULL);
    assert_int_equal(joined.count, whole.count);
    assert_memory_equal(joined.codes, whole.codes, whole.count);
    assert_memory_equal(joined.plain, whole.plain, whole.count);
    assert_false(whole.has_other || joined.has_other);
  }
  if (length <= FOLD_SPAN_BYTES) check_letters(&whole);
  text_value plain;
  normalise_person_name(exact, length, &plain);
  check_turns(memory, with_more, length, &plain);
  free(exact);
  free(with_more);
  return folds;
}

static syllable_memory *golden_memory;
static size_t golden_folded;
static void check_golden(char **cells) { golden_folded += check(golden_memory, cells[0], strlen(cells[0])); }

static void golden_names(void **state) {
  (void)state;
  golden_memory = memory_create();
  for (int round = 0; round < 2; round++) assert_true(golden_each("golden/names.tsv", 9, check_golden) >= 150);
  assert_true(golden_folded > 200);
  free(golden_memory);
}

static void generated_names(void **state) {
  (void)state;
  syllable_memory *memory = memory_create();
  uint64_t random = 1;
  size_t folded = 0;
  for (size_t i = 0; i < GENERATED; i++) {
    char text[TEXT_MAX];
    size_t length = 0, count = below(&random, below(&random, 10) ? 9 : 20);
    for (size_t k = 0; k < count; k++) {
      const char *piece = below(&random, 3) ? pieces[below(&random, sizeof pieces / sizeof pieces[0])] : " ";
      memcpy(text + length, piece, strlen(piece));
      length += strlen(piece);
    }
    if (length > 0 && below(&random, 5) == 0) text[below(&random, (uint32_t)length)] = (char)random_next(&random);
    folded += check(memory, text, length);
  }
  assert_true(folded > GENERATED / 4);
  free(memory);
}

/* Far more syllables than there are places, of bytes that are nearly alike. */
static void syllables_push_each_other_out(void **state) {
  (void)state;
  syllable_memory *memory = memory_create();
  uint64_t random = 2;
  for (size_t i = 0; i < GENERATED; i++) {
    char text[TEXT_MAX];
    size_t length = below(&random, 20);
    for (size_t k = 0; k < length; k++) text[k] = "abAB\0 "[below(&random, 6)];
    assert_true(check(memory, text, length) || memchr(text, 0, length) || length >= SYLLABLE_CODES_MAX);
  }
  free(memory);
}

static bool has_place(const syllable_memory *memory, uint64_t key) {
  for (size_t i = 0; i < sizeof memory->places / sizeof memory->places[0]; i++) {
    if (memory->places[i].key == key) return true;
  }
  return false;
}

/* The first of two that fall on one place, until the other is met often. */
static void usual_syllables_have_the_place(void **state) {
  (void)state;
  syllable_memory *memory = memory_create();
  static fold_run run;
  char text[NAME_READABLE] = "";
  uint64_t key, random = 3;
  do {
    for (size_t i = 0; i < SYLLABLE_CODES_MAX; i++) text[i] = "bcgk"[below(&random, 4)];
    memcpy(&key, text, sizeof key);
    assert_true(fold_alone(memory, text, SYLLABLE_CODES_MAX, &run));
  } while (has_place(memory, key));
  for (size_t i = 0; i < 15; i++) assert_true(fold_alone(memory, text, SYLLABLE_CODES_MAX, &run));
  assert_false(has_place(memory, key));
  assert_true(fold_alone(memory, text, SYLLABLE_CODES_MAX, &run));
  assert_true(has_place(memory, key));
  check(memory, text, SYLLABLE_CODES_MAX);
  free(memory);
}

/* One, two and three syllables of all lengths, so that each ends before, at and behind a word of eight bytes. */
static void all_lengths(void **state) {
  (void)state;
  syllable_memory *memory = memory_create();
  char text[TEXT_MAX];
  for (size_t first = 0; first <= 18; first++) {
    for (size_t second = 0; second <= 18; second++) {
      for (size_t third = 0; third <= 18; third++) {
        size_t length = first + second + third + 2;
        for (size_t i = 0; i < length; i++) text[i] = (char)('a' + i % 26);
        text[first] = text[first + 1 + second] = ' ';
        check(memory, text, length);
        check(memory, text, length); /* and now remembered */
      }
    }
  }
  free(memory);
}

/* A long or a new syllable at each place of a name, so that the walk is left within and between its steps. */
static void any_number_of_syllables(void **state) {
  (void)state;
  static const char *const odd[] = {"Trường", "bố", "", "Bartholomew"};
  syllable_memory *memory = memory_create();
  for (size_t count = 1; count <= 15; count++) {
    for (size_t place = 0; place < count * 4; place++) {
      char text[TEXT_MAX];
      size_t length = 0;
      for (size_t i = 0; i < count; i++) {
        const char *word = i == place / 4 ? odd[place % 4] : "Ân";
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s", i ? " " : "", word);
      }
      check(memory, text, length);
      check(memory, text, length);
    }
  }
  free(memory);
}

static void long_texts_are_refused(void **state) {
  (void)state;
  syllable_memory *memory = memory_create();
  static fold_run run;
  char text[NAME_READABLE];
  for (size_t i = 0; i < sizeof text; i++) text[i] = i % 2 ? ' ' : 'a';
  assert_true(fold_alone(memory, text, SYLLABLE_TEXT_MAX, &run));
  assert_int_equal(run.count, SYLLABLE_TEXT_MAX - 1);
  assert_false(fold_alone(memory, text, SYLLABLE_TEXT_MAX + 1, &run));
  text[0] = ' ';
  assert_true(fold_alone(memory, text, 2, &run));
  assert_int_equal(run.count, 0);
  assert_true(check(memory, "Nghiêng", strlen("Nghiêng"))); /* seven letters */
  assert_false(check(memory, "Nghiêngg", strlen("Nghiêngg")));
  free(memory);
}

static void levels(void **state) {
  (void)state;
  assert_non_null(syllables_folder_for(CPU_SCALAR));
  for (cpu_level each = CPU_AVX2; each <= CPU_NEON; each++)
    assert_int_equal(syllables_folder_for(each) != NULL, cpu_level_supported(each));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(golden_names), cmocka_unit_test(generated_names), cmocka_unit_test(syllables_push_each_other_out),
      cmocka_unit_test(usual_syllables_have_the_place),
      cmocka_unit_test(all_lengths),  cmocka_unit_test(any_number_of_syllables), cmocka_unit_test(long_texts_are_refused),
      cmocka_unit_test(levels),
  };
  int failed = 0;
  for (level = CPU_SCALAR; level <= CPU_NEON; level++) {
    if (cpu_level_supported(level)) failed += cmocka_run_group_tests_name(cpu_level_name(level), tests, NULL, NULL);
  }
  return failed;
}
