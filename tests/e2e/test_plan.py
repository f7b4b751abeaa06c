"""khop plan says before a run what the run then does."""

import collections
import os
import pathlib
import re

import support

PEOPLE = support.scaled(8000, 1200)
COMPARED_ALL = 131072  # rows, beyond which plan compares a sample


def number(text):
    return int(text.replace(",", ""))


def size_bytes(text):
    value, unit = text.split()
    return float(value) * {"bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}[unit]


def parse(text):
    """The plan as printed: facts, {rule: (rows, blocks, pairs, repeated)}, {rule: (matches, alone)},
    [(rule, rows, not compared, id)]"""
    facts, rules, found, blocks, part = {}, {}, {}, [], 0
    for line in text.splitlines():
        if not line:
            part += 1
        elif part in (0, 3):
            name, value = line[:15].strip(), line[15:]
            facts[name] = value
        elif part == 1 and not line.startswith((" ", "blocking rule", "matches: ")):
            name, rows, count, pairs, repeated, matches, alone, seconds = line.rsplit(None, 7)
            rules[name.strip()] = (number(rows), number(count), number(pairs), number(repeated))
            found[name.strip()] = (number(matches), number(alone))
            assert re.fullmatch(r"\d+\.\d\d", seconds), line
        elif part == 2 and not line.startswith("largest blocks"):
            name, rows, left_out, record = line.rsplit(None, 3)
            blocks.append((name, number(rows), number(left_out), record))
    return facts, rules, found, blocks


def matches_by_rule(out):
    return collections.Counter(row["blocking_rule"] for row in support.read_table(out, "pairs.csv") if row["decision"] == "match")


def check_shares(found, out):
    """Estimates from a sample: the rules that matter stand where they should."""
    counts = matches_by_rule(out)
    for rule, count in counts.items():
        assert count < 1000 or 0.7 < found[rule][0] / count < 1.4, (rule, count, found[rule])


def check_matches(found, out):
    """In a register this small all pairs are compared: what each rule matches is no estimate."""
    counts = matches_by_rule(out)
    assert {rule: matches for rule, (matches, _) in found.items() if matches} == dict(counts)


def check_plan(register, out, *options):
    before = support.snapshot(os.path.dirname(register))
    text = support.khop("plan", register, *options).out
    assert support.snapshot(os.path.dirname(register)) == before, "plan wrote something"
    facts, rules, found, blocks = parse(text)
    support.khop("dedupe", register, "-o", out, *options)
    summary = support.read_json(out, "summary.json")
    assert facts["schema"] == summary["schema"]
    expected = {rule["rule"]: (rule["rows"], rule["blocks"], rule["pairs_compared"], rule["pairs_found_by_earlier_rules"])
                for rule in summary["blocking_rules"]}
    assert rules == expected, [name for name in expected if rules.get(name) != expected[name]]
    if summary["input"]["indexed"] <= COMPARED_ALL:
        check_matches(found, out)
    else:
        check_shares(found, out)
    assert facts["pairs"] == f"{summary['pairs']['compared']:,} to compare"
    counts = summary["input"]
    assert facts["rows"] == f"{counts['rows']:,} read, {counts['rejected']:,} rejected, {counts['indexed']:,} to index"
    assert [b[1:3] for b in blocks] == [(b["rows"], b["pairs_not_compared"]) for b in summary["largest_blocks"]]
    assert [b[3] for b in blocks] == [b["first_record_id"] for b in summary["largest_blocks"]]
    return facts, summary


def check_estimates(facts, summary, out):
    peak = summary["run"]["peak_memory_bytes"]  # what wait4 tells counts this process too, as it was when it forked
    disk = sum(os.path.getsize(support.path(out, name)) for name in support.snapshot(out))
    ratios = {"memory": size_bytes(facts["memory"]) / peak, "disk": size_bytes(facts["disk"]) / disk}
    matches = number(re.search(r"about ([\d,]+) pairs to match", facts["review load"]).group(1))
    ratios["matches"] = (matches + 1) / (summary["pairs"]["match"] + 1)
    print("  estimate / run:", ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()), f"(peak {peak >> 20} MiB)")
    assert re.fullmatch(r"[\d.]+ s, at [\d,]+ pairs a second", facts["time"]), facts["time"]
    return ratios


def test_rules_and_blocks(directory):
    for schema in ("civil-birth", "cccd", "bhyt", "parcel"):
        register, _ = support.generate(schema, PEOPLE, directory)
        out = support.path(directory, "out-" + schema)
        facts, summary = check_plan(register, out)
        ratios = check_estimates(facts, summary, out)
        assert 0.5 < ratios["matches"] < 2, ratios
        assert 0.5 < ratios["disk"] < 2, ratios


def matches_of(register, schema, out):
    support.khop("dedupe", register, "--schema", schema, "--untrained", "--no-store", "-o", out)
    return {(row["left_id"], row["right_id"]) for row in support.read_table(out, "pairs.csv") if row["decision"] == "match"}


