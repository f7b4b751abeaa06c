"""Where and on what a result was measured: without this a figure says nothing."""
import os
import platform
import subprocess
from datetime import datetime, timezone


def first_value(path, key):
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name.strip() == key:
                return value.strip()
    return "unknown"


def describe_machine():
    memory_kib = int(first_value("/proc/meminfo", "MemTotal").split()[0])
    return {
        "cpu": first_value("/proc/cpuinfo", "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory_kib / 1024 / 1024, 1),
        "kernel": platform.release(),
        "architecture": platform.machine(),
        # A busy machine makes figures that cannot be repeated; say so beside them.
        "load_average_at_start": round(os.getloadavg()[0], 2),
    }


def git(directory, *arguments):
    done = subprocess.run(
        ["git", "-C", directory, *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def describe_commit(directory):
    commit = git(directory, "rev-parse", "HEAD") or "unknown"
    changed = git(directory, "status", "--porcelain", "--untracked-files=no")
    return commit + ("+changes" if changed else "")


def now():
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
