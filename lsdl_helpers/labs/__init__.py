"""Exercises and their checks."""

from lsdl_helpers.labs.checks import Exercise, check, exercises

__all__ = ["Exercise", "check", "exercises"]
