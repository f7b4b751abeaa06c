/* khop_train: reads, trains, writes the model. */
#include <string.h>

#include "base/file.h"
#include "run/run.h"

static khop_status write_model(const run *r, const char *path, khop_error *err) {
  const char *slash = strrchr(path, '/');
  char *directory = slash ? mem_copy_text(path, slash == path ? 1 : (size_t)(slash - path)) : mem_copy_text(".", 1);
  if (!directory) return error_memory(err, strlen(path), "path");
  char *text = NULL;
  outfile f = {.fd = -1};
  khop_status status = model_to_json(&r->model, r->schema, &text, err);
  if (status == KHOP_OK) status = outfile_open(&f, directory, slash ? slash + 1 : path, err);
  if (status == KHOP_OK) {
    outfile_text(&f, text);
    status = outfile_commit(&f, err);
  }
  mem_free(text);
  mem_free(directory);
  return status;
}

khop_status khop_train(const khop_options *options, const char *model_path, khop_training *out_training, khop_error *err) {
  *out_training = (khop_training){0};
  khop_status status = KHOP_OK;
  run r;
  TRY_CLEANUP(run_open(&r, options, RUN_READS, err));
  TRY_CLEANUP(run_read(&r, err));
  TRY_CLEANUP(run_train(&r, err));
  TRY_CLEANUP(write_model(&r, model_path, err));
  run_training_facts(&r, out_training);
  progress_finish(&r.progress);
cleanup:
  run_close(&r);
  return status;
}
