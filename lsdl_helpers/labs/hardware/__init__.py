"""Exercises of the part on specialized hardware, a module a chapter."""
