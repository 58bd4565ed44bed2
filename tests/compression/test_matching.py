"""Training on labels and on the answers of another network."""

import torch
from torch import nn
from torch.nn import functional as F

from lsdl_helpers.compression import (
    answers,
    match,
    perceptron,
    train_ensemble,
    train_network,
)
from lsdl_helpers.data import glyphs
from lsdl_helpers.training import error_rate


def linear(seed=0):
    torch.manual_seed(seed)
    return nn.Linear(4, 3)


def points(n=200):
    return torch.randn(n, 4, generator=torch.Generator().manual_seed(1))


def test_a_student_finds_the_function_that_it_matches():
    teacher, x = linear(5), points()
    student = match(linear(6), x, answers(teacher, x), steps=600)
    new = torch.randn(1000, 4)
    learned, wanted = (answers(net, new) for net in (student, teacher))
    torch.testing.assert_close(learned, wanted, atol=0.05, rtol=0)


def test_a_step_of_matching_goes_down_the_loss_that_the_chapter_shows():
    student, x, f = linear(), points(1), torch.tensor([[0.4, 0.45, 0.15]])
    loss = -(f * student(x).log_softmax(-1)).sum(-1).mean()
    loss.backward()
    before, slope = student.weight.detach().clone(), student.weight.grad.sign()
    match(student, x, f, steps=1)
    assert torch.equal((before - student.weight).sign(), slope)


def test_classes_and_certain_probabilities_are_the_same_targets():
    x, y = points(), torch.arange(200) % 3
    nets = [train_network(linear(), x, t, steps=20) for t in (y, F.one_hot(y, 3).float())]
    torch.testing.assert_close(nets[0].weight, nets[1].weight)


def test_a_seed_repeats_dropout_and_batches_and_leaves_the_random_state_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    x, y = points(), torch.arange(200) % 3

    def trained(seed):
        return train_ensemble(lambda: nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 3)), x, y,
                              num_members=2, steps=10, seed=seed)  # fmt: skip

    one, same, other = trained(0), trained(0), trained(1)
    assert torch.equal(torch.get_rng_state(), before)
    weights = [[member[1].weight for member in net.members] for net in (one, same, other)]
    assert torch.equal(weights[0][0], weights[1][0])
    assert not torch.equal(weights[0][0], weights[0][1])
    assert not torch.equal(weights[0][0], weights[2][0])


def test_members_start_from_weights_of_their_own():
    started = []

    def build():
        started.append(nn.Linear(4, 3))
        return started[-1]

    x, y = points(), torch.arange(200) % 3
    before = train_ensemble(build, x, y, num_members=2, steps=1, learning_rate=1e-9)
    assert len(before.members) == 2
    assert not torch.allclose(started[0].weight, started[1].weight, atol=1e-3)


def test_it_learns_digits():
    x, y = glyphs(500, seed=1)
    net = train_network(perceptron(64), x, y, steps=300)
    assert not net.training
    assert error_rate(net, glyphs(500, seed=2)) < 0.4


def test_answers_are_given_in_evaluation_mode():
    net = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5)).train()
    x = points(7)
    wanted = net[0](x).detach().softmax(-1)
    torch.testing.assert_close(answers(net, x, batch_size=3), wanted)
