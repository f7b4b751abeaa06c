"""khop explain: the weight of any pair, made again from the store, is the run's own; and why a pair is one or not."""

import collections
import json
import os
import random
import re
import shutil
import xml.etree.ElementTree

import support
from support import INPUT, USAGE

SCHEMA = """schema: members
id: member_no
fields:
  member_no: {type: code}
  name: {type: person_name}
  born: {type: date}
  joined: {type: date}
  phone: {type: phone, identifier: true}
  town: {type: place}
blocking:
  - [phone]
  - {name: one name, parts: [name]}
  - [name.given, born]
split_by: [born.year, town]
comparisons:
  - name: name
    levels:
      - {name: namesake, weight: -30, when: [name exact, not born same_year, not phone exact]}
      - {when: name exact, m: 0.8, u: 0.001, term_frequency: name}
      - {when: name edits 2, m: 0.15, u: 0.002, term_frequency: town}
      - {else: true, m: 0.05, u: 0.99}
  - name: born
    levels:
      - {when: born exact, m: 0.9, u: 0.001}
      - {any: [born swapped, born edits 1], m: 0.06, u: 0.002}
      - {else: true, m: 0.04, u: 0.99}
  - name: joined
    levels:
      - {when: joined exact, m: 0.6, u: 0.01}
      - {else: true, m: 0.4, u: 0.99}
  - name: phone
    levels:
      - {when: phone exact, m: 0.7, u: 0.00001}
      - {else: true, m: 0.3, u: 0.99}
expected_duplicates: 0.1
thresholds: {match: 0.9, review: 0.1}
"""
HEADER = ["member_no", "name", "born", "joined", "phone", "town"]


def explain(out, *words):
    return json.loads(support.khop("explain", out, *words, "--format", "json").out)


def pairs_of(out):
    """record id -> partner -> row of pairs.csv."""
    found = collections.defaultdict(dict)
    for row in support.read_table(out, "pairs.csv"):
        found[row["left_id"]][row["right_id"]] = found[row["right_id"]][row["left_id"]] = row
    return found


def same_weight(explained, row):
    return (abs(explained["match_weight"] - float(row["match_weight"])) <= 0.0005001
            and abs(explained["match_probability"] - float(row["match_probability"])) <= 5.1e-7)


def check_pair(out, row, clusters):
    """One line of pairs.csv against all that explain says of the two."""
    e = explain(out, row["right_id"], row["left_id"])
    assert same_weight(e, row), (e, row)
    assert (e["left"]["id"], e["right"]["id"], e["decision"], e["compared"]) == (row["left_id"], row["right_id"], row["decision"], "yes"), (e, row)
    assert [r["rule"] for r in e["blocking_rules"] if r["first"]] == [row["blocking_rule"]], (e, row)
    first = next(r for r in e["blocking_rules"] if r["outcome"] == "finds")
    assert first["first"] and first["left_records"] == first["right_records"] >= 2, e
    parts = sum(c["weight"] + c.get("term_frequency", {"weight": 0})["weight"] for c in e["comparisons"])
    assert e["prior"] + parts == e["match_weight"], e
    for side in ("left", "right"):
        assert str(e[side]["cluster"]) == clusters[row[side + "_id"]], (e, row)
    assert e["same_cluster"] == (clusters[row["left_id"]] == clusters[row["right_id"]])


def check_record(out, record, pairs):
    """Its candidates against pairs.csv, both ways. How many of them no rule compared."""
    e = explain(out, record, "--top", 1000)
    assert e["sharing"] == e["looked_at"] == len(e["candidates"]), e
    weights = [c["match_weight"] for c in e["candidates"]]
    assert weights == sorted(weights, reverse=True)
    found = {c["record"]["id"]: c for c in e["candidates"]}
    for partner, row in pairs[record].items():
        c = found[partner]
        assert same_weight(c, row), (record, c, row)
        assert (c["rule"], c["decision"], c["compared"]) == (row["blocking_rule"], row["decision"], "yes"), (record, c, row)
    for partner, c in found.items():
        assert c["compared"] == "no" or c["decision"] == "no match" or partner in pairs[record], (record, c)
    return sum(c["compared"] == "no" for c in e["candidates"])


