from types import SimpleNamespace

import pytest
import torch

from lsdl_helpers.cpu import LADDER, Kernels, NoCompiler, compile_kernels, kernels, pack, pad
from lsdl_helpers.numerics import saturating_pairs

BATCHES = (1, 2, 3, 8)


@pytest.fixture(scope="module")
def built():
    try:
        return compile_kernels()
    except NoCompiler as error:
        pytest.skip(str(error))


def layer(name, batch, largest=255):
    """Return random weights (7, 70) and inputs (batch, 70), whole numbers in the rung's dtypes."""
    floats = LADDER[name].dtype == torch.float32
    generator = torch.Generator().manual_seed(batch)
    w = torch.randint(-128, 128, (7, 70), generator=generator)
    x = torch.randint(0, largest + 1, (batch, 70), generator=generator)
    return w.to(LADDER[name].dtype), x.to(torch.float32 if floats else torch.uint8)


@pytest.mark.parametrize("batch", BATCHES)
def test_every_rung_that_this_processor_has_is_exact(built, batch):
    """The floats are whole numbers whose sums float32 holds, so they are exact in any order."""
    for name in built.available:
        w, x = layer(name, batch, largest=127 if name == "SSSE3 int8" else 255)
        product = built.product(name, pack(w), pad(x))
        assert product.shape == (batch, 8)
        assert torch.equal(product[:, :7].long(), x.long() @ w.long().T), name
        assert not product[:, 7:].any(), name


def test_ssse3_saturates_in_pairs_as_simulated(built):
    if "SSSE3 int8" not in built.available:
        assert not hasattr(built._library, "has_ssse3") or not built._library.has_ssse3()
        return
    w, x = layer("SSSE3 int8", 8)
    product = built.product("SSSE3 int8", pack(w), pad(x))[:, :7].long()
    assert torch.equal(product, saturating_pairs(w, x))
    assert not torch.equal(product, x.long() @ w.long().T), "or nothing was saturated"


def test_a_result_can_be_written_where_one_says(built):
    w, x = layer("scalar int8", 2)
    out = torch.full((2, 8), -1, dtype=torch.int32)
    assert built.product("scalar int8", pack(w), pad(x), out=out, repeats=2) is out
    assert (out != -1).any()


@pytest.mark.parametrize(("name", "w", "x", "out", "message"), [
    ("nonsense", torch.int8, torch.uint8, None, "processor has scalar float, scalar int8"),
    ("scalar int8", torch.float32, torch.uint8, None, "scalar int8 takes torch.int8 weights"),
    ("scalar float", torch.float32, torch.uint8, None, "torch.float32 inputs"),
    ("scalar int8", torch.int8, torch.uint8, torch.empty(2, 9), r"torch.int32 \(2, 8\)"),
    ("scalar int8", torch.int8, torch.uint8, torch.empty(2, 8), r"out is torch.float32"),
])  # fmt: skip
def test_what_does_not_fit_is_refused(built, name, w, x, out, message):
    weights = pack(torch.ones(7, 70).to(w))
    with pytest.raises(ValueError, match=message):
        built.product(name, weights, pad(torch.ones(2, 70).to(x)), out=out)


def test_what_is_not_padded_is_refused(built):
    """Else the kernels would read beyond its end."""
    w, x = torch.ones(7, 70), torch.ones(2, 70)
    with pytest.raises(ValueError, match=r"inputs \(batch, 128\) .* \(2, 70\)"):
        built.product("scalar float", pack(w), x)
    for weights in (torch.ones(8, 70), pack(w)[:7], pack(w)[:, :64], pack(w)[0]):
        with pytest.raises(ValueError, match=r"not packed; pack\(weights\) does it"):
            built.product("scalar float", weights, pad(x))


def test_inputs_in_any_order_in_memory_are_read_right(built):
    w, x = layer("scalar float", 3)
    transposed = pad(x).T.contiguous().T
    assert not transposed.is_contiguous()
    assert torch.equal(built.product("scalar float", pack(w), transposed)[:, :7], x @ w.T)


def test_padding_adds_zeros():
    packed = pack(torch.ones(7, 70))
    assert packed.shape == (8, 128)
    assert packed.sum() == packed[:7, :70].sum() == 7 * 70
    assert pad(torch.ones(2, 64)).shape == (2, 64)


def test_only_rungs_with_instructions_are_available():
    old = SimpleNamespace(has_ssse3=lambda: 1, has_avx512=lambda: 1, has_vnni=lambda: 0)
    assert Kernels(old).available == tuple(LADDER)[:-1]
    assert Kernels(SimpleNamespace()).available == ("scalar float", "scalar int8"), "no x86"


@pytest.mark.parametrize(("compilers", "message"), [
    (("nonsense",), "no C compiler .*to get one: apt-get install gcc"),
    (("false",), "false fails"),
])  # fmt: skip
def test_without_a_compiler_the_message_names_one(compilers, message):
    with pytest.raises(NoCompiler, match=message):
        compile_kernels(compilers)


@pytest.mark.parametrize(("script", "message"), [
    ("#!/bin/sh\n", "no library that loads"),
    ("#!/bin/sh\necho for another processor > $6\n", "no library that loads"),
    ("#!/nowhere/sh\n", "no library that loads.*TMPDIR"),
    ("#!/bin/sh\nprintf '\\377 no' >&2; exit 1\n", "cc fails: . no; try: apt-get"),
    ("#!/bin/sh\nexec sleep 60\n", "timed out"),
])  # fmt: skip
def test_a_compiler_that_fails_in_another_way_is_none(tmp_path, monkeypatch, script, message):
    monkeypatch.setattr(kernels, "COMPILER_TIMEOUT_S", 0.5 if "sleep" in script else 60)
    compiler = tmp_path / "cc"
    compiler.write_text(script)
    compiler.chmod(0o755)
    with pytest.raises(NoCompiler, match=message):
        compile_kernels([str(compiler)])


def test_without_a_temporary_folder_nothing_is_compiled(tmp_path, monkeypatch):
    monkeypatch.setattr(kernels.tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(NoCompiler, match="No such file"):
        compile_kernels(["true"])


def test_the_counts_are_those_of_the_source():
    """Products a step stand in the C source as the lanes of each rung."""
    source = (kernels.resources.files("lsdl_helpers.cpu") / "kernels.c").read_text()
    for name, rung in LADDER.items():
        assert kernels.step_source(name).count("\n}") == 1, "the step alone"
        start = source.index(f"\nRUNG({rung.function}, ")
        declared = source[start : source.index(")", start)]
        assert declared.endswith(f" {rung.multiply_adds}")
    with pytest.raises(ValueError, match="'nonsense' is not known; there are scalar float"):
        kernels.step_source("nonsense")
