#!/usr/bin/env python3
"""RapidFuzz beside khop's string kernels: the same pairs, nanoseconds a pair on one thread.

    bench_kernel pairs | kernel_rapidfuzz.py [--seconds 1]

Reads blocks of 64 names, all against all, with khop's results. First checks that the results agree:
optimal string alignment exactly, Jaro-Winkler but for rounding (RapidFuzz computes in double; that also
decides whether a Jaro similarity of exactly 0.7 gets its prefix bonus). Then times process.cdist a
block, its fastest interface. One JSON line on standard output.
"""
import argparse
import csv
import json
import math
import sys
import time

import numpy
import rapidfuzz
from rapidfuzz.distance import OSA, Jaro, JaroWinkler
from rapidfuzz.process import cdist

BLOCK_ROWS = 64
SIMILARITY_ONE = 250
BONUS_ABOVE = 0.7
ROUNDING = 1e-3  # of a 250th: where float and double may floor apart


def read_blocks(stream):
    """(names, jaro_winkler matrix, osa matrix) a block."""
    rows = list(csv.DictReader(stream))
    pairs = BLOCK_ROWS * BLOCK_ROWS
    for start in range(0, len(rows), pairs):
        block = rows[start:start + pairs]
        names = [row["right"] for row in block[:BLOCK_ROWS]]
        matrices = [numpy.array([int(row[measure]) for row in block]).reshape(BLOCK_ROWS, BLOCK_ROWS)
                    for measure in ("jaro_winkler", "osa")]
        yield names, *matrices


def count_differences(blocks):
    similarity = osa = 0
    for names, ours_similarity, ours_osa in blocks:
        theirs = cdist(names, names, scorer=JaroWinkler.similarity, dtype=numpy.float64) * SIMILARITY_ONE
        jaro = cdist(names, names, scorer=Jaro.similarity, dtype=numpy.float64)
        decided = abs(jaro - BONUS_ABOVE) * SIMILARITY_ONE > ROUNDING
        low, high = numpy.floor(theirs - ROUNDING), numpy.floor(theirs + ROUNDING)
        similarity += int((((ours_similarity < low) | (ours_similarity > high)) & decided).sum())
        osa += int((cdist(names, names, scorer=OSA.distance, dtype=numpy.uint8) != ours_osa).sum())
    return {"jaro_winkler": similarity, "osa": osa}


def nanoseconds_a_pair(blocks, scorer, dtype, seconds):
    """The best pass over all blocks. The choices are a copy: one list with itself is half the work."""
    sides = [(names, list(names)) for names, _, _ in blocks]
    best = math.inf
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for queries, choices in sides:
            cdist(queries, choices, scorer=scorer, dtype=dtype, workers=1)
        best = min(best, time.perf_counter() - start)
    return best * 1e9 / (len(blocks) * BLOCK_ROWS ** 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0)
    seconds = parser.parse_args().seconds
    blocks = list(read_blocks(sys.stdin))
    if not blocks:
        sys.exit("no pairs on standard input; expected the output of: bench_kernel pairs")
    differences = count_differences(blocks)
    print(json.dumps({
        "peer": "rapidfuzz", "version": rapidfuzz.__version__, "block_rows": BLOCK_ROWS,
        "pairs": len(blocks) * BLOCK_ROWS ** 2, "differences": differences,
        "ns_per_pair": {name: round(nanoseconds_a_pair(blocks, scorer, dtype, seconds), 2)
                        for name, scorer, dtype in (("jaro_winkler", JaroWinkler.similarity, numpy.float32),
                                                    ("osa", OSA.distance, numpy.uint8))}}))
    sys.exit(1 if any(differences.values()) else 0)


if __name__ == "__main__":
    main()
