"""How multiprocessing starts ranks: by a fork server on Linux, without the calling program."""

import functools
import multiprocessing
import os
import shutil
import sys
import tempfile
from multiprocessing import process, spawn, util
from multiprocessing.context import BaseContext
from typing import Any

PROCESS_NAME = "lsdl-rank"

# What the fork server imports, once, before it forks. Without torch._dynamo each rank would
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
MAX_SOCKET_FOLDER_LENGTH = 85


def multiprocessing_context() -> BaseContext:
    """Return multiprocessing's start method for ranks: forkserver on Linux, else spawn.

    Not fork: threads that torch has started here would be missing there, and waited for. And
    no fork server on macOS, where a fork is unsafe once a framework was loaded. (Spawn was not
    run there.)
    """
    _hide_main_program()
    if os.name == "posix":
        _shorten_socket_paths()
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(PRELOADED)
    return server


@functools.cache
def _hide_main_program() -> None:
    """Keep multiprocessing from running the calling program again, from the top, in each rank.

    The function travels by value, so that no rank needs the program. ``__main__`` itself stays
    as it is, for other threads use it, and so do processes that are no ranks.
    """
    usual = spawn.get_preparation_data

    def preparation_data(name: str) -> dict[str, Any]:
        data = usual(name)
        if name.startswith(PROCESS_NAME):
            data.pop("init_main_from_name", None)
            data.pop("init_main_from_path", None)
        return data

    spawn.get_preparation_data = preparation_data


def _shorten_socket_paths() -> None:
    """Have multiprocessing keep its sockets in /tmp if ``TMPDIR`` is too long for their paths."""
    if len(os.fsencode(util.get_temp_dir())) <= MAX_SOCKET_FOLDER_LENGTH:
        return
    short = tempfile.mkdtemp(prefix="pymp-", dir="/tmp")
    util.Finalize(None, shutil.rmtree, args=(short, True), exitpriority=-100)
    process.current_process()._config["tempdir"] = short
    print(f"launch: the temporary folder has too long a path for sockets; they are in {short}")
