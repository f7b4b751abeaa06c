"""Registers in legacy charsets end to end: the result is that of the same register in UTF-8."""

import collections
import gzip
import pathlib
import random
import re
import shutil
import subprocess
import unicodedata

import charsets
import support

PEOPLE = support.scaled(10000, 1500)
SCHEMAS = support.scaled(("civil-birth", "cccd"), ("cccd",))
F1_LOSS_MAX = 0.005
GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "charset"


def clean_register(directory, schema, people=PEOPLE):
    """The path of a register that every charset can write, its text and its truth."""
    register, truth = support.generate(schema, people, directory)
    text = unicodedata.normalize("NFC", support.read_bytes(register).decode("utf-8"))
    text = "".join(c if c.isascii() or c in charsets.LETTERS["vni"] else "n" for c in text)
    return support.write(directory, f"clean/{schema}.csv", text), text.encode("utf-8"), support.truth_of(truth)


def dedupe(directory, name, data, *options):
    """Results of a register of these bytes; file and directory are named alike, so that outputs compare."""
    register = support.write(directory, name + "/r.csv", data)
    out = support.path(directory, name, "out")
    support.khop("dedupe", register, "-o", out, *options)
    return out


def tables(out):
    return support.read_bytes(out, "pairs.csv"), support.read_bytes(out, "clusters.csv")


def source_of(out):
    return support.read_json(out, "summary.json")["sources"][0]


def test_whole_file(directory):
    """Pairs and clusters byte for byte; but for TCVN3, which writes most capitals as small letters."""
    for schema in SCHEMAS:
        _, data, truth = clean_register(directory, schema)
        clean = dedupe(directory, schema, data)
        f1 = support.quality(support.clusters_of(clean), truth).f1
        assert source_of(clean)["charsets"] == ["utf-8"] and source_of(clean)["decoded_rows"] == {}
        for charset in charsets.NAMES:
            out = dedupe(directory, f"{schema}-{charset}", charsets.encode_lines(data, lambda n, c=charset: c))
            found = source_of(out)
            assert found["charsets"] == [charset] and not found["charset_forced"], found
            assert list(found["decoded_rows"]) == [charset] and found["rejected"] == 0
            quality = support.quality(support.clusters_of(out), truth)
            print(f"{schema} in {charset}: F1 {quality.f1:.4f}, clean {f1:.4f}")
            if "tcvn3" in charset:
                assert quality.f1 >= f1 - F1_LOSS_MAX
            else:
                assert tables(out) == tables(clean), charset


def mixed(data, charsets_of_rows, share, seed=1):
    """About `share` of the rows in the charsets named, the header and the rest in UTF-8."""
    rng = random.Random(seed)

    def choose(line):
        draw = rng.random()
        return charsets_of_rows[int(draw / share * len(charsets_of_rows))] if line and draw < share else "utf-8"

    return charsets.encode_lines(data, choose)


def test_mixed_rows(directory):
    """A tenth of the rows, in one charset or two."""
    mixtures = [[name] for name in charsets.NAMES] + [["tcvn3", "vni"], ["vni", "viscii"], ["windows-1258", "vni-mojibake"],
                                                      ["tcvn3-mojibake", "vni-mojibake"]]
    for schema in SCHEMAS:
        _, data, truth = clean_register(directory, schema)
        f1 = support.quality(support.clusters_of(dedupe(directory, schema, data)), truth).f1
        for names in mixtures[::support.scaled(1, 3)]:
            out = dedupe(directory, f"{schema}-{'-'.join(names)}", mixed(data, names, 0.1))
            found = source_of(out)
            assert found["charsets"][0] == "utf-8" and set(found["charsets"]) == {"utf-8", *names}, found
            assert set(found["decoded_rows"]) == set(names)
            quality = support.quality(support.clusters_of(out), truth)
            print(f"{schema} with 10 % {' and '.join(names)}: F1 {quality.f1:.4f}, clean {f1:.4f}, {found['rejected']} rejected")
            assert quality.f1 >= f1 - F1_LOSS_MAX, (schema, names, quality, f1)
            assert found["rejected"] <= 0.001 * found["rows"]


def test_rows_behind_the_sample(directory):
    """Legacy rows at the end of a long file in UTF-8: found by the file's end, or row by row where it is a pipe."""
    _, data, _ = clean_register(directory, "civil-birth")
    clean = tables(dedupe(directory, "clean", data))
    count = data.count(b"\n")
    for charset in charsets.NAMES:
        late = charsets.encode_lines(data, lambda n, c=charset: c if n > count - 60 else "utf-8")
        out = dedupe(directory, "late-" + charset, late)
        assert tables(out) == clean and source_of(out)["decoded_rows"] == {charset: 59}, source_of(out)
        piped = support.path(directory, "piped-" + charset)
        support.khop("dedupe", "-", "-o", piped, data=late)
        assert support.read_bytes(piped, "pairs.csv") == clean[0] and source_of(piped)["decoded_rows"] == {charset: 59}


