"""What must turn the verdicts of chapter 6."""

from lth_tutorial.strong_ticket import claims, projected_gradient

from ..fakes import Instead, Stored, always, each_cell


def outside(weights, *options, **more):
    return [w + 1 for w in weights], None


def controls(**numbers):
    return Stored("pgd-edge-popup", ("cells",), each_cell("controls", **numbers))


def own(name="authors-network", **numbers):
    return Stored(name, ("cells",), each_cell(**numbers))


def unpruned_guess(cells):
    """The same table with descents that learn nothing."""
    return [
        cell | {"numbers": cell["numbers"] | {"halves": [0.1, 0.1]}}
        if cell["parameters"]["sparsity"] == 0
        else cell
        for cell in cells
    ]


GROWING = {"losses": [1.0], "accuracies": [k / 50 for k in range(50)]}

FAKES = {
    "pgd-ball": Instead(projected_gradient, {"train": outside}),
    "swaps-descend": Instead(claims, {"_first_order": always(1.0)}),
    "pgd-row": own(test=0.5),
    "whole-table": own(test=0.5),
    "good-perturbation": controls(noise=1.0),
    "small-radius": own(halves=[0.5, 0.5]),
    "descent-dominates": Stored("authors-network", ("cells",), unpruned_guess),
    "descent-dominates-dense": controls(longer=1.0),
    "untrained-best": own("authors-network-seeds", test=0.2),
    "search-too-long": own(history=GROWING),
    "corner": own("authors-network-seeds", test=0.8),
    "corner-scale": own("authors-network-corner", test=0.8),
    "corner-decay": own("authors-network-corner", test=0.8),
}
