/* Health-insurance cards taken apart: DN 4 79 0123456789 is group, benefit, province of issue, and the person's
 * social-insurance number. Neither list of codes is closed, so an unknown one is a warning. */
#include <string.h>

#include "normalise/identifier_read.h"

enum { CARD_LENGTH = 15, CARD_WITH_HOSPITAL = 20, NUMBER_AT = 5, NUMBER_DIGITS = 10, HOSPITAL_DIGITS = 5 };

/* In the order of the alphabet. */
static bool group_known(const char *group) {
  static const char groups[][3] = {"BT", "CA", "CB", "CC", "CH", "CK", "CN", "CS", "CT", "CY", "DK", "DN", "DT", "GB", "GD",
                                   "HC", "HD", "HG", "HN", "HS", "HT", "HX", "KC", "LS", "MS", "NN", "NO", "PV", "QN", "SV",
                                   "TA", "TB", "TC", "TE", "TK", "TN", "TQ", "TS", "TV", "TY", "XB", "XD", "XK", "XN"};
  for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
    if (memcmp(groups[i], group, 2) == 0) return true;
  }
  return false;
}

static bool issuer_known(unsigned province) {
  enum { ARMY = 97, POLICE = 98 };
  return province_code_known(province) || province == ARMY || province == POLICE;
}

bool identifier_card_is_plain(const char *text, size_t length) {
  if (length != CARD_LENGTH || !group_known(text) || text[2] < '1' || text[2] > '5') return false;
  for (size_t i = 3; i < CARD_LENGTH; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  return issuer_known((unsigned)(text[3] - '0') * 10 + (unsigned)(text[4] - '0'));
}

static void set_card(const id_text *digits, identifier_parts *out) {
  card_parts *card = &out->card;
  const char *text = digits->text;
  out->kind = IDENTIFIER_IS_CARD;
  identifier_set_canonical(out, text);
  memcpy(card->group, text, 2);
  card->benefit = (uint8_t)(text[2] - '0');
  memcpy(card->province, text + 3, 2);
  memcpy(card->number, text + NUMBER_AT, NUMBER_DIGITS);
  if (digits->length == CARD_WITH_HOSPITAL) memcpy(card->hospital, text + CARD_LENGTH, HOSPITAL_DIGITS);
  if (!group_known(card->group)) out->findings |= IDENTIFIER_UNKNOWN_GROUP;
  if (card->benefit < 1 || card->benefit > 5) out->findings |= IDENTIFIER_BENEFIT_DIGIT;
  unsigned province = (unsigned)(text[3] - '0') * 10 + (unsigned)(text[4] - '0');
  if (!issuer_known(province)) out->findings |= IDENTIFIER_UNKNOWN_ISSUER;
}

static void set_number(const id_value *value, const id_text *id, const identifier_context *context,
                       identifier_parts *out) {
  if (id->length < value->digits) out->repairs |= IDENTIFIER_LOST_ZERO;
  if (value->kind == ID_CCCD) {
    cccd_take_apart(out, value->canonical, context);
  } else {
    out->kind = IDENTIFIER_IS_SOCIAL_NUMBER;
    identifier_set_canonical(out, value->canonical);
    memcpy(out->card.number, value->canonical, NUMBER_DIGITS);
  }
}

void insurance_take_apart(const char *text, size_t length, const identifier_context *context, identifier_parts *out) {
  identifier_source source;
  if (!identifier_source_read(text, length, &source, out)) return;
  id_value value;
  normalise_insurance_number(text, length, &value);
  bool card = value.kind != ID_OTHER && source.id.length >= CARD_LENGTH;
  id_text digits = source.id;
  bool changed = false;
  id_text_digits(&digits, card ? 2 : 0, &changed);
  if (value.kind == ID_MISSING) {
    size_t from = card ? NUMBER_AT : 0, count = card ? NUMBER_DIGITS : digits.length;
    if (!identifier_set_made_up(out, digits.text + from, count)) out->findings |= IDENTIFIER_PLACEHOLDER;
    return;
  }
  out->repairs = source.repairs;
  if (value.kind == ID_OTHER) {
    identifier_set_other(out, source.id.text);
    return;
  }
  if (changed) out->repairs |= IDENTIFIER_LETTERS_AS_DIGITS;
  if (card) set_card(&digits, out);
  else set_number(&value, &source.id, context, out);
}
