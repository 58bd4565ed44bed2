"""Right and wrong answers to the exercises of models/cost, with the advice."""


def frontier(networks):
    best, names = float("-inf"), []
    for name, _, accuracy in sorted(networks, key=lambda network: (network[1], -network[2])):
        if accuracy > best:
            best = accuracy
            names.append(name)
    return names


def without_best(networks):
    """Compare with the next cheaper one only."""
    ordered = sorted(networks, key=lambda network: (network[1], -network[2]))
    pairs = zip([("", 0, float("-inf")), *ordered], ordered, strict=False)
    return [network[0] for before, network in pairs if network[2] > before[2]]


def equal_cost_stays(networks):
    ordered = sorted(networks, key=lambda network: (network[1], network[2]))
    best, names = float("-inf"), []
    for name, _, accuracy in ordered:
        if accuracy > best:
            best = accuracy
            names.append(name)
    return names


def equal_accuracy_stays(networks):
    best, names = float("-inf"), []
    for name, _, accuracy in sorted(networks, key=lambda network: (network[1], -network[2])):
        if accuracy >= best:
            best = accuracy
            names.append(name)
    return names


SOLUTIONS = {1: 9 * 256**2 / (9 * 256 + 256**2), 2: frontier, 3: 10}
WRONG = {
    1: [
        (9, "depthwise part is not free"),
        (256, "1x1 part is not free"),
        (0.115, "the share which is left"),
        (28.44, "compares the two parts"),
        (8.0, "too small"),
    ],
    2: [
        (without_best, "best of all that are cheaper"),
        (equal_cost_stays, "at the same cost"),
        (equal_accuracy_stays, "no better"),
        (lambda networks: [name for name, _, _ in networks], "cheaper and better"),
        (lambda networks: networks[0][3], "raises IndexError"),
        (["a"], "is a function"),
    ],
    3: [
        (5, "the balance"),
        (20, "two operations"),
        (2.5, "four bytes"),
        (40, "which divides"),
        (1, "reading takes longer"),
        (11, "too large"),
    ],
}
