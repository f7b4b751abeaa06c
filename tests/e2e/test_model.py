"""Models: what training says of itself, models used again, and names judged by how common they are in the whole city."""

import csv
import json
import math
import pathlib
import random

import support

SCHEMA = """
schema: members
id: member_no
fields:
  member_no: {type: code}
  name: {type: person_name%s}
  born: {type: date}
blocking:
  - [name, born]
  - [born]
comparisons:
  - name: name
    levels:
      - {when: name exact, m: 0.7, u: 0.00002, term_frequency: name}
      - {else: true, m: 0.3, u: 0.99}
  - name: born
    levels:
      - {when: born exact, m: 0.9, u: 0.00005}
      - {else: true, m: 0.1, u: 0.99}
expected_duplicates: 0.00002
thresholds: {match: 0.9, review: 0.5}
"""
SYLLABLES = "An Bình Châu Dũng Giang Hà Khoa Lan Mai Nam Oanh Phúc Quân Sơn Tâm Uyên Vân Xuân Yến Hải Minh Ngọc Thảo Trang".split()
COMMON, RARE = "Nguyễn Thị Hoa", "Trịnh Mạc Thiên Kim"


def members(directory):
    """Each name once and each date once, but for two pairs that share both."""
    directory = pathlib.Path(directory)
    dice = random.Random(3)
    names = sorted({" ".join(dice.choice(SYLLABLES) for _ in range(4)) for _ in range(3000)})
    dates = [f"{1 + i % 28:02}/{1 + i // 28 % 12:02}/{1950 + i // 336}" for i in range(len(names) + 2)]
    rows = [[f"M{i}", name, dates[i]] for i, name in enumerate(names)]
    for name in (COMMON, RARE):
        date = dates[len(names) + (name == RARE)]
        rows += [[f"{name[:2]}1", name, date], [f"{name[:2]}2", name, date]]
    support.write_table(directory, "members.csv", ["member_no", "name", "born"], rows)
    return directory / "members.csv"


def decisions(out):
    with open(out / "pairs.csv", encoding="utf-8") as file:
        return {row["left_id"][:2]: row["decision"] for row in csv.DictReader(file)}


def dedupe(register, schema, out, *more):
    support.khop("dedupe", register, "--schema", schema, "-o", out, "--no-store", "--progress", "none", *more)
    return out


def test_namesakes(directory):
    """A prior and names as in a city of 12.8 million: one name and one birthday are no match when thousands bear
    the name, and one when hardly anybody does."""
    directory = pathlib.Path(directory)
    register = members(directory)
    (directory / "own.yaml").write_text(SCHEMA % "", encoding="utf-8")
    (directory / "tables").mkdir()
    (directory / "tables" / "with_table.yaml").write_text(SCHEMA % ", frequencies: names.csv", encoding="utf-8")
    support.write_table(directory / "tables", "names.csv", ["value", "share"], [[COMMON.upper(), 0.0008], [RARE, 0.0000001]])
    support.write_table(directory, "counts.csv", ["count", "value"], [[10240, COMMON], [1, RARE], [12789759, "nobody's name"]])
    own = decisions(dedupe(register, directory / "own.yaml", directory / "1", "--untrained"))
    assert len(own) == 2 and own[COMMON[:2]] == own[RARE[:2]], own  # each name is there twice: all the register knows
    for number, options in enumerate(((directory / "tables" / "with_table.yaml",),
                                      (directory / "own.yaml", "--frequencies", f"name={directory / 'counts.csv'}"))):
        judged = decisions(dedupe(register, options[0], directory / f"judged{number}", "--untrained", *options[1:]))
        assert judged == {RARE[:2]: "match"}, judged
    model = json.loads((directory / "judged0" / "model.json").read_text(encoding="utf-8"))
    assert model["term_frequencies"] == [{"field": "name", "counted_in": "table"}]


def test_faults_of_tables(directory):
    directory = pathlib.Path(directory)
    register = members(directory)
    (directory / "own.yaml").write_text(SCHEMA % "", encoding="utf-8")
    table = directory / "table.csv"

    def refused(text, message, option=f"name={table}"):
        table.write_text(text, encoding="utf-8")
        result = support.run("plan", register, "--schema", directory / "own.yaml", "--progress", "none", "--frequencies", option)
        assert result.code == support.USAGE and message in result.err and "Hoa" not in result.err, result.err

    refused("value,count\nHoa,3\nHoa,none\n", "table.csv: line 3: count is not a number above 0")
    refused("value,share\nHoa,1.5\n", "table.csv: line 2: share is not above 0 and at most 1")
    refused("value,share\nHoa,0.7\nLan,0.6\n", "the shares add up to 1.3, more than 1")
    refused("value,number\nHoa,1\n", "no column 'count'")
    refused("value,count\n,1\n", "no value")
    refused("value,count\nHoa,1\n", "no level of schema members has term_frequency: born", f"born={table}")
    refused("value,count\nHoa,1\n", "schema members has no field nam", f"nam={table}")
    refused("value,count\nHoa,1\n", "is not FIELD=FILE.csv", "name")


