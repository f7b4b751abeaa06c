"""Clusters that are checked after they form: generated families, conflicts of a schema, linkage, decisions of people."""

import collections
import pathlib

import support

BIRTHS = pathlib.Path(__file__).resolve().parents[2] / "engine" / "schema" / "builtin" / "civil-birth.yaml"

SCHEMA = """schema: people
id: id
fields:
  id: {type: code}
  name: {type: person_name}
  born: {type: date}
  mother: {type: person_name}
  number: {type: personal_id, identifier: true}
blocking:
  - [name]
  - [born]
comparisons:
  - name: name
    levels:
      - {when: name exact, m: 0.7, u: 0.0001}
      - {when: name given, m: 0.2, u: 0.01}
      - {else: true, m: 0.1, u: 0.98}
  - name: born
    levels:
      - {when: born exact, m: 0.9, u: 0.0001}
      - {else: true, m: 0.1, u: 0.99}
  - name: mother
    levels:
      - {when: mother exact, m: 0.9, u: 0.01}
      - {else: true, m: 0.1, u: 0.99}
"""
CONFLICTS = """clusters:
  conflicts:
    - {name: another number, when: [number valid, not number edits 2]}
"""
HEADER = ["id", "name", "born", "mother", "number"]
# B is a little like A, more like C; A and C are not alike, and have numbers that differ.
CHAIN = [
    ["A", "Nguyễn Văn An", "01/02/1990", "", "079090012345"],
    ["B", "Nguyễn Văn An", "11/12/1990", "Lê Thị Hoa", ""],
    ["C", "Trần Văn Bình", "11/12/1990", "Lê Thị Hoa", "001190054321"],
    ["D", "Phạm Thu Cúc", "03/04/1985", "Võ Thị Mai", ""],
    ["E", "Phạm Thu Cúc", "03/04/1985", "Võ Thị Mai", ""],
    ["F", "Hồ Bích Vân", "11/10/1970", "", ""],
]


def dedupe(directory, rows, schema, *more, name="out"):
    """Runs without training; record id -> cluster id, and the output directory."""
    register = support.write_table(directory, "r.csv", HEADER, rows)
    out = support.path(directory, name)
    arguments = ["dedupe", register, "--schema", support.write(directory, "s.yaml", schema), "-o", out, "--untrained", "--force", *more]
    return support.clusters_of(out) if support.khop(*arguments).out else None, out


def groups(clusters):
    """The clusters of two or more, as strings of the ids in them."""
    members = collections.defaultdict(list)
    for record, cluster in clusters.items():
        members[cluster].append(record)
    return sorted("".join(sorted(ids)) for ids in members.values() if len(ids) > 1)


def splits(out):
    return [(row["left_id"], row["right_id"], row["cause"], row["rule"], row["against_left_id"], row["against_right_id"])
            for row in support.read_table(out, "splits.csv")]


def decisions(directory, *lines, header="left_id,right_id,decision,reason,author"):
    return support.write(directory, "d.csv", "\n".join([header, *lines]) + "\n")


# ---- conflicts and linkage ---------------------------------------------------------------------


def test_conflict_cuts_the_weaker_link(directory):
    clusters, out = dedupe(directory, CHAIN, SCHEMA)
    assert groups(clusters) == ["ABC", "DE"]
    weights = {(row["left_id"], row["right_id"]): float(row["match_weight"]) for row in support.read_table(out, "pairs.csv")}
    assert ("A", "C") not in weights or weights["A", "C"] < 3.17
    weaker = min((("A", "B"), ("B", "C")), key=weights.get)
    clusters, out = dedupe(directory, CHAIN, SCHEMA + CONFLICTS)
    kept = "AB" if weaker == ("B", "C") else "BC"
    assert groups(clusters) == [kept, "DE"]
    assert splits(out) == [(*weaker, "conflict", "another number", "A", "C")]
    facts = support.read_json(out, "summary.json")["clusters"]
    assert facts["components"] == 2 and facts["components_checked"] == 1 and facts["components_parted"] == 1, facts
    assert facts["matches_parted"] == {"cannot_link": 0, "conflicts": {"another number": 1}, "linkage": 0}
    # a digit that is wrong explains the difference, and a number of no known form says nothing
    for number in ("079090012354", "79090012345", "x-17"):
        rows = [row[:4] + [number] if row[0] == "C" else row for row in CHAIN]
        assert groups(dedupe(directory, rows, SCHEMA + CONFLICTS)[0]) == ["ABC", "DE"], number


