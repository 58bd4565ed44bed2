"""Commit the notebooks that the built site offers to a branch of their own.

    make book && python tools/publish.py && git push --force origin published

The buttons of the site open the notebooks there. The branch is one commit ahead of the one that
is checked out, of which nothing changes.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "book" / "_ext"))
from repository import BRANCH

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "_build" / "html" / "_sources"
WHO = ("-c", "user.name=tools/publish.py", "-c", "user.email=publish@localhost")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", folder, *arguments], check=True)


def publish(notebooks: list[Path]) -> None:
    """Set the branch to the commit that is checked out, and commit the notebooks on top."""
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary, BRANCH)
        git(ROOT, "worktree", "add", "--quiet", "-B", BRANCH, str(tree), "HEAD")
        for notebook in notebooks:
            shutil.copyfile(notebook, tree / notebook.relative_to(SOURCES))
        git(tree, *WHO, "commit", "--quiet", "-am", "Notebooks that install the package")
        git(ROOT, "worktree", "remove", "--force", str(tree))


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
