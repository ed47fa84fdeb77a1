"""Losses of single logits: soft targets, and focal loss as torchvision has it of hard ones: /usr/bin/python3 src/nn/golden/focal.py"""
import torch
import torchvision

from make import UNKNOWN, write

LOGITS = [[-100.0, -3.0, 0.0, 8.0], [0.0, 2.5, 100.0, -8.0], [1.5, -1.5, 20.0, -20.0]]
HARD = [[0.0, 1.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0]]
SOFT = [[0.05, 0.95, 0.5, 0.95], [0.3, 0.0, 1.0, 0.05], [0.7, 0.25, 0.05, 0.95]]


def hard_focal_loss(logits, wanted, weights, gamma, alpha):
    """torchvision.ops.sigmoid_focal_loss, whose cross-entropy takes a pos_weight too."""
    p = torch.sigmoid(logits)
    terms = torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none", pos_weight=weights)
    loss = terms * (1 - (p * wanted + (1 - p) * (1 - wanted))) ** gamma
    loss = loss if alpha is None else loss * (alpha * wanted + (1 - alpha) * (1 - wanted))
    if bool((weights == 1).all()):
        theirs = torchvision.ops.sigmoid_focal_loss(logits, wanted, -1 if alpha is None else alpha, gamma)
        assert torch.allclose(loss, theirs, rtol=1e-6, atol=0)
    return loss


def focal_loss(logits, wanted, weights, gamma, alpha):
    """
    A soft target weighs the losses of both hard ones, as fastai v1's MixUpLoss weighs those of both films, lam * loss(y1) + (1 - lam) *
    loss(y2), and its LabelSmoothingCrossEntropy those of the classes.
    """
    of = lambda target: hard_focal_loss(logits, torch.full_like(wanted, target), weights, gamma, alpha)
    return wanted * of(1.0) + (1 - wanted) * of(0.0)


def case(title, wanted, focal=None, weights=(1.0,) * 4, unknown=(), bound=100.0):
    logits = torch.tensor(LOGITS, dtype=torch.float64).clamp(-bound, bound).requires_grad_()
    wanted = torch.tensor(wanted, dtype=torch.float64)
    weights = torch.tensor(weights, dtype=torch.float64)
    known = torch.ones_like(wanted, dtype=torch.bool)
    for place in unknown:
        known[place] = False
    if focal is None:
        terms = torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none", pos_weight=weights)
    else:
        terms = focal_loss(logits, wanted, weights, **focal)
    loss = terms[known].mean()
    loss.backward()
    shown = torch.where(known, wanted, torch.tensor(float(UNKNOWN), dtype=torch.float64))
    return {
        "title": title, "focal": focal, "logits": logits.tolist(), "targets": shown.tolist(), "positiveWeights": weights.tolist(),
        "loss": loss.item(), "gradient": logits.grad.reshape(-1).tolist(),
    }


if __name__ == "__main__":
    # Below 1, torch's own gradient of a power is none where nothing is missed: logits that float64 tells from certainty.
    bounded = {"bound": 20.0}
    weighted = {"weights": (1.0, 2.5, 0.5, 3.0), "unknown": [(0, 0), (1, 1), (2, 3)]}
    write("focal.json", {"cases": [
        case("cross-entropy, soft", SOFT),
        case("cross-entropy, soft, weighted and masked", SOFT, **weighted),
        case("focal, torchvision's defaults", HARD, {"gamma": 2.0, "alpha": 0.25}),
        case("focal, without alpha", HARD, {"gamma": 2.0, "alpha": None}),
        case("focal, a gamma below 1", HARD, {"gamma": 0.5, "alpha": 0.6}, **bounded),
        case("focal, gamma 0", HARD, {"gamma": 0.0, "alpha": None}, **bounded),
        case("focal, soft", SOFT, {"gamma": 2.0, "alpha": 0.25}),
        case("focal, soft, weighted and masked", SOFT, {"gamma": 1.5, "alpha": 0.6}, **weighted),
    ]})
