"""What the appendix's pictures say."""

import re

import numpy as np
import pytest

from lth_tutorial.tools import figures


def numbers(figure) -> list[float]:
    """The numbers of a figure's sentence."""
    text = figure.lth_says.replace("\u2212", "-").replace(",", "")
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?(?:e-\d+)?", text)]


@pytest.mark.parametrize("middle", [0, 0.4])
def test_drawn_products_are_as_many_as_the_area_says(middle):
    """10,000 draws; a binomial count strays by six standard deviations in less than 1 case in 10^8."""
    low, high, share, count, draws, uniform = numbers(figures.area(middle))
    assert [low, high, draws, uniform] == pytest.approx([middle - 0.1, middle + 0.1, 10_000, 0.1])
    assert abs(count - draws * share) < 6 * np.sqrt(draws * share)


def test_the_mean_over_all_beginnings_stays():
    ends = [numbers(figures.coins(seen)) for seen in range(1, 7)]
    assert {end[-1] for end in ends} == {round(0.75**6, 3)}
    assert [end[-2] for end in ends] == [2**seen for seen in range(1, 7)]


@pytest.mark.parametrize("spread", [0.1, 0.3, 0.5])
def test_the_mean_lies_between_the_curve_and_the_chord(spread):
    *_, mean, curve, chord = numbers(figures.chord(spread))
    assert mean == pytest.approx(1.5 / (1.5**2 - spread**2), abs=5e-4)
    assert curve < mean <= chord == 0.75 and curve == pytest.approx(2 / 3, abs=5e-4)


def test_no_direction_is_lengthened_more_than_the_norm():
    found = [numbers(figures.stretch(angle)) for angle in range(0, 180, 45)]
    assert [factor for _, factor, _, _ in found] == [2.24, 3, 2.24, 1]
    assert {(norm, frobenius) for *_, norm, frobenius in found} == {(3, round(10**0.5, 2))}


def test_the_union_bound_holds_with_equality_where_events_exclude_one_another():
    shares = [numbers(figures.union(bad))[1] for bad in figures.PLACED]
    assert shares[0] == 0.5 and shares[2] == 0.05 and 0.05 < shares[1] < 0.5
