"""quality.csv and quality_places.csv: the group of each record against what is wrong with it, what is counted, and places;
the same bytes however it is made."""

import collections
import os

import support
from support import khop, path, read_bytes, read_json, read_rows, read_table, refuses, write, write_table

PEOPLE = """schema: people
id: ma
fields:
  ma: {type: code}
  ten: {type: person_name}
  phai: {type: sex}
  sinh: {type: date}
  so: {type: personal_id, identifier: true}
  may: {type: phone}
  nha: {type: place}
  han: {type: date}
blocking: [[so], [ten, sinh]]
comparisons: [{name: ten}, {name: sinh}, {name: so}]
findings:
  people: [{name: ten, sex: phai, birth: sinh, numbers: [so]}]
  card: {from: sinh, until: han}
quality:
  required: [ten, phai, sinh, so, nha]
  identity: [so, [ten, sinh]]
  place: nha
"""
HEADER = ["ma", "ten", "phai", "sinh", "so", "may", "nha", "han"]
HOME = "5 Lê Lợi, Phường Bến Nghé, Quận 1, TP.HCM"
GOOD = ["", "Nguyễn Văn An", "Nam", "12/03/1985", "079085012345", "0901357246", HOME, ""]
NAMES = "Anh Bảo Chi Dung Giang Hải Khoa Lâm Mai Nam Oanh Phúc Quân Sơn Tuấn Uyên Vinh Xuân Yến".split()
HEAD = ["record_id", "register", "group", "reasons", "correct", "complete", "clean", "current", "place", "map"]
LIST = ["level", "code", "map", "name", "register", "records", "usable", "needs_correction", "unusable", "usable_share", "rank"]
GROUPS = ("usable", "needs_correction", "unusable")

# What a record says instead, and the reasons and the dimension in which it fails.
FAULTS = [({}, "", ""),
          ({"ten": "Nguyen Van Binh"}, "ten:unaccented", "clean"),
          ({"ten": "Nguyeenx Vawn Cường"}, "ten:telex", "clean"),
          ({"ten": "Ng. V. Dũng"}, "ten:abbreviated", "complete"),
          ({"ten": "Con bà Hoa"}, "ten:newborn_of_mother", "complete"),
          ({"ten": "Trần Thị Nhguyệt"}, "ten:impossible_syllable", "correct"),
          ({"ten": "không rõ"}, "ten:missing", "complete"),
          ({"phai": ""}, "phai:missing", "complete"),
          ({"phai": "xyz"}, "phai:missing;phai:unreadable", "correct complete"),
          ({"sinh": "1985"}, "sinh:incomplete", "complete"),
          ({"sinh": "31/02/1985"}, "sinh:no_such_day", "correct"),
          ({"sinh": "01/01/1985"}, "", ""),  # a day like any other
          ({"so": "79085012346"}, "so:lost_zero", "clean"),
          ({"so": "O79085012347"}, "so:letters_as_digits", "clean"),
          ({"so": "123"}, "so:format", "correct"),
          ({"so": "000000000000"}, "so:missing;so:placeholder", "correct complete"),
          ({"so": "024111222"}, "so:old_number", "current"),
          ({"so": "không có"}, "so:missing", "complete"),
          ({"may": "01678123987"}, "may:old_number", "current"),
          ({"may": ""}, "", ""),
          ({"nha": ""}, "nha:missing", "complete"),
          ({"nha": "TP.HCM"}, "nha:no_commune", "complete"),
          ({"nha": "Lung tung"}, "nha:place_unknown", "complete"),
          ({"nha": "2 Lê Lợi, Phường Sài Gòn, Thành phố Hồ Chí Minh"}, "", ""),
          ({"han": "30/06/2025"}, "han:expired", "current"),
          ({"han": "01/07/2025"}, "", ""),
          ({"so": "", "sinh": ""}, "sinh:missing;so:missing;no_identity", "complete"),
          ({"so": "12", "ten": ""}, "so:format;ten:missing;no_identity", "correct complete")]


def quality_of(out):
    return {row["record_id"]: row for row in read_table(out, "quality.csv")}


