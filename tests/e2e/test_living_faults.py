"""A store that lives under faults: each call that changes a file, opens or reads one, or asks for memory, fails, or the process dies
there. Whatever happens, the store opens, verifies, and holds exactly what was acknowledged; a second try ends as the first
would have."""

import collections
import csv
import os
import shutil

import fault_points
import support
from fault_points import CANNOT_REMOVE, MEMBERS, MODES, Sweep, copy_over, left_over, published

# A small one: a long schema would be most of the points.
SCHEMA = """schema: members
id: id
fields:
  id:         {type: code}
  full_name:  {type: person_name}
  birth_date: {type: date}
  phone:      {type: phone, identifier: true}
blocking:
  - [phone]
  - [full_name, birth_date.year]
""" + MEMBERS
HEADER = ["id", "full_name", "birth_date", "phone"]
AN = ["Nguyễn Văn An", "01/02/1990", "0903111222"]
BINH = ["Trần Thị Bình", "03/04/1985", "0911000999"]
CUONG = ["Lê Quốc Cường", "05/06/1977", "0933444555"]


class Living:
    """A store with some runs behind it, and a copy of it that is changed."""

    def __init__(self, directory):
        self.directory = directory
        self.faults = Sweep(directory)
        self.store, self.before, self.out = (support.path(directory, name) for name in ("store", "before", "out"))
        schema = support.write(directory, "members.yaml", SCHEMA)
        register = self.table("r.csv", [["A1", *AN], ["B1", *BINH], ["C1", *CUONG]])
        support.khop("dedupe", register, "-o", self.out, "--schema", schema, "--untrained")
        support.khop("index", "create", self.before, "--from", self.out)
        support.khop("index", "add", self.before, self.table("more.csv", [["A2", *AN], ["B2", *BINH]]))
        # A journal that is longer than the first piece of memory for it.
        said = support.write_table(directory, "first.csv", ["left_id", "right_id", "decision", "reason"], [["A1", "B1", "cannot_link", "x" * 9000]])
        support.khop("index", "decide", self.before, "--decisions", said, "--author", "Lan")
        self.files = published(self.before)
        self.first = self.state(self.before)

    def table(self, name, rows):
        return support.write_table(self.directory, name, HEADER, rows)

    def state(self, store):
        """Every record with its entity, and what the journal tells of the first one, without times."""
        lines = support.khop("index", "history", store, 1).out.split("\n")
        return self.entities(store), [[*fields[:1], *fields[2:]] for fields in (line.split("\t") for line in lines)]

    def journals(self):
        """Every record with its entity, and what the journal tells of each entity, without times."""
        entities = self.entities(self.store)
        told = [support.khop("index", "history", self.store, entity).out for entity in sorted({entity for _, entity in entities})]
        return entities, [[*fields[:1], *fields[2:]] for text in told for fields in (line.split("\t") for line in text.split("\n"))]

    def entities(self, store):
        out = support.path(self.directory, "entities")
        support.khop("index", "verify", store)
        support.khop("index", "export", store, "-o", out)
        with open(support.path(out, "entities.csv"), newline="", encoding="utf-8") as file:
            return sorted((row["record_id"], row["entity"]) for row in csv.DictReader(file))

    def prepare(self):
        copy_over(self.before, self.store)

    def sweep_change(self, mode, *command, index=1):
        """A command that writes the store: it is as it was, or as it is after the whole command, which it is told to be."""
        self.prepare()
        support.khop(*command)
        last = self.state(self.store)

        def check(code, _, struck):
            changed = published(self.store) != self.files
            if code == 0 or changed:
                assert self.state(self.store) == last, "another state"
            if code > 0:
                assert not changed, "fails, and has changed the store"
                assert struck in CANNOT_REMOVE or not left_over(self.store), f"left {left_over(self.store)}"
            elif code < 0 and not changed:
                assert self.state(self.store) == self.first, "another state"
                support.khop(*command)
                assert self.state(self.store) == last and not left_over(self.store), f"then again: {left_over(self.store)}"

        return self.faults.sweep(mode, command, self.prepare, check)

    def sweep_read(self, mode, *command, out=None):
        """A command that reads the store: all of its answer, or an error; the store is not touched."""
        self.prepare()
        if out:
            shutil.rmtree(out, ignore_errors=True)
        good = support.khop(*command).out
        files = published(out) if out else None

        def begin():
            if out:
                shutil.rmtree(out, ignore_errors=True)

        def check(code, answer, struck):
            assert published(self.store) == self.files, "the store has changed"
            if code == 0:
                assert self.told(answer) == self.told(good), f"another answer: {answer!r}"
                assert not out or published(out) == files, f"other files: {published(out)}"
            elif out and os.path.exists(out):
                assert set(published(out).items()) <= set(files.items()), f"other files: {published(out)}"
                assert code < 0 or struck in CANNOT_REMOVE or not left_over(out), f"left {left_over(out)}"

        return self.faults.sweep(mode, command, begin, check)

    @staticmethod
    def told(text):
        return [line for line in text.split("\n") if not line.startswith(("time", "readers"))]


