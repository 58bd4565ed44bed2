"""Exercises of the chapter large/scale."""

import math

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

# (channels, out, kernel, side, groups), [units, parameters, connections], what is overlooked
_LAYERS = (
    ((3, 64, 3, 224, 1), [3_211_264, 1_792, 86_704_128], "a unit for each channel and position; "
     "weights and a bias for each channel; a connection for each unit and each number it reads"),
    ((3, 64, 3, 448, 1), [12_845_056, 1_792, 346_816_512], "twice the side has four times the "
     "positions; the weights stay"),
    ((64, 64, 3, 56, 64), [200_704, 640, 1_806_336], "with as many groups as channels, a unit "
     "reads one channel"),
    ((48, 128, 5, 27, 2), [93_312, 76_928, 55_987_200], "with two groups a unit reads half of the "
     "channels; there are as many units as before"),
    ((25_088, 4_096, 1, 1, 1), [4_096, 102_764_544, 102_760_448], "a fully connected layer has "
     "one position; a bias is a parameter, and connects a unit to nothing"),
)  # fmt: skip


def _count(channels: int, out: int, kernel: int, side: int, groups: int) -> list[int]:
    units, reads = out * side**2, channels // groups * kernel**2
    return [units, out * (reads + 1), units * reads]


# (interval of the prediction, interval of the measurement, times as many seeds)
_INTERVALS = (
    (((0.26, 0.31), (0.64, 0.67), 100), "the law is wrong", "the two intervals lie apart already; "
     "more seeds make both of them narrower where they are"),
    (((0.46, 0.68), (0.64, 0.67), 1), "open", "the intervals overlap, and nothing changes"),
    (((0.46, 0.68), (0.64, 0.67), 100), "more seeds would tell", "an interval around 0.57 that is "
     "a tenth as wide ends below 0.59"),
    (((0.46, 0.68), (0.64, 0.67), 4), "more seeds would tell", "four times the seeds halve an "
     "interval: to 0.515 and 0.625"),
    (((0.46, 0.68), (0.63, 0.67), 2), "open", "twice the seeds shrink an interval by the root of "
     "two: to about 0.49 and 0.65"),
    (((0.57, 0.73), (0.64, 0.67), 100), "open", "0.65 and 0.655 are too close: the intervals still "
     "overlap"),
    (((0.64, 0.67), (0.26, 0.31), 2), "the law is wrong", "a prediction can also be too high"),
)  # fmt: skip


def _verdict(prediction: tuple, measurement: tuple, times: float, root: float = 0.5) -> str:
    def apart(shrink: float) -> bool:
        (a, x), (b, y) = (((low + high) / 2, (high - low) / 2 * shrink)
                          for low, high in (prediction, measurement))  # fmt: skip
        return abs(a - b) > x + y

    if apart(1):
        return "the law is wrong"
    return "more seeds would tell" if apart(times**-root) else "open"


_PURE_CROSSING = 16 * 4 ** (math.log(0.50 / 0.44) / math.log((0.44 / 0.56) / (0.50 / 0.70)))

EXERCISES = (
    Exercise(
        title="A layer, counted three ways",
        question="Write a function `count(channels, out, kernel, side, groups)`. A convolution "
        "reads `channels` and puts out `out` channels of `side` × `side` positions. A unit "
        "reads only its own of `groups` equal parts of the channels (as many groups as channels: "
        "depthwise). Return units, parameters (with biases) and connections (without biases; zeros "
        "beyond the border are read, too). In a fully connected layer `kernel`, `side` and "
        "`groups` are 1.",
        hint="how many numbers does one unit read? Which of the three counts use `side`?",
        judge=Function("channels, out, kernel, side and groups", Cases(_LAYERS)),
        remark="Units belong beside neurons, connections beside synapses. Parameters do not know "
        "how large the picture is. Groups take connections away, and no unit.",
        wrong=(
            (
                lambda c, o, k, s, g: [_count(c, o, k, s, g)[0], *_count(c, o, k, 1, g)[1:]],
                "a connection for each unit",
            ),
            (
                lambda c, o, k, s, g: [o, *_count(c, o, k, s, g)[1:]],
                "a unit for each channel and position",
            ),
            (
                lambda c, o, k, s, g: [
                    o * s * s,
                    o * (c // g) * k * k,
                    _count(c, o, k, s, g)[2],
                ],
                "weights and a bias",
            ),
            (lambda c, o, k, s, g: _count(c, o, k, s, 1), "a unit reads one channel"),
            (
                lambda c, o, k, s, g: _count(c, o if g in (1, c) else o // g, k, s, g),
                "as many units as before",
            ),
            (
                lambda c, o, k, s, g: [
                    *_count(c, o, k, s, g)[:2],
                    _count(c, o, k, s, g)[2] + (o if s == 1 else 0),
                ],
                "connects a unit to nothing",
            ),
        ),
    ),
    Exercise(
        title="Would more seeds have helped?",
        question="A colleague answers every miss with more seeds. Write a function "
        "`verdict(prediction, measurement, times)`. It takes two 95 % intervals `(low, high)`, "
        "and by which factor the number of seeds is raised; intervals shrink around their "
        'middles by its square root. It returns "the law is wrong" (they lie apart already), '
        '"more seeds would tell" (they overlap now, and no longer then) or "open".',
        hint="two intervals lie apart where their middles differ by more than their half widths "
        "together.",
        judge=Function("two intervals and a factor", Cases(_INTERVALS)),
        remark="More seeds narrow an interval where it stands. They never move a wrong law to the "
        "right place.",
        wrong=(
            (
                lambda p, m, times: _verdict(p, m, 1) if times == 1 else "more seeds would tell",
                "the two intervals lie apart already",
            ),
            (
                lambda p, m, times: "open" if p[0] <= m[1] and m[0] <= p[1] else "the law is wrong",
                "a tenth as wide",
            ),
            (lambda p, m, times: _verdict(p, m, times, root=1), "the root of two"),
            (
                lambda p, m, times: (
                    "the law is wrong"
                    if p[1] < m[0]
                    else _verdict(p, m, times).replace("the law is wrong", "open")
                ),
                "can also be too high",
            ),
        ),
    ),
    Exercise(
        title="The design that wins later",
        question="Two designs were trained at sizes N, 4N and 16N. The old one has losses of 0.80, "
        "0.56 and 0.44, the new one 1.10, 0.70 and 0.50. The old one is ahead; you can afford "
        "more. At which multiple of N has the new one caught up, if both follow laws with a floor?",
        hint="find both floors first. How much above its floor is each at 16N, and what does one "
        "more step of 4 do to that?",
        judge=Number(
            256,
            {
                4: "those may be steps; each multiplies the size by 4",
                16: "at 16N the old one is ahead",
                64: "at 64N the old one is at 0.38, the new one at 0.40",
                1024: "there the new one is ahead already",
                _PURE_CROSSING: "that is where pure power laws through the last two points cross",
            },
            tolerance=0.01,
        ),
        remark="The new one has the lower floor, 0.30 against 0.32: the better design of the small "
        "is not that of the large. A last loss that is off by 0.01 moves the crossing to about "
        "64N, or away for good: ask for more seeds first.",
    ),
)
