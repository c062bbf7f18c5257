"""Write the zips that Gradescope takes, one an assignment, into _build/autograder.

Usage: python tools/make_autograder.py [--variant 2027] [--secret FILE] [--private FOLDER]
"""

import argparse
from pathlib import Path

from lth_tutorial.course import autograder, loading

FOLDER = Path(__file__).resolve().parents[1] / "_build" / "autograder"


def main() -> None:
    """Write them all, and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variant", type=int)
    parser.add_argument("--secret", type=Path)
    parser.add_argument("--private", type=Path)
    options = parser.parse_args()
    secret = options.secret.read_bytes() if options.secret else b""
    for name in loading.names():
        path = FOLDER / f"{name}.zip"
        autograder.write_zip(path, name, options.variant, secret, options.private)
        print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    if not secret:
        print("Without --secret FILE the numbers of the checks can be foreseen.")


if __name__ == "__main__":
    main()
