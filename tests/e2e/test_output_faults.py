"""Results under faults: dedupe, link and ids with everything that they write, also compared with an earlier result. Each call that
changes a file, opens or reads one, or asks for memory, fails, or the process dies there. An earlier result is then byte for byte
what it was, or the new one is there, whole; the same command works again and ends in the same bytes."""

import re

import fault_points
import support
from fault_points import CANNOT_REMOVE, EIO, FULL, KILL, MEMBERS, MEMORY, OPEN, READ, Sweep, copy_over, left_over, published

SCHEMA = """schema: members
id: id
fields:
  id:          {type: code}
  full_name:   {type: person_name}
  birth_date:  {type: date}
  national_id: {type: personal_id, identifier: true}
  phone:       {type: phone, identifier: true}
blocking:
  - [phone]
  - [national_id]
  - [full_name, birth_date.year]
""" + MEMBERS + "quality: {required: [full_name, national_id]}\n"
HEADER = ["id", "full_name", "birth_date", "national_id", "phone"]
LEFT = [["A1", "Nguyễn Văn An", "01/02/1990", "079090001234", "0903111222"], ["A2", "Nguyễn Văn An", "01/02/1990", "079090001234", "0903111222"],
        ["B1", "Trần Thị Bình", "03/04/1985", "001185000111", "0911000999"], ["C1", "Lê Quốc Cường", "05/06/1977", "", "0933444555"],
        ["D1", "Phạm Dũng", "07/08/2066", "024081000357", "0977"]]
RIGHT = [["R1", "Nguyễn Văn An", "01/03/1990", "079090001235", "0903111222"], ["R2", "Trần Thị Bình", "03/04/1985", "001185000111", "0911000999"],
         ["R3", "Lê Quốc Cường", "05/06/1977", "001077000222", ""]]


def comparable(files):
    """Without what tells of the one run, and of the address space that it had: LMDB notes that on its first two pages."""
    found = dict(files)
    store = bytearray(found.get("store/data.mdb", b""))
    for page in (0, 4096) if store else ():
        store[page + 32:page + 40] = bytes(8)
    found["store/data.mdb"] = bytes(store)
    for name in support.RUN_FILES & set(found):
        found[name] = re.sub(rb'"run":\s*\{.*?"simd":\s*"[^"]*"\s*\}', b"", found[name], flags=re.DOTALL)
    return found


class Result:
    """A command that writes OUT, over an earlier result of it or where there was none."""

    def __init__(self, directory, faults, name, command, earlier=None):
        self.faults = faults
        self.name = name
        self.out = support.path(directory, f"{name}-out")
        self.earlier = support.path(directory, f"{name}-earlier")
        self.command = [*command, "-o", self.out, "--force", "--threads", 1]
        support.khop(*(earlier or command), "-o", self.earlier)
        self.before = published(self.earlier)
        self.prepare()
        support.khop(*self.command)
        self.after = published(self.out)
        assert set(self.after) >= {"summary.json", "report.html"}, sorted(self.after)
        assert set(comparable(self.before).items()) ^ set(comparable(self.after).items()), "nothing would be seen"

    def prepare(self):
        copy_over(self.earlier, self.out)

    def check(self, code, _, struck):
        """Old or new, each file; all of them one or the other but for a kill amid the renames, after which the command works again."""
        files = published(self.out)
        old = files == self.before
        new = comparable(files) == comparable(self.after)
        if code == 0:
            assert new, f"another result: {self.different(files)}"
        elif code > 0:
            assert old or struck == "rename", f"an earlier result has changed: {self.different(files)}"
            assert struck in CANNOT_REMOVE or not left_over(self.out), f"left {left_over(self.out)}"
        parked = support.path(self.out, "store.old", "data.mdb")
        if "store/data.mdb" in self.before and "store/data.mdb" not in files: # between the renames of a replacement
            assert code < 0 and support.read_bytes(parked) == self.before["store/data.mdb"], "the store is gone"
            files["store/data.mdb"] = self.before["store/data.mdb"]
        if not old and not new:
            known = (comparable(self.before), comparable(self.after))
            for name, content in comparable(files).items():
                assert content in (known[0].get(name), known[1].get(name)), f"{name}: neither the old one nor the new one"
        if code < 0 or not old and not new:
            support.khop(*self.command)
            assert comparable(published(self.out)) == comparable(self.after), f"then again: {self.different(published(self.out))}"
            assert not left_over(self.out), f"then again: left {left_over(self.out)}"

    def different(self, files):
        files, new = comparable(files), comparable(self.after)
        return sorted(name for name in set(files) | set(new) if files.get(name) != new.get(name))

    def sweep(self, mode):
        self.faults.sweep(mode, self.command, self.prepare, self.check, wider=5 if mode is MEMORY else 3)


def results(directory):
    """What is swept: with everything written, findings told apart from those of an earlier result."""
    faults = Sweep(directory)
    schema = support.write(directory, "members.yaml", SCHEMA)
    left = support.write_table(directory, "left.csv", HEADER, LEFT)
    older = support.write_table(directory, "older.csv", HEADER, LEFT[:3] + [["E1", "Lý Em", "01/01/2001", "079090", ""]])
    right = support.write_table(directory, "right.csv", HEADER, RIGHT)
    common = ["--schema", schema, "--write", "all"]
    previous = {}
    for job, command in (("dedupe", ["dedupe", older, "--untrained", *common]), ("link", ["link", older, right, "--untrained", *common]),
                         ("ids", ["ids", older, *common])):
        previous[job] = support.path(directory, f"previous-{job}")
        support.khop(*command, "-o", previous[job])
    found = [Result(directory, faults, "dedupe", ["dedupe", left, "--untrained", *common, "--previous", previous["dedupe"]], ["dedupe", older, "--untrained", *common]),
             Result(directory, faults, "link", ["link", left, right, "--untrained", *common, "--previous", previous["link"]],
                    ["link", older, right, "--untrained", *common]),
             Result(directory, faults, "ids", ["ids", left, *common, "--previous", previous["ids"]], ["ids", older, *common])]
    return faults, found


def sweep(mode):
    with fault_points.fast_directory() as directory:
        faults, found = results(directory)
        for result in found:
            result.sweep(mode)
        faults.report()


def test_kill(directory):
    sweep(KILL)


def test_input_output_error(directory):
    sweep(EIO)


def test_disk_full(directory):
    sweep(FULL)


def test_open_and_read(directory):
    sweep(OPEN)
    sweep(READ)


def test_memory(directory):
    sweep(MEMORY)


support.main(globals())
