"""What happens to a store that lives: records change, go, are decided on; entities keep their numbers and tell their story."""

import collections
import csv
import os
import re
import subprocess
import threading
import time

import support
from support import ENVIRONMENT, INPUT, USAGE

HEADER = ["id", "full_name", "birth_date", "sex", "national_id", "phone", "address"]
AN = ["Nguyễn Văn An", "01/02/1990", "Nam", "079090001234", "0903111222", "12 Lê Lợi"]
BINH = ["Trần Thị Bình", "03/04/1985", "Nữ", "001185000111", "0911000999", "7 Hai Bà Trưng"]
CUONG = ["Lê Quốc Cường", "05/06/1977", "Nam", "001077000222", "0933444555", "9 Trần Phú"]


def rows_of(directory, store):
    out = support.path(directory, "entities")
    support.khop("index", "export", store, "-o", out)
    with open(support.path(out, "entities.csv"), newline="", encoding="utf-8") as file:
        return {row["record_id"]: int(row["entity"]) for row in csv.DictReader(file)}


def add(directory, store, rows, *options):
    return support.khop("index", "add", store, support.write_table(directory, "batch.csv", HEADER, rows), *options).out


def decide(directory, store, rows, author="Lan"):
    path = support.write_table(directory, "decisions.csv", ["left_id", "right_id", "decision", "reason"], rows)
    return support.khop("index", "decide", store, "--decisions", path, "--author", author).out


def delete(directory, store, *ids):
    path = support.write(directory, "ids.txt", "".join(f"{one}\n" for one in ids))
    return support.khop("index", "delete", store, "--ids", path).out


Event = collections.namedtuple("Event", "event time kind entity other left right weight rule note")


def history(store, entity):
    lines = support.khop("index", "history", store, entity).out.split("\n")
    assert lines[0].split("\t") == ["event", "time", "kind", "entity", "other", "left_id", "right_id", "weight", "rule", "note"]
    return [Event(*line.split("\t")) for line in lines[1:] if line]


def start(directory, rows):
    register = support.write_table(directory, "r.csv", HEADER, rows)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, "--schema", "person", "--untrained")
    store = support.path(directory, "store")
    support.khop("index", "create", store, "--from", out)
    return store


def test_join_and_update(directory):
    store = start(directory, [["A1", *AN], ["B1", *BINH], ["C1", *CUONG]])
    assert rows_of(directory, store) == {"A1": 1, "B1": 2, "C1": 3}
    said = add(directory, store, [["A2", *AN], ["D1", "Phạm Dũng", "07/08/1966", "Nam", "024066357000", "", ""]])
    assert "2 new, 0 changed, 0 as they were" in said and "run 3, 5 records" in said, said
    now = rows_of(directory, store)
    assert now == {"A1": 1, "B1": 2, "C1": 3, "A2": 1, "D1": 4}
    [joined] = history(store, 1)
    assert (joined.kind, joined.entity, joined.left, joined.right, joined.event) == ("joined", "1", "A2", "A1", "3.1"), joined
    assert float(joined.weight) > 0 and joined.rule
    # The same again: nothing. Another content: matched again, the number stays.
    assert "0 new, 0 changed, 1 as they were" in add(directory, store, [["A2", *AN]])
    said = add(directory, store, [["A2", *BINH]])
    assert "0 new, 1 changed, 0 as they were" in said and "5 records" in said, said
    now = rows_of(directory, store)
    assert now["A1"] == 1 and now["A2"] == now["B1"] != 1 and len(now) == 5, now
    assert add(directory, store, [["A2", *AN]]) and rows_of(directory, store)["A2"] == 1
    # A record of its own that changes is the same entity.
    add(directory, store, [["C1", "Lê Quốc Cường", "05/06/1977", "Nam", "", "", "10 Trần Phú"]])
    assert rows_of(directory, store)["C1"] == 3
    assert "10 Trần Phú" in support.khop("index", "get", store, "--id", "C1").out
    support.khop("index", "verify", store)


