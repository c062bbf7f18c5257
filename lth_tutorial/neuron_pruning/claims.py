"""Chapter 4's claims, each beside the code that measures it."""

import numpy as np

from lth_tutorial.claims import Claim, Finding

from . import experiments, separation
from .kernel import arc_cosine_kernel, draw_weights, kernel_coefficients, relu_features
from .selectors import keep_rule, prune_neurons

MINUS = "\u2212"


LINEAR_WIDTHS = (100, 300, 1000, 3000, 10_000, 30_000)


def measure_forward() -> Finding:
    """The keep rule against the models it imitates: mean square distance and its bound, a linear target."""
    x, y = experiments.problem()
    ratios = []
    for k in (300, 3000):
        w = draw_weights("sphere", k, 5, [71, k])
        a, _ = kernel_coefficients(x, y, w)
        found, bound = experiments.variance_of_rule(a, relu_features(x, w), 200, [72, k])
        ratios.append(found / bound)
    errors = experiments.linear_errors(LINEAR_WIDTHS, 40, 69).mean(axis=1)
    slope = experiments.slope(LINEAR_WIDTHS, errors)
    power = f"{slope:.2f}".replace("-", MINUS)
    return Finding(
        "reproduced" if max(ratios) < 1 and abs(slope + 0.5) <= 0.05 else "not",
        "a rule that looks at each neuron once does it. For a linear function in the plane its largest error "
        f"falls from {errors[0]:.2f} at 100 neurons to {errors[-1]:.3f} at 30,000, like the width to the "
        f"power {power}. On ten points its mean square distance from the random features is at most "
        f"{max(ratios):.1g} of the proven bound",
    )


def measure_backward() -> Finding:
    """A pruned network and the random-feature model with coefficients k c b_j v_j."""
    x, y = experiments.problem()
    w, v = draw_weights("sphere", 300, 5, 73), np.random.default_rng(74).uniform(-1, 1, 300)
    features = relu_features(x, w)
    away = []
    for method in ("random", "omp", "herding"):
        mask, scale = prune_neurons(features, y, v, method)
        a = 300 * scale * mask * v
        away.append(
            np.abs(features @ a / 300 - experiments.outputs(features, v, (mask, scale))).max()
        )
    return Finding(
        "reproduced" if max(away) < 1e-12 else "not",
        "a pruned network is a random-feature model, to the last digit, with each of three masks",
    )


def measure_finite_sample() -> Finding:
    """The keep rule at the proven width, for a failure probability of 0.1: 40 networks."""
    x, y = np.eye(3), np.array([0.5, -1.0, 0.3])
    bound = float(np.abs(np.linalg.solve(arc_cosine_kernel(x, "sphere"), y)).sum())
    k = experiments.sufficient_width(bound, 3, 0.5, 0.1)
    errors = []
    for child in np.random.default_rng(75).spawn(40):
        w, v = draw_weights("sphere", k, 3, child), child.uniform(-1, 1, k)
        a, bound = kernel_coefficients(x, y, w)
        errors.append(
            np.abs(
                experiments.outputs(relu_features(x, w), v, keep_rule(a, v, bound)) - y
            ).max()
        )  # fmt: skip
    return Finding(
        "reproduced" if np.mean(np.array(errors) > 0.5) <= 0.1 else "not",
        f"{k:,} neurons are proven to fit three points within 0.5 with probability 0.9. Of 40 networks none "
        f"is off by more than {max(errors):.2f}. The mask takes a small linear system and one look at "
        "each neuron",
    )


def measure_keep_exponent() -> Finding:
    """Mean largest error of the keep rule against the width."""
    x, y = experiments.problem()
    widths = (100, 400, 1600, 6400)
    errors = experiments.sup_errors("random", widths, 150, 76, x, y).mean(axis=1)
    found = experiments.slope(widths, errors)
    return Finding(
        "holds" if abs(found + 0.5) <= 0.05 else "fails",
        f"on ten points the largest error falls like the width to the power {found:.2f}".replace(
            "-", MINUS
        ),
    )


