"""A run as a user sees it: every shipped schema, all files, all their promises, against known truth."""

import math
import os
import stat

import person_register
import support

# Cluster F1 that a run must reach at this size, with room for another seed's luck (about .01).
FLOORS = {"civil-birth": 0.95, "cccd": 0.95, "bhyt": 0.95, "parcel": 0.94, "person": 0.99, "civil-marriage": 0.95,
          "civil-death": 0.95, "civil-recognition": 0.95, "health-book": 0.96, "vaccination": 0.94, "residence": 0.94,
          "social-payment": 0.94, "judicial": 0.95, "referral": 0.97}
PEOPLE_A_COUPLE = 16
PEOPLE = support.scaled(5000, 800)
SLACK = 0 if not support.IS_SMALL else 0.04


def register_of(schema, directory, people=PEOPLE):
    if schema == "person":
        return person_register.make(directory, people)
    if schema == "civil-marriage":
        people *= PEOPLE_A_COUPLE
    return support.generate(schema, people, directory)


def check_files(out):
    expected = support.OUTPUT_FILES | {"store/data.mdb"}
    files = support.snapshot(out)
    assert set(files) - {"store/lock.mdb"} == expected, sorted(files)
    for name, (mode, _) in files.items():
        assert mode == 0o600, f"{name}: mode {mode:o}"
    assert stat.S_IMODE(support.os.stat(out).st_mode) == 0o700
    assert support.left_behind(out) == []


def components(records, pairs):
    """Connected components by plain union-find: record -> its first record."""
    parent = {record: record for record in records}

    def root(record):
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    order = {record: i for i, record in enumerate(records)}
    for left, right in pairs:
        a, b = sorted((root(left), root(right)), key=order.get)
        parent[b] = a
    return {record: root(record) for record in records}


def check_clusters(register, out):
    header, rows = support.read_rows(out, "clusters.csv")
    assert header == support.CLUSTERS_HEADER, header
    input_rows = support.read_rows(register)[1]
    assert [row[0] for row in rows] == [row[0] for row in input_rows], "clusters.csv: records or their order"
    sizes = support.collections.Counter(row[1] for row in rows)
    assert all(int(row[2]) == sizes[row[1]] for row in rows), "cluster_size"
    assert {row[3] for row in rows} == {support.os.path.basename(register)}, "source"
    assert all(row[4] == "1" if row[2] == "1" else 0 < float(row[4]) <= 1 for row in rows), "cluster_confidence"
    first_seen = list(dict.fromkeys(row[1] for row in rows))
    assert first_seen == [str(i + 1) for i in range(len(first_seen))], "cluster ids are not numbered as met"
    return rows, sizes


def check_pairs(out, cluster_rows, summary):
    header, rows = support.read_rows(out, "pairs.csv")
    assert header == support.PAIRS_HEADER, header
    order = {row[0]: i for i, row in enumerate(cluster_rows)}
    places = [(order[row[0]], order[row[1]]) for row in rows]
    assert all(left < right for left, right in places), "a pair with left behind right"
    assert all(a < b for a, b in zip(places, places[1:])), "pairs.csv is not sorted, or repeats a pair"
    rules = {rule["rule"] for rule in summary["blocking_rules"]}
    match, review = summary["model"]["match_threshold"], summary["model"]["review_threshold"]
    for row in rows:
        probability, weight = float(row[2]), float(row[3])
        assert abs(probability - 1 / (1 + 2.0 ** -weight)) < 1e-3, row
        assert row[4] in rules, row[4]
        assert row[5] == ("match" if probability >= match - 1e-6 else "review"), row
        assert probability >= review - 1e-6, row
    check_closure(out, cluster_rows, {(row[0], row[1]) for row in rows if row[5] == "match"})
    return rows


def check_closure(out, cluster_rows, matches):
    """Clusters are what the matching pairs connect, but for those that splits.csv names: all that lie across clusters."""
    header, rows = support.read_rows(out, "splits.csv")
    assert header == support.SPLITS_HEADER, header
    splits = {(row[0], row[1]) for row in rows}
    cluster_of = {row[0]: row[1] for row in cluster_rows}
    across = {(left, right) for left, right in matches if cluster_of[left] != cluster_of[right]}
    assert across <= splits and all(cluster_of[left] != cluster_of[right] for left, right in splits)
    expected = components([row[0] for row in cluster_rows], matches - splits)
    found = {}
    for record, cluster, *_ in cluster_rows:
        found.setdefault(cluster, record)
    assert all(found[cluster] == expected[record] for record, cluster, *_ in cluster_rows), \
        "clusters.csv is not the closure of the matching pairs"


def check_expected(expected, matches):
    for errors in (expected["wrong_matches"], expected["missed_matches"]):
        assert 0 <= errors["low"] <= errors["high"] and math.isfinite(errors["high"])
    if matches:
        assert abs(expected["precision"] - (1 - expected["wrong_matches"]["estimate"] / matches)) < 1e-9
    assert 0 <= expected["recall"] <= 1 and expected["target_reached"]


