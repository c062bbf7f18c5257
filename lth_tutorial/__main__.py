"""The command line: ``python -m lth_tutorial reproduce NAME``, and ``grade FOLDER`` for the course."""

import argparse
import os
import sys
import tempfile
import traceback
from pathlib import Path

KEPT = "Finished cells are kept; the same command goes on from there."


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status: 0, 1 if something could not be made, 130 after Ctrl-C."""
    from lth_tutorial import chapters
    from lth_tutorial.files import stored_results

    results = chapters.results()
    parsed = _parser(results).parse_args(arguments)
    if parsed.command == "grade":
        return parsed.run(parsed)
    options = vars(parsed)
    command, name = options.pop("command"), options.pop("name")
    listed, checked = options.pop("list"), options.pop("check")
    if listed:
        folder = options["results"] if options["results"].exists() else stored_results()
        print(_listing(results, folder, options["workers"] or 2))
        return 0
    if name is None:
        print(f"{command} needs a NAME, or --list", file=sys.stderr)
        return 2
    options["workers"] = options["workers"] or os.cpu_count() or 1
    every = [result for result in results.values() if checked or not result.long]
    chosen = every if name == "all" else [results[name]]
    try:
        failed = _check_all(chosen, options) if checked else _make_all(chosen, options)
    except KeyboardInterrupt:
        print(f"\nInterrupted. {KEPT}")
        return 130
    if len(chosen) > 1:
        print(_last_line(failed, len(chosen), "checked" if checked else "made"))
    return 1 if failed else 0


def _parser(results: dict) -> argparse.ArgumentParser:
    from lth_tutorial.course.command import add_to
    from lth_tutorial.parallel import BACKENDS

    parser = argparse.ArgumentParser(prog="python -m lth_tutorial", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    names = "\n".join(f"  {r.name:22s} {r.title}; {r.cost}" for r in results.values())
    command = commands.add_parser(
        "reproduce",
        help="make a published result again",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Make a published result again, at page size or at its published size.\n"
        f"Times: at that size, on two cores unless they say otherwise.\n\n{names}",
    )
    long = " and ".join(name for name, result in results.items() if result.long)
    all_of_them = f"one of the above, or all of them{f' but {long}' if long else ''}"
    option = command.add_argument
    option("name", nargs="?", choices=[*results, "all"], metavar="NAME", help=all_of_them)
    option("--list", action="store_true", help="what there is: its size, time, and what is stored")
    option(
        "--check", action="store_true", help="run a slice of the stored result again, and compare"
    )
    option("--size", choices=["page", "paper"], default="paper", help="(%(default)s)")
    option("--workers", type=int, help="processes, at most one a core (as many as cores)")
    option("--results", type=Path, default="book/results", help="for NAME.json (%(default)s)")
    option("--cache", type=Path, help="for finished cells (a folder of the user's caches)")
    option("--backend", default="loky", help=f"one of {', '.join(BACKENDS)} (%(default)s)")
    option("--together", action="store_true", help="all cells at once on this machine's GPU")
    option("--scheduler", metavar="ADDRESS", help="of a running Dask cluster, for --backend dask")
    add_to(commands)
    return parser


# Making


def _make_all(results: list, options: dict) -> dict[str, str]:
    """Make one result after the other; name -> what went wrong, for those that could not be made."""
    outcomes = {r.name: _guarded(r.name, KEPT, _make, r, options) for r in results}
    return {name: words for name, words in outcomes.items() if words}


def _make(result, options: dict) -> None:
    from lth_tutorial.reproduce import reproduce

    print(f"{result.name}: {result.title} (at paper size {result.cost})")
    written = reproduce(result, **options)
    seconds = written["provenance"]["wall_seconds_of_the_last_run"]
    print(f"{result.name}: {len(written['cells'])} cells, {seconds:.0f} s of this run")


def _guarded(name: str, kept: str, act, *arguments) -> str:
    """Do something for one result; what went wrong, in a sentence that is printed as well.

    kept: what to say after a fault that may have come in the middle.
    """
    from lth_tutorial.extras import cure
    from lth_tutorial.parallel import LostWorkerError

    try:
        act(*arguments)
        return ""
    except ModuleNotFoundError as error:
        words = (
            f"{name} needs {error.name}: {cure(error.name)}" if error.name else f"{name}: {error}"
        )
    except LostWorkerError as error:
        words = f"{name}: {error}. {kept}"
    except OSError as error:
        words = f"{name}: {error.strerror or error}. {kept}"
    except ValueError as error:
        words = f"{name}: {error}"
    except Exception as error:
        traceback.print_exc()
        words = f"{name}: {type(error).__name__}: {error}. {kept}"
    print(words.strip(), file=sys.stderr)
    return words


def _last_line(failed: dict[str, str], total: int, done: str) -> str:
    if not failed:
        return f"All {total} results {done}."
    return f"{total - len(failed)} of {total} results {done}; not {done}: {', '.join(failed)}"


# Checking


def _check_all(results: list, options: dict) -> dict[str, str]:
    """Check one stored result after the other, at both sizes; name -> what went wrong."""
    failed = {}
    with tempfile.TemporaryDirectory() as folder:
        for result in results:
            for size in ("paper", "page"):
                file = result.file(size, options["results"])
                if file.exists():
                    shape = (result, size, options["results"], Path(folder), options["workers"])
                    words = _guarded(file.stem, "", _check, *shape)
                    failed |= {file.stem: words} if words else {}
    return failed


def _check(*shape) -> None:
    from lth_tutorial.reproduce import check

    print(check(*shape), flush=True)


# Listing


def _listing(results: dict, folder: Path, workers: int) -> str:
    """A line for each result: name, cells, time, what is stored and made by which code, title."""
    head = ("name", "cells", f"{workers} cores", "stored, made by", "what it is")
    lines = [head, *(_line(result, folder, workers) for result in results.values())]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(f"{word:{width}s}" for word, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _line(result, folder: Path, workers: int) -> tuple[str, ...]:
    from lth_tutorial.cells import made_by
    from lth_tutorial.files import read_json
    from lth_tutorial.results import seconds_with

    file, cells = result.file("paper", folder), len(result.cells("paper"))
    if not file.exists():
        return result.name, str(cells), "?", "no", f"{result.title}; {result.cost}"
    written = read_json(file)
    seconds = seconds_with(workers, [cell["seconds"] for cell in written["cells"]])
    return result.name, str(cells), duration(seconds), made_by(written, result.code()), result.title


def duration(seconds: float) -> str:
    """Seconds as a reader takes them in: 40 s, 12 min, 3 h, 5 days."""
    for unit, name, least in ((86400, "days", 2), (3600, "h", 2), (60, "min", 2), (1, "s", 0)):
        if seconds >= least * unit:
            return f"{seconds / unit:.0f} {name}"
    return "0 s"


if __name__ == "__main__":
    sys.exit(main())
