import sys
import threading

import cloudpickle
import torch

from lsdl_helpers.launch import launch
from lsdl_helpers.parallel.collectives import SlowLink

cloudpickle.register_pickle_by_value(sys.modules[__name__])


def two_all_reduces():
    asked, may_end = [], threading.Event()

    def seconds(num_bytes):
        asked.append(num_bytes)
        may_end.wait(60)
        return 0.001

    link = SlowLink(seconds)
    values = [torch.ones(3), torch.ones(5)]
    waits = [link(tensor) for tensor in values]
    early = list(link.spans)
    may_end.set()
    for wait in waits:
        wait()
    return values, asked, early, link.spans


def test_it_sums_in_order_without_making_the_caller_wait():
    for values, asked, early, spans in launch(two_all_reduces, 2):
        assert [tensor.tolist() for tensor in values] == [[2.0] * 3, [2.0] * 5]
        assert (asked, early) == ([12, 20], [])
        (_, _, first_end), (_, second_begin, second_end) = spans
        assert first_end <= second_begin < second_end
