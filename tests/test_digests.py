"""The digest of the code behind a result: another place is the same code, another word is another one."""

import importlib
import itertools
import sys

import pytest

from lth_tutorial import chapters, digests

_FRESH = itertools.count()

PACKAGE = {
    "__init__": "",
    "words": "VERDICT = 1\n",
    "tables": "STEP = 3\nSIZES = {'a': 1}\nSIZES['b'] = 2\nSIZES.update(c=3)\nFIRST, LAST = 1, 9\n",
    "tools": (
        "import functools\nimport math\n"
        "from . import tables\n"
        "def scaled(x):\n    return math.floor(x * tables.STEP)\n"
        "def traced(f):\n    @functools.wraps(f)\n    def g(*a):\n        return f(*a) + tables.LAST\n"
        "    return g\n"
        "def unrelated(x):\n    return x\n"
    ),
    "parts/__init__": "from .deep import Model\n__all__ = ['Model']\n",
    "parts/deep": (
        "from ..tools import scaled as stretched\n"
        "class Base:\n    def step(self):\n        return 5\n"
        "class Model(Base):\n    def __call__(self, x):\n        return stretched(x) + self.step()\n"
    ),
    "work": (
        "from . import parts, tools, words\n"
        "@tools.traced\n"
        "def run(parameters, folder):\n"
        "    from .tables import SIZES\n"
        "    return {'n': parts.Model()(parameters['x']) + sum(SIZES.values())}\n"
        "def claim():\n    return words.VERDICT\n"
    ),
}


