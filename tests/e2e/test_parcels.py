"""Parcels that are like each other and not the same, planted into a generated register: parts of a divided one, other parcels of a holder, a
number of another sheet whose area and use happen to agree. A parcel that got another sheet, commune or holder, or whose sheet is written in another way, stays one."""

import support

PEOPLE = support.scaled(6000, 3000)
COPIES = PEOPLE // 60


def area(record):
    return float(record["dien_tich"].replace(",", "."))


def is_plain(record):
    return all(record[field] for field in ("ma_xa", "so_to", "so_thua", "dien_tich", "loai_dat", "chu_su_dung", "so_giay_to", "so_phat_hanh")) and \
        record["so_thua"].isdigit() and record["so_to"].isdigit() and not record["so_to_cu"] and not record["so_thua_cu"] and area(record) > 20


def divided(record, place):
    return {"so_thua": str(5000 + place), "so_to_cu": record["so_to"], "so_thua_cu": record["so_thua"], "dien_tich": f"{area(record) * 0.4:.1f}",
            "so_phat_hanh": f"ZZ {200000 + 7 * place}", "ma_dinh_danh_thua": ""}


def holders_other(record, place):
    return {"so_to": str(300 + place), "so_thua": str(6000 + place), "dien_tich": f"{area(record) * 2.3:.1f}", "so_phat_hanh": f"ZZ {300000 + 7 * place}",
            "so_vao_so": "", "ma_dinh_danh_thua": ""}


def strangers(record, place):
    """The number and area of another sheet's parcel."""
    return {"so_to": str(600 + place), "dien_tich": f"{area(record) * 1.015:.1f}", "chu_su_dung": "Quàng Thị Ún", "so_giay_to": f"011{90000000 + place}1",
            "nam_sinh": "1971", "so_phat_hanh": f"ZZ {400000 + 7 * place}", "so_vao_so": "", "dia_chi_thua": "Bản Nà Nhạn", "ma_dinh_danh_thua": ""}


def resurveyed(record, place):
    return {"so_to": str(900 + place), "so_thua": str(7000 + place), "so_to_cu": record["so_to"], "so_thua_cu": record["so_thua"],
            "dien_tich": f"{area(record) * 1.01:.1f}", "chu_su_dung": "Hộ ông " + record["chu_su_dung"]}


def merged(record, place):
    """Its commune became part of another, which numbered its sheets behind its own."""
    return {"ma_xa": "99" + record["ma_xa"][2:], "so_to": f"DC {record['so_to']}9", "so_to_cu": "DC " + record["so_to"], "so_thua_cu": record["so_thua"],
            "ma_dinh_danh_thua": ""}


def otherwise_written(record, place):
    return {"so_to": "ĐC 0" + record["so_to"], "so_thua": "Thửa " + record["so_thua"], "chu_su_dung": "Quàng Thị Ún", "so_giay_to": "",
            "nam_sinh": "", "so_phat_hanh": f"ZZ {500000 + 7 * place}", "so_vao_so": "", "ma_dinh_danh_thua": ""}


def test_like_parcels(directory):
    register, truth_path = support.generate("parcel", PEOPLE, directory)
    header, _ = support.read_rows(register)
    records, truth = support.read_table(register), support.truth_of(truth_path)
    counts = support.collections.Counter(truth.values())
    plain = [r for r in records if is_plain(r) and counts[truth[r["ma_ho_so"]]] == 1]
    changes = (divided, holders_other, strangers, resurveyed, merged, otherwise_written)
    assert len(plain) >= len(changes) * COPIES, len(plain)
    planted = [(change, r, {**r, "ma_ho_so": f"P{i}", **change(r, i)}) for i, r in enumerate(plain[:len(changes) * COPIES])
               for change in [changes[i % len(changes)]]]
    # A certificate that nobody has is none.
    for r in records[::7]:
        if r["ma_ho_so"] not in {old["ma_ho_so"] for _, old, _ in planted}:
            r["so_phat_hanh"] = "Không"
    path = support.write_table(directory, "like.csv", header, [[r[c] for c in header] for r in records + [new for _, _, new in planted]])
    out = support.path(directory, "out")
    support.khop("dedupe", path, "-o", out, "--write", "none")
    clusters = support.clusters_of(out)
    joined = support.collections.Counter(change.__name__ for change, old, new in planted if clusters[old["ma_ho_so"]] == clusters[new["ma_ho_so"]])
    for change in changes[:3]:
        assert joined[change.__name__] <= COPIES // 20, joined
    for change in changes[3:]:
        assert joined[change.__name__] >= COPIES * 19 // 20, (joined, COPIES)
    assert max(support.collections.Counter(clusters.values()).values()) <= 6


support.main(globals())