def check_summary(summary, schema, register, pairs, sizes):
    count = len(support.read_rows(register)[1])
    assert summary["schema"] == schema
    assert summary["input"]["rows"] == summary["input"]["rejected"] + summary["input"]["indexed"] == count
    assert summary["input"]["rejected"] == 0 and summary["input"]["rejected_by_reason"] == {}
    assert sum(source["rows"] for source in summary["sources"]) == count
    decisions = support.collections.Counter(row[5] for row in pairs)
    assert (summary["pairs"]["match"], summary["pairs"]["review"]) == (decisions["match"], decisions["review"])
    by_rule = support.collections.Counter(row[4] for row in pairs)
    for rule in summary["blocking_rules"]:
        assert by_rule[rule["rule"]] <= rule["pairs_compared"], rule
        assert rule["rows"] <= count
    assert summary["pairs"]["compared"] == sum(rule["pairs_compared"] for rule in summary["blocking_rules"])
    check_expected(summary["expected"], decisions["match"])
    several = [size for size in sizes.values() if size > 1]
    clusters = summary["clusters"]
    assert (clusters["of_two_or_more"], clusters["records_in_them"], clusters["largest"]) == (len(several), sum(several), max(sizes.values()))
    blocks = summary["largest_blocks"]
    assert 0 < len(blocks) <= 10
    assert [b["rows"] for b in blocks] == sorted((b["rows"] for b in blocks), reverse=True)
    run = summary["run"]
    assert run["seconds"] >= sum(run["phase_seconds"].values()) * 0.99
    assert set(run["phase_seconds"]) >= {"read", "train", "match", "cluster", "write"}
    assert run["peak_memory_bytes"] > 0 and run["threads"] > 0 and run["simd"] in support.cpu_levels()


def check_evaluate(out, truth, ours):
    theirs = support.json.loads(support.khop("evaluate", out, "--truth", truth, "--format", "json").out)
    assert theirs["true_positives"] == ours.true_positives
    assert theirs["false_positives"] == ours.false_positives
    assert theirs["false_negatives"] == ours.false_negatives
    for name in ("precision", "recall", "f1"):
        assert abs(theirs[name] - getattr(ours, name)) < 2e-6, name
    text = support.khop("evaluate", out, "--truth", truth).out
    assert f"F1 {ours.f1:.4f}" in text, text


def check_schema(schema, directory):
    register, truth = register_of(schema, directory)
    out = support.path(directory, "out")
    text = support.khop("dedupe", register, "-o", out).out
    assert "clusters.csv" in text and out in text
    check_files(out)
    summary = support.read_json(out, "summary.json")
    cluster_rows, sizes = check_clusters(register, out)
    pairs = check_pairs(out, cluster_rows, summary)
    check_summary(summary, schema, register, pairs, sizes)
    assert support.read_rows(out, "rejected.csv") == (support.REJECTED_HEADER, [])
    found = support.quality(support.clusters_of(out), support.truth_of(truth))
    print(f"  {schema}: precision {found.precision:.4f} recall {found.recall:.4f} F1 {found.f1:.4f}")
    assert found.f1 >= FLOORS[schema] - SLACK, f"{schema}: F1 {found.f1:.4f}"
    check_evaluate(out, truth, found)


def test_civil_birth(directory):
    check_schema("civil-birth", directory)


def test_cccd(directory):
    check_schema("cccd", directory)


def test_bhyt(directory):
    check_schema("bhyt", directory)


def test_parcel(directory):
    check_schema("parcel", directory)


def test_person(directory):
    check_schema("person", directory)


def test_civil_marriage(directory):
    check_schema("civil-marriage", directory)


def test_civil_death(directory):
    check_schema("civil-death", directory)


def test_civil_recognition(directory):
    check_schema("civil-recognition", directory)


def test_health_book(directory):
    check_schema("health-book", directory)


def test_vaccination(directory):
    check_schema("vaccination", directory)


def test_residence(directory):
    check_schema("residence", directory)


def test_social_payment(directory):
    check_schema("social-payment", directory)


def test_judicial(directory):
    check_schema("judicial", directory)


def test_referral(directory):
    check_schema("referral", directory)


def test_no_duplicates(directory):
    """A register without a single pair to compare is a result too."""
    register = support.write(directory, "r.csv", "id,full_name,birth_date\n1,Lê An,01/02/1990\n2,Hồ Bình,03/04/1991\n")
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out)
    assert support.read_rows(out, "pairs.csv") == (support.PAIRS_HEADER, [])
    assert [row[1:3] for row in support.read_rows(out, "clusters.csv")[1]] == [["1", "1"], ["2", "1"]]


def test_one_row(directory):
    register = support.write(directory, "r.csv", "id,full_name,birth_date\n1,Lê An,01/02/1990")
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out)
    assert support.read_rows(out, "clusters.csv")[1] == [["1", "1", "1", "r.csv", "1"]]


# ---- models and thresholds ---------------------------------------------------------------------


