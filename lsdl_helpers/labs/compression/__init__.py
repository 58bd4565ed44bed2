"""Exercises of the part on model compression, a module a chapter."""
