"""khop link of three registers and more, of several files, and with duplicates found first: against the truth."""

import collections
import itertools
import os

import support
from support import INPUT, USAGE

PEOPLE = support.scaled(4000, 1500)
SCHEMAS = ("cccd", "bhyt", "health-book")
ENTITIES_HEADER = ["entity_id", "register", "record_id", "source", "confidence"]


def generate(directory):
    """The same people in three registers: their files, and (register, record) -> person."""
    files, truth = [], {}
    for schema in SCHEMAS:
        where = support.path(directory, "registers", schema)
        support.khop("gen", schema, "-n", PEOPLE, "--seed", 3, "-o", where)
        files.append(support.path(where, schema + ".csv"))
        truth.update({(schema, record): person for record, person in support.truth_of(support.path(where, "truth.csv")).items()})
    return files, truth


def link(out, *arguments):
    support.khop("link", *arguments, "-o", out)
    return support.read_json(out, "summary.json")


def entities_of(out):
    """(register, record) -> entity."""
    assert support.read_rows(out, "entities.csv")[0] == ENTITIES_HEADER
    rows = support.read_table(out, "entities.csv")
    entities = {(row["register"], row["record_id"]): row["entity_id"] for row in rows}
    assert len(entities) == len(rows)
    assert all(0 < float(row["confidence"]) <= 1 for row in rows)
    return entities


def links_of(out, review=False):
    """((register, record), (register, record)) of each link."""
    return [((row["left_register"], row["left_id"]), (row["right_register"], row["right_id"])) for row in support.read_table(out, "links.csv")
            if review or row["category"] != "review"]


def groups_of(entities):
    groups = collections.defaultdict(set)
    for record, entity in entities.items():
        groups[entity].add(record)
    return groups


def quality(entities, truth, across):
    """Precision and recall of pairs of records in one entity; `across`: of two registers only."""
    def pairs(keys):
        total = 0
        for group in groups_of(keys).values():
            sizes = collections.Counter(record[0] for record in group)
            total += len(group) * (len(group) - 1) // 2 - (sum(n * (n - 1) // 2 for n in sizes.values()) if across else 0)
        return total

    right = pairs({record: (entity, truth[record]) for record, entity in entities.items()})
    return right / pairs(entities), right / pairs(truth)


def across(entities, truth, one, other):
    """Pairs of a record of register `one` and one of `other`: found, true, right."""
    def pairs(keys):
        sides = [collections.Counter(key for record, key in keys.items() if record[0] == name) for name in (one, other)]
        return sum(count * sides[1][key] for key, count in sides[0].items())

    return pairs(entities), pairs(truth), pairs({record: (entity, truth[record]) for record, entity in entities.items()})


def check_evaluation(directory, out, entities, truth):
    """khop evaluate counts the same pairs, of each two registers and of all."""
    truths = [support.path(directory, "registers", schema, "truth.csv") for schema in SCHEMAS]
    arguments = [part for path in truths for part in ("--truth", path)]
    told = support.json.loads(support.khop("evaluate", out, *arguments, "--format", "json").out)
    assert [(side["register"], side["records"]) for side in told["registers"]] == [
        (schema, sum(register == schema for register, _ in entities)) for schema in SCHEMAS]
    sums = collections.Counter()
    for pair, (one, other) in zip(told["pairs"], itertools.combinations(SCHEMAS, 2)):
        found, true, right = across(entities, truth, one, other)
        counts = {"true_positives": right, "false_positives": found - right, "false_negatives": true - right}
        assert (pair["left"], pair["right"]) == (one, other) and {name: pair[name] for name in counts} == counts, (pair, counts)
        assert abs(pair["f1"] - 2 * right / (found + true)) < 1e-5
        sums.update(counts)
    assert len(told["pairs"]) == 3 and {name: told[name] for name in sums} == dict(sums) and told["missing_pairs"] == 0
    whole = support.write(directory, "whole.csv", "record_id,entity_id\n" + "".join(f"{record},{person}\n" for (_, record), person in truth.items()))
    assert support.json.loads(support.khop("evaluate", out, "--truth", whole, "--format", "json").out) == told
    assert "cccd, health-book precision" in support.khop("evaluate", out, *arguments).out
    more = support.write(directory, "more.csv", "record_id,entity_id\nabsent,P0\n" + "".join(f"{record},P0\n" for (_, record) in list(truth)[:1]))
    support.refuses(INPUT, ["no true pair"], "evaluate", out, "--truth", more)
    support.refuses(USAGE, ["2 truths for 3 registers"], "evaluate", out, *arguments[:4])
    support.refuses(USAGE, ["--curve"], "evaluate", out, *arguments, "--curve", support.path(directory, "curve.csv"))


