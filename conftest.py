"""Notebooks are tested in the form in which the pages store them: controls as plain HTML."""

import os

import pytest

from tests import processor

os.environ["LTH_EXPLORE"] = "static"


def pytest_sessionstart(session):
    """A run as another processor is one, or ends here."""
    if os.environ.get(processor.SIGNAL):
        wrong = processor.still_on(os.environ)
        if wrong:
            pytest.exit(f"not another processor: {'; '.join(wrong)}", returncode=1)
