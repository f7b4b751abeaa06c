/* Any bytes as a field in every charset. The first byte picks the profile and where the rest is cut into the fields of
 * a row. No crash, no byte out of bounds; what decodes is UTF-8 in NFC; what is not judged undecodable
 * decodes; evidence of the parts is evidence of the whole. */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "input/charset.h"

enum { FIELDS = 3, TEXT_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

/* An allocation of the exact size, so that a sanitizer sees the first byte past it. */
static bool decode(const charsets *c, input_charset charset, const char *text, size_t length) {
  size_t capacity = charset_decoded_bytes_max(length), written;
  char *out = malloc(capacity + 1);
  require(out != NULL);
  bool is_good = charset_decode(c, charset, text, length, out, capacity, &written);
  require(written <= capacity && (is_good || written == 0));
  if (is_good) {
    out[written] = 0;
    require(strlen(out) == written); /* no NUL comes in or out */
    utf8proc_uint8_t *composed = utf8proc_NFC((const utf8proc_uint8_t *)out);
    require(composed != NULL && strcmp((const char *)composed, out) == 0);
    free(composed);
  }
  free(out);
  return is_good;
}

static void check_judgements(const charsets *c, const charset_profile *profile, const input_field *fields) {
  charset_judgement judgements[FIELDS];
  charset_judge(c, profile, fields, FIELDS, judgements);
  for (size_t i = 0; i < FIELDS; i++) {
    bool is_undecodable = judgements[i].kind == CHARSET_KIND_UNDECODABLE;
    require(is_undecodable == (judgements[i].charset == CHARSET_AUTO));
    if (memchr(fields[i].text, 0, fields[i].length)) continue; /* input_parse lets none through */
    require(is_undecodable || decode(c, judgements[i].charset, fields[i].text, fields[i].length));
  }
}

static void check_evidence(const charsets *c, const input_field *fields) {
  charset_evidence whole = {0}, sum = {0};
  charset_profile profile;
  char text[256];
  for (size_t i = 0; i < FIELDS; i++) {
    charset_evidence one = {0};
    charset_evidence_add(c, &whole, fields[i].text, fields[i].length);
    charset_evidence_add(c, &one, fields[i].text, fields[i].length);
    charset_evidence_merge(&sum, &one);
  }
  require(memcmp(&whole, &sum, sizeof whole) == 0);
  charset_profile_decide(&whole, NULL, &profile);
  require(profile.count >= 1 && profile.count < CHARSET_COUNT);
  charset_describe(&whole, &profile, text, sizeof text);
  require(memchr(text, 0, sizeof text) != NULL);
  check_judgements(c, &profile, fields);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static charsets *c; /* kept: reachable to the end */
  if (!c && charsets_create(&c, NULL) != KHOP_OK) abort();
  if (size == 0 || size > TEXT_MAX) return 0;
  const char *text = (const char *)data + 1;
  size_t length = size - 1, third = length / FIELDS;
  input_field fields[FIELDS];
  for (size_t i = 0; i < FIELDS; i++) {
    size_t end = i + 1 < FIELDS ? (i + 1) * third : length;
    fields[i] = (input_field){.text = text + i * third, .length = (uint32_t)(end - i * third)};
  }
  for (int charset = CHARSET_UTF8; charset < CHARSET_COUNT; charset++) decode(c, (input_charset)charset, text, length);
  check_evidence(c, fields);
  charset_profile forced, mixed = {.count = 2, .share = {.7, .3}};
  input_charset first = (input_charset)(1 + data[0] % 7), second = (input_charset)(1 + (data[0] / 7 + 1 + data[0]) % 7);
  charset_profile_force(first, &forced);
  check_judgements(c, &forced, fields);
  mixed.charsets[0] = first;
  mixed.charsets[1] = second == first ? (input_charset)(1 + first % 7) : second;
  check_judgements(c, &mixed, fields);
  return 0;
}
