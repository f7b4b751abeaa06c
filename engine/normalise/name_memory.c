/* See name_memory.h. */
#include "normalise/name_memory.h"

#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "normalise/name_read.h"

enum { SETS = 1024, WORD_BYTES_MAX = 16, LETTERS_MAX = 8, TONED_MAX = 24 };

typedef struct word_facts {
  uint64_t key[2]; /* its bytes, padded with zeros */
  size_t bytes;    /* 0: free */
  bool is_usual, is_accented;
  bool is_surname;          /* and begins neither a compound one nor a clan's name */
  bool is_nguyen, is_phuoc; /* of whom some are the royal house, with a surname of two words */
  bool is_middle;           /* Văn or Thị, which no name ends in */
  uint8_t toned_bytes, letters, sounds;
  char toned[TONED_MAX], plain[LETTERS_MAX], phonetic[LETTERS_MAX];
} word_facts;

struct name_memory {
  word_facts sets[SETS][2];
  unsigned next_victim;
};

name_memory *name_memory_create(void) { return mem_alloc(1, sizeof(name_memory)); }
void name_memory_free(name_memory *memory) { mem_free(memory); }

/* ---- a word -------------------------------------------------------------------------------- */

/* ASCII letters, and the first bytes that letters and marks of Vietnamese have. */
static bool is_of_letters(const char *word, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    uint8_t byte = (uint8_t)word[i];
    bool is_ascii = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
    bool is_lead = (byte >= 0xC3 && byte <= 0xC6) || byte == 0xCC || byte == 0xE1;
    if (!is_ascii && !is_lead && (byte & 0xC0) != 0x80) return false;
  }
  return true;
}

/* Does nothing of it depend on the other words? */
static bool stands_alone(const char *word, size_t bytes, fold_run *run) {
  fold_cursor cursor = fold_begin(word, bytes);
  fold_next(&cursor, &fold_name_rules, run);
  size_t count = run->count;
  uint8_t codes[LETTERS_MAX];
  if (run->has_other || count < 2 || count > LETTERS_MAX) return false;
  memcpy(codes, run->codes, count);
  return name_repair_alone(run) && run->count == count && memcmp(codes, run->codes, count) == 0;
}

static bool is_only_surname(const fold_run *run, name_word w) {
  bool begins_clan = name_clan(run, &w, 1) > 0 || name_word_is(run, w, "rơ") || name_word_is(run, w, "rah");
  return name_is_surname(run, w) && !begins_clan && !name_begins_compound(run, w);
}

static void learn(const char *word, size_t bytes, word_facts *out) {
  enum { USUAL_FINDINGS = NAME_NO_SURNAME | NAME_NO_GIVEN | NAME_UNACCENTED };
  fold_run run;
  name_parts parts;
  if (!is_of_letters(word, bytes) || !stands_alone(word, bytes, &run)) return;
  person_name_parts(word, bytes, &parts);
  size_t toned = strlen(parts.canonical), letters = strlen(parts.plain), sounds = strlen(parts.phonetic);
  bool is_plain_word = parts.repairs == 0 && (parts.findings & ~(uint32_t)USUAL_FINDINGS) == 0 && parts.words == 1;
  if (!is_plain_word || toned > TONED_MAX || letters > LETTERS_MAX || sounds > LETTERS_MAX) return;
  name_word w = {0, (uint16_t)run.count};
  out->is_usual = true;
  out->is_surname = is_only_surname(&run, w);
  out->is_accented = name_has_accent(&run, w);
  out->is_nguyen = name_word_is_plain(&run, w, "NGUYEN");
  out->is_phuoc = name_word_is_plain(&run, w, "PHUOC") || name_word_is_plain(&run, w, "PHUC");
  out->is_middle = name_word_is(&run, w, "văn") || name_word_is(&run, w, "thị");
  out->toned_bytes = (uint8_t)toned;
  out->letters = (uint8_t)letters;
  out->sounds = (uint8_t)sounds;
  memcpy(out->toned, parts.canonical, toned);
  memcpy(out->plain, parts.plain, letters);
  memcpy(out->phonetic, parts.phonetic, sounds);
}

