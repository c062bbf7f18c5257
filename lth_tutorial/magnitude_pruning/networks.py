"""The two networks of the chapter, with weights that are the same on every machine."""

import numpy as np
import torch
from torch import nn

from lth_tutorial.checks import generator


def lenet_300_100(rng=0) -> nn.Module:
    """784-300-100-10 with ReLU and biases, 266,200 weights; for images as rows."""
    model = nn.Sequential(
        nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10)
    )
    return glorot(model, rng)


def lenet_5(rng=0) -> nn.Module:
    """LeNet-5 (LeCun et al. 1998) with ReLU and maxima for its squashing and averages; 61,470 weights.

    Images as rows; convolutions of 6 and 16 maps of 5 x 5, then 400-120-84-10.
    """
    model = nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )
    # On a CPU convolutions are faster with a picture's channels side by side in memory.
    return glorot(model, rng).to(memory_format=torch.channels_last)


def glorot(model: nn.Module, rng=0) -> nn.Module:
    """Gaussian Glorot weights, variance 2 / (fan in + fan out), and biases 0; in place.

    rng: numpy Generator or seed. All draws happen on the CPU, in the model's order.
    """
    rng = generator("rng", rng)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() < 2:
                parameter.zero_()
                continue
            rest = parameter[0, 0].numel()
            fans = rest * (parameter.shape[0] + parameter.shape[1])
            draw = rng.normal(scale=np.sqrt(2 / fans), size=tuple(parameter.shape))
            parameter.copy_(torch.from_numpy(draw))
    return model
