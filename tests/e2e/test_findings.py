"""Findings of several records against what the generator planted: precision and recall of each kind, over registers of several
schemas; links whose records disagree, sorted by cause; and that nothing depends on threads or on the order of the rows."""

import collections
import os
import random
import sys

import support
from support import khop, path, read_rows, read_table

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench"))
from harness import findings  # noqa: E402 (the scorer of bench/findings: what is true stands there)

PEOPLE = support.scaled((20000, 60000), (4000,))
FAULTS = 40  # of 10,000 rows, of each kind
TODAY = ["--today", "2026-01-01"]
SCHEMAS = ("civil-birth", "civil-death", "cccd", "bhyt", "residence", "parcel")
PRECISION, RECALL = 0.98, 0.95
FEW = 2  # wrong or missed ones that a small register may have


def generated(directory, schema, people, seed):
    where = path(directory, f"{schema}-{people}-{seed}")
    khop("gen", schema, "-n", people, "--seed", seed, "--faults", FAULTS, "-o", where)
    return findings.Register(schema, where)


# ---- precision and recall -------------------------------------------------------------------------


def count(totals, register, out):
    for kind, total in findings.score(register, path(out, "ids.csv")).items():
        totals[kind].update(total)


def check(totals, kinds, least):
    for kind in kinds:
        total = totals[kind]
        assert total["true"] >= least, f"{kind}: {total['true']} planted"
        precision, recall = total["right"] / max(total["found"], 1), total["hit"] / total["true"]
        print(f"  {kind}: {total['true']} true, {total['found']} found, precision {precision:.4f}, recall {recall:.4f}")
        wrong, missed = total["found"] - total["right"], total["true"] - total["hit"]
        if kind in findings.EXACT:
            assert not wrong and not missed, f"{kind}: {wrong} wrong, {missed} missed"
            continue
        assert wrong <= max(FEW, (1 - PRECISION) * total["found"]), f"{kind}: precision {precision:.4f}"
        assert missed <= max(FEW, (1 - RECALL) * total["true"]), f"{kind}: recall {recall:.4f}"


def test_precision_and_recall(directory):
    totals = collections.defaultdict(collections.Counter)
    for people in PEOPLE:
        for schema in SCHEMAS:
            register = generated(directory, schema, people, seed=3)
            out = path(directory, f"out-{schema}-{people}")
            khop("dedupe", register.file, "-o", out, "--no-store", "--write", "ids", *TODAY)
            count(totals, register, out)
    check(totals, findings.KINDS, least=5)


def test_without_matching(directory):
    """khop ids finds what keys alone tell; one person's numbers only where name or date, and a home, are the same."""
    totals = collections.defaultdict(collections.Counter)
    for schema in ("civil-birth", "civil-death", "parcel"):
        register = generated(directory, schema, PEOPLE[0], seed=5)
        out = path(directory, "out-" + schema)
        khop("ids", register.file, "-o", out, *TODAY)
        count(totals, register, out)
    near = totals["id_near"]
    assert near["right"] == near["found"] > 0, near
    check(totals, ("parcel_renumbered", "certificate_owners", "parcel_owners", "id_shared", "id_swapped", *findings.BY_VALUE), least=5)
    for kind in ("entry_twice", "entry_number_repeated"):  # who is one person is told by names and birth dates alone
        assert totals[kind]["hit"] >= 0.98 * totals[kind]["true"] and totals[kind]["right"] >= 0.9 * totals[kind]["found"] > 0, totals[kind]


# ---- nothing else decides ----------------------------------------------------------------------------


def as_sets(out):
    return collections.Counter((row["finding"], frozenset(row["record_ids"].split(";"))) for row in read_table(out, "ids.csv"))


def test_order_and_threads(directory):
    people = support.scaled(8000, 3000)
    for schema in ("civil-birth", "parcel", "residence"):
        register = generated(directory, schema, people, seed=7)
        outs = {}
        for threads in (1, 2, 3):
            outs[threads] = path(directory, f"{schema}-{threads}")
            khop("ids", register.file, "-o", outs[threads], "--threads", threads, *TODAY)
        whole = support.read_bytes(outs[1], "ids.csv")
        assert whole.count(b"\n") > 20
        assert all(support.read_bytes(out, "ids.csv") == whole for out in outs.values()), schema
        header, rows = read_rows(register.file)
        random.Random(1).shuffle(rows)
        shuffled = support.write_table(directory, schema + "-shuffled.csv", header, rows)
        khop("ids", shuffled, "--schema", schema, "-o", path(directory, schema + "-shuffled"), *TODAY)
        assert as_sets(outs[1]) == as_sets(path(directory, schema + "-shuffled")), schema


# ---- linked registers -----------------------------------------------------------------------------------


