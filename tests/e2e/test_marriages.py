"""Who married again has two entries that share a person, a home and a number, and are two: the other one is somebody else, of the same given
name or not, born in the same year or not. A marriage that was entered twice, with slips in both names, stays one."""

import support

PEOPLE = support.scaled(6000, 3000)
COPIES = PEOPLE // 120
OTHERS = ("Ngân", "Hương", "Trang", "Mai", "Hạnh", "Thảo")


def again(record, place):
    words, year = record["vo_ho_ten"].split(), int(record["vo_ngay_sinh"][-4:]) + (1 if place % 4 == 0 else 9)
    other = next(name for name in OTHERS[place % 3:] if name != words[-1])
    name = ["Vàng", "Pa", words[-1]] if place % 4 == 2 else words[:2] + [other]
    return {"so": str(700 + place), "ngay_dang_ky": f"1{place % 9 + 1}/07/2019", "quyen_so": "01/2019", "vo_ho_ten": " ".join(name),
            "vo_ngay_sinh": f"0{place % 8 + 1}/0{place % 7 + 2}/{year}", "vo_so_giay_to": ""}


def twice(record, place):
    words = record["vo_ho_ten"].split()
    return {"vo_ho_ten": " ".join(words[:1] + words[2:]) if len(words) > 2 else record["vo_ho_ten"], "chong_ho_ten": record["chong_ho_ten"].upper(),
            "vo_ngay_sinh": record["vo_ngay_sinh"][-4:], "so": str(900 + place)}


def is_plain(record):
    dates = all(len(record[f]) == 10 and record[f][2] == "/" for f in ("chong_ngay_sinh", "vo_ngay_sinh"))
    return dates and record["chong_ho_ten"] and len(record["vo_ho_ten"].split()) > 2 and record["chong_so_giay_to"] and record["vo_so_giay_to"]


def test_married_again(directory):
    register, truth_path = support.generate("civil-marriage", PEOPLE, directory)
    header, _ = support.read_rows(register)
    records, truth = support.read_table(register), support.truth_of(truth_path)
    counts = support.collections.Counter(truth.values())
    plain = [r for r in records if is_plain(r) and counts[truth[r["ma_ho_so"]]] == 1][:2 * COPIES]
    assert len(plain) == 2 * COPIES, len(plain)
    planted = [(change, r, {**r, "ma_ho_so": f"P{i}", **change(r, i)}) for i, r in enumerate(plain) for change in [(again, twice)[i % 2]]]
    path = support.write_table(directory, "again.csv", header, [[r[c] for c in header] for r in records + [new for _, _, new in planted]])
    out = support.path(directory, "out")
    support.khop("dedupe", path, "-o", out, "--write", "none")
    clusters = support.clusters_of(out)
    joined = support.collections.Counter(change.__name__ for change, old, new in planted if clusters[old["ma_ho_so"]] == clusters[new["ma_ho_so"]])
    assert joined["again"] <= COPIES // 20, joined
    assert joined["twice"] >= COPIES * 19 // 20, (joined, COPIES)


support.main(globals())
