/* engine/input against a reference that reads one byte at a time: the same rows, lines, offsets and
 * rejects on random files, whatever the batch size and the instruction set. KHOP_TEST_SCALE=small takes fewer files. */
#include "test_input_support.h"

#include "base/cpu.h"

/* ---- the reference ------------------------------------------------------------------------ */

typedef struct reference {
  const unsigned char *text;
  size_t bytes, row_bytes_max, columns;
  unsigned char delimiter;
  outcome outcome;
} reference;

static bool is_blank(const reference *r, unsigned char c) {
  return c != r->delimiter && (c == ' ' || c == '\t' || c == '\r');
}

/* Length of the longest start of text[0..bytes) that some valid character starts with; *out_whole
 * when it is a whole character. Straight from RFC 3629, section 4. */
static size_t utf8_prefix(const unsigned char *text, size_t bytes, bool *out_whole) {
  static const struct { unsigned char lead_low, lead_high, low, high, tail; } forms[] = {
      {0x01, 0x7f, 0, 0, 0},       {0xc2, 0xdf, 0x80, 0xbf, 1}, {0xe0, 0xe0, 0xa0, 0xbf, 2},
      {0xe1, 0xec, 0x80, 0xbf, 2}, {0xed, 0xed, 0x80, 0x9f, 2}, {0xee, 0xef, 0x80, 0xbf, 2},
      {0xf0, 0xf0, 0x90, 0xbf, 3}, {0xf1, 0xf3, 0x80, 0xbf, 3}, {0xf4, 0xf4, 0x80, 0x8f, 3},
  };
  *out_whole = false;
  for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
    if (text[0] < forms[f].lead_low || text[0] > forms[f].lead_high) continue;
    for (size_t i = 1; i <= forms[f].tail; i++) {
      unsigned char low = i == 1 ? forms[f].low : 0x80, high = i == 1 ? forms[f].high : 0xbf;
      if (i == bytes || text[i] < low || text[i] > high) return i;
    }
    *out_whole = true;
    return forms[f].tail + 1u;
  }
  return 0;
}

/* 0, or the reason why the row's bytes are no text. */
static input_reason check_text(const unsigned char *row, size_t bytes) {
  for (size_t i = 0; i < bytes;) {
    bool whole;
    size_t length = utf8_prefix(row + i, bytes - i, &whole);
    if (!whole) return i + length < bytes && row[i + length] == 0 ? INPUT_NUL_BYTE : INPUT_NOT_UTF8;
    i += length;
  }
  return 0;
}

typedef enum place { START, PLAIN, QUOTED, QUOTE_IN_QUOTED, BEHIND } place;

typedef struct row_walk {
  byte_string fields[64]; /* the fuzzed rows have fewer */
  size_t count;
  bool quoted, stray;
  place place;
} row_walk;

static void walk_byte(const reference *r, row_walk *w, unsigned char c) {
  byte_string *field = &w->fields[w->count - 1 < 63 ? w->count - 1 : 63];
  if (w->place == QUOTED) {
    if (c == '"') w->place = QUOTE_IN_QUOTED;
    else bytes_add(field, &c, 1);
    return;
  }
  if (w->place == QUOTE_IN_QUOTED && c == '"') {
    w->place = QUOTED;
    bytes_add(field, &c, 1);
  } else if (c == r->delimiter) {
    w->count++;
    w->place = START;
  } else if (w->place == QUOTE_IN_QUOTED || w->place == BEHIND) {
    w->place = BEHIND;
    w->stray |= !is_blank(r, c);
  } else if (w->place == START && c == '"') {
    field->length = 0;
    w->place = QUOTED;
    w->quoted = true;
  } else {
    bytes_add(field, &c, 1);
    if (!is_blank(r, c)) w->place = PLAIN;
  }
}

static void finish_row(reference *r, row_walk *w, uint64_t line, size_t start, size_t end) {
  input_reject reject = {.line = line, .byte_offset = start};
  reject.reason = check_text(r->text + start, end - start);
  byte_string *last = &w->fields[w->count - 1 < 63 ? w->count - 1 : 63];
  bool bare = w->place == START || w->place == PLAIN;
  if (bare && last->length > 0 && last->data[last->length - 1] == '\r') last->length--;
  if (!reject.reason) {
    size_t blanks = start;
    while (blanks < end && (is_blank(r, r->text[blanks]) || r->text[blanks] == '\n')) blanks++;
    if (blanks == end) return;
  }
  if (!reject.reason && w->stray) reject.reason = INPUT_QUOTE_STRAY;
  if (!reject.reason && w->count != r->columns) {
    reject.reason = INPUT_FIELD_COUNT;
    reject.found = (uint32_t)w->count;
    reject.expected = (uint32_t)r->columns;
  }
  if (reject.reason) {
    outcome_reject(&r->outcome, 0, &reject);
    return;
  }
  outcome_row(&r->outcome, 0, line, start);
  for (size_t i = 0; i < w->count; i++) outcome_field(&r->outcome, w->fields[i].data, w->fields[i].length);
}