def test_merge_split_and_undo(directory):
    """Two entities become one through a record between them; without it they are two again."""
    left, right = ["A1", *AN[:3], "", AN[4], ""], ["A2", "Nguyễn Văn An", "01/02/1990", "Nam", AN[3], "", ""]
    apart = ["B1", *BINH]
    store = start(directory, [left, apart])
    decide(directory, store, [])
    add(directory, store, [right])
    before = rows_of(directory, store)
    if before["A1"] == before["A2"]:
        decide(directory, store, [["A1", "A2", "cannot_link", "two people"]])
        before = rows_of(directory, store)
    assert before["A1"] != before["A2"]
    decide(directory, store, [["A1", "A2", "must_link", "seen their papers"]], "Minh")
    merged = rows_of(directory, store)
    assert merged["A1"] == merged["A2"] == min(before["A1"], before["A2"])
    story = history(store, merged["A1"])
    assert [one.kind for one in story][-2:] == ["must_link", "merged"], story
    assert story[-2].note == "Minh: seen their papers"
    # The decision stands when the record changes, and when another comes.
    add(directory, store, [["A2", "Nguyễn Thị Khác", "09/09/1999", "Nữ", "", "", ""], ["Z1", *CUONG]])
    assert rows_of(directory, store)["A2"] == merged["A1"]
    decide(directory, store, [["A1", "A2", "cannot_link", "they were not"]])
    parted = rows_of(directory, store)
    assert parted["A1"] != parted["A2"]
    numbers = set(before.values()) | set(merged.values())
    assert parted["A2"] not in numbers or parted["A1"] not in numbers, "a number came back"
    assert "split" in [one.kind for one in history(store, merged["A1"])]


def test_undo(directory):
    store = start(directory, [["A1", *AN], ["B1", *BINH]])
    add(directory, store, [["A2", *AN]])
    [joined] = history(store, 1)
    support.refuses(USAGE, ["no event 9.9"], "index", "undo", store, "9.9", "--author", "Lan")
    support.refuses(USAGE, ["--author"], "index", "undo", store, joined.event)
    support.khop("index", "undo", store, joined.event, "--author", "Lan")
    now = rows_of(directory, store)
    assert now["A1"] == 1 and now["A2"] != 1
    # It stands through later runs, also of the records themselves, and compaction.
    add(directory, store, [["A1", *AN[:5], "14 Lê Lợi"]])
    add(directory, store, [["A2", *AN[:5], "16 Lê Lợi"]])
    support.khop("index", "compact", store)
    add(directory, store, [["A1", *AN]])
    now = rows_of(directory, store)
    assert now["A1"] != now["A2"], now
    kinds = [one.kind for one in history(store, 1)]
    assert "cannot_link" in kinds and "split" in kinds, kinds


def test_delete(directory):
    store = start(directory, [["A1", *AN], ["A2", *AN], ["A3", *AN], ["B1", *BINH]])
    assert set(rows_of(directory, store).values()) == {1, 2}
    said = delete(directory, store, "A1", " A2 ", "X9", "")
    assert "2 deleted, 1 ids" in said and "2 records" in said, said
    assert rows_of(directory, store) == {"A3": 1, "B1": 2}
    support.refuses(USAGE, ["no such record"], "index", "get", store, "--id", "A1")
    delete(directory, store, "A3")
    assert rows_of(directory, store) == {"B1": 2}
    assert history(store, 1)[-1].kind == "ended"
    # The same id again is a new entity: a number is never used again.
    add(directory, store, [["A1", *AN]])
    assert rows_of(directory, store) == {"B1": 2, "A1": 3}
    assert "no such" not in support.khop("index", "get", store, "--identifier", AN[3]).out
    support.khop("index", "verify", store)


def test_delete_parts(directory):
    """What only the deleted record held together falls apart; the larger part keeps the number."""
    store = start(directory, [["A1", *AN], ["B1", *BINH]])
    decide(directory, store, [["A1", "B1", "must_link", ""]])
    add(directory, store, [["C1", *CUONG], ["B2", *BINH]])
    decide(directory, store, [["A1", "C1", "must_link", ""], ["B1", "B2", "must_link", ""]])
    assert set(rows_of(directory, store).values()) == {1}
    delete(directory, store, "A1")
    now = rows_of(directory, store)
    assert now["B1"] == now["B2"] == 1 and now["C1"] != 1, now


def test_match(directory):
    store = start(directory, [["A1", *AN], ["B1", *BINH]])
    before = support.snapshot(store)
    register = support.write_table(directory, "new.csv", HEADER, [["N1", *AN], ["N2", *CUONG]])
    out = support.path(directory, "matched")
    support.khop("index", "match", store, register, "-o", out)
    header, rows = support.read_rows(out, "links.csv")[:2]
    assert [row[:2] + row[4:6] for row in rows] == [["N1", "1", "match", "A1"]], rows
    assert [row[0] for row in support.read_rows(out, "unlinked.csv")[1]] == ["N2"]
    support.refuses(USAGE, ["not empty", "--force"], "index", "match", store, register, "-o", out)
    support.khop("index", "match", store, register, "-o", out, "--force")
    after = support.snapshot(store)
    assert {name for name in after if "lock" not in name} == {name for name in before if "lock" not in name}


