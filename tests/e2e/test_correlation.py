"""A schema that counts one thing twice is told so: a column and its copy, each with a comparison of its own."""

import csv
import json
import pathlib
import random

import support

SCHEMA = """
schema: members
id: member_no
fields:
  member_no: {type: code}
  name: {type: code}
  born: {type: date}
  phone: {type: code}
  mobile: {type: code}
blocking:
  - [name]
  - [born]
  - [phone]
comparisons:
  - name: name
    levels:
      - {when: name exact, m: 0.8, u: 0.0001}
      - {else: true, m: 0.2, u: 0.99}
  - name: born
    levels:
      - {when: born exact, m: 0.8, u: 0.0001}
      - {else: true, m: 0.2, u: 0.99}
"""
APART = "".join(f"""  - name: {field}
    levels:
      - {{when: {field} exact, m: 0.8, u: 0.0001}}
      - {{else: true, m: 0.2, u: 0.99}}
""" for field in ("phone", "mobile"))
TOGETHER = """  - name: telephones
    fields: [phone, mobile]
    levels:
      - {when: [phone exact, mobile exact], m: 0.6, u: 0.0001}
      - {any: [phone exact, mobile exact], m: 0.3, u: 0.0001}
      - {else: true, m: 0.1, u: 0.99}
"""


def write_register(path, copied):
    """Households of three share a telephone; every fifth member is there twice, each value mistaken one time in ten."""
    dice = random.Random(11)

    def value(kind, number):
        if kind == "born":
            return f"{1 + number % 28:02}/{1 + number // 28 % 12:02}/{1950 + number // 336 % 50}"
        return f"{kind[0].upper()}{number:06}"

    def member(number):
        facts = [value("name", dice.randrange(3000)), value("born", dice.randrange(16800)), value("phone", number // 3)]
        return facts + [facts[2] if copied else value("mobile", (number * 7919) % 6000 // 3)]

    rows, people = [], []
    for number in range(6000):
        one = member(number)
        rows.append(one)
        people.append(number)
        if number % 5 == 0:
            other = member(dice.randrange(6000))
            again = [mine if dice.random() < 0.9 else wrong for mine, wrong in zip(one, other)]
            if copied:
                again[3] = again[2]
            rows.append(again)
            people.append(number)
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["member_no", "name", "born", "phone", "mobile"], *([i, *row] for i, row in enumerate(rows))])
    return people


def test_copied_column(directory):
    directory = pathlib.Path(directory)
    (directory / "apart.yaml").write_text(SCHEMA + APART, encoding="utf-8")
    (directory / "together.yaml").write_text(SCHEMA + TOGETHER, encoding="utf-8")
    register = directory / "copied.csv"
    people = write_register(register, True)
    write_register(directory / "two.csv", False)

    def train(register, schema, threads):
        model = directory / f"{register.stem}-{schema}-{threads}.json"
        said = support.khop("train", register, "--schema", directory / f"{schema}.yaml", "-o", model, "--progress", "none", "--threads", threads).out
        return json.loads(model.read_text(encoding="utf-8"))["correlated"], said, model

    found, said, model = train(register, "apart", 1)
    assert len(found) == 1 and found[0]["comparisons"] == ["phone", "mobile"], found
    assert found[0]["levels"] == ["phone exact", "mobile exact"], found
    # One weight too many: log2(0.9 / share of pairs with one telephone), some 3 in 7200.
    assert 9.5 < found[0]["overstated_bits"] < 12.5 and 0.002 < found[0]["given_non_match_bits"] < 0.006, found
    assert "phone and mobile count twice" in said and "docs/schema.md" in said, said
    assert model.read_bytes() == train(register, "apart", 3)[2].read_bytes()
    for other, schema in ((directory / "two.csv", "apart"), (register, "together")):
        found, said, _ = train(other, schema, 2)
        assert found == [] and "twice" not in said, (found, said)

    out = directory / "out"
    common = ("--schema", directory / "apart.yaml", "-o", out, "--no-store", "--progress", "none")
    said = support.khop("dedupe", register, *common).out
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))["model"]["correlated"]
    assert said.count("count twice") == 1 and [pair["comparisons"] for pair in summary] == [["phone", "mobile"]], (said, summary)
    said = support.khop("dedupe", register, *common, "--force", "--model", model).out  # a model with such an entry loads; it was said when it was trained
    assert "loaded" in said and "twice" not in said, said
    check_correction(directory, register, model, people, common)


def check_correction(directory, register, model, people, common):
    """Of a household two agree in the telephone alone, and its copy: matches only where it counts twice."""
    trained = json.loads(model.read_text(encoding="utf-8"))
    by_levels = {tuple(entry["levels"]): entry["bits"] for entry in trained["corrections"]}
    assert -12.5 < by_levels["phone exact", "mobile exact"] < -9.5 and set(by_levels) <= {("phone exact", "mobile exact"), ("else", "else")}, by_levels

    assert 1100 < trained["training_matches"] < 1300, trained["training_matches"]  # 1,200; 9,662 when they counted twice
    support.khop("dedupe", register, *common, "--force", "--model", model)
    matches = [row for row in support.read_table(directory / "out", "pairs.csv") if row["decision"] == "match"]
    wrong = sum(people[int(row["left_id"])] != people[int(row["right_id"])] for row in matches)
    assert wrong < 25 and len(matches) - wrong > 1120, (wrong, len(matches))


def test_explained(directory):
    """The correction stands under the second comparison, and the sum is the weight of pairs.csv to the bit."""
    directory = pathlib.Path(directory)
    (directory / "apart.yaml").write_text(SCHEMA + APART, encoding="utf-8")
    write_register(directory / "copied.csv", True)
    out = directory / "out"
    support.khop("dedupe", directory / "copied.csv", "--schema", directory / "apart.yaml", "-o", out, "--progress", "none")
    pair = next(row for row in support.read_table(out, "pairs.csv") if row["decision"] == "match")
    told = json.loads(support.khop("explain", out, pair["left_id"], pair["right_id"], "--format", "json").out)
    corrected = [c for c in told["comparisons"] if "correction" in c]
    assert [c["comparison"] for c in corrected] == ["mobile"] and corrected[0]["correction"]["repeats"] == "phone", told
    parts = sum(c["weight"] + c.get("correction", {}).get("weight", 0) for c in told["comparisons"]) + told["prior"]
    assert abs(parts - told["match_weight"]) < 1e-6 and abs(told["match_weight"] - float(pair["match_weight"])) < 0.001, told
    assert "repeats phone" in support.khop("explain", out, pair["left_id"], pair["right_id"]).out
    broken = json.loads((out / "model.json").read_text(encoding="utf-8"))
    broken["corrections"][0]["levels"][0] = "nothing"
    (directory / "broken.json").write_text(json.dumps(broken), encoding="utf-8")
    support.refuses(support.USAGE, ["broken.json", "corrections, entry 1", "no level of comparison phone"], "dedupe", directory / "copied.csv",
                    "--schema", directory / "apart.yaml", "-o", directory / "other", "--model", directory / "broken.json")


if __name__ == "__main__":
    support.main(globals())
