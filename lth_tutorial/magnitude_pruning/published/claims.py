"""What the stored results of chapter 0 say of the claims about lottery tickets."""

from functools import partial
from pathlib import Path

import numpy as np

from lth_tutorial import tables
from lth_tutorial.claims import Claim, Finding
from lth_tutorial.results import stored_summary

# Which measurement is which: after a tenth of training, after all of it.
_TENTH, _END = 2, -1


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def tickets(folder) -> tuple[Claim, ...]:
    """Tickets and controls at seventeen densities; folder: where `lottery-tickets.json` lies."""
    folder = Path(folder)
    return (
        Claim(
            "lottery-ticket",
            "Frankle and Carbin 2019, the hypothesis",
            "a subnetwork with its initial weights, trained alone, is at least as accurate in at most as "
            "many steps",
            "a stored result has LeNet-300-100 on 10,000 images, five runs, sixteen rounds that remove 20 %",
            verdict="reproduced",
            measure=partial(measure_tickets, folder),
        ),
        Claim(
            "faster-ticket",
            "Frankle and Carbin 2019, Section 2",
            "winning tickets learn faster than the whole network; at first, the sparser the ticket, the "
            "faster",
            "we read the same result after a tenth of the training",
            verdict="reproduced",
            measure=partial(measure_speed, folder),
        ),
        Claim(
            "reinitialized-ticket",
            "Frankle and Carbin 2019, Section 2; the slides",
            "with weights drawn anew the same mask does worse",
            "we read the same result at every second density",
            verdict="reproduced",
            measure=partial(measure_reinitialized, folder),
        ),
        Claim(
            "random-mask",
            "Frankle and Carbin 2019, Figure 1",
            "random masks learn ever more slowly and end ever lower as they get sparser",
            "in the same result random masks have the ticket's numbers of weights, with their initial values",
            verdict="reproduced",
            measure=partial(measure_random, folder),
        ),
        Claim(
            "one-shot",
            "Frankle and Carbin 2019, Section 2",
            "pruning in many rounds finds smaller winning tickets than pruning in one",
            "in the same result the same shares are removed at once, in three runs",
            verdict="reproduced",
            measure=partial(measure_one_shot, folder),
        ),
        Claim(
            "late-rewinding",
            "Frankle et al. 2020",
            "small networks do not need to rewind to a later step; step $0$ is enough",
            "in the same result three runs rewind to step 40 and three to step 200, of 780",
            verdict="reproduced",
            measure=partial(measure_rewinding, folder),
        ),
        Claim(
            "frozen-negatives",
            "this chapter",
            "freezing negative weights, as a public code does, costs accuracy",
            "in the same result two runs make the same rounds with its rule",
            verdict="holds",
            measure=partial(measure_frozen, folder),
        ),
    )


def measure_tickets(folder: Path) -> Finding:
    """The sparsest masks that are as good in the mean, and in every seed."""
    summary = stored_summary(folder, "lottery-tickets")
    last = np.array(summary["curves"]["ticket"]["mean"])[:, _END]
    sparsest = int(np.flatnonzero(last >= last[0]).max())
    worst = min(summary["last_matching_round"])
    left, best = summary["left"], int(np.argmax(last))
    return Finding(
        "reproduced" if worst >= 5 else "partly",
        f"tickets that keep {_percent(left[sparsest])} of the weights or more are on average at least as "
        "accurate as the whole network (on 10,000 images, after equally many training steps). In each "
        f"single run the smallest ticket that is as accurate keeps {_percent(left[worst])} of the weights "
        "or less. "
        f"The best mean is {last[best]:.3f}, with "
        f"{_percent(left[best])}, against {last[0]:.3f}",
    )


def measure_speed(folder: Path) -> Finding:
    """Accuracies after a tenth of training, and where they are best."""
    summary = stored_summary(folder, "lottery-tickets")
    tenth, low = (
        np.array(summary["curves"]["ticket"][k])[:, _TENTH] for k in ("mean", "low")
    )  # fmt: skip
    best = int(np.argmax(tenth))
    ahead = int(np.flatnonzero(low > summary["curves"]["ticket"]["high"][0][_TENTH]).max())
    return Finding(
        "reproduced" if ahead >= 8 and best >= 2 else "partly",
        f"the accuracy is {tenth[0]:.3f} with all weights, {tenth[best]:.3f} with "
        f"{_percent(summary['left'][best])} and {tenth[-1]:.3f} with {_percent(summary['left'][-1])}. With "
        f"{_percent(summary['left'][ahead])} every ticket is ahead of every whole network",
    )


def _against(folder: Path, kind: str) -> tuple[list[float], np.ndarray, np.ndarray, np.ndarray]:
    """At every second density but the first, after a tenth of training and at the end: what is left, the
    ticket's mean, the control's mean, and the worst ticket minus the best control."""
    summary = stored_summary(folder, "lottery-tickets")
    ticket, control = summary["curves"]["ticket"], summary["curves"][kind]

    def rows(part, step):
        return np.array(part)[::step][1:, [_TENTH, _END]]

    margin = rows(ticket["low"], 2) - rows(control["high"], 1)
    return summary["left"][2::2], rows(ticket["mean"], 2), rows(control["mean"], 1), margin