def test_linkage(directory):
    for linkage, expected in (("single", "ABC"), ("complete", None), ("average", None)):
        clusters, out = dedupe(directory, CHAIN, SCHEMA, "--linkage", linkage)
        assert support.read_json(out, "summary.json")["clusters"]["linkage"] == linkage
        if expected:
            assert expected in groups(clusters) and not splits(out)
        else:
            assert groups(clusters)[-1] == "DE" and len(groups(clusters)[0]) == 2, groups(clusters)
            assert [row[2:4] for row in splits(out)] == [("linkage", linkage)]
    schema = SCHEMA + "clusters: {linkage: complete}\n"
    assert len(groups(dedupe(directory, CHAIN, schema)[0])[0]) == 2
    assert groups(dedupe(directory, CHAIN, schema, "--linkage", "single")[0]) == ["ABC", "DE"]
    register = support.path(directory, "r.csv")
    support.refuses(support.USAGE, ["--linkage", "nearest", "average"], "dedupe", register, "--schema", support.path(directory, "s.yaml"),
                    "-o", support.path(directory, "no"), "--linkage", "nearest")


def test_confidence(directory):
    _, out = dedupe(directory, CHAIN, SCHEMA)
    probability = {(row["left_id"], row["right_id"]): 1 / (1 + 2 ** -float(row["match_weight"]))
                   for row in support.read_table(out, "pairs.csv") if row["decision"] == "match"}
    confidence = {row["record_id"]: float(row["cluster_confidence"]) for row in support.read_table(out, "clusters.csv")}
    assert confidence["F"] == 1
    assert abs(confidence["D"] - probability["D", "E"]) < 1e-6
    assert abs(confidence["A"] - probability["A", "B"] * probability["B", "C"]) < 2e-5
    assert confidence["A"] == confidence["B"] == confidence["C"] < confidence["D"]


# ---- families ------------------------------------------------------------------------------------


def without_conflicts(directory):
    """The built-in schema of birth registers, but for its conflicts."""
    text = BIRTHS.read_text(encoding="utf-8")
    start = text.index("clusters:")
    return support.write(directory, "births.yaml", text[:start] + text[text.index("expected_duplicates:", start):])


def test_families(directory):
    """Twins that a third record chains together are parted, and hardly a record that is right with them."""
    register, truth_path = support.generate("civil-birth", support.scaled(60000, 3000), directory)
    truth = support.truth_of(truth_path)
    out, plain = support.path(directory, "out"), support.path(directory, "plain")
    support.khop("dedupe", register, "-o", out, "--no-store")
    support.khop("dedupe", register, "-o", plain, "--no-store", "--schema", without_conflicts(directory))
    with_them, without = (support.quality(support.clusters_of(where), truth) for where in (out, plain))
    assert not splits(plain)
    assert with_them.true_positives >= without.true_positives * 0.999, (with_them, without)
    gained = without.false_positives - with_them.false_positives
    assert gained >= without.true_positives - with_them.true_positives, (with_them, without)
    clusters = support.clusters_of(out)
    matches = [row for row in support.read_table(out, "pairs.csv") if row["decision"] == "match"]
    across = {(row["left_id"], row["right_id"]) for row in matches if clusters[row["left_id"]] != clusters[row["right_id"]]}
    parted = splits(out)
    assert across <= {(left, right) for left, right, *_ in parted}
    assert all(cause == "conflict" and rule in ("next in the book", "another personal id") for _, _, cause, rule, *_ in parted)


# ---- decisions -----------------------------------------------------------------------------------


def test_decisions(directory):
    file = decisions(directory, "D,E,cannot_link,two sisters,Hoa", "F,A,must-link,seen the papers,Hoa", "A,D,review,,", "A,ZZ,match,,",
                     "D,E,Non-match,again,")
    clusters, out = dedupe(directory, CHAIN, SCHEMA, "--decisions", file)
    assert groups(clusters) == ["ABCF"]
    assert splits(out) == [("D", "E", "decision", "cannot_link", "D", "E")]
    assert support.read_json(out, "summary.json")["decisions"] == {
        "must_link": 2, "cannot_link": 2, "undecided": 1, "of_unknown_records": 1, "lines_of_unknown_records": [5]}
    confidence = {row["record_id"]: row["cluster_confidence"] for row in support.read_table(out, "clusters.csv")}
    assert confidence["D"] == confidence["E"] == "1"
    # a person may join what conflicts part; what they do not speak of stays parted
    clusters, _ = dedupe(directory, CHAIN, SCHEMA + CONFLICTS, "--decisions", decisions(directory, "A,C,must_link"  , header="left_id,right_id,decision"))
    assert groups(clusters) == ["ABC", "DE"]
    # pairs.csv itself is a file of decisions, also when it has no line
    _, out = dedupe(directory, CHAIN, SCHEMA)
    assert groups(dedupe(directory, CHAIN, SCHEMA, "--decisions", support.path(out, "pairs.csv"), name="again")[0]) == ["ABC", "DE"]
    assert groups(dedupe(directory, CHAIN, SCHEMA, "--decisions", decisions(directory))[0]) == ["ABC", "DE"]


