"""khop ids, and ids.csv of dedupe and link: findings of planted faults, the same bytes however a run goes, schemas of users,
and runs that cannot be."""

import collections
import csv
import os
import pathlib
import re

import support

HEADER = ["finding", "severity", "identifier_type", "identifier", "record_ids", "suggested_fix", "evidence"]
KINDS = ["id_shared", "id_multiple", "id_near", "id_format", "id_province", "id_sex", "id_year", "id_lost_zero", "id_old_number",
         "id_placeholder", "id_sequential", "id_swapped", "card_multiple", "card_expired", "certificate_owners", "parcel_owners",
         "parcel_renumbered", "entry_twice", "entry_number_repeated", "plausible_alive_after_death", "plausible_parent_age",
         "plausible_births_close", "plausible_issued_before_birth", "plausible_age_over_120", "plausible_future_date"]
TODAY = ["--today", "2026-01-01"]
SCHEMAS = ("civil-birth", "cccd", "bhyt")
PEOPLE = support.scaled(20000, 3000)
# Of the record's own number; what the parents' numbers say is no planted fault.
ALONE = ("id_format", "id_province", "id_sex", "id_year", "id_lost_zero", "id_old_number", "id_placeholder", "id_sequential", "card_expired")


def register_with_faults(directory, schema, people=PEOPLE):
    where = support.path(directory, f"faults-{schema}")
    if not os.path.exists(where):
        support.khop("gen", schema, "-n", people, "--faults", 20, "-o", where)
    return support.path(where, f"{schema}.csv"), support.read_table(where, "faults.csv")


def records_by_kind(rows):
    found = collections.defaultdict(set)
    for row in rows:
        found[row["finding"]].add(frozenset(row["record_ids"].split(";")))
    return found


def findings(out):
    rows = support.read_table(out, "ids.csv")
    assert support.read_rows(out, "ids.csv")[0] == HEADER
    return rows


def own_number(row):
    return not any(field in row["evidence"] for field in ("me_so", "cha_so", "ma_the")) or not row["identifier"]


def check_order(register, rows):
    """By kind, then first record; ids of a line in the order of the register."""
    with open(register, encoding="utf-8-sig", newline="") as file:
        place = {row[0]: i for i, row in enumerate(csv.reader(file))}
    keys = [(KINDS.index(row["finding"]), place[row["record_ids"].split(";")[0]]) for row in rows]
    assert keys == sorted(keys)
    for row in rows:
        places = [place[record] for record in row["record_ids"].split(";")]
        assert places == sorted(set(places)), row


def test_planted_faults(directory):
    for schema in SCHEMAS:
        register, planted = register_with_faults(directory, schema)
        truth = records_by_kind(planted)
        for command in (["ids"], ["dedupe", "--no-store"]):
            out = support.path(directory, f"out-{schema}-{command[0]}")
            support.khop(*command, register, "-o", out, *TODAY)
            rows = findings(out)
            check_order(register, rows)
            found = records_by_kind(filter(own_number, rows))
            for kind in ALONE:
                if truth[kind]:
                    assert found[kind] == truth[kind], (schema, command, kind, found[kind] ^ truth[kind])
            shared = truth["id_shared"]
            met = [pair for pair in shared if any(pair <= line for line in records_by_kind(rows)["id_shared"])]
            right = [line for line in found["id_shared"] if any(pair <= line for pair in shared | truth["id_swapped"])]
            assert len(met) == len(shared), (schema, command, len(met), len(shared))
            assert len(right) >= 0.98 * len(found["id_shared"]), (schema, command, len(right), len(found["id_shared"]))
            print(f"  {schema} {command[0]}: {len(rows)} findings, {len(shared)} shared, {len(found['id_shared'])} found")


