"""What ranks print, shown by the process that launched them."""

import os
import re

# Torch 2.8 to 2.10 print it whenever a process group of gloo begins.
GLOO = re.compile(rb"(?m)^\[Gloo\] Rank \d+ is connected to [^\n]*\n")


class Output:
    """Shows what the ranks have written into their files, each line tagged ``[rank]``."""

    def __init__(self, folder: str, num_ranks: int, grouped: bool) -> None:
        self.paths = [os.path.join(folder, f"{rank}.txt") for rank in range(num_ranks)]
        self.read, self.grouped = [0] * num_ranks, grouped
        self.bars = [""] * num_ranks  # by rank, the line that was last seen to move
        self.on_screen = ""  # the one of them that stands in the last line

    def show(self, last: bool = False) -> None:
        """Print the whole lines that are new, and those that move, such as bars of progress.

        If grouped, print all lines at last, rank by rank.
        """
        if self.grouped and not last:
            return
        text = "".join(self._text(rank, last) for rank in range(len(self.paths)))
        if text:
            print(text, end="", flush=True)

    def _text(self, rank: int, last: bool) -> str:
        *lines, bar = self._new(rank, last)
        text = "".join(self._line(rank, line, "\n") for line in lines)
        if bar not in ("", self.bars[rank]):
            text += self._line(rank, bar, "")
        self.bars[rank] = bar
        return text

    def _line(self, rank: int, line: str, end: str) -> str:
        """Return a line, written over the one that moves."""
        line = f"[{rank}] {line}"
        over = f"\r{line:<{len(self.on_screen)}}" if self.on_screen else line
        self.on_screen = "" if end else line
        return over + end

    def _new(self, rank: int, last: bool) -> list[str]:
        """Return the whole lines that are new, and after them the one that moves, if any."""
        try:
            with open(self.paths[rank], "rb") as file:
                file.seek(self.read[rank])
                new = file.read()
        except FileNotFoundError:  # the rank has not begun
            return [""]
        if last and new and not new.endswith(b"\n"):
            new += b"\n"
        whole, newline, rest = new.rpartition(b"\n")
        over = max(0, rest.rstrip(b"\r").rfind(b"\r"))  # what a bar has written over
        self.read[rank] += len(whole + newline) + over
        *lines, rest = GLOO.sub(b"", new).decode("utf-8", "replace").split("\n")
        return [*map(_visible, lines), _visible(rest) if "\r" in rest else ""]


def _visible(line: str) -> str:
    """Return what a screen shows of a line that was written over.

    >>> _visible("10%\\r20%\\r")
    '20%'
    """
    return line.rstrip("\r").rpartition("\r")[2]
