"""Ctrl-C, SIGTERM and SIGKILL in each phase: an earlier result stays whole, and the next run works."""

import os
import shutil
import signal
import time

import support
from support import INTERRUPTED

SCHEMA = "civil-birth"
PEOPLE = support.scaled(30000, 4000)
PHASES = ("read", "index", "train", "match", "cluster", "findings", "write")
STOP_S = 1.0 if not support.IS_SMALL else 10.0  # sanitizers are slow, and no promise


def earlier_result(directory, out):
    other, _ = support.generate(SCHEMA, 400, directory, seed=9)
    support.khop("dedupe", other, "-o", out)
    return support.snapshot(out)


def run_until(phase, *arguments, signal_number, delay_s=0.0):
    """Runs with JSON progress and sends the signal when `phase` begins. The result, seen at the signal."""
    process = support.start(*arguments, "--progress", "json")
    lines = []
    for line in process.stderr:
        lines.append(line)
        if phase is None or f'"phase":"{phase}"'.encode() in line:
            break
    time.sleep(delay_s)
    support.send(process, signal_number)
    result = support.finish(process, started=time.monotonic())
    return result._replace(err=(b"".join(lines)).decode() + result.err)


def check_interrupted(result, out, before):
    """True when it stopped; a run that was past its last check ends as if nothing was."""
    assert result.seconds < STOP_S, f"{result.seconds:.2f} s to stop"
    files = support.snapshot(out)
    assert support.left_behind(out) == [], support.left_behind(out)
    if result.code == 0:
        return False
    assert result.code == INTERRUPTED, (result.code, result.err[-500:])
    last = result.err.splitlines()[-1]
    assert last.startswith("khop: ") and "interrupted" in last, last
    assert files == before, [name for name in before if files.get(name) != before[name]]
    return True


def test_ctrl_c_in_each_phase(directory):
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    out = support.path(directory, "out")
    before = earlier_result(directory, out)
    stopped = {}
    for phase in PHASES:
        result = run_until(phase, "dedupe", register, "-o", out, "--force", signal_number=signal.SIGINT)
        stopped[phase] = check_interrupted(result, out, before)
        if not stopped[phase]:
            shutil.rmtree(out)
            before = earlier_result(directory, out)
    assert stopped["read"] and stopped["train"], stopped
    result = run_until("train", "dedupe", register, "-o", out, "--force", signal_number=signal.SIGTERM)
    assert check_interrupted(result, out, before)
    support.khop("dedupe", register, "-o", out, "--force")


def test_ctrl_c_at_any_time(directory):
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    out = support.path(directory, "out")
    before = earlier_result(directory, out)
    whole = support.khop("dedupe", register, "-o", support.path(directory, "whole"))
    stopped = 0
    for step in range(support.scaled(16, 4)):
        result = run_until(None, "dedupe", register, "-o", out, "--force", signal_number=signal.SIGINT,
                           delay_s=whole.seconds * step / support.scaled(16, 4))
        if check_interrupted(result, out, before):
            stopped += 1
        else:
            shutil.rmtree(out)
            before = earlier_result(directory, out)
    assert stopped >= support.scaled(8, 1), stopped


def test_ctrl_c_elsewhere(directory):
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    model = support.path(directory, "m.json")
    for command in (["plan", register], ["train", register, "-o", model], ["inspect", register]):
        result = run_until("read", *command, signal_number=signal.SIGINT)
        assert result.code == INTERRUPTED and result.seconds < STOP_S, (command[0], result.code, result.seconds)
        assert result.out == ""
    assert not os.path.exists(model)
    assert support.left_behind(directory) == []


def check_stuck(directory, command, source, start_feeding):
    """Rows that do not come: the reader waits, and stops all the same."""
    out = support.path(directory, "out")
    process = support.start(*command, source, *(["-o", out] if command[0] == "dedupe" else []), stdin=support.subprocess.PIPE)
    start_feeding(process)
    time.sleep(0.5)
    assert process.poll() is None, "ended before its input did"
    support.send(process, signal.SIGINT)
    result = support.finish(process, timeout_s=20, started=time.monotonic())
    support.check_failure(result, INTERRUPTED, "interrupted")
    assert result.seconds < STOP_S, f"{result.seconds:.2f} s to stop"
    assert not os.path.exists(out) or os.listdir(out) == [], os.listdir(out)
    process.stdin.close()


