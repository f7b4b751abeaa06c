"""contradictions.csv of khop link: what must be told, who is right and who corrects; and what says the same and must not be told."""

import collections
import os

import support
from support import USAGE

PEOPLE = support.scaled(4000, 1500)
HEADER = ["entity_id", "field", "register", "record_id", "value", "likely_right", "reason", "agency"]
CITIZEN = ["ma_dan_cu", "so_cccd", "so_cmnd", "ho_ten", "ngay_sinh", "gioi_tinh", "noi_thuong_tru", "dien_thoai"]
CARD = ["stt", "ma_the", "so_dinh_danh", "ho_ten", "ngay_sinh", "gioi_tinh", "dia_chi", "dien_thoai"]
BOOK = ["ma_ho_so", "so_dinh_danh", "ho_ten", "ngay_sinh", "gioi_tinh", "dia_chi", "dien_thoai"]
HOME = "12/5 Lê Lợi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh"
FIELDS = ("number", "old", "name", "born", "sex", "home", "phone", "card")

PERSON = {"number": "079085000011", "old": "", "name": "Nguyễn Văn Hùng", "born": "12/03/1985", "sex": "Nam", "home": HOME, "phone": "", "card": "DN4790123456701"}


def person(n, **more):
    names = ["Nguyễn Văn Hùng", "Trần Đức Long", "Lê Hoàng Phúc", "Phạm Quốc Bảo", "Đỗ Kim Oanh", "Vũ Tiến Đạt", "Bùi Thế Hiển", "Hồ Xuân Trường", "Đặng Hữu Nghĩa",
             "Võ Thành Công", "Ngô Gia Khánh", "Dương Minh Triết", "Lý Nhật Quang", "Mai Trọng Tấn", "Đinh Công Tráng", "Phan Bá Vành"]
    year = 1960 + 2 * n
    return {**PERSON, "number": f"0790{year - 1900}{n * 7919 % 1000:03d}{n * 7001 % 1000:03d}", "name": names[n], "born": f"{3 + n}/{1 + n % 12}/{year}",
            "home": f"{5 + 7 * n} Lê Lợi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh", "card": f"DN4790{n * 7919 % 100000:05d}{n * 7001 % 100000:05d}", **more}


SAME = [  # says the same, however it is written
    (person(0, name="Nguyễn Thị Hoà"), {"name": "Nguyễn Thị Hòa"}, {"name": "NGUYEN THI HOA"}),
    (person(1), {"born": "1962-02-04"}, {"born": "1962"}),
    (person(2), {"home": "19 Lê Lợi, Phường Sài Gòn, Thành phố Hồ Chí Minh"}, {"home": "19 Lê Lợi, P. Bến Nghé, Q.1, TPHCM"}),
    (person(3), {"number": person(3)["number"][1:]}, {"number": " ".join(person(3)["number"])}),
    (person(4, old="024000123"), {"number": "024000123"}, {}),
    (person(5, phone="0901234567"), {"phone": "0912345678"}, {"phone": "0987654321"}),
    (person(6), {"home": "25 Lê Lợi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh"}, {"home": ""}),
    (person(7), {"name": "H. X. Trường"}, {}),
    (person(8), {"sex": "1", "born": "11.09.1976"}, {"sex": "male"})]
TOLD = [  # field, likely_right and reason by register, with the agencies of the rest
    (person(9), {}, {"born": "12/10/1987"}, "birth_date", ("yes majority", "yes majority", "no majority health")),
    (person(10), {"born": "13/11/1981"}, None, "birth_date", ("yes authority", "no authority insurance")),
    (person(11), {"number": person(11)["number"][:8] + "4321"}, None, "personal_id", ("yes authority", "no authority insurance")),
    (person(12), {"number": person(12)["number"].replace("0790", "0791", 1)}, None, "personal_id", ("yes others_invalid", "no sex_mismatch insurance")),
    (person(13), {"home": "3 Trần Phú, Phường Lộc Thọ, Thành phố Nha Trang, Tỉnh Khánh Hòa"}, {}, "home", ("yes majority", "no majority insurance", "yes majority")),
    (person(14, name="Đinh Công Hưng"), {"name": "Đinh Công Hùng"}, {"name": "Dinh Cong Hung"}, "name", ("yes authority", "no authority insurance", "yes authority")),
    (person(15), {"sex": "Nữ"}, {}, "sex", ("yes majority", "no majority insurance", "yes majority"))]


def registers(directory, cases):
    """Each case: the person, what the cards' and the health register have otherwise (None: they have no such person)."""
    tables = [[], [], []]
    for n, (base, card, book, *_) in enumerate(cases):
        for table, other, prefix in zip(tables, ({}, card, book), "CBK"):
            if other is not None:
                table.append({"id": f"{prefix}{n}", **base, **other})
    columns = (["id", "number", "old", "name", "born", "sex", "home", "phone"], ["id", "card", "number", "name", "born", "sex", "home", "phone"],
               ["id", "number", "name", "born", "sex", "home", "phone"])
    return [support.write_table(directory, f"{name}.csv", header, [[row[key] for key in keys] for row in rows])
            for name, header, keys, rows in zip(("citizens", "cards", "books"), (CITIZEN, CARD, BOOK), columns, tables)]


def link(out, *arguments):
    support.khop("link", *arguments, "-o", out)
    return support.read_json(out, "summary.json")


