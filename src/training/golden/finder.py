"""fastai's LR finder over given losses, restated from its published code, in float64 (v2's own suggestions are taken in float32). Writes
finder.json: for each series of losses the points taken and what is suggested. Needs numpy.

fastai v1: callback.py (SmoothenValue, annealing_exp), callbacks/lr_finder.py (LRFinder), basic_train.py (Recorder.plot with
suggestion=True). fastai v2: callback/schedule.py (valley, slide, steep, and lr_find, which trims what they see)."""

import json
import pathlib

import numpy as np


class SmoothenValue:
    def __init__(self, beta):
        self.beta, self.n, self.mov_avg = beta, 0, 0

    def add_value(self, val):
        self.n += 1
        self.mov_avg = self.beta * self.mov_avg + (1 - self.beta) * val
        self.smooth = self.mov_avg / (1 - self.beta**self.n)


def lr_find(losses, start_lr=1e-7, end_lr=10, num_it=100):
    smoothener, best = SmoothenValue(0.98), 0.0
    lr, lrs, smoothed = start_lr, [], []
    for iteration, loss in enumerate(losses):
        lrs.append(lr)
        smoothener.add_value(loss)
        smooth = smoothener.smooth
        smoothed.append(smooth)
        if iteration == 0 or smooth < best:
            best = smooth
        lr = start_lr * (end_lr / start_lr) ** ((iteration + 1) / num_it)
        if iteration + 1 >= num_it or smooth > 4 * best or np.isnan(smooth):
            break
    return lrs, smoothed


def suggest_v1(lrs, losses, skip_start=10, skip_end=5):
    lrs, losses = lrs[skip_start:-skip_end], losses[skip_start:-skip_end]
    try:
        mg = (np.gradient(np.array(losses))).argmin()
    except Exception:
        return None, None  # "Failed to compute the gradients, there might not be enough points."
    return lrs[mg], lrs[int(np.argmin(losses))] / 10


def valley(lrs, losses):
    n = len(losses)
    max_start, max_end = 0, 0
    lds = [1] * n
    for i in range(1, n):
        for j in range(0, i):
            if (losses[i] < losses[j]) and (lds[i] < lds[j] + 1):
                lds[i] = lds[j] + 1
            if lds[max_end] < lds[i]:
                max_end = i
                max_start = max_end - lds[max_end]
    sections = (max_end - max_start) / 3
    idx = max_start + int(sections) + int(sections / 2)
    return lrs[idx]


def slide(lrs, losses, lr_diff=15, thresh=0.005):
    loss_grad = np.gradient(losses)
    r_idx = -1
    l_idx = r_idx - lr_diff
    local_min_lr = lrs[l_idx]
    while (l_idx >= -len(losses)) and (abs(loss_grad[r_idx] - loss_grad[l_idx]) > thresh):
        local_min_lr = lrs[l_idx]
        r_idx -= 1
        l_idx -= 1
    return local_min_lr


def steep(lrs, losses):
    grads = (losses[1:] - losses[:-1]) / (np.log(lrs[1:]) - np.log(lrs[:-1]))
    return lrs[grads.argmin()]


def suggest_v2(lrs, losses, num_it=100):
    lrs, losses = np.array(lrs[num_it // 10 : -5]), np.array(losses[num_it // 10 : -5])

    def attempt(func):
        try:
            return func(lrs, losses)
        except (IndexError, ValueError):
            return None  # too few points: fastai raises

    return attempt(valley), attempt(slide), attempt(steep)


rng = np.random.default_rng(3)
x = np.arange(100)
falling = 0.72 - 0.45 / (1 + np.exp(-(x - 55) / 5)) + 0.03 * rng.normal(size=100)
series = {
    "falls, then explodes": falling + np.exp((x - 78) / 2.5) * 0.2,
    "falls to the end": falling,
    "flat noise": 0.7 + 0.05 * rng.normal(size=100),
    "NaN on the way": np.where(x < 60, falling, np.nan),
    "explodes at once": 0.7 * 3.0**x,
    "seventeen points": np.where(x < 16, 0.7 - x * 0.01, 1e4),
    "thirty-two points": np.where(x < 31, 0.7 - x**2 * 1e-4, 1e4),
    "falls without a wobble": 0.3 + 0.5 * np.exp(-((x / 60) ** 3)),
    "rises without a wobble": 0.3 + 0.001 * x**1.5,
    "exactly flat": np.full(100, 0.5),
    "two valleys": 0.7 - 0.2 * np.exp(-(((x - 30) / 8) ** 2)) - 0.3 * np.exp(-(((x - 75) / 10) ** 2)) + 0.01 * rng.normal(size=100),
    "noisy, then diverges": 0.9 - 0.004 * x + 0.15 * rng.normal(size=100) + np.where(x > 80, (x - 80) ** 2 * 0.2, 0),
}


def number(v):
    return None if v is None or not np.isfinite(v) else float(v)  # JSON has no NaN


out = []
for name, losses in series.items():
    lrs, smoothed = lr_find(losses.tolist())
    suggested = dict(zip(["steepest", "minimumOver10", "valley", "slide", "steep"], [*suggest_v1(lrs, smoothed), *suggest_v2(lrs, smoothed)]))
    out.append(
        {
            "name": name,
            "losses": [number(v) for v in losses.tolist()],
            "lrs": lrs,
            "smoothed": [number(v) for v in smoothed],
            "suggestions": {key: number(value) for key, value in suggested.items()},
        }
    )
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
