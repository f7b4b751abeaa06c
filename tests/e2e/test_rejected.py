"""Broken rows in a good file: each is listed with its place and reason, the run goes on, and nothing is
lost in silence."""

import support

HEADER = b"id,full_name,birth_date,note\n"
# (bytes of the row, reason, detail); None: the row is good. A marker stands in every bad value.
ROWS = [
    (b"1,L\xc3\xaa An,01/02/1990,x\n", None, None),
    (b"2,SECRET,03/04/1991\n", "field_count", "3 fields, expected 4"),
    (b"3,SECRET,03/04/1991,x,y,z\n", "field_count", "6 fields, expected 4"),
    (b'4,"Tr\xe1\xba\xa7n\nB\xc3\xacnh",05/06/1992,two lines\n', None, None),
    (b"5,SECR\0ET,03/04/1991,x\n", "nul_byte", "NUL byte"),
    (b"6,SECRET\xff,03/04/1991,x\n", "not_utf8", "not UTF-8"),
    (b"\n", "", ""),  # a blank line is no row
    (b'7,"Ph\xe1\xba\xa1m ""C"" D\xc5\xa9ng",07/08/1993,x\r\n', None, None),
    (b'8,"SECRET"x,03/04/1991,x\n', "quote_stray", "text after a closing quote"),
    (b",SECRET,03/04/1991,x\n", "no_record_id", "no record id"),
    (b"1,SECRET,03/04/1991,x\n", "duplicate_record_id", "record id of line 2 again"),
    (b'"1",SECRET,03/04/1991,x\n', "duplicate_record_id", "record id of line 2 again"),
    (b"SECRET\n", "field_count", "1 field, expected 4"),
    (b"9,V\xc3\xb5 H\xc3\xa0,09/10/1994,x\n", None, None),
    (b'10,"SECRET,03/04/1991,x\n', "quote_open", "quote never closed"),
]


def expected_of(rows):
    found, line, offset = [], 1 + HEADER.count(b"\n"), len(HEADER)
    for content, reason, detail in rows:
        if reason:
            found.append((str(line), str(offset), reason, detail))
        line += content.count(b"\n")
        offset += len(content)
    return found


def rejected_of(out, name="rejected.csv", source="r.csv"):
    header, rows = support.read_rows(out, name)
    assert header == support.REJECTED_HEADER, header
    assert {row[0] for row in rows} <= {source}, rows
    return [tuple(row[1:]) for row in rows]


def check_counts(out, rows):
    summary = support.read_json(out, "summary.json")
    bad = [reason for _, reason, _ in rows if reason]
    good = sum(reason is None for _, reason, _ in rows)
    counts = summary["input"]
    assert counts == {"rows": good + len(bad), "rejected": len(bad), "indexed": good,
                      "rejected_by_reason": dict(support.collections.Counter(bad))}, counts
    assert [(s["rows"], s["rejected"]) for s in summary["sources"]] == [(good + len(bad), len(bad))]
    assert len(support.read_table(out, "clusters.csv")) == good


def test_each_reason(directory):
    register = support.write(directory, "r.csv", HEADER + b"".join(content for content, _, _ in ROWS))
    for threads in (1, 4):
        out = support.path(directory, f"out{threads}")
        result = support.khop("dedupe", register, "-o", out, "--max-rejected", "90%", "--threads", threads)
        assert rejected_of(out) == expected_of(ROWS)
        check_counts(out, ROWS)
        text = result.out + "".join(support.read_bytes(out, name).decode() for name in support.OUTPUT_FILES)
        assert "SECR" not in text
    assert [row["record_id"] for row in support.read_table(out, "clusters.csv")] == ["1", "4", "7", "9"]
    inspected = support.khop("inspect", register).out
    assert "SECR" not in inspected
    assert "rejected 7" in inspected, inspected  # ids are looked at by dedupe alone


