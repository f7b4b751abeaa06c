"""Includes point one way: each stage sees the stages before it in the table of docs/architecture.md.

Also kept here: lmdb.h stays inside index/, pthread.h inside engine/base, intrinsics inside the files named
after their instruction set, and the command sees khop.h and its own headers alone.

    check_includes.py SOURCE_DIR [...]
"""

import pathlib
import re
import sys

sys.dont_write_bytecode = True
import csource

# A folder may include itself and what stands before it here.
ORDER = ("base", "normalise", "schema", "input", "feature", "block", "compare", "model", "cluster", "index",
         "findings", "output", "evaluate", "run", "live")
# Narrower than the order says.
ONLY = {"index": ("base", "index")}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
ISA_FILE = re.compile(r"_(avx2|avx512|neon)\.[ch]$")
ISA_HEADER = re.compile(r"(\w*intrin|arm_\w+|cpuid)\.h$")


def may_use(folder):
    return ONLY.get(folder, ORDER[: ORDER.index(folder) + 1])


def folder_of(path):
    """Stage of a path from the root: engine/block/pairs.c is block, index/store.c index, tools/main.c tools."""
    parts = path.parts
    return parts[1] if parts[0] == "engine" and len(parts) > 2 else parts[0]


def target_of(root, path, name):
    """The file that a quoted include names, from the root, or None when it is none of ours."""
    for base in (path.parent, pathlib.Path("engine"), pathlib.Path("engine/include"), pathlib.Path("tools"),
                 pathlib.Path(".")):
        candidate = (root / base / name).resolve()
        if candidate.is_file():
            return candidate.relative_to(root)
    return None


def finding_of(root, path, quote, name):
    """Why `path` may not include `name`, or None."""
    folder = folder_of(path)
    if name == "lmdb.h" and folder != "index":
        return "lmdb.h stays inside index/"
    if name in ("pthread.h", "threads.h", "semaphore.h") and folder != "base":
        return f"{name} stays inside engine/base"
    if ISA_HEADER.search(name) and not ISA_FILE.search(path.name):
        return "intrinsics stay inside files named _avx2, _avx512 or _neon"
    target = target_of(root, path, name) if quote == '"' or name == "khop.h" else None
    if quote == '"' and target is None:
        return "no such header of ours"
    if target is None or target == pathlib.Path("engine/include/khop.h"):
        return None
    if folder == "tools":
        return None if target.parts[0] == "tools" else "the command sees khop.h and its own headers alone"
    if folder not in ORDER:
        return f"{folder} is no stage that this check knows"
    if folder_of(target) not in may_use(folder):
        return f"{folder} may not use {folder_of(target)}"
    return None


def main(root):
    root = pathlib.Path(root).resolve()
    findings = []
    for absolute, text in csource.files(root):
        path = absolute.relative_to(root)
        for match in INCLUDE.finditer(text):
            why = finding_of(root, path, match.group(1), match.group(2))
            if why:
                findings.append(f"{path}:{csource.line_of(text, match.start(2))}: {match.group(2)}: {why}")
    csource.report(findings, "includes that point the wrong way")


main(sys.argv[1])
