"""The two halves of Algorithm 1 on one and on two weights, small enough for pencil and paper."""

import numpy as np


def one_weight(start: float, best: float, epsilon: float, step: float, steps: int) -> np.ndarray:
    """Projected descent on (w - best)^2 / 2: the path w_0, ..., w_steps.

    w <- w_0 + clamp(w - step (w - best) - w_0, -epsilon, epsilon).

    Returns:
        (steps + 1,).
    """
    path = [start]
    for _ in range(steps):
        moved = path[-1] - step * (path[-1] - best) - start
        path.append(start + float(np.clip(moved, -epsilon, epsilon)))
    return np.array(path)


def swap(weights, scores, target: float, step: float, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Edge-Popup on f = sum m_i w_i with loss (f - target)^2 / 2, keeping one weight, without momentum.

    s_i <- s_i - step (f - target) w_i sign(s_i); the first of equal |score| is kept.

    Returns:
        scores (steps + 1, n) and losses (steps + 1,), both before each step.
    """
    weights, scores = np.asarray(weights, dtype=float), np.asarray(scores, dtype=float)
    path, losses = [], []
    for _ in range(steps + 1):
        off = weights[np.abs(scores).argmax()] - target
        path.append(scores)
        losses.append(off**2 / 2)
        scores = scores - step * off * weights * np.sign(scores)
    return np.array(path), np.array(losses)