def test_summary(directory):
    register, _ = register_with_faults(directory, "cccd")
    out = support.path(directory, "out")
    result = support.khop("ids", register, "-o", out, *TODAY)
    assert set(os.listdir(out)) == {"ids.csv", "rejected.csv", "summary.json", "report.html"}
    rows = findings(out)
    summary = support.read_json(out, "summary.json")
    told = summary["findings"]
    counts = collections.Counter((row["finding"], row["severity"]) for row in rows)
    assert told["today"] == "2026-01-01"
    assert {(kind, word[:-1]): n for kind, by in told["kinds"].items() for word, n in by.items() if n} == counts
    assert told["records"] == len({record for row in rows for record in row["record_ids"].split(";")})
    assert f"findings       {len(rows):,}, about {told['records']:,} records" in result.out, result.out
    for kind, by in told["kinds"].items():
        assert f"  {kind:30} {sum(by.values()):,}\n" in result.out, (kind, result.out)


def test_same_bytes(directory):
    """Threads, instruction sets and memory change nothing; nor does it matter where the rows are."""
    for schema in ("civil-birth", "cccd"):
        register, _ = register_with_faults(directory, schema)
        base = support.path(directory, f"base-{schema}")
        support.khop("ids", register, "-o", base, *TODAY, "--threads", 1)
        expected = support.read_bytes(base, "ids.csv")
        for threads in (2, 8):
            out = support.path(directory, f"out-{schema}-{threads}")
            support.khop("ids", register, "-o", out, *TODAY, "--threads", threads, env={"KHOP_CPU": "scalar"})
            assert support.read_bytes(out, "ids.csv") == expected, (schema, threads)
        whole = support.path(directory, f"whole-{schema}")
        support.khop("dedupe", register, "-o", whole, *TODAY, "--threads", 8)
        again = support.path(directory, f"again-{schema}")
        support.khop("dedupe", register, "-o", again, *TODAY, "--threads", 1, "--no-store")
        assert support.read_bytes(whole, "ids.csv") == support.read_bytes(again, "ids.csv"), schema


def test_little_memory(directory):
    register, _ = support.generate("civil-birth", support.scaled(60000, 20000), directory)
    base, out = support.path(directory, "base"), support.path(directory, "out")
    support.khop("ids", register, "-o", base, *TODAY)
    result = support.run("ids", register, "-o", out, *TODAY, "--memory", "1M")
    error = support.check_failure(result, support.ENVIRONMENT, "--memory: 1 MiB is too little")
    least = int(error.split("need ")[1].split(" ")[0])
    support.khop("ids", register, "-o", out, *TODAY, "--memory", f"{least}M")
    assert support.read_json(out, "summary.json")["run"]["spilled"]["bytes"] > 0
    assert support.read_bytes(base, "ids.csv") == support.read_bytes(out, "ids.csv")


ROWS = """id,ten,phai,sinh,so,me,me_sinh,me_so,cap,the,han
1,Nguyễn Văn An,Nam,12/03/1985,79085012345,Trần Thị Hoa,1960,079160000001,01/01/2020,DN4790123456781,31/12/2030
2,Trần Thị Bích,Nữ,01/02/1990,079090012346,Lê Thị Sáu,1985,079185000002,01/01/2020,DN4790123456782,31/12/2024
3,Lê Văn Cường,Nam,05/06/1991,013091012347,Lê Thị Ba,1920,001120000003,01/01/1980,DN9790123456783,31/12/2030
4,Phạm Thị Dung,Nữ,07/08/2031,O79192012348,Phạm Thị Tư,1970,079170000004,,XY4790123456784,31/12/2030
5,Vũ Thị Em,Nữ,09/09/1993,111111111111,Vũ Thị Tám,1970,079170000005,,,
6,Đỗ Thị Giang,Nữ,10/10/1994,123456789012,Đỗ Thị Chín,1970,123456780,,không có,
7,Hồ Văn Hải,Nam,01/01/1900,241234567,Hồ Thị Mười,1880,,,DN4990123456787,
8,Bùi Văn Ích,Nam,02/02/1986,100086012351,Bùi Thị Hai,1960,079160000008,,,
9,Cao Văn Kha,Nam,03/03/1987,079160000008,Cao Thị Năm,1961,079161000009,,,
10,Đặng Văn Lâm,Nam,04/04/1988,7.9088E+10,Đặng Thị Bảy,1962,079162000010.0,,,
"""
SCHEMA = """schema: mine
id: id
fields:
  id: {type: code}
  ten: {type: person_name}
  phai: {type: sex}
  sinh: {type: date}
  so: {type: personal_id}
  me: {type: person_name}
  me_sinh: {type: date}
  me_so: {type: personal_id}
  cap: {type: date}
  the: {type: insurance}
  han: {type: date}
blocking:
  - [ten]
comparisons:
  - name: ten
    levels:
      - {when: ten exact, m: 0.9, u: 0.001}
      - {else: true, m: 0.1, u: 0.999}
"""
SECTION = """findings:
  people:
    - {name: ten, sex: phai, birth: sinh, numbers: [so, the]}
    - {name: me, sex: female, birth: me_sinh, papers: [me_so], parent: true}
  issued: cap
  card: {until: han}
"""
BY_FORM = {("id_lost_zero", "1"), ("id_province", "3"), ("id_format", "3"), ("id_format", "4"), ("id_placeholder", "5"), ("id_sequential", "6"),
           ("id_province", "7"), ("id_province", "8"), ("id_format", "10"), ("id_sequential", "6")}
