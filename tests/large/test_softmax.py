import pytest
import torch
from torch.nn import functional as F

from lsdl_helpers.large import TwoLevelSoftmax, chunked_cross_entropy
from lsdl_helpers.measure import peak_bytes

N, D, V = 10, 8, 97


@pytest.fixture
def example():
    generator = torch.Generator().manual_seed(0)
    hidden, weight = (
        torch.randn(size, D, generator=generator, dtype=torch.float64).requires_grad_()
        for size in (N, V)
    )
    return hidden, weight, torch.randint(V, (N,), generator=generator)


def gradients(loss, *tensors):
    return torch.autograd.grad(loss, tensors)


@pytest.mark.parametrize("chunk", [1, 3, 5, 10, 64])
def test_chunks_give_the_loss_and_the_gradients_of_the_whole(example, chunk):
    hidden, weight, target = example
    whole = F.cross_entropy(hidden @ weight.T, target)
    chunked = chunked_cross_entropy(hidden, weight, target, chunk)
    torch.testing.assert_close(chunked, whole)
    for ours, theirs in zip(
        gradients(2 * chunked, hidden, weight), gradients(2 * whole, hidden, weight), strict=True
    ):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.skipif(not hasattr(F, "linear_cross_entropy"), reason="torch before 2.13")
def test_chunks_give_what_torchs_own_gives(example):
    hidden, weight, target = example
    options = torch.nn.LinearCrossEntropyOptions()
    theirs = F.linear_cross_entropy(hidden, weight, target, options=options)
    torch.testing.assert_close(chunked_cross_entropy(hidden, weight, target, 4), theirs)


def test_large_logits_do_not_overflow():
    hidden = torch.full((2, 1), 1e4)
    weight = torch.tensor([[1.0], [0.0]])
    loss = chunked_cross_entropy(hidden, weight, torch.tensor([0, 0]), 1)
    assert loss == 0


@pytest.mark.parametrize("chunk", [1, 4, 5])
def test_two_chunks_of_logits_live_beside_the_gradients(chunk):
    n, d, v = 20, 4, 5000
    hidden, weight = torch.ones(n, d, requires_grad=True), torch.ones(v, d, requires_grad=True)
    target = torch.arange(n)
    peak = peak_bytes(lambda: chunked_cross_entropy(hidden, weight, target, chunk).backward())
    expected = 4 * (2 * chunk * v + (n + v) * d)
    assert expected <= peak < 1.02 * expected


def test_only_one_backward_pass_and_what_is_said_of_wrong_chunks(example):
    hidden, weight, target = example
    loss = chunked_cross_entropy(hidden, weight, target, 4)
    loss.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="one backward pass"):
        loss.backward()
    with pytest.raises(ValueError, match="chunk is 0, of 10 examples"):
        chunked_cross_entropy(hidden, weight, target, 0)
    with pytest.raises(ValueError, match="of 0 examples"):
        chunked_cross_entropy(hidden[:0], weight, target[:0], 4)


@pytest.mark.parametrize(("num_words", "class_size"), [
    (100, None), (97, None), (101, None), (2, None), (97, 97), (97, 1), (97, 96), (97, 40),
])  # fmt: skip
def test_two_levels_sum_to_one_over_the_words_there_are(num_words, class_size):
    torch.manual_seed(0)
    softmax = TwoLevelSoftmax(num_words, D, class_size=class_size)
    log_p = softmax.log_probs(torch.randn(N, D))
    assert log_p.shape == (N, num_words)
    torch.testing.assert_close(log_p.exp().sum(1), torch.ones(N))
    assert log_p.isfinite().all()


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("num_words", [100, 97])
def test_the_targets_class_gives_what_all_words_give(num_words, sparse):
    torch.manual_seed(0)
    softmax = TwoLevelSoftmax(num_words, D, sparse=sparse)
    hidden, target = torch.randn(num_words, D, requires_grad=True), torch.arange(num_words)
    ours = softmax(hidden, target)
    theirs = softmax.log_probs(hidden).gather(1, target.unsqueeze(1)).squeeze(1)
    torch.testing.assert_close(ours, theirs)
    tensors = hidden, softmax.classes, softmax.words
    weights = torch.rand(num_words)
    for a, b in zip(
        gradients(ours @ weights, *tensors), gradients(theirs @ weights, *tensors), strict=True
    ):
        torch.testing.assert_close(a.to_dense(), b)


def test_two_levels_are_the_definition():
    """p(word) = p(class) p(word | class), written out for six words in two classes."""
    softmax = TwoLevelSoftmax(6, D, class_size=3)
    hidden = torch.randn(D)
    for word in range(6):
        of_class = (softmax.classes @ hidden).softmax(0)[word // 3]
        words = softmax.words[word // 3].view(3, D)
        p = of_class * (words @ hidden).softmax(0)[word % 3]
        ours = softmax(hidden.unsqueeze(0), torch.tensor([word]))
        torch.testing.assert_close(ours.exp(), p.unsqueeze(0))


@pytest.mark.parametrize("num_words", [10_000, 10_001, 9_999])
def test_classes_of_sqrt_v_words_need_the_fewest_logits(num_words):
    softmax = TwoLevelSoftmax(num_words, 2)
    logits = len(softmax.classes) + softmax.class_size
    assert logits == pytest.approx(2 * num_words**0.5, rel=0.01)
    others = [-(-num_words // size) + size for size in range(1, num_words + 1)]
    assert logits <= min(others) + 1


def test_a_sparse_gradient_is_of_the_classes_of_the_batch():
    softmax = TwoLevelSoftmax(100, D, sparse=True)
    softmax(torch.ones(3, D), torch.tensor([0, 5, 99])).sum().backward()
    touched = softmax.words.grad.to_dense().view(100, D).abs().sum(1).nonzero().flatten()
    assert touched.tolist() == [*range(10), *range(90, 100)]


@pytest.mark.parametrize("sizes", [(1, None), (10, 0), (10, 11)])
def test_what_two_levels_refuse(sizes):
    with pytest.raises(ValueError, match=f"num_words is {sizes[0]}"):
        TwoLevelSoftmax(sizes[0], 4, class_size=sizes[1])
