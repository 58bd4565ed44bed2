"""Checking a reader's answer: what is asked, a hint on request, and what is wrong with it."""

import copy
import importlib
import math
import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Judge = Callable[[Any], str | None]  # takes an answer, returns what is wrong with it, or None


@dataclass(frozen=True)
class Exercise:
    """One exercise, written once. The chapter's module lists them in order as ``EXERCISES``.

    Title and question are written into the chapter and its solutions, which hold the right
    answer to whatever is not one number. The remark is made on a right answer. ``wrong`` are
    wrong answers that the judge does not list itself, each with a part of its advice.
    """

    title: str
    question: str
    hint: str
    judge: Judge
    remark: str
    wrong: Sequence[tuple[Any, str]] = ()

    @property
    def asks(self) -> str:
        """The sentence of the question that asks: up to a ``?``, or one that begins "Write"."""
        sentences = re.split(r"(?<=[.?!])\s+", self.question)
        for sentence in sentences:
            if sentence.endswith("?") or sentence.startswith("Write "):
                return sentence
        raise ValueError(f"{self.title!r} asks nothing; allowed: a sentence with ?, or 'Write …'")


def check(exercise_id: str, answer: Any) -> None:
    """Check an answer: say what is asked while it is ``...``, raise while it is wrong.

    The answer ``"hint"`` asks for the exercise's hint.

    Args:
        exercise_id: chapter and number, e.g. "models/vgg/1".
        answer: what the exercise asks for, ``...`` or ``"hint"``.

    Raises:
        ValueError: if the answer is wrong, with a message that helps; or if there is no such
            exercise.

    >>> check("models/vgg/1", ...)
    Exercise 1: How many parameters are left?
    For a hint: check("models/vgg/1", "hint")
    """
    chapter, _, number = exercise_id.rpartition("/")
    by_number = {f"{k}": exercise for k, exercise in enumerate(exercises(chapter), start=1)}
    if number not in by_number:
        names = ", ".join(f"{chapter}/{k}" for k in by_number)
        raise ValueError(f"no exercise is called {exercise_id!r}; there are {names}")
    exercise = by_number[number]
    if answer is ...:
        print(f"Exercise {number}: {exercise.asks}")
        print(f'For a hint: check("{exercise_id}", "hint")')
        return
    if isinstance(answer, str) and answer == "hint":
        print(f"Hint: {exercise.hint}")
        return
    wrong = exercise.judge(answer)
    if wrong:
        raise ValueError(f"not yet: {wrong}")
    print(f"Right. {exercise.remark}")


def exercises(chapter: str) -> tuple[Exercise, ...]:
    """Return the exercises of a chapter, e.g. "models/vgg", in order.

    Raises:
        ValueError: if the chapter has none.

    >>> exercises("models/vgg")[0].title
    'The network without its largest layer'
    """
    name = f"{__package__}.{chapter.replace('/', '.')}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if not name.startswith(error.name or "?"):  # what the exercises need
            raise
        module = None
    if not hasattr(module, "EXERCISES"):
        raise ValueError(f"there are no exercises for {chapter!r}; write e.g. 'models/vgg/1'")
    return module.EXERCISES


@dataclass(frozen=True)
class Number:
    """A judge of one number.

    Args:
        expected: the right number.
        slips: wrong numbers that people arrive at, each with what was probably forgotten.
        tolerance: relative; both for the right number and for recognizing a slip.

    >>> Number(10, {5: "both directions count"})(5)
    'both directions count'
    """

    expected: float
    slips: Mapping[float, str]
    tolerance: float = 0.0

    def __call__(self, answer: Any) -> str | None:
        number = _plain_number(answer)
        if math.isnan(number):
            return f"the answer is a number, not {answer!r}"
        for recognized, advice in {self.expected: None, **self.slips}.items():
            if math.isclose(number, recognized, rel_tol=self.tolerance):
                return advice
        return f"{number:,} is too {'large' if number > self.expected else 'small'}"


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


@dataclass(frozen=True)
class Function:
    """A judge of a function.

    Args:
        takes: what the function takes, e.g. "n and k".
        examine: calls it, and returns what is wrong with it, or None; ``Cases`` as a rule.

    >>> Function("x", Cases([((2,), 4, "a square is asked")]))(lambda x: 2 * x + 1)
    'f(2) gives 5 instead of 4; a square is asked'
    """

    takes: str
    examine: Judge

    def __call__(self, answer: Any) -> str | None:
        if not callable(answer):
            return f"the answer is a function of {self.takes}, not {type(answer).__name__}"
        try:
            return self.examine(answer)
        except Exception as error:
            return f"it raises {error!r}"


@dataclass(frozen=True)
class Cases:
    """Try a function on one case after another, until one fails.

    A case is the arguments, the right result (a number, a string, or a list of these) and what
    a wrong answer overlooks.
    """

    cases: Sequence[tuple[tuple[Any, ...], Any, str]]

    def __call__(self, answer: Callable[..., Any]) -> str | None:
        for arguments, right, advice in self.cases:
            call = f"f({', '.join(map(repr, arguments))})"
            try:
                result = answer(*copy.deepcopy(arguments))
            except Exception as error:
                return f"{call} raises {error!r}; {advice}"
            if not _agree(result, right):
                return f"{call} gives {result!r} instead of {right!r}; {advice}"
        return None


def _agree(result: Any, right: Any) -> bool:
    """Compare, numbers up to rounding; what cannot be compared does not agree."""
    if isinstance(right, list):
        try:
            results = list(result)
        except TypeError:
            return False
        return len(results) == len(right) and all(map(_agree, results, right))
    if isinstance(right, str):
        return isinstance(result, str) and result == right
    return math.isclose(_plain_number(result), right, rel_tol=1e-6, abs_tol=1e-9)
