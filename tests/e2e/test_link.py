"""khop link: registers of one people, of different schemas and of the same one, against their truth."""

import collections
import os
import random
import signal

import support
from support import INPUT, INTERRUPTED, USAGE

PEOPLE = support.scaled(3000, 800)
LINKS_HEADER = ["left_id", "right_id", "match_probability", "category", "match_weight", "blocking_rule", "detail", "cause"]
UNLINKED_HEADER = ["side", "record_id", "reason", "best_candidate_id", "best_match_probability"]
LINK_FILES = {"links.csv", "unlinked.csv", "contradictions.csv", "ids.csv", "rejected.csv", "summary.json", "model.json", "report.html"}
REASONS = {"no_key", "no_candidate", "below_review", "candidate_taken"}


def generate(directory, schema, profile="judge", seed=1):
    where = support.path(directory, f"{schema}-{profile}")
    support.khop("gen", schema, "-n", PEOPLE, "--seed", seed, "--profile", profile, "-o", where)
    return support.path(where, schema + ".csv"), support.path(where, "truth.csv")


def link(left, right, out, *more):
    support.khop("link", left, right, "-o", out, *more)
    return support.read_json(out, "summary.json")


def links_of(out):
    return support.read_table(out, "links.csv")


def check_records(out, left_truth, right_truth):
    """Every record stands in links.csv or, once, in unlinked.csv."""
    assert support.read_rows(out, "links.csv")[0] == LINKS_HEADER
    assert support.read_rows(out, "unlinked.csv")[0] == UNLINKED_HEADER
    unlinked = support.read_table(out, "unlinked.csv")
    assert {row["reason"] for row in unlinked} <= REASONS
    for side, truth in (("left", left_truth), ("right", right_truth)):
        linked = {row[f"{side}_id"] for row in links_of(out)}
        others = [row["record_id"] for row in unlinked if row["side"] == side]
        assert len(others) == len(set(others)) and not linked & set(others)
        assert linked | set(others) == set(truth)
    for row in unlinked:
        assert (row["reason"] in ("below_review", "candidate_taken")) == (row["best_candidate_id"] != "")


def check_quality(out, left_path, right_path, least):
    left, right = support.truth_of(left_path), support.truth_of(right_path)
    check_records(out, left, right)
    links = [(row["left_id"], row["right_id"]) for row in links_of(out) if row["category"] != "review"]
    assert len(links) == len(set(links))
    counts = collections.Counter(right.values())
    true_pairs = sum(counts[entity] for entity in left.values())
    found = sum(left[a] == right[b] for a, b in links)
    f1 = 2 * found / (len(links) + true_pairs)
    assert f1 >= least, f"F1 {f1:.4f}"
    told = support.json.loads(support.khop("evaluate", out, "--truth", left_path, "--truth", right_path, "--format", "json").out)
    assert (told["true_positives"], told["false_positives"], told["false_negatives"]) == (found, len(links) - found, true_pairs - found)
    assert abs(told["f1"] - f1) < 1e-6
    return links


def test_two_schemas(directory):
    left, left_truth = generate(directory, "cccd")
    right, right_truth = generate(directory, "bhyt")
    out = support.path(directory, "out")
    summary = link(left, right, out)
    links = check_quality(out, left_truth, right_truth, 0.99)
    assert set(os.listdir(out)) == LINK_FILES | {"store"}
    assert (summary["schema"], summary["left"]["schema"], summary["right"]["schema"]) == ("link-people", "cccd", "bhyt")
    assert summary["links"]["links"] == len(links)
    categories = collections.Counter(row["category"] for row in links_of(out))
    assert summary["links"]["conflicts"] == categories["conflict"] > 0
    assert summary["links"]["for_review"] == categories["review"]
    for side in ("left", "right"):
        facts = summary[side]
        assert facts["linked"] + facts["for_review"] + facts["unlinked"] == facts["indexed"] == facts["rows"] - facts["rejected"]
    for row in links_of(out):
        names = set(row["detail"].split(";")) - {"", "tie"}
        if row["category"] != "review":
            assert (row["category"] == "conflict") == bool(names), row


