"""Exact precision, recall and F1 of pairs and clusters against a truth.

No pair is enumerated. The pairs that a clustering implies are sum n(n-1)/2 over its clusters; those
that are true are the same sum over the cells (cluster, entity). Pairs that no blocking rule found
are missed pairs like any other: recall is always over all true pairs of the truth file.

khop and every peer are scored by this file alone, so that their figures can be set side by side.
"""
import csv
from collections import Counter


def pairs_within(counts):
    """Pairs inside groups of these sizes."""
    return sum(n * (n - 1) // 2 for n in counts)


def read_columns(path, *names):
    """The named columns of a CSV file as tuples; the header decides where they are."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file)
        header = [name.strip() for name in next(rows)]
        try:
            places = [header.index(name) for name in names]
        except ValueError as missing:
            raise SystemExit(f"{path}: {missing} among the columns {header}")
        for row in rows:
            yield tuple(row[place] for place in places)


def read_map(path, key, value):
    """A two-column file as a dict; the same key twice is an error, not a silent last one wins."""
    result = {}
    for name, content in read_columns(path, key, value):
        if result.setdefault(name, content) != content:
            raise SystemExit(f"{path}: one {key} has two values of {value}")
    return result


def read_truth(path):
    return read_map(path, "record_id", "entity_id")


def read_clusters(path):
    return read_map(path, "record_id", "cluster_id")


def read_pairs(path):
    """(left_id, right_id, match_weight) as khop and the peer scripts write them."""
    for left, right, weight in read_columns(path, "left_id", "right_id", "match_weight"):
        yield left, right, float(weight)


def quality(true_positives, predicted, actual):
    """One result: the three counts and what follows from them."""
    precision = true_positives / predicted if predicted else 1.0
    recall = true_positives / actual if actual else 1.0
    total = precision + recall
    return {
        "precision": round(precision, 5),
        "recall": round(recall, 5),
        "f1": round(2 * precision * recall / total, 5) if total else 0.0,
        "true_positives": true_positives,
        "predicted": predicted,
        "actual": actual,
    }


def true_pairs(truth):
    return pairs_within(Counter(truth.values()).values())


def score_clusters(truth, clusters):
    """Quality of the pairs that a clustering implies. Records it lacks stand alone."""
    unknown = sum(record not in truth for record in clusters)
    if unknown:
        raise SystemExit(f"{unknown} clustered records are not in the truth file")
    cells = Counter((cluster, truth[record]) for record, cluster in clusters.items())
    predicted = pairs_within(Counter(clusters.values()).values())
    return quality(pairs_within(cells.values()), predicted, true_pairs(truth))


def score_pairs(truth, pairs):
    """Quality of a set of pairs as they stand, before any clustering."""
    distinct = {(min(left, right), max(left, right)) for left, right in pairs}
    hits = sum(truth[left] == truth[right] for left, right in distinct)
    return quality(hits, len(distinct), true_pairs(truth))


class GrowingClusters:
    """Union-find that keeps the implied and the true pair counts up to date as it merges, so that
    clusters can be scored at every threshold in one pass over pairs sorted by weight."""

    def __init__(self, truth):
        self.truth = truth
        self.parent = {}
        self.entities = {}
        self.predicted = 0
        self.hits = 0

    def root(self, record):
        parent = self.parent
        if record not in parent:
            parent[record] = record
            self.entities[record] = {self.truth[record]: 1}
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    def join(self, left, right):
        small, large = self.root(left), self.root(right)
        if small == large:
            return
        # Smaller into larger: each record is recounted at most log n times.
        if len(self.entities[small]) > len(self.entities[large]):
            small, large = large, small
        joined, added = self.entities[large], self.entities.pop(small)
        self.predicted += sum(joined.values()) * sum(added.values())
        for entity, count in added.items():
            before = joined.get(entity, 0)
            self.hits += before * count
            joined[entity] = before + count
        self.parent[small] = large


def sweep(truth, scored_pairs):
    """The best F1 of pairs and of plain connected components over every threshold of the weight.

    Equal weights stand or fall together, as they do for a user who sets a threshold. The result is
    an upper bound that no user can reach without labels; it is for comparing scores, not settings.
    """
    actual = true_pairs(truth)
    ordered = sorted(
        {(weight, min(left, right), max(left, right)) for left, right, weight in scored_pairs},
        reverse=True,
    )
    clusters = GrowingClusters(truth)
    best = {"pairs": (-1.0, None, None), "clusters": (-1.0, None, None)}
    hits = 0
    for index, (weight, left, right) in enumerate(ordered):
        hits += truth[left] == truth[right]
        clusters.join(left, right)
        if index + 1 < len(ordered) and ordered[index + 1][0] == weight:
            continue
        for kind, counts in (
            ("pairs", (hits, index + 1)),
            ("clusters", (clusters.hits, clusters.predicted)),
        ):
            f1 = 2 * counts[0] / (counts[1] + actual)
            if f1 > best[kind][0]:
                best[kind] = (f1, weight, counts)
    result = {}
    for kind, (_, weight, counts) in best.items():
        result[kind] = quality(*(counts or (0, 0)), actual) | {"match_weight": weight}
    return result


def score_at(truth, scored_pairs, weights):
    """Pairs and connected components at each of the given thresholds, for a peer that clusters so."""
    ordered = sorted(set(scored_pairs), key=lambda pair: -pair[2])
    results = []
    for least in weights:
        clusters = GrowingClusters(truth)
        kept = []
        for left, right, weight in ordered:
            if weight < least:
                break
            kept.append((left, right))
            clusters.join(left, right)
        results.append(
            {
                "pairs": score_pairs(truth, kept),
                "clusters": quality(clusters.hits, clusters.predicted, true_pairs(truth)),
            }
        )
    return results


class Links:
    """Pairs of a left and a right record against the truths of both registers, which name entities alike."""

    def __init__(self, left, right):
        self.left, self.right = left, right
        sizes = Counter(right.values())
        self.actual = sum(count * sizes[entity] for entity, count in Counter(left.values()).items())

    def is_true(self, left, right):
        if left not in self.left or right not in self.right:
            raise SystemExit(f"a link of unknown records: {left}, {right}")
        return self.left[left] == self.right[right]

    def score(self, pairs):
        distinct = set(pairs)
        return quality(sum(self.is_true(*pair) for pair in distinct), len(distinct), self.actual)

    def sweep(self, scored_pairs):
        """The best F1 over every threshold of the weight; equal weights stand or fall together."""
        ordered = sorted({(weight, left, right) for left, right, weight in scored_pairs}, reverse=True)
        best, hits = (-1.0, None, (0, 0)), 0
        for index, (weight, left, right) in enumerate(ordered):
            hits += self.is_true(left, right)
            if index + 1 < len(ordered) and ordered[index + 1][0] == weight:
                continue
            f1 = 2 * hits / (index + 1 + self.actual)
            if f1 > best[0]:
                best = (f1, weight, (hits, index + 1))
        return quality(*best[2], self.actual) | {"match_weight": best[1]}
