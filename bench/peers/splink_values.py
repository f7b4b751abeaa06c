"""What the Splink models share: normalising of Vietnamese values in SQL, and levels made of them."""
import splink.comparison_level_library as cll
import splink.comparison_library as cl

MACROS = (
    # Lower-case letters and digits without accents, one blank between words. Đ has no decomposition
    # and Ð is its look-alike.
    r"""create macro fold(x) as nullif(trim(regexp_replace(replace(replace(
        strip_accents(lower(x)), 'đ', 'd'), 'ð', 'd'), '[^a-z0-9]+', ' ', 'g')), '')""",
    r"create macro digits(x) as nullif(regexp_replace(x, '[^0-9]', '', 'g'), '')",
    # A spreadsheet takes the leading zero of a 12-digit or a 9-digit number.
    """create macro id_number(x) as case when length(digits(x)) in (8, 11) then '0' || digits(x)
        else digits(x) end""",
    r"create macro excel_day(x) as case when regexp_full_match(x, '[1-9][0-9]{4}') then x::int end",
    """create macro as_date(x) as coalesce(
        try_strptime(x, ['%d/%m/%Y', '%d.%m.%Y', '%d-%m-%Y', '%d %m %Y', '%Y-%m-%d', '%Y/%m/%d',
                         '%Y%m%d', '%Y%m%d%H%M'])::date,
        date '1899-12-30' + excel_day(x))""",
    # Also of a partial date: "1987", "03/1987".
    r"""create macro year_within(x) as
        try_cast(nullif(regexp_extract(x, '(18|19|20)[0-9]{2}'), '') as int)""",
    """create macro as_sex(x) as case lower(trim(x)) when 'nam' then 'm' when '1' then 'm' when 'm' then 'm'
        when 'true' then 'm' when 'nữ' then 'f' when 'nu' then 'f' when '2' then 'f' when 'f' then 'f'
        when 'false' then 'f' end""",
    # A residence as written, without house and street: then it repeats as often as an office does.
    r"""create macro without_street(x) as
        regexp_replace(x, '(?i)^.*?[ ,]((?:phường|xã|thị trấn) |(?:p|x|tt)\.)', '\1')""",
    # From the commune on, HCM in full. Kinds of place are written or left out at will. "Thị xã" is a
    # district's kind and must not pass for a commune's.
    r"""create macro from_commune(x) as regexp_replace(
        replace(replace(replace(fold(x), 'thi xa ', 'tx '), 'tphcm', 'hcm'), 'hcm', 'ho chi minh'),
        '^(?:.* )?(?:phuong|xa|thi tran|tt|p|x) ', '')""",
    r"""create macro as_place(x) as nullif(regexp_replace(from_commune(x),
        '\b(?:ubnd|uy ban nhan dan|quan|huyen|thanh pho|tinh|tp|tx|q|h|t) ', '', 'g'), '')""",
    # A whole address, house and street too, without the kinds that are written or left out.
    r"""create macro as_street(x) as nullif(trim(regexp_replace(regexp_replace(
        replace(replace(replace(fold(x), 'thi xa ', 'tx '), 'tphcm', 'hcm'), 'hcm', 'ho chi minh'),
        '\b(?:so|duong|phuong|xa|thi tran|quan|huyen|thanh pho|tinh|tp|tx|tt|p|x|q|h|t)\b', '', 'g'), ' +', ' ', 'g')), '')""",
)


def one_edit(column):
    """Levenshtein distance 1. Jaro-Winkler, three times as fast, first turns away what is far."""
    return cll.CustomLevel(
        f"jaro_winkler_similarity({column}_l, {column}_r) >= 0.86 "
        f"and levenshtein({column}_l, {column}_r) <= 1",
        f"{column}: one edit",
    )


def person_name(twins, twins_m):
    """Twins share everything but the given name, and no sum of weights gets over all that they
    share. So their level, the SQL condition `twins`, has a weight set by hand, as one does on meeting
    them in the waterfall charts."""
    return cl.CustomComparison(
        output_column_name="ho_ten",
        comparison_levels=[
            cll.NullLevel("ho_ten"),
            cll.ExactMatchLevel("ho_ten", term_frequency_adjustments=True),
            cll.CustomLevel("ho_ten_tu_l = ho_ten_tu_r", "same words in another order"),
            cll.CustomLevel(twins, "twins").configure(
                m_probability=twins_m, fix_m_probability=True, u_probability=0.01, fix_u_probability=True
            ),
            cll.CustomLevel(
                "ten_l = ten_r and jaro_winkler_similarity(ho_ten_l, ho_ten_r) >= 0.88",
                "same given name, rest alike",
            ),
            one_edit("ho_ten"),
            cll.CustomLevel("ten_l = ten_r", "same given name"),
            cll.CustomLevel(
                "jaro_winkler_similarity(ho_ten_l, ho_ten_r) >= 0.88 and levenshtein(ten_l, ten_r) <= 1",
                "given name and rest alike",
            ),
            cll.ElseLevel(),
        ],
    )


def birth_date():
    return cl.CustomComparison(
        output_column_name="ngay_sinh",
        comparison_levels=[
            cll.NullLevel("nam_sinh"),
            cll.ExactMatchLevel("ngay_sinh"),
            cll.CustomLevel(
                "year(ngay_sinh_l) = year(ngay_sinh_r) and month(ngay_sinh_l) = day(ngay_sinh_r) "
                "and day(ngay_sinh_l) = month(ngay_sinh_r)",
                "day and month swapped",
            ),
            one_edit("ngay_sinh_so"),
            cll.CustomLevel(
                "nam_sinh_l = nam_sinh_r and (ngay_sinh_l is null or ngay_sinh_r is null)",
                "same year, a day is missing",
            ),
            cll.CustomLevel("nam_sinh_l = nam_sinh_r", "same year, other day"),
            cll.ElseLevel(),
        ],
    )


def read_csv(connection, table, path, columns, macros=()):
    """Makes the macros, and a table of the columns as they are written."""
    for macro in macros:
        connection.execute(macro)
    connection.execute(
        f"create table {table} as select {columns} from read_csv('{path}', all_varchar=true, header=true, "
        "delim=',', quote='\"', escape='\"')"
    )
