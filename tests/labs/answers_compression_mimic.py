"""Right and wrong answers to the exercises of compression/mimic, each wrong one with its advice."""

SOLUTIONS = {1: 1_746_944 / 17_024, 2: 88, 3: 0.8, 4: 6215}
WRONG = {
    1: [
        (6.413, "16 members"),
        (25.65, "256 units"),
        (106.6, "second layer"),
        (0.009745, "on top"),
        (50.0, "too small"),
    ],
    2: [(88.36, "all fall on"), (100, "highest"), (94, "can be wrong"), (82, "counted once")],
    3: [
        (0.9659, "compare gains"),
        (0.2, "was lost"),
        (12, "in parts of"),
        (15, "the possible gain"),
        (1.25, "and below"),
    ],
    4: [(1668, "not as large"), (447.6, "larger of the two"), (26688, "factor of 1")],
}
