"""Holds `npm run parity` against torchvision: /usr/bin/python3 src/nn/golden/checkParity.py --arch densenet121 --size 64 --batch 4 --steps 2

Makes an input from torchvision's own initialisation and random films, runs the engine, and prints its distance from PyTorch in
float64 beside that of PyTorch's float32, with oneDNN and without, whichever is farther: rounding decides which ReLUs turn over, and
where one does near the head, all gradients below it move. Exits 1 where a figure is more than three times PyTorch's. With activations
in halves the engine is held to 1.5 times float64 that stores halves where the engine does. Needs torch and torchvision.
"""
import argparse
import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torchvision

from halves import store_in_halves

SPECS = {
    "densenet121": (32, (6, 12, 24, 16), 64, 4),
    "densenet161": (48, (6, 12, 36, 24), 96, 4),
    "densenet169": (32, (6, 12, 32, 32), 64, 4),
    "densenet201": (32, (6, 12, 48, 32), 64, 4),
    "densenet-mini": (8, (1, 1, 2, 2), 8, 2),
}


def write_safetensors(path, arrays, metadata):
    header, offset, blobs = {"__metadata__": metadata}, 0, []
    for name, array in arrays.items():
        kind = "I64" if array.dtype == np.int64 else "F32"
        blob = np.ascontiguousarray(array, dtype=np.int64 if kind == "I64" else np.float32).tobytes()
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_safetensors(path):
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8 : 8 + length]), raw[8 + length :]
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], dtype="<f4").reshape(entry["shape"]).astype(np.float64)
        for name, entry in header.items()
    }


def one_cycle(schedule, step):
    n, rising = schedule["totalSteps"], int(schedule["totalSteps"] * schedule["pctStart"])
    top, ends = schedule["maxLr"], (schedule["maxLr"] / schedule["divFactor"], schedule["maxLr"] / schedule["finalDiv"])
    blend = lambda a, b, t: b + (a - b) / 2 * (math.cos(math.pi * t) + 1)
    high, low = schedule["moms"]
    if step <= rising:
        return blend(ends[0], top, step / max(1, rising)), blend(high, low, step / max(1, rising))
    t = (step - rising) / max(1, n - rising)
    return blend(top, ends[1], t), blend(low, high, t)


def train(build, arrays, recipe, steps, dtype, half_seed=None):
    model = build().to(dtype).train()
    if half_seed is not None:
        store_in_halves(model, half_seed)
    settings, schedule = recipe["optimizer"], recipe["schedule"]
    if settings["name"] == "adamw":
        optimizer = torch.optim.AdamW(
            model.parameters(), lr=settings["lr"], betas=settings["betas"], eps=settings["eps"], weight_decay=settings["weightDecay"]
        )
    else:
        optimizer = torch.optim.SGD(
            model.parameters(), lr=settings["lr"], momentum=settings["momentum"], weight_decay=settings["weightDecay"]
        )
    out = {}
    for i in range(steps):
        for group in optimizer.param_groups:
            if schedule:
                group["lr"], momentum = one_cycle(schedule, i)
                if settings["name"] == "adamw":
                    group["betas"] = (momentum, settings["betas"][1])
                else:
                    group["momentum"] = momentum
            out[f"step.{i}.lr"] = group["lr"]
        logits = model(torch.from_numpy(arrays[f"batch.{i}.images"]).to(dtype))
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, torch.from_numpy(arrays[f"batch.{i}.targets"]).to(dtype))
        optimizer.zero_grad()
        loss.backward()
        if i == 0:
            out.update({f"step.0.grad.{name}": p.grad.clone() for name, p in model.named_parameters()})
        optimizer.step()
        out[f"step.{i}.loss"], out[f"step.{i}.logits"] = loss, logits
    out.update(model.state_dict())
    with torch.no_grad():
        out["eval.logits"] = model.eval()(torch.from_numpy(arrays["eval.images"]).to(dtype))
    return {name: torch.as_tensor(value).detach().double().numpy().copy() for name, value in out.items()}


