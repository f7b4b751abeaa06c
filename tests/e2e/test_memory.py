"""A memory budget below what a register takes: rows and ids go to temporary files, and the result is the same bytes as in
memory, within the budget, down to the least that works."""

import os
import re
import shutil
import signal
import time

import support
from support import ENVIRONMENT

SCHEMA = "civil-birth"
PEOPLE = support.scaled(60000, 12000)  # so many that rows weigh more than what a run with files takes beside them


def least_budget(register, *options):
    """MiB, and what the same takes in memory."""
    message = support.refuses(ENVIRONMENT, ["--memory"], *options, register, "--memory", "10")
    return int(re.search(r"need (\d+) MiB", message).group(1))


def earlier_result(directory, out):
    other, _ = support.generate(SCHEMA, 400, directory, seed=9)
    support.khop("dedupe", other, "-o", out)
    return support.snapshot(out)


def spilled(out):
    return support.read_json(out, "summary.json")["run"]["spilled"]


def check_peak(out, least):
    """As the run saw it: what wait4 tells counts this process too, as it was when it forked."""
    peak = support.read_json(out, "summary.json")["run"]["peak_memory_bytes"]
    assert support.IS_SMALL or peak <= least << 20, f"{peak >> 20} MiB of {least} MiB"


def check_same(base, out, name):
    expected, found = support.results(base), support.results(out)
    assert not support.differences(expected, found), f"{name}: {support.differences(expected, found)}"
    store = support.path(base, "store", "data.mdb")
    if os.path.exists(store):
        assert support.read_bytes(store) == support.read_bytes(out, "store", "data.mdb"), f"{name}: data.mdb"


def run_at_least(register, base, out, *options, threads=2):
    """With the least memory that works: the same, from files, within it."""
    command = ["dedupe", "-o", out, "--force", "--threads", threads, *options]
    least = least_budget(register, *command)
    support.khop(*command, register, "--memory", f"{least}M")
    assert spilled(out)["bytes"] > 0 and spilled(out)["parts"] > 0, (least, spilled(out))
    check_same(base, out, f"{least}M {threads} threads {options}")
    check_peak(out, least)
    assert support.left_behind(out) == []
    return least


def faulty_register(directory):
    """Rows that are rejected, and ids that repeat, one far behind."""
    register, truth = support.generate(SCHEMA, PEOPLE, directory)
    lines = support.read_bytes(register).rstrip(b"\n").split(b"\n")
    lines[200:200] = [b"too,few", lines[10], b'X1,"open']
    lines.append(lines[20])
    return support.write(directory, "r.csv", b"\n".join(lines) + b"\n"), truth


def test_same_bytes(directory):
    register, _ = faulty_register(directory)
    base, out = support.path(directory, "base"), support.path(directory, "out")
    support.khop("dedupe", register, "-o", base)
    assert spilled(base) == {"bytes": 0, "disk_bytes": 0, "parts": 0}
    assert support.read_json(base, "summary.json")["input"]["rejected"] == 4
    for threads in (1, 2, 5):
        least = run_at_least(register, base, out, threads=threads)
        parts = spilled(out)["parts"]
        support.khop("dedupe", register, "-o", out, "--force", "--threads", threads, "--memory", f"{least + 1}M")
        check_same(base, out, f"{least + 1}M")
        assert support.IS_SMALL or parts > len(support.read_json(base, "summary.json")["blocking_rules"]), parts


def test_other_schemas_and_options(directory):
    """Blocks that are split, numbers that part matches, decisions, labels, no store, thresholds by intent."""
    out = support.path(directory, "out")
    for number, (schema, options) in enumerate((("cccd", ["--block-rows", 5]), ("parcel", ["--no-store"]), ("bhyt", ["--untrained"]),
                                                (SCHEMA, ["--recall", "0.98", "--linkage", "average"]))):
        register, _ = support.generate(schema, PEOPLE * 2, directory)  # their rows are shorter
        base = support.path(directory, f"base{number}")
        support.khop("dedupe", register, "-o", base, *options)
        run_at_least(register, base, out, *options)
        shutil.rmtree(out)


