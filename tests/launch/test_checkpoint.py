import datetime
import enum
import errno
import io
import os
import pathlib
from collections import Counter, OrderedDict, defaultdict

import numpy as np
import pytest
import torch
from torch import nn

from lsdl_helpers.launch import (
    checkpoint,
    load_latest_checkpoint,
    random_state,
    save_checkpoint,
    set_random_state,
)


def state(number):
    return {"model": {"weight": torch.full((3, 2), float(number))}, "lr": 0.1, "random": [None]}


def loaded(folder):
    """Step and number of the state that is loaded."""
    step, content = load_latest_checkpoint(folder)
    return step, content["model"]["weight"][0, 0].item()


def names(folder):
    return sorted(path.name[:13] for path in folder.iterdir())


def test_the_last_one_comes_back(tmp_path):
    assert load_latest_checkpoint(tmp_path / "none") is None
    for step in (20, 40):
        save_checkpoint(tmp_path / "run", step, state(step))
    step, content = load_latest_checkpoint(tmp_path / "run")
    assert step == 40
    assert torch.equal(content["model"]["weight"], state(40)["model"]["weight"])
    assert (content["lr"], content["random"]) == (0.1, [None])


def test_steps_are_ordered_as_numbers(tmp_path):
    save_checkpoint(tmp_path, 99_999_999, state(1))
    save_checkpoint(tmp_path, 100_000_000, state(2))
    assert loaded(tmp_path) == (100_000_000, 2)


def test_one_cut_off_anywhere_is_never_loaded(tmp_path, capsys):
    """At every byte near both ends, and at every 101st between."""
    save_checkpoint(tmp_path, 20, state(20))
    path = save_checkpoint(tmp_path, 40, state(40))
    content = path.read_bytes()
    near = {*range(100), *range(len(content) - 300, len(content))}
    for length in sorted(near | {*range(0, len(content), 101)}):
        path.write_bytes(content[:length])
        assert loaded(tmp_path) == (20, 20), f"cut off after {length} of {len(content)} bytes"
    assert f"{path}: ignored: its content is not what was written" in capsys.readouterr().out
    path.write_bytes(content)
    assert loaded(tmp_path) == (40, 40)


def test_neither_is_one_of_full_length_with_a_hole(tmp_path):
    """What a file system may leave after a loss of power."""
    save_checkpoint(tmp_path, 20, state(20))
    path = save_checkpoint(tmp_path, 40, state(40))
    content = path.read_bytes()
    for start in range(0, len(content), 64):
        path.write_bytes(content[:start] + b"\xff" * 64 + content[start + 64 :])
        assert loaded(tmp_path) == (20, 20)


def test_a_writer_that_dies_leaves_the_one_before(tmp_path):
    """Its partial file is not loaded, and the next writer takes it away."""
    save_checkpoint(tmp_path, 20, state(20))
    (tmp_path / "step-00000040.partial").write_bytes(b"cut off")
    assert loaded(tmp_path) == (20, 20)
    save_checkpoint(tmp_path, 60, state(60))
    assert names(tmp_path) == ["step-00000020", "step-00000060"]


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_writer_that_fails_leaves_the_one_before_alone(tmp_path, monkeypatch, moment):
    save_checkpoint(tmp_path, 20, state(20))

    def fail(*args):
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, moment, fail)
    with pytest.raises(OSError, match="the disk is broken"):
        save_checkpoint(tmp_path, 40, state(40))
    assert names(tmp_path) == ["step-00000020"]
    assert loaded(tmp_path) == (20, 20)


class FullDisk(io.FileIO):
    """A file on a disk that has room for 100,000 bytes."""

    def write(self, data):
        if self.tell() + len(data) > 100_000:
            raise OSError(errno.ENOSPC, "No space left")
        return super().write(data)


def open_full(path, mode):
    return io.BufferedRandom(FullDisk(path, mode))


@pytest.mark.parametrize("size", [10**6, 30_000, 24_900])  # torch notices at different places
def test_a_full_disk_is_an_error_that_names_folder_and_cause(tmp_path, monkeypatch, size):
    save_checkpoint(tmp_path, 20, state(20))
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "open", open_full, raising=False)
        with pytest.raises(OSError, match="No space left") as caught:
            save_checkpoint(tmp_path, 40, {"x": torch.ones(size)})
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path))
    assert names(tmp_path) == ["step-00000020"]
    assert loaded(tmp_path) == (20, 20)


class Color(enum.Enum):
    RED = 1


class Ours:
    pass


