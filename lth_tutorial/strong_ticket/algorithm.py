"""Algorithm 1: perturb the weights within a ball by gradient descent, then search a mask at each sparsity."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from lth_tutorial.checks import finite_array, generator, generators, listed, shown

from . import edge_popup, networks, projected_gradient, relu_network
from .axes import SPARSITIES
from .edge_popup import Mask
from .projected_gradient import History
from .relu_network import Data


@dataclass(frozen=True)
class Cell:
    """One sparsity: the mask, its loss and accuracy on the validation rows, and its training."""

    sparsity: float
    mask: Mask
    loss: float
    accuracy: float
    history: History


@dataclass(frozen=True)
class StrongTicket:
    """What Algorithm 1 returns, and all that it saw.

    loss, mask, sparsity: of the cell with the smallest validation loss (the first of equals; NaN, of a search
    that diverged, counts as the largest).
    cells: one for each sparsity, in the order asked for. weights: W_T. history: of the perturbation.
    """

    loss: float
    mask: Mask
    sparsity: float
    cells: list[Cell]
    weights: list[torch.Tensor]
    history: History


def pgd_strong_lth(
    weights,
    data: Data,
    epsilon,
    sparsities=SPARSITIES,
    *,
    perturb=None,
    search=None,
    rng=0,
    network: str = "dense",
) -> StrongTicket:
    """Algorithm 1 of Xiong, Liao and Kyrillidis, whole.

        W_T <- W_0 + D, |D|_inf <= epsilon, by projected gradient descent;
        for each s: M_s <- Edge-Popup(W_T, s);  return the M_s of the smallest loss

    The loss that chooses is that of the validation rows, which neither half trains on. (The source chose by
    the test set.) Test rows have no place here.

    Args:
        weights: W_0, a list of (out, in) tensors or arrays; not changed.
        data: training and validation rows, see relu_network.as_data.
        epsilon: radius, a number or one for each layer, absolute.
        sparsities: shares to remove, in [0, 1); at 0 nothing is searched, the cell is W_T itself.
        perturb, search: keyword arguments of projected_gradient.train and edge_popup.search.
        rng: numpy Generator or seed; the descent and each search draw from streams of their own.
        network: "dense", or "redundant": the weights are those of redundant_weights.

    Returns:
        a StrongTicket.

    Raises:
        ValueError: no sparsities, one outside [0, 1), a descent that diverges, or what the two halves raise.

    Source: Algorithm 1 (there s runs over .1 to .9; its table has 0 to .8). Chapter 6.
    """
    sparsities = relu_network.check_shares("sparsities", sparsities, 1).tolist()
    data, perturb, search = relu_network.as_data(data), *_options(perturb=perturb, search=search)
    streams = generator("rng", rng).spawn(1 + len(sparsities))
    perturbed, history = projected_gradient.train(
        weights, data, epsilon, rng=streams[0], network=network, **perturb
    )
    _check_descent(history.diverged)
    cells = [
        search_cell(perturbed, data, s, search, stream, history, network)
        for s, stream in zip(sparsities, streams[1:], strict=True)
    ]
    best = _best(cells)
    return StrongTicket(best.loss, best.mask, best.sparsity, cells, perturbed, history)


def _radii(name: str, epsilon, layers: int) -> np.ndarray:
    """One radius a layer."""
    epsilon = finite_array(name, epsilon, (0, 1))
    if epsilon.shape not in ((), (layers,)):
        raise ValueError(f"{name} must be one number or one for each of {layers} layers")
    return np.broadcast_to(epsilon, layers)


def _best(cells: list[Cell]) -> Cell:
    return min(cells, key=lambda cell: math.inf if math.isnan(cell.loss) else cell.loss)


def _check_descent(diverged: bool) -> None:
    """Where the descent left float32 there is no network to prune."""
    if diverged:
        raise ValueError("perturb: its step must be smaller: the descent left the range of float32")


def _options(**options) -> list[dict]:
    """Keyword arguments of the two halves; None for none."""
    for name, value in options.items():
        if value is not None and not isinstance(value, Mapping):
            raise ValueError(f"{name} must be a dict of keyword arguments, got {shown(value)}")
    return [dict(value or {}) for value in options.values()]


def search_cell(
    weights, data: Data, sparsity, options: dict, rng, history: History, network: str = "dense"
) -> Cell:
    """The mask of one sparsity; at 0 that of everything, with the history of the weights' own training."""
    if sparsity == 0:
        mask = Mask([torch.ones_like(w, dtype=torch.bool) for w in weights], [], 0.0)
    else:
        mask, history = edge_popup.search(
            weights, data, sparsity, rng=rng, network=network, **options
        )
    return _cell(mask, weights, data, sparsity, history, network)


