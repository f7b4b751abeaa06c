"""What the end-to-end tests share: running the command, reading what it wrote, and running a test
file's functions.

A test file imports this, has functions test_NAME(directory), and ends in support.main(globals()). Each
function gets an empty directory of its own. KHOP names the command; with KHOP_TEST_SCALE=small (trees
that are slow, such as sanitizers) scaled() gives the smaller size.
"""

import collections
import contextlib
import csv
import hashlib
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import traceback

KHOP = os.environ.get("KHOP")
IS_SMALL = os.environ.get("KHOP_TEST_SCALE") == "small"
TIMEOUT_S = 600

USAGE, INPUT, ENVIRONMENT, INTERRUPTED = 1, 2, 3, 4

PAIRS_HEADER = ["left_id", "right_id", "match_probability", "match_weight", "blocking_rule", "decision"]
CLUSTERS_HEADER = ["record_id", "cluster_id", "cluster_size", "source", "cluster_confidence"]
SPLITS_HEADER = ["left_id", "right_id", "match_probability", "match_weight", "cause", "rule", "against_left_id",
                 "against_right_id"]
REJECTED_HEADER = ["source", "line", "byte_offset", "reason", "detail"]
OUTPUT_FILES = {"pairs.csv", "clusters.csv", "splits.csv", "ids.csv", "rejected.csv", "summary.json", "model.json", "report.html"}
RUN_FILES = {"summary.json", "report.html"}  # which tell of the one run, too: its times


class Skip(Exception):
    """The machine lacks what this test needs."""


def scaled(normal, small):
    return small if IS_SMALL else normal


# ---- running -----------------------------------------------------------------------------------

Result = collections.namedtuple("Result", "code out err seconds peak_bytes")


def start(*arguments, env=None, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more):
    """The command as a process; arguments may be numbers and paths."""
    return subprocess.Popen([KHOP, *map(str, arguments)], env={**os.environ, **(env or {})}, stdin=stdin,
                            stdout=stdout, stderr=stderr, **more)


def feed(process, data):
    """Writes `data` (bytes, or an iterable of bytes) to the process and closes its input."""
    try:
        for part in [data] if isinstance(data, bytes) else data:
            process.stdin.write(part)
        process.stdin.close()
    except BrokenPipeError:
        pass


def send(process, number):
    """A signal, also to a process that has ended: Popen.send_signal would take its exit code away."""
    os.kill(process.pid, number)


def finish(process, timeout_s=TIMEOUT_S, started=None):
    """Waits; the result with all output and the peak memory of this one process."""
    texts = {}

    def drain(name, stream):
        texts[name] = stream.read() if stream else b""

    readers = [threading.Thread(target=drain, args=pair, daemon=True) for pair in
               (("out", process.stdout), ("err", process.stderr))]
    for reader in readers:
        reader.start()
    killer = threading.Timer(timeout_s, send, (process, signal.SIGKILL))
    killer.daemon = True
    killer.start()
    _, status, usage = os.wait4(process.pid, 0)
    killer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    for reader in readers:
        reader.join()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
    seconds = time.monotonic() - started if started else 0
    return Result(process.returncode, texts["out"].decode("utf-8", "replace"),
                  texts["err"].decode("utf-8", "replace"), seconds, usage.ru_maxrss * 1024)


def run(*arguments, data=None, **more):
    """Runs the command to its end, whatever that is. `data`: its standard input."""
    started = time.monotonic()
    process = start(*arguments, stdin=subprocess.DEVNULL if data is None else subprocess.PIPE, **more)
    writer = None
    if data is not None:
        writer = threading.Thread(target=feed, args=(process, data))
        writer.start()
    result = finish(process, started=started)
    if writer:
        writer.join()
        if not process.stdin.closed:
            try:
                process.stdin.close()
            except BrokenPipeError:
                pass
    return result


UNREAD_COLUMNS = re.compile(r"^khop: note: [^\n]*: schema \S+ does not read the columns [^\n]*\n", re.MULTILINE)


def khop(*arguments, **more):
    """Runs the command, which must succeed and say nothing on standard error, unless it is of columns that the schema does not read."""
    result = run(*arguments, **more)
    assert result.code == 0, f"khop {' '.join(map(str, arguments))}: exit {result.code}: {result.err}"
    said = UNREAD_COLUMNS.sub("", result.err)
    assert said == "", f"khop {' '.join(map(str, arguments))}: said {said!r}"
    return result


def check_failure(result, code, *words):
    """One line "khop: ..." on standard error with all the words, nothing on standard output."""
    said = UNREAD_COLUMNS.sub("", result.err)
    assert result.code == code, f"exit {result.code}, expected {code}: {result.err[-2000:]!r}"
    assert said.startswith("khop: ") and said.count("\n") == 1 and said.endswith("\n"), result.err
    assert result.out == "", f"standard output on failure: {result.out[:500]!r}"
    for word in words:
        assert str(word) in result.err, f"{word!r} is not in {result.err!r}"
    return said


def refuses(code, words, *arguments, **more):
    return check_failure(run(*arguments, **more), code, *words)


def cpu_levels():
    """KHOP_CPU values that this machine runs."""
    flags = ""
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        flags = " ".join(line for line in file if line.startswith(("flags", "Features")))
    levels = ["scalar"]
    if " avx2" in flags:
        levels.append("avx2")
    if all(" " + flag in flags for flag in ("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd")):
        levels.append("avx512")
    if os.uname().machine == "aarch64":
        levels.append("neon")
    return levels


