"""The Splink model of a land register.

What is hard in one: neighbouring parcels of a holding share owner, certificate and commune, so these are one comparison
and the place of the parcel decides; a merger of communes gives a parcel new numbers, and only some records say the old
ones; areas are measured again.
"""
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import SettingsCreator, block_on

import splink_values
from splink_values import one_edit

MACROS = splink_values.MACROS + (
    # "DC 12", "012" and "12" are one sheet; "DC" is a kind of map.
    "create macro as_sheet(x) as nullif(ltrim(digits(x), '0'), '')",
    # Titles come and go: "Hộ ông Nguyễn Văn A".
    r"create macro as_owner(x) as nullif(regexp_replace(fold(x), '^(?:ho )?(?:ong|ba) ', ''), '')",
    r"create macro as_serial(x) as nullif(upper(regexp_replace(x, '[^A-Za-z0-9]', '', 'g')), '')",
)

COLUMNS = """
ma_ho_so, ma_xa, so_to, so_thua, dien_tich, loai_dat, dia_chi_thua, chu_su_dung, so_giay_to, nam_sinh, so_phat_hanh,
so_to_cu, so_thua_cu, ma_dinh_danh_thua
"""

NORMALISED = """
select *, split_part(chu_su_dung, ' ', -1) as ten, split_part(dia_chi_thua, ' ', 1) as so_nha,
    round(dien_tich) as dien_tich_tron
from (
    select ma_ho_so as unique_id, digits(ma_xa) as ma_xa, as_sheet(so_to) as so_to, as_sheet(so_thua) as so_thua,
        try_cast(replace(trim(dien_tich), ',', '.') as double) as dien_tich, fold(loai_dat) as loai_dat,
        as_street(dia_chi_thua) as dia_chi_thua, as_owner(chu_su_dung) as chu_su_dung,
        id_number(so_giay_to) as so_giay_to, year_within(nam_sinh) as nam_sinh, as_serial(so_phat_hanh) as so_phat_hanh,
        as_sheet(so_to_cu) as so_to_cu, as_sheet(so_thua_cu) as so_thua_cu,
        nullif(lower(trim(ma_dinh_danh_thua)), '') as ma_dinh_danh_thua
    from raw)
"""


def prepare(connection, paths):
    splink_values.read_csv(connection, "raw", paths[0], COLUMNS, MACROS)
    connection.execute(f"create table register as {NORMALISED}")
    connection.execute("drop table raw")
    return ["register"]


# ---- comparisons ------------------------------------------------------------------------------

SAME_NUMBERS = "ma_xa_l = ma_xa_r and so_to_l = so_to_r and so_thua_l = so_thua_r"
OLD_NUMBERS = (
    "ma_xa_l = ma_xa_r and so_thua_l <> so_thua_r and ((so_to_l = so_to_cu_r and so_thua_l = so_thua_cu_r) "
    "or (so_to_cu_l = so_to_r and so_thua_cu_l = so_thua_r) or (so_to_cu_l = so_to_cu_r and so_thua_cu_l = so_thua_cu_r))"
)


def close_area(share):
    return f"abs(dien_tich_l - dien_tich_r) <= {share} * greatest(dien_tich_l, dien_tich_r)"


def parcel():
    """Where it lies. After a merger the old numbers of one record are the numbers of the other."""
    return cl.CustomComparison(
        output_column_name="thua",
        comparison_levels=[
            cll.CustomLevel("so_to_l is null or so_to_r is null or so_thua_l is null or so_thua_r is null", "null").configure(
                is_null_level=True
            ),
            cll.CustomLevel(SAME_NUMBERS, "same numbers"),
            cll.CustomLevel(OLD_NUMBERS, "old and new numbers"),
            cll.CustomLevel(
                f"ma_xa_l = ma_xa_r and so_thua_l = so_thua_r and loai_dat_l = loai_dat_r and {close_area(0.05)}",
                "another sheet, like land",
            ),
            cll.CustomLevel("ma_xa_l = ma_xa_r and so_thua_l = so_thua_r", "same number in the commune"),
            cll.CustomLevel("ma_xa_l = ma_xa_r and so_to_l = so_to_r", "same sheet"),
            cll.CustomLevel("so_to_l = so_to_r and so_thua_l = so_thua_r", "same numbers elsewhere"),
            cll.ElseLevel(),
        ],
    )


