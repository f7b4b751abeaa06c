"""Families made by hand inside a generated register: who is one person, who is not, and the reason that is given."""

import json

import support

PEOPLE = support.scaled(6000, 3000)

PLACE = "Xã Nà Nhạn, Thành phố Điện Biên Phủ, Tỉnh Điện Biên"
PARENTS = {"me_ho_ten": "Quàng Thị Hải Yến", "me_nam_sinh": "1985", "cha_ho_ten": "Lò Văn Khụt", "cha_nam_sinh": "1982",
           "noi_cu_tru": "Bản Mới, " + PLACE, "que_quan": PLACE, "noi_sinh": PLACE, "dan_toc": "Thái", "quoc_tich": "Việt Nam"}


def entry(record_id, name, born, number, **more):
    return {"ma_ho_so": record_id, "ho_ten": name, "ngay_sinh": born, "so": f"{number}/{born[-4:]}", "quyen_so": f"01/{born[-4:]}",
            "ngay_dang_ky": "20" + born[2:], "noi_dang_ky": "UBND " + PLACE, "loai_dang_ky": "1", **PARENTS, **more}


FAMILY = [
    entry("TWIN-A", "Lò Thị Anh", "12/05/2010", 31, gioi_tinh="Nữ"),
    entry("TWIN-B", "Lò Thị Hoa", "12/05/2010", 32, gioi_tinh="Nữ"),
    entry("SIBLING", "Lò Thị Linh", "03/09/2014", 8, gioi_tinh="Nữ"),
    # the same twin, entered again ten years later, with a typing error
    entry("TWIN-A-AGAIN", "Lò Thị Ahn", "12/05/2010", 5, gioi_tinh="Nữ", quyen_so="01/2020", ngay_dang_ky="04/02/2020", loai_dang_ky="2"),
    entry("NEWBORN", "Quàng Thị Hải Yến", "17/11/2019", 40, gioi_tinh="Nam"),
    entry("NEWBORN-NAMED", "Lò Văn Minh", "17/11/2019", 3, gioi_tinh="Nam", quyen_so="01/2020", ngay_dang_ky="09/01/2020", loai_dang_ky="2"),
    # father and son of one name
    entry("FATHER", "Cà Văn Ính", "02/03/1970", 2, gioi_tinh="Nam", me_ho_ten="Tòng Thị Lả", cha_ho_ten="Cà Văn Pâng"),
    entry("SON", "Cà Văn Ính", "02/03/1998", 2, gioi_tinh="Nam", me_ho_ten="Vì Thị Ún", cha_ho_ten="Cà Văn Ính"),
]
REASONS = {("TWIN-A", "TWIN-B"): "twin", ("TWIN-A", "SIBLING"): "sibling", ("FATHER", "SON"): "parent and child of one name",
           ("NEWBORN", "NEWBORN-NAMED"): "newborn under the mother's name"}


def make_register(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    header, rows = support.read_rows(register)
    rows += [[person.get(column, "") for column in header] for person in FAMILY]
    return support.write_table(directory, "families.csv", header, rows)


def explain(out, left, right):
    return json.loads(support.khop("explain", out, left, right, "--format", "json").out)


def reached_levels(explanation):
    return {c["comparison"]: c["level"] for c in explanation["comparisons"]}


def test_families(directory):
    out = support.path(directory, "out")
    support.khop("dedupe", make_register(directory), "--schema", "civil-birth", "-o", out)
    clusters = support.clusters_of(out)
    for left, right in [("TWIN-A", "TWIN-B"), ("TWIN-A", "SIBLING"), ("TWIN-B", "SIBLING"), ("FATHER", "SON")]:
        assert clusters[left] != clusters[right], (left, right)
    assert clusters["TWIN-A"] == clusters["TWIN-A-AGAIN"]
    for (left, right), reason in REASONS.items():
        explanation = explain(out, left, right)
        assert reached_levels(explanation)["ho_ten"] == reason, (left, right, reached_levels(explanation))
        covered = {c["comparison"] for c in explanation["comparisons"] if c.get("covered")}
        assert {"ngay_sinh", "family"} <= covered, covered
    assert reached_levels(explain(out, "TWIN-A", "TWIN-A-AGAIN"))["registration"] == "registered again"


def test_reasons_are_counted(directory):
    register, truth_path = support.generate("civil-birth", PEOPLE, directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "--schema", "civil-birth", "-o", out, "--no-store")
    summary = support.read_json(out, "summary.json")
    counted = {reason["reason"]: reason["pairs"] for reason in summary["reasons"]}
    truth = support.truth_of(truth_path)
    parents = support.collections.defaultdict(list)
    for row in support.read_table(register):
        parents[row["me_ho_ten"], row["cha_ho_ten"]].append(truth[row["ma_ho_so"]])
    siblings = sum(len(set(of_one)) * (len(set(of_one)) - 1) // 2 for key, of_one in parents.items() if all(key))
    assert counted["twin"] > 0 and counted["next in the book"] > 0
    assert 0.5 * siblings < counted["sibling"] < 3 * siblings, (counted, siblings)
    assert sum(counted.values()) <= 2 * summary["pairs"]["compared"]


support.main(globals())
