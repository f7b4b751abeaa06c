"""What people type: help, wrong options, wrong values. One line says what is wrong and what would do."""

import os

import support
from support import USAGE

COMMANDS = ("dedupe", "inspect", "plan", "train", "evaluate", "index stats", "index get", "index verify", "normalise", "gen")
REGISTER = "id,full_name,birth_date\n1,Lê An,01/02/1990\n2,Hồ Bình,03/04/1991\n"


def test_help(directory):
    result = support.run()
    assert result.code == USAGE and "khop help COMMAND" in result.out and result.err == ""
    general = support.khop("help").out
    assert general == support.khop("--help").out == support.khop("-h").out == result.out
    for command in COMMANDS:
        assert f"khop {command} " in general, command
        text = support.khop("help", *command.split()).out
        assert text.startswith(f"khop {command} "), text
        assert text == support.khop(*command.split(), "--help").out
        man = support.khop("help", "--man").out
        assert f".SS khop {command} " in man
    for code in ("0", "1", "2", "3", "4", "70"):
        assert f"\n  {code} " in general
    support.refuses(USAGE, ["x: unknown command"], "help", "x")
    support.refuses(USAGE, ["inde: unknown command"], "help", "inde")
    group = support.khop("help", "index").out.splitlines()
    assert len(group) > 5 and all(line in general and line.startswith("  khop index ") for line in group)
    assert support.khop("--version").out.startswith("khop 0.")


def test_unknown_commands(directory):
    for words in (["dedup"], ["index"], ["index", "frob"], ["--frob"], [""], ["dedupe\n"], ["--threads", "2"]):
        support.refuses(USAGE, ["unknown command"], *words)


def test_missing_operands(directory):
    for command in COMMANDS:
        support.refuses(USAGE, [f"khop {command}: "], *command.split())
    register = support.write(directory, "r.csv", REGISTER)
    support.refuses(USAGE, ["-o OUT"], "dedupe", register)
    support.refuses(USAGE, ["-o MODEL.json"], "train", register)
    support.refuses(USAGE, ["--truth"], "evaluate", directory)
    support.refuses(USAGE, ["--id", "--identifier"], "index", "get", directory)
    support.refuses(USAGE, ["--id", "--identifier"], "index", "get", directory, "--id", "1", "--identifier", "2")
    support.refuses(USAGE, ["2 operands"], "index", "stats", directory, directory)
    support.refuses(USAGE, ["-n N"], "gen", "cccd", "-o", directory)
    support.refuses(USAGE, ["-o DIR"], "gen", "cccd", "-n", 10)
    support.refuses(USAGE, ["no schema 'frob'", "civil-birth", "referral"], "gen", "frob", "-n", 10, "-o", support.path(directory, "gen"))
    support.refuses(USAGE, ["stdin", "2 times"], "dedupe", "-", "-", "-o", directory, data=b"")


def test_wrong_values(directory):
    register = support.write(directory, "r.csv", REGISTER)
    out = support.path(directory, "out")
    cases = [("--threads", v, "1 and 1024") for v in ("0", "-1", "1025", "two", "", "1.5", "99999999999999999999")]
    cases += [("--block-rows", v, "2 and 512") for v in ("0", "1", "513", "x")]
    cases += [("--seed", v, "number") for v in ("-1", "x", "9223372036854775808")]
    cases += [("--memory", v, "512M") for v in ("0", "x", "4X", "-1G", "4GG", "99999999999T", "")]
    cases += [("--max-rejected", v, "share") for v in ("-1", "2", "x", "101%", "nan", "1 % of it")]
    cases += [(name, v, name) for name in ("--match", "--review") for v in ("0", "1", "-0.5", "100%", "nan", "inf", "x")]
    cases += [("--progress", v, "auto, bar, json or none") for v in ("yes", "")]
    cases += [("--delimiter", v, "tab") for v in ("x", "", ",;")]
    cases += [("--map", v, "FIELD=COLUMN") for v in ("x", "=x", "=", "")]
    for option, value, words in cases:
        support.refuses(USAGE, [option, words], "dedupe", register, "-o", out, option, value)
    assert not os.path.exists(out)
    for option in ("--threads", "--output", "--schema", "--map"):
        support.refuses(USAGE, [option, "missing"], "dedupe", register, option)
    support.refuses(USAGE, ["--threads: given twice"], "dedupe", register, "-o", out, "--threads", 1, "--threads", 2)
    support.refuses(USAGE, ["--force: takes no value"], "dedupe", register, "-o", out, "--force=yes")
    support.refuses(USAGE, ["KHOP_CPU", "scalar"], "dedupe", register, "-o", out, env={"KHOP_CPU": "sse9"})
    for level in {"scalar", "avx2", "avx512", "neon"} - set(support.cpu_levels()):
        support.refuses(USAGE, ["KHOP_CPU", level], "dedupe", register, "-o", out, env={"KHOP_CPU": level})
    assert not os.path.exists(out)


def test_ways_of_writing(directory):
    register = support.write(directory, "-r.csv", REGISTER)
    for number, words in enumerate((["--output=OUT", register], ["-o", "OUT", "--threads=1", "--memory", "1g", register],
                                    ["--max-rejected", "5 %", "--output", "OUT", "--", "-r.csv"],
                                    ["--match=95%", "--review", "0.2", "-o", "OUT", register, "--memory", "1GiB"])):
        out = support.path(directory, f"out{number}")
        support.khop("dedupe", "--schema=person", *[w.replace("OUT", out) for w in words], cwd=directory)
        assert support.read_json(out, "summary.json")["schema"] == "person"


def test_signs_in_names(directory):
    """A file or column name cannot break the line, nor speak to the terminal."""
    out = support.path(directory, "out")
    name = support.path(directory, "a\nb\x1b[2J.csv")
    error = support.refuses(USAGE, ["a?b?[2J.csv: no such file"], "dedupe", name, "-o", out)
    assert error.isprintable() or error[:-1].isprintable()
    twice = support.write(directory, "r.csv", 'id,"x\x1b]0;t\x07","x\x1b]0;t\x07"\n1,2,3\n')
    error = support.refuses(support.INPUT, ["twice"], "dedupe", twice, "-o", out)
    assert error[:-1].isprintable(), error
    # A name that is no UTF-8 is a name all the same.
    odd = support.path(directory, os.fsdecode(b"s\xf4 b\xe9.csv"))
    with open(odd, "w", encoding="utf-8") as file:
        file.write(REGISTER)
    support.khop("dedupe", odd, "-o", out, "--schema", "person")
    assert support.read_json(out, "summary.json")["sources"][0]["name"] == "s? b?.csv"


def test_closed_output(directory):
    """Nobody reads what is printed: an exit code, not a crash."""
    register = support.write(directory, "r.csv", REGISTER)
    with open("/dev/full", "wb") as full:
        process = support.start("inspect", register, stdout=full)
        result = support.finish(process)
    support.check_failure(result, support.ENVIRONMENT, "standard output")


support.main(globals())
