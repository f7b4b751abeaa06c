/* The kinds of findings. See findings.h. */
#include <stdio.h>
#include <string.h>

#include "findings/findings.h"

typedef struct kind_fact {
  const char *code;
  finding_severity severity;
  const char *fix[FINDING_LANGUAGES];
} kind_fact;

static const kind_fact kinds[FINDING_KINDS] = {
    [FINDING_ID_SHARED] = {"id_shared", FINDING_ERROR,
        {"hỏi cơ quan cấp xem số thuộc về ai; sửa các hồ sơ còn lại",
         "ask the issuing office whose number it is; correct the others"}},
    [FINDING_ID_MULTIPLE] = {"id_multiple", FINDING_WARNING,
        {"giữ số đang có hiệu lực; ghi nhận số còn lại đã bị hủy",
         "keep the number that is valid today; record the other one as cancelled"}},
    [FINDING_ID_NEAR] = {"id_near", FINDING_ERROR,
        {"đối chiếu với thẻ: một trong các số bị gõ sai",
         "compare with the card: one of the numbers was typed wrong"}},
    [FINDING_ID_FORMAT] = {"id_format", FINDING_ERROR,
        {"nhập lại số đúng như trên thẻ",
         "enter the number as the card shows it"}},
    [FINDING_ID_PROVINCE] = {"id_province", FINDING_ERROR,
        {"đối chiếu ba chữ số đầu với thẻ",
         "compare the first three digits with the card"}},
    [FINDING_ID_SEX] = {"id_sex", FINDING_ERROR,
        {"đối chiếu giới tính và số với thẻ: một trong hai bị ghi sai",
         "compare sex and number with the card: one of them is wrong"}},
    [FINDING_ID_YEAR] = {"id_year", FINDING_ERROR,
        {"đối chiếu ngày sinh và số với thẻ: một trong hai bị ghi sai",
         "compare birth date and number with the card: one of them is wrong"}},
    [FINDING_ID_LOST_ZERO] = {"id_lost_zero", FINDING_WARNING,
        {"thêm lại số 0 ở đầu",
         "put the leading zero back"}},
    [FINDING_ID_OLD_NUMBER] = {"id_old_number", FINDING_WARNING,
        {"bổ sung số định danh 12 chữ số",
         "enter the 12-digit number"}},
    [FINDING_ID_PLACEHOLDER] = {"id_placeholder", FINDING_ERROR,
        {"nhập số thật, hoặc để trống",
         "enter the real number, or leave the field empty"}},
    [FINDING_ID_SEQUENTIAL] = {"id_sequential", FINDING_ERROR,
        {"nhập số thật, hoặc để trống",
         "enter the real number, or leave the field empty"}},
    [FINDING_ID_SWAPPED] = {"id_swapped", FINDING_ERROR,
        {"đổi lại số của hai người cho đúng",
         "exchange the two numbers"}},
    [FINDING_CARD_MULTIPLE] = {"card_multiple", FINDING_WARNING,
        {"gộp các mã số bảo hiểm xã hội thành một",
         "merge the social-insurance numbers into one"}},
    [FINDING_CARD_EXPIRED] = {"card_expired", FINDING_WARNING,
        {"gia hạn thẻ, hoặc cập nhật thời hạn mới",
         "renew the card, or enter its new term"}},
    [FINDING_CERTIFICATE_OWNERS] = {"certificate_owners", FINDING_ERROR,
        {"đối chiếu với giấy chứng nhận xem thuộc về ai",
         "compare with the certificate: whose it is"}},
    [FINDING_PARCEL_OWNERS] = {"parcel_owners", FINDING_ERROR,
        {"đối chiếu với hồ sơ địa chính xem ai đang đứng tên thửa đất",
         "compare with the land file: who holds the parcel today"}},
    [FINDING_PARCEL_RENUMBERED] = {"parcel_renumbered", FINDING_WARNING,
        {"giữ một hồ sơ, theo số tờ và số thửa mới",
         "keep one record, under the new numbers"}},
    [FINDING_ENTRY_TWICE] = {"entry_twice", FINDING_WARNING,
        {"giữ lại một hồ sơ, bỏ hồ sơ nhập thừa",
         "keep one of the records"}},
    [FINDING_ENTRY_NUMBER_REPEATED] = {"entry_number_repeated", FINDING_ERROR,
        {"đối chiếu số và quyển với sổ gốc",
         "compare number and book with the register"}},
    [FINDING_PLAUSIBLE_ALIVE_AFTER_DEATH] = {"plausible_alive_after_death", FINDING_ERROR,
        {"đóng hồ sơ, hoặc đính chính việc khai tử",
         "close the record, or correct the death's"}},
    [FINDING_PLAUSIBLE_PARENT_AGE] = {"plausible_parent_age", FINDING_WARNING,
        {"đối chiếu năm sinh của cha, mẹ và con với sổ gốc",
         "compare the birth years of parent and child with the entry"}},
    [FINDING_PLAUSIBLE_BIRTHS_CLOSE] = {"plausible_births_close", FINDING_WARNING,
        {"đối chiếu ngày sinh và người mẹ với sổ gốc",
         "compare birth dates and mother with the entries"}},
    [FINDING_PLAUSIBLE_ISSUED_BEFORE_BIRTH] = {"plausible_issued_before_birth", FINDING_ERROR,
        {"sửa ngày cấp hoặc ngày sinh",
         "correct the date of issue or of birth"}},
    [FINDING_PLAUSIBLE_AGE_OVER_120] = {"plausible_age_over_120", FINDING_WARNING,
        {"xác minh người còn sống hay đã mất; sửa ngày sinh",
         "verify that the person lives; correct the birth date"}},
    [FINDING_PLAUSIBLE_FUTURE_DATE] = {"plausible_future_date", FINDING_ERROR,
        {"sửa lại ngày",
         "correct the date"}}};

const char *finding_code(finding_kind kind) { return kinds[kind].code; }
finding_severity finding_kind_severity(finding_kind kind) { return kinds[kind].severity; }
const char *finding_kind_fix(finding_kind kind, finding_language language) { return kinds[kind].fix[language]; }

const char *finding_severity_name(finding_severity severity) {
  static const char *const names[] = {[FINDING_INFO] = "info", [FINDING_WARNING] = "warning", [FINDING_ERROR] = "error"};
  return names[severity];
}

const char *finding_id_type(uint64_t packed) {
  switch (feature_id_kind(packed)) {
    case ID_CCCD: return "cccd";
    case ID_CMND: return "cmnd";
    case ID_PASSPORT: return "passport";
    case ID_INSURANCE: return "social_number";
    case ID_OTHER: return feature_id_digits(packed) ? "phone" : "other";
    default: return "";
  }
}

void finding_id_text(uint64_t packed, char out[FINDING_ID_TEXT_BYTES]) {
  const uint64_t letter = 10000000, number = feature_id_number(packed);
  out[0] = 0;
  if (feature_id_kind(packed) == ID_PASSPORT) {
    snprintf(out, FINDING_ID_TEXT_BYTES, "%c%07llu", (char)('A' + number / letter - 1), (unsigned long long)(number % letter));
  } else if (feature_id_digits(packed)) {
    snprintf(out, FINDING_ID_TEXT_BYTES, "%0*llu", (int)feature_id_digits(packed), (unsigned long long)number);
  }
}
