"""A picture for the tests of reading pictures."""

import pytest
from PIL import Image


@pytest.fixture
def scene():
    """24 x 16, red at the left, green at the right: upright or not can be seen."""
    image = Image.new("RGB", (24, 16), (0, 255, 0))
    image.paste((255, 0, 0), (0, 0, 12, 16))
    return image