def measure_program_exponent() -> Finding:
    """Median largest error of the selectors other than the keep rule."""
    x, y = experiments.problem()
    widths = (250, 500, 1000, 2000, 4000)
    found = {
        method: experiments.slope(
            widths, np.median(experiments.sup_errors(method, widths, trials, 77, x, y), axis=1)
        )
        for method, trials in (("rounding", 7), ("lp", 7), ("herding", 25), ("omp", 60))
    }
    return Finding(
        "holds" if max(found["rounding"], found["lp"]) <= -0.9 else "fails",
        (
            f"on ten points the error falls like the width to the power {found['rounding']:.1f} after "
            f"rounding and {found['lp']:.1f} after flips. The power of herding is {found['herding']:.1f}, "
            f"that of matching pursuit {found['omp']:.1f}"
        ).replace("-", MINUS),
    )


def measure_singular() -> Finding:
    """Smallest eigenvalues: general points, one opposite pair more than there are dimensions."""
    pairs = draw_weights("sphere", 4, 3, 78)
    smallest = [
        np.linalg.eigvalsh(arc_cosine_kernel(np.vstack([pairs, -pairs[:count]])))[0]
        for count in (0, 3, 4)
    ]
    return Finding(
        "holds" if min(smallest[:2]) > 1e-6 > abs(smallest[2]) else "fails",
        "we took four points in three dimensions and the opposites of some of them. With three pairs the "
        "matrix is invertible, with four it is not",
    )


def measure_mask() -> Finding:
    """Relative error at d = 16 of masks, of the floor for masks, of features, and the bound for any."""
    target = draw_weights("sphere", 1, 16, 79)[0]
    w, v = draw_weights("sphere", 1000, 16, 80), np.random.default_rng(81).uniform(-1, 1, 1000)
    mask, floor = separation.mask_error(w, v, target), separation.mask_floor(w, v, target)
    features, least = separation.feature_error(w, target), separation.unavoidable_error(1000, 16)
    return Finding(
        "holds" if least <= features <= floor <= mask else "fails",
        "the target is one ReLU neuron of 16 inputs. The best mask found of 1,000 random neurons leaves a "
        f"relative error of {mask:.2f}, and no mask of these neurons leaves less than {floor:.2f}. Their "
        f"best coefficients leave {features:.2f}. No 1,000 features leave less than {least:.2f} on average",
    )


CLAIMS = (
    Claim(
        "features-to-neurons",
        "Malach et al. 2020, part 2; Greenbaum's review of Malach et al., footnote 2",
        "what random features fit, a wide enough neuron-pruned network fits, up to a scale",
        "for the linear function we took the mean of 40 networks at each of six widths; for the ten points "
        "the mean over 200 draws of the output weights at each of two widths",
        verdict="reproduced",
        measure=measure_forward,
    ),
    Claim(
        "neurons-to-features",
        "Greenbaum's review of Malach et al., on the same lemma: and vice versa",
        "what a neuron-pruned network computes, random features compute",
        "we compared the outputs of a network of 300 neurons under three masks with those of the model",
        verdict="reproduced",
        measure=measure_backward,
    ),
    Claim(
        "finite-sample",
        "Malach et al. 2020, part 2; Greenbaum's review of Malach et al., footnote 3",
        r"if $H$ is invertible, a wide enough network has a mask within $\eta$ on all points, "
        "found efficiently",
        "we drew 40 networks of the theorem's width",
        verdict="reproduced",
        measure=measure_finite_sample,
    ),
    Claim(
        "keep-exponent",
        "this chapter's theorem",
        r"the keep rule's error falls like $n^{-1/2}$",
        "we took the mean of 150 networks at each of four widths",
        verdict="holds",
        measure=measure_keep_exponent,
    ),
    Claim(
        "program-exponent",
        "this chapter's theorem; for the others its measurement",
        r"the linear program's error falls like $\frac1n$ or faster",
        "we took the median of 7 networks (of 25 for herding, of 60 for pursuit) at each of five widths",
        verdict="holds",
        measure=measure_program_exponent,
    ),
    Claim(
        "singular-kernel",
        "this chapter's proposition",
        r"$H$ is invertible exactly if no point is $0$, no two are positively parallel, and the opposite "
        "pairs are linearly independent",
        "we computed the smallest eigenvalue of $H$",
        verdict="holds",
        measure=measure_singular,
    ),
    Claim(
        "masks-are-features",
        "this chapter's theorem",
        "no mask does better than the best coefficients, and no features do better than the theorem's bound",
        "we computed the errors of one network of 1,000 neurons from formulas",
        verdict="holds",
        measure=measure_mask,
    ),
)
