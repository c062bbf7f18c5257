"""The command line: ``python -m lth_tutorial reproduce NAME [--size page|paper] [--workers N]``."""

import argparse
import os
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    from lth_tutorial.reproduce import ONLY_BY_NAME, RESULTS, reproduce

    parser = argparse.ArgumentParser(prog="python -m lth_tutorial", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    names = "\n".join(f"  {r.name:22s} {r.title}; {r.cost}" for r in RESULTS.values())
    command = commands.add_parser(
        "reproduce",
        help="make a published result again",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Make a published result again, at page size or at its published size.\n"
        f"Times: at that size, on two cores unless they say otherwise.\n\n{names}",
    )
    command.add_argument(
        "name",
        choices=[*RESULTS, "all"],
        metavar="NAME",
        help=f"one of the above, or all of them but {' and '.join(ONLY_BY_NAME)}",
    )
    command.add_argument("--size", choices=["page", "paper"], default="paper", help="(%(default)s)")
    command.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes (%(default)s)"
    )
    command.add_argument(
        "--results",
        type=Path,
        default=Path("book/results"),
        help="where NAME.json goes (%(default)s)",
    )
    command.add_argument(
        "--cache",
        type=Path,
        default=Path(".cache"),
        help="where finished cells are kept (%(default)s)",
    )
    command.add_argument("--backend", default="loky", help="joblib's: loky, dask, ray")
    options = vars(parser.parse_args(arguments))
    options.pop("command")
    name = options.pop("name")
    names = [n for n in RESULTS if n not in ONLY_BY_NAME] if name == "all" else [name]
    for result in map(RESULTS.get, names):
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
