"""Registers that are all alike: one value in most rows, one name for all, an identifier that is the same
everywhere. The run ends, compares what it can, and says what it did not."""

import os
import random
import re
import shutil

import support

ROWS = support.scaled(20000, 3000)
HEADER = ["id", "full_name", "birth_date", "sex", "national_id", "phone", "address"]


def register(directory, row_of, header=None):
    random_ = random.Random(4)
    return support.write_table(directory, "r.csv", header or HEADER, [[str(i), *row_of(random_, i)] for i in range(ROWS)])


def name(random_):
    return " ".join("".join(random_.choice("aeioulmnhtk") for _ in range(random_.randint(2, 5))) for _ in range(3))


def date(random_):
    return f"{random_.randint(1, 28):02d}/{random_.randint(1, 12):02d}/{random_.randint(1930, 2020)}"


def run(directory, where, *options):
    out = support.path(directory, "out")
    plan = support.khop("plan", where, "--schema", "person", *options).out
    result = support.khop("dedupe", where, "-o", out, "--schema", "person", "--force", *options)
    summary = support.read_json(out, "summary.json")
    assert summary["input"]["indexed"] == ROWS == len(support.read_rows(out, "clusters.csv")[1])
    assert f"pairs          {summary['pairs']['compared']:,} to compare" in plan
    check_accounts(summary, plan, result.out)
    return summary, out


def check_accounts(summary, plan, printed):
    """Each pair of a block is compared, was found before, was parted by splitting, or is named as left out."""
    left_out = sum(rule["pairs_not_compared"] for rule in summary["blocking_rules"])
    assert summary["pairs"]["not_compared"] == left_out
    assert (f"not compared   {left_out:,} pairs" in printed) == (left_out > 0), printed
    for rule in summary["blocking_rules"]:
        split, skipped = rule["pairs_parted_by_splitting"], rule["pairs_not_compared"]
        assert (f"{split:,} pairs parted by splitting, {skipped:,} not compared" in plan) == (split + skipped > 0), rule
        assert (rule["blocks_windowed"] > 0) >= (skipped > 0), rule
        assert rule["rows"] <= ROWS
    assert all(f"{block['rows']:,}" in plan for block in summary["largest_blocks"])
    total = ROWS * (ROWS - 1) // 2
    assert summary["pairs"]["compared"] + left_out <= total * len(summary["blocking_rules"])


def test_one_value_in_most_rows(directory):
    """Nine rows in ten have the office's own address for mail, and were born on the day that the form proposes."""
    where = register(directory, lambda r, i: [name(r), "01/01/1980" if i % 10 else date(r), "Nam", "", f"09{i:08d}",
                                              "xa@example.vn" if i % 10 else f"u{i}@example.vn"], [*HEADER[:-1], "email"])
    summary, _ = run(directory, where)
    assert summary["pairs"]["compared"] < ROWS * 2000, summary["pairs"]
    largest = summary["largest_blocks"][0]
    assert largest["rule"] == "email" and largest["rows"] == ROWS * 9 // 10 and largest["split"], largest
    by_rule = {rule["rule"]: rule for rule in summary["blocking_rules"]}
    assert by_rule["email"]["pairs_parted_by_splitting"] + by_rule["email"]["pairs_not_compared"] > 0
    assert sum(rule["blocks_split"] for rule in summary["blocking_rules"]) > 0


def test_all_names_identical(directory):
    where = register(directory, lambda r, i: ["Nguyễn Văn An", date(r), "Nam", f"0790{r.randint(10**7, 10**8 - 1)}", "", f"{i} Lê Lợi"])
    summary, out = run(directory, where)
    assert summary["clusters"]["largest"] < ROWS // 10, "a shared name made one cluster of all"
    assert support.read_rows(out, "pairs.csv")