def test_other_way_round(directory):
    """The sides may change places: the same pairs, but for those that sampling decides."""
    left, _ = generate(directory, "cccd")
    right, _ = generate(directory, "bhyt")
    link(left, right, support.path(directory, "a"))
    link(right, left, support.path(directory, "b"))
    one = {(row["left_id"], row["right_id"]) for row in links_of(support.path(directory, "a")) if row["category"] != "review"}
    other = {(row["right_id"], row["left_id"]) for row in links_of(support.path(directory, "b")) if row["category"] != "review"}
    assert len(one ^ other) <= 0.01 * len(one)


def test_one_schema_same_ids(directory):
    """Two copies of the citizens' register by other offices: their record ids count from 1 on both sides."""
    left, left_truth = generate(directory, "cccd", "judge")
    right, right_truth = generate(directory, "cccd", "tune")
    out = support.path(directory, "out")
    summary = link(left, right, out)
    assert summary["schema"] == "cccd" and summary["input"]["rejected"] == 0
    check_quality(out, left_truth, right_truth, 0.99)
    header, rows = support.read_rows(left)
    found = support.khop("index", "get", support.path(out, "store"), "--id", rows[5][0], "--cluster").out
    assert found.count(os.path.basename(left)) >= 2, header  # the record of either side


def test_kinds(directory):
    left, left_truth = generate(directory, "cccd")
    right, right_truth = generate(directory, "bhyt")
    outs = {}
    for kind, left_once, right_once in (("one-to-one", True, True), ("one-to-many", False, True), ("many-to-one", True, False),
                                        ("many-to-many", False, False)):
        out = outs[kind] = support.path(directory, kind)
        summary = link(left, right, out, f"--{kind}", "--no-store")
        assert summary["links"]["kind"] == kind and set(os.listdir(out)) == LINK_FILES - {"contradictions.csv"}
        check_records(out, support.truth_of(left_truth), support.truth_of(right_truth))
        for side, once in (("left", left_once), ("right", right_once)):
            most = max(collections.Counter(row[f"{side}_id"] for row in links_of(out) if row["category"] != "review").values())
            assert (most == 1) == once, (kind, side, most)
    count = {kind: len(links_of(out)) for kind, out in outs.items()}
    assert count["one-to-one"] < count["one-to-many"] < count["many-to-many"] > count["many-to-one"]


def people(directory):
    """The same six people on two tables with columns of their own, and one more on each."""
    left = [["1", "Nguyễn Văn Hùng", "12/03/1985", "079085000011", "0901234561"],
            ["2", "Trần Thị Mai", "05/11/1990", "079190000022", "0901234562"],
            ["3", "Lê Hoàng Phúc", "21/07/1978", "079078000033", "0901234563"],
            ["4", "Phạm Ngọc Ánh", "30/01/1969", "", "0901234564"],
            ["5", "Hoàng Đức Long", "17/09/2001", "079201000055", ""],
            ["6", "Đỗ Kim Oanh", "02/02/1995", "079195000066", "0901234566"],
            ["7", "Vũ Tiến Đạt", "08/08/1988", "079088000077", "0901234567"]]
    right = [["a", "NGUYEN VAN HUNG", "1985-03-12", "079085000011", "0901234561"],
             ["b", "Trần Thị Mai", "1990-11-05", "079190000022", ""],
             ["c", "Lê Hoàng Phúc", "1978-07-21", "079078000039", "0901234563"],
             ["d", "Phạm Ngọc Ánh", "1969-01-30", "079169000044", "0901234564"],
             ["e", "Hoàng Đức Long", "2001-09-17", "079201000055", "0901234565"],
             ["f", "Đỗ Kim Oanh", "1995-02-20", "079195000066", "0901234566"],
             ["g", "Bùi Thu Hà", "1955-12-12", "079155000088", "0901234568"]]
    return (support.write_table(directory, "left.csv", ["SO", "TEN", "NGAY", "CAN_CUOC", "DT"], left),
            support.write_table(directory, "right.csv", ["key", "person", "born", "number", "tel"], right))


MAPS = ["--left-schema", "cccd", "--right-schema", "person",
        *(part for text in ("ma_dan_cu=SO", "ho_ten=TEN", "ngay_sinh=NGAY", "so_cccd=CAN_CUOC", "dien_thoai=DT") for part in ("--left-map", text)),
        *(part for text in ("id=key", "full_name=person", "birth_date=born", "national_id=number", "phone=tel") for part in ("--right-map", text))]


