"""Train chapter 3's 64-32-10 target anew and store it with the package, in single precision."""

from pathlib import Path

import numpy as np

import lth_tutorial
from lth_tutorial.weight_pruning.experiments import train_digits_target

FILE = Path(lth_tutorial.__file__).parent / "data" / "digits-network.npz"

if __name__ == "__main__":
    temporary = FILE.with_suffix(".part.npz")
    np.savez(temporary, *(w.astype(np.float32) for w in train_digits_target()))
    temporary.replace(FILE)
