#!/usr/bin/env python3
"""Repeats a trial of Roentgen Lab in PyTorch, or goes on from its weights; on one process or on many.

    python3 train.py --data DIR                                   one process: the trial again
    torchrun --nproc_per_node 4 train.py --data DIR --sync-bn     four processes, each with a quarter of every batch
    torchrun --nproc_per_node 4 train.py --data DIR --continue --out on
                                                                  the same recipe, begun from the trial's last weights

Beside it lie recipe.json (the trial as the lab writes it), sample.csv (its films, in the order that random draws refer to), bundle.json
(checksums and notes), the weights, and where they were asked for the prepared films (films.bin; then --data is not needed). Films, order,
augmentation, mixup and dropout are drawn by the lab's own generator, so they are the trial's to the film. What comes out goes back into the
lab. Needs torch and torchvision, from 1.13 and 0.14 on, and what these bring (numpy, Pillow); Python 3.10.
"""
import argparse
import contextlib
import copy
import csv
import functools
import hashlib
import io
import itertools
import json
import math
import os
import struct
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.distributed.nn
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import nn
from torchvision.models.densenet import DenseNet

HERE = Path(__file__).resolve().parent
UNKNOWN = -1.0


# ---------------------------------------------------------------------------------------------------------------- random numbers

WORD = 0xFFFFFFFF


def mix(state, value):
    """MurmurHash3's finaliser over a running 32-bit state."""
    h = ((state ^ (value & WORD)) * 0x85EBCA6B) & WORD
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & WORD
    return h ^ (h >> 16)


def advance(s0, s1, s2, s3):
    """A step of xoshiro128** (Blackman and Vigna 2018): the number, and the state after it; of ints, or of arrays of uint64."""
    scrambled = (s1 * 5) & WORD
    number = ((((scrambled << 7) | (scrambled >> 25)) & WORD) * 9) & WORD
    shifted = (s1 << 9) & WORD
    s2, s3 = s2 ^ s0, s3 ^ s1
    s1, s0 = s1 ^ s2, s0 ^ s3
    return number, (s0, s1, s2 ^ shifted, ((s3 << 11) | (s3 >> 21)) & WORD)


