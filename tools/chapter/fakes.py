"""What must turn the verdicts of chapter NUMBER."""

from lth_tutorial.PACKAGE import claims

from ..fakes import Instead, always

FAKES = {"NAME-spread": Instead(claims, {"_ratio": always(2.0)})}