def measure_reinitialized(folder: Path) -> Finding:
    """Means at all densities, and the worst ticket against the best control where less than half is left."""
    left, ticket, control, margin = _against(folder, "reinitialized")
    sparse = np.array(left) < 0.5
    good = (ticket > control).all() and (margin[sparse] > 0).all()
    at = int(np.argmin(np.abs(np.array(left) - 0.126)))
    return Finding(
        "reproduced" if good else "partly",
        f"with {_percent(left[at])} of the weights the ticket has {ticket[at, 0]:.2f} after a tenth of the "
        f"training and the control {control[at, 0]:.2f}; after all of it they have {ticket[at, 1]:.3f} and "
        f"{control[at, 1]:.3f}. Where less than half is left, the worst ticket is ahead of the best control "
        f"by at least {margin[sparse].min():.3f}",
    )


def measure_random(folder: Path) -> Finding:
    """The fall of random masks."""
    left, ticket, control, margin = _against(folder, "random")
    falls = bool((np.diff(control, axis=0) < 0).all())
    good = falls and (margin[np.array(left) < 0.5] > 0).all()
    return Finding(
        "reproduced" if good else "partly",
        f"after a tenth of the training a random mask has {control[0, 0]:.2f} with {_percent(left[0])} of "
        f"the weights and {control[-1, 0]:.2f} with {_percent(left[-1])}. At the end it has "
        f"{control[0, 1]:.3f} and {control[-1, 1]:.3f}",
    )


def measure_one_shot(folder: Path) -> Finding:
    """Differences at equal density."""
    summary = stored_summary(folder, "lottery-tickets")
    many = np.array(summary["curves"]["ticket"]["mean"])[4::4, _END]
    once = np.array(summary["variants"]["one shot"]["mean"])
    shares = [_percent(share) for share in summary["left"][4::4]]
    pairs = ", ".join(
        f"{a:.3f} and {b:.3f} with {share}" for a, b, share in zip(many, once, shares, strict=True)
    )
    worse = many - once
    return Finding(
        "reproduced" if worse[-1] > 0.005 and worse[0] < worse[-1] else "partly",
        f"the accuracies of many rounds and of one are {pairs} of the weights",
    )


def measure_rewinding(folder: Path) -> Finding:
    """The largest difference that rewinding to a later step makes."""
    summary = stored_summary(folder, "lottery-tickets")
    plain = np.array(summary["curves"]["ticket"]["mean"])[:, _END]
    change = {
        step: np.array(summary["variants"][f"rewound to {step}"]["mean"]) - plain
        for step in (40, 200)
    }
    largest = max(np.abs(rows).max() for rows in change.values())
    return Finding(
        "reproduced" if largest < 0.01 else "partly",
        f"rewinding to step 40 or 200 changes no mean accuracy by more than {largest:.3f}",
    )


def measure_frozen(folder: Path) -> Finding:
    """Clean minus frozen, dense and sparse."""
    summary = stored_summary(folder, "lottery-tickets")
    plain = np.array(summary["curves"]["ticket"]["mean"])[:, _END]
    frozen = np.array(summary["variants"]["frozen"]["mean"])
    return Finding(
        "holds" if (plain - frozen).min() > 0 else "fails",
        f"it costs {plain[0] - frozen[0]:.3f} with all weights, {plain[8] - frozen[8]:.3f} with "
        f"{_percent(summary['left'][8])} and {plain[-1] - frozen[-1]:.3f} with "
        f"{_percent(summary['left'][-1])}",
    )


def controls(folder) -> tuple[Claim, ...]:
    """What of a ticket matters; folder: where `ticket-controls.json` lies."""
    folder = Path(folder)
    return (
        Claim(
            "ticket-signs",
            "Zhou et al. 2019",
            "of a ticket's initial weights the signs matter, the sizes do not",
            "a stored result has five runs with 12.6 % of the weights, and sizes shuffled within each layer",
            verdict="reproduced",
            measure=partial(measure_signs, folder),
        ),
        Claim(
            "mask-alone",
            "Liu et al. 2019 for large steps; Zhang et al. 2021 cite it without this condition",
            "once the right mask is known, weights drawn anew do as well as the ticket's",
            "the same result has weights drawn anew, in one small network trained by Adam with a small step",
            verdict="open",
            measure=partial(measure_mask_alone, folder),
        ),
    )


def _controls(folder: Path, at: int) -> dict[str, tuple[float, float, float]]:
    curves = stored_summary(folder, "ticket-controls")["curves"]
    return {
        name: tuple(rows[k][at] for k in ("mean", "low", "high")) for name, rows in curves.items()
    }


