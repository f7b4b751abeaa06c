/* Codes to a text_value, and to readable text. Hashes run over blocks of FOLD_CODES_MAX codes, each
 * seeded with the hash of those before, so that a text has one hash however its bytes were parted
 * into spans, and the usual text (one block) is hashed where it lies. */
#include <string.h>

#include "base/hash.h"
#include "normalise/fold.h"

/* 32 bits that are never 0, because 0 says missing. */
static uint32_t fold_hash(uint64_t hash) {
  uint32_t folded = (uint32_t)(hash ^ hash >> 32);
  return folded == 0 ? 1 : folded;
}

/* Sixteen letters at a time; a comparison of vectors gives -1 where it holds. */
typedef int8_t letter_vector __attribute__((vector_size(16)));

/* Letter codes of the first letters; `plain` is ASCII, and TEXT_LETTERS_MAX zeros stand behind its end. */
static void letters_set(const uint8_t *plain, size_t count, text_value *out) {
  for (size_t i = 0; i < TEXT_LETTERS_MAX; i += sizeof(letter_vector)) {
    letter_vector c;
    memcpy(&c, plain + i, sizeof c);
    letter_vector letter = (c >= 'A') & (c <= 'Z'), digit = (c >= '0') & (c <= '9'), space = c == ' ';
    letter_vector other = (c != 0) & ~(letter | digit | space);
    letter_vector code = (letter & (c - ('A' - LETTER_A))) | (space & LETTER_SPACE) | (other & LETTER_OTHER);
    code |= digit & (LETTER_DIGIT_LOW - (c > '3') - (c > '6'));
    memcpy(out->letters + i, &code, sizeof code);
  }
  out->length = (uint8_t)(count < TEXT_LETTERS_MAX ? count : TEXT_LETTERS_MAX);
}

/* The same for capital letters and blanks alone: 'A' is 0x41, ' ' 0x20. */
static void name_letters_set(const uint8_t *plain, size_t count, text_value *out) {
  for (size_t i = 0; i < TEXT_LETTERS_MAX; i += sizeof(letter_vector)) {
    letter_vector c;
    memcpy(&c, plain + i, sizeof c);
    letter_vector code = (c & 31) | ((c == ' ') & LETTER_SPACE);
    memcpy(out->letters + i, &code, sizeof code);
  }
  out->length = (uint8_t)(count < TEXT_LETTERS_MAX ? count : TEXT_LETTERS_MAX);
}

/* Moves the letters together where other characters left zeros. */
static size_t close_gaps(uint8_t *plain, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (plain[i] != 0) plain[kept++] = plain[i];
  }
  return kept;
}

static void plain_set(uint8_t *plain, size_t count, text_value *out) {
  out->plain_hash = fold_hash(hash_bytes(plain, count));
  if (count < TEXT_LETTERS_MAX) memset(plain + count, 0, TEXT_LETTERS_MAX);
  letters_set(plain, count, out);
}

/* A value of one block of codes and one of plain letters, which has room behind. */
static void blocks_set(const uint8_t *codes, size_t count, uint8_t *plain, size_t plain_count, text_value *out) {
  out->toned_hash = fold_hash(hash_bytes(codes, count));
  plain_set(plain, plain_count, out);
}

void text_value_set_plain(uint8_t *plain, size_t count, text_value *out) {
  plain_set(plain, count, out);
  out->toned_hash = out->plain_hash;
}

void text_value_set_name(const uint8_t *codes, uint8_t *plain, size_t count, text_value *out) {
  if (count == 0) {
    memset(out, 0, sizeof *out);
    return;
  }
  out->toned_hash = fold_hash(hash_bytes(codes, count));
  out->plain_hash = fold_hash(hash_bytes(plain, count));
  memset(plain + count, 0, TEXT_LETTERS_MAX);
  name_letters_set(plain, count, out);
}

void text_value_set(const uint8_t *codes, uint8_t *plain, size_t count, bool has_other, text_value *out) {
  if (count == 0) {
    memset(out, 0, sizeof *out);
    return;
  }
  blocks_set(codes, count, plain, has_other ? close_gaps(plain, count) : count, out);
}

