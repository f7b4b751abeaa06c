/* See address.h. */
#include "address.h"

static const char *const full[] = {"Thành phố ", "Tỉnh ", "Quận ", "Huyện ", "Thị xã ", "Phường ", "Xã ", "Thị trấn ", "Đặc khu "};
static const char *const lower[] = {"thành phố ", "tỉnh ", "quận ", "huyện ", "thị xã ", "phường ", "xã ", "thị trấn ", "đặc khu "};
static const char *const initials[] = {"TP.", "T.", "Q.", "H.", "TX.", "P.", "X.", "TT.", "ĐK."};

gen_address gen_address_of(uint64_t key, uint16_t commune) {
  gen_random r = {gen_hash(key, 71)};
  unsigned kind = gen_communes[commune].kind;
  gen_address address = {.commune = commune};
  address.hamlet = gen_below(&r, 100) < (kind == GEN_COMMUNE ? 85u : 6u);
  uint32_t bound = (uint32_t)(address.hamlet ? gen_hamlet_count : gen_street_count);
  address.street = (uint16_t)gen_below(&r, bound);
  address.house = (uint16_t)(1 + gen_below(&r, gen_below(&r, 3) ? 120 : 900));
  if (gen_below(&r, 100) < 40) address.alley = (uint16_t)(1 + gen_below(&r, 90));
  return address;
}

gen_address_style gen_address_style_pick(gen_random *r, uint32_t new_share) {
  static const uint8_t share[] = {44, 70, 82, 90, 100};
  uint32_t draw = gen_below(r, 100), style = 0;
  if (gen_below(r, 100) < new_share) return GEN_ADDRESS_NEW;
  while (draw >= share[style]) style++;
  return (gen_address_style)style;
}

static void put_province(gen_text *t, const gen_province *province, gen_address_style style) {
  bool hcmc = province->code == 79;
  if (style == GEN_ADDRESS_FULL) {
    gen_put_text(t, full[province->kind]);
  } else if (style == GEN_ADDRESS_SHORT || style == GEN_ADDRESS_TIGHT) {
    if (hcmc) {
      gen_put_text(t, "TP.HCM");
      return;
    }
  } else if (hcmc) {
    gen_put_text(t, "TP ");
  } else if (style == GEN_ADDRESS_WORDS) {
    gen_put_text(t, lower[province->kind]);
  }
  gen_put_text(t, province->name);
}

static void put_kind(gen_text *t, unsigned kind, gen_address_style style) {
  if (style == GEN_ADDRESS_SHORT || style == GEN_ADDRESS_TIGHT) {
    gen_put_text(t, initials[kind]);
    if (style == GEN_ADDRESS_SHORT) gen_put(t, ' ');
    return;
  }
  gen_put_text(t, style == GEN_ADDRESS_WORDS ? lower[kind] : full[kind]);
}

void gen_put_commune(gen_text *t, uint16_t commune, gen_address_style style) {
  const gen_commune *c = &gen_communes[commune];
  const gen_district *d = &gen_districts[c->district];
  const gen_province *p = &gen_provinces[d->province];
  const char *separator = style == GEN_ADDRESS_TIGHT ? " " : ", ";
  if (style == GEN_ADDRESS_NEW) {
    gen_put_text(t, full[c->new_kind]);
    gen_put_text(t, c->new_name);
    gen_put_text(t, separator);
    gen_put_text(t, full[p->new_kind]);
    gen_put_text(t, p->new_name);
    return;
  }
  put_kind(t, c->kind, style);
  gen_put_text(t, c->name);
  gen_put_text(t, separator);
  put_kind(t, d->kind, style);
  gen_put_text(t, d->name);
  gen_put_text(t, separator);
  put_province(t, p, style);
}

void gen_put_address(gen_text *t, const gen_address *address, gen_address_style style) {
  gen_put(t, '"');
  if (style != GEN_ADDRESS_AREA) {
    if (address->hamlet) {
      gen_put_text(t, gen_hamlets[address->street]);
    } else {
      bool words = style == GEN_ADDRESS_WORDS;
      if (words) gen_put_text(t, "Số ");
      gen_put_number(t, address->house, 1);
      if (address->alley) {
        gen_put(t, '/');
        gen_put_number(t, address->alley, 1);
      }
      gen_put_text(t, words ? " đường " : " ");
      gen_put_text(t, gen_streets[address->street]);
    }
    gen_put_text(t, style == GEN_ADDRESS_TIGHT ? " " : ", ");
  }
  gen_put_commune(t, address->commune, style);
  gen_put(t, '"');
}
