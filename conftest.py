"""Notebooks are tested in the form in which the pages store them: controls as plain HTML."""

import os

os.environ["LTH_EXPLORE"] = "static"