def check_agreement(out, entities):
    """Links are within entities, and hold them together with the duplicates, which clusters.csv tells."""
    reached = {record: record for record in entities}

    def root(record):
        while reached[record] != record:
            record = reached[record]
        return record

    for left, right in links_of(out):
        assert left[0] != right[0] and entities[left] == entities[right], (left, right)
        reached[root(left)] = root(right)
    if os.path.exists(support.path(out, "clusters.csv")):
        register_of = {record: register for register, record in entities}  # generated ids are not shared
        first = {}
        for row in support.read_table(out, "clusters.csv"):
            record = (register_of[row["record_id"]], row["record_id"])
            other = first.setdefault((record[0], row["cluster_id"]), record)
            assert entities[other] == entities[record]
            reached[root(record)] = root(other)
    for group in groups_of(entities).values():
        assert len({root(record) for record in group}) == 1, group


def test_three_registers(directory):
    files, truth = generate(directory)
    out = support.path(directory, "out")
    summary = link(out, *files)
    entities = entities_of(out)
    assert set(entities) == set(truth)
    check_agreement(out, entities)
    check_evaluation(directory, out, entities, truth)
    precision, recall = quality(entities, truth, across=True)
    assert precision >= 0.99 and recall >= 0.99, (precision, recall)
    assert summary["schema"] == "link-people" and [side["register"] for side in summary["registers"]] == list(SCHEMAS)
    assert summary["links"]["links"] == len(links_of(out))
    told = {end for pair in links_of(out, review=True) for end in pair}
    unlinked = {(row["register"], row["record_id"]) for row in support.read_table(out, "unlinked.csv")}
    assert not told & unlinked and told | unlinked == set(truth)
    for row in support.read_table(out, "unlinked.csv"):
        assert bool(row["best_candidate_id"]) == bool(row["best_candidate_register"])
        assert row["best_candidate_register"] != row["register"]
    for side in summary["registers"]:
        assert side["linked"] + side["for_review"] + side["unlinked"] == side["indexed"]
    left, right = links_of(out)[0]
    assert "compared       yes" in support.khop("explain", out, left[1], right[1]).out


def test_kinds(directory):
    """One to one between each two registers, and in the entities that the links make."""
    files, truth = generate(directory)
    for kind in ("one-to-one", "one-to-many", "many-to-one"):
        out = support.path(directory, kind)
        summary = link(out, *files, f"--{kind}", "--no-store")
        assert summary["links"]["kind"] == kind
        entities = entities_of(out)
        check_agreement(out, entities)
        links = links_of(out)
        for a, b in itertools.combinations(SCHEMAS, 2):
            between = [pair for pair in links if (pair[0][0], pair[1][0]) == (a, b)]
            assert between
            most = [max(collections.Counter(pair[side] for pair in between).values()) for side in range(2)]
            assert most[0] == 1 or kind == "one-to-many", (kind, a, b)
            assert most[1] == 1 or kind == "many-to-one", (kind, a, b)
        for group in groups_of(entities).values():
            several = [register for register, count in collections.Counter(record[0] for record in group).items() if count > 1]
            present = [schema for schema in SCHEMAS if any(record[0] == schema for record in group)]
            allowed = {"one-to-one": [], "one-to-many": present[-1:], "many-to-one": present[:1]}[kind]
            assert set(several) <= set(allowed), (kind, group)
        assert quality(entities, truth, across=True)[0] >= 0.99


def test_duplicates_first(directory):
    files, truth = generate(directory)
    out = support.path(directory, "out")
    summary = link(out, *files, "--dedupe", "all")
    entities = entities_of(out)
    check_agreement(out, entities)
    for across in (True, False):
        precision, recall = quality(entities, truth, across)
        assert precision >= 0.98 and recall >= 0.98, (across, precision, recall)
    clusters = support.read_table(out, "clusters.csv")
    assert {row["record_id"] for row in clusters} == {record for _, record in truth}
    sizes = collections.Counter(row["cluster_id"] for row in clusters)
    assert all(int(row["cluster_size"]) == sizes[row["cluster_id"]] for row in clusters)
    assert sum(side["duplicates"] for side in summary["registers"]) == len(clusters) - len(sizes) > 0
    # a person of two records in one register is linked once
    one = support.path(directory, "one")
    link(one, *files, "--dedupe", "all", "--one-to-one", "--no-store")
    units = {row["record_id"]: row["cluster_id"] for row in support.read_table(one, "clusters.csv")}
    for a, b in itertools.combinations(SCHEMAS, 2):
        between = [pair for pair in links_of(one) if (pair[0][0], pair[1][0]) == (a, b)]
        for side in range(2):
            assert max(collections.Counter(units[pair[side][1]] for pair in between).values()) == 1
    unlinked = {row["record_id"] for row in support.read_table(one, "unlinked.csv")}
    linked = {units[end[1]] for pair in links_of(one, review=True) for end in pair}
    assert all((units[record] in linked) != (record in unlinked) for record in units)


def test_one_side_deduplicated(directory):
    files, truth = generate(directory)
    out = support.path(directory, "out")
    summary = link(out, *files[:2], "--dedupe-right")
    assert "duplicates" not in summary["left"] and summary["right"]["duplicates"] > 0
    entities = entities_of(out)
    assert {row["record_id"] for row in support.read_table(out, "clusters.csv")} == {record for register, record in truth if register == "bhyt"}
    some = {record: person for record, person in truth.items() if record[0] != "health-book"}
    assert min(quality(entities, some, across=True)) >= 0.98


