"""Exercises of the part on many machines, a module a chapter."""
