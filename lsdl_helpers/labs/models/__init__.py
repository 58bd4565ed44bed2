"""Exercises of the part on large networks, a module a chapter."""
