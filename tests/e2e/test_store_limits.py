"""Where stores meet other processes and the machine: many readers beside a writer, two writers, readers that were killed, disks that are
nearly full, places that are read-only, stores that were moved or copied."""

import contextlib
import csv
import json
import os
import shutil
import signal
import subprocess
import time

import support
from support import ENVIRONMENT, USAGE

HEADER = ["id", "full_name", "birth_date", "sex", "national_id", "phone", "address"]
AN = ["Nguyễn Văn An", "01/02/1990", "Nam", "079090001234", "0903111222", "12 Lê Lợi"]
CUONG = ["Lê Quốc Cường", "05/06/1977", "Nam", "001077000222", "0933444555", "9 Trần Phú"]
BATCH = 5


def living(directory, name="living"):
    """A living store of two records, and the result that it was made from."""
    register = support.write_table(directory, "r.csv", HEADER, [["A1", *AN], ["C1", *CUONG]])
    out, store = support.path(directory, "out"), support.path(directory, name)
    support.khop("dedupe", register, "-o", out, "--schema", "person", "--untrained", "--force")
    support.khop("index", "create", store, "--from", out)
    return store


def batch(directory, number):
    return support.write_table(directory, f"b{number}.csv", HEADER, [[f"N{number}x{j}", *CUONG[:4], "", f"{j} Trần Phú"] for j in range(BATCH)])


def records(directory, store, name="entities"):
    out = support.path(directory, name)
    support.khop("index", "export", store, "-o", out)
    with open(support.path(out, "entities.csv"), newline="", encoding="utf-8") as file:
        return {row["record_id"] for row in csv.DictReader(file)}


READER = """
import json, subprocess, sys, csv, os
khop, store, out, stop = sys.argv[1:]
seen = []
while not os.path.exists(stop) or not seen:
    for command in (["export", store, "-o", out], ["get", store, "--id", "A1", "--cluster"], ["verify", store], ["stats", store]):
        done = subprocess.run([khop, "index", *command], capture_output=True, text=True)
        if done.returncode or done.stderr:
            print(json.dumps({"failed": command, "said": done.stderr}))
            sys.exit(1)
    with open(os.path.join(out, "entities.csv"), newline="", encoding="utf-8") as file:
        seen.append(sorted(row["record_id"] for row in csv.DictReader(file)))
print(json.dumps({"seen": seen}))
"""


def test_readers_and_a_writer(directory):
    """Several processes read while one adds and compacts: each answer is one published state, and states only go on."""
    store, stop = living(directory), support.path(directory, "stop")
    readers = [subprocess.Popen([support.sys.executable, "-c", READER, support.KHOP, store, support.path(directory, f"read{i}"), stop],
                                stdout=subprocess.PIPE, text=True) for i in range(3)]
    runs = support.scaled(5, 3)
    try:
        for number in range(runs):
            support.khop("index", "add", store, batch(directory, number))
            if number % 2:
                support.khop("index", "compact", store)
    finally:
        support.write(directory, "stop", "")
        answers = [json.loads(reader.communicate(timeout=support.TIMEOUT_S)[0]) for reader in readers]
    states = [sorted({"A1", "C1"} | {f"N{i}x{j}" for i in range(n) for j in range(BATCH)}) for n in range(runs + 1)]
    for answer in answers:
        assert "seen" in answer, answer
        numbers = [states.index(seen) for seen in answer["seen"]]
        assert numbers == sorted(numbers), numbers


def test_two_writers(directory):
    """Two at once: each adds its own or is told that another one writes; nothing is lost of what was acknowledged."""
    store = living(directory)
    expected, told = {"A1", "C1"}, 0
    for round_ in range(support.scaled(6, 2)):
        numbers = [2 * round_, 2 * round_ + 1]
        processes = [support.start("index", "add", store, batch(directory, number)) for number in numbers]
        for number, process in zip(numbers, processes):
            result = support.finish(process)
            if result.code == 0:
                expected |= {f"N{number}x{j}" for j in range(BATCH)}
            else:
                support.check_failure(result, ENVIRONMENT, store, "another khop is writing")
                told += 1
        assert told < 2 * (round_ + 1), "no one wrote"
        assert records(directory, store) == expected
    support.khop("index", "verify", store)


def readers_of(store):
    return int(support.re.search(r"^readers +(\d+)", support.khop("index", "stats", store).out, support.re.MULTILINE)[1])


def test_killed_reader(directory):
    """A reader that sleeps is seen by stats as long as it lives; when it was killed its slot is free again."""
    register, _ = support.generate("civil-birth", support.scaled(20000, 4000), directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out)
    store = support.path(out, "store")
    alone = readers_of(store)
    for _ in range(support.scaled(40, 10)):
        process = support.start("index", "verify", store)
        time.sleep(0.02)
        support.send(process, signal.SIGSTOP)
        if readers_of(store) > alone:
            break
        support.send(process, signal.SIGKILL)
        support.finish(process)
    else:
        raise support.Skip("no reader was met at work")
    for _ in range(3):
        assert readers_of(store) == alone + 1, "a reader that lives was forgotten"
    support.send(process, signal.SIGKILL)
    support.finish(process)
    assert readers_of(store) == alone, "a dead reader holds its place"


