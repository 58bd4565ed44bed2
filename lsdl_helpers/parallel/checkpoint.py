"""Checkpoints that are loaded whole or not at all."""

import hashlib
import os
import re
from pathlib import Path
from typing import Any

import torch

# step, and the first 16 hexadecimal digits of the SHA-256 of the content
NAME = re.compile(r"step-(\d{8,})-([0-9a-f]{16})\.pt")


def save(folder: str | Path, step: int, state: dict[str, Any], *, keep: int = 2) -> Path:
    """Write a checkpoint, of one process at a time, and return its path.

    A file gets its name, which holds a hash of its content, once all of it is on the disk. A
    process that dies before leaves a file of another name, which the next call removes.

    Args:
        folder: is made if it is missing.
        step: steps of training that are done.
        state: what torch.save takes and torch.load gives back with ``weights_only=True``:
            tensors, numbers, strings, and lists and dictionaries of them.
        keep: checkpoints that stay, this one among them. Those of the same or a later step, of
            a course that was given up, do not.

    Raises:
        ValueError: for a negative step, or if none is to be kept.

    >>> save("checkpoints", 20, {"model": nn.Linear(2, 1).state_dict()}).name
    'step-00000020-...pt'
    """
    if step < 0:
        raise ValueError(f"step is {step}; it must be at least 0")
    if keep < 1:
        raise ValueError(f"keep is {keep}; it must be at least 1")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob("*.partial"):
        left_over.unlink()
    partial = folder / f"step-{step:08d}.partial"
    with open(partial, "w+b") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
        path = folder / f"step-{step:08d}-{_hash(file)}.pt"
    os.replace(partial, path)
    _sync_names(folder)
    earlier = [found for found in _newest_first(folder) if _step(found) < step]
    for old in set(_newest_first(folder)) - {path, *earlier[: keep - 1]}:
        old.unlink()
    return path


def load_latest(folder: str | Path) -> tuple[int, dict[str, Any]] | None:
    """Return step and state of the last checkpoint that is whole, or None if there is none.

    One whose content has not the hash of its name is said and passed over. Tensors come back
    on the CPU.

    >>> path = save("checkpoints", 20, {"model": nn.Linear(2, 1).state_dict()})
    >>> step, state = load_latest("checkpoints")
    >>> step, state["model"]["weight"].shape
    (20, torch.Size([1, 2]))
    """
    for path in _newest_first(Path(folder)):
        with open(path, "rb") as file:
            if _hash(file) == NAME.fullmatch(path.name)[2]:
                return _step(path), torch.load(file, map_location="cpu", weights_only=True)
        print(f"{path}: ignored: its content is not what was written", flush=True)
    return None


def random_state() -> dict[str, torch.Tensor]:
    """Return the state of torch's random numbers in this process, of CPU and current GPU.

    Those of ``random`` and of NumPy are not part of it.

    >>> sorted(random_state())
    ['cpu']
    """
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_initialized():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def set_random_state(state: dict[str, torch.Tensor]) -> None:
    """Go on with the random numbers of :func:`random_state`.

    >>> set_random_state(random_state())
    """
    torch.set_rng_state(state["cpu"])
    if "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"])


def _hash(file) -> str:
    """Return the hash of an open file from its start, and go back there."""
    file.seek(0)
    found = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    file.seek(0)
    return found


def _step(path: Path) -> int:
    return int(NAME.fullmatch(path.name)[1])


def _newest_first(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("step-*.pt") if NAME.fullmatch(path.name)]
    return sorted(found, key=_step, reverse=True)


def _sync_names(folder: Path) -> None:
    """Have the folder's names on the disk; only POSIX systems know how."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
