"""Stores that earlier versions wrote open forever: tests/data/stores has one of each version, from `khop gen civil-birth -n 60
--seed 5`; `0.1.0` is of store format 1, `0.1.0-format2` of format 2. `store` is that of a run over the first 60 records; `living` was made from it, and the other seven were added.

UPDATE=1 KHOP=build/dev/khop python3 tests/e2e/test_frozen_stores.py   writes what a new archive holds; those that are there stay as they are.
"""

import os
import pathlib
import tarfile

import support

STORES = pathlib.Path(__file__).resolve().parent.parent / "data" / "stores"
IDS = ["KS00000001", "KS00000002", "KS00000060", "KS00000067"]


def told(directory):
    """All that can be asked of both, but for sizes."""
    lines = []
    for name in ("store", "living"):
        where = directory / name
        lines.append(support.khop("index", "verify", where).out)
        for record in IDS:
            result = support.run("index", "get", where, "--id", record, "--cluster")
            lines.append(f"{name} {record}: exit {result.code}\n{result.out}")
    lines.append(support.khop("index", "history", directory / "living", "2").out)
    return "".join(lines)


def test_stores_of_all_versions(directory):
    archives = sorted(STORES.glob("*.tar.gz"))
    assert archives
    for archive in archives:
        version = archive.name.removesuffix(".tar.gz")
        place = pathlib.Path(directory) / version
        with tarfile.open(archive) as packed:
            packed.extractall(place)
        expected = STORES / f"{version}.txt"
        if os.environ.get("UPDATE") and not expected.exists():
            expected.write_text(told(place), encoding="utf-8")
        assert told(place) == expected.read_text(encoding="utf-8"), version


def test_what_is_there_is_added_to(directory):
    """By the version that made it."""
    version = support.khop("--version").out.split()[-1]
    if not (STORES / f"{version}.tar.gz").exists():
        raise support.Skip(f"no store of {version} yet")
    place = pathlib.Path(directory)
    with tarfile.open(STORES / f"{version}.tar.gz") as packed:
        packed.extractall(place)
    register, _ = support.generate("civil-birth", 80, directory, 6)
    assert "entities" in support.khop("index", "add", place / "living", register).out
    support.khop("index", "verify", place / "living")


support.main(globals())
