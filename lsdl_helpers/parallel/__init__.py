"""Parallelism over processes: a folder each for collectives, data, model and inference."""