@functools.lru_cache(maxsize=None)
def jump(steps):
    """The matrix over GF(2), [128, 128], that takes a state so many steps on: a step is linear."""
    if steps == 1:
        basis = [advance(*(1 << (bit % 32) if bit // 32 == word else 0 for word in range(4)))[1] for bit in range(128)]
        return np.array([to_bits(state) for state in basis], dtype=np.float32).T
    half = jump(steps // 2)
    whole = half @ half % 2
    return jump(1) @ whole % 2 if steps % 2 else whole


def to_bits(state):
    return np.array([(word >> bit) & 1 for word in state for bit in range(32)], dtype=np.float32)


def from_bits(bits):
    weights = 2 ** np.arange(32, dtype=np.uint64)
    return tuple(int(word) for word in bits.astype(np.uint64).reshape(4, 32) @ weights)


class Random:
    """The lab's generator for (seed, purpose, keys...): what it draws depends on these alone."""

    def __init__(self, seed, purpose, *keys):
        state = mix(mix(0x9E3779B9, seed), seed >> 32)
        for character in purpose:
            state = mix(state, ord(character))
        for key in keys:
            state = mix(mix(state, key), 0x51ED270B)
        words = []
        for i in range(4):
            state = mix(state, 0x6D2B79F5 + i)
            words.append(state)
        self.state = tuple(words) if any(words) else (1, 0, 0, 0)

    def float(self):
        """Uniform in [0, 1), 53 bits."""
        high, state = advance(*self.state)
        low, self.state = advance(*state)
        return ((high >> 5) * 67108864 + (low >> 6)) / 9007199254740992

    def int(self, n):
        return math.floor(self.float() * n)

    def normal(self):
        return math.sqrt(-2 * math.log(1 - self.float())) * math.cos(2 * math.pi * self.float())

    def skip(self, count):
        """As if float() were called so often."""
        if count > 0:
            self.state = from_bits(jump(2 * count) @ to_bits(self.state) % 2)

    def floats(self, count):
        """So many calls of float() at once: the stream is cut into lanes that run side by side."""
        lanes = 256
        each = -(-count // lanes)
        starts = [to_bits(self.state)]
        for _ in range(lanes - 1):
            starts.append(jump(2 * each) @ starts[-1] % 2)
        state = tuple(np.array([from_bits(bits) for bits in starts], dtype=np.uint64).T)
        drawn = np.empty((each, lanes))
        for at in range(each):
            high, state = advance(*state)
            low, state = advance(*state)
            drawn[at] = ((high >> 5) * 67108864 + (low >> 6)) / 9007199254740992
        self.skip(count)
        return drawn.T.reshape(-1)[:count]


def shuffle(items, random):
    """Fisher-Yates, in place; returns its argument."""
    for i in range(len(items) - 1, 0, -1):
        j = random.int(i + 1)
        items[i], items[j] = items[j], items[i]
    return items


# ----------------------------------------------------------------------------------------------------------- which films, and when


def draw_films(labels, settings, epoch):
    """Places of the films that an epoch learns from, ascending, repeats included. `labels`: the main target's, of the training part."""
    balance, seed = settings["balance"], settings["seed"]
    if balance in ("weight", "none"):
        return list(range(len(labels)))
    positives = [place for place, label in enumerate(labels) if label == 1]
    negatives = [place for place, label in enumerate(labels) if label != 1]
    minority, majority = (positives, negatives) if len(positives) <= len(negatives) else (negatives, positives)
    count = len(minority)
    if balance == "undersample":
        order = shuffle(list(majority), Random(seed, "balance"))
        first = epoch * count % max(1, len(order)) if settings["freshEachEpoch"] else 0
        return sorted(minority + [order[(first + i) % len(order)] for i in range(count)])
    if count == 0:
        return majority
    repeats, rest = divmod(len(majority), count)
    return sorted(majority + minority * repeats + shuffle(list(minority), Random(seed, "balance", epoch))[:rest])


def cut_batches(labels, settings, epoch):
    """An epoch's batches as lists of places; an odd last batch is dropped."""
    order = shuffle(draw_films(labels, settings, epoch), Random(settings["seed"], "shuffle", epoch))
    size = settings["batchSize"]
    return [order[at : at + size] for at in range(0, len(order) - size + 1, size)]


def cut_evenly(count, parts):
    """Where each of so many parts begins and ends, as even as they can be."""
    bounds = [part * count // parts for part in range(parts + 1)]
    return list(zip(bounds, bounds[1:]))


def cut_passes(settings, world):
    """Of each process the places of a batch that it sees, a range for each pass of the network: all have as many passes."""
    size = settings["batchSize"]
    shares = cut_evenly(size, world)
    largest = max(end - start for start, end in shares)
    count = math.ceil(largest / (settings["filmsPerPass"] or largest))
    return [[(start + a, start + b) for a, b in cut_evenly(end - start, count)] for start, end in shares]


def least_pass(settings, is_synchronised):
    """The fewest films that a pass can have: BatchNorm needs two values of each channel, and fastai's head has one a film."""
    return 1 if is_synchronised or (settings["head"] == "linear" and settings["imageSize"] >= 64) else 2


# ------------------------------------------------------------------------------------------------- how films are varied in training


def is_moving(s):
    sizes = (s["rotate"] > 0, s["zoom"] > 1, s["shift"] > 0, s["lighting"] > 0, s["contrast"] > 0, s["warp"] > 0)
    return s["flip"] or (s["augmentP"] > 0 and any(sizes))


def draw_change(s, random):
    """A film's change by the distributions of fastai v1's get_transforms; what is left out is left alone."""
    within = lambda most: (2 * random.float() - 1) * most
    happens = lambda most: most > 0 and random.float() < s["augmentP"]
    change = {}
    if happens(s["warp"]):
        change["warp"] = [within(s["warp"]) for _ in range(4)]
    if happens(s["rotate"]):
        change["degrees"] = within(s["rotate"])
    if happens(s["zoom"] - 1):
        change["zoom"] = (1 + random.float() * (s["zoom"] - 1), random.float(), random.float())
    if happens(s["shift"]):
        change["shift"] = (within(s["shift"]), within(s["shift"]))
    if happens(s["lighting"]):
        change["brightness"] = 0.5 * (1 + within(s["lighting"]))
    if happens(s["contrast"]):
        change["contrast"] = math.exp(within(-math.log(1 - s["contrast"])))
    if s["flip"]:
        change["flip"] = random.float() < 0.5
    return change


def symmetric_warp(m):
    """fastai's: the projection that takes the film's corners, drawn out by `m`, to where they were."""
    drawn_out = [(-1 - m[3], -1 - m[1]), (-1 - m[2], 1 + m[1]), (1 + m[3], -1 - m[0]), (1 + m[2], 1 + m[0])]
    rows, right = [], []
    for (x, y), (u, v) in zip(drawn_out, [(-1, -1), (-1, 1), (1, -1), (1, 1)]):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return np.append(np.linalg.solve(np.array(rows, dtype=float), np.array(right, dtype=float)), 1).reshape(3, 3)


def compose_move(change, size):
    """A film's move, ten numbers: a pixel at (x, y) from the centre comes from (a x + b y + c, d x + e y + f) / (g x + h y + 1)."""
    angle = math.radians(change.get("degrees", 0))
    scale, row, column = change.get("zoom", (1, 0.5, 0.5))
    room = 1 - 1 / scale
    right, down = change.get("shift", (0, 0))
    turned = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    zoomed = np.array([[1 / scale, 0, room * (2 * column - 1)], [0, 1 / scale, room * (2 * row - 1)], [0, 0, 1]])
    shifted = np.array([[1, 0, -2 * right], [0, 1, -2 * down], [0, 0, 1]])
    mirrored = np.diag([-1.0 if change.get("flip") else 1.0, 1, 1])
    (a, b, c), (d, e, f), (g, h, _) = turned @ zoomed @ shifted @ symmetric_warp(change.get("warp", (0, 0, 0, 0))) @ mirrored
    brightness = change.get("brightness", 0.5)
    half = (size - 1) / 2
    return [a, b, c * half, g / half, d, e, f * half, h / half, math.log(brightness / (1 - brightness)), change.get("contrast", 1)]


def count_film(times, film):
    """How often a film came before in the epoch; where films are oversampled each coming is varied by itself."""
    times[film] = times.get(film, -1) + 1
    return times[film]


def draw_moves(settings, epoch, films):
    """`films`: pairs of a film and how often it came before in this epoch."""
    draw = lambda film, times: draw_change(settings, Random(settings["seed"], "augment", epoch, film, times))
    moves = [compose_move(draw(film, times), settings["imageSize"]) for film, times in films]
    return torch.tensor(moves, dtype=torch.float32)


def apply_moves(films, moves):
    """Greys in [0, 1], [count, size, size]; between pixels bilinear, outside the film its reflection (fastai's default)."""
    size = films.shape[-1]
    half = (size - 1) / 2
    line = torch.arange(size, dtype=torch.float32, device=films.device) - half
    y, x = line[:, None], line[None, :]
    a, b, c, g, d, e, f, h, brightness, contrast = (moves[:, i, None, None] for i in range(10))
    w = g * x + h * y + 1
    grid = torch.stack([(a * x + b * y + c) / w, (d * x + e * y + f) / w], -1) / half
    moved = F.grid_sample(films[:, None], grid, mode="bilinear", padding_mode="reflection", align_corners=True)[:, 0]
    lit = torch.sigmoid(contrast * (torch.logit(moved.clamp(1e-7, 1 - 1e-7)) + brightness))
    return torch.where((brightness == 0) & (contrast == 1), moved, lit)


def draw_log_gamma(shape, random):
    """Marsaglia and Tsang 2000, with their step for shapes below 1."""
    if shape < 1:
        return draw_log_gamma(shape + 1, random) + math.log(1 - random.float()) / shape
    d = shape - 1 / 3
    while True:
        normal = random.normal()
        v = (1 + normal / math.sqrt(9 * d)) ** 3
        if v > 0 and math.log(1 - random.float()) < normal**2 / 2 + d - d * v + d * math.log(v):
            return math.log(d * v)


def draw_blend(settings, epoch, index, count):
    """Mixup of a batch: of each film its own share, from Beta(alpha, alpha) the larger part, and whom it is blended with."""
    random = Random(settings["seed"], "mixup", epoch, index)
    shares = []
    for _ in range(count):
        # By the difference of two logarithms: of a small alpha most Gammas are smaller than any float.
        difference = draw_log_gamma(settings["mixup"], random) - draw_log_gamma(settings["mixup"], random)
        share = 1 / (1 + math.exp(min(difference, 700)))
        shares.append(max(share, 1 - share))
    return torch.tensor(shares, dtype=torch.float32), shuffle(list(range(count)), random)


# --------------------------------------------------------------------------------------------------------------------- the network

DENSENETS = {
    "densenet121": dict(growth_rate=32, block_config=(6, 12, 24, 16), num_init_features=64, bn_size=4),
    "densenet161": dict(growth_rate=48, block_config=(6, 12, 36, 24), num_init_features=96, bn_size=4),
    "densenet169": dict(growth_rate=32, block_config=(6, 12, 32, 32), num_init_features=64, bn_size=4),
    "densenet201": dict(growth_rate=32, block_config=(6, 12, 48, 32), num_init_features=64, bn_size=4),
    "densenet-mini": dict(growth_rate=8, block_config=(1, 1, 2, 2), num_init_features=8, bn_size=2),
}


class ConcatPool(nn.Module):
    """fastai's AdaptiveConcatPool2d(1): the maximum first."""

    def forward(self, x):
        return torch.cat([F.adaptive_max_pool2d(x, 1), F.adaptive_avg_pool2d(x, 1)], 1)


class DrawnDropout(nn.Module):
    """Dropout by the lab's generator: `factors` are told before each pass, [films, channels]."""

    def __init__(self, probability, channels):
        super().__init__()
        self.probability, self.channels, self.factors = probability, channels, None

    def forward(self, x):
        return x * self.factors if self.training else x


class FastaiDenseNet(nn.Module):
    """fastai v1's cnn_learner: torchvision's `features`, without the ReLU of its `forward`, under `create_head`."""

    def __init__(self, densenet, classes):
        super().__init__()
        self.features = densenet.features
        pooled = 2 * densenet.classifier.in_features
        self.head = nn.Sequential(
            ConcatPool(), nn.Flatten(),
            nn.BatchNorm1d(pooled), DrawnDropout(0.25, pooled), nn.Linear(pooled, 512), nn.ReLU(),
            nn.BatchNorm1d(512), DrawnDropout(0.5, 512), nn.Linear(512, classes),
        )  # fmt: skip

    def forward(self, x):
        return self.head(self.features(x))


class CpuSyncBatchNorm(nn.modules.batchnorm._BatchNorm):
    """What nn.SyncBatchNorm computes, which torch has for graphics cards only: normalises by the films of all processes."""

    def _check_input_dim(self, x):
        pass

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        x = x.float()
        axes, shape = [0, *range(2, x.dim())], [1, -1] + [1] * (x.dim() - 2)
        sums = total(torch.cat([x.sum(axes), x.new_tensor([x.numel() / x.shape[1]])]))
        count = sums[-1].detach()
        mean = sums[:-1] / count
        centred = x - mean.view(shape)
        variance = total(centred.square().sum(axes)) / count
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * (count / (count - 1)), self.momentum)
        return centred * (self.weight * torch.rsqrt(variance + self.eps)).view(shape) + self.bias.view(shape)


def total(tensor):
    """The sum over all processes, through which gradients flow back."""
    return torch.distributed.nn.functional.all_reduce(tensor)


def synchronise_norms(network, device):
    if device.type == "cuda":
        return nn.SyncBatchNorm.convert_sync_batchnorm(network)
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, (nn.BatchNorm1d, nn.BatchNorm2d)):
                setattr(module, name, CpuSyncBatchNorm(child.num_features, child.eps, child.momentum))
    return network


def build_network(settings, classes):
    densenet = DenseNet(**DENSENETS[settings["arch"]], num_classes=classes)
    return FastaiDenseNet(densenet, classes) if settings["head"] == "fastai" else densenet


def layer_group(name):
    """fastai v1 cuts a DenseNet before transition2 and before the head."""
    parts = name.split(".")
    if parts[0] != "features":
        return 2
    return 1 if parts[1] in ("transition2", "denseblock3", "transition3", "denseblock4", "norm5") else 0


def open_optimizer(network, settings, is_frozen):
    """AdamW over groups of parameters that are treated alike. Where the body is frozen, BatchNorm is trained all the same (`train_bn`)."""
    norms = {id(p) for m in network.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm) for p in m.parameters()}
    first = settings["sliceFrom"] / settings["maxLr"] if settings["sliceFrom"] > 0 else 1
    groups = {}
    for name, parameter in network.named_parameters():
        group = layer_group(name)
        parameter.requires_grad_(not is_frozen or group == 2 or id(parameter) in norms)
        if parameter.requires_grad:
            decays = settings["normDecay"] or (parameter.dim() > 1 and id(parameter) not in norms)
            groups.setdefault((first ** ((2 - group) / 2), decays), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "factor": factor, "weight_decay": settings["weightDecay"] if decays else 0.0}
            for (factor, decays), parameters in groups.items()
        ],
        lr=settings["maxLr"],
        eps=settings["eps"],
    )


def loss_terms(logits, targets, weights, settings):
    """[films, classes]: cross-entropy, or focal loss (torchvision's sigmoid_focal_loss), of each label. Unknown labels add nothing."""
    known = targets >= 0
    labels = targets.clamp_min(0)
    if settings["loss"] == "focal":
        gamma, alpha = settings["focalGamma"], settings["focalAlpha"]
        ours, others = (alpha, 1 - alpha) if alpha >= 0 else (1, 1)
        lose = lambda against: torch.sigmoid(against).clamp_min(2.0**-126) ** gamma * F.softplus(against)
        terms = labels * weights * ours * lose(-logits) + (1 - labels) * others * lose(logits)
    else:
        terms = F.binary_cross_entropy_with_logits(logits, labels, pos_weight=weights, reduction="none")
    return terms * known


# ---------------------------------------------------------------------------------------------------------------- rates and phases


def anneal_cos(start, end, share):
    return end + (start - end) / 2 * (math.cos(math.pi * share) + 1)


def rates_at(s, step, total_steps, valid_losses):
    """Rate and beta1 of a step of a phase that has `total_steps`, after epochs of it with these validation losses. As fastai has them."""
    kind, top, beta1 = s["schedule"], s["maxLr"], s["betas"][0]
    if kind == "oneCycle":
        rising = math.trunc(total_steps * s["pctStart"])
        up, down = max(1, rising), max(1, total_steps - rising)
        at = lambda a, b, c: anneal_cos(a, b, step / up) if step <= up else anneal_cos(b, c, (step - up) / down)
        return at(top / s["divFactor"], top, top / s["finalDiv"]), at(s["moms"][0], s["moms"][1], s["moms"][0])
    if kind == "flatCos":
        share, flat = step / total_steps, s["flatPct"]
        fall = 0 if share < flat or flat == 1 else (share - flat) / (1 - flat)
        return anneal_cos(top, top / s["flatFinalDiv"], fall), beta1
    if kind == "plateau":
        best, waited = math.inf, 0
        for loss in valid_losses:
            if loss < best:
                best, waited = loss, 0
            else:
                waited += 1
                if waited == s["plateauPatience"]:
                    top, waited = top * s["plateauFactor"], 0
    return top, beta1


def plan_phases(settings):
    """(first epoch, end epoch, is frozen) of each: a run of its own to its schedule and optimiser."""
    frozen, epochs = min(settings["freezeEpochs"], settings["epochs"]), settings["epochs"]
    return [phase for phase in [(0, frozen, True), (frozen, epochs, False)] if phase[0] < phase[1]]


# ----------------------------------------------------------------------------------------------------------------------- validation


def auroc(logits, labels):
    """By ranks, ties halved; None where a class is missing."""
    positives = int((labels == 1).sum())
    negatives = len(labels) - positives
    if positives == 0 or negatives == 0:
        return None
    _, place, counts = np.unique(logits, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def score(logits, labels):
    """Mean over the known labels, unweighted, and AUROC a target."""
    known = labels >= 0
    x, y = logits[known], labels[known]
    loss = np.mean(np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x))))
    aurocs = [auroc(logits[known[:, k], k], labels[known[:, k], k]) for k in range(labels.shape[1])]
    told = [one for one in aurocs if one is not None]
    mean = sum(told) / len(told) if told else None
    return {"validLoss": float(loss), "accuracy": float(np.mean((x > 0) == (y == 1))), "auroc": mean, "aurocs": aurocs}


