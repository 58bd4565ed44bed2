"""Checking a reader's answer: what is asked, one hint, and what is wrong with it."""

import copy
import importlib
import math
import numbers
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Exercise:
    """One exercise. The chapter's module lists them in order as ``EXERCISES``.

    ``judge`` takes the answer and returns what is wrong with it, or None; ``right`` is said
    when nothing is.
    """

    asks: str
    hint: str
    judge: Callable[[Any], str | None]
    right: str


def check(exercise_id: str, answer: Any) -> None:
    """Check an answer: say what is asked while it is ``...``, raise while it is wrong.

    Args:
        exercise_id: chapter and number, e.g. "models/vgg/1".
        answer: what the exercise asks for, or ``...``.

    Raises:
        ValueError: if the answer is wrong, with a message that helps; or if there is no such
            exercise.

    >>> check("models/vgg/1", ...)
    Exercise models/vgg/1 asks for ...
    """
    exercise = _find(exercise_id)
    if answer is ...:
        print(f"Exercise {exercise_id} asks for {exercise.asks}\nHint: {exercise.hint}")
        return
    wrong = exercise.judge(answer)
    if wrong:
        raise ValueError(f"not yet: {wrong}")
    print(f"Right. {exercise.right}")


def _find(exercise_id: str) -> Exercise:
    chapter, _, number = exercise_id.rpartition("/")
    name = f"lsdl_helpers.labs.{chapter.replace('/', '.')}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if not name.startswith(error.name or "?"):  # what the exercises need
            raise
        module = None
    if not hasattr(module, "EXERCISES"):
        raise ValueError(f"there are no exercises for {chapter!r}; write e.g. 'models/vgg/1'")
    if not number.isdecimal() or not 1 <= int(number) <= len(module.EXERCISES):
        known = ", ".join(f"{chapter}/{k + 1}" for k in range(len(module.EXERCISES)))
        raise ValueError(f"no exercise is called {exercise_id!r}; there are {known}")
    return module.EXERCISES[int(number) - 1]


def number(
    expected: float, slips: Mapping[float, str], *, tolerance: float = 0.0
) -> Callable[[Any], str | None]:
    """Return a judge of one number.

    Args:
        expected: the right number.
        slips: wrong numbers that people arrive at, each with what was probably forgotten.
        tolerance: relative; both for the right number and for recognizing a slip.
    """

    def judge(answer: Any) -> str | None:
        found = _plain_number(answer)
        if math.isnan(found):
            return f"the answer is a number, not {answer!r}"
        if math.isclose(found, expected, rel_tol=tolerance):
            return None
        for slip, advice in slips.items():
            if math.isclose(found, slip, rel_tol=tolerance):
                return advice
        return f"{found:,} is too {'large' if found > expected else 'small'}"

    return judge


def _plain_number(answer: Any) -> float:
    """Return the number in an answer, also in a tensor or array of one; nan if there is none."""
    try:
        plain = answer.item() if hasattr(answer, "item") else answer
    except (TypeError, ValueError, RuntimeError):  # more than one number, or on the device meta
        return math.nan
    if not isinstance(plain, numbers.Real):
        return math.nan
    try:
        rounded = float(plain)
    except OverflowError:
        return math.inf if plain > 0 else -math.inf
    return int(plain) if isinstance(plain, numbers.Integral) else rounded


Case = tuple[tuple[Any, ...], Any, str]


def function(
    of: str,
    cases: Iterable[Case],
    *,
    raised: str = "{} raises {error!r}",
    wrong: str = "{} gives {found!r} instead of {right}; {advice}",
    result: Callable[[Any], Any] = lambda found: found,
    same: Callable[[Any, Any], bool] = operator.eq,
) -> Callable[[Any], str | None]:
    """Return a judge of a function, which tries it on every case until one fails.

    Args:
        of: what the function takes, e.g. "n and k".
        cases: arguments, the right result, and what a wrong answer overlooks.
        raised, wrong: what is said of a case that fails, with braces for its arguments and for
            ``error``, ``found``, ``right`` and ``advice``.
        result: what is made of the function's result before it is compared.
        same: compares that with the right result.
    """

    def judge(answer: Any) -> str | None:
        if not callable(answer):
            return f"the answer is a function of {of}, not {type(answer).__name__}"
        for arguments, right, advice in cases:
            try:
                found = result(answer(*copy.deepcopy(arguments)))
            except Exception as error:
                return raised.format(*arguments, error=error, advice=advice)
            if not _agree(same, found, right):
                return wrong.format(*arguments, found=found, right=right, advice=advice)
        return None

    return judge


def _agree(same: Callable[[Any, Any], bool], found: Any, right: Any) -> bool:
    """Compare; what cannot be compared, such as a vector with a number, is not the same."""
    try:
        return bool(same(found, right))
    except Exception:
        return False
