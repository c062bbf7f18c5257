"""The assignment of chapter 7: the best mask that prunes at least one weight of every column.

The mask that keeps a whole column is ruled out, so that gradient descent cannot end in it. Best masks are
found by trying all of them.
"""

import numpy as np

from lth_tutorial.judging import all_masks, array_of, drawn, mask_of, number, parts_of, size
from lth_tutorial.sketch import number_line
from lth_tutorial.tasks import Assignment, Task, check, own

NEAR = 1e-9
ROUNDED = 6e-4


def column_error(u: np.ndarray, w: float, full: bool = False) -> float:
    """The error of the best mask of one column that prunes at least one weight; full: or none."""
    masks = all_masks(len(u))
    return float(np.abs((masks if full else masks[:-1]) @ u - w).min())


def matrix_error(u: np.ndarray, w: np.ndarray, full: bool = False) -> float:
    """The same for every column of a matrix, in the Euclidean norm."""
    return float(np.linalg.norm([column_error(c, z, full) for c, z in zip(u.T, w, strict=True)]))


def step_of(u: np.ndarray, w: np.ndarray, x: np.ndarray, step: float) -> np.ndarray:
    """One step of gradient descent on sum_i (1'U x_i - w'x_i)^2."""
    return u - 2 * step * (x.T @ x @ (u.sum(axis=0) - w))


# The student's own numbers


def numbers(seed: int) -> dict:
    """A picture, a column with a target and a step, a number of rows and a relative step."""
    rng = np.random.default_rng(seed)
    u, w, step = _by_hand(seed)
    return {
        "picture": _picture(_pictured(seed)),
        "u": u,
        "w": w,
        "step": step,
        "rows": int(rng.choice([6, 8, 10])),
        "kappa": float(rng.choice([0.1, 0.2, 0.3])),
        "sign": int(rng.choice([-1, 1])),
    }


def _pictured(seed: int) -> np.ndarray:
    """The zeros of all masks of a column of three weights, without the empty one, in the order of masks."""

    def draw(rng):
        return rng.uniform(-1, 1, 3), rng.uniform(0.2, 0.5) * rng.choice([-1, 1])

    def good(u, w):
        zeros = _zeros(u, w)
        away = np.abs(zeros[:-1])
        clear = min(away.min(), np.abs(zeros[:-1] - zeros[-1]).min()) > 0.06
        return (
            clear
            and np.abs(zeros).max() < 1.4
            and abs(zeros[-1]) > 0.3
            and 1 <= _passed(zeros) <= 4
        )

    u, w = drawn(seed, draw, good)
    return _zeros(u, w)


def _zeros(u: np.ndarray, w: float) -> np.ndarray:
    """The shift at which each mask is exact, the full one last."""
    masks = all_masks(len(u))[1:]
    return (w - masks @ u) / masks.sum(axis=1)


def _passed(zeros: np.ndarray) -> int:
    end = zeros[-1]
    return int(((zeros[:-1] / end > 0) & (zeros[:-1] / end < 1)).sum())


def _picture(zeros: np.ndarray):
    kept = all_masks(3)[1:].sum(axis=1)
    rows = [(f"{k} kept", sorted(zeros[kept == k].round(2).tolist())) for k in (1, 2, 3)]
    title = (
        "The shifts at which the masks of a column of three weights are exact, by what they keep."
    )
    return number_line(rows, -1.5, 1.5, 0.1, title)


def _by_hand(seed: int) -> tuple[np.ndarray, float, float]:
    def draw(rng):
        return rng.integers(-12, 13, 2) / 10, rng.integers(2, 9) / 10, rng.choice([0.05, 0.1])

    def good(u, w, step):
        right = _three(u, w, step)
        others = [_three(u, w, step, full=True), _three(u, w, step / 2)]
        return np.abs(u).min() > 0.05 and all(np.abs(right - o).max() > 0.02 for o in others)

    u, w, step = drawn(seed, draw, good)
    return u, float(w), float(step)


