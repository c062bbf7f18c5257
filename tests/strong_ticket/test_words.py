"""The lines that chapter 6 prints, from made-up runs."""

from lth_tutorial.strong_ticket.published import words


def test_draws_that_are_lost_are_counted():
    cells = [
        {"parameters": {"steps": 13}, "numbers": {"losses": [45.0] * 12 + [last]}}
        for last in (0.5, None)
    ]
    says = words.first_steps({"summary": {"lost": [1], "seeds": 2}, "cells": cells}).splitlines()
    assert says[0].endswith("within 13 steps: 1 of 2 draws")
    assert says[1].endswith("45, 0.5") and says[2].endswith("45, no number")


def test_searches_that_were_better_on_their_way_are_counted():
    ways = {(0.0, 0.5): [{"accuracies": [0.9, 0.8]}], (0.3, 0.5): [{"accuracies": [0.5, 0.6]}]}
    assert "1 of 2 searches\n" in words.on_the_way(ways) and "0.90 to 0.90" in words.on_the_way(
        ways
    )


def test_logits_and_scores_are_compared_with_those_of_untrained_weights():
    """Half of each weight leaves the eighth power of a half."""
    untrained = {"start": {"logits": 0.04, "pull": [0, 1e-3]}, "whole": {"logits": 25.0}}
    long = {"start": {"logits": 0.004, "pull": [0, 5e-4]}, "scale": [0.5, 0.5]}
    says = words.shrunk(untrained, long)
    assert "gates times 0.50, matrix entries times 0.50" in says
    assert "logits times 0.00" in says and "logits 10 times smaller" in says
    assert says.endswith("scores 2 times smaller: a share of 5e-04 of the scores")
    lines = words.masked(untrained).splitlines()
    assert lines[0].startswith("a random mask at s = 0.8") and lines[0].endswith("0.0016")
    assert lines[2].endswith("0.09")
    assert lines[1].endswith("0.0016")


def test_distances_and_shorter_searches_are_those_of_the_stored_tables():
    assert "90 of 99\n" in words.distances("results")
    assert "76 of 80 cells\n" in words.shorter("results")
