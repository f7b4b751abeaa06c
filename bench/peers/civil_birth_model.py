"""The Splink model of a civil-birth register: normalising SQL, comparisons, blocking, training.

Written to be as good as Splink lets it be, not as a straw man: accents, Đ and composition are
normalised, ids that lost a leading zero get it back, dates are read in every format of the
register, common names weigh less, twins differ by a level of their own, and blocking has enough
rules to find the same record after any one field is wrong or missing.
"""
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import SettingsCreator, block_on

import splink_values
from splink_values import birth_date, one_edit, person_name

# ---- normalising ------------------------------------------------------------------------------

MACROS = splink_values.MACROS + (
    # Leading zeros of register and book numbers come and go; so does the year after the number.
    r"create macro as_book(x) as nullif(ltrim(regexp_replace(lower(x), '[^a-z0-9]+', ' ', 'g'), ' 0'), '')",
    "create macro as_number(x) as try_cast(nullif(split_part(x, '/', 1), '') as int)",
)

# The columns of the register that the model uses; the others are never stored.
COLUMNS = """
ma_ho_so, ho_ten, gioi_tinh, ngay_sinh, so_dinh_danh, me_ho_ten, me_so_giay_to, cha_ho_ten,
cha_so_giay_to, so, quyen_so, ngay_dang_ky, noi_dang_ky, que_quan,
without_street(noi_cu_tru) as noi_cu_tru
"""

# 000000000000, 123456789012 and their like stand for no number; so does any number that many share.
PLACEHOLDERS = """
select number from (select id_number(so_dinh_danh) as number from raw)
where number is not null group by number having count(*) > 8
"""

# Places repeat, so each spelling is normalised once.
PLACES = """
select written, as_place(written) as place
from (select noi_dang_ky as written from raw union select que_quan from raw
    union select noi_cu_tru from raw)
where written is not null
"""

NORMALISED = """
select * exclude (ngay_sinh_viet) replace (
        case when so_dinh_danh not in (select number from placeholders) then so_dinh_danh end
        as so_dinh_danh),
    split_part(ho_ten, ' ', -1) as ten,
    array_to_string(list_sort(string_split(ho_ten, ' ')), ' ') as ho_ten_tu,
    coalesce(year(ngay_sinh), year_within(ngay_sinh_viet)) as nam_sinh,
    strftime(ngay_sinh, '%Y%m%d') as ngay_sinh_so
from (
    select ma_ho_so as unique_id,
        fold(ho_ten) as ho_ten, as_sex(gioi_tinh) as gioi_tinh,
        ngay_sinh as ngay_sinh_viet, as_date(trim(ngay_sinh)) as ngay_sinh,
        id_number(so_dinh_danh) as so_dinh_danh,
        fold(me_ho_ten) as me_ho_ten, id_number(me_so_giay_to) as me_so_giay_to,
        fold(cha_ho_ten) as cha_ho_ten, id_number(cha_so_giay_to) as cha_so_giay_to,
        as_number(so) as so, as_book(quyen_so) as quyen_so,
        as_date(trim(ngay_dang_ky)) as ngay_dang_ky, offices.place as noi_dang_ky,
        homes.place as que_quan, residences.place as noi_cu_tru
    from raw left join places as offices on offices.written = raw.noi_dang_ky
    left join places as homes on homes.written = raw.que_quan
    left join places as residences on residences.written = raw.noi_cu_tru)
"""



def prepare(connection, paths):
    """The register as one table; its names."""
    splink_values.read_csv(connection, "raw", paths[0], COLUMNS, MACROS)
    connection.execute(f"create table placeholders as {PLACEHOLDERS}")
    connection.execute(f"create table places as {PLACES}")
    connection.execute(f"create table register as {NORMALISED}")
    connection.execute("drop table raw")
    return ["register"]


# ---- comparisons ------------------------------------------------------------------------------

TWINS = (
    "ten_l <> ten_r and ngay_sinh_l = ngay_sinh_r and ("
    "(so_l - so_r in (-1, 1) and quyen_so_l = quyen_so_r and noi_dang_ky_l = noi_dang_ky_r) or "
    "(levenshtein(ten_l, ten_r) > 1 and (me_ho_ten_l = me_ho_ten_r or cha_ho_ten_l = cha_ho_ten_r)))"
)


def same_parent(parent):
    return (
        f"coalesce({parent}_ho_ten_l = {parent}_ho_ten_r, false) "
        f"or coalesce({parent}_so_giay_to_l = {parent}_so_giay_to_r, false)"
    )


def like_parent(parent):
    return f"coalesce(jaro_winkler_similarity({parent}_ho_ten_l, {parent}_ho_ten_r) >= 0.92, false)"


