"""The scorer against plain enumeration: python3 -m unittest discover -s bench -t bench

Every figure that bench publishes passes through score.py, so it is checked against the definition
itself, on small random truths, clusterings and scores.
"""
import itertools
import random
import unittest

from harness import score


def enumerate_pairs(groups):
    return {pair for pair in itertools.combinations(sorted(groups), 2) if groups[pair[0]] == groups[pair[1]]}


def components(records, pairs):
    label = {record: record for record in records}
    for left, right in pairs:
        old, new = label[left], label[right]
        for record in records:
            if label[record] == old:
                label[record] = new
    return label


def counts(result):
    return result["true_positives"], result["predicted"], result["actual"]


def by_definition(truth, predicted):
    actual = enumerate_pairs(truth)
    return len(actual & predicted), len(predicted), len(actual)


def f1(figures):
    return 2 * figures[0] / (figures[1] + figures[2])


class ScoreTest(unittest.TestCase):
    def cases(self):
        for seed in range(60):
            chance = random.Random(seed)
            records = [f"r{index:02d}" for index in range(chance.randint(2, 18))]
            truth = {record: f"e{chance.randint(0, 6)}" for record in records}
            pairs = [pair for pair in itertools.combinations(records, 2) if chance.random() < 0.15]
            # Few distinct weights, so that ties happen.
            scored = [(right, left, float(chance.randint(-3, 3))) for left, right in pairs]
            if enumerate_pairs(truth):
                yield chance, records, truth, scored

    def test_clusters(self):
        for chance, records, truth, _ in self.cases():
            clusters = {record: chance.randint(0, 5) for record in records}
            self.assertEqual(
                counts(score.score_clusters(truth, clusters)),
                by_definition(truth, enumerate_pairs(clusters)),
            )

    def test_a_record_without_a_cluster_stands_alone(self):
        truth = {"a": "1", "b": "1", "c": "2"}
        self.assertEqual(counts(score.score_clusters(truth, {"a": "x", "c": "x"})), (0, 1, 1))

    def test_a_record_outside_the_truth_is_refused(self):
        with self.assertRaises(SystemExit):
            score.score_clusters({"a": "1"}, {"a": "x", "z": "x"})

    def test_pairs_count_once_in_either_order(self):
        truth = {"a": "1", "b": "1", "c": "2"}
        pairs = [("a", "b"), ("b", "a"), ("c", "a")]
        self.assertEqual(counts(score.score_pairs(truth, pairs)), (1, 2, 1))

    def test_at_a_threshold(self):
        for _, records, truth, scored in self.cases():
            for least in (-4.0, 0.0, 2.0):
                kept = [(min(pair[:2]), max(pair[:2])) for pair in scored if pair[2] >= least]
                found = score.score_at(truth, scored, [least])[0]
                closure = enumerate_pairs(components(records, kept))
                self.assertEqual(counts(found["pairs"]), by_definition(truth, set(kept)))
                self.assertEqual(counts(found["clusters"]), by_definition(truth, closure))

    def test_the_sweep_finds_the_best_threshold(self):
        for _, records, truth, scored in self.cases():
            best = {"pairs": 0.0, "clusters": 0.0}
            for least in sorted({pair[2] for pair in scored}):
                kept = {(min(pair[:2]), max(pair[:2])) for pair in scored if pair[2] >= least}
                closure = enumerate_pairs(components(records, kept))
                best["pairs"] = max(best["pairs"], f1(by_definition(truth, kept)))
                best["clusters"] = max(best["clusters"], f1(by_definition(truth, closure)))
            found = score.sweep(truth, scored)
            for kind, value in best.items():
                self.assertAlmostEqual(f1(counts(found[kind])), value, places=12)

    def test_links(self):
        for seed in range(60):
            chance = random.Random(seed)
            left = {f"l{index}": f"e{chance.randint(0, 6)}" for index in range(chance.randint(1, 12))}
            right = {f"r{index}": f"e{chance.randint(0, 6)}" for index in range(chance.randint(1, 12))}
            both = list(itertools.product(left, right))
            actual = {pair for pair in both if left[pair[0]] == right[pair[1]]}
            scored = [(*pair, float(chance.randint(-3, 3))) for pair in both if chance.random() < 0.3]
            links, best = score.Links(left, right), 0.0
            for least in range(-3, 4):
                kept = {pair[:2] for pair in scored if pair[2] >= least}
                expected = len(actual & kept), len(kept), len(actual)
                self.assertEqual(counts(links.score(kept)), expected)
                if kept and actual:
                    best = max(best, f1(expected))
            if actual and scored:
                self.assertAlmostEqual(f1(counts(links.sweep(scored))), best, places=12)

    def test_a_link_of_an_unknown_record_is_refused(self):
        with self.assertRaises(SystemExit):
            score.Links({"a": "1"}, {"b": "1"}).score([("b", "a")])


if __name__ == "__main__":
    unittest.main()
