"""Exercises of the chapter models/inception.

Three to six. At least half ask to decide, to find a fault or to explain a miss. The sentence of a
question that ends in "?" or begins with "Write" is what the cell of the exercise prints.
"""

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

EXERCISES = (
    Exercise(
        title="A decision",
        question="Tell what is given, here 2, 3 and 4. What is their product?",
        hint="the first step, not the result",
        judge=Number(
            24,
            {
                9: "say what those forget who arrive at 9: the numbers are multiplied",
                6: "the 4 counts, too",
                12: "the 2 counts, too",
            },
            tolerance=1e-3,
        ),
        remark="What is there to learn from the right answer?",
    ),
    Exercise(
        title="A fault",
        question="Somebody counts 3 fence posts for 3 gaps. How many are there?",
        hint="where does a fence end?",
        judge=Number(
            4,
            {
                3: "a fence begins and ends with a post",
                2: "there are more posts than gaps",
                6: "neighboring gaps share a post",
            },
        ),
        remark="One more than gaps.",
    ),
    Exercise(
        title="A function",
        question="Write a function that takes m, k and n and returns their product.",
        hint="a judge of functions lists its wrong answers apart",
        judge=Function(
            "m, k and n",
            Cases([((2, 3, 4), 24, "all three are factors"), ((2, 3, 0), 0, "n may be 0")]),
        ),
        remark="Any three numbers will do.",
        wrong=(
            (lambda m, k, n: m * k, "all three are factors"),
            (lambda m, k, n: m + k + n, "all three are factors"),
            (lambda m, k, n: m * k * n or 1, "n may be 0"),
        ),
    ),
)
