"""Model parallelism: each rank has a part of the weights: tensor parallelism, pipelines.

Its modules are imported one by one: ``pipeline`` loads torch's own pipelines, which takes a second.
"""
