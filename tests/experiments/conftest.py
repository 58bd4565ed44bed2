"""What an experiment finds with reproducible arithmetic, which a process chooses at its start."""

import importlib
import json

import pytest

from lsdl_helpers import arithmetic


def evaluated(module, expression):
    """Return, as JSON has it, the value of an expression in the terms of an experiment."""
    terms = {module: importlib.import_module(f"experiments.{module}")}
    return json.loads(json.dumps(eval(expression, terms)))


@pytest.fixture
def reproducibly():
    """Return a function of a module and an expression in its terms, which gives the value."""
    return lambda *terms: arithmetic.reproducibly(evaluated, *terms)