def test_what_is_wrong(directory):
    rows = []
    for i, (change, _, _) in enumerate(FAULTS):
        row = dict(zip(HEADER, GOOD), ma=str(i), so=f"0790850{20000 + i}", ten="Nguyễn Văn " + NAMES[i % len(NAMES)])
        row["sinh"] = f"{1 + i:02}/03/1985"
        rows.append([*{**row, **change}.values()])
    table = write_table(directory, "people.csv", HEADER, rows)
    out = path(directory, "out")
    result = khop("dedupe", table, "--schema", write(directory, "people.yaml", PEOPLE), "--write", "quality", "--untrained", "--today",
                  "2025-07-01", "-o", out)
    header, _ = read_rows(out, "quality.csv")
    assert header == HEAD, header
    found = quality_of(out)
    assert len(found) == len(FAULTS)
    for i, (change, reasons, fails) in enumerate(FAULTS):
        row = found[str(i)]
        assert sorted(row["reasons"].split(";")) == sorted(reasons.split(";")), (change, row)
        assert [d for d in HEAD[4:8] if row[d] == "0"] == sorted(fails.split(), key=HEAD.index), (change, row)
        group = "unusable" if "no_identity" in reasons else "needs_correction" if reasons else "usable"
        assert row["group"] == group, (change, row)
    assert (found["0"]["place"], found["0"]["map"]) == ("26740", "new"), found["0"]
    summary = read_json(out, "summary.json")["quality"]
    assert summary["groups"] == {"usable": 5, "needs_correction": 21, "unusable": 2}, summary
    assert "5 usable, 21 to be corrected or verified, 2 unusable" in result.out and "so:format 2" in result.out, result.out


def test_duplicates_and_findings(directory):
    rows = [["1", *GOOD[1:]], ["2", *GOOD[1:]], ["3", "Lê Thị Hoa", "Nữ", "01/02/1990", "079190011111", "", HOME, ""],
            ["4", "Trần Văn Tám", "Nam", "03/04/1955", "079190011111", "", HOME, ""]]
    table = write_table(directory, "people.csv", HEADER, rows)
    schema = write(directory, "people.yaml", PEOPLE.replace(", {name: so}", ""))
    khop("dedupe", table, "--schema", schema, "--write", "quality", "--untrained", "-o", path(directory, "out"))
    found = quality_of(path(directory, "out"))
    assert found["1"]["reasons"] == found["2"]["reasons"] == "duplicate" and found["1"]["clean"] == "0", found
    assert "id_shared" in found["3"]["reasons"] and "id_shared" in found["4"]["reasons"] and found["3"]["correct"] == "0", found
    # a register without the column is not blamed for it
    keep = [i for i, name in enumerate(HEADER) if name != "so"]
    narrow = write_table(directory, "narrow.csv", [HEADER[i] for i in keep], [[row[i] for i in keep] for row in rows[2:]])
    khop("dedupe", narrow, "--schema", schema, "--write", "quality", "--untrained", "-o", path(directory, "narrow"))
    assert {row["group"] for row in quality_of(path(directory, "narrow")).values()} == {"usable"}
    register, = read_json(path(directory, "narrow"), "summary.json")["quality"]["registers"]
    assert register["fields_without_column"] == ["so"], register


def check_counts(out, records):
    """The lists and the summary say the same, level by level."""
    found = quality_of(out)
    assert len(found) == records
    summary = read_json(out, "summary.json")
    groups = collections.Counter(row["group"] for row in found.values())
    assert {g: groups[g] for g in GROUPS} == summary["quality"]["groups"]
    reasons = collections.Counter(reason for row in found.values() for reason in row["reasons"].split(";") if reason)
    assert reasons == summary["quality"]["reasons"]
    assert list(summary["quality"]["reasons"].values()) == sorted(reasons.values(), reverse=True)
    for dimension in HEAD[4:8]:
        assert sum(row[dimension] == "0" for row in found.values()) == summary["quality"]["fails"][dimension]
    for row in found.values():
        assert (row["group"] == "usable") == (row["reasons"] == "") == all(row[d] == "1" for d in HEAD[4:8]), row
    check_places(out, found, summary)
    return found


def check_places(out, found, summary):
    header, _ = read_rows(out, "quality_places.csv")
    assert header == LIST, header
    places = read_table(out, "quality_places.csv")
    registers = {row["register"] for row in found.values()}
    assert {p["register"] for p in places} == registers | ({""} if len(registers) > 1 else set())
    for level in ("register", "province", "district", "commune"):
        for register in {p["register"] for p in places}:
            mine = [p for p in places if p["level"] == level and p["register"] == register]
            groups = collections.Counter(row["group"] for row in found.values() if register in ("", row["register"]))
            assert {g: sum(int(p[g]) for p in mine) for g in GROUPS} == {g: groups[g] for g in GROUPS}, (level, register)
            shares = [int(p["usable"]) / int(p["records"]) for p in mine if p["code"]]
            assert shares == sorted(shares, reverse=True)
            assert [int(p["rank"]) for p in mine if p["code"]] == [1 + sum(s > share for s in shares) for share in shares]
            assert all(int(p["records"]) == sum(int(p[g]) for g in GROUPS) for p in mine)
    together = "" if len(registers) > 1 else registers.pop()
    provinces = {p["code"]: int(p["records"]) for p in places if p["level"] == "province" and p["register"] == together}
    assert provinces == {p["code"]: p["records"] for p in summary["quality_places"]}


