"""Right and wrong answers to the exercises of parallel/data_parallel, each wrong one with its
advice."""

SOLUTIONS = {1: 175.0, 2: 25.9875, 3: 4.5e6, 4: 3, 5: 10.0}
WRONG = {
    1: [(87.5, "half of it"), (700, "one piece"), (1400, "all eight"), (200, "limit")],
    2: [
        (19.6875, "its latency"),
        (6.3, "bytes take their time"),
        (13.0, "the sums go around"),
        (11.22, "four bytes"),
        (1266.3, "a 64th"),
        (0.026, "in ms"),
        (100, "too large"),
    ],
    3: [
        (2.25e6, "that is the message"),
        (5e6, "a ninth of the rest"),
        (2.5e6, "two pieces"),
        (0.5e6, "half of the time"),
        (250_000, "half of the time"),
        (4.5, "in bytes"),
    ],
    4: [
        (4, "over ranks"),
        (5, "three of the four"),
        (12, "sum over the examples"),
        (8, "the ranks"),
    ],
    5: [(100, "take again"), (0.1, "more examples"), (1, "far below")],
}
