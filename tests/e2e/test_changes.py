"""changes.csv: what became of the findings and groups of an earlier result, of dedupe, link and ids."""

import collections

import support
from support import khop, path, read_bytes, read_json, read_rows, read_table, refuses, write_table

HEADER = ["record_id", "kind", "status", "from", "to", "identifier_type", "identifier"]
DAY = ["--today", "2026-01-01"]
NUMBER = 1  # the column of so_cccd


def changes_of(out):
    header, _ = read_rows(out, "changes.csv")
    assert header == HEADER, header
    return read_table(out, "changes.csv")


def lost_zeros(rows):
    return [i for i, row in enumerate(rows) if len(row[NUMBER]) == 11]


def repaired(rows, numbers):
    """The rows, with the lost zero put back in some of them."""
    return [[row[0], "0" + row[NUMBER], *row[2:]] if i in numbers else row for i, row in enumerate(rows)]


def items_of(out):
    """(record, kind, identifier) -> how often, and record -> group, as the lists of one result have them."""
    findings = collections.Counter()
    for row in read_table(out, "ids.csv"):
        for record in row["record_ids"].split(";"):
            findings[record, row["finding"], row["identifier_type"], row["identifier"]] += 1
    return findings, {row["record_id"]: row["group"] for row in read_table(out, "quality.csv")}


def check(before, now):
    """changes.csv and the summary against the lists of both results."""
    old, old_groups = items_of(before)
    new, new_groups = items_of(now)
    expected = collections.Counter()
    for item in old.keys() | new.keys():
        both = min(old[item], new[item])
        for status, count in (("open", both), ("fixed", old[item] - both), ("new", new[item] - both)):
            if count:
                expected[(*item[:2], status, "", "", *item[2:])] += count
    for record in old_groups.keys() | new_groups.keys():
        was, is_now = old_groups.get(record, ""), new_groups.get(record, "")
        if was != is_now:
            expected[record, "group", "changed" if was and is_now else "new" if is_now else "gone", was, is_now, "", ""] += 1
    rows = changes_of(now)
    assert collections.Counter(tuple(row[name] for name in HEADER) for row in rows) == expected
    ids = [row["record_id"].encode() for row in rows]
    assert ids == sorted(ids)
    summary = read_json(now, "summary.json")["changes"]
    statuses = collections.Counter(row["status"] for row in rows if row["kind"] != "group")
    assert [summary["findings"][s] for s in ("fixed", "new", "open")] == [statuses[s] for s in ("fixed", "new", "open")]
    moves = collections.Counter((old_groups[r], new_groups[r]) for r in old_groups.keys() & new_groups.keys())
    assert {(m["from"], m["to"]): m["records"] for m in summary["groups"]["moves"]} == moves
    return rows


def test_register_that_was_corrected_and_grew(directory):
    table, _ = support.generate("cccd", support.scaled(20000, 4000), directory)
    header, rows = read_rows(table)
    options = ["--write", "ids,quality", *DAY]
    before, now = path(directory, "before"), path(directory, "now")
    khop("dedupe", table, *options, "-o", before)
    wrong = lost_zeros(rows)
    assert len(wrong) > 4
    better = repaired(rows, set(wrong[::2]))
    gone = better.pop(0)[0]
    better.append(["NEW1", "123", "", "Trần Thị Hoa", "", "Nữ", "01/02/1985", "", "12 Lê Lợi, P. Bến Nghé, Q.1, TP.HCM", "Kinh", ""])
    again = write_table(directory, "again.csv", header, better)
    result = khop("dedupe", again, *options, "-o", now, "--previous", before)
    changes = check(before, now)
    fixed = {row["record_id"] for row in changes if (row["kind"], row["status"]) == ("id_lost_zero", "fixed")}
    assert fixed == {rows[i][0] for i in wrong[::2]} - {gone}
    assert not [row for row in changes if (row["kind"], row["status"]) == ("id_lost_zero", "new")]
    found = {(row["record_id"], row["status"]) for row in changes if row["kind"] == "group" and row["status"] != "changed"}
    assert found == {("NEW1", "new"), (gone, "gone")}, found
    assert ("NEW1", "new") in {(row["record_id"], row["status"]) for row in changes if row["kind"] == "id_format"}
    assert "still open" in result.out and "1 new, 1 gone" in result.out, result.out
    expected = read_bytes(now, "changes.csv")
    for threads in (1, 8):
        out = path(directory, f"threads{threads}")
        khop("dedupe", again, *options, "-o", out, "--previous", before, "--threads", threads)
        assert read_bytes(out, "changes.csv") == expected
    khop("dedupe", again, *options, "-o", before, "--force", "--previous", before)  # in its own place
    assert read_bytes(before, "changes.csv") == expected
    khop("dedupe", again, *options, "-o", before, "--force", "--previous", before)
    assert {row["status"] for row in changes_of(before)} == {"open"}
    khop("dedupe", again, *options, "-o", before, "--force")
    assert not support.left_behind(before)


def test_ids_and_link(directory):
    people = support.scaled(5000, 2000)
    table, _ = support.generate("cccd", people, directory)
    cards, _ = support.generate("bhyt", people, directory)
    header, rows = read_rows(table)
    again = write_table(directory, "again.csv", header, repaired(rows, set(lost_zeros(rows))))
    count = len(lost_zeros(rows))
    khop("ids", table, *DAY, "-o", path(directory, "ids1"))
    khop("ids", again, *DAY, "-o", path(directory, "ids2"), "--previous", path(directory, "ids1"))
    summary = read_json(path(directory, "ids2"), "summary.json")["changes"]
    assert summary["findings"]["kinds"]["id_lost_zero"] == {"fixed": count, "new": 0, "open": 0} and "groups" not in summary, summary
    options = ["--write", "ids,quality", *DAY]
    khop("link", table, cards, *options, "-o", path(directory, "link1"))
    khop("link", again, cards, *options, "-o", path(directory, "link2"), "--previous", path(directory, "link1"))
    changes = check(path(directory, "link1"), path(directory, "link2"))
    assert sum((row["kind"], row["status"]) == ("id_lost_zero", "fixed") for row in changes) == count
    assert read_json(path(directory, "link2"), "summary.json")["changes"]["findings"]["kinds"]["id_lost_zero"]["open"] > 0  # of the cards


def test_refusals(directory):
    table, _ = support.generate("cccd", 500, directory)
    parcels, _ = support.generate("parcel", 500, directory)
    ids, other, out = path(directory, "ids"), path(directory, "other"), path(directory, "out")
    khop("ids", table, *DAY, "-o", ids)
    khop("dedupe", parcels, "--write", "ids", "-o", other)
    khop("dedupe", table, "--write", "none", "-o", path(directory, "bare"))
    for previous, words in ((path(directory, "nowhere"), ["--previous", "nowhere"]), (directory, ["no result of khop", "summary.json"]),
                            (other, ["schema parcel", "cccd"]), (ids, ["khop ids", "khop dedupe"]),
                            (path(directory, "bare"), ["none of the lists", "ids.csv"])):
        refuses(support.USAGE, ["--previous", *words], "dedupe", table, "--write", "ids", "-o", out, "--previous", previous)
    refuses(support.USAGE, ["--previous", "--write"], "dedupe", table, "--write", "none", "-o", out, "--previous", ids)
    with open(path(ids, "ids.csv"), "a", encoding="utf-8") as file:
        file.write("id_format,error\n")
    support.check_failure(support.run("ids", table, *DAY, "-o", out, "--previous", ids), support.INPUT, "ids.csv", "fields")
    assert not support.left_behind(directory)


if __name__ == "__main__":
    support.main(globals())
