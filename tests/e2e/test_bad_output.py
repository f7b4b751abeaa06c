"""Places where a result cannot go, disks that fill, budgets too small: the run says which, ends with its
code, and an earlier result is byte for byte what it was."""

import os
import re
import resource
import shutil
import stat
import subprocess

import support
from support import ENVIRONMENT, USAGE

SCHEMA = "civil-birth"
PEOPLE = support.scaled(6000, 1500)


def earlier_result(directory, out):
    """OUT with the result of another register; its files."""
    other, _ = support.generate(SCHEMA, 400, directory, seed=9)
    support.khop("dedupe", other, "-o", out)
    return support.snapshot(out)


# ---- OUT ---------------------------------------------------------------------------------------


def test_not_empty(directory):
    register, _ = support.generate(SCHEMA, PEOPLE // 4, directory)
    out = support.path(directory, "out")
    before = earlier_result(directory, out)
    support.refuses(USAGE, [out, "not empty", "--force"], "dedupe", register, "-o", out)
    assert support.snapshot(out) == before
    support.khop("dedupe", register, "-o", out, "--force")
    after = support.snapshot(out)
    assert set(after) == set(before) and after["pairs.csv"] != before["pairs.csv"]
    assert support.left_behind(out) == []
    support.khop("index", "verify", support.path(out, "store"))
    # Somebody else's directory: nothing in it is khop's to replace, and --force leaves it too.
    other = support.path(directory, "documents")
    letter = support.write(other, "letter.txt", "dear reader")
    support.refuses(USAGE, [other, "not empty"], "dedupe", register, "-o", other)
    assert os.listdir(other) == ["letter.txt"]
    support.khop("dedupe", register, "-o", other, "--force")
    assert support.read_bytes(letter) == b"dear reader"


def test_force_fails_early(directory):
    """A run that fails with --force has not touched the result that it was to replace."""
    register, _ = support.generate(SCHEMA, 300, directory)
    out = support.path(directory, "out")
    before = earlier_result(directory, out)
    broken = support.write(directory, "broken.csv", support.read_bytes(register) + b"x,y\n" * 300)
    support.refuses(support.INPUT, ["broken.csv", "rejected"], "dedupe", broken, "-o", out, "--force")
    after = support.snapshot(out)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {"rejected.failed.csv"}, set(after) - set(before)
    support.khop("dedupe", register, "-o", out, "--force")
    assert "rejected.failed.csv" not in os.listdir(out), "the list of a failed run outlived a good one"


def test_again_after_a_failure(directory):
    """The list of rejected rows that a failed run leaves is no result: the same command runs again."""
    register, _ = support.generate(SCHEMA, 300, directory)
    good = support.read_bytes(register)
    support.write(directory, "r.csv", good + b"x,y\n" * 300)
    out = support.path(directory, "out")
    support.refuses(support.INPUT, ["rejected"], "dedupe", support.path(directory, "r.csv"), "-o", out)
    assert os.listdir(out) == ["rejected.csv"]
    support.write(directory, "r.csv", good)
    support.khop("dedupe", support.path(directory, "r.csv"), "-o", out)
    assert support.read_rows(out, "rejected.csv")[1] == []


def test_no_place(directory):
    register, _ = support.generate(SCHEMA, 300, directory)
    blocking = support.write(directory, "file", "")
    support.refuses(USAGE, ["file", "not a directory"], "dedupe", register, "-o", blocking)
    support.refuses(USAGE, ["file", "not a directory"], "dedupe", register, "-o", support.path(blocking, "out"))
    support.refuses(USAGE, ["-o"], "dedupe", register)
    out = support.path(directory, "deep", "er", "out")
    support.khop("dedupe", register, "-o", out)
    assert set(os.listdir(out)) == support.OUTPUT_FILES | {"store"}


def test_read_only_file_system(directory):
    register, _ = support.generate(SCHEMA, 300, directory)
    with support.mounted(support.path(directory, "ro"), "size=1m") as where:
        subprocess.run(["mount", "-o", "remount,ro", where], check=True)
        support.refuses(ENVIRONMENT, [where, "ead-only"], "dedupe", register, "-o", where)
        support.refuses(ENVIRONMENT, [where, "ead-only"], "dedupe", register, "-o", support.path(where, "out"))


def test_no_permission(directory):
    if os.geteuid() == 0:
        raise support.Skip("root may write everywhere")
    register, _ = support.generate(SCHEMA, 300, directory)
    closed = support.path(directory, "closed")
    os.mkdir(closed, 0o500)
    support.refuses(ENVIRONMENT, [closed, "ermission denied"], "dedupe", register, "-o", support.path(closed, "out"))
    os.chmod(register, 0)
    support.refuses(ENVIRONMENT, [register, "ermission denied"], "dedupe", register, "-o", support.path(directory, "out"))


def test_store_place(directory):
    """A store that cannot be put in its place is refused before the work: no phase was reported."""
    register, _ = support.generate(SCHEMA, 300, directory)
    out = support.path(directory, "out")

    def refused(words, store, *options):
        support.refuses(USAGE, words, "dedupe", register, "-o", out, "--store", store, "--progress", "json", *options)
        assert not os.path.exists(out) or os.listdir(out) == []

    letter = support.write(directory, "documents/letter.txt", "dear reader")
    for options in ([], ["--force"]):
        refused(["documents", "not a khop store"], os.path.dirname(letter), *options)
        refused([register, "not a directory"], register, *options)
        refused(["not a directory"], support.path(register, "store"), *options)
    assert support.read_bytes(letter) == b"dear reader"
    store = support.path(directory, "store")
    support.khop("dedupe", register, "-o", out, "--store", store)
    before = support.snapshot(store)
    shutil.rmtree(out)
    refused([store, "--force"], store)
    assert support.snapshot(store) == before
    os.mkdir(support.path(directory, "empty"))
    support.khop("dedupe", register, "-o", out, "--store", support.path(directory, "empty"))
    support.khop("dedupe", register, "-o", out, "--store", store, "--force")
    support.khop("index", "verify", store)
    support.khop("index", "verify", support.path(directory, "empty"))
    assert support.left_behind(directory) == []


# ---- disks that fill ---------------------------------------------------------------------------


def check_full(result, out, before):
    """Either the run is done and all files are new, or it failed and all files are old."""
    files = support.snapshot(out)
    files.pop("store/lock.mdb", None)
    if result.code == 0:
        assert set(files) == set(before) and files != before
        return True
    support.check_failure(result, ENVIRONMENT, "")
    assert re.search("disk full|file size limit", result.err), result.err
    changed = [name for name in before if files.get(name) != before[name]]
    assert not changed, f"{result.err.strip()}: but changed: {changed}"
    assert set(files) == set(before), f"left behind: {set(files) - set(before)}"
    assert support.left_behind(out) == []
    return False


def test_disk_full(directory):
    """The disk fills in each stage of the run, the last bytes included."""
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    whole = support.path(directory, "whole")
    support.khop("dedupe", register, "-o", whole)
    needed = sum(os.path.getsize(support.path(whole, name)) for name in support.snapshot(whole))
    verdicts = []
    with support.mounted(support.path(directory, "small"), f"size={8 * needed}") as where:
        out = support.path(where, "out")
        before = earlier_result(directory, out)
        ballast = support.path(where, "ballast")
        for share in (0.02, 0.3, 0.6, 0.75, 0.8, 0.84, 0.88, 0.92, 0.96, 0.99, 1.0, 1.3):
            info = os.statvfs(where)
            fill = info.f_bavail * info.f_frsize - int(share * needed)
            with open(ballast, "wb") as file:
                os.posix_fallocate(file.fileno(), 0, fill)
            result = support.run("dedupe", register, "-o", out, "--force")
            verdicts.append(check_full(result, out, before))
            os.unlink(ballast)
            if verdicts[-1]:
                shutil.rmtree(out)
                earlier_result(directory, out)
                before = support.snapshot(out)
    assert not verdicts[0] and verdicts[-1], verdicts
    assert verdicts.count(False) >= 5, verdicts


def test_file_size_limit(directory):
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    out = support.path(directory, "out")
    before = earlier_result(directory, out)
    sizes = {name: os.path.getsize(support.path(out, name)) for name in before}
    whole = support.path(directory, "whole")
    support.khop("dedupe", register, "-o", whole)
    clusters = os.path.getsize(support.path(whole, "clusters.csv"))
    failures = 0
    for options, limits in (([], (1, 4096, 100000, 10 * sizes["store/data.mdb"] // 9)),
                            (["--no-store"], (1, 5000, clusters // 2, clusters - 1))):
        for limit in limits:
            def set_limit(limit=limit):
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            result = support.run("dedupe", register, "-o", out, "--force", *options, preexec_fn=set_limit)
            failures += not check_full(result, out, before)
    assert failures == 8, failures


# ---- memory ------------------------------------------------------------------------------------


def test_memory_budget(directory):
    """A budget that is too small is refused with the least that will do, and that does."""
    register, _ = support.generate(SCHEMA, support.scaled(20000, 6000), directory)
    out = support.path(directory, "out")
    before = earlier_result(directory, out)
    message = support.refuses(ENVIRONMENT, ["--memory"], "dedupe", register, "-o", out, "--force", "--memory", "10")
    rows = len(support.read_rows(register)[1])
    assert f"{rows} rows need" in message, message
    least = int(re.search(r"need (\d+) MiB", message).group(1))
    assert least > 20, message
    again = support.refuses(ENVIRONMENT, [f"need {least} MiB"], "dedupe", register, "-o", out, "--force", "--memory", f"{least - 1}M")
    assert again == message.replace(re.search(r"--memory: \S+ \S+", message).group(), re.search(r"--memory: \S+ \S+", again).group())
    assert support.snapshot(out) == before and support.left_behind(out) == []
    support.refuses(ENVIRONMENT, [f"need {least} MiB"], "plan", register, "--memory", f"{least - 1}M")
    result = support.khop("dedupe", register, "-o", out, "--force", "--memory", f"{least}M")
    assert support.IS_SMALL or result.peak_bytes <= least << 20, f"{result.peak_bytes >> 20} MiB of {least} MiB"


def test_address_space(directory):
    """A machine that gives no memory: a message, not a crash."""
    if support.IS_SMALL:
        raise support.Skip("sanitizers need their address space")
    register, _ = support.generate(SCHEMA, 2000, directory)
    out = support.path(directory, "out")
    before = earlier_result(directory, out)
    codes = set()
    for mebibytes in (24, 32, 48, 64, 96, 128, 160, 192, 256, 4096):
        def set_limit(limit=mebibytes << 20):
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        result = support.run("dedupe", register, "-o", out, "--force", "--threads", 1, preexec_fn=set_limit)
        if result.err.startswith("khop: ") or result.code == 0:
            codes.add(result.code)
        if result.code != 0:
            assert result.code in (ENVIRONMENT, 127), (mebibytes, result.code, result.err)
            assert support.snapshot(out) == before, mebibytes
    assert codes == {0, ENVIRONMENT}, codes


def test_modes(directory):
    """Results are their owner's alone, whatever the umask; directories too."""
    register, _ = support.generate(SCHEMA, 300, directory)
    out = support.path(directory, "a", "out")
    support.khop("dedupe", register, "-o", out, preexec_fn=lambda: os.umask(0))
    for folder, _, names in os.walk(support.path(directory, "a")):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700, folder
        for name in names:
            assert stat.S_IMODE(os.stat(support.path(folder, name)).st_mode) == 0o600, name


support.main(globals())
