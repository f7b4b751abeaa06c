/* Sex as registers write it: words, letters, and the codes of the health and justice ministries. */
#include <string.h>

#include "normalise/normalise.h"

enum { WORD_MAX = 12 };

typedef struct sex_word {
  char word[WORD_MAX];
  sex_value sex;
} sex_word;

static const sex_word sex_words[] = {
    {"NAM", SEX_MALE},      {"NU", SEX_FEMALE},        {"M", SEX_MALE},       {"F", SEX_FEMALE},
    {"1", SEX_MALE},        {"2", SEX_FEMALE},         {"0", SEX_FEMALE},     {"3", SEX_OTHER},
    {"TRUE", SEX_MALE},     {"FALSE", SEX_FEMALE},     {"MALE", SEX_MALE},    {"FEMALE", SEX_FEMALE},
    {"NAM GIOI", SEX_MALE}, {"NU GIOI", SEX_FEMALE},   {"TRAI", SEX_MALE},    {"GAI", SEX_FEMALE},
    {"1.0", SEX_MALE},      {"2.0", SEX_FEMALE},       {"0.0", SEX_FEMALE},   {"3.0", SEX_OTHER},
    {"01", SEX_MALE},       {"02", SEX_FEMALE},        {"00", SEX_FEMALE},    {"KHAC", SEX_OTHER},
    {"OTHER", SEX_OTHER},   {"GIOI KHAC", SEX_OTHER},
};

sex_value normalise_sex(const char *text, size_t length) {
  if (length == 3 && memcmp(text, "Nam", 3) == 0) return SEX_MALE;
  if (length == 4 && memcmp(text, "N\xE1\xBB\xAF", 4) == 0) return SEX_FEMALE;
  char folded[WORD_MAX + 1] = {0};
  size_t count = text_fold_plain(text, length, folded, WORD_MAX);
  for (size_t i = 0; i < sizeof sex_words / sizeof sex_words[0]; i++) {
    if (strlen(sex_words[i].word) == count && memcmp(sex_words[i].word, folded, count) == 0) return sex_words[i].sex;
  }
  return SEX_MISSING;
}
