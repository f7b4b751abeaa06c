"""A store that lives under faults: the n-th call that changes a file, or asks for memory, fails, or the process dies there.
Whatever happens, the store opens, verifies, and holds exactly what was acknowledged; a second try ends as the first would
have.

A spread of the points here; FAULTS_ALL=1 sweeps every one."""

import csv
import os
import shutil
import subprocess

import support
from support import ENVIRONMENT

HEADER = ["id", "full_name", "birth_date", "sex", "national_id", "phone", "address"]
AN = ["Nguyễn Văn An", "01/02/1990", "Nam", "079090001234", "0903111222", "12 Lê Lợi"]
BINH = ["Trần Thị Bình", "03/04/1985", "Nữ", "001185000111", "0911000999", "7 Hai Bà Trưng"]
CUONG = ["Lê Quốc Cường", "05/06/1977", "Nam", "001077000222", "0933444555", "9 Trần Phú"]
POINTS = 10_000_000 if os.environ.get("FAULTS_ALL") else support.scaled(8, 4)


def shim(directory):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise support.Skip("no compiler")
    if "asan" in os.environ["KHOP"] or "tsan" in os.environ["KHOP"]:
        raise support.Skip("sanitizers have their own memory")
    built = support.path(directory, "faults.so")
    here = os.path.dirname(os.path.abspath(__file__))
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", built, os.path.join(here, "faults.c"), "-ldl"], check=True)
    return built


def entities(directory, store):
    out = support.path(directory, "entities")
    support.khop("index", "export", store, "-o", out)
    with open(support.path(out, "entities.csv"), newline="", encoding="utf-8") as file:
        return sorted((row["record_id"], row["entity"]) for row in csv.DictReader(file))


def prepare(directory):
    """A store with some runs behind it."""
    register = support.write_table(directory, "r.csv", HEADER, [["A1", *AN], ["B1", *BINH], ["C1", *CUONG]])
    out, store = support.path(directory, "out"), support.path(directory, "first")
    support.khop("dedupe", register, "-o", out, "--schema", "person", "--untrained")
    support.khop("index", "create", store, "--from", out)
    more = support.write_table(directory, "more.csv", HEADER, [["A2", *AN], ["B2", *BINH]])
    support.khop("index", "add", store, more)
    return out, store


def sweep(directory, library, kind, before, *command):
    """Runs `command` (STORE stands for the store) with a fault at each point; how many points there were."""
    good, count_file = support.path(directory, "good"), support.path(directory, "count")
    store = support.path(directory, "store")
    first = entities(directory, before)
    copy = lambda: (shutil.rmtree(store, ignore_errors=True), shutil.copytree(before, store))
    words = [store if word == "STORE" else word for word in command]
    copy()
    fault = {"LD_PRELOAD": library, "FAULT_KIND": kind, "FAULT_AT": "0", "FAULT_COUNT": count_file}
    assert support.run(*words, env=fault).code == 0
    with open(count_file, encoding="ascii") as file:
        calls = int(file.read())
    last = entities(directory, store)
    assert calls > 5, (kind, command, calls)
    step = max(1, calls // POINTS)
    points = range(1, calls + 1, step)
    for at in points:
        copy()
        result = support.run(*words, env={**fault, "FAULT_AT": str(at), "FAULT_COUNT": ""})
        where = f"{kind} at {at} of {calls} in {command[1]}: exit {result.code}: {result.err}"
        assert result.code in ((0, -9) if kind == "kill" else (0, 1, 2, ENVIRONMENT)), where
        assert result.code in (0, -9) or result.err.startswith("khop: "), where
        support.khop("index", "verify", store)
        now = entities(directory, store)
        assert now == last or (now == first and result.code != 0), where
        if at % 3 == 0:
            support.khop(*words)
            assert entities(directory, store) == last, f"{where}; then again"
            left = [name for name in os.listdir(store) if name.endswith(".tmp") or name.startswith("incoming")]
            assert not left, f"{where}: left {left}"
    return len(points)


def sweep_all(directory, kind):
    library = shim(directory)
    _, store = prepare(directory)
    new = support.write_table(directory, "new.csv", HEADER,
                              [["A3", *AN], ["B2", *CUONG], ["D1", "Phạm Dũng", "07/08/1966", "Nam", "024066357000", "", ""]])
    ids = support.write(directory, "ids.txt", "A1\n")
    said = support.write_table(directory, "said.csv", ["left_id", "right_id", "decision"], [["A1", "C1", "must_link"], ["A1", "A2", "cannot_link"]])
    total = 0
    total += sweep(directory, library, kind, store, "index", "add", "STORE", new)
    total += sweep(directory, library, kind, store, "index", "delete", "STORE", "--ids", ids)
    total += sweep(directory, library, kind, store, "index", "decide", "STORE", "--decisions", said, "--author", "Lan")
    total += sweep(directory, library, kind, store, "index", "compact", "STORE")
    print(f"  {kind}: {total} points")


def test_kill(directory):
    sweep_all(directory, "kill")


def test_input_output_error(directory):
    sweep_all(directory, "EIO")


def test_disk_full(directory):
    sweep_all(directory, "ENOSPC")


def test_memory(directory):
    sweep_all(directory, "ENOMEM")


def test_create(directory):
    """A store that was never finished is not there; making it again works."""
    library = shim(directory)
    out, _ = prepare(directory)
    count_file, store = support.path(directory, "count"), support.path(directory, "made")
    for kind in ("kill", "EIO", "ENOMEM"):
        shutil.rmtree(store, ignore_errors=True)
        fault = {"LD_PRELOAD": library, "FAULT_KIND": kind, "FAULT_AT": "0", "FAULT_COUNT": count_file}
        support.khop("index", "create", store, "--from", out, env=fault)
        with open(count_file, encoding="ascii") as file:
            calls = int(file.read())
        for at in range(1, calls + 1, max(1, calls // POINTS)):
            shutil.rmtree(store, ignore_errors=True)
            result = support.run("index", "create", store, "--from", out, env={**fault, "FAULT_AT": str(at), "FAULT_COUNT": ""})
            assert result.code in (0, -9, 1, 2, ENVIRONMENT), (kind, at, result.code, result.err)
            if os.path.exists(store):
                support.khop("index", "verify", store)
            else:
                assert result.code != 0
                support.khop("index", "create", store, "--from", out)
            assert len(entities(directory, store)) == 3
        support.khop("index", "verify", support.path(out, "store"))


support.main(globals())
