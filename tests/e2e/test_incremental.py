"""A store that lives: records that come in batches make the clusters of one run, entities keep their numbers, decisions
stand, and what is deleted or replaced leaves what it held together looked at again."""

import collections
import csv
import json
import os
import random
import re
import shutil

import support
from support import INPUT, USAGE

SCHEMA = "civil-birth"
PEOPLE = support.scaled(6000, 1500)


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def finished(directory, people=PEOPLE, *options):
    """A register, its rows, and the result of a run over all of them."""
    register, _ = support.generate(SCHEMA, people, directory)
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, *options)
    header, rows = read_csv(register)
    return header, rows, out


def partition(groups):
    """{record: group} as the set of its groups' members."""
    members = collections.defaultdict(list)
    for record, group in groups.items():
        members[group].append(record)
    return {tuple(sorted(group)) for group in members.values()}


def entities_of(store, directory):
    out = support.path(directory, "entities")
    support.khop("index", "export", store, "-o", out)
    header, rows = read_csv(support.path(out, "entities.csv"))
    assert header == ["record_id", "entity", "entity_size", "source", "line"]
    found = {row[0]: int(row[1]) for row in rows}
    assert len(found) == len(rows), "a record twice"
    sizes = collections.Counter(found.values())
    assert all(int(row[2]) == sizes[int(row[1])] for row in rows)
    return found


def clusters_of(out):
    return {record: cluster for record, cluster in support.clusters_of(out).items()}


def empty_store(directory, out, name="store"):
    store = support.path(directory, name)
    support.khop("index", "create", store, "--from", out, "--empty")
    return store


def add(store, directory, header, rows, name="batch.csv"):
    return support.khop("index", "add", store, write_csv(support.path(directory, name), header, rows), "--threads", 2).out


# ---- batches ---------------------------------------------------------------------------------


def check_batches(directory, batches, shuffled, *options):
    header, rows, out = finished(directory, PEOPLE, *options)
    if shuffled:
        random.Random(7).shuffle(rows)
    store = empty_store(directory, out)
    size = (len(rows) + batches - 1) // batches
    for start in range(0, len(rows), size):
        add(store, directory, header, rows[start:start + size])
    support.khop("index", "verify", store)
    found, expected = partition(entities_of(store, directory)), partition(clusters_of(out))
    assert found == expected, f"{len(found ^ expected)} groups differ"
    return header, rows, out, store


def test_one_batch(directory):
    check_batches(directory, 1, False)


def test_batches_in_order(directory):
    check_batches(directory, 7, False)


def test_batches_shuffled(directory):
    header, rows, out, store = check_batches(directory, 7, True)
    # The same records again are no change, and no run.
    said = add(store, directory, header, rows)
    assert f"{len(rows):,} as they were" in said and "run 7" in said, said
    # Compacted it says the same.
    before = entities_of(store, directory)
    support.khop("index", "compact", store)
    support.khop("index", "verify", store)
    assert entities_of(store, directory) == before
    assert len([name for name in os.listdir(store) if name[0] == "0"]) == 1


def test_hundred_batches(directory):
    check_batches(directory, 100, True)


def test_small_blocks(directory):
    """With a low limit many blocks outgrow it while batches come; those that nothing splits are windows."""
    check_batches(directory, 20, False, "--block-rows", 6)


def test_small_blocks_shuffled(directory):
    """The same in any order, but where a window decides: there other rows are neighbours."""
    header, rows, out = finished(directory, PEOPLE, "--block-rows", 12)
    stores = []
    for seed in (1, 2):
        random.Random(seed).shuffle(rows)
        store = empty_store(directory, out, f"store{seed}")
        for start in range(0, len(rows), 500):
            add(store, directory, header, rows[start:start + 500])
        stores.append(partition(entities_of(store, directory)))
    assert len(stores[0] ^ stores[1]) <= len(stores[0]) // 200
    expected = partition(clusters_of(out))
    assert len(stores[0] ^ expected) <= len(expected) // 200


def test_from_a_result(directory):
    """The first records come with the result of a run, and keep its numbers; the rest is added."""
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    header, rows = read_csv(register)
    half = len(rows) // 2
    out, whole = support.path(directory, "out"), support.path(directory, "whole")
    support.khop("dedupe", write_csv(support.path(directory, "first.csv"), header, rows[:half]), "-o", out)
    store = support.path(directory, "store")
    support.khop("index", "create", store, "--from", out)
    support.khop("index", "verify", store)
    clusters = clusters_of(out)
    assert {record: str(entity) for record, entity in entities_of(store, directory).items()} == clusters
    for start in range(half, len(rows), 700):
        add(store, directory, header, rows[start:start + 700])
    # The same model and frequencies over the whole: those of the first half.
    other = empty_store(directory, out, "other")
    add(other, directory, header, rows)
    assert partition(entities_of(store, directory)) == partition(entities_of(other, directory))
    shutil.rmtree(out)
    support.khop("index", "verify", store)
    [record, *_] = [record for record, cluster in clusters.items()]
    assert record in support.khop("index", "get", store, "--id", record).out


