import numpy as np
import pytest

from lsdl_helpers.ledger import format_quantity


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (np.int64(12), "", "12"),
        (99.96, "ms", "100 ms"),
        (15470.3, "", "15,470"),
        (-0.3, "", "-0.300"),
        (0.0, "%", "0.00 %"),
    ],
)
def test_quantities_are_written_for_people(value, unit, text):
    assert format_quantity(value, unit) == text
