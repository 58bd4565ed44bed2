"""Right and wrong answers to the exercises of gpu/timing, each wrong one with its advice."""

import math
import time


def clock(device, fn):
    device.synchronize()
    start = time.perf_counter()
    device.submit(fn)
    device.synchronize()
    return time.perf_counter() - start


def without_the_last_wait(device, fn):
    device.synchronize()
    start = time.perf_counter()
    device.submit(fn)
    return time.perf_counter() - start


def without_the_first_wait(device, fn):
    start = time.perf_counter()
    device.submit(fn)
    device.synchronize()
    return time.perf_counter() - start


def without_a_result(device, fn):
    clock(device, fn)


def twice(device, fn):
    return clock(device, fn) + clock(device, fn)


SOLUTIONS = {1: clock, 2: 60, 3: 6.988, 4: 14}
WRONG = {
    1: [
        (without_the_last_wait, "before the device is done"),
        (without_the_first_wait, "queued before"),
        (without_a_result, "returns None instead"),
        (twice, "called 2 times"),
        (lambda device, fn: 0.0, "submit the function"),
        (lambda device: 0.0, "raises TypeError"),
        (0.1, "is a function"),
    ],
    2: [
        (30, "both medians"),
        (120, "not four times"),
        (11, "square of the spread"),
        (8, "square of the spread"),
        (6, "spread, and both"),
        (43, "square root of 2"),
        (500, "too large"),
    ],
    3: [
        (13.98, "1536 of the 3072"),
        (6.274, "base clock"),
        (12.55, "boost clock"),
        (3.494, "two operations"),
        (768, "counted differently"),
        (384, "counted differently"),
        (math.nan, "is a number"),
    ],
    4: [
        (9, "transfer"),
        (10, "transfer"),
        (8, "transfer"),
        (16, "fixed cost"),
        (13, "still ahead"),
        (1, "too small"),
    ],
}
