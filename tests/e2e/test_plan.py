"""khop plan says before a run what the run then does."""

import os
import re

import support

PEOPLE = support.scaled(8000, 1200)


def number(text):
    return int(text.replace(",", ""))


def size_bytes(text):
    value, unit = text.split()
    return float(value) * {"bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}[unit]


def parse(text):
    """The plan as printed: facts, {rule: (rows, blocks, pairs, repeated)}, [(rule, rows, not compared, id)]"""
    facts, rules, blocks, part = {}, {}, [], 0
    for line in text.splitlines():
        if not line:
            part += 1
        elif part in (0, 3):
            name, value = line[:15].strip(), line[15:]
            facts[name] = value
        elif part == 1 and not line.startswith((" ", "blocking rule")):
            *_, rows, count, pairs, repeated = line.split()
            rules[line[:44].strip()] = (number(rows), number(count), number(pairs), number(repeated))
        elif part == 2 and not line.startswith("largest blocks"):
            blocks.append((line[:44].strip(), number(line[44:].split()[0]), number(line[44:].split()[1]), line[44:].split()[2]))
    return facts, rules, blocks


def check_plan(register, out, *options):
    before = support.snapshot(os.path.dirname(register))
    text = support.khop("plan", register, *options).out
    assert support.snapshot(os.path.dirname(register)) == before, "plan wrote something"
    facts, rules, blocks = parse(text)
    result = support.khop("dedupe", register, "-o", out, *options)
    summary = support.read_json(out, "summary.json")
    assert facts["schema"] == summary["schema"]
    expected = {rule["rule"][:44]: (rule["rows"], rule["blocks"], rule["pairs_compared"], rule["pairs_found_by_earlier_rules"])
                for rule in summary["blocking_rules"]}
    assert rules == expected, [name for name in expected if rules.get(name) != expected[name]]
    assert facts["pairs"] == f"{summary['pairs']['compared']:,} to compare"
    counts = summary["input"]
    assert facts["rows"] == f"{counts['rows']:,} read, {counts['rejected']:,} rejected, {counts['indexed']:,} to index"
    assert [b[1:3] for b in blocks] == [(b["rows"], b["pairs_not_compared"]) for b in summary["largest_blocks"]]
    assert [b[3] for b in blocks] == [b["first_record_id"] for b in summary["largest_blocks"]]
    return facts, summary, result


def check_estimates(facts, summary, result, out):
    disk = sum(os.path.getsize(support.path(out, name)) for name in support.snapshot(out))
    ratios = {"memory": size_bytes(facts["memory"]) / result.peak_bytes, "disk": size_bytes(facts["disk"]) / disk}
    matches = number(re.search(r"about ([\d,]+) pairs to match", facts["review load"]).group(1))
    ratios["matches"] = (matches + 1) / (summary["pairs"]["match"] + 1)
    print("  estimate / run:", ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()), f"(peak {result.peak_bytes >> 20} MiB)")
    assert re.fullmatch(r"[\d.]+ s, at [\d,]+ pairs a second", facts["time"]), facts["time"]
    return ratios


def test_rules_and_blocks(directory):
    for schema in ("civil-birth", "cccd", "bhyt", "parcel"):
        register, _ = support.generate(schema, PEOPLE, directory)
        out = support.path(directory, "out-" + schema)
        facts, summary, result = check_plan(register, out)
        ratios = check_estimates(facts, summary, result, out)
        assert 0.5 < ratios["matches"] < 2, ratios
        assert 0.5 < ratios["disk"] < 2, ratios


def test_models(directory):
    """plan takes the models and thresholds that dedupe takes, and expects what they find."""
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    support.khop("train", register, "-o", support.path(directory, "model.json"))
    for number, options in enumerate((["--untrained"], ["--untrained", "--match", "0.999999", "--review", "0.01"],
                                      ["--model", support.path(directory, "model.json")])):
        out = support.path(directory, f"out{number}")
        facts, summary, result = check_plan(register, out, *options)
        assert 0.5 < check_estimates(facts, summary, result, out)["matches"] < 2


def test_small_blocks_are_split(directory):
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    out = support.path(directory, "out")
    facts, summary, _ = check_plan(register, out, "--block-rows", 3)
    assert sum(rule["blocks_split"] for rule in summary["blocking_rules"]) > 0
    assert facts


def test_threads(directory):
    """The counts and the review load are the same on any number of threads."""
    register, _ = support.generate("civil-birth", PEOPLE, directory)
    texts = [support.khop("plan", register, "--threads", threads).out for threads in (1, 2, 5)]
    kept = [[line for line in text.splitlines() if not line.startswith(("time", "memory"))] for text in texts]
    assert kept[0] == kept[1] == kept[2]


def test_memory(directory):
    """At a size where rows weigh: the estimate holds, within a factor of two."""
    if support.IS_SMALL:
        raise support.Skip("sanitizers use memory of their own")
    register, _ = support.generate("civil-birth", 200000, directory)
    out = support.path(directory, "out")
    facts, summary, result = check_plan(register, out)
    ratios = check_estimates(facts, summary, result, out)
    assert 1 <= ratios["memory"] < 2, ratios
    assert 0.5 < ratios["disk"] < 2, ratios


def test_standard_input(directory):
    register, _ = support.generate("cccd", 800, directory)
    from_file = support.khop("plan", register).out
    from_pipe = support.khop("plan", "-", data=support.read_bytes(register)).out
    assert parse(from_file)[1:] == parse(from_pipe)[1:]


support.main(globals())
