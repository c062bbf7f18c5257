"""Many cells of the source's experiment at once on a GPU: all descents of a length, then all searches."""

from concurrent.futures import ThreadPoolExecutor

import torch

from . import authors, fused
from .authors import Run
from .projected_gradient import History

HELPERS = 8


def _unwatched(passes: int, what: str):
    """Nothing is told of the passes."""
    return lambda: None


def numbers(parameters: list[dict], device: str = "cuda", watch=_unwatched) -> list[dict]:
    """What `authors.describe` says of each cell, from the same draws, up to the rounding of sums.

    Args:
        parameters: of cells, the fields of `authors.Run`. device: of the work.
        watch: (number of passes, what they are) -> what is called after each pass.

    Returns:
        one dict a cell, in the order asked for.

    Memory on the device: some 36 MB a search of the source's network, beside the data.

    Source: Xiong, Liao and Kyrillidis 2023, Section 6.2, as their public code has it. Chapter 6.
    """
    runs = [Run(**values) for values in parameters]
    found: dict[Run, dict] = {}
    for images in sorted({run.images for run in runs}):
        data = authors.load(images).to(device)
        some = [run for run in runs if run.images == images]
        descents = _descents(some, data, watch)
        found |= {
            run: authors.whole(
                _on(descents[_start(run)][0], device), data, descents[_start(run)][1]
            )
            for run in some
            if run.sparsity == 0
        }
        for epochs in sorted({run.search_epochs for run in some}):
            batch = [run for run in some if run.sparsity > 0 and run.search_epochs == epochs]
            found |= _searches(batch, descents, data, watch)
    return [found[run] for run in runs]


def _start(run: Run) -> Run:
    """The descent that a cell begins with, as a cell of its own."""
    passes = 0 if run.epsilon == 0 else run.perturb_epochs
    return Run(run.epsilon, 0.0, run.images, passes, 0, run.seed)


def _on(weights, device) -> list[torch.Tensor]:
    return [w.to(device) for w in weights]


def _options(of: dict) -> dict:
    return {name: of[name] for name in ("step", "batch", "momentum", "decay", "schedule")}


def _descents(runs: list[Run], data, watch) -> dict[Run, tuple[list, History]]:
    """W_T and the history of each descent that the runs begin with; W_0 where there is none."""
    starts = sorted(
        {_start(run) for run in runs}, key=lambda s: (s.perturb_epochs, s.epsilon, s.seed)
    )
    initial = {seed: authors.initial(seed) for seed in {s.seed for s in starts}}
    found = {s: (initial[s.seed], History([], [], [])) for s in starts if s.perturb_epochs == 0}
    for epochs in sorted({s.perturb_epochs for s in starts} - {0}):
        some = [s for s in starts if s.perturb_epochs == epochs]
        weights, histories = fused.train(
            [initial[s.seed] for s in some],
            data,
            [s.epsilon for s in some],
            epochs=epochs,
            rngs=[authors.descent_stream(s) for s in some],
            bar=watch(epochs, f"{len(some)} descents"),
            **_options(authors.PERTURB),
        )
        found |= dict(zip(some, zip(weights, histories, strict=True), strict=True))
    return found


def _searches(runs: list[Run], descents: dict, data, watch) -> dict[Run, dict]:
    """The numbers of each pruned cell."""
    if not runs:
        return {}
    starts = list(dict.fromkeys(_start(run) for run in runs))
    epochs = runs[0].search_epochs
    pairs, histories = fused.search(
        [descents[start][0] for start in starts],
        [starts.index(_start(run)) for run in runs],
        data,
        [run.sparsity for run in runs],
        epochs=epochs,
        rngs=[authors.search_stream(run) for run in runs],
        bar=watch(epochs, f"{len(runs)} searches"),
        **_options(authors.SEARCH),
    )
    weights = {start: _on(descents[start][0], data.x.device) for start in starts}
    with ThreadPoolExecutor(HELPERS) as helpers:
        calls = [
            helpers.submit(authors.pruned, run, weights[_start(run)], data, *pair, history)
            for run, pair, history in zip(runs, pairs, histories, strict=True)
        ]
        return dict(zip(runs, [call.result() for call in calls], strict=True))
