r"""What the theorems say: hypotheses, how errors travel through layers, and how many candidates suffice.

With e_l a bound on the error of layer l per unit of its input's length, and omega_l = ||W_l||_2,

    || G(x) - F(x) ||_2  <=  ( prod_l (omega_l + e_l) - prod_l omega_l ) ||x||_2 .
"""

import math
from dataclasses import dataclass

import numpy as np

from lth_tutorial.checks import finite_array, finite_number, inside, listed, positive, whole
from lth_tutorial.subset_sum import hit_volume

from .network import PrunedNetwork, check_weights

# A product of two Unif[-1, 1] contains Unif[-1/2, 1/2] with this weight (chapter 1).
PRODUCT_WEIGHT = math.log(2) / 2


def layer_error(errors: np.ndarray) -> float:
    """The length of a layer's error per unit of its input's length, from its weights' errors.

    Args:
        errors: (halves, out, in), effective weight minus target, signed or not.

    Returns:
        the spectral norm of (errors[0], errors[1]) side by side: the error at x is the first times relu(x)
        minus the second times relu(-x), and (relu(x), relu(-x)) is as long as x. Of absolute values it is
        an upper bound.
    """
    return float(np.linalg.norm(np.concatenate(list(errors), axis=1), 2))


def propagated(norms, errors) -> float:
    """prod (omega_l + e_l) - prod omega_l, the network's error per unit of the input's length.

    Raises:
        ValueError: norms and errors differ in number.
    """
    norms, errors = (finite_array(n, v, (0, 1)) for n, v in (("norms", norms), ("errors", errors)))
    if norms.shape != errors.shape:
        raise ValueError(
            f"norms and errors must agree, got shapes {norms.shape} and {errors.shape}"
        )
    with np.errstate(over="ignore"):
        target = np.prod(norms)
        if not np.isfinite(target):
            raise ValueError("norms of the weights must have a finite product")
        return float(np.prod(norms + errors) - target)


def error_bounds(network: PrunedNetwork) -> np.ndarray:
    """What `propagated` allows behind each layer of a pruned network; (L,), the last is `error_bound`."""
    norms = [np.linalg.norm(layer.target, 2) for layer in network.layers]
    errors = [layer_error(layer.effective_weights() - layer.target) for layer in network.layers]
    return np.array([propagated(norms[:k], errors[:k]) for k in range(1, len(norms) + 1)])


def error_bound(network: PrunedNetwork) -> float:
    """A bound on ||G(x) - F(x)||_2 / ||x||_2 for a pruned network G and its target F.

    A ReLU between two layers is 1-Lipschitz with relu(0) = 0; the bound follows by induction (chapter 3).
    """
    return float(error_bounds(network)[-1])


@dataclass(frozen=True)
class Hypotheses:
    """What a target's layer has, and what the theorems ask of it.

    norm: spectral norm. largest: max |w|. limit: 1 / sqrt(d_in). pensia: norm <= 1. malach: that, and
    largest <= limit. range: largest <= 1/2, so that no scale is needed.
    """

    norm: float
    largest: float
    limit: float

    @property
    def pensia(self) -> bool:
        """Pensia et al. 2020: the spectral norm is at most 1."""
        return self.norm <= 1

    @property
    def malach(self) -> bool:
        """Malach et al. 2020: besides, no entry exceeds the limit."""
        return self.pensia and self.largest <= self.limit

    @property
    def range(self) -> bool:
        """This chapter's theorem: no entry exceeds 1/2."""
        return self.largest <= 0.5


def hypotheses(weights) -> list[Hypotheses]:
    """The theorems' hypotheses, layer by layer.

    Raises:
        ValueError: weights are not matrices that fit together.
    """
    return [
        Hypotheses(float(np.linalg.norm(w, 2)), float(np.abs(w).max()), w.shape[1] ** -0.5)
        for w in check_weights(weights)
    ]


def normalised(weights) -> tuple[list[np.ndarray], float]:
    """The same network with every spectral norm at most 1, and the factor that its outputs lack.

    A ReLU network without biases is positively homogeneous in each of its matrices.
    """
    weights = check_weights(weights)
    norms = [max(1.0, h.norm) for h in hypotheses(weights)]
    scaled = [w / norm for w, norm in zip(weights, norms, strict=True)]
    return scaled, math.prod(norms)


def entry_tolerance(weights, error: float) -> float:
    """The error per weight that keeps the network within `error` of its target on the unit ball.

    The largest eta with prod (omega_l + eta sqrt(h_l d_l d_{l-1})) - prod omega_l <= error, by bisection;
    h_l = 2 half-lines for the first layer, else 1.

    Raises:
        ValueError: error is not positive, or weights do not fit together.
    """
    error, weights = positive("error", error), check_weights(weights)
    norms = [h.norm for h in hypotheses(weights)]
    roots = np.sqrt([w.size * (2 if k == 0 else 1) for k, w in enumerate(weights)])
    low, high = 0.0, error / float(min(roots)) + 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if propagated(norms, middle * roots) <= error else (low, middle)
    return low


