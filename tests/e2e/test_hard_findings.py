"""Small registers written by hand, whose faults are such as clerks make: all of them are found, and nothing else is."""

import support

TODAY = ["--today", "2026-01-01"]


def findings_of(directory, schema, text, command="ids", more=()):
    header, *rows = [line.split("|") for line in text.splitlines() if line]
    register = support.write_table(directory, schema + ".csv", header, rows)
    out = support.path(directory, "out-" + schema)
    support.khop(command, register, "--schema", schema, "-o", out, "--force", *TODAY, *more)
    return support.read_table(out, "ids.csv")


def found(rows):
    return {(row["finding"], row["record_ids"]) for row in rows}


def check(rows, *expected):
    got, expected = found(rows), set(expected)
    assert got == expected, f"not expected: {sorted(got - expected)}; missing: {sorted(expected - got)}"


CITIZENS = "stt|so_cccd|so_cmnd|ho_ten|gioi_tinh|ngay_sinh|que_quan|noi_thuong_tru|dien_thoai\n"


def test_near(directory):
    """One digit, or two neighbours; the same number in another form is no second number, nor have twins one number."""
    rows = findings_of(directory, "cccd", CITIZENS + """
1|079085012345||Nguyễn Văn An|Nam|12/03/1985||12 Lê Lợi, Phường 1, Quận 3, TP Hồ Chí Minh|
2|079085012346||Nguyễn Văn An|Nam|12/03/1985||12 Lê Lợi, Phường 1, Quận 3, TP Hồ Chí Minh|
3|079185023456||Trần Thị Bích|Nữ|02/04/1985||5 Hai Bà Trưng, Phường 2, Quận 3, TP Hồ Chí Minh|
4|079185024356||Trần Thị Bích|Nữ|1985-04-02||5 Hai Bà Trưng, P.2, Q.3, TP.HCM|
5|079 085 034 567||Lê Văn Cường|Nam|05/06/1985||7 Trần Phú, Phường 3, Quận 5, TP Hồ Chí Minh|
6|079085034567||Lê Văn Cường|Nam|05/06/1985||7 Trần Phú, Phường 3, Quận 5, TP Hồ Chí Minh|
7|079210045001||Phạm Minh Hùng|Nam|07/08/2010||9 Lý Thường Kiệt, Phường 4, Quận 10, TP Hồ Chí Minh|
8|079210045002||Phạm Minh Dũng|Nam|07/08/2010||9 Lý Thường Kiệt, Phường 4, Quận 10, TP Hồ Chí Minh|
9|079085056789||Đỗ Văn Em|Nam|09/10/1985||3 Nguyễn Trãi, Phường 7, Quận 5, TP Hồ Chí Minh|
10|080085561234||Đỗ Văn Em|Nam|09/10/1985||88 Võ Thị Sáu, Phường 6, Quận 3, TP Hồ Chí Minh|
""")
    check(rows, ("id_near", "1;2"), ("id_near", "3;4"))  # 9 and 10 are namesakes


def test_several_numbers(directory):
    """A number issued anew, with a slip in the name or the date; not twins, not a mother and her daughter."""
    rows = findings_of(directory, "cccd", CITIZENS + """
1|079085012345||Nguyễn Văn An|Nam|12/03/1985||12 Lê Lợi, Phường 1, Quận 3, TP Hồ Chí Minh|0901234567
2|079085998877||Nguyễn Văn An|Nam|12/03/1985||12 Lê Lợi, Phường 1, Quận 3, TP Hồ Chí Minh|
3|079185023456||Trần Thị Quỳnh|Nữ|02/04/1985||5 Hai Bà Trưng, Phường 2, Quận 3, TP Hồ Chí Minh|
4|079185665544||Trần Thị Qunh|Nữ|02/04/1985||5 Hai Bà Trưng, Phường 2, Quận 3, TP Hồ Chí Minh|
5|079085034567||Lê Trí|Nam|05/06/1985||7 Trần Phú, Phường 3, Quận 5, TP Hồ Chí Minh|0902345678
6|079085776655||Lê Trí|Nam|06/05/1985||19 Hùng Vương, Phường 1, Quận 10, TP Hồ Chí Minh|0902345678
7|079210045001||Phạm Thị An|Nữ|07/08/2010||9 Lý Thường Kiệt, Phường 4, Quận 10, TP Hồ Chí Minh|
8|079310778899||Phạm Thị Anh|Nữ|07/08/2010||9 Lý Thường Kiệt, Phường 4, Quận 10, TP Hồ Chí Minh|
""")
    check(rows, ("id_multiple", "1;2"), ("id_multiple", "3;4"), ("id_multiple", "5;6"), ("id_sex", "7"))