size_t fold_text(const uint8_t *codes, size_t count, char *out, size_t capacity, bool *cut) {
  size_t length = 0;
  for (size_t i = 0; i < count;) {
    uint32_t point = codes[i];
    size_t used = 1;
    if (codes[i] >= FOLD_VOWEL && codes[i] <= FOLD_D) point = fold_code_points[codes[i] - FOLD_VOWEL];
    if (codes[i] > FOLD_D) {
      if (count - i < FOLD_OTHER_CODES) break;
      point = codes[i] & 1u;
      for (size_t k = 1; k < FOLD_OTHER_CODES; k++) point = point << 4 | (codes[i + k] & 15u);
      used = FOLD_OTHER_CODES;
    }
    size_t bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > capacity - length) {
      *cut = true;
      break;
    }
    static const uint8_t lead[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t k = bytes; k-- > 1; point >>= 6) out[length + k] = (char)(0x80 | (point & 0x3F));
    out[length] = (char)(lead[bytes] | point);
    length += bytes;
    i += used;
  }
  return length;
}

void text_sink_begin(text_sink *sink, char *text, size_t capacity) {
  memset(&sink->value, 0, sizeof sink->value);
  sink->toned_seed = sink->plain_seed = 0;
  sink->toned_used = sink->plain_used = 0;
  sink->text = text;
  sink->text_length = 0;
  sink->text_cut = false;
  sink->text_capacity = capacity;
}

static void flush_toned(text_sink *sink) {
  sink->toned_seed = hash_bytes_seeded(sink->toned, sink->toned_used, sink->toned_seed);
  sink->toned_used = 0;
}

static void flush_plain(text_sink *sink) {
  sink->plain_seed = hash_bytes_seeded(sink->plain, sink->plain_used, sink->plain_seed);
  if (sink->value.length == 0) {
    memset(sink->plain + sink->plain_used, 0, TEXT_LETTERS_MAX);
    letters_set(sink->plain, sink->plain_used, &sink->value);
  }
  sink->plain_used = 0;
}

/* As much as the blocks have room for. */
static void add_piece(text_sink *sink, const uint8_t *codes, const uint8_t *plain, size_t count) {
  uint8_t *plain_out = sink->plain + sink->plain_used;
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    plain_out[kept] = plain[i];
    kept += plain[i] != 0;
  }
  memcpy(sink->toned + sink->toned_used, codes, count);
  sink->toned_used += count;
  sink->plain_used += kept;
}

void text_sink_add(text_sink *sink, const uint8_t *codes, const uint8_t *plain, size_t count) {
  for (size_t done = 0; done < count;) {
    if (sink->toned_used == FOLD_CODES_MAX) flush_toned(sink);
    if (sink->plain_used == FOLD_CODES_MAX) flush_plain(sink);
    size_t used = sink->toned_used > sink->plain_used ? sink->toned_used : sink->plain_used;
    size_t room = FOLD_CODES_MAX - used, left = count - done, piece = left < room ? left : room;
    add_piece(sink, codes + done, plain + done, piece);
    done += piece;
  }
  if (sink->text == NULL || sink->text_cut) return;
  sink->text_length += fold_text(codes, count, sink->text + sink->text_length,
                                 sink->text_capacity - sink->text_length, &sink->text_cut);
}

void text_sink_blank(text_sink *sink) {
  static const uint8_t blank = FOLD_BLANK;
  if (!text_sink_is_empty(sink)) text_sink_add(sink, &blank, &blank, 1);
}

void text_sink_end(text_sink *sink, text_value *out) {
  bool one_block = sink->toned_seed == 0 && sink->plain_seed == 0 && sink->plain_used > 0;
  if (one_block) {
    blocks_set(sink->toned, sink->toned_used, sink->plain, sink->plain_used, out);
    return;
  }
  if (sink->toned_used > 0) flush_toned(sink);
  if (sink->plain_used > 0) flush_plain(sink);
  sink->value.toned_hash = sink->toned_seed == 0 ? 0 : fold_hash(sink->toned_seed);
  sink->value.plain_hash = sink->plain_seed == 0 ? 0 : fold_hash(sink->plain_seed);
  *out = sink->value;
}
