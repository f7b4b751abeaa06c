"""The checks can fail: each is run over a small tree that breaks its rule, and has to find just that.

    check_checks.py SOURCE_DIR [...]
"""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
LONG_BODY = "  int a;\n" * 69
# (check, {file: content}, text that its output must hold; None: must pass)
CASES = [
    ("banned", {"engine/base/a.c": "void f(char *s) { strcpy(s, s); }\n"}, "engine/base/a.c:1: strcpy"),
    ("banned", {"tools/a.c": "int f(void) {\n  return system ("");\n}\n"}, "tools/a.c:2: system"),
    ("banned", {"index/a.c": '/* strcpy(a) */ // gets(b)\nconst char *s = "rand(";\nint my_rand(void);\n'}, None),
    ("functions", {"engine/a.c": "int f(void)\n{\n" + LONG_BODY + "}\n"}, "engine/a.c:1: f has 72 lines"),
    ("functions", {"engine/a.c": "int f(void) {\n" + LONG_BODY[:-9] + "}\n"}, None),
    ("functions", {"engine/a.c": "static const int t[] = {\n" + "  1,\n" * 90 + "};\n"}, None),
    ("functions", {"engine/a.h": 'extern "C" {\nint g(void) {\n' + LONG_BODY + "}\n}\n"}, "g has 71 lines"),
    ("functions", {"tools/a.c": "\n" * 601}, "601 lines, at most 600"),
    ("includes", {"engine/base/a.c": '#include "run/b.h"\n', "engine/run/b.h": ""}, "base may not use run"),
    ("includes", {"engine/run/a.c": '#include "base/b.h"\n', "engine/base/b.h": ""}, None),
    ("includes", {"index/a.c": '#include "input/b.h"\n', "engine/input/b.h": ""}, "index may not use input"),
    ("includes", {"tools/a.c": '#include "base/b.h"\n', "engine/base/b.h": ""}, "the command sees khop.h"),
    ("includes", {"engine/block/a.c": "#include <lmdb.h>\n"}, "lmdb.h stays inside index/"),
    ("includes", {"engine/block/a.c": "# include <pthread.h>\n"}, "pthread.h stays inside engine/base"),
    ("includes", {"engine/compare/a.c": "#include <immintrin.h>\n"}, "intrinsics stay"),
    ("includes", {"engine/compare/a_avx2.c": "#include <immintrin.h>\n"}, None),
    ("includes", {"engine/base/a.c": '#include "base/gone.h"\n'}, "no such header"),
]


def main():
    failures = 0
    for check, files, expected in CASES:
        with tempfile.TemporaryDirectory() as root:
            for name, content in files.items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
            ran = subprocess.run([sys.executable, HERE / f"check_{check}.py", root], capture_output=True, text=True)
        right = ran.returncode == 0 if expected is None else ran.returncode == 1 and expected in ran.stdout
        if not right:
            failures += 1
            print(f"check_{check} over {files}: expected {expected!r}, got {ran.returncode}: {ran.stdout}{ran.stderr}")
    print(f"{len(CASES)} cases, {failures} failures")
    sys.exit(1 if failures else 0)


main()
