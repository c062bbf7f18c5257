"""Which variables make a processor another one, from tables of what numpy finds on three kinds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .processor import (
    NARROWER,
    SENSITIVE,
    SIGNAL,
    THREAD_VARIABLES,
    WAITING,
    Processor,
    still_on,
    this_processor,
    variables,
    words,
)

ROOT = Path(__file__).resolve().parents[1]
NUMPY_2 = ("X86_V3", "X86_V4", "AVX512_ICL", "AVX512_SPR")
NUMPY_1 = (
    *("SSSE3", "SSE41", "POPCNT", "SSE42", "AVX", "F16C", "FMA3", "AVX2"),
    *("AVX512F", "AVX512CD", "AVX512_SKX", "AVX512_CLX", "AVX512_CNL", "AVX512_ICL"),
)
ARM = ("ASIMDHP", "ASIMDDP", "ASIMDFHM")


def made(machine, choices, on):
    return Processor(machine, choices, frozenset(on))


@pytest.mark.parametrize(
    "processor, off, core, torch",
    [
        (made("x86_64", NUMPY_2, NUMPY_2), "X86_V4 AVX512_ICL AVX512_SPR", "Haswell", "avx2"),
        (made("x86_64", NUMPY_2, NUMPY_2[:2]), "X86_V4", "Haswell", "avx2"),
        (made("x86_64", NUMPY_1, NUMPY_1), " ".join(NUMPY_1[8:]), "Haswell", "avx2"),
        (made("x86_64", NUMPY_2, ("X86_V3", "AVX2")), "X86_V3", "Nehalem", "default"),
        (made("AMD64", NUMPY_1, NUMPY_1[:8]), " ".join(NUMPY_1[:8]), "Nehalem", "default"),
        (made("aarch64", ARM, ARM[:2]), "ASIMDHP ASIMDDP", "ARMV8", "default"),
    ],
)
def test_the_widest_set_is_switched_off(processor, off, core, torch):
    found = variables(processor, {})
    assert found["NPY_DISABLE_CPU_FEATURES"] == off
    assert (found["OPENBLAS_CORETYPE"], found["ATEN_CPU_CAPABILITY"]) == (core, torch)
    assert found["OMP_NUM_THREADS"] == "2" and off.split()[0] in words(processor)


@pytest.mark.parametrize("test", SENSITIVE)
def test_what_is_run_as_another_processor_is_there(test):
    file, _, name = test.partition("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not name or f"def {name}(" in text


@pytest.mark.parametrize("machine", ["x86_64", "arm64", "riscv64"])
def test_a_processor_with_one_set_changes_threads_and_says_so(machine):
    processor = made(machine, NUMPY_2, ("SSE42",))
    assert variables(processor, {}) == {
        SIGNAL: "1",
        **dict.fromkeys(THREAD_VARIABLES, "2"),
        **WAITING,
    }
    assert words(processor).startswith("This processor has one set of vector instructions")


def test_what_is_set_already_is_not_set_again():
    """The second run differs from the first also where a variable was set before."""
    before = {
        "NPY_DISABLE_CPU_FEATURES": "AVX512_SPR, AVX512_ICL",
        "OPENBLAS_CORETYPE": "haswell",
        "ATEN_CPU_CAPABILITY": "avx2",
    }
    found = variables(made("x86_64", NUMPY_2, NUMPY_2[:2]), before)
    assert found["NPY_DISABLE_CPU_FEATURES"] == "AVX512_SPR AVX512_ICL X86_V4"
    assert (found["OPENBLAS_CORETYPE"], found["ATEN_CPU_CAPABILITY"]) == ("Nehalem", "default")
    for level in NARROWER.values():
        assert all(len(set(values)) == len(values) for values in level.values())


def test_the_variables_do_what_they_say_here():
    """In a process of its own everything asked for is off; and what is not off is found."""
    code = "import os; from tests.processor import still_on; print(still_on(os.environ))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"} | variables(this_processor(), os.environ),
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
    wrong = still_on({"OPENBLAS_CORETYPE": "Katmai", "ATEN_CPU_CAPABILITY": "mmx"})
    assert any("OpenBLAS computes as" in line for line in wrong)


@pytest.mark.parametrize("test", SENSITIVE)
def test_what_is_tested_as_another_processor_is_there(test):
    file, _, function = test.partition("::")
    text = (Path(__file__).parents[1] / file).read_text(encoding="utf-8")
    assert not function or f"\ndef {function}(" in text
