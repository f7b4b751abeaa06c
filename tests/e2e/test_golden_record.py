"""golden.csv: one line an entity, each value one that a record of it has, chosen by the rules of the schema; the same
bytes however it is made, in dedupe and in link."""

import collections
import os

import support
from support import khop, path, read_bytes, read_json, read_rows, read_table, refuses, write, write_table

MEMBERS = """schema: members
id: ma
fields:
  ma: {type: code}
  ten: {type: person_name}
  sinh: {type: date}
  so: {type: personal_id, identifier: true}
  nha: {type: place}
  ngay: {type: date}
blocking: [[so], [ten, sinh.year]]
comparisons:
  - {name: ten}
  - {name: sinh}
  - {name: so}
"""
HEADER = ["ma", "ten", "sinh", "so", "nha", "ngay"]
ROWS = [["1", "Nguyen Van An", "12/03/1985", "79085012345", "P. Bến Nghé, Q.1, TPHCM", "01/02/2019"],
        ["2", "Nguyễn Văn An", "1985", "079085012345", "12 Lê Lợi, P. Bến Nghé, Q.1, TPHCM", "01/02/2020"],
        ["3", "NGUYỄN VĂN AN", "12/03/1985", "79085012345", "5 Hai Bà Trưng, Q.1, TPHCM", "2021"],
        ["4", "Trần Thị Bình", "05/06/1990", "", "không rõ", ""],
        ["5", "Lê Văn Cường", "31/02/1970", "79070011111", "Cà Mau", ""]]


def golden_of(directory, schema, rows, *options, name="out"):
    out = path(directory, name)
    where = write_table(directory, name + ".csv", HEADER, rows)
    khop("dedupe", where, "--schema", write(directory, name + ".yaml", schema), "--write", "golden", "-o", out, "--untrained", *options)
    return {row["entity_id"]: row for row in read_table(out, "golden.csv")}


def test_values_that_survive(directory):
    found = golden_of(directory, MEMBERS, ROWS)
    header, rows = read_rows(path(directory, "out"), "golden.csv")
    fields = HEADER[1:]
    assert header == ["entity_id", "records", "record_id", *fields, *[f + "_from" for f in fields]], header
    assert len(rows) == 3 and [row[0] for row in rows] == ["1", "2", "3"], rows
    an = found["1"]
    assert an["records"] == "3" and an["record_id"] == "2", an  # it gives most of the values
    assert [an[f] for f in fields] == ["Nguyễn Văn An", "12/03/1985", "079085012345", "12 Lê Lợi, P. Bến Nghé, Q.1, TPHCM",
                                       "01/02/2019"], an
    assert [an[f + "_from"] for f in fields] == ["", "1", "", "", "1"], an
    assert [found["2"][f] for f in fields] == ["Trần Thị Bình", "05/06/1990", "", "", ""], "a placeholder is no value"
    assert [found["3"][f] for f in fields] == ["Lê Văn Cường", "31/02/1970", "079070011111", "Cà Mau", ""], "repaired; nothing better"
    assert not any(found[e][f + "_from"] for e in "23" for f in fields)


def test_rules_of_the_schema(directory):
    rules = """golden:
  date: ngay
  fields:
    ten: {rule: majority, write: canonical}
    sinh: {rule: [most_complete], write: canonical}
    nha: most_recent
"""
    an = golden_of(directory, MEMBERS + rules, ROWS)["1"]
    assert (an["ten"], an["sinh"]) == ("Nguyễn Văn An", "1985-03-12"), an
    assert an["nha"] == "5 Hai Bà Trưng, Q.1, TPHCM" and (an["nha_from"] or an["record_id"]) == "3", an
    by_file = MEMBERS + "golden: {authority: [third, first], fields: {ten: authority, sinh: authority}}\n"
    schema = write(directory, "files.yaml", by_file)
    files = [write_table(directory, name + ".csv", HEADER, [row]) for name, row in zip(("first", "second", "third"), ROWS)]
    khop("dedupe", *files, "--schema", schema, "--write", "golden", "--untrained", "-o", path(directory, "files"))
    row, = read_table(path(directory, "files"), "golden.csv")
    assert (row["ten"], row["ten_from"]) == ("NGUYỄN VĂN AN", "3"), row
    refuses(support.USAGE, ["authority", "third, first", "second.csv"], "dedupe", files[1], "--schema", schema, "--write", "golden", "-o",
            path(directory, "none"))


