"""No function over 70 lines and no file over 600, so that a reader can hold one at a time.

    check_functions.py SOURCE_DIR [...]
"""

import pathlib
import re
import sys

sys.dont_write_bytecode = True
import csource

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600
# The only installed header is the manual of the whole interface.
MANUALS = {"engine/include/khop.h": 900}

NAME = re.compile(r"(\w+)\s*\(")


def functions(text):
    """(name, first line, last line) of every function body at file scope."""
    code = csource.without_directives(csource.strip(text))
    depth = 0
    scope = 0  # depth of file scope: 1 inside extern "C" { }
    head_start = 0  # where the declaration that is being read began
    opened = None
    for match in re.finditer(r"[{};]", code):
        at, mark = match.start(), match.group()
        if mark == "{":
            head = code[head_start:at].strip()
            if depth == scope:
                if re.fullmatch(r'extern\s*""', head):
                    scope += 1
                    head_start = at + 1
                elif head.endswith(")") and "=" not in head.split("(")[0]:
                    start = head_start + len(code[head_start:at]) - len(code[head_start:at].lstrip())
                    opened = (NAME.search(head).group(1), csource.line_of(code, start))
            depth += 1
        elif mark == "}":
            depth -= 1
            if depth < scope:
                scope -= 1
            if depth == scope:
                if opened:
                    yield (*opened, csource.line_of(code, at))
                    opened = None
                head_start = at + 1
        elif depth == scope:
            head_start = at + 1


def main(root):
    findings = []
    counted = 0
    for path, text in csource.files(root):
        name = path.relative_to(pathlib.Path(root))
        lines = text.count("\n")
        most = MANUALS.get(name.as_posix(), FILE_LINES_MAX)
        if lines > most:
            findings.append(f"{name}: {lines} lines, at most {most}")
        for function, first, last in functions(text):
            counted += 1
            if last - first + 1 > FUNCTION_LINES_MAX:
                findings.append(
                    f"{name}:{first}: {function} has {last - first + 1} lines, at most {FUNCTION_LINES_MAX}")
    print(f"{counted} functions")
    csource.report(findings, "that are too long")


main(sys.argv[1])
