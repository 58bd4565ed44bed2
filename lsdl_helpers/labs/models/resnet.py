"""Exercises of the chapter models/resnet."""

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number


def _share(n: int, k: int) -> float:
    inside = sum(0 <= i + tap - k // 2 < n for i in range(n) for tap in range(k))
    return (inside / (n * k)) ** 2


# (shallower, deeper), each as (training error, test error), the standard error of a difference,
# the verdict, what it overlooks
_PAIRS = (
    (((6.1, 10.2), (9.0, 13.4), 0.3), "degradation", "its training error is higher as well"),
    (((0.1, 6.5), (0.1, 7.8), 0.3), "overfitting", "both learn their training data"),
    (((4.0, 9.0), (2.5, 9.9), 0.3), "overfitting", "it does better on what it was trained on"),
    (((4.0, 9.0), (2.5, 8.1), 0.3), "depth helps", "both errors fall"),
    (((5.0, 12.0), (7.0, 11.0), 0.3), "degradation", "a lower test error is luck or "
     "regularization; what the shallower could learn, it did not"),
    (((2.0, 8.0), (2.5, 9.9), 0.3), "overfitting", "half a point of training error is noise: "
     "less than two standard errors"),
    (((2.0, 8.0), (1.7, 8.4), 0.3), "no difference", "neither difference is larger than noise"),
    (((2.0, 8.0), (1.0, 7.6), 0.3), "no difference", "the test error has not fallen by more than "
     "noise"),
    (((6.1, 10.2), (9.0, 13.4), 2.0), "no difference", "with an error of 2 points, 2.9 are noise"),
)  # fmt: skip

# (channels, out, stride, kind), parameters, and what a wrong answer overlooks
_SHORTCUTS = (
    ((256, 512, 2, "projection"), 256 * 512 + 2 * 512, "a 1x1 convolution without bias, and a "
     "normalization with a scale and a shift for each new channel"),
    ((256, 512, 2, "padding"), 0, "zeros are not learned"),
    ((256, 256, 1, "projection"), 0, "where the shape stays, the shortcut is x itself"),
    ((64, 256, 1, "projection"), 64 * 256 + 2 * 256, "the first bottleneck of ResNet-50 changes "
     "the channels and not the map"),
    ((64, 64, 2, "projection"), 64 * 64 + 2 * 64, "the map is halved, so x does not fit"),
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
        title="Which blocks have parameters beside the branch?",
        question="A colleague counts the parameters of a network, and forgets those of some "
        "shortcuts. Write a function `shortcut_parameters(channels, out, stride, kind)` for one "
        'block. `kind` is "projection" or "padding", for where the input does not fit.',
        hint="when can x be added to F(x) as it is? Not only the stride decides.",
        judge=Function("channels, out, stride and kind", Cases(_SHORTCUTS)),
        remark="A projection stands wherever the shape changes, in ResNet-50 in four blocks of 16.",
        wrong=(
            (
                lambda c, out, s, kind: (c + 2) * out if s > 1 and kind == "projection" else 0,
                "changes the channels and not the map",
            ),
            (lambda c, out, s, kind: (c + 2) * out, "zeros are not learned"),
            (
                lambda c, out, s, kind: (c + 2) * out if kind == "projection" else 0,
                "the shortcut is x itself",
            ),
            (
                lambda c, out, s, kind: c * out if kind == "projection" else 0,
                "a scale and a shift",
            ),
            (
                lambda c, out, s, kind: (c + 2) * out if c != out and kind == "projection" else 0,
                "the map is halved",
            ),
        ),
    ),
    Exercise(
        title="Overfitting, says a colleague",
        question="A colleague says so whenever a deeper network has a higher test error. Write a "
        "function `diagnose(shallower, deeper, noise)`. Each network is its training and test "
        "error in percent, at its best learning rate; `noise` is the standard error of a "
        "difference, and what is less than two of them counts as none. It returns "
        '"degradation", "overfitting", "depth helps" (on test data) or "no difference".',
        hint="which of the two errors can overfitting not raise? Look at that one first.",
        judge=Function("two pairs of errors and the noise", Cases(_PAIRS)),
        remark="The training error decides first: overfitting cannot raise it.",
        wrong=(
            (
                lambda a, b, e: "overfitting" if b[1] > a[1] else "depth helps",
                "its training error is higher as well",
            ),
            (
                lambda a, b, e: "degradation" if b[1] > a[1] else "depth helps",
                "both learn their",
            ),
            (
                lambda a, b, e: (
                    "depth helps"
                    if b[1] < a[1]
                    else "degradation"
                    if b[0] > a[0]
                    else "overfitting"
                ),
                "a lower test error is luck",
            ),
            (
                lambda a, b, e: (
                    "degradation"
                    if b[0] > a[0]
                    else "overfitting"
                    if b[1] > a[1]
                    else "depth helps"
                ),
                "half a point of training error is noise",
            ),
        ),
    ),
    Exercise(
        title="A vanished gradient, and its cause",
        question="A colleague stacks fully connected layers with ReLU, 512 values wide, without "
        "normalization. Back through 29 of them the norm of a gradient falls to 4.3e-5 of what it "
        "was, and he blames the depth. Which variance did he draw his weights with?",
        hint="by what factor does each of 29 layers change the mean square? Which variance makes "
        "that factor, and which one would make it 1?",
        judge=Number(
            1 / 512,
            {
                2 / 512: "that is He's variance, with which the norm would stay",
                512**-0.5: "that is the standard deviation",
                2 * 2**-0.5 / 512: "the ratio is one of norms; a layer's factor is for the mean "
                "square",
                1 / 1024: "ReLU takes a half, and the variance another: together 1/2 a layer, not "
                "1/4",
            },
            tolerance=0.02,
        ),
        remark="1/n instead of He's 2/n: the variance explains what he saw. With He's, 29 layers "
        "leave the norm as it was, but for chance.",
    ),
    Exercise(
        title="Larger filters at the edge",
        question=r"Write a function `share(n, k)`. It returns which share of the $k \times k$ "
        r"taps of a filter ($k$ odd) meets the map, over all positions; padding with zeros keeps "
        r"the map at $n \times n$. `share(2, 3)` is 4/9. Maps may be smaller than the filter.",
        hint="count one row first: for each of n positions, how many of k taps are inside?",
        judge=Function("n and k", Cases(_CASES)),
        remark="Large filters on small maps see mostly zeros; He's rule counts every tap.",
        wrong=(
            (lambda n, k: (3 * n - 2) / (3 * n), "2 of 3 columns"),
            (lambda n, k: ((3 * n - 2) / (3 * n)) ** 2, "with k = 5"),
            (lambda n, k: (1 - (k * k // 4) / (n * k)) ** 2, "smaller than the filter"),
        ),
    ),
    Exercise(
        title="How deep is a path?",
        question="In 50 residual blocks each branch passes on a quarter of a gradient's mean "
        "square, and paths are uncorrelated. Weigh every path by the mean square that it carries. "
        "Through how many branches does a path lead on average?",
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
        remark="50 blocks deep, and the gradient passes ten of them on average, by paths that "
        "a plain network does not have.",
    ),
)