def check_result(out, records, seed=1):
    """Records drawn from pairs.csv, all reviews first. How many candidates no rule compared."""
    pairs, clusters = pairs_of(out), support.clusters_of(out)
    rows = support.read_table(out, "pairs.csv")
    rng = random.Random(seed)
    drawn = [r["left_id"] for r in rows if r["decision"] == "review"][: records // 3]
    drawn += rng.sample(sorted(pairs), min(len(pairs), records - len(drawn)))
    parted = sum(check_record(out, record, pairs) for record in drawn)
    for row in rng.sample(rows, min(len(rows), records // 3)):
        check_pair(out, row, clusters)
    return parted


def test_generated_registers(directory):
    for schema in ("civil-birth", "cccd", "bhyt", "parcel"):
        register, _ = support.generate(schema, support.scaled(5000, 500), directory)
        out = support.path(directory, "out-" + schema)
        support.khop("dedupe", register, "-o", out)
        os.remove(register)
        check_result(out, support.scaled(50, 8))


def test_split_blocks(directory):
    register, _ = support.generate("civil-birth", support.scaled(5000, 800), directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, "--block-rows", 2, "--match", "0.99", "--review", "0.2")
    assert check_result(out, support.scaled(60, 20)) > 0, "no block was split between two candidates"


def members(rng, count):
    """Few names and dates, so that blocks are large; dates month first, as their column shows."""
    names = ["Nguyễn Văn An", "NGUYEN VAN AN", "Trần Thị Bình", "Lê Cường", "Lê Cưòng"]
    for number in range(count):
        born = f"{rng.randrange(1, 13):02}/{rng.randrange(1, 29):02}/{rng.choice((1980, 1980, 1981))}"
        phone = f"09030000{rng.randrange(40):02}" if rng.random() < 0.3 else ""
        yield [f"M{number:04}", rng.choice(names), born, f"01/{13 + number % 18}/2020", phone, rng.choice(("Huế", "Đà Nẵng", ""))]


def custom_run(directory, rows, *options):
    """A run by a schema of one's own, of which neither schema nor register are left."""
    register = support.write_table(directory, "m.csv", HEADER, rows)
    schema = support.write(directory, "my.yaml", SCHEMA)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "--schema", schema, "-o", out, *options)
    os.remove(register)
    os.remove(schema)
    return out


def test_own_schema(directory):
    """Windows, month-first dates, term frequencies: all from the store."""
    rows = list(members(random.Random(3), 1500))
    out = custom_run(directory, rows, "--block-rows", 20, "--untrained")
    summary = support.read_json(out, "summary.json")
    assert summary["sources"][0]["month_first"] == ["born", "joined"], summary["sources"]
    assert any(rule["blocks_windowed"] for rule in summary["blocking_rules"]), summary["blocking_rules"]
    assert check_result(out, support.scaled(40, 10)) > 0
    common = next(row[0] for row in rows if row[1] == "Nguyễn Văn An" and row[2].endswith("1980") and not row[4])
    whys = collections.Counter(c["why"].rpartition("; ")[2] for c in explain(out, common, "--top", 1000)["candidates"])
    for why in ("found by one name", "outside the window of one name", "parted by splitting a block"):
        assert whys[why], whys
    trained = custom_run(directory, members(random.Random(4), 900), "--force")
    check_result(trained, support.scaled(20, 5))
    table = support.write(directory, "names.csv", "value,count\nNguyễn Văn An,400000\nLê Cường,100\n")
    elsewhere = people_run(directory, "--force", "--frequencies", f"name={table}")
    os.remove(table)
    check_result(elsewhere, support.scaled(20, 5))
    support.khop("index", "verify", support.path(elsewhere, "store"))
    assert "name by its table" in support.khop("explain", elsewhere, "A1", "A2").out


PEOPLE = [
    ["A1", "Nguyễn Văn An", "01/02/1990", "05/05/2020", "0903111222", "Huế"],
    ["A2", "Nguyễn Văn An", "01/02/1990", "05/05/2020", "0903111222", "Huế"],
    ["A3", "Nguyễn Văn Ân", "01/02/1990", "05/05/2020", "0903111222", "Huế"],
    ["B1", "Lê Cường", "03/04/1985", "", "0911000999", "Đà Nẵng"],
    ["B2", "Lê Cường", "03/04/1951", "", "0911000888", ""],
    ["C<&1", "Phạm\x1b[2J Dung", "07/08/1966", "06/06/2021", "0911000999", ""],
    ["D1", "Vũ Em", "", "", "", "Huế"],
    ["A1", "Khác", "02/02/2000", "", "", ""],
]


def people_run(directory, *options):
    return custom_run(directory, PEOPLE, "--untrained", "--max-rejected", "50%", *options)


def check_links(out, count):
    """Links drawn from links.csv: their pairs, and the candidates of their left records."""
    rows = support.read_table(out, "links.csv")
    for row in random.Random(1).sample(rows, min(len(rows), count)):
        e = explain(out, row["left_id"], row["right_id"])
        assert same_weight(e, row) and e["compared"] == "yes", (e, row)
        assert [r["rule"] for r in e["blocking_rules"] if r["first"]] == [row["blocking_rule"]], (e, row)
        assert e["same_cluster"] or row["category"] == "review", (e, row)
        found = explain(out, row["left_id"], "--top", 1000)["candidates"]
        [partner] = [c for c in found if c["record"]["id"] == row["right_id"] and c["record"]["source"] == e["right"]["source"]]
        assert same_weight(partner, row) and partner["rule"] == row["blocking_rule"], (partner, row)
        assert all(c["record"]["row"] > e["left"]["row"] for c in found), "a record of the left register"


def test_links(directory):
    paths = [support.generate(schema, support.scaled(3000, 500), directory)[0] for schema in ("cccd", "bhyt")]
    out = support.path(directory, "out")
    support.khop("link", *paths, "-o", out)
    check_links(out, support.scaled(25, 6))
    same = support.path(directory, "same") # both registers have the same ids
    support.khop("link", paths[0], shutil.copy(paths[0], support.path(directory, "copy.csv")), "-o", same)
    check_links(same, support.scaled(10, 3))


def test_parts_of_a_large_block(directory):
    """Linked registers whose one block is compared part by part."""
    rng = random.Random(5)
    schema = support.write(directory, "s.yaml", SCHEMA.replace("  - [phone]\n", "").replace("split_by: [born.year, town]\n", ""))
    sides = []
    for side in ("l", "r"):
        rows = [[f"{side}{i}", "Lê An", f"{1 + i % 28:02}/02/1980", "", f"09{rng.randrange(10 ** 8):08}", ""] for i in range(700)]
        sides.append(support.write_table(directory, side + ".csv", HEADER, rows))
    out = support.path(directory, "out")
    support.khop("link", *sides, "--schema", schema, "-o", out, "--untrained", "--block-rows", 20, "--review", "0.001", "--match", "0.9999")
    assert any(rule["blocks_windowed"] for rule in support.read_json(out, "summary.json")["blocking_rules"])
    check_links(out, support.scaled(20, 8))
    outcomes = collections.Counter(
        next(r["outcome"] for r in explain(out, f"l{i}", f"r{j}")["blocking_rules"] if r["rule"] == "one name")
        for i, j in ((0, 0), (0, 699), (699, 699), (10, 300), (350, 350), (699, 0)))
    assert outcomes["finds"] == 3 and outcomes["window"] == 3, outcomes


def test_huge_block(directory):
    """Blocks of thousands: the work is bounded, what was left out is told, and the true partner is found all the same."""
    rng = random.Random(7)
    rows = [[f"H{i:05}", f"Nguyễn Văn {rng.choice('ABCDEFGHK'[:support.scaled(9, 2)])}n", f"{rng.randrange(1, 29):02}/03/{rng.randrange(1950, 2010)}", "", "", ""]
            for i in range(support.scaled(12000, 4000))]
    for i in (5, 2000, 3990):
        rows[i][1:] = rows[i - 3][1:]
        rows[i][3] = rows[i - 3][3] = f"11/{13 + i % 9}/1999"
    out = custom_run(directory, rows, "--untrained")
    pairs = pairs_of(out)
    for i in (5, 2000, 3990):
        e = explain(out, rows[i][0])
        assert e["looked_at"] < e["sharing"] and e["looked_at"] < 1024, e
        partner = rows[i - 3][0]
        [c] = [c for c in e["candidates"] if c["record"]["id"] == partner]
        assert c["match_weight"] == max(x["match_weight"] for x in e["candidates"])
        if c["compared"] == "yes" and c["decision"] != "no match":
            assert same_weight(c, pairs[rows[i][0]][partner]), (c, pairs[rows[i][0]])


def test_text(directory):
    out = people_run(directory)
    text = support.khop("explain", out, "B2", "B1").out
    assert re.search(r"^left           B1 .* m\.csv:5  cluster \d+$", text, re.M), text
    assert re.search(r"^decision       no match: weight -\d+\.\d{3}, probability 0\.000000; a match from 3\.170 on", text, re.M), text
    assert re.search(r"^reason         namesake$", text, re.M), text
    assert re.search(r"^clusters       two$", text, re.M), text
    assert re.search(r"^phone +no +2, 1  phone differs$", text, re.M), text
    assert re.search(r"^one name +yes +2  first$", text, re.M), text
    assert re.search(r"^name\.given\+born +no +1, 1  born differs$", text, re.M), text
    assert re.search(r"^phone +no +1, 0  phone missing on right$", support.khop("explain", out, "B2", "D1").out, re.M)
    assert re.search(r"^name +namesake +-30\.000  fixed$", text, re.M), text
    both = support.khop("explain", out, "A1", "A2").out
    assert re.search(r"^name +name exact +0\.8 +0\.001 +9\.644 +[+-]\d+\.\d{3}: name of 3 records$", both, re.M), both


def test_masks(directory):
    """No letter but a word's first, and no digit, unless asked for."""
    out = people_run(directory)
    for words in (["A1", "A2"], ["A1", "A2", "--format", "json"], ["B1", "C<&1"], ["A1"], ["B1", "--format", "json"]):
        text = support.khop("explain", out, *words).out
        for row in PEOPLE:
            for value in row[1:]:
                for word in re.findall(r"[^\W\d]{2,}|\d{4,}", value):
                    assert not re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", text), (words, word, text)
    masked = support.khop("explain", out, "A1", "A3").out
    for shown in ("N***** V** A*", "99/99/9999", "9999999999"):
        assert shown in masked, (shown, masked)
    shown = support.khop("explain", out, "A1", "A3", "--show-values").out
    for row in (PEOPLE[0], PEOPLE[2]):
        for value in row[1:5]:
            assert value in shown, (value, shown)
    assert "Phạm?[2J Dung" in support.khop("explain", out, "B1", "C<&1", "--show-values").out


def test_through_others(directory):
    """Two that no rule compares share a cluster: the chain of matches says how."""
    rows = [["A", "Nguyễn Văn An", "01/02/1990", "05/05/2020", "0903111222", ""],
            ["B", "Nguyễn Văn An", "01/02/1990", "05/05/2020", "0903111333", ""],
            ["C", "Nguyễn Vân An", "01/02/1990", "05/05/2020", "0903111333", ""],
            ["D", "Nguyễn Vân Anh", "01/02/1991", "05/05/2020", "0903111333", ""]]
    out = custom_run(directory, rows, "--untrained")
    clusters = support.clusters_of(out)
    assert len(set(clusters.values())) == 1, clusters
    e = explain(out, "A", "D")
    assert e["decision"] == "no match" or e["compared"] == "no", e
    assert e["same_cluster"] and e["cluster_size"] == 4, e
    pairs, before = pairs_of(out), "A"
    assert e["through"] and e["through"][-1]["id"] == "D", e
    for step in e["through"]:
        assert pairs[before][step["id"]]["decision"] == "match", (e, before)
        assert abs(step["weight"] - float(pairs[before][step["id"]]["match_weight"])) <= 0.0005001
        before = step["id"]
    assert "through matches A - " in support.khop("explain", out, "D", "A").out


def test_kept_apart(directory):
    """A match that the check of clusters parted says why, as splits.csv has it."""
    golden = support.path(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "run")
    out = support.path(directory, "out")
    support.khop("dedupe", support.path(golden, "members.csv"), "--schema", support.path(golden, "members.yaml"), "-o", out, "--untrained", "--max-rejected", "50%")
    splits = support.read_table(out, "splits.csv")
    assert splits
    for row in splits:
        e = explain(out, row["left_id"], row["right_id"])
        assert e["decision"] == "match" and e["compared"] == "yes" and not e["same_cluster"], e
        against = (row["against_left_id"], row["against_right_id"])
        others = "" if against == (row["left_id"], row["right_id"]) else f", of {against[0]} and {against[1]}"
        assert e["kept_apart"] == f"{row['cause']}: {row['rule']}{others}", (e, row)
        assert f"kept apart by {e['kept_apart']}" in support.khop("explain", out, row["right_id"], row["left_id"]).out


def test_chart(directory):
    out = people_run(directory)
    svg = support.khop("explain", out, "B1", "C<&1", "--show-values", "--format", "svg").out
    root = xml.etree.ElementTree.fromstring(svg)
    words = " ".join(root.itertext())
    for name in ("prior", "name", "born", "joined", "phone", "match weight", "B1 and C<&1", "review from", "match from"):
        assert name in words, (name, words)
    assert "href" not in svg and "<script" not in svg, svg
    weight = explain(out, "B1", "C<&1")["match_weight"]
    assert f"{weight:+.2f}" in words, (weight, words)


def test_refusals(directory):
    out = people_run(directory)
    refuses = support.refuses
    refuses(USAGE, ["second id", "no such record"], "explain", out, "A1", "A9")
    refuses(USAGE, ["first id", "no such record"], "explain", out, "A9", "A1")
    refuses(USAGE, ["no such record"], "explain", out, "Z")
    refuses(USAGE, ["one record"], "explain", out, "A1", " A1")
    refuses(USAGE, ["--format"], "explain", out, "A1", "A2", "--format", "pdf")
    refuses(USAGE, ["two ids"], "explain", out, "A1", "--format", "svg")
    refuses(USAGE, ["--top"], "explain", out, "A1", "--top", "0")
    refuses(USAGE, ["--top"], "explain", out, "A1", "A2", "--top", "5")
    refuses(USAGE, ["no such"], "explain", support.path(directory, "none"), "A1", "A2")
    elsewhere = support.path(directory, "elsewhere")
    shutil.move(support.path(out, "store"), elsewhere)
    refuses(USAGE, ["no such store"], "explain", out, "A1", "A2")
    assert explain(out, "A1", "A2", "--store", elsewhere)["decision"] == "match"
    shutil.move(support.path(out, "model.json"), support.path(directory, "model.json"))
    refuses(USAGE, ["model.json"], "explain", out, "A1", "A2", "--store", elsewhere)
    other = custom_run(directory, PEOPLE[:3], "--untrained", "--force")
    refuses(INPUT, ["summary.json", "of another run"], "explain", other, "A1", "A2", "--store", elsewhere)


support.main(globals())
