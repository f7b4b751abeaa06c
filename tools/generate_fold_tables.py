#!/usr/bin/env python3
"""Writes engine/normalise/fold_tables.c: the letters, the ASCII rules and the words of places.

    python3 tools/generate_fold_tables.py > engine/normalise/fold_tables.c

The tables are checked in, so that a build needs no Python. See engine/normalise/fold.h for the codes.
"""
import unicodedata

VOWELS = "aăâeêioôơuưy"
TONES = ["", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"]
CODE_D = 0xE0  # đ


def letters():
    """Every Vietnamese letter, both cases: character -> (code, plain letter)."""
    table = {}
    for index, vowel in enumerate(VOWELS):
        plain = unicodedata.normalize("NFD", vowel)[0].upper()
        for tone, mark in enumerate(TONES):
            char = unicodedata.normalize("NFC", vowel + mark)
            for form in (char, char.upper()):
                table[form] = (0x80 + index * 8 + tone, plain)
    for char in "đĐðÐ":
        table[char] = (CODE_D, "D")
    return table


LETTERS = letters()
BLANK = (0x20, " ")


def ascii_rule(char, rule):
    """(code, plain) of one ASCII character under a rule, None to drop it."""
    if char.lower() in LETTERS:
        return LETTERS[char.lower()]
    if char.isalpha():
        return ord(char.lower()), char.upper()
    if char <= " " or char == "\x7f":
        return None if rule == "code" else BLANK
    if char == "`":
        char = "'"
    kept = (ord(char), char)
    if char.isdigit():
        return None if rule == "name" else kept
    if rule == "keep":
        return kept
    if rule == "code":
        return None if char in "'\"" else kept
    if rule == "name" and char in "'-" or rule == "place" and char == "'":
        return None
    if rule == "place" and char in ",;()[]|":
        return ord(","), ","
    if rule == "place" and char == ".":
        return kept
    return BLANK


def pair(entry):
    return "0x%04x" % (entry[0] | ord(entry[1]) << 8) if entry else "0"


def rule_codes(rule):
    """The codes alone, 0 to drop: what a vector look-up wants."""
    entries = [ascii_rule(chr(i), rule) for i in range(128)]
    return ["0x%02x" % (entry[0] if entry else 0) for entry in entries]


# How fold_vector.h lays out fold_letter_codes: last byte but one -> (bytes before it, offset).
LETTER_ROWS = {0xC3: (b"", 0), 0xC4: (b"", 32), 0xC5: (b"", 40), 0xC6: (b"", 32), 0xBA: (b"\xe1", 64), 0xBB: (b"\xe1", 96)}


def letter_codes():
    """All letters by their last two bytes, both cases in one place, and which of them each last byte makes."""
    codes, rows_of = [0] * 128, [0] * 64
    for row, (lead, (before, offset)) in enumerate(LETTER_ROWS.items()):
        for low in range(64):
            char = (before + bytes([lead, 0x80 | low])).decode()
            if char not in LETTERS:
                continue
            index = offset + (low & 31 if lead == 0xC3 else low >> 1)
            assert codes[index] in (0, LETTERS[char][0]), char
            codes[index] = LETTERS[char][0]
            rows_of[low] |= 1 << row
    return ["0x%02x" % code for code in codes], ["0x%02x" % bits for bits in rows_of]


def by_low_bits(values):
    """A look-up of 16 bytes from {low four bits: expression}."""
    return ", ".join(values.get(i, "0") for i in range(16))


def vector_tables():
    """The small tables of fold_vector.h, 16 entries each, and every byte four times."""
    leads = [(lead & 15 ^ 8, row, offset) for row, (lead, (_, offset)) in enumerate(LETTER_ROWS.items())]
    marked, second = "ăâêôơư", {"a": "VOWEL_LIKE_OA", "e": "VOWEL_LIKE_OA", "y": "VOWEL_LIKE_UY"}
    first = {"o": " | VOWEL_LIKE_OA", "u": " | VOWEL_LIKE_UY"}
    classes = {i: "VOWEL_ANY" + (" | VOWEL_MARKED" if v in marked else "") + (" | VOWEL_I_OR_U" if v in "iu" else "")
               + first.get(v, "") for i, v in enumerate(VOWELS)}
    tables = [("fold_lead_row", {low: str(1 << row) for low, row, _ in leads}),
              ("fold_lead_offset", {low: str(offset) for low, _, offset in leads}),
              ("fold_vowel_class", classes),
              ("fold_vowel_second", {i: second[v] for i, v in enumerate(VOWELS) if v in second}),
              ("fold_vowel_plain", {i: "'%s'" % plain_of(v) for i, v in enumerate(VOWELS + "đ")})]
    for name, values in tables:
        print("const uint8_t %s[16] = {%s};\n" % (name, by_low_bits(values)))


def rows(values, per_line):
    return "\n".join("    " + ", ".join(values[i:i + per_line]) + ","
                     for i in range(0, len(values), per_line))


def escaped(codes):
    """A C string; every byte as three octal digits where it is not a letter or digit."""
    return "".join(chr(c) if c < 0x80 and chr(c).isalpha() else "\\%03o" % c for c in codes)


# (words as written, kind, how it is recognised): see place_words.h for the meaning.
PLACE_WORDS = [
    ("phường", "WARD", "STRONG"), ("p", "WARD", "SHORT"), ("f", "WARD", "NUMBER"),
    ("quận", "DISTRICT", "STRONG"), ("q", "DISTRICT", "SHORT"),
    ("xã", "COMMUNE", "STRONG"), ("x", "COMMUNE", "SHORT"),
    ("huyện", "COUNTY", "STRONG"), ("h", "COUNTY", "SHORT"),
    ("tỉnh", "PROVINCE", "STRONG"), ("t", "PROVINCE", "SHORT"),
    ("thành phố", "CITY", "STRONG"), ("tp", "CITY", "STRONG"),
    ("thị xã", "TOWN", "STRONG"), ("tx", "TOWN", "STRONG"),
    ("thị trấn", "TOWNSHIP", "STRONG"), ("tt", "TOWNSHIP", "STRONG"),
    ("khu phố", "QUARTER", "STRONG"), ("kp", "QUARTER", "STRONG"),
    ("tổ dân phố", "GROUP", "STRONG"), ("tdp", "GROUP", "STRONG"), ("tổ", "GROUP", "NUMBER"),
    ("khu vực", "AREA", "STRONG"), ("kv", "AREA", "STRONG"), ("khu", "AREA", "NUMBER"),
    ("ấp", "HAMLET", "WEAK"), ("thôn", "VILLAGE", "WEAK"), ("xóm", "SMALL_HAMLET", "WEAK"),
    ("khóm", "BLOCK", "WEAK"),
    ("đường", "STREET", "WEAK"), ("đ", "STREET", "SHORT"), ("phố", "STREET", "EXACT"),
    ("hẻm", "LANE", "NUMBER"), ("ngõ", "LANE", "NUMBER"), ("kiệt", "LANE", "NUMBER"),
    ("ngách", "ALLEY", "NUMBER"),
    ("quốc lộ", "NATIONAL_ROAD", "NUMBER"), ("ql", "NATIONAL_ROAD", "NUMBER"),
    ("tỉnh lộ", "PROVINCIAL_ROAD", "NUMBER"), ("tl", "PROVINCIAL_ROAD", "NUMBER"),
    ("đường tỉnh", "PROVINCIAL_ROAD", "NUMBER"), ("đt", "PROVINCIAL_ROAD", "NUMBER"),
    ("số nhà", "HOUSE", "NUMBER"), ("sn", "HOUSE", "NUMBER"), ("số", "HOUSE", "NUMBER"),
    ("t p", "CITY", "STRONG"), ("t x", "TOWN", "STRONG"), ("t t", "TOWNSHIP", "STRONG"),
]

# Other ways to write a place that is known under several: canonical name, then the ways, unaccented.
PLACE_ALIASES = [
    ("hồ chí minh", ["HO CHI MINH", "HCM", "TPHCM", "HCMC", "TPHCMC", "SAI GON", "SAIGON", "SG", "TPSG"]),
    ("hà nội", ["HA NOI", "HANOI", "HN", "TPHN"]),
    ("huế", ["THUA THIEN HUE", "TTH"]),
    ("đắk lắk", ["DAK LAK", "DAKLAK", "DAC LAC", "DAK LAC", "DARLAC"]),
    ("đắk nông", ["DAK NONG", "DAKNONG", "DAC NONG"]),
    ("bắc kạn", ["BAC KAN", "BAC CAN"]),
    ("bà rịa vũng tàu", ["BA RIA VUNG TAU", "BRVT", "BR VT"]),
    ("", ["VIET NAM", "VIETNAM", "VN"]),
]


def codes_of(text):
    return [LETTERS[c][0] if c in LETTERS else ord(c) for c in text]


def plain_of(text):
    return "".join(LETTERS[c][1] if c in LETTERS else c.upper() for c in text)


def place_words():
    """Sorted by first letter, longer phrases first, with the start of each letter."""
    entries = sorted(PLACE_WORDS, key=lambda e: (plain_of(e[0])[0], -len(e[0]), plain_of(e[0])))
    lines = []
    for words, kind, how in entries:
        lines.append('    {"%s", "%s", %d, %d, %d, PLACE_%s, PLACE_IS_%s}, /* %s */'
                     % (plain_of(words), escaped(codes_of(words)).replace(" ", "\\040"), len(words),
                        len(words.split()[0]), words.count(" ") + 1, kind, how, words))
    return lines, starts([plain_of(e[0])[0] for e in entries])


def starts(first_letters):
    """Where each letter of the alphabet starts in a sorted list, and its end."""
    return [str(sum(ord(l) - 65 < letter for l in first_letters)) for letter in range(27)]


def place_aliases():
    """Sorted by the first letter, with the start of each letter."""
    entries = sorted((way, name) for name, ways in PLACE_ALIASES for way in ways)
    lines = ['    {"%s", "%s", "%s", %d, %d, %d}, /* %s */'
             % (way, escaped(codes_of(name)).replace(" ", "\\040"), plain_of(name), len(name),
                len(way.split()[0]), way.count(" ") + 1, name or "dropped")
             for way, name in entries]
    return lines, starts([way[0] for way, _ in entries])


def first_words():
    """For each first letter and low five bits of the second: a bit for each length of a first word."""
    table = [0] * (26 * 32)
    for written in [plain_of(e[0]) for e in PLACE_WORDS] + [way for _, ways in PLACE_ALIASES for way in ways]:
        word = written.split()[0]
        row = (ord(word[0]) - 65) * 32
        for second in range(32) if len(word) == 1 else [ord(word[1]) & 31]:
            table[row + second] |= 1 << len(word)
    return ["%d" % bits for bits in table]


def main():
    print("/* Generated by tools/generate_fold_tables.py: do not edit. */")
    print('#include "normalise/fold_vector.h"\n#include "normalise/place_words.h"\n')
    two = [pair(LETTERS.get(chr((lead & 31) << 6 | low))) for lead in range(0xC3, 0xC7) for low in range(64)]
    three = [pair(LETTERS.get(chr(0x1E80 + low))) for low in range(128)]
    print("const uint16_t fold_two_bytes[256] = {\n%s\n};\n" % rows(two, 12))
    print("const uint16_t fold_three_bytes[128] = {\n%s\n};\n" % rows(three, 12))
    for rule in ("keep", "text", "name", "place", "code"):
        values = [pair(ascii_rule(chr(i), rule)) for i in range(128)]
        print("const fold_rules fold_%s_rules = {{\n%s\n}, {\n%s\n}, %s};\n"
              % (rule, rows(values, 12), rows(rule_codes(rule), 16), "false" if rule in ("keep", "code") else "true"))
    codes, rows_of = letter_codes()
    print("const uint8_t fold_letter_codes[128] = {\n%s\n};\n" % rows(codes, 16))
    print("const uint8_t fold_letter_rows[64] = {\n%s\n};\n" % rows(rows_of, 16))
    vector_tables()
    by_code = {code: char for char, (code, _) in sorted(LETTERS.items()) if char.islower() and char != "ð"}
    points = ["0x%04x" % ord(by_code[c]) if c in by_code else "0" for c in range(0x80, 0x100)]
    print("const uint16_t fold_code_points[128] = {\n%s\n};\n" % rows(points, 12))
    lines, first = place_words()
    print("const place_word place_words[] = {\n%s\n};\n" % "\n".join(lines))
    print("const uint8_t place_words_from[27] = {\n%s\n};\n" % rows(first, 14))
    lines, first = place_aliases()
    print("const place_alias place_aliases[] = {\n%s\n};\n" % "\n".join(lines))
    print("const uint8_t place_aliases_from[27] = {\n%s\n};\n" % rows(first, 14))
    print("const uint8_t place_first_words[26 * 32] = {\n%s\n};" % rows(first_words(), 32))


main()
