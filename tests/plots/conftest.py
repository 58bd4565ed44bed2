import matplotlib
import pytest


@pytest.fixture(autouse=True)
def _no_windows():
    from matplotlib import pyplot as plt

    backend = matplotlib.get_backend()
    plt.switch_backend("agg")
    yield
    plt.close("all")
    plt.switch_backend(backend)
