/* Findings that one record shows by itself: its numbers against their form and its person, its dates against each other and today.
 *
 * This runs for every row while it is read. Nearly all numbers are digits that are right, and what the feature row says of
 * them is enough to know it; identifier_read takes apart what is left.
 */
#include <stdio.h>
#include <string.h>

#include "findings/lines.h"
#include "normalise/identifier.h"

enum { shown_max = 64 /* bytes of a value as it is written */ };

typedef struct record {
  const finding_rules *rules;
  const input_field *fields;
  const uint8_t *features;
  const char *id;
  size_t id_length;
  uint32_t row;
  finding_batch *out;
} record;

static khop_status report(const record *r, finding_kind kind, finding_severity severity, const char *type, const char *identifier,
                          const char *fix, const char *evidence, khop_error *err) {
  const finding found = {.kind = kind, .severity = severity, .type = type, .identifier = identifier,
                         .fix = fix ? fix : finding_kind_fix(kind, r->rules->language), .evidence = evidence, .rows = &r->row, .row_count = 1};
  return finding_line(r->out, &found, r->id, r->id_length, err);
}

#define SAID(record, vietnamese, english) FINDING_SAID((record)->rules->language, vietnamese, english)

static const char *name_of(const record *r, int field) { return r->rules->schema->fields[field].name; }

/* What stands in the field, cut at a whole character. */
static void show(const record *r, size_t field, char out[shown_max + 1]) {
  size_t length = r->fields[field].length;
  if (length > shown_max) {
    length = shown_max;
    while (length && ((unsigned char)r->fields[field].text[length] & 0xc0) == 0x80) length--;
  }
  if (length) memcpy(out, r->fields[field].text, length);
  out[length] = 0;
}

/* ---- rules ------------------------------------------------------------------------------------------ */

static int slot_field(const feature_layout *layout, int field, slot_kind kind) {
  return field >= 0 && layout->slots[field].kind == kind ? field : -1;
}

/* Whose number a field holds. */
static finding_number number_of(const finding_rules *rules, size_t field) {
  const schema_findings *f = &rules->schema->findings;
  finding_number number = {.field = field, .is_insurance = rules->schema->fields[field].type == TYPE_INSURANCE};
  for (size_t p = 0; p < f->people_count; p++) {
    if (!((f->people[p].numbers | f->people[p].papers) >> field & 1)) continue;
    number.person = &f->people[p];
    number.is_due = f->people[p].numbers >> field & 1;
  }
  return number;
}

void finding_rules_make(finding_rules *rules, const schema *s, const feature_layout *layout, uint32_t today, finding_language language) {
  *rules = (finding_rules){.schema = s, .layout = layout, .today = today, .language = language};
  for (size_t f = 0; f < s->field_count; f++) {
    bool is_number = s->fields[f].type == TYPE_PERSONAL_ID || s->fields[f].type == TYPE_INSURANCE;
    if (is_number && layout->slots[f].kind == SLOT_ID) rules->numbers[rules->number_count++] = number_of(rules, f);
  }
}

/* ---- dates ------------------------------------------------------------------------------------------- */

/* 0: missing. */
static uint32_t date_at(const record *r, int field) {
  field = slot_field(r->rules->layout, field, SLOT_DATE);
  return field < 0 ? 0 : slot_u32(r->features, r->rules->layout->slots[field].offset);
}

static uint32_t earliest(uint32_t date) {
  uint32_t month = feature_date_month(date), day = feature_date_day(date);
  return feature_date_year(date) << 9 | (month ? month : 1) << 5 | (day ? day : 1);
}

static uint32_t latest(uint32_t date) {
  uint32_t month = feature_date_month(date), day = feature_date_day(date);
  return (feature_date_year(date) + feature_date_span(date)) << 9 | (month ? month : 12) << 5 | (day ? day : 31);
}

static bool is_complete(uint32_t date) { return feature_date_day(date) != 0; }

