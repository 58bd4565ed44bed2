import os
import sys
from multiprocessing import process, spawn, util

import pytest

from lsdl_helpers.launch import starting

METHODS = {"darwin": "spawn", "win32": "spawn"}
if os.name == "posix":  # else there is no fork server to ask for
    METHODS["linux"] = "forkserver"


@pytest.mark.parametrize(("system", "method"), METHODS.items())
def test_only_linux_forks(system, method, monkeypatch):
    monkeypatch.setattr(sys, "platform", system)
    assert starting.multiprocessing_context().get_start_method() == method


def test_only_ranks_do_not_run_the_main_program(monkeypatch):
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.setattr(sys.modules["__main__"], "__file__", "/program.py", raising=False)
    starting.multiprocessing_context()
    names = f"{starting.PROCESS_NAME}-0", "Process-1"
    preparation = [spawn.get_preparation_data(name) for name in names]
    assert ["init_main_from_path" in data for data in preparation] == [False, True]


def test_sockets_lie_under_a_short_path(monkeypatch, capsys):
    monkeypatch.setitem(process.current_process()._config, "tempdir", "/tmp/" + 90 * "x")
    starting.multiprocessing_context()
    folder = util.get_temp_dir()
    assert (len(folder) <= starting.MAX_SOCKET_FOLDER_LENGTH) == (os.name == "posix")
    assert capsys.readouterr().out.endswith(f"they are in {folder}\n" if os.name == "posix" else "")
