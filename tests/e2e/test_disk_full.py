"""A full disk is told with what is free and what is missing: never more than is needed, and not much less."""

import os
import re

import support
from support import ENVIRONMENT

SCHEMA = "civil-birth"
PEOPLE = support.scaled(120000, 60000)
MIB = 1 << 20


def needs(result, disk):
    """Free and missing MiB of the message."""
    support.check_failure(result, ENVIRONMENT, "disk full")
    found = re.search(r"disk full: (\S+) has (\d+) MiB free, at least (\d+) MiB more are needed$", result.err.strip())
    assert found and found[1].startswith(disk), result.err
    return int(found[2]), int(found[3])


def disk_bytes(directory):
    return sum(os.stat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(directory) for name in names)


def on_disk(directory, size, work):
    """What `work` of a directory on a disk of `size` bytes ends in."""
    with support.mounted(support.path(directory, "disk"), f"size={size // 4096 * 4096}") as disk:
        result = work(disk)
        assert result.code == 0 or support.left_behind(disk) == [], support.left_behind(disk)
        return result


def check_needs(directory, work, whole, useful):
    """`whole`: bytes that the work leaves. With less than it says it needs it fails again."""
    disk = support.path(directory, "disk")
    for share in (0.1, 0.45, 0.8):
        size = int(whole * share)
        free, missing = needs(on_disk(directory, size, work), disk)
        os.rmdir(disk)
        assert missing >= 1 and free <= size / MIB
        assert (free + missing) * MIB >= useful * whole, f"of {whole / MIB:.1f} MiB at {share}: {free} free, {missing} missing"
        again = on_disk(directory, (free + missing - 2) * MIB, work)
        os.rmdir(disk)
        support.check_failure(again, ENVIRONMENT, "disk full")


def test_dedupe(directory):
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out)
    check_needs(directory, lambda disk: support.run("dedupe", register, "-o", support.path(disk, "out")), disk_bytes(out), 0.5)


def test_add(directory):
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    store = support.path(directory, "store")

    def work(disk):
        own = support.path(disk, "store")
        support.khop("index", "create", own, "--schema", SCHEMA)
        return support.run("index", "add", own, register)

    support.khop("index", "create", store, "--schema", SCHEMA)
    support.khop("index", "add", store, register)
    check_needs(directory, work, disk_bytes(store), 0.5)


def test_one_file(directory):
    """Of a file alone all is known."""
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    store, out = support.path(directory, "store"), support.path(directory, "out")
    support.khop("index", "create", store, "--schema", SCHEMA)
    support.khop("index", "add", store, register)
    support.khop("index", "export", store, "-o", out)
    bytes_of = disk_bytes(out)
    result = on_disk(directory, bytes_of // 2, lambda disk: support.run("index", "export", store, "-o", disk))
    free, missing = needs(result, support.path(directory, "disk"))
    assert abs((free + missing) * MIB - bytes_of) <= 2 * MIB, (free, missing, bytes_of)


support.main(globals())