def test_same_identifier_everywhere(directory):
    """One number stands in every row: a placeholder that nobody listed."""
    where = register(directory, lambda r, i: [name(r), date(r), "Nam", "079090001234", f"09{i:08d}", f"{i} Lê Lợi"])
    summary, out = run(directory, where)
    by_rule = {rule["rule"]: rule for rule in summary["blocking_rules"]}
    rule = by_rule["national_id"]
    assert rule["rows"] == ROWS and rule["blocks"] == 1 and rule["blocks_split"] == 1, rule
    assert rule["pairs_not_compared"] + rule["pairs_parted_by_splitting"] > 0, rule
    assert summary["largest_blocks"][0]["rows"] == ROWS
    store = support.path(out, "store")
    found = support.khop("index", "get", store, "--identifier", "079090001234").out
    assert found.count("\nr.csv:") == 999 and f"({ROWS - 1000:,} more)" in found, found[-200:]
    support.khop("index", "verify", store)


def test_empty_identifier(directory):
    """An empty identifier is no key: its rule has no rows and no block of empties."""
    where = register(directory, lambda r, i: [name(r), date(r), "Nam", "", "", f"{i} Lê Lợi"])
    summary, _ = run(directory, where)
    by_rule = {rule["rule"]: rule for rule in summary["blocking_rules"]}
    assert (by_rule["national_id"]["rows"], by_rule["national_id"]["blocks"]) == (0, 0), by_rule["national_id"]
    assert all(block["rows"] < ROWS // 2 for block in summary["largest_blocks"])


def test_all_rows_alike(directory):
    """The same row again and again, but for its id: the windows still join it to one cluster."""
    where = register(directory, lambda r, i: ["Nguyễn Văn An", "01/02/1990", "Nam", "079090001234", "0903111222", "12 Lê Lợi"])
    summary, _ = run(directory, where, "--untrained")
    assert summary["pairs"]["not_compared"] > 0
    assert summary["pairs"]["compared"] < ROWS * 2000
    clusters = summary["clusters"]
    assert (clusters["of_two_or_more"], clusters["records_in_them"], clusters["largest"]) == (1, ROWS, ROWS), clusters
    assert clusters["unchecked"]["records"] == ROWS  # too many for all their pairs


def test_memory_of_pairs(directory):
    """Where nearly every pair matches, the pairs are what the memory goes to: planned, refused, kept within.

    The plan tells what a run takes, a refusal what a budget must allow it: room to grow, too."""
    if support.IS_SMALL:
        raise support.Skip("sanitizers use memory of their own")
    where = register(directory, lambda r, i: ["Nguyễn Văn An", "01/02/1990", "Nam", "079090001234", "0903111222", "12 Lê Lợi"])
    options = [where, "--schema", "person", "--untrained"]
    plan = support.khop("plan", *options).out
    planned = float(re.search(r"memory +([\d.]+) MiB", plan).group(1))
    out = support.path(directory, "out")
    peak = support.khop("dedupe", *options, "-o", out).peak_bytes / (1 << 20)
    assert 0.8 * peak < planned < 1.25 * peak, (planned, peak)
    shutil.rmtree(out)
    least, error = int(planned), ""
    while "pairs above the review threshold need" not in error:  # rows and the largest block come first
        error = support.refuses(support.ENVIRONMENT, ["--memory"], "dedupe", *options, "-o", out, "--memory", f"{least}M")
        need, more = re.search(r"need (\d+) MiB( more)?", error).groups()
        assert more or int(need) > least, error
        least = least + int(need) if more else int(need)
    assert planned < least < 2 * planned, (least, planned)
    assert os.listdir(out) == []
    support.refuses(support.ENVIRONMENT, [f"need {least} MiB"], "dedupe", *options, "-o", out, "--memory", f"{least - 1}M")
    result = support.khop("dedupe", *options, "-o", out, "--memory", f"{least}M")
    assert result.peak_bytes <= least << 20, f"{result.peak_bytes >> 20} MiB of {least} MiB"


def test_nothing_but_ids(directory):
    """Every value is empty: no pair, no cluster, no crash."""
    where = register(directory, lambda r, i: [""] * 6)
    out = support.path(directory, "out")
    support.khop("dedupe", where, "-o", out, "--schema", "person")
    summary = support.read_json(out, "summary.json")
    assert summary["pairs"]["compared"] == 0 and summary["clusters"]["largest"] == 1
    assert summary["largest_blocks"] == []


support.main(globals())