/* Reads the row at `start`; returns where the next one starts. */
static size_t read_row(reference *r, row_walk *w, size_t start, uint64_t line) {
  w->count = 1;
  w->place = START;
  w->quoted = w->stray = false;
  for (size_t i = 0; i < 64; i++) w->fields[i].length = 0;
  size_t i = start;
  input_reason bad = 0;
  for (; i < r->bytes; i++) {
    unsigned char c = r->text[i];
    if (c == '\n' && w->place != QUOTED) {
      if (w->stray && memchr(r->text + start, '\n', i - start)) {
        bad = INPUT_QUOTE_STRAY;
        break;
      }
      finish_row(r, w, line, start, i + 1);
      return i + 1;
    }
    bool quoted = w->place == QUOTED || (w->place == QUOTE_IN_QUOTED && c == '"');
    if (i - start == r->row_bytes_max) {
      bad = quoted ? INPUT_QUOTE_OPEN : INPUT_ROW_TOO_LONG;
      break;
    }
    walk_byte(r, w, c);
  }
  if (!bad && w->place == QUOTED) bad = INPUT_QUOTE_OPEN;
  if (!bad && w->stray && memchr(r->text + start, '\n', r->bytes - start)) bad = INPUT_QUOTE_STRAY;
  if (!bad) {
    finish_row(r, w, line, start, r->bytes);
    return r->bytes;
  }
  input_reject reject = {.line = line, .byte_offset = start, .reason = bad};
  outcome_reject(&r->outcome, 0, &reject);
  for (i = start; i < r->bytes; i++) {
    if (r->text[i] == '\n') return i + 1;
  }
  return r->bytes;
}

static void reference_read(reference *r, size_t header_bytes) {
  static row_walk w;
  size_t at = header_bytes, counted = 0;
  uint64_t line = 1;
  while (at < r->bytes) {
    for (; counted < at; counted++) line += r->text[counted] == '\n';
    at = read_row(r, &w, at, line);
  }
  for (size_t i = 0; i < 64; i++) bytes_free(&w.fields[i]);
}

/* ---- random files -------------------------------------------------------------------------- */

static const char delimiters[] = {',', ';', '\t', '|'};

static size_t random_below(uint64_t *seed, size_t limit) { return (size_t)(random_next(seed) % limit); }

/* Bytes without a plan: every state of the reader is hit. */
static void add_noise(byte_string *b, uint64_t *seed, char delimiter, size_t length, bool with_nul) {
  static const char *const pieces[] = {"\"",   "\"",  "\n",      "\r\n",     "\r",       " ",    "x",
                                       "yz",   "\t",  "\xe1\xba\xbf", "\xc4\x91", "\"\"", "\xc3", "\n\n",
                                       "\",\"", "\n\"", ",\"", "longer text"};
  size_t quoteless = random_below(seed, 4) == 0 ? 2 : 0;
  while (b->length < length) {
    size_t kind = random_below(seed, 24);
    if (kind < 5) {
      bytes_add(b, &delimiter, 1);
    } else if (kind == 5 && with_nul) {
      bytes_add(b, "", 1);
    } else {
      bytes_text(b, pieces[quoteless + random_below(seed, (quoteless ? 9 : 18))]);
    }
  }
}

/* A table in good order, but for a little damage. */
static void add_table(byte_string *b, uint64_t *seed, char delimiter, size_t length, size_t columns) {
  static const char *const values[] = {"",       "An",        "\"a b\"", "\"x\"\"y\"", "\"l1\nl2\"",
                                       " pad ",  "\"d,;|\"",  "12\"",    "  \"q\" ",   "Nguy\xe1\xbb\x85n",
                                       "\"\"",   "\"\r\n\"",  "7",       "0123456789"};
  while (b->length < length) {
    size_t count = random_below(seed, 12) == 0 ? random_below(seed, 6) + 1 : columns;
    for (size_t i = 0; i < count; i++) {
      if (i > 0) bytes_add(b, &delimiter, 1);
      bytes_text(b, values[random_below(seed, 14)]);
      if (random_below(seed, 60) == 0) bytes_text(b, "\"");
    }
    bytes_text(b, random_below(seed, 3) ? "\n" : "\r\n");
  }
  if (random_below(seed, 2)) b->length -= 1;
}

typedef struct random_file {
  byte_string text;
  size_t header_bytes, columns;
  char delimiter;
} random_file;

static random_file random_file_make(uint64_t *seed) {
  random_file f = {.columns = 1 + random_below(seed, 4)};
  f.delimiter = f.columns == 1 ? ',' : delimiters[random_below(seed, 4)];
  if (random_below(seed, 4) == 0) bytes_text(&f.text, "\xef\xbb\xbf");
  for (size_t i = 0; i < f.columns; i++) {
    char name[2] = {(char)('a' + i), f.delimiter};
    bytes_add(&f.text, name, i + 1 < f.columns ? 2 : 1);
  }
  bytes_text(&f.text, "\n");
  f.header_bytes = f.text.length;
  /* NUL bytes in the first 4 KiB are refused at once, so blank lines go before them. */
  bool with_nul = random_below(seed, 4) == 0;
  for (size_t i = 0; with_nul && i < 4096; i++) bytes_text(&f.text, "\n");
  size_t length = f.text.length + 1 + random_below(seed, 700);
  if (random_below(seed, 2)) add_table(&f.text, seed, f.delimiter, length, f.columns);
  else add_noise(&f.text, seed, f.delimiter, length, with_nul);
  return f;
}