def test_lone_mojibake(directory):
    """One row in two hundred, in a pipe, behind the sample: each is found, and letters of other languages stay."""
    if PEOPLE < 10000:
        return  # the sample has all
    _, data, _ = clean_register(directory, "civil-birth")
    sound = data.decode("utf-8").splitlines(keepends=True)
    sound += [line.replace("Nguyễn", "Muñoz Müller") for line in sound[1:200]]
    for n in range(len(sound) - 199, len(sound)):
        sound[n] = "L" + sound[n][1:]  # ids of their own
    data = "".join(sound).encode("utf-8")
    clean = tables(dedupe(directory, "sound", data))
    start = len(sound) // 2
    assert len("".join(sound[:start]).encode("utf-8")) > 1 << 20
    for charset in charsets.MOJIBAKE:
        rows = range(start, len(sound) - 200, 200)
        late = charsets.encode_lines(data, lambda n: charset if n in rows else "utf-8")
        piped = support.path(directory, "lone-" + charset)
        support.khop("dedupe", "-", "-o", piped, data=late)
        assert source_of(piped)["decoded_rows"] == {charset: len(rows)}, source_of(piped)
        assert support.read_bytes(piped, "pairs.csv") == clean[0]


def test_damage_is_rejected(directory):
    """A byte lost from a letter in UTF-8 costs its row, also where the file holds other charsets; nothing is guessed."""
    _, data, _ = clean_register(directory, "civil-birth")
    for names, reason in (([], "not_utf8"), (["tcvn3"], "undecodable"), (["windows-1258"], "undecodable")):
        lines = (mixed(data, names, 0.1) if names else data).splitlines(keepends=True)
        legacy = {n for n, line in enumerate(lines) if not is_utf8(line)}
        rng = random.Random(5)
        damaged = [n for n in rng.sample(range(1, len(lines)), len(lines) // 20) if n not in legacy and not lines[n].isascii()]
        for n in damaged:
            at = rng.choice([i for i, byte in enumerate(lines[n]) if byte >= 0x80])
            lines[n] = lines[n][:at] + lines[n][at + 1:]
        out = dedupe(directory, "damage-" + "-".join(names), b"".join(lines), "--max-rejected", "1")
        rejected = support.read_table(out, "rejected.csv")
        lost = {int(row["line"]) - 1 for row in rejected}
        assert lost == set(damaged), (names, [lines[n] for n in lost ^ set(damaged)][:5])
        assert {row["reason"] for row in rejected} == {reason}
        assert source_of(out)["decoded_rows"] == ({names[0]: len(legacy)} if names else {})


def is_utf8(data):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_forced(directory):
    _, data, _ = clean_register(directory, "cccd", PEOPLE // 5)
    clean = tables(dedupe(directory, "clean", data))
    legacy = charsets.encode_lines(data, lambda n: "vni")
    right = dedupe(directory, "right", legacy, "--charset", "VNI")
    assert tables(right) == clean and source_of(right)["charset_forced"] and source_of(right)["charsets"] == ["vni"]
    register = support.write(directory, "wrong/r.csv", legacy)
    out = support.path(directory, "wrong", "out")
    message = support.refuses(support.INPUT, ["r.csv", "rows rejected", "allowed 1.0 %", "not UTF-8"],
                              "dedupe", register, "-o", out, "--charset", "utf-8")
    assert "Nguye" not in message
    rejected = support.read_table(out, next(n for n in sorted(support.os.listdir(out)) if "rejected" in n))
    assert {row["reason"] for row in rejected} == {"not_utf8"} and len(rejected) > 0.9 * data.count(b"\n")
    support.refuses(support.INPUT, ["rows rejected", "not windows-1258"], "dedupe", register, "-o", out, "--charset", "windows-1258")
    for command in (["dedupe", register, "-o", out], ["plan", register], ["inspect", register],
                    ["train", register, "-o", support.path(directory, "m.json")]):
        support.refuses(support.USAGE, ["latin9: unknown charset", *charsets.NAMES], *command, "--charset", "latin9")
    assert "--charset NAME" in support.khop("help", "dedupe").out


def titled(data):
    """The register with Vietnamese titles for some of its columns."""
    head, rows = data.decode("utf-8").split("\n", 1)
    for name, title in (("ho_ten", "Họ tên"), ("ngay_sinh", "Ngày sinh"), ("gioi_tinh", "Giới tính"), ("dan_toc", "Dân tộc"),
                        ("que_quan", "Quê quán")):
        head = re.sub(rf"\b{name}\b", title, head)
    return (head + "\n" + rows).encode("utf-8")


def test_header_ids_and_store(directory):
    """The header is decoded before columns are found; record ids and what the store keeps are UTF-8."""
    _, data, _ = clean_register(directory, "cccd", PEOPLE // 10)
    head, rows = titled(data).decode("utf-8").split("\n", 1)
    ids = "\n".join("Đơn " + row if row else row for row in rows.split("\n"))
    data = (head + "\n" + ids).encode("utf-8")
    clean = dedupe(directory, "clean", data)
    first = support.read_table(clean, "clusters.csv")[0]["record_id"]
    assert first.startswith("Đơn")
    record = support.khop("index", "get", support.path(clean, "store"), "--id", first).out
    for charset in charsets.NAMES:
        out = dedupe(directory, charset, charsets.encode_lines(data, lambda n, c=charset: c))
        assert source_of(out)["charsets"] == [charset], source_of(out)
        if "tcvn3" in charset:
            assert support.clusters_of(out).keys() == support.clusters_of(clean).keys()
        else:
            assert tables(out) == tables(clean)
            assert support.khop("index", "get", support.path(out, "store"), "--id", first).out == record
        if charset in charsets.MOJIBAKE:
            continue
        alone = dedupe(directory, "header-" + charset, charsets.encode_lines(data, lambda n, c=charset: "utf-8" if n else c))
        assert tables(alone) == tables(clean), charset


def test_ways_in_and_threads(directory):
    """The same bytes from a file, a pipe and compressed, on one thread and on eight."""
    _, data, _ = clean_register(directory, "civil-birth")
    for names in (["vni"], ["tcvn3", "windows-1258"]):
        legacy = mixed(data, names, 0.3)
        expected = None
        for threads in (1, 8):
            out = dedupe(directory, f"{names[0]}-{threads}", legacy, "--threads", threads)
            found = [support.read_bytes(out, n) for n in sorted(support.OUTPUT_FILES - support.RUN_FILES)]
            facts = support.read_json(out, "summary.json")
            facts.pop("run")
            found += [facts, support.snapshot(support.path(out, "store"))]
            expected = expected or found
            assert found == expected
        ways = {"stdin": legacy, "gz": gzip.compress(legacy)}
        if shutil.which("zstd"):
            ways["zst"] = subprocess.run(["zstd", "-qc"], input=legacy, capture_output=True, check=True).stdout
        pairs = support.read_bytes(directory, names[0] + "-1", "out", "pairs.csv")
        for way, packed in ways.items():
            out = support.path(directory, f"{names[0]}-{way}")
            support.khop("dedupe", "-", "-o", out, data=packed)
            assert support.read_bytes(out, "pairs.csv") == pairs, way
            where = support.write(directory, f"{names[0]}-{way}-file/r.csv.{way}", packed)
            support.khop("dedupe", where, "-o", out, "--force")
            assert support.read_bytes(out, "pairs.csv") == pairs, way
            assert source_of(out)["decoded_rows"] == source_of(support.path(directory, names[0] + "-1", "out"))["decoded_rows"]


def small_register():
    """Names in three columns; the same on every machine."""
    rng = random.Random(7)
    rows = ["id,full_name,birth_date,address"]
    for n in range(200):
        name = " ".join((rng.choice(["Nguyễn", "Trần", "Phạm", "Đặng", "Võ"]), rng.choice(["Văn", "Thị", "Hữu", "Đức"]),
                         rng.choice(["Hà", "Tuấn", "Phượng", "Thủy", "Sơn", "Mỹ"])))
        place = rng.choice(["Phường Bến Thành", "Xã Tân Thới Nhì", "Thị trấn Củ Chi", "Phường Thảo Điền"])
        rows.append(f"M{n:03},{name},{rng.randint(1, 28):02}/0{rng.randint(1, 9)}/19{rng.randint(50, 99)},{place}")
    return rows


def inspect_output(directory):
    """What inspect says of a clean file, one charset, a mixture of rows and one of columns, and a forced one."""
    rows = small_register()
    by_columns = [b",".join(charsets.encode(value, "vni" if n and place == 1 else "utf-8") for place, value in
                            enumerate(row.split(","))) + b"\n" for n, row in enumerate(rows)]
    text = ("\n".join(rows) + "\n").encode("utf-8")
    files = {"clean.csv": text, "tcvn3.csv": charsets.encode_lines(text, lambda n: "tcvn3"),
             "mojibake.csv": charsets.encode_lines(text, lambda n: "vni-mojibake"),
             "rows.csv": mixed(text, ["viscii"], 0.2), "columns.csv": b"".join(by_columns)}
    paths = [support.write(directory, "inspect/" + name, data) for name, data in files.items()]
    said = [support.khop("inspect", where, "--schema", "person").out for where in paths]
    said.append(support.khop("inspect", *paths, "--schema", "person").out)
    said.append(support.khop("inspect", paths[1], "--schema", "person", "--charset", "abc").out)
    return "\n".join(said)


def test_inspect(directory):
    """tests/golden/charset/inspect.txt; to write it anew: the file is removed and this test run."""
    found = inspect_output(directory)
    golden = GOLDEN / "inspect.txt"
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8"), found
    lines = collections.Counter(line.split(":")[0].strip() for line in found.splitlines())
    assert lines["column full_name"] == 2, lines


support.main(globals())
