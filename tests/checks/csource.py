"""C sources as the checks see them: without comments, and with string and character literals emptied.

Line numbers survive. Good enough for code that compiles; not a preprocessor.
"""

import pathlib
import re
import sys

FOLDERS = ("engine", "index", "tools")

TOKEN = re.compile(
    r"""//(?:[^\n\\]|\\.|\\\n)*      # line comment, which a backslash may continue
      | /\*.*?\*/                    # block comment
      | "(?:[^"\\\n]|\\.|\\\n)*"     # string
      | '(?:[^'\\\n]|\\.)*'          # character
    """,
    re.VERBOSE | re.DOTALL,
)


def strip(text):
    """`text` with comments as blanks and literals as "" or '', line by line as it was."""

    def replacement(match):
        token = match.group()
        kept = token[0] * 2 if token[0] in "\"'" else " "
        return kept + "\n" * token.count("\n")

    return TOKEN.sub(replacement, text)


def without_directives(stripped):
    """`stripped` with preprocessor lines emptied, continuation lines included."""
    directive = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE | re.DOTALL)
    return directive.sub(lambda match: "\n" * match.group().count("\n"), stripped)


def files(root):
    """(path, text) of every C source and header of the product, sorted."""
    for folder in FOLDERS:
        for path in sorted(pathlib.Path(root, folder).rglob("*.[ch]")):
            yield path, path.read_text(encoding="utf-8")


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def report(findings, what):
    """Prints the findings and leaves with 1 when there are any."""
    for finding in findings:
        print(finding)
    print(f"{len(findings)} {what}")
    sys.exit(1 if findings else 0)
