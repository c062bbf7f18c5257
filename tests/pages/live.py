"""A page that runs, driven as a reader would, and what its cells printed held to what the notebook stores."""

from dataclasses import dataclass

READY = ".lth-bar.lth-ready"
# Runs cells one after the other, each with what it needs; returns what came of all that ran.
RUN = """async (names) => {
    for (const cell of lthPage.cells) if (names === null || names.includes(cell.id)) await lthPage.run(cell);
    return Object.fromEntries(lthPage.cells.filter((cell) => cell.result)
        .map((cell) => [cell.id, { ...cell.result, printed: cell.printed, shouldSay: cell.says }]));
}"""
# What did not run, and what the page says of it.
LEFT = """Object.fromEntries(lthPage.cells.filter((cell) => !cell.result)
    .map((cell) => [cell.id, cell.note.textContent]))"""
# Cells of another page by the Python of this one, in the order of that page.
ELSEWHERE = """async ([name, wanted]) => {
    const { base } = lthPage.python.settings;
    const [{ show, text }, known] = await Promise.all(
        [import(`${base}outputs.js`), fetch(`${base}${name}.json`).then((answer) => answer.json())]);
    const found = {};
    for (const { id, source, printed, says } of known.cells.filter((cell) => wanted.includes(cell.id))) {
        const box = document.createElement("div");
        const result = { said: "", printed, shouldSay: says };
        lthPage.current = { output: (output) => (show(box, output), (result.said += text(output))) };
        const done = await lthPage.python.ask("run", { cell: id, source });
        lthPage.current = null;
        result.says = [...box.querySelectorAll(".lth-says")].map((one) => one.textContent);
        found[id] = { ...result, error: done.error?.line ?? null };
    }
    return found;
}"""
# Cells that print something else in the page, or nothing: (page, cell) -> the reason.
EXCEPTIONS: dict[tuple[str, str], str] = {}


def press(page, timeout: float = 120) -> None:
    """Press *Run this page*, and wait for Python."""
    page.click(".lth-run button")
    page.wait_for_selector(READY, timeout=1000 * timeout)


@dataclass(frozen=True)
class Difference:
    """A cell whose output is another one in the page."""

    cell: str
    wanted: str
    found: str


def run_cells(page, names: list[str] | None = None) -> dict:
    """What each of the cells, or of all, printed and said, with its seconds and its error."""
    return page.evaluate(RUN, names)


def differences(results: dict) -> list[Difference]:
    """Cells that ended in an error, or whose text or figures' sentences are not the stored ones."""
    found = []
    for cell, it in results.items():
        wanted = it["printed"].rstrip() + "\n".join(it["shouldSay"])
        said = it["error"] or it["said"].rstrip() + "\n".join(it["says"])
        if said != wanted:
            found.append(Difference(cell, wanted, said))
    return found
