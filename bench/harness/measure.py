"""Runs one command and writes what it cost: `python3 measure.py COST.json -- COMMAND...`.

A process of its own, because Linux folds the memory of the process that forks into the child's
ru_maxrss at exec: measured from a benchmark that holds a million records, every child would seem
that large. Started fresh, the floor is this interpreter's own 10 MB or so.
"""
import json
import os
import subprocess
import sys
import time


def spawn_and_wait(argv):
    started = time.monotonic()
    child = subprocess.Popen(argv)
    try:
        _, status, usage = os.wait4(child.pid, 0)
    except KeyboardInterrupt:
        _, status, usage = os.wait4(child.pid, 0)
    return {
        "wall_s": round(time.monotonic() - started, 4),
        "user_s": round(usage.ru_utime, 4),
        "sys_s": round(usage.ru_stime, 4),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 4),
        "peak_rss_mib": round(usage.ru_maxrss / 1024, 1),
        "exit_code": os.waitstatus_to_exitcode(status),
    }


def main():
    cost_path, separator, *argv = sys.argv[1:]
    if separator != "--" or not argv:
        raise SystemExit("usage: measure.py COST.json -- COMMAND...")
    cost = spawn_and_wait(argv)
    with open(cost_path, "w", encoding="utf-8") as file:
        json.dump(cost, file)


if __name__ == "__main__":
    main()