BY_MEANING = {("id_sex", "2"), ("id_year", "4"), ("id_old_number", "7"), ("card_expired", "2"), ("plausible_issued_before_birth", "3"),
              ("plausible_future_date", "4"), ("plausible_parent_age", "2"), ("plausible_parent_age", "3"), ("plausible_age_over_120", "7"),
              ("id_shared", "8;9"), ("id_sex", "9"), ("id_year", "9"), ("plausible_parent_age", "4")}


def users_schema(directory, section):
    return support.write(directory, "mine.yaml", (SCHEMA + section).encode())


def test_users_schema(directory):
    """Types alone tell the form of numbers; the section tells what they mean."""
    register = support.write(directory, "mine.csv", ROWS.encode())
    for section, expected in (("", BY_FORM), (SECTION, BY_FORM | BY_MEANING)):
        out = support.path(directory, f"out{len(section)}")
        support.khop("ids", register, "--schema", users_schema(directory, section), "-o", out, *TODAY)
        found = {(row["finding"], row["record_ids"]) for row in findings(out)}
        assert found == expected, (found - expected, expected - found)
    rows = {(row["finding"], row["record_ids"]): row for row in findings(out)}
    assert rows["id_lost_zero", "1"]["suggested_fix"] == "so=079085012345"
    assert rows["id_lost_zero", "1"]["identifier"] == "79085012345"
    assert rows["id_province", "8"]["severity"] == "info"
    assert rows["id_shared", "8;9"]["identifier"] == "079160000008"


# Of ROWS: (finding, records): suggested_fix and evidence, Vietnamese and English.
SAID = {
    ("id_sex", "2"): (("đối chiếu giới tính và số với thẻ: một trong hai bị ghi sai", "so là số của nam, phai thì không phải"),
                      ("compare sex and number with the card: one of them is wrong", "so says male, phai does not")),
    ("id_shared", "8;9"): (("hỏi cơ quan cấp xem số thuộc về ai; sửa các hồ sơ còn lại", "so, me_so: 2 người trong 2 bản ghi"),
                           ("ask the issuing office whose number it is; correct the others", "so, me_so: 2 people in 2 records")),
    ("plausible_parent_age", "2"): (("đối chiếu năm sinh của cha, mẹ và con với sổ gốc", "me_sinh 1985, sinh 01/02/1990: 5 tuổi"),
                                    ("compare the birth years of parent and child with the entry", "me_sinh 1985, sinh 1990-02-01: 5 years")),
    ("id_lost_zero", "1"): (("so=079085012345", "so: mất số 0 ở đầu"), ("so=079085012345", "so: the leading zero is missing")),
    ("id_province", "8"): (("", "so: đăng ký ở nước ngoài"), ("", "so: registered abroad"))}