def test_a_chain_is_cut_for_a_decision(directory):
    """Both links of A, B, C are matches; which one goes is a matter of weight, not of the order of the file."""
    for lines in (["A,C,cannot_link"], ["C,A,cannot_link"], ["C,A,no_match", "D,E,match"]):
        clusters, out = dedupe(directory, CHAIN, SCHEMA, "--decisions", decisions(directory, *(line + ",," for line in lines)))
        weights = {(row["left_id"], row["right_id"]): float(row["match_weight"]) for row in support.read_table(out, "pairs.csv")}
        weaker = min((("A", "B"), ("B", "C")), key=weights.get)
        assert groups(clusters) == ["AB" if weaker == ("B", "C") else "BC", "DE"]
        assert splits(out) == [(*weaker, "decision", "cannot_link", "A", "C")]


def test_bad_decisions(directory):
    register = support.write_table(directory, "r.csv", HEADER, CHAIN)
    schema = support.write(directory, "s.yaml", SCHEMA)

    def refuses(code, words, *lines, header="left_id,right_id,decision"):
        out = support.path(directory, "no")
        support.refuses(code, words, "dedupe", register, "--schema", schema, "-o", out, "--decisions",
                        decisions(directory, *lines, header=header))
        assert not support.os.path.exists(support.path(out, "clusters.csv"))

    refuses(support.INPUT, ["line 3", "must_link", "cannot_link"], "A,B,must_link", "A,B,perhaps")
    refuses(support.INPUT, ["line 2", "one record"], "A,A,must_link")
    refuses(support.INPUT, ["line 5", "lines 4, 3, 2", "1 contradiction"], "A,B,must_link", "B,D,match", "F,D,must_link", "F,A,cannot_link")
    refuses(support.INPUT, ["line 2", "3"], "D,E,no_match", "E,D,match")
    refuses(support.USAGE, ["right_id", "left_id"], "A,B,must_link", header="left_id,right,decision")
    support.refuses(support.USAGE, ["gone.csv"], "dedupe", register, "--schema", schema, "-o", support.path(directory, "no"),
                    "--decisions", support.path(directory, "gone.csv"))


# ---- the same bytes ----------------------------------------------------------------------------------


def test_deterministic(directory):
    register, _ = support.generate("civil-birth", support.scaled(6000, 600), directory)
    plain = support.path(directory, "plain")
    support.khop("dedupe", register, "-o", plain, "--no-store")
    pairs = support.read_table(plain, "pairs.csv")
    lines = [f"{row['left_id']},{row['right_id']},{'cannot_link' if i % 3 else 'must_link'}" for i, row in enumerate(pairs[::support.scaled(40, 4)])]
    file = decisions(directory, *lines, header="left_id,right_id,decision")
    for linkage in ("single", "average"):
        found = []
        for threads, level in ((2, None), (1, None), (8, "scalar")):
            out = support.path(directory, "out")
            support.khop("dedupe", register, "-o", out, "--no-store", "--force", "--linkage", linkage, "--decisions", file, "--threads", threads,
                         env={"KHOP_CPU": level} if level else None)
            summary = support.read_json(out, "summary.json")
            del summary["run"]
            found.append([support.read_bytes(out, "clusters.csv"), support.read_bytes(out, "splits.csv"), summary])
        assert all(one == found[0] for one in found[1:]), linkage
        cannot = sum(line.endswith("cannot_link") for line in lines)
        assert 0 < found[0][2]["clusters"]["matches_parted"]["cannot_link"] and found[0][2]["decisions"]["cannot_link"] == cannot


if __name__ == "__main__":
    support.main(globals())
