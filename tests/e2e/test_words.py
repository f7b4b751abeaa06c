"""Term frequencies of a word of a name: a level at which only the given name, or only the surname, agrees weighs as that word is rare."""

import csv
import json
import pathlib
import random

import support

SCHEMA = """schema: members
id: member_no
fields:
  member_no: {type: code}
  name: {type: person_name%s}
  born: {type: date}
blocking:
  - [born]
  - [name.given, born.year]
comparisons:
  - name: name
    levels:
      - {when: name exact, m: 0.7, u: 0.00002, term_frequency: name}
      - {name: another middle name, when: [name given, name surname], m: 0.1, u: 0.003, term_frequency: name.given}
      - {name: one surname, when: name surname, m: 0.1, u: 0.02, term_frequency: name.surname}
      - {else: true, m: 0.1, u: 0.97}
  - name: born
    levels:
      - {when: born exact, m: 0.9, u: 0.00005}
      - {else: true, m: 0.1, u: 0.99}
expected_duplicates: 0.1
thresholds: {match: 0.9, review: 0.0000001}
"""
SURNAMES, MIDDLES, GIVENS = "Nguyễn Nguyễn Nguyễn Trần Lê Phạm".split(), "Thị Văn Đức Minh Thu Ngọc Kim".split(), "Hoa Hoa Hoa An Bình Lan Mai Nam".split()
PAIRS = {  # two records each of one birthday
    "common given": ("Nguyễn Thị Hoa", "Nguyễn Thu Hoa"),
    "rare given": ("Nguyễn Thị Khuyên", "Nguyễn Thu Khuyên"),
    "common surname": ("Nguyễn Thị Lan", "Nguyễn Thị Mai"),
    "rare surname": ("Trịnh Thị Lan", "Trịnh Thị Mai"),
}


def members(path, count):
    dice = random.Random(11)
    rows = [[f"M{i}", f"{dice.choice(SURNAMES)} {dice.choice(MIDDLES)} {dice.choice(GIVENS)}",
             f"{1 + i % 28:02}/{1 + i // 28 % 12:02}/{1950 + i // 336}"] for i in range(count)]
    rows += [[f"again {row[0]}", *row[1:]] for row in rows[::10]]
    for number, (kind, names) in enumerate(PAIRS.items()):
        rows += [[f"{kind} {side}", name, f"{number + 1:02}/01/2010"] for side, name in enumerate(names)]
    support.write_table(path.parent, path.name, ["member_no", "name", "born"], rows)
    return path


def prepare(directory, fields=""):
    directory = pathlib.Path(directory)
    (directory / "members.yaml").write_text(SCHEMA % fields, encoding="utf-8")
    return directory, members(directory / "members.csv", support.scaled(4000, 1500))


def dedupe(directory, name, *options):
    out = directory / name
    support.khop("dedupe", directory / "members.csv", "--schema", directory / "members.yaml", "-o", out, "--progress", "none", *options)
    return out