def test_at_home_or_by_card(directory):
    """A name or a day that was typed wrong, an address in two ways, one card with two numbers; not twins, nor who was born in that year."""
    header = "so_giay|ma_the_bhyt|so_dinh_danh|ho_ten|ngay_sinh|gioi_tinh|dia_chi\n"
    rows = findings_of(directory, "referral", header + """
1|CC1794526355925|079065627791|Lò Văn Liêm|15/05/1965|Nam|10 Nguyễn Chí Thanh, Phường 7, Quận Bình Thạnh, Thành phố Hồ Chí Minh
2|CC1794526355925|079065887456|Lò Văn Lim|15/05/1965|Nam|
3||079098213999|Cao Đức Tâm|30/08/1998|Nam|12 Lê Lợi, Phường 1, Quận 3, Thành phố Hồ Chí Minh
4||079098397755|Cao Đức Tâm|08/30/1998|Nam|12 Lê Lợi P.1 Q.3 TP.HCM
5||079310045001|Phạm Thị Dung|07/08/2010|Nữ|9 Lý Thường Kiệt, Phường 4, Quận 10, Thành phố Hồ Chí Minh
6||079310778899|Phạm Thị Dương|07/08/2010|Nữ|9 Lý Thường Kiệt, Phường 4, Quận 10, Thành phố Hồ Chí Minh
7||079062373307|Phạm Tuấn Thắng|22/08/1962|Nam|5 Hai Bà Trưng, Phường 2, Quận 3, Thành phố Hồ Chí Minh
8||079062760768|Phạm Hữu Thanh|1962|Nam|5 Hai Bà Trưng, Phường 2, Quận 3, Thành phố Hồ Chí Minh
""")
    check([row for row in rows if row["finding"] == "id_multiple"], ("id_multiple", "1;2"), ("id_multiple", "3;4"))


def test_exchanged(directory):
    """Husband and wife, brother and sister with each other's number; the address is written in two ways, or in part."""
    rows = findings_of(directory, "cccd", CITIZENS + """
1|079185012345||Nguyễn Văn An|Nam|12/03/1982||12 Lê Lợi, Phường 1, Quận 3, TP Hồ Chí Minh|
2|079082023456||Trần Thị Bích|Nữ|02/04/1985||12 Lê Lợi, P.1, Q.3, TP.HCM|
3|079212034567||Lê Văn Cường|Nam|05/06/2009||7 Trần Phú, Phường 3, Quận 5, TP Hồ Chí Minh|
4|079209045678||Lê Văn Dũng|Nam|07/08/2012||Phường 3, Quận 5, TP Hồ Chí Minh|
5|079212056789||Phạm Văn Em|Nam|05/06/2009||1 Trường Chinh, Phường 13, Quận Tân Bình, TP Hồ Chí Minh|
6|001209067890||Đỗ Văn Phong|Nam|07/08/2012||2 Hàng Bài, Phường Hàng Bài, Quận Hoàn Kiếm, Hà Nội|
""")
    check(rows, ("id_swapped", "1;2"), ("id_swapped", "3;4"),
          *[("id_sex", n) for n in "12"], *[("id_year", n) for n in "123456"])  # 5 and 6 have nothing in common