def free_bytes(where):
    info = os.statvfs(where)
    return info.f_bavail * info.f_frsize


def test_nearly_full_disk(directory):
    """With little left each change works or says that the disk is full, and the store is what it was."""
    before = living(directory)
    more = batch(directory, 1)
    decisions = support.write_table(directory, "said.csv", ["left_id", "right_id", "decision"], [["A1", "C1", "cannot_link"]])
    with support.mounted(support.path(directory, "small"), "size=16m") as where:
        store, ballast = support.path(where, "store"), support.path(where, "ballast")
        shutil.copytree(before, store)
        outcomes = []
        for kib in (0, 8, 24, 48, 96, 200, 800):
            with open(ballast, "wb") as file:
                os.posix_fallocate(file.fileno(), 0, free_bytes(where) - kib * 1024)
            for command in (["add", store, more], ["decide", store, "--decisions", decisions, "--author", "Lan"], ["compact", store]):
                held, state = records(directory, store), sorted(os.listdir(store))
                result = support.run("index", *command)
                outcomes.append(result.code)
                if result.code:
                    support.check_failure(result, ENVIRONMENT, "disk full")
                    assert records(directory, store) == held and sorted(os.listdir(store)) == state, (kib, command, result.err)
                support.khop("index", "verify", store)
            os.unlink(ballast)
        assert outcomes[:2] == [ENVIRONMENT] * 2 and outcomes[-3:] == [0] * 3, outcomes
        assert len(records(directory, store)) == 2 + BATCH


def check_readable(directory, store, name):
    assert records(directory, store, name) == {"A1", "C1"}
    assert "Cường" in support.khop("index", "get", store, "--id", "C1").out
    assert "records        2" in support.khop("index", "stats", store).out
    support.khop("index", "verify", store)
    support.khop("index", "history", store, 1)
    support.khop("index", "match", store, batch(directory, 9), "-o", support.path(directory, f"matched-{name}"))


def test_read_only_place(directory):
    """A mount that cannot be written: readers read, writers say why."""
    before = living(directory)
    with support.mounted(support.path(directory, "ro"), "size=16m") as where:
        store = support.path(where, "store")
        shutil.copytree(before, store)
        for folder, _, names in os.walk(store):
            for name in names:
                if name == "lock.mdb":
                    os.unlink(support.path(folder, name))
        subprocess.run(["mount", "-o", "remount,ro", where], check=True)
        check_readable(directory, store, "mounted")
        ids = support.write(directory, "ids.txt", "A1\n")
        for command in (["add", store, batch(directory, 1)], ["delete", store, "--ids", ids]):
            support.refuses(ENVIRONMENT, [store, "ead-only"], "index", *command)
        support.refuses(ENVIRONMENT, [where, "ead-only"], "index", "create", support.path(where, "new"), "--from", support.path(directory, "out"))
        check_readable(directory, store, "mounted-again")


def test_read_only_directory(directory):
    if os.geteuid() == 0:
        raise support.Skip("root may write everywhere")
    store = living(directory)
    with contextlib.ExitStack() as again:
        for folder, _, _ in os.walk(store):
            os.chmod(folder, 0o500)
            again.callback(os.chmod, folder, 0o700)
        check_readable(directory, store, "closed")
        support.refuses(ENVIRONMENT, [store, "ermission denied"], "index", "add", store, batch(directory, 1))


def test_moved_and_copied(directory):
    """A store knows no path: moved it goes on, and its copy goes its own way."""
    store = living(directory)
    moved, copied = support.path(directory, "deep", "er", "moved"), support.path(directory, "copied")
    os.makedirs(os.path.dirname(moved))
    os.rename(store, moved)
    shutil.rmtree(support.path(directory, "out"))  # what it was made from may go
    support.refuses(USAGE, [store], "index", "stats", store)
    check_readable(directory, moved, "moved")
    shutil.copytree(moved, copied)
    support.khop("index", "add", moved, batch(directory, 1))
    assert records(directory, copied) == {"A1", "C1"}
    support.khop("index", "add", copied, batch(directory, 2))
    assert len(records(directory, moved)) == len(records(directory, copied)) == 2 + BATCH
    assert records(directory, moved) != records(directory, copied)
    for where in (moved, copied):
        support.khop("index", "verify", where)


def test_handles_run_out(directory):
    """More segments than a process may open files: told, and compacting with more helps."""
    import resource
    store = living(directory)
    for number in range(6):
        support.khop("index", "add", store, batch(directory, number))

    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (14, 14))
    support.check_failure(support.run("index", "stats", store, preexec_fn=few), ENVIRONMENT, store, "open files")
    support.khop("index", "compact", store)
    assert support.run("index", "stats", store, preexec_fn=few).code == 0


support.main(globals())
