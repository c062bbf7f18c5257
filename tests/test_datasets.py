"""Images: what is embedded, how the whole is found, and what is said when it is not."""

import errno
import gzip
import hashlib
import http.server
import os
import tempfile
import threading
import time

import numpy as np
import pytest

from lth_tutorial import datasets, files


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

    def retrieve(url, known_hash, fname, path, downloader):
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


# Faults: the copy that is good is used, and what is wrong with the others is said


@pytest.fixture
def fetched(small_files, tmp_path, monkeypatch):
    """A mirror that has all files; the cache is the folder that is returned."""
    monkeypatch.delenv("LTH_DATA", raising=False)
    monkeypatch.setattr(datasets, "_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr(datasets, "_from_mirror", lambda mirror, name, tried: small_files[name])
    return tmp_path / "cache"


def test_a_cache_that_cannot_be_written_loses_no_download(fetched):
    fetched.write_bytes(b"a file where the folder should be")
    with pytest.warns(UserWarning, match="fetched, but not kept: .*could not be written into"):
        assert datasets.mnist("full").train_labels.tolist() == [0, 1, 2]


@pytest.fixture
def full_disk(monkeypatch):
    """Every file takes half of what is written to it, and then the disk is full."""
    opened = os.fdopen

    def fdopen(handle, *mode, **options):
        file = opened(handle, *mode, **options)
        write = file.write

        class Full:
            def __enter__(self):
                return self

            def __exit__(self, *error):
                file.close()

            def write(self, data):
                write(data[: len(data) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return Full()

    monkeypatch.setattr(files.os, "fdopen", fdopen)


def test_a_full_disk_keeps_the_download_and_leaves_nothing_behind(fetched, full_disk):
    with pytest.warns(UserWarning, match="No space left on device"):
        assert datasets.mnist("full").train_labels.tolist() == [0, 1, 2]
    assert list(fetched.iterdir()) == []


def test_a_full_disk_while_fetching_leaves_nothing_behind(small_files, tmp_path, monkeypatch):
    monkeypatch.delenv("LTH_DATA", raising=False)
    monkeypatch.setattr(datasets, "_cache", lambda: tmp_path / "cache")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    def retrieve(url, known_hash, fname, path, downloader):
        with open(os.path.join(path, fname), "wb") as file:
            file.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    import pooch

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    with pytest.raises(OSError, match="MNIST: no usable copy.*No space left on device"):
        datasets.mnist("full")
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("fault", ["damaged", "cut short", "a folder"])
def test_a_bad_raw_file_does_not_hide_a_good_zipped_one(small_files, tmp_path, monkeypatch, fault):
    for name, data in small_files.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(data))
        raw = tmp_path / name
        if fault == "a folder":
            raw.mkdir()
        else:
            raw.write_bytes(b"nonsense" if fault == "damaged" else gzip.compress(data)[:-9])
    monkeypatch.setenv("LTH_DATA", str(tmp_path))
    assert datasets.mnist("full").train_labels.tolist() == [0, 1, 2]


def test_a_folder_in_a_files_place_is_named(small_files, tmp_path, monkeypatch):
    for name in small_files:
        (tmp_path / name).mkdir()
    monkeypatch.setenv("LTH_DATA", str(tmp_path))
    with pytest.raises(OSError, match=r"no usable copy of train-images.*Is a directory"):
        datasets.mnist("full")


def test_a_folder_in_a_files_place_in_the_cache_loses_no_download(small_files, fetched):
    for name in small_files:
        (fetched / name).mkdir(parents=True)
    with pytest.warns(UserWarning, match="fetched, but not kept"):
        assert datasets.mnist("full").train_labels.tolist() == [0, 1, 2]
    assert sorted(path.name for path in fetched.iterdir()) == sorted(small_files)


@pytest.fixture
def server():
    """A web server on this machine; what is put into `send` answers every request."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.send(self)

        def log_message(self, *arguments):
            pass

    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.daemon_threads = True
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def test_a_server_that_trickles_is_given_up(small_files, server, tmp_path, monkeypatch):
    """4 kB a second: no read of the socket times out, but the whole would take an hour."""
    stop = threading.Event()

    def send(request):
        request.send_response(200)
        request.send_header("Content-Length", str(10**7))
        request.end_headers()
        while not stop.wait(0.05):
            request.wfile.write(bytes(200))

    def send_whole(request):
        data = gzip.compress(small_files[request.path.strip("/").removesuffix(".gz")])
        request.send_response(200)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    server.send = send
    monkeypatch.delenv("LTH_DATA", raising=False)
    monkeypatch.setattr(datasets, "_cache", lambda: tmp_path)
    monkeypatch.setattr(datasets, "PATIENCE", 0.5)
    monkeypatch.setattr(datasets, "MIRRORS", (f"http://127.0.0.1:{server.server_port}/",))
    start = time.monotonic()
    with pytest.raises(OSError, match=r"127.0.0.1.*too slow: \d+ kB in \d+ s"):
        datasets.mnist("full")
    assert time.monotonic() - start < 10
    stop.set()
    server.send = send_whole
    assert datasets.mnist("full").train_labels.tolist() == [0, 1, 2]


def test_another_word():
    with pytest.raises(ValueError, match='which must be "embedded" or "full", got \'half\''):
        datasets.mnist("half")
