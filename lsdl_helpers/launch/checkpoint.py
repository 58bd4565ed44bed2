"""Checkpoints by atomic writes, with a hash: they are loaded whole or not at all."""

import hashlib
import io
import os
import re
from collections import OrderedDict
from pathlib import Path
from typing import Any

import torch

# step, and the first 16 hexadecimal digits of the SHA-256 of the content
FILE_NAME = re.compile(r"step-(\d{8,})-([0-9a-f]{16})\.pt")
ALLOWED = (
    "tensors, numbers of Python, strings, bytes, None, and lists, tuples, sets and dictionaries of "
    "them; of a module or an optimizer its state_dict()"
)


def save_checkpoint(folder: str | Path, step: int, state: dict[str, Any], *, keep: int = 2) -> Path:
    """Write a checkpoint atomically, and return its path; for one process at a time.

    The content goes to a partial file, is synced to the disk (fsync), and only then gets its
    name, which holds its hash, by an atomic rename. A process that dies before that leaves a
    partial file, which the next call removes.

    Args:
        folder: is made if it is missing.
        step: steps of training that are done.
        state: what torch.load gives back with ``weights_only=True``: tensors, numbers of Python,
            strings, and lists, tuples, sets and dictionaries of them.
        keep: checkpoints that stay, this one among them. Those of the same or a later step, of
            a run that was given up, do not.

    Raises:
        ValueError: for a negative step, if none is to be kept, or for a state that could not be
            loaded, with the place in it. No file stays, and the checkpoints before do.
        OSError: with the folder and the cause, e.g. a full disk. The same holds.

    >>> save_checkpoint("checkpoints", 20, {"model": nn.Linear(2, 1).state_dict()}).name
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
        path = folder / f"step-{step:08d}-{_write_and_verify(state, partial)}.pt"
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _fsync_folder(folder)
    checkpoints = _newest_first(folder)
    earlier = [checkpoint for checkpoint in checkpoints if _step(checkpoint) < step]
    for checkpoint in set(checkpoints) - {path, *earlier[: keep - 1]}:
        checkpoint.unlink()
    return path


def load_latest_checkpoint(folder: str | Path) -> tuple[int, dict[str, Any]] | None:
    """Return step and state of the last intact checkpoint, or None if there is none.

    One whose content does not have the hash in its name is reported and skipped. Tensors come
    back on the CPU.

    >>> path = save_checkpoint("checkpoints", 20, {"model": nn.Linear(2, 1).state_dict()})
    >>> step, state = load_latest_checkpoint("checkpoints")
    >>> step, state["model"]["weight"].shape
    (20, torch.Size([1, 2]))
    """
    for path in _newest_first(Path(folder)):
        with open(path, "rb") as file:
            if _hash(file) == FILE_NAME.fullmatch(path.name)[2]:
                return _step(path), torch.load(file, map_location="cpu", weights_only=True)
        print(f"{path}: ignored: its content is not what was written", flush=True)
    return None


def random_state() -> dict[str, torch.Tensor]:
    """Return the state of torch's random number generators, of the CPU and the current GPU.

    Those of ``random`` and of NumPy are not part of it.

    >>> sorted(random_state())
    ['cpu']
    """
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_initialized():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def set_random_state(state: dict[str, torch.Tensor]) -> None:
    """Restore the state of torch's random number generators that :func:`random_state` returned.

    >>> set_random_state(random_state())
    """
    torch.set_rng_state(state["cpu"])
    if "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"])


def _write_and_verify(state: dict[str, Any], path: Path) -> str:
    """Write a file, sync it, check that it can be loaded, and return the hash of its content."""
    try:
        with open(path, "w+b") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
            content = _hash(file)
        torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:
        if explained := _readable_error(error, state, path.parent):
            raise explained from error
        raise
    return content


def _readable_error(error: Exception, state: dict[str, Any], folder: Path) -> Exception | None:
    """Return an error that names the cause, disk or value; None if it is neither."""
    disk_error = error if isinstance(error, OSError) else error.__context__  # torch hides it there
    if isinstance(disk_error, OSError) and disk_error.errno:
        return OSError(disk_error.errno, disk_error.strerror, str(folder))
    unloadable = _find_unloadable(state, "state")
    return ValueError(f"{unloadable}; allowed are {ALLOWED}") if unloadable else None


def _find_unloadable(value: Any, name: str) -> str:
    """Describe the first part of a value that torch could not load again; "" if there is none."""
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
    descriptions = (_find_unloadable(part, name_of_part) for part, name_of_part in parts)
    return next(filter(None, descriptions), "")


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
    digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    file.seek(0)
    return digest


def _step(path: Path) -> int:
    return int(FILE_NAME.fullmatch(path.name)[1])


def _newest_first(folder: Path) -> list[Path]:
    paths = [path for path in folder.glob("step-*.pt") if FILE_NAME.fullmatch(path.name)]
    return sorted(paths, key=_step, reverse=True)


def _fsync_folder(folder: Path) -> None:
    """Sync the names in a folder to the disk (fsync); only POSIX systems know how."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
