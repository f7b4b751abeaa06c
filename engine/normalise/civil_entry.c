/* Entries of civil-status books: number and book, which both end in the year ("123/2019", book "01/2019").
 * Canonical: 123/2019, quyển 1/2019. */
#include <stdio.h>
#include <string.h>

#include "normalise/identifier_read.h"

enum { YEAR_DIGITS = 4, FOLDED_MAX = IDENTIFIER_CANONICAL_MAX };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

static bool is_mark(char c) { return c != 0 && strchr(" :.,'\"`", c) != NULL; }

static bool all_digits(const char *text) {
  size_t count = strspn(text, "0123456789");
  return count > 0 && text[count] == 0;
}

/* The year behind the last '/' or '-', of this century or the last; 0 when there is none. *out_end is where the
 * mark stands, *out_short says that two digits stand behind it. */
static uint16_t year_behind(const char *code, size_t *out_end, bool *out_short) {
  const char *slash = strrchr(code, '/'), *mark = slash != NULL ? slash : strrchr(code, '-');
  *out_end = strlen(code);
  *out_short = false;
  if (mark == NULL || mark == code || !all_digits(mark + 1)) return 0;
  size_t digits = strlen(mark + 1);
  *out_short = digits <= 2 && slash != NULL;
  bool year = digits == YEAR_DIGITS && (memcmp(mark + 1, "19", 2) == 0 || memcmp(mark + 1, "20", 2) == 0);
  if (!year) return 0;
  *out_end = (size_t)(mark - code);
  unsigned number = 0;
  for (const char *c = mark + 1; *c; c++) number = number * 10 + (unsigned)(*c - '0');
  return (uint16_t)number;
}

/* Nothing but letters, digits, '/' and '-', and no book in it. */
static bool is_plain(const char *code) {
  return code[strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-")] == 0 && strstr(code, "QUYEN") == NULL;
}

/* Where the code begins behind "số", "quyển số" and marks: after its blanks went, so that "QU YEN" is the same. */
static const char *behind_words(const char *code) {
  static const char *const words[] = {"QUYEN", "DANGKY", "SO"};
  for (bool again = true; again;) {
    again = is_mark(*code);
    code += again;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && !again; i++) {
      size_t letters = strlen(words[i]);
      again = strncmp(code, words[i], letters) == 0 && (letters > 2 || !is_letter(code[letters]));
      if (again) code += letters;
    }
  }
  return code;
}

/* The code of a number or book without words around. False when there is none. */
static bool read_code(identifier_text value, char out[IDENTIFIER_PIECE_MAX + 1]) {
  char code[IDENTIFIER_PIECE_MAX + 1];
  out[0] = 0;
  if (!identifier_code(value, code)) return false;
  const char *start = behind_words(code);
  size_t length = strlen(start);
  while (length > 0 && is_mark(start[length - 1])) length--;
  memcpy(out, start, length);
  out[length] = 0;
  return length > 0 && is_plain(out);
}

/* A folded number and book. */
static void set_entry(identifier_text number, identifier_text book, identifier_parts *out) {
  entry_parts *entry = &out->entry;
  size_t end;
  bool is_short, book_short;
  bool good = read_code(number, entry->number) && is_digit(entry->number[strcspn(entry->number, "0123456789")]);
  bool book_given = book.length > 0;
  good &= !book_given || read_code(book, entry->book);
  if (!good) {
    memset(entry, 0, sizeof *entry);
    return;
  }
  entry->year = year_behind(entry->number, &end, &is_short);
  entry->number[end] = 0;
  uint16_t book_year = year_behind(entry->book, &end, &book_short);
  if (entry->year && book_year && entry->year != book_year) out->findings |= IDENTIFIER_BOOK_YEAR_MISMATCH;
  if (is_short) out->findings |= IDENTIFIER_SHORT_YEAR;
  if (!entry->year) entry->year = is_short ? 0 : book_year;
  if (!entry->year && !is_short) out->findings |= IDENTIFIER_NO_YEAR;
  char year[8] = "";
  if (entry->year) snprintf(year, sizeof year, "/%u", entry->year);
  snprintf(out->canonical, sizeof out->canonical, "%s%s%s%s", entry->number, year, book_given ? ", quyển " : "",
           entry->book);
  out->kind = IDENTIFIER_IS_ENTRY;
}

/* `whole` is what stays when no entry is found. */
static void read_folded(identifier_text number, identifier_text book, identifier_text whole, identifier_parts *out) {
  char other[FOLDED_MAX + 1];
  set_entry(number, book, out);
  if (out->kind == IDENTIFIER_IS_ENTRY) return;
  memset(out, 0, sizeof *out);
  if (identifier_set_placeholder(whole, out)) return;
  memcpy(other, whole.text, whole.length);
  other[whole.length] = 0;
  identifier_set_other(out, other);
}

void civil_entry_read(identifier_text number, identifier_text book, identifier_parts *out) {
  char folded_number[FOLDED_MAX], folded_book[FOLDED_MAX];
  memset(out, 0, sizeof *out);
  number.length = text_fold_plain(number.text, number.length, folded_number, sizeof folded_number);
  book.length = text_fold_plain(book.text, book.length, folded_book, sizeof folded_book);
  number.text = folded_number;
  book.text = folded_book;
  if (number.length > 0) read_folded(number, book, number, out);
}

/* "quyển" parts the two. */
void civil_entry_take_apart(const char *text, size_t length, const identifier_context *context,
                            identifier_parts *out) {
  static const char book_word[] = "QUYEN";
  (void)context;
  char folded[FOLDED_MAX];
  size_t folded_length = text_fold_plain(text, length, folded, sizeof folded);
  const char *book = memmem(folded, folded_length, book_word, sizeof book_word - 1);
  size_t number_length = book != NULL ? (size_t)(book - folded) : folded_length;
  identifier_text number = {folded, number_length}, rest = {folded + number_length, folded_length - number_length};
  read_folded(number, rest, (identifier_text){folded, folded_length}, out);
}
