"""Writes torchvision's numbers for the tests beside this folder: /usr/bin/python3 src/nn/golden/make.py [FILE.json ...]

Without names it writes all of them. Needs torch and torchvision. Weights and films come from formula.py, so the files stay small.
"""
import json
import pathlib
import sys

import numpy as np
import torch
import torchvision

from fastai_head import FastaiDenseNet
from formula import PROJECTIONS, array_by_formula, fill_by_formula, project
from halves import multiply_in_halves, store_in_halves

HERE = pathlib.Path(__file__).parent
torch.set_num_threads(2)

SPECS = {
    "densenet121": (32, (6, 12, 24, 16), 64, 4),
    "densenet161": (48, (6, 12, 36, 24), 96, 4),
    "densenet169": (32, (6, 12, 32, 32), 64, 4),
    "densenet201": (32, (6, 12, 48, 32), 64, 4),
    "densenet-mini": (8, (1, 1, 2, 2), 8, 2),
}
ADAMW = {"lr": 1e-3, "betas": [0.9, 0.99], "eps": 1e-8, "weightDecay": 1e-2}
POSITIVE_WEIGHT = 1.75
UNKNOWN = -1
HALF_RUNS = 16
NEGLIGIBLE = 1e-5


def build(arch, classes, dtype, head="linear", dropped=None):
    growth, blocks, features, bn_size = SPECS[arch]
    model = torchvision.models.densenet.DenseNet(growth, blocks, features, bn_size, num_classes=classes)
    if head == "fastai":
        model = FastaiDenseNet(model, classes, dropped)
    model.load_state_dict({name: torch.from_numpy(array_by_formula(name, tuple(t.shape))) for name, t in model.state_dict().items()})
    return model.to(dtype)


def films(name, count, size):
    values = fill_by_formula(f"films {name}", count * 3 * size * size, 0, 2)
    return torch.from_numpy(values.reshape(count, 3, size, size))


def targets(name, count, classes, masked):
    values = fill_by_formula(f"targets {name}", count * classes, 0, 1).reshape(count, classes)
    wanted = (values > 0).astype(np.float32)
    return torch.from_numpy(np.where(np.abs(values) < 0.3, UNKNOWN, wanted) if masked else wanted)


def masked_loss(logits, wanted, weights):
    """The mean over the known targets; `weights` is one pos_weight a class."""
    known = wanted >= 0
    weights = torch.tensor(weights, dtype=logits.dtype).expand_as(logits)
    return torch.nn.functional.binary_cross_entropy_with_logits(logits[known], wanted[known], pos_weight=weights[known])


