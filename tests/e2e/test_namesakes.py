"""Namesakes of one birthday, planted by the dozen into generated registers: other parents, or another valid number and another home, are
two people. One person whose number was issued anew, or who moved, stays one."""

import support

PEOPLE = support.scaled(6000, 3000)
COPIES = PEOPLE // 60
FAR = "Số 12, Bản Nà Nhạn, Xã Nà Nhạn, Thành phố Điện Biên Phủ, Tỉnh Điện Biên"
NUMBERS = {"cccd": "so_cccd", "civil-birth": "so_dinh_danh"}
IDS = {"cccd": "ma_dan_cu", "civil-birth": "ma_ho_so"}


def is_plain(record, schema):
    """With a valid number of its own province, and all that shall differ."""
    number, wanted = record[NUMBERS[schema]], {"cccd": ["noi_thuong_tru"], "civil-birth": ["me_ho_ten", "cha_ho_ten"]}[schema]
    return len(number) == 12 and number.isdigit() and number[:3] not in ("011", "000") and len(record["ngay_sinh"]) == 10 and \
        len(record["ho_ten"].split()) >= 3 and all(record[field] for field in wanted)


def with_number(record, schema, head, tail):
    number = record[NUMBERS[schema]]
    return {**record, NUMBERS[schema]: head + number[3:6] + f"{tail:06d}"}


def namesake(record, schema, place):
    """Another person: born elsewhere, of other parents, living elsewhere."""
    other = with_number(record, schema, "011", 100_000 + 7 * place)
    other.update({IDS[schema]: f"OTHER{place}"})
    if schema == "cccd":
        other.update(noi_thuong_tru=FAR, que_quan="", so_cmnd="", dien_thoai="", ten_goi_khac="")
    else:
        other.update(me_ho_ten="Quàng Thị Ún", cha_ho_ten="Lường Văn Khụt", noi_cu_tru=FAR, que_quan="", noi_dang_ky="UBND Xã Nà Nhạn",
                     quyen_so="77/1999", so=str(place), me_so_giay_to="", cha_so_giay_to="", me_nam_sinh="", cha_nam_sinh="", noi_sinh="")
    return other


def issued_anew(record, schema, place):
    """The same person at the same place, with another number of the same head."""
    number = record[NUMBERS[schema]]
    return {**record, IDS[schema]: f"ANEW{place}", NUMBERS[schema]: number[:6] + f"{(int(number[6:]) + 271_828) % 1_000_000:06d}"}


def check(directory, schema):
    register, truth_path = support.generate(schema, PEOPLE, directory)
    header, _ = support.read_rows(register)
    truth, records = support.truth_of(truth_path), support.read_table(register)
    alone = [key for key, count in support.collections.Counter(truth.values()).items() if count == 1]
    plain = [r for r in records if is_plain(r, schema) and truth[r[IDS[schema]]] in set(alone)][:2 * COPIES]
    assert len(plain) == 2 * COPIES
    others = [namesake(r, schema, i) for i, r in enumerate(plain[:COPIES])]
    anew = [issued_anew(r, schema, i) for i, r in enumerate(plain[COPIES:])]
    planted = support.write_table(directory, f"{schema}-namesakes.csv", header,
                                  [[r[column] for column in header] for r in records + others + anew])
    out = support.path(directory, f"out-{schema}")
    support.khop("dedupe", planted, "--schema", schema, "-o", out, "--write", "none")
    clusters = support.clusters_of(out)
    one = sum(clusters[r[IDS[schema]]] == clusters[o[IDS[schema]]] for r, o in zip(plain[:COPIES], others))
    kept = sum(clusters[r[IDS[schema]]] == clusters[o[IDS[schema]]] for r, o in zip(plain[COPIES:], anew))
    assert one <= COPIES // 20, (schema, one, COPIES)
    assert kept >= COPIES * 19 // 20, (schema, kept, COPIES)


def test_citizens(directory):
    check(directory, "cccd")


def test_births(directory):
    check(directory, "civil-birth")


support.main(globals())
