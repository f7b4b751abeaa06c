/* quality_places.csv. See results.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "output/results.h"

uint64_t quality_place_records(const quality_place *place) {
  uint64_t count = 0;
  for (int g = 0; g < QUALITY_GROUPS; g++) count += place->groups[g];
  return count;
}

void unit_show(const address_book *book, uint16_t unit, char name[UNIT_NAME_BYTES], char code[UNIT_CODE_BYTES]) {
  static const uint8_t statuses[] = {[ADDRESS_LEVEL_PROVINCE] = ADDRESS_PROVINCE, [ADDRESS_LEVEL_DISTRICT] = ADDRESS_DISTRICT,
                                     [ADDRESS_LEVEL_COMMUNE] = ADDRESS_COMMUNE};
  static const int digits[] = {[ADDRESS_LEVEL_PROVINCE] = 2, [ADDRESS_LEVEL_DISTRICT] = 3, [ADDRESS_LEVEL_COMMUNE] = 5};
  name[0] = code[0] = '\0';
  if (unit == ADDRESS_NO_UNIT) return;
  const address_unit *u = address_unit_at(book, unit);
  const address_value value = {.status = statuses[u->level], .count = 1, .units = {unit}};
  name[address_write(book, "", 0, &value, name, UNIT_NAME_BYTES - 1)] = '\0';
  if (u->code) snprintf(code, UNIT_CODE_BYTES, "%0*u", digits[u->level], u->code);
}

/* The larger share of usable records first: a/b before c/d where ad > cb. Of equal shares the more records, then the unit;
 * what is not known comes last. */
static int by_share(const void *a, const void *b) {
  const quality_place *x = a, *y = b;
  if (!x->unit != !y->unit) return x->unit ? -1 : 1;
  const uint64_t all_x = quality_place_records(x), all_y = quality_place_records(y);
  const double share_x = (double)x->groups[QUALITY_USABLE] * (double)all_y, share_y = (double)y->groups[QUALITY_USABLE] * (double)all_x;
  if (share_x > share_y || share_x < share_y) return share_x > share_y ? -1 : 1;
  if (all_x != all_y) return all_x > all_y ? -1 : 1;
  return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static void write_share(outfile *f, const quality_place *place) {
  outfile_format(f, "%.4f", (double)place->groups[QUALITY_USABLE] / (double)quality_place_records(place));
}

static void write_place(outfile *f, const address_book *book, const quality_place *place, const char *source, size_t rank) {
  static const char *const levels[] = {[ADDRESS_NO_LEVEL] = "register", [ADDRESS_LEVEL_PROVINCE] = "province",
                                       [ADDRESS_LEVEL_DISTRICT] = "district", [ADDRESS_LEVEL_COMMUNE] = "commune"};
  char name[UNIT_NAME_BYTES], code[UNIT_CODE_BYTES];
  unit_show(book, place->unit, name, code);
  outfile_format(f, "%s,%s,%s,", levels[place->level], code,
                 !place->unit ? "" : address_unit_at(book, place->unit)->era == ADDRESS_ERA_OLD ? "old" : "new");
  outfile_csv_field(f, name, strlen(name));
  outfile_text(f, ",");
  outfile_csv_field(f, source, strlen(source));
  outfile_format(f, ",%llu", (unsigned long long)quality_place_records(place));
  for (int g = 0; g < QUALITY_GROUPS; g++) outfile_format(f, ",%llu", (unsigned long long)place->groups[g]);
  outfile_text(f, ",");
  write_share(f, place);
  if (place->unit) outfile_format(f, ",%zu\n", rank);
  else outfile_text(f, ",\n");
}

static bool is_equal_share(const quality_place *x, const quality_place *y) {
  return x->groups[QUALITY_USABLE] * quality_place_records(y) == y->groups[QUALITY_USABLE] * quality_place_records(x);
}

/* Places of one level and register; equal shares have equal ranks. */
static void write_ranked(outfile *f, const address_book *book, quality_place *places, size_t count, const char *source) {
  size_t rank = 0;
  qsort(places, count, sizeof *places, by_share);
  for (size_t i = 0; i < count; i++) {
    if (i == 0 || !is_equal_share(&places[i - 1], &places[i])) rank = i + 1;
    write_place(f, book, &places[i], source, rank);
  }
}

static khop_status write_counts(outfile *f, const result *r, const quality_counts *counts, const char *all, khop_error *err) {
  quality_place *places = mem_alloc(counts->place_count, sizeof *places);
  if (!places) return error_memory(err, counts->place_count * sizeof *places, "quality_places.csv");
  memcpy(places, counts->places, counts->place_count * sizeof *places);
  for (size_t first = 0, last; first < counts->place_count; first = last) {
    const quality_place *of = &places[first];
    for (last = first; last < counts->place_count && places[last].level == of->level && places[last].in == of->in;) last++;
    write_ranked(f, r->quality->book, places + first, last - first, all ? all : r->quality->registers[of->in]);
  }
  mem_free(places);
  return KHOP_OK;
}

khop_status write_quality_places(outfile *f, const result *r, khop_error *err) {
  outfile_text(f, "level,code,map,name,register,records,usable,needs_correction,unusable,usable_share,rank\n");
  if (r->quality->register_count > 1) TRY(write_counts(f, r, &r->quality->all, "", err));
  return write_counts(f, r, &r->quality->counts, NULL, err);
}
