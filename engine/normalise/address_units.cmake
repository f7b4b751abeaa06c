# Writes OUT: the table FILE as one C string, a literal a line. Run by engine/CMakeLists.txt.
file(READ ${FILE} text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n\"" text "${text}")
file(WRITE ${OUT} "/* Made by normalise/address_units.cmake. */
#include \"normalise/address_book.h\"

const char address_units_text[] =
\"${text}\";
")
