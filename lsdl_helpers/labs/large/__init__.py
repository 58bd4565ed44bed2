"""Exercises of the part on why networks must be large, a module a chapter."""
