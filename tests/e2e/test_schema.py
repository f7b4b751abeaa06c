"""A schema of the user's own: each test and each way to join tests says of pairs of values what docs/schema.md says, and a
schema that asks for what does not fit is refused with its place in the file."""

import support

HEAD = """schema: mine
id: id
fields:
  id: {type: code}
  pair: {type: code}
  a: {type: TYPE}
  b: {type: TYPE}
  c: {type: text}
blocking:
  - [pair]
comparisons:
  - name: asked
    fields: [a, b]
    missing: never
    levels:
"""
TAIL = """      - {else: true, weight: -7}
expected_duplicates: 0.5
thresholds: {match: 0.9, review: 0.000001}
"""

# Type, condition, values of a (or of a and b) on both sides, does it hold?
CASES = [
    ("place", "a tokens 0.9", "Ấp 3, Xã Tân Kiên, Huyện Bình Chánh, Thành phố Hồ Chí Minh", "xa Tan Kien, huyen Binh Chanh, TP.HCM, ap 3", True),
    ("text", "a tokens 0.7", "công ty may mặc Thành Công chi nhánh Bình Dương", "công ty Thành Công", False),
    ("text", "a overlap 1", "công ty may mặc Thành Công chi nhánh Bình Dương", "công ty Thành Công", True),
    ("text", "a qgrams 0.7", "khu phố Thắng Lợi 2, đường Nguyễn Thị Minh Khai", "kp Thang Loi 2 - Nguyen Thi Minh Khai", True),
    ("text", "a qgrams 0.95", "khu phố Thắng Lợi 2, đường Nguyễn Thị Minh Khai", "kp Thang Loi 2 - Nguyen Thi Minh Khai", False),
    ("person_name", "a regional", "Huỳnh Thị Phước", "Hoàng Thị Phúc", True),
    ("person_name", "a regional", "Huỳnh Thị Phước", "Võ Thị Phước", False),
    ("person_name", "a phonetic", "Trần Xuân Lý", "Chần Suân Lí", True),
    ("person_name", "a exact", "Lê Thị Thúy Hòa", "LÊ THỊ THUÝ HOÀ", True),
    ("number", "a apart 2", "120,5", "122.5", True),
    ("number", "a apart 2", "120,5", "123", False),
    ("number", "a within 0.02", "1.000", "980", True),
    ("date", "a years 1", "12/05/1980", "1981", True),
    ("date", "a years 1", "12/05/1980", "1982", False),
    ("date", "a compatible", "thập niên 1980", "12/05/1985", True),
    ("date", "a compatible", "198x", "12/05/1991", False),
    ("date, reference_year: 2024", "a compatible", "39 tuổi", "12/05/1985", True),
    ("date, reference_year: 2024", "a compatible", "39 tuổi", "12/05/1986", False),
    ("date, reference_year: 2024", "a exact", "12/05/85", "1985-05-12", True),
    ("person_name", "a><b plain", ("Lê Thị Hoa", "Trần Văn Ba"), ("Trần Văn Ba", "Le Thi Hoa"), True),
    ("person_name", "a><b plain", ("Lê Thị Hoa", "Trần Văn Ba"), ("Trần Văn Ba", "Lý Văn Tám"), False),
    ("person_name", "a/b plain", ("Lê Thị Hoa", "Trần Văn Ba"), ("Trần Văn Ba", "Lý Văn Tám"), True),
    ("person_name", "a missing_both", "", "", True),
    ("person_name", "a missing_both", "Lê Hoa", "", False),
    ("person_name", "[a missing, {not: b missing_both}]", ("Lê Hoa", "x"), ("", "Lê Hoa"), True),
    ("person_name", "[a given, {any: [b exact, {not: a surname}]}]", ("Lê Hoa", "Bùi Tý"), ("Lý Hoa", "Bùi Tám"), True),
    ("person_name", "[a given, {any: [b exact, {not: a surname}]}]", ("Lê Hoa", "Bùi Tý"), ("Lê Thị Hoa", "Bùi Tám"), False),
    ("person_name", "{not: {any: [a exact, b exact]}}", ("Lê Hoa", "Bùi Tý"), ("Lý Hoa", "Bùi Tám"), True),
    ("person_name", "{not: {any: [a exact, b exact]}}", ("Lê Hoa", "Bùi Tý"), ("Lý Hoa", ""), False),  # b says nothing
]