# ---- files -------------------------------------------------------------------------------------


def path(directory, *names):
    return os.path.join(directory, *names)


def write(directory, name, content):
    """A file of text or bytes; its path."""
    where = path(directory, name)
    os.makedirs(os.path.dirname(where), exist_ok=True)
    with open(where, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode("utf-8"))
    return where


def read_bytes(*names):
    with open(path(*names), "rb") as file:
        return file.read()


def read_json(*names):
    return json.loads(read_bytes(*names))


def read_rows(*names):
    """A CSV file: its header, and its rows as lists."""
    with open(path(*names), encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    return rows[0], rows[1:]


def read_table(*names):
    """A CSV file: its rows as dicts."""
    header, rows = read_rows(*names)
    return [dict(zip(header, row, strict=True)) for row in rows]


def write_table(directory, name, header, rows, delimiter=","):
    where = path(directory, name)
    with open(where, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return where


def snapshot(directory):
    """Every file below a directory: name, mode and content, so that two of them compare."""
    found = {}
    for folder, _, names in os.walk(directory):
        for name in names:
            where = path(folder, name)
            info = os.lstat(where)
            content = hashlib.sha256(read_bytes(where)).hexdigest() if stat.S_ISREG(info.st_mode) else None
            found[os.path.relpath(where, directory)] = (stat.S_IMODE(info.st_mode), content)
    return found


def left_behind(directory):
    """Temporary files and directories: what no run may leave."""
    found = []
    for folder, folders, names in os.walk(directory):
        found += [path(folder, n) for n in folders + names if n.endswith((".tmp", ".old", ".new")) or n.startswith(".")]
    return found


@contextlib.contextmanager
def mounted(where, *options):
    """A small file system of its own, where the machine lets us have one."""
    os.makedirs(where)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", where], capture_output=True, check=False) \
        if shutil.which("mount") and os.geteuid() == 0 else None
    if not done or done.returncode != 0:
        raise Skip("no permission to mount a file system")
    try:
        yield where
    finally:
        subprocess.run(["umount", where], check=True)


def results(out):
    """The files that must not differ; summary.json without what this one run took."""
    found = {name: read_bytes(out, name) for name in ("pairs.csv", "clusters.csv", "splits.csv", "ids.csv", "rejected.csv", "model.json")}
    summary = read_json(out, "summary.json")
    del summary["run"]
    found["summary.json"] = summary
    found["report.html"] = report_data(out)
    del found["report.html"]["summary"]
    return found


def report_data(out):
    """What report.html shows: the JSON object in it."""
    return json.loads(re.search(rb'<script type="application/json" id="data">(.*?)</script>', read_bytes(out, "report.html"), re.DOTALL)[1])


def differences(left, right):
    return [name for name in left if left[name] != right[name]]


# ---- registers ---------------------------------------------------------------------------------


def generate(schema, people, directory, seed=1):
    """A generated register: its path and the path of its truth."""
    where = path(directory, f"gen-{schema}-{people}-{seed}")
    if not os.path.exists(where):
        khop("gen", schema, "-n", people, "--seed", seed, "-o", where)
    return path(where, schema + ".csv"), path(where, "truth.csv")


def clusters_of(out):
    """record id -> cluster id."""
    return {row["record_id"]: row["cluster_id"] for row in read_table(out, "clusters.csv")}


def truth_of(where):
    return {row["record_id"]: row["entity_id"] for row in read_table(where)}


def pair_count(sizes):
    return sum(n * (n - 1) // 2 for n in sizes)


Quality = collections.namedtuple("Quality", "true_positives false_positives false_negatives precision recall f1")


def quality(clusters, truth):
    """Pairs that the clusters imply against those of the truth, over records that both know."""
    both = [(cluster, truth[record]) for record, cluster in clusters.items() if record in truth]
    right = pair_count(collections.Counter(both).values())
    claimed = pair_count(collections.Counter(cluster for cluster, _ in both).values())
    actual = pair_count(collections.Counter(entity for _, entity in both).values())
    precision = right / claimed if claimed else 1.0
    recall = right / actual if actual else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Quality(right, claimed - right, actual - right, precision, recall, f1)


# ---- the tests of a file -----------------------------------------------------------------------


def main(names):
    """Runs all test_ functions, or those named on the command line; exit code 77 when all skipped."""
    if not KHOP:
        print("KHOP does not name the command: skipped")
        sys.exit(77)
    tests = [(name, test) for name, test in names.items() if name.startswith("test_") and callable(test)]
    chosen = [pair for pair in tests if not sys.argv[1:] or pair[0] in sys.argv[1:]]
    failed, skipped = [], 0
    for name, test in chosen:
        started = time.monotonic()
        verdict = "ok"
        try:
            with tempfile.TemporaryDirectory(prefix="khop-e2e-") as directory:
                test(directory)
        except Skip as reason:
            verdict = f"skipped: {reason}"
            skipped += 1
        except Exception:  # the other tests shall run all the same
            traceback.print_exc(file=sys.stdout)
            verdict = "FAILED"
            failed.append(name)
        print(f"{name}: {verdict} ({time.monotonic() - started:.1f} s)", flush=True)
    if failed:
        print(f"{len(failed)} of {len(chosen)} failed: {' '.join(failed)}")
        sys.exit(1)
    sys.exit(77 if skipped == len(chosen) else 0)
