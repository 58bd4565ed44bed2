import signal
import traceback

import pytest

from lsdl_helpers.launch.failures import ProcessExit, first_failure, short_name, to_rank_error
from lsdl_helpers.launch.worker import ExceptionReport, frames_of_function, lost_a_peer


def raised(text, when):
    return ExceptionReport(text, [], None, lost_a_peer(text), when)


LOST = "RuntimeError: [gloo/transport/tcp/pair.cc:538] Connection closed by peer [127.0.0.1]:32768"


@pytest.mark.parametrize(
    ("failures", "first"),
    [
        ({0: raised("ValueError", 2.0), 1: raised("KeyError", 1.0)}, 1),
        ({0: raised(LOST, 1.0), 1: raised("ValueError", 2.0)}, 1),
        ({0: raised("ValueError", 1.0), 1: ProcessExit(-9, 2.0)}, 1),
        ({0: raised("ValueError", 1.0), 1: ProcessExit(-signal.SIGABRT, 2.0)}, 0),
        ({0: raised(LOST, 1.0), 1: ProcessExit(1, 2.0)}, 1),
        ({3: raised(LOST, 2.0), 5: raised(LOST, 1.0)}, 5),
    ],
)
def test_the_rank_that_failed_first_is_found(failures, first):
    assert first_failure(failures) == first


@pytest.mark.parametrize(("code", "text"), [
    (7, "ended by itself with exit code 7"),
    (-signal.SIGABRT, "was killed by SIGABRT"),
    (-40, "was killed by signal 40"),  # a real-time one
])  # fmt: skip
def test_an_error_names_the_exit_code_or_the_signal(code, text):
    assert str(to_rank_error(2, ProcessExit(code, 0.0))) == f"rank 2 {text}"


def test_a_cell_has_no_name_and_a_file_no_folder(tmp_path):
    assert short_name(str(tmp_path / "ipykernel_77" / "1234.py")) == "cell"
    assert short_name(str(tmp_path / "reader" / "train.py")) == "train.py"


def test_an_error_before_the_function_begins_keeps_all_its_frames():
    stack = traceback.extract_stack()
    assert len(frames_of_function(stack)) == len(stack)
