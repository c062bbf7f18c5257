"""What must turn the verdicts of chapter 5."""

import numpy as np

from lth_tutorial.teacher_student import claims, pruning

from ..fakes import Instead, Stored, always, each, filled, something


def lines(name, change):
    return Stored(f"recovery-{name}", ("summary", "lines"), change)


def a_line_in_the_root(rows):
    """Errors that follow the root of r exactly, for all levels of noise."""
    return [line | {"errors": [0.001 * line["support"] ** 0.5] * 4} for line in rows]


FAKES = {
    "hessian-formula": Instead(claims, {"population_hessian": always(np.zeros((12, 12)))}),
    "local-convexity": Instead(claims, {"population_hessian": always(np.eye(4))}),
    "rates-in-neurons": Instead(claims, {"disjoint_extremes": always((0.1, 0.2))}),
    "convex-region": Instead(claims, {"one_neuron_convex_radius": always(9.0)}),
    "hessian-gram": Instead(claims, {"hessian": always(-np.eye(3))}),
    "tensor-start": Instead(
        claims, {"floors_by_overlap": always({"literal": np.zeros(4), "union": np.zeros(4)})}
    ),
    "any-bounded-noise": Instead(claims.breaks, {"error_with_noise": always(1e-3)}),
    "magnitude-support": Instead(pruning, {"largest_supports": always(np.zeros((2, 4)))}),
    "larger-support": Instead(claims, {"recover": always(something(status=np.full(20, "cap")))}),
    "recovery-radius-paper": Stored(
        "recovery-radius", ("summary", "paired"), each(recovered_by_the_other=0)
    ),
    "recovery-radius-tuned": lines("radius", each(half="always")),
    "recovery-rate": Stored("recovery-rate", ("summary", "fit", "r_squared"), 0.5),
    "recovery-momentum": lines("rate", each(frobenius_ratio=1.0)),
    "recovery-max-norm": lines("rate", each(max_momentum=1.0)),
    "recovery-samples": lines("samples", each(half_per_weight=[2.0, 3.0])),
    "recovery-samples-theorem": lines("samples", each(half=[1e15, 1e15])),
    "recovery-samples-neurons": lines("shapes", each(half_per_weight=[9.0, 9.0])),
    "recovery-samples-features": lines(
        "shapes",
        lambda rows: [row | {"half_per_weight": [0.3 * np.log(row["d"])] * 2} for row in rows],
    ),
    "recovery-samples-dense": lines(
        "shapes",
        lambda rows: [row | {"half_per_weight": [float(row["support"])] * 2} for row in rows],
    ),
    "recovery-noise": lines("noise", a_line_in_the_root),
    "recovery-pruning": lines("pruning", lambda rows: each(function=filled(1.0)([0] * 11))(rows)),
}
