"""Copy the site's notebooks into a folder to work in, and leave alone what was changed there.

A notebook that nobody has changed since it was copied is brought up to date. One that somebody has changed
stays; where the book's has changed as well, that one gets a name of its own beside it, and a line says so.

Usage: python tools/lab.py SITE FOLDER
"""

import hashlib
import json
import sys
from pathlib import Path


def bring(site: Path, folder: Path) -> list[str]:
    """Bring `folder` up to date with the site's notebooks; what stays as it is, in sentences."""
    folder.mkdir(exist_ok=True)
    record = folder / ".copied.json"
    copied = json.loads(record.read_text("utf-8")) if record.exists() else {}
    said = []
    for notebook in sorted((site / "notebooks").glob("*.ipynb")):
        new, mine = without_first_cell(notebook), folder / notebook.name
        stays = mine.exists() and mine.read_bytes() != new
        stays = stays and digest(mine.read_bytes()) != copied.get(mine.name)
        if stays and copied.get(mine.name) != digest(new):
            mine = free(mine)
            said.append(f"{notebook.name} was changed by you and stays; {mine.name} is the book's.")
        if not stays or not mine.exists():
            mine.write_bytes(new)
        copied[notebook.name] = digest(new)
    record.write_text(json.dumps(copied, indent=1), "utf-8")
    return said


def without_first_cell(notebook: Path) -> bytes:
    """The notebook without the cell that installs the package, which is there."""
    made = json.loads(notebook.read_text("utf-8"))
    made["cells"] = [cell for cell in made["cells"] if cell.get("id") != "install"]
    return json.dumps(made, indent=1, ensure_ascii=False).encode()


def free(path: Path) -> Path:
    """The first of NAME-2, NAME-3, ... that is not there."""
    number = 2
    while (found := path.with_stem(f"{path.stem}-{number}")).exists():
        number += 1
    return found


def digest(data: bytes) -> str:
    """What tells two files apart."""
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    for sentence in bring(Path(sys.argv[1]), Path(sys.argv[2])):
        print(sentence)
