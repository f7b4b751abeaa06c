/* See label_word.h. */
#include "normalise/label_word.h"

#include <string.h>

#include "normalise/normalise.h"

/* Unaccented capitals; '-' and '_' are blanks. */
static const struct {
  const char *word;
  pair_label label;
} words[] = {
    {"MATCH", LABEL_MATCH}, {"M", LABEL_MATCH}, {"YES", LABEL_MATCH}, {"Y", LABEL_MATCH}, {"TRUE", LABEL_MATCH},
    {"T", LABEL_MATCH}, {"1", LABEL_MATCH}, {"SAME", LABEL_MATCH}, {"DUPLICATE", LABEL_MATCH}, {"LINK", LABEL_MATCH},
    {"POSITIVE", LABEL_MATCH}, {"TRUNG", LABEL_MATCH}, {"TRUNG KHOP", LABEL_MATCH}, {"TRUNG LAP", LABEL_MATCH},
    {"KHOP", LABEL_MATCH}, {"DUNG", LABEL_MATCH}, {"CO", LABEL_MATCH}, {"GIONG", LABEL_MATCH},
    {"CUNG NGUOI", LABEL_MATCH}, {"CUNG MOT NGUOI", LABEL_MATCH}, {"MOT NGUOI", LABEL_MATCH}, {"CUNG THUA", LABEL_MATCH},
    {"NON MATCH", LABEL_NON_MATCH}, {"NONMATCH", LABEL_NON_MATCH}, {"NOT MATCH", LABEL_NON_MATCH},
    {"NO MATCH", LABEL_NON_MATCH}, {"NOT A MATCH", LABEL_NON_MATCH}, {"NO", LABEL_NON_MATCH}, {"N", LABEL_NON_MATCH},
    {"FALSE", LABEL_NON_MATCH}, {"F", LABEL_NON_MATCH}, {"0", LABEL_NON_MATCH}, {"DIFFERENT", LABEL_NON_MATCH},
    {"DISTINCT", LABEL_NON_MATCH}, {"NON LINK", LABEL_NON_MATCH}, {"NEGATIVE", LABEL_NON_MATCH},
    {"KHONG", LABEL_NON_MATCH}, {"KHONG TRUNG", LABEL_NON_MATCH}, {"KHONG KHOP", LABEL_NON_MATCH},
    {"KHONG TRUNG KHOP", LABEL_NON_MATCH}, {"KHONG PHAI", LABEL_NON_MATCH}, {"KHAC", LABEL_NON_MATCH},
    {"KHAC NHAU", LABEL_NON_MATCH}, {"KHAC NGUOI", LABEL_NON_MATCH}, {"HAI NGUOI", LABEL_NON_MATCH},
    {"SAI", LABEL_NON_MATCH}, {"KHONG CUNG NGUOI", LABEL_NON_MATCH},
    {"POSSIBLE", LABEL_POSSIBLE}, {"POSSIBLE MATCH", LABEL_POSSIBLE}, {"MAYBE", LABEL_POSSIBLE},
    {"UNSURE", LABEL_POSSIBLE}, {"UNKNOWN", LABEL_POSSIBLE}, {"UNCERTAIN", LABEL_POSSIBLE}, {"REVIEW", LABEL_POSSIBLE},
    {"?", LABEL_POSSIBLE}, {"CO THE", LABEL_POSSIBLE}, {"CO THE TRUNG", LABEL_POSSIBLE}, {"CO THE KHOP", LABEL_POSSIBLE},
    {"NGHI NGO", LABEL_POSSIBLE}, {"NGHI TRUNG", LABEL_POSSIBLE}, {"KHONG RO", LABEL_POSSIBLE},
    {"CHUA RO", LABEL_POSSIBLE}, {"KHONG CHAC", LABEL_POSSIBLE}, {"CHUA CHAC", LABEL_POSSIBLE},
    {"KHONG CHAC CHAN", LABEL_POSSIBLE}, {"CHUA XAC DINH", LABEL_POSSIBLE}};

bool label_parse(const char *text, size_t length, pair_label *out_label) {
  char spaced[64], word[64];
  if (length >= sizeof spaced) return false;
  for (size_t i = 0; i < length; i++) spaced[i] = text[i] == '-' || text[i] == '_' ? ' ' : text[i];
  size_t used = text_fold_plain(spaced, length, word, sizeof word - 1);
  word[used] = '\0';
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcmp(words[i].word, word) != 0) continue;
    *out_label = words[i].label;
    return true;
  }
  return false;
}
