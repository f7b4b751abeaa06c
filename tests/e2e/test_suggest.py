"""khop train --suggest-rules finds blocking rules for a register whose schema has none."""

import pathlib
import re

import support

PEOPLE = support.scaled(10000, 1500)
BUILTIN = pathlib.Path(__file__).parents[2] / "engine/schema/builtin"
BLOCKING = re.compile(r"^blocking:\n(  - .*\n)+", re.MULTILINE)


def schema_without_rules(schema, directory):
    yaml = (BUILTIN / f"{schema}.yaml").read_text(encoding="utf-8")
    return support.write(directory, "bare.yaml", BLOCKING.sub("", yaml))


def suggest(register, schema, *options):
    """What was printed, and of its head: rules, pairs, budget, expected matches."""
    text = support.khop("train", register, "--schema", schema, "--suggest-rules", *options).out
    head = re.match(r"# \S+, (\d+) records: (\d+) rules, (\d+) pairs of at most (\d+), (\d+) expected matches of (\d+) seen\nblocking:\n",
                    text)
    assert head, text[:300]
    return text, *map(int, head.group(2, 3, 4, 5))


def dedupe(register, truth, schema, out, *options):
    support.khop("dedupe", register, "--schema", schema, "--no-store", "-o", out, *options)
    quality = support.quality(support.clusters_of(out), support.truth_of(truth))
    return quality, support.read_json(out, "summary.json")["pairs"]


def check_register(schema, directory):
    register, truth = support.generate(schema, PEOPLE, directory)
    bare = schema_without_rules(schema, directory)
    text, rules, pairs, budget, matches = suggest(register, bare)
    assert rules == len(re.findall(r"^  - \[.*\] +# \d+ pairs, \d+ new matches, \d+ by no other rule$", text, re.MULTILINE)) > 0
    assert pairs <= budget
    pasted = support.write(directory, "pasted.yaml", support.read_bytes(bare).decode() + "\n" + text)
    shipped, _ = dedupe(register, truth, schema, support.path(directory, "shipped"))
    found, counts = dedupe(register, truth, pasted, support.path(directory, "suggested"))
    print(f"  {schema}: {rules} rules, {pairs:,} pairs, recall {found.recall:.4f}, shipped {shipped.recall:.4f}")
    assert counts["compared"] == pairs, "the pairs are those of the run"
    assert counts["match"] == matches, "and so are the matches, where all pairs are compared"
    assert found.recall >= shipped.recall - 0.005 and found.precision >= shipped.precision - 0.01
    return register, truth, bare


def test_as_good_as_the_shipped_rules(directory):
    for schema in ("cccd", "bhyt", "parcel"):
        check_register(schema, support.path(directory, schema))


def test_budget(directory):
    """With fewer pairs the rules are narrower, and find what pays most."""
    register, truth = support.generate("cccd", PEOPLE // 2, directory)
    bare = schema_without_rules("cccd", directory)
    recall = 0
    for budget in (PEOPLE // 10, PEOPLE):
        text, _, pairs, stated, _ = suggest(register, bare, "--pairs-budget", budget)
        assert pairs <= stated == budget
        pasted = support.write(directory, "pasted.yaml", support.read_bytes(bare).decode() + "\n" + text)
        found, _ = dedupe(register, truth, pasted, support.path(directory, f"out{budget}"))
        assert found.recall >= recall, (budget, found.recall, recall)
        recall = found.recall
    assert recall > 0.9


def test_same_rules(directory):
    """On any number of threads and any processor."""
    register, _ = support.generate("parcel", PEOPLE // 5, directory)
    bare = schema_without_rules("parcel", directory)
    texts = {suggest(register, bare, "--threads", threads)[0] for threads in (1, 2, 5)}
    for level in support.cpu_levels():
        texts.add(support.khop("train", register, "--schema", bare, "--suggest-rules", env={"KHOP_CPU": level}).out)
    assert len(texts) == 1


def test_with_rules(directory):
    """The schema's own rules are no hindrance."""
    register, _ = support.generate("cccd", PEOPLE // 4, directory)
    *_, bare = suggest(register, schema_without_rules("cccd", directory))
    *_, full = suggest(register, "cccd")
    assert 0.8 < full / bare < 1.25, (full, bare)


def test_refusals(directory):
    register, _ = support.generate("cccd", 1500, directory)
    bare = schema_without_rules("cccd", directory)
    out = support.path(directory, "out")
    support.refuses(support.USAGE, ["cccd", "no blocking rules", "--suggest-rules"], "dedupe", register, "--schema", bare, "-o", out)
    support.refuses(support.USAGE, ["--pairs-budget", "--suggest-rules"], "train", register, "--pairs-budget", 5, "-o", out)
    support.refuses(support.USAGE, ["-o", "--suggest-rules"], "train", register, "--suggest-rules", "-o", out)
    support.refuses(support.USAGE, ["--pairs-budget", "0"], "train", register, "--suggest-rules", "--pairs-budget", 0)
    lines = pathlib.Path(register).read_text(encoding="utf-8").splitlines(keepends=True)
    few = support.write(directory, "few.csv", "".join(lines[:3]))
    support.refuses(support.INPUT, ["few.csv", "0 matching pairs"], "train", few, "--schema", bare, "--suggest-rules")


support.main(globals())
