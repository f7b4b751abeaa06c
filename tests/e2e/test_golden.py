"""A run small enough to check by eye: members.csv and what must come of it, in tests/golden/run.

KHOP=build/dev/khop python3 tests/e2e/test_golden.py --update   writes the expected files anew: read the difference.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "run"
FILES = ("pairs.csv", "clusters.csv", "rejected.csv", "model.json", "summary.json")


def run(directory):
    command = [os.environ["KHOP"], "dedupe", str(GOLDEN / "members.csv"), "--schema", str(GOLDEN / "members.yaml"),
               "-o", str(directory), "--max-rejected", "20%", "--untrained", "--progress", "none"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"


def content(directory, name):
    text = (directory / name).read_text(encoding="utf-8")
    if name != "summary.json":
        return text
    facts = json.loads(text)
    facts.pop("run")
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


def main():
    if "KHOP" not in os.environ:
        print("KHOP is not set")
        sys.exit(77)
    directory = pathlib.Path(tempfile.mkdtemp())
    try:
        run(directory / "out")
        for name in FILES:
            found, golden = content(directory / "out", name), GOLDEN / f"expected_{name}"
            if "--update" in sys.argv:
                golden.write_text(found, encoding="utf-8")
            expected = golden.read_text(encoding="utf-8")
            assert found == expected, f"{name} differs from {golden}:\n{found}"
    finally:
        shutil.rmtree(directory)
    print(f"{len(FILES)} files as expected")


if __name__ == "__main__":
    main()
