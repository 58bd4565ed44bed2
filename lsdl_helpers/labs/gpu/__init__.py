"""Exercises of the part on GPUs, a module a chapter."""
