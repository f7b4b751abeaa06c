"""The store that a run leaves: records by id and by number, clusters, and what happens to damage."""

import csv
import io
import os
import random
import re
import shutil

import support
from support import INPUT, USAGE

HEADER = ["id", "full_name", "birth_date", "sex", "national_id", "phone", "address"]
ROWS = [
    ["A1", "Nguyễn Văn An", "01/02/1990", "Nam", "079090001234", "0903111222", "12 Lê Lợi"],
    ["A2", "NGUYỄN VĂN AN", "1990-02-01", "Nam", "79090001234", "+84 903 111 222", "12 Lê Lợi"],
    ["A3", "Nguyễn Văn An", "01/02/1990", "Nam", "079 090 001 234", "", ""],
    ["B1", "Trần Thị Bình", "03/04/1985", "Nữ", "001185000111", "0911000999", ""],
    ["B, \"2\"", "Lê Cường", "05/06/1977", "Nam", "", "", "hai\ndòng"],
    ["C1", "Phạm Dũng", "07/08/1966", "Nam", "024681357", "0911000999", ""],
]


def small_run(directory, *options, header=None, rows=None):
    header, rows = header or HEADER, rows or ROWS
    register = support.write_table(directory, "r.csv", header, rows)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, "--schema", "person", "--untrained", "--force", *options)
    return out


def get(store, *words):
    """The records that index get prints: [(place, cluster or None, {field: text})]"""
    found = []
    for line in support.khop("index", "get", store, *words).out.split("\n"):
        place = re.fullmatch(r"(\S.*?:\d+)(?:  cluster (\d+))?", line)
        if place:
            found.append((place.group(1), place.group(2), {}))
        elif re.match(r"  \S+ +\S", line):
            name, text = line.split(None, 1)
            found[-1][2][name] = text
    return found


def test_by_id(directory):
    out = small_run(directory)
    store = support.path(out, "store")
    clusters = support.clusters_of(out)
    for number, row in enumerate(ROWS):
        line = 2 + number + (number > 4)
        [(place, cluster, fields)] = get(store, "--id", row[0])
        assert (place, cluster) == (f"r.csv:{line}", clusters[row[0]]), row[0]
        expected = {name: text.split("\n")[0] for name, text in zip(HEADER, row) if text}
        assert fields == expected, (fields, expected)
    assert get(store, "--id", "  A1 ") == get(store, "--id", "A1")
    for missing in ("A9", "a1", "A", "", "A1 A2", "r.csv:2"):
        support.refuses(USAGE, [store, "no such record"], "index", "get", store, "--id", missing)


def bulk(store, option, lines, *words):
    """Rows of the CSV by column, and what is told of missing ones."""
    result = support.run("index", "get", store, option, "-", *words, data=("\n".join(lines) + "\n").encode())
    assert result.code == 0, result.err
    rows = list(csv.DictReader(io.StringIO(result.out, newline="")))
    return rows, result.err


def test_many_by_id(directory):
    out = small_run(directory)
    store = support.path(out, "store")
    clusters = support.clusters_of(out)
    asked = ["C1", "A9", " A1 ", 'B, "2"', "", "A1", "A2\r"]
    rows, told = bulk(store, "--ids", asked)
    assert [row["asked"] for row in rows] == [line.rstrip("\r") for line in asked]
    assert [row["record_id"] for row in rows] == ["C1", "", "A1", 'B, "2"', "", "A1", "A2"]
    assert "2 of 7 lines" in told and "A9" not in told
    for row in rows:
        if row["record_id"]:
            [(place, cluster, _)] = get(store, "--id", row["record_id"])
            assert (f"{row['source']}:{row['line']}", row["cluster_id"]) == (place, cluster) and cluster == clusters[row["record_id"]]
            assert [row[name] for name in HEADER] in ROWS
        else:
            assert all(text == "" for name, text in row.items() if name != "asked")
    assert bulk(store, "--ids", ["A1"])[1] == ""
    for words in (["--ids", "-", "--id", "A1"], ["--ids", "-", "--cluster"], ["--ids", support.path(directory, "absent")]):
        support.refuses(USAGE, [], "index", "get", store, *words)


