import os
import pickle
import signal
import sys
import time

import cloudpickle
import pytest
import torch.distributed as dist

from lsdl_helpers.launch import RankError, launch
from lsdl_helpers.launch.launcher import local_store
from lsdl_helpers.parallel.inference import answer_all, work_queue
from lsdl_helpers.parallel.inference.work_queue import (
    assign_tasks,
    format_bar,
    read_answer,
    store_answer,
)

cloudpickle.register_pickle_by_value(sys.modules[__name__])
TASKS = list(range(100, 140))


def square(task):
    return task, task * task


def right(answers):
    return answers.values == [square(task) for task in TASKS]


def slow_and_killed(task):
    if dist.get_rank() == 0:
        time.sleep(0.2)
    if dist.get_rank() == 1 and task == TASKS[-1]:
        time.sleep(1)  # so that others find it unanswered, and rank 1 comes second
    if dist.get_rank() == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return square(task)


def test_each_task_is_answered_once_whoever_is_slow_or_dies(capsys):
    answers = answer_all(slow_and_killed, TASKS, num_ranks=4)
    assert right(answers)
    assert sum(answers.num_by_rank) == len(TASKS)
    assert answers.num_by_rank[2] == 0
    assert answers.num_backups >= 1
    assert list(answers.errors) == [2]
    assert "rank 2 was killed by SIGKILL" in str(answers.errors[2])
    assert capsys.readouterr().out == f"[{'#' * 30}] 40 of 40 answered\n"


def fails_on_one(task):
    if task == TASKS[5]:
        raise ArithmeticError("no answer")
    return square(task)


def test_a_task_on_which_all_fail_is_an_error():
    with pytest.raises(RankError, match="rank 0 raised ArithmeticError: no answer"):
        answer_all(fails_on_one, TASKS, num_ranks=2)


def fails_on_rank_0(task):
    if dist.get_rank() == 0:
        raise ArithmeticError("only here")
    return square(task)


def test_what_one_rank_cannot_answer_another_does():
    answers = answer_all(fails_on_rank_0, TASKS, num_ranks=2)
    assert right(answers)
    assert answers.num_by_rank == [0, len(TASKS)]


def test_no_task_is_no_work():
    assert answer_all(square, [], num_ranks=1).values == []


def test_under_torchrun_it_is_refused(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_PORT"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("MASTER_ADDR", "here")
    with pytest.raises(RuntimeError, match="call it outside torchrun and srun"):
        answer_all(square, TASKS, num_ranks=2)


class Answer:
    def __init__(self, number):
        self.number = number


def killed_after_two(task):
    if dist.get_rank() == 1 and task == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.3 * (dist.get_rank() == 0))  # so that rank 1 has a second task
    return Answer(task), lambda: 10 * task


def test_a_killed_rank_loses_no_answer_and_answers_may_be_of_a_notebook():
    answers = answer_all(killed_after_two, range(3), num_ranks=2)
    assert answers.num_by_rank == [2, 1]
    assert [(answer.number, tenfold()) for answer, tenfold in answers.values] == [
        (0, 0), (1, 10), (2, 20),
    ]  # fmt: skip
    assert isinstance(answers.values[0][0], Answer)


class Evil:
    def __reduce__(self):
        return os.mkdir, ("evil",)


def test_nothing_is_unpickled_that_another_user_wrote_into_the_store(monkeypatch, tmp_path):
    """Whoever finds the port may write what he likes."""
    store = local_store()

    def launch_and_attack(*args, **options):
        results = launch(*args, **options)
        for task in range(3):
            store.set(f"{task} of 0", pickle.dumps(Evil()))
            # All that the ranks have left there is a number.
            assert store.get(f"winner {task}").isdigit()
        assert store.num_keys() <= 3 + 3 + 5, "winners, forgeries, counters"
        return results

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(work_queue, "local_store", lambda: store)
    monkeypatch.setattr(work_queue, "launch", launch_and_attack)
    assert answer_all(abs, range(3), num_ranks=1).values == [0, 1, 2]
    assert not list(tmp_path.iterdir())


def test_the_first_answer_counts(tmp_path):
    store = dist.HashStore()
    store_answer(store, tmp_path, 0, 1, "first")
    store_answer(store, tmp_path, 0, 2, "second")
    assert (store.get("winner 0"), store.add("answered", 0)) == (b"1", 1)
    assert read_answer(tmp_path, 0, 1) == "first"
    assert list(assign_tasks(store, 1, rank=1, num_ranks=2)) == []


def test_tasks_without_an_answer_are_handed_out_again(tmp_path):
    store = dist.HashStore()
    first, second = (assign_tasks(store, 5, rank, num_ranks=2) for rank in (0, 1))
    order = [next(ranks) for ranks in (first, second, second, first, second)]
    assert order == [0, 1, 2, 3, 4]
    for task in (0, 1, 3):
        store_answer(store, tmp_path, task, 0, "answer")
    assert list(second) == [2, 4]
    assert store.add("backups", 0) == 2


def test_the_bar_is_as_long_as_what_is_done():
    assert format_bar(1, 3, width=6) == "[##    ] 1 of 3 answered"
    assert format_bar(0, 0, width=2) == "[  ] 0 of 0 answered"
