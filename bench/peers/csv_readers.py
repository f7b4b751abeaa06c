#!/usr/bin/env python3
"""Polars and DuckDB beside khop's CSV reader: GB of a register a second of processor time.

    bench_input FILE | csv_readers.py FILE [--threads 1]

Every column is read as text, as khop does; what is done with the values is left out of all three. The figures of bench_input
stand first: `next` finds rows, `parse` takes them apart and checks UTF-8. One line a reader; the best of three runs.
"""
import argparse
import os
import resource
import sys


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def best_of_three(read):
    best = None
    for _ in range(3):
        started = processor_seconds()
        rows = read()
        seconds = processor_seconds() - started
        best = seconds if best is None else min(best, seconds)
    return rows, best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    os.environ["POLARS_MAX_THREADS"] = str(options.threads)
    import duckdb
    import polars

    if not sys.stdin.isatty():
        sys.stdout.write(sys.stdin.read())
    connection = duckdb.connect(config={"threads": options.threads})
    # A table in memory, as polars makes one.
    table = f"create or replace table register as select * from read_csv('{options.file}', all_varchar=true, header=true, delim=',', quote='\"', escape='\"')"

    def read_duckdb():
        connection.execute(table)
        return connection.execute("select count(*) from register").fetchall()[0][0]

    readers = {"polars": lambda: polars.read_csv(options.file, infer_schema=False).height, "duckdb": read_duckdb}
    size = os.path.getsize(options.file)
    for name, version in (("polars", polars.__version__), ("duckdb", duckdb.__version__)):
        rows, seconds = best_of_three(readers[name])
        print(f"{name + ' ' + version:15}{size / 1e6:7.2f} MB {rows:9} rows   {size / seconds / 1e9:.2f} GB/s on {options.threads} threads")


if __name__ == "__main__":
    main()
