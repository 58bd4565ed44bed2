import pytest

from lsdl_helpers.models import build, list_models, registry


def test_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match=r"no model is named 'vgg12'; there are .*vgg11, vgg"):
        build("vgg12")


def test_unknown_option_lists_the_known():
    with pytest.raises(ValueError, match="no option 'depth'; it takes batch_norm, num_classes"):
        build("vgg11", depth=3)


@pytest.mark.parametrize("name", list_models())
@pytest.mark.parametrize("num_classes", [0, "10", 2.5])
def test_a_wrong_number_of_classes_is_an_error(name, num_classes):
    with pytest.raises(ValueError, match=f"num_classes is {num_classes!r}; it must be a whole"):
        build(name, num_classes=num_classes)


def test_a_second_builder_of_one_name_is_refused():
    def vgg11():
        pass

    with pytest.raises(ValueError, match="two builders are named 'vgg11'"):
        registry.register(vgg11)


def test_every_model_has_a_sentence():
    for name in list_models():
        assert registry._builders[name].__doc__.strip()
