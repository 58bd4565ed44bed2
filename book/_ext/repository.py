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


def site_address(
    repository: str, configured: str = "", environ: Mapping[str, str] = os.environ
) -> str:
    """Return the address at which the site is published, with a slash at its end; "" if unknown.

    The first that gives one: LSDL_SITE, the line ``configured``, GitHub Pages for a repository
    there.

    Raises:
        ValueError: if one that is given is no address.

    >>> site_address("https://github.com/owner/name", environ={})
    'https://owner.github.io/name/'
    """
    if given := environ.get("LSDL_SITE") or configured:
        if not re.fullmatch(r"https?://[^\s/?#\"<>]+(?:/[^\s?#\"<>]*)?", given):
            raise ValueError(f"{given!r} is no address of a site; allowed: https://host/folder/")
        return given.rstrip("/") + "/"
    if match := re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+)", repository):
        host, name = f"{match[1].lower()}.github.io", match[2]
        return f"https://{host}/" if name.lower() == host else f"https://{host}/{name}/"
    return ""
