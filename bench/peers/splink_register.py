#!/usr/bin/env python3
"""Splink on a register of ours, as a careful Splink user would write it.

CSV in, pairs.csv and clusters.csv out, all work in DuckDB as Splink's documentation advises:
normalise in SQL once, block on stored columns, u from random pairs, m by EM, predict above a
threshold, connected components. The models are in NAME_model.py. One JSON line on standard
output says what every phase took, the process's own peak memory before any scoring, the pairs
scored and kept, and with --truth the quality at several documented thresholds.

    splink_register.py civil-birth REGISTER.csv [--truth truth.csv] [--threads 2] [--out-dir DIR] [--out FILE]
    splink_register.py cccd-bhyt CCCD.csv BHYT.csv [--truth CCCD-truth.csv --truth BHYT-truth.csv]

With two registers every record of one is compared with those of the other, and there are no clusters.
"""
import argparse
import importlib
import json
import logging
import math
import os
import resource
import tempfile
import time
from contextlib import contextmanager

from splink import Linker

import splink_common
from harness import process, score

# 0.95 is the threshold of Splink's documentation; the others show what tuning could gain.
DEFAULT_THRESHOLD = 0.95
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)

SEED = 1
# Splink advises 1e7 and more; on civil births F1 moves by less than 0.0005 from 1e6 to 5e6.
RANDOM_PAIRS = 2e6
EM_PAIRS = 5e6
KEPT_PROBABILITY = 0.5

MODELS = {"civil-birth": "civil_birth_model", "parcel": "parcel_model", "cccd-bhyt": "cccd_bhyt_model"}


class Phases:
    """Seconds of each named phase, in order."""

    def __init__(self):
        self.seconds = {}

    @contextmanager
    def __call__(self, name):
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 3)


def weight_of(probability):
    return math.log2(probability / (1 - probability))


def train(linker, model):
    linker.training.estimate_probability_two_random_records_match(
        model.DETERMINISTIC, recall=model.DETERMINISTIC_RECALL
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    for rule in model.EM_SESSIONS:
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=EM_PAIRS)


def write_pairs(connection, predictions, directory):
    connection.execute(
        "copy (select unique_id_l as left_id, unique_id_r as right_id, match_probability, match_weight "
        f"from {predictions.physical_name}) to '{directory}/pairs.csv' (header)"
    )


def write_clusters(connection, clusters, directory):
    connection.execute(
        f"copy (select unique_id as record_id, cluster_id from {clusters.physical_name}) "
        f"to '{directory}/clusters.csv' (header)"
    )


def match(model, registers, directory, threads, blocking):
    """The measured part: what khop does as well. Its figures as a dict."""
    phases = Phases()
    whole_start = time.monotonic()
    connection, api = splink_common.connect(threads)
    with phases("read_and_normalise"):
        tables = model.prepare(connection, registers)
        rows = sum(connection.execute(f"select count(*) from {table}").fetchall()[0][0] for table in tables)
    with phases("train"):
        inputs = [api.register(table) for table in tables]
        linker = Linker(inputs if len(inputs) > 1 else inputs[0], model.settings(blocking), log_level=None)
        train(linker, model)
    with phases("block"):
        blocked = linker.inference.compute_blocked_pairs_for_predict()
        pairs_scored = count(connection, blocked)
    with phases("predict"):
        predictions = linker.inference.predict(threshold_match_probability=KEPT_PROBABILITY)
        pairs_kept = count(connection, predictions)
    if len(tables) == 1:
        with phases("cluster"):
            clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
                predictions, threshold_match_probability=DEFAULT_THRESHOLD
            )
    with phases("write"):
        write_pairs(connection, predictions, directory)
        if len(tables) == 1:
            write_clusters(connection, clusters, directory)
    return {
        "rows": rows,
        "seconds": phases.seconds | {"whole": round(time.monotonic() - whole_start, 3)},
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "pairs_scored": pairs_scored,
        "pairs_kept": pairs_kept,
        "match_weight": weight_of(DEFAULT_THRESHOLD),
    }


def count(connection, table):
    return connection.execute(f"select count(*) from {table.physical_name}").fetchall()[0][0]


def assess_dedupe(truth_path, directory):
    truth = score.read_truth(truth_path)
    scored = list(score.read_pairs(os.path.join(directory, "pairs.csv")))
    by_threshold = dict(zip(map(str, THRESHOLDS), score.score_at(truth, scored, map(weight_of, THRESHOLDS))))
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


def assess_link(truth_paths, directory):
    links = score.Links(*map(score.read_truth, truth_paths))
    scored = list(score.read_pairs(os.path.join(directory, "pairs.csv")))
    return {
        "links": links.score(pair[:2] for pair in scored if pair[2] >= weight_of(DEFAULT_THRESHOLD)),
        "recall_of_kept_pairs": links.score(pair[:2] for pair in scored)["recall"],
        "best": {"links": links.sweep(scored)},
        "by_threshold": {
            str(least): links.score(pair[:2] for pair in scored if pair[2] >= weight_of(least)) for least in THRESHOLDS
        },
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=sorted(MODELS))
    parser.add_argument("registers", nargs="+", metavar="REGISTER.csv")
    parser.add_argument("--truth", action="append", default=[], help="record_id,entity_id, one a register; scored after the measured part")
    parser.add_argument("--rules", choices=("own", "nine"), default="own", help="nine: wide rules, of civil-birth alone")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out-dir", help="keep pairs.csv and clusters.csv here")
    parser.add_argument("--out", help="write the JSON result to this file as well")
    options = parser.parse_args()
    wanted = 2 if options.model == "cccd-bhyt" else 1
    if len(options.registers) != wanted or len(options.truth) not in (0, wanted):
        parser.error(f"{options.model} takes {wanted} of REGISTER.csv and of --truth")
    logging.disable(logging.WARNING)
    model = importlib.import_module(MODELS[options.model])
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.out_dir or scratch
        os.makedirs(directory, exist_ok=True)
        blocking = model.BLOCKING if options.rules == "own" else model.NINE_RULES
        result = match(model, options.registers, directory, options.threads, blocking)
        result |= {"threads": options.threads, "versions": splink_common.versions()}
        if len(options.truth) == 1:
            result["quality"] = assess_dedupe(options.truth[0], directory)
        elif options.truth:
            result["quality"] = assess_link(options.truth, directory)
    print(json.dumps(result))
    if options.out:
        process.write_json(options.out, result)


if __name__ == "__main__":
    main()
