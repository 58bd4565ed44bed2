"""Bias and noise of a sampled softmax's gradient, over ways to sample and to correct.

    python -m experiments.sampled_softmax

stores lsdl_helpers/data/results/sampled_softmax.json: a row for each model, method and number of
samples, with what theory predicts beside it. The gradient is that with respect to the hidden
vectors; bias and noise are relative to the norm of the exact one, over all examples. Ten minutes
of one core. With reproducible arithmetic, so that every x86 processor finds the same.
"""

import argparse
from collections.abc import Iterator
from datetime import date
from typing import Any

if __name__ == "__main__":
    from lsdl_helpers.arithmetic import use_reproducible_arithmetic

    use_reproducible_arithmetic()  # before torch is loaded

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lsdl_helpers.data import results
from lsdl_helpers.large import (
    draw_words,
    expected_counts,
    first_order_bias,
    gradient_bias,
    hidden_gradient,
    lasting_bias,
    log_uniform,
    predicted_bias,
    sampled_cross_entropy,
    toy_language,
    zipf,
)
from lsdl_helpers.measure import machine

SETTINGS = {
    "num_words": 10_000,
    "width": 64,
    "num_examples": 64,
    "samples": [16, 64, 256, 1024, 4096],
    "num_estimates": 2000,
    "num_groups": 10,
    "methods": {  # which words are drawn, whether each once, and what is corrected
        "corrected": {"sampler": "log-uniform", "unique": False, "corrects": "samples"},
        "target too": {"sampler": "log-uniform", "unique": False, "corrects": "both"},
        "uncorrected": {"sampler": "log-uniform", "unique": False, "corrects": "nothing"},
        "uniform": {"sampler": "uniform", "unique": False, "corrects": "samples"},
        "unique": {"sampler": "log-uniform", "unique": True, "corrects": "samples"},
        "unique, target too": {"sampler": "log-uniform", "unique": True, "corrects": "both"},
    },
    "models": ["toy", "untrained", "trained"],
    "toy": {"spread": 2.0, "seed": 0},
    "language": {"contexts": 16, "spread": 2.0},  # of the targets of the other two models
    "training": {"steps": 600, "batch_size": 256, "learning_rate": 3e-3, "seed": 0},
}
Examples = tuple[Tensor, Tensor, Tensor]  # hidden (N, d), weight (V, d), target (N,)


def model(name: str) -> tuple[Examples, dict[str, float]]:
    """Return hidden vectors, weights and targets of a model, and what describes its softmax."""
    sizes = [SETTINGS[key] for key in ("num_words", "width", "num_examples")]
    examples = toy_language(*sizes, **SETTINGS["toy"]) if name == "toy" else network(name)
    return examples, describe(*examples)


def describe(hidden: Tensor, weight: Tensor, target: Tensor) -> dict[str, float]:
    """Return loss, entropy (nats) and the standard deviation of the logits over words."""
    logits = hidden @ weight.T
    log_p = logits.log_softmax(1)
    return {
        "loss": round(F.nll_loss(log_p, target).item(), 4),
        "entropy": round(-(log_p.exp() * log_p).sum(1).mean().item(), 4),
        "spread_of_logits": round(logits.std(1).mean().item(), 4),
        "largest_probability": round(log_p.exp().amax(1).mean().item(), 4),
    }


def network(name: str) -> Examples:
    """Return a small network's hidden vectors and weights, before or after training.

    Each context is a random vector, and its words have the logits log(Zipf) + what a fixed
    random matrix makes of the context.
    """
    language, training = SETTINGS["language"], SETTINGS["training"]
    generator = torch.Generator().manual_seed(training["seed"])
    meaning = torch.randn(SETTINGS["num_words"], language["contexts"], generator=generator)
    meaning *= language["spread"] / language["contexts"] ** 0.5
    frequency = zipf(SETTINGS["num_words"]).log().float()

    def draw(size: int) -> tuple[Tensor, Tensor]:
        context = torch.randn(size, language["contexts"], generator=generator)
        p = (context @ meaning.T + frequency).softmax(1)
        return context, torch.multinomial(p, 1, generator=generator).squeeze(1)

    torch.manual_seed(training["seed"])
    body = nn.Sequential(
        nn.Linear(language["contexts"], 128), nn.ReLU(), nn.Linear(128, SETTINGS["width"])
    )
    head = nn.Linear(SETTINGS["width"], SETTINGS["num_words"], bias=False)
    if name == "trained":
        train(body, head, draw)
    context, target = draw(SETTINGS["num_examples"])
    with torch.no_grad():
        return body(context), head.weight, target


def train(body: nn.Module, head: nn.Module, draw: Any) -> None:
    """Train both with the softmax over all words."""
    settings = SETTINGS["training"]
    parameters = [*body.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, settings["learning_rate"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings["steps"])
    for _ in range(settings["steps"]):
        context, target = draw(settings["batch_size"])
        loss = F.cross_entropy(head(body(context)), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def row(examples: Examples, method: str, num_samples: int, num_estimates: int) -> dict[str, Any]:
    """Return what a method does with so many samples, and what theory says of it."""
    hidden, weight, target = examples
    options = SETTINGS["methods"][method]
    num_words, unique = SETTINGS["num_words"], options["unique"]
    uniform = torch.full((num_words,), 1 / num_words, dtype=torch.float64)
    q = uniform if options["sampler"] == "uniform" else log_uniform(num_words)
    expected = expected_counts(q, num_samples, unique=unique)
    corrects = {"corrected": options["corrects"] != "nothing",
                "correct_target": options["corrects"] == "both"}  # fmt: skip
    generator = torch.Generator().manual_seed(num_samples)

    def estimate() -> Tensor:
        samples = draw_words(q, num_samples, unique=unique, generator=generator)
        counts = expected if corrects["corrected"] else None
        return hidden_gradient(
            hidden,
            lambda h: sampled_cross_entropy(
                h, weight, target, samples, counts, correct_target=corrects["correct_target"]
            ),
        )

    exact = hidden_gradient(hidden, lambda h: F.cross_entropy(h @ weight.T, target))
    found = gradient_bias(
        exact, estimate, num_estimates=num_estimates, num_groups=SETTINGS["num_groups"]
    )
    theory = {"lasting": lasting_bias(hidden, weight, target, expected, **corrects)}
    if not unique and options["corrects"] == "samples":
        case = (hidden, weight, target, q, num_samples)
        theory["predicted"] = predicted_bias(*case)
        theory["first_order"], theory["first_order_noise"] = first_order_bias(*case)
    return {"method": method, "samples": num_samples, **_rounded({**vars(found), **theory})}


def _rounded(numbers: dict[str, float]) -> dict[str, float]:
    return {key: float(f"{value:.5g}") for key, value in numbers.items()}


def rows(examples: Examples) -> Iterator[dict[str, Any]]:
    """Yield a row for each method and number of samples."""
    for method in SETTINGS["methods"]:
        for num_samples in SETTINGS["samples"]:
            yield row(examples, method, num_samples, SETTINGS["num_estimates"])


def main() -> None:
    """Run and store."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    made = {"date": date.today().isoformat(), "processor": machine().processor.value}
    models = {}
    for name in SETTINGS["models"]:
        examples, description = model(name)
        models[name] = {"softmax": description, "rows": []}
        print(name, description, flush=True)
        for found in rows(examples):
            models[name]["rows"].append(found)
            print(found, flush=True)
    stored = {"settings": SETTINGS, "made": made, "models": models}
    results.write(results.FOLDER / "sampled_softmax.json", stored)


if __name__ == "__main__":
    main()