def _three(u, w: float, step: float, full: bool = False) -> np.ndarray:
    """The errors before the first, after the first and after the second step, with the input 1."""
    found = []
    for _ in range(3):
        found.append(column_error(u, w, full))
        u = u - 2 * step * (u.sum() - w)
    return np.array(found)


# 1. Read a picture


def _zeros_of(seed: int) -> tuple:
    return (_pictured(seed),)


def _judge_passed(arguments: tuple, value) -> str | None:
    (zeros,) = arguments
    count, end = array_of(value, "read_off", (2,))
    if abs(end - zeros[-1]) > 0.03:
        return "the descent ends at the zero of the mask that keeps everything: the last row"
    if count == _passed(zeros):
        return None
    if count == _passed(zeros) + 1:
        return "the zero at which the descent ends is reached, not passed"
    return (
        f"between 0 and {end:.2f} there are not {count:g} zeros of other masks; look at both rows"
    )


# 2. By hand


def _hand_arguments(seed: int) -> tuple:
    return _by_hand(seed)


def _judge_errors(arguments: tuple, value) -> str | None:
    u, w, step = arguments
    found, right = array_of(value, "by_hand", (3,)), _three(u, w, step)
    if np.abs(found - right).max() < ROUNDED:
        return None
    if np.abs(found - _three(u, w, step, full=True)).max() < ROUNDED:
        return "the mask that keeps both weights is ruled out"
    if np.abs(found - _three(u, w, step / 2)).max() < ROUNDED:
        return "the derivative of a square has a factor 2"
    k = int(np.argmax(np.abs(found - right) >= ROUNDED))
    return f"E_{k} is the least of |w|, |u_1 - w| and |u_2 - w|, and {found[k]:g} is not"


# 3. The limit


def _judge_limit(arguments: tuple, value) -> str | None:
    u, w, _ = arguments
    found = number(value, "limit")
    end = u + (w - u.sum()) / 2
    right = column_error(end, w)
    if abs(found - right) < ROUNDED:
        return None
    if abs(found) < ROUNDED:
        return "0 is the limit if the mask that keeps everything is allowed"
    if abs(found - column_error(u, w)) < ROUNDED:
        return f"{found:g} is the error at the start"
    return (
        f"in the limit u_1 + u_2 = w, and the best of the three masks left is not off by {found:g}"
    )


# 4. The best mask that prunes


def best_arguments(n: int, d: int, good=lambda *instance: True):
    """seed -> (U, w)."""

    def draw(rng):
        return rng.uniform(-1, 1, (n, d)), rng.uniform(-0.5, 0.5, d)

    return lambda seed: drawn(seed, draw, good)


def full_tempts(u: np.ndarray, w: np.ndarray) -> bool:
    """In some column the mask that keeps everything would be the best, and by far."""
    gains = [column_error(c, z) - column_error(c, z, True) for c, z in zip(u.T, w, strict=True)]
    return max(gains) > 0.02


def several_columns(u: np.ndarray, w: np.ndarray) -> bool:
    """One mask for all columns does much worse than one for each; no full or empty one is the best."""
    masks = all_masks(len(u))[:-1]
    common = np.linalg.norm(masks @ u - w, axis=1).min()
    plain = not full_tempts(u, w) and not _best_empty(u, w).any()
    return plain and common > matrix_error(u, w) + 0.1


def empty_is_best(u: np.ndarray, w: np.ndarray) -> bool:
    """In one column keeping nothing is the best."""
    return _best_empty(u, w).any() and not full_tempts(u, w)