REFUSED = [
    ("text", "a tokens", "16:16: tokens needs a number"),
    ("text", "a qgrams 1.5", "16:16: qgrams: 1.5 is not between 0 and 1"),
    ("date", "a tokens 0.5", "16:16: tokens does not fit 'a', which is a date"),
    ("text", "a apart 3", "16:16: apart does not fit 'a', which is a text"),
    ("date", "a years 1.5", "16:16: years: 1.5 is not a whole number from 0 to 50"),
    ("date", "a><d exact", "16:16: test: unknown field 'd'"),
    ("date", "a><c exact", "16:16: test: a date cannot be compared with a text"),
    ("text", "{any: [a exact], not: a plain}", "16:16: a condition needs one of all, any and not; it has 2"),
    ("text", "{either: [a exact]}", "16:17: unknown key 'either'; known: all, any, not"),
]


def schema_of(directory, kind, condition, name):
    level = f"      - {{when: {condition}, weight: 7}}\n"
    return support.write(directory, name, HEAD.replace("TYPE", kind) + level + TAIL)


def both(values):
    return values if isinstance(values, tuple) else (values, "")


def test_conditions(directory):
    """Cases of one type and condition share a run; each is a block of two."""
    groups = {}
    for kind, condition, left, right, holds in CASES:
        groups.setdefault((kind, condition), []).append((both(left), both(right), holds))
    for number, ((kind, condition), cases) in enumerate(groups.items()):
        rows = []
        for i, (left, right, _) in enumerate(cases):
            rows += [[f"L{i}", f"block{i}", *left, ""], [f"R{i}", f"block{i}", *right, ""]]
        register = support.write_table(directory, f"{number}.csv", ["id", "pair", "a", "b", "c"], rows)
        schema = schema_of(directory, kind, condition, f"{number}.yaml")
        out = support.path(directory, f"out{number}")
        support.khop("dedupe", register, "--schema", schema, "-o", out, "--untrained", "--no-store", "--progress", "none")
        decisions = {row["left_id"]: row["decision"] for row in support.read_table(out, "pairs.csv")}
        found = [decisions[f"L{i}"] == "match" for i in range(len(cases))]
        expected = [holds for _, _, holds in cases]
        assert found == expected, f"{kind}: {condition}: {found}, expected {expected}"


def test_refused(directory):
    register = support.write_table(directory, "r.csv", ["id", "pair", "a", "b", "c"], [["1", "x", "", "", ""]])
    for number, (kind, condition, message) in enumerate(REFUSED):
        schema = schema_of(directory, kind, condition, f"refused{number}.yaml")
        support.refuses(1, [message], "dedupe", register, "--schema", schema, "-o", support.path(directory, "none"))


def test_same_bytes(directory):
    """Every instruction set and number of threads gives the same pairs, with the tests that look at whole texts."""
    rows = []
    for i in range(300):
        words = ["khu", "phố", str(i % 7), "đường", "số", str(i % 11), "phường", ("Bình Hưng", "Bình Trị", "Tân Tạo")[i % 3]]
        rows.append([str(i), str(i // 50), " ".join(words[i % 4:] + words[:i % 4]), "", ""])
    register = support.write_table(directory, "words.csv", ["id", "pair", "a", "b", "c"], rows)
    levels = "".join(f"      - {{when: a {test}, weight: {weight}}}\n" for test, weight in
                     (("tokens 0.99", 9), ("qgrams 0.9", 6), ("overlap 0.8", 4), ("qgrams 0.6", 2)))
    schema = support.write(directory, "words.yaml", HEAD.replace("TYPE", "text") + levels + TAIL)
    results = set()
    for number, level in enumerate(support.cpu_levels()):
        out = support.path(directory, f"words{number}")
        support.khop("dedupe", register, "--schema", schema, "-o", out, "--untrained", "--no-store", "--progress", "none",
                     "--threads", str(1 + number), env={"KHOP_CPU": level})
        results.add(support.read_bytes(out, "pairs.csv"))
    assert len(results) == 1


support.main(globals())
