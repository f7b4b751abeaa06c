"""The same input, configuration and seed give the same bytes, whatever the threads, the instruction set,
the file's compression or the way the rows come in."""

import gzip
import shutil
import subprocess

import support
from support import differences, results

PEOPLE = support.scaled(6000, 1000)
SCHEMA = "civil-birth"


def lookups(out, records):
    """What the store says of some records, and of one cluster and one identifier."""
    store = support.path(out, "store")
    texts = [support.khop("index", "get", store, "--id", record).out for record in records]
    texts.append(support.khop("index", "get", store, "--id", records[0], "--cluster").out)
    return texts


def register_with_faults(directory):
    """A generated register with rows that are rejected for each kind of reason, and a repeated id."""
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    lines = support.read_bytes(register).split(b"\n")
    lines[200:200] = [b"too,few", lines[10], b'X1,"open']
    lines[500:500] = [b"\xff\xfe" + lines[20], b"\0" + lines[30]]
    return support.write(directory, "r.csv", b"\n".join(lines))


def some_records(register):
    rows = support.read_table(register)
    return [row["ma_ho_so"] for row in rows[:: len(rows) // 7]]


def test_threads_and_levels(directory):
    register = register_with_faults(directory)
    base = support.path(directory, "base")
    support.khop("dedupe", register, "-o", base, "--threads", 2)
    expected = results(base)
    assert expected["summary.json"]["input"]["rejected"] == 5, expected["summary.json"]["input"]
    pairs = support.read_table(base, "pairs.csv")
    assert len(pairs) > PEOPLE // 50
    records = [pairs[0]["left_id"], pairs[-1]["right_id"], support.read_table(base, "clusters.csv")[77]["record_id"]]
    looked_up = lookups(base, records)
    store = support.read_bytes(base, "store", "data.mdb")
    runs = [("again", 2, None), ("threads 1", 1, None), ("threads 8", 8, None), ("threads 3", 3, None)]
    runs += [(f"KHOP_CPU={level}", 2, {"KHOP_CPU": level}) for level in support.cpu_levels()]
    runs.append(("scalar, threads 1", 1, {"KHOP_CPU": "scalar"}))
    for name, threads, env in runs:
        out = support.path(directory, name.replace(" ", "-"))
        support.khop("dedupe", register, "-o", out, "--threads", threads, env=env)
        assert not differences(expected, results(out)), f"{name}: {differences(expected, results(out))}"
        assert lookups(out, records) == looked_up, f"{name}: store"
        assert support.read_bytes(out, "store", "data.mdb") == store, f"{name}: data.mdb"
        shutil.rmtree(out)


def test_seeds(directory):
    """A seed changes the sampling, not the promise: the same seed twice is the same."""
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    outs = []
    for i, seed in enumerate((7, 7, 8)):
        outs.append(support.path(directory, f"out{i}"))
        support.khop("dedupe", register, "-o", outs[-1], "--seed", seed, "--no-store")
    assert not differences(results(outs[0]), results(outs[1]))
    assert results(outs[2])["summary.json"]["seed"] == 8


def without_source(out, source):
    """Results with the source's name taken out, which is all that may differ."""
    found = results(out)
    for name in ("clusters.csv", "rejected.csv"):
        header, rows = support.read_rows(out, name)
        place = header.index("source")
        assert {row[place] for row in rows} <= {source}, name
        found[name] = [row[:place] + row[place + 1:] for row in rows]
    for entry in found["summary.json"]["sources"]:
        assert entry.pop("name") == source
        entry.pop("compression")
    return found


def test_ways_in(directory):
    register = register_with_faults(directory)
    plain = support.read_bytes(register)
    support.write(directory, "gz/r.csv.gz", gzip.compress(plain))
    # Two members in one file are one stream, as `cat a.gz b.gz` makes them.
    half = len(plain) // 2
    support.write(directory, "gz2/r.csv.gz", gzip.compress(plain[:half]) + gzip.compress(plain[half:]))
    ways = {"file": (register, None, "r.csv", None), "gz": (support.path(directory, "gz/r.csv.gz"), None, "r.csv.gz", "gzip"),
            "gz2": (support.path(directory, "gz2/r.csv.gz"), None, "r.csv.gz", "gzip"),
            "stdin": ("-", plain, "stdin", "none"), "stdin-gz": ("-", gzip.compress(plain), "stdin", "gzip"),
            "stdin-dripping": ("-", [plain[i:i + 7001] for i in range(0, len(plain), 7001)], "stdin", "none")}
    if shutil.which("zstd"):
        packed = support.path(directory, "r.csv.zst")
        subprocess.run(["zstd", "-q", register, "-o", packed], check=True)
        ways["zst"] = (packed, None, "r.csv.zst", "zstd")
    expected = None
    for name, (source, data, shown, compression) in ways.items():
        out = support.path(directory, "out-" + name)
        support.khop("dedupe", source, "-o", out, data=data)
        if compression:
            assert support.read_json(out, "summary.json")["sources"][0]["compression"] == compression
        found = without_source(out, shown)
        expected = expected or found
        assert not differences(expected, found), f"{name}: {differences(expected, found)}"


def test_split_register(directory):
    """Two files are one register: the same ids, pairs and clusters as from one file."""
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    header, *lines = support.read_bytes(register).splitlines(keepends=True)
    cut = len(lines) // 3
    first = support.write(directory, "a.csv", header + b"".join(lines[:cut]))
    second = support.write(directory, "b.csv", header + b"".join(lines[cut:]))
    whole, parts = support.path(directory, "whole"), support.path(directory, "parts")
    support.khop("dedupe", register, "-o", whole)
    support.khop("dedupe", first, second, "-o", parts)
    assert support.read_bytes(whole, "pairs.csv") == support.read_bytes(parts, "pairs.csv")
    assert support.read_bytes(whole, "model.json") == support.read_bytes(parts, "model.json")
    one, two = (support.read_rows(out, "clusters.csv")[1] for out in (whole, parts))
    assert [row[:3] for row in one] == [row[:3] for row in two]
    assert [row[3] for row in two] == ["a.csv"] * cut + ["b.csv"] * (len(lines) - cut)
    assert [s["rows"] for s in support.read_json(parts, "summary.json")["sources"]] == [cut, len(lines) - cut]


def test_columns_in_another_order(directory):
    """The order of columns, and columns that the schema does not use, change nothing."""
    register, _ = support.generate(SCHEMA, PEOPLE // 2, directory)
    header, rows = support.read_rows(register)
    order = list(range(len(header)))[::-1]
    other = support.write_table(directory, "other.csv", ["ghi_chu"] + [header[i] for i in order],
                                [["x"] + [row[i] for i in order] for row in rows], delimiter=";")
    left, right = support.path(directory, "left"), support.path(directory, "right")
    support.khop("dedupe", register, "-o", left)
    support.khop("dedupe", other, "-o", right)
    assert support.read_bytes(left, "pairs.csv") == support.read_bytes(right, "pairs.csv")


def test_line_ends_and_bom(directory):
    register, _ = support.generate(SCHEMA, PEOPLE // 2, directory)
    plain = support.read_bytes(register)
    support.write(directory, "dos/" + SCHEMA + ".csv", b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n"))
    left, right = support.path(directory, "left"), support.path(directory, "right")
    support.khop("dedupe", register, "-o", left)
    support.khop("dedupe", support.path(directory, "dos", SCHEMA + ".csv"), "-o", right)
    assert not [n for n in differences(results(left), results(right)) if n != "summary.json"]


support.main(globals())
