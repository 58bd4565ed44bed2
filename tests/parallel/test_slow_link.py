import sys

import cloudpickle
import torch

from lsdl_helpers.parallel import SlowLink, launch

cloudpickle.register_pickle_by_value(sys.modules[__name__])


def two_all_reduces():
    asked = []
    link = SlowLink(lambda num_bytes: asked.append(num_bytes) or 0.05)
    values = [torch.ones(3), torch.ones(5)]
    waits = [link(tensor) for tensor in values]
    early = list(link.spans)
    for wait in waits:
        wait()
    return values, asked, early, link.spans


def test_it_sums_in_order_without_making_the_caller_wait():
    for values, asked, early, spans in launch(two_all_reduces, 2):
        assert [tensor.tolist() for tensor in values] == [[2.0] * 3, [2.0] * 5]
        assert (asked, early) == ([12, 20], [])
        (_, _, first_end), (_, second_begin, second_end) = spans
        assert first_end <= second_begin < second_end