def test_languages(directory):
    """Fixes and evidence are Vietnamese, or English where that is asked for; all else is the same."""
    register = support.write(directory, "mine.csv", ROWS.encode())
    schema = users_schema(directory, SECTION)
    tables = []
    for number, language in enumerate(([], ["--lang", "en"])):
        out = support.path(directory, f"out{number}")
        support.khop("ids", register, "--schema", schema, "-o", out, *TODAY, *language)
        tables.append(findings(out))
        rows = {(row["finding"], row["record_ids"]): row for row in tables[-1]}
        for key, texts in SAID.items():
            assert (rows[key]["suggested_fix"], rows[key]["evidence"]) == texts[number], rows[key]
    for vietnamese, english in zip(*tables, strict=True):
        assert all(vietnamese[name] == english[name] for name in HEADER[:5]), (vietnamese, english)
    for row in tables[0]:  # none was left in English
        text = row["suggested_fix"].split("=")[0] + row["evidence"]
        assert not re.search(r"\b(the|is|in|of|with|says|years|number|record)\b", text), row
    support.khop("ids", register, "--schema", schema, "-o", support.path(directory, "vi"), *TODAY, "--lang", "vi")
    assert support.read_bytes(directory, "vi/ids.csv") == support.read_bytes(directory, "out0/ids.csv")


def test_documented(directory):
    """docs/ids.md has the fix of each kind, as ids.csv writes it."""
    root = pathlib.Path(__file__).resolve().parents[2]
    kinds = (root / "engine" / "findings" / "kinds.c").read_text(encoding="utf-8")
    lines = (root / "docs" / "ids.md").read_text(encoding="utf-8").splitlines()
    fixes = re.findall(r'\{"(\w+)", FINDING_\w+,\s*\{"([^"]*)",\s*"([^"]*)"\}', kinds)
    assert [code for code, _, _ in fixes] == KINDS
    for code, vietnamese, english in fixes:
        assert any(line.startswith(f"| {code} | ") and line.endswith(f" | {vietnamese} | {english} |") for line in lines), code


def test_by_place(directory):
    """Records with findings by province, district and commune, as quality.csv places them; the same however a run goes."""
    for schema in ("civil-birth", "cccd", "parcel"):
        register, _ = register_with_faults(directory, schema)
        out = support.path(directory, f"out-{schema}")
        support.khop("dedupe", register, "-o", out, *TODAY, "--write", "ids,quality")
        told = support.read_json(out, "summary.json")["findings"]
        kinds_of = collections.defaultdict(set)
        for row in findings(out):
            for record in row["record_ids"].split(";"):
                kinds_of[record].add(row["finding"])
        records, found, kinds = collections.Counter(), collections.Counter(), collections.Counter()
        for row in support.read_table(out, "quality.csv"):
            place = (row["place"], row["map"]) if len(row["place"]) == 5 else ("", "")
            records[place] += 1
            found[place] += row["record_id"] in kinds_of
            kinds.update((place, kind) for kind in kinds_of.get(row["record_id"], ()))
        communes = told["places"]["communes"]
        assert communes["with_findings"] == sum(count > 0 for count in found.values()), schema
        assert len(communes["listed"]) == min(communes["with_findings"], 100) and any(place["map"] == "new" for place in communes["listed"])
        for place in communes["listed"]:
            key = place["code"], place["map"]
            assert (place["records"], place["with_findings"]) == (records[key], found[key]), (schema, place)
            assert place["kinds"] == {kind: kinds[key, kind] for kind in place["kinds"]} and sum(place["kinds"].values()) >= found[key], place
        for level in ("provinces", "districts"):
            listed = told["places"][level]["listed"]
            assert [place["with_findings"] for place in listed] == sorted((place["with_findings"] for place in listed), reverse=True)
            assert sum(place["with_findings"] for place in listed) == told["records"] == len(kinds_of), (schema, level)
            assert {place["map"] for place in listed} <= {"", "new" if level == "provinces" else "old"}, level
        assert sum(place["records"] for place in told["places"]["provinces"]["listed"]) <= sum(records.values())
        for number, options in enumerate((["--threads", 1], ["--threads", 8])):
            again = support.path(directory, f"again-{schema}-{number}")
            support.khop("dedupe", register, "-o", again, *TODAY, "--write", "ids", "--no-store", *options, env={"KHOP_CPU": "scalar"})
            assert support.read_json(again, "summary.json")["findings"] == told, (schema, options)


