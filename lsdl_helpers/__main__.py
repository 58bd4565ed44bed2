"""``python -m lsdl_helpers COMMAND``: runs the module of that command with the other arguments."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout

from lsdl_helpers.commands.parser import FAILED, Parser
from lsdl_helpers.commands.safe_stream import SafeStream

# Each has a module of its name in lsdl_helpers.commands.
COMMANDS = {
    "classify": "say what a picture shows",
    "calibrate": "measure what this machine can do",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status.

    Args:
        arguments: as after ``python -m lsdl_helpers``; by default those of this process.

    >>> main(["classify", "--image", "cat.jpg"])  # there is no such file
    2
    """
    listed = "\n".join(f"  {name:12}{sentence}" for name, sentence in COMMANDS.items())
    parser = Parser(
        prog="python -m lsdl_helpers",
        epilog=f"commands:\n{listed}\n\nCOMMAND --help says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", metavar="COMMAND", choices=COMMANDS, help="one of those below")
    parser.add_argument("rest", nargs=argparse.REMAINDER, default=[], help=argparse.SUPPRESS)
    arguments = sys.argv[1:] if arguments is None else arguments
    parsed = parser.parse_args(arguments or ["--help"])
    module = importlib.import_module(f"lsdl_helpers.commands.{parsed.command}")
    return module.main(parsed.rest)


def _run() -> int:
    """Run as a program, to its end even if the output cannot be written.

    A reader that closes the pipe early, like ``head``, is no error.
    """
    output = SafeStream(sys.stdout)
    with redirect_stdout(output), redirect_stderr(SafeStream(sys.stderr)):
        try:
            status = main()
        except SystemExit as leaving:  # after --help, or one line about the arguments
            status = leaving.code
        output.flush()
        if output.error is None or isinstance(output.error, BrokenPipeError):
            return status
        problem = f"the output cannot be written: {output.error.strerror or output.error}"
        print(f"python -m lsdl_helpers: {problem}", file=sys.stderr)
        return status or FAILED


if __name__ == "__main__":
    sys.exit(_run())
