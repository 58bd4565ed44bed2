"""Where this repository is published: from the environment, the git remote or one line of config.

The site's links, the notebooks that it offers, and the check of set-up cells ask here.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

BRANCH = "published"  # where tools/publish.py puts the notebooks that the buttons open

_HOST, _PATH = r"(?P<host>[\w-]+(?:\.[\w-]+)+(?::\d+)?)", r"(?P<path>[\w.-]+(?:/[\w.-]+)+)"
_FORMS = (
    rf"https://(?:[^@/]*@)?{_HOST}/{_PATH}",  # a token before the @ is left out
    rf"ssh://(?:[^@/]*@)?{_HOST}/{_PATH}",
    rf"[\w.-]+@{_HOST}:{_PATH}",
)


def https_address(address: str) -> str:
    """Return ``https://host/owner/name`` for an https or ssh address, "" for any other.

    A folder or a file: address is a fine remote, but a reader elsewhere cannot open it.

    >>> https_address("git@github.com:owner/name.git")
    'https://github.com/owner/name'
    """
    address = address.strip().rstrip("/").removesuffix(".git")
    for form in _FORMS:
        if match := re.fullmatch(form, address):
            host = match["host"] if form == _FORMS[0] else match["host"].split(":")[0]
            return f"https://{host}/{match['path']}"
    return ""


def git_remote(root: Path) -> str:
    """Return the address of the remote ``origin``, "" without git, a repository or a remote."""
    command = ["git", "-C", str(root), "remote", "get-url", "origin"]
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:
        return ""


def repository_address(
    root: Path, configured: str = "", environ: Mapping[str, str] = os.environ
) -> str:
    """Return the https address of the repository, "" where none is known.

    The first that gives one: LSDL_REPOSITORY, the GitHub workflow that runs, the git
    remote ``origin`` of the folder ``root``, the line ``configured``.
    """
    server, name = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_REPOSITORY", "")
    for address in (environ.get("LSDL_REPOSITORY", ""), f"{server}/{name}"):
        if named := https_address(address):
            return named
    return https_address(git_remote(root)) or https_address(configured)