def test_too_many(directory):
    """--max-rejected is a share of all rows; at the limit the run goes on, past it the list is left."""
    rows = [(f"{i},Lê An{i},01/02/19{50 + i % 50},x\n".encode(), None, None) for i in range(99)] + [ROWS[1]]
    register = support.write(directory, "r.csv", HEADER + b"".join(content for content, _, _ in rows))
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out)
    check_counts(out, rows)
    for limit, percent in (("0", "0.0 %"), ("0.0099", "1.0 %")):
        failed = support.path(directory, "failed" + limit)
        error = support.refuses(support.INPUT, ["r.csv: 1 of 100 rows rejected (1.0 %)", f"allowed {percent}", "line 101: 3 fields, expected 4"],
                                "dedupe", register, "-o", failed, "--max-rejected", limit)
        assert "SECRET" not in error
        assert support.os.listdir(failed) == ["rejected.csv"]
        assert rejected_of(failed) == expected_of(rows)
        assert support.stat.S_IMODE(support.os.stat(support.path(failed, "rejected.csv")).st_mode) == 0o600
    before = support.snapshot(out)
    support.refuses(support.INPUT, ["rejected"], "dedupe", register, "-o", out, "--force", "--max-rejected", "0")
    after = support.snapshot(out)
    assert rejected_of(out, "rejected.failed.csv") == expected_of(rows)
    assert {name: after[name] for name in before} == before
    support.refuses(support.INPUT, ["1 of 100 rows rejected"], "plan", register, "--max-rejected", "0")


def test_in_several_files(directory):
    """Places are those of the file that holds the row."""
    good = b"".join(content for content, reason, _ in ROWS if reason is None)
    first = support.write(directory, "a.csv", HEADER + good)
    second = support.write(directory, "b.csv", HEADER + good.replace(b"1,", b"21,", 1) + ROWS[1][0] + ROWS[4][0])
    out = support.path(directory, "out")
    support.khop("dedupe", first, second, "-o", out, "--max-rejected", "90%")
    offset = len(HEADER) + len(good) + 1
    assert [tuple(row) for row in support.read_rows(out, "rejected.csv")[1]] == [
        ("b.csv", "3", str(len(HEADER) + len(b"21,L\xc3\xaa An,01/02/1990,x\n")), "duplicate_record_id", "record id of line 3 again"),
        ("b.csv", "5", str(offset - len(ROWS[13][0]) - len(ROWS[7][0])), "duplicate_record_id", "record id of line 5 again"),
        ("b.csv", "6", str(offset - len(ROWS[13][0])), "duplicate_record_id", "record id of line 6 again"),
        ("b.csv", "7", str(offset), "field_count", "3 fields, expected 4"),
        ("b.csv", "8", str(offset + len(ROWS[1][0])), "nul_byte", "NUL byte")]


def test_in_a_large_file(directory):
    """Bad rows in every batch of a file of many batches; offsets lead back to the rows."""
    register, _ = support.generate("civil-birth", support.scaled(12000, 4000), directory)
    lines = support.read_bytes(register).splitlines(keepends=True)
    for i in range(100, len(lines), 150):
        lines[i] = (b"a,b\n", b"\xc3\n", b"\0" + lines[i], b'x,"' + lines[i])[i // 150 % 4]
    content = b"".join(lines)
    broken = support.write(directory, "r.csv", content)
    out = support.path(directory, "out")
    support.khop("dedupe", broken, "-o", out)
    expected, offset = [], 0
    for number, line in enumerate(lines, 1):
        if number > 1 and (number - 1 - 100) % 150 == 0 and number > 100:
            expected.append((str(number), str(offset)))
        offset += len(line)
    assert [row[:2] for row in rejected_of(out)] == expected
    summary = support.read_json(out, "summary.json")["input"]
    assert summary["rows"] == len(lines) - 1 == summary["rejected"] + summary["indexed"]
    assert len(support.read_rows(out, "clusters.csv")[1]) == summary["indexed"]


support.main(globals())
