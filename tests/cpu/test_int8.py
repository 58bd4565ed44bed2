import sys

import pytest
import torch
from torch import nn

from lsdl_helpers.cpu import (
    QuantizedLinear,
    find_engine,
    fully_connected,
    int8,
    quantize_dynamic,
    quantize_linear,
)
from lsdl_helpers.numerics import AffineQuantizer, asymmetric, symmetric

ENGINES = [e for e in torch.backends.quantized.supported_engines if e != "none"]


def example(batch=5):
    return torch.randn(batch, 60, generator=torch.Generator().manual_seed(batch)) + 1


@pytest.mark.parametrize("bits", [3, 7, 8])
@pytest.mark.parametrize("bias", [True, False])
def test_integers_give_the_product_of_what_they_stand_for(bits, bias):
    torch.manual_seed(0)
    linear, x = nn.Linear(60, 20, bias=bias), example()
    qx, qw = asymmetric(x, bits), symmetric(linear.weight, bits)
    rounded = [q.dequantize(q.quantize(v)) for q, v in ((qx, x), (qw, linear.weight))]
    expected = nn.functional.linear(*rounded, linear.bias)
    output = QuantizedLinear(linear, bits)(x)
    assert torch.allclose(output, expected, atol=1e-5)
    assert not torch.allclose(output, linear(x), atol=1e-4), "or nothing was rounded"


@pytest.mark.parametrize("make", [quantize_linear, *ENGINES])
def test_a_network_keeps_its_answers(make):
    model, x = fully_connected((60, 80, 30)).eval(), example()
    engine = torch.backends.quantized.engine
    other = quantize_dynamic(model, engine=make) if isinstance(make, str) else make(model)
    assert torch.backends.quantized.engine == engine
    assert all(type(layer) is nn.Linear for layer in model[::2]), "the model is left as it is"
    assert not any(type(layer) is nn.Linear for layer in other.modules())
    change = (other(x) - model(x)).norm() / model(x).norm()
    assert 1e-4 < change < 0.02


@pytest.mark.parametrize("engine", [e for e in ENGINES if e != "qnnpack"])
def test_torch_keeps_inputs_to_seven_bits(engine):
    """So that pairs of products fit in 16 bits, whether or not the processor adds them so."""
    linear, x = nn.Linear(60, 20), example()
    weight = linear.weight.detach()
    qw = AffineQuantizer(weight.abs().max().item() / 127.5, 0, -128, 127)  # torch's own choice
    rounded_w = qw.dequantize(qw.quantize(weight))
    output = quantize_dynamic(linear, engine=engine)(x)
    for bits in (7, 8):
        qx = asymmetric(x, bits)
        rounded_x = qx.dequantize(qx.quantize(x))
        expected = nn.functional.linear(rounded_x, rounded_w, linear.bias)
        off = (output - expected).abs().median()  # where two codes are as near, torch takes either
        assert (off < 1e-5) == (bits == 7)


def test_layers_within_layers_and_a_layer_alone_are_changed():
    nested = quantize_linear(nn.Sequential(nn.Sequential(nn.Linear(60, 4)), nn.ReLU()))
    assert isinstance(nested[0][0], QuantizedLinear)
    assert isinstance(quantize_linear(nn.Linear(60, 4)), QuantizedLinear)
    assert list(nested.parameters()) == [], "codes are kept, and no floats beside them"
    assert "quantized" in type(quantize_dynamic(nn.Linear(60, 4))).__module__


def test_a_layer_that_is_used_twice_is_changed_in_both():
    shared = nn.Linear(60, 60)
    model = nn.Sequential(shared, nn.Sequential(nn.ReLU(), shared), shared)
    other = quantize_linear(model)
    assert isinstance(other[0], QuantizedLinear)
    assert other[0] is other[1][1] is other[2]
    assert model[0] is model[1][1] is model[2] is shared


@pytest.mark.parametrize("batch", [(), (5,), (2, 3), (0,), (2, 0)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_it_takes_every_shape_and_dtype_that_a_layer_takes(batch, dtype):
    linear = nn.Linear(60, 20).to(dtype)
    x = torch.randn(*batch, 60, generator=torch.Generator().manual_seed(0)).to(dtype)
    output, expected = quantize_linear(linear)(x), linear(x)
    assert (output.shape, output.dtype) == (expected.shape, dtype)
    assert torch.allclose(output, expected, atol=0.05)


@pytest.mark.parametrize("x", [torch.zeros(0, 7), torch.zeros(2, 8, dtype=torch.int64)])
def test_an_input_that_a_layer_does_not_take_is_refused(x):
    with pytest.raises(ValueError, match=r"it must be floats \(..., 8\)"):
        quantize_linear(nn.Linear(8, 4))(x)


def test_the_state_dict_holds_all_that_decides_the_answers(tmp_path):
    one, other = quantize_linear(nn.Linear(60, 20), 4), quantize_linear(nn.Linear(60, 20))
    torch.save(one.state_dict(), tmp_path / "state.pt")
    other.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    assert torch.equal(one(example()), other(example()))


@pytest.mark.parametrize("change", [quantize_linear, quantize_dynamic])
@pytest.mark.parametrize("no_gradients", [True, False])
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_a_transformer_computes_in_integers_with_and_without_gradients(change, no_gradients):
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval()
    model, x = nn.TransformerEncoder(layer, 2).eval(), torch.randn(3, 5, 8)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    padded = {"src_key_padding_mask": torch.arange(5).expand(3, 5) > 3}
    small = change(model)
    called = []
    small.layers[1].linear1.register_forward_hook(lambda *_: called.append(1))
    with torch.inference_mode(no_gradients):
        assert torch.allclose(small(x), model(x), atol=0.1)
        assert torch.allclose(small(x, **padded)[:, :4], model(x, **padded)[:, :4], atol=0.1)
        assert change(layer)(x).shape == x.shape
    assert len(called) == 2
    assert all(torch.equal(before[name], t) for name, t in model.state_dict().items())
    assert model.use_nested_tensor
    assert model.layers[0].activation_relu_or_gelu == 1


@pytest.mark.parametrize("change", [quantize_linear, quantize_dynamic])
def test_a_model_without_such_layers_is_refused(change):
    with pytest.raises(ValueError, match=r"the ReLU has no nn\.Linear"):
        change(nn.ReLU())


def test_fewer_bits_give_larger_errors():
    model, x = fully_connected((60, 80, 30)), example()
    errors = [(quantize_linear(model, bits)(x) - model(x)).norm().item() for bits in range(2, 9)]
    assert errors == sorted(errors, reverse=True)


def test_the_engine_is_the_first_that_this_torch_has(monkeypatch):
    assert find_engine() in ENGINES
    monkeypatch.setattr(int8, "ENGINES", ("nonsense", ENGINES[-1]))
    assert find_engine() == ENGINES[-1]
    monkeypatch.setattr(int8, "ENGINES", ("nonsense",))
    with pytest.raises(ValueError, match="none of nonsense"):
        find_engine()


@pytest.mark.parametrize("engine", ["cuda", "none"])
def test_an_unknown_engine_is_an_error_that_lists_the_known(engine):
    with pytest.raises(ValueError, match=f"engine='{engine}'; this torch has .*{ENGINES[0]}"):
        quantize_dynamic(nn.Linear(4, 2), engine=engine)


def test_a_torch_without_quantization_names_what_stays(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.ao.quantization", None)
    with pytest.raises(ImportError, match=r"cpu\.quantize_linear\(model\) computes the same"):
        quantize_dynamic(nn.Linear(4, 2))
