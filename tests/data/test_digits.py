import sklearn.datasets
import torch

from lsdl_helpers.data import digits


def test_the_digits_of_scikit_learn_normalized():
    (x, y), (test_x, test_y) = digits()
    assert (x.shape, test_x.shape) == ((1500, 1, 8, 8), (297, 1, 8, 8))
    torch.testing.assert_close(x.mean(), torch.tensor(0.0), atol=1e-5, rtol=0)
    torch.testing.assert_close(x.std(), torch.tensor(1.0))
    dataset = sklearn.datasets.load_digits()
    pixels = torch.cat([x, test_x])[:, 0].flatten()
    correlation = torch.corrcoef(torch.stack([pixels, torch.tensor(dataset.images).flatten()]))
    assert correlation[0, 1] > 1 - 1e-5
    assert torch.equal(torch.cat([y, test_y]), torch.tensor(dataset.target))
