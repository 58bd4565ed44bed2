"""Commit the notebooks that the built site offers to a branch of their own.

    make book && python -m tools.publish && git push --force origin published

The buttons of the site open the notebooks there. The branch is one commit ahead of the one that
is checked out, of which nothing changes.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from book._ext.repository import BRANCH

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "_build" / "html" / "_sources"
WHO = ("-c", "user.name=tools/publish.py", "-c", "user.email=publish@localhost")


def git(*arguments: str, **environment: str) -> str:
    """Run git in the repository and return what it prints."""
    command = ["git", "-C", str(ROOT), *arguments]
    settings = os.environ | environment
    done = subprocess.run(command, env=settings, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def publish(notebooks: list[Path]) -> None:
    """Set the branch to the commit that is checked out, and commit the notebooks on top."""
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        git("read-tree", "HEAD", **index)
        for notebook in notebooks:
            blob, path = git("hash-object", "-w", str(notebook)), notebook.relative_to(SOURCES)
            git("update-index", "--cacheinfo", f"100644,{blob},{path.as_posix()}", **index)
        tree = git("write-tree", **index)
    message = ("-p", "HEAD", "-m", "Notebooks that install the package")
    git("update-ref", f"refs/heads/{BRANCH}", git(*WHO, "commit-tree", tree, *message))


def main() -> int | str:
    notebooks = sorted(SOURCES.rglob("*.ipynb"))
    if not any("git+https://" in notebook.read_text("utf-8") for notebook in notebooks):
        return (
            "no site, or one that does not know its address: give origin or LSDL_REPOSITORY an "
            "https or ssh address, then run `make book`"
        )
    publish(notebooks)
    return 0


if __name__ == "__main__":
    sys.exit(main())
