"""What a notebook defines is in the ``__main__`` of each rank, where pickle looks for it."""

import multiprocessing
import sys
from types import ModuleType

import pytest

from lsdl_helpers.launch import launch

NOTEBOOK = """
import dataclasses, enum, functools, io, multiprocessing, pickle
import torch, torch.distributed as dist
from torch.utils.data import DataLoader, Dataset

@dataclasses.dataclass
class Config:
    rate: float = 0.1

class OnlyGiven(Config):
    class Inner(enum.Enum):
        one = 1

class Squares(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, k):
        return square(k)

def logged(fn):
    @functools.wraps(fn)
    def inner(k):
        return fn(k)
    return inner

@logged
def square(k):
    return k * k

def main(value):
    return value

def saved(value):
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file, weights_only=False)

def of_rank_1(value):
    gathered = [None] * dist.get_world_size()
    dist.all_gather_object(gathered, value)
    received = [gathered[1]]
    dist.broadcast_object_list(received, src=1)
    return received[0]

def from_processes():
    with multiprocessing.Pool(1) as pool:
        squares = pool.map(square, range(4))
    batches = DataLoader(Squares(), 2, num_workers=1, collate_fn=lambda batch: Config(sum(batch)))
    return squares, list(batches)

def everything(given):
    config = Config(dist.get_rank())
    copies = [pickle.loads(pickle.dumps(value)) for value in (given, given.Inner.one, square, main)]
    processes = multiprocessing.get_start_method() == "fork" and from_processes()
    return copies, saved(config), of_rank_1(config), processes, multiprocessing.get_start_method()
"""


@pytest.fixture
def notebook(monkeypatch):
    module = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    exec(NOTEBOOK, vars(module))
    return module


def test_what_a_notebook_defines_can_be_pickled_by_name_in_ranks(notebook):
    given, config = notebook.OnlyGiven(0.5), notebook.Config
    usual = multiprocessing.get_start_method()
    for rank, result in enumerate(launch(notebook.everything, 2, given)):
        (copy, one, square, main), saved, received, processes, method = result
        assert (copy, one, saved, received) == (given, given.Inner.one, config(rank), config(1))
        assert (square(3), main(4), method) == (9, 4, usual)
        assert processes == (method == "fork" and ([0, 1, 4, 9], [config(1), config(13)]))
    assert notebook.square(3) == 9
    assert notebook.square is not square  # nothing here is replaced by a copy that came back
