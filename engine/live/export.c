/* khop_index_export: every record with its entity. See khop.h. */
#include <string.h>

#include "base/file.h"
#include "live/jobs.h"

static khop_status count_sizes(const live *l, const uint32_t *entities, uint32_t **out_sizes, khop_error *err) {
  uint32_t *sizes = *out_sizes = mem_alloc((size_t)l->next_entity + 1, sizeof *sizes);
  if (!sizes) return error_memory(err, l->next_entity * sizeof *sizes, "entities");
  for (uint32_t row = 0; row < l->segments.rows; row++) {
    if (entities[row] >= l->next_entity) return error_set(err, KHOP_INPUT, "%s: damaged: an entity out of range", l->directory);
    if (!segments_dead(&l->segments, row)) sizes[entities[row]]++;
  }
  return KHOP_OK;
}

static khop_status write_lines(live *l, outfile *f, const uint32_t *entities, const uint32_t *sizes, khop_error *err) {
  outfile_text(f, "record_id,entity,entity_size,source,line\n");
  for (uint32_t row = 0; row < l->segments.rows; row++) {
    char id[LIVE_ID_BYTES], name[32];
    size_t length = 0;
    store_record record;
    if (segments_dead(&l->segments, row)) continue;
    TRY(segments_read_record(&l->views[0], row, &record, err));
    if (!live_record_id(l, row, &record, id, sizeof id, &length)) length = 0;
    snprintf(name, sizeof name, STORE_META_SOURCE, record.source);
    const char *source = store_meta(l->segments.items[segments_of_row(&l->segments, row)].store, name);
    outfile_csv_field(f, id, length);
    outfile_format(f, ",%u,%u,", entities[row], sizes[entities[row]]);
    outfile_csv_field(f, source ? source : "", source ? strlen(source) : 0);
    outfile_format(f, ",%llu\n", (unsigned long long)record.line);
    if (row % 4096 == 0) TRY(control_check(l->options.control, err));
  }
  return KHOP_OK;
}

static khop_status export_all(live *l, live_change *change, void *context, khop_index_summary *out, khop_error *err) {
  (void)change, (void)context;
  uint32_t *entities = NULL, *sizes = NULL;
  outfile f = {.fd = -1};
  khop_status status;
  progress_phase(&l->progress, "write", "rows", l->segments.rows);
  out->records = l->segments.rows - l->segments.dead_rows;
  out->run = l->segments.last_run;
  TRY_CLEANUP(segments_read_entities(&l->segments, &entities, err));
  TRY_CLEANUP(count_sizes(l, entities, &sizes, err));
  TRY_CLEANUP(directory_create(l->options.output, err));
  TRY_CLEANUP(outfile_open(&f, l->options.output, "entities.csv", err));
  TRY_CLEANUP(write_lines(l, &f, entities, sizes, err));
  status = outfile_commit(&f, err);
  progress_finish(&l->progress);
  out->seconds = progress_elapsed_s(&l->progress);
  out->peak_memory_bytes = memory_peak_bytes();
cleanup:
  outfile_abandon(&f);
  mem_free(entities);
  mem_free(sizes);
  return status;
}

khop_status khop_index_export(const char *directory, const khop_options *options, khop_index_summary *out_summary, khop_error *err) {
  *out_summary = (khop_index_summary){0};
  if (!options->output) return error_set(err, KHOP_USAGE, "no output directory: say -o OUT");
  return live_job(directory, options, false, "export", export_all, NULL, out_summary, err);
}
