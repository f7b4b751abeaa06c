"""khop evaluate: the curve, and labels; each against a count of our own."""

import itertools
import math
import os
import random

import support
from support import INPUT, USAGE

PEOPLE = support.scaled(4000, 2500)


def result(directory):
    """A register with truth, matched; made once a test."""
    register, truth = support.generate("civil-birth", PEOPLE, directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out)
    return out, truth


def evaluate(*arguments):
    return support.json.loads(support.khop("evaluate", *arguments, "--format", "json").out)


def listed_pairs(out):
    return [(row["left_id"], row["right_id"], float(row["match_weight"]), row["decision"])
            for row in support.read_table(out, "pairs.csv")]


def share(part, whole):
    return part / whole if whole else 1.0


def test_curve(directory):
    out, truth_path = result(directory)
    truth = support.truth_of(truth_path)
    sizes = support.collections.Counter(truth.values())
    true_pairs = sum(n * (n - 1) // 2 for n in sizes.values())
    pairs = listed_pairs(out)
    curve = support.path(directory, "curve.csv")
    found = evaluate(out, "--truth", truth_path, "--curve", curve)
    assert oct(os.stat(curve).st_mode & 0o777) == "0o600"

    points = support.read_table(directory, "curve.csv")
    weights = [float(point["match_weight"]) for point in points]
    assert weights == sorted({weight for _, _, weight, _ in pairs}, reverse=True)
    for point in random.Random(1).sample(points, min(len(points), 60)) + [points[-1]]:
        above = [pair for pair in pairs if pair[2] >= float(point["match_weight"])]
        right = sum(truth[left] == truth[other] for left, other, _, _ in above)
        assert (int(point["pairs"]), int(point["true_pairs"])) == (len(above), right)
        precision, recall = share(right, len(above)), share(right, true_pairs)
        assert abs(float(point["precision"]) - precision) < 1e-6 and abs(float(point["recall"]) - recall) < 1e-6
        assert abs(float(point["f1"]) - 2 * precision * recall / (precision + recall)) < 2e-6
    assert max(float(point["f1"]) for point in points) == found["best_f1"]

    table = found["thresholds"]
    assert [row["probability"] for row in table] == sorted((row["probability"] for row in table), reverse=True)
    assert table[-1]["pairs"] == len(pairs) > table[0]["pairs"]
    for row in table:
        assert abs(row["weight"] - math.log2(row["probability"] / (1 - row["probability"]))) < 2e-3
        assert row["pairs"] == sum(weight >= math.log2(row["probability"] / (1 - row["probability"])) for _, _, weight, _ in pairs)
    at_match = [row for row in table if row["probability"] >= 0.9][-1]  # the table ends with the lightest pair
    assert at_match["precision"] == found["pair_precision"] and at_match["recall"] == found["pair_recall"]
    text = support.khop("evaluate", out, "--truth", truth_path).out
    assert f"{at_match['precision']:.4f} {at_match['recall']:8.4f} {at_match['f1']:8.4f}" in text, text


def write_labels(directory, name, rows, columns=("left_id", "right_id", "label")):
    return support.write_table(directory, name, columns, rows)


def test_labels(directory):
    """Reviewers judge a sample of what was found: the true precision lies in the interval."""
    out, truth_path = result(directory)
    truth = support.truth_of(truth_path)
    pairs = listed_pairs(out)
    chosen = random.Random(2)
    sample = chosen.sample(pairs, len(pairs) // 2)
    words = (("không trùng", "khác", "non-match"), ("trùng", "Khớp", "match"))
    rows = [(right, left, chosen.choice(words[truth[left] == truth[right]])) for left, right, _, _ in sample]
    rows.append((sample[0][0], "no such record", "match"))
    labels = write_labels(directory, "labels.csv", rows)
    curve = support.path(directory, "curve.csv")
    exact, found = evaluate(out, "--truth", truth_path), evaluate(out, "--labels", labels, "--curve", curve)
    assert (found["from"], exact["from"]) == ("labels", "truth")
    assert (found["labelled_pairs"], found["label_rows"], found["unknown_rows"]) == (len(sample), len(rows), 1)
    assert found["labelled_match"] == sum(truth[left] == truth[right] for left, right, _, _ in sample)
    assert found["match_labelled"] == sum(decision == "match" for _, _, _, decision in sample)
    assert found["match_precision_low"] <= exact["pair_precision"] <= found["match_precision_high"]
    assert found["match_precision_low"] < found["match_precision_high"]
    assert found["cluster_precision_low"] <= exact["precision"] <= found["cluster_precision_high"]
    clusters = support.clusters_of(out)
    matches = [pair for pair in sample if truth[pair[0]] == truth[pair[1]]]
    together = sum(clusters[left] == clusters[right] for left, right, _, _ in matches)
    assert abs(found["cluster_recall_of_labels"] - share(together, len(matches))) < 1e-6
    by_probability = {row["probability"]: row for row in found["thresholds"]}
    for row in exact["thresholds"]:
        assert by_probability[row["probability"]]["pairs"] == row["pairs"]
    points = support.read_table(directory, "curve.csv")
    assert [int(point["pairs"]) for point in points] == [row["pairs"] for row in found["thresholds"]]
    text = support.khop("evaluate", out, "--labels", labels).out
    assert "relative to the labels" in text and f"precision {found['match_precision']:.4f} (" in text, text


def test_labels_of_all(directory):
    """Where every pair is labelled, the estimate is the precision itself."""
    out, truth_path = result(directory)
    truth = support.truth_of(truth_path)
    labels = write_labels(directory, "labels.csv", [(left, right, "1" if truth[left] == truth[right] else "0", name, 1)
                                                    for left, right, _, _ in listed_pairs(out) for name in ("An", "Bình")],
                          ("left_id", "right_id", "label", "reviewer", "weight"))
    exact, found = evaluate(out, "--truth", truth_path), evaluate(out, "--labels", labels)
    assert found["match_precision"] == found["match_precision_low"] == exact["pair_precision"]
    for ours, theirs in zip(found["thresholds"], exact["thresholds"]):
        assert abs(ours["precision"] - theirs["precision"]) < 1e-6


def test_nothing_labelled(directory):
    """Possible decides nothing: no number is made up."""
    out, _ = result(directory)
    left, right, _, _ = listed_pairs(out)[0]
    labels = write_labels(directory, "labels.csv", [(left, right, "có thể")])
    found = evaluate(out, "--labels", labels)
    assert found["labelled_possible"] == 1 and found["match_precision"] is None and found["cluster_recall_of_labels"] is None
    assert "precision unknown" in support.khop("evaluate", out, "--labels", labels).out


SEXES = {"nam": "male", "nữ": "female", "nu": "female", "1": "male", "2": "female", "m": "male", "f": "female", "male": "male",
         "female": "female", "true": "male", "false": "female", "": None}


def pairs_within(record_sets):
    return {frozenset(pair) for records in record_sets for pair in itertools.combinations(records, 2)}


def sets_of(names):
    """record -> name to the sets of records of one name."""
    found = support.collections.defaultdict(list)
    for record, name in names.items():
        found[name].append(record)
    return found.values()


def check_grouping(grouping, value_of, true, claimed):
    """Against every pair by itself: a pair is in the groups of both of its records."""
    values = support.collections.Counter(value_of.values())
    assert {group["value"]: group["records"] for group in grouping["groups"]} == dict(values), grouping["name"]
    for group in grouping["groups"]:
        def here(pairs):
            return {pair for pair in pairs if any(value_of[record] == group["value"] for record in pair)}
        found = here(true & claimed)
        assert group["true_pairs"] == len(here(true)) and group["true_positives"] == len(found), group
        assert group["false_positives"] == len(here(claimed)) - len(found), group
        assert group["false_negatives"] == len(here(true)) - len(found), group
        assert abs(group["precision"] - share(len(found), len(here(claimed)))) < 1e-6
        assert abs(group["recall"] - share(len(found), len(here(true)))) < 1e-6


def test_by(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    out, truth_path = result(directory)
    truth, clusters = support.truth_of(truth_path), support.clusters_of(out)
    true, claimed = pairs_within(sets_of(truth)), pairs_within(sets_of(clusters))
    rows = {row["ma_ho_so"]: row for row in support.read_table(register)}
    found = evaluate(out, "--truth", truth_path, "--by", "sex,loai_dang_ky,source,birth_decade,ngay_sinh,province,ho_ten.surname")
    by = {grouping["name"]: grouping for grouping in found["by"]}
    check_grouping(by["sex"], {record: SEXES[rows[record]["gioi_tinh"].strip().lower()] for record in clusters}, true, claimed)
    check_grouping(by["loai_dang_ky"], {record: rows[record]["loai_dang_ky"] or None for record in clusters}, true, claimed)
    check_grouping(by["source"], {record: "civil-birth.csv" for record in clusters}, true, claimed)
    for grouping in found["by"]:
        assert sum(group["records"] for group in grouping["groups"]) == len(clusters), grouping["name"]
    decades, years = by["birth_decade"]["groups"], by["ngay_sinh"]["groups"]
    for decade in decades:
        if decade["value"]:
            first = int(decade["value"][:4])
            assert decade["value"] == f"{first}-{first + 9}" and first % 10 == 0
            assert decade["records"] == sum(group["records"] for group in years if group["value"] and int(group["value"]) // 10 * 10 == first)
    assert [group["value"] for group in decades if group["value"]] == sorted(group["value"] for group in decades if group["value"])
    assert by["province"]["groups"][0]["value"] == "Hồ Chí Minh" and by["ho_ten.surname"]["groups"][0]["value"] == "nguyễn"
    text = support.khop("evaluate", out, "--truth", truth_path, "--by", "province,ethnicity").out
    assert "Hồ Chí Minh   " in text and "kinh   " in text and "(missing)" in text


def test_by_with_labels(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    out, truth_path = result(directory)
    truth, clusters = support.truth_of(truth_path), support.clusters_of(out)
    pairs = random.Random(4).sample(listed_pairs(out), 60)
    labels = write_labels(directory, "labels.csv", [(left, right, "match" if truth[left] == truth[right] else "no") for left, right, _, _ in pairs])
    kinds = {row["ma_ho_so"]: row["loai_dang_ky"] for row in support.read_table(register)}
    for group in evaluate(out, "--labels", labels, "--by", "loai_dang_ky")["by"][0]["groups"]:
        here = [pair for pair in pairs if group["value"] in (kinds[pair[0]], kinds[pair[1]])]
        claimed = [pair for pair in here if clusters[pair[0]] == clusters[pair[1]]]
        assert group["true_pairs"] == sum(truth[left] == truth[right] for left, right, _, _ in here)
        assert group["false_positives"] == sum(truth[left] != truth[right] for left, right, _, _ in claimed)


LISTED_KINDS = {"match": "parted", "review": "below_match"}
UNLISTED_KINDS = {"no_rule", "large_block", "below_review"}
WRONG_KINDS = {"relatives", "other_given_name", "namesakes", "same_name", "similar_name", "other"}


def check_errors(out, path, wrong, missed, counts):
    """Each error once, with the weight and the rule of pairs.csv where it stands there."""
    listed = {frozenset((row["left_id"], row["right_id"])): row for row in support.read_table(out, "pairs.csv")}
    rows = support.read_table(path)
    for error, pairs in (("wrong", wrong), ("missed", missed)):
        found = [frozenset((row["left_id"], row["right_id"])) for row in rows if row["error"] == error]
        assert len(found) == len(set(found)) and set(found) == pairs, error
    for row in rows:
        pair = listed.get(frozenset((row["left_id"], row["right_id"])))
        decision = pair["decision"] if pair else ""
        assert row["decision"] == decision, row
        if pair:
            assert (row["match_weight"], row["match_probability"]) == (pair["match_weight"], pair["match_probability"]), row
            assert row["found_by"] == pair["blocking_rule"], row
        if row["error"] == "missed":
            assert row["kind"] in ({LISTED_KINDS[decision]} if pair else UNLISTED_KINDS), row
            assert bool(row["found_by"]) == (row["kind"] not in ("no_rule", "large_block")), row
            assert row["kind"] != "below_review" or row["detail"], row
        else:
            assert row["kind"] in (WRONG_KINDS if decision == "match" else {"chained"}), row
    kinds = support.collections.Counter((row["error"], row["kind"]) for row in rows)
    assert {(kind["error"], kind["kind"]): kind["pairs"] for kind in counts["errors"]} == kinds
    assert (counts["errors_wrong"], counts["errors_missed"], counts["errors_listed"]) == (len(wrong), len(missed), len(rows))
    return rows


def test_errors(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    out, truth_path = result(directory)
    true, claimed = pairs_within(sets_of(support.truth_of(truth_path))), pairs_within(sets_of(support.clusters_of(out)))
    path = support.path(directory, "errors.csv")
    rows = check_errors(out, path, claimed - true, true - claimed, evaluate(out, "--truth", truth_path, "--errors", path))
    records = {row["ma_ho_so"]: row for row in support.read_table(register)}
    for row in rows:
        left, right = records[row["left_id"]], records[row["right_id"]]
        for field in filter(None, row["differing"].split(";")):
            assert left[field] and right[field] and left[field] != right[field], (row, field)
        if row["kind"] == "namesakes":
            assert left["ngay_sinh"] and right["ngay_sinh"]
    # khop explain says the same of a missed pair.
    for row in [row for row in rows if row["kind"] in UNLISTED_KINDS][:5]:
        said = support.json.loads(support.khop("explain", out, row["left_id"], row["right_id"], "--format", "json").out)
        assert abs(said["match_weight"] - float(row["match_weight"])) < 1e-3, (said, row)
    text = support.khop("evaluate", out, "--truth", truth_path, "--errors", path).out
    assert all(f"{row['error']:8} {row['kind']:18}" in text for row in rows), text


def test_errors_of_every_kind(directory):
    """A register made for it: thresholds, split blocks and chains put each pair where it belongs."""
    register, truth = support.generate("civil-birth", PEOPLE, directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, "--match", "0.999999", "--review", "0.9", "--block-rows", 2)
    true, claimed = pairs_within(sets_of(support.truth_of(truth))), pairs_within(sets_of(support.clusters_of(out)))
    path = support.path(directory, "errors.csv")
    rows = check_errors(out, path, claimed - true, true - claimed, evaluate(out, "--truth", truth, "--errors", path))
    kinds = {row["kind"] for row in rows}
    assert {"below_match", "below_review", "large_block"} <= kinds, kinds


def test_errors_with_labels(directory):
    out, truth_path = result(directory)
    truth, clusters = support.truth_of(truth_path), support.clusters_of(out)
    true, claimed = pairs_within(sets_of(truth)), pairs_within(sets_of(clusters))
    chosen = [tuple(sorted(pair)) for pair in sorted(true ^ claimed, key=sorted) + random.Random(5).sample(sorted(true & claimed, key=sorted), 50)]
    labels = write_labels(directory, "labels.csv", [(*pair, "khớp" if frozenset(pair) in true else "khác") for pair in chosen])
    path = support.path(directory, "errors.csv")
    check_errors(out, path, claimed - true, true - claimed, evaluate(out, "--labels", labels, "--errors", path))


def test_wrong_store(directory):
    """A store of another run is found out, and so is none."""
    out, truth_path = result(directory)
    register, _ = support.generate("civil-birth", PEOPLE, directory, seed=2)
    other = support.path(directory, "other")
    support.khop("dedupe", register, "-o", other, "--no-store")
    support.refuses(USAGE, ["store"], "evaluate", other, "--truth", truth_path, "--by", "sex")
    support.refuses(INPUT, ["another run"], "evaluate", other, "--truth", truth_path, "--by", "sex", "--store", support.path(out, "store"))
    errors = support.path(directory, "errors.csv")
    support.refuses(USAGE, ["store"], "evaluate", other, "--truth", truth_path, "--errors", errors)
    support.refuses(INPUT, ["another run"], "evaluate", other, "--truth", truth_path, "--errors", errors, "--store", support.path(out, "store"))
    assert not os.path.exists(errors)
    support.refuses(USAGE, ["no 'shoe_size'", "birth_decade", "so_dinh_danh"], "evaluate", out, "--truth", truth_path, "--by", "sex,shoe_size")
    support.refuses(USAGE, ["no 'ho_ten.decade'"], "evaluate", out, "--truth", truth_path, "--by", "ho_ten.decade")
    support.refuses(USAGE, ["--by", "empty"], "evaluate", out, "--truth", truth_path, "--by", "sex,,source")


def test_refusals(directory):
    out = directory
    support.write_table(out, "clusters.csv", ["record_id", "cluster_id"], [("a", 1), ("b", 1)])
    support.write_table(out, "pairs.csv", ["left_id", "right_id", "match_weight", "decision"], [("a", "b", 3.5, "match")])
    truth = write_labels(directory, "truth.csv", [("a", "b", "match")])
    support.refuses(USAGE, ["--truth", "--labels"], "evaluate", out)
    support.refuses(USAGE, ["--truth", "--labels"], "evaluate", out, "--truth", truth, "--labels", truth)
    support.refuses(USAGE, ["--format", "text or json"], "evaluate", out, "--truth", truth, "--format", "xml")
    support.refuses(USAGE, ["no/such/", "no such"], "evaluate", out, "--truth", truth, "--curve", "no/such/curve.csv")
    support.refuses(USAGE, ["labels.csv"], "evaluate", out, "--labels", support.path(directory, "labels.csv"))
    wrong = write_labels(directory, "wrong.csv", [("a", "b", "secret")])
    error = support.refuses(INPUT, ["line 2", "label is none of"], "evaluate", out, "--labels", wrong)
    assert "secret" not in error


support.main(globals())
