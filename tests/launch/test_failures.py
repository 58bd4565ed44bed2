import signal

import pytest

from lsdl_helpers.launch.failures import Death, as_error, first_failure, place
from lsdl_helpers.launch.worker import Failure, frames_of_caller, lost_a_peer


def raised(text, when):
    return Failure(text, [], None, lost_a_peer(text), when)


LOST = "RuntimeError: [gloo/transport/tcp/pair.cc:538] Connection closed by peer [127.0.0.1]:32768"


@pytest.mark.parametrize(
    ("failures", "first"),
    [
        ({0: raised("ValueError", 2.0), 1: raised("KeyError", 1.0)}, 1),
        ({0: raised(LOST, 1.0), 1: raised("ValueError", 2.0)}, 1),
        ({0: raised("ValueError", 1.0), 1: Death(-9, 2.0)}, 1),
        ({0: raised("ValueError", 1.0), 1: Death(-signal.SIGABRT, 2.0)}, 0),
        ({0: raised(LOST, 1.0), 1: Death(1, 2.0)}, 1),
        ({3: raised(LOST, 2.0), 5: raised(LOST, 1.0)}, 5),
    ],
)
def test_the_rank_that_failed_first_is_found(failures, first):
    assert first_failure(failures) == first


def test_an_exit_code_and_a_signal_are_told():
    assert str(as_error(2, Death(7, 0.0))) == "rank 2 ended by itself with exit code 7"
    assert str(as_error(2, Death(-signal.SIGABRT, 0.0))) == "rank 2 was killed by SIGABRT"
    assert str(as_error(2, Death(-40, 0.0))) == "rank 2 was killed by signal 40"  # a real-time one


def test_a_cell_has_no_name_and_a_file_no_folder(tmp_path):
    assert place(str(tmp_path / "ipykernel_77" / "1234.py")) == "cell"
    assert place(str(tmp_path / "reader" / "train.py")) == "train.py"


def test_an_error_before_the_function_begins_keeps_all_its_frames():
    import traceback

    stack = traceback.extract_stack()
    assert len(frames_of_caller(stack)) == len(stack)
