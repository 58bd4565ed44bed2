"""How the processes of ranks are started: without the program that calls, and fast on Linux."""

import functools
import multiprocessing
import os
import shutil
import sys
import tempfile
from multiprocessing import process, spawn, util
from multiprocessing.context import BaseContext
from typing import Any

NAME = "lsdl-rank"  # of the processes, by which they are told from others

# What ranks need is imported once, before they are forked. Without torch._dynamo each would
# import it at its first optimizer step, which takes seconds.
PRELOADED = [
    "torch._dynamo",
    "torch.distributed.optim",
    "torch.distributed.pipelining",
    "torch.distributed.tensor.parallel",
    "torch.nn.parallel",
    "lsdl_helpers.launch",
]

# Bytes: multiprocessing adds "/listener-12345678", and macOS allows 103 in all, Linux 107.
LONGEST_SOCKET_FOLDER = 85


def context() -> BaseContext:
    """Return what starts ranks: a fork server on Linux, else spawn (not run there).

    Not fork: threads that torch has started here would be missing there, and waited for. And
    no fork server on macOS, where a fork is unsafe once a framework was loaded.
    """
    _leave_out_main()
    if os.name == "posix":
        _shorten_socket_paths()
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(PRELOADED)
    return server


@functools.cache
def _leave_out_main() -> None:
    """Keep multiprocessing from running the program that calls again, from the top, in a rank.

    The function travels by value, so that no rank needs the program. ``__main__`` itself stays
    as it is, for other threads use it, and so do processes that are no ranks.
    """
    usual = spawn.get_preparation_data

    def preparation_data(name: str) -> dict[str, Any]:
        data = usual(name)
        if name.startswith(NAME):
            data.pop("init_main_from_name", None)
            data.pop("init_main_from_path", None)
        return data

    spawn.get_preparation_data = preparation_data


def _shorten_socket_paths() -> None:
    """Have multiprocessing keep its sockets in /tmp if ``TMPDIR`` is too long for their paths."""
    if len(os.fsencode(util.get_temp_dir())) <= LONGEST_SOCKET_FOLDER:
        return
    short = tempfile.mkdtemp(prefix="pymp-", dir="/tmp")
    util.Finalize(None, shutil.rmtree, args=(short, True), exitpriority=-100)
    process.current_process()._config["tempdir"] = short
    print(f"launch: the temporary folder has too long a path for sockets; they are in {short}")
