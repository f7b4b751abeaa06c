"""Vietnamese text in the charsets that registers come in, by the table of letters that the unit tests have."""

import os
import re

LEGACY = ["tcvn3", "vni", "viscii", "windows-1258"]
MOJIBAKE = {"tcvn3-mojibake": "tcvn3", "vni-mojibake": "vni"}
NAMES = LEGACY + list(MOJIBAKE)


def read_letters():
    """charset -> letter -> bytes. Capitals that TCVN3 lacks are typed as small letters, in a font of capitals."""
    where = os.path.join(os.path.dirname(__file__), "..", "unit", "test_charset_support.h")
    with open(where, encoding="utf-8") as file:
        rows = re.findall(r'\{"(\w)", "(\w*)", "(\w*)", "(\w*)", "(\w*)"\}', file.read())
    assert len(rows) == 134, len(rows)
    tables = {name: {} for name in LEGACY}
    for letter, *codes in rows:
        for name, code in zip(LEGACY, codes):
            tables[name][letter] = bytes.fromhex(code)
    for letter, code in tables["tcvn3"].items():
        if not code:
            tables["tcvn3"][letter] = tables["tcvn3"][letter.lower()]
    return tables


LETTERS = read_letters()


def encode(text, charset):
    """The bytes of NFC text whose letters are ASCII or Vietnamese."""
    if charset == "utf-8":
        return text.encode("utf-8")
    table = LETTERS[MOJIBAKE.get(charset, charset)]
    data = b"".join(table[c] if c in table else c.encode("ascii") for c in text)
    return data.decode("latin-1").encode("utf-8") if charset in MOJIBAKE else data


def encode_lines(data, choose):
    """A register of UTF-8 bytes again, line number n (0: the header) in the charset choose(n)."""
    lines = data.decode("utf-8").splitlines(keepends=True)
    return b"".join(encode(line, choose(n)) for n, line in enumerate(lines))
