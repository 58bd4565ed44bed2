"""Where the reader's own files lie; locks are tested where they are used."""

import sys
import tempfile

import pytest

from lsdl_helpers.measure.user_folder import user_folder


def test_the_tests_leave_the_readers_own_folder_alone():
    assert user_folder().is_relative_to(tempfile.gettempdir())


@pytest.mark.parametrize(
    ("platform", "variable", "value", "folder"),
    [
        ("linux", "XDG_DATA_HOME", "/data", "/data/lsdl"),
        ("linux", "HOME", "/me", "/me/.local/share/lsdl"),
        ("darwin", "HOME", "/me", "/me/Library/Application Support/lsdl"),
        ("win32", "LOCALAPPDATA", "/local", "/local/lsdl"),
        ("linux", "LSDL_HOME", "/moved", "/moved"),
    ],
)
def test_the_users_folder_is_the_platforms(platform, variable, value, folder, monkeypatch):
    for name in ("LSDL_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, value)
    assert user_folder().as_posix() == folder
