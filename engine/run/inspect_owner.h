/* Whose number an identifier is, so that its digits for sex and birth year can be held against the columns that say so.
 *
 *     so_dinh_danh      ngay_sinh, gioi_tinh     by the names of fields: the part before the words for sex and birth
 *     me_so_giay_to     me_nam_sinh, a woman     is that of the number too
 */
#ifndef KHOP_RUN_INSPECT_OWNER_H
#define KHOP_RUN_INSPECT_OWNER_H

#include "input/input.h"
#include "normalise/identifier.h"
#include "schema/schema.h"

typedef struct id_owner {
  int birth, sex;  /* fields, -1: none */
  sex_value known; /* of mothers, wives, fathers, husbands */
} id_owner;

/* Of a field of TYPE_PERSONAL_ID. */
id_owner id_owner_of(const schema *s, size_t field);
/* What one row says of the owner; `columns` has the column of each field, negative where the register has none. */
identifier_context id_owner_context(const id_owner *owner, const input_field *row, const int *columns);

#endif
