"""Exercises of the part on fast CPU implementations, a module a chapter."""
