/* See name_words.h. */
#include <string.h>

#include "normalise/name_words.h"

/* Lists are one string, words between blanks, searched whole: they are looked at where a name is unusual. */
static const char surnames[] =
    " NGUYEN TRAN LE PHAM HUYNH HOANG PHAN VU VO DANG BUI DO HO NGO DUONG LY DINH TRUONG LAM HA CAO DOAN LUONG "
    "TRINH DAO MAI TA TO CHAU THAI QUACH TANG LA TRIEU CHU TONG KIEU LUU VUONG LAI NGHIEM PHUNG DAM THACH SON DANH "
    "KIM NONG HUA TU QUAN VIEN NGUY BACH LU BE MAC HAU TIEU UONG KHUAT THAN DIEP UNG CHUNG NG ";

static const char only_surnames[] =
    " nguyễn trần phạm huỳnh bùi đỗ đặng ngô trương võ đoàn phan trịnh đào đinh NGUYEN PHAM HUYNH BUI ";

static const char kinh_surnames[] =
    " nguyễn trần lê hoàng huỳnh phan vũ võ đặng đỗ ngô dương lý trương đoàn trịnh đào vương lưu tạ tô mai nghiêm phùng "
    "trình thái quách châu lương cao đàm NGUYEN TRAN HOANG HUYNH TRUONG DUONG DANG DOAN TRINH ";

static const char shared_surnames[] = " phạm bùi hồ đinh hà PHAM BUI ";

static const char foreign_given[] =
    " JOHN JAMES DAVID MICHAEL ROBERT WILLIAM RICHARD THOMAS PETER PAUL MARK DANIEL ANDREW GEORGE KEVIN BRIAN STEVEN "
    "ERIC CARLOS MARIA MARY ANNA ANNE LINDA SUSAN SARAH JENNIFER JESSICA LISA KAREN EMMA LAURA JULIA SOPHIE CHRISTINE "
    "JOSE JUAN PIERRE JEAN HANS ALEX ALEXANDER IVAN JOSEPH CHARLES EDWARD FRANK HENRY JACK TONY TOM MARTIN PATRICK "
    "CHRISTOPHER MATTHEW ANTHONY STEPHEN SCOTT ELIZABETH BARBARA MARGARET HELEN SANDRA NANCY EMILY OLIVIA ";

static const char clans[] =
    " niê mlô êban êñuôl kdăm byă ayŭn kbuôr kpă ksor siu nay rahlan rmah rcom rơmah puih kpuih rơchâm rơlan rcăm hmŏk "
    "hđơk hwing knul ktla ktul bkrông buôn mdrang eñuôl kpor rolan romah liêng cil lơmu bonyŏ dagout touneh ";

static size_t word_text(const fold_run *run, name_word w, char out[NAME_WORD_TEXT_MAX]) {
  bool cut = false;
  out[0] = ' ';
  size_t length = fold_text(run->codes + w.start, name_word_length(w), out + 1, NAME_WORD_TEXT_MAX - 2, &cut);
  if (cut || length == 0) return 0;
  out[length + 1] = ' ';
  return length + 2;
}

static bool is_in(const char *list, size_t list_length, const char *needle, size_t length) {
  return length > 2 && memmem(list, list_length, needle, length) != NULL;
}

static size_t word_plain(const fold_run *run, name_word w, char out[NAME_WORD_TEXT_MAX]) {
  size_t length = name_word_length(w);
  if (length == 0 || length + 2 > NAME_WORD_TEXT_MAX) return 0;
  out[0] = ' ';
  memcpy(out + 1, run->plain + w.start, length);
  out[length + 1] = ' ';
  return length + 2;
}

static bool is_plain_in(const char *list, size_t list_length, const fold_run *run, name_word w) {
  char needle[NAME_WORD_TEXT_MAX];
  return is_in(list, list_length, needle, word_plain(run, w, needle));
}

bool name_has_accent(const fold_run *run, name_word w) {
  for (size_t i = w.start; i < w.end; i++) {
    uint8_t code = run->codes[i];
    if (code >= FOLD_D) return true;
    if (!fold_is_vowel(code)) continue;
    unsigned letter = (unsigned)(code - FOLD_VOWEL) >> 3;
    if ((code & 7) != 0 || (letter != 0 && letter != 3 && letter != 5 && letter != 6 && letter != 9 && letter != 11)) return true;
  }
  return false;
}