/* Full years between two days; by the years alone where one of them says no more. */
static int years_between(uint32_t from, uint32_t to) {
  int years = (int)feature_date_year(to) - (int)feature_date_year(from);
  return is_complete(from) && is_complete(to) && (to & 511) < (from & 511) ? years - 1 : years;
}

/* "ngay_sinh 01/05/2031", in English "ngay_sinh 2031-05-01": as much of it as is known. */
static void show_date(const record *r, int field, char *out, size_t capacity) {
  const uint32_t date = date_at(r, field), year = feature_date_year(date), month = feature_date_month(date), day = feature_date_day(date);
  const char *name = name_of(r, field);
  bool is_english = r->rules->language == FINDING_ENGLISH;
  if (!month) snprintf(out, capacity, "%s %u", name, year);
  else if (!day) snprintf(out, capacity, is_english ? "%s %u-%02u" : "%s %02u/%u", name, is_english ? year : month, is_english ? month : year);
  else if (is_english) snprintf(out, capacity, "%s %u-%02u-%02u", name, year, month, day);
  else snprintf(out, capacity, "%s %02u/%02u/%u", name, day, month, year);
}

enum { date_text = SCHEMA_NAME_BYTES_MAX + 16, evidence_bytes = 2 * date_text + 128 };

static khop_status report_date(const record *r, finding_kind kind, int field, const char *why, khop_error *err) {
  char date[date_text], evidence[evidence_bytes];
  show_date(r, field, date, sizeof date);
  snprintf(evidence, sizeof evidence, "%s%s", date, why);
  return report(r, kind, finding_kind_severity(kind), "", "", NULL, evidence, err);
}

static khop_status report_dates(const record *r, finding_kind kind, int first, const char *between, int second, const char *why, khop_error *err) {
  char a[date_text], b[date_text], evidence[evidence_bytes];
  show_date(r, first, a, sizeof a);
  show_date(r, second, b, sizeof b);
  snprintf(evidence, sizeof evidence, "%s%s%s%s", a, between, b, why);
  return report(r, kind, finding_kind_severity(kind), "", "", NULL, evidence, err);
}

static khop_status check_future(const record *r, khop_error *err) {
  const schema_findings *f = &r->rules->schema->findings;
  int fields[SCHEMA_PEOPLE_MAX + 2] = {f->death, f->issued};
  size_t count = 2;
  for (size_t p = 0; p < f->people_count; p++) fields[count++] = f->people[p].birth;
  for (size_t i = 0; i < count; i++) { /* one line a record: a date that is wrong makes the others look so */
    if (fields[i] == f->card.from && fields[i] >= 0) continue; /* next year's card is no fault */
    uint32_t date = date_at(r, fields[i]);
    if (date && earliest(date) > r->rules->today) return report_date(r, FINDING_PLAUSIBLE_FUTURE_DATE, fields[i], SAID(r, " chưa tới", " is still to come"), err);
  }
  return KHOP_OK;
}

static khop_status check_card(const record *r, khop_error *err) {
  const schema_findings *f = &r->rules->schema->findings;
  uint32_t until = date_at(r, f->card.until);
  char number[shown_max + 1] = "", date[date_text], evidence[evidence_bytes];
  if (!until || latest(until) >= r->rules->today) return KHOP_OK;
  for (size_t i = 0; i < r->rules->number_count && !number[0]; i++) {
    if (r->rules->numbers[i].is_insurance) show(r, r->rules->numbers[i].field, number);
  }
  show_date(r, f->card.until, date, sizeof date);
  snprintf(evidence, sizeof evidence, SAID(r, "%s đã qua", "%s is past"), date);
  return report(r, FINDING_CARD_EXPIRED, finding_kind_severity(FINDING_CARD_EXPIRED), number[0] ? "card" : "", number, NULL, evidence, err);
}