def _best_empty(u: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Of each column whether keeping nothing is the best."""
    least = [column_error(c, z) for c, z in zip(u.T, w, strict=True)]
    return np.abs(np.abs(w) - least) < NEAR


def judge_best(arguments: tuple, value) -> str | None:
    """Whether it is the best mask that prunes in every column, and its error."""
    u, w = arguments
    mask, error = parts_of(value, 2, "the mask and its error")
    mask, error = mask_of(mask, u.shape), number(error, "the error")
    left = np.linalg.norm((u * mask).sum(axis=0) - w)
    best = matrix_error(u, w)
    if mask.all(axis=0).any():
        return f"column {int(mask.all(axis=0).argmax())} is kept as a whole; a weight of each is to be pruned"
    if np.linalg.norm((u * ~mask).sum(axis=0) - w) <= best + NEAR < left:
        return "True means kept, and in your mask it is what is pruned"
    if left > best + NEAR:
        same = u.shape[1] > 1 and (mask == mask[:, :1]).all()
        words = f"your mask is off by {size(left)}, and {size(best)} is possible"
        if same:
            return f"{words}: each column has a mask of its own"
        empty = _best_empty(u, w) & mask.any(axis=0)
        where = f": in column {int(empty.argmax())} it is best to keep nothing"
        return words + where if empty.any() else words
    if abs(error - left) < 1e-6:
        return None
    gaps = np.abs((u * mask).sum(axis=0) - w)
    if abs(error - gaps.sum()) < 1e-6 or abs(error - gaps.max()) < 1e-6:
        return (
            f"the mask is right; its error in the Euclidean norm is {left:.4g}, and not {error:.4g}"
        )
    return f"the mask is right, and it is off by {left:.4g}, not by {error:.4g}"


# 5. Along the descent


def along_arguments(n: int, d: int, samples: int, mixed: bool = True, steps: int = 8):
    """seed -> (U, w, X, step, steps); mixed: whether the inputs mix the columns."""

    def arguments(seed: int) -> tuple:
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(samples, d)) if mixed else 2.0 * np.eye(d)
        largest = np.linalg.eigvalsh(x.T @ x)[-1]
        return (
            rng.uniform(-1, 1, (n, d)),
            rng.uniform(-0.5, 0.5, d),
            x,
            0.5 / (2 * n * largest),
            steps,
        )

    return arguments


def _along(arguments: tuple, full=False, factor=1.0, masked=False, data=False) -> np.ndarray:
    """The errors at every step; the switches make the usual mistakes."""
    u, w, x, step, steps = arguments
    found = []
    for _ in range(steps + 1):
        found.append(matrix_error(u, w, full))
        if data:
            found[-1] = float(np.linalg.norm(x @ _gaps(u, w)))
        if masked:
            kept = _best_mask(u, w)
            slope = x.T @ x @ ((u * kept).sum(axis=0) - w)
            u = u - 2 * step * kept * slope
        else:
            u = step_of(u, w, x, factor * step)
    return np.array(found)


def _best_mask(u: np.ndarray, w: np.ndarray) -> np.ndarray:
    masks = all_masks(len(u))[:-1]
    chosen = [masks[np.abs(masks @ c - z).argmin()] for c, z in zip(u.T, w, strict=True)]
    return np.array(chosen).T


def _gaps(u: np.ndarray, w: np.ndarray) -> np.ndarray:
    return (u * _best_mask(u, w)).sum(axis=0) - w


def judge_along(arguments: tuple, value) -> str | None:
    """Whether these are the errors at every step of the descent."""
    *_, steps = arguments
    found, right = array_of(value, "the errors", (-1,)), _along(arguments)
    if len(found) != steps + 1:
        return f"{steps} steps have {steps + 1} errors, the first one before any step; you give {len(found)}"
    if np.abs(found - right).max() < 1e-6:
        return None
    mistaken = {
        "these are the errors when a column may be kept as a whole": _along(arguments, full=True),
        "the gradient of a square has a factor 2": _along(arguments, factor=0.5),
        "the gradient is a sum over the inputs, not their mean": _along(
            arguments, factor=1 / len(arguments[2])
        ),
        "the descent knows nothing of masks: every weight moves": _along(arguments, masked=True),
        "the error is measured between weights, not on the inputs": _along(arguments, data=True),
    }
    for words, wrong in mistaken.items():
        if np.abs(found - wrong).max() < 1e-6:
            return words
    k = int(np.argmax(np.abs(found - right) > 1e-6))
    return f"E_{k} is {right[k]:.4g}, and you have {found[k]:.4g}"


# 6. A counterexample


def _claim(seed: int) -> tuple:
    mine = numbers(seed)
    return mine["kappa"], mine["sign"]


def _column(value) -> tuple[np.ndarray, float]:
    u, w = parts_of(value, 2, "a column of three weights, and the target")
    return array_of(u, "the column", (3,)), number(w, "the target")


def _judge_column(arguments: tuple, value) -> str | None:
    _, sign = arguments
    u, w = _column(value)
    if max(np.abs(u).max(), abs(w)) > 1:
        return "weights and target should lie in [-1, 1]"
    return (
        None
        if w * sign > 0.05
        else "the target should have the sign of mine.sign, and be 0.05 or more in size"
    )


def _errors_of(value, kappa: float, steps: int) -> np.ndarray:
    u, w = _column(value)
    rest = u.sum() - w
    shifts = -rest / 3 * (1 - (1 - kappa) ** np.arange(steps + 1))
    return np.array([column_error(u + q, w) for q in shifts])


def _judge_perfect(arguments: tuple, value) -> str | None:
    kappa, _ = arguments
    start = _errors_of(value, kappa, 0)[0]
    return (
        None
        if start < 1e-9
        else f"at the start the best mask is off by {size(start)}, and should be exact"
    )


def _judge_rises(arguments: tuple, value) -> str | None:
    kappa, _ = arguments
    found = _errors_of(value, kappa, 5)
    for k in range(5):
        if found[k + 1] < found[k] + 1e-4:
            return f"from E_{k} to E_{k + 1} the error is {found[k]:.4f} and then {found[k + 1]:.4f}: no rise"
    return None


# 7. How often


def peaks_arguments(seed: int) -> tuple:
    """The student's own number of rows and relative step."""
    mine = numbers(seed)
    return mine["rows"], mine["kappa"]


def _judge_number(arguments: tuple, value) -> str | None:
    found = number(value, "peaks")
    return None if 0 <= found <= 30 else "in 60 steps there are between 0 and 30 peaks"


def _tells_along(arguments):
    """Instances on which the usual mistakes give other errors than the right ones."""

    def told(seed: int) -> tuple:
        for k in range(200):
            found = arguments(seed + k)
            right = _along(found)
            others = [
                _along(found, full=True),
                _along(found, masked=True),
                _along(found, factor=0.5),
            ]
            if all(np.abs(right - other).max() > 1e-3 for other in others):
                return found
        raise AssertionError("no instance was found that tells right from wrong")

    return told


ASSIGNMENT = Assignment(
    numbers,
    (
        Task(
            name="read_off", title="Read a picture", kind="value",
            checks=(own("what is passed", 2, _zeros_of, _judge_passed),),
        ),
        Task(
            name="by_hand", title="By hand", kind="value",
            checks=(own("three errors", 3, _hand_arguments, _judge_errors),),
        ),
        Task(
            name="limit", title="In the end", kind="value",
            checks=(own("the limit", 2, _hand_arguments, _judge_limit),),
        ),
        Task(name="limit_proof", title="In the end", kind="text", points=5),
        Task(
            name="best_pruned", title="The best mask that prunes", more=2,
            checks=(
                check("no whole column", 1, best_arguments(4, 1, full_tempts), judge_best),
                check("several columns", 2, best_arguments(5, 3, several_columns), judge_best),
            ),
        ),
        Task(
            name="errors_along", title="Along the descent", more=2,
            checks=(
                check("one column", 1, _tells_along(along_arguments(4, 1, 1)), judge_along),
                check("several columns", 2, _tells_along(along_arguments(4, 2, 5)), judge_along),
            ),
        ),
        Task(
            name="rising", title="A counterexample", kind="value",
            checks=(
                own("a column", 1, _claim, _judge_column),
                own("a perfect start", 1, _claim, _judge_perfect),
                own("five rises", 3, _claim, _judge_rises),
            ),
        ),
        Task(
            name="peaks", title="How often?", kind="value", more=1,
            checks=(own("a number", 1, peaks_arguments, _judge_number),),
        ),
        Task(name="explanation", title="How often?", kind="text", points=6),
    ),
)  # fmt: skip
