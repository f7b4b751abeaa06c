/* Regional forms of one name: where southern and central Vietnam avoided the names of the Nguyễn lords and emperors
 * (kỵ húy), Hoàng became Huỳnh, Vũ Võ, Phúc Phước. One person may stand under both forms, and so may two families: weak
 * evidence.
 *
 * Source: Ngô Đức Thọ, Nghiên cứu chữ húy Việt Nam qua các triều đại (1997); common knowledge for Nhân/Nhơn, Nhật/Nhựt,
 * Sinh/Sanh, Tính/Tánh and their like. Forms that unaccented are other common names too are left out (Hồng/Hường is Hong and
 * Huong, as Hương is; Thịnh/Thạnh, Cường/Cang, Lĩnh/Lãnh, Hoa/Huê, Thì/Thời). */
#ifndef KHOP_NORMALISE_REGIONAL_H
#define KHOP_NORMALISE_REGIONAL_H

#include "normalise/normalise.h"

/* The number of the family of forms that a word of a text_value belongs to; 0 for nearly all words. */
unsigned regional_family(const uint8_t *letters, unsigned length);

#endif