def test_decisions_refused(directory):
    store = start(directory, [["A1", *AN], ["B1", *BINH], ["C1", *CUONG]])
    decide(directory, store, [["A1", "B1", "must_link", ""], ["B1", "C1", "must_link", ""]])
    path = support.write_table(directory, "wrong.csv", ["left_id", "right_id", "decision"], [["A1", "C1", "cannot_link"]])
    support.refuses(INPUT, ["cannot_link", "must_links"], "index", "decide", store, "--decisions", path, "--author", "Lan")
    path = support.write_table(directory, "wrong.csv", ["left_id", "right_id", "decision"], [["A1", "C1", "perhaps"]])
    support.refuses(INPUT, ["line 2"], "index", "decide", store, "--decisions", path, "--author", "Lan")
    said = decide(directory, store, [["A1", "Q7", "cannot_link", ""]])
    assert "1 decisions name a record" in said
    assert set(rows_of(directory, store).values()) == {1}


def test_from_a_schema(directory):
    """A store that begins empty is one like any other."""
    store, out = support.path(directory, "store"), support.path(directory, "matched")
    said = support.khop("index", "create", store, "--schema", "person", "--qualify-ids", "--records", 5000).out
    assert "schema person" in said and "without records" in said, said
    assert "0 in 0 clusters" in support.khop("index", "stats", store).out
    support.khop("index", "verify", store)
    support.refuses(USAGE, ["no such record"], "index", "get", store, "--id", "batch.csv:A1")
    register = support.write_table(directory, "new.csv", HEADER, [["N1", *AN]])
    support.khop("index", "match", store, register, "-o", out)
    assert [row[0] for row in support.read_rows(out, "unlinked.csv")[1]] == ["new.csv:N1"]
    assert "2 new, 0 changed" in add(directory, store, [["A1", *AN], ["B1", *BINH]])
    assert "1 new, 0 changed" in add(directory, store, [["A2", *AN]])
    assert rows_of(directory, store) == {"batch.csv:A1": 1, "batch.csv:B1": 2, "batch.csv:A2": 1}
    support.khop("index", "match", store, register, "-o", out, "--force")
    assert [row[:2] for row in support.read_rows(out, "links.csv")[1]] == [["new.csv:N1", "1"]]
    assert "national_id" in support.khop("index", "get", store, "--identifier", AN[3], "--cluster").out
    [joined] = history(store, 1)
    support.khop("index", "undo", store, joined.event, "--author", "Lan")
    assert rows_of(directory, store)["batch.csv:A2"] != 1
    decide(directory, store, [["batch.csv:A1", "batch.csv:A2", "must_link", ""]])
    assert len(set(rows_of(directory, store).values())) == 2
    delete(directory, store, "batch.csv:B1")
    support.khop("index", "compact", store)
    support.khop("index", "verify", store)
    assert rows_of(directory, store) == {"batch.csv:A1": 1, "batch.csv:A2": 1}


def test_create_refused(directory):
    table = support.write_table(directory, "names.csv", ["value", "count"], [["An", "3"]])
    model = support.write(directory, "model.json", '{"format": "khop-model-1"}')
    for words, options in ((["no schema", "persons"], ["--schema", "persons"]), (["--empty"], ["--schema", "person", "--empty"]),
                           (["--model", "--schema"], ["--from", directory, "--model", model]),
                           (["no field colour"], ["--schema", "person", "--frequencies", f"colour={table}"]),
                           (["model.json"], ["--schema", "person", "--model", model]),
                           (["--records"], ["--schema", "person", "--records", "1"]),
                           (["--linkage"], ["--schema", "person", "--linkage", "some"])):
        support.refuses(USAGE, words, "index", "create", support.path(directory, "store"), *options)
    assert sorted(os.listdir(directory)) == ["model.json", "names.csv"]