def geohash():
    """Random pairs hold too few equal codes to estimate their share, so it is given."""
    return cl.CustomComparison(
        output_column_name="ma_dinh_danh_thua",
        comparison_levels=[
            cll.NullLevel("ma_dinh_danh_thua"),
            cll.ExactMatchLevel("ma_dinh_danh_thua").configure(u_probability=1e-6, fix_u_probability=True),
            one_edit("ma_dinh_danh_thua").configure(u_probability=1e-6, fix_u_probability=True),
            cll.ElseLevel(),
        ],
    )


OWNER_ALIKE = "jaro_winkler_similarity(chu_su_dung_l, chu_su_dung_r) >= 0.9"


def holder():
    """Owner, number and certificate as one comparison: the parcels of a holding share them all."""
    return cl.CustomComparison(
        output_column_name="chu",
        comparison_levels=[
            cll.CustomLevel(
                "(chu_su_dung_l is null or chu_su_dung_r is null) and (so_giay_to_l is null or so_giay_to_r is null) "
                "and (so_phat_hanh_l is null or so_phat_hanh_r is null)",
                "null",
            ).configure(is_null_level=True),
            cll.CustomLevel(f"so_phat_hanh_l = so_phat_hanh_r and {OWNER_ALIKE}", "certificate and owner"),
            cll.CustomLevel("so_phat_hanh_l = so_phat_hanh_r", "certificate"),
            cll.CustomLevel("so_giay_to_l = so_giay_to_r and ma_xa_l = ma_xa_r", "owner's number, one commune"),
            cll.CustomLevel("chu_su_dung_l = chu_su_dung_r and ma_xa_l = ma_xa_r", "owner's name, one commune"),
            cll.CustomLevel(f"{OWNER_ALIKE} and ma_xa_l = ma_xa_r", "owner alike, one commune"),
            cll.CustomLevel("so_giay_to_l = so_giay_to_r or chu_su_dung_l = chu_su_dung_r", "owner, elsewhere"),
            cll.CustomLevel(OWNER_ALIKE, "owner alike, elsewhere"),
            cll.ElseLevel(),
        ],
    )


def area():
    return cl.CustomComparison(
        output_column_name="dien_tich",
        comparison_levels=[
            cll.NullLevel("dien_tich"),
            cll.ExactMatchLevel("dien_tich"),
            cll.CustomLevel(close_area(0.02), "within 2 %"),
            cll.CustomLevel(close_area(0.1), "within 10 %"),
            cll.ElseLevel(),
        ],
    )


def address():
    return cl.CustomComparison(
        output_column_name="dia_chi_thua",
        comparison_levels=[
            cll.NullLevel("dia_chi_thua"),
            cll.ExactMatchLevel("dia_chi_thua"),
            cll.JaroWinklerLevel("dia_chi_thua", 0.92),
            cll.CustomLevel("so_nha_l = so_nha_r", "house"),
            cll.ElseLevel(),
        ],
    )


# ---- blocking and training --------------------------------------------------------------------

BLOCKING = [
    block_on("ma_dinh_danh_thua"),
    block_on("ma_xa", "so_to", "so_thua"),
    block_on("ma_xa", "so_to_cu", "so_thua_cu"),
    "l.ma_xa = r.ma_xa and l.so_to = r.so_to_cu and l.so_thua = r.so_thua_cu",
    "l.ma_xa = r.ma_xa and l.so_to_cu = r.so_to and l.so_thua_cu = r.so_thua",
    block_on("so_phat_hanh"),
    block_on("so_giay_to", "ma_xa"),
    block_on("chu_su_dung", "ma_xa"),
    block_on("so_giay_to", "so_thua"),
    block_on("chu_su_dung", "dia_chi_thua"),
    block_on("dia_chi_thua", "loai_dat"),
    block_on("ma_xa", "so_thua", "loai_dat"),
    block_on("ma_xa", "so_thua", "ten"),
    block_on("ma_xa", "ten", "loai_dat", "nam_sinh"),
    block_on("ma_xa", "ten", "dien_tich_tron"),
]

DETERMINISTIC = [block_on("ma_dinh_danh_thua"), block_on("ma_xa", "so_to", "so_thua", "loai_dat")]
DETERMINISTIC_RECALL = 0.9
EM_SESSIONS = (block_on("ma_dinh_danh_thua"), block_on("so_phat_hanh"), block_on("ma_xa", "so_to", "so_thua"))


def settings(blocking):
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[parcel(), geohash(), holder(), area(), cl.ExactMatch("loai_dat"), address()],
        blocking_rules_to_generate_predictions=blocking,
        # Only ids and weights are needed of a pair; columns kept with it cost time and memory.
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
