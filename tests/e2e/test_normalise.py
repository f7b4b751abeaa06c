"""khop normalise: exact output of every type, the same bytes at any number of threads, canonical forms that are
their own, and lines of any bytes."""

import json
import os
import random
import re
import signal
import subprocess
import time

import support
from support import ENVIRONMENT, INTERRUPTED, USAGE, read_bytes, scaled

GOLDEN = os.path.join(os.environ["KHOP_SOURCE"], "tests", "golden", "normalise")
HEADER = "value\tcanonical\tparts\trepaired\tfindings"
TYPES = ("text", "person_name", "place", "address", "code", "entry_number", "civil_entry", "date", "sex", "number",
         "personal_id", "cmnd", "passport", "insurance", "phone", "bank_account", "certificate_serial", "parcel_key",
         "geohash")
LINE_MAX = 1 << 20
DAMAGED = "\ufffd"


# ---- running and reading -----------------------------------------------------------------------


def as_input(values):
    return "".join(value + "\n" for value in values).encode()


def output(kind, data, *options):
    """What it prints, as text: a failure to decode is one of the command."""
    done = subprocess.run([support.KHOP, "normalise", kind, *map(str, options)], input=data, capture_output=True,
                          timeout=support.TIMEOUT_S, check=False)
    assert done.returncode == 0 and done.stderr == b"", (kind, done.returncode, done.stderr[-500:])
    return done.stdout.decode()


def unescape(text):
    letters = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    return re.sub(r"\\(?:x([0-9a-f]{2})|(.))",
                  lambda m: chr(int(m.group(1), 16)) if m.group(1) else letters[m.group(2)], text)


def read_tsv(text):
    lines = text.split("\n")
    assert lines[0] == HEADER and lines[-1] == ""
    found = []
    for line in lines[1:-1]:
        value, canonical, parts, repaired, findings = line.split("\t")
        found.append({"value": unescape(value), "canonical": unescape(canonical),
                      "parts": dict(map(unescape, part.split("=", 1)) for part in parts.split(";") if part),
                      "repaired": [w for w in repaired.split(";") if w], "findings": [w for w in findings.split(";") if w]})
    return found


def read_json_lines(text):
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def normalise(kind, data, *options):
    """Both formats, which must agree."""
    found = read_json_lines(output(kind, data, "--format", "json", *options))
    assert read_tsv(output(kind, data, *options)) == found
    return found


def canonical(kind, values, *options):
    return [row["canonical"] for row in read_json_lines(output(kind, as_input(values), "--format", "json", *options))]


# ---- what comes out ----------------------------------------------------------------------------


def test_golden(directory):
    assert sorted(os.listdir(GOLDEN)) == sorted(kind + ".tsv" for kind in TYPES)
    for kind in TYPES:
        expected = read_bytes(GOLDEN, kind + ".tsv").decode()
        rows = read_tsv(expected)
        options = ["--reference-year", 2025] if kind == "date" else []
        found = output(kind, as_input(row["value"] for row in rows), *options)
        for was, now in zip(expected.split("\n"), found.split("\n")):
            assert was == now, f"{kind}\n- {was}\n+ {now}"
        assert found == expected, kind
        assert any(row["findings"] for row in rows) and any(row["canonical"] for row in rows), kind
        assert read_json_lines(output(kind, as_input(row["value"] for row in rows), "--format", "json", *options)) == rows


def test_options(directory):
    first = normalise("date", b"03/12/1985\n35 tu\xe1\xbb\x95i\n03/12/85\n", "--order", "mdy")
    assert [row["canonical"] for row in first] == ["1985-03-12", "35 tuổi", ""]
    assert "ambiguous_order" not in first[0]["findings"] and "no_reference_year" in first[1]["findings"]
    second = normalise("date", b"03/12/1985\n35 tu\xe1\xbb\x95i\n03/12/85\n", "--order", "dmy", "--reference-year", 1990)
    assert [row["canonical"] for row in second] == ["1985-12-03", "35 tuổi", "1985-12-03"]
    assert second[1]["parts"]["year"] == "1955"
    late = normalise("personal_id", b"079225012345\n", "--reference-year", 2020)[0]
    assert late["findings"] == ["century_implausible"], late


