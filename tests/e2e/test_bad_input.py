"""Input that cannot be used: each kind has its one line, its exit code, and leaves an earlier result alone.
No message shows a value: the registers here hold a marker that must never come out."""

import gzip
import os
import re
import shutil

import support
from support import ENVIRONMENT, INPUT, USAGE

SECRET = "BIMATQ7"
HEADER = "id,full_name,birth_date,national_id\n"
GOOD = "".join(f"{i},Lê {SECRET} An{i},0{1 + i % 9}/02/1990,07909000{1000 + i}\n" for i in range(60))


def refuse(directory, code, words, *arguments, **more):
    """A run that must fail: checks the message, that no value is told, and that OUT has no result."""
    out = support.path(directory, "out")
    result = support.run("dedupe", *arguments, "-o", out, **more)
    support.check_failure(result, code, *words)
    assert SECRET not in result.err, result.err
    if os.path.exists(out):
        assert set(os.listdir(out)) <= {"rejected.csv"}, os.listdir(out)
        assert SECRET not in "".join(map(str, support.read_rows(out, "rejected.csv"))) if os.listdir(out) else True
        assert support.left_behind(out) == []
    return result


def refuse_file(directory, content, code, *words, options=()):
    where = support.write(directory, "r.csv", content)
    return refuse(directory, code, ["r.csv", *words], where, *options)


# ---- files that are no table -------------------------------------------------------------------


def test_missing_file(directory):
    refuse(directory, USAGE, ["none.csv: no such file or directory"], support.path(directory, "none.csv"))
    good = support.write(directory, "good.csv", HEADER + GOOD)
    refuse(directory, USAGE, ["none.csv: no such file or directory"], good, support.path(directory, "none.csv"))


def test_directory(directory):
    refuse(directory, USAGE, [": is a directory"], directory)


def test_empty_file(directory):
    refuse_file(directory, "", INPUT, ": empty file")
    refuse_file(directory, "\n\n  \n", INPUT, ": empty file")
    refuse_file(directory, "\ufeff", INPUT, ": empty file")
    refuse(directory, INPUT, ["stdin: empty file"], "-", data=b"")
    refuse(directory, INPUT, ["empty.csv.gz: empty file"], support.write(directory, "empty.csv.gz", gzip.compress(b"")))


def test_header_only(directory):
    for text in (HEADER, HEADER.rstrip("\n"), HEADER + "\n\n", HEADER.replace("\n", "\r\n")):
        refuse_file(directory, text, INPUT, ": header only, no rows")


def test_binary_file(directory):
    for content, words in ((os.urandom(100) + b"\0" * 4000, []), (b"\x7fELF" + b"\0" * 200, ["program"]),
                           (b"PK\x03\x04xl/worksheets" + b"\0" * 200, ["Excel", "CSV"]),
                           (b"SQLite format 3\0" + b"\1" * 99, ["SQLite"]), ((HEADER + GOOD).encode("utf-32"), ["UTF-32"]),
                           (HEADER.replace("id,", "id\0,").encode() + GOOD.encode(), ["NUL byte at byte 2"]),
                           (HEADER.encode() + b"".join(os.urandom(3) + b"\0" for _ in range(2000)), ["NUL byte"])):
        refuse_file(directory, content, INPUT, *words)
    refuse_file(directory, open(support.KHOP, "rb").read(100000), INPUT, "program")