static khop_status check_parents(const record *r, khop_error *err) {
  enum { youngest = 12, oldest = 60 };
  const schema_findings *f = &r->rules->schema->findings;
  uint32_t born = f->people_count ? date_at(r, f->people[0].birth) : 0;
  for (size_t p = 1; p < f->people_count; p++) {
    uint32_t parent = f->people[p].is_parent ? date_at(r, f->people[p].birth) : 0;
    if (!born || !parent || feature_date_span(born) || feature_date_span(parent)) continue;
    int years = years_between(parent, born);
    char why[32];
    if (years >= youngest && years <= oldest) continue;
    snprintf(why, sizeof why, SAID(r, ": %d tuổi", ": %d years"), years);
    return report_dates(r, FINDING_PLAUSIBLE_PARENT_AGE, f->people[p].birth, ", ", f->people[0].birth, why, err);
  }
  return KHOP_OK;
}

static khop_status check_dates(const record *r, khop_error *err) {
  enum { oldest_years = 120 };
  const schema_findings *f = &r->rules->schema->findings;
  TRY(check_future(r, err));
  TRY(check_card(r, err));
  for (size_t p = 0; p < f->people_count; p++) {
    uint32_t born = date_at(r, f->people[p].birth), issued = date_at(r, f->issued);
    if (!born || !issued || f->people[p].is_parent || latest(issued) >= earliest(born)) continue;
    TRY(report_dates(r, FINDING_PLAUSIBLE_ISSUED_BEFORE_BIRTH, f->issued, SAID(r, " trước ", " is before "), f->people[p].birth, "", err));
    break;
  }
  uint32_t born = f->people_count ? date_at(r, f->people[0].birth) : 0, until = f->death < 0 ? r->rules->today : date_at(r, f->death);
  if (born && until && latest(born) < earliest(until) - (oldest_years << 9)) {
    const char *why = f->death < 0 ? SAID(r, " đã hơn 120 năm", " is more than 120 years ago")
                                   : SAID(r, " trước ngày chết hơn 120 năm", " is more than 120 years before the death");
    TRY(report_date(r, FINDING_PLAUSIBLE_AGE_OVER_120, f->people[0].birth, why, err));
  }
  return check_parents(r, err);
}

/* ---- numbers ----------------------------------------------------------------------------------------- */

static sex_value sex_of(const record *r, const schema_person *p) {
  if (!p || p->is_male || p->is_female) return !p ? SEX_MISSING : p->is_male ? SEX_MALE : SEX_FEMALE;
  int field = slot_field(r->rules->layout, p->sex, SLOT_SEX);
  return field < 0 ? SEX_MISSING : (sex_value)r->features[r->rules->layout->slots[field].offset];
}

/* The year of birth that a number says: PPP G YY NNNNNN. 0: of no century of ours. */
static unsigned year_of_cccd(uint64_t number) {
  unsigned century_year = (unsigned)(number / 1000000 % 1000), century = century_year / 200;
  return century > 1 ? 0 : 1900 + century * 100 + century_year % 100;
}

static bool is_born_in(uint32_t born, unsigned year) {
  return !born || (year >= feature_date_year(born) && year <= feature_date_year(born) + feature_date_span(born));
}

static bool agrees(const record *r, const schema_person *p, uint64_t cccd) {
  sex_value sex = sex_of(r, p), said = cccd / 100000000 % 2 ? SEX_FEMALE : SEX_MALE;
  unsigned year = year_of_cccd(cccd);
  if ((sex == SEX_MALE || sex == SEX_FEMALE) && sex != said) return false;
  return year && year <= feature_date_year(r->rules->today) && (!p || is_born_in(date_at(r, p->birth), year));
}

static bool is_plain(const input_field *field, size_t digits) {
  if (field->length != digits) return false;
  for (size_t i = 0; i < digits; i++) {
    if (field->text[i] < '0' || field->text[i] > '9') return false;
  }
  return true;
}