def test_charsets(directory):
    name = "Nguyễn Văn Đức"
    expected = normalise("person_name", as_input([name]))[0]
    for charset, data in (("tcvn3", b"Nguy\xd4n V\xa8n \xa7\xf8c"), ("abc", b"Nguy\xd4n V\xa8n \xa7\xf8c"),
                          ("vni", "Nguyeãn Vaên Ñöùc".encode("latin-1")),
                          ("vni-mojibake", "Nguyeãn Vaên Ñöùc".encode()),
                          ("windows-1258", "Nguyê\u0303n Văn Đư\u0301c".encode("cp1258"))):
        for chosen in (charset, "auto"):
            if chosen == "auto" and charset == "windows-1258":
                continue
            row = normalise("person_name", (data + b"\n") * 20, "--charset", chosen)[7]
            assert row["value"] == name and row["canonical"] == expected["canonical"], (charset, chosen, row)
            assert row["repaired"] == ["charset"] and row["findings"] == [], (charset, chosen, row)
    row = normalise("person_name", as_input([name]), "--charset", "auto")[0]
    assert row == expected, row
    sample = (name + "\n").encode() * 50000  # over a megabyte
    late = "Nguyeãn Vaên Ñöùc\nNguyÔn V¨n §øc\nMuñoz Müller Ñandú\nÑöùc\n".encode()
    rows = normalise("person_name", sample + late, "--charset", "auto")[-4:]
    assert [row["value"] for row in rows] == [name, name, "Muñoz Müller Ñandú", "Ñöùc"], rows
    assert [row["repaired"] for row in rows] == [["charset"], ["charset"], [], []], rows
    row = normalise("person_name", b"Nguy\xd4n \x00\n", "--charset", "vni")[0]
    assert row["canonical"] == "" and row["parts"] == {} and row["findings"] == ["undecodable", "damaged"], row


# ---- lines -------------------------------------------------------------------------------------


def test_line_ends(directory):
    rows = normalise("text", b"a\r\nb\n\n\r\nc\rd\n e \r\r\nf")
    assert [row["value"] for row in rows] == ["a", "b", "", "", "c\rd", " e \r", "f"]
    assert [row["canonical"] for row in rows] == ["a", "b", "", "", "c d", "e", "f"]
    assert [row["findings"] for row in rows] == [[], [], ["missing"], ["missing"], [], [], []]
    assert normalise("text", b"") == [] and output("text", b"") == HEADER + "\n"
    assert [row["value"] for row in normalise("text", b"\n")] == [""]
    assert [row["value"] for row in normalise("date", b"\xef\xbb\xbf1985\n\xef\xbb\xbf1985")] == ["1985", "\ufeff1985"]
    assert [row["value"] for row in normalise("text", b"\r")] == [""]


def test_odd_bytes(directory):
    rows = normalise("person_name", b"Nguy\xe1\xbb n V\xc4\x83n An\nL\xea An\n\x00\nA\x00B\n\xed\xa0\x80\n\xf0\x9f\x98\x80 An\n")
    assert [row["value"] for row in rows] == [f"Nguy{DAMAGED * 2} n Văn An", f"L{DAMAGED} An", "\x00", "A\x00B",
                                              DAMAGED * 3, "\U0001f600 An"]
    assert ["damaged" in row["findings"] for row in rows] == [True, True, False, False, True, False]
    rows = normalise("text", b"tab\there; back\\slash \"quoted\" \x01\x1f\x7f\n")
    assert rows[0]["value"] == "tab\there; back\\slash \"quoted\" \x01\x1f\x7f", rows
    row = normalise("address", "a\tb;c\\d=e, P. Bến Nghé, Q.1, TPHCM\n".encode())[0]
    assert row["parts"]["street"] == "a\tb;c\\d=e" and row["parts"]["commune"] == "26740", row


