"""Everything compiles for arm64, the NEON files included, with the flags of this build tree, but not optimised: that
takes most of a compiler's time and finds nothing here.

    check_arm64.py SOURCE_DIR BUILD_DIR

Cross-compiles to objects (linking would need arm64 builds of the libraries). The libraries' headers are the
host's: the few that are used do not depend on the machine. Skipped without aarch64-linux-gnu-gcc.
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

COMPILER = "aarch64-linux-gnu-gcc"
HEADERS = ("lmdb.h", "xxhash.h", "xxh3.h", "yaml.h", "jansson.h", "jansson_config.h", "utf8proc.h", "zstd.h",
           "zstd_errors.h", "zlib.h", "zconf.h")
SKIPPED = 77


def borrow_headers(folder):
    """Links the libraries' headers into `folder`, away from the host's C library."""
    places = [pathlib.Path("/usr/include"), *pathlib.Path("/usr/include").glob("*-linux-gnu")]
    for name in HEADERS:
        found = next((place / name for place in places if (place / name).is_file()), None)
        if found:
            os.symlink(found, pathlib.Path(folder, name))


def flags_of(command):
    """The options of one compile command that hold on any machine."""
    words = shlex.split(command)[1:]
    kept = []
    while words:
        word = words.pop(0)
        if word in ("-o", "-c", "-isystem"):
            words.pop(0)
        elif not word.startswith("-march="):
            kept.append(word)
    return kept


def jobs_of(source, build):
    """(file, flags) of every product source: those of this machine's build, and the NEON files beside them."""
    commands = json.loads(pathlib.Path(build, "compile_commands.json").read_text())
    flags = {}
    for entry in commands:
        path = pathlib.Path(entry["file"])
        inside = path.relative_to(source).parts[0] if path.is_relative_to(source) else ""
        generated = path.is_relative_to(build) and path.name == "schema_builtin.c"
        if (inside in ("engine", "index", "tools") or generated) and "_avx" not in path.name:
            flags[path] = flags_of(entry["command"])
    library = next(f for path, f in flags.items() if path.is_relative_to(source / "engine"))
    for path in source.glob("engine/**/*_neon.c"):
        flags[path] = library
    return sorted(flags.items())


def compile_one(job, headers, objects):
    number, (path, flags) = job
    made = subprocess.run(
        [COMPILER, *flags, "-O0", "-g0", "-march=armv8-a", "-isystem", headers, "-c", path, "-o", f"{objects}/{number}.o"],
        capture_output=True, text=True)
    return "" if made.returncode == 0 else f"{path}: does not compile for arm64\n{made.stderr}"


def main(source, build):
    if not shutil.which(COMPILER):
        print(f"skipped: no {COMPILER}")
        sys.exit(SKIPPED)
    jobs = jobs_of(source, build)
    with tempfile.TemporaryDirectory() as work, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        headers = pathlib.Path(work, "include")
        headers.mkdir()
        borrow_headers(headers)
        results = pool.map(lambda job: compile_one(job, headers, work), enumerate(jobs))
        failures = [result for result in results if result]
    print("\n".join(failures))
    print(f"{len(jobs)} files, {len(failures)} failures")
    sys.exit(1 if failures or not jobs else 0)


main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve())
