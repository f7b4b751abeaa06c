"""Public sets of duplicates with their truth, all through the built-in schema of any people, whose aliases find the columns."""

import os

import support

SOURCE = os.environ.get("KHOP_SOURCE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def public_data():
    for where in (os.environ.get("KHOP_PUBLIC_DATA"), os.path.join(SOURCE, "..", "shared", "data", "public")):
        if where and os.path.exists(os.path.join(where, "febrl3.csv")):
            return where
    raise support.Skip("no public data: set KHOP_PUBLIC_DATA to a directory with febrl3.csv, febrl4a.csv, febrl4b.csv and fake_1000.csv")


def dedupe(directory, *names):
    data = public_data()
    out = support.path(directory, "out")
    support.khop("dedupe", *[os.path.join(data, name) for name in names], "-o", out, "--schema", "person")
    return support.clusters_of(out), data, out


def febrl_truth(clusters):
    """rec-12-org and rec-12-dup-3 are both 12."""
    return {record: record.split("-")[1] for record in clusters}


def check(name, clusters, truth, floor):
    found = support.quality(clusters, truth)
    print(f"  {name}: {len(clusters)} records, precision {found.precision:.4f} recall {found.recall:.4f} F1 {found.f1:.4f}")
    assert found.f1 >= floor, f"{name}: cluster F1 {found.f1:.4f}, at least {floor}"


def test_febrl3(directory):
    clusters, _, _ = dedupe(directory, "febrl3.csv")
    check("febrl3", clusters, febrl_truth(clusters), 0.998)


def test_febrl4(directory):
    clusters, _, _ = dedupe(directory, "febrl4a.csv", "febrl4b.csv")
    check("febrl4", clusters, febrl_truth(clusters), 0.9997)


def test_fake_1000(directory):
    clusters, data, out = dedupe(directory, "fake_1000.csv")
    truth = {row["unique_id"]: row["cluster"] for row in support.read_table(data, "fake_1000.csv")}
    check("fake_1000", clusters, truth, 0.95)
    written = support.write_table(directory, "truth.csv", ["record_id", "entity_id"], sorted(truth.items()))
    theirs = support.json.loads(support.khop("evaluate", out, "--truth", written, "--format", "json").out)
    assert abs(theirs["f1"] - support.quality(clusters, truth).f1) < 1e-5
    assert theirs["best_f1"] >= 0.90, theirs


support.main(globals())
