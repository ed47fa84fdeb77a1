"""scikit-learn's and scipy's figures for seeded scores, and where neither has the figure, its formula in the most direct form. Writes
statistics.json. Run with a Python that has numpy, scipy and scikit-learn.

Direct: DeLong's components over all pairs of films (DeLong et al. 1988), the calibration error bin by bin (Guo et al. 2017), predictive
values at a prevalence (Mercaldo et al. 2007, eq. 8 to 11 and table II). Hanley and McNeil's ratings of 109 CT scans (1982, table I) are
there because other packages' results for them are published: area 0.8932, DeLong's standard error 0.0307, interval 0.8330 to 0.9534."""

import json
import pathlib

import numpy as np
from scipy import optimize, stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

rng = np.random.default_rng(11)
Z = stats.norm.ppf(0.975)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def components(scores, labels):
    """V10 and V01: every positive against every negative."""
    x, y = scores[labels == 1], scores[labels == 0]
    kernel = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    return kernel.mean(1), kernel.mean(0)


def delong(first, second, labels):
    (a10, a01), (b10, b01) = components(first, labels), components(second, labels)
    s10, s01 = np.cov(a10, b10), np.cov(a01, b01)
    s = s10 / len(a10) + s01 / len(a01)
    difference = a10.mean() - b10.mean()
    variance = s[0, 0] + s[1, 1] - 2 * s[0, 1]
    out = {"variance": s[0, 0], "difference": difference}
    if variance > 1e-15:
        z = difference / np.sqrt(variance)
        out |= {"z": z, "p": 2 * stats.norm.sf(abs(z)), "low": difference - Z * np.sqrt(variance), "high": difference + Z * np.sqrt(variance)}
    return out


def ece(probabilities, labels, bins=15):
    total = 0
    for b in range(bins):
        lower, upper = b / bins, (b + 1) / bins
        inside = (probabilities > lower) & (probabilities <= upper)
        if b == 0:
            inside |= probabilities == 0
        if inside.any():
            total += inside.sum() * abs(labels[inside].mean() - probabilities[inside].mean())
    return total / len(labels)


def calibration(probabilities, labels):
    share, mean = calibration_curve(labels, probabilities, n_bins=10, strategy="uniform")
    brier = metrics.brier_score_loss(labels, probabilities, pos_label=1)
    return {"brier": brier, "ece": ece(probabilities, labels), "share": share, "mean": mean}


def temperature(logits, labels, shift):
    slope = lambda t: np.sum((sigmoid(logits / t + shift) - labels) * logits)
    return optimize.brentq(slope, 0.02, 90, xtol=1e-14, rtol=1e-15)


def nll(logits, labels, shift, t):
    return metrics.log_loss(labels, sigmoid(logits / t + shift), labels=[0, 1])