def subset_candidates(eta: float, problems: int, failure: float) -> int:
    r"""Candidates per weight and half-line that serve `problems` weights within eta, proven.

        n = 2 ceil( ln(4 P / (eta^2 delta)) / -ln(1 - p/4) ),   p = (ln 2) / 2,  P problems

    Chapter 1's corollary for two groups of products u v, each serving half of a target in [-1/2, 1/2];
    every group of every problem fails with probability at most delta / (2 P).

    Raises:
        ValueError: problems is below 1, eta not in (0, 1/2], failure / (2 problems) not in (0, 1).
    """
    problems = _at_least_one(problems)
    failure = finite_number("failure", failure)
    if not 0 < failure < 2 * problems:
        raise ValueError(f"failure must lie in (0, 2 problems), got {failure}")
    each = math.log(failure) - math.log(2 * problems)
    return 2 * hit_volume.candidates(eta, each, PRODUCT_WEIGHT)


@dataclass(frozen=True)
class NetworkSize:
    """How large a random network is proven to suffice: what `network_size` returns.

    target: widths of the target. tolerance: eta, of each weight. problems: N. candidates: n, of each weight
    and half-line. widths: of the random network, from its inputs to its outputs, 2L + 1 numbers. parameters:
    its weights.
    """

    target: tuple[int, ...]

    tolerance: float
    problems: int
    candidates: int
    widths: tuple[int, ...]
    parameters: int

    def in_words(self) -> str:
        """The same as a sentence, as the page's calculator writes it."""
        digits, power = f"{self.tolerance:.1e}".split("e")
        theirs = sum(a * b for a, b in zip(self.target[:-1], self.target[1:], strict=True))
        layers = " and ".join(f"{d:,}" for d in self.widths[1::2])
        return (
            f"Each effective weight has to be within {digits}e{int(power)} of its target. This takes "
            f"{self.candidates:,} candidates on each half-line, in random layers of width {layers}. The "
            f"random network has {self.parameters:,} weights, "
            f"{math.floor(self.parameters / theirs + 0.5):,} for each of the target's {theirs:,}."
        )


def network_size(widths, error: float, failure: float) -> NetworkSize:
    r"""The random network that contains every target of these widths within `error` on the unit ball, proven.

        eta = ln(1 + error) / (sqrt(2 d_0 d_1) + sum_{l >= 2} sqrt(d_{l-1} d_l)),   n from `subset_candidates`

    Targets have spectral norms of at most 1 and weights in [-1/2, 1/2]; signs of the blocks are prescribed.

    Args:
        widths: d_0, ..., d_L, the target's, L >= 1. error: of the outputs, in (0, 1]. failure: the
            probability that the draw is not good, in (0, 1).

    Raises:
        ValueError: an argument is out of its range.

    Source: this chapter's corollary on the size, after Pensia et al. 2020, Theorem 1.
    """
    widths = [whole("widths", d, 1) for d in listed("widths", widths, "whole numbers")]
    if len(widths) < 2:
        raise ValueError(f"widths must hold the inputs and one layer at least, got {len(widths)}")
    error, failure = finite_number("error", error), inside("failure", failure)
    if not 0 < error <= 1:
        raise ValueError(f"error must lie in (0, 1], got {error:g}")
    halves = [2 if k == 0 else 1 for k in range(len(widths) - 1)]
    pairs = [h * a * b for h, a, b in zip(halves, widths[:-1], widths[1:], strict=True)]
    tolerance = math.log1p(error) / math.fsum(map(math.sqrt, pairs))
    candidates = subset_candidates(tolerance, sum(pairs), failure)
    random = [h * candidates * d for h, d in zip(halves, widths[:-1], strict=True)]
    sizes = [d * (a + b) for d, a, b in zip(random, widths[:-1], widths[1:], strict=True)]
    between = [d for pair in zip(random, widths[1:], strict=True) for d in pair]
    return NetworkSize(
        tuple(widths), tolerance, sum(pairs), candidates, (widths[0], *between), sum(sizes)
    )


def single_candidates(eta: float, problems: int, failure: float) -> int:
    r"""Candidates among which one product u v lies within eta of each of `problems` targets (Malach's rule).

    Such a product has density at least (1/2) ln(1 / (1/2 + eta)) on [-1/2 - eta, 1/2 + eta], so one misses
    with probability at most 1 - eta ln(1 / (1/2 + eta)), and n >= ln(P / delta) / -ln of that suffice.

    Raises:
        ValueError: eta is not in (0, 1/2), problems is below 1, or failure not in (0, 1).
    """
    problems, failure = _at_least_one(problems), inside("failure", failure)
    if not 0 < finite_number("eta", eta) < 0.5:
        raise ValueError(f"eta must lie in (0, 1/2), got {eta}")
    hit = -eta * math.log(0.5 + eta)
    return math.ceil(math.log(problems / failure) / -math.log1p(-hit))


def necessary_parameters(width: int, error: float) -> float:
    r"""A random network that serves most linear maps of norm at most 1 has at least this many parameters.

        N >= d^2 log2(1 / (2 error)) - 1

    By counting: matrices of spectral norm at most 1 contain (1 / (2 error))^(d^2) that are pairwise more
    than 2 error apart; 2^N masks must serve half of them.

    Raises:
        ValueError: error is not positive.
    """
    error, width = positive("error", error), finite_number("width", width)
    return width**2 * math.log2(1 / (2 * error)) - 1


def _at_least_one(problems) -> float:
    problems = finite_number("problems", problems)
    if problems < 1:
        raise ValueError(f"problems must be at least 1, got {problems:g}")
    return problems