/* NULL for a word that was not there: it is now, in the place of another, which the name that is being read may have too. */
static const word_facts *recall(name_memory *memory, const char *word, size_t bytes) {
  uint64_t key[2] = {0, 0};
  memcpy(key, word, bytes);
  word_facts *set = memory->sets[hash_combine(key[0], key[1]) % SETS];
  for (unsigned i = 0; i < 2; i++) {
    if (set[i].key[0] == key[0] && set[i].key[1] == key[1] && set[i].bytes == bytes) return &set[i];
  }
  word_facts *place = set + memory->next_victim;
  memory->next_victim ^= 1;
  *place = (word_facts){.key = {key[0], key[1]}, .bytes = bytes};
  learn(word, bytes, place);
  return NULL;
}

/* ---- a name -------------------------------------------------------------------------------- */

/* Words between single blanks; how many, 0 when they are too many, or one is new or not usual. */
static size_t recall_words(name_memory *memory, const char *text, size_t length,
                           const word_facts *words[NAME_USUAL_WORDS_MAX]) {
  size_t count = 0, start = 0;
  for (size_t at = 0; at <= length; at++) {
    if (at < length && text[at] != ' ') continue;
    size_t bytes = at - start;
    if (bytes == 0 || bytes > WORD_BYTES_MAX || count == NAME_USUAL_WORDS_MAX) return 0;
    words[count] = recall(memory, text + start, bytes);
    if (!words[count] || !words[count]->is_usual) return 0;
    count++;
    start = at + 1;
  }
  return count;
}

/* A surname in front, nothing that name_settle changes, and no surname of two words. */
static bool is_usual_name(const word_facts *const *words, size_t count) {
  if (count < 2 || !words[0]->is_surname || words[count - 1]->is_middle) return false;
  if (count > 3 && words[0]->is_nguyen && words[1]->is_phuoc) return false;
  size_t letters = count - 1;
  for (size_t i = 0; i < count; i++) letters += words[i]->letters;
  return letters >= NAME_SETTLED_MIN && letters <= TEXT_LETTERS_MAX &&
         !name_front_may_go((uint8_t)words[0]->plain[0], (uint8_t)words[0]->plain[1], words[0]->letters == 2);
}

/* Copies all of the room that a word has; what is behind its bytes is overwritten. */
static size_t put(char *out, size_t used, const char *text, size_t room, size_t bytes, bool is_first) {
  if (!is_first) out[used++] = ' ';
  memcpy(out + used, text, room);
  return used + bytes;
}

bool name_memory_read(name_memory *memory, const char *text, size_t length, name_usual *out) {
  const word_facts *words[NAME_USUAL_WORDS_MAX];
  if (length > NAME_MEMORY_TEXT_MAX) return false;
  size_t count = recall_words(memory, text, length, words), toned = 0, plain = 0, phonetic = 0;
  if (count == 0 || !is_usual_name(words, count)) return false;
  bool is_accented = false;
  for (size_t i = 0; i < count; i++) {
    const word_facts *w = words[i];
    out->given_start = toned + 1;
    toned = put(out->canonical, toned, w->toned, TONED_MAX, w->toned_bytes, i == 0);
    plain = put(out->plain, plain, w->plain, LETTERS_MAX, w->letters, i == 0);
    phonetic = put(out->phonetic, phonetic, w->phonetic, LETTERS_MAX, w->sounds, i == 0);
    out->initials[i] = w->plain[0];
    is_accented |= w->is_accented;
  }
  out->words = count;
  out->canonical_bytes = toned;
  out->plain_bytes = plain;
  out->phonetic_bytes = phonetic;
  out->surname_bytes = words[0]->toned_bytes;
  out->is_unaccented = !is_accented;
  return true;
}
