"""Types for numbers on a command line, with limits."""

from argparse import ArgumentTypeError
from collections.abc import Callable

HOUR_S = 3600


def whole_number(least: int, most: int = 10**9) -> Callable[[str], int]:
    """Return the ``type`` of an argument that is a whole number from `least` to `most`.

    >>> whole_number(1, 20)("3")
    3
    """

    def number(text: str) -> int:
        # int() refuses to read thousands of digits
        if not text.isdecimal() or len(text) > 20 or not least <= int(text) <= most:
            raise ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return number


def duration(text: str) -> float:
    """Read an argument that is a time: more than 0 and at most an hour.

    >>> duration("0.4")
    0.4
    """
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= HOUR_S:
        raise ArgumentTypeError(f"{text!r} is not a number of seconds up to {HOUR_S}")
    return number