def faults_of(table):
    """finding -> records"""
    found = collections.defaultdict(set)
    for row in read_table(os.path.dirname(table), "faults.csv"):
        found[row["finding"]] |= set(row["record_ids"].split(";"))
    return found


def test_register_with_planted_faults(directory):
    people = support.scaled(20000, 4000)
    table, _ = support.generate("cccd", people, directory)
    out = path(directory, "out")
    khop("dedupe", table, "--write", "quality,ids", "-o", out)
    _, rows = read_rows(table)
    found = check_counts(out, len(rows))
    faults = faults_of(table)
    words = {"id_lost_zero": ["lost_zero"], "id_placeholder": ["placeholder"], "id_sequential": ["sequential"],
             "id_old_number": ["old_number"], "id_province": ["unknown_province"], "id_format": ["format", "letters_as_digits", "scientific_notation"]}
    for finding, codes in words.items():
        records = faults[finding]
        assert records
        told = {i for i in records if any("so_cccd:" + code in found[i]["reasons"] for code in codes)}
        assert told == records, (finding, sorted(records - told)[:5])
    planted = set().union(*(faults[f] for f in words))
    wrong = [i for i, row in found.items() if i not in planted and
             any(f"so_cccd:{c}" in row["reasons"] for codes in words.values() for c in codes)]
    assert len(wrong) <= len(planted) / 50, wrong[:5]
    for finding, records in faults.items():
        told = sum(found[i]["group"] != "usable" for i in records)
        assert told >= 0.9 * len(records), (finding, told, len(records))


def test_same_bytes(directory):
    table, _ = support.generate("civil-birth", support.scaled(20000, 3000), directory)
    expected = None
    for i, options in enumerate((["--threads", 1], ["--threads", 2], ["--threads", 8], ["--memory", "104M"])):
        out = path(directory, f"out{i}")
        khop("dedupe", table, "--write", "quality,golden", "-o", out, *options)
        summary = read_json(out, "summary.json")
        found = [read_bytes(out, "quality.csv"), read_bytes(out, "quality_places.csv"), summary["quality"], summary["quality_places"]]
        assert expected in (None, found), options
        expected = found
        assert not support.left_behind(out)


def test_registers_that_are_linked(directory):
    people = support.scaled(10000, 2000)
    citizens, _ = support.generate("cccd", people, directory)
    cards, _ = support.generate("bhyt", people, directory)
    out = path(directory, "out")
    khop("link", citizens, cards, "--write", "quality", "-o", out)
    found = check_counts(out, len(read_rows(citizens)[1]) + len(read_rows(cards)[1]))
    assert {row["register"] for row in found.values()} == {"cccd", "bhyt"}
    alone = sum("duplicate" not in row["reasons"] for row in found.values())
    assert 0.8 * len(found) < alone < len(found), "who is in both registers is no duplicate; who is in one of them twice is"


def test_full_disk(directory):
    table, _ = support.generate("cccd", 4000, directory)
    khop("dedupe", table, "--write", "none", "-o", path(directory, "without"))
    room = sum(os.path.getsize(path(folder, name)) for folder, _, names in os.walk(path(directory, "without")) for name in names)
    with support.mounted(path(directory, "small"), f"size={room // 1024 + 60}k") as small:
        out = path(small, "out")
        support.check_failure(support.run("dedupe", table, "--write", "quality", "-o", out), support.ENVIRONMENT, "disk full")
        assert not support.left_behind(small), support.left_behind(small)


def test_refusals(directory):
    table = write_table(directory, "t.csv", HEADER, [GOOD])
    schema = write(directory, "t.yaml", PEOPLE)
    refuses(support.USAGE, ["--write quality", "--no-store"], "dedupe", table, "--schema", schema, "--write", "quality", "--no-store", "-o",
            path(directory, "o"))
    bad = write(directory, "bad.yaml", PEOPLE.replace("place: nha", "place: ten"))
    refuses(support.USAGE, ["bad.yaml:", "place", "ten"], "dedupe", table, "--schema", bad, "-o", path(directory, "o"))


if __name__ == "__main__":
    support.main(globals())
