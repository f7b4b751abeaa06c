"""khop's command line as the benchmarks use it: generate a register, match it, read the outputs."""
import os
import re
import shutil
import subprocess

from harness import process, score

# summary.json holds times, so it differs from run to run by design.
CHECKED_OUTPUTS = ("clusters.csv", "pairs.csv", "rejected.csv", "model.json")
CHECKED_LINKS = ("links.csv", "unlinked.csv", "rejected.csv", "model.json")


BUILTIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "engine", "schema", "builtin")

# As peers/civil_birth_model.py has them.
NINE_RULES = (
    "so_dinh_danh", "ho_ten, ngay_sinh.year", "me_ho_ten, ngay_sinh.year", "cha_ho_ten, ngay_sinh.year", "so, quyen_so",
    "me_ho_ten.given, noi_cu_tru", "noi_dang_ky, ngay_sinh.year", "noi_cu_tru, ngay_sinh.year", "ngay_sinh",
)


def nine_rules(directory):
    """The built-in schema of births with nine wide blocking rules, as a file."""
    with open(os.path.join(BUILTIN, "civil-birth.yaml"), encoding="utf-8") as file:
        schema = file.read()
    rules = "".join(f"  - [{rule}]\n" for rule in NINE_RULES)
    schema, changed = re.subn(r"(?<=^blocking:\n)(  .*\n)+", rules, schema, flags=re.MULTILINE)
    if not changed:
        raise process.Failed("civil-birth.yaml: no blocking rules to replace")
    path = os.path.join(directory, "nine-rules.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(schema)
    return path


def version(khop):
    done = subprocess.run([khop, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().splitlines()[0] if done.returncode == 0 else "unknown"


def generate(khop, data, schema, rows, seed, profile):
    """The register and its truth as paths; generated only when absent."""
    directory = os.path.join(data, f"{schema}-{rows}-seed{seed}-{profile}")
    register = os.path.join(directory, f"{schema}.csv")
    truth = os.path.join(directory, "truth.csv")
    if not (os.path.exists(register) and os.path.exists(truth)):
        # Under another name until whole: an interrupted generator must not leave a short register
        # that every later run would take for the real one.
        partial = directory + ".part"
        shutil.rmtree(partial, ignore_errors=True)
        os.makedirs(partial)
        process.run_measured(
            [khop, "gen", schema, "-n", str(rows), "--seed", str(seed), "-o", partial]
            + (["--profile", profile] if profile else []),
            partial + ".log",
        )
        shutil.rmtree(directory, ignore_errors=True)
        os.replace(partial, directory)
        os.remove(partial + ".log")
    return register, truth


def dedupe(khop, inputs, schema, out, threads, extra=()):
    """Matches the inputs; the cost of the run with what its summary says."""
    os.makedirs(os.path.dirname(out), exist_ok=True)
    cost = process.run_measured(
        [khop, "dedupe", *inputs, "--schema", schema, "-o", out, "--threads", str(threads)]
        + ["--force", "--progress", "none", *extra],
        out + ".log",
    )
    return cost | {
        "checksum": process.checksum_outputs(out, CHECKED_OUTPUTS),
        "summary": read_summary(out),
    }


def link(khop, left, right, out, threads, extra=()):
    """Links two registers; the cost of the run with what its summary says."""
    os.makedirs(os.path.dirname(out), exist_ok=True)
    cost = process.run_measured(
        [khop, "link", left, right, "-o", out, "--threads", str(threads)]
        + ["--force", "--progress", "none", *extra],
        out + ".log",
    )
    return cost | {
        "checksum": process.checksum_outputs(out, CHECKED_LINKS),
        "summary": read_summary(out),
    }


def assess_link(truths, out):
    """Quality of the links, and the best that any match weight would give."""
    links = score.Links(*truths)
    columns = ("left_id", "right_id", "match_weight", "category")
    rows = list(score.read_columns(os.path.join(out, "links.csv"), *columns))
    return {
        "links": links.score((left, right) for left, right, _, category in rows if category != "review"),
        "best": {"links": links.sweep([(left, right, float(weight)) for left, right, weight, _ in rows])},
    }


def read_summary(out):
    path = os.path.join(out, "summary.json")
    return process.read_json(path) if os.path.exists(path) else {}


def find_number(content, *names):
    """The first number under one of these names, at any depth; None when there is none. The layout
    of summary.json may grow; a benchmark should not break when it does."""
    for name in names:
        found = search(content, name)
        if found is not None:
            return found
    return None


def search(content, name):
    if isinstance(content, dict):
        value = content.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        content = list(content.values())
    if isinstance(content, list):
        for part in content:
            found = search(part, name)
            if found is not None:
                return found
    return None


def pairs_compared(summary):
    # Each rule has a pairs_compared of its own, so the run's total is asked for first.
    return find_number(summary.get("pairs", {}), "compared") or find_number(summary, "pairs_compared")


def matching_seconds(summary):
    return summary.get("run", {}).get("phase_seconds", {}).get("match")


def assess(truth, out):
    """Quality of what a run wrote: its clusters, its match decisions, and the best it could be."""
    matches, scored = [], []
    columns = ("left_id", "right_id", "match_weight", "decision")
    for left, right, weight, decision in score.read_columns(os.path.join(out, "pairs.csv"), *columns):
        scored.append((left, right, float(weight)))
        if decision == "match":
            matches.append((left, right))
    return {
        "clusters": score.score_clusters(truth, score.read_clusters(os.path.join(out, "clusters.csv"))),
        "pairs": score.score_pairs(truth, matches),
        "best": score.sweep(truth, scored),
    }
