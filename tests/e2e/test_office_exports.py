"""Registers as offices export them for print: a title, names of two lines, numbers below them, a total at the end, names and
addresses in parts, crosses for sexes, two bytes a character. They give the same clusters as the plain table does."""
import csv
import io
import os

import support

GIVEN = ("An", "Bình", "Châu", "Dũng", "Giang", "Hạnh", "Khoa", "Lan", "Minh", "Nga", "Oanh", "Phúc")
MIDDLE = ("Văn", "Thị", "Ngọc", "Minh")
SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng")
COMMUNES = ("Nghĩa An", "Hạnh Sơn", "Phúc Sơn", "Thanh Lương")


def people(count=240):
    """(surname, middle, given, sex, day, month, year, hamlet, commune), some of them twice."""
    found = []
    for i in range(count):
        person = (SURNAMES[i % 5], MIDDLE[i * 7 % 4], GIVEN[i * 5 % 12], i % 2, 1 + i * 11 % 28, 1 + i * 5 % 12, 1950 + i * 13 % 50, f"Thôn {1 + i * 3 % 9}",
                  COMMUNES[i * 3 % 4])
        found.append(person)
        if i % 8 == 0:
            found.append(person)
    return found


def plain_rows():
    yield ["Số thứ tự", "Họ và tên", "Ngày sinh", "Giới tính", "Địa chỉ"]
    for n, (surname, middle, given, sex, day, month, year, hamlet, commune) in enumerate(people(), 1):
        yield [n, f"{surname} {middle} {given}", f"{day}/{month}/{year}", "Nữ" if sex else "Nam", f"{hamlet}, Xã {commune}, Huyện Văn Chấn, Tỉnh Yên Bái"]


def parted_rows():
    yield ["UBND HUYỆN VĂN CHẤN"] + [""] * 12
    yield ["DANH SÁCH NHÂN KHẨU"] + [""] * 12
    yield [""] * 13
    yield ["Số thứ tự", "Họ", "Chữ đệm", "Tên", "Ngày sinh", "", "", "Giới tính", "", "Thôn", "Xã", "Huyện", "Tỉnh"]
    yield ["", "", "", "", "Ngày", "Tháng", "Năm", "Nam", "Nữ", "", "", "", ""]
    yield [f"({i})" for i in range(1, 14)]
    for n, (surname, middle, given, sex, day, month, year, hamlet, commune) in enumerate(people(), 1):
        yield [n, surname, middle, given, day, month, year, "" if sex else "x", "x" if sex else "", hamlet, "Xã " + commune, "Huyện Văn Chấn", "Tỉnh Yên Bái"]
    yield ["Tổng cộng", len(people())] + [""] * 11


def save(directory, name, rows, encoding, delimiter):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path = os.path.join(directory, name)
    with open(path, "w", encoding=encoding, newline="") as file:
        file.write(text.getvalue())
    return path


def clusters(directory, path):
    out = path + ".out"
    result = support.khop("dedupe", path, "-o", out, "--schema", "residence")
    assert result.code == 0, result.err
    with open(os.path.join(out, "clusters.csv"), newline="", encoding="utf-8") as file:
        return {row["record_id"]: row["cluster_id"] for row in csv.DictReader(file) if not row["record_id"].startswith("Tổng")}


def test_the_same_clusters(directory):
    wanted = clusters(directory, save(directory, "plain.csv", plain_rows(), "utf-8", ","))
    assert len(wanted) == len(people()) and len(set(wanted.values())) < len(wanted)
    for encoding, delimiter in (("utf-8-sig", ";"), ("utf-16", "\t"), ("utf-8", ",")):
        assert clusters(directory, save(directory, encoding + ".csv", parted_rows(), encoding, delimiter)) == wanted


def test_inspect_shows_what_is_joined(directory):
    path = save(directory, "parted.csv", parted_rows(), "utf-16", "\t")
    result = support.khop("inspect", path, "--schema", "residence")
    assert result.code == 0, result.err
    lines = {line.split("  ")[0]: line for line in reversed(result.out.splitlines())}
    for name, field in (("Họ và tên", "ho_ten"), ("Ngày sinh", "ngay_sinh"), ("Giới tính", "gioi_tinh"), ("Địa chỉ", "noi_thuong_tru")):
        assert field in lines[name], result.out


def test_0_for_men(directory):
    """A register that writes 0 for men has no one whose number disagrees with the sex, as it has none when it writes words."""
    rows = [[f"001{sex}70{n:06d}", f"{surname} {middle} {given}", f"{day}/{month}/1970", sex]
            for n, (surname, middle, given, sex, day, month, *_) in enumerate(people())]
    found = []
    for number, names in enumerate((("Nam", "Nữ"), ("0", "1"))):
        where = support.write_table(directory, f"{number}.csv", ["Số CCCD", "Họ và tên", "Ngày sinh", "Giới tính"], [[*row[:3], names[row[3]]] for row in rows])
        out = support.path(directory, str(number))
        support.khop("dedupe", where, "-o", out)
        found.append([row["finding"] for row in support.read_table(out, "ids.csv")])
    assert found[0] == found[1] and "id_sex" not in found[0], found


support.main(globals())
