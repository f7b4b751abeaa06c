"""khop inspect against an independent look at the same file."""

import random
import re
import unicodedata

import support

PEOPLE = support.scaled(4000, 700)


def parse(text):
    """Facts, {column: (field, type, filled share, invalid, distinct, formats)}, fields without column."""
    facts, columns, unmapped = {}, {}, []
    for line in text.splitlines():
        if line.startswith("fields of the schema without a column:"):
            unmapped = line.split(":")[1].split()
        elif re.match(r"(file|charset|decoded|rows|schema) {2,}", line):
            facts[line.split()[0]] = line[15:]
        elif re.search(r" \d+\.\d % ", line):
            found = re.fullmatch(r"(.*?) +(\S+) +(\S+) +([\d.]+) % +([\d,]+) +([\d,]+)  ?(.*)", line)
            name, field, kind, share, invalid, distinct, formats = found.groups()
            columns[name.strip()] = (field, kind, float(share), int(invalid.replace(",", "")), int(distinct.replace(",", "")), formats.strip())
    return facts, columns, unmapped


def shape(text):
    """Nine for digits, A for capitals, a for small letters; runs of letters as one. Letters beyond ASCII are small."""
    mapped = "".join("9" if c.isdigit() and c.isascii() else "A" if c.isascii() and c.isupper() else
                     "a" if c.isalpha() or not c.isascii() else c for c in text)
    return re.sub(r"A+", "A", re.sub(r"a+", "a", mapped))


def check_columns(register, schema):
    header, rows = support.read_rows(register)
    facts, columns, unmapped = parse(support.khop("inspect", register).out)
    assert facts["schema"] == f"{schema} (found by the columns)", facts
    assert facts["rows"] == f"{len(rows):,}, rejected 0"
    assert list(columns) == [name[:18] for name in header] and unmapped == []
    for place, name in enumerate(header):
        values = [row[place].strip(" ") for row in rows]
        filled = [value for value in values if value]
        field, kind, share, invalid, distinct, formats = columns[name[:18]]
        assert field == name[:16] or field == name, (name, field)
        assert abs(share - 100 * len(filled) / len(rows)) < 0.051, (name, share)
        different = len(set(filled))
        assert abs(distinct - different) <= max(2, 0.08 * different), f"{name}: {distinct} distinct, really {different}"
        assert 0 <= invalid <= len(filled)
        commonest, count = support.collections.Counter(shape(v) for v in filled).most_common(1)[0] if filled else ("", 0)
        if filled and count > 0.55 * len(filled) and len(commonest) < 40:
            assert formats.startswith(f"{commonest} {100 * count / len(filled):.0f}%"), (name, formats, commonest)
        if kind in ("text", "code", "person_name", "place"):
            assert invalid == 0, (name, kind, invalid)
    return columns


def test_five_schemas(directory):
    for schema in ("civil-birth", "cccd", "bhyt", "parcel"):
        register, _ = support.generate(schema, PEOPLE, directory)
        check_columns(register, schema)


def test_invalid_values(directory):
    rows = [["1", "01/02/1990", "Nam", "079090001234", "0903111222"],
            ["2", "31/02/1990", "x", "12345", "12"],
            ["3", "1990", "2", "79090001234", "+84 903 111 222"],
            ["4", "99/99/9999", "Nữ", "079 090 001 234", ""],
            ["5", "", "", "", "abc"]]
    register = support.write_table(directory, "r.csv", ["id", "birth_date", "sex", "national_id", "phone"], rows)
    _, columns, unmapped = parse(support.khop("inspect", register, "--schema", "person").out)
    assert [columns[name][2:4] for name in ("birth_date", "sex", "national_id", "phone")] == \
        [(80.0, 2), (80.0, 1), (80.0, 1), (80.0, 2)], columns
    assert {"full_name", "email", "address"} <= set(unmapped)


def test_what_is_not_understood(directory):
    """A run names the columns that its schema does not read; inspect shows them also where nothing could be compared."""
    register, _ = support.generate("bhyt", 300, directory)
    header, rows = support.read_rows(register)
    header = ["Mức hưởng" if name == "gioi_tinh" else "cột lạ" if name == "dien_thoai" else name for name in header]
    strange = support.write_table(directory, "strange.csv", header, rows)
    result = support.run("dedupe", strange, "-o", support.path(directory, "strange"), "--write", "none")
    places = sorted(header.index(name) for name in ("Mức hưởng", "cột lạ"))
    assert result.code == 0 and result.err == f"khop: note: strange.csv: schema bhyt does not read the columns {header[places[0]]}, {header[places[1]]}\n", result.err
    assert "\nschema         bhyt (found by the columns)\n" in result.out, result.out
    names_alone = support.write_table(directory, "names.csv", ["id", "Họ và tên", "cột lạ"], [["1", "Trần An", "x"]])
    facts, columns, _ = parse(support.khop("inspect", names_alone).out)
    assert columns["Họ và tên"][1] == "person_name" and columns["cột lạ"][0] == "-", (facts, columns)


