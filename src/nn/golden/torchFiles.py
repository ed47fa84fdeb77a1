"""Small files as torch.save writes them, and what is in them, for src/nn/torchFiles. Run with Debian's python3 (torch 1.13)."""

import base64
import collections
import io
import json
import pathlib

import numpy
import torch

torch.manual_seed(0)


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


def write(content: object, zipped: bool) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=zipped)
    return file.getvalue()


def describe(state: dict) -> dict:
    return {name: {"shape": list(tensor.shape), "data": tensor.detach().float().flatten().tolist()} for name, tensor in state.items()}


cases = {}
for name, content, state in [
    ("state", s := make_state(), s),
    ("views", v := make_views(), v),
    ("trained", t := make_trained(), t["model"]),
    ("parallel", {"epoch": 3, "best": 0.5, "state_dict": s}, s),
]:
    for zipped in (True, False):
        file = write(content, zipped)
        cases[f"{name}, {'zip' if zipped else 'legacy'}"] = {"file": base64.b64encode(file).decode(), "arrays": describe(state)}
model = write(torch.nn.Linear(3, 2), True)
cases["whole model"] = {"file": base64.b64encode(model).decode(), "arrays": None}

path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(cases) + "\n")
print(path.stat().st_size, "bytes")