def check_six(out):
    found = {row["left_id"]: (row["right_id"], row["category"]) for row in links_of(out)}
    assert set(found) == set("123456") and [found[left][0] for left in "123456"] == list("abcdef"), found
    assert [row["record_id"] for row in support.read_table(out, "unlinked.csv")] == ["7", "g"]
    return found


def test_columns_of_ones_own(directory):
    left, right = people(directory)
    out = support.path(directory, "out")
    link(left, right, out, *MAPS)
    found = check_six(out)
    assert found["3"][1] == "conflict" and found["6"][1] == "conflict" and found["2"][1] == "match"


JOINT = """schema: mine
id: ma
fields:
  ma: {type: code, aliases: [SO, key]}
  ten: {type: person_name, aliases: [person]}
  sinh: {type: date, aliases: [NGAY, born]}
  so_can_cuoc: {type: personal_id, aliases: [CAN_CUOC, number]}
blocking:
  - [so_can_cuoc]
  - [ten, sinh.year]
comparisons:
  - name: ten
  - name: sinh
  - name: so_can_cuoc
    levels:
      - {when: so_can_cuoc exact, m: 0.9, u: 0.000001}
      - {else: true, m: 0.1, u: 0.999, conflict: true}
links: one-to-one
expected_duplicates: 0.5
thresholds: {match: 0.5, review: 0.1}
"""


def test_schema_of_ones_own(directory):
    left, right = people(directory)
    out = support.path(directory, "out")
    summary = link(left, right, out, "--schema", support.write(directory, "mine.yaml", JOINT), "--untrained")
    found = check_six(out)
    assert summary["schema"] == "mine" and summary["links"]["kind"] == "one-to-one"
    assert found["3"][1] == "conflict" and found["6"][1] == "match"


def test_same_bytes(directory):
    left, _ = generate(directory, "cccd")
    right, _ = generate(directory, "bhyt")
    runs = [("1", {}), ("2", {}), ("8", {})] + [("2", {"KHOP_CPU": level}) for level in support.cpu_levels()]
    seen = set()
    for number, (threads, env) in enumerate(runs):
        out = support.path(directory, f"out{number}")
        support.khop("link", left, right, "-o", out, "--threads", threads, env=env)
        summary = support.read_json(out, "summary.json")
        summary.pop("run")
        seen.add((support.json.dumps(summary), *(support.read_bytes(out, name) for name in sorted(LINK_FILES - support.RUN_FILES)),
                  support.read_bytes(out, "store", "data.mdb")))
    assert len(seen) == 1


def test_order_of_rows(directory):
    """Which of equal candidates is taken goes by the ids, not by the rows."""
    left = [[f"L{n}", "Nguyễn Văn Hùng", "12/03/1985"] for n in range(4)]
    right = [[f"R{n}", "Nguyễn Văn Hùng", "12/03/1985"] for n in range(3)]
    header = ["id", "full_name", "birth_date"]
    seen = set()
    for seed in range(4):
        random.Random(seed).shuffle(left)
        random.Random(seed + 9).shuffle(right)
        out = support.path(directory, f"out{seed}")
        summary = link(support.write_table(directory, "l.csv", header, left), support.write_table(directory, "r.csv", header, right), out,
                       "--one-to-one", "--untrained", "--match", "0.0001", "--review", "0.0001")
        assert summary["links"]["ties"] == 3
        seen.add(tuple(sorted((row["left_id"], row["right_id"], row["detail"]) for row in links_of(out))))
        taken = [row["record_id"] for row in support.read_table(out, "unlinked.csv") if row["reason"] == "candidate_taken"]
        assert taken == ["L3"], taken
    assert len(seen) == 1 and {row[2] for row in seen.pop()} == {"tie"}


def test_earlier_result(directory):
    left, right = people(directory)
    out = support.path(directory, "out")
    support.khop("dedupe", left, "-o", out, "--schema", "cccd", *(part for part in MAPS[4:14] if part != "--left-map" for part in ("--map", part)))
    support.refuses(USAGE, ["out", "--force"], "link", left, right, "-o", out, *MAPS)
    link(left, right, out, *MAPS, "--force")
    assert set(os.listdir(out)) == LINK_FILES | {"store"}
    check_six(out)
    assert not support.left_behind(out)


