"""What pyproject.toml cannot say: a built package carries the stored results, whose home is book/results."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

RESULTS = sorted(Path("book/results").glob("*.json"))


class WithResults(build_py):
    """The package's modules and data, and the stored results in its folder `data/results`."""

    def run(self):
        """Copy what is to be built; an editable installation is not: it reads book/results itself."""
        super().run()
        if not self.editable_mode:
            folder = Path(self.build_lib, "lth_tutorial", "data", "results")
            folder.mkdir(parents=True, exist_ok=True)
            for file in RESULTS:
                shutil.copy(file, folder)

    def get_source_files(self):
        """What a source distribution holds."""
        return [*super().get_source_files(), *map(str, RESULTS)]


setup(cmdclass={"build_py": WithResults})
