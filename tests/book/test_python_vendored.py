"""The Python of the pages is the official one, is in every clone, and is renewed from an official folder."""

import json
import shutil
import subprocess
import sys
import zipfile
from _imp import source_hash
from pathlib import Path

import pytest

from ..building import tool

ROOT = Path(__file__).resolve().parents[2]
renewal = tool("renew_python")
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from lth_book import live_pages  # noqa: E402

CORE, WHEELS = renewal.VENDOR / "core", renewal.VENDOR / "wheels"


def test_the_core_is_what_was_written_down():
    known = json.loads((renewal.VENDOR / "hashes.json").read_text(encoding="utf-8"))
    assert {path.name: renewal.digest(path) for path in CORE.iterdir()} == known
    assert set(known) == set(renewal.CORE)


def test_the_wheels_are_those_of_the_lock():
    assert {p.name: renewal.digest(p) for p in WHEELS.iterdir()} == renewal.wheels(CORE)


def test_compiled_modules_are_those_of_the_wheels_and_the_library():
    """Each names its source by a hash, which depends on the version of Python that compiled it."""
    sources = {}
    for archive in [CORE / "python_stdlib.zip", *WHEELS.iterdir()]:
        home = "wheels" if archive.suffix == ".whl" else "library"
        with zipfile.ZipFile(archive) as one:
            sources |= {f"{home}/{n}c": one.read(n) for n in one.namelist() if n.endswith(".py")}
    found = live_pages.compiled()
    assert len(found) > 300 and set(found) <= set(sources)
    magic = int.from_bytes(b"\xcb\r\r\n", "little")  # CPython 3.12
    for name, data in found.items():
        wanted = magic.to_bytes(4, "little") + b"\1\0\0\0" + source_hash(magic, sources[name])
        assert data[:16] == wanted, f"{name}: python tools/compile_python.py"


def test_it_stays_small():
    files = [path for path in renewal.VENDOR.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= renewal.MOST


def test_a_clone_has_them_byte_for_byte():
    """None is ignored, and none is a text whose lines git may end in another way."""
    files = [str(p.relative_to(ROOT)) for folder in (CORE, WHEELS) for p in folder.iterdir()]
    ignored = subprocess.run(["git", "check-ignore", *files], cwd=ROOT, capture_output=True)
    assert ignored.returncode == 1, ignored.stdout.decode()
    command = ["git", "check-attr", "text", *files]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.splitlines()
    assert len(lines) == len(files) and all(line.endswith("text: unset") for line in lines)


@pytest.fixture
def release(tmp_path) -> Path:
    """A folder as of a release, of small files."""
    for name in (*renewal.CORE, "spare.whl"):
        (tmp_path / name).write_bytes(name.encode())
    packages = {}
    for name in renewal.PACKAGES:
        (tmp_path / f"{name}.whl").write_bytes(name.encode())
        packages[name] = {"file_name": f"{name}.whl"}
        packages[name]["sha256"] = renewal.digest(tmp_path / f"{name}.whl")
    (tmp_path / renewal.LOCK).write_text(json.dumps({"packages": packages}), encoding="utf-8")
    return tmp_path


def test_renewal_takes_what_is_needed_and_nothing_else(release, tmp_path):
    vendor = tmp_path / "vendor"
    shutil.copytree(WHEELS, vendor / "wheels")
    size = renewal.renew(release, vendor)
    assert size == sum(p.stat().st_size for p in vendor.glob("*/*"))
    assert {p.name for p in (vendor / "wheels").iterdir()} == {f"{n}.whl" for n in renewal.PACKAGES}
    assert set(json.loads((vendor / "hashes.json").read_text())) == set(renewal.CORE)


def test_renewal_refuses_another_wheel_and_names_what_is_missing(release, tmp_path):
    (release / "six.whl").write_bytes(b"another")
    with pytest.raises(ValueError, match="six.whl is not the file that pyodide-lock.json names"):
        renewal.renew(release, tmp_path / "vendor")
    (release / "six.whl").unlink()
    with pytest.raises(ValueError, match="lacks six.whl"):
        renewal.renew(release, tmp_path / "vendor")