def is_better(metric, a, b):
    """As good is not better. Where either has no such figure, the validation loss decides."""
    if b is None:
        return True
    if a[metric] is None or b[metric] is None:
        metric = "validLoss"
    return a[metric] < b[metric] if metric == "validLoss" else a[metric] > b[metric]


def find_best(metric, epochs):
    best = None
    for at, epoch in enumerate(epochs):
        if is_better(metric, epoch, None if best is None else epochs[best]):
            best = at
    return best


def is_over(settings, epochs):
    if len(epochs) >= settings["epochs"]:
        return True
    if settings["earlyStop"] == 0 or not epochs:
        return False
    waits_from = plan_phases(settings)[-1][0]
    return len(epochs) - max(find_best(settings["keepBest"], epochs) + 1, waits_from) >= settings["earlyStop"]


# ----------------------------------------------------------------------------------------------------------------------------- files


NUMBER_TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}


def read_safetensors(path):
    """Its arrays by name."""
    try:
        data = bytearray(path.read_bytes())
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        header.pop("__metadata__", None)
        arrays = {}
        for name, entry in header.items():
            start, end = entry["data_offsets"]
            values = torch.frombuffer(data[8 + length + start : 8 + length + end], dtype=NUMBER_TYPES[entry["dtype"]])
            arrays[name] = values.reshape(entry["shape"])
    except OSError as error:
        refuse(f"{path} cannot be read: {error.strerror}.")
    except (ValueError, KeyError, RuntimeError, struct.error):
        refuse(f"{path} is no whole safetensors file of floats. Name one that the lab or safetensors.torch.save_file wrote.")
    return arrays


