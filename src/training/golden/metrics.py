"""scikit-learn's numbers for seeded logits, ties and extremes among them. Writes metrics.json. Needs numpy and scikit-learn."""

import json
import pathlib

import numpy as np
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

rng = np.random.default_rng(7)


def case(name, logits, labels):
    logits, labels = np.asarray(logits, np.float64), np.asarray(labels)
    probability = 1 / (1 + np.exp(-logits))
    return {
        "name": name,
        "logits": logits.tolist(),
        "labels": labels.tolist(),
        "loss": log_loss(labels, probability, labels=[0, 1]),
        "accuracy": accuracy_score(labels, probability > 0.5),
        "auroc": roc_auc_score(labels, logits),
    }


labels = rng.integers(0, 2, 157)
cases = [
    case("spread", rng.normal(size=157) + labels, labels),
    case("many ties", np.round(rng.normal(size=157) + labels), labels),
    case("all tied", np.zeros(20), rng.permutation([0] * 13 + [1] * 7)),
    case("rare positive", rng.normal(size=300), np.eye(1, 300, 41, dtype=int)[0]),
    case("perfect", [-3, -2, 2, 3], [0, 0, 1, 1]),
    case("reversed", [-3.5, -2, 2, 3], [1, 1, 0, 0]),
]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
