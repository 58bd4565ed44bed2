import pytest

from lsdl_helpers.measure import cost
from lsdl_helpers.models import list_models
from lsdl_helpers.pretrained import published_figures
from lsdl_helpers.pretrained.published import FIGURES
from tests.models.twins import on_meta
from tools.notebook_form import ROOT

# As printed, or loosely ("under 25 million"); our counts may differ by so much.
TOLERANCE = {"inception_v3": 0.15}
V1 = {"resnet50", "resnet152"}  # the papers' count is that of the published form


@pytest.mark.parametrize("name", FIGURES)
def test_our_counts_are_those_that_were_published(name):
    published = published_figures(name)
    side = 299 if name in ("inception_v3", "xception") else 224
    model = on_meta(name, **({"variant": "v1"} if name in V1 else {}))
    counted = cost(model, (1, 3, side, side))
    tolerance = TOLERANCE.get(name, 0.02)
    for kind in ("parameters", "multiply_adds"):
        if (printed := getattr(published, kind)) is not None:
            assert getattr(counted, kind) == pytest.approx(printed, rel=tolerance), kind


@pytest.mark.parametrize("name", FIGURES)
def test_a_row_is_whole(name):
    published = published_figures(name)
    assert name in list_models()
    assert f"{{{published.source}," in (ROOT / "book" / "references.bib").read_text("utf-8")
    accuracies = [value for value in (published.top1, published.top5) if value is not None]
    assert all(50 < value < 100 for value in accuracies)
    assert bool(accuracies) == bool(published.conditions), "an accuracy comes with conditions"


def test_a_network_without_figures_is_named():
    with pytest.raises(ValueError, match="no published figures of 'resnet20'; there are vgg11"):
        published_figures("resnet20")