def write_safetensors(path, arrays, metadata):
    entries, at = {"__metadata__": metadata}, 0
    values = {name: array.detach().cpu().float().contiguous().numpy().astype("<f4") for name, array in arrays.items()}
    for name, array in values.items():
        entries[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    header = json.dumps(entries, ensure_ascii=False).encode()
    header += b" " * (-len(header) % 8)
    write_whole(path, struct.pack("<Q", len(header)) + header + b"".join(array.tobytes() for array in values.values()))


def write_whole(path, data):
    """Wholly or not at all, though the machine should stop."""
    part = path.with_name(f"{path.name}.part")
    with open(part, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def load_weights(network, path):
    """Strictly: every array of the network and no other."""
    arrays = read_safetensors(path)
    wanted = network.state_dict()
    missing = [name for name in wanted if name not in arrays]
    other = [name for name in arrays if name not in wanted or arrays[name].shape != wanted[name].shape]
    if missing or other:
        refuse(
            f"{path.name} is of another network: missing {missing[:5]}, other {other[:5]}. "
            "Name weights of the same architecture, head and number of targets."
        )
    network.load_state_dict(arrays)


class Sample:
    """The films of a trial: of each part their rows in sample.csv, and their labels, [films, targets], with UNKNOWN for none."""

    def __init__(self, path):
        with open(path, encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        self.paths, self.files, parts, _, self.sha256 = (list(column) for column in zip(*(row[:5] for row in rows)))
        self.targets = head[5:]
        labels = np.array([[float(cell) if cell else UNKNOWN for cell in row[5:]] for row in rows], dtype=np.float32)
        self.train_count = parts.count("train")
        self.train_labels, self.valid_labels = labels[: self.train_count], labels[self.train_count :]

    def __len__(self):
        return len(self.paths)


def read_film(data, size, fit):
    """A film's file to the square of bytes that the lab prepares: for grey and colour films of 8 bits, and these only."""
    film = Image.open(io.BytesIO(data))
    # Of a colour JPEG the luma that is in the file.
    film.draft("L", None)
    if film.mode[0] in "IF":
        raise ValueError("it has more than 8 bits a sample; take the bundle with the prepared films")
    film = ImageOps.exif_transpose(film).convert("L")
    if fit == "crop":
        side = min(film.size)
        left, top = (whole // 2 - side // 2 for whole in film.size)
        film = film.crop((left, top, left + side, top + side))
    scale = size / max(film.size)
    width, height = (max(1, math.floor(side * scale + 0.5)) for side in film.size) if fit == "letterbox" else (size, size)
    square = np.zeros((size, size), dtype=np.uint8)
    left, top = (size - width) // 2, (size - height) // 2
    square[top : top + height, left : left + width] = np.asarray(film.resize((width, height), Image.BILINEAR))
    return square


def open_films(sample, settings, options, run):
    """[films, size, size] bytes, mapped from a file: the bundle's, or one that is prepared from --data by all processes together."""
    size = settings["imageSize"]
    shape = (len(sample), size, size)
    bundled = HERE / "films.bin"
    if bundled.exists():
        if bundled.stat().st_size != math.prod(shape):
            refuse(f"{bundled.name} is not whole. Unpack the bundle again.")
        return np.memmap(bundled, np.uint8, "r", shape=shape)
    known = zlib.crc32((HERE / "sample.csv").read_bytes())
    path = options.out / f"films-{known:08x}-{settings['fit']}-{size}.bin"
    if not path.exists():
        if options.data is None:
            refuse("--data DIR is needed: the folder that was opened in the lab. A bundle with the prepared films needs none.")
        part = path.with_name(f"{path.name}.part")
        if run.rank == 0:
            part.write_bytes(b"")
        run.wait()

        def prepare(at):
            """The film, or why there is none."""
            file = options.data / sample.files[at]
            try:
                data = file.read_bytes()
                if sample.sha256[at] and not hashlib.sha256(data).hexdigest().startswith(sample.sha256[at]):
                    raise ValueError("it is not the film that the trial was trained on")
                return read_film(data, size, settings["fit"]), None
            except (OSError, ValueError, SyntaxError) as error:
                return None, f"{file}: {error}"

        failed = []
        # Written, not mapped: of a file on a shared disk each process would write back whole pages, a neighbour's film among them.
        with open(part, "r+b") as into, ThreadPoolExecutor() as pool:
            mine = range(run.rank, len(sample), run.world)
            for at, (film, why) in zip(mine, pool.map(prepare, mine)):
                if why:
                    failed.append(why)
                else:
                    into.seek(at * size * size)
                    into.write(film.tobytes())
        failed = run.gather(failed)
        if failed:
            refuse(
                f"{len(failed)} of {len(sample)} films cannot be read as in the lab, such as {failed[0]}. "
                "Name the folder that was opened there with --data, or take the bundle with the prepared films, which needs none."
            )
        if run.rank == 0:
            os.replace(part, path)
        run.wait()
    return np.memmap(path, np.uint8, "r", shape=shape)


# ------------------------------------------------------------------------------------------------------------------------ processes


def refuse(sentence):
    """Ends all processes alike; one of them says why."""
    raise SystemExit(sentence if int(os.environ.get("RANK", 0)) == 0 else 1)


class Processes:
    """This process among those that torchrun started; by itself without."""

    def __init__(self, device):
        self.rank, self.world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        kind = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self.device = torch.device(kind)
        if kind == "cuda":
            cards, wanted = torch.cuda.device_count(), int(os.environ.get("LOCAL_WORLD_SIZE", 1))
            if wanted > cards:
                refuse(f"{wanted} processes need as many graphics cards, and this machine has {cards}: set --nproc_per_node to that.")
            self.device = torch.device(kind, int(os.environ.get("LOCAL_RANK", 0)))
            torch.cuda.set_device(self.device)
        if self.world > 1 and not dist.is_initialized():
            # Builds of torch for Windows have no NCCL.
            dist.init_process_group("nccl" if kind == "cuda" and dist.is_nccl_available() else "gloo")

    def wait(self):
        if self.world > 1:
            dist.barrier()

    def sum(self, tensor):
        if self.world > 1:
            dist.all_reduce(tensor)
        return tensor

    def gather(self, items):
        """Every process's list in one."""
        if self.world == 1:
            return items
        lists = [None] * self.world
        dist.all_gather_object(lists, items)
        return [item for one in lists for item in one]

    def say(self, line):
        if self.rank == 0:
            print(line, flush=True)


# --------------------------------------------------------------------------------------------------------------------------- the run


def choose_precision(wanted, device):
    if wanted != "auto":
        return getattr(torch, wanted)
    if device.type != "cuda":
        return torch.float32
    # Not by is_bf16_supported, which later versions of torch answer for cards too that only emulate it.
    return torch.bfloat16 if torch.cuda.get_device_capability(device)[0] >= 8 else torch.float16


def open_scaler(enabled):
    if hasattr(torch.amp, "GradScaler"):
        return torch.amp.GradScaler("cuda", enabled=enabled)
    return torch.cuda.amp.GradScaler(enabled=enabled)


class Trainer:
    """A run from its first step, or from a checkpoint, to its end."""

    def __init__(self, bundle, recipe, settings, sample, options, run):
        self.bundle, self.settings, self.sample, self.options, self.run = bundle, settings, sample, options, run
        self.device = run.device
        self.name = f"{bundle['trial']}-torch"
        floats = lambda values: torch.tensor(values, dtype=torch.float32, device=self.device)
        per_channel = lambda values: floats(values).view(1, 3, 1, 1)
        self.weights = floats([one["positiveWeight"] for one in recipe["sample"]["targets"]])
        self.normalisation = recipe["normalisation"]
        self.mean, self.std = per_channel(self.normalisation["mean"]), per_channel(self.normalisation["std"])
        self.syncs = options.sync_bn and run.world > 1
        self.passes = self.choose_passes()
        self.precision = choose_precision(options.precision, self.device)
        self.scaler = open_scaler(self.precision == torch.float16)
        network = build_network(settings, len(sample.targets))
        self.network = (synchronise_norms(network, self.device) if self.syncs else network).to(self.device)
        load_weights(self.network, options.weights)
        self.average = copy.deepcopy(self.network).requires_grad_(False) if settings["averageDecay"] > 0 else None
        self.steps, self.epochs, self.kept_phase = [], [], None
        self.checkpoint = options.out / f"{self.name}.checkpoint"
        begun = hashlib.sha256(options.weights.read_bytes()).hexdigest()
        self.identity = hashlib.sha256(json.dumps([settings, bundle["files"], begun]).encode()).hexdigest()
        if options.resume:
            self.read_checkpoint()
        elif self.checkpoint.exists():
            refuse(f"{options.out} holds a run already: go on from it with --resume, or name another folder with --out.")
        self.films = open_films(sample, settings, options, run)

    def choose_passes(self):
        """Of a batch's places those that this process sees, a range for each pass of the network."""
        world, least = self.run.world, least_pass(self.settings, self.syncs)
        passes = cut_passes(self.settings, world)
        smallest = min(end - start for of_one in passes for start, end in of_one)
        if smallest < least:
            refuse(
                f"Of a batch of {self.settings['batchSize']} films some pass of the {world} processes has {smallest}, and BatchNorm needs "
                f"{least}: use fewer processes{'' if self.syncs else ', or --sync-bn'}."
            )
        return passes[self.run.rank]

    def list_notes(self):
        notes = list(self.bundle["notes"])
        share = math.ceil(self.settings["batchSize"] / self.run.world)
        if self.run.world > 1 and not self.syncs:
            notes.append(
                f"BatchNorm sees each process's {share} films at most of a batch by themselves; with --sync-bn it sees the whole batch."
            )
        if self.precision != torch.float32:
            notes.append(f"Training computes in {str(self.precision)[6:]}; --precision float32 computes as the lab does.")
        return notes

    # -- one step

    def show(self, batch, places, moves):
        """Films at these places of a batch as greys in [0, 1], moved where there are moves."""
        films = torch.from_numpy(self.films[[batch[place] for place in places]]).to(self.device).float() / 255
        return films if moves is None else apply_moves(films, moves[list(places)].to(self.device))

    def normalise(self, greys):
        return (greys[:, None] - self.mean) / self.std

    def open_batch(self, batch, epoch, index, times):
        """The labels of all of a batch, [films, targets], and what gives the images at places of it; `times` counts films of the epoch."""
        s = self.settings
        targets = torch.from_numpy(self.sample.train_labels[batch])
        if s["labelSmoothing"] > 0:
            targets = torch.where(targets < 0, targets, targets * (1 - s["labelSmoothing"]) + s["labelSmoothing"] / 2)
        moves, blend = None, None
        if s["mixup"] > 0:
            shares, partners = blend = draw_blend(s, epoch, index, len(batch))
            other, own = targets[partners], shares[:, None]
            targets = torch.where((targets < 0) | (other < 0), torch.tensor(UNKNOWN), own * targets + (1 - own) * other)
        if is_moving(s):
            counted = [(film, count_film(times, film)) for film in batch]
            mine = {place for start, end in self.passes for place in range(start, end)}
            seen = mine | ({blend[1][place] for place in mine} if blend else set())
            moves = torch.zeros(len(batch), 10)
            moves[sorted(seen)] = draw_moves(s, epoch, [counted[place] for place in sorted(seen)])

        def images(start, end):
            greys = self.show(batch, range(start, end), moves)
            if blend:
                share = blend[0][start:end, None, None].to(self.device)
                greys = share * greys + (1 - share) * self.show(batch, blend[1][start:end], moves)
            return self.normalise(greys)

        return targets, images

    def draw_dropout(self, epoch, index):
        """Of each dropout layer the factors of this process's films, [films, channels]; the lab draws them film by film, layer by layer."""
        random = Random(self.settings["seed"], "dropout", epoch, index)
        start, end, count = self.passes[0][0], self.passes[-1][1], self.settings["batchSize"]
        drawn = []
        for layer in self.dropouts():
            random.skip(start * layer.channels)
            kept = random.floats((end - start) * layer.channels).reshape(end - start, layer.channels) >= layer.probability
            random.skip((count - end) * layer.channels)
            drawn.append(torch.from_numpy(kept).float() / (1 - layer.probability))
        return drawn

    def dropouts(self):
        return [module for module in self.network.modules() if isinstance(module, DrawnDropout)]

    def step(self, batch, epoch, index, times, rate, beta1):
        """One step of the optimiser; resolves to the loss: the mean over the known labels of all processes' films."""
        s, first = self.settings, self.passes[0][0]
        targets, images = self.open_batch(batch, epoch, index, times)
        known = max(1, int((targets >= 0).sum()))
        factors = self.draw_dropout(epoch, index)
        for group in self.optimizer.param_groups:
            group.update(lr=rate * group["factor"], betas=(beta1, s["betas"][1]))
        self.optimizer.zero_grad(set_to_none=True)
        lost = torch.zeros((), device=self.device)
        for start, end in self.passes:
            for layer, drawn in zip(self.dropouts(), factors):
                layer.factors = drawn[start - first : end - first].to(self.device)
            is_last = (start, end) == self.passes[-1]
            with contextlib.nullcontext() if is_last or self.run.world == 1 else self.model.no_sync():
                with torch.autocast(self.device.type, enabled=self.precision != torch.float32, dtype=half_of(self.precision)):
                    logits = self.model(images(start, end))
                terms = loss_terms(logits.float(), targets[start:end].to(self.device), self.weights, s)
                share = terms.sum() / known
                # DistributedDataParallel takes the mean over processes; what is wanted is their sum.
                self.scaler.scale(share * self.run.world).backward()
            lost += share.detach()
        self.scaler.unscale_(self.optimizer)
        if s["clipNorm"] > 0:
            nn.utils.clip_grad_norm_([p for p in self.network.parameters() if p.requires_grad], s["clipNorm"])
        self.scaler.step(self.optimizer)
        self.scaler.update()
        if self.average:
            # Warmed up, so that an average of few steps is not still its beginning.
            self.move_average(min(s["averageDecay"], (1 + len(self.steps)) / (10 + len(self.steps))))
        return float(self.run.sum(lost))

    @torch.no_grad()
    def move_average(self, kept):
        for mean, now in zip(self.average.state_dict().values(), self.network.state_dict().values()):
            if mean.is_floating_point():
                mean.mul_(kept).add_(now, alpha=1 - kept)
            else:
                mean.copy_(now)

    # -- validation

    @torch.no_grad()
    def mean_statistics(self):
        """Each process's BatchNorm followed its own films: their mean followed all of them."""
        if self.run.world == 1 or self.syncs:
            return
        for network in filter(None, (self.network, self.average)):
            for name, buffer in network.named_buffers():
                if buffer.is_floating_point():
                    self.run.sum(buffer).div_(self.run.world)

    @torch.no_grad()
    def predict(self, network):
        """Logits of the validation films in their order, [films, targets]; each process takes a part. In float32, as the lab has them."""
        network.eval()
        count = len(self.sample.valid_labels)
        logits = torch.zeros(count, len(self.sample.targets), device=self.device)
        start, end = cut_evenly(count, self.run.world)[self.run.rank]
        for at in range(start, end, self.settings["batchSize"]):
            rows = range(at, min(end, at + self.settings["batchSize"]))
            films = self.show(range(self.sample.train_count, len(self.sample)), rows, None)
            logits[at : rows.stop] = network(self.normalise(films))
        network.train()
        return self.run.sum(logits).cpu().numpy()

    # -- all of it

    def train(self):
        """Resolves to whether the run came to its end."""
        s, phase = self.settings, None
        self.model = None
        while not is_over(s, self.epochs):
            epoch, begun = len(self.epochs), time.monotonic()
            batches = cut_batches(self.sample.train_labels[:, 0], s, epoch)
            if not batches:
                refuse(f"An epoch has fewer films than the batch size of {s['batchSize']}.")
            current = next(one for one in plan_phases(s) if one[0] <= epoch < one[1])
            if current != phase:
                phase = current
                self.begin_phase(phase)
            first, total_steps = phase[0] * len(batches), (phase[1] - phase[0]) * len(batches)
            done, times = len(self.steps) - epoch * len(batches), {}
            for film in itertools.chain(*batches[:done]):
                count_film(times, film)
            for index in range(done, len(batches)):
                losses = [one["validLoss"] for one in self.epochs[phase[0] :]]
                rate, beta1 = rates_at(s, len(self.steps) - first, total_steps, losses)
                loss = self.step(batches[index], epoch, index, times, rate, beta1)
                step = {"step": len(self.steps), "epoch": epoch, "loss": loss, "lr": rate, "momentum": beta1}
                if not math.isfinite(loss):
                    refuse(f"The loss of step {step['step']} is {loss}: begin again with a lower Max LR, or with --precision float32.")
                self.steps.append(step)
                if step["step"] % 10 == 0:
                    self.run.say(f"step {step['step']}: loss {loss:.4f}, lr {rate:.2e}")
                is_stop = len(self.steps) == self.options.max_steps
                if is_stop or len(self.steps) % s["checkpointEverySteps"] == 0:
                    self.write_checkpoint(phase)
                if is_stop:
                    self.run.say(f"Stopped after {len(self.steps)} steps; --resume goes on.")
                    return False
            self.end_epoch(epoch, begun)
            self.write_checkpoint(phase)
        self.average_last()
        return True

    def begin_phase(self, phase):
        self.optimizer = open_optimizer(self.network, self.settings, phase[2])
        if self.kept_phase and self.kept_phase["phase"] == list(phase):
            self.optimizer.load_state_dict(self.kept_phase["optimizer"])
        self.network.train()
        on = [self.device] if self.device.type == "cuda" else None
        # Anew for each phase: what is frozen has no gradient to wait for.
        many = lambda: nn.parallel.DistributedDataParallel(self.network, device_ids=on, broadcast_buffers=False)
        self.model = many() if self.run.world > 1 else self.network

    def end_epoch(self, epoch, begun):
        self.mean_statistics()
        chosen = self.average or self.network
        logits = self.predict(chosen)
        losses = [step["loss"] for step in self.steps if step["epoch"] == epoch]
        record = {"epoch": epoch, "trainLoss": sum(losses) / len(losses), **score(logits, self.sample.valid_labels)}
        self.epochs.append({**record, "seconds": time.monotonic() - begun})
        told = "-" if record["auroc"] is None else f"{record['auroc']:.4f}"
        self.run.say(f"epoch {epoch + 1}: training {record['trainLoss']:.4f}, validation {record['validLoss']:.4f}, AUROC {told}")
        if self.run.rank == 0:
            self.write_weights("last", chosen.state_dict(), logits)
            if find_best(self.settings["keepBest"], self.epochs) == epoch:
                self.write_weights("best", chosen.state_dict(), logits)
            if self.settings["averageLast"] > 0:
                self.write_weights(f"epoch-{epoch}", chosen.state_dict())
                self.path(f"epoch-{epoch - self.settings['averageLast']}", ".safetensors").unlink(missing_ok=True)

    def average_last(self):
        """The mean of the last epochs' weights and statistics, in float64."""
        count = len(self.epochs)
        kept = range(max(0, count - self.settings["averageLast"]), count)
        if not kept:
            return
        models = [read_safetensors(self.path(f"epoch-{epoch}", ".safetensors")) for epoch in kept]
        mean = {name: (sum(model[name].double() for model in models) / len(models)).float() for name in models[0]}
        network = copy.deepcopy(self.network)
        network.load_state_dict(mean)
        logits = self.predict(network)
        if self.run.rank == 0:
            self.write_weights("average", network.state_dict(), logits)
        self.run.wait()

    # -- what is kept

    def path(self, which, ending):
        return self.options.out / (f"{self.name}{ending}" if which == "last" else f"{self.name}-{which}{ending}")

    def write_weights(self, which, arrays, logits=None):
        """A weights file as the lab reads it, and what these weights say of the validation films as the lab's predictions."""
        s = self.settings
        metadata = {
            **{"trial": self.name, "weights": which, "step": str(len(self.steps)), "epoch": str(len(self.epochs))},
            **({"movingAverage": str(s["averageDecay"])} if self.average else {}),
            **{"formatVersion": "1", "architecture": s["arch"], "head": s["head"], "imageSize": str(s["imageSize"])},
            "classes": to_json(self.sample.targets),
            **{key: to_json(values) for key, values in self.normalisation.items()},
        }
        write_safetensors(self.path(which, ".safetensors"), arrays, metadata)
        if logits is None:
            return
        several = len(self.sample.targets) > 1
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(["path", "target", "logit", "probability"] + ["finding"] * several)
        for path, labels, row in zip(self.sample.paths[self.sample.train_count :], self.sample.valid_labels, logits.astype(float)):
            for target, label, logit in zip(self.sample.targets, labels, row):
                known = "" if label == UNKNOWN else int(label)
                probability = 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))
                lines.writerow([path, known, float(logit), probability] + [target] * several)
        write_whole(self.path(which, "-predictions.csv"), text.getvalue().encode())

    def write_checkpoint(self, phase):
        self.mean_statistics()
        if self.run.rank == 0:
            state = {
                "identity": self.identity,
                "network": self.network.state_dict(),
                "average": self.average and self.average.state_dict(),
                "kept_phase": {"phase": list(phase), "optimizer": self.optimizer.state_dict()},
                "scaler": self.scaler.state_dict(),
                "steps": self.steps,
                "epochs": self.epochs,
            }
            data = io.BytesIO()
            torch.save(state, data)
            write_whole(self.checkpoint, data.getvalue())
            log = {
                **{"trial": self.name, "begunFrom": self.options.weights.name, "settings": self.settings, "notes": self.list_notes()},
                **{"processes": self.run.world, "device": self.device.type, "precision": str(self.precision)[6:]},
                "versions": {"torch": torch.__version__, "python": sys.version.split()[0]},
                **{"syncBatchNorm": self.syncs, "epochs": self.epochs, "steps": self.steps},
            }
            write_whole(self.path("last", "-log.json"), json.dumps(log).encode())
        self.run.wait()

    def read_checkpoint(self):
        if not self.checkpoint.exists():
            refuse(f"--resume: there is no {self.checkpoint} to go on from. Leave --resume out to begin.")
        state = torch.load(self.checkpoint, map_location="cpu")
        if state["identity"] != self.identity:
            refuse(f"--resume: {self.checkpoint} is of another run (other settings, films or weights). Name another folder with --out.")
        self.network.load_state_dict(state["network"])
        if self.average:
            self.average.load_state_dict(state["average"])
        # Of another precision there is none.
        if state["scaler"]:
            self.scaler.load_state_dict(state["scaler"])
        self.kept_phase, self.steps, self.epochs = state["kept_phase"], state["steps"], state["epochs"]


def to_json(value):
    """As JavaScript writes it: the lab knows a normalisation by its text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def half_of(precision):
    """What autocast computes in; it wants one also where it is off."""
    return torch.bfloat16 if precision == torch.float32 else precision


def above_zero(kind):
    def number(text):
        if not 0 < kind(text) < math.inf:
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return kind(text)

    return number


def read_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, help="the folder of films that was opened in the lab")
    parser.add_argument(
        "--out", type=Path, default=Path("trained"), help="for weights, predictions, log, checkpoint; seen by all machines (default: trained)"
    )
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--repeat", action="store_true", help="begin from what the trial began from (the default)")
    begin.add_argument("--continue", dest="goes_on", action="store_true", help="begin from the trial's last weights")
    parser.add_argument("--weights", type=Path, help="begin from this .safetensors file instead")
    parser.add_argument("--epochs", type=above_zero(int), help="with --continue: another number of epochs")
    parser.add_argument("--max-lr", type=above_zero(float), help="with --continue: another Max LR")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--max-steps", type=above_zero(int), help="stop after so many steps of the run, with a checkpoint")
    parser.add_argument("--sync-bn", action="store_true", help="BatchNorm normalises by the films of all processes")
    parser.add_argument("--precision", choices=["auto", "float32", "bfloat16", "float16"], default="auto", help="auto: mixed on CUDA")
    parser.add_argument("--device", choices=["cpu", "cuda"], help="default: cuda where there is one")
    parser.add_argument("--print-order", type=int, metavar="EPOCH", help="only print an epoch's batches (rows of sample.csv, from 0)")
    options = parser.parse_args(arguments)
    if (options.epochs or options.max_lr) and not options.goes_on:
        parser.error("--epochs and --max-lr go with --continue: a trial that is repeated has its own")
    if options.precision == "float16" and (options.device == "cpu" or not torch.cuda.is_available()):
        parser.error("--precision float16 needs a graphics card (CUDA)")
    return options


def choose_settings(recipe, epochs, max_lr):
    """The recipe's, or with other epochs or another Max LR, by which the rates of the first layers go too."""
    settings = {**recipe, "epochs": epochs or recipe["epochs"], "maxLr": max_lr or recipe["maxLr"]}
    settings["sliceFrom"] *= settings["maxLr"] / recipe["maxLr"]
    return settings


def check_file(bundle, name):
    wanted = bundle["files"].get(name)
    if wanted is None:
        refuse(bundle["missing"].get(name, f"This bundle has no {name}."))
    if not (HERE / name).exists() or hashlib.sha256((HERE / name).read_bytes()).hexdigest() != wanted:
        refuse(f"{name} is missing, damaged or was changed. Unpack the bundle again.")
    return HERE / name


def main(arguments=None):
    options = read_options(arguments)
    bundle = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))
    recipe = json.loads(check_file(bundle, "recipe.json").read_text(encoding="utf-8"))
    sample = Sample(check_file(bundle, "sample.csv"))
    settings = choose_settings(recipe["settings"], options.epochs, options.max_lr)
    if options.print_order is not None:
        print(json.dumps(cut_batches(sample.train_labels[:, 0], settings, options.print_order)))
        return
    options.weights = options.weights or check_file(bundle, "last.safetensors" if options.goes_on else "begin.safetensors")
    torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = False, True
    # Mixed precision computes in halves where it may; all else, and validation, are whole floats as in the lab.
    torch.backends.cudnn.allow_tf32 = False
    run = Processes(options.device)
    options.out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(bundle, recipe, settings, sample, options, run)
    for note in trainer.list_notes():
        run.say(f"Note: {note}")
    if trainer.train():
        run.say(f"The weights are {trainer.path('last', '.safetensors')}; Choose weights file in the lab takes them.")


if __name__ == "__main__":
    try:
        main()
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()