def test_random_bytes(directory):
    """Any bytes give one good line a line, in both formats."""
    generator = random.Random(5)
    lines = scaled(3000, 500)
    pieces = [b"Nguy\xe1\xbb\x85n ", b"0", b"1/", b"P. ", b"Q.1", b"19", b"\xff", b"\x00", b"\\", b'"', b"\t", b";", b"\xef\xbb\xbf"]
    data = b"\n".join(b"".join(generator.choice(pieces) if generator.random() < 0.6 else generator.randbytes(2)
                               for _ in range(generator.randrange(12))) for _ in range(lines)) + b"\n"
    for kind in TYPES:
        for charset in ("utf-8", "auto", "vni"):
            found = normalise(kind, data, "--charset", charset)
            assert len(found) == data.count(b"\n"), (kind, charset)
    values = [row["value"] for row in normalise("text", data)]
    clean = 0
    for value, line in zip(values, data.split(b"\n")):
        line = line[:-1] if line.endswith(b"\r") else line
        try:
            text = line.decode()
        except UnicodeDecodeError:
            assert DAMAGED in value
        else:
            clean += 1
            assert value == text or line.startswith(b"\xef\xbb\xbf")
    assert 0 < clean < len(values)


def test_long_lines(directory):
    for length in (LINE_MAX - 1, LINE_MAX, LINE_MAX + 1, LINE_MAX + 2, 3 * LINE_MAX):
        long = b"a" * length
        for end in (b"\n", b"\r\n", b""):
            data = b"x\n" + long + (end + b"y\n" if end else b"")
            rows = read_json_lines(output("text", data, "--format", "json", "--threads", 2))
            assert len(rows) == (3 if end else 2) and rows[0]["value"] == "x", (length, end)
            if length > LINE_MAX:
                assert rows[1] == {"value": "", "canonical": "", "parts": {}, "repaired": [], "findings": ["too_long"]}
            else:
                assert rows[1]["value"] == rows[1]["canonical"] == long.decode() and rows[1]["findings"] == []
            assert not end or rows[2]["value"] == "y"
    rows = read_json_lines(output("text", (b"b" * (LINE_MAX + 5) + b"\n") * 3, "--format", "json"))
    assert [row["findings"] for row in rows] == [["too_long"]] * 3


# ---- canonical forms ---------------------------------------------------------------------------


def columns_of(directory, schema, *names):
    register, _ = support.generate(schema, scaled(3000, 400), directory)
    table = support.read_table(register)
    return [sorted({row[name] for row in table} - {""}) for name in names]


def values_of_all_types(directory):
    generator = random.Random(3)

    def many(make):
        return [make() for _ in range(scaled(3000, 400))]

    def digits(count):
        return "".join(generator.choice("0123456789") for _ in range(count))

    def letters(count, of="ABCDEGHKLMNĐ"):
        return "".join(generator.choice(of) for _ in range(count))

    names, dates, places, entries, books, sexes, peoples, addresses, ids = columns_of(
        directory, "civil-birth", "ho_ten", "ngay_sinh", "noi_dang_ky", "so", "quyen_so", "gioi_tinh", "dan_toc",
        "noi_cu_tru", "so_dinh_danh")
    cards, phones = columns_of(directory, "bhyt", "ma_the", "dien_thoai")
    marks = ("", " ", ".", "-")
    return {"text": peoples + names, "person_name": names, "place": places, "address": addresses + places,
            "code": entries + books, "entry_number": entries, "date": dates, "sex": sexes, "personal_id": ids, "cmnd": ids,
            "insurance": cards, "phone": phones,
            "civil_entry": [f"số {number}, quyển {book}" for number, book in zip(entries, books)] + entries,
            "number": many(lambda: digits(generator.randrange(1, 7)) + generator.choice((",", ".", "")) + digits(generator.randrange(1, 5))),
            "passport": many(lambda: letters(1, "BCNP") + generator.choice(marks) + digits(7)),
            "bank_account": many(lambda: generator.choice(marks).join((digits(4), digits(4), digits(generator.randrange(1, 6))))),
            "certificate_serial": many(lambda: letters(2) + generator.choice(marks) + digits(generator.choice((5, 6, 8)))),
            "parcel_key": many(lambda: generator.choice("|/").join((digits(5), generator.choice(("", "DC ")) + digits(2), digits(3)))),
            "geohash": many(lambda: letters(1, "wWu") + letters(11, "0123456789bcdefghjkmnpqrstuvwxyz"))}


def test_canonical_forms_stay(directory):
    values = values_of_all_types(directory)
    assert set(values) == set(TYPES)
    for kind, originals in values.items():
        first = [text for text in canonical(kind, originals) if text]
        assert len(first) > len(originals) // 2, kind
        assert all("\n" not in text for text in first), kind
        changed = [pair for pair in zip(first, canonical(kind, first), strict=True) if pair[0] != pair[1]]
        assert not changed, (kind, len(changed), changed[:3])


