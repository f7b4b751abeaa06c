/* See address_text.h: from bytes through the fold to tokens. */
#include "normalise/address_text.h"

#include <string.h>

/* Powers of the base, as constant expressions. */
#define SQUARE_1 (address_hash_base_value * address_hash_base_value)
#define SQUARE_2 (SQUARE_1 * SQUARE_1)
#define SQUARE_3 (SQUARE_2 * SQUARE_2)
#define SQUARE_4 (SQUARE_3 * SQUARE_3)
#define SQUARE_5 (SQUARE_4 * SQUARE_4)
#define PICK(n, bit, value) (((n) >> (bit)&1) ? (value) : 1u)
#define POWER(n)                                                                       \
  (PICK(n, 0, address_hash_base_value) * PICK(n, 1, SQUARE_1) * PICK(n, 2, SQUARE_2) * \
   PICK(n, 3, SQUARE_3) * PICK(n, 4, SQUARE_4) * PICK(n, 5, SQUARE_5))
#define POWERS_4(n) POWER(n), POWER((n) + 1), POWER((n) + 2), POWER((n) + 3)
#define POWERS_16(n) POWERS_4(n), POWERS_4((n) + 4), POWERS_4((n) + 8), POWERS_4((n) + 12)
#define address_hash_base_value UINT64_C(0x9e3779b97f4a7c15)

const uint64_t address_hash_powers[ADDRESS_POWERS] = {POWERS_16(0), POWERS_16(16), POWERS_16(32)};

static bool is_digit(uint8_t plain) { return plain >= '0' && plain <= '9'; }

static bool is_separator(uint8_t code) { return code == FOLD_BLANK || code == '.' || code == ','; }

/* Does the code carry an accent, or is it đ? All vowels from 0x80 on but the bare a e i o u y, and 0xE0. */
static bool is_accented(uint8_t code) {
  static const uint64_t bits[4] = {
      0, 0, ~(UINT64_C(1) << 0x00 | UINT64_C(1) << 0x18 | UINT64_C(1) << 0x28 | UINT64_C(1) << 0x30),
      UINT64_C(0x1FFFFFFFF) & ~(UINT64_C(1) << 0x08 | UINT64_C(1) << 0x18)};
  return bits[code >> 6] >> (code & 63) & 1;
}

/* Vowel y to vowel i, whatever its tone. */
static uint8_t code_with_i(uint8_t code) {
  enum { Y = FOLD_VOWEL + 11 * 8, I = FOLD_VOWEL + 5 * 8 };
  return (code & 0xF8) == Y ? (uint8_t)(code - (Y - I)) : code;
}

/* I to XXXIX, 0 if it is none. */
static uint8_t roman_value(const uint8_t *plain, size_t length) {
  unsigned total = 0, before = 0;
  if (length > 6) return 0;
  for (size_t i = length; i-- > 0;) {
    unsigned value = plain[i] == 'I' ? 1 : plain[i] == 'V' ? 5 : plain[i] == 'X' ? 10 : 0;
    if (value == 0) return 0;
    total = value < before ? total - value : total + value;
    before = value > before ? value : before;
  }
  return total < 40 ? (uint8_t)total : 0;
}

/* ---- one token ------------------------------------------------------------------------------ */

typedef struct text_writer {
  const fold_run *run;
  address_text *text;
  size_t letters;
  uint64_t hash, accents;
  uint8_t part;
} text_writer;

/* The end of a long text is what says the place. */
static void forget_first_half(address_text *text) {
  enum { HALF = ADDRESS_TOKENS_MAX / 2 };
  text->count -= HALF;
  memmove(text->tokens, text->tokens + HALF, text->count * sizeof *text->tokens);
}

/* Returns whether some are accented. The hashes are kept out of *w, because the letters written could alias
 * them. */
static bool put_letters(text_writer *w, const uint8_t *plain, const uint8_t *codes, size_t count) {
  uint8_t *out = w->text->letters + w->letters;
  uint64_t hash = w->hash, accents = w->accents;
  bool accented = false;
  for (size_t i = 0; i < count; i++) {
    uint8_t letter = plain[i] == 'Y' ? 'I' : plain[i];
    accented |= is_accented(codes[i]);
    out[i] = letter;
    hash = address_hash_add(hash, letter);
    accents = address_hash_add(accents, code_with_i(codes[i]));
  }
  w->letters += count;
  w->hash = hash;
  w->accents = accents;
  return accented;
}

static const uint8_t dak[] = {'D', 'A', 'K'};

static bool is_dak(const uint8_t *plain, size_t length) {
  return length == 3 && plain[0] == 'D' && plain[1] == 'A' && (plain[2] == 'K' || plain[2] == 'C');
}

