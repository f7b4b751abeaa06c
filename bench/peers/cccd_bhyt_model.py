"""The Splink model that links the population register to health-insurance cards.

The two share name, date of birth, sex, number, telephone and address; a card's number may be the old one of nine digits,
and a card may be written with its holder's number in place of its own. Members of a household share address and
telephone, twins the date as well.
"""
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import SettingsCreator, block_on

import splink_values
from splink_values import birth_date, one_edit, person_name

LEFT_COLUMNS = "ma_dan_cu, so_cccd, so_cmnd, ho_ten, gioi_tinh, ngay_sinh, noi_thuong_tru, dien_thoai"
RIGHT_COLUMNS = "stt, ma_the, so_dinh_danh, ho_ten, gioi_tinh, ngay_sinh, dia_chi, dien_thoai"

# Both as one table: what a number is, its length says.
COMMON = """
select *, split_part(ho_ten, ' ', -1) as ten, split_part(ho_ten, ' ', 1) as ho,
    array_to_string(list_sort(string_split(ho_ten, ' ')), ' ') as ho_ten_tu,
    coalesce(year(ngay_sinh), year_within(ngay_sinh_viet)) as nam_sinh,
    strftime(ngay_sinh, '%Y%m%d') as ngay_sinh_so,
    case when length(first_number) = 12 then first_number when length(second_number) = 12 then second_number end as so,
    case when length(first_number) = 9 then first_number when length(second_number) = 9 then second_number end as so_cu
from (
    select {id} as unique_id, fold(ho_ten) as ho_ten, as_sex(gioi_tinh) as gioi_tinh,
        ngay_sinh as ngay_sinh_viet, as_date(trim(ngay_sinh)) as ngay_sinh,
        id_number({first}) as first_number, id_number({second}) as second_number,
        as_phone(dien_thoai) as dien_thoai, as_street({address}) as dia_chi,
        as_place(without_street({address})) as noi, as_house({address}) as so_nha
    from {table})
"""

NORMALISED = """
select * exclude (ngay_sinh_viet, first_number, second_number)
    replace (case when so not in (select so from {table}_all group by so having so is not null and count(*) > 8) then so end as so)
from {table}_all
"""

MACROS = splink_values.MACROS + (
    "create macro as_phone(x) as nullif(regexp_replace(digits(x), '^(?:00)?84', '0'), '')",
    # House and street, or hamlet: what stands before the first comma stays when communes merge.
    "create macro as_house(x) as case when x like '%,%,%' then as_street(split_part(x, ',', 1)) end",
)


def prepare(connection, paths):
    """Splink takes the left side from the table whose name comes first."""
    splink_values.read_csv(connection, "raw_left", paths[0], LEFT_COLUMNS, MACROS)
    splink_values.read_csv(connection, "raw_right", paths[1], RIGHT_COLUMNS)
    for table, columns in (
        ("left_register", {"table": "raw_left", "id": "ma_dan_cu", "first": "so_cccd", "second": "so_cmnd", "address": "noi_thuong_tru"}),
        ("right_register", {"table": "raw_right", "id": "stt", "first": "so_dinh_danh", "second": "ma_the", "address": "dia_chi"}),
    ):
        connection.execute(f"create table {table}_all as {COMMON.format(**columns)}")
        connection.execute(f"create table {table} as {NORMALISED.format(table=table)}")
        connection.execute(f"drop table {table}_all")
        connection.execute(f"drop table {columns['table']}")
    return ["left_register", "right_register"]


# ---- comparisons ------------------------------------------------------------------------------

TWINS = (
    "ten_l <> ten_r and levenshtein(ten_l, ten_r) > 1 and ho_ten_tu_l <> ho_ten_tu_r and ngay_sinh_l = ngay_sinh_r "
    "and split_part(ho_ten_l, ' ', 1) = split_part(ho_ten_r, ' ', 1) "
    "and (dia_chi_l = dia_chi_r or so_nha_l = so_nha_r or dien_thoai_l = dien_thoai_r)"
)


def identity_number():
    """New and old number as one comparison: both are on one card. Random pairs hold too few that agree, so the shares
    of these are given."""
    return cl.CustomComparison(
        output_column_name="so",
        comparison_levels=[
            cll.CustomLevel(
                "(so_l is null or so_r is null) and (so_cu_l is null or so_cu_r is null)", "null"
            ).configure(is_null_level=True),
            cll.CustomLevel("so_l = so_r", "number").configure(u_probability=1e-7, fix_u_probability=True),
            cll.CustomLevel("so_cu_l = so_cu_r", "old number").configure(u_probability=1e-7, fix_u_probability=True),
            one_edit("so").configure(u_probability=1e-6, fix_u_probability=True),
            cll.ElseLevel(),
        ],
    )


def household():
    """Address and telephone as one comparison: a family shares both."""
    return cl.CustomComparison(
        output_column_name="nha",
        comparison_levels=[
            cll.CustomLevel(
                "(dia_chi_l is null or dia_chi_r is null) and (dien_thoai_l is null or dien_thoai_r is null)", "null"
            ).configure(is_null_level=True),
            cll.CustomLevel("dien_thoai_l = dien_thoai_r and dia_chi_l = dia_chi_r", "telephone and address"),
            cll.CustomLevel("dien_thoai_l = dien_thoai_r", "telephone"),
            cll.CustomLevel("dia_chi_l = dia_chi_r", "address"),
            cll.CustomLevel("jaro_winkler_similarity(dia_chi_l, dia_chi_r) >= 0.92", "address alike"),
            cll.CustomLevel("so_nha_l = so_nha_r", "house and street, or hamlet"),
            cll.CustomLevel("noi_l = noi_r", "commune"),
            cll.ElseLevel(),
        ],
    )


# ---- blocking and training --------------------------------------------------------------------

BLOCKING = [
    block_on("so"),
    block_on("so_cu"),
    block_on("ten", "ngay_sinh"),
    block_on("ho_ten_tu", "ngay_sinh"),
    block_on("ho", "ngay_sinh"),
    block_on("ho_ten", "nam_sinh"),
    block_on("dien_thoai", "ten"),
    block_on("dien_thoai", "nam_sinh"),
    block_on("ngay_sinh", "dia_chi"),
    block_on("ngay_sinh", "noi", "gioi_tinh"),
    block_on("ho_ten", "noi"),
    block_on("ho_ten_tu", "noi"),
    block_on("ten", "dia_chi"),
    block_on("dia_chi", "nam_sinh"),
    block_on("so_nha", "ten"),
    block_on("so_nha", "nam_sinh"),
    block_on("so_nha", "ho_ten_tu"),
]

DETERMINISTIC = [block_on("so"), block_on("ho_ten", "ngay_sinh", "noi")]
DETERMINISTIC_RECALL = 0.85
EM_SESSIONS = (block_on("ho_ten", "ngay_sinh"), block_on("so"))


def settings(blocking):
    return SettingsCreator(
        link_type="link_only",
        comparisons=[person_name(TWINS, 1e-7), birth_date(), cl.ExactMatch("gioi_tinh"), identity_number(), household()],
        blocking_rules_to_generate_predictions=blocking,
        # Only ids and weights are needed of a pair; columns kept with it cost time and memory.
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
