"""Our networks against torchvision's and timm's, then optimized for inference; one thread.

First table: the time of ours over that of the twin with the same weights, forward, and forward
with backward, interleaved, with 95 % intervals. Second table: eager over optimized, batch 1, and
the largest change of the logits over the largest logit, with batch normalization estimated on
photographs. Random weights multiply rounding more than trained ones do.

    python benchmarks/models.py [NAME ...] [--seconds 20] [--batch 1]
"""

from collections.abc import Callable
from importlib import import_module

import torch
from torch import nn

from lsdl_helpers.commands.numbers import duration, whole_number
from lsdl_helpers.commands.parser import Parser
from lsdl_helpers.cpu import optimize_for_inference
from lsdl_helpers.data import list_photographs, photograph
from lsdl_helpers.measure import compare
from lsdl_helpers.models import build, list_models
from lsdl_helpers.pretrained import Preprocess


def torchvision(name: str, **options: bool) -> Callable[[], nn.Module]:
    """How to build torchvision's network of that name."""
    return lambda: import_module("torchvision").models.get_model(name, weights=None, **options)


def timm(name: str) -> Callable[[], nn.Module]:
    """How to build timm's network of that name."""
    return lambda: import_module("timm").create_model(name)


# Pixels a side, and the twin.
TWINS = {
    "efficientnet_lite0": (224, timm("tf_efficientnet_lite0")),
    "vgg11": (224, torchvision("vgg11", init_weights=False)),
    "vgg13": (224, torchvision("vgg13", init_weights=False)),
    "vgg16": (224, torchvision("vgg16", init_weights=False)),
    "vgg19": (224, torchvision("vgg19", init_weights=False)),
    "resnet18": (224, torchvision("resnet18")),
    "resnet34": (224, torchvision("resnet34")),
    "resnet50": (224, torchvision("resnet50")),
    "resnet101": (224, torchvision("resnet101")),
    "resnet152": (224, torchvision("resnet152")),
    "googlenet": (224, torchvision("googlenet", init_weights=False, aux_logits=False)),
    "inception_v3": (299, torchvision("inception_v3", init_weights=False, aux_logits=False)),
    "xception": (299, timm("legacy_xception")),
}
# The options with which ours is the twin's network.
OPTIONS = {name: {"variant": "v1.5"} for name in TWINS if name.startswith("resnet")}


def pair(name: str) -> tuple[nn.Module, nn.Module]:
    """Return ours and the twin with the same weights, by order where the names differ."""
    torch.manual_seed(0)
    ours, twin = build(name, **OPTIONS.get(name, {})), TWINS[name][1]()
    state = ours.state_dict()
    if state.keys() != twin.state_dict().keys():
        state = dict(zip(twin.state_dict(), state.values(), strict=True))
    twin.load_state_dict(state)
    return ours, twin


def step(model: nn.Module, x: torch.Tensor) -> None:
    """Run the network forward and backward."""
    for parameter in model.parameters():
        parameter.grad = None
    model(x).sum().backward()


def estimate_batch_norm(model: nn.Module, size: int) -> torch.Tensor:
    """Set batch normalization from eight photographs, and return them as input."""
    imagenet = Preprocess(size, size, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), "bilinear")
    pictures = torch.cat([imagenet(photograph(name)) for name in list_photographs()[:8]])
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
    with torch.no_grad():
        model.train()(pictures)
    model.eval()
    return pictures


def against_twin(name: str, seconds: float, batch: int) -> None:
    """Print the ratios of the times of ours to those of the twin."""
    ours, twin = pair(name)
    size = TWINS[name][0]
    x = torch.rand(batch, 3, size, size)
    with torch.no_grad():
        ours.eval(), twin.eval()
        forward = compare(ours=lambda: ours(x), twin=lambda: twin(x), seconds=seconds)
    ours.train(), twin.train()
    both = compare(ours=lambda: step(ours, x), twin=lambda: step(twin, x), seconds=seconds)
    for kind, result in {"forward": forward, "forward, backward": both}.items():
        low, high = result.interval
        meets = "" if low <= 1.03 and high >= 0.97 else "   outside"
        print(
            f"{name:20} {kind:18} {result.ratio:.3f} ({low:.3f} to {high:.3f}){meets}", flush=True
        )


def optimization_gain(name: str, seconds: float) -> None:
    """Print the speedup of ``optimize_for_inference`` over eager, and the change of the logits."""
    torch.manual_seed(0)
    model = build(name, **OPTIONS.get(name, {}))
    pictures = estimate_batch_norm(model, TWINS[name][0])
    x = pictures[:1]
    for dtype in (torch.float32, torch.bfloat16):
        optimized = optimize_for_inference(model, dtype=dtype)
        with torch.no_grad():
            expected = model(pictures)
            change = (optimized(pictures) - expected).abs().max() / expected.abs().max()
            fns = {"eager": lambda: model(x), "optimized": lambda optimized=optimized: optimized(x)}
            result = compare(**fns, seconds=seconds)
        low, high = result.interval
        print(f"{name:20} {str(optimized.dtype)[6:]:9} {result.ratio:.2f} ({low:.2f} to {high:.2f})"
              f"   logits change by {change:.1e}", flush=True)  # fmt: skip


def main() -> None:
    """Read the options and print both tables."""
    known = [name for name in list_models() if name in TWINS]
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; all")
    parser.add_argument("--seconds", type=duration, default=20, help="for one ratio (20)")
    parser.add_argument("--batch", type=whole_number(1), default=1, help="pictures at a time (1)")
    options = parser.parse_args()
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"no twin is known for {', '.join(unknown)}; there are {', '.join(known)}")
    torch.set_num_threads(1)
    names = options.names or known
    print(f"ours / twin, batch {options.batch}, 95 % intervals; goal: meets 0.97 to 1.03")
    for name in names:
        against_twin(name, options.seconds, options.batch)
    print("eager / optimized, batch 1")
    for name in names:
        optimization_gain(name, options.seconds)


if __name__ == "__main__":
    main()
