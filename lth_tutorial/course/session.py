"""The conversation with the process that has a student's cells: what it defines, and what its calls return.

Whatever happens there costs the call during which it happens: a process that hangs, dies, prints without end
or answers nonsense is ended, and a new one runs the cells again for the next call.
"""

import queue
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from lth_tutorial import messages
from lth_tutorial.tasks import NOTHING_BACK

from . import wall

READY_SECONDS = 60.0
CELL_SECONDS, CELLS_SECONDS = 10.0, 30.0
PROCESSOR_SECONDS = 120
MOST_STARTS = 25
MOST_PRINTED = 4 << 20
MEMORY = {"numpy": 2 * wall.GIB, "torch": 8 * wall.GIB}


class Lost(Exception):
    """The process is gone, or had to be ended; the reason in words."""


@dataclass(frozen=True)
class Reply:
    """What came of a call: a value, or words on why there is none; slow: it did not come in time."""

    value: object = None
    words: str | None = None
    slow: bool = False
    seconds: float = 0.0


class Session:
    """A process with a student's cells, started anew whenever one was lost.

    Args:
        rung: of the ladder.
        cells: sources, in the order of the notebook.
        numbers: what the first cell of the notebook gives the student.
        uses: the libraries that may be imported.
        hidden: folders that must not be in sight.
    """

    def __init__(
        self,
        rung: wall.Rung,
        cells: list[str],
        numbers: dict,
        uses: tuple[str, ...],
        hidden: tuple[Path, ...] = (),
    ):
        self.rung, self.cells, self.uses, self.hidden = rung, cells, uses, hidden
        self.numbers = {name: messages.encode(value) for name, value in numbers.items()}
        self.left_out: dict[int, str] = {}
        self.failed: dict[int, list[str]] = {}
        self.starts = 0
        self.child: Child | None = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self) -> None:
        """End the process."""
        if self.child:
            self.child.close()
            self.child = None

    def call(self, name: str, arguments: tuple, seconds: float) -> Reply:
        """Call a function of the student's."""
        return self._order(
            {"do": "call", "name": name, "arguments": [*map(messages.encode, arguments)]}, seconds
        )

    def value(self, name: str, seconds: float = 10.0) -> Reply:
        """A value of the student's."""
        return self._order({"do": "value", "name": name}, seconds)

    def prepare(self) -> None:
        """Have a process with the cells, those left out that hang or kill it.

        Raises:
            Lost: too many processes were lost.
        """
        while self.child is None:
            if self.starts == MOST_STARTS:
                raise Lost("too many of its processes had to be ended; the rest was not run")
            self.starts += 1
            child = Child(self)
            try:
                self._run_cells(child)
            except Lost:
                child.close()
                continue
            self.child = child

    def _run_cells(self, child: "Child") -> None:
        begun = time.monotonic()
        for number, source in enumerate(self.cells):
            left = CELLS_SECONDS - (time.monotonic() - begun)
            if number in self.left_out:
                continue
            if left <= 0:
                self.left_out[number] = f"not run: all cells together may take {CELLS_SECONDS:g} s"
                continue
            try:
                answer = child.ask(
                    {"do": "cell", "source": source, "number": number}, min(CELL_SECONDS, left)
                )
            except Lost as error:
                spent = isinstance(error, TooSlow) and left < CELL_SECONDS
                self.left_out[number] = (
                    f"not run: all cells together may take {CELLS_SECONDS:g} s"
                    if spent
                    else f"left out: {error}"
                )
                raise
            failed = answer.get("failed")
            self.failed[number] = (
                [str(w)[:300] for w in failed[:5]] if isinstance(failed, list) else []
            )

    def _order(self, order: dict, seconds: float) -> Reply:
        try:
            self.prepare()
        except Lost as error:
            return Reply(words=str(error))
        begun = time.monotonic()
        try:
            answer = self.child.ask(order, seconds)
            took = time.monotonic() - begun
            if self.child.has_company():
                self.close()  # what still runs there might answer the next question
            return Reply(**_understood(answer, order["name"]), seconds=took)
        except (Lost, messages.Malformed) as error:
            self.close()
            slow = isinstance(error, TooSlow)
            words = str(error) if isinstance(error, Lost) else f"it answered with {error}"
            return Reply(words=words, slow=slow, seconds=time.monotonic() - begun)


