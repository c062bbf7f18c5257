"""What must turn the verdicts of chapter 2."""

import numpy as np

from lth_tutorial.perturbed_subset_sum import claims

from ..fakes import Instead, Stored, always, something

SAVES_NOTHING = Instead(claims, {"_half": always(12.0)})

FAKES = {
    "perturbation": Instead(
        claims, {"best_subset": always(something(mask=np.ones(6, dtype=bool), error=9.0))}
    ),
    "abstract": SAVES_NOTHING,
    "slides": SAVES_NOTHING,
    "poster": Instead(claims, {"sizes_to_cover": always(None), "quantile_size": always(1000.0)}),
    "additive": SAVES_NOTHING,
    "finite": Instead(claims, {"sizes_to_cover": always(np.repeat([9.0, np.nan], 100))}),
    "smallest-n": Stored(
        "smallest-n", ("summary", "n", "shared", "0.01"), lambda curve: curve[::-1]
    ),
    "smallest-n-cause": Stored(
        "smallest-n", ("summary", "n"), lambda n: n | {"shared, balanced": n["shared"]}
    ),
    "covering-sizes": Stored("covering-sizes", ("summary", "slope"), 2.0),
}