def train_once(arch, count, size, wanted, weights, network, dtype, halve=lambda model: None):
    model = build(arch, len(weights), dtype, **network).train()
    halve(model)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=ADAMW["lr"], betas=ADAMW["betas"], eps=ADAMW["eps"], weight_decay=ADAMW["weightDecay"]
    )
    logits = model(films(arch, count, size).to(dtype))
    loss = masked_loss(logits, wanted.to(dtype), weights)
    loss.backward()
    optimizer.step()
    gradients = {name: p.grad.double().numpy() for name, p in model.named_parameters()}
    state = {name: t.double().numpy() for name, t in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    return loss.item(), logits.detach().double().numpy(), gradients, state


def relative(name, got, want):
    """The distance of two tensors by their projections, over the norm of the second."""
    return float(np.sqrt(np.mean(np.square(project(name, got - want)))) / np.linalg.norm(want))


def summarise(name, want):
    return {"norm": float(np.linalg.norm(want)), "projections": project(name, want)}


def spread(got, want):
    """
    Of the distances of all tensors but those that are nothing to float32 beside the largest: what rounding leaves of them is not theirs.
    fastai's head has two, the last BatchNorm's parameters, which the one after pooling takes off again.
    """
    norms = {name: np.linalg.norm(want[name]) for name in want}
    least = NEGLIGIBLE * max(norms.values())
    errors = [relative(name, got[name], want[name]) for name in want if norms[name] >= least]
    return {"median": float(np.median(errors)), "p99": float(np.quantile(errors, 0.99)), "worst": float(np.max(errors))}


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    return [rounded(inner) for inner in value] if isinstance(value, list) else value


def write(name, value):
    (HERE / name).write_text(json.dumps(rounded(value), separators=(",", ":")) + "\n")


def distances(run, exact):
    """How far a training step is from the exact one."""
    loss, logits, gradients, state = run
    loss64, logits64, gradients64, state64 = exact
    return {
        "loss": abs(loss / loss64 - 1),
        "logits": float(np.linalg.norm(logits - logits64) / np.linalg.norm(logits64)),
        "gradients": spread(gradients, gradients64),
        "state": spread(state, state64),
    }


def farthest(runs):
    """The largest of each figure."""
    return {key: farthest([run[key] for run in runs]) if isinstance(runs[0][key], dict) else max(run[key] for run in runs) for key in runs[0]}


def train_in_float32(*case):
    """
    PyTorch's own float32, with oneDNN and without: rounding decides which ReLUs turn over, and one that does moves all gradients
    below it. Either is PyTorch's; by one alone the rule would be a lottery.
    """
    yield train_once(*case, torch.float32)
    with torch.backends.mkldnn.flags(enabled=False):
        yield train_once(*case, torch.float32)


STORING = {"torchHalf": store_in_halves}
BOTH_HALVES = {**STORING, "torchHalfProducts": multiply_in_halves}


def training_case(arch, count, size, weights, masked=False, halves=STORING, **network):
    """
    `network` is the head, and the name that its dropout is drawn by; without one nothing is dropped. `halves`: the ways to compute in
    halves of which it is told how far they move the step.
    """
    wanted = targets(arch, count, len(weights), masked)
    case = (arch, count, size, wanted, weights, network)
    exact = train_once(*case, torch.float64)
    loss, logits, gradients, state = exact
    run = lambda halve, seed: train_once(*case, torch.float64, lambda model: halve(model, seed))
    half = lambda halve: farthest([distances(run(halve, seed), exact) for seed in range(HALF_RUNS)])
    return {
        "arch": arch, **network, "count": count, "size": size, "targets": wanted.reshape(-1).tolist(),
        "optimizer": ADAMW, "positiveWeights": weights, "projections": PROJECTIONS,
        "loss": loss, "logits": logits.reshape(-1).tolist(),
        "gradients": {name: summarise(name, gradients[name]) for name in gradients},
        "state": {name: summarise(name, state[name]) for name in state},
        "torchFloat32": farthest([distances(run, exact) for run in train_in_float32(*case)]),
        **{name: half(halve) for name, halve in halves.items()},
    }


def inference_case(arch, head):
    model = build(arch, 2, torch.float32, head).eval()
    with torch.no_grad():
        return {"arch": arch, "head": head, "logits": model(films(arch, 2, 32)).double().reshape(-1).tolist()}


def optimizer_case(name):
    """Five parameters through four steps whose rates change as one-cycle changes them."""
    parameters = torch.nn.Parameter(torch.from_numpy(fill_by_formula("parameters", 5, 0, 1)).double())
    adamw = name == "adamw"
    make = torch.optim.AdamW if adamw else torch.optim.SGD
    optimizer = make([parameters], lr=1, weight_decay=0.1, **({"eps": 1e-3} if adamw else {"momentum": 0.5}))
    after = []
    for step in range(4):
        group = optimizer.param_groups[0]
        group["lr"], momentum = 0.01 * (step + 1), 0.95 - 0.02 * step
        if adamw:
            group["betas"] = (momentum, 0.99)
        else:
            group["momentum"] = momentum
        parameters.grad = torch.from_numpy(fill_by_formula(f"gradient {step}", 5, 0, 1)).double()
        optimizer.step()
        after.append(parameters.detach().tolist())
    return after


def loss_case(weights, unknown=()):
    logits = torch.tensor([[-100.0, -3.0, 0.0], [0.0, 2.5, 100.0]], dtype=torch.float64, requires_grad=True)
    wanted = torch.tensor([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0]], dtype=torch.float64)
    for place in unknown:
        wanted[place] = UNKNOWN
    loss = masked_loss(logits, wanted, weights)
    loss.backward()
    return {
        "logits": logits.tolist(), "targets": wanted.tolist(), "positiveWeights": weights,
        "loss": loss.item(), "gradient": logits.grad.reshape(-1).tolist(),
    }


def list_names():
    model = torchvision.models.densenet121(num_classes=1)
    return [[name, list(t.shape)] for name, t in model.state_dict().items()]


INFERRED = [*((arch, "linear") for arch in SPECS), ("densenet-mini", "fastai"), ("densenet121", "fastai")]
SEVERAL = [1.0, POSITIVE_WEIGHT, 0.5]
FILES = {
    "optimizer.json": lambda: {"adamw": optimizer_case("adamw"), "sgd": optimizer_case("sgd")},
    "loss.json": lambda: {"cases": [loss_case([1.0] * 3), loss_case([2.5] * 3), loss_case([1.0, 2.5, 0.5], [(0, 0), (1, 1)])]},
    "inference.json": lambda: {"count": 2, "size": 32, "classes": 2, "cases": [inference_case(*network) for network in INFERRED]},
    "trainingMini.json": lambda: training_case("densenet-mini", 4, 64, [POSITIVE_WEIGHT], halves=BOTH_HALVES),
    "trainingMasked.json": lambda: training_case("densenet-mini", 4, 64, SEVERAL, masked=True),
    "training121.json": lambda: training_case("densenet121", 4, 64, [POSITIVE_WEIGHT]),
    "training161.json": lambda: training_case("densenet161", 4, 64, [POSITIVE_WEIGHT]),
    "trainingFastai.json": lambda: training_case("densenet-mini", 6, 96, SEVERAL, masked=True, head="fastai"),
    "trainingDropout.json": lambda: training_case("densenet-mini", 6, 96, [POSITIVE_WEIGHT], head="fastai", dropped="dropout"),
    "trainingFastai121.json": lambda: training_case("densenet121", 8, 64, [POSITIVE_WEIGHT], halves={}, head="fastai"),
    "names121.json": lambda: {"names": list_names()},
}

if __name__ == "__main__":
    for name in sys.argv[1:] or FILES:
        write(name, FILES[name]())
