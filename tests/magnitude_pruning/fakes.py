"""What must turn the verdicts of chapter 0."""

from lth_tutorial.magnitude_pruning import claims

from ..fakes import Instead, Stored, always, each, filled


def the_smallest_half(weights, *options):
    """Of each tensor the smaller half, where pruning keeps the larger."""
    return {name: w.abs() <= w.abs().median() for name, w in weights.items()}


def tickets(*place):
    return Stored("lottery-tickets", ("summary", *place[:-1]), place[-1])


def parts(*place):
    return Stored("ticket-controls", ("summary", "curves", *place[:-1]), place[-1])


FAKES = {
    "smallest-weights": Instead(claims, {"prune": the_smallest_half}),
    "masks-hold": Instead(claims, {"train_masked": lambda model, masks, train: train(model, 0)}),
    "negatives-learn": Instead(claims, {"freeze_negatives": always(None)}),
    "lottery-ticket": tickets("last_matching_round", filled(1)),
    "faster-ticket": tickets("curves", "ticket", "low", lambda r: r[:3] + filled(0.0)(r[3:])),
    "reinitialized-ticket": tickets("curves", "reinitialized", "mean", filled(1.0)),
    "random-mask": tickets("curves", "random", "mean", filled(0.5)),
    "one-shot": tickets("variants", "one shot", "mean", filled(1.0)),
    "late-rewinding": tickets("variants", "rewound to 200", "mean", filled(0.9)),
    "frozen-negatives": tickets("variants", "frozen", "mean", filled(1.0)),
    "ticket-signs": parts("magnitudes shuffled, signs kept", "low", filled(0.0)),
    "mask-alone": parts("weights drawn anew", "high", filled(1.0)),
    "lenet5-pruning": Stored("lenet5", ("summary", "lines"), each(mean=[0.9] * 16)),
    "lenet5-samples": Stored("lenet5", ("summary", "lines"), lambda lines: lines[::-1]),
}
