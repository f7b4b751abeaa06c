#!/usr/bin/env python3
"""GoldenMatch on a register of civil births: CSV in, pairs.csv and clusters.csv out.

The values are normalised by the SQL of the Splink model, so that neither suffers from Vietnamese text; blocking has the same
rules. The matchkey is probabilistic (Fellegi-Sunter, weights by EM), which GoldenMatch's documentation advises for people;
its threshold is the one that it sets for itself. Of three sets of fields tried on 20,000 people this one was the best: all
thirteen that khop compares (F1 .37 at the best threshold), these seven (.87), these without the father (.82): weights of
independent fields make twins and siblings out to be one person. One JSON line on standard output.

    goldenmatch_register.py REGISTER.csv [--threads 2] [--out-dir DIR] [--out FILE]
"""
import argparse
import json
import os
import resource
import tempfile
import time
from importlib.metadata import version

import polars
import splink_common  # finds harness
import civil_birth_model
from harness import process

FIELDS = {  # scorer, levels
    "ho_ten": ("jaro_winkler", 3), "ngay_sinh_so": ("levenshtein", 3), "gioi_tinh": ("exact", 2), "so_dinh_danh": ("levenshtein", 3),
    "me_ho_ten": ("jaro_winkler", 3), "cha_ho_ten": ("jaro_winkler", 3), "so": ("exact", 2),
}
NAMES = ("ho_ten", "me_ho_ten", "cha_ho_ten")
PARTIAL = {"jaro_winkler": 0.9, "levenshtein": 0.8}
PASSES = (
    ("so_dinh_danh",), ("ten", "ngay_sinh_so"), ("me_ho_ten", "cha_ho_ten"), ("ten", "me_ho_ten", "nam_sinh"), ("ten", "cha_ho_ten", "nam_sinh"),
    ("ho_ten", "me_ho_ten"), ("ho_ten", "cha_ho_ten"), ("me_ho_ten", "ngay_sinh_so"), ("cha_ho_ten", "ngay_sinh_so"), ("me_so_giay_to",),
    ("cha_so_giay_to",), ("so", "quyen_so", "noi_dang_ky"), ("ho_ten", "noi_cu_tru"), ("ho_ten", "que_quan", "nam_sinh"),
)


def configuration(gm):
    from goldenmatch.config.schemas import BlockingConfig, BlockingKeyConfig, MatchkeyField

    fields = [
        MatchkeyField(field=name, scorer=scorer, levels=levels, tf_adjustment=name in NAMES, partial_threshold=PARTIAL.get(scorer, 0.8))
        for name, (scorer, levels) in FIELDS.items()
    ]
    return gm.GoldenMatchConfig(
        matchkeys=[gm.MatchkeyConfig(name="birth", type="probabilistic", fields=fields)],
        blocking=BlockingConfig(strategy="multi_pass", passes=[BlockingKeyConfig(fields=list(fields), additive=True) for fields in PASSES]),
    )


def write(result, ids, directory):
    with open(os.path.join(directory, "pairs.csv"), "w", encoding="utf-8") as file:
        file.write("left_id,right_id,match_weight\n")
        file.writelines(f"{ids[left]},{ids[right]},{score}\n" for left, right, score in result.scored_pairs)
    with open(os.path.join(directory, "clusters.csv"), "w", encoding="utf-8") as file:
        file.write("record_id,cluster_id\n")
        alone = set(range(len(ids)))
        for number, cluster in result.clusters.items():
            for row in cluster["members"]:
                alone.discard(row)
                file.write(f"{ids[row]},{number}\n")
        for row in sorted(alone):
            file.write(f"{ids[row]},alone-{row}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("register", metavar="REGISTER.csv")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out-dir")
    parser.add_argument("--out")
    options = parser.parse_args()
    os.environ["POLARS_MAX_THREADS"] = os.environ["RAYON_NUM_THREADS"] = str(options.threads)
    started = time.monotonic()
    connection, _ = splink_common.connect(options.threads)
    table, = civil_birth_model.prepare(connection, [options.register])
    names = {"unique_id": None} | dict.fromkeys(FIELDS) | dict.fromkeys(name for rule in PASSES for name in rule)
    columns = ", ".join(f"{name}::varchar as {name}" for name in names)
    frame = polars.from_arrow(connection.sql(f"select {columns} from {table}").to_arrow_table())
    connection.close()
    normalised = time.monotonic()
    import goldenmatch as gm

    result = gm.dedupe_df(frame, config=configuration(gm), confidence_required=False, allow_red_config=True)
    matched = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.out_dir or scratch
        os.makedirs(directory, exist_ok=True)
        write(result, frame["unique_id"].to_list(), directory)
    report = {
        "rows": frame.height,
        "seconds": {"read_and_normalise": round(normalised - started, 3), "match": round(matched - normalised, 3), "whole": round(time.monotonic() - started, 3)},
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "pairs_kept": len(result.scored_pairs),
        "match_weight": 0,  # what it hands out are its matches; the score in pairs.csv is no log2
        "threads": options.threads,
        "versions": {name: version(name) for name in ("goldenmatch", "polars", "duckdb")},
    }
    print(json.dumps(report))
    if options.out:
        process.write_json(options.out, report)


if __name__ == "__main__":
    main()
