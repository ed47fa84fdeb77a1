"""Steps that change a part of the network, each group by its own rate: /usr/bin/python3 src/nn/golden/scope.py

Layer groups, frozen ones and bn_wd=False as fastai v1 has them, clip_grad_norm_ as torch does, and the average as timm's ModelEmaV2.
fastai's `split_no_wd_params` and timm's `ModelEmaV2.update` are restated here; the rest is torch's own.
"""
import copy

import numpy as np
import torch

from make import build, farthest, films, masked_loss, spread, summarise, targets, write

ARCH, COUNT, SIZE, STEPS = "densenet-mini", 4, 64, 3
SECOND = ("transition2", "denseblock3", "transition3", "denseblock4", "norm5")
FACTORS, FROZEN, CLIP, DECAY = [0.1, 0.3, 1.0], 1, 0.5, 0.9
OPTIMIZERS = {
    "adamw": {"lr": 1e-3, "betas": [0.9, 0.99], "eps": 1e-8, "weightDecay": 0.1},
    "sgd": {"lr": 1e-2, "momentum": 0.9, "weightDecay": 0.1},
}


def group_of(name):
    """fastai v1 `_densenet_split`: before transition2, and before the head."""
    parts = name.split(".")
    return 2 if parts[0] != "features" else 1 if parts[1] in SECOND else 0


def open_optimizer(kind, model):
    """A group for each layer group and decay. Frozen convolutions require no gradient; BatchNorm does (`train_bn`)."""
    norms = {f"{name}.{part}" for name, module in model.named_modules() if isinstance(module, torch.nn.BatchNorm2d) for part in ("weight", "bias")}
    groups = []
    rates = OPTIMIZERS[kind]
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in norms or group_of(name) >= FROZEN)
        decays = not (name in norms or name.endswith(".bias"))
        groups.append({"params": [parameter], "lr": rates["lr"] * FACTORS[group_of(name)], "weight_decay": rates["weightDecay"] if decays else 0.0})
    if kind == "adamw":
        return torch.optim.AdamW(groups, betas=rates["betas"], eps=rates["eps"])
    return torch.optim.SGD(groups, lr=rates["lr"], momentum=rates["momentum"])


def train(kind, dtype):
    model = build(ARCH, 1, dtype).train()
    optimizer = open_optimizer(kind, model)
    average = copy.deepcopy(model.state_dict())
    images, wanted = films(ARCH, COUNT, SIZE).to(dtype), targets(ARCH, COUNT, 1, False).to(dtype)
    losses, norms = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = masked_loss(model(images), wanted, [1.0])
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)))
        optimizer.step()
        with torch.no_grad():
            for name, value in model.state_dict().items():
                average[name].copy_(DECAY * average[name] + (1.0 - DECAY) * value)
        losses.append(loss.item())
    plain = lambda state: {name: t.double().numpy() for name, t in state.items() if not name.endswith("num_batches_tracked")}
    trained = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    return losses, norms, plain(model.state_dict()), plain(average), trained


def distances(run, exact):
    return {
        "loss": max(abs(ours / theirs - 1) for ours, theirs in zip(run[0], exact[0])),
        "state": spread(run[2], exact[2]),
        "average": spread(run[3], exact[3]),
    }


def in_float32(kind):
    """With oneDNN and without, as in make.py."""
    yield train(kind, torch.float32)
    with torch.backends.mkldnn.flags(enabled=False):
        yield train(kind, torch.float32)


def case(kind):
    exact = train(kind, torch.float64)
    losses, norms, state, average, trained = exact
    assert all(norm > CLIP for norm in norms), "a norm that nothing clips shows nothing"
    return {
        "optimizer": {"name": kind, **OPTIMIZERS[kind]},
        "losses": losses,
        "trained": trained,
        "state": {name: summarise(name, state[name]) for name in state},
        "average": {name: summarise(name, average[name]) for name in average},
        "torchFloat32": farthest([distances(run, exact) for run in in_float32(kind)]),
    }


if __name__ == "__main__":
    scope = {"groupFactors": FACTORS, "frozenGroups": FROZEN, "decaysNorms": False, "clipNorm": CLIP, "averageDecay": DECAY}
    wanted = targets(ARCH, COUNT, 1, False).reshape(-1).tolist()
    sizes = {"arch": ARCH, "count": COUNT, "size": SIZE, "targets": wanted}
    write("scope.json", {**sizes, "scope": scope, "cases": [case(kind) for kind in OPTIMIZERS]})