@pytest.mark.parametrize("value", [
    np.float64(0.5), np.int64(1), np.ones(2), np.random.RandomState(0).get_state(),
    pathlib.Path("x"), datetime.date(2026, 1, 1), defaultdict(list), frozenset([1]), slice(2),
    range(2), Color.RED, Ours(), nn.Linear(1, 1), lambda: 1, os,
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_what_could_not_be_loaded_is_refused(tmp_path, value):
    save_checkpoint(tmp_path, 20, state(20))
    with pytest.raises(ValueError, match=r"state\['of'\]\[1\].* is a .*; allowed are tensors"):
        save_checkpoint(tmp_path, 40, {**state(40), "of": [torch.ones(2), value]})
    assert names(tmp_path) == ["step-00000020"]
    assert loaded(tmp_path) == (20, 20)


@pytest.mark.parametrize(("wrong", "where"), [
    ({"a": {"b": (1, np.float64(2))}}, r"^state\['a'\]\['b'\]\[1\] is a numpy.float64, which"),
    ({"a": {Color.RED: 1}}, r"^key <Color.RED: 1> of state\['a'\] is a .*Color, which"),
    ([defaultdict(int, x=1)], r"^state\[0\] is a collections.defaultdict, which"),
])  # fmt: skip
def test_the_place_in_the_state_is_named(tmp_path, wrong, where):
    with pytest.raises(ValueError, match=where):
        save_checkpoint(tmp_path, 1, wrong)


@pytest.mark.parametrize("value", [
    None, True, 2**70, 1.5, 2j, "x", b"x", bytearray(b"x"), {1}, (1, [2]), {1: 2, (3, None): 4},
    OrderedDict(a=1), Counter("ab"), torch.Size([2]), torch.float16, torch.device("cpu"),
    torch.ones(2).to(torch.float8_e4m3fn), nn.Parameter(torch.ones(1)),
    torch.optim.SGD([torch.ones(1)], 0.1).state_dict(),
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_what_can_be_loaded_is_saved(tmp_path, value):
    save_checkpoint(tmp_path, 1, {"of": value})
    loaded = load_latest_checkpoint(tmp_path)[1]["of"]
    assert torch.equal(loaded, value) if torch.is_tensor(value) else loaded == value


def test_the_content_is_on_the_disk_before_it_has_a_name(tmp_path, monkeypatch):
    """And the name before save_checkpoint returns."""
    calls = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *args, name=name, real=real:
                            (calls.append(name), real(*args)))  # fmt: skip
    save_checkpoint(tmp_path, 20, state(20))
    assert calls == ["fsync", "replace", "fsync"][: 3 if os.name == "posix" else 2]


def test_as_many_are_kept_as_are_asked_for(tmp_path):
    for step in (1, 2, 3, 4):
        save_checkpoint(tmp_path, step, state(step))
    assert names(tmp_path) == ["step-00000003", "step-00000004"]
    save_checkpoint(tmp_path, 5, state(5), keep=1)
    assert names(tmp_path) == ["step-00000005"]


def test_one_of_a_run_that_was_given_up_does_not_stay(tmp_path):
    """After 40 was lost, training goes on from 20 and may reach another 40."""
    save_checkpoint(tmp_path, 20, state(20))
    path = save_checkpoint(tmp_path, 40, state(40))
    save_checkpoint(tmp_path, 60, state(60), keep=3)
    save_checkpoint(tmp_path, 30, state(30))
    assert names(tmp_path) == ["step-00000020", "step-00000030"]
    assert not path.exists()
    save_checkpoint(tmp_path, 30, state(31))
    assert names(tmp_path) == ["step-00000020", "step-00000030"]
    assert loaded(tmp_path) == (30, 31)


def test_other_files_are_left_alone(tmp_path):
    for name in ("notes.txt", "step-1.pt", "step-00000020-0000.pt"):
        (tmp_path / name).write_text("mine")
    save_checkpoint(tmp_path, 1, state(1), keep=1)
    save_checkpoint(tmp_path, 2, state(2), keep=1)
    assert loaded(tmp_path) == (2, 2)
    assert len(names(tmp_path)) == 4


def test_random_numbers_go_on():
    before = random_state()
    drawn = torch.rand(5)
    assert not torch.equal(torch.rand(5), drawn)
    set_random_state(before)
    assert torch.equal(torch.rand(5), drawn)


@pytest.mark.parametrize(("step", "keep", "message"), [
    (-1, 2, "step is -1; it must be at least 0"), (1, 0, "keep is 0; it must be at least 1"),
])  # fmt: skip
def test_a_wrong_number_is_named(tmp_path, step, keep, message):
    with pytest.raises(ValueError, match=message):
        save_checkpoint(tmp_path, step, state(1), keep=keep)
