"""``python -m lsdl_helpers classify``: a picture in, labels with probabilities out."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from lsdl_helpers.commands.numbers import whole_number
from lsdl_helpers.commands.parser import BAD_INPUT, DONE, FAILED, Parser
from lsdl_helpers.data import DownloadError, read_picture
from lsdl_helpers.pretrained import PRETRAINED, Label, annotate, pretrained

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")


def main(arguments: Sequence[str]) -> int:
    """Classify one picture and print what is loaded, the labels and their probabilities.

    Returns:
        0; 1 if a download failed; 2 for bad input. Both come with one line on stderr.

    >>> main(["--image", "cat.jpg", "--top", "1"])  # there is no such file
    2
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        run(options)
    except (ValueError, ModuleNotFoundError) as error:
        return parser.complain(error, BAD_INPUT)
    except DownloadError as error:
        return parser.complain(error, FAILED)
    return DONE


def run(options: argparse.Namespace) -> None:
    """Do what the options ask for, cheap checks first."""
    if options.output:
        check_output(options.output, options.image)
    notes = sys.stderr if options.json else sys.stdout
    picture = read_picture(options.image)
    model = pretrained(options.model)
    size = f"{model.parameters:,} parameters, {model.megabytes:.0f} MB"
    print(f"loading {options.model}: {size}, from {model.source}", file=notes, flush=True)
    labels = model.labels(picture, options.top)
    print(f"{options.image}: {picture.width} x {picture.height} pixels", file=notes)
    print(as_json(options, labels) if options.json else "\n".join(map(str, labels)))
    if options.output:
        save(annotate(picture, labels), options.output)
        print(f"wrote {options.output}", file=notes)


def check_output(path: Path, image: str) -> None:
    """Raise a ValueError, in one line, if nothing can or should be written there."""
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"{path}: an output's name must end in {', '.join(SUFFIXES)}")
    if path.is_dir():
        raise ValueError(f"{path}: is a folder, not a name for the output")
    if not path.parent.is_dir():
        raise ValueError(f"{path}: there is no folder {path.parent}")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ValueError(f"{path}: cannot be written")
    if path.exists() and os.path.exists(image) and path.samefile(image):
        raise ValueError(f"{path}: is the picture itself, which would be overwritten")


def save(picture: Image.Image, path: Path) -> None:
    """Write the picture; raise a ValueError if that fails."""
    try:
        picture.save(path)
    except (OSError, ValueError) as error:  # ValueError: more pixels than the format holds
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"{path}: cannot be written: {reason}") from None


def as_json(options: argparse.Namespace, labels: Sequence[Label]) -> str:
    """Return model, picture and labels as one line of JSON."""
    rows = [label._asdict() for label in labels]
    return json.dumps({"model": options.model, "image": options.image, "labels": rows})


def _parser() -> Parser:
    others = ", ".join(name for name, model in PRETRAINED.items() if not model.verified)
    parser = Parser(
        prog="python -m lsdl_helpers classify",
        description="Say what a picture shows: the likeliest of the thousand ImageNet classes.",
        epilog=f"Not run on the real file where this was written: {others}.",
    )
    parser.add_argument(
        "--image", required=True, metavar="FILE_OR_ADDRESS", help="a picture, or where one is"
    )
    parser.add_argument(
        "--model", default="efficientnet_lite0", metavar="NAME", choices=PRETRAINED,
        help=f"one of {', '.join(PRETRAINED)}; efficientnet_lite0, the default, works offline, "
        "the others are downloaded once",
    )  # fmt: skip
    parser.add_argument(
        "--top", type=whole_number(1, 1000), default=5, help="how many labels, 1 to 1000 (5)"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to draw them")
    parser.add_argument("--json", action="store_true", help="print JSON, and the rest on stderr")
    return parser