def test_frozen_model(directory):
    """A trained model decides as the run that trained it; on half of the register the prior of a pair is twice as high."""
    directory = pathlib.Path(directory)
    support.khop("gen", "civil-birth", "-n", support.scaled(6000, 2000), "--seed", 5, "-o", directory / "data")
    register = directory / "data" / "civil-birth.csv"
    trained = directory / "trained"
    model = directory / "model.json"
    support.khop("dedupe", register, "-o", trained, "--no-store", "--progress", "none")
    said = support.khop("train", register, "-o", model, "--progress", "none").out
    facts = json.loads(model.read_text(encoding="utf-8"))
    summary = json.loads((trained / "summary.json").read_text(encoding="utf-8"))["model"]
    assert model.read_bytes() == (trained / "model.json").read_bytes()
    assert f"{facts['training']} after {facts['em_iterations']} iterations" in said, said
    assert summary["training"] == facts["training"] and summary["training_matches"] > 0
    constrained = [level["level"] for comparison in facts["comparisons"] for level in comparison["levels"] if level.get("constrained")]
    assert constrained == [entry["level"] for entry in summary["constrained_levels"]]
    frozen = directory / "frozen"
    support.khop("dedupe", register, "-o", frozen, "--no-store", "--progress", "none", "--model", model)
    for name in ("pairs.csv", "clusters.csv"):
        assert (frozen / name).read_bytes() == (trained / name).read_bytes(), name
    lines = register.read_text(encoding="utf-8").splitlines(keepends=True)
    half = directory / "half.csv"
    half.write_text("".join(lines[:1 + len(lines) // 2]), encoding="utf-8")
    support.khop("dedupe", half, "-o", directory / "half", "--no-store", "--progress", "none", "--model", model)
    again = json.loads((directory / "half" / "model.json").read_text(encoding="utf-8"))
    assert 1.9 < again["prior"] / facts["prior"] < 2.1 and again["training"] == "loaded"


def surprise(out, truth):
    """Bits that the truth about the kept pairs costs who believed the run's probabilities."""
    bits = 0.0
    with open(out / "pairs.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            p = min(max(float(row["match_probability"]), 1e-6), 1 - 1e-6)
            bits -= math.log2(p if truth[row["left_id"]] == truth[row["right_id"]] else 1 - p)
    return bits


def test_labels(directory):
    """Forty labels of the pairs that the model was least sure of make it surer of the others, and never much worse."""
    directory = pathlib.Path(directory)
    support.khop("gen", "civil-birth", "-n", support.scaled(12000, 4000), "--seed", 8, "-o", directory / "data")
    register = directory / "data" / "civil-birth.csv"
    with open(next((directory / "data").glob("*truth*")), encoding="utf-8") as file:
        truth = dict(row[:2] for row in list(csv.reader(file))[1:])
    common = ("--no-store", "--progress", "none", "--review", 0.02)
    support.khop("dedupe", register, "-o", directory / "plain", *common)
    with open(directory / "plain" / "pairs.csv", encoding="utf-8") as file:
        kept = sorted(csv.DictReader(file), key=lambda row: abs(float(row["match_weight"])))
    labels = [[row["left_id"], row["right_id"], "match" if truth[row["left_id"]] == truth[row["right_id"]] else "non_match"]
              for row in kept[:40]]
    support.write_table(directory, "labels.csv", ["left_id", "right_id", "label"], labels)
    support.khop("dedupe", register, "-o", directory / "labelled", "--labels", directory / "labels.csv", *common)
    before, after = (surprise(directory / name, truth) for name in ("plain", "labelled"))
    assert after < before + 1, (before, after)
    model = json.loads((directory / "labelled" / "model.json").read_text(encoding="utf-8"))
    assert model["labels"]["match"] + model["labels"]["non_match"] == len(labels), model["labels"]
    assert "labels" not in json.loads((directory / "plain" / "model.json").read_text(encoding="utf-8"))
    support.khop("train", register, "-o", directory / "m.json", "--labels", directory / "labels.csv", "--progress", "none")
    trained = json.loads((directory / "m.json").read_text(encoding="utf-8"))
    assert trained["comparisons"] == model["comparisons"] and trained["prior"] == model["prior"]
    in_vietnamese = {"match": "Trùng", "non_match": "không trùng"}
    support.write_table(directory, "labels-vi.csv", ["left_id", "right_id", "label"], [[left, right, in_vietnamese[word]] for left, right, word in labels])
    support.khop("train", register, "-o", directory / "m-vi.json", "--labels", directory / "labels-vi.csv", "--progress", "none")
    assert (directory / "m-vi.json").read_bytes() == (directory / "m.json").read_bytes()
    check_label_faults(directory, register, sorted({row["left_id"] for row in kept})[:3])


def check_label_faults(directory, register, ids):
    def refused(code, rows, message, *more):
        support.write_table(directory, "bad.csv", ["left_id", "right_id", "label"], rows)
        result = support.run("train", register, "-o", directory / "n.json", "--labels", directory / "bad.csv", "--progress", "none", *more)
        assert result.code == code and message in result.err, result.err
        assert not (directory / "n.json").exists()

    a, b, c = ids
    refused(support.INPUT, [[a, b, 1], [a, "nobody", 0]], "line 3: a record that the register does not have")
    refused(support.INPUT, [[a, b, "perhaps"]], "line 2: the decision is none of")
    refused(support.INPUT, [[a, a, "match"]], "line 2: left_id and right_id are one record")
    refused(support.INPUT, [[a, b, "yes"], [b, a, "no"]], "line 3: a cannot_link between records that the must_links of lines 2 connect")
    if c in ids:
        refused(support.INPUT, [[a, b, 1], [b, c, 1], [a, c, 0]], "line 4: a cannot_link")


if __name__ == "__main__":
    support.main(globals())
