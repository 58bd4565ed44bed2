"""Right and wrong answers to the exercises of models/resnet, with the advice."""


def share(n, k):
    inside = sum(min(n - 1, i + k // 2) - max(0, i - k // 2) + 1 for i in range(n))
    return (inside / (n * k)) ** 2


ADDED = 231_211_008
SOLUTIONS = {1: 18 * 256**2 / (17 * 64**2), 2: ADDED, 3: share}
WRONG = {
    1: [
        (0.05903, "bottleneck over the other"),
        (8.47, "two convolutions"),
        (18 / 17, "on 64 channels"),
        (16, "only the middle one"),
        (32, "counts too"),
        (20, "too large"),
    ],
    2: [
        (ADDED // 3, "three stages"),
        (ADDED // 3 * 4, "the pooling before it did"),
        (ADDED * 50 // 16, "however many follow"),
        (2 * ADDED, "counted once"),
        (0, "too small"),
    ],
    3: [
        (lambda n, k: ((3 * n - 2) / (3 * n)) ** 2, "with k = 5"),
        (lambda n, k: (1 - (k * k // 4) / (n * k)) ** 2, "smaller than the filter"),
        (lambda n, k: (3 * n - 2) / (3 * n), "2 of 3 columns"),
        (lambda n: 1.0, "raises TypeError"),
        (lambda n, k: "4/9", "instead of 0.4444"),
        (4 / 9, "is a function"),
    ],
}