def test_refused(directory):
    store = start(directory, [["A1", *AN], ["B1", *BINH]])
    out = support.path(directory, "out")
    support.refuses(USAGE, [store, "exists"], "index", "create", store, "--from", out)
    support.refuses(USAGE, ["result", "dedupe"], "index", "create", support.path(directory, "other"))
    support.refuses(USAGE, ["not a living store"], "index", "add", support.path(out, "store"), support.path(directory, "r.csv"))
    wrong = support.write_table(directory, "wrong.csv", ["colour"], [["red"]])
    support.refuses(USAGE, ["wrong.csv"], "index", "add", store, wrong)
    nothing = support.write_table(directory, "ids.csv", HEADER[1:], [AN])
    support.refuses(USAGE, ["ids.csv", "record ids"], "index", "add", store, nothing)
    support.refuses(USAGE, ["never was an entity 77"], "index", "history", store, 77)
    assert rows_of(directory, store) == {"A1": 1, "B1": 2}


def test_one_writer(directory):
    """A second writer is told; readers are not in its way."""
    import fcntl
    store = start(directory, [["A1", *AN], ["B1", *BINH]])
    register = support.write_table(directory, "new.csv", HEADER, [["N1", *AN]])
    handle = os.open(store, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    support.refuses(ENVIRONMENT, [store, "another khop"], "index", "add", store, register)
    support.refuses(ENVIRONMENT, [store, "another khop", "1 seconds of --wait"], "index", "add", store, register, "--wait", 1)
    assert rows_of(directory, store) == {"A1": 1, "B1": 2}
    # It waits its turn.
    threading.Timer(1, os.close, (handle,)).start()
    assert "1 new" in support.khop("index", "add", store, register, "--wait", 60).out


def test_readers_counted(directory):
    """Other processes that read, each once."""
    store = start(directory, [["A1", *AN], ["B1", *BINH]])

    def readers():
        return re.search(r"readers +(\d+)", support.khop("index", "stats", store).out)[1]

    assert readers() == "0"
    def held():
        return re.findall(r"held .*", support.khop("index", "stats", store).out)

    reader = support.start("index", "match", store, "-", "-o", support.path(directory, "matched"), "--threads", 2, stdin=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while readers() != "1" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert readers() == "1"
    # What it reads is compacted away: the disk has it back when it ends.
    support.khop("index", "add", store, support.write_table(directory, "more.csv", HEADER, [["A2", *AN]]))
    assert not held()
    support.khop("index", "compact", store)
    assert re.fullmatch(r"held +[1-9][0-9.]* [KM]iB of files .* by 1 processes .*", "".join(held())), held()
    reader.stdin.close()
    support.finish(reader)
    assert readers() == "0" and not held()


def test_readers_while_it_is_written(directory):
    """Every reader sees one published state, whatever a writer is doing, compacting too."""
    store = start(directory, [["A1", *AN], ["B1", *BINH]])
    batches = [support.write_table(directory, f"b{i}.csv", HEADER, [[f"N{i}x{j}", *CUONG[:4], "", f"{j} Trần Phú"] for j in range(5)])
               for i in range(6)]
    failures = []

    def write():
        try:
            for i, batch in enumerate(batches):
                support.khop("index", "add", store, batch)
                if i % 2:
                    support.khop("index", "compact", store)
        except AssertionError as failure:
            failures.append(failure)

    writer = threading.Thread(target=write)
    writer.start()
    seen = []
    while writer.is_alive() or not seen or seen[-1] != 32:
        assert not failures, failures
        seen.append(len(rows_of(directory, store)))
        assert "A1" in support.khop("index", "get", store, "--id", "A1").out
    writer.join()
    assert not failures, failures
    assert seen == sorted(seen) and set(seen) <= {2 + 5 * i for i in range(7)}, seen


def test_damage(directory):
    """Any byte that flips is found by verify, and no reader falls over it."""
    store = start(directory, [["A1", *AN], ["B1", *BINH]])
    add(directory, store, [["A2", *AN]])
    for name in ("frame", "00000001-00000001", "00000003-00000003"):
        path = support.path(store, name, "data.mdb")
        good = support.read_bytes(path)
        os.chmod(path, 0o600)
        found = 0
        for at in range(8192, len(good), 997):
            support.write(store, f"{name}/data.mdb", good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            result = support.run("index", "verify", store)
            assert result.code in (0, INPUT), (name, at, result.code, result.err)
            found += result.code != 0
        assert found, name
        support.write(store, f"{name}/data.mdb", good[:len(good) // 2])
        support.check_failure(support.run("index", "get", store, "--id", "A1"), INPUT, name)
        support.write(store, f"{name}/data.mdb", good)
        support.khop("index", "verify", store)


support.main(globals())