def test_homes_of_both_maps(directory):
    """A lodger's second record: another household and another date or a given name that is none, one house, whose ward is written as it was
    before July 2025 and as it is since. The house next door with another date is a neighbour's."""
    header = "stt|ma_ho|so_dinh_danh|ho_ten|ngay_sinh|gioi_tinh|chu_ho|quan_he|noi_thuong_tru\n"
    rows = findings_of(directory, "residence", header + """
1|79000000001|079185023456|Trần Thị Quỳnh Dung|25/07/1985|Nữ|Trần Văn Bảy|Con|571 Ngô Thì Nhậm, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh
2|79000000002|079185665544|Trần Thị Quỳnh Dung|13/07/1985|Nữ|Đoàn Duy Tuấn|Người ở nhờ|571 Ngô Thì Nhậm, Phường Sài Gòn, Thành phố Hồ Chí Minh
3|79000000003|079057590983|Nguyễn Đức Thạch|25/01/1957|Nam|Nguyễn Văn Lưu|Con|Phường Bến Nghé, Quận 1, TP Hồ Chí Minh
4|79000000004|079057048722|Nguyễn Đức Tpạch|25/01/1957|Nam|Cao Kiệt|Người ở nhờ|77/3 Trần Đại Nghĩa, Phường Sài Gòn, Thành phố Hồ Chí Minh
5|79000000005|079185034567|Lê Thị Kim Loan|05/06/1985|Nữ|Lê Văn Sáu|Con|573 Ngô Thì Nhậm, Phường Bến Nghé, Quận 1, TP Hồ Chí Minh
6|79000000006|079185776655|Lê Thị Kim Loan|17/11/1985|Nữ|Lê Văn Tám|Con|12 Lê Lợi, Phường Sài Gòn, Thành phố Hồ Chí Minh
""")
    check(rows, ("id_multiple", "1;2"), ("id_multiple", "3;4"))


def test_exchanged_by_whom(directory):
    """Years that fit each other's numbers are exchanged by relatives alone: at one house before and after July 2025; not by two men of two
    names, nor by those of two houses, nor of two wards."""
    rows = findings_of(directory, "cccd", CITIZENS + """
1|079185012345||Nguyễn Văn An|Nam|12/03/1982||12 Lê Lợi, Phường Bến Nghé, Quận 1, TP Hồ Chí Minh|
2|079082023456||Trần Thị Bích|Nữ|02/04/1985||12 Lê Lợi, Phường Sài Gòn, TP Hồ Chí Minh|
3|079089189340||Hoàng Huấn|Nam|30/10/1984||Phường 1, Quận 5, TP Hồ Chí Minh|
4|079084511244||Trần Thành Sơn|Nam|25/10/1989||Phường 1, Quận 5, TP Hồ Chí Minh|
5|079192432341||Phạm Văn Thông|Nam|24/08/1990||847 Nguyễn Du, Phường 9, Quận 5, TP Hồ Chí Minh|
6|079090044526||Đỗ Thị Phương|Nữ|27/02/1992||31 Yết Kiêu, Phường 9, Quận 5, TP Hồ Chí Minh|
7|079195432342||Bùi Văn Quang|Nam|24/08/1993||Phường 9, Quận 4, TP Hồ Chí Minh|
8|079093044527||Vũ Thị Lành|Nữ|27/02/1995||Phường 8, Quận 4, TP Hồ Chí Minh|
""")
    check([row for row in rows if row["finding"] == "id_swapped"], ("id_swapped", "1;2"))


PAYMENTS = "ma_doi_tuong|ho_ten|ngay_sinh|so_dinh_danh|ma_so_bhxh|so_tai_khoan|ngan_hang|dia_chi\n"


def test_twins_of_one_account(directory):
    """Brother and sister, and two brothers, who were born on one day, live in one house and have one bank account, with a number each: nobody
    has two."""
    home = "Phường Trung Mỹ Tây, Quận 12, TP.HCM"
    rows = findings_of(directory, "social-payment", PAYMENTS + f"""
1|Phan Thị Mộng Hạnh|01/08/1996|079196702350||1179499511373|Agribank|285 Nguyễn Thái Bình, {home}
2|Phan Chí Hiệp|01/08/1996|079096577831||1179499511373|Agribank|285 Nguyễn Thái Bình, {home}
3|Bùi Văn Đức|19/06/1991|079091905059||0710160865350|Vietcombank|792/50 Bế Văn Đàn, {home}
4|Bùi Anh Tuấn Đăng|19/06/1991|079091292520||0710160865350|Vietcombank|792/50 Bế Văn Đàn, {home}
""", command="dedupe", more=["--no-store"])
    check(rows)


