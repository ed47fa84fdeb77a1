"""Logits of torchxrayvision's and timm's DenseNet, restated here in torch, for src/nn/foreign.test.ts: /usr/bin/python3 src/nn/golden/foreign.py

Weights by formula under the packages' own names (torchxrayvision/models.py, timm/models/densenet.py), of the small net's sizes; films by formula
as bytes. Each film is scaled as the package does it. Needs torch and numpy.
"""
import collections
import json
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from formula import array_by_formula, hash_all

GROWTH, BLOCKS, FEATURES, BN_SIZE = 8, (1, 1, 2, 2), 8, 2
COUNT, SIZE = 3, 48
# A stem that was trained on films in [-1024, 1024] has smaller weights; a power of two changes no digit.
STEM_SCALE = {"xrv": 2.0**-9, "timm": 1.0}
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
XRV_MAX = 1024


class NormAct(nn.BatchNorm2d):
    """timm's BatchNormAct2d."""

    def forward(self, x):
        return functional.relu(super().forward(x))


class Layer(nn.Sequential):
    def forward(self, x):
        return torch.cat([x, super().forward(x)], 1)


def activated(package, name, channels):
    """BatchNorm and ReLU: two modules in torchxrayvision, one in timm."""
    if package == "timm":
        return [(f"norm{name}", NormAct(channels))]
    return [(f"norm{name}", nn.BatchNorm2d(channels)), (f"relu{name}", nn.ReLU())]


def sequence(modules, kind=nn.Sequential):
    return kind(collections.OrderedDict(modules))


class DenseNet(nn.Module):
    def __init__(self, package, inputs, classes):
        super().__init__()
        modules = [("conv0", nn.Conv2d(inputs, FEATURES, 7, 2, 3, bias=False)), *activated(package, "0", FEATURES), ("pool0", nn.MaxPool2d(3, 2, 1))]
        channels = FEATURES
        for b, layers in enumerate(BLOCKS, 1):
            block = []
            for l in range(1, layers + 1):
                inner = BN_SIZE * GROWTH
                layer = [*activated(package, "1", channels), ("conv1", nn.Conv2d(channels, inner, 1, bias=False))]
                layer += [*activated(package, "2", inner), ("conv2", nn.Conv2d(inner, GROWTH, 3, padding=1, bias=False))]
                block.append((f"denselayer{l}", sequence(layer, Layer)))
                channels += GROWTH
            modules.append((f"denseblock{b}", sequence(block)))
            if b < len(BLOCKS):
                transition = [*activated(package, "", channels), ("conv", nn.Conv2d(channels, channels // 2, 1, bias=False)), ("pool", nn.AvgPool2d(2))]
                modules.append((f"transition{b}", sequence(transition)))
                channels //= 2
        modules.append(("norm5", NormAct(channels) if package == "timm" else nn.BatchNorm2d(channels)))
        self.features = sequence(modules)
        self.classifier = nn.Linear(channels, classes)
        if package == "xrv":
            self.register_buffer("op_threshs", torch.ones(classes))

    def forward(self, x):
        pooled = functional.relu(self.features(x)).mean((2, 3))
        return self.classifier(pooled)


def make_films(package, inputs):
    values = (hash_all(f"films {package}", COUNT * SIZE * SIZE) >> np.uint32(24)).astype(np.float64)
    greys = torch.from_numpy(values.reshape(COUNT, 1, SIZE, SIZE)) / 255
    if package == "xrv":
        # datasets.normalize(img, 255)
        return ((2 * greys) - 1.0) * XRV_MAX
    per_channel = [torch.tensor(numbers, dtype=torch.float64).reshape(1, inputs, 1, 1) for numbers in (MEAN, STD)]
    return (greys - per_channel[0]) / per_channel[1]


def run(package, inputs, classes):
    model = DenseNet(package, inputs, classes).double().eval()
    state = model.state_dict()
    for name, tensor in state.items():
        scale = STEM_SCALE[package] if name == "features.conv0.weight" else 1
        state[name] = torch.from_numpy(np.asarray(array_by_formula(name, tuple(tensor.shape)) * scale))
    model.load_state_dict(state)
    with torch.no_grad():
        logits = model(make_films(package, inputs))
    return {
        "stemScale": STEM_SCALE[package],
        "shapes": {name: list(tensor.shape) for name, tensor in state.items()},
        "logits": [float(f"{value:.10g}") for value in logits.flatten().tolist()],
    }


golden = {"count": COUNT, "size": SIZE, "xrv": run("xrv", 1, 18), "timm": run("timm", 3, 2)}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(path.stat().st_size, "bytes", golden["xrv"]["logits"][:4], golden["timm"]["logits"][:4])
