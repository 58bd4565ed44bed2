"""Exercises of the chapter models/resnet."""

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number


def _share(n: int, k: int) -> float:
    inside = sum(0 <= i + tap - k // 2 < n for i in range(n) for tap in range(k))
    return (inside / (n * k)) ** 2


# (shallower, deeper), each as (training error, test error), the verdict, what it overlooks
_PAIRS = (
    (((6.1, 10.2), (9.0, 13.4)), "degradation", "its training error is higher as well"),
    (((0.1, 6.5), (0.1, 7.8)), "overfitting", "both learn their training data"),
    (((4.0, 9.0), (2.5, 9.9)), "overfitting", "it does better on what it was trained on"),
    (((4.0, 9.0), (2.5, 8.1)), "depth helps", "both errors fall"),
    (((5.0, 12.0), (7.0, 11.0)), "degradation", "a lower test error is luck or regularization; "
     "what the shallower could learn, it did not"),
)  # fmt: skip

# (n, k), and what a wrong answer overlooks
_MAPS = (
    ((2, 3), "on a 2x2 map each position sees 2 of 3 rows, and 2 of 3 columns"),
    ((8, 3), "at each end of a row one tap in three is outside"),
    ((8, 5), "with k = 5 two taps are outside at the end, and one beside it"),
    ((5, 1), "a filter of one pixel never leaves the map"),
    ((1, 3), "on a single pixel one of nine taps is left"),
    ((2, 7), "the map is smaller than the filter: a position sees all n rows, and no more"),
)
_CASES = tuple(((n, k), _share(n, k), advice) for (n, k), advice in _MAPS)

EXERCISES = (
    Exercise(
        title="Overfitting, says a colleague",
        question="Write a function `diagnose(shallower, deeper)`. Each is a network's pair of "
        "errors in percent, on training and on test data, at the end of training and at its best "
        'learning rate. It returns "degradation", "overfitting" or "depth helps".',
        hint="which of the two errors can overfitting not raise? Look at that one first.",
        judge=Function("two pairs of errors", Cases(_PAIRS)),
        remark="The training error decides first: overfitting cannot raise it.",
        wrong=(
            (lambda a, b: "overfitting", "its training error is higher as well"),
            (lambda a, b: "degradation" if b[1] > a[1] else "depth helps", "both learn their"),
            (
                lambda a, b: (
                    "depth helps"
                    if b[1] < a[1]
                    else "degradation"
                    if b[0] > a[0]
                    else "overfitting"
                ),
                "a lower test error is luck",
            ),
        ),
    ),
    Exercise(
        title="A vanished gradient, and its cause",
        question="A colleague stacks 30 fully connected layers with ReLU, 512 values wide, "
        "without normalization, and draws weights of variance 1/512. The first layer's output has "
        "a gradient 4e-5 times as long as the last one's, and he blames the depth. What is the "
        "ratio with He's rule?",
        hint="by what factor do his weights change a gradient's mean square at each layer, and "
        "by what factor do 29 layers then change its norm?",
        judge=Number(
            1,
            {
                2**-14.5: "that is his rule, not He's",
                2**-29: "that is the mean square, with his variance",
                2**14.5: "twice the variance only makes up for the half that ReLU takes",
                4e-5 * 2: "the variance is doubled at each of the layers",
                4e-5 * 2**29: "the root of 2 at each layer: the ratio is one of norms",
            },
            tolerance=0.05,
        ),
        remark="2 to the power -14.5 is 4e-5: the weights explain what he saw, not the depth.",
    ),
    Exercise(
        title="Larger filters at the edge",
        question=r"Write a function `share(n, k)`. It returns which share of the $k \times k$ "
        r"taps of a filter ($k$ odd) meets the map, over all positions; padding with zeros keeps "
        r"the map at $n \times n$. `share(2, 3)` is 4/9. Maps may be smaller than the filter.",
        hint="count one row first: for each of n positions, how many of k taps are inside?",
        judge=Function("n and k", Cases(_CASES)),
        remark="Large filters on small maps see mostly zeros; no rule of initialization knows.",
        wrong=(
            (lambda n, k: (3 * n - 2) / (3 * n), "2 of 3 columns"),
            (lambda n, k: ((3 * n - 2) / (3 * n)) ** 2, "with k = 5"),
            (lambda n, k: (1 - (k * k // 4) / (n * k)) ** 2, "smaller than the filter"),
        ),
    ),
    Exercise(
        title="How deep is a path?",
        question="In a network of 50 residual blocks each branch passes on a quarter of a "
        "gradient's mean square, and paths are uncorrelated. Weigh every path by the mean square "
        "that it carries. Through how many branches does a path lead on average?",
        hint="at each block a path goes around the branch with weight 1, or through it with "
        "weight 1/4; with which probability does it go through?",
        judge=Number(
            10,
            {
                25: "paths through many branches carry less: they do not all weigh the same",
                12.5: "a path goes around or through: the weights 1 and 1/4 do not add up to 1",
                50: "one path of 2 to the power 50 passes all branches",
                50 / 3: "mean squares add, not norms: the weight is 1/4, not 1/2",
                0: "the path around all branches is one of very many",
            },
            tolerance=0.001,
        ),
        remark="50 blocks deep, and the gradient has passed ten of them: most of it goes by "
        "paths that a plain network does not have.",
    ),
)