static bool has_rows(const random_file *f) {
  for (size_t i = f->header_bytes; i < f->text.length; i++) {
    char c = f->text.data[i];
    if (c == f->delimiter || (c != '\n' && c != '\r' && c != ' ' && c != '\t')) return true;
  }
  return false;
}

/* Control and non-ASCII bytes in hexadecimal; runs of line feeds are cut short. */
static void print_escaped(const char *title, const byte_string *b) {
  fprintf(stderr, "%s: ", title);
  for (size_t i = 0, line_feeds = 0; i < b->length; i++) {
    unsigned char c = (unsigned char)b->data[i];
    line_feeds = c == '\n' ? line_feeds + 1 : 0;
    if (line_feeds > 3) continue;
    if (c >= ' ' && c < 0x7f) fputc(c, stderr);
    else fprintf(stderr, "\\%02x", c);
  }
  fputc('\n', stderr);
}

static void check_file(random_file *f, uint64_t seed, size_t row_bytes_max, size_t batch_bytes) {
  memory_file file = memory_file_make(f->text.data, f->text.length);
  const char *path = file.path;
  input_options options = {.paths = &path, .path_count = 1, .row_bytes_max = row_bytes_max,
                           .batch_bytes = batch_bytes};
  options.delimiter = f->columns == 1 ? 0 : f->delimiter;
  options.charset = "utf-8"; /* the reference knows no other; noise may well be a word in one */
  outcome got;
  khop_error err = {0};
  khop_status status = outcome_of(&got, &options, &err);
  memory_file_close(&file);
  if (!has_rows(f)) {
    assert_int_equal(status, KHOP_INPUT);
    assert_non_null(strstr(err.message, "header only, no rows"));
    return;
  }
  if (status != KHOP_OK) fail_msg("seed %" PRIu64 ": %s", seed, err.message);
  reference want = {.text = (const unsigned char *)f->text.data, .bytes = f->text.length,
                    .row_bytes_max = row_bytes_max, .columns = f->columns,
                    .delimiter = (unsigned char)f->delimiter};
  reference_read(&want, f->header_bytes);
  if (got.rows.length != want.outcome.rows.length || got.rejects.length != want.outcome.rejects.length ||
      memcmp(shown(&got.rows), shown(&want.outcome.rows), got.rows.length) != 0 ||
      memcmp(shown(&got.rejects), shown(&want.outcome.rejects), got.rejects.length) != 0) {
    print_escaped("text", &f->text);
    print_escaped("rows, got", &got.rows);
    print_escaped("rows, wanted", &want.outcome.rows);
    print_escaped("rejects, got", &got.rejects);
    print_escaped("rejects, wanted", &want.outcome.rejects);
    fail_msg("seed %" PRIu64 ", row_bytes_max %zu, batch_bytes %zu, delimiter %c", seed, row_bytes_max,
             batch_bytes, f->delimiter);
  }
  outcome_free(&got);
  outcome_free(&want.outcome);
}

static void check_many(uint64_t first_seed, size_t count) {
  static const size_t row_sizes[] = {8, 9, 16, 33, 64, 300, 1 << 16};
  static const size_t batch_sizes[] = {1, 7, 64, 65, 100, 333, 1 << 16};
  for (uint64_t seed = first_seed; seed < first_seed + count; seed++) {
    uint64_t state = seed;
    random_file f = random_file_make(&state);
    size_t row_bytes_max = row_sizes[random_below(&state, 7)];
    for (size_t i = 0; i < 7; i++) check_file(&f, seed, row_bytes_max, batch_sizes[i]);
    bytes_free(&f.text);
  }
}

static void matches_reference_at_every_level(void **state) {
  (void)state;
  const char *scale = getenv("KHOP_TEST_SCALE");
  size_t files = scale && strcmp(scale, "small") == 0 ? 400 : 2000;
  for (cpu_level level = CPU_SCALAR; level <= CPU_AVX512; level++) {
    if (!cpu_level_supported(level)) continue;
    setenv("KHOP_CPU", cpu_level_name(level), 1);
    check_many(1000 + 300000 * (uint64_t)level, files);
  }
  unsetenv("KHOP_CPU");
}

/* Files over several windows, so that refills happen at the default shape of the buffers too. */
static void matches_reference_on_larger_files(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    uint64_t random = seed;
    random_file f = {.columns = 3, .delimiter = ','};
    bytes_text(&f.text, "a,b,c\n");
    f.header_bytes = f.text.length;
    add_table(&f.text, &random, ',', 20000, 3);
    check_file(&f, seed, 200, 1000);
    check_file(&f, seed, 1 << 20, 1 << 20);
    bytes_free(&f.text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(matches_reference_at_every_level),
      cmocka_unit_test(matches_reference_on_larger_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
