"""Starts measured commands and reads back what they cost and wrote."""
import hashlib
import json
import os
import subprocess
import sys
import tempfile

MEASURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "measure.py")


class Failed(Exception):
    """A command that did not do its work; the message ends with what it said."""


def run_measured(argv, log_path):
    """Cost of one command as a dict. Its standard output and error go to the log."""
    with tempfile.TemporaryDirectory() as directory:
        cost_path = os.path.join(directory, "cost.json")
        with open(log_path, "w", encoding="utf-8") as log:
            done = subprocess.run(
                [sys.executable, "-S", "-E", MEASURE, cost_path, "--", *argv],
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode != 0:
            raise Failed(f"{argv[0]}: could not be started\n{tail(log_path)}")
        with open(cost_path, encoding="utf-8") as file:
            cost = json.load(file)
    if cost["exit_code"] != 0:
        raise Failed(f"{' '.join(argv)}: exit {cost['exit_code']}\n{tail(log_path)}")
    return cost


def tail(path, lines=15):
    with open(path, encoding="utf-8", errors="replace") as file:
        return "".join(file.readlines()[-lines:])


def checksum_file(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def checksum_outputs(directory, names):
    """One SHA-256 over the named files, in the order given; files that are absent count as absent."""
    digest = hashlib.sha256()
    for name in names:
        path = os.path.join(directory, name)
        state = checksum_file(path) if os.path.exists(path) else "absent"
        digest.update(f"{name} {state}\n".encode())
    return digest.hexdigest()


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write_json(path, content):
    """Whole or not at all, so that an interrupted benchmark leaves no half result."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.write("\n")
    os.replace(path + ".part", path)
