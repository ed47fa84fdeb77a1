"""fastai's schedules, restated from its published code and stepped batch by batch as its loops do, in float64. Writes schedule.json: the
values that every batch runs at. Run with a Python that has numpy.

fastai v1: callback.py (annealing_cos, Scheduler, even_mults in torch_core.py), callbacks/one_cycle.py (OneCycleScheduler),
callbacks/tracker.py (ReduceLROnPlateauCallback; its patience counts the epochs that it lets pass, one less than the setting here).
fastai v2: callback/schedule.py (SchedCos, combine_scheds, combined_cos, fit_flat_cos), whose shares are float32 there; momentum is left
as the optimiser has it."""

import json
import pathlib

import numpy as np


def annealing_cos(start, end, pct):
    cos_out = np.cos(np.pi * pct) + 1
    return end + (start - end) / 2 * cos_out


class Scheduler:
    def __init__(self, vals, n_iter, func):
        self.start, self.end = vals
        self.n_iter = max(1, n_iter)
        self.func = func
        self.n = 0

    def step(self):
        self.n += 1
        return self.func(self.start, self.end, self.n / self.n_iter)

    @property
    def is_done(self):
        return self.n >= self.n_iter


def one_cycle(n, lr_max, div_factor, pct_start, final_div, moms):
    a1 = int(n * pct_start)
    a2 = n - a1
    phases = ((a1, annealing_cos), (a2, annealing_cos))

    def steps(*configs):
        return [Scheduler(vals, n_iter, func) for vals, (n_iter, func) in zip(configs, phases)]

    lr_scheds = steps((lr_max / div_factor, lr_max), (lr_max, lr_max / final_div))
    mom_scheds = steps(moms, (moms[1], moms[0]))
    lr, mom, idx = lr_scheds[0].start, mom_scheds[0].start, 0
    lrs, momentums = [], []
    for _ in range(n):
        lrs.append(lr)  # the batch runs at what was set before it
        momentums.append(mom)
        if idx >= len(lr_scheds):
            break
        lr, mom = lr_scheds[idx].step(), mom_scheds[idx].step()
        if lr_scheds[idx].is_done:
            idx += 1
    return lrs, momentums


def sched_cos(start, end):
    return lambda pos: start + (1 + np.cos(np.pi * (1 - pos))) * (end - start) / 2


def combine_scheds(pcts, scheds):
    pcts = np.cumsum(np.array([0.0, *pcts]))
    pct_lim = len(pcts) - 2

    def inner(pos):
        idx = min((pos >= pcts).nonzero()[0].max(), pct_lim)
        return scheds[idx]((pos - pcts[idx]) / (pcts[idx + 1] - pcts[idx]))

    return inner


def flat_cos(n, lr, div_final, pct_start):
    sched = combine_scheds([pct_start, 1 - pct_start], [sched_cos(lr, lr), sched_cos(lr, lr / div_final)])
    return [sched(k / n) for k in range(n)]


def plateau(valid_losses, lr, patience, factor):
    """The rate of each epoch, the one after the last included."""
    best, wait, lrs = float("inf"), 0, [lr]
    for current in valid_losses:
        if current < best:
            best, wait = current, 0
        else:
            wait += 1
            if wait > patience:
                lr *= factor
                wait = 0
        lrs.append(lr)
    return lrs


def even_mults(start, stop, n):
    step = (stop / start) ** (1 / (n - 1))
    return [start * step**i for i in range(n)]


ONE_CYCLES = [
    (1, 1e-3, 25.0, 0.3, 25e4, (0.95, 0.85)),
    (2, 1e-3, 25.0, 0.3, 25e4, (0.95, 0.85)),
    (3, 1e-3, 25.0, 0.3, 25e4, (0.95, 0.85)),
    (7, 1e-3, 25.0, 0.3, 25e4, (0.95, 0.85)),
    (100, 1e-1, 25.0, 0.3, 25e4, (0.95, 0.85)),
    (337, 3e-3, 10.0, 0.25, 1e5, (0.9, 0.8)),
    (90, 2e-2, 25.0, 1.0, 25e4, (0.95, 0.85)),
    (40, 2e-2, 25.0, 0.0, 25e4, (0.95, 0.85)),
    (3, 2e-2, 25.0, 0.0, 1.0, (0.95, 0.95)),
]
FLAT_COSINES = [
    (n, 1e-3, 1e5, pct) for n, pct in [(1, 0.75), (2, 0.75), (3, 0.75), (7, 0.75), (100, 0.75), (60, 0.0), (60, 1.0), (1, 1.0), (97, 0.31)]
]
PLATEAUS = [
    ([0.7, 0.6, 0.6, 0.61, 0.5, 0.5, 0.5, 0.5], 1e-2, 0, 0.2),
    ([0.7, 0.6, 0.6, 0.61, 0.5, 0.5, 0.5, 0.5], 1e-2, 1, 0.5),
    ([0.7, 0.8, 0.9, 1.0, 0.75, 0.71, 0.69, 0.7, 0.7], 3e-3, 2, 0.1),
    ([], 1e-2, 0, 0.2),
]

out = {"oneCycle": [], "flatCos": [], "plateau": [], "evenMults": []}
for n, lr_max, div, pct, final, moms in ONE_CYCLES:
    case = dict(n=n, lr_max=lr_max, div_factor=div, pct_start=pct, final_div=final, moms=moms)
    lrs, momentums = one_cycle(**case)
    out["oneCycle"].append({**case, "lrs": lrs, "momentums": momentums})
for n, lr, div_final, pct in FLAT_COSINES:
    case = dict(n=n, lr=lr, div_final=div_final, pct_start=pct)
    out["flatCos"].append({**case, "lrs": flat_cos(**case)})
for valid_losses, lr, patience, factor in PLATEAUS:
    case = dict(valid_losses=valid_losses, lr=lr, patience=patience, factor=factor)
    out["plateau"].append({**case, "lrs": plateau(**case)})
for start, stop in [(1e-5, 1e-3), (1e-3, 1e-3), (3e-6, 0.2)]:
    out["evenMults"].append({"start": start, "stop": stop, "lrs": even_mults(start, stop, 3)})
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out, default=float) + "\n")