def test_ways_of_writing_columns(directory):
    """Case, accents, spaces and signs of a column's name do not matter; nor do Vietnamese titles."""
    register, _ = support.generate("cccd", 300, directory)
    header, rows = support.read_rows(register)
    titles = {"ma_dan_cu": "Mã dân cư", "so_cccd": "Số CCCD", "so_cmnd": "SỐ CMND", "ho_ten": "Họ và tên", "gioi_tinh": "GIỚI TÍNH",
              "ngay_sinh": "Ngày sinh", "que_quan": "quê-quán", "noi_thuong_tru": "Nơi  thường trú", "dan_toc": "Dân Tộc",
              "dien_thoai": "Điện thoại", "ten_goi_khac": "Tên gọi khác"}
    ways = [str.upper, str.title, lambda n: n.replace("_", " "), lambda n: n.replace("_", ""), lambda n: f" {n} ",
            lambda n: titles[n], lambda n: unicodedata.normalize("NFD", titles[n]), lambda n: titles[n].upper().replace(" ", "_")]
    base, _, _ = None, None, None
    for number, way in enumerate(ways):
        written = support.write_table(directory, f"w{number}.csv", [way(name) for name in header], rows)
        facts, columns, unmapped = parse(support.khop("inspect", written).out)
        assert facts["schema"].startswith("cccd ") and not unmapped, (number, facts, unmapped)
        fields = [facts_of[0] for facts_of in columns.values()]
        assert fields == header, (number, fields)
        out = support.path(directory, f"out{number}")
        support.khop("dedupe", written, "-o", out, "--no-store")
        pairs = support.read_bytes(out, "pairs.csv")
        base = base or pairs
        assert pairs == base, number


def test_accented_columns_stand_in_line(directory):
    """Names of columns are counted and cut by letters, composed or not, never within one."""
    names = ["Mã hồ sơ", unicodedata.normalize("NFD", "Họ và tên đầy đủ của trẻ"), "Ngày, tháng, năm sinh", "Số ĐDCN", "x"]
    register = support.write(directory, "accents.csv", ",".join(f'"{name}"' for name in names) + "\nA1,Lê An,1/2/1990,079090000001,y\n")
    lines = support.khop("inspect", register, "--schema", "cccd").out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("column "))
    column = lines[start].index("field")
    for name, line in zip(names, lines[start + 1:]):
        composed = unicodedata.normalize("NFC", line)
        assert composed[:column].strip() == unicodedata.normalize("NFC", name)[:18].strip(), line
        assert composed[column - 1] == " " and composed[column] != " ", line


def test_map(directory):
    register = support.write(directory, "r.csv", "khoa,ten_day_du,sinh\n1,Lê An,01/02/1990\n2,Lê An,01/02/1990\n")
    support.refuses(support.USAGE, ["--schema"], "inspect", register)
    support.refuses(support.USAGE, ["no column fits"], "inspect", register, "--schema", "person")
    words = ["--schema", "person", "--map", "id=khoa", "--map", "full_name=TEN DAY DU", "--map=birth_date=sinh"]
    _, columns, _ = parse(support.khop("inspect", register, *words).out)
    assert [columns[name][0] for name in ("khoa", "ten_day_du", "sinh")] == ["id", "full_name", "birth_date"]
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, *words, "--untrained")
    assert support.read_table(out, "pairs.csv")[0]["left_id"] == "1"
    support.refuses(support.USAGE, ["no column 'x'", "ten_day_du"], "inspect", register, "--schema", "person", "--map", "id=x")
    support.refuses(support.USAGE, ["two columns"], "inspect", register, "--schema", "person", "--map", "id=khoa", "--map", "id=sinh")