def test_same_bytes(directory):
    """On any number of threads."""
    files, _ = generate(directory)
    seen = set()
    names = ["links.csv", "unlinked.csv", "entities.csv", "clusters.csv", "model.json"]
    for threads in (1, 2, 8):
        out = support.path(directory, f"out{threads}")
        summary = link(out, *files, "--dedupe", "1,3", "--threads", threads)
        summary.pop("run")
        seen.add((support.json.dumps(summary), *(support.read_bytes(out, name) for name in names), support.read_bytes(out, "store", "data.mdb")))
    assert len(seen) == 1


def split(directory, path, name):
    """Two files of a register, half the rows each."""
    header, rows = support.read_rows(path)
    middle = len(rows) // 2
    return [support.write_table(directory, f"{name}{n}.csv", header, part) for n, part in enumerate((rows[:middle], rows[middle:]))]


def test_several_files(directory):
    """Registers in parts are the same registers."""
    files, _ = generate(directory)
    left, right, third = (split(directory, path, name) for path, name in zip(files, "abc"))
    whole, parts = support.path(directory, "whole"), support.path(directory, "parts")
    one, other = link(whole, *files), link(parts, left[0], right[0], third[0], "--left", left[1], "--right", right[1], "--also", f"3:{third[1]}")
    assert [side["rows"] for side in one["registers"]] == [side["rows"] for side in other["registers"]]
    assert support.read_bytes(whole, "links.csv") == support.read_bytes(parts, "links.csv")
    assert len(other["sources"]) == 6 and {row["source"] for row in support.read_table(parts, "entities.csv")} == {f"{x}{n}.csv" for x in "abc" for n in (0, 1)}


def test_one_schema(directory):
    """Registers of one schema are told apart by their numbers; record ids may repeat from one to the other."""
    files, truth = generate(directory)
    out = support.path(directory, "out")
    summary = link(out, files[0], files[0], files[1])
    assert [side["register"] for side in summary["registers"]] == ["cccd-1", "cccd-2", "bhyt"] and summary["input"]["rejected"] == 0
    entities = entities_of(out)
    same = sum(entities["cccd-1", record] == entities["cccd-2", record] for register, record in truth if register == "cccd")
    assert same >= 0.995 * sum(register == "cccd" for register, _ in truth)


def test_schemas_and_columns(directory):
    header = ["key", "person", "born"]
    rows = [["1", "Nguyễn Văn Hùng", "12/03/1985"], ["2", "Trần Thị Mai", "05/11/1990"]]
    files = [support.write_table(directory, name, header, rows) for name in ("a.csv", "b.csv", "c.csv")]
    out = support.path(directory, "out")
    maps = [part for n in (1, 2, 3) for text in (f"{n}:id=key", f"{n}:full_name=person", f"{n}:birth_date=born") for part in ("--map", text)]
    summary = link(out, *files, "--schemas", "person,person,person", *maps, "--untrained", "--match", "0.01", "--review", "0.01")
    assert [side["register"] for side in summary["registers"]] == ["person-1", "person-2", "person-3"]
    assert sorted(map(len, groups_of(entities_of(out)).values())) == [3, 3]
    for words, arguments in ((["--schemas", "2 schemas for 3"], ["--schemas", "person,person", *maps]), (["--map", "N:FIELD=COLUMN"], ["--map", "id=key"]),
                             (["--map", "4:id"], ["--map", "4:id=key"]), (["--also", "N:FILE"], ["--also", files[0]]),
                             (["--dedupe", "1 to 3"], ["--dedupe", "4"]), (["--schemas", "--left-schema"], ["--schemas", "a,b,c", "--left-schema", "a"]),
                             (["c.csv", "--schemas"], ["--schemas", "person,person,", *maps])):
        support.refuses(USAGE, words, "link", *files, *arguments, "-o", support.path(directory, "bad"))
    support.refuses(USAGE, ["parcel", "two fields"], "link", *files[:2], support.write_table(directory, "d.csv", ["ma_ho_so", "so_to", "so_thua"], [["1", "2", "3"]]),
                    "--schemas", "person,person,parcel", *maps[:12], "-o", support.path(directory, "bad"))
    empty = support.write(directory, "empty.csv", "key,person,born\n")
    support.refuses(INPUT, ["empty.csv"], "link", *files[:2], empty, "--schemas", "person,person,person", *maps, "-o", support.path(directory, "bad"))


def test_plan(directory):
    """What a link will do: the pairs that it then compares."""
    files, _ = generate(directory)
    for more in ([], ["--dedupe", "all"]):
        planned = support.khop("plan", "--link", *files, *more).out
        summary = link(support.path(directory, f"out{len(more)}"), *files, *more)
        assert f"pairs          {summary['pairs']['compared']:,} to compare" in planned
    support.refuses(USAGE, ["--one-to-one", "--link"], "plan", *files, "--one-to-one")
    support.refuses(USAGE, ["two registers"], "plan", "--link", files[0])


if __name__ == "__main__":
    support.main(globals())