def test_rare_given_names(directory):
    """An and Anh are two, of whom there are several; Oanh, met once beside many an Anh, is a slip of that."""
    others = "".join(f"{100 + n}|{'Lê Đỗ Hồ Vũ Võ'.split()[n % 5]} {'Kim Mai Thu Lan Cúc Đào'.split()[n // 5 % 6]} {'An' if n % 10 == 9 else 'Anh'}|"
                     f"{n % 28 + 1:02}/0{n % 9 + 1}/{1960 + n}|0791{60 + n % 40:02}{500000 + 7919 * n}||||\n" for n in range(40))
    rows = findings_of(directory, "social-payment", PAYMENTS + """
5|Trần Thị An|05/07/2002|079302955428||6936859443125|ACB|464/45 Phạm Ngũ Lão, Phường 1, Quận 5, TP.HCM
6|Trần Thị Anh|05/07/2002|079302342889||6936859443125|ACB|464/45 Phạm Ngũ Lão, Phường 1, Quận 5, TP.HCM
7|Ngô Thị Anh|05/09/2002|079302955777||6936859443999|ACB|464/49 Phạm Ngũ Lão, Phường 1, Quận 5, TP.HCM
8|Ngô Thị Oanh|05/09/2002|079302342777||6936859443999|ACB|464/49 Phạm Ngũ Lão, Phường 1, Quận 5, TP.HCM
""" + others)
    check(rows, ("id_multiple", "7;8"))


def test_near_without_a_home(directory):
    """khop ids: a digit or two neighbours, in whatever half of the number, though the date was typed wrong as well and nothing else is known;
    not of twins, whose numbers follow each other."""
    rows = findings_of(directory, "vaccination", "ma_doi_tuong|ho_ten|ngay_sinh|gioi_tinh|so_dinh_danh|ho_ten_me|dien_thoai|dia_chi\n" + """
1|Đào Hải Hiền|28/01/2017|Nam|074217180142|||
2|Đào Hải Hiền|20/07/2017|Nam|074217100142|||
3|Trần Hoàng Hưng|1959|Nam|048059216691|||
4|Trần Hoàng Hưng|22/04/1959|Nam|048059216697|||
5|Bùi Thị Kim Vân|05/03/1969|Nữ|079169946320|||
6|Bùoi Thị Kim Vân|05/08/1969|Nữ|079169964320|||
7|Vũ Quang Thuận|30/09/2014|Nam|048214132292|||
8|Vũ Quang Thzận|30/09/2014|Nam|048214132295|||
9|Lê Thị Uyên|13/10/1978|Nữ|031178160025|||
10|Lê Thị Uyên|13/10/1978|Nữ|038178160025|||
11|Cao Minh Hải|02/03/2016|Nam|079216045001|||
12|Cao Minh Dũng|02/03/2016|Nam|079216045002|||
13|Mai Thị Lan|02/03/1986|Nữ|079186045101|||
14|Mai Thị Lan|19/11/1942|Nữ|079142045101|||
""")
    check(rows, *[("id_near", pair) for pair in ("1;2", "3;4", "5;6", "7;8", "9;10")])


def test_cards_without_matching(directory):
    """khop ids: two social-insurance numbers of one person, of whom one record has no personal ID."""
    rows = findings_of(directory, "bhyt", CARDS + """
1|DN4790135724689|0135724689|Nguyễn Văn An|12/03/1985|Nam|12 Lê Lợi, Phường 1, Quận 3, TP Hồ Chí Minh|079085012345||01/01/2025|31/12/2030
2|HC4790975312468|0975312468|Nguyễn Văn An|12/03/1985|Nam|12 Lê Lợi, P.1, Q.3, TP.HCM|||01/01/2025|31/12/2030
3|DN4790135777246|0135777246|Trần Thị Bích|02/04/1985|Nữ|5 Hai Bà Trưng, Phường 2, Quận 3, TP Hồ Chí Minh||0907318264|01/01/2025|31/12/2030
4|GD4790846222391|0846222391|Trần Thị Bích|1985|Nữ||079185023456|0907318264|01/01/2025|31/12/2030
5|DN4790222333445|0222333445|Lê Văn Cường|05/06/1985|Nam|7 Trần Phú, Phường 3, Quận 5, TP Hồ Chí Minh|079085034567||01/01/2025|31/12/2030
6|DN4790222333446|0222333446|Lê Văn Cường|05/06/1985|Nam|88 Lê Duẩn, Phường Hàng Bài, Quận Hoàn Kiếm, Hà Nội|||01/01/2025|31/12/2030
7|DN4790222333447|0222333447|Lê Văn Tám|05/06/1985|Nam|7 Trần Phú, Phường 3, Quận 5, TP Hồ Chí Minh|||01/01/2025|31/12/2030
""")
    check(rows, ("card_multiple", "1;2"), ("card_multiple", "3;4"))


