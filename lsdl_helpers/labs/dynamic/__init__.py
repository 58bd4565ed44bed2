"""Exercises of the part on dynamic structure, a module a chapter."""
