"""The peers as the benchmarks use them: the scripts of peers/, each in a process of its own under the interpreter that
bench/peers/setup makes."""
import os

from harness import process, score

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = os.path.join(HERE, "..", "peers")
PYTHON = os.path.join(HERE, "..", "..", "build", "peers-venv", "bin", "python")
# Generated data sets that have a model: how many registers each takes.
MODELS = {"civil-birth": 1, "parcel": 1, "cccd-bhyt": 2}
SCRIPTS = {"splink": "splink_register.py", "goldenmatch": "goldenmatch_register.py"}
PUBLIC = ("febrl3", "febrl4", "fake_1000")


def run_register(name, python, model, registers, directory, threads, rules):
    """Cost and report of one run; pairs.csv and clusters.csv are in directory/NAME."""
    out = os.path.join(directory, name)
    report = os.path.join(directory, name + ".json")
    what = [model, *registers, "--rules", rules] if name == "splink" else registers
    cost = process.run_measured(
        [python, os.path.join(PEERS, SCRIPTS[name]), *what, "--threads", str(threads), "--out-dir", out, "--out", report],
        os.path.join(directory, name + ".log"),
    )
    return cost | {
        "checksum": process.checksum_outputs(out, ("pairs.csv", "clusters.csv")),
        "report": process.read_json(report),
    }


def matching_seconds(report):
    """Of a peer that says so: seconds in which pairs are found, compared and scored."""
    return report["seconds"].get("block", 0) + report["seconds"].get("predict", 0)


def assess_register(name, truths, directory):
    """At the peer's own threshold, and at the best one that only labels could find."""
    out = os.path.join(directory, name)
    least = process.read_json(os.path.join(directory, name + ".json"))["match_weight"]
    scored = list(score.read_pairs(os.path.join(out, "pairs.csv")))
    matches = [pair[:2] for pair in scored if pair[2] >= least]
    if len(truths) == 2:
        links = score.Links(*truths)
        return {"links": links.score(matches), "best": {"links": links.sweep(scored)}}
    return {
        "clusters": score.score_clusters(truths[0], score.read_clusters(os.path.join(out, "clusters.csv"))),
        "pairs": score.score_pairs(truths[0], matches),
        "best": score.sweep(truths[0], scored),
    }


def run_public(python, name, data, directory, threads):
    """Cost and report on a public set; the report has the quality."""
    report = os.path.join(directory, "splink.json")
    cost = process.run_measured(
        [python, os.path.join(PEERS, "splink_public.py"), "--data", data, "--only", name]
        + ["--threads", str(threads), "--out", report],
        os.path.join(directory, "splink.log"),
    )
    content = process.read_json(report)
    return cost | {"report": content["results"][0] | {"versions": content["versions"]}}
