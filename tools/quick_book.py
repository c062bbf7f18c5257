"""jupyter-book without two habits of its libraries that cost seconds at each start.

One builds a grammar of internet addresses that nothing here asks for; another reads the list of all installed
packages for each reference of the bibliography.
"""

import functools
import importlib.metadata
import sys

sys.modules["rfc3987_syntax"] = None
importlib.metadata.entry_points = functools.cache(importlib.metadata.entry_points)

if __name__ == "__main__":
    from jupyter_book.cli.main import main

    main(prog_name="jupyter-book")
