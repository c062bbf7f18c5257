"""Training under a mask: whatever optimizer runs, pruned weights stay exactly 0."""

from collections.abc import Mapping

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook

from .masks import apply, copy_of


class Masked:
    """A context in which the pruned weights of a model are 0, and learn nothing.

    Args:
        model: a module; its parameters are looked up by name at every step.
        masks: True where a weight stays.
        record: the number of an optimizer step after which the state is copied to `recorded`.

    Three things hold them at 0. Gradients are masked as they arrive, so that no moment of an optimizer and
    no norm of a gradient knows of pruned weights. After each step of any optimizer of torch.optim, also of
    one that is made inside the context, the masks are applied again: weight decay and moments from before
    the pruning move weights whose gradient is 0. And on leaving, every pruned weight is looked at.

    `steps` counts the optimizer steps that touched the model.

    Raises:
        ValueError: on leaving, a pruned weight is not 0; then something else than an optimizer of torch.optim
            has changed it.
    """

    def __init__(
        self, model: nn.Module, masks: Mapping[str, torch.Tensor], record: int | None = None
    ):
        self.model, self.masks, self.record = model, masks, record
        self.steps, self.recorded = 0, None

    def __enter__(self) -> "Masked":
        apply(self.model, self.masks)
        if self.record == 0:
            self.recorded = copy_of(self.model)
        parameters = dict(self.model.named_parameters())
        # Zeros and ones to multiply with: several times as fast as filling by a boolean mask. A mask that
        # keeps everything needs no work.
        self._factors = {
            name: mask.to(parameters[name]) for name, mask in self.masks.items() if not mask.all()
        }
        self._handles = [register_optimizer_step_post_hook(self._after_step)]
        for name in self._factors:
            if parameters[name].requires_grad:
                self._handles.append(parameters[name].register_hook(self._mask_gradient(name)))
        return self

    def __exit__(self, kind, error, trace) -> None:
        for handle in self._handles:
            handle.remove()
        if kind is None:
            self._check()

    def _mask_gradient(self, name: str):
        return lambda slope: None if slope.is_sparse else slope * self._factor(name, slope)

    def _factor(self, name: str, like: torch.Tensor) -> torch.Tensor:
        """The mask in the kind and on the device of `like`; training may have moved the model."""
        self._factors[name] = self._factors[name].to(like)
        return self._factors[name]

    def _after_step(self, optimizer, args, kwargs) -> None:
        parameters = dict(self.model.named_parameters())
        ours = {id(p) for p in parameters.values()}
        if not any(id(p) in ours for group in optimizer.param_groups for p in group["params"]):
            return
        with torch.no_grad():
            for name in self._factors:
                parameters[name].mul_(self._factor(name, parameters[name]))
        self.steps += 1
        if self.steps == self.record:
            self.recorded = copy_of(self.model)

    def _check(self) -> None:
        parameters = dict(self.model.named_parameters())
        for name, mask in self.masks.items():
            if moved := int(parameters[name].detach().cpu()[~mask.cpu()].count_nonzero()):
                raise ValueError(
                    f"train: {moved} pruned weights of {name} are not 0 afterwards; weights must be "
                    "changed by an optimizer of torch.optim"
                )
