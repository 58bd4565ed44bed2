import argparse
import re

import pytest

from lsdl_helpers.commands.numbers import duration, whole_number
from tools.notebook_form import ROOT

ROOMS = ("benchmarks", "examples", "experiments", "lsdl_helpers", "tools")


@pytest.mark.parametrize("text", ["0", "21", "-1", "1.5", "x", "", "1" * 5000])
def test_a_whole_number_is_within_its_limits(text):
    assert (whole_number(1, 20)("1"), whole_number(1, 20)("20")) == (1, 20)
    with pytest.raises(argparse.ArgumentTypeError, match="is not a whole number from 1 to 20"):
        whole_number(1, 20)(text)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "3601", "x"])
def test_a_duration_is_above_0_and_at_most_an_hour(text):
    assert (duration("0.5"), duration("3600")) == (0.5, 3600)
    with pytest.raises(argparse.ArgumentTypeError, match="is not a number of seconds up to 3600"):
        duration(text)


def test_no_program_takes_any_number():
    """With type=int or float, 0 and -1 would be taken."""
    bare = re.compile(r"\btype=(int|float)\b")
    programs = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert not [str(path) for path in programs if bare.search(path.read_text())]
