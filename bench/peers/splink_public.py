#!/usr/bin/env python3
"""Splink on the public sets febrl3, febrl4 and fake_1000, with the models of its own demos.

The comparisons and blocking rules follow the Splink documentation ("Deduplicating the febrl3
dataset", "Linking the febrl4 datasets", the fake_1000 tutorial), so that the figures are those a
reader of its documentation gets. One JSON line a data set on standard output: quality of pairs and
clusters at the threshold of its documentation and at the best of all, scored by the same code as
khop's outputs.

    splink_public.py --data DIR [--threads 2] [--only febrl3] [--out RESULT.json]
"""
import argparse
import json
import logging
import math
import os
import time

import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on

import splink_common
from harness import process, score

RANDOM_PAIRS = 5e6
SEED = 1
# The threshold of Splink's documentation.
DEFAULT_THRESHOLD = 0.95


def read_febrl(connection, table, path):
    """FEBRL values carry a leading blank, in the header too; a blank value is a missing one."""
    connection.execute(
        f"create table raw_{table} as from read_csv('{path}', all_varchar=true, header=true, delim=',')"
    )
    names = [row[0] for row in connection.execute(f"describe raw_{table}").fetchall()]
    columns = ", ".join(f'nullif(trim("{name}"), \'\') as {name.strip()}' for name in names)
    connection.execute(f"create table {table} as select {columns} from raw_{table}")


def febrl_truth(connection, *tables):
    union = " union all ".join(f"select rec_id from {table}" for table in tables)
    rows = connection.execute(f"select rec_id, regexp_extract(rec_id, '^rec-[0-9]+') from ({union})")
    return dict(rows.fetchall())


def febrl_comparisons():
    return [
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison(
            "date_of_birth",
            input_is_string=True,
            datetime_format="%Y%m%d",
            invalid_dates_as_null=True,
        ),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(
            term_frequency_adjustments=True
        ),
    ]


FEBRL_BLOCKING = [
    block_on("given_name", "surname"),
    block_on("soc_sec_id"),
    block_on("date_of_birth"),
    block_on("postcode", "given_name"),
    block_on("postcode", "surname"),
    block_on("street_number", "given_name"),
    block_on("street_number", "surname"),
    block_on("given_name", "substr(date_of_birth, 1, 4)"),
    block_on("surname", "substr(date_of_birth, 1, 4)"),
]


def train(linker, deterministic, recall, sessions):
    linker.training.estimate_probability_two_random_records_match(deterministic, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for rule in sessions:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)


def febrl_settings(link_type):
    return SettingsCreator(
        link_type=link_type,
        unique_id_column_name="rec_id",
        comparisons=febrl_comparisons(),
        blocking_rules_to_generate_predictions=FEBRL_BLOCKING,
    )


def train_febrl(linker, recall):
    deterministic = [
        block_on("soc_sec_id"),
        block_on("given_name", "surname", "date_of_birth"),
    ]
    train(linker, deterministic, recall, [block_on("date_of_birth"), block_on("postcode")])


def predict(connection, linker, identifier):
    predictions = linker.inference.predict()
    return splink_common.scored_pairs(
        connection, predictions, f"{identifier}_l", f"{identifier}_r"
    )


def run_febrl3(connection, api, data):
    read_febrl(connection, "febrl3", os.path.join(data, "febrl3.csv"))
    linker = Linker(api.register("febrl3"), febrl_settings("dedupe_only"), log_level=None)
    train_febrl(linker, recall=0.9)
    return febrl_truth(connection, "febrl3"), predict(connection, linker, "rec_id")


def run_febrl4(connection, api, data):
    tables = ("febrl4a", "febrl4b")
    for table in tables:
        read_febrl(connection, table, os.path.join(data, f"{table}.csv"))
    inputs = [api.register(table) for table in tables]
    linker = Linker(inputs, febrl_settings("link_only"), log_level=None)
    train_febrl(linker, recall=0.9)
    return febrl_truth(connection, *tables), predict(connection, linker, "rec_id")


def run_fake_1000(connection, api, data):
    path = os.path.join(data, "fake_1000.csv")
    connection.execute(
        f"create table fake_1000 as from read_csv('{path}', all_varchar=true, header=true)"
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("first_name"),
            block_on("surname"),
            block_on("dob"),
            block_on("email"),
        ],
    )
    linker = Linker(api.register("fake_1000"), settings, log_level=None)
    deterministic = [
        block_on("first_name", "dob"),
        "l.email = r.email and jaro_winkler_similarity(l.surname, r.surname) > 0.9",
        block_on("email"),
    ]
    train(linker, deterministic, 0.7, [block_on("first_name", "surname"), block_on("dob")])
    truth = connection.execute("select unique_id, cluster from fake_1000").fetchall()
    return dict(truth), predict(connection, linker, "unique_id")


RUNS = {"febrl3": run_febrl3, "febrl4": run_febrl4, "fake_1000": run_fake_1000}


def run_one(name, data, threads):
    connection, api = splink_common.connect(threads)
    started = time.monotonic()
    truth, scored = RUNS[name](connection, api, data)
    wall = time.monotonic() - started
    actual = score.true_pairs(truth)
    found = score.score_pairs(truth, [pair[:2] for pair in scored])
    return {
        "data": name,
        "records": len(truth),
        "true_pairs": actual,
        "wall_s": round(wall, 3),
        "pairs_scored": len(scored),
        "recall_of_blocking": found["recall"],
        "at_default": score.score_at(truth, scored, [math.log2(DEFAULT_THRESHOLD / (1 - DEFAULT_THRESHOLD))])[0],
        "best": score.sweep(truth, scored),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="directory with the public CSV files")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=sorted(RUNS), action="append")
    parser.add_argument("--out", help="write all results to this JSON file as well")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    results = []
    for name in options.only or RUNS:
        results.append(run_one(name, options.data, options.threads))
        print(json.dumps(results[-1]), flush=True)
    if options.out:
        process.write_json(options.out, {"versions": splink_common.versions(), "results": results})


if __name__ == "__main__":
    main()