def test_bad_input(directory):
    left, right = people(directory)
    out = support.path(directory, "out")
    empty = support.write(directory, "empty.csv", "key,person,born,number,tel\n")
    nothing = support.write(directory, "nothing.csv", "a,b\n1,2\n")
    for code, words, arguments in (
        (USAGE, ["RIGHT.csv"], [left]),
        (USAGE, ["9 operands"], [left, right, *7 * [right]]),
        (USAGE, ["missing.csv"], [left, support.path(directory, "missing.csv"), *MAPS]),
        (INPUT, ["empty.csv"], [left, empty, *MAPS]),
        (USAGE, ["nothing.csv", "--right-schema"], [left, nothing, *MAPS[:2], *MAPS[4:14]]),
        (USAGE, ["left.csv", "NAME"], [left, right, *MAPS, "--left-map", "ten_goi_khac=NAME"]),
        (USAGE, ["nickname"], [left, right, *MAPS, "--right-map", "nickname=person"]),
        (USAGE, ["--right-map"], [left, right, "--right-map", "person"]),
        (USAGE, ["no schema 'citizens'"], [left, right, "--left-schema", "citizens"]),
        (USAGE, ["parcel", "person", "--schema"], [left, right, "--left-schema", "parcel", "--left-map", "ma_ho_so=SO", *MAPS[2:4], *MAPS[14:]]),
        (USAGE, ["--one-to-one", "--many-to-many"], [left, right, "--many-to-many", "--one-to-one", *MAPS]),
    ):
        support.refuses(code, words, "link", *arguments, "-o", out)
        assert not os.path.exists(out) or not set(os.listdir(out)) - {"rejected.csv"}, arguments
    support.refuses(USAGE, ["-o OUT"], "link", left, right, *MAPS)


def test_rejected_rows_are_counted_by_side(directory):
    """A small register's bad rows do not hide behind the good ones of a large one."""
    header = ["id", "full_name", "birth_date"]
    many = support.write_table(directory, "many.csv", header, [[str(n), f"Nguyễn Văn {n}", "1/2/1990"] for n in range(2000)])
    few = support.write(directory, "few.csv", "id,full_name,birth_date\n1,Nguyễn Văn 7,1/2/1990\n2,Nguyễn Văn 8\n")
    out = support.path(directory, "out")
    support.refuses(INPUT, ["few.csv", "1 of 2 rows"], "link", many, few, "-o", out)
    summary = link(many, few, out, "--max-rejected", "60%", "--force")
    assert (summary["left"]["rejected"], summary["right"]["rejected"]) == (0, 1)


def test_interrupt(directory):
    """Standard input that never ends: Ctrl-C leaves nothing."""
    left, right = people(directory)
    out = support.path(directory, "out")
    process = support.start("link", "-", right, "-o", out, *MAPS, stdin=support.subprocess.PIPE)
    process.stdin.write(support.read_bytes(left) * 20000)
    process.stdin.flush()
    support.send(process, signal.SIGINT)
    process.stdin.close()
    result = support.finish(process)
    assert result.code == INTERRUPTED, (result.code, result.err)
    assert not os.path.exists(out) or not os.listdir(out)


def test_evaluate_forms(directory):
    left, right = people(directory)
    out = support.path(directory, "out")
    link(left, right, out, *MAPS)
    pairs = support.write(directory, "pairs.csv", "left_id,right_id\n" + "".join(f"{a},{b}\n" for a, b in zip("123456", "abcdef")) + "7,g\n9,z\n")
    both = support.write(directory, "both.csv", "record_id,entity_id\n" + "".join(f"{a},{n}\n{b},{n}\n" for n, (a, b) in enumerate(zip("1234567", "abcdefg"))))
    for truth in (pairs, both):
        told = support.json.loads(support.khop("evaluate", out, "--truth", truth, "--format", "json").out)
        assert (told["true_positives"], told["false_positives"], told["false_negatives"]) == (6, 0, 1), told
    assert support.json.loads(support.khop("evaluate", out, "--truth", pairs, "--format", "json").out)["missing_pairs"] == 1
    support.refuses(USAGE, ["stands alone"], "evaluate", out, "--truth", pairs, "--truth", both)
    other = support.write(directory, "other.csv", "record_id,entity_id\nx,1\ny,2\n")
    support.refuses(INPUT, ["no true pair"], "evaluate", out, "--truth", other, "--truth", other)


if __name__ == "__main__":
    support.main(globals())
