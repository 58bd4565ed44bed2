import builtins
import hashlib
import shutil
from dataclasses import replace

import pytest
import torch
from PIL import Image
from torch import nn

from lsdl_helpers.data import DownloadError, photograph
from lsdl_helpers.pretrained import PRETRAINED, pretrained


def test_pretrained_offline():
    model = pretrained("efficientnet_lite0")
    model.labels(photograph("chelsea"))
    assert not model.network.training
    assert {tensor.device.type for tensor in model.network.state_dict().values()} == {"cpu"}
    assert {tensor.dtype for tensor in model.network.parameters()} == {torch.float32}
    assert not any(p.is_inference() for p in model.network.parameters()), "it can be trained on"


@pytest.fixture
def publish(pages, tmp_path, monkeypatch):
    """Serve something as the weights of "small", and return the path that they will have."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    def serve(weights):
        torch.save(weights, tmp_path / "file")
        content = (tmp_path / "file").read_bytes()
        file_name = f"small-{hashlib.sha256(content).hexdigest()[:8]}.pth"
        pages[file_name] = content
        address = pages.address + file_name
        stated = replace(PRETRAINED["vgg16"], address=address, build=lambda: nn.Linear(4, 3))
        monkeypatch.setitem(PRETRAINED, "small", stated)
        return tmp_path / "hub" / "checkpoints" / file_name

    return serve


@pytest.fixture
def small(publish):
    torch.manual_seed(0)
    return publish(nn.Linear(4, 3).state_dict())


def test_pretrained_from_an_address(small, pages):
    model = pretrained("small")
    network = model.network
    assert network is model.network
    assert network.weight.requires_grad
    assert network.weight is not pretrained("small").network.weight, "each caller has its own"
    assert len(pages.requests) == 1
    torch.testing.assert_close(network.state_dict(), torch.load(small, weights_only=True))


def test_a_picture_that_cannot_be_used_is_refused_before_the_download(small, pages):
    with pytest.raises(ValueError, match="too long and narrow"):
        pretrained("small").labels(Image.new("RGB", (101, 1)))
    assert pages.requests == []


def test_weights_that_do_not_fit_are_refused(publish):
    publish(nn.Linear(4, 3, bias=False).state_dict())
    with pytest.raises(RuntimeError, match="bias"):
        _ = pretrained("small").network


class Malice:
    def __reduce__(self):
        return builtins.print, ("this was run",)


def test_a_file_cannot_run_code(publish, capsys):
    publish(Malice())
    with pytest.raises(Exception, match="Weights only load failed"):
        _ = pretrained("small").network
    assert "this was run" not in capsys.readouterr().out


def test_a_damaged_package_is_refused(tmp_path, monkeypatch):
    package = tmp_path / "shipped"
    shutil.copytree(PRETRAINED["efficientnet_lite0"].locate().parent, package / "models")
    file = next((package / "models").glob("*.pth"))
    file.write_bytes(file.read_bytes()[:-1])
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    stated = PRETRAINED["efficientnet_lite0"]
    damaged = replace(stated, address=f"shipped/models/{file.name}")
    with pytest.raises(DownloadError, match="damaged; install shipped again"):
        damaged.locate()
    with pytest.raises(ModuleNotFoundError, match="the weights come with missing_package"):
        replace(stated, address="missing_package/models/x.pth").locate()
