"""Distributed inference: many ranks answer, each a part of the examples."""

from lsdl_helpers.parallel.inference.work_queue import Answers, answer_all

__all__ = ["Answers", "answer_all"]
