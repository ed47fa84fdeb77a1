"""fastai v1's LR finder over given losses, restated from its published code (callback.py: SmoothenValue, annealing_exp;
callbacks/lr_finder.py: LRFinder; basic_train.py: Recorder.plot with suggestion=True), in float64.
Writes finder.json: for each series of losses the points taken and the two suggestions. Needs numpy."""

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


def suggest(lrs, losses, skip_start=10, skip_end=5):
    lrs, losses = lrs[skip_start:-skip_end], losses[skip_start:-skip_end]
    try:
        mg = (np.gradient(np.array(losses))).argmin()
    except Exception:
        return None, None  # "Failed to compute the gradients, there might not be enough points."
    return lrs[mg], lrs[int(np.argmin(losses))] / 10


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
}

out = []
for name, losses in series.items():
    lrs, smoothed = lr_find(losses.tolist())
    steepest, minimum_over_10 = suggest(lrs, smoothed)
    number = lambda v: v if np.isfinite(v) else None  # JSON has no NaN
    out.append(
        {
            "name": name,
            "losses": [number(v) for v in losses.tolist()],
            "lrs": lrs,
            "smoothed": [number(v) for v in smoothed],
            "steepest": steepest,
            "minimumOver10": minimum_over_10,
        }
    )
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