def test_exchanged_across_registers(directory):
    """Cards of relatives who have each other's number: the citizens' records say whose it is."""
    people = support.scaled(15000, 4000)
    khop("gen", "cccd", "-n", people, "--seed", 4, "-o", path(directory, "cccd"))
    cards = generated(directory, "bhyt", people, seed=4)
    out = path(directory, "out")
    khop("link", path(directory, "cccd", "cccd.csv"), cards.file, "-o", out, "--no-store", "--write", "ids", *TODAY)
    citizens = support.truth_of(path(directory, "cccd", "truth.csv"))
    faults = [(row["finding"], row["record_ids"].split(";")) for row in read_table(directory, "cccd", "faults.csv")]
    spoilt = {citizens[record] for _, records in faults for record in records}  # whose own number may be wrong in the citizens' register
    truth = {records for records in cards.planted["id_swapped"] if not cards.entities(records) & spoilt}
    found = [frozenset(row["record_ids"].split(";")) for row in read_table(out, "ids.csv") if row["finding"] == "id_swapped"]
    met = sum(any(pair <= group for group in found) for pair in truth)
    print(f"  {len(truth)} exchanged, {met} met; {len(found)} found")
    assert len(truth) >= 5 and met >= RECALL * len(truth), (met, len(truth))
    both = {**citizens, **cards.entity}
    planted = {cards.entities(records) for records in cards.planted["id_swapped"]}
    planted |= {frozenset(citizens[record] for record in records) for finding, records in faults if finding == "id_swapped"}
    right = sum(frozenset(both[record] for record in group) in planted for group in found)
    assert right >= PRECISION * len(found), (right, len(found))


def test_alive_after_death(directory):
    people = support.scaled(4000, 2000)
    for schema in ("cccd", "civil-death"):
        khop("gen", schema, "-n", people, "--seed", 6, "-o", path(directory, schema))
    out = path(directory, "out")
    khop("link", path(directory, "cccd", "cccd.csv"), path(directory, "civil-death", "civil-death.csv"), "-o", out, "--no-store",
         "--write", "ids", *TODAY)
    found = [row["record_ids"].split(";") for row in read_table(out, "ids.csv") if row["finding"] == "plausible_alive_after_death"]
    linked = {row["left_id"] for row in read_table(out, "links.csv") if row["category"] != "review"}
    assert found and {record for group in found for record in group if record.startswith("DC")} == linked
    assert all({record[:2] for record in group} == {"DC", "KT"} for group in found)


CAUSES = {"name": {"name"}, "birth_date": {"birth_date", "birth_year_only"}, "birth_year_only": {"birth_year_only"}, "sex": {"sex"},
          "id_near": {"id_near"}, "id_other": {"id_multiple"}, "id_old_number": {"id_old_number"}, "id_shared": {"id_shared"},
          "name_and_birth_date": {"name;birth_date", "name;birth_year_only"}}
CONTRADICTIONS = ("birth_date", "id_near", "id_other", "id_shared", "name_and_birth_date")


def test_disagreeing_registers(directory):
    """Vạn Ninh: 122,214 citizens, insurance cards for most of them, 8,900 of which do not agree."""
    people = support.scaled(122214, 20000)
    wanted = 8900 * people // 122214
    where, out = path(directory, "van-ninh"), path(directory, "out")
    khop("gen", "van-ninh", "-n", people, "--seed", 9, "-o", where)
    khop("link", path(where, "cccd", "cccd.csv"), path(where, "bhyt", "bhyt.csv"), "-o", out, "--no-store", "--write", "ids", *TODAY)
    citizens, cards = (support.truth_of(path(where, side, "truth.csv")) for side in ("cccd", "bhyt"))
    causes = {row["record_id"]: row["cause"] for row in read_table(where, "bhyt", "causes.csv")}
    assert len(causes) == wanted
    sorted_right, told, conflicts = 0, 0, collections.Counter()
    for row in read_table(out, "links.csv"):
        if row["category"] == "review" or citizens[row["left_id"]] != cards[row["right_id"]]:
            continue
        cause = causes.get(row["right_id"])
        told += row["cause"] != ""
        # a card with another's number: the number is shared wherever both of its holders are seen
        sorted_right += bool(cause) and row["cause"] in CAUSES[cause]
        assert cause or row["cause"] in ("", "id_shared"), row
        if cause in CONTRADICTIONS:
            conflicts["found"] += row["category"] == "conflict"
    conflicts["true"] = sum(cause in CONTRADICTIONS for cause in causes.values())
    print(f"  {len(cards)} cards, {wanted} disagree: {told} told, {sorted_right} sorted by cause; {conflicts['found']} of "
          f"{conflicts['true']} contradictions are conflicts")
    assert sorted_right >= 0.98 * wanted and told <= 1.01 * wanted, (sorted_right, told, wanted)
    assert conflicts["found"] >= RECALL * conflicts["true"], conflicts
    table = support.read_json(out, "summary.json")["disagreements"]
    assert table["links"] == sum(line["links"] for line in table["by_cause"]) == sum(
        row["cause"] != "" for row in read_table(out, "links.csv") if row["category"] != "review")


if __name__ == "__main__":
    support.main(globals())
