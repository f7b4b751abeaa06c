"""Faults at every point: the command runs once to count its calls, then again for each of them, and that call fails, or the process
dies there (faults.c). What is checked each time: the exit code, one line of message, nothing temporary left, and that what
was published before is what it was, or what it should become, byte for byte or as the caller can tell.

FAULTS_ALL=1 takes every point where a test takes every STRIDE-th."""

import collections
import contextlib
import os
import shutil
import subprocess
import tempfile

import support
from support import ENVIRONMENT

ALL = bool(os.environ.get("FAULTS_ALL"))

# calls: which count; kind: what happens to the n-th; stays: the disk is full from then on; first and strides: of the points that are
# taken, in the normal and the small scale
Mode = collections.namedtuple("Mode", "name calls kind stays first strides")
KILL = Mode("kill", "change", "kill", False, 1, (1, 5))
EIO = Mode("EIO", "change", "EIO", False, 2, (1, 5))
FULL = Mode("full", "change", "ENOSPC", True, 3, (1, 5))
OPEN = Mode("EMFILE", "open", "EMFILE", False, 1, (1, 5))
READ = Mode("read", "read", "EIO", False, 1, (1, 5))
MEMORY = Mode("ENOMEM", "memory", "ENOMEM", False, 1, (7, 31))
LINE = Mode("line", "line", "ENOMEM", False, 1, (1, 1))
FILES = (KILL, EIO, FULL, OPEN, READ)
MODES = (*FILES, MEMORY)

# How the schemas of the sweeps compare people; their fields and rules are their own.
MEMBERS = """comparisons:
  - name: full_name
    levels:
      - {when: full_name exact, m: 0.8, u: 0.0001, term_frequency: full_name}
      - {else: true, m: 0.2, u: 0.9999}
  - name: birth_date
    levels:
      - {when: birth_date exact, m: 0.9, u: 0.0001}
      - {else: true, m: 0.1, u: 0.9999}
  - name: phone
    levels:
      - {when: phone exact, m: 0.7, u: 0.00001}
      - {else: true, m: 0.3, u: 0.99999}
expected_duplicates: 0.1
thresholds: {match: 0.9, review: 0.5}
"""

# After these have failed something may stay where it is: it could not be removed, or not be listed to be removed.
CANNOT_REMOVE = {"unlink", "rmdir", "opendir"}


def library(directory):
    os.makedirs(directory, exist_ok=True)
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise support.Skip("no compiler")
    if "asan" in os.environ["KHOP"] or "tsan" in os.environ["KHOP"]:
        raise support.Skip("sanitizers have their own memory")
    built = support.path(directory, "faults.so")
    here = os.path.dirname(os.path.abspath(__file__))
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", built, os.path.join(here, "faults.c"), "-ldl"], check=True)
    return built


@contextlib.contextmanager
def fast_directory():
    """In memory, where the machine has room for that: a sweep syncs thousands of times."""
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > 1 << 29 else None
    with tempfile.TemporaryDirectory(prefix="khop-faults-", dir=where) as directory:
        yield directory


class Sweep:
    """Sweeps commands in a directory of its own, with a count of all points."""

    def __init__(self, directory):
        self.directory = directory
        self.library = library(directory)
        self.told = support.path(directory, "told")
        self.points = collections.Counter()
        self.violations = []

    def run(self, command, mode, at):
        """Exit code, standard output and error, and what was told: the number of calls, or which one was struck."""
        env = {**os.environ, "LD_PRELOAD": self.library, "FAULT_KIND": mode.kind, "FAULT_CALLS": mode.calls, "FAULT_AT": str(at),
               "FAULT_TOLD": self.told}
        if mode.stays:
            env["FAULT_STAYS"] = "1"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.told)
        done = subprocess.run([support.KHOP, *map(str, command)], env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              timeout=support.TIMEOUT_S)
        told = support.read_bytes(self.told).decode().strip() if os.path.exists(self.told) else ""
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"), told

    def sweep(self, mode, command, prepare, check, wider=1):
        """prepare() makes what the command finds; check(code, out, struck) looks at what it leaves. `wider`: for so much fewer points."""
        prepare()
        code, _, err, told = self.run(command, mode, 0)
        assert code == 0 and err == "", (command, code, err)
        calls = int(told)
        assert calls > 2, (mode, command, calls)
        stride = 1 if ALL else wider * support.scaled(*mode.strides)
        for at in range(min(mode.first, stride), calls + 1, stride):
            prepare()
            code, out, err, struck = self.run(command, mode, at)
            where = f"{mode.name} at {at} of {calls} ({struck}) in {' '.join(map(str, command[:2]))}: exit {code}: {err!r}"
            self.points[mode.name] += 1
            try:
                self.check_end(mode, code, err)
                check(code, out, struck)
            except AssertionError as violation:
                self.violations.append(f"{where}: {violation}")

    @staticmethod
    def check_end(mode, code, err):
        if mode.kind == "kill":
            assert code in (0, -9), "exit code"
        elif code == 0:
            assert err == "", "says something"
        else:
            assert code == ENVIRONMENT, "exit code"
            assert err.startswith("khop: ") and err.count("\n") == 1 and err.endswith("\n"), "not one message"
            assert not mode.stays or "disk full" in err, "does not say disk full"

    def report(self):
        """Prints how many points were swept; fails when one of them was not survived."""
        total = sum(self.points.values())
        print(f"  {total:,} points: " + ", ".join(f"{name} {count:,}" for name, count in self.points.items()), flush=True)
        assert not self.violations, f"{len(self.violations)} violations:\n" + "\n".join(self.violations[:30])
        return total


# ---- what is published ----------------------------------------------------------------------------


def temporary(name):
    return name.endswith((".tmp", ".old", ".new")) or name.startswith((".", "incoming"))


def published(directory):
    """Every file but locks and what is temporary: path -> content."""
    found = {}
    for folder, folders, names in os.walk(directory):
        folders[:] = [name for name in folders if not temporary(name)]
        for name in names:
            if name != "lock.mdb" and not temporary(name):
                found[os.path.relpath(support.path(folder, name), directory)] = support.read_bytes(folder, name)
    return found


def left_over(directory):
    return [support.path(folder, name) for folder, folders, names in os.walk(directory) for name in folders + names if temporary(name)]


def copy_over(source, target):
    shutil.rmtree(target, ignore_errors=True)
    if source:
        shutil.copytree(source, target)
