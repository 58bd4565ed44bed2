"""Show in a notebook what the ranks print, progress bars among it."""

import os
import re

# Torch 2.8 to 2.10 print it whenever a process group of gloo begins.
GLOO_MESSAGE = re.compile(rb"(?m)^\[Gloo\] Rank \d+ is connected to [^\n]*\n")


class RankOutput:
    """Shows what the ranks have written into their files, each line tagged ``[rank]``."""

    def __init__(self, folder: str, num_ranks: int, grouped: bool) -> None:
        self.paths = [os.path.join(folder, f"{rank}.txt") for rank in range(num_ranks)]
        self.offsets, self.grouped = [0] * num_ranks, grouped
        self.bars = [""] * num_ranks  # by rank, its progress bar as last shown
        self.bar_on_screen = ""  # the one of them that stands in the last line

    def show(self, last: bool = False) -> None:
        """Print the lines that are new, and the progress bars that have moved.

        If grouped, print nothing before the last call, and then all lines, rank by rank.
        """
        if self.grouped and not last:
            return
        text = "".join(self._format_new_lines(rank, last) for rank in range(len(self.paths)))
        if text:
            print(text, end="", flush=True)

    def _format_new_lines(self, rank: int, last: bool) -> str:
        lines, bar = self._read_new_lines(rank, last)
        text = "".join(self._tag(rank, line, "\n") for line in lines)
        if bar not in ("", self.bars[rank]):
            text += self._tag(rank, bar, "")
        self.bars[rank] = bar
        return text

    def _tag(self, rank: int, line: str, end: str) -> str:
        """Return a line with its tag, which overwrites the bar on the screen."""
        line = f"[{rank}] {line}"
        overwriting = f"\r{line:<{len(self.bar_on_screen)}}" if self.bar_on_screen else line
        self.bar_on_screen = "" if end else line
        return overwriting + end

    def _read_new_lines(self, rank: int, last: bool) -> tuple[list[str], str]:
        """Return the complete new lines of a rank, and its progress bar, "" if there is none."""
        try:
            with open(self.paths[rank], "rb") as file:
                file.seek(self.offsets[rank])
                new = file.read()
        except FileNotFoundError:  # the rank has not begun
            return [], ""
        if last and new and not new.endswith(b"\n"):
            new += b"\n"
        complete, newline, rest = new.rpartition(b"\n")
        overwritten = max(0, rest.rstrip(b"\r").rfind(b"\r"))
        self.offsets[rank] += len(complete + newline) + overwritten
        *lines, rest = GLOO_MESSAGE.sub(b"", new).decode("utf-8", "replace").split("\n")
        return list(map(_visible, lines)), _visible(rest) if "\r" in rest else ""


def _visible(line: str) -> str:
    """Return what a terminal shows of a line that was overwritten after carriage returns.

    >>> _visible("10%\\r20%\\r")
    '20%'
    """
    return line.rstrip("\r").rpartition("\r")[2]
