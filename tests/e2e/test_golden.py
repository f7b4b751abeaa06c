"""Runs small enough to check by eye, in tests/golden: a register and what must come of it. `run` is a club's members
with all outputs; `places` has people who stand with addresses of the maps before and after July 2025; `link` has citizens
and their insurance cards: a second card, typing errors, numbers and dates that contradict, twins.

KHOP=build/dev/khop python3 tests/e2e/test_golden.py --update   writes the expected files anew: read the difference.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
# Directory, register or the two of a link, files.
RUNS = (
    ("run", "members", ("pairs.csv", "clusters.csv", "splits.csv", "rejected.csv", "model.json", "summary.json")),
    ("places", "residents", ("pairs.csv", "clusters.csv")),
    ("link", ("citizens", "cards"), ("links.csv", "unlinked.csv", "summary.json")),
)


def run(golden, register, directory):
    if isinstance(register, tuple):
        command = [os.environ["KHOP"], "link", *(str(golden / f"{side}.csv") for side in register)]
    else:
        command = [os.environ["KHOP"], "dedupe", str(golden / f"{register}.csv"), "--schema", str(golden / f"{register}.yaml")]
    command += ["-o", str(directory), "--max-rejected", "20%", "--untrained", "--progress", "none", "--today", "2026-01-01"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"


def content(directory, name):
    text = (directory / name).read_text(encoding="utf-8")
    if name != "summary.json":
        return text
    facts = json.loads(text)
    facts.pop("run")
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


def check(golden, directory, files):
    for name in files:
        found, expected_file = content(directory, name), golden / f"expected_{name}"
        if "--update" in sys.argv:
            expected_file.write_text(found, encoding="utf-8")
        expected = expected_file.read_text(encoding="utf-8")
        assert found == expected, f"{name} differs from {expected_file}:\n{found}"


def main():
    if "KHOP" not in os.environ:
        print("KHOP is not set")
        sys.exit(77)
    directory = pathlib.Path(tempfile.mkdtemp())
    try:
        for name, register, files in RUNS:
            run(GOLDEN / name, register, directory / name)
            check(GOLDEN / name, directory / name, files)
    finally:
        shutil.rmtree(directory)
    print(f"{sum(len(files) for _, _, files in RUNS)} files as expected")


if __name__ == "__main__":
    main()