def test_delimiters(directory):
    for name, sign in (("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("bar", "|")):
        where = support.write(directory, name + ".csv", f"id{sign}full_name{sign}birth_date\n1{sign}Lê, An{sign}01/02/1990\n".replace(
            "Lê, An", '"Lê, An"') * 1 + f"2{sign}Hồ B{sign}02/02/1991\n")
        facts, columns, _ = parse(support.khop("inspect", where, "--schema", "person").out)
        assert f"delimiter {'tab' if sign == chr(9) else sign}, compression none" in facts["file"], facts
        assert list(columns) == ["id", "full_name", "birth_date"]
    bom = support.write(directory, "bom.csv", b"\xef\xbb\xbfid,full_name,birth_date\r\n1,A,01/02/1990\r\n")
    facts, columns, _ = parse(support.khop("inspect", bom, "--schema", "person").out)
    assert facts["file"].endswith("byte order mark") and "id" in columns


def test_no_value_is_shown(directory):
    """Formats are shapes: whatever stands in the register, no word of it comes out."""
    random_ = random.Random(3)
    words = ["".join(random_.choice("bcdfghjklmnpqrstvwxz") for _ in range(9)) for _ in range(200)]
    rows = [[str(i), f"{words[i].title()} {words[-i]}", f"{words[i]}@{words[-i]}.vn"] for i in range(200)]
    register = support.write_table(directory, "r.csv", ["id", "full_name", "email"], rows)
    text = support.khop("inspect", register, "--schema", "person").out.lower()
    assert not [word for word in words if word in text]


def findings_of(text):
    """{column: the line behind it} of the second table."""
    table = text.partition("column             findings\n")[2].partition("\n\n")[0]
    return {line[:18].strip(): line[19:] for line in table.splitlines()}


def test_findings(directory):
    rows = [["1", "079191864693", "31/12/1985"], ["2", "79191864693", "12/11/1985"], ["3", "123456789012", "30/02/1985"],
            ["4", "O79191864694", "15/01/1985"], ["5", "910852489", "01/01/1985"], ["6", "07919186", "05/05/1990"]]
    register = support.write_table(directory, "r.csv", ["id", "national_id", "birth_date"], rows)
    found = findings_of(support.khop("inspect", register, "--schema", "person").out)
    assert found["birth_date"] == "dmy: 2 dates with the day first, 0 with the month first, 1 ambiguous; " \
                                  "no_such_day 1, maybe_year_only 1", found
    assert "sequential 1" in found["national_id"] and "old_number 2" in found["national_id"], found
    assert "repaired 3: lost_zero 2, letters_as_digits 1" in found["national_id"], found
    assert set(found) == {"birth_date", "national_id"}
    # 1 is a woman of the last century, 0 a man: 2 has the wrong sex, 3 the wrong year, 4 the wrong century, 5 an age.
    rows = [["1", "079191864693", "1991", "Nữ", "Nam"], ["2", "079191864694", "12/11/1991", "Nam", ""],
            ["3", "079191864695", "30/01/1985", "F", ""], ["4", "079191864696", "2091-01-15", "Nữ", ""],
            ["5", "079191864697", "34 tuổi", "", ""]]
    register = support.write_table(directory, "o.csv", ["id", "national_id", "birth_date", "sex", "other"], rows)
    found = findings_of(support.khop("inspect", register, register, "--schema", "person").out)
    for word in ("sex_mismatch 2", "year_mismatch 2", "century_mismatch 2"):
        assert word in found["national_id"], found
    parents = support.write_table(directory, "p.csv", ["ma_ho_so", "ho_ten", "me_so_giay_to", "me_nam_sinh", "cha_so_giay_to"],
                                  [["1", "Lê Thị A", "079085864693", "1985", "079185864693"]])
    found = findings_of(support.khop("inspect", parents, "--schema", "civil-birth").out)
    assert "sex_mismatch 1" in found["me_so_giay_to"] and "sex_mismatch 1" in found["cha_so_giay_to"], found
    nothing = support.write_table(directory, "n.csv", ["id", "email"], [["1", "an@vd.vn"]])
    assert findings_of(support.khop("inspect", nothing, "--schema", "person").out) == {}


def test_order_of_dates(directory):
    """A column written month first is found by the dates that can be nothing else, and read so."""
    dates = [(day, month, 1950 + i) for i, (day, month) in enumerate((d, m) for d in range(1, 29) for m in range(1, 13))]
    people = [[str(i), f"Lê Văn {chr(65 + i % 26)}{chr(97 + i % 23)}"] for i in range(len(dates))]
    results = {}
    for order, form in (("dmy", "{0:02}/{1:02}/{2}"), ("mdy", "{1:02}/{0:02}/{2}")):
        rows = [[*person, form.format(day, month, 1950 + year % 60)] for person, (day, month, year) in zip(people, dates)]
        rows += [[f"x{row[0]}", *row[1:]] for row in rows[::7]]
        register = support.write_table(directory, f"{order}.csv", ["id", "full_name", "birth_date"], rows)
        found = findings_of(support.khop("inspect", register, "--schema", "person").out)
        assert found["birth_date"].startswith(order + ": "), found
        out = support.path(directory, order)
        support.khop("dedupe", register, "-o", out, "--schema", "person", "--untrained")
        source = support.read_json(out, "summary.json")["sources"][0]
        assert source["month_first"] == (["birth_date"] if order == "mdy" else []), source
        results[order] = support.read_bytes(out, "pairs.csv")
    assert results["dmy"] == results["mdy"] and results["dmy"].count(b"\n") > 40


def test_several_files(directory):
    """The second file's columns are counted under the first one's names."""
    first = support.write(directory, "a.csv", "id,full_name,birth_date\n1,Lê An,01/02/1990\n2,,\n")
    second = support.write(directory, "b.csv", "Birth Date;ID;x\n01/02/1990;3;?\n;4;?\n")
    facts, columns, _ = parse(support.khop("inspect", first, second, "--schema", "person").out)
    assert facts["rows"].startswith("4,")
    assert columns["birth_date"][2] == 50.0 and columns["id"][2] == 100.0
    assert columns["full_name"][2] == 50.0, columns["full_name"]


support.main(globals())