/* A CCCD that somebody typed to fill the field: two, three or four digits over and over, in pairs, or a serial of zeros, which is
 * never issued. What is one digit or counts is no number at all (normalise/identifier.h). */
static bool is_pattern(uint64_t cccd) {
  const uint64_t serials = 1000000, two = 10101010101, three = 1001001001, four = 100010001;
  static const uint64_t known[] = {1122334455, 112233445566, 12345678910};
  if (cccd % two == 0 || cccd % three == 0 || cccd % four == 0 || cccd % serials == 0) return true;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (cccd == known[i]) return true;
  }
  return false;
}

/* Written plainly, and nothing is wrong with it. */
static bool is_right(const record *r, const finding_number *n) {
  const input_field *field = &r->fields[n->field];
  uint64_t packed = slot_u64(r->features, r->rules->layout->slots[n->field].offset), number = feature_id_number(packed);
  switch (feature_id_kind(packed)) {
    case ID_CCCD: return is_plain(field, 12) && number < 100000000000 && normalise_cccd_valid(number) && agrees(r, n->person, number) && !is_pattern(number);
    case ID_CMND: return is_plain(field, 9) && !n->is_due;
    case ID_INSURANCE: return is_plain(field, 10) || identifier_card_is_plain(field->text, field->length);
    default: return false;
  }
}

/* What identifier_read says, and what it means here. */
typedef struct meaning {
  uint32_t findings, repairs; /* any of them */
  finding_kind kind;
  finding_severity severity;
  const char *why[FINDING_LANGUAGES];
} meaning;

static const meaning meanings[] = {
    {IDENTIFIER_FORMAT, 0, FINDING_ID_FORMAT, FINDING_ERROR,
     {"không đúng dạng của loại số này", "of no form that such a number has"}},
    {IDENTIFIER_SCIENTIFIC, 0, FINDING_ID_FORMAT, FINDING_ERROR,
     {"dạng số mũ: mất các chữ số cuối", "scientific notation: the last digits are lost"}},
    {0, IDENTIFIER_LETTERS_AS_DIGITS, FINDING_ID_FORMAT, FINDING_ERROR,
     {"chữ cái thay cho chữ số", "a letter for a digit"}},
    {0, IDENTIFIER_FRACTION, FINDING_ID_FORMAT, FINDING_WARNING,
     {"phần thập phân do bảng tính thêm vào", "a fraction that a spreadsheet made"}},
    {IDENTIFIER_BENEFIT_DIGIT, 0, FINDING_ID_FORMAT, FINDING_ERROR,
     {"ký tự thứ ba của thẻ phải từ 1 đến 5", "the third character of a card is 1 to 5"}},
    {IDENTIFIER_UNKNOWN_GROUP, 0, FINDING_ID_FORMAT, FINDING_WARNING,
     {"thẻ thuộc nhóm đối tượng không có trong danh mục", "a card of a group that is not known"}},
    {IDENTIFIER_UNKNOWN_PROVINCE, 0, FINDING_ID_PROVINCE, FINDING_ERROR,
     {"không tỉnh nào có mã này", "no province has this code"}},
    {IDENTIFIER_UNKNOWN_ISSUER, 0, FINDING_ID_PROVINCE, FINDING_WARNING,
     {"thẻ do tỉnh không có trong danh mục cấp", "a card of a province that is not known"}},
    {IDENTIFIER_BORN_ABROAD, 0, FINDING_ID_PROVINCE, FINDING_INFO,
     {"đăng ký ở nước ngoài", "registered abroad"}},
    {0, IDENTIFIER_LOST_ZERO, FINDING_ID_LOST_ZERO, FINDING_WARNING,
     {"mất số 0 ở đầu", "the leading zero is missing"}},
    {IDENTIFIER_PLACEHOLDER, 0, FINDING_ID_PLACEHOLDER, FINDING_ERROR,
     {"một chữ số lặp lại", "one digit repeated"}},
    {IDENTIFIER_SEQUENTIAL, 0, FINDING_ID_SEQUENTIAL, FINDING_ERROR,
     {"các chữ số tăng dần hoặc giảm dần", "digits that count up or down"}}};

