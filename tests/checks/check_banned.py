"""No call of a function that has no bound, no thread safety or no way to report a failure.

    check_banned.py SOURCE_DIR [...]
"""

import pathlib
import re
import sys

sys.dont_write_bytecode = True
import csource

BANNED = {
    "strcpy": "memcpy with a known length",
    "strcat": "memcpy with a known length",
    "sprintf": "snprintf",
    "vsprintf": "vsnprintf",
    "gets": "fgets",
    "strtok": "a scan of its own",
    "alloca": "an arena",
    "atoi": "strtol with its errors looked at",
    "atol": "strtol with its errors looked at",
    "atof": "strtod with its errors looked at",
    "system": "nothing: khop starts no program",
    "popen": "nothing: khop starts no program",
    "rand": "random_next",
    "srand": "random_next",
    "mktemp": "mkstemp",
    "tmpnam": "mkstemp",
}
CALL = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(BANNED))


def main(root):
    findings = []
    for path, text in csource.files(root):
        stripped = csource.strip(text)
        for match in CALL.finditer(stripped):
            name = match.group(1)
            place = f"{path.relative_to(pathlib.Path(root))}:{csource.line_of(stripped, match.start())}"
            findings.append(f"{place}: {name}; use {BANNED[name]}")
    csource.report(findings, "banned calls")


main(sys.argv[1])
