/* See report.h. */
#include "cli/report.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((format(printf, 3, 0))) static khop_status fail(khop_error *err, khop_status status, const char *format,
                                                              va_list args) {
  err->status = status;
  vsnprintf(err->message, sizeof err->message, format, args);
  return status;
}

khop_status report_usage(khop_error *err, const char *format, ...) {
  va_list args;
  va_start(args, format);
  khop_status status = fail(err, KHOP_USAGE, format, args);
  va_end(args);
  return status;
}

khop_status report_failure(khop_error *err, khop_status failure, const char *format, ...) {
  va_list args;
  va_start(args, format);
  khop_status status = fail(err, failure, format, args);
  va_end(args);
  return status;
}

void report_print(const khop_error *err) {
  fputs("khop: ", stderr);
  const char *text = err->message[0] ? err->message : "failed without a message";
  for (; *text; text++) fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, stderr);
  fputc('\n', stderr);
}

/* ---- numbers ------------------------------------------------------------------------------------ */

static char *next_text(void) {
  static char texts[8][48];
  static unsigned turn;
  return texts[turn++ % 8];
}

const char *show_count(uint64_t number) {
  char digits[24], *out = next_text();
  int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
  size_t used = 0;
  for (int i = 0; i < length; i++) {
    if (i && (length - i) % 3 == 0) out[used++] = ',';
    out[used++] = digits[i];
  }
  out[used] = '\0';
  return out;
}

const char *show_bytes(uint64_t bytes) {
  static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  char *out = next_text();
  double value = (double)bytes;
  size_t unit = 0;
  for (; value >= 1024 && unit < 4; unit++) value /= 1024;
  snprintf(out, 48, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
  return out;
}

const char *show_seconds(double seconds) {
  char *out = next_text();
  if (seconds < 120) snprintf(out, 48, "%.1f s", seconds);
  else if (seconds < 7200) snprintf(out, 48, "%d min %d s", (int)seconds / 60, (int)seconds % 60);
  else snprintf(out, 48, "%d h %d min", (int)seconds / 3600, (int)seconds / 60 % 60);
  return out;
}

/* ---- progress -------------------------------------------------------------------------------------- */

static bool bar_is_open; /* the cursor stands behind a bar */

static void show_bar(void *context, const khop_progress *p) {
  enum { width = 24 };
  (void)context;
  bar_is_open = !p->finished;
  char bar[width + 1];
  double share = p->total ? (double)p->done / (double)p->total : 0;
  if (share > 1) share = 1;
  int full = (int)(share * width);
  for (int i = 0; i < width; i++) bar[i] = i < full ? '#' : '.';
  bar[width] = '\0';
  double left = share > 0.01 ? p->phase_elapsed_s * (1 - share) / share : 0;
  double rate = p->phase_elapsed_s > 0 ? (double)(p->rows ? p->rows : p->done) / p->phase_elapsed_s : 0;
  const char *unit = p->rows && strcmp(p->phase, "read") == 0 ? "rows" : p->unit;
  if (p->total) fprintf(stderr, "\r\033[K%-8s [%s] %3.0f %%", p->phase, bar, share * 100);
  else fprintf(stderr, "\r\033[K%-8s %s %s", p->phase, show_count(p->rows ? p->rows : p->done), unit);
  if (rate > 0 && strcmp(unit, "rules") != 0) fprintf(stderr, "  %s %s/s", show_count((uint64_t)rate), unit);
  if (p->finished) fprintf(stderr, "  %s\n", show_seconds(p->phase_elapsed_s));
  else if (left > 0) fprintf(stderr, "  %s left", show_seconds(left));
}

static void show_json(void *context, const khop_progress *p) {
  (void)context;
  fprintf(stderr, "{\"phase\":\"%s\",\"done\":%llu,\"total\":%llu,\"unit\":\"%s\",\"rows\":%llu,\"phase_seconds\":%.3f,\"seconds\":%.3f,\"finished\":%s}\n",
          p->phase, (unsigned long long)p->done, (unsigned long long)p->total, p->unit, (unsigned long long)p->rows, p->phase_elapsed_s,
          p->elapsed_s, p->finished ? "true" : "false");
}

static void show_notice(void *context, const char *text) {
  (void)context;
  if (bar_is_open) fputs("\r\033[K", stderr);
  bar_is_open = false;
  fprintf(stderr, "khop: note: %s\n", text);
}

static khop_control *active_control; /* what the signal handler stops */

static void on_signal(int number) {
  (void)number;
  if (active_control) khop_control_cancel(active_control);
}

khop_status report_start(const arguments *a, khop_options *options, khop_error *err) {
  const char *mode = arguments_text(a, "--progress");
  if (!mode) mode = "auto";
  if (strcmp(mode, "auto") == 0) mode = isatty(STDERR_FILENO) ? "bar" : "none";
  if (strcmp(mode, "bar") == 0) options->progress = show_bar;
  else if (strcmp(mode, "json") == 0) options->progress = show_json;
  else if (strcmp(mode, "none") != 0) return report_usage(err, "--progress: %.20s is not auto, bar, json or none", mode);
  options->notice = show_notice;
  options->control = khop_control_create();
  if (!options->control) return report_failure(err, KHOP_ENVIRONMENT, "out of memory");
  active_control = options->control;
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGXFSZ, SIG_IGN); /* a file-size limit comes back as an error, like a full disk */
  signal(SIGPIPE, SIG_IGN);
  return KHOP_OK;
}

khop_status report_begin(const arguments *a, khop_options *out_options, khop_map *maps, khop_error *err) {
  khop_status status = arguments_to_options(a, out_options, maps, err);
  return status == KHOP_OK ? report_start(a, out_options, err) : status;
}

void report_end(khop_options *options) {
  if (bar_is_open) fputc('\n', stderr);
  bar_is_open = false;
  active_control = NULL;
  khop_control_free(options->control);
  options->control = NULL;
}
