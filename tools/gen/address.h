/* Addresses and places, and the ways in which offices write them. */
#ifndef KHOP_GEN_ADDRESS_H
#define KHOP_GEN_ADDRESS_H

#include "facts.h"
#include "random.h"
#include "writer.h"

typedef struct gen_address {
  uint16_t commune, street, house, alley; /* alley 0: the house is on the street itself */
  bool hamlet;                            /* street is a row of gen_hamlets, there is no house number */
} gen_address;

typedef enum gen_address_style {
  GEN_ADDRESS_FULL,  /* 12/3 Lê Lợi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh */
  GEN_ADDRESS_SHORT, /* 12/3 Lê Lợi, P. Bến Nghé, Q. 1, TP.HCM */
  GEN_ADDRESS_WORDS, /* Số 12/3 đường Lê Lợi, phường Bến Nghé, quận 1, TP Hồ Chí Minh */
  GEN_ADDRESS_TIGHT, /* 12/3 Lê Lợi P.Bến Nghé Q.1 TP.HCM */
  GEN_ADDRESS_AREA,  /* Phường Bến Nghé, Quận 1, TP Hồ Chí Minh: no street */
  GEN_ADDRESS_NEW,   /* 12/3 Lê Lợi, Phường Sài Gòn, Thành phố Hồ Chí Minh: since 2025-07 */
  GEN_ADDRESS_STYLES
} gen_address_style;

gen_address gen_address_of(uint64_t key, uint16_t commune);
/* A style by the habits of the register: mostly full and short, new in `new_share` of 100. */
gen_address_style gen_address_style_pick(gen_random *r, uint32_t new_share);

/* As one quoted CSV field. */
void gen_put_address(gen_text *t, const gen_address *address, gen_address_style style);
/* Commune, district and province, unquoted. */
void gen_put_commune(gen_text *t, uint16_t commune, gen_address_style style);

#endif
