/* Findings by place: how many records of a province, a district, a commune have findings, and of which kinds.
 *
 *   rows, while they are read ──place_reader──> a unit each, the finest that is known      2 bytes a row, beside the masks
 *   masks and units, in the end ──place_counts_make──> counts by unit ──> by province and commune of today, district of before
 *
 * Where rows hold a place anyway it is taken from there; else the text is read as an address, which columns of offices and communes
 * repeat: whole texts are remembered. A commune that was split, and of which nothing says in which part, stays as it was.
 */
#ifndef KHOP_FINDINGS_PLACES_H
#define KHOP_FINDINGS_PLACES_H

#include "findings/findings.h"
#include "normalise/address.h"

/* Of one thread. */
typedef struct place_reader place_reader;
/* `field` is a place of the schema that rows are of; the book and the layout live as long. */
khop_status place_reader_create(place_reader **out_reader, const feature_layout *layout, const address_book *book, size_t field, khop_error *err);
void place_reader_free(place_reader *reader);
/* The finest unit that the record's place names for certain; ADDRESS_NO_UNIT. What is remembered makes no difference. */
uint16_t place_reader_unit(place_reader *reader, const input_field *fields, const uint8_t *features);

typedef struct finding_place {
  uint16_t unit; /* ADDRESS_NO_UNIT: not known at this level */
  uint32_t records, found; /* all of it, and those with findings */
  uint32_t kinds[FINDING_KINDS]; /* records with one of the kind */
} finding_place;

/* By level (address_level): those with most records that have findings first, then by unit; places without findings are left out. */
typedef struct place_counts {
  const address_book *book; /* NULL: no place is known of */
  finding_place *items[ADDRESS_LEVEL_COMMUNE + 1];
  size_t counts[ADDRESS_LEVEL_COMMUNE + 1];
} place_counts;

/* After findings_end. A book that is NULL counts nothing. */
khop_status place_counts_make(place_counts *out, const findings *f, const address_book *book, khop_error *err);
void place_counts_free(place_counts *p);

#endif
