"""A whole network by pruning alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lth_tutorial.checks import (
    choice,
    finite_array,
    generator,
    is_tensor,
    listed,
    not_negative,
    shown,
    switch,
    whole,
)

from .layer import FIRST, RULES, SIGNS, PrunedLayer, prune_layer

MOST_CANDIDATES = 48


class Matrices(Sequence):
    """2L matrices that are made when they are asked for, since the dense ones are large."""

    def __init__(self, layers, first: Callable, second: Callable):
        self._layers, self._make = layers, (first, second)

    def __len__(self) -> int:
        return 2 * len(self._layers)

    def __getitem__(self, k: int | slice):
        if isinstance(k, slice):
            return [self[index] for index in range(len(self))[k]]
        layer, which = divmod(range(len(self))[k], 2)
        return self._make[which](self._layers[layer])

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[k] for k in range(len(self)))


@dataclass(frozen=True)
class PrunedNetwork:
    """A random network of depth 2L with its masks, close to a target network of depth L.

        x -> scale_L A_2L relu(A_{2L-1} ... relu(scale_1 A_2 relu(A_1 x))),   A_k = masks[k] * weights[k]

    layers: the L pairs of matrices in blocks. signed_input: whether x may be negative. precision: the
    error beyond which a weight counts as unreached.
    """

    layers: tuple[PrunedLayer, ...]
    signed_input: bool
    precision: float

    @property
    def initial_weights(self) -> Matrices:
        """The 2L dense random matrices as drawn, (width, d_in) and (d_out, width) by turns."""
        return Matrices(
            self.layers, PrunedLayer.dense_first, lambda a: a.second.reshape(len(a.target), -1)
        )

    @property
    def weights(self) -> Matrices:
        """The same after the perturbation: equal to them where epsilon is 0 or the weight is pruned."""
        return Matrices(
            self.layers, PrunedLayer.dense_first, lambda a: a.moved.reshape(len(a.target), -1)
        )

    @property
    def masks(self) -> Matrices:
        """The 2L masks, bool, in the shapes of the weights."""
        return Matrices(
            self.layers, PrunedLayer.dense_first_mask, lambda a: a.mask.reshape(len(a.target), -1)
        )

    @property
    def scale(self) -> list[float]:
        """The factor behind every second matrix; 1.0 where the targets lie in [-1/2, 1/2]."""
        return [layer.scale for layer in self.layers]

    @property
    def kept(self) -> int:
        """Weights that are left."""
        return sum(layer.kept for layer in self.layers)

    @property
    def candidates(self) -> int:
        """Entries of the blocks: what the construction chooses from."""
        return sum(layer.candidates for layer in self.layers)

    @property
    def total(self) -> int:
        """All entries of the dense random matrices: what the theorem prunes."""
        return sum(layer.total for layer in self.layers)

    @property
    def weight_errors(self) -> list[np.ndarray]:
        """For each layer |weight - target| on positive and on negative inputs; (halves, out, in)."""
        return [layer.errors() for layer in self.layers]

    @property
    def unreached(self) -> np.ndarray:
        """The weights missed by more than `precision`: rows (layer, half, out, in), (k, 4) int."""
        found = [np.argwhere(errors > self.precision) for errors in self.weight_errors]
        return np.concatenate([np.insert(rows, 0, k, axis=1) for k, rows in enumerate(found)])

    def forward(self, x) -> np.ndarray:
        """The outputs for inputs as rows; (N, d_0) -> (N, d_L).

        Raises:
            ValueError: x has another shape, is not finite, or is negative somewhere although the network
                was built for inputs that are not.
        """
        x = finite_array("x", x, 2)
        if x.shape[1] != self.layers[0].target.shape[1]:
            raise ValueError(
                f"x must have {self.layers[0].target.shape[1]} columns, got {x.shape[1]}"
            )
        if not self.signed_input and x.min() < 0:
            raise ValueError(
                "x must not be negative: the network was built with signed_input=False"
            )
        with np.errstate(over="ignore", invalid="ignore"):
            for k, layer in enumerate(self.layers):
                x = layer.forward(np.maximum(x, 0) if k else x)
        if not np.isfinite(x).all():
            raise ValueError("x must be smaller: the outputs leave the range of floats")
        return x


def prune_network(
    weights,
    candidates: int,
    *,
    epsilon: float = 0.0,
    signs: str = "iid",
    signed_input: bool = True,
    rng=0,
    first: str = "uniform",
    rule: str = "subset",
    precision: float = 0.01,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> PrunedNetwork:
    r"""Find a target network inside a random network of twice the depth, by pruning.

        W_l  ~  scale_l (M_2l * V_l) relu(M_{2l-1} * U_l),    U_l (d_{l-1} halves n, d_{l-1}) and
                                                              V_l (d_l, d_{l-1} halves n) random

    Each weight w_ji is replaced by n neurons of input i's block for each half-line on which that input
    can lie: two for the network's input if it is signed, one behind a ReLU. One input's neurons serve all
    outputs. The candidates of w_ji / scale_l are the products u_k v_jk; the kept ones are a best subset
    (exact, chapter 1; with epsilon > 0 exact with every v_jk free to move by epsilon, chapter 2).

    U_l and V_l are uniform on [-1, 1], apart from signs: half of a block's u_k are positive and half
    negative (behind a ReLU all are positive), as u = (1, ..., 1, -1, ..., -1) in the slides. A neuron with
    the other sign would be 0 wherever the block needs it.

    Args:
        weights: the target, a list of (out, in) matrices of a bias-free ReLU network, or what gives them one
            by one, as `model.parameters()` does; a (out, in) matrix stands for a list of one.
        candidates: n, per weight and half-line; 1 <= n <= 48.
        epsilon: how far each kept weight of a V_l may move.
        signs: "iid" draws V_l as the theorem does; "stratified" makes half of the candidates of every
            weight and half-line positive.
        signed_input: whether inputs may be negative.
        rng: numpy Generator or seed; each layer and matrix has a stream of its own.
        first: "uniform" for random U_l, or "ones" for entries +1 and -1.
        rule: "subset" (Pensia et al.) or "nearest", one candidate for each weight (Malach et al.).
        precision: weights missed by more are listed in `unreached`.
        workers: threads; where none can be started, all is done in this one.
        progress: called with the number of subset-sum problems solved since the last call.

    Returns:
        PrunedNetwork. A weight that its candidates cannot reach keeps its best subset and its error
        is reported; a zero weight keeps nothing; a neuron that no output listens to is pruned whole.
        Where |w| > 1/2 occurs, the layer's output is scaled by 2 max|w|, and so are its errors.

    Raises:
        ValueError: weights are not matrices that fit together, or another argument is out of its range.

    Source: E. Malach, G. Yehudai, S. Shalev-Shwartz, O. Shamir, ICML 2020 (one weight for each target);
    A. Pensia et al., NeurIPS 2020 (subsets); Z. Xiong, F. Liao, A. Kyrillidis, AISTATS 2023 (epsilon).
    Chapter 3.
    """
    weights = check_weights(weights)
    candidates = whole("candidates", candidates, 1, MOST_CANDIDATES)
    epsilon = not_negative("epsilon", epsilon)
    precision = not_negative("precision", precision)
    workers, signed_input = whole("workers", workers), switch("signed_input", signed_input)
    if workers < 1:
        raise ValueError(f"workers must be a whole number, at least 1, got {shown(workers)}")
    if progress is not None and not callable(progress):
        raise ValueError(f"progress must be a function or None, got {shown(progress)}")
    for name, value, known in (
        ("signs", signs, SIGNS),
        ("first", first, FIRST),
        ("rule", rule, RULES),
    ):
        choice(name, value, known)
    streams = generator("rng", rng).spawn(len(weights))
    layers = tuple(
        prune_layer(
            weight,
            candidates,
            epsilon=epsilon,
            signs=signs,
            first=first,
            rule=rule,
            halves=2 if signed_input and k == 0 else 1,
            rng=stream,
            workers=workers,
            progress=progress,
        )
        for k, (weight, stream) in enumerate(zip(weights, streams, strict=True))
    )
    return PrunedNetwork(layers, signed_input, precision)


def check_weights(weights) -> list[np.ndarray]:
    """The target's matrices as float64.

    Raises:
        ValueError: none, not matrices of finite numbers, numbers that cannot be doubled, or widths that do
            not fit.
    """
    single = isinstance(weights, np.ndarray) or is_tensor(weights)
    weights = [weights] if single and weights.ndim == 2 else listed("weights", weights, "matrices")
    weights = [finite_array(f"weights[{k}]", weight, 2) for k, weight in enumerate(weights)]
    if not weights:
        raise ValueError("weights must hold at least one matrix")
    for k, weight in enumerate(weights):
        if np.abs(weight).max() > np.finfo(float).max / 2:
            raise ValueError(f"weights[{k}] must not exceed {np.finfo(float).max / 2:.1e} in size")
    for k, (before, after) in enumerate(zip(weights[:-1], weights[1:], strict=True)):
        if before.shape[0] != after.shape[1]:
            raise ValueError(
                f"weights[{k + 1}] takes {after.shape[1]} inputs, but weights[{k}] gives {before.shape[0]}"
            )
    return weights


def own_signs(network: PrunedNetwork) -> list[np.ndarray]:
    """How many candidates have their target's sign, for each layer (halves, out, in) int; 0 for a zero."""
    return [
        np.sum(layer.products * np.sign(layer.target)[:, :, None] > 0, axis=3)
        for layer in network.layers
    ]


def named_missed(network: PrunedNetwork, most: int = 10) -> list[dict]:
    """The `most` unreached weights with the largest errors, named, the worst first.

    Returns:
        for each: layer, half, output, input, target, error, and `own_sign`, how many of its candidates have
        the target's sign.
    """
    errors, signs = network.weight_errors, own_signs(network)
    rows = [tuple(row) for row in network.unreached.tolist()]
    rows.sort(key=lambda row: -errors[row[0]][row[1:]])
    return [
        {
            **dict(zip(("layer", "half", "output", "input"), row, strict=True)),
            "target": float(network.layers[row[0]].target[row[2:]]),
            "error": float(errors[row[0]][row[1:]]),
            "own_sign": int(signs[row[0]][row[1:]]),
        }
        for row in rows[:most]
    ]