def test_couples(directory):
    """Husband and wife of an entry that was made twice have numbers of their own, of which either may be wrong."""
    header = ("ma_ho_so|so|quyen_so|ngay_dang_ky|noi_dang_ky|chong_ho_ten|chong_ngay_sinh|chong_so_giay_to|vo_ho_ten|vo_ngay_sinh|vo_so_giay_to\n")
    rows = findings_of(directory, "civil-marriage", header + """
1|5|01/2020|27/04/2020|UBND Phường Hiệp Thành, Quận 12, TP Hồ Chí Minh|Lê Văn Thọ|24/08/1993|079093879122|Đoàn Vân Anh|12/03/2001|079301123752
2|5|01/2020|27/04/2020|UBND P. Hiệp Thành, Q. 12, TP.HCM|Lê Văn Thọ|24/08/1993|079093879122|Đoàn Vân Anh|12/03/2001|079301128752
3|6|01/2020|28/04/2020|UBND Phường Hiệp Thành, Quận 12, TP Hồ Chí Minh|Hồ Văn Phú|24/08/1991|079091879333|Vũ Thị Lành|12/03/1996|079196123444
4|6|01/2020|28/04/2020|UBND P. Hiệp Thành, Q. 12, TP.HCM|Hồ Văn Phú|24/08/1991|079091572818|Vũ Thị Lành|12/03/1996|079196123444
""", command="dedupe", more=["--no-store"])
    check(rows, ("entry_twice", "1;2"), ("entry_twice", "3;4"), ("id_near", "1;2"), ("id_multiple", "3;4"))


def test_made_up(directory):
    """Numbers typed to fill the field, one by one or dragged down a column."""
    rows = findings_of(directory, "cccd", CITIZENS + """
1|123456789012||Nguyễn Văn An|Nam|12/03/1985|||
2|000000000000||Trần Văn Bảy|Nam|02/04/1985|||
3|121212121212||Lê Văn Cường|Nam|05/06/1985|||
4|123123123123||Phạm Văn Dũng|Nam|07/08/1985|||
5|079085000000||Đỗ Văn Em|Nam|09/10/1985|||
6|079085500101||Hồ Văn Phong|Nam|11/12/1985|||
7|079085500102||Vũ Văn Giang|Nam|12/11/1985|||
8|079085500103||Bùi Văn Hải|Nam|10/01/1985|||
9|079085500104||Cao Văn Ích|Nam|13/03/1985|||
10|079085500105||Đinh Văn Kha|Nam|14/04/1985|||
11|079085700209||Mai Văn Lâm|Nam|15/05/1985|||
12|079085700208||Tô Văn Minh|Nam|16/06/1985|||
13|079085700207||Lý Văn Nam|Nam|17/07/1985|||
14|||Ngô Văn Oanh|Nam|18/08/1985|||
15|079085700206||Dương Văn Phú|Nam|19/09/1985|||
16|không có||Đặng Văn Quý|Nam|20/10/1985|||
17|0||Phan Văn Sơn|Nam|21/11/1985|||
""")
    check(rows, ("id_sequential", "1"), ("id_placeholder", "2"), ("id_placeholder", "3"), ("id_placeholder", "4"), ("id_placeholder", "5"),
          ("id_sequential", "6;7;8;9;10"))  # three that count down are brothers, perhaps; an empty field ends a run
    run = next(row for row in rows if row["record_ids"].startswith("6;"))
    assert run["identifier"] == "079085500101" and run["identifier_type"] == "cccd" and run["severity"] == "error"
    assert run["evidence"] == "so_cccd: các số tăng dần từng đơn vị qua các bản ghi liên tiếp, 5 số", run


def test_long_run(directory):
    """A column that was dragged down: lines of some two hundred records, whatever the threads."""
    rows = "".join(f"\n{n}|{79085000100 + n:012}||Nguyễn Văn {'ABCDEGHIKL'[n % 10]}n{'abcdeghikl'[n // 10 % 10]}|Nam|{n % 28 + 1:02}/03/1985|||"
                   for n in range(1, 40001))
    outs = []
    for threads in (1, 3):
        lines = findings_of(directory, "cccd", CITIZENS + rows, more=["--threads", threads])
        runs = [row for row in lines if row["finding"] == "id_sequential"]
        outs.append([row["record_ids"] for row in runs])
    members = [record for line in outs[0] for record in line.split(";")]
    assert outs[0] == outs[1] and members == [str(n) for n in range(1, 40001)]
    assert max(line.count(";") for line in outs[0]) < 204


