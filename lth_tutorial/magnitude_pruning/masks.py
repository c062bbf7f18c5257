r"""Masks of a network's weights, and the one that keeps the largest: chapter 0.

A mask is a boolean tensor for each prunable parameter, True where the weight stays. Among all masks that
keep as many weights, the one of the largest magnitudes minimises |W - M o W|_F.
"""

from collections.abc import Callable, Mapping

import torch
from torch import nn

from lth_tutorial.checks import choice, finite_number, generator, shown, switch

Masks = dict[str, torch.Tensor]
SCOPES = ("global", "layer")
_NORMS = (
    nn.modules.batchnorm._NormBase,
    nn.LayerNorm,
    nn.GroupNorm,
    nn.RMSNorm,
)


def prunable(
    model: nn.Module, which: Callable[[str, nn.Parameter], bool] | None = None
) -> list[str]:
    """Names of the parameters that may be pruned, in the model's order.

    Args:
        model: any module.
        which: (name, parameter) -> whether it is pruned; by default weights of dimension 2 and more.
            Biases and parameters of normalisation layers are never asked about.

    Raises:
        ValueError: nothing is left to prune.
    """
    norms = {id(p) for m in model.modules() if isinstance(m, _NORMS) for p in m.parameters(False)}
    if not isinstance(model, nn.Module):
        raise ValueError(f"model must be a module, got {shown(model)}")
    if which is not None and not callable(which):
        raise ValueError(f"which must be a function or None, got {shown(which)}")
    chosen = which or (lambda name, parameter: parameter.dim() >= 2)
    names = [
        name
        for name, p in model.named_parameters()
        if id(p) not in norms and "bias" not in name.rsplit(".", 1)[-1] and chosen(name, p)
    ]
    if not names:
        raise ValueError("which must choose at least one weight of the model; it chose none")
    return names


def whole(model: nn.Module, which=None) -> Masks:
    """The masks that keep every weight; `which` as for `prunable`. They live on the CPU."""
    parameters = dict(model.named_parameters())
    return {
        name: torch.ones(parameters[name].shape, dtype=torch.bool)
        for name in prunable(model, which)
    }


def kept(masks: Mapping[str, torch.Tensor]) -> int:
    """How many weights the masks keep."""
    _check_masks(masks)
    return sum(int(mask.sum()) for mask in masks.values())


def sparsity(masks: Mapping[str, torch.Tensor]) -> float:
    """The fraction of the weights that the masks remove."""
    return 1 - kept(masks) / sum(mask.numel() for mask in masks.values())


def removed(count: int, rate: float) -> int:
    """How many of `count` weights a round removes: the whole number nearest to rate * count."""
    return round(rate * count)


def prune(
    weights: Mapping[str, torch.Tensor],
    masks: Mapping[str, torch.Tensor],
    rate: float,
    scope: str = "global",
    half_output: bool = True,
    output: str | None = None,
) -> Masks:
    """Remove the share `rate` of the weights that the masks still keep: those of smallest magnitude.

    Args:
        weights: trained weights, at least those that have a mask.
        masks: of the round before.
        rate: in (0, 1); `removed` turns it into a number of weights.
        scope: "global" compares the magnitudes of all layers, "layer" those of each parameter alone.
        half_output: whether the output layer is pruned apart, at half the rate (Frankle and Carbin).
        output: the output layer's weight; by default the last one that has a mask.

    Returns:
        New masks, contained in the old ones, with an exact number of weights; of equal magnitudes the one
        that comes first in the model stays.

    Raises:
        ValueError: rate not in (0, 1), another scope, an output without a mask, weights that are not
            finite.
    """
    rate = finite_number("rate", rate)
    if not 0 < rate < 1:
        raise ValueError(f"rate must lie in (0, 1), got {rate}")
    choice("scope", scope, SCOPES)
    _check_masks(masks, weights)
    output = choice("output", list(masks)[-1] if output is None else output, masks)
    apart = [output] if switch("half_output", half_output) else []
    others = [name for name in masks if name not in apart]
    groups = [[name] for name in others] if scope == "layer" else [others] * bool(others)
    pruned = {}
    for names in groups:
        pruned |= _prune_together(weights, {name: masks[name] for name in names}, rate)
    for name in apart:
        pruned |= _prune_together(weights, {name: masks[name]}, rate / 2)
    return {name: pruned[name] for name in masks}


