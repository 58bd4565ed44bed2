"""Right and wrong answers to the exercises of compression/mimic, each wrong one with its advice."""

import torch


def taken(images, chosen):
    return images.flatten(1).gather(0, chosen).view(-1, *images.shape[1:])


def random_points(images, n):
    return taken(images, torch.randint(len(images), (n, 256)))


def whole_pictures(images, n):
    return images[torch.randint(len(images), (n,))]


def uniform(images, n):
    return torch.rand(n, *images.shape[1:])


def pixels_from_anywhere(images, n):
    return images.flatten()[torch.randint(images.numel(), (n, *images.shape[1:]))]


def one_point_for_all(images, n):
    return random_points(images, 1).repeat(n, 1, 1, 1)


def flat(images, n):
    return random_points(images, n).flatten(1)


SOLUTIONS = {1: 1_746_944 / 17_024, 2: random_points, 3: 9 / 14, 4: 88, 5: 0.8, 6: 6215}
WRONG = {
    1: [
        (6.413, "16 members"),
        (25.65, "256 units"),
        (106.6, "second layer"),
        (0.009745, "on top"),
        (50.0, "too small"),
    ],
    2: [
        (whole_pictures, "whole pictures"),
        (uniform, "unchanged"),
        (pixels_from_anywhere, "stays in its place"),
        (one_point_for_all, "all points are the same"),
        (flat, "not torch.Size"),
        (len, "it raises"),
        (0.5, "a function of images and n"),
    ],
    3: [
        (8 / 14, "mistakes change"),
        (1 / 14, "no more points"),
        (5 / 14, "teacher's labels bring"),
        (13 / 14, "points change"),
        (9, "in parts of the gain"),
    ],
    4: [(88.36, "all fall on"), (100, "highest"), (94, "can be wrong"), (82, "counted once")],
    5: [
        (0.9659, "compare gains"),
        (0.2, "was lost"),
        (12, "in parts of"),
        (15, "the possible gain"),
        (1.25, "and below"),
    ],
    6: [(1668, "not as large"), (447.6, "larger of the two"), (26688, "factor of 1")],
}
