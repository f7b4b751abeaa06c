/* Opening, closing and handing out batches. See input.h. */
#include "input/input.h"

#include <string.h>

#include "input/internal.h"
#include "input/sniff.h"

static const size_t bytes_default = 1 << 20;
static const size_t bytes_max = 1 << 30; /* fields count their bytes in 32 bits */

static khop_status check_options(const input_options *options, khop_error *err) {
  if (options->path_count == 0) return error_set(err, KHOP_USAGE, "no input file");
  if (options->delimiter && !sniff_delimiter_is_known(options->delimiter)) {
    return error_set(err, KHOP_USAGE, "delimiter: known are ',', ';', '|' and tab");
  }
  if (options->row_bytes_max > bytes_max || options->batch_bytes > bytes_max) {
    return error_set(err, KHOP_USAGE, "input: row and batch sizes over %zu bytes", bytes_max);
  }
  size_t stdin_count = 0;
  for (size_t i = 0; i < options->path_count; i++) stdin_count += strcmp(options->paths[i], "-") == 0;
  if (stdin_count > 1) return error_set(err, KHOP_USAGE, "stdin: named %zu times as input", stdin_count);
  return KHOP_OK;
}

/* Record ids may be NAME:LINE, so no two files of a register have one name. */
static void tell_names_apart(input *in) {
  for (size_t i = 0; i < in->source_count; i++) {
    for (size_t j = 0; j < in->source_count; j++) {
      source_file *s = &in->sources[i];
      if (i != j && strcmp(s->name, in->sources[j].name) == 0) s->shown.name = s->label;
    }
  }
}

static void sum_bytes(input *in) {
  for (size_t i = 0; i < in->source_count; i++) {
    if (in->sources[i].shown.size_bytes == 0) {
      in->total_bytes = 0;
      return;
    }
    in->total_bytes += in->sources[i].shown.size_bytes;
  }
}

static khop_status prepare_charsets(input *in, const char *name, khop_error *err) {
  input_charset charset = CHARSET_AUTO;
  if (name) TRY(charset_from_name(name, &charset, err));
  TRY(charsets_create(&in->charsets, err));
  if (charset == CHARSET_AUTO) return KHOP_OK;
  charset_profile_force(charset, &in->forced);
  return charset_require(in->charsets, charset, err);
}

khop_status input_open(input **out_input, const input_options *options, khop_error *err) {
  *out_input = NULL;
  TRY(check_options(options, err));
  cpu_level level;
  TRY(cpu_level_choose(&level, err));
  input *in = mem_alloc(1, sizeof *in);
  if (!in) return error_memory(err, sizeof *in, "input");
  in->kernels = scan_kernels_for(level);
  in->delimiter = options->delimiter;
  in->row_bytes_max = options->row_bytes_max ? options->row_bytes_max : bytes_default;
  in->batch_bytes = options->batch_bytes ? options->batch_bytes : bytes_default;
  in->control = options->control;
  in->wants_evidence = options->wants_evidence;
  khop_status status = KHOP_OK;
  TRY_CLEANUP(prepare_charsets(in, options->charset, err));
  in->sources = mem_alloc(options->path_count, sizeof *in->sources);
  if (!in->sources) TRY_CLEANUP(error_memory(err, options->path_count * sizeof *in->sources, "input"));
  for (; in->source_count < options->path_count; in->source_count++) {
    source_file *s = &in->sources[in->source_count];
    status = source_open(in, s, options->paths[in->source_count], err);
    if (status != KHOP_OK) {
      source_close(s);
      goto cleanup;
    }
  }
  tell_names_apart(in);
  sum_bytes(in);
  *out_input = in;
cleanup:
  if (status != KHOP_OK) input_close(in);
  return status;
}

void input_close(input *in) {
  if (!in) return;
  if (in->is_window_open) window_close(&in->window);
  for (size_t i = 0; i < in->source_count; i++) source_close(&in->sources[i]);
  charsets_free(in->charsets);
  mem_free(in->sources);
  mem_free(in);
}

size_t input_source_count(const input *in) { return in->source_count; }

const input_source *input_source_at(const input *in, size_t source) { return &in->sources[source].shown; }

uint64_t input_bytes_done(const input *in) {
  return atomic_load_explicit(&in->done_bytes, memory_order_relaxed);
}

uint64_t input_bytes_total(const input *in) { return in->total_bytes; }

khop_status input_parse(const input *in, input_batch *batch, input_rows *rows, khop_error *err) {
  source_file *s = &in->sources[batch->source];
  const row_decoder decoder = {.tables = in->charsets, .found = &s->charset};
  TRY(split_batch(in->kernels, s->shown.delimiter, s->own_columns, &decoder, batch, rows, err));
  TRY(joined_rows(&s->joined, rows, err));
  for (size_t c = 0; rows->decoded_bytes > 0 && c < CHARSET_COUNT; c++) {
    atomic_fetch_add_explicit(&s->charset.decoded_rows[c], rows->texts->rows[c], memory_order_relaxed);
  }
  return KHOP_OK;
}

uint64_t input_batch_hash(const input *in, const input_batch *batch) {
  return in->kernels->hash(batch->text, batch->bytes);
}
