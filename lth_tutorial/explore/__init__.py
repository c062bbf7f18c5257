"""Controls that are alive in a kernel and on a page without one.

explore      one figure behind sliders and menus: live widgets in Jupyter, pre-rendered frames on a page
Axis         the values of one parameter, with its label, its start and an optional play button
Computed     a table whose entries are made when a figure asks for them
describe     attach to a figure the sentence that says what it shows, and its numbers
guess        a question the reader answers before the answer appears
playground   switch candidates on and off by hand, and ask for the best subset
Calculator   a formula with fields to fill in, computed in the page itself

A page is built without a kernel, so there the same objects show themselves as plain HTML; the
environment variable ``LTH_EXPLORE=static`` asks for that form.
"""

from .axis import Axis
from .calculator import Calculator, Field
from .computed import Computed
from .explorer import Explorer, explore
from .frame import describe
from .guess import Guess, guess
from .playground import Playground, playground

__all__ = [
    "Axis",
    "Calculator",
    "Computed",
    "Explorer",
    "Field",
    "Guess",
    "Playground",
    "describe",
    "explore",
    "guess",
    "playground",
]
