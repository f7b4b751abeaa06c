"""What a run says of its own errors, held against the truth; match thresholds chosen by what is expected."""

import math

import support

SEEDS = 10
PEOPLE = support.scaled(15000, 3000)


def true_errors(out, truth_path):
    """Wrong pairs among the matches, matching pairs that are not among them, and all matches."""
    truth = support.truth_of(truth_path)
    matches = [row for row in support.read_table(out, "pairs.csv") if row["decision"] == "match"]
    right = sum(truth[row["left_id"]] == truth[row["right_id"]] for row in matches)
    return len(matches) - right, support.pair_count(support.collections.Counter(truth.values()).values()) - right, len(matches)


def run(register, out, *options):
    support.khop("dedupe", register, "-o", out, "--force", "--no-store", *options)
    return support.read_json(out, "summary.json")


def is_inside(expected, truth):
    return expected["low"] <= truth <= expected["high"]


def test_truth_is_inside_the_interval(directory):
    out = support.path(directory, "out")
    wrong_inside = missed_inside = 0
    for seed in range(1, SEEDS + 1):
        register, truth = support.generate("civil-birth", PEOPLE, directory, seed)
        expected = run(register, out, "--schema", "civil-birth")["expected"]
        wrong, missed, _ = true_errors(out, truth)
        wrong_inside += is_inside(expected["wrong_matches"], wrong)
        missed_inside += is_inside(expected["missed_matches"], missed)
        assert expected["checked_by"] == "so_dinh_danh" and expected["checked_pairs"] > 0
    assert wrong_inside >= SEEDS - 1, wrong_inside
    assert missed_inside >= SEEDS - 1, missed_inside


def test_truth_is_inside_for_registers_of_all_kinds(directory):
    """Twins, namesakes, numbers that are rare or always there: nine in ten hold, of every kind at least one."""
    out = support.path(directory, "out")
    kinds = ["cccd", "person", "referral", "vaccination"] if support.IS_SMALL else [
        "civil-death", "civil-marriage", "cccd", "bhyt", "health-book", "residence", "social-payment", "judicial", "parcel",
        "referral", "person", "vaccination"]
    held = {kind: 0 for kind in kinds}
    for kind in kinds:
        for seed in (21, 22):
            register, truth = support.generate(kind, support.scaled(12000, 3000), directory, seed)
            expected = run(register, out, "--schema", kind)["expected"]
            wrong, missed, _ = true_errors(out, truth)
            held[kind] += is_inside(expected["wrong_matches"], wrong) + is_inside(expected["missed_matches"], missed)
    assert sum(held.values()) >= 0.9 * 4 * len(kinds) and min(held.values()) >= 2, held


def test_thresholds_by_intent(directory):
    register, truth = support.generate("civil-birth", PEOPLE, directory, 3)
    intents = {"default": (), "precise": ("--precision", "0.999"), "complete": ("--recall", "0.98"), "best": ("--best-f1",)}
    found = {}
    for name, options in intents.items():
        out = support.path(directory, name)
        expected = run(register, out, *options)["expected"]
        found[name] = wrong, missed, matches = true_errors(out, truth)
        assert expected["target_reached"], name
        if name == "precise":
            assert expected["precision"] >= 0.999 and wrong <= max(3, 0.004 * matches), wrong
        if name == "complete":
            assert expected["recall"] >= 0.98 and missed <= 0.035 * matches, missed
        least = support.read_json(out, "model.json")["match_threshold"]
        least_weight = math.log2(least / (1 - least))
        for row in support.read_table(out, "pairs.csv"):
            if abs(float(row["match_weight"]) - least_weight) < 0.002:
                continue  # the table shows three digits
            assert (float(row["match_weight"]) > least_weight) == (row["decision"] == "match"), (row["match_weight"], least_weight)
    assert found["precise"][0] <= found["default"][0] and found["precise"][1] >= found["default"][1]


def test_out_of_reach_is_said(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory, 3)
    out = support.path(directory, "out")
    assert "out of reach" in support.khop("dedupe", register, "-o", out, "--no-store", "--recall", "0.999999").out
    assert support.read_json(out, "summary.json")["expected"]["target_reached"] is False


def test_one_threshold_is_set_once(directory):
    register, _ = support.generate("civil-birth", 500, directory)
    out = support.path(directory, "out")
    support.refuses(support.USAGE, ["--match", "--recall", "only one"], "dedupe", register, "-o", out, "--recall", "0.9", "--match", "0.8")
    support.refuses(support.USAGE, ["--precision"], "dedupe", register, "-o", out, "--precision", "1")


support.main(globals())