def _cell(mask: Mask, weights, data: Data, sparsity, history: History, network: str) -> Cell:
    kind = networks.named(network)
    loss, accuracy = relu_network.evaluate(
        kind.pack(mask.apply(weights)), data.valid_x, data.valid_labels, kind.forward
    )
    return Cell(float(sparsity), mask, float(loss), float(accuracy), history)


def whole_table(
    weights,
    data: Data,
    epsilons,
    sparsities=SPARSITIES,
    *,
    perturb=None,
    search=None,
    rngs,
    network: str = "dense",
) -> list[StrongTicket]:
    """Algorithm 1 for several radii at once: one batch of descents, then one batch of all searches.

    On a CPU this is slower than one after the other (the weights leave the cache); on a GPU it is what fills
    the device. Draws, and up to rounding the numbers, are those of `pgd_strong_lth` for each radius.

    Args:
        epsilons: R radii, each a number or a list of one for each layer. rngs: R Generators or seeds.

    Returns:
        R StrongTickets.

    Raises:
        ValueError: as pgd_strong_lth.
    """
    sparsities = relu_network.check_shares("sparsities", sparsities, 1).tolist()
    weights, data = networks.named(network).as_weights(weights), relu_network.as_data(data)
    perturb, search = _options(perturb=perturb, search=search)
    epsilons = [
        _radii(f"epsilons[{k}]", e, len(weights))
        for k, e in enumerate(listed("epsilons", epsilons, "radii"))
    ]
    streams = [rng.spawn(1 + len(sparsities)) for rng in generators("rngs", rngs, len(epsilons))]
    radii = np.array(epsilons).T
    perturbed, history = projected_gradient.train(
        [w.expand(len(epsilons), *w.shape) for w in weights],
        data,
        [torch.from_numpy(r.copy()).to(data.x.device) for r in radii],
        rng=[stream[0] for stream in streams],
        network=network,
        **perturb,
    )
    _check_descent(any(history.diverged))
    options = {"network": network, **search}
    found = _search_all(perturbed, data, sparsities, [s[1:] for s in streams], options)
    tickets = []
    for e in range(len(epsilons)):
        own, run = [w[e] for w in perturbed], _run(history, e)
        cells = [_batch_cell(own, data, s, found.get((e, s)), run, network) for s in sparsities]
        best = _best(cells)
        tickets.append(StrongTicket(best.loss, best.mask, best.sparsity, cells, own, run))
    return tickets


def _search_all(perturbed, data: Data, sparsities, streams, options: dict) -> dict:
    """One batch of searches: (number of the radius, sparsity) -> its mask and history."""
    runs = [(e, k) for e in range(len(streams)) for k, s in enumerate(sparsities) if s > 0]
    if not runs:
        return {}
    mask, history = edge_popup.search(
        [torch.stack([w[e] for e, _ in runs]) for w in perturbed],
        data,
        [sparsities[k] for _, k in runs],
        rng=[streams[e][k] for e, k in runs],
        **options,
    )
    return {
        (e, sparsities[k]): (
            Mask([m[r] for m in mask.masks], [x[r] for x in mask.scores], sparsities[k]),
            _run(history, r),
        )
        for r, (e, k) in enumerate(runs)
    }


def _batch_cell(weights, data: Data, sparsity: float, found, bare: History, network: str) -> Cell:
    """A cell of a batch; without a search, that of the whole network."""
    if found is None:
        return search_cell(weights, data, 0.0, {}, None, bare, network)
    mask, history = found
    return _cell(mask, weights, data, sparsity, history, network)


def _run(history: History, r: int) -> History:
    """The history of one network of a batch."""
    return History(
        history.steps,
        [losses[r] for losses in history.losses],
        [accuracies[r] for accuracies in history.accuracies],
        history.diverged[r],
    )
