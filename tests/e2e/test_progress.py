"""Progress: JSON lines, a bar on a terminal, nothing. Standard output and results are the same with each."""

import os
import pty
import re
import signal

import support

PEOPLE = support.scaled(20000, 2000)
DEDUPE = ["read", "index", "train", "match", "cluster", "findings", "write"]


def json_lines(text):
    lines = [support.json.loads(line) for line in text.splitlines()]
    for line in lines:
        assert set(line) == {"phase", "done", "total", "unit", "rows", "phase_seconds", "seconds", "finished"}, line
        assert line["total"] == 0 or 0 <= line["done"] <= line["total"], line
        assert 0 <= line["phase_seconds"] <= line["seconds"] + 0.01, line
    return lines


def check_phases(lines, phases):
    finished = [line["phase"] for line in lines if line["finished"]]
    assert finished == phases, finished
    order = [line["phase"] for line in lines]
    assert order == sorted(order, key=phases.index), "reports of a phase after its end"
    assert [line["seconds"] for line in lines] == sorted(line["seconds"] for line in lines)
    for phase in phases:
        mine = [line for line in lines if line["phase"] == phase]
        assert [line["done"] for line in mine] == sorted(line["done"] for line in mine), phase
        last = mine[-1]
        assert last["finished"] and last["done"] == last["total"] or last["total"] == 0, last
        gaps = [b["seconds"] - a["seconds"] for a, b in zip(mine[:-1], mine[1:-1])]
        assert all(gap > 0.05 for gap in gaps), f"{phase}: reports {gaps} s apart"


def test_json(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    rows = len(support.read_rows(register)[1])
    out = support.path(directory, "out")
    for command, phases in ((["dedupe", register, "-o", out], DEDUPE), (["plan", register], ["read", "index", "train", "block"]),
                            (["train", register, "-o", support.path(directory, "m.json")], ["read", "index", "train"]),
                            (["inspect", register], ["read"])):
        result = support.run(*command, "--progress", "json")
        assert result.code == 0, result.err
        lines = json_lines(result.err)
        check_phases(lines, phases)
        read = [line for line in lines if line["phase"] == "read"][-1]
        assert read["total"] == os.path.getsize(register) and read["unit"] == "bytes"
        if command[0] != "inspect":
            assert read["rows"] == rows, read
    summary = support.read_json(out, "summary.json")
    assert list(summary["run"]["phase_seconds"]) == DEDUPE


def test_json_on_standard_input(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    result = support.run("dedupe", "-", "-o", support.path(directory, "out"), "--progress", "json", data=support.read_bytes(register))
    assert result.code == 0
    lines = json_lines(result.err)
    assert [line["phase"] for line in lines if line["finished"]] == DEDUPE
    assert {line["total"] for line in lines if line["phase"] == "read"} == {0}, "the size of a pipe is unknown"


def test_json_and_failure(directory):
    """The message is the last line, on a line of its own."""
    register = support.write(directory, "r.csv", "id,full_name,birth_date\n" + "1\n" * 1000)
    result = support.run("dedupe", register, "-o", support.path(directory, "out"), "--progress", "json")
    *lines, message = result.err.splitlines()
    assert result.code == support.INPUT and message.startswith("khop: r.csv: 1000 of 1000 rows rejected"), message
    json_lines("\n".join(lines))


def on_terminal(*arguments, interrupt=False):
    """Runs with a terminal as standard error: exit code, what the terminal got, standard output."""
    terminal, its_end = pty.openpty()
    process = support.start(*arguments, stderr=its_end)
    os.close(its_end)
    seen = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
        if interrupt:
            interrupt = False
            support.send(process, signal.SIGINT)
    os.close(terminal)
    result = support.finish(process)
    return result.code, seen.decode("utf-8", "replace"), result.out


def test_bar(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    for options in (["--progress", "bar"], [], ["--progress", "auto"]):
        code, seen, out = on_terminal("dedupe", register, "-o", support.path(directory, "out"), "--force", *options)
        assert code == 0 and "clusters" in out
        ends = [line for line in seen.split("\n") if line.strip()]
        assert [re.sub(r"\x1b\[K", "", line.split("\r")[-2 if line.endswith("\r") else -1]).split()[0] for line in ends] == DEDUPE, ends
        assert re.search(r"read +\[#+\] 100 %", seen), seen
        assert "\x1b[K" in seen and " rows/s" in seen
        assert re.search(r"\d+\.\d s\r?\n", seen)
    code, seen, _ = on_terminal("dedupe", "-", "-o", support.path(directory, "none"))
    assert code == support.INPUT and seen.startswith("khop: stdin: empty file"), seen


def test_bar_and_failure(directory):
    """A run that stops under its bar puts the message on a new line."""
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    code, seen, out = on_terminal("dedupe", register, "-o", support.path(directory, "out"), interrupt=True)
    if code == 0:
        raise support.Skip("the run was over before the signal came")
    assert code == support.INTERRUPTED and out == "", (code, out)
    assert re.search(r"\nkhop: [^\n]*interrupted[^\n]*\n$", seen), repr(seen[-200:])


def test_none(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    out = support.path(directory, "out")
    code, seen, _ = on_terminal("dedupe", register, "-o", out, "--progress", "none")
    assert code == 0 and seen == ""
    quiet = support.khop("dedupe", register, "-o", out, "--force")  # not on a terminal: auto is none
    assert "clusters" in quiet.out


def test_results_do_not_depend_on_it(directory):
    register, _ = support.generate("civil-birth", PEOPLE // 4, directory)
    found = []
    for mode in ("json", "none", "bar"):
        out = support.path(directory, mode)
        support.run("dedupe", register, "-o", out, "--progress", mode)
        found.append([support.read_bytes(out, name) for name in ("pairs.csv", "clusters.csv", "model.json")])
    assert found[0] == found[1] == found[2]


support.main(globals())