def test_what_is_told(directory):
    files = registers(directory, SAME + TOLD)
    out = support.path(directory, "out")
    summary = link(out, *files, "--schemas", "cccd,bhyt,health-book", "--untrained", "--one-to-one")
    assert support.read_rows(out, "contradictions.csv")[0] == HEADER
    rows = support.read_table(out, "contradictions.csv")
    told = collections.defaultdict(list)
    for row in rows:
        told[int(row["record_id"][1:]), row["field"]].append(" ".join(row[name] for name in ("likely_right", "reason", "agency")).strip())
    expected = {(len(SAME) + n, case[3]): list(case[4]) for n, case in enumerate(TOLD)}
    assert not [key for key in told if key[0] < len(SAME)], told
    assert told == expected, (dict(told), expected)
    values = {(row["record_id"], row["field"]): row["value"] for row in rows}
    assert values["K9", "birth_date"] == "12/10/1987" and values["B13", "home"].startswith("3 Trần Phú, Phường Lộc Thọ")
    entities = {(row["register"], row["record_id"]): row["entity_id"] for row in support.read_table(out, "entities.csv")}
    assert all(entities[row["register"], row["record_id"]] == row["entity_id"] for row in rows)
    counts = summary["contradictions"]
    assert counts["entities"] == counts["fields_of_entities"] == len(TOLD)
    for name, key in (("by_agency", "agency"), ("by_field", "field")):
        for verdict, count in (("no", "to_correct"), ("unknown", "to_verify")):
            found = collections.Counter(row[key] for row in rows if row["likely_right"] == verdict)
            assert {which: load[count] for which, load in counts[name].items() if load[count]} == dict(found)


def test_two_of_one_schema(directory):
    """Without an order between them nothing tells who is right: both are to be looked at."""
    rows = [["1", "079085000011", "", "Nguyễn Văn Hùng", "12/03/1985", "Nam", HOME, ""]]
    left = support.write_table(directory, "a.csv", CITIZEN, rows)
    rows[0][4] = "12/03/1986"
    right = support.write_table(directory, "b.csv", CITIZEN, rows)
    out = support.path(directory, "out")
    summary = link(out, left, right, "--schema", "cccd", "--untrained")
    told = [(row["field"], row["register"], row["likely_right"], row["reason"], row["agency"]) for row in support.read_table(out, "contradictions.csv")]
    assert told == [("ngay_sinh", f"cccd-{n}", "unknown", "undecided", "police") for n in (1, 2)], told
    assert summary["contradictions"]["by_agency"] == {"police": {"to_correct": 0, "to_verify": 2}}


def test_wanted(directory):
    files = registers(directory, TOLD)
    out = support.path(directory, "out")
    common = ["--schemas", "cccd,bhyt,health-book", "--untrained", "--force"]
    for options, has in (([], True), (["--write", "none"], False), (["--write", "ids"], False), (["--write", "contradictions"], True), (["--no-store"], False)):
        summary = link(out, *files, *common, *options)
        assert os.path.exists(support.path(out, "contradictions.csv")) == has == ("contradictions" in summary), options
    support.refuses(USAGE, ["contradictions", "--no-store"], "link", *files, "-o", out, *common, "--no-store", "--write", "contradictions")


def test_schema_section(directory):
    files = registers(directory, TOLD)
    joint = """schema: mine
fields:
  name: {type: person_name, aliases: [ho_ten]}
  born: {type: date, aliases: [ngay_sinh]}
  number: {type: personal_id, aliases: [so_cccd, so_dinh_danh]}
blocking: [[name], [number]]
comparisons: [{name: name}, {name: born}, {name: number}]
contradictions: {agency: registry office, leave_out: [number]}
"""
    out = support.path(directory, "out")
    link(out, *files, "--schema", support.write(directory, "mine.yaml", joint), "--untrained", "--match", "0.01", "--review", "0.01")
    rows = support.read_table(out, "contradictions.csv")
    assert {row["field"] for row in rows} == {"name", "born"} and {row["agency"] for row in rows} <= {"registry office", ""}
    for text, words in (("{agency: }", ["agency"]), ("{leave_out: [phone]}", ["phone"]), ("{office: a}", ["office"])):
        schema = support.write(directory, "bad.yaml", joint.replace("{agency: registry office, leave_out: [number]}", text))
        support.refuses(USAGE, ["bad.yaml", *words], "link", *files, "--schema", schema, "-o", support.path(directory, "bad"))


def test_same_bytes_and_planted_faults(directory):
    files = []
    for schema in ("cccd", "bhyt"):
        where = support.path(directory, "registers", schema)
        support.khop("gen", schema, "-n", PEOPLE, "--seed", 4, "-o", where)
        files.append(support.path(where, schema + ".csv"))
    seen = set()
    for threads in (1, 2, 8):
        out = support.path(directory, f"out{threads}")
        summary = link(out, *files, "--threads", threads)
        summary.pop("run")
        seen.add((support.json.dumps(summary), support.read_bytes(out, "contradictions.csv")))
    assert len(seen) == 1
    rows = support.read_table(out, "contradictions.csv")
    linked = {row[side] for row in support.read_table(out, "links.csv") if row["category"] != "review" for side in ("left_id", "right_id")}
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row["entity_id"], row["field"]].append(row)
    for group in groups.values():
        verdicts = {row["likely_right"] for row in group}
        assert len(group) > 1 and verdicts in ({"yes", "no"}, {"unknown"}, {"no", "unknown"}), group  # the last: invalid, beside others in doubt
        assert {row["record_id"] for row in group} <= linked
        assert all((row["agency"] == "") == (row["likely_right"] == "yes") for row in group)
    # conflicts of birth date and number among the links are contradictions, too
    told = {(row["record_id"], row["field"]) for row in rows}
    for link_row in support.read_table(out, "links.csv"):
        for name in set(link_row["detail"].split(";")) & {"birth_date"} if link_row["category"] == "conflict" else ():
            assert (link_row["left_id"], name) in told and (link_row["right_id"], name) in told, link_row


if __name__ == "__main__":
    support.main(globals())
