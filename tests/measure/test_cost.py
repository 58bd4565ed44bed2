import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from lsdl_helpers.measure import cost


@pytest.mark.parametrize("kernel", [1, 3, 7])
@pytest.mark.parametrize("groups", [1, 4])
@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2)])
def test_convolution(kernel, groups, stride, dilation):
    layer = nn.Conv2d(8, 12, kernel, stride, padding=3, dilation=dilation, groups=groups)
    counted = cost(layer, (2, 8, 20, 20))
    side = (20 + 2 * 3 - dilation * (kernel - 1) - 1) // stride + 1
    assert counted.parameters == 12 * (8 // groups) * kernel**2 + 12
    assert counted.multiply_adds == 2 * side**2 * 12 * (8 // groups) * kernel**2
    assert counted.activation_bytes == 4 * 2 * 12 * side**2


def test_linear_and_bytes_of_another_dtype():
    counted = cost(nn.Sequential(nn.ReLU(), nn.Linear(30, 5)).double(), (7, 30))
    assert counted.multiply_adds == 7 * 30 * 5
    assert counted.weight_bytes == 8 * (30 * 5 + 5)
    assert counted.activation_bytes == 8 * 7 * (30 + 5)


def test_normalization_has_parameters_and_no_multiply_adds():
    counted = cost(nn.BatchNorm2d(6), (2, 6, 3, 3))
    assert (counted.parameters, counted.multiply_adds) == (12, 0)


def test_what_is_written_in_place_is_counted_once():
    model = nn.Sequential(nn.Linear(4, 5), nn.ReLU(inplace=True), nn.Dropout(0.0), nn.ReLU())
    sizes = [layer.activation_bytes for layer in cost(model.eval(), (1, 4)).layers]
    assert sizes == [20, 0, 0, 20]


def test_layers_come_in_the_order_in_which_they_run():
    class Backwards(nn.Module):
        def __init__(self):
            super().__init__()
            self.second, self.first = nn.Linear(3, 2), nn.Linear(4, 3)

        def forward(self, x):
            return self.second(self.first(x))

    assert [layer.name for layer in cost(Backwards(), (1, 4)).layers] == ["first", "second"]


def test_a_layer_used_twice_works_twice_and_weighs_once():
    shared = nn.Linear(4, 4)
    counted = cost(nn.Sequential(shared, shared), (1, 4))
    assert (counted.parameters, counted.multiply_adds) == (20, 32)


def test_a_layer_of_two_parts_works_under_its_first_name():
    """The part that comes second runs first."""

    class Parts(nn.Module):
        def __init__(self):
            super().__init__()
            layer = nn.Linear(4, 4)
            self.late, self.early = nn.Sequential(layer), nn.Sequential(nn.ReLU(), layer)

        def forward(self, x):
            return self.late(self.early(x))

    counted = cost(Parts(), (1, 4))
    assert (counted.parameters, counted.multiply_adds) == (20, 32)
    assert [layer.name for layer in counted.layers] == ["early.0", "late.0"]


def test_work_in_the_forward_of_a_module_with_parts_is_counted():
    class Scores(nn.Module):
        def __init__(self):
            super().__init__()
            self.query, self.key = nn.Linear(8, 8), nn.Linear(8, 8)

        def forward(self, x):  # (B, T, 8) -> (B, T, T)
            return self.query(x) @ self.key(x).transpose(-1, -2)

    counted = cost(Scores(), (1, 5, 8))
    assert counted.multiply_adds == 2 * 5 * 8 * 8 + 5 * 5 * 8
    assert counted.select("query").multiply_adds == 5 * 8 * 8


def test_the_work_of_modules_in_a_list_is_their_own():
    class Members(nn.Module):
        def __init__(self):
            super().__init__()
            self.members = nn.ModuleList([nn.Linear(4, 3), nn.Linear(4, 3)])

        def forward(self, x):
            return sum(member(x) for member in self.members)

    counted = cost(Members(), (1, 4))
    assert [layer.multiply_adds for layer in counted.layers] == [12, 12, 0]
    assert counted.select("members").multiply_adds == counted.multiply_adds == 24
    assert counted.units == 6


def test_a_shared_weight_is_counted_once():
    model = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False))
    model[1].weight = model[0].weight
    assert (cost(model, (1, 4)).parameters, cost(model, (1, 4)).multiply_adds) == (16, 32)


