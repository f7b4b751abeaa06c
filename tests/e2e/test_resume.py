"""Runs that are stopped, however that happens, and go on with --resume: in the end every file is, byte for byte, what an
undisturbed run writes, the store included. What was damaged, changed or is another's is never taken, and that is told."""

import json
import os
import re
import shutil
import signal

import fault_points
import support
from support import ENVIRONMENT, INTERRUPTED, USAGE

TODAY = ("--today", "2026-01-01")
ALWAYS = ("--checkpoint-every", 0)
PEOPLE = support.scaled(3000, 600)
UNFINISHED = ".unfinished"
POINTS = 10_000_000 if fault_points.ALL else support.scaled(30, 5)


def comparable(out):
    """Every file's bytes; summary.json and report.html without what they tell of the one run."""
    found = {}
    for folder, _, names in os.walk(out):
        for name in names:
            where = support.path(folder, name)
            if name != "lock.mdb":  # of whoever has read the store
                found[os.path.relpath(where, out)] = support.read_bytes(where)
    summary = json.loads(found["summary.json"])
    del summary["run"]
    found["summary.json"] = summary
    if "report.html" in found:
        found["report.html"] = support.report_data(out)
        del found["report.html"]["summary"]
    return found


def facts_of_run(out):
    return support.read_json(out, "summary.json")["run"]


class Job:
    """A command that can be stopped, and what comes of it when it is not."""

    def __init__(self, directory, *command, memory=None):
        self.out = support.path(directory, "out")
        self.words = [*command, "-o", self.out, *TODAY, *ALWAYS]
        if memory:
            self.words += ["--memory", memory]
        support.khop(*self.words)
        self.expected = comparable(self.out)
        self.facts = facts_of_run(self.out)
        assert (self.facts["spilled"]["bytes"] > 0) == bool(memory), "spilled, or not, against what the test wants"
        self.clear()

    def clear(self):
        shutil.rmtree(self.out, ignore_errors=True)

    def stop(self, at, kind="kill", more=(), library=None, env=None):
        fault = {"LD_PRELOAD": library, "FAULT_KIND": kind, "FAULT_CALLS": "change", "FAULT_AT": str(at)}
        return support.run(*self.words, *more, env={**fault, **(env or {})})

    def resume(self, *more):
        """Goes on, which must succeed: what it said beside the result, and its facts."""
        result = support.run(*self.words, "--resume", *more)
        assert result.code == 0, result.err
        notes = result.err.splitlines()
        assert all(line.startswith("khop: note: ") for line in notes), result.err
        self.check()
        return notes, facts_of_run(self.out)

    def is_done(self):
        return os.path.exists(support.path(self.out, "summary.json")) and not os.path.exists(support.path(self.out, UNFINISHED, "manifest"))

    def check_files(self):
        found = {name: content for name, content in comparable(self.out).items() if not name.startswith(UNFINISHED)}
        wrong = [name for name in {**found, **self.expected} if found.get(name) != self.expected.get(name)]
        assert not wrong, wrong

    def check(self):
        self.check_files()
        assert support.left_behind(self.out) == [], support.left_behind(self.out)


def fast(test):
    def run(_):
        with fault_points.fast_directory() as directory:
            test(directory)
    return run


def calls_of(directory, library, job, *more):
    """How many calls of the undisturbed run change files."""
    count = support.path(directory, "count")
    job.clear()
    assert job.stop(0, library=library, more=more, env={"FAULT_COUNT": count, "FAULT_TOLD": count}).code == 0
    job.clear()
    with open(count, encoding="ascii") as file:
        return int(file.read())


