/* Letters that Vietnamese in UTF-8 does not have and its mojibake does: "Vaên Ñöùc", "v¨n ®øc". Hardly a row that is mojibake
 * has none of them, and hardly another one has any, so they tell in which rows it is to be looked for.
 *
 *     C2 A1..BF   U+00A1 to U+00BF
 *     C3 xx       letters of Latin-1 but for À Á Â Ã È É Ê Ì Í Ð Ò Ó Ô Õ Ù Ú Ý and their small ones
 */
#ifndef KHOP_INPUT_ODD_LATIN_H
#define KHOP_INPUT_ODD_LATIN_H

#include <stddef.h>
#include <stdint.h>

/* A bit for each low five bits of the second byte of the usual letters. */
enum { ODD_LATIN_USUAL = 0x263d370f };

/* The first byte of the first such letter in text[from..bytes), or `bytes`. */
typedef size_t odd_latin_find_function(const char *text, size_t from, size_t bytes);
odd_latin_find_function odd_latin_find;
/* The same, reading up to 64 bytes behind the end. */
odd_latin_find_function odd_latin_find_avx2;

#endif