def test_memory(directory):
    """What new records and those of their blocks take is within the budget, or refused with what it takes."""
    people = 40000
    register, _ = support.generate(SCHEMA, people, directory)
    header, rows = read_csv(register)
    half = len(rows) // 2
    out, batch = support.path(directory, "out"), write_csv(support.path(directory, "batch.csv"), header, rows[half:])
    support.khop("dedupe", write_csv(support.path(directory, "first.csv"), header, rows[:half]), "-o", out, "--write", "none")
    stores = [support.path(directory, name) for name in ("free", "bound")]
    for store in stores:
        support.khop("index", "create", store, "--from", out)
    support.khop("index", "add", stores[0], batch)
    least, blocks = 72, 0
    while (result := support.run("index", "add", stores[1], batch, "--threads", 1, "--memory", f"{least}M")).code:
        message = support.check_failure(result, support.ENVIRONMENT, "--memory")
        blocks += "share a block" in message
        needed = int(re.search(r"need (\d+) MiB", message)[1])
        assert needed > least, message
        least = needed
    assert blocks == 1 and least < 200, (blocks, least)
    assert entities_of(stores[0], directory) == entities_of(stores[1], directory)


# ---- without a run before --------------------------------------------------------------------


def city_frequencies(directory):
    """Tables of names and of their last words, of a register that is larger: options of dedupe and of index create."""
    register, _ = support.generate(SCHEMA, 4 * PEOPLE, support.path(directory, "city"), seed=9)
    header, rows = read_csv(register)
    names = [row[header.index("ho_ten")] for row in rows]
    options = []
    for field, values in (("ho_ten", names), ("ho_ten.given", [name.split()[-1] for name in names if name.split()])):
        counts = collections.Counter(values)
        table = write_csv(support.path(directory, f"{field}.csv"), ["value", "count"], [pair for pair in counts.items() if pair[0]])
        options += ["--frequencies", f"{field}={table}"]
    return register, options


def clusters_in_batches(directory, store, header, rows, batches):
    size = (len(rows) + batches - 1) // batches
    for start in range(0, len(rows), size):
        add(store, directory, header, rows[start:start + size])
    support.khop("index", "verify", store)
    return partition(entities_of(store, directory))


def check_from_schema(directory, model_options, *options):
    """A store of a schema and a model, with the names of a city: batches in any order are one run by the same."""
    city, frequencies = city_frequencies(directory)
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    header, rows = read_csv(register)
    model = support.path(directory, "model.json")
    support.khop("train", city, "--schema", SCHEMA, "-o", model)
    shared = [model if option == "MODEL" else option for option in [*model_options, *frequencies, *options]]
    out = support.path(directory, "out")
    support.khop("dedupe", register, "-o", out, *shared)
    expected = partition(clusters_of(out))
    indexed = json.loads(support.read_bytes(support.path(out, "summary.json")))["input"]["indexed"]
    created = [option for option in shared if option != "--untrained"]
    for batches in (1, 7, 100):
        store = support.path(directory, f"store{batches}")
        said = support.khop("index", "create", store, "--schema", SCHEMA, "--records", indexed, *created).out
        assert "without records" in said, said
        shuffled = random.Random(batches).sample(rows, len(rows)) if batches > 1 else rows
        found = clusters_in_batches(directory, store, header, shuffled, batches)
        assert found == expected, f"{batches} batches: {len(found ^ expected)} groups differ"


def test_from_a_schema(directory):
    check_from_schema(directory, ["--model", "MODEL"])


def test_from_a_schema_alone(directory):
    check_from_schema(directory, ["--untrained"], "--match", "0.95", "--review", "0.6", "--linkage", "average", "--block-rows", "200")


def test_from_a_result_with_frequencies(directory):
    """The tables are kept, whatever names the result has."""
    _, frequencies = city_frequencies(directory)
    register, _ = support.generate(SCHEMA, PEOPLE, directory)
    header, rows = read_csv(register)
    third = len(rows) // 3
    out, store, other = (support.path(directory, name) for name in ("out", "store", "other"))
    support.khop("dedupe", write_csv(support.path(directory, "first.csv"), header, rows[:third]), "-o", out, *frequencies)
    support.khop("index", "create", store, "--from", out)
    found = clusters_in_batches(directory, store, header, rows[third:], 5)
    # The same model, frozen without any record: prior and frequencies are those of OUT.
    support.khop("index", "create", other, "--schema", SCHEMA, "--model", support.path(out, "model.json"), *frequencies)
    assert found == clusters_in_batches(directory, other, header, rows, 1)
    support.refuses(USAGE, ["judged by a table", "--frequencies"], "index", "create", support.path(directory, "third"),
                    "--schema", SCHEMA, "--model", support.path(out, "model.json"))


support.main(globals())