def sweep_changes(directory, mode):
    l = Living(directory)
    new = l.table("new.csv", [["A3", *AN], ["B2", *CUONG], ["D1", "Phạm Dũng", "07/08/1966", "0977000111"]])
    ids = support.write(directory, "ids.txt", "A1\n")
    said = support.write_table(directory, "said.csv", ["left_id", "right_id", "decision"], [["A1", "C1", "must_link"], ["A1", "A2", "cannot_link"]])
    event = support.khop("index", "history", l.before, 1).out.split("\n")[1].split("\t")[0]
    threads = ("--threads", 1)
    l.sweep_change(mode, "index", "add", l.store, new, *threads)
    l.sweep_change(mode, "index", "delete", l.store, "--ids", ids, *threads)
    l.sweep_change(mode, "index", "decide", l.store, "--decisions", said, "--author", "Lan", *threads)
    l.sweep_change(mode, "index", "undo", l.store, event, "--author", "Lan", *threads)
    l.sweep_change(mode, "index", "compact", l.store, *threads)
    return l.faults.report()


def sweep_readers(directory, mode):
    l = Living(directory)
    new = l.table("new.csv", [["A3", *AN], ["D1", "Phạm Dũng", "07/08/1966", "0977000111"]])
    out = support.path(directory, "result")
    l.sweep_read(mode, "index", "match", l.store, new, "-o", out, "--threads", 1, out=out)
    l.sweep_read(mode, "index", "export", l.store, "-o", out, "--threads", 1, out=out)
    l.sweep_read(mode, "index", "history", l.store, 1)
    l.sweep_read(mode, "index", "get", l.store, "--id", "A1", "--cluster")
    l.sweep_read(mode, "index", "get", l.store, "--identifier", AN[2])
    l.sweep_read(mode, "index", "stats", l.store)
    l.sweep_read(mode, "index", "verify", l.store)
    return l.faults.report()


def of_result(l):
    return "--from", l.out


def of_schema(l):
    names = support.write_table(l.directory, "names.csv", ["value", "count"], [["Nguyễn Văn An", 3], ["Lê Quốc Cường", 1]])
    return ("--schema", support.path(l.directory, "members.yaml"), "--model", support.path(l.out, "model.json"), "--records", 9,
            "--frequencies", f"full_name={names}")


def sweep_create(directory, mode, options):
    """A store that was never finished is not there; making it again works."""
    l = Living(directory)
    made = support.path(directory, "made")
    result = published(l.out)
    command = ("index", "create", made, *options(l), "--threads", 1)
    support.khop(*command)
    whole = {name for name in published(made)}
    entities = l.entities(made)

    def prepare():
        for name in os.listdir(directory):
            if name.startswith("made"):
                shutil.rmtree(support.path(directory, name))

    def check(code, _, struck):
        assert published(l.out) == result, "the result has changed"
        if os.path.exists(made):
            assert set(published(made)) == whole and l.entities(made) == entities, "another store"
            assert code <= 0, "fails, and has made the store"
        else:
            assert code, "there is no store"
            left = [name for name in os.listdir(directory) if name.startswith("made")]
            assert code < 0 or struck in CANNOT_REMOVE or not left, f"left {left}"
            support.khop(*command)
            assert l.entities(made) == entities, "then again: another store"

    l.faults.sweep(mode, command, prepare, check)
    return l.faults.report()


def test_changes(directory):
    with fault_points.fast_directory() as fast:
        for mode in MODES:
            sweep_changes(support.path(fast, mode.name), mode)


def test_add_resumes(directory):
    """Killed at any point, and then again with --resume: the entities and the journal of an add that nothing disturbed, whether the
    batch had been published by then or not."""
    with fault_points.fast_directory() as fast:
        l = Living(fast)
        new = l.table("new.csv", [["A3", *AN], ["B2", *CUONG], ["C2", *CUONG], ["D1", "Phạm Dũng", "07/08/1966", "0977000111"]])
        command = ("index", "add", l.store, new, "--threads", 2)
        l.prepare()
        support.khop(*command)
        last = l.journals()
        ends = collections.Counter()

        def check(code, _, struck):
            was_published = published(l.store) != l.files
            support.khop(*command, "--resume")
            assert l.journals() == last and not left_over(l.store), f"after --resume, struck at {struck}: {left_over(l.store)}"
            ends[code, was_published] += 1

        l.faults.sweep(fault_points.KILL._replace(strides=(1, 1)), command, l.prepare, check)
        l.faults.report()
        assert ends[-9, False] and ends[-9, True], ends


def test_lists_of_ids(directory):
    """A line for which there is no memory is no end of the list: all that it names is deleted, or nothing."""
    l = Living(support.path(directory, "lists"))
    ids = support.write(l.directory, "ids.txt", "A1\nC1\n")
    l.sweep_change(fault_points.LINE, "index", "delete", l.store, "--ids", ids, "--threads", 1)
    assert l.faults.report() >= 3


def test_readers(directory):
    with fault_points.fast_directory() as fast:
        for mode in MODES:
            sweep_readers(support.path(fast, mode.name), mode)


def test_create(directory):
    with fault_points.fast_directory() as fast:
        for mode in MODES:
            sweep_create(support.path(fast, mode.name), mode, of_result)


def test_create_of_schema(directory):
    with fault_points.fast_directory() as fast:
        for mode in MODES:
            sweep_create(support.path(fast, mode.name), mode, of_schema)


support.main(globals())
