"""Authors trying to leave the sandbox or exhaust the server: refused or stopped in time, process alive."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

# In a process of its own, whose peak memory and processor time are its own too.
CHILD = """
import json, re, sys, time
from pathlib import Path
from engine.scripting import Expression, Script, ScriptError

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

kind, source = json.load(sys.stdin)
before, started = peak(), time.process_time()
try:
    if kind == "expression":
        Expression.compile(source).evaluate({"x": 1})
    else:
        Script.compile(source).run({"x": 1})
    outcome = "allowed"
except ScriptError as error:
    outcome = "stopped"
seconds = time.process_time() - started
json.dump({"outcome": outcome, "seconds": seconds, "megabytes": peak() - before}, sys.stdout)
"""

DOUBLED = "for i in range(45):\n    a = [a, a]\n"

EXPRESSIONS = {
    "dunder": "().__class__.__base__.__subclasses__()",
    "dunder in full width": "x.\uff3f\uff3fclass\uff3f\uff3f",
    "getattr": "getattr((), '__cl'+'ass__')",
    "format leak": "'{0.__class__.__mro__}'.format(x)",
    "format leak of a function": "'{0.__globals__}'.format(len)",
    "f-string leak": "f'{x.__class__}'",
    "__import__": "__import__('os').getpid()",
    "open": "open('/etc/passwd').read()[:10]",
    "eval": "eval('1')",
    "sum of a range": "sum(range(10**11))",
    "zip of ranges": "zip(range(300000), range(300000), range(300000))",
    "enumerate of a range": "enumerate(range(10**11))",
    "power": "10**10**10",
    "text times": "'a'*10**10",
    "list times": "[0]*10**10",
    "f-string width": "f'{1:1000000000}'",
    "f-string precision": "f'{1.5:.1000000000f}'",
    "f-string width computed": "f'{1:{10**9}}'",
    "f-strings by the million": "sum([len(f'{i:>99}') for i in range(1000000)])",
    "ljust": "'x'.ljust(10**9)",
    "zfill": "'x'.zfill(10**9)",
    "percent": "'%1000000000d' % 1",
    "int of many digits": "int('9' * 1000000)",
    "parentheses": "(" * 5000 + "1" + ")" * 5000,
    "chain of plus": "1" + "+1" * 90000,
    "shorter chain of plus": "1" + "+1" * 9000,
    "chain of minus": "-" * 15000 + "1",
    "chain of not": "not " * 4500 + "1",
    "chain of conditions": "1 if x else " * 1500 + "1",
    "chain of attributes": "x" + ".a" * 9000,
    "chain of subscripts": "x" + "[0]" * 6000,
    "chain of calls": "len" + "(x)" * 6000,
    "chain of powers": "2" + "**2" * 6000,
    "chain of lambdas": "lambda:" * 2000 + "1",
    "brackets in an f-string": 'f"{' + "(" * 190 + "1" + ")" * 190 + '}"',
    "brackets behind a quote": 'f"it\'s" + ' + "(" * 190 + "1" + ")" * 190 + ' + "\'"',
    "f-strings in f-strings": "f'{" * 100 + "1" + "}'" * 100,
    "null byte": "1\x00",
    "surrogate": "'\ud800'",
    "surrogate escape": r"'\ud800'",
    "closing our bracket": "1) + (2",
    "dict comprehension": "{str(i)+str(j): [i] for i in range(100000) for j in range(100000)}",
    "nested comprehensions": "[[[0 for k in range(1000)] for j in range(1000)] for i in range(1000)]",
    "any of all": "any(i < 0 for i in range(100000) for j in range(100000))",
    "join": "('x'*100000).join([str(i) for i in range(1000)])",
    "replace": "('a'*1000).replace('a', 'b'*1000).replace('b', 'c'*1000)",
    "replace of nothing": "('a'*1000000).replace('', 'b'*1000000)",
    "split": "[('\u1234,'*300000).split(',') for i in range(10)]",
    "characters": "[list('\u1234'*200000) for i in range(100)]",
    "upper": "[('\u0149'*300000).upper() for i in range(1000)]",
    "strip": "[('a'*999999).strip('b'*999998 + 'a') for i in range(1000)]",
    "search in short texts": "[('a'*2500).find('a'*1250+'b') for i in range(100000)]",
    "search in long texts": "[('a'*1000000).find('a'*500000+'b') for i in range(100000)]",
    "count": "[('ab'*500000).count('ab'*1000+'c') for i in range(100000)]",
    "powers": "sum([7**x for x in range(53) for y in range(100000)])",
    "sort of lists": "len(sorted([[i%7, [i]] for i in range(100000)]))",
    "sort of mixed types": "sorted([1, 'a', null])",
    "zones that do not exist": "[in_zone('2024-01-01T00:00:00Z', 'X/'+str(i)) for i in range(100000)]",
    "zone out of the house": "in_zone('2024-01-01T00:00:00Z', '../../../etc/passwd')",
    "days beyond the calendar": "add('2024-01-01', 'P9999999D')",
    "endless pattern": "format_date('2024-01-01', 'YYYY'*100000)",
}
SCRIPTS = {
    "import": "import os\nr = os.getpid()",
    "endless loop": "while True:\n    pass",
    "loop over what grows": "a = [1]\nfor x in a:\n    a.append(x)",
    "loops in loops": "n = 0\nfor i in range(10000):\n    for j in range(10000):\n        n += 1",
    "text that grows": "a = 'a'*1000\nfor i in range(40):\n    a = a + a\nr = 1",
    "list that grows": "a = [0]*1000\nfor i in range(40):\n    a = a + a\nr = 1",
    "list that extends itself": "a = [0]*1000\nfor i in range(40):\n    a += a\nr = 1",
    "recursion": "def f(n):\n    return f(n+1)\nr = f(0)",
    "list in itself": "a = []\na.append(a)\nr = a",
    "dict in itself, written": "a = {}\na.b = a\nr = f'{a}'",
    "doubled list, written": f"a = [0]\n{DOUBLED}r = str(a)",
    "doubled list, handed out": f"a = [0]\n{DOUBLED}",
    "doubled lists, compared": f"a = [0]\n{DOUBLED}b = a\na = [0]\n{DOUBLED}r = a == b",
    "doubled lists, ordered": f"a = [0]\n{DOUBLED}b = a\na = [0]\n{DOUBLED}r = a < b",
    "doubled lists, searched": f"a = [0]\n{DOUBLED}b = [a]*10\na = [0]\n{DOUBLED}r = a in b",
    "deep list": "a = []\nfor i in range(200000):\n    a = [a]",
    "long text a thousand times": "t = 'x'*1000000\nr = [t]*1000",
    "many lists": "b = []\na = [0]*100\nfor i in range(100000):\n    b = [a*1000 for j in range(1000)]",
    "many dicts": "a = []\nfor i in range(300000):\n    a.append({})",
    "many entries": "a = {}\nfor i in range(300000):\n    a[str(i)] = i",
    "long texts compared": "a = 'x'*500000\nb = a[:499999]+'x'\nfor i in range(400000):\n    c = a == b",
    "long texts sorted": "a = 'x'*500000\nb = a[:499999]+'x'\nr = sorted([a, b]*100000)[0][0]",
    "written again and again": "a = ['\\x01'*100]*900\nn = 0\nfor i in range(1000):\n    n += len(str(a))",
    "insert at the front": "a = []\nfor i in range(400000):\n    a.insert(0, i)",
    "take from the front": "a = list(range(200000))\nfor i in range(200000):\n    a.pop(0)",
    "search from the front": "a = list(range(100000))\nfor i in range(200000):\n    a.index(99999)",
    "assigning a function": "len = lambda x: 0\nr = 1",
    "many elif": "if x == 2:\n    r = 1\n" + "elif x == 3:\n    r = 1\n" * 900,
    "deep blocks": "".join("    " * depth + "if x:\n" for depth in range(90)) + "    " * 90 + "r = 1",
}
CASES = [("expression", *case) for case in EXPRESSIONS.items()] + [
    ("script", *case) for case in SCRIPTS.items()
]


@pytest.mark.parametrize(
    ("kind", "source"), [pytest.param(kind, text, id=name) for kind, name, text in CASES]
)
def test_what_would_break_out_or_exhaust_the_server_is_stopped(kind: str, source: str) -> None:
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps([kind, source]),
        capture_output=True,
        text=True,
        cwd=ROOT,
    )

    assert child.returncode == 0, child.stderr
    found = json.loads(child.stdout)
    assert found["outcome"] == "stopped"
    assert found["seconds"] < 3  # a busy machine counts more
    assert found["megabytes"] < 50