def test_what_a_rule_adds_alone(directory):
    """A run without the rule misses just the matches that plan expects of it alone."""
    register, _ = support.generate("cccd", PEOPLE, directory)
    yaml = (pathlib.Path(__file__).parents[2] / "engine/schema/builtin/cccd.yaml").read_text(encoding="utf-8")
    rules = re.findall(r"^  - \[(.*)\]\n", yaml, re.MULTILINE)
    few = [rule for rule in rules if "so_cccd" in rule and "," not in rule] + ["ho_ten, ngay_sinh", "dien_thoai, ho_ten.given"]
    schema = support.path(directory, "few.yaml")

    def write(kept):
        text = re.sub(r"(?<=^blocking:\n)(  - .*\n)+", "".join(f"  - [{rule}]\n" for rule in kept), yaml, flags=re.MULTILINE)
        support.write(directory, "few.yaml", text)
        return schema

    alone = parse(support.khop("plan", register, "--untrained", "--schema", write(few)).out)[2]
    everything = matches_of(register, schema, support.path(directory, "all"))
    for number, rule in enumerate(few):
        without = matches_of(register, write([r for r in few if r != rule]), support.path(directory, f"without{number}"))
        assert without <= everything
        assert alone[rule.replace(", ", "+")][1] == len(everything) - len(without), rule
    assert sum(count for _, count in alone.values()) > 0


def test_models(directory):
    """plan takes the models and thresholds that dedupe takes, and expects what they find."""
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    support.khop("train", register, "-o", support.path(directory, "model.json"))
    for number, options in enumerate((["--untrained"], ["--untrained", "--match", "0.999999", "--review", "0.01"],
                                      ["--model", support.path(directory, "model.json")])):
        out = support.path(directory, f"out{number}")
        facts, summary = check_plan(register, out, *options)
        assert 0.5 < check_estimates(facts, summary, out)["matches"] < 2


def test_small_blocks_are_split(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    out = support.path(directory, "out")
    facts, summary = check_plan(register, out, "--block-rows", 3)
    assert sum(rule["blocks_split"] for rule in summary["blocking_rules"]) > 0
    assert facts


def test_threads(directory):
    """The counts and the review load are the same on any number of threads."""
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    texts = [support.khop("plan", register, "--threads", threads).out for threads in (1, 2, 5)]
    texts = [re.sub(r" +\d+\.\d\d$", "", text, flags=re.MULTILINE) for text in texts]  # seconds
    kept = [[line for line in text.splitlines() if not line.startswith(("time", "memory"))] for text in texts]
    assert kept[0] == kept[1] == kept[2]


def check_needs(register, out, *options):
    """Memory within 15 %, disk within 10 %; facts of the plan, and what the run says of temporary files."""
    facts, summary = check_plan(register, out, *options)
    ratios = check_estimates(facts, summary, out)
    assert 0.85 < ratios["memory"] < 1.15 and 0.9 < ratios["disk"] < 1.1, (register, options, ratios)
    return facts, summary["run"]["spilled"]["disk_bytes"]


def test_memory(directory):
    """Where rows weigh, and where they hardly do; of registers of short rows, too."""
    if support.IS_SMALL:
        raise support.Skip("sanitizers use memory of their own")
    births, _ = support.generate("civil-birth", 100000, directory)
    for number, options in enumerate(([], ["--threads", 1], ["--no-store", "--write", "none"], ["--write", "all"])):
        check_needs(births, support.path(directory, f"births{number}"), *options)
    for schema, people in (("parcel", 100000), ("parcel", 20000), ("social-payment", 20000)):
        register, _ = support.generate(schema, people, directory)
        check_needs(register, support.path(directory, f"{schema}{people}"))


def test_temporary_files(directory):
    """With the given budget, and, of a plan that has all in memory, with the least."""
    if support.IS_SMALL:
        raise support.Skip("sanitizers use memory of their own")
    register, _ = support.generate("civil-birth", 100000, directory)
    facts = parse(support.khop("plan", register).out)[0]
    assert "temporary" not in facts, facts
    least, files = re.fullmatch(r"([\d.]+ MiB), with ([\d.]+ MiB) of temporary files", facts["memory least"]).groups()
    for budget in (int(size_bytes(least) / (1 << 20)) + 1, 125):
        facts, taken = check_needs(register, support.path(directory, f"out{budget}"), "--memory", f"{budget}M")
        told = size_bytes(facts["temporary"].removesuffix(" of files, beside the result"))
        print(f"  {budget} MiB: {told / taken:.2f} of the temporary files, in memory {size_bytes(files) / taken:.2f}")
        assert 0.9 < told / taken < 1.1, (budget, told, taken)
        assert budget == 125 or 0.8 < size_bytes(files) / taken < 1.2, (files, taken)


def test_results_cost(directory):
    """What is to be written counts, and is checked as by a run."""
    register, _ = support.generate("civil-birth", 20000, directory)
    plans = {words: parse(support.khop("plan", register, "--write", words).out)[0] for words in ("none", "ids")}
    assert size_bytes(plans["none"]["disk"]) < size_bytes(plans["ids"]["disk"]), plans
    support.refuses(support.USAGE, ["--write", "everything"], "plan", register, "--write", "everything")


def test_no_store(directory):
    """A run without a store takes the disk of its lists, and cannot write what is read from the store; plan knows both."""
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    out = support.path(directory, "out")
    facts, summary = check_plan(register, out, "--no-store")
    assert not os.path.exists(support.path(out, "store"))
    assert 0.7 < check_estimates(facts, summary, out)["disk"] < 1.4
    options = ["--no-store", "--write", "contradictions"]
    support.refuses(support.USAGE, ["--no-store"], "plan", "--link", register, register, *options)
    support.refuses(support.USAGE, ["--no-store"], "link", register, register, "-o", support.path(directory, "refused"), *options)


def test_standard_input(directory):
    register, _ = support.generate("cccd", 800, directory)
    from_file = support.khop("plan", register).out
    from_pipe = support.khop("plan", "-", data=support.read_bytes(register)).out
    assert parse(from_file)[1:] == parse(from_pipe)[1:]


support.main(globals())
