"""What stands around the process with a student's cells: a ladder; the first rung that works is used.

1. bubblewrap: no network, the system read-only, an empty folder of its own, nothing of the course in sight.
2. Another user, where the grader runs as root: what that user may not read, it does not see; the network is
   open.
3. A plain process: a time limit and the user's own rights. That is no wall, and the report says so.

All three bind processor, memory, processes and the size of files where the system can. They do not bind root:
no rung runs a student's code as root.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

GIB = 1 << 30
HERE = Path(__file__).parent
# What the child consists of; it gets copies, so that nothing else of the course lies beside it.
CHILD = (HERE / "child.py", HERE.parent / "messages.py")
# Users that nobody is, for children of a grader that is root: one for each grader at a time.
FIRST_USER, USERS = 40_000, 10_000
PROCESSES = 16
FILES = 64 << 20
# Libraries with which the whole folder of packages is handed in.
LARGE = ("torch",)


@dataclass(frozen=True)
class Rung:
    """One rung of the ladder.

    Args:
        name: short.
        words: what it protects from, for the report.
        is_wall: whether hostile code is held.
        command: (grader, libraries, hidden) -> what to run before the child's program.
        user: whom the child becomes, None where it stays who it is.
    """

    name: str
    words: str
    is_wall: bool
    command: Callable[[Path, tuple[str, ...], tuple[Path, ...]], tuple[list[str], list[str]]]
    user: Callable[[], int | None] = lambda: None


class NoWall(RuntimeError):
    """No rung works here, or only one that would run a student's code as root."""


def is_root() -> bool:
    """Whether this process may do anything."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _own_user() -> int | None:
    return _nobody(os.getpid()) if is_root() else None


@cache
def _nobody(process: int) -> int:
    """A user that this system does not know and that runs nothing, for the children of one process."""
    import pwd

    known, running = {entry.pw_uid for entry in pwd.getpwall()}, {_owner(pid) for pid in _pids()}
    free = (FIRST_USER + (process + k) % USERS for k in range(USERS))
    return next(user for user in free if user not in known | running)


# Commands


def packages(libraries: Iterable[str]) -> list[Path]:
    """The folders that libraries are made of."""
    found = []
    for name in libraries:
        spec = find_spec(name)
        if spec and spec.submodule_search_locations:
            folder = Path(next(iter(spec.submodule_search_locations)))
            found += [folder, *folder.parent.glob(f"{name}.libs")]
    return found


def _bubblewrap(
    grader: Path, libraries: tuple[str, ...], hidden: tuple[Path, ...]
) -> tuple[list[str], list[str]]:
    """The command of the first rung, and the child's path of libraries."""
    python = Path(os.path.realpath(sys.executable))
    given = [Path("/usr"), Path(sys.base_prefix).resolve(), Path(sysconfig.get_path("stdlib"))]
    command = [
        shutil.which("bwrap") or "bwrap",
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
    ]
    if is_root():
        # The child becomes another user itself: limits on processes do not bind root's.
        command = [part for part in command if part != "--unshare-all"]
        command += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    for folder in _outermost(given):
        command += [*_parents(folder), "--ro-bind", str(folder), str(folder)]
    for name in ("lib", "lib64", "lib32", "bin"):
        path = Path("/", name)
        if path.is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            command += ["--ro-bind", str(path), str(path)]
    command += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    command += ["--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]
    for folder in (*hidden, *_installed(given)):
        if any(folder.is_relative_to(there) for there in given):
            command += ["--tmpfs", str(folder)]
    large = set(libraries) & set(LARGE)
    command += ["--perms", "0755", "--dir", "/packages"]
    for folder in [packages(large)[0].parent] if large else packages(libraries):
        inside = "/packages" if large else f"/packages/{folder.name}"
        command += ["--ro-bind", str(folder), inside]
    command += ["--ro-bind", str(grader), "/grader", "--proc", "/proc", "--dev", "/dev"]
    command += ["--size", str(FILES), "--perms", "1777", "--tmpfs", "/tmp", "--chdir", "/tmp"]
    return [*command, str(python), *FLAGS, "/grader/child.py"], ["/packages"]


FLAGS = ("-E", "-s", "-S", "-B")


def _outermost(folders: list[Path]) -> list[Path]:
    return [
        f
        for f in dict.fromkeys(folders)
        if not any(f != g and f.is_relative_to(g) for g in folders)
    ]


def _parents(folder: Path) -> list[str]:
    """The folders above one that is handed in, which another user must be able to go through."""
    above = [str(parent) for parent in reversed(folder.parents) if parent != Path("/")]
    return [part for parent in above for part in ("--perms", "0755", "--dir", parent)]


def _installed(given: list[Path]) -> list[Path]:
    """Where this package lies, if it lies in a folder that is handed in."""
    package = HERE.parent.resolve()
    return [package] if any(package.is_relative_to(there) for there in given) else []


def _bare(
    grader: Path, libraries: tuple[str, ...], hidden: tuple[Path, ...]
) -> tuple[list[str], list[str]]:
    """The command of the other rungs: Python itself."""
    path = dict.fromkeys(str(folder.parent) for folder in packages(libraries))
    return [_python(), *FLAGS, str(grader / "child.py")], list(path)


def _python() -> str:
    """Python as another user can start it: this one, or the system's of the same version."""
    own, system = os.path.realpath(sys.executable), f"/usr/bin/python3.{sys.version_info[1]}"
    read_by_all = all(parent.stat().st_mode & 0o001 for parent in Path(own).parents)
    return own if read_by_all or not is_root() or not os.path.exists(system) else system


BUBBLEWRAP = Rung(
    "bubblewrap",
    "behind a wall (bubblewrap): no network, the system read-only, nothing of the course in sight",
    True,
    _bubblewrap,
    _own_user,
)
USER = Rung(
    "another user",
    "as another user: it sees what everybody on this machine may read, and the network is open",
    True,
    _bare,
    _own_user,
)
PLAIN = Rung(
    "plain",
    "in a plain process with a time limit: that is no wall. Whoever does not trust the submissions grades "
    "them in a container, or where bubblewrap works",
    False,
    _bare,
)


def ladder() -> list[Rung]:
    """The rungs that this system may have, the best first."""
    found = [BUBBLEWRAP] if shutil.which("bwrap") else []
    return [*found, USER if is_root() else PLAIN]


def works(rung: Rung) -> bool:
    """Whether a trial run of a rung gives the right answer."""
    from .session import Lost, Session

    try:
        with Session(rung, ["answer = lambda n: n + 1"], {}, ("numpy",)) as session:
            return session.call("answer", (41,), 10.0).value == 42
    except (Lost, OSError):
        return False


@cache
def best() -> Rung:
    """The first rung that works here.

    Raises:
        NoWall: none does.
    """
    for rung in ladder():
        if works(rung):
            return rung
    words = (
        "start the grader as an ordinary user"
        if is_root()
        else "Python does not start a second time"
    )
    raise NoWall(f"no rung of the ladder works on this machine: {words}")


# Processes


def start(rung: Rung, libraries: tuple[str, ...], hidden: tuple[Path, ...]):
    """Start the child; returns the process, its folder, its path of libraries and whom it becomes."""
    folder = Path(tempfile.mkdtemp(prefix="lth-grader-"))
    grader, work = folder / "grader", folder / "work"
    grader.mkdir(), work.mkdir()
    for path in CHILD:
        shutil.copy(path, grader / path.name)
    user = rung.user()
    if user is not None:
        os.chown(work, user, user)
    for path in (folder, grader):
        path.chmod(0o755)
    command, path = rung.command(grader, libraries, hidden)
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp" if rung is BUBBLEWRAP else str(work),
        "PYTHONHASHSEED": "0",
        **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")},
    }
    if sys.platform == "win32":
        environment |= {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=work,
        env=environment,
        start_new_session=True,
    )
    return process, folder, path, user