def test_many_by_identifier(directory):
    store = support.path(small_run(directory), "store")
    rows, told = bulk(store, "--identifiers", ["0911 000 999", "079 090 001 234", "nothing", "+84903111222"])
    assert [(row["asked"], row["record_id"]) for row in rows] == [
        ("0911 000 999", "B1"), ("0911 000 999", "C1"), ("079 090 001 234", "A1"), ("079 090 001 234", "A2"), ("079 090 001 234", "A3"),
        ("nothing", ""), ("+84903111222", "A1"), ("+84903111222", "A2")]
    assert "1 of 4 lines" in told


def test_many_whole(directory):
    """Every record of a register, in any order: as it stands in the file, the same bytes on any number of threads, of a living store too."""
    register, _ = support.generate("civil-birth", 3000, directory, 4)
    out, living = support.path(directory, "out"), support.path(directory, "living")
    support.khop("dedupe", register, "-o", out)
    support.khop("index", "create", living, "--from", out)
    with open(register, encoding="utf-8", newline="") as file:
        expected = {row["ma_ho_so"]: row for row in csv.DictReader(file)}
    ids = sorted(expected) + ["KS99999999"]
    random.Random(3).shuffle(ids)
    path = support.path(directory, "ids.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(ids))
    first = support.run("index", "get", support.path(out, "store"), "--ids", path, "--threads", "1").out
    for store, threads in ((support.path(out, "store"), 3), (living, 1), (living, 2)):
        assert support.run("index", "get", store, "--ids", path, "--threads", threads).out == first
    rows = list(csv.DictReader(io.StringIO(first, newline="")))
    assert [row["asked"] for row in rows] == ids
    for row in rows:
        for name, text in expected.get(row["record_id"], {}).items():
            assert row.get(name, text) == text, row["record_id"]
    assert [row["asked"] for row in rows if not row["record_id"]] == ["KS99999999"]


def test_by_identifier(directory):
    out = small_run(directory)
    store = support.path(out, "store")

    def lines(number):
        return [place for place, _, _ in get(store, "--identifier", number)]

    same = ["r.csv:2", "r.csv:3", "r.csv:4"]
    # As it stands in the register; with blanks, dots, dashes; without its leading zero.
    for number in ("079090001234", "079 090 001 234", "079.090.001.234", "79090001234", " 079-090-001234 "):
        assert lines(number) == same, (number, lines(number))
    assert lines("0903111222") == lines("+84903111222") == lines("0903.111.222") == ["r.csv:2", "r.csv:3"]
    assert lines("0911000999") == ["r.csv:5", "r.csv:8"]
    assert lines("024681357") == lines("24681357") == ["r.csv:8"]
    for missing in ("079090001235", "0", "", "Nguyễn Văn An"):
        support.refuses(USAGE, ["no such record"], "index", "get", store, "--identifier", missing)


def test_cluster(directory):
    out = small_run(directory)
    store = support.path(out, "store")
    clusters = support.clusters_of(out)
    assert clusters["A1"] == clusters["A2"] == clusters["A3"] != clusters["B1"], clusters
    expected = ["r.csv:2", "r.csv:3", "r.csv:4"]
    for record in ("A1", "A2", "A3"):
        assert [place for place, _, _ in get(store, "--id", record, "--cluster")] == expected
    assert [place for place, _, _ in get(store, "--identifier", "79090001234", "--cluster")] == expected
    assert [place for place, _, _ in get(store, "--id", "B1", "--cluster")] == ["r.csv:5"]


def test_whole_register(directory):
    """Every record and every cluster of a generated register, against the files."""
    register, _ = support.generate("cccd", support.scaled(3000, 600), directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out)
    store = support.path(out, "store")
    rows = {row["ma_dan_cu"]: row for row in support.read_table(register)}
    clusters = support.clusters_of(out)
    members = support.collections.defaultdict(list)
    for record, cluster in clusters.items():
        members[cluster].append(record)
    random_ = random.Random(1)
    several = [m for m in members.values() if len(m) > 1]
    for record in random_.sample(sorted(rows), support.scaled(40, 10)) + several[0]:
        [(_, cluster, fields)] = get(store, "--id", record)
        assert cluster == clusters[record]
        assert fields == {name: text.strip() for name, text in rows[record].items() if text.strip()}, (fields, rows[record])
    for cluster in random_.sample(several, min(len(several), support.scaled(20, 5))):
        found = {fields["ma_dan_cu"] for _, _, fields in get(store, "--id", cluster[-1], "--cluster")}
        assert found == set(cluster)
    stats = support.khop("index", "stats", store).out
    assert "schema         cccd" in stats
    assert f"records        {len(rows):,} in {len(members):,} clusters" in stats, stats
    assert support.khop("index", "verify", store).out == f"whole          {len(rows):,} records checked\n"
    assert support.left_behind(out) == []


def test_repeated_ids(directory):
    """A rejected row stays in the store, without a cluster: its id names the record that was kept first."""
    out = small_run(directory, "--max-rejected", "50%", rows=ROWS[:4] + [["A1", "Khác", "02/02/2000", "", "", "", ""]])
    found = get(support.path(out, "store"), "--id", "A1")
    assert found[0][:2] == ("r.csv:2", support.clusters_of(out)["A1"]), found
    assert [cluster for _, cluster, _ in found[1:]] == [None] * len(found[1:]), found
    support.khop("index", "verify", support.path(out, "store"))


def test_without_id_column(directory):
    out = small_run(directory, header=HEADER[1:], rows=[row[1:] for row in ROWS])
    store = support.path(out, "store")
    assert [fields["full_name"] for _, _, fields in get(store, "--id", "r.csv:5")] == ["Trần Thị Bình"]
    assert len(get(store, "--id", "r.csv:2", "--cluster")) == 3
    support.refuses(USAGE, ["no such record"], "index", "get", store, "--id", "5")


def test_qualified_ids(directory):
    out = small_run(directory, "--qualify-ids")
    store = support.path(out, "store")
    assert [place for place, _, _ in get(store, "--id", "r.csv:B1")] == ["r.csv:5"]
    support.refuses(USAGE, ["no such record"], "index", "get", store, "--id", "B1")


def test_options(directory):
    out = small_run(directory, "--no-store")
    assert set(os.listdir(out)) == support.OUTPUT_FILES
    support.refuses(USAGE, ["no such store"], "index", "stats", support.path(out, "store"))
    elsewhere = support.path(directory, "deep", "store")
    out = small_run(directory, "--store", elsewhere)
    assert set(os.listdir(out)) == support.OUTPUT_FILES
    assert get(elsewhere, "--id", "A1")
    support.refuses(USAGE, ["not a khop store"], "index", "stats", out)
    support.refuses(USAGE, ["not a khop store"], "index", "stats", support.path(out, "pairs.csv"))
    support.refuses(USAGE, ["no such store"], "index", "verify", support.path(out, "none"))


def test_read_only_store(directory):
    """A store that was archived read-only can be read."""
    store = support.path(small_run(directory), "store")
    os.chmod(support.path(store, "data.mdb"), 0o400)
    os.chmod(store, 0o500)
    assert get(store, "--id", "A1")
    os.chmod(store, 0o700)


def test_damage(directory):
    """A flipped byte is found, named by its place, and never crashes a reader."""
    register, _ = support.generate("cccd", 1500, directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out)
    store = support.path(out, "store")
    whole = support.read_bytes(store, "data.mdb")
    os.makedirs(support.path(directory, "bad"))
    random_ = random.Random(5)
    found = 0
    rounds = support.scaled(60, 20)
    for _ in range(rounds):
        at = random_.randrange(8192, len(whole))
        damaged = bytearray(whole)
        damaged[at] ^= 1 << random_.randrange(8)
        bad = support.path(directory, "bad")
        support.write(bad, "data.mdb", bytes(damaged))
        result = support.run("index", "verify", bad)
        assert result.code in (0, INPUT), (at, result)
        if result.code == INPUT:
            support.check_failure(result, INPUT, bad)
            found += 1
        for command in (["stats", bad], ["get", bad, "--id", "DC00000100"], ["get", bad, "--identifier", "001090000000"]):
            other = support.run("index", *command)
            assert other.code in (0, USAGE, INPUT), (at, command, other)
    # What is not found lay in the unused part of a page.
    assert found >= rounds // 2, f"{found} of {rounds} flips found"
    for length in (0, 1, 4096, 8192, len(whole) // 2, len(whole) - 8 * 4096):
        support.write(directory, "bad/data.mdb", whole[:length])
        support.check_failure(support.run("index", "verify", support.path(directory, "bad")), INPUT, "bad")
    shutil.rmtree(support.path(directory, "bad"))


support.main(globals())