def test_no_place(directory):
    """A schema without a place counts by kind alone."""
    register, out = support.write(directory, "mine.csv", ROWS.encode()), support.path(directory, "out")
    support.khop("ids", register, "--schema", users_schema(directory, SECTION), "-o", out, *TODAY)
    assert "places" not in support.read_json(out, "summary.json")["findings"]


def test_wrong_section(directory):
    register = support.write(directory, "mine.csv", ROWS.encode())
    schema = users_schema(directory, "findings:\n  people: [{name: ten, numbers: [sinh]}]\n")
    support.refuses(support.USAGE, ["mine.yaml:23:34: numbers: 'sinh' is a date"], "ids", register, "--schema", schema, "-o",
                    support.path(directory, "out"))
    support.refuses(support.USAGE, ["--today: tomorrow is not a day such as 2025-07-31"], "ids", register, "-o",
                    support.path(directory, "out"), "--today", "tomorrow")
    support.refuses(support.USAGE, ["no output directory"], "ids", register)
    assert not os.path.exists(support.path(directory, "out"))


def test_several_files(directory):
    """Several files are one register: a number may be shared across them."""
    lines = ROWS.splitlines(keepends=True)
    files = [support.write(directory, f"{i}.csv", "".join([lines[0], *part]).encode()) for i, part in enumerate((lines[1:9], lines[9:]))]
    schema, out = users_schema(directory, SECTION), support.path(directory, "out")
    support.khop("ids", *files, "--schema", schema, "-o", out, *TODAY)
    assert {(row["finding"], row["record_ids"]) for row in findings(out)} == BY_FORM | BY_MEANING
    repeated = support.write(directory, "again.csv", "".join([lines[0], lines[1]]).encode())
    support.khop("ids", *files, repeated, "--schema", schema, "-o", out, "--force", *TODAY, "--max-rejected", "20%")
    assert {(row["finding"], row["record_ids"]) for row in findings(out)} == BY_FORM | BY_MEANING
    reasons = [row["reason"] for row in support.read_table(out, "rejected.csv")]
    assert reasons == ["duplicate_record_id"], reasons
    told = support.read_json(out, "summary.json")["findings"]
    assert sum(sum(by.values()) for by in told["kinds"].values()) == len(findings(out))


def test_link(directory):
    """Of two registers: a number that differs in nothing but its holder is found across them."""
    left, _ = register_with_faults(directory, "cccd")
    right, _ = register_with_faults(directory, "bhyt")
    out, again = support.path(directory, "out"), support.path(directory, "again")
    support.khop("link", left, right, "-o", out, *TODAY)
    rows = findings(out)
    kinds = collections.Counter(row["finding"] for row in rows)
    assert kinds["id_shared"] and kinds["id_lost_zero"] and kinds["id_year"] and kinds["card_expired"], kinds
    assert any("DC" in row["record_ids"] and "BH" in row["record_ids"] for row in rows if row["finding"] == "id_shared")
    support.khop("link", left, right, "-o", again, *TODAY, "--threads", 1, "--no-store")
    assert support.read_bytes(out, "ids.csv") == support.read_bytes(again, "ids.csv")


def test_full_disk(directory):
    """What is found before the disk is full leaves nothing behind."""
    register, _ = register_with_faults(directory, "cccd")
    with support.mounted(support.path(directory, "disk"), "size=64k") as disk:
        support.refuses(support.ENVIRONMENT, ["disk full"], "ids", register, "-o", support.path(disk, "out"))
        assert os.listdir(support.path(disk, "out")) == []


def test_nothing_to_find(directory):
    register = support.write(directory, "r.csv", b"id,ten,so\n1,Nguy\xe1\xbb\x85n An,\n")
    out = support.path(directory, "out")
    result = support.khop("ids", register, "--schema", users_schema(directory, ""), "-o", out)
    assert findings(out) == [] and "findings       0, about 0 records" in result.out
    support.refuses(support.INPUT, ["no rows"], "ids", support.write(directory, "e.csv", b"id,ten,so\n"), "--schema", users_schema(directory, ""), "-o",
                    support.path(directory, "e"))


support.main(globals())