/* "không có" and 0 are honest ways to leave a field empty. */
static bool is_made_up(const input_field *field) {
  size_t digits = 0;
  for (size_t i = 0; i < field->length; i++) digits += field->text[i] >= '0' && field->text[i] <= '9';
  return digits > 4;
}

static khop_status report_number(const record *r, const finding_number *n, const identifier_parts *parts, finding_kind kind,
                                 finding_severity severity, const char *fix, const char *evidence, khop_error *err) {
  char text[shown_max + 1];
  bool is_known = parts->kind != IDENTIFIER_IS_MISSING && parts->kind != IDENTIFIER_IS_OTHER;
  show(r, n->field, text);
  return report(r, kind, severity, is_known ? identifier_kind_name(parts->kind) : identifier_type_name(n->is_insurance ? IDENTIFIER_INSURANCE_NUMBER : IDENTIFIER_PERSONAL_ID),
                text, fix, evidence, err);
}

static khop_status report_pattern(const record *r, const finding_number *n, const identifier_parts *parts, khop_error *err) {
  char evidence[evidence_bytes];
  snprintf(evidence, sizeof evidence, SAID(r, "%s: chữ số lặp theo mẫu", "%s: a pattern of digits"), name_of(r, (int)n->field));
  return report_number(r, n, parts, FINDING_ID_PLACEHOLDER, finding_kind_severity(FINDING_ID_PLACEHOLDER), NULL, evidence, err);
}

/* Nine digits in a paper of a time when people had no other number tell no mistake. */
static khop_status report_old_number(const record *r, const finding_number *n, const identifier_parts *parts, khop_error *err) {
  enum { TWELVE_DIGITS_SINCE = 2016 /* Luật Căn cước công dân */ };
  uint32_t issued = date_at(r, r->rules->schema->findings.issued);
  bool was_right = issued && feature_date_year(issued) + feature_date_span(issued) < TWELVE_DIGITS_SINCE;
  char evidence[evidence_bytes];
  snprintf(evidence, sizeof evidence, SAID(r, "%s: chín chữ số, lẽ ra phải là mười hai%s", "%s: nine digits, where twelve are due%s"), name_of(r, (int)n->field),
           was_right ? SAID(r, ", giấy tờ trước năm 2016", ", of before 2016") : "");
  return report_number(r, n, parts, FINDING_ID_OLD_NUMBER, was_right ? FINDING_INFO : finding_kind_severity(FINDING_ID_OLD_NUMBER), NULL, evidence,
                       err);
}

static khop_status report_form(const record *r, const finding_number *n, const identifier_parts *parts, khop_error *err) {
  char evidence[evidence_bytes], fix[evidence_bytes];
  const char *name = name_of(r, (int)n->field);
  snprintf(fix, sizeof fix, "%s=%s", name, parts->canonical);
  for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
    const meaning *m = &meanings[i];
    if (!(parts->findings & m->findings) && !(parts->repairs & m->repairs)) continue;
    if (parts->findings & m->findings & IDENTIFIER_PLACEHOLDER && !is_made_up(&r->fields[n->field])) continue;
    snprintf(evidence, sizeof evidence, "%s: %s", name, m->why[r->rules->language]);
    const char *said = m->repairs ? fix : m->severity == FINDING_INFO ? "" : NULL;
    TRY(report_number(r, n, parts, m->kind, m->severity, said, evidence, err));
  }
  return n->is_due && parts->kind == IDENTIFIER_IS_CMND ? report_old_number(r, n, parts, err) : KHOP_OK;
}