def family():
    """The parents' names and numbers, residence and home as one comparison. Apart, each would count in
    full for twins and siblings, who share them all: Splink adds weights as if fields were independent.
    A level for the same house and street was tried: F1 +.0005 on one error model, -.0018 on the other."""
    mother, father = same_parent("me"), same_parent("cha")
    return cl.CustomComparison(
        output_column_name="gia_dinh",
        comparison_levels=[
            cll.CustomLevel(
                "(me_ho_ten_l is null or me_ho_ten_r is null) "
                "and (cha_ho_ten_l is null or cha_ho_ten_r is null) "
                "and (me_so_giay_to_l is null or me_so_giay_to_r is null) "
                "and (cha_so_giay_to_l is null or cha_so_giay_to_r is null) "
                "and not coalesce(noi_cu_tru_l = noi_cu_tru_r, false)",
                "null",
            ).configure(is_null_level=True),
            cll.CustomLevel(f"({mother}) and ({father})", "both parents"),
            cll.CustomLevel(
                f"(({mother}) and ({like_parent('cha')})) or (({father}) and ({like_parent('me')}))",
                "one parent, the other alike",
            ),
            cll.CustomLevel(
                "coalesce(me_so_giay_to_l = me_so_giay_to_r, false) or "
                "coalesce(cha_so_giay_to_l = cha_so_giay_to_r, false)",
                "a parent's number",
            ),
            cll.CustomLevel(
                f"(({mother}) or ({father})) and noi_cu_tru_l = noi_cu_tru_r",
                "one parent's name and the residence",
            ),
            cll.CustomLevel(
                f"(({mother}) or ({father})) and que_quan_l = que_quan_r",
                "one parent's name and the home",
            ),
            cll.CustomLevel(f"({mother}) or ({father})", "one parent's name"),
            cll.CustomLevel("noi_cu_tru_l = noi_cu_tru_r", "the residence"),
            cll.CustomLevel(f"{like_parent('me')} or {like_parent('cha')}", "one parent's name alike"),
            cll.ElseLevel(),
        ],
    )


def identity_number():
    """Random pairs hold too few near misses to estimate their share, so it is given."""
    return cl.CustomComparison(
        output_column_name="so_dinh_danh",
        comparison_levels=[
            cll.NullLevel("so_dinh_danh"),
            cll.ExactMatchLevel("so_dinh_danh"),
            one_edit("so_dinh_danh").configure(u_probability=1e-6, fix_u_probability=True),
            cll.ElseLevel(),
        ],
    )


def register_entry():
    """(place, book, number) names one entry; failing that, office and day are evidence."""
    return cl.CustomComparison(
        output_column_name="so_dang_ky",
        comparison_levels=[
            cll.CustomLevel(
                "so_l is null or so_r is null or quyen_so_l is null or quyen_so_r is null", "null"
            ).configure(is_null_level=True),
            cll.CustomLevel(
                "so_l = so_r and quyen_so_l = quyen_so_r and noi_dang_ky_l = noi_dang_ky_r",
                "same entry",
            ),
            cll.CustomLevel("so_l = so_r and quyen_so_l = quyen_so_r", "same number and book"),
            cll.CustomLevel(
                "noi_dang_ky_l = noi_dang_ky_r and ngay_dang_ky_l = ngay_dang_ky_r",
                "same office and day",
            ),
            cll.ElseLevel(),
        ],
    )


def comparisons():
    """Residence and home stand inside the family: siblings share them too. Before they did, the home
    was tried as a comparison of its own: at 100 k people clusters fell from F1 .985 to .978."""
    return [
        person_name(TWINS, 1e-9),
        birth_date(),
        cl.ExactMatch("gioi_tinh"),
        identity_number(),
        family(),
        register_entry(),
    ]


# ---- blocking and training --------------------------------------------------------------------

# About 1.5 pairs a row at 1 M people, 99.6 % of the true pairs at 100 k. Wider rules were tried: (given name,
# mother) alone makes three times as many pairs as all of these for 0.2 % more.
BLOCKING = [
    block_on("so_dinh_danh"),
    block_on("ten", "ngay_sinh"),
    block_on("me_ho_ten", "cha_ho_ten"),
    block_on("ten", "me_ho_ten", "nam_sinh"),
    block_on("ten", "cha_ho_ten", "nam_sinh"),
    block_on("ho_ten", "me_ho_ten"),
    block_on("ho_ten", "cha_ho_ten"),
    block_on("me_ho_ten", "ngay_sinh"),
    block_on("cha_ho_ten", "ngay_sinh"),
    block_on("me_so_giay_to"),
    block_on("cha_so_giay_to"),
    block_on("so", "quyen_so", "noi_dang_ky"),
    block_on("ho_ten", "noi_cu_tru"),
    block_on("ho_ten", "que_quan", "nam_sinh"),
]

# What a pair costs, and nothing of how well they block: 270 million pairs at 1 M people, no block above 512 rows.
NINE_RULES = [
    block_on("so_dinh_danh"),
    block_on("ho_ten", "nam_sinh"),
    block_on("me_ho_ten", "nam_sinh"),
    block_on("cha_ho_ten", "nam_sinh"),
    block_on("so", "quyen_so"),
    block_on("split_part(me_ho_ten, ' ', -1)", "noi_cu_tru"),
    block_on("noi_dang_ky", "nam_sinh"),
    block_on("noi_cu_tru", "nam_sinh"),
    block_on("ngay_sinh"),
]

DETERMINISTIC = [block_on("so_dinh_danh"), block_on("ho_ten", "ngay_sinh", "me_ho_ten")]
# Half of the duplicates or more lack a number or differ somewhere in these fields.
DETERMINISTIC_RECALL = 0.5

EM_SESSIONS = (block_on("ho_ten", "ngay_sinh"), block_on("so_dinh_danh"))


def settings(blocking):
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons(),
        blocking_rules_to_generate_predictions=blocking,
        # Only ids and weights are needed of a pair; columns kept with it cost time and memory.
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