def test_refusals(directory):
    table = write_table(directory, "t.csv", HEADER, ROWS)
    schema = write(directory, "t.yaml", MEMBERS)
    refuses(support.USAGE, ["--write golden", "--no-store"], "dedupe", table, "--schema", schema, "--write", "golden", "--no-store", "-o",
            path(directory, "o"))
    refuses(support.USAGE, ["--write", "gold", "golden"], "dedupe", table, "--schema", schema, "--write", "gold", "-o",
            path(directory, "o"))
    bad = write(directory, "bad.yaml", MEMBERS + "golden: {fields: {ten: most_recent}}\n")
    refuses(support.USAGE, ["bad.yaml:", "most_recent"], "dedupe", table, "--schema", bad, "-o", path(directory, "o"))


def check_lines(out, tables, id_columns):
    """Each entity once, in order; its values those of its records, or written out of them."""
    records = {row[column]: row for table, column in zip(tables, id_columns) for row in read_table(table)}
    header, rows = read_rows(out, "golden.csv")
    fields = [name for name in header if name + "_from" in header]
    sizes = [int(row[1]) for row in rows]
    assert [row[0] for row in rows] == [str(i + 1) for i in range(len(rows))]
    assert sum(sizes) == len(records), (sum(sizes), len(records))
    moved = collections.Counter()
    for row in (dict(zip(header, r)) for r in rows):
        assert row["record_id"] in records
        for field in fields:
            source = row[field + "_from"]
            assert source != row["record_id"] and (not source or (source in records and row[field])), (field, row)
            moved[field] += source != ""
    return records, fields, rows, header, moved


def test_register(directory):
    table, _ = support.generate("civil-birth", support.scaled(20000, 3000), directory)
    out = path(directory, "out")
    khop("dedupe", table, "--write", "golden", "-o", out)
    records, fields, rows, header, moved = check_lines(out, [table], ["ma_ho_so"])
    clusters = support.clusters_of(out)
    members = collections.defaultdict(list)
    for record, cluster in clusters.items():
        members[cluster].append(record)
    same = total = 0
    for row in (dict(zip(header, r)) for r in rows):
        mine = members[row["entity_id"]]
        assert len(mine) == int(row["records"]) and row["record_id"] in mine
        for field in fields:
            source = row[field + "_from"] or row["record_id"]
            assert source in mine
            total += row[field] != ""
            same += row[field] == records[source][field].strip() != ""
    assert same > 0.99 * total, (same, total)  # the rest were repaired
    assert all(moved[field] for field in ("ho_ten", "ngay_sinh", "so_dinh_danh", "me_ho_ten")), moved


def test_same_bytes(directory):
    table, _ = support.generate("civil-birth", support.scaled(20000, 3000), directory)
    expected = None
    for i, options in enumerate((["--threads", 1], ["--threads", 2], ["--threads", 8], ["--memory", "103M"])):
        out = path(directory, f"out{i}")
        khop("dedupe", table, "--write", "golden", "-o", out, *options)
        found = read_bytes(out, "golden.csv")
        assert expected in (None, found), options
        expected = found
        assert not support.left_behind(out)
    if not support.IS_SMALL:
        assert read_json(out, "summary.json")["run"]["spilled"]["bytes"] > 0


def test_registers_that_are_linked(directory):
    people = support.scaled(10000, 2000)
    citizens, _ = support.generate("cccd", people, directory)
    cards, _ = support.generate("bhyt", people, directory)
    out = path(directory, "out")
    khop("link", citizens, cards, "--write", "golden", "-o", out)
    _, _, rows, header, moved = check_lines(out, [citizens, cards], ["ma_dan_cu", "stt"])
    both = [dict(zip(header, row)) for row in rows if row[header.index("card")] and row[header.index("personal_id")]]
    assert len(both) > people / 2, len(both)
    assert moved["card"] > people / 2, moved  # citizens have none: it comes from the other register


def test_full_disk(directory):
    table, _ = support.generate("civil-birth", 3000, directory)
    khop("dedupe", table, "--write", "none", "-o", path(directory, "without"))
    room = sum(os.path.getsize(path(folder, name)) for folder, _, names in os.walk(path(directory, "without")) for name in names)
    with support.mounted(path(directory, "small"), f"size={room // 1024 + 500}k") as small:
        support.check_failure(support.run("dedupe", table, "--write", "golden", "-o", path(small, "out")), support.ENVIRONMENT, "disk full")
        assert not support.left_behind(small), support.left_behind(small)


if __name__ == "__main__":
    support.main(globals())