/* A CCCD against its person. */
static khop_status report_digits(const record *r, const finding_number *n, const identifier_parts *parts, khop_error *err) {
  const uint32_t of_year = IDENTIFIER_YEAR_MISMATCH | IDENTIFIER_CENTURY_MISMATCH | IDENTIFIER_CENTURY_IMPLAUSIBLE;
  char evidence[evidence_bytes], date[date_text];
  const char *name = name_of(r, (int)n->field), *said = parts->cccd.sex == SEX_MALE ? SAID(r, "nam", "male") : SAID(r, "nữ", "female");
  snprintf(date, sizeof date, "%s", SAID(r, "chưa ai sinh năm đó", "nobody is born then"));
  if (parts->findings & IDENTIFIER_SEX_MISMATCH) {
    const char *other = n->person->sex < 0 ? SAID(r, "vai trò trong hồ sơ", "the role") : name_of(r, n->person->sex);
    snprintf(evidence, sizeof evidence, SAID(r, "%s là số của %s, %s thì không phải", "%s says %s, %s does not"), name, said, other);
    TRY(report_number(r, n, parts, FINDING_ID_SEX, finding_kind_severity(FINDING_ID_SEX), NULL, evidence, err));
  }
  if (!(parts->findings & of_year)) return KHOP_OK;
  if (parts->findings & (IDENTIFIER_YEAR_MISMATCH | IDENTIFIER_CENTURY_MISMATCH)) show_date(r, n->person->birth, date, sizeof date);
  if (parts->cccd.birth_year) snprintf(evidence, sizeof evidence, SAID(r, "%s là số của người sinh năm %u, %s", "%s says %u, %s"), name, parts->cccd.birth_year, date);
  else snprintf(evidence, sizeof evidence, SAID(r, "%s là số của thế kỷ chưa tới", "%s says a later century"), name);
  return report_number(r, n, parts, FINDING_ID_YEAR, finding_kind_severity(FINDING_ID_YEAR), NULL, evidence, err);
}

static khop_status check_number(const record *r, const finding_number *n, khop_error *err) {
  const input_field *field = &r->fields[n->field];
  const uint32_t born = n->person ? date_at(r, n->person->birth) : 0;
  identifier_context context = {.sex = sex_of(r, n->person), .birth_year = (uint16_t)feature_date_year(born),
                                .reference_year = (uint16_t)feature_date_year(r->rules->today)};
  const identifier_type type = n->is_insurance ? IDENTIFIER_INSURANCE_NUMBER : IDENTIFIER_PERSONAL_ID;
  identifier_parts parts;
  identifier_read(type, field->text, field->length, &context, &parts);
  if (feature_date_span(born) && parts.kind == IDENTIFIER_IS_CCCD && is_born_in(born, parts.cccd.birth_year)) {
    parts.findings &= ~(uint32_t)(IDENTIFIER_YEAR_MISMATCH | IDENTIFIER_CENTURY_MISMATCH);
  }
  uint64_t packed = slot_u64(r->features, r->rules->layout->slots[n->field].offset);
  if (feature_id_kind(packed) == ID_CCCD && is_pattern(feature_id_number(packed))) return report_pattern(r, n, &parts, err);
  TRY(report_form(r, n, &parts, err));
  return parts.kind == IDENTIFIER_IS_CCCD ? report_digits(r, n, &parts, err) : KHOP_OK;
}

khop_status finding_record(const finding_rules *rules, const input_field *fields, const uint8_t *features, const char *id,
                           size_t id_length, uint32_t row, finding_batch *out, khop_error *err) {
  const record r = {.rules = rules, .fields = fields, .features = features, .id = id, .id_length = id_length, .row = row, .out = out};
  for (size_t i = 0; i < rules->number_count; i++) {
    const finding_number *n = &rules->numbers[i];
    if (fields[n->field].length && !is_right(&r, n)) TRY(check_number(&r, n, err));
  }
  return check_dates(&r, err);
}