def _check_masks(masks, weights=None) -> None:
    """Boolean tensors by name; with `weights`, each beside a tensor of real numbers of its shape."""
    if not isinstance(masks, Mapping) or not masks:
        raise ValueError(f"masks must be a dict of boolean tensors, got {shown(masks)}")
    for name, mask in masks.items():
        if not isinstance(mask, torch.Tensor) or mask.dtype != torch.bool:
            raise ValueError(f"masks: {name} must be a boolean tensor, got {shown(mask)}")
    if weights is None:
        return
    if not isinstance(weights, Mapping):
        raise ValueError(f"weights must be a dict of tensors, got {shown(weights)}")
    for name, mask in masks.items():
        weight = weights.get(name)
        if not isinstance(weight, torch.Tensor) or weight.shape != mask.shape:
            raise ValueError(f"weights must hold a tensor {name} of shape {tuple(mask.shape)}")


def _prune_together(weights, masks: Masks, rate: float) -> Masks:
    """One threshold for all of these."""
    sizes = torch.cat([weights[name].detach().cpu().abs().flatten() for name in masks])
    if not bool(torch.isfinite(sizes).all()):
        raise ValueError(f"weights must be finite; {', '.join(masks)} are not")
    alive = torch.cat([mask.cpu().flatten() for mask in masks.values()])
    places = alive.nonzero()[:, 0]
    keep = len(places) - removed(len(places), rate)
    order = torch.sort(sizes[places], descending=True, stable=True).indices
    left = torch.zeros_like(alive)
    left[places[order[:keep]]] = True
    parts = left.split([mask.numel() for mask in masks.values()])
    return {name: part.reshape(masks[name].shape) for name, part in zip(masks, parts, strict=True)}


def random_masks(masks: Mapping[str, torch.Tensor], rng=0) -> Masks:
    """Masks that keep as many weights of each parameter, at random places: the control of the mask.

    rng: numpy Generator or seed; each parameter draws from a stream of its own.
    """
    _check_masks(masks)
    streams = generator("rng", rng).spawn(len(masks))
    return {
        name: torch.from_numpy(stream.permutation(mask.cpu().numpy().ravel())).reshape(mask.shape)
        for stream, (name, mask) in zip(streams, masks.items(), strict=True)
    }


def apply(model: nn.Module, masks: Mapping[str, torch.Tensor]) -> None:
    """Set the weights that the masks remove to exactly 0, in place.

    Raises:
        ValueError: a mask without a parameter of its name and shape.
    """
    parameters = dict(model.named_parameters())
    for name, mask in masks.items():
        if name not in parameters or parameters[name].shape != mask.shape:
            raise ValueError(
                f"masks: the model has no parameter {name} of shape {tuple(mask.shape)}"
            )
    with torch.no_grad():
        for name, mask in masks.items():
            parameters[name].masked_fill_(~mask.to(parameters[name].device), 0)


def restore(
    model: nn.Module,
    state: Mapping[str, torch.Tensor],
    masks: Mapping[str, torch.Tensor] | None = None,
) -> None:
    """Give the model a state that was copied before, under the masks."""
    model.load_state_dict(state)
    apply(model, masks or {})


def copy_of(model: nn.Module) -> dict[str, torch.Tensor]:
    """All parameters and buffers, copied to the CPU: training in place cannot reach them."""
    return {
        name: value.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, value in model.state_dict().items()
    }
