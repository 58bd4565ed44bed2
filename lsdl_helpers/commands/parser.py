"""The parser of the commands' arguments, which answers a mistake in one line; exit statuses."""

import argparse
import sys
from typing import NoReturn

DONE, FAILED, BAD_INPUT = 0, 1, 2


class Parser(argparse.ArgumentParser):
    """An argument parser that answers a mistake with one line in place of the usage."""

    def error(self, message: str) -> NoReturn:
        """Print the line on stderr and leave with exit status 2."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")

    def complain(self, error: Exception, status: int) -> int:
        """Print what went wrong, as one line on stderr, and return the exit status."""
        print(f"{self.prog}: {' '.join(str(error).split())}", file=sys.stderr)
        return status
