/* VNI and VIQR in a text: syllables that end in, or have inside, the digits or signs of a typing method. */
#include <string.h>

#include "normalise/typing_word.h"

typedef enum key_kind { KEY_NONE, KEY_TONE, KEY_MARK } key_kind;
typedef struct typing_key {
  key_kind kind;
  uint8_t value; /* a tone, or a typed_mark */
} typing_key;

static typing_key vni_key(char c) {
  switch (c) {
  case '1': return (typing_key){KEY_TONE, 2};
  case '2': return (typing_key){KEY_TONE, 1};
  case '3': return (typing_key){KEY_TONE, 3};
  case '4': return (typing_key){KEY_TONE, 4};
  case '5': return (typing_key){KEY_TONE, 5};
  case '6': return (typing_key){KEY_MARK, TYPED_CIRCUMFLEX};
  case '7': return (typing_key){KEY_MARK, TYPED_HORN};
  case '8': return (typing_key){KEY_MARK, TYPED_BREVE};
  case '9': return (typing_key){KEY_MARK, TYPED_STROKE};
  default: return (typing_key){KEY_NONE, 0};
  }
}

static typing_key viqr_key(char c) {
  switch (c) {
  case '`': return (typing_key){KEY_TONE, 1};
  case '\'': return (typing_key){KEY_TONE, 2};
  case '?': return (typing_key){KEY_TONE, 3};
  case '~': return (typing_key){KEY_TONE, 4};
  case '.': return (typing_key){KEY_TONE, 5};
  case '^': return (typing_key){KEY_MARK, TYPED_CIRCUMFLEX};
  case '+':
  case '*': return (typing_key){KEY_MARK, TYPED_HORN};
  case '(': return (typing_key){KEY_MARK, TYPED_BREVE};
  default: return (typing_key){KEY_NONE, 0};
  }
}

static typing_key key_of(typing_method method, char c) { return method == TYPING_VNI ? vni_key(c) : viqr_key(c); }

static bool is_letter(char c) { return (unsigned)((c | 0x20) - 'a') < 26; }
static bool is_vowel_letter(char c) { return c != 0 && strchr("aeiouyAEIOUY", c) != NULL; }

bool typing_has_keys(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    uint8_t byte = (uint8_t)text[i];
    if (byte >= '0' && byte <= '9') return true;
    if (byte == '^' || byte == '+' || byte == '(') return true;
  }
  return false;
}

/* ^ behind a, e, o; + behind o, u; an opening bracket inside a word. */
static bool is_viqr(const char *text, size_t length) {
  bool closes = memchr(text, ')', length) != NULL;
  for (size_t i = 1; i < length; i++) {
    char before = (char)(text[i - 1] | 0x20);
    if (text[i] == '^' && (before == 'a' || before == 'e' || before == 'o')) return true;
    if (text[i] == '+' && (before == 'u' || before == 'o')) return true;
    if (text[i] == '(' && before == 'a' && !closes && i + 1 < length && is_letter(text[i + 1])) return true;
  }
  return false;
}

static bool put_mark(typed_word *word, typed_mark mark) {
  if (mark == TYPED_STROKE) {
    if (word->count == 0 || word->codes[0] != 'd') return false;
    word->codes[0] = FOLD_D;
    return true;
  }
  for (size_t i = word->count; i-- > 0;) {
    uint8_t marked = typed_marked(word->codes[i], mark);
    if (!marked) continue;
    word->codes[i] = marked;
    return true;
  }
  return false;
}

/* One run of letters and keys. */
typedef struct typed_run {
  size_t length;
  bool has_keys;
  bool is_sure; /* a key with a letter behind, or two keys */
} typed_run;

/* Where the run of letters and keys at text[0] ends. Bytes beyond ASCII beside it belong to it, and spoil it. */
static typed_run find_run(typing_method method, const char *text, size_t length) {
  typed_run run = {0};
  size_t keys = 0;
  for (; run.length < length; run.length++) {
    char c = text[run.length];
    bool is_key = key_of(method, c).kind != KEY_NONE;
    if (!is_key && !is_letter(c) && (uint8_t)c < 0x80) break;
    run.is_sure |= !is_key && keys > 0;
    keys += is_key;
  }
  run.is_sure |= keys > 1;
  run.has_keys = keys > 0;
  return run;
}

static bool read_run(typing_method method, const char *text, size_t length, uint8_t *out, size_t *out_count) {
  typed_word word = {0};
  for (size_t i = 0; i < length; i++) {
    typing_key key = key_of(method, text[i]);
    bool fits = true;
    if (key.kind == KEY_TONE) fits = word.count > 0 && typed_set_tone(&word, key.value);
    else if (key.kind == KEY_MARK) fits = put_mark(&word, (typed_mark)key.value);
    else if ((uint8_t)text[i] >= 0x80 || word.count == TYPING_KEYS_MAX) return false;
    else if (word.count == 1 && word.codes[0] == 'd' && (text[i] | 0x20) == 'd') word.codes[0] = FOLD_D;
    else word.codes[word.count++] = (uint8_t)fold_name_rules.ascii[(uint8_t)text[i]];
    if (!fits) return false;
  }
  return typed_finish(&word, out, out_count);
}

typedef struct typed_text {
  char *out;
  size_t length, capacity;
  unsigned sure, other; /* runs repaired */
} typed_text;

static bool put(typed_text *t, const char *text, size_t length) {
  if (length > t->capacity - t->length) return false;
  memcpy(t->out + t->length, text, length);
  t->length += length;
  return true;
}

/* Repairs one run, or copies it. */
static bool put_run(typed_text *t, typing_method method, const char *text, typed_run run) {
  uint8_t codes[SYLLABLE_LETTERS_MAX];
  size_t count;
  bool has_vowel = false, cut = false;
  for (size_t i = 0; i < run.length; i++) has_vowel |= is_vowel_letter(text[i]);
  if (!run.has_keys || !has_vowel || !read_run(method, text, run.length, codes, &count)) return put(t, text, run.length);
  t->sure += run.is_sure;
  t->other += !run.is_sure;
  t->length += fold_text(codes, count, t->out + t->length, t->capacity - t->length, &cut);
  return !cut;
}

typing_method typing_keys(const char *text, size_t length, char *out, size_t capacity, size_t *out_length) {
  typed_text t = {.out = out, .capacity = capacity};
  *out_length = 0;
  typing_method method = is_viqr(text, length) ? TYPING_VIQR : TYPING_VNI;
  for (size_t at = 0; at < length;) {
    typed_run run = find_run(method, text + at, length - at);
    bool fits = run.length > 0 ? put_run(&t, method, text + at, run) : put(&t, text + at, 1);
    if (!fits) return TYPING_NO_METHOD;
    at += run.length > 0 ? run.length : 1;
  }
  if (t.sure == 0 && t.other < 2) return TYPING_NO_METHOD;
  *out_length = t.length;
  return method;
}