def test_shared(directory):
    """A number on two people; not on one whose name is abbreviated or whose birth date has a slip."""
    rows = findings_of(directory, "cccd", CITIZENS + """
1|079085012345||Nguyễn Văn An|Nam|12/03/1985|||
2|079085012345||N. V. An|Nam|12/03/1985|||
3|079085023456||Trần Văn Bảy|Nam|02/04/1985|||
4|079085023456||Trần Văn Bảy|Nam|04/02/1985|||
5|079085034567||Lê Văn Cường|Nam|05/06/1985|||
6|079085034567||Phạm Hữu Tài|Nam|17/11/1985|||
7|79085045678||Đỗ Văn Em|Nam|09/10/1985|||
8|079085045678||Hồ Thanh Phong|Nam|21/12/1985|||
""")
    check(rows, ("id_shared", "5;6"), ("id_shared", "7;8"), ("id_lost_zero", "7"))


CARDS = "stt|ma_the|ma_so_bhxh|ho_ten|ngay_sinh|gioi_tinh|dia_chi|so_dinh_danh|dien_thoai|han_the_tu|han_the_den\n"


def test_cards(directory):
    rows = findings_of(directory, "bhyt", CARDS + """
1|DN4790135724689|0135724689|Nguyễn Văn An|12/03/1985|Nam|12 Lê Lợi, Phường 1, Quận 3, TP Hồ Chí Minh|079085012345||01/01/2025|31/12/2030
2|HC4790975312468|0975312468|Nguyễn Văn An|12/03/1985|Nam|12 Lê Lợi, Phường 1, Quận 3, TP Hồ Chí Minh|079085012345||01/01/2025|31/12/2030
3|DN4790111222333|0111222333|Trần Thị Bích|02/04/1985|Nữ|5 Hai Bà Trưng, Phường 2, Quận 3, TP Hồ Chí Minh|079185023456||01/01/2023|31/12/2024
4|GD4790111222333|0111222333|Trần Thị Bích|02/04/1985|Nữ|5 Hai Bà Trưng, Phường 2, Quận 3, TP Hồ Chí Minh|079185023456||01/01/2025|31/12/2030
5|DN4790222333445|0222333445|Lê Văn Cường|05/06/1985|Nam|7 Trần Phú, Phường 3, Quận 5, TP Hồ Chí Minh|079085034567||01/01/1980|31/12/2030
6|DN4790222333446|0222333446|Lê Thị Dung|05/06/1988|Nữ|7 Trần Phú, Phường 3, Quận 5, TP Hồ Chí Minh|079188034567||01/01/2027|31/12/2030
7|XX9790333444555|0333444555|Phạm Văn Em|05/06/1990|Nam|||  |01/01/2025|31/12/2030
8|DN4790444555666|0444555666|Đỗ Văn Phong|05/06/1990|Nam||250785012||01/01/2025|31/12/2030
""", command="dedupe", more=["--no-store"])
    check(rows, ("card_multiple", "1;2"), ("card_expired", "3"), ("plausible_issued_before_birth", "5"), ("id_format", "7"),
          ("id_old_number", "8"))


BIRTHS = ("ma_ho_so|so|quyen_so|ngay_dang_ky|noi_dang_ky|ho_ten|gioi_tinh|ngay_sinh|so_dinh_danh|me_ho_ten|me_nam_sinh|me_so_giay_to|"
          "cha_ho_ten|cha_nam_sinh|cha_so_giay_to|noi_cu_tru\n")


