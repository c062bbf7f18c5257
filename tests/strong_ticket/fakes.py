"""What must turn the verdicts of chapter 6."""

from lth_tutorial.strong_ticket import claims, projected_gradient

from ..fakes import Instead, Stored, always, each_cell, filled


def outside(weights, *options, **more):
    return [w + 1 for w in weights], None


def controls(**numbers):
    return Stored("pgd-edge-popup", ("cells",), each_cell("controls", **numbers))


NOTHING_LEARNT = Stored("pgd-edge-popup", ("summary", "paper", "mean"), filled(0.0))

FAKES = {
    "pgd-ball": Instead(projected_gradient, {"train": outside}),
    "swaps-descend": Instead(claims, {"_first_order": always(1.0)}),
    "pgd-row": NOTHING_LEARNT,
    "good-perturbation": controls(noise=1.0),
    "small-radius": controls(longer=1.0),
    "descent-dominates": controls(longer=0.0),
    "untrained-best": NOTHING_LEARNT,
    "corner": Stored("authors-network-corner", ("cells",), each_cell(test=0.8)),
    "corner-scale": Stored("authors-network-corner", ("cells",), each_cell(test=0.8)),
    "corner-decay": Stored("authors-network-corner", ("cells",), each_cell(test=0.8)),
}
