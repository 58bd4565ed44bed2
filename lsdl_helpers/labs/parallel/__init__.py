"""Exercises of the part on many processes, a module a chapter."""