/* Run letters [from, to) as one token; leading zeros of a number go. "Đắk" is written Đăk, Đắc and Dak, even
 * by the state, so it has no accents here. */
static void put_token(text_writer *w, size_t from, size_t to) {
  address_text *text = w->text;
  const uint8_t *plain = w->run->plain, *codes = w->run->codes;
  if (text->count == ADDRESS_TOKENS_MAX) forget_first_half(text);
  if (w->letters + (to - from) > ADDRESS_LETTERS_MAX)
    text->count = w->letters = 0; /* damaged bytes, six codes each */
  if (to - from > ADDRESS_LETTERS_MAX) return;
  while (from + 1 < to && plain[from] == '0' && is_digit(plain[from + 1])) from++;
  address_token *t = &text->tokens[text->count++];
  *t = (address_token){.hash_before = w->hash,
                       .accents_before = w->accents,
                       .start = (uint16_t)w->letters,
                       .ordinal = (uint16_t)text->ordinals,
                       .part = w->part,
                       .is_number = is_digit(plain[from])};
  if (is_dak(plain + from, to - from)) t->is_accented = put_letters(w, dak, dak, 3);
  else t->is_accented = put_letters(w, plain + from, codes + from, to - from);
  t->end = (uint16_t)w->letters;
  t->hash_after = w->hash;
  t->accents_after = w->accents;
  if (!t->is_accented) t->roman = roman_value(plain + from, to - from);
  text->is_accented |= t->is_accented;
}

/* A word of the run; letters with a number joined are two tokens. */
static void put_word(text_writer *w, size_t from, size_t to) {
  size_t letters = from;
  while (letters < to && fold_is_letter(w->run->codes[letters])) letters++;
  bool joined = letters > from && letters < to && is_digit(w->run->plain[letters]);
  put_token(w, from, joined ? letters : to);
  if (joined) put_token(w, letters, to);
  w->text->ordinals++;
}

/* ---- words ---------------------------------------------------------------------------------- */

static const address_word_entry *word_of(const address_word_table *words, uint64_t hash) {
  for (size_t i = address_slot(hash, ADDRESS_WORD_BITS); words->slots[i].plain != 0;
       i = (i + 1) % ADDRESS_WORD_SLOTS) {
    if (words->slots[i].plain == hash) return &words->slots[i];
  }
  return NULL;
}

enum { WORD_LETTERS_MAX = 8 };

/* An accented token is a word only with the word's own accents: Phương is none. Several spellings of a word
 * ("đ" and "d") are entries of their own. */
static void recognise(const address_word_table *words, address_text *text) {
  for (size_t i = 0; i < text->count; i++) {
    address_token *t = &text->tokens[i];
    if (t->is_number || t->end - t->start > WORD_LETTERS_MAX) continue;
    const address_word_entry *entry = word_of(words, address_run_hash(text, i, i));
    if (!entry || (t->is_accented && entry->accents != address_run_accents(text, i, i))) continue;
    t->role = entry->role;
    t->word = entry->word;
    t->kinds = entry->kinds;
  }
}

/* "cũ" behind a name says which map is meant; the name says as much. In brackets also without its accent. */
static bool is_dropped(const address_text *text, size_t at) {
  const address_token *t = &text->tokens[at];
  if (t->word != ADDRESS_WORD_CU || at == 0) return false;
  bool ends = at + 1 == text->count || t[1].part != t->part;
  return ends && (t->is_accented || t[-1].part != t->part);
}

static void drop_words(address_text *text) {
  size_t kept = 0;
  for (size_t i = 0; i < text->count; i++) {
    if (is_dropped(text, i)) continue;
    text->tokens[kept++] = text->tokens[i];
  }
  text->count = kept;
}

void address_text_read(const address_word_table *words, const char *bytes, size_t length, address_text *out) {
  fold_run run;
  out->count = out->ordinals = 0;
  out->is_accented = out->is_placeholder = out->has_commas = false;
  if (length == 0) return;
  fold_cursor cursor = fold_begin(bytes, length);
  fold_next(&cursor, &fold_place_rules, &run);
  out->is_placeholder = fold_is_placeholder(run.plain, run.count);
  text_writer w = {.run = &run, .text = out};
  for (size_t at = 0; at < run.count;) {
    if (is_separator(run.codes[at])) {
      w.part = (uint8_t)(w.part + (run.codes[at++] == ','));
      continue;
    }
    size_t start = at;
    while (at < run.count && !is_separator(run.codes[at])) at++;
    put_word(&w, start, at);
  }
  if (words == NULL || out->count == 0) return;
  recognise(words, out);
  drop_words(out);
  out->has_commas = out->count > 0 && out->tokens[0].part != out->tokens[out->count - 1].part;
}

/* ---- the table of words --------------------------------------------------------------------- */

