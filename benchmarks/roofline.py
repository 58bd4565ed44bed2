"""How near the predicted time of a network comes to the measured one, by one CPU thread or a GPU.

Calibrates the machine, without keeping it; then predicts and times three networks.

    python benchmarks/roofline.py [--accelerator]
"""

import argparse
import os
import time
from itertools import pairwise

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported

import torch
from torch import nn
from torchvision.models import resnet50

import lsdl_helpers as lsdl
from lsdl_helpers.measure import benchmark, cost, predict_time
from lsdl_helpers.measure.microbenchmarks import measure_limits

SECONDS = 6.0  # for one timing


def mlp() -> nn.Sequential:
    """Build the speech network of Vanhoucke et al. (2011), five hidden layers."""
    sizes = [440, *[2000] * 5, 7969]
    layers = [nn.Sequential(nn.Linear(a, b), nn.Sigmoid()) for a, b in pairwise(sizes)]
    return nn.Sequential(*layers)


NETWORKS = {
    "VGG-16": (lambda: lsdl.models.build("vgg16"), (3, 224, 224)),
    "ResNet-50": (resnet50, (3, 224, 224)),
    "MLP": (mlp, (440,)),
}


def main() -> None:
    """Print the limits, then a row a network and batch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accelerator", action="store_true", help="there instead of on the CPU")
    device = None if parser.parse_args().accelerator else "cpu"
    start = time.perf_counter()
    limits = measure_limits(device=device)
    print(limits)
    took = time.perf_counter() - start
    print(f"calibrated in {took:.0f} s; load average {os.getloadavg()[0]:.1f}")
    print("network   batch  predicted   measured  measured / predicted")
    for name, (build, shape) in NETWORKS.items():
        model = build().eval().to(limits.device)
        for batch in (1, 8):
            x = torch.rand(batch, *shape, device=limits.device)
            predicted = predict_time(cost(model, x.shape), limits).seconds
            with torch.inference_mode():
                timing = benchmark(lambda m=model, x=x: m(x), seconds=SECONDS, device=device)
            print(
                f"{name:10}{batch:5}{predicted * 1e3:8.1f} ms{timing.median * 1e3:8.1f} ms"
                f"{timing.median / predicted:12.2f}×"
            )


if __name__ == "__main__":
    main()
