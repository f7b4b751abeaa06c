#!/usr/bin/env python3
"""Splink on a civil-birth register, as a careful Splink user would write it.

CSV in, pairs.csv and clusters.csv out, all work in DuckDB as Splink's documentation advises:
normalise in SQL once, block on stored columns, u from random pairs, m by EM, predict above a
threshold, connected components. The model is in civil_birth_model.py. One JSON line on standard
output says what every phase took, the process's own peak memory before any scoring, the pairs
scored and kept, and with --truth the quality at several documented thresholds.

    splink_civil_birth.py REGISTER.csv [--truth truth.csv] [--threads 2] [--out-dir DIR] [--out FILE]
"""
import argparse
import json
import logging
import math
import os
import resource
import tempfile
import time
from contextlib import contextmanager

from splink import Linker

import civil_birth_model as model
import splink_common
from harness import process, score

# 0.95 is the threshold of Splink's documentation; the others show what tuning could gain.
DEFAULT_THRESHOLD = 0.95
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)


class Phases:
    """Seconds of each named phase, in order."""

    def __init__(self):
        self.seconds = {}

    @contextmanager
    def __call__(self, name):
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 3)


def read_register(connection, path):
    for macro in model.MACROS:
        connection.execute(macro)
    connection.execute(
        f"create table raw as select {model.COLUMNS} from read_csv('{path}', all_varchar=true, header=true, "
        "delim=',', quote='\"', escape='\"')"
    )
    connection.execute(f"create table placeholders as {model.PLACEHOLDERS}")
    connection.execute(f"create table places as {model.PLACES}")
    connection.execute(f"create table register as {model.NORMALISED}")
    connection.execute("drop table raw")
    return connection.execute("select count(*) from register").fetchall()[0][0]


def train(linker):
    linker.training.estimate_probability_two_random_records_match(
        model.DETERMINISTIC, recall=model.DETERMINISTIC_RECALL
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=model.RANDOM_PAIRS, seed=model.SEED)
    for rule in model.EM_SESSIONS:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=model.EM_PAIRS)


def write_outputs(connection, predictions, clusters, directory):
    connection.execute(
        "copy (select unique_id_l as left_id, unique_id_r as right_id, match_probability, match_weight "
        f"from {predictions.physical_name}) to '{directory}/pairs.csv' (header)"
    )
    connection.execute(
        f"copy (select unique_id as record_id, cluster_id from {clusters.physical_name}) "
        f"to '{directory}/clusters.csv' (header)"
    )


def match(register, directory, threads):
    """The measured part: what khop dedupe does as well. Its figures as a dict."""
    phases = Phases()
    whole_start = time.monotonic()
    connection, api = splink_common.connect(threads)
    with phases("read_and_normalise"):
        rows = read_register(connection, register)
    with phases("train"):
        linker = Linker(api.register("register"), model.settings(), log_level=None)
        train(linker)
    with phases("block"):
        blocked = linker.inference.compute_blocked_pairs_for_predict()
        pairs_scored = count(connection, blocked)
    with phases("predict"):
        predictions = linker.inference.predict(threshold_match_probability=model.KEPT_PROBABILITY)
        pairs_kept = count(connection, predictions)
    with phases("cluster"):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predictions, threshold_match_probability=DEFAULT_THRESHOLD
        )
    with phases("write"):
        write_outputs(connection, predictions, clusters, directory)
    return {
        "rows": rows,
        "seconds": phases.seconds | {"whole": round(time.monotonic() - whole_start, 3)},
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "pairs_scored": pairs_scored,
        "pairs_kept": pairs_kept,
    }


def count(connection, table):
    return connection.execute(f"select count(*) from {table.physical_name}").fetchall()[0][0]


def assess(truth_path, directory):
    truth = score.read_truth(truth_path)
    scored = list(score.read_pairs(os.path.join(directory, "pairs.csv")))
    weights = [math.log2(p / (1 - p)) for p in THRESHOLDS]
    by_threshold = dict(zip(map(str, THRESHOLDS), score.score_at(truth, scored, weights)))
    kept = score.score_pairs(truth, [pair[:2] for pair in scored])
    return {
        "clusters": score.score_clusters(
            truth, score.read_clusters(os.path.join(directory, "clusters.csv"))
        ),
        "pairs": by_threshold[str(DEFAULT_THRESHOLD)]["pairs"],
        "recall_of_kept_pairs": kept["recall"],
        "best": score.sweep(truth, scored),
        "by_threshold": by_threshold,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("register")
    parser.add_argument("--truth", help="record_id,entity_id; scored after the measured part")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out-dir", help="keep pairs.csv and clusters.csv here")
    parser.add_argument("--out", help="write the JSON result to this file as well")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.out_dir or scratch
        os.makedirs(directory, exist_ok=True)
        result = match(options.register, directory, options.threads)
        result |= {"threads": options.threads, "versions": splink_common.versions()}
        if options.truth:
            result["quality"] = assess(options.truth, directory)
    print(json.dumps(result))
    if options.out:
        process.write_json(options.out, result)


if __name__ == "__main__":
    main()