def sweep(directory, job, kind, *more):
    """Stops at points all over the run; each time another run goes on. How far those had come, by number of rules; -1: nothing."""
    library = fault_points.library(directory)
    calls = calls_of(directory, library, job, *more)
    step = max(1, calls // POINTS)
    seen = set()
    for at in range(1, calls + 1, step):
        job.clear()
        result = job.stop(at, kind, more, library)
        where = f"{kind} at {at} of {calls}: exit {result.code}: {result.err}"
        if result.code == 0 or job.is_done():  # all was done, but perhaps for what is removed at last
            job.check_files()
            continue
        assert result.code in ((-signal.SIGKILL,) if kind == "kill" else (ENVIRONMENT,)), where
        try:
            _, facts = job.resume(*more)
        except AssertionError as error:
            raise AssertionError(where) from error
        seen.add(facts["resumed"]["blocking_rules"] if "resumed" in facts else -1)
    return seen


# ---- at any point ---------------------------------------------------------------------------------------


def in_memory(directory, *more):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    return Job(directory, "dedupe", register, *more)


def check_seen(seen):
    """Runs that had to begin again, and others that went on in the middle of matching."""
    assert -1 in seen and len(seen) >= 3 and max(seen) > 1, seen


@fast
def test_kill_one_thread(directory):
    check_seen(sweep(directory, in_memory(directory), "kill", "--threads", 1))


@fast
def test_kill_two_threads(directory):
    check_seen(sweep(directory, in_memory(directory), "kill", "--threads", 2))


@fast
def test_input_output_error(directory):
    sweep(directory, in_memory(directory), "EIO")


@fast
def test_disk_full(directory):
    sweep(directory, in_memory(directory), "ENOSPC")


@fast
def test_link(directory):
    """Two registers, and duplicates within one: best candidates, links and entities."""
    left, _ = support.generate("cccd", PEOPLE // 2, directory)
    right, _ = support.generate("cccd", PEOPLE // 2, directory, seed=2)
    check_seen(sweep(directory, Job(directory, "link", left, right, "--dedupe-right"), "kill"))


@fast
def test_ids(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    assert sweep(directory, Job(directory, "ids", register), "kill") == {-1, 0}


# ---- by stage, and what was skipped -----------------------------------------------------------------------


def stop_at(job, phase, number, *more):
    """A signal when the phase begins, or anywhere behind."""
    process = support.start(*job.words, *more, "--progress", "json")
    lines = []
    for line in process.stderr:
        lines.append(line)
        if f'"phase":"{phase}"'.encode() in line:
            break
    support.send(process, number)
    result = support.finish(process)
    return result._replace(err=b"".join(lines).decode() + result.err)


@fast
def test_signals_by_phase(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    job = Job(directory, "dedupe", register)
    stopped = set()
    for number, code in ((signal.SIGINT, INTERRUPTED), (signal.SIGTERM, INTERRUPTED), (signal.SIGKILL, -signal.SIGKILL)):
        for phase in ("read", "train", "match", "cluster", "findings", "write"):
            job.clear()
            result = stop_at(job, phase, number)
            if result.code == 0 or job.is_done():  # or the signal met it on its way out
                job.check_files()
                continue
            assert result.code == code, result
            last = result.err.splitlines()[-1]
            if code == INTERRUPTED and phase not in ("read",):
                assert last.startswith("khop: ") and "done: the same command with --resume goes on from there" in last, last
            notes, facts = job.resume()
            if phase in ("read",):
                continue
            stopped.add(phase)
            assert facts["resumed"]["rows"] and "going on with the unfinished run of" in notes[0], notes
            if phase in ("cluster", "findings", "write") and code == INTERRUPTED:
                assert facts["resumed"]["blocking_rules"] == len(job.expected["summary.json"]["blocking_rules"]), facts
                assert facts["resumed"]["pairs"] == job.expected["summary.json"]["pairs"]["compared"], facts
    assert {"train", "match"} <= stopped, stopped


@fast
def test_interrupted_again_and_again(directory):
    """Each try comes a little further."""
    library = fault_points.library(directory)
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    job = Job(directory, "dedupe", register)
    calls, tries = calls_of(directory, library, job), 0
    while not job.is_done():
        job.stop(calls // 2, library=library, more=["--resume"] if tries else [])
        tries += 1
        assert tries < 60
    assert tries >= 2, tries
    job.check_files()


@fast
def test_nothing_is_kept_of_short_runs(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    job = Job(directory, "dedupe", register)
    result = stop_at(job, "match", signal.SIGINT, "--checkpoint-every", 1000)
    assert result.code == 0 or "--resume" not in result.err and (not os.path.exists(job.out) or os.listdir(job.out) == []), result.err
    notes, facts = job.resume()
    assert notes == [f"khop: note: {job.out}: there is no unfinished run that had come far enough; starting from the beginning"]
    assert "resumed" not in facts


def test_kill_while_resuming(directory):
    """The one that goes on is killed itself, all over its way: a third one ends it."""
    library = fault_points.library(directory)
    job = unfinished(directory)
    count = support.path(directory, "count")
    assert job.stop(0, library=library, more=["--resume"], env={"FAULT_COUNT": count, "FAULT_TOLD": count}).code == 0
    with open(count, encoding="ascii") as file:
        calls = int(file.read())
    for at in range(1, calls + 1, max(1, calls // POINTS)):
        again(job)
        result = job.stop(at, library=library, more=["--resume"])
        if result.code == 0 or job.is_done():
            job.check_files()
            continue
        assert result.code == -signal.SIGKILL, (at, result)
        is_whole = os.path.exists(support.path(job.out, "summary.json"))  # and what the run was kept in was being removed: not all of it may be left
        _, facts = job.resume()
        assert is_whole or facts["resumed"]["blocking_rules"] > 0, (at, calls, facts)


# ---- in files ----------------------------------------------------------------------------------------------


@fast
def test_spilled(directory):
    """Rows in a file; and from there to memory, and back: what was kept is the same."""
    library = fault_points.library(directory)
    register, _ = support.generate("civil-birth", support.scaled(60000, 12000), directory)
    budget = support.refuses(ENVIRONMENT, ["--memory"], "dedupe", register, "-o", support.path(directory, "none"), "--memory", "10")
    least = f"{budget.split(' MiB')[-2].rsplit(' ', 1)[-1]}M"
    job = Job(directory, "dedupe", register, memory=least)
    calls, seen = calls_of(directory, library, job), set()
    plenty = [word for word in job.words if word not in ("--memory", least)]
    for part in range(1, support.scaled(9, 4)):
        for first, second in ((job.words, job.words), (job.words, plenty), (plenty, job.words)):
            job.clear()
            job.words = first
            if job.stop(calls * part // support.scaled(9, 4), library=library).code == 0:
                continue
            job.words = second
            _, facts = job.resume()
            seen.add(facts["resumed"]["blocking_rules"] if "resumed" in facts else -1)
    assert len(seen) >= 3, seen


# ---- what must not be taken -----------------------------------------------------------------------------------


def unfinished(directory, *more):
    """A run that was killed in the middle of its blocking rules."""
    library = fault_points.library(directory)
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    job = Job(directory, "dedupe", register, *more)
    calls = calls_of(directory, library, job)
    assert job.stop(calls * 6 // 10, library=library).code == -signal.SIGKILL
    assert set(os.listdir(support.path(job.out, UNFINISHED))) >= {"manifest", "rows", "store.log"}
    job.register = register
    job.left = support.path(directory, "left")
    shutil.copytree(job.out, job.left)
    return job


def again(job):
    """The same unfinished run once more."""
    job.clear()
    shutil.copytree(job.left, job.out)


def kept(job):
    return {name: support.read_bytes(job.out, UNFINISHED, name) for name in os.listdir(support.path(job.out, UNFINISHED))}


@fast
def test_other_inputs_and_options(directory):
    job = unfinished(directory)
    before = kept(job)
    for more, name in ((["--match", "0.95"], "--match"), (["--seed", 3], "--seed"), (["--no-store"], "--no-store"), (["--write", "none"], "--write"),
                       (["--map", "ho_ten=ho_ten"], "--map"), (["--today", "2026-01-02"], "--today"), (["--untrained"], "--untrained")):
        words = [word for word in job.words if "--today" not in more or word not in TODAY]
        message = support.refuses(USAGE, [name, "not as in the unfinished run"], *words, "--resume", *more)
        assert kept(job) == before, message
    text = support.read_bytes(job.register)
    stamp = os.stat(job.register)
    for changed in (text + text.splitlines(keepends=True)[5].replace(b"KS", b"KT", 1), text[:-300]):
        support.write(directory, job.register, changed)
        support.refuses(USAGE, [job.register, "not as in the unfinished run"], *job.words, "--resume")
    place = text.rindex(b"1")
    support.write(directory, job.register, text[:place] + b"2" + text[place + 1:])
    os.utime(job.register, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    result = support.run(*job.words, "--resume")
    assert result.code == USAGE and f"{job.register}: changed since the unfinished run" in result.err, result.err
    support.write(directory, job.register, text)
    notes, facts = job.resume()
    assert any("the inputs are read again" in note for note in notes) and facts["resumed"]["blocking_rules"] > 0, (notes, facts)


@fast
def test_without_resume(directory):
    """It is told of, given up and swept."""
    job = unfinished(directory)
    result = support.run(*job.words)
    assert result.code == 0 and "is given up" in result.err and "--resume would have gone on" in result.err, result.err
    job.check()
    assert "resumed" not in facts_of_run(job.out)


@fast
def test_damage(directory):
    """A flipped bit, an end cut off, a file gone: the stage before it is taken, or nothing, and it is told."""
    job = unfinished(directory)
    rules = set()
    number = re.search(rb"^match \d+ \w+ (\d+)", support.read_bytes(job.left, UNFINISHED, "manifest"), re.MULTILINE)[1].decode()
    match = f"match.{number}"
    store = support.path("store.tmp", "data.mdb")
    for name in ("manifest", "rows", match, "store.log", store):
        where = name if name == store else support.path(UNFINISHED, name)
        whole = support.read_bytes(job.left, where)
        flipped = bytearray(whole)
        flipped[len(whole) // 3] ^= 4
        for damaged in (bytes(flipped), whole[:len(whole) // 2], b"", None):
            again(job)
            if damaged is None:
                os.remove(support.path(job.out, where))
            else:
                support.write(job.out, where, damaged)
            notes, facts = job.resume()
            taken = facts.get("resumed", {"blocking_rules": -1})["blocking_rules"]
            assert taken == (0 if name == match else -1) or (name == store and damaged == bytes(flipped)), (name, notes, facts)
            assert name == store or any("damaged" in note or "not there" in note or "cut short" in note or "no unfinished run" in note for note in notes), (name, notes)
            rules.add(taken)
    assert {0, -1} <= rules


@fast
def test_every_byte_of_the_manifest(directory):
    """Whatever byte is another one: never a wrong result."""
    job = unfinished(directory)
    whole = support.read_bytes(job.left, UNFINISHED, "manifest")
    for place in range(0, len(whole), max(1, len(whole) // support.scaled(40, 6))):
        again(job)
        support.write(support.path(job.out, UNFINISHED), "manifest", whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
        notes, _ = job.resume()
        assert "damaged" in notes[0], (place, notes)


@fast
def test_standard_input(directory):
    """It must come again, and is compared with what was read."""
    library = fault_points.library(directory)
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    data = support.read_bytes(register)
    out = support.path(directory, "out")
    words = ["dedupe", "-", "-o", out, *TODAY, *ALWAYS]
    support.khop(*words, data=data)
    expected = comparable(out)
    shutil.rmtree(out)
    counts = support.path(directory, "count")
    fault = {"LD_PRELOAD": library, "FAULT_KIND": "kill", "FAULT_CALLS": "change", "FAULT_COUNT": counts, "FAULT_TOLD": counts}
    support.khop(*words, data=data, env={**fault, "FAULT_AT": "0"})
    with open(counts, encoding="ascii") as file:
        calls = int(file.read())
    shutil.rmtree(out)
    assert support.run(*words, data=data, env={**fault, "FAULT_AT": str(calls * 6 // 10)}).code == -signal.SIGKILL
    place = data.rindex(b"1")
    result = support.run(*words, "--resume", data=data[:place] + b"2" + data[place + 1:])
    assert result.code == USAGE and "changed since the unfinished run" in result.err, result.err
    result = support.run(*words, "--resume", data=data)
    assert result.code == 0 and "read again" in result.err, result.err
    assert comparable(out) == expected
    assert facts_of_run(out)["resumed"]["blocking_rules"] > 0


support.main(globals())
