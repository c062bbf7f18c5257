"""The tests that hang on arithmetic, as on another processor: `python -m tests.processor [TEST ...]`.

Libraries choose among sets of vector instructions when they start, and the sets round differently. Here
each is told by its own environment variable to do without the widest set it has, and the number of threads
is another one. The tests' processes then look whether they do (see conftest.py).
"""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

SIGNAL = "LTH_OTHER_PROCESSOR"
THREADS = 2
# All that may be inherited: a library's own one wins over OpenMP's, and Dask leaves some set behind.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# Threads that wait give way: two tests side by side have four of them on two cores.
WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "OPENBLAS_THREAD_TIMEOUT": "4"}
# Stored results, all claims (the scorecard), and, as far as time goes, notebooks whose numbers are floats:
# least squares in chapter 4, descents to the last digit in chapter 5, training in chapter 6.
SENSITIVE = (
    "tests/test_processor.py",
    "tests/test_reproduce.py::test_stored_results_are_whole",
    "tests/perturbed_subset_sum/test_published.py::test_a_slice_of_the_stored_sizes_is_what_the_code_gives",
    "tests/neuron_pruning/test_published.py::test_a_slice_of_the_stored_gap_is_what_the_code_gives",
    "tests/teacher_student/test_published.py::test_a_slice_of_the_stored_recoveries_is_what_the_code_gives",
    "tests/book/test_extension.py::test_pages_made_from_code_are_fresh",
    "book/4-neuron-pruning.ipynb",
    "book/5-teacher-student.ipynb",
    "book/6-pgd-edge-popup.ipynb",
)
# For each library's variable the values to try: the first that differs from what is set already.
NARROWER = {
    "AVX2 instead of AVX-512": {
        "OPENBLAS_CORETYPE": ("Haswell", "Nehalem"),
        "ATEN_CPU_CAPABILITY": ("avx2", "default"),
        "ONEDNN_MAX_CPU_ISA": ("AVX2", "SSE41"),
        "MKL_ENABLE_INSTRUCTIONS": ("AVX2", "SSE4_2"),
    },
    "SSE4 instead of AVX2": {
        "OPENBLAS_CORETYPE": ("Nehalem", "Haswell"),
        "ATEN_CPU_CAPABILITY": ("default", "avx2"),
        "ONEDNN_MAX_CPU_ISA": ("SSE41", "AVX2"),
        "MKL_ENABLE_INSTRUCTIONS": ("SSE4_2", "AVX2"),
    },
    "the least that ARM has": {
        "OPENBLAS_CORETYPE": ("ARMV8",),
        "ATEN_CPU_CAPABILITY": ("default",),
    },
}


@dataclass(frozen=True)
class Processor:
    """machine: as `platform` names it. choices: numpy's sets beyond what it needs. on: those in use."""

    machine: str
    choices: tuple[str, ...]
    on: frozenset[str]

    def narrower(self) -> tuple[str, tuple[str, ...]] | None:
        """What to be instead, and numpy's names for what is to be off; None with one set only."""
        used = tuple(name for name in self.choices if name in self.on)
        widest = tuple(name for name in used if name == "X86_V4" or name.startswith("AVX512"))
        if widest:
            return "AVX2 instead of AVX-512", widest
        if not used:
            return None
        arm = self.machine.lower() in ("aarch64", "arm64")
        return ("the least that ARM has" if arm else "SSE4 instead of AVX2"), used


def this_processor() -> Processor:
    """As numpy sees it, less what the environment has switched off already; numpy 1.26 and 2 alike."""
    numpy = _numpy()
    on = frozenset(name for name, there in numpy.__cpu_features__.items() if there)
    return Processor(platform.machine(), tuple(numpy.__cpu_dispatch__), on)


def _numpy():
    try:
        from numpy._core import _multiarray_umath as numpy
    except ImportError:
        from numpy.core import _multiarray_umath as numpy
    return numpy


def variables(processor: Processor, inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment variables that make this processor another one; only threads where it has one set."""
    found = {SIGNAL: "1"} | dict.fromkeys(THREAD_VARIABLES, str(THREADS)) | WAITING
    narrower = processor.narrower()
    if narrower is None:
        return found
    what, off = narrower
    already = re.split(r"[\s,]+", inherited.get("NPY_DISABLE_CPU_FEATURES", "").strip())
    found["NPY_DISABLE_CPU_FEATURES"] = " ".join(filter(None, [*already, *off]))
    for name, values in NARROWER[what].items():
        now = inherited.get(name, "").lower()
        found[name] = next((value for value in values if value.lower() != now), values[0])
    return found


def words(processor: Processor) -> str:
    """One line for who reads the log."""
    narrower = processor.narrower()
    if narrower is None:
        return (
            f"This processor has one set of vector instructions: only threads differ ({THREADS})."
        )
    what, off = narrower
    return f"As another processor: {what}, {THREADS} threads; numpy without {', '.join(off)}."


def still_on(wanted: Mapping[str, str]) -> list[str]:
    """What these variables were to change in this process and did not, in words."""
    features = _numpy().__cpu_features__
    off = wanted.get("NPY_DISABLE_CPU_FEATURES", "").split()
    found = [f"numpy uses {name}" for name in off if features.get(name)]
    return [*found, *_openblas(wanted), *_torch(wanted)]


def _openblas(wanted: Mapping[str, str]) -> list[str]:
    import scipy.linalg  # noqa: F401  (brings an OpenBLAS of its own)
    from threadpoolctl import threadpool_info

    libraries = [info for info in threadpool_info() if info["internal_api"] == "openblas"]
    found = []
    for info in libraries:
        kind, threads = info["architecture"], info["num_threads"]
        if kind.lower() != wanted.get("OPENBLAS_CORETYPE", kind).lower():
            found.append(f"OpenBLAS computes as {kind}")
        if threads != min(THREADS, os.cpu_count() or 1):
            found.append(f"OpenBLAS has {threads} threads")
    return found


def _torch(wanted: Mapping[str, str]) -> list[str]:
    try:
        import torch
    except ImportError:
        return []
    kind, threads = torch.backends.cpu.get_cpu_capability(), torch.get_num_threads()
    found = []
    if kind.lower() != wanted.get("ATEN_CPU_CAPABILITY", kind).lower():
        found.append(f"torch computes as {kind}")
    if threads != THREADS:
        found.append(f"torch has {threads} threads")
    return found


def main(arguments: list[str]) -> int:
    processor = this_processor()
    print(words(processor), flush=True)
    tests = () if any(not argument.startswith("-") for argument in arguments) else SENSITIVE
    command = [sys.executable, "-m", "pytest", *arguments, *tests]
    return subprocess.run(command, env=os.environ | variables(processor, os.environ)).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