def weights(out):
    """kind of pair -> its weight"""
    with open(out / "pairs.csv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["left_id"][-1] == "0" and row["right_id"] == row["left_id"][:-1] + "1"]
    return {row["left_id"][:-2]: float(row["match_weight"]) for row in rows if row["left_id"][:-2] in PAIRS}


def explained(out, kind):
    e = json.loads(support.khop("explain", out, kind + " 0", kind + " 1", "--format", "json").out)
    return e, e["comparisons"][0]["term_frequency"]


def check_explained(out, fields):
    """explain adds up to the run's weight, to the bit, and names the word that counts."""
    for kind, weight in weights(out).items():
        e, frequency = explained(out, kind)
        parts = sum(c["weight"] + c.get("term_frequency", {"weight": 0})["weight"] for c in e["comparisons"])
        assert e["match_weight"] == e["prior"] + parts and abs(e["match_weight"] - weight) <= 0.0005001, (kind, e, weight)
        assert (e["comparisons"][0]["level"], frequency["field"]) == fields[kind.split()[1]], (kind, e)


LEVELS = {"given": ("another middle name", "name.given"), "surname": ("one surname", "name.surname")}


def test_rare_words_weigh_more(directory):
    directory, register = prepare(directory)
    for name, options in (("defaults", ["--untrained"]), ("trained", [])):
        out = dedupe(directory, name, *options)
        found = weights(out)
        assert set(found) == set(PAIRS), found
        for word in ("given", "surname"):
            assert found[f"rare {word}"] > found[f"common {word}"] + 2, (name, found)
        check_explained(out, LEVELS)
        with open(register, encoding="utf-8") as file:
            givens = [row["name"].split()[-1] for row in csv.DictReader(file)]
        assert explained(out, "rare given")[1]["records"] == 2
        assert explained(out, "common given")[1]["records"] == givens.count("Hoa")
        support.khop("index", "verify", out / "store")
    model = json.loads((directory / "trained" / "model.json").read_text(encoding="utf-8"))
    by_field = {entry["field"]: entry for entry in model["term_frequencies"]}
    assert set(by_field) == {"name", "name.given", "name.surname"} and "agreement" not in by_field["name"], by_field
    count = len(givens)
    chance = sum(givens.count(g) * (givens.count(g) - 1) for g in set(givens)) / (count * (count - 1))
    assert abs(by_field["name.given"]["agreement"] - chance) < 1e-9, (by_field, chance)
    levels = {level["level"]: level for level in model["comparisons"][0]["levels"]}
    assert levels["one surname"]["u_from"] == "random pairs", levels


def test_threads(directory):
    directory, _ = prepare(directory)
    outs = [dedupe(directory, f"threads{n}", "--threads", n) for n in (1, 2)]
    for name in ("pairs.csv", "clusters.csv", "model.json"):
        assert (outs[0] / name).read_bytes() == (outs[1] / name).read_bytes(), name


def test_tables(directory):
    """Where a table says how common words are elsewhere, the register's own counts say nothing."""
    directory, _ = prepare(directory)
    table = directory / "given.csv"
    support.write_table(directory, table.name, ["value", "share"], [["KHUYEN", 0.2], ["Trần Thị Hoa", 0.0001], ["An", 0.1]])
    support.write_table(directory, "surnames.csv", ["value", "count"], [["Trịnh", 5000], ["Nguyễn", 10], ["Lê", 4990]])
    own = weights(dedupe(directory, "own", "--untrained"))
    by_option = dedupe(directory, "option", "--untrained", "--frequencies", f"name.given={table}", "--frequencies",
                       f"name.surname={directory / 'surnames.csv'}")
    prepare(directory, ", frequencies: {given: given.csv, surname: surnames.csv}")
    by_schema = dedupe(directory, "schema", "--untrained")
    assert (by_option / "pairs.csv").read_bytes() == (by_schema / "pairs.csv").read_bytes()
    judged = weights(by_schema)
    for word in ("given", "surname"):
        assert own[f"rare {word}"] > own[f"common {word}"] + 2 and judged[f"rare {word}"] < judged[f"common {word}"] - 2, (own, judged)
    check_explained(by_schema, LEVELS)
    assert explained(by_schema, "rare given")[1]["records"] == 0
    assert "name.given by its table" in support.khop("explain", by_schema, "rare given 0", "rare given 1").out


def test_frozen_models(directory):
    """A model remembers how often words agree, and which were judged by a table."""
    directory, _ = prepare(directory)
    trained = dedupe(directory, "trained", "--no-store")
    frozen = dedupe(directory, "frozen", "--no-store", "--model", trained / "model.json")
    assert (frozen / "pairs.csv").read_bytes() == (trained / "pairs.csv").read_bytes()
    members(directory / "members.csv", 300)
    small = dedupe(directory, "small", "--no-store", "--model", trained / "model.json")
    before, after = (json.loads((out / "model.json").read_text(encoding="utf-8"))["term_frequencies"] for out in (trained, small))
    assert before == after, (before, after)
    support.write_table(directory, "given.csv", ["value", "share"], [["Hoa", 0.3]])
    option = ["--frequencies", f"name.given={directory / 'given.csv'}"]
    judged = dedupe(directory, "judged", "--no-store", *option)
    again = ("dedupe", directory / "members.csv", "--schema", directory / "members.yaml", "-o", directory / "refused", "--model", judged / "model.json")
    support.refuses(support.USAGE, ["field name.given was judged by a table", "--frequencies name.given=FILE"], *again)
    support.khop(*again, "--progress", "none", *option)


def test_refusals(directory):
    directory, register = prepare(directory)
    (directory / "t.csv").write_text("value,count\nHoa,3\n", encoding="utf-8")
    words = ("plan", register, "--schema", directory / "members.yaml", "--progress", "none", "--frequencies")
    support.refuses(support.USAGE, ["no field name.initials"], *words, f"name.initials={directory / 't.csv'}")
    support.refuses(support.USAGE, ["no level of schema members has term_frequency: born.given"], *words, f"born.given={directory / 't.csv'}")


support.main(globals())
