"""What ranks print, shown by the process that launched them."""

import os
import sys


class Output:
    """Shows what the ranks have written into their files, each line tagged ``[rank]``."""

    def __init__(self, folder: str, num_ranks: int, grouped: bool) -> None:
        self.paths = [os.path.join(folder, f"{rank}.txt") for rank in range(num_ranks)]
        self.read, self.grouped = [0] * num_ranks, grouped

    def show(self, last: bool = False) -> None:
        """Print the whole lines that are new; if grouped, all of them at last, rank by rank."""
        if self.grouped and not last:
            return
        lines = [f"[{r}] {line}\n" for r in range(len(self.paths)) for line in self._new(r, last)]
        if lines:
            sys.stdout.write("".join(lines))
            sys.stdout.flush()

    def _new(self, rank: int, last: bool) -> list[str]:
        try:
            with open(self.paths[rank], "rb") as file:
                file.seek(self.read[rank])
                new = file.read()
        except FileNotFoundError:  # the rank has not begun
            return []
        whole = len(new) if last else new.rfind(b"\n") + 1
        self.read[rank] += whole
        return new[:whole].decode("utf-8", "replace").splitlines()
