"""Model parallelism: each rank has a part of the weights: tensor parallelism, pipelines."""
