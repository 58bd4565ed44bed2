"""Exercises and their checks."""

from lsdl_helpers.labs.checks import Exercise, check

__all__ = ["Exercise", "check"]