def case(name, labels, scores, second, with_temperature=True):
    labels, scores, second = np.asarray(labels), np.round(scores, 3), np.round(second, 3)
    fpr, tpr, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
    precision, recall, pr_thresholds = metrics.precision_recall_curve(labels, scores)
    weights = rng.integers(0, 4, len(labels))
    weights[[np.argmax(labels == 1), np.argmax(labels == 0)]] = 1
    threshold = float(np.sort(scores)[len(scores) * 2 // 3])
    called = scores >= threshold
    out = {
        "name": name,
        "labels": labels,
        "scores": scores,
        "second": second,
        "auroc": metrics.roc_auc_score(labels, scores),
        "averagePrecision": metrics.average_precision_score(labels, scores),
        "roc": {"fpr": fpr, "tpr": tpr, "thresholds": thresholds[1:]},
        "precisionRecall": {"precision": precision, "recall": recall, "thresholds": pr_thresholds},
        "youden": float(thresholds[np.argmax(tpr - fpr)]),
        "delong": delong(scores, second, labels) if min(labels.sum(), (1 - labels).sum()) > 1 else None,
        "calibration": calibration(sigmoid(scores), labels),
        "weights": weights,
        "weighted": {
            "auroc": metrics.roc_auc_score(labels, scores, sample_weight=weights),
            "averagePrecision": metrics.average_precision_score(labels, scores, sample_weight=weights),
        },
        "point": {
            "threshold": threshold,
            "confusion": metrics.confusion_matrix(labels, called, labels=[0, 1]).ravel(),
            "sensitivity": metrics.recall_score(labels, called),
            "specificity": metrics.recall_score(labels, called, pos_label=0),
            "ppv": metrics.precision_score(labels, called),
            "npv": metrics.precision_score(labels, called, pos_label=0),
            "accuracy": metrics.accuracy_score(labels, called),
            "f1": metrics.f1_score(labels, called),
        },
    }
    if with_temperature:
        out["temperatures"] = []
        for shift in (0, -0.75):
            t = temperature(scores, labels, shift)
            least = optimize.minimize_scalar(lambda log_t: nll(scores, labels, shift, np.exp(log_t)), bounds=(-4, 4.5), method="bounded")
            assert abs(np.log(t) - least.x) < 1e-4 and nll(scores, labels, shift, t) <= least.fun + 1e-12
            out["temperatures"].append({"shift": shift, "temperature": t})
    return out


def draw(films, share, apart, spread=1.5):
    labels = (np.arange(films) < round(share * films)).astype(int)
    rng.shuffle(labels)
    truth = apart * (labels - 0.5)
    return labels, spread * (truth + rng.normal(size=films)), spread * (truth + rng.normal(size=films))


def ratings(counts):
    return np.repeat(np.arange(1, 6), counts)


def predictive(tp, fn, fp, tn, prevalence):
    """[value, low, high] of PPV and NPV."""
    raw_sens, raw_spec = tp / (tp + fn), tn / (tn + fp)
    value = (
        raw_sens * prevalence / (raw_sens * prevalence + (1 - raw_spec) * (1 - prevalence)),
        raw_spec * (1 - prevalence) / (raw_spec * (1 - prevalence) + (1 - raw_sens) * prevalence),
    )
    add = Z * Z / 2 if 0 in (tp, fn, fp, tn) else 0
    n1, n0 = tp + fn + 2 * add, tn + fp + 2 * add
    sens, spec = (tp + add) / n1, (tn + add) / n0
    ppv = np.log(sens * prevalence / ((1 - spec) * (1 - prevalence)))
    npv = np.log(spec * (1 - prevalence) / ((1 - sens) * prevalence))
    var_ppv = (1 - sens) / sens / n1 + spec / (1 - spec) / n0
    var_npv = sens / (1 - sens) / n1 + (1 - spec) / spec / n0
    out = {"cells": [tp, fn, fp, tn], "prevalence": prevalence}
    for name, at, logit, variance in (("ppv", value[0], ppv, var_ppv), ("npv", value[1], npv, var_npv)):
        reach = Z * np.sqrt(variance)
        out[name] = [at, min(at, sigmoid(logit - reach)), max(at, sigmoid(logit + reach))]
    return out


def wilson(successes, trials):
    interval = stats.binomtest(successes, trials).proportion_ci(method="wilson")
    return [successes, trials, interval.low, interval.high]


normal, abnormal = ratings([33, 6, 6, 11, 2]), ratings([3, 2, 2, 11, 33])
hanley = np.r_[np.zeros(len(normal), int), np.ones(len(abnormal), int)]
tied = draw(140, 0.4, 1.2)
# On the edges of the bins, to the bit, and bins that hold one class only.
edges = np.linspace(0, 1, 11)
edge_probabilities = np.r_[edges, edges, 0.05, 0.05, 0.31, 0.32, 0.33, 0.95]
edge_labels = np.r_[np.zeros(11, int), np.arange(11) % 2, 0, 0, 1, 1, 1, 1]

golden = {
    "cases": [
        case("spread", *draw(150, 0.3, 1.4)),
        case("ties", tied[0], np.round(tied[1]), np.round(tied[2])),
        case("rare positives", *draw(200, 0.035, 1)),
        case("tiny", [0, 1, 0, 1, 1], [-1, 2, 0.5, 0.25, 1], [0, 0.5, 1, -1, 2], False),
        case("one positive", [0, 0, 1, 0], [-1, 0.5, 0.25, -2], [0, 1, 2, 3], False),
        case("separable", [0, 0, 0, 0, 0, 1, 1, 1], [-3, -2.5, -2, -1, -0.5, 1, 2, 2], [-3, -1, 0, 2, 0, 1, 3, 4], False),
        case("reversed", [1, 1, 1, 0, 0, 0], [-3, -2, -1, 1, 2, 3], [-2, 0, 1, 1, -1, 2], False),
        case("Hanley and McNeil 1982", hanley, np.r_[normal, abnormal], -np.r_[normal, abnormal], False),
    ],
    "edges": {"probabilities": edge_probabilities, "labels": edge_labels, "calibration": calibration(edge_probabilities, edge_labels)},
    "wilson": [wilson(*pair) for pair in ((0, 1), (1, 1), (0, 10), (10, 10), (3, 10), (81, 263), (99999, 100000))],
    "twoSidedP": [[z, 2 * stats.norm.sf(z)] for z in (0, 1e-6, 0.3, 1, 1.959963984540054, 2.8, 2.83, 3.5, 6, 12, 30)],
    # The second: van 't Veer's 70-gene signature, the example of Mercaldo et al.
    "predictive": [predictive(*p) for p in ((40, 10, 30, 120, 0.1), (31, 3, 12, 32, 0.07), (10, 0, 4, 50, 0.02), (8, 2, 0, 50, 0.3), (0, 5, 1, 9, 0.5))],
    "quantiles": {"values": [0.5, 1, 2, 4, 8], "at": [[q, np.quantile([0.5, 1, 2, 4, 8], q)] for q in (0, 0.025, 0.3, 0.5, 0.975, 1)]},
}


def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(one) for one in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.12g}")
    return int(value) if isinstance(value, np.integer) else value


golden = plain(golden)
golden["edges"]["probabilities"] = edge_probabilities.tolist()
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