@pytest.fixture
def digest(tmp_path, monkeypatch):
    """digest(changes, where="work"): that of run in a fresh copy of the package with some files changed."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made = []

    def of(changes=None, where="work"):
        name = f"toy{next(_FRESH)}"
        for module, text in {**PACKAGE, **(changes or {})}.items():
            if text is not None:
                path = tmp_path / name / f"{module}.py"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text.replace("PACKAGE", name), encoding="utf-8")
        importlib.invalidate_caches()
        made.append(name)
        return digests.code_digest(importlib.import_module(f"{name}.{where}").run)

    yield of
    for module in [m for m in sys.modules if m.partition(".")[0] in made]:
        del sys.modules[module]


def replaced(module: str, *pairs: tuple[str, str]) -> dict:
    text = PACKAGE[module]
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return {module: text}


SAME = {
    "the package has another name": {},
    "words, layout and annotations": replaced(
        "tools",
        ("def scaled(x):\n", 'def scaled(x: int) -> float:\n    """Words."""\n    # more\n\n'),
    ),
    "a neighbour comes": {"tools": PACKAGE["tools"] + "def another():\n    return 7\n"},
    "a neighbour of a used name comes": {"tables": PACKAGE["tables"] + "scaled = 2\n"},
    "a neighbour goes": replaced("tools", ("def unrelated(x):\n    return x\n", "")),
    "a claim says something else": {"words": "VERDICT = 2\n"},
    "claims are not there": {
        "words": None,
        **replaced("work", (", words", ""), ("def claim():\n    return words.VERDICT\n", "")),
    },
    "a module has another name": {
        "tools": None,
        "implements": PACKAGE["tools"],
        **replaced("work", ("tools, words", "implements as tools, words")),
        **replaced("parts/deep", ("..tools", "..implements")),
    },
    "a module lies elsewhere": {
        "tools": None,
        "parts/tools": PACKAGE["tools"].replace("from . import", "from .. import"),
        **replaced("work", ("import parts, tools", "import parts"), ("@tools", "@parts.tools")),
        **replaced("parts/deep", ("..tools", ".tools")),
    },
    "a function moves and is used by its name": {
        "tables": "import math\n" + PACKAGE["tables"] + "def scaled(x):\n    return math.floor(x * STEP)\n",
        **replaced("tools", ("def scaled(x):\n    return math.floor(x * tables.STEP)\n", "")),
        **replaced("parts/deep", ("..tools", "..tables")),
    },
    "a function reaches its module by another way": {
        **replaced("tools", ("import math\n", "from math import floor\n"), ("math.floor", "floor")),
    },
    "imports are absolute": replaced(
        "work",
        ("from . import parts, tools", "import PACKAGE.parts, PACKAGE.tools\nfrom PACKAGE import"),
        ("import, words", "import words"),
        ("@tools", "@PACKAGE.tools"),
        ("parts.Model", "PACKAGE.parts.deep.Model"),
    ),
    "a class is re-exported by a star": {"parts/__init__": "from .deep import *\n"},
    "an import stands at the top": replaced(
        "work",
        ("    from .tables import SIZES\n", ""),
        ("from . import parts", "from .tables import SIZES\nfrom . import parts"),
    ),
}  # fmt: skip

OTHER = {
    "a constant": replaced("tables", ("STEP = 3", "STEP = 4")),
    "an entry set later": replaced("tables", ("['b'] = 2", "['b'] = 3")),
    "a call that changes a table": replaced("tables", ("update(c=3)", "update(c=4)")),
    "one of two names set at once": replaced("tables", ("1, 9", "1, 8")),
    "a method": replaced("parts/deep", ("return stretched", "return -stretched")),
    "a method of the base": replaced("parts/deep", ("return 5", "return 6")),
    "a decorator": replaced("tools", ("f(*a) +", "f(*a) -")),
    "no decorator": replaced("work", ("@tools.traced\n", "")),
    "a foreign function of the same name": replaced(
        "tools", ("import math\n", "from numpy import floor\n"), ("math.floor", "floor")
    ),
    "a type of number": replaced("tables", ("STEP = 3", "STEP = 3.0")),
    "the function itself": replaced("work", ("{'n': ", "{'n': 2 * ")),
}  # fmt: skip


@pytest.mark.parametrize("change", SAME)
def test_the_same_code_elsewhere(digest, change):
    assert digest(SAME[change]) == digest()


@pytest.mark.parametrize("change", OTHER)
def test_other_code(digest, change):
    assert digest(OTHER[change]) != digest()


def test_all_modules_in_one_file(digest):
    """The whole package merged: what was reached through modules is now a name of the file."""
    merged = "\n".join(
        [
            "import functools\nimport math\n",
            PACKAGE["tables"],
            PACKAGE["tools"].split("from . import tables\n")[1].replace("tables.", ""),
            PACKAGE["parts/deep"].split("as stretched\n")[1].replace("stretched", "scaled"),
            PACKAGE["work"]
            .split("words\n")[1]
            .replace("    from .tables import SIZES\n", "")
            .replace("tools.", "")
            .replace("parts.", ""),
        ]
    )
    assert digest({"whole": merged}, "whole") == digest()


def test_words_of_errors_do_not_count(digest):
    def with_check(error):
        check = f"    if x < 0:\n        raise {error}\n    return math"
        return replaced("tools", ("    return math", check))

    first = digest(with_check("ValueError('x must be positive')"))
    assert first == digest(with_check("ValueError(f'got {x}')"))
    assert first != digest(with_check("TypeError('x must be positive')"))
    assert first != digest()


def test_local_names_are_not_those_of_the_module(digest):
    """An argument, a loop's name or a comprehension's hides a constant of the same name."""

    def using(body, constant):
        tools = PACKAGE["tools"].replace("math.floor(x", f"({body})(x")
        return {"tools": f"{tools}hidden = {constant}\n"}

    for body in ("lambda hidden: hidden", "lambda x: [hidden for hidden in (x,)][0]"):
        assert digest(using(body, 1)) == digest(using(body, 2))
    for body in ("lambda x: hidden", "lambda x, y=hidden: x", "lambda x: [x for _ in [hidden]][0]"):
        assert digest(using(body, 1)) != digest(using(body, 2))


def test_two_functions_of_one_name_are_told_apart(digest):
    """Both are used; which is used where decides the numbers."""
    one, two = "def f():\n    return 1\n", "def f():\n    return 2\n"
    work = "from . import one, two\ndef run():\n    return {}.f() - {}.f()\n"
    modules = {"one": one, "two": two}
    first = digest({**modules, "work": work.format("one", "two")})
    assert first != digest({**modules, "work": work.format("two", "one")})
    swapped = {"one": two, "two": one, "work": work.format("two", "one")}
    assert first == digest(swapped)


def test_a_module_that_is_handed_on_counts_whole(digest):
    work = "from . import words\ndef run():\n    return dir(words)\n"
    assert digest({"work": work}) != digest({"work": work, "words": "VERDICT = 3\n"})


def test_functions_that_call_each_other(digest):
    work = "def run():\n    return other()\ndef other():\n    return run() + {}\n"
    assert digest({"work": work.format(1)}) != digest({"work": work.format(2)})


def test_what_cannot_be_followed_is_named(digest):
    with pytest.raises(TypeError, match="must be functions that stand in a file, got 3"):
        digests.code_digest(3)
    with pytest.raises(ValueError, match=r"code_digest: toy\d+.words has no nothing"):
        digest({"work": "from . import words\ndef run():\n    return words.nothing\n"})


def test_results_reach_their_mathematics():
    """What the hand-kept lists of files once missed."""
    package = digests._package(frozenset({"lth_tutorial"}))
    for name, wanted in {
        "recovery-radius": ["run_radius", "recoveries", "finite_array"],
        "lottery-tickets": ["run_tickets", "mnist", "freeze_negatives"],
        "neuron-gap": ["finite_array", "best_masks"],
        "recovery-pruning": ["arc_cosine_kernel"],
    }.items():
        result = chapters.results()[name]
        said = package.everything_said([digests._start(result.run)])
        text = "\n".join(said)
        for definition in wanted:
            assert f"name='{definition}'" in text or f"id='{definition}'" in text, definition
        assert "Finding" not in text and "Claim" not in text