class TooSlow(Lost):
    """No answer in time."""


def _understood(answer: dict, name: str) -> dict:
    """An answer as the fields of a reply; nothing in it is taken for granted."""
    if "value" in answer:
        return {"value": messages.decode(answer["value"])}
    if "nothing" in answer:
        return {"words": NOTHING_BACK}
    if "unfit" in answer:
        return {"words": str(answer["unfit"])[:200]}
    if "raised" in answer:
        return {"words": f"it stopped with {str(answer['raised'])[:500]}"}
    if isinstance(answer.get("missing"), list):
        there = ", ".join(str(one)[:40] for one in answer["missing"][:12])
        return {
            "words": f"nothing is called {name}"
            + (f"; the notebook defines {there}" if there else "")
        }
    raise messages.Malformed("no value")


class Child:
    """One process, and the threads that read what it says."""

    def __init__(self, session: Session):
        self.process, self.folder, path, self.user = wall.start(
            session.rung, session.uses, session.hidden
        )
        self.answers: queue.Queue = queue.Queue()
        self.printed, self.said = 0, b""
        self._read(self._read_answers), self._read(self._read_printed)
        memory = max(MEMORY.get(name, 0) for name in (*session.uses, "numpy"))
        self.memory = memory
        listed = " and ".join(session.uses)
        start = {
            "limits": wall.limits(memory, PROCESSOR_SECONDS),
            "user": self.user,
            "path": path,
            "uses": session.uses,
            "load": session.uses,
            "numbers": session.numbers,
            "refusal": f"when this is graded, {listed} alone may be imported",
        }
        try:
            self.ask(start, READY_SECONDS)
        except Lost as error:
            self.close()
            raise Lost(f"{error}: {self.said.decode(errors='replace')[-300:]}") from None
        self.alone = wall.tree(self.process.pid).threads

    def _read(self, reader) -> None:
        threading.Thread(target=reader, daemon=True).start()

    def _read_answers(self) -> None:
        try:
            while data := self.process.stdout.readline(messages.MOST_BYTES):
                self.answers.put(data)
        except (OSError, ValueError):
            pass
        self.answers.put(None)

    def _read_printed(self) -> None:
        try:
            while data := self.process.stderr.read1(1 << 16):
                self.said = (self.said + data)[:2000]
                self.printed += len(data)
        except (OSError, ValueError):
            pass

    def ask(self, order: dict, seconds: float) -> dict:
        """The answer to an order.

        Raises:
            Lost: there is none, for a reason in words. The process is then of no use any more.
        """
        token = secrets.token_hex(8)
        data = messages.line({**order, "token": token})
        threading.Thread(target=self._write, args=(data,), daemon=True).start()
        deadline = time.monotonic() + seconds
        while True:
            try:
                answer = self.answers.get(timeout=min(0.2, max(0.0, deadline - time.monotonic())))
                break
            except queue.Empty:
                self._watch()
                if time.monotonic() >= deadline:
                    raise TooSlow(f"no answer within {round(seconds, 1):g} s") from None
        if answer is None:
            raise Lost("its process ended in the middle")
        try:
            message = messages.read_line(answer)
        except messages.Malformed as error:
            raise Lost(f"what came back is no answer: {error}") from None
        if message.get("token") != token:
            raise Lost("what came back answers another question")
        return message

    def _write(self, data: bytes) -> None:
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except (OSError, ValueError):
            pass

    def _watch(self) -> None:
        if self.printed > MOST_PRINTED:
            raise Lost(f"it prints without end: more than {MOST_PRINTED >> 20} MiB")
        now = wall.tree(self.process.pid)
        if now.memory > self.memory:
            raise Lost(f"it uses more than {self.memory // wall.GIB} GiB of memory")
        if now.processes > 2 * wall.PROCESSES:
            raise Lost(f"it starts more than {2 * wall.PROCESSES} processes")

    def has_company(self) -> bool:
        """Whether more runs there than when it began."""
        return wall.tree(self.process.pid).threads > self.alone

    def close(self) -> None:
        """End the process."""
        wall.stop(self.process, self.folder, self.user)
