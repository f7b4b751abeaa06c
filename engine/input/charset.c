/* Names of charsets, the tables' life, and which decoder a charset has. */
#include "input/charset.h"

#include <assert.h>
#include <string.h>

#include "input/charset_tables.h"

static const char *const names[CHARSET_COUNT] = {
    [CHARSET_AUTO] = "auto",
    [CHARSET_UTF8] = "utf-8",
    [CHARSET_TCVN3] = "tcvn3",
    [CHARSET_VNI] = "vni",
    [CHARSET_VISCII] = "viscii",
    [CHARSET_WINDOWS1258] = "windows-1258",
    [CHARSET_TCVN3_MOJIBAKE] = "tcvn3-mojibake",
    [CHARSET_VNI_MOJIBAKE] = "vni-mojibake",
};

static const struct {
  const char *name;
  input_charset charset;
} aliases[] = {{"abc", CHARSET_TCVN3}, {"cp1258", CHARSET_WINDOWS1258}};

const char *charset_name(input_charset charset) { return names[charset]; }

static bool is_dash(char c) { return c == '-' || c == '_'; }

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool is_same_name(const char *a, const char *b) {
  for (;;) {
    while (is_dash(*a)) a++;
    while (is_dash(*b)) b++;
    if (lower(*a) != lower(*b)) return false;
    if (*a == 0) return true;
    a++;
    b++;
  }
}

khop_status charset_from_name(const char *name, input_charset *out_charset, khop_error *err) {
  *out_charset = CHARSET_AUTO;
  for (size_t i = 0; i < CHARSET_COUNT; i++) {
    if (!is_same_name(name, names[i])) continue;
    *out_charset = (input_charset)i;
    return KHOP_OK;
  }
  for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
    if (!is_same_name(name, aliases[i].name)) continue;
    *out_charset = aliases[i].charset;
    return KHOP_OK;
  }
  return error_set(err, KHOP_USAGE,
                   "%.40s: unknown charset; known are auto, utf-8, tcvn3 (abc), vni, viscii, windows-1258 (cp1258), "
                   "tcvn3-mojibake, vni-mojibake", name);
}

khop_status charsets_create(charsets **out_charsets, khop_error *err) {
  charsets *c = *out_charsets = mem_alloc(1, sizeof *c);
  if (!c) return error_memory(err, sizeof *c, "charset tables");
  charset_fill_iconv(c);
  charset_fill_vni(&c->vni);
  return KHOP_OK;
}

void charsets_free(charsets *c) { mem_free(c); }

/* NULL for UTF-8, which has no table. */
static const charset_table *table_of(const charsets *c, input_charset charset) {
  switch (charset) {
  case CHARSET_TCVN3:
  case CHARSET_TCVN3_MOJIBAKE:
    return &c->tcvn3;
  case CHARSET_VNI:
  case CHARSET_VNI_MOJIBAKE:
    return &c->vni;
  case CHARSET_VISCII:
    return &c->viscii;
  case CHARSET_WINDOWS1258:
    return &c->windows1258;
  case CHARSET_AUTO:
  case CHARSET_UTF8:
    break;
  }
  return NULL;
}

khop_status charset_require(const charsets *c, input_charset charset, khop_error *err) {
  const charset_table *table = table_of(c, charset);
  if (!table || table->is_known) return KHOP_OK;
  return error_set(err, KHOP_ENVIRONMENT, "charset %s: the iconv of this machine does not have it", names[charset]);
}

bool charset_decode(const charsets *c, input_charset charset, const char *bytes, size_t length, char *out,
                    size_t capacity, size_t *out_written) {
  assert(capacity >= charset_decoded_bytes_max(length));
  (void)capacity;
  *out_written = 0;
  const charset_table *table = table_of(c, charset);
  if (table && !table->is_known) return false;
  switch (charset) {
  case CHARSET_AUTO:
    return false;
  case CHARSET_UTF8:
    return charset_decode_utf8(bytes, length, out, out_written);
  case CHARSET_TCVN3:
    return charset_decode_tcvn3(c, (const uint8_t *)bytes, length, out, out_written);
  case CHARSET_TCVN3_MOJIBAKE:
    return charset_decode_mojibake(c, CHARSET_TCVN3, bytes, length, out, out_written);
  case CHARSET_VNI_MOJIBAKE:
    return charset_decode_mojibake(c, CHARSET_VNI, bytes, length, out, out_written);
  case CHARSET_VNI:
  case CHARSET_VISCII:
  case CHARSET_WINDOWS1258:
    return charset_decode_whole(table, (const uint8_t *)bytes, length, out, out_written);
  }
  return false;
}