def test_a_view_of_the_input_is_no_new_activation():
    counted = cost(nn.Sequential(nn.Flatten(), nn.Linear(16, 2)), (1, 4, 4))
    assert counted.activation_bytes == 4 * 2


def test_a_selection_adds_up():
    model = nn.ModuleDict({"a": nn.Linear(4, 3), "b": nn.Linear(3, 2)})
    model.forward = lambda x: model["b"](model["a"](x))
    total = cost(model, (1, 4))
    assert total.select("a").parameters + total.select("b").parameters == total.parameters
    with pytest.raises(ValueError, match="no part is named 'c'; there are a, b"):
        total.select("c")


def test_a_part_is_not_mistaken_for_one_whose_name_it_begins():
    model = nn.Sequential(*[nn.Linear(2, 2) for _ in range(11)])
    assert len(cost(model, (1, 2)).select("1").layers) == 1


def test_the_table_lists_the_layers_with_parameters():
    model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
    assert cost(model, (1, 4)).table()["parameters"].to_dict() == {"0": 15, "2": 8}
    assert cost(nn.ReLU(), (1, 4)).table().empty


class SelfAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)

    def forward(self, x):  # (B, T, width) -> (B, T, width)
        return self.attention(x, x, x, need_weights=False)[0]


@pytest.mark.parametrize("training", [True, False])
def test_attention(training):
    batch, length, width = 2, 5, 16
    model = SelfAttention(width, 4).train(training)
    counted = cost(model, (batch, length, width))
    projections = 4 * batch * length * width**2
    scores_and_sums = 2 * batch * length**2 * width
    assert counted.multiply_adds == projections + scores_and_sums
    assert counted.parameters == 4 * (width**2 + width)


def test_scaled_dot_product_attention():
    class Attention(nn.Module):
        def forward(self, x):  # (B, heads, T, head width)
            return nn.functional.scaled_dot_product_attention(x, x, x)

    assert cost(Attention(), (2, 4, 5, 8)).multiply_adds == 2 * (2 * 4 * 5 * 5 * 8)


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (nn.Conv1d(4, 6, 5), (3, 4, 30)),
        (nn.ConvTranspose2d(4, 6, 3, 2), (1, 4, 7, 7)),
        (nn.Sequential(nn.Linear(7, 5), nn.Linear(5, 3)), (4, 7)),
    ],
)
def test_torch_counts_the_same_when_it_runs(model, shape):
    with FlopCounterMode(display=False) as counter:
        model(torch.zeros(shape))
    assert 2 * cost(model, shape).multiply_adds == counter.get_total_flops()


def test_what_layers_read_and_write():
    model = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.ReLU(inplace=True), nn.Flatten(),
                          nn.Dropout(), nn.Linear(16, 2)).eval()  # fmt: skip
    moved = [layer.moved_bytes for layer in cost(model, (1, 3, 4, 4)).layers]
    assert moved == [4 * (3 * 16 + 3 * 4 * 9 + 16), 4 * (16 + 16), 0, 0, 4 * (16 + 16 * 2 + 2 + 2)]


def test_work_between_layers_moves_bytes_of_the_module_that_does_it():
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(4, 4)

        def forward(self, x):
            return x + self.layer(x)

    counted = cost(nn.Sequential(Residual()), (1, 4))
    assert [layer.name for layer in counted.layers] == ["0.layer", "0"]
    assert counted.layers[1].moved_bytes == 4 * (4 + 4 + 4)
    assert counted.moved_bytes == sum(layer.moved_bytes for layer in counted.layers)
