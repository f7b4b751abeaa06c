"""What both Splink scripts need: a DuckDB connection, and results as plain Python values."""
import os
import sys
from importlib.metadata import version

import duckdb
from splink import DuckDBAPI

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def versions():
    packages = ("splink", "duckdb", "pyarrow", "sqlglot")
    return {name: version(name) for name in packages} | {"python": sys.version.split()[0]}


def connect(threads):
    connection = duckdb.connect(":memory:", config={"threads": threads})
    return connection, DuckDBAPI(connection=connection)


def scored_pairs(connection, predictions, left="unique_id_l", right="unique_id_r"):
    """(left_id, right_id, match_weight) of a prediction table."""
    rows = connection.execute(
        f"select {left}::varchar, {right}::varchar, match_weight from {predictions.physical_name}"
    )
    return rows.fetchall()