def test_damaged_compression(directory):
    packed = gzip.compress((HEADER + GOOD).encode() * 40)
    where = support.write(directory, "cut.csv.gz", packed[: len(packed) // 2])
    refuse(directory, INPUT, ["cut.csv.gz: truncated gzip data"], where)
    where = support.write(directory, "bad.csv.gz", packed[:60] + bytes(b ^ 0x55 for b in packed[60:90]) + packed[90:])
    refuse(directory, INPUT, ["bad.csv.gz: corrupt gzip data"], where)


def test_wrong_delimiter(directory):
    refuse_file(directory, HEADER + GOOD, INPUT, "delimiter ';' finds 1 column", "',' would find 4", options=["--delimiter", ";"])
    refuse_file(directory, HEADER + GOOD, INPUT, "delimiter tab finds 1 column", options=["--delimiter", "tab"])
    where = support.write(directory, "r.csv", HEADER + GOOD)
    refuse(directory, USAGE, ["--delimiter"], where, "--delimiter", "x")
    refuse(directory, USAGE, ["--delimiter"], where, "--delimiter", ",,")


def test_old_mac_line_ends(directory):
    refuse_file(directory, (HEADER + GOOD).replace("\n", "\r"), INPUT, "CR")


# ---- rows that are no rows ---------------------------------------------------------------------


def endless(first, bytes_wanted, last=b""):
    yield first
    chunk = (SECRET * 150000).encode()[: 1 << 20]
    for _ in range(bytes_wanted >> 20):
        yield chunk
    yield last


def test_row_without_end(directory):
    """A row of 1 GB: refused with bounded memory, from a pipe and from a file."""
    size = support.scaled(1 << 30, 64 << 20)
    result = refuse(directory, INPUT, ["stdin: 1 of 1 rows rejected", "row too long"], "-",
                    data=endless(HEADER.encode(), size))
    assert support.IS_SMALL or result.peak_bytes < 128 << 20, f"{result.peak_bytes >> 20} MiB for one row"
    result = refuse(directory, INPUT, ["stdin: header: no line end within"], "-", data=endless(b"id,", size // 4))
    assert support.IS_SMALL or result.peak_bytes < 128 << 20, f"{result.peak_bytes >> 20} MiB for a header"
    where = support.path(directory, "sparse.csv")
    with open(where, "w", encoding="ascii") as file:
        file.write(HEADER + "1,")
        file.truncate(size)
    result = support.run("dedupe", where, "-o", support.path(directory, "sparse-out"))
    support.check_failure(result, INPUT, "sparse.csv")
    assert support.IS_SMALL or result.peak_bytes < 128 << 20, f"{result.peak_bytes >> 20} MiB for a sparse file"


def test_long_row_among_good_ones(directory):
    size = support.scaled(1 << 30, 32 << 20)
    out = support.path(directory, "out")
    result = support.khop("dedupe", "-", "-o", out, "--max-rejected", "5%",
                          data=endless((HEADER + GOOD).encode() + b'99,"', size, b'\n100,L\xc3\xaa B,03/04/1991,\n'))
    assert support.IS_SMALL or result.peak_bytes < 128 << 20, f"{result.peak_bytes >> 20} MiB"
    rejected = support.read_table(out, "rejected.csv")
    assert [(row["line"], row["byte_offset"]) for row in rejected] == [("62", str(len((HEADER + GOOD).encode())))], rejected
    assert support.read_table(out, "clusters.csv")[-1]["record_id"] == "100"


def test_all_rows_broken(directory):
    for text, words in ((GOOD.replace(",", ";"), ["field"]), (GOOD.replace(f",Lê {SECRET}", f",\0{SECRET}"), []),
                        (GOOD.replace("Lê", '"Lê'), ["quote"])):
        common = ["60 of 60 rows rejected", "allowed 1.0 %", "line 2"] if words else []
        refuse_file(directory, HEADER + text, INPUT, *common, *words)
    refuse_file(directory, (HEADER + GOOD).encode().replace("Lê".encode(), b"L\xea"), INPUT, "60 of 60 rows rejected", "not UTF-8")


# ---- columns and ids ---------------------------------------------------------------------------


def test_duplicate_columns(directory):
    refuse_file(directory, HEADER.replace("birth_date", "full_name") + GOOD, INPUT, '"full_name" twice', "column 2 and column 3")
    refuse_file(directory, "id,FULL NAME,Full-Name,national_id\n" + GOOD, USAGE, "'FULL NAME' and 'Full-Name' both fit field 'full_name'",
                options=["--schema", "person"])


def test_duplicate_ids(directory):
    rows = GOOD.splitlines(keepends=True)
    refuse_file(directory, HEADER + GOOD + rows[3] + rows[3], INPUT, "2 of 62 rows rejected", "line 62", "record id of line 5 again",
                "ids are read from column id: --map id=COLUMN", "--map id= names records by their lines")
    lines = support.path(directory, "lines")
    support.khop("dedupe", support.write(directory, "again.csv", HEADER + GOOD + rows[3] + rows[3]), "-o", lines, "--map", "id=")
    assert [r["record_id"] for r in support.read_table(lines, "clusters.csv")] == [f"again.csv:{i}" for i in range(2, 64)]
    where = support.write(directory, "r.csv", HEADER + GOOD + rows[3])
    out = support.path(directory, "allowed")
    support.khop("dedupe", where, "-o", out, "--max-rejected", "2%")
    assert [(r["line"], r["reason"], r["detail"]) for r in support.read_table(out, "rejected.csv")] == \
        [("62", "duplicate_record_id", "record id of line 5 again")]
    assert [r["record_id"] for r in support.read_table(out, "clusters.csv")] == [str(i) for i in range(60)]
    summary = support.read_json(out, "summary.json")["input"]
    assert (summary["rows"], summary["rejected"], summary["indexed"]) == (61, 1, 60)


def test_missing_ids(directory):
    refuse_file(directory, HEADER + GOOD + ",Lê An,01/02/1990,\n", INPUT, "1 of 61 rows rejected", "no record id")


def test_numbering_from_1_in_each_file(directory):
    first, second = (support.write(directory, name + "/r.csv", HEADER + GOOD) for name in "ab")
    refuse(directory, INPUT, ["60 of 120 rows rejected", "record id"], first, second)
    other = support.write(directory, "other.csv", HEADER + GOOD)
    for number, files in enumerate(((first, other), (first, second))):
        out = support.path(directory, f"qualified-{number}")
        support.khop("dedupe", *files, "-o", out, "--qualify-ids")
        clusters = support.read_table(out, "clusters.csv")
        assert len({row["record_id"] for row in clusters}) == 120, clusters[0]
        assert len({row["source"] for row in clusters}) == 2
        pairs = {(row["left_id"], row["right_id"]) for row in support.read_table(out, "pairs.csv")}
        assert all((clusters[i]["record_id"], clusters[i + 60]["record_id"]) in pairs for i in range(60))
    # Files of one name are told apart by their paths, also where ids are made up.
    shutil.copy(first, support.path(directory, "a/s.csv"))
    shutil.copy(first, support.path(directory, "b/s.csv"))
    for name in ("a/s.csv", "b/s.csv"):
        text = support.read_bytes(directory, name).decode().replace("id,", "note,", 1)
        support.write(directory, name, text)
    out = support.path(directory, "made-up")
    support.khop("dedupe", "a/s.csv", "b/s.csv", "-o", out, cwd=directory)
    records = [row["record_id"] for row in support.read_table(out, "clusters.csv")]
    assert (records[0], records[60]) == ("a/s.csv:2", "b/s.csv:2"), records[:2]
    shown = support.khop("index", "get", support.path(out, "store"), "--id", "b/s.csv:9").out
    assert shown.startswith("b/s.csv:9  cluster "), shown


def test_no_id_column(directory):
    text = "full_name,birth_date,national_id\n" + re.sub(r"(?m)^\d+,", "", GOOD)
    where = support.write(directory, "r.csv", text.replace("\n", "\n\n", 1))
    out = support.path(directory, "out")
    support.khop("dedupe", where, "-o", out)
    assert [row["record_id"] for row in support.read_table(out, "clusters.csv")] == [f"r.csv:{i}" for i in range(3, 63)]


def test_no_usable_field(directory):
    refuse_file(directory, "a,b\n1,x\n2,y\n", USAGE, "schema")
    refuse_file(directory, "a,b\n1,x\n2,y\n", USAGE, "no column fits schema person", "full_name",
                options=["--schema", "person"])
    refuse_file(directory, "just words\nmore words\n", USAGE, "schema")
    refuse_file(directory, "sex,city\nNam,Huế\nNữ,Huế\n", USAGE, "no blocking rule", "person", options=["--schema", "person"])


# ---- schema and options ------------------------------------------------------------------------


def test_unknown_schema(directory):
    where = support.write(directory, "r.csv", HEADER + GOOD)
    refuse(directory, USAGE, ["no schema 'nosuch'", "civil-birth", "person"], where, "--schema", "nosuch")
    refuse(directory, USAGE, ["no.yaml: no such file"], where, "--schema", support.path(directory, "no.yaml"))
    refuse(directory, USAGE, [": is a directory"], where, "--schema", directory + "/")


SCHEMA = """schema: own
id: id
fields:
  id: {type: code}
  full_name: {type: person_name}
  birth_date: {type: date}
blocking:
  - [full_name, birth_date]
comparisons:
  - name: full_name
    levels:
      - {when: full_name exact, m: 0.9, u: 0.001}
      - {else: true, m: 0.1, u: 0.999}
expected_duplicates: 0.1
thresholds: {match: 0.9, review: 0.5}
"""


def test_schema_faults(directory):
    where = support.write(directory, "r.csv", HEADER + GOOD)
    good = support.write(directory, "own.yaml", SCHEMA)
    support.khop("inspect", where, "--schema", good)
    for old, new, place in ((": 0.1\n", ": many\n", "14:22"), ("type: date", "type: datum", "6:22"), ("type: date", "type: [date]", "6:22"),
                            ("id: id", "id: [id]", "2:5"), ("- [full_name, birth_date]", "- 7", "8:5"), ("m: 0.9", "m: 1.9", "12:36"),
                            ("blocking:", "blocks:", "7:1"), ("u: 0.001}", "u: 0.001", "13:"), ("match: 0.9", "match: x", "15:21"),
                            ("full_name exact", "ful_name exact", "12:"), ("birth_date: {", "\tbirth_date: {", "6:")):
        assert old in SCHEMA
        bad = support.write(directory, "bad.yaml", SCHEMA.replace(old, new, 1))
        refuse(directory, USAGE, [f"bad.yaml:{place}"], where, "--schema", bad)
    for content in (b"", b"\0\0\0", b"\xff\xfe", b"- 1\n- 2\n", b"a: &x [*x]\n", os.urandom(300)):
        refuse(directory, USAGE, ["bad.yaml"], where, "--schema", support.write(directory, "bad.yaml", content))


def test_unknown_option(directory):
    where = support.write(directory, "r.csv", HEADER + GOOD)
    refuse(directory, USAGE, ["--thread: unknown option", "--threads"], where, "--thread=3")
    refuse(directory, USAGE, ["nofield", "full_name"], where, "--map", "nofield=x", "--schema", "person")
    refuse(directory, USAGE, ["no column 'x'", "birth_date"], where, "--map", "full_name=x", "--schema", "person")


support.main(globals())