# ---- threads and pipes -------------------------------------------------------------------------


def test_same_bytes_on_any_threads(directory):
    register, _ = support.generate("civil-birth", scaled(20000, 2000), directory)
    table = support.read_table(register)
    for kind, name in (("person_name", "ho_ten"), ("address", "noi_cu_tru"), ("date", "ngay_sinh")):
        data = as_input(row[name] for row in table)
        for options in ((), ("--format", "json"), ("--charset", "auto")):
            one = output(kind, data, "--threads", 1, *options)
            for threads in (2, 8):
                assert output(kind, data, "--threads", threads, *options) == one, (kind, threads, options)
        assert [row["value"] for row in read_tsv(one)] == [row[name] for row in table]


def test_answers_line_by_line(directory):
    """A program that writes a line and waits gets its answer, whatever the pieces that it writes."""
    process = support.start("normalise", "phone", "--threads", 2, stdin=subprocess.PIPE)
    assert process.stdout.readline().decode() == HEADER + "\n"
    for number in range(20):
        for piece in (b"0912", b"34567%d" % (number % 10), b"\n"):
            process.stdin.write(piece)
            process.stdin.flush()
        assert process.stdout.readline().startswith(b"091234567%d\t091234567%d\t" % (number % 10, number % 10))
    process.stdin.close()
    assert support.finish(process).code == 0


def test_closed_output(directory):
    data = as_input(["Lê Văn An"] * scaled(200000, 20000))
    with open("/dev/full", "wb") as full:
        result = support.run("normalise", "person_name", data=data, stdout=full)
    support.check_failure(result, ENVIRONMENT, "standard output")
    process = support.start("normalise", "person_name", stdin=subprocess.PIPE)
    process.stdout.close()
    process.stdout = None
    support.feed(process, data)
    result = support.finish(process)
    support.check_failure(result, ENVIRONMENT, "standard output")


def test_interrupted(directory):
    """Waiting for input, and for a reader that does not read."""
    for data in (b"", as_input(["Lê Văn An"] * 5000)):
        for number in (signal.SIGINT, signal.SIGTERM):
            source, sink = os.pipe()
            process = support.start("normalise", "person_name", "--threads", 2, stdin=subprocess.PIPE, stdout=sink)
            os.close(sink)
            assert os.read(source, len(HEADER) + 1).decode() == HEADER + "\n"
            process.stdin.write(data)
            process.stdin.flush()
            time.sleep(0.1)
            support.send(process, number)
            started = time.monotonic()
            code = process.wait(timeout=60)
            assert code == INTERRUPTED, (number, code)
            assert support.IS_SMALL or time.monotonic() - started < 1
            assert b"interrupted" in process.stderr.read()
            os.close(source)
            process.stdin.close()
            process.stderr.close()


# ---- options -----------------------------------------------------------------------------------


def test_wrong_options(directory):
    error = support.refuses(USAGE, ["frob: unknown type", *TYPES], "normalise", "frob", data=b"secret\n")
    assert "secret" not in error
    support.refuses(USAGE, ["khop normalise", "TYPE"], "normalise")
    support.refuses(USAGE, ["2 operands"], "normalise", "date", "sex")
    support.refuses(USAGE, ["frob: unknown charset", "tcvn3", "vni", "windows-1258"], "normalise", "text", "--charset", "frob")
    for option, value, word in (("--format", "csv", "tsv or json"), ("--order", "ymd", "dmy or mdy"),
                                ("--reference-year", "1849", "1850 and 2100"), ("--reference-year", "x", "1850"),
                                ("--threads", "0", "1 and 1024")):
        support.refuses(USAGE, [option, word], "normalise", "date", option, value)
    support.refuses(USAGE, ["--order", "date", "sex"], "normalise", "sex", "--order", "dmy")
    folder = os.open(directory, os.O_RDONLY)
    result = support.finish(support.start("normalise", "text", stdin=folder, stdout=subprocess.DEVNULL))
    os.close(folder)
    support.check_failure(result, USAGE, "standard input", "directory")
    text = support.khop("help", "normalise").out
    words = set(re.findall(r"\w+", text))
    assert not [kind for kind in TYPES if kind not in words]


support.main(globals())
