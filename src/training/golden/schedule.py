"""fastai v1's schedules, restated from its published callbacks (callback.py: annealing_cos, annealing_exp, Scheduler;
callbacks/one_cycle.py: OneCycleScheduler; callbacks/lr_finder.py: LRFinder), stepped batch by batch as its loop does.
Writes schedule.json: the values every batch runs at. Run with a Python that has numpy."""

import json
import pathlib

import numpy as np


def annealing_cos(start, end, pct):
    cos_out = np.cos(np.pi * pct) + 1
    return end + (start - end) / 2 * cos_out


def annealing_exp(start, end, pct):
    return start * (end / start) ** pct


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


def finder(start, end, num_it):
    sched = Scheduler((start, end), num_it, annealing_exp)
    lr, lrs = start, []
    while True:
        lrs.append(lr)
        lr = sched.step()
        if sched.is_done:
            return lrs


CASES = [
    dict(n=n, lr_max=lr_max, div_factor=div, pct_start=pct, final_div=final, moms=moms)
    for n, lr_max, div, pct, final, moms in [
        (1, 1e-3, 25.0, 0.3, 25e4, (0.95, 0.85)),
        (2, 1e-3, 25.0, 0.3, 25e4, (0.95, 0.85)),
        (3, 1e-3, 25.0, 0.3, 25e4, (0.95, 0.85)),
        (7, 1e-3, 25.0, 0.3, 25e4, (0.95, 0.85)),
        (100, 1e-1, 25.0, 0.3, 25e4, (0.95, 0.85)),
        (337, 3e-3, 10.0, 0.25, 1e5, (0.9, 0.8)),
        (90, 2e-2, 25.0, 1.0, 25e4, (0.95, 0.85)),
    ]
]

out = {"oneCycle": [], "finder": []}
for case in CASES:
    lrs, momentums = one_cycle(**case)
    out["oneCycle"].append({**case, "lrs": lrs, "momentums": momentums})
for start, end, num_it in [(1e-7, 10, 100), (1e-5, 1, 7)]:
    out["finder"].append({"start": start, "end": end, "steps": num_it, "lrs": finder(start, end, num_it)})
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out, default=float) + "\n")