/* In a list of words with their accents, followed by unaccented ones in capitals. */
static bool is_written_in(const char *list, size_t list_length, const fold_run *run, name_word w) {
  char needle[NAME_WORD_TEXT_MAX];
  size_t length = name_has_accent(run, w) ? word_text(run, w, needle) : word_plain(run, w, needle);
  return is_in(list, list_length, needle, length);
}

size_t name_words(const fold_run *run, size_t start, name_word words[NAME_WORDS_MAX]) {
  size_t count = 0;
  for (size_t at = start; at < run->count;) {
    size_t end = at;
    while (end < run->count && (run->codes[end] != FOLD_BLANK || count == NAME_WORDS_MAX - 1)) end++;
    if (end > at) words[count++] = (name_word){(uint16_t)at, (uint16_t)end};
    at = end + 1;
  }
  return count;
}

bool name_word_is(const fold_run *run, name_word w, const char *text) {
  char word[NAME_WORD_TEXT_MAX];
  size_t length = word_text(run, w, word);
  return length == strlen(text) + 2 && memcmp(word + 1, text, length - 2) == 0;
}

bool name_word_is_plain(const fold_run *run, name_word w, const char *plain) {
  return name_word_length(w) == strlen(plain) && memcmp(run->plain + w.start, plain, strlen(plain)) == 0;
}

bool name_is_surname(const fold_run *run, name_word w) { return is_plain_in(surnames, sizeof surnames - 1, run, w); }

bool name_is_only_surname(const fold_run *run, name_word w) {
  return is_written_in(only_surnames, sizeof only_surnames - 1, run, w);
}

bool name_is_kinh_surname(const fold_run *run, name_word w) {
  return is_written_in(kinh_surnames, sizeof kinh_surnames - 1, run, w);
}

bool name_is_shared_surname(const fold_run *run, name_word w) {
  return is_written_in(shared_surnames, sizeof shared_surnames - 1, run, w);
}

bool name_is_foreign_given(const fold_run *run, name_word w) {
  return is_plain_in(foreign_given, sizeof foreign_given - 1, run, w);
}

/* Unaccented, words parted by blanks; a longer one before what it begins with. */
static const char *const compounds[] = {"CONG TANG TON NU", "CONG HUYEN TON NU", "CONG TON NU",  "HUYEN TON NU",
                                        "HUYEN TANG TON NU", "TON NU",           "TON THAT",     "AU DUONG",
                                        "TU MA",            "GIA CAT",           "DOC CO",       "HA HOU",
                                        "THAI THUC",        "DONG PHUONG",       "TAY MON",      "THUONG QUAN"};

/* The words that generations of the Nguyễn Phước (Phúc) bear by the poem of their family. */
static const char generations[] = " MIEN HONG HUONG UNG BUU VINH BAO QUY ";

static size_t phrase_words(const fold_run *run, const name_word *words, size_t count, const char *phrase) {
  size_t used = 0;
  for (const char *at = phrase; *at != 0; used++) {
    size_t length = strcspn(at, " ");
    if (used == count || name_word_length(words[used]) != length) return 0;
    if (memcmp(run->plain + words[used].start, at, length) != 0) return 0;
    at += length + (at[length] == ' ');
  }
  return used;
}

bool name_begins_compound(const fold_run *run, name_word w) {
  for (size_t i = 0; i < sizeof compounds / sizeof compounds[0]; i++) {
    size_t length = strcspn(compounds[i], " ");
    if (name_word_length(w) == length && memcmp(run->plain + w.start, compounds[i], length) == 0) return true;
  }
  return false;
}

size_t name_compound_surname(const fold_run *run, const name_word *words, size_t count) {
  for (size_t i = 0; i < sizeof compounds / sizeof compounds[0]; i++) {
    size_t used = phrase_words(run, words, count, compounds[i]);
    if (used > 0) return used < count ? used : 0;
  }
  bool royal = count >= 4 && name_word_is_plain(run, words[0], "NGUYEN") &&
               (name_word_is_plain(run, words[1], "PHUOC") || name_word_is_plain(run, words[1], "PHUC"));
  return royal && is_plain_in(generations, sizeof generations - 1, run, words[2]) ? 2 : 0;
}

size_t name_clan(const fold_run *run, const name_word *words, size_t count) {
  char needle[NAME_WORD_TEXT_MAX];
  if (count > 1 && name_word_is(run, words[0], "rơ")) return 2;
  if (count > 1 && name_word_is(run, words[0], "rah") && name_word_is(run, words[1], "lan")) return 2;
  return count > 0 && is_in(clans, sizeof clans - 1, needle, word_text(run, words[0], needle)) ? 1 : 0;
}