def distances(got, want, names):
    return np.array([np.linalg.norm(got[name] - want[name]) / (np.linalg.norm(want[name]) or 1) for name in names])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--arch", default="densenet121", choices=SPECS)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--classes", type=int, default=1)
    parser.add_argument("--steps", type=int, default=1)
    parser.add_argument("--optimizer", default="adamw", choices=["adamw", "sgd"])
    parser.add_argument("--lr", type=float, default=1e-4)
    parser.add_argument("--schedule", action="store_true", help="one-cycle over ten times the steps")
    parser.add_argument("--engine", default="stock")
    parser.add_argument("--activations", default="f32", choices=["f32", "f16"])
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.set_num_threads(2)
    torch.manual_seed(args.seed)
    growth, blocks, features, bn_size = SPECS[args.arch]
    fresh = torchvision.models.densenet.DenseNet(growth, blocks, features, bn_size, num_classes=args.classes)
    arrays = {name: tensor.numpy().copy() for name, tensor in fresh.state_dict().items()}

    def build():
        model = torchvision.models.densenet.DenseNet(growth, blocks, features, bn_size, num_classes=args.classes)
        model.load_state_dict(fresh.state_dict())
        return model

    random = np.random.default_rng(args.seed)
    shape = (args.batch, 3, args.size, args.size)
    for i in range(args.steps):
        arrays[f"batch.{i}.images"] = random.standard_normal(shape).astype(np.float32)
        arrays[f"batch.{i}.targets"] = random.integers(0, 2, (args.batch, args.classes)).astype(np.float32)
    arrays["eval.images"] = random.standard_normal(shape).astype(np.float32)
    adamw = {"name": "adamw", "lr": args.lr, "betas": [0.9, 0.99], "eps": 1e-8, "weightDecay": 0.01}
    sgd = {"name": "sgd", "lr": args.lr, "momentum": 0.9, "weightDecay": 0.01}
    cycle = {"kind": "oneCycle", "maxLr": args.lr, "totalSteps": 10 * args.steps, "divFactor": 25, "finalDiv": 250000, "pctStart": 0.3, "moms": [0.95, 0.85]}
    recipe = {"arch": args.arch, "optimizer": adamw if args.optimizer == "adamw" else sgd, "schedule": cycle if args.schedule else None}

    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in.safetensors"), pathlib.Path(folder, "out.safetensors")
        write_safetensors(source, arrays, {"recipe": json.dumps(recipe)})
        how = ["--engine", args.engine, "--activations", args.activations]
        subprocess.run(["npm", "run", "-s", "parity", "--", str(source), str(target), *how], check=True)
        ours = read_safetensors(target)

    exact = train(build, arrays, recipe, args.steps, torch.float64)
    halves = args.activations == "f16"
    if halves:
        others = [train(build, arrays, recipe, args.steps, torch.float64, seed) for seed in range(4)]
    else:
        others = [train(build, arrays, recipe, args.steps, torch.float32)]
        with torch.backends.mkldnn.flags(enabled=False):
            others.append(train(build, arrays, recipe, args.steps, torch.float32))
    times = 1.5 if halves else 3
    missing = sorted(set(exact) ^ set(ours))
    assert not missing, f"names differ: {missing[:5]}"

    worse = False
    gradients = [name for name in exact if name.startswith("step.0.grad.")]
    weights = [name for name in fresh.state_dict() if not name.endswith("num_batches_tracked")]
    groups = {"gradients": gradients, "weights": weights}
    groups.update({name: [name] for name in exact if name.startswith("step.") and ".grad." not in name or name == "eval.logits"})
    print(f"{'against float64':<20}{'ours':>34}{'float64 in halves' if halves else 'PyTorch float32':>34}")

    def measure(run, names):
        d = distances(run, exact, names)
        return np.array([np.median(d), np.quantile(d, 0.99), d.max()]) if len(names) > 1 else np.array([d.max()])

    for title, names in groups.items():
        mine, theirs = measure(ours, names), np.max([measure(other, names) for other in others], axis=0)
        # A loss is one number, and PyTorch's may be exact by luck: it may be off as far as its logits are.
        allowed = theirs if not title.endswith(".loss") else np.max([measure(other, [title.replace("loss", "logits")]) for other in others])
        bad = bool(np.any(~(mine <= np.maximum(times * allowed, 1e-6))))
        worse |= bad
        print(f"{title:<20}" + "".join(f"{' '.join(f'{value:.2e}' for value in side):>34}" for side in (mine, theirs)) + ("  worse" if bad else ""))
    for name in fresh.state_dict():
        if name.endswith("num_batches_tracked"):
            assert ours[name] == exact[name], name
    sys.exit(1 if worse else 0)


main()
