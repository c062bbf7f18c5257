"""The command line: ``python -m lth_tutorial reproduce NAME [--size page|paper] [--workers N]``."""

import argparse
import os
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    from lth_tutorial.reproduce import ONLY_BY_NAME, RESULTS

    options = vars(_parser(RESULTS, ONLY_BY_NAME).parse_args(arguments))
    options.pop("command")
    name = options.pop("name")
    names = [n for n in RESULTS if n not in ONLY_BY_NAME] if name == "all" else [name]
    for result in map(RESULTS.get, names):
        status = _run(result, options)
        if status:
            return status
    return 0


def _parser(results: dict, only_by_name) -> argparse.ArgumentParser:
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
    all_of_them = f"one of the above, or all of them but {' and '.join(only_by_name)}"
    option = command.add_argument
    option("name", choices=[*results, "all"], metavar="NAME", help=all_of_them)
    option("--size", choices=["page", "paper"], default="paper", help="(%(default)s)")
    option("--workers", type=int, default=os.cpu_count() or 1, help="processes (%(default)s)")
    option("--results", type=Path, default="book/results", help="for NAME.json (%(default)s)")
    option("--cache", type=Path, default=".cache", help="for finished cells (%(default)s)")
    option("--backend", default="loky", help="joblib's: loky, dask, ray")
    return parser


def _run(result, options: dict) -> int:
    """Make one result; what went wrong is said in a sentence. Returns the exit status."""
    from lth_tutorial.reproduce import reproduce

    print(f"{result.name}: {result.title} (at paper size {result.cost})")
    try:
        written = reproduce(result, **options)
    except KeyboardInterrupt:
        print("\nInterrupted. Finished cells are kept; the same command goes on from there.")
        return 130
    except ModuleNotFoundError as error:
        extra = "torch" if error.name == "torch" else "book"
        print(f'{result.name} needs {error.name}: pip install -e ".[{extra}]"', file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"{result.name}: {error}", file=sys.stderr)
        return 1
    seconds = written["provenance"]["wall_seconds_of_the_last_run"]
    print(f"{result.name}: {len(written['cells'])} cells, {seconds:.0f} s of this run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