def test_slow_standard_input(directory):
    register, _ = support.generate(SCHEMA, 500, directory)
    rows = support.read_bytes(register)

    def feed(data):
        def feed_process(process):
            process.stdin.write(data)
            process.stdin.flush()
        return feed_process

    for command in (["dedupe"], ["inspect"], ["plan"]):
        for data in (b"", rows[:1], rows[:40], rows):
            check_stuck(directory, command, "-", feed(data))
    check_stuck(directory, ["dedupe"], "-", feed(b"\x1f\x8b\x08\0\0\0\0\0\0\xff"))
    check_stuck(directory, ["dedupe"], "-", feed(b"\x28\xb5\x2f\xfd"))


def test_named_pipe(directory):
    """A pipe by name: nobody writes to it, or somebody stops to."""
    register, _ = support.generate(SCHEMA, 500, directory)
    pipe = support.path(directory, "pipe.csv")
    os.mkfifo(pipe)
    check_stuck(directory, ["dedupe"], pipe, lambda process: None)
    writers = []

    def feed(process):
        writers.append(open(pipe, "wb", buffering=0))
        writers[0].write(support.read_bytes(register))

    check_stuck(directory, ["dedupe"], pipe, feed)
    writers[0].close()
    # And read to its end it is a register like any other.
    process = support.start("dedupe", pipe, "-o", support.path(directory, "done"))
    with open(pipe, "wb") as writer:
        writer.write(support.read_bytes(register))
    result = support.finish(process)
    assert result.code == 0 and result.err == "", result.err
    support.khop("dedupe", register, "-o", support.path(directory, "file"))
    assert support.read_bytes(directory, "done", "pairs.csv") == support.read_bytes(directory, "file", "pairs.csv")


def test_kill(directory):
    """SIGKILL leaves what it leaves, but each file is a whole one, and the same command works again."""
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    expected = support.path(directory, "expected")
    support.khop("dedupe", register, "-o", expected)
    new = support.snapshot(expected)
    out = support.path(directory, "out")
    before = earlier_result(directory, out)
    for phase in PHASES:
        result = run_until(phase, "dedupe", register, "-o", out, "--force", signal_number=signal.SIGKILL)
        assert result.code in (0, -signal.SIGKILL), result.code
        files = support.snapshot(out)
        for name in before:
            whole = {before[name]} | ({new[name]} if phase == "write" and name not in support.RUN_FILES else set())
            assert result.code == 0 or name in support.RUN_FILES and phase == "write" or files[name] in whole, f"{phase}: {name}"
        if phase == "write":
            shutil.rmtree(out)
            before = earlier_result(directory, out)
    support.khop("dedupe", register, "-o", out, "--force")
    again = support.snapshot(out)
    assert {n: f for n, f in again.items() if n not in support.RUN_FILES} == {n: f for n, f in new.items() if n not in support.RUN_FILES}
    assert support.left_behind(out) == []


def test_kill_of_a_first_run(directory):
    """What a killed run left is no result: the same command runs again, without --force."""
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    out = support.path(directory, "out")
    for phase in ("read", "match", "write"):
        shutil.rmtree(out, ignore_errors=True)
        result = run_until(phase, "dedupe", register, "-o", out, signal_number=signal.SIGKILL)
        if result.code == 0:
            continue
        support.khop("dedupe", register, "-o", out)
        assert support.left_behind(out) == []


def test_kill_between_names(directory):
    """Killed while the files take their names: some have, the summary has not. Not a result either."""
    register, _ = support.generate(SCHEMA, 500, directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out)
    expected = support.snapshot(out)
    os.mkdir(support.path(out, ".new"))
    os.rename(support.path(out, "summary.json"), support.path(out, ".new", "summary.json"))
    os.rename(support.path(out, "model.json"), support.path(out, ".new", "model.json"))
    support.khop("dedupe", register, "-o", out)
    again = support.snapshot(out)
    assert {n: f for n, f in again.items() if n not in support.RUN_FILES} == {n: f for n, f in expected.items() if n not in support.RUN_FILES}
    assert support.left_behind(out) == []
    # Somebody's own files with such names, and no staging directory: kept.
    os.remove(support.path(out, "summary.json"))
    result = support.run("dedupe", register, "-o", out)
    assert result.code == support.USAGE and "not empty" in result.err, result.err


support.main(globals())