def same_result(left, right):
    return all(support.read_bytes(left, name) == support.read_bytes(right, name) for name in ("pairs.csv", "clusters.csv"))


def level_facts(where):
    """m, u, shares and fixed weights: what a model file says; other weights follow, those of shares from the prior too."""
    return [(level["level"], level.get("m"), level.get("u"), level.get("match_share", None if "m" in level else level["weight"]))
            for comparison in support.read_json(where)["comparisons"] for level in comparison["levels"]]


def test_model(directory):
    register, _ = register_of("civil-birth", directory)
    other, _ = support.generate("civil-birth", PEOPLE // 2, directory, seed=2)
    first, second, third = (support.path(directory, name) for name in ("first", "second", "third"))
    support.khop("dedupe", register, "-o", first)
    model = support.path(first, "model.json")
    support.khop("dedupe", register, "-o", second, "--model", model)
    assert same_result(first, second), "the run's own model gives another result"
    trained = support.path(directory, "m.json")
    support.khop("train", register, "-o", trained)
    assert support.read_bytes(trained) == support.read_bytes(model), "khop train gives another model"
    support.khop("dedupe", other, "-o", third, "--model", model)
    for out, expected in ((first, True), (second, True)):
        assert support.read_json(out, "model.json")["trained"] is expected, out
    assert level_facts(support.path(third, "model.json")) == level_facts(model)


def test_model_of_another_schema(directory):
    register, _ = register_of("cccd", directory, 500)
    births, _ = register_of("civil-birth", directory, 500)
    support.khop("dedupe", births, "-o", support.path(directory, "births"))
    model = support.path(directory, "births", "model.json")
    out = support.path(directory, "out")
    support.refuses(support.USAGE, ["model.json", "civil-birth", "cccd"], "dedupe", register, "-o", out, "--model", model)
    for text, word in (("{}", "not a khop model"), ("{", ""), ("", ""), ("[1]", "not a khop model")):
        broken = support.write(directory, "broken.json", text)
        support.refuses(support.USAGE, ["broken.json", word], "dedupe", register, "-o", out, "--model", broken)
    support.refuses(support.USAGE, ["none.json", "no such file"], "dedupe", register, "-o", out, "--model",
                    support.path(directory, "none.json"))
    support.refuses(support.USAGE, ["--model", "--untrained"], "dedupe", register, "-o", out, "--model", model, "--untrained")


def test_write(directory):
    """What is written beside the basic results is chosen; what is not chosen any longer goes."""
    register, _ = support.generate("cccd", 2000, directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, "--no-store")
    assert "ids.csv" in os.listdir(out)
    for words in ("none", "ids,none"):
        support.khop("dedupe", register, "-o", out, "--no-store", "--write", words, "--force")
        assert ("ids.csv" in os.listdir(out)) == (words != "none"), words
    support.refuses(support.USAGE, ["--write: idz is none of"], "dedupe", register, "-o", support.path(directory, "no"), "--write", "ids,idz")


def test_untrained(directory):
    register, truth = register_of("civil-birth", directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, "--untrained")
    assert support.read_json(out, "model.json")["trained"] is False
    found = support.quality(support.clusters_of(out), support.truth_of(truth))
    print(f"  untrained: F1 {found.f1:.4f}")
    assert found.f1 >= 0.9 - SLACK, f"untrained: F1 {found.f1:.4f}"


def decisions(register, out, *options):
    """(left, right) -> (probability, decision)"""
    support.khop("dedupe", register, "-o", out, "--force", *options)
    return {(row["left_id"], row["right_id"]): (float(row["match_probability"]), row["decision"])
            for row in support.read_table(out, "pairs.csv")}


def test_thresholds(directory):
    register, _ = register_of("civil-birth", directory)
    out = support.path(directory, "out")
    base = decisions(register, out, "--untrained")
    wide = decisions(register, out, "--untrained", "--match", "0.999", "--review", "0.01")
    assert set(base) < set(wide), "a lower review threshold keeps more pairs"
    for pair, (probability, decision) in wide.items():
        assert decision == ("match" if probability >= 0.999 else "review"), (pair, probability, decision)
        assert probability >= 0.01 - 1e-6
        assert pair not in base or base[pair][0] == probability, "a threshold changed a probability"
    # Of one threshold alone the other follows: nothing that matches is left out for want of review.
    low = decisions(register, out, "--untrained", "--match", "5%")
    assert set(low) == {pair for pair, (probability, _) in wide.items() if probability >= 0.05}
    assert {decision for _, decision in low.values()} == {"match"}
    summary = support.read_json(out, "summary.json")["model"]
    assert summary["match_threshold"] == 0.05 and summary["review_threshold"] <= 0.05, summary
    high = decisions(register, out, "--untrained", "--review", "0.95")
    assert all(probability >= 0.9 - 1e-6 for probability, _ in high.values()), "match stays at the schema's 0.9"
    support.refuses(support.USAGE, ["--review", "0.9", "--match", "0.5"], "dedupe", register, "-o", out, "--force",
                    "--match", "0.5", "--review", "0.9")


support.main(globals())
