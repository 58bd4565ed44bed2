"""Checkpoints that are loaded whole or not at all."""

import hashlib
import io
import os
import re
from collections import OrderedDict
from pathlib import Path
from typing import Any

import torch

# step, and the first 16 hexadecimal digits of the SHA-256 of the content
NAME = re.compile(r"step-(\d{8,})-([0-9a-f]{16})\.pt")
ALLOWED = (
    "tensors, numbers of Python, strings, bytes, None, and lists, tuples, sets and dictionaries of "
    "them; of a module or an optimizer its state_dict()"
)


def save(folder: str | Path, step: int, state: dict[str, Any], *, keep: int = 2) -> Path:
    """Write a checkpoint, of one process at a time, and return its path.

    A file gets its name, which holds a hash of its content, once all of it is on the disk. A
    process that dies before leaves a file of another name, which the next call removes.

    Args:
        folder: is made if it is missing.
        step: steps of training that are done.
        state: what torch.load gives back with ``weights_only=True``: tensors, numbers of Python,
            strings, and lists, tuples, sets and dictionaries of them.
        keep: checkpoints that stay, this one among them. Those of the same or a later step, of
            a course that was given up, do not.

    Raises:
        ValueError: for a negative step, if none is to be kept, or for a state that could not be
            loaded, with the place in it. No file stays, and the checkpoints before do.
        OSError: with the folder and the cause, e.g. a full disk. The same holds.

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
    try:
        path = folder / f"step-{step:08d}-{_write(state, partial)}.pt"
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
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


def _write(state: dict[str, Any], path: Path) -> str:
    """Write a file, see whether it can be loaded, and return the hash of its content."""
    try:
        with open(path, "w+b") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
            content = _hash(file)
        torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:
        if explained := _explain(error, state, path.parent):
            raise explained from error
        raise
    return content


def _explain(error: Exception, state: dict[str, Any], folder: Path) -> Exception | None:
    """Return an error that says what a disk or torch did not take, None if that is unknown."""
    of_disk = error if isinstance(error, OSError) else error.__context__  # torch hides it there
    if isinstance(of_disk, OSError) and of_disk.errno:
        return OSError(of_disk.errno, of_disk.strerror, str(folder))
    refused = _refused(state, "state")
    return ValueError(f"{refused}; allowed are {ALLOWED}") if refused else None


def _refused(value: Any, name: str) -> str:
    """Say which part of a value could not be loaded; "" if there is none."""
    if type(value) in (dict, OrderedDict):
        parts = [(key, f"key {key!r} of {name}") for key in value]
        parts += [(part, f"{name}[{key!r}]") for key, part in value.items()]
    elif type(value) in (list, tuple):
        parts = [(part, f"{name}[{k}]") for k, part in enumerate(value)]
    elif _can_be_loaded(value):
        return ""
    else:
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        return f"{name} is a {kind}, which could not be loaded"
    inner = (_refused(part, name_of_part) for part, name_of_part in parts)
    return next(filter(None, inner), "")


def _can_be_loaded(value: Any) -> bool:
    file = io.BytesIO()
    try:
        torch.save(value, file)
        file.seek(0)
        torch.load(file, map_location="cpu", weights_only=True)
    except Exception:  # pickle and torch raise many kinds
        return False
    return True


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
