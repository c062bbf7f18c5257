"""jupyter-book without a habit of its libraries that costs seconds at each start.

One reads the list of all installed packages for each reference of the bibliography.
"""

import functools
import importlib.metadata

importlib.metadata.entry_points = functools.cache(importlib.metadata.entry_points)

if __name__ == "__main__":
    from jupyter_book.cli.main import main

    main(prog_name="jupyter-book")
