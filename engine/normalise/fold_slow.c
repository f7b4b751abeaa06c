/* The fold of everything that is not a Vietnamese letter or ASCII: compatibility forms (full-width,
 * ligatures), other Latin letters, other scripts, punctuation, invisible characters, damaged UTF-8.
 *
 * One character and the marks behind it (or the letter before it, when it starts with a mark) are
 * brought to NFKC with case folded by utf8proc, and each character that results is written by itself.
 * A mark that finds no composed form is noise on a Latin letter and is dropped; on a letter of another
 * script it is kept. */
#include <utf8proc.h>

#include "normalise/fold.h"

enum {
  CLUSTER_MAX = 8,      /* characters composed together; more marks on one letter are dropped */
  EXPANSION_MAX = 160,  /* U+FDFA becomes 18 characters */
  REPLACEMENT = 0xFFFD, /* stands for damaged bytes: a letter that got lost */
  D_WITH_STROKE = 0x111
};

static utf8proc_category_t category_of(uint32_t point) { return utf8proc_category((utf8proc_int32_t)point); }

static bool is_mark(uint32_t point) {
  if (point >= 0x1160 && point <= 0x11FF) return true; /* Hangul vowels and finals compose likewise */
  utf8proc_category_t category = category_of(point);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

static bool is_punctuation(utf8proc_category_t category) {
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_SO;
}

static bool is_invisible(uint32_t point) {
  if ((point >= 0xFE00 && point <= 0xFE0F) || (point >= 0xE0100 && point <= 0xE01EF) || point == 0x34F) return true;
  utf8proc_category_t category = category_of(point);
  return category == UTF8PROC_CATEGORY_CF || (category == UTF8PROC_CATEGORY_CN && point != REPLACEMENT);
}

/* The ASCII that means the same, 0 if none. NFKC does not know these. */
static char ascii_twin(uint32_t point) {
  switch (point) {
  case 0x00B4:
  case 0x02B9:
  case 0x02BB:
  case 0x02BC:
  case 0x02BD:
  case 0x02C8:
  case 0x02CA:
  case 0x02CB:
  case 0x1FEF:
  case 0x2018:
  case 0x2019:
  case 0x201B:
  case 0x2032:
  case 0x2035:
  case 0xA78C:
    return '\'';
  case 0x2010:
  case 0x2011:
  case 0x2012:
  case 0x2013:
  case 0x2014:
  case 0x2015:
  case 0x2212:
    return '-';
  case 0x00AB:
  case 0x00BB:
  case 0x201C:
  case 0x201D:
  case 0x201E:
  case 0x201F:
  case 0x2033:
    return '"';
  case 0x060C:
  case 0x3001:
  case 0x3002:
    return ',';
  default:
    return 0;
  }
}

/* Latin letters that Unicode does not take apart. */
static const char *latin_twin(uint32_t point) {
  switch (point) {
  case 0x131:
    return "i";
  case 0x142:
    return "l";
  case 0xF8:
    return "o";
  case 0xE6:
    return "ae";
  case 0x153:
    return "oe";
  default:
    return NULL;
  }
}

static void push(fold_run *run, uint16_t pair) {
  if (pair == 0 || run->count >= FOLD_SLOW_MAX) return;
  bool blank = pair == (FOLD_BLANK | ' ' << 8);
  if (blank && run->count == 0) run->blank_before = true;
  if (blank && (run->count == 0 || run->codes[run->count - 1] == FOLD_BLANK)) return;
  run->codes[run->count] = (uint8_t)pair;
  run->plain[run->count++] = (uint8_t)(pair >> 8);
}

/* The Latin capital that a letter is made of, '?' if none. */
static uint8_t plain_letter(uint32_t point) {
  utf8proc_int32_t parts[32];
  int boundary = 0;
  utf8proc_ssize_t count = utf8proc_decompose_char((utf8proc_int32_t)point, parts, 32, UTF8PROC_DECOMPOSE, &boundary);
  if (count < 1 || count > 32) return '?';
  if (parts[0] >= 'a' && parts[0] <= 'z') return (uint8_t)(parts[0] - 'a' + 'A');
  return '?';
}

static void push_other(fold_run *run, uint32_t point, uint8_t plain) {
  if (run->count + FOLD_OTHER_CODES > FOLD_SLOW_MAX) return;
  run->codes[run->count] = (uint8_t)(FOLD_OTHER + (point >> 20 & 1));
  run->plain[run->count++] = plain;
  for (unsigned shift = 20; shift > 0; shift -= 4) {
    run->codes[run->count] = (uint8_t)(FOLD_OTHER_BITS | (point >> (shift - 4) & 15));
    run->plain[run->count++] = 0;
  }
  run->has_other = true;
}

/* The letter that ends the run is of another script (so that marks on it mean something). */
static bool ends_in_other_script(const fold_run *run) {
  if (run->count < FOLD_OTHER_CODES || run->codes[run->count - 1] < FOLD_OTHER_BITS) return false;
  uint8_t plain = run->plain[run->count - FOLD_OTHER_CODES];
  return plain == '?' || plain == 0;
}

static uint16_t letter_pair(uint32_t point) {
  if (point >= 0xC0 && point < 0x1C0) return fold_two_bytes[point - 0xC0];
  if (point >= 0x1E80 && point < 0x1F00) return fold_three_bytes[point - 0x1E80];
  return point == 0x189 || point == 0x256 ? letter_pair(D_WITH_STROKE) : 0;
}

/* Writes one character of composed, case-folded text. */
static void push_point(fold_run *run, const fold_rules *rules, uint32_t point) {
  if (point < 0x80) {
    push(run, rules->ascii[point]);
    return;
  }
  uint16_t pair = letter_pair(point);
  if (pair != 0) {
    if ((pair & 7) != 0 && run->tone_count < FOLD_TONES_MAX) run->tones[run->tone_count++] = (uint16_t)run->count;
    push(run, pair);
    return;
  }
  char twin = ascii_twin(point);
  const char *latin = latin_twin(point);
  utf8proc_category_t category = category_of(point);
  if (twin != 0) {
    push(run, rules->ascii[(uint8_t)twin]);
  } else if (latin != NULL) {
    for (; *latin != 0; latin++) push(run, rules->ascii[(uint8_t)*latin]);
  } else if (is_invisible(point)) {
    return;
  } else if (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_CC) {
    push(run, rules->ascii[' ']);
  } else if (is_mark(point)) {
    if (!fold_combine(run, point) && ends_in_other_script(run)) push_other(run, point, 0);
  } else if (rules->punctuation_is_blank && point != REPLACEMENT && is_punctuation(category)) {
    push(run, rules->ascii[' ']);
  } else {
    push_other(run, point, plain_letter(point));
  }
}

/* The next code point; damaged UTF-8 is one REPLACEMENT a byte. */
static const uint8_t *read_point(const uint8_t *at, const uint8_t *end, uint32_t *out_point) {
  utf8proc_int32_t point = -1;
  utf8proc_ssize_t bytes = utf8proc_iterate(at, end - at, &point);
  if (bytes <= 0 || point < 0) {
    *out_point = REPLACEMENT;
    return at + 1;
  }
  *out_point = (uint32_t)point;
  return at + bytes;
}

static uint32_t code_point_of(const fold_run *run, size_t at) {
  uint8_t code = run->codes[at];
  return code < FOLD_VOWEL ? code : fold_code_points[code - FOLD_VOWEL];
}

/* Takes the letter that ends the run back, for a mark to be put on it. 0 when there is none. */
static uint32_t take_back(fold_run *run) {
  if (run->count == 0 || run->codes[run->count - 1] == FOLD_BLANK) return 0;
  size_t last = run->count - 1;
  if (run->codes[last] < FOLD_OTHER_BITS) {
    run->count--;
    return code_point_of(run, last);
  }
  uint32_t point = run->codes[run->count - FOLD_OTHER_CODES] & 1u;
  for (size_t i = run->count - FOLD_OTHER_CODES + 1; i < run->count; i++) point = point << 4 | (run->codes[i] & 15u);
  run->count -= FOLD_OTHER_CODES;
  return point;
}

/* Decomposes with compatibility and case folded, orders the marks, composes. Returns the count. */
static size_t compose(const uint32_t *points, size_t count, utf8proc_int32_t *out) {
  utf8proc_uint8_t bytes[4 * CLUSTER_MAX];
  utf8proc_ssize_t length = 0;
  for (size_t i = 0; i < count; i++) length += utf8proc_encode_char((utf8proc_int32_t)points[i], bytes + length);
  utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
  utf8proc_ssize_t written =
      utf8proc_decompose(bytes, length, out, EXPANSION_MAX, (utf8proc_option_t)(options | UTF8PROC_COMPOSE));
  if (written <= 0 || written > EXPANSION_MAX) return 0;
  utf8proc_ssize_t composed =
      utf8proc_normalize_utf32(out, written, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  return composed > 0 ? (size_t)composed : 0;
}

const uint8_t *fold_slow(const uint8_t *at, const uint8_t *end, const fold_rules *rules, fold_run *run) {
  uint32_t points[CLUSTER_MAX];
  size_t count = 0;
  uint32_t point;
  const uint8_t *next = read_point(at, end, &point);
  if (is_invisible(point)) return next;
  /* Twins first: NFKC takes U+00B4 for a blank with a mark. */
  if (ascii_twin(point) != 0) {
    push_point(run, rules, point);
    return next;
  }
  if (is_mark(point)) {
    uint32_t base = take_back(run);
    if (base != 0) points[count++] = base;
  }
  points[count++] = point;
  while (next < end && *next >= 0x80) {
    const uint8_t *behind = read_point(next, end, &point);
    if (!is_mark(point) && !is_invisible(point)) break;
    if (!is_invisible(point) && count < CLUSTER_MAX) points[count++] = point;
    next = behind;
  }
  utf8proc_int32_t composed[EXPANSION_MAX];
  size_t composed_count = compose(points, count, composed);
  for (size_t i = 0; i < composed_count; i++) push_point(run, rules, (uint32_t)composed[i]);
  return next;
}