def test_births(directory):
    rows = findings_of(directory, "civil-birth", BIRTHS + """
1|12|01/2015|03/02/2015|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Nguyễn Văn An|Nam|20/01/2015||Trần Thị Hoa|1985|079185000111|Nguyễn Văn Bình|1980|079080000222|12 Lê Lợi, Phường 1, Quận 3, TP Hồ Chí Minh
2|12/2015|01/2015|03/02/2015|UBND P.1, Q.3, TP.HCM|Nguyễn Văn An|Nam|20/01/2015||Trần Thị Hoa|1985|079185000111|Nguyễn Văn Bình|1980|079080000222|12 Lê Lợi, Phường 1, Quận 3, TP Hồ Chí Minh
3|13|01/2015|04/02/2015|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Lê Thị Cúc|Nữ|25/01/2015||Phạm Thị Lan|1990||Lê Văn Tư|1988||5 Hai Bà Trưng, Phường 1, Quận 3, TP Hồ Chí Minh
4|13|01/2015|19/08/2015|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Đỗ Minh Khôi|Nam|01/08/2015||Vũ Thị Mai|1991||Đỗ Văn Năm|1989||7 Trần Phú, Phường 1, Quận 3, TP Hồ Chí Minh
5|20|01/2016|10/03/2016|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Hồ Thị Giang|Nữ|01/03/2016||Bùi Thị Tám|2008||Hồ Văn Sáu|1950||9 Lý Tự Trọng, Phường 1, Quận 3, TP Hồ Chí Minh
6|21|01/2016|11/03/2016|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Cao Minh Hải|Nam|02/03/2016||Đinh Thị Chín|1990|079190000333|Cao Văn Bảy|1985|079085000444|3 Nguyễn Trãi, Phường 1, Quận 3, TP Hồ Chí Minh
7|22|01/2016|11/03/2016|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Cao Minh Hà|Nam|02/03/2016||Đinh Thị Chín|1990|079190000333|Cao Văn Bảy|1985|079085000444|3 Nguyễn Trãi, Phường 1, Quận 3, TP Hồ Chí Minh
8|90|01/2016|01/09/2016|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Cao Thị Ngọc Diễm|Nữ|15/08/2016||Đinh Thị Chín|1990|079190000333|Cao Văn Bảy|1985|079085000444|3 Nguyễn Trãi, Phường 1, Quận 3, TP Hồ Chí Minh
9|30|01/2017|02/02/2017|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Mai Văn Kha|Nam|03/03/2017||||||||
10|31|01/2017|02/02/2027|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Tô Văn Lâm|Nam|05/01/2017||||||||
""")
    check(rows, ("entry_twice", "1;2"), ("entry_number_repeated", "3;4"), ("plausible_parent_age", "5"),
          ("plausible_births_close", "6;8"), ("plausible_births_close", "7;8"), ("plausible_issued_before_birth", "9"),
          ("plausible_future_date", "10"))  # 6 and 7 are twins


def test_deaths(directory):
    """One number of a book: name and birth date are spoilt, but not the day of death; and two people."""
    rows = findings_of(directory, "civil-death", "ma_ho_so|so|quyen_so|ngay_dang_ky|noi_dang_ky|ho_ten|gioi_tinh|ngay_sinh|so_dinh_danh|ngay_chet\n" + """
1|4|01/2015|10/09/2015|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Võ Chi|Nữ|09/04/1993||05/09/2015
2|4|01/2015|10/09/2015|UBND P.1, Q.3, TP.HCM|Vy Thị Chi|Nữ|04/09/1998||05/09/2015
3|5|01/2015|11/09/2015|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Lê Văn Tám|Nam|09/04/1943||06/09/2015
4|5|01/2015|11/09/2015|UBND Phường 1, Quận 3, TP Hồ Chí Minh|Hồ Hữu Tám|Nam|17/11/1958||07/09/2015
""")
    check(rows, ("entry_twice", "1;2"), ("entry_number_repeated", "3;4"))


PARCELS = "ma_ho_so|ma_xa|so_to|so_thua|dien_tich|loai_dat|dia_chi_thua|chu_su_dung|so_giay_to|nam_sinh|so_phat_hanh|so_to_cu|so_thua_cu\n"


def test_parcels(directory):
    rows = findings_of(directory, "parcel", PARCELS + """
1|26734|12|101|120.5|ODT||Nguyễn Văn An|079085012345|1985|AB123456||
2|26734|DC 12|101|120,5|ODT||Trần Thị Bích|079190023456|1990|CD654321||
3|26734|12|102|80|ODT||Lê Văn Cường|079085034567|1985|EF111222||
4|26734|12|103|95|CLN||Lê Văn Cường|079085034567|1985|EF 111222||
5|26734|12|104|70|ODT||Phạm Thị Dung|079188034567|1988|EF111222||
6|26734|20|55|300|ONT||Hộ ông Đỗ Văn Em|250785012|1970|GH333444||
7|26734|45|9|301|ONT||Đỗ Văn Em|250785012|1970||20|55
8|26734|30|8|50|ODT||Hồ Văn Phong|079080000111|1980|IK555666||
9|26734|30|8|50|ODT||HỒ VĂN PHONG||1980|IK555666||
""")
    check(rows, ("parcel_owners", "1;2"), ("certificate_owners", "3;4;5"), ("parcel_renumbered", "6;7"))


support.main(globals())
