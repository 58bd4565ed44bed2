"""Samplers that fit a generative model, a mixture or a variational autoencoder, to few pictures."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lsdl_helpers.training import fit, random_batches


def mixture_points(
    images: Tensor, n: int, seed: int, *, num_components: int = 20, num_axes: int = 40
) -> Tensor:
    """Return draws from a mixture of normal distributions, fitted in a space of few axes.

    The axes are the principal components of the pictures. What lies outside of them is
    replaced by normal noise of the same variance, as in probabilistic principal components.
    Arguments and result as in :mod:`lsdl_helpers.compression.samplers`.

    >>> mixture_points(torch.rand(100, 1, 16, 16), 1000, seed=0).shape
    torch.Size([1000, 1, 16, 16])
    """
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture
    from threadpoolctl import threadpool_limits

    flat = images.flatten(1).double().numpy()
    mixture = GaussianMixture(num_components, reg_covar=1e-3, random_state=seed)
    with threadpool_limits(1):  # on such small matrices a second thread is only waited for
        axes = PCA(num_axes, random_state=seed).fit(flat)
        drawn, _ = mixture.fit(axes.transform(flat)).sample(n)
    points = torch.from_numpy(axes.inverse_transform(drawn)).float()
    generator = torch.Generator().manual_seed(seed)
    points = points[torch.randperm(n, generator=generator)]  # scikit-learn's stand by component
    noise = torch.randn(points.shape, generator=generator) * axes.noise_variance_**0.5
    return (points + noise).clamp(0, 1).view(n, *images.shape[1:])


class Autoencoder(nn.Module):
    """A variational autoencoder: pictures to normal distributions over few numbers and back.

    A pixel is normal with standard deviation sigma around what is decoded. Kingma and Welling,
    arXiv:1312.6114, with one hidden layer on either side.
    """

    def __init__(
        self, pixels: int, *, hidden: int = 256, code: int = 16, sigma: float = 0.15
    ) -> None:
        super().__init__()
        self.encode = nn.Sequential(
            nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, 2 * code)
        )
        self.decode = nn.Sequential(nn.Linear(code, hidden), nn.ReLU(), nn.Linear(hidden, pixels))
        self.code, self.sigma = code, sigma

    def forward(self, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the pictures decoded again, and mean and log variance of their codes.

        Args:
            x: (B, pixels).
            noise: standard normal, (B, code).
        """
        mean, log_variance = self.encode(x).chunk(2, dim=-1)  # (B, code) each
        return self.decode(mean + noise * (log_variance / 2).exp()), mean, log_variance

    def loss(self, outputs: tuple[Tensor, Tensor, Tensor], x: Tensor) -> Tensor:
        """Return minus the evidence lower bound, up to a constant, in nats a picture."""
        decoded, mean, log_variance = outputs
        missed = ((x - decoded) / self.sigma).square().sum(-1) / 2
        divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1) / 2
        return (missed + divergence).mean()

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Return pictures drawn from the model, (n, pixels)."""
        decoded = self.decode(torch.randn(n, self.code, generator=generator))
        return decoded + self.sigma * torch.randn(decoded.shape, generator=generator)


def autoencoder_points(
    images: Tensor, n: int, seed: int, *, steps: int = 1500, learning_rate: float = 2e-3
) -> Tensor:
    """Return draws from a variational autoencoder that was trained on the pictures.

    Arguments and result as in :mod:`lsdl_helpers.compression.samplers`; ``steps`` are of AdamW,
    in batches of 64.

    >>> autoencoder_points(torch.rand(9, 1, 16, 16), 1000, seed=0, steps=10).shape
    torch.Size([1000, 1, 16, 16])
    """
    flat = images.flatten(1)
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Autoencoder(flat.shape[1])
    optimizer = torch.optim.AdamW(model.parameters(), learning_rate, fused=True)
    draw_pictures = random_batches([flat], 64, generator, replacement=True)

    def draw() -> tuple[Tensor, Tensor, Tensor]:
        [x] = draw_pictures()
        return x, torch.randn(64, model.code, generator=generator), x

    fit(model, draw, model.loss, steps=steps, optimizer=optimizer, schedule="constant")
    with torch.inference_mode():
        return model.sample(n, generator).clamp(0, 1).view(n, *images.shape[1:])