def limits(memory: int, seconds: float) -> dict[str, int]:
    """The limits of a child, by the names that Python's module `resource` has for them."""
    return {
        "RLIMIT_AS": memory,
        "RLIMIT_CPU": int(seconds) + 1,
        "RLIMIT_FSIZE": FILES,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": PROCESSES if is_root() else _processes_of_mine() + PROCESSES,
    }


def _processes_of_mine() -> int:
    """How many processes and threads this user has, which a limit on processes counts as well."""
    total, mine = 0, os.getuid() if hasattr(os, "getuid") else None
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(
                line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line
            )
        except OSError:
            continue
        if fields.get("Uid", "").split()[:1] == [str(mine)]:
            total += int(fields.get("Threads", 1))
    return total


def stop(process, folder: Path, user: int | None) -> None:
    """End a child with all that it started, and remove its folder."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (OSError, AttributeError):
            process.kill()
    if user is not None:
        _end_all_of(user)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            pipe.close()
    shutil.rmtree(folder, ignore_errors=True)


def _end_all_of(user: int) -> None:
    """End all processes of a user that only this child was."""
    for _ in range(50):
        left = [pid for pid in _pids() if _owner(pid) == user]
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        if not left:
            return


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def _owner(pid: int) -> int | None:
    try:
        return os.stat(f"/proc/{pid}").st_uid
    except OSError:
        return None


class Tree(NamedTuple):
    """A child and its descendants: how many processes and threads they are, and the bytes that they use."""

    processes: int
    threads: int
    memory: int


def tree(pid: int) -> Tree:
    """What a child has become; nothing where the system does not say it (it is Linux that does)."""
    processes = threads = memory = 0
    waiting = [pid]
    while waiting and processes < 10 * PROCESSES:
        one = Path("/proc", str(waiting.pop()))
        try:
            pages = int((one / "statm").read_text().split()[1])
            of = list((one / "task").iterdir())
            waiting += [int(k) for thread in of for k in (thread / "children").read_text().split()]
        except (OSError, ValueError, IndexError):
            continue
        processes, threads = processes + 1, threads + len(of)
        memory += pages * os.sysconf("SC_PAGE_SIZE")
    return Tree(processes, threads, memory)