static const struct {
  const char *written;
  uint16_t kinds;
  uint8_t role, word;
} word_list[] = {
    {"tỉnh", ADDRESS_PROVINCE_KIND, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"t", ADDRESS_PROVINCE_KIND, ADDRESS_ROLE_KIND, ADDRESS_WORD_T},
    {"tp", ADDRESS_CITY, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"city", ADDRESS_CITY, ADDRESS_ROLE_KIND, ADDRESS_WORD_BEHIND},
    {"quận", ADDRESS_URBAN_DISTRICT, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"q", ADDRESS_URBAN_DISTRICT, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"huyện", ADDRESS_RURAL_DISTRICT, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"h", ADDRESS_RURAL_DISTRICT, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"tx", ADDRESS_TOWN, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"phường", ADDRESS_WARD, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"p", ADDRESS_WARD, ADDRESS_ROLE_KIND, ADDRESS_WORD_P},
    {"f", ADDRESS_WARD, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"ward", ADDRESS_WARD, ADDRESS_ROLE_KIND, ADDRESS_WORD_BEHIND},
    {"xã", ADDRESS_RURAL_COMMUNE, ADDRESS_ROLE_KIND, ADDRESS_WORD_XA},
    {"x", ADDRESS_RURAL_COMMUNE, ADDRESS_ROLE_KIND, ADDRESS_WORD_X},
    {"tt", ADDRESS_TOWNSHIP, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"ttr", ADDRESS_TOWNSHIP, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"đk", ADDRESS_SPECIAL_ZONE, ADDRESS_ROLE_KIND, ADDRESS_WORD_OTHER},
    {"district", ADDRESS_URBAN_DISTRICT | ADDRESS_RURAL_DISTRICT, ADDRESS_ROLE_KIND, ADDRESS_WORD_BEHIND},
    {"commune", ADDRESS_RURAL_COMMUNE, ADDRESS_ROLE_KIND, ADDRESS_WORD_BEHIND},
    {"province", ADDRESS_PROVINCE_KIND, ADDRESS_ROLE_KIND, ADDRESS_WORD_BEHIND},
    {"thành", 0, ADDRESS_ROLE_FIRST, ADDRESS_WORD_THANH},
    {"thị", 0, ADDRESS_ROLE_FIRST, ADDRESS_WORD_THI},
    {"đặc", 0, ADDRESS_ROLE_FIRST, ADDRESS_WORD_DAC},
    {"trấn", 0, ADDRESS_ROLE_NAME, ADDRESS_WORD_TRAN},
    {"thôn", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"ấp", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"xóm", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"khóm", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"tổ", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"kp", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"tdp", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"khu", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_KHU},
    {"kv", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"bản", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"buôn", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"làng", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"đội", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"khối", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"sóc", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"phum", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"cụm", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"nhóm", 0, ADDRESS_ROLE_HAMLET, ADDRESS_WORD_OTHER},
    {"đường", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"đ", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"phố", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_PHO},
    {"ngõ", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"ngách", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"hẻm", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"kiệt", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"số", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"sn", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"lô", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"căn", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"ql", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"tl", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"đt", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"lộ", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_LO},
    {"street", 0, ADDRESS_ROLE_STREET, ADDRESS_WORD_OTHER},
    {"dân", 0, ADDRESS_ROLE_NAME, ADDRESS_WORD_DAN},
    {"quốc", 0, ADDRESS_ROLE_NAME, ADDRESS_WORD_QUOC},
    {"việt", 0, ADDRESS_ROLE_NAME, ADDRESS_WORD_VIET},
    {"nam", 0, ADDRESS_ROLE_NAME, ADDRESS_WORD_NAM},
    {"vietnam", 0, ADDRESS_ROLE_NAME, ADDRESS_WORD_VIETNAM},
    {"vn", 0, ADDRESS_ROLE_NAME, ADDRESS_WORD_VIETNAM},
    {"cũ", 0, ADDRESS_ROLE_NAME, ADDRESS_WORD_CU},
};

void address_words_fill(address_word_table *table) {
  memset(table, 0, sizeof *table);
  for (size_t i = 0; i < sizeof word_list / sizeof word_list[0]; i++) {
    address_text text;
    address_text_read(NULL, word_list[i].written, strlen(word_list[i].written), &text);
    uint64_t hash = address_run_hash(&text, 0, 0);
    size_t slot = address_slot(hash, ADDRESS_WORD_BITS);
    while (table->slots[slot].plain != 0) slot = (slot + 1) % ADDRESS_WORD_SLOTS;
    table->slots[slot] = (address_word_entry){.plain = hash,
                                              .accents = address_run_accents(&text, 0, 0),
                                              .kinds = word_list[i].kinds,
                                              .role = word_list[i].role,
                                              .word = word_list[i].word};
  }
}
