"""Distributed inference: many ranks answer, each its part of the examples."""

from lsdl_helpers.parallel.inference.work_queue import Answers, answer_all, shard

__all__ = ["Answers", "answer_all", "shard"]
