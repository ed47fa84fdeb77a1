"""Small files as torch.save writes them, and what is in them, for src/nn/torchFiles. Run with Debian's python3 (torch 1.13)."""

import argparse
import base64
import collections
import io
import json
import pathlib
import sys
import types
import warnings

import numpy
import torch

torch.manual_seed(0)


def have_no_source(_):
    raise OSError


# The legacy format keeps the source of a model's classes beside it, which the lab passes over and this repository should not hold.
torch.serialization.get_source_lines_and_file = have_no_source
warnings.simplefilter("ignore")


def make_state() -> collections.OrderedDict:
    """A state dict with what real ones have: attributes, a count of shape [], types other than float32."""
    norm = torch.nn.BatchNorm1d(3)
    norm.running_mean.normal_()
    state = norm.state_dict()
    state["wide"] = torch.randn(2, 3, dtype=torch.float64)
    state["half"] = torch.randn(4).half()
    state["brain"] = torch.randn(4).bfloat16()
    return state


def make_views() -> collections.OrderedDict:
    """Tensors that share a storage and do not lie in it row by row."""
    whole = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    return collections.OrderedDict(
        whole=whole, turned=whole.permute(2, 0, 1), part=whole[:, 1:, ::2], one=whole[1, 2, 3], none=whole[:0], parameter=torch.nn.Parameter(whole[0])
    )


def make_trained() -> dict:
    """As fastai's learn.save: the model beside an optimiser whose rates are numpy's."""
    layer = torch.nn.Linear(3, 2)
    optimizer = torch.optim.Adam(layer.parameters(), lr=1e-3)
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    optimizer.param_groups[0]["lr"] = numpy.float64(1e-3)
    return {"model": layer.state_dict(), "opt": optimizer.state_dict()}


def make_checkpoint(state: dict) -> dict:
    """As the trainers of ImageNet's example, torchvision and timm write it: the best accuracy is a tensor, the flags are a Namespace."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    return {
        "epoch": 3,
        "best_acc1": torch.tensor(0.5),
        "args": argparse.Namespace(lr=0.1, device="cuda", milestones=[30, 60], resume=None),
        "lr_scheduler": torch.optim.lr_scheduler.MultiStepLR(optimizer, [30, 60]).state_dict(),
        "state_dict": state,
    }


def declare(module: str, name: str, base: type) -> type:
    """A class as one of a package that is not installed here: pickle looks it up by these names."""
    made = type(name, (base,), {"__module__": module})
    for end in range(module.count(".") + 1):
        package = module.rsplit(".", end)[0]
        sys.modules.setdefault(package, types.ModuleType(package))
    setattr(sys.modules[module], name, made)
    return made


def make_model(package: str, norm: type) -> torch.nn.Module:
    """The beginning of a DenseNet, of the classes that the package's are of."""
    layer = declare(f"{package}.models{'.densenet' if package == 'timm' else ''}", "_DenseLayer", torch.nn.Sequential)(
        collections.OrderedDict(norm1=norm(2), conv1=torch.nn.Conv2d(2, 1, 1, bias=False))
    )
    model = declare(type(layer).__module__, "DenseNet", torch.nn.Module)()
    stem = torch.nn.Conv2d(1, 2, 3, bias=False)
    model.features = torch.nn.Sequential(collections.OrderedDict(conv0=stem, relu0=torch.nn.ReLU(inplace=True), denselayer1=layer))
    model.classifier = torch.nn.Linear(2, 2)
    model.register_buffer("unkept", torch.zeros(1), persistent=False)
    return model


def make_xrv() -> torch.nn.Module:
    """As torchxrayvision's `DenseNet`, with what it says of its outputs; the last is not trained."""
    model = make_model("torchxrayvision", torch.nn.BatchNorm2d)
    model.targets = model.pathologies = ["Cardiomegaly", ""]
    model.register_buffer("op_threshs", torch.tensor([0.25, float("nan")]))
    return model


def make_timm() -> torch.nn.Module:
    """As timm's `DenseNet`: norms that activate, in DataParallel."""
    act = torch.nn.ReLU(inplace=True)
    norm = declare("timm.layers.norm_act", "BatchNormAct2d", torch.nn.BatchNorm2d)

    def make_norm(channels):
        made = norm(channels)
        made.act = act
        return made

    model = make_model("timm", make_norm)
    model.default_cfg = declare("timm.models._pretrained", "PretrainedCfg", object)()
    model.default_cfg.mean = (0.485, 0.456, 0.406)
    return torch.nn.DataParallel(model)


def write(content: object, zipped: bool) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=zipped)
    return file.getvalue()


def describe(state: dict) -> dict:
    return {name: {"shape": list(tensor.shape), "data": [None if x != x else x for x in tensor.detach().float().flatten().tolist()]} for name, tensor in state.items()}


cases = {}
for name, content, state in [
    ("state", s := make_state(), s),
    ("views", v := make_views(), v),
    ("trained", t := make_trained(), t["model"]),
    ("checkpoint", make_checkpoint(s), s),
    ("xrv", x := make_xrv(), x.state_dict()),
    ("timm", {"epoch": 3, "model": (m := make_timm())}, m.state_dict()),
]:
    for zipped in (True, False):
        file = write(content, zipped)
        cases[f"{name}, {'zip' if zipped else 'legacy'}"] = {"file": base64.b64encode(file).decode(), "arrays": describe(state)}
other = write(torch.nn.LSTM(3, 2), True)
cases["another model"] = {"file": base64.b64encode(other).decode(), "arrays": None}

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(cases) + "\n")
print(path.stat().st_size, "bytes")
