import builtins
import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import timm
import torch
import torchvision
from PIL import Image
from torch import nn

from lsdl_helpers.data import DownloadError, photograph
from lsdl_helpers.models.weights import PUBLISHED, class_names, pretrained, published

TORCHVISION = {
    "vgg16": torchvision.models.VGG16_Weights.IMAGENET1K_V1,
    "vgg19": torchvision.models.VGG19_Weights.IMAGENET1K_V1,
    "resnet50": torchvision.models.ResNet50_Weights.IMAGENET1K_V1,
    "inception_v3": torchvision.models.Inception_V3_Weights.IMAGENET1K_V1,
}


def on_meta(name):
    with torch.device("meta"):
        return PUBLISHED[name].build()


@pytest.mark.parametrize("name", TORCHVISION)
def test_address_and_count_as_torchvision_states_them(name):
    stated = TORCHVISION[name]
    assert PUBLISHED[name].address == stated.url
    assert PUBLISHED[name].parameters == stated.meta["num_params"]
    assert PUBLISHED[name].megabytes == pytest.approx(stated.meta["_file_size"] * 1.0486, rel=0.01)
    assert class_names() == stated.meta["categories"]


def test_xception_as_timm_states_it():
    stated, ours = timm.get_pretrained_cfg("legacy_xception"), PUBLISHED["xception"]
    assert stated.url == ours.address
    assert stated.license == ours.license.lower()
    assert (stated.mean, stated.std) == (ours.preprocess.mean, ours.preprocess.std)
    assert stated.interpolation == ours.preprocess.interpolation
    assert stated.input_size == (3, ours.preprocess.crop, ours.preprocess.crop)
    assert int(ours.preprocess.crop / stated.crop_pct) == ours.preprocess.resize


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_hash_is_the_one_in_the_file_name(name):
    assert Path(PUBLISHED[name].address).stem.split("-")[-1] == PUBLISHED[name].sha256


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_stated_is_what_is_built(name):
    network, stated = on_meta(name), PUBLISHED[name]
    assert sum(p.numel() for p in network.parameters()) == stated.parameters
    picture = stated.preprocess(Image.new("RGB", (400, 300)))
    assert network.eval()(picture.to("meta")).shape == (1, 1000)


@pytest.mark.parametrize("name", TORCHVISION)
def test_keys_and_shapes_are_those_that_torchvisions_weights_have(name):
    """torchvision builds a network for its weights with options of its own."""
    options = {"transform_input": True, "aux_logits": True} if name == "inception_v3" else {}
    with torch.device("meta"):
        twin = torchvision.models.get_model(name, init_weights=False, **options) if options else (
            torchvision.models.get_model(name)
        )  # fmt: skip
    shapes = [{k: v.shape for k, v in net.state_dict().items()} for net in (on_meta(name), twin)]
    assert shapes[0] == shapes[1]


def test_xceptions_keys_and_shapes_are_those_of_timm():
    with torch.device("meta"):
        twin = timm.create_model("legacy_xception")
    shapes = [
        {k: v.shape for k, v in net.state_dict().items()} for net in (on_meta("xception"), twin)
    ]
    assert shapes[0] == shapes[1]


def test_inception_undoes_torchvisions_normalization():
    assert on_meta("inception_v3").transform_input


def test_only_what_was_run_is_called_verified():
    assert [name for name, stated in PUBLISHED.items() if stated.verified] == ["efficientnet_lite0"]


def test_pretrained_offline():
    network, preprocess = pretrained("efficientnet_lite0")
    assert not network.training
    assert {tensor.device.type for tensor in network.state_dict().values()} == {"cpu"}
    assert {tensor.dtype for tensor in network.parameters()} == {torch.float32}
    with torch.inference_mode():
        logits = network(preprocess(photograph("chelsea")))
    assert class_names()[logits.argmax()] == "tiger cat"


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match="for 'vgg12'; there are efficientnet_lite0, vgg16"):
        published("vgg12")


@pytest.fixture
def small(pages, tmp_path, monkeypatch):
    """A published network of 15 weights on the local server, and the path that it will have."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    torch.manual_seed(0)
    torch.save(nn.Linear(4, 3).state_dict(), tmp_path / "file")
    content = (tmp_path / "file").read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()[:8]
    file_name = f"small-{sha256}.pth"
    pages[file_name] = content
    stated = replace(
        PUBLISHED["vgg16"], address=pages.address + file_name, sha256=sha256,
        build=lambda: nn.Linear(4, 3),
    )  # fmt: skip
    monkeypatch.setitem(PUBLISHED, "small", stated)
    return tmp_path / "hub" / "checkpoints" / file_name


def test_pretrained_from_an_address(small, pages):
    for _ in range(2):
        network, _ = pretrained("small")
        assert network.weight.requires_grad
    assert len(pages.requests) == 1
    torch.testing.assert_close(network.state_dict(), torch.load(small, weights_only=True))


def test_a_damaged_file_in_the_cache_is_not_loaded(small, pages, capsys):
    right = pretrained("small")[0].weight.clone()
    content = bytearray(small.read_bytes())
    content[content.find(b"data/0") + 80] ^= 1
    small.write_bytes(content)
    torch.testing.assert_close(pretrained("small")[0].weight, right, rtol=0, atol=0)
    assert "damaged" in capsys.readouterr().err
    assert len(pages.requests) == 2


def test_weights_that_do_not_fit_are_refused(small, monkeypatch):
    monkeypatch.setitem(
        PUBLISHED, "small", replace(PUBLISHED["small"], build=lambda: nn.Linear(4, 3, bias=False))
    )
    with pytest.raises(RuntimeError, match="bias"):
        pretrained("small")


class Malice:
    def __reduce__(self):
        return builtins.print, ("this was run",)


def test_a_file_cannot_run_code(small, pages, monkeypatch, capsys):
    torch.save(Malice(), small.parent.parent.parent / "file")
    content = (small.parent.parent.parent / "file").read_bytes()
    pages[small.name] = content
    sha256 = hashlib.sha256(content).hexdigest()[:8]
    monkeypatch.setitem(PUBLISHED, "small", replace(PUBLISHED["small"], sha256=sha256))
    with pytest.raises(Exception, match="Weights only load failed"):
        pretrained("small")
    assert "this was run" not in capsys.readouterr().out


def test_a_damaged_package_is_refused(tmp_path, monkeypatch):
    package = tmp_path / "shipped"
    shutil.copytree(PUBLISHED["efficientnet_lite0"].locate().parent, package / "models")
    file = next((package / "models").glob("*.pth"))
    file.write_bytes(file.read_bytes()[:-1])
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    stated = PUBLISHED["efficientnet_lite0"]
    damaged = replace(stated, address=f"shipped/models/{file.name}")
    with pytest.raises(DownloadError, match="damaged; install shipped again"):
        damaged.locate()
    with pytest.raises(ModuleNotFoundError, match="the weights come with missing_package"):
        replace(stated, address="missing_package/models/x.pth").locate()


@pytest.mark.network
@pytest.mark.parametrize("name", PUBLISHED)
def test_the_real_files(name):
    """Downloads up to 575 MB a network: run once a week by .github/workflows/weights.yml."""
    network, preprocess = pretrained(name)
    right = {"coffee": {"espresso", "cup"}, "chelsea": {"tabby", "tiger cat", "Egyptian cat"}}
    for picture, labels in right.items():
        with torch.inference_mode():
            best = network(preprocess(photograph(picture))).topk(5).indices[0]
        assert labels & {class_names()[k] for k in best}
