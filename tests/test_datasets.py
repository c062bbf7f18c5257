"""Images: what is embedded, how the whole is found, and what is said when it is not."""

import gzip
import hashlib

import numpy as np
import pytest

from lth_tutorial import datasets


def test_embedded_mnist():
    data = datasets.mnist()
    assert data.train_images.shape == data.test_images.shape == (10_000, 28, 28)
    assert data.train_labels.shape == data.test_labels.shape == (10_000,)
    assert all(part.dtype == np.uint8 for part in data)
    assert set(data.train_labels) == set(data.test_labels) == set(range(10))
    # All test images, in their order: the checksum of the original file's contents.
    header = bytes([0, 0, 8, 3]) + np.array([10_000, 28, 28], dtype=">u4").tobytes()
    digest = hashlib.sha256(header + data.test_images.tobytes()).hexdigest()
    assert digest == datasets.FILES["t10k-images-idx3-ubyte"]
    header = bytes([0, 0, 8, 1]) + np.array([10_000], dtype=">u4").tobytes()
    digest = hashlib.sha256(header + data.test_labels.tobytes()).hexdigest()
    assert digest == datasets.FILES["t10k-labels-idx1-ubyte"]


def test_digits():
    images, labels = datasets.digits()
    assert images.shape == (1797, 8, 8) and images.max() == 16
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_standardised():
    x = datasets.standardised(np.array([[[0, 255]]], dtype=np.uint8))
    assert np.allclose(x, [[-0.1307 / 0.3081, (1 - 0.1307) / 0.3081]])
    whole = datasets.standardised(datasets.mnist().train_images)
    assert abs(whole.mean()) < 0.01 and abs(whole.std() - 1) < 0.01


@pytest.fixture
def small_files(monkeypatch):
    """Four tiny files in place of MNIST's, with their checksums."""
    contents = {}
    for name in datasets.FILES:
        shape = (3, 2, 2) if "images" in name else (3,)
        values = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
        head = bytes([0, 0, 8, len(shape)]) + np.array(shape, dtype=">u4").tobytes()
        contents[name] = head + values.tobytes()
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    monkeypatch.setattr(datasets, "FILES", sums)
    return contents


@pytest.mark.parametrize("zipped", [False, True])
def test_full_mnist_from_a_folder(small_files, tmp_path, monkeypatch, zipped):
    for name, data in small_files.items():
        path = tmp_path / (f"{name}.gz" if zipped else name)
        path.write_bytes(gzip.compress(data) if zipped else data)
    monkeypatch.setenv("LTH_DATA", str(tmp_path))
    data = datasets.mnist("full")
    assert data.train_images.shape == (3, 2, 2) and data.train_labels.tolist() == [0, 1, 2]
    assert data.test_images[1].tolist() == [[4, 5], [6, 7]]


def test_a_damaged_file_is_refused(small_files, tmp_path, monkeypatch):
    for name, data in small_files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(b"nonsense")
    monkeypatch.setenv("LTH_DATA", str(tmp_path))
    with pytest.raises(OSError, match=r"no usable copy of train-labels.*wrong checksum"):
        datasets.mnist("full")


def test_an_empty_folder_is_named(small_files, tmp_path, monkeypatch):
    monkeypatch.setenv("LTH_DATA", str(tmp_path))
    with pytest.raises(
        OSError, match=r"no such file.*set LTH_DATA to a folder that holds train-im"
    ):
        datasets.mnist("full")


def test_mirrors_are_tried_in_order_and_the_cache_is_used(small_files, tmp_path, monkeypatch):
    monkeypatch.delenv("LTH_DATA", raising=False)
    monkeypatch.setattr(datasets, "_cache", lambda: tmp_path / "cache")
    asked = []

    def retrieve(url, known_hash, fname, path):
        asked.append(url)
        if url.startswith(datasets.MIRRORS[0]):
            raise ConnectionError("unreachable")
        file = tmp_path / fname
        file.write_bytes(gzip.compress(small_files[fname]))
        return str(file)

    import pooch

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    first = datasets.mnist("full")
    assert len(asked) == 8 and asked[1] == datasets.MIRRORS[1] + "train-images-idx3-ubyte.gz"
    assert sorted(p.name for p in (tmp_path / "cache").iterdir()) == sorted(small_files)
    second = datasets.mnist("full")
    assert len(asked) == 8
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_no_mirror(small_files, tmp_path, monkeypatch):
    monkeypatch.delenv("LTH_DATA", raising=False)
    monkeypatch.setattr(datasets, "_cache", lambda: tmp_path)
    monkeypatch.setattr(datasets, "_from_mirror", lambda mirror, name, tried: tried.append(mirror))
    with pytest.raises(OSError) as error:
        datasets.mnist("full")
    assert all(mirror in str(error.value) for mirror in datasets.MIRRORS)
    assert list(tmp_path.iterdir()) == []


def test_another_word():
    with pytest.raises(ValueError, match='which must be "embedded" or "full", got \'half\''):
        datasets.mnist("half")