def test_decisions_and_labels(directory):
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    first, base, out = (support.path(directory, name) for name in ("first", "base", "out"))
    support.khop("dedupe", register, "-o", first, "--no-store")
    pairs = support.read_table(first, "pairs.csv")
    rows = [[p["left_id"], p["right_id"], "cannot_link" if i % 3 else "must_link"] for i, p in enumerate(pairs[:: len(pairs) // 60])]
    decisions = support.write_table(directory, "decisions.csv", ["left_id", "right_id", "decision"], rows)
    labels = support.write_table(directory, "labels.csv", ["left_id", "right_id", "label"],
                                 [[left, right, "match" if word == "must_link" else "non_match"] for left, right, word in rows])
    options = ["--decisions", decisions, "--labels", labels, "--no-store"]
    support.khop("dedupe", register, "-o", base, *options)
    run_at_least(register, base, out, *options)


def without_run(text):
    return [line for line in re.sub(r" +\d+\.\d\d$", "", text, flags=re.MULTILINE).splitlines() if not line.startswith(("time", "review load"))]


def test_plan_and_train(directory):
    """plan counts the same pairs and says what a run needs, in memory and at least; train makes the same model."""
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    texts, models = [], []
    for number, budget in enumerate(("8G", f"{least_budget(register, 'plan')}M")):
        texts.append(support.khop("plan", register, "--memory", budget).out)
        models.append(support.path(directory, f"model{number}.json"))
        support.khop("train", register, "-o", models[-1], "--memory", budget)
    assert support.read_bytes(models[0]) == support.read_bytes(models[1])
    found = [re.findall(r"^(\S+) +([\d,]+) +([\d,]+) +([\d,]+) +([\d,]+) ", text, flags=re.MULTILINE) for text in texts]
    assert found[0] == found[1] and len(found[0]) > 10, found
    assert [re.search("pairs .*to compare", text).group() for text in texts] == [re.search("pairs .*to compare", texts[0]).group()] * 2
    assert [len(re.findall(r"^memory least +[\d.]+ MiB, with [\d.]+ MiB of temporary files$", text, flags=re.MULTILINE)) for text in texts] == [1, 1]


def test_disk_full(directory):
    """The disk has room for the result, but not for the temporary files beside it."""
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    with support.mounted(support.path(directory, "small"), f"size={4 * os.path.getsize(register)}") as where:
        out = support.path(where, "out")
        before = earlier_result(directory, out)
        least = least_budget(register, "dedupe", "-o", out, "--force")
        free = os.statvfs(where)
        for share in (0.02, 0.3, 0.6):
            with open(support.path(where, "ballast"), "wb") as file:
                os.posix_fallocate(file.fileno(), 0, int(free.f_bavail * free.f_frsize - share * os.path.getsize(register)))
            message = support.refuses(ENVIRONMENT, ["disk full"], "dedupe", register, "-o", out, "--force", "--no-store", "--memory", f"{least}M")
            assert re.search(r"temporary files need about \d+ MiB", message), message
            os.unlink(support.path(where, "ballast"))
            assert support.snapshot(out) == before and support.left_behind(out) == []
            left = os.statvfs(where)
            assert left.f_bavail == free.f_bavail, "space that nothing names"


def test_small_disk(directory):
    """Where the disk cannot hold the rows of all rules at once, they are taken a few at a time."""
    if support.IS_SMALL:
        raise support.Skip("so few rows leave no memory for many rules at once")
    register, _ = support.generate(SCHEMA, 200000, directory)
    base, command = support.path(directory, "base"), ["dedupe", register, "--no-store", "--memory", "160M", "-o"]
    support.khop(*command, base)
    disk = spilled(base)["disk_bytes"]
    with support.mounted(support.path(directory, "small"), f"size={disk * 3 // 4}") as where:
        out = support.path(where, "out")
        support.khop(*command, out)
        assert spilled(out)["disk_bytes"] < disk * 3 // 4 and spilled(out)["bytes"] == spilled(base)["bytes"], spilled(out)
        check_same(base, out, "small disk")


def test_interrupt(directory):
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    out = support.path(directory, "out")
    before = earlier_result(directory, out)
    least = least_budget(register, "dedupe", "-o", out, "--force")
    stopped = 0
    for phase in ("read", "index", "train", "match", "cluster"):
        process = support.start("dedupe", register, "-o", out, "--force", "--memory", f"{least}M", "--progress", "json")
        for line in process.stderr:
            if f'"phase":"{phase}"'.encode() in line:
                break
        time.sleep(0.02)
        support.send(process, signal.SIGINT)
        result = support.finish(process, started=time.monotonic())
        assert support.left_behind(out) == [], support.left_behind(out)
        if result.code == 0:
            shutil.rmtree(out)
            before = earlier_result(directory, out)
            continue
        assert result.code == support.INTERRUPTED, (phase, result.code, result.err)
        assert support.IS_SMALL or result.seconds < 2, (phase, result.seconds)
        assert support.snapshot(out) == before, phase
        stopped += 1
    assert stopped >= 3, stopped


LINK_FILES = ("links.csv", "unlinked.csv", "ids.csv", "rejected.csv", "model.json", "store/data.mdb")


def test_link_many(directory):
    """Three registers with duplicates found first: the same entities, too."""
    files = [support.generate(SCHEMA, PEOPLE // 2, directory, seed=seed)[0] for seed in (1, 2, 3)]
    base, out = support.path(directory, "base"), support.path(directory, "out")
    options = ["--dedupe", "1,3", "--one-to-one"]
    support.khop("link", *files, "-o", base, *options)
    least = least_budget(files[2], "link", *files[:2], "-o", out, *options)
    support.khop("link", *files, "-o", out, *options, "--memory", f"{least}M")
    assert spilled(out)["parts"] > 0, spilled(out)
    check_peak(out, least)
    for name in (*LINK_FILES, "entities.csv", "clusters.csv", "contradictions.csv"):
        assert support.read_bytes(base, name) == support.read_bytes(out, name), name


def test_link(directory):
    """Two registers: the same links, reasons and entities."""
    left, right = faulty_register(directory)[0], support.generate(SCHEMA, PEOPLE, directory, seed=2)[0]
    for number, options in enumerate(([], ["--untrained", "--no-store"])):
        base, out = support.path(directory, f"base{number}"), support.path(directory, f"out{number}")
        support.khop("link", left, right, "-o", base, *options)
        least = least_budget(right, "link", left, "-o", out, *options)
        support.khop("link", left, right, "-o", out, *options, "--memory", f"{least}M")
        assert spilled(out)["parts"] > 0, spilled(out)
        check_peak(out, least)
        for name in LINK_FILES[:len(LINK_FILES) - number]:
            assert support.read_bytes(base, name) == support.read_bytes(out, name), name
        summaries = [support.read_json(where, "summary.json") for where in (base, out)]
        assert {**summaries[0], "run": 0} == {**summaries[1], "run": 0}


support.main(globals())
