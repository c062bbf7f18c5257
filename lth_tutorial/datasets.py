"""The images that the experiments use: MNIST (a part embedded, the whole fetched) and small digits."""

import gzip
import hashlib
import os
import tempfile
import time
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lth_tutorial.files import write_whole

_HERE = Path(__file__).parent / "data"
# A folder that holds the four files of MNIST, raw or gzipped, for machines without a network.
FOLDER_VARIABLE = "LTH_DATA"
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# A mirror that sends less than SLOWEST bytes a second, after PATIENCE seconds, is given up.
SLOWEST, PATIENCE = 20_000, 20.0
# SHA-256 of the decompressed files.
FILES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


class Images(NamedTuple):
    """Training and test images with their labels.

    train_images, test_images: (N, height, width) uint8. train_labels, test_labels: (N,) uint8.
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def mnist(which: str = "embedded") -> Images:
    """Handwritten digits, 28 x 28 pixels from 0 to 255 (Y. LeCun, C. Cortes; CC BY-SA 3.0).

    Args:
        which: "embedded" for the first 10,000 training images and all 10,000 test images, which come with
            the package; "full" for all 60,000 training images. These are taken from the folder that the
            environment variable LTH_DATA names, or from the cache, or fetched from public mirrors into
            the cache; each file is checked by SHA-256.

    Raises:
        ValueError: another word.
        OSError: no folder, no cache and no mirror gives a file with the right checksum; the message says
            what was tried.
    """
    if which == "embedded":
        with np.load(_HERE / "mnist.npz") as file:
            return Images(*(file[name] for name in Images._fields))
    if which != "full":
        raise ValueError(f'which must be "embedded" or "full", got {which!r}')
    raw = [_read_idx(_mnist_file(name)) for name in FILES]
    return Images(*raw)


def digits() -> tuple[np.ndarray, np.ndarray]:
    """1,797 handwritten digits of 8 x 8 pixels from 0 to 16 (E. Alpaydin, C. Kaynak; CC BY 4.0).

    Returns:
        images (1797, 8, 8) uint8, labels (1797,) uint8.
    """
    with np.load(_HERE / "digits.npz") as file:
        return file["images"], file["labels"]


def digits_network() -> list[np.ndarray]:
    """The trained 64-32-10 network of chapter 3, matrices (32, 64) and (10, 32), float64."""
    with np.load(_HERE / "digits-network.npz") as file:
        return [file[name].astype(float) for name in file.files]


def standardised(images: np.ndarray) -> np.ndarray:
    """Images as rows of numbers with the usual MNIST scaling, (pixel / 255 - 0.1307) / 0.3081; (N, pixels).

    The result has negative entries: dark pixels become -0.42.
    """
    pixels = np.asarray(images, dtype=float).reshape(len(images), -1)
    return (pixels / 255 - 0.1307) / 0.3081


def _read_idx(data: bytes) -> np.ndarray:
    """The array in a file of the IDX format with unsigned bytes."""
    dimensions = data[3]
    shape = np.frombuffer(data, dtype=">u4", count=dimensions, offset=4)
    return np.frombuffer(data, dtype=np.uint8, offset=4 + 4 * dimensions).reshape(shape).copy()


def _mnist_file(name: str) -> bytes:
    """The decompressed contents of one MNIST file, with the right checksum."""
    tried = []
    folder = os.environ.get(FOLDER_VARIABLE)
    data = _from_folder(Path(folder) if folder else _cache(), name, tried)
    if data is None and not folder:
        data = _from_mirrors(name, tried)
    if data is None:
        raise OSError(_message(name, tried))
    return data


def _message(name: str, tried: list[str]) -> str:
    return (
        f"MNIST: no usable copy of {name}. Tried: {'; '.join(tried)}. Without a network, set "
        f"{FOLDER_VARIABLE} to a folder that holds {', '.join(FILES)} (raw or .gz)."
    )


def _cache() -> Path:
    import pooch

    return Path(pooch.os_cache("lth-tutorial"))


def _from_folder(folder: Path, name: str, tried: list[str]) -> bytes | None:
    """The first good copy, raw or gzipped; what is wrong with others is noted."""
    there = [path for path in (folder / name, folder / f"{name}.gz") if path.exists()]
    for path in there:
        try:
            data = _checked(path.read_bytes(), name, str(path), tried)
        except OSError as error:  # a folder in its place, or nothing that may be read
            tried.append(f"{path} ({error.strerror})")
            continue
        if data is not None:
            return data
    if not there:
        tried.append(f"{folder} (no such file)")
    return None


def _from_mirrors(name: str, tried: list[str]) -> bytes | None:
    """From the first mirror that has it, and into the cache for the next time."""
    for mirror in MIRRORS:
        data = _from_mirror(mirror, name, tried)
        if data is not None:
            _store(_cache() / name, data)
            return data
    return None


def _from_mirror(mirror: str, name: str, tried: list[str]) -> bytes | None:
    import pooch

    try:
        with tempfile.TemporaryDirectory() as folder:
            # The checksum is that of the decompressed file, so it is checked here and not by pooch.
            url = f"{mirror}{name}.gz"
            path = pooch.retrieve(url, None, fname=name, path=folder, downloader=_download)
            return _checked(Path(path).read_bytes(), name, mirror, tried)
    except Exception as error:  # whatever a network can do wrong, the next mirror may do right
        tried.append(f"{mirror} ({error})")
        return None


def _download(url: str, output_file, pooch) -> None:
    """For pooch: fetch into a file; give up a server that trickles, which no socket's timeout notices."""
    import requests

    start, received = time.monotonic(), 0
    with requests.get(url, stream=True, timeout=30) as answer, open(output_file, "wb") as file:
        answer.raise_for_status()
        for part in answer.iter_content(256):
            file.write(part)
            received += len(part)
            seconds = time.monotonic() - start
            if seconds > PATIENCE and received < SLOWEST * seconds:
                raise TimeoutError(f"too slow: {received / 1000:.0f} kB in {seconds:.0f} s")


def _checked(data: bytes, name: str, where: str, tried: list[str]) -> bytes | None:
    try:
        data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error) as error:
        tried.append(f"{where} (damaged: {error})")
        return None
    if hashlib.sha256(data).hexdigest() == FILES[name]:
        return data
    tried.append(f"{where} (wrong checksum)")
    return None


def _store(path: Path, data: bytes) -> None:
    """Keep a file for the next time; where that cannot be, this time goes on all the same."""
    try:
        write_whole(path, data)
    except OSError as error:
        warnings.warn(f"MNIST: fetched, but not kept: {error.strerror}", stacklevel=2)
