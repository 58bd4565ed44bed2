"""A stand-in for an accelerator: an asynchronous queue that one thread of the CPU works off."""

import queue
import threading
from collections.abc import Callable
from typing import Any

import torch


class StandIn:
    """A queue and one thread of the CPU: asynchronous as an accelerator is, which matters here.

    It is no faster than the CPU and has no memory of its own. As on an accelerator, work is
    done in the order in which it was submitted, and an error shows when somebody waits. It
    computes with as many threads of torch as its maker.
    """

    is_standin = True

    def __init__(self) -> None:
        self.device = torch.device("cpu")
        self._queue: queue.SimpleQueue[Callable[[], Any]] = queue.SimpleQueue()
        self._error: Exception | None = None
        threads = torch.get_num_threads()
        threading.Thread(target=self._work, args=(threads,), daemon=True).start()

    def submit(self, fn: Callable[[], Any]) -> None:
        """Put a call at the end of the queue and return at once."""
        self._queue.put(fn)

    def synchronize(self) -> None:
        """Wait until all calls are done.

        Raises:
            Exception: the first one that a call raised since the last wait.
        """
        done = threading.Event()
        self._queue.put(done.set)
        done.wait()
        error, self._error = self._error, None
        if error is not None:
            raise error

    def fetch(self, tensor: torch.Tensor) -> torch.Tensor:
        """Wait for the calls before, and copy a result of theirs.

        >>> StandIn().fetch(torch.ones(2))
        tensor([1., 1.])
        """
        self.synchronize()
        return tensor.clone()

    def __repr__(self) -> str:
        return "a stand-in: one thread of the CPU works off a queue (no GPU here)"

    def _work(self, threads: int) -> None:
        torch.set_num_threads(threads)  # each thread of Python has a number of its own
        while True:
            fn = self._queue.get()
            try:
                fn()
            except Exception as error:
                self._error = self._error or error
