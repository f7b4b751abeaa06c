/* Measures of names that are written otherwise in another region: by sound, and by the forms that one name has. */
#include <string.h>

#include "compare/measure_parts.h"
#include "normalise/regional.h"

static bool sounds_equal(const sides *s, size_t l, size_t r) {
  uint32_t x = view_sound(s->left, l), y = view_sound(s->right, r);
  return x != 0 && x == y;
}

static bool words_alike(const view_column *a, size_t i, const view_column *b, size_t j, unsigned word) {
  if (a->word_hashes[i][word] == b->word_hashes[j][word]) return true;
  word_span x = a->words[i][word], y = b->words[j][word];
  unsigned family = regional_family(a->straight + i * TEXT_LETTERS_MAX + x.start, (unsigned)(x.end - x.start));
  return family && family == regional_family(b->straight + j * TEXT_LETTERS_MAX + y.start, (unsigned)(y.end - y.start));
}

static bool forms_equal(const sides *s, size_t l, size_t r) {
  view_need_hashes(s->left, l);
  view_need_hashes(s->right, r);
  unsigned count = s->left->word_counts[l];
  if (count != s->right->word_counts[r]) return false;
  for (unsigned word = 0; word < count; word++) {
    if (!words_alike(s->left, l, s->right, r, word)) return false;
  }
  return count > 0;
}

void name_measure(const measure *m, const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    if (!s->left->toned[l] || !s->right->toned[r]) out[p] = MEASURE_NONE;
    else if (s->left->plain[l] == s->right->plain[r]) out[p] = 1;
    else out[p] = m->kind == TEST_PHONETIC ? sounds_equal(s, l, r) : forms_equal(s, l, r);
  }
}