def measure_signs(folder: Path) -> Finding:
    """Shuffled sizes with and without signs, against the ticket."""
    tenth, end = (_controls(folder, at) for at in (_TENTH, _END))
    ticket, signs, shuffled = list(tenth)[:3]
    good = all(
        rows[signs][0] > rows[ticket][0] - 0.01 and rows[signs][1] > rows[shuffled][2]
        for rows in (tenth, end)
    )
    return Finding(
        "reproduced" if good else "partly",
        f"after a tenth of the training the ticket has {tenth[ticket][0]:.2f}. With sizes shuffled it has "
        f"{tenth[signs][0]:.2f}, with sizes and signs shuffled {tenth[shuffled][0]:.2f}",
    )


def measure_mask_alone(folder: Path) -> Finding:
    """The ticket's mask with fresh weights, against the ticket and against a random mask.

    Open where the ticket wins: the large networks and steps of the source are not tried here.
    """
    tenth, end = (_controls(folder, at) for at in (_TENTH, _END))
    ticket, anew, random = (list(tenth)[k] for k in (0, 3, 5))
    worse = all(rows[ticket][1] > rows[anew][2] for rows in (tenth, end))
    return Finding(
        "open" if worse else "partly",
        "on one small network with a small step it does not hold: the worst ticket beats the best control. "
        f"After all of the training the mean is {end[ticket][0]:.3f} for the ticket, {end[anew][0]:.3f} with "
        f"weights drawn anew and {end[random][0]:.3f} with a random mask. Large networks with a large step, "
        "for which it was found, were not tried",
    )


def lenet_5(folder) -> tuple[Claim, ...]:
    """Figure 7 of the sample-complexity paper; folder: where `lenet5.json` lies."""
    folder = Path(folder)
    return (
        Claim(
            "lenet5-pruning",
            "Zhang et al.'s Figure 7 (2021)",
            "on MNIST with LeNet-5, accuracy first rises with proper pruning ($N = 20{,}000$), then drops",
            "in a stored result each cycle removes 20 % and passes four times over the images; we take the "
            "accuracy at the end",
            verdict="reproduced",
            measure=partial(measure_lenet_5, folder),
        ),
        Claim(
            "lenet5-samples",
            "Zhang et al.'s Figure 7 (2021)",
            "with more training images the curve is higher",
            "we compared the curves of neighbouring $N$ at every density",
            verdict="reproduced",
            measure=partial(measure_lenet_5_samples, folder),
        ),
    )


def measure_lenet_5(folder: Path) -> Finding:
    """Dense, best and last accuracy of each N.

    The best of sixteen is luck in part; so the rise is measured by the mean of five cycles, the same for
    every N.
    """
    summary = stored_summary(folder, "lenet5")
    text, rises, drops = [], [], []
    for line in summary["lines"]:
        mean = np.array(line["mean"])
        best = int(np.argmax(mean))
        rises.append(mean[1:6].mean() - mean[0])
        drops.append(mean[best] - mean[-1])
        text.append(
            f"with {line['samples']:,} images from {mean[0]:.4f} to {mean[best]:.4f} (at "
            f"{_percent(summary['left'][best])}) and then to {mean[-1]:.4f}"
        )
    good = min(rises) > 0 and min(drops) > 0.005
    runs = f"means of {', '.join(str(line['seeds']) for line in summary['lines'])} runs"
    first = (
        "at each number of images the mean accuracy of cycles 1 to 5 exceeds that of the whole network, "
        f"by {min(rises):.4f} to {max(rises):.4f}"
    )
    says = f"{first}. The accuracy goes {'; '.join(text)} ({runs})"
    return Finding("reproduced" if good else "partly", says)


def measure_lenet_5_samples(folder: Path) -> Finding:
    """Whether the curves of different N keep their order."""
    lines = stored_summary(folder, "lenet5")["lines"]
    means = np.array([line["mean"] for line in lines])
    crossed = int((np.diff(means, axis=0) < 0).sum())
    return Finding(
        "reproduced" if crossed == 0 else "partly",
        f"of {means[1:].size} comparisons {crossed} are the other way round",
    )


def lenet_5_table(folder, rounds=(0, 2, 4, 6, 8, 10, 12, 15)) -> tables.Table:
    """LeNet-5 by weights left and number of images; with several seeds also half their range."""
    summary = stored_summary(folder, "lenet5")
    lines = summary["lines"]
    rows = [
        (_percent(summary["left"][k]), *(_with_range(line, k) for line in lines)) for k in rounds
    ]
    head = ("weights left", *(f"N = {line['samples']:,}" for line in lines))
    return tables.table(head, rows)


def _with_range(line: dict, k: int) -> str:
    half = (line["high"][k] - line["low"][k]) / 2
    return f"{line['mean'][k]:.4f}" + (f" \u00b1 {half:.4f}" if line["seeds"] > 1 else "")
